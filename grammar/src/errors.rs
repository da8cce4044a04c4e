//! The findings of the grammar, in the author's words.

use std::borrow::Cow;

use axtrace_source::Span;
use miette::Diagnostic;
use thiserror::Error;

/// What can be wrong with the text of a rule file.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[allow(missing_docs, reason = "each variant's message says what it means; its fields are what the message shows")]
pub enum SyntaxError {
    #[error("a text does not end on its line")]
    #[diagnostic(code(E0004), help("close it with `\"`; a line break in a text is written `\\n`"))]
    TextOpen {
        #[label(primary, "the text begins here")]
        at: Span,
    },
    #[error("a name in backticks does not end on its line")]
    #[diagnostic(code(E0004), help("close it with a backtick"))]
    BacktickOpen {
        #[label(primary, "the name begins here")]
        at: Span,
    },
    #[error("an address does not end on its line")]
    #[diagnostic(code(E0004), help("close it with `>`; blanks in it are written `%20`"))]
    UrlOpen {
        #[label(primary, "the address begins here")]
        at: Span,
    },
    #[error("an invisible character ({name}) changes the direction of the text that is shown")]
    #[diagnostic(code(E0005), help("delete it; outside of texts a file reads as it is displayed"))]
    Bidi {
        name: String,
        #[label(primary, "it hides here")]
        at: Span,
    },
    #[error("the name `{begins}…` has {letters} characters")]
    #[diagnostic(code(E0037), help("a name has at most 200 characters; a text stands in quotes"))]
    LongName {
        begins: String,
        letters: usize,
        #[label(primary, "too long to be told apart")]
        at: Span,
    },
    #[error("{name} means nothing here")]
    #[diagnostic(code(E0006))]
    Strange {
        name: String,
        #[label(primary, "this character")]
        at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("a text does not stand in these quotes")]
    #[diagnostic(code(E0006), help("write `\"{text}\"`; word processors bend quotes, editors for plain text leave them straight"))]
    Quotes {
        text: String,
        #[label(primary, "a text stands in straight double quotes: `\"`")]
        at: Span,
    },
    #[error("`{found}` {problem}")]
    #[diagnostic(code(E0034))]
    Phrase {
        found: String,
        problem: Cow<'static, str>,
        #[label(primary, "{instead}")]
        at: Span,
        instead: String,
        #[help]
        help: Option<String>,
    },
    #[error("{what} is one word, and this is {found}")]
    #[diagnostic(code(E0035))]
    NoName {
        what: &'static str,
        found: &'static str,
        #[label(primary, "no name")]
        at: Span,
        #[help]
        help: String,
    },
    #[error("this is nested deeper than {} levels", crate::MAX_DEPTH)]
    #[diagnostic(code(E0007), help("name inner parts with `let` or `define`"))]
    TooDeep {
        #[label(primary, "one level too many")]
        at: Span,
    },
    #[error("this expression has more than {} operators and parts in a row", crate::MAX_HEIGHT)]
    #[diagnostic(code(E0007), help("name parts of it with `let` or `define`; `sum(…)` adds up a list"))]
    TooLong {
        #[label(primary, "too long")]
        at: Span,
    },
    #[error("this stands in chains of more than {} `else if` or `or else`", crate::MAX_CHAIN)]
    #[diagnostic(code(E0007), help("write a rule for each case, or name parts of it with `let` or `define`"))]
    ChainTooLong {
        #[label(primary, "too long")]
        at: Span,
    },
    #[error("this has more than {} words, numbers and signs", crate::MAX_PART)]
    #[diagnostic(code(E0007), help("write several declarations or rules instead of one"))]
    PartTooLong {
        #[label(primary, "too long to be read as a whole")]
        at: Span,
    },
    #[error("`{text}` begins with a zero")]
    #[diagnostic(code(E0008), help("write `{instead}`"))]
    LeadingZero {
        text: String,
        instead: String,
        #[label(primary, "a number has no leading zeros")]
        at: Span,
    },
    #[error("`{text}` is no date")]
    #[diagnostic(code(E0009))]
    JoinedDigits {
        text: String,
        #[label(primary, "digits joined by `-` are a date such as `2026-03-01`")]
        at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("`{text}` is no date")]
    #[diagnostic(code(E0009), help("write `{instead}`"))]
    DateShape {
        text: String,
        instead: String,
        #[label(primary, "a date is written as year, month and day, joined by `-`")]
        at: Span,
    },
    #[error("`{text}` is no time of day")]
    #[diagnostic(code(E0009))]
    TimeShape {
        text: String,
        #[label(primary, "a time is written like `09:30` or `09:30:15`")]
        at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("`{text}` does not exist")]
    #[diagnostic(code(E0010))]
    NoSuchDate {
        text: String,
        #[label(primary, "{why}")]
        at: Span,
        why: String,
    },
    #[error("`{text}` has too many digits")]
    #[diagnostic(code(E0011), help("a number has at most 38 digits"))]
    TooManyDigits {
        text: String,
        #[label(primary, "too many digits")]
        at: Span,
    },
    #[error("{what} are at most {most}")]
    #[diagnostic(code(E0011))]
    TooManyPlaces {
        what: &'static str,
        most: u64,
        #[label(primary, "more than {most}")]
        at: Span,
    },
    #[error("`{escape}` means nothing in a text")]
    #[diagnostic(code(E0012), help("a text knows `\\n`, `\\\"`, `\\\\` and `\\u{{1F600}}`"))]
    UnknownEscape {
        escape: String,
        #[label(primary, "no escape")]
        at: Span,
    },
    #[error("a single `}}` stands in a text")]
    #[diagnostic(code(E0012), help("write `}}}}` for the brace itself"))]
    LoneBrace {
        #[label(primary, "it closes no expression")]
        at: Span,
    },
    #[error("the `$` is shown before the value")]
    #[diagnostic(
        code(E0036),
        severity(warning),
        help("a value is inserted by braces alone: delete the `$`; an amount of money shows its currency itself")
    )]
    Placeholder {
        #[label(primary, "a sign of the text like any other")]
        at: Span,
    },
    #[error("nothing can be inserted into this text")]
    #[diagnostic(code(E0012), help("write `{{{{` and `}}}}` for the braces themselves"))]
    NoInterpolation {
        #[label(primary, "only the texts of expressions and `because` hold expressions")]
        at: Span,
    },
    #[error("`{found}` {problem}")]
    #[diagnostic(code(E0013))]
    Operator {
        found: &'static str,
        problem: &'static str,
        #[label(primary, "{instead}")]
        at: Span,
        instead: &'static str,
    },
    #[error("`{open}` is never closed")]
    #[diagnostic(code(E0014))]
    NeverClosed {
        open: char,
        close: char,
        #[label(primary, "its `{close}` is missing")]
        at: Span,
        #[help]
        help: Option<&'static str>,
    },
    #[error("`}}` closes everything, and `{next}` follows")]
    #[diagnostic(code(E0015), help("delete it, or a `}}` too many before it"))]
    ClosesEarly {
        next: String,
        #[label(primary, "no decision is open behind this")]
        at: Span,
    },
    #[error("`{close}` closes nothing")]
    #[diagnostic(code(E0015), help("delete it, or add the bracket that it closes"))]
    NeverOpened {
        close: char,
        #[label(primary, "no bracket is open here")]
        at: Span,
    },
    #[error("{expected} is expected {place}")]
    #[diagnostic(code(E0016))]
    Expected {
        expected: String,
        place: String,
        #[label(primary, "{label}")]
        at: Span,
        label: String,
        #[help]
        help: Option<String>,
    },
    #[error("{found} cannot stand here")]
    #[diagnostic(code(E0017))]
    Unexpected {
        found: String,
        #[label(primary, "{label}")]
        at: Span,
        label: String,
        #[help]
        help: Option<String>,
    },
    #[error("{what} has no `{word}`")]
    #[diagnostic(code(E0018))]
    MissingClause {
        what: String,
        word: &'static str,
        #[label(primary, "{label}")]
        at: Span,
        label: &'static str,
        #[help]
        help: Option<String>,
    },
    #[error("`{word}` stands twice in {place}")]
    #[diagnostic(code(E0019))]
    Twice {
        word: String,
        place: String,
        #[label(primary, "the second")]
        at: Span,
        #[label("the first")]
        first: Span,
        #[help]
        help: Option<String>,
    },
    #[error("`{word}` stands too late")]
    #[diagnostic(code(E0020), help("{help}"))]
    TooLate {
        word: String,
        #[label(primary, "{label}")]
        at: Span,
        label: String,
        help: &'static str,
    },
    #[error("{what} stands outside of {place}")]
    #[diagnostic(code(E0021))]
    Misplaced {
        what: String,
        place: &'static str,
        #[label(primary, "{label}")]
        at: Span,
        label: String,
        #[help]
        help: Option<String>,
    },
    #[error("`{word}` begins no {what}")]
    #[diagnostic(code(E0022))]
    UnknownWord {
        word: String,
        what: &'static str,
        #[label(primary, "{label}")]
        at: Span,
        label: String,
        #[help]
        help: Option<String>,
    },
    #[error("comparisons cannot be chained")]
    #[diagnostic(code(E0023), help("write `a < b and b < c`, or `b in a..c`"))]
    Chained {
        #[label(primary, "a second comparison")]
        at: Span,
        #[label("the first")]
        first: Span,
    },
    #[error("`{text}` is no number")]
    #[diagnostic(code(E0024), help("write `{instead}`: {why}"))]
    NoNumber {
        text: String,
        instead: String,
        why: &'static str,
        #[label(primary, "not read as one number")]
        at: Span,
    },
    #[error("`{word}` is a word of the language and cannot be a name by itself")]
    #[diagnostic(code(E0025), help("write it in backticks: `` `{word}` ``"))]
    ReservedName {
        word: String,
        #[label(primary, "reserved")]
        at: Span,
    },
    #[error("empty backticks name nothing")]
    #[diagnostic(code(E0025))]
    EmptyBackticks {
        #[label(primary, "a name is expected here")]
        at: Span,
    },
    #[error("{problem}")]
    #[diagnostic(code(E0026))]
    Arguments {
        problem: String,
        #[label(primary, "{label}")]
        at: Span,
        label: &'static str,
        #[help]
        help: Option<&'static str>,
    },
    #[error("a range has two ends, or begins with `>=`, `>`, `<=` or `<`")]
    #[diagnostic(code(E0027), help("write `{text}..…`, or `>= {text}`"))]
    OneEnd {
        text: String,
        #[label(primary, "only one end")]
        at: Span,
    },
    #[error("the parts of a duration are `h`, `min`, `s`, each once and in this order")]
    #[diagnostic(code(E0028))]
    DurationParts {
        #[label(primary, "not in this order")]
        at: Span,
    },
    #[error("this row has {found}, its header has {wanted}")]
    #[diagnostic(code(E0029))]
    RowLength {
        found: String,
        wanted: String,
        says: String,
        #[label(primary, "{says}")]
        at: Span,
        #[label("{wanted}")]
        header: Span,
    },
    #[error("{problem}")]
    #[diagnostic(code(E0030))]
    Table {
        problem: String,
        #[label(primary, "{label}")]
        at: Span,
        label: &'static str,
        #[help]
        help: Option<&'static str>,
    },
    #[error("the rows of a table stand between bars")]
    #[diagnostic(code(E0030), help("{help}"))]
    NoBars {
        #[label(primary, "no bar begins this row")]
        at: Span,
        help: String,
    },
    #[error("a file begins with `module` and its name")]
    #[diagnostic(code(E0031), help("write `module {name}` on its first line"))]
    NoModule {
        name: String,
        #[label(primary, "`module` is missing before this")]
        at: Span,
    },
    #[error("groups do not nest")]
    #[diagnostic(code(E0032), help("close the outer group before this one begins"))]
    NestedGroup {
        #[label(primary, "a group inside of a group")]
        at: Span,
        #[label("the outer group")]
        outer: Span,
    },
    #[error("`{name}` looks like `{other}`, and is another name")]
    #[diagnostic(
        code(E0220),
        severity(warning),
        help("write both with the same letters if they are one; else give one of them another name")
    )]
    LooksLike {
        name: String,
        other: String,
        #[label(primary, "has letters of another alphabet, or others that look the same")]
        at: Span,
        #[label("`{other}` stands here")]
        first: Span,
    },
    #[error("a comma or a line break is missing between `{left}` and `{right}`")]
    #[diagnostic(code(E0033))]
    NoSeparator {
        left: String,
        right: String,
        #[label(primary, "separate it from what stands before")]
        at: Span,
    },
}

impl SyntaxError {
    /// A row of a table with more or fewer cells than its header.
    #[must_use]
    pub fn row_length(found: usize, wanted: usize, at: Span, header: Span) -> Self {
        let counted = |count: usize| if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") };
        let many = found.abs_diff(wanted);
        let word = if found > wanted { "too many" } else { "missing" };
        Self::RowLength { found: counted(found), wanted: counted(wanted), says: format!("{many} {word}"), at, header }
    }

    /// A character that changes the direction of what is shown.
    pub(crate) fn bidi(sign: char, at: Span) -> Self {
        Self::Bidi { name: format!("U+{:04X}", u32::from(sign)), at }
    }

    /// Says how many more of a character there are.
    pub(crate) fn with_more(self, more: usize) -> Self {
        match self {
            Self::Strange { name, at, help: Some(help) } if more > 0 => {
                let times = if more == 1 { "once more".to_owned() } else { format!("{more} times more") };
                Self::Strange { name, at, help: Some(format!("{help}; it stands in this file {times}")) }
            }
            other => other,
        }
    }
}
