//! Each hit policy decides by the rules that apply and are not overridden.

use axtrace_runtime::meta::{Policy, RuleId, RuleState};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use super::super::{FaultKind, Options};
use super::build::{Build, integer, number};

use RuleState::{Applied, Decided, DidNotApply, NotReached};

/// `rule a when p > 10 then 1`, `rule b when p > 20 then 2`, `rule c when p > 30 then 1`.
fn three(policy: Policy, gives: Type) -> Build {
    let mut build = Build::new(vec![integer()], gives, Some(policy));
    for (name, limit, value) in [("a", 10, 1), ("b", 20, 2), ("c", 30, 1)] {
        let input = build.input(0);
        let when = build.above(input, limit);
        let value = build.constant(value);
        build.rule(name, Some(when), value);
    }
    build
}

fn outcome(build: Build, input: i128) -> Result<(Value, Vec<RuleState>), FaultKind> {
    let run = build.decide(&[number(input)], Options::default()).map_err(|fault| fault.kind)?;
    Ok((run.outcome.value.expect("a value"), run.states))
}

fn list() -> Type {
    Type::List { element: Box::new(integer()), min: 0, max: 10 }
}

#[test]
fn any_lets_rules_agree_and_nothing_else() {
    assert_eq!(outcome(three(Policy::Any, integer()), 15), Ok((number(1), vec![Decided, DidNotApply, DidNotApply])));
    assert_eq!(outcome(three(Policy::Any, integer()), 25), Err(FaultKind::Conflict { first: RuleId(0), second: RuleId(1) }));
    assert_eq!(outcome(three(Policy::Any, integer()), 5), Err(FaultKind::NoRule));
}

#[test]
fn an_overridden_rule_decides_nothing() {
    let mut build = three(Policy::Any, integer());
    build.graph.meta.rules[2].overrides = vec![RuleId(1)];
    assert_eq!(outcome(build, 35), Ok((number(1), vec![Decided, Applied, Decided])));
}

#[test]
fn unique_and_first_see_the_same_rules_differently() {
    assert_eq!(outcome(three(Policy::Unique, integer()), 25), Err(FaultKind::Conflict { first: RuleId(0), second: RuleId(1) }));
    assert_eq!(outcome(three(Policy::First, integer()), 25), Ok((number(1), vec![Decided, NotReached, NotReached])));
}

#[test]
fn collect_takes_all_outcomes_in_order() {
    let all = Value::List(vec![number(1), number(2), number(1)].into());
    assert_eq!(outcome(three(Policy::Collect, list()), 35), Ok((all, vec![Decided; 3])));
    assert_eq!(outcome(three(Policy::Collect, list()), 5), Ok((Value::List(vec![].into()), vec![DidNotApply; 3])));
    assert_eq!(outcome(three(Policy::CollectSum, integer()), 35), Ok((number(4), vec![Decided; 3])));
    assert_eq!(outcome(three(Policy::CollectSum, integer()), 5), Ok((number(0), vec![DidNotApply; 3])));
}

#[test]
fn a_sum_must_lie_inside_of_what_the_decision_gives() {
    let narrow = three(Policy::CollectSum, Type::integer(0, 3));
    assert_eq!(outcome(narrow, 35), Err(FaultKind::OutOfBounds { value: number(4) }));
}

#[test]
fn otherwise_decides_when_nothing_else_does() {
    let with_otherwise = |policy| {
        let mut build = three(policy, integer());
        let nine = build.constant(9);
        build.rule("otherwise", None, nine);
        build
    };
    let none = vec![DidNotApply, DidNotApply, DidNotApply, Decided];
    assert_eq!(outcome(with_otherwise(Policy::Any), 5), Ok((number(9), none.clone())));
    assert_eq!(outcome(with_otherwise(Policy::First), 5), Ok((number(9), none)));
    let (_, states) = outcome(with_otherwise(Policy::Any), 15).expect("one rule");
    assert_eq!(states, [Decided, DidNotApply, DidNotApply, DidNotApply]);
    let (_, states) = outcome(with_otherwise(Policy::First), 15).expect("one rule");
    assert_eq!(states, [Decided, NotReached, NotReached, NotReached]);
}

#[test]
fn observing_tells_of_all_rules_that_apply() {
    let seen = three(Policy::Any, integer()).observe(&[number(25)]).expect("no value is broken");
    assert_eq!(seen.states, [Decided, Decided, DidNotApply]);
    let outcomes: Vec<_> = seen.outcomes.iter().map(|one| (one.rule, one.outcome.value.clone())).collect();
    assert_eq!(outcomes, [(RuleId(0), Some(number(1))), (RuleId(1), Some(number(2)))]);
    assert!(three(Policy::Any, integer()).observe(&[number(5)]).expect("no value is broken").outcomes.is_empty());
}

#[test]
fn an_input_outside_of_its_type_is_a_fault() {
    let mut build = three(Policy::Any, integer());
    build.graph.meta.params[0].ty = Type::integer(0, 20);
    assert_eq!(outcome(build, 25), Err(FaultKind::OutOfBounds { value: number(25) }));
}
