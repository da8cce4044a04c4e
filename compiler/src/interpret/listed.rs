//! Functions of lists.

use std::collections::HashSet;
use std::sync::Arc;

use axtrace_runtime::value::Value;

use super::values;
use crate::function::Function;

/// What a function of lists gives; none for any other.
pub fn apply(function: Function, operands: &[Value]) -> Option<Value> {
    match (function, operands) {
        (Function::Numbers, [from, to]) => Some(numbers(from.number()?, to.number()?)),
        (Function::Item, [Value::List(items), place]) => {
            let place = place.number()?.checked_sub(1).and_then(|place| usize::try_from(place).ok());
            Some(place.and_then(|place| items.get(place).cloned()).unwrap_or(Value::Missing))
        }
        (Function::Distinct, [Value::List(items)]) => {
            let mut known = HashSet::new();
            Some(Value::List(items.iter().filter(|item| known.insert(values::canonical(item))).cloned().collect()))
        }
        (Function::Pairs, [Value::List(items)]) => {
            let pair = |two: &[Value]| Value::Record(Arc::from(two));
            Some(Value::List(items.windows(2).map(pair).collect()))
        }
        (Function::Flatten, [Value::List(lists)]) => {
            let mut all = Vec::new();
            for list in lists.iter() {
                let Value::List(items) = list else { return None };
                all.extend(items.iter().cloned());
            }
            Some(Value::List(all.into()))
        }
        _ => None,
    }
}

/// The most numbers that are written out.
const MOST_NUMBERS: i128 = 1 << 24;

fn numbers(from: i128, to: i128) -> Value {
    let to = to.min(from.saturating_add(MOST_NUMBERS));
    Value::List((from..=to).map(Value::Scalar).collect())
}
