//! Brackets: which belongs to which, and what is done where one has no partner.

use super::{Kind, Scanner, Waiting, slips};
use crate::{MAX_DEPTH, errors::SyntaxError};

/// The most bytes between the brackets of an interval.
const LONGEST_INTERVAL: usize = 200;

impl Scanner<'_> {
    /// A declaration that begins a line cannot stand in parentheses, nor, once a brace is known to stay open, in braces.
    pub(super) fn leave_brackets(&mut self, start: usize, word: &str) {
        let braces = self.waiting.iter().rposition(|open| open.bracket == b'{').map_or(0, |index| index + 1);
        self.leave_from(braces);
        let unindented = start == 0 || self.bytes[start - 1] == b'\n';
        let behind = self.recovering_from.is_some_and(|brace| start as u32 > brace);
        if behind && word == "group" && self.waiting.last().is_some_and(|open| open.group) {
            self.leave_from(self.waiting.len() - 1);
        }
        if behind && unindented && slips::declares(word) {
            self.leave_from(0);
        }
    }

    /// Gives up the brackets from a level on. The outermost of them is told; what is inside only follows.
    pub(super) fn leave_from(&mut self, level: usize) {
        if let Some(outermost) = self.waiting.get(level).copied() {
            self.waiting.truncate(level);
            self.never_closed(outermost);
        }
    }

    /// Whether the line that is read begins with a word.
    fn begins_line_with(&self, word: &str) -> bool {
        let first = self.out.tokens.get(self.line);
        first.is_some_and(|token| &self.text[token.start as usize..token.end as usize] == word)
    }

    fn never_closed(&mut self, open: Waiting) {
        let at = open.at as usize;
        let bracket = char::from(if open.bracket == b'"' { b'{' } else { open.bracket });
        let closing = match bracket {
            '(' => ')',
            '[' => ']',
            _ => '}',
        };
        let help = (open.bracket == b'"').then_some("an expression in a text ends with `}`; write `{{` for the brace itself");
        self.report(at, SyntaxError::NeverClosed { open: bracket, close: closing, at: self.span(at, at + 1), help });
    }

    pub(super) fn open(&mut self) {
        let start = self.at;
        self.at += 1;
        if self.interval && self.bytes[start] == b'[' {
            // `]16..18[`, which was told at its first bracket.
            self.interval = false;
            return self.push(Kind::Punct, start);
        }
        self.push(Kind::Open, start);
        self.enter(self.bytes[start], start);
    }

    pub(super) fn enter(&mut self, bracket: u8, at: usize) {
        let group = bracket == b'{' && self.begins_line_with("group");
        self.waiting.push(Waiting { bracket, at: at as u32, group });
        if self.waiting.len() > MAX_DEPTH + 1 {
            self.out.too_deep.push(at as u32);
            if !self.depth_reported {
                self.depth_reported = true;
                self.report(at, SyntaxError::TooDeep { at: self.span(at, at + 1) });
            }
        }
    }

    pub(super) fn close(&mut self) {
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
        if bracket == b']' && self.last_word() == "in" {
            return self.open_interval(start);
        }
        if self.passing_over == Some(start as u32) {
            let problem = SyntaxError::ClosesEarly { at: self.span(start, start + 1), next: self.next_word(start + 1).to_owned() };
            return self.report_mended(start, start + 1, "", problem);
        }
        self.pair(bracket, wanted, start);
        self.push(Kind::Close, start);
    }

    /// Takes a closing bracket together with the one that it closes.
    pub(super) fn pair(&mut self, bracket: u8, wanted: u8, start: usize) {
        if self.waiting.last().is_some_and(|top| top.bracket == wanted) {
            self.waiting.pop();
            let closes_all = bracket == b'}' && self.waiting.is_empty() && self.early_brace.is_none();
            if closes_all && slips::is_part(self.next_word(self.at)) {
                self.early_brace = Some(start as u32);
            }
        } else {
            self.mismatch(bracket, wanted, start);
        }
    }

    /// The word behind white space from a place on.
    fn next_word(&self, from: usize) -> &str {
        let rest = self.text.get(from..).unwrap_or("").trim_start();
        &rest[..rest.find(|sign: char| !slips::continues_name(sign)).unwrap_or(rest.len())]
    }

    /// `in (16..18]`: brackets that say which end lies inside.
    fn half_open_interval(&mut self, at: usize) -> bool {
        let Some(open) = self.waiting.last().copied().filter(|open| matches!(open.bracket, b'(' | b'[')) else { return false };
        let inside = &self.text[open.at as usize + 1..at];
        if inside.len() > LONGEST_INTERVAL {
            return false;
        }
        let Some((low, high)) = inside.split_once("..").filter(|_| !inside.contains('\n')) else { return false };
        let (low_open, high_open) = (if open.bracket == b'(' { "<" } else { "" }, if self.bytes[at] == b')' { "<" } else { "" });
        let instead = format!("{}{low_open}..{high_open}{}", low.trim(), high.trim());
        let found = self.text[open.at as usize..=at].to_owned();
        let (begins, place) = (open.at as usize, self.span(open.at as usize, at + 1));
        self.waiting.pop();
        let problem = "is no range".into();
        self.report(begins, SyntaxError::Phrase { found, problem, at: place, instead: format!("write `{instead}`"), help: None });
        true
    }

    /// `in ]16..18[`: brackets that point away from what lies in the interval.
    fn open_interval(&mut self, start: usize) {
        self.interval = true;
        let instead = "an open end is written with `<`: `16<..<18`".to_owned();
        let (found, at) = ("]".to_owned(), self.span(start, start + 1));
        self.report(start, SyntaxError::Phrase { found, problem: "begins no range".into(), at, instead, help: None });
        self.push(Kind::Punct, start);
    }

    /// A sign of ASCII in the width of Chinese or Japanese characters.
    pub(super) fn full_width(&mut self, sign: char, plain: u8) {
        let start = self.at;
        self.at += sign.len_utf8();
        let problem = slips::strange(sign, self.span(start, self.at));
        self.report_mended(start, self.at, char::from(plain).to_string(), problem);
        match plain {
            b'(' | b'[' | b'{' => {
                self.push(Kind::Open, start);
                self.enter(plain, start);
            }
            b')' => self.pair(plain, b'(', start),
            b']' => self.pair(plain, b'[', start),
            b'}' => self.pair(plain, b'{', start),
            _ => {}
        }
        match plain {
            b')' | b']' | b'}' => self.push(Kind::Close, start),
            b'(' | b'[' | b'{' => {}
            _ => self.push(Kind::Punct, start),
        }
    }

    /// A brace closes what was left open inside of it; any other bracket without a partner is one too many.
    fn mismatch(&mut self, bracket: u8, wanted: u8, at: usize) {
        if bracket != b'}' && self.half_open_interval(at) {
            return;
        }
        let partner = self.waiting.iter().rev().take_while(|open| open.bracket != b'"').position(|open| open.bracket == wanted);
        let Some(above) = partner.filter(|_| bracket == b'}') else {
            if bracket == b'}' && self.waiting.is_empty() {
                self.surplus_brace.get_or_insert(at as u32);
            }
            return self.report(at, SyntaxError::NeverOpened { close: char::from(bracket), at: self.span(at, at + 1) });
        };
        self.leave_from(self.waiting.len() - above);
        self.waiting.pop();
    }

    pub(super) fn close_rest(&mut self) {
        self.unclosed_brace = self.waiting.iter().find(|open| open.bracket == b'{').map(|open| open.at);
        self.leave_from(0);
    }
}
