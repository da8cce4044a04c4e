//! Whether two lists are equal: a plan made once from their types, which native code has followed through memory.

use crate::layout::{Handle, Shape};
use crate::memory::Memory;
use crate::types::{Type, Types};

/// How two values are compared. Offsets count from the beginning of each value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Plan {
    /// These many bytes are the same.
    Bytes(u32),
    /// Whole numbers, each times its power of ten.
    Numbers {
        /// Bytes, whether the highest bit is a sign, and the power, of the left one.
        left: (u8, bool, i128),
        /// Of the right one.
        right: (u8, bool, i128),
    },
    /// Texts of the same letters.
    Texts,
    /// Both missing, or both there and equal: where the value of each begins.
    Optional(u32, u32, Box<Self>),
    /// Fields, each at its offsets.
    Fields(Vec<(u32, u32, Self)>),
    /// Lists of the same length and equal elements: how far apart those are.
    Lists(u32, u32, Box<Self>),
    /// Never equal.
    Never,
}

impl Plan {
    /// Whether two values in memory are equal. Bytes that are no values are equal to nothing.
    #[must_use]
    pub fn holds(&self, left: &[u8], right: &[u8], memory: &Memory<'_>) -> bool {
        self.try_holds(left, right, memory).unwrap_or(false)
    }

    fn try_holds(&self, left: &[u8], right: &[u8], memory: &Memory<'_>) -> Option<bool> {
        Some(match self {
            Self::Bytes(count) => left.get(..*count as usize)? == right.get(..*count as usize)?,
            Self::Numbers { left: (width, signed, power), right: (other_width, other_signed, other_power) } => {
                let (one, other) = (number(left, *width, *signed)?, number(right, *other_width, *other_signed)?);
                match (one.checked_mul(*power), other.checked_mul(*other_power)) {
                    (Some(one), Some(other)) => one == other,
                    // Where only one leaves 128 bits they differ; both never do, as one of the powers is 1.
                    _ => false,
                }
            }
            Self::Texts => bytes(handle(left)?, 1, memory)? == bytes(handle(right)?, 1, memory)?,
            Self::Optional(at, other_at, inner) => match (left.first()?, right.first()?) {
                (0, 0) => true,
                (1, 1) => inner.try_holds(left.get(*at as usize..)?, right.get(*other_at as usize..)?, memory)?,
                _ => false,
            },
            Self::Fields(fields) => {
                for (at, other_at, plan) in fields {
                    if !plan.try_holds(left.get(*at as usize..)?, right.get(*other_at as usize..)?, memory)? {
                        return Some(false);
                    }
                }
                true
            }
            Self::Lists(stride, other_stride, inner) => inner.lists(handle(left)?, handle(right)?, (*stride, *other_stride), memory)?,
            Self::Never => false,
        })
    }

    fn lists(&self, left: Handle, right: Handle, (stride, other_stride): (u32, u32), memory: &Memory<'_>) -> Option<bool> {
        if left.length() != right.length() {
            return Some(false);
        }
        let (left, right) = (bytes(left, stride, memory)?, bytes(right, other_stride, memory)?);
        let mut pairs = left.chunks_exact(stride.max(1) as usize).zip(right.chunks_exact(other_stride.max(1) as usize));
        pairs.try_fold(true, |all, (left, right)| if all { self.try_holds(left, right, memory) } else { Some(false) })
    }
}

/// How two lists are compared.
#[must_use]
pub fn of_lists(left: &Type, right: &Type, types: &Types) -> Plan {
    plan((left, &Shape::of(left, types)), (right, &Shape::of(right, types)), types)
}

fn plan(left: (&Type, &Shape), right: (&Type, &Shape), types: &Types) -> Plan {
    match (left.1, right.1) {
        (Shape::Int { bytes, signed }, Shape::Int { bytes: other_bytes, signed: other_signed }) => {
            let scale = |ty: &Type| ty.required().scalar().map_or(0, |scalar| scalar.kind.scale());
            let (scale, other_scale) = (scale(left.0), scale(right.0));
            let power = |more: u32| 10i128.checked_pow(more).unwrap_or(i128::MAX);
            let left = (*bytes, *signed, power(other_scale.saturating_sub(scale)));
            let right = (*other_bytes, *other_signed, power(scale.saturating_sub(other_scale)));
            if left == right { Plan::Bytes(u32::from(*bytes)) } else { Plan::Numbers { left, right } }
        }
        // The offset of an instant does not count.
        (Shape::Datetime, Shape::Datetime) => Plan::Bytes(8),
        (Shape::Text, Shape::Text) => Plan::Texts,
        (Shape::Boolean | Shape::Place | Shape::Set, _) if left.1 == right.1 => Plan::Bytes(left.1.size()),
        (Shape::Optional { inner, offset }, Shape::Optional { inner: other, offset: other_offset }) => {
            let inner = plan((left.0.required(), inner), (right.0.required(), other), types);
            Plan::Optional(*offset, *other_offset, Box::new(inner))
        }
        (Shape::Record(fields), Shape::Record(others)) => {
            let (Type::Record(id), Type::Record(other)) = (left.0, right.0) else { return Plan::Never };
            let tys = types.record(*id).fields.iter().zip(&types.record(*other).fields);
            let shapes = fields.members.iter().zip(&others.members);
            let mut plans = Vec::with_capacity(fields.members.len());
            for ((one, other), ((at, left), (other_at, right))) in tys.zip(shapes) {
                plans.push((*at, *other_at, plan((&one.ty, left), (&other.ty, right), types)));
            }
            Plan::Fields(plans)
        }
        (Shape::List(element), Shape::List(other)) => {
            let (Type::List { element: ty, .. }, Type::List { element: other_ty, .. }) = (left.0, right.0) else { return Plan::Never };
            Plan::Lists(element.stride(), other.stride(), Box::new(plan((ty, element), (other_ty, other), types)))
        }
        _ => Plan::Never,
    }
}

fn handle(bytes: &[u8]) -> Option<Handle> {
    Some(Handle(u64::from_le_bytes(*bytes.first_chunk()?)))
}

fn bytes<'m>(handle: Handle, stride: u32, memory: &Memory<'m>) -> Option<&'m [u8]> {
    let length = (handle.length() as usize).checked_mul(stride as usize)?;
    memory.bytes(handle.space(), handle.offset() as usize, length).ok()
}

fn number(bytes: &[u8], width: u8, signed: bool) -> Option<i128> {
    let low = bytes.get(..usize::from(width))?;
    let negative = signed && low.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 16];
    wide.get_mut(..low.len())?.copy_from_slice(low);
    Some(i128::from_le_bytes(wide))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::layout::Space;
    use crate::memory::write_value;
    use crate::read::fixture;
    use crate::types::Kind;
    use crate::types::{RecordId, Scalar, Unit};
    use crate::value::Value;

    fn equal(left: (&Value, &Type), right: (&Value, &Type), types: &Types) -> bool {
        let mut arena = Vec::new();
        let mut stored = |(value, ty): (&Value, &Type)| {
            let shape = Shape::of(ty, types);
            let mut at = vec![0; shape.size() as usize];
            write_value(value, ty, &shape, &mut at, &mut arena, Space::Scratch, types).expect("a value of its type");
            at
        };
        let (one, other) = (stored(left), stored(right));
        let memory = Memory { scratch: &arena, ..Memory::default() };
        of_lists(left.1, right.1, types).holds(&one, &other, &memory)
    }

    fn list(element: Type) -> Type {
        Type::List { element: Box::new(element), min: 0, max: 9 }
    }

    #[test]
    fn lists_are_equal_part_by_part() {
        let text = |text: &str| Value::Text(Arc::from(text));
        let fields = vec![
            fixture::field("name", Type::Text { max: 9 }),
            fixture::field("at", Type::Optional(Box::new(Type::Scalar(Scalar::of(Kind::Datetime))))),
            fixture::field("codes", list(Type::integer(0, 9))),
        ];
        let types = fixture::program(vec![], vec![], vec![fixture::record("One", fields, false)]).types;
        let one = |name: &str, offset: Option<i32>, codes: &[i128]| {
            let at = offset.map_or(Value::Missing, |offset| Value::Datetime { instant: 5, offset });
            Value::Record(Arc::from([text(name), at, Value::List(codes.iter().map(|code| Value::Scalar(*code)).collect())]))
        };
        let ty = list(Type::Record(RecordId(0)));
        let base = Value::List(Arc::from([one("a", Some(0), &[1, 2])]));
        let others = [
            (one("a", Some(3600), &[1, 2]), true),
            (one("b", Some(0), &[1, 2]), false),
            (one("a", None, &[1, 2]), false),
            (one("a", Some(0), &[1]), false),
            (one("a", Some(0), &[2, 1]), false),
        ];
        for (other, same) in others {
            let other = Value::List(Arc::from([other]));
            assert_eq!(equal((&base, &ty), (&other, &ty), &types), same, "{other:?}");
        }
        assert!(!equal((&base, &ty), (&Value::List(Arc::from([])), &ty), &types));
    }

    #[test]
    fn numbers_are_equal_by_value() {
        let types = Types::default();
        let decimal = |scale| list(Type::Scalar(Scalar::of(Kind::Number { scale, unit: Unit::One })));
        let numbers = |number: i128| Value::List(Arc::from([Value::Scalar(number)]));
        assert!(equal((&numbers(5), &decimal(0)), (&numbers(500), &decimal(2)), &types));
        assert!(!equal((&numbers(5), &decimal(0)), (&numbers(5), &decimal(2)), &types));
        let wide = list(Type::integer(i128::MIN, i128::MAX));
        assert!(!equal((&numbers(i128::MAX), &wide), (&numbers(-1), &decimal(2)), &types));
        assert!(equal((&numbers(-7), &wide), (&numbers(-700), &decimal(2)), &types));
    }
}
