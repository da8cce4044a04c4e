//! Divides the rows of a node among its children.

use super::super::Boxes;
use super::Mode;
use super::choose::Choice;
use super::grow::{Ref, Region, bit};

/// The rows of a node's children.
#[derive(Debug)]
pub struct Parts {
    /// Of each part of the keys, in order.
    pub children: Vec<Vec<Ref>>,
    /// Rows that several children would need.
    pub wild: Vec<Ref>,
    /// How many copies were made.
    pub copies: u64,
}

impl Parts {
    /// How many rows and copies there are now.
    pub fn refs(&self) -> u64 {
        let children: usize = self.children.iter().map(Vec::len).sum();
        (children + self.wild.len()) as u64
    }
}

/// Divides rows by a choice. Those that several children need are copied, those that few need first, while there are no more than `share`
/// copies.
pub fn split(boxes: &Boxes, region: &Region, refs: &[Ref], choice: &Choice, share: u64, mode: Mode) -> Parts {
    let places = Places::new(choice, region);
    let needs: Vec<u32> = refs.iter().map(|row| places.count(region.clip(boxes, row.row, choice.column))).collect();
    let most = copied_up_to(&mut needs.iter().copied().filter(|need| *need > 1).collect::<Vec<_>>(), share);
    let mut children: Vec<Vec<Ref>> = (0..choice.starts.len()).map(|_| Vec::new()).collect();
    let (mut wild, mut copies) = (Vec::new(), 0);
    for (row, need) in refs.iter().zip(&needs) {
        if *need > most {
            wild.push(*row);
            continue;
        }
        copies += u64::from(need.saturating_sub(1));
        for interval in region.clip(boxes, row.row, choice.column) {
            let (from, to) = places.of(*interval);
            for (place, child) in children.iter_mut().enumerate().take(to + 1).skip(from) {
                put(child, settled(*row, choice, places.covers(*interval, place)), mode);
            }
        }
    }
    Parts { children, wild, copies }
}

fn settled(row: Ref, choice: &Choice, covers: bool) -> Ref {
    if covers { Ref { open: row.open & !bit(choice.column), ..row } } else { row }
}

/// Adds a row to a child, unless another of its intervals brought it there, or only the first row counts and one before it covers all of
/// the child's region.
fn put(child: &mut Vec<Ref>, row: Ref, mode: Mode) {
    let hidden = |last: &Ref| last.row == row.row || mode == Mode::First && last.open == 0;
    if !child.last().is_some_and(hidden) {
        child.push(row);
    }
}

/// How many children a row may need to be copied, so that no more than `share` copies are made: 1 when none is.
pub fn copied_up_to(needs: &mut [u32], share: u64) -> u32 {
    needs.sort_unstable();
    let (mut copies, mut most) = (0, 1);
    for group in needs.chunk_by(|one, other| one == other) {
        copies += u64::from(group[0] - 1) * group.len() as u64;
        if copies > share {
            break;
        }
        most = group[0];
    }
    most
}

/// The parts of a column's keys.
struct Places<'a> {
    choice: &'a Choice,
    low: i64,
    high: i64,
    /// The part of each key, where each has a link.
    table: Vec<u32>,
}

impl<'a> Places<'a> {
    fn new(choice: &'a Choice, region: &Region) -> Self {
        let (low, high) = region.0[choice.column];
        let mut table = Vec::new();
        if choice.direct {
            for (place, start) in choice.starts.iter().enumerate() {
                let end = choice.starts.get(place + 1).map_or(high, |next| next - 1);
                table.resize(end.wrapping_sub(low).cast_unsigned() as usize + 1, place as u32);
                debug_assert!(*start <= end, "the parts of keys begin one behind the other");
            }
        }
        Self { choice, low, high, table }
    }

    /// The part that a key of the region is in.
    fn place(&self, key: i64) -> usize {
        if self.choice.direct {
            self.table[key.wrapping_sub(self.low).cast_unsigned() as usize] as usize
        } else {
            usize::from(key >= self.choice.starts[1])
        }
    }

    /// The first and the last part that an interval reaches into.
    fn of(&self, (low, high): (i64, i64)) -> (usize, usize) {
        (self.place(low.max(self.low)), self.place(high.min(self.high)))
    }

    /// In how many parts a cell has keys: a part that two of its intervals reach into counts twice, which only a cut has.
    fn count(&self, cell: &[(i64, i64)]) -> u32 {
        if let [_, .., _] = cell
            && !self.choice.direct
        {
            let (first, last) = (self.of(cell[0]).0, self.of(cell[cell.len() - 1]).1);
            return (last - first) as u32 + 1;
        }
        cell.iter().map(|interval| self.of(*interval)).map(|(from, to)| (to - from) as u32 + 1).sum()
    }

    /// Whether an interval covers a part.
    fn covers(&self, (low, high): (i64, i64), place: usize) -> bool {
        let end = self.choice.starts.get(place + 1).map_or(self.high, |next| next - 1);
        low <= self.choice.starts[place] && end <= high
    }
}
