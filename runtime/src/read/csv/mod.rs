//! CSV: rows of cells to rows of values, exact, with every problem of a row found.
//!
//! [`Rows`] takes a stream apart. [`Columns`] are the names of its columns bound once to the fields of a decision's parameters; they read
//! rows straight into a [`Batch`](crate::memory::Batch), as [`Reader`](super::Reader) reads JSON.

mod cells;
mod columns;
mod split;
#[cfg(test)]
mod tests;

pub use columns::{Columns, Header};
pub use split::{Dialect, MAX_CELLS, Row, Rows, Split};
