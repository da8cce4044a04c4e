//! `axtrace run`: decides the inputs of a file natively, batch by batch, and writes one line of JSON for each.
#![expect(clippy::disallowed_methods, reason = "the command line opens the file that it is told to write")]

use std::fs::File;
use std::io::{self, BufRead, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use axtrace::runtime::read::csv::Split;
use axtrace::runtime::read::{InputErrors, Problem, Wrong};
use axtrace::runtime::trace::Passed;
use axtrace::source::{Sources, Span};
use axtrace::{DecideError, Decided, Decision, Level, Session, Trace};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::input::{self, HowToRead, Input, Inputs, Table};
use super::summary::Summary;
use super::{Ended, FOUND, Look, Stop, WELL};
use crate::records::{Place, Record, Records};
use crate::render::style::Style;

/// Bytes written at once.
const BUFFER: usize = 1 << 18;

/// Bytes that come along with inputs after which those are answered.
const ENOUGH_PASSED: usize = 8 << 20;

/// What `run` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A rule file, or a folder of them
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The decision, with or without its module
    #[arg(long, value_name = "NAME")]
    decision: String,
    /// JSON (an object, or an array of objects), NDJSON (an object on each line) or CSV (columns named like the fields); `-` is standard
    /// input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    #[command(flatten)]
    how: HowToRead,
    /// CSV: the column that becomes the `id` of each decision
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// How much of each decision to write
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    trace: TraceLevel,
    /// Where to write; without it standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write a summary to standard error, also where that is no terminal
    #[arg(long)]
    summary: bool,
    /// Draw the decision on one record, from 1, on its source; on standard error, behind the summary
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    explain: Option<u64>,
}

/// How much of a decision is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum TraceLevel {
    /// The outcome alone.
    None,
    /// Everything but the tree.
    #[default]
    Record,
    /// Everything.
    Full,
}

impl From<TraceLevel> for Level {
    fn from(level: TraceLevel) -> Self {
        match level {
            TraceLevel::None => Self::None,
            TraceLevel::Record => Self::Record,
            TraceLevel::Full => Self::Full,
        }
    }
}

/// Decides the inputs of a file.
pub fn run(args: &Args, look: Look) -> Ended {
    let to_terminal = args.output.is_none() && io::stdout().is_terminal();
    let summary_wanted = args.summary || (io::stderr().is_terminal() && !to_terminal);
    let none = args.trace == TraceLevel::None;
    // Counting rules takes the bits of a record, even where nothing but outcomes is written.
    let level = if none && summary_wanted { Level::Record } else { args.trace.into() };
    let levels = if args.explain.is_some() { vec![level, Level::Full] } else { vec![level] };
    let rules = super::compile(std::slice::from_ref(&args.path), &levels, look.err)?;
    let decision = rules.decision(&args.decision)?;
    let input = input::open(&args.input)?;
    let how = args.how.settled(super::settings::beside(&args.path)?, &input);
    let bar = progress(&input, summary_wanted, &args.input);
    let inputs = input::inputs(input, &how, args.id.as_deref(), &bar)?;
    let output = create(args.output.as_deref())?;
    let name = args.input.display().to_string();
    let mut work = Work {
        sources: &rules.meta().sources,
        output,
        none,
        summary: Summary::new(rules.meta(), decision.meta()),
        counting: summary_wanted,
        places: Vec::new(),
        passed: 0,
        line: String::new(),
        explain: args.explain,
        seen: 0,
        explained: None,
        style: look.err,
    };
    work.all(&decision, level, inputs)?;
    work.output.flush()?;
    bar.finish_and_clear();
    if summary_wanted {
        io::stderr().write_all(work.summary.draw(&name, look.err).as_bytes())?;
    }
    if let Some(wanted) = args.explain {
        let Some(trace) = work.explained else { return Err(not_explained(args, work.seen, wanted)) };
        let (text, _) = super::explain::drawn(&rules, trace, false, look.err)?;
        io::stderr().write_all(format!("\n{text}").as_bytes())?;
    }
    Ok(if work.summary.bad() > 0 { FOUND } else { WELL })
}

fn not_explained(args: &Args, seen: u64, wanted: u64) -> Stop {
    if wanted > seen {
        super::explain::no_such_record(&args.input, seen, wanted)
    } else {
        Stop::usage("the record to explain is larger than 64 MiB")
    }
}

fn create(path: Option<&Path>) -> Result<BufWriter<Box<dyn Write>>, Stop> {
    let cannot = |path: &Path, error: io::Error| Stop::usage(format!("cannot write `{}`: {error}", path.display()));
    let output: Box<dyn Write> = match path {
        None => Box::new(io::stdout()),
        Some(path) => Box::new(File::create(path).map_err(|error| cannot(path, error))?),
    };
    Ok(BufWriter::with_capacity(BUFFER, output))
}

/// A bar on a terminal that nothing else is written to.
fn progress(input: &Input, wanted: bool, path: &Path) -> ProgressBar {
    let (true, true, Some(size)) = (wanted, io::stderr().is_terminal(), input.size) else { return ProgressBar::hidden() };
    let style = ProgressStyle::with_template("deciding {prefix} {bar:30} {percent:>3} %  {elapsed}");
    let bar = ProgressBar::new(size).with_prefix(path.display().to_string());
    style.map_or(bar.clone(), |style| bar.with_style(style.progress_chars("━━─")))
}

struct Work<'a> {
    sources: &'a Sources,
    output: BufWriter<Box<dyn Write>>,
    none: bool,
    summary: Summary<'a>,
    counting: bool,
    /// Where the inputs of the session stand, and what came along with them.
    places: Vec<(Place, Passed)>,
    /// How many bytes came along with them.
    passed: usize,
    line: String,
    /// The record to explain, from 1.
    explain: Option<u64>,
    /// How many records there were.
    seen: u64,
    /// What was recorded about the record to explain; nothing about one that is too large.
    explained: Option<Result<Trace, DecideError>>,
    style: Style,
}

impl Work<'_> {
    fn all(&mut self, decision: &Decision, level: Level, inputs: Inputs) -> Result<(), Stop> {
        let mut session = decision.session(level);
        match inputs {
            Inputs::Json(records) => self.records(decision, records, &mut session)?,
            Inputs::Csv(table) => self.rows(decision, *table, &mut session)?,
        }
        self.answer(&mut session)
    }

    fn records(&mut self, decision: &Decision, mut records: Records<impl BufRead>, session: &mut Session) -> Result<(), Stop> {
        while let Some(record) = records.next_record().map_err(input::unreadable)? {
            self.seen += 1;
            match record {
                Record::Bytes(bytes) => {
                    if self.explain == Some(self.seen) {
                        self.explained = Some(decision.trace(bytes, Level::Full));
                    }
                    session.push(bytes);
                }
                Record::TooLarge(bytes) => session.refuse(too_large(bytes, decision)),
            }
            self.taken(records.place(), Passed::default(), session)?;
        }
        Ok(())
    }

    fn rows(&mut self, decision: &Decision, mut table: Table, session: &mut Session) -> Result<(), Stop> {
        let columns = table.columns(decision).map_err(|errors| super::explain::refused(errors, self.sources, self.style))?;
        while let Some((split, passed)) = table.next_row()? {
            self.seen += 1;
            let wrong = match split {
                Split::Row(row) => {
                    if self.explain == Some(self.seen) {
                        self.explained = Some(decision.trace_row(&columns, row, Level::Full));
                    }
                    session.push_row(&columns, row);
                    let place = Place { number: self.seen, line: row.line() };
                    self.taken(place, passed, session)?;
                    continue;
                }
                Split::TooLarge { bytes, line } => (line, Wrong::TooLarge { bytes }),
                Split::Unclosed { line } => (line, Wrong::UnclosedQuote),
            };
            session.refuse(columns.refuse(wrong.0, wrong.1));
            self.taken(Place { number: self.seen, line: wrong.0 }, passed, session)?;
        }
        Ok(())
    }

    /// Notes where an input stands that the session took, and answers when it is time.
    fn taken(&mut self, place: Place, passed: Passed, session: &mut Session) -> Result<(), Stop> {
        self.passed += passed.id.as_ref().map_or(0, String::len);
        self.passed += passed.carry.iter().map(|(name, text)| name.len() + text.len()).sum::<usize>();
        self.places.push((place, passed));
        if session.is_full() || self.passed >= ENOUGH_PASSED { self.answer(session) } else { Ok(()) }
    }

    fn answer(&mut self, session: &mut Session) -> Result<(), Stop> {
        let mut next = std::mem::take(&mut self.places).into_iter();
        self.passed = 0;
        session.answer(|answer| {
            let (place, passed) = next.next().unwrap_or((Place { number: 0, line: 0 }, Passed::default()));
            match answer {
                Ok(decided) => self.decided(&decided, passed)?,
                Err(errors) => self.bad(errors, place, passed),
            }
            self.line.push('\n');
            Ok::<(), Stop>(self.output.write_all(self.line.as_bytes())?)
        })
    }

    fn decided(&mut self, decided: &Decided, passed: Passed) -> Result<(), Stop> {
        if self.counting {
            self.summary.count(decided)?;
        }
        self.line = decided.json_with(passed, if self.none { Level::None } else { Level::Full })?;
        Ok(())
    }

    fn bad(&mut self, errors: &InputErrors, place: Place, passed: Passed) {
        self.line = error_line(errors, passed, self.sources);
        self.summary.count_bad(errors, place, self.sources);
    }
}

fn too_large(bytes: usize, decision: &Decision) -> InputErrors {
    let problem = Problem { at: String::new(), declared: decision.meta().span, wrong: Wrong::TooLarge { bytes }, cell: None };
    InputErrors { problems: vec![problem], cut: false }
}

#[derive(Serialize)]
struct ErrorLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    error: ErrorBody<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_object")]
    carry: Vec<(String, String)>,
}

fn as_object<S: serde::Serializer>(members: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(members.iter().map(|(name, text)| (name, text)))
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    #[serde(flatten)]
    first: ProblemBody<'a>,
    /// The other problems of the same input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more: Vec<ProblemBody<'a>>,
}

#[derive(Serialize)]
struct ProblemBody<'a> {
    code: String,
    at: &'a str,
    /// Where in a CSV file.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'a str>,
    message: String,
    /// Where the rules declare what the input does not keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<Declared<'a>>,
}

#[derive(Serialize)]
struct Declared<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

/// The line that answers an input that cannot be read: its first problem, and the `more` there are.
fn error_line(errors: &InputErrors, passed: Passed, sources: &Sources) -> String {
    let mut bodies = errors.problems.iter().map(|problem| problem_body(problem, sources));
    let Some(first) = bodies.next() else { return "{\"error\":{}}".to_owned() };
    let line = ErrorLine { id: passed.id, error: ErrorBody { first, more: bodies.collect() }, carry: passed.carry };
    // The members are texts and numbers, which always have a JSON form.
    serde_json::to_string(&line).unwrap_or_default()
}

fn problem_body<'a>(problem: &'a Problem, sources: &'a Sources) -> ProblemBody<'a> {
    let declared = |span: Span| sources.locate(span).map(|(file, at)| Declared { file: file.name(), line: at.line, column: at.column });
    ProblemBody {
        code: problem.code(),
        at: &problem.at,
        line: problem.cell.as_ref().and_then(|cell| cell.line),
        column: problem.cell.as_ref().and_then(|cell| cell.column.as_deref()),
        message: problem.wrong.to_string(),
        declared: declared(problem.declared),
    }
}
