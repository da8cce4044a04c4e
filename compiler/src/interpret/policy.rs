//! Hit policies: which of the rules that applied decide, and what they decide together.

use axtrace_runtime::meta::{DecisionMeta, Policy, RuleState, Tag};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use super::{FaultKind, OutcomeValue, RuleOutcome, rules, values};

/// The states of all rules, from whether each applies (`None` if it was not reached).
pub(super) fn states(meta: &DecisionMeta, applies: &[Option<bool>]) -> Vec<RuleState> {
    let mut overridden = vec![false; applies.len()];
    for (rule, _) in meta.rules.iter().zip(applies).filter(|(_, applies)| **applies == Some(true)) {
        for other in &rule.overrides {
            if let Some(cell) = overridden.get_mut(other.index()) {
                *cell = true;
            }
        }
    }
    let state = |(applies, overridden): (&Option<bool>, &bool)| match (applies, overridden) {
        (None, _) => RuleState::NotReached,
        (Some(false), _) => RuleState::DidNotApply,
        (Some(true), true) => RuleState::Applied,
        (Some(true), false) => RuleState::Decided,
    };
    let mut states: Vec<RuleState> = applies.iter().zip(&overridden).map(state).collect();
    for (state, _) in states.iter_mut().zip(&meta.rules).filter(|(state, rule)| rule.shadow && **state == RuleState::Decided) {
        *state = RuleState::Applied;
    }
    states
}

/// Under `priority`: takes the decision from rules all of whose outcomes are weaker than another's. What has no rank stays as it is.
pub(super) fn outrank(meta: &DecisionMeta, states: &mut [RuleState], outcomes: &[RuleOutcome]) {
    if meta.policy != Some(Policy::Priority) {
        return;
    }
    let mut best: Vec<Option<usize>> = vec![None; states.len()];
    for one in outcomes.iter().filter(|one| states[one.rule.index()] == RuleState::Decided) {
        let Some(rank) = meta.rank(one.outcome.tag, one.outcome.value.as_ref()) else { continue };
        let of_rule = &mut best[one.rule.index()];
        *of_rule = Some(of_rule.map_or(rank, |known| known.min(rank)));
    }
    let strongest = best.iter().flatten().min().copied();
    let weaker = |rank: Option<usize>| rank.is_some() && rank > strongest;
    for (state, _) in states.iter_mut().zip(&best).filter(|(state, rank)| **state == RuleState::Decided && weaker(**rank)) {
        *state = RuleState::Applied;
    }
}

/// The type of what one rule gives, if it is not all bounds of it that the rules must keep only together, as under `collect sum`.
pub(super) fn element_type(meta: &DecisionMeta) -> Option<&Type> {
    match (meta.policy, &meta.gives) {
        (Some(Policy::Collect), Type::List { element, .. }) => Some(element),
        (Some(Policy::CollectSum | Policy::CollectCount), _) => None,
        (_, gives) => Some(gives),
    }
}

/// The outcome of the rules that decide.
pub(super) fn combine(meta: &DecisionMeta, states: &[RuleState], outcomes: &[RuleOutcome]) -> Result<OutcomeValue, FaultKind> {
    let deciding: Vec<&RuleOutcome> = outcomes.iter().filter(|one| states[one.rule.index()] == RuleState::Decided).collect();
    let decided = |value| OutcomeValue { tag: 0, value: Some(value), within: None };
    match meta.policy {
        Some(Policy::Collect) => collected(&deciding).map(decided),
        Some(Policy::CollectSum) => sum(&deciding).map(decided),
        Some(Policy::CollectCount) => Ok(decided(Value::Scalar(deciding.len() as i128))),
        Some(Policy::CollectMin) => extreme(meta, &deciding, |new, best| new < best).map(decided),
        Some(Policy::CollectMax) => extreme(meta, &deciding, |new, best| new > best).map(decided),
        Some(Policy::Priority) => strongest(meta, &deciding),
        Some(Policy::Unique) => one(&deciding, |_, _| false),
        Some(Policy::First) => one(&deciding, |_, _| true),
        Some(Policy::Any) | None => one(&deciding, |left, right| same(meta, left, right)),
    }
}

/// The first outcome, if all others may stand beside it.
fn one(deciding: &[&RuleOutcome], may_stand: impl Fn(&OutcomeValue, &OutcomeValue) -> bool) -> Result<OutcomeValue, FaultKind> {
    let (first, others) = deciding.split_first().ok_or(FaultKind::NoRule)?;
    match others.iter().find(|other| !may_stand(&first.outcome, &other.outcome)) {
        None => Ok(first.outcome.clone()),
        Some(other) => {
            let (first, second) = rules::ordered(first.rule, other.rule);
            Err(FaultKind::Conflict { first, second })
        }
    }
}

/// Whether two outcomes are the same: equal values, or referrals with equal role, time and proposal.
fn same(meta: &DecisionMeta, left: &OutcomeValue, right: &OutcomeValue) -> bool {
    let role = |outcome: &OutcomeValue| match meta.tags.get(usize::from(outcome.tag)) {
        Some(Tag::Referred { role, .. }) => Some(*role),
        _ => None,
    };
    let equal = match (&left.value, &right.value) {
        (Some(left), Some(right)) => values::equal(left, right),
        (None, None) => true,
        _ => false,
    };
    role(left) == role(right) && left.within == right.within && equal
}

/// The first of the strongest outcomes, which must all be the same.
fn strongest(meta: &DecisionMeta, deciding: &[&RuleOutcome]) -> Result<OutcomeValue, FaultKind> {
    // An `otherwise` decides alone, and needs no rank.
    if let [only] = deciding
        && meta.rules[only.rule.index()].otherwise
    {
        return Ok(only.outcome.clone());
    }
    let rank = |one: &RuleOutcome| meta.rank(one.outcome.tag, one.outcome.value.as_ref());
    let ranks: Result<Vec<usize>, FaultKind> = deciding.iter().map(|one| rank(one).ok_or(FaultKind::NoRank { rule: one.rule })).collect();
    let ranks = ranks?;
    let best = ranks.iter().min().copied();
    let first: Vec<&RuleOutcome> = deciding.iter().zip(&ranks).filter(|(_, rank)| Some(**rank) == best).map(|(one, _)| *one).collect();
    one(&first, |left, right| same(meta, left, right))
}

/// The first outcome that none comes `before`; missing, if there is none and the decision may give that.
fn extreme(meta: &DecisionMeta, deciding: &[&RuleOutcome], before: impl Fn(i128, i128) -> bool) -> Result<Value, FaultKind> {
    let mut best: Option<(i128, &Value)> = None;
    for one in deciding {
        let value = one.outcome.value.as_ref();
        let Some((number, value)) = value.and_then(|value| Some((value.number()?, value))) else {
            return Err(FaultKind::Malformed("a number of each rule"));
        };
        if best.is_none_or(|(least, _)| before(number, least)) {
            best = Some((number, value));
        }
    }
    match best {
        Some((_, value)) => Ok(value.clone()),
        None if meta.gives.is_optional() => Ok(Value::Missing),
        None => Err(FaultKind::NoRule),
    }
}

fn collected(deciding: &[&RuleOutcome]) -> Result<Value, FaultKind> {
    let values: Option<Vec<Value>> = deciding.iter().map(|one| one.outcome.value.clone()).collect();
    values.map(|values| Value::List(values.into())).ok_or(FaultKind::Malformed("a value of each rule"))
}

fn sum(deciding: &[&RuleOutcome]) -> Result<Value, FaultKind> {
    let mut total = 0i128;
    for one in deciding {
        let Some(Value::Scalar(number)) = one.outcome.value else { return Err(FaultKind::Malformed("a number of each rule")) };
        total = total.checked_add(number).ok_or(FaultKind::Overflow)?;
    }
    Ok(Value::Scalar(total))
}
