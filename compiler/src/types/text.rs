//! Texts: what they begin and end with, patterns, functions, ranges by code point.

use std::collections::HashMap;

use axtrace_grammar::ast;
use axtrace_runtime::pattern::{LARGEST, Pattern, PatternError};
use axtrace_runtime::text_functions::is_date_format;
use axtrace_runtime::types::{DEFAULT_TEXT, Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::{Span, Spanned};

use super::{Checker, TypeFinding};
use crate::function::Function;
use crate::hir::{Expr, ExprKind};

/// The most bytes that all patterns of a program take.
const ALL_PATTERNS: usize = 64 << 20;
/// What reading a pattern is counted as at least.
const SMALLEST: usize = 4 << 10;
/// The most places a decimal has.
const MOST_PLACES: i128 = 18;

/// The patterns of a program, each once.
#[derive(Debug, Default)]
pub struct Patterns {
    all: Vec<Pattern>,
    places: HashMap<String, Result<usize, PatternError>>,
    /// What reading them was counted as.
    used: usize,
}

impl Patterns {
    /// The patterns by their places.
    pub fn finish(self) -> Vec<Pattern> {
        self.all
    }

    /// The place of a pattern.
    fn place(&mut self, source: &str) -> Result<usize, PatternError> {
        if let Some(known) = self.places.get(source) {
            return known.clone();
        }
        if self.used > ALL_PATTERNS {
            return Err(PatternError::TooLarge);
        }
        let read = Pattern::new(source);
        self.used += match &read {
            Ok(pattern) => pattern.size().max(SMALLEST),
            Err(PatternError::Syntax { .. }) => SMALLEST,
            Err(PatternError::TooLarge) => LARGEST,
        };
        let place = read.map(|pattern| {
            self.all.push(pattern);
            self.all.len() - 1
        });
        self.places.insert(source.into(), place.clone());
        place
    }
}

fn any_text() -> Type {
    Type::Text { max: DEFAULT_TEXT }
}

fn call(function: Function, operands: Vec<Expr>, ty: Type, span: Span) -> Expr {
    if operands.iter().any(Expr::is_error) {
        return Expr::error(span);
    }
    Expr { kind: ExprKind::Call(function, operands), ty, span }
}

impl<'a> Checker<'a, '_> {
    /// `starts with`, `ends with`, `contains`. Of a set the author means `has`.
    pub(super) fn text_test(&mut self, op: Spanned<ast::CompareOp>, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> Expr {
        let function = match op.node {
            ast::CompareOp::StartsWith => Function::StartsWith,
            ast::CompareOp::EndsWith => Function::EndsWith,
            _ => Function::Contains,
        };
        let whole = self.expr(left, None);
        if function == Function::Contains && matches!(whole.ty, Type::Set(_) | Type::List { .. }) && !whole.is_error() {
            let (expected, found, at) = ("a text".to_string(), self.words(&whole.ty), whole.span);
            let help = match whole.ty {
                Type::Set(_) => "of a set write `has`, `has all` or `has any`".to_string(),
                _ => format!("of a list write `{} in {}`", self.text(right.span), self.text(left.span)),
            };
            self.report(TypeFinding::Mismatch { expected, found, at, declared: None, help: Some(help) });
            return Expr::error(span);
        }
        let whole = self.fit(whole, &any_text(), None);
        let part = self.typed_as(right, &any_text(), None);
        call(function, vec![whole, part], Type::Boolean, span)
    }

    /// `whole matches "pattern"`.
    pub(super) fn matches(&mut self, value: &'a ast::Expr, pattern: &Spanned<String>, span: Span) -> Expr {
        let value = self.typed_as(value, &any_text(), None);
        match self.patterns.place(&pattern.node) {
            Ok(place) => {
                let place = place as i128;
                let ty = Type::integer(place, place);
                let place = Expr { kind: ExprKind::Constant(Value::Scalar(place)), ty, span: pattern.span };
                call(Function::Matches, vec![value, place], Type::Boolean, span)
            }
            Err(error) => {
                self.no_pattern(error, pattern);
                Expr::error(span)
            }
        }
    }

    fn no_pattern(&mut self, error: PatternError, pattern: &Spanned<String>) {
        let (says, at, help) = match error {
            PatternError::Syntax { says, at } => {
                let help = says.contains("look-around") || says.contains("backreferences");
                let help = help.then(|| "patterns are matched in one go from left to right; say the rest with `and`".to_string());
                (says, self.within_pattern(pattern.span, at), help)
            }
            PatternError::TooLarge => {
                let help = Some("repeat less, or split it into conditions joined by `and`".to_string());
                ("it is too large to be matched".to_string(), pattern.span, help)
            }
        };
        self.report(TypeFinding::NoPattern { says, at, help });
    }

    /// Where bytes of a pattern are written.
    fn within_pattern(&self, written: Span, at: std::ops::Range<usize>) -> Span {
        let text = self.sources.text(written);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
        // `\"` is written with two bytes and read as one.
        let (mut read, mut escaped) = (0, false);
        let (mut start, mut end) = (inner.len(), inner.len());
        for (place, sign) in inner.char_indices() {
            if read >= at.start && start == inner.len() {
                start = place;
            }
            if read >= at.end {
                end = place;
                break;
            }
            let quote = sign == '\\' && !escaped && inner[place + 1..].starts_with('"');
            escaped = sign == '\\' && !escaped;
            read += if quote { 0 } else { sign.len_utf8() };
        }
        let (start, end) = (start.min(inner.len()), end.max(start + 1));
        Span::new(written.start + 1 + start as u32, written.start + 1 + end as u32)
    }

    /// `length_of`, `lower`, `upper`, `trim`, `characters`.
    pub(super) fn text_function(&mut self, name: &ast::Name, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [text] = args else { return self.wrong_count(&name.text, "one text", args.len(), span) };
        let text = self.typed_as(&text.value, &any_text(), None);
        let (function, ty) = match name.text.as_str() {
            "length_of" => (Function::LengthOf, Type::Scalar(Scalar::of(Kind::INTEGER))),
            "lower" => (Function::Lower, any_text()),
            "upper" => (Function::Upper, any_text()),
            "trim" => (Function::Trim, any_text()),
            _ => (Function::Characters, Type::List { element: Box::new(Type::Text { max: 1 }), min: 0, max: DEFAULT_TEXT }),
        };
        call(function, vec![text], ty, span)
    }

    /// `to_integer(text)`.
    pub(super) fn read_integer(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [text] = args else { return self.wrong_count("to_integer", "one text", args.len(), span) };
        self.number_of(&text.value, 0, span)
    }

    /// `to_decimal(text, 2)`.
    pub(super) fn read_decimal(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [text, places] = args else {
            return self.wrong_count("to_decimal", "a text and a number of places", args.len(), span);
        };
        let ty = Type::integer(0, MOST_PLACES);
        let places = self.typed_as(&places.value, &ty, None);
        match places.constant().cloned() {
            Some(value) if !self.value_fits(&value, &ty, places.span, None) => Expr::error(span),
            Some(value) => self.number_of(&text.value, value.number().and_then(|places| places.try_into().ok()).unwrap_or(0), span),
            None if places.is_error() => Expr::error(span),
            None => {
                self.report(TypeFinding::NotConstant { what: "the number of places".into(), at: places.span });
                Expr::error(span)
            }
        }
    }

    fn number_of(&mut self, text: &'a ast::Expr, scale: u32, span: Span) -> Expr {
        let text = self.typed_as(text, &any_text(), None);
        let places = super::literal::scalar(Kind::INTEGER, i128::from(scale), span);
        let ty = Type::Scalar(Scalar::of(Kind::Number { scale, unit: Unit::One }));
        call(Function::ToDecimal, vec![text, places], Type::Optional(Box::new(ty)), span)
    }

    /// `to_date(text, "YYYYMMDD")`.
    pub(super) fn read_date(&mut self, args: &'a [ast::CallArg], span: Span) -> Expr {
        let [text, format] = args else { return self.wrong_count("to_date", "a text and the format of the date", args.len(), span) };
        let (text, format) = (self.typed_as(&text.value, &any_text(), None), self.typed_as(&format.value, &any_text(), None));
        match format.constant() {
            Some(Value::Text(letters)) if is_date_format(letters) => {
                call(Function::ToDate, vec![text, format], Type::Optional(Box::new(Type::Scalar(Scalar::of(Kind::Date)))), span)
            }
            Some(Value::Text(letters)) => {
                let (format, at) = (letters.to_string(), format.span);
                self.report(TypeFinding::NoDateFormat { format, at });
                Expr::error(span)
            }
            _ if format.is_error() => Expr::error(span),
            _ => {
                self.report(TypeFinding::NotConstant { what: "the format of a date".into(), at: format.span });
                Expr::error(span)
            }
        }
    }

    /// `value in "a".."m"`: by code point.
    pub(super) fn in_range_of_texts(&mut self, value: Expr, range: &'a ast::RangeExpr, span: Span) -> Expr {
        let mut bound =
            |bound: &'a Option<ast::Bound>| bound.as_ref().map(|bound| (self.typed_as(&bound.value, &any_text(), None), !bound.open));
        let (low, high) = (bound(&range.low), bound(&range.high));
        if [&low, &high].into_iter().flatten().any(|(end, _)| end.is_error()) {
            return Expr::error(span);
        }
        if let (Some((low, _)), Some((high, _))) = (&low, &high)
            && let (Some(Value::Text(a)), Some(Value::Text(b))) = (low.constant(), high.constant())
            && a > b
        {
            let (low, high) = (self.text(low.span), self.text(high.span));
            self.report(TypeFinding::RangeReversed { low, high, at: range.span });
        }
        let boxed = |end: Option<(Expr, bool)>| end.map(|(end, closed)| (Box::new(end), closed));
        let (low, high) = (boxed(low), boxed(high));
        Expr { kind: ExprKind::InRange { value: Box::new(value), low, high }, ty: Type::Boolean, span }
    }
}
