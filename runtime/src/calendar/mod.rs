//! Dates as whole days, and everything that counts them: years and months between dates, clamped arithmetic, weekdays.
//!
//! A date is the number of days since 1970-01-01 in the proleptic Gregorian calendar (the rules of today, extended to all years; year 0
//! exists and is a leap year). The language's dates lie in the years -9999 to 9999, [`MIN_DATE`] to [`MAX_DATE`]. Functions that take a date
//! are total for every `i32`; functions that make one give `None` where it would leave those years. Zones are in [`zone`].
//!
//! Years begin in March in the conversions, so that the leap day is the last of its year, and eras of 400 years repeat exactly. To days
//! it is Howard Hinnant's `days_from_civil` (<https://howardhinnant.github.io/date_algorithms.html>); to parts it is Cassio Neri and
//! Lorenz Schneider, *Euclidean affine functions and their application to calendar algorithms* (Software: Practice and Experience, 2023,
//! <https://doi.org/10.1002/spe.3172>), which needs no division that is not by a constant.

pub mod zone;

pub use zone::{Local, Zone, ZoneError, ZoneRules, date_of, time_of};

use serde::{Deserialize, Serialize};

/// The first date of the language, -9999-01-01, in days since 1970-01-01.
pub const MIN_DATE: i32 = -4_371_587;

/// The last date of the language, 9999-12-31, in days since 1970-01-01.
pub const MAX_DATE: i32 = 2_932_896;

/// The seconds of one day; the calendar has no leap seconds.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// The days of 400 years, after which the calendar repeats, weekdays included.
const DAYS_PER_ERA: i64 = 146_097;

/// The days from 0000-03-01, where the algorithm counts from, to 1970-01-01.
const EPOCH_SHIFT: i64 = 719_468;

/// Eras added before dividing, so that every `i32` is a positive number of days.
const ERAS: i64 = 14_704;

/// A date as its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil {
    /// The year; 0 is the year before 1, and -1 the one before that.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

/// A day of the week, ordered from Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All days of the week, from Monday.
    pub const ALL: [Self; 7] = [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// The name as the language writes it, such as `monday`.
    pub fn name(self) -> &'static str {
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"][self as usize]
    }

    /// The day of a name as the language writes it.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.name().as_bytes() == name)
    }
}

/// The parts of a date; total for every `i32`.
#[inline]
pub fn civil_from_days(days: i32) -> Civil {
    // The names are the paper's. A century and then a year are what four times the days, and three more, divide into.
    let quarter_days = 4 * (i64::from(days) + EPOCH_SHIFT + ERAS * DAYS_PER_ERA).cast_unsigned() + 3;
    let century = quarter_days / 146_097;
    let p2 = 2_939_745 * ((quarter_days % 146_097) | 3);
    let (year_of_century, day_of_year) = (p2 >> 32, (p2 & 0xffff_ffff) / 2_939_745 / 4);
    let n3 = 2_141 * day_of_year + 197_913;
    let (month, day) = (n3 >> 16, (n3 & 0xffff) / 2_141 + 1);
    // The year of the algorithm begins in March: its last 60 days, or 59, are January and February.
    let next_year = day_of_year >= 306;
    let year = (100 * century + year_of_century).cast_signed() - 400 * ERAS + i64::from(next_year);
    Civil { year: year as i32, month: (if next_year { month - 12 } else { month }) as u8, day: day as u8 }
}

/// The date of the given parts; `None` for a day that does not exist, or a year outside of -9999 to 9999.
#[inline]
pub fn days_from_civil(year: i32, month: u8, day: u8) -> Option<i32> {
    let exists = (-9999..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
    exists.then(|| days_unchecked(year, month, day))
}

/// `days_from_civil` where the parts are known to be a date: year -10000 to 10000, month 1 to 12, day 1 to 31.
#[inline]
fn days_unchecked(year: i32, month: u8, day: u8) -> i32 {
    let (year, month, day) = (i64::from(year) - i64::from(month <= 2), i64::from(month), i64::from(day));
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * DAYS_PER_ERA + day_of_era - EPOCH_SHIFT) as i32
}

/// Whether the year has a 29 February.
#[inline]
pub fn is_leap_year(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days in a month, 28 to 31; 0 for a month that is not 1 to 12.
#[inline]
pub fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap_year(year) => 29,
        2 => 28,
        _ => 0,
    }
}

/// The largest n whose anniversary of `from` has come by `to`: the age on the day `to` of who was born on the day `from`.
///
/// The anniversary of 29 February is 1 March in years that have no 29 February. The reading is the same on both sides of `from`: the
/// day before `from` gives -1, for the last anniversary that had come by then is the one a year before `from`. Total for every `i32`.
#[inline]
pub fn years_between(from: i32, to: i32) -> i64 {
    let (from, to) = (civil_from_days(from), civil_from_days(to));
    i64::from(to.year) - i64::from(from.year) - i64::from((to.month, to.day) < (from.month, from.day))
}

/// The largest n for which the day n months after `from` has come by `to`, read like [`years_between`].
///
/// In a month that is too short for the day of `from`, its day comes on the first of the next month, as 29 February's comes on
/// 1 March; so twelve of these months are always one year of [`years_between`]. Total for every `i32`.
#[inline]
pub fn months_between(from: i32, to: i32) -> i64 {
    let (from, to) = (civil_from_days(from), civil_from_days(to));
    month_index(to) - month_index(from) - i64::from(to.day < from.day)
}

/// The days from `from` to `to`, negative when `to` is the earlier one; total for every `i32`.
#[inline]
pub fn days_between(from: i32, to: i32) -> i64 {
    i64::from(to) - i64::from(from)
}

/// The date a number of days later, or earlier for a negative number; `None` when that leaves the years -9999 to 9999.
#[inline]
pub fn add_days(date: i32, days: i64) -> Option<i32> {
    let sum = i64::from(date).checked_add(days)?;
    i32::try_from(sum).ok().filter(|day| (MIN_DATE..=MAX_DATE).contains(day))
}

/// The date a number of months later, or earlier for a negative number; `None` when that leaves the years -9999 to 9999.
///
/// A day the month does not have becomes its last: 31 January and one month is 28 or 29 February.
pub fn add_months(date: i32, months: i64) -> Option<i32> {
    let civil = civil_from_days(date);
    let index = month_index(civil).checked_add(months)?;
    let year = i32::try_from(index.div_euclid(12)).ok()?;
    let month = (index.rem_euclid(12) + 1) as u8;
    days_from_civil(year, month, civil.day.min(days_in_month(year, month)))
}

/// The weekday of a date; total for every `i32`.
#[inline]
pub fn weekday_of(date: i32) -> Weekday {
    // 1970-01-01 was a Thursday, three days after a Monday.
    Weekday::ALL[(i64::from(date) + 3).rem_euclid(7) as usize]
}

/// The instant that a local date and time mean in a zone, total for every argument.
///
/// A time that occurs twice means the earlier instant. One that is skipped is shifted forward by the gap, as clocks do that were not set:
/// the instant is found with the offset from before the change (the disambiguation *compatible* of ECMAScript's Temporal, RFC 5545's rule).
pub fn instant_at(date: i32, second_of_day: i32, zone: &Zone) -> i64 {
    match zone.instants_of(date, second_of_day) {
        Local::Once(instant) | Local::Twice { earlier: instant, .. } => instant,
        Local::Skipped { jump } => {
            let shown = i64::from(date) * SECONDS_PER_DAY + i64::from(second_of_day);
            shown - i64::from(zone.offset_at(jump - 1))
        }
    }
}

/// The months since January of year 0.
#[inline]
fn month_index(civil: Civil) -> i64 {
    i64::from(civil.year) * 12 + i64::from(civil.month) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u8, day: u8) -> i32 {
        days_from_civil(year, month, day).expect("the test names a date")
    }

    #[test]
    fn the_calendar_begins_and_ends_where_it_says() {
        assert_eq!(day(-9999, 1, 1), MIN_DATE);
        assert_eq!(day(9999, 12, 31), MAX_DATE);
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(days_from_civil(10_000, 1, 1), None);
        assert_eq!(days_from_civil(2026, 2, 29), None);
        assert_eq!(days_from_civil(2026, 13, 1), None);
        assert_eq!(days_from_civil(2026, 0, 1), None);
        assert_eq!(days_from_civil(2026, 1, 0), None);
    }

    #[test]
    fn every_date_is_followed_by_the_next_and_reads_back() {
        let mut before = Civil { year: -10_000, month: 12, day: 31 };
        for date in MIN_DATE..=MAX_DATE {
            let civil = civil_from_days(date);
            let next_day = Civil { day: before.day + 1, ..before };
            let next_month = Civil { day: 1, month: before.month + 1, ..before };
            let next_year = Civil { year: before.year + 1, month: 1, day: 1 };
            let expected = if before.day < days_in_month(before.year, before.month) {
                next_day
            } else if before.month < 12 {
                next_month
            } else {
                next_year
            };
            assert_eq!(civil, expected);
            assert_eq!(days_from_civil(civil.year, civil.month, civil.day), Some(date));
            before = civil;
        }
    }

    #[test]
    fn every_number_is_some_day() {
        assert_eq!(civil_from_days(i32::MIN), Civil { year: -5_877_641, month: 6, day: 23 });
        assert_eq!(civil_from_days(i32::MAX), Civil { year: 5_881_580, month: 7, day: 11 });
        for date in [i32::MIN, i32::MIN + 1, i32::MAX - 1, i32::MAX] {
            let civil = civil_from_days(date);
            assert!((1..=12).contains(&civil.month) && (1..=31).contains(&civil.day));
            weekday_of(date);
        }
        assert!(years_between(i32::MIN, i32::MAX) > 11_000_000);
        assert!(months_between(i32::MAX, i32::MIN) < -130_000_000);
        assert_eq!(add_days(i32::MAX, i64::MAX), None);
        assert_eq!(add_months(i32::MIN, i64::MIN), None);
    }

    #[test]
    fn a_leap_day_has_its_birthday_on_1_march() {
        let born = day(2004, 2, 29);
        assert_eq!(years_between(born, day(2022, 2, 28)), 17);
        assert_eq!(years_between(born, day(2022, 3, 1)), 18);
        assert_eq!(years_between(born, day(2024, 2, 28)), 19);
        assert_eq!(years_between(born, day(2024, 2, 29)), 20);
    }

    #[test]
    fn before_the_first_day_the_count_is_negative() {
        let from = day(2000, 2, 29);
        assert_eq!(years_between(from, from), 0);
        assert_eq!(years_between(from, from - 1), -1);
        assert_eq!(years_between(from, day(1999, 3, 1)), -1);
        assert_eq!(years_between(from, day(1999, 2, 28)), -2);
        assert_eq!(months_between(from, day(2000, 1, 29)), -1);
        assert_eq!(months_between(from, day(2000, 1, 28)), -2);
    }

    #[test]
    fn twelve_months_are_a_year() {
        for from in (day(1999, 1, 1)..day(2005, 1, 1)).step_by(3) {
            for to in (day(1996, 1, 1)..day(2008, 1, 1)).step_by(5) {
                assert_eq!(months_between(from, to).div_euclid(12), years_between(from, to));
            }
        }
        assert_eq!(months_between(day(2026, 1, 31), day(2026, 2, 28)), 0);
        assert_eq!(months_between(day(2026, 1, 31), day(2026, 3, 1)), 1);
        assert_eq!(months_between(day(2026, 1, 31), day(2026, 3, 31)), 2);
    }

    #[test]
    fn the_end_of_a_month_clamps() {
        assert_eq!(add_months(day(2026, 1, 31), 1), Some(day(2026, 2, 28)));
        assert_eq!(add_months(day(2024, 1, 31), 1), Some(day(2024, 2, 29)));
        assert_eq!(add_months(day(2024, 2, 29), -48), Some(day(2020, 2, 29)));
        assert_eq!(add_months(day(2024, 2, 29), -12), Some(day(2023, 2, 28)));
        assert_eq!(add_months(day(9999, 12, 1), 1), None);
        assert_eq!(add_days(MAX_DATE, 1), None);
        assert_eq!(add_days(MIN_DATE, -1), None);
    }

    #[test]
    fn weekdays_are_those_of_the_wall_calendar() {
        assert_eq!(weekday_of(day(2026, 11, 20)), Weekday::Friday);
        assert_eq!(weekday_of(day(1969, 12, 31)).name(), "wednesday");
        assert_eq!(weekday_of(day(1600, 1, 1)), Weekday::Saturday);
    }
}
