//! `axtrace run`: decides the inputs of a file natively, block by block, and writes one line of JSON for each.
#![expect(clippy::disallowed_methods, reason = "the command line opens the file that it is told to write")]

mod block;
mod order;
mod refused;

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use axtrace::runtime::read::csv::Columns;
use axtrace::runtime::read::{InputErrors, Problem, RowPlace, Wrong};
use axtrace::runtime::trace::Passed;
use axtrace::source::Sources;
use axtrace::{DecideError, Decision, Level, Session, Trace};
use indicatif::{ProgressBar, ProgressStyle};

use super::input::{self, HowToRead, Input, Inputs, Piece, Through};
use super::summary::Summary;
use super::{Ended, FOUND, Look, Stop, WELL};
use block::{Block, Given};
use order::{Lines, Work};

/// What `run` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A rule file, or a folder of them
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The decision, with or without its module
    #[arg(long, value_name = "NAME")]
    decision: String,
    /// JSON (an object, or an array of objects), NDJSON (an object on each line), CSV or Parquet (columns named like the fields); `-`, or none
    /// where something is piped in, is standard input
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    #[command(flatten)]
    how: HowToRead,
    /// CSV and Parquet: the column that becomes the `id` of each decision
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
    /// How many inputs are decided at a time; without it as many as the machine has processors. What is written is the same
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,
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

/// The most inputs that are decided at a time.
const MOST_JOBS: usize = 256;

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse::<NonZeroUsize>().ok().filter(|number| number.get() <= MOST_JOBS);
    number.ok_or_else(|| format!("write a number from 1 to {MOST_JOBS}"))
}

impl Args {
    fn input(&self) -> &Path {
        self.input.as_deref().unwrap_or(Path::new("-"))
    }
}

/// Decides the inputs of a file.
pub fn run(args: &Args, look: Look) -> Ended {
    if args.input.is_none() && io::stdin().is_terminal() {
        let help = "`--input FILE` names a file of inputs; without it they are read from standard input, as in `… | axtrace run …`";
        return Err(Stop::Usage { message: "there is nothing to decide".to_owned(), help: Some(help.to_owned()) });
    }
    let to_terminal = args.output.is_none() && io::stdout().is_terminal();
    let summary_wanted = args.summary || (io::stderr().is_terminal() && !to_terminal);
    let none = args.trace == TraceLevel::None;
    // Counting rules takes the bits of a record, even where nothing but outcomes is written.
    let level = if none && summary_wanted { Level::Record } else { args.trace.into() };
    let levels = if args.explain.is_some() { vec![level, Level::Full] } else { vec![level] };
    let rules = super::compile(std::slice::from_ref(&args.path), &levels, look.err)?;
    let decision = rules.decision(&args.decision)?;
    let input = input::open(args.input())?;
    let how = args.how.settled(super::settings::beside(&args.path)?, &input);
    let bar = progress(&input, summary_wanted, args.input());
    let mut inputs = input::inputs(input, &how, args.id.as_deref(), &bar)?;
    let (columns, through) = match &mut inputs {
        Inputs::Json(_) => (None, Through::default()),
        Inputs::Rows(table) => {
            let columns = table.columns(&decision)?;
            let columns = columns.map_err(|errors| super::explain::refused(errors, &rules.meta().sources, look.err))?;
            (Some(columns), table.through())
        }
    };
    let output = create(args.output.as_deref())?;
    let explained = Mutex::new(None);
    let worker = || Worker {
        sources: &rules.meta().sources,
        decision: &decision,
        session: decision.session(level),
        columns: columns.as_ref(),
        through: &through,
        level: if none { Level::None } else { Level::Full },
        summary: Summary::new(rules.meta(), decision.meta()),
        counting: summary_wanted,
        explain: args.explain,
        explained: &explained,
    };
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get).min(MOST_JOBS);
    let mut workers: Vec<Worker> = (0..jobs).map(|_| worker()).collect();
    let seen = order::all(inputs, output, &mut workers)?;
    bar.finish_and_clear();
    let summary = workers.into_iter().map(|worker| worker.summary).reduce(Summary::and);
    let Some(summary) = summary else { return Ok(WELL) };
    if summary_wanted {
        let name = args.input().display().to_string();
        io::stderr().write_all(summary.draw(&name, look.err).as_bytes())?;
    }
    if let Some(wanted) = args.explain {
        let explained = explained.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(trace) = explained else { return Err(not_explained(args, seen, wanted)) };
        let (text, _) = super::explain::drawn(&rules, trace, look.err)?;
        io::stderr().write_all(format!("\n{text}").as_bytes())?;
    }
    Ok(if summary.bad() > 0 { FOUND } else { WELL })
}

fn not_explained(args: &Args, seen: u64, wanted: u64) -> Stop {
    if wanted > seen {
        super::explain::no_such_record(args.input(), seen, wanted)
    } else {
        Stop::usage("the record to explain is larger than 64 MiB")
    }
}

fn create(path: Option<&Path>) -> Result<Box<dyn Write + Send>, Stop> {
    let Some(path) = path else { return Ok(Box::new(io::stdout())) };
    match File::create(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(Stop::usage(format!("cannot write `{}`: {error}", path.display()))),
    }
}

/// A bar on a terminal that nothing else is written to.
fn progress(input: &Input, wanted: bool, path: &Path) -> ProgressBar {
    let (true, true, Some(size)) = (wanted, io::stderr().is_terminal(), input.size) else { return ProgressBar::hidden() };
    let style = ProgressStyle::with_template("deciding {prefix} {bar:30} {percent:>3} %  {elapsed}");
    let bar = ProgressBar::new(size).with_prefix(path.display().to_string());
    style.map_or(bar.clone(), |style| bar.with_style(style.progress_chars("━━─")))
}

/// Decides blocks of inputs.
struct Worker<'r> {
    sources: &'r Sources,
    decision: &'r Decision,
    session: Session,
    /// The columns of the inputs, if they are rows.
    columns: Option<&'r Columns<'r>>,
    through: &'r Through,
    /// How much of each decision is written.
    level: Level,
    summary: Summary<'r>,
    counting: bool,
    /// The record to explain, from 1.
    explain: Option<u64>,
    /// What was recorded about the record to explain; nothing about one that is too large.
    explained: &'r Mutex<Option<Result<Trace, DecideError>>>,
}

impl Work for Worker<'_> {
    fn block(&mut self, block: &Block, lines: &mut Lines) -> Result<(), Stop> {
        if let Some(place) = self.explain.and_then(|wanted| wanted.checked_sub(block.first))
            && let Some(given) = block.input(usize::try_from(place).unwrap_or(usize::MAX))
        {
            let traced = self.trace(given);
            *self.explained.lock().unwrap_or_else(PoisonError::into_inner) = traced;
        }
        let mut answered = 0;
        for (place, given) in block.inputs().enumerate() {
            self.take(given);
            if self.session.is_full() {
                self.answer(block, answered, lines)?;
                answered = place + 1;
            }
        }
        self.answer(block, answered, lines)
    }
}

impl Worker<'_> {
    fn take(&mut self, given: Given) {
        match (given, self.columns) {
            (Given::Json(_, bytes), _) => self.session.push(bytes),
            (Given::Piece(Piece::Row(row)), Some(columns)) => self.session.push_row(columns, row),
            (Given::Piece(Piece::Refused(place, wrong)), Some(columns)) => self.session.refuse(columns.refuse(*place, wrong.clone())),
            (Given::Refused(place, wrong), Some(columns)) => self.session.refuse(columns.refuse(place, wrong.clone())),
            (Given::Refused(_, wrong), None) => self.session.refuse(self.refused(wrong)),
            (Given::Piece(_), None) => {}
        }
    }

    /// An input of JSON that could not even be taken.
    fn refused(&self, wrong: &Wrong) -> InputErrors {
        let problem = Problem { at: String::new(), declared: self.decision.meta().span, wrong: wrong.clone(), cell: None };
        InputErrors { problems: vec![problem], cut: false }
    }

    fn trace(&self, given: Given) -> Option<Result<Trace, DecideError>> {
        match (given, self.columns) {
            (Given::Json(_, bytes), _) => Some(self.decision.trace(bytes, Level::Full)),
            (Given::Piece(Piece::Row(row)), Some(columns)) => Some(self.decision.trace_row(columns, row, Level::Full)),
            _ => None,
        }
    }

    /// Writes the lines of the inputs that the session took, the first of which has this place in the block.
    fn answer(&mut self, block: &Block, first: usize, lines: &mut Lines) -> Result<(), Stop> {
        let Self { session, summary, through, sources, counting, level, .. } = self;
        let mut inputs = block.inputs().skip(first).zip(block.first + first as u64..);
        session.answer(|answer| {
            let (given, number) = inputs.next().ok_or_else(|| Stop::Bug("an answer has no input".to_owned()))?;
            let passed = given.passed(through);
            match answer {
                Ok(decided) => {
                    if *counting {
                        summary.count(&decided)?;
                    }
                    decided.write_json(&mut lines.text, passed, *level)?;
                }
                Err(errors) => {
                    refused::write(&mut lines.text, errors, passed, sources);
                    summary.count_bad(errors, number, given.place(), sources);
                }
            }
            lines.text.push('\n');
            lines.relieve()
        })
    }
}

impl Given<'_> {
    /// Where it stands.
    fn place(&self) -> RowPlace {
        match self {
            Self::Json(place, _) | Self::Refused(place, _) => *place,
            Self::Piece(piece) => piece.place(),
        }
    }

    /// What is passed through of it.
    fn passed(&self, through: &Through) -> Passed {
        if let Self::Piece(piece) = self { through.of(piece) } else { Passed::default() }
    }
}
