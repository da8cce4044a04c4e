//! Decisions, rules, groups and outcomes.

use axtrace_source::{Span, Spanned};

use super::{Always, Argument, Broken, Date, Docs, Expr, Let, Name, Table, TypeExpr};

/// `decision name(parameters) gives TYPE [or referral] [hit POLICY] [as of EXPRESSION] { … }`, or `… = expression`.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Its name.
    pub name: Name,
    /// Its parameters, the input.
    pub params: Vec<Argument>,
    /// The type of its outcomes; under `collect`, of one of them.
    pub gives: TypeExpr,
    /// The words `or referral`, if it may refer.
    pub may_refer: Option<Span>,
    /// The hit policy, if one is written; otherwise it is `any`.
    pub policy: Option<Spanned<HitPolicy>>,
    /// The date that counts.
    pub as_of: Option<Expr>,
    /// What decides.
    pub body: DecisionBody,
    /// Its documentation.
    pub docs: Docs,
    /// The head: from `decision` to before `{` or `=`.
    pub head_span: Span,
    /// The whole item.
    pub span: Span,
}

/// What decides.
#[derive(Debug, Clone)]
pub enum DecisionBody {
    /// `= expression`.
    Expr(Expr),
    /// `{ … }`, in source order.
    Block(Vec<DecisionItem>),
}

/// How the outcomes of rules that apply together become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HitPolicy {
    /// All give the same outcome.
    Any,
    /// At most one applies.
    Unique,
    /// The first that applies, in source order.
    First,
    /// The strongest outcome, strongest first.
    Priority(Vec<PriorityRank>),
    /// The list of all outcomes.
    Collect,
    /// Their sum.
    CollectSum,
    /// Their number.
    CollectCount,
    /// Their least.
    CollectMin,
    /// Their greatest.
    CollectMax,
}

/// One place in the order of `hit priority (reject, refer, approve)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PriorityRank {
    /// All referrals: the bare word `refer`.
    Refer(Span),
    /// `true` or `false`.
    Boolean(Spanned<bool>),
    /// An enum value, `reject` or `Verdict.refer`: the enum, if it is written, and the value.
    Value(Option<Name>, Name),
}

/// One part of a decision's body.
#[derive(Debug, Clone)]
pub enum DecisionItem {
    /// `always CONDITION because "…"`.
    Always(Always),
    /// `let name = value`.
    Let(Let),
    /// `rule …`.
    Rule(Box<Rule>),
    /// `group … { … }`.
    Group(Group),
    /// `table …`.
    Table(Box<Table>),
    /// `otherwise OUTCOME`.
    Otherwise(Otherwise),
    /// `gives EXPRESSION`.
    Gives(Gives),
    /// `may depend on worker.gender because "…"`.
    MayDepend(MayDepend),
    /// `steps up to n`.
    Steps(Expr),
    /// What could not be read; reported.
    Broken(Broken),
}

/// `gives EXPRESSION`: what a decision without rules gives.
#[derive(Debug, Clone)]
pub struct Gives {
    /// The value.
    pub value: Expr,
    /// The word `gives`.
    pub head_span: Span,
}

/// `rule name [for each …] [let …] [when …] [let …] then OUTCOME …`.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name.
    pub name: Name,
    /// Whether it is a `shadow rule`, which never changes the outcome.
    pub shadow: bool,
    /// `for each x in list, …`: empty for a plain rule.
    pub for_each: Vec<Binder>,
    /// The lets before `when`.
    pub lets_before: Vec<Let>,
    /// When it applies; always, if nothing is written.
    pub when: Option<Expr>,
    /// The lets between `when` and `then`.
    pub lets_after: Vec<Let>,
    /// What it decides.
    pub outcome: Outcome,
    /// Why, in words; a [`ExprKind::Text`](super::ExprKind::Text).
    pub because: Option<Expr>,
    /// The sources it goes back to.
    pub cites: Vec<Cite>,
    /// Who is accountable for it.
    pub owner: Option<Spanned<String>>,
    /// The first day it is in force.
    pub from: Option<Spanned<Date>>,
    /// The first day it is no longer in force.
    pub until: Option<Spanned<Date>>,
    /// The rules and groups that it overrides.
    pub overrides: Vec<Name>,
    /// Its documentation.
    pub docs: Docs,
    /// The words `rule name`, with `shadow`.
    pub head_span: Span,
    /// The whole rule.
    pub span: Span,
}

/// `x in items` or `x at n in items`, wherever names are bound.
#[derive(Debug, Clone)]
pub struct Binder {
    /// The element's name.
    pub name: Name,
    /// The name of its place, from 1.
    pub at: Option<Name>,
    /// What it runs over; a [`ExprKind::Range`](super::ExprKind::Range) for `1..n`.
    pub items: Expr,
    /// The whole binder.
    pub span: Span,
}

/// What a rule decides.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A value of the decision's type.
    Value(Expr),
    /// A person decides.
    Refer(Referral),
}

impl Outcome {
    /// Where it is written.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Value(value) => value.span,
            Self::Refer(referral) => referral.span,
        }
    }
}

/// `refer to ROLE [within DURATION] [proposing EXPRESSION]`.
#[derive(Debug, Clone)]
pub struct Referral {
    /// The role.
    pub role: Name,
    /// How long the role has.
    pub within: Option<Expr>,
    /// What is proposed to the person.
    pub proposing: Option<Expr>,
    /// The whole outcome.
    pub span: Span,
}

/// `cites "Directive 94/33/EC, art. 9" <https://…>`.
#[derive(Debug, Clone)]
pub struct Cite {
    /// What is cited.
    pub text: Spanned<String>,
    /// Where it can be read, without the angle brackets.
    pub url: Option<Spanned<String>>,
}

/// `group name [when CONDITION] [overrides …] { … }`.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// What is known inside.
    pub when: Option<Expr>,
    /// The rules and groups that its rules override.
    pub overrides: Vec<Name>,
    /// Its rules and tables, in order; a group inside is reported and broken.
    pub items: Vec<GroupItem>,
    /// Its documentation.
    pub docs: Docs,
    /// From `group` to before `{`.
    pub head_span: Span,
    /// The whole group.
    pub span: Span,
}

/// One part of a group.
#[derive(Debug, Clone)]
pub enum GroupItem {
    /// `rule …`.
    Rule(Box<Rule>),
    /// `table …`.
    Table(Box<Table>),
    /// What could not be read; reported.
    Broken(Broken),
}

/// `otherwise OUTCOME [because …] [cites …]`.
#[derive(Debug, Clone)]
pub struct Otherwise {
    /// What decides when no rule applies.
    pub outcome: Outcome,
    /// Why, in words; a [`ExprKind::Text`](super::ExprKind::Text).
    pub because: Option<Expr>,
    /// The sources it goes back to.
    pub cites: Vec<Cite>,
    /// The word `otherwise`.
    pub head_span: Span,
    /// The whole clause.
    pub span: Span,
}

/// `may depend on worker.gender because "…"`.
#[derive(Debug, Clone)]
pub struct MayDepend {
    /// The protected field.
    pub on: Expr,
    /// Why; a [`ExprKind::Text`](super::ExprKind::Text).
    pub because: Option<Expr>,
    /// The whole clause.
    pub span: Span,
}
