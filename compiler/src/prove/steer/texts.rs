//! Texts that do what is wished: that have a length, match a pattern, hold another text, write a number or a date.

use std::sync::Arc;

use axtrace_runtime::meta::Piece;
use axtrace_runtime::text_functions as texts;
use axtrace_runtime::types::{Kind, Scalar, Type};
use axtrace_runtime::value::Value;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::{DEEPEST, Steering};
use crate::function::Function;
use crate::interpret::functions::{Tables, apply, cost};
use crate::prove::random::Random;
use crate::prove::sets::IntSet;
use crate::prove::terms::{ClassId, Term};

/// The longest text that is made for a wish.
const LONGEST: usize = 2_000;
/// How many texts of a pattern are tried.
const SAMPLES: usize = 12;
/// The most parts of a pattern that are gone through for one text: what is repeated may be nothing.
const STEPS: u32 = 20_000;
/// How often a part of a pattern is repeated beyond what it needs.
const REPEATED: usize = 4;

impl Steering<'_, '_> {
    /// Makes a text have one of some numbers.
    pub(super) fn text(&mut self, class: ClassId, set: &IntSet, depth: u32) -> bool {
        let max = self.longest(class);
        let choices = self.scene.model.texts_of(set, max);
        self.one_of_texts(class, choices, depth)
    }

    fn one_of_texts(&mut self, class: ClassId, mut choices: Vec<Arc<str>>, depth: u32) -> bool {
        if !self.simple && !choices.is_empty() {
            let first = self.random.below(choices.len());
            choices.rotate_left(first);
        }
        choices.into_iter().any(|text| self.put_text(class, &text, depth))
    }

    fn longest(&self, class: ClassId) -> usize {
        match self.scene.model.classes.get(class).ty.required() {
            Type::Text { max } => (*max as usize).min(LONGEST),
            _ => LONGEST,
        }
    }

    /// Tries to make a class a text.
    fn put_text(&mut self, class: ClassId, text: &str, depth: u32) -> bool {
        if depth > DEEPEST {
            return false;
        }
        match &self.scene.model.classes.get(class).term {
            Term::Call(function @ (Function::Lower | Function::Upper | Function::Trim), operands) => {
                let [of] = operands[..] else { return false };
                let same = apply(*function, &[Value::Text(text.into())], Tables::of(self.scene.program));
                same == Some(Value::Text(text.into())) && self.put_text(of, text, depth + 1)
            }
            _ => self.put(class, Value::Text(text.into())),
        }
    }

    /// Makes a condition on a text true or false.
    pub(super) fn text_condition(&mut self, function: Function, operands: &[ClassId], wish: bool, depth: u32) -> bool {
        let [whole, other] = *operands else { return false };
        let (Some(now), Some(part)) = (self.text_now(whole), self.scene.value(other)) else { return false };
        let max = self.longest(whole);
        let mut choices: Vec<String> = Vec::new();
        match (&part, wish) {
            (_, false) => choices.extend(["", "other", "something else"].map(String::from)),
            (Value::Text(part), true) => {
                let both = match function {
                    Function::StartsWith => format!("{part}{now}"),
                    _ => format!("{now}{part}"),
                };
                choices.extend([part.to_string(), both]);
            }
            (place, true) => choices.extend(self.samples(place, max)),
        }
        let keeps = |steering: &Self, text: &str| {
            let operands = [Value::Text(text.into()), part.clone()];
            let tables = Tables::of(steering.scene.program);
            let counted = steering.scene.meter.take(cost(function, &operands, tables));
            counted && text.chars().count() <= max && apply(function, &operands, tables) == Some(Value::Boolean(wish))
        };
        choices.retain(|text| keeps(self, text));
        self.one_of_texts(whole, choices.into_iter().map(Arc::from).collect(), depth)
    }

    /// Makes one text come before another, or not.
    pub(super) fn order_texts(&mut self, left: (ClassId, &str), right: (ClassId, &str), wish: bool, depth: u32) -> bool {
        let after = |text: &str| format!("{text}a");
        if wish {
            return self.put_text(right.0, &after(left.1), depth) || !right.1.is_empty() && self.put_text(left.0, "", depth);
        }
        self.put_text(left.0, right.1, depth) || self.put_text(right.0, left.1, depth)
    }

    fn text_now(&mut self, class: ClassId) -> Option<Arc<str>> {
        match self.scene.value(class)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Texts that match a pattern of the program, the shortest first.
    fn samples(&mut self, place: &Value, max: usize) -> Vec<String> {
        let pattern = place.number().and_then(|place| self.scene.program.patterns.get(usize::try_from(place).ok()?));
        let Some(pattern) = pattern else { return Vec::new() };
        let count = if self.simple { 1 } else { SAMPLES };
        (0..count).filter_map(|turn| sample(pattern.meaning(), max, if turn == 0 { None } else { Some(&mut *self.random) })).collect()
    }

    /// Makes a text have so many characters.
    pub(super) fn length(&mut self, class: ClassId, length: i128, depth: u32) -> bool {
        let Ok(length) = usize::try_from(length) else { return false };
        if length > LONGEST || depth > DEEPEST {
            return false;
        }
        match self.scene.model.classes.get(class).term.clone() {
            Term::Call(function @ (Function::Lower | Function::Upper | Function::Trim), operands) => {
                let Some(of) = operands.first().copied() else { return false };
                let (letter, growth) = match function {
                    Function::Lower => ('İ', texts::LOWER_GROWTH as usize),
                    Function::Upper => ('ΐ', texts::UPPER_GROWTH as usize),
                    _ => ('x', 1),
                };
                // Only letters that grow make it longer than its operand can be.
                let grown = length > self.longest(of) && growth > 1;
                let text: String = std::iter::repeat_n(letter, length.div_ceil(growth)).collect();
                if grown { self.put_text(of, &text, depth + 1) } else { self.length(of, length as i128, depth + 1) }
            }
            Term::Text(template, parts) => self.length_of_pieces(template, &parts, length, depth),
            _ => {
                let now = self.text_now(class).unwrap_or_else(|| "".into());
                let text: String = now.chars().chain(std::iter::repeat('x')).take(length).collect();
                self.put(class, Value::Text(text.into()))
            }
        }
    }

    /// Makes the parts of a built text as long as it takes.
    fn length_of_pieces(&mut self, template: u32, parts: &[ClassId], length: usize, depth: u32) -> bool {
        let Some(pieces) = self.scene.program.templates.get(template as usize) else { return false };
        let written = |piece: &Piece| if let Piece::Literal(letters) = piece { letters.chars().count() } else { 0 };
        let mut left = length.saturating_sub(pieces.iter().map(written).sum());
        for part in parts {
            if matches!(self.scene.model.classes.get(*part).ty, Type::Text { .. }) {
                let wished = left.min(self.longest(*part));
                if self.length(*part, wished as i128, depth + 1) {
                    left -= wished;
                }
            }
        }
        left == 0
    }

    /// Makes a text one that can be read, or one that cannot.
    pub(super) fn read_or_not(&mut self, function: Function, operands: &[ClassId], wish: bool, depth: u32) -> bool {
        let [text, how] = *operands else { return false };
        if !wish {
            return ["", "?", "x"].into_iter().any(|other| self.put_text(text, other, depth));
        }
        match function {
            Function::ToDecimal => self.put_text(text, "0", depth),
            Function::ToDate => self.written_date(text, how, super::super::defaults::ROUND_DATE, depth),
            _ => false,
        }
    }

    /// Makes a text write a number, or a date.
    pub(super) fn written(&mut self, function: Function, operands: &[ClassId], number: i128, depth: u32) -> bool {
        let [text, how] = *operands else { return false };
        match function {
            Function::ToDecimal => {
                let places = self.scene.number(how).and_then(|places| u32::try_from(places).ok()).unwrap_or(0);
                let kind = Kind::Number { scale: places, unit: axtrace_runtime::types::Unit::One };
                let written =
                    axtrace_runtime::text::format_value(&Value::Scalar(number), &Type::Scalar(Scalar::of(kind)), self.scene.program);
                self.put_text(text, &written, depth)
            }
            Function::ToDate => self.written_date(text, how, number, depth),
            _ => false,
        }
    }

    fn written_date(&mut self, text: ClassId, format: ClassId, date: i128, depth: u32) -> bool {
        let (Some(format), Ok(date)) = (self.text_now(format), i32::try_from(date)) else { return false };
        self.put_text(text, &texts::write_date(date, &format), depth)
    }

    /// Any text that a decision could turn on.
    pub(super) fn any_text(&mut self, max: u32) -> Value {
        let texts = &self.scene.model.texts;
        let place = self.random.below(texts.len() + 3);
        let text = match (texts.get(place), self.scene.program.patterns.len()) {
            (Some(text), _) => text.to_string(),
            (None, 1..) if self.random.below(2) == 0 => {
                let pattern = self.random.below(self.scene.program.patterns.len());
                sample(self.scene.program.patterns[pattern].meaning(), LONGEST, Some(self.random)).unwrap_or_default()
            }
            _ => String::new(),
        };
        let short = text.chars().count() <= max as usize;
        Value::Text(if short { text.into() } else { "".into() })
    }
}

/// A text of at most `max` characters that a pattern could match: the shortest, or any. What stands at its ends and between words is not looked at.
fn sample(of: &Hir, max: usize, random: Option<&mut Random>) -> Option<String> {
    let mut sample = Sample { text: String::new(), left: max, steps: STEPS, random };
    sample.write(of).then_some(sample.text)
}

struct Sample<'r> {
    text: String,
    left: usize,
    steps: u32,
    random: Option<&'r mut Random>,
}

impl Sample<'_> {
    fn push(&mut self, letter: char) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        self.text.push(letter);
        true
    }

    /// Writes a text that a part matches; patterns nest no deeper than groups may.
    fn write(&mut self, of: &Hir) -> bool {
        let Some(steps) = self.steps.checked_sub(1) else { return false };
        self.steps = steps;
        match of.kind() {
            HirKind::Empty | HirKind::Look(_) => true,
            HirKind::Literal(literal) => std::str::from_utf8(&literal.0).is_ok_and(|text| text.chars().all(|letter| self.push(letter))),
            HirKind::Class(class) => self.letter(class).is_some_and(|letter| self.push(letter)),
            HirKind::Repetition(part) => {
                let extra = if part.max == Some(part.min) { 0 } else { REPEATED };
                let most = part.max.map_or(usize::MAX, |max| max as usize);
                let least = part.min as usize;
                let times = (least + self.random.as_mut().map_or(0, |random| random.below(extra + 1))).min(most);
                (0..times).all(|_| self.write(&part.sub))
            }
            HirKind::Capture(part) => self.write(&part.sub),
            HirKind::Concat(parts) => parts.iter().all(|part| self.write(part)),
            HirKind::Alternation(parts) => {
                let first = self.random.as_mut().map_or(0, |random| random.below(parts.len()));
                parts.get(first).is_some_and(|part| self.write(part))
            }
        }
    }

    /// A letter of a class: one that is easy to read, if there is one.
    fn letter(&mut self, class: &Class) -> Option<char> {
        let has = |letter: char| match class {
            Class::Unicode(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&letter)),
            Class::Bytes(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&(letter as u8))),
        };
        let readable: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(" -_.,:/@".chars()).filter(|it| has(*it)).collect();
        if let (Some(first), None) = (readable.first(), &self.random) {
            return Some(*first);
        }
        let (first, last, count) = match class {
            Class::Unicode(class) => (class.ranges().first()?.start(), class.ranges().last()?.end(), class.ranges().len()),
            Class::Bytes(class) => (class.ranges().first()?.start().into(), class.ranges().last()?.end().into(), class.ranges().len()),
        };
        let Some(random) = self.random.as_mut() else { return Some(first) };
        let place = random.below(readable.len() + 2.min(count));
        Some(readable.get(place).copied().unwrap_or(if place % 2 == 0 { first } else { last }))
    }
}

#[cfg(test)]
mod tests {
    use axtrace_runtime::pattern::Pattern;

    use super::*;

    #[test]
    fn samples_match_their_patterns() {
        for source in ["[A-Z]{2}\\d{3}", "(ab|c)+x?", "\\p{L}{1,80}", "a{0}", "[^a-z]+", "\\S+@\\S+\\.[a-z]{2,}", "(a?){20}b"] {
            let pattern = Pattern::new(source).expect("a pattern");
            let mut random = Random::new(7);
            for turn in 0..30 {
                let text = sample(pattern.meaning(), 200, if turn == 0 { None } else { Some(&mut random) }).expect("a sample");
                assert!(pattern.matches(&text), "{source} does not match {text:?}");
            }
        }
    }

    #[test]
    fn a_sample_is_no_longer_than_it_may_be() {
        let pattern = Pattern::new("x{50}").expect("a pattern");
        assert_eq!(sample(pattern.meaning(), 49, None), None);
        let nothing = Pattern::new("((((a{0}){99}){99}){99}){99}").expect("a pattern");
        assert!(sample(nothing.meaning(), 9, None).is_none_or(|text| text.is_empty()));
    }
}
