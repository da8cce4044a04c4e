//! The syntax tree: what a file says, in source order, before any name means anything.
//!
//! On arrival nothing is known but the text. In the tree, names are NFC without backticks, literals are exact data, spans lie in the offset
//! space of all sources, and what was broken has an error node ([`Item::Broken`], [`DecisionItem::Broken`], [`ExprKind::Error`],
//! [`TypeKind::Error`]): a finding has been reported for each, so later passes stay silent about what only follows. Nothing is resolved:
//! `Verdict.reject` is a [`ExprKind::Field`] of a [`ExprKind::Name`], and a unit is the text after its number.
//!
//! The tree is never deeper than [`MAX_HEIGHT`](crate::MAX_HEIGHT), so that passes may recurse.

mod decision;
mod expr;
mod table;
mod types;

use axtrace_source::{Span, Spanned};

pub use decision::*;
pub use expr::*;
pub use table::*;
pub use types::*;

/// A name as it is compared: NFC, without backticks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// The text, NFC, without backticks; empty where a broken place hides it.
    pub text: String,
    /// Where it is written, with its backticks.
    pub span: Span,
}

/// Names joined by points, such as `scheduling.assignment`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    /// The names in order; at least one.
    pub names: Vec<Name>,
    /// From the first name to the last.
    pub span: Span,
}

impl Path {
    /// The names joined by points.
    #[must_use]
    pub fn text(&self) -> String {
        self.names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
    }
}

/// The documentation of an item: its `///` lines without the slashes and the blank behind them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Docs {
    /// One entry a line, in order.
    pub lines: Vec<Spanned<String>>,
}

/// One source file.
#[derive(Debug, Clone)]
pub struct File {
    /// The whole file.
    pub span: Span,
    /// What stands before `module` or `variant`.
    pub docs: Docs,
    /// The name after `module`; missing in a variant, and where it was forgotten or broken (both reported).
    pub module: Option<Path>,
    /// The head of a file that adapts a module.
    pub variant: Option<VariantHead>,
    /// Who is accountable for the rules of the file.
    pub owner: Option<Spanned<String>>,
    /// The version its authors give it.
    pub version: Option<Spanned<String>>,
    /// What it takes from other modules.
    pub uses: Vec<Use>,
    /// What it declares, in source order.
    pub items: Vec<Item>,
    /// How many words, numbers and signs it has, counted no further than [`MAX_TOKENS`](crate::MAX_TOKENS) and one. With more, nothing of it is read.
    pub tokens: usize,
    /// Every `//` comment, in order, from its slashes to the end of its line; `///` documentation is not among them.
    pub comments: Vec<Span>,
}

/// `variant scheduling.berlin of scheduling.assignment`.
#[derive(Debug, Clone)]
pub struct VariantHead {
    /// Its own name.
    pub name: Path,
    /// The module that it adapts.
    pub of: Path,
    /// The whole line.
    pub span: Span,
}

/// `use a.b (x, y)`.
#[derive(Debug, Clone)]
pub struct Use {
    /// The module.
    pub module: Path,
    /// What is taken from it.
    pub names: Vec<Name>,
    /// The whole item.
    pub span: Span,
}

/// Something that a file declares.
#[derive(Debug, Clone)]
pub enum Item {
    /// `unit kg`.
    Unit(Unit),
    /// `enum Verdict { approve, reject }`.
    Enum(Enum),
    /// `record Worker { … }`.
    Record(Record),
    /// `type Age = integer in 0..120`.
    Type(TypeAlias),
    /// `param limit : duration = 48 h`.
    Param(Param),
    /// `role shift_manager "Shift manager"`.
    Role(Role),
    /// `define is_night(shift: Shift) : boolean = …`.
    Define(Define),
    /// `decision assignment(…) gives Verdict { … }`.
    Decision(Box<Decision>),
    /// `always a < b because "…"`, which relates parameters.
    Always(Always),
    /// `measure assignment { … }`.
    Measure(Measure),
    /// `sample ana : Worker = …`.
    Sample(Sample),
    /// `test "…" for assignment { … }`.
    Test(Box<Test>),
    /// `prove name for assignment { … }`.
    Prove(Prove),
    /// `change assignment { … }`, in a variant.
    Change(Change),
    /// `workflow …`, which the language reserves.
    Workflow(Workflow),
    /// What could not be read; reported.
    Broken(Broken),
}

/// An item, or a part of a decision, that could not be read. Its finding has been reported.
#[derive(Debug, Clone)]
pub struct Broken {
    /// The name it declares, where that could still be seen: uses of it are not unknown names.
    pub name: Option<Name>,
    /// The whole stretch.
    pub span: Span,
}

impl Item {
    /// The whole item, from its first word (documentation excluded) to its end.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Unit(it) => it.span,
            Self::Enum(it) => it.span,
            Self::Record(it) => it.span,
            Self::Type(it) => it.span,
            Self::Param(it) => it.span,
            Self::Role(it) => it.span,
            Self::Define(it) => it.span,
            Self::Decision(it) => it.span,
            Self::Always(it) => it.span,
            Self::Measure(it) => it.span,
            Self::Sample(it) => it.span,
            Self::Test(it) => it.span,
            Self::Prove(it) => it.span,
            Self::Change(it) => it.span,
            Self::Workflow(it) => it.span,
            Self::Broken(it) => it.span,
        }
    }

    /// The name that the item declares in its module, if it declares one.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::Unit(it) => Some(&it.name),
            Self::Enum(it) => Some(&it.name),
            Self::Record(it) => Some(&it.name),
            Self::Type(it) => Some(&it.name),
            Self::Param(it) => Some(&it.name),
            Self::Role(it) => Some(&it.name),
            Self::Define(it) => Some(&it.name),
            Self::Decision(it) => Some(&it.name),
            Self::Sample(it) => Some(&it.name),
            Self::Prove(it) => Some(&it.name),
            Self::Workflow(it) => Some(&it.name),
            Self::Broken(it) => it.name.as_ref(),
            Self::Always(_) | Self::Measure(_) | Self::Test(_) | Self::Change(_) => None,
        }
    }
}

/// `unit kg`.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The unit.
    pub name: Name,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// `enum Verdict { approve, reject }`.
#[derive(Debug, Clone)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// Its values in declared order.
    pub values: Vec<EnumValue>,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// One value of an enum.
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// Its name.
    pub name: Name,
    /// Its documentation.
    pub docs: Docs,
}

/// `record Worker { … }`.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its name.
    pub name: Name,
    /// Whether it is an `open record`, which ignores keys it does not know.
    pub open: bool,
    /// Its fields in declared order; `a, b : text` is two of them.
    pub fields: Vec<Field>,
    /// Relations between the fields.
    pub always: Vec<Always>,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// One field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type; fields declared together share it.
    pub ty: TypeExpr,
    /// The word `personal`, if it holds personal data.
    pub personal: Option<Span>,
    /// The word `protected`, if it holds a protected characteristic.
    pub protected: Option<Span>,
    /// What is documented before it, or after it on its line.
    pub docs: Docs,
    /// The field from its first word to the end of its type.
    pub span: Span,
}

/// `always CONDITION because "…"`, in a record, a decision, or a module.
#[derive(Debug, Clone)]
pub struct Always {
    /// What always holds.
    pub condition: Expr,
    /// Why; a [`ExprKind::Text`].
    pub because: Option<Expr>,
    /// The whole relation.
    pub span: Span,
}

/// `type Age = integer in 0..120`.
#[derive(Debug, Clone)]
pub struct TypeAlias {
    /// Its name.
    pub name: Name,
    /// What it stands for.
    pub ty: TypeExpr,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// `param name : type in range = value`; in a variant the type is left out.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type with its range; `None` only where a variant sets a value.
    pub ty: Option<TypeExpr>,
    /// The value, or the values by the day they begin.
    pub value: ParamValue,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// What a parameter is set to.
#[derive(Debug, Clone)]
pub enum ParamValue {
    /// One value for all days.
    Fixed(Expr),
    /// A value from each day on, as written; at least one.
    Dated(Vec<DatedValue>),
}

/// `12.41 EUR from 2024-01-01`.
#[derive(Debug, Clone)]
pub struct DatedValue {
    /// The value.
    pub value: Expr,
    /// The first day it counts.
    pub from: Spanned<Date>,
}

/// `role shift_manager "Shift manager" escalates to director after 8 h`.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Option<Spanned<String>>,
    /// Who takes over, and after how long (a duration).
    pub escalates: Option<(Name, Expr)>,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// `define name(args) : type = expression`.
#[derive(Debug, Clone)]
pub struct Define {
    /// Its name.
    pub name: Name,
    /// Its arguments; `None` when there are no parentheses either: a named value.
    pub args: Option<Vec<Argument>>,
    /// Its type, unless it is left to the expression.
    pub ty: Option<TypeExpr>,
    /// What it computes.
    pub body: DefineBody,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// What a define computes.
#[derive(Debug, Clone)]
pub enum DefineBody {
    /// `= expression`.
    Expr(Expr),
    /// `{ let a = … gives expression }`.
    Block {
        /// The lets in order.
        lets: Vec<Let>,
        /// The result.
        gives: Expr,
    },
}

/// One declared argument of a define or a decision: `shift: Shift`; `a, b : text` is two of them.
#[derive(Debug, Clone)]
pub struct Argument {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its documentation.
    pub docs: Docs,
    /// From its name to the end of its type.
    pub span: Span,
}

/// `let total = worker.booked + shift.length`.
#[derive(Debug, Clone)]
pub struct Let {
    /// Its name.
    pub name: Name,
    /// Its type, if it is written.
    pub ty: Option<TypeExpr>,
    /// Its value.
    pub value: Expr,
    /// Its documentation.
    pub docs: Docs,
    /// The whole let.
    pub span: Span,
}

/// `measure assignment { by hand 6 min, when referred 2 min, hourly cost 38.00 EUR }`.
#[derive(Debug, Clone)]
pub struct Measure {
    /// The decision that is measured.
    pub decision: Name,
    /// Its entries in order; each kind at most once.
    pub entries: Vec<(Spanned<MeasureKind>, Expr)>,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// What an entry of a measure states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureKind {
    /// `by hand`: the time a person needs for the whole decision.
    ByHand,
    /// `when referred`: the time a person needs for a referral.
    WhenReferred,
    /// `hourly cost`: what an hour of that person costs.
    HourlyCost,
}

/// `sample ana : Worker = { … }`.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its value.
    pub value: Expr,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// `test "…" for DECISION { given … expect … }`, or tests in bulk.
#[derive(Debug, Clone)]
pub struct Test {
    /// What the test says; `None` for tests in bulk.
    pub title: Option<Spanned<String>>,
    /// The decision that is tested.
    pub decision: Name,
    /// What is given and expected.
    pub body: TestBody,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// What a test is given, and what it expects.
#[derive(Debug, Clone)]
pub enum TestBody {
    /// `given worker = ana, … expect reject by minor_at_night`.
    Case {
        /// The decision's parameters by name, in written order.
        given: Vec<(Name, Expr)>,
        /// What is expected.
        expect: Box<Expectation>,
    },
    /// Cases in a file: `test assignment from "cases.json"`.
    File(Spanned<String>),
    /// A table whose right side is `outcome` and `by`.
    Table(Box<Table>),
}

/// `expect OUTCOME [by RULE, …]`.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// What the decision gives.
    pub outcome: Outcome,
    /// The rules that decide, if they are named.
    pub by: Vec<Name>,
    /// From `expect` to the end.
    pub span: Span,
}

/// `prove NAME for DECISION { if CONDITION then CLAIM }`, or `{ always CLAIM }`.
#[derive(Debug, Clone)]
pub struct Prove {
    /// Its name.
    pub name: Name,
    /// The decision it speaks of.
    pub decision: Name,
    /// When the claim is made; `None` for `always`.
    pub condition: Option<Expr>,
    /// What holds then.
    pub claim: Claim,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// What a `prove` claims.
#[derive(Debug, Clone)]
pub enum Claim {
    /// A condition, in which `outcome` and `outcome is referral` may stand.
    Condition(Expr),
    /// `decided by RULE`.
    DecidedBy(Name),
    /// `outcome ignores worker.name`.
    Ignores(Expr),
}

/// `change assignment { … }`, in a variant.
#[derive(Debug, Clone)]
pub struct Change {
    /// The decision of the base module.
    pub decision: Name,
    /// What is changed, in order.
    pub items: Vec<ChangeItem>,
    /// Its documentation.
    pub docs: Docs,
    /// The whole item.
    pub span: Span,
}

/// One change to a decision of the base module.
#[derive(Debug, Clone)]
pub enum ChangeItem {
    /// `replace rule NAME …`.
    Replace(Box<Rule>),
    /// `rule NAME [in group G] [before X | after X] …`.
    Add {
        /// The new rule.
        rule: Box<Rule>,
        /// The group it joins.
        group: Option<Name>,
        /// Where it stands; the end of its group when nothing is said.
        place: Option<Place>,
    },
    /// `without rule NAME because "…"`.
    Without {
        /// The rule that is taken out.
        rule: Name,
        /// Why; a [`ExprKind::Text`].
        because: Option<Expr>,
        /// The whole change.
        span: Span,
    },
    /// A change that could not be read; reported.
    Broken(Broken),
}

/// Where a new rule stands under `hit first`.
#[derive(Debug, Clone)]
pub enum Place {
    /// `before x`.
    Before(Name),
    /// `after x`.
    After(Name),
}

/// `workflow name { … }`: reserved; its body is not read.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its name.
    pub name: Name,
    /// The whole item.
    pub span: Span,
}
