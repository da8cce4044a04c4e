//! Parts of the space, the rows that touch them, and where a part is best cut.

use axtrace_runtime::table::Boxes;

use super::MOST_COLUMNS;

/// The most rows that a cut is chosen by.
const SAMPLE: usize = 64;

/// A row that touches a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ref {
    pub row: u32,
    /// The columns in which the row does not cover the part, one bit each.
    pub open: u64,
}

/// A part of the space: its smallest and greatest key in each column.
pub type Part = Vec<(i64, i64)>;

/// The keys below `at` go to the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    pub column: usize,
    pub at: i64,
}

/// A table that is cut, and the part that is looked at.
#[derive(Debug)]
pub struct Space<'a> {
    pub boxes: &'a Boxes,
    pub part: Part,
}

impl<'a> Space<'a> {
    /// All of a table's points.
    pub fn new(boxes: &'a Boxes) -> Self {
        Self { boxes, part: boxes.columns().iter().map(|domain| (domain.low, domain.high)).collect() }
    }

    /// The rows that apply to some point. None when rows ask about too many columns.
    pub fn refs(&self) -> Option<Vec<Ref>> {
        let columns = self.boxes.columns().len();
        let known = columns.min(MOST_COLUMNS);
        let rows = (0..self.boxes.rows()).filter(|row| !self.boxes.is_empty(*row));
        let mut refs = Vec::with_capacity(self.boxes.rows());
        for row in rows {
            if (known..columns).any(|column| !self.boxes.is_any(row, column)) {
                return None;
            }
            let open = (0..known).filter(|column| !self.boxes.is_any(row, *column)).fold(0, |open, column| open | 1 << column);
            refs.push(Ref { row: u32::try_from(row).ok()?, open });
        }
        Some(refs)
    }

    /// Whether the space has no points at all.
    pub fn is_empty(&self) -> bool {
        self.part.iter().any(|(low, high)| low > high)
    }

    /// The intervals of a row that touch the part.
    pub fn cell(&self, row: u32, column: usize) -> &'a [(i64, i64)] {
        let cell = self.boxes.cell(row as usize, column);
        if cell.len() == 1 {
            return cell;
        }
        let (low, high) = self.part[column];
        let from = cell.partition_point(|interval| interval.1 < low);
        let to = cell.partition_point(|interval| interval.0 <= high);
        &cell[from..to.max(from)]
    }

    /// Where a row's cell begins, or is over, within the part: where cutting settles something.
    fn ends(&self, row: u32, column: usize) -> impl Iterator<Item = i64> + 'a {
        let (low, high) = self.part[column];
        let cell = self.cell(row, column);
        let begins = cell.iter().map(|interval| interval.0).filter(move |key| *key > low);
        begins.chain(cell.iter().map(|interval| interval.1).filter(move |key| *key < high).map(|key| key + 1))
    }

    /// The rows among `refs` that touch one side of a cut, which the part is narrowed to.
    pub fn keep(&self, refs: &[Ref], column: usize) -> Vec<Ref> {
        let (low, high) = self.part[column];
        let bit = 1 << column;
        let mut kept = Vec::with_capacity(refs.len() / 2 + 1);
        for one in refs {
            if one.open & bit == 0 {
                kept.push(*one);
                continue;
            }
            match self.cell(one.row, column) {
                [(from, to)] if *from <= low && high <= *to => kept.push(Ref { open: one.open & !bit, ..*one }),
                [(from, to)] if *to < low || high < *from => {}
                [] => {}
                _ => kept.push(*one),
            }
        }
        kept
    }

    /// The two sides of a cut of the part.
    pub fn sides(&self, cut: Cut) -> [(i64, i64); 2] {
        let (low, high) = self.part[cut.column];
        [(low, cut.at - 1), (cut.at, high)]
    }

    /// The cut that leaves the fewest pairs of rows on the same side, tried on a sample, and how many of 1,000 pairs that is (2,000 when
    /// all rows touch both sides). `None` when the rows of the sample cover the part.
    pub fn best_cut(&self, refs: &[Ref]) -> Option<(Cut, u64)> {
        let sample: Vec<Ref> = refs.iter().copied().step_by(refs.len().div_ceil(SAMPLE).max(1)).collect();
        let mut open = sample.iter().fold(0, |open, one| open | one.open);
        let mut best: Option<(u64, Cut)> = None;
        let mut ends = Vec::new();
        while open != 0 {
            let column = open.trailing_zeros() as usize;
            open &= open - 1;
            ends.clear();
            ends.extend(sample.iter().filter(|one| one.open >> column & 1 == 1).flat_map(|one| self.ends(one.row, column)));
            ends.sort_unstable();
            for quarter in [2, 1, 3] {
                let Some(at) = ends.get(ends.len() * quarter / 4).copied() else { break };
                let cut = Cut { column, at };
                let pairs = self.pairs_left(&sample, cut);
                if best.is_none_or(|(least, _)| pairs < least) {
                    best = Some((pairs, cut));
                }
                if ends.len() < 4 {
                    break;
                }
            }
        }
        let all = (sample.len() * sample.len()).max(1) as u64;
        best.map(|(pairs, cut)| (cut, pairs * 1_000 / all))
    }

    /// How many pairs of rows are on the left together, and on the right.
    fn pairs_left(&self, sample: &[Ref], cut: Cut) -> u64 {
        let [mut left, mut right] = [0; 2];
        for one in sample {
            if one.open >> cut.column & 1 == 0 {
                left += 1;
                right += 1;
                continue;
            }
            let cell = self.cell(one.row, cut.column);
            left += u64::from(cell.first().is_some_and(|interval| interval.0 < cut.at));
            right += u64::from(cell.last().is_some_and(|interval| interval.1 >= cut.at));
        }
        left * left + right * right
    }
}
