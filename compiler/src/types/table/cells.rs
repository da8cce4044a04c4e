//! Cells of conditions: what each lets through of its column's value.

use axtrace_grammar::ast::{self, CellTest};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::Header;
use crate::graph::Comparison;
use crate::hir::{Expr, ExprKind, Many, Unary};
use crate::types::coerce::many;
use crate::types::expr::{unary, unwrap, widened};
use crate::types::words::{dimension, same_shape};
use crate::types::{Checker, TypeFinding};

/// What a cell says besides what its tests do.
#[derive(Clone, Copy, Default)]
pub(super) struct Presence {
    /// The word `not` before the list.
    pub not: bool,
    /// The word `given`.
    pub given: bool,
    /// The word `missing`.
    pub missing: bool,
}

impl<'a> Checker<'a, '_> {
    /// A cell as a condition on its column's value.
    pub(super) fn cell(&mut self, value: Expr, header: &Header<'a>, not: Option<Span>, tests: &'a [CellTest], span: Span) -> Expr {
        let optional = value.ty.is_optional();
        let stated = |test: &CellTest| match test {
            CellTest::Given(at) | CellTest::Missing(at) => Some(*at),
            _ => None,
        };
        if let (false, Some(at)) = (optional, tests.iter().find_map(stated)) {
            let what = self.text(header.span);
            self.report(TypeFinding::NeverMissing { what, at });
        }
        let inner = if optional { unwrap(value.clone()) } else { value.clone() };
        let mut parts = Vec::with_capacity(tests.len());
        for test in tests {
            match test {
                CellTest::Given(_) | CellTest::Missing(_) => {}
                _ => parts.push(self.cell_test(inner.clone(), header, test)),
            }
        }
        let says = |wanted: fn(&CellTest) -> bool| tests.iter().any(wanted);
        let (given, missing) = (says(|test| matches!(test, CellTest::Given(_))), says(|test| matches!(test, CellTest::Missing(_))));
        self.presence(&value, parts, Presence { not: not.is_some(), given, missing }, span)
    }

    /// What a cell lets through, from what its tests do of a value that is there.
    pub(super) fn presence(&mut self, value: &Expr, parts: Vec<Expr>, says: Presence, span: Span) -> Expr {
        let Presence { not, given, missing } = says;
        let is_given = || unary(Unary::IsGiven, value.clone(), Type::Boolean, span);
        let is_missing = || unary(Unary::Not, is_given(), Type::Boolean, span);
        let any = |parts: Vec<Expr>| joined(Many::Or, parts, span);
        let constant = |truth| Expr { kind: ExprKind::Constant(Value::Boolean(truth)), ty: Type::Boolean, span };
        match (not, value.ty.is_optional()) {
            (not, false) if given || parts.is_empty() => constant(given != not),
            (false, false) => any(parts),
            (true, false) => unary(Unary::Not, any(parts), Type::Boolean, span),
            (false, true) => {
                let mut ways = Vec::new();
                if missing {
                    ways.push(is_missing());
                }
                if given {
                    ways.push(is_given());
                }
                if !parts.is_empty() {
                    ways.push(joined(Many::And, vec![is_given(), any(parts)], span));
                }
                any(ways)
            }
            // `not …` on what may be missing means that it is given, whatever the list says.
            (true, true) if given => {
                let problem = "`not given` lets nothing through: `not …` means a value is given".into();
                self.report(TypeFinding::Table { problem, at: span, help: Some("write `missing`".into()) });
                Expr::error(span)
            }
            (true, true) if parts.is_empty() => is_given(),
            (true, true) => joined(Many::And, vec![is_given(), unary(Unary::Not, any(parts), Type::Boolean, span)], span),
        }
    }

    fn cell_test(&mut self, value: Expr, header: &Header<'a>, test: &'a CellTest) -> Expr {
        match test {
            CellTest::Range(range) => {
                self.range_beyond(&value, header, range);
                self.in_range(value, range, range.span)
            }
            CellTest::Compare(op, written) => {
                let right = self.expr(written, Some(&widened(&value.ty)));
                if right.is_error() || self.refuse_missing([&right, &right]) {
                    return Expr::error(written.span);
                }
                let comparison = match op.node {
                    ast::CompareOp::NotEqual => Comparison::NotEqual,
                    ast::CompareOp::Less => Comparison::Less,
                    ast::CompareOp::LessOrEqual => Comparison::LessOrEqual,
                    ast::CompareOp::Greater => Comparison::Greater,
                    ast::CompareOp::GreaterOrEqual => Comparison::GreaterOrEqual,
                    _ => Comparison::Equal,
                };
                let span = op.span.to(written.span);
                self.beyond(&value, header, comparison, (&right, Some(written)), span);
                self.against_header(comparison, value, right, header, span)
            }
            CellTest::Value(written) => self.equals(value, header, written),
            CellTest::Given(span) | CellTest::Missing(span) => Expr::error(*span),
        }
    }

    /// `compact`, `410.00 EUR`, and, where the column is no set or list itself, `{a, b}` or the name of a list.
    fn equals(&mut self, value: Expr, header: &Header<'a>, written: &'a ast::Expr) -> Expr {
        let collection = matches!(value.ty, Type::Set(_) | Type::List { .. });
        if let (ast::ExprKind::Set(items), false) = (&written.kind, collection) {
            return self.one_of(value, items, written.span);
        }
        let right = self.expr(written, Some(&widened(&value.ty)));
        if right.is_error() || self.refuse_missing([&right, &right]) {
            return Expr::error(written.span);
        }
        if !collection && matches!(right.ty, Type::Set(_) | Type::List { .. }) {
            return self.value_in(value, right, written.span);
        }
        self.beyond(&value, header, Comparison::Equal, (&right, Some(written)), written.span);
        self.against_header(Comparison::Equal, value, right, header, written.span)
    }

    pub(super) fn against_header(&mut self, comparison: Comparison, value: Expr, right: Expr, header: &Header<'a>, span: Span) -> Expr {
        if !goes_with(&value.ty, &right.ty) {
            let (wants, found) = (self.words(&value.ty), self.words(&right.ty));
            let (what, at, header) = (self.text(header.written.span), right.span, header.span);
            let help = self.mismatch_help(&right, &value.ty).or_else(|| self.needs_unit(&right, &value.ty));
            self.report(TypeFinding::Cell { what, wants, found, at, header, help });
            return Expr::error(span);
        }
        let sign = match comparison {
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        };
        self.comparison(comparison, axtrace_source::Spanned::new(sign, span), value, right, span)
    }
}

/// Whether a value of the second type can stand in a column of the first.
fn goes_with(column: &Type, cell: &Type) -> bool {
    let number = |ty: &Type| match ty {
        Type::Scalar(scalar) => Some(dimension(scalar.kind)),
        Type::Ratio { kind, .. } => Some(dimension(*kind)),
        _ => None,
    };
    match (number(column), number(cell)) {
        (Some(column), Some(cell)) => column == cell,
        _ => {
            matches!((column, cell), (Type::Text { .. }, Type::Text { .. }) | (Type::List { .. }, Type::List { .. }))
                || same_shape(column, cell)
        }
    }
}

/// `and` or `or` of one condition or more.
fn joined(op: Many, mut parts: Vec<Expr>, span: Span) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(op, parts, Type::Boolean, span),
    }
}
