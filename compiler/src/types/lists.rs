//! Functions of lists: the elements, neighbours and extremes of what stands in parentheses.

use axtrace_grammar::ast;
use axtrace_runtime::types::{DATE_LIMITS, FieldType, Kind, RecordId, RecordType, Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::scope::is_declared;
use super::words::same_shape;
use super::{Checker, TypeFinding};
use crate::function::Function;
use crate::graph::Quantifier;
use crate::hir::{Binary, Binder, Expr, ExprKind, Many, Unary};

/// The most elements of a list that handles can count.
pub(super) const MOST_ELEMENTS: u32 = 1 << 29;

impl<'a> Checker<'a, '_> {
    /// The only argument, a list.
    fn list_argument(&mut self, function: &str, args: &'a [ast::CallArg], span: Span) -> Option<Expr> {
        let [list] = args else {
            self.wrong_count(function, "one list", args.len(), span);
            return None;
        };
        let list = self.expr(&list.value, None);
        self.as_list(list)
    }

    pub(super) fn as_list(&mut self, list: Expr) -> Option<Expr> {
        if list.is_error() {
            return None;
        }
        if matches!(list.ty, Type::List { .. }) {
            return Some(list);
        }
        if list.ty.is_optional() {
            self.not_a_number(&list);
            return None;
        }
        let found = self.words(&list.ty);
        let at = list.span;
        let help = matches!(list.ty, Type::Set(_)).then(|| "a set is not gone through: ask it with `has`, `has all` or `has any`".into());
        self.report(TypeFinding::Mismatch { expected: "a list".into(), found, at, declared: None, help });
        None
    }

    /// A function of one list, without binders.
    pub(super) fn list_function(&mut self, function: &str, args: &'a [ast::CallArg], span: Span) -> Expr {
        let Some(list) = self.list_argument(function, args, span) else { return Expr::error(span) };
        match function {
            "count" => super::expr::unary(Unary::Length, list, Type::Scalar(Scalar::of(Kind::INTEGER)), span),
            "first" => self.end_of(list, false, span),
            "last" => self.end_of(list, true, span),
            "distinct" => self.distinct(list, span),
            "pairs" => self.pairs(list, span),
            _ => self.item_function(function, list, span),
        }
    }

    /// A function that goes through the elements as they are.
    fn item_function(&mut self, function: &str, list: Expr, span: Span) -> Expr {
        let (binder, item) = self.each_item(list);
        match function {
            "sort" => self.sorted(binder, item, span),
            "average" => self.average(binder, None, item, span),
            "min" => self.extreme_of(Quantifier::Min, binder, None, item, span),
            "max" => self.extreme_of(Quantifier::Max, binder, None, item, span),
            _ => self.sum(binder, None, item, span),
        }
    }

    /// A binder that no author wrote, and its element.
    pub(super) fn each_item(&mut self, list: Expr) -> (Binder, Expr) {
        let (ty, span) = (element(&list.ty).clone(), list.span);
        let var = self.scope.variable("item", ty.clone(), span);
        (Binder { element: var, place: None, list }, Expr { kind: ExprKind::Variable(var), ty, span })
    }

    /// `first(items)`, `last(items)`: optional unless the list is known not to be empty.
    fn end_of(&mut self, list: Expr, last: bool, span: Span) -> Expr {
        let there = self.scope.is_filled(&list);
        let one = super::literal::scalar(Kind::INTEGER, 1, span);
        let found = if last {
            self.bound_once("items", list, |_, list| {
                let place = super::expr::unary(Unary::Length, list.clone(), Type::Scalar(Scalar::of(Kind::INTEGER)), span);
                item(list, place, span)
            })
        } else {
            item(list, one, span)
        };
        // An element that may be missing itself stays what it is.
        match &found.kind {
            _ if !there || found.is_error() => found,
            ExprKind::Call(_, operands) if element(&operands[0].ty).is_optional() => found,
            ExprKind::Bind { .. } if found_element_is_optional(&found) => found,
            _ => super::expr::unwrap(found),
        }
    }

    /// `item(items, n)`: the element at a place, from 1, if there is one.
    pub(super) fn item(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [list, place] = args else { return self.wrong_count("item", "a list and a place, from 1", args.len(), span) };
        let list = self.expr(&list.value, None);
        let list = self.as_list(list);
        let place = self.typed_as(&place.value, &Type::integer(i128::MIN, i128::MAX), None);
        match list {
            Some(list) if !place.is_error() => item(list, place, span),
            _ => Expr::error(span),
        }
    }

    fn distinct(&mut self, list: Expr, span: Span) -> Expr {
        let Type::List { element, min, max } = &list.ty else { return Expr::error(span) };
        if matches!(**element, Type::Ratio { .. }) {
            return self.refuse_quotient("kept in a list", &list);
        }
        let ty = Type::List { element: element.clone(), min: (*min).min(1), max: *max };
        call(Function::Distinct, vec![list], ty, span)
    }

    /// `pairs(items)`: records of neighbours.
    fn pairs(&mut self, list: Expr, span: Span) -> Expr {
        let one = self.stored_element(&list);
        let name = format!("pair of {}", super::words::source(&one, &self.types));
        let fields = vec![("before".to_string(), one.clone()), ("after".to_string(), one)];
        let id = self.synthetic_record(name, fields, span);
        let Type::List { min, max, .. } = list.ty else { return Expr::error(span) };
        let ty = Type::List { element: Box::new(Type::Record(id)), min: min.saturating_sub(1), max: max.saturating_sub(1) };
        call(Function::Pairs, vec![list], ty, span)
    }

    /// The element type of a list as a field can have it.
    pub(super) fn stored_element(&self, list: &Expr) -> Type {
        let element = element(&list.ty);
        if is_declared(list, &self.scope) { element.clone() } else { storable(element) }
    }

    /// The type of an expression as a field can have it.
    pub(super) fn stored_type(&self, expr: &Expr) -> Type {
        if is_declared(expr, &self.scope) { expr.ty.clone() } else { storable(&expr.ty) }
    }

    /// The record of these fields that functions give; one for equal fields.
    pub(super) fn synthetic_record(&mut self, name: String, fields: Vec<(String, Type)>, span: Span) -> RecordId {
        let known = self.types.records.iter().position(|record| {
            record.name == name && record.fields.iter().map(|field| (&field.name, &field.ty)).eq(fields.iter().map(|(name, ty)| (name, ty)))
        });
        let place = known.unwrap_or_else(|| {
            let fields = fields.into_iter().map(|(name, ty)| FieldType { name, ty, span }).collect();
            self.types.records.push(RecordType { name, fields, open: false, span });
            self.types.records.len() - 1
        });
        RecordId(place as u32)
    }

    /// `a..b` as a list of whole numbers.
    pub(super) fn numbers(&mut self, range: &'a ast::RangeExpr, span: Span) -> Expr {
        let (Some(low), Some(high)) = (&range.low, &range.high) else {
            let help = Some("as a list a range has both ends: `1..n`".into());
            self.report(TypeFinding::Unclear { at: span, help });
            return Expr::error(span);
        };
        let integer = Type::integer(i128::MIN, i128::MAX);
        let from = self.typed_as(&low.value, &integer, None);
        let to = self.typed_as(&high.value, &integer, None);
        if from.is_error() || to.is_error() {
            return Expr::error(span);
        }
        let from = if low.open { moved(Binary::Add, from) } else { from };
        let to = if high.open { moved(Binary::Subtract, to) } else { to };
        let known = from.constant().and_then(Value::number).zip(to.constant().and_then(Value::number));
        let count = known.map(|(from, to)| u32::try_from(to.saturating_sub(from).saturating_add(1).max(0)).unwrap_or(MOST_ELEMENTS));
        let (min, max) = count.map_or((0, MOST_ELEMENTS), |count| (count.min(MOST_ELEMENTS), count.min(MOST_ELEMENTS)));
        let ty = Type::List { element: Box::new(Type::integer(i64::MIN.into(), i64::MAX.into())), min, max };
        call(Function::Numbers, vec![from, to], ty, span)
    }

    /// `a plus b` of lists: the elements of the first, then those of the second.
    pub(super) fn joined(&mut self, left: Expr, right: Expr, span: Span) -> Option<Expr> {
        if !same_shape(&left.ty, &right.ty) {
            return None;
        }
        let (Type::List { element, min: a, max: b }, Type::List { min: c, max: d, .. }) = (left.ty.clone(), &right.ty) else { return None };
        let (min, max) = (a.saturating_add(*c).min(MOST_ELEMENTS), b.saturating_add(*d).min(MOST_ELEMENTS));
        let inner = Type::List { element: element.clone(), min: 0, max: MOST_ELEMENTS };
        let both = Type::List { element: Box::new(inner), min: 2, max: 2 };
        let lists = super::coerce::many(Many::List, vec![left, right], both, span);
        Some(call(Function::Flatten, vec![lists], Type::List { element, min, max }, span))
    }
}

/// One more or one less.
fn moved(by: Binary, end: Expr) -> Expr {
    let (span, ty) = (end.span, end.ty.clone());
    if let Some(number) = end.constant().and_then(Value::number) {
        return super::literal::scalar(Kind::INTEGER, if by == Binary::Add { number + 1 } else { number - 1 }, span);
    }
    let one = super::literal::scalar(Kind::INTEGER, 1, span);
    Expr { kind: ExprKind::Binary(by, Box::new(end), Box::new(one)), ty, span }
}

fn found_element_is_optional(found: &Expr) -> bool {
    match &found.kind {
        ExprKind::Bind { body, .. } => found_element_is_optional(body),
        ExprKind::Call(_, operands) => operands.first().is_some_and(|list| element(&list.ty).is_optional()),
        _ => false,
    }
}

/// An element at a place, which may be missing.
fn item(list: Expr, place: Expr, span: Span) -> Expr {
    let ty = optional(element(&list.ty).clone());
    call(Function::Item, vec![list, place], ty, span)
}

/// The type as one that may be missing.
pub(super) fn optional(ty: Type) -> Type {
    if ty.is_optional() { ty } else { Type::Optional(Box::new(ty)) }
}

/// The type of the elements of a list.
pub(super) fn element(ty: &Type) -> &Type {
    match ty {
        Type::List { element, .. } => element,
        other => other,
    }
}

pub(super) fn call(function: Function, operands: Vec<Expr>, ty: Type, span: Span) -> Expr {
    if operands.iter().any(Expr::is_error) {
        return Expr::error(span);
    }
    Expr { kind: ExprKind::Call(function, operands), ty, span }
}

/// The type with all values that a field can hold: the bounds of what is computed are found later, and proved to be among these.
fn storable(ty: &Type) -> Type {
    match ty {
        Type::Scalar(scalar) => {
            let (lo, hi) = match scalar.kind {
                Kind::Date => DATE_LIMITS,
                Kind::Time | Kind::Weekday => scalar.kind.default_bounds(),
                Kind::Datetime | Kind::DatetimeIn(_) => (DATE_LIMITS.0 * 86_400, DATE_LIMITS.1 * 86_400 + 86_399),
                _ => (i64::MIN.into(), i64::MAX.into()),
            };
            Type::Scalar(Scalar { kind: scalar.kind, lo, hi })
        }
        Type::Text { .. } => Type::Text { max: MOST_ELEMENTS },
        Type::Optional(inner) => Type::Optional(Box::new(storable(inner))),
        Type::List { element, min, max } => Type::List { element: Box::new(storable(element)), min: *min, max: *max },
        other => other.clone(),
    }
}
