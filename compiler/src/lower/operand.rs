//! Values of the language as values of the code: a list of leaves, or a place in memory that is read when it is needed.
//!
//! | type | leaves |
//! |---|---|
//! | boolean | flag |
//! | scalar | word, or wide where its bounds leave 64 bits |
//! | datetime | instant, offset |
//! | ratio | numerator, denominator |
//! | enum, zone, set | word |
//! | text, list | the handle, a word |
//! | optional | a flag that says whether it is there, the leaves of the value |
//! | record | the leaves of its fields |

use std::borrow::Cow;

use axtrace_runtime::layout::Shape;
use axtrace_runtime::types::{Type, Types};

use crate::mir::{Base, Storage, Value, Width};

/// A value of a language type.
#[derive(Debug, Clone)]
pub enum Operand<'g> {
    /// Its leaves.
    Leaves(Vec<Value>),
    /// Memory that does not change.
    Place(Base, u32, Cow<'g, Shape>),
}

/// A word that is stored in 8 bytes.
pub const WORD: Storage = Storage { bytes: 8, signed: true };
/// A boolean in memory.
pub const BYTE: Storage = Storage { bytes: 1, signed: false };
/// The place of a name in memory.
pub const PLACE: Storage = Storage { bytes: 2, signed: false };
const OFFSET: Storage = Storage { bytes: 4, signed: true };
const WIDE: Storage = Storage { bytes: 16, signed: true };

/// Whether all numbers between two bounds fit a word.
pub fn width_of(lo: i128, hi: i128) -> Width {
    if lo >= i128::from(i64::MIN) && hi <= i128::from(i64::MAX) { Width::Word } else { Width::Wide }
}

/// The widths of the leaves of a type.
pub fn widths(ty: &Type, types: &Types) -> Vec<Width> {
    match ty {
        Type::Boolean => vec![Width::Flag],
        Type::Scalar(scalar) if scalar.is_datetime() => vec![Width::Word; 2],
        Type::Scalar(scalar) => vec![width_of(scalar.lo, scalar.hi)],
        Type::Ratio { num, den, .. } => vec![width_of(num.0, num.1), width_of(den.0, den.1)],
        Type::Text { .. } | Type::Enum(_) | Type::Set(_) | Type::List { .. } | Type::Zone => vec![Width::Word],
        Type::Record(id) => types.record(*id).fields.iter().flat_map(|field| widths(&field.ty, types)).collect(),
        Type::Optional(inner) => [vec![Width::Flag], widths(inner, types)].concat(),
    }
}

/// Where each leaf of a shape lies behind its beginning, and how.
pub fn leaves(shape: &Shape) -> Vec<(u32, Storage, Width)> {
    let mut found = Vec::new();
    add_leaves(shape, 0, &mut found);
    found
}

fn add_leaves(shape: &Shape, at: u32, found: &mut Vec<(u32, Storage, Width)>) {
    match shape {
        Shape::Boolean => found.push((at, BYTE, Width::Flag)),
        Shape::Int { bytes: 16, .. } => found.push((at, WIDE, Width::Wide)),
        Shape::Int { bytes, signed } => found.push((at, Storage { bytes: *bytes, signed: *signed }, Width::Word)),
        Shape::Datetime => found.extend([(at, WORD, Width::Word), (at + 8, OFFSET, Width::Word)]),
        Shape::Ratio => found.extend([(at, WIDE, Width::Wide), (at + 16, WIDE, Width::Wide)]),
        Shape::Text | Shape::Set | Shape::List(_) => found.push((at, WORD, Width::Word)),
        Shape::Place => found.push((at, PLACE, Width::Word)),
        Shape::Record(fields) => fields.members.iter().for_each(|(offset, shape)| add_leaves(shape, at + offset, found)),
        Shape::Optional { inner, offset } => {
            found.push((at, BYTE, Width::Flag));
            add_leaves(inner, at + offset, found);
        }
    }
}

/// A member of a record's shape: its offset and shape.
pub fn member<'g>(shape: &Cow<'g, Shape>, index: usize) -> Option<(u32, Cow<'g, Shape>)> {
    match shape {
        Cow::Borrowed(Shape::Record(fields)) => fields.members.get(index).map(|(offset, shape)| (*offset, Cow::Borrowed(shape))),
        Cow::Owned(Shape::Record(fields)) => fields.members.get(index).map(|(offset, shape)| (*offset, Cow::Owned(shape.clone()))),
        _ => None,
    }
}

/// What is inside of an optional's shape.
pub fn inner<'g>(shape: &Cow<'g, Shape>) -> Option<(u32, Cow<'g, Shape>)> {
    match shape {
        Cow::Borrowed(Shape::Optional { inner, offset }) => Some((*offset, Cow::Borrowed(&**inner))),
        Cow::Owned(Shape::Optional { inner, offset }) => Some((*offset, Cow::Owned((**inner).clone()))),
        _ => None,
    }
}
