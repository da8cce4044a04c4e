//! What native code and the runtime agree on: the context, the table of helpers, and the shape of an entry point.
//!
//! Generated code reaches everything outside of itself through a [`Context`]: inputs, constants and scratch through base pointers, helpers
//! through a table. It has no relocations but to itself, so it can be mapped anywhere. Offsets are those of a 64-bit target, where every
//! member takes 8 bytes.

use crate::helpers::Helpers;
use crate::meta::ProgramMeta;

/// What an entry point is given besides rows. The first three members are the bases of the three [`Space`](crate::layout::Space)s in order,
/// so that code finds the base of a handle at `8 * space`.
#[repr(C)]
#[derive(Debug)]
pub struct Context {
    /// The arena of the input.
    pub input: *const u8,
    /// The constants of the program.
    pub constants: *const u8,
    /// The scratch arena.
    pub scratch: *mut u8,
    /// How many bytes of scratch are taken.
    pub scratch_len: u64,
    /// How many bytes of scratch there are.
    pub scratch_cap: u64,
    /// The helpers.
    pub helpers: *const Helpers,
    /// The program, for helpers.
    pub program: *const ProgramMeta,
    /// How many bytes the arena of the input has, for helpers.
    pub input_len: u64,
}

/// Offset of [`Context::constants`].
pub const CONTEXT_CONSTANTS: i32 = 8;
/// Offset of [`Context::scratch`].
pub const CONTEXT_SCRATCH: i32 = 16;
/// Offset of [`Context::scratch_len`].
pub const CONTEXT_SCRATCH_LEN: i32 = 24;
/// Offset of [`Context::scratch_cap`].
pub const CONTEXT_SCRATCH_CAP: i32 = 32;
/// Offset of [`Context::helpers`].
pub const CONTEXT_HELPERS: i32 = 40;

#[cfg(target_pointer_width = "64")]
const _: () = {
    use std::mem::offset_of;
    assert!(offset_of!(Context, constants) == CONTEXT_CONSTANTS as usize);
    assert!(offset_of!(Context, scratch) == CONTEXT_SCRATCH as usize);
    assert!(offset_of!(Context, scratch_len) == CONTEXT_SCRATCH_LEN as usize);
    assert!(offset_of!(Context, scratch_cap) == CONTEXT_SCRATCH_CAP as usize);
    assert!(offset_of!(Context, helpers) == CONTEXT_HELPERS as usize);
};

/// An entry point: decides `count` rows and returns how many it completed, fewer only when scratch ran out at the row after them.
///
/// Rows lie one behind the other, `max(input.size, 1)` bytes each; outcomes and frames `outcome.size` and `frames[0].layout.size` bytes each.
pub type Entry = unsafe extern "C" fn(context: *mut Context, rows: *const u8, count: u64, outcomes: *mut u8, frames: *mut u8) -> u64;
