//! Calls: built-in functions, defines, decisions, and functions over lists.

use axtrace_grammar::ast;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::{Span, Spanned};

use super::operators::plain_compare;
use super::{Checker, TypeFinding};
use crate::graph::{Comparison, Quantifier, Rounding};
use crate::hir::{Binary, DefineId, Expr, ExprKind, Unary, VarId};
use crate::resolve::{BUILT_IN, NameFinding, Symbol};
use crate::suggest::did_you_mean;

impl<'a> Checker<'a, '_> {
    pub(super) fn call(&mut self, function: &'a ast::Name, args: &'a [ast::CallArg], _expected: Option<&Type>, span: Span) -> Expr {
        if BUILT_IN.contains(&function.text.as_str()) {
            return self.built_in(function, args, span);
        }
        match self.resolved.lookup(self.module, &function.text) {
            Some((Symbol::Define(id), _)) => {
                let args: Vec<_> = args.iter().map(|arg| &arg.value).collect();
                self.call_define(id, &args, span)
            }
            Some((Symbol::Decision(id), _)) => self.call_decision(id, args, span),
            Some((Symbol::Broken, _)) => Expr::error(span),
            _ => self.unknown_function(function),
        }
    }

    fn unknown_function(&mut self, function: &ast::Name) -> Expr {
        let near = || {
            let declared = self.resolved.names(self.module, |it| matches!(it, Symbol::Define(_) | Symbol::Decision(_)));
            did_you_mean(&function.text, declared.into_iter().chain(BUILT_IN.iter().copied()))
        };
        let suggestion = self.suggested().then(near).flatten();
        self.report_name(NameFinding::UnknownFunction { name: function.text.clone(), at: function.span, suggestion });
        Expr::error(function.span)
    }

    // Declared functions

    pub(super) fn call_define(&mut self, id: DefineId, args: &[&'a ast::Expr], span: Span) -> Expr {
        let Some(define) = self.define(id, span) else { return Expr::error(span) };
        let fields: Vec<_> = define.args.iter().map(|(_, field)| field.clone()).collect();
        let Some(args) = self.call_arguments(&define.name, define.span, &fields, args, span) else { return Expr::error(span) };
        self.define_uses.push((self.caller, id, span));
        let ty = define.ty.map_or(define.body.ty, |(ty, _)| ty);
        Expr { kind: ExprKind::Define(id, args), ty, span }
    }

    fn call_decision(&mut self, id: axtrace_runtime::meta::DecisionId, args: &'a [ast::CallArg], span: Span) -> Expr {
        let Some(signature) = self.signatures[id.index()].clone() else { return Expr::error(span) };
        let name = self.resolved.decisions[id.index()].item.name.text.clone();
        let args: Vec<_> = args.iter().map(|arg| &arg.value).collect();
        let Some(args) = self.call_arguments(&name, signature.span, &signature.params, &args, span) else { return Expr::error(span) };
        self.calls.push((self.caller, id, span));
        let ty = match signature.gives {
            gives @ Type::Optional(_) => gives,
            gives if signature.may_refer => Type::Optional(Box::new(gives)),
            gives => gives,
        };
        Expr { kind: ExprKind::Decide(id, args), ty, span }
    }

    fn call_arguments(
        &mut self,
        function: &str,
        declared: Span,
        fields: &[axtrace_runtime::types::FieldType],
        args: &[&'a ast::Expr],
        span: Span,
    ) -> Option<Vec<Expr>> {
        if fields.len() != args.len() {
            let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
            let wants = match names.len() {
                0 => "no arguments".to_string(),
                1 => format!("one argument, {}", names[0]),
                count => format!("{count} arguments, {}", names.join(", ")),
            };
            self.report(TypeFinding::Arguments { function: function.into(), wants, has: args.len(), at: span, declared: Some(declared) });
            return None;
        }
        let checked: Vec<_> = args.iter().zip(fields).map(|(arg, field)| self.typed_as(arg, &field.ty, Some(field.span))).collect();
        (!checked.iter().any(Expr::is_error)).then_some(checked)
    }

    // Built-in functions

    fn built_in(&mut self, function: &'a ast::Name, args: &'a [ast::CallArg], span: Span) -> Expr {
        if let ([value, step], true) = (args, args.iter().any(|arg| arg.to.is_some())) {
            return self.round_to_step(function, &value.value, &step.value, span);
        }
        if let Some(rounding) = rounding(&function.text) {
            return self.round(function, rounding, args, span);
        }
        match function.text.as_str() {
            "years_between" => self.years_between(args, span),
            "date_of" => self.in_zone(function, Binary::DateOf, Kind::Date, args, span),
            "time_of" => self.in_zone(function, Binary::TimeOf, Kind::Time, args, span),
            "min" | "max" if args.len() == 2 => self.extreme(function, &args[0].value, &args[1].value, span),
            "abs" => self.absolute(args, span),
            "count" => self.count_items(args, span),
            "sum" => self.sum_items(args, span),
            other => self.unbuilt_expr(other, function.span),
        }
    }

    fn wrong_count(&mut self, function: &str, wants: &str, has: usize, at: Span) -> Expr {
        self.report(TypeFinding::Arguments { function: function.into(), wants: wants.into(), has, at, declared: None });
        Expr::error(at)
    }

    fn round(&mut self, function: &ast::Name, rounding: Rounding, args: &'a [ast::CallArg], span: Span) -> Expr {
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
    fn round_to_step(&mut self, function: &'a ast::Name, value: &'a ast::Expr, step: &'a ast::Expr, span: Span) -> Expr {
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
        let (Type::Scalar(a), Type::Scalar(b)) = (&value.ty, &step.ty) else { return self.not_a_number(&value) };
        let (a, b) = (*a, *b);
        if super::words::dimension(a.kind) != super::words::dimension(b.kind) {
            return self.operands(&function.text, function.span, &value, &step);
        }
        let op = |node| Spanned::new(node, function.span);
        let steps = self.divide(op(ast::BinaryOp::Divide), value, step.clone(), (a, b), span);
        if steps.is_error() {
            return steps;
        }
        let steps = round(steps, rounding, 0, Kind::INTEGER, span);
        let Type::Scalar(whole) = steps.ty else { return steps };
        self.multiply(op(ast::BinaryOp::Multiply), steps, step, (whole, b), span)
    }

    /// `min(a, b)`, `max(a, b)` of two values with an order.
    fn extreme(&mut self, function: &'a ast::Name, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> Expr {
        let (left, right) = self.sides(left, right, None);
        if left.is_error() || right.is_error() || self.refuse_missing([&left, &right]) {
            return Expr::error(span);
        }
        let alike = match (&left.ty, &right.ty) {
            (Type::Scalar(a), Type::Scalar(b)) => super::words::dimension(a.kind) == super::words::dimension(b.kind),
            _ => false,
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

    /// `abs(x)` of a number, a duration or days.
    fn absolute(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [value] = args else { return self.wrong_count("abs", "one number", args.len(), span) };
        let value = self.expr(&value.value, None);
        if value.is_error() {
            return value;
        }
        let Some(scalar) = value.ty.scalar().filter(|it| matches!(it.kind, Kind::Number { .. } | Kind::Duration | Kind::Days)) else {
            return self.not_a_number(&value);
        };
        self.bound_once("value", value, |_, value| {
            let ty = value.ty.clone();
            let zero = super::literal::scalar(scalar.kind, 0, span);
            let condition = plain_compare(Comparison::Less, value.clone(), zero, span);
            let turned = super::expr::unary(Unary::Negate, value.clone(), ty.clone(), span);
            quiet(ExprKind::If(Box::new([condition, turned, value])), ty, span)
        })
    }

    fn round_scalar(&mut self, value: Expr, scalar: Scalar, rounding: Rounding, places: u32, span: Span) -> Expr {
        let Kind::Number { scale, .. } = scalar.kind else { return self.not_a_number(&value) };
        let Some(kind) = with_places(scalar.kind, places) else { return self.places_of_time(span) };
        if places >= scale {
            return super::coerce::rescale(value, places - scale);
        }
        round(value, rounding, scale - places, kind, span)
    }

    fn places_of_time(&mut self, at: Span) -> Expr {
        self.report(TypeFinding::TooLarge { limit: "durations and days are whole: they are rounded to 0 places", at });
        Expr::error(at)
    }

    fn not_a_number(&mut self, value: &Expr) -> Expr {
        if value.ty.is_optional() {
            let what = self.text(value.span);
            self.report(TypeFinding::MayBeMissing { what, at: value.span });
            return Expr::error(value.span);
        }
        let found = self.words(&value.ty);
        let at = value.span;
        self.report(TypeFinding::Mismatch { expected: "a number".into(), found, at, declared: None, help: None });
        Expr::error(at)
    }

    /// How many places are kept: a constant from 0 to 18.
    fn places(&mut self, expr: &'a ast::Expr) -> Option<u32> {
        let value = self.constant_within(expr, &Type::integer(0, 18), "the number of places", None)?;
        u32::try_from(value.number()?).ok()
    }

    fn years_between(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [from, to] = args else { return self.wrong_count("years_between", "two dates", args.len(), span) };
        let date = super::expr::widened(&Type::Scalar(Scalar::of(Kind::Date)));
        let (from, to) = (self.typed_as(&from.value, &date, None), self.typed_as(&to.value, &date, None));
        if from.is_error() || to.is_error() {
            return Expr::error(span);
        }
        let ty = Type::Scalar(Scalar::of(Kind::INTEGER));
        Expr { kind: ExprKind::Binary(Binary::YearsBetween, Box::new(from), Box::new(to)), ty, span }
    }

    fn in_zone(&mut self, function: &ast::Name, op: Binary, kind: Kind, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [instant, zone] = args else { return self.wrong_count(&function.text, "a datetime and a time zone", args.len(), span) };
        let datetime = super::expr::widened(&Type::Scalar(Scalar::of(Kind::Datetime)));
        let (instant, zone) = (self.typed_as(&instant.value, &datetime, None), self.typed_as(&zone.value, &Type::Zone, None));
        if instant.is_error() || zone.is_error() {
            return Expr::error(span);
        }
        if zone.constant().is_none() {
            return self.unbuilt_expr("a time zone from an input", zone.span);
        }
        Expr { kind: ExprKind::Binary(op, Box::new(instant), Box::new(zone)), ty: Type::Scalar(Scalar::of(kind)), span }
    }

    // Lists

    fn list_argument(&mut self, function: &str, args: &'a [ast::CallArg], span: Span) -> Option<Expr> {
        let [list] = args else {
            self.wrong_count(function, "one list", args.len(), span);
            return None;
        };
        let list = self.expr(&list.value, None);
        self.as_list(list)
    }

    fn as_list(&mut self, list: Expr) -> Option<Expr> {
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

    fn count_items(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        match self.list_argument("count", args, span) {
            Some(list) => super::expr::unary(Unary::Length, list, Type::Scalar(Scalar::of(Kind::INTEGER)), span),
            None => Expr::error(span),
        }
    }

    fn sum_items(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let Some(list) = self.list_argument("sum", args, span) else { return Expr::error(span) };
        let Type::List { element, .. } = &list.ty else { return Expr::error(span) };
        let element = (**element).clone();
        let binder = self.scope.variable("item", element.clone(), list.span);
        let body = Expr { kind: ExprKind::Variable(binder), ty: element, span: list.span };
        self.sum(binder, list, None, body, span)
    }

    fn sum(&mut self, binder: VarId, list: Expr, filter: Option<Expr>, body: Expr, span: Span) -> Expr {
        let ty = match body.ty {
            Type::Scalar(scalar) if matches!(scalar.kind, Kind::Number { .. } | Kind::Duration | Kind::Days) => {
                Type::Scalar(Scalar { kind: scalar.kind, lo: i128::MIN, hi: i128::MAX })
            }
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
    fn bind_all(&mut self, binders: &'a [ast::Binder]) -> Option<Vec<(VarId, Expr)>> {
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

    fn leave_all(&mut self, bound: &[(VarId, Expr)]) {
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

/// The function of a name that rounds.
fn rounding(name: &str) -> Option<Rounding> {
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

/// The kind with this many places; durations and days have none.
fn with_places(kind: Kind, places: u32) -> Option<Kind> {
    match kind {
        Kind::Number { unit: Unit::Percent, .. } => Some(Kind::Number { scale: places, unit: Unit::One }),
        Kind::Number { unit, .. } => Some(Kind::Number { scale: places, unit }),
        other => (places == 0).then_some(other),
    }
}
