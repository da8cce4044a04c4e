//! Ranges.
use axtrace_runtime::literal;
use axtrace_runtime::types::{Kind, Unit};

/// A number of a kind as an author writes it.
#[must_use]
pub fn show(kind: Kind, number: i128) -> String {
    match kind {
        Kind::Number { scale, unit: Unit::One } => literal::format_decimal(number, scale),
        Kind::Number { scale, unit: Unit::Percent } => literal::format_percent(number, scale),
        Kind::Number { scale, unit: Unit::Money(currency) } => literal::format_money(number, scale, currency),
        Kind::Duration => i64::try_from(number).map_or_else(|_| format!("{number} s"), literal::format_duration),
        Kind::Days => format!("{number} days"),
        Kind::Date => i32::try_from(number).map_or_else(|_| format!("day {number}"), literal::format_date),
        Kind::Time => i32::try_from(number).map_or_else(|_| format!("{number} s"), literal::format_time),
        Kind::Datetime => match i64::try_from(number) {
            Ok(instant) => literal::format_datetime(literal::Datetime { instant, offset: 0 }),
            Err(_) => format!("{number} s"),
        },
    }
}

/// Finds the bounds of every value.
pub fn ranges(
    _graphs: &mut [crate::graph::Graph],
    _typed: &crate::hir::Program,
    _sources: &axtrace_source::Sources,
    _findings: &mut axtrace_source::Findings,
) {
}
