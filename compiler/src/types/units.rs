//! Units as they are written: currencies, declared units, and quotients of them.

use axtrace_grammar::ast;
use axtrace_runtime::currency::Currency;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::unit::{Lower, UnitName, Upper};
use axtrace_source::Span;

use super::{Checker, TypeFinding};
use crate::hir::Expr;
use crate::resolve::Symbol;
use crate::suggest::did_you_mean;

/// The units of durations and days, which have types of their own.
const TIME: [&str; 11] = ["h", "min", "s", "day", "days", "week", "weeks", "month", "months", "year", "years"];

impl Checker<'_, '_> {
    /// Refuses units whose names are too long to be carried along.
    pub(super) fn declare_units(&mut self) {
        if let Some(declared) = self.resolved.units.get(usize::from(u16::MAX)) {
            self.report(TypeFinding::TooLarge { limit: "a program has at most 65,535 units", at: declared.item.name.span });
        }
        for declared in &self.resolved.units {
            if declared.item.name.text.len() > UnitName::LONGEST {
                self.report(TypeFinding::TooLarge {
                    limit: "the name of a unit has at most 24 bytes, which is 24 letters of English",
                    at: declared.item.name.span,
                });
            }
        }
    }

    /// The type of quantities in a unit, with so many places.
    pub(super) fn quantity_type(&mut self, unit: &ast::UnitExpr, scale: u32) -> Option<Type> {
        let found = self.unit(unit)?;
        let help = match found {
            Unit::Money(_) => Some(format!("amounts are `money {}`", unit.text())),
            Unit::Per(Upper::Money(_), _) => {
                Some(format!("prices are `money {}`, or `money {}({scale})` for other places", unit.text(), unit.text()))
            }
            _ => None,
        };
        if help.is_some() {
            self.report(TypeFinding::UnknownUnit { unit: unit.text(), why: "a number of money", at: unit.span, help });
            return None;
        }
        Some(Type::Scalar(Scalar::of(Kind::Number { scale, unit: found })))
    }

    /// The type `money EUR`, `money EUR(4)`, `money EUR/kg`.
    pub(super) fn money_type(&mut self, written: &ast::UnitExpr, places: Option<u32>) -> Option<Type> {
        let unit = self.unit(written)?;
        let (Unit::Money(currency) | Unit::Per(Upper::Money(currency), _)) = unit else {
            let help = Some(format!("quantities are `decimal(2) {}` or `integer {}`", written.text(), written.text()));
            self.report(TypeFinding::UnknownUnit { unit: written.text(), why: "no currency of ISO 4217", at: written.span, help });
            return None;
        };
        let scale = places.or(currency.minor_units()).unwrap_or(2);
        Some(Type::Scalar(Scalar::of(Kind::Number { scale, unit })))
    }

    /// A quantity as it is written: `12.5 kg`, `1.20 EUR/kg`, `12.50 EUR`.
    pub(super) fn quantity_literal(&mut self, part: &ast::QuantityPart, span: Span) -> Expr {
        match self.unit(&part.unit) {
            Some(unit) => super::literal::scalar(Kind::Number { scale: u32::from(part.number.scale), unit }, part.number.digits, span),
            None => Expr::error(span),
        }
    }

    /// What a unit stands for; reported if it is none.
    fn unit(&mut self, written: &ast::UnitExpr) -> Option<Unit> {
        let upper = self.upper(&written.name);
        let Some(per) = &written.per else {
            return Some(match upper? {
                Upper::Money(currency) => Unit::Money(currency),
                Upper::Declared(unit) => Unit::Declared(unit),
            });
        };
        let lower = self.lower(per);
        Some(Unit::Per(upper?, lower?))
    }

    fn upper(&mut self, name: &ast::Name) -> Option<Upper> {
        if let Some(found) = self.declared_unit(name) {
            return found.map(Upper::Declared);
        }
        self.currency(name).map(Upper::Money)
    }

    fn lower(&mut self, name: &ast::Name) -> Option<Lower> {
        if let Some(found) = self.declared_unit(name) {
            return found.map(Lower::Declared);
        }
        match name.text.as_str() {
            "h" => Some(Lower::Hour),
            "min" => Some(Lower::Minute),
            "s" => Some(Lower::Second),
            "day" => Some(Lower::Day),
            "month" => Some(Lower::Month),
            "year" => Some(Lower::Year),
            _ => {
                let help = TIME
                    .contains(&name.text.as_str())
                    .then(|| "of the units of time, `h`, `min`, `s`, `day`, `month` and `year` can stand here".to_string());
                let help = help.or_else(|| self.near_unit(&name.text));
                let why = "neither a declared `unit` nor one of time: `h`, `min`, `s`, `day`, `month`, `year`";
                self.report(TypeFinding::UnknownUnit { unit: name.text.clone(), why, at: name.span, help });
                None
            }
        }
    }

    /// The declared unit of a name, if there is one; `Some(None)` if it was reported.
    fn declared_unit(&self, name: &ast::Name) -> Option<Option<UnitName>> {
        // A unit that is called as one of the language was reported where it is declared.
        if TIME.contains(&name.text.as_str()) || Currency::parse(&name.text).is_some() {
            return None;
        }
        match self.resolved.lookup(self.module, &name.text)?.0 {
            // The name that is imported may not be too long here and too long there: it is the same.
            Symbol::Unit(place) => Some(u16::try_from(place).ok().and_then(|place| UnitName::new(&name.text, place))),
            Symbol::Broken => Some(None),
            _ => None,
        }
    }

    /// The currency of a name; reported if there is none.
    fn currency(&mut self, name: &ast::Name) -> Option<Currency> {
        let currency = Currency::parse(&name.text);
        if currency.is_none() {
            let upper = name.text.to_uppercase();
            let help = Currency::parse(&upper).map(|_| format!("currencies are written in capitals: `{upper}`"));
            let time = TIME.contains(&name.text.as_str()).then(|| "times are `duration` and `days`: `48 h`, `7 days`".to_string());
            let known = super::advice::unit(&name.text).map(String::from);
            let help = help.or(time).or(known).or_else(|| self.near_unit(&name.text));
            let why = match TIME.contains(&name.text.as_str()) {
                true => "a unit of time, which has types of its own",
                false => "neither a unit of time, nor a currency of ISO 4217, nor declared with `unit`",
            };
            self.report(TypeFinding::UnknownUnit { unit: name.text.clone(), why, at: name.span, help });
        }
        currency
    }

    /// What may have been meant: a unit of another module, a declared unit, else a currency.
    fn near_unit(&self, name: &str) -> Option<String> {
        let elsewhere = self.resolved.units.iter().find(|declared| declared.item.name.text == name);
        if let Some(module) = elsewhere.map(|declared| &self.resolved.modules[declared.module].name).filter(|name| !name.is_empty()) {
            return Some(format!("another module declares it: `use {module} ({name})`"));
        }
        let declared = self.resolved.names(self.module, |it| matches!(it, Symbol::Unit(_)));
        did_you_mean(name, declared).or_else(|| did_you_mean(&name.to_uppercase(), Currency::all().map(Currency::code)))
    }
}
