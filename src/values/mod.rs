//! The exact values of rules as Rust types: decimals, percentages, money, dates, times and sets.
//!
//! | in the rules | in Rust |
//! |---|---|
//! | `boolean` | `bool` |
//! | `integer` | `u8` … `i128` |
//! | `decimal(2)` | [`Decimal<2>`] |
//! | `percent`, `percent(4)` | [`Percent`], [`Percent<4>`] |
//! | `money EUR` | [`Money`]; or [`Decimal<2>`] with `#[axtrace(unit = "EUR")]`, which costs nothing to check |
//! | `integer kg`, `decimal(1) kg` | `u32`, [`Decimal<1>`] with `#[axtrace(unit = "kg")]` |
//! | `money EUR/kg` | [`Decimal<2>`] with `#[axtrace(unit = "EUR/kg")]` |
//! | `text`, `timezone` | `String`, `&str`, `Box<str>`, `Arc<str>`, `Cow<str>` |
//! | `date`, `time`, `datetime` | [`Date`], [`Time`], [`Datetime`] |
//! | `duration`, `days`, `period` | [`Duration`], [`Days`], [`Period`] |
//! | `weekday` | [`Weekday`] |
//! | an `enum` | an enum with [`#[derive(Enum)]`](macro@crate::Enum) |
//! | `set of` it | [`Set`] |
//! | a `record` | a struct with [`#[derive(Input)]`](macro@crate::Input) or [`#[derive(Output)]`](macro@crate::Output) |
//! | `list of T` | `Vec<T>`, `&[T]` |
//! | `T?` | `Option<T>` |
//!
//! None of them goes through binary floating point. All read the text that the language writes and write it again:
//!
//! ```
//! use axtrace::values::{Date, Decimal, Duration, Money};
//!
//! let price: Money = "12.5 EUR".parse()?;
//! assert_eq!(price.to_string(), "12.50 EUR");
//! assert_eq!("0.30".parse::<Decimal<2>>()?.units(), 30);
//! assert_eq!("1 h 30 min".parse::<Duration>()?.seconds(), 5400);
//! assert_eq!("2026-11-20".parse::<Date>()?.to_string(), "2026-11-20");
//! # Ok::<(), axtrace::values::ValueError>(())
//! ```

mod decimal;
#[cfg(feature = "jiff")]
mod from_jiff;
mod money;
mod set;
mod spans;
mod time;

use std::fmt;

use axtrace_runtime::literal::{LiteralError, Misfit};
use miette::Diagnostic;

pub use axtrace_runtime::calendar::Weekday;
pub use axtrace_runtime::currency::{Currency, UnknownCurrency};
pub use decimal::{Decimal, Percent};
pub use money::Money;
pub use set::{Set, SetIter};
pub use spans::{Days, Duration, Period};
pub use time::{Date, Datetime, Time};

/// Why something is no value of a type.
///
/// ```
/// use axtrace::values::{Decimal, ValueError};
///
/// let error = "12.505".parse::<Decimal<2>>().unwrap_err();
/// assert_eq!(error, ValueError::Places { places: 2 });
/// assert_eq!(error.code(), "E0712");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum ValueError {
    /// The text has not the form of such a value.
    #[error(transparent)]
    #[diagnostic(code(E0711))]
    Form(#[from] LiteralError),
    /// It has more digits after the point than the type, and nothing is rounded silently.
    #[error("more than {places} {} after the point", if *places == 1 { "digit" } else { "digits" })]
    #[diagnostic(code(E0712))]
    Places {
        /// The digits that the type has.
        places: u32,
    },
    /// It is a number that the type does not hold.
    #[error("the number does not fit the type")]
    #[diagnostic(code(E0710))]
    TooLarge,
}

impl ValueError {
    /// The stable code, such as `E0711`.
    #[must_use]
    pub fn code(&self) -> String {
        Diagnostic::code(self).map(|code| code.to_string()).unwrap_or_default()
    }
}

impl From<Misfit> for ValueError {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::Places { places } => Self::Places { places },
            Misfit::Size => Self::TooLarge,
        }
    }
}

/// A number of units of the last of `places` digits as one with `to` digits.
fn rescale(units: i64, places: u32, to: u32) -> Result<i64, ValueError> {
    let power = |exponent: u32| 10_i64.checked_pow(exponent).ok_or(ValueError::TooLarge);
    if to >= places {
        let factor = if units == 0 { 1 } else { power(to - places)? };
        return units.checked_mul(factor).ok_or(ValueError::TooLarge);
    }
    match power(places - to) {
        Ok(divisor) if units % divisor == 0 => Ok(units / divisor),
        Err(_) if units == 0 => Ok(0),
        _ => Err(ValueError::Places { places: to }),
    }
}

/// Writes a value in quotes, as JSON has it. No value that is written so has a quote or a backslash in it.
fn quoted(out: &mut String, value: impl fmt::Display) {
    use fmt::Write;
    // Writing to a string cannot fail.
    let _ = write!(out, "\"{value}\"");
}
