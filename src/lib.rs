#![doc = include_str!("guide.md")]

mod decide;
mod issue;
pub mod project;
pub mod typed;
pub mod values;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use axtrace_compiler as compiler;
pub use axtrace_grammar as grammar;
pub use axtrace_runtime as runtime;
pub use axtrace_source as source;

pub use axtrace_derive::{Enum, Input, Output};
pub use axtrace_runtime::trace::{Level, OutcomeTrace, Trace};
pub use axtrace_runtime::typed::Place;
pub use axtrace_source::Sources;
pub use decide::{DecideError, Decided, Decision, Session};
pub use issue::{Issue, Label};
pub use typed::{Answer, Caller, Enum, Input, Mismatch, Outcome, Output, Referral, TypedDecided, TypedDecision, TypedSession};

use axtrace_compiler::Program;
use axtrace_runtime::code::Executable;
use axtrace_runtime::meta::{DecisionId, ProgramMeta};
use axtrace_source::{Finding, Findings, Span};
use miette::Diagnostic;
use project::{Project, ProjectError};

// The derives name this crate, also where it uses them itself.
extern crate self as axtrace;

/// Rules that were checked and compiled to native code. A clone is the same rules, and cheap.
///
/// ```
/// let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4")?;
/// assert!(rules.warnings().is_empty());
/// assert_eq!(rules.decisions().collect::<Vec<_>>(), ["desk.large"]);
/// assert!(rules.meta().digest.starts_with("sha256:"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Rules(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    program: Program,
    executable: Executable,
    warnings: Vec<Finding>,
}

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

/// Checks rules and compiles them to native code that decides at every level.
///
/// ```
/// use axtrace::Sources;
///
/// let mut sources = Sources::new();
/// sources.add("desk/sizes.ax", "module desk.sizes  define large_from = 5")?;
/// sources.add("desk/tables.ax", "module desk.tables  use desk.sizes (large_from)  decision large(seats: integer in 1..9) gives boolean = seats >= large_from")?;
/// let rules = axtrace::compile(sources)?;
/// assert_eq!(rules.decisions().next(), Some("desk.tables.large".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When a finding is an error.
pub fn compile(sources: Sources) -> Result<Rules, Box<Rejected>> {
    compile_at(sources, &[Level::None, Level::Record, Level::Full])
}

/// Checks rules and compiles them to native code that decides at the given levels, and at [`Level::None`].
///
/// ```
/// use axtrace::{DecideError, Level, Sources};
///
/// let mut sources = Sources::new();
/// sources.add("desk.ax", "module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4")?;
/// let rules = axtrace::compile_at(sources, &[Level::Record])?;
/// let error = rules.decision("large")?.decide(br#"{"seats": 5}"#, Level::Full).unwrap_err();
/// assert_eq!(error.code(), "E0755");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When a finding is an error.
pub fn compile_at(sources: Sources, levels: &[Level]) -> Result<Rules, Box<Rejected>> {
    compile_with(sources, Findings::new(), levels)
}

/// Checks and compiles rules that are one text, as if it were a file `rules.ax`.
///
/// ```
/// let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4")?;
/// assert!(rules.decision("large").is_ok());
/// # Ok::<(), Box<axtrace::Rejected>>(())
/// ```
///
/// # Errors
/// When a finding is an error.
pub fn compile_text(text: impl Into<String>) -> Result<Rules, Box<Rejected>> {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    if let Err(error) = sources.add("rules.ax", text) {
        findings.report(error);
    }
    compile_with(sources, findings, &[Level::None, Level::Record, Level::Full])
}

/// Reads the rule files of a folder and of the folders in it, or one file with those that it uses, and compiles them.
///
/// ```
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/scheduling");
/// let rules = axtrace::compile_path(folder)?;
/// assert!(rules.decision("assignment").is_ok());
///
/// let error = axtrace::compile_path("no/such/folder").unwrap_err();
/// assert_eq!(error.code(), "E0754");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the files cannot be read, or a finding is an error.
pub fn compile_path(path: impl AsRef<Path>) -> Result<Rules, LoadError> {
    let Project { sources, findings: unread } = project::read(&[path.as_ref().to_owned()])?;
    let mut findings = Findings::new();
    unread.into_iter().for_each(|finding| findings.push(finding));
    Ok(compile_with(sources, findings, &[Level::None, Level::Record, Level::Full])?)
}

fn compile_with(sources: Sources, mut findings: Findings, levels: &[Level]) -> Result<Rules, Box<Rejected>> {
    let kept = sources.clone();
    let program = axtrace_compiler::compile(sources, &mut findings);
    if findings.has_errors() {
        return Err(Box::new(Rejected { sources: kept, findings: findings.sorted() }));
    }
    let Some(program) = program else {
        findings.report(Unfinished);
        return Err(Box::new(Rejected { sources: kept, findings: findings.sorted() }));
    };
    match axtrace_compiler::native::jit_at(&program, levels) {
        Ok(executable) => Ok(Rules(Arc::new(Compiled { program, executable, warnings: findings.sorted() }))),
        Err(error) => {
            findings.report(NoCode(error));
            Err(Box::new(Rejected { sources: kept, findings: findings.sorted() }))
        }
    }
}

/// The compiler gave up without a word, which it must not.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the rules could not be compiled, and no finding says why: this is a bug in AxTrace")]
struct Unfinished;

/// No native code could be made, through no fault of the rules.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error(transparent)]
struct NoCode(axtrace_compiler::emit::EmitError);

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

impl Rules {
    /// The program: types, decisions, the sites that traces speak of.
    #[must_use]
    pub fn meta(&self) -> &ProgramMeta {
        self.0.executable.meta()
    }

    /// The program as the compiler sees it: its decision graphs and tests.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.0.program
    }

    /// The native code.
    #[must_use]
    pub fn executable(&self) -> &Executable {
        &self.0.executable
    }

    /// What the compiler found that does not keep the rules from deciding, by place.
    #[must_use]
    pub fn warnings(&self) -> &[Finding] {
        &self.0.warnings
    }

    /// The warnings as plain data.
    ///
    /// ```
    /// let rules = axtrace::compile_text(
    ///     "module desk
    ///      decision size(seats: integer in 1..9) gives boolean hit first {
    ///        rule large when seats > 4 then true
    ///        rule huge when seats > 8 then true
    ///        otherwise false
    ///      }",
    /// )?;
    /// let issues = rules.issues();
    /// assert!(!issues[0].is_error);
    /// assert_eq!(issues[0].at.as_ref().map(|at| at.line), Some(4));
    /// # Ok::<(), Box<axtrace::Rejected>>(())
    /// ```
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        self.0.warnings.iter().map(|finding| Issue::of(finding, &self.meta().sources)).collect()
    }

    /// The names of all decisions, with their modules, in source order.
    pub fn decisions(&self) -> impl Iterator<Item = String> {
        self.meta().declared().iter().map(axtrace_runtime::meta::DecisionMeta::qualified_name)
    }

    /// Where something stands in the rules; `None` when it lies in no file.
    #[must_use]
    pub fn place(&self, span: Span) -> Option<Place> {
        Place::of(span, &self.meta().sources)
    }

    /// The decision of a name, with its module or, where that is enough, without.
    ///
    /// # Errors
    /// When none or several have the name.
    pub fn decision(&self, name: &str) -> Result<Decision, NoSuchDecision> {
        find_decision(self.meta(), name).map(|id| Decision::new(self, id))
    }
}

/// The decision of a name, with its module or, where that is enough, without.
///
/// # Errors
/// When none or several have the name.
pub fn find_decision(program: &ProgramMeta, name: &str) -> Result<DecisionId, NoSuchDecision> {
    let all = || program.declared().iter().enumerate();
    let qualified = all().find(|(_, decision)| decision.qualified_name() == name);
    let mut named = all().filter(|(_, decision)| decision.name == name);
    match (qualified, named.next(), named.next()) {
        (Some((index, _)), ..) | (None, Some((index, _)), None) => Ok(DecisionId(index as u32)),
        (None, None, _) => {
            let known = program.declared().iter().map(|decision| decision.qualified_name()).collect();
            Err(NoSuchDecision::Unknown { name: name.to_owned(), known })
        }
        (None, Some(_), Some(_)) => {
            let with_module = all().filter(|(_, decision)| decision.name == name).map(|(_, decision)| decision.qualified_name()).collect();
            Err(NoSuchDecision::Ambiguous { name: name.to_owned(), with_module })
        }
    }
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
            let place = offset.and_then(|offset| self.sources.locate(source::Span::new(offset, offset)));
            let place = place.map(|(file, at)| format!("{}:{}:{}: ", file.path(), at.line, at.column)).unwrap_or_default();
            write!(f, "{line_break}{place}{} {}", finding.code(), finding.diagnostic)?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejected {}
