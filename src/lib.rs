//! AxTrace for programs that decide: rules in, native code out, and every outcome led back to its source lines.
//!
//! ```no_run
//! use axtrace::Level;
//! use axtrace::source::Sources;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut sources = Sources::new();
//! sources.add("fares.ax", std::fs::read_to_string("fares.ax")?)?;
//! let rules = axtrace::compile(sources).map_err(|rejected| rejected.to_string())?;
//! let fare = rules.decision("fare")?;
//! println!("{}", fare.decide(br#"{"age": 17}"#, Level::Record)?);
//! # Ok(())
//! # }
//! ```
//! [`compile`] gives [`Rules`] or every finding. A [`Decision`] of them decides one input at a time, or many through a [`Session`], which
//! reuses its memory from batch to batch. The parts it is made of are the crates re-exported here.

mod decide;

use std::fmt;

pub use axtrace_compiler as compiler;
pub use axtrace_grammar as grammar;
pub use axtrace_runtime as runtime;
pub use axtrace_source as source;

pub use axtrace_runtime::trace::{Level, Trace};
pub use decide::{DecideError, Decided, Decision, Session};

use axtrace_compiler::Program;
use axtrace_runtime::code::Executable;
use axtrace_runtime::meta::{DecisionId, ProgramMeta};
use axtrace_source::{Finding, Findings, Sources};

/// Rules that were checked and compiled to native code.
#[derive(Debug)]
pub struct Rules {
    program: Program,
    executable: Executable,
    warnings: Vec<Finding>,
}

/// Rules that do not compile: everything there is to say about them.
#[derive(Debug)]
pub struct Rejected {
    /// The files that the findings speak of.
    pub sources: Sources,
    /// The findings, by place; at least one is an error.
    pub findings: Vec<Finding>,
}

/// Checks rules and compiles them to native code that decides at every level.
///
/// # Errors
/// When a finding is an error.
pub fn compile(sources: Sources) -> Result<Rules, Box<Rejected>> {
    compile_at(sources, &[Level::None, Level::Record, Level::Full])
}

/// Checks rules and compiles them to native code that decides at the given levels, and at [`Level::None`].
///
/// # Errors
/// When a finding is an error.
pub fn compile_at(sources: Sources, levels: &[Level]) -> Result<Rules, Box<Rejected>> {
    let mut findings = Findings::new();
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
        Ok(executable) => Ok(Rules { program, executable, warnings: findings.sorted() }),
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchDecision {
    /// None has it.
    #[error("there is no decision `{name}`")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names of all decisions, with their modules.
        known: Vec<String>,
    },
    /// Several modules have one.
    #[error("`{name}` is a decision of more than one module: {}", .with_module.join(", "))]
    Ambiguous {
        /// The name that was asked for.
        name: String,
        /// The names with their modules.
        with_module: Vec<String>,
    },
}

impl Rules {
    /// The program: types, decisions, the sites that traces speak of.
    #[must_use]
    pub fn meta(&self) -> &ProgramMeta {
        self.executable.meta()
    }

    /// The program as the compiler sees it: its decision graphs and tests.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The native code.
    #[must_use]
    pub fn executable(&self) -> &Executable {
        &self.executable
    }

    /// What the compiler found that does not keep the rules from deciding, by place.
    #[must_use]
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// The decision of a name, with its module or, where that is enough, without.
    ///
    /// # Errors
    /// When none or several have the name.
    pub fn decision(&self, name: &str) -> Result<Decision<'_>, NoSuchDecision> {
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
