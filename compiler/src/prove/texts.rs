//! Texts as numbers: the place of a text among the constants that a decision speaks of, in the order of code points.
//!
//! Constant `i` is the number `2 * i + 1`, the texts between it and the one before have `2 * i`. So equality, order and `starts with` are sets of numbers.
//! Whether there is a text between two constants is not asked: that makes a case more, and no proof wrong.

use std::collections::HashSet;
use std::sync::Arc;

use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::logic::{FormulaId, Logic};
use super::model::{Model, Subject};
use super::sets::IntSet;
use super::terms::{ClassId, Term};
use crate::function::Function;
use crate::graph::{Comparison, Graph, NodeId, NodeKind};
use crate::types::long;

/// The texts that the constants of a graph hold, and where those that start with one end; ordered, each once.
pub fn collect(graph: &Graph) -> Vec<Arc<str>> {
    let (mut texts, mut seen) = (Vec::new(), HashSet::new());
    for node in &graph.nodes {
        match &node.kind {
            // A long constant is looked at once, however many nodes hold it.
            NodeKind::Constant(value) if long(value).is_none_or(|place| seen.insert(place)) => collect_value(value, &mut texts),
            NodeKind::Call(Function::StartsWith, operands) => {
                let part = operands.get(1).map(|part| &graph.node(*part).kind);
                if let Some(NodeKind::Constant(Value::Text(part))) = part {
                    texts.extend(behind(part).map(Arc::from));
                }
            }
            _ => {}
        }
    }
    texts.sort_unstable();
    texts.dedup();
    texts
}

fn collect_value(value: &Value, texts: &mut Vec<Arc<str>>) {
    match value {
        Value::Text(text) => texts.push(text.clone()),
        Value::Record(parts) | Value::List(parts) => parts.iter().for_each(|part| collect_value(part, texts)),
        _ => {}
    }
}

/// The first text, by code point, behind all that start with a text; `None` if there is none.
fn behind(part: &str) -> Option<String> {
    let mut letters: Vec<char> = part.chars().collect();
    while let Some(last) = letters.pop() {
        // Behind the last before the surrogates comes the first after them.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

impl Model<'_> {
    /// The number of a text.
    pub fn number_of_text(&self, text: &str) -> i128 {
        match self.texts.binary_search_by(|known| (**known).cmp(text)) {
            Ok(place) => 2 * place as i128 + 1,
            Err(place) => 2 * place as i128,
        }
    }

    /// The constant of a number, if it is that of one.
    pub fn constant_text(&self, number: i128) -> Option<&Arc<str>> {
        let place = usize::try_from(number).ok().filter(|number| number % 2 == 1)? / 2;
        self.texts.get(place)
    }

    /// The numbers that texts can have.
    fn all_texts(&self) -> IntSet {
        // Nothing comes before the empty text.
        let least = i128::from(self.texts.first().is_some_and(|first| first.is_empty()));
        IntSet::between(least, 2 * self.texts.len() as i128)
    }

    /// That a text has one of some numbers.
    fn text_in(&mut self, class: ClassId, set: IntSet) -> FormulaId {
        let variable = self.variable(Subject::Text(class), &self.all_texts());
        let set = set.intersection(&self.domains[variable.index()]);
        if set.is_empty() {
            return Logic::FALSE;
        }
        if set == self.domains[variable.index()] { Logic::TRUE } else { self.logic.atom(variable, set) }
    }

    /// That a text is a constant.
    pub(super) fn is_text(&mut self, class: ClassId, text: &Arc<str>) -> FormulaId {
        let number = self.number_of_text(text);
        match self.constant_text(number) {
            Some(_) => self.text_in(class, IntSet::point(number)),
            // A text that no node holds was not counted.
            None => {
                let constant = self.constant(Value::Text(text.clone()), Type::Text { max: u32::MAX }, Span::default());
                self.same(class, constant)
            }
        }
    }

    /// A comparison of two texts.
    pub(super) fn compare_texts(&mut self, comparison: Comparison, left: ClassId, right: ClassId) -> FormulaId {
        match comparison {
            Comparison::Equal | Comparison::LessOrEqual | Comparison::GreaterOrEqual if left == right => Logic::TRUE,
            _ if left == right => Logic::FALSE,
            Comparison::Equal => self.equal_texts(left, right),
            Comparison::NotEqual => {
                let equal = self.equal_texts(left, right);
                self.logic.not(equal)
            }
            Comparison::Less => self.text_before(left, right),
            Comparison::Greater => self.text_before(right, left),
            Comparison::LessOrEqual => {
                let after = self.text_before(right, left);
                self.logic.not(after)
            }
            Comparison::GreaterOrEqual => {
                let before = self.text_before(left, right);
                self.logic.not(before)
            }
        }
    }

    /// That one text comes before another.
    fn text_before(&mut self, left: ClassId, right: ClassId) -> FormulaId {
        match (self.classes.get(left).term.clone(), self.classes.get(right).term.clone()) {
            (Term::Constant(Value::Text(left)), Term::Constant(Value::Text(right))) => {
                if left < right {
                    Logic::TRUE
                } else {
                    Logic::FALSE
                }
            }
            (_, Term::Constant(Value::Text(text))) => {
                let number = self.number_of_text(&text);
                self.text_in(left, IntSet::between(0, number - 1))
            }
            (Term::Constant(Value::Text(text)), _) => {
                let number = self.number_of_text(&text);
                self.text_in(right, IntSet::between(number + 1, i128::MAX))
            }
            _ => self.before(left, right),
        }
    }

    /// The condition of a function of texts; `None` where it is not looked into.
    pub(super) fn text_condition(&mut self, function: Function, operands: &[NodeId]) -> Option<FormulaId> {
        let &[whole, part] = operands else { return None };
        let (whole, part) = (self.value(whole), self.value(part));
        let searched = matches!(function, Function::StartsWith | Function::EndsWith | Function::Contains);
        let Term::Constant(Value::Text(part)) = self.classes.get(part).term.clone() else {
            return (searched && whole == part).then_some(Logic::TRUE);
        };
        if searched && part.is_empty() {
            return Some(Logic::TRUE);
        }
        if function != Function::StartsWith {
            return None;
        }
        let cases = self.cases(whole);
        Some(self.one_case(cases, |model, whole| model.starts_with(whole, &part)))
    }

    fn starts_with(&mut self, whole: ClassId, part: &str) -> FormulaId {
        if let Term::Constant(Value::Text(text)) = &self.classes.get(whole).term {
            return if text.starts_with(part) { Logic::TRUE } else { Logic::FALSE };
        }
        let from = self.number_of_text(part);
        let to = behind(part).map_or(i128::MAX, |behind| self.number_of_text(&behind) - 1);
        self.text_in(whole, IntSet::between(from, to))
    }

    /// A set of texts in words, for a sentence that begins with its name; `None` if there are no short ones.
    pub fn words_of_texts(&self, set: &IntSet) -> Option<String> {
        let all = self.all_texts();
        let set = set.intersection(&all);
        if set == all {
            return Some("is any text".to_owned());
        }
        if let Some(texts) = self.only_constants(&set) {
            return Some(format!("is {texts}"));
        }
        let others = set.complement().intersection(&all);
        if let Some(texts) = self.only_constants(&others) {
            return Some(format!("is not {texts}"));
        }
        if let [one] = others.intervals()
            && let Some(part) = self.start_of(*one)
        {
            return Some(format!("does not start with \"{part}\""));
        }
        let parts: Vec<String> = set.intervals().iter().map(|interval| self.words_of_interval(*interval, &all)).collect();
        (parts.len() <= 3).then(|| parts.join(" or "))
    }

    /// The constants of a set that has nothing else.
    fn only_constants(&self, set: &IntSet) -> Option<String> {
        let texts = set.intervals().iter().map(|&(lo, hi)| self.constant_text(lo).filter(|_| lo == hi));
        let texts: Option<Vec<_>> = texts.map(|text| text.map(|text| format!("\"{text}\""))).collect();
        texts.filter(|texts| !texts.is_empty()).map(|texts| texts.join(" or "))
    }

    /// What all texts of an interval, and no others, start with.
    fn start_of(&self, (lo, hi): (i128, i128)) -> Option<&str> {
        let part = self.constant_text(lo)?;
        let end = behind(part)?;
        (!part.is_empty() && self.constant_text(hi + 1).is_some_and(|next| **next == *end)).then_some(part)
    }

    /// How many characters all texts of a set have at least: those that they all begin with.
    pub fn least_length(&self, set: &IntSet) -> i128 {
        let (Some(lo), Some(hi)) = (set.least(), set.greatest()) else { return 0 };
        if let Some(part) = self.start_of((lo, hi)) {
            return part.chars().count() as i128;
        }
        // What lies between two texts begins as both do; a gap lies behind the constant before it.
        let from = self.constant_text(lo).or_else(|| self.constant_text(lo - 1));
        let to = self.constant_text(hi).or_else(|| self.constant_text(hi + 1));
        from.zip(to).map_or(0, |(from, to)| from.chars().zip(to.chars()).take_while(|(one, other)| one == other).count() as i128)
    }

    fn words_of_interval(&self, (lo, hi): (i128, i128), all: &IntSet) -> String {
        if let Some(part) = self.start_of((lo, hi)) {
            return format!("starts with \"{part}\"");
        }
        let text = |number: i128| self.constant_text(number).map_or("", |text| text);
        let from = if lo % 2 == 1 { format!("from \"{}\" on", text(lo)) } else { format!("after \"{}\"", text(lo - 1)) };
        let to = if hi % 2 == 1 { format!("up to \"{}\"", text(hi)) } else { format!("before \"{}\"", text(hi + 1)) };
        match (all.least() == Some(lo), all.greatest() == Some(hi)) {
            (true, _) => format!("is {to}"),
            (_, true) => format!("is {from}"),
            _ if lo == hi && lo % 2 == 1 => format!("is \"{}\"", text(lo)),
            _ => format!("is {from} and {to}"),
        }
    }

    /// Texts of at most `max` characters that have a number of a set: the constants, and some between them.
    pub fn texts_of(&self, set: &IntSet, max: usize) -> Vec<Arc<str>> {
        let mut found: Vec<Arc<str>> = Vec::new();
        let mut add = |text: &str| {
            let fits = set.contains(self.number_of_text(text)) && text.chars().count() <= max;
            if fits && found.len() < MOST_TEXTS && found.iter().all(|known| **known != *text) {
                found.push(text.into());
            }
        };
        ["", "other", "something else", "a", "A", "0"].into_iter().for_each(&mut add);
        for &(lo, hi) in set.intervals().iter().take(MOST_TEXTS) {
            for number in lo..=hi.min(lo + 8) {
                // A text between two constants is a longer one than the lower of them.
                match (self.constant_text(number), self.constant_text(number - 1)) {
                    (Some(text), _) => add(text),
                    (None, Some(below)) => ["a", "A", "0", " ", "\u{1}"].iter().for_each(|more| add(&format!("{below}{more}"))),
                    (None, None) => {}
                }
            }
        }
        found
    }
}

/// The most texts that are tried for one wish.
const MOST_TEXTS: usize = 40;

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn a_text_stands_behind_all_that_start_with_another() {
        assert_eq!(behind("ab").as_deref(), Some("ac"));
        assert_eq!(behind("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(behind("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(behind("\u{10ffff}"), None);
        assert_eq!(behind(""), None);
    }
}
