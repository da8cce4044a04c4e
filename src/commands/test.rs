//! `axtrace test`: runs the tests of the rules natively and by the interpreter, which must agree, and says what they leave untried.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use axtrace::Rules;
use axtrace::compiler::hir::{Expected, Test};
use axtrace::compiler::interpret::{Options, decide};
use axtrace::runtime::meta::{DecisionId, DecisionMeta, Found, SiteKind};
use axtrace::runtime::text::format_value;
use axtrace::runtime::trace::{By, Level, OutcomeTrace, Trace, decode};
use axtrace::runtime::types::Type;
use axtrace::runtime::value::Value;

use super::{Ended, FOUND, Look, Stop, WELL, print};
use crate::render::coverage::Coverage;
use axtrace_render::findings::grouped;
use axtrace_render::line::{harmless, width_of, wrap};
use axtrace_render::picture;
use axtrace_render::style::{Role, Style};
use axtrace_render::trace::{Detail, Drawing};

/// The columns that titles take before the places of tests, if all titles fit into them; longer ones push their own place to the right.
const TITLE_COLUMNS: (usize, usize) = (50, 72);

/// What `test` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Rule files, and folders of them; without any the current folder
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run only tests whose title holds this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Runs the tests.
pub fn run(args: &Args, look: Look) -> Ended {
    let started = Instant::now();
    let rules = super::compile(&args.paths, &[Level::Full], look.err)?;
    let wanted = |test: &&Test| args.only.as_ref().is_none_or(|text| test.title.contains(text.as_str()));
    let tests: Vec<&Test> = rules.program().tests.iter().filter(wanted).collect();
    let mut coverage = Coverage::default();
    let widest = tests.iter().map(|test| width_of(&test.title)).max().unwrap_or(0);
    let column = widest.clamp(TITLE_COLUMNS.0, TITLE_COLUMNS.1);
    let mut failed = 0;
    let mut text = String::new();
    for test in &tests {
        let shown = Shown { rules: &rules, test, style: look.out, column };
        let trace = shown.decide()?;
        coverage.add(&trace);
        let passed = shown.passes(&trace);
        failed += usize::from(!passed);
        text += &shown.head(passed);
        if !passed {
            text += &shown.difference(&trace);
        }
    }
    text += &last_line(&rules, &tests, failed, &coverage, started, look.out);
    print(&text)?;
    Ok(if failed > 0 { FOUND } else { WELL })
}

fn last_line(rules: &Rules, tests: &[&Test], failed: usize, coverage: &Coverage, started: Instant, style: Style) -> String {
    if tests.is_empty() {
        return "no tests\n".to_owned();
    }
    let passed = style.paint(&format!("{} passed", grouped((tests.len() - failed) as u64)), Role::Good);
    let failed =
        if failed > 0 { format!(", {}", style.paint(&format!("{} failed", grouped(failed as u64)), Role::Bad)) } else { String::new() };
    let reached = reached(rules, tests);
    let words = coverage.words(&reached, rules.meta());
    format!("{passed}{failed}   {words} · {} ms\n", grouped(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)))
}

/// The decisions that have tests, and those that they call.
fn reached<'r>(rules: &'r Rules, tests: &[&Test]) -> Vec<&'r DecisionMeta> {
    let mut waiting: Vec<DecisionId> = tests.iter().map(|test| test.decision).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            let called = rules.meta().decisions[id.index()].sites.iter().filter_map(|site| match site.kind {
                SiteKind::Decision { decision, .. } => Some(decision),
                _ => None,
            });
            waiting.extend(called);
        }
    }
    seen.into_iter().map(|id| &rules.meta().decisions[id.index()]).collect()
}

struct Shown<'a> {
    rules: &'a Rules,
    test: &'a Test,
    style: Style,
    /// The columns that titles take.
    column: usize,
}

impl Shown<'_> {
    fn meta(&self) -> &DecisionMeta {
        &self.rules.meta().decisions[self.test.decision.index()]
    }

    /// Decides the test's input both ways.
    fn decide(&self) -> Result<Trace, Stop> {
        let (program, id) = (self.rules.program(), self.test.decision);
        let native = self.rules.decision(&self.meta().qualified_name())?.trace_values(&self.test.given, Level::Full)?;
        let bug = |what: String| Stop::Bug(format!("{} (test \"{}\")", what, self.test.title));
        let run = decide(&program.meta, &program.graphs, id, &self.test.given, Options::at(Level::Full));
        let recording = run.map_err(|fault| bug(format!("the interpreter cannot decide: {:?}", fault.kind)))?.recording;
        let interpreted = self.interpreted(&recording).map_err(|error| bug(error.to_string()))?;
        if interpreted == native { Ok(native) } else { Err(bug("native code and interpreter do not agree".to_owned())) }
    }

    fn interpreted(&self, recording: &axtrace::compiler::interpret::Recording) -> Result<Trace, axtrace::DecideError> {
        let program = &self.rules.program().meta;
        let mut batch = axtrace::runtime::memory::Batch::new();
        batch.push_values(self.meta(), &program.types, &self.test.given)?;
        let view = recording.view(&batch);
        Ok(decode(program, self.test.decision, &view, Level::Full)?)
    }

    fn passes(&self, trace: &Trace) -> bool {
        let mut by: Vec<Found> = trace.by.iter().map(|by| (by.id, by.row)).collect();
        by.dedup();
        let named = self.test.by.as_ref().is_none_or(|wanted| {
            let mut wanted = wanted.clone();
            wanted.sort_unstable();
            wanted == by
        });
        named && self.expected(&trace.outcome)
    }

    fn expected(&self, outcome: &OutcomeTrace) -> bool {
        match (&self.test.expect, outcome) {
            (Expected::Value(wanted), OutcomeTrace::Decided { value, .. }) => same(wanted, value),
            (Expected::Referral { role, within, proposing }, OutcomeTrace::Referred { to, within: time, proposing: proposed, .. }) => {
                let role = self.rules.meta().roles.get(role.index()).is_some_and(|role| role.name == *to);
                let time = within.is_none_or(|within| Some(within) == *time);
                let proposed = proposed.as_ref().map(|(value, _)| value);
                role && time && proposing.as_ref().is_none_or(|wanted| proposed.is_some_and(|value| same(wanted, value)))
            }
            _ => false,
        }
    }

    /// The mark and the title, and where the test stands.
    fn head(&self, passed: bool) -> String {
        let (mark, role) = if passed { ("✓", Role::Good) } else { ("✗", Role::Bad) };
        let place = self.rules.meta().sources.locate(self.test.span).map(|(file, at)| format!("{}:{}", file.path(), at.line));
        let title = harmless(&self.test.title.replace('\n', " "));
        let gap = self.column.saturating_sub(width_of(&title)) + 2;
        format!(
            "{} {title}{}{}\n",
            self.style.paint(mark, role),
            " ".repeat(gap),
            self.style.paint(&place.unwrap_or_default(), Role::Faint)
        )
    }

    /// What was expected, what was decided, and the lines of the rule that decided.
    fn difference(&self, trace: &Trace) -> String {
        let meta = self.rules.meta();
        let format = |value: &Value, ty: &Type| format_value(value, ty, meta);
        let drawing = Drawing { sources: &meta.sources, style: self.style, detail: Detail::Brief, format: &format, about: &[], also: &[] };
        let (wanted, got) = (harmless(&self.wanted(&format)), harmless(&drawing.outcome(&trace.outcome)));
        let width = width_of(&wanted).max(width_of(&got)).min(32);
        let pad = |text: &str| format!("{text}{}", " ".repeat(width.saturating_sub(width_of(text))));
        let named = self.test.by.as_ref().map(|by| by.iter().map(|rule| self.rule_name(*rule)).collect::<Vec<_>>().join(", "));
        let wanted_by = named.map(|by| format!("  by {by}")).unwrap_or_default();
        let mut text = format!("    expected  {}\n", format!("{}{wanted_by}", pad(&wanted)).trim_end());
        let by = trace.by.iter().map(decided_by).collect::<Vec<_>>().join(", ");
        let by = if by.is_empty() { by } else { format!("  by {by}") };
        let lines = wrap(&format!("{}{by}", pad(&got)), self.style.width.saturating_sub(14)).join("\n              ");
        text += &format!("    decided   {}\n", lines.trim_end());
        let file = meta.sources.file_at(self.test.span.start).map_or(u32::MAX, axtrace::source::SourceFile::base);
        for line in trace.by.first().map(|by| drawing.conditions_of(&trace.tree, &[by.rule.as_str()], file)).unwrap_or_default() {
            text += &format!("{line}\n");
        }
        let missed = drawing.named_rules(&trace.tree, &self.missed(trace), file);
        for line in picture::lines(&missed, self.style) {
            text += &format!("{line}\n");
        }
        text
    }

    /// The rules that were expected to decide and did not.
    fn missed(&self, trace: &Trace) -> Vec<&str> {
        let wanted = self.test.by.iter().flatten().filter(|rule| trace.by.iter().all(|by| (by.id, by.row) != **rule));
        wanted.map(|rule| self.rule_name(*rule)).collect()
    }

    fn rule_name(&self, rule: Found) -> &str {
        self.rules.meta().rule_name(self.test.decision, rule)
    }

    fn wanted(&self, format: &dyn Fn(&Value, &Type) -> String) -> String {
        match &self.test.expect {
            Expected::Value(value) => format(value, &self.meta().gives),
            Expected::Referral { role, within, proposing } => {
                let role = self.rules.meta().roles.get(role.index());
                let (to, title) = role.map(|role| (role.name.clone(), role.title.clone())).unwrap_or_default();
                let proposing = proposing.clone().map(|value| (value, self.meta().gives.clone()));
                let outcome = OutcomeTrace::Referred { to, title, within: *within, proposing, escalates: Vec::new() };
                Drawing { sources: &self.rules.meta().sources, style: self.style, detail: Detail::Brief, format, about: &[], also: &[] }
                    .outcome(&outcome)
            }
        }
    }
}

fn decided_by(by: &By) -> String {
    let because = by.because.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    format!("{} (line {}){because}", by.rule, by.line)
}

/// Whether two values of one type are equal as the language has it: instants by the instant, whatever their offset.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Datetime { instant: a, .. }, Value::Datetime { instant: b, .. }) => a == b,
        (Value::Record(a), Value::Record(b)) | (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        _ => a == b,
    }
}
