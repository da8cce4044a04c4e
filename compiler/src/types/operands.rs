//! What is said where an operator does not fit its operands: what they are, and what the author may have meant.

use axtrace_runtime::calendar::Weekday;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::{Checker, TypeFinding};
use crate::function::Function;
use crate::hir::{Expr, ExprKind};

impl Checker<'_, '_> {
    pub(super) fn operands(&mut self, operator: &str, at: Span, left: &Expr, right: &Expr) -> Expr {
        let (left_words, right_words) = (self.words(&plain_places(&left.ty)), self.words(&plain_places(&right.ty)));
        let plain = |expr: &Expr| matches!(expr.ty.scalar(), Some(Scalar { kind: Kind::Number { unit: Unit::One, .. }, .. }));
        let unit = |expr: &Expr| match expr.ty.scalar()?.kind.plain() {
            Kind::Number { unit: Unit::One | Unit::Percent, .. } => None,
            Kind::Number { unit, .. } => Some(unit.to_string()),
            Kind::Duration => Some("h".into()),
            Kind::Days => Some("days".into()),
            Kind::Period => Some("months".into()),
            Kind::Date if matches!(operator, "+" | "-") => Some("days".into()),
            _ => None,
        };
        let example = |number: &Expr, unit: String| format!("a number needs its unit here: `{} {unit}`", self.text(number.span));
        let help = match (left.constant().is_some() && plain(left), right.constant().is_some() && plain(right)) {
            (true, _) => unit(right).map(|unit| example(left, unit)),
            (_, true) => unit(left).map(|unit| example(right, unit)),
            _ if left_words == right_words && unit(left).is_some() => {
                Some("two modules declare a unit of this name: declare it in one, and take it from there with `use`".into())
            }
            _ if [left, right].iter().any(|side| is_moment(side)) && quoted(left).or(quoted(right)).is_some() => {
                let text = quoted(left).or(quoted(right)).unwrap_or_default();
                Some(format!("dates, times, instants and weekdays are written without quotes: `{text}`"))
            }
            _ if matches!(operator, "+" | "-") && moved_wrongly(left, right).is_some() => moved_wrongly(left, right).map(String::from),
            _ if operator == "+" && [left, right].iter().any(|side| matches!(side.ty, Type::Text { .. })) => {
                let part = |side: &Expr| match side.constant() {
                    Some(Value::Text(text)) => text.to_string(),
                    _ => format!("{{{}}}", self.text(side.span)),
                };
                Some(format!("texts are put together in quotes: `\"{}{}\"`", part(left), part(right)))
            }
            _ => None,
        };
        let help = help.or_else(|| self.meant_operation(operator, left, right));
        self.report(TypeFinding::Operands {
            operator: operator.into(),
            left: left_words,
            right: right_words,
            at,
            left_at: left.span,
            right_at: right.span,
            help,
        });
        Expr::error(left.span.to(right.span))
    }

    /// What may have been meant by an operation on values that it does not fit.
    fn meant_operation(&self, operator: &str, left: &Expr, right: &Expr) -> Option<String> {
        let (one, other) = (self.text(left.span), self.text(right.span));
        let compares = matches!(operator, "=" | "!=" | "<" | "<=" | ">" | ">=");
        match (&left.ty, &right.ty) {
            (Type::Set(_), Type::Enum(_)) if operator == "=" => Some(format!("a set has values: write `{one} has {other}`")),
            (Type::Enum(_), Type::Set(_)) if operator == "=" => Some(format!("a set has values: write `{other} has {one}`")),
            (Type::List { .. }, _) if operator == "has" => Some(format!("of a list write `{other} in {one}`")),
            (_, Type::List { element, .. }) if operator == "in" && matches!(**element, Type::List { .. }) => {
                Some(format!("a range stands without brackets: `in {}`", other.trim_matches(['[', ']'])))
            }
            (Type::Scalar(a), Type::Scalar(b)) if compares => {
                let year = right.constant().and_then(Value::number).filter(|year| (1000..=9999).contains(year));
                match (a.kind.plain(), b.kind.plain()) {
                    (Kind::Date, Kind::INTEGER) => {
                        year.map(|year| format!("write a whole date, such as `{year}-01-01`, or ask for the year: `year_of({one})`"))
                    }
                    (Kind::INTEGER, Kind::Period | Kind::Days) => {
                        let number = other.split_whitespace().next().filter(|_| right.constant().is_some())?;
                        Some(format!("`{one}` is a plain number: write `{number}`"))
                    }
                    (Kind::Number { unit: Unit::Money(a), .. }, Kind::Number { unit: Unit::Money(b), .. }) if a != b => Some(
                        "no rate of exchange is known here: compare amounts of one currency, or multiply by a rate that you declare".into(),
                    ),
                    (Kind::Duration, Kind::Days) => Some("days may be longer or shorter than 24 h: write hours".into()),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// An amount of money as it is spoken of: how many places it has does not matter.
fn plain_places(ty: &Type) -> Type {
    match ty {
        Type::Scalar(Scalar { kind: Kind::Number { unit: Unit::Money(currency), .. }, .. }) => {
            let scale = currency.minor_units().unwrap_or(2);
            Type::Scalar(Scalar::of(Kind::Number { scale, unit: Unit::Money(*currency) }))
        }
        other => other.clone(),
    }
}

impl Checker<'_, '_> {
    /// Says of an optional value, where one is needed, why it may be missing.
    pub(super) fn may_be_missing(&mut self, expr: &Expr) {
        let what = self.text(expr.span);
        let instead = format!("`{what} or else …` to name what counts instead");
        // A field of what may be missing.
        let mut inner = expr;
        while let ExprKind::Field(base, _) = &inner.kind {
            inner = base;
        }
        let help = match &inner.kind {
            ExprKind::Quantify(it) => {
                let list = self.text(it.binder.list.span);
                match &it.filter {
                    Some(filter) => format!("no element of `{list}` may satisfy `{}`: write {instead}", self.text(filter.span)),
                    None => {
                        format!(
                            "`{list}` may be empty: declare it with at least 1 item, say `count({list}) > 0 and …` before, or write {instead}"
                        )
                    }
                }
            }
            ExprKind::Call(Function::Item, operands) => {
                let list = operands.first().map(|list| self.text(list.span)).unwrap_or_default();
                format!("`{list}` may have no such element: write {instead}")
            }
            _ => format!("say `{what} is given and …` before, or {instead}"),
        };
        let declared = self.declared_optional(expr);
        self.report(TypeFinding::MayBeMissing { what, at: expr.span, declared, help });
    }
}

/// What to write for a point of time that is moved by what does not move it.
fn moved_wrongly(left: &Expr, right: &Expr) -> Option<&'static str> {
    let pair = |point: Kind, by: &[Kind]| is_kind(left, point) && by.iter().any(|by| is_kind(right, *by));
    if pair(Kind::Datetime, &[Kind::Days, Kind::Period]) {
        return Some(
            "an instant is moved by a `duration`; to move its date in a zone write `datetime_at(date_of(…, zone) + …, time_of(…, zone), zone)`",
        );
    }
    if pair(Kind::Time, &[Kind::Duration, Kind::Time]) {
        return Some("a time of day goes over into the next day: calculate with instants, such as `datetime_at(date, time, zone)`");
    }
    pair(Kind::Date, &[Kind::Duration]).then_some("a date is moved by `days` or a `period`: `7 days`, `6 months`")
}

/// The days from one over the end of the week to another, as a set; `None` for what are no days.
pub(super) fn days_around(kind: Kind, from: i128, to: i128) -> Option<String> {
    if kind != Kind::Weekday {
        return None;
    }
    let days = (from..7).chain(0..=to).filter_map(|day| Weekday::ALL.get(usize::try_from(day).ok()?));
    Some(format!("in {{{}}}", days.map(|day| day.name()).collect::<Vec<_>>().join(", ")))
}

fn is_kind(expr: &Expr, kind: Kind) -> bool {
    expr.ty.required().scalar().is_some_and(|scalar| scalar.kind.plain() == kind)
}

fn is_moment(expr: &Expr) -> bool {
    expr.ty
        .required()
        .scalar()
        .is_some_and(|scalar| matches!(scalar.kind.plain(), Kind::Date | Kind::Weekday | Kind::Time | Kind::Datetime))
}

/// The text of a constant.
fn quoted(expr: &Expr) -> Option<String> {
    match expr.constant() {
        Some(Value::Text(text)) => Some(text.to_string()),
        _ => None,
    }
}
