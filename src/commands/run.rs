//! `axtrace run`: decides the inputs of a file natively, batch by batch, and writes one line of JSON for each.
#![expect(clippy::disallowed_methods, reason = "the command line opens the files that it is told to read and write")]

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use axtrace::runtime::read::{InputErrors, Problem, Wrong};
use axtrace::source::{Sources, Span};
use axtrace::{Decided, Decision, Level, Session};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::summary::Summary;
use super::{Ended, FOUND, Look, Stop, WELL};
use crate::records::{Form, Place, Record, Records};

/// Bytes read and written at once.
const BUFFER: usize = 1 << 18;

/// What `run` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A rule file, or a folder of them
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The decision, with or without its module
    #[arg(long, value_name = "NAME")]
    decision: String,
    /// JSON (an object, or an array of objects) or NDJSON (an object on each line); `-` is standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
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
    let input = open(&args.input)?;
    let output = create(args.output.as_deref())?;
    let bar = progress(&input, summary_wanted, &args.input);
    let name = args.input.display().to_string();
    let mut work = Work {
        sources: &rules.meta().sources,
        output,
        none,
        summary: Summary::new(rules.meta(), decision.meta()),
        counting: summary_wanted,
        places: Vec::new(),
        line: String::new(),
        explain: args.explain,
        seen: 0,
        explained: None,
    };
    work.all(&decision, level, input, &bar)?;
    work.output.flush()?;
    bar.finish_and_clear();
    if summary_wanted {
        io::stderr().write_all(work.summary.draw(&name, look.err).as_bytes())?;
    }
    if let Some(wanted) = args.explain {
        let Some(input) = &work.explained else { return Err(not_explained(args, work.seen, wanted)) };
        let (text, _) = super::explain::drawn(&rules, &decision, input, false, look.err)?;
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

/// An input and what is known of it.
pub struct Input {
    /// The bytes.
    pub bytes: Box<dyn Read>,
    /// How many there are, if that is known.
    pub size: Option<u64>,
    /// How records stand in it, if its name says so.
    pub form: Option<Form>,
}

/// Opens an input; `-` is standard input.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> Result<Input, Stop> {
    if path == Path::new("-") {
        return Ok(Input { bytes: Box::new(io::stdin()), size: None, form: None });
    }
    let unreadable = |error: io::Error| Stop::usage(format!("cannot read `{}`: {error}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if about.is_dir() {
        return Err(Stop::usage(format!("`{}` is a folder; `--input` takes a file of inputs", path.display())));
    }
    let form = match path.extension().and_then(|ending| ending.to_str()) {
        Some("ndjson" | "jsonl") => Some(Form::Lines),
        Some("json") => Some(Form::Document),
        _ => None,
    };
    Ok(Input { bytes: Box::new(file), size: about.is_file().then_some(about.len()), form })
}

/// The records of an input.
pub fn records(input: Input, bar: &ProgressBar) -> Records<BufReader<Box<dyn Read>>> {
    let bytes: Box<dyn Read> = if bar.is_hidden() { input.bytes } else { Box::new(bar.wrap_read(input.bytes)) };
    Records::new(BufReader::with_capacity(BUFFER, bytes), input.form)
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
    /// Where the inputs of the session stand.
    places: Vec<Place>,
    line: String,
    /// The record to explain, from 1.
    explain: Option<u64>,
    /// How many records there were.
    seen: u64,
    /// The bytes of the record to explain; none of one that is too large.
    explained: Option<Vec<u8>>,
}

impl Work<'_> {
    fn all(&mut self, decision: &Decision, level: Level, input: Input, bar: &ProgressBar) -> Result<(), Stop> {
        let mut session = decision.session(level);
        let unreadable = |error: io::Error| Stop::usage(format!("cannot read the input: {error}"));
        let mut records = records(input, bar);
        while let Some(record) = records.next_record().map_err(unreadable)? {
            self.seen += 1;
            match record {
                Record::Bytes(bytes) => {
                    if self.explain == Some(self.seen) {
                        self.explained = Some(bytes.to_vec());
                    }
                    session.push(bytes);
                }
                Record::TooLarge(bytes) => session.refuse(too_large(bytes, decision)),
            }
            self.places.push(records.place());
            if session.is_full() {
                self.answer(&mut session)?;
            }
        }
        self.answer(&mut session)
    }

    fn answer(&mut self, session: &mut Session) -> Result<(), Stop> {
        let places = std::mem::take(&mut self.places);
        let mut next = places.iter();
        session.answer(|answer| {
            let place = next.next().copied().unwrap_or(Place { number: 0, line: 0 });
            match answer {
                Ok(decided) => self.decided(&decided)?,
                Err(errors) => self.bad(errors, place),
            }
            self.line.push('\n');
            Ok::<(), Stop>(self.output.write_all(self.line.as_bytes())?)
        })
    }

    fn decided(&mut self, decided: &Decided) -> Result<(), Stop> {
        if self.counting {
            self.summary.count(decided)?;
        }
        self.line = if self.none { decided.outcome_json()? } else { decided.json()? };
        Ok(())
    }

    fn bad(&mut self, errors: &InputErrors, place: Place) {
        self.line = error_line(errors, self.sources);
        self.summary.count_bad(errors, place, self.sources);
    }
}

fn too_large(bytes: usize, decision: &Decision) -> InputErrors {
    let problem = Problem { at: String::new(), declared: decision.meta().span, wrong: Wrong::TooLarge { bytes } };
    InputErrors { problems: vec![problem], cut: false }
}

#[derive(Serialize)]
struct ErrorLine<'a> {
    error: ErrorBody<'a>,
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
fn error_line(errors: &InputErrors, sources: &Sources) -> String {
    let mut bodies = errors.problems.iter().map(|problem| problem_body(problem, sources));
    let Some(first) = bodies.next() else { return "{\"error\":{}}".to_owned() };
    let line = ErrorLine { error: ErrorBody { first, more: bodies.collect() } };
    // The members are texts and numbers, which always have a JSON form.
    serde_json::to_string(&line).unwrap_or_default()
}

fn problem_body<'a>(problem: &'a Problem, sources: &'a Sources) -> ProblemBody<'a> {
    let declared = |span: Span| sources.locate(span).map(|(file, at)| Declared { file: file.name(), line: at.line, column: at.column });
    ProblemBody { code: problem.code(), at: &problem.at, message: problem.wrong.to_string(), declared: declared(problem.declared) }
}
