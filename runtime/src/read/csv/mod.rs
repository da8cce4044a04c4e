//! CSV, and other files of rows: rows of cells to rows of values, exact, with every problem of a row found.
//!
//! [`Rows`] takes a stream apart. [`Columns`] are the names of its columns bound once to the fields of a decision's parameters; they read
//! rows straight into a [`Batch`](crate::memory::Batch), as [`Reader`](super::Reader) reads JSON. Whoever reads rows of another form gives
//! them as cells, and what is known of its columns beside their names.

mod cells;
mod columns;
mod split;
#[cfg(test)]
mod tests;

pub use columns::{About, ColumnType, Columns, Header};
pub use split::{Dialect, MAX_CELLS, Row, Rows, Split};
