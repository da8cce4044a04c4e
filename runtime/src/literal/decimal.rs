//! Decimals: a JSON number or a written decimal to an exact whole number of units, and back.

use std::fmt::{self, Write};

use thiserror::Error;

use super::{Excerpt, LiteralError, written};

/// The most digits of a number, without leading and trailing zeros. Any so many fit into 127 bits.
const MAX_DIGITS: usize = 38;

/// The largest exponent, either way.
const MAX_EXPONENT: i64 = 40;

/// Powers of ten, up to the largest that 127 bits hold.
const POWERS: [u128; MAX_DIGITS + 1] = {
    let mut powers = [1; MAX_DIGITS + 1];
    let mut place = 1;
    while place < powers.len() {
        powers[place] = powers[place - 1] * 10;
        place += 1;
    }
    powers
};

/// An exact number: `unscaled` divided by 10 to the power of `scale`.
///
/// `unscaled` ends in no zero unless it is 0, whose scale is 0; so equal numbers are equal values, however they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The digits without trailing zeros, below 10^38 either way.
    pub unscaled: i128,
    /// How many of the digits stand after the point; negative for as many zeros before it.
    pub scale: i32,
}

/// Why an exact number does not fit a number of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Misfit {
    /// It has more digits after the point; nothing is rounded silently.
    #[error("more than {places} digits after the point")]
    Places {
        /// The places there are.
        places: u32,
    },
    /// In units of that many places it leaves 128 bits.
    #[error("a number too large")]
    Size,
}

impl Decimal {
    /// The number in units of the last of `places` digits after the point: 12.5 with 2 places is 1250.
    ///
    /// # Errors
    /// When the number has more places, or leaves 128 bits.
    #[inline]
    pub fn at_scale(self, places: u32) -> Result<i128, Misfit> {
        let more = i64::from(places) - i64::from(self.scale);
        if more < 0 {
            return Err(Misfit::Places { places });
        }
        if self.unscaled == 0 {
            return Ok(0);
        }
        let factor = power(more).ok_or(Misfit::Size)?;
        match (i64::try_from(self.unscaled), i64::try_from(factor)) {
            (Ok(unscaled), Ok(factor)) => Ok(i128::from(unscaled) * i128::from(factor)),
            _ => self.unscaled.checked_mul(factor).ok_or(Misfit::Size),
        }
    }

    /// Like [`Decimal::at_scale`], with further digits cut off, towards zero.
    ///
    /// # Errors
    /// When the number leaves 128 bits.
    pub fn cut_at_scale(self, places: u32) -> Result<i128, Misfit> {
        let fewer = i64::from(self.scale) - i64::from(places);
        if fewer <= 0 { self.at_scale(places) } else { Ok(power(fewer).map_or(0, |divisor| self.unscaled / divisor)) }
    }
}

/// A power of ten, where 127 bits hold it.
fn power(exponent: i64) -> Option<i128> {
    let exponent = usize::try_from(exponent).ok()?;
    POWERS.get(exponent).map(|power| power.cast_signed())
}

/// Reads a number of the JSON grammar by value: `10.0`, `1e1` and `10` are the same, `-0` is 0.
///
/// # Errors
/// When the text is no JSON number, has more than 38 digits between its first and its last that is not zero, or an exponent beyond 40.
#[inline]
pub fn parse_decimal(text: impl AsRef<[u8]>) -> Result<Decimal, LiteralError> {
    let text = text.as_ref();
    if let Some(decimal) = parse_short(text) {
        return Ok(decimal);
    }
    let mut number = Number::default();
    let rest = number.read(text)?;
    number.exponent = read_exponent(rest, text)?;
    number.finish(text)
}

/// Reads what most numbers are: digits that fit 64 bits, without an exponent. `None` leaves the text, right or wrong, to [`Number`].
#[inline]
fn parse_short(text: &[u8]) -> Option<Decimal> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    if unsigned.len() > 19 {
        return None;
    }
    let (mut value, mut point) = (0_u64, unsigned.len());
    for (place, byte) in unsigned.iter().enumerate() {
        match byte {
            b'0'..=b'9' => value = value * 10 + u64::from(byte - b'0'),
            b'.' if point == unsigned.len() => point = place,
            _ => return None,
        }
    }
    let places = unsigned.len().saturating_sub(point + 1);
    let wrong = point == 0 || point + 1 == unsigned.len() || (point > 1 && unsigned[0] == b'0');
    (!wrong).then(|| short(value, places as i32, unsigned.len() < text.len()))
}

/// The number of these digits, without the zeros at their end.
#[inline]
fn short(mut value: u64, places: i32, negative: bool) -> Decimal {
    if value == 0 {
        return Decimal { unscaled: 0, scale: 0 };
    }
    let mut scale = places;
    while value.is_multiple_of(10) {
        value /= 10;
        scale -= 1;
    }
    let unscaled = i128::from(value);
    Decimal { unscaled: if negative { -unscaled } else { unscaled }, scale }
}

/// Reads a number without an exponent, as it stands before a unit.
pub(super) fn parse_plain(text: &[u8]) -> Result<Decimal, LiteralError> {
    if let Some(decimal) = parse_short(text) {
        return Ok(decimal);
    }
    let mut number = Number::default();
    match number.read(text)? {
        [] => number.finish(text),
        _ => Err(not_a_number(text)),
    }
}

/// A number while its digits are read.
#[derive(Default)]
struct Number {
    negative: bool,
    /// The digits up to the last that is not zero.
    value: u128,
    /// How many digits `value` has.
    digits: usize,
    /// Zeros read after them, which count only if another digit follows.
    zeros: usize,
    /// Digits read after the point.
    places: usize,
    exponent: i64,
}

impl Number {
    /// Reads sign, whole part and places; answers with the rest.
    #[inline]
    fn read<'t>(&mut self, text: &'t [u8]) -> Result<&'t [u8], LiteralError> {
        let unsigned = text.strip_prefix(b"-");
        self.negative = unsigned.is_some();
        let unsigned = unsigned.unwrap_or(text);
        let (whole, rest) = self.read_digits(unsigned, text)?;
        if whole > 1 && unsigned[0] == b'0' {
            return Err(LiteralError::LeadingZeros { text: Excerpt::of(text) });
        }
        let Some(rest) = rest.strip_prefix(b".") else { return Ok(rest) };
        let (places, rest) = self.read_digits(rest, text)?;
        self.places = places;
        Ok(rest)
    }

    /// Reads at least one digit; answers with their count and the rest.
    #[inline]
    fn read_digits<'t>(&mut self, from: &'t [u8], text: &[u8]) -> Result<(usize, &'t [u8]), LiteralError> {
        let count = from.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err(not_a_number(text));
        }
        let (digits, rest) = from.split_at(count);
        for digit in digits {
            if !self.push(digit - b'0') {
                return Err(LiteralError::TooManyDigits { text: Excerpt::of(text) });
            }
        }
        Ok((count, rest))
    }

    /// Takes a digit; false when that are too many.
    #[inline]
    fn push(&mut self, digit: u8) -> bool {
        if digit == 0 {
            self.zeros += usize::from(self.value != 0);
            return true;
        }
        self.digits += self.zeros + 1;
        if self.digits > MAX_DIGITS {
            return false;
        }
        self.value = self.value * POWERS[self.zeros + 1] + u128::from(digit);
        self.zeros = 0;
        true
    }

    #[inline]
    fn finish(self, text: &[u8]) -> Result<Decimal, LiteralError> {
        if self.value == 0 {
            return Ok(Decimal { unscaled: 0, scale: 0 });
        }
        let scale = self.places as i64 - self.zeros as i64 - self.exponent;
        let scale = i32::try_from(scale).map_err(|_| LiteralError::TooManyDigits { text: Excerpt::of(text) })?;
        let unscaled = self.value.cast_signed();
        Ok(Decimal { unscaled: if self.negative { -unscaled } else { unscaled }, scale })
    }
}

/// Reads what may follow the digits: nothing, or an exponent.
#[inline]
fn read_exponent(rest: &[u8], text: &[u8]) -> Result<i64, LiteralError> {
    let Some((mark, rest)) = rest.split_first() else { return Ok(0) };
    let (sign, digits) = match rest {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        digits => (1, digits),
    };
    if !matches!(mark, b'e' | b'E') || digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(not_a_number(text));
    }
    let exponent = digits.iter().fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    if exponent > MAX_EXPONENT {
        return Err(LiteralError::Exponent { text: Excerpt::of(text) });
    }
    Ok(sign * exponent)
}

fn not_a_number(text: &[u8]) -> LiteralError {
    LiteralError::NotNumber { text: Excerpt::of(text) }
}

/// Writes `unscaled` units of the last of `scale` places with all of them: 1250 with scale 2 is `12.50`.
///
/// # Errors
/// Only those of the writer.
pub fn write_decimal(out: &mut impl Write, unscaled: i128, scale: u32) -> fmt::Result {
    let mut buffer = [0; 39];
    let digits = digits_of(unscaled.unsigned_abs(), &mut buffer);
    if unscaled < 0 {
        out.write_char('-')?;
    }
    write_places(out, digits, scale as usize)
}

/// Like [`write_decimal`], into a string.
pub fn format_decimal(unscaled: i128, scale: u32) -> String {
    written(|out| write_decimal(out, unscaled, scale))
}

/// Like [`write_decimal`], without trailing zeros after the point.
pub(super) fn write_trimmed(out: &mut impl Write, mut unscaled: i128, mut scale: u32) -> fmt::Result {
    while scale > 0 && unscaled % 10 == 0 {
        unscaled /= 10;
        // Zero has no digits to run out of.
        scale = if unscaled == 0 { 0 } else { scale - 1 };
    }
    write_decimal(out, unscaled, scale)
}

/// Writes digits with a point before the last `scale` of them, filled up with zeros.
fn write_places(out: &mut impl Write, digits: &str, scale: usize) -> fmt::Result {
    if scale == 0 {
        return out.write_str(digits);
    }
    let (whole, places) = digits.split_at(digits.len().saturating_sub(scale));
    out.write_str(if whole.is_empty() { "0" } else { whole })?;
    out.write_char('.')?;
    (places.len()..scale).try_for_each(|_| out.write_char('0'))?;
    out.write_str(places)
}

/// The decimal digits of a number.
fn digits_of(mut number: u128, buffer: &mut [u8; 39]) -> &str {
    let mut start = buffer.len();
    // Division of 128 bits is slow, and few numbers need it.
    while number > u128::from(u64::MAX) {
        start -= 1;
        buffer[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    let mut number = number as u64;
    while start == buffer.len() || number > 0 {
        start -= 1;
        buffer[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    // Only ASCII digits were written.
    std::str::from_utf8(&buffer[start..]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (i128, i32) {
        let decimal = parse_decimal(text).expect("the test names a number");
        (decimal.unscaled, decimal.scale)
    }

    fn problem(text: &str) -> String {
        parse_decimal(text).expect_err("the test names no number").to_string()
    }

    #[test]
    fn numbers_are_read_by_value() {
        let numbers = [
            ("0", (0, 0)),
            ("-0", (0, 0)),
            ("0.000", (0, 0)),
            ("-0.0e-40", (0, 0)),
            ("10.0", (1, -1)),
            ("10", (1, -1)),
            ("1e1", (1, -1)),
            ("1E+01", (1, -1)),
            ("12.50", (125, 1)),
            ("-0.05", (-5, 2)),
            ("1e3", (1, -3)),
            ("1.5e-3", (15, 4)),
            ("100.001", (100_001, 3)),
            ("99999999999999999999999999999999999999", (10_i128.pow(38) - 1, 0)),
        ];
        for (text, expected) in numbers {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_tenth_is_a_tenth() {
        assert_eq!(parse_decimal("0.1"), Ok(Decimal { unscaled: 1, scale: 1 }));
        assert_eq!(parse_decimal("0.1000000000000000055511151231257827").map(|number| number.scale), Ok(34));
        assert_eq!(parse_decimal("9007199254740993").map(|number| number.at_scale(0)), Ok(Ok(9_007_199_254_740_993)));
    }

    #[test]
    fn what_is_no_json_number_is_refused() {
        for text in
            ["", "-", "+1", ".5", "5.", "1.e3", "1e", "1e+", "1 ", " 1", "0x1", "NaN", "Infinity", "1_000", "1,5", "--1", "٣", "1e1.5"]
        {
            assert!(problem(text).ends_with("is no number: write it such as `12.50`"), "{text}");
        }
        assert_eq!(problem("007"), "`007` has leading zeros: leave them out");
        assert_eq!(problem("-00"), "`-00` has leading zeros: leave them out");
        assert_eq!(problem("1e41"), "`1e41` has an exponent beyond 40");
        assert_eq!(problem("1e-99999999999999999999"), "`1e-99999999999999999999` has an exponent beyond 40");
        assert!(problem(&"1".repeat(39)).ends_with("has more than 38 digits"));
        assert!(problem("1e99999").contains("beyond 40"));
    }

    #[test]
    fn short_numbers_are_read_as_long_ones_are() {
        let alphabet = b"0159.-e";
        for code in 0..7_u32.pow(6) {
            let text: Vec<u8> = (0..6).map(|place| alphabet[(code / 7_u32.pow(place) % 7) as usize]).collect();
            let mut number = Number::default();
            let long = number.read(&text).and_then(|rest| if rest.is_empty() { number.finish(&text) } else { Err(not_a_number(&text)) });
            assert_eq!(parse_short(&text), long.ok(), "{}", Excerpt::of(&text));
        }
        assert_eq!(read("9999999999999999999"), (9_999_999_999_999_999_999, 0));
        assert_eq!(read("-999999999999999999.5"), (-9_999_999_999_999_999_995, 1));
    }

    #[test]
    fn a_million_digits_are_read_or_refused() {
        let zeros = "0".repeat(1_000_000);
        assert_eq!(read(&format!("0.{zeros}")), (0, 0));
        assert_eq!(read(&format!("0.{zeros}1")), (1, 1_000_001));
        assert_eq!(read(&format!("1{zeros}")), (1, -1_000_000));
        assert!(problem(&format!("1{zeros}1")).ends_with("has more than 38 digits"));
        let large = parse_decimal(format!("1{zeros}")).expect("a number");
        assert_eq!(large.at_scale(0), Err(Misfit::Size));
        let small = parse_decimal(format!("0.{zeros}1")).expect("a number");
        assert_eq!(small.at_scale(18), Err(Misfit::Places { places: 18 }));
        assert_eq!(small.cut_at_scale(18), Ok(0));
    }

    #[test]
    fn a_number_is_brought_to_its_places_or_refused() {
        let number = |text: &str| parse_decimal(text).expect("a number");
        assert_eq!(number("12.5").at_scale(2), Ok(1250));
        assert_eq!(number("12.500").at_scale(1), Ok(125));
        assert_eq!(number("12.505").at_scale(2), Err(Misfit::Places { places: 2 }));
        assert_eq!(number("1e38").at_scale(0), Ok(10_i128.pow(38)));
        assert_eq!(number("2e38").at_scale(0), Err(Misfit::Size));
        assert_eq!(number("0").at_scale(u32::MAX), Ok(0));
        assert_eq!(number("1").at_scale(u32::MAX), Err(Misfit::Size));
        assert_eq!(number("-0.9999999").cut_at_scale(6), Ok(-999_999));
        assert_eq!(number("0.93").cut_at_scale(6), Ok(930_000));
    }

    #[test]
    fn decimals_are_written_with_all_their_places() {
        let forms = [
            (1250, 2, "12.50"),
            (-5, 2, "-0.05"),
            (0, 2, "0.00"),
            (0, 0, "0"),
            (7, 0, "7"),
            (-100, 0, "-100"),
            (1, 5, "0.00001"),
            (i128::MAX, 38, "1.70141183460469231731687303715884105727"),
            (i128::MIN, 0, "-170141183460469231731687303715884105728"),
            (i128::MIN, 40, "-0.0170141183460469231731687303715884105728"),
        ];
        for (unscaled, scale, text) in forms {
            assert_eq!(format_decimal(unscaled, scale), text);
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for unscaled in (-100_000..100_000).step_by(37) {
            for scale in [0, 1, 2, 6, 18] {
                let read = parse_decimal(format_decimal(unscaled, scale)).expect("our own form");
                assert_eq!(read.at_scale(scale), Ok(unscaled));
            }
        }
    }
}
