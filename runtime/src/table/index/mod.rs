//! Finds the rows of a table that apply to a point without asking all of them.
//!
//! An index is a tree of cuts, after EffiCuts (Vamanan, Voskuilen, Vijaykumar: "EffiCuts: optimizing packet classification for memory and
//! throughput", SIGCOMM 2010) and HyperCuts before it, with what decisions need:
//!
//! - A node asks one column. It *cuts* the keys in two, or, where the column has few keys, has a child for each of them (*direct*).
//! - Rows that more than one child would need are copied while an allowance lasts, so that there are at most about as many copies as rows.
//!   All others go into one further child, which every point visits: the *wild* one. So memory is linear in the rows, whatever the table.
//! - Where only the first row counts, what comes behind a row that covers all of a node's region is left out, and every link knows the
//!   smallest row below it, so that what cannot win is not visited.
//! - A leaf has at most eight rows, of large tables sixteen, and asks only what the way there has not settled. What cannot be cut is
//!   *scanned*: blocks of 64 rows, column by column.
//!
//! A walk visits no node twice, so no answer takes more than one test for each row and copy. Tables built to blow an index up come near
//! that; [`Index::build`] asks the tree it made for answers, and takes a plain scan of all rows where that is faster or the tree is too
//! large.
//!
//! The whole is a block of words without pointers, which can be written out as it is; see `layout` for what stands in it. The same boxes
//! give the same words on every machine.

mod check;
mod choose;
mod grow;
mod layout;
mod leaf;
mod report;
mod split;
#[cfg(test)]
mod tests;
mod walk;

use super::Boxes;
pub use check::Broken;
use layout::{Head, Link};
pub use report::Report;
pub use walk::{Counter, Work};

/// What an index is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The first row that applies; what can never be first need not be in the index.
    First,
    /// Every row that applies.
    All,
}

/// An index of a table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    words: Box<[u64]>,
}

impl Index {
    /// Builds the index of a table. It has at most 2^32 - 2 rows; what comes behind them is not found.
    #[must_use]
    pub fn build(boxes: &Boxes, mode: Mode) -> Self {
        Self { words: grow::grow(boxes, mode).into() }
    }

    /// Takes an index that was written out.
    ///
    /// # Errors
    /// When the words are no index. Those of a sound one, once accepted, make every walk end within them.
    pub fn from_words(words: &[u64]) -> Result<Self, Broken> {
        check::check(words)?;
        Ok(Self { words: words.into() })
    }

    /// The index as it is written out. They are numbers: as bytes, they are little-endian everywhere.
    #[must_use]
    pub const fn words(&self) -> &[u64] {
        &self.words
    }

    /// What the index is asked for.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.head().mode()
    }

    /// How many columns the table has.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.head().columns()
    }

    /// How many rows the table has, those included that can never be first.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.head().rows()
    }

    fn head(&self) -> Head<'_> {
        Head(&self.words)
    }

    fn root(&self) -> Link {
        self.head().root()
    }
}
