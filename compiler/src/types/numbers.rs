//! Functions of numbers: rounding, the lesser and the greater, what is left without its sign.

use axtrace_grammar::ast;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::{Span, Spanned};

use super::operators::plain_compare;
use super::quotients::kind_of;
use super::words::dimension;
use super::{Checker, TypeFinding};
use crate::graph::{Comparison, Rounding};
use crate::hir::{Expr, ExprKind, Unary};

impl<'a> Checker<'a, '_> {
    pub(super) fn round(&mut self, function: &ast::Name, rounding: Rounding, args: &'a [ast::CallArg], span: Span) -> Expr {
        let default = matches!(rounding, Rounding::Floor | Rounding::Ceiling);
        let (value, places) = match args {
            [value] if default => (&value.value, Some(0)),
            [value, places] => (&value.value, self.places(&places.value)),
            _ => return self.wrong_count(&function.text, "a value and how many places it keeps", args.len(), span),
        };
        let value = self.expr(value, None);
        let (false, Some(places)) = (value.is_error(), places) else { return Expr::error(span) };
        match value.ty {
            Type::Scalar(scalar) => self.round_scalar(value, scalar, rounding, places, span),
            Type::Ratio { kind, .. } => {
                let Some(kind) = with_places(kind, places) else { return self.places_of_time(span) };
                round(value, rounding, places, kind, span)
            }
            _ => self.not_a_number(&value),
        }
    }

    /// `round(x, to 0.05 CHF)`: the nearest multiple of a step.
    pub(super) fn round_to_step(&mut self, function: &'a ast::Name, value: &'a ast::Expr, step: &'a ast::Expr, span: Span) -> Expr {
        let Some(rounding) = rounding(&function.text) else {
            return self.wrong_count(&function.text, "no step", 2, step.span);
        };
        let (value, step) = self.sides(value, step, None);
        if value.is_error() || step.is_error() || self.refuse_missing([&value, &step]) {
            return Expr::error(span);
        }
        if step.constant().and_then(Value::number).is_none_or(|number| number <= 0) {
            self.report(TypeFinding::NotConstant { what: "the step, a number above 0,".into(), at: step.span });
            return Expr::error(span);
        }
        let (Some(measured), Type::Scalar(b)) = (kind_of(&value.ty), &step.ty) else { return self.not_a_number(&value) };
        let b = *b;
        if dimension(measured) != dimension(b.kind) {
            return self.operands(&function.text, function.span, &value, &step);
        }
        let op = |node| Spanned::new(node, function.span);
        let steps = match value.ty {
            Type::Scalar(a) => self.divide(op(ast::BinaryOp::Divide), value, step.clone(), (a, b), span),
            _ => self.quotients(op(ast::BinaryOp::Divide), value, step.clone(), span),
        };
        if steps.is_error() {
            return steps;
        }
        let steps = round(steps, rounding, 0, Kind::INTEGER, span);
        let Type::Scalar(whole) = steps.ty else { return steps };
        let rounded = self.multiply(op(ast::BinaryOp::Multiply), steps, step, (whole, b), span);
        // So many times 5 % is a percentage as well.
        match rounded.ty {
            Type::Scalar(scalar) => Expr { ty: Type::Scalar(Scalar { kind: b.kind, ..scalar }), ..rounded },
            _ => rounded,
        }
    }

    /// `min(a, b)`, `max(a, b)` of two values with an order.
    pub(super) fn extreme(&mut self, function: &'a ast::Name, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> Expr {
        let (left, right) = self.sides(left, right, None);
        if left.is_error() || right.is_error() || self.refuse_missing([&left, &right]) {
            return Expr::error(span);
        }
        let alike = match (&left.ty, &right.ty) {
            (Type::Text { .. }, Type::Text { .. }) => true,
            (Type::Scalar(a), Type::Scalar(b)) => dimension(a.kind) == dimension(b.kind),
            (a, b) => kind_of(a).zip(kind_of(b)).is_some_and(|(a, b)| dimension(a) == dimension(b)),
        };
        if !alike {
            return self.operands(&function.text, function.span, &left, &right);
        }
        let Some((left, right)) = self.join(left, right) else { return Expr::error(span) };
        let order = if function.text == "min" { Comparison::LessOrEqual } else { Comparison::GreaterOrEqual };
        self.bound_once("first", left, |this, left| {
            this.bound_once("second", right, |_, right| {
                let ty = left.ty.clone();
                let condition = plain_compare(order, left.clone(), right.clone(), span);
                quiet(ExprKind::If(Box::new([condition, left, right])), ty, span)
            })
        })
    }

    /// `abs(x)` of a number, a quotient, a duration, days or a period.
    pub(super) fn absolute(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [value] = args else { return self.wrong_count("abs", "one number", args.len(), span) };
        let value = self.expr(&value.value, None);
        if value.is_error() {
            return value;
        }
        let Some(kind) = kind_of(&value.ty) else { return self.not_a_number(&value) };
        self.bound_once("value", value, |_, value| {
            let ty = value.ty.clone();
            let zero = super::literal::scalar(kind, 0, span);
            let condition = plain_compare(Comparison::Less, value.clone(), zero, span);
            let turned = super::expr::unary(Unary::Negate, value.clone(), ty.clone(), span);
            quiet(ExprKind::If(Box::new([condition, turned, value])), ty, span)
        })
    }

    pub(super) fn round_scalar(&mut self, value: Expr, scalar: Scalar, rounding: Rounding, places: u32, span: Span) -> Expr {
        let Kind::Number { scale, .. } = scalar.kind else { return self.not_a_number(&value) };
        let Some(kind) = with_places(scalar.kind, places) else { return self.places_of_time(span) };
        if places >= scale {
            return super::coerce::rescale(value, places - scale);
        }
        round(value, rounding, scale - places, kind, span)
    }

    pub(super) fn places_of_time(&mut self, at: Span) -> Expr {
        self.report(TypeFinding::TooLarge { limit: "durations, days and periods are whole: they are rounded to 0 places", at });
        Expr::error(at)
    }

    pub(super) fn not_a_number(&mut self, value: &Expr) -> Expr {
        if value.ty.is_optional() {
            self.may_be_missing(value);
            return Expr::error(value.span);
        }
        let found = self.words(&value.ty);
        let at = value.span;
        self.report(TypeFinding::Mismatch { expected: "a number".into(), found, at, declared: None, help: None });
        Expr::error(at)
    }

    /// How many places are kept: a constant from 0 to 18.
    pub(super) fn places(&mut self, expr: &'a ast::Expr) -> Option<u32> {
        let value = self.constant_within(expr, &Type::integer(0, 18), "the number of places", None)?;
        u32::try_from(value.number()?).ok()
    }
}

/// The function of a name that rounds.
pub(super) fn rounding(name: &str) -> Option<Rounding> {
    match name {
        "round" => Some(Rounding::HalfAwayFromZero),
        "round_half_even" => Some(Rounding::HalfEven),
        "round_up" => Some(Rounding::Up),
        "round_down" => Some(Rounding::Down),
        "floor" => Some(Rounding::Floor),
        "ceiling" => Some(Rounding::Ceiling),
        _ => None,
    }
}

/// An expression that no author wrote.
fn quiet(kind: ExprKind, ty: Type, span: Span) -> Expr {
    let inner = Expr { kind, ty: ty.clone(), span };
    Expr { kind: ExprKind::Quiet(Box::new(inner)), ty, span }
}

fn round(value: Expr, rounding: Rounding, places: u32, kind: Kind, span: Span) -> Expr {
    if let (Some(Value::Scalar(number)), true) = (value.constant(), places == 0) {
        return super::literal::scalar(kind, *number, span);
    }
    let ty = Type::Scalar(Scalar { kind, lo: i128::MIN, hi: i128::MAX });
    super::expr::unary(Unary::Round(rounding, places), value, ty, span)
}

/// The kind with this many places; durations, days and periods have none.
fn with_places(kind: Kind, places: u32) -> Option<Kind> {
    match kind {
        Kind::Number { unit: Unit::Percent, .. } if places < 2 => Some(Kind::Number { scale: places, unit: Unit::One }),
        Kind::Number { unit, .. } => Some(Kind::Number { scale: places, unit }),
        other => (places == 0).then_some(other),
    }
}
