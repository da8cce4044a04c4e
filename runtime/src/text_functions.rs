//! Functions of texts, in characters: Unicode scalars.
//!
//! Letters change their case, and white space is told, by the tables of Unicode [`VERSION`], without the rules of any one language: `İ` becomes `i̇`,
//! `ß` becomes `SS`, a `Σ` at the end of a word becomes `ς`.

use crate::calendar;
use crate::types::{DEFAULT_NUMBER, FIRST_DATE, LAST_DATE};

/// The version of the Unicode tables; part of the digest of a program.
pub const VERSION: (u8, u8, u8) = char::UNICODE_VERSION;

/// How many characters one can become in small letters.
pub const LOWER_GROWTH: u32 = 2;
/// How many characters one can become in capitals.
pub const UPPER_GROWTH: u32 = 3;

/// How many characters a text has.
#[must_use]
pub fn length(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// A text in small letters.
#[must_use]
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// A text in capitals.
#[must_use]
pub fn upper(text: &str) -> String {
    text.to_uppercase()
}

/// A text without the white space at its ends.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim()
}

/// The whole number that a text writes: digits, after a `-` if it is negative. None beyond 15 digits, nor where anything else stands.
#[must_use]
pub fn to_integer(text: &str) -> Option<i64> {
    to_decimal(text, 0)
}

/// The number that a text writes, in units of the last of `places` digits after the point: digits, after a `-` if it is negative, and a point with at
/// least one digit behind it or none. Nothing where digits other than 0 stand beyond those places, or the number has more than 15 digits in all.
#[must_use]
pub fn to_decimal(text: &str, places: u32) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let rest = match rest {
        Some(rest) if places == 0 || rest.is_empty() => return None,
        rest => rest.unwrap_or("").as_bytes(),
    };
    if whole.is_empty() || !whole.bytes().chain(rest.iter().copied()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (kept, beyond) = rest.split_at(rest.len().min(places as usize));
    if beyond.iter().any(|digit| *digit != b'0') {
        return None;
    }
    let zeros = std::iter::repeat_n(&b'0', places as usize - kept.len());
    let mut number = 0i64;
    for digit in whole.as_bytes().iter().chain(kept).chain(zeros) {
        number = number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
        if i128::from(number) > DEFAULT_NUMBER {
            return None;
        }
    }
    Some(if text.starts_with('-') { -number } else { number })
}

/// Whether a text says how a date is written: `YYYY`, `MM` and `DD` once each, and between them signs that are neither letters nor digits of ASCII.
#[must_use]
pub fn is_date_format(format: &str) -> bool {
    let mut rest = format;
    let mut seen = [false; 3];
    while let Some(sign) = rest.chars().next() {
        let field = FIELDS.iter().position(|field| rest.starts_with(field));
        rest = match field {
            Some(place) if !seen[place] => {
                seen[place] = true;
                &rest[FIELDS[place].len()..]
            }
            Some(_) => return false,
            None if sign.is_ascii_alphanumeric() => return false,
            None => &rest[sign.len_utf8()..],
        };
    }
    seen == [true; 3]
}

/// The fields of a date in a format.
const FIELDS: [&str; 3] = ["YYYY", "MM", "DD"];

/// The date that a text writes in a format, in days since 1970-01-01; none if it is written otherwise, there is no such date, or it is not of the years
/// 1600 to 2999.
#[must_use]
pub fn to_date(text: &str, format: &str) -> Option<i32> {
    let (mut rest, mut format) = (text, format);
    let mut fields = [0u16; 3];
    while let Some(sign) = format.chars().next() {
        if let Some(place) = FIELDS.iter().position(|field| format.starts_with(field)) {
            let digits = rest.get(..FIELDS[place].len())?;
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            fields[place] = digits.parse().ok()?;
            (rest, format) = (&rest[digits.len()..], &format[digits.len()..]);
        } else {
            (rest, format) = (rest.strip_prefix(sign)?, &format[sign.len_utf8()..]);
        }
    }
    let [year, month, day] = fields;
    let date = calendar::days_from_civil(i32::from(year), u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    (rest.is_empty() && (FIRST_DATE..=LAST_DATE).contains(&i128::from(date))).then_some(date)
}

/// A date written in a format.
#[must_use]
pub fn write_date(date: i32, format: &str) -> String {
    let civil = calendar::civil_from_days(date);
    let parts = [format!("{:04}", civil.year), format!("{:02}", civil.month), format!("{:02}", civil.day)];
    FIELDS.iter().zip(parts).fold(format.to_owned(), |text, (field, part)| text.replacen(field, &part, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_letter_grows_more_than_is_said() {
        for letter in '\0'..=char::MAX {
            assert!(letter.to_lowercase().count() <= LOWER_GROWTH as usize, "{letter}");
            assert!(letter.to_uppercase().count() <= UPPER_GROWTH as usize, "{letter}");
        }
        assert_eq!((lower("İ ΟΔΟΣ"), upper("straße ΐ")), ("i\u{307} οδος".to_owned(), "STRASSE \u{399}\u{308}\u{301}".to_owned()));
        assert_eq!((length("i̇é🦀"), trim("\u{a0} a b\u{2003}\n")), (4, "a b"));
    }

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        let cases = [
            ("0", Some(0)),
            ("-007", Some(-7)),
            ("999999999999999", Some(999_999_999_999_999)),
            ("1000000000000000", None),
            ("0000000000000000000000000012", Some(12)),
            ("", None),
            ("-", None),
            ("+1", None),
            (" 1", None),
            ("1.0", None),
            ("1_0", None),
            ("١", None),
        ];
        for (text, number) in cases {
            assert_eq!(to_integer(text), number, "{text:?}");
        }
        let cases = [
            ("12.5", Some(1250)),
            ("12", Some(1200)),
            ("-0.05", Some(-5)),
            ("1.50000", Some(150)),
            ("1.505", None),
            ("1.", None),
            (".5", None),
            ("1,5", None),
            ("1.5.0", None),
            ("-.", None),
            ("9999999999999.99", Some(999_999_999_999_999)),
            ("10000000000000.00", None),
        ];
        for (text, number) in cases {
            assert_eq!(to_decimal(text, 2), number, "{text:?}");
        }
        assert_eq!(to_decimal("0.000000000000000001", 18), Some(1));
        assert_eq!(to_integer(&"9".repeat(10_000)), None);
    }

    #[test]
    fn dates_are_read_as_the_format_says() {
        for format in ["YYYYMMDD", "DD.MM.YYYY", "YYYY年MM月DD日", " MM/DD/YYYY"] {
            assert!(is_date_format(format), "{format}");
            assert_eq!(to_date(&write_date(20_454, format), format), Some(20_454), "{format}");
        }
        for format in ["", "YYYYMM", "YYYYMMDDDD", "YYMMDD", "DDD.MM.YYYY", "YYYYMMDDhh", "YYYY-M-D", "1YYYYMMDD"] {
            assert!(!is_date_format(format), "{format}");
        }
        for (text, format) in [
            ("20260229", "YYYYMMDD"),
            ("2026113", "YYYYMMDD"),
            ("202611301", "YYYYMMDD"),
            ("+0260101", "YYYYMMDD"),
            ("15991231", "YYYYMMDD"),
        ] {
            assert_eq!(to_date(text, format), None, "{text}");
        }
        assert_eq!(to_date("1.1.2026", "DD.MM.YYYY"), None);
        assert_eq!(to_date("é0260101", "YYYYMMDD"), None);
    }
}
