//! Tables that native code looks up.
//!
//! # Safety
//! Each is called by code alone, which passes on the context it was entered with, a table of its program, and keys that it has written.

use super::lists::build;
use super::text_bytes;
use crate::abi::Context;
use crate::layout::Handle;
use crate::table::Table;

/// A table of the program, and the keys that code has written for its columns.
///
/// # Safety
/// The context must be one that code was entered with, and the keys as many as the table has columns.
unsafe fn asked<'a>(context: *const Context, table: u64, keys: *const i64) -> Option<(&'a Table, &'a [i64])> {
    // SAFETY: code passes on its context, whose program is a valid reference for the whole call.
    let program = unsafe { &*(*context).program };
    let table = program.tables.get(table as usize)?;
    // SAFETY: code has written one key for each column.
    Some((table, unsafe { std::slice::from_raw_parts(keys, table.columns.len()) }))
}

pub(super) unsafe extern "C" fn table_row(context: *const Context, table: u64, keys: *const i64) -> i64 {
    // SAFETY: the contract is the same.
    let found = unsafe { asked(context, table, keys) };
    let row = found.and_then(|(table, keys)| table.index.as_ref()?.first(keys));
    row.map_or(-1, i64::from)
}

pub(super) unsafe extern "C" fn table_rows(context: *mut Context, table: u64, keys: *const i64) -> u64 {
    let mut rows = Vec::new();
    // SAFETY: the contract is the same.
    if let Some((table, keys)) = unsafe { asked(context, table, keys) }
        && let Some(index) = &table.index
    {
        index.all(keys, &mut rows);
    }
    // SAFETY: code passes on the context it was entered with.
    unsafe {
        build(context, rows.len() as u64, 8, |_, out| {
            for (cell, row) in out.chunks_exact_mut(8).zip(&rows) {
                cell.copy_from_slice(&i64::from(*row).to_le_bytes());
            }
        })
    }
}

pub(super) unsafe extern "C" fn text_rank(context: *const Context, handle: u64, table: u64, column: u64) -> i64 {
    // SAFETY: code passes on its context, whose program is a valid reference for the whole call.
    let program = unsafe { &*(*context).program };
    // SAFETY: code passes on its context, and a handle of its spaces.
    let text = unsafe { text_bytes(context, Handle(handle).0) };
    let column = program.tables.get(table as usize).and_then(|table| table.columns.get(column as usize));
    column.map_or(0, |column| column.rank(std::str::from_utf8(text).unwrap_or("")))
}
