//! Decision tables as data: rows as boxes of keys, and the index that finds the rows that apply.
//!
//! Nothing here knows what a key stands for. Whoever builds a table maps the values of each column to `i64` so that their order is kept
//! (places of an enum, days, last digits of an amount, ranks of texts, a key of its own for what is missing), and maps a header's value in
//! the same way before it asks. A key lies in its column's domain; for one that does not, an answer means nothing, but there is one.

mod boxes;
mod index;
mod lookup;
#[cfg(test)]
mod samples;

pub use boxes::{Boxes, Cell, Domain, holds};
pub use index::{Broken, Counter, Index, Mode, Report, Work};
pub use lookup::{Column, Gives, NoKeys, Row, Table, Test, both, boxes_of, complement, has_keys, joined};
