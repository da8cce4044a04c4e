//! Values of a type: any, the ends of its range, and the constants that the program compares with.

use axtrace_runtime::types::{RecordId, RecordType, Type, Types};
use axtrace_runtime::value::Value;

use super::random::Random;

/// Constants of a program, near which its decisions turn.
#[derive(Default)]
pub struct Hints {
    pub numbers: Vec<i128>,
    pub texts: Vec<String>,
    /// By record: the places of two fields of which the first is at most the second.
    pub related: Vec<(RecordId, usize, usize)>,
    /// Whether they are so in every value, not in most.
    pub always: bool,
}

const TEXTS: [&str; 17] =
    ["", "a", "ab", "b", "é", "日本", "{x}", "\"q\\", "🦀", "12", "-7.50", "20260301", "01.03.2026", " a b\t", "AB", "İß", "x 12"];

/// A value of a type.
pub fn value(random: &mut Random, ty: &Type, types: &Types, hints: &Hints) -> Value {
    match ty {
        Type::Boolean => Value::Boolean(random.chance(50)),
        Type::Scalar(scalar) if scalar.is_datetime() => {
            Value::Datetime { instant: number(random, scalar.lo, scalar.hi, hints) as i64, offset: random.between(-8, 8) as i32 * 5400 }
        }
        Type::Scalar(scalar) => Value::Scalar(number(random, scalar.lo, scalar.hi, hints)),
        Type::Ratio { .. } => Value::Ratio { num: 1, den: 1 },
        Type::Text { max } => Value::Text(text(random, *max as usize, hints).into()),
        Type::Enum(id) => Value::Enum(random.below(types.enum_type(*id).values.len()) as u16),
        Type::Set(id) => Value::Set(set(random, types.enum_type(*id).values.len())),
        Type::Record(id) => {
            let mut fields: Vec<Value> = types.record(*id).fields.iter().map(|field| value(random, &field.ty, types, hints)).collect();
            for (_, low, high) in hints.related.iter().filter(|it| it.0 == *id) {
                if hints.always || random.chance(95) {
                    put_in_order(&mut fields, types.record(*id), *low, *high);
                }
            }
            Value::Record(fields.into())
        }
        Type::List { element, min, max } => {
            let length = length(random, *min as usize, *max as usize);
            Value::List((0..length).map(|_| value(random, element, types, hints)).collect())
        }
        Type::Optional(_) if random.chance(30) => Value::Missing,
        Type::Optional(inner) => value(random, inner, types, hints),
        Type::Zone => Value::Zone(0),
    }
}

/// Makes one field at most another, if their ranges have room for it.
fn put_in_order(fields: &mut [Value], record: &RecordType, low: usize, high: usize) {
    let (Value::Scalar(least), Value::Scalar(most)) = (&fields[low], &fields[high]) else { return };
    let range = |place: usize| record.fields[place].ty.scalar().map_or((0, 0), |it| (it.lo, it.hi));
    let above = (*most).max(*least).min(range(high).1);
    let below = (*least).min(above).max(range(low).0);
    (fields[low], fields[high]) = (Value::Scalar(below), Value::Scalar(above));
}

/// A number of a range: an end, near zero, near a constant of the program, or any.
fn number(random: &mut Random, lo: i128, hi: i128, hints: &Hints) -> i128 {
    let near = random.between(-1, 1);
    match random.below(9) {
        0 => lo,
        1 => hi,
        2 => near.clamp(lo, hi),
        3..=5 if !hints.numbers.is_empty() => (random.pick(&hints.numbers) + near).clamp(lo, hi),
        6 => random.between(-30, 30).clamp(lo, hi),
        _ => random.between(lo, hi),
    }
}

fn text(random: &mut Random, max: usize, hints: &Hints) -> String {
    let known = random.chance(50) && !hints.texts.is_empty();
    let any = if known { random.pick(&hints.texts).clone() } else { (*random.pick(&TEXTS)).to_string() };
    if random.chance(5) { "z".repeat(max.min(60)) } else { any.chars().take(max).collect() }
}

fn set(random: &mut Random, names: usize) -> u64 {
    let all = if names >= 64 { u64::MAX } else { (1 << names) - 1 };
    match random.below(6) {
        0 => 0,
        1 => all,
        _ => random.next() & all,
    }
}

fn length(random: &mut Random, min: usize, max: usize) -> usize {
    match random.below(6) {
        0 => min,
        1 => max.min(min + 12),
        _ => min + random.below(max.min(min + 5) - min + 1),
    }
}
