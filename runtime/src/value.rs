//! Values as the interpreter computes them, and as inputs and traces are read back from rows.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A value of some [`Type`](crate::types::Type), which is needed to write or compare it: a value does not carry its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// No value, of an optional type. A value that is there stands as itself.
    Missing,
    /// A boolean.
    Boolean(bool),
    /// The whole number of a scalar that is not a `datetime`.
    Scalar(i128),
    /// An instant.
    Datetime {
        /// Seconds since 1970-01-01T00:00Z.
        instant: i64,
        /// Seconds east of Greenwich, as written.
        offset: i32,
    },
    /// An exact quotient; not reduced, the denominator is positive.
    Ratio {
        /// The numerator.
        num: i128,
        /// The denominator.
        den: i128,
    },
    /// Text.
    Text(Arc<str>),
    /// The place of a name in its enum.
    Enum(u16),
    /// A set of names of an enum: bit `n` is the name at place `n`.
    Set(u64),
    /// The fields of a record in declared order.
    Record(Arc<[Value]>),
    /// The elements of a list.
    List(Arc<[Value]>),
    /// A time zone, by its place in the program's zones.
    Zone(u16),
}

/// How many parts of a value its hash looks at: a program may name one long constant at thousands of places, and hold few that begin with as many
/// parts alike.
const HASHED: usize = 1_000;

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash_parts(&mut HASHED.clone(), state);
    }
}

impl Value {
    fn hash_parts<H: Hasher>(&self, left: &mut usize, state: &mut H) {
        let Some(fewer) = left.checked_sub(1) else { return };
        *left = fewer;
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Missing => {}
            Self::Boolean(truth) => truth.hash(state),
            Self::Scalar(number) => number.hash(state),
            Self::Datetime { instant, offset } => (instant, offset).hash(state),
            Self::Ratio { num, den } => (num, den).hash(state),
            Self::Text(text) => text.hash(state),
            Self::Enum(place) => place.hash(state),
            Self::Set(names) => names.hash(state),
            Self::Zone(zone) => zone.hash(state),
            Self::Record(parts) | Self::List(parts) => {
                parts.len().hash(state);
                parts.iter().take(*left).for_each(|part| part.hash_parts(left, state));
            }
        }
    }

    /// The number of a scalar, or the instant of a datetime.
    #[must_use]
    pub const fn number(&self) -> Option<i128> {
        match self {
            Self::Scalar(number) => Some(*number),
            Self::Datetime { instant, .. } => Some(*instant as i128),
            _ => None,
        }
    }
}
