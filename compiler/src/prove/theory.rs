//! Whether sums of inputs can have the values of a box together: what the box engine, to which all variables are independent, does not see.
//!
//! Variables are eliminated one by one (Fourier and Motzkin), with whole factors and bounds rounded inwards. That finds every box that is
//! empty over the fractions and many that are empty only over whole numbers; a box that is kept may still be empty.

use axtrace_runtime::meta::ProgramMeta;
use axtrace_runtime::value::Value;

use super::cover::Region;
use super::logic::VarId;
use super::model::{Model, Subject};
use super::sets::IntSet;
use super::terms::{ClassId, Linear, Term};
use crate::function::Function;
use crate::interpret::functions::{Tables, apply};

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
    let mut core: Region = region.iter().filter(|(variable, _)| form(model, *variable).is_some()).cloned().collect();
    let shared = core.iter().any(|(variable, _)| matches!(form(model, *variable), Some(form) if form.parts.len() > 1));
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

/// The linear form of a number whose parts have known ranges; only if its domain holds all that the form can be, so that any values of the parts
/// lead to one of it.
fn form(model: &Model<'_>, variable: VarId) -> Option<Linear> {
    let Subject::Number(class) = model.subjects[variable.index()] else { return None };
    let form = match &model.classes.get(class).term {
        Term::Linear(form) => form.clone(),
        _ => Linear::of(class),
    };
    (model.declared(&form).is_some() || model.is_whole(variable)).then_some(form)
}

fn is_empty(model: &Model<'_>, region: &Region) -> bool {
    let mut facts = Vec::new();
    for (variable, set) in region {
        let Some(form) = form(model, *variable) else { continue };
        let set = set.intersection(&model.domains[variable.index()]);
        let (Some(lo), Some(hi)) = (set.least(), set.greatest()) else { return true };
        facts.extend(between(&form.parts, lo, hi));
    }
    let mut classes: Vec<ClassId> = facts.iter().flat_map(|fact| fact.parts.iter().map(|part| part.0)).collect();
    classes.sort_unstable();
    classes.dedup();
    for class in &classes {
        if let Some((lo, hi)) = model.range_of(*class) {
            facts.extend(between(&[(*class, 1)], lo, hi));
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

/// A part of a box that no texts can have: two that are said to be the same, or in order, and have numbers that tell otherwise; a text that is
/// one constant and of which something else is said than a function says of that constant. `None` if there is none.
pub fn contradicting_texts(model: &Model<'_>, program: &ProgramMeta, region: &Region) -> Option<Region> {
    region.iter().find_map(|part| {
        let subject = model.subjects[part.0.index()];
        match &model.classes.get(subject.class()).term {
            Term::Same(left, right) => contradicting_pair(model, region, part, *left, *right, true),
            Term::Before(left, right) => contradicting_pair(model, region, part, *left, *right, false),
            Term::Call(function, operands) => contradicting_call(model, program, region, part, *function, operands),
            _ => None,
        }
    })
}

type Part = (VarId, IntSet);

/// What a box says of a text.
fn text_of<'r>(model: &Model<'_>, region: &'r Region, class: ClassId) -> Option<&'r Part> {
    region.iter().find(|part| model.subjects[part.0.index()] == Subject::Text(class))
}

fn contradicting_pair(model: &Model<'_>, region: &Region, part: &Part, left: ClassId, right: ClassId, same: bool) -> Option<Region> {
    let (one, other) = (text_of(model, region, left)?, text_of(model, region, right)?);
    let (least, greatest) = (one.1.least()?, one.1.greatest()?);
    let (other_least, other_greatest) = (other.1.least()?, other.1.greatest()?);
    let one_constant = least == greatest && one.1 == other.1 && model.constant_text(least).is_some();
    let (holds, fails) = (part.1.contains(1), part.1.contains(0));
    let contradicts = match (same, holds && !fails) {
        (true, true) => one.1.intersection(&other.1).is_empty(),
        (true, false) => one_constant,
        (false, true) => least > other_greatest || one_constant,
        (false, false) => greatest < other_least,
    };
    (contradicts && holds != fails).then(|| vec![part.clone(), one.clone(), other.clone()])
}

/// Whether a function of texts gives something else than is said, where all its operands are known.
fn contradicting_call(
    model: &Model<'_>,
    program: &ProgramMeta,
    region: &Region,
    part: &Part,
    function: Function,
    operands: &[ClassId],
) -> Option<Region> {
    let mut core = vec![part.clone()];
    let mut values = Vec::with_capacity(operands.len());
    for class in operands {
        values.push(match (&model.classes.get(*class).term, text_of(model, region, *class)) {
            (Term::Constant(value), _) => value.clone(),
            (_, Some(text)) => {
                let only = text.1.least().filter(|least| text.1.greatest() == Some(*least));
                match only.and_then(|number| model.constant_text(number)) {
                    Some(constant) => {
                        core.push(text.clone());
                        Value::Text(constant.clone())
                    }
                    None => return contradicting_length(model, part, text, function),
                }
            }
            _ => return None,
        });
    }
    if core.len() == 1 || function == Function::Matches && values.iter().any(is_long) {
        return None;
    }
    let said = match (model.subjects[part.0.index()], apply(function, &values, Tables::of(program))?) {
        (Subject::Truth(_), Value::Boolean(value)) => value.into(),
        (Subject::Given(_), value) => (value != Value::Missing).into(),
        (Subject::Number(_), value) => value.number()?,
        (Subject::Text(_), Value::Text(text)) => model.number_of_text(&text),
        _ => return None,
    };
    (!part.1.contains(said)).then_some(core)
}

/// A text without any characters is the empty one, and one that starts with another is no shorter.
fn contradicting_length(model: &Model<'_>, part: &Part, text: &Part, function: Function) -> Option<Region> {
    let length = part.1.intersection(&model.domains[part.0.index()]).greatest().filter(|_| function == Function::LengthOf)?;
    let empty = length == 0 && !text.1.contains(model.number_of_text(""));
    (empty || length < model.least_length(&text.1)).then(|| vec![part.clone(), text.clone()])
}

fn is_long(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.len() > 1_000)
}
