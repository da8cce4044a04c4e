//! The greatest sum of parts of which only some can count together.
//!
//! A part has needs: for some variables, the values they must have for it to count. Parts count together only where all of their needs meet.
//! Parts without common variables are independent, and their sums are added. Otherwise the variable that most parts need is gone through:
//! between two of its values the parts that count are the same, so the greatest of the sums at a few of them is the greatest of all. That is exact for
//! needs as they are, and exponential in the variables at worst; when the steps are used up, what is left counts as if it excluded nothing,
//! which is never too little.
//!
//! Parts of one *family* come about for each element of the same list, as often as it has elements: for one element they may exclude each other by what
//! they need of it, while those of different elements do not.

use std::collections::{BTreeSet, HashMap};

use super::candidates::Needs;
use super::logic::VarId;

/// The variables that may be gone through one inside of the other; it bounds the recursion.
const MOST_NESTED: usize = 60;

/// A part of a sum.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// What it adds where it counts, for one element if it is of a family; not negative.
    pub adds: i128,
    /// What it needs, whatever the element.
    pub needs: Needs,
    /// The family it is of, by place in the times.
    pub family: Option<usize>,
    /// What it needs of the element.
    pub of_element: Needs,
}

/// A sum, and parts that come to it together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sum {
    /// What they come to.
    pub total: i128,
    /// Which, by their places.
    pub parts: Vec<usize>,
}

/// The greatest sum of parts that can count together; `times`: how many elements each family has at most. It takes its steps from `steps`. `None`
/// beyond 128 bits.
pub fn greatest(parts: &[Part], times: &[i128], steps: &mut u64) -> Option<Sum> {
    let all: Vec<usize> = (0..parts.len()).filter(|place| parts[*place].adds > 0).collect();
    Search { parts, times, steps, used: Vec::new() }.greatest(&all, Of::Input)
}

/// Whose values needs speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Input,
    Element,
}

struct Search<'p> {
    parts: &'p [Part],
    times: &'p [i128],
    steps: &'p mut u64,
    /// The variables that are gone through around.
    used: Vec<(Of, VarId)>,
}

impl Search<'_> {
    fn needs(&self, part: usize, of: Of) -> &Needs {
        match of {
            Of::Input => &self.parts[part].needs,
            Of::Element => &self.parts[part].of_element,
        }
    }

    /// The variables that a part needs and that are not gone through yet.
    fn open(&self, part: usize, of: Of) -> impl Iterator<Item = VarId> {
        let used = move |variable: &VarId| self.used.contains(&(of, *variable));
        self.needs(part, of).iter().map(|need| need.0).filter(move |variable| !used(variable))
    }

    fn greatest(&mut self, members: &[usize], of: Of) -> Option<Sum> {
        let cost = members.iter().map(|part| 1 + self.needs(*part, of).len() as u64).sum::<u64>();
        let left = self.steps.checked_sub(cost);
        *self.steps = left.unwrap_or(0);
        if left.is_none() || self.used.len() >= MOST_NESTED {
            return self.plain(members, of);
        }
        let mut sum = Sum::default();
        for group in self.independent(members, of) {
            let own = if let [only] = group.as_slice() { self.plain(&[*only], of)? } else { self.of_dependent(&group, of)? };
            sum.total = sum.total.checked_add(own.total)?;
            sum.parts.extend(own.parts);
        }
        Some(sum)
    }

    /// All of them, as if none excluded another.
    fn plain(&self, members: &[usize], of: Of) -> Option<Sum> {
        let times = |part: usize| self.parts[part].family.filter(|_| of == Of::Input).map_or(1, |family| self.times[family]);
        let add = |sum: i128, part: &usize| sum.checked_add(self.parts[*part].adds.checked_mul(times(*part))?);
        Some(Sum { total: members.iter().try_fold(0, add)?, parts: members.to_vec() })
    }

    /// The greatest sum of parts that share variables, or a family.
    fn of_dependent(&mut self, members: &[usize], of: Of) -> Option<Sum> {
        let Some(variable) = self.choose(members, of) else {
            return match (of, self.parts[members[0]].family) {
                (Of::Input, Some(family)) => {
                    let each = self.greatest(members, Of::Element)?;
                    Some(Sum { total: each.total.checked_mul(self.times[family])?, parts: each.parts })
                }
                _ => self.plain(members, of),
            };
        };
        self.used.push((of, variable));
        let best = self.through(members, of, variable);
        self.used.pop();
        best
    }

    /// The variable that most of the parts need; `None` if no two need the same.
    fn choose(&self, members: &[usize], of: Of) -> Option<VarId> {
        let mut counts: HashMap<VarId, usize> = HashMap::new();
        members.iter().for_each(|part| self.open(*part, of).for_each(|variable| *counts.entry(variable).or_default() += 1));
        let most = counts.into_iter().max_by_key(|(variable, count)| (*count, std::cmp::Reverse(*variable)));
        most.filter(|(_, count)| *count > 1).map(|(variable, _)| variable)
    }

    /// The greatest of the sums at each value of a variable. Only where one of the parts ends behind one that began can there be a greater one.
    fn through(&mut self, members: &[usize], of: Of, variable: VarId) -> Option<Sum> {
        let mut ends: Vec<(i128, bool, usize)> = Vec::new();
        let mut here: BTreeSet<usize> = BTreeSet::new();
        for part in members {
            let needs = self.needs(*part, of);
            match needs.binary_search_by_key(&variable, |need| need.0) {
                Ok(need) => ends.extend(needs[need].1.intervals().iter().flat_map(|(lo, hi)| [(*lo, false, *part), (*hi, true, *part)])),
                Err(_) => _ = here.insert(*part),
            }
        }
        ends.sort_unstable();
        let mut best: Option<Sum> = None;
        let mut began = true;
        for (_, is_end, part) in ends {
            if is_end && began {
                let counting: Vec<usize> = here.iter().copied().collect();
                let most = self.plain(&counting, of)?;
                if best.as_ref().is_none_or(|best| most.total > best.total) {
                    let sum = self.greatest(&counting, of)?;
                    best = best.filter(|best| best.total >= sum.total).or(Some(sum));
                }
                *self.steps = self.steps.saturating_sub(counting.len() as u64);
                if *self.steps == 0 {
                    return self.plain(members, of);
                }
            }
            began = !is_end;
            if is_end {
                here.remove(&part)
            } else {
                here.insert(part)
            };
        }
        best.map_or_else(|| self.plain(members, of), Some)
    }

    /// The parts in groups that share neither a variable nor a family with another group.
    fn independent(&self, members: &[usize], of: Of) -> Vec<Vec<usize>> {
        let mut group_of: Vec<usize> = (0..members.len()).collect();
        let root = |group_of: &mut Vec<usize>, mut place: usize| {
            while group_of[place] != place {
                group_of[place] = group_of[group_of[place]];
                place = group_of[place];
            }
            place
        };
        let mut first: HashMap<Result<VarId, usize>, usize> = HashMap::new();
        for (place, part) in members.iter().enumerate() {
            let family = self.parts[*part].family.filter(|_| of == Of::Input).map(Err);
            for key in self.open(*part, of).map(Ok).chain(family) {
                let other = *first.entry(key).or_insert(place);
                let (one, other) = (root(&mut group_of, place), root(&mut group_of, other));
                group_of[one.max(other)] = one.min(other);
            }
        }
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut place_of: HashMap<usize, usize> = HashMap::new();
        for (place, part) in members.iter().enumerate() {
            let root = root(&mut group_of, place);
            let group = *place_of.entry(root).or_insert(groups.len());
            if group == groups.len() {
                groups.push(Vec::new());
            }
            groups[group].push(*part);
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::super::sets::IntSet;
    use super::*;

    const VALUES: i128 = 4;

    fn needs(random: &mut Random, variables: u32) -> Needs {
        let mut needs = Vec::new();
        for variable in 0..variables {
            if random.below(2) == 0 {
                let mut set = IntSet::empty();
                while set.is_empty() {
                    (0..VALUES).filter(|_| random.below(3) == 0).for_each(|value| set = set.union(&IntSet::point(value)));
                }
                needs.push((VarId(variable), set));
            }
        }
        needs
    }

    fn meets(needs: &Needs, case: &[i128]) -> bool {
        needs.iter().all(|(variable, set)| set.contains(case[variable.index()]))
    }

    /// All combinations of values of three variables.
    fn cases() -> impl Iterator<Item = [i128; 3]> {
        (0..VALUES.pow(3)).map(|case| [case % VALUES, case / VALUES % VALUES, case / VALUES / VALUES])
    }

    /// What the parts come to where the input is `case` and each element the worst that it can be.
    fn at(parts: &[Part], times: &[i128], case: &[i128]) -> i128 {
        let here: Vec<&Part> = parts.iter().filter(|part| meets(&part.needs, case)).collect();
        let of_family = |family: usize| {
            let own = here.iter().filter(|part| part.family == Some(family));
            let each =
                |element: [i128; 3]| own.clone().filter(|part| meets(&part.of_element, &element)).map(|part| part.adds).sum::<i128>();
            times[family] * cases().map(each).max().unwrap_or(0)
        };
        let single: i128 = here.iter().filter(|part| part.family.is_none()).map(|part| part.adds).sum();
        single + (0..times.len()).map(of_family).sum::<i128>()
    }

    #[test]
    fn it_is_the_greatest_of_all_cases_and_never_less_when_steps_run_out() {
        let mut random = Random::new(7);
        for round in 0..400 {
            let times = [2, 5];
            let part = |random: &mut Random| {
                let family = (random.below(3) == 0).then(|| random.below(2));
                let of_element = if family.is_some() { needs(random, 3) } else { Vec::new() };
                Part { adds: random.below(9) as i128, needs: needs(random, 3), family, of_element }
            };
            let parts: Vec<Part> = (0..random.below(9)).map(|_| part(&mut random)).collect();
            let true_sum = cases().map(|case| at(&parts, &times, &case)).max().unwrap();
            assert_eq!(greatest(&parts, &times, &mut 1_000_000).unwrap().total, true_sum, "round {round}: {parts:?}");
            for steps in [0_u64, 10, 40] {
                assert!(greatest(&parts, &times, &mut steps.clone()).unwrap().total >= true_sum, "round {round} in {steps}: {parts:?}");
            }
        }
    }

    #[test]
    fn many_parts_of_many_variables_come_to_an_end() {
        let mut random = Random::new(3);
        let part = |random: &mut Random| Part { adds: 1, needs: needs(random, 40), ..Part::default() };
        let parts: Vec<Part> = (0..300).map(|_| part(&mut random)).collect();
        let found = greatest(&parts, &[], &mut 200_000).unwrap();
        assert!(found.total <= 300 && found.total > 0);
    }

    #[test]
    fn a_sum_beyond_128_bits_is_none() {
        let part = Part { adds: i128::MAX, ..Part::default() };
        assert_eq!(greatest(&[part.clone(), part], &[], &mut 1_000), None);
    }
}
