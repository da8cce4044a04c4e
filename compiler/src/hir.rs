//! The typed program: the last stage that looks like the source.
//!
//! On arrival in later passes every name is resolved, every expression has a type with an exact scale, conversions of scale are written
//! out ([`Unary::Rescale`]), an optional is read only through [`Unary::Unwrap`] where it is known to be there, and constants are folded.
//! Bounds in the types of computed expressions mean nothing yet: they depend on the calls a define is expanded for, and are found on the
//! [decision graph](crate::graph). Calls of defines are still calls.

use std::rc::Rc;

use axtrace_runtime::calendar::Zone;
use axtrace_runtime::meta::{DecisionId, Found, Policy, Rank, RelationMeta, RoleId, RoleMeta};
use axtrace_runtime::pattern::Pattern;
use axtrace_runtime::types::{FieldType, Type, Types};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use crate::function::Function;
use crate::graph::{Comparison, Quantifier, Rounding};

/// A variable of a define or a decision, by its place in the table of its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VarId(pub u32);

/// A define of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefineId(pub u32);

/// The whole program.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Enums and records.
    pub types: Types,
    /// Roles.
    pub roles: Vec<RoleMeta>,
    /// The zones that are named.
    pub zones: Vec<Zone>,
    /// The patterns that are matched.
    pub patterns: Vec<Pattern>,
    /// Defines by their id; one that was broken has an error expression.
    pub defines: Vec<Define>,
    /// Decisions by their id; behind those that are declared one for each of `relations`.
    pub decisions: Vec<Decision>,
    /// What always holds.
    pub relations: Vec<RelationMeta>,
    /// Parameters of modules and samples: constants that must keep relations, and where each is named.
    pub constants: Vec<(Type, Value, Span)>,
    /// Tests, in source order.
    pub tests: Vec<Test>,
    /// Files of tests.
    pub bulk: Vec<Bulk>,
    /// The files of data that tables are read from, by their places among the sources.
    pub deciding: Vec<usize>,
    /// The files that tables were read from: name, rows, and what separates their cells.
    pub read_files: Vec<(String, usize, &'static str)>,
    /// Each parameter as `module.name` with its value as written text, for the digest.
    pub params: Vec<(String, Type, Value)>,
}

/// A define.
#[derive(Debug, Clone)]
pub struct Define {
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub args: Vec<(VarId, FieldType)>,
    /// Its declared type.
    pub ty: Option<(Type, Span)>,
    /// Its lets, in the order of their definitions.
    pub lets: Vec<Let>,
    /// What it computes; of an untyped define its type is the define's.
    pub body: Expr,
    /// Its variables.
    pub vars: Vec<Var>,
    /// Where its name is declared.
    pub span: Span,
}

/// A variable.
#[derive(Debug, Clone)]
pub struct Var {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where it is declared.
    pub span: Span,
}

/// A let, defined after everything it uses.
#[derive(Debug, Clone)]
pub struct Let {
    /// The variable.
    pub var: VarId,
    /// Its value, of the declared type if there is one.
    pub value: Expr,
    /// The declared type.
    pub ty: Option<(Type, Span)>,
}

/// A decision.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// Its name.
    pub name: String,
    /// Its module.
    pub module: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where its head is written.
    pub span: Span,
    /// Its parameters; variable `i` is parameter `i`.
    pub params: Vec<FieldType>,
    /// The type of one outcome, and where it is written.
    pub gives: (Type, Span),
    /// The hit policy; none if the decision is one expression.
    pub policy: Option<Policy>,
    /// Under `priority`: what has a rank, the strongest first.
    pub ranks: Vec<Rank>,
    /// How many steps it says that it may take, and where.
    pub steps: Option<(u64, Span)>,
    /// Lets of the decision, each after those it uses.
    pub lets: Vec<Let>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Tables. The rows of each stand one behind the other among the rules.
    pub tables: Vec<Table>,
    /// What it evaluates.
    pub body: Body,
    /// Its variables.
    pub vars: Vec<Var>,
}

/// What a decision evaluates.
#[derive(Debug, Clone)]
pub enum Body {
    /// One expression.
    Expression(Expr),
    /// Rules; `otherwise`, if there is one, is the last.
    Rules(Vec<Rule>),
}

/// A group.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its condition.
    pub when: Option<Expr>,
    /// Where its name is declared.
    pub span: Span,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Whether it is `otherwise`.
    pub otherwise: bool,
    /// Its group.
    pub group: Option<usize>,
    /// Its binders, outermost first.
    pub each: Vec<Binder>,
    /// Lets before `when`.
    pub before: Vec<Let>,
    /// Of a row of a table: its conditions. `when` is absent then.
    pub row: Option<Row>,
    /// Of rows of a table that is looked up: their table, by its place in the decision.
    pub rows: Option<usize>,
    /// Its condition.
    pub when: Option<Expr>,
    /// Of rows of a table that is looked up: what their cells say of the headers wherever one of them applies. Nothing asks it.
    pub knows: Vec<Expr>,
    /// Lets after `when`.
    pub after: Vec<Let>,
    /// What it decides.
    pub outcome: Outcome,
    /// The text of `because`.
    pub because: Option<Vec<Piece>>,
    /// Each `cites`, with its link.
    pub cites: Vec<(String, Option<String>)>,
    /// Its own owner.
    pub owner: Option<String>,
    /// Whether it never decides.
    pub shadow: bool,
    /// The rules it overrides directly, by place.
    pub overrides: Vec<usize>,
    /// The words `rule name`.
    pub head: Span,
    /// The whole rule.
    pub span: Span,
}

/// A decision table, without its rows.
#[derive(Debug, Clone)]
pub struct Table {
    /// The columns of conditions, in order.
    pub columns: Vec<Column>,
    /// The line of the word `table`.
    pub span: Span,
    /// Stands for the place of the row that was found.
    pub row: VarId,
    /// Stands for what was found: a place, which may be missing, or a list of places.
    pub found: VarId,
    /// Of a table that is looked up: its place in the program, and the call that finds rows.
    pub lookup: Option<(u32, Expr)>,
}

/// A column of conditions.
#[derive(Debug, Clone)]
pub struct Column {
    /// What its cells are conditions on: a place.
    pub value: Expr,
    /// The header, if it is more than a place: it is evaluated before the first row.
    pub computed: Option<Let>,
    /// Where the header is written.
    pub span: Span,
}

/// The conditions of a row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its table, by its place in the decision.
    pub table: usize,
    /// In the order of the columns; those that hold anything are left out.
    pub cells: Vec<Cell>,
}

/// A cell: a condition on the value of its column.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The column, by its place in the table.
    pub column: usize,
    /// The condition; cells of a file that hold the same share it.
    pub test: Rc<Expr>,
    /// Where it is written.
    pub span: Span,
}

/// What a rule decides.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A value.
    Value(Expr),
    /// A person.
    Refer {
        /// Who.
        role: RoleId,
        /// How soon.
        within: Option<Box<Expr>>,
        /// What is proposed.
        proposing: Option<Box<Expr>>,
        /// Where it is written.
        span: Span,
    },
}

/// A piece of a text.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Letters.
    Literal(String),
    /// A value.
    Value(Expr),
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it is written.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A literal or a parameter of the module.
    Constant(Value),
    /// A variable.
    Variable(VarId),
    /// A field of a record.
    Field(Box<Expr>, u32),
    /// One operand.
    Unary(Unary, Box<Expr>),
    /// Two operands.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// Any number of operands.
    Many(Many, Vec<Expr>),
    /// `if`.
    If(Box<[Expr; 3]>),
    /// `x in a..b`.
    InRange {
        /// What lies between.
        value: Box<Expr>,
        /// The lower bound, and whether it is inside.
        low: Option<(Box<Expr>, bool)>,
        /// The upper bound, and whether it is inside.
        high: Option<(Box<Expr>, bool)>,
    },
    /// A list gone through.
    Quantify(Box<Quantify>),
    /// A text with values in it.
    Text(Vec<Piece>),
    /// A value that the body uses more than once, evaluated once.
    Bind {
        /// Stands for the value in the body.
        var: VarId,
        /// The value.
        value: Box<Expr>,
        /// What is computed with it.
        body: Box<Expr>,
    },
    /// An expression that the checker wrote, whose conditions no author asked: they have no place in a trace.
    Quiet(Box<Expr>),
    /// A call of a built-in function.
    Call(Function, Vec<Expr>),
    /// A call of a define.
    Define(DefineId, Vec<Expr>),
    /// A call of a decision.
    Decide(DecisionId, Vec<Expr>),
    /// Something was wrong here, and has been reported.
    Error,
}

/// Operations on one operand, as in [`NodeKind`](crate::graph::NodeKind).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    /// `not`
    Not,
    /// `is given`
    IsGiven,
    /// The value of an optional that is there.
    Unwrap,
    /// A value as an optional.
    Wrap,
    /// `-`
    Negate,
    /// More places.
    Rescale(u32),
    /// Fewer places.
    Round(Rounding, u32),
    /// `count(list)`
    Length,
}

/// Operations on two operands, as in [`NodeKind`](crate::graph::NodeKind).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `mod`
    Modulo,
    /// `/`, with the powers of ten for dividend and divisor.
    Divide(u32, u32),
    /// `or else`
    OrElse,
    /// A comparison.
    Compare(Comparison),
    /// `has`
    Has,
    /// `has all`
    HasAll,
    /// `has any`
    HasAny,
    /// `plus`
    Union,
    /// `minus`
    Difference,
}

/// Operations on any number of operands, as in [`NodeKind`](crate::graph::NodeKind).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Many {
    /// `and`
    And,
    /// `or`
    Or,
    /// `in {…}`; the first operand is what is looked for.
    OneOf,
    /// A record.
    Record,
    /// A set.
    Set,
    /// A list.
    List,
}

/// A list gone through, as in [`Loop`](crate::graph::Loop).
#[derive(Debug, Clone)]
pub struct Quantify {
    /// What is done.
    pub quantifier: Quantifier,
    /// The element, and the list.
    pub binder: Binder,
    /// `where`.
    pub filter: Option<Expr>,
    /// The body.
    pub body: Option<Expr>,
    /// Of a `fold`: the memory.
    pub memory: Option<Memory>,
}

/// `x at n in items`.
#[derive(Debug, Clone)]
pub struct Binder {
    /// The element.
    pub element: VarId,
    /// Its place, from 1.
    pub place: Option<VarId>,
    /// The list.
    pub list: Expr,
}

/// The memory of a `fold`.
#[derive(Debug, Clone)]
pub struct Memory {
    /// Stands for it in the body, which gives what it is after a step.
    pub var: VarId,
    /// What it is before the first step.
    pub start: Expr,
    /// Its declared type.
    pub declared: Option<(Type, Span)>,
}

/// A test.
#[derive(Debug, Clone)]
pub struct Test {
    /// What it says.
    pub title: String,
    /// The decision.
    pub decision: DecisionId,
    /// The inputs, by parameter.
    pub given: Vec<Value>,
    /// What is expected.
    pub expect: Expected,
    /// The rules that decide, if they are named.
    pub by: Option<Vec<Found>>,
    /// Where its title is written.
    pub span: Span,
    /// Where the expectation is written.
    pub expect_span: Span,
}

/// Tests in a file of data.
#[derive(Debug, Clone, Copy)]
pub struct Bulk {
    /// The decision that they are of.
    pub decision: DecisionId,
    /// The file's place among the sources.
    pub file: usize,
    /// Where it is named.
    pub span: Span,
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// A value.
    Value(Value),
    /// A referral; what is not written is not compared.
    Referral {
        /// To whom.
        role: RoleId,
        /// Within how many seconds.
        within: Option<i128>,
        /// What is proposed.
        proposing: Option<Value>,
    },
}

impl Expr {
    /// What stands for something that was wrong and has been reported.
    #[must_use]
    pub fn error(span: Span) -> Self {
        Self { kind: ExprKind::Error, ty: Type::Boolean, span }
    }

    /// Whether something in it, outside of it, was wrong.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self.kind, ExprKind::Error)
    }

    /// The value of a constant.
    #[must_use]
    pub fn constant(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Constant(value) => Some(value),
            _ => None,
        }
    }
}
