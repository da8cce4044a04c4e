//! `axtrace check`: every finding, for people or for machines.

use std::path::PathBuf;

use axtrace::compiler::Program;
use axtrace::source::{Finding, Findings, Sources};

use super::{Ended, FOUND, Look, SHOWN_FINDINGS, Stop, WELL, print, typed};
use crate::render::{findings_github, findings_sarif, suggestions};
use axtrace::project::{self, Project};
use axtrace_render::findings::{Report, Tally, counted};
use axtrace_render::findings_json;
use axtrace_render::style::{Role, Style};

/// What `check` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Rule files, and folders of them; without any the current folder
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// For people, or for machines: one JSON object a line for each finding, one SARIF log, or annotations of GitHub Actions
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// How many findings to show; the rest are counted
    #[arg(long, value_name = "N", default_value_t = SHOWN_FINDINGS)]
    limit: usize,
    /// What is refused beside errors
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    /// Write the rows that decision tables are missing, ready to be added
    #[arg(long)]
    suggest: bool,
}

/// What is refused beside errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Deny {
    /// Warnings too: they end the program with status 1.
    Warnings,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Drawn on the source.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
    /// One SARIF log, for code scanning.
    Sarif,
    /// One workflow command a line, for annotations of GitHub Actions.
    Github,
}

/// Checks rules.
pub fn run(args: &Args, look: Look) -> Ended {
    if args.suggest && !matches!(args.format, Format::Human | Format::Json) {
        return Err(Stop::usage("rows are suggested to people, or as JSON: `--suggest` goes with `--format human` or `json`"));
    }
    let Project { sources, findings: unread } = project::read(&args.paths)?;
    let kept = sources.clone();
    let mut findings = Findings::new();
    unread.into_iter().for_each(|finding| findings.push(finding));
    let program = axtrace::compiler::compile(sources, &mut findings);
    let mut findings = findings.sorted();
    // By file, whatever the order in which files are named or used; in a file they are in order already.
    findings.sort_by_cached_key(|finding| path_of(finding, &kept));
    let tally = Tally::of(&findings);
    let suggested = if args.suggest { axtrace::compiler::missing_rows(kept.clone()) } else { None };
    let text = match args.format {
        Format::Json => findings.iter().map(|finding| findings_json::line(finding, &kept) + "\n").collect(),
        Format::Sarif => findings_sarif::log(&findings, &kept),
        Format::Github => findings.iter().map(|finding| findings_github::command(finding, &kept) + "\n").collect(),
        Format::Human => human(args, &findings, &kept, program.as_ref(), look.out),
    };
    print(&text)?;
    if args.suggest {
        print(&match args.format {
            Format::Json => suggested.iter().flatten().map(|it| suggestions::line(it) + "\n").collect(),
            _ => suggestions::drawn(suggested.as_deref(), look.out),
        })?;
    }
    let denied = args.deny == Some(Deny::Warnings) && tally.warnings > 0;
    if denied && tally.errors == 0 && args.format == Format::Human {
        print("refused because of warnings (--deny warnings)\n")?;
    }
    Ok(if tally.errors > 0 || denied { FOUND } else { WELL })
}

/// The file that a finding is shown in first.
fn path_of(finding: &Finding, sources: &Sources) -> String {
    let file = finding.offset().and_then(|at| sources.file_at(u32::try_from(at).ok()?));
    file.map(|file| file.path().to_owned()).unwrap_or_default()
}

fn human(args: &Args, findings: &[Finding], sources: &Sources, program: Option<&Program>, style: Style) -> String {
    let mut text = String::new();
    if !findings.is_empty() {
        let path = typed(&args.paths);
        text += &Report { sources, style, path: &path }.all(findings, args.limit);
    }
    let denied = args.deny == Some(Deny::Warnings) && !findings.is_empty();
    if Tally::of(findings).errors == 0 && !denied {
        text += &format!("{}  {}\n", style.paint("ok", Role::Good), extent(sources, program));
        for (name, rows, separator) in program.iter().flat_map(|program| &program.read_files) {
            text += &format!("    {} from `{name}`, between {separator}\n", counted(*rows, "row"));
        }
    }
    text
}

/// What was checked: `2 files, 1 decision, 12 rules, 20,439 rows, 4 tests`. Rows of tables are rows, and `otherwise` is a rule.
fn extent(sources: &Sources, program: Option<&Program>) -> String {
    let mut parts = vec![counted(sources.rules().count(), "file")];
    if let Some(program) = program {
        let (mut rules, mut rows) = (0, 0);
        for decision in program.meta.declared() {
            let (others, of_tables) = program.meta.rules_and_rows(decision);
            (rules, rows) = (rules + others.len(), rows + of_tables.len());
        }
        parts.push(counted(program.meta.declared().len(), "decision"));
        if rules > 0 || rows == 0 {
            parts.push(counted(rules, "rule"));
        }
        if rows > 0 {
            parts.push(counted(rows, "row"));
        }
        parts.push(counted(program.tests.len(), "test"));
    }
    parts.join(", ")
}
