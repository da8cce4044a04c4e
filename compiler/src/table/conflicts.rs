//! Pairs of rows that share a point.

use axtrace_runtime::table::Boxes;

use super::cut::{Cut, Ref, Space};
use super::{End, Meter, shared};

/// So many rows or fewer are compared pair by pair.
const FEW: usize = 24;
/// How deep parts are cut.
const DEEPEST: u32 = 256;
/// A cut that leaves more than so many of 1,000 pairs on a side is worth less than comparing them.
const WORTHWHILE: u64 = 950;

/// Pairs of rows of different classes that share a point.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// The pairs, the row that comes first in the table first, in order and each once.
    pub pairs: Vec<(u32, u32)>,
    /// Whether there are more pairs than were asked for.
    pub more: bool,
    /// Whether the steps did not suffice to find all.
    pub unknown: bool,
}

impl Conflicts {
    /// Whether it is certain that no two rows of different classes share a point.
    #[must_use]
    pub const fn is_free(&self) -> bool {
        self.pairs.is_empty() && !self.more && !self.unknown
    }
}

/// Finds at most `limit` pairs of rows of different classes, and on different sides, that share a point. `class` has a number for each row; with an
/// empty slice, every row is of a class of its own. So has `side`; with an empty slice, pairs are sought among all rows.
#[must_use]
pub fn conflicts(boxes: &Boxes, class: &[u32], side: &[u32], limit: usize, steps: u64) -> Conflicts {
    let space = Space::new(boxes);
    let Some(refs) = space.refs() else { return Conflicts { unknown: true, ..Conflicts::default() } };
    let mut join = Join { space, class, side, limit, meter: Meter::new(steps), pairs: Vec::new() };
    let end = if join.space.is_empty() { Ok(()) } else { join.part(&refs, 0) };
    let mut pairs = join.pairs;
    pairs.sort_unstable();
    let more = pairs.len() > limit;
    pairs.truncate(limit);
    Conflicts { pairs, more, unknown: end == Err(End::Exhausted) }
}

struct Join<'a> {
    space: Space<'a>,
    class: &'a [u32],
    side: &'a [u32],
    limit: usize,
    meter: Meter,
    pairs: Vec<(u32, u32)>,
}

impl Join<'_> {
    fn class(&self, row: u32) -> u32 {
        self.class.get(row as usize).copied().unwrap_or(row)
    }

    /// Whether a pair of rows is sought, if they share a point.
    fn is_sought(&self, one: u32, other: u32) -> bool {
        let apart = self.side.is_empty() || self.side.get(one as usize) != self.side.get(other as usize);
        apart && self.class(one) != self.class(other)
    }

    /// Whether all rows are of one class, or on one side.
    fn are_alike(&self, refs: &[Ref]) -> bool {
        let Some(first) = refs.first().map(|one| one.row) else { return true };
        let side = |row: u32| self.side.get(row as usize);
        refs.iter().all(|one| self.class(one.row) == self.class(first))
            || !self.side.is_empty() && refs.iter().all(|one| side(one.row) == side(first))
    }

    /// Finds the pairs whose least shared point is in the part.
    fn part(&mut self, refs: &[Ref], depth: u32) -> Result<(), End> {
        self.meter.spend(refs.len())?;
        if self.are_alike(refs) {
            return Ok(());
        }
        if refs.len() > FEW && depth < DEEPEST {
            match self.space.best_cut(refs) {
                Some((cut, left)) if left < WORTHWHILE => return self.cut(refs, cut, depth),
                _ => {}
            }
        }
        self.compare(refs)
    }

    fn cut(&mut self, refs: &[Ref], cut: Cut, depth: u32) -> Result<(), End> {
        let whole = self.space.part[cut.column];
        for side in self.space.sides(cut) {
            self.space.part[cut.column] = side;
            let kept = self.space.keep(refs, cut.column);
            self.part(&kept, depth + 1)?;
        }
        self.space.part[cut.column] = whole;
        Ok(())
    }

    fn compare(&mut self, refs: &[Ref]) -> Result<(), End> {
        for (place, one) in refs.iter().enumerate() {
            self.meter.spend(refs.len() - place)?;
            for other in &refs[place + 1..] {
                if self.is_sought(one.row, other.row) && self.is_found_here(one.row, other.row) {
                    self.pairs.push((one.row, other.row));
                    if self.pairs.len() > self.limit {
                        return Err(End::Enough);
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether two rows share a point, and the least of them in each column is in the part.
    fn is_found_here(&self, one: u32, other: u32) -> bool {
        let boxes = self.space.boxes;
        (0..self.space.part.len()).all(|column| {
            let (low, high) = self.space.part[column];
            let key = shared(boxes.cell(one as usize, column), boxes.cell(other as usize, column));
            key.is_some_and(|key| low <= key && key <= high)
        })
    }
}
