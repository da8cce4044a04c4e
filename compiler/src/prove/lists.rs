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
/// How many where nothing is known of elements but what the box says.
const FEW_CASES: u32 = 8;
/// The most parts of a box outside of the list that are held against its elements.
const MOST_AROUND: usize = 12;
/// How deep lists in lists are looked into.
const DEEPEST: u32 = 8;
/// The steps that a case costs beside those of the engine.
const CASE: u64 = 20;

/// What elements are held against.
#[derive(Clone)]
struct Against<'f> {
    /// What no element does.
    none: Vec<&'f Fact>,
    /// What the box says beside.
    around: Vec<(VarId, IntSet)>,
}

/// A part of a box that no list can have; `None` if none was found.
pub fn refute(model: &mut Model<'_>, region: &Region, memo: &mut Memo, steps: &mut u64) -> Option<Region> {
    refute_within(model, region, memo, steps, 0)
}

/// As [`refute`], of a list within so many others.
fn refute_within(model: &mut Model<'_>, region: &Region, memo: &mut Memo, steps: &mut u64, depth: u32) -> Option<Region> {
    if depth > DEEPEST {
        return None;
    }
    let facts: Vec<Fact> = region.iter().filter_map(|part| fact(model, part)).collect();
    // A list that is never empty has some element, whatever the box says.
    let filled = |fact: &&Fact| !fact.some && fact.body.is_some() && is_filled(model, fact.list);
    let filled = facts.iter().filter(filled).map(|fact| Fact { list: fact.list, body: None, some: true, part: fact.part.clone() });
    let filled: Vec<Fact> = filled.collect();
    for there in facts.iter().filter(|fact| fact.some).chain(&filled) {
        let none: Vec<&Fact> = facts.iter().filter(|fact| !fact.some && fact.list == there.list).collect();
        let around = around(model, region, there, &none);
        if none.is_empty() && model.known.is_empty() && around.is_empty() {
            continue;
        }
        let mut against = Against { none, around };
        if !contradicts(model, there, &against, memo, steps, depth) {
            continue;
        }
        let mut place = 0;
        while place < against.none.len() + against.around.len() {
            let mut fewer = against.clone();
            match place.checked_sub(fewer.none.len()) {
                Some(place) => drop(fewer.around.remove(place)),
                None => drop(fewer.none.remove(place)),
            }
            if contradicts(model, there, &fewer, memo, steps, depth) { against = fewer } else { place += 1 }
        }
        let none = against.none.into_iter().map(|fact| fact.part.clone());
        return Some(std::iter::once(there.part.clone()).chain(none).chain(against.around).collect());
    }
    None
}

/// Whether a list has at least one element for every input.
fn is_filled(model: &Model<'_>, list: ClassId) -> bool {
    let ty = &model.classes.get(list).ty;
    model.is_part(list) && matches!(ty, axtrace_runtime::types::Type::List { min: 1.., .. })
}

/// What a box says of values that conditions on elements speak of, too.
fn around(model: &Model<'_>, region: &Region, there: &Fact, none: &[&Fact]) -> Vec<(VarId, IntSet)> {
    let known = model.known.get(&there.list).copied();
    let bodies = none.iter().filter_map(|fact| fact.body).chain(there.body).chain(known);
    let mut classes: Vec<ClassId> = Vec::new();
    for variable in bodies.flat_map(|body| model.logic.variables(body)) {
        let class = model.subjects[variable.index()].class();
        classes.push(class);
        classes.extend(model.classes.get(class).term.operands());
    }
    // What is said of other lists is held against their own elements.
    let concerns = |part: &&(VarId, IntSet)| {
        let variable = part.0;
        let class = model.subjects[variable.index()].class();
        let parts = model.classes.get(class).term.operands();
        model.classes.get(class).loops == 0
            && fact(model, part).is_none()
            && (classes.contains(&class) || parts.iter().any(|part| classes.contains(part)))
    };
    region.iter().filter(concerns).take(MOST_AROUND).cloned().collect()
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

/// Whether every element that does the one, and keeps what all keep, does one of the others, wherever what stands around holds.
fn contradicts(model: &mut Model<'_>, there: &Fact, against: &Against<'_>, memo: &mut Memo, steps: &mut u64, depth: u32) -> bool {
    if against.none.iter().any(|fact| fact.body.is_none()) {
        return true;
    }
    let mut rows: Vec<FormulaId> = against.none.iter().filter_map(|fact| fact.body).collect();
    let known = model.known.get(&there.list).copied();
    for holds in there.body.into_iter().chain(known) {
        rows.push(model.logic.not(holds));
    }
    rows.extend(against.around.iter().map(|(variable, set)| model.logic.atom(*variable, set.complement())));
    // Sums and lists of one element are looked into where something is known of elements.
    let cases = if model.known.is_empty() { FEW_CASES } else { MOST_CASES };
    for _ in 0..cases {
        *steps = steps.saturating_sub(CASE);
        let region = match Cover::new(&mut model.logic, &model.domains, memo, steps).check(rows.iter().copied()) {
            Verdict::Covered => return true,
            Verdict::Exhausted => return false,
            Verdict::Open(region) => region,
        };
        let core = theory::refute(model, &region).or_else(|| super::bounds::refute(model, &region));
        let Some(core) = core.or_else(|| refute_within(model, &region, memo, steps, depth + 1)) else { return false };
        let atoms: Vec<FormulaId> = core.iter().map(|(variable, set)| model.logic.atom(*variable, set.clone())).collect();
        rows.push(model.logic.and(atoms));
    }
    false
}
