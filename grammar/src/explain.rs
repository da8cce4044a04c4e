//! Says in the language's own words why a stretch could not be read.
//!
//! The grammar tells the furthest place it came to and which of its rules would have gone on there. Rules that only continue what is complete
//! (operators, further clauses) are left out: what remains is what was missing. Where nothing remains, the word itself is out of place.

mod forms;
mod phrases;
mod words;

use axtrace_source::Span;
use pest::error::{Error, ErrorVariant, InputLocation};

use crate::{
    errors::SyntaxError,
    grammar::Rule,
    mend::Mend,
    scan::{Kind, Token},
    similar::similar,
    split::{Tokens, is_reserved},
};
use words::{expected, wants_operand};

/// The words that begin a declaration.
pub(crate) const DECLARATIONS: [&str; 19] = [
    "module", "owner", "version", "use", "unit", "enum", "record", "open", "type", "param", "role", "define", "decision", "measure",
    "sample", "test", "prove", "always", "change",
];
/// The words that begin a part of a decision.
pub(crate) const PARTS: [&str; 10] = ["rule", "shadow", "group", "table", "let", "always", "otherwise", "gives", "may", "steps"];
/// The words that begin a part of a group.
pub(crate) const GROUP_PARTS: [&str; 3] = ["rule", "shadow", "table"];
/// The words that begin a change of a variant.
pub(crate) const CHANGES: [&str; 4] = ["replace", "rule", "shadow", "without"];
/// The words that begin a clause.
const CLAUSES: [&str; 18] = [
    "for",
    "let",
    "when",
    "then",
    "because",
    "cites",
    "owner",
    "from",
    "until",
    "overrides",
    "within",
    "proposing",
    "gives",
    "hit",
    "as",
    "given",
    "expect",
    "by",
];

/// Where a stretch could not be read.
pub(crate) struct Context<'a> {
    pub tokens: Tokens<'a>,
    /// The offset of the file in all sources.
    pub base: u32,
    /// Where the stretch begins in the file.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// Where reading stopped.
    pub failed: u32,
    /// What should have been read.
    pub rule: Rule,
}

/// Where reading stopped, from the start of what was read.
pub(crate) fn offset(error: &Error<Rule>) -> u32 {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at as u32,
    }
}

/// An error for a text that a rule matched without saying so; it cannot happen, and is an ordinary error if it does.
pub(crate) fn nothing(text: &str) -> Error<Rule> {
    Error::new_from_pos(ErrorVariant::CustomError { message: String::new() }, pest::Position::from_start(text))
}

/// What is said about a place where reading stopped.
pub(crate) struct Explained {
    pub finding: SyntaxError,
    /// The end of what stands before, where that is complete by itself.
    pub complete: Option<u32>,
    /// How it was meant, where that is certain enough to read on.
    pub mends: Vec<Mend>,
}

impl Explained {
    fn new(finding: SyntaxError) -> Self {
        Self { finding, complete: None, mends: Vec::new() }
    }

    fn mend(mut self, start: u32, end: u32, instead: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        self.mends.push(Mend::new(start, end, instead));
        self
    }
}

/// Says what is wrong where reading stopped.
pub(crate) fn explain(context: &Context, error: &Error<Rule>) -> Explained {
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return Explained::new(SyntaxError::TooDeep { at: context.here() });
    };
    if let Some(slip) = context.slip(positives) {
        return Explained::new(slip);
    }
    let expected = expected(positives);
    if let Some(form) = context.form(&expected).or_else(|| context.phrase(&expected)) {
        return form;
    }
    let Some(token) = context.token() else { return Explained::new(context.expected_at_end(&expected)) };
    if expected.is_empty() && token.first && token.kind == Kind::Word {
        return context.unknown_line(token);
    }
    if expected.is_empty() { context.unexpected(token) } else { context.expected(token, &expected) }
}

impl<'a> Context<'a> {
    fn index(&self) -> usize {
        self.tokens.scanned.tokens.partition_point(|token| token.end <= self.failed)
    }

    /// The token that reading stopped at, unless the stretch ended.
    fn token(&self) -> Option<&'a Token> {
        self.tokens.get(self.index()).filter(|token| token.start < self.end)
    }

    fn previous(&self) -> Option<&'a Token> {
        self.index().checked_sub(1).and_then(|index| self.tokens.get(index)).filter(|token| token.start >= self.start)
    }

    fn text(&self, token: &Token) -> &'a str {
        &self.tokens.text[token.start as usize..token.end as usize]
    }

    fn span(&self, token: &Token) -> Span {
        Span::new(self.base + token.start, self.base + token.end)
    }

    /// The token that reading stopped at, or the last one.
    fn here(&self) -> Span {
        let token = self.token().or(self.previous());
        token.map_or(Span::new(self.base + self.failed, self.base + self.failed), |token| self.span(token))
    }

    /// Slips that have words of their own.
    fn slip(&self, positives: &[Rule]) -> Option<SyntaxError> {
        let token = self.token()?;
        let text = self.text(token);
        if token.kind == Kind::TextOpen && (self.failed > token.start || positives.contains(&Rule::plain_text)) {
            return Some(SyntaxError::NoInterpolation { at: self.span(token) });
        }
        match text {
            ":" if !positives.contains(&Rule::colon) => {
                if let Some(slip) = self.no_separator() {
                    return Some(slip);
                }
            }
            _ => {}
        }
        if token.kind != Kind::Word {
            return None;
        }
        let wants_name = positives.iter().all(|rule| matches!(rule, Rule::name | Rule::path | Rule::binders | Rule::binder | Rule::field));
        if wants_name && is_reserved(text) && !CLAUSES.contains(&text) {
            return Some(SyntaxError::ReservedName { word: text.to_owned(), at: self.span(token) });
        }
        (wants_operand(positives) && !positives.contains(&Rule::expr)).then(|| self.bare_construct(token)).flatten()
    }

    /// `a : integer b : text`, where `b` reads like a unit.
    fn no_separator(&self) -> Option<SyntaxError> {
        let index = self.index();
        let (left, right) = (self.tokens.get(index.checked_sub(2)?)?, self.tokens.get(index - 1)?);
        let fields = matches!(self.rule, Rule::only_record | Rule::only_head | Rule::only_define | Rule::only_decision);
        let words = left.kind == Kind::Word && self.tokens.is_name(index - 1) && left.start > self.start;
        let (left, at) = (self.text(left).to_owned(), self.span(right));
        (fields && words).then(|| SyntaxError::NoSeparator { left, right: self.text(right).to_owned(), at })
    }

    /// `if`, `some` or `every` as an operand.
    fn bare_construct(&self, token: &Token) -> Option<SyntaxError> {
        let word = self.text(token);
        matches!(word, "if" | "some" | "every").then(|| SyntaxError::Expected {
            expected: "a value".to_owned(),
            place: self.place(),
            at: self.span(token),
            label: format!("`{word}` begins no operand"),
            help: Some(format!("put it in parentheses: `({word} …)`")),
        })
    }

    fn place(&self) -> String {
        match self.previous() {
            Some(token) => format!("behind `{}`", shortened(self.text(token))),
            None => "here".to_owned(),
        }
    }

    fn expected(&self, token: &Token, expected: &[String]) -> Explained {
        let found = shortened(self.text(token));
        let meant = if token.kind == Kind::Word { self.meant(self.text(token), expected) } else { None };
        let explained = Explained::new(SyntaxError::Expected {
            expected: listed(expected),
            place: self.place(),
            at: self.span(token),
            label: format!("`{found}` stands there instead"),
            help: meant.as_ref().map(|meant| format!("did you mean `{meant}`?")),
        });
        match meant {
            Some(meant) => explained.mend(token.start, token.end, meant),
            None => explained,
        }
    }

    fn expected_at_end(&self, expected: &[String]) -> SyntaxError {
        let expected = if expected.is_empty() { "more".to_owned() } else { listed(expected) };
        let label = format!("{} ends here", whole(self.rule));
        let help = (expected == "`else`").then(|| "what counts otherwise follows `else`".to_owned());
        SyntaxError::Expected { expected, place: self.place(), at: self.here(), label, help }
    }

    /// A new line that begins with no word that could go on.
    fn unknown_line(&self, token: &Token) -> Explained {
        let (text, at) = (self.text(token), self.span(token));
        let clauses = matches!(self.rule, Rule::only_rule | Rule::only_replace | Rule::only_otherwise | Rule::only_test | Rule::only_head);
        let (what, known): (_, Vec<&str>) =
            if clauses { ("clause", CLAUSES.to_vec()) } else { ("declaration", [&DECLARATIONS[..], &PARTS[..]].concat()) };
        if CLAUSES.contains(&text) || is_reserved(text) {
            return self.unexpected(token);
        }
        let complete = (!clauses).then(|| self.previous().map(|before| before.end)).flatten();
        let named = self.tokens.word(self.index() + 1);
        let meant = similar(text, &known);
        let help = match meant {
            Some(meant) => Some(format!("did you mean `{meant}`?")),
            None if named == "=" => Some(format!("write `let {text} = …` to give a value a name")),
            None => None,
        };
        let rules = matches!(self.rule, Rule::only_rule | Rule::only_replace);
        let label = match &help {
            None if rules => "a clause begins with `when`, `then`, `because` and the like".to_owned(),
            _ => format!("no {what}"),
        };
        let mut explained = Explained::new(SyntaxError::UnknownWord { word: text.to_owned(), what, at, label, help });
        explained.complete = complete;
        match meant.filter(|_| clauses) {
            Some(meant) => explained.mend(token.start, token.end, meant.to_owned()),
            None => explained,
        }
    }

    fn unexpected(&self, token: &Token) -> Explained {
        if let Some(misread) = self.misread_unit() {
            return misread;
        }
        let text = self.text(token);
        let meant = if token.kind == Kind::Word { self.meant(text, &[]) } else { None };
        let place = self.previous().map_or("here".to_owned(), |before| format!("behind `{}`", shortened(self.text(before))));
        let explained = Explained::new(SyntaxError::Unexpected {
            found: format!("`{}`", shortened(text)),
            at: self.span(token),
            label: format!("nothing that fits {place}"),
            help: meant.as_ref().map(|meant| format!("did you mean `{meant}`?")).or_else(|| self.no_when()),
        });
        match meant {
            Some(meant) => explained.mend(token.start, token.end, meant),
            None if self.no_when().is_some() && !self.says("when") => explained.mend(token.start, token.start, "when "),
            None => explained,
        }
    }

    /// A misspelt keyword behind a number, which reads like a unit: `3 thn`.
    fn misread_unit(&self) -> Option<Explained> {
        let index = self.index();
        let (number, unit) = (self.tokens.get(index.checked_sub(2)?)?, self.tokens.get(index - 1)?);
        let word = self.text(unit);
        if number.kind != Kind::Number || unit.kind != Kind::Word || is_reserved(word) || unit.first {
            return None;
        }
        let meant = self.meant(word, &[])?;
        let (label, help) = (format!("nothing that fits behind `{}`", self.text(number)), Some(format!("did you mean `{meant}`?")));
        let finding = SyntaxError::Unexpected { found: format!("`{word}`"), at: self.span(unit), label, help };
        Some(Explained::new(finding).mend(unit.start, unit.end, meant))
    }

    /// Whether a word stands behind the place where reading stopped.
    fn says(&self, word: &str) -> bool {
        let behind = self.index()..;
        behind.map_while(|index| self.tokens.get(index)).take_while(|token| token.start < self.end).any(|token| self.text(token) == word)
    }

    /// A condition directly behind the name of a rule or group.
    fn no_when(&self) -> Option<String> {
        let before = self.index().checked_sub(2).map(|index| self.tokens.word(index));
        let head = matches!(before, Some("rule" | "group")) && matches!(self.rule, Rule::only_rule | Rule::only_group | Rule::only_replace);
        head.then(|| "a condition begins with `when`".to_owned())
    }

    /// The clause that reading stopped in: the word it begins with, where it begins and where the next one does. The first of a rule is none.
    pub fn clause(&self) -> Option<(&'a str, u32, u32)> {
        let tokens = &self.tokens.scanned.tokens;
        let (first, last) =
            (tokens.partition_point(|token| token.start < self.start), tokens.partition_point(|token| token.start < self.end));
        let depth = tokens.get(first)?.depth;
        let begins = |index: &usize| {
            let word = self.tokens.word(*index);
            tokens[*index].depth == depth && tokens[*index].kind == Kind::Word && self.begins_clause(*index, word)
        };
        let stopped = self.index().min(last.checked_sub(1)?);
        // A word that begins a clause is where the one before it broke off.
        let behind = if begins(&stopped) { stopped } else { stopped + 1 };
        let own = (first + 2..behind).rev().find(begins)?;
        let next = (own + 1..last).find(begins).map_or(self.end, |next| tokens[next].start);
        Some((self.tokens.word(own), tokens[own].start, next))
    }

    fn begins_clause(&self, index: usize, word: &str) -> bool {
        let first = self.tokens.get(index).is_some_and(|token| token.first);
        match word {
            "when" => true,
            "then" => first || self.index() < index || !self.holds_if(index),
            "because" | "cites" | "owner" | "let" | "for" | "from" | "until" | "overrides" => first,
            _ => false,
        }
    }

    /// Whether an `if` waits for its `then` before a place on the same line.
    fn holds_if(&self, index: usize) -> bool {
        (0..index)
            .rev()
            .take(200)
            .map_while(|before| self.tokens.get(before).map(|token| (self.text(token), token.first)))
            .take_while(|(_, first)| !first)
            .any(|(word, _)| word == "if")
    }

    /// The keyword that a word resembles.
    fn meant(&self, word: &str, expected: &[String]) -> Option<String> {
        let wanted: Vec<&str> = expected.iter().flat_map(|words| words.split('`').skip(1).step_by(2)).collect();
        let known = [&wanted[..], &CLAUSES[..], &["and", "or", "not", "is", "in", "has", "else", "otherwise", "missing"]].concat();
        similar(word, &known).filter(|meant| *meant != word).map(str::to_owned)
    }
}

/// A stretch that begins with no word that can begin one.
pub(crate) fn stranger(tokens: Tokens, index: usize, at: Span, what: &'static str, known: &[&str]) -> SyntaxError {
    let word = tokens.word(index);
    let is_word = tokens.get(index).is_some_and(|token| token.kind == Kind::Word);
    let declared = what != "declaration" && DECLARATIONS.contains(&word);
    if declared {
        let (label, help) = ("the braces of a decision are still open".to_owned(), Some("a `}` may be missing before it".to_owned()));
        return SyntaxError::Unexpected { found: format!("`{word}`"), at, label, help };
    }
    let (listed, found) = (listed_words(known), shortened(word));
    if !is_word {
        return SyntaxError::Unexpected { found: format!("`{found}`"), at, label: format!("no {what} begins so"), help: Some(listed) };
    }
    let other =
        if CLAUSES.contains(&word) { "a clause belongs to a rule, which begins with `rule` and its name".to_owned() } else { listed };
    let help = similar(word, known).map_or(other, |meant| format!("did you mean `{meant}`?"));
    SyntaxError::UnknownWord { word: found, what, at, label: format!("no {what}"), help: Some(help) }
}

fn listed_words(known: &[&str]) -> String {
    let words: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    format!("one of these begins: {}", words.join(", "))
}

/// A part of a decision that stands at the outermost level.
pub(crate) fn outside(word: &str, at: Span) -> SyntaxError {
    let (what, place) = match word {
        "replace" | "without" => (format!("`{word}`"), "a `change`"),
        _ => (format!("`{word}`"), "a decision"),
    };
    let help = match word {
        "let" => "at this level write `define name = …` or `param name : type = …`",
        "replace" | "without" => "write `change DECISION { … }` around it",
        _ => "write `decision name(…) gives … { … }` around it, or delete a `}` too many before it",
    };
    SyntaxError::Misplaced { what, place, at, label: "no braces are open here".to_owned(), help: Some(help.to_owned()) }
}

/// A part that a decision may have, and a group not.
pub(crate) fn not_in_group(word: &str, at: Span) -> SyntaxError {
    let help = Some("move it before or behind the group; a group holds rules and tables".to_owned());
    SyntaxError::Unexpected { found: format!("`{word}`"), at, label: "inside of a group".to_owned(), help }
}

/// Something that should hold others in braces, and has none.
pub(crate) fn no_body(what: &str, name: &str, at: Span) -> SyntaxError {
    SyntaxError::Expected {
        expected: "`{`".to_owned(),
        place: format!("behind the head of `{name}`"),
        at,
        label: format!("this {what} holds nothing"),
        help: None,
    }
}

/// At most a few words of what was found.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() <= 40 { line.to_owned() } else { line.chars().take(39).chain(['…']).collect() }
}

fn listed(expected: &[String]) -> String {
    match expected {
        [] => "something else".to_owned(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

fn whole(rule: Rule) -> &'static str {
    match rule {
        Rule::only_rule | Rule::only_replace => "the rule",
        Rule::only_head | Rule::only_decision => "the decision's head",
        Rule::only_group => "the group's head",
        Rule::only_otherwise | Rule::only_let | Rule::only_may | Rule::only_steps | Rule::only_gives => "the clause",
        Rule::only_header | Rule::only_tests | Rule::only_outcome | Rule::only_text | Rule::only_cites | Rule::only_names => "the cell",
        _ => "the declaration",
    }
}
