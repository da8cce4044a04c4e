//! Cuts a file into tokens: enough to see brackets, texts, comments and slips, before the grammar reads anything.
//!
//! On leaving, every token knows how deep it stands, brackets match (those that did not are reported), and whatever no rule file may hold
//! outside of a text is reported. What a number or a text says is not looked at, but digits that no literal begins with are.

mod slips;

pub(crate) use slips::continues_name;

use crate::{MAX_DEPTH, MAX_TOKENS, errors::SyntaxError};
use axtrace_source::{Findings, MOST_FINDINGS, Span};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word: a name or a keyword.
    Word,
    /// A name in backticks.
    Backtick,
    /// A number, a date, a time.
    Number,
    /// A whole text.
    Text,
    /// The part of a text before its first expression.
    TextOpen,
    /// The part of a text between two expressions.
    TextMid,
    /// The part of a text after its last expression.
    TextClose,
    /// `<https://…>`.
    Url,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// An operator, a comma, a bar, or a character that means nothing.
    Punct,
}

/// A stretch of the file that is no white space and no comment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub kind: Kind,
    /// Whether it is the first on its line.
    pub first: bool,
    /// How many brackets it stands in; a bracket itself stands outside of what it holds.
    pub depth: u16,
    /// Where it begins in the file.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// A line of documentation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doc {
    /// Where its text begins, behind the slashes.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// The end of the token before it on its line, a comma not counted.
    pub after: Option<u32>,
    /// The start of the next token; the end of the file if there is none.
    pub next: u32,
}

/// A file in tokens.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    pub tokens: Vec<Token>,
    pub docs: Vec<Doc>,
    /// Comments that are no documentation.
    pub comments: Vec<(u32, u32)>,
    /// Where something was reported, in order.
    pub reported: Vec<u32>,
    /// Where brackets are nested too deeply: what holds these is not parsed.
    pub too_deep: Vec<u32>,
}

impl Scanned {
    /// The first place in a stretch where the scanner reported something.
    pub fn reported_in(&self, start: u32, end: u32) -> Option<u32> {
        first_in(&self.reported, start, end)
    }

    /// Whether a stretch holds brackets that are nested too deeply.
    pub fn is_too_deep(&self, start: u32, end: u32) -> bool {
        first_in(&self.too_deep, start, end).is_some()
    }
}

fn first_in(sorted: &[u32], start: u32, end: u32) -> Option<u32> {
    let found = *sorted.get(sorted.partition_point(|offset| *offset < start))?;
    (found < end).then_some(found)
}

/// Cuts a text into tokens and reports what no file may hold. `base` is the offset of the text in the sources.
pub(crate) fn scan(text: &str, base: u32, findings: &mut Findings) -> Scanned {
    let balanced = Scanner::new(text, base).run();
    let Some(unclosed) = balanced.unclosed_brace else { return balanced.finish(findings) };
    // A brace stays open up to the end of the file: declarations that begin a line unindented are taken to stand outside of it.
    let mut recovering = Scanner::new(text, base);
    recovering.recovering_from = Some(unclosed);
    recovering.run().finish(findings)
}

/// An opening bracket that waits for its partner.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    /// `(`, `[`, `{`, or `"` for an expression in a text.
    bracket: u8,
    /// Where it stands.
    at: u32,
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    base: u32,
    at: usize,
    waiting: Vec<Waiting>,
    /// Whether no token stands on the line yet.
    fresh: bool,
    /// Whether the line is a row of a table.
    row: bool,
    out: Scanned,
    problems: Vec<SyntaxError>,
    depth_reported: bool,
    unclosed_brace: Option<u32>,
    recovering_from: Option<u32>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, base: u32) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            base,
            at: 0,
            waiting: Vec::new(),
            fresh: true,
            row: false,
            out: Scanned::default(),
            problems: Vec::new(),
            depth_reported: false,
            unclosed_brace: None,
            recovering_from: None,
        }
    }

    fn run(mut self) -> Self {
        if self.text.starts_with('\u{feff}') {
            self.at = 3;
        }
        while self.at < self.bytes.len() && self.out.tokens.len() <= MAX_TOKENS {
            self.step();
        }
        if self.at < self.bytes.len() {
            self.waiting.clear();
        }
        self.close_rest();
        self
    }

    fn finish(mut self, findings: &mut Findings) -> Scanned {
        for problem in self.problems.drain(..) {
            findings.report(problem);
        }
        self.out.reported.sort_unstable();
        let end = self.bytes.len() as u32;
        let (tokens, docs) = (&self.out.tokens, &mut self.out.docs);
        for doc in docs {
            doc.next = tokens.get(tokens.partition_point(|token| token.start < doc.start)).map_or(end, |token| token.start);
        }
        self.out
    }

    fn step(&mut self) {
        match self.bytes[self.at] {
            b'\n' => self.line_break(),
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'/' if self.rest().starts_with("//") => self.comment(),
            b'"' => self.text_from_quote(),
            b'`' => self.backtick(),
            b'0'..=b'9' => self.number(),
            b'(' | b'[' | b'{' => self.open(),
            b')' | b']' | b'}' => self.close(),
            b'<' if self.is_url() => self.url(),
            b'a'..=b'z' | b'A'..=b'Z' => self.word(),
            byte if byte.is_ascii() => self.punct(),
            _ => self.beyond_ascii(),
        }
    }

    fn line_break(&mut self) {
        self.at += 1;
        self.fresh = true;
        self.row = false;
        if let Some(text) = self.waiting.iter().position(|open| open.bracket == b'"') {
            self.leave_from(text);
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start as u32, self.base + end as u32)
    }

    fn report(&mut self, at: usize, problem: SyntaxError) {
        self.out.reported.push(at as u32);
        if self.problems.len() <= MOST_FINDINGS {
            self.problems.push(problem);
        }
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let depth = self.waiting.len().min(u16::MAX as usize) as u16;
        self.out.tokens.push(Token { kind, first: self.fresh, depth, start: start as u32, end: self.at as u32 });
        self.fresh = false;
    }

    fn comment(&mut self) {
        let start = self.at;
        let line = self.rest().split('\n').next().unwrap_or("");
        self.at += line.len();
        let text = line.trim_end_matches('\r');
        self.bidi_in(start, text);
        let end = (start + text.len()) as u32;
        let Some(doc) = text.strip_prefix("///").filter(|rest| !rest.starts_with('/')) else {
            self.out.comments.push((start as u32, end));
            return;
        };
        let behind = start + 3 + usize::from(doc.starts_with(' '));
        let after = if self.fresh { None } else { self.end_before_comma() };
        self.out.docs.push(Doc { start: behind as u32, end, after, next: end });
    }

    /// The end of the last token that is no comma.
    fn end_before_comma(&self) -> Option<u32> {
        let is_comma = |token: &&Token| self.bytes.get(token.start as usize) != Some(&b',');
        self.out.tokens.iter().rev().take(2).find(is_comma).map(|token| token.end)
    }

    fn bidi_in(&mut self, start: usize, text: &str) {
        if text.is_ascii() {
            return;
        }
        if let Some((at, sign)) = text.char_indices().find(|(_, sign)| slips::is_bidi(*sign)) {
            let at = start + at;
            self.report(at, SyntaxError::bidi(sign, self.span(at, at + sign.len_utf8())));
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let len = self.rest().find(|sign: char| !slips::continues_name(sign)).unwrap_or(self.rest().len());
        self.at += len;
        let word = &self.text[start..self.at];
        if self.fresh && !self.waiting.is_empty() && slips::begins_part(word, self.rest()) {
            self.leave_brackets(start, word);
        }
        self.push(Kind::Word, start);
    }

    /// A declaration that begins a line cannot stand in parentheses, nor, once a brace is known to stay open, in braces.
    fn leave_brackets(&mut self, start: usize, word: &str) {
        let braces = self.waiting.iter().rposition(|open| open.bracket == b'{').map_or(0, |index| index + 1);
        self.leave_from(braces);
        let unindented = start == 0 || self.bytes[start - 1] == b'\n';
        let behind = self.recovering_from.is_some_and(|brace| start as u32 > brace);
        if behind && unindented && slips::declares(word) {
            self.leave_from(0);
        }
    }

    /// Gives up the brackets from a level on. The outermost of them is told; what is inside only follows.
    fn leave_from(&mut self, level: usize) {
        if let Some(outermost) = self.waiting.get(level).copied() {
            self.waiting.truncate(level);
            self.never_closed(outermost);
        }
    }

    fn never_closed(&mut self, open: Waiting) {
        let at = open.at as usize;
        let bracket = char::from(if open.bracket == b'"' { b'{' } else { open.bracket });
        let closing = match bracket {
            '(' => ')',
            '[' => ']',
            _ => '}',
        };
        self.report(at, SyntaxError::NeverClosed { open: bracket, close: closing, at: self.span(at, at + 1) });
    }

    fn backtick(&mut self) {
        let start = self.at;
        let inside = &self.rest()[1..];
        let len = inside.find(['`', '\n']).unwrap_or(inside.len());
        let closed = inside[len..].starts_with('`');
        self.at += 1 + if closed { len + 1 } else { inside[..len].trim_end().len() };
        if !closed {
            self.report(start, SyntaxError::BacktickOpen { at: self.span(start, start + 1) });
        } else if len == 0 {
            self.report(start, SyntaxError::EmptyBackticks { at: self.span(start, start + 2) });
        }
        self.bidi_in(start, &self.text[start..self.at]);
        self.push(Kind::Backtick, start);
    }

    fn open(&mut self) {
        let start = self.at;
        self.at += 1;
        self.push(Kind::Open, start);
        self.enter(self.bytes[start], start);
    }

    fn enter(&mut self, bracket: u8, at: usize) {
        self.waiting.push(Waiting { bracket, at: at as u32 });
        if self.waiting.len() > MAX_DEPTH + 1 {
            self.out.too_deep.push(at as u32);
            if !self.depth_reported {
                self.depth_reported = true;
                self.report(at, SyntaxError::TooDeep { at: self.span(at, at + 1) });
            }
        }
    }

    fn close(&mut self) {
        let start = self.at;
        let bracket = self.bytes[start];
        let wanted = match bracket {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        if bracket == b'}' && self.waiting.last().is_some_and(|top| top.bracket == b'"') {
            self.waiting.pop();
            return self.text_behind_expression(start);
        }
        self.at += 1;
        if self.waiting.last().is_some_and(|top| top.bracket == wanted) {
            self.waiting.pop();
        } else {
            self.mismatch(bracket, wanted, start);
        }
        self.push(Kind::Close, start);
    }

    /// A brace closes what was left open inside of it; any other bracket without a partner is one too many.
    fn mismatch(&mut self, bracket: u8, wanted: u8, at: usize) {
        let partner = self.waiting.iter().rev().take_while(|open| open.bracket != b'"').position(|open| open.bracket == wanted);
        let Some(above) = partner.filter(|_| bracket == b'}') else {
            return self.report(at, SyntaxError::NeverOpened { close: char::from(bracket), at: self.span(at, at + 1) });
        };
        self.leave_from(self.waiting.len() - above);
        self.waiting.pop();
    }

    fn close_rest(&mut self) {
        self.unclosed_brace = self.waiting.iter().find(|open| open.bracket == b'{').map(|open| open.at);
        self.leave_from(0);
    }

    fn is_url(&self) -> bool {
        let rest = self.rest().as_bytes();
        let scheme = rest[1..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        scheme > 0 && rest[1 + scheme..].starts_with(b"://")
    }

    fn url(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let end = rest.find(['>', '\n']).unwrap_or(rest.len());
        let closed = rest[end..].starts_with('>');
        self.at += if closed { end + 1 } else { rest[..end].trim_end().len() };
        if !closed {
            self.report(start, SyntaxError::UrlOpen { at: self.span(start, self.at) });
        }
        self.bidi_in(start, &self.text[start..self.at]);
        self.push(Kind::Url, start);
    }

    fn text_from_quote(&mut self) {
        let start = self.at;
        self.at += 1;
        let raw = self.out.tokens.last().is_some_and(|token| &self.text[token.start as usize..token.end as usize] == "matches");
        self.text_part(start, start, raw, Kind::Text, Kind::TextOpen);
    }

    fn text_behind_expression(&mut self, start: usize) {
        self.at = start + 1;
        self.text_part(start, start, false, Kind::TextClose, Kind::TextMid);
    }

    /// Reads on in a text up to its end (`whole`) or to an expression (`opening`).
    fn text_part(&mut self, start: usize, quote: usize, raw: bool, whole: Kind, opening: Kind) {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b'"' => {
                    self.at += 1;
                    return self.push(whole, start);
                }
                b'\n' => break,
                b'\\' if self.bytes.get(self.at + 1).is_some_and(|next| *next != b'\n') => self.escape(raw),
                b'{' | b'}' if !raw && self.bytes.get(self.at + 1) == Some(&byte) => self.at += 2,
                b'{' if !raw => {
                    let brace = self.at;
                    self.at += 1;
                    self.push(opening, start);
                    return self.enter(b'"', brace);
                }
                b'}' if !raw => {
                    self.report(self.at, SyntaxError::LoneBrace { at: self.span(self.at, self.at + 1) });
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        self.text_never_ends(start, quote);
    }

    fn escape(&mut self, raw: bool) {
        let at = self.at;
        let rest = &self.rest()[1..];
        let sign = rest.chars().next().unwrap_or(' ');
        self.at += 1 + sign.len_utf8();
        if raw {
            return;
        }
        match sign {
            'n' | '"' | '\\' => {}
            'u' if rest.starts_with("u{") => self.unicode_escape(at),
            _ => self.report(at, SyntaxError::UnknownEscape { escape: format!("\\{sign}"), at: self.span(at, self.at) }),
        }
    }

    fn unicode_escape(&mut self, at: usize) {
        let digits: String = self.text[at + 3..].chars().take_while(char::is_ascii_hexdigit).take(7).collect();
        let closed = self.bytes.get(at + 3 + digits.len()) == Some(&b'}');
        let value = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
        if closed && value.is_some() {
            self.at = at + 4 + digits.len();
        } else {
            self.report(at, SyntaxError::UnknownEscape { escape: "\\u{…}".into(), at: self.span(at, at + 3 + digits.len()) });
            // The brace is part of the escape, and begins no expression.
            self.at = at + 3;
        }
    }

    /// A text ends on its line: what stands behind it is read as if it had.
    fn text_never_ends(&mut self, start: usize, quote: usize) {
        self.report(quote, SyntaxError::TextOpen { at: self.span(quote, quote + 1) });
        self.at = start + self.text[start..self.at].trim_end().len();
        self.push(Kind::Text, start);
    }

    fn number(&mut self) {
        let start = self.at;
        let (len, problem) = slips::number(self.rest(), self.base + start as u32);
        self.at += len;
        if let Some(problem) = problem {
            self.report(start, problem);
        }
        self.push(Kind::Number, start);
    }

    fn punct(&mut self) {
        let start = self.at;
        let first = self.fresh;
        let (len, problem) = slips::punct(self.rest(), self.row, self.base + start as u32);
        self.at += len;
        self.row |= first && self.bytes[start] == b'|';
        if let Some(problem) = problem {
            self.report(start, problem);
        }
        self.push(Kind::Punct, start);
    }

    fn beyond_ascii(&mut self) {
        let start = self.at;
        let Some(sign) = self.rest().chars().next() else { return };
        if slips::begins_name(sign) {
            return self.word();
        }
        self.at += sign.len_utf8();
        self.report(start, slips::strange(sign, self.span(start, self.at)));
        if !sign.is_whitespace() {
            self.push(Kind::Punct, start);
        }
    }
}
