//! Chooses among the outcomes of rules and writes the row.

use axtrace_runtime::meta::Tag;
use axtrace_runtime::types::Type;

use super::Lower;
use super::operand::{PLACE, WORD};
use super::pattern::Pattern;
use crate::graph::{NodeId, Outcome};
use crate::mir::{Base, Keep, Storage, Value, Width};

/// What a rule decides, if it does.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Whether it does.
    pub decides: Value,
    /// The tag, a word.
    pub tag: Value,
    /// The leaves of its value.
    pub value: Option<Vec<Value>>,
    /// How long a referral may take.
    pub within: Option<Value>,
}

impl<'g> Lower<'g, '_> {
    /// A decision that is one expression.
    pub fn whole_expression(&mut self, node: NodeId) -> Pattern {
        let mut pattern = Pattern::default();
        let done = self.evaluate(node);
        pattern.add(done.pattern);
        let values = self.leaves(&done.operand);
        let candidate = Candidate { decides: self.b.flag(true), tag: self.b.word(0), value: Some(values), within: None };
        self.write_outcome(&[candidate]);
        pattern
    }

    /// The outcome of a rule, which counts only if the rule applies; its value in the widths of a type.
    pub fn candidate(&mut self, outcome: &Outcome, applied: Value, ty: &Type, pattern: &mut Pattern) -> Candidate {
        let value = outcome.value.map(|node| self.only_if(node, applied, ty, pattern));
        let duration = Type::Scalar(axtrace_runtime::types::Scalar::of(axtrace_runtime::types::Kind::Duration));
        let within = outcome.within.and_then(|node| self.only_if(node, applied, &duration, pattern).first().copied());
        Candidate { decides: applied, tag: self.b.word(i64::from(outcome.tag)), value, within }
    }

    /// Writes the outcome of the first candidate that decides. It is known that one does.
    pub fn write_outcome(&mut self, candidates: &[Candidate]) {
        let Some(chosen) = self.first_of(candidates) else { return };
        let row = &self.graph.meta.outcome;
        let (tag_at, value_at, within_at) = (row.members[0].0, &row.members[1], row.members[2].0);
        if !self.write_packed(&chosen, tag_at, value_at.0) {
            self.b.store(Base::Outcome, tag_at, PLACE, chosen.tag, Keep::Always);
            if let Some(values) = &chosen.value {
                self.store_leaves(Base::Outcome, value_at.0, &value_at.1, values, Keep::Always);
            }
        }
        if let Some(within) = chosen.within {
            self.b.store(Base::Outcome, within_at, WORD, within, Keep::Always);
        }
    }

    /// Tag, value and, if any outcome has one, time of a candidate; zeros for what it has not.
    pub fn candidate_values(&mut self, candidate: Option<Candidate>) -> Vec<Value> {
        let zero = self.b.word(0);
        let (tag, value, within) = candidate.map_or((zero, None, None), |chosen| (chosen.tag, chosen.value, chosen.within));
        let value = value.unwrap_or_else(|| self.zeros(&self.graph.meta.gives));
        let within = self.has_within().then_some(within.unwrap_or(zero));
        [&[tag], value.as_slice()].concat().into_iter().chain(within).collect()
    }

    /// Writes what [`Self::candidate_values`] gives.
    pub fn write_values(&mut self, values: &[Value]) {
        let Some((tag, rest)) = values.split_first() else { return };
        let (value, within) = if self.has_within() { rest.split_at(rest.len() - 1) } else { (rest, &[][..]) };
        let decides = self.b.flag(true);
        let chosen = Candidate { decides, tag: *tag, value: Some(value.to_vec()), within: within.first().copied() };
        self.write_outcome(&[chosen]);
    }

    fn has_within(&self) -> bool {
        self.graph.meta.tags.iter().any(|tag| matches!(tag, Tag::Referred { within: true, .. }))
    }

    /// A tag and a name side by side are one store.
    fn write_packed(&mut self, chosen: &Candidate, tag_at: u32, value_at: u32) -> bool {
        let shape = &self.graph.meta.outcome.members[1].1;
        let (axtrace_runtime::layout::Shape::Place, Some([name])) = (shape, chosen.value.as_deref()) else { return false };
        if value_at != tag_at + 2 {
            return false;
        }
        let bits = self.b.word(16);
        let high = self.b.binary(crate::mir::Binary::ShiftLeft, *name, bits);
        let both = self.b.binary(crate::mir::Binary::Or, high, chosen.tag);
        self.b.store(Base::Outcome, tag_at, Storage { bytes: 4, signed: false }, both, Keep::Always);
        true
    }

    /// The first candidate that decides, by a chain of selects from the last.
    pub fn first_of(&mut self, candidates: &[Candidate]) -> Option<Candidate> {
        let (last, before) = candidates.split_last()?;
        Some(before.iter().rev().fold(last.clone(), |rest, candidate| self.either(candidate, rest)))
    }

    /// The candidate if it decides, else the rest.
    pub fn either(&mut self, candidate: &Candidate, rest: Candidate) -> Candidate {
        let flag = candidate.decides;
        Candidate {
            decides: self.b.or(flag, rest.decides),
            tag: self.b.select(flag, candidate.tag, rest.tag),
            value: self.either_leaves(flag, candidate.value.clone(), rest.value),
            within: self
                .either_leaves(flag, candidate.within.map(|within| vec![within]), rest.within.map(|within| vec![within]))
                .map(|all| all[0]),
        }
    }

    /// Where one of them has none, the other will do.
    fn either_leaves(&mut self, flag: Value, first: Option<Vec<Value>>, rest: Option<Vec<Value>>) -> Option<Vec<Value>> {
        match (first, rest) {
            (Some(first), Some(rest)) => Some(first.into_iter().zip(rest).map(|(a, b)| self.b.select(flag, a, b)).collect()),
            (first, rest) => first.or(rest),
        }
    }

    /// The sum of all outcomes that decide.
    pub fn sum_of(&mut self, candidates: &[Candidate], ty: &Type) -> Candidate {
        let width = self.widths(ty).first().copied().unwrap_or(Width::Word);
        let zero = self.b.constant(0, width);
        let mut sum = zero;
        for candidate in candidates {
            let Some(value) = candidate.value.as_ref().and_then(|values| values.first()) else { continue };
            let value = self.b.fit(*value, width);
            let value = self.b.select(candidate.decides, value, zero);
            sum = self.b.binary(crate::mir::Binary::Add, sum, value);
        }
        Candidate { decides: self.b.flag(true), tag: self.b.word(0), value: Some(vec![sum]), within: None }
    }
}
