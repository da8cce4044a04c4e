//! Dates, times of day and instants: `2026-11-20`, `22:00`, `2026-11-20T22:30+01:00`.

use std::fmt::{self, Write};

use super::{Excerpt, LiteralError, written};
use crate::calendar::{MAX_DATE, MIN_DATE, SECONDS_PER_DAY, civil_from_days, days_from_civil, days_in_month};

/// An instant with the offset it was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Datetime {
    /// Seconds since 1970-01-01T00:00Z.
    pub instant: i64,
    /// Seconds east of Greenwich, less than a day either way.
    pub offset: i32,
}

/// A date with a time of day, with or without its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// With an offset, and so an instant.
    At(Datetime),
    /// Without one: what clocks show in some zone, which [`Zone::instants_of`](crate::calendar::Zone::instants_of) resolves.
    Shown {
        /// The date, in days since 1970-01-01.
        date: i32,
        /// Seconds since midnight, 0 to 86,399.
        second: i32,
    },
}

/// The names of the months.
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Writes a date, such as `2026-11-20`. Years before 0 have a sign, years beyond 9999 as many digits as they need.
///
/// # Errors
/// Only those of the writer.
pub fn write_date(out: &mut impl Write, date: i32) -> fmt::Result {
    let civil = civil_from_days(date);
    let sign = if civil.year < 0 { "-" } else { "" };
    write!(out, "{sign}{:04}-{:02}-{:02}", civil.year.unsigned_abs(), civil.month, civil.day)
}

/// Like [`write_date`], into a string.
pub fn format_date(date: i32) -> String {
    written(|out| write_date(out, date))
}

/// Writes a time of day, such as `22:00`, with seconds only where there are some: `22:00:15`.
///
/// Seconds outside of a day are brought into it, as on a clock.
///
/// # Errors
/// Only those of the writer.
pub fn write_time(out: &mut impl Write, second_of_day: i32) -> fmt::Result {
    let second = second_of_day.rem_euclid(SECONDS_PER_DAY as i32);
    write_clock(out, second)
}

/// Like [`write_time`], into a string.
pub fn format_time(second_of_day: i32) -> String {
    written(|out| write_time(out, second_of_day))
}

/// Writes an instant as clocks at its offset show it, such as `2026-11-20T22:30+01:00`; UTC is `+00:00`.
///
/// Seconds stand only where there are some, in the time and in the offset (offsets before standard time have them: `+00:53:28`). An
/// instant outside of the years -9999 to 9999 gets the calendar's first or last date.
///
/// # Errors
/// Only those of the writer.
pub fn write_datetime(out: &mut impl Write, datetime: Datetime) -> fmt::Result {
    let shown = datetime.instant.saturating_add(i64::from(datetime.offset));
    let date = shown.div_euclid(SECONDS_PER_DAY).clamp(i64::from(MIN_DATE), i64::from(MAX_DATE));
    write_date(out, date as i32)?;
    out.write_char('T')?;
    write_clock(out, shown.rem_euclid(SECONDS_PER_DAY) as i32)?;
    out.write_char(if datetime.offset < 0 { '-' } else { '+' })?;
    write_clock(out, datetime.offset.saturating_abs())
}

/// Like [`write_datetime`], into a string.
pub fn format_datetime(datetime: Datetime) -> String {
    written(|out| write_datetime(out, datetime))
}

/// Writes seconds, not negative, as hours and minutes, and seconds where there are some.
fn write_clock(out: &mut impl Write, seconds: i32) -> fmt::Result {
    write!(out, "{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)?;
    if seconds % 60 == 0 { Ok(()) } else { write!(out, ":{:02}", seconds % 60) }
}

/// Reads a date such as `2026-11-20`, in days since 1970-01-01.
///
/// # Errors
/// When the text is not four digits of a year, two of a month and two of a day, or there is no such day.
#[inline]
pub fn parse_date(text: impl AsRef<[u8]>) -> Result<i32, LiteralError> {
    let text = text.as_ref();
    read_date(text).map_err(|problem| problem.into_error(text))
}

/// Reads a time of day such as `22:00`, `22:00:15` or `22:00:15.000`, in seconds since midnight.
///
/// # Errors
/// When the text is no time, or has a fraction of a second that is not zero.
#[inline]
pub fn parse_time(text: impl AsRef<[u8]>) -> Result<i32, LiteralError> {
    let text = text.as_ref();
    match read_time(text) {
        Ok((second, [])) => Ok(second),
        Ok(_) => Err(Problem::Time.into_error(text)),
        Err(problem) => Err(problem.into_error(text)),
    }
}

/// Reads a date with time and offset such as `2026-11-20T22:30+01:00` (RFC 3339, the seconds may be left out).
///
/// # Errors
/// When a part is wrong, the offset is missing, or there is a fraction of a second that is not zero.
#[inline]
pub fn parse_datetime(text: impl AsRef<[u8]>) -> Result<Datetime, LiteralError> {
    let text = text.as_ref();
    match parse_moment(text)? {
        Moment::At(datetime) => Ok(datetime),
        Moment::Shown { .. } => Err(LiteralError::NoOffset { text: Excerpt::of(text) }),
    }
}

/// Reads a date with time, with an offset or without, as a `datetime in zone "…"` may be written.
///
/// # Errors
/// When a part is wrong, or there is a fraction of a second that is not zero.
#[inline]
pub fn parse_moment(text: impl AsRef<[u8]>) -> Result<Moment, LiteralError> {
    let text = text.as_ref();
    read_moment(text).map_err(|problem| problem.into_error(text))
}

/// What is wrong, while the text it is said of is still at hand.
enum Problem<'t> {
    Date,
    Year,
    Month(u8),
    Day(i32, u8),
    Time,
    Hour(u8),
    Minute(u8),
    Second(u8),
    Fraction,
    Datetime,
    Offset(&'t [u8]),
}

impl Problem<'_> {
    #[cold]
    fn into_error(self, text: &[u8]) -> LiteralError {
        let text = Excerpt::of(text);
        match self {
            Self::Date => LiteralError::NotDate { text },
            Self::Year => LiteralError::YearDigits { text },
            Self::Month(month) => LiteralError::NoMonth { text, month },
            Self::Day(year, month) => {
                LiteralError::NoDay { text, month: MONTHS[usize::from(month - 1)], year, days: days_in_month(year, month) }
            }
            Self::Time => LiteralError::NotTime { text },
            Self::Hour(hour) => LiteralError::NoHour { text, hour },
            Self::Minute(minute) => LiteralError::NoMinute { text, minute },
            Self::Second(second) => LiteralError::NoSecond { text, second },
            Self::Fraction => LiteralError::FractionOfSecond { text },
            Self::Datetime => LiteralError::NotDatetime { text },
            Self::Offset(offset) => LiteralError::BadOffset { offset: Excerpt::of(offset), text },
        }
    }
}

#[inline]
fn read_date(text: &[u8]) -> Result<i32, Problem<'_>> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return Err(misshapen_date(text)) };
    let century = two_digits(y1, y2).ok_or(Problem::Date)?;
    let year = i32::from(century) * 100 + i32::from(two_digits(y3, y4).ok_or(Problem::Date)?);
    let month = two_digits(m1, m2).ok_or(Problem::Date)?;
    let day = two_digits(d1, d2).ok_or(Problem::Date)?;
    if !(1..=12).contains(&month) {
        return Err(Problem::Month(month));
    }
    days_from_civil(year, month, day).ok_or(Problem::Day(year, month))
}

/// A date that only has too few or too many digits in its year, or a sign, is told so.
#[cold]
fn misshapen_date(text: &[u8]) -> Problem<'_> {
    let Some((year, [b'-', m1, m2, b'-', d1, d2])) = text.len().checked_sub(6).map(|at| text.split_at(at)) else { return Problem::Date };
    let digits = match year {
        [b'-' | b'+', digits @ ..] => digits,
        digits => digits,
    };
    let numbers = !digits.is_empty() && digits.iter().chain([m1, m2, d1, d2]).all(u8::is_ascii_digit);
    if numbers { Problem::Year } else { Problem::Date }
}

/// Reads hours and minutes, and seconds and a fraction of zeros if they are there; answers with the second of the day and the rest.
#[inline]
fn read_time(text: &[u8]) -> Result<(i32, &[u8]), Problem<'_>> {
    let &[h1, h2, b':', m1, m2, ref rest @ ..] = text else { return Err(Problem::Time) };
    let hour = two_digits(h1, h2).ok_or(Problem::Time)?;
    let minute = two_digits(m1, m2).ok_or(Problem::Time)?;
    let (second, rest) = read_seconds(rest)?;
    match (hour, minute, second) {
        (24.., _, _) => Err(Problem::Hour(hour)),
        (_, 60.., _) => Err(Problem::Minute(minute)),
        (_, _, 60..) => Err(Problem::Second(second)),
        _ => Ok((i32::from(hour) * 3_600 + i32::from(minute) * 60 + i32::from(second), rest)),
    }
}

#[inline]
fn read_seconds(text: &[u8]) -> Result<(u8, &[u8]), Problem<'_>> {
    let Some(text) = text.strip_prefix(b":") else { return Ok((0, text)) };
    let &[s1, s2, ref rest @ ..] = text else { return Err(Problem::Time) };
    let second = two_digits(s1, s2).ok_or(Problem::Time)?;
    let Some(fraction) = rest.strip_prefix(b".") else { return Ok((second, rest)) };
    let (digits, rest) = fraction.split_at(fraction.iter().take_while(|byte| byte.is_ascii_digit()).count());
    match digits {
        [] => Err(Problem::Time),
        digits if digits.iter().any(|digit| *digit != b'0') => Err(Problem::Fraction),
        _ => Ok((second, rest)),
    }
}

#[inline]
fn read_moment(text: &[u8]) -> Result<Moment, Problem<'_>> {
    let place = text.iter().position(|byte| *byte == b'T').ok_or(Problem::Datetime)?;
    let date = read_date(&text[..place]).map_err(of_datetime)?;
    let (second, offset) = read_time(&text[place + 1..]).map_err(of_datetime)?;
    if offset.is_empty() {
        return Ok(Moment::Shown { date, second });
    }
    let offset = read_offset(offset).ok_or(Problem::Offset(offset))?;
    let shown = i64::from(date) * SECONDS_PER_DAY + i64::from(second);
    Ok(Moment::At(Datetime { instant: shown - i64::from(offset), offset }))
}

/// Where a part has the wrong shape, the shape of the whole is what helps.
fn of_datetime(problem: Problem<'_>) -> Problem<'_> {
    match problem {
        Problem::Date | Problem::Time => Problem::Datetime,
        other => other,
    }
}

/// Reads all of an offset: `Z`, or a sign with hours and minutes, and seconds if they are there.
#[inline]
fn read_offset(text: &[u8]) -> Option<i32> {
    let (sign, clock) = match text {
        b"Z" => return Some(0),
        [b'+', clock @ ..] => (1, clock),
        [b'-', clock @ ..] => (-1, clock),
        _ => return None,
    };
    let shaped = matches!(clock.len(), 5 | 8);
    read_time(clock).ok().filter(|(_, rest)| shaped && rest.is_empty()).map(|(seconds, _)| sign * seconds)
}

#[inline]
fn two_digits(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date_problem(text: &str) -> String {
        parse_date(text).expect_err("the test names no date").to_string()
    }

    fn time_problem(text: &str) -> String {
        parse_time(text).expect_err("the test names no time").to_string()
    }

    fn problem(text: &str) -> String {
        parse_datetime(text).expect_err("the test names no instant").to_string()
    }

    #[test]
    fn dates_read_back() {
        for date in (-719_528..=MAX_DATE).step_by(13) {
            assert_eq!(parse_date(format_date(date)), Ok(date));
        }
        assert_eq!(parse_date("0000-01-01"), Ok(-719_528));
        assert_eq!(parse_date("9999-12-31"), Ok(MAX_DATE));
        assert_eq!(format_date(MIN_DATE), "-9999-01-01");
        assert_eq!(format_date(i32::MAX), "5881580-07-11");
    }

    #[test]
    fn a_wrong_date_says_which_part_is_wrong() {
        assert_eq!(date_problem("2026-02-30"), "`2026-02-30` is no date: February 2026 has 28 days");
        assert_eq!(date_problem("2024-02-30"), "`2024-02-30` is no date: February 2024 has 29 days");
        assert_eq!(date_problem("2026-04-00"), "`2026-04-00` is no date: April 2026 has 30 days");
        assert_eq!(date_problem("2026-13-01"), "`2026-13-01` is no date: there is no month 13");
        assert_eq!(date_problem("2026-00-01"), "`2026-00-01` is no date: there is no month 00");
        for text in ["-0044-03-15", "12026-01-01", "+2026-01-01", "26-01-01"] {
            assert_eq!(date_problem(text), format!("`{text}` is no date: a year has four digits, from 0000 to 9999"));
        }
        for text in
            ["", "2026-3-1", "2026-03", "20260301", "2026/03/01", "2026-03-01 ", "01.03.2026", "2026-03-01T00:00Z", "２０２６-03-01"]
        {
            assert!(date_problem(text).contains("is no date: write year, month and day, such as `2026-11-20`"), "{text}");
        }
    }

    #[test]
    fn times_read_back() {
        for second in 0..86_400 {
            assert_eq!(parse_time(format_time(second)), Ok(second));
        }
        assert_eq!((format_time(79_200), format_time(79_215)), ("22:00".to_owned(), "22:00:15".to_owned()));
        assert_eq!(parse_time("22:00:00.000"), Ok(79_200));
        assert_eq!((format_time(-1), format_time(i32::MIN)), ("23:59:59".to_owned(), "20:45:52".to_owned()));
    }

    #[test]
    fn a_wrong_time_says_which_part_is_wrong() {
        assert_eq!(time_problem("24:00"), "`24:00` is no time: there is no hour 24, the last is 23");
        assert_eq!(time_problem("22:60"), "`22:60` is no time: there is no minute 60, the last is 59");
        assert_eq!(time_problem("23:59:60"), "`23:59:60` is no time: there is no second 60, the last is 59, leap seconds are not counted");
        assert_eq!(time_problem("22:00:15.5"), "`22:00:15.5` has a fraction of a second: times are in whole seconds");
        for text in ["", "22", "2:00", "22:0", "22.00", "22:00:", "22:00:1", "22:00:15.", "22:00 ", "10:00 pm", "22:00Z", "-1:00"] {
            assert!(time_problem(text).contains("is no time: write hours and minutes, such as `22:00`"), "{text}");
        }
    }

    #[test]
    fn instants_keep_their_offset() {
        let forms = [
            ("2026-11-20T22:30+01:00", 1_795_210_200, 3_600),
            ("2026-11-20T21:30:15+00:00", 1_795_210_215, 0),
            ("1969-12-31T23:59:59+00:00", -1, 0),
            ("1850-01-01T00:00+00:53:28", -3_786_828_808, 3_208),
            ("2026-11-20T18:00-03:30", 1_795_210_200, -12_600),
            ("0000-01-01T00:00+23:59", -62_167_305_540, 86_340),
        ];
        for (text, instant, offset) in forms {
            let datetime = Datetime { instant, offset };
            assert_eq!(parse_datetime(text), Ok(datetime), "{text}");
            assert_eq!(format_datetime(datetime), text);
        }
        assert_eq!(parse_datetime("2026-11-20T21:30:00.000Z"), parse_datetime("2026-11-20T21:30-00:00"));
        assert_eq!(parse_moment("2026-11-20T22:30"), Ok(Moment::Shown { date: 20_777, second: 81_000 }));
    }

    #[test]
    fn any_instant_can_be_written() {
        for instant in [i64::MIN, i64::MAX] {
            for offset in [i32::MIN, 0, i32::MAX] {
                assert!(format_datetime(Datetime { instant, offset }).contains('T'));
            }
        }
    }

    #[test]
    fn a_wrong_instant_says_which_part_is_wrong() {
        assert!(problem("2026-11-20T22:30").ends_with("has no offset from UTC: add it, such as `+01:00`, or `Z` for UTC"));
        assert!(problem("2026-02-30T22:30Z").ends_with("is no date: February 2026 has 28 days"));
        assert!(problem("2026-11-20T25:30Z").ends_with("is no time: there is no hour 25, the last is 23"));
        assert!(problem("2026-11-20T22:30:00.1Z").ends_with("has a fraction of a second: times are in whole seconds"));
        assert!(problem("12026-11-20T22:30Z").ends_with("a year has four digits, from 0000 to 9999"));
        assert_eq!(
            problem("2026-11-20T22:30+0100"),
            "`+0100` in `2026-11-20T22:30+0100` is no offset from UTC: write it such as `+01:00`, or `Z` for UTC"
        );
        for offset in ["z", "+1", "+01", "+24:00", "+01:60", "+01:00:00.0", " +01:00", "[Europe/Berlin]", "+01:00[Europe/Berlin]", "CET"] {
            assert!(problem(&format!("2026-11-20T22:30{offset}")).contains("is no offset from UTC"), "{offset}");
        }
        for text in ["", "2026-11-20", "2026-11-20 22:30Z", "2026-11-20t22:30Z", "T", "2026-11-20T", "2026-11-20T9:00Z"] {
            assert!(problem(text).ends_with("is no date with time: write it such as `2026-11-20T22:30+01:00`"), "{text}");
        }
    }
}
