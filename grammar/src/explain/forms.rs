//! Slips in the form of declarations, clauses and literals, with what to write instead.

use super::{Context, Explained, shortened};
use crate::{
    errors::SyntaxError,
    grammar::Rule,
    scan::{Kind, Token},
};

impl<'a> Context<'a> {
    /// A slip of form, by what should have been read and what stands there.
    pub(super) fn form(&self, expected: &[String]) -> Option<Explained> {
        let token = self.token()?;
        let wants = |what: &str| expected.iter().any(|word| word == what);
        self.in_a_name(token)
            .or_else(|| self.in_a_head(token, expected))
            .or_else(|| self.in_a_type(token))
            .or_else(|| self.in_a_number(token))
            .or_else(|| self.in_a_text(token, wants("a text in double quotes")))
            .or_else(|| self.in_a_value(token, expected))
            .or_else(|| self.no_then(token, expected))
            .or_else(|| self.no_bars(token))
    }

    fn missing(&self, sign: &str, token: &Token, help: String) -> Explained {
        Explained::new(SyntaxError::Expected {
            expected: format!("`{sign}`"),
            place: self.place(),
            at: self.span(token),
            label: format!("`{}` stands there instead", shortened(self.text(token))),
            help: Some(help),
        })
    }

    /// A name that is no single word: `rule minor at work`, `rule "Minors"`, `hours-booked : duration`.
    fn in_a_name(&self, token: &Token) -> Option<Explained> {
        let (keyword, first) = match (self.word_back(1), self.word_back(2)) {
            (word @ ("rule" | "group" | "module"), _) => (word, 0),
            (_, word @ ("rule" | "group" | "module")) => (word, 1),
            _ if self.rule == Rule::only_module => ("module", self.tokens_back_to("module")?),
            _ => return self.field_name(token),
        };
        let begins = if first == 0 { token } else { self.back(first)? };
        if first == 0 && !matches!(token.kind, Kind::Text | Kind::Number) || token.first && first > 0 {
            return None;
        }
        if self.text(token) == ":" && first > 0 {
            return Some(self.needless(token, "means nothing here", "delete it"));
        }
        let joins = token.kind == Kind::Number || self.text(token) == "-" || token.kind == Kind::Word;
        let words = (0..12).map_while(|by| self.ahead(by).filter(|next| !next.first && !ends_a_name(self.text(next))));
        let last = words.last()?;
        if first > 0 && (!joins || ends_a_name(self.text(token)) || self.compares_something(token)) {
            return None;
        }
        let written = self.written(begins, last).trim_matches('"');
        let name = joined(written);
        let what = match keyword {
            "rule" => "the name of a rule",
            "group" => "the name of a group",
            _ => "the name of a module",
        };
        let found = match begins.kind {
            Kind::Text => "a text",
            Kind::Number => "a number",
            _ => "several",
        };
        let help = match keyword {
            "module" => format!("write `module {name}`"),
            _ if begins.kind == Kind::Number => format!("write a name that says what it is about, such as `{keyword} under_age`"),
            _ => format!("write `{keyword} {name}`; what a rule is about stands in its `because`"),
        };
        let finding = SyntaxError::NoName { what, found, at: self.span(begins).to(self.span(last)), help };
        Some(Explained::new(finding).mend(begins.start, last.end, name))
    }

    fn tokens_back_to(&self, word: &str) -> Option<usize> {
        (1..40).find(|by| self.word_back(*by) == word)?.checked_sub(1)
    }

    /// Whether a comparison follows on the line, so that what stands here is a condition without its `when`.
    fn compares_something(&self, token: &Token) -> bool {
        token.kind == Kind::Punct && self.text(token) != "-"
            || (0..6)
                .map_while(|by| self.ahead(by).filter(|next| by == 0 || !next.first && !ends_a_name(self.text(next))))
                .any(|next| matches!(self.text(next), "<" | ">" | "<=" | ">=" | "=" | "!=" | "is" | "has" | "in" | "if" | "("))
    }

    /// `hours booked : duration`, `hours-booked : duration`.
    fn field_name(&self, token: &Token) -> Option<Explained> {
        let declares = matches!(self.rule, Rule::only_record | Rule::only_head | Rule::only_define | Rule::only_decision);
        let first = self.back(1).filter(|first| first.kind == Kind::Word)?;
        let colon = (0..5).find(|by| self.word_ahead(*by) == ":").filter(|by| *by > 0)?;
        let mut words = (0..colon).filter_map(|by| self.ahead(by));
        let named = words.clone().all(|word| !word.first && (word.kind == Kind::Word || self.text(word) == "-"));
        let sets = !declares && self.text(token) == "-" && matches!(self.word_back(2), "{" | ",");
        if !(declares || sets) || !named || !matches!(self.word_back(2), "{" | "," | "(" | "personal" | "protected") && !first.first {
            return None;
        }
        let last = words.next_back()?;
        let name = joined(self.written(first, last));
        let help = format!("write `{name}`, here and wherever it is used");
        let finding = SyntaxError::NoName { what: "the name of a field", found: "several", at: self.span(first).to(self.span(last)), help };
        Some(Explained::new(finding))
    }

    /// Heads of declarations: `record Worker = {`, `hit policy first`, `gives hit first`, `worker Worker`.
    fn in_a_head(&self, token: &Token, expected: &[String]) -> Option<Explained> {
        let (text, before) = (self.text(token), self.word_back(1));
        let wants = |what: &str| expected.iter().any(|word| word == what);
        let (left, first) = (self.back(1)?, expected.first().map_or("", String::as_str));
        match text {
            "=" if wants("`{`") && self.word_ahead(1) == "{" => Some(self.needless(token, "means nothing here", "delete it")),
            _ if wants("`{`") && self.rule == Rule::only_enum => self.enum_values(token, left),
            "policy" if before == "hit" => Some(self.needless(token, "means nothing here", "delete it: `hit` is followed by the policy")),
            _ if before == "hit" && text.len() == 1 => {
                let policy = ["any", "unique", "first", "priority", "collect"]
                    .into_iter()
                    .find(|policy| policy.starts_with(&text.to_lowercase()))?;
                Some(self.said((token, token), "is no hit policy", format!("write `{policy}`")).mend(token.start, token.end, policy))
            }
            _ if before == "hit" && self.word_back(2) == "gives" => Some(Explained::new(SyntaxError::Expected {
                expected: "a type".to_owned(),
                place: "behind `gives`".to_owned(),
                at: self.span(left),
                label: "`hit` stands there instead".to_owned(),
                help: Some("say what the decision gives: `gives money EUR hit first`".to_owned()),
            })),
            ":" if first == "`=`" => Some(self.missing("=", token, "write `=` for `:`".to_owned()).mend(token.start, token.end, "=")),
            _ if wants("`)`") && token.kind == Kind::Word && self.word_ahead(1) == ":" => {
                let help = format!("separate them: `{before}, {text}: …`");
                Some(self.missing(",", token, help).mend(token.start, token.start, ", "))
            }
            _ if first == "`:`" && token.kind == Kind::Word => self.no_colon(token, left),
            _ if wants("`=`") && self.rule == Rule::only_let => {
                Some(self.missing("=", token, format!("write `let {before} = …`")).mend(token.start, token.start, "= "))
            }
            _ if wants("a type") && token.kind == Kind::Number && self.rule == Rule::only_param => {
                let named = self.word_back(2);
                let mut said =
                    self.missing("", token, format!("write its type before its value, such as `param {named} : duration = 48 h`"));
                if let SyntaxError::Expected { expected, .. } = &mut said.finding {
                    "a type".clone_into(expected);
                }
                Some(said)
            }
            _ => None,
        }
    }

    /// `born date` and `date born`.
    fn no_colon(&self, token: &Token, left: &Token) -> Option<Explained> {
        let (name, ty) = (self.text(left), self.text(token));
        let alone = self.ahead(1).is_none_or(|next| next.first || matches!(self.text(next), "," | "}"));
        if is_type(name) && alone && self.rule == Rule::only_record {
            let swapped = format!("{ty} : {name}");
            return Some(
                self.said((left, token), "names the type first", format!("write `{swapped}`")).mend(left.start, token.end, swapped),
            );
        }
        let typed = is_type(ty) || ty.starts_with(char::is_uppercase);
        typed.then(|| self.missing(":", token, format!("write `{name} : {ty}`")).mend(token.start, token.start, ": "))
    }

    /// `enum Verdict = approve | reject`.
    fn enum_values(&self, token: &Token, left: &Token) -> Option<Explained> {
        let line: Vec<&Token> = (0..64).map_while(|by| self.ahead(by).filter(|next| !next.first)).collect();
        let names: Vec<&str> = line.iter().filter(|it| it.kind == Kind::Word).map(|it| self.text(it)).collect();
        let listed = line.iter().all(|it| it.kind == Kind::Word || matches!(self.text(it), "=" | "|" | "," | ":"));
        let last = line.last().filter(|_| listed && !names.is_empty())?;
        let values = format!("{{ {} }}", names.join(", "));
        let help = format!("write `enum {} {values}`", self.text(left));
        Some(self.missing("{", token, help).mend(token.start, last.end, values))
    }

    /// `Skill[]`, `list<Skill>`, `"approve"` among the values of an enum.
    fn in_a_type(&self, token: &Token) -> Option<Explained> {
        let (text, before) = (self.text(token), self.back(1)?);
        match text {
            "[" if self.word_ahead(1) == "]" => {
                let name = self.text(before);
                Some(self.said((before, self.ahead(1)?), "is no type", format!("write `list of {name}` or `set of {name}`")))
            }
            "<" if matches!(self.text(before), "list" | "set") => {
                let (inner, close) = (self.ahead(1)?, self.ahead(2).filter(|close| self.text(close) == ">")?);
                let instead = format!("{} of {}", self.text(before), self.text(inner));
                Some(self.said((before, close), "is no type", format!("write `{instead}`")).mend(before.start, close.end, instead))
            }
            _ if self.rule == Rule::only_enum && token.kind == Kind::Text => {
                let name = joined(text.trim_matches('"'));
                let mut said = self.said((token, token), "is a text, and the values of an enum are names", format!("write `{name}`"));
                let texts = (0..1_000).filter_map(|by| self.ahead(by)).filter(|next| next.kind == Kind::Text);
                for text in texts {
                    said = said.mend(text.start, text.end, joined(self.text(text).trim_matches('"')));
                }
                Some(said)
            }
            _ => None,
        }
    }

    /// `1,200.50`, `1.200,50`, `1 200.50`, `12,50`, `EUR 12.50`.
    fn in_a_number(&self, token: &Token) -> Option<Explained> {
        let before = self.back(1)?;
        let digits = |token: &Token| token.kind == Kind::Number && !self.text(token).contains(['-', ':']);
        if digits(token) && !token.first && before.kind == Kind::Word && is_currency(self.text(before)) {
            let instead = format!("{} {}", self.text(token), self.text(before));
            return Some(self.said((before, token), "is no amount", format!("write `{instead}`")).mend(before.start, token.end, instead));
        }
        if !digits(before) {
            return None;
        }
        let mut last = before;
        let mut by = 0;
        while let (Some(comma), Some(next)) = (self.ahead(by), self.ahead(by + 1)) {
            let joined = self.text(comma) == "," && last.end == comma.start && comma.end == next.start && digits(next);
            if !joined {
                break;
            }
            (last, by) = (next, by + 2);
        }
        if by == 0 && digits(token) && !token.first && is_group(self.text(token)) {
            last = token;
        }
        if last.start == before.start {
            return None;
        }
        let text = self.written(before, last);
        let (instead, why) = number_of(text)?;
        let at = self.span(before).to(self.span(last));
        let finding = SyntaxError::NoNumber { text: text.to_owned(), instead: instead.clone(), why, at };
        Some(Explained::new(finding).mend(before.start, last.end, instead))
    }

    /// Texts: without quotes, with quotes inside, an address without its brackets.
    fn in_a_text(&self, token: &Token, wanted: bool) -> Option<Explained> {
        let (before, text) = (self.back(1)?, self.tokens.text);
        if text[token.end as usize..].starts_with("://") {
            // The address reads like a comment, which no stretch ends with.
            let rest = &text[token.start as usize..];
            let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (address, end) = (&rest[..length], token.start + length as u32);
            let at = axtrace_source::Span::new(self.base + token.start, self.base + end);
            let (found, instead) = (address.to_owned(), format!("write `<{address}>`"));
            let problem = "does not stand in angle brackets".into();
            let finding = SyntaxError::Phrase { found, problem, at, instead, help: None };
            let known = if end <= self.end { end } else { self.end };
            return Some(Explained::new(finding).mend(token.start, known, format!("<{address}>")));
        }
        let quoted = matches!(before.kind, Kind::Text | Kind::TextClose) && before.end == token.start && token.kind == Kind::Word;
        if quoted && !token.first {
            let at = axtrace_source::Span::new(self.base + before.end - 1, self.base + before.end);
            let (found, instead) = ("\"".to_owned(), "a quote inside of a text is written `\\\"`".to_owned());
            return Some(Explained::new(SyntaxError::Phrase { found, problem: "ends the text here".into(), at, instead, help: None }));
        }
        if !wanted || !matches!(token.kind, Kind::Word | Kind::Number) || token.first {
            return None;
        }
        let line = text[token.start as usize..self.end as usize].lines().next()?.trim_end();
        if !matches!(self.text(before), "because" | "cites" | "owner" | "version") || line.contains(['"', '{', '}', '\\']) {
            return None;
        }
        let instead = format!("\"{line}\"");
        let mut said = self.missing("", token, format!("write `{} {instead}`", self.text(before))).mend(
            token.start,
            token.start + line.len() as u32,
            instead,
        );
        if let SyntaxError::Expected { expected, .. } = &mut said.finding {
            "a text in double quotes".clone_into(expected);
        }
        Some(said)
    }

    /// Values: `{ name = "Ana" }`, `worker.name.lower()`, `skills[0]`, `refer shift_manager`, `*` in a cell.
    fn in_a_value(&self, token: &Token, expected: &[String]) -> Option<Explained> {
        let (text, before) = (self.text(token), self.back(1));
        match text {
            _ if self.word_back(1) == "refer" && text != "to" && token.kind == Kind::Word => {
                Some(self.missing("to", token, format!("write `refer to {text}`")).mend(token.start, token.start, "to "))
            }
            _ if self.word_back(2) == "refer" && token.kind == Kind::Text => {
                let mut said = self.missing("", token, "write the name that `role` declares, without quotes".to_owned());
                if let SyntaxError::Expected { expected, .. } = &mut said.finding {
                    "the name of a role".clone_into(expected);
                }
                Some(said)
            }
            ":" => self.field_set_with_equals(),
            "(" if self.word_back(2) == "." => self.method(token),
            "[" if expected.is_empty() && before.is_some_and(|before| before.kind == Kind::Word) => {
                Some(self.said((token, token), "reads no element", "a field is read with `.name`, the n-th of a list with `item(list, n)`"))
            }
            "*" | "?" if self.rule == Rule::only_tests => Some(self.said((token, token), "is no cell", "`-` stands for any value")),
            _ => None,
        }
    }

    /// `{ name = "Ana", born: … }`: told at the first `=`.
    fn field_set_with_equals(&self) -> Option<Explained> {
        let set = (2..60).take_while(|by| !matches!(self.word_back(*by), "" | "{"));
        let equals = set.into_iter().filter(|by| self.word_back(*by) == "=" && matches!(self.word_back(by + 2), "{" | ","));
        let equals: Vec<&Token> = equals.filter_map(|by| self.back(by)).collect();
        let first = *equals.last()?;
        let said = self.said((first, first), "sets no field", "write `:`");
        Some(equals.iter().fold(said, |said, sign| said.mend(sign.start, sign.end, ":")))
    }

    /// `worker.name.lower()`.
    fn method(&self, token: &Token) -> Option<Explained> {
        let (point, function) = (self.back(2)?, self.back(1)?);
        let begins = (3..20).step_by(2).find(|by| self.word_back(by + 1) != ".")?;
        let (first, last) = (self.back(begins)?, self.back(3)?);
        let (value, name) = (self.written(first, last), self.text(function));
        let said = self.said((point, token), "is not how functions are called", format!("write `{name}({value})`"));
        let close = self.ahead(1).filter(|close| self.text(close) == ")");
        Some(match close {
            Some(close) => said.mend(first.start, close.end, format!("{name}({value})")),
            None => said,
        })
    }

    /// An outcome without its `then`, on a line of its own.
    fn no_then(&self, token: &Token, expected: &[String]) -> Option<Explained> {
        let rule = matches!(self.rule, Rule::only_rule | Rule::only_replace) && expected.is_empty() && token.first;
        let value = matches!(token.kind, Kind::Number | Kind::Text | Kind::TextOpen)
            || token.kind == Kind::Word && !super::CLAUSES.contains(&self.text(token));
        let begins = self.tokens.scanned.tokens.partition_point(|token| token.start < self.start);
        let words = || {
            (begins..).map_while(|index| self.tokens.get(index)).take_while(|token| token.start < self.end).map(|token| self.text(token))
        };
        if !rule || !value || words().any(|word| word == "then") || !words().any(|word| word == "when") {
            return None;
        }
        if super::similar(self.text(token), &super::CLAUSES).is_some() || super::is_reserved(self.text(token)) {
            return None;
        }
        let name = words().skip_while(|word| *word != "rule").nth(1).unwrap_or("");
        let finding = SyntaxError::MissingClause {
            what: format!("rule `{name}`"),
            word: "then",
            at: self.span(token),
            label: "the outcome stands behind `then`",
            help: Some(format!("write `then {}`", self.text(token))),
        };
        Some(Explained::new(finding).mend(token.start, token.start, "then "))
    }

    /// A table pasted from a spreadsheet, in columns of tabs.
    fn no_bars(&self, token: &Token) -> Option<Explained> {
        if self.rule != Rule::only_table {
            return None;
        }
        let text = &self.tokens.text[..self.end as usize];
        let begins = text[..token.start as usize].rfind('\n')? + 1;
        let line = text[begins..].lines().next()?;
        let cells: Vec<&str> = line.split('\t').map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let (last, tests) = cells.split_last().filter(|(_, tests)| !tests.is_empty())?;
        let at = axtrace_source::Span::new(
            self.base + (begins + line.len() - line.trim_start().len()) as u32,
            self.base + (begins + line.trim_end().len()) as u32,
        );
        Some(Explained::new(SyntaxError::NoBars { at, help: format!("write its rows like `| {} || {last} |`", tests.join(" | ")) }))
    }
}

/// Whether a word ends the name of a rule that is written as several.
fn ends_a_name(word: &str) -> bool {
    matches!(
        word,
        "when" | "then" | "for" | "let" | "because" | "cites" | "overrides" | "overridden" | "owner" | "from" | "until" | "{" | ":" | "if"
    )
}

/// Words as one name.
fn joined(written: &str) -> String {
    let words = written.split(|sign: char| !sign.is_alphanumeric() && sign != '_' && sign != '.').filter(|word| !word.is_empty());
    let name = words.map(str::to_lowercase).collect::<Vec<_>>().join("_");
    let first = name.chars().next().unwrap_or('_');
    if pest::unicode::XID_START(first) { name } else { format!("rule_{name}") }
}

/// Whether a word is the name of a built-in type, or of one elsewhere.
fn is_type(word: &str) -> bool {
    matches!(
        word,
        "boolean"
            | "integer"
            | "decimal"
            | "percent"
            | "money"
            | "text"
            | "date"
            | "time"
            | "datetime"
            | "duration"
            | "days"
            | "period"
            | "weekday"
            | "timezone"
            | "set"
            | "list"
            | "advice"
            | "string"
            | "int"
            | "bool"
            | "number"
            | "float"
            | "double"
    )
}

fn is_currency(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Whether digits are a group of three, with decimal places perhaps.
fn is_group(text: &str) -> bool {
    text.split(['.', ',']).next().is_some_and(|group| group.len() == 3)
}

/// The number that is meant by digits with commas, points and blanks.
fn number_of(text: &str) -> Option<(String, &'static str)> {
    let places = "a point stands before the decimal places";
    let grouped = "digits are grouped with `_`, if at all";
    let groups = |text: &str, sign: char| text.split(sign).skip(1).all(|group| group.len() == 3);
    let (point, comma) = (text.rfind('.'), text.rfind(','));
    match (point, comma) {
        (Some(point), Some(comma)) if point < comma => Some((text.replace('.', "").replace(',', "."), places)),
        (Some(point), Some(_)) if groups(&text[..point], ',') => Some((text.replace(',', ""), grouped)),
        (None, Some(_)) if text.matches(',').count() == 1 => Some((text.replace(',', "."), places)),
        (None, Some(_)) if groups(text, ',') => Some((text.replace(',', ""), grouped)),
        (_, None) => Some((text.replace(' ', ""), grouped)),
        _ => None,
    }
}
