//! Says in the language's own words why a stretch could not be read.
//!
//! The grammar tells the furthest place it came to and which of its rules would have gone on there. Rules that only continue what is complete
//! (operators, further clauses) are left out: what remains is what was missing. Where nothing remains, the word itself is out of place.

use axtrace_source::Span;
use pest::error::{Error, ErrorVariant, InputLocation};

use crate::{
    errors::SyntaxError,
    grammar::Rule,
    scan::{Kind, Token},
    similar::similar,
    split::{Tokens, is_reserved},
};

/// The words that begin a declaration.
pub(crate) const DECLARATIONS: [&str; 19] = [
    "module", "owner", "version", "use", "unit", "enum", "record", "open", "type", "param", "role", "define", "decision", "measure",
    "sample", "test", "prove", "always", "change",
];
/// The words that begin a part of a decision.
pub(crate) const PARTS: [&str; 9] = ["rule", "shadow", "group", "table", "let", "always", "otherwise", "may", "steps"];
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

/// The finding, and, where what stands before is complete by itself, its end.
pub(crate) fn explain(context: &Context, error: &Error<Rule>) -> (SyntaxError, Option<u32>) {
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return (SyntaxError::TooDeep { at: context.here() }, None);
    };
    if let Some(slip) = context.slip(positives) {
        return (slip, None);
    }
    let expected = expected(positives);
    let Some(token) = context.token() else { return (context.expected_at_end(&expected), None) };
    if expected.is_empty() && token.first && token.kind == Kind::Word {
        return context.unknown_line(token);
    }
    if expected.is_empty() { (context.unexpected(token), None) } else { (context.expected(token, &expected), None) }
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
            "," => return self.decimal_comma(),
            ":" if !positives.contains(&Rule::colon) => return self.no_separator(),
            _ if self.previous().is_some_and(|before| self.text(before) == "refer") => {
                return Some(self.expected(token, &["`to`".to_owned()]));
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
        let words = left.kind == Kind::Word && self.tokens.is_name(index - 1) && left.start >= self.start;
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

    /// `12,50`.
    fn decimal_comma(&self) -> Option<SyntaxError> {
        let index = self.index();
        let (before, comma, after) = (self.tokens.get(index.checked_sub(1)?)?, self.tokens.get(index)?, self.tokens.get(index + 1)?);
        let digits = |token: &Token| token.kind == Kind::Number && self.text(token).bytes().all(|byte| byte.is_ascii_digit());
        let joined = digits(before) && digits(after) && before.end == comma.start && comma.end == after.start;
        let (left, right) = (self.text(before), self.text(after));
        let at = self.span(before).to(self.span(after));
        joined.then(|| SyntaxError::DecimalComma { text: format!("{left},{right}"), instead: format!("{left}.{right}"), at })
    }

    fn place(&self) -> String {
        match self.previous() {
            Some(token) => format!("behind `{}`", shortened(self.text(token))),
            None => "here".to_owned(),
        }
    }

    fn expected(&self, token: &Token, expected: &[String]) -> SyntaxError {
        let found = shortened(self.text(token));
        let meant = if token.kind == Kind::Word { self.meant(self.text(token), expected) } else { None };
        SyntaxError::Expected {
            expected: listed(expected),
            place: self.place(),
            at: self.span(token),
            label: format!("`{found}` stands there instead"),
            help: meant.map(|meant| format!("did you mean `{meant}`?")),
        }
    }

    fn expected_at_end(&self, expected: &[String]) -> SyntaxError {
        let expected = if expected.is_empty() { "more".to_owned() } else { listed(expected) };
        let label = format!("{} ends here", whole(self.rule));
        SyntaxError::Expected { expected, place: self.place(), at: self.here(), label, help: None }
    }

    /// A new line that begins with no word that could go on.
    fn unknown_line(&self, token: &Token) -> (SyntaxError, Option<u32>) {
        let (text, at) = (self.text(token), self.span(token));
        let clauses = matches!(self.rule, Rule::only_rule | Rule::only_replace | Rule::only_otherwise | Rule::only_test | Rule::only_head);
        let (what, known): (_, Vec<&str>) =
            if clauses { ("clause", CLAUSES.to_vec()) } else { ("declaration", [&DECLARATIONS[..], &PARTS[..]].concat()) };
        let complete = (!clauses).then(|| self.previous().map(|before| before.end)).flatten();
        if CLAUSES.contains(&text) || is_reserved(text) {
            return (self.unexpected(token), None);
        }
        let help = similar(text, &known).map(|meant| format!("did you mean `{meant}`?"));
        (SyntaxError::UnknownWord { word: text.to_owned(), what, at, label: format!("no {what}"), help }, complete)
    }

    fn unexpected(&self, token: &Token) -> SyntaxError {
        if let Some(misread) = self.misread_unit() {
            return misread;
        }
        let text = self.text(token);
        let meant = if token.kind == Kind::Word { self.meant(text, &[]) } else { None };
        let meant = meant.map(|meant| format!("did you mean `{meant}`?")).or_else(|| self.no_when());
        let place = self.previous().map_or("here".to_owned(), |before| format!("behind `{}`", shortened(self.text(before))));
        SyntaxError::Unexpected {
            found: format!("`{}`", shortened(text)),
            at: self.span(token),
            label: format!("nothing that fits {place}"),
            help: meant,
        }
    }

    /// A misspelt keyword behind a number, which reads like a unit: `3 thn`.
    fn misread_unit(&self) -> Option<SyntaxError> {
        let index = self.index();
        let (number, unit) = (self.tokens.get(index.checked_sub(2)?)?, self.tokens.get(index - 1)?);
        let word = self.text(unit);
        if number.kind != Kind::Number || unit.kind != Kind::Word || is_reserved(word) {
            return None;
        }
        let meant = self.meant(word, &[])?;
        let (label, help) = (format!("nothing that fits behind `{}`", self.text(number)), Some(format!("did you mean `{meant}`?")));
        Some(SyntaxError::Unexpected { found: format!("`{word}`"), at: self.span(unit), label, help })
    }

    /// A condition directly behind the name of a rule or group.
    fn no_when(&self) -> Option<String> {
        let before = self.index().checked_sub(2).map(|index| self.tokens.word(index));
        let head = matches!(before, Some("rule" | "group")) && matches!(self.rule, Rule::only_rule | Rule::only_group | Rule::only_replace);
        head.then(|| "a condition begins with `when`".to_owned())
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
        Rule::only_otherwise | Rule::only_let | Rule::only_may | Rule::only_steps => "the clause",
        Rule::only_header | Rule::only_tests | Rule::only_outcome | Rule::only_text | Rule::only_cites | Rule::only_names => "the cell",
        _ => "the declaration",
    }
}

fn wants_operand(positives: &[Rule]) -> bool {
    positives.iter().any(|rule| is_operand(*rule))
}

fn is_operand(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::expr
            | Rule::logic
            | Rule::negation
            | Rule::comparison
            | Rule::operand
            | Rule::arith
            | Rule::unary
            | Rule::postfix
            | Rule::primary
    )
}

/// What was missing, in words, without what would only have gone on.
fn expected(positives: &[Rule]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in positives.iter().filter(|rule| !continues(**rule)).filter_map(|rule| in_words(*rule)) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    let closes = words.iter().any(|word| matches!(word.as_str(), "`)`" | "`]`" | "`}`"));
    if closes && positives.contains(&Rule::comma) {
        words.push("`,`".to_owned());
    }
    let ends = positives.contains(&Rule::EOI);
    if words.is_empty() && !ends {
        words.extend(positives.iter().filter_map(|rule| needed(*rule)));
    }
    if ends || words.len() > 4 { Vec::new() } else { words }
}

/// Whether a rule only continues what is complete without it.
fn continues(rule: Rule) -> bool {
    use Rule as R;
    let operator = matches!(
        rule,
        R::logic_op | R::arith_op | R::compare_tail | R::compare_op | R::in_op | R::is_op | R::range_op | R::field_access | R::with_part
    );
    let part =
        matches!(rule, R::arguments | R::for_part | R::where_part | R::by_part | R::step_part | R::optional | R::unit | R::clock_unit);
    let clause =
        matches!(rule, R::rule_clause | R::because_clause | R::cites_clause | R::when_clause | R::overrides_clause | R::hit | R::as_of);
    let word = matches!(
        rule,
        R::kw_or | R::kw_in | R::kw_with | R::kw_at | R::kw_read | R::kw_trusted | R::kw_escalates | R::kw_shadow | R::kw_not
    );
    operator || part || clause || word || matches!(rule, R::comma | R::EOI | R::or_referral | R::within | R::proposing | R::url | R::places)
}

fn in_words(rule: Rule) -> Option<String> {
    use Rule as R;
    let words = match rule {
        _ if is_operand(rule) => "a value",
        R::outcome => "an outcome",
        R::type_expr | R::type_kind | R::inner_type => "a type",
        R::type_range => "a range",
        R::name | R::path | R::param | R::field | R::record_part | R::name_list | R::rule_head => "a name",
        R::given_value => "a parameter's name with `=` and its value",
        R::binders | R::binder => "an element such as `x in items`",
        R::text | R::plain_text | R::pattern | R::cite => "a text in double quotes",
        R::date => "a date such as `2026-03-01`",
        R::digits => "a whole number",
        R::equals => "`=`",
        R::colon | R::type_mark => "`:`",
        R::open_brace | R::test_body => "`{`",
        R::close_brace => "`}`",
        R::open_paren | R::params => "`(`",
        R::close_paren => "`)`",
        R::open_square => "`[`",
        R::close_square => "`]`",
        R::policy => "a hit policy (`any`, `unique`, `first`, `priority (…)`, `collect`)",
        R::let_part => "`let`",
        R::measure_entry | R::measure_kind => "`by hand`, `when referred` or `hourly cost`",
        R::record_value => "`{`",
        R::claim => "a claim",
        R::cell_test | R::cell_tests => "a value, a range or a comparison",
        _ => return keyword(rule),
    };
    Some(words.to_owned())
}

/// What a rule that usually only continues something reads, where nothing else was possible.
fn needed(rule: Rule) -> Option<String> {
    match rule {
        Rule::places => Some("`(`, the number of decimal places and `)`".to_owned()),
        Rule::unit => Some("a currency such as `EUR`".to_owned()),
        _ => keyword(rule),
    }
}

/// The keyword that a rule reads.
fn keyword(rule: Rule) -> Option<String> {
    format!("{rule:?}").strip_prefix("kw_").map(|word| format!("`{word}`"))
}
