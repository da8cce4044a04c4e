//! Values in cells that lie outside of what is declared for their column.
//!
//! Such a cell often says what another unit or another column means. Only literals are looked at: parameters have other values elsewhere.

use axtrace_grammar::ast;
use axtrace_runtime::types::{Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::Header;
use crate::graph::Comparison;
use crate::hir::Expr;
use crate::ranges::show;
use crate::types::never::{Literal, is_literal};
use crate::types::words::dimension;
use crate::types::{Checker, TypeFinding};

/// On which side of what is declared a value lies.
#[derive(Clone, Copy)]
enum Beyond {
    Below,
    Above,
}

impl<'a> Checker<'a, '_> {
    /// Says of what a cell compares with that the column does not have it.
    pub(super) fn beyond(
        &mut self,
        value: &Expr,
        header: &Header<'a>,
        comparison: Comparison,
        (end, written): (&Expr, Option<&'a ast::Expr>),
        at: Span,
    ) {
        if written.is_some_and(|written| !is_literal(written) && !matches!(written.kind, ast::ExprKind::Text(_))) {
            return;
        }
        if let (Type::Text { max }, Some(Value::Text(text))) = (&value.ty, end.constant()) {
            return self.too_long(*max, text, comparison, value, header, at);
        }
        let (Some(declared), Some(number)) = (self.declared_range(value), number_of(end)) else { return };
        let Some(side) = beyond(declared, comparison, number) else { return };
        let instead = written.and_then(|written| {
            let literal = Literal { written, kind: end.ty.scalar()?.kind, number: end.constant().and_then(Value::number)? };
            self.other_unit(comparison, declared, &literal)
        });
        let says = match side {
            Beyond::Below => format!("{} is the least", show(declared.kind, declared.lo)),
            Beyond::Above => format!("{} is the most", show(declared.kind, declared.hi)),
        };
        let range = format!("from {} to {}", show(declared.kind, declared.lo), show(declared.kind, declared.hi));
        self.report_beyond(says, range, instead, value, header, at);
    }

    /// The same of a range that is written.
    pub(super) fn range_beyond(&mut self, value: &Expr, header: &Header<'a>, range: &'a ast::RangeExpr) {
        let ends =
            [(&range.low, Comparison::GreaterOrEqual, Comparison::Greater), (&range.high, Comparison::LessOrEqual, Comparison::Less)];
        for (bound, closed, open) in ends {
            let Some(bound) = bound.as_ref().filter(|bound| is_literal(&bound.value)) else { continue };
            // What is wrong with it is said where the range is typed.
            let told = self.findings.kept();
            let end = self.expr(&bound.value, Some(&crate::types::expr::widened(&value.ty)));
            if self.findings.kept() > told || end.is_error() {
                return;
            }
            self.beyond(value, header, if bound.open { open } else { closed }, (&end, Some(&bound.value)), range.span);
        }
    }

    /// The same of a closed range.
    pub(super) fn ends_beyond(&mut self, value: &Expr, header: &Header<'a>, (low, high): (Option<&Expr>, Option<&Expr>)) {
        for (end, comparison) in [(low, Comparison::GreaterOrEqual), (high, Comparison::LessOrEqual)] {
            if let Some(end) = end {
                self.beyond(value, header, comparison, (end, None), end.span);
            }
        }
    }

    fn too_long(&mut self, max: u32, text: &str, comparison: Comparison, value: &Expr, header: &Header<'a>, at: Span) {
        let length = text.chars().count();
        if length <= max as usize || !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
            return;
        }
        self.report_beyond(format!("has {length} characters"), format!("up to {max} characters"), None, value, header, at);
    }

    fn report_beyond(&mut self, says: String, range: String, instead: Option<String>, value: &Expr, header: &Header<'a>, at: Span) {
        let (value_text, what) = (self.text(at), self.text(header.written.span));
        let help = instead
            .map_or_else(|| "correct the cell, or the range that is declared".to_owned(), |instead| format!("did you mean `{instead}`?"));
        let declared = self.declared_at(value).filter(|declared| *declared != header.span);
        self.report(TypeFinding::BeyondColumn { value: value_text, what, says, at, range, header: header.span, declared, help });
    }
}

/// A constant with its kind, if it is a number.
fn number_of(end: &Expr) -> Option<Scalar> {
    let (kind, number) = (end.ty.scalar()?.kind, end.constant().and_then(Value::number)?);
    Some(Scalar { lo: number, hi: number, ..Scalar::of(kind) })
}

/// Whether what a comparison asks for lies beyond a range: its end is not in it, or nothing in the range satisfies it. An end that is left out
/// may be the next value behind the range, and what no author has declared may be left.
fn beyond(declared: Scalar, comparison: Comparison, end: Scalar) -> Option<Beyond> {
    if dimension(declared.kind) != dimension(end.kind) {
        return None;
    }
    let (one, other) = (declared.kind.scale(), end.kind.scale());
    let scale = one.max(other);
    let step = 10i128.checked_pow(scale.checked_sub(one)?)?;
    let (lo, hi) = (declared.lo.checked_mul(step)?, declared.hi.checked_mul(step)?);
    let number = end.lo.checked_mul(10i128.checked_pow(scale.checked_sub(other)?)?)?;
    let whole = Scalar::of(declared.kind);
    let (least, most) = if (declared.lo, declared.hi) == (whole.lo, whole.hi) { (i128::MIN, i128::MAX) } else { (lo, hi) };
    let sides = match comparison {
        Comparison::Equal | Comparison::NotEqual => (number < lo, number > hi),
        Comparison::GreaterOrEqual => (number < least, number > hi),
        Comparison::Greater => (number < least.saturating_sub(step), number >= hi),
        Comparison::LessOrEqual => (number < lo, number > most),
        Comparison::Less => (number <= lo, number > most.saturating_add(step)),
    };
    match sides {
        (true, _) => Some(Beyond::Below),
        (_, true) => Some(Beyond::Above),
        _ => None,
    }
}
