//! `axtrace explain`: one decision drawn on its source, from an input or from its record; the input that shows a finding; or the page of a
//! finding.

mod constants;
mod finding;
mod record;
mod search;
mod why_not;

use std::collections::HashSet;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use axtrace::compiler::interpret::{Options, decide};
use axtrace::runtime::memory::Batch;
use axtrace::runtime::meta::DecisionId;
use axtrace::runtime::read::csv::Columns;
use axtrace::runtime::read::{InputErrors, Reader};
use axtrace::runtime::text::format_value;
use axtrace::runtime::trace::{Level, Passed, decode};
use axtrace::runtime::value::Value;
use axtrace::source::{Finding, Sources};
use axtrace::{DecideError, Decision, Rules, Trace};
use indicatif::ProgressBar;

use super::input::{self, HowToRead, Inputs, Piece, Table};
use super::{Ended, FOUND, Look, Stop, WELL, print};
use crate::pages;
use crate::records::{Record, Records};
use axtrace_render::findings::Report;
use axtrace_render::page;
use axtrace_render::picture::{self, Block};
use axtrace_render::style::Style;
use axtrace_render::trace::{Detail, Drawing};

/// What `explain` is told.
#[derive(Debug, clap::Args)]
#[command(mut_arg("format", |arg| arg.long("input-format")))]
pub struct Args {
    /// A rule file, or a folder of them; or the code of a finding, such as E0204
    #[arg(value_name = "PATH|CODE")]
    subject: PathBuf,
    /// The decision, with or without its module; a record knows its own
    #[arg(long, value_name = "NAME")]
    decision: Option<String>,
    /// JSON, NDJSON, CSV or Parquet with the input; `-` is standard input
    #[arg(long, value_name = "FILE", requires = "decision", conflicts_with = "record")]
    input: Option<PathBuf>,
    /// Records as `axtrace run` writes them, with `--trace record` or `full`; `-` is standard input
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    how: HowToRead,
    /// Which input or record of the file to explain, from 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    number: u64,
    /// The record of this id; of CSV and Parquet the first with this value in this column: COLUMN=VALUE, or without one in that which
    /// `axtrace.toml` calls `id`
    #[arg(long, value_name = "[COLUMN=]VALUE", conflicts_with = "number")]
    id: Option<String>,
    /// A finding whose input is to be shown, by code and number: E0502.1
    #[arg(long, value_name = "CODE.N", conflicts_with_all = ["input", "record"])]
    finding: Option<String>,
    /// Say what stands in the way of this outcome: a value as the rules write it, or `refer to ROLE`
    #[arg(long, value_name = "OUTCOME")]
    why_not: Option<String>,
    /// Show this rule or row of a table too, and what its conditions or cells were, though it did not apply; may stand several times
    #[arg(long = "rule", value_name = "NAME")]
    rules: Vec<String>,
    /// Show every rule and every element, long lines and values whole, and the input
    #[arg(long)]
    all: bool,
    /// How to show it
    #[arg(long = "format", id = "drawn_as", value_enum, value_name = "FORMAT", default_value_t)]
    drawn_as: DrawnAs,
}

/// How a decision is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum DrawnAs {
    /// Drawn on the source
    #[default]
    Text,
    /// The trace, on one line
    Json,
    /// The drawing as a page of its own, with parts to unfold
    Html,
}

/// Explains what was asked for.
pub fn run(args: &Args, look: Look) -> Ended {
    match (&args.finding, &args.record, &args.decision, &args.input) {
        (Some(finding), ..) => finding::explain_finding(args, finding, look),
        (None, Some(record), ..) => record::explain_record(args, record, look),
        (None, None, Some(decision), Some(input)) => explain_input(args, decision, input, look),
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
        let help = "name a decision and an input with `--decision NAME --input FILE`, a record with `--record FILE`, or a finding with \
                    `--finding E0502.1`";
        (format!("there is nothing to explain about `{}` yet", subject.display()), Some(help.to_owned()))
    };
    Err(Stop::Usage { message, help })
}

fn explain_input(args: &Args, decision: &str, path: &Path, look: Look) -> Ended {
    let rules = super::compile(std::slice::from_ref(&args.subject), &[Level::Full], look.err)?;
    let decision = rules.decision(decision)?;
    let input = input::open(path)?;
    let how = args.how.settled(super::settings::beside(&args.subject)?, &input);
    let wanted = args.id.as_deref().map(wanted);
    let column = wanted.as_ref().map(|wanted| wanted.column(&how)).transpose()?;
    let trace = match input::inputs(input, &how, column, &ProgressBar::hidden())? {
        Inputs::Json(records) => trace_record(args, path, &decision, records)?,
        Inputs::Rows(mut table) => {
            let columns = table.columns(&decision)?.map_err(|errors| refused(errors, &rules.meta().sources, look.err))?;
            trace_row(args, wanted.as_ref(), path, &decision, &columns, *table)?
        }
    };
    match trace {
        Ok(trace) => Explained { args, rules: &rules, id: decision.id(), trace, about: Vec::new(), recomputed: None }.show(look, WELL),
        Err(error) => show_problems(error, &rules, look),
    }
}

/// What is recorded about an input, or why it is none.
type Traced = Result<Trace, DecideError>;

fn trace_record(args: &Args, path: &Path, decision: &Decision, mut records: Records<impl BufRead>) -> Result<Traced, Stop> {
    let (mut seen, mut bytes) = (0, Vec::new());
    while let Some(record) = records.next_record(&mut bytes).map_err(input::unreadable)? {
        seen += 1;
        if seen == args.number {
            let Record::Bytes = record else { return Err(Stop::usage("the record is larger than 64 MiB")) };
            return Ok(decision.trace(&bytes, Level::Full));
        }
        bytes.clear();
    }
    Err(no_such_record(path, seen, args.number))
}

fn trace_row(
    args: &Args,
    wanted: Option<&Wanted>,
    path: &Path,
    decision: &Decision,
    columns: &Columns,
    mut table: Table,
) -> Result<Traced, Stop> {
    let (mut seen, mut piece, through) = (0, Piece::default(), table.through());
    while table.next_row(&mut piece)? {
        seen += 1;
        let is_it = wanted.map_or(seen == args.number, |wanted| through.of(&piece).id.as_deref() == Some(&wanted.value));
        if !is_it {
            continue;
        }
        return Ok(match piece {
            Piece::Row(row) => decision.trace_row(columns, &row, Level::Full),
            Piece::Refused(place, wrong) => Err(columns.refuse(place, wrong).into()),
        });
    }
    Err(match wanted {
        Some(Wanted { column: Some(column), value }) => {
            Stop::usage(format!("`{}` has no record whose `{column}` is `{value}`", path.display()))
        }
        Some(Wanted { column: None, value }) => Stop::usage(format!("`{}` has no record of the id `{value}`", path.display())),
        None => no_such_record(path, seen, args.number),
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

fn wanted(text: &str) -> Wanted {
    match text.split_once('=') {
        Some((column, value)) => Wanted { column: Some(column.to_owned()), value: value.to_owned() },
        None => Wanted { column: None, value: text.to_owned() },
    }
}

/// A decision that is to be shown.
struct Explained<'a> {
    args: &'a Args,
    rules: &'a Rules,
    id: DecisionId,
    trace: Trace,
    /// What the head says about where the trace comes from.
    about: Vec<(&'static str, String)>,
    /// What of the trace was not in the record.
    recomputed: Option<&'static str>,
}

impl Explained<'_> {
    /// Shows it as it was asked for, and ends with a status.
    fn show(mut self, look: Look, status: u8) -> Ended {
        self.add_rows()?;
        let meta = self.rules.meta();
        let format = |value: &Value, ty: &_| format_value(value, ty, meta);
        let drawing =
            |style, detail| Drawing { sources: &meta.sources, style, detail, format: &format, about: &self.about, also: &self.args.rules };
        let text = match self.args.drawn_as {
            DrawnAs::Json => self.json()?,
            DrawnAs::Text => {
                let detail = if self.args.all { Detail::All } else { Detail::Brief };
                let blocks = self.blocks(&drawing(look.out, detail))?;
                picture::lines(&blocks, look.out).join("\n") + "\n"
            }
            DrawnAs::Html => {
                let style = Style { colour: false, width: page::WIDTH };
                let drawing = drawing(style, Detail::Folded);
                let title = format!("{} · {}", drawing.outcome(&self.trace.outcome), self.trace.decision);
                page::page(&title, &self.blocks(&drawing)?)
            }
        };
        print(&text)?;
        Ok(status)
    }

    /// Rows of tables that are looked up and did not apply are no part of a record: those that are asked for are looked at again.
    fn add_rows(&mut self) -> Result<(), Stop> {
        let (args, meta) = (self.args, self.rules.meta());
        if args.rules.is_empty() && !args.all {
            return Ok(());
        }
        if !args.rules.is_empty() && args.drawn_as == DrawnAs::Json {
            return Err(Stop::usage(
                "`--rule` is for text and pages; the JSON of a trace has every rule, and of a table the rows that applied",
            ));
        }
        let names: HashSet<&str> =
            (0..meta.decisions.len()).flat_map(|id| meta.rule_names(DecisionId(id as u32))).map(|(name, _)| name).collect();
        if let Some(unknown) = args.rules.iter().find(|name| !names.contains(name.as_str())) {
            let near = axtrace::compiler::suggest::nearest(unknown, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            return Err(Stop::Usage { message: format!("there is no rule or row `{unknown}`"), help: near });
        }
        self.trace.add_rows(meta, &|name| args.all || args.rules.iter().any(|asked| asked == name));
        Ok(())
    }

    fn blocks(&self, drawing: &Drawing) -> Result<Vec<Block>, Stop> {
        match &self.args.why_not {
            Some(outcome) => why_not::blocks(self, drawing, outcome),
            None => Ok(drawing.picture(&self.trace)),
        }
    }

    fn json(&self) -> Result<String, Stop> {
        if self.args.why_not.is_some() {
            return Err(Stop::usage("`--why-not` is shown as text or as a page: `--format text` or `html`"));
        }
        let mut line = self.trace.to_json(self.rules.meta(), Level::Full);
        if let Some(what) = self.recomputed {
            line.truncate(line.len().saturating_sub(1));
            line += &format!(",\"recomputed\":[\"{what}\"]}}");
        }
        Ok(line + "\n")
    }
}

/// Decides an input with the interpreter, for what was not recorded.
fn recompute(rules: &Rules, id: DecisionId, input: &[u8], passed: Passed) -> Result<Traced, Stop> {
    let (program, mut batch) = (rules.program(), Batch::new());
    if let Err(errors) = Reader::new(&program.meta, id).read(input, &mut batch).and_then(|()| rules.executable().admit(id, &mut batch)) {
        return Ok(Err(errors.into()));
    }
    let decision = &program.meta.decisions[id.index()];
    let values = batch.values(0, decision, &program.meta).map_err(|error| Stop::Bug(error.to_string()))?;
    let run = decide(&program.meta, &program.graphs, id, &values, Options::at(Level::Full));
    let recording = run.map_err(|fault| Stop::Bug(format!("the interpreter cannot decide: {:?}", fault.kind)))?.recording;
    let view = recording.view(&batch);
    let mut trace = decode(&program.meta, id, &view, Level::Full).map_err(DecideError::from)?;
    trace.pass(passed);
    Ok(Ok(trace))
}

/// Shows what is wrong with an input.
fn show_problems(error: DecideError, rules: &Rules, look: Look) -> Ended {
    match error {
        DecideError::Input(errors) => {
            print(&problems(errors, &rules.meta().sources, look.out))?;
            Ok(FOUND)
        }
        error => Err(error.into()),
    }
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
    let have = axtrace_render::findings::counted(usize::try_from(has).unwrap_or(usize::MAX), "record");
    Stop::usage(format!("`{}` has {have}; there is no record {wanted}", input.display()))
}

/// A decision on an input, drawn on its source, or what is wrong with the input; and the status that goes with it.
pub(super) fn drawn(rules: &Rules, trace: Traced, style: Style) -> Result<(String, u8), Stop> {
    match trace {
        Ok(trace) => Ok((rules.draw(&trace, Detail::Brief, style), WELL)),
        Err(error @ DecideError::Input(_)) => Ok((error.draw(rules, style), FOUND)),
        Err(error) => Err(error.into()),
    }
}

/// The problems of an input, each with the line that declares what it does not keep.
fn problems(errors: InputErrors, sources: &Sources, style: Style) -> String {
    let findings: Vec<Finding> = errors.problems.into_iter().map(Finding::new).collect();
    Report { sources, style, path: "" }.all(&findings, super::SHOWN_FINDINGS)
}
