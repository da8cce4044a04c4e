//! Types in the words of the language.

use axtrace_runtime::types::{Kind, Type, Types, Unit};
use axtrace_runtime::unit::Upper;

/// A type as an author writes it, without its range.
#[must_use]
pub fn words(ty: &Type, types: &Types) -> String {
    match ty {
        Type::Boolean => "a condition".into(),
        Type::Scalar(scalar) => kind_words(scalar.kind),
        Type::Ratio { kind, .. } => match kind {
            Kind::Number { unit: Unit::One | Unit::Percent, .. } => "an exact quotient".into(),
            other => format!("an exact quotient in {}", kind_words(*other)),
        },
        Type::Text { .. } => "text".into(),
        Type::Enum(id) => format!("`{}`", types.enum_type(*id).name),
        Type::Set(id) => format!("a set of `{}`", types.enum_type(*id).name),
        Type::Record(id) => format!("`{}`", types.record(*id).name),
        Type::List { element, .. } => format!("a list of {}", words(element, types)),
        Type::Optional(inner) => format!("{} that may be missing", words(inner, types)),
        Type::Zone => "a time zone".into(),
    }
}

/// A kind of scalar as an author writes it.
#[must_use]
pub fn kind_words(kind: Kind) -> String {
    match kind {
        Kind::Number { scale: 0, unit: Unit::One } => "an integer".into(),
        Kind::Number { scale, unit: Unit::One } => format!("a decimal({scale})"),
        Kind::Number { scale, unit: Unit::Percent } if scale <= 4 => "a percentage".into(),
        Kind::Number { scale, unit: Unit::Percent } => format!("a percent({})", scale - 2),
        Kind::Number { scale, unit: Unit::Money(currency) } if currency.minor_units().is_some_and(|minor| minor != scale) => {
            format!("money in {}({scale})", currency.code())
        }
        Kind::Number { unit: Unit::Money(currency), .. } => format!("money in {}", currency.code()),
        Kind::Number { unit, .. } => format!("a quantity in {unit}"),
        Kind::Duration | Kind::DurationIn(_) => "a duration".into(),
        Kind::Days => "a number of days".into(),
        Kind::Period => "a period".into(),
        Kind::Date => "a date".into(),
        Kind::Weekday => "a day of the week".into(),
        Kind::Time => "a time of day".into(),
        Kind::Datetime | Kind::DatetimeIn(_) => "a datetime".into(),
    }
}

/// The source words of a `gives`, for a help: `Verdict`, `money EUR`.
#[must_use]
pub fn source(ty: &Type, types: &Types) -> String {
    match ty {
        Type::Boolean => "boolean".into(),
        Type::Scalar(scalar) => match scalar.kind {
            Kind::Number { scale: 0, unit: Unit::One } => "integer".into(),
            Kind::Number { scale, unit: Unit::One } => format!("decimal({scale})"),
            Kind::Number { scale, unit: Unit::Percent } => format!("percent({})", scale.saturating_sub(2)),
            Kind::Number { unit: Unit::Money(currency), .. } => format!("money {}", currency.code()),
            Kind::Number { scale, unit: unit @ Unit::Per(Upper::Money(_), _) } => format!("money {unit}({scale})"),
            Kind::Number { scale: 0, unit } => format!("integer {unit}"),
            Kind::Number { scale, unit } => format!("decimal({scale}) {unit}"),
            Kind::Duration | Kind::DurationIn(_) => "duration".into(),
            Kind::Days => "days".into(),
            Kind::Period => "period".into(),
            Kind::Date => "date".into(),
            Kind::Weekday => "weekday".into(),
            Kind::Time => "time".into(),
            Kind::Datetime | Kind::DatetimeIn(_) => "datetime".into(),
        },
        Type::Ratio { .. } => "quotient".into(),
        Type::Text { .. } => "text".into(),
        Type::Enum(id) => types.enum_type(*id).name.clone(),
        Type::Set(id) => format!("set of {}", types.enum_type(*id).name),
        Type::Record(id) => types.record(*id).name.clone(),
        Type::List { element, .. } => format!("list of {}", source(element, types)),
        Type::Optional(inner) => format!("{}?", source(inner, types)),
        Type::Zone => "timezone".into(),
    }
}

/// Whether two types hold the same values, their bounds aside.
#[must_use]
pub fn same_shape(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Scalar(a), Type::Scalar(b)) => a.kind.plain() == b.kind.plain(),
        (Type::Text { .. }, Type::Text { .. }) => true,
        (Type::Ratio { kind: a, .. }, Type::Ratio { kind: b, .. }) => dimension(*a) == dimension(*b),
        (Type::List { element: a, .. }, Type::List { element: b, .. }) | (Type::Optional(a), Type::Optional(b)) => same_shape(a, b),
        (a, b) => a == b,
    }
}

/// What a number measures: percentages are numbers like any other, and neither the scale matters nor how an input may be written.
#[must_use]
pub fn dimension(kind: Kind) -> Kind {
    match kind {
        Kind::Number { unit: Unit::Percent, .. } => Kind::INTEGER,
        Kind::Number { unit, .. } => Kind::Number { scale: 0, unit },
        other => other.plain(),
    }
}
