//! What is known of values at a place: conditions that were found true or false on the way there.

use std::collections::HashMap;

use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use super::intervals::{self, Range};
use crate::function::Function;
use crate::graph::{Comparison, Graph, NodeId, NodeKind};

/// The class of a node: nodes of one class have the same value wherever both are evaluated with the same elements.
pub(super) type Class = u32;

/// What is known of the value of a class; of a ratio's numerator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fact {
    pub lo: i128,
    pub hi: i128,
    /// Whether it is known not to be 0.
    pub not_zero: bool,
}

impl Fact {
    const NOTHING: Self = Self { lo: i128::MIN, hi: i128::MAX, not_zero: false };

    /// The part of a range that is left. Where nothing is left the place is never reached; any bounds will do.
    pub fn within(self, (low, high): Range) -> Range {
        let (mut lo, mut hi) = (low.max(self.lo), high.min(self.hi));
        if self.not_zero {
            lo += i128::from(lo == 0);
            hi -= i128::from(hi == 0);
        }
        if lo > hi { (low, high) } else { (lo, hi) }
    }

    fn and(self, other: Self) -> Self {
        Self { lo: self.lo.max(other.lo), hi: self.hi.min(other.hi), not_zero: self.not_zero || other.not_zero }
    }
}

/// Classes and what is known of them.
#[derive(Default)]
pub(super) struct Facts {
    classes: HashMap<(u8, Vec<u64>, Option<Value>), Class>,
    of_node: HashMap<NodeId, Class>,
    known: HashMap<Class, Fact>,
    /// What holds wherever an optional is there.
    where_given: HashMap<Class, Vec<NodeId>>,
    /// What was known before each change, so that a branch can be left again.
    undo: Vec<(Class, Option<Fact>)>,
    /// How many more parts of a condition are looked at.
    steps: u32,
}

/// How many parts of one condition are looked at.
const MAX_STEPS: u32 = 2_000;

/// A place to return to.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl Facts {
    pub fn mark(&self) -> Mark {
        Mark(self.undo.len())
    }

    pub fn back(&mut self, mark: Mark) {
        while self.undo.len() > mark.0 {
            match self.undo.pop() {
                Some((class, Some(fact))) => {
                    self.known.insert(class, fact);
                }
                Some((class, None)) => {
                    self.known.remove(&class);
                }
                None => {}
            }
        }
    }

    fn learn(&mut self, class: Class, fact: Fact) {
        let before = self.known.get(&class).copied();
        self.undo.push((class, before));
        self.known.insert(class, before.unwrap_or(Fact::NOTHING).and(fact));
    }

    pub fn of(&mut self, graph: &Graph, node: NodeId) -> Fact {
        let class = self.class(graph, node);
        self.known.get(&class).copied().unwrap_or(Fact::NOTHING)
    }

    /// The most characters that a text is known to have, if anything is.
    pub fn length_of(&mut self, graph: &Graph, node: NodeId) -> Option<i128> {
        let of = u64::from(self.class(graph, node));
        let length = *self.classes.get(&(9, vec![Function::LengthOf as u64, of], None))?;
        self.known.get(&length).map(|fact| fact.hi)
    }

    fn intern(&mut self, tag: u8, parts: Vec<u64>, value: Option<Value>) -> Class {
        let next = self.classes.len() as Class;
        *self.classes.entry((tag, parts, value)).or_insert(next)
    }

    /// The class of a node. Locals and expanded defines are what they stand for.
    pub fn class(&mut self, graph: &Graph, node: NodeId) -> Class {
        if let Some(class) = self.of_node.get(&node) {
            return *class;
        }
        let class = self.new_class(graph, node);
        self.of_node.insert(node, class);
        class
    }

    fn new_class(&mut self, graph: &Graph, node: NodeId) -> Class {
        let of = |facts: &mut Self, node: &NodeId| u64::from(facts.class(graph, *node));
        match &graph.node(node).kind {
            NodeKind::Constant(value) => self.intern(0, Vec::new(), Some(value.clone())),
            NodeKind::Input(param) => self.intern(1, vec![u64::from(*param)], None),
            NodeKind::Element(inside) => self.intern(2, vec![u64::from(inside.0)], None),
            NodeKind::Place(inside) => self.intern(13, vec![u64::from(inside.0)], None),
            NodeKind::Memory(inside) => self.intern(14, vec![u64::from(inside.0)], None),
            NodeKind::Local(local) => self.class(graph, graph.local(*local).value),
            NodeKind::Define(inner) => self.class(graph, *inner),
            NodeKind::Field(base, field) => {
                let parts = vec![of(self, base), u64::from(*field)];
                self.intern(3, parts, None)
            }
            NodeKind::Unwrap(inner) => {
                let parts = vec![of(self, inner)];
                self.intern(4, parts, None)
            }
            NodeKind::Rescale(inner, by) => {
                let parts = vec![of(self, inner), u64::from(*by)];
                self.intern(5, parts, None)
            }
            NodeKind::Add(a, b) => self.pair(6, graph, *a, *b),
            NodeKind::Subtract(a, b) => self.pair(7, graph, *a, *b),
            NodeKind::Multiply(a, b) => self.pair(8, graph, *a, *b),
            NodeKind::Call(function, operands) => {
                let function = std::iter::once(*function as u64);
                let parts = function.chain(operands.iter().map(|operand| of(self, operand))).collect();
                self.intern(9, parts, None)
            }
            NodeKind::Length(list) => {
                let parts = vec![of(self, list)];
                self.intern(12, parts, None)
            }
            NodeKind::Divide { left, right, scale_left, scale_right } => {
                let parts = vec![of(self, left), of(self, right), u64::from(*scale_left), u64::from(*scale_right)];
                self.intern(20, parts, None)
            }
            NodeKind::Negate(inner) => {
                let parts = vec![of(self, inner)];
                self.intern(21, parts, None)
            }
            NodeKind::Round { value, rounding, places } => {
                let parts = vec![of(self, value), *rounding as u64, u64::from(*places)];
                self.intern(22, parts, None)
            }
            _ => self.intern(255, vec![u64::from(node.0)], None),
        }
    }

    fn pair(&mut self, tag: u8, graph: &Graph, a: NodeId, b: NodeId) -> Class {
        let parts = vec![u64::from(self.class(graph, a)), u64::from(self.class(graph, b))];
        self.intern(tag, parts, None)
    }

    /// Remembers what holds wherever an optional record is there: a relation that is written as `x is missing or …`.
    pub fn remember(&mut self, graph: &Graph, relation: NodeId) {
        let NodeKind::Or(parts) = &graph.node(relation).kind else { return };
        let [missing, condition] = parts.as_slice() else { return };
        let NodeKind::Not(given) = graph.node(*missing).kind else { return };
        let NodeKind::IsGiven(value) = graph.node(given).kind else { return };
        let class = self.class(graph, value);
        let known = self.where_given.entry(class).or_default();
        if !known.contains(condition) {
            known.push(*condition);
        }
    }

    /// Takes a condition to be true, or false. What is learned is never too much; of a condition that is written out in too many steps
    /// only the first are looked at.
    pub fn assume(&mut self, graph: &Graph, condition: NodeId, truth: bool) {
        self.steps = MAX_STEPS;
        self.assume_part(graph, condition, truth);
    }

    fn assume_part(&mut self, graph: &Graph, condition: NodeId, truth: bool) {
        let Some(left) = self.steps.checked_sub(1) else { return };
        self.steps = left;
        match &graph.node(condition).kind {
            NodeKind::Not(inner) => self.assume_part(graph, *inner, !truth),
            NodeKind::And(parts) if truth => parts.iter().for_each(|part| self.assume_part(graph, *part, true)),
            NodeKind::Or(parts) if !truth => parts.iter().for_each(|part| self.assume_part(graph, *part, false)),
            NodeKind::IsGiven(value) if truth => {
                let class = self.class(graph, *value);
                for condition in self.where_given.get(&class).cloned().unwrap_or_default() {
                    self.assume_part(graph, condition, true);
                }
            }
            NodeKind::Define(inner) => self.assume_part(graph, *inner, truth),
            NodeKind::Local(local) => self.assume_part(graph, graph.local(*local).value, truth),
            NodeKind::Compare(comparison, left, right) => {
                let comparison = if truth { *comparison } else { comparison.opposite() };
                self.compare(graph, comparison, *left, *right);
            }
            NodeKind::InRange { value, low, high } if truth => {
                if let Some((low, closed)) = low {
                    let comparison = if *closed { Comparison::GreaterOrEqual } else { Comparison::Greater };
                    self.compare(graph, comparison, *value, *low);
                }
                if let Some((high, closed)) = high {
                    let comparison = if *closed { Comparison::LessOrEqual } else { Comparison::Less };
                    self.compare(graph, comparison, *value, *high);
                }
            }
            NodeKind::OneOf(value, choices) if truth => self.one_of(graph, *value, choices),
            _ => {}
        }
    }

    fn one_of(&mut self, graph: &Graph, value: NodeId, choices: &[NodeId]) {
        let bounds = choices.iter().map(|choice| bounds(graph, *choice)).collect::<Option<Vec<_>>>();
        let Some(bounds) = bounds.filter(|bounds| !bounds.is_empty()) else { return };
        let lo = bounds.iter().map(|it| it.0).min().unwrap_or(i128::MIN);
        let hi = bounds.iter().map(|it| it.1).max().unwrap_or(i128::MAX);
        self.narrow(graph, value, Fact { lo, hi, not_zero: false });
    }

    fn compare(&mut self, graph: &Graph, comparison: Comparison, left: NodeId, right: NodeId) {
        let (Some(a), Some(b)) = (bounds(graph, left), bounds(graph, right)) else {
            self.compare_ratio(graph, comparison, left, right);
            return self.compare_ratio(graph, comparison.turned(), right, left);
        };
        let at_most = |hi: i128| Fact { hi, ..Fact::NOTHING };
        let at_least = |lo: i128| Fact { lo, ..Fact::NOTHING };
        match comparison {
            Comparison::Less => {
                self.narrow(graph, left, at_most(b.1.saturating_sub(1)));
                self.narrow(graph, right, at_least(a.0.saturating_add(1)));
                self.difference(graph, left, right, at_most(-1), at_least(1));
            }
            Comparison::LessOrEqual => {
                self.narrow(graph, left, at_most(b.1));
                self.narrow(graph, right, at_least(a.0));
                self.difference(graph, left, right, at_most(0), at_least(0));
            }
            Comparison::Greater | Comparison::GreaterOrEqual => self.compare(graph, comparison.turned(), right, left),
            Comparison::Equal => {
                self.narrow(graph, left, Fact { lo: b.0, hi: b.1, not_zero: false });
                self.narrow(graph, right, Fact { lo: a.0, hi: a.1, not_zero: false });
            }
            Comparison::NotEqual => {
                self.unequal(graph, left, a, b);
                self.unequal(graph, right, b, a);
                let not_zero = Fact { not_zero: true, ..Fact::NOTHING };
                self.difference(graph, left, right, not_zero, not_zero);
            }
        }
    }

    /// What the comparison of a ratio with a number says of the numerator.
    fn compare_ratio(&mut self, graph: &Graph, comparison: Comparison, ratio: NodeId, number: NodeId) {
        let (Type::Ratio { den, .. }, Type::Scalar(other)) = (&graph.node(ratio).ty, &graph.node(number).ty) else { return };
        let Some(power) = 10i128.checked_pow(other.kind.scale()) else { return };
        // The numerator is compared with the number times the denominator, by the power of ten.
        let Some((lo, hi)) = intervals::multiply((other.lo, other.hi), *den) else { return };
        let ceiling = |number: i128| number.div_euclid(power) + i128::from(number.rem_euclid(power) != 0);
        let (below, above, from, to) = (lo.div_euclid(power), ceiling(hi), ceiling(lo), hi.div_euclid(power));
        let fact = match comparison {
            Comparison::Less => Fact { hi: above.saturating_sub(1), ..Fact::NOTHING },
            Comparison::LessOrEqual => Fact { hi: to, ..Fact::NOTHING },
            Comparison::Greater => Fact { lo: below.saturating_add(1), ..Fact::NOTHING },
            Comparison::GreaterOrEqual => Fact { lo: from, ..Fact::NOTHING },
            Comparison::Equal => Fact { lo: from, hi: to, not_zero: false },
            Comparison::NotEqual => Fact { not_zero: (other.lo, other.hi) == (0, 0), ..Fact::NOTHING },
        };
        self.narrow(graph, ratio, fact);
    }

    /// A value that is not some constant: its range shrinks where the constant is its end.
    fn unequal(&mut self, graph: &Graph, node: NodeId, own: (i128, i128), other: (i128, i128)) {
        if other.0 != other.1 {
            return;
        }
        let lo = if own.0 == other.0 { own.0.saturating_add(1) } else { i128::MIN };
        let hi = if own.1 == other.0 { own.1.saturating_sub(1) } else { i128::MAX };
        self.narrow(graph, node, Fact { lo, hi, not_zero: other.0 == 0 });
    }

    /// What a comparison says of the differences of its sides.
    fn difference(&mut self, graph: &Graph, left: NodeId, right: NodeId, forward: Fact, backward: Fact) {
        let forth = self.pair(7, graph, left, right);
        let back = self.pair(7, graph, right, left);
        self.learn(forth, forward);
        self.learn(back, backward);
    }

    fn narrow(&mut self, graph: &Graph, node: NodeId, fact: Fact) {
        let class = self.class(graph, node);
        self.learn(class, fact);
        match graph.node(node).kind {
            NodeKind::Rescale(inner, by) => self.narrow_scaled(graph, inner, by, fact),
            // With a positive divisor the numerator is the dividend.
            NodeKind::Divide { left, right, scale_left, .. } if bounds(graph, right).is_some_and(|(lo, _)| lo > 0) => {
                self.narrow_scaled(graph, left, scale_left, fact);
            }
            NodeKind::Define(inner) => self.narrow(graph, inner, fact),
            NodeKind::Call(Function::YearOf, ref operands) => {
                let (lo, hi) = super::time::dates_in_years((fact.lo, fact.hi));
                operands.iter().for_each(|date| self.narrow(graph, *date, Fact { lo, hi, not_zero: false }));
            }
            NodeKind::Call(Function::DateOf, ref operands) => {
                let (lo, hi) = super::time::instants_on((fact.lo, fact.hi));
                operands.iter().take(1).for_each(|instant| self.narrow(graph, *instant, Fact { lo, hi, not_zero: false }));
            }
            NodeKind::Local(local) => self.narrow(graph, graph.local(local).value, fact),
            _ => {}
        }
    }

    /// What is known of a number that is known times a power of ten.
    fn narrow_scaled(&mut self, graph: &Graph, node: NodeId, by: u32, fact: Fact) {
        let Some(power) = 10i128.checked_pow(by) else { return };
        let lo = if fact.lo == i128::MIN { fact.lo } else { -(-fact.lo).div_euclid(power) };
        let hi = if fact.hi == i128::MAX { fact.hi } else { fact.hi.div_euclid(power) };
        self.narrow(graph, node, Fact { lo, hi, not_zero: fact.not_zero });
    }
}

/// The bounds of a node that was looked at.
fn bounds(graph: &Graph, node: NodeId) -> Option<(i128, i128)> {
    graph.node(node).ty.scalar().map(|scalar| (scalar.lo, scalar.hi))
}
