//! Lists that are gone through: binders, comprehensions, `some` and `every`, `fold`.

use axtrace_grammar::ast;
use axtrace_runtime::types::{Kind, Scalar, Type};
use axtrace_source::Span;

use super::lists::{MOST_ELEMENTS, call, element, optional};
use super::scope::is_declared;
use super::{Checker, TypeFinding};
use crate::function::Function;
use crate::graph::Quantifier;
use crate::hir::{Binder, Expr, ExprKind, Memory, Quantify};
use crate::resolve::{BUILT_IN, NameFinding, Symbol};

/// How a function over the elements of lists is written.
struct Form {
    quantifier: Quantifier,
    /// Whether something stands before `for`.
    body: bool,
    /// Whether something stands after `by`.
    by: bool,
    /// Whether `where` may stand, and whether it must.
    filter: (bool, bool),
    /// Whether there may be several binders.
    several: bool,
    /// What the function takes, in words.
    wants: &'static str,
}

impl Form {
    fn of(function: &str) -> Option<Self> {
        let body = |quantifier, wants| Self { quantifier, body: true, by: false, filter: (true, false), several: true, wants };
        let bare = |quantifier, wants| Self { quantifier, body: false, by: false, filter: (true, false), several: false, wants };
        let keyed = |quantifier, wants| Self { quantifier, body: false, by: true, filter: (false, false), several: false, wants };
        Some(match function {
            "sum" => body(Quantifier::Sum, "what is added up: `sum(x.price for x in items)`"),
            "min" => body(Quantifier::Min, "what the least is looked for of: `min(x.price for x in items)`"),
            "max" => body(Quantifier::Max, "what the greatest is looked for of: `max(x.price for x in items)`"),
            "average" => body(Quantifier::Average, "what the average is of: `average(x.price for x in items)`"),
            "list" => body(Quantifier::List, "what the list is made of: `list(x.price for x in items)`"),
            "count" => Self { several: true, ..bare(Quantifier::Count, "only the elements: `count(x in items where …)`") },
            "first" => bare(Quantifier::First, "one binder: `first(x in items where …)`"),
            "last" => bare(Quantifier::Last, "one binder: `last(x in items where …)`"),
            "position" => bare(Quantifier::Position, "one binder: `position(x in items where …)`"),
            "runs" => Self { filter: (true, true), ..bare(Quantifier::Runs, "one binder and a condition: `runs(x in items where …)`") },
            "sort" => keyed(Quantifier::Sort, "one binder and what it is ordered by: `sort(x in items by x.start)`"),
            "groups" => keyed(Quantifier::Groups, "one binder and what the groups have in common: `groups(x in items by x.kind)`"),
            _ => return None,
        })
    }

    fn admits(&self, it: &ast::Comprehension) -> bool {
        let (may, must) = self.filter;
        self.body == it.body.is_some()
            && self.by == it.by.is_some()
            && (may || it.condition.is_none())
            && (!must || it.condition.is_some())
            && (self.several || it.binders.len() == 1)
    }
}

impl<'a> Checker<'a, '_> {
    pub(super) fn comprehension(&mut self, it: &'a ast::Comprehension, expected: Option<&Type>, span: Span) -> Expr {
        let Some(form) = Form::of(&it.function.text) else {
            if BUILT_IN.contains(&it.function.text.as_str()) {
                return self.wrong_form(&it.function.text, "values, and goes through no list", span);
            }
            return self.unknown_function(&it.function, None);
        };
        if !form.admits(it) {
            return self.wrong_form(&it.function.text, form.wants, span);
        }
        let Some(mut bound) = self.bind_all(&it.binders) else { return Expr::error(span) };
        let filter = it.condition.as_ref().map(|condition| self.condition(condition));
        let given = filter.as_ref().map(|filter| self.scope.given_if(filter)).unwrap_or_default();
        // Where a list of records is expected, a body in braces is one of them.
        let expected = match expected.map(Type::required) {
            Some(Type::List { element, .. }) if form.quantifier == Quantifier::List => Some(&**element),
            _ => None,
        };
        let body = self.knowing(given, |this| it.body.as_ref().or(it.by.as_ref()).map(|body| this.expr(body, expected)));
        self.leave_all(&bound);
        if filter.as_ref().is_some_and(Expr::is_error) || body.as_ref().is_some_and(Expr::is_error) {
            return Expr::error(span);
        }
        let Some(binder) = bound.pop() else { return Expr::error(span) };
        if form.quantifier == Quantifier::Average && !bound.is_empty() {
            let Some(list) = self.nested(Quantifier::List, bound, binder, filter, body, span) else { return Expr::error(span) };
            let (binder, item) = self.each_item(list);
            return self.average(binder, None, item, span);
        }
        self.nested(form.quantifier, bound, binder, filter, body, span).unwrap_or_else(|| Expr::error(span))
    }

    /// Several binders: what the inner ones make is put together from the inside out.
    fn nested(
        &mut self,
        quantifier: Quantifier,
        outer: Vec<Binder>,
        binder: Binder,
        filter: Option<Expr>,
        body: Option<Expr>,
        span: Span,
    ) -> Option<Expr> {
        let mut inner = self.innermost(quantifier, binder, filter, body, span);
        for binder in outer.into_iter().rev() {
            if inner.is_error() {
                return None;
            }
            inner = match quantifier {
                Quantifier::Min | Quantifier::Max => self.extreme_of(quantifier, binder, None, inner, span),
                Quantifier::List => self.flattened(binder, inner, span),
                _ => self.sum(binder, None, inner, span),
            };
        }
        (!inner.is_error()).then_some(inner)
    }

    fn innermost(&mut self, quantifier: Quantifier, binder: Binder, filter: Option<Expr>, body: Option<Expr>, span: Span) -> Expr {
        let list = binder.list.ty.clone();
        match (quantifier, body) {
            (Quantifier::Sum, Some(body)) => self.sum(binder, filter, body, span),
            (Quantifier::Min | Quantifier::Max, Some(body)) => self.extreme_of(quantifier, binder, filter, body, span),
            (Quantifier::Average, Some(body)) => self.average(binder, filter, body, span),
            (Quantifier::List, Some(body)) => self.list_of(binder, filter, body, span),
            (Quantifier::Sort, Some(key)) => self.sorted(binder, key, span),
            (Quantifier::Groups, Some(key)) => self.groups(binder, key, span),
            (Quantifier::Count, _) => quantify(quantifier, binder, filter, None, Type::Scalar(Scalar::of(Kind::INTEGER)), span),
            (Quantifier::Position, _) => {
                let place = Type::Optional(Box::new(Type::integer(1, MOST_ELEMENTS.into())));
                quantify(quantifier, binder, filter, None, place, span)
            }
            (Quantifier::Runs, _) => {
                let Type::List { element, max, .. } = list else { return Expr::error(span) };
                let run = Type::List { element, min: 1, max };
                let runs = Type::List { element: Box::new(run), min: 0, max: max.div_ceil(2) };
                quantify(quantifier, binder, filter, None, runs, span)
            }
            _ => {
                let there = filter.is_none() && self.scope.is_filled(&binder.list);
                let one = element(&list).clone();
                let found = quantify(quantifier, binder, filter, None, optional(one.clone()), span);
                if there && !one.is_optional() { super::expr::unwrap(found) } else { found }
            }
        }
    }

    pub(super) fn sum(&mut self, binder: Binder, filter: Option<Expr>, body: Expr, span: Span) -> Expr {
        let ty = match body.ty {
            Type::Scalar(scalar) if scalar.kind.is_measure() => Type::Scalar(Scalar { kind: scalar.kind, lo: i128::MIN, hi: i128::MAX }),
            Type::Ratio { .. } => return self.refuse_quotient("added up", &body),
            _ => return self.not_a_number(&body),
        };
        quantify(Quantifier::Sum, binder, filter, Some(body), ty, span)
    }

    /// The least or greatest of the bodies that are there: optional, unless there is always one.
    pub(super) fn extreme_of(&mut self, quantifier: Quantifier, binder: Binder, filter: Option<Expr>, body: Expr, span: Span) -> Expr {
        let there = filter.is_none() && self.scope.is_filled(&binder.list) && !body.ty.is_optional();
        match body.ty.required() {
            Type::Scalar(_) | Type::Text { .. } => {}
            Type::Ratio { .. } => return self.refuse_quotient("compared with others of a list", &body),
            _ => {
                let found = self.words(&body.ty);
                let expected = "a number, a date, a time or a text".to_string();
                self.report(TypeFinding::Mismatch { expected, found, at: body.span, declared: None, help: None });
                return Expr::error(span);
            }
        }
        let found = optional(body.ty.clone());
        let found = quantify(quantifier, binder, filter, Some(body), found, span);
        if there { super::expr::unwrap(found) } else { found }
    }

    /// The sum of the bodies over their number: an exact quotient, optional unless there is always one.
    pub(super) fn average(&mut self, binder: Binder, filter: Option<Expr>, body: Expr, span: Span) -> Expr {
        let there = filter.is_none() && self.scope.is_filled(&binder.list);
        let ty = match body.ty {
            Type::Scalar(scalar) if scalar.kind.is_measure() => super::operators::ratio(super::words::dimension(scalar.kind)),
            Type::Ratio { .. } => return self.refuse_quotient("averaged", &body),
            _ => return self.not_a_number(&body),
        };
        let found = quantify(Quantifier::Average, binder, filter, Some(body), Type::Optional(Box::new(ty)), span);
        if there { super::expr::unwrap(found) } else { found }
    }

    fn list_of(&mut self, binder: Binder, filter: Option<Expr>, body: Expr, span: Span) -> Expr {
        if matches!(body.ty.required(), Type::Ratio { .. }) {
            return self.refuse_quotient("kept in a list", &body);
        }
        let Type::List { min, max, .. } = binder.list.ty else { return Expr::error(span) };
        let min = if filter.is_some() { 0 } else { min };
        let ty = Type::List { element: Box::new(body.ty.clone()), min, max };
        quantify(Quantifier::List, binder, filter, Some(body), ty, span)
    }

    fn flattened(&mut self, binder: Binder, inner: Expr, span: Span) -> Expr {
        let Type::List { element, min, max } = inner.ty.clone() else { return Expr::error(span) };
        let lists = self.list_of(binder, None, inner, span);
        let Type::List { min: fewest, max: most, .. } = lists.ty else { return lists };
        let (min, max) = (min.saturating_mul(fewest).min(MOST_ELEMENTS), max.saturating_mul(most).min(MOST_ELEMENTS));
        call(Function::Flatten, vec![lists], Type::List { element, min, max }, span)
    }

    /// The elements in the order of a key.
    pub(super) fn sorted(&mut self, binder: Binder, key: Expr, span: Span) -> Expr {
        match key.ty {
            Type::Scalar(_) | Type::Boolean | Type::Enum(_) | Type::Text { .. } => {}
            Type::Ratio { .. } => return self.refuse_quotient("what a list is ordered by", &key),
            Type::Optional(_) => return self.not_a_number(&key),
            _ => {
                let found = self.words(&key.ty);
                let expected = "something with an order".to_string();
                self.report(TypeFinding::Mismatch { expected, found, at: key.span, declared: None, help: None });
                return Expr::error(span);
            }
        }
        let ty = binder.list.ty.clone();
        quantify(Quantifier::Sort, binder, None, Some(key), ty, span)
    }

    /// The elements by a key: records of `key` and `items`.
    fn groups(&mut self, binder: Binder, key: Expr, span: Span) -> Expr {
        if matches!(key.ty.required(), Type::Ratio { .. }) {
            return self.refuse_quotient("what groups have in common", &key);
        }
        let Type::List { min, max, .. } = binder.list.ty else { return Expr::error(span) };
        let items = Type::List { element: Box::new(self.stored_element(&binder.list)), min: 1, max };
        let name = format!("group of {}", super::words::source(element(&binder.list.ty), &self.types));
        let id = self.synthetic_record(name, vec![("key".into(), self.stored_type(&key)), ("items".into(), items)], span);
        let ty = Type::List { element: Box::new(Type::Record(id)), min: min.min(1), max };
        quantify(Quantifier::Groups, binder, None, Some(key), ty, span)
    }

    /// `fold(memory : type = start, binders: step)`. The memory of an outer binder is the start of the next one.
    pub(super) fn fold(&mut self, it: &'a ast::Fold, span: Span) -> Expr {
        let declared = match &it.ty {
            Some(written) => match self.type_of(written) {
                Some(ty) => Some((ty, written.span)),
                None => return Expr::error(span),
            },
            None => None,
        };
        let start = match &declared {
            Some((ty, at)) => self.typed_as(&it.start, ty, Some(*at)),
            None => self.expr(&it.start, None),
        };
        if start.is_error() {
            return start;
        }
        if matches!(start.ty.required(), Type::Ratio { .. }) {
            return self.refuse_quotient("kept as the memory of a `fold`", &start);
        }
        let ty = declared.as_ref().map_or_else(|| super::expr::widened(&start.ty), |(ty, _)| ty.clone());
        let Some(bound) = self.bind_all(&it.binders) else { return Expr::error(span) };
        self.refuse_shadowing(&it.memory);
        self.scope.names.push(Default::default());
        let memory = self.scope.declare(&it.memory.text, ty.clone(), it.memory.span);
        let step = self.typed_as(&it.step, &super::expr::widened(&ty), declared.as_ref().map(|(_, at)| *at));
        self.scope.names.pop();
        self.leave_all(&bound);
        if step.is_error() {
            return step;
        }
        // Each loop but the innermost has a memory without a name, which is the start of the next one.
        let outer: Vec<_> = bound.iter().skip(1).map(|_| self.scope.variable(&it.memory.text, ty.clone(), it.memory.span)).collect();
        let mut vars = outer.clone();
        vars.push(memory);
        let mut starts = vec![start];
        starts.extend(outer.into_iter().map(|var| Expr { kind: ExprKind::Variable(var), ty: ty.clone(), span: it.start.span }));
        let loops = bound.into_iter().zip(vars).zip(starts);
        loops.rev().fold(step, |step, ((binder, var), start)| {
            let memory = Some(Memory { var, start, declared: declared.clone() });
            let all = Quantify { quantifier: Quantifier::Fold, binder, filter: None, body: Some(step), memory };
            Expr { kind: ExprKind::Quantify(Box::new(all)), ty: ty.clone(), span }
        })
    }

    pub(super) fn quantified(&mut self, it: &'a ast::Quantified, span: Span) -> Expr {
        let quantifier = match it.quantifier.node {
            ast::Quantifier::Some => Quantifier::Some,
            ast::Quantifier::Every => Quantifier::Every,
        };
        let Some(bound) = self.bind_all(&it.binders) else { return Expr::error(span) };
        let body = self.condition(&it.condition);
        self.leave_all(&bound);
        let around = |inner: Expr, binder: Binder| {
            if inner.is_error() { inner } else { quantify(quantifier, binder, None, Some(inner), Type::Boolean, span) }
        };
        bound.into_iter().rev().fold(body, around)
    }

    // Binders

    /// Binds several elements, later ones using earlier ones. Each has a level of names; nothing is left open where this gives `None`.
    pub(super) fn bind_all(&mut self, binders: &'a [ast::Binder]) -> Option<Vec<Binder>> {
        let mut bound = Vec::with_capacity(binders.len());
        for binder in binders {
            match self.bind(binder) {
                Some(one) => bound.push(one),
                None => {
                    self.leave_all(&bound);
                    return None;
                }
            }
        }
        Some(bound)
    }

    pub(super) fn leave_all(&mut self, bound: &[Binder]) {
        let levels = self.scope.names.len() - bound.len();
        self.scope.names.truncate(levels);
    }

    /// Binds an element of a list, and its place, in a new level of names, which the caller closes. Nothing is opened where this gives `None`.
    fn bind(&mut self, binder: &'a ast::Binder) -> Option<Binder> {
        let list = self.expr(&binder.items, None);
        let list = self.as_list(list)?;
        let element = element(&list.ty).clone();
        self.refuse_shadowing(&binder.name);
        self.scope.names.push(Default::default());
        let var = self.scope.declare(&binder.name.text, element, binder.name.span);
        if is_declared(&list, &self.scope) {
            self.scope.declared.insert(var);
        }
        let place = binder.at.as_ref().map(|at| {
            self.refuse_shadowing(at);
            self.scope.declare(&at.text, Type::integer(1, MOST_ELEMENTS.into()), at.span)
        });
        Some(Binder { element: var, place, list })
    }

    /// Nothing shadows anything.
    pub(super) fn refuse_shadowing(&mut self, name: &ast::Name) {
        let first = match self.scope.lookup(&name.text) {
            Some(binding) => Some(self.scope.declared_at(binding)),
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

pub(super) fn quantify(quantifier: Quantifier, binder: Binder, filter: Option<Expr>, body: Option<Expr>, ty: Type, span: Span) -> Expr {
    Expr { kind: ExprKind::Quantify(Box::new(Quantify { quantifier, binder, filter, body, memory: None })), ty, span }
}
