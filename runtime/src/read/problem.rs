//! What can be wrong with an input, in words for the person who sends it.

use std::fmt;

use axtrace_source::Span;
use miette::{Diagnostic, LabeledSpan};

use crate::literal::{Excerpt, LiteralError};

/// All problems of one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputErrors {
    /// The problems, in declared order; at least one.
    pub problems: Vec<Problem>,
    /// Whether there were more than are listed; the list ends at [`MAX_PROBLEMS`].
    pub cut: bool,
}

/// The most problems of one input that are listed.
pub const MAX_PROBLEMS: usize = 10_000;

/// One problem of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where in the input, as a JSON pointer (RFC 6901): `/worker/booked`; empty for the whole input.
    pub at: String,
    /// The declaration that the input does not keep: of the field or parameter, or, for a key nobody declared, of the record or decision.
    pub declared: Span,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong at one place of an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
#[expect(missing_docs, reason = "each message says what its variant means, and every field is a part of the message")]
pub enum Wrong {
    #[error("this is no JSON: line {line}, column {column}: {what}")]
    #[diagnostic(code(E0701))]
    NotJson { line: usize, column: usize, what: String },
    #[error("this is not UTF-8: byte {offset}, counted from 0, begins no character")]
    #[diagnostic(code(E0702))]
    NotUtf8 { offset: usize },
    #[error("the input has {bytes} bytes; an input has at most 64 MiB")]
    #[diagnostic(code(E0703))]
    TooLarge { bytes: usize },
    #[error("line {line}, column {column}: the input is nested deeper than 128")]
    #[diagnostic(code(E0704))]
    TooDeep { line: usize, column: usize },
    #[error("the inputs read so far leave no room for this one: the values of one batch take at most 4 GiB, those of one input 1 GiB")]
    #[diagnostic(code(E0705))]
    NoRoom,
    #[error("`{name}` is missing")]
    #[diagnostic(code(E0706))]
    Missing { name: String },
    #[error("an element of the list is `null`, and none may be missing")]
    #[diagnostic(code(E0706))]
    MissingElement,
    #[error("`{key}` is given more than once")]
    #[diagnostic(code(E0707))]
    Repeated { key: Excerpt },
    #[error("`{key}` is no {what} of `{owner}`{}", Meant(suggestion))]
    #[diagnostic(code(E0708))]
    UnknownKey { key: Excerpt, what: &'static str, owner: String, suggestion: Option<String> },
    #[error("{found} where {expected} is needed")]
    #[diagnostic(code(E0709))]
    OtherType { found: &'static str, expected: String },
    #[error("{value} is {relation} {bound}")]
    #[diagnostic(code(E0710))]
    OutOfRange { value: String, relation: &'static str, bound: String },
    #[error(transparent)]
    #[diagnostic(code(E0711))]
    Form(#[from] LiteralError),
    #[error("`{value}` is no whole number")]
    #[diagnostic(code(E0712))]
    NotWhole { value: Excerpt },
    #[error("`{value}` has more than {places} {} after the point", if *places == 1 { "digit" } else { "digits" })]
    #[diagnostic(code(E0712))]
    Places { value: Excerpt, places: u32 },
    #[error("an amount in {found} where one in {expected} is needed")]
    #[diagnostic(code(E0713))]
    OtherCurrency { found: &'static str, expected: &'static str },
    #[error("this object is no amount of money: write `\"12.50 {currency}\"`, or an object with `amount` and `currency`, each once")]
    #[diagnostic(code(E0714))]
    NotMoneyObject { currency: &'static str },
    #[error("`{name}` is no {what}{}", Meant(suggestion))]
    #[diagnostic(code(E0715))]
    UnknownName { name: Excerpt, what: String, suggestion: Option<String> },
    #[error("`{name}` is in the set more than once")]
    #[diagnostic(code(E0716))]
    RepeatedMember { name: String },
    #[error("the text has {length} characters, and at most {max} are allowed")]
    #[diagnostic(code(E0717))]
    LongText { length: usize, max: u32 },
    #[error("the list has {length} {}, and at most {max} are allowed", items(*length))]
    #[diagnostic(code(E0718))]
    LongList { length: usize, max: u32 },
    #[error("the list has {length} {}, and at least {min} are needed", items(*length))]
    #[diagnostic(code(E0718))]
    ShortList { length: usize, min: u32 },
    #[error("the text has half of a surrogate pair, such as `\\ud800`, which is no character")]
    #[diagnostic(code(E0719))]
    LoneSurrogate,
}

/// A near miss at the end of a message.
struct Meant<'a>(&'a Option<String>);

impl fmt::Display for Meant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |name| write!(f, ": did you mean `{name}`?"))
    }
}

fn items(count: usize) -> &'static str {
    if count == 1 { "item" } else { "items" }
}

impl Problem {
    /// The stable code, such as `E0710`.
    #[must_use]
    pub fn code(&self) -> String {
        self.wrong.code().map(|code| code.to_string()).unwrap_or_default()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() { write!(f, "{}", self.wrong) } else { write!(f, "{}: {}", self.at, self.wrong) }
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.wrong.code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_primary_with_span(Some("declared here".to_owned()), self.declared);
        Some(Box::new(std::iter::once(label)))
    }
}

impl fmt::Display for InputErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if place > 0 { "\n" } else { "" })?;
        }
        if self.cut { write!(f, "\nand more") } else { Ok(()) }
    }
}

impl std::error::Error for InputErrors {}
