//! Calls of defines, decisions and built-in functions.

use axtrace_grammar::ast;
use axtrace_runtime::types::{FieldType, Kind, Type};
use axtrace_source::Span;

use super::coerce::may_fit;
use super::numbers::rounding;
use super::{Checker, TypeFinding};
use crate::function::Function;
use crate::hir::{DefineId, Expr, ExprKind};
use crate::resolve::{BUILT_IN, NameFinding, Symbol};
use crate::suggest::did_you_mean;

/// The most arguments that are named when there are too few or too many.
const MOST_NAMED: usize = 20;

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
            _ => {
                let argument = args.first().map(|arg| self.text(arg.value.span));
                self.unknown_function(function, argument.as_deref())
            }
        }
    }

    pub(super) fn unknown_function(&mut self, function: &ast::Name, argument: Option<&str>) -> Expr {
        let near = || {
            let declared = self.resolved.names(self.module, |it| matches!(it, Symbol::Define(_) | Symbol::Decision(_)));
            did_you_mean(&function.text, declared.into_iter().chain(BUILT_IN.iter().copied()))
        };
        let suggestion = super::advice::function(&function.text, argument).or_else(|| self.suggested().then(near).flatten());
        self.report_name(NameFinding::UnknownFunction { name: function.text.clone(), at: function.span, suggestion });
        Expr::error(function.span)
    }

    // Declared functions

    pub(super) fn call_define(&mut self, id: DefineId, args: &[&'a ast::Expr], span: Span) -> Expr {
        let Some(define) = self.define(id, span) else { return Expr::error(span) };
        let fields: Vec<_> = define.args.iter().map(|(_, field)| field).collect();
        let Some(args) = self.call_arguments(&define.name, define.span, &fields, args, span) else { return Expr::error(span) };
        self.define_uses.push((self.caller, id, span));
        let ty = define.ty.as_ref().map_or(&define.body.ty, |(ty, _)| ty).clone();
        Expr { kind: ExprKind::Define(id, args), ty, span }
    }

    pub(super) fn call_decision(&mut self, id: axtrace_runtime::meta::DecisionId, args: &'a [ast::CallArg], span: Span) -> Expr {
        let Some(signature) = self.signatures[id.index()].clone() else { return Expr::error(span) };
        let name = self.resolved.decisions[id.index()].item.name.text.clone();
        let args: Vec<_> = args.iter().map(|arg| &arg.value).collect();
        let params: Vec<_> = signature.params.iter().collect();
        let Some(args) = self.call_arguments(&name, signature.span, &params, &args, span) else { return Expr::error(span) };
        self.calls.push((self.caller, id, span));
        let ty = match signature.gives.clone() {
            gives @ Type::Optional(_) => gives,
            gives if signature.may_refer => Type::Optional(Box::new(gives)),
            gives => gives,
        };
        Expr { kind: ExprKind::Decide(id, args), ty, span }
    }

    pub(super) fn call_arguments(
        &mut self,
        function: &str,
        declared: Span,
        fields: &[&FieldType],
        args: &[&'a ast::Expr],
        span: Span,
    ) -> Option<Vec<Expr>> {
        if fields.len() != args.len() {
            let names: Vec<_> = fields.iter().take(MOST_NAMED).map(|field| format!("`{}`", field.name)).collect();
            let wants = match fields.len() {
                0 => "no arguments".to_string(),
                1 => format!("one argument, {}", names[0]),
                count if count > MOST_NAMED => format!("{count} arguments"),
                count => format!("{count} arguments, {}", names.join(", ")),
            };
            self.report(TypeFinding::Arguments { function: function.into(), wants, has: args.len(), at: span, declared: Some(declared) });
            return None;
        }
        let mut checked: Vec<_> = args.iter().zip(fields).map(|(arg, field)| self.expr(arg, Some(&field.ty))).collect();
        self.arguments_the_other_way_round(function, fields, &mut checked);
        let fitted: Vec<_> = checked.into_iter().zip(fields).map(|(arg, field)| self.fit(arg, &field.ty, Some(field.span))).collect();
        (!fitted.iter().any(Expr::is_error)).then_some(fitted)
    }

    /// Two arguments of which each is what the other should be are one slip, and reported as one.
    fn arguments_the_other_way_round(&mut self, function: &str, fields: &[&FieldType], args: &mut [Expr]) {
        let wrong: Vec<usize> =
            (0..args.len()).filter(|place| !args[*place].is_error() && !may_fit(&args[*place].ty, &fields[*place].ty)).collect();
        let [one, other] = wrong[..] else { return };
        if !may_fit(&args[one].ty, &fields[other].ty) || !may_fit(&args[other].ty, &fields[one].ty) {
            return;
        }
        let mut order: Vec<usize> = (0..args.len()).collect();
        order.swap(one, other);
        let written: Vec<_> = order.iter().map(|place| self.text(args[*place].span)).collect();
        self.report(TypeFinding::Swapped {
            function: function.into(),
            help: format!("write `{function}({})`", written.join(", ")),
            one: args[one].span,
            other: args[other].span,
            expected: self.words(&fields[one].ty),
            other_expected: self.words(&fields[other].ty),
            declared: fields[one].span.to(fields[other].span),
        });
        for place in [one, other] {
            args[place] = Expr::error(args[place].span);
        }
    }

    // Built-in functions

    pub(super) fn built_in(&mut self, function: &'a ast::Name, args: &'a [ast::CallArg], span: Span) -> Expr {
        if let ([value, step], true) = (args, args.iter().any(|arg| arg.to.is_some())) {
            return self.round_to_step(function, &value.value, &step.value, span);
        }
        if let Some(rounding) = rounding(&function.text) {
            return self.round(function, rounding, args, span);
        }
        match function.text.as_str() {
            "years_between" => self.between(function, Function::YearsBetween, args, span),
            "months_between" => self.between(function, Function::MonthsBetween, args, span),
            "days_between" => self.days_between(function, args, span),
            "date_of" => self.in_zone(function, Function::DateOf, Kind::Date, args, span),
            "time_of" => self.in_zone(function, Function::TimeOf, Kind::Time, args, span),
            "weekday_of" => self.part_of(function, Function::WeekdayOf, Kind::Weekday, args, span),
            "year_of" => self.part_of(function, Function::YearOf, Kind::INTEGER, args, span),
            "month_of" => self.part_of(function, Function::MonthOf, Kind::INTEGER, args, span),
            "day_of" => self.part_of(function, Function::DayOf, Kind::INTEGER, args, span),
            "date_from" => self.date_from(args, span),
            "datetime_at" => self.datetime_at(args, span),
            "min" | "max" if args.len() == 2 => self.extreme(function, &args[0].value, &args[1].value, span),
            "abs" => self.absolute(args, span),
            "power" => self.power(args, span),
            "item" => self.item(args, span),
            "count" | "sum" | "min" | "max" | "average" | "first" | "last" | "sort" | "distinct" | "pairs" => {
                self.list_function(&function.text, args, span)
            }
            "list" | "position" | "runs" | "groups" => self.wrong_form(&function.text, "what it goes through: `x in items`", span),
            "length_of" | "lower" | "upper" | "trim" | "characters" => self.text_function(function, args, span),
            "to_integer" => self.read_integer(args, span),
            "to_decimal" => self.read_decimal(args, span),
            "to_date" => self.read_date(args, span),
            other => self.unbuilt_expr(other, function.span),
        }
    }

    /// A function of lists that is written another way.
    pub(super) fn wrong_form(&mut self, function: &str, wants: &'static str, at: Span) -> Expr {
        self.report(TypeFinding::Form { function: function.into(), wants, at });
        Expr::error(at)
    }

    pub(super) fn wrong_count(&mut self, function: &str, wants: &str, has: usize, at: Span) -> Expr {
        self.report(TypeFinding::Arguments { function: function.into(), wants: wants.into(), has, at, declared: None });
        Expr::error(at)
    }
}
