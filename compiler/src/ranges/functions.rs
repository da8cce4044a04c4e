//! What the bounds of a built-in function's value are, given those of its operands.

use axtrace_runtime::types::{Kind, Scalar, Type};

use super::time;
use super::walk::Walk;
use crate::function::Function;
use crate::graph::NodeId;

impl Walk<'_> {
    pub(super) fn call(&mut self, node: NodeId, function: Function, operands: &[NodeId], declared: Type) -> Type {
        if let Type::Ratio { kind, .. } = declared {
            return self.quotients(node, function, operands, kind);
        }
        if matches!(self.graph.node(*operands.first().unwrap_or(&node)).ty, Type::Text { .. }) {
            return self.text_function(node, function, operands, declared);
        }
        if let Some(ty) = self.list_function(node, function, operands) {
            return ty;
        }
        let Some(scalar) = declared.required().scalar() else { return declared };
        if self.broken[node.index()] {
            return with_bounds(&declared, scalar.kind, (i128::MIN, i128::MAX));
        }
        if let (Function::Power, &[base, exponent, places]) = (function, operands) {
            let (lo, hi) = self.power(node, (base, exponent, places));
            return Type::Scalar(Scalar { lo, hi, ..scalar });
        }
        let range = match (function, operands) {
            (Function::YearsBetween, &[from, to]) => time::years(self.range(from), self.range(to)),
            (Function::MonthsBetween, &[from, to]) => time::months(self.range(from), self.range(to)),
            (Function::YearOf, &[date]) => time::years_of(self.range(date)),
            (Function::MonthOf, &[date]) => time::months_of(self.range(date)),
            (Function::DayOf, &[date]) => time::days_of(self.range(date)),
            (Function::WeekdayOf, &[date]) => time::weekdays_of(self.range(date)),
            (Function::AddMonths, &[date, months]) => time::moved(self.range(date), self.range(months)),
            (Function::DateFrom, &[year, month, day]) => time::dates_of(self.range(year), self.range(month), self.range(day)),
            (Function::DateOf, &[instant, zone]) => time::dates(self.range(instant), self.offsets(zone)),
            (Function::TimeOf, &[instant, zone]) => time::times(self.range(instant), self.offsets(zone)),
            (Function::DatetimeAt, &[date, time, zone]) => time::instants(self.range(date), self.range(time), self.offsets(zone)),
            _ => return declared,
        };
        let range = self.in_calendar(node, scalar.kind, range);
        with_bounds(&declared, scalar.kind, range)
    }
}

/// The type with other bounds.
fn with_bounds(declared: &Type, kind: Kind, (lo, hi): (i128, i128)) -> Type {
    let bounded = Type::Scalar(Scalar { kind, lo, hi });
    if declared.is_optional() { Type::Optional(Box::new(bounded)) } else { bounded }
}
