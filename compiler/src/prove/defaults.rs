//! The simplest values of types: where the search for an input begins, and where simplifying one ends.

use axtrace_runtime::calendar::Zone;
use axtrace_runtime::types::{Kind, Scalar, Type, Types};
use axtrace_runtime::value::Value;

use super::seeds::Seeds;

/// 2026-01-01 in days since 1970-01-01.
pub const ROUND_DATE: i128 = 20_454;
/// The most values an input has whose simplest form is built.
const MOST_VALUES: u32 = 100_000;

/// Builds simplest values.
pub struct Defaults<'a> {
    /// The types of the program.
    pub types: &'a Types,
    /// The zone whose offset instants get.
    pub zone: Option<&'a Zone>,
    /// Records that keep what always holds of them.
    pub seeds: &'a Seeds,
}

impl Defaults<'_> {
    /// The simplest value of a type; `None` if it has too many parts.
    pub fn of(&self, ty: &Type) -> Option<Value> {
        self.build(ty, &mut MOST_VALUES.clone())
    }

    /// The simplest value of a type that is there.
    pub fn given(&self, ty: &Type) -> Option<Value> {
        self.of(ty.required())
    }

    fn build(&self, ty: &Type, left: &mut u32) -> Option<Value> {
        *left = left.checked_sub(1)?;
        Some(match ty {
            Type::Boolean => Value::Boolean(false),
            Type::Scalar(scalar) => self.number(*scalar, simplest(*scalar)),
            Type::Ratio { num, den, .. } => Value::Ratio { num: 0i128.clamp(num.0, num.1), den: den.0 },
            Type::Text { .. } => Value::Text("".into()),
            Type::Enum(_) => Value::Enum(0),
            Type::Set(_) => Value::Set(0),
            Type::Record(id) if self.seeds.get(*id).is_some() => self.seeds.get(*id)?.clone(),
            Type::Record(id) => {
                let fields: Option<Vec<_>> = self.types.record(*id).fields.iter().map(|field| self.build(&field.ty, left)).collect();
                Value::Record(fields?.into())
            }
            Type::List { element, min, .. } => {
                let elements: Option<Vec<_>> = (0..*min).map(|_| self.build(element, left)).collect();
                Value::List(elements?.into())
            }
            Type::Optional(_) => Value::Missing,
            Type::Zone => Value::Zone(0),
        })
    }

    /// A number as a value of its type.
    pub fn number(&self, scalar: Scalar, number: i128) -> Value {
        match (scalar.kind.plain(), i64::try_from(number)) {
            (Kind::Datetime, Ok(instant)) => Value::Datetime { instant, offset: self.zone.map_or(0, |zone| zone.offset_at(instant)) },
            _ => Value::Scalar(number),
        }
    }
}

/// The number that a value of a type has unless there is a reason for another.
pub fn simplest(scalar: Scalar) -> i128 {
    let wish = match scalar.kind.plain() {
        Kind::Date => ROUND_DATE,
        Kind::Datetime => ROUND_DATE * 86_400,
        _ => 0,
    };
    if scalar.lo <= scalar.hi { wish.clamp(scalar.lo, scalar.hi) } else { wish }
}
