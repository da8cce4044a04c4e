//! What can be wrong with a written value, said in words for the person who wrote it.

use std::fmt;

use thiserror::Error;

use crate::currency::UnknownCurrency;

/// The beginning of what was written, at most 40 characters, safe to print: control characters are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    /// The longest excerpt, in characters.
    const LENGTH: usize = 40;

    /// The beginning of a text; bytes that are no UTF-8 are replaced.
    pub fn of(text: impl AsRef<[u8]>) -> Self {
        let bytes = text.as_ref();
        // Four bytes are the longest character, so this many bytes hold all the characters that count.
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * Self::LENGTH + 4)]);
        let mut excerpt = String::with_capacity(head.len().min(4 * Self::LENGTH));
        for letter in head.chars().take(Self::LENGTH) {
            match letter {
                _ if letter.is_control() => excerpt.push('\u{fffd}'),
                _ if is_unseen(letter) => excerpt.extend(letter.escape_unicode()),
                _ => excerpt.push(letter),
            }
        }
        if head.chars().count() > Self::LENGTH {
            excerpt.push('…');
        }
        Self(excerpt)
    }
}

/// Whether a character is not seen itself, or turns those around it about: marks of byte order, joiners, bidirectional controls.
const fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is not the value it should be. Every variant holds what was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each message says what its variant means, and every field is a part of the message")]
pub enum LiteralError {
    #[error("`{text}` is no number: write it such as `12.50`")]
    NotNumber { text: Excerpt },
    #[error("`{text}` has leading zeros: leave them out")]
    LeadingZeros { text: Excerpt },
    #[error("`{text}` has an exponent beyond 40")]
    Exponent { text: Excerpt },
    #[error("`{text}` has more than 38 digits")]
    TooManyDigits { text: Excerpt },

    #[error("`{text}` is no percentage: write it such as `12.5 %`")]
    NotPercent { text: Excerpt },
    #[error("`{text}` is no amount of money: write it such as `12.50 EUR`")]
    NotMoney { text: Excerpt },
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),

    #[error("`{text}` is no duration: write it such as `1 h 30 min` or `PT1H30M`")]
    NotDuration { text: Excerpt },
    #[error("`{unit}` in `{text}` is no unit of a duration: write `h`, `min` or `s`")]
    DurationUnit { unit: Excerpt, text: Excerpt },
    #[error("the units in `{text}` must go from long to short, each once, as in `1 h 30 min 15 s`")]
    DurationOrder { text: Excerpt },
    #[error("only the last part of `{text}` may have a fraction")]
    DurationFraction { text: Excerpt },
    #[error("`{text}` counts years or months, which differ in length: write a duration in hours, minutes and seconds")]
    CalendarUnit { text: Excerpt },
    #[error("`{text}` is no whole number of seconds")]
    NotWholeSeconds { text: Excerpt },
    #[error("`{text}` is too long a duration")]
    TooLong { text: Excerpt },

    #[error("`{text}` is no period: write it such as `6 months`, `18 years` or `P1Y6M`")]
    NotPeriod { text: Excerpt },
    #[error("`{unit}` in `{text}` is no unit of a period: write `years` or `months`")]
    PeriodUnit { unit: Excerpt, text: Excerpt },
    #[error("`{text}` counts days or hours: a period counts years and months, a `duration` hours, `days` days")]
    NotMonths { text: Excerpt },
    #[error("`{text}` is no whole number of months")]
    NotWholeMonths { text: Excerpt },
    #[error("`{text}` is too long a period")]
    LongPeriod { text: Excerpt },
    #[error("`{text}` is no day of the week: write one of `monday` to `sunday`")]
    NotWeekday { text: Excerpt },

    #[error("`{text}` is no date: write year, month and day, such as `2026-11-20`")]
    NotDate { text: Excerpt },
    #[error("`{text}` is no date: a year has four digits, from 0000 to 9999")]
    YearDigits { text: Excerpt },
    #[error("`{text}` is no date: there is no month {month:02}")]
    NoMonth { text: Excerpt, month: u8 },
    #[error("`{text}` is no date: {month} {year} has {days} days")]
    NoDay { text: Excerpt, month: &'static str, year: i32, days: u8 },

    #[error("`{text}` is no time: write hours and minutes, such as `22:00`, and seconds where needed, such as `22:00:15`")]
    NotTime { text: Excerpt },
    #[error("`{text}` is no time: there is no hour {hour:02}, the last is 23")]
    NoHour { text: Excerpt, hour: u8 },
    #[error("`{text}` is no time: there is no minute {minute:02}, the last is 59")]
    NoMinute { text: Excerpt, minute: u8 },
    #[error("`{text}` is no time: there is no second {second:02}, the last is 59, leap seconds are not counted")]
    NoSecond { text: Excerpt, second: u8 },
    #[error("`{text}` has a fraction of a second: times are in whole seconds")]
    FractionOfSecond { text: Excerpt },

    #[error("`{text}` is no date with time: write it such as `2026-11-20T22:30+01:00`")]
    NotDatetime { text: Excerpt },
    #[error("`{text}` has no offset from UTC: add it, such as `+01:00`, or `Z` for UTC")]
    NoOffset { text: Excerpt },
    #[error("`{text}` never comes in {zone}: clocks are set forward over it")]
    SkippedTime { text: Excerpt, zone: String },
    #[error("`{offset}` in `{text}` is no offset from UTC: write it such as `+01:00`, or `Z` for UTC")]
    BadOffset { offset: Excerpt, text: Excerpt },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_safe_to_print() {
        assert_eq!(Excerpt::of("22:00").to_string(), "22:00");
        assert_eq!(Excerpt::of("a\u{1b}[31m\n").to_string(), "a\u{fffd}[31m\u{fffd}");
        assert_eq!(Excerpt::of([0xff, b'a']).to_string(), "\u{fffd}a");
        assert_eq!(Excerpt::of("é".repeat(1_000_000)).to_string(), format!("{}…", "é".repeat(40)));
        assert_eq!(Excerpt::of("é".repeat(40)).to_string(), "é".repeat(40));
    }
}
