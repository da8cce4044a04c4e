//! Cuts a file into tokens: enough to see brackets, texts, comments and slips, before the grammar reads anything.
//!
//! On leaving, every token knows how deep it stands, brackets match (those that did not are reported), and whatever no rule file may hold
//! outside of a text is reported. What a number or a text says is not looked at, but digits that no literal begins with are.

mod brackets;
mod slips;
mod texts;

pub(crate) use slips::continues_name;

use crate::{MAX_TOKENS, errors::SyntaxError, mend::Mend};
use axtrace_source::{Findings, MOST_FINDINGS, Span};

/// The most characters of a name.
pub(crate) const LONGEST_NAME: usize = 200;
/// How many characters of a longer one a message shows.
const SHOWN_OF_NAME: usize = 40;

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
    /// Where something was reported that cannot be read, in order.
    pub reported: Vec<u32>,
    /// What was reported and can be read as it was meant, in order.
    pub mends: Vec<Mend>,
    /// Where brackets are nested too deeply: what holds these is not parsed.
    pub too_deep: Vec<u32>,
}

impl Scanned {
    /// The first place in a stretch where the scanner reported something.
    pub fn reported_in(&self, start: u32, end: u32) -> Option<u32> {
        first_in(&self.reported, start, end)
    }

    /// What is read otherwise than it is written in a stretch.
    pub fn mends_in(&self, start: u32, end: u32) -> &[Mend] {
        let from = self.mends.partition_point(|mend| mend.start < start);
        // What is inserted behind the last word belongs to it.
        let to = self.mends.partition_point(|mend| mend.start <= end);
        &self.mends[from..to.max(from)]
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
    let read = Scanner::new(text, base).run();
    if let Some(unclosed) = read.unclosed_brace {
        // A brace stays open up to the end of the file: declarations that begin a line unindented are taken to stand outside of it.
        let mut recovering = Scanner::new(text, base);
        recovering.recovering_from = Some(unclosed);
        return recovering.run().finish(findings);
    }
    if let Some(early) = read.early_brace.filter(|early| read.surplus_brace.is_some_and(|surplus| *early < surplus)) {
        // A brace closes a decision before its rules end, and one is left over: the early one is taken to be too many.
        let mut recovering = Scanner::new(text, base);
        recovering.passing_over = Some(early);
        let recovered = recovering.run();
        if recovered.surplus_brace.is_none() && recovered.unclosed_brace.is_none() {
            return recovered.finish(findings);
        }
    }
    read.finish(findings)
}

/// An opening bracket that waits for its partner.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    /// `(`, `[`, `{`, or `"` for an expression in a text.
    bracket: u8,
    /// Where it stands.
    at: u32,
    /// Whether it is the brace of a group.
    group: bool,
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    base: u32,
    at: usize,
    waiting: Vec<Waiting>,
    /// Whether no token stands on the line yet.
    fresh: bool,
    /// Which token is the first of the line that was last begun.
    line: usize,
    /// Whether the line is a row of a table.
    row: bool,
    out: Scanned,
    problems: Vec<SyntaxError>,
    depth_reported: bool,
    unclosed_brace: Option<u32>,
    recovering_from: Option<u32>,
    /// The first brace that closes all others while parts of a decision follow.
    early_brace: Option<u32>,
    /// The first brace that closes nothing.
    surplus_brace: Option<u32>,
    /// A brace that is known to be too many.
    passing_over: Option<u32>,
    /// Whether a bracket of an interval stands on the line that points away from it.
    interval: bool,
    /// Whether a `/*` was found that nothing ends.
    endless_comment: bool,
    /// Characters that mean nothing and have been told, by where their finding is.
    strangers: Vec<(char, usize)>,
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
            line: 0,
            row: false,
            out: Scanned::default(),
            problems: Vec::new(),
            depth_reported: false,
            unclosed_brace: None,
            recovering_from: None,
            early_brace: None,
            surplus_brace: None,
            passing_over: None,
            interval: false,
            endless_comment: false,
            strangers: Vec::new(),
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
        self.out.mends.sort_by_key(|mend| mend.start);
        self.out.mends.dedup_by(|later, earlier| later.touches(earlier));
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
            b'/' if self.rest().starts_with("/*") => self.starred_comment(),
            b'#' => self.foreign_comment("#"),
            b'-' if self.fresh && slips::is_dashed_comment(self.rest()) => self.foreign_comment("--"),
            b'\'' if self.is_quote('\'') => self.foreign_quotes('\''),
            b'.' if self.begins_fraction() => self.number(),
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
        self.interval = false;
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

    /// Reports something that is read as it was meant.
    fn report_mended(&mut self, start: usize, end: usize, instead: impl Into<std::borrow::Cow<'static, str>>, problem: SyntaxError) {
        self.out.mends.push(Mend::new(start as u32, end as u32, instead));
        if self.problems.len() <= MOST_FINDINGS {
            self.problems.push(problem);
        }
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let depth = self.waiting.len().min(u16::MAX as usize) as u16;
        if self.fresh {
            self.line = self.out.tokens.len();
        }
        self.out.tokens.push(Token { kind, first: self.fresh, depth, start: start as u32, end: self.at as u32 });
        self.fresh = false;
        if matches!(kind, Kind::Word | Kind::Backtick) && self.at - start > LONGEST_NAME {
            self.long_name(start);
        }
    }

    /// Reports a name that no message could show.
    fn long_name(&mut self, start: usize) {
        let written = &self.text[start..self.at];
        let letters = written.chars().filter(|letter| *letter != '`').count();
        if letters > LONGEST_NAME {
            let begins = written.chars().filter(|letter| *letter != '`').take(SHOWN_OF_NAME).collect();
            self.report(start, SyntaxError::LongName { begins, letters, at: self.span(start, self.at) });
        }
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
        if self.fresh && !self.waiting.is_empty() && (slips::begins_part(word, self.rest()) || slips::begins_clause(word, self.rest())) {
            self.leave_brackets(start, word);
        }
        self.push(Kind::Word, start);
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

    fn number(&mut self) {
        let start = self.at;
        let number = slips::number(self.rest(), self.base + start as u32);
        self.at += number.len;
        if self.numbers_a_line(start) {
            return;
        }
        match (number.problem, number.instead) {
            (Some(SyntaxError::LeadingZero { .. }), _) if self.is_behind_comma(start) => return self.decimal_comma(start),
            (Some(problem), Some(instead)) => self.report_mended(start, self.at, instead, problem),
            (Some(SyntaxError::JoinedDigits { text, at, help }), None) if self.is_range(&text) => {
                self.report_mended(start, self.at, text.replace('-', ".."), SyntaxError::JoinedDigits { text, at, help });
            }
            (Some(problem), None) => self.report(start, problem),
            (None, _) => {}
        }
        self.push(Kind::Number, start);
    }

    /// `16-18` behind `in`, or in the row of a table.
    fn is_range(&self, text: &str) -> bool {
        let behind_in = self.last_word() == "in";
        text.split('-').count() == 2 && (behind_in || self.row)
    }

    /// Whether a dash between two numbers is a range: behind `in`, or in the row of a table.
    fn is_range_so_far(&self) -> bool {
        let [.., before, number] = &self.out.tokens[..] else { return false };
        let behind_in = &self.text[before.start as usize..before.end as usize] == "in";
        number.kind == Kind::Number && (behind_in || self.row)
    }

    fn last_word(&self) -> &'a str {
        self.out.tokens.last().map_or("", |token| &self.text[token.start as usize..token.end as usize])
    }

    /// `1. rule`: the number of a list from elsewhere, which is passed over.
    fn numbers_a_line(&mut self, start: usize) -> bool {
        if !self.fresh {
            return false;
        }
        let rest = self.rest();
        let behind = rest.trim_start_matches(['.', ')', ' ', '\t']);
        let word = behind.split(|sign: char| !slips::continues_name(sign)).next().unwrap_or("");
        if !slips::begins_part(word, &behind[word.len()..]) {
            return false;
        }
        self.at += rest.len() - behind.len();
        let found = self.text[start..self.at].trim_end().to_owned();
        let (end, instead) = (start + found.len(), "delete it: rules have names, no numbers".to_owned());
        let at = self.span(start, end);
        self.report_mended(start, end, "", SyntaxError::Phrase { found, problem: "means nothing here".into(), at, instead, help: None });
        true
    }

    /// Whether digits stand directly behind a comma and digits before it.
    fn is_behind_comma(&self, start: usize) -> bool {
        let [.., whole, comma] = &self.out.tokens[..] else { return false };
        whole.kind == Kind::Number && whole.end == comma.start && comma.end as usize == start && self.bytes[comma.start as usize] == b','
    }

    /// `100,00`, whose `00` would else be told as a number of its own.
    fn decimal_comma(&mut self, start: usize) {
        let [.., whole, comma] = &self.out.tokens[..] else { return };
        let (from, comma) = (whole.start as usize, comma.start as usize);
        let problem = SyntaxError::NoNumber {
            text: self.text[from..self.at].to_owned(),
            instead: format!("{}.{}", &self.text[from..comma], &self.text[start..self.at]),
            why: "a point stands before the decimal places",
            at: self.span(from, self.at),
        };
        self.report_mended(comma, comma + 1, ".", problem);
        self.push(Kind::Number, start);
    }

    /// Whether a point begins a number: `.5`.
    fn begins_fraction(&self) -> bool {
        let before = self.at.checked_sub(1).map_or(b' ', |before| self.bytes[before]);
        matches!(before, b' ' | b'\t' | b'\n' | b'(' | b'[' | b'{' | b',' | b'|')
            && self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit)
    }

    fn punct(&mut self) {
        let start = self.at;
        let first = self.fresh;
        let behind =
            slips::Behind { row: self.row, bracket: self.waiting.last().is_some_and(|open| open.bracket != b'{'), word: self.last_word() };
        let sign = slips::punct(self.rest(), behind, self.base + start as u32);
        self.at += sign.len;
        self.row |= first && self.bytes[start] == b'|';
        match (sign.problem, sign.instead) {
            (Some(problem), Some(instead)) => self.report_mended(start, self.at, instead, problem),
            (Some(problem), None) => self.report(start, problem),
            (None, _) => {}
        }
        self.push(Kind::Punct, start);
    }

    fn beyond_ascii(&mut self) {
        let start = self.at;
        let Some(sign) = self.rest().chars().next() else { return };
        if slips::begins_name(sign) {
            return self.word();
        }
        if self.is_quote(sign) {
            return self.foreign_quotes(sign);
        }
        if let Some(plain) = slips::full_width(sign) {
            return self.full_width(sign, plain);
        }
        self.at += sign.len_utf8();
        if matches!(sign, '–' | '—') && self.is_range_so_far() {
            let problem = slips::strange(sign, self.span(start, self.at));
            self.report_mended(start, self.at, "..", problem);
            return self.push(Kind::Punct, start);
        }
        if sign == '€' {
            self.at = start;
            return self.euro_sign();
        }
        let bullet = self.fresh && slips::is_bullet(sign);
        let instead = if bullet { Some("") } else { slips::meant_by(sign) };
        match instead {
            Some(instead) => self.stranger(start, sign, instead),
            None => self.report(start, slips::strange(sign, self.span(start, self.at))),
        }
        if !sign.is_whitespace() && !bullet && instead != Some("") {
            self.push(Kind::Punct, start);
        }
    }

    /// `€ 12.50` and `12.50 €`.
    fn euro_sign(&mut self) {
        let start = self.at;
        self.at += '€'.len_utf8();
        let blanks = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        let from = self.at + blanks;
        let digits = self.text[from..].bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_')).count();
        let amount = &self.text[from..from + digits];
        let mut problem = slips::strange('€', self.span(start, self.at));
        if let SyntaxError::Strange { help, .. } = &mut problem
            && digits > 0
        {
            *help = Some(format!("write the currency's code behind the amount: `{amount} EUR`"));
        }
        let named = self.text[from + digits..].trim_start().starts_with("EUR");
        self.report_mended(start, self.at, if digits > 0 { "" } else { " EUR" }, problem);
        if digits > 0 && !named {
            let end = (from + digits) as u32;
            self.out.mends.push(Mend::new(end, end, " EUR"));
        } else if digits == 0 {
            self.push(Kind::Word, start);
        }
    }

    /// A character that means nothing, and is read as it was meant. Of white space and what is not seen the first is told, with how many
    /// there are.
    fn stranger(&mut self, start: usize, sign: char, instead: &'static str) {
        let unseen = instead.trim().is_empty() && !slips::is_bullet(sign);
        let problem = slips::strange(sign, self.span(start, self.at));
        if !unseen {
            return self.report_mended(start, self.at, instead, problem);
        }
        self.out.mends.push(Mend::new(start as u32, self.at as u32, instead));
        if self.strangers.iter().any(|(known, _)| *known == sign) {
            return;
        }
        let more = self.text[self.at..].matches(sign).count();
        self.strangers.push((sign, more));
        self.problems.push(problem.with_more(more));
    }
}
