//! Numbers of a kind, and ranges of them, in words.

use axtrace_runtime::calendar::Weekday;
use axtrace_runtime::literal;
use axtrace_runtime::types::{Kind, Type, Unit};

/// A number of a kind as an author writes it.
#[must_use]
pub fn show(kind: Kind, number: i128) -> String {
    match kind {
        Kind::Number { scale, unit: Unit::One } => literal::format_decimal(number, scale),
        Kind::Number { scale, unit: Unit::Percent } => literal::format_percent(number, scale),
        Kind::Number { scale, unit: Unit::Money(currency) } => literal::format_money(number, scale, currency),
        Kind::Number { scale, unit } => literal::format_quantity(number, scale, unit),
        Kind::Duration | Kind::DurationIn(_) => literal::format_duration(number),
        Kind::Days => format!("{number} days"),
        Kind::Period => literal::format_period(number),
        Kind::Weekday => usize::try_from(number).ok().and_then(|day| Weekday::ALL.get(day)).map_or("none", |day| day.name()).into(),
        Kind::Date => i32::try_from(number).map_or_else(|_| format!("day {number}"), literal::format_date),
        Kind::Time => i32::try_from(number).map_or_else(|_| format!("{number} s"), literal::format_time),
        Kind::Datetime | Kind::DatetimeIn(_) => match i64::try_from(number) {
            Ok(instant) if (-377_705_116_800..=253_402_300_799).contains(&instant) => {
                literal::format_datetime(literal::Datetime { instant, offset: 0 })
            }
            _ => format!("{number} s after 1970"),
        },
    }
}

/// The bounds of a type: `from 0 to 50`.
pub(super) fn bounds(ty: &Type) -> String {
    match ty {
        Type::Scalar(scalar) if scalar.lo == scalar.hi => show(scalar.kind, scalar.lo),
        Type::Scalar(scalar) => format!("from {} to {}", show(scalar.kind, scalar.lo), show(scalar.kind, scalar.hi)),
        Type::List { min, max, .. } => format!("from {min} to {max} items"),
        Type::Text { max } => format!("up to {max} characters"),
        Type::Optional(inner) => bounds(inner),
        Type::Ratio { num, den, .. } => format!("a quotient of up to {} by {} digits", digits(*num), digits(*den)),
        _ => String::new(),
    }
}

/// How many digits the greatest number of a range has.
pub(super) fn digits((lo, hi): (i128, i128)) -> u32 {
    lo.unsigned_abs().max(hi.unsigned_abs()).checked_ilog10().unwrap_or(0) + 1
}
