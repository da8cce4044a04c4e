//! What numbers can be, by the operations they come from: whatever else is known, and within a box of cases.
//!
//! The box engine takes a product and its factors, or a date and its month, for values of their own. Where the values of a box for the operands
//! leave no room for the value that it has for the result, no input lies in it. What a partial operation gives where it is undefined is open: any
//! value will do there, since nothing evaluates it.

use axtrace_runtime::types::Type;

use super::cover::Region;
use super::logic::{Logic, VarId};
use super::model::{Model, Subject};
use super::terms::{ClassId, Term};
use crate::function::Function;
use crate::graph::Quantifier;
use crate::ranges::LONGEST_TEXT;
use crate::ranges::intervals::{self, Range};
use crate::ranges::time;

/// How deep operations are followed.
const DEEPEST: u32 = 16;
/// How many operations are looked at for one number.
const MOST_LOOKED_AT: u32 = 300;

/// What a box says of classes, by place in the box.
type Said<'s> = dyn Fn(ClassId) -> Option<(usize, Range)> + 's;

/// A walk from a number to what it comes from.
struct Walk<'w, 'm> {
    model: &'w Model<'m>,
    said: &'w Said<'w>,
    /// The parts of the box that were used.
    used: Vec<usize>,
    left: u32,
}

impl Model<'_> {
    /// What a number can be for any input; `None` where that is not known.
    pub fn range_of(&self, class: ClassId) -> Option<Range> {
        Walk { model: self, said: &|_| None, used: Vec::new(), left: MOST_LOOKED_AT }.term(class, 0)
    }

    /// Whether the domain of a number holds all that its operation can give.
    pub fn is_whole(&self, variable: VarId) -> bool {
        let Subject::Number(class) = self.subjects[variable.index()] else { return false };
        let domain = &self.domains[variable.index()];
        let ends = domain.least().zip(domain.greatest());
        self.range_of(class).zip(ends).is_some_and(|(range, (lo, hi))| lo <= range.0 && range.1 <= hi)
    }
}

/// A part of a box in which a number is said to be what its operation cannot give there; `None` if none was found.
pub fn refute(model: &Model<'_>, region: &Region) -> Option<Region> {
    let numbers: Vec<(usize, ClassId, Range)> = region.iter().enumerate().filter_map(|(place, part)| number(model, place, part)).collect();
    for (place, class, _) in &numbers {
        if model.is_part(*class) {
            continue;
        }
        let mut core: Vec<usize> = numbers.iter().map(|number| number.0).collect();
        let Some(used) = contradicts(model, region, &numbers, *class, *place, &core) else { continue };
        core = used;
        let mut at = 0;
        while at < core.len() {
            let mut fewer = core.clone();
            let gone = fewer.remove(at);
            if gone != *place && contradicts(model, region, &numbers, *class, *place, &fewer).is_some() { core = fewer } else { at += 1 }
        }
        return Some(core.into_iter().map(|place| region[place].clone()).collect());
    }
    None
}

/// A number of a box whose domain holds all that it can be.
fn number(model: &Model<'_>, place: usize, (variable, set): &(VarId, super::sets::IntSet)) -> Option<(usize, ClassId, Range)> {
    let Subject::Number(class) = model.subjects[variable.index()] else { return None };
    let set = set.intersection(&model.domains[variable.index()]);
    model.is_whole(*variable).then_some((place, class, (set.least()?, set.greatest()?)))
}

/// The parts used, if what a box says of a class is nothing that its operation can give for what these parts say.
fn contradicts(
    model: &Model<'_>,
    region: &Region,
    numbers: &[(usize, ClassId, Range)],
    class: ClassId,
    place: usize,
    parts: &[usize],
) -> Option<Vec<usize>> {
    let said = |of: ClassId| {
        let known = numbers.iter().find(|number| number.1 == of && number.0 != place && parts.contains(&number.0))?;
        Some((known.0, known.2))
    };
    let mut walk = Walk { model, said: &said, used: vec![place], left: MOST_LOOKED_AT };
    let (lo, hi) = walk.term(class, 0)?;
    let (variable, set) = &region[place];
    let set = set.intersection(&model.domains[variable.index()]);
    let empty = set.intersection(&super::sets::IntSet::between(lo, hi)).is_empty();
    walk.used.sort_unstable();
    walk.used.dedup();
    empty.then_some(walk.used)
}

impl Walk<'_, '_> {
    /// What a class can be, by what is said of it and by its operation.
    fn class(&mut self, class: ClassId, depth: u32) -> Option<Range> {
        let own = self.term(class, depth);
        match ((self.said)(class), own) {
            (Some((place, said)), own) => {
                self.used.push(place);
                let (lo, hi) = own.unwrap_or((i128::MIN, i128::MAX));
                Some((said.0.max(lo), said.1.min(hi))).filter(|(lo, hi)| lo <= hi).or(own)
            }
            (None, own) => own,
        }
    }

    /// What the operation of a class can give.
    fn term(&mut self, class: ClassId, depth: u32) -> Option<Range> {
        self.left = self.left.checked_sub(1)?;
        if depth > DEEPEST {
            return None;
        }
        let (model, depth) = (self.model, depth + 1);
        let it = model.classes.get(class);
        if model.is_part(class) || matches!(it.term, Term::Field(..)) {
            let scalar = it.ty.required().scalar()?;
            return (scalar.lo <= scalar.hi).then_some((scalar.lo, scalar.hi));
        }
        match &it.term {
            Term::Constant(value) => value.number().map(|number| (number, number)),
            Term::Unwrap(of) | Term::Wrap(of) => self.class(*of, depth),
            Term::Element(_, list) => self.element(*list, depth),
            Term::Linear(form) => {
                let mut sum = (form.constant, form.constant);
                for (class, factor) in &form.parts {
                    let part = intervals::multiply(self.class(*class, depth)?, (*factor, *factor))?;
                    sum = intervals::add(sum, part)?;
                }
                Some(sum)
            }
            Term::Sum(true, left, right) => intervals::add(self.class(*left, depth)?, self.class(*right, depth)?),
            Term::Sum(false, left, right) => intervals::subtract(self.class(*left, depth)?, self.class(*right, depth)?),
            Term::Multiply(left, right) => intervals::multiply(self.class(*left, depth)?, self.class(*right, depth)?),
            Term::Modulo(left, right) => {
                let (left, right) = (self.class(*left, depth)?, self.class(*right, depth)?);
                (right.0 > 0 || right.1 < 0).then(|| intervals::modulo(left, right))
            }
            Term::Round(true, of, rounding, places) => {
                let power = 10i128.checked_pow(*places)?;
                Some(intervals::quotient(self.class(*of, depth)?, (power, power), *rounding))
            }
            Term::Round(false, of, rounding, places) if average_of(model, *of).is_some() => {
                let body = average_of(model, *of)?;
                let power = 10i128.checked_pow(model.classes.get(body).ty.scalar()?.kind.scale())?;
                Some(intervals::quotient(intervals::scale(self.class(body, depth)?, *places)?, (power, power), *rounding))
            }
            Term::Round(false, of, rounding, places) => {
                let Term::Ratio(left, right, scale_left, scale_right) = model.classes.get(*of).term else { return None };
                let left = intervals::scale(self.class(left, depth)?, scale_left.checked_add(*places)?)?;
                let right = intervals::scale(self.class(right, depth)?, scale_right)?;
                (right.0 > 0).then(|| intervals::quotient(left, right, *rounding))
            }
            Term::Length(list) => Some(self.length(*list)),
            Term::Count(list, _) => Some((0, self.counted(*list, Logic::TRUE).1)),
            Term::Total(list, filter, body) => {
                let each = self.class(*body, depth)?;
                intervals::repeated(each, self.counted(*list, *filter), false)
            }
            Term::Gone(Quantifier::Min | Quantifier::Max, _, _, Some(body), _) => self.class(*body, depth),
            Term::Gone(Quantifier::First | Quantifier::Last, list, ..) => self.element(*list, depth),
            Term::Gone(Quantifier::Position, list, ..) => Some((1, self.counted(*list, Logic::TRUE).1.max(1))),
            Term::Place(_, list) => Some((1, self.length(*list).1.max(1))),
            Term::Choice(cases) => {
                let each = cases.iter().map(|case| self.class(case.1, depth));
                each.reduce(|one, other| Some(intervals::hull(one?, other?))).flatten()
            }
            Term::Branch(_, then, otherwise) => Some(intervals::hull(self.class(*then, depth)?, self.class(*otherwise, depth)?)),
            Term::Call(function, operands) => self.call(*function, operands, depth),
            _ => None,
        }
    }

    fn element(&mut self, list: ClassId, depth: u32) -> Option<Range> {
        match (&self.model.classes.get(list).term, &self.model.classes.get(list).ty) {
            (Term::Call(Function::Numbers, ends), _) => {
                let &[from, to] = ends.as_slice() else { return None };
                let (from, to) = (self.class(from, depth)?, self.class(to, depth)?);
                (from.0 <= to.1).then_some((from.0, to.1))
            }
            (_, Type::List { element, .. }) if self.model.is_part(list) => {
                element.required().scalar().filter(|scalar| scalar.lo <= scalar.hi).map(|scalar| (scalar.lo, scalar.hi))
            }
            _ => None,
        }
    }

    /// How many elements a list can have.
    fn length(&mut self, list: ClassId) -> Range {
        match &self.model.classes.get(list).ty {
            Type::List { min, max, .. } if self.model.is_part(list) => ((*min).into(), (*max).into()),
            _ => (0, u32::MAX.into()),
        }
    }

    /// How many elements of a list can satisfy a condition, by what is said of their number and of the length of the list.
    fn counted(&mut self, list: ClassId, filter: super::logic::FormulaId) -> Range {
        let (mut lo, mut hi) = self.length(list);
        if filter != Logic::TRUE {
            lo = 0;
        }
        for (term, least) in [(Term::Count(list, filter), true), (Term::Length(list), filter == Logic::TRUE)] {
            let Some((place, said)) = self.model.classes.find(&term).and_then(|class| (self.said)(class)) else { continue };
            self.used.push(place);
            hi = hi.min(said.1.max(0));
            if least {
                lo = lo.max(said.0.max(0));
            }
        }
        (lo.min(hi), hi)
    }

    fn call(&mut self, function: Function, operands: &[ClassId], depth: u32) -> Option<Range> {
        match (function, operands) {
            (Function::YearsBetween, &[from, to]) => Some(time::years(self.class(from, depth)?, self.class(to, depth)?)),
            (Function::MonthsBetween, &[from, to]) => Some(time::months(self.class(from, depth)?, self.class(to, depth)?)),
            (Function::YearOf, &[date]) => Some(time::years_of(self.class(date, depth)?)),
            (Function::MonthOf, &[date]) => Some(self.class(date, depth).map_or((1, 12), time::months_of)),
            (Function::DayOf, &[date]) => Some(self.class(date, depth).map_or((1, 31), time::days_of)),
            (Function::WeekdayOf, &[date]) => Some(self.class(date, depth).map_or((0, 6), time::weekdays_of)),
            (Function::AddMonths, &[date, months]) => Some(time::moved(self.class(date, depth)?, self.class(months, depth)?)),
            (Function::DateFrom, &[year, month, day]) => {
                Some(time::dates_of(self.class(year, depth)?, self.class(month, depth)?, self.class(day, depth)?))
            }
            (Function::DateOf, &[instant, _]) => Some(time::dates(self.class(instant, depth)?, time::ANY_OFFSET)),
            (Function::TimeOf, &[instant, _]) => {
                Some(self.class(instant, depth).map_or((0, 86_399), |instant| time::times(instant, time::ANY_OFFSET)))
            }
            (Function::DatetimeAt, &[date, time, _]) => {
                Some(time::instants(self.class(date, depth)?, self.class(time, depth)?, time::ANY_OFFSET))
            }
            (Function::LengthOf, &[text]) => match self.model.classes.get(text).ty.required() {
                Type::Text { max } if self.model.is_part(text) => Some((0, (*max).into())),
                _ => Some((0, LONGEST_TEXT.into())),
            },
            _ => None,
        }
    }
}

/// What a class is the average of.
fn average_of(model: &Model<'_>, class: ClassId) -> Option<ClassId> {
    match &model.classes.get(class).term {
        Term::Gone(Quantifier::Average, _, _, body, _) => *body,
        Term::Unwrap(of) => average_of(model, *of),
        _ => None,
    }
}
