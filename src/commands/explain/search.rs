//! Looks for the smallest changes of an input that lead to an outcome. Every change that is given was decided by the interpreter.
//!
//! Each part of the input is changed by itself: numbers and times outward in doubling steps and to both sides of the constants in the rules,
//! then back to the nearest that still does it; names, members of sets and what may be missing one by one. Where no single change does it, pairs
//! are tried. The number of inputs that are decided is bounded.

use axtrace::compiler::Program;
use axtrace::compiler::interpret::{Options, broken_relation, decide};
use axtrace::runtime::meta::{DecisionId, DecisionMeta, ProgramMeta};
use axtrace::runtime::text::format_literal;
use axtrace::runtime::trace::Level;
use axtrace::runtime::types::{Kind, Scalar, Type};
use axtrace::runtime::value::Value;

use super::constants::constants;
use super::why_not::Wanted;

/// Inputs that may be decided.
const MOST_TRIED: usize = 6_000;
/// Nodes that each of them may evaluate.
const STEPS: u64 = 2_000_000;
/// Elements of a list whose parts are changed.
const ELEMENTS: usize = 8;
/// Parts of an input that are changed.
const MOST_PARTS: usize = 200;
/// Changes that are given.
const MOST_FOUND: usize = 8;
/// Values of each part that are tried together with those of another.
const IN_PAIRS: usize = 16;

/// One part of an input that is changed.
pub(super) struct Change {
    /// The part, as the rules name it: `worker.born`, `lines[3].price`.
    pub(super) name: String,
    /// What it was.
    pub(super) from: String,
    /// What it becomes.
    pub(super) to: String,
}

/// Changes that together give the outcome.
pub(super) struct Found {
    pub(super) changes: Vec<Change>,
}

/// A part of the input.
struct Part {
    name: String,
    path: Vec<usize>,
    value: Value,
    ty: Type,
}

/// A search for one outcome.
pub(super) struct Search<'a> {
    program: &'a Program,
    id: DecisionId,
    wanted: &'a Wanted,
    constants: Vec<(Value, Type)>,
    tried: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(program: &'a Program, id: DecisionId, wanted: &'a Wanted) -> Self {
        let constants = constants(program, id, |value, ty| wanted.is_value(value, ty, &program.meta));
        Self { program, id, wanted, constants, tried: 0 }
    }

    /// How many inputs were decided.
    pub(super) fn tried(&self) -> usize {
        self.tried
    }

    fn meta(&self) -> &'a ProgramMeta {
        &self.program.meta
    }

    fn decision(&self) -> &'a DecisionMeta {
        &self.program.meta.decisions[self.id.index()]
    }

    /// The smallest change of each part that gives the outcome; if there is none, pairs of changes.
    pub(super) fn smallest(&mut self, input: &[Value]) -> Vec<Found> {
        let parts = self.parts(input);
        let mut found = Vec::new();
        for part in &parts {
            for value in self.nearest(input, part) {
                found.push(Found { changes: vec![self.change(part, &value)] });
            }
            if found.len() >= MOST_FOUND {
                break;
            }
        }
        if found.is_empty() {
            found = self.pairs(input, &parts);
        }
        found.truncate(MOST_FOUND);
        found
    }

    fn change(&self, part: &Part, to: &Value) -> Change {
        let words = |value: &Value| format_literal(value, &part.ty, self.meta());
        Change { name: part.name.clone(), from: words(&part.value), to: words(to) }
    }

    /// The parts of an input that can be changed by themselves.
    fn parts(&self, input: &[Value]) -> Vec<Part> {
        let mut parts = Vec::new();
        for (place, (param, value)) in self.decision().params.iter().zip(input).enumerate() {
            self.add_parts(&param.name, vec![place], value, &param.ty, &mut parts);
        }
        parts.truncate(MOST_PARTS);
        parts
    }

    fn add_parts(&self, name: &str, path: Vec<usize>, value: &Value, ty: &Type, parts: &mut Vec<Part>) {
        let inner = |place: usize| path.iter().copied().chain([place]).collect::<Vec<_>>();
        match (value, ty.required()) {
            (Value::Record(values), Type::Record(id)) => {
                let fields = &self.meta().types.record(*id).fields;
                for (place, (field, value)) in fields.iter().zip(values.iter()).enumerate() {
                    self.add_parts(&format!("{name}.{}", field.name), inner(place), value, &field.ty, parts);
                }
            }
            (Value::List(values), Type::List { element, .. }) => {
                for (place, value) in values.iter().enumerate().take(ELEMENTS) {
                    self.add_parts(&format!("{name}[{}]", place + 1), inner(place), value, element, parts);
                }
            }
            _ if parts.len() >= MOST_PARTS => return,
            _ => {}
        }
        let whole = matches!(ty.required(), Type::Record(_)) && !matches!(ty, Type::Optional(_));
        if !whole {
            parts.push(Part { name: name.to_owned(), path, value: value.clone(), ty: ty.clone() });
        }
    }

    /// Whether the input with some parts changed gives the outcome.
    fn gives(&mut self, input: &[Value], changes: &[(&Part, &Value)]) -> bool {
        if self.tried >= MOST_TRIED {
            return false;
        }
        self.tried += 1;
        let values = changes.iter().fold(input.to_vec(), |values, (part, value)| changed(&values, part, value));
        let options = Options { steps: STEPS, ..Options::at(Level::None) };
        let keeps = |(param, value): (&axtrace::runtime::types::FieldType, &Value)| {
            broken_relation(self.meta(), &self.program.graphs, value, &param.ty, options).is_ok_and(|broken| broken.is_none())
        };
        if !self.meta().relations.is_empty() && !self.decision().params.iter().zip(&values).all(keeps) {
            return false;
        }
        let run = decide(self.meta(), &self.program.graphs, self.id, &values, options);
        run.is_ok_and(|run| self.wanted.is_met(&run.outcome, self.meta(), self.decision()))
    }

    /// The nearest values of one part that give the outcome: of a number one below and one above, of anything else one.
    fn nearest(&mut self, input: &[Value], part: &Part) -> Vec<Value> {
        match (&part.value, part.ty.required()) {
            (value, Type::Scalar(scalar)) if value.number().is_some() => self.nearest_numbers(input, part, scalar),
            (Value::Set(now), Type::Set(id)) => {
                let names = self.meta().types.enum_type(*id).values.len();
                self.nearest_set(input, part, *now, names).into_iter().collect()
            }
            _ => {
                let others = self.others(part);
                others.into_iter().find(|value| self.gives(input, &[(part, value)])).into_iter().collect()
            }
        }
    }

    fn nearest_numbers(&mut self, input: &[Value], part: &Part, scalar: &Scalar) -> Vec<Value> {
        let Some(now) = part.value.number() else { return Vec::new() };
        let known = self.known_numbers(scalar);
        let mut found = Vec::new();
        for up in [false, true] {
            let mut steps: Vec<i128> = doubling(now, if up { scalar.hi } else { scalar.lo });
            steps.extend(known.iter().copied().filter(|other| *other != now && (*other > now) == up));
            steps.sort_by_key(|other| other.abs_diff(now));
            steps.dedup();
            let mut before = now;
            for other in steps {
                if self.gives(input, &[(part, &with_number(&part.value, other))]) {
                    let nearest = self.nearest_between(input, part, before, other);
                    found.push(with_number(&part.value, self.rounded(input, part, nearest, other, scalar.kind)));
                    break;
                }
                before = other;
            }
        }
        if found.is_empty() && matches!(part.ty, Type::Optional(_)) && self.gives(input, &[(part, &Value::Missing)]) {
            found.push(Value::Missing);
        }
        found
    }

    /// The value nearest to `no` that still does it, between one that does not and one that does.
    fn nearest_between(&mut self, input: &[Value], part: &Part, mut no: i128, mut yes: i128) -> i128 {
        while yes.abs_diff(no) > 1 && self.tried < MOST_TRIED {
            let middle = no + (yes - no) / 2;
            if self.gives(input, &[(part, &with_number(&part.value, middle))]) { yes = middle } else { no = middle }
        }
        yes
    }

    /// A time to the minute, if that does it as well: nobody writes seconds.
    fn rounded(&mut self, input: &[Value], part: &Part, nearest: i128, toward: i128, kind: Kind) -> i128 {
        let counts_seconds = matches!(kind.plain(), Kind::Duration | Kind::Time | Kind::Datetime);
        let rounded =
            if toward > part.value.number().unwrap_or(0) { nearest.div_euclid(60) * 60 + 60 } else { nearest.div_euclid(60) * 60 };
        let same = nearest.rem_euclid(60) == 0;
        if counts_seconds && !same && self.gives(input, &[(part, &with_number(&part.value, rounded))]) { rounded } else { nearest }
    }

    /// Constants of the rules that this could be compared with, and their neighbours, within its range.
    fn known_numbers(&self, scalar: &Scalar) -> Vec<i128> {
        let same = |ty: &Type| ty.required().scalar().is_some_and(|other| comparable(other.kind, scalar.kind));
        let mut numbers = Vec::new();
        for (value, ty) in self.constants.iter().filter(|(_, ty)| same(ty)) {
            let (Some(number), Some(from)) = (value.number(), ty.required().scalar()) else { continue };
            let number = rescaled(number, from.kind.scale(), scalar.kind.scale());
            numbers.extend([number - 1, number, number + 1].into_iter().filter(|number| (scalar.lo..=scalar.hi).contains(number)));
        }
        numbers
    }

    /// The fewest members added and taken away.
    fn nearest_set(&mut self, input: &[Value], part: &Part, now: u64, names: usize) -> Option<Value> {
        let one = (0..names.min(64)).map(|place| now ^ (1 << place)).find(|set| self.gives(input, &[(part, &Value::Set(*set))]));
        if let Some(set) = one {
            return Some(Value::Set(set));
        }
        let all = if names >= 64 { u64::MAX } else { (1 << names) - 1 };
        let mut set = [all, 0].into_iter().find(|set| self.gives(input, &[(part, &Value::Set(*set))]))?;
        for place in 0..names.min(64) {
            let back = set & !(1 << place) | now & (1 << place);
            if back != set && self.gives(input, &[(part, &Value::Set(back))]) {
                set = back;
            }
        }
        Some(Value::Set(set))
    }

    /// Other values that a part could have, the nearest first; of numbers those that are worth trying together with others.
    fn others(&self, part: &Part) -> Vec<Value> {
        let mut others = match (&part.value, part.ty.required()) {
            (Value::Boolean(truth), _) => vec![Value::Boolean(!truth)],
            (_, Type::Enum(id)) => (0..self.meta().types.enum_type(*id).values.len() as u16).map(Value::Enum).collect(),
            (value, Type::Scalar(scalar)) => {
                let mut numbers = self.known_numbers(scalar);
                numbers.extend([scalar.lo, scalar.hi]);
                let now = value.number();
                numbers.sort_by_key(|number| now.map_or(0, |now| number.abs_diff(now)));
                numbers.dedup();
                let model = if matches!(scalar.kind.plain(), Kind::Datetime) && now.is_none() {
                    Value::Datetime { instant: 0, offset: 0 }
                } else {
                    value.clone()
                };
                numbers.into_iter().map(|number| with_number(&model, number)).collect()
            }
            (Value::Set(_), Type::Set(id)) => {
                let names = self.meta().types.enum_type(*id).values.len().min(64);
                let all = if names >= 64 { u64::MAX } else { (1 << names) - 1 };
                vec![Value::Set(all), Value::Set(0)]
            }
            (_, Type::Set(_)) => vec![Value::Set(0)],
            (_, Type::Boolean) => vec![Value::Boolean(true), Value::Boolean(false)],
            (_, Type::Text { max }) => self.texts(*max),
            (Value::List(values), Type::List { min, .. }) => fewer(values, *min),
            _ => Vec::new(),
        };
        if matches!(part.ty, Type::Optional(_)) {
            others.push(Value::Missing);
        }
        others.retain(|value| *value != part.value);
        others
    }

    /// Texts that the rules name, and none.
    fn texts(&self, max: u32) -> Vec<Value> {
        let fits = |value: &Value| matches!(value, Value::Text(text) if text.chars().count() <= max as usize);
        let known = self.constants.iter().map(|(value, _)| value).filter(|value| fits(value)).cloned();
        known.chain([Value::Text("".into())]).collect()
    }

    /// A number that does it, as near as one that does.
    fn smaller(&mut self, input: &[Value], part: &Part, does: &Value) -> Value {
        match (part.value.number(), does.number(), part.ty.required()) {
            (Some(now), Some(other), Type::Scalar(scalar)) => {
                let nearest = self.nearest_between(input, part, now, other);
                with_number(&part.value, self.rounded(input, part, nearest, other, scalar.kind))
            }
            _ => does.clone(),
        }
    }

    fn pairs(&mut self, input: &[Value], parts: &[Part]) -> Vec<Found> {
        let mut found = Vec::new();
        let others: Vec<Vec<Value>> = parts.iter().map(|part| self.others(part).into_iter().take(IN_PAIRS).collect()).collect();
        for (first, part) in parts.iter().enumerate() {
            for (second, other) in parts.iter().enumerate().skip(first + 1) {
                if other.path.starts_with(&part.path) || part.path.starts_with(&other.path) {
                    continue;
                }
                let pair = others[first].iter().flat_map(|a| others[second].iter().map(move |b| (a, b)));
                let Some((a, b)) = pair.into_iter().find(|(a, b)| self.gives(input, &[(part, a), (other, b)])) else { continue };
                // Each of the two is made as small as the other lets it be.
                let a = self.smaller(&changed(input, other, b), part, a);
                let b = self.smaller(&changed(input, part, &a), other, b);
                found.push(Found { changes: vec![self.change(part, &a), self.change(other, &b)] });
                if found.len() >= MOST_FOUND || self.tried >= MOST_TRIED {
                    return found;
                }
            }
        }
        found
    }
}

/// An input with one part replaced.
fn changed(input: &[Value], part: &Part, value: &Value) -> Vec<Value> {
    let mut values = input.to_vec();
    if let Some((first, rest)) = part.path.split_first() {
        values[*first] = replaced(&values[*first], rest, value);
    }
    values
}

/// A value with one part replaced.
fn replaced(value: &Value, path: &[usize], with: &Value) -> Value {
    let Some((first, rest)) = path.split_first() else { return with.clone() };
    let inner = |parts: &[Value]| {
        let put = |(place, part): (usize, &Value)| if place == *first { replaced(part, rest, with) } else { part.clone() };
        parts.iter().enumerate().map(put).collect::<Vec<_>>()
    };
    match value {
        Value::Record(parts) => Value::Record(inner(parts).into()),
        Value::List(parts) => Value::List(inner(parts).into()),
        other => other.clone(),
    }
}

/// Steps from a number to a bound, each twice as far as the one before, and the bound.
fn doubling(now: i128, bound: i128) -> Vec<i128> {
    let sign = if bound >= now { 1 } else { -1 };
    let far = bound.abs_diff(now);
    let steps = (0..127).map(|power| 1u128 << power).take_while(|step| *step < far);
    let mut numbers: Vec<i128> = steps.map(|step| now + sign * i128::try_from(step).unwrap_or(0)).collect();
    if far > 0 {
        numbers.push(bound);
    }
    numbers
}

fn with_number(value: &Value, number: i128) -> Value {
    match value {
        Value::Datetime { offset, .. } => Value::Datetime { instant: i64::try_from(number).unwrap_or_default(), offset: *offset },
        _ => Value::Scalar(number),
    }
}

/// Whether numbers of two kinds can be compared, whatever their places.
fn comparable(a: Kind, b: Kind) -> bool {
    match (a.plain(), b.plain()) {
        (Kind::Number { unit: a, .. }, Kind::Number { unit: b, .. }) => a == b,
        (a, b) => a == b,
    }
}

/// A number with other places; further digits are cut off.
fn rescaled(number: i128, from: u32, to: u32) -> i128 {
    let power = |places: u32| 10i128.checked_pow(places).unwrap_or(1);
    if to >= from { number.saturating_mul(power(to - from)) } else { number / power(from - to) }
}

/// A list without one of its elements.
fn fewer(values: &[Value], min: u32) -> Vec<Value> {
    if values.len() <= min as usize {
        return Vec::new();
    }
    let without =
        |place: usize| values.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, value)| value.clone()).collect::<Vec<_>>();
    (0..values.len().min(ELEMENTS)).map(|place| Value::List(without(place).into())).collect()
}
