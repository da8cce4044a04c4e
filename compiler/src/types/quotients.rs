//! Exact quotients: what can be calculated with them, and what numbers are as quotients.

use axtrace_grammar::ast;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::unit::{Lower, Upper};
use axtrace_source::{Span, Spanned};

use super::operators::ratio;
use super::words::dimension;
use super::{Checker, TypeFinding};
use crate::function::Function;
use crate::hir::{Binary, Expr, ExprKind};

impl<'a> Checker<'a, '_> {
    /// Arithmetic of which at least one side is a quotient: the other becomes one.
    pub(super) fn quotients(&mut self, op: Spanned<ast::BinaryOp>, left: Expr, right: Expr, span: Span) -> Expr {
        let (Some(a), Some(b)) = (kind_of(&left.ty), kind_of(&right.ty)) else {
            return self.operands(op.node.text(), op.span, &left, &right);
        };
        let same = (dimension(a) == dimension(b)).then(|| dimension(a));
        let found = match op.node {
            ast::BinaryOp::Add => same.map(|kind| (Function::AddRatios, kind, 1, 1)),
            ast::BinaryOp::Subtract => same.map(|kind| (Function::SubtractRatios, kind, 1, 1)),
            ast::BinaryOp::Multiply => product(a, b).map(|(kind, divisor)| (Function::MultiplyRatios, kind, 1, divisor)),
            ast::BinaryOp::Divide => quotient(a, b).map(|(kind, factor)| (Function::DivideRatios, kind, factor, 1)),
            _ => {
                let side = if matches!(left.ty, Type::Ratio { .. }) { &left } else { &right };
                return self.refuse_quotient("divided with a remainder", side);
            }
        };
        match found {
            Some((function, kind, factor, divisor)) => {
                let operands = vec![as_ratio(left), as_ratio(right)];
                let made = Expr { kind: ExprKind::Call(function, operands), ty: ratio(kind), span };
                if (factor, divisor) == (1, 1) { made } else { times(made, factor, divisor) }
            }
            None => self.operands(op.node.text(), op.span, &left, &right),
        }
    }

    /// `power(x, n, places)` of a plain number or quotient.
    pub(super) fn power(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [base, exponent, places] = args else {
            return self.wrong_count(
                "power",
                "a number, how often it is taken times itself, and how many places the result keeps",
                args.len(),
                span,
            );
        };
        let (base, exponent) = (self.expr(&base.value, None), self.expr(&exponent.value, None));
        let Some(places) = self.places(&places.value) else { return Expr::error(span) };
        if base.is_error() || exponent.is_error() || self.refuse_missing([&base, &exponent]) {
            return Expr::error(span);
        }
        if kind_of(&base.ty).is_none_or(|kind| dimension(kind) != Kind::INTEGER) {
            return self.no_number(&base, "a number without a unit");
        }
        if exponent.ty.scalar().is_none_or(|it| it.kind != Kind::INTEGER) {
            return self.no_number(&exponent, "a whole number");
        }
        let operands = vec![as_ratio(base), exponent, super::literal::scalar(Kind::INTEGER, i128::from(places), span)];
        let kind = Kind::Number { scale: places, unit: Unit::One };
        let ty = Type::Scalar(Scalar { kind, lo: i128::MIN, hi: i128::MAX });
        Expr { kind: ExprKind::Call(Function::Power, operands), ty, span }
    }

    fn no_number(&mut self, expr: &Expr, expected: &str) -> Expr {
        let (expected, found, at) = (expected.to_string(), self.words(&expr.ty), expr.span);
        self.report(TypeFinding::Mismatch { expected, found, at, declared: None, help: None });
        Expr::error(at)
    }

    /// Refuses a quotient where a last digit is needed.
    pub(super) fn refuse_quotient(&mut self, what: &'static str, expr: &Expr) -> Expr {
        let text = self.text(expr.span);
        self.report(TypeFinding::Quotient { what, text, at: expr.span });
        Expr::error(expr.span)
    }
}

/// What a number or a quotient measures, if it can be a quotient.
pub(super) fn kind_of(ty: &Type) -> Option<Kind> {
    match ty {
        Type::Scalar(scalar) if scalar.kind.is_measure() => Some(scalar.kind),
        Type::Ratio { kind, .. } => Some(*kind),
        _ => None,
    }
}

/// What a product measures, and what the product of whole units is divided by: a quotient's unit cancels, and an hour is 3600 seconds.
pub(super) fn product(a: Kind, b: Kind) -> Option<(Kind, i128)> {
    let (a, b) = (dimension(a), dimension(b));
    match (a, b) {
        (_, Kind::INTEGER) => Some((a, 1)),
        (Kind::INTEGER, _) => Some((b, 1)),
        (Kind::Number { unit: Unit::Per(upper, lower), .. }, other) | (other, Kind::Number { unit: Unit::Per(upper, lower), .. }) => {
            (kind_of_lower(lower) == other).then(|| (kind_of_upper(upper), lower.size()))
        }
        _ => None,
    }
}

/// What a quotient measures, and what the dividend is taken times.
pub(super) fn quotient(a: Kind, b: Kind) -> Option<(Kind, i128)> {
    let (a, b) = (dimension(a), dimension(b));
    match (a, b) {
        (_, Kind::INTEGER) => Some((a, 1)),
        _ if a == b => Some((Kind::INTEGER, 1)),
        (Kind::Number { unit, .. }, Kind::Number { unit: Unit::Per(upper, lower), .. }) if upper_of(unit) == Some(upper) => {
            Some((kind_of_lower(lower), lower.size()))
        }
        (Kind::Number { unit, .. }, other) => {
            let lower = match other {
                Kind::Number { unit: Unit::Declared(unit), .. } => Lower::Declared(unit),
                Kind::Duration => Lower::Hour,
                Kind::Days => Lower::Day,
                Kind::Period => Lower::Month,
                _ => return None,
            };
            Some((Kind::Number { scale: 0, unit: Unit::Per(upper_of(unit)?, lower) }, lower.size()))
        }
        _ => None,
    }
}

fn upper_of(unit: Unit) -> Option<Upper> {
    match unit {
        Unit::Money(currency) => Some(Upper::Money(currency)),
        Unit::Declared(unit) => Some(Upper::Declared(unit)),
        Unit::One | Unit::Percent | Unit::Per(..) => None,
    }
}

fn kind_of_upper(upper: Upper) -> Kind {
    let unit = match upper {
        Upper::Money(currency) => Unit::Money(currency),
        Upper::Declared(unit) => Unit::Declared(unit),
    };
    Kind::Number { scale: 0, unit }
}

fn kind_of_lower(lower: Lower) -> Kind {
    match lower {
        Lower::Declared(unit) => Kind::Number { scale: 0, unit: Unit::Declared(unit) },
        Lower::Hour | Lower::Minute | Lower::Second => Kind::Duration,
        Lower::Day => Kind::Days,
        Lower::Month | Lower::Year => Kind::Period,
    }
}

/// A quotient times a constant one.
fn times(expr: Expr, factor: i128, divisor: i128) -> Expr {
    let (span, ty) = (expr.span, expr.ty.clone());
    let constant = |number| super::literal::scalar(Kind::INTEGER, number, span);
    let op = Binary::Divide(0, 0);
    let worth =
        Expr { kind: ExprKind::Binary(op, Box::new(constant(factor)), Box::new(constant(divisor))), ty: ratio(Kind::INTEGER), span };
    Expr { kind: ExprKind::Call(Function::MultiplyRatios, vec![expr, worth]), ty, span }
}

/// A number as a quotient: its whole number by the power of ten of its places. Everything else is as it was.
pub(super) fn as_ratio(expr: Expr) -> Expr {
    let Type::Scalar(scalar) = expr.ty else { return expr };
    let span = expr.span;
    let one = super::literal::scalar(Kind::INTEGER, 1, span);
    let op = Binary::Divide(0, scalar.kind.scale());
    Expr { kind: ExprKind::Binary(op, Box::new(expr), Box::new(one)), ty: ratio(dimension(scalar.kind)), span }
}
