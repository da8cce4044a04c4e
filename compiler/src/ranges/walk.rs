//! The walk over a graph in the order of evaluation, which knows what is known at each place.

use std::collections::{HashMap, HashSet};

use axtrace_runtime::calendar::Zone;
use axtrace_runtime::meta::{Piece, Policy, RuleId};
use axtrace_runtime::types::{Type, Types};
use axtrace_runtime::value::Value;
use axtrace_source::Sources;

use super::facts::{Facts, Mark};
use super::intervals::{self, Range};
use super::{RangeFinding, Suspect, do_not_fit_together};
use crate::graph::{Body, Graph, Known, LoopId, NodeId, Rule, Way};
use crate::prove::{Collected, Hint, OutcomePart};

/// The most conditions on the way to something that could go wrong which lead the search for an input, those nearest to it.
const MOST_HINTS: usize = 200;

/// What is known at a place, to come back to it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    facts: Mark,
    way: Way,
    ways: usize,
    dead: bool,
}

pub(super) struct Walk<'a> {
    pub(super) graph: &'a mut Graph,
    /// What each decision gives.
    pub(super) gives: &'a [Type],
    pub(super) types: &'a Types,
    pub(super) zones: &'a [Zone],
    pub(super) templates: &'a [Vec<Piece>],
    pub(super) sources: &'a Sources,
    pub(super) facts: Facts,
    /// Locals by what is known where they are defined.
    pub(super) locals: HashMap<Known, Vec<NodeId>>,
    /// Arguments of defines that no node evaluates for itself.
    pub(super) arguments: HashMap<NodeId, Vec<NodeId>>,
    /// Whether a promised relation is looked at.
    pub(super) promising: bool,
    /// Promises, by the nodes that must keep them.
    pub(super) promises: HashMap<NodeId, Vec<usize>>,
    /// What records from elsewhere keep, by the nodes that give them.
    pub(super) kept: HashMap<NodeId, usize>,
    /// The types of long constants, by where they lie; they are kept, so that nothing else comes to lie there.
    pub(super) constants: HashMap<(usize, Type), (Type, Value)>,
    /// Nodes whose bounds are not known since something was reported in them.
    pub(super) broken: Vec<bool>,
    /// Nodes that no input reaches.
    pub(super) unreached: Vec<bool>,
    /// Whether the place that is looked at is one that no input reaches.
    pub(super) dead: bool,
    pub(super) suspects: Vec<Suspect>,
    /// The way to the place that is looked at.
    pub(super) way: Way,
    /// How many steps of ways somebody needs.
    pub(super) kept_ways: usize,
    /// What the memories of the folds around can be.
    pub(super) memories: HashMap<LoopId, Type>,
    /// Whether the body of a `fold` is only tried, to see how it changes its memory.
    pub(super) trying: bool,
}

impl<'a> Walk<'a> {
    pub fn new(
        graph: &'a mut Graph,
        gives: &'a [Type],
        templates: &'a [Vec<Piece>],
        types: &'a Types,
        zones: &'a [Zone],
        sources: &'a Sources,
    ) -> Self {
        let (broken, unreached) = (vec![false; graph.nodes.len()], vec![false; graph.nodes.len()]);
        let mut locals: HashMap<Known, Vec<NodeId>> = HashMap::new();
        for local in &graph.locals {
            locals.entry(local.known).or_default().push(local.value);
        }
        let mut promises: HashMap<NodeId, Vec<usize>> = HashMap::new();
        for (place, promise) in graph.promises.iter().enumerate() {
            promises.entry(promise.node).or_default().push(place);
        }
        let kept = graph.kept.iter().enumerate().map(|(place, kept)| (kept.node, place)).collect();
        let mut arguments: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        for it in &graph.obligations {
            if let Some(call) = it.call {
                arguments.entry(call).or_default().push(it.node);
            }
        }
        Self {
            graph,
            gives,
            types,
            templates,
            zones,
            sources,
            facts: Facts::default(),
            locals,
            arguments,
            promising: false,
            promises,
            kept,
            constants: HashMap::new(),
            broken,
            unreached,
            dead: false,
            suspects: Vec::new(),
            way: Way::default(),
            kept_ways: 0,
            memories: HashMap::new(),
            trying: false,
        }
    }

    pub fn run(mut self) -> Vec<Suspect> {
        for node in self.graph.always.clone() {
            self.known(node);
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

    pub(super) fn rules(&mut self, rules: &[Rule]) {
        for group in self.graph.groups.clone() {
            if let Some(when) = group.when {
                self.visit(when);
            }
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
        self.collected(rules);
    }

    /// Takes a rule not to apply, if that says something of its condition alone.
    pub(super) fn assume_not(&mut self, rule: &Rule) {
        let group = rule.group.and_then(|group| self.graph.groups[group].when);
        let shadow = self.graph.meta.rules[rule.id.index()].shadow;
        if let (Some(when), true, None, false) = (rule.when, rule.each.is_empty(), group, shadow) {
            self.assume(when, false);
        }
    }

    pub(super) fn rule(&mut self, rule: &Rule) {
        if let Some(when) = rule.group.and_then(|group| self.graph.groups[group].when) {
            self.assume(when, true);
        }
        for each in &rule.each {
            self.visit(self.graph.loop_of(*each).list);
            self.element_known(*each);
            self.locals(Known::Element(*each));
        }
        self.locals(Known::Group(rule.id));
        if let Some(when) = rule.when {
            self.visit(when);
            self.assume(when, true);
        }
        for node in &rule.knows {
            self.known(*node);
        }
        self.locals(Known::Rule(rule.id));
        let parts = rule.outcome.value.into_iter().chain(rule.outcome.within).chain(rule.because.iter().copied());
        for node in parts.collect::<Vec<_>>() {
            self.visit(node);
        }
    }

    /// Takes the relations of the element of a loop to hold.
    pub(super) fn element_known(&mut self, inside: LoopId) {
        for node in self.graph.loop_of(inside).known.clone() {
            self.known(node);
        }
    }

    /// Takes a relation to hold. What is wrong in it is told where it is declared.
    pub(super) fn known(&mut self, relation: NodeId) {
        let told = self.suspects.len();
        self.visit(relation);
        self.suspects.truncate(told);
        self.assume(relation, true);
        self.facts.remember(self.graph, relation);
    }

    pub(super) fn locals(&mut self, known: Known) {
        for value in self.locals.get(&known).cloned().unwrap_or_default() {
            self.visit(value);
        }
    }

    /// The sum of a `collect sum`, or the number of outcomes of a `collect count`, as if all rules applied together. Where that does not fit it is looked
    /// at again, when it is known which rules can.
    pub(super) fn collected(&mut self, rules: &[Rule]) {
        let counts = match self.graph.meta.policy {
            Some(Policy::CollectSum) => false,
            Some(Policy::CollectCount) => true,
            _ => return,
        };
        let Type::Scalar(declared) = self.graph.meta.gives.clone() else { return };
        let outcomes = self.outcome_parts(rules, counts);
        let add = |total: Range, part: &OutcomePart| intervals::add(total, intervals::repeated(part.each, part.count, part.skips)?);
        let total = outcomes.iter().try_fold((0, 0), add);
        let Some(node) = rules.iter().find_map(|rule| rule.outcome.value) else { return };
        match total {
            Some((lo, hi)) if lo >= declared.lo && hi <= declared.hi => {}
            Some(range) => {
                let collected = Collected { declared, counts, outcomes };
                let finding = do_not_fit_together(self.graph, &collected, range, &[]);
                let before = self.suspects.len();
                self.suspect(node, finding, Vec::new());
                self.suspects[before..].iter_mut().for_each(|it| it.collected = Some(collected.clone()));
            }
            None => self.overflow(node, node, node),
        }
    }

    /// What each rule adds that an input reaches.
    fn outcome_parts(&self, rules: &[Rule], counts: bool) -> Vec<OutcomePart> {
        let overridden: HashSet<RuleId> = self.graph.meta.rules.iter().flat_map(|rule| rule.overrides.iter().copied()).collect();
        let counting = rules.iter().enumerate().filter(|(_, rule)| !self.graph.meta.rules[rule.id.index()].shadow);
        let part = |(place, rule): (usize, &Rule)| {
            let node = rule.outcome.value.filter(|node| !self.unreached[node.index()])?;
            let lists = rule.each.iter().map(|each| self.count_of(self.graph.loop_of(*each).list));
            let count = lists.fold((1, 1), |all: Range, one: Range| (all.0.saturating_mul(one.0), all.1.saturating_mul(one.1)));
            let skips = self.may_not_count(rule) || overridden.contains(&rule.id);
            Some(OutcomePart { rule: place, each: if counts { (1, 1) } else { self.range(node) }, count, skips })
        };
        counting.filter_map(part).collect()
    }

    /// Whether a condition may keep an outcome of the rule, or of one of its instances, from being among those that are collected.
    fn may_not_count(&self, rule: &Rule) -> bool {
        rule.when.is_some() || rule.group.is_some_and(|group| self.graph.groups[group].when.is_some())
    }

    pub(super) fn count_of(&self, list: NodeId) -> Range {
        match self.graph.node(list).ty.required() {
            Type::List { min, max, .. } => (i128::from(*min), i128::from(*max)),
            _ => (0, 0),
        }
    }

    pub(super) fn suspect(&mut self, node: NodeId, finding: RangeFinding, values: Vec<Hint>) {
        if self.dead {
            return;
        }
        let path = self.graph.ways.backwards(self.way).take(MOST_HINTS).map(|(condition, truth)| Hint::Condition(condition, truth));
        let mut hints: Vec<Hint> = path.collect();
        hints.reverse();
        hints.extend(values);
        self.suspects.push(Suspect { decision: self.graph.id, node, finding, hints, collected: None });
    }

    /// Takes a condition to be true or false from here on.
    pub(super) fn assume(&mut self, condition: NodeId, truth: bool) {
        self.dead |= self.truth(condition) == Some(!truth);
        self.facts.assume(self.graph, condition, truth);
        self.way = self.graph.ways.further(self.way, condition, truth);
    }

    pub(super) fn mark(&self) -> Place {
        Place { facts: self.facts.mark(), way: self.way, ways: self.graph.ways.kept(), dead: self.dead }
    }

    pub(super) fn back(&mut self, place: Place) {
        self.facts.back(place.facts);
        self.way = place.way;
        self.graph.ways.truncate(place.ways.max(self.kept_ways));
        self.dead = place.dead;
    }
}
