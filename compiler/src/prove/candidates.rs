//! The pairs of rules that could apply together, as far as what each needs of one variable tells: few among thousands of rules that ask
//! for different values, without looking at all pairs.

use std::collections::HashMap;

use super::logic::VarId;
use super::sets::IntSet;

/// For some variables, ascending, what they have to be for a rule to apply.
pub type Needs = Vec<(VarId, IntSet)>;

/// The most pairs that are looked at.
const MOST: usize = 8_000_000;

/// The pairs of rules, each rule with itself included, ascending; whether they are all there are.
pub fn pairs(needs: &[Needs]) -> (Vec<(u32, u32)>, bool) {
    let Some(variable) = most_needed(needs) else { return all(needs.len()) };
    let mut intervals: Vec<(i128, i128, u32)> = needs.iter().zip(0..).map(|(needs, rule)| hull(needs, variable, rule)).collect();
    intervals.sort_unstable();
    let mut pairs = Vec::new();
    for (place, (_, end, rule)) in intervals.iter().enumerate() {
        let beside = intervals[place..].iter().take_while(|other| other.0 <= *end);
        let beside = beside.map(|other| (*rule.min(&other.2), *rule.max(&other.2)));
        pairs.extend(beside.take(MOST + 1 - pairs.len()));
        if pairs.len() > MOST {
            break;
        }
    }
    let complete = pairs.len() <= MOST;
    pairs.sort_unstable();
    (pairs, complete)
}

fn all(rules: usize) -> (Vec<(u32, u32)>, bool) {
    let rules = rules as u32;
    let each = (0..rules).flat_map(|first| (first..rules).map(move |second| (first, second)));
    let pairs: Vec<_> = each.take(MOST + 1).collect();
    let complete = pairs.len() <= MOST;
    (pairs, complete)
}

/// The variable of which the most rules need something.
fn most_needed(needs: &[Needs]) -> Option<VarId> {
    let mut counts: HashMap<VarId, usize> = HashMap::new();
    for (variable, _) in needs.iter().flatten() {
        *counts.entry(*variable).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(variable, count)| (*count, std::cmp::Reverse(*variable))).map(|(variable, _)| variable)
}

/// Between which values of a variable a rule lies.
fn hull(needs: &Needs, variable: VarId, rule: u32) -> (i128, i128, u32) {
    let set = needs.binary_search_by_key(&variable, |need| need.0).ok().map(|place| &needs[place].1);
    let ends = set.and_then(|set| set.least().zip(set.greatest()));
    let (lo, hi) = ends.unwrap_or((i128::MIN, i128::MAX));
    (lo, hi, rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(lo: i128, hi: i128) -> Needs {
        vec![(VarId(0), IntSet::between(lo, hi))]
    }

    #[test]
    fn rules_for_different_values_are_no_pairs() {
        let (found, complete) = pairs(&[need(5, 9), need(0, 4), Needs::new(), need(4, 5)]);
        assert!(complete);
        assert_eq!(found, [(0, 0), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (3, 3)]);
    }

    #[test]
    fn a_hundred_thousand_rules_for_different_values_are_few_pairs() {
        let needs: Vec<_> = (0..100_000).map(|place| need(place, place)).collect();
        assert_eq!(pairs(&needs).0.len(), needs.len());
    }

    #[test]
    fn too_many_pairs_are_told() {
        assert!(!pairs(&vec![Needs::new(); 5_000]).1);
        assert!(!pairs(&vec![need(0, 1); 5_000]).1);
        assert!(pairs(&vec![need(0, 1); 1_000]).1);
    }
}
