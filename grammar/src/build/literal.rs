//! Numbers, quantities, dates, times and texts become exact data.

use axtrace_source::{Span, Spanned};

use super::{Builder, Pair, name_text};
use crate::{
    ast::{Date, Datetime, ExprKind, Literal, Name, Number, QuantityPart, TextPart, Time, UnitExpr},
    errors::SyntaxError,
    grammar::Rule,
};

/// The most digits of a number.
const MAX_DIGITS: usize = 38;

impl<'a> Builder<'a, '_> {
    /// A number; `None`, reported, if it has too many digits.
    pub(super) fn number(&mut self, pair: &Pair) -> Option<Number> {
        let text = pair.as_str();
        let scale = text.split_once('.').map_or(0, |(_, places)| places.bytes().filter(u8::is_ascii_digit).count());
        let count = text.bytes().filter(u8::is_ascii_digit).count();
        if count > MAX_DIGITS {
            let shown = if text.len() > 40 { format!("{}…", &text[..40]) } else { text.to_owned() };
            self.report(SyntaxError::TooManyDigits { text: shown, at: self.span(pair) });
            return None;
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
        Some(Number { digits, scale: scale as u8 })
    }

    pub(super) fn number_literal(&mut self, pair: &Pair) -> ExprKind {
        self.number(pair).map_or(ExprKind::Error, |number| ExprKind::Literal(Literal::Number(number)))
    }

    pub(super) fn percent(&mut self, pair: Pair) -> ExprKind {
        let number = pair.into_inner().next().and_then(|number| self.number(&number));
        number.map_or(ExprKind::Error, |number| ExprKind::Literal(Literal::Percent(number)))
    }

    pub(super) fn quantity(&mut self, pair: Pair) -> ExprKind {
        let span = self.span(&pair);
        let (mut parts, mut number, mut good) = (Vec::new(), None, true);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::number => number = self.number(&inner),
                Rule::unit | Rule::clock_unit => match number.take() {
                    Some(number) => parts.push(QuantityPart { number, unit: self.unit(inner) }),
                    None => good = false,
                },
                _ => {}
            }
        }
        if !in_order(&parts) {
            self.report(SyntaxError::DurationParts { at: span });
            good = false;
        }
        if good { ExprKind::Literal(Literal::Quantity(parts)) } else { ExprKind::Error }
    }

    pub(super) fn unit(&self, pair: Pair) -> UnitExpr {
        let span = self.span(&pair);
        let whole = Name { text: name_text(pair.as_str()), span };
        let mut names = pair.into_inner().map(|inner| Name { text: name_text(inner.as_str()), span: self.span(&inner) });
        let name = names.next().unwrap_or(whole);
        UnitExpr { name, per: names.next(), span }
    }

    pub(super) fn date(&mut self, pair: &Pair) -> Option<Spanned<Date>> {
        let span = self.span(pair);
        self.date_of(pair.as_str(), span).map(|date| Spanned::new(date, span))
    }

    /// A date from `2026-11-20`; `None`, reported, if there is no such day.
    fn date_of(&mut self, text: &str, at: Span) -> Option<Date> {
        let date = Date { year: field(text, 0, 4) as i16, month: field(text, 5, 7) as u8, day: field(text, 8, 10) as u8 };
        let why = match days_in(date.year, date.month) {
            None => format!("there is no month {}", date.month),
            Some(days) if date.day > days => format!("this month has {days} days"),
            Some(_) if date.day == 0 => "there is no day 0".to_owned(),
            Some(_) => return Some(date),
        };
        self.report(SyntaxError::NoSuchDate { text: text.to_owned(), at, why });
        None
    }

    pub(super) fn time(&mut self, pair: &Pair) -> ExprKind {
        let at = self.span(pair);
        self.time_of(pair.as_str(), at).map_or(ExprKind::Error, |time| ExprKind::Literal(Literal::Time(time)))
    }

    fn time_of(&mut self, text: &str, at: Span) -> Option<Time> {
        let second = if text.len() > 5 { field(text, 6, 8) } else { 0 };
        let time = Time { hour: field(text, 0, 2) as u8, minute: field(text, 3, 5) as u8, second: second as u8 };
        if time.hour < 24 && time.minute < 60 && time.second < 60 {
            return Some(time);
        }
        let why = "a day goes from `00:00` to `23:59:59`".to_owned();
        self.report(SyntaxError::NoSuchDate { text: text.to_owned(), at, why });
        None
    }

    pub(super) fn datetime(&mut self, pair: &Pair) -> ExprKind {
        let (text, at) = (pair.as_str(), self.span(pair));
        let Some((day, clock)) = text.split_once('T') else { return ExprKind::Error };
        let cut = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
        let (clock, offset) = clock.split_at(cut);
        let (date, time) = (self.date_of(day, at), self.time_of(clock, at));
        let offset = self.offset(offset, at);
        match (date, time, offset) {
            (Some(date), Some(time), Ok(offset)) => ExprKind::Literal(Literal::Datetime(Datetime { date, time, offset })),
            _ => ExprKind::Error,
        }
    }

    /// The seconds of `+01:00`; `Err`, reported, if no place on earth has it.
    fn offset(&mut self, text: &str, at: Span) -> Result<Option<i32>, ()> {
        if text.is_empty() || text == "Z" {
            return Ok((text == "Z").then_some(0));
        }
        let (hours, minutes) = (field(text, 1, 3), field(text, 4, 6));
        let seconds = hours * 3600 + minutes * 60;
        if minutes >= 60 || seconds > 18 * 3600 {
            let why = "an offset lies between `-18:00` and `+18:00`".to_owned();
            self.report(SyntaxError::NoSuchDate { text: text.to_owned(), at, why });
            return Err(());
        }
        Ok(Some(if text.starts_with('-') { -seconds } else { seconds }))
    }

    /// A text with what is interpolated.
    pub(super) fn text(&mut self, pair: Pair<'a>) -> ExprKind {
        let mut parts = Vec::new();
        for inner in pair.into_inner() {
            let span = self.span(&inner);
            match inner.as_rule() {
                Rule::text_run => parts.push(TextPart::Literal(unescape(inner.as_str()))),
                _ => {
                    let expr = inner.into_inner().find(|part| part.as_rule() == Rule::expr);
                    parts.extend(expr.map(|expr| TextPart::Expr(self.expr(expr), span)));
                }
            }
        }
        ExprKind::Text(parts)
    }

    /// A text without interpolation.
    pub(super) fn plain_text(&self, pair: &Pair) -> Spanned<String> {
        let run = pair.clone().into_inner().next();
        Spanned::new(run.map_or_else(String::new, |run| unescape(run.as_str())), self.span(pair))
    }

    /// The pattern after `matches`: `\"` is a quote, everything else stays as it is.
    pub(super) fn pattern(&self, pair: &Pair) -> Spanned<String> {
        let written = pair.as_str();
        let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
        let (mut text, mut signs) = (String::with_capacity(inner.len()), inner.chars());
        while let Some(sign) = signs.next() {
            match (sign, if sign == '\\' { signs.next() } else { None }) {
                (_, Some('"')) => text.push('"'),
                (sign, Some(next)) => text.extend([sign, next]),
                (sign, None) => text.push(sign),
            }
        }
        Spanned::new(text, self.span(pair))
    }
}

/// Whether the parts of a duration are hours, minutes and seconds, each once, in this order.
fn in_order(parts: &[QuantityPart]) -> bool {
    let rank = |part: &QuantityPart| ["h", "min", "s"].iter().position(|unit| *unit == part.unit.name.text);
    parts.len() < 2 || parts.windows(2).all(|pair| rank(&pair[0]) < rank(&pair[1]))
}

/// The number in some bytes of a text that the grammar knows to be digits.
fn field(text: &str, start: usize, end: usize) -> i32 {
    text.get(start..end).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// How many days a month has; `None` if there is no such month.
fn days_in(year: i16, month: u8) -> Option<u8> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

/// What a run of text says. Escapes that mean nothing were reported by the scanner.
fn unescape(run: &str) -> String {
    let (mut text, mut signs) = (String::with_capacity(run.len()), run.chars());
    while let Some(sign) = signs.next() {
        match sign {
            '{' | '}' => {
                signs.next();
                text.push(sign);
            }
            '\\' => text.extend(escaped(&mut signs)),
            _ => text.push(sign),
        }
    }
    text
}

fn escaped(signs: &mut std::str::Chars) -> Option<char> {
    match signs.next()? {
        'n' => Some('\n'),
        'u' => {
            let digits: String = signs.by_ref().skip(1).take_while(|sign| *sign != '}').collect();
            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)
        }
        sign => Some(sign),
    }
}
