//! Functions of texts and lists that native code calls.
//!
//! # Safety
//! Each is called by code alone, which passes on the context it was entered with, and handles that lie within its spaces.

use std::cmp::Ordering;

use super::{NO_ROOM, NOTHING, append, memory, text_bytes};
use crate::abi::Context;
use crate::layout::{Handle, Space};
use crate::text_functions as functions;

/// The letters that a handle points at; none if they are no text.
///
/// # Safety
/// As [`text_bytes`].
unsafe fn text<'a>(context: *const Context, handle: u64) -> &'a str {
    // SAFETY: the contract is the same.
    std::str::from_utf8(unsafe { text_bytes(context, handle) }).unwrap_or("")
}

pub(super) unsafe extern "C" fn text_order(context: *const Context, left: u64, right: u64) -> i64 {
    // SAFETY: code passes on its context, and handles of its spaces.
    let (left, right) = unsafe { (text_bytes(context, left), text_bytes(context, right)) };
    // UTF-8 is ordered as the code points are.
    match left.cmp(right) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

pub(super) unsafe extern "C" fn starts_with(context: *const Context, whole: u64, part: u64) -> u64 {
    // SAFETY: code passes on its context, and handles of its spaces.
    let (whole, part) = unsafe { (text_bytes(context, whole), text_bytes(context, part)) };
    u64::from(whole.starts_with(part))
}

pub(super) unsafe extern "C" fn ends_with(context: *const Context, whole: u64, part: u64) -> u64 {
    // SAFETY: code passes on its context, and handles of its spaces.
    let (whole, part) = unsafe { (text_bytes(context, whole), text_bytes(context, part)) };
    u64::from(whole.ends_with(part))
}

pub(super) unsafe extern "C" fn contains(context: *const Context, whole: u64, part: u64) -> u64 {
    // SAFETY: code passes on its context, and handles of its spaces.
    let (whole, part) = unsafe { (text(context, whole), text(context, part)) };
    u64::from(whole.contains(part))
}

pub(super) unsafe extern "C" fn matches(context: *const Context, whole: u64, pattern: u64) -> u64 {
    // SAFETY: code passes on its context, whose program is a valid reference for the whole call.
    let program = unsafe { &*(*context).program };
    // SAFETY: code passes on its context, and a handle of its spaces.
    let whole = unsafe { text(context, whole) };
    program.patterns.get(pattern as usize).map_or(0, |pattern| u64::from(pattern.matches(whole)))
}

pub(super) unsafe extern "C" fn length_of(context: *const Context, handle: u64) -> u64 {
    // SAFETY: code passes on its context, and a handle of its spaces.
    u64::from(functions::length(unsafe { text(context, handle) }))
}

pub(super) unsafe extern "C" fn lower(context: *mut Context, handle: u64) -> u64 {
    // SAFETY: code passes on its context, and a handle of its spaces.
    let changed = functions::lower(unsafe { text(context, handle) });
    // SAFETY: code passes on its context, and a handle of its spaces; nothing borrows them any more.
    unsafe { unless_same(context, handle, &changed) }
}

pub(super) unsafe extern "C" fn upper(context: *mut Context, handle: u64) -> u64 {
    // SAFETY: code passes on its context, and a handle of its spaces.
    let changed = functions::upper(unsafe { text(context, handle) });
    // SAFETY: code passes on its context, and a handle of its spaces; nothing borrows them any more.
    unsafe { unless_same(context, handle, &changed) }
}

/// The handle of a text in scratch, or that of the text it was made of if they are the same.
///
/// # Safety
/// As [`text_bytes`] and [`append`].
unsafe fn unless_same(context: *mut Context, handle: u64, changed: &str) -> u64 {
    // SAFETY: the contracts are the same, and the comparison is over when scratch is written.
    unsafe { if text_bytes(context, handle) == changed.as_bytes() { handle } else { append(context, changed.as_bytes()) } }
}

pub(super) unsafe extern "C" fn trim(context: *const Context, handle: u64) -> u64 {
    // SAFETY: code passes on its context, and a handle of its spaces.
    let whole = unsafe { text(context, handle) };
    let before = whole.len() - whole.trim_start().len();
    part(Handle(handle), before, functions::trim(whole).len()).0
}

/// The handle of a part of a text.
fn part(of: Handle, from: usize, length: usize) -> Handle {
    of.space().map_or(of, |space| Handle::new(space, of.offset() + from as u32, length as u32))
}

pub(super) unsafe extern "C" fn characters(context: *mut Context, handle: u64) -> u64 {
    // SAFETY: code passes on its context, and a handle of its spaces.
    let whole = unsafe { text(context, handle) };
    let count = functions::length(whole);
    // SAFETY: the context is the one code was entered with, and only its own bytes are borrowed.
    let (used, capacity) = unsafe { ((*context).scratch_len, (*context).scratch_cap) };
    let begin = used.next_multiple_of(8);
    let end = begin + 8 * u64::from(count);
    if end > capacity {
        return NO_ROOM;
    }
    // SAFETY: scratch has `scratch_cap` bytes, `end` is not beyond them, and the text lies before `begin` where it lies in scratch.
    let mut at = unsafe { (*context).scratch.add(begin as usize) };
    for (from, letter) in whole.char_indices() {
        let one = part(Handle(handle), from, letter.len_utf8()).0.to_le_bytes();
        // SAFETY: there is room for 8 bytes for each letter.
        at = unsafe {
            at.copy_from_nonoverlapping(one.as_ptr(), one.len());
            at.add(one.len())
        };
    }
    // SAFETY: as above.
    unsafe { (*context).scratch_len = end };
    Handle::new(Space::Scratch, begin as u32, count).0
}

pub(super) unsafe extern "C" fn to_decimal(context: *const Context, handle: u64, places: u64) -> i64 {
    // SAFETY: code passes on its context, and a handle of its spaces.
    let text = unsafe { text(context, handle) };
    functions::to_decimal(text, places.min(18) as u32).unwrap_or(NOTHING)
}

pub(super) unsafe extern "C" fn to_date(context: *const Context, handle: u64, format: u64) -> i64 {
    // SAFETY: code passes on its context, and handles of its spaces.
    let (text, format) = unsafe { (text(context, handle), text(context, format)) };
    functions::to_date(text, format).map_or(NOTHING, i64::from)
}

pub(super) unsafe extern "C" fn lists_equal(context: *const Context, left: u64, right: u64, plan: u64) -> u64 {
    // SAFETY: code passes on its context, whose program is a valid reference for the whole call.
    let program = unsafe { &*(*context).program };
    // SAFETY: code passes on its context.
    let memory = unsafe { memory(context) };
    let plan = program.plans.get(plan as usize);
    plan.map_or(0, |plan| u64::from(plan.holds(&left.to_le_bytes(), &right.to_le_bytes(), &memory)))
}
