//! The canonical forms of a value: the text that stands in messages, the source text that writes it, and JSON that reads back as it.

use std::fmt::Write;

use crate::calendar::Weekday;
use crate::literal;
use crate::meta::ProgramMeta;
use crate::types::{EnumId, Kind, RecordId, Scalar, Type, Unit};
use crate::value::Value;

/// What cannot be shown: a value that is not of the type it is said to be of.
const NO_VALUE: &str = "?";

/// The words that are reserved everywhere: a name that is one of them stands in backticks.
pub const RESERVED: [&str; 24] = [
    "and",
    "or",
    "not",
    "if",
    "then",
    "else",
    "in",
    "is",
    "has",
    "mod",
    "plus",
    "minus",
    "with",
    "matches",
    "where",
    "for",
    "satisfies",
    "some",
    "every",
    "true",
    "false",
    "missing",
    "when",
    "otherwise",
];

/// Writes a value as it stands in an interpolated text: `12.50 EUR`, `97 %`, `1 h 30 min`, `{cashier, forklift}`, text itself.
pub fn write_value(out: &mut String, value: &Value, ty: &Type, program: &ProgramMeta) {
    match (value, ty.required()) {
        (Value::Text(text), _) => out.push_str(text),
        (Value::Enum(place), Type::Enum(id)) => out.push_str(enum_name(program, *id, *place)),
        (Value::Zone(place), _) => out.push_str(zone_name(program, *place)),
        (value, ty) => write_literal(out, value, ty, program),
    }
}

/// Like [`write_value`], into a string.
#[must_use]
pub fn format_value(value: &Value, ty: &Type, program: &ProgramMeta) -> String {
    let mut out = String::new();
    write_value(&mut out, value, ty, program);
    out
}

/// Writes a value as source text would: as [`write_value`], but text in quotes and odd names in backticks.
pub fn write_literal(out: &mut String, value: &Value, ty: &Type, program: &ProgramMeta) {
    match (value, ty.required()) {
        (Value::Missing, _) => out.push_str("missing"),
        (Value::Boolean(value), _) => out.push_str(if *value { "true" } else { "false" }),
        (Value::Scalar(number), Type::Scalar(scalar)) => write_number(out, *number, scalar.kind),
        (Value::Datetime { instant, offset }, _) => write_datetime(out, *instant, *offset),
        (Value::Ratio { num, den }, Type::Ratio { kind, .. }) => write_ratio(out, *num, *den, *kind),
        (Value::Text(text), _) => write_quoted(out, text),
        (Value::Enum(place), Type::Enum(id)) => write_name(out, enum_name(program, *id, *place)),
        (Value::Set(bits), Type::Set(id)) => write_joined(out, "{", "}", members(program, *id, *bits), write_name),
        (Value::Record(values), Type::Record(id)) => write_record(out, values, *id, program),
        (Value::List(values), Type::List { element, .. }) => {
            write_joined(out, "[", "]", values.iter(), |out, value| write_literal(out, value, element, program));
        }
        (Value::Zone(place), _) => write_quoted(out, zone_name(program, *place)),
        _ => out.push_str(NO_VALUE),
    }
}

/// Like [`write_literal`], into a string.
#[must_use]
pub fn format_literal(value: &Value, ty: &Type, program: &ProgramMeta) -> String {
    let mut out = String::new();
    write_literal(&mut out, value, ty, program);
    out
}

/// Writes a value as JSON that reads back as the same value of the same type.
///
/// Numbers, money and percentages are JSON numbers with all their places, durations are `"PT1H30M"`, dates and times are ISO 8601, sets are
/// arrays in declared order, missing values are `null`. Ratios, which are never read, are strings such as `"1/3"`.
pub fn write_json(out: &mut String, value: &Value, ty: &Type, program: &ProgramMeta) {
    match (value, ty.required()) {
        (Value::Boolean(value), _) => out.push_str(if *value { "true" } else { "false" }),
        (Value::Scalar(number), Type::Scalar(scalar)) => write_json_number(out, *number, *scalar),
        (Value::Datetime { instant, offset }, _) => quoted(out, |out| write_datetime(out, *instant, *offset)),
        (Value::Ratio { num, den }, Type::Ratio { kind, .. }) => quoted(out, |out| write_ratio(out, *num, *den, *kind)),
        (Value::Text(text), _) => write_json_text(out, text),
        (Value::Enum(place), Type::Enum(id)) => write_json_text(out, enum_name(program, *id, *place)),
        (Value::Set(bits), Type::Set(id)) => write_joined_json(out, '[', ']', members(program, *id, *bits), write_json_text),
        (Value::Record(values), Type::Record(id)) => {
            let fields = program.types.record(*id).fields.iter();
            write_json_object(out, fields.map(|field| (field.name.as_str(), &field.ty)).zip(values.iter()), program);
        }
        (Value::List(values), Type::List { element, .. }) => {
            write_joined_json(out, '[', ']', values.iter(), |out, value| write_json(out, value, element, program));
        }
        (Value::Zone(place), _) => write_json_text(out, zone_name(program, *place)),
        _ => out.push_str("null"),
    }
}

/// Like [`write_json`], into a string.
#[must_use]
pub fn format_json(value: &Value, ty: &Type, program: &ProgramMeta) -> String {
    let mut out = String::new();
    write_json(&mut out, value, ty, program);
    out
}

/// Writes a JSON object of names with their types and values, such as the input of a decision keyed by parameter.
pub fn write_json_object<'a>(out: &mut String, members: impl Iterator<Item = ((&'a str, &'a Type), &'a Value)>, program: &ProgramMeta) {
    write_joined_json(out, '{', '}', members, |out, ((name, ty), value)| {
        write_json_text(out, name);
        out.push(':');
        write_json(out, value, ty, program);
    });
}

/// Writes a JSON string: quotes, backslashes and control characters escaped, everything else as it is.
pub fn write_json_text(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    // Whatever must be escaped is a byte of its own.
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| *byte < b' ' || matches!(byte, b'"' | b'\\')) {
        out.push_str(&text[plain..at]);
        write_json_letter(out, char::from(byte));
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// Writes the whole number of a scalar that is no `datetime` in the canonical form of its kind.
pub fn write_number(out: &mut String, number: i128, kind: Kind) {
    let done = match kind {
        Kind::Number { scale, unit: Unit::One } => literal::write_decimal(out, number, scale),
        Kind::Number { scale, unit: Unit::Percent } => literal::write_percent(out, number, scale),
        Kind::Number { scale, unit: Unit::Money(currency) } => literal::write_money(out, number, scale, currency),
        Kind::Number { scale, unit: unit @ (Unit::Declared(_) | Unit::Per(..)) } => literal::write_quantity(out, number, scale, unit),
        Kind::Duration | Kind::DurationIn(_) => literal::write_duration(out, number),
        Kind::Period => literal::write_period(out, number),
        Kind::Weekday => out.write_str(weekday(number)),
        Kind::Days => write!(out, "{number} {}", if number.abs() == 1 { "day" } else { "days" }),
        Kind::Date => literal::write_date(out, clamped_day(number)),
        Kind::Time => literal::write_time(out, clamped_day(number)),
        Kind::Datetime | Kind::DatetimeIn(_) => {
            write_datetime(out, clamped(number), 0);
            Ok(())
        }
    };
    // Writing to a string cannot fail.
    debug_assert!(done.is_ok());
}

fn write_json_number(out: &mut String, number: i128, scalar: Scalar) {
    match scalar.kind {
        Kind::Number { scale, .. } => {
            let _ = literal::write_decimal(out, number, scale);
        }
        Kind::Duration | Kind::DurationIn(_) => quoted(out, |out| {
            let _ = literal::write_duration_iso(out, number);
        }),
        Kind::Period => quoted(out, |out| {
            let _ = literal::write_period_iso(out, number);
        }),
        Kind::Days => {
            let _ = write!(out, "{number}");
        }
        kind @ (Kind::Date | Kind::Weekday | Kind::Time | Kind::Datetime | Kind::DatetimeIn(_)) => {
            quoted(out, |out| write_number(out, number, kind))
        }
    }
}

fn write_datetime(out: &mut String, instant: i64, offset: i32) {
    let _ = literal::write_datetime(out, literal::Datetime { instant, offset });
}

/// A quotient in lowest terms: `1/3`, `1/3 EUR`, `100/3 s`; one that is whole as the number it is.
fn write_ratio(out: &mut String, num: i128, den: i128, kind: Kind) {
    let divisor = i128::try_from(greatest_divisor(num.unsigned_abs(), den.unsigned_abs())).unwrap_or(1).max(1);
    let (num, den) = (num / divisor, den / divisor);
    let whole = match kind {
        Kind::Number { unit: Unit::One | Unit::Percent, .. } => Kind::INTEGER,
        Kind::Number { unit, .. } => Kind::Number { scale: 0, unit },
        other => other,
    };
    if den == 1 {
        return write_number(out, num, whole);
    }
    let _ = write!(out, "{num}/{den}");
    match whole {
        Kind::Number { unit: Unit::One, .. } => {}
        Kind::Number { unit, .. } => {
            let _ = write!(out, " {unit}");
        }
        Kind::Duration => out.push_str(" s"),
        _ => {}
    }
}

fn greatest_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn write_record(out: &mut String, values: &[Value], id: RecordId, program: &ProgramMeta) {
    let fields = &program.types.record(id).fields;
    if fields.is_empty() {
        return out.push_str("{}");
    }
    write_joined(out, "{ ", " }", fields.iter().zip(values), |out, (field, value)| {
        write_name(out, &field.name);
        out.push_str(": ");
        write_literal(out, value, &field.ty, program);
    });
}

fn write_joined<T>(out: &mut String, open: &str, close: &str, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut String, T)) {
    out.push_str(open);
    for (place, item) in items.enumerate() {
        out.push_str(if place > 0 { ", " } else { "" });
        write(out, item);
    }
    out.push_str(close);
}

fn write_joined_json<T>(out: &mut String, open: char, close: char, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut String, T)) {
    out.push(open);
    for (place, item) in items.enumerate() {
        out.push_str(if place > 0 { "," } else { "" });
        write(out, item);
    }
    out.push(close);
}

fn quoted(out: &mut String, write: impl FnOnce(&mut String)) {
    out.push('"');
    write(out);
    out.push('"');
}

fn write_quoted(out: &mut String, text: &str) {
    quoted(out, |out| text.chars().for_each(|letter| write_letter(out, letter)));
}

fn write_letter(out: &mut String, letter: char) {
    match letter {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '{' => out.push_str("{{"),
        '}' => out.push_str("}}"),
        letter if letter.is_control() => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(letter));
        }
        letter => out.push(letter),
    }
}

fn write_json_letter(out: &mut String, letter: char) {
    match letter {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        letter if letter < ' ' => {
            let _ = write!(out, "\\u{:04x}", u32::from(letter));
        }
        letter => out.push(letter),
    }
}

/// A name, in backticks if it could be read as anything else.
/// Words of the language that may be names, but not units.
const NEVER_UNITS: &[&str] = &[
    "after",
    "always",
    "as",
    "at",
    "because",
    "before",
    "by",
    "change",
    "characters",
    "cites",
    "contains",
    "each",
    "ends",
    "escalates",
    "expect",
    "from",
    "given",
    "gives",
    "group",
    "hit",
    "hourly",
    "ignores",
    "items",
    "let",
    "may",
    "of",
    "overrides",
    "owner",
    "personal",
    "proposes",
    "proposing",
    "protected",
    "read",
    "rule",
    "shadow",
    "starts",
    "table",
    "to",
    "trusted",
    "until",
    "up",
    "within",
];

/// Whether a unit can be written without backticks.
pub(crate) fn is_plain_unit(name: &str) -> bool {
    is_plain(name) && !NEVER_UNITS.contains(&name)
}

fn is_plain(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(begins_name) && letters.all(continues_name) && !RESERVED.contains(&name)
}

fn write_name(out: &mut String, name: &str) {
    let tick = if is_plain(name) { "" } else { "`" };
    out.push_str(tick);
    out.push_str(name);
    out.push_str(tick);
}

fn begins_name(letter: char) -> bool {
    // Letters in circles and squares count as alphabetic, but are no letters of identifiers. Backticks too many do no harm.
    let enclosed = matches!(letter, '\u{2460}'..='\u{24ff}' | '\u{1f100}'..='\u{1f1ff}');
    letter == '_' || letter.is_alphabetic() && !enclosed
}

fn continues_name(letter: char) -> bool {
    letter.is_ascii_digit() || begins_name(letter)
}

fn enum_name(program: &ProgramMeta, id: EnumId, place: u16) -> &str {
    program.types.enum_type(id).values.get(usize::from(place)).map_or(NO_VALUE, String::as_str)
}

fn zone_name(program: &ProgramMeta, place: u16) -> &str {
    program.zones.get(usize::from(place)).map_or(NO_VALUE, |zone| zone.name())
}

fn members(program: &ProgramMeta, id: EnumId, bits: u64) -> impl Iterator<Item = &str> {
    let names = program.types.enum_type(id).values.iter().take(64).enumerate();
    names.filter(move |(place, _)| bits >> place & 1 == 1).map(|(_, name)| name.as_str())
}

fn weekday(number: i128) -> &'static str {
    let day = usize::try_from(number).ok().and_then(|place| Weekday::ALL.get(place));
    day.map_or(NO_VALUE, |day| day.name())
}

fn clamped(number: i128) -> i64 {
    number.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

fn clamped_day(number: i128) -> i32 {
    number.clamp(i128::from(i32::MIN), i128::from(i32::MAX)) as i32
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::currency::Currency;
    use crate::read::fixture;
    use crate::types::Scalar;
    use crate::unit::{Lower, UnitName, Upper};

    fn number(kind: Kind) -> Type {
        Type::Scalar(Scalar::of(kind))
    }

    #[test]
    fn each_value_has_one_text_one_source_form_and_one_json() {
        let program = fixture::program(vec![], vec![fixture::skills()], vec![]);
        let skill = EnumId(0);
        let text = Value::Text(Arc::from("say \"{x}\"\n"));
        let list = Type::List { element: Box::new(Type::Text { max: 9 }), min: 0, max: 9 };
        let kg = UnitName::new("kg", 0).map_or(Unit::One, Unit::Declared);
        let cases = [
            (Value::Missing, Type::Optional(Box::new(Type::Boolean)), "missing", "missing", "null"),
            (Value::Scalar(1250), number(Kind::Number { scale: 2, unit: Unit::Money(Currency::EUR) }), "12.50 EUR", "12.50 EUR", "12.50"),
            (Value::Scalar(9700), number(Kind::Number { scale: 4, unit: Unit::Percent }), "97 %", "97 %", "0.9700"),
            (Value::Scalar(125), number(Kind::Number { scale: 1, unit: kg }), "12.5 kg", "12.5 kg", "12.5"),
            (
                Value::Scalar(120),
                number(Kind::Number { scale: 2, unit: Unit::Per(Upper::Money(Currency::EUR), Lower::Month) }),
                "1.20 EUR/month",
                "1.20 EUR/month",
                "1.20",
            ),
            (Value::Scalar(5400), number(Kind::Duration), "1 h 30 min", "1 h 30 min", "\"PT1H30M\""),
            (Value::Scalar(18), number(Kind::Period), "18 months", "18 months", "\"P1Y6M\""),
            (Value::Scalar(6), number(Kind::Weekday), "sunday", "sunday", "\"sunday\""),
            (
                Value::Scalar(1 << 70),
                number(Kind::Duration),
                "327942116865947584 h 17 min 4 s",
                "327942116865947584 h 17 min 4 s",
                "\"PT327942116865947584H17M4S\"",
            ),
            (Value::Scalar(-1), number(Kind::Date), "1969-12-31", "1969-12-31", "\"1969-12-31\""),
            (Value::Scalar(79_200), number(Kind::Time), "22:00", "22:00", "\"22:00\""),
            (Value::Set(0b11), Type::Set(skill), "{forklift, cashier}", "{forklift, cashier}", "[\"forklift\",\"cashier\"]"),
            (Value::Set(0), Type::Set(skill), "{}", "{}", "[]"),
            (Value::Enum(2), Type::Enum(skill), "first aid", "`first aid`", "\"first aid\""),
            (text.clone(), Type::Text { max: 9 }, "say \"{x}\"\n", "\"say \\\"{{x}}\\\"\\n\"", "\"say \\\"{x}\\\"\\n\""),
            (Value::List(Arc::from([text])), list, "[\"say \\\"{{x}}\\\"\\n\"]", "[\"say \\\"{{x}}\\\"\\n\"]", "[\"say \\\"{x}\\\"\\n\"]"),
        ];
        for (value, ty, text, literal, json) in cases {
            assert_eq!(format_value(&value, &ty, &program), text);
            assert_eq!(format_literal(&value, &ty, &program), literal);
            assert_eq!(format_json(&value, &ty, &program), json);
        }
    }

    #[test]
    fn a_quotient_is_written_in_lowest_terms() {
        let ratio = |num, den, kind| {
            let mut out = String::new();
            write_ratio(&mut out, num, den, kind);
            out
        };
        assert_eq!(ratio(2, 6, Kind::INTEGER), "1/3");
        assert_eq!(ratio(-4, 2, Kind::INTEGER), "-2");
        assert_eq!(ratio(0, 7, Kind::Duration), "0 min");
        assert_eq!(ratio(200, 6, Kind::Duration), "100/3 s");
        assert_eq!(ratio(1, 3, Kind::Number { scale: 2, unit: Unit::Money(Currency::EUR) }), "1/3 EUR");
        let speed = UnitName::new("km", 0).map(|km| Unit::Per(Upper::Declared(km), Lower::Hour)).expect("short");
        assert_eq!(ratio(4, 6, Kind::Number { scale: 0, unit: speed }), "2/3 km/h");
        assert_eq!(ratio(4, 2, Kind::Number { scale: 0, unit: speed }), "2 km/h");
        assert_eq!(ratio(i128::MIN, i128::MAX, Kind::INTEGER), format!("{}/{}", i128::MIN, i128::MAX));
    }
}
