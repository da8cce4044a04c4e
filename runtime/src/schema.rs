//! The JSON Schema of a decision's input.
//!
//! Every input that is read is valid under the schema. The other way round it says as much as JSON Schema can: the bounds of dates, of
//! durations and of numbers in strings stand in its descriptions alone.

use std::collections::HashMap;
use std::fmt::Write;

use crate::calendar::Weekday;
use crate::meta::{DecisionId, ProgramMeta};
use crate::text::{write_json_text, write_number};
use crate::types::{EnumId, FieldType, Kind, RecordId, Scalar, Type, Types, Unit};

const DURATION: &str = "[-+]?P?[0-9T].*";
const DATETIME: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}.*";
const DIGITS: &str = "-?(0|[1-9][0-9]*)(\\.[0-9]+)?";

/// The JSON Schema (draft 2020-12) of the input of a decision, as one JSON object without line breaks.
#[must_use]
pub fn input_schema(program: &ProgramMeta, decision: DecisionId) -> String {
    let decision = &program.decisions[decision.index()];
    let mut schema = Schema { program, out: String::new(), names: HashMap::new(), wanted: Vec::new(), taken: HashMap::new() };
    schema.out.push_str("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":");
    write_json_text(&mut schema.out, &format!("input of {}", decision.qualified_name()));
    schema.out.push(',');
    schema.members(&decision.params, false);
    schema.definitions();
    schema.out.push('}');
    schema.out
}

/// An enum or record that the schema defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Defined {
    Enum(EnumId),
    Record(RecordId),
}

struct Schema<'p> {
    program: &'p ProgramMeta,
    out: String,
    /// The name in `$defs` of what was referred to.
    names: HashMap<Defined, String>,
    /// What was referred to, in order.
    wanted: Vec<Defined>,
    /// How many definitions a name has: two modules may declare the same one.
    taken: HashMap<String, usize>,
}

impl Schema<'_> {
    fn types(&self) -> &Types {
        &self.program.types
    }

    /// What stands in the braces of the schema of an object.
    fn members(&mut self, fields: &[FieldType], open: bool) {
        self.out.push_str("\"type\":\"object\",\"properties\":{");
        for (place, field) in fields.iter().enumerate() {
            self.comma(place);
            write_json_text(&mut self.out, &field.name);
            self.out.push(':');
            self.value(&field.ty);
        }
        self.out.push_str("},\"required\":[");
        for (place, field) in fields.iter().filter(|field| !field.ty.is_optional()).enumerate() {
            self.comma(place);
            write_json_text(&mut self.out, &field.name);
        }
        self.out.push_str(if open { "]" } else { "],\"additionalProperties\":false" });
    }

    fn comma(&mut self, place: usize) {
        self.out.push_str(if place > 0 { "," } else { "" });
    }

    fn value(&mut self, ty: &Type) {
        match ty {
            Type::Boolean => self.out.push_str("{\"type\":\"boolean\"}"),
            Type::Scalar(scalar) => self.scalar(scalar),
            Type::Ratio { .. } => self.out.push_str("false"),
            Type::Text { max } => self.put(format_args!("{{\"type\":\"string\",\"maxLength\":{max}}}")),
            Type::Enum(id) => self.refer(Defined::Enum(*id)),
            Type::Set(id) => {
                self.out.push_str("{\"type\":\"array\",\"uniqueItems\":true,\"items\":");
                self.refer(Defined::Enum(*id));
                self.out.push('}');
            }
            Type::Record(id) => self.refer(Defined::Record(*id)),
            Type::List { element, min, max } => {
                self.put(format_args!("{{\"type\":\"array\",\"minItems\":{min},\"maxItems\":{max},\"items\":"));
                self.value(element);
                self.out.push('}');
            }
            Type::Optional(inner) => {
                self.out.push_str("{\"anyOf\":[");
                self.value(inner);
                self.out.push_str(",{\"type\":\"null\"}]}");
            }
            Type::Zone => self.names(self.program.zones.iter().map(|zone| zone.name().to_owned()).collect()),
        }
    }

    fn put(&mut self, text: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn scalar(&mut self, scalar: &Scalar) {
        match scalar.kind {
            Kind::Number { scale, unit } => self.amount(scalar, scale, unit),
            Kind::Days => self.amount(scalar, 0, Unit::One),
            Kind::Duration => self.text(DURATION, "a duration such as PT1H30M or 1 h 30 min", scalar),
            Kind::DurationIn(unit) => {
                self.out.push_str("{\"anyOf\":[{\"type\":\"number\"},");
                self.text(DURATION, &format!("a number of {}, or a duration such as PT1H30M or 1 h 30 min", unit.name()), scalar);
                self.out.push_str("]}");
            }
            Kind::Period => self.text("[-+]?P?[0-9].*", "a period such as P18Y or 6 months", scalar),
            Kind::Weekday => {
                let inside = |day: &Weekday| (scalar.lo..=scalar.hi).contains(&(*day as i128));
                self.names(Weekday::ALL.into_iter().filter(inside).map(|day| day.name().to_owned()).collect());
            }
            Kind::Date => self.text("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date such as 2026-11-20", scalar),
            Kind::Time => self.text("[0-9]{2}:[0-9]{2}.*", "a time such as 22:00", scalar),
            Kind::Datetime => self.text(DATETIME, "a date and time with its offset from UTC such as 2026-11-20T22:30+01:00", scalar),
            Kind::DatetimeIn(place) => {
                let zone = self.program.zones.get(usize::from(place)).map_or("its zone", |zone| zone.name());
                let what = format!("a date and time with its offset from UTC such as 2026-11-20T22:30+01:00, or without it as in {zone}");
                self.text(DATETIME, &what, scalar);
            }
        }
    }

    /// A string of a form, with its bounds in words.
    fn text(&mut self, pattern: &str, what: &str, scalar: &Scalar) {
        self.put(format_args!("{{\"type\":\"string\",\"pattern\":\"^{pattern}$\",\"description\":"));
        let description = format!("{what}, from {} to {}", shown(scalar.lo, scalar.kind), shown(scalar.hi, scalar.kind));
        write_json_text(&mut self.out, &description);
        self.out.push('}');
    }

    fn amount(&mut self, scalar: &Scalar, scale: u32, unit: Unit) {
        let number = Kind::Number { scale, unit: Unit::One };
        let ty = if scale == 0 { "integer" } else { "number" };
        let (lo, hi) = (shown(scalar.lo, number), shown(scalar.hi, number));
        self.out.push_str("{\"description\":");
        write_json_text(&mut self.out, &format!("from {} to {}", shown(scalar.lo, scalar.kind), shown(scalar.hi, scalar.kind)));
        self.put(format_args!(",\"anyOf\":[{{\"type\":\"{ty}\",\"minimum\":{lo},\"maximum\":{hi}}},"));
        let suffix = match unit {
            Unit::One => String::new(),
            Unit::Percent => " *%".to_owned(),
            Unit::Money(currency) => format!(" *{}", currency.code()),
            Unit::Declared(_) | Unit::Per(..) => format!(" *{}", quoted_pattern(&unit.to_string())),
        };
        let suffix = if suffix.is_empty() { suffix } else { format!("|{suffix}") };
        self.out.push_str("{\"type\":\"string\",\"pattern\":");
        write_json_text(&mut self.out, &format!("^{DIGITS}([eE][-+]?[0-9]+{suffix})?$"));
        self.out.push('}');
        if let Unit::Money(currency) = unit {
            let code = currency.code();
            self.put(format_args!(
                ",{{\"type\":\"object\",\"properties\":{{\"amount\":{{\"type\":[\"number\",\"string\"]}},\"currency\":{{\"const\":\"{code}\"}}}},\
                 \"required\":[\"amount\",\"currency\"],\"additionalProperties\":false}}"
            ));
        }
        self.out.push_str("]}");
    }

    fn names(&mut self, names: Vec<String>) {
        self.out.push_str("{\"enum\":[");
        for (place, name) in names.iter().enumerate() {
            self.comma(place);
            write_json_text(&mut self.out, name);
        }
        self.out.push_str("]}");
    }

    fn refer(&mut self, what: Defined) {
        let name = self.name_of(what);
        self.out.push_str("{\"$ref\":");
        write_json_text(&mut self.out, &format!("#/$defs/{}", as_fragment(&name)));
        self.out.push('}');
    }

    fn name_of(&mut self, what: Defined) -> String {
        if let Some(name) = self.names.get(&what) {
            return name.clone();
        }
        let declared = match what {
            Defined::Enum(id) => &self.types().enum_type(id).name,
            Defined::Record(id) => &self.types().record(id).name,
        };
        let declared = declared.clone();
        let count = self.taken.entry(declared.clone()).or_insert(0);
        *count += 1;
        // No declared name has a colon in it, unless it stands in backticks.
        let name = if *count == 1 { declared } else { format!("{declared}:{count}") };
        self.names.insert(what, name.clone());
        self.wanted.push(what);
        name
    }

    /// Everything that was referred to. A definition may refer to further ones, which come after it.
    fn definitions(&mut self) {
        self.out.push_str(",\"$defs\":{");
        let mut place = 0;
        while let Some(what) = self.wanted.get(place).copied() {
            self.comma(place);
            let name = self.name_of(what);
            write_json_text(&mut self.out, &name);
            self.out.push(':');
            self.definition(what);
            place += 1;
        }
        self.out.push('}');
    }

    fn definition(&mut self, what: Defined) {
        let program = self.program;
        match what {
            Defined::Enum(id) => self.names(program.types.enum_type(id).values.clone()),
            Defined::Record(id) => {
                let record = program.types.record(id);
                self.out.push('{');
                self.members(&record.fields, record.open);
                self.out.push('}');
            }
        }
    }
}

fn shown(number: i128, kind: Kind) -> String {
    let mut out = String::new();
    write_number(&mut out, number, kind);
    out
}

/// A unit as a pattern that matches only it, with or without its backticks.
fn quoted_pattern(text: &str) -> String {
    let special = |letter: char| "\\^$.|?*+()[]{}".contains(letter);
    let pattern: String = text.chars().flat_map(|letter| special(letter).then_some('\\').into_iter().chain([letter])).collect();
    pattern.replace('`', "`?")
}

/// A name as part of a JSON pointer in the fragment of a URI.
fn as_fragment(name: &str) -> String {
    let pointer = name.replace('~', "~0").replace('/', "~1");
    let mut out = String::new();
    for byte in pointer.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'~' | b':' => out.push(char::from(byte)),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::currency::Currency;
    use crate::read::fixture::{field, program, record, skills};
    use crate::types::TimeUnit;

    fn optional(ty: Type) -> Type {
        Type::Optional(Box::new(ty))
    }

    fn checked(fields: Vec<FieldType>) -> jsonschema::Validator {
        let params = vec![field("worker", Type::Record(RecordId(0))), field("note", optional(Type::Text { max: 3 }))];
        let program = program(params, vec![skills()], vec![record("Worker of/the week", fields, false)]);
        let schema: serde_json::Value = serde_json::from_str(&input_schema(&program, DecisionId(0))).expect("the schema is JSON");
        jsonschema::validator_for(&schema).expect("the schema is a schema")
    }

    #[test]
    fn inputs_are_valid_and_what_schemas_can_say_is_said() {
        let money = Kind::Number { scale: 2, unit: Unit::Money(Currency::EUR) };
        let percent = Kind::Number { scale: 4, unit: Unit::Percent };
        let fields = vec![
            field("age", Type::integer(0, 120)),
            field("skills", Type::Set(EnumId(0))),
            field("pay", optional(Type::Scalar(Scalar::between(money, 0, 10_000)))),
            field("sure", Type::Scalar(Scalar::between(percent, 0, 10_000))),
            field("last", optional(Type::Scalar(Scalar::of(Kind::Datetime)))),
            field("term", optional(Type::Scalar(Scalar::of(Kind::Period)))),
            field("on", optional(Type::Scalar(Scalar::between(Kind::Weekday, 0, 4)))),
            field("booked", optional(Type::Scalar(Scalar::of(Kind::DurationIn(TimeUnit::Hours))))),
            field("start", optional(Type::Scalar(Scalar::of(Kind::DatetimeIn(0))))),
        ];
        let validator = checked(fields);
        let valid = |text: &str| validator.is_valid(&serde_json::from_str(text).expect("the test writes JSON"));
        let worker = |members: &str| format!("{{\"worker\":{{\"age\":1,\"skills\":[\"cashier\"],\"sure\":0.6{members}}}}}");
        let good = [
            "",
            ",\"pay\":null",
            ",\"pay\":12.5",
            ",\"pay\":\"12.50 EUR\"",
            ",\"pay\":\"1e1\"",
            ",\"pay\":{\"amount\":\"1\",\"currency\":\"EUR\"}",
            ",\"term\":\"P1Y6M\",\"on\":\"friday\",\"booked\":7.5,\"start\":\"2026-11-20T22:30\"",
            ",\"term\":\"-6 months\",\"booked\":\"PT7H\",\"start\":\"2026-11-20T22:30Z\"",
        ];
        assert!(good.iter().all(|members| valid(&worker(members))));
        let wrong_times = [",\"term\":6", ",\"on\":\"sunday\"", ",\"on\":0", ",\"booked\":true", ",\"start\":\"22:30\""];
        assert!(wrong_times.iter().all(|members| !valid(&worker(members))));
        let bad = [",\"pay\":100.01", ",\"pay\":\"12.50 USD\"", ",\"pay\":true", ",\"last\":5", ",\"last\":\"soon\"", ",\"else\":1"];
        assert!(bad.iter().all(|members| !valid(&worker(members))));
        assert!(!valid("{\"worker\":{\"age\":121,\"skills\":[],\"sure\":\"60 %\"}}"));
        assert!(valid("{\"note\":\"äöü\",\"worker\":{\"age\":1.0,\"skills\":[],\"sure\":\"60 %\"}}"));
        assert!(!valid("{\"note\":\"äöüß\",\"worker\":{\"age\":1,\"skills\":[],\"sure\":0}}"));
        assert!(!valid("{\"worker\":{\"age\":1,\"skills\":[\"cashier\",\"cashier\"],\"sure\":0}}"));
        assert!(!valid("{\"worker\":{\"age\":1,\"sure\":0}}"));
    }
}
