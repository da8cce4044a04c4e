//! Expressions and literals.

use axtrace_source::{Span, Spanned};

use super::{Binder, Name, RangeExpr, TypeExpr, UnitExpr};

/// An expression. Parentheses leave no node; the span of what stood in them includes them.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is written.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A literal that needs no other expression.
    Literal(Literal),
    /// `"…"` with what is interpolated.
    Text(Vec<TextPart>),
    /// A name by itself: a parameter, let, field, enum value, sample, `outcome`, `this_rule`, a weekday …
    Name(Name),
    /// `base.field`, also `Verdict.reject`.
    Field {
        /// What stands before the point.
        base: Box<Expr>,
        /// The name after it.
        field: Name,
    },
    /// `ana with { booked: 40 h }`.
    With {
        /// The record.
        base: Box<Expr>,
        /// What is changed, in written order.
        fields: Vec<FieldValue>,
    },
    /// `{ name: "Ana", … }`.
    Record(Vec<FieldValue>),
    /// `{cashier, forklift}`; after `in` a set of values of any type.
    Set(Vec<Expr>),
    /// `{}`: the empty set, or a record without fields.
    EmptyBraces,
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `1..n`: a list of integers, or what `in` tests against.
    Range(Box<RangeExpr>),
    /// `f(a, b)`: a built-in function, a define or a decision.
    Call {
        /// What is called.
        function: Name,
        /// The arguments in order.
        args: Vec<CallArg>,
    },
    /// `sum(body for x in xs where c)`, `count(x in xs where c)`, `sort(x in xs by x.start)` …
    Comprehension(Box<Comprehension>),
    /// `fold(driven : duration = 0 min, leg in legs: …)`.
    Fold(Box<Fold>),
    /// `some x in xs satisfies …`, `every …`.
    Quantified(Box<Quantified>),
    /// `if c then a else if d then b else e`.
    If {
        /// Each condition with what it gives, in order; at least one.
        branches: Vec<IfBranch>,
        /// What is given when none holds.
        otherwise: Box<Expr>,
    },
    /// `-a`.
    Negate(Box<Expr>),
    /// `not a`.
    Not(Box<Expr>),
    /// Two operands of arithmetic, or of sets: `a + b`, `a minus b`.
    Binary {
        /// The operator, and where it stands.
        op: Spanned<BinaryOp>,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `a and b and c`: two or more, evaluated from left to right.
    And(Vec<Expr>),
    /// `a or b or c`: two or more, evaluated from left to right.
    Or(Vec<Expr>),
    /// `a or else b or else c`: two or more; the first that is given.
    OrElse(Vec<Expr>),
    /// `a < b`, `a has b`, `a starts with b` …
    Compare {
        /// The operator, and where it stands.
        op: Spanned<CompareOp>,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `x in 18..24`, `x in {a, b}`, `x in list`, `x not in …`. The domain is a [`ExprKind::Range`], a [`ExprKind::Set`] or any expression.
    In {
        /// What is looked for.
        value: Box<Expr>,
        /// Where.
        domain: Box<Expr>,
        /// Whether `not in` is written.
        negated: bool,
        /// The words `in` or `not in`.
        op_span: Span,
    },
    /// `x is given`, or, negated, `x is missing`.
    IsGiven {
        /// The optional value.
        value: Box<Expr>,
        /// Whether `is missing` is written.
        negated: bool,
        /// The words after the value.
        op_span: Span,
    },
    /// `outcome is referral`, in a claim.
    IsReferral(Box<Expr>),
    /// `text matches "[A-Z]+"`.
    Matches {
        /// The text.
        value: Box<Expr>,
        /// The raw pattern, with `\"` read as `"`.
        pattern: Spanned<String>,
        /// The word `matches`.
        op_span: Span,
    },
    /// What could not be read; reported.
    Error,
}

/// An exact number: `digits` times ten to the power of minus `scale`. `12.50` is 1250 with scale 2; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number {
    /// All digits as a whole number, 0 to below 10^38.
    pub digits: i128,
    /// How many of them stand after the point, as written, 0 to 38.
    pub scale: u8,
}

/// A literal value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Literal {
    /// `42`, `12.50`. Without a point the scale is 0.
    Number(Number),
    /// `60 %`: the number before the sign, so 60 and not 0.6.
    Percent(Number),
    /// Numbers with their units: `12.50 EUR`, `12.5 kg`, `1.20 EUR/kg`, `7 days`; `1 h 30 min` has two parts. Two or more parts have the
    /// units `h`, `min` and `s` only, each at most once, in this order.
    Quantity(Vec<QuantityPart>),
    /// `2026-11-20`: a date that exists.
    Date(Date),
    /// `22:00`, `22:00:30`.
    Time(Time),
    /// `2026-11-20T22:30+01:00`.
    Datetime(Datetime),
    /// `true`, `false`.
    Boolean(bool),
    /// `missing`.
    Missing,
}

/// A number and its unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct QuantityPart {
    /// The number.
    pub number: Number,
    /// The unit.
    pub unit: UnitExpr,
}

/// A day of the proleptic Gregorian calendar that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year, 0 to 9999.
    pub year: i16,
    /// The month, from 1.
    pub month: u8,
    /// The day, from 1.
    pub day: u8,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59; 0 when left out.
    pub second: u8,
}

/// A local time and its offset, or a local time alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Datetime {
    /// The day.
    pub date: Date,
    /// The time of day.
    pub time: Time,
    /// Seconds east of UTC, within 18 hours either way; `None` where no offset is written (only a `datetime in zone` can read it).
    pub offset: Option<i32>,
}

/// A part of a text.
#[derive(Debug, Clone)]
pub enum TextPart {
    /// What stands there, escapes replaced.
    Literal(String),
    /// `{expression}`; the span includes the braces.
    Expr(Expr, Span),
}

/// `booked: 10 h` in a record value.
#[derive(Debug, Clone)]
pub struct FieldValue {
    /// The field.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// One argument of a call.
#[derive(Debug, Clone)]
pub struct CallArg {
    /// The word `to` before it, as in `round(x, to 0.05 CHF)`.
    pub to: Option<Span>,
    /// Its value.
    pub value: Expr,
}

/// A function over the elements of lists: `sum(body for binders where condition)`, `count(binders where condition)`, `sort(binder by key)`.
#[derive(Debug, Clone)]
pub struct Comprehension {
    /// The function: `sum`, `min`, `max`, `average`, `list` with a body; `count`, `first`, `last`, `position`, `sort`, `runs`, `groups`
    /// without. Any other name may stand here too; resolving reports it.
    pub function: Name,
    /// What stands before `for`.
    pub body: Option<Expr>,
    /// What is bound; at least one.
    pub binders: Vec<Binder>,
    /// After `where`.
    pub condition: Option<Expr>,
    /// After `by`.
    pub by: Option<Expr>,
}

/// A loop with a memory: `fold(memory : type = start, binders: step)`.
#[derive(Debug, Clone)]
pub struct Fold {
    /// The word `fold`.
    pub head_span: Span,
    /// The memory's name.
    pub memory: Name,
    /// The memory's type, if it is written.
    pub ty: Option<TypeExpr>,
    /// What it is before the first step.
    pub start: Expr,
    /// What is bound; at least one.
    pub binders: Vec<Binder>,
    /// What it is after a step.
    pub step: Expr,
}

/// `some binders satisfies condition`, or `every`.
#[derive(Debug, Clone)]
pub struct Quantified {
    /// Which of the two, and where the word stands.
    pub quantifier: Spanned<Quantifier>,
    /// What is bound; at least one.
    pub binders: Vec<Binder>,
    /// What is satisfied.
    pub condition: Expr,
}

/// How many elements must satisfy a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// At least one.
    Some,
    /// All, also when there are none.
    Every,
}

/// One condition of an `if`, and what it gives.
#[derive(Debug, Clone)]
pub struct IfBranch {
    /// The condition.
    pub condition: Expr,
    /// What it gives.
    pub then: Expr,
}

/// An operator of arithmetic or of sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `mod`.
    Modulo,
    /// `plus`: of sets or lists.
    Plus,
    /// `minus`: of sets.
    Minus,
}

impl BinaryOp {
    /// The operator as it is written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "mod",
            Self::Plus => "plus",
            Self::Minus => "minus",
        }
    }
}

/// An operator that compares two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `=`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `has`: a set and one element.
    Has,
    /// `has all`: a set and a set.
    HasAll,
    /// `has any`: a set and a set.
    HasAny,
    /// `starts with`.
    StartsWith,
    /// `ends with`.
    EndsWith,
    /// `contains`.
    Contains,
}

impl CompareOp {
    /// The operator as it is written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Has => "has",
            Self::HasAll => "has all",
            Self::HasAny => "has any",
            Self::StartsWith => "starts with",
            Self::EndsWith => "ends with",
            Self::Contains => "contains",
        }
    }
}
