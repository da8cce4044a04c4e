//! Values as the interpreter computes them, and as inputs and traces are read back from rows.

use std::sync::Arc;

/// A value of some [`Type`](crate::types::Type), which is needed to write or compare it: a value does not carry its type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

impl Value {
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
