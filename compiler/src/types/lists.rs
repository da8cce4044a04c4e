//! Lists that are gone through: binders, comprehensions, `some` and `every`.

use axtrace_grammar::ast;
use axtrace_runtime::types::{Kind, Scalar, Type};
use axtrace_source::Span;

use super::{Checker, TypeFinding};
use crate::graph::Quantifier;
use crate::hir::{Expr, ExprKind, Unary, VarId};
use crate::resolve::{BUILT_IN, NameFinding, Symbol};

impl<'a> Checker<'a, '_> {
    pub(super) fn list_argument(&mut self, function: &str, args: &'a [ast::CallArg], span: Span) -> Option<Expr> {
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

    pub(super) fn count_items(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        match self.list_argument("count", args, span) {
            Some(list) => super::expr::unary(Unary::Length, list, Type::Scalar(Scalar::of(Kind::INTEGER)), span),
            None => Expr::error(span),
        }
    }

    pub(super) fn sum_items(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let Some(list) = self.list_argument("sum", args, span) else { return Expr::error(span) };
        let Type::List { element, .. } = &list.ty else { return Expr::error(span) };
        let element = (**element).clone();
        let binder = self.scope.variable("item", element.clone(), list.span);
        let body = Expr { kind: ExprKind::Variable(binder), ty: element, span: list.span };
        self.sum(binder, list, None, body, span)
    }

    pub(super) fn sum(&mut self, binder: VarId, list: Expr, filter: Option<Expr>, body: Expr, span: Span) -> Expr {
        let ty = match body.ty {
            Type::Scalar(scalar) if scalar.kind.is_measure() => Type::Scalar(Scalar { kind: scalar.kind, lo: i128::MIN, hi: i128::MAX }),
            Type::Ratio { .. } => return self.refuse_quotient("added up", &body),
            _ => return self.not_a_number(&body),
        };
        quantify(Quantifier::Sum, binder, list, filter, Some(body), ty, span)
    }

    pub(super) fn comprehension(&mut self, it: &'a ast::Comprehension, span: Span) -> Expr {
        let quantifier = match it.function.text.as_str() {
            "sum" => Quantifier::Sum,
            "count" => Quantifier::Count,
            other if BUILT_IN.contains(&other) => return self.unbuilt_expr(format!("{other} over a list"), it.function.span),
            _ => return self.unknown_function(&it.function),
        };
        if let Some(by) = &it.by {
            return self.unbuilt_expr("by", by.span);
        }
        let Some(mut bound) = self.bind_all(&it.binders) else { return Expr::error(span) };
        let filter = it.condition.as_ref().map(|condition| self.condition(condition));
        let given = filter.as_ref().map(|filter| self.scope.given_if(filter)).unwrap_or_default();
        let body = self.knowing(given, |this| it.body.as_ref().map(|body| this.expr(body, None)));
        self.leave_all(&bound);
        if filter.as_ref().is_some_and(Expr::is_error) || body.as_ref().is_some_and(Expr::is_error) {
            return Expr::error(span);
        }
        let Some((binder, list)) = bound.pop() else { return Expr::error(span) };
        let innermost = match (quantifier, body) {
            (Quantifier::Sum, Some(body)) => self.sum(binder, list, filter, body, span),
            (Quantifier::Count, None) => {
                quantify(Quantifier::Count, binder, list, filter, None, Type::Scalar(Scalar::of(Kind::INTEGER)), span)
            }
            (Quantifier::Sum, None) => return self.wrong_count("sum", "what is added up: `sum(x.price for x in items)`", 0, span),
            (_, body) => {
                let has = usize::from(body.is_some());
                return self.wrong_count("count", "only the elements: `count(x in items where …)`", has, span);
            }
        };
        // What several binders make together is added up from the inside out.
        let around =
            |inner: Expr, (binder, list): (VarId, Expr)| if inner.is_error() { inner } else { self.sum(binder, list, None, inner, span) };
        bound.into_iter().rev().fold(innermost, around)
    }

    pub(super) fn quantified(&mut self, it: &'a ast::Quantified, span: Span) -> Expr {
        let quantifier = match it.quantifier.node {
            ast::Quantifier::Some => Quantifier::Some,
            ast::Quantifier::Every => Quantifier::Every,
        };
        let Some(bound) = self.bind_all(&it.binders) else { return Expr::error(span) };
        let body = self.condition(&it.condition);
        self.leave_all(&bound);
        let around = |inner: Expr, (binder, list): (VarId, Expr)| {
            if inner.is_error() { inner } else { quantify(quantifier, binder, list, None, Some(inner), Type::Boolean, span) }
        };
        bound.into_iter().rev().fold(body, around)
    }

    /// Binds several elements, later ones using earlier ones. Each has a level of names; nothing is left open where this gives `None`.
    pub(super) fn bind_all(&mut self, binders: &'a [ast::Binder]) -> Option<Vec<(VarId, Expr)>> {
        let mut bound = Vec::with_capacity(binders.len());
        for binder in binders {
            match self.bind(std::slice::from_ref(binder)) {
                Some(one) => bound.push(one),
                None => {
                    self.leave_all(&bound);
                    return None;
                }
            }
        }
        Some(bound)
    }

    pub(super) fn leave_all(&mut self, bound: &[(VarId, Expr)]) {
        let levels = self.scope.names.len() - bound.len();
        self.scope.names.truncate(levels);
    }

    /// Binds an element of a list in a new level of names, which the caller closes. Nothing is opened where this gives `None`.
    pub(super) fn bind(&mut self, binders: &'a [ast::Binder]) -> Option<(VarId, Expr)> {
        let (binder, more) = binders.split_first()?;
        if let Some(second) = more.first() {
            self.not_yet("several binders", second.span);
            return None;
        }
        if let Some(at) = &binder.at {
            self.not_yet("at", at.span);
            return None;
        }
        let list = self.expr(&binder.items, None);
        let list = self.as_list(list)?;
        let Type::List { element, .. } = &list.ty else { return None };
        let element = (**element).clone();
        self.refuse_shadowing(&binder.name);
        self.scope.names.push(Default::default());
        let var = self.scope.declare(&binder.name.text, element, binder.name.span);
        Some((var, list))
    }

    /// Nothing shadows anything.
    pub(super) fn refuse_shadowing(&mut self, name: &ast::Name) {
        let first = match self.scope.lookup(&name.text) {
            Some(super::scope::Binding::Var(var)) => Some(self.scope.vars[var.0 as usize].span),
            Some(super::scope::Binding::Let(index)) => Some(self.scope.pending[index].item.name.span),
            None => match self.resolved.lookup(self.module, &name.text) {
                Some((Symbol::Param(_), span)) => Some(span),
                _ => None,
            },
        };
        if let Some(first) = first {
            self.report_name(NameFinding::Twice { name: name.text.clone(), at: name.span, first });
        }
    }
}

fn quantify(quantifier: Quantifier, binder: VarId, list: Expr, filter: Option<Expr>, body: Option<Expr>, ty: Type, span: Span) -> Expr {
    let (list, filter, body) = (Box::new(list), filter.map(Box::new), body.map(Box::new));
    Expr { kind: ExprKind::Quantify { quantifier, binder, list, filter, body }, ty, span }
}
