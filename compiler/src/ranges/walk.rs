//! The walk over a graph in the order of evaluation, which knows what is known at each place.

use std::collections::HashMap;

use axtrace_runtime::meta::Policy;
use axtrace_runtime::types::{DATE_LIMITS, Kind, Scalar, Type, Types, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::{Sources, Span};

use super::facts::{Facts, Mark};
use super::intervals::{self, Range};
use super::show::{bounds, show};
use super::{RangeFinding, Suspect};
use crate::graph::{Body, Graph, Known, LoopId, NodeId, NodeKind, Quantifier, Rule};
use crate::prove::Hint;

pub(super) struct Walk<'a> {
    graph: &'a mut Graph,
    /// What each decision gives.
    gives: &'a [Type],
    types: &'a Types,
    sources: &'a Sources,
    facts: Facts,
    /// Locals by what is known where they are defined.
    locals: HashMap<Known, Vec<NodeId>>,
    /// Arguments of defines that no node evaluates for itself.
    arguments: HashMap<NodeId, Vec<NodeId>>,
    /// Nodes whose bounds are not known since something was reported in them.
    broken: Vec<bool>,
    suspects: Vec<Suspect>,
    /// The conditions on the way, as true or false.
    path: Vec<(NodeId, bool)>,
}

/// The instants that arithmetic may reach.
const INSTANT_LIMITS: Range = (DATE_LIMITS.0 * 86_400, DATE_LIMITS.1 * 86_400 + 86_399);

impl<'a> Walk<'a> {
    pub fn new(graph: &'a mut Graph, gives: &'a [Type], types: &'a Types, sources: &'a Sources) -> Self {
        let broken = vec![false; graph.nodes.len()];
        let mut locals: HashMap<Known, Vec<NodeId>> = HashMap::new();
        for local in &graph.locals {
            locals.entry(local.known).or_default().push(local.value);
        }
        let mut arguments: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        for it in &graph.obligations {
            if let Some(call) = it.call {
                arguments.entry(call).or_default().push(it.node);
            }
        }
        Self { graph, gives, types, sources, facts: Facts::default(), locals, arguments, broken, suspects: Vec::new(), path: Vec::new() }
    }

    pub fn run(mut self) -> Vec<Suspect> {
        for node in self.graph.always.clone() {
            self.visit(node);
            self.assume(node, true);
        }
        self.locals(Known::Always);
        match self.graph.body.clone() {
            Body::Expression(node) => {
                self.visit(node);
            }
            Body::Rules(rules) => self.rules(&rules),
        }
        self.check_obligations();
        self.suspects
    }

    fn rules(&mut self, rules: &[Rule]) {
        for group in self.graph.groups.clone() {
            group.when.map(|when| self.visit(when));
        }
        let base = self.mark();
        for rule in rules {
            let otherwise = self.graph.meta.rules[rule.id.index()].otherwise;
            let before = self.mark();
            if otherwise {
                rules.iter().for_each(|other| self.assume_not(other));
            }
            self.rule(rule);
            self.back(before);
            // Under `first` a later rule is reached only where this one did not apply.
            if self.graph.meta.policy == Some(Policy::First) {
                self.assume_not(rule);
            }
        }
        self.back(base);
        self.collected_sum(rules);
    }

    /// Takes a rule not to apply, if that says something of its condition alone.
    fn assume_not(&mut self, rule: &Rule) {
        let group = rule.group.and_then(|group| self.graph.groups[group].when);
        if let (Some(when), None, None) = (rule.when, rule.each, group) {
            self.assume(when, false);
        }
    }

    fn rule(&mut self, rule: &Rule) {
        if let Some(when) = rule.group.and_then(|group| self.graph.groups[group].when) {
            self.assume(when, true);
        }
        if let Some(each) = rule.each {
            self.visit(self.graph.loop_of(each).list);
        }
        self.locals(Known::Group(rule.id));
        if let Some(when) = rule.when {
            self.visit(when);
            self.assume(when, true);
        }
        self.locals(Known::Rule(rule.id));
        let parts = rule.outcome.value.into_iter().chain(rule.outcome.within).chain(rule.because.iter().copied());
        for node in parts.collect::<Vec<_>>() {
            self.visit(node);
        }
    }

    fn locals(&mut self, known: Known) {
        for value in self.locals.get(&known).cloned().unwrap_or_default() {
            self.visit(value);
        }
    }

    /// The sum of a `collect sum`, whose parts are the outcomes that can apply together.
    fn collected_sum(&mut self, rules: &[Rule]) {
        if self.graph.meta.policy != Some(Policy::CollectSum) {
            return;
        }
        let mut total: Option<Range> = Some((0, 0));
        let mut kind = None;
        for rule in rules {
            let Some(node) = rule.outcome.value else { continue };
            let Some(scalar) = self.graph.node(node).ty.scalar() else { return };
            kind = Some(scalar.kind);
            let count = rule.each.map_or((1, 1), |each| self.count_of(self.graph.loop_of(each).list));
            let part = intervals::repeated((scalar.lo, scalar.hi), count, rule.when.is_some() || rule.group.is_some());
            total = total.zip(part).and_then(|(total, part)| intervals::add(total, part));
        }
        let (Some(kind), Type::Scalar(declared)) = (kind, self.graph.meta.gives.clone()) else { return };
        let at = self.graph.meta.span;
        let Some(node) = rules.iter().find_map(|rule| rule.outcome.value) else { return };
        match total {
            Some((lo, hi)) if lo >= declared.lo && hi <= declared.hi => {}
            Some((lo, hi)) => {
                let ty = Type::Scalar(Scalar { kind, lo, hi });
                let value = show(kind, if hi > declared.hi { hi } else { lo });
                self.does_not_fit(node, "the sum of all rules", value, &ty, &Type::Scalar(declared), at, at);
            }
            None => self.overflow(node, node, node),
        }
    }

    fn count_of(&self, list: NodeId) -> Range {
        match self.graph.node(list).ty.required() {
            Type::List { min, max, .. } => (i128::from(*min), i128::from(*max)),
            _ => (0, 0),
        }
    }

    // Nodes

    /// Finds the bounds of a node and of everything below it.
    fn visit(&mut self, node: NodeId) {
        let kind = self.graph.node(node).kind.clone();
        let ty = match &kind {
            NodeKind::And(parts) => self.in_turn(parts, true),
            NodeKind::Or(parts) => self.in_turn(parts, false),
            NodeKind::If { condition, then, otherwise } => self.branches(*condition, *then, *otherwise),
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
                for operand in operands(other) {
                    self.visit(operand);
                }
                self.broken[node.index()] = operands(other).iter().any(|operand| self.broken[operand.index()]);
                self.simple(node, other)
            }
        };
        if let NodeKind::Define(inner) = kind {
            self.broken[node.index()] |= self.broken[inner.index()];
        }
        self.graph.nodes[node.index()].ty = ty;
        self.narrow(node);
    }

    fn ty(&self, node: NodeId) -> Type {
        self.graph.node(node).ty.clone()
    }

    fn range(&self, node: NodeId) -> Range {
        self.graph.node(node).ty.scalar().map_or((0, 0), |scalar| (scalar.lo, scalar.hi))
    }

    /// The bounds that what is known leaves.
    fn narrow(&mut self, node: NodeId) {
        let Type::Scalar(scalar) = self.graph.node(node).ty else { return };
        let fact = self.facts.of(self.graph, node);
        let (mut lo, mut hi) = (scalar.lo.max(fact.lo), scalar.hi.min(fact.hi));
        if fact.not_zero {
            lo += i128::from(lo == 0);
            hi -= i128::from(hi == 0);
        }
        // Where nothing is left the place is never reached; any bounds will do.
        if lo > hi {
            (lo, hi) = (scalar.lo, scalar.hi);
        }
        self.graph.nodes[node.index()].ty = Type::Scalar(Scalar { kind: scalar.kind, lo, hi });
    }

    fn in_turn(&mut self, parts: &[NodeId], truth: bool) -> Type {
        let mark = self.mark();
        for part in parts {
            self.visit(*part);
            self.assume(*part, truth);
        }
        self.back(mark);
        Type::Boolean
    }

    fn branches(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId) -> Type {
        self.visit(condition);
        let mark = self.mark();
        self.assume(condition, true);
        self.visit(then);
        self.back(mark);
        self.assume(condition, false);
        self.visit(otherwise);
        self.back(mark);
        union(&self.ty(then), &self.ty(otherwise))
    }

    fn quantify(&mut self, node: NodeId, quantifier: Quantifier, inside: LoopId) -> Type {
        let it = self.graph.loop_of(inside).clone();
        self.visit(it.list);
        let mark = self.mark();
        self.locals(Known::Element(inside));
        if let Some(filter) = it.filter {
            self.visit(filter);
            self.assume(filter, true);
        }
        if let Some(body) = it.body {
            self.visit(body);
            self.broken[node.index()] |= self.broken[body.index()];
        }
        self.back(mark);
        let count = self.count_of(it.list);
        match (quantifier, it.body) {
            (Quantifier::Sum, Some(body)) => self.sum(node, body, count, it.filter.is_some()),
            (Quantifier::Count, _) => Type::integer(if it.filter.is_some() { 0 } else { count.0 }, count.1),
            _ => Type::Boolean,
        }
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

    /// The type of a node whose operands have been visited.
    fn simple(&mut self, node: NodeId, kind: &NodeKind) -> Type {
        let declared = self.ty(node);
        match kind {
            NodeKind::Constant(value) => {
                self.constant_fits(node, value, &declared);
                constant(value, &declared)
            }
            NodeKind::Input(param) => self.graph.meta.params[*param as usize].ty.clone(),
            NodeKind::Element(inside) => match self.ty(self.graph.loop_of(*inside).list) {
                Type::List { element, .. } => *element,
                _ => declared,
            },
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
                let (first, second) = (self.ty(*first).required().clone(), self.ty(*second));
                let whole = union(&first, second.required());
                if second.is_optional() { Type::Optional(Box::new(whole)) } else { whole }
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
            NodeKind::Text { values, .. } => self.text(node, values),
            NodeKind::Compare(_, left, right) => {
                self.comparable(node, *left, *right);
                Type::Boolean
            }
            NodeKind::Divide { left, right, scale_left, scale_right } => self.divide(node, (*left, *right), (*scale_left, *scale_right)),
            NodeKind::Round { value, places, .. } => self.round(node, *value, *places),
            NodeKind::Negate(inner) => self.negate(node, *inner),
            _ => self.arithmetic(node, kind, declared),
        }
    }

    fn arithmetic(&mut self, node: NodeId, kind: &NodeKind, declared: Type) -> Type {
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
            NodeKind::YearsBetween(a, b) => (*a, *b, Some(years(self.range(*a), self.range(*b)))),
            NodeKind::DateOf(a, _) => {
                let (lo, hi) = self.range(*a);
                // No zone was ever more than a day away from Greenwich.
                (*a, *a, Some((lo.div_euclid(86_400) - 1, hi.div_euclid(86_400) + 1)))
            }
            NodeKind::TimeOf(a, _) => (*a, *a, Some((0, 86_399))),
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

    fn in_calendar(&mut self, node: NodeId, kind: Kind, range: Range) -> Range {
        let limits = match kind {
            Kind::Date => DATE_LIMITS,
            Kind::Datetime => INSTANT_LIMITS,
            _ => return range,
        };
        let inside = (range.0.max(limits.0), range.1.min(limits.1));
        let moved = !matches!(self.graph.node(node).kind, NodeKind::DateOf(..));
        if inside != range && moved && !self.broken[node.index()] {
            let at = self.graph.node(node).span;
            let (low, high) = (show(kind, range.0), show(kind, range.1));
            let far = if range.1 > limits.1 { (limits.1, range.1) } else { (range.0, limits.0) };
            self.suspect(node, RangeFinding::Calendar { text: self.text_of(at), at, low, high }, vec![Hint::Number(node, far.0, far.1)]);
        }
        inside
    }

    fn negate(&mut self, node: NodeId, inner: NodeId) -> Type {
        match self.ty(inner) {
            Type::Scalar(scalar) => {
                let range = intervals::negate((scalar.lo, scalar.hi)).unwrap_or_else(|| {
                    self.overflow(node, inner, inner);
                    (i128::MIN, i128::MAX)
                });
                Type::Scalar(Scalar { kind: scalar.kind, lo: range.0, hi: range.1 })
            }
            Type::Ratio { kind, num, den } => Type::Ratio { kind, num: intervals::negate(num).unwrap_or(num), den },
            other => other,
        }
    }

    fn divisor(&mut self, node: NodeId, right: NodeId) -> bool {
        let (lo, hi) = self.range(right);
        let not_zero = self.facts.of(self.graph, right).not_zero;
        let fine = lo > 0 || hi < 0 || not_zero;
        if !fine && !self.broken[node.index()] {
            let at = self.graph.node(right).span;
            let from = self.declared(right).unwrap_or(at);
            let found = bounds(&self.ty(right));
            self.suspect(
                node,
                RangeFinding::DivisionByZero { divisor: self.text_of(at), at, from, found },
                vec![Hint::Number(right, 0, 0)],
            );
        }
        fine
    }

    fn divide(&mut self, node: NodeId, (left, right): (NodeId, NodeId), (scale_left, scale_right): (u32, u32)) -> Type {
        let Type::Ratio { kind, .. } = self.ty(node) else { return self.ty(node) };
        let wide = Type::Ratio { kind, num: (i128::MIN, i128::MAX), den: (1, i128::MAX) };
        if !self.divisor(node, right) || self.broken[node.index()] {
            self.broken[node.index()] = true;
            return wide;
        }
        let (dividend, divisor) = (intervals::scale(self.range(left), scale_left), intervals::scale(self.range(right), scale_right));
        match dividend.zip(divisor).and_then(|(dividend, divisor)| intervals::ratio(dividend, divisor)) {
            Some((num, den)) => Type::Ratio { kind, num, den: (den.0.max(1), den.1) },
            None => {
                self.overflow(node, left, right);
                wide
            }
        }
    }

    fn round(&mut self, node: NodeId, value: NodeId, places: u32) -> Type {
        let Some(scalar) = self.graph.node(node).ty.scalar() else { return self.ty(node) };
        let range = match self.ty(value) {
            Type::Scalar(from) => 10i128.checked_pow(places).map(|power| intervals::quotient((from.lo, from.hi), (power, power))),
            Type::Ratio { num, den, .. } => rounded_ratio(num, den, places),
            _ => None,
        };
        let range = range.unwrap_or_else(|| {
            self.overflow(node, value, value);
            (i128::MIN, i128::MAX)
        });
        Type::Scalar(Scalar { kind: scalar.kind, lo: range.0, hi: range.1 })
    }

    fn comparable(&mut self, node: NodeId, left: NodeId, right: NodeId) {
        let parts = |ty: Type| match ty {
            Type::Ratio { num, den, .. } => Some((num, den)),
            Type::Scalar(scalar) => 10i128.checked_pow(scalar.kind.scale()).map(|power| ((scalar.lo, scalar.hi), (power, power))),
            _ => None,
        };
        let (a, b) = (self.ty(left), self.ty(right));
        if !matches!(a, Type::Ratio { .. }) && !matches!(b, Type::Ratio { .. }) {
            return;
        }
        let fits = parts(a).zip(parts(b)).is_some_and(|((num_a, den_a), (num_b, den_b))| {
            intervals::multiply(num_a, den_b).is_some() && intervals::multiply(num_b, den_a).is_some()
        });
        if !fits && !self.broken[node.index()] {
            let at = self.graph.node(node).span;
            self.suspect(node, RangeFinding::Quotients { at }, Vec::new());
        }
    }

    fn list(&mut self, items: &[NodeId], declared: Type) -> Type {
        let Type::List { element, .. } = declared else { return declared };
        let count = items.len() as u32;
        let element = items.iter().map(|item| self.ty(*item)).reduce(|a, b| union(&a, &b)).unwrap_or(*element);
        Type::List { element: Box::new(element), min: count, max: count }
    }

    fn text(&self, node: NodeId, values: &[NodeId]) -> Type {
        let written = self.graph.node(node).span.len();
        let longest = values.iter().map(|value| longest(&self.ty(*value), self.types)).fold(0, u32::saturating_add);
        Type::Text { max: written.saturating_add(longest).min(1 << 29) }
    }

    // What goes somewhere declared

    fn fields_fit(&mut self, kind: &NodeKind, declared: &Type) {
        let (NodeKind::MakeRecord(fields), Type::Record(id)) = (kind, declared) else { return };
        for (node, field) in fields.iter().zip(self.types.record(*id).fields.clone()) {
            self.fits(*node, &field.ty, &format!("`{}`", field.name), field.span);
        }
    }

    /// The fields of a record that is written as a constant must fit, as those of any other.
    fn constant_fits(&mut self, node: NodeId, value: &Value, declared: &Type) {
        match (value, declared.required()) {
            (Value::Record(values), Type::Record(id)) => {
                for (value, field) in values.iter().zip(self.types.record(*id).fields.clone()) {
                    if let Some((value, found, range)) = misfit(&constant(value, &field.ty), &field.ty) {
                        let at = self.graph.node(node).span;
                        self.does_not_fit(node, &format!("`{}`", field.name), value, &found, &range, at, field.span);
                    }
                    self.constant_fits(node, value, &field.ty);
                }
            }
            (Value::List(values), Type::List { element, .. }) => values.iter().for_each(|value| self.constant_fits(node, value, element)),
            _ => {}
        }
    }

    fn check_obligations(&mut self) {
        for it in self.graph.obligations.clone() {
            self.fits(it.node, &it.ty, &it.what, it.declared);
        }
    }

    fn fits(&mut self, node: NodeId, declared: &Type, what: &str, declared_at: Span) {
        let ty = self.ty(node);
        if self.broken[node.index()] {
            return;
        }
        if let Some((value, found, range)) = misfit(&ty, declared) {
            let at = self.graph.node(node).span;
            self.does_not_fit(node, what, value, &found, &range, at, declared_at);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is one part of the sentence")]
    fn does_not_fit(&mut self, node: NodeId, what: &str, value: String, found: &Type, declared: &Type, at: Span, declared_at: Span) {
        let hints = beyond(node, found, declared);
        let (found, range) = (bounds(found), bounds(declared));
        let range = range.strip_prefix("from ").map(String::from).unwrap_or(range);
        let what = what.to_string();
        self.suspect(node, RangeFinding::DoesNotFit { what, value, range, at, found, declared: declared_at }, hints);
    }

    fn overflow(&mut self, node: NodeId, left: NodeId, right: NodeId) {
        let first = !self.broken[node.index()];
        self.broken[node.index()] = true;
        if first {
            let at = self.graph.node(node).span;
            let (left_at, right_at) = (self.graph.node(left).span, self.graph.node(right).span);
            let largest = |side: NodeId| self.ty(side).scalar().map(|scalar| Hint::Number(side, scalar.hi, scalar.hi));
            let hints = [largest(left), largest(right)].into_iter().flatten().collect();
            let (left, right) = (bounds(&self.ty(left)), bounds(&self.ty(right)));
            self.suspect(node, RangeFinding::Overflow { text: self.text_of(at), left, right, at, left_at, right_at }, hints);
        }
    }

    fn suspect(&mut self, node: NodeId, finding: RangeFinding, values: Vec<Hint>) {
        let path = self.path.iter().map(|(condition, truth)| Hint::Condition(*condition, *truth));
        let hints = path.chain(values).collect();
        self.suspects.push(Suspect { decision: self.graph.id, node, finding, hints });
    }

    /// Takes a condition to be true or false from here on.
    fn assume(&mut self, condition: NodeId, truth: bool) {
        self.facts.assume(self.graph, condition, truth);
        self.path.push((condition, truth));
    }

    fn mark(&self) -> (Mark, usize) {
        (self.facts.mark(), self.path.len())
    }

    fn back(&mut self, (facts, path): (Mark, usize)) {
        self.facts.back(facts);
        self.path.truncate(path);
    }

    fn text_of(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Where the field or parameter that a node reads is declared.
    fn declared(&self, node: NodeId) -> Option<Span> {
        match &self.graph.node(node).kind {
            NodeKind::Input(param) => Some(self.graph.meta.params[*param as usize].span),
            NodeKind::Field(base, field) => match self.ty(*base) {
                Type::Record(id) => Some(self.types.record(id).fields[*field as usize].span),
                _ => None,
            },
            NodeKind::Unwrap(inner) | NodeKind::Rescale(inner, _) => self.declared(*inner),
            NodeKind::Local(local) => Some(self.graph.local(*local).span),
            _ => None,
        }
    }
}

/// The operands of a node that are evaluated before it, all of them.
fn operands(kind: &NodeKind) -> Vec<NodeId> {
    match kind {
        NodeKind::Constant(_) | NodeKind::Input(_) | NodeKind::Element(_) | NodeKind::Local(_) | NodeKind::Quantify(..) => Vec::new(),
        NodeKind::Field(a, _)
        | NodeKind::Not(a)
        | NodeKind::IsGiven(a)
        | NodeKind::Unwrap(a)
        | NodeKind::Wrap(a)
        | NodeKind::Negate(a)
        | NodeKind::Rescale(a, _)
        | NodeKind::Length(a)
        | NodeKind::Define(a) => vec![*a],
        NodeKind::Round { value, .. } => vec![*value],
        NodeKind::OrElse(a, b)
        | NodeKind::Add(a, b)
        | NodeKind::Subtract(a, b)
        | NodeKind::Multiply(a, b)
        | NodeKind::Modulo(a, b)
        | NodeKind::Compare(_, a, b)
        | NodeKind::Has(a, b)
        | NodeKind::HasAll(a, b)
        | NodeKind::HasAny(a, b)
        | NodeKind::Union(a, b)
        | NodeKind::Difference(a, b)
        | NodeKind::YearsBetween(a, b)
        | NodeKind::DateOf(a, b)
        | NodeKind::TimeOf(a, b) => vec![*a, *b],
        NodeKind::Divide { left, right, .. } => vec![*left, *right],
        NodeKind::If { condition, then, otherwise } => vec![*condition, *then, *otherwise],
        NodeKind::InRange { value, low, high } => {
            let bounds = [low, high].into_iter().flatten().map(|(node, _)| *node);
            std::iter::once(*value).chain(bounds).collect()
        }
        NodeKind::OneOf(value, choices) => std::iter::once(*value).chain(choices.iter().copied()).collect(),
        NodeKind::And(parts) | NodeKind::Or(parts) | NodeKind::MakeRecord(parts) | NodeKind::MakeSet(parts) | NodeKind::MakeList(parts) => {
            parts.clone()
        }
        NodeKind::Decide { arguments, .. } => arguments.clone(),
        NodeKind::Text { values, .. } => values.clone(),
    }
}

fn constant(value: &Value, declared: &Type) -> Type {
    match (value, declared) {
        (Value::Missing, _) => declared.clone(),
        (value, Type::Optional(inner)) => Type::Optional(Box::new(constant(value, inner))),
        (value, Type::Scalar(scalar)) => {
            let number = value.number().unwrap_or(0);
            Type::Scalar(Scalar { kind: scalar.kind, lo: number, hi: number })
        }
        (Value::Text(text), _) => Type::Text { max: text.chars().count() as u32 },
        (Value::List(items), Type::List { element, .. }) => {
            let of = items.iter().map(|item| constant(item, element)).reduce(|a, b| union(&a, &b));
            let count = items.len() as u32;
            Type::List { element: Box::new(of.unwrap_or_else(|| (**element).clone())), min: count, max: count }
        }
        _ => declared.clone(),
    }
}

/// The type that holds the values of both.
fn union(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (Type::Scalar(x), Type::Scalar(y)) => Type::Scalar(Scalar { kind: x.kind, lo: x.lo.min(y.lo), hi: x.hi.max(y.hi) }),
        (Type::Ratio { kind, num, den }, Type::Ratio { num: n, den: d, .. }) => {
            Type::Ratio { kind: *kind, num: intervals::hull(*num, *n), den: intervals::hull(*den, *d) }
        }
        (Type::Text { max: x }, Type::Text { max: y }) => Type::Text { max: *x.max(y) },
        (Type::List { element: x, min: a, max: b }, Type::List { element: y, min: c, max: d }) => {
            Type::List { element: Box::new(union(x, y)), min: *a.min(c), max: *b.max(d) }
        }
        (Type::Optional(x), y) | (y, Type::Optional(x)) => Type::Optional(Box::new(union(x, y.required()))),
        _ => a.clone(),
    }
}

/// The first value of a type that lies outside of another, the type it is of, and the one it should be of.
fn misfit(ty: &Type, declared: &Type) -> Option<(String, Type, Type)> {
    match (ty, declared) {
        (Type::Scalar(a), Type::Scalar(b)) if a.lo < b.lo || a.hi > b.hi => {
            let value = show(a.kind, if a.hi > b.hi { a.hi } else { a.lo });
            Some((value, ty.clone(), declared.clone()))
        }
        (Type::Text { max: a }, Type::Text { max: b }) if a > b => Some((format!("{a} characters long"), ty.clone(), declared.clone())),
        (Type::List { element: x, min: a, max: b }, Type::List { element: y, min: c, max: d }) => {
            if a < c || b > d {
                let count = if b > d { b } else { a };
                return Some((format!("a list of {count} items"), ty.clone(), declared.clone()));
            }
            misfit(x, y)
        }
        (Type::Optional(a), Type::Optional(b)) => misfit(a, b),
        (a, Type::Optional(b)) => misfit(a, b),
        _ => None,
    }
}

/// The numbers that lie outside of a declared range.
fn beyond(node: NodeId, found: &Type, declared: &Type) -> Vec<Hint> {
    match (found.required(), declared.required()) {
        (Type::Scalar(found), Type::Scalar(declared)) if found.hi > declared.hi => vec![Hint::Number(node, declared.hi + 1, found.hi)],
        (Type::Scalar(found), Type::Scalar(declared)) if found.lo < declared.lo => vec![Hint::Number(node, found.lo, declared.lo - 1)],
        _ => Vec::new(),
    }
}

/// The longest text that a value can be written as.
fn longest(ty: &Type, types: &Types) -> u32 {
    match ty {
        Type::Boolean => 5,
        Type::Scalar(scalar) => match scalar.kind {
            Kind::Number { unit: Unit::Money(_), .. } => 50,
            Kind::Number { .. } => 44,
            Kind::Datetime => 35,
            _ => 40,
        },
        Type::Text { max } => *max,
        Type::Enum(id) => types.enum_type(*id).values.iter().map(|value| value.chars().count() as u32).max().unwrap_or(0),
        Type::Set(id) => types.enum_type(*id).values.iter().map(|value| value.chars().count() as u32 + 2).sum::<u32>() + 2,
        Type::Record(id) => {
            let fields = &types.record(*id).fields;
            fields.iter().map(|field| field.name.chars().count() as u32 + 4 + longest(&field.ty, types)).fold(4, u32::saturating_add)
        }
        Type::List { element, max, .. } => longest(element, types).saturating_add(4).saturating_mul(*max).saturating_add(2),
        Type::Optional(inner) => longest(inner, types).max(7),
        Type::Ratio { .. } => 90,
        Type::Zone => 64,
    }
}

fn years(from: Range, to: Range) -> Range {
    let day = |days: i128| days.clamp(DATE_LIMITS.0, DATE_LIMITS.1) as i32;
    let between = |from: i128, to: i128| i128::from(axtrace_runtime::calendar::years_between(day(from), day(to)));
    (between(from.1, to.0), between(from.0, to.1))
}

/// A ratio times a power of ten, rounded either way. Rounding looks at twice the remainder, which must fit as well.
fn rounded_ratio(num: Range, den: Range, places: u32) -> Option<Range> {
    let scaled = intervals::scale(num, places)?;
    let twice = intervals::multiply(scaled, (2, 2))?;
    intervals::add(twice, (-den.1, den.1))?;
    Some(intervals::quotient(scaled, den))
}
