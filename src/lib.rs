//! AxTrace for programs that decide: rules in, native code out, and every outcome led back to its source lines.
//!
//! Rules are written in the AxTrace language by those who answer for them. A program compiles them once, when it starts or when they
//! change, and asks
//! them as often as it likes:
//!
//! ```
//! use axtrace::{Enum, Input, Level, Outcome};
//! use axtrace::values::{Decimal, Duration, Set};
//!
//! /// What the decision is asked with. Field by field it is what the rules declare.
//! #[derive(Input)]
//! struct Request<'a> {
//!     worker: Worker<'a>,
//!     shift: Shift,
//! }
//!
//! #[derive(Input)]
//! struct Worker<'a> {
//!     name: &'a str,
//!     age: u8,
//!     skills: Set<Skill>,
//!     booked: Duration,
//! }
//!
//! #[derive(Input)]
//! struct Shift {
//!     length: Duration,
//!     needs: Set<Skill>,
//!     #[axtrace(unit = "EUR")]
//!     rate: Decimal<2>,
//! }
//!
//! #[derive(Debug, Clone, Copy, PartialEq, Enum)]
//! enum Skill {
//!     Forklift,
//!     FirstAid,
//! }
//!
//! #[derive(Debug, Clone, Copy, PartialEq, Enum)]
//! enum Verdict {
//!     Approve,
//!     Reject,
//! }
//!
//! let rules = axtrace::compile_text(
//!     r#"
//!     module desk
//!     enum Skill   { forklift, cashier, first_aid }
//!     enum Verdict { approve, reject }
//!     record Worker {
//!       name : text with up to 80 characters, age : integer in 14..80
//!       skills : set of Skill, booked : duration in 0 h .. 168 h
//!     }
//!     record Shift  { length : duration in 15 min .. 16 h, needs : set of Skill, rate : money EUR in 0.00 EUR .. 200.00 EUR }
//!     role manager "Shift manager"
//!
//!     decision assignment(worker: Worker, shift: Shift) gives Verdict or referral hit first {
//!       let total = worker.booked + shift.length
//!       rule missing_skill when not (worker.skills has all shift.needs) then reject
//!         because "{worker.name} lacks {shift.needs minus worker.skills}."
//!       rule too_many_hours when total > 48 h then reject because "{total} this week."
//!       rule dear when shift.rate > 60.00 EUR then refer to manager within 4 h proposing approve
//!       otherwise approve
//!     }"#,
//! )?;
//! let assignment = rules.decision("assignment")?.typed::<Request, Outcome<Verdict>>()?;
//!
//! let worker = Worker { name: "Ana", age: 34, skills: Set::from([Skill::FirstAid]), booked: Duration::from_hours(44)? };
//! let shift = Shift { length: Duration::from_hours(8)?, needs: Set::new(), rate: "18.50".parse()? };
//! let (outcome, trace) = assignment.trace(&Request { worker, shift }, Level::Record)?;
//!
//! assert_eq!(outcome, Outcome::Decided(Verdict::Reject));
//! assert_eq!(trace.by[0].rule, "too_many_hours");
//! assert_eq!(trace.by[0].because.as_deref(), Some("52 h this week."));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What holds
//!
//! - **What compiles decides.** For every input that has the declared types, ranges and relations there is exactly one outcome, and no
//!   error at run time. What is not so is said when the rules are compiled, with an input that shows it ([`Rejected`]).
//! - **What is bound fits.** [`Decision::typed`] compares Rust types with the rules once and gives every difference ([`Mismatch`]).
//!   After that only values can be wrong: a number out of its declared range is an error of that input, in the words and with the
//!   code that the same input as JSON would have.
//! - **Nothing is inexact.** Decimals, money, percentages, dates and times are [values] of their own; none goes through binary floating
//!   point.
//! - **Everything is recorded that was asked for.** A [`Level`] says how much: the outcome, the deciding rules with their reasons, or
//!   every condition and value.
//! - **No globals, no clock, no files.** Deciding depends on input and rules alone. Only [`compile_path`] reads files.
//!
//! # From text to outcome
//!
//! 1. [`compile_path`] takes a folder, [`compile_text`] one text, [`compile`] any [`Sources`]. [`Rules`] are `Send + Sync`, and a clone
//!    is cheap: keep them in your state, and replace them as a
//!    whole when they change.
//! 2. [`Rules::decision`] finds a decision by name. A [`Decision`] keeps its rules alive.
//! 3. [`Decision::typed`] binds Rust types; or it takes [JSON](Decision::decide), [CSV](Decision::columns) or
//!    [values](Decision::trace_values) as it is.
//! 4. Decide:
//!
//! | | JSON | Rust types |
//! |---|---|---|
//! | one input now and then | [`Decision::decide`], [`Decision::trace`] | [`TypedDecision::decide`], [`TypedDecision::trace`] |
//! | one at a time, often | [`Decision::session`] with one input | [`TypedDecision::caller`]: keeps its memory, one a thread |
//! | many | [`Decision::session`] | [`TypedDecision::session`] |
//!
//! A value goes from the struct straight into the bytes that native code reads, with its range checked on the way; there is no JSON in
//! between.
//!
//! # Threads
//!
//! [`Rules`], [`Decision`] and [`TypedDecision`] are shared as they are. What keeps memory from input to input belongs to one thread at
//! a time: a [`Caller`] or a session each. The example
//! [`worker`](https://github.com/axtrace/axtrace/blob/main/examples/embedding/worker.rs) is a loop on several threads that take requests
//! from a queue, write down why
//! they decided as they did, and change to new rules without stopping: `cargo run --example worker`.
//!
//! # Why
//!
//! At [`Level::Record`] a [`Trace`] names the rules that decided, with file, line, reason and source of law; at [`Level::Full`] its tree
//! says what became of every rule, condition and value.
//! [`Trace::to_json`] is the line of the audit log. For people [`Rules::draw`] draws it on the lines of the rules, as text, and
//! [`Rules::page`] as a page for a browser; [`draw`] has more. Spans in a trace lead to places with [`Rules::place`]:
//!
//! ```
//! use axtrace::Level;
//! use axtrace::runtime::trace::TraceKind;
//!
//! let rules = axtrace::compile_text(
//!     "module desk
//!      decision large(seats: integer in 1..9) gives boolean {
//!        rule l when seats > 4 then true
//!        otherwise false
//!      }",
//! )?;
//! let trace = rules.decision("large")?.trace(br#"{"seats": 5}"#, Level::Full)?;
//! let rule = &trace.tree[0];
//! assert!(matches!(&rule.kind, TraceKind::Rule { name, .. } if name == "l"));
//! assert_eq!(rule.status.words(), "decided");
//! let condition = &rule.children[0];
//! assert_eq!((condition.status.words().as_str(), condition.operands[0].text.as_str()), ("true", "5"));
//! assert_eq!(rules.place(condition.span).map(|place| (place.line, place.column)), Some((3, 20)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! Every error is data: an enum to match, with a stable code (`axtrace explain E0752` shows its page), the places that matter, and a
//! message for people. [`Rejected::draw`] and [`DecideError::draw`] show them as the program `axtrace` does.
//!
//! | error | when | codes |
//! |---|---|---|
//! | [`Rejected`] | rules do not compile; [`Rejected::issues`] gives each finding | of the finding |
//! | [`LoadError`] | files cannot be read, or the rules in them do not compile | E0754 |
//! | [`NoSuchDecision`] | a name is unknown or ambiguous | E0750 |
//! | [`Mismatch`] | Rust types do not fit | E0751, E0752, E0753 |
//! | [`DecideError`] | an input cannot be read, or a level has no code | E0701 to E0727, E0755 to E0758 |
//! | [`values::ValueError`] | a text or number is no value of a type | E0710 to E0712 |
//!
//! # Features
//!
//! - `cli` (on by default) adds the program `axtrace`. For embedding turn it off:
//!   `axtrace = { version = "…", default-features = false }`.
//! - `jiff` adds conversions between [values] and the dates, times and spans of jiff.

mod decide;
pub mod draw;
mod error;
mod issue;
pub mod project;
pub mod typed;
pub mod values;

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
pub use error::{LoadError, NoSuchDecision, Rejected};
pub use issue::{Issue, Label};
pub use typed::{Answer, Caller, Enum, Input, Mismatch, Outcome, Output, Referral, TypedDecided, TypedDecision, TypedSession};

use axtrace_compiler::Program;
use axtrace_runtime::code::Executable;
use axtrace_runtime::meta::{DecisionId, ProgramMeta};
use axtrace_source::{Finding, Findings, Span};
use project::Project;

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

/// Checks rules and compiles them to native code that decides at every level.
///
/// ```
/// use axtrace::Sources;
///
/// let mut sources = Sources::new();
/// sources.add("desk/sizes.ax", "module desk.sizes  define large_from = 5")?;
/// sources.add(
///     "desk/tables.ax",
///     "module desk.tables
///      use desk.sizes (large_from)
///      decision large(seats: integer in 1..9) gives boolean = seats >= large_from",
/// )?;
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
    ///      decision large(seats: integer in 1..9) gives boolean {
    ///        rule many when seats > 4 then true
    ///        rule few when seats <= 4 then false
    ///        otherwise false
    ///      }",
    /// )?;
    /// let issues = rules.issues();
    /// assert!(!issues[0].is_error);
    /// assert_eq!(issues[0].at.as_ref().map(|at| at.line), Some(5));
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
