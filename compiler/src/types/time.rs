//! Functions of dates, times and instants.

use axtrace_grammar::ast;
use axtrace_runtime::types::{Kind, Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::Checker;
use super::expr::{unary, widened};
use crate::function::Function;
use crate::hir::{Binary, Expr, ExprKind, Unary};
use crate::interpret::functions::{Tables, apply};

impl<'a> Checker<'a, '_> {
    /// `years_between(from, to)`, `months_between(from, to)`.
    pub(super) fn between(&mut self, name: &ast::Name, function: Function, args: &'a [ast::CallArg], span: Span) -> Expr {
        let Some((from, to)) = self.two_dates(name, args, span) else { return Expr::error(span) };
        self.function(function, vec![from, to], Type::Scalar(Scalar::of(Kind::INTEGER)), span)
    }

    /// `days_between(from, to)`, the same as `to - from` but a plain number. Its operands are evaluated in the order they are written in.
    pub(super) fn days_between(&mut self, name: &ast::Name, args: &'a [ast::CallArg], span: Span) -> Expr {
        let Some((from, to)) = self.two_dates(name, args, span) else { return Expr::error(span) };
        if let (Some(Value::Scalar(from)), Some(Value::Scalar(to))) = (from.constant(), to.constant()) {
            return super::literal::scalar(Kind::INTEGER, to - from, span);
        }
        let ty = widened(&Type::Scalar(Scalar::of(Kind::INTEGER)));
        let kind = ExprKind::Binary(Binary::Subtract, Box::new(from), Box::new(to));
        unary(Unary::Negate, Expr { kind, ty: ty.clone(), span }, ty, span)
    }

    fn two_dates(&mut self, name: &ast::Name, args: &'a [ast::CallArg], span: Span) -> Option<(Expr, Expr)> {
        let [from, to] = args else {
            self.wrong_count(&name.text, "two dates", args.len(), span);
            return None;
        };
        let (from, to) = (self.of_kind(&from.value, Kind::Date), self.of_kind(&to.value, Kind::Date));
        (!from.is_error() && !to.is_error()).then_some((from, to))
    }

    /// `date_of(instant, zone)`, `time_of(instant, zone)`.
    pub(super) fn in_zone(&mut self, name: &ast::Name, function: Function, kind: Kind, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [instant, zone] = args else { return self.wrong_count(&name.text, "a datetime and a time zone", args.len(), span) };
        let (instant, zone) = (self.of_kind(&instant.value, Kind::Datetime), self.typed_as(&zone.value, &Type::Zone, None));
        self.function(function, vec![instant, zone], Type::Scalar(Scalar::of(kind)), span)
    }

    /// `weekday_of(date)`, and `weekday_of(instant, zone)` of the date of an instant; likewise `year_of`, `month_of`, `day_of`.
    pub(super) fn part_of(&mut self, name: &ast::Name, function: Function, kind: Kind, args: &'a [ast::CallArg], span: Span) -> Expr {
        let date = match args {
            [date] => self.date(&date.value, name, span),
            [_, _] => self.in_zone(name, Function::DateOf, Kind::Date, args, span),
            _ => return self.wrong_count(&name.text, "a date, or a datetime and a time zone", args.len(), span),
        };
        self.function(function, vec![date], Type::Scalar(Scalar::of(kind)), span)
    }

    /// A date; an instant is one only in a zone.
    fn date(&mut self, date: &'a ast::Expr, function: &ast::Name, span: Span) -> Expr {
        let date = self.expr(date, Some(&widened(&Type::Scalar(Scalar::of(Kind::Date)))));
        if date.ty.scalar().is_some_and(|scalar| scalar.is_datetime()) && !date.is_error() {
            return self.wrong_count(&function.text, "a date, or a datetime and a time zone", 1, span);
        }
        self.fit(date, &widened(&Type::Scalar(Scalar::of(Kind::Date))), None)
    }

    /// `date_from(year, month, day)`: missing where there is no such day.
    pub(super) fn date_from(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [year, month, day] = args else {
            return self.wrong_count("date_from", "a year, a month and a day", args.len(), span);
        };
        let parts: Vec<Expr> = [year, month, day].into_iter().map(|part| self.of_kind(&part.value, Kind::INTEGER)).collect();
        let ty = Type::Optional(Box::new(Type::Scalar(Scalar::of(Kind::Date))));
        self.function(Function::DateFrom, parts, ty, span)
    }

    /// `datetime_at(date, time, zone)`.
    pub(super) fn datetime_at(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [date, time, zone] = args else {
            return self.wrong_count("datetime_at", "a date, a time and a time zone", args.len(), span);
        };
        let (date, time) = (self.of_kind(&date.value, Kind::Date), self.of_kind(&time.value, Kind::Time));
        let zone = self.typed_as(&zone.value, &Type::Zone, None);
        self.function(Function::DatetimeAt, vec![date, time, zone], Type::Scalar(Scalar::of(Kind::Datetime)), span)
    }

    /// `date + period`.
    pub(super) fn add_months(&mut self, date: Expr, period: Expr, span: Span) -> Expr {
        self.function(Function::AddMonths, vec![date, period], Type::Scalar(Scalar::of(Kind::Date)), span)
    }

    /// `date - period`: the date so many months before.
    pub(super) fn subtract_months(&mut self, date: Expr, period: Expr, span: Span) -> Expr {
        let back = match period.constant() {
            Some(Value::Scalar(months)) => super::literal::scalar(Kind::Period, -months, period.span),
            _ => {
                let (ty, at) = (period.ty.clone(), period.span);
                unary(Unary::Negate, period, ty, at)
            }
        };
        self.add_months(date, back, span)
    }

    fn of_kind(&mut self, expr: &'a ast::Expr, kind: Kind) -> Expr {
        self.typed_as(expr, &widened(&Type::Scalar(Scalar::of(kind))), None)
    }

    /// A call of a function; its value, if those of its operands are known.
    fn function(&mut self, function: Function, operands: Vec<Expr>, ty: Type, span: Span) -> Expr {
        if operands.iter().any(Expr::is_error) {
            return Expr::error(span);
        }
        let known: Option<Vec<Value>> = operands.iter().map(|operand| operand.constant().cloned()).collect();
        match known.and_then(|values| apply(function, &values, Tables { zones: &self.zones, patterns: &[], tables: &[] })) {
            Some(value) => {
                let ty = bounded_by(ty, &value);
                Expr { kind: ExprKind::Constant(value), ty, span }
            }
            None => Expr { kind: ExprKind::Call(function, operands), ty, span },
        }
    }
}

/// The type with the bounds of a value of it.
fn bounded_by(ty: Type, value: &Value) -> Type {
    match (ty, value.number()) {
        (Type::Scalar(scalar), Some(number)) => Type::Scalar(Scalar::between(scalar.kind, number, number)),
        (Type::Optional(inner), Some(_)) => Type::Optional(Box::new(bounded_by(*inner, value))),
        (ty, _) => ty,
    }
}
