//! Sets of whole numbers as ascending intervals: what an atom allows its variable to be.

use std::sync::Arc;

/// A set of whole numbers. Its intervals are ascending and neither touch nor overlap, so equal sets are written alike. The least and the
/// greatest `i128` stand for "without end".
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IntSet(Arc<[(i128, i128)]>);

impl IntSet {
    /// No number.
    pub fn empty() -> Self {
        Self(Arc::from([]))
    }

    /// All numbers.
    pub fn all() -> Self {
        Self::between(i128::MIN, i128::MAX)
    }

    /// The numbers from `lo` to `hi`, both included; none if `lo > hi`.
    pub fn between(lo: i128, hi: i128) -> Self {
        if lo > hi { Self::empty() } else { Self(Arc::from([(lo, hi)])) }
    }

    /// One number.
    pub fn point(number: i128) -> Self {
        Self::between(number, number)
    }

    /// The intervals, ascending.
    pub fn intervals(&self) -> &[(i128, i128)] {
        &self.0
    }

    /// Whether there is no number in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every number is in it.
    pub fn is_all(&self) -> bool {
        *self.0 == [(i128::MIN, i128::MAX)]
    }

    /// Whether a number is in it.
    pub fn contains(&self, number: i128) -> bool {
        let after = self.0.partition_point(|interval| interval.0 <= number);
        after > 0 && self.0[after - 1].1 >= number
    }

    /// The least number; `None` if there is no number.
    pub fn least(&self) -> Option<i128> {
        self.0.first().map(|interval| interval.0)
    }

    /// The greatest number; `None` if there is no number.
    pub fn greatest(&self) -> Option<i128> {
        self.0.last().map(|interval| interval.1)
    }

    /// The numbers of either.
    pub fn union(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(other.0.iter()).copied().collect())
    }

    /// The numbers of any of several sets.
    pub fn any_of<'s>(sets: impl IntoIterator<Item = &'s Self>) -> Self {
        Self::of(sets.into_iter().flat_map(|set| set.0.iter()).copied().collect())
    }

    /// The numbers of intervals in any order.
    fn of(mut intervals: Vec<(i128, i128)>) -> Self {
        intervals.sort_unstable();
        let mut joined: Vec<(i128, i128)> = Vec::with_capacity(intervals.len());
        for (lo, hi) in intervals {
            match joined.last_mut() {
                Some(last) if lo <= last.1.saturating_add(1) => last.1 = last.1.max(hi),
                _ => joined.push((lo, hi)),
            }
        }
        Self(joined.into())
    }

    /// The numbers in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let (lo, hi) = (a.0.max(b.0), a.1.min(b.1));
            if lo <= hi {
                common.push((lo, hi));
            }
            if a.1 < b.1 {
                left.next()
            } else {
                right.next()
            };
        }
        Self(common.into())
    }

    /// The numbers that are not in it.
    pub fn complement(&self) -> Self {
        let mut rest = Vec::with_capacity(self.0.len() + 1);
        let mut from = Some(i128::MIN);
        for &(lo, hi) in self.0.iter() {
            if let Some(start) = from
                && start < lo
            {
                rest.push((start, lo - 1));
            }
            from = hi.checked_add(1);
        }
        if let Some(start) = from {
            rest.push((start, i128::MAX));
        }
        Self(rest.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(intervals: &[(i128, i128)]) -> IntSet {
        intervals.iter().fold(IntSet::empty(), |set, &(lo, hi)| set.union(&IntSet::between(lo, hi)))
    }

    #[test]
    fn neighbours_are_joined_and_the_complement_of_the_complement_is_the_set() {
        let numbers = set(&[(5, 7), (1, 2), (3, 4), (9, 9)]);
        assert_eq!(numbers.intervals(), [(1, 7), (9, 9)]);
        assert_eq!(numbers.complement().intervals(), [(i128::MIN, 0), (8, 8), (10, i128::MAX)]);
        assert_eq!(numbers.complement().complement(), numbers);
        assert!(IntSet::all().complement().is_empty() && IntSet::empty().complement().is_all());
    }

    #[test]
    fn the_intersection_holds_what_both_hold() {
        let (left, right) = (set(&[(0, 10), (20, 30)]), set(&[(5, 22), (25, 25), (30, 40)]));
        assert_eq!(left.intersection(&right).intervals(), [(5, 10), (20, 22), (25, 25), (30, 30)]);
        assert!(left.contains(30) && !left.contains(11) && !left.contains(31) && !left.contains(-1));
    }
}
