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
    /// Where in a file of rows; none for an input that is JSON.
    pub cell: Option<CellPlace>,
}

/// Where a row stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowPlace {
    /// It begins on this line of a text, from 1.
    Line(u64),
    /// It is this row of a file that has no lines, from 1.
    Row(u64),
}

impl RowPlace {
    /// The line or the row, from 1.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Row(number) => number,
        }
    }

    /// What is counted: `line` or `row`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Line(_) => "line",
            Self::Row(_) => "row",
        }
    }
}

impl fmt::Display for RowPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.word(), self.number())
    }
}

/// A place in a file of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellPlace {
    /// The row; none when the names of the columns stand elsewhere.
    pub row: Option<RowPlace>,
    /// The name of the column, as the file has it; none when the problem is that of a row or that there is no such column.
    pub column: Option<String>,
}

impl fmt::Display for CellPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.row, &self.column) {
            (Some(row), Some(column)) => write!(f, "{row} of the input, column `{}`", Excerpt::of(column)),
            (Some(row), None) => write!(f, "{row} of the input"),
            (None, Some(column)) => write!(f, "column `{}`", Excerpt::of(column)),
            (None, None) => write!(f, "the names of the columns"),
        }
    }
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
    #[error("the cell is blank, and `{name}` must not be missing")]
    #[diagnostic(code(E0706))]
    Blank { name: String },
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
    #[error("`{text}` is no JSON array: write {expected} such as `{example}`")]
    #[diagnostic(code(E0709))]
    NotArray { text: Excerpt, expected: String, example: String },
    #[error("{value} is {relation} {bound}")]
    #[diagnostic(code(E0710))]
    OutOfRange { value: String, relation: &'static str, bound: String },
    #[error(transparent)]
    #[diagnostic(code(E0711))]
    Form(#[from] LiteralError),
    #[error("`{text}` is neither `true` nor `false`")]
    #[diagnostic(code(E0711))]
    NotBoolean { text: Excerpt },
    #[error("`{value}` is no whole number")]
    #[diagnostic(code(E0712))]
    NotWhole { value: Excerpt },
    #[error("`{value}` has more than {places} {} after the point", if *places == 1 { "digit" } else { "digits" })]
    #[diagnostic(code(E0712))]
    Places { value: Excerpt, places: u32 },
    #[error("an amount in {found} where one in {expected} is needed")]
    #[diagnostic(code(E0713))]
    OtherCurrency { found: &'static str, expected: &'static str },
    #[error("a quantity in `{found}` where one in `{expected}` is needed")]
    #[diagnostic(code(E0713))]
    OtherUnit { found: Excerpt, expected: String },
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
    #[error("the column `{name}` names no field of an input of `{owner}`{}", Meant(suggestion))]
    #[diagnostic(code(E0720))]
    UnknownColumn { name: Excerpt, owner: String, suggestion: Option<String> },
    #[error("column {place} has no name")]
    #[diagnostic(code(E0720))]
    NamelessColumn { place: usize },
    #[error("the column `{name}` gives what column {first} gives already")]
    #[diagnostic(code(E0721))]
    RepeatedColumn { name: Excerpt, first: usize },
    #[error("there is no column `{name}`")]
    #[diagnostic(code(E0722))]
    NoColumn { name: String },
    #[error("the row has {cells} {}, and the file {columns} {}", if *cells == 1 { "cell" } else { "cells" }, if *columns == 1 { "column" } else { "columns" })]
    #[diagnostic(code(E0723))]
    Ragged { cells: usize, columns: usize },
    #[error("`{name}` is a list of records, which CSV does not hold: give such inputs as JSON")]
    #[diagnostic(code(E0724))]
    ListOfRecords { name: String },
    #[error("the column `{name}` is a record: its fields have a column each, such as `{field}`")]
    #[diagnostic(code(E0724))]
    RecordColumn { name: Excerpt, field: String },
    #[error("a quote is never closed: close it, write a quote inside of a quoted cell twice, or read the file with `--no-quotes`")]
    #[diagnostic(code(E0725))]
    UnclosedQuote,
    #[error("the names of the columns are not divided by `{used}`, and would be by `{other}`: read the file with `--delimiter '{other}'`")]
    #[diagnostic(code(E0726))]
    OtherDelimiter { used: &'static str, other: &'static str },
    #[error("`{condition}` does not hold{}", because.as_ref().map(|because| format!(": {because}")).unwrap_or_default())]
    #[diagnostic(code(E0727))]
    Relation { condition: String, because: Option<String> },
    #[error("the file has {columns} columns; at most 65,536 are read")]
    #[diagnostic(code(E0703))]
    ManyColumns { columns: usize },
    #[error(
        "the column `{name}` holds binary floating-point numbers ({what}), and `{field}` is exact: write the column as DECIMAL, as a whole number or as text"
    )]
    #[diagnostic(code(E0728))]
    FloatColumn { name: Excerpt, what: &'static str, field: String },
    #[error("the column `{name}` holds {what}, which AxTrace does not read: {instead}")]
    #[diagnostic(code(E0729))]
    UnreadColumn { name: Excerpt, what: String, instead: String },
    #[error(
        "the column `{name}` holds local times, and `{field}` is an instant: write the column in UTC (a TIMESTAMP with isAdjustedToUTC), or declare the field `datetime in zone \"…\"`"
    )]
    #[diagnostic(code(E0730))]
    LocalColumn { name: Excerpt, field: String },
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

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.cell.as_ref().map(|cell| Box::new(format!("this is {cell}")) as Box<dyn fmt::Display>)
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
