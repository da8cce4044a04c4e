//! A decided input as a trace: a record of what was decided, and a tree of what became of every rule, condition and value.
//!
//! [`Trace`] is plain data with spans of the sources, for drawing on source lines and for JSON. Each value comes with its type and its
//! canonical text. Nothing here evaluates: [`decode()`] reads what running code recorded.

mod by;
mod decode;
mod json;
mod line;
mod put;
mod rows;
mod scope;
mod tree;

use std::fmt;

use axtrace_source::Span;

use crate::meta::{DecisionId, RuleId};
use crate::types::Type;
use crate::value::Value;

pub use decode::{DecodeError, View, decode};
pub use json::SCHEMA;
pub use line::Lines;

/// How much of a decision is recorded, and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// The outcome alone.
    None,
    /// Everything but the tree.
    #[default]
    Record,
    /// Everything.
    Full,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Record => "record",
            Self::Full => "full",
        })
    }
}

/// One decision on one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The caller's name for the input, if it gave one.
    pub id: Option<String>,
    /// What else the caller gave along with the input, by name.
    pub carry: Vec<(String, String)>,
    /// The decision's name with its module: `scheduling.assignment.assignment`.
    pub decision: String,
    /// The digest of the rules: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The version that the rules declare.
    pub version: Option<String>,
    /// What was decided.
    pub outcome: OutcomeTrace,
    /// The rules that decided, in source order, then in the order of elements.
    pub by: Vec<By>,
    /// Who answers for the outcome: the owner of the first rule that decided, else of the decision.
    pub accountable: Option<String>,
    /// The parameters in declared order.
    pub input: Vec<InputValue>,
    /// Every site of the decision that belongs to no other, in source order. Empty but at [`Level::Full`].
    pub tree: Vec<TraceNode>,
}

/// What a caller gives along with an input, and its trace gives back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Passed {
    /// The caller's name for the input.
    pub id: Option<String>,
    /// Texts by name.
    pub carry: Vec<(String, String)>,
}

impl Trace {
    /// Takes what the caller gave along with the input.
    pub fn pass(&mut self, passed: Passed) {
        self.id = passed.id;
        self.carry = passed.carry;
    }
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputValue {
    /// The parameter's name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Its type.
    pub ty: Type,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutcomeTrace {
    /// The decision gave a value.
    Decided {
        /// The value.
        value: Value,
        /// The type that the decision gives.
        ty: Type,
    },
    /// The decision refers to a person.
    Referred {
        /// The name of the role.
        to: String,
        /// The title of the role.
        title: String,
        /// How long it may take, in seconds.
        within: Option<i128>,
        /// What is proposed, with the type that the decision gives.
        proposing: Option<(Value, Type)>,
        /// Who takes over, one after the other: the title, and after how many seconds with the one before.
        escalates: Vec<(String, i64)>,
    },
}

/// A rule that decided; of a `for each` rule one of its elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Which rule of its decision.
    pub id: RuleId,
    /// The decision it is a rule of, with its module; `None` if that is the decision of the trace.
    pub decision: Option<String>,
    /// Where the rule stands for rows of a table that is looked up: the place of the row, from 0.
    pub row: Option<u32>,
    /// The name of the rule, or of the row.
    pub rule: String,
    /// Who answers for it, if the rule says so.
    pub owner: Option<String>,
    /// The words `rule name`.
    pub span: Span,
    /// The file they stand in.
    pub file: String,
    /// Their line, from 1.
    pub line: usize,
    /// Their column, from 1, in Unicode scalars.
    pub column: usize,
    /// The text of `because` with its values.
    pub because: Option<String>,
    /// Each `cites` with its link.
    pub cites: Vec<(String, Option<String>)>,
    /// Of a `for each` rule: the element of each of its lists, outermost first.
    pub each: Vec<Binding>,
    /// Under `collect` and its aggregates: its own outcome, of which there are several.
    pub gives: Option<(Value, Type)>,
}

/// An element that a `for each` rule decided for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The name of the element.
    pub name: String,
    /// The place in the list, from 0.
    pub index: u32,
    /// Where the element is in the input, as a JSON pointer: `/order/lines/3`. `None` when the list is no part of the input.
    pub pointer: Option<String>,
    /// Of a pair or a run of elements of the input: the JSON pointers of the first and the last of them.
    pub ends: Option<(String, String)>,
}

/// What became of one site of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceNode {
    /// What it is.
    pub kind: TraceKind,
    /// Where it is written. Of a rule the words `rule name`.
    pub span: Span,
    /// What became of it.
    pub status: Status,
    /// Its value, unless that is a boolean, which the status tells, or there is none.
    pub value: Option<Shown>,
    /// The values of its operands, each where it is written, in that order. Empty when it was not evaluated.
    pub operands: Vec<Shown>,
    /// What belongs to it, in source order.
    pub children: Vec<TraceNode>,
    /// Of a list that was gone through: its elements.
    pub elements: Option<Elements>,
    /// Of a call of a decision that was evaluated: what the decision did.
    pub called: Option<Box<Branch>>,
}

/// What a node of the tree is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraceKind {
    /// The condition of a group.
    Group,
    /// A decision table. Its operands are the values of its headers, the rules that belong to it are its rows.
    Table {
        /// How many rows are not among them: of a table that is looked up those that did not apply.
        left_out: u32,
        /// How many rows besides were not reached, since an earlier one or a rule before them decided.
        not_reached: u32,
        /// Of one that is looked up its place among the tables of the program.
        table: Option<u32>,
    },
    /// A rule, or `otherwise`.
    Rule {
        /// Which rule of its decision.
        id: RuleId,
        /// Its name.
        name: String,
        /// The group it is in.
        group: Option<String>,
        /// Where the name of that group is declared.
        group_span: Option<Span>,
        /// Whether it is evaluated and shown only, and never decides.
        shadow: bool,
        /// Whether it refers to a person.
        refers: bool,
        /// The whole rule in the source.
        whole: Span,
        /// Its outcome in the source.
        outcome: Span,
    },
    /// One element of a `for each` rule.
    Instance {
        /// Which rule of its decision.
        id: RuleId,
        /// Its name.
        name: String,
    },
    /// A condition.
    Condition,
    /// A let, by name.
    Let(String),
    /// An argument of a define, by the parameter's name.
    Argument(String),
    /// A call of a define, by name.
    Define(String),
    /// A call of a decision.
    Decision {
        /// Which.
        id: DecisionId,
        /// Its name with its module.
        name: String,
    },
    /// A list that is gone through.
    Loop {
        /// The name of the element.
        binder: String,
    },
    /// The value that one element adds to a sum.
    Body,
    /// The outcome of a rule.
    Outcome,
}

/// What became of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// A rule: an earlier one decided under `first`.
    NotReached,
    /// A rule whose condition is false.
    DidNotApply,
    /// A rule whose condition is true, overridden by the rules of these names, in source order. Empty when what overrides it cannot be told.
    Overridden {
        /// The names of the rules that applied and override it.
        by: Vec<String>,
    },
    /// A rule whose condition is true, and whose outcome is weaker than another's under `priority`.
    Outranked,
    /// A shadow rule whose condition is true.
    Applied,
    /// A rule that decides, alone or with others.
    Decided,
    /// A condition that is true; also a boolean let, call or outcome.
    True,
    /// A condition that is false; also a boolean let, call or outcome.
    False,
    /// It was not evaluated, because something before it decided.
    NotEvaluated,
    /// It was evaluated; its value, if it has one, is beside it.
    Evaluated,
}

impl Status {
    /// The words for it: `decided`, `applied, overridden by a, b`, `not evaluated`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::NotReached => "not reached".to_owned(),
            Self::DidNotApply => "did not apply".to_owned(),
            Self::Overridden { by } if by.is_empty() => "applied, overridden".to_owned(),
            Self::Overridden { by } => format!("applied, overridden by {}", by.join(", ")),
            Self::Outranked => "applied, outranked".to_owned(),
            Self::Applied => "applied".to_owned(),
            Self::Decided => "decided".to_owned(),
            Self::True => "true".to_owned(),
            Self::False => "false".to_owned(),
            Self::NotEvaluated => "not evaluated".to_owned(),
            Self::Evaluated => "evaluated".to_owned(),
        }
    }

    /// Whether a rule's condition is true.
    #[must_use]
    pub const fn applied(&self) -> bool {
        matches!(self, Self::Decided | Self::Overridden { .. } | Self::Outranked | Self::Applied)
    }
}

/// A value to show at a place of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Where it is written.
    pub span: Span,
    /// Its type.
    pub ty: Type,
    /// The value.
    pub value: Value,
    /// Its canonical text: `12.50 EUR`, `1 h 30 min`, `{cashier}`; of a large part of the input where it is.
    pub text: String,
    /// Of a large part of the input: where it is, as a JSON pointer. It is not written again.
    pub at: Option<String>,
}

/// The elements of a list that was gone through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elements {
    /// How many were visited. The last one visited is the one that decided a `some` or an `every` that stopped.
    pub visited: u32,
    /// Those that applied or counted, and of the others the first and the last eight, in order.
    pub shown: Vec<Element>,
    /// How many of those visited are not in `shown`.
    pub left_out: u32,
}

/// One element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its place, from 0.
    pub index: u32,
    /// Where it is in the input, as a JSON pointer. `None` when the list is no part of the input.
    pub pointer: Option<String>,
    /// Of a pair or a run of elements of the input: the JSON pointers of the first and the last of them.
    pub ends: Option<(String, String)>,
    /// What became of the sites within.
    pub children: Vec<TraceNode>,
}

/// What a called decision did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its name with its module.
    pub decision: String,
    /// Its rules that decided.
    pub by: Vec<By>,
    /// As of a [`Trace`].
    pub tree: Vec<TraceNode>,
}

/// How many elements that neither applied nor counted are shown at each end of a list.
pub const SHOWN_ENDS: u32 = 8;
