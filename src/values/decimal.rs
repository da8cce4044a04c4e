//! Exact decimals and percentages with a fixed number of places.

use std::fmt;
use std::str::FromStr;

use axtrace_runtime::literal;
use axtrace_runtime::memory::MemoryError;
use axtrace_runtime::typed::{Cells, Meant, Refused, Row};

use super::{ValueError, rescale};
use crate::{Input, Output};

/// An exact decimal with `PLACES` digits after the point: `decimal(2)` of the rules is `Decimal<2>`.
///
/// It is a whole number of units of its last digit, 64 bits of them, so what is computed with it is exact, and copying it costs nothing.
///
/// ```
/// use axtrace::values::{Decimal, ValueError};
///
/// let price: Decimal<2> = "12.50".parse()?;
/// assert_eq!(price, Decimal::from_units(1250));
/// assert_eq!(Decimal::<2>::try_from(7)?.to_string(), "7.00");
/// assert_eq!(i64::try_from(Decimal::<2>::from_units(700))?, 7);
/// assert_eq!(price.checked_add(Decimal::from_units(5)), Some(Decimal::from_units(1255)));
/// // Places are never lost silently.
/// assert_eq!("0.125".parse::<Decimal<2>>(), Err(ValueError::Places { places: 2 }));
/// # Ok::<(), ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal<const PLACES: u32>(i64);

/// An exact percentage with `PLACES` digits after the point, 2 when left out, as `percent` has in the rules.
///
/// ```
/// use axtrace::values::{Percent, ValueError};
///
/// let rate: Percent = "12.5 %".parse()?;
/// assert_eq!(rate, "0.125".parse()?);
/// assert_eq!(rate.units(), 1250);
/// assert_eq!(rate.to_string(), "12.5 %");
/// # Ok::<(), ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Percent<const PLACES: u32 = 2>(i64);

macro_rules! number {
    ($name:ident) => {
        impl<const PLACES: u32> $name<PLACES> {
            /// So many units of the last digit.
            #[must_use]
            pub const fn from_units(units: i64) -> Self {
                Self(units)
            }

            /// How many units of the last digit it is.
            #[must_use]
            pub const fn units(self) -> i64 {
                self.0
            }

            /// The same number with other places.
            ///
            /// # Errors
            /// When digits would be lost, or it does not fit 64 bits.
            pub fn rescaled<const OTHER: u32>(self) -> Result<$name<OTHER>, ValueError> {
                rescale(self.0, PLACES, OTHER).map($name)
            }

            /// The sum; `None` where it does not fit 64 bits.
            #[must_use]
            pub const fn checked_add(self, other: Self) -> Option<Self> {
                match self.0.checked_add(other.0) {
                    Some(units) => Some(Self(units)),
                    None => None,
                }
            }

            /// The difference; `None` where it does not fit 64 bits.
            #[must_use]
            pub const fn checked_sub(self, other: Self) -> Option<Self> {
                match self.0.checked_sub(other.0) {
                    Some(units) => Some(Self(units)),
                    None => None,
                }
            }
        }

        impl<const PLACES: u32> TryFrom<&str> for $name<PLACES> {
            type Error = ValueError;

            fn try_from(text: &str) -> Result<Self, ValueError> {
                text.parse()
            }
        }
    };
}

number!(Decimal);
number!(Percent);

macro_rules! whole {
    ($($int:ty),*) => {$(
        impl<const PLACES: u32> TryFrom<$int> for Decimal<PLACES> {
            type Error = ValueError;

            fn try_from(number: $int) -> Result<Self, ValueError> {
                let number = i64::try_from(number).map_err(|_| ValueError::TooLarge)?;
                rescale(number, 0, PLACES).map(Self)
            }
        }

        impl<const PLACES: u32> TryFrom<Decimal<PLACES>> for $int {
            type Error = ValueError;

            /// The number, where it is whole.
            fn try_from(decimal: Decimal<PLACES>) -> Result<Self, ValueError> {
                let number = rescale(decimal.0, PLACES, 0)?;
                Self::try_from(number).map_err(|_| ValueError::TooLarge)
            }
        }
    )*};
}

whole!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, i128);

impl<const PLACES: u32> FromStr for Decimal<PLACES> {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let units = literal::parse_decimal(text)?.at_scale(PLACES)?;
        i64::try_from(units).map(Self).map_err(|_| ValueError::TooLarge)
    }
}

impl<const PLACES: u32> fmt::Display for Decimal<PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        literal::write_decimal(f, self.0.into(), PLACES)
    }
}

impl<const PLACES: u32> FromStr for Percent<PLACES> {
    type Err = ValueError;

    /// Reads `12.5 %`, and `0.125` as the same.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let number = if text.trim_end().ends_with('%') { literal::parse_percent(text)? } else { literal::parse_decimal(text)? };
        let units = number.at_scale(PLACES.saturating_add(2)).map_err(|misfit| match ValueError::from(misfit) {
            ValueError::Places { .. } => ValueError::Places { places: PLACES },
            other => other,
        })?;
        i64::try_from(units).map(Self).map_err(|_| ValueError::TooLarge)
    }
}

impl<const PLACES: u32> fmt::Display for Percent<PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        literal::write_percent(f, self.0.into(), PLACES.saturating_add(2))
    }
}

/// The units of a number that was bound to a type of 64 bits.
fn units_of(cells: &mut Cells<'_>) -> Result<i64, MemoryError> {
    i64::try_from(cells.number()?).map_err(|_| MemoryError::Mismatch)
}

macro_rules! typed {
    ($name:ident, $json:expr) => {
        impl<const PLACES: u32> Input for $name<PLACES> {
            type Form = Self;

            fn meant() -> Meant {
                Meant::$name { places: PLACES }
            }

            #[inline]
            fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
                row.number(self.0)
            }

            fn json(&self, out: &mut String) {
                let json: fn(&Self, &mut String) = $json;
                json(self, out);
            }
        }

        impl<const PLACES: u32> Output for $name<PLACES> {
            fn meant() -> Meant {
                Meant::$name { places: PLACES }
            }

            fn read(cells: &mut Cells<'_>) -> Result<Self, MemoryError> {
                units_of(cells).map(Self)
            }
        }
    };
}

typed!(Decimal, |decimal, out| out.push_str(&decimal.to_string()));
typed!(Percent, |percent, out| super::quoted(out, percent));
