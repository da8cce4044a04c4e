//! Percentages and amounts of money: numbers that are written with what they count.

use std::fmt::{self, Write};

use super::{
    Decimal, Excerpt, LiteralError,
    decimal::{parse_plain, write_decimal, write_trimmed},
    written,
};
use crate::currency::Currency;
use crate::types::Unit;

/// Writes a number as a percentage, without trailing zeros: 125 with scale 3, which is 0.125, is `12.5 %`.
///
/// The scale counts the places of the number, not of the percentage.
///
/// # Errors
/// Only those of the writer.
pub fn write_percent(out: &mut impl Write, unscaled: i128, scale: u32) -> fmt::Result {
    write_trimmed(out, unscaled, scale.saturating_sub(2))?;
    if unscaled != 0 {
        (scale..2).try_for_each(|_| out.write_char('0'))?;
    }
    out.write_str(" %")
}

/// Like [`write_percent`], into a string.
pub fn format_percent(unscaled: i128, scale: u32) -> String {
    written(|out| write_percent(out, unscaled, scale))
}

/// Writes an amount with all its places: 1250 with scale 2 is `12.50 EUR`.
///
/// # Errors
/// Only those of the writer.
pub fn write_money(out: &mut impl Write, unscaled: i128, scale: u32, currency: Currency) -> fmt::Result {
    write_decimal(out, unscaled, scale)?;
    out.write_char(' ')?;
    out.write_str(currency.code())
}

/// Like [`write_money`], into a string.
pub fn format_money(unscaled: i128, scale: u32, currency: Currency) -> String {
    written(|out| write_money(out, unscaled, scale, currency))
}

/// Writes a quantity with all its places: 125 with scale 1 is `12.5 kg`, 120 with scale 2 `1.20 EUR/kg`.
///
/// # Errors
/// Only those of the writer.
pub fn write_quantity(out: &mut impl Write, unscaled: i128, scale: u32, unit: Unit) -> fmt::Result {
    write_decimal(out, unscaled, scale)?;
    write!(out, " {unit}")
}

/// Like [`write_quantity`], into a string.
pub fn format_quantity(unscaled: i128, scale: u32, unit: Unit) -> String {
    written(|out| write_quantity(out, unscaled, scale, unit))
}

/// Reads a quantity such as `12.5 kg`, in any unit: the number, and what stands behind it.
///
/// # Errors
/// When the text does not begin with a number.
pub fn parse_quantity(text: &[u8]) -> Result<(Decimal, &[u8]), LiteralError> {
    let (number, unit) = text.split_at(text.iter().take_while(|byte| matches!(byte, b'-' | b'.' | b'0'..=b'9')).count());
    let not_number = LiteralError::NotNumber { text: Excerpt::of(text) };
    let amount = parse_plain(number).map_err(|problem| in_whole(problem, text, not_number))?;
    Ok((amount, unit.trim_ascii_start()))
}

/// Reads a percentage such as `97 %`, `12.5%` or `-3 %` as the number it is: 0.97.
///
/// # Errors
/// When the text is no number and a percent sign.
pub fn parse_percent(text: impl AsRef<[u8]>) -> Result<Decimal, LiteralError> {
    let text = text.as_ref();
    let not_percent = || LiteralError::NotPercent { text: Excerpt::of(text) };
    let number = text.strip_suffix(b"%").ok_or_else(not_percent)?.trim_ascii_end();
    let percentage = parse_plain(number).map_err(|problem| in_whole(problem, text, not_percent()))?;
    Ok(if percentage.unscaled == 0 { percentage } else { Decimal { scale: percentage.scale.saturating_add(2), ..percentage } })
}

/// Reads an amount of money such as `12.50 EUR`.
///
/// # Errors
/// When the text is no number and the code of a currency.
pub fn parse_money(text: impl AsRef<[u8]>) -> Result<(Decimal, Currency), LiteralError> {
    let text = text.as_ref();
    let not_money = || LiteralError::NotMoney { text: Excerpt::of(text) };
    let (number, code) = text.split_at(text.iter().take_while(|byte| matches!(byte, b'-' | b'.' | b'0'..=b'9')).count());
    let amount = parse_plain(number).map_err(|problem| in_whole(problem, text, not_money()))?;
    let code = std::str::from_utf8(code).map_err(|_| not_money())?.trim_start_matches(' ');
    if code.is_empty() {
        return Err(not_money());
    }
    Ok((amount, code.parse()?))
}

/// What is wrong with the number, said of the whole text.
fn in_whole(problem: LiteralError, text: &[u8], otherwise: LiteralError) -> LiteralError {
    let text = Excerpt::of(text);
    match problem {
        LiteralError::LeadingZeros { .. } => LiteralError::LeadingZeros { text },
        LiteralError::TooManyDigits { .. } => LiteralError::TooManyDigits { text },
        _ => otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_drop_the_zeros_at_their_end() {
        let forms = [
            (97, 2, "97 %"),
            (9700, 4, "97 %"),
            (1250, 4, "12.5 %"),
            (125, 3, "12.5 %"),
            (1, 8, "0.000001 %"),
            (-5, 3, "-0.5 %"),
            (0, 4, "0 %"),
            (0, 0, "0 %"),
            (1, 0, "100 %"),
            (6, 1, "60 %"),
            (10, 1, "100 %"),
            (1000, 2, "1000 %"),
        ];
        for (unscaled, scale, text) in forms {
            assert_eq!(format_percent(unscaled, scale), text);
            let read = parse_percent(text).expect("our own form");
            assert_eq!(read.at_scale(scale), Ok(unscaled), "{text}");
        }
        assert_eq!(format_percent(i128::MAX, 0), format!("{}00 %", i128::MAX));
    }

    #[test]
    fn percentages_are_read_with_their_sign_alone() {
        assert_eq!(parse_percent("12.5%"), Ok(Decimal { unscaled: 125, scale: 3 }));
        assert_eq!(parse_percent("100 %"), Ok(Decimal { unscaled: 1, scale: 0 }));
        for text in ["", "%", "97", "% 97", "97 %%", "1e1 %", "97 % ", " 97 %", "ninety %", "+5 %"] {
            assert_eq!(parse_percent(text), Err(LiteralError::NotPercent { text: Excerpt::of(text) }), "{text}");
        }
        assert_eq!(parse_percent("05 %").expect_err("zeros").to_string(), "`05 %` has leading zeros: leave them out");
    }

    #[test]
    fn money_names_its_currency() {
        assert_eq!(format_money(1250, 2, Currency::EUR), "12.50 EUR");
        assert_eq!(format_money(-5, 2, Currency::EUR), "-0.05 EUR");
        assert_eq!(parse_money("12.50 EUR"), Ok((Decimal { unscaled: 125, scale: 1 }, Currency::EUR)));
        assert_eq!(parse_money("-0.05EUR"), Ok((Decimal { unscaled: -5, scale: 2 }, Currency::EUR)));
        assert_eq!(parse_money("12.50 EURO").expect_err("no code").to_string(), "`EURO` is no currency of ISO 4217");
        for text in ["", "EUR", "EUR 12.50", "12.50", "12.50 ", "12,50 EUR", "1.2.3 EUR", "- EUR"] {
            assert!(parse_money(text).is_err(), "{text}");
        }
        assert!(parse_money([b'1', b' ', 0xff]).is_err());
    }
}
