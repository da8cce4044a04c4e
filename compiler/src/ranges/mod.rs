//! Finds the bounds of every value, and what could go wrong when a decision runs.
//!
//! On arrival the types of nodes have the bounds of declarations. On leaving they have the bounds that the value can really have where the
//! node stands, given the conditions that were true or false on the way there; from them follows whether it is computed in 64 or in 128
//! bits. What could leave 128 bits, divide by zero, leave the calendar or a declared range is a [`Suspect`].

mod facts;
mod findings;
mod intervals;
mod show;
mod walk;

pub use findings::RangeFinding;
pub use show::show;

use axtrace_runtime::meta::DecisionId;
use axtrace_runtime::types::{Type, Types};
use axtrace_source::Sources;

use crate::graph::{Graph, NodeId};

/// Something that could go wrong at a node.
#[derive(Debug)]
pub struct Suspect {
    /// The decision.
    pub decision: DecisionId,
    /// Where in its graph.
    pub node: NodeId,
    /// What to tell the author.
    pub finding: RangeFinding,
}

/// Finds the bounds of every value of every decision.
#[must_use]
pub fn ranges(graphs: &mut [Graph], types: &Types, sources: &Sources) -> Vec<Suspect> {
    let gives: Vec<Type> = graphs.iter().map(|graph| graph.meta.gives.clone()).collect();
    graphs.iter_mut().flat_map(|graph| walk::Walk::new(graph, &gives, types, sources).run()).collect()
}
