//! What tests have tried: rules that applied, conditions that were both true and false.

use std::collections::{BTreeMap, BTreeSet};

use axtrace::runtime::meta::{DecisionMeta, ProgramMeta, SiteKind};
use axtrace::runtime::trace::{Status, Trace, TraceKind, TraceNode};
use axtrace::source::{Sources, Span};
use axtrace_render::findings::grouped;

/// Conditions that are named because they were never true or never false, at most.
const NAMED: usize = 3;

/// What was seen in traces.
#[derive(Debug, Default)]
pub struct Coverage {
    rules: BTreeSet<Span>,
    /// Where conditions stand, and whether they were seen true and seen false.
    conditions: BTreeMap<Span, (bool, bool)>,
}

impl Coverage {
    /// Takes a trace into account.
    pub fn add(&mut self, trace: &Trace) {
        self.nodes(&trace.tree);
    }

    fn nodes(&mut self, nodes: &[TraceNode]) {
        for node in nodes {
            match node.kind {
                TraceKind::Rule { .. } if node.status.applied() => {
                    self.rules.insert(node.span);
                }
                TraceKind::Condition => {
                    let seen = self.conditions.entry(node.span).or_default();
                    seen.0 |= node.status == Status::True;
                    seen.1 |= node.status == Status::False;
                }
                _ => {}
            }
            self.nodes(&node.children);
            node.elements.iter().flat_map(|elements| &elements.shown).for_each(|element| self.nodes(&element.children));
            node.called.iter().for_each(|branch| self.nodes(&branch.tree));
        }
    }

    /// `rules 12/12 · rows 3/40 · conditions both ways 22/23 (line 57 never false)`, of decisions that tests reach; where these stand in several files, with
    /// the file.
    #[must_use]
    pub fn words(&self, decisions: &[&DecisionMeta], program: &ProgramMeta) -> String {
        let sources = &program.sources;
        let (mut rules, mut rows) = (BTreeSet::new(), BTreeSet::new());
        for (of_rules, of_rows) in decisions.iter().map(|decision| program.rules_and_rows(decision)) {
            rules.extend(of_rules);
            rows.extend(of_rows);
        }
        let conditions: BTreeSet<Span> = decisions.iter().flat_map(|decision| conditions_of(decision)).collect();
        let tried = |what: &str, all: &BTreeSet<Span>| {
            let applied = all.intersection(&self.rules).count();
            format!("{what} {}/{} · ", grouped(applied as u64), grouped(all.len() as u64))
        };
        let of_rows = if rows.is_empty() { String::new() } else { tried("rows", &rows) };
        let of_rules = if rules.is_empty() && !rows.is_empty() { String::new() } else { tried("rules", &rules) };
        let seen = |span: &Span| self.conditions.get(span).copied().unwrap_or_default();
        let (both, lacking): (Vec<&Span>, Vec<&Span>) = conditions.iter().partition(|span| seen(span) == (true, true));
        let files: BTreeSet<&str> =
            conditions.iter().chain(&rules).filter_map(|span| sources.locate(*span)).map(|(file, _)| file.name()).collect();
        let place = |span: Span| place(span, sources, files.len() > 1);
        let named: Vec<_> = lacking.iter().take(NAMED).map(|span| format!("{} {}", place(**span), lack(seen(span)))).collect();
        let more = if lacking.len() > NAMED { format!(", {} more", lacking.len() - NAMED) } else { String::new() };
        let named = if named.is_empty() { String::new() } else { format!(" ({}{more})", named.join(", ")) };
        let of_conditions = format!("conditions both ways {}/{}{named}", both.len(), conditions.len());
        // A decision of looked-up rows and nothing else has no condition of its own.
        let of_conditions = if conditions.is_empty() && !rows.is_empty() { String::new() } else { of_conditions };
        format!("{of_rules}{of_rows}{of_conditions}").trim_end_matches(" · ").to_owned()
    }
}

fn conditions_of(decision: &DecisionMeta) -> impl Iterator<Item = Span> {
    decision.sites.iter().filter(|site| site.kind == SiteKind::Condition).map(|site| site.span)
}

fn place(span: Span, sources: &Sources, with_file: bool) -> String {
    match sources.locate(span) {
        Some((file, at)) if with_file => format!("{}:{}", file.name(), at.line),
        Some((_, at)) => format!("line {}", at.line),
        None => String::new(),
    }
}

fn lack(seen: (bool, bool)) -> &'static str {
    match seen {
        (false, false) => "never asked",
        (true, _) => "never false",
        (_, true) => "never true",
    }
}
