//! Texts and comments, those of other languages too.

use super::{Kind, Scanner, slips};
use crate::errors::SyntaxError;

impl Scanner<'_> {
    pub(super) fn text_from_quote(&mut self) {
        let start = self.at;
        self.at += 1;
        let raw = self.out.tokens.last().is_some_and(|token| &self.text[token.start as usize..token.end as usize] == "matches");
        self.text_part(start, start, raw, Kind::Text, Kind::TextOpen);
    }

    pub(super) fn text_behind_expression(&mut self, start: usize) {
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
                    if self.bytes[brace - 1] == b'$' {
                        self.placeholder(brace - 1);
                    }
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

    /// `${total}`, whose `$` is shown.
    fn placeholder(&mut self, at: usize) {
        if self.problems.len() <= axtrace_source::MOST_FINDINGS {
            self.problems.push(SyntaxError::Placeholder { at: self.span(at, at + 1) });
        }
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
        // In an expression that does not end on its line the quote is the end of the text around.
        if !self.waiting.iter().any(|open| open.bracket == b'"') {
            self.report(quote, SyntaxError::TextOpen { at: self.span(quote, quote + 1) });
        }
        self.at = start + self.text[start..self.at].trim_end().len();
        self.push(Kind::Text, start);
    }

    /// A comment as other languages write it, up to the end of its line.
    pub(super) fn foreign_comment(&mut self, mark: &'static str) {
        let start = self.at;
        let line = self.rest().split('\n').next().unwrap_or("").trim_end();
        self.at += line.len().max(mark.len());
        self.foreign_mark(start, mark, self.at);
    }

    /// `/* … */`, over several lines perhaps.
    pub(super) fn starred_comment(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let end = if self.endless_comment { None } else { rest.find("*/") };
        self.endless_comment |= end.is_none();
        self.at += end.map_or_else(|| rest.split('\n').next().unwrap_or("").len(), |end| end + 2);
        self.foreign_mark(start, "/*", self.at);
    }

    fn foreign_mark(&mut self, start: usize, mark: &'static str, end: usize) {
        let at = self.span(start, start + mark.len());
        let (found, instead) = (mark.to_owned(), "a comment begins with `//`, up to the end of its line".to_owned());
        let problem = "begins no comment".into();
        self.report_mended(start, end, " ", SyntaxError::Phrase { found, problem, at, instead, help: None });
        self.bidi_in(start, &self.text[start..end]);
    }

    /// Whether a quote as a word processor writes it begins a text here, which ends on the same line.
    pub(super) fn is_quote(&self, sign: char) -> bool {
        let before = self.text[..self.at].chars().next_back();
        let joined = before.is_some_and(slips::continues_name) && matches!(sign, '\'' | '’');
        !joined && slips::closing_quote(sign, &self.rest()[sign.len_utf8()..]).is_some()
    }

    /// A text in other quotes than `"`.
    pub(super) fn foreign_quotes(&mut self, sign: char) {
        let start = self.at;
        let inside = start + sign.len_utf8();
        let Some((length, close)) = slips::closing_quote(sign, &self.text[inside..]) else { return };
        let (text, end) = (self.text[inside..inside + length].to_owned(), inside + length);
        self.at = end + close;
        self.report_mended(start, inside, "\"", SyntaxError::Quotes { text, at: self.span(start, self.at) });
        self.out.mends.push(crate::mend::Mend::new(end as u32, self.at as u32, "\""));
        self.bidi_in(start, &self.text[start..self.at]);
        self.push(Kind::Text, start);
    }
}
