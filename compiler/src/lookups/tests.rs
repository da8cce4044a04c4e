//! Conditions of cells as tests of the values of their columns.

use axtrace_runtime::table::{Test, has_keys};
use axtrace_runtime::types::Types;
use axtrace_runtime::value::Value;

use crate::graph::Comparison;
use crate::hir::{Binary, Expr, ExprKind, Many, Unary};

/// A condition of a cell as a test of its column's value; `None` if it is more than a comparison with constants.
pub fn test_of(test: &Expr, value: &Expr, types: &Types) -> Option<Test> {
    if has_keys(&value.ty, types) { compared(test, value) } else { None }
}

fn compared(test: &Expr, value: &Expr) -> Option<Test> {
    let tests = |parts: &[Expr]| parts.iter().map(|part| compared(part, value)).collect::<Option<Vec<_>>>();
    match &test.kind {
        ExprKind::Constant(Value::Boolean(truth)) => Some(Test::Boolean(*truth)),
        ExprKind::Unary(Unary::Not, inner) => Some(Test::Not(Box::new(compared(inner, value)?))),
        ExprKind::Unary(Unary::IsGiven, inner) if more_places(inner, value) == Some(0) => Some(Test::Given),
        ExprKind::Many(Many::And, parts) => Some(Test::All(tests(parts)?)),
        ExprKind::Many(Many::Or, parts) => Some(Test::Any(tests(parts)?)),
        ExprKind::Many(Many::OneOf, operands) => {
            let (left, constants) = operands.split_first()?;
            let values = constants.iter().map(|it| it.constant().cloned()).collect::<Option<_>>()?;
            Some(Test::OneOf { values, more: more_places(left, value)? })
        }
        ExprKind::Binary(Binary::Compare(comparison), left, right) => {
            let (more, constant) = (more_places(left, value)?, right.constant()?.clone());
            let equals = |values| Test::OneOf { values, more };
            let between = |low, high| Some(Test::Between { low, high, more });
            match comparison {
                Comparison::Equal => Some(equals(vec![constant])),
                Comparison::NotEqual => Some(Test::Not(Box::new(equals(vec![constant])))),
                Comparison::Less => between(None, Some((constant, false))),
                Comparison::LessOrEqual => between(None, Some((constant, true))),
                Comparison::Greater => between(Some((constant, false)), None),
                Comparison::GreaterOrEqual => between(Some((constant, true)), None),
            }
        }
        ExprKind::InRange { value: left, low, high } => {
            let end = |end: &Option<(Box<Expr>, bool)>| match end {
                Some((end, inside)) => Some(Some((end.constant()?.clone(), *inside))),
                None => Some(None),
            };
            Some(Test::Between { low: end(low)?, high: end(high)?, more: more_places(left, value)? })
        }
        _ => None,
    }
}

/// How many more places an expression has than a value that it is, but for its places and that it is there.
fn more_places(expr: &Expr, value: &Expr) -> Option<u32> {
    match (&expr.kind, &value.kind) {
        (ExprKind::Unary(Unary::Rescale(by), inner), _) => Some(more_places(inner, value)? + by),
        (ExprKind::Unary(Unary::Unwrap, inner), _) => more_places(inner, value),
        (_, ExprKind::Unary(Unary::Unwrap, inner)) => more_places(expr, inner),
        (ExprKind::Variable(one), ExprKind::Variable(other)) => (one == other).then_some(0),
        (ExprKind::Field(one, field), ExprKind::Field(other, of)) => {
            (field == of).then(|| more_places(one, other)).flatten().filter(|more| *more == 0)
        }
        _ => None,
    }
}
