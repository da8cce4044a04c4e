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
pub use show::show;
pub use texts::LONGEST as LONGEST_TEXT;

use axtrace_runtime::calendar::Zone;
use axtrace_runtime::meta::{DecisionId, Piece};
use axtrace_runtime::types::{Type, Types};
use axtrace_source::{Finding, Sources};

use crate::graph::{Graph, NodeId};
use crate::interpret::{Fault, FaultKind, Run};
use crate::program::Program;
use crate::prove::{Hint, Meter, find_input, show_input};

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
}

/// Adds to a suspect an input that was run and did it; where none is found, says so.
#[must_use]
pub fn with_witness(suspect: Suspect, program: &Program, meter: &Meter) -> Finding {
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

fn is_it(finding: &RangeFinding, node: NodeId, fault: &Fault) -> bool {
    let here = fault.node == Some(node);
    match finding {
        RangeFinding::DivisionByZero { .. } => here && fault.kind == FaultKind::DivisionByZero,
        RangeFinding::DoesNotFit { .. } => matches!(fault.kind, FaultKind::OutOfBounds { .. }) && (here || fault.node.is_none()),
        _ => here && fault.kind == FaultKind::Overflow,
    }
}

/// Finds the bounds of every value of every decision.
#[must_use]
pub fn ranges(graphs: &mut [Graph], templates: &[Vec<Piece>], types: &Types, zones: &[Zone], sources: &Sources) -> Vec<Suspect> {
    let gives: Vec<Type> = graphs.iter().map(|graph| graph.meta.gives.clone()).collect();
    graphs.iter_mut().flat_map(|graph| walk::Walk::new(graph, &gives, templates, types, zones, sources).run()).collect()
}
