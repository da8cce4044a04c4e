//! Functions of dates, times and instants.

use axtrace_grammar::ast;
use axtrace_runtime::types::{Kind, Scalar, Type};
use axtrace_source::Span;

use super::Checker;
use crate::function::Function;
use crate::hir::{Expr, ExprKind};

impl<'a> Checker<'a, '_> {
    pub(super) fn years_between(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [from, to] = args else { return self.wrong_count("years_between", "two dates", args.len(), span) };
        let date = super::expr::widened(&Type::Scalar(Scalar::of(Kind::Date)));
        let (from, to) = (self.typed_as(&from.value, &date, None), self.typed_as(&to.value, &date, None));
        if from.is_error() || to.is_error() {
            return Expr::error(span);
        }
        let ty = Type::Scalar(Scalar::of(Kind::INTEGER));
        Expr { kind: ExprKind::Call(Function::YearsBetween, vec![from, to]), ty, span }
    }

    pub(super) fn in_zone(&mut self, name: &ast::Name, function: Function, kind: Kind, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [instant, zone] = args else { return self.wrong_count(&name.text, "a datetime and a time zone", args.len(), span) };
        let datetime = super::expr::widened(&Type::Scalar(Scalar::of(Kind::Datetime)));
        let (instant, zone) = (self.typed_as(&instant.value, &datetime, None), self.typed_as(&zone.value, &Type::Zone, None));
        if instant.is_error() || zone.is_error() {
            return Expr::error(span);
        }
        if zone.constant().is_none() {
            return self.unbuilt_expr("a time zone from an input", zone.span);
        }
        Expr { kind: ExprKind::Call(function, vec![instant, zone]), ty: Type::Scalar(Scalar::of(kind)), span }
    }
}
