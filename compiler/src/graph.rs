//! The decision graph: what a decision evaluates, without an order of its own.
//!
//! On arrival in later passes every call of a `define` has been expanded, every parameter of a module is its value, every scale is explicit
//! ([`NodeKind::Rescale`]), every read of an optional is a [`NodeKind::Unwrap`] that the type checker found safe, and, after the range
//! pass, the bounds in each node's type are those the node can really have. The nodes of a decision form trees that meet only in [`Local`]s and
//! in the elements of [`Loop`]s. Evaluation is defined by the source: rules in order, operands from left to right, `and`, `or`,
//! `if` and `or else` stopping when decided, a local at its first use.
//!
//! Recording is local to a node. Whoever evaluates a node stores, if it has a `slot`, its value there, and sets, if it has a `site`, the
//! two bits of that site: `1 + value` for a boolean, 1 for everything else. Rules, locals, loops and calls of decisions carry further
//! sites and slots, each described at its field.

use axtrace_runtime::meta::{DecisionId, DecisionMeta, RuleId, SiteId, SlotId};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use crate::function::Function;

axtrace_runtime::ids! {
    /// A node of a graph.
    NodeId,
    /// A local of a graph.
    LocalId,
    /// A loop of a graph.
    LoopId,
}

/// One decision.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Which decision of the program it is.
    pub id: DecisionId,
    /// What the runtime will know of it: parameters, outcome, rules, sites, frames.
    pub meta: DecisionMeta,
    /// By [`NodeId`]. Operands stand before the nodes that use them; the definition of a local stands before its uses.
    pub nodes: Vec<Node>,
    /// By [`LocalId`].
    pub locals: Vec<Local>,
    /// By [`LoopId`].
    pub loops: Vec<Loop>,
    /// Relations that every input satisfies, those of the records in it included. Nothing evaluates them: they are known.
    pub always: Vec<NodeId>,
    /// Relations that what is built here must keep.
    pub promises: Vec<Promise>,
    /// Relations that records keep which come from elsewhere.
    pub kept: Vec<Kept>,
    /// The ways to what promises something.
    pub ways: Ways,
    /// What the range pass has to prove of values that go somewhere declared.
    pub obligations: Vec<Obligation>,
    /// Conditions of groups.
    pub groups: Vec<Group>,
    /// How many steps the decision says that it may take, and where.
    pub steps: Option<(u64, Span)>,
    /// What it evaluates.
    pub body: Body,
}

/// What a decision evaluates.
#[derive(Debug, Clone)]
pub enum Body {
    /// One expression, whose value is the outcome.
    Expression(NodeId),
    /// Rules in source order; if the last of `meta.rules` is `otherwise`, the last of these is it, and its `when` is absent.
    Rules(Vec<Rule>),
}

/// A value that must fit a declared type: its bounds, the number of its elements, the length of its text.
#[derive(Debug, Clone)]
pub struct Obligation {
    /// The value.
    pub node: NodeId,
    /// The type it must fit.
    pub ty: Type,
    /// What has the type, in words: "the outcome", "argument `age` of `fare`".
    pub what: String,
    /// Where the type is declared.
    pub declared: Span,
    /// The [`NodeKind::Define`] whose argument it is: the value is needed there, though no node evaluates it for itself.
    pub call: Option<NodeId>,
}

/// A relation that a record which is made, or the arguments of a decision that is called, must keep.
#[derive(Debug, Clone)]
pub struct Promise {
    /// The [`NodeKind::MakeRecord`] or [`NodeKind::Decide`].
    pub node: NodeId,
    /// Place in the program's relations.
    pub relation: usize,
    /// The relation written out over the parts. Nothing evaluates it.
    pub condition: Option<NodeId>,
    /// What is known where the node stands: conditions that are true or false there. `None` before the range pass, and where no input leads.
    pub path: Option<Way>,
}

/// A way through a decision, in its [`Ways`]: conditions that were true or false one after the other. The default is the way of no conditions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Way(Option<u32>);

/// Ways, each one condition further than another: what they have in common is kept once.
#[derive(Debug, Clone, Default)]
pub struct Ways(Vec<(NodeId, bool, Way)>);

impl Ways {
    /// A way and one condition more.
    pub fn further(&mut self, way: Way, condition: NodeId, truth: bool) -> Way {
        self.0.push((condition, truth, way));
        Way(Some(self.0.len() as u32 - 1))
    }

    /// The conditions of a way, the last one first.
    pub fn backwards(&self, way: Way) -> impl Iterator<Item = (NodeId, bool)> {
        let step = move |way: Way| self.0.get(way.0? as usize);
        std::iter::successors(step(way), move |(.., before)| step(*before)).map(|(condition, truth, _)| (*condition, *truth))
    }

    /// How many steps are kept.
    pub fn kept(&self) -> usize {
        self.0.len()
    }

    /// Forgets all steps but the first so many.
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }
}

/// What a record keeps that another decision decided, or that was found in a list.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What gives the record, which may be missing.
    pub node: NodeId,
    /// The relations over the value of the node. Nothing evaluates them: they are known wherever the node was evaluated.
    pub known: Vec<NodeId>,
    /// The loop that the node stands in.
    pub inside: Option<LoopId>,
}

/// A node: an operation on earlier nodes.
#[derive(Debug, Clone)]
pub struct Node {
    /// The operation.
    pub kind: NodeKind,
    /// The type of its value; after the range pass with the bounds the value can have.
    pub ty: Type,
    /// Where it is written.
    pub span: Span,
    /// The site whose bits it sets.
    pub site: Option<SiteId>,
    /// The slot it stores its value in.
    pub slot: Option<SlotId>,
}

/// An order between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// The same comparison with its sides turned around.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }

    /// What holds where the comparison does not.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }
}

/// How a rounding chooses between the neighbours of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// `round`: to the nearest, halves away from zero.
    HalfAwayFromZero,
    /// `round_half_even`: to the nearest, halves to the even neighbour.
    HalfEven,
    /// `round_up`: away from zero.
    Up,
    /// `round_down`: towards zero.
    Down,
    /// `floor`: to the lower.
    Floor,
    /// `ceiling`: to the higher.
    Ceiling,
}

/// An operation. Unless said otherwise operands are evaluated from left to right, all of them.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A literal, or a parameter of the module. Texts and lists too.
    Constant(Value),
    /// A parameter of the decision.
    Input(u32),
    /// The current element of a loop that this node is inside of.
    Element(LoopId),
    /// The place of the current element of a loop that this node is inside of, from 1.
    Place(LoopId),
    /// The memory of a `fold` that this node is inside of, before the current element.
    Memory(LoopId),
    /// The value of a local.
    Local(LocalId),
    /// A field of a record.
    Field(NodeId, u32),

    /// Logical negation.
    Not(NodeId),
    /// `and` from left to right up to the first that is false; at least two operands.
    And(Vec<NodeId>),
    /// `or` from left to right up to the first that is true; at least two operands.
    Or(Vec<NodeId>),
    /// The condition, then one of the branches.
    If {
        /// Decides.
        condition: NodeId,
        /// Evaluated if it is true.
        then: NodeId,
        /// Evaluated if it is false.
        otherwise: NodeId,
    },

    /// Whether an optional is there.
    IsGiven(NodeId),
    /// The value of an optional that is known to be there.
    Unwrap(NodeId),
    /// A value, as an optional that is there.
    Wrap(NodeId),
    /// The first if it is there, else the second, which is only then evaluated. The node's type may be optional if the second is.
    OrElse(NodeId, NodeId),

    /// A scalar (no datetime) or a ratio with its sign changed.
    Negate(NodeId),
    /// The sum of two scalars of one scale, or of a date and days, or of a datetime (first) and a duration.
    Add(NodeId, NodeId),
    /// The difference of two scalars of one scale; of two dates in days, of two datetimes in seconds; of a date and days; of a datetime
    /// and a duration. A datetime result keeps the offset of the first.
    Subtract(NodeId, NodeId),
    /// The product of the whole numbers of two scalars.
    Multiply(NodeId, NodeId),
    /// The remainder of two scalars of one scale, with the sign of the divisor, which is known not to be 0.
    Modulo(NodeId, NodeId),
    /// The ratio `left * 10^scale_left / (right * 10^scale_right)` of the whole numbers of two scalars, with the sign in the numerator. The
    /// divisor is known not to be 0.
    Divide {
        /// The dividend.
        left: NodeId,
        /// The divisor.
        right: NodeId,
        /// Power of ten for the dividend.
        scale_left: u32,
        /// Power of ten for the divisor.
        scale_right: u32,
    },
    /// The whole number of a scalar times `10^by`: the same value with more places.
    Rescale(NodeId, u32),
    /// The whole number of a scalar divided by `10^drop` (`drop` may be 0), or a ratio times `10^places`, rounded to a whole number.
    Round {
        /// A scalar or a ratio.
        value: NodeId,
        /// How.
        rounding: Rounding,
        /// For a scalar: how many places go. For a ratio: how many places stay.
        places: u32,
    },

    /// A comparison. Both sides are scalars of one kind and scale, datetimes (by instant), ratios (or one ratio and one scalar), or, for
    /// `=` and `!=`, also booleans, texts, enums and sets of one type.
    Compare(Comparison, NodeId, NodeId),
    /// Whether a scalar lies between bounds of its own kind and scale; `true` beside a bound means that the bound itself is inside. All bounds are
    /// evaluated.
    InRange {
        /// What lies between.
        value: NodeId,
        /// The lower bound.
        low: Option<(NodeId, bool)>,
        /// The upper bound.
        high: Option<(NodeId, bool)>,
    },
    /// Whether a value equals one of several; all are evaluated.
    OneOf(NodeId, Vec<NodeId>),
    /// Whether a set (first) has a name of its enum.
    Has(NodeId, NodeId),
    /// Whether a set has all names of another.
    HasAll(NodeId, NodeId),
    /// Whether a set has a name of another.
    HasAny(NodeId, NodeId),
    /// The names of either set.
    Union(NodeId, NodeId),
    /// The names of the first set that the second has not.
    Difference(NodeId, NodeId),

    /// A record of its fields, in declared order.
    MakeRecord(Vec<NodeId>),
    /// A set of names of an enum.
    MakeSet(Vec<NodeId>),
    /// A list.
    MakeList(Vec<NodeId>),
    /// The number of elements of a list.
    Length(NodeId),
    /// A list gone through, element by element.
    Quantify(Quantifier, LoopId),
    /// The outcome of another decision for these arguments; of a decision that may refer an optional, missing when it refers. The site
    /// is a [`SiteKind::Decision`](axtrace_runtime::meta::SiteKind::Decision).
    Decide {
        /// Which decision.
        decision: DecisionId,
        /// One for each of its parameters.
        arguments: Vec<NodeId>,
        /// Holds the handle of the callee's frame 0 (length 1) in the recording.
        activation: SlotId,
    },
    /// The expanded body of a called `define`; its value is the body's. It exists for its site.
    Define(NodeId),

    /// A function of the values of its operands.
    Call(Function, Vec<NodeId>),
    /// A text of pieces, built by the program's template of that place from the values of the operands.
    Text {
        /// Place in the program's templates.
        template: u32,
        /// One for each value of the template.
        values: Vec<NodeId>,
    },
}

/// What is done with the elements of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// Whether the body is true for some element; stops there. `where` is absent.
    Some,
    /// Whether the body is true for every element; stops at the first where it is not. `where` is absent.
    Every,
    /// How many elements satisfy `where`. The body is absent.
    Count,
    /// The sum of the bodies of the elements that satisfy `where`.
    Sum,
    /// The least of the bodies of the elements that satisfy `where`; a body that is missing does not count. Optional, unless there is always one.
    Min,
    /// The greatest of the bodies, as for [`Quantifier::Min`].
    Max,
    /// The sum of the bodies of the elements that satisfy `where`, over their number: a ratio. Optional, unless there is always one.
    Average,
    /// The first element that satisfies `where`; stops there. The body is absent. Optional.
    First,
    /// The last element that satisfies `where`. The body is absent. Optional.
    Last,
    /// The place, from 1, of the first element that satisfies `where`; stops there. The body is absent. Optional.
    Position,
    /// The list of the bodies of the elements that satisfy `where`, in order.
    List,
    /// The elements ordered by their bodies; elements with equal bodies stay in order. `where` is absent.
    Sort,
    /// Each unbroken stretch of elements that satisfy `where`, as a list. The body is absent.
    Runs,
    /// The elements by what their bodies are: a record of the body and the list of the elements with an equal one, in the order of the first of
    /// each. `where` is absent.
    Groups,
    /// The memory after the last element: the body is the memory after each. `where` is absent.
    Fold,
}

impl Quantifier {
    /// Whether the value of each body belongs to what is recorded.
    #[must_use]
    pub const fn shows_bodies(self) -> bool {
        matches!(self, Self::Sum | Self::Min | Self::Max | Self::Average | Self::List | Self::Sort | Self::Groups | Self::Fold)
    }
}

/// A list gone through by a quantifier or by a rule's `for each`.
#[derive(Debug, Clone)]
pub struct Loop {
    /// The name of the element.
    pub binder: String,
    /// The list. It is evaluated outside of the loop, once.
    pub list: NodeId,
    /// Relations that each element keeps. Nothing evaluates them: they are known.
    pub known: Vec<NodeId>,
    /// Which elements count. Evaluated first, in the element frame.
    pub filter: Option<NodeId>,
    /// What is evaluated for each element that counts, in the element frame. Its node's site is a `Body`, but for `some` and `every`.
    pub body: Option<NodeId>,
    /// Of a `fold`: the memory before the first element. It is evaluated outside of the loop, after the list.
    pub start: Option<NodeId>,
    /// Of a `fold`: the declared type of the memory, and where it is declared.
    pub memory: Option<(Type, Span)>,
    /// The site of the loop. It is the site of the [`NodeKind::Quantify`] node; of a `for each` its bits are set to 1 when the loop is reached.
    pub site: SiteId,
    /// The element frame. Its layout is in `meta.frames`.
    pub frame: axtrace_runtime::meta::FrameId,
    /// In the enclosing frame: holds the handle of the recorded element frames; its length counts the elements visited.
    pub visits: SlotId,
    /// The loop around it, if it stands inside of one.
    pub outer: Option<LoopId>,
}

/// A value with a name, evaluated at most once in its frame, at its first use.
#[derive(Debug, Clone)]
pub struct Local {
    /// Its name.
    pub name: String,
    /// Its definition. Sites within it belong to the frame of the local.
    pub value: NodeId,
    /// Whether it is a `let` of the author's; else it is an argument of an expanded `define`.
    pub is_let: bool,
    /// The site whose bits its first use sets.
    pub site: Option<SiteId>,
    /// The slot its first use fills.
    pub slot: Option<SlotId>,
    /// The loop whose element it may depend on: it is evaluated anew for each element.
    pub inside: Option<LoopId>,
    /// What is known where it is defined.
    pub known: Known,
    /// Where its name is declared.
    pub span: Span,
}

/// What is known, of the conditions around it, where a local is defined; it may rely on that, wherever its first use is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Known {
    /// Only the relations between the parameters.
    Always,
    /// The condition of the group of a rule, and what is known in its `for each`.
    Group(RuleId),
    /// The condition of a rule, too.
    Rule(RuleId),
    /// In the loop, the filter included.
    Element(LoopId),
    /// Whatever is known at a [`NodeKind::Define`], whose argument it is.
    Call(NodeId),
    /// Nothing of its own: it stands for a node that is evaluated elsewhere, in what is known of it.
    Evaluated,
}

/// A group of rules with a condition.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its condition, evaluated once, before the first rule of the group that is reached.
    pub when: Option<NodeId>,
    /// Where its name is declared.
    pub span: Span,
}

/// One rule, or `otherwise`.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its place in `meta.rules`, which holds name, sites and the rules it overrides.
    pub id: RuleId,
    /// Its group, by place in the graph's groups.
    pub group: Option<usize>,
    /// `for each`: the loops that make the instances, outermost first. `filter` and `body` of the loops are absent; `when` and the outcome stand
    /// inside of the innermost.
    pub each: Vec<LoopId>,
    /// Its condition; absent, it always applies.
    pub when: Option<NodeId>,
    /// What else is true wherever it applies. Nothing evaluates it.
    pub knows: Vec<NodeId>,
    /// What it decides.
    pub outcome: Outcome,
    /// The values in `because`, evaluated in order once it is known that the rule decides. Those of a `for each` rule stand inside of the loop
    /// and are evaluated after the outcome of each instance that applied, whether or not another rule overrides it.
    pub because: Vec<NodeId>,
}

/// What a rule decides.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Place in `meta.tags`.
    pub tag: u16,
    /// The value, or what a referral proposes.
    pub value: Option<NodeId>,
    /// A duration: how long the referral may take.
    pub within: Option<NodeId>,
    /// Where it is written.
    pub span: Span,
}

impl Graph {
    /// A node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// A local.
    #[must_use]
    pub fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.index()]
    }

    /// A loop.
    #[must_use]
    pub fn loop_of(&self, id: LoopId) -> &Loop {
        &self.loops[id.index()]
    }

    /// The rules; none if the decision is one expression.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        match &self.body {
            Body::Expression(_) => &[],
            Body::Rules(rules) => rules,
        }
    }
}

impl NodeKind {
    /// The operands that are evaluated for the operation itself, from left to right; without what a loop or a local evaluates.
    #[must_use]
    pub fn operands(&self) -> Vec<NodeId> {
        match self {
            Self::Constant(_)
            | Self::Input(_)
            | Self::Element(_)
            | Self::Place(_)
            | Self::Memory(_)
            | Self::Local(_)
            | Self::Quantify(..) => Vec::new(),
            Self::Field(a, _)
            | Self::Not(a)
            | Self::IsGiven(a)
            | Self::Unwrap(a)
            | Self::Wrap(a)
            | Self::Negate(a)
            | Self::Rescale(a, _)
            | Self::Length(a)
            | Self::Define(a) => vec![*a],
            Self::Round { value, .. } => vec![*value],
            Self::And(all) | Self::Or(all) | Self::MakeRecord(all) | Self::MakeSet(all) | Self::MakeList(all) | Self::Call(_, all) => {
                all.clone()
            }
            Self::Decide { arguments, .. } => arguments.clone(),
            Self::Text { values, .. } => values.clone(),
            Self::If { condition, then, otherwise } => vec![*condition, *then, *otherwise],
            Self::Divide { left, right, .. } => vec![*left, *right],
            Self::InRange { value, low, high } => {
                let bounds = [low, high].into_iter().flatten().map(|(bound, _)| *bound);
                std::iter::once(*value).chain(bounds).collect()
            }
            Self::OneOf(value, all) => [&[*value], all.as_slice()].concat(),
            Self::OrElse(a, b)
            | Self::Add(a, b)
            | Self::Subtract(a, b)
            | Self::Multiply(a, b)
            | Self::Modulo(a, b)
            | Self::Compare(_, a, b)
            | Self::Has(a, b)
            | Self::HasAll(a, b)
            | Self::HasAny(a, b)
            | Self::Union(a, b)
            | Self::Difference(a, b) => vec![*a, *b],
        }
    }
}
