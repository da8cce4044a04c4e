//! How long texts can be, and what can be read from them.

use axtrace_runtime::meta::Piece;
use axtrace_runtime::text_functions::{LOWER_GROWTH, UPPER_GROWTH};
use axtrace_runtime::types::{Kind, Scalar, Type, Types, Unit};
use axtrace_runtime::value::Value;

use super::RangeFinding;
use super::walk::Walk;
use crate::function::Function;
use crate::graph::{NodeId, NodeKind};

/// The most characters that a text has which rules build.
pub const LONGEST: u32 = 1_000_000;
/// The longest form of a character in quotes: `\\u{9f}`.
const ESCAPED: u32 = 6;

impl Walk<'_> {
    /// The type of what a function gives for a text.
    pub(super) fn text_function(&mut self, node: NodeId, function: Function, operands: &[NodeId], declared: Type) -> Type {
        let Some((&of, rest)) = operands.split_first() else { return declared };
        let (least, most) = self.length_of_text(of);
        match function {
            Function::LengthOf => Type::integer(least.into(), most.into()),
            Function::Lower => self.text_of_length(node, most.saturating_mul(LOWER_GROWTH)),
            Function::Upper => self.text_of_length(node, most.saturating_mul(UPPER_GROWTH)),
            Function::Trim => Type::Text { max: most },
            Function::Characters => Type::List { element: Box::new(Type::Text { max: 1 }), min: least, max: most },
            Function::ToDecimal => {
                let places = rest.first().map_or(0, |places| self.range(*places).1);
                Type::Optional(Box::new(read_number(most, places.try_into().unwrap_or(0))))
            }
            _ => declared,
        }
    }

    /// The least and the greatest number of characters of a text.
    fn length_of_text(&self, node: NodeId) -> (u32, u32) {
        match (&self.graph.node(node).kind, &self.graph.node(node).ty) {
            (NodeKind::Constant(Value::Text(text)), _) => {
                let length = axtrace_runtime::text_functions::length(text);
                (length, length)
            }
            (_, Type::Text { max }) => (0, *max),
            _ => (0, u32::MAX),
        }
    }

    /// A text of pieces.
    pub(super) fn text(&mut self, node: NodeId, template: u32, values: &[NodeId]) -> Type {
        let pieces = self.templates.get(template as usize).map_or(&[][..], Vec::as_slice);
        let written = pieces.iter().map(|piece| if let Piece::Literal(letters) = piece { letters.chars().count() as u32 } else { 0 });
        let written = written.fold(0, u32::saturating_add);
        let longest = values.iter().map(|value| longest(&self.ty(*value), self.types)).fold(written, u32::saturating_add);
        self.text_of_length(node, longest)
    }

    /// A text that rules build, of at most so many characters.
    fn text_of_length(&mut self, node: NodeId, longest: u32) -> Type {
        let too_long = longest > LONGEST && !self.broken[node.index()];
        if too_long {
            self.broken[node.index()] = true;
            let at = self.graph.node(node).span;
            self.suspect(node, RangeFinding::TextTooLong { at }, Vec::new());
        }
        Type::Text { max: longest.min(LONGEST) }
    }

    /// What is known of the length of a text bounds it.
    pub(super) fn narrow_text(&mut self, node: NodeId) {
        let Type::Text { max } = self.graph.node(node).ty else { return };
        if let Some(length) = self.facts.length_of(self.graph, node) {
            let max = u32::try_from(length.max(0)).unwrap_or(u32::MAX).min(max);
            self.graph.nodes[node.index()].ty = Type::Text { max };
        }
    }
}

/// The numbers that a text of so many characters can write.
fn read_number(characters: u32, scale: u32) -> Type {
    let kind = Kind::Number { scale, unit: Unit::One };
    let Scalar { lo, hi, .. } = Scalar::of(kind);
    let greatest = |digits: u32| 10i128.checked_pow(digits.saturating_add(scale)).map_or(i128::MAX, |power| power - 1);
    let (most, least) = (greatest(characters), greatest(characters.saturating_sub(1)));
    Type::Scalar(Scalar { kind, lo: lo.max(-least), hi: hi.min(most) })
}

/// The longest text that a value can be written as.
pub(super) fn longest(ty: &Type, types: &Types) -> u32 {
    match ty {
        Type::Text { max } => *max,
        Type::Enum(id) => types.enum_type(*id).values.iter().map(|value| value.chars().count() as u32).max().unwrap_or(0),
        Type::Zone => 64,
        other => literal(other, types),
    }
}

/// The longest text that a value can be written as where it is a part of another: texts in quotes, odd names in backticks.
fn literal(ty: &Type, types: &Types) -> u32 {
    let name = |name: &str| name.chars().count() as u32 + 2;
    match ty {
        Type::Boolean => 5,
        Type::Scalar(scalar) => longest_scalar(*scalar),
        Type::Text { max } => max.saturating_mul(ESCAPED).saturating_add(2),
        Type::Enum(id) => types.enum_type(*id).values.iter().map(|value| name(value)).max().unwrap_or(0),
        Type::Set(id) => types.enum_type(*id).values.iter().map(|value| name(value) + 2).fold(2, u32::saturating_add),
        Type::Record(id) => {
            let fields = &types.record(*id).fields;
            fields
                .iter()
                .map(|field| name(&field.name).saturating_add(4).saturating_add(literal(&field.ty, types)))
                .fold(4, u32::saturating_add)
        }
        Type::List { element, max, .. } => literal(element, types).saturating_add(2).saturating_mul(*max).saturating_add(2),
        Type::Optional(inner) => literal(inner, types).max(7),
        Type::Ratio { .. } => 90,
        Type::Zone => 66,
    }
}

/// The longest text of a scalar between its bounds.
fn longest_scalar(scalar: Scalar) -> u32 {
    let digits = scalar.lo.unsigned_abs().max(scalar.hi.unsigned_abs()).checked_ilog10().unwrap_or(0) + 1;
    let sign = u32::from(scalar.lo < 0);
    match scalar.kind {
        Kind::Number { scale, unit } => {
            let point = u32::from(scale > 0);
            let unit = match unit {
                Unit::One => 0,
                Unit::Percent => 2,
                Unit::Money(_) => 4,
                Unit::Declared(_) | Unit::Per(..) => 1 + unit.to_string().chars().count() as u32,
            };
            sign + digits.max(scale + 1) + point + unit
        }
        Kind::Days => sign + digits + 5,
        // Hours, minutes and seconds with their units and blanks.
        Kind::Duration | Kind::DurationIn(_) => sign + digits + 16,
        Kind::Period => sign + digits + 7,
        Kind::Weekday => 9,
        Kind::Date => 11,
        Kind::Time => 8,
        Kind::Datetime | Kind::DatetimeIn(_) => 32,
    }
}
