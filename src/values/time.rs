//! Dates, times of day and instants.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use axtrace_runtime::calendar;
use axtrace_runtime::literal;
use axtrace_runtime::memory::MemoryError;
use axtrace_runtime::typed::{Cells, Meant, Refused, Row};

use super::{ValueError, Weekday};
use crate::{Input, Output};

/// A calendar date.
///
/// ```
/// use axtrace::values::{Date, Weekday};
///
/// let day = Date::new(2028, 2, 29).expect("a leap year");
/// assert_eq!(day.to_string(), "2028-02-29");
/// assert_eq!((day.year(), day.month(), day.day()), (2028, 2, 29));
/// assert_eq!(day.weekday(), Weekday::Tuesday);
/// assert_eq!(Date::new(2027, 2, 29), None);
/// assert_eq!("2028-02-29".parse(), Ok(day));
/// assert_eq!(Date::from_days(day.days()), day);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// A time of day, in whole seconds.
///
/// ```
/// use axtrace::values::Time;
///
/// let time = Time::new(22, 30, 0).expect("a time of day");
/// assert_eq!(time.to_string(), "22:30");
/// assert_eq!("22:30:00".parse(), Ok(time));
/// assert_eq!(time.seconds(), 81_000);
/// assert_eq!((time.hour(), time.minute(), time.second()), (22, 30, 0));
/// assert_eq!(Time::new(24, 0, 0), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i32);

/// An instant in whole seconds, with the offset that clocks showed. Equal and ordered by the instant, as in the rules.
///
/// ```
/// use axtrace::values::{Datetime, ValueError};
///
/// let start: Datetime = "2026-11-20T22:30+01:00".parse()?;
/// assert_eq!(start, "2026-11-20T21:30Z".parse()?);
/// assert_eq!((start.instant(), start.offset()), (1_795_210_200, 3600));
/// assert_eq!(Datetime::new(1_795_210_200, 3600), Some(start));
/// assert_eq!(start.to_string(), "2026-11-20T22:30+01:00");
/// # Ok::<(), ValueError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Datetime {
    instant: i64,
    offset: i32,
}

impl Date {
    /// The date of a year, a month from 1 and a day from 1; `None` where there is none.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        calendar::days_from_civil(year, month, day).map(Self)
    }

    /// The date so many days after 1970-01-01.
    #[must_use]
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        calendar::civil_from_days(self.0).year
    }

    /// The month, from 1.
    #[must_use]
    pub fn month(self) -> u8 {
        calendar::civil_from_days(self.0).month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u8 {
        calendar::civil_from_days(self.0).day
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        calendar::weekday_of(self.0)
    }
}

impl Time {
    /// The time of an hour below 24, a minute and a second below 60; `None` for others.
    #[must_use]
    pub fn new(hour: u8, minute: u8, second: u8) -> Option<Self> {
        let whole = hour < 24 && minute < 60 && second < 60;
        whole.then(|| Self(i32::from(hour) * 3600 + i32::from(minute) * 60 + i32::from(second)))
    }

    /// Seconds since midnight.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.0
    }

    /// The hour.
    #[must_use]
    pub const fn hour(self) -> u8 {
        (self.0 / 3600) as u8
    }

    /// The minute.
    #[must_use]
    pub const fn minute(self) -> u8 {
        (self.0 / 60 % 60) as u8
    }

    /// The second.
    #[must_use]
    pub const fn second(self) -> u8 {
        (self.0 % 60) as u8
    }
}

impl Datetime {
    /// The instant so many seconds after 1970-01-01T00:00Z, where clocks are so many seconds ahead; `None` for an offset of a day or more.
    #[must_use]
    pub const fn new(instant: i64, offset: i32) -> Option<Self> {
        if offset.unsigned_abs() < 86_400 { Some(Self { instant, offset }) } else { None }
    }

    /// Seconds since 1970-01-01T00:00Z.
    #[must_use]
    pub const fn instant(self) -> i64 {
        self.instant
    }

    /// Seconds that clocks are ahead of UTC.
    #[must_use]
    pub const fn offset(self) -> i32 {
        self.offset
    }
}

impl PartialEq for Datetime {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for Datetime {}

impl PartialOrd for Datetime {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Datetime {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.instant.cmp(&other.instant)
    }
}

impl Hash for Datetime {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.instant.hash(state);
    }
}

impl FromStr for Date {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Ok(Self(literal::parse_date(text)?))
    }
}

impl FromStr for Time {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Ok(Self(literal::parse_time(text)?))
    }
}

impl FromStr for Datetime {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let literal::Datetime { instant, offset } = literal::parse_datetime(text)?;
        Ok(Self { instant, offset })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        literal::write_date(f, self.0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        literal::write_time(f, self.0)
    }
}

impl fmt::Display for Datetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        literal::write_datetime(f, literal::Datetime { instant: self.instant, offset: self.offset })
    }
}

macro_rules! typed {
    ($name:ident, $read:expr, |$value:ident, $row:ident| $write:expr) => {
        impl Input for $name {
            type Form = Self;

            fn meant() -> Meant {
                Meant::$name
            }

            #[inline]
            fn write(&self, $row: &mut Row<'_>) -> Result<(), Refused> {
                let $value = self;
                $write
            }

            fn json(&self, out: &mut String) {
                super::quoted(out, self);
            }
        }

        impl Output for $name {
            fn meant() -> Meant {
                Meant::$name
            }

            fn read(cells: &mut Cells<'_>) -> Result<Self, MemoryError> {
                let read: fn(&mut Cells<'_>) -> Result<Self, MemoryError> = $read;
                read(cells)
            }
        }
    };
}

fn whole(cells: &mut Cells<'_>) -> Result<i32, MemoryError> {
    i32::try_from(cells.number()?).map_err(|_| MemoryError::Mismatch)
}

typed!(Date, |cells| whole(cells).map(Date), |value, row| row.number(value.0.into()));
typed!(Time, |cells| whole(cells).map(Time), |value, row| row.number(value.0.into()));
typed!(Datetime, |cells| cells.datetime().map(|(instant, offset)| Datetime { instant, offset }), |value, row| {
    row.datetime(value.instant, value.offset)
});

impl crate::Enum for Weekday {
    const RUST: &'static str = "Weekday";
    const NAMES: &'static [&'static str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    fn place(&self) -> usize {
        *self as usize
    }

    fn at(place: usize) -> Option<Self> {
        Self::NAMES.get(place).and_then(|name| Self::named(name.as_bytes()))
    }
}

impl Input for Weekday {
    type Form = Self;

    fn meant() -> Meant {
        Meant::Weekday
    }

    #[inline]
    fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
        row.number(*self as i64)
    }

    fn json(&self, out: &mut String) {
        crate::typed::json_of_name(self, out);
    }
}

impl Output for Weekday {
    fn meant() -> Meant {
        Meant::Weekday
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, MemoryError> {
        let place = usize::try_from(cells.number()?).map_err(|_| MemoryError::NoSuchValue)?;
        crate::Enum::at(place).ok_or(MemoryError::NoSuchValue)
    }
}
