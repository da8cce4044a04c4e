//! Literals as constants of exact types.

use axtrace_grammar::ast;
use axtrace_runtime::calendar::{self, Local, Zone};
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::{Checker, TypeFinding};
use crate::hir::{Expr, ExprKind};

/// A constant scalar, whose bounds are its value.
pub(super) fn scalar(kind: Kind, number: i128, span: Span) -> Expr {
    Expr { kind: ExprKind::Constant(Value::Scalar(number)), ty: Type::Scalar(Scalar::between(kind, number, number)), span }
}

impl Checker<'_, '_> {
    pub(super) fn literal(&mut self, literal: &ast::Literal, expected: Option<&Type>, span: Span) -> Expr {
        match literal {
            ast::Literal::Number(number) => scalar(Kind::Number { scale: u32::from(number.scale), unit: Unit::One }, number.digits, span),
            ast::Literal::Percent(number) => {
                let (digits, scale) = trimmed(number.digits, u32::from(number.scale) + 2);
                scalar(Kind::Number { scale, unit: Unit::Percent }, digits, span)
            }
            ast::Literal::Quantity(parts) => self.quantity(parts, span),
            ast::Literal::Date(date) => match days(*date) {
                Some(days) => scalar(Kind::Date, days, span),
                None => Expr::error(span),
            },
            ast::Literal::Time(time) => scalar(Kind::Time, seconds(*time), span),
            ast::Literal::Datetime(datetime) => self.datetime(*datetime, expected, span),
            ast::Literal::Boolean(value) => Expr { kind: ExprKind::Constant(Value::Boolean(*value)), ty: Type::Boolean, span },
            ast::Literal::Missing => self.missing(expected, span),
        }
    }

    fn missing(&mut self, expected: Option<&Type>, span: Span) -> Expr {
        match expected {
            Some(ty @ Type::Optional(_)) => Expr { kind: ExprKind::Constant(Value::Missing), ty: ty.clone(), span },
            Some(other) => {
                let ty = Type::Optional(Box::new(other.clone()));
                Expr { kind: ExprKind::Constant(Value::Missing), ty, span }
            }
            None => {
                self.report(TypeFinding::Unclear { at: span, help: Some("to test for it write `is missing` or `is given`".into()) });
                Expr::error(span)
            }
        }
    }

    fn datetime(&mut self, datetime: ast::Datetime, expected: Option<&Type>, span: Span) -> Expr {
        let Some(days) = days(datetime.date) else { return Expr::error(span) };
        match datetime.offset {
            Some(offset) => {
                let instant = days * 86_400 + seconds(datetime.time) - i128::from(offset);
                instant_constant(i64::try_from(instant).unwrap_or(0), offset, span)
            }
            None => self.local_datetime(days, seconds(datetime.time), expected, span),
        }
    }

    /// A date and time without an offset: what clocks show in the zone of the type that is expected.
    fn local_datetime(&mut self, date: i128, second: i128, expected: Option<&Type>, span: Span) -> Expr {
        let place = match expected.and_then(|ty| ty.required().scalar()).map(|scalar| scalar.kind) {
            Some(Kind::DatetimeIn(place)) => Some(usize::from(place)),
            _ => None,
        };
        let text = self.text(span);
        let Some(zone) = place.and_then(|place| self.zones.get(place)) else {
            let help = "write the offset, such as `+01:00` or `Z`, or declare what it is given to as `datetime in zone \"…\"`".to_string();
            self.report(TypeFinding::LocalTime { what: format!("`{text}` has no offset from UTC"), at: span, help });
            return Expr::error(span);
        };
        match zone.instants_of(date as i32, second as i32) {
            Local::Once(instant) | Local::Twice { earlier: instant, .. } => instant_constant(instant, zone.offset_at(instant), span),
            Local::Skipped { .. } => {
                let what = format!("`{text}` never comes in {}", zone.name());
                let help = "clocks are set forward over it: write a time before or after the change".to_string();
                self.report(TypeFinding::LocalTime { what, at: span, help });
                Expr::error(span)
            }
        }
    }

    fn quantity(&mut self, parts: &[ast::QuantityPart], span: Span) -> Expr {
        let Some(first) = parts.first() else { return Expr::error(span) };
        if first.unit.per.is_some() {
            return self.quantity_literal(first, span);
        }
        match first.unit.name.text.as_str() {
            "h" | "min" | "s" => self.duration(parts, span),
            "day" | "days" => self.whole(first, 1, Kind::Days, span),
            "week" | "weeks" => self.whole(first, 7, Kind::Days, span),
            "month" | "months" => self.whole(first, 1, Kind::Period, span),
            "year" | "years" => self.whole(first, 12, Kind::Period, span),
            _ => self.money(first, span),
        }
    }

    fn duration(&mut self, parts: &[ast::QuantityPart], span: Span) -> Expr {
        let mut total: i128 = 0;
        for part in parts {
            let unit = match part.unit.name.text.as_str() {
                "h" => 3600,
                "min" => 60,
                _ => 1,
            };
            let Some(seconds) = exact(part.number, unit) else {
                self.report(TypeFinding::TooLarge { limit: "a duration is whole seconds below 10^15", at: span });
                return Expr::error(span);
            };
            total += seconds;
        }
        scalar(Kind::Duration, total, span)
    }

    fn whole(&mut self, part: &ast::QuantityPart, unit: i128, kind: Kind, span: Span) -> Expr {
        match exact(part.number, unit) {
            Some(number) => scalar(kind, number, span),
            None => {
                let limit = match kind {
                    Kind::Period => "a period is whole months, below 10^15",
                    _ => "days are whole, and below 10^15",
                };
                self.report(TypeFinding::TooLarge { limit, at: span });
                Expr::error(span)
            }
        }
    }

    fn money(&mut self, part: &ast::QuantityPart, span: Span) -> Expr {
        // `when n > 3 reject` lacks a `then`, which was reported; its outcome then reads like a unit.
        let name = &part.unit.name.text;
        if self.findings.has_errors() && self.types.enums.iter().any(|it| it.values.contains(name)) {
            return Expr::error(span);
        }
        self.quantity_literal(part, span)
    }

    /// The zone of a name, among those the program uses.
    pub(super) fn zone(&mut self, name: &str, span: Span) -> Expr {
        let known = self.zones.iter().position(|zone| zone.name() == name);
        let place = known.or_else(|| {
            self.zones.push(Zone::named(name)?);
            Some(self.zones.len() - 1)
        });
        match place {
            Some(place) => Expr { kind: ExprKind::Constant(Value::Zone(place as u16)), ty: Type::Zone, span },
            None => {
                let near = calendar::zone::suggestions(name, 1).first().map(|near| format!("did you mean \"{near}\"?"));
                self.report(TypeFinding::UnknownZone { zone: name.into(), at: span, help: near });
                Expr::error(span)
            }
        }
    }
}

fn instant_constant(instant: i64, offset: i32, span: Span) -> Expr {
    let ty = Type::Scalar(Scalar::between(Kind::Datetime, instant.into(), instant.into()));
    Expr { kind: ExprKind::Constant(Value::Datetime { instant, offset }), ty, span }
}

/// Days since 1970 of a date that exists.
fn days(date: ast::Date) -> Option<i128> {
    calendar::days_from_civil(i32::from(date.year), date.month, date.day).map(i128::from)
}

fn seconds(time: ast::Time) -> i128 {
    i128::from(time.hour) * 3600 + i128::from(time.minute) * 60 + i128::from(time.second)
}

/// A number times a whole unit, if that is whole and below 10^15.
fn exact(number: ast::Number, unit: i128) -> Option<i128> {
    let product = number.digits.checked_mul(unit)?;
    let divisor = 10i128.checked_pow(u32::from(number.scale))?;
    let whole = product.checked_div(divisor)?;
    (whole * divisor == product && whole < 1_000_000_000_000_000).then_some(whole)
}

/// A number without the zeros behind its last digit, so that `60 %` is 0.6.
fn trimmed(mut digits: i128, mut scale: u32) -> (i128, u32) {
    while scale > 2 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    (digits, scale)
}
