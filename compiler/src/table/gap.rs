//! Points that no row covers.

use axtrace_runtime::table::{Boxes, Cell, Domain};

use super::conflicts::conflicts;
use super::cover::Cover;
use super::cut::{Part, Space};
use super::{Exhausted, Meter, witness};

/// Whether all points are covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// They are, by these rows, in order. They need not be the fewest.
    Complete(Vec<u32>),
    /// One is not.
    Gap(Gap),
    /// The steps did not suffice.
    Unknown,
}

/// Points that no row covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// One of them: the preferred key, or else a round one, in each column where that is possible.
    pub point: Vec<i64>,
    /// A box of such points around it, which no column can be widened in.
    pub around: Vec<(i64, i64)>,
}

/// Whether every point is covered by some row. `prefer` has a key for each column that a gap should have, if it can.
#[must_use]
pub fn gap(boxes: &Boxes, prefer: &[i64], steps: u64) -> Coverage {
    match by_cutting(boxes, prefer, false, steps / 2) {
        // Perhaps it only takes counting.
        Coverage::Unknown if conflicts(boxes, &[], &[], 0, steps / 4).is_free() => by_cutting(boxes, prefer, true, steps / 4),
        coverage => coverage,
    }
}

/// The same for rows of which it is known that no two share a point.
#[must_use]
pub fn gap_of_disjoint(boxes: &Boxes, prefer: &[i64], steps: u64) -> Coverage {
    by_cutting(boxes, prefer, true, steps)
}

fn by_cutting(boxes: &Boxes, prefer: &[i64], disjoint: bool, steps: u64) -> Coverage {
    let mut cover = Cover::new(Space::new(boxes), prefer, steps);
    cover.disjoint = disjoint;
    match cover.gap() {
        Err(_) => Coverage::Unknown,
        Ok(Some(part)) => Coverage::Gap(shown(boxes, part, prefer)),
        Ok(None) => Coverage::Complete(in_order(cover.used)),
    }
}

fn in_order(mut rows: Vec<u32>) -> Vec<u32> {
    rows.sort_unstable();
    rows.dedup();
    rows
}

fn shown(boxes: &Boxes, part: Part, prefer: &[i64]) -> Gap {
    let around = witness::grow(boxes, &[], part);
    Gap { point: witness::point(&around, boxes, prefer), around }
}

/// Whether some rows of a table cover a row of another table with the same columns (which may be the same table).
#[must_use]
pub fn covered(boxes: &Boxes, rows: &[u32], target: &Boxes, row: usize, prefer: &[i64], steps: u64) -> Coverage {
    let Some((inner, outside)) = inside(boxes, rows, target, row) else { return Coverage::Complete(Vec::new()) };
    match by_cutting(&inner, prefer, false, steps) {
        Coverage::Complete(places) => Coverage::Complete(named(places, outside, rows)),
        coverage => coverage,
    }
}

/// The rows of a table that are behind places of an inner one, but those behind `outside`.
fn named(places: Vec<u32>, outside: usize, rows: &[u32]) -> Vec<u32> {
    let inner = places.into_iter().filter(|place| (*place as usize) < outside);
    in_order(inner.filter_map(|place| rows.get(place as usize).copied()).collect())
}

/// The rows that cover a row of the same table, if some of `rows` do. Steps are taken from `meter`, `most` of them at most.
pub(super) fn covering(boxes: &Boxes, rows: &[u32], row: u32, most: u64, meter: &mut Meter) -> Result<Option<Vec<u32>>, Exhausted> {
    let allowed = most.min(meter.left());
    let copied = rows.len() * boxes.columns().len();
    if copied as u64 > allowed {
        return Err(Exhausted);
    }
    let Some((inner, outside)) = inside(boxes, rows, boxes, row as usize) else { return Ok(Some(Vec::new())) };
    let mut cover = Cover::new(Space::new(&inner), &[], allowed - copied as u64);
    let gap = cover.gap();
    meter.take(allowed - cover.meter.left());
    Ok(gap?.is_none().then(|| named(cover.used, outside, rows)))
}

/// The space of a row: what each of some rows asks within it, and behind them rows for what the row itself leaves out between its intervals;
/// with the number of the first of these. `None` for a row without points.
fn inside(boxes: &Boxes, rows: &[u32], target: &Boxes, row: usize) -> Option<(Boxes, usize)> {
    let cells: Vec<&[(i64, i64)]> = (0..target.columns().len()).map(|column| target.cell(row, column)).collect();
    let domains: Option<Vec<Domain>> = cells.iter().map(|cell| Some(Domain { low: cell.first()?.0, high: cell.last()?.1 })).collect();
    let mut inner = Boxes::new(domains?);
    for one in rows {
        let cells: Vec<Cell> = (0..cells.len()).map(|column| Cell::In(boxes.cell(*one as usize, column))).collect();
        inner.push(&cells);
    }
    let outside = inner.rows();
    for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.len() > 1) {
        let between: Vec<(i64, i64)> = cell.windows(2).map(|pair| (pair[0].1 + 1, pair[1].0 - 1)).collect();
        let mut cells = vec![Cell::Any; cells.len()];
        cells[column] = Cell::In(&between);
        inner.push(&cells);
    }
    Some((inner, outside))
}
