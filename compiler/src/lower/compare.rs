//! Comparisons.

use axtrace_runtime::equality::of_lists;
use axtrace_runtime::helpers::Helper;
use axtrace_runtime::types::Type;

use super::pattern::Pattern;
use super::{Evaluated, Lower};
use crate::graph::{Comparison, NodeId};
use crate::mir::{Inst, Order, Value, Width};

impl<'g> Lower<'g, '_> {
    pub fn comparison(&mut self, comparison: Comparison, left: NodeId, right: NodeId) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let (first, second) = (self.side_of_comparison(left, &mut pattern), self.side_of_comparison(right, &mut pattern));
        let flag = self.compare_leaves(comparison, (self.ty(left), &first), (self.ty(right), &second));
        Evaluated::one(flag, pattern)
    }

    fn side_of_comparison(&mut self, node: NodeId, pattern: &mut Pattern) -> Vec<Value> {
        let done = self.evaluate(node);
        pattern.add(done.pattern);
        self.leaves(&done.operand)
    }

    fn compare_leaves(&mut self, comparison: Comparison, left: (&Type, &[Value]), right: (&Type, &[Value])) -> Value {
        match (left.0, right.0) {
            (Type::Text { .. }, _) => self.compare_texts(comparison, left.1[0], right.1[0]),
            (Type::List { .. }, _) => self.compare_lists(comparison, (left.0, left.1[0]), (right.0, right.1[0])),
            (Type::Ratio { .. }, _) | (_, Type::Ratio { .. }) => self.compare_ratios(comparison, left, right),
            (Type::Record(_) | Type::Optional(_), _) => self.compare_all(comparison, left, right),
            _ => self.compare_numbers(order(comparison), left.1[0], right.1[0]),
        }
    }

    /// In the wider of both widths.
    fn compare_numbers(&mut self, order: Order, left: Value, right: Value) -> Value {
        let width = self.b.width(left).max(self.b.width(right));
        let (left, right) = (self.b.fit(left, width), self.b.fit(right, width));
        self.b.compare(order, left, right)
    }

    fn compare_texts(&mut self, comparison: Comparison, left: Value, right: Value) -> Value {
        if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
            let sign = self.b.make(Inst::Call { helper: Helper::TextOrder, arguments: vec![left, right] }, Width::Word);
            let zero = self.b.word(0);
            return self.b.compare(order(comparison), sign, zero);
        }
        let equal = self.b.make(Inst::Call { helper: Helper::TextEqual, arguments: vec![left, right] }, Width::Word);
        let zero = self.b.word(0);
        let order = if comparison == Comparison::Equal { Order::NotEqual } else { Order::Equal };
        self.b.compare(order, equal, zero)
    }

    fn compare_lists(&mut self, comparison: Comparison, left: (&Type, Value), right: (&Type, Value)) -> Value {
        let plan = self.plans.place(of_lists(left.0, right.0, &self.meta.types));
        let plan = self.b.word(plan as i64);
        let equal = self.b.make(Inst::Call { helper: Helper::ListsEqual, arguments: vec![left.1, right.1, plan] }, Width::Word);
        let zero = self.b.word(0);
        let order = if comparison == Comparison::Equal { Order::NotEqual } else { Order::Equal };
        self.b.compare(order, equal, zero)
    }

    /// Equality of all leaves. A missing value's leaves do not count.
    fn compare_all(&mut self, comparison: Comparison, left: (&Type, &[Value]), right: (&Type, &[Value])) -> Value {
        let equal = self.equal_parts((left.0, left.1), (right.0, right.1));
        if comparison == Comparison::Equal { equal } else { self.b.not(equal) }
    }

    /// The bounds in the types of the two, and so how their lists lie, may differ.
    fn equal_parts(&mut self, left: (&Type, &[Value]), right: (&Type, &[Value])) -> Value {
        match (left.0, right.0) {
            (Type::Optional(inner), Type::Optional(other)) => {
                let same = self.b.compare(Order::Equal, left.1[0], right.1[0]);
                let missing = self.b.not(left.1[0]);
                let equal = self.equal_parts((inner, &left.1[1..]), (other, &right.1[1..]));
                let equal = self.b.or(missing, equal);
                self.b.and(same, equal)
            }
            (Type::Record(id), _) => {
                let types = &self.meta.types;
                let (mut at, mut all) = (0, self.b.flag(true));
                for field in &types.record(*id).fields {
                    let next = at + self.widths(&field.ty).len();
                    let equal = self.equal_parts((&field.ty, &left.1[at..next]), (&field.ty, &right.1[at..next]));
                    all = self.b.and(all, equal);
                    at = next;
                }
                all
            }
            _ => self.compare_leaves(Comparison::Equal, left, right),
        }
    }

    pub fn in_range(&mut self, value: NodeId, low: Option<(NodeId, bool)>, high: Option<(NodeId, bool)>) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let middle = self.side_of_comparison(value, &mut pattern);
        let mut inside = self.b.flag(true);
        let low = low.map(|(node, closed)| (node, if closed { Comparison::GreaterOrEqual } else { Comparison::Greater }));
        let high = high.map(|(node, closed)| (node, if closed { Comparison::LessOrEqual } else { Comparison::Less }));
        for (bound, comparison) in low.into_iter().chain(high) {
            let end = self.side_of_comparison(bound, &mut pattern);
            let within = self.compare_leaves(comparison, (self.ty(value), &middle), (self.ty(bound), &end));
            inside = self.b.and(inside, within);
        }
        Evaluated::one(inside, pattern)
    }

    pub fn one_of(&mut self, value: NodeId, all: &[NodeId]) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let first = self.side_of_comparison(value, &mut pattern);
        let mut found = self.b.flag(false);
        for other in all {
            let second = self.side_of_comparison(*other, &mut pattern);
            let equal = self.compare_leaves(Comparison::Equal, (self.ty(value), &first), (self.ty(*other), &second));
            found = self.b.or(found, equal);
        }
        Evaluated::one(found, pattern)
    }

    /// Whether comparing a node takes a helper.
    pub fn is_compared_by_helper(&self, node: NodeId) -> bool {
        self.holds_handles(self.ty(node))
    }

    fn holds_handles(&self, ty: &Type) -> bool {
        match ty {
            Type::Text { .. } | Type::List { .. } => true,
            Type::Optional(inner) => self.holds_handles(inner),
            Type::Record(id) => self.meta.types.record(*id).fields.iter().any(|field| self.holds_handles(&field.ty)),
            _ => false,
        }
    }
}

pub const fn order(comparison: Comparison) -> Order {
    match comparison {
        Comparison::Equal => Order::Equal,
        Comparison::NotEqual => Order::NotEqual,
        Comparison::Less => Order::Less,
        Comparison::LessOrEqual => Order::LessOrEqual,
        Comparison::Greater => Order::Greater,
        Comparison::GreaterOrEqual => Order::GreaterOrEqual,
    }
}
