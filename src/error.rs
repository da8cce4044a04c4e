//! Why rules do not compile, cannot be read, or have no such decision.

use std::fmt;

use axtrace_source::{Finding, Sources, Span};
use miette::Diagnostic;

use crate::Issue;
use crate::project::ProjectError;

/// Rules that do not compile: everything there is to say about them.
///
/// ```
/// let rejected = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seat > 4").unwrap_err();
/// assert_eq!(rejected.to_string(), "rules.ax:1:69: E0202 nothing here is called `seat`");
/// let issue = &rejected.issues()[0];
/// assert_eq!((issue.code.as_str(), issue.is_error), ("E0202", true));
/// assert_eq!(issue.help.as_deref(), Some("did you mean `seats`?"));
/// ```
#[derive(Debug)]
pub struct Rejected {
    /// The files that the findings speak of.
    pub sources: Sources,
    /// The findings, by place; at least one is an error.
    pub findings: Vec<Finding>,
}

impl Rejected {
    /// The findings as plain data.
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        self.findings.iter().map(|finding| Issue::of(finding, &self.sources)).collect()
    }
}

impl fmt::Display for Rejected {
    /// Code, place and message of each finding on a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            let line_break = if index > 0 { "\n" } else { "" };
            let offset = finding.offset().and_then(|offset| u32::try_from(offset).ok());
            let place = offset.and_then(|offset| self.sources.locate(Span::new(offset, offset)));
            let place = place.map(|(file, at)| format!("{}:{}:{}: ", file.path(), at.line, at.column)).unwrap_or_default();
            write!(f, "{line_break}{place}{} {}", finding.code(), finding.diagnostic)?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejected {}

/// Why rules in files could not be compiled.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[non_exhaustive]
pub enum LoadError {
    /// The files cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Files(#[from] ProjectError),
    /// The rules do not compile.
    #[error(transparent)]
    Rejected(#[from] Box<Rejected>),
}

impl LoadError {
    /// The stable code, such as `E0754`; of rules that do not compile the code of the first error.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Rejected(rejected) => rejected.findings.iter().find(|finding| finding.is_error()).map(Finding::code).unwrap_or_default(),
            other => Diagnostic::code(other).map(|code| code.to_string()).unwrap_or_default(),
        }
    }
}

/// There is no decision of a name.
///
/// ```
/// use axtrace::NoSuchDecision;
///
/// let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4")?;
/// let error = rules.decision("small").unwrap_err();
/// assert_eq!(error.code(), "E0750");
/// assert_eq!(error, NoSuchDecision::Unknown { name: "small".into(), known: vec!["desk.large".into()] });
/// # Ok::<(), Box<axtrace::Rejected>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum NoSuchDecision {
    /// None has it.
    #[error("there is no decision `{name}`")]
    #[diagnostic(code(E0750))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names of all decisions, with their modules.
        known: Vec<String>,
    },
    /// Several modules have one.
    #[error("`{name}` is a decision of more than one module: {}", .with_module.join(", "))]
    #[diagnostic(code(E0750))]
    Ambiguous {
        /// The name that was asked for.
        name: String,
        /// The names with their modules.
        with_module: Vec<String>,
    },
}

impl NoSuchDecision {
    /// The stable code, `E0750`.
    #[must_use]
    pub fn code(&self) -> String {
        Diagnostic::code(self).map(|code| code.to_string()).unwrap_or_default()
    }
}
