//! The commands, and what they have in common: how they read rules, how they fail, which status they end with.

mod check;
mod explain;
pub mod input;
mod run;
mod settings;
mod summary;
mod test;

use std::io::{self, Write};
use std::path::PathBuf;

use axtrace::source::Finding;
use axtrace::{Level, NoSuchDecision, Rejected, Rules};
use clap::{Parser, Subcommand};

use crate::render::terminal::{ColourChoice, Stream, style_of};
use axtrace::project::{self, Project, ProjectError};
use axtrace_render::findings::Report;
use axtrace_render::style::{Role, Style};

/// All well.
pub const WELL: u8 = 0;
/// Findings: an error in the rules, a failed test, a bad record.
pub const FOUND: u8 = 1;
/// Wrong usage, or files that cannot be read or written.
pub const USAGE: u8 = 2;
/// A bug in AxTrace.
pub const BUG: u8 = 3;

/// Findings shown unless told otherwise.
const SHOWN_FINDINGS: usize = 50;

/// Decisions that organisations can trust: rules proved total, compiled to native code, and traced to their source lines.
#[derive(Debug, Parser)]
#[command(name = "axtrace", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Whether to use colour; `auto` means on a terminal, unless NO_COLOR is set, or anywhere if CLICOLOR_FORCE is
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: ColourChoice,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check rules and show every finding
    Check(check::Args),
    /// Decide the inputs of a file, one line of JSON for each
    Run(run::Args),
    /// Draw one decision on its source, or show what a finding means
    Explain(explain::Args),
    /// Run the tests that stand in the rules
    Test(test::Args),
}

/// Why a command stopped early.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// It was asked for something that there is not, or that cannot be read or written.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to write instead.
        help: Option<String>,
    },
    /// What it writes to is closed.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
    /// The rules have errors, which have been shown.
    #[error("the rules have errors")]
    Rejected,
    /// Something that cannot be.
    #[error("{0}")]
    Bug(String),
}

/// What a command ends with, unless it stops.
pub type Ended = Result<u8, Stop>;

impl Stop {
    /// Wrong usage, with nothing to advise.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: None }
    }
}

impl From<ProjectError> for Stop {
    fn from(error: ProjectError) -> Self {
        let help =
            matches!(error, ProjectError::Empty(_)).then(|| "rule files end in `.ax`; name one, or a folder that holds some".to_owned());
        Self::Usage { message: error.to_string(), help }
    }
}

impl From<axtrace::DecideError> for Stop {
    fn from(error: axtrace::DecideError) -> Self {
        Self::Bug(error.to_string())
    }
}

impl From<axtrace::runtime::code::RunError> for Stop {
    fn from(error: axtrace::runtime::code::RunError) -> Self {
        use axtrace::runtime::code::RunError;
        match error {
            RunError::OutOfScratch => Self::usage(error.to_string()),
            RunError::NoCode | RunError::NotItsRows => Self::Bug(error.to_string()),
        }
    }
}

impl From<NoSuchDecision> for Stop {
    fn from(error: NoSuchDecision) -> Self {
        let help = match &error {
            NoSuchDecision::Unknown { name, known } => nearest_decision(name, known),
            NoSuchDecision::Ambiguous { with_module, .. } => {
                with_module.first().map(|name| format!("write it with its module: `--decision {name}`"))
            }
        };
        Self::Usage { message: error.to_string(), help }
    }
}

fn nearest_decision(name: &str, known: &[String]) -> Option<String> {
    let short = known.iter().map(|known| known.rsplit('.').next().unwrap_or(known));
    let candidates: Vec<&str> = known.iter().map(String::as_str).chain(short).collect();
    if known.is_empty() {
        return Some("the rules declare no decision".to_owned());
    }
    let list = known.iter().take(20).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let near = axtrace::compiler::suggest::nearest(name, candidates).map(|near| format!("did you mean `{near}`? "));
    Some(format!("{}the decisions are {list}", near.unwrap_or_default()))
}

impl Cli {
    /// Runs the command and gives the status to end with.
    pub fn run(self) -> u8 {
        let out = Look { out: style_of(Stream::Out, self.color), err: style_of(Stream::Err, self.color) };
        let ended = match self.command {
            Command::Check(args) => check::run(&args, out),
            Command::Run(args) => run::run(&args, out),
            Command::Explain(args) => explain::run(&args, out),
            Command::Test(args) => test::run(&args, out),
        };
        ended.unwrap_or_else(|stop| status_of(&stop, out.err))
    }
}

/// The looks of both streams.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Of standard output.
    pub out: Style,
    /// Of standard error.
    pub err: Style,
}

fn status_of(stop: &Stop, style: Style) -> u8 {
    let (status, help) = match stop {
        // Who reads has heard enough.
        Stop::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return WELL,
        Stop::Rejected => return FOUND,
        Stop::Output(_) => (USAGE, None),
        Stop::Usage { help, .. } => (USAGE, help.as_deref()),
        Stop::Bug(_) => (BUG, Some("this is a bug in AxTrace; please report it with the rules and the input that show it")),
    };
    let mut text = format!("{} {stop}\n", style.paint("axtrace:", Role::Bad));
    if let Some(help) = help {
        text += &format!("  {}  {help}\n", style.paint("help", Role::Second));
    }
    let _ = io::stderr().write_all(text.as_bytes());
    status
}

/// Reads rules and compiles them for a level. What is wrong with them is shown on standard error.
fn compile(paths: &[PathBuf], levels: &[Level], style: Style) -> Result<Rules, Stop> {
    let Project { sources, findings } = project::read(paths)?;
    if findings.iter().any(Finding::is_error) {
        return Err(reject(&sources, &findings, paths, style));
    }
    axtrace::compile_at(sources, levels).map_err(|rejected| {
        let Rejected { sources, findings, .. } = *rejected;
        reject(&sources, &findings, paths, style)
    })
}

fn reject(sources: &axtrace::source::Sources, findings: &[Finding], paths: &[PathBuf], style: Style) -> Stop {
    let path = typed(paths);
    let text = Report { sources, style, path: &path }.all(findings, SHOWN_FINDINGS);
    match io::stderr().write_all(text.as_bytes()) {
        Ok(()) => Stop::Rejected,
        Err(error) => Stop::Output(error),
    }
}

/// Paths as they were typed, for commands that are shown to be run.
fn typed(paths: &[PathBuf]) -> String {
    let quoted = |path: &PathBuf| {
        let text = path.display().to_string();
        let plain = text.chars().all(|c| c.is_alphanumeric() || "/._-+~:\\".contains(c));
        if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
    };
    if paths.is_empty() { ".".to_owned() } else { paths.iter().map(quoted).collect::<Vec<_>>().join(" ") }
}

/// Writes a report to standard output.
fn print(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
