//! Reading: an outcome row as values of a Rust type, each from the next place of a binding.

use super::{Binding, Op};
use crate::currency::Currency;
use crate::layout::Handle;
use crate::memory::{Memory, MemoryError};
use crate::meta::{DecisionMeta, Tag};

/// An outcome that is being read. Values come in the order in which the Rust type visits its fields; each takes the next place.
#[derive(Debug, Clone)]
pub struct Cells<'a> {
    binding: &'a Binding,
    ops: std::slice::Iter<'a, Op>,
    bytes: &'a [u8],
    memory: Memory<'a>,
}

/// What an outcome row says, beside its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// What its tag means.
    pub tag: Tag,
    /// How long a referral may take, in seconds; means nothing unless the tag says that it counts.
    pub within: i64,
}

impl Binding {
    /// Reads an outcome row: what became of the input, and the places of its value.
    ///
    /// # Errors
    /// When the row is none of the decision.
    #[inline]
    pub fn read<'a>(&'a self, meta: &DecisionMeta, row: &'a [u8], memory: Memory<'a>) -> Result<(Answered, Cells<'a>), MemoryError> {
        let [(tag, _), (at, _), (within, _)] = meta.outcome.members.as_slice() else { return Err(MemoryError::Mismatch) };
        let tag = u16::from_le_bytes(fixed(row, *tag as usize)?);
        let tag = *meta.tags.get(usize::from(tag)).ok_or(MemoryError::NoSuchValue)?;
        let within = match tag {
            Tag::Referred { within: true, .. } => i64::from_le_bytes(fixed(row, *within as usize)?),
            _ => 0,
        };
        let bytes = row.get(*at as usize..).ok_or(MemoryError::OutOfBounds)?;
        Ok((Answered { tag, within }, Cells { binding: self, ops: self.ops.iter(), bytes, memory }))
    }
}

impl<'a> Cells<'a> {
    #[inline]
    fn next(&mut self) -> Result<Op, MemoryError> {
        self.ops.next().copied().ok_or(MemoryError::Mismatch)
    }

    #[inline]
    fn bytes<const N: usize>(&self, at: u32) -> Result<[u8; N], MemoryError> {
        fixed(self.bytes, at as usize)
    }

    fn number_at(&self, at: u32, width: u8, signed: bool) -> Result<i128, MemoryError> {
        Ok(match (width, signed) {
            (1, false) => i128::from(u8::from_le_bytes(self.bytes(at)?)),
            (1, true) => i128::from(i8::from_le_bytes(self.bytes(at)?)),
            (2, false) => i128::from(u16::from_le_bytes(self.bytes(at)?)),
            (2, true) => i128::from(i16::from_le_bytes(self.bytes(at)?)),
            (4, false) => i128::from(u32::from_le_bytes(self.bytes(at)?)),
            (4, true) => i128::from(i32::from_le_bytes(self.bytes(at)?)),
            (8, _) => i128::from(i64::from_le_bytes(self.bytes(at)?)),
            _ => i128::from_le_bytes(self.bytes(at)?),
        })
    }

    /// The next value, `true` or `false`.
    ///
    /// # Errors
    /// When it is another.
    pub fn boolean(&mut self) -> Result<bool, MemoryError> {
        let Op::Boolean { at } = self.next()? else { return Err(MemoryError::Mismatch) };
        match self.bytes(at)? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(MemoryError::NoSuchValue),
        }
    }

    /// The next value, the whole number of a scalar.
    ///
    /// # Errors
    /// When it is another.
    #[inline]
    pub fn number(&mut self) -> Result<i128, MemoryError> {
        match self.next()? {
            Op::Number { at, width, signed, .. } => self.number_at(at, width, signed),
            Op::Wide { at, width, .. } => self.number_at(at, width, true),
            _ => Err(MemoryError::Mismatch),
        }
    }

    /// The next value, an amount in units of its last digit.
    ///
    /// # Errors
    /// When it is another.
    pub fn amount(&mut self) -> Result<(i128, Currency), MemoryError> {
        match self.next()? {
            Op::Number { at, width, signed, currency: Some(currency), .. } => Ok((self.number_at(at, width, signed)?, currency)),
            _ => Err(MemoryError::Mismatch),
        }
    }

    /// The next value, an instant with its offset.
    ///
    /// # Errors
    /// When it is another.
    pub fn datetime(&mut self) -> Result<(i64, i32), MemoryError> {
        let Op::Datetime { at, .. } = self.next()? else { return Err(MemoryError::Mismatch) };
        Ok((i64::from_le_bytes(self.bytes(at)?), i32::from_le_bytes(self.bytes(at + 8)?)))
    }

    /// The next value, a text or the name of a time zone.
    ///
    /// # Errors
    /// When it is another.
    pub fn text(&mut self) -> Result<&'a str, MemoryError> {
        match self.next()? {
            Op::Text { at, .. } => {
                let handle = Handle(u64::from_le_bytes(self.bytes(at)?));
                let text = self.memory.bytes(handle.space(), handle.offset() as usize, handle.length() as usize)?;
                std::str::from_utf8(text).map_err(|_| MemoryError::NoSuchValue)
            }
            Op::Zone { at } => {
                let place = u16::from_le_bytes(self.bytes(at)?);
                self.binding.zones.get(usize::from(place)).map(|zone| &**zone).ok_or(MemoryError::NoSuchValue)
            }
            _ => Err(MemoryError::Mismatch),
        }
    }

    /// The next value, a name: its place among those of the Rust type.
    ///
    /// # Errors
    /// When it is another.
    #[inline]
    pub fn name(&mut self) -> Result<usize, MemoryError> {
        match self.next()? {
            Op::Name { at, first, count } => {
                let place = u32::from(u16::from_le_bytes(self.bytes(at)?));
                let own = if place < count { self.binding.places.get((first + place) as usize) } else { None };
                own.map(|own| usize::from(*own)).ok_or(MemoryError::NoSuchValue)
            }
            _ => Err(MemoryError::Mismatch),
        }
    }

    /// The next value, a set of names: bit `n` is the name at place `n` of the Rust type.
    ///
    /// # Errors
    /// When it is another.
    pub fn set(&mut self) -> Result<u64, MemoryError> {
        let Op::Set { at, first, count, .. } = self.next()? else { return Err(MemoryError::Mismatch) };
        let bits = u64::from_le_bytes(self.bytes(at)?);
        if bits.checked_shr(count).unwrap_or(0) != 0 {
            return Err(MemoryError::NoSuchValue);
        }
        let places = self.binding.places.get(first as usize..).unwrap_or_default();
        Ok(places.iter().take(count as usize).enumerate().fold(0, |own, (bit, place)| own | (bits >> bit & 1) << (place & 63)))
    }

    /// The next value, read by `visit`, or `None` where it is missing.
    ///
    /// # Errors
    /// When it is another, and what `visit` gives.
    pub fn optional<T>(&mut self, visit: impl FnOnce(&mut Self) -> Result<T, MemoryError>) -> Result<Option<T>, MemoryError> {
        let Op::Optional { at, inner } = self.next()? else { return Err(MemoryError::Mismatch) };
        let rest = self.ops.as_slice().get(inner as usize..).ok_or(MemoryError::Mismatch)?;
        let value = match self.bytes(at)? {
            [0] => None,
            [1] => Some(visit(self)?),
            _ => return Err(MemoryError::NoSuchValue),
        };
        self.ops = rest.iter();
        Ok(value)
    }

    /// The next value, a list whose elements are read by `visit`.
    ///
    /// # Errors
    /// When it is another, and what `visit` gives.
    pub fn list<T>(&mut self, mut visit: impl FnMut(&mut Self) -> Result<T, MemoryError>) -> Result<Vec<T>, MemoryError> {
        let Op::List { at, inner, stride, .. } = self.next()? else { return Err(MemoryError::Mismatch) };
        let (element, rest) = self.ops.as_slice().split_at_checked(inner as usize).ok_or(MemoryError::Mismatch)?;
        let handle = Handle(u64::from_le_bytes(self.bytes(at)?));
        let length = (stride as usize).checked_mul(handle.length() as usize).ok_or(MemoryError::OutOfBounds)?;
        let all = self.memory.bytes(handle.space(), handle.offset() as usize, length)?;
        let read = |bytes: &'a [u8]| visit(&mut Cells { binding: self.binding, ops: element.iter(), bytes, memory: self.memory });
        let values: Result<Vec<T>, MemoryError> = all.chunks_exact((stride as usize).max(1)).map(read).collect();
        self.ops = rest.iter();
        values
    }
}

#[inline]
fn fixed<const N: usize>(bytes: &[u8], offset: usize) -> Result<[u8; N], MemoryError> {
    bytes.get(offset..).and_then(|rest| rest.first_chunk()).copied().ok_or(MemoryError::OutOfBounds)
}
