//! Finds the bounds of every value, and what could go wrong when a decision runs.
//!
//! On arrival the types of nodes have the bounds of declarations. On leaving they have the bounds that the value can really have where the
//! node stands, given the conditions that were true or false on the way there; from them follows whether it is computed in 64 or in 128
//! bits. What could leave 128 bits, divide by zero, leave the calendar or a declared range is a [`Suspect`].

mod facts;
mod findings;
mod fits;
mod functions;
pub(crate) mod intervals;
mod lists;
mod memory;
mod nodes;
mod quotients;
mod show;
mod texts;
pub(crate) mod time;
mod truth;
mod walk;

pub use findings::RangeFinding;
use show::bounds;
pub use show::show;
pub use texts::LONGEST as LONGEST_TEXT;

use axtrace_runtime::calendar::Zone;
use axtrace_runtime::meta::{DecisionId, Piece};
use axtrace_runtime::types::{Scalar, Type, Types};
use axtrace_source::{Finding, Sources};
use miette::LabeledSpan;

use crate::graph::{Graph, NodeId};
use crate::interpret::{Fault, FaultKind, Run};
use crate::program::Program;
use crate::prove::{Collected, Hint, Meter, find_input, show_input, total};

/// Something that could go wrong at a node.
#[derive(Debug)]
pub struct Suspect {
    /// The decision.
    pub decision: DecisionId,
    /// Where in its graph.
    pub node: NodeId,
    /// What to tell the author.
    pub finding: RangeFinding,
    /// What would bring an input to it: the conditions on the way, and the values that do it.
    pub hints: Vec<Hint>,
    /// Of a sum of rules, what it is made of: the finding holds as if all of them applied together.
    pub collected: Option<Collected>,
}

/// Adds to a suspect an input that was run and did it; where none is found, says so. `None` where it is proved that nothing does it.
#[must_use]
pub fn with_witness(mut suspect: Suspect, program: &Program, meter: &Meter) -> Option<Finding> {
    if let Some(collected) = suspect.collected.take()
        && let Some(total) = total(program, &program.graphs[suspect.decision.index()], &collected, meter)
    {
        let (graph, declared) = (&program.graphs[suspect.decision.index()], collected.declared);
        if total.range.0 >= declared.lo && total.range.1 <= declared.hi {
            return None;
        }
        suspect.finding = do_not_fit_together(graph, &collected, total.range, &total.worst);
        suspect.hints.extend(total.hints);
    }
    Some(shown(suspect, program, meter))
}

fn shown(suspect: Suspect, program: &Program, meter: &Meter) -> Finding {
    if matches!(suspect.finding, RangeFinding::Memory { .. }) {
        // It asks for a declaration, whatever the input.
        return Finding::new(suspect.finding);
    }
    let (decision, node) = (suspect.decision, suspect.node);
    if matches!(suspect.finding, RangeFinding::TextTooLong { .. }) {
        // An input that shows it would be longer than anybody reads.
        return Finding::new(suspect.finding);
    }
    let mut does_it = |run: &Result<Run, Fault>| {
        run.as_ref().err().is_some_and(|fault| fault.decision == decision && is_it(&suspect.finding, node, fault))
    };
    let found = find_input(&program.meta, &program.graphs, decision, &mut does_it, &suspect.hints, meter);
    let finding = Finding::new(suspect.finding);
    match found {
        Some(input) => show_input(finding, &program.meta, &program.graphs[decision.index()], &input),
        None => finding.note("note", "no input was found that does it, and it could not be excluded either"),
    }
}

/// What is told of the outcomes of rules that come to more, or less, than the decision gives; `worst`: the rules that do, by their places.
fn do_not_fit_together(graph: &Graph, collected: &Collected, (lo, hi): (i128, i128), worst: &[usize]) -> RangeFinding {
    let Collected { declared, counts, outcomes } = collected;
    let (kind, up) = (declared.kind, hi > declared.hi);
    let range = bounds(&Type::Scalar(*declared));
    let adds = |place: &usize| {
        let part = outcomes.iter().find(|part| part.rule == *place)?;
        let number = if up { part.each.1 } else { part.each.0 };
        let each = if part.count.1 > 1 { " each time" } else { "" };
        let span = graph.meta.rules[graph.rules().get(*place)?.id.index()].span;
        let says = if *counts { format!("counts{each}") } else { format!("adds {}{each}", show::show(kind, number)) };
        Some(LabeledSpan::new_with_span(Some(says), span))
    };
    RangeFinding::DoNotFitTogether {
        what: if *counts { "the number of rules that can apply together" } else { "the sum of the rules that can apply together" }
            .to_owned(),
        value: show::show(kind, if up { hi } else { lo }),
        range: range.strip_prefix("from ").map(String::from).unwrap_or(range),
        at: graph.meta.span,
        found: bounds(&Type::Scalar(Scalar { kind, lo, hi })),
        rules: worst.iter().filter_map(adds).take(MOST_RULES_SHOWN).collect(),
    }
}

/// The most rules of a sum that are pointed at.
const MOST_RULES_SHOWN: usize = 8;

fn is_it(finding: &RangeFinding, node: NodeId, fault: &Fault) -> bool {
    let here = fault.node == Some(node);
    match finding {
        RangeFinding::DivisionByZero { .. } => here && fault.kind == FaultKind::DivisionByZero,
        RangeFinding::DoesNotFit { .. } | RangeFinding::DoNotFitTogether { .. } => {
            matches!(fault.kind, FaultKind::OutOfBounds { .. }) && (here || fault.node.is_none())
        }
        _ => here && fault.kind == FaultKind::Overflow,
    }
}

/// Finds the bounds of every value of every decision.
#[must_use]
pub fn ranges(graphs: &mut [Graph], templates: &[Vec<Piece>], types: &Types, zones: &[Zone], sources: &Sources) -> Vec<Suspect> {
    let gives: Vec<Type> = graphs.iter().map(|graph| graph.meta.gives.clone()).collect();
    graphs.iter_mut().flat_map(|graph| walk::Walk::new(graph, &gives, templates, types, zones, sources).run()).collect()
}
