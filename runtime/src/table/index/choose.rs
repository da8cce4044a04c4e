//! Chooses the column that a node asks, and where it divides the keys.
//!
//! Each column is tried on a sample of the rows, with cuts at the quartiles of the places where cells begin and end and, where there
//! are not many more keys than rows, a child for each key. What an answer costs in a child is estimated as the square root of its rows,
//! each child as likely as it has rows; the wild child, which is always visited, adds its own. The root lies between what is reached
//! when rows exclude each other (the logarithm) and when they all overlap (all of them); the logarithm alone takes a wild child with
//! nearly all rows for cheap. Only whole numbers are used, so that every machine makes the same choice.

use super::super::Boxes;
use super::grow::{Ref, Region, bit};
use super::split::copied_up_to;

/// The most rows that columns are tried on.
const SAMPLE: usize = 256;
/// What visiting a node costs: one bit's worth of rows.
const VISIT: u64 = 256;

/// How a node divides its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub column: usize,
    /// Whether each key has a link.
    pub direct: bool,
    /// Where the parts of the keys begin: at the region's smallest key, and further up. A cut has two.
    pub starts: Vec<i64>,
}

/// The best choice for the rows of a node with `share` copies, or none, where to ask all of its rows costs less.
pub fn choose(boxes: &Boxes, region: &Region, refs: &[Ref], share: u64) -> Option<Choice> {
    let sample: Vec<Ref> = refs.iter().copied().step_by(refs.len().div_ceil(SAMPLE)).collect();
    let open = sample.iter().fold(0, |open, row| open | row.open);
    let mut best = Best { cost: refs.len() as u64 / 2 * VISIT, choice: None };
    for column in (0..boxes.columns().len().min(63)).filter(|column| open & bit(*column) != 0) {
        let cells = sample.iter().map(|row| region.clip(boxes, row.row, column)).collect();
        Trial { cells, limits: region.0[column], column, refs: refs.len() as u64, share }.run(&mut best);
    }
    let mut choice = best.choice?;
    if choice.direct {
        choice.starts = starts(boxes, region, refs, choice.column);
    }
    Some(choice)
}

/// Where the cells of all rows divide a column of few keys.
fn starts(boxes: &Boxes, region: &Region, refs: &[Ref], column: usize) -> Vec<i64> {
    let (low, high) = region.0[column];
    let mut marks = vec![false; high.wrapping_sub(low).cast_unsigned() as usize + 1];
    for row in refs {
        for place in ends(region.clip(boxes, row.row, column), (low, high)) {
            marks[place.wrapping_sub(low).cast_unsigned() as usize] = true;
        }
    }
    marks[0] = true;
    marks.iter().enumerate().filter(|(_, mark)| **mark).map(|(place, _)| low.wrapping_add(place as i64)).collect()
}

/// The keys at which a cell begins, or is over, above the region's smallest.
fn ends(cell: &[(i64, i64)], (low, high): (i64, i64)) -> impl Iterator<Item = i64> + '_ {
    let begins = cell.iter().map(|interval| interval.0).filter(move |key| *key > low);
    begins.chain(cell.iter().map(|interval| interval.1).filter(move |key| *key < high).map(|key| key + 1))
}

struct Best {
    cost: u64,
    choice: Option<Choice>,
}

impl Best {
    fn offer(&mut self, cost: u64, choice: impl FnOnce() -> Choice) {
        if cost < self.cost {
            *self = Self { cost, choice: Some(choice()) };
        }
    }
}

/// One column, tried on a sample.
struct Trial<'a> {
    cells: Vec<&'a [(i64, i64)]>,
    limits: (i64, i64),
    column: usize,
    refs: u64,
    share: u64,
}

impl Trial<'_> {
    fn run(&self, best: &mut Best) {
        let mut places: Vec<i64> = self.cells.iter().flat_map(|cell| ends(cell, self.limits)).collect();
        if places.is_empty() {
            return;
        }
        places.sort_unstable();
        let mut last = None;
        for quarter in 1..=3 {
            let at = places[places.len() * quarter / 4];
            if last.replace(at) != Some(at) {
                best.offer(self.cut(at), || Choice { column: self.column, direct: false, starts: vec![self.limits.0, at] });
            }
        }
        places.dedup();
        let keys = self.limits.1.wrapping_sub(self.limits.0).cast_unsigned();
        if places.len() > 1 && keys < self.refs.saturating_mul(2) {
            best.offer(self.direct(&places), || Choice { column: self.column, direct: true, starts: Vec::new() });
        }
    }

    /// The number of rows that so many of the sample stand for.
    fn scale(&self, count: u64) -> u64 {
        (u128::from(count) * u128::from(self.refs) / self.cells.len().max(1) as u128) as u64
    }

    fn cut(&self, at: i64) -> u64 {
        let [mut left, mut right, mut both] = [0; 3];
        for cell in &self.cells {
            let [Some(first), Some(last)] = [cell.first(), cell.last()] else { continue };
            match (first.0 < at, last.1 >= at) {
                (true, true) => both += 1,
                (true, false) => left += 1,
                _ => right += 1,
            }
        }
        if self.scale(both) <= self.share { self.cost(&[left + both, right + both], 0) } else { self.cost(&[left, right], both) }
    }

    /// `places` are those at which parts begin, but the first.
    fn direct(&self, places: &[i64]) -> u64 {
        let part = |key: i64| places.partition_point(|place| *place <= key);
        let limits = |interval: &(i64, i64)| (part(interval.0.max(self.limits.0)), part(interval.1.min(self.limits.1)));
        let needs: Vec<u32> = self.cells.iter().map(|cell| self.need(cell.iter().map(limits), cell)).collect();
        let share = self.share.saturating_mul(self.cells.len() as u64) / self.refs;
        let most = copied_up_to(&mut needs.iter().copied().filter(|need| *need > 1).collect::<Vec<_>>(), share);
        let mut change = vec![0_i64; places.len() + 2];
        let mut wild = 0;
        for (cell, need) in self.cells.iter().zip(needs) {
            if need > most {
                wild += 1;
                continue;
            }
            for (from, to) in cell.iter().map(limits) {
                change[from] += 1;
                change[to + 1] -= 1;
            }
        }
        let mut rows = 0;
        let counts: Vec<u64> = change
            .iter()
            .map(|change| {
                rows += change;
                rows.unsigned_abs()
            })
            .collect();
        self.cost(&counts, wild)
    }

    /// How many parts a cell reaches into. Other rows than those of the sample may begin a part at any key.
    fn need(&self, parts: impl Iterator<Item = (usize, usize)>, cell: &[(i64, i64)]) -> u32 {
        if self.refs == self.cells.len() as u64 {
            return parts.map(|(from, to)| (to - from) as u32 + 1).sum();
        }
        let keys = cell.iter().map(|interval| interval.1.min(self.limits.1) - interval.0.max(self.limits.0) + 1);
        u32::try_from(keys.sum::<i64>()).unwrap_or(u32::MAX)
    }

    /// What an answer costs below, in 256ths of a visit.
    fn cost(&self, children: &[u64], wild: u64) -> u64 {
        let rows: u64 = children.iter().sum();
        let below: u64 = children.iter().map(|count| count * work(self.scale(*count))).sum();
        let wild = if wild == 0 { 0 } else { VISIT + work(self.scale(wild)) };
        VISIT + below.checked_div(rows).unwrap_or(0) + wild
    }
}

/// What an answer costs among so many rows, in 256ths of a visit: the square root of the rows.
fn work(rows: u64) -> u64 {
    (rows << 16).isqrt()
}
