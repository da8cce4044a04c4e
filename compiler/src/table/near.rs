//! The rows that touch a box.

use axtrace_runtime::table::{Boxes, Index, Mode, Work};

use super::meet;

/// A table that is asked which rows touch a box.
#[derive(Debug)]
pub struct Near<'a> {
    boxes: &'a Boxes,
    index: Index,
}

impl<'a> Near<'a> {
    /// Builds the index that is asked.
    #[must_use]
    pub fn new(boxes: &'a Boxes) -> Self {
        Self { boxes, index: Index::build(boxes, Mode::All) }
    }

    /// The rows that have a point in common with a row of a table with the same columns (which may be the same table), in order.
    #[must_use]
    pub fn rows(&self, target: &Boxes, row: usize) -> Vec<u32> {
        let mut found = self.candidates(target, row);
        found.retain(|one| meet(self.boxes, *one as usize, target, row));
        found
    }

    /// Those rows, and perhaps some more.
    pub(crate) fn candidates(&self, target: &Boxes, row: usize) -> Vec<u32> {
        let mut found = Vec::new();
        let limits: Option<Vec<(i64, i64)>> = (0..target.columns().len())
            .map(|column| {
                let cell = target.cell(row, column);
                Some((cell.first()?.0, cell.last()?.1))
            })
            .collect();
        if let Some(limits) = limits {
            self.index.near(&limits, &mut found);
        }
        found
    }

    /// The first row that covers a point, and what finding it took.
    pub(crate) fn first_counting(&self, point: &[i64], work: &mut Work) -> Option<u32> {
        self.index.first_counting(point, work)
    }

    /// All rows that cover a point, and what finding them took.
    pub(crate) fn all_counting(&self, point: &[i64], work: &mut Work) -> Vec<u32> {
        let mut found = Vec::new();
        self.index.all_counting(point, &mut found, work);
        found
    }
}
