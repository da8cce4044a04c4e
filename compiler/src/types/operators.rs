//! Arithmetic, comparisons and membership.

use axtrace_grammar::ast;
use axtrace_runtime::types::{DATE_LIMITS, Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::{Span, Spanned};

use super::coerce::{many, rescale};
use super::expr::{unary, widened};
use super::loops::quantify;
use super::operands::days_around;
use super::quotients::{as_ratio, product, quotient};
use super::words::{dimension, same_shape};
use super::{Checker, TypeFinding};
use crate::graph::{Comparison, Quantifier};
use crate::hir::{Binary, Expr, ExprKind, Many, Unary};

/// The most places that a number gets to stand beside another in a comparison.
const FARTHEST: u32 = 18;
/// The most places that arithmetic keeps exactly.
const MAX_SCALE: u32 = 38;

impl<'a> Checker<'a, '_> {
    pub(super) fn negate(&mut self, inner: &'a ast::Expr, expected: Option<&Type>, span: Span) -> Expr {
        let inner = self.expr(inner, expected);
        let signed = match &inner.ty {
            Type::Scalar(scalar) => scalar.kind.is_measure(),
            Type::Ratio { .. } => true,
            _ => false,
        };
        if inner.is_error() {
            return inner;
        }
        if !signed {
            let found = self.words(&inner.ty);
            let (expected, at) = ("a number or a duration".to_string(), inner.span);
            self.report(TypeFinding::Mismatch { expected, found, at, declared: None, help: None });
            return Expr::error(span);
        }
        if let (Some(Value::Scalar(number)), Some(scalar)) = (inner.constant(), inner.ty.scalar()) {
            return super::literal::scalar(scalar.kind, -number, span);
        }
        let ty = inner.ty.clone();
        unary(Unary::Negate, inner, ty, span)
    }

    pub(super) fn binary(
        &mut self,
        op: Spanned<ast::BinaryOp>,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        expected: Option<&Type>,
        span: Span,
    ) -> Expr {
        if matches!(op.node, ast::BinaryOp::Plus | ast::BinaryOp::Minus) {
            return self.set_arithmetic(op, left, right, expected, span);
        }
        let (left, right) = (self.expr(left, None), self.expr(right, None));
        if left.is_error() || right.is_error() {
            return Expr::error(span);
        }
        for side in [&left, &right] {
            if side.ty.is_optional() {
                self.may_be_missing(side);
                return Expr::error(span);
            }
        }
        if [&left, &right].iter().any(|side| matches!(side.ty, Type::Ratio { .. })) {
            return self.quotients(op, left, right, span);
        }
        let (Type::Scalar(a), Type::Scalar(b)) = (&left.ty, &right.ty) else {
            return self.operands(op.node.text(), op.span, &left, &right);
        };
        let (a, b) = (Scalar { kind: a.kind.plain(), ..*a }, Scalar { kind: b.kind.plain(), ..*b });
        match op.node {
            ast::BinaryOp::Add => self.add(op, left, right, (a, b), span),
            ast::BinaryOp::Subtract => self.subtract(op, left, right, (a, b), span),
            ast::BinaryOp::Multiply => self.multiply(op, left, right, (a, b), span),
            ast::BinaryOp::Divide => self.divide(op, left, right, (a, b), span),
            _ => self.modulo(op, left, right, (a, b), span),
        }
    }

    fn add(&mut self, op: Spanned<ast::BinaryOp>, left: Expr, right: Expr, (a, b): (Scalar, Scalar), span: Span) -> Expr {
        match (a.kind, b.kind) {
            (Kind::Number { .. }, Kind::Number { .. }) if dimension(a.kind) == dimension(b.kind) => aligned(Binary::Add, left, right, span),
            (Kind::Duration, Kind::Duration)
            | (Kind::Days, Kind::Days)
            | (Kind::Period, Kind::Period)
            | (Kind::Date, Kind::Days)
            | (Kind::Datetime, Kind::Duration) => binary(Binary::Add, left, right, a.kind, span),
            (Kind::Date, Kind::Period) => self.add_months(left, right, span),
            _ => self.operands("+", op.span, &left, &right),
        }
    }

    fn subtract(&mut self, op: Spanned<ast::BinaryOp>, left: Expr, right: Expr, (a, b): (Scalar, Scalar), span: Span) -> Expr {
        match (a.kind, b.kind) {
            (Kind::Number { .. }, Kind::Number { .. }) if dimension(a.kind) == dimension(b.kind) => {
                aligned(Binary::Subtract, left, right, span)
            }
            (Kind::Duration, Kind::Duration)
            | (Kind::Days, Kind::Days)
            | (Kind::Period, Kind::Period)
            | (Kind::Date, Kind::Days)
            | (Kind::Datetime, Kind::Duration) => binary(Binary::Subtract, left, right, a.kind, span),
            (Kind::Date, Kind::Period) => self.subtract_months(left, right, span),
            (Kind::Date, Kind::Date) => binary(Binary::Subtract, left, right, Kind::Days, span),
            (Kind::Datetime, Kind::Datetime) => binary(Binary::Subtract, left, right, Kind::Duration, span),
            _ => self.operands("-", op.span, &left, &right),
        }
    }

    pub(super) fn multiply(&mut self, op: Spanned<ast::BinaryOp>, left: Expr, right: Expr, (a, b): (Scalar, Scalar), span: Span) -> Expr {
        let found = product(a.kind, b.kind).filter(|_| a.kind.is_measure() && b.kind.is_measure());
        let Some((kind, divisor)) = found else { return self.operands("*", op.span, &left, &right) };
        let scale = a.kind.scale() + b.kind.scale();
        let kind = match kind {
            Kind::Number { unit, .. } => {
                if scale > MAX_SCALE {
                    let limit = "a product keeps at most 38 places; round one of its factors before";
                    self.report(TypeFinding::TooLarge { limit, at: span });
                    return Expr::error(span);
                }
                Kind::Number { scale, unit }
            }
            other => other,
        };
        let whole = divisor == 1 && (scale == 0 || matches!(kind, Kind::Number { .. }));
        let product = binary(Binary::Multiply, left, right, kind, span);
        if whole { product } else { part(product, kind, divisor, scale, span) }
    }

    pub(super) fn divide(&mut self, op: Spanned<ast::BinaryOp>, left: Expr, right: Expr, (a, b): (Scalar, Scalar), span: Span) -> Expr {
        let found = quotient(a.kind, b.kind).filter(|_| a.kind.is_measure() && b.kind.is_measure());
        let Some((kind, factor)) = found else { return self.operands("/", op.span, &left, &right) };
        let (x, y) = (a.kind.scale(), b.kind.scale());
        let left = if factor == 1 {
            left
        } else {
            let factor = super::literal::scalar(Kind::INTEGER, factor, left.span);
            let span = left.span;
            binary(Binary::Multiply, left, factor, a.kind, span)
        };
        let op = Binary::Divide(y.saturating_sub(x), x.saturating_sub(y));
        Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), ty: ratio(kind), span }
    }

    fn modulo(&mut self, op: Spanned<ast::BinaryOp>, left: Expr, right: Expr, (a, b): (Scalar, Scalar), span: Span) -> Expr {
        match (a.kind, b.kind) {
            (Kind::Number { .. }, Kind::Number { .. }) if dimension(a.kind) == dimension(b.kind) => {
                aligned(Binary::Modulo, left, right, span)
            }
            (Kind::Duration, Kind::Duration) | (Kind::Days, Kind::Days) | (Kind::Period, Kind::Period) => {
                binary(Binary::Modulo, left, right, a.kind, span)
            }
            _ => self.operands("mod", op.span, &left, &right),
        }
    }

    fn set_arithmetic(
        &mut self,
        op: Spanned<ast::BinaryOp>,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        expected: Option<&Type>,
        span: Span,
    ) -> Expr {
        let (left, right) = self.sides(left, right, expected);
        if left.is_error() || right.is_error() {
            return Expr::error(span);
        }
        let operation = if op.node == ast::BinaryOp::Plus { Binary::Union } else { Binary::Difference };
        match (&left.ty, &right.ty) {
            (Type::Set(a), Type::Set(b)) if a == b => {
                let ty = left.ty.clone();
                Expr { kind: ExprKind::Binary(operation, Box::new(left), Box::new(right)), ty, span }
            }
            (Type::List { .. }, Type::List { .. }) if op.node == ast::BinaryOp::Plus => {
                let words = (left.clone(), right.clone());
                let joined = self.joined(left, right, span);
                joined.unwrap_or_else(|| self.operands(op.node.text(), op.span, &words.0, &words.1))
            }
            _ => self.operands(op.node.text(), op.span, &left, &right),
        }
    }

    /// Both sides of an operator. The side that says its type by itself helps the other: `reject` is known beside a `Verdict`.
    pub(super) fn sides(&mut self, left: &'a ast::Expr, right: &'a ast::Expr, expected: Option<&Type>) -> (Expr, Expr) {
        if self.needs_help(left) && !self.needs_help(right) {
            let right = self.expr(right, expected);
            let hint = (!right.is_error()).then(|| widened(right.ty.required()));
            let left = if right.is_error() { Expr::error(left.span) } else { self.expr(left, hint.as_ref()) };
            return (left, right);
        }
        let left = self.expr(left, expected);
        let hint = (!left.is_error()).then(|| widened(left.ty.required()));
        let right = if left.is_error() { Expr::error(right.span) } else { self.expr(right, hint.as_ref()) };
        (left, right)
    }

    fn needs_help(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ast::ExprKind::Name(name) => self.scope.lookup(&name.text).is_none() && self.resolved.lookup(self.module, &name.text).is_none(),
            ast::ExprKind::Set(_) | ast::ExprKind::EmptyBraces | ast::ExprKind::Record(_) | ast::ExprKind::List(_) => true,
            ast::ExprKind::Literal(ast::Literal::Missing) => true,
            _ => false,
        }
    }

    // Comparisons

    pub(super) fn compare(&mut self, op: Spanned<ast::CompareOp>, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> Expr {
        let comparison = match op.node {
            ast::CompareOp::Equal => Comparison::Equal,
            ast::CompareOp::NotEqual => Comparison::NotEqual,
            ast::CompareOp::Less => Comparison::Less,
            ast::CompareOp::LessOrEqual => Comparison::LessOrEqual,
            ast::CompareOp::Greater => Comparison::Greater,
            ast::CompareOp::GreaterOrEqual => Comparison::GreaterOrEqual,
            ast::CompareOp::Has | ast::CompareOp::HasAll | ast::CompareOp::HasAny => return self.has(op, left, right, span),
            ast::CompareOp::StartsWith | ast::CompareOp::EndsWith | ast::CompareOp::Contains => {
                return self.text_test(op, left, right, span);
            }
        };
        if let Some(value) = tested_for_missing(left, right) {
            let test = if comparison == Comparison::NotEqual { "is given" } else { "is missing" };
            let instead = format!("{} {test}", self.text(value.span));
            self.report(TypeFinding::ComparesMissing { instead, at: span });
            return Expr::error(span);
        }
        let written = (left, right);
        let (left, right) = self.sides(left, right, None);
        if left.is_error() || right.is_error() || self.refuse_missing([&left, &right]) {
            return Expr::error(span);
        }
        self.same_for_all(comparison, (&left, &right), written, span);
        self.comparison(comparison, Spanned::new(op.node.text(), op.span), left, right, span)
    }

    pub(super) fn refuse_missing(&mut self, sides: [&Expr; 2]) -> bool {
        let mut refused = false;
        for side in sides {
            if side.ty.is_optional() {
                self.may_be_missing(side);
                refused = true;
            }
        }
        refused
    }

    /// Two values compared, if they can be.
    pub(super) fn comparison(&mut self, comparison: Comparison, op: Spanned<&str>, left: Expr, right: Expr, span: Span) -> Expr {
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        match (&left.ty, &right.ty) {
            (Type::Scalar(a), Type::Scalar(b)) if dimension(a.kind) == dimension(b.kind) => compared(comparison, left, right, span),
            (Type::Ratio { kind: a, .. }, Type::Ratio { kind: b, .. }) if dimension(*a) == dimension(*b) => {
                plain_compare(comparison, left, right, span)
            }
            (Type::Ratio { kind: a, .. }, Type::Scalar(b)) if dimension(*a) == dimension(b.kind) => {
                plain_compare(comparison, left, right, span)
            }
            (Type::Scalar(a), Type::Ratio { kind: b, .. }) if dimension(a.kind) == dimension(*b) => {
                plain_compare(comparison, left, right, span)
            }
            (Type::Text { .. }, Type::Text { .. }) => plain_compare(comparison, left, right, span),
            (Type::Boolean | Type::Enum(_) | Type::Set(_) | Type::Record(_) | Type::Zone, _)
                if equality && same_shape(&left.ty, &right.ty) =>
            {
                plain_compare(comparison, left, right, span)
            }
            (Type::List { .. }, Type::List { .. }) if equality && comparable(&left.ty, &right.ty) => {
                // A list is empty if it has no elements: proofs and ranges know of the number.
                match (is_empty(&left), is_empty(&right)) {
                    (false, true) => plain_compare(comparison, length(left), super::literal::scalar(Kind::INTEGER, 0, right.span), span),
                    (true, false) => plain_compare(comparison, super::literal::scalar(Kind::INTEGER, 0, left.span), length(right), span),
                    _ => plain_compare(comparison, left, right, span),
                }
            }
            (Type::Enum(_), Type::Text { .. }) => {
                let ty = left.ty.clone();
                self.mismatch(&right, &ty, None)
            }
            _ => self.operands(op.node, op.span, &left, &right),
        }
    }

    fn has(&mut self, op: Spanned<ast::CompareOp>, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> Expr {
        let left = self.expr(left, None);
        if left.is_error() {
            return Expr::error(span);
        }
        let hint = match (&left.ty, op.node) {
            (Type::Set(id), ast::CompareOp::Has) => Some(self.member_type(*id)),
            (Type::Set(id), _) => Some(Type::Set(*id)),
            _ => None,
        };
        let right = self.expr(right, hint.as_ref());
        if right.is_error() || self.refuse_missing([&left, &right]) {
            return Expr::error(span);
        }
        let operation = match op.node {
            ast::CompareOp::Has => Binary::Has,
            ast::CompareOp::HasAll => Binary::HasAll,
            _ => Binary::HasAny,
        };
        match hint {
            Some(ty) if same_shape(&ty, &right.ty) => {
                Expr { kind: ExprKind::Binary(operation, Box::new(left), Box::new(right)), ty: Type::Boolean, span }
            }
            Some(ty) => self.mismatch(&right, &ty, None),
            None => self.operands(op.node.text(), op.span, &left, &right),
        }
    }

    pub(super) fn is_in(&mut self, value: &'a ast::Expr, domain: &'a ast::Expr, negated: bool, span: Span) -> Expr {
        let inside = match &domain.kind {
            ast::ExprKind::Range(range) => {
                let value = self.expr(value, None);
                let inside = self.in_range(value, range, span);
                self.same_for_all_in(&inside, range, span);
                inside
            }
            ast::ExprKind::Set(items) => {
                let value = self.expr(value, None);
                let inside = self.one_of(value, items, span);
                self.never_one_of(&inside, items);
                inside
            }
            _ => self.in_value(value, domain, span),
        };
        if negated { unary(Unary::Not, inside, Type::Boolean, span) } else { inside }
    }

    /// Whether a value lies in a range.
    pub(super) fn in_range(&mut self, value: Expr, range: &'a ast::RangeExpr, span: Span) -> Expr {
        if value.is_error() || self.refuse_missing([&value, &value]) {
            return Expr::error(span);
        }
        if matches!(value.ty, Type::Text { .. }) {
            return self.in_range_of_texts(value, range, span);
        }
        let (kind, mut scale) = match value.ty {
            Type::Scalar(scalar) => (scalar.kind, scalar.kind.scale()),
            Type::Ratio { kind, .. } => (kind, 0),
            _ => {
                let found = self.words(&value.ty);
                let (expected, at) = ("a value with an order".to_string(), value.span);
                self.report(TypeFinding::Mismatch { expected, found, at, declared: None, help: None });
                return Expr::error(span);
            }
        };
        let mut bound = |bound: &'a Option<ast::Bound>| {
            let Some(bound) = bound else { return Ok(None) };
            let end = self.expr(&bound.value, Some(&widened(&value.ty)));
            if end.is_error() || self.refuse_missing([&end, &end]) {
                return Err(());
            }
            match end.ty {
                Type::Scalar(other) if dimension(other.kind) == dimension(kind) => {
                    scale = scale.max(other.kind.scale());
                    Ok(Some((end, !bound.open)))
                }
                Type::Ratio { kind: other, .. } if dimension(other) == dimension(kind) => Ok(Some((end, !bound.open))),
                _ => {
                    self.operands("in", bound.value.span, &value, &end);
                    Err(())
                }
            }
        };
        let (Ok(low), Ok(high)) = (bound(&range.low), bound(&range.high)) else { return Expr::error(span) };
        if let (Some((low, _)), Some((high, _))) = (&low, &high) {
            self.refuse_reversed(low, high, range.span);
        }
        let places = |expr: &Expr| expr.ty.scalar().map_or(scale, |it| it.kind.scale());
        let far = [Some(&value), low.as_ref().map(|it| &it.0), high.as_ref().map(|it| &it.0)];
        let far = far.into_iter().flatten().any(|side| scale - places(side) > FARTHEST);
        let scaled = |expr: Expr| if far { expr } else { rescale_to(expr, scale) };
        let end = |bound: Option<(Expr, bool)>| bound.map(|(end, closed)| (Box::new(scaled(end)), closed));
        let (low, high) = (end(low), end(high));
        let value = if far { as_ratio(value) } else { scaled(value) };
        Expr { kind: ExprKind::InRange { value: Box::new(value), low, high }, ty: Type::Boolean, span }
    }

    fn refuse_reversed(&mut self, low: &Expr, high: &Expr, at: Span) {
        let scale = low.ty.scalar().map_or(0, |it| it.kind.scale()).max(high.ty.scalar().map_or(0, |it| it.kind.scale()));
        let number = |expr: &Expr| rescale_to(expr.clone(), scale).constant().and_then(Value::number);
        if let (Some(a), Some(b)) = (number(low), number(high))
            && a > b
        {
            let kind = low.ty.scalar().map(|scalar| scalar.kind);
            let (low, high) = (self.text(low.span), self.text(high.span));
            self.range_reversed(kind, (low, a), (high, b), at);
        }
    }

    /// Says that a range ends before it begins.
    pub(super) fn range_reversed(&mut self, kind: Option<Kind>, (low, from): (String, i128), (high, to): (String, i128), at: Span) {
        self.report(match kind.and_then(|kind| days_around(kind, from, to)) {
            Some(instead) => TypeFinding::WeekdaysReversed { low, high, instead, at },
            None => TypeFinding::RangeReversed { low, high, at },
        });
    }

    /// Whether a value equals one of several.
    pub(super) fn one_of(&mut self, value: Expr, items: &'a [ast::Expr], span: Span) -> Expr {
        if value.is_error() || self.refuse_missing([&value, &value]) {
            return Expr::error(span);
        }
        let hint = widened(&value.ty);
        let items: Vec<_> = items.iter().map(|item| self.expr(item, Some(&hint))).collect();
        let scale = |expr: &Expr| expr.ty.scalar().map_or(0, |it| it.kind.scale());
        let most = items.iter().filter(|item| !item.is_error()).map(scale).chain([scale(&value)]).max().unwrap_or(0);
        let far = |side: &Expr| side.ty.scalar().is_some_and(|it| most - it.kind.scale() > FARTHEST);
        let quotients = items.iter().chain([&value]).any(|side| matches!(side.ty, Type::Ratio { .. }) || !side.is_error() && far(side));
        let value = if quotients { as_ratio(value) } else { rescale_to(value, most) };
        let ty = widened(&value.ty);
        let mut operands = vec![value];
        operands.extend(items.into_iter().map(|item| self.fit(item, &ty, None)));
        many(Many::OneOf, operands, Type::Boolean, span)
    }

    /// `x in some_list`: some element equals it.
    fn in_list(&mut self, mut value: Expr, list: Expr, span: Span) -> Expr {
        let Type::List { element, .. } = &list.ty else { return Expr::error(span) };
        let element = (**element).clone();
        // What may be missing is looked for among what may be missing.
        let optional = element.is_optional();
        if optional {
            value = self.fit(value, &widened(&element), None);
        }
        if value.is_error() || !optional && self.refuse_missing([&value, &value]) {
            return Expr::error(span);
        }
        let (binder, item) = self.each_item(list);
        self.bound_once("value", value, |this, value| {
            let body = match optional {
                true => plain_compare(Comparison::Equal, item, value, span),
                false => this.comparison(Comparison::Equal, Spanned::new("in", span), item, value, span),
            };
            if body.is_error() {
                return body;
            }
            quantify(Quantifier::Some, binder, None, Some(body), Type::Boolean, span)
        })
    }

    /// Whether a value is in a set or a list.
    pub(super) fn value_in(&mut self, value: Expr, domain: Expr, span: Span) -> Expr {
        let Type::Set(id) = &domain.ty else { return self.in_list(value, domain, span) };
        let member = self.member_type(*id);
        let value = self.fit(value, &member, None);
        if value.is_error() {
            return value;
        }
        Expr { kind: ExprKind::Binary(Binary::Has, Box::new(domain), Box::new(value)), ty: Type::Boolean, span }
    }

    /// `x in some_set`, `x in some_list`.
    fn in_value(&mut self, value: &'a ast::Expr, domain: &'a ast::Expr, span: Span) -> Expr {
        let domain = self.expr(domain, None);
        if domain.is_error() || self.refuse_missing([&domain, &domain]) {
            return Expr::error(span);
        }
        match &domain.ty {
            Type::Set(id) => {
                let member = self.member_type(*id);
                let value = self.expr(value, Some(&member));
                self.value_in(value, domain, span)
            }
            Type::List { element, .. } => {
                let value = self.expr(value, Some(&widened(element)));
                self.in_list(value, domain, span)
            }
            _ => {
                let found = self.words(&domain.ty);
                let (expected, at) = ("a range, a set or a list".to_string(), domain.span);
                let value = self.expr(value, None);
                let help = match (&value.ty, &domain.ty) {
                    (Type::Set(_), Type::Enum(_)) => format!("write `{} has {}`", self.text(value.span), self.text(domain.span)),
                    _ => "write `in 18..24`, `in {a, b}` or the name of a set".into(),
                };
                let help = Some(help);
                self.report(TypeFinding::Mismatch { expected, found, at, declared: None, help });
                Expr::error(span)
            }
        }
    }
}

/// Whether two values are equal or not: numbers of any places are, and lists of what is.
fn comparable(left: &Type, right: &Type) -> bool {
    match (left, right) {
        (Type::Scalar(left), Type::Scalar(right)) => dimension(left.kind) == dimension(right.kind),
        (Type::List { element: left, .. }, Type::List { element: right, .. }) | (Type::Optional(left), Type::Optional(right)) => {
            comparable(left, right)
        }
        (left, right) => same_shape(left, right),
    }
}

/// What is compared with the word `missing`.
fn tested_for_missing<'e>(left: &'e ast::Expr, right: &'e ast::Expr) -> Option<&'e ast::Expr> {
    let is_missing = |expr: &ast::Expr| matches!(expr.kind, ast::ExprKind::Literal(ast::Literal::Missing));
    match (is_missing(left), is_missing(right)) {
        (false, true) => Some(left),
        (true, false) => Some(right),
        _ => None,
    }
}

/// Whether an expression is `[]`.
fn is_empty(list: &Expr) -> bool {
    match &list.kind {
        ExprKind::Many(Many::List, items) => items.is_empty(),
        ExprKind::Constant(Value::List(items)) => items.is_empty(),
        _ => false,
    }
}

fn length(list: Expr) -> Expr {
    let span = list.span;
    unary(Unary::Length, list, Type::Scalar(Scalar::of(Kind::INTEGER)), span)
}

/// A quotient of a kind; its bounds are found later.
pub(super) fn ratio(kind: Kind) -> Type {
    Type::Ratio { kind, num: (i128::MIN, i128::MAX), den: (1, i128::MAX) }
}

fn binary(op: Binary, left: Expr, right: Expr, kind: Kind, span: Span) -> Expr {
    let ty = Type::Scalar(Scalar { kind, lo: i128::MIN, hi: i128::MAX });
    if let (Some(Value::Scalar(a)), Some(Value::Scalar(b))) = (left.constant(), right.constant())
        && let Some(number) = folded(op, *a, *b)
        && kind != Kind::Datetime
        && (kind != Kind::Date || (DATE_LIMITS.0..=DATE_LIMITS.1).contains(&number))
    {
        return super::literal::scalar(kind, number, span);
    }
    Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), ty, span }
}

fn folded(op: Binary, a: i128, b: i128) -> Option<i128> {
    match op {
        Binary::Add => a.checked_add(b),
        Binary::Subtract => a.checked_sub(b),
        Binary::Multiply => a.checked_mul(b),
        _ => None,
    }
}

/// Two numbers brought to one scale.
fn aligned(op: Binary, left: Expr, right: Expr, span: Span) -> Expr {
    let (Some(a), Some(b)) = (left.ty.scalar(), right.ty.scalar()) else { return Expr::error(span) };
    let scale = a.kind.scale().max(b.kind.scale());
    let unit = match (a.kind, b.kind) {
        (Kind::Number { unit: a, .. }, Kind::Number { unit: b, .. }) if a == b => a,
        (Kind::Number { unit: Unit::Percent, .. }, Kind::Number { unit: other, .. }) => other,
        (Kind::Number { unit, .. }, Kind::Number { unit: Unit::Percent, .. }) => unit,
        (Kind::Number { unit, .. }, _) => unit,
        _ => Unit::One,
    };
    binary(op, rescale_to(left, scale), rescale_to(right, scale), Kind::Number { scale, unit }, span)
}

/// A number with so many places, if it has fewer.
pub(super) fn rescale_to(expr: Expr, scale: u32) -> Expr {
    let has = expr.ty.scalar().map_or(scale, |scalar| scalar.kind.scale());
    match expr.ty.scalar().map(|scalar| scalar.kind) {
        Some(Kind::Number { .. }) => rescale(expr, scale.saturating_sub(has)),
        _ => expr,
    }
}

fn compared(comparison: Comparison, left: Expr, right: Expr, span: Span) -> Expr {
    let (one, other) = (left.ty.scalar().map_or(0, |it| it.kind.scale()), right.ty.scalar().map_or(0, |it| it.kind.scale()));
    let scale = one.max(other);
    // Beside so many more places numbers might have no room; quotients are compared in as many bits as that takes.
    if one.abs_diff(other) > FARTHEST {
        return plain_compare(comparison, as_ratio(left), right, span);
    }
    plain_compare(comparison, rescale_to(left, scale), rescale_to(right, scale), span)
}

pub(super) fn plain_compare(comparison: Comparison, left: Expr, right: Expr, span: Span) -> Expr {
    Expr { kind: ExprKind::Binary(Binary::Compare(comparison), Box::new(left), Box::new(right)), ty: Type::Boolean, span }
}

/// A product of whole numbers by what its units are worth and the power of ten of its places: an exact quotient, or, of constants, a distance
/// in time if it comes to whole units.
fn part(product: Expr, kind: Kind, divisor: i128, scale: u32, span: Span) -> Expr {
    let whole = 10i128.checked_pow(scale).and_then(|power| power.checked_mul(divisor));
    if let (Some(Value::Scalar(number)), Some(whole)) = (product.constant(), whole)
        && number % whole == 0
        && !matches!(kind, Kind::Number { .. })
    {
        return super::literal::scalar(kind, number / whole, span);
    }
    let divisor = super::literal::scalar(Kind::INTEGER, divisor, span);
    Expr { kind: ExprKind::Binary(Binary::Divide(0, scale), Box::new(product), Box::new(divisor)), ty: ratio(dimension(kind)), span }
}
