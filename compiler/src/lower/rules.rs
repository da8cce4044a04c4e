//! Rules and hit policies: which rules apply, which of those decide, and what they decide together.

use axtrace_runtime::helpers::Helper;
use axtrace_runtime::layout::Shape;
use axtrace_runtime::meta::{Policy, RuleMeta};
use axtrace_runtime::types::Type;

use super::Lower;
use super::loops::Step;
use super::outcome::Candidate;
use super::pattern::Pattern;
use crate::graph::{LoopId, Rule};
use crate::mir::{Base, Binary, Inst, Keep, Order, Value, Width};

/// What became of a rule.
pub struct Ruled {
    pub applied: Value,
    pub(super) decides: Value,
    pub candidate: Candidate,
    segment: Option<Segment>,
    /// Under `collect count`: how many instances of a `for each` rule applied.
    pub(super) count: Option<Value>,
}

/// The outcomes of the instances of a `for each` rule under `collect`.
#[derive(Clone, Copy)]
struct Segment {
    address: Value,
    /// How many there can be.
    room: Value,
    /// How many bytes they take.
    bytes: Value,
}

impl<'g> Lower<'g, '_> {
    pub fn rules(&mut self, rules: &'g [Rule]) -> Pattern {
        if self.is_first() {
            let (values, pattern) = self.first_rules(rules);
            self.write_values(&values);
            return pattern;
        }
        let mut pattern = Pattern::default();
        let mut any = self.b.flag(false);
        let mut ruled = Vec::with_capacity(rules.len());
        for rule in rules {
            let done = self.rule(rule, any, &mut pattern);
            if !self.rule_meta(rule).shadow {
                any = self.b.or(any, done.applied);
            }
            ruled.push(done);
        }
        self.decide_among(rules, &mut ruled, &mut pattern);
        for (rule, done) in rules.iter().zip(&ruled).filter(|(rule, _)| rule.each.is_empty() && !rule.because.is_empty()) {
            self.because(rule, done.decides, &mut pattern);
        }
        let collected: Vec<Ruled> =
            rules.iter().zip(ruled).filter(|(rule, _)| !self.rule_meta(rule).shadow).map(|(_, done)| done).collect();
        self.combine(&collected);
        pattern
    }

    pub fn rule_meta(&self, rule: &Rule) -> &'g RuleMeta {
        &self.graph.meta.rules[rule.id.index()]
    }

    fn is_first(&self) -> bool {
        self.graph.meta.policy == Some(Policy::First)
    }

    /// The type that the value of one rule's outcome is brought to.
    pub fn outcome_type(&self, rule: &Rule) -> &'g Type {
        match (self.graph.meta.policy, &self.graph.meta.gives) {
            (Some(Policy::Collect), Type::List { element, .. }) => element,
            (Some(Policy::CollectCount), gives) => rule.outcome.value.map_or(gives, |value| self.ty(value)),
            (Some(Policy::CollectMin | Policy::CollectMax), gives) => gives.required(),
            (_, gives) => gives,
        }
    }

    pub fn rule(&mut self, rule: &'g Rule, any: Value, pattern: &mut Pattern) -> Ruled {
        let before = self.b.at(Some(self.rule_meta(rule).site));
        let none = self.b.not(any);
        let open = if self.is_first() { none } else { self.b.flag(true) };
        let done = if self.rule_meta(rule).otherwise {
            self.otherwise(rule, none, pattern)
        } else if rule.each.is_empty() {
            self.plain(rule, open, pattern)
        } else {
            self.each(rule, open, pattern)
        };
        self.b.at(before);
        done
    }

    fn plain(&mut self, rule: &Rule, open: Value, pattern: &mut Pattern) -> Ruled {
        let holds = self.condition(rule, open, pattern);
        let applied = self.b.and(open, holds);
        self.rule_site(rule, applied, open, pattern);
        let mut done = self.settled(rule, applied, pattern);
        // The choice asks earlier rules first, so that it need not know which rules were reached.
        done.candidate.decides = holds;
        done
    }

    /// Applies if no other rule did. Under `first` it is not reached otherwise; else it does not apply.
    fn otherwise(&mut self, rule: &Rule, none: Value, pattern: &mut Pattern) -> Ruled {
        let open = if self.is_first() { none } else { self.b.flag(true) };
        self.rule_site(rule, none, open, pattern);
        self.settled(rule, none, pattern)
    }

    fn settled(&mut self, rule: &Rule, applied: Value, pattern: &mut Pattern) -> Ruled {
        let candidate = self.candidate(&rule.outcome, applied, self.outcome_type(rule), pattern);
        Ruled { applied, decides: applied, candidate, segment: None, count: None }
    }

    /// 1, and 1 more where the rule applied, as far as it was reached.
    fn rule_site(&mut self, rule: &Rule, applied: Value, open: Value, pattern: &mut Pattern) {
        let site = Pattern::site(&self.graph.meta, self.rule_meta(rule).site, 1, 1, Some(applied));
        pattern.add(site.mask(open, &mut self.b));
    }

    /// Whether the conditions of its group and its own hold, which counts only if the flag is 1.
    fn condition(&mut self, rule: &Rule, open: Value, pattern: &mut Pattern) -> Value {
        let group = rule.group.and_then(|index| Some((index, self.graph.groups[index].when?)));
        let cheap = group.is_none_or(|(_, when)| self.is_cheap(when)) && rule.when.is_none_or(|when| self.is_cheap(when));
        let evaluate = |this: &mut Self| {
            let (holds, pattern) = this.holds(rule);
            (vec![holds], pattern)
        };
        let known = self.b.known(open);
        let (holds, found) = if known == Some(true) {
            evaluate(self)
        } else if cheap {
            self.conditional += 1;
            let (holds, found) = evaluate(self);
            self.conditional -= 1;
            (holds, found.mask(open, &mut self.b))
        } else {
            self.diamond(open, false, evaluate, |this| (vec![this.b.flag(false)], Pattern::default()))
        };
        pattern.add(found);
        holds[0]
    }

    /// The same, where it counts. `otherwise` and rules without conditions hold.
    pub fn holds(&mut self, rule: &Rule) -> (Value, Pattern) {
        let group = rule.group.and_then(|index| Some((index, self.graph.groups[index].when?)));
        let mut pattern = Pattern::default();
        let mut holds = self.group(group, &mut pattern);
        if let Some(when) = rule.when {
            holds = self.and_then(holds, when, &mut pattern);
        }
        (holds, pattern)
    }

    fn group(&mut self, group: Option<(usize, crate::graph::NodeId)>, pattern: &mut Pattern) -> Value {
        let Some((index, when)) = group else { return self.b.flag(true) };
        let done = self.use_group(index, when);
        pattern.add(done.pattern);
        self.leaf(&done.operand)
    }

    /// Those that apply and are not overridden decide.
    fn decide_among(&mut self, rules: &[Rule], ruled: &mut [Ruled], pattern: &mut Pattern) {
        for (index, rule) in rules.iter().enumerate() {
            let mut overridden = self.b.flag(false);
            for (other, done) in rules.iter().zip(ruled.iter()) {
                if self.rule_meta(other).overrides.contains(&rule.id) {
                    overridden = self.b.or(overridden, done.applied);
                }
            }
            let stands = if self.rule_meta(rule).shadow { self.b.flag(false) } else { self.b.not(overridden) };
            let done = &mut ruled[index];
            done.decides = self.b.and(done.applied, stands);
            done.candidate.decides = done.decides;
        }
        if self.graph.meta.policy == Some(Policy::Priority) {
            self.outrank(rules, ruled);
        }
        for (rule, done) in rules.iter().zip(ruled.iter()).filter(|(rule, _)| !self.rule_meta(rule).shadow) {
            // A rule that applied is at 2, so that 1 more makes it 3.
            pattern.add(Pattern::site(&self.graph.meta, self.rule_meta(rule).site, 0, 1, Some(done.decides)));
        }
    }

    pub fn because(&mut self, rule: &Rule, decides: Value, pattern: &mut Pattern) {
        let evaluate = |this: &mut Self| {
            let mut pattern = Pattern::default();
            for node in &rule.because {
                let done = this.evaluate(*node);
                pattern.add(done.pattern);
            }
            (Vec::new(), pattern)
        };
        let found = if rule.because.iter().all(|node| self.is_cheap(*node)) {
            self.conditional += 1;
            let (_, found) = evaluate(self);
            self.conditional -= 1;
            found.mask(decides, &mut self.b)
        } else {
            self.diamond(decides, true, evaluate, |_| (Vec::new(), Pattern::default())).1
        };
        pattern.add(found);
    }

    fn combine(&mut self, ruled: &[Ruled]) {
        let candidates: Vec<Candidate> = ruled.iter().map(|done| done.candidate.clone()).collect();
        match self.graph.meta.policy {
            Some(Policy::Collect) => self.collect_outcomes(ruled),
            Some(Policy::CollectSum) => {
                let sum = self.sum_of(&candidates, &self.graph.meta.gives);
                self.write_outcome(&[sum]);
            }
            Some(Policy::CollectCount) => self.count_outcomes(ruled),
            Some(Policy::CollectMin) => self.write_extreme(&candidates, Order::Less),
            Some(Policy::CollectMax) => self.write_extreme(&candidates, Order::Greater),
            _ => self.write_outcome(&candidates),
        }
    }

    /// A rule for each element of a list. The condition of its group is evaluated before.
    fn each(&mut self, rule: &'g Rule, open: Value, pattern: &mut Pattern) -> Ruled {
        let group = rule.group.and_then(|index| Some((index, self.graph.groups[index].when?)));
        let mut enter = open;
        if group.is_some() {
            let only_group = Rule { when: None, ..rule.clone() };
            let holds = self.condition(&only_group, open, pattern);
            enter = self.b.and(open, holds);
        }
        let has_within = rule.outcome.within.is_some();
        let (values, found) = self.diamond(enter, false, |this| this.instances(rule), |this| (this.no_instances(rule), Pattern::default()));
        pattern.add(found);
        let applied = values[0];
        self.rule_site(rule, applied, open, pattern);
        let tag = self.b.word(i64::from(rule.outcome.tag));
        let (segment, value, within) = self.instance_results(&values[1..], has_within);
        let count = values.get(1).copied().filter(|_| self.counts());
        Ruled { applied, decides: applied, candidate: Candidate { decides: applied, tag, value, within }, segment, count }
    }

    fn collects(&self) -> bool {
        self.graph.meta.policy == Some(Policy::Collect)
    }

    /// Whether nothing behind an instance that applies is reached.
    fn stops(&self, rule: &Rule) -> bool {
        self.is_first() && !self.rule_meta(rule).shadow
    }

    fn counts(&self) -> bool {
        self.graph.meta.policy == Some(Policy::CollectCount)
    }

    fn no_instances(&mut self, rule: &Rule) -> Vec<Value> {
        let (none, zero) = (self.b.flag(false), self.b.word(0));
        let within = rule.outcome.within.is_some() && !self.collects();
        let rest = match self.graph.meta.policy {
            Some(Policy::Collect) => vec![zero; 3],
            Some(Policy::CollectCount) => vec![zero],
            _ => self.zeros(self.outcome_type(rule)),
        };
        [vec![none], rest, vec![zero; usize::from(within)]].concat()
    }

    fn instance_results(&self, values: &[Value], has_within: bool) -> (Option<Segment>, Option<Vec<Value>>, Option<Value>) {
        match values {
            _ if self.counts() => (None, None, None),
            [address, room, bytes] if self.collects() => (Some(Segment { address: *address, room: *room, bytes: *bytes }), None, None),
            [value @ .., within] if has_within => (None, Some(value.to_vec()), Some(*within)),
            values => (None, Some(values.to_vec()), None),
        }
    }

    /// Whether an instance applied, then what [`Self::instance_results`] takes apart.
    fn instances(&mut self, rule: &'g Rule) -> (Vec<Value>, Pattern) {
        if self.collects() {
            let (any, handle, pattern) = self.collected_instances(rule, &rule.each);
            let room = self.length_of(handle);
            let address = self.b.make(Inst::Address(handle), Width::Word);
            let stride = self.element_of(self.outcome_type(rule)).stride();
            let stride = self.b.word(i64::from(stride));
            let bytes = self.b.binary(Binary::Multiply, room, stride);
            return (vec![any, address, room, bytes], pattern);
        }
        let start = self.no_instances(rule);
        self.nested_instances(rule, &rule.each, start)
    }

    /// What the loops of a rule evaluate from some of them on.
    fn instance_roots(&self, rule: &Rule, inner: &[LoopId]) -> Vec<crate::graph::NodeId> {
        let lists = inner.iter().map(|of| self.graph.loop_of(*of).list);
        let outcome = [rule.when, rule.outcome.value, rule.outcome.within];
        lists.chain(outcome.into_iter().flatten()).chain(rule.because.iter().copied()).collect()
    }

    /// Loops within loops; the innermost makes the instances.
    fn nested_instances(&mut self, rule: &'g Rule, loops: &[LoopId], start: Vec<Value>) -> (Vec<Value>, Pattern) {
        let Some((of, inner)) = loops.split_first() else { return (start, Pattern::default()) };
        let mut pattern = Pattern::site(&self.graph.meta, self.graph.loop_of(*of).site, 1, 0, None);
        let roots = self.instance_roots(rule, inner);
        let (values, found) = self.walk(*of, &roots, start, |this, carried| {
            if inner.is_empty() {
                return this.instance(rule, carried);
            }
            let (values, pattern) = this.nested_instances(rule, inner, carried.to_vec());
            let stop = this.stops(rule).then(|| (values[0], values.clone()));
            Step { carried: values, pattern, stop }
        });
        pattern.add(found);
        (values, pattern)
    }

    /// Condition, state, outcome and reason of one element.
    fn one_instance(&mut self, rule: &Rule, pattern: &mut Pattern) -> Candidate {
        let applied = self.flag_or(rule.when, true, pattern);
        if let Some(site) = self.rule_meta(rule).instance {
            pattern.add(Pattern::site(&self.graph.meta, site, 1, 1, Some(applied)));
        }
        let candidate = self.candidate(&rule.outcome, applied, self.outcome_type(rule), pattern);
        if !rule.because.is_empty() {
            self.because(rule, applied, pattern);
        }
        candidate
    }

    fn instance(&mut self, rule: &Rule, carried: &[Value]) -> Step {
        let mut pattern = Pattern::default();
        let candidate = self.one_instance(rule, &mut pattern);
        if self.counts() {
            let (any, one) = (self.b.or(carried[0], candidate.decides), self.b.fit(candidate.decides, Width::Word));
            return Step { carried: vec![any, self.b.binary(Binary::Add, carried[1], one)], pattern, stop: None };
        }
        // A referral that proposes nothing leaves the value as it is.
        let value = candidate.value.clone().unwrap_or_else(|| carried[1..carried.len() - usize::from(candidate.within.is_some())].to_vec());
        let any = self.b.or(carried[0], candidate.decides);
        let mut next = vec![any];
        let keep = self.keeps(rule, carried, &candidate, &value);
        for (old, new) in carried[1..].iter().zip(value.iter().chain(&candidate.within)) {
            next.push(self.carry(keep, candidate.decides, *old, *new));
        }
        // Under `first` it is the last element if it applies.
        let stop = self.stops(rule).then(|| (candidate.decides, next.clone()));
        Step { carried: next, pattern, stop }
    }

    /// Whether the outcome carried so far stays: it is the first, the least, the greatest or the strongest.
    fn keeps(&mut self, rule: &Rule, carried: &[Value], candidate: &Candidate, value: &[Value]) -> Value {
        let found = carried[0];
        let better = match (self.graph.meta.policy, carried.get(1), value.first()) {
            (Some(Policy::CollectMin), Some(old), Some(new)) => self.order(Order::Less, *new, *old),
            (Some(Policy::CollectMax), Some(old), Some(new)) => self.order(Order::Greater, *new, *old),
            (Some(Policy::Priority), Some(old), Some(new)) if rule.outcome.tag == 0 => {
                let (old, new) = (self.rank_of(*old), self.rank_of(*new));
                self.order(Order::Less, new, old)
            }
            _ => return found,
        };
        let better = self.b.and(candidate.decides, better);
        let worse = self.b.not(better);
        self.b.and(found, worse)
    }

    /// The first outcome that applied, or the sum of all.
    fn carry(&mut self, found: Value, applied: Value, old: Value, new: Value) -> Value {
        if self.graph.meta.policy == Some(Policy::CollectSum) {
            let zero = self.b.constant(0, self.b.width(old));
            let new = self.b.select(applied, new, zero);
            return self.b.binary(Binary::Add, old, new);
        }
        self.b.select(found, old, new)
    }

    /// Whether an instance applied, and the list of the outcomes of those that did. Of loops within loops each makes a list of its own first.
    fn collected_instances(&mut self, rule: &'g Rule, loops: &[LoopId]) -> (Value, Value, Pattern) {
        let Some((of, inner)) = loops.split_first() else { return (self.b.flag(false), self.b.word(0), Pattern::default()) };
        let mut pattern = Pattern::site(&self.graph.meta, self.graph.loop_of(*of).site, 1, 0, None);
        let listed = self.listed(*of);
        let room = self.length_of(listed.handle);
        let shape = if inner.is_empty() { self.element_of(self.outcome_type(rule)) } else { Shape::Text };
        let offset = self.b.make(Inst::Reserve { count: room, size: shape.stride() }, Width::Word);
        let address = self.b.make(Inst::ScratchAddress(offset), Width::Word);
        let start = vec![self.b.flag(false), address, self.b.word(0)];
        let roots = self.instance_roots(rule, inner);
        let (values, found) = self.walk_over(*of, listed, &roots, start, |this, carried| {
            let mut pattern = Pattern::default();
            let (applied, kept, value) = if inner.is_empty() {
                let candidate = this.one_instance(rule, &mut pattern);
                (candidate.decides, candidate.decides, candidate.value.unwrap_or_default())
            } else {
                let (any, list, found) = this.collected_instances(rule, inner);
                pattern.add(found);
                (any, this.b.flag(true), vec![list])
            };
            let any = this.b.or(carried[0], applied);
            this.store_leaves(Base::At(carried[1]), 0, &shape, &value, Keep::Always);
            let next = this.step_if(kept, carried[1], shape.stride());
            let count = this.step_if(kept, carried[2], 1);
            Step { carried: vec![any, next, count], pattern, stop: None }
        });
        pattern.add(found);
        let mut list = self.scratch_handle(offset, values[2]);
        if !inner.is_empty() {
            let stride = self.element_of(self.outcome_type(rule)).stride();
            let arguments = vec![list, self.b.word(i64::from(stride))];
            list = self.b.make(Inst::Call { helper: Helper::Flatten, arguments }, Width::Word);
        }
        (values[0], list, pattern)
    }

    pub fn step_if(&mut self, flag: Value, from: Value, by: u32) -> Value {
        let (by, zero) = (self.b.word(i64::from(by)), self.b.word(0));
        let step = self.b.select(flag, by, zero);
        self.b.binary(Binary::Add, from, step)
    }

    /// The list of all outcomes that decide: each is written behind the ones before, and stays if it decides.
    fn collect_outcomes(&mut self, ruled: &[Ruled]) {
        let Type::List { element, .. } = &self.graph.meta.gives else { return };
        let shape = self.element_of(element);
        let plain = ruled.iter().filter(|done| done.segment.is_none()).count();
        let mut room = self.b.word(plain as i64);
        for segment in ruled.iter().filter_map(|done| done.segment) {
            room = self.b.binary(Binary::Add, room, segment.room);
        }
        let offset = self.b.make(Inst::Reserve { count: room, size: shape.stride() }, Width::Word);
        let begin = self.b.make(Inst::ScratchAddress(offset), Width::Word);
        let mut cursor = begin;
        for done in ruled {
            cursor = match (done.segment, &done.candidate.value) {
                (Some(segment), _) => self.append_segment(segment, done.decides, cursor),
                (None, Some(values)) => {
                    self.store_leaves(Base::At(cursor), 0, &shape, values, Keep::Always);
                    self.step_if(done.decides, cursor, shape.stride())
                }
                (None, None) => cursor,
            };
        }
        let bytes = self.b.binary(Binary::Subtract, cursor, begin);
        let stride = self.b.word(i64::from(shape.stride()));
        let count = self.b.binary(Binary::Divide, bytes, stride);
        let handle = self.scratch_handle(offset, count);
        let (decides, tag) = (self.b.flag(true), self.b.word(0));
        self.write_outcome(&[Candidate { decides, tag, value: Some(vec![handle]), within: None }]);
    }

    fn append_segment(&mut self, segment: Segment, decides: Value, cursor: Value) -> Value {
        let zero = self.b.word(0);
        let bytes = self.b.select(decides, segment.bytes, zero);
        self.b.make(Inst::Call { helper: Helper::Copy, arguments: vec![segment.address, cursor, bytes] }, Width::Word);
        self.b.binary(Binary::Add, cursor, bytes)
    }
}
