//! How a Rust type differs from what the rules declare, as data and in words.

use std::fmt;

use axtrace_source::{Sources, Span};
use miette::Diagnostic;

/// One difference between a Rust type and what the rules declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which field, from a parameter or from `outcome` on: `request.lines[].price`, `outcome.price`. Empty for the input itself.
    pub at: String,
    /// How they differ.
    pub differs: Differs,
    /// What the rules declare there, as it is written: `age : integer in 14..80`.
    pub declaration: String,
    /// Where that stands.
    pub declared: Option<Place>,
}

/// A place in the rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file, by the name that everybody knows it by.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in Unicode scalars.
    pub column: usize,
}

/// How a Rust type and a declaration differ.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum Differs {
    /// The rules need a field that the Rust type does not have.
    #[error("`{rust}` has no field `{name}`; add one that is {write}")]
    #[diagnostic(code(E0751))]
    FieldMissing {
        /// The Rust type.
        rust: String,
        /// The field of the rules.
        name: String,
        /// A Rust type that would fit.
        write: String,
    },
    /// The Rust type has a field that the rules do not know.
    #[error("`{rust}` has a field `{name}`, which {owner} does not have{}", meant(suggestion))]
    #[diagnostic(code(E0751))]
    NoSuchField {
        /// The Rust type.
        rust: String,
        /// Its field.
        name: String,
        /// The record or decision, with the word for it.
        owner: String,
        /// A name that may have been meant.
        suggestion: Option<String>,
    },
    /// An enum of the rules has a name that the Rust type does not have.
    #[error("`{rust}` has no name for `{name}`, which an outcome may be")]
    #[diagnostic(code(E0751))]
    NameMissing {
        /// The Rust type.
        rust: String,
        /// The name.
        name: String,
    },
    /// The Rust type has a name that the enum of the rules does not have.
    #[error("`{rust}` has a name `{name}`, which `{of}` does not have{}", meant(suggestion))]
    #[diagnostic(code(E0751))]
    NoSuchName {
        /// The Rust type.
        rust: String,
        /// Its name.
        name: String,
        /// The enum.
        of: String,
        /// A name that may have been meant.
        suggestion: Option<String>,
    },
    /// The types are of different kinds.
    #[error("this is {rust} where the rules have {declared}; write {write}")]
    #[diagnostic(code(E0752))]
    OtherType {
        /// What the Rust type is.
        rust: String,
        /// What the rules declare, in words.
        declared: String,
        /// A Rust type that would fit.
        write: String,
    },
    /// The numbers have a unit, and the field does not say which.
    #[error("the rules have numbers in `{unit}`; write `#[axtrace(unit = \"{unit}\")]` before the field{}", said(stated))]
    #[diagnostic(code(E0752))]
    Unit {
        /// The unit of the rules.
        unit: String,
        /// What the field says.
        stated: Option<String>,
    },
    /// The field states a unit, and the numbers have none to state.
    #[error("numbers here have no unit to state; leave `unit = \"{unit}\"` out")]
    #[diagnostic(code(E0752))]
    NoUnit {
        /// What the field says.
        unit: String,
    },
    /// A value may be missing, and the Rust type cannot say so.
    #[error("this may be missing, which {rust} cannot be; write {write}")]
    #[diagnostic(code(E0752))]
    MayBeMissing {
        /// What the Rust type is.
        rust: String,
        /// A Rust type that would fit.
        write: String,
    },
    /// A value is never missing, and the Rust type may be.
    #[error("this is never missing; write {write}")]
    #[diagnostic(code(E0752))]
    NeverMissing {
        /// A Rust type that would fit.
        write: String,
    },
    /// An outcome may be a number that the Rust type does not hold.
    #[error("outcomes are {range}, which {rust} does not hold; write {write}")]
    #[diagnostic(code(E0752))]
    Narrow {
        /// What the Rust type is.
        rust: String,
        /// What outcomes may be.
        range: String,
        /// A Rust type that would fit.
        write: String,
    },
    /// The decision may refer to a person, and the Rust type cannot say so.
    #[error("the decision may refer to a person; take an `Outcome<{rust}>`")]
    #[diagnostic(code(E0753))]
    MayRefer {
        /// The Rust type.
        rust: String,
    },
}

fn meant(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|name| format!(": did you mean `{name}`?")).unwrap_or_default()
}

fn said(stated: &Option<String>) -> String {
    stated.as_ref().map(|unit| format!(" instead of `{unit}`")).unwrap_or_default()
}

impl Place {
    /// Where a span begins; `None` when it lies in no file.
    #[must_use]
    pub fn of(span: Span, sources: &Sources) -> Option<Self> {
        let (file, position) = sources.locate(span)?;
        Some(Self { file: file.name().to_owned(), line: position.line, column: position.column })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Difference {
    /// The stable code, such as `E0752`.
    #[must_use]
    pub fn code(&self) -> String {
        self.differs.code().map(|code| code.to_string()).unwrap_or_default()
    }
}

impl fmt::Display for Difference {
    /// Code, field, difference; then what the rules declare, and where.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.at.is_empty() { String::new() } else { format!("`{}`: ", self.at) };
        write!(f, "{} {at}{}", self.code(), self.differs)?;
        match &self.declared {
            Some(place) => write!(f, "\n  {place}: {}", self.declaration),
            None => Ok(()),
        }
    }
}
