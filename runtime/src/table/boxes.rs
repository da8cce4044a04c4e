//! Rows as boxes of keys.

/// The keys that a column can have, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain {
    /// The smallest key.
    pub low: i64,
    /// The greatest key. A domain whose greatest key is below its smallest has none, and no row applies.
    pub high: i64,
}

impl Domain {
    /// How many keys lie above the smallest, so that all of `i64` fits as well.
    #[must_use]
    pub const fn span(self) -> u64 {
        if self.high < self.low { 0 } else { self.high.wrapping_sub(self.low).cast_unsigned() }
    }

    /// Whether a key is one of the domain's.
    #[must_use]
    pub const fn contains(self, key: i64) -> bool {
        self.low <= key && key <= self.high
    }
}

/// What a row asks of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing: every key of the column will do.
    Any,
    /// That the key lies in one of these closed intervals, in any order. A row with an empty list never applies.
    In(&'a [(i64, i64)]),
}

/// The rows of a table, in order: what each asks of each column, as sorted intervals that neither overlap nor touch and lie in the
/// column's domain. Equal sets of keys are therefore equal slices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boxes {
    columns: Vec<Domain>,
    rows: usize,
    intervals: Vec<(i64, i64)>,
    /// Where the intervals of each cell begin, row by row, and behind the last cell.
    starts: Vec<usize>,
}

impl Boxes {
    /// A table without rows.
    #[must_use]
    pub fn new(columns: Vec<Domain>) -> Self {
        Self { columns, rows: 0, intervals: Vec::new(), starts: vec![0] }
    }

    /// Adds a row, which comes after all others. It has one cell for each column; one that is not there asks nothing.
    pub fn push(&mut self, cells: &[Cell]) {
        for column in 0..self.columns.len() {
            let domain = self.columns[column];
            match cells.get(column).unwrap_or(&Cell::Any) {
                Cell::Any if domain.low <= domain.high => self.intervals.push((domain.low, domain.high)),
                Cell::Any => {}
                Cell::In(intervals) => self.push_intervals(domain, intervals),
            }
            self.starts.push(self.intervals.len());
        }
        self.rows += 1;
    }

    fn push_intervals(&mut self, domain: Domain, intervals: &[(i64, i64)]) {
        let start = self.intervals.len();
        let clipped = intervals.iter().map(|(low, high)| (*low.max(&domain.low), *high.min(&domain.high)));
        self.intervals.extend(clipped.filter(|(low, high)| low <= high));
        let cell = &mut self.intervals[start..];
        if cell.len() > 1 {
            cell.sort_unstable();
            let kept = join(cell);
            self.intervals.truncate(start + kept);
        }
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The domains of the columns.
    #[must_use]
    pub fn columns(&self) -> &[Domain] {
        &self.columns
    }

    /// How many intervals all cells have together.
    #[must_use]
    pub fn intervals(&self) -> usize {
        self.intervals.len()
    }

    /// The intervals of a cell: sorted, apart from each other, within the domain.
    ///
    /// # Panics
    /// When there is no such row or column.
    #[must_use]
    #[inline]
    pub fn cell(&self, row: usize, column: usize) -> &[(i64, i64)] {
        let at = row * self.columns.len() + column;
        &self.intervals[self.starts[at]..self.starts[at + 1]]
    }

    /// Whether a cell asks nothing of its column.
    ///
    /// # Panics
    /// When there is no such row or column.
    #[must_use]
    pub fn is_any(&self, row: usize, column: usize) -> bool {
        let domain = self.columns[column];
        self.cell(row, column) == [(domain.low, domain.high)]
    }

    /// Whether a row has a cell that no key satisfies, so that it never applies.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn is_empty(&self, row: usize) -> bool {
        (0..self.columns.len()).any(|column| self.cell(row, column).is_empty())
    }

    /// Whether a row applies to a point, which has one key for each column.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn contains(&self, row: usize, point: &[i64]) -> bool {
        point.iter().zip(0..self.columns.len()).all(|(key, column)| holds(self.cell(row, column), *key))
    }

    /// The first row that applies to a point, found by asking one row after the other: what an index is compared with.
    #[must_use]
    pub fn first(&self, point: &[i64]) -> Option<usize> {
        (0..self.rows).find(|row| self.contains(*row, point))
    }

    /// All rows that apply to a point, in order, found by asking one row after the other.
    #[must_use]
    pub fn all(&self, point: &[i64]) -> Vec<usize> {
        (0..self.rows).filter(|row| self.contains(*row, point)).collect()
    }
}

/// Whether a key lies in one of the sorted intervals.
#[must_use]
#[inline]
pub fn holds(cell: &[(i64, i64)], key: i64) -> bool {
    match cell {
        [(low, high)] => *low <= key && key <= *high,
        _ => cell.get(cell.partition_point(|(_, high)| *high < key)).is_some_and(|(low, _)| *low <= key),
    }
}

/// Joins sorted intervals that overlap or touch, and says how many are left at the front.
fn join(cell: &mut [(i64, i64)]) -> usize {
    let mut last = 0;
    for at in 1..cell.len() {
        let (low, high) = cell[at];
        // The greatest key has no next one, and whatever comes behind it lies within.
        if cell[last].1.checked_add(1).is_none_or(|next| low <= next) {
            cell[last].1 = cell[last].1.max(high);
        } else {
            last += 1;
            cell[last] = (low, high);
        }
    }
    last + 1
}

#[cfg(test)]
mod tests {
    use super::{Boxes, Cell, Domain};

    #[test]
    fn cells_are_sorted_joined_and_within_the_domain() {
        let mut boxes = Boxes::new(vec![Domain { low: 0, high: 99 }, Domain { low: i64::MIN, high: i64::MAX }]);
        boxes.push(&[Cell::In(&[(50, 60), (-5, 3), (4, 7), (55, 200), (9, 8)]), Cell::In(&[(i64::MAX, i64::MAX), (0, i64::MAX), (5, 6)])]);
        boxes.push(&[Cell::Any, Cell::In(&[])]);
        assert_eq!(boxes.cell(0, 0), [(0, 7), (50, 99)]);
        assert_eq!(boxes.cell(0, 1), [(0, i64::MAX)]);
        assert!(boxes.is_any(1, 0) && boxes.is_empty(1) && !boxes.is_empty(0));
        assert_eq!(boxes.all(&[7, 0]), [0]);
        assert_eq!(boxes.first(&[8, 0]), None);
    }

    #[test]
    fn nothing_applies_where_a_column_has_no_keys() {
        let mut boxes = Boxes::new(vec![Domain { low: 1, high: 0 }]);
        boxes.push(&[Cell::Any]);
        boxes.push(&[Cell::In(&[(i64::MIN, i64::MAX)])]);
        assert!(boxes.is_empty(0) && boxes.is_empty(1));
        assert_eq!(boxes.all(&[0]), [0; 0]);
    }

    #[test]
    fn rows_without_columns_always_apply() {
        let mut boxes = Boxes::new(Vec::new());
        boxes.push(&[]);
        boxes.push(&[]);
        assert_eq!((boxes.rows(), boxes.first(&[]), boxes.all(&[])), (2, Some(0), vec![0, 1]));
    }
}
