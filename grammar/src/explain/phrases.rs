//! Phrases of other languages, of spreadsheets and of everyday speech, and how they are written here.

use std::borrow::Cow;

use super::{Context, Explained};
use crate::{
    errors::SyntaxError,
    grammar::Rule,
    scan::{Kind, Token},
    split::is_reserved,
};

/// What follows `is` in speech and elsewhere, longest first, and what is written for both.
const BEHIND_IS: [(&str, &str); 38] = [
    ("greater than or equal to", ">="),
    ("less than or equal to", "<="),
    ("not greater than", "<="),
    ("not more than", "<="),
    ("not less than", ">="),
    ("not equal to", "!="),
    ("not null", "is given"),
    ("not missing", "is given"),
    ("not empty", "is given"),
    ("not blank", "is given"),
    ("not given", "is missing"),
    ("not in", "not in"),
    ("the same as", "="),
    ("equal to", "="),
    ("less than", "<"),
    ("lower than", "<"),
    ("smaller than", "<"),
    ("younger than", "<"),
    ("shorter than", "<"),
    ("earlier than", "<"),
    ("greater than", ">"),
    ("more than", ">"),
    ("larger than", ">"),
    ("higher than", ">"),
    ("older than", ">"),
    ("longer than", ">"),
    ("later than", ">"),
    ("at least", ">="),
    ("at most", "<="),
    ("before", "<"),
    ("after", ">"),
    ("null", "is missing"),
    ("empty", "is missing"),
    ("blank", "is missing"),
    ("undefined", "is missing"),
    ("one of", "in"),
    ("in", "in"),
    ("not", "!="),
];

/// Words that compare elsewhere without `is`.
const COMPARES: [(&str, &str); 9] = [
    ("equals", "="),
    ("exceeds", ">"),
    ("greater than", ">"),
    ("less than", "<"),
    ("more than", ">"),
    ("at least", ">="),
    ("at most", "<="),
    ("above", ">"),
    ("below", "<"),
];

impl<'a> Context<'a> {
    /// The token so many behind the one that reading stopped at, in the stretch.
    pub(super) fn ahead(&self, by: usize) -> Option<&'a Token> {
        self.tokens.get(self.index() + by).filter(|token| token.start < self.end)
    }

    pub(super) fn word_ahead(&self, by: usize) -> &'a str {
        self.ahead(by).map_or("", |token| self.text(token))
    }

    /// The token so many before the one that reading stopped at, in the stretch.
    pub(super) fn back(&self, by: usize) -> Option<&'a Token> {
        self.tokens.get(self.index().checked_sub(by)?).filter(|token| token.start >= self.start)
    }

    pub(super) fn word_back(&self, by: usize) -> &'a str {
        self.back(by).map_or("", |token| self.text(token))
    }

    /// What is written from one token to another.
    pub(super) fn written(&self, from: &Token, to: &Token) -> &'a str {
        &self.tokens.text[from.start as usize..to.end as usize]
    }

    pub(super) fn said(
        &self,
        (from, to): (&Token, &Token),
        problem: impl Into<Cow<'static, str>>,
        instead: impl Into<String>,
    ) -> Explained {
        let found = super::shortened(self.written(from, to));
        let at = self.span(from).to(self.span(to));
        Explained::new(SyntaxError::Phrase { found, problem: problem.into(), at, instead: instead.into(), help: None })
    }

    /// What is written in another way here.
    pub(super) fn phrase(&self, expected: &[String]) -> Option<Explained> {
        let (token, before) = (self.token()?, self.previous());
        let text = self.text(token);
        if self.word_back(1) == "is" {
            return self.behind_is(token, before?);
        }
        match text.to_lowercase().as_str() {
            "between" => self.between(token),
            "like" | "ilike" => {
                Some(self.said((token, token), "compares nothing", "write `contains`, `starts with`, `ends with` or `matches`"))
            }
            "unless" => self.unless(token),
            "else" | "default" | "sonst" | "sinon" => self.no_else(token),
            "end" | "endif" | "endrule" | "fin" | "ende" => {
                Some(self.needless(token, "ends nothing", "delete it: a rule ends where the next part begins"))
            }
            "to" | "bis" | "through" if self.is_amount_before() => self.to(token),
            "=" | "==" if self.word_back(1) == "not" => {
                let not = before?;
                Some(self.said((not, token), "compares nothing", "write `!=`").mend(not.start, token.end, "!="))
            }
            "then" if self.word_back(1) == "otherwise" => {
                Some(self.needless(token, "means nothing here", "delete it: the outcome follows `otherwise`"))
            }
            "if" if expected.is_empty() && matches!(self.word_back(2), "rule" | "group") => {
                Some(self.said((token, token), "begins no condition of a rule", "write `when`").mend(token.start, token.end, "when"))
            }
            "," if expected.is_empty() => self.comma(token),
            "overridden" => {
                let last = self.ahead(1).filter(|by| self.text(by) == "by").unwrap_or(token);
                Some(self.said(
                    (token, last),
                    "is said from the other side",
                    "the rule that wins says `overrides` and the name of this one",
                ))
            }
            "?" if expected.is_empty() => Some(self.said((token, token), "chooses nothing", "write `if … then … else …`")),
            "<" | ">" | "<=" | ">=" | "=" | "!=" if matches!(self.word_back(1), "and" | "or") => self.no_left_side(token),
            "+" if before.is_some_and(|before| matches!(before.kind, Kind::Text | Kind::TextClose)) => {
                Some(self.said((token, token), "joins no texts", "values stand in the text itself, in braces: `\"so many: {count}\"`"))
            }
            _ if expected.is_empty() && matches!(self.word_back(2), "then" | "otherwise") && self.word_back(1) == "return" => {
                let word = before?;
                Some(self.said((word, word), "means nothing here", "delete it: the outcome follows `then`").mend(word.start, word.end, ""))
            }
            _ if expected.is_empty() => self.compares(token),
            _ => None,
        }
    }

    /// `when a, b` and `then a, b`.
    fn comma(&self, token: &Token) -> Option<Explained> {
        let rule = matches!(self.rule, Rule::only_rule | Rule::only_replace);
        match self.clause().filter(|_| rule)?.0 {
            "when" => Some(self.said((token, token), "joins no conditions", "write `and`, or `or`").mend(token.start, token.end, " and ")),
            "then" => Some(self.said((token, token), "joins no outcomes", "a rule has one outcome; write a second rule for the other")),
            _ => None,
        }
    }

    /// A word that is left out.
    pub(super) fn needless(&self, token: &Token, problem: &'static str, instead: &str) -> Explained {
        self.said((token, token), problem, instead).mend(token.start, token.end, "")
    }

    /// How many tokens from the one so many ahead are a phrase; 0 if they are not.
    fn are_words(&self, from: usize, phrase: &str) -> usize {
        let words = phrase.split(' ').count();
        let same = phrase.split(' ').enumerate().all(|(by, word)| self.word_ahead(from + by).eq_ignore_ascii_case(word));
        if same { words } else { 0 }
    }

    fn behind_is(&self, token: &Token, is: &Token) -> Option<Explained> {
        for (phrase, here) in BEHIND_IS {
            let words = self.are_words(0, phrase);
            if let Some(last) = words.checked_sub(1).and_then(|by| self.ahead(by)) {
                let problem = if here.starts_with("is ") { "tests nothing" } else { "compares nothing" };
                return Some(self.said((is, last), problem, format!("write `{here}`")).mend(is.start, last.end, here));
            }
        }
        if self.text(token) == "between" {
            return self.between(token).map(|it| it.mend(is.start, is.end, ""));
        }
        if matches!(self.text(token), "true" | "True") {
            return Some(self.said((is, token), "tests nothing", "delete it: the condition says it already").mend(is.start, token.end, ""));
        }
        if matches!(self.text(token).to_lowercase().as_str(), "none" | "nothing" | "nil" | "nan") {
            return Some(self.said((is, token), "tests nothing", "write `is missing`").mend(is.start, token.end, "is missing"));
        }
        let value = matches!(token.kind, Kind::Number | Kind::Text | Kind::TextOpen | Kind::Backtick | Kind::Open)
            || token.kind == Kind::Word && (self.text(token) == "false" || !is_reserved(self.text(token)));
        let near = super::similar(self.text(token), &["given", "missing", "referral"]).is_some();
        (value && !near).then(|| self.said((is, is), "compares nothing", "write `=`").mend(is.start, is.end, "="))
    }

    fn compares(&self, token: &Token) -> Option<Explained> {
        if token.kind != Kind::Word {
            return None;
        }
        let (words, here) = COMPARES.iter().map(|(phrase, here)| (self.are_words(0, phrase), *here)).find(|(words, _)| *words > 0)?;
        let last = self.ahead(words - 1)?;
        Some(self.said((token, last), "compares nothing", format!("write `{here}`")).mend(token.start, last.end, here))
    }

    /// `between 16 and 18`.
    fn between(&self, token: &Token) -> Option<Explained> {
        let and = (1..6).find(|by| self.word_ahead(*by) == "and")?;
        let (low, low_end, high) = (self.ahead(1)?, self.ahead(and - 1)?, self.ahead(and + 1)?);
        let unit = self.ahead(and + 2).filter(|unit| high.kind == Kind::Number && self.is_unit(unit));
        let last = unit.unwrap_or(high);
        let range = format!("in {}..{}", self.written(low, low_end), self.written(high, last));
        Some(self.said((token, last), "compares nothing", format!("write `{range}`")).mend(token.start, last.end, range))
    }

    fn is_unit(&self, token: &Token) -> bool {
        let text = self.text(token);
        text == "%" || token.kind == Kind::Word && !token.first && !is_reserved(text)
    }

    fn is_amount_before(&self) -> bool {
        let number = |by| self.back(by).is_some_and(|token| token.kind == Kind::Number);
        number(1) || number(2) && self.back(1).is_some_and(|unit| self.is_unit(unit))
    }

    fn to(&self, token: &Token) -> Option<Explained> {
        let number = self.ahead(1).filter(|next| next.kind == Kind::Number);
        number.map(|_| self.said((token, token), "is no range", "write `..`").mend(token.start, token.end, ".."))
    }

    /// `unless a`: `when not (a)`.
    fn unless(&self, token: &Token) -> Option<Explained> {
        let (_, _, end) = self.clause_from(token)?;
        let said = self.said((token, token), "begins no condition", "write `when not (…)`");
        Some(said.mend(token.start, token.end, "when not (").mend(end, end, ") "))
    }

    /// Where the clause ends that a token begins, and how it is written.
    fn clause_from(&self, token: &Token) -> Option<(&'a Token, &'a str, u32)> {
        let own = self.tokens.scanned.tokens.partition_point(|other| other.start < token.start);
        let later = own + 1..self.tokens.scanned.tokens.len();
        let next =
            later.map_while(|index| self.tokens.get(index).map(|token| (index, token))).take_while(|(_, token)| token.start < self.end);
        let next = next.filter(|(_, next)| next.depth == token.depth && next.kind == Kind::Word);
        let found = next.into_iter().find(|(index, next)| self.begins_clause(*index, self.text(next)));
        let end = match found {
            Some((_, next)) => next.start,
            None => self.end,
        };
        let first = self.tokens.get(own)?;
        Some((first, &self.tokens.text[first.start as usize..end as usize], end))
    }

    /// What a rule decides when its condition does not hold.
    fn no_else(&self, token: &Token) -> Option<Explained> {
        let rules = matches!(self.rule, Rule::only_rule | Rule::only_replace);
        let (_, _, end) = self.clause_from(token).filter(|_| rules)?;
        let instead = "a rule of its own says it, or `otherwise …` at the end of the decision";
        let problem = if self.text(token) == "else" { "belongs to no `if`" } else { "begins no clause" };
        Some(self.said((token, token), problem, instead).mend(token.start, end, " "))
    }

    /// `age > 16 and < 18`.
    fn no_left_side(&self, token: &Token) -> Option<Explained> {
        let compares = (2..24).find(|by| matches!(self.word_back(*by), "<" | ">" | "<=" | ">=" | "=" | "!="))?;
        // What stands before the comparison is taken if it is a name or a field.
        let mut begins = compares + 1;
        while self.word_back(begins + 1) == "." {
            begins += 2;
        }
        let (first, last) = (self.back(begins)?, self.back(compares + 1)?);
        let named = matches!(first.kind, Kind::Word | Kind::Backtick) && !is_reserved(self.text(first));
        if !named {
            return None;
        }
        let left = self.written(first, last);
        let finding = SyntaxError::Expected {
            expected: "a value".to_owned(),
            place: format!("behind `{}`", self.word_back(1)),
            at: self.span(token),
            label: format!("`{}` has nothing on its left", self.text(token)),
            help: Some(format!("name it again: `{} {left} {} …`", self.word_back(1), self.text(token))),
        };
        Some(Explained::new(finding).mend(token.start, token.start, format!("{left} ")))
    }
}
