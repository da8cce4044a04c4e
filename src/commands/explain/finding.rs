//! A finding, and what the rules do with the input that shows it.

use axtrace::Trace;
use axtrace::compiler::Program;
use axtrace::compiler::interpret::{Fault, FaultKind, Observation, Options, observe};
use axtrace::project::{self, Project};
use axtrace::runtime::memory::Batch;
use axtrace::runtime::meta::DecisionId;
use axtrace::runtime::read::Reader;
use axtrace::runtime::text::format_value;
use axtrace::runtime::trace::{Level, Status, TraceKind, TraceNode, decode};
use axtrace::runtime::value::Value;
use axtrace::source::{Finding, Findings};

use super::super::{Ended, Look, Stop, WELL, print};
use super::{Args, DrawnAs};
use axtrace_render::findings::{Mark, Report, ordinals};
use axtrace_render::picture::{Block, Row, lines};
use axtrace_render::style::{Role, Style};
use axtrace_render::trace::{Detail, Drawing};
use axtrace_render::{findings_json, page};

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
    let program = finding.witness.as_ref().and_then(|_| axtrace::compiler::unproved(kept.clone()));
    let shown = program.as_ref().and_then(|program| Some((program, seen(finding, program)?)));
    let text = match args.drawn_as {
        DrawnAs::Text => {
            let text = Report { sources: &kept, style: look.out, path: "" }.one(finding, number);
            let below =
                shown.map(|(program, seen)| format!("\n{}\n", lines(&seen.blocks(program, look.out, Detail::All), look.out).join("\n")));
            text + &below.unwrap_or_default()
        }
        DrawnAs::Html => {
            let style = Style::plain(page::WIDTH);
            let text = Report { sources: &kept, style, path: "" }.one(finding, number);
            let role = |index| if index == 0 { Role::Headline } else { Role::Plain };
            let rows = text.trim_end().lines().enumerate().map(|(index, line)| Block::Row(Row::of(line, role(index))));
            let below = shown.map(|(program, seen)| seen.blocks(program, style, Detail::Folded)).unwrap_or_default();
            let space = (!below.is_empty()).then(|| Block::Row(Row::default()));
            page::page(&format!("{} {}", finding.code(), finding.diagnostic), &rows.chain(space).chain(below).collect::<Vec<_>>())
        }
        DrawnAs::Json => {
            let mut line = findings_json::line(finding, &kept);
            if let Some((program, Seen::Observed(mut trace))) = shown {
                trace.tree.iter_mut().for_each(undecide);
                line.truncate(line.len().saturating_sub(1));
                line += &format!(",\"tree\":{}}}", trace.tree_json(&program.meta));
            }
            line + "\n"
        }
    };
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

/// What the rules do with the input of a finding.
enum Seen {
    /// Every rule with what became of it and the values it saw, though together they may decide nothing.
    Observed(Box<Trace>),
    /// Deciding stopped.
    Faulted(DecisionId, Fault),
    /// It cannot be shown, which is a bug in AxTrace.
    Unreadable(String),
}

/// Decides the input of a finding.
fn seen(finding: &Finding, program: &Program) -> Option<Seen> {
    let (json, name) = (finding.witness.as_deref()?, finding.decision.as_deref()?);
    let id = axtrace::find_decision(&program.meta, name).ok()?;
    let decision = &program.meta.decisions[id.index()];
    let mut batch = Batch::new();
    let read = Reader::new(&program.meta, id).read(json.as_bytes(), &mut batch);
    let values = read.ok().and_then(|()| batch.values(0, decision, &program.meta).ok())?;
    Some(match observe(&program.meta, &program.graphs, id, &values, Options::at(Level::Full)) {
        Ok(observation) => observed(program, id, &batch, &observation),
        Err(fault) => Seen::Faulted(id, fault),
    })
}

fn observed(program: &Program, id: DecisionId, batch: &Batch, observation: &Observation) -> Seen {
    match decode(&program.meta, id, &observation.recording.view(batch), Level::Full) {
        Ok(trace) => Seen::Observed(Box::new(trace)),
        Err(error) => Seen::Unreadable(error.to_string()),
    }
}

/// Of rules that give no outcome together none decides: they apply.
fn undecide(node: &mut TraceNode) {
    if node.status == Status::Decided {
        node.status = Status::Applied;
    }
    if matches!(node.kind, TraceKind::Group | TraceKind::Table { .. }) {
        node.children.iter_mut().for_each(undecide);
    }
}

impl Seen {
    fn blocks(&self, program: &Program, style: Style, detail: Detail) -> Vec<Block> {
        let meta = &program.meta;
        let format = |value: &Value, ty: &_| format_value(value, ty, meta);
        match self {
            Self::Observed(trace) => {
                Drawing { sources: &meta.sources, style, detail, format: &format, about: &[], also: &[] }.rules(&trace.tree)
            }
            Self::Faulted(id, fault) => {
                let plain = |line: &String| Block::Row(Row::of(line, Role::Plain));
                faulted(program, *id, fault, style).iter().map(plain).collect()
            }
            Self::Unreadable(error) => {
                vec![Block::Row(Row::of(format!("what the rules do with it cannot be shown: {error}"), Role::Plain))]
            }
        }
    }
}

/// The place where deciding the input stopped.
fn faulted(program: &Program, id: DecisionId, fault: &Fault, style: Style) -> Vec<String> {
    let graph = program.graphs.get(fault.decision.index());
    let node = fault.node.and_then(|node| graph?.nodes.get(node.index()));
    let head = program.meta.decisions[id.index()].span;
    let text = Some(fault_words(&fault.kind).to_owned());
    let mark = Mark { span: node.map_or(head, |node| node.span), text, primary: true };
    Report { sources: &program.meta.sources, style, path: "" }.labels(&[mark])
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
