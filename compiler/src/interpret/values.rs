//! What values are to each other, and to the types they go into.

use std::cmp::Ordering;

use axtrace_runtime::types::{Type, Types};
use axtrace_runtime::value::Value;

use super::number;
use crate::graph::Comparison;

/// Whether two values of one type are the same: instants whatever their offsets, ratios whatever their terms, records and lists by their
/// parts.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Datetime { instant, .. }, Value::Datetime { instant: other, .. }) => instant == other,
        (Value::Ratio { num, den }, Value::Ratio { num: n, den: d }) => number::compare_quotients((*num, *den), (*n, *d)).is_eq(),
        (Value::Record(left), Value::Record(right)) | (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| equal(left, right))
        }
        _ => left == right,
    }
}

/// The one value that stands for all that are [`equal`] to it, but for ratios, which are kept nowhere.
pub(super) fn canonical(value: &Value) -> Value {
    match value {
        Value::Datetime { instant, .. } => Value::Datetime { instant: *instant, offset: 0 },
        Value::Record(parts) => Value::Record(parts.iter().map(canonical).collect()),
        Value::List(parts) => Value::List(parts.iter().map(canonical).collect()),
        other => other.clone(),
    }
}

/// As [`equal`]; the numbers in two lists may have different places.
fn equal_typed(left: (&Value, &Type), right: (&Value, &Type)) -> bool {
    match (left, right) {
        ((Value::List(one), Type::List { element: ty, .. }), (Value::List(other), Type::List { element: other_ty, .. })) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| equal_typed((one, ty), (other, other_ty)))
        }
        ((value, Type::Optional(ty)), (other, Type::Optional(other_ty))) => equal_typed((value, ty), (other, other_ty)),
        ((Value::Scalar(_), Type::Scalar(one)), (Value::Scalar(_), Type::Scalar(other))) if one.kind.scale() != other.kind.scale() => {
            order(left, right).is_some_and(Ordering::is_eq)
        }
        _ => equal(left.0, right.0),
    }
}

/// What a comparison says of two values; `None` where the values have no such order.
pub(super) fn compare(comparison: Comparison, left: (&Value, &Type), right: (&Value, &Type)) -> Option<bool> {
    let mixed = matches!((left.0, right.0), (Value::Ratio { .. }, Value::Scalar(_)) | (Value::Scalar(_), Value::Ratio { .. }));
    match comparison {
        Comparison::Equal if !mixed => Some(equal_typed(left, right)),
        Comparison::NotEqual if !mixed => Some(!equal_typed(left, right)),
        _ => order(left, right).map(|order| holds(comparison, order)),
    }
}

/// The order of two numbers, instants, ratios or texts.
pub(super) fn order(left: (&Value, &Type), right: (&Value, &Type)) -> Option<Ordering> {
    if let (Value::Text(left), Value::Text(right)) = (left.0, right.0) {
        return Some(left.cmp(right));
    }
    let scale = |ty: &Type| ty.required().scalar().map_or(0, |scalar| scalar.kind.scale());
    if let (Some(one), Some(other)) = (left.0.number(), right.0.number())
        && scale(left.1) == scale(right.1)
    {
        return Some(one.cmp(&other));
    }
    Some(number::compare_quotients(as_quotient(left)?, as_quotient(right)?))
}

/// A number of some scale as a quotient of whole units.
fn as_quotient((value, ty): (&Value, &Type)) -> Option<(i128, i128)> {
    match value {
        Value::Ratio { num, den } => Some((*num, *den)),
        Value::Scalar(number) => Some((*number, 10i128.checked_pow(ty.required().scalar()?.kind.scale())?)),
        _ => None,
    }
}

fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

/// Whether a value is one of a type, bounds and lengths included.
pub(super) fn conforms(value: &Value, ty: &Type, types: &Types) -> bool {
    match (value, ty) {
        (Value::Missing, Type::Optional(_)) => true,
        (value, Type::Optional(inner)) => conforms(value, inner, types),
        (Value::Boolean(_), Type::Boolean) | (Value::Zone(_), Type::Zone) => true,
        (Value::Scalar(_) | Value::Datetime { .. }, Type::Scalar(scalar)) => {
            value.number().is_some_and(|number| (scalar.lo..=scalar.hi).contains(&number))
        }
        (Value::Ratio { num, den }, Type::Ratio { num: nums, den: dens, .. }) => {
            (nums.0..=nums.1).contains(num) && (dens.0..=dens.1).contains(den)
        }
        (Value::Text(text), Type::Text { max }) => text.chars().count() <= *max as usize,
        (Value::Enum(place), Type::Enum(id)) => usize::from(*place) < types.enum_type(*id).values.len(),
        (Value::Set(bits), Type::Set(id)) => bits.checked_shr(types.enum_type(*id).values.len() as u32).unwrap_or(0) == 0,
        (Value::Record(values), Type::Record(id)) => {
            let fields = &types.record(*id).fields;
            values.len() == fields.len() && values.iter().zip(fields).all(|(value, field)| conforms(value, &field.ty, types))
        }
        (Value::List(values), Type::List { element, min, max }) => {
            (*min as usize..=*max as usize).contains(&values.len()) && values.iter().all(|value| conforms(value, element, types))
        }
        _ => false,
    }
}
