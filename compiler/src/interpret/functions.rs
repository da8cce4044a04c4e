//! Built-in functions of the values of their operands.

use axtrace_runtime::calendar::{self, MAX_DATE, MIN_DATE, SECONDS_PER_DAY, Zone};
use axtrace_runtime::helpers::{DatePart, date_of_parts, part_of_date};
use axtrace_runtime::power;
use axtrace_runtime::value::Value;

use super::Fault;
use super::FaultKind;
use super::eval::{Activation, Machine};
use super::number;
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
        if divides_by_zero(function, &values) {
            return Err(act.fault(id, FaultKind::DivisionByZero));
        }
        if let (Function::Power, [Value::Ratio { num, den }, Value::Scalar(exponent), _]) = (function, values.as_slice()) {
            let bits = |part: i128| power::bits(part.unsigned_abs(), exponent.unsigned_abs()).unwrap_or(0).min(power::MOST_BITS);
            self.count((bits(*num) + bits(*den)) / BITS);
        }
        apply(function, &values, &self.program.zones).ok_or_else(|| act.fault(id, FaultKind::Overflow))
    }
}

/// How many bits of a power are made in the time of a step.
const BITS: u64 = 64;

fn divides_by_zero(function: Function, values: &[Value]) -> bool {
    match (function, values) {
        (Function::DivideRatios, [_, Value::Ratio { num: 0, .. }]) => true,
        (Function::Power, [Value::Ratio { num: 0, .. }, Value::Scalar(exponent), _]) => *exponent < 0,
        _ => false,
    }
}

/// What a function gives for the values of its operands; none if they are not what it is given, or the value would be beyond all that is provided for.
pub fn apply(function: Function, operands: &[Value], zones: &[Zone]) -> Option<Value> {
    match (function, operands) {
        (Function::YearsBetween, [from, to]) => scalar(calendar::years_between(day(from)?, day(to)?)),
        (Function::MonthsBetween, [from, to]) => scalar(calendar::months_between(day(from)?, day(to)?)),
        (Function::YearOf, [date]) => scalar(part_of_date(day(date)?, DatePart::Year)),
        (Function::MonthOf, [date]) => scalar(part_of_date(day(date)?, DatePart::Month)),
        (Function::DayOf, [date]) => scalar(part_of_date(day(date)?, DatePart::Day)),
        (Function::WeekdayOf, [date]) => scalar(part_of_date(day(date)?, DatePart::Weekday)),
        (Function::AddMonths, [date, months]) => scalar(calendar::add_months(day(date)?, seconds(months)?)?),
        (Function::DateFrom, [year, month, day]) => {
            Some(date_from(year, month, day).map_or(Value::Missing, |day| Value::Scalar(day.into())))
        }
        (Function::DatetimeAt, [date, time, zone]) => datetime_at(day(date)?, day(time)?, zone_of(zone, zones)?),
        (Function::DateOf, [instant, zone]) => scalar(calendar::date_of(seconds(instant)?, zone_of(zone, zones)?)),
        (Function::TimeOf, [instant, zone]) => scalar(calendar::time_of(seconds(instant)?, zone_of(zone, zones)?)),
        (
            Function::AddRatios | Function::SubtractRatios | Function::MultiplyRatios | Function::DivideRatios,
            [Value::Ratio { num: a, den: b }, Value::Ratio { num: c, den: d }],
        ) => {
            let (left, right) = ((*a, *b), (*c, *d));
            let (num, den) = match function {
                Function::AddRatios => number::sum_of_quotients(left, right)?,
                Function::SubtractRatios => number::sum_of_quotients(left, (c.checked_neg()?, *d))?,
                Function::MultiplyRatios => (a.checked_mul(*c)?, b.checked_mul(*d)?),
                _ => number::quotient(a.checked_mul(*d)?, b.checked_mul(*c)?).filter(|(_, den)| *den != 0)?,
            };
            Some(Value::Ratio { num, den })
        }
        (Function::Power, [Value::Ratio { num, den }, Value::Scalar(exponent), Value::Scalar(places)]) => {
            power::power(*num, *den, *exponent, u32::try_from(*places).ok()?).map(Value::Scalar)
        }
        _ => super::listed::apply(function, operands),
    }
}

fn date_from(year: &Value, month: &Value, day: &Value) -> Option<i32> {
    date_of_parts(seconds(year)?, seconds(month)?, seconds(day)?)
}

fn datetime_at(date: i32, time: i32, zone: &Zone) -> Option<Value> {
    let instant = calendar::instant_at(date, time, zone);
    let inside = (MIN_DATE..=MAX_DATE).contains(&i32::try_from(instant.div_euclid(SECONDS_PER_DAY)).ok()?);
    inside.then(|| Value::Datetime { instant, offset: zone.offset_at(instant) })
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
