//! Values where a type is declared for them: more places, `?`, and what does not fit.

use axtrace_grammar::ast;
use axtrace_runtime::calendar::Weekday;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::quotients::as_ratio;
use super::words::{dimension, same_shape};
use super::{Checker, TypeFinding};
use crate::hir::{Expr, ExprKind, Many, Unary};

impl<'a> Checker<'a, '_> {
    /// The expression as a value of `ty`; an error, reported, where it is none.
    pub(super) fn typed_as(&mut self, expr: &'a ast::Expr, ty: &Type, declared: Option<Span>) -> Expr {
        let checked = self.expr(expr, Some(ty));
        self.fit(checked, ty, declared)
    }

    /// A checked expression as a value of `ty`.
    pub(super) fn fit(&mut self, expr: Expr, ty: &Type, declared: Option<Span>) -> Expr {
        if expr.is_error() {
            return expr;
        }
        match (&expr.ty, ty) {
            (Type::Optional(_), Type::Optional(_)) => self.fit_optional(expr, ty, declared),
            (_, Type::Optional(inner)) => {
                let inner = self.fit(expr, inner, declared);
                wrap(inner)
            }
            (Type::Optional(_), _) => {
                self.may_be_missing(&expr);
                Expr::error(expr.span)
            }
            (Type::Ratio { .. }, Type::Scalar(to))
                if to.kind == Kind::Date && super::advice::slashed_date(&self.text(expr.span)).is_some() =>
            {
                self.mismatch(&expr, ty, declared)
            }
            (Type::Ratio { .. }, Type::Scalar(_)) => self.refuse_quotient("given to something with a number of places", &expr),
            (Type::Scalar(from), Type::Ratio { kind, .. }) if dimension(from.kind) == dimension(*kind) => as_ratio(expr),
            (Type::Scalar(from), Type::Scalar(to)) => self.fit_scalar(expr.clone(), *from, *to, declared),
            (from, to) if same_shape(from, to) => expr,
            (Type::List { .. }, Type::List { element, .. }) if matches!(expr.kind, ExprKind::Many(Many::List, _)) => {
                self.fit_items(expr, element, declared)
            }
            _ => self.mismatch(&expr, ty, declared),
        }
    }

    fn fit_items(&mut self, expr: Expr, element: &Type, declared: Option<Span>) -> Expr {
        let ExprKind::Many(Many::List, items) = expr.kind else { return Expr::error(expr.span) };
        let count = items.len() as u32;
        let items: Vec<_> = items.into_iter().map(|item| self.fit(item, element, declared)).collect();
        let ty = Type::List { element: Box::new(element.clone()), min: count, max: count };
        many(Many::List, items, ty, expr.span)
    }

    fn fit_optional(&mut self, expr: Expr, ty: &Type, declared: Option<Span>) -> Expr {
        if matches!(expr.kind, ExprKind::Constant(Value::Missing)) {
            return Expr { ty: ty.clone(), ..expr };
        }
        if matches!((expr.ty.required(), ty.required()), (Type::Ratio { .. }, Type::Scalar(_))) {
            return self.refuse_quotient("given to something with a number of places", &expr);
        }
        if same_shape(&expr.ty, ty) {
            return expr;
        }
        self.mismatch(&expr, ty, declared)
    }

    fn fit_scalar(&mut self, expr: Expr, from: Scalar, to: Scalar, declared: Option<Span>) -> Expr {
        if dimension(from.kind) != dimension(to.kind) {
            return self.other_dimension(&expr, from.kind, to, declared);
        }
        let (has, wants) = (from.kind.scale(), to.kind.scale());
        let fitted = if has <= wants { rescale(expr, wants - has) } else { self.fewer_places(expr, has, to) };
        match fitted.ty {
            Type::Scalar(scalar) => Expr { ty: Type::Scalar(Scalar { kind: to.kind, ..scalar }), ..fitted },
            _ => fitted,
        }
    }

    /// A constant whose last places are 0 loses them; anything else must say how it is rounded.
    fn fewer_places(&mut self, expr: Expr, has: u32, to: Scalar) -> Expr {
        let wants = to.kind.scale();
        let power = 10i128.checked_pow(has - wants).unwrap_or(i128::MAX);
        if let Some(Value::Scalar(number)) = expr.constant()
            && number % power == 0
        {
            return super::literal::scalar(to.kind, number / power, expr.span);
        }
        let ty = Type::Scalar(to);
        let expected = self.words(&ty);
        let text = self.text(expr.span);
        let found = format!("`{text}`");
        let help = match expr.constant() {
            Some(_) => format!("write it with {} places, or declare more where it goes", shown(Some(to), wants)),
            None => format!(
                "say how to round: `round({text}, {wants})` rounds halves away from zero; there are `round_half_even`, `round_up`, `round_down`, `floor` and `ceiling`"
            ),
        };
        self.report(TypeFinding::TooManyPlaces {
            found,
            has: shown(expr.ty.scalar(), has),
            expected,
            wants: shown(Some(to), wants),
            at: expr.span,
            help,
        });
        Expr::error(expr.span)
    }

    fn other_dimension(&mut self, expr: &Expr, from: Kind, to: Scalar, declared: Option<Span>) -> Expr {
        let plain = matches!(from, Kind::Number { unit: Unit::One, .. });
        if let (true, Some(example)) = (plain && expr.constant().is_some(), self.with_unit(expr, to.kind)) {
            let what = super::words::kind_words(to.kind);
            self.report(TypeFinding::MissingUnit { what, example, at: expr.span });
            return Expr::error(expr.span);
        }
        self.mismatch(expr, &Type::Scalar(to), declared)
    }

    /// A plain number as it would be written as a quantity of some kind.
    fn with_unit(&self, expr: &Expr, to: Kind) -> Option<String> {
        let text = self.text(expr.span);
        match to.plain() {
            Kind::Number { unit: Unit::One | Unit::Percent, .. } => None,
            Kind::Number { unit, .. } => Some(format!("`{text} {unit}`")),
            Kind::Duration => Some(format!("`{text} h` or `{text} min`")),
            Kind::Days => Some(format!("`{text} days`")),
            Kind::Period => Some(format!("`{text} months` or `{text} years`")),
            _ => None,
        }
    }

    /// What to write where a plain number stands for a quantity.
    pub(super) fn needs_unit(&self, expr: &Expr, ty: &Type) -> Option<String> {
        let plain = matches!(expr.ty.scalar(), Some(Scalar { kind: Kind::Number { unit: Unit::One, .. }, .. }));
        let wanted = ty.required().scalar().filter(|_| plain && expr.constant().is_some())?;
        Some(format!("write {}", self.with_unit(expr, wanted.kind)?))
    }

    pub(super) fn mismatch(&mut self, expr: &Expr, ty: &Type, declared: Option<Span>) -> Expr {
        let (expected, found) = (self.words(ty), self.words(&expr.ty));
        let help = self.mismatch_help(expr, ty);
        self.report(TypeFinding::Mismatch { expected, found, at: expr.span, declared, help });
        Expr::error(expr.span)
    }

    pub(super) fn mismatch_help(&self, expr: &Expr, ty: &Type) -> Option<String> {
        match (&expr.kind, ty.required()) {
            (ExprKind::Constant(Value::Text(text)), Type::Enum(id)) => {
                let known = self.types.enum_type(*id).values.iter().any(|value| **value == **text);
                let known = known.then(|| format!("write `{text}` without quotes"));
                known.or_else(|| Some("the value of an enum is written without quotes".into()))
            }
            (_, Type::Scalar(Scalar { kind: kind @ (Kind::Date | Kind::Time), .. }))
                if expr.ty.scalar().is_some_and(|it| it.is_datetime()) =>
            {
                let (what, of) = if *kind == Kind::Date { ("date", "date_of") } else { ("time of day", "time_of") };
                Some(format!("an instant has a {what} in a zone: `{of}({}, zone)`", self.text(expr.span)))
            }
            (_, Type::Enum(_)) if matches!(expr.ty, Type::Set(_)) => {
                Some("`has` takes one value; for several write `has all {…}` or `has any {…}`".into())
            }
            (ExprKind::Constant(Value::Text(text)), Type::Scalar(scalar)) if scalar.kind == Kind::Weekday => {
                let day = Weekday::named(text.as_bytes()).map_or("monday", Weekday::name);
                Some(format!("a day of the week is written without quotes: `{day}`"))
            }
            (_, Type::Set(_)) if matches!(expr.ty, Type::Enum(_) | Type::Scalar(Scalar { kind: Kind::Weekday, .. })) => {
                Some(format!("a set stands in braces: `{{{}}}`", self.text(expr.span)))
            }
            _ => self.meant_value(expr, ty),
        }
    }

    /// Whether a constant lies within the bounds of its type; reported if not.
    pub(super) fn value_fits(&mut self, value: &Value, ty: &Type, at: Span, declared: Option<Span>) -> bool {
        let known = long(value).map(|place| (place, ty.clone()));
        if known.as_ref().is_some_and(|known| self.fitting.contains_key(known)) {
            return true;
        }
        let fits = self.parts_fit(value, ty, at, declared);
        if let Some(known) = known.filter(|_| fits) {
            self.fitting.insert(known, value.clone());
        }
        fits
    }

    fn parts_fit(&mut self, value: &Value, ty: &Type, at: Span, declared: Option<Span>) -> bool {
        match (value, ty) {
            (Value::Missing, _) => true,
            (value, Type::Optional(inner)) => self.value_fits(value, inner, at, declared),
            (Value::Record(values), Type::Record(id)) => {
                let fields = self.types.record(*id).fields.clone();
                let fits =
                    |(value, field): (&Value, axtrace_runtime::types::FieldType)| self.value_fits(value, &field.ty, at, Some(field.span));
                // Every field is looked at, so that all problems are reported.
                values.iter().zip(fields).map(fits).filter(|fits| !fits).count() == 0
            }
            (Value::List(values), Type::List { element, min, max }) => {
                let count = values.len();
                let inside = (*min as usize..=*max as usize).contains(&count);
                if !inside {
                    let range = format!("{min}..{max} items");
                    self.report(TypeFinding::OutOfRange { value: format!("{count} items"), range, at, declared });
                }
                let outside = values.iter().filter(|value| !self.value_fits(value, element, at, declared)).count();
                inside && outside == 0
            }
            (Value::Text(text), Type::Text { max }) if text.chars().count() > *max as usize => {
                let value = format!("a text of {} characters", text.chars().count());
                self.report(TypeFinding::OutOfRange { value, range: format!("up to {max} characters"), at, declared });
                false
            }
            (value, Type::Scalar(scalar)) => self.number_fits(value, *scalar, at, declared),
            _ => true,
        }
    }

    fn number_fits(&mut self, value: &Value, scalar: Scalar, at: Span, declared: Option<Span>) -> bool {
        let inside = value.number().is_some_and(|number| (scalar.lo..=scalar.hi).contains(&number));
        if !inside {
            let show = |number: i128| crate::ranges::show(scalar.kind, number);
            let range = format!("{} to {}", show(scalar.lo), show(scalar.hi));
            self.report(TypeFinding::OutOfRange { value: show(value.number().unwrap_or(0)), range, at, declared });
        }
        inside
    }
}

/// Where the parts of a value lie that are too many to be looked at again at each use.
pub(crate) fn long(value: &Value) -> Option<usize> {
    const LONG: usize = 64;
    match value {
        Value::Record(parts) | Value::List(parts) if parts.len() > LONG => Some(parts.as_ptr().addr()),
        _ => None,
    }
}

/// Places as they are counted by an author: of a percentage, its own.
fn shown(scalar: Option<Scalar>, scale: u32) -> u32 {
    match scalar.map(|scalar| scalar.kind) {
        Some(Kind::Number { unit: Unit::Percent, .. }) => scale.saturating_sub(2),
        _ => scale,
    }
}

/// A value as an optional.
pub(super) fn wrap(expr: Expr) -> Expr {
    if expr.is_error() {
        return expr;
    }
    let (ty, span) = (Type::Optional(Box::new(expr.ty.clone())), expr.span);
    match expr.kind {
        ExprKind::Constant(_) => Expr { ty, ..expr },
        _ => Expr { kind: ExprKind::Unary(Unary::Wrap, Box::new(expr)), ty, span },
    }
}

/// The same value with more places.
pub(super) fn rescale(expr: Expr, by: u32) -> Expr {
    let Type::Scalar(scalar) = expr.ty else { return expr };
    let Kind::Number { scale, unit } = scalar.kind else { return expr };
    if by == 0 {
        return expr;
    }
    let kind = Kind::Number { scale: scale + by, unit };
    let power = 10i128.checked_pow(by);
    if let (Some(Value::Scalar(number)), Some(power)) = (expr.constant(), power)
        && let Some(scaled) = number.checked_mul(power)
    {
        return super::literal::scalar(kind, scaled, expr.span);
    }
    let span = expr.span;
    Expr { kind: ExprKind::Unary(Unary::Rescale(by), Box::new(expr)), ty: Type::Scalar(Scalar::of(kind)), span }
}

/// An operation on any number of operands; a constant if all of them are.
pub(super) fn many(op: Many, operands: Vec<Expr>, ty: Type, span: Span) -> Expr {
    if operands.iter().any(Expr::is_error) {
        return Expr::error(span);
    }
    let values: Option<Vec<Value>> = operands.iter().map(|operand| operand.constant().cloned()).collect();
    let folded = values.and_then(|values| match op {
        Many::Record => Some(Value::Record(values.into())),
        Many::List => Some(Value::List(values.into())),
        Many::Set => Some(Value::Set(values.iter().fold(0, |bits, value| match value {
            Value::Enum(place) => bits | (1 << place),
            // A day of the week.
            Value::Scalar(place @ 0..64) => bits | (1 << place),
            _ => bits,
        }))),
        Many::And | Many::Or | Many::OneOf => None,
    });
    let kind = folded.map_or(ExprKind::Many(op, operands), ExprKind::Constant);
    Expr { kind, ty, span }
}

/// Whether a value of one type could go where another is declared, if its bounds and places fit.
pub(super) fn may_fit(found: &Type, wanted: &Type) -> bool {
    let kind = |ty: &Type| match ty {
        Type::Scalar(scalar) => Some(dimension(scalar.kind)),
        Type::Ratio { kind, .. } => Some(dimension(*kind)),
        _ => None,
    };
    match (found.required(), wanted.required()) {
        (Type::List { element: a, .. }, Type::List { element: b, .. }) => may_fit(a, b),
        (a, b) => same_shape(a, b) || kind(a).is_some_and(|kind_a| kind(b) == Some(kind_a)),
    }
}
