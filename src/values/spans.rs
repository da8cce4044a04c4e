//! Spans of time: durations in seconds, calendar days, calendar months.

use std::fmt;
use std::str::FromStr;

use axtrace_runtime::literal;
use axtrace_runtime::memory::MemoryError;
use axtrace_runtime::typed::{Cells, Meant, Refused, Row};

use super::ValueError;
use crate::{Input, Output};

/// A duration in whole seconds, which may be negative.
///
/// ```
/// use axtrace::values::{Duration, ValueError};
///
/// assert_eq!(Duration::from_hours(8), "8 h".parse());
/// assert_eq!("PT1H30M".parse::<Duration>()?.to_string(), "1 h 30 min");
/// assert_eq!(Duration::from_minutes(90)?.seconds(), 5400);
/// let second = std::time::Duration::from_secs(1);
/// assert_eq!(Duration::try_from(second)?, Duration::from_seconds(1));
/// assert_eq!(std::time::Duration::try_from(Duration::from_seconds(1))?, second);
/// # Ok::<(), ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(i64);

/// A number of calendar days, which may be negative.
///
/// ```
/// use axtrace::values::Days;
///
/// assert_eq!(Days::new(14).to_string(), "14 days");
/// assert_eq!(Days::from(-1).count(), -1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Days(i64);

/// A number of calendar months, which may be negative.
///
/// ```
/// use axtrace::values::{Period, ValueError};
///
/// let notice: Period = "P1Y6M".parse()?;
/// assert_eq!(notice, Period::from_months(18));
/// assert_eq!(notice.months(), 18);
/// # Ok::<(), ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Period(i64);

impl Duration {
    /// So many seconds.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// So many minutes.
    ///
    /// # Errors
    /// When they are more than 64 bits of seconds.
    pub fn from_minutes(minutes: i64) -> Result<Self, ValueError> {
        minutes.checked_mul(60).map(Self).ok_or(ValueError::TooLarge)
    }

    /// So many hours.
    ///
    /// # Errors
    /// When they are more than 64 bits of seconds.
    pub fn from_hours(hours: i64) -> Result<Self, ValueError> {
        hours.checked_mul(3600).map(Self).ok_or(ValueError::TooLarge)
    }

    /// How many seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

impl Days {
    /// So many days.
    #[must_use]
    pub const fn new(count: i64) -> Self {
        Self(count)
    }

    /// How many days.
    #[must_use]
    pub const fn count(self) -> i64 {
        self.0
    }
}

impl From<i64> for Days {
    fn from(count: i64) -> Self {
        Self(count)
    }
}

impl Period {
    /// So many months.
    #[must_use]
    pub const fn from_months(months: i64) -> Self {
        Self(months)
    }

    /// How many months.
    #[must_use]
    pub const fn months(self) -> i64 {
        self.0
    }
}

impl TryFrom<std::time::Duration> for Duration {
    type Error = ValueError;

    /// A duration of whole seconds.
    fn try_from(duration: std::time::Duration) -> Result<Self, ValueError> {
        if duration.subsec_nanos() != 0 {
            return Err(ValueError::Places { places: 0 });
        }
        i64::try_from(duration.as_secs()).map(Self).map_err(|_| ValueError::TooLarge)
    }
}

impl TryFrom<Duration> for std::time::Duration {
    type Error = ValueError;

    /// A duration that is not negative.
    fn try_from(duration: Duration) -> Result<Self, ValueError> {
        u64::try_from(duration.0).map(Self::from_secs).map_err(|_| ValueError::TooLarge)
    }
}

impl FromStr for Duration {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Ok(Self(literal::parse_duration(text)?))
    }
}

impl FromStr for Period {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Ok(Self(literal::parse_period(text)?))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        literal::write_duration(f, self.0)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, if self.0.unsigned_abs() == 1 { "day" } else { "days" })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        literal::write_period(f, self.0)
    }
}

macro_rules! typed {
    ($name:ident, |$value:ident, $out:ident| $json:expr) => {
        impl Input for $name {
            type Form = Self;

            fn meant() -> Meant {
                Meant::$name
            }

            #[inline]
            fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
                row.number(self.0)
            }

            fn json(&self, $out: &mut String) {
                let $value = self;
                $json;
            }
        }

        impl Output for $name {
            fn meant() -> Meant {
                Meant::$name
            }

            fn read(cells: &mut Cells<'_>) -> Result<Self, MemoryError> {
                i64::try_from(cells.number()?).map(Self).map_err(|_| MemoryError::Mismatch)
            }
        }
    };
}

typed!(Duration, |value, out| super::quoted(out, literal::format_duration_iso(value.0)));
typed!(Days, |value, out| out.push_str(&value.0.to_string()));
typed!(Period, |value, out| {
    out.push('"');
    // Writing to a string cannot fail.
    let _ = literal::write_period_iso(out, value.0);
    out.push('"');
});
