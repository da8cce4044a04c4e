//! Evaluates the rules of a decision in source order: conditions first, then the outcomes of those that apply, then why the deciding ones do.

use axtrace_runtime::meta::{Policy, RuleId, RuleState, SiteId};
use axtrace_runtime::value::Value;

use super::eval::{Activation, Decided, Demand, Machine};
use super::{Fault, FaultKind, OutcomeValue, RuleOutcome, policy};
use crate::graph::{LoopId, NodeId, Outcome, Rule};

/// What is known of the rules so far.
struct Reached {
    /// Whether each rule applies; `None` if it was not reached.
    applies: Vec<Option<bool>>,
    /// Whether one of them applies.
    any: bool,
    /// The outcomes of instances of `for each` rules.
    instances: Vec<RuleOutcome>,
}

impl Machine<'_> {
    pub(super) fn rules(&mut self, act: &mut Activation<'_>, rules: &[Rule], demand: Demand) -> Result<Decided, Fault> {
        if rules.len() != act.graph.meta.rules.len() {
            return Err(Fault { decision: act.graph.id, node: None, kind: FaultKind::Malformed("one rule for each of the metadata") });
        }
        let mut reached = Reached { applies: Vec::new(), any: false, instances: Vec::new() };
        for rule in rules {
            let applies = self.reach(act, rule, &mut reached)?;
            reached.any |= applies == Some(true) && !act.graph.meta.rules[rule.id.index()].shadow;
            reached.applies.push(applies);
        }
        let mut states = policy::states(&act.graph.meta, &reached.applies);
        let outcomes = self.outcomes(act, rules, &states, reached.instances)?;
        policy::outrank(&act.graph.meta, &mut states, &outcomes);
        self.because(act, rules, &states)?;
        for (rule, state) in act.graph.meta.rules.iter().zip(&states) {
            self.set_bits(act, rule.site, *state as u8);
        }
        let outcome = match policy::combine(&act.graph.meta, &states, &outcomes) {
            Ok(outcome) => Some(outcome),
            Err(_) if demand == Demand::Nothing => None,
            Err(kind) => return Err(Fault { decision: act.graph.id, node: None, kind }),
        };
        if let Some(value) = outcome.as_ref().and_then(|outcome| outcome.value.as_ref()).filter(|_| demand == Demand::Outcome) {
            self.check_outcome(act, value)?;
        }
        Ok(Decided { states, outcomes, outcome })
    }

    fn check_outcome(&self, act: &Activation<'_>, value: &Value) -> Result<(), Fault> {
        if super::values::conforms(value, &act.graph.meta.gives, &self.program.types) {
            return Ok(());
        }
        Err(Fault { decision: act.graph.id, node: None, kind: FaultKind::OutOfBounds { value: value.clone() } })
    }

    /// Whether a rule applies; `None` if it is not reached.
    fn reach(&mut self, act: &mut Activation<'_>, rule: &Rule, reached: &mut Reached) -> Result<Option<bool>, Fault> {
        let meta = &act.graph.meta;
        let before = reached.any;
        if before && meta.policy == Some(Policy::First) {
            return Ok(None);
        }
        if meta.rules[rule.id.index()].otherwise {
            return Ok(Some(!before));
        }
        if !self.group(act, rule.group)? {
            return Ok(Some(false));
        }
        if rule.each.is_empty() {
            return self.condition(act, rule.when).map(Some);
        }
        let before = reached.instances.len();
        self.instances(act, rule, &rule.each, &mut reached.instances)?;
        Ok(Some(reached.instances.len() > before))
    }

    fn condition(&mut self, act: &mut Activation<'_>, when: Option<NodeId>) -> Result<bool, Fault> {
        when.map_or(Ok(true), |when| self.boolean(act, when))
    }

    /// The condition of a group, evaluated before its first rule.
    fn group(&mut self, act: &mut Activation<'_>, group: Option<usize>) -> Result<bool, Fault> {
        let Some(place) = group.filter(|place| *place < act.groups.len()) else { return Ok(true) };
        if let Some(known) = act.groups[place] {
            return Ok(known);
        }
        let holds = self.condition(act, act.graph.groups[place].when)?;
        act.groups[place] = Some(holds);
        Ok(holds)
    }

    /// Goes through the elements of a `for each` rule, one loop within the other; under `first` up to the first that applies. Whether to stop.
    fn instances(
        &mut self,
        act: &mut Activation<'_>,
        rule: &Rule,
        loops: &[LoopId],
        outcomes: &mut Vec<RuleOutcome>,
    ) -> Result<bool, Fault> {
        let Some((of, inner)) = loops.split_first() else { return self.instance(act, rule, outcomes) };
        self.set_bits(act, act.graph.loop_of(*of).site, 1);
        let mut stopped = false;
        self.each(act, *of, |machine, act, _| {
            stopped = machine.instances(act, rule, inner, outcomes)?;
            Ok(stopped)
        })?;
        Ok(stopped)
    }

    /// One instance of a `for each` rule. Whether it is the last that is reached.
    fn instance(&mut self, act: &mut Activation<'_>, rule: &Rule, outcomes: &mut Vec<RuleOutcome>) -> Result<bool, Fault> {
        let meta = &act.graph.meta;
        let applies = self.condition(act, rule.when)?;
        self.set_instance(act, meta.rules[rule.id.index()].instance, applies);
        if applies {
            let outcome = self.outcome(act, &rule.outcome)?;
            outcomes.push(RuleOutcome { rule: rule.id, index: Some(outcomes.len() as u32), outcome });
            self.eval_all(act, &rule.because)?;
        }
        Ok(applies && meta.policy == Some(Policy::First) && !meta.rules[rule.id.index()].shadow)
    }

    fn set_instance(&mut self, act: &Activation<'_>, site: Option<SiteId>, applies: bool) {
        if let Some(site) = site {
            let state = if applies { RuleState::Applied } else { RuleState::DidNotApply };
            self.set_bits(act, site, state as u8);
        }
    }

    /// The outcomes of all rules that applied, in source order; those of instances are known.
    fn outcomes(
        &mut self,
        act: &mut Activation<'_>,
        rules: &[Rule],
        states: &[RuleState],
        instances: Vec<RuleOutcome>,
    ) -> Result<Vec<RuleOutcome>, Fault> {
        let mut instances = instances.into_iter().peekable();
        let mut outcomes = Vec::new();
        for rule in rules.iter().filter(|rule| applied(states[rule.id.index()])) {
            if rule.each.is_empty() {
                let outcome = self.outcome(act, &rule.outcome)?;
                outcomes.push(RuleOutcome { rule: rule.id, index: None, outcome });
            }
            outcomes.extend(std::iter::from_fn(|| instances.next_if(|instance| instance.rule == rule.id)));
        }
        Ok(outcomes)
    }

    fn outcome(&mut self, act: &mut Activation<'_>, outcome: &Outcome) -> Result<OutcomeValue, Fault> {
        let value = match outcome.value {
            Some(node) => {
                let value = self.eval(act, node)?;
                if let Some(ty) = policy::element_type(&act.graph.meta) {
                    self.check_bounds(act, node, &value, ty)?;
                }
                Some(value)
            }
            None => None,
        };
        let within = outcome.within.map(|node| self.number(act, node)).transpose()?;
        Ok(OutcomeValue { tag: outcome.tag, value, within })
    }

    /// The values in the `because` of the rules that decide; those of instances were evaluated with them.
    fn because(&mut self, act: &mut Activation<'_>, rules: &[Rule], states: &[RuleState]) -> Result<(), Fault> {
        for rule in rules.iter().filter(|rule| rule.each.is_empty() && states[rule.id.index()] == RuleState::Decided) {
            self.eval_all(act, &rule.because)?;
        }
        Ok(())
    }
}

pub(super) const fn applied(state: RuleState) -> bool {
    matches!(state, RuleState::Applied | RuleState::Decided)
}

/// The names of two rules in source order.
pub(super) fn ordered(one: RuleId, other: RuleId) -> (RuleId, RuleId) {
    (one.min(other), one.max(other))
}
