//! Everything that no row covers.

use axtrace_runtime::table::{Boxes, Cell};

use super::cover::Cover;
use super::cut::{Part, Ref, Space};
use super::{End, Exhausted, Meter, witness};

/// Parts that so many rows or fewer touch are asked for one gap after the other.
const FEW: usize = 64;
/// How deep parts are cut.
const DEEPEST: u32 = 256;

/// Everything that no row covers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missing {
    /// Boxes of points that no row covers. No two share a point, and none can be widened without touching a row or one found before it.
    pub boxes: Vec<Vec<(i64, i64)>>,
    /// Whether there is more that no row covers.
    pub more: bool,
    /// Whether the steps did not suffice to find all.
    pub unknown: bool,
}

/// Finds boxes that together cover whatever no row covers, at most `limit` of them.
#[must_use]
pub fn missing(boxes: &Boxes, limit: usize, steps: u64) -> Missing {
    let space = Space::new(boxes);
    let Some(refs) = space.refs() else { return Missing { unknown: true, ..Missing::default() } };
    let mut search = Search { space, limit, meter: Meter::new(steps), found: Missing::default() };
    if !search.space.is_empty() && search.part(&refs, 0) == Err(End::Exhausted) {
        search.found.unknown = true;
    }
    search.found.boxes = joined(search.found.boxes);
    search.found
}

struct Search<'a> {
    space: Space<'a>,
    limit: usize,
    meter: Meter,
    found: Missing,
}

impl Search<'_> {
    /// Finds what is missing in the part.
    fn part(&mut self, refs: &[Ref], depth: u32) -> Result<(), End> {
        self.meter.spend(refs.len() + 1)?;
        if refs.iter().any(|one| one.open == 0) {
            return Ok(());
        }
        match self.space.best_cut(refs) {
            Some((cut, _)) if refs.len() > FEW && depth < DEEPEST => {
                let whole = self.space.part[cut.column];
                for side in self.space.sides(cut) {
                    self.space.part[cut.column] = side;
                    let kept = self.space.keep(refs, cut.column);
                    self.part(&kept, depth + 1)?;
                }
                self.space.part[cut.column] = whole;
                Ok(())
            }
            _ => self.one_by_one(refs),
        }
    }

    /// Finds a gap, grows it, and goes on until there is none.
    fn one_by_one(&mut self, refs: &[Ref]) -> Result<(), End> {
        while let Some(gap) = self.gap(refs)? {
            if self.found.boxes.len() == self.limit {
                self.found.more = true;
                return Err(End::Enough);
            }
            let boxes = self.space.boxes;
            self.meter.spend((boxes.rows() + self.found.boxes.len()) * boxes.columns().len() * 2)?;
            self.found.boxes.push(witness::grow(boxes, &self.found.boxes, gap));
        }
        Ok(())
    }

    /// A piece of the part that neither a row nor a box found before touches.
    fn gap(&mut self, refs: &[Ref]) -> Result<Option<Part>, Exhausted> {
        let domains = self.space.boxes.columns();
        let narrowed = self.space.part.iter().zip(domains).map(|((low, high), domain)| {
            debug_assert!(domain.contains(*low) && domain.contains(*high), "a part lies in the space");
            axtrace_runtime::table::Domain { low: *low, high: *high }
        });
        let mut inner = Boxes::new(narrowed.collect());
        for one in refs {
            let cells: Vec<Cell> = (0..domains.len()).map(|column| Cell::In(self.space.cell(one.row, column))).collect();
            inner.push(&cells);
        }
        for found in &self.found.boxes {
            let cells: Vec<Cell> = found.chunks(1).map(Cell::In).collect();
            inner.push(&cells);
        }
        self.meter.spend(inner.rows())?;
        let mut cover = Cover::new(Space::new(&inner), &[], self.meter.left());
        let gap = cover.gap();
        self.meter.take(self.meter.left() - cover.meter.left());
        gap
    }
}

/// Joins boxes that differ in one column only, where they touch.
fn joined(mut boxes: Vec<Part>) -> Vec<Part> {
    let mut at = 0;
    while at < boxes.len() {
        let other = (at + 1..boxes.len()).find_map(|other| Some((other, join(&boxes[at], &boxes[other])?)));
        if let Some((other, both)) = other {
            boxes.remove(other);
            boxes[at] = both;
            at = 0;
        } else {
            at += 1;
        }
    }
    boxes
}

fn join(one: &Part, other: &Part) -> Option<Part> {
    let mut apart = (0..one.len()).filter(|column| one[*column] != other[*column]);
    let (Some(column), None) = (apart.next(), apart.next()) else { return None };
    let (first, second) = (one[column].min(other[column]), one[column].max(other[column]));
    (first.1.checked_add(1) == Some(second.0)).then(|| {
        let mut both = one.clone();
        both[column] = (first.0, second.1);
        both
    })
}
