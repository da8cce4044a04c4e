//! Periods, in whole months: `6 months`, `18 years`, the same as ISO 8601 (`P6M`, `P18Y`).

use std::fmt::{self, Write};

use super::{Excerpt, LiteralError, written};

const YEAR: i64 = 12;

/// Writes a period in years where it is whole years, else in months: `18 years`, `1 year`, `18 months`, `-1 month`. No period is `0 months`.
///
/// # Errors
/// Only those of the writer.
pub fn write_period(out: &mut impl Write, months: impl Into<i128>) -> fmt::Result {
    let months = months.into();
    let whole_years = months != 0 && months % i128::from(YEAR) == 0;
    let (count, unit) = if whole_years { (months / i128::from(YEAR), "year") } else { (months, "month") };
    write!(out, "{count} {unit}{}", if matches!(count, 1 | -1) { "" } else { "s" })
}

/// Like [`write_period`], into a string.
pub fn format_period(months: impl Into<i128>) -> String {
    written(|out| write_period(out, months))
}

/// Writes a period as ISO 8601 has it, in years and months: `P18Y`, `P1Y6M`, `-P6M`. No period is `P0M`.
///
/// # Errors
/// Only those of the writer.
pub fn write_period_iso(out: &mut impl Write, months: impl Into<i128>) -> fmt::Result {
    let months = months.into();
    out.write_str(if months < 0 { "-P" } else { "P" })?;
    let (years, rest) = (months.unsigned_abs() / 12, months.unsigned_abs() % 12);
    if years > 0 {
        write!(out, "{years}Y")?;
    }
    if rest > 0 || years == 0 { write!(out, "{rest}M") } else { Ok(()) }
}

/// Reads a period in months, in words (`6 months`, `1 year 6 months`, `-1 month`) or as ISO 8601 (`P18Y`, `P1Y6M`, `-P6M`).
///
/// Years come before months, each once, in whole numbers. Days, weeks and hours are refused, because months differ in length.
///
/// # Errors
/// When the text is no period, or has 2^63 months or more either way.
pub fn parse_period(text: impl AsRef<[u8]>) -> Result<i64, LiteralError> {
    let text = text.as_ref();
    let (sign, unsigned) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] if rest.starts_with(b"P") => (1, rest),
        rest => (1, rest),
    };
    let mut sum = Sum { text, months: 0, last: i64::MAX };
    match unsigned.strip_prefix(b"P") {
        Some(rest) => sum.read_iso(rest)?,
        None => sum.read_words(unsigned)?,
    }
    Ok(sign * sum.months)
}

/// A period while its parts are read.
struct Sum<'t> {
    text: &'t [u8],
    months: i64,
    /// The unit of the last part, in months; `i64::MAX` before the first.
    last: i64,
}

impl<'t> Sum<'t> {
    fn read_words(&mut self, mut rest: &'t [u8]) -> Result<(), LiteralError> {
        loop {
            let (number, after) = split_while(rest, |byte| matches!(byte, b'.' | b'0'..=b'9'));
            let leading_zero = number.len() > 1 && number[0] == b'0' && number[1] != b'.';
            if number.is_empty() {
                return Err(self.no_period());
            }
            if leading_zero {
                return Err(LiteralError::LeadingZeros { text: self.excerpt() });
            }
            let (_, spaced) = split_while(after, |byte| byte == b' ');
            let (unit, after) = split_while(spaced, |byte| !matches!(byte, b' ' | b'.' | b'0'..=b'9'));
            let unit = self.unit_in_words(unit)?;
            self.add(number, unit)?;
            rest = split_while(after, |byte| byte == b' ').1;
            if rest.is_empty() {
                // A space at the end belongs to nothing.
                return if after.is_empty() { Ok(()) } else { Err(self.no_period()) };
            }
        }
    }

    fn unit_in_words(&self, unit: &[u8]) -> Result<i64, LiteralError> {
        match unit {
            b"year" | b"years" => Ok(YEAR),
            b"month" | b"months" => Ok(1),
            b"day" | b"days" | b"week" | b"weeks" | b"h" | b"min" | b"s" => Err(LiteralError::NotMonths { text: self.excerpt() }),
            [] => Err(self.no_period()),
            _ => Err(LiteralError::PeriodUnit { unit: Excerpt::of(unit), text: self.excerpt() }),
        }
    }

    fn read_iso(&mut self, mut rest: &'t [u8]) -> Result<(), LiteralError> {
        loop {
            let (number, after) = split_while(rest, |byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
            let (unit, after) = after.split_first().ok_or_else(|| self.no_period())?;
            let unit = match unit {
                b'Y' => YEAR,
                b'M' => 1,
                b'W' | b'D' | b'T' => return Err(LiteralError::NotMonths { text: self.excerpt() }),
                _ => return Err(self.no_period()),
            };
            self.add(number, unit)?;
            rest = after;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// Adds a number of units of so many months. Zeros behind the point are nothing; anything else there would be part of a month, or,
    /// of a year, is written in months.
    fn add(&mut self, number: &[u8], unit: i64) -> Result<(), LiteralError> {
        if unit >= self.last {
            return Err(self.no_period());
        }
        self.last = unit;
        let point = number.iter().position(|byte| matches!(byte, b'.' | b','));
        let (digits, places) = number.split_at(point.unwrap_or(number.len()));
        let is_number = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        if !is_number(digits) || point.is_some() && !is_number(&places[1..]) {
            return Err(self.no_period());
        }
        if places.iter().skip(1).any(|digit| *digit != b'0') {
            return Err(LiteralError::NotWholeMonths { text: self.excerpt() });
        }
        let too_long = || LiteralError::LongPeriod { text: self.excerpt() };
        let digit = |sum: i64, digit: &u8| sum.checked_mul(10)?.checked_add(i64::from(digit - b'0'));
        let count = digits.iter().try_fold(0, digit).ok_or_else(too_long)?;
        let more = count.checked_mul(unit).ok_or_else(too_long)?;
        self.months = self.months.checked_add(more).ok_or_else(too_long)?;
        Ok(())
    }

    fn excerpt(&self) -> Excerpt {
        Excerpt::of(self.text)
    }

    fn no_period(&self) -> LiteralError {
        LiteralError::NotPeriod { text: self.excerpt() }
    }
}

fn split_while(text: &[u8], belongs: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| belongs(**byte)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        parse_period(text).expect_err("the test names no period").to_string()
    }

    fn iso(months: i64) -> String {
        written(|out| write_period_iso(out, months))
    }

    #[test]
    fn both_forms_are_written_and_read_back() {
        let forms = [
            (6, "6 months", "P6M"),
            (1, "1 month", "P1M"),
            (12, "1 year", "P1Y"),
            (216, "18 years", "P18Y"),
            (18, "18 months", "P1Y6M"),
            (0, "0 months", "P0M"),
            (-6, "-6 months", "-P6M"),
            (-12, "-1 year", "-P1Y"),
        ];
        for (months, words, iso_form) in forms {
            assert_eq!((format_period(months).as_str(), iso(months).as_str()), (words, iso_form));
            assert_eq!((parse_period(words), parse_period(iso_form)), (Ok(months), Ok(months)));
        }
        for months in (-30_000..30_000).chain([i64::MAX, i64::MIN + 1]) {
            assert_eq!(parse_period(format_period(months)), Ok(months));
            assert_eq!(parse_period(iso(months)), Ok(months));
        }
        assert!(format_period(i64::MIN).starts_with("-9223372036854775808 "));
    }

    #[test]
    fn other_forms_are_read() {
        let forms = [("1 year 6 months", 18), ("1year6months", 18), ("2.0 years", 24), ("P018M", 18), ("+P1Y", 12), ("P0Y0M", 0)];
        for (text, months) in forms {
            assert_eq!(parse_period(text), Ok(months), "{text}");
        }
    }

    #[test]
    fn what_is_no_period_is_refused_in_words() {
        assert_eq!(problem("2 moons"), "`moons` in `2 moons` is no unit of a period: write `years` or `months`");
        assert_eq!(problem("1.5 years"), "`1.5 years` is no whole number of months");
        assert_eq!(problem("05 years"), "`05 years` has leading zeros: leave them out");
        assert!(problem("P1Y3D").starts_with("`P1Y3D` counts days or hours"));
        assert!(problem("PT1H").starts_with("`PT1H` counts days or hours"));
        assert!(problem("3 days").starts_with("`3 days` counts days or hours"));
        assert!(problem("99999999999999999999 years").ends_with("is too long a period"));
        for text in
            ["", "-", "P", "1", "months", "6 months 1 year", "1 year 1 year", " 1 year", "1 year ", "+1 year", "PY", "P1", "p1y", "P-1Y"]
                .into_iter()
                .chain(["P1.Y", "P.5Y", "1..5 years", "P1M1Y", "--1 year"])
        {
            assert!(problem(text).contains("is no period: write it such as"), "{text}: {}", problem(text));
        }
    }
}
