//! Comparisons as formulas: what is compared becomes a variable, what it is compared with a set.

use axtrace_runtime::types::{EnumId, Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::logic::{Formula, FormulaId, Logic};
use super::model::{Asked, Model, Subject};
use super::parts::DEEPEST_VALUE;
use super::scene::alike;
use super::sets::IntSet;
use super::terms::{ClassId, Linear, Term};
use crate::graph::{Comparison, NodeId};
use crate::types::words::same_shape;

/// The most names an enum has whose values are compared name by name when neither side is constant.
const MOST_NAMES: usize = 16;
/// The most elements of two lists that are compared one by one.
const MOST_ELEMENTS: usize = 12;
/// The most fields of a record that is compared field by field.
const MOST_FIELDS: usize = 500;
/// The most comparisons of parts of values in one decision; what is beyond is not looked into.
const MOST_COMPARISONS: u32 = 200_000;

impl Model<'_> {
    pub(super) fn compare_nodes(&mut self, id: NodeId, comparison: Comparison, left: NodeId, right: NodeId) -> FormulaId {
        let formula = self.compare_pair(comparison, left, right);
        self.ask(formula, self.graph.node(id).span);
        formula
    }

    fn compare_pair(&mut self, comparison: Comparison, left: NodeId, right: NodeId) -> FormulaId {
        let graph = self.graph;
        let (left_ty, right_ty) = (&graph.node(left).ty, &graph.node(right).ty);
        let (left, right) = (self.value(left), self.value(right));
        match (left_ty, right_ty) {
            (Type::Scalar(one), Type::Scalar(other)) => {
                let bounds = difference((one.lo, one.hi), (other.lo, other.hi));
                self.each_pair(left, right, |model, left, right| model.compare_numbers(comparison, left, right, &bounds))
            }
            (Type::Ratio { .. }, _) | (_, Type::Ratio { .. }) => {
                let scale = |ty: &Type| ty.scalar().map_or(0, |scalar| scalar.kind.scale());
                let (one, other) = (scale(left_ty), scale(right_ty));
                self.each_pair(left, right, |model, left, right| model.compare_ratios(comparison, (left, one), (right, other)))
            }
            (Type::Text { .. }, _) => self.each_pair(left, right, |model, left, right| model.compare_texts(comparison, left, right)),
            // Their numbers may have different places.
            (Type::List { .. } | Type::Optional(_), _) if !same_shape(left_ty, right_ty) && left != right => {
                let same = self.same(left, right);
                if comparison == Comparison::Equal { same } else { self.logic.not(same) }
            }
            (left_ty, right_ty) => match comparison {
                Comparison::Equal => self.equal(left, right, &either_type(left_ty, right_ty), 0),
                Comparison::NotEqual => {
                    let equal = self.equal(left, right, &either_type(left_ty, right_ty), 0);
                    self.logic.not(equal)
                }
                Comparison::Less => self.before(left, right),
                Comparison::Greater => self.before(right, left),
                Comparison::LessOrEqual => {
                    let after = self.before(right, left);
                    self.logic.not(after)
                }
                Comparison::GreaterOrEqual => {
                    let before = self.before(left, right);
                    self.logic.not(before)
                }
            },
        }
    }

    /// Remembers a comparison that asks something of one variable.
    pub(super) fn ask(&mut self, formula: FormulaId, span: Span) {
        if let Formula::Atom(variable, set) = self.logic.formula(formula) {
            self.asked.push(Asked { variable: *variable, set: set.clone(), span });
        }
    }

    /// That one text comes before another.
    pub(super) fn before(&mut self, left: ClassId, right: ClassId) -> FormulaId {
        let class = self.class(Term::Before(left, right), Type::Boolean, Span::default());
        if left == right { Logic::FALSE } else { self.flag(Subject::Truth(class)) }
    }

    fn each_pair(
        &mut self,
        left: ClassId,
        right: ClassId,
        mut question: impl FnMut(&mut Self, ClassId, ClassId) -> FormulaId,
    ) -> FormulaId {
        let rights = self.cases(right);
        let lefts = self.cases(left);
        self.one_case(lefts, |model, left| model.one_case(rights.clone(), |model, right| question(model, left, right)))
    }

    /// A comparison of two numbers of one scale whose difference lies in `bounds`.
    fn compare_numbers(&mut self, comparison: Comparison, left: ClassId, right: ClassId, bounds: &IntSet) -> FormulaId {
        let difference = self.classes.linear(left).plus(&self.classes.linear(right), -1);
        let formula = difference.and_then(|difference| self.relate(&difference, &allowed(comparison), bounds));
        match formula {
            Some(formula) => formula,
            None => self.unrelated(comparison, left, right),
        }
    }

    /// A comparison that is not looked into, but for its opposite being its opposite.
    pub(super) fn unrelated(&mut self, comparison: Comparison, left: ClassId, right: ClassId) -> FormulaId {
        let (less, greater) = (self.before(left, right), self.before(right, left));
        let either = self.either(less, greater);
        match comparison {
            Comparison::Less => less,
            Comparison::Greater => greater,
            Comparison::NotEqual => either,
            Comparison::Equal => self.logic.not(either),
            Comparison::LessOrEqual => self.logic.not(greater),
            Comparison::GreaterOrEqual => self.logic.not(less),
        }
    }

    /// That a linear form, known to lie in `bounds`, is in a set. `None` when a number becomes too large.
    pub fn relate(&mut self, form: &Linear, set: &IntSet, bounds: &IntSet) -> Option<FormulaId> {
        let Some(&(_, first)) = form.parts.first() else {
            return Some(if set.contains(form.constant) { Logic::TRUE } else { Logic::FALSE });
        };
        let divisor = form.parts.iter().map(|part| part.1.unsigned_abs()).fold(0, gcd);
        let divisor = i128::try_from(divisor).ok()? * first.signum();
        let parts = form.parts.iter().map(|(class, factor)| (*class, factor / divisor)).collect();
        let own = Linear { parts, constant: 0 };
        let set = unscale(set, form.constant, divisor)?;
        let bounds = match self.declared(&own) {
            Some(declared) => declared,
            None => unscale(bounds, form.constant, divisor)?,
        };
        if let [(class, 1)] = own.parts.as_slice()
            && let Some((of, rising)) = self.computed_from(*class)
        {
            let of = self.classes.linear(of);
            return self.relate(&of, &rising.back(&set), &rising.back(&bounds));
        }
        let (ty, span) = (self.classes.get(own.parts[0].0).ty.clone(), self.classes.get(own.parts[0].0).span);
        let class = self.linear_class(own, ty, span);
        let variable = self.variable(Subject::Number(class), &bounds);
        Some(self.logic.atom(variable, set))
    }

    pub(super) fn in_range(&mut self, id: NodeId, value: NodeId, low: Option<(NodeId, bool)>, high: Option<(NodeId, bool)>) -> FormulaId {
        let from = low.map(|(low, inside)| (if inside { Comparison::GreaterOrEqual } else { Comparison::Greater }, low));
        let to = high.map(|(high, inside)| (if inside { Comparison::LessOrEqual } else { Comparison::Less }, high));
        let mut all = Logic::TRUE;
        for (comparison, bound) in from.into_iter().chain(to) {
            let part = self.compare_pair(comparison, value, bound);
            all = self.both(all, part);
        }
        self.ask(all, self.graph.node(id).span);
        all
    }

    pub(super) fn one_of(&mut self, id: NodeId, value: NodeId, several: &[NodeId]) -> FormulaId {
        let equal: Vec<FormulaId> = several.iter().map(|one| self.compare_pair(Comparison::Equal, value, *one)).collect();
        let any = self.any_of(equal);
        self.ask(any, self.graph.node(id).span);
        any
    }

    /// That two values of one type are the same.
    pub fn equal(&mut self, left: ClassId, right: ClassId, ty: &Type, depth: u32) -> FormulaId {
        if left == right {
            return Logic::TRUE;
        }
        self.comparisons += 1;
        if depth > DEEPEST_VALUE || self.comparisons > MOST_COMPARISONS {
            return self.same(left, right);
        }
        self.each_pair(left, right, |model, left, right| model.equal_case(left, right, ty, depth))
    }

    fn equal_case(&mut self, left: ClassId, right: ClassId, ty: &Type, depth: u32) -> FormulaId {
        if left == right {
            return Logic::TRUE;
        }
        match ty {
            Type::Boolean => {
                let (left, right) = (self.truth(left), self.truth(right));
                let same = self.logic.same(left, right);
                self.shallow(same)
            }
            Type::Scalar(scalar) => {
                let bounds = difference((scalar.lo, scalar.hi), (scalar.lo, scalar.hi));
                self.compare_numbers(Comparison::Equal, left, right, &bounds)
            }
            Type::Ratio { .. } => self.compare_ratios(Comparison::Equal, (left, 0), (right, 0)),
            Type::Enum(id) => self.equal_names(left, right, *id),
            Type::Text { .. } => self.equal_texts(left, right),
            Type::Set(id) => self.equal_sets(left, right, *id),
            Type::Record(id) if self.types.record(*id).fields.len() > MOST_FIELDS => self.same(left, right),
            Type::Record(id) => {
                let fields = &self.types.record(*id).fields;
                let mut all = Logic::TRUE;
                for (place, field) in fields.iter().enumerate() {
                    let (left, right) = (self.field(left, place as u32, Span::default()), self.field(right, place as u32, Span::default()));
                    let part = self.equal(left, right, &field.ty, depth + 1);
                    all = self.both(all, part);
                }
                all
            }
            Type::Optional(inner) => self.equal_optionals(left, right, inner, depth),
            Type::List { element, .. } => self.equal_lists(left, right, element, depth),
            Type::Zone => self.equal_zones(left, right),
        }
    }

    /// Lists whose elements are known one by one are compared one by one; a list is empty or not; else it is not looked into.
    fn equal_lists(&mut self, left: ClassId, right: ClassId, element: &Type, depth: u32) -> FormulaId {
        match (self.elements(left, element), self.elements(right, element)) {
            (Some(left), Some(right)) if left.len() != right.len() => Logic::FALSE,
            (Some(left), Some(right)) => left.into_iter().zip(right).fold(Logic::TRUE, |all, (left, right)| {
                let part = self.equal(left, right, element, depth + 1);
                self.both(all, part)
            }),
            (Some(none), None) if none.is_empty() => self.is_empty(right),
            (None, Some(none)) if none.is_empty() => self.is_empty(left),
            _ => match self.two_constants(left, right) {
                Some(equal) => equal,
                None => self.same(left, right),
            },
        }
    }

    fn is_empty(&mut self, list: ClassId) -> FormulaId {
        let some = self.not_empty(list);
        self.logic.not(some)
    }

    /// The elements of a short list that are known one by one.
    fn elements(&mut self, list: ClassId, element: &Type) -> Option<Vec<ClassId>> {
        match self.classes.get(list).term.clone() {
            Term::List(parts) if parts.len() <= MOST_ELEMENTS => Some(parts),
            Term::Constant(Value::List(values)) if values.len() <= MOST_ELEMENTS => {
                Some(values.iter().map(|value| self.constant(value.clone(), element.clone(), Span::default())).collect())
            }
            _ => None,
        }
    }

    /// A zone is one of those that the rules name, by its place.
    fn equal_zones(&mut self, left: ClassId, right: ClassId) -> FormulaId {
        let place = |model: &Self, class: ClassId| match model.classes.get(class).term {
            Term::Constant(Value::Zone(place)) => Some(i128::from(place)),
            _ => None,
        };
        let (class, place) = match (place(self, left), place(self, right)) {
            (Some(left), Some(right)) => return if left == right { Logic::TRUE } else { Logic::FALSE },
            (None, Some(place)) => (left, place),
            (Some(place), None) => (right, place),
            (None, None) => return self.same(left, right),
        };
        let variable = self.variable(Subject::Name(class), &IntSet::between(0, u16::MAX.into()));
        self.logic.atom(variable, IntSet::point(place))
    }

    fn two_constants(&self, left: ClassId, right: ClassId) -> Option<FormulaId> {
        match (&self.classes.get(left).term, &self.classes.get(right).term) {
            (Term::Constant(left), Term::Constant(right)) => Some(if alike(left, right) { Logic::TRUE } else { Logic::FALSE }),
            _ => None,
        }
    }

    /// That two values are the same, which is not looked into.
    pub(super) fn same(&mut self, left: ClassId, right: ClassId) -> FormulaId {
        let class = self.class(Term::Same(left.min(right), left.max(right)), Type::Boolean, Span::default());
        self.flag(Subject::Truth(class))
    }

    /// That two outcomes are the same, of which at least one depends on an element: it is another value for each rule, so unless both are
    /// one constant, it may be either.
    pub fn apart(&mut self, left: NodeId, right: NodeId) -> FormulaId {
        let (left, right) = (self.class_of_node(left), self.class_of_node(right));
        self.same(left, right)
    }

    fn class_of_node(&mut self, node: NodeId) -> ClassId {
        let node_of = self.graph.node(node);
        self.class(Term::Opaque(node), node_of.ty.clone(), node_of.span)
    }

    fn equal_optionals(&mut self, left: ClassId, right: ClassId, inner: &Type, depth: u32) -> FormulaId {
        let (left_there, right_there) = (self.given(left), self.given(right));
        let alike = self.logic.same(left_there, right_there);
        let missing = self.logic.not(left_there);
        let (left, right) = (self.unwrap(left), self.unwrap(right));
        let equal =
            if left_there == Logic::FALSE || right_there == Logic::FALSE { Logic::TRUE } else { self.equal(left, right, inner, depth + 1) };
        let equal = self.either(missing, equal);
        self.both(alike, equal)
    }

    /// That an enum value has the name of a place, or a day of the week is the one of it.
    fn is_name(&mut self, class: ClassId, place: u16, of: EnumId) -> FormulaId {
        if let Type::Scalar(day) = self.classes.get(class).ty {
            return self.is_day(class, place, day);
        }
        match self.classes.get(class).term.clone() {
            Term::Constant(Value::Enum(own)) => {
                if own == place {
                    Logic::TRUE
                } else {
                    Logic::FALSE
                }
            }
            Term::Choice(cases) => self.one_case(cases, |model, class| model.is_name(class, place, of)),
            _ => {
                let last = self.types.enum_type(of).values.len() as i128 - 1;
                let variable = self.variable(Subject::Name(class), &IntSet::between(0, last));
                self.logic.atom(variable, IntSet::point(place.into()))
            }
        }
    }

    fn is_day(&mut self, class: ClassId, place: u16, day: Scalar) -> FormulaId {
        let ty = Type::Scalar(Scalar::between(day.kind, place.into(), place.into()));
        let wanted = self.constant(Value::Scalar(place.into()), ty, Span::default());
        let bounds = difference((0, 6), (place.into(), place.into()));
        self.each_pair(class, wanted, |model, class, wanted| model.compare_numbers(Comparison::Equal, class, wanted, &bounds))
    }

    fn equal_names(&mut self, left: ClassId, right: ClassId, of: EnumId) -> FormulaId {
        if let Term::Constant(Value::Enum(place)) = self.classes.get(left).term {
            return self.is_name(right, place, of);
        }
        if let Term::Constant(Value::Enum(place)) = self.classes.get(right).term {
            return self.is_name(left, place, of);
        }
        let names = self.types.enum_type(of).values.len();
        if names > MOST_NAMES {
            return self.same(left, right);
        }
        let mut any = Logic::FALSE;
        for place in 0..names as u16 {
            let (left, right) = (self.is_name(left, place, of), self.is_name(right, place, of));
            let both = self.both(left, right);
            any = self.either(any, both);
        }
        any
    }

    pub(super) fn equal_texts(&mut self, left: ClassId, right: ClassId) -> FormulaId {
        match (self.classes.get(left).term.clone(), self.classes.get(right).term.clone()) {
            (Term::Constant(left), Term::Constant(right)) => {
                if left == right {
                    Logic::TRUE
                } else {
                    Logic::FALSE
                }
            }
            (Term::Constant(Value::Text(text)), _) => self.is_text(right, &text),
            (_, Term::Constant(Value::Text(text))) => self.is_text(left, &text),
            _ => self.same(left, right),
        }
    }

    fn equal_sets(&mut self, left: ClassId, right: ClassId, of: EnumId) -> FormulaId {
        if let Some(equal) = self.two_constants(left, right) {
            return equal;
        }
        let names = self.types.enum_type(of).values.len();
        let constant = |model: &Self, class: ClassId| matches!(model.classes.get(class).term, Term::Constant(_));
        if names > MOST_NAMES && !constant(self, left) && !constant(self, right) {
            return self.same(left, right);
        }
        let mut all = Logic::TRUE;
        for place in 0..names as u16 {
            let (left, right) = (self.member(left, place, of, 0), self.member(right, place, of, 0));
            let same = self.logic.same(left, right);
            all = self.both(all, same);
        }
        all
    }

    /// That a set has the name of a place.
    fn member(&mut self, set: ClassId, place: u16, of: EnumId, depth: u32) -> FormulaId {
        if let Some(known) = self.members.get(&(set, place)) {
            return *known;
        }
        let formula =
            if depth > DEEPEST_VALUE { self.flag(Subject::Member(set, place)) } else { self.member_of(set, place, of, depth + 1) };
        self.members.insert((set, place), formula);
        formula
    }

    fn member_of(&mut self, set: ClassId, place: u16, of: EnumId, depth: u32) -> FormulaId {
        match self.classes.get(set).term.clone() {
            Term::Constant(Value::Set(bits)) => {
                if bits & (1 << place) != 0 {
                    Logic::TRUE
                } else {
                    Logic::FALSE
                }
            }
            Term::Choice(cases) => self.one_case(cases, |model, set| model.member(set, place, of, depth)),
            Term::Union(left, right) => {
                let (left, right) = (self.member(left, place, of, depth), self.member(right, place, of, depth));
                self.either(left, right)
            }
            Term::Difference(left, right) => {
                let (left, right) = (self.member(left, place, of, depth), self.member(right, place, of, depth));
                let not_right = self.logic.not(right);
                self.both(left, not_right)
            }
            Term::Set(names) => names.into_iter().fold(Logic::FALSE, |any, name| {
                let is = self.is_name(name, place, of);
                self.either(any, is)
            }),
            _ => self.flag(Subject::Member(set, place)),
        }
    }

    pub(super) fn has(&mut self, set: NodeId, name: NodeId) -> FormulaId {
        let Some(of) = set_enum(&self.graph.node(set).ty) else { return Logic::FALSE };
        let (set, name) = (self.value(set), self.value(name));
        let cases = self.cases(name);
        self.one_case(cases, |model, name| model.has_name(set, name, of))
    }

    fn has_name(&mut self, set: ClassId, name: ClassId, of: EnumId) -> FormulaId {
        if let Term::Constant(Value::Enum(place)) = self.classes.get(name).term {
            return self.member(set, place, of, 0);
        }
        let mut any = Logic::FALSE;
        for place in 0..self.types.enum_type(of).values.len() as u16 {
            let (is, has) = (self.is_name(name, place, of), self.member(set, place, of, 0));
            let both = self.both(is, has);
            any = self.either(any, both);
        }
        any
    }

    /// That a set has all names of another (`all`), or one of them.
    pub(super) fn has_names(&mut self, set: NodeId, names: NodeId, all: bool) -> FormulaId {
        let Some(of) = set_enum(&self.graph.node(set).ty) else { return Logic::FALSE };
        let (set, names) = (self.value(set), self.value(names));
        let mut joined = if all { Logic::TRUE } else { Logic::FALSE };
        for place in 0..self.types.enum_type(of).values.len() as u16 {
            let (has, wanted) = (self.member(set, place, of, 0), self.member(names, place, of, 0));
            joined = if all {
                let unwanted = self.logic.not(wanted);
                let part = self.either(unwanted, has);
                self.both(joined, part)
            } else {
                let part = self.both(wanted, has);
                self.either(joined, part)
            };
        }
        joined
    }
}

/// A type with the values of both: the bounds of a value are those of its own node.
pub fn either_type(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::Scalar(one), Type::Scalar(other)) => Type::Scalar(Scalar::between(one.kind, one.lo.min(other.lo), one.hi.max(other.hi))),
        (Type::Optional(one), Type::Optional(other)) => Type::Optional(Box::new(either_type(one, other))),
        (Type::List { element: one, min, max }, Type::List { element: other, min: other_min, max: other_max }) => {
            let element = Box::new(either_type(one, other));
            Type::List { element, min: *min.min(other_min), max: *max.max(other_max) }
        }
        _ => left.clone(),
    }
}

fn set_enum(ty: &Type) -> Option<EnumId> {
    match ty {
        Type::Set(id) => Some(*id),
        _ => None,
    }
}

/// What a difference may be for a comparison to hold.
pub fn allowed(comparison: Comparison) -> IntSet {
    match comparison {
        Comparison::Equal => IntSet::point(0),
        Comparison::NotEqual => IntSet::point(0).complement(),
        Comparison::Less => IntSet::between(i128::MIN, -1),
        Comparison::LessOrEqual => IntSet::between(i128::MIN, 0),
        Comparison::Greater => IntSet::between(1, i128::MAX),
        Comparison::GreaterOrEqual => IntSet::between(0, i128::MAX),
    }
}

/// The comparison that holds of the opposite numbers.
pub fn turn(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// What the difference of two numbers can be.
fn difference(left: (i128, i128), right: (i128, i128)) -> IntSet {
    IntSet::between(left.0.saturating_sub(right.1), left.1.saturating_sub(right.0))
}

/// The numbers `n` for which `divisor * n + constant` is in the set. `None` when a number becomes too large.
pub fn unscale(set: &IntSet, constant: i128, divisor: i128) -> Option<IntSet> {
    let mut unscaled = IntSet::empty();
    for &(lo, hi) in set.intervals() {
        let lo = if lo == i128::MIN { None } else { Some(lo.checked_sub(constant)?) };
        let hi = if hi == i128::MAX { None } else { Some(hi.checked_sub(constant)?) };
        let (lo, hi) = if divisor > 0 { (lo, hi) } else { (hi.map(|hi| hi.saturating_neg()), lo.map(|lo| lo.saturating_neg())) };
        let by = divisor.checked_abs()?;
        let lo = lo.map_or(i128::MIN, |lo| lo.div_euclid(by) + i128::from(lo.rem_euclid(by) != 0));
        let hi = hi.map_or(i128::MAX, |hi| hi.div_euclid(by));
        unscaled = unscaled.union(&IntSet::between(lo, hi));
    }
    Some(unscaled)
}

fn gcd(left: u128, right: u128) -> u128 {
    if right == 0 { left } else { gcd(right, left % right) }
}
