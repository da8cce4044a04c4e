//! The fast pass: JSON text to row bytes in one go, or the news that something is wrong.

use super::plan::{Field, List, Node, Object, Plan, same};
use super::scalar::{self, Refused};
use super::scan::{Cursor, LoneSurrogate, Syntax};
use crate::layout::{Handle, Space};
use crate::memory::Batch;

/// The most bytes that the row and the open lists of one input take.
const MAX_WORK: usize = 1 << 30;

/// Why the pass stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The input has a problem; the second pass says which.
    Wrong,
    /// There is no room for the input.
    NoRoom,
}

impl From<Syntax> for Stop {
    #[cold]
    fn from(_: Syntax) -> Self {
        Self::Wrong
    }
}

impl From<LoneSurrogate> for Stop {
    fn from(_: LoneSurrogate) -> Self {
        Self::Wrong
    }
}

impl From<Refused> for Stop {
    fn from(_: Refused) -> Self {
        Self::Wrong
    }
}

/// Reads one input into the work space and the arena of a batch.
pub(super) fn read(plan: &Plan, row: usize, json: &[u8], batch: &mut Batch) -> Result<(), Stop> {
    let (work, arena) = (&mut batch.work, &mut batch.arena);
    work.resize(row, 0);
    let mut pass = Pass { plan, cursor: Cursor::new(json), work, arena };
    pass.cursor.skip_space();
    pass.object(&plan.root, 0)?;
    pass.cursor.finish()?;
    // Bytes beyond ASCII were met in strings alone, and none of those was cut in two, so this check may come last.
    if pass.cursor.beyond_ascii && std::str::from_utf8(json).is_err() {
        return Err(Stop::Wrong);
    }
    Ok(())
}

pub(super) struct Pass<'r, 'j> {
    pub(super) plan: &'r Plan,
    pub(super) cursor: Cursor<'j>,
    /// The row, and behind it the elements of the lists that are open.
    pub(super) work: &'r mut Vec<u8>,
    pub(super) arena: &'r mut Vec<u8>,
}

/// Which fields of an object were met.
struct Seen {
    first: u64,
    /// The words after the first; almost no record has so many fields.
    more: Vec<u64>,
}

impl Seen {
    fn of(object: &Object) -> Self {
        Self { first: 0, more: vec![0; object.required.len().saturating_sub(1)] }
    }

    /// Notes a field; false when it was there already.
    #[inline(always)]
    fn insert(&mut self, field: usize) -> bool {
        let word = if field < 64 { &mut self.first } else { &mut self.more[field / 64 - 1] };
        let bit = 1 << (field % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    #[inline(always)]
    fn has_all(&self, required: &[u64]) -> bool {
        let Some((first, more)) = required.split_first() else { return true };
        self.first & first == *first && more.iter().zip(&self.more).all(|(needed, seen)| seen & needed == *needed)
    }
}

impl Pass<'_, '_> {
    fn object(&mut self, object: &Object, base: usize) -> Result<(), Stop> {
        let mut seen = Seen::of(object);
        let mut next = 0;
        let mut closed = self.cursor.open(b'{', b'}')?;
        while !closed {
            match self.key(object, next)? {
                Some(place) => {
                    let field = object.fields.get(place).filter(|_| seen.insert(place)).ok_or(Stop::Wrong)?;
                    self.node(&field.node, base + field.at)?;
                    next = place + 1;
                }
                None => self.cursor.skip_value()?,
            }
            closed = self.cursor.closes(b'}')?;
        }
        if seen.has_all(&object.required) { Ok(()) } else { Err(Stop::Wrong) }
    }

    /// Takes a key up to its value; answers with its field. Fields mostly come in declared order, so the next one is tried first.
    #[inline(always)]
    fn key(&mut self, object: &Object, next: usize) -> Result<Option<usize>, Stop> {
        if let Some(Field { key, .. }) = object.fields.get(next)
            && !key.is_empty()
            && self.cursor.bytes.get(self.cursor.at..self.cursor.at + key.len()).is_some_and(|here| same(here, key))
        {
            self.cursor.at += key.len();
            self.cursor.skip_space();
            return Ok(Some(next));
        }
        self.other_key(object)
    }

    #[inline(never)]
    fn other_key(&mut self, object: &Object) -> Result<Option<usize>, Stop> {
        let raw = self.cursor.any_key()?;
        let name = scalar::meaning(raw).map_err(|_| Stop::Wrong)?;
        match object.names.place(&name) {
            Some(place) => Ok(Some(place as usize)),
            None if object.open => Ok(None),
            None => Err(Stop::Wrong),
        }
    }

    pub(super) fn node(&mut self, node: &Node, at: usize) -> Result<(), Stop> {
        match node {
            Node::Boolean => self.boolean(at),
            Node::Number { scale, lo, hi, .. } => match self.cursor.quick_number(*scale) {
                Some(number) if number >= *lo && number <= *hi => self.put_number(node, number, at),
                Some(_) => Err(Stop::Wrong),
                None => self.slow_number(node, at),
            },
            Node::Scalar { scalar, width } => {
                let number = scalar::read(&mut self.cursor, scalar)?;
                self.put_wide(number, *width, at);
                Ok(())
            }
            Node::Datetime(scalar) => {
                let read = scalar::read_datetime(&mut self.cursor, scalar, &self.plan.rules)?;
                self.put(at, read.instant.to_le_bytes());
                self.put(at + 8, read.offset.to_le_bytes());
                Ok(())
            }
            Node::Text { max } => self.text(*max, at),
            Node::Enum(id) => self.enum_name(*id, at),
            Node::Set(id) => self.set(*id, at),
            Node::Zone => self.zone(at),
            Node::Record(id) => self.object(&self.plan.records[*id], at),
            Node::List(list) => self.list(list, at),
            Node::Optional { inner, offset } => self.optional(inner, at, *offset),
            Node::Never => Err(Stop::Wrong),
        }
    }

    #[inline(always)]
    pub(super) fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        self.work[at..at + N].copy_from_slice(&bytes);
    }

    #[inline(always)]
    fn put_number(&mut self, node: &Node, number: i64, at: usize) -> Result<(), Stop> {
        let Node::Number { width, .. } = node else { return Err(Stop::Wrong) };
        match width {
            1 => self.put(at, [number as u8]),
            2 => self.put(at, (number as u16).to_le_bytes()),
            4 => self.put(at, (number as u32).to_le_bytes()),
            _ => self.put(at, number.to_le_bytes()),
        }
        Ok(())
    }

    #[inline(never)]
    fn slow_number(&mut self, node: &Node, at: usize) -> Result<(), Stop> {
        let Node::Number { scalar, width, .. } = node else { return Err(Stop::Wrong) };
        let number = scalar::read(&mut self.cursor, scalar)?;
        self.put_wide(number, *width, at);
        Ok(())
    }

    pub(super) fn put_wide(&mut self, number: i128, width: u8, at: usize) {
        match width {
            1 => self.put(at, [number as u8]),
            2 => self.put(at, (number as u16).to_le_bytes()),
            4 => self.put(at, (number as u32).to_le_bytes()),
            8 => self.put(at, (number as u64).to_le_bytes()),
            _ => self.put(at, number.to_le_bytes()),
        }
    }

    fn boolean(&mut self, at: usize) -> Result<(), Stop> {
        let value = self.cursor.peek() == b't';
        self.cursor.word(if value { "true" } else { "false" })?;
        self.put(at, [u8::from(value)]);
        Ok(())
    }

    fn optional(&mut self, inner: &Node, at: usize, offset: usize) -> Result<(), Stop> {
        if self.cursor.peek() == b'n' {
            // The bytes of a missing value are 0, as they are already.
            return Ok(self.cursor.word("null")?);
        }
        self.put(at, [1]);
        self.node(inner, at + offset)
    }

    fn text(&mut self, max: usize, at: usize) -> Result<(), Stop> {
        let raw = self.cursor.string()?;
        let start = self.arena.len();
        if raw.escaped {
            raw.unescape(self.arena)?;
        } else {
            self.arena.extend_from_slice(raw.bytes);
        }
        let text = &self.arena[start..];
        // No text has more characters than bytes.
        if text.len() > max && characters(text) > max {
            return Err(Stop::Wrong);
        }
        let handle = handle(start, text.len(), text.len())?;
        self.put(at, handle.0.to_le_bytes());
        Ok(())
    }

    fn enum_name(&mut self, id: usize, at: usize) -> Result<(), Stop> {
        let place = self.name(id)?;
        self.put(at, (place as u16).to_le_bytes());
        Ok(())
    }

    #[inline(always)]
    fn name(&mut self, id: usize) -> Result<u32, Stop> {
        let raw = self.cursor.string()?;
        let names = &self.plan.enums[id];
        let place = if raw.escaped { names.place(&scalar::meaning(raw).map_err(|_| Stop::Wrong)?) } else { names.place(raw.bytes) };
        place.ok_or(Stop::Wrong)
    }

    fn set(&mut self, id: usize, at: usize) -> Result<(), Stop> {
        let mut bits = 0_u64;
        let mut closed = self.cursor.open(b'[', b']')?;
        while !closed {
            let bit = 1_u64.checked_shl(self.name(id)?).ok_or(Stop::Wrong)?;
            if bits & bit != 0 {
                return Err(Stop::Wrong);
            }
            bits |= bit;
            closed = self.cursor.closes(b']')?;
        }
        self.put(at, bits.to_le_bytes());
        Ok(())
    }

    fn zone(&mut self, at: usize) -> Result<(), Stop> {
        let raw = self.cursor.string()?;
        let name = scalar::meaning(raw).map_err(|_| Stop::Wrong)?;
        let place = self.plan.zones.place(&name).ok_or(Stop::Wrong)?;
        self.put(at, (place as u16).to_le_bytes());
        Ok(())
    }

    fn list(&mut self, list: &List, at: usize) -> Result<(), Stop> {
        let base = self.work.len();
        let mut count = 0;
        let mut closed = self.cursor.open(b'[', b']')?;
        while !closed {
            let place = self.work.len();
            if count == list.max {
                return Err(Stop::Wrong);
            }
            if place + list.stride > MAX_WORK {
                return Err(Stop::NoRoom);
            }
            self.work.resize(place + list.stride, 0);
            self.node(&list.element, place)?;
            count += 1;
            closed = self.cursor.closes(b']')?;
        }
        if count < list.min {
            return Err(Stop::Wrong);
        }
        let handle = self.close_list(list, base, count)?;
        self.put(at, handle.0.to_le_bytes());
        Ok(())
    }

    /// Moves the elements of a list from the work space to the arena.
    fn close_list(&mut self, list: &List, base: usize, count: usize) -> Result<Handle, Stop> {
        let start = self.arena.len().next_multiple_of(list.align);
        let handle = handle(start, count, self.work.len() - base)?;
        self.arena.resize(start, 0);
        self.arena.extend_from_slice(&self.work[base..]);
        self.work.truncate(base);
        Ok(handle)
    }
}

#[inline(always)]
pub(super) fn handle(start: usize, length: usize, bytes: usize) -> Result<Handle, Stop> {
    if start + bytes > u32::MAX as usize || length >= 1 << Handle::LENGTH_BITS {
        return Err(Stop::NoRoom);
    }
    Ok(Handle::new(Space::Input, start as u32, length as u32))
}

/// How many characters UTF-8 bytes have.
pub(super) fn characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}
