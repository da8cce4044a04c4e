//! What the generator knows while it writes a program: its types, what can be called, and what is in scope.

use axtrace_runtime::currency::Currency;
use axtrace_runtime::meta::ProgramMeta;
use axtrace_runtime::text::format_literal;
use axtrace_runtime::types::{Kind, RecordId, Scalar, Type, Types, Unit};
use axtrace_runtime::unit::{Lower, UnitName, Upper};
use axtrace_source::Sources;

use super::random::Random;
use super::tree::Node;
use super::value::{Hints, value};

/// The zones that programs name.
pub const ZONES: [&str; 5] = ["Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu", "Pacific/Apia"];

/// Something that can be read: a parameter, a field of one, a `let`, an element of a list.
#[derive(Clone, Debug)]
pub struct Place {
    pub text: String,
    pub ty: Type,
}

/// Something that can be called.
#[derive(Clone, Debug)]
pub struct Function {
    pub name: String,
    pub params: Vec<Type>,
    pub gives: Type,
    pub mark: &'static str,
}

/// What is in scope.
#[derive(Clone, Default, Debug)]
pub struct Scope {
    pub places: Vec<Place>,
    /// How many lists are gone through around here.
    pub loops: usize,
    pub in_rule: bool,
}

impl Scope {
    /// Declares a name, and with it the fields that can be read through it.
    pub fn declare(&mut self, text: &str, ty: &Type, types: &Types) {
        self.places.push(Place { text: text.into(), ty: ty.clone() });
        let Type::Record(id) = ty.required() else { return };
        for field in &types.record(*id).fields {
            let read =
                if ty.is_optional() && !field.ty.is_optional() { Type::Optional(Box::new(field.ty.clone())) } else { field.ty.clone() };
            self.declare(&format!("{text}.{}", field.name), &read, types);
        }
    }

    /// The scope where a place is known to be given.
    pub fn given(&self, text: &str, types: &Types) -> Self {
        let mut inner = self.clone();
        let below = format!("{text}.");
        let Some(place) = self.places.iter().find(|place| place.text == text) else { return inner };
        inner.places.retain(|place| place.text != text && !place.text.starts_with(&below));
        inner.declare(text, place.ty.required(), types);
        inner
    }
}

/// The state of writing one program.
pub struct Generator {
    pub random: Random,
    /// Only its types mean something.
    pub meta: ProgramMeta,
    pub functions: Vec<Function>,
    /// Parameters of the module.
    pub module: Scope,
    pub zones: Vec<String>,
    pub roles: Vec<String>,
    /// By record: the names of two fields of which the first is at most the second.
    pub related: Vec<(RecordId, String, String)>,
    names: usize,
}

impl Generator {
    pub fn new(random: Random) -> Self {
        let meta = ProgramMeta {
            types: Types::default(),
            decisions: Vec::new(),
            roles: Vec::new(),
            zones: Vec::new(),
            relations: Vec::new(),
            constants: Vec::new(),
            templates: Vec::new(),
            listed: Vec::new(),
            patterns: Vec::new(),
            plans: Vec::new(),
            tables: Vec::new(),
            sources: Sources::new(),
            digest: String::new(),
            version: None,
        };
        let (functions, module, zones, roles, related) = (Vec::new(), Scope::default(), Vec::new(), Vec::new(), Vec::new());
        Self { random, meta, functions, module, zones, roles, related, names: 0 }
    }

    /// A name that nothing has yet.
    pub fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    /// One of the places that satisfy a condition.
    pub fn place(&mut self, scope: &Scope, fits: impl Fn(&Type) -> bool) -> Option<Place> {
        let all = scope.places.iter().chain(&self.module.places);
        let fitting: Vec<&Place> = all.filter(|place| fits(&place.ty)).collect();
        if fitting.is_empty() { None } else { Some((*self.random.pick(&fitting)).clone()) }
    }

    /// A literal of a type.
    pub fn literal(&mut self, ty: &Type) -> Node {
        if let Type::Scalar(scalar) = ty {
            return self.scalar_literal(*scalar);
        }
        let place = |id: RecordId, name: &str| self.meta.types.record(id).fields.iter().position(|field| field.name == name);
        let related = self.related.iter().filter_map(|(id, low, high)| Some((*id, place(*id, low)?, place(*id, high)?))).collect();
        let hints = Hints { related, always: true, ..Hints::default() };
        let value = value(&mut self.random, ty, &self.meta.types, &hints);
        Node::value(ty.clone(), format_literal(&value, ty, &self.meta).replace('~', "-"), Vec::new())
    }

    /// A literal of a scalar type, small where it may be.
    pub fn scalar_literal(&mut self, scalar: Scalar) -> Node {
        let (lo, hi) = match scalar.kind.plain() {
            Kind::Date => (scalar.lo.max(9_000), scalar.hi.min(24_000)),
            Kind::Datetime => (scalar.lo.max(900_000_000), scalar.hi.min(2_100_000_000)),
            Kind::Duration => (scalar.lo.max(-7_200), scalar.hi.min(200_000)),
            Kind::Time => (scalar.lo, scalar.hi),
            _ if self.random.chance(15) => (scalar.lo.max(-1_000_000_000), scalar.hi.min(1_000_000_000_000)),
            _ => (scalar.lo.max(-20), scalar.hi.min(300)),
        };
        let (lo, hi) = if lo <= hi { (lo, hi) } else { (scalar.lo, scalar.hi) };
        let number = self.random.between(lo, hi);
        constant(scalar.kind, number)
    }
}

/// A literal of a number.
pub fn constant(kind: Kind, number: i128) -> Node {
    let mut text = String::new();
    axtrace_runtime::text::write_number(&mut text, number, kind);
    let text = if text.starts_with('-') { format!("({text})") } else { text };
    Node::value(Type::Scalar(Scalar::between(kind, number, number)), text, Vec::new())
}

/// A plain number with places.
pub const fn decimal(scale: u32) -> Kind {
    Kind::Number { scale, unit: Unit::One }
}

/// An amount of money.
pub fn euro(scale: u32) -> Kind {
    Currency::parse("EUR").map_or(decimal(scale), |currency| Kind::Number { scale, unit: Unit::Money(currency) })
}

/// A quantity in the declared unit `kg`.
pub fn kg(scale: u32) -> Kind {
    UnitName::new("kg", 0).map_or(decimal(scale), |unit| Kind::Number { scale, unit: Unit::Declared(unit) })
}

/// A price by the declared unit, `EUR/kg`.
pub fn price(scale: u32) -> Kind {
    match (euro(0), kg(0)) {
        (Kind::Number { unit: Unit::Money(currency), .. }, Kind::Number { unit: Unit::Declared(unit), .. }) => {
            Kind::Number { scale, unit: Unit::Per(Upper::Money(currency), Lower::Declared(unit)) }
        }
        _ => decimal(scale),
    }
}

/// What an hour of a duration costs, `EUR/h`.
pub fn wage(scale: u32) -> Kind {
    match euro(0) {
        Kind::Number { unit: Unit::Money(currency), .. } => Kind::Number { scale, unit: Unit::Per(Upper::Money(currency), Lower::Hour) },
        other => other,
    }
}

/// What a kind measures.
pub fn dimension(kind: Kind) -> Kind {
    match kind {
        Kind::Number { unit: Unit::One | Unit::Percent, .. } => Kind::INTEGER,
        Kind::Number { unit, .. } => Kind::Number { scale: 0, unit },
        other => other.plain(),
    }
}

/// A name as it is written.
pub fn quoted(name: &str) -> String {
    if name.contains(' ') { format!("`{name}`") } else { name.into() }
}

/// A type as an author writes it, with its range.
pub fn written(ty: &Type, types: &Types) -> String {
    match ty {
        Type::Boolean => "boolean".into(),
        Type::Scalar(scalar) => scalar_written(*scalar),
        Type::Text { max } if *max == axtrace_runtime::types::DEFAULT_TEXT => "text".into(),
        Type::Text { max } => format!("text with up to {max} characters"),
        Type::Enum(id) => types.enum_type(*id).name.clone(),
        Type::Set(id) => format!("set of {}", types.enum_type(*id).name),
        Type::Record(id) => types.record(*id).name.clone(),
        Type::List { element, min, max } => format!("list of {} with {min}..{max} items", written(element, types)),
        ty if *ty == super::lists::named()[0] => "MaybeCount".into(),
        ty if *ty == super::lists::named()[1] => "MaybeText".into(),
        Type::Optional(inner) => format!("{}?", written(inner, types)),
        Type::Ratio { .. } | Type::Zone => "timezone".into(),
    }
}

fn scalar_written(scalar: Scalar) -> String {
    let name = match scalar.kind {
        Kind::Number { scale: 0, unit: Unit::One } => "integer".into(),
        Kind::Number { scale, unit: Unit::One } => format!("decimal({scale})"),
        Kind::Number { scale, unit: Unit::Percent } => format!("percent({})", scale - 2),
        Kind::Number { scale, unit: Unit::Money(currency) } => format!("money {}({scale})", currency.code()),
        Kind::Number { scale, unit: unit @ Unit::Per(..) } => format!("money {unit}({scale})"),
        Kind::Number { scale, unit } => format!("decimal({scale}) {unit}"),
        Kind::Duration => "duration".into(),
        Kind::DurationIn(unit) => format!("duration read as {}", unit.name()),
        Kind::Days => "days".into(),
        Kind::Period => "period".into(),
        Kind::Date => "date".into(),
        Kind::Weekday => "weekday".into(),
        Kind::Time => "time".into(),
        Kind::Datetime => "datetime".into(),
        Kind::DatetimeIn(zone) => format!("datetime in zone \"{}\"", ZONES[usize::from(zone) % ZONES.len()]),
    };
    if (scalar.lo, scalar.hi) == scalar.kind.default_bounds() {
        return name;
    }
    format!("{name} in {} .. {}", constant(scalar.kind, scalar.lo).text(), constant(scalar.kind, scalar.hi).text())
}
