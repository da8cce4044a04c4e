//! Whether sums of inputs can have the values of a box together: what the box engine, to which all variables are independent, does not see.
//!
//! Variables are eliminated one by one (Fourier and Motzkin), with whole factors and bounds rounded inwards. That finds every box that is
//! empty over the fractions and many that are empty only over whole numbers; a box that is kept may still be empty.

use super::cover::Region;
use super::model::{Model, Subject};
use super::terms::{ClassId, Linear, Term};

/// The most inequalities that are kept at a time; beyond it nothing is refuted.
const MOST: usize = 300;
/// The most sums of a box that are looked at together.
const MOST_FACTS: usize = 24;

/// A sum of multiples of classes that is at most a number.
#[derive(Debug, Clone, PartialEq, Eq)]
struct AtMost {
    parts: Vec<(ClassId, i128)>,
    bound: i128,
}

/// A smallest part of a box that no input can have; `None` if none was found.
pub fn refute(model: &Model<'_>, region: &Region) -> Option<Region> {
    let mut core: Region = region.iter().filter(|(variable, _)| form(model, model.subjects[variable.index()]).is_some()).cloned().collect();
    let shared =
        core.iter().any(|(variable, _)| matches!(form(model, model.subjects[variable.index()]), Some(form) if form.parts.len() > 1));
    if !shared || core.len() > MOST_FACTS || !is_empty(model, &core) {
        return None;
    }
    let mut place = 0;
    while place < core.len() {
        let mut fewer = core.clone();
        fewer.remove(place);
        if is_empty(model, &fewer) { core = fewer } else { place += 1 }
    }
    Some(core)
}

/// The linear form of a number all of whose parts are parts of the input.
fn form(model: &Model<'_>, subject: Subject) -> Option<Linear> {
    let Subject::Number(class) = subject else { return None };
    let form = match &model.classes.get(class).term {
        Term::Linear(form) => form.clone(),
        _ => Linear::of(class),
    };
    model.declared(&form).map(|_| form)
}

fn is_empty(model: &Model<'_>, region: &Region) -> bool {
    let mut facts = Vec::new();
    for (variable, set) in region {
        let Some(form) = form(model, model.subjects[variable.index()]) else { continue };
        let set = set.intersection(&model.domains[variable.index()]);
        let (Some(lo), Some(hi)) = (set.least(), set.greatest()) else { return true };
        facts.extend(between(&form.parts, lo, hi));
    }
    let mut classes: Vec<ClassId> = facts.iter().flat_map(|fact| fact.parts.iter().map(|part| part.0)).collect();
    classes.sort_unstable();
    classes.dedup();
    for class in &classes {
        if let Some(scalar) = model.classes.get(*class).ty.required().scalar() {
            facts.extend(between(&[(*class, 1)], scalar.lo, scalar.hi));
        }
    }
    eliminate(facts, &classes) == Some(true)
}

/// That a sum lies between two numbers.
fn between(parts: &[(ClassId, i128)], lo: i128, hi: i128) -> Vec<AtMost> {
    let opposite = parts.iter().map(|part| (part.0, -part.1)).collect();
    let upper = (hi != i128::MAX).then(|| AtMost { parts: parts.to_vec(), bound: hi });
    let lower = (lo != i128::MIN).then(|| AtMost { parts: opposite, bound: -lo });
    upper.into_iter().chain(lower).collect()
}

/// Whether inequalities contradict each other; `None` if a number or their count became too large.
fn eliminate(mut facts: Vec<AtMost>, classes: &[ClassId]) -> Option<bool> {
    for class in classes {
        if facts.iter().any(contradicts) {
            return Some(true);
        }
        let factor = |fact: &AtMost| fact.parts.iter().find(|part| part.0 == *class).map_or(0, |part| part.1);
        let (with, mut rest): (Vec<_>, Vec<_>) = facts.into_iter().partition(|fact| factor(fact) != 0);
        let (upper, lower): (Vec<_>, Vec<_>) = with.into_iter().partition(|fact| factor(fact) > 0);
        for above in &upper {
            for below in &lower {
                let joined = add(above, below.parts_factor(*class).checked_neg()?, below, above.parts_factor(*class))?;
                if !joined.parts.is_empty() || joined.bound < 0 {
                    rest.push(joined);
                }
            }
        }
        if rest.len() > MOST {
            return None;
        }
        facts = rest;
    }
    Some(facts.iter().any(contradicts))
}

fn contradicts(fact: &AtMost) -> bool {
    fact.parts.is_empty() && fact.bound < 0
}

impl AtMost {
    fn parts_factor(&self, class: ClassId) -> i128 {
        self.parts.iter().find(|part| part.0 == class).map_or(0, |part| part.1)
    }
}

/// The sum of multiples of two inequalities, divided by what all factors have in common.
fn add(left: &AtMost, left_times: i128, right: &AtMost, right_times: i128) -> Option<AtMost> {
    let linear = |fact: &AtMost| Linear { parts: fact.parts.clone(), constant: fact.bound };
    let sum = linear(left).times(left_times)?.plus(&linear(right), right_times)?;
    let common = sum.parts.iter().fold(0u128, |common, part| gcd(common, part.1.unsigned_abs()));
    let Some(common) = i128::try_from(common).ok().filter(|common| *common > 1) else {
        return Some(AtMost { parts: sum.parts, bound: sum.constant });
    };
    let parts = sum.parts.into_iter().map(|(class, factor)| (class, factor / common)).collect();
    Some(AtMost { parts, bound: sum.constant.div_euclid(common) })
}

fn gcd(left: u128, right: u128) -> u128 {
    if right == 0 { left } else { gcd(right, left % right) }
}

/// A part of a box in which two texts are said to be the same but have different values, or not the same but have one; `None` if there is
/// none.
pub fn contradicting_texts(model: &Model<'_>, region: &Region) -> Option<Region> {
    let text = |class: ClassId| region.iter().find(|part| model.subjects[part.0.index()] == Subject::Text(class));
    region.iter().find_map(|part| {
        let Subject::Truth(class) = model.subjects[part.0.index()] else { return None };
        let Term::Same(left, right) = model.classes.get(class).term else { return None };
        let (one, other) = (text(left)?, text(right)?);
        let common = one.1.intersection(&other.1);
        let one_constant = one.1 == other.1 && one.1.least() == one.1.greatest() && one.1.greatest() < Some(model.texts.len() as i128);
        let contradicts = if part.1.contains(1) { !part.1.contains(0) && common.is_empty() } else { one_constant };
        contradicts.then(|| vec![part.clone(), one.clone(), other.clone()])
    })
}
