//! What is said of lists: that some element satisfies a condition, how many do, what is found in them, and what their elements keep.

use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::{Model, Subject, loop_bit};
use crate::function::Function;
use crate::graph::{LoopId, NodeId, Quantifier};
use crate::prove::logic::{Formula, FormulaId, Logic};
use crate::prove::sets::IntSet;
use crate::prove::terms::{Class, ClassId, Linear, Term};

impl Model<'_> {
    /// Notes what the elements of a list keep.
    pub(super) fn element_known(&mut self, id: LoopId) {
        let graph = self.graph;
        let it = graph.loop_of(id);
        let (list, depth) = (self.value(it.list), self.depths[id.index()]);
        let relations = it.known.iter().map(|node| self.condition(*node)).collect::<Vec<_>>();
        let bounds = self.bounds_of_element(list, depth);
        for formula in relations.into_iter().chain(bounds) {
            let before = self.known.get(&list).copied().unwrap_or(Logic::TRUE);
            let known = self.both(before, formula);
            self.known.insert(list, known);
            let before = self.keeping.get(&(list, depth)).map_or(Logic::TRUE, |keeping| keeping.0);
            let keeping = self.both(before, formula);
            let opposite = self.logic.not(keeping);
            self.keeping.insert((list, depth), (keeping, opposite));
        }
    }

    /// Notes what holds wherever a loop is at an element.
    pub fn elements_know(&mut self, id: LoopId, known: &[NodeId]) {
        let list = self.value(self.graph.loop_of(id).list);
        for node in known {
            let (before, formula) = (self.known.get(&list).copied().unwrap_or(Logic::TRUE), self.condition(*node));
            let known = self.both(before, formula);
            self.known.insert(list, known);
        }
    }

    /// The numbers of `a..b` lie between its ends.
    fn bounds_of_element(&mut self, list: ClassId, depth: u32) -> Option<FormulaId> {
        let Term::Call(Function::Numbers, ends) = &self.classes.get(list).term else { return None };
        let &[from, to] = ends.as_slice() else { return None };
        let element = self.classes.find(&Term::Element(depth, list))?;
        let (element, from, to) = (self.classes.linear(element), self.classes.linear(from), self.classes.linear(to));
        let (least, any) = (IntSet::between(0, i128::MAX), IntSet::all());
        let above = self.relate(&element.plus(&from, -1)?, &least, &any)?;
        let below = self.relate(&to.plus(&element, -1)?, &least, &any)?;
        Some(self.both(above, below))
    }

    /// That the elements of all lists in the input keep their relations, as far as loops go through them.
    pub fn elements_keep(&mut self) -> Vec<FormulaId> {
        let mut lists: Vec<(ClassId, u32, FormulaId)> =
            self.keeping.iter().map(|((list, depth), (_, opposite))| (*list, *depth, *opposite)).collect();
        lists.sort_unstable();
        let mut wishes = Vec::new();
        for (list, depth, opposite) in lists {
            let around = self.lists_around(list);
            if !self.is_part(list) || around.len() != depth as usize {
                continue;
            }
            let mut broken = self.exists_in(list, depth, opposite);
            for (outer, depth) in around {
                broken = self.exists_in(outer, depth, broken);
            }
            wishes.push(self.logic.not(broken));
        }
        wishes
    }

    /// The lists whose elements a list is a part of, the innermost first, each with the depth of its loop.
    fn lists_around(&self, list: ClassId) -> Vec<(ClassId, u32)> {
        let (mut around, mut class) = (Vec::new(), list);
        loop {
            class = match self.classes.get(class).term {
                Term::Element(depth, of) => {
                    around.push((of, depth));
                    of
                }
                Term::Field(of, _) | Term::Unwrap(of) | Term::Wrap(of) => of,
                _ => return around,
            };
        }
    }

    /// That a `for each` rule has an instance that applies.
    pub fn exists(&mut self, id: LoopId, body: FormulaId) -> FormulaId {
        let list = self.value(self.graph.loop_of(id).list);
        let filter = self.graph.loop_of(id).filter.map_or(Logic::TRUE, |filter| self.condition(filter));
        let body = self.both(filter, body);
        self.exists_in(list, self.depths[id.index()], body)
    }

    /// The class of a term that goes through a list at a depth: it does not depend on the element.
    fn closed(&mut self, term: Term, depth: u32, ty: Type, span: Span) -> ClassId {
        let loops = self.loops_of_term(&term) & !loop_bit(depth);
        self.classes.intern(Class { term, ty, span, loops })
    }

    /// That an element of a list satisfies a condition. What does not depend on the element is taken out of it.
    fn exists_in(&mut self, list: ClassId, depth: u32, body: FormulaId) -> FormulaId {
        let parts = match self.logic.formula(body) {
            Formula::And(parts) => parts.to_vec(),
            _ => vec![body],
        };
        let (inside, outside): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| self.loops_of(*part) & loop_bit(depth) != 0);
        let outside = self.logic.and(outside);
        let inside = match self.logic.and(inside) {
            Logic::TRUE => self.not_empty(list),
            inside => {
                let class = self.closed(Term::Exists(list, inside), depth, Type::Boolean, Span::default());
                self.flag(Subject::Truth(class))
            }
        };
        self.both(outside, inside)
    }

    /// That a list has at least one element.
    pub(in crate::prove) fn not_empty(&mut self, list: ClassId) -> FormulaId {
        let (length, bounds) = self.length(list);
        match length {
            Some(class) => {
                let variable = self.variable(Subject::Number(class), &bounds);
                self.logic.atom(variable, IntSet::between(1, i128::MAX))
            }
            None if bounds.contains(0) => Logic::FALSE,
            None => Logic::TRUE,
        }
    }

    /// That a list has at least two elements.
    pub fn two_elements(&mut self, list: ClassId) -> FormulaId {
        let (length, bounds) = self.length(list);
        let Some(class) = length else { return if bounds.least() >= Some(2) { Logic::TRUE } else { Logic::FALSE } };
        let variable = self.variable(Subject::Number(class), &bounds);
        self.logic.atom(variable, IntSet::between(2, i128::MAX))
    }

    /// The number of elements of a list, unless it is constant, and what it can be.
    pub(in crate::prove) fn length(&mut self, list: ClassId) -> (Option<ClassId>, IntSet) {
        let known = match &self.classes.get(list).term {
            Term::Constant(Value::List(elements)) => Some(elements.len()),
            Term::List(elements) => Some(elements.len()),
            _ => None,
        };
        if let Some(known) = known {
            return (None, IntSet::point(known as i128));
        }
        let (ty, span) = (self.classes.get(list).ty.clone(), self.classes.get(list).span);
        let (min, max) = match ty {
            // The type of a choice is that of its first case.
            _ if matches!(self.classes.get(list).term, Term::Choice(_) | Term::Branch(..)) => (0, u32::MAX.into()),
            Type::List { min, max, .. } => (min.into(), max.into()),
            _ => (0, u32::MAX.into()),
        };
        (Some(self.class(Term::Length(list), Type::integer(min, max), span)), IntSet::between(min, max))
    }

    pub(super) fn quantified(&mut self, quantifier: Quantifier, id: LoopId) -> FormulaId {
        let body = self.graph.loop_of(id).body.map_or(Logic::TRUE, |body| self.condition(body));
        match quantifier {
            Quantifier::Every => {
                let opposite = self.logic.not(body);
                let exception = self.exists(id, opposite);
                self.logic.not(exception)
            }
            _ => self.exists(id, body),
        }
    }

    pub(super) fn quantity(&mut self, quantifier: Quantifier, id: LoopId, ty: Type, span: Span) -> ClassId {
        let graph = self.graph;
        let list = self.value(graph.loop_of(id).list);
        let filter = graph.loop_of(id).filter.map_or(Logic::TRUE, |filter| self.condition(filter));
        let term = match (quantifier, graph.loop_of(id).body) {
            (Quantifier::Sum, Some(body)) => Term::Total(list, filter, self.value(body)),
            _ => Term::Count(list, filter),
        };
        self.closed(term, self.depths[id.index()], ty, span)
    }

    /// What comes from going through a list in any other way.
    pub(super) fn gone(&mut self, quantifier: Quantifier, id: LoopId, ty: Type, span: Span) -> ClassId {
        let it = self.graph.loop_of(id);
        let list = self.value(it.list);
        let filter = it.filter.map_or(Logic::TRUE, |filter| self.condition(filter));
        let body = it.body.map(|body| self.value(body));
        let start = it.start.map(|start| self.value(start));
        let depth = self.depths[id.index()];
        let class = self.closed(Term::Gone(quantifier, list, filter, body, start), depth, ty, span);
        let counts = match (quantifier, body) {
            (Quantifier::First | Quantifier::Last | Quantifier::Position, _) => Some(filter),
            // A body that is missing does not count.
            (Quantifier::Min | Quantifier::Max | Quantifier::Average, Some(body)) => {
                let there = self.given(body);
                Some(self.both(filter, there))
            }
            _ => None,
        };
        if let Some(counts) = counts.filter(|_| !self.found.contains_key(&class)) {
            let found = self.exists_in(list, depth, counts);
            self.found.insert(class, found);
        }
        class
    }

    /// That a list has an element at a place.
    pub(in crate::prove) fn has_place(&mut self, list: ClassId, place: ClassId) -> Option<FormulaId> {
        let (length, bounds) = self.length(list);
        let length = match length {
            Some(class) => Linear::of(class),
            None => Linear::constant(bounds.least()?),
        };
        let (place, least, any) = (self.classes.linear(place), IntSet::between(0, i128::MAX), IntSet::all());
        let from = self.relate(&place.plus(&Linear::constant(1), -1)?, &least, &any)?;
        let to = self.relate(&length.plus(&place, -1)?, &least, &any)?;
        Some(self.both(from, to))
    }
}
