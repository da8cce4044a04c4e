//! Exact quotients: what can be calculated with them, and what numbers are as quotients.

use axtrace_grammar::ast;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
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
            ast::BinaryOp::Add => same.map(|kind| (Function::AddRatios, kind)),
            ast::BinaryOp::Subtract => same.map(|kind| (Function::SubtractRatios, kind)),
            ast::BinaryOp::Multiply => product(a, b).map(|kind| (Function::MultiplyRatios, kind)),
            ast::BinaryOp::Divide => quotient(a, b).map(|kind| (Function::DivideRatios, kind)),
            _ => {
                let side = if matches!(left.ty, Type::Ratio { .. }) { &left } else { &right };
                return self.refuse_quotient("divided with a remainder", side);
            }
        };
        match found {
            Some((function, kind)) => {
                let operands = vec![as_ratio(left), as_ratio(right)];
                Expr { kind: ExprKind::Call(function, operands), ty: ratio(kind), span }
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

/// What a product measures.
pub(super) fn product(a: Kind, b: Kind) -> Option<Kind> {
    let (a, b) = (dimension(a), dimension(b));
    match (a == Kind::INTEGER, b == Kind::INTEGER) {
        (_, true) => Some(a),
        (true, _) => Some(b),
        _ => None,
    }
}

/// What a quotient measures.
pub(super) fn quotient(a: Kind, b: Kind) -> Option<Kind> {
    let (a, b) = (dimension(a), dimension(b));
    match (a == b, b == Kind::INTEGER) {
        (_, true) => Some(a),
        (true, _) => Some(Kind::INTEGER),
        _ => None,
    }
}

/// A number as a quotient: its whole number by the power of ten of its places. Everything else is as it was.
pub(super) fn as_ratio(expr: Expr) -> Expr {
    let Type::Scalar(scalar) = expr.ty else { return expr };
    let span = expr.span;
    let one = super::literal::scalar(Kind::INTEGER, 1, span);
    let op = Binary::Divide(0, scalar.kind.scale());
    Expr { kind: ExprKind::Binary(op, Box::new(expr), Box::new(one)), ty: ratio(dimension(scalar.kind)), span }
}
