//! Comparisons that are always true or never, because of the range that is declared for what they compare: often minutes are meant and hours
//! are written, or a percentage lacks its sign.
//!
//! Only a place with a declared range and a literal are compared here; what follows from several conditions, or from parameters, is the
//! prover's to find.

use axtrace_grammar::ast;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::words::dimension;
use super::{Checker, TypeFinding};
use crate::graph::Comparison;
use crate::hir::{Expr, ExprKind, Many, Unary};
use crate::ranges::show;

/// A literal that something is compared with.
pub(super) struct Literal<'a> {
    pub written: &'a ast::Expr,
    pub kind: Kind,
    pub number: i128,
}

impl<'a> Checker<'a, '_> {
    /// Warns of a comparison with a literal that the declared range decides.
    pub(super) fn same_for_all(
        &mut self,
        comparison: Comparison,
        (left, right): (&Expr, &Expr),
        written: (&'a ast::Expr, &'a ast::Expr),
        span: Span,
    ) {
        if let (Some(scalar), Some(literal)) = (self.declared_range(left), literal(written.1, right)) {
            let truth = truth(comparison, scalar, &literal);
            self.always_or_never(truth, comparison, left, scalar, &literal, span);
        } else if let (Some(scalar), Some(literal)) = (self.declared_range(right), literal(written.0, left)) {
            let comparison = turned(comparison);
            let truth = truth(comparison, scalar, &literal);
            self.always_or_never(truth, comparison, right, scalar, &literal, span);
        }
    }

    /// Warns of a range of literals that the declared range lies in, or outside of.
    pub(super) fn same_for_all_in(&mut self, inside: &Expr, range: &'a ast::RangeExpr, span: Span) {
        let ExprKind::InRange { value, low, high } = &inside.kind else { return };
        let Some(scalar) = self.declared_range(value) else { return };
        let (mut all, mut outside) = (true, None);
        let ends = [
            (low, &range.low, Comparison::GreaterOrEqual, Comparison::Greater),
            (high, &range.high, Comparison::LessOrEqual, Comparison::Less),
        ];
        for (end, bound, closed, open) in ends {
            let (Some((end, is_closed)), Some(bound)) = (end, bound) else { continue };
            let Some(literal) = literal(&bound.value, end) else { return };
            let comparison = if *is_closed { closed } else { open };
            match truth(comparison, scalar, &literal) {
                Some(false) => outside = Some((comparison, literal)),
                Some(true) => {}
                None => all = false,
            }
        }
        match outside {
            Some((comparison, literal)) => self.always_or_never(Some(false), comparison, value, scalar, &literal, span),
            None if all => self.report_same(true, value, scalar, None, span),
            None => {}
        }
    }

    /// Warns of each literal of a set that the declared range does not hold.
    pub(super) fn never_one_of(&mut self, inside: &Expr, written: &'a [ast::Expr]) {
        let ExprKind::Many(Many::OneOf, operands) = &inside.kind else { return };
        let Some((value, items)) = operands.split_first() else { return };
        let Some(scalar) = self.declared_range(value) else { return };
        for (written, item) in written.iter().zip(items) {
            let Some(literal) = literal(written, item) else { continue };
            self.always_or_never(
                truth(Comparison::Equal, scalar, &literal).filter(|truth| !truth),
                Comparison::Equal,
                value,
                scalar,
                &literal,
                written.span,
            );
        }
    }

    fn always_or_never(
        &mut self,
        truth: Option<bool>,
        comparison: Comparison,
        value: &Expr,
        scalar: Scalar,
        literal: &Literal<'_>,
        span: Span,
    ) {
        if let Some(truth) = truth {
            let instead = self.other_unit(comparison, scalar, literal);
            self.report_same(truth, value, scalar, instead, span);
        }
    }

    fn report_same(&mut self, truth: bool, value: &Expr, scalar: Scalar, instead: Option<String>, at: Span) {
        let (what, value_text) = (self.text(at), self.text(value.span));
        let what = if what.contains(&value_text) { what } else { format!("{value_text} = {what}") };
        let is = if truth { "always true" } else { "never true" };
        let range = if scalar.lo == scalar.hi {
            format!("is {}", show(scalar.kind, scalar.lo))
        } else {
            format!("goes from {} to {}", show(scalar.kind, scalar.lo), show(scalar.kind, scalar.hi))
        };
        let help = instead.map_or_else(
            || "leave it out, or correct it or the range that is declared".to_owned(),
            |instead| format!("did you mean `{instead}`?"),
        );
        let declared = self.declared_at(value);
        self.report(TypeFinding::SameForAll { what, is, value: value_text, range, at, declared, help });
    }

    /// The range that is declared for a parameter, a field or an element.
    pub(super) fn declared_range(&self, expr: &Expr) -> Option<Scalar> {
        match &expr.kind {
            ExprKind::Variable(var) if self.scope.declared.contains(var) => expr.ty.required().scalar(),
            ExprKind::Field(..) => expr.ty.required().scalar(),
            ExprKind::Unary(Unary::Unwrap | Unary::Rescale(_), inner) => self.declared_range(inner),
            _ => None,
        }
    }

    /// Where a place that may be missing is declared.
    pub(super) fn declared_optional(&self, expr: &Expr) -> Option<Span> {
        self.declared_at(expr).filter(|_| expr.ty.is_optional())
    }

    /// Where the range of a place is declared.
    pub(super) fn declared_at(&self, expr: &Expr) -> Option<Span> {
        match &expr.kind {
            ExprKind::Variable(var) => Some(self.scope.vars[var.0 as usize].span),
            ExprKind::Field(base, place) => match base.ty.required() {
                Type::Record(id) => self.types.record(*id).fields.get(*place as usize).map(|field| field.span),
                _ => None,
            },
            ExprKind::Unary(_, inner) => self.declared_at(inner),
            _ => None,
        }
    }

    /// The same number in a unit in which the comparison would matter: `48 min` for `48 h`, `90 %` for `90`.
    pub(super) fn other_unit(&self, comparison: Comparison, scalar: Scalar, literal: &Literal<'_>) -> Option<String> {
        let ast::ExprKind::Literal(written) = &literal.written.kind else { return None };
        let matters = |kind, number| truth(comparison, scalar, &Literal { written: literal.written, kind, number }).is_none();
        match (scalar.kind.plain(), written) {
            (Kind::Duration, ast::Literal::Quantity(parts)) => {
                let [part] = &parts[..] else { return None };
                let of = i128::from(10i64.checked_pow(u32::from(part.number.scale))?);
                let seconds =
                    |unit: i128| part.number.digits.checked_mul(unit).filter(|seconds| seconds % of == 0).map(|seconds| seconds / of);
                let units = [("min", 60), ("h", 3600), ("s", 1)].into_iter().filter(|(name, _)| *name != part.unit.name.text);
                let fits = |(_, unit): &(&str, i128)| seconds(*unit).is_some_and(|seconds| matters(Kind::Duration, seconds));
                let (name, unit) = units.into_iter().find(fits)?;
                Some(show(Kind::Duration, seconds(unit)?)).filter(|shown| shown.ends_with(name)).or_else(|| {
                    let text = self.text(literal.written.span);
                    Some(format!("{} {name}", text.split_whitespace().next()?))
                })
            }
            (Kind::Number { unit: Unit::Percent, .. }, ast::Literal::Number(_)) => {
                let Kind::Number { scale, unit: Unit::One } = literal.kind else { return None };
                let percent = Kind::Number { scale: scale + 2, unit: Unit::Percent };
                matters(percent, literal.number).then(|| format!("{} %", self.text(literal.written.span)))
            }
            _ => None,
        }
    }
}

/// A comparison seen from its other side.
fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

fn literal<'a>(written: &'a ast::Expr, expr: &Expr) -> Option<Literal<'a>> {
    is_literal(written).then_some(())?;
    let number = expr.constant().and_then(Value::number)?;
    Some(Literal { written, kind: expr.ty.scalar()?.kind, number })
}

/// Whether nothing but literals is written there: parameters have other values elsewhere.
pub(super) fn is_literal(written: &ast::Expr) -> bool {
    match &written.kind {
        ast::ExprKind::Literal(_) => true,
        ast::ExprKind::Negate(inner) => is_literal(inner),
        _ => false,
    }
}

/// Whether a comparison holds for the whole range, or for nothing in it.
fn truth(comparison: Comparison, range: Scalar, literal: &Literal<'_>) -> Option<bool> {
    if dimension(range.kind) != dimension(literal.kind) {
        return None;
    }
    let (one, other) = (range.kind.scale(), literal.kind.scale());
    let scale = one.max(other);
    let scaled = |number: i128, from: u32| number.checked_mul(10i128.checked_pow(scale - from)?);
    let (lo, hi, number) = (scaled(range.lo, one)?, scaled(range.hi, one)?, scaled(literal.number, other)?);
    let decided = |yes: bool, no: bool| if yes { Some(true) } else { no.then_some(false) };
    match comparison {
        Comparison::Less => decided(hi < number, lo >= number),
        Comparison::LessOrEqual => decided(hi <= number, lo > number),
        Comparison::Greater => decided(lo > number, hi <= number),
        Comparison::GreaterOrEqual => decided(lo >= number, hi < number),
        Comparison::Equal => decided(lo == hi && lo == number, number < lo || number > hi),
        Comparison::NotEqual => decided(number < lo || number > hi, lo == hi && lo == number),
    }
}
