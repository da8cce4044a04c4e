//! Whether rows cover a part of the space: each piece of it is covered by one row, or a gap is found.

use super::count::is_full;
use super::cut::{Cut, Part, Ref, Space};
use super::{Exhausted, Meter};

/// How deep parts are cut.
const DEEPEST: u32 = 2_048;

/// A search for a point that no row covers.
pub struct Cover<'a> {
    pub space: Space<'a>,
    pub meter: Meter,
    /// Whether it is known that no two rows share a point.
    pub disjoint: bool,
    /// The keys that a gap should have, if it can: those sides of cuts are looked at first.
    pub prefer: &'a [i64],
    /// Rows that together cover what has been found to be covered. They may be here several times.
    pub used: Vec<u32>,
}

impl<'a> Cover<'a> {
    pub const fn new(space: Space<'a>, prefer: &'a [i64], steps: u64) -> Self {
        Self { space, meter: Meter::new(steps), disjoint: false, prefer, used: Vec::new() }
    }

    /// A part of the space that no row touches, if there is one.
    pub fn gap(&mut self) -> Result<Option<Part>, Exhausted> {
        let refs = self.space.refs().ok_or(Exhausted)?;
        if self.space.is_empty() { Ok(None) } else { self.part(&refs, 0) }
    }

    /// A part of the current part that no row touches, if there is one.
    pub fn part(&mut self, refs: &[Ref], depth: u32) -> Result<Option<Part>, Exhausted> {
        self.meter.spend(refs.len() + 1)?;
        if refs.is_empty() {
            return Ok(Some(self.space.part.clone()));
        }
        if let Some(one) = refs.iter().find(|one| one.open == 0) {
            self.used.push(one.row);
            return Ok(None);
        }
        if self.disjoint && is_full(&self.space, refs) {
            self.used.extend(refs.iter().map(|one| one.row));
            return Ok(None);
        }
        let groups = groups(refs);
        if groups.len() > 1 {
            return self.independent(refs, &groups, depth);
        }
        // Rows that do not cover the part have an end within it.
        let Some((cut, _)) = self.space.best_cut(refs).filter(|_| depth < DEEPEST) else { return Err(Exhausted) };
        self.cut(refs, cut, depth)
    }

    fn cut(&mut self, refs: &[Ref], cut: Cut, depth: u32) -> Result<Option<Part>, Exhausted> {
        let whole = self.space.part[cut.column];
        let mut sides = self.space.sides(cut);
        if self.prefer.get(cut.column).is_some_and(|key| *key >= cut.at) {
            sides.reverse();
        }
        let mut gap = None;
        for side in sides {
            self.space.part[cut.column] = side;
            let kept = self.space.keep(refs, cut.column);
            gap = self.part(&kept, depth + 1)?;
            if gap.is_some() {
                break;
            }
        }
        self.space.part[cut.column] = whole;
        Ok(gap)
    }

    /// Rows that ask about different columns: a point outside of each group is outside of all of them, so they cover the part only if one
    /// group does.
    fn independent(&mut self, refs: &[Ref], groups: &[u64], depth: u32) -> Result<Option<Part>, Exhausted> {
        let mut gap = self.space.part.clone();
        for group in groups {
            let start = self.used.len();
            let members: Vec<Ref> = refs.iter().copied().filter(|one| one.open & group != 0).collect();
            let Some(part) = self.part(&members, depth + 1)? else { return Ok(None) };
            self.used.truncate(start);
            for (column, keys) in part.into_iter().enumerate().take(64).filter(|(column, _)| group >> column & 1 == 1) {
                gap[column] = keys;
            }
        }
        Ok(Some(gap))
    }
}

/// Sets of columns, such that no row asks about columns of two of them; those with the fewest columns first.
fn groups(refs: &[Ref]) -> Vec<u64> {
    let all = refs.iter().fold(0, |all, one| all | one.open);
    let mut groups: Vec<u64> = Vec::new();
    for one in refs {
        let mut joined = one.open;
        groups.retain(|group| {
            let apart = group & joined == 0;
            joined |= if apart { 0 } else { *group };
            apart
        });
        groups.push(joined);
        if joined == all {
            break;
        }
    }
    groups.sort_by_key(|group| (group.count_ones(), *group));
    groups
}
