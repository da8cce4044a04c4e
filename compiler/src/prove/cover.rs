//! The box engine: whether in every case at least one of several formulas holds, or a box of cases in which none does.
//!
//! A variable is chosen and its values are parted into cells between which no formula tells a difference; what is left of the formulas
//! in each cell no longer speaks of that variable. Formulas without common variables are independent: together they cover all cases
//! only if one part of them does alone. Both questions of a decision are of this shape: rules leave a gap when their conditions do not
//! cover, and two rules conflict when the opposites of what a conflict needs do not cover.

use std::collections::{HashMap, HashSet};

use super::logic::{FormulaId, Logic, VarId};
use super::sets::IntSet;

/// A box of cases: for some variables, the values they have; the others may have any.
pub type Region = Vec<(VarId, IntSet)>;

/// What was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// In every case one of the formulas holds.
    Covered,
    /// In these cases none of them holds.
    Open(Region),
    /// There were too many cases to look at.
    Exhausted,
}

/// How many variables may be decided one inside of the other; it bounds the recursion.
const MOST_NESTED: usize = 400;

/// How many parts of formulas are joined for the price of a step.
const WORK: u64 = 2;

/// The state of a search: the formulas, the values each variable can have, and the steps that are left.
pub struct Cover<'a> {
    logic: &'a mut Logic,
    domains: &'a [IntSet],
    memo: &'a mut Memo,
    steps: &'a mut u64,
}

/// Formulas known to cover all cases. It holds as long as the domains do.
#[derive(Debug, Default)]
pub struct Memo(HashSet<Vec<FormulaId>>);

impl<'a> Cover<'a> {
    /// A search over formulas of `logic`; `domains` by variable. It takes its steps from `steps` and gives up when none are left.
    pub fn new(logic: &'a mut Logic, domains: &'a [IntSet], memo: &'a mut Memo, steps: &'a mut u64) -> Self {
        Self { logic, domains, memo, steps }
    }

    /// Whether in every case one of `rows` holds.
    pub fn check(&mut self, rows: impl IntoIterator<Item = FormulaId>) -> Verdict {
        let rows = tidy(rows.into_iter().collect());
        self.search(rows, 0)
    }

    fn search(&mut self, rows: Vec<FormulaId>, nested: usize) -> Verdict {
        if rows.contains(&Logic::TRUE) || self.memo.0.contains(&rows) {
            return Verdict::Covered;
        }
        if rows.is_empty() {
            return Verdict::Open(Vec::new());
        }
        if nested > MOST_NESTED {
            return Verdict::Exhausted;
        }
        let parts = self.independent(&rows);
        let verdict = if parts.len() > 1 { self.each_part(parts, nested) } else { self.split(&rows, nested) };
        if verdict == Verdict::Covered {
            self.memo.0.insert(rows);
        }
        verdict
    }

    /// Parts without common variables leave a box open only if each of them does.
    fn each_part(&mut self, parts: Vec<Vec<FormulaId>>, nested: usize) -> Verdict {
        let (mut region, mut exhausted) = (Vec::new(), false);
        for part in parts {
            match self.search(part, nested + 1) {
                Verdict::Covered => return Verdict::Covered,
                Verdict::Open(open) => region.extend(open),
                Verdict::Exhausted => exhausted = true,
            }
        }
        if exhausted { Verdict::Exhausted } else { Verdict::Open(region) }
    }

    fn split(&mut self, rows: &[FormulaId], nested: usize) -> Verdict {
        let Some(variable) = self.choose(rows) else { return Verdict::Open(Vec::new()) };
        let mut exhausted = false;
        for (cell, left) in match self.cells(rows, variable) {
            Some(cells) => cells,
            None => return Verdict::Exhausted,
        } {
            match self.search(left, nested + 1) {
                Verdict::Covered => {}
                Verdict::Open(mut region) => {
                    region.push((variable, cell));
                    return Verdict::Open(region);
                }
                Verdict::Exhausted => exhausted = true,
            }
        }
        if exhausted { Verdict::Exhausted } else { Verdict::Covered }
    }

    /// The variable that most formulas speak of: it decides most of them at once.
    fn choose(&self, rows: &[FormulaId]) -> Option<VarId> {
        let mut counts: HashMap<VarId, usize> = HashMap::new();
        for variable in rows.iter().flat_map(|row| self.logic.variables(*row)) {
            *counts.entry(*variable).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(variable, count)| (*count, std::cmp::Reverse(*variable))).map(|(variable, _)| variable)
    }

    /// The cells of a variable with what each leaves of the formulas; cells that leave the same are one. `None` when out of steps.
    fn cells(&mut self, rows: &[FormulaId], variable: VarId) -> Option<Vec<(IntSet, Vec<FormulaId>)>> {
        let mut cells: Vec<(Vec<IntSet>, Vec<FormulaId>)> = Vec::new();
        let mut places: HashMap<Vec<FormulaId>, usize> = HashMap::new();
        for (lo, hi) in self.segments(rows, variable) {
            let before = self.logic.work();
            let mut known = HashMap::new();
            let left = tidy(rows.iter().map(|row| self.logic.assign(*row, variable, lo, &mut known)).collect());
            let cost = rows.len() as u64 + (self.logic.work() - before) / WORK;
            *self.steps = self.steps.checked_sub(cost)?;
            let place = *places.entry(left.clone()).or_insert(cells.len());
            match cells.get_mut(place) {
                Some(cell) => cell.0.push(IntSet::between(lo, hi)),
                None => cells.push((vec![IntSet::between(lo, hi)], left)),
            }
        }
        Some(cells.into_iter().map(|(segments, left)| (IntSet::any_of(&segments), left)).collect())
    }

    /// The domain of a variable, cut wherever a formula begins or ends to allow it.
    fn segments(&self, rows: &[FormulaId], variable: VarId) -> Vec<(i128, i128)> {
        let (mut sets, mut seen) = (Vec::new(), HashSet::new());
        rows.iter().for_each(|row| self.logic.sets_of(*row, variable, &mut seen, &mut sets));
        let ends = |set: &IntSet| set.intervals().iter().flat_map(|&(lo, hi)| [Some(lo), hi.checked_add(1)]).flatten().collect::<Vec<_>>();
        let mut cuts: Vec<i128> = sets.iter().flat_map(ends).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let domain = self.domains[variable.index()].intervals();
        domain.iter().flat_map(|interval| cut(*interval, &cuts)).collect()
    }

    /// The formulas, parted so that no two parts have a common variable.
    fn independent(&self, rows: &[FormulaId]) -> Vec<Vec<FormulaId>> {
        let mut part_of: HashMap<VarId, usize> = HashMap::new();
        let mut union = Union((0..rows.len()).collect());
        for (place, row) in rows.iter().enumerate() {
            for variable in self.logic.variables(*row) {
                let other = *part_of.entry(*variable).or_insert(place);
                union.join(place, other);
            }
        }
        let mut parts: Vec<(usize, Vec<FormulaId>)> = Vec::new();
        let mut places: HashMap<usize, usize> = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            let root = union.root(place);
            let part = *places.entry(root).or_insert_with(|| {
                parts.push((root, Vec::new()));
                parts.len() - 1
            });
            parts[part].1.push(*row);
        }
        // A small part that covers spares the others.
        parts.sort_by_key(|part| part.1.len());
        parts.into_iter().map(|part| part.1).collect()
    }
}

/// Which rows belong together.
struct Union(Vec<usize>);

impl Union {
    fn root(&mut self, mut place: usize) -> usize {
        while self.0[place] != place {
            self.0[place] = self.0[self.0[place]];
            place = self.0[place];
        }
        place
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        self.0[left] = right;
    }
}

/// An interval, cut before each of the ascending `cuts` that lies inside of it.
fn cut((lo, hi): (i128, i128), cuts: &[i128]) -> Vec<(i128, i128)> {
    let first = cuts.partition_point(|cut| *cut <= lo);
    let last = cuts.partition_point(|cut| *cut <= hi);
    let starts: Vec<i128> = std::iter::once(lo).chain(cuts[first..last].iter().copied()).collect();
    let end = |place: usize| starts.get(place + 1).map_or(hi, |next| next - 1);
    starts.iter().enumerate().map(|(place, start)| (*start, end(place))).collect()
}

/// Formulas in one order, each once, without those that never hold.
fn tidy(mut rows: Vec<FormulaId>) -> Vec<FormulaId> {
    rows.retain(|row| *row != Logic::FALSE);
    rows.sort_unstable();
    rows.dedup();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(logic: &mut Logic, variable: u32, lo: i128, hi: i128) -> FormulaId {
        logic.atom(VarId(variable), IntSet::between(lo, hi))
    }

    fn check(logic: &mut Logic, variables: usize, rows: &[FormulaId]) -> Verdict {
        let domains = vec![IntSet::between(0, 9); variables];
        Cover::new(logic, &domains, &mut Memo::default(), &mut 100_000).check(rows.iter().copied())
    }

    #[test]
    fn a_bound_that_neither_side_includes_is_open() {
        let mut logic = Logic::new();
        let rows = [number(&mut logic, 0, i128::MIN, 5), number(&mut logic, 0, 7, i128::MAX)];
        assert_eq!(check(&mut logic, 1, &rows), Verdict::Open(vec![(VarId(0), IntSet::point(6))]));
        let rows = [rows[0], number(&mut logic, 0, 6, 6), rows[1]];
        assert_eq!(check(&mut logic, 1, &rows), Verdict::Covered);
    }

    #[test]
    fn rows_over_different_columns_cover_only_if_one_kind_does() {
        let mut logic = Logic::new();
        let rows: Vec<_> = (0..40).map(|variable| number(&mut logic, variable, 0, 8)).collect();
        assert!(matches!(check(&mut logic, 40, &rows), Verdict::Open(region) if region.len() == 40));
    }

    #[test]
    fn a_search_that_is_too_long_says_so() {
        let mut logic = Logic::new();
        let (low, high) = (number(&mut logic, 0, 0, 4), number(&mut logic, 1, 0, 4));
        let row = logic.same(low, high);
        let verdict = Cover::new(&mut logic, &vec![IntSet::between(0, 9); 2], &mut Memo::default(), &mut 1).check([row]);
        assert_eq!(verdict, Verdict::Exhausted);
    }
}
