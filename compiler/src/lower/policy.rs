//! Which of the rules that stand decide under `priority`, and what the aggregates of `collect` come to.

use axtrace_runtime::meta::{Policy, Rank, Tag};

use super::Lower;
use super::outcome::Candidate;
use super::rules::Ruled;
use crate::graph::Rule;
use crate::mir::{Binary, Order, Value, Width};

impl Lower<'_, '_> {
    /// Whether two numbers, of any widths, stand in an order.
    pub fn order(&mut self, order: Order, left: Value, right: Value) -> Value {
        let wide = [left, right].into_iter().any(|value| self.b.width(value) == Width::Wide);
        let width = if wide { Width::Wide } else { Width::Word };
        let (left, right) = (self.b.fit(left, width), self.b.fit(right, width));
        self.b.compare(order, left, right)
    }

    /// Takes the decision from rules whose outcome is weaker than another's.
    pub(super) fn outrank(&mut self, rules: &[Rule], ruled: &mut [Ruled]) {
        let none = self.b.word(self.graph.meta.ranks.len() as i64 + 1);
        let mut ranks = Vec::with_capacity(rules.len());
        let mut strongest = none;
        for (rule, done) in rules.iter().zip(ruled.iter()) {
            let rank = self.rank_of_outcome(rule, done);
            let rank = self.b.select(done.decides, rank, none);
            let stronger = self.order(Order::Less, rank, strongest);
            strongest = self.b.select(stronger, rank, strongest);
            ranks.push(rank);
        }
        for (done, rank) in ruled.iter_mut().zip(ranks) {
            let best = self.order(Order::Equal, rank, strongest);
            done.decides = self.b.and(done.decides, best);
            done.candidate.decides = done.decides;
        }
    }

    fn rank_of_outcome(&mut self, rule: &Rule, done: &Ruled) -> Value {
        let referral = matches!(self.graph.meta.tags.get(usize::from(rule.outcome.tag)), Some(Tag::Referred { .. }));
        match done.candidate.value.as_deref() {
            Some([value]) if !referral => self.rank_of(*value),
            _ => {
                let place = self.graph.meta.ranks.iter().position(|rank| *rank == Rank::Refer);
                self.b.word(place.unwrap_or(self.graph.meta.ranks.len()) as i64)
            }
        }
    }

    /// The rank of a name or a boolean; one more than there are for what has none.
    pub(super) fn rank_of(&mut self, value: Value) -> Value {
        let ranks = &self.graph.meta.ranks;
        let value = self.b.fit(value, Width::Word);
        let mut rank = self.b.word(ranks.len() as i64);
        for (place, own) in ranks.iter().enumerate() {
            let Rank::Value(own) = own else { continue };
            let (own, place) = (self.b.word(i64::from(*own)), self.b.word(place as i64));
            let is_it = self.order(Order::Equal, value, own);
            rank = self.b.select(is_it, place, rank);
        }
        rank
    }

    /// How many outcomes decide.
    pub(super) fn count_outcomes(&mut self, ruled: &[Ruled]) {
        let zero = self.b.word(0);
        let mut total = zero;
        for done in ruled {
            let one = match done.count {
                Some(count) => self.b.select(done.decides, count, zero),
                None => self.b.fit(done.decides, Width::Word),
            };
            total = self.b.binary(Binary::Add, total, one);
        }
        self.write_value(vec![total]);
    }

    /// Writes the first outcome that decides and that no other comes before in an order; missing, if there is none and that may be.
    pub(super) fn write_extreme(&mut self, candidates: &[Candidate], order: Order) {
        let mut best: Option<(Value, Vec<Value>)> = None;
        for candidate in candidates {
            let Some(values) = candidate.value.clone() else { continue };
            best = Some(match best {
                None => (candidate.decides, values),
                Some((found, best)) => self.better(order, found, best, candidate.decides, values),
            });
        }
        let Some((found, mut values)) = best else {
            // No rule counts: the outcome is missing.
            let missing = self.zeros(&self.graph.meta.gives);
            return self.write_value(missing);
        };
        if self.graph.meta.gives.is_optional() {
            values.insert(0, found);
        }
        self.write_value(values);
    }

    fn better(&mut self, order: Order, found: Value, best: Vec<Value>, decides: Value, values: Vec<Value>) -> (Value, Vec<Value>) {
        let comes_before = match (values.first(), best.first()) {
            (Some(new), Some(old)) => self.order(order, *new, *old),
            _ => self.b.flag(false),
        };
        let none_yet = self.b.not(found);
        let wanted = self.b.or(none_yet, comes_before);
        let take = self.b.and(decides, wanted);
        let values = values.into_iter().zip(best).map(|(new, old)| self.b.select(take, new, old)).collect();
        (self.b.or(found, decides), values)
    }

    /// Writes an outcome that is decided for certain.
    fn write_value(&mut self, values: Vec<Value>) {
        let (decides, tag) = (self.b.flag(true), self.b.word(0));
        debug_assert!(self.graph.meta.policy.is_some_and(Policy::collects), "one outcome is chosen under other policies");
        self.write_outcome(&[Candidate { decides, tag, value: Some(values), within: None }]);
    }
}
