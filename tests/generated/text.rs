//! Texts: what they begin and end with, patterns, functions, order; and values of many parts compared with each other.

use axtrace_runtime::types::{DEFAULT_NUMBER, FIRST_DATE, Kind, LAST_DATE, Scalar, Type};

use super::generator::{Generator, Scope, decimal, dimension};
use super::number::{aligned, scalar_of};
use super::tree::Node;

/// Patterns, of which some match some of the texts that inputs have.
const PATTERNS: [&str; 12] = [
    ".*",
    "[a-z]+",
    "a?b?",
    r"\d+",
    r"-?[0-9]+(\.[0-9]*)?",
    "(é|日本)+",
    r"\p{L}{2}",
    "[^a]*",
    "(?i)AB|x.*",
    r"\S+( \S+)*",
    "(a|b)*z{0,60}",
    r".*\b12",
];

/// Formats of dates.
const FORMATS: [&str; 3] = ["YYYYMMDD", "YYYY-MM-DD", "DD.MM.YYYY"];

fn boolean(template: impl Into<String>, parts: Vec<Node>) -> Node {
    Node::value(Type::Boolean, template, parts)
}

fn most(text: &Node) -> u32 {
    match text.ty() {
        Type::Text { max } => max,
        _ => 0,
    }
}

impl Generator {
    /// Some text; its type says how long it can be.
    pub fn some_text(&mut self, scope: &Scope, depth: usize) -> Node {
        let place = self.place(scope, |ty| matches!(ty, Type::Text { .. })).filter(|_| self.random.chance(85));
        let text = match place {
            Some(place) => Node::value(place.ty, place.text, Vec::new()),
            None => self.literal(&Type::Text { max: 5 }),
        };
        if depth == 0 || most(&text) > 20_000 || self.random.chance(50) {
            return text;
        }
        self.changed_text(text)
    }

    /// A text in other letters, or without white space.
    pub fn changed_text(&mut self, text: Node) -> Node {
        let max = most(&text);
        let (function, max) = *self.random.pick(&[("lower", 2 * max), ("upper", 3 * max), ("trim", max)]);
        Node::value(Type::Text { max }, format!("{function}(~)"), vec![text]).mark(function)
    }

    /// A condition on texts.
    pub fn text_asked(&mut self, scope: &Scope, depth: usize) -> Node {
        let text = self.some_text(scope, depth);
        let short = Type::Text { max: 3 };
        match self.random.below(7) {
            0 | 1 => {
                let operator = *self.random.pick(&["starts with", "ends with", "contains"]);
                let part = if self.random.chance(60) { self.literal(&short) } else { self.some_text(scope, depth.min(1)) };
                boolean(format!("(~ {operator} ~)"), vec![text, part]).mark(operator)
            }
            2 | 3 => {
                let pattern = *self.random.pick(&PATTERNS);
                boolean(format!("(~ matches \"{pattern}\")"), vec![text]).mark("matches")
            }
            4 => {
                let (low, high) = (self.literal(&short), self.literal(&short));
                let (low, high) = if low.text() <= high.text() { (low, high) } else { (high, low) };
                let operator = *self.random.pick(&["..", "<..", "..<"]);
                boolean(format!("(~ in ~ {operator} ~)"), vec![text, low, high]).mark("texts in a range")
            }
            _ => {
                let operator = *self.random.pick(&["<", "<=", ">", ">=", "=", "!="]);
                let other = if self.random.chance(60) { self.literal(&short) } else { self.some_text(scope, depth.min(1)) };
                boolean(format!("(~ {operator} ~)"), vec![text, other]).mark("order of texts")
            }
        }
    }

    /// A number or a date that comes from a text.
    pub fn read_text(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let text = self.some_text(scope, depth.min(1));
        match kind {
            Kind::Date => {
                let format = *self.random.pick(&FORMATS);
                let other = self.scalar_literal(Scalar::of(Kind::Date));
                let ty = Type::Scalar(Scalar::between(Kind::Date, FIRST_DATE, LAST_DATE));
                Some(Node::value(ty, format!("(to_date(~, \"{format}\") or else ~)"), vec![text, other]).mark("to_date"))
            }
            _ if dimension(kind) != Kind::INTEGER => None,
            _ if self.random.chance(40) => {
                let ty = Type::integer(0, most(&text).into());
                Some(Node::value(ty, "length_of(~)", vec![text]).mark("length_of"))
            }
            _ => {
                let places = self.random.below(3) as u32;
                let (template, mark) = match places {
                    0 => ("(to_integer(~) or else ~)".to_owned(), "to_integer"),
                    _ => (format!("(to_decimal(~, {places}) or else ~)"), "to_decimal"),
                };
                let read = Scalar::between(decimal(places), -DEFAULT_NUMBER, DEFAULT_NUMBER);
                let other = self.scalar_literal(Scalar::between(decimal(places), -20, 20));
                let (read, other_ty) = aligned(read, scalar_of(&other))?;
                let ty = Scalar::between(read.kind, read.lo.min(other_ty.lo), read.hi.max(other_ty.hi));
                Some(Node::value(Type::Scalar(ty), template, vec![text, other]).mark(mark))
            }
        }
    }

    /// The characters of a text, as a list.
    pub fn characters(&mut self, scope: &Scope) -> Option<Node> {
        let place = self.place(scope, |ty| matches!(ty, Type::Text { max } if *max < 100))?;
        let Type::Text { max } = place.ty else { return None };
        let ty = Type::List { element: Box::new(Type::Text { max: 1 }), min: 0, max };
        Some(Node::value(ty, "characters(~)", vec![Node::value(place.ty, place.text, Vec::new())]).mark("characters"))
    }

    /// Records and lists compared with each other, or looked for among others.
    pub fn parts_compared(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let whole = |ty: &Type| matches!(ty, Type::Record(_) | Type::List { .. });
        let place = self.place(scope, |ty| whole(ty) || matches!(ty, Type::Enum(_)))?;
        let read = Node::value(place.ty.clone(), place.text, Vec::new());
        if let Type::List { element, .. } = &place.ty
            && self.random.chance(50)
        {
            let value = self.value(scope, element, depth.min(1));
            let bare = matches!(**element, Type::Record(_)) && value.template.starts_with('{');
            return (!bare).then(|| boolean("(~ in ~)", vec![value, read]).mark("in a list"));
        }
        if !whole(&place.ty) {
            return None;
        }
        let other = self.value(scope, &place.ty, depth.min(2));
        let mark = if matches!(place.ty, Type::Record(_)) { "= of records" } else { "= of lists" };
        if self.random.chance(30) {
            let more = self.value(scope, &place.ty, depth.min(1));
            return Some(boolean("(~ in {~, ~})", vec![read, other, more]).mark("in {…} of records and lists"));
        }
        let operator = *self.random.pick(&["=", "!="]);
        Some(boolean(format!("(~ {operator} ~)"), vec![read, other]).mark(mark))
    }
}
