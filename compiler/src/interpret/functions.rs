//! Built-in functions of the values of their operands.

use axtrace_runtime::calendar::{self, Zone};
use axtrace_runtime::value::Value;

use super::Fault;
use super::FaultKind;
use super::eval::{Activation, Machine};
use crate::function::Function;
use crate::graph::NodeId;

impl Machine<'_> {
    pub(super) fn function(
        &mut self,
        act: &mut Activation<'_>,
        id: NodeId,
        function: Function,
        operands: &[NodeId],
    ) -> Result<Value, Fault> {
        let values = self.eval_all(act, operands)?;
        apply(function, &values, &self.program.zones).ok_or_else(|| act.fault(id, FaultKind::Overflow))
    }
}

/// What a function gives for the values of its operands; none if they are not what it is given, or the value would be beyond all that is provided for.
pub fn apply(function: Function, operands: &[Value], zones: &[Zone]) -> Option<Value> {
    match (function, operands) {
        (Function::YearsBetween, [from, to]) => scalar(calendar::years_between(day(from)?, day(to)?)),
        (Function::DateOf, [instant, zone]) => scalar(calendar::date_of(seconds(instant)?, zone_of(zone, zones)?)),
        (Function::TimeOf, [instant, zone]) => scalar(calendar::time_of(seconds(instant)?, zone_of(zone, zones)?)),
        _ => None,
    }
}

fn scalar(number: impl Into<i128>) -> Option<Value> {
    Some(Value::Scalar(number.into()))
}

fn day(value: &Value) -> Option<i32> {
    value.number()?.try_into().ok()
}

fn seconds(value: &Value) -> Option<i64> {
    value.number()?.try_into().ok()
}

fn zone_of<'a>(value: &Value, zones: &'a [Zone]) -> Option<&'a Zone> {
    match value {
        Value::Zone(place) => zones.get(usize::from(*place)),
        _ => None,
    }
}
