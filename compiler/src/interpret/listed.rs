//! Functions of lists.

use std::collections::HashSet;
use std::sync::Arc;

use axtrace_runtime::value::Value;

use super::values;
use crate::function::Function;

/// What a function of lists gives; none for any other.
pub fn apply(function: Function, operands: &[Value]) -> Option<Value> {
    match (function, operands) {
        (Function::Numbers, [from, to]) => numbers(from.number()?, to.number()?),
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

/// The most numbers of a range that is written out, as the range pass holds it.
const MOST_NUMBERS: i128 = 1_000_000;

/// None where there are too many.
fn numbers(from: i128, to: i128) -> Option<Value> {
    let count = to.saturating_sub(from).saturating_add(1);
    (count <= MOST_NUMBERS).then(|| Value::List((from..=to).map(Value::Scalar).collect()))
}
