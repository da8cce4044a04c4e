//! Writes a recording as native code does: bits of sites, slots, frames of elements and of called decisions.

use axtrace_runtime::layout::{Handle, Shape, Space, Struct};
use axtrace_runtime::memory::{MemoryError, write_value};
use axtrace_runtime::meta::{DecisionMeta, FrameMeta, SiteId, SlotId};
use axtrace_runtime::types::Types;
use axtrace_runtime::value::Value;

/// Where a frame lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Frame 0 of the decision that was asked for.
    Top,
    /// At an offset of scratch.
    Scratch(usize),
}

/// The memory of a recording while it is written. Nothing is written when it is off.
#[derive(Debug)]
pub(super) struct Recorder<'p> {
    pub(super) on: bool,
    pub(super) top: Vec<u8>,
    pub(super) scratch: Vec<u8>,
    limit: usize,
    types: &'p Types,
}

impl<'p> Recorder<'p> {
    pub(super) fn new(on: bool, limit: usize, types: &'p Types) -> Self {
        Self { on, top: Vec::new(), scratch: Vec::new(), limit, types }
    }

    /// Makes room for `count` frames of one layout in scratch, all zero.
    pub(super) fn reserve(&mut self, layout: &Struct, count: usize) -> Result<usize, MemoryError> {
        if !self.on {
            return Ok(0);
        }
        let start = self.scratch.len().next_multiple_of(layout.align.max(1) as usize);
        let end = (layout.size as usize).checked_mul(count).and_then(|bytes| bytes.checked_add(start)).ok_or(MemoryError::TooLarge)?;
        self.check(end)?;
        self.scratch.resize(end, 0);
        Ok(start)
    }

    fn check(&self, end: usize) -> Result<(), MemoryError> {
        if end > self.limit || u32::try_from(end).is_err() { Err(MemoryError::TooLarge) } else { Ok(()) }
    }

    /// Sets the two bits of a site.
    pub(super) fn set_bits(&mut self, meta: &DecisionMeta, places: &[Place], site: SiteId, bits: u8) {
        let site = &meta.sites[site.index()];
        let (byte, shift) = (site.place as usize / 4, site.place % 4 * 2);
        if let Some(cell) = self.frame_at(places[site.frame.index()]).get_mut(byte) {
            *cell = *cell & !(3 << shift) | (bits & 3) << shift;
        }
    }

    /// Stores the value of a slot.
    pub(super) fn set_slot(&mut self, meta: &DecisionMeta, places: &[Place], slot: SlotId, value: &Value) -> Result<(), MemoryError> {
        let Some(frame) = self.writable(meta, slot) else { return Ok(()) };
        let (offset, shape) = member(frame, slot)?;
        let mut bytes = vec![0; shape.size() as usize];
        let ty = &frame.slots[slot.index as usize];
        write_value(value, ty, shape, &mut bytes, &mut self.scratch, Space::Scratch, self.types)?;
        self.check(self.scratch.len())?;
        self.put(places[slot.frame.index()], offset, &bytes)
    }

    /// Stores the handle of `count` frames that begin at an offset of scratch.
    pub(super) fn set_handle(
        &mut self,
        meta: &DecisionMeta,
        places: &[Place],
        slot: SlotId,
        start: usize,
        count: usize,
    ) -> Result<(), MemoryError> {
        let Some(frame) = self.writable(meta, slot) else { return Ok(()) };
        let (offset, _) = member(frame, slot)?;
        let handle = Handle::new(Space::Scratch, start as u32, count as u32);
        self.put(places[slot.frame.index()], offset, &handle.0.to_le_bytes())
    }

    fn writable<'m>(&self, meta: &'m DecisionMeta, slot: SlotId) -> Option<&'m FrameMeta> {
        meta.frames.get(slot.frame.index()).filter(|_| self.on)
    }

    fn put(&mut self, place: Place, offset: usize, bytes: &[u8]) -> Result<(), MemoryError> {
        let cell = self.frame_at(place).get_mut(offset..offset + bytes.len()).ok_or(MemoryError::OutOfBounds)?;
        cell.copy_from_slice(bytes);
        Ok(())
    }

    /// The bytes from the beginning of a frame on; none when nothing is recorded.
    fn frame_at(&mut self, place: Place) -> &mut [u8] {
        match place {
            _ if !self.on => &mut [],
            Place::Top => &mut self.top,
            Place::Scratch(offset) => self.scratch.get_mut(offset..).unwrap_or_default(),
        }
    }
}

fn member(frame: &FrameMeta, slot: SlotId) -> Result<(usize, &Shape), MemoryError> {
    let (offset, shape) = frame.layout.members.get(slot.index as usize).ok_or(MemoryError::OutOfBounds)?;
    Ok((*offset as usize, shape))
}
