//! What the bounds of lists and of what is found in them are.

use axtrace_runtime::types::{Scalar, Type};

use super::RangeFinding;
use super::fits::stored;
use super::intervals::{self, Range};
use super::nodes::optional;
use super::walk::Walk;
use crate::function::Function;
use crate::graph::{Known, LoopId, NodeId, NodeKind, Quantifier};
use crate::prove::Hint;

/// The most elements of a list.
pub(super) const MOST_ELEMENTS: i128 = 1 << 29;
/// The most numbers of a range that is written out.
const MOST_NUMBERS: i128 = 1_000_000;

impl Walk<'_> {
    pub(super) fn quantify(&mut self, node: NodeId, quantifier: Quantifier, inside: LoopId) -> Type {
        let it = self.graph.loop_of(inside).clone();
        self.visit(it.list);
        if quantifier == Quantifier::Fold {
            return self.fold(node, inside);
        }
        self.inside(node, inside);
        let count = self.count_of(it.list);
        let skips = it.filter.is_some();
        match (quantifier, it.body) {
            (Quantifier::Sum, Some(body)) => self.sum(node, body, count, skips),
            (Quantifier::Average, Some(body)) => self.average(node, body, count, skips),
            (Quantifier::Min | Quantifier::Max, Some(body)) => optional(self.ty(body)),
            (Quantifier::List, Some(body)) => self.list_of(body, count, skips),
            (Quantifier::Groups, Some(key)) => self.groups(node, it.list, key, count),
            (Quantifier::Count, _) => Type::integer(if skips { 0 } else { count.0 }, count.1),
            (Quantifier::Position, _) => Type::Optional(Box::new(Type::integer(1, count.1.max(1)))),
            (Quantifier::First | Quantifier::Last, _) => optional(self.element(it.list)),
            (Quantifier::Sort, _) => self.ty(it.list),
            (Quantifier::Runs, _) => {
                let run = list(self.element(it.list), (1, count.1.max(1)));
                list(run, (0, (count.1 + 1) / 2))
            }
            _ => Type::Boolean,
        }
    }

    /// Visits what is evaluated for each element.
    pub(super) fn inside(&mut self, node: NodeId, inside: LoopId) {
        let (filter, body) = (self.graph.loop_of(inside).filter, self.graph.loop_of(inside).body);
        let mark = self.mark();
        self.element_known(inside);
        self.locals(Known::Element(inside));
        if let Some(filter) = filter {
            self.visit(filter);
            self.assume(filter, true);
        }
        if let Some(body) = body {
            self.visit(body);
            self.broken[node.index()] |= self.broken[body.index()];
        }
        self.back(mark);
    }

    fn sum(&mut self, node: NodeId, body: NodeId, count: Range, skips: bool) -> Type {
        let Some(scalar) = self.graph.node(body).ty.scalar() else { return self.ty(node) };
        match intervals::repeated((scalar.lo, scalar.hi), count, skips) {
            Some((lo, hi)) => Type::Scalar(Scalar { kind: scalar.kind, lo, hi }),
            None => {
                self.overflow(node, body, body);
                Type::Scalar(Scalar { kind: scalar.kind, lo: i128::MIN, hi: i128::MAX })
            }
        }
    }

    /// The sum over the number, in whole units.
    fn average(&mut self, node: NodeId, body: NodeId, count: Range, skips: bool) -> Type {
        let (Some(scalar), Type::Ratio { kind, .. }) = (self.graph.node(body).ty.scalar(), self.ty(node).required().clone()) else {
            return self.ty(node);
        };
        let least = if skips { 1 } else { count.0.max(1) };
        let num = intervals::repeated((scalar.lo, scalar.hi), (least, count.1), skips);
        let den = intervals::scale((least, count.1.max(least)), scalar.kind.scale());
        let (num, den) = num.zip(den).unwrap_or_else(|| {
            self.overflow(node, body, body);
            ((i128::MIN, i128::MAX), (1, i128::MAX))
        });
        Type::Optional(Box::new(Type::Ratio { kind, num, den }))
    }

    fn list_of(&mut self, body: NodeId, count: Range, skips: bool) -> Type {
        let ty = self.ty(body);
        let wanted = stored(&ty);
        let at = self.graph.node(body).span;
        self.fits(body, &wanted, "an item of the list", at);
        list(wanted, (if skips { 0 } else { count.0 }, count.1))
    }

    /// Groups are records, whose fields have the types that were declared for them.
    fn groups(&mut self, node: NodeId, items: NodeId, key: NodeId, count: Range) -> Type {
        let Type::List { element, .. } = self.ty(node) else { return self.ty(node) };
        if let Type::Record(id) = &*element {
            let fields = self.types.record(*id).fields.clone();
            if let [first, second] = fields.as_slice() {
                let at = self.graph.node(key).span;
                self.fits(key, &first.ty, "what the groups have in common", at);
                self.elements_fit(items, &second.ty);
            }
        }
        list(*element, (count.0.min(1), count.1))
    }

    /// The elements of a list must fit those of a type.
    fn elements_fit(&mut self, items: NodeId, wanted: &Type) {
        let Type::List { element, .. } = wanted else { return };
        let wanted = list((**element).clone(), (0, MOST_ELEMENTS));
        let at = self.graph.node(items).span;
        self.fits(items, &wanted, "an item of the list", at);
    }

    /// The type of the elements of a list.
    pub(super) fn element(&self, list: NodeId) -> Type {
        match self.ty(list) {
            Type::List { element, .. } => *element,
            other => other,
        }
    }

    /// What a function of lists gives; `None` if it is none of those.
    pub(super) fn list_function(&mut self, node: NodeId, function: Function, operands: &[NodeId]) -> Option<Type> {
        Some(match (function, operands) {
            (Function::Numbers, &[from, to]) => self.numbers(node, from, to),
            (Function::Item, &[items, _]) => optional(self.element(items)),
            (Function::Distinct, &[items]) => {
                let count = self.count_of(items);
                list(self.element(items), (count.0.min(1), count.1))
            }
            (Function::Pairs, &[items]) => {
                let count = self.count_of(items);
                let Type::List { element, .. } = self.ty(node) else { return None };
                if let Type::Record(id) = &*element
                    && let Some(field) = self.types.record(*id).fields.first().cloned()
                {
                    self.elements_fit(items, &list(field.ty, (0, MOST_ELEMENTS)));
                }
                list(*element, (count.0.saturating_sub(1).max(0), count.1.saturating_sub(1).max(0)))
            }
            (Function::Flatten, &[lists]) => {
                let Type::List { element, .. } = self.element(lists) else { return None };
                list(*element, self.count_within(lists))
            }
            _ => return None,
        })
    }

    /// How many elements the lists in a list have together; of lists that are written one by one each counts as long as it can be.
    fn count_within(&self, lists: NodeId) -> Range {
        if let NodeKind::MakeList(each) = &self.graph.node(lists).kind {
            let counts = each.iter().map(|list| self.count_of(*list));
            return counts.fold((0, 0), |all, one| (all.0.saturating_add(one.0), all.1.saturating_add(one.1)));
        }
        let outer = self.count_of(lists);
        let Type::List { min, max, .. } = self.element(lists) else { return (0, MOST_ELEMENTS) };
        (outer.0.saturating_mul(min.into()), outer.1.saturating_mul(max.into()))
    }

    fn numbers(&mut self, node: NodeId, from: NodeId, to: NodeId) -> Type {
        let (low, high) = (self.range(from), self.range(to));
        let count = |from: i128, to: i128| to.saturating_sub(from).saturating_add(1).max(0);
        let (least, most) = (count(low.1, high.0), count(low.0, high.1));
        let ends = (low.0.max(i64::MIN.into()), high.1.min(i64::MAX.into()));
        if (most > MOST_NUMBERS || ends != (low.0, high.1)) && !self.broken[node.index()] {
            self.broken[node.index()] = true;
            let at = self.graph.node(node).span;
            let hints = vec![Hint::Number(from, low.0, low.0), Hint::Number(to, high.1, high.1)];
            let text = self.text_of(at);
            self.suspect(node, RangeFinding::Numbers { text, count: most, at, low: low.0, high: high.1 }, hints);
        }
        list(Type::integer(ends.0, ends.1.max(ends.0)), (least.min(MOST_NUMBERS), most.min(MOST_NUMBERS)))
    }
}

/// A list with so many elements.
fn list(element: Type, (min, max): Range) -> Type {
    let clamp = |count: i128| u32::try_from(count.clamp(0, MOST_ELEMENTS)).unwrap_or(0);
    Type::List { element: Box::new(element), min: clamp(min), max: clamp(max) }
}
