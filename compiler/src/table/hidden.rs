//! Rows that never come first.

use std::collections::HashMap;
use std::ops::Range;

use axtrace_runtime::table::{Boxes, Work};

use super::gap::covering;
use super::near::Near;
use super::{Exhausted, Meter, meet};

/// How many points of each row are tried first.
const TRIES: u64 = 3;
/// How many are tried where more than [`MANY`] earlier rows touch the row, before it is proved that they cover all of them.
const MORE_TRIES: u64 = 16;
const MANY: usize = 64;
/// The most rows that a covering set is made smallest for; each of them is left out once.
const MOST_LEFT_OUT: usize = 256;
/// No row takes more than this part of the steps.
const SHARE: u64 = 16;

/// Rows that never come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    /// In order.
    pub rows: Vec<HiddenRow>,
    /// Rows for which the steps did not suffice, in order.
    pub unknown: Vec<u32>,
}

/// A row that never comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenRow {
    /// Which it is.
    pub row: u32,
    /// Earlier rows that cover it together, in order. None when the row has a cell that no key satisfies.
    pub by: Vec<u32>,
    /// Whether no row of them could be left out.
    pub smallest: bool,
}

/// Finds the rows all of whose points are covered by earlier rows.
#[must_use]
pub fn hidden(boxes: &Boxes, steps: u64) -> Hidden {
    let repeated: HashMap<u32, u32> = repeats(boxes).into_iter().collect();
    let mut search = Search { boxes, near: Near::new(boxes), meter: Meter::new(steps), most: steps / SHARE, found: Hidden::default() };
    for row in (0..u32::MAX).take(boxes.rows()) {
        if boxes.is_empty(row as usize) {
            search.found.rows.push(HiddenRow { row, by: Vec::new(), smallest: true });
        } else if let Some(earlier) = repeated.get(&row) {
            search.found.rows.push(HiddenRow { row, by: vec![*earlier], smallest: true });
        } else {
            search.row(row);
        }
    }
    search.found
}

/// The rows whose cells are those of an earlier row, each with the first such row.
#[must_use]
pub fn repeats(boxes: &Boxes) -> Vec<(u32, u32)> {
    let mut firsts: HashMap<Vec<&[(i64, i64)]>, u32> = HashMap::with_capacity(boxes.rows());
    let mut found = Vec::new();
    for row in (0..u32::MAX).take(boxes.rows()).filter(|row| !boxes.is_empty(*row as usize)) {
        let cells = (0..boxes.columns().len()).map(|column| boxes.cell(row as usize, column)).collect();
        let first = *firsts.entry(cells).or_insert(row);
        if first != row {
            found.push((row, first));
        }
    }
    found
}

struct Search<'a> {
    boxes: &'a Boxes,
    near: Near<'a>,
    meter: Meter,
    /// The steps that one row may take.
    most: u64,
    found: Hidden,
}

impl Search<'_> {
    fn row(&mut self, row: u32) {
        match self.by(row) {
            Ok(None) => {}
            Ok(Some((by, smallest))) => self.found.rows.push(HiddenRow { row, by, smallest }),
            Err(Exhausted) => self.found.unknown.push(row),
        }
    }

    /// The earlier rows that cover a row, and whether none of them can be left out.
    fn by(&mut self, row: u32) -> Result<Option<(Vec<u32>, bool)>, Exhausted> {
        if self.is_seen(row, 0..TRIES)? {
            return Ok(None);
        }
        // A row that covers another by itself covers any of its points.
        let mut work = Work::default();
        let rows = self.near.all_counting(&self.try_point(row, 0), &mut work);
        self.meter.spend(work.total() as usize + rows.len())?;
        if let Some(one) = rows.into_iter().find(|one| *one < row && self.contains(*one, row)) {
            return Ok(Some((vec![one], true)));
        }
        let mut rows = self.near.candidates(self.boxes, row as usize);
        self.meter.spend(rows.len())?;
        rows.retain(|one| *one < row && meet(self.boxes, *one as usize, self.boxes, row as usize));
        if rows.len() > MANY && self.is_seen(row, TRIES..MORE_TRIES)? {
            return Ok(None);
        }
        let by = covering(self.boxes, &rows, row, self.most, &mut self.meter)?;
        Ok(by.map(|by| self.smallest(row, by)))
    }

    /// Whether one row covers another by itself.
    fn contains(&self, one: u32, other: u32) -> bool {
        (0..self.boxes.columns().len()).all(|column| {
            let cell = self.boxes.cell(one as usize, column);
            self.boxes.cell(other as usize, column).iter().all(|(low, high)| {
                let place = cell.partition_point(|interval| interval.1 < *low);
                cell.get(place).is_some_and(|interval| interval.0 <= *low && *high <= interval.1)
            })
        })
    }

    /// Whether the row comes first at one of a few of its points: its ends, and some that depend on its number.
    fn is_seen(&mut self, row: u32, attempts: Range<u64>) -> Result<bool, Exhausted> {
        for attempt in attempts {
            let mut work = Work::default();
            let first = self.near.first_counting(&self.try_point(row, attempt), &mut work);
            self.meter.spend(work.total() as usize)?;
            if first == Some(row) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn try_point(&self, row: u32, attempt: u64) -> Vec<i64> {
        let mut state = u64::from(row) << 8 | attempt;
        let key = |column: usize| {
            let cell = self.boxes.cell(row as usize, column);
            let bits = mixed(&mut state);
            match attempt {
                0 => cell[0].0,
                1 => cell[cell.len() - 1].1,
                _ => {
                    let (low, high) = cell[bits as usize % cell.len()];
                    let keys = high.wrapping_sub(low).cast_unsigned() as u128 + 1;
                    low.wrapping_add(((mixed(&mut state) as u128 * keys) >> 64) as i64)
                }
            }
        };
        (0..self.boxes.columns().len()).map(key).collect()
    }

    /// Leaves out what is not needed to cover a row, the last rows first.
    fn smallest(&mut self, row: u32, mut by: Vec<u32>) -> (Vec<u32>, bool) {
        let mut smallest = by.len() <= MOST_LEFT_OUT;
        // A row that is needed beside more rows is needed beside fewer, so each is tried once.
        let mut tried = u32::MAX;
        while let Some(one) = by.iter().copied().rfind(|one| *one < tried).filter(|_| smallest) {
            tried = one;
            let fewer: Vec<u32> = by.iter().copied().filter(|other| *other != one).collect();
            match covering(self.boxes, &fewer, row, self.most, &mut self.meter) {
                Ok(Some(used)) => by = used,
                Ok(None) => {}
                Err(Exhausted) => smallest = false,
            }
        }
        (by, smallest)
    }
}

/// The next of a row's numbers (splitmix64).
const fn mixed(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
