//! Lists that are built as a whole: sorted, without repeats, by neighbours, by groups.
//!
//! Elements are copied as they lie; only where a record of neighbours or of a group stores a number in fewer bytes than a list does is it written
//! anew. What code could not have passed gives an empty list, so that nothing here can panic.

use std::collections::{HashMap, HashSet};

use super::{NO_ROOM, memory};
use crate::abi::Context;
use crate::layout::{Handle, Shape, Space, Struct};
use crate::memory::Memory;
use crate::types::Type;

/// How many bytes the results of lists are aligned to.
const ALIGN: u64 = 8;

pub(super) unsafe extern "C" fn numbers(context: *mut Context, from: i64, to: i64) -> u64 {
    let count = i128::from(to) - i128::from(from) + 1;
    let count = u64::try_from(count).unwrap_or(0);
    // SAFETY: code passes on the context it was entered with.
    unsafe {
        build(context, count, 8, |_, out| {
            for (cell, number) in out.chunks_exact_mut(8).zip(from..=to) {
                cell.copy_from_slice(&number.to_le_bytes());
            }
        })
    }
}

pub(super) unsafe extern "C" fn sort(context: *mut Context, list: u64, stride: u64, keys: *const u8, kind: u64) -> u64 {
    let count = u64::from(Handle(list).length());
    let width = if kind == 0 { 16 } else { 8 };
    // SAFETY: code passes the address of one key for each element.
    let keys = unsafe { std::slice::from_raw_parts(keys, count as usize * width) };
    // SAFETY: code passes on the context it was entered with.
    unsafe {
        build(context, count, stride, |memory, out| {
            let order = if kind == 0 { by_numbers(keys) } else { by_texts(keys, memory) };
            let elements = elements(list, stride, memory);
            for (cell, place) in out.chunks_exact_mut(stride as usize).zip(order) {
                copy(cell, piece(elements, place, stride));
            }
        })
    }
}

/// The places of keys in their order; equal ones stay as they are.
fn by_numbers(keys: &[u8]) -> Vec<usize> {
    let (keys, _) = keys.as_chunks::<16>();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|place| i128::from_le_bytes(keys[*place]));
    order
}

fn by_texts(keys: &[u8], memory: &Memory<'_>) -> Vec<usize> {
    let (keys, _) = keys.as_chunks::<8>();
    let texts: Vec<&[u8]> = keys.iter().map(|key| bytes(u64::from_le_bytes(*key), 1, memory)).collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    // The order of UTF-8 bytes is that of the code points.
    order.sort_by_key(|place| texts[*place]);
    order
}

pub(super) unsafe extern "C" fn distinct(context: *mut Context, list: u64, ty: u64) -> u64 {
    // SAFETY: code passes on the context it was entered with.
    let Some((ty, types)) = (unsafe { listed(context, ty) }) else { return Handle::default().0 };
    let shape = Shape::element(ty, types);
    let stride = u64::from(shape.stride());
    // SAFETY: as above.
    let kept: Vec<usize> = unsafe {
        let memory = memory(context);
        let elements = elements(list, stride, &memory);
        let mut known = HashSet::new();
        (0..Handle(list).length() as usize)
            .filter(|place| known.insert(identity(&shape, piece(elements, *place, stride), &memory)))
            .collect()
    };
    // SAFETY: as above.
    unsafe {
        build(context, kept.len() as u64, stride, |memory, out| {
            let elements = elements(list, stride, memory);
            for (cell, place) in out.chunks_exact_mut(stride as usize).zip(&kept) {
                copy(cell, piece(elements, *place, stride));
            }
        })
    }
}

pub(super) unsafe extern "C" fn pairs(context: *mut Context, list: u64, ty: u64) -> u64 {
    // SAFETY: code passes on the context it was entered with.
    let Some((Type::Record(id), types)) = (unsafe { listed(context, ty) }) else { return Handle::default().0 };
    let (record, Some(field)) = (Struct::of_record(*id, types), types.record(*id).fields.first()) else { return Handle::default().0 };
    let shape = Shape::element(&field.ty, types);
    let stride = u64::from(shape.stride());
    let count = u64::from(Handle(list).length()).saturating_sub(1);
    // SAFETY: as above.
    unsafe {
        build(context, count, u64::from(record.size.max(1)), |memory, out| {
            let elements = elements(list, stride, memory);
            for (place, cell) in out.chunks_exact_mut(record.size.max(1) as usize).enumerate() {
                for (member, (offset, wanted)) in record.members.iter().enumerate() {
                    recast(&shape, piece(elements, place + member, stride), wanted, part(cell, *offset));
                }
            }
        })
    }
}

pub(super) unsafe extern "C" fn flatten(context: *mut Context, lists: u64, stride: u64) -> u64 {
    // SAFETY: code passes on the context it was entered with.
    let (inner, total) = unsafe {
        let memory = memory(context);
        let (handles, _) = bytes(lists, 8, &memory).as_chunks::<8>();
        let inner: Vec<u64> = handles.iter().map(|handle| u64::from_le_bytes(*handle)).collect();
        let total = inner.iter().map(|handle| u64::from(Handle(*handle).length())).sum();
        (inner, total)
    };
    // SAFETY: as above.
    unsafe {
        build(context, total, stride, |memory, out| {
            let mut rest = out;
            for list in &inner {
                let from = elements(*list, stride, memory);
                let (cell, behind) = rest.split_at_mut(from.len().min(rest.len()));
                copy(cell, from);
                rest = behind;
            }
        })
    }
}

pub(super) unsafe extern "C" fn groups(context: *mut Context, list: u64, keys: *const u8, ty: u64) -> u64 {
    // SAFETY: code passes on the context it was entered with.
    let Some((Type::Record(id), types)) = (unsafe { listed(context, ty) }) else { return Handle::default().0 };
    let [key, items] = types.record(*id).fields.as_slice() else { return Handle::default().0 };
    let Type::List { element, .. } = &items.ty else { return Handle::default().0 };
    let (key_shape, shape) = (Shape::element(&key.ty, types), Shape::element(element, types));
    let (key_stride, stride) = (u64::from(key_shape.stride()), u64::from(shape.stride()));
    let count = Handle(list).length() as usize;
    // SAFETY: code passes the address of one key for each element.
    let keys = unsafe { std::slice::from_raw_parts(keys, count * key_stride as usize) };
    // SAFETY: as above.
    let members = unsafe { by_keys(keys, &key_shape, &memory(context)) };
    let mut handles = Vec::with_capacity(members.len());
    for places in &members {
        // SAFETY: as above.
        let handle = unsafe {
            build(context, places.len() as u64, stride, |memory, out| {
                let elements = elements(list, stride, memory);
                for (cell, place) in out.chunks_exact_mut(stride as usize).zip(places) {
                    copy(cell, piece(elements, *place, stride));
                }
            })
        };
        if handle == NO_ROOM {
            return NO_ROOM;
        }
        handles.push(handle);
    }
    let record = Struct::of_record(*id, types);
    let [(key_at, wanted), (items_at, _)] = record.members.as_slice() else { return Handle::default().0 };
    // SAFETY: as above.
    unsafe {
        build(context, members.len() as u64, u64::from(record.size.max(1)), |_, out| {
            for (cell, (places, handle)) in out.chunks_exact_mut(record.size.max(1) as usize).zip(members.iter().zip(&handles)) {
                let first = places.first().copied().unwrap_or(0);
                recast(&key_shape, piece(keys, first, key_stride), wanted, part(cell, *key_at));
                copy(part(cell, *items_at), &handle.to_le_bytes());
            }
        })
    }
}

/// The places of the elements of each group, in the order of the first of each.
fn by_keys(keys: &[u8], shape: &Shape, memory: &Memory<'_>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
    for (place, key) in keys.chunks_exact(shape.stride() as usize).enumerate() {
        let group = *known.entry(identity(shape, key, memory)).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(members) => members.push(place),
            None => groups.push(vec![place]),
        }
    }
    groups
}

/// Bytes that are the same for values that are equal part by part, and for no others of the shape.
fn identity(shape: &Shape, value: &[u8], memory: &Memory<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    add_identity(shape, value, memory, &mut out);
    out
}

fn add_identity(shape: &Shape, value: &[u8], memory: &Memory<'_>, out: &mut Vec<u8>) {
    let handle = || value.first_chunk().map_or(0, |handle| u64::from_le_bytes(*handle));
    match shape {
        // Instants are equal whatever their offsets.
        Shape::Datetime => out.extend(value.iter().take(8)),
        Shape::Text => {
            out.extend(Handle(handle()).length().to_le_bytes());
            out.extend(bytes(handle(), 1, memory));
        }
        Shape::List(element) => {
            out.extend(Handle(handle()).length().to_le_bytes());
            let stride = u64::from(element.stride());
            bytes(handle(), stride, memory).chunks_exact(stride as usize).for_each(|one| add_identity(element, one, memory, out));
        }
        Shape::Record(fields) => {
            for (offset, shape) in &fields.members {
                add_identity(shape, value.get(*offset as usize..).unwrap_or_default(), memory, out);
            }
        }
        Shape::Optional { inner, offset } => {
            let there = value.first().copied().unwrap_or(0);
            out.push(there);
            if there != 0 {
                add_identity(inner, value.get(*offset as usize..).unwrap_or_default(), memory, out);
            }
        }
        other => out.extend(value.iter().take(other.size() as usize)),
    }
}

/// Writes a value of one shape as another, which holds it.
fn recast(from: &Shape, value: &[u8], to: &Shape, out: &mut [u8]) {
    match (from, to) {
        (Shape::Int { bytes, signed }, Shape::Int { bytes: wanted, .. }) if bytes != wanted => {
            let negative = *signed && value.get(usize::from(*bytes) - 1).is_some_and(|byte| byte & 0x80 != 0);
            out.iter_mut().take(usize::from(*wanted)).for_each(|byte| *byte = if negative { 0xff } else { 0 });
            copy(out, value.get(..usize::from(*wanted).min(usize::from(*bytes))).unwrap_or_default());
        }
        (Shape::Optional { inner, offset }, Shape::Optional { inner: wanted, offset: at }) if from != to => {
            let there = value.first().copied().unwrap_or(0);
            out.iter_mut().take(to.size() as usize).for_each(|byte| *byte = 0);
            copy(out, &[there]);
            if there != 0 {
                recast(inner, value.get(*offset as usize..).unwrap_or_default(), wanted, part(out, *at));
            }
        }
        _ => copy(out, value.get(..to.size() as usize).unwrap_or_default()),
    }
}

/// Copies as many bytes as both have.
fn copy(to: &mut [u8], from: &[u8]) {
    let length = to.len().min(from.len());
    to[..length].copy_from_slice(&from[..length]);
}

fn part(bytes: &mut [u8], offset: u32) -> &mut [u8] {
    bytes.get_mut(offset as usize..).unwrap_or_default()
}

/// The bytes of one element.
fn piece(elements: &[u8], place: usize, stride: u64) -> &[u8] {
    let start = place * stride as usize;
    elements.get(start..start + stride as usize).unwrap_or_default()
}

/// What a handle points at, of elements of some size.
fn bytes<'a>(handle: u64, stride: u64, memory: &Memory<'a>) -> &'a [u8] {
    let handle = Handle(handle);
    memory.bytes(handle.space(), handle.offset() as usize, handle.length() as usize * stride as usize).unwrap_or_default()
}

fn elements<'a>(list: u64, stride: u64, memory: &Memory<'a>) -> &'a [u8] {
    bytes(list, stride, memory)
}

/// A type by the place that code passes.
///
/// # Safety
/// The context must be one that code was entered with.
unsafe fn listed<'a>(context: *const Context, place: u64) -> Option<(&'a Type, &'a crate::types::Types)> {
    // SAFETY: the program of such a context is a valid reference for the whole call.
    let program = unsafe { &*(*context).program };
    program.listed.get(place as usize).map(|ty| (ty, &program.types))
}

/// A list of `count` elements that `fill` writes, at the end of scratch; its handle, or [`NO_ROOM`].
///
/// # Safety
/// The context must be one that code was entered with, and nothing may borrow its scratch.
pub(super) unsafe fn build(context: *mut Context, count: u64, stride: u64, fill: impl FnOnce(&Memory<'_>, &mut [u8])) -> u64 {
    // SAFETY: the context is valid by contract.
    let (start, cap) = unsafe { ((*context).scratch_len.next_multiple_of(ALIGN), (*context).scratch_cap) };
    let end = count.checked_mul(stride).and_then(|bytes| start.checked_add(bytes));
    let Some(end) = end.filter(|end| *end <= cap && count < 1 << Handle::LENGTH_BITS) else { return NO_ROOM };
    // SAFETY: what was written to scratch before ends at or before `start`, and the bytes from there to `end` lie below its capacity.
    unsafe {
        let memory = memory(context);
        let out = std::slice::from_raw_parts_mut((*context).scratch.add(start as usize), (end - start) as usize);
        fill(&memory, out);
        (*context).scratch_len = end;
    }
    Handle::new(Space::Scratch, start as u32, count as u32).0
}
