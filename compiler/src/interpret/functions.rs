//! Built-in functions of the values of their operands.

use std::sync::Arc;

use axtrace_runtime::calendar::{self, MAX_DATE, MIN_DATE, SECONDS_PER_DAY, Zone};
use axtrace_runtime::helpers::{DatePart, date_of_parts, part_of_date};
use axtrace_runtime::meta::ProgramMeta;
use axtrace_runtime::pattern::Pattern;
use axtrace_runtime::power;
use axtrace_runtime::table::Table;
use axtrace_runtime::text_functions as texts;
use axtrace_runtime::value::Value;

use super::Fault;
use super::FaultKind;
use super::eval::{Activation, Machine};
use super::number;
use crate::function::Function;
use crate::graph::NodeId;

/// How many bits of a power are made in the time of a step.
const BITS: u64 = 64;
/// How many bytes of a text are looked at in the time of a step.
const LETTERS: u64 = 16;
/// How many rows of a table are looked at in the time of a step.
const ROWS: u64 = 2;
/// How many bytes of a pattern make each letter of a text take as long again.
const STATES: u64 = 4_096;

impl Machine<'_> {
    pub(super) fn function(
        &mut self,
        act: &mut Activation<'_>,
        id: NodeId,
        function: Function,
        operands: &[NodeId],
    ) -> Result<Value, Fault> {
        let values = self.eval_all(act, operands)?;
        self.count(cost(function, &values, Tables::of(self.program)));
        if divides_by_zero(function, &values) {
            return Err(act.fault(id, FaultKind::DivisionByZero));
        }
        if let (Function::Power, [Value::Ratio { num, den }, Value::Scalar(exponent), _]) = (function, values.as_slice()) {
            let bits = |part: i128| power::bits(part.unsigned_abs(), exponent.unsigned_abs()).unwrap_or(0).min(power::MOST_BITS);
            self.count((bits(*num) + bits(*den)) / BITS);
        }
        apply(function, &values, Tables::of(self.program)).ok_or_else(|| act.fault(id, FaultKind::Overflow))
    }
}

fn divides_by_zero(function: Function, values: &[Value]) -> bool {
    match (function, values) {
        (Function::DivideRatios, [_, Value::Ratio { num: 0, .. }]) => true,
        (Function::Power, [Value::Ratio { num: 0, .. }, Value::Scalar(exponent), _]) => *exponent < 0,
        _ => false,
    }
}

/// What functions look things up in.
#[derive(Clone, Copy)]
pub struct Tables<'a> {
    /// Zone rules, by the place that a zone value holds.
    pub zones: &'a [Zone],
    /// Patterns, by their places.
    pub patterns: &'a [Pattern],
    /// Tables that are looked up, by their places.
    pub tables: &'a [Table],
}

impl<'a> Tables<'a> {
    /// Those of a program.
    pub fn of(program: &'a ProgramMeta) -> Self {
        Self { zones: &program.zones, patterns: &program.patterns, tables: &program.tables }
    }
}

/// How many steps applying a function is counted as, beyond the one of its node: texts are gone through.
pub fn cost(function: Function, operands: &[Value], tables: Tables<'_>) -> u64 {
    let bytes: usize = operands.iter().map(|value| if let Value::Text(text) = value { text.len() } else { 0 }).sum();
    if let (Function::Row | Function::Rows, [table, ..]) = (function, operands) {
        return table_of(table, tables).map_or(0, |table| table.rows.len() as u64 / ROWS);
    }
    let times = match (function, operands) {
        (Function::Matches, [_, place]) => {
            let pattern = place.number().and_then(|place| tables.patterns.get(usize::try_from(place).ok()?));
            1 + pattern.map_or(0, |pattern| pattern.size() as u64 / STATES)
        }
        (Function::Characters, _) => LETTERS,
        _ => 1,
    };
    (bytes as u64).saturating_mul(times) / LETTERS
}

/// What a function gives for the values of its operands; none if they are not what it is given, or the value would be beyond all that is provided for.
pub fn apply(function: Function, operands: &[Value], tables: Tables<'_>) -> Option<Value> {
    let zones = tables.zones;
    match (function, operands) {
        (Function::Headers, _) => Some(Value::Boolean(true)),
        (Function::Row, [table, values @ ..]) => {
            let table = table_of(table, tables)?;
            let found = (0..table.rows.len()).find(|row| table.applies(*row, values));
            Some(found.map_or(Value::Missing, |row| Value::Scalar(row as i128)))
        }
        (Function::Rows, [table, values @ ..]) => {
            let table = table_of(table, tables)?;
            let found = (0..table.rows.len()).filter(|row| table.applies(*row, values));
            Some(Value::List(found.map(|row| Value::Scalar(row as i128)).collect()))
        }
        (Function::Cell, [table, column, row]) => {
            let column = table_of(table, tables)?.gives.get(usize::try_from(column.number()?).ok()?)?;
            column.values.get(usize::try_from(row.number()?).ok()?).cloned()
        }
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
        (function, [Value::Text(text), rest @ ..]) => of_text(function, text, rest, tables),
        _ => super::listed::apply(function, operands),
    }
}

fn table_of<'a>(place: &Value, tables: Tables<'a>) -> Option<&'a Table> {
    tables.tables.get(usize::try_from(place.number()?).ok()?)
}

fn date_from(year: &Value, month: &Value, day: &Value) -> Option<i32> {
    date_of_parts(seconds(year)?, seconds(month)?, seconds(day)?)
}

fn datetime_at(date: i32, time: i32, zone: &Zone) -> Option<Value> {
    let instant = calendar::instant_at(date, time, zone);
    let inside = (MIN_DATE..=MAX_DATE).contains(&i32::try_from(instant.div_euclid(SECONDS_PER_DAY)).ok()?);
    inside.then(|| Value::Datetime { instant, offset: zone.offset_at(instant) })
}

fn of_text(function: Function, text: &str, rest: &[Value], tables: Tables<'_>) -> Option<Value> {
    let built = |text: String| Some(Value::Text(text.into()));
    match (function, rest) {
        (Function::StartsWith, [Value::Text(part)]) => Some(Value::Boolean(text.starts_with(&**part))),
        (Function::EndsWith, [Value::Text(part)]) => Some(Value::Boolean(text.ends_with(&**part))),
        (Function::Contains, [Value::Text(part)]) => Some(Value::Boolean(text.contains(&**part))),
        (Function::Matches, [place]) => {
            let pattern = tables.patterns.get(usize::try_from(place.number()?).ok()?)?;
            Some(Value::Boolean(pattern.matches(text)))
        }
        (Function::LengthOf, []) => scalar(texts::length(text)),
        (Function::Lower, []) => built(texts::lower(text)),
        (Function::Upper, []) => built(texts::upper(text)),
        (Function::Trim, []) => built(texts::trim(text).to_owned()),
        (Function::Characters, []) => Some(Value::List(characters(text))),
        (Function::ToDecimal, [places]) => optional(texts::to_decimal(text, u32::try_from(places.number()?).ok()?)),
        (Function::ToDate, [Value::Text(format)]) => optional(texts::to_date(text, format)),
        _ => None,
    }
}

fn characters(text: &str) -> Arc<[Value]> {
    let mut letter = [0; 4];
    text.chars().map(|sign| Value::Text((&*sign.encode_utf8(&mut letter)).into())).collect()
}

fn optional(number: Option<impl Into<i128>>) -> Option<Value> {
    Some(number.map_or(Value::Missing, |number| Value::Scalar(number.into())))
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
