//! Proves that every decision decides: that no input is left without a rule, and that no two rules decide differently.
//!
//! On arrival graphs are expanded and their bounds are those of the range pass. On leaving, each decision with rules is proved, or a finding
//! says what is in the way: certain ones carry an input that the interpreter ran and that did it; the others are E0504. Of a decision with nothing
//! wrong in it warnings say what can never matter.
//!
//! A decision is read as formulas over variables (`model`); the box engine (`cover`) looks for cases that no formula covers; sums of
//! inputs are reconciled by `theory`; a case becomes an input by `search`. Variables are taken as independent, so a proof is sound, and a
//! case is no more than a suspicion until its input is run.

mod bounds;
mod candidates;
mod collected;
mod compare;
mod cover;
mod days;
mod defaults;
mod finding;
mod idle;
mod inverse;
mod lists;
mod logic;
mod meter;
mod model;
mod never;
mod pairs;
mod parts;
mod priority;
mod promises;
mod question;
mod random;
mod ratios;
mod scene;
mod search;
mod seeds;
mod sets;
mod steer;
mod tables;
mod terms;
#[cfg(test)]
mod tests;
mod texts;
mod theory;
mod together;
mod words;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axtrace_runtime::meta::{DecisionMeta, Policy, ProgramMeta, SiteKind};
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings, Span};
use miette::LabeledSpan;

pub use collected::{Collected, OutcomePart, total};
pub use finding::ProofFinding;
pub use meter::Meter;
pub use search::{Hint, find_input};
pub(crate) use tables::{Header, is_closed};

use crate::graph::Graph;
use crate::interpret::FaultKind;
use crate::program::Program;
use crate::threads;
use cover::Region;
use finding::label;
use logic::{FormulaId, Logic};
use model::{Asked, Model, Subject};
use question::{Answer, Inquiry};
use sets::IntSet;
use terms::Term;
use words::Words;

/// The steps that proving one decision may take.
const STEPS: u64 = 2_000_000;
/// The rounds of a search for an input.
const ROUNDS: u32 = 16;
/// The parts of the condition of one rule that are visited for what it needs.
const MOST_VISITED: u32 = 20_000;
/// The inputs that may be run for one decision.
const RUNS: u32 = 60_000;

/// The stack of a thread that proves: proofs go as deep as expressions nest.
const STACK: usize = 1 << 29;

/// Proves all decisions of a program; what cannot be proved goes to `findings`.
///
/// Decisions are proved on several threads, each with the share of the steps that the first one has. What one after the other would have come to
/// something else, because those before used many steps, is proved again, with the share that is left for it.
pub fn prove(program: &Program, findings: &mut Findings) {
    let meter = Meter::of_program(&program.meta, &program.graphs);
    let (given, seeds, spent) = (meter.next_share(), Arc::clone(meter.seeds()), AtomicU64::new(0));
    let proof = |graph: &Graph, meter: &Meter| {
        let mut own = Findings::new();
        prove_decision(program, graph, meter, &mut own);
        own
    };
    let attempt = |graph: &Graph| {
        let (own, used) = Meter::try_share(given, &seeds, |meter| proof(graph, meter));
        spent.fetch_add(used.steps, Ordering::Relaxed);
        (own, used)
    };
    // Where searches are long, most of what is tried at once would be proved again.
    let is_early = || spent.load(Ordering::Relaxed) < given;
    let tried = threads::all(&program.graphs, STACK, || (), |(), graph| is_early().then(|| attempt(graph)));
    for (graph, tried) in program.graphs.iter().zip(tried) {
        let accepted = tried.filter(|(_, used)| meter.accepts(*used)).map(|(own, _)| own);
        findings.append(accepted.unwrap_or_else(|| meter.share(|meter| proof(graph, meter))));
    }
}

fn prove_decision(whole: &Program, graph: &Graph, meter: &Meter, findings: &mut Findings) {
    let (program, graphs) = (&whole.meta, whole.graphs.as_slice());
    if graph.meta.policy.is_none() && graph.promises.is_empty() {
        return;
    }
    let model = Model::read(graph, &program.types);
    let mut inquiry = Inquiry { program, graphs, decision: graph.id, model, steps: STEPS, rounds: ROUNDS, runs: RUNS, meter };
    let conditions = conditions(&mut inquiry);
    promises::check(&mut inquiry, &conditions, findings);
    let Some(policy) = graph.meta.policy else { return };
    let tables = tables::has_tables(graph);
    if tables {
        tables::check(program, graphs, graph, meter, findings);
    }
    match graph.meta.rules.iter().find(|rule| rule.otherwise) {
        _ if tables => {}
        Some(otherwise) => idle::check_otherwise(&mut inquiry, &conditions, otherwise.span, findings),
        None if must_be_complete(&graph.meta) => findings_of_gaps(&mut inquiry, &conditions, findings),
        None => {}
    }
    if policy == Policy::Priority {
        inquiry.steps = inquiry.steps.max(STEPS / 2);
        priority::check(&mut inquiry, &conditions, findings);
    }
    if matches!(policy, Policy::Any | Policy::Unique | Policy::Priority) {
        inquiry.steps = inquiry.steps.max(STEPS / 2);
        pairs::check(&mut inquiry, &conditions, policy, findings);
    }
    if !findings.has_errors() {
        never::check(&mut inquiry, &conditions, &whole.params, findings);
    }
}

/// Whether some rule must decide every input: of nothing there is neither a least nor a greatest, unless it may be missing.
pub(crate) fn must_be_complete(meta: &DecisionMeta) -> bool {
    match meta.policy {
        Some(Policy::Any | Policy::Unique | Policy::First | Policy::Priority) => true,
        Some(Policy::CollectMin | Policy::CollectMax) => !meta.gives.is_optional(),
        _ => false,
    }
}

/// What is known of every input, and when each rule applies. An `otherwise`, a shadow and the rows of a table that is looked up, which `tables` asks
/// about, are taken as rules that never apply.
pub struct Conditions {
    /// Relations between the parameters.
    pub always: Vec<FormulaId>,
    /// By place in the graph's rules.
    pub rules: Vec<FormulaId>,
}

fn conditions(inquiry: &mut Inquiry<'_>) -> Conditions {
    let graph = inquiry.model.graph;
    let mut always: Vec<FormulaId> = graph.always.iter().map(|node| inquiry.model.condition(*node)).collect();
    // Where a decision was not asked, what it would give is any record there is.
    for kept in graph.kept.iter().filter(|kept| inquiry.meter.seeds().there_is_one(&graph.node(kept.node).ty)) {
        match kept.inside {
            None => always.extend(kept.known.iter().map(|node| inquiry.model.condition(*node))),
            Some(inside) => inquiry.model.elements_know(inside, &kept.known),
        }
    }
    let mut rules = Vec::with_capacity(graph.rules().len());
    for (rule, meta) in graph.rules().iter().zip(&graph.meta.rules) {
        rules.push(if meta.otherwise || meta.shadow || meta.rows.is_some() { Logic::FALSE } else { inquiry.model.rule_condition(rule) });
    }
    Conditions { always, rules }
}

/// Looks for an input for which no rule decides.
fn findings_of_gaps(inquiry: &mut Inquiry<'_>, conditions: &Conditions, findings: &mut Findings) {
    let mut wishes = conditions.always.clone();
    for rule in &conditions.rules {
        wishes.push(inquiry.model.logic.not(*rule));
    }
    let (program, graphs, decision, meter) = (inquiry.program, inquiry.graphs, inquiry.decision, inquiry.meter);
    let mut nobody_decides = |input: &[Value]| {
        let fault = meter.decide(program, graphs, decision, input).err();
        fault.is_some_and(|fault| fault.kind == FaultKind::NoRule && fault.decision == decision)
    };
    match inquiry.can_happen(&wishes, &mut nobody_decides) {
        Answer::Never => {}
        Answer::Shown(input, region) => findings.push(gap(inquiry, &input, &region)),
        Answer::Unknown(region) => findings.push(possible_gap(inquiry, region.as_ref())),
    }
}

fn gap(inquiry: &Inquiry<'_>, input: &[Value], region: &Region) -> Finding {
    let words = Words { program: inquiry.program, model: &inquiry.model };
    let when = words.region(region);
    let (mut labels, at_a_bound) = neighbours(inquiry, region);
    let first = if labels.is_empty() { None } else { Some(labels.remove(0)) };
    let (at, says) = first.unwrap_or_else(|| (inquiry.model.graph.meta.span, "its rules leave this open".to_owned()));
    let tables = inquiry.model.graph.meta.sites.iter().any(|site| matches!(site.kind, SiteKind::Table(_)));
    let help = if at_a_bound && !tables {
        "one of the two means `<=` or `>=`; or add `otherwise …`"
    } else if tables {
        "add a row for this case, or `otherwise …`; `axtrace check --suggest` writes the rows that are missing"
    } else if inquiry.model.graph.meta.policy.is_some_and(Policy::collects) {
        "add a rule for this case, or `otherwise …`, or give an optional type, which is missing then"
    } else {
        "add a rule for this case, or `otherwise …`"
    };
    let short = region.len() <= 2;
    let finding = Finding::new(ProofFinding::Gap {
        when: when.clone().filter(|_| short).map_or_else(|| "for some inputs".to_owned(), |when| format!("when {when}")),
        at,
        says,
        others: labels.into_iter().map(|(span, text)| label(span, text)).collect(),
        help: help.to_owned(),
    });
    let finding = match when {
        Some(when) if !short => finding.note("when", when),
        _ => finding,
    };
    with_input(finding, &words, input)
}

/// Adds an input that was run.
fn with_input(finding: Finding, words: &Words<'_>, input: &[Value]) -> Finding {
    let decision = words.model.graph.meta.qualified_name();
    finding.note("as in", words.input(input)).witness(decision, words.json(input))
}

/// Adds an input that was run to a finding of another pass.
#[must_use]
pub fn show_input(finding: Finding, program: &ProgramMeta, graph: &Graph, input: &[Value]) -> Finding {
    let model = Model::read(graph, &program.types);
    with_input(finding, &Words { program, model: &model }, input)
}

/// The conditions on either side of a gap in one number, and whether the gap is a single number between two of them.
fn neighbours(inquiry: &Inquiry<'_>, region: &Region) -> (Vec<(Span, String)>, bool) {
    let [(variable, set)] = region.as_slice() else { return (Vec::new(), false) };
    let model = &inquiry.model;
    let (Subject::Number(class), [(lo, hi)]) = (model.subjects[variable.index()], set.intervals()) else { return (Vec::new(), false) };
    let words = Words { program: inquiry.program, model };
    let ty = &model.classes.get(class).ty;
    let asked = || model.asked.iter().filter(|asked| asked.variable == *variable);
    let ends_below = |asked: &&Asked| asked.set.intervals().iter().any(|interval| interval.1.checked_add(1) == Some(*lo));
    let begins_above = |asked: &&Asked| asked.set.intervals().iter().any(|interval| interval.0.checked_sub(1) == Some(*hi));
    // A difference of two numbers has no name in the source, and so has its bound.
    let named = !matches!(model.classes.get(class).term, Term::Linear(_) | Term::Position(..)) || words.region(region).is_some();
    let says = |says: String| if named { says } else { "false here".to_owned() };
    let up_to = |asked: &Asked| (asked.span, says(format!("up to {}", words.number_literal(lo - 1, ty))));
    let from = |asked: &Asked| (asked.span, says(format!("from {}", words.number_literal(hi + 1, ty))));
    let (below, above) = (asked().find(ends_below).map(up_to), asked().find(begins_above).map(from));
    let at_a_bound = below.is_some() && above.is_some() && lo == hi;
    (below.into_iter().chain(above).collect(), at_a_bound)
}

fn possible_gap(inquiry: &Inquiry<'_>, region: Option<&Region>) -> Finding {
    let finding = Finding::new(ProofFinding::Undecided {
        what: "no rule decides for some input".to_owned(),
        at: inquiry.model.graph.meta.span,
        says: "its rules may leave a case open".to_owned(),
        others: obstacles(inquiry, region),
        help: "add `otherwise …`".to_owned(),
    });
    reason(finding, inquiry, region)
}

/// Labels at the terms that the proof does not look into.
fn obstacles(inquiry: &Inquiry<'_>, region: Option<&Region>) -> Vec<LabeledSpan> {
    let words = Words { program: inquiry.program, model: &inquiry.model };
    let spans = region.map(|region| words.obstacles(region)).unwrap_or_default();
    spans.into_iter().map(|span| label(span, "the proof does not see all that this can be")).collect()
}

/// Says why there is no proof, and in which case there may be something.
fn reason(finding: Finding, inquiry: &Inquiry<'_>, region: Option<&Region>) -> Finding {
    let words = Words { program: inquiry.program, model: &inquiry.model };
    match region {
        None => finding.note("why", "there are more cases than a proof may look at"),
        Some(region) => match words.region(region) {
            Some(when) => finding.note("perhaps", format!("when {when}; no input that does it was found")),
            None => finding,
        },
    }
}

/// For each variable, what it has to be for a formula to hold; variables that may be anything are left out.
fn necessary(model: &Model<'_>, formula: FormulaId) -> Vec<(logic::VarId, IntSet)> {
    necessary_within(model, formula, &mut MOST_VISITED.clone())
}

/// As [`necessary`]; what is left when `left` parts were visited counts as needing nothing. Parts that formulas share are visited often.
fn necessary_within(model: &Model<'_>, formula: FormulaId, left: &mut u32) -> Vec<(logic::VarId, IntSet)> {
    let Some(rest) = left.checked_sub(1) else { return Vec::new() };
    *left = rest;
    match model.logic.formula(formula) {
        logic::Formula::Atom(variable, set) => vec![(*variable, set.clone())],
        logic::Formula::And(parts) => parts.iter().fold(Vec::new(), |all, part| match model.logic.formula(*part) {
            logic::Formula::Atom(..) | logic::Formula::Or(_) => joined(all, necessary_within(model, *part, left)),
            _ => all,
        }),
        logic::Formula::Or(parts) => {
            let mut each = parts.iter().map(|part| necessary_within(model, *part, left));
            let first = each.next().unwrap_or_default();
            each.fold(first, |all, part| common(&all, &part))
        }
        _ => Vec::new(),
    }
}

/// What has to hold for both of two conditions.
fn joined(mut left: Vec<(logic::VarId, IntSet)>, right: Vec<(logic::VarId, IntSet)>) -> Vec<(logic::VarId, IntSet)> {
    for (variable, set) in right {
        match left.binary_search_by_key(&variable, |part| part.0) {
            Ok(place) => left[place].1 = left[place].1.intersection(&set),
            Err(place) => left.insert(place, (variable, set)),
        }
    }
    left
}

/// What has to hold for either of two conditions.
fn common(left: &[(logic::VarId, IntSet)], right: &[(logic::VarId, IntSet)]) -> Vec<(logic::VarId, IntSet)> {
    let both = |(variable, set): &(logic::VarId, IntSet)| {
        let place = right.binary_search_by_key(variable, |part| part.0).ok()?;
        Some((*variable, set.union(&right[place].1)))
    };
    left.iter().filter_map(both).collect()
}
