//! One concrete input, and what the terms and formulas of a decision are on it.
//!
//! This only guides the search for inputs: whether an input does what is claimed, the interpreter alone says. A value that cannot be
//! computed here is unknown, and so is a condition that needs it.

use std::sync::Arc;

use axtrace_runtime::calendar;
use axtrace_runtime::helpers::{compare_quotients, fill_template};
use axtrace_runtime::meta::{DecisionId, ProgramMeta};
use axtrace_runtime::value::Value;

use super::logic::{Formula, FormulaId, VarId};
use super::meter::Meter;
use super::model::{Model, Subject};
use super::sets::IntSet;
use super::terms::{ClassId, Linear, Term};
use crate::graph::{Graph, Quantifier, Rounding};
use crate::interpret::{
    Options,
    functions::{Tables, apply, cost},
};

/// How deep terms are followed.
const DEEPEST: u32 = 120;
/// How many elements of a list are looked at.
const MOST_ELEMENTS: usize = 64;

/// Where a value lies in the input: the parameter, then fields and places in lists.
pub type Path = Vec<u32>;

/// An input, with the program it is for.
pub struct Scene<'a> {
    /// The program.
    pub program: &'a ProgramMeta,
    /// Its graphs.
    pub graphs: &'a [Graph],
    /// The decision as formulas.
    pub model: &'a Model<'a>,
    /// The steps that are left; without any, nothing is known.
    pub meter: &'a Meter,
    /// The values of the parameters.
    pub input: Vec<Value>,
    /// The elements that loops are at, the outermost first, with their paths where they have one.
    pub elements: Vec<(Value, Option<Path>)>,
}

impl Scene<'_> {
    /// Whether a formula is true.
    pub fn holds(&mut self, formula: FormulaId) -> Option<bool> {
        self.formula(formula, 0)
    }

    /// The value of a class.
    pub fn value(&mut self, class: ClassId) -> Option<Value> {
        self.term(class, 0)
    }

    /// The number of a class.
    pub fn number(&mut self, class: ClassId) -> Option<i128> {
        self.value(class)?.number()
    }

    fn formula(&mut self, formula: FormulaId, depth: u32) -> Option<bool> {
        if !self.meter.take(1) {
            return None;
        }
        let model = self.model;
        match model.logic.formula(formula) {
            Formula::False => Some(false),
            Formula::True => Some(true),
            Formula::Atom(variable, set) => self.atom(*variable, set, depth),
            Formula::And(parts) => self.joined(parts, false, depth),
            Formula::Or(parts) => self.joined(parts, true, depth),
        }
    }

    fn atom(&mut self, variable: VarId, set: &IntSet, depth: u32) -> Option<bool> {
        self.subject_at(self.model.subjects[variable.index()], depth).map(|number| set.contains(number))
    }

    fn joined(&mut self, parts: &[FormulaId], decisive: bool, depth: u32) -> Option<bool> {
        let mut all = Some(!decisive);
        for part in parts {
            match self.formula(*part, depth + 1) {
                Some(value) if value == decisive => return Some(decisive),
                None => all = None,
                Some(_) => {}
            }
        }
        all
    }

    fn subject_at(&mut self, subject: Subject, depth: u32) -> Option<i128> {
        let value = self.term(subject.class(), depth + 1)?;
        match (subject, value) {
            (Subject::Truth(_), Value::Boolean(value)) => Some(value.into()),
            (Subject::Number(_), value) => value.number(),
            (Subject::Name(_), Value::Enum(place) | Value::Zone(place)) => Some(place.into()),
            (Subject::Text(_), Value::Text(text)) => Some(self.model.number_of_text(&text)),
            (Subject::Given(_), value) => Some((value != Value::Missing).into()),
            (Subject::Member(_, place), Value::Set(bits)) => Some((bits >> place & 1).into()),
            _ => None,
        }
    }

    fn term(&mut self, class: ClassId, depth: u32) -> Option<Value> {
        if depth > DEEPEST || !self.meter.take(1) {
            return None;
        }
        let model = self.model;
        let depth = depth + 1;
        match &model.classes.get(class).term {
            Term::Constant(value) => Some(value.clone()),
            Term::Input(place) => self.input.get(*place as usize).cloned(),
            Term::Element(place, _) => self.elements.get(*place as usize).map(|element| element.0.clone()),
            Term::Field(of, place) => match self.term(*of, depth)? {
                Value::Record(fields) => fields.get(*place as usize).cloned(),
                Value::Missing => Some(Value::Missing),
                _ => None,
            },
            Term::Unwrap(of) => self.term(*of, depth).filter(|value| *value != Value::Missing),
            Term::Wrap(of) => self.term(*of, depth),
            Term::Truth(formula) | Term::Deep(formula) => self.formula(*formula, depth).map(Value::Boolean),
            Term::Choice(cases) => {
                let case = cases.iter().find(|case| self.formula(case.0, depth) == Some(true))?;
                self.term(case.1, depth)
            }
            Term::Branch(condition, then, otherwise) => {
                let taken = if self.formula(*condition, depth)? { *then } else { *otherwise };
                self.term(taken, depth)
            }
            Term::Record(parts) => Some(Value::Record(self.terms(parts, depth)?.into())),
            Term::List(parts) => Some(Value::List(self.terms(parts, depth)?.into())),
            Term::Set(parts) => self.set_of(parts, depth),
            Term::Union(left, right) => Some(Value::Set(self.set(*left, depth)? | self.set(*right, depth)?)),
            Term::Difference(left, right) => Some(Value::Set(self.set(*left, depth)? & !self.set(*right, depth)?)),
            Term::Exists(list, body) => self.exists(*list, *body, depth),
            Term::Decide(decision, arguments) => self.decided(*decision, arguments, depth),
            Term::Same(left, right) => Some(Value::Boolean(alike(&self.term(*left, depth)?, &self.term(*right, depth)?))),
            Term::Before(left, right) => before(&self.term(*left, depth)?, &self.term(*right, depth)?).map(Value::Boolean),
            Term::Ratio(left, right, scale_left, scale_right) => self.ratio(*left, *right, *scale_left, *scale_right, depth),
            Term::Call(function, operands) => {
                let operands = self.terms(operands, depth)?;
                self.meter
                    .take(cost(*function, &operands, Tables::of(self.program)))
                    .then(|| apply(*function, &operands, Tables::of(self.program)))?
            }
            Term::Text(template, parts) => self.built(*template, parts, depth),
            Term::Gone(quantifier, list, filter, body, _) => self.gone(*quantifier, *list, *filter, *body, depth),
            Term::Place(..) | Term::Memory(..) | Term::Opaque(_) => None,
            numeric => self.numeric(numeric, depth).map(Value::Scalar),
        }
    }

    fn built(&mut self, template: u32, parts: &[ClassId], depth: u32) -> Option<Value> {
        let values = self.terms(parts, depth)?;
        let text = fill_template(self.program.templates.get(template as usize)?, &values, self.program);
        self.meter.take(text.len() as u64 / 16).then(|| Value::Text(text.into()))
    }

    fn numeric(&mut self, term: &Term, depth: u32) -> Option<i128> {
        match term {
            Term::Linear(linear) => self.linear(linear, depth),
            Term::Sum(plus, left, right) => {
                let (left, right) = (self.whole(*left, depth)?, self.whole(*right, depth)?);
                if *plus { left.checked_add(right) } else { left.checked_sub(right) }
            }
            Term::Multiply(left, right) => self.whole(*left, depth)?.checked_mul(self.whole(*right, depth)?),
            Term::Modulo(left, right) => {
                let (left, right) = (self.whole(*left, depth)?, self.whole(*right, depth)?);
                let rest = left.checked_rem(right)?;
                if rest != 0 && (rest < 0) != (right < 0) { rest.checked_add(right) } else { Some(rest) }
            }
            Term::Round(_, of, rounding, places) => self.rounded(*of, *rounding, *places, depth),
            Term::Position(of, places) => self.position(*of, *places, depth),
            Term::Length(list) => Some(self.list(*list, depth)?.len() as i128),
            Term::Count(list, filter) => self.counted(*list, *filter, None, depth),
            Term::Total(list, filter, body) => self.counted(*list, *filter, Some(*body), depth),
            _ => None,
        }
    }

    fn whole(&mut self, class: ClassId, depth: u32) -> Option<i128> {
        self.term(class, depth)?.number()
    }

    /// The sum of a linear form.
    fn linear(&mut self, linear: &Linear, depth: u32) -> Option<i128> {
        let mut sum = linear.constant;
        for (class, factor) in &linear.parts {
            sum = sum.checked_add(self.whole(*class, depth)?.checked_mul(*factor)?)?;
        }
        Some(sum)
    }

    fn ratio(&mut self, left: ClassId, right: ClassId, scale_left: u32, scale_right: u32, depth: u32) -> Option<Value> {
        let num = self.whole(left, depth)?.checked_mul(10i128.checked_pow(scale_left)?)?;
        let den = self.whole(right, depth)?.checked_mul(10i128.checked_pow(scale_right)?)?;
        match den {
            0 => None,
            1.. => Some(Value::Ratio { num, den }),
            _ => Some(Value::Ratio { num: num.checked_neg()?, den: den.checked_neg()? }),
        }
    }

    fn rounded(&mut self, of: ClassId, rounding: Rounding, places: u32, depth: u32) -> Option<i128> {
        let power = 10i128.checked_pow(places)?;
        match self.term(of, depth)? {
            Value::Ratio { num, den } => round(num.checked_mul(power)?, den, rounding),
            value => round(value.number()?, power, rounding),
        }
    }

    fn terms(&mut self, classes: &[ClassId], depth: u32) -> Option<Vec<Value>> {
        classes.iter().map(|class| self.term(*class, depth)).collect()
    }

    fn set(&mut self, class: ClassId, depth: u32) -> Option<u64> {
        match self.term(class, depth)? {
            Value::Set(bits) => Some(bits),
            _ => None,
        }
    }

    fn set_of(&mut self, names: &[ClassId], depth: u32) -> Option<Value> {
        let mut bits = 0;
        for name in names {
            let place = match self.term(*name, depth)? {
                Value::Enum(place) => place,
                // A day of the week.
                Value::Scalar(place) => u16::try_from(place).ok()?,
                _ => return None,
            };
            bits |= 1u64.checked_shl(place.into())?;
        }
        Some(Value::Set(bits))
    }

    /// The elements of a list.
    fn list(&mut self, class: ClassId, depth: u32) -> Option<Arc<[Value]>> {
        match self.term(class, depth)? {
            Value::List(elements) => Some(elements),
            _ => None,
        }
    }

    fn exists(&mut self, list: ClassId, body: FormulaId, depth: u32) -> Option<Value> {
        let mut found = Some(false);
        for element in self.list(list, depth)?.iter().take(MOST_ELEMENTS) {
            self.elements.push((element.clone(), None));
            let holds = self.formula(body, depth);
            self.elements.pop();
            match holds {
                Some(true) => return Some(Value::Boolean(true)),
                None => found = None,
                Some(false) => {}
            }
        }
        found.map(Value::Boolean)
    }

    fn counted(&mut self, list: ClassId, filter: FormulaId, body: Option<ClassId>, depth: u32) -> Option<i128> {
        let mut sum = 0i128;
        for element in self.list(list, depth)?.iter() {
            self.elements.push((element.clone(), None));
            let part = match self.formula(filter, depth) {
                Some(true) => body.map_or(Some(1), |body| self.whole(body, depth)),
                Some(false) => Some(0),
                None => None,
            };
            self.elements.pop();
            sum = sum.checked_add(part?)?;
        }
        Some(sum)
    }

    /// Where a ratio lies among the multiples of a power of ten.
    fn position(&mut self, of: ClassId, places: u32, depth: u32) -> Option<i128> {
        let Value::Ratio { num, den } = self.term(of, depth)? else { return None };
        let num = num.checked_mul(10i128.checked_pow(places)?)?;
        num.checked_div_euclid(den)?.checked_mul(2)?.checked_add(i128::from(num.checked_rem(den)? != 0))
    }

    /// What comes from going through a list, as far as it is one element, or the number or place of one.
    fn gone(&mut self, quantifier: Quantifier, list: ClassId, filter: FormulaId, body: Option<ClassId>, depth: u32) -> Option<Value> {
        let mut found: Vec<(usize, Value)> = Vec::new();
        for (place, element) in self.list(list, depth)?.iter().enumerate() {
            self.elements.push((element.clone(), None));
            let counts = self.formula(filter, depth);
            let value = body.map_or(Some(element.clone()), |body| self.term(body, depth));
            self.elements.pop();
            match (counts?, value?) {
                (true, value) if value != Value::Missing || body.is_none() => found.push((place, value)),
                _ => {}
            }
        }
        let number = |one: &&(usize, Value)| one.1.number().unwrap_or(0);
        let one = match quantifier {
            Quantifier::First | Quantifier::Position => found.first(),
            Quantifier::Last => found.last(),
            Quantifier::Min => found.iter().min_by_key(number),
            Quantifier::Max => found.iter().max_by_key(number),
            _ => return None,
        };
        Some(match (one, quantifier) {
            (None, _) => Value::Missing,
            (Some((place, _)), Quantifier::Position) => Value::Scalar(*place as i128 + 1),
            (Some((_, value)), _) => value.clone(),
        })
    }

    fn decided(&mut self, decision: u32, arguments: &[ClassId], depth: u32) -> Option<Value> {
        let arguments = self.terms(arguments, depth)?;
        let options = Options { steps: 100_000, bytes: 1 << 20, ..Options::default() };
        let run = self.meter.decide_within(self.program, self.graphs, DecisionId(decision), &arguments, options).ok()?;
        if run.outcome.tag == 0 { run.outcome.value } else { Some(Value::Missing) }
    }

    /// The zone of a class that is a constant.
    pub fn zone(&self, class: ClassId) -> Option<&calendar::Zone> {
        match &self.model.classes.get(class).term {
            Term::Constant(Value::Zone(place)) => self.program.zones.get(*place as usize),
            _ => None,
        }
    }
}

/// A quotient, rounded to a whole number; `den` is positive.
fn round(num: i128, den: i128, rounding: Rounding) -> Option<i128> {
    let (floor, rest) = (num.div_euclid(den), num.rem_euclid(den));
    let half = rest.cmp(&(den - rest));
    let up = match rounding {
        _ if rest == 0 => false,
        Rounding::Floor => false,
        Rounding::Ceiling => true,
        Rounding::Up => num > 0,
        Rounding::Down => num < 0,
        Rounding::HalfAwayFromZero => half.is_gt() || (half.is_eq() && num > 0),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && floor % 2 != 0),
    };
    floor.checked_add(i128::from(up))
}

/// Whether two values are the same, instants without their offsets.
pub fn alike(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Record(left), Value::Record(right)) | (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| alike(left, right))
        }
        _ => match (left.number(), right.number()) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        },
    }
}

fn before(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left < right),
        (Value::Ratio { num, den }, Value::Ratio { num: other, den: below }) => {
            Some(compare_quotients((*num, *den), (*other, *below)).is_lt())
        }
        _ => Some(left.number()? < right.number()?),
    }
}
