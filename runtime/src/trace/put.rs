//! How values of a type are written as JSON from their bytes: everything that their type says is put together once.

use crate::layout::{Handle, Shape, Struct};
use crate::literal::write_decimal;
use crate::memory::{Memory, MemoryError, read_value};
use crate::meta::ProgramMeta;
use crate::text::{self, write_json_text};
use crate::types::{FieldType, Kind, Scalar, Type};
use crate::value::Value;

/// How a value is written.
#[derive(Debug)]
pub(super) enum Put {
    /// A number with so many places.
    Number {
        ty: Type,
        shape: Shape,
        places: u32,
    },
    /// One of these names, in their quotes.
    Name(Vec<String>),
    /// Some of these names.
    Set(Vec<String>),
    Text,
    Record(Vec<Member>),
    List {
        element: Box<Self>,
        stride: usize,
    },
    Optional {
        inner: Box<Self>,
        at: usize,
    },
    /// As a value that is made first.
    Value {
        ty: Type,
        shape: Shape,
    },
}

/// A member of an object.
#[derive(Debug)]
pub(super) struct Member {
    /// What stands before its value, from the brace or comma on.
    key: String,
    /// Where its value lies.
    at: usize,
    put: Put,
}

/// A text as JSON has it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::new();
    write_json_text(&mut out, text);
    out
}

/// How the fields of a record, or the parameters of a decision, are written.
pub(super) fn members(fields: &[FieldType], layout: &Struct, program: &ProgramMeta) -> Vec<Member> {
    let member = |(place, (field, (at, shape))): (usize, (&FieldType, &(u32, Shape)))| Member {
        key: format!("{}{}:", if place == 0 { '{' } else { ',' }, quoted(&field.name)),
        at: *at as usize,
        put: Put::new(&field.ty, shape, program),
    };
    fields.iter().zip(&layout.members).enumerate().map(member).collect()
}

/// Appends an object.
pub(super) fn object(
    out: &mut String,
    members: &[Member],
    bytes: &[u8],
    memory: &Memory,
    program: &ProgramMeta,
) -> Result<(), MemoryError> {
    for member in members {
        out.push_str(&member.key);
        member.put.write(out, bytes.get(member.at..).ok_or(MemoryError::OutOfBounds)?, memory, program)?;
    }
    out.push_str(if members.is_empty() { "{}" } else { "}" });
    Ok(())
}

impl Put {
    /// How values of a type are written that lie as a shape says.
    pub(super) fn new(ty: &Type, shape: &Shape, program: &ProgramMeta) -> Self {
        let names = |values: &[String]| values.iter().map(|name| quoted(name)).collect();
        match (ty, shape) {
            (Type::Optional(inner), Shape::Optional { inner: shape, offset }) => {
                Self::Optional { inner: Box::new(Self::new(inner, shape, program)), at: *offset as usize }
            }
            (Type::Scalar(Scalar { kind: Kind::Number { scale, .. }, .. }), Shape::Int { .. }) => {
                Self::Number { ty: ty.clone(), shape: shape.clone(), places: *scale }
            }
            (Type::Enum(id), Shape::Place) => Self::Name(names(&program.types.enum_type(*id).values)),
            (Type::Set(id), Shape::Set) => Self::Set(names(&program.types.enum_type(*id).values)),
            (Type::Text { .. }, Shape::Text) => Self::Text,
            (Type::Record(id), Shape::Record(layout)) => Self::Record(members(&program.types.record(*id).fields, layout, program)),
            (Type::List { element, .. }, Shape::List(shape)) => {
                Self::List { element: Box::new(Self::new(element, shape, program)), stride: (shape.stride() as usize).max(1) }
            }
            _ => Self::Value { ty: ty.clone(), shape: shape.clone() },
        }
    }

    /// Appends the value that bytes begin with, as [`text::write_json`] would.
    ///
    /// # Errors
    /// When the bytes are no value of the type.
    pub(super) fn write(&self, out: &mut String, bytes: &[u8], memory: &Memory, program: &ProgramMeta) -> Result<(), MemoryError> {
        match self {
            Self::Number { ty, shape, places } => {
                let Value::Scalar(number) = read_value(ty, shape, bytes, memory, &program.types)? else {
                    return Err(MemoryError::Mismatch);
                };
                // Writing to a string cannot fail.
                let _ = write_decimal(out, number, *places);
            }
            Self::Name(names) => {
                let place = u16::from_le_bytes(fixed(bytes)?);
                out.push_str(names.get(usize::from(place)).ok_or(MemoryError::NoSuchValue)?);
            }
            Self::Set(names) => write_set(out, names, u64::from_le_bytes(fixed(bytes)?))?,
            Self::Text => {
                let handle = Handle(u64::from_le_bytes(fixed(bytes)?));
                let text = memory.bytes(handle.space(), handle.offset() as usize, handle.length() as usize)?;
                write_json_text(out, std::str::from_utf8(text).map_err(|_| MemoryError::NoSuchValue)?);
            }
            Self::Record(members) => object(out, members, bytes, memory, program)?,
            Self::List { element, stride } => {
                let handle = Handle(u64::from_le_bytes(fixed(bytes)?));
                let length = stride.checked_mul(handle.length() as usize).ok_or(MemoryError::OutOfBounds)?;
                let elements = memory.bytes(handle.space(), handle.offset() as usize, length)?;
                out.push('[');
                for (place, one) in elements.chunks_exact(*stride).enumerate() {
                    out.push_str(if place > 0 { "," } else { "" });
                    element.write(out, one, memory, program)?;
                }
                out.push(']');
            }
            Self::Optional { inner, at } => match fixed(bytes)? {
                [0] => out.push_str("null"),
                [1] => inner.write(out, bytes.get(*at..).ok_or(MemoryError::OutOfBounds)?, memory, program)?,
                _ => return Err(MemoryError::NoSuchValue),
            },
            Self::Value { ty, shape } => {
                let value = read_value(ty, shape, bytes, memory, &program.types)?;
                text::write_json(out, &value, ty, program);
            }
        }
        Ok(())
    }
}

/// The names whose bits are set.
fn write_set(out: &mut String, names: &[String], bits: u64) -> Result<(), MemoryError> {
    let (mut left, mut first) = (bits, true);
    out.push('[');
    while left != 0 {
        let name = names.get(left.trailing_zeros() as usize).ok_or(MemoryError::NoSuchValue)?;
        out.push_str(if first { "" } else { "," });
        out.push_str(name);
        first = false;
        left &= left - 1;
    }
    out.push(']');
    Ok(())
}

/// The bytes that others begin with.
fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], MemoryError> {
    bytes.first_chunk().copied().ok_or(MemoryError::OutOfBounds)
}
