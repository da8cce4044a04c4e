//! Types and ranges.

use axtrace_source::{Span, Spanned};

use super::{Builder, Pair, find};
use crate::{
    ast::{Bound, Expr, ExprKind, RangeExpr, TypeExpr, TypeKind, UnitExpr},
    errors::SyntaxError,
    grammar::Rule,
};

impl<'a> Builder<'a, '_> {
    /// The type after a colon.
    pub(super) fn type_mark(&mut self, pair: &Pair<'a>) -> Option<TypeExpr> {
        find(pair, Rule::type_expr).map(|ty| self.type_expr(ty))
    }

    /// The type inside of a pair, or an error node if it holds none.
    pub(super) fn type_in(&mut self, pair: &Pair<'a>) -> TypeExpr {
        let span = self.span(pair);
        self.type_mark(pair).unwrap_or(TypeExpr { kind: TypeKind::Error, range: None, optional: None, span })
    }

    /// A `type_expr` or an `inner_type`.
    pub(super) fn type_expr(&mut self, pair: Pair<'a>) -> TypeExpr {
        let span = self.span(&pair);
        let mut ty = TypeExpr { kind: TypeKind::Error, range: None, optional: None, span };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::type_kind => ty.kind = self.type_kind(inner),
                Rule::type_range => ty.range = self.type_range(inner, false),
                Rule::optional => ty.optional = Some(self.span(&inner)),
                _ => {}
            }
        }
        ty
    }

    fn type_kind(&mut self, pair: Pair<'a>) -> TypeKind {
        let Some(inner) = pair.into_inner().next() else { return TypeKind::Error };
        match inner.as_rule() {
            Rule::t_boolean => TypeKind::Boolean,
            Rule::t_integer => TypeKind::Integer { unit: self.unit_in(&inner) },
            Rule::t_decimal => self.decimal(&inner),
            Rule::t_percent => TypeKind::Percent { places: self.places(&inner, "the digits of a percentage", 16) },
            Rule::t_money => self.money(&inner),
            Rule::t_text => TypeKind::Text { up_to: find(&inner, Rule::digits).and_then(|digits| self.count(&digits)) },
            Rule::t_date => TypeKind::Date,
            Rule::t_time => TypeKind::Time,
            Rule::t_datetime => TypeKind::Datetime { zone: self.zone(inner).map(Box::new) },
            Rule::t_duration => TypeKind::Duration { read_as: find(&inner, Rule::name).map(|name| self.name(&name)) },
            Rule::t_days => TypeKind::Days,
            Rule::t_period => TypeKind::Period,
            Rule::t_weekday => TypeKind::Weekday,
            Rule::t_timezone => TypeKind::Timezone,
            Rule::t_set => TypeKind::Set(self.held(&inner)),
            Rule::t_list => self.list(&inner),
            Rule::t_advice => self.advice(&inner),
            _ => TypeKind::Named(self.path(inner)),
        }
    }

    fn unit_in(&self, pair: &Pair) -> Option<UnitExpr> {
        find(&pair.clone(), Rule::unit).map(|unit| self.unit(unit))
    }

    fn decimal(&mut self, pair: &Pair<'a>) -> TypeKind {
        match self.places(pair, "the digits after the point", 18) {
            Some(places) => TypeKind::Decimal { places, unit: self.unit_in(pair) },
            None => TypeKind::Error,
        }
    }

    fn money(&mut self, pair: &Pair<'a>) -> TypeKind {
        let places = self.places(pair, "the digits after the point", 18);
        self.unit_in(pair).map_or(TypeKind::Error, |unit| TypeKind::Money { unit, places })
    }

    /// The number in parentheses; `None` if there is none, or, reported, if it is too large.
    fn places(&mut self, pair: &Pair<'a>, what: &'static str, most: u64) -> Option<Spanned<u8>> {
        let digits = find(&find(pair, Rule::places)?, Rule::digits)?;
        let at = self.span(&digits);
        let value = plain(digits.as_str()).filter(|value| *value <= most);
        if value.is_none() {
            self.report(SyntaxError::TooManyPlaces { what, most, at });
        }
        Some(Spanned::new(value? as u8, at))
    }

    fn count(&mut self, digits: &Pair) -> Option<Spanned<u64>> {
        let at = self.span(digits);
        let value = plain(digits.as_str()).filter(|value| *value <= 1_000_000_000);
        if value.is_none() {
            self.report(SyntaxError::TooManyPlaces { what: "the characters of a text", most: 1_000_000_000, at });
        }
        Some(Spanned::new(value?, at))
    }

    fn zone(&mut self, pair: Pair<'a>) -> Option<Expr> {
        let inner = pair.into_inner().find(|inner| matches!(inner.as_rule(), Rule::text | Rule::name))?;
        let span = self.span(&inner);
        let kind = if inner.as_rule() == Rule::text { self.text(inner) } else { ExprKind::Name(self.name(&inner)) };
        Some(Expr { kind, span })
    }

    /// What a set, a list or an advice holds.
    fn held(&mut self, pair: &Pair<'a>) -> Box<TypeExpr> {
        let span = self.span(pair);
        let inner = find(pair, Rule::inner_type).map(|inner| self.type_expr(inner));
        Box::new(inner.unwrap_or(TypeExpr { kind: TypeKind::Error, range: None, optional: None, span }))
    }

    fn list(&mut self, pair: &Pair<'a>) -> TypeKind {
        let count = find(pair, Rule::type_range).and_then(|range| self.type_range(range, true)).map(Box::new);
        TypeKind::List { of: self.held(pair), count }
    }

    fn advice(&mut self, pair: &Pair<'a>) -> TypeKind {
        let trusted = find(pair, Rule::arith).map(|arith| Box::new(self.arith(arith)));
        TypeKind::Advice { of: self.held(pair), trusted }
    }

    /// A range after `in`, or (`exact` allowed) the number of a list's items.
    fn type_range(&mut self, pair: Pair<'a>, exact: bool) -> Option<RangeExpr> {
        let inner = pair.into_inner().next()?;
        match inner.as_rule() {
            Rule::range_compare => self.one_sided(inner),
            Rule::range => self.range(inner),
            _ => self.single(inner, exact),
        }
    }

    fn single(&mut self, pair: Pair<'a>, exact: bool) -> Option<RangeExpr> {
        let (span, text) = (self.span(&pair), pair.as_str().trim().to_owned());
        let value = self.arith(pair);
        if !exact {
            self.report(SyntaxError::OneEnd { text, at: span });
            return None;
        }
        let bound = Bound { value, open: false };
        Some(RangeExpr { low: Some(bound.clone()), high: Some(bound), span })
    }

    fn one_sided(&mut self, pair: Pair<'a>) -> Option<RangeExpr> {
        let (span, text) = (self.span(&pair), pair.as_str());
        let (open, below) = (!text[1..].starts_with('='), text.starts_with('<'));
        let bound = Bound { value: self.arith(find(&pair, Rule::arith)?), open };
        Some(one_sided(bound, below, span))
    }

    /// `low .. high`.
    pub(super) fn range(&mut self, pair: Pair<'a>) -> Option<RangeExpr> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let (low, op, high) = (inner.next()?, inner.next()?, inner.next()?);
        let op = op.as_str();
        let low = Bound { value: self.arith(low), open: op.starts_with('<') };
        let high = Bound { value: self.arith(high), open: op.ends_with('<') };
        Some(RangeExpr { low: Some(low), high: Some(high), span })
    }
}

fn one_sided(bound: Bound, below: bool, span: Span) -> RangeExpr {
    if below { RangeExpr { low: None, high: Some(bound), span } } else { RangeExpr { low: Some(bound), high: None, span } }
}

fn plain(digits: &str) -> Option<u64> {
    digits.replace('_', "").parse().ok()
}
