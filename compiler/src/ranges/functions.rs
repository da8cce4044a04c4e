//! What the bounds of a built-in function's value are, given those of its operands.

use axtrace_runtime::calendar;
use axtrace_runtime::types::{DATE_LIMITS, Scalar, Type};

use super::intervals::Range;
use super::walk::Walk;
use crate::function::Function;
use crate::graph::NodeId;

impl Walk<'_> {
    pub(super) fn call(&mut self, node: NodeId, function: Function, operands: &[NodeId], declared: Type) -> Type {
        if let Type::Ratio { kind, .. } = declared {
            return self.quotients(node, function, operands, kind);
        }
        let Some(scalar) = declared.scalar() else { return declared };
        if self.broken[node.index()] {
            return Type::Scalar(Scalar { lo: i128::MIN, hi: i128::MAX, ..scalar });
        }
        if let (Function::Power, &[base, exponent, places]) = (function, operands) {
            let (lo, hi) = self.power(node, (base, exponent, places));
            return Type::Scalar(Scalar { lo, hi, ..scalar });
        }
        let range = match (function, operands) {
            (Function::YearsBetween, &[from, to]) => years(self.range(from), self.range(to)),
            (Function::DateOf, &[instant, _]) => {
                let (lo, hi) = self.range(instant);
                // No zone was ever more than a day away from Greenwich.
                (lo.div_euclid(86_400) - 1, hi.div_euclid(86_400) + 1)
            }
            (Function::TimeOf, _) => (0, 86_399),
            _ => return declared,
        };
        let (lo, hi) = self.in_calendar(node, scalar.kind, range);
        Type::Scalar(Scalar { kind: scalar.kind, lo, hi })
    }
}

fn years(from: Range, to: Range) -> Range {
    let day = |days: i128| days.clamp(DATE_LIMITS.0, DATE_LIMITS.1) as i32;
    let between = |from: i128, to: i128| i128::from(calendar::years_between(day(from), day(to)));
    (between(from.1, to.0), between(from.0, to.1))
}
