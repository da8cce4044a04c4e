//! Each operation does what it says, and says when it cannot.

use axtrace_runtime::trace::Level;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;

use super::super::{FaultKind, Options};
use super::build::{Build, expression, integer, number};
use crate::graph::{Body, Comparison, NodeId, NodeKind, Rounding};

fn two(left: i128, right: i128, make: fn(NodeId, NodeId) -> NodeKind) -> Result<Value, FaultKind> {
    expression(&[left, right], integer(), |build| {
        let (left, right) = (build.input(0), build.input(1));
        build.int(make(left, right))
    })
}

fn ratio() -> Type {
    Type::Ratio { kind: Kind::INTEGER, num: (i128::MIN, i128::MAX), den: (1, i128::MAX) }
}

#[test]
fn sums_and_products_are_exact_or_a_fault() {
    assert_eq!(two(2, 3, NodeKind::Add), Ok(number(5)));
    assert_eq!(two(2, 3, NodeKind::Subtract), Ok(number(-1)));
    assert_eq!(two(-7, 3, NodeKind::Modulo), Ok(number(2)));
    assert_eq!(two(7, 0, NodeKind::Modulo), Err(FaultKind::DivisionByZero));
    assert_eq!(two(1 << 100, 1 << 100, NodeKind::Multiply), Err(FaultKind::Overflow));
    assert_eq!(two(i128::MAX / 2, 3, NodeKind::Add), Err(FaultKind::OutOfBounds { value: number(i128::MAX / 2 + 3) }));
}

#[test]
fn a_quotient_is_rounded_from_its_exact_value() {
    let rounded = |left, right, places| {
        expression(&[left, right], integer(), |build| {
            let (left, right) = (build.input(0), build.input(1));
            let quotient = build.node(NodeKind::Divide { left, right, scale_left: 0, scale_right: 0 }, ratio());
            build.int(NodeKind::Round { value: quotient, rounding: Rounding::HalfEven, places })
        })
    };
    assert_eq!(rounded(1, 3, 4), Ok(number(3_333)));
    assert_eq!(rounded(1, -8, 2), Ok(number(-12)));
    assert_eq!(rounded(1, 0, 2), Err(FaultKind::DivisionByZero));
    assert_eq!(rounded(1 << 100, 3, 20), Err(FaultKind::Overflow));
}

#[test]
fn a_ratio_compares_with_a_decimal_by_value() {
    let third_below = |limit: i128| {
        expression(&[1, 3], Type::Boolean, |build| {
            let (left, right) = (build.input(0), build.input(1));
            let quotient = build.node(NodeKind::Divide { left, right, scale_left: 0, scale_right: 0 }, ratio());
            let kind = Kind::Number { scale: 4, unit: Unit::One };
            let limit = build.node(NodeKind::Constant(number(limit)), Type::Scalar(Scalar::of(kind)));
            build.compare(Comparison::Less, quotient, limit)
        })
    };
    assert_eq!(third_below(3_334), Ok(Value::Boolean(true)));
    assert_eq!(third_below(3_333), Ok(Value::Boolean(false)));
}

#[test]
fn and_or_and_if_stop_when_decided() {
    let guarded = |stop: bool| {
        expression(&[0], Type::Boolean, |build| {
            let (value, zero) = (build.input(0), build.constant(0));
            let known = build.node(NodeKind::Constant(Value::Boolean(stop)), Type::Boolean);
            let broken = build.int(NodeKind::Modulo(zero, value));
            let asks = build.compare(Comparison::Equal, broken, zero);
            let parts = vec![known, asks];
            build.node(if stop { NodeKind::Or(parts) } else { NodeKind::And(parts) }, Type::Boolean)
        })
    };
    assert_eq!(guarded(true), Ok(Value::Boolean(true)));
    assert_eq!(guarded(false), Ok(Value::Boolean(false)));
}

#[test]
fn ranges_are_open_or_closed_as_written() {
    let within = |value: i128, low: bool, high: bool| {
        expression(&[value], Type::Boolean, |build| {
            let (value, one, five) = (build.input(0), build.constant(1), build.constant(5));
            build.node(NodeKind::InRange { value, low: Some((one, low)), high: Some((five, high)) }, Type::Boolean)
        })
    };
    for (value, low, high, expected) in [(1, true, true, true), (1, false, true, false), (5, true, true, true), (5, true, false, false)] {
        assert_eq!(within(value, low, high), Ok(Value::Boolean(expected)));
    }
}

#[test]
fn a_missing_value_is_a_fault_where_it_is_taken_to_be_there() {
    let read = |input: Value, or_else: bool| {
        let mut build = Build::new(vec![Type::Optional(Box::new(integer()))], integer(), None);
        let value = build.input(0);
        let zero = build.constant(0);
        let kind = if or_else { NodeKind::OrElse(value, zero) } else { NodeKind::Unwrap(value) };
        let node = build.int(kind);
        build.graph.body = Body::Expression(node);
        build.decide(&[input], Options::default()).map(|run| run.outcome.value).map_err(|fault| (fault.node, fault.kind))
    };
    assert_eq!(read(number(4), false), Ok(Some(number(4))));
    assert_eq!(read(Value::Missing, false), Err((Some(NodeId(2)), FaultKind::Missing)));
    assert_eq!(read(Value::Missing, true), Ok(Some(number(0))));
}

#[test]
fn dates_end_with_the_year_9999() {
    let (last, kind) = (axtrace_runtime::types::DATE_LIMITS.1, |kind| Type::Scalar(Scalar::between(kind, i128::MIN, i128::MAX)));
    let later = |days: i128| {
        expression(&[], kind(Kind::Date), |build| {
            let date = build.node(NodeKind::Constant(number(last)), kind(Kind::Date));
            let days = build.node(NodeKind::Constant(number(days)), kind(Kind::Days));
            build.node(NodeKind::Add(date, days), kind(Kind::Date))
        })
    };
    assert_eq!(later(0), Ok(number(last)));
    assert_eq!(later(1), Err(FaultKind::Overflow));
}

#[test]
fn nesting_takes_no_stack_of_the_caller_and_ends() {
    let tower = |height: usize| {
        expression(&[1], integer(), |build| {
            let one = build.input(0);
            (0..height).fold(one, |below, _| build.int(NodeKind::Add(below, one)))
        })
    };
    assert_eq!(tower(50_000), Ok(number(50_001)));
    assert_eq!(tower(200_000), Err(FaultKind::TooLong));
}

#[test]
fn steps_end_where_the_options_say() {
    let mut build = Build::new(vec![], integer(), None);
    let one = build.constant(1);
    let node = build.int(NodeKind::Add(one, one));
    build.graph.body = Body::Expression(node);
    let (program, graphs) = build.finish();
    let run = |steps| {
        let options = Options { steps, ..Options::at(Level::Full) };
        super::super::decide(&program, &graphs, graphs[0].id, &[], options).map(|run| run.outcome.value).map_err(|fault| fault.kind)
    };
    assert_eq!(run(3), Ok(Some(number(2))));
    assert_eq!(run(2), Err(FaultKind::TooLong));
}
