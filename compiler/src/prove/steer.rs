//! Changes an input so that a condition holds: backwards from what is asked, through the operations, to the fields it came from.
//!
//! An age is reached through the date of birth, a sum through one of its parts, a condition on some element through an element that is
//! built for it. What cannot be turned around is left to chance.

mod lists;
mod texts;
mod time;

use axtrace_runtime::types::{Scalar, Type};
use axtrace_runtime::value::Value;

use super::defaults::{Defaults, simplest};
use super::logic::{Formula, FormulaId, VarId};
use super::model::Subject;
use super::random::Random;
use super::scene::{Path, Scene};
use super::sets::IntSet;
use super::terms::{ClassId, Linear, Term};
use crate::graph::Quantifier;

/// How deep a wish is followed back.
const DEEPEST: u32 = 60;
/// The most elements a list is given to satisfy a wish.
const MOST_ELEMENTS: i128 = 64;

/// The steps that looking at one formula counts as.
const STEERING: u64 = 8;

/// Changes the input of a scene.
pub struct Steering<'a, 'b> {
    /// The input.
    pub scene: &'b mut Scene<'a>,
    /// The simplest values.
    pub defaults: Defaults<'a>,
    /// What is left open is chosen by it.
    pub random: &'b mut Random,
    /// Whether to choose the simplest value that does; else any.
    pub simple: bool,
}

impl Steering<'_, '_> {
    /// Tries to make a formula true (or false). What it says of its success is a guess: conditions may undo each other.
    pub fn make(&mut self, formula: FormulaId, wish: bool) -> bool {
        self.formula(formula, wish, 0)
    }

    fn formula(&mut self, formula: FormulaId, wish: bool, depth: u32) -> bool {
        if !self.scene.meter.take(STEERING) {
            return false;
        }
        if depth > DEEPEST || self.scene.holds(formula) == Some(wish) {
            return depth <= DEEPEST;
        }
        let model = self.scene.model;
        match model.logic.formula(formula) {
            Formula::False | Formula::True => false,
            Formula::Atom(variable, set) => {
                let set = if wish { set.clone() } else { set.complement() };
                self.atom(*variable, &set, depth + 1)
            }
            Formula::And(parts) => self.parts(parts, wish, wish, depth + 1),
            Formula::Or(parts) => self.parts(parts, wish, !wish, depth + 1),
        }
    }

    fn parts(&mut self, parts: &[FormulaId], wish: bool, all: bool, depth: u32) -> bool {
        if !all {
            let first = if self.simple { 0 } else { self.random.below(parts.len()) };
            return (0..parts.len()).any(|step| self.formula(parts[(first + step) % parts.len()], wish, depth));
        }
        // Each is tried, whatever became of those before.
        parts.iter().filter(|part| !self.formula(**part, wish, depth)).count() == 0
    }

    fn atom(&mut self, variable: VarId, set: &IntSet, depth: u32) -> bool {
        let model = self.scene.model;
        let subject = model.subjects[variable.index()];
        let set = set.intersection(&model.domains[variable.index()]);
        let class = subject.class();
        match subject {
            Subject::Number(_) => self.wish_number(class, &set, depth),
            Subject::Truth(_) => self.truth(class, set.contains(1), depth),
            Subject::Name(_) if model.classes.get(class).ty == Type::Zone => {
                let zones = IntSet::between(0, self.scene.program.zones.len() as i128 - 1);
                self.pick(&set.intersection(&zones), 0).is_some_and(|place| self.put(class, Value::Zone(place as u16)))
            }
            Subject::Name(_) => match self.pick(&set, 0) {
                Some(place) => self.put(class, Value::Enum(place as u16)),
                None => false,
            },
            Subject::Text(_) => self.text(class, &set, depth),
            Subject::Given(_) => self.presence(class, set.contains(1), depth),
            Subject::Member(_, place) => self.member(class, place, set.contains(1)),
        }
    }

    fn wish_number(&mut self, class: ClassId, set: &IntSet, depth: u32) -> bool {
        let near = self.scene.model.classes.get(class).ty.scalar().map_or(0, simplest);
        let bounds =
            self.scene.model.classes.get(class).ty.scalar().map_or_else(IntSet::all, |scalar| IntSet::between(scalar.lo, scalar.hi));
        let is_linear = matches!(self.scene.model.classes.get(class).term, Term::Linear(_));
        let set = if is_linear { set.clone() } else { set.intersection(&bounds) };
        match self.pick(&set, near) {
            Some(number) => self.number(class, number, depth),
            None => false,
        }
    }

    /// A number of a set: the nearest to `near`, or any, the ends more often than others.
    fn pick(&mut self, set: &IntSet, near: i128) -> Option<i128> {
        let limit = IntSet::between(-(1 << 100), 1 << 100);
        let set = set.intersection(&limit);
        if set.contains(near) && (self.simple || self.random.below(4) == 0) {
            return Some(near);
        }
        let intervals = set.intervals();
        let ends = intervals.iter().flat_map(|&(lo, hi)| [lo, hi]);
        if self.simple {
            return ends.min_by_key(|end| end.abs_diff(near));
        }
        let &(lo, hi) = intervals.get(self.random.below(intervals.len()))?;
        Some(match self.random.below(4) {
            0 => lo,
            1 => hi,
            2 => near.clamp(lo, hi),
            _ => self.random.between(lo, hi),
        })
    }

    fn truth(&mut self, class: ClassId, wish: bool, depth: u32) -> bool {
        let model = self.scene.model;
        match &model.classes.get(class).term {
            Term::Exists(list, body) => self.exists(*list, *body, wish, depth),
            Term::Deep(formula) | Term::Truth(formula) => self.formula(*formula, wish, depth + 1),
            Term::Same(left, right) => self.same(*left, *right, wish),
            Term::Before(left, right) => self.before(*left, *right, wish, depth),
            Term::Call(function, operands) => self.text_condition(*function, operands, wish, depth),
            _ => self.put(class, Value::Boolean(wish)),
        }
    }

    fn same(&mut self, left: ClassId, right: ClassId, wish: bool) -> bool {
        if !wish {
            return false;
        }
        match (self.scene.value(left), self.scene.value(right)) {
            (Some(left_value), Some(right_value)) => self.put(left, right_value) || self.put(right, left_value),
            _ => false,
        }
    }

    fn before(&mut self, left: ClassId, right: ClassId, wish: bool, depth: u32) -> bool {
        if let (Some(Value::Text(low)), Some(Value::Text(high))) = (self.scene.value(left), self.scene.value(right)) {
            return self.order_texts((left, &low), (right, &high), wish, depth);
        }
        let (Some(low), Some(high)) = (self.scene.number(left), self.scene.number(right)) else { return false };
        let (low_wish, high_wish) = if wish { (high.saturating_sub(1), low.saturating_add(1)) } else { (high, low) };
        self.number(left, low_wish, depth) || self.number(right, high_wish, depth)
    }

    /// Tries to make a class a number.
    fn number(&mut self, class: ClassId, number: i128, depth: u32) -> bool {
        if depth > DEEPEST {
            return false;
        }
        let (model, depth) = (self.scene.model, depth + 1);
        match &model.classes.get(class).term {
            Term::Linear(form) => self.linear(form, number, depth),
            Term::Multiply(left, right) => self.multiply(*left, *right, number, depth),
            Term::Call(function, operands) => self.call(*function, operands, number, depth),
            Term::Round(true, of, _, places) => match 10i128.checked_pow(*places).and_then(|power| number.checked_mul(power)) {
                Some(wished) => self.number(*of, wished, depth),
                None => false,
            },
            Term::Round(false, of, _, places) => self.ratio(*of, number, *places, depth),
            Term::Length(list) => self.list(*list).is_some_and(|(path, ..)| self.resize(&path, number)),
            Term::Count(list, filter) => self.count(*list, *filter, number, depth),
            Term::Total(list, filter, body) => self.total(*list, *filter, *body, number, depth),
            Term::Choice(cases) => self.choice(cases, number, depth),
            Term::Position(of, places) => self.ratio(*of, number.div_euclid(2), *places, depth),
            Term::Gone(Quantifier::Min | Quantifier::Max, list, filter, Some(body), _) => {
                self.extreme(*list, *filter, *body, number, depth)
            }
            Term::Unwrap(of) if self.is_date_from(*of) => self.parts_of_date(*of, number, depth),
            Term::Branch(condition, then, otherwise) => {
                let taken = if self.scene.holds(*condition) == Some(true) { *then } else { *otherwise };
                self.number(taken, number, depth)
            }
            Term::Unwrap(of) => match &model.classes.get(*of).term {
                Term::Call(function, operands) => self.written(*function, operands, number, depth),
                Term::Gone(..) => self.number(*of, number, depth),
                _ => self.put_number(class, number),
            },
            _ => self.put_number(class, number),
        }
    }

    fn put_number(&mut self, class: ClassId, number: i128) -> bool {
        let Some(path) = self.path(class, 0) else { return false };
        let Some(Type::Scalar(scalar)) = self.type_at(&path).map(|ty| ty.required().clone()) else { return false };
        let inside = (scalar.lo..=scalar.hi).contains(&number);
        inside && self.write(&path, self.defaults.number(scalar, number))
    }

    /// Reaches a sum through one part, or, where that would leave its bounds, through several.
    fn linear(&mut self, form: &Linear, number: i128, depth: u32) -> bool {
        let count = form.parts.len();
        let first = if self.simple { count - 1 } else { self.random.below(count) };
        let parts: Vec<_> = (0..count).map(|step| form.parts[(first + step) % count]).collect();
        if parts.iter().any(|part| self.part(form, *part, number, false, depth)) {
            return true;
        }
        parts.iter().any(|part| self.part(form, *part, number, true, depth))
    }

    /// Moves one part of a sum towards `number`; with `clamp` as far as its bounds allow.
    fn part(&mut self, form: &Linear, (class, factor): (ClassId, i128), number: i128, clamp: bool, depth: u32) -> bool {
        let Some(now) = self.scene.number(class) else { return false };
        let Some(rest) = self.sum(form).and_then(|sum| number.checked_sub(sum.checked_sub(now.checked_mul(factor)?)?)) else {
            return false;
        };
        let (Some(wished), Some(left)) = (rest.checked_div_euclid(factor), rest.checked_rem(factor)) else { return false };
        let bounds = self.scene.model.classes.get(class).ty.scalar();
        let wished = match bounds {
            Some(Scalar { lo, hi, .. }) if clamp && lo <= hi => wished.clamp(lo, hi),
            _ if left != 0 => return false,
            _ => wished,
        };
        self.number(class, wished, depth) && self.sum(form) == Some(number)
    }

    fn sum(&mut self, form: &Linear) -> Option<i128> {
        let mut sum = form.constant;
        for (class, factor) in &form.parts {
            sum = sum.checked_add(self.scene.number(*class)?.checked_mul(*factor)?)?;
        }
        Some(sum)
    }

    fn multiply(&mut self, left: ClassId, right: ClassId, number: i128, depth: u32) -> bool {
        for (changed, kept) in [(left, right), (right, left)] {
            let Some(kept_now) = self.scene.number(kept) else { continue };
            let exact = kept_now != 0 && number.checked_rem(kept_now) == Some(0);
            if exact && self.number(changed, number / kept_now, depth) {
                return true;
            }
        }
        self.number(left, 1, depth) && self.number(right, number, depth)
    }

    /// Reaches a rounded ratio through its dividend.
    fn ratio(&mut self, of: ClassId, number: i128, places: u32, depth: u32) -> bool {
        if let Some(list) = self.average_of(of) {
            return self.average(list, number, places, depth);
        }
        let Term::Ratio(left, right, scale_left, scale_right) = self.scene.model.classes.get(of).term else { return false };
        let power = |exponent: u32| 10i128.checked_pow(exponent);
        let wished = self.scene.number(right).and_then(|right| {
            let above = number.checked_mul(right)?.checked_mul(power(scale_right)?)?;
            let below = power(scale_left.checked_add(places)?)?;
            Some(above.div_euclid(below) + i128::from(above.rem_euclid(below) != 0))
        });
        wished.is_some_and(|wished| self.number(left, wished, depth))
    }

    /// Changes a number by `more`, or as far as its bounds allow; true if it was all.
    fn add(&mut self, class: ClassId, more: i128, depth: u32) -> bool {
        let Some(wished) = self.scene.number(class).and_then(|now| now.checked_add(more)) else { return false };
        let bounds = self.scene.model.classes.get(class).ty.scalar();
        let reached = bounds.map_or(wished, |scalar| if scalar.lo <= scalar.hi { wished.clamp(scalar.lo, scalar.hi) } else { wished });
        self.number(class, reached, depth) && reached == wished
    }

    fn choice(&mut self, cases: &[(FormulaId, ClassId)], number: i128, depth: u32) -> bool {
        let now = cases.iter().position(|case| self.scene.holds(case.0) == Some(true)).unwrap_or(0);
        let first = if self.simple { now } else { self.random.below(cases.len()) };
        (0..cases.len()).any(|step| {
            let (guard, class) = cases[(first + step) % cases.len()];
            self.formula(guard, true, depth) && (self.scene.number(class) == Some(number) || self.number(class, number, depth))
        })
    }

    fn presence(&mut self, class: ClassId, wish: bool, depth: u32) -> bool {
        if self.is_date_from(class) {
            return self.some_date(class, wish, depth);
        }
        if let Term::Call(function, operands) = &self.scene.model.classes.get(class).term {
            return self.read_or_not(*function, operands, wish, depth);
        }
        if !wish {
            return self.put(class, Value::Missing);
        }
        let ty = self.scene.model.classes.get(class).ty.clone();
        self.defaults.given(&ty).is_some_and(|value| self.put(class, value))
    }

    fn member(&mut self, class: ClassId, place: u16, wish: bool) -> bool {
        let Some(Value::Set(bits)) = self.scene.value(class) else { return false };
        let bit = 1u64 << (place & 63);
        self.put(class, Value::Set(if wish { bits | bit } else { bits & !bit }))
    }

    /// Writes a value to where a class is read from.
    fn put(&mut self, class: ClassId, value: Value) -> bool {
        match self.path(class, 0) {
            Some(path) => self.fits(&path, &value) && self.write(&path, value),
            None => false,
        }
    }

    fn fits(&self, path: &Path, value: &Value) -> bool {
        let Some(ty) = self.type_at(path) else { return false };
        match (ty.required(), value) {
            (_, Value::Missing) => ty.is_optional(),
            (Type::Text { max }, Value::Text(text)) => text.chars().count() <= *max as usize,
            (Type::Scalar(scalar), value) => value.number().is_some_and(|number| (scalar.lo..=scalar.hi).contains(&number)),
            _ => true,
        }
    }

    /// Where a class is read from, if it is a part of the input.
    fn path(&self, class: ClassId, depth: u32) -> Option<Path> {
        if depth > DEEPEST {
            return None;
        }
        match &self.scene.model.classes.get(class).term {
            Term::Input(place) => Some(vec![*place]),
            Term::Element(place, _) => self.scene.elements.get(*place as usize)?.1.clone(),
            Term::Field(of, place) => {
                let mut path = self.path(*of, depth + 1)?;
                path.push(*place);
                Some(path)
            }
            Term::Unwrap(of) | Term::Wrap(of) => self.path(*of, depth + 1),
            _ => None,
        }
    }

    /// The declared type of a part of the input.
    pub fn type_at(&self, path: &[u32]) -> Option<Type> {
        let (first, rest) = path.split_first()?;
        let mut ty = self.scene.model.graph.meta.params.get(*first as usize)?.ty.clone();
        for step in rest {
            ty = match ty.required() {
                Type::Record(id) => self.scene.model.types.record(*id).fields.get(*step as usize)?.ty.clone(),
                Type::List { element, .. } => (**element).clone(),
                _ => return None,
            };
        }
        Some(ty)
    }

    /// Writes a part of the input, making optional records on the way be there, and brings the elements of loops up to date.
    pub fn write(&mut self, path: &[u32], value: Value) -> bool {
        let Some((first, rest)) = path.split_first() else { return false };
        let Some(root) = self.scene.input.get(*first as usize).cloned() else { return false };
        let Some(ty) = self.type_at(&path[..1]) else { return false };
        let Some(written) = self.rewrite(root, &ty, rest, value) else { return false };
        self.scene.input[*first as usize] = written;
        for place in 0..self.scene.elements.len() {
            let fresh = self.scene.elements[place].1.as_ref().and_then(|path| read(&self.scene.input, path));
            if let Some(fresh) = fresh {
                self.scene.elements[place].0 = fresh;
            }
        }
        true
    }

    fn rewrite(&self, old: Value, ty: &Type, path: &[u32], value: Value) -> Option<Value> {
        let Some((step, rest)) = path.split_first() else { return Some(value) };
        let old = if old == Value::Missing { self.defaults.given(ty)? } else { old };
        let place = *step as usize;
        match (old, ty.required()) {
            (Value::Record(fields), Type::Record(id)) => {
                let mut fields = fields.to_vec();
                let ty = &self.scene.model.types.record(*id).fields.get(place)?.ty;
                fields[place] = self.rewrite(fields.get(place)?.clone(), ty, rest, value)?;
                Some(Value::Record(fields.into()))
            }
            (Value::List(elements), Type::List { element, .. }) => {
                let mut elements = elements.to_vec();
                let part = elements.get(place)?.clone();
                elements[place] = self.rewrite(part, element, rest, value)?;
                Some(Value::List(elements.into()))
            }
            _ => None,
        }
    }

    /// Changes one part of the input at random.
    pub fn shake(&mut self, leaves: &[Path]) {
        let Some(path) = leaves.get(self.random.below(leaves.len())).cloned() else { return };
        let Some(ty) = self.type_at(&path) else { return };
        if let Some(value) = self.any_value(&ty) {
            self.write(&path, value);
        }
    }

    fn any_value(&mut self, ty: &Type) -> Option<Value> {
        Some(match ty {
            Type::Boolean => Value::Boolean(self.random.below(2) == 1),
            Type::Scalar(scalar) if scalar.lo <= scalar.hi => {
                let number = self.any_number(*scalar);
                self.defaults.number(*scalar, number)
            }
            Type::Enum(id) => Value::Enum(self.random.below(self.scene.model.types.enum_type(*id).values.len()) as u16),
            Type::Set(id) => Value::Set(self.any_set(self.scene.model.types.enum_type(*id).values.len())),
            Type::Text { max } => self.any_text(*max),
            Type::Optional(inner) => match self.random.below(2) {
                0 => Value::Missing,
                _ => self.any_value(inner).or_else(|| self.defaults.of(inner))?,
            },
            other => self.defaults.of(other)?,
        })
    }

    fn any_set(&mut self, names: usize) -> u64 {
        let mask = if names >= 64 { u64::MAX } else { (1 << names) - 1 };
        self.random.next() & mask
    }

    fn any_number(&mut self, scalar: Scalar) -> i128 {
        match self.random.below(5) {
            0 => scalar.lo,
            1 => scalar.hi,
            2 => simplest(scalar),
            3 => {
                let width = if scalar.is_datetime() { 86_400 * 400 } else { 1_000 };
                let near = simplest(scalar);
                self.random.between(near - width, near + width).clamp(scalar.lo, scalar.hi)
            }
            _ => self.random.between(scalar.lo, scalar.hi),
        }
    }
}

/// A part of an input.
pub fn read(input: &[Value], path: &[u32]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let mut value = input.get(*first as usize)?;
    for step in rest {
        value = match value {
            Value::Record(parts) | Value::List(parts) => parts.get(*step as usize)?,
            _ => return None,
        };
    }
    Some(value.clone())
}
