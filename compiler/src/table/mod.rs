//! What is true of a decision table as a whole: gaps, conflicts, rows that are never reached.
//!
//! Every cell is a set of keys of its column ([`Boxes`]), so a row is a box of points with whole coordinates and each of these questions has an
//! exact answer. Nothing here knows what keys stand for; a column's keys are all the values that it can have.
//!
//! | question | answered by |
//! |---|---|
//! | is there a point that no row covers ([`gap`], [`gap_of_disjoint`], [`covered`]) | cutting the space until each part is covered by one row or touched by none; where rows exclude each other, by counting points |
//! | all points that no row covers ([`missing`]) | the same, each part that no row touches grown to the largest box around it |
//! | which rows share a point ([`conflicts`]) | cutting the space until few rows are left to compare, where a pair counts in the part that holds its least shared point |
//! | which rows never come first ([`hidden`]) | asking an index for a point of each row; where that is another's, whether earlier rows cover the row |
//! | rows that touch a box ([`Near`]) | the same index |
//!
//! Cutting is that of a k-d tree. Two rules keep it short. Rows that ask about columns that the others do not ask about are independent: all
//! of them cover a part exactly when one of the groups does by itself. And a pair of rows is never sought where all rows are of one class.
//! A streaming segment tree (Zomorodian, Edelsbrunner: "Fast software for box intersections", 2002) does not gain on cutting here: most
//! boxes of a table share whole sides with their neighbours.
//!
//! All of it is exponential in the columns for tables made to that end, so every question has a budget of *steps*: rows looked at. What is
//! answered within it does not depend on the machine; what is not is said to be unknown.

mod conflicts;
mod count;
mod cover;
mod cut;
mod gap;
mod hidden;
mod missing;
mod near;
mod witness;

#[cfg(test)]
mod tests;

use axtrace_runtime::table::Boxes;

pub use conflicts::{Conflicts, conflicts};
pub use gap::{Coverage, Gap, covered, gap, gap_of_disjoint};
pub use hidden::{Hidden, HiddenRow, hidden, repeats};
pub use missing::{Missing, missing};
pub use near::Near;

/// The steps that one question about a table may take unless said otherwise: some seconds at most. A tariff of 100,000 rows takes a few
/// million.
pub const STEPS: u64 = 100_000_000;

/// The most columns that rows of one question may ask about. With more, what needs cutting is unknown.
pub const MOST_COLUMNS: usize = 64;

/// A question took more steps than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// Why a search ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It took more steps than it may.
    Exhausted,
    /// As much as was asked for was found.
    Enough,
}

impl From<Exhausted> for End {
    fn from(_: Exhausted) -> Self {
        Self::Exhausted
    }
}

/// Steps that are left.
#[derive(Debug)]
pub(crate) struct Meter {
    left: u64,
}

impl Meter {
    pub(crate) const fn new(steps: u64) -> Self {
        Self { left: steps }
    }

    pub(crate) const fn left(&self) -> u64 {
        self.left
    }

    /// Takes steps that were spent elsewhere.
    pub(crate) const fn take(&mut self, steps: u64) {
        self.left = self.left.saturating_sub(steps);
    }

    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        match self.left.checked_sub(steps as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Exhausted)
            }
        }
    }
}

/// Whether two cells of a column have a key in common, and the least.
pub(crate) fn shared(one: &[(i64, i64)], other: &[(i64, i64)]) -> Option<i64> {
    if let ([one], [other]) = (one, other) {
        let low = one.0.max(other.0);
        return (low <= one.1.min(other.1)).then_some(low);
    }
    let (mut left, mut right) = (0, 0);
    while let (Some(one), Some(other)) = (one.get(left), other.get(right)) {
        let low = one.0.max(other.0);
        if low <= one.1.min(other.1) {
            return Some(low);
        }
        if one.1 < other.1 { left += 1 } else { right += 1 }
    }
    None
}

/// Whether two rows of tables with the same columns have a point in common.
pub(crate) fn meet(one: &Boxes, row: usize, other: &Boxes, other_row: usize) -> bool {
    (0..one.columns().len()).all(|column| shared(one.cell(row, column), other.cell(other_row, column)).is_some())
}
