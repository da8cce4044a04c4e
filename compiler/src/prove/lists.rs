//! Whether conditions on the elements of one list can hold together: if some element satisfies one and none satisfies the others, there
//! must be an element for which that is so.

use super::cover::{Cover, Memo, Region, Verdict};
use super::logic::{FormulaId, VarId};
use super::model::{Model, Subject};
use super::sets::IntSet;
use super::terms::{ClassId, Term};
use super::theory;

/// What a part of a box says of the elements of a list.
struct Fact {
    list: ClassId,
    /// The condition; `None` stands for any element.
    body: Option<FormulaId>,
    /// Whether some element satisfies it, or none.
    some: bool,
    part: (VarId, IntSet),
}

/// How many cases of one element are looked at.
const MOST_CASES: u32 = 40;
/// The steps that a case costs beside those of the engine.
const CASE: u64 = 20;

/// A part of a box that no list can have; `None` if none was found.
pub fn refute(model: &mut Model<'_>, region: &Region, memo: &mut Memo, steps: &mut u64) -> Option<Region> {
    let facts: Vec<Fact> = region.iter().filter_map(|part| fact(model, part)).collect();
    for there in facts.iter().filter(|fact| fact.some) {
        let mut none: Vec<&Fact> = facts.iter().filter(|fact| !fact.some && fact.list == there.list).collect();
        if (none.is_empty() && model.known.is_empty()) || !contradicts(model, there, &none, memo, steps) {
            continue;
        }
        let mut place = 0;
        while place < none.len() {
            let gone = none.remove(place);
            if !contradicts(model, there, &none, memo, steps) {
                none.insert(place, gone);
                place += 1;
            }
        }
        return Some(std::iter::once(there).chain(none).map(|fact| fact.part.clone()).collect());
    }
    None
}

fn fact(model: &Model<'_>, part: &(VarId, IntSet)) -> Option<Fact> {
    let set = part.1.intersection(&model.domains[part.0.index()]);
    let subject = model.subjects[part.0.index()];
    let (list, body) = match &model.classes.get(subject.class()).term {
        Term::Exists(list, body) | Term::Count(list, body) => (*list, Some(*body)),
        Term::Length(list) => (*list, None),
        _ => return None,
    };
    let counted = matches!(subject, Subject::Number(_) | Subject::Truth(_));
    let (some, none) = (set.least() >= Some(1), set.greatest() == Some(0));
    (counted && (some || none)).then(|| Fact { list, body, some, part: part.clone() })
}

/// Whether every element that does the one, and keeps what all keep, does one of the others.
fn contradicts(model: &mut Model<'_>, there: &Fact, none: &[&Fact], memo: &mut Memo, steps: &mut u64) -> bool {
    if none.iter().any(|fact| fact.body.is_none()) {
        return true;
    }
    let mut rows: Vec<FormulaId> = none.iter().filter_map(|fact| fact.body).collect();
    let known = model.known.get(&there.list).copied();
    for holds in there.body.into_iter().chain(known) {
        rows.push(model.logic.not(holds));
    }
    // Sums and lists of one element are looked into where something is known of elements.
    for _ in 0..if model.known.is_empty() { 1 } else { MOST_CASES } {
        *steps = steps.saturating_sub(CASE);
        let region = match Cover::new(&mut model.logic, &model.domains, memo, steps).check(rows.iter().copied()) {
            Verdict::Covered => return true,
            Verdict::Exhausted => return false,
            Verdict::Open(region) => region,
        };
        if model.known.is_empty() {
            return false;
        }
        let Some(core) = theory::refute(model, &region).or_else(|| refute(model, &region, memo, steps)) else { return false };
        let atoms: Vec<FormulaId> = core.iter().map(|(variable, set)| model.logic.atom(*variable, set.clone())).collect();
        rows.push(model.logic.and(atoms));
    }
    false
}
