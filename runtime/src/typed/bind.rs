//! Binding: what a Rust type means beside what a decision declares, as a list of places or a list of differences.
//!
//! Both are walked together, so the walk ends with the declared types, which contain themselves nowhere.

use super::differ::{Difference, Differs, Place};
use super::{Binding, Field, Meant, Op};
use crate::layout::{Shape, Struct};
use crate::memory::InputMark;
use crate::meta::{DecisionMeta, ProgramMeta, Tag};
use crate::read::nearest;
use crate::types::{EnumType, FieldType, Kind, Scalar, TimeUnit, Type, Unit};
use axtrace_source::Span;

/// Binds a Rust type to the inputs of a decision: a record with a field for each parameter.
///
/// # Errors
/// Every difference, in the order of the Rust type's fields.
pub fn bind_input(program: &ProgramMeta, decision: &DecisionMeta, meant: &Meant) -> Result<Binding, Vec<Difference>> {
    let mut bind = Bind::new(program, Way::In, decision.span);
    match meant {
        Meant::Record { rust, fields } => {
            let owner = format!("the decision `{}`", decision.name);
            bind.fields(rust, fields, &decision.params, &decision.input, 0, &owner);
        }
        other => {
            let write = "a struct with a field for each parameter, `#[derive(Input)]`".to_owned();
            bind.differs(Differs::OtherType { rust: words(other), declared: "the parameters of a decision".into(), write });
        }
    }
    bind.finish(decision)
}

/// Binds a Rust type to what a decision gives; `refers` says whether it can also be a referral.
///
/// # Errors
/// Every difference, in the order of the Rust type's fields.
pub fn bind_outcome(
    program: &ProgramMeta,
    decision: &DecisionMeta,
    meant: &Meant,
    refers: bool,
    rust: &str,
) -> Result<Binding, Vec<Difference>> {
    let mut bind = Bind::new(program, Way::Out, decision.span);
    bind.path.push_str("outcome");
    if !refers && decision.tags.iter().any(|tag| matches!(tag, Tag::Referred { .. })) {
        bind.differs(Differs::MayRefer { rust: rust.to_owned() });
    }
    if let Some((_, shape)) = decision.outcome.members.get(1) {
        bind.value(meant, &decision.gives, shape, 0, None);
    }
    bind.finish(decision)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

struct Bind<'p> {
    program: &'p ProgramMeta,
    way: Way,
    ops: Vec<Op>,
    places: Vec<u16>,
    wide: Vec<(i128, i128)>,
    differences: Vec<Difference>,
    path: String,
    /// The innermost declaration around.
    declared: Span,
}

impl Bind<'_> {
    fn new(program: &ProgramMeta, way: Way, declared: Span) -> Bind<'_> {
        let (ops, places, wide, differences) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Bind { program, way, ops, places, wide, differences, path: String::new(), declared }
    }

    fn finish(self, decision: &DecisionMeta) -> Result<Binding, Vec<Difference>> {
        if !self.differences.is_empty() {
            return Err(self.differences);
        }
        let zones = self.program.zones.iter().map(|zone| Box::from(zone.name())).collect();
        let (row, mark) = (decision.input.size.max(1) as usize, InputMark::of(decision, &self.program.types));
        Ok(Binding { ops: self.ops, places: self.places, wide: self.wide, zones, row, mark })
    }

    fn differs(&mut self, differs: Differs) {
        self.differs_at(differs, self.declared);
    }

    fn differs_at(&mut self, differs: Differs, declared: Span) {
        let sources = &self.program.sources;
        let declaration = sources.text(declared).split_whitespace().collect::<Vec<_>>().join(" ");
        self.differences.push(Difference { at: self.path.clone(), differs, declaration, declared: Place::of(declared, sources) });
    }

    /// The span of an enum is its name alone.
    fn differs_from_enum(&mut self, differs: Differs, of: &EnumType) {
        let (at, declared) = (self.path.clone(), Place::of(of.span, &self.program.sources));
        self.differences.push(Difference { at, differs, declaration: format!("enum {}", of.name), declared });
    }

    /// Runs `walk` below a field or an element of where it stands.
    fn below(&mut self, step: &str, declared: Span, walk: impl FnOnce(&mut Self)) {
        let (length, outer) = (self.path.len(), self.declared);
        self.path.push_str(if length > 0 && step != "[]" { "." } else { "" });
        self.path.push_str(step);
        self.declared = declared;
        walk(self);
        self.path.truncate(length);
        self.declared = outer;
    }

    /// The fields of a record, or the parameters of a decision.
    fn fields(&mut self, rust: &str, fields: &[Field], declared: &[FieldType], layout: &Struct, base: u32, owner: &str) {
        for field in fields {
            let found = declared.iter().zip(&layout.members).find(|(known, _)| known.name == field.name);
            match found {
                Some((known, (at, shape))) => {
                    self.below(&known.name, known.span, |bind| bind.value(&(field.meant)(), &known.ty, shape, base + at, field.unit));
                }
                None => {
                    let suggestion = nearest(field.name, declared.iter().map(|known| known.name.as_str()));
                    let (rust, name) = (rust.to_owned(), field.name.to_owned());
                    self.differs(Differs::NoSuchField { rust, name, owner: owner.to_owned(), suggestion });
                }
            }
        }
        for known in declared {
            let there = fields.iter().any(|field| field.name == known.name);
            let may_lack = self.way == Way::In && known.ty.is_optional();
            if !there && !may_lack {
                let (rust, name, write) = (rust.to_owned(), known.name.clone(), self.fitting(&known.ty));
                self.differs_at(Differs::FieldMissing { rust, name, write }, known.span);
            }
        }
    }

    fn value(&mut self, meant: &Meant, ty: &Type, shape: &Shape, at: u32, unit: Option<&str>) {
        match (meant, ty, shape) {
            (Meant::Optional(inner), Type::Optional(ty), Shape::Optional { inner: shape, offset }) => {
                let place = self.ops.len();
                self.ops.push(Op::Optional { at, inner: 0 });
                self.value(&inner(), ty, shape, at + offset, unit);
                self.close(place);
            }
            (Meant::Optional(_), ty, _) => {
                let write = self.fitting(ty);
                self.differs(Differs::NeverMissing { write });
            }
            (meant, Type::Optional(inner), Shape::Optional { inner: shape, offset }) => {
                if self.way == Way::Out {
                    let write = self.fitting(ty);
                    return self.differs(Differs::MayBeMissing { rust: words(meant), write });
                }
                // What Rust code always gives is there.
                self.ops.push(Op::Given { at });
                self.value(meant, inner, shape, at + offset, unit);
            }
            (Meant::Boolean, Type::Boolean, _) => self.ops.push(Op::Boolean { at }),
            (Meant::Text, Type::Text { max }, _) => self.ops.push(Op::Text { at, max: *max }),
            (Meant::Text, Type::Zone, _) => self.ops.push(Op::Zone { at }),
            (Meant::Enum { rust, names }, Type::Enum(id), _) => {
                let (first, count, _) = self.names(rust, names, &self.program.types.enum_type(*id).values, *id);
                self.ops.push(Op::Name { at, first, count });
            }
            (Meant::Set { rust, names }, Type::Set(id), _) => {
                let (first, count, same) = self.names(rust, names, &self.program.types.enum_type(*id).values, *id);
                self.ops.push(Op::Set { at, first, count, same });
            }
            (Meant::Record { rust, fields }, Type::Record(id), Shape::Record(layout)) => {
                let record = self.program.types.record(*id);
                let owner = format!("the record `{}`", record.name);
                self.fields(rust, fields, &record.fields, layout, at, &owner);
            }
            (Meant::List(element), Type::List { element: ty, min, max }, Shape::List(shape)) => {
                let place = self.ops.len();
                let (stride, align) = (shape.stride(), shape.align() as u8);
                self.ops.push(Op::List { at, inner: 0, stride, align, min: *min, max: *max });
                self.below("[]", self.declared, |bind| bind.value(&element(), ty, shape, 0, unit));
                self.close(place);
            }
            (meant, Type::Scalar(scalar), shape) => self.scalar(meant, scalar, ty, shape, at, unit),
            (meant, ty, _) => self.other_type(meant, ty),
        }
    }

    /// Says how many places belong to the list or the optional value at a place.
    fn close(&mut self, place: usize) {
        let count = (self.ops.len() - place - 1) as u32;
        if let Some(Op::Optional { inner, .. } | Op::List { inner, .. }) = self.ops.get_mut(place) {
            *inner = count;
        }
    }

    fn other_type(&mut self, meant: &Meant, ty: &Type) {
        let (declared, write) = (self.described(ty), self.fitting(ty));
        self.differs(Differs::OtherType { rust: words(meant), declared, write });
    }

    fn scalar(&mut self, meant: &Meant, scalar: &Scalar, ty: &Type, shape: &Shape, at: u32, unit: Option<&str>) {
        let Kind::Number { scale, unit: declared } = scalar.kind else {
            return self.time(meant, scalar, ty, shape, at);
        };
        let same = match meant {
            Meant::Integer { .. } => scale == 0,
            Meant::Decimal { places } | Meant::Money { places } => *places == scale,
            Meant::Percent { places } => *places + 2 == scale,
            _ => false,
        };
        let fits = match (meant, declared) {
            (Meant::Percent { .. }, Unit::Percent) => unit.is_none(),
            (Meant::Money { .. }, Unit::Money(_)) => unit.is_none_or(|unit| unit == declared.to_string()),
            (Meant::Integer { .. } | Meant::Decimal { .. }, Unit::One) => unit.is_none(),
            (Meant::Integer { .. } | Meant::Decimal { .. }, Unit::Money(_) | Unit::Declared(_) | Unit::Per(..)) if same => {
                let stated = unit.map(str::to_owned);
                if stated.as_deref() != Some(&declared.to_string()) {
                    return self.differs(Differs::Unit { unit: declared.to_string(), stated });
                }
                true
            }
            _ => false,
        };
        if !(same && fits) {
            let takes_none = matches!((meant, declared), (Meant::Percent { .. }, Unit::Percent) | (_, Unit::One));
            return match unit {
                Some(unit) if same && takes_none => self.differs(Differs::NoUnit { unit: unit.to_owned() }),
                _ => self.other_type(meant, ty),
            };
        }
        self.check_width(meant, scalar, ty);
        let currency = match (meant, declared) {
            (Meant::Money { .. }, Unit::Money(currency)) => Some(currency),
            _ => None,
        };
        self.number(scalar, shape, at, currency);
    }

    fn time(&mut self, meant: &Meant, scalar: &Scalar, ty: &Type, shape: &Shape, at: u32) {
        match (meant, scalar.kind) {
            (Meant::Date, Kind::Date)
            | (Meant::Time, Kind::Time)
            | (Meant::Duration, Kind::Duration | Kind::DurationIn(_))
            | (Meant::Days, Kind::Days)
            | (Meant::Period, Kind::Period)
            | (Meant::Weekday, Kind::Weekday) => {
                self.check_width(meant, scalar, ty);
                self.number(scalar, shape, at, None);
            }
            (Meant::Datetime, Kind::Datetime | Kind::DatetimeIn(_)) => {
                let (lo, hi) = (clamped(scalar.lo), clamped(scalar.hi));
                self.ops.push(Op::Datetime { at, lo, hi });
            }
            _ => self.other_type(meant, ty),
        }
    }

    fn number(&mut self, scalar: &Scalar, shape: &Shape, at: u32, currency: Option<crate::currency::Currency>) {
        let Shape::Int { bytes, signed } = *shape else { return };
        match (i64::try_from(scalar.lo), i64::try_from(scalar.hi)) {
            (Ok(lo), Ok(hi)) if bytes <= 8 => self.ops.push(Op::Number { at, width: bytes, signed, currency, lo, hi }),
            _ => {
                let bounds = self.wide.len() as u32;
                self.wide.push((scalar.lo, scalar.hi));
                self.ops.push(Op::Wide { at, width: bytes, bounds });
            }
        }
    }

    /// What comes out must fit the Rust type whatever it is. What goes in is checked value by value.
    fn check_width(&mut self, meant: &Meant, scalar: &Scalar, ty: &Type) {
        let (lo, hi) = held(meant);
        if self.way == Way::Out && (scalar.lo < lo || scalar.hi > hi) {
            let mut range = String::from("from ");
            crate::text::write_number(&mut range, scalar.lo, scalar.kind);
            range.push_str(" to ");
            crate::text::write_number(&mut range, scalar.hi, scalar.kind);
            let write = match meant {
                Meant::Integer { .. } => self.fitting(ty),
                _ => "a narrower range in the rules".to_owned(),
            };
            self.differs(Differs::Narrow { rust: words(meant), range, write });
        }
    }

    /// Where the names of one side stand among those of the other: from the first place, how many, and whether all keep their places.
    fn names(&mut self, rust: &str, names: &[&str], declared: &[String], id: crate::types::EnumId) -> (u32, u32, bool) {
        let first = self.places.len() as u32;
        let of = self.program.types.enum_type(id);
        for name in names.iter().filter(|name| !declared.iter().any(|known| known == *name)) {
            let suggestion = nearest(name, declared.iter().map(String::as_str));
            let (rust, name) = (rust.to_owned(), (*name).to_owned());
            self.differs_from_enum(Differs::NoSuchName { rust, name, of: of.name.clone(), suggestion }, of);
        }
        if self.way == Way::In {
            let places = names.iter().map(|name| declared.iter().position(|known| known == name).unwrap_or(0) as u16);
            self.places.extend(places);
        } else {
            for known in declared {
                let place = names.iter().position(|name| name == known);
                self.places.push(place.unwrap_or(0) as u16);
                if place.is_none() {
                    self.differs_from_enum(Differs::NameMissing { rust: rust.to_owned(), name: known.clone() }, of);
                }
            }
        }
        let count = self.places.len() as u32 - first;
        let same = self.places[first as usize..].iter().enumerate().all(|(place, own)| place == usize::from(*own));
        (first, count, same)
    }

    /// What the rules declare, in words.
    fn described(&self, ty: &Type) -> String {
        match ty {
            Type::Boolean => "a boolean".into(),
            Type::Scalar(scalar) => scalar_words(scalar),
            Type::Ratio { .. } => "a quotient".into(),
            Type::Text { .. } => "a text".into(),
            Type::Enum(id) => format!("one of the enum `{}`", self.program.types.enum_type(*id).name),
            Type::Set(id) => format!("a set of `{}`", self.program.types.enum_type(*id).name),
            Type::Record(id) => format!("a record `{}`", self.program.types.record(*id).name),
            Type::List { element, .. } => format!("a list, each element {}", self.described(element)),
            Type::Optional(inner) => format!("{}, or missing", self.described(inner)),
            Type::Zone => "a time zone".into(),
        }
    }

    /// A Rust type that fits a declared one, in words: ``a `u8` ``.
    fn fitting(&self, ty: &Type) -> String {
        let kind = match ty {
            Type::Enum(_) => ", an enum with `#[derive(Enum)]`",
            Type::Record(_) if self.way == Way::In => ", a struct with `#[derive(Input)]`",
            Type::Record(_) => ", a struct with `#[derive(Output)]`",
            Type::Scalar(Scalar { kind: Kind::Number { unit: Unit::Declared(_) | Unit::Per(..), .. }, .. }) => " with its unit",
            _ => "",
        };
        format!("{}{kind}", with_article(&self.rust_type(ty)))
    }

    fn rust_type(&self, ty: &Type) -> String {
        let types = &self.program.types;
        match ty {
            Type::Boolean => "bool".into(),
            Type::Text { .. } | Type::Zone => "String".into(),
            Type::Enum(id) => types.enum_type(*id).name.clone(),
            Type::Set(id) if types.enum_type(*id).name == "weekday" => "Set<Weekday>".into(),
            Type::Set(id) => format!("Set<{}>", types.enum_type(*id).name),
            Type::Record(id) => types.record(*id).name.clone(),
            Type::List { element, .. } => format!("Vec<{}>", self.rust_type(element)),
            Type::Optional(inner) => format!("Option<{}>", self.rust_type(inner)),
            Type::Ratio { .. } => "Value".into(),
            Type::Scalar(scalar) => match scalar.kind {
                Kind::Number { scale, unit: Unit::Percent } => format!("Percent<{}>", scale.saturating_sub(2)),
                Kind::Number { scale, unit: Unit::Money(_) } => format!("Money<{scale}>"),
                Kind::Number { scale: 0, .. } => integer_for(scalar).into(),
                Kind::Number { scale, .. } => format!("Decimal<{scale}>"),
                Kind::Duration | Kind::DurationIn(_) => "Duration".into(),
                Kind::Days => "Days".into(),
                Kind::Period => "Period".into(),
                Kind::Date => "Date".into(),
                Kind::Weekday => "Weekday".into(),
                Kind::Time => "Time".into(),
                Kind::Datetime | Kind::DatetimeIn(_) => "Datetime".into(),
            },
        }
    }
}

fn clamped(bound: i128) -> i64 {
    bound.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// The numbers that a Rust type holds.
fn held(meant: &Meant) -> (i128, i128) {
    match meant {
        Meant::Integer { lo, hi, .. } => (*lo, *hi),
        Meant::Date => (i128::from(i32::MIN), i128::from(i32::MAX)),
        _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
    }
}

/// The narrowest Rust type that holds the range of whole numbers.
fn integer_for(scalar: &Scalar) -> &'static str {
    let (lo, hi) = (scalar.lo, scalar.hi);
    let holds = |least: i128, greatest: i128| lo >= least && hi <= greatest;
    match () {
        () if holds(0, u8::MAX.into()) => "u8",
        () if holds(0, u16::MAX.into()) => "u16",
        () if holds(0, u32::MAX.into()) => "u32",
        () if holds(i32::MIN.into(), i32::MAX.into()) => "i32",
        () if holds(i64::MIN.into(), i64::MAX.into()) => "i64",
        () => "i128",
    }
}

fn scalar_words(scalar: &Scalar) -> String {
    match scalar.kind {
        Kind::Number { scale: 0, unit: Unit::One } => "a whole number".into(),
        Kind::Number { scale, unit: Unit::One } => format!("a decimal with {}", digits(scale)),
        Kind::Number { scale, unit: Unit::Percent } => format!("a percentage with {}", digits(scale.saturating_sub(2))),
        Kind::Number { scale, unit: Unit::Money(currency) } => format!("an amount of {} with {}", currency.code(), digits(scale)),
        Kind::Number { scale: 0, unit } => format!("a whole number of {unit}"),
        Kind::Number { scale, unit } => format!("a quantity in {unit} with {}", digits(scale)),
        Kind::Duration => "a duration".into(),
        Kind::DurationIn(unit) => format!("a duration read as {}", TimeUnit::name(unit)),
        Kind::Days => "a number of calendar days".into(),
        Kind::Period => "a period of calendar months".into(),
        Kind::Date => "a date".into(),
        Kind::Weekday => "a day of the week".into(),
        Kind::Time => "a time of day".into(),
        Kind::Datetime | Kind::DatetimeIn(_) => "an instant".into(),
    }
}

fn digits(count: u32) -> String {
    format!("{count} {} after the point", if count == 1 { "digit" } else { "digits" })
}

/// The name of a Rust type behind its article.
fn with_article(rust: &str) -> String {
    let article = if rust.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    format!("{article} `{rust}`")
}

/// What a Rust type is, in words.
fn words(meant: &Meant) -> String {
    match meant {
        Meant::Boolean => "a `bool`".into(),
        Meant::Integer { rust, .. } => with_article(rust),
        Meant::Decimal { places } => format!("a `Decimal<{places}>`"),
        Meant::Percent { places } => format!("a `Percent<{places}>`"),
        Meant::Money { places } => format!("a `Money<{places}>`"),
        Meant::Text => "a text".into(),
        Meant::Date => "a `Date`".into(),
        Meant::Time => "a `Time`".into(),
        Meant::Datetime => "a `Datetime`".into(),
        Meant::Duration => "a `Duration`".into(),
        Meant::Days => "a `Days`".into(),
        Meant::Period => "a `Period`".into(),
        Meant::Weekday => "a `Weekday`".into(),
        Meant::Enum { rust, .. } | Meant::Record { rust, .. } => with_article(rust),
        Meant::Set { rust, .. } => format!("a `Set<{rust}>`"),
        Meant::List(element) => format!("a list, each element {}", words(&element())),
        Meant::Optional(inner) => format!("{} that may be missing", words(&inner())),
    }
}
