//! Values made of others: optionals, records, choices and arithmetic, in the one form that lets equal values meet.

use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::logic::{FormulaId, Logic};
use super::model::{Model, Subject};
use super::terms::{ClassId, Linear, Term};
use crate::function::Function;
use crate::graph::NodeId;

/// How deep choices and records are looked into.
pub const DEEPEST_VALUE: u32 = 24;

impl Model<'_> {
    /// That an optional is there.
    pub fn given(&mut self, class: ClassId) -> FormulaId {
        match self.classes.get(class).term.clone() {
            Term::Constant(Value::Missing) => Logic::FALSE,
            Term::Constant(_) | Term::Wrap(_) => Logic::TRUE,
            Term::Choice(cases) => self.one_case(cases, Self::given),
            Term::Field(of, place) if self.classes.get(of).ty.is_optional() => {
                let record = self.given(of);
                let record_there = self.unwrap(of);
                let field = self.field(record_there, place, Span::default());
                let field = if self.classes.get(field).ty.is_optional() { self.given(field) } else { Logic::TRUE };
                self.both(record, field)
            }
            _ if !self.classes.get(class).ty.is_optional() => Logic::TRUE,
            Term::Gone(..) if self.found.contains_key(&class) => self.found.get(&class).copied().unwrap_or(Logic::TRUE),
            Term::Call(Function::Item, operands) => match self.item_given(&operands) {
                Some(formula) => formula,
                None => self.flag(Subject::Given(class)),
            },
            _ => self.flag(Subject::Given(class)),
        }
    }

    /// That there is an element at a place of a list, none of which may be missing.
    fn item_given(&mut self, operands: &[ClassId]) -> Option<FormulaId> {
        let &[list, place] = operands else { return None };
        match &self.classes.get(list).ty {
            Type::List { element, .. } if !element.is_optional() && self.cases(place).len() == 1 => self.has_place(list, place),
            _ => None,
        }
    }

    /// What a boolean value says.
    pub fn truth(&mut self, class: ClassId) -> FormulaId {
        match self.classes.get(class).term.clone() {
            Term::Constant(Value::Boolean(true)) => Logic::TRUE,
            Term::Constant(_) => Logic::FALSE,
            Term::Truth(formula) => formula,
            Term::Choice(cases) => self.one_case(cases, Self::truth),
            _ => self.flag(Subject::Truth(class)),
        }
    }

    /// That a question holds in the case that is true.
    pub fn one_case(&mut self, cases: Vec<(FormulaId, ClassId)>, mut question: impl FnMut(&mut Self, ClassId) -> FormulaId) -> FormulaId {
        let mut any = Logic::FALSE;
        for (guard, class) in cases {
            let holds = question(self, class);
            let holds = self.both(guard, holds);
            any = self.either(any, holds);
        }
        any
    }

    /// The value of an optional that is there.
    pub fn unwrap(&mut self, class: ClassId) -> ClassId {
        let (ty, span) = (self.classes.get(class).ty.clone(), self.classes.get(class).span);
        match self.classes.get(class).term.clone() {
            Term::Wrap(inner) => inner,
            Term::Constant(value) if value != Value::Missing => self.constant(value, ty.required().clone(), span),
            Term::Choice(cases) => self.unwrap_cases(class, cases),
            Term::Field(of, place) if self.classes.get(of).ty.is_optional() => {
                let record = self.unwrap(of);
                let field = self.field(record, place, span);
                if self.classes.get(field).ty.is_optional() { self.unwrap(field) } else { field }
            }
            _ if !ty.is_optional() => class,
            _ => self.class(Term::Unwrap(class), ty.required().clone(), span),
        }
    }

    fn unwrap_cases(&mut self, class: ClassId, cases: Vec<(FormulaId, ClassId)>) -> ClassId {
        let missing = |model: &Self, class: ClassId| model.classes.get(class).term == Term::Constant(Value::Missing);
        let there: Vec<_> = cases.into_iter().filter(|case| !missing(self, case.1)).collect();
        let unwrapped: Vec<_> = there.into_iter().map(|(guard, class)| (guard, self.unwrap(class))).collect();
        let (ty, span) = (self.classes.get(class).ty.required().clone(), self.classes.get(class).span);
        match self.choice(unwrapped) {
            Some(choice) => choice,
            None => self.class(Term::Unwrap(class), ty, span),
        }
    }

    /// A value, as an optional.
    pub fn wrap(&mut self, class: ClassId) -> ClassId {
        let (ty, span) = (self.classes.get(class).ty.clone(), self.classes.get(class).span);
        match self.classes.get(class).term {
            Term::Unwrap(inner) => inner,
            _ => self.class(Term::Wrap(class), Type::Optional(Box::new(ty)), span),
        }
    }

    /// A field of a record, or of an optional record.
    pub fn field(&mut self, of: ClassId, place: u32, span: Span) -> ClassId {
        match self.classes.get(of).term.clone() {
            Term::Record(parts) if (place as usize) < parts.len() => parts[place as usize],
            Term::Constant(value) => self.constant_field(of, &value, place, span),
            Term::Wrap(inner) => {
                let field = self.field(inner, place, span);
                if self.classes.get(field).ty.is_optional() { field } else { self.wrap(field) }
            }
            Term::Choice(cases) => {
                let fields = cases.into_iter().map(|(guard, class)| (guard, self.field(class, place, span))).collect();
                match self.choice(fields) {
                    Some(choice) => choice,
                    None => self.plain_field(of, place, span),
                }
            }
            _ => self.plain_field(of, place, span),
        }
    }

    fn plain_field(&mut self, of: ClassId, place: u32, span: Span) -> ClassId {
        let ty = self.field_type(of, place);
        self.class(Term::Field(of, place), ty, span)
    }

    fn constant_field(&mut self, of: ClassId, value: &Value, place: u32, span: Span) -> ClassId {
        let ty = self.field_type(of, place);
        match value {
            Value::Record(fields) if (place as usize) < fields.len() => self.constant(fields[place as usize].clone(), ty, span),
            Value::Missing => self.constant(Value::Missing, ty, span),
            _ => self.class(Term::Field(of, place), ty, span),
        }
    }

    /// The declared type of a field; of an optional record an optional one.
    fn field_type(&self, of: ClassId, place: u32) -> Type {
        let record = &self.classes.get(of).ty;
        let declared = match record.required() {
            Type::Record(id) => self.types.record(*id).fields.get(place as usize).map(|field| field.ty.clone()),
            _ => None,
        };
        let declared = declared.unwrap_or(Type::Boolean);
        if record.is_optional() && !declared.is_optional() { Type::Optional(Box::new(declared)) } else { declared }
    }

    pub(super) fn if_value(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId, ty: Type, span: Span) -> ClassId {
        let condition = self.condition(condition);
        let (then, otherwise) = (self.value(then), self.value(otherwise));
        self.either_value(condition, then, otherwise, ty, span)
    }

    fn either_value(&mut self, condition: FormulaId, then: ClassId, otherwise: ClassId, ty: Type, span: Span) -> ClassId {
        let opposite = self.logic.not(condition);
        match self.choice(vec![(condition, then), (opposite, otherwise)]) {
            Some(choice) => choice,
            None => self.class(Term::Branch(condition, then, otherwise), ty, span),
        }
    }

    pub(super) fn or_else(&mut self, first: NodeId, second: NodeId, ty: Type, span: Span) -> ClassId {
        let (first, second) = (self.value(first), self.value(second));
        let given = self.given(first);
        let there = if ty.is_optional() { first } else { self.unwrap(first) };
        self.either_value(given, there, second, ty, span)
    }

    pub(super) fn negate(&mut self, of: NodeId, ty: Type, span: Span) -> ClassId {
        if ty.scalar().is_none() {
            let (nothing, of) = (self.constant(Value::Ratio { num: 0, den: 1 }, ty.clone(), span), self.value(of));
            return self.class(Term::Call(Function::SubtractRatios, vec![nothing, of]), ty, span);
        }
        let of = self.value(of);
        let zero = self.constant(Value::Scalar(0), ty.clone(), span);
        self.combine(zero, of, &ty, span, |left, right| left.plus(right, -1), |left, right| Term::Sum(false, left, right))
    }

    pub(super) fn add(&mut self, left: NodeId, right: NodeId, sign: i128, ty: Type, span: Span) -> ClassId {
        if ty.scalar().is_none() {
            return self.class(Term::Sum(sign > 0, self.meaning_class(left), self.meaning_class(right)), ty, span);
        }
        let (left, right) = (self.value(left), self.value(right));
        self.combine(left, right, &ty, span, |left, right| left.plus(right, sign), |left, right| Term::Sum(sign > 0, left, right))
    }

    fn meaning_class(&self, node: NodeId) -> ClassId {
        match self.meanings.get(node.index()) {
            Some(super::model::Meaning::Value(class)) => *class,
            _ => ClassId(0),
        }
    }

    pub(super) fn multiply(&mut self, left: NodeId, right: NodeId, ty: Type, span: Span) -> ClassId {
        let (left, right) = (self.value(left), self.value(right));
        self.combine(left, right, &ty, span, Linear::product, |left, right| Term::Multiply(left.min(right), left.max(right)))
    }

    pub(super) fn rescale(&mut self, of: NodeId, by: u32, ty: Type, span: Span) -> ClassId {
        let of = self.value(of);
        let factor = 10i128.checked_pow(by).unwrap_or(0);
        let factor = self.constant(Value::Scalar(factor), Type::integer(factor, factor), span);
        self.combine(of, factor, &ty, span, Linear::product, Term::Multiply)
    }

    /// An operation on two numbers, case by case, as a linear form where it has one.
    fn combine(
        &mut self,
        left: ClassId,
        right: ClassId,
        ty: &Type,
        span: Span,
        linear: impl Fn(&Linear, &Linear) -> Option<Linear>,
        plain: impl Fn(ClassId, ClassId) -> Term,
    ) -> ClassId {
        let mut cases = Vec::new();
        for (guard, left) in self.cases(left) {
            for (other, right) in self.cases(right) {
                let guard = self.both(guard, other);
                let form = linear(&self.classes.linear(left), &self.classes.linear(right));
                let class = match form {
                    Some(form) => self.linear_class(form, ty.clone(), span),
                    None => self.class(plain(left, right), ty.clone(), span),
                };
                cases.push((guard, class));
            }
        }
        match self.choice(cases) {
            Some(choice) => choice,
            None => self.class(plain(left, right), ty.clone(), span),
        }
    }

    /// The class of a linear form.
    pub fn linear_class(&mut self, form: Linear, ty: Type, span: Span) -> ClassId {
        match form.parts.as_slice() {
            [] => self.constant(Value::Scalar(form.constant), ty, span),
            [(class, 1)] if form.constant == 0 => *class,
            _ => self.class(Term::Linear(form), ty, span),
        }
    }
}
