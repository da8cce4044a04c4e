//! Conditions that the bounds of what they compare decide: behind them stand parts that are never reached.
//!
//! Nothing is reported in such a part: `if p in 0..1 then 1 / (2 - p) else 0` stands with a parameter of 2, and `x / p` where `p != 0` is asked before.

use std::cmp::Ordering;

use axtrace_runtime::helpers::compare_quotients;
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use super::walk::Walk;
use crate::function::Function;
use crate::graph::{Comparison, NodeId, NodeKind};

/// How many parts of a condition are looked at.
const MAX_STEPS: u32 = 200;

/// The least and the greatest of a value's quotients.
type Ends = ((i128, i128), (i128, i128));

impl Walk<'_> {
    /// The truth of a condition whose parts have been visited, if their bounds decide it.
    pub(super) fn truth(&self, condition: NodeId) -> Option<bool> {
        let mut steps = MAX_STEPS;
        self.truth_of(condition, &mut steps)
    }

    fn truth_of(&self, node: NodeId, steps: &mut u32) -> Option<bool> {
        *steps = steps.checked_sub(1)?;
        match &self.graph.node(node).kind {
            NodeKind::Constant(Value::Boolean(truth)) => Some(*truth),
            NodeKind::Call(Function::Headers, _) => Some(true),
            NodeKind::Not(inner) => self.truth_of(*inner, steps).map(|truth| !truth),
            NodeKind::And(parts) => self.all(parts, true, steps),
            NodeKind::Or(parts) => self.all(parts, false, steps).map(|none| !none),
            NodeKind::Define(inner) => self.truth_of(*inner, steps),
            NodeKind::Local(local) => self.truth_of(self.graph.local(*local).value, steps),
            NodeKind::IsGiven(inner) => match self.graph.node(*inner).kind {
                NodeKind::Constant(Value::Missing) => Some(false),
                NodeKind::Constant(_) | NodeKind::Wrap(_) => Some(true),
                _ => None,
            },
            NodeKind::Compare(comparison, left, right) => self.compared(*comparison, *left, *right),
            NodeKind::InRange { value, low, high } => {
                let bound = |bound: &Option<(NodeId, bool)>, open, closed| match bound {
                    Some((end, inside)) => self.compared(if *inside { closed } else { open }, *value, *end),
                    None => Some(true),
                };
                let above = bound(low, Comparison::Greater, Comparison::GreaterOrEqual);
                let below = bound(high, Comparison::Less, Comparison::LessOrEqual);
                both(above, below)
            }
            NodeKind::OneOf(value, others) => {
                let equal = others.iter().map(|other| self.compared(Comparison::Equal, *value, *other));
                equal.reduce(|one, other| both(one.map(|truth| !truth), other.map(|truth| !truth)).map(|truth| !truth)).flatten()
            }
            _ => None,
        }
    }

    /// Whether all parts are true (or, for `or`, all are false).
    fn all(&self, parts: &[NodeId], truth: bool, steps: &mut u32) -> Option<bool> {
        let mut all = Some(true);
        for part in parts {
            all = both(all, self.truth_of(*part, steps).map(|found| found == truth));
        }
        all
    }

    fn compared(&self, comparison: Comparison, left: NodeId, right: NodeId) -> Option<bool> {
        if let (NodeKind::Constant(one), NodeKind::Constant(other)) = (&self.graph.node(left).kind, &self.graph.node(right).kind)
            && one.number().is_none()
        {
            return match comparison {
                Comparison::Equal => Some(one == other),
                Comparison::NotEqual => Some(one != other),
                _ => None,
            };
        }
        let (a, b) = (ends(&self.graph.node(left).ty)?, ends(&self.graph.node(right).ty)?);
        // The greatest of one side against the least of the other, both ways.
        let (most, least) = (compare_quotients(a.1, b.0), compare_quotients(a.0, b.1));
        let fixed = most == Ordering::Equal && least == Ordering::Equal;
        let apart = most.is_lt() || least.is_gt();
        let decided = |yes: bool, no: bool| if yes { Some(true) } else { no.then_some(false) };
        match comparison {
            Comparison::Less => decided(most.is_lt(), least.is_ge()),
            Comparison::LessOrEqual => decided(most.is_le(), least.is_gt()),
            Comparison::Greater => decided(least.is_gt(), most.is_le()),
            Comparison::GreaterOrEqual => decided(least.is_ge(), most.is_lt()),
            Comparison::Equal => decided(fixed, apart),
            Comparison::NotEqual => decided(apart, fixed),
        }
    }
}

/// Whether both hold; one that does not is enough to know.
fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn ends(ty: &Type) -> Option<Ends> {
    match ty {
        Type::Scalar(scalar) => {
            let power = 10i128.checked_pow(scalar.kind.scale())?;
            Some(((scalar.lo, power), (scalar.hi, power)))
        }
        Type::Ratio { num, den, .. } => {
            let least = (num.0, if num.0 < 0 { den.0 } else { den.1 });
            Some((least, (num.1, if num.1 < 0 { den.1 } else { den.0 })))
        }
        _ => None,
    }
}
