//! A finding, and what the rules do with the input that shows it.

use axtrace::compiler::Program;
use axtrace::compiler::interpret::{Fault, FaultKind, Observation, Options, observe};
use axtrace::project::{self, Project};
use axtrace::runtime::memory::Batch;
use axtrace::runtime::meta::DecisionId;
use axtrace::runtime::read::Reader;
use axtrace::runtime::text::format_value;
use axtrace::runtime::trace::{Level, View, decode};
use axtrace::runtime::value::Value;
use axtrace::source::{Finding, Findings};

use super::super::{Ended, Look, Stop, WELL, print};
use super::Args;
use crate::render::findings::{Mark, Report, ordinals};
use crate::render::style::Style;
use crate::render::trace::{Detail, Drawing};

/// Shows a finding by code and number.
pub(super) fn explain_finding(args: &Args, name: &str, look: Look) -> Ended {
    let (code, number) = name.split_once('.').unwrap_or((name, "1"));
    let (code, number) =
        (code.to_uppercase(), number.parse::<usize>().map_err(|_| Stop::usage(format!("`{name}` is no finding: write `E0502.1`")))?);
    let paths = std::slice::from_ref(&args.subject);
    let Project { sources, findings: unread } = project::read(paths)?;
    let kept = sources.clone();
    let mut findings = Findings::new();
    unread.into_iter().for_each(|finding| findings.push(finding));
    let _ = axtrace::compiler::compile(sources, &mut findings);
    let findings = findings.sorted();
    let numbers = ordinals(&findings);
    let found = findings.iter().zip(numbers).find(|(finding, n)| finding.code() == code && *n == number);
    let Some((finding, number)) = found else { return Err(no_such_finding(&code, number, &findings)) };
    let mut text = Report { sources: &kept, style: look.out, path: "" }.one(finding, number);
    let program = finding.witness.as_ref().and_then(|_| axtrace::compiler::unproved(kept.clone()));
    if let Some(program) = &program {
        text += &witness(finding, program, look.out).map(|lines| format!("\n{lines}")).unwrap_or_default();
    }
    print(&text)?;
    Ok(WELL)
}

fn no_such_finding(code: &str, number: usize, findings: &[Finding]) -> Stop {
    let count = findings.iter().filter(|finding| finding.code() == code).count();
    let have = match count {
        0 => format!("the rules have no finding `{code}`"),
        1 => format!("the rules have one finding `{code}`, and no number {number}"),
        more => format!("the rules have {more} findings `{code}`, and no number {number}"),
    };
    Stop::Usage { message: have, help: Some("`axtrace check` shows what there is".to_owned()) }
}

/// What the rules do with the input of a finding, drawn on the source.
fn witness(finding: &Finding, program: &Program, style: Style) -> Option<String> {
    let (json, name) = (finding.witness.as_deref()?, finding.decision.as_deref()?);
    let id = axtrace::find_decision(&program.meta, name).ok()?;
    let decision = &program.meta.decisions[id.index()];
    let mut batch = Batch::new();
    let read = Reader::new(&program.meta, id).read(json.as_bytes(), &mut batch);
    let values = read.ok().and_then(|()| batch.values(0, decision, &program.meta).ok())?;
    Some(match observe(&program.meta, &program.graphs, id, &values, Options::at(Level::Full)) {
        Ok(observation) => observed(program, id, &batch, &observation, style),
        Err(fault) => faulted(program, id, &fault, style),
    })
}

/// Every rule with what became of it and the values it saw, though together they decide nothing.
fn observed(program: &Program, id: DecisionId, batch: &Batch, observation: &Observation, style: Style) -> String {
    let meta = &program.meta;
    let recording = &observation.recording;
    let (row, arena) = (batch.row(0), batch.arena());
    let view = View { row, arena, outcome: &recording.outcome, frame: &recording.frame, scratch: &recording.scratch };
    let format = |value: &Value, ty: &_| format_value(value, ty, meta);
    match decode(meta, id, &view, Level::Full) {
        Ok(trace) => Drawing { sources: &meta.sources, style, detail: Detail::All, format: &format, about: &[] }.rules(&trace.tree),
        Err(error) => format!("what the rules do with it cannot be shown: {error}\n"),
    }
}

/// The place where deciding the input stopped.
fn faulted(program: &Program, id: DecisionId, fault: &Fault, style: Style) -> String {
    let graph = program.graphs.get(fault.decision.index());
    let node = fault.node.and_then(|node| graph?.nodes.get(node.index()));
    let head = program.meta.decisions[id.index()].span;
    let text = Some(fault_words(&fault.kind).to_owned());
    let mark = Mark { span: node.map_or(head, |node| node.span), text, primary: true };
    Report { sources: &program.meta.sources, style, path: "" }.labels(&[mark]).join("\n") + "\n"
}

fn fault_words(kind: &FaultKind) -> &'static str {
    match kind {
        FaultKind::Overflow => "becomes too large here",
        FaultKind::DivisionByZero => "is divided by 0 here",
        FaultKind::Missing => "is missing here",
        FaultKind::OutOfBounds { .. } => "leaves the range it is declared with here",
        FaultKind::Relation { .. } => "the parameters do not keep `always`",
        FaultKind::NoRule => "no rule decides",
        FaultKind::NoRank { .. } => "a rule decides what has no rank",
        FaultKind::Conflict { .. } => "rules decide differently",
        FaultKind::TooLong => "takes too many steps",
        FaultKind::Malformed(_) => "cannot be decided",
    }
}
