//! Amounts of money that carry their currency.

use std::fmt;
use std::str::FromStr;

use axtrace_runtime::literal;
use axtrace_runtime::memory::MemoryError;
use axtrace_runtime::typed::{Cells, Meant, Refused, Row};

use super::{Currency, Decimal, ValueError};
use crate::{Input, Output};

/// An exact amount of money in a currency of ISO 4217, with `PLACES` digits after the point: 2 when left out, 0 for `JPY`.
///
/// The currency is compared with that of the rules for each input. Where it is always the same, a [`Decimal`] with `#[axtrace(unit =
/// "EUR")]`
/// is compared once, when the rules are loaded.
///
/// ```
/// use axtrace::values::{Currency, Decimal, Money, ValueError};
///
/// let price: Money = "12.5 EUR".parse()?;
/// assert_eq!(price, Money::new(Decimal::from_units(1250), Currency::EUR));
/// assert_eq!(price.to_string(), "12.50 EUR");
/// # Ok::<(), ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money<const PLACES: u32 = 2> {
    amount: Decimal<PLACES>,
    currency: Currency,
}

impl<const PLACES: u32> Money<PLACES> {
    /// An amount in a currency.
    #[must_use]
    pub const fn new(amount: Decimal<PLACES>, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The amount.
    #[must_use]
    pub const fn amount(self) -> Decimal<PLACES> {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }
}

impl<const PLACES: u32> FromStr for Money<PLACES> {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (number, currency) = literal::parse_money(text)?;
        let units = i64::try_from(number.at_scale(PLACES)?).map_err(|_| ValueError::TooLarge)?;
        Ok(Self::new(Decimal::from_units(units), currency))
    }
}

impl<const PLACES: u32> TryFrom<&str> for Money<PLACES> {
    type Error = ValueError;

    fn try_from(text: &str) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl<const PLACES: u32> fmt::Display for Money<PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        literal::write_money(f, self.amount.units().into(), PLACES, self.currency)
    }
}

impl<const PLACES: u32> Input for Money<PLACES> {
    type Form = Self;

    fn meant() -> Meant {
        Meant::Money { places: PLACES }
    }

    #[inline]
    fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
        row.amount(self.amount.units(), self.currency)
    }

    fn json(&self, out: &mut String) {
        super::quoted(out, self);
    }
}

impl<const PLACES: u32> Output for Money<PLACES> {
    fn meant() -> Meant {
        Meant::Money { places: PLACES }
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, MemoryError> {
        let (units, currency) = cells.amount()?;
        let units = i64::try_from(units).map_err(|_| MemoryError::Mismatch)?;
        Ok(Self::new(Decimal::from_units(units), currency))
    }
}
