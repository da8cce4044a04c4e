//! The reference interpreter: what a decision means, evaluated straight from the decision graph.
//!
//! On arrival a graph is as the frontend made it; nothing need be proved. Every operation checks what the proofs promise of it, in exact
//! arithmetic of 128 bits, and answers with a [`Fault`] where the promise fails; so the prover replays inputs here, and native code is held
//! against it. It shares with native code the helper functions of the runtime and the format of a recording, and nothing else.

use axtrace_runtime::memory::Batch;
use axtrace_runtime::meta::{DecisionId, ProgramMeta, RuleId, RuleState};
use axtrace_runtime::trace::{Level, View};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use crate::graph::{Graph, NodeId};

mod eval;
pub mod functions;
mod listed;
mod loops;
mod number;
mod operation;
mod policy;
mod record;
mod relations;
mod rules;
mod stack;
#[cfg(test)]
mod tests;
mod values;

pub use relations::Broken;
pub(crate) use relations::Keeping;

use eval::Machine;

/// How to interpret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether to record: nothing at [`Level::None`], else everything, of which a trace at [`Level::Record`] reads only a part.
    pub level: Level,
    /// How many nodes to evaluate before giving up with [`FaultKind::TooLong`]; a program that compiles needs no more than 10^9.
    pub steps: u64,
    /// How many bytes the recording may have beside frame 0, before giving up with [`FaultKind::TooLong`].
    pub bytes: usize,
    /// Whether the value of every node must lie inside the bounds of the node's type. Bounds are those of the values only after the range
    /// pass.
    pub node_bounds: bool,
}

impl Options {
    /// The limits of the language, at a level, without the check of every node's bounds.
    #[must_use]
    pub const fn at(level: Level) -> Self {
        Self { level, steps: 1_000_000_000, bytes: 1 << 30, node_bounds: false }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::at(Level::None)
    }
}

/// What a decision decided on one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The outcome.
    pub outcome: OutcomeValue,
    /// The state of each rule, by [`RuleId`].
    pub states: Vec<RuleState>,
    /// What was recorded.
    pub recording: Recording,
}

/// An outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeValue {
    /// Place in the decision's tags.
    pub tag: u16,
    /// The value, or what a referral proposes.
    pub value: Option<Value>,
    /// How long a referral may take, in seconds.
    pub within: Option<i128>,
}

/// What was recorded, in the format that native code writes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recording {
    /// The outcome row, as laid out in the decision's `outcome`.
    pub outcome: Vec<u8>,
    /// Frame 0 of the decision.
    pub frame: Vec<u8>,
    /// Texts, lists and further frames.
    pub scratch: Vec<u8>,
}

impl Recording {
    /// What a trace is decoded from: the recording, and the input that it was made of, the first of a batch.
    #[must_use]
    pub fn view<'a>(&'a self, batch: &'a Batch) -> View<'a> {
        View { row: batch.row(0), arena: batch.arena(), outcome: &self.outcome, frame: &self.frame, scratch: &self.scratch }
    }
}

/// What the rules of a decision did on one input, whether or not that makes a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The state of each rule, by [`RuleId`].
    pub states: Vec<RuleState>,
    /// The outcomes of all rules that applied, in order; those of overridden rules too.
    pub outcomes: Vec<RuleOutcome>,
    /// What was recorded. Its outcome row is that of the first of the outcomes, or all zeros.
    pub recording: Recording,
}

/// The outcome of a rule that applied, or of one of its instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOutcome {
    /// The rule.
    pub rule: RuleId,
    /// The place of the element of a `for each` rule, from 0.
    pub index: Option<u32>,
    /// Its outcome.
    pub outcome: OutcomeValue,
}

/// A promise that does not hold for an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The decision it happened in: the one that was asked for, or one that it calls.
    pub decision: DecisionId,
    /// The node that could not be evaluated; absent where rules do not decide.
    pub node: Option<NodeId>,
    /// What happened.
    pub kind: FaultKind,
}

/// Which promise does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// A number leaves 128 bits, or a date the years -9999 to 9999.
    Overflow,
    /// A divisor is 0.
    DivisionByZero,
    /// An optional that was taken to be there is missing.
    Missing,
    /// A value lies outside of the type it goes into: a field, an argument, an outcome.
    OutOfBounds {
        /// The value.
        value: Value,
    },
    /// An `always` does not hold: of an input, or of a record that is made.
    Relation {
        /// Place in the program's relations.
        relation: usize,
        /// Why it should hold, with the values that do not keep it.
        because: Option<String>,
    },
    /// No rule decides.
    NoRule,
    /// Two rules, or two instances of one rule, decide and must not.
    Conflict {
        /// The first in source order.
        first: RuleId,
        /// One that decides differently; under `unique` one that decides too.
        second: RuleId,
    },
    /// Under `priority` a rule decides something that has no rank.
    NoRank {
        /// The rule.
        rule: RuleId,
    },
    /// It took more steps, nested deeper or recorded more than allowed.
    TooLong,
    /// The graph or the input is not what its types say; the words name what was expected. Only a mistake in the compiler, or in what calls
    /// this, leads here.
    Malformed(&'static str),
}

/// Decides one input, given as the values of the decision's parameters.
///
/// # Errors
/// The first promise, in the order of evaluation, that does not hold.
pub fn decide(program: &ProgramMeta, graphs: &[Graph], decision: DecisionId, input: &[Value], options: Options) -> Result<Run, Fault> {
    Machine::new(program, graphs, options).decide(decision, input)
}

/// The first relation that a value of a type, or a record in it, does not keep.
///
/// # Errors
/// When a relation cannot be evaluated, which the proofs exclude.
pub fn broken_relation(
    program: &ProgramMeta,
    graphs: &[Graph],
    value: &Value,
    ty: &Type,
    options: Options,
) -> Result<Option<Broken>, Fault> {
    Machine::new(program, graphs, options).broken_in(value, ty)
}

/// As [`decide`], and how many steps it took.
pub(crate) fn decide_counted(
    program: &ProgramMeta,
    graphs: &[Graph],
    decision: DecisionId,
    input: &[Value],
    options: Options,
) -> (Result<Run, Fault>, u64) {
    let mut machine = Machine::new(program, graphs, options);
    let run = machine.decide(decision, input);
    (run, machine.steps())
}

/// Evaluates all rules of a decision on one input, without asking whether they decide together. Of a decision that is one expression there is
/// nothing to observe but its faults.
///
/// # Errors
/// The first promise, in the order of evaluation, that does not hold in a value; of called decisions also whether they decide.
pub fn observe(
    program: &ProgramMeta,
    graphs: &[Graph],
    decision: DecisionId,
    input: &[Value],
    options: Options,
) -> Result<Observation, Fault> {
    Machine::new(program, graphs, options).observe(decision, input)
}
