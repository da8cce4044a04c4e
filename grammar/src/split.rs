//! Splits a file into declarations, and the body of a decision into its parts, so that each is read alone.
//!
//! A stretch begins at a word that can begin one, or behind the brace that ends the one before. Words such as `rule` may be names too: they
//! begin something only where a name cannot stand, or where two words meet on a new line.

use std::ops::Range;

use crate::{
    scan::{Kind, Scanned, Token},
    similar::similar,
};

/// A stretch of tokens.
pub(crate) type Stretch = Range<usize>;

/// Tokens with the text they are cut from.
#[derive(Clone, Copy)]
pub(crate) struct Tokens<'a> {
    pub text: &'a str,
    pub scanned: &'a Scanned,
}

/// Which words begin a stretch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    File,
    Body,
}

impl<'a> Tokens<'a> {
    /// The text of a token; empty behind the last.
    pub fn word(&self, index: usize) -> &'a str {
        self.get(index).map_or("", |token| &self.text[token.start as usize..token.end as usize])
    }

    pub fn get(&self, index: usize) -> Option<&'a Token> {
        self.scanned.tokens.get(index)
    }

    /// Where a stretch of tokens begins and ends in the file.
    pub fn bounds(&self, stretch: &Stretch) -> (u32, u32) {
        let start = self.get(stretch.start).map_or(self.text.len() as u32, |token| token.start);
        let end = stretch.end.checked_sub(1).and_then(|last| self.get(last)).map_or(start, |token| token.end);
        (start, end.max(start))
    }

    fn is(&self, index: usize, kind: Kind) -> bool {
        self.get(index).is_some_and(|token| token.kind == kind)
    }

    /// Whether a name that is not reserved stands there.
    pub fn is_name(&self, index: usize) -> bool {
        self.is(index, Kind::Backtick) || self.is(index, Kind::Word) && !is_reserved(self.word(index))
    }

    /// Whether something must follow the token before, so that a word here is a name.
    fn is_operand(&self, index: usize) -> bool {
        let Some(before) = index.checked_sub(1).and_then(|before| self.get(before)) else { return false };
        match before.kind {
            // A cell may begin with a brace; behind the last bar of a row there is none.
            Kind::Punct if matches!(self.word(index - 1), "|" | "||") => self.get(index).is_some_and(|token| !token.first),
            Kind::Punct => !matches!(self.word(index - 1), "?" | "%"),
            Kind::Open | Kind::TextOpen | Kind::TextMid => true,
            Kind::Word => {
                let earlier = index.checked_sub(2).map_or("", |earlier| self.word(earlier));
                let of_set = earlier == "has" && matches!(self.word(index - 1), "all" | "any");
                let is_name = matches!(earlier, "." | "let" | "rule" | "group" | "overrides" | "by");
                of_set || wants_operand(self.word(index - 1)) && !is_name
            }
            _ => false,
        }
    }

    /// Whether the word begins a declaration or part, by what stands around it.
    fn begins(&self, index: usize, level: Level) -> bool {
        let Some(token) = self.get(index).filter(|token| token.kind == Kind::Word) else { return false };
        let (word, next) = (self.word(index), index + 1);
        if word == "otherwise" {
            return true;
        }
        let fits = match word {
            "open" => self.word(next) == "record",
            "owner" | "version" => level == Level::File && self.is(next, Kind::Text),
            "test" => self.is(next, Kind::Text) || self.is_name(next) || token.first && self.word(next) == "for",
            "shadow" => self.word(next) == "rule",
            "always" => self.begins_operand(next),
            "may" => self.word(next) == "depend",
            "steps" => self.word(next) == "up",
            // In an expression a name stands behind an operator; behind a whole one this begins another part. At the end of a line it is the head
            // of a column.
            "gives" => {
                let is_value = !token.first && index > 0 && self.word(index - 1) == "gives";
                let is_last = !token.first && self.get(next).is_none_or(|next| next.first);
                level == Level::Body && !is_value && !is_last && !self.is_operand(index)
            }
            "table" => matches!(self.word(next), "|" | "from") || token.first && self.begins_operand(next),
            "replace" | "without" => self.word(next) == "rule",
            "rule" | "group" if token.first && (self.is(next, Kind::Text) || self.is(next, Kind::Number)) => true,
            _ if is_beginning(word, level) => self.is_name(next) || token.first && self.is(next, Kind::Word) && !self.is_operand(index),
            _ => return token.first && self.is_name(next) && !self.is_operand(index) && resembles_beginning(word, level),
        };
        fits && (token.first || !self.is_operand(index))
    }

    /// Whether an expression can begin here.
    fn begins_operand(&self, index: usize) -> bool {
        let word = self.word(index);
        match self.get(index).map(|token| token.kind) {
            Some(Kind::Word) => !is_reserved(word) || matches!(word, "not" | "some" | "every" | "if" | "true" | "false" | "missing"),
            Some(Kind::Open | Kind::Number | Kind::Text | Kind::TextOpen | Kind::Backtick) => true,
            _ => false,
        }
    }

    /// Splits the whole file into declarations.
    pub fn declarations(&self) -> Vec<Stretch> {
        self.split(0..self.scanned.tokens.len(), Level::File)
    }

    /// Splits the body of a decision, a group or a change into its parts. The stretch is what the braces hold.
    pub fn parts(&self, body: Stretch) -> Vec<Stretch> {
        self.split(body, Level::Body)
    }

    fn split(&self, range: Stretch, level: Level) -> Vec<Stretch> {
        let depth = self.get(range.start).map_or(0, |token| token.depth);
        let mut stretches = Vec::new();
        let mut state = Open::at(range.start);
        for index in range.clone() {
            let Some(token) = self.get(index).filter(|token| token.depth == depth) else { continue };
            state.go_on(self, index);
            let begins = state.ended || self.begins(index, level) && !state.keeps(self, index);
            if begins && index > state.start {
                stretches.push(state.start..index);
                state = Open::at(index);
            }
            state.look(self, index, token);
        }
        if state.start < range.end {
            stretches.push(state.start..range.end);
        }
        stretches
    }

    /// The brace that opens the body of a declaration, and its partner (the stretch's end if it is missing).
    pub fn body(&self, stretch: &Stretch) -> Option<(usize, usize)> {
        let depth = self.get(stretch.start)?.depth;
        let level = |index: &usize| self.get(*index).is_some_and(|token| token.depth == depth);
        let open = stretch.clone().filter(level).find(|index| self.word(*index) == "{" && !self.is_operand(*index))?;
        let close = (open + 1..stretch.end).filter(level).find(|index| self.word(*index) == "}");
        Some((open, close.unwrap_or(stretch.end)))
    }
}

/// What is known of the stretch that is being read.
struct Open {
    start: usize,
    /// Conditions of `if` that wait for their `then`.
    ifs: usize,
    /// Whether the rule has said what it decides.
    decided: bool,
    /// Whether it waits for the end of its braces.
    in_body: bool,
    /// Whether its braces have ended.
    ended: bool,
}

impl Open {
    fn at(start: usize) -> Self {
        Self { start, ifs: 0, decided: false, in_body: false, ended: false }
    }

    /// A `let` before the `then` of a rule belongs to the rule; `replace rule` is one beginning.
    fn keeps(&self, tokens: &Tokens, index: usize) -> bool {
        let first = tokens.word(self.start);
        let is_rule = matches!(first, "rule" | "shadow" | "replace");
        let joined = matches!(first, "shadow" | "replace" | "without" | "open") && index == self.start + 1;
        joined || is_rule && !self.decided && tokens.word(index) == "let"
    }

    /// Behind the braces of a table from a file its clauses may stand.
    fn go_on(&mut self, tokens: &Tokens, index: usize) {
        if self.ended && tokens.word(self.start) == "table" && matches!(tokens.word(index), "because" | "cites") {
            (self.ended, self.in_body) = (false, false);
        }
    }

    fn look(&mut self, tokens: &Tokens, index: usize, token: &Token) {
        match (token.kind, tokens.word(index)) {
            (Kind::Word, "if") => self.ifs += 1,
            (Kind::Word, "then") if self.ifs > 0 => self.ifs -= 1,
            (Kind::Word, "then") => self.decided = true,
            (Kind::Open, "{") if !tokens.is_operand(index) => self.in_body = true,
            (Kind::Close, "}") if self.in_body => self.ended = true,
            _ => {}
        }
    }
}

/// Whether a word at the start of a line, with a name behind it, is a misspelt beginning.
fn resembles_beginning(word: &str, level: Level) -> bool {
    let known: &[&str] =
        if level == Level::File { &["enum", "record", "param", "define", "decision", "sample"] } else { &["rule", "group"] };
    !CONNECTING.contains(&word) && similar(word, known).is_some()
}

/// Words of clauses, which may begin a line and resemble others.
const CONNECTING: [&str; 12] =
    ["refer", "gives", "given", "for", "each", "within", "proposing", "overrides", "before", "after", "escalates", "outcome"];

fn is_beginning(word: &str, level: Level) -> bool {
    let part = matches!(word, "rule" | "group" | "let");
    let declaration = matches!(
        word,
        "module" | "enum" | "record" | "type" | "param" | "role" | "define" | "decision" | "sample" | "prove" | "measure" | "variant"
    ) || matches!(word, "use" | "unit" | "workflow" | "change");
    part || declaration && (level == Level::File || !matches!(word, "use" | "unit" | "type" | "role" | "change"))
}

/// Whether the word is reserved everywhere.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// The words that are reserved everywhere.
pub const RESERVED: [&str; 24] = [
    "and",
    "or",
    "not",
    "if",
    "then",
    "else",
    "in",
    "is",
    "has",
    "mod",
    "plus",
    "minus",
    "with",
    "matches",
    "where",
    "for",
    "satisfies",
    "some",
    "every",
    "true",
    "false",
    "missing",
    "when",
    "otherwise",
];

/// Words behind which an operand or a name follows. (`true`, `false`, `missing`, `given` end one.)
fn wants_operand(word: &str) -> bool {
    is_reserved(word) && !matches!(word, "true" | "false" | "missing")
        || matches!(word, "let" | "rule" | "group" | "overrides" | "by" | "contains" | "proposing" | "within")
}
