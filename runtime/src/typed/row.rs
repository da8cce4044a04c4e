//! Writing: values of a Rust type into the row and the arena of a batch, each into the next place of a binding.

use super::{Binding, Op};
use crate::currency::Currency;
use crate::layout::{Handle, Space};
use crate::memory::{Batch, append_text};

/// The most bytes that the row and the open lists of one input take.
const MAX_WORK: usize = 1 << 30;
/// The work space that is kept for the next input, in bytes.
const KEPT_WORK: usize = 1 << 20;

/// A value is none that its place takes: it is out of range, too long, of another currency, or visited out of turn. What is wrong with
/// it is
/// said by whoever reads the same value as JSON, since that is said rarely and must be said well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// A row that is being written. Values come in the order in which the Rust type visits its fields; each takes the next place.
#[derive(Debug)]
pub struct Row<'a> {
    binding: &'a Binding,
    ops: std::slice::Iter<'a, Op>,
    /// The row, and behind it the elements of the lists that are open.
    work: &'a mut Vec<u8>,
    arena: &'a mut Vec<u8>,
    /// Where the row, or the element that is open, begins in `work`.
    base: usize,
}

impl Binding {
    /// Appends one input to a batch: `visit` goes through its values.
    ///
    /// # Errors
    /// When a value is none that its place takes, or not every place was visited. Then nothing is appended.
    #[inline]
    pub fn write(&self, batch: &mut Batch, visit: impl FnOnce(&mut Row<'_>) -> Result<(), Refused>) -> Result<(), Refused> {
        let (work, arena) = (&mut batch.work, &mut batch.arena);
        let kept = arena.len();
        work.clear();
        work.resize(self.row, 0);
        let mut row = Row { binding: self, ops: self.ops.iter(), work, arena, base: 0 };
        let written = visit(&mut row).and_then(|()| row.finish());
        match written {
            Ok(()) => {
                batch.rows.extend_from_slice(&batch.work);
                batch.appended(self.mark);
            }
            Err(_) => batch.arena.truncate(kept),
        }
        batch.work.clear();
        if batch.work.capacity() > KEPT_WORK {
            batch.work.shrink_to(KEPT_WORK);
        }
        written
    }
}

impl Row<'_> {
    #[inline(always)]
    fn next(&mut self) -> Result<Op, Refused> {
        match self.ops.next().copied() {
            Some(Op::Given { at }) => self.next_given(at),
            Some(op) => Ok(op),
            None => Err(Refused),
        }
    }

    /// The place of a value that could be missing, and is not.
    #[inline(never)]
    fn next_given(&mut self, at: u32) -> Result<Op, Refused> {
        self.put(at, [1])?;
        self.next()
    }

    #[inline(always)]
    fn finish(&self) -> Result<(), Refused> {
        if self.ops.as_slice().is_empty() { Ok(()) } else { Err(Refused) }
    }

    #[inline(always)]
    fn put<const N: usize>(&mut self, at: u32, bytes: [u8; N]) -> Result<(), Refused> {
        let start = self.base + at as usize;
        self.work.get_mut(start..start + N).ok_or(Refused)?.copy_from_slice(&bytes);
        Ok(())
    }

    #[inline(always)]
    fn put_number(&mut self, at: u32, width: u8, number: i64) -> Result<(), Refused> {
        match width {
            1 => self.put(at, [number as u8]),
            2 => self.put(at, (number as u16).to_le_bytes()),
            4 => self.put(at, (number as u32).to_le_bytes()),
            8 => self.put(at, number.to_le_bytes()),
            _ => self.put(at, i128::from(number).to_le_bytes()),
        }
    }

    /// The next value is `true` or `false`.
    ///
    /// # Errors
    /// When there is no place for it.
    #[inline]
    pub fn boolean(&mut self, truth: bool) -> Result<(), Refused> {
        let Op::Boolean { at } = self.next()? else { return Err(Refused) };
        self.put(at, [u8::from(truth)])
    }

    /// The next value is the whole number of a scalar: units of the last digit, seconds, days.
    ///
    /// # Errors
    /// When there is no place for it, or it is out of range.
    #[inline]
    pub fn number(&mut self, number: i64) -> Result<(), Refused> {
        match self.next()? {
            Op::Number { at, width, lo, hi, .. } if number >= lo && number <= hi => self.put_number(at, width, number),
            Op::Wide { at, width, bounds } => self.put_wide(at, width, bounds, i128::from(number)),
            _ => Err(Refused),
        }
    }

    /// As [`Self::number`], of 128 bits.
    ///
    /// # Errors
    /// As of [`Self::number`].
    pub fn wide(&mut self, number: i128) -> Result<(), Refused> {
        if let Ok(number) = i64::try_from(number) {
            return self.number(number);
        }
        match self.next()? {
            Op::Wide { at, width, bounds } => self.put_wide(at, width, bounds, number),
            _ => Err(Refused),
        }
    }

    #[inline(never)]
    fn put_wide(&mut self, at: u32, width: u8, bounds: u32, number: i128) -> Result<(), Refused> {
        let (lo, hi) = self.binding.wide.get(bounds as usize).ok_or(Refused)?;
        if !(lo..=hi).contains(&&number) {
            return Err(Refused);
        }
        if width == 16 { self.put(at, number.to_le_bytes()) } else { self.put_number(at, width, number as i64) }
    }

    /// The next value is an amount of money, in units of its last digit.
    ///
    /// # Errors
    /// As of [`Self::number`], and when the place takes another currency.
    #[inline]
    pub fn amount(&mut self, units: i64, currency: Currency) -> Result<(), Refused> {
        match self.next()? {
            Op::Number { at, width, lo, hi, currency: Some(own), .. } if own == currency && units >= lo && units <= hi => {
                self.put_number(at, width, units)
            }
            _ => Err(Refused),
        }
    }

    /// The next value is an instant, in seconds since 1970-01-01T00:00Z, with its offset in seconds east of Greenwich.
    ///
    /// # Errors
    /// As of [`Self::number`], and when the offset is a day or more.
    #[inline]
    pub fn datetime(&mut self, instant: i64, offset: i32) -> Result<(), Refused> {
        match self.next()? {
            Op::Datetime { at, lo, hi } if instant >= lo && instant <= hi && offset.unsigned_abs() < 86_400 => {
                self.put(at, instant.to_le_bytes())?;
                self.put(at + 8, offset.to_le_bytes())
            }
            _ => Err(Refused),
        }
    }

    /// The next value is a text, or the name of a time zone.
    ///
    /// # Errors
    /// When there is no place for it, it is too long, or no zone of the rules has the name.
    #[inline]
    pub fn text(&mut self, text: &str) -> Result<(), Refused> {
        match self.next()? {
            Op::Text { at, max } if text.len() <= max as usize || text.chars().count() <= max as usize => {
                let handle = append_text(text, self.arena, Space::Input).map_err(|_| Refused)?;
                self.put(at, handle.0.to_le_bytes())
            }
            Op::Zone { at } => {
                let place = self.binding.zones.iter().position(|zone| **zone == *text).ok_or(Refused)?;
                self.put(at, (place as u16).to_le_bytes())
            }
            _ => Err(Refused),
        }
    }

    /// The next value is a name, by its place among those of the Rust type.
    ///
    /// # Errors
    /// When there is no place for it, or the type has no such name.
    #[inline]
    pub fn name(&mut self, place: usize) -> Result<(), Refused> {
        match self.next()? {
            Op::Name { at, first, count } if place < count as usize => {
                let own = *self.binding.places.get(first as usize + place).ok_or(Refused)?;
                self.put(at, own.to_le_bytes())
            }
            _ => Err(Refused),
        }
    }

    /// The next value is a set of names: bit `n` is the name at place `n` of the Rust type.
    ///
    /// # Errors
    /// When there is no place for it, or the type has no such names.
    #[inline]
    pub fn set(&mut self, bits: u64) -> Result<(), Refused> {
        match self.next()? {
            Op::Set { at, count, same: true, .. } if bits.checked_shr(count).unwrap_or(0) == 0 => self.put(at, bits.to_le_bytes()),
            Op::Set { at, first, count, same: false } if bits.checked_shr(count).unwrap_or(0) == 0 => {
                let places = self.binding.places.get(first as usize..).ok_or(Refused)?;
                let moved = places.iter().take(count as usize).enumerate().map(|(bit, place)| (bits >> bit & 1) << (place & 63));
                let moved: u64 = moved.fold(0, |all, one| all | one);
                self.put(at, moved.to_le_bytes())
            }
            _ => Err(Refused),
        }
    }

    /// The next value is there, and `visit` goes through it.
    ///
    /// # Errors
    /// When there is no place that may be missing, and what `visit` gives.
    #[inline]
    pub fn given(&mut self, visit: impl FnOnce(&mut Self) -> Result<(), Refused>) -> Result<(), Refused> {
        let Op::Optional { at, inner } = self.next()? else { return Err(Refused) };
        let rest = self.ops.as_slice().len().checked_sub(inner as usize).ok_or(Refused)?;
        self.put(at, [1])?;
        visit(self)?;
        if self.ops.as_slice().len() == rest { Ok(()) } else { Err(Refused) }
    }

    /// The next value is missing.
    ///
    /// # Errors
    /// When there is no place that may be missing.
    #[inline]
    pub fn missing(&mut self) -> Result<(), Refused> {
        let Op::Optional { inner, .. } = self.next()? else { return Err(Refused) };
        self.ops = self.ops.as_slice().get(inner as usize..).ok_or(Refused)?.iter();
        Ok(())
    }

    /// The next value is a list of so many elements; `visit` goes through the one at a place, counted from 0.
    ///
    /// # Errors
    /// When there is no place for it, it is too long or too short, and what `visit` gives.
    pub fn list(&mut self, length: usize, mut visit: impl FnMut(usize, &mut Self) -> Result<(), Refused>) -> Result<(), Refused> {
        let Op::List { at, inner, stride, align, min, max } = self.next()? else { return Err(Refused) };
        let (start, stride) = (self.work.len(), stride as usize);
        let bytes = length.checked_mul(stride).filter(|bytes| start.saturating_add(*bytes) <= MAX_WORK).ok_or(Refused)?;
        if length < min as usize || length > max as usize {
            return Err(Refused);
        }
        let (element, rest) = self.ops.as_slice().split_at_checked(inner as usize).ok_or(Refused)?;
        self.work.resize(start + bytes, 0);
        let base = std::mem::replace(&mut self.base, start);
        for place in 0..length {
            self.ops = element.iter();
            visit(place, self)?;
            self.finish()?;
            self.base += stride;
        }
        (self.base, self.ops) = (base, rest.iter());
        let handle = self.append(start, usize::from(align), length)?;
        self.put(at, handle.0.to_le_bytes())
    }

    /// Moves the elements behind `start` from the work space into the arena.
    #[inline]
    fn append(&mut self, start: usize, align: usize, length: usize) -> Result<Handle, Refused> {
        let offset = self.arena.len().next_multiple_of(align.max(1));
        let end = offset.saturating_add(self.work.len() - start);
        if length >= 1 << Handle::LENGTH_BITS || u32::try_from(end).is_err() {
            return Err(Refused);
        }
        self.arena.resize(offset, 0);
        self.arena.extend_from_slice(&self.work[start..]);
        self.work.truncate(start);
        Ok(Handle::new(Space::Input, offset as u32, length as u32))
    }
}
