//! `axtrace explain`: one decision drawn on its source, the input that shows a finding, or the page of a finding.

use std::convert::Infallible;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use axtrace::compiler::Program;
use axtrace::compiler::interpret::{Fault, FaultKind, Observation, Options, observe};
use axtrace::runtime::memory::Batch;
use axtrace::runtime::meta::DecisionId;
use axtrace::runtime::read::csv::Columns;
use axtrace::runtime::read::{InputErrors, Reader};
use axtrace::runtime::text::format_value;
use axtrace::runtime::trace::{Level, View, decode};
use axtrace::runtime::value::Value;
use axtrace::source::{Finding, Findings, Sources};
use axtrace::{DecideError, Decision, Rules, Trace};
use indicatif::ProgressBar;

use super::input::{self, HowToRead, Inputs, Piece, Table};
use super::{Ended, FOUND, Look, Stop, WELL, print};
use crate::pages;
use crate::records::{Record, Records};
use crate::render::findings::{Mark, Report, ordinals};
use crate::render::style::Style;
use crate::render::trace::Drawing;
use axtrace::project::{self, Project};

/// What `explain` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A rule file, or a folder of them; or the code of a finding, such as E0204
    #[arg(value_name = "PATH|CODE")]
    subject: PathBuf,
    /// The decision, with or without its module
    #[arg(long, value_name = "NAME", requires = "input")]
    decision: Option<String>,
    /// JSON, NDJSON, CSV or Parquet with the input; `-` is standard input
    #[arg(long, value_name = "FILE", requires = "decision")]
    input: Option<PathBuf>,
    #[command(flatten)]
    how: HowToRead,
    /// Which record of the input to explain, from 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    record: u64,
    /// CSV and Parquet: explain the first record that has this value in this column; without one in that which `axtrace.toml` calls `id`
    #[arg(long, value_name = "[COLUMN=]VALUE", conflicts_with = "record", value_parser = wanted)]
    id: Option<Wanted>,
    /// A finding whose input is to be shown, by code and number: E0502.1
    #[arg(long, value_name = "CODE.N", conflicts_with = "input")]
    finding: Option<String>,
    /// Show every rule and every element, and what happened inside of calls
    #[arg(long)]
    all: bool,
}

/// Explains what was asked for.
pub fn run(args: &Args, look: Look) -> Ended {
    match (&args.finding, &args.decision, &args.input) {
        (Some(finding), ..) => explain_finding(args, finding, look),
        (None, Some(decision), Some(input)) => explain_input(args, decision, input, look),
        _ => explain_code(&args.subject),
    }
}

fn explain_code(subject: &Path) -> Ended {
    let code = subject.to_string_lossy().to_uppercase();
    if let Some(page) = pages::page(&code) {
        print(page)?;
        return Ok(WELL);
    }
    let is_code = code.len() == 5 && code.starts_with('E') && code[1..].bytes().all(|byte| byte.is_ascii_digit());
    let (message, help) = if is_code {
        let near = axtrace::compiler::suggest::nearest(&code, pages::codes());
        (format!("there is no finding `{code}`"), near.map(|near| format!("did you mean `{near}`?")))
    } else {
        let help = "name a decision and an input with `--decision NAME --input FILE`, or a finding with `--finding E0502.1`";
        (format!("there is nothing to explain about `{}` yet", subject.display()), Some(help.to_owned()))
    };
    Err(Stop::Usage { message, help })
}

fn explain_input(args: &Args, decision: &str, path: &Path, look: Look) -> Ended {
    let rules = super::compile(std::slice::from_ref(&args.subject), &[Level::Full], look.err)?;
    let decision = rules.decision(decision)?;
    let input = input::open(path)?;
    let how = args.how.settled(super::settings::beside(&args.subject)?, &input);
    let column = args.id.as_ref().map(|wanted| wanted.column(&how)).transpose()?;
    let trace = match input::inputs(input, &how, column, &ProgressBar::hidden())? {
        Inputs::Json(records) => trace_record(args, path, &decision, records)?,
        Inputs::Rows(mut table) => {
            let columns = table.columns(&decision)?.map_err(|errors| refused(errors, &rules.meta().sources, look.err))?;
            trace_row(args, path, &decision, &columns, *table)?
        }
    };
    let (text, status) = drawn(&rules, trace, args.all, look.out)?;
    print(&text)?;
    Ok(status)
}

/// What is recorded about an input, or why it is none.
type Traced = Result<Trace, DecideError>;

fn trace_record(args: &Args, path: &Path, decision: &Decision, mut records: Records<impl BufRead>) -> Result<Traced, Stop> {
    let (mut seen, mut bytes) = (0, Vec::new());
    while let Some(record) = records.next_record(&mut bytes).map_err(input::unreadable)? {
        seen += 1;
        if seen == args.record {
            let Record::Bytes = record else { return Err(Stop::usage("the record is larger than 64 MiB")) };
            return Ok(decision.trace(&bytes, Level::Full));
        }
        bytes.clear();
    }
    Err(no_such_record(path, seen, args.record))
}

fn trace_row(args: &Args, path: &Path, decision: &Decision, columns: &Columns, mut table: Table) -> Result<Traced, Stop> {
    let (mut seen, mut piece, through) = (0, Piece::default(), table.through());
    while table.next_row(&mut piece)? {
        seen += 1;
        let is_it = args.id.as_ref().map_or(seen == args.record, |wanted| through.of(&piece).id.as_deref() == Some(&wanted.value));
        if !is_it {
            continue;
        }
        return Ok(match piece {
            Piece::Row(row) => decision.trace_row(columns, &row, Level::Full),
            Piece::Refused(place, wrong) => Err(columns.refuse(place, wrong).into()),
        });
    }
    Err(match &args.id {
        Some(Wanted { column: Some(column), value }) => {
            Stop::usage(format!("`{}` has no record whose `{column}` is `{value}`", path.display()))
        }
        Some(Wanted { column: None, value }) => Stop::usage(format!("`{}` has no record of the id `{value}`", path.display())),
        None => no_such_record(path, seen, args.record),
    })
}

/// A record that is asked for by what one of its columns holds.
#[derive(Debug, Clone)]
struct Wanted {
    column: Option<String>,
    value: String,
}

impl Wanted {
    fn column<'a>(&'a self, how: &'a HowToRead) -> Result<&'a str, Stop> {
        let column = self.column.as_deref().or_else(|| how.usual_id());
        column.ok_or_else(|| Stop::usage("write the column and its value, as in `--id order=17`"))
    }
}

fn wanted(text: &str) -> Result<Wanted, Infallible> {
    Ok(match text.split_once('=') {
        Some((column, value)) => Wanted { column: Some(column.to_owned()), value: value.to_owned() },
        None => Wanted { column: None, value: text.to_owned() },
    })
}

/// Shows what is wrong with an input file as a whole.
pub(super) fn refused(errors: InputErrors, sources: &Sources, style: Style) -> Stop {
    match std::io::stderr().write_all(problems(errors, sources, style).as_bytes()) {
        Ok(()) => Stop::Rejected,
        Err(error) => Stop::Output(error),
    }
}

/// A file has fewer records than were asked for.
pub(super) fn no_such_record(input: &Path, has: u64, wanted: u64) -> Stop {
    let have = crate::render::findings::counted(usize::try_from(has).unwrap_or(usize::MAX), "record");
    Stop::usage(format!("`{}` has {have}; there is no record {wanted}", input.display()))
}

/// A decision on an input, drawn on its source, or what is wrong with the input; and the status that goes with it.
pub(super) fn drawn(rules: &Rules, trace: Traced, all: bool, style: Style) -> Result<(String, u8), Stop> {
    let meta = rules.meta();
    match trace {
        Ok(trace) => {
            let format = |value: &Value, ty: &_| format_value(value, ty, meta);
            Ok((Drawing { sources: &meta.sources, style, all, format: &format }.whole(&trace), WELL))
        }
        Err(DecideError::Input(errors)) => Ok((problems(errors, &meta.sources, style), FOUND)),
        Err(error) => Err(error.into()),
    }
}

/// The problems of an input, each with the line that declares what it does not keep.
fn problems(errors: InputErrors, sources: &Sources, style: Style) -> String {
    let findings: Vec<Finding> = errors.problems.into_iter().map(Finding::new).collect();
    Report { sources, style, path: "" }.all(&findings, super::SHOWN_FINDINGS)
}

fn explain_finding(args: &Args, name: &str, look: Look) -> Ended {
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
        Ok(trace) => Drawing { sources: &meta.sources, style, all: true, format: &format }.rules(&trace.tree),
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
