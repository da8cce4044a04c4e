//! What a node's bounds are, given those of its operands.

use axtrace_runtime::types::{DATE_LIMITS, Kind, Scalar, Type};
use axtrace_runtime::value::Value;

use super::RangeFinding;
use super::fits::{element_of, stored, union};
use super::intervals::{self, Range};
use super::show::show;
use super::walk::Walk;
use crate::function::Function;
use crate::graph::{Known, NodeId, NodeKind};
use crate::prove::Hint;

/// The instants that arithmetic may reach.
const INSTANT_LIMITS: Range = (DATE_LIMITS.0 * 86_400, DATE_LIMITS.1 * 86_400 + 86_399);

impl Walk<'_> {
    /// Finds the bounds of a node and of everything below it.
    pub(super) fn visit(&mut self, node: NodeId) {
        let kind = self.graph.node(node).kind.clone();
        let ty = match &kind {
            NodeKind::And(parts) => self.in_turn(parts, true),
            NodeKind::Or(parts) => self.in_turn(parts, false),
            NodeKind::If { condition, then, otherwise } => {
                let ty = self.branches(*condition, *then, *otherwise);
                self.broken[node.index()] |= [condition, then, otherwise].into_iter().any(|part| self.broken[part.index()]);
                ty
            }
            NodeKind::Quantify(quantifier, inside) => self.quantify(node, *quantifier, *inside),
            NodeKind::Define(inner) => {
                for argument in self.arguments.get(&node).cloned().unwrap_or_default() {
                    self.visit(argument);
                }
                self.locals(Known::Call(node));
                self.visit(*inner);
                self.ty(*inner)
            }
            other => {
                for operand in other.operands() {
                    self.visit(operand);
                }
                self.broken[node.index()] = other.operands().iter().any(|operand| self.broken[operand.index()]);
                self.simple(node, other)
            }
        };
        match kind {
            NodeKind::Define(inner) => self.broken[node.index()] |= self.broken[inner.index()],
            NodeKind::If { then, otherwise, .. } => {
                self.broken[node.index()] =
                    [then, otherwise].into_iter().any(|part| self.broken[part.index()] && !self.unreached[part.index()]);
            }
            _ => {}
        }
        self.graph.nodes[node.index()].ty = ty.plain();
        self.unreached[node.index()] = self.dead;
        self.narrow(node);
        self.narrow_text(node);
        self.promise(node);
        self.keeps(node);
    }

    /// Takes the relations of a record that comes from elsewhere to hold, now that it is there.
    fn keeps(&mut self, node: NodeId) {
        let Some(place) = self.kept.get(&node).copied().filter(|_| !self.promising) else { return };
        self.promising = true;
        for condition in self.graph.kept[place].known.clone() {
            self.known(condition);
        }
        self.promising = false;
    }

    /// Notes what is known where something must keep a relation. What a relation reads is looked at again, but for what that must keep.
    fn promise(&mut self, node: NodeId) {
        if self.promising {
            return;
        }
        for place in self.promises.get(&node).cloned().unwrap_or_default() {
            if let Some(condition) = self.graph.promises[place].condition {
                self.promising = true;
                self.visit(condition);
                self.promising = false;
            }
            self.graph.promises[place].path = (!self.dead).then_some(self.way);
            self.kept_ways = self.graph.ways.kept();
        }
    }

    pub(super) fn ty(&self, node: NodeId) -> Type {
        self.graph.node(node).ty.clone()
    }

    pub(super) fn range(&self, node: NodeId) -> Range {
        self.graph.node(node).ty.scalar().map_or((0, 0), |scalar| (scalar.lo, scalar.hi))
    }

    /// The bounds that what is known leaves.
    pub(super) fn narrow(&mut self, node: NodeId) {
        let narrowed = match self.ty(node) {
            Type::Scalar(scalar) => {
                let (lo, hi) = self.facts.of(self.graph, node).within((scalar.lo, scalar.hi));
                Type::Scalar(Scalar { kind: scalar.kind, lo, hi })
            }
            // What is known of a ratio is known of its numerator.
            Type::Ratio { kind, num, den } => Type::Ratio { kind, num: self.facts.of(self.graph, node).within(num), den },
            _ => return,
        };
        self.graph.nodes[node.index()].ty = narrowed;
    }

    pub(super) fn in_turn(&mut self, parts: &[NodeId], truth: bool) -> Type {
        let mark = self.mark();
        for part in parts {
            self.visit(*part);
            self.assume(*part, truth);
        }
        self.back(mark);
        Type::Boolean
    }

    pub(super) fn branches(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId) -> Type {
        self.visit(condition);
        let mark = self.mark();
        self.assume(condition, true);
        self.visit(then);
        self.back(mark);
        self.assume(condition, false);
        self.visit(otherwise);
        self.back(mark);
        match (self.unreached[then.index()], self.unreached[otherwise.index()]) {
            (true, false) if !self.is_missing(otherwise) => self.either(otherwise, otherwise),
            (false, true) if !self.is_missing(then) => self.either(then, then),
            _ => self.either(then, otherwise),
        }
    }

    /// The type of a node whose operands have been visited.
    pub(super) fn simple(&mut self, node: NodeId, kind: &NodeKind) -> Type {
        let declared = self.ty(node);
        match kind {
            NodeKind::Constant(value) => self.constant(node, value, &declared),
            NodeKind::Input(param) => self.graph.meta.params[*param as usize].ty.clone(),
            NodeKind::Element(inside) => match self.ty(self.graph.loop_of(*inside).list) {
                Type::List { element, .. } => *element,
                _ => declared,
            },
            NodeKind::Place(inside) => {
                let (_, most) = self.count_of(self.graph.loop_of(*inside).list);
                Type::integer(1, most.max(1))
            }
            NodeKind::Memory(inside) => self.memories.get(inside).cloned().unwrap_or(declared),
            NodeKind::Local(local) => {
                let value = self.graph.local(*local).value;
                self.broken[node.index()] = self.broken[value.index()];
                self.ty(value)
            }
            NodeKind::Field(base, field) => match self.ty(*base) {
                Type::Record(id) => self.types.record(id).fields[*field as usize].ty.clone(),
                _ => declared,
            },
            NodeKind::Unwrap(inner) => self.ty(*inner).required().clone(),
            NodeKind::Wrap(inner) => Type::Optional(Box::new(self.ty(*inner))),
            NodeKind::OrElse(first, second) => {
                let whole = self.either(*first, *second).required().clone();
                if self.ty(*second).is_optional() { Type::Optional(Box::new(whole)) } else { whole }
            }
            NodeKind::MakeRecord(_) => {
                self.fields_fit(kind, &declared);
                declared
            }
            NodeKind::MakeList(items) => self.list(items, declared),
            NodeKind::Length(list) => {
                let (min, max) = self.count_of(*list);
                Type::integer(min, max)
            }
            NodeKind::Decide { decision, .. } => {
                let gives = self.gives[decision.index()].clone();
                if declared.is_optional() && !gives.is_optional() { Type::Optional(Box::new(gives)) } else { gives }
            }
            NodeKind::Text { template, values } => self.text(node, *template, values),
            NodeKind::Compare(..) => Type::Boolean,
            NodeKind::Divide { left, right, scale_left, scale_right } => self.divide(node, (*left, *right), (*scale_left, *scale_right)),
            NodeKind::Round { value, rounding, places } => self.round(node, *value, *rounding, *places),
            NodeKind::Negate(inner) => self.negate(node, *inner),
            NodeKind::Call(function, operands) => self.call(node, *function, operands, declared),
            _ => self.arithmetic(node, kind, declared),
        }
    }

    pub(super) fn arithmetic(&mut self, node: NodeId, kind: &NodeKind, declared: Type) -> Type {
        let Some(scalar) = declared.scalar() else { return declared };
        let (left, right, range) = match kind {
            NodeKind::Add(a, b) => (*a, *b, intervals::add(self.range(*a), self.range(*b))),
            NodeKind::Subtract(a, b) => (*a, *b, intervals::subtract(self.range(*a), self.range(*b))),
            NodeKind::Multiply(a, b) => (*a, *b, intervals::multiply(self.range(*a), self.range(*b))),
            NodeKind::Rescale(a, by) => (*a, *a, intervals::scale(self.range(*a), *by)),
            NodeKind::Modulo(a, b) => {
                self.divisor(node, *b);
                (*a, *b, Some(intervals::modulo(self.range(*a), self.range(*b))))
            }
            _ => return declared,
        };
        if self.broken[node.index()] {
            return Type::Scalar(Scalar { lo: i128::MIN, hi: i128::MAX, ..scalar });
        }
        let range = range.unwrap_or_else(|| {
            self.overflow(node, left, right);
            (i128::MIN, i128::MAX)
        });
        let range = self.in_calendar(node, scalar.kind, range);
        Type::Scalar(Scalar { kind: scalar.kind, lo: range.0, hi: range.1 })
    }

    pub(super) fn in_calendar(&mut self, node: NodeId, kind: Kind, range: Range) -> Range {
        let limits = match kind {
            Kind::Date => DATE_LIMITS,
            Kind::Datetime => INSTANT_LIMITS,
            _ => return range,
        };
        let inside = (range.0.max(limits.0), range.1.min(limits.1));
        let moved = !matches!(self.graph.node(node).kind, NodeKind::Call(Function::DateOf, _));
        if inside != range && moved && !self.broken[node.index()] {
            let at = self.graph.node(node).span;
            let (low, high) = (show(kind, range.0), show(kind, range.1));
            let far = if range.1 > limits.1 { (limits.1, range.1) } else { (range.0, limits.0) };
            self.suspect(node, RangeFinding::Calendar { text: self.text_of(at), at, low, high }, vec![Hint::Number(node, far.0, far.1)]);
        }
        inside
    }

    pub(super) fn list(&mut self, items: &[NodeId], declared: Type) -> Type {
        let Type::List { element, .. } = declared else { return declared };
        let (at, wanted) = (items.first().map_or_else(Default::default, |first| self.graph.node(*first).span), stored(&element));
        for item in items {
            self.fits(*item, &wanted, "an item of the list", at);
        }
        let count = items.len() as u32;
        let element = element_of(&element, items.iter().map(|item| self.ty(*item)));
        Type::List { element: Box::new(element), min: count, max: count }
    }

    /// The type of a value that is one of two. `missing` is no number: its type says what it stands for, and nothing of bounds.
    pub(super) fn either(&mut self, first: NodeId, second: NodeId) -> Type {
        let (a, b) = (self.ty(first), self.ty(second));
        match (self.is_missing(first), self.is_missing(second)) {
            (true, false) => optional(b),
            (false, true) => optional(a),
            _ => union(&a, &b),
        }
    }

    fn is_missing(&self, node: NodeId) -> bool {
        matches!(self.graph.node(node).kind, NodeKind::Constant(Value::Missing))
    }
}

pub(super) fn optional(ty: Type) -> Type {
    if ty.is_optional() { ty } else { Type::Optional(Box::new(ty)) }
}
