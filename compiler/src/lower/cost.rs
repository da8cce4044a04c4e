//! Estimates what evaluating a node takes, as far as it decides between a branch and none.
//!
//! A mispredicted branch takes as long as some 60 instructions, so what is estimated below [`LIMIT`] is evaluated without one.

use super::Lower;
use super::operand::widths;
use super::state::Key;
use crate::graph::{LocalId, NodeId, NodeKind};
use crate::mir::Width;

/// What may be evaluated without being needed.
pub const LIMIT: i32 = 48;
/// More than any limit.
const TOO_MUCH: i32 = 1 << 20;

impl Lower<'_, '_> {
    /// Whether a node may be evaluated before it is known whether it is needed.
    pub fn is_cheap(&self, node: NodeId) -> bool {
        let mut budget = LIMIT;
        self.spend(node, &mut budget);
        budget >= 0
    }

    /// Whether a local's value is worth a flag that says whether it is there.
    pub fn is_lazy(&self, node: NodeId) -> bool {
        !self.is_cheap(node)
    }

    fn spend(&self, node: NodeId, budget: &mut i32) {
        if *budget < 0 {
            return;
        }
        *budget -= self.own_cost(node);
        if let NodeKind::Local(local) = self.node(node).kind {
            return self.spend_local(local, budget);
        }
        for operand in operands(&self.node(node).kind) {
            self.spend(operand, budget);
        }
    }

    fn spend_local(&self, local: LocalId, budget: &mut i32) {
        if !self.state.is_done(Key::Local(local), &self.b) {
            self.spend(self.graph.local(local).value, budget);
        }
    }

    fn own_cost(&self, node: NodeId) -> i32 {
        let wide = widths(self.ty(node), &self.meta.types).contains(&Width::Wide);
        match &self.node(node).kind {
            NodeKind::Constant(_) | NodeKind::Define(_) | NodeKind::Unwrap(_) | NodeKind::Wrap(_) | NodeKind::Local(_) => 0,
            NodeKind::Quantify(..)
            | NodeKind::Decide { .. }
            | NodeKind::YearsBetween(..)
            | NodeKind::DateOf(..)
            | NodeKind::TimeOf(..)
            | NodeKind::MakeList(_)
            | NodeKind::Text { .. } => TOO_MUCH,
            NodeKind::Compare(_, left, _) | NodeKind::OneOf(left, _) if self.is_text(*left) => TOO_MUCH,
            NodeKind::Round { value, places, .. } => self.cost_of_rounding(*value, *places),
            NodeKind::Modulo(..) if wide => TOO_MUCH,
            NodeKind::Modulo(..) => 25,
            NodeKind::Multiply(..) => 3,
            _ if wide => 3,
            _ => 1,
        }
    }

    fn cost_of_rounding(&self, value: NodeId, places: u32) -> i32 {
        if self.rounds_in_words(value, places) { 25 } else { TOO_MUCH }
    }
}

/// The operands of an operation, without those of loops and locals.
pub fn operands(kind: &NodeKind) -> Vec<NodeId> {
    use NodeKind as K;
    match kind {
        K::Constant(_) | K::Input(_) | K::Element(_) | K::Local(_) | K::Quantify(..) => Vec::new(),
        K::Field(a, _)
        | K::Not(a)
        | K::IsGiven(a)
        | K::Unwrap(a)
        | K::Wrap(a)
        | K::Negate(a)
        | K::Rescale(a, _)
        | K::Length(a)
        | K::Define(a) => {
            vec![*a]
        }
        K::Round { value, .. } => vec![*value],
        K::And(all) | K::Or(all) | K::MakeRecord(all) | K::MakeSet(all) | K::MakeList(all) => all.clone(),
        K::Decide { arguments, .. } => arguments.clone(),
        K::Text { values, .. } => values.clone(),
        K::If { condition, then, otherwise } => vec![*condition, *then, *otherwise],
        K::Divide { left, right, .. } => vec![*left, *right],
        K::InRange { value, low, high } => [Some(*value), low.map(|low| low.0), high.map(|high| high.0)].into_iter().flatten().collect(),
        K::OneOf(value, all) => [&[*value], all.as_slice()].concat(),
        K::OrElse(a, b)
        | K::Add(a, b)
        | K::Subtract(a, b)
        | K::Multiply(a, b)
        | K::Modulo(a, b)
        | K::Compare(_, a, b)
        | K::Has(a, b)
        | K::HasAll(a, b)
        | K::HasAny(a, b)
        | K::Union(a, b)
        | K::Difference(a, b)
        | K::YearsBetween(a, b)
        | K::DateOf(a, b)
        | K::TimeOf(a, b) => vec![*a, *b],
    }
}
