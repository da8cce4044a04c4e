//! Estimates what evaluating a node takes, as far as it decides between a branch and none.
//!
//! A mispredicted branch takes as long as some 60 instructions, so what is estimated below [`LIMIT`] is evaluated without one.

use super::Lower;
use super::operand::widths;
use super::state::Key;
use crate::function::Function;
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
        for operand in self.node(node).kind.operands() {
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
            NodeKind::Call(Function::Headers, _) => 0,
            NodeKind::Quantify(..) | NodeKind::Decide { .. } | NodeKind::Call(..) | NodeKind::MakeList(_) | NodeKind::Text { .. } => {
                TOO_MUCH
            }
            NodeKind::Compare(_, left, _) | NodeKind::OneOf(left, _) | NodeKind::InRange { value: left, .. }
                if self.is_compared_by_helper(*left) =>
            {
                TOO_MUCH
            }
            NodeKind::Compare(_, left, right) if self.compares_far(*left, *right) => TOO_MUCH,
            NodeKind::InRange { value, low, high }
                if [low, high].into_iter().flatten().any(|(bound, _)| self.compares_far(*value, *bound)) =>
            {
                TOO_MUCH
            }
            NodeKind::OneOf(value, all) if all.iter().any(|other| self.compares_far(*value, *other)) => TOO_MUCH,
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
