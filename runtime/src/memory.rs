//! Values to bytes and back: rows of inputs and outcomes, slots of a recording, and what their handles point at.
//!
//! Reading trusts nothing: whatever bytes it is given, it gives a value or an error.

use std::sync::Arc;

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::layout::{Handle, Shape, Space, Struct};
use crate::meta::DecisionMeta;
use crate::types::{EnumId, RecordId, Type, Types};
use crate::value::Value;

/// The bytes that handles point into.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory<'a> {
    /// The arena that came with the input rows.
    pub input: &'a [u8],
    /// The constants of the program.
    pub constants: &'a [u8],
    /// What the running code built.
    pub scratch: &'a [u8],
}

/// Why bytes are no value of a type, or a value does not fit into bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// A value or what its handle points at ends beyond its memory.
    #[error("a value reaches beyond its memory")]
    OutOfBounds,
    /// The bytes are no value of the type: a boolean of 2, an enum place without a name, text that is not UTF-8, a space that does not exist.
    #[error("the bytes are no value of their type")]
    NoSuchValue,
    /// The value is of another type, or outside of the range of its type.
    #[error("the value is not of the type it is written as")]
    Mismatch,
    /// An arena would grow beyond 4 GiB, or a text or list beyond 2^30 bytes or elements.
    #[error("the values take more than 4 GiB")]
    TooLarge,
}

/// The rows of several inputs of one decision, with the arena that their texts and lists lie in.
///
/// Each row takes `max(input.size, 1)` bytes, where `input` is the row layout of the decision. Rows come from readers and from
/// [`Self::push_values`] only, which check them; native code relies on that, and decides no rows that were made for inputs of another shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The rows, one behind the other.
    pub(crate) rows: Vec<u8>,
    /// The bytes that handles of [`Space::Input`] point into.
    pub(crate) arena: Vec<u8>,
    /// How many rows there are.
    pub(crate) count: usize,
    /// How many of the rows, from the first, are known to keep what always holds of them.
    pub(crate) admitted: usize,
    /// What inputs the rows were made for; `None` if there are none, or several kinds.
    pub(crate) mark: Option<InputMark>,
    /// Where the reader puts a row together; empty otherwise.
    pub(crate) work: Vec<u8>,
}

impl<'a> Memory<'a> {
    /// The `length` bytes at `offset` of a space.
    ///
    /// # Errors
    /// When the space has fewer bytes, or the bits name no space.
    pub fn bytes(&self, space: Option<Space>, offset: usize, length: usize) -> Result<&'a [u8], MemoryError> {
        let all = match space.ok_or(MemoryError::NoSuchValue)? {
            Space::Input => self.input,
            Space::Constants => self.constants,
            Space::Scratch => self.scratch,
        };
        slice(all, offset, length)
    }
}

/// The parameters of a decision with their ranges, as a digest: rows of equal marks may stand for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InputMark(u64);

impl InputMark {
    pub(crate) fn of(decision: &DecisionMeta, types: &Types) -> Self {
        let mut hasher = DefaultHasher::new();
        decision.params.iter().for_each(|param| hash_type(&param.ty, types, &mut hasher));
        Self(hasher.finish())
    }
}

fn hash_type(ty: &Type, types: &Types, hasher: &mut DefaultHasher) {
    ty.hash(hasher);
    match ty {
        Type::Record(id) => types.record(*id).fields.iter().for_each(|field| hash_type(&field.ty, types, hasher)),
        Type::Optional(inner) => hash_type(inner, types, hasher),
        Type::List { element, .. } => hash_type(element, types, hasher),
        Type::Enum(id) | Type::Set(id) => types.enum_type(*id).values.len().hash(hasher),
        _ => {}
    }
}

/// Whether a value is one of its type: inside of the ranges, no longer than allowed, a name that there is.
fn conforms(value: &Value, ty: &Type, types: &Types) -> bool {
    match (value, ty) {
        (Value::Missing, Type::Optional(_)) => true,
        (value, Type::Optional(inner)) => conforms(value, inner, types),
        (value, Type::Scalar(scalar)) => value.number().is_some_and(|number| (scalar.lo..=scalar.hi).contains(&number)),
        (Value::Text(text), Type::Text { max }) => text.len() <= *max as usize || text.chars().count() <= *max as usize,
        (Value::Enum(place), Type::Enum(id)) => usize::from(*place) < types.enum_type(*id).values.len(),
        (Value::Set(bits), Type::Set(id)) => bits.checked_shr(types.enum_type(*id).values.len() as u32).unwrap_or(0) == 0,
        (Value::Record(values), Type::Record(id)) => {
            let fields = &types.record(*id).fields;
            values.len() == fields.len() && values.iter().zip(fields).all(|(value, field)| conforms(value, &field.ty, types))
        }
        (Value::List(values), Type::List { element, min, max }) => {
            (*min as usize..=*max as usize).contains(&values.len()) && values.iter().all(|value| conforms(value, element, types))
        }
        // What is of another type altogether is found where it is written.
        _ => true,
    }
}

impl Batch {
    /// The rows, one behind the other.
    #[must_use]
    pub fn rows(&self) -> &[u8] {
        &self.rows
    }

    /// The bytes that handles of [`Space::Input`] point into.
    #[must_use]
    pub fn arena(&self) -> &[u8] {
        &self.arena
    }

    /// How many rows there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Counts a row that was appended, which was made for these inputs.
    pub(crate) fn appended(&mut self, mark: InputMark) {
        self.mark = if self.count == 0 || self.mark == Some(mark) { Some(mark) } else { None };
        self.count += 1;
    }

    /// No rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.arena.clear();
        self.count = 0;
        self.admitted = 0;
        self.mark = None;
    }

    /// The bytes of a row; empty beyond the last.
    #[must_use]
    pub fn row(&self, index: usize) -> &[u8] {
        let stride = self.rows.len().checked_div(self.count).unwrap_or(0);
        self.rows.get(index * stride..(index + 1) * stride).unwrap_or(&[])
    }

    /// Appends the row of one input: the values of the decision's parameters, in declared order.
    ///
    /// # Errors
    /// When a value is not of its parameter's type or outside of its range, or the arena would grow beyond 4 GiB. Then nothing is appended.
    pub fn push_values(&mut self, decision: &DecisionMeta, types: &Types, values: &[Value]) -> Result<(), MemoryError> {
        let (rows, arena) = (self.rows.len(), self.arena.len());
        self.rows.resize(rows + decision.input.size.max(1) as usize, 0);
        let tys = decision.params.iter().map(|param| &param.ty);
        if !values.iter().zip(tys.clone()).all(|(value, ty)| conforms(value, ty, types)) {
            self.rows.truncate(rows);
            return Err(MemoryError::Mismatch);
        }
        let done = write_members(values, tys, &decision.input, &mut self.rows[rows..], &mut self.arena, Space::Input, types);
        match done {
            Ok(()) => self.appended(InputMark::of(decision, types)),
            Err(_) => {
                self.rows.truncate(rows);
                self.arena.truncate(arena);
            }
        }
        done
    }

    /// The values of a row, in the order of the decision's parameters.
    ///
    /// # Errors
    /// When the row is not one of the decision's inputs.
    pub fn values(&self, index: usize, decision: &DecisionMeta, program: &crate::meta::ProgramMeta) -> Result<Vec<Value>, MemoryError> {
        let memory = Memory { input: &self.arena, constants: &program.constants, scratch: &[] };
        let tys = decision.params.iter().map(|param| &param.ty);
        read_members(tys, &decision.input, self.row(index), &memory, &program.types)
    }
}

/// Reads the value of a type from the bytes that begin with it.
///
/// # Errors
/// When the bytes are too few or are no value of the type. A number that its bytes can hold is not checked against the range of its type.
pub fn read_value(ty: &Type, shape: &Shape, bytes: &[u8], memory: &Memory, types: &Types) -> Result<Value, MemoryError> {
    match (ty, shape) {
        (Type::Boolean, Shape::Boolean) => read_boolean(bytes),
        (Type::Scalar(_), Shape::Int { bytes: width, signed }) => Ok(Value::Scalar(read_int(bytes, *width, *signed)?)),
        (Type::Scalar(_), Shape::Datetime) => read_datetime(bytes),
        (Type::Ratio { .. }, Shape::Ratio) => read_ratio(bytes),
        (Type::Text { .. }, Shape::Text) => read_text(bytes, memory),
        (Type::Enum(id), Shape::Place) => read_enum(*id, bytes, types),
        (Type::Zone, Shape::Place) => Ok(Value::Zone(u16::from_le_bytes(fixed(bytes, 0)?))),
        (Type::Set(id), Shape::Set) => read_set(*id, bytes, types),
        (Type::Record(id), Shape::Record(fields)) => read_record(*id, fields, bytes, memory, types),
        (Type::List { element, .. }, Shape::List(shape)) => read_list(element, shape, bytes, memory, types),
        (Type::Optional(ty), Shape::Optional { inner, offset }) => match fixed(bytes, 0)? {
            [0] => Ok(Value::Missing),
            [1] => read_value(ty, inner, rest(bytes, *offset)?, memory, types),
            _ => Err(MemoryError::NoSuchValue),
        },
        _ => Err(MemoryError::Mismatch),
    }
}

/// Reads values that lie as the members of a [`Struct`] do: an input row, an outcome, the fields of a record.
///
/// # Errors
/// As [`read_value`], and when there are more types than members.
pub fn read_members<'t>(
    tys: impl Iterator<Item = &'t Type>,
    layout: &Struct,
    bytes: &[u8],
    memory: &Memory,
    types: &Types,
) -> Result<Vec<Value>, MemoryError> {
    let member = |(place, ty)| {
        let (offset, shape): &(u32, Shape) = layout.members.get(place).ok_or(MemoryError::Mismatch)?;
        read_value(ty, shape, rest(bytes, *offset)?, memory, types)
    };
    tys.enumerate().map(member).collect()
}

/// Writes a value as its type is stored; `at` begins with its place and has at least the size of its shape. Texts and lists go to the end
/// of `arena`, which handles of `space` point into.
///
/// # Errors
/// When the value is not of the type or its number does not fit the bytes, when `at` is too short, or when the arena would grow too large.
/// What was written until then stays.
pub fn write_value(
    value: &Value,
    ty: &Type,
    shape: &Shape,
    at: &mut [u8],
    arena: &mut Vec<u8>,
    space: Space,
    types: &Types,
) -> Result<(), MemoryError> {
    match (value, ty, shape) {
        (Value::Missing, Type::Optional(_), Shape::Optional { .. }) => put_zeros(at, shape.size()),
        (value, Type::Optional(ty), Shape::Optional { inner, offset }) => {
            put(at, 0, &[1])?;
            write_value(value, ty, inner, rest_mut(at, *offset)?, arena, space, types)
        }
        (Value::Boolean(value), Type::Boolean, Shape::Boolean) => put(at, 0, &[u8::from(*value)]),
        (Value::Scalar(number), Type::Scalar(_), Shape::Int { bytes, signed }) => write_int(*number, *bytes, *signed, at),
        (Value::Datetime { instant, offset }, Type::Scalar(_), Shape::Datetime) => {
            put(at, 0, &instant.to_le_bytes())?;
            put(at, 8, &offset.to_le_bytes())
        }
        (Value::Ratio { num, den }, Type::Ratio { .. }, Shape::Ratio) => {
            put(at, 0, &num.to_le_bytes())?;
            put(at, 16, &den.to_le_bytes())
        }
        (Value::Text(text), Type::Text { .. }, Shape::Text) => {
            let handle = append_text(text, arena, space)?;
            put(at, 0, &handle.0.to_le_bytes())
        }
        (Value::Enum(place), Type::Enum(_), Shape::Place) | (Value::Zone(place), Type::Zone, Shape::Place) => {
            put(at, 0, &place.to_le_bytes())
        }
        (Value::Set(bits), Type::Set(_), Shape::Set) => put(at, 0, &bits.to_le_bytes()),
        (Value::Record(values), Type::Record(id), Shape::Record(layout)) => {
            let tys = types.record(*id).fields.iter().map(|field| &field.ty);
            write_members(values, tys, layout, at, arena, space, types)
        }
        (Value::List(values), Type::List { element, .. }, Shape::List(shape)) => {
            let handle = write_list(values, element, shape, arena, space, types)?;
            put(at, 0, &handle.0.to_le_bytes())
        }
        _ => Err(MemoryError::Mismatch),
    }
}

/// Writes values as the members of a [`Struct`], one for each type.
///
/// # Errors
/// As [`write_value`], and when there are not as many values and members as types.
pub fn write_members<'t>(
    values: &[Value],
    tys: impl ExactSizeIterator<Item = &'t Type>,
    layout: &Struct,
    at: &mut [u8],
    arena: &mut Vec<u8>,
    space: Space,
    types: &Types,
) -> Result<(), MemoryError> {
    if values.len() != tys.len() || values.len() != layout.members.len() {
        return Err(MemoryError::Mismatch);
    }
    for ((value, ty), (offset, shape)) in values.iter().zip(tys).zip(&layout.members) {
        write_value(value, ty, shape, rest_mut(at, *offset)?, arena, space, types)?;
    }
    Ok(())
}

/// Appends a text to an arena and gives its handle.
///
/// # Errors
/// When the arena would grow beyond 4 GiB or the text has 2^30 bytes or more.
pub fn append_text(text: &str, arena: &mut Vec<u8>, space: Space) -> Result<Handle, MemoryError> {
    let handle = handle(space, arena.len(), text.len(), text.len())?;
    arena.extend_from_slice(text.as_bytes());
    Ok(handle)
}

fn write_list(values: &[Value], ty: &Type, shape: &Shape, arena: &mut Vec<u8>, space: Space, types: &Types) -> Result<Handle, MemoryError> {
    let stride = shape.stride() as usize;
    let start = arena.len().next_multiple_of(shape.align() as usize);
    let bytes = values.len().checked_mul(stride).ok_or(MemoryError::TooLarge)?;
    let handle = handle(space, start, values.len(), bytes)?;
    arena.resize(start + bytes, 0);
    let mut one = vec![0; stride];
    for (index, value) in values.iter().enumerate() {
        one.fill(0);
        // An element may append to the arena itself, so it is put together beside it.
        write_value(value, ty, shape, &mut one, arena, space, types)?;
        arena[start + index * stride..][..stride].copy_from_slice(&one);
    }
    Ok(handle)
}

fn handle(space: Space, offset: usize, length: usize, bytes: usize) -> Result<Handle, MemoryError> {
    let end = offset.checked_add(bytes).ok_or(MemoryError::TooLarge)?;
    if length >= 1 << Handle::LENGTH_BITS || u32::try_from(end).is_err() {
        return Err(MemoryError::TooLarge);
    }
    Ok(Handle::new(space, offset as u32, length as u32))
}

fn write_int(number: i128, width: u8, signed: bool, at: &mut [u8]) -> Result<(), MemoryError> {
    let bits = u32::from(width) * 8;
    let fits = match (bits, signed) {
        (128, _) => true,
        (_, true) => number >= -(1 << (bits - 1)) && number < 1 << (bits - 1),
        (_, false) => number >= 0 && number < 1 << bits,
    };
    let bytes = number.to_le_bytes();
    if fits { put(at, 0, &bytes[..usize::from(width)]) } else { Err(MemoryError::Mismatch) }
}

fn read_boolean(bytes: &[u8]) -> Result<Value, MemoryError> {
    match fixed(bytes, 0)? {
        [0] => Ok(Value::Boolean(false)),
        [1] => Ok(Value::Boolean(true)),
        _ => Err(MemoryError::NoSuchValue),
    }
}

fn read_int(bytes: &[u8], width: u8, signed: bool) -> Result<i128, MemoryError> {
    let low = slice(bytes, 0, usize::from(width))?;
    let negative = signed && low.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 16];
    wide[..low.len()].copy_from_slice(low);
    Ok(i128::from_le_bytes(wide))
}

fn read_datetime(bytes: &[u8]) -> Result<Value, MemoryError> {
    Ok(Value::Datetime { instant: i64::from_le_bytes(fixed(bytes, 0)?), offset: i32::from_le_bytes(fixed(bytes, 8)?) })
}

fn read_ratio(bytes: &[u8]) -> Result<Value, MemoryError> {
    let (num, den) = (i128::from_le_bytes(fixed(bytes, 0)?), i128::from_le_bytes(fixed(bytes, 16)?));
    if den > 0 { Ok(Value::Ratio { num, den }) } else { Err(MemoryError::NoSuchValue) }
}

fn read_text(bytes: &[u8], memory: &Memory) -> Result<Value, MemoryError> {
    let handle = Handle(u64::from_le_bytes(fixed(bytes, 0)?));
    let text = memory.bytes(handle.space(), handle.offset() as usize, handle.length() as usize)?;
    let text = std::str::from_utf8(text).map_err(|_| MemoryError::NoSuchValue)?;
    Ok(Value::Text(Arc::from(text)))
}

fn read_enum(id: EnumId, bytes: &[u8], types: &Types) -> Result<Value, MemoryError> {
    let place = u16::from_le_bytes(fixed(bytes, 0)?);
    let known = usize::from(place) < types.enum_type(id).values.len();
    if known { Ok(Value::Enum(place)) } else { Err(MemoryError::NoSuchValue) }
}

fn read_set(id: EnumId, bytes: &[u8], types: &Types) -> Result<Value, MemoryError> {
    let bits = u64::from_le_bytes(fixed(bytes, 0)?);
    let names = types.enum_type(id).values.len() as u32;
    let known = bits.checked_shr(names).unwrap_or(0) == 0;
    if known { Ok(Value::Set(bits)) } else { Err(MemoryError::NoSuchValue) }
}

fn read_record(id: RecordId, layout: &Struct, bytes: &[u8], memory: &Memory, types: &Types) -> Result<Value, MemoryError> {
    let tys = types.record(id).fields.iter().map(|field| &field.ty);
    Ok(Value::Record(read_members(tys, layout, bytes, memory, types)?.into()))
}

fn read_list(ty: &Type, shape: &Shape, bytes: &[u8], memory: &Memory, types: &Types) -> Result<Value, MemoryError> {
    let handle = Handle(u64::from_le_bytes(fixed(bytes, 0)?));
    let stride = shape.stride() as usize;
    let length = stride.checked_mul(handle.length() as usize).ok_or(MemoryError::OutOfBounds)?;
    let elements = memory.bytes(handle.space(), handle.offset() as usize, length)?;
    let values: Result<Vec<_>, _> = elements.chunks_exact(stride).map(|one| read_value(ty, shape, one, memory, types)).collect();
    Ok(Value::List(values?.into()))
}

fn fixed<const N: usize>(bytes: &[u8], offset: usize) -> Result<[u8; N], MemoryError> {
    bytes.get(offset..).and_then(|rest| rest.first_chunk()).copied().ok_or(MemoryError::OutOfBounds)
}

fn slice(bytes: &[u8], offset: usize, length: usize) -> Result<&[u8], MemoryError> {
    bytes.get(offset..).and_then(|rest| rest.get(..length)).ok_or(MemoryError::OutOfBounds)
}

fn rest(bytes: &[u8], offset: u32) -> Result<&[u8], MemoryError> {
    bytes.get(offset as usize..).ok_or(MemoryError::OutOfBounds)
}

fn rest_mut(bytes: &mut [u8], offset: u32) -> Result<&mut [u8], MemoryError> {
    bytes.get_mut(offset as usize..).ok_or(MemoryError::OutOfBounds)
}

fn put(at: &mut [u8], offset: usize, bytes: &[u8]) -> Result<(), MemoryError> {
    let place = at.get_mut(offset..).and_then(|rest| rest.get_mut(..bytes.len())).ok_or(MemoryError::OutOfBounds)?;
    place.copy_from_slice(bytes);
    Ok(())
}

fn put_zeros(at: &mut [u8], length: u32) -> Result<(), MemoryError> {
    at.get_mut(..length as usize).ok_or(MemoryError::OutOfBounds)?.fill(0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::fixture::{field, program, record, skills};
    use crate::types::{Kind, Scalar};

    fn texts(max: u32) -> Type {
        Type::List { element: Box::new(Type::Text { max: 9 }), min: 0, max }
    }

    /// A decision of one record with everything in it, and a value of each parameter.
    fn everything() -> (crate::meta::ProgramMeta, Vec<Value>) {
        let fields = vec![
            field("flag", Type::Boolean),
            field("wide", Type::integer(i128::MIN, i128::MAX)),
            field("at", Type::Optional(Box::new(Type::Scalar(Scalar::of(Kind::Datetime))))),
            field("gone", Type::Optional(Box::new(Type::Text { max: 5 }))),
            field("skills", Type::Set(EnumId(0))),
            field("names", texts(3)),
        ];
        let list = Type::List { element: Box::new(Type::Record(RecordId(0))), min: 0, max: 9 };
        let params = vec![field("all", list), field("skill", Type::Enum(EnumId(0))), field("small", Type::integer(-128, 127))];
        let text = |text: &str| Value::Text(Arc::from(text));
        let one = Value::Record(Arc::from([
            Value::Boolean(true),
            Value::Scalar(i128::MIN + 5),
            Value::Datetime { instant: -5, offset: 3600 },
            Value::Missing,
            Value::Set(0b1010),
            Value::List(Arc::from([text("ä"), text(""), text("xyz")])),
        ]));
        let values = vec![Value::List(Arc::from([one.clone(), one])), Value::Enum(3), Value::Scalar(-128)];
        (program(params, vec![skills()], vec![record("All", fields, false)]), values)
    }

    #[test]
    fn values_come_back_from_their_rows() {
        let (program, values) = everything();
        let decision = &program.decisions[0];
        let mut batch = Batch::new();
        for _ in 0..3 {
            batch.push_values(decision, &program.types, &values).expect("values of the parameters' types");
        }
        assert_eq!(batch.values(2, decision, &program), Ok(values.clone()));
        assert_eq!(batch.row(3), &[] as &[u8]);
        let before = batch.clone();
        let short = batch.push_values(decision, &program.types, &values[..2]);
        let wide = batch.push_values(decision, &program.types, &[values[0].clone(), values[1].clone(), Value::Scalar(128)]);
        assert_eq!((short, wide), (Err(MemoryError::Mismatch), Err(MemoryError::Mismatch)));
        assert_eq!(batch, before);
    }

    #[test]
    fn no_bytes_make_reading_panic() {
        let (program, values) = everything();
        let decision = &program.decisions[0];
        let mut good = Batch::new();
        good.push_values(decision, &program.types, &values).expect("values of the parameters' types");
        for place in 0..good.rows.len() + good.arena.len() {
            for byte in [0, 1, 2, 0x7f, 0x80, 0xff] {
                let mut bad = good.clone();
                let rows = bad.rows.len();
                *if place < rows { &mut bad.rows[place] } else { &mut bad.arena[place - rows] } = byte;
                let _ = bad.values(0, decision, &program);
            }
        }
        let short = Memory::default();
        let shape = Shape::of(&texts(1), &program.types);
        assert_eq!(read_value(&texts(1), &shape, &[1, 0, 0, 0, 0, 0, 0, 0], &short, &program.types), Err(MemoryError::OutOfBounds));
        assert_eq!(read_value(&texts(1), &shape, &[0xff; 8], &short, &program.types), Err(MemoryError::NoSuchValue));
        assert_eq!(read_value(&Type::Boolean, &Shape::Boolean, &[2], &short, &program.types), Err(MemoryError::NoSuchValue));
        assert_eq!(read_value(&Type::Boolean, &Shape::Text, &[2], &short, &program.types), Err(MemoryError::Mismatch));
    }
}
