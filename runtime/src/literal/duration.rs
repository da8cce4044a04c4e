//! Durations: `1 h 30 min`, the same as ISO 8601 (`PT1H30M`), and both read to the exact second.

use std::fmt::{self, Write};

use super::{Decimal, Excerpt, LiteralError, decimal::parse_plain, written};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// Writes a duration in hours, minutes and seconds, each where it is not zero: `1 h 30 min`, `48 h`, `-2 h 5 s`. No duration is `0 min`.
///
/// A sign counts for all parts.
///
/// # Errors
/// Only those of the writer.
pub fn write_duration(out: &mut impl Write, seconds: impl Into<i128>) -> fmt::Result {
    let seconds = seconds.into();
    if seconds == 0 {
        return out.write_str("0 min");
    }
    if seconds < 0 {
        out.write_char('-')?;
    }
    let parts = parts_of(seconds).into_iter().zip(["h", "min", "s"]).filter(|(count, _)| *count > 0);
    for (place, (count, unit)) in parts.enumerate() {
        let space = if place > 0 { " " } else { "" };
        write!(out, "{space}{count} {unit}")?;
    }
    Ok(())
}

/// Like [`write_duration`], into a string.
pub fn format_duration(seconds: impl Into<i128>) -> String {
    written(|out| write_duration(out, seconds))
}

/// Writes a duration as ISO 8601 has it, in hours, minutes and seconds: `PT1H30M`, `-PT2H5S`. No duration is `PT0S`.
///
/// # Errors
/// Only those of the writer.
pub fn write_duration_iso(out: &mut impl Write, seconds: impl Into<i128>) -> fmt::Result {
    let seconds = seconds.into();
    if seconds == 0 {
        return out.write_str("PT0S");
    }
    out.write_str(if seconds < 0 { "-PT" } else { "PT" })?;
    let mut parts = parts_of(seconds).into_iter().zip(['H', 'M', 'S']).filter(|(count, _)| *count > 0);
    parts.try_for_each(|(count, unit)| write!(out, "{count}{unit}"))
}

/// Like [`write_duration_iso`], into a string.
pub fn format_duration_iso(seconds: impl Into<i128>) -> String {
    written(|out| write_duration_iso(out, seconds))
}

/// Hours, minutes and seconds without the sign.
fn parts_of(seconds: i128) -> [u128; 3] {
    let seconds = seconds.unsigned_abs();
    [seconds / 3_600, seconds / 60 % 60, seconds % 60]
}

/// Reads a duration in seconds, in words (`1 h 30 min`, `11.5 h`, `-45 s`) or as ISO 8601 (`PT1H30M`, `P1DT2H`, `-PT0.5H`).
///
/// In words the units are `h`, `min` and `s`. In ISO 8601 a day is 24 hours and a week is seven days; years and months are refused,
/// because they differ in length. Units go from long to short, each once; the last part may have a fraction, if it comes to whole seconds.
///
/// # Errors
/// When the text is no duration, no whole number of seconds, or 2^63 seconds or more either way.
pub fn parse_duration(text: impl AsRef<[u8]>) -> Result<i64, LiteralError> {
    let text = text.as_ref();
    let (sign, unsigned) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] if rest.starts_with(b"P") => (1, rest),
        rest => (1, rest),
    };
    let mut sum = Sum { text, seconds: 0, last: i64::MAX, ended: false };
    match unsigned.strip_prefix(b"P") {
        Some(rest) => sum.read_iso(rest)?,
        None => sum.read_words(unsigned)?,
    }
    Ok(sign * sum.seconds)
}

/// The seconds of a number of units of so many seconds; the text is what was written.
///
/// # Errors
/// When that is no whole number of seconds, or 2^63 seconds or more either way.
pub fn duration_of(number: Decimal, unit: i64, text: &[u8]) -> Result<i64, LiteralError> {
    Sum { text, seconds: 0, last: i64::MAX, ended: false }.whole_seconds(number, unit)
}

/// A duration while its parts are read.
struct Sum<'t> {
    text: &'t [u8],
    seconds: i64,
    /// The unit of the last part, in seconds; `i64::MAX` before the first.
    last: i64,
    /// Whether a part had a fraction, so that no other may follow.
    ended: bool,
}

impl<'t> Sum<'t> {
    fn read_words(&mut self, mut rest: &'t [u8]) -> Result<(), LiteralError> {
        loop {
            let (number, after) = split_while(rest, |byte| matches!(byte, b'.' | b'0'..=b'9'));
            let number = parse_plain(number).map_err(|problem| self.in_whole(&problem))?;
            let (unit, after) = split_while(skip_spaces(after), |byte| !matches!(byte, b' ' | b'.' | b'0'..=b'9'));
            self.add(number, self.unit_in_words(unit)?)?;
            rest = skip_spaces(after);
            if rest.is_empty() {
                // A space at the end belongs to nothing.
                return if after.is_empty() { Ok(()) } else { Err(self.no_duration()) };
            }
        }
    }

    fn unit_in_words(&self, unit: &[u8]) -> Result<i64, LiteralError> {
        match unit {
            b"h" => Ok(HOUR),
            b"min" => Ok(MINUTE),
            b"s" => Ok(1),
            [] => Err(self.no_duration()),
            _ => Err(LiteralError::DurationUnit { unit: Excerpt::of(unit), text: self.excerpt() }),
        }
    }

    fn read_iso(&mut self, mut rest: &'t [u8]) -> Result<(), LiteralError> {
        let mut timed = false;
        loop {
            if let (false, Some(after)) = (timed, rest.strip_prefix(b"T")) {
                (timed, rest) = (true, after);
            }
            let (number, after) = split_while(rest, |byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
            let (unit, after) = after.split_first().ok_or_else(|| self.no_duration())?;
            let number = self.iso_number(number)?;
            self.add(number, self.unit_of_iso(*unit, timed)?)?;
            rest = after;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// A number of ISO 8601, which may have leading zeros, and a comma for a point.
    fn iso_number(&self, number: &[u8]) -> Result<Decimal, LiteralError> {
        let significant = number.iter().position(|byte| *byte != b'0').unwrap_or(number.len());
        let kept = if number.get(significant).is_some_and(u8::is_ascii_digit) { significant } else { significant.saturating_sub(1) };
        let Some(comma) = number.iter().position(|byte| *byte == b',') else {
            return parse_plain(&number[kept..]).map_err(|problem| self.in_whole(&problem));
        };
        let pointed = [&number[kept..comma], b".", &number[comma + 1..]].concat();
        parse_plain(&pointed).map_err(|problem| self.in_whole(&problem))
    }

    fn unit_of_iso(&self, unit: u8, timed: bool) -> Result<i64, LiteralError> {
        match (unit, timed) {
            (b'W', false) => Ok(7 * DAY),
            (b'D', false) => Ok(DAY),
            (b'H', true) => Ok(HOUR),
            (b'M', true) => Ok(MINUTE),
            (b'S', true) => Ok(1),
            (b'Y' | b'M', false) => Err(LiteralError::CalendarUnit { text: self.excerpt() }),
            _ => Err(self.no_duration()),
        }
    }

    /// Adds a number of units of so many seconds.
    fn add(&mut self, number: Decimal, unit: i64) -> Result<(), LiteralError> {
        if unit >= self.last {
            return Err(LiteralError::DurationOrder { text: self.excerpt() });
        }
        if self.ended {
            return Err(LiteralError::DurationFraction { text: self.excerpt() });
        }
        self.last = unit;
        self.ended = number.scale > 0;
        let more = self.whole_seconds(number, unit)?;
        self.seconds = self.seconds.checked_add(more).ok_or_else(|| self.too_long())?;
        Ok(())
    }

    fn whole_seconds(&self, number: Decimal, unit: i64) -> Result<i64, LiteralError> {
        // No unit holds more than seven twos or two fives (a week is 2^7 · 3^3 · 5^2 · 7 seconds), and digits that end in no zero lack
        // one or the other: with more than seven places nothing comes to whole seconds.
        let not_whole = || LiteralError::NotWholeSeconds { text: self.excerpt() };
        let places = u32::try_from(number.scale).unwrap_or(0);
        let one = Some(places).filter(|places| *places <= 7).map(|places| 10_i128.pow(places)).ok_or_else(not_whole)?;
        let units = number.at_scale(places).map_err(|_| self.too_long())?;
        if let (0, Ok(units)) = (places, i64::try_from(units)) {
            return units.checked_mul(unit).ok_or_else(|| self.too_long());
        }
        let seconds = units.checked_mul(i128::from(unit)).ok_or_else(|| self.too_long())?;
        if seconds % one != 0 {
            return Err(not_whole());
        }
        i64::try_from(seconds / one).map_err(|_| self.too_long())
    }

    fn excerpt(&self) -> Excerpt {
        Excerpt::of(self.text)
    }

    fn no_duration(&self) -> LiteralError {
        LiteralError::NotDuration { text: self.excerpt() }
    }

    fn too_long(&self) -> LiteralError {
        LiteralError::TooLong { text: self.excerpt() }
    }

    /// What is wrong with a number, said of the whole text.
    fn in_whole(&self, problem: &LiteralError) -> LiteralError {
        match problem {
            LiteralError::LeadingZeros { .. } => LiteralError::LeadingZeros { text: self.excerpt() },
            LiteralError::TooManyDigits { .. } => self.too_long(),
            _ => self.no_duration(),
        }
    }
}

fn split_while(text: &[u8], belongs: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| belongs(**byte)).count())
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    split_while(text, |byte| byte == b' ').1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        parse_duration(text).expect_err("the test names no duration").to_string()
    }

    #[test]
    fn both_forms_are_written_and_read_back() {
        let forms = [
            (5_400, "1 h 30 min", "PT1H30M"),
            (172_800, "48 h", "PT48H"),
            (45, "45 s", "PT45S"),
            (-7_205, "-2 h 5 s", "-PT2H5S"),
            (0, "0 min", "PT0S"),
            (900, "15 min", "PT15M"),
            (3_661, "1 h 1 min 1 s", "PT1H1M1S"),
            (i64::MAX, "2562047788015215 h 30 min 7 s", "PT2562047788015215H30M7S"),
        ];
        for (seconds, words, iso) in forms {
            assert_eq!((format_duration(seconds).as_str(), format_duration_iso(seconds).as_str()), (words, iso));
            assert_eq!((parse_duration(words), parse_duration(iso)), (Ok(seconds), Ok(seconds)));
        }
        assert_eq!(format_duration(i64::MIN), "-2562047788015215 h 30 min 8 s");
        assert!(problem("-2562047788015215 h 30 min 8 s").ends_with("is too long a duration"));
    }

    #[test]
    fn fractions_count_when_they_are_whole_seconds() {
        let forms = [
            ("11.5 h", 41_400),
            ("0.25 h", 900),
            ("1.50 min", 90),
            ("1 h 0.1 min", 3_606),
            ("-1.5 h", -5_400),
            ("90 min", 5_400),
            ("1h30min", 5_400),
            ("5.000 s", 5),
            ("PT0.5H", 1_800),
            ("PT0,5H", 1_800),
            ("PT00H30M", 1_800),
            ("P1DT2H", 93_600),
            ("P2W", 1_209_600),
            ("P1D", 86_400),
            ("P0.5D", 43_200),
            ("+PT1S", 1),
            ("PT036H", 129_600),
        ];
        for (text, seconds) in forms {
            assert_eq!(parse_duration(text), Ok(seconds), "{text}");
        }
        assert_eq!(problem("0.1 s"), "`0.1 s` is no whole number of seconds");
        assert_eq!(problem("0.0001 h"), "`0.0001 h` is no whole number of seconds");
        assert_eq!(problem("1.5 h 30 min"), "only the last part of `1.5 h 30 min` may have a fraction");
        assert!(problem(&format!("1.{}1 h", "0".repeat(36))).ends_with("is no whole number of seconds"));
        assert_eq!(parse_duration("P0.0078125W"), Ok(4_725));
        assert!(problem(&format!("0.{}1 h", "0".repeat(100_000))).ends_with("is no whole number of seconds"));
    }

    #[test]
    fn what_is_no_duration_is_refused_in_words() {
        assert_eq!(problem("2 hours"), "`hours` in `2 hours` is no unit of a duration: write `h`, `min` or `s`");
        assert_eq!(problem("1 min 1 h"), "the units in `1 min 1 h` must go from long to short, each once, as in `1 h 30 min 15 s`");
        assert_eq!(problem("1 h 1 h"), "the units in `1 h 1 h` must go from long to short, each once, as in `1 h 30 min 15 s`");
        assert!(problem("P1Y").starts_with("`P1Y` counts years or months"));
        assert!(problem("P1M").starts_with("`P1M` counts years or months"));
        assert_eq!(problem("05 min"), "`05 min` has leading zeros: leave them out");
        assert!(problem("99999999999999999999 h").ends_with("is too long a duration"));
        let broken =
            ["", "-", "P", "PT", "P1DT", "1", "h", "1 h 30", " 1 h", "1 h ", "--1 h", "+1 h", "PTH", "PT1", "pt1h", "P1H", "PT1D", "PT-1H"];
        for text in broken.into_iter().chain(["PT1HT1M", "PT.5H", "PT5.H", "PT1.2.3H", "PT1,2.3H", "PT1 H", "1..5 h", "P T1H"]) {
            assert!(problem(text).contains("is no duration: write it such as `1 h 30 min` or `PT1H30M`"), "{text}: {}", problem(text));
        }
    }

    #[test]
    fn every_second_of_some_days_reads_back() {
        for seconds in (-200_000..200_000).step_by(7) {
            assert_eq!(parse_duration(format_duration(seconds)), Ok(seconds));
            assert_eq!(parse_duration(format_duration_iso(seconds)), Ok(seconds));
        }
    }
}
