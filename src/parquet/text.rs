//! Values as the text that cells and JSON have of them, exact.

use std::fmt::Write as _;

use axtrace::runtime::literal;

use super::leaf::Leaf;
use super::schema::Meaning;

/// Appends the text of a leaf's value of a place.
pub fn write(out: &mut Vec<u8>, leaf: &Leaf, place: usize) {
    if let Some(bytes) = leaf.bytes(place) {
        return write_bytes(out, bytes, leaf.meaning);
    }
    let mut text = String::new();
    match leaf.float(place) {
        // As few digits as tell the number from its neighbours.
        Some(number) => drop(write!(text, "{number}")),
        None => write_number(&mut text, leaf.number(place), leaf.meaning, leaf.is_wide()),
    }
    out.extend_from_slice(text.as_bytes());
}

/// Appends the value as JSON.
pub fn write_json(out: &mut Vec<u8>, leaf: &Leaf, place: usize) {
    let bare = matches!(leaf.meaning, Meaning::Boolean | Meaning::Signed | Meaning::Unsigned | Meaning::Decimal(_));
    if bare {
        return write(out, leaf, place);
    }
    let mut text = Vec::new();
    write(&mut text, leaf, place);
    write_json_text(out, &text);
}

/// Appends a JSON string. Bytes that are no characters stay, for the reader of inputs to find.
pub fn write_json_text(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', *byte]),
            0..b' ' => out.extend(format!("\\u{byte:04x}").bytes()),
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8], meaning: Meaning) {
    match meaning {
        Meaning::Decimal(places) => out.extend(decimal_of(bytes, places).bytes()),
        Meaning::Uuid => out.extend(uuid(bytes).bytes()),
        _ => out.extend_from_slice(bytes),
    }
}

fn write_number(out: &mut String, number: i64, meaning: Meaning, wide: bool) {
    // Writing to a string cannot fail.
    let _ = match meaning {
        Meaning::Boolean => out.write_str(if number == 1 { "true" } else { "false" }),
        Meaning::Unsigned if wide => write!(out, "{}", number.cast_unsigned()),
        Meaning::Unsigned => write!(out, "{}", (number as i32).cast_unsigned()),
        Meaning::Decimal(places) => literal::write_decimal(out, number.into(), places),
        Meaning::Date => literal::write_date(out, number as i32),
        Meaning::Time(parts) => write_clock(out, number, parts),
        Meaning::Instant { parts, utc } => write_instant(out, number, parts, utc),
        _ => write!(out, "{number}"),
    };
}

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A time of day; what is none stays the number that it is.
fn write_clock(out: &mut String, time: i64, parts: i64) -> std::fmt::Result {
    let (second, part) = (time.div_euclid(parts), time.rem_euclid(parts));
    if !(0..DAY).contains(&second) {
        return write!(out, "{time}");
    }
    write!(out, "{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)?;
    if part == 0 { Ok(()) } else { write!(out, ".{part:0width$}", width = parts.ilog10() as usize) }
}

/// A date with its time; one beyond all calendars stays the number that it is.
fn write_instant(out: &mut String, time: i64, parts: i64, utc: bool) -> std::fmt::Result {
    let day = parts * DAY;
    let Ok(date) = i32::try_from(time.div_euclid(day)) else { return write!(out, "{time}") };
    literal::write_date(out, date)?;
    out.push('T');
    write_clock(out, time.rem_euclid(day), parts)?;
    if utc { out.write_char('Z') } else { Ok(()) }
}

/// The widest decimal whose digits are written, in bytes.
const MAX_WIDTH: usize = 32;

/// A number in two's complement, the highest byte first, with digits after the point.
fn decimal_of(bytes: &[u8], places: u32) -> String {
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let filling = if negative { 0xff } else { 0 };
    let begin = bytes.iter().take_while(|byte| **byte == filling).count();
    let mut text = String::new();
    let width = bytes.len() - begin;
    if width < 16 {
        let start = if negative { -1 } else { 0 };
        let number = bytes[begin..].iter().fold(start, |number: i128, byte| number << 8 | i128::from(*byte));
        let _ = literal::write_decimal(&mut text, number, places);
    } else if width <= MAX_WIDTH {
        write_wide(&mut text, &bytes[begin..], negative, places as usize);
    } else {
        text.push_str("a number of more than 256 bits");
    }
    text
}

/// The digits of a wide number, by dividing it by ten until nothing is left.
fn write_wide(out: &mut String, bytes: &[u8], negative: bool, places: usize) {
    let mut left: Vec<u8> = bytes.iter().map(|byte| if negative { !byte } else { *byte }).collect();
    if negative {
        // What two's complement leaves out: one more.
        let mut carry = true;
        left.insert(0, 0);
        for byte in left.iter_mut().rev() {
            (*byte, carry) = byte.overflowing_add(u8::from(carry));
        }
    }
    let mut digits = Vec::new();
    while left.iter().any(|byte| *byte > 0) || digits.len() <= places {
        let rest = left.iter_mut().fold(0, |rest: u16, byte| {
            let number = rest << 8 | u16::from(*byte);
            *byte = (number / 10) as u8;
            number % 10
        });
        if digits.len() == places && places > 0 {
            digits.push(b'.');
        }
        digits.push(b'0' + rest as u8);
    }
    out.push_str(if negative { "-" } else { "" });
    out.extend(digits.iter().rev().map(|digit| char::from(*digit)));
}

fn uuid(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (place, byte) in bytes.iter().enumerate() {
        let dash = if matches!(place, 4 | 6 | 8 | 10) { "-" } else { "" };
        let _ = write!(text, "{dash}{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_however_wide() {
        let wide = |number: i128| number.to_be_bytes().to_vec();
        assert_eq!(decimal_of(&[0x04, 0xe2], 2), "12.50");
        assert_eq!(decimal_of(&[0xff, 0xff, 0xfb, 0x1e], 2), "-12.50");
        assert_eq!(decimal_of(&[0xff], 0), "-1");
        assert_eq!(decimal_of(&[0x80], 1), "-12.8");
        assert_eq!(decimal_of(&wide(i128::MAX), 0), i128::MAX.to_string());
        assert_eq!(decimal_of(&wide(i128::MIN), 0), i128::MIN.to_string());
        let mut two_to_200 = vec![1];
        two_to_200.extend([0; 25]);
        assert_eq!(decimal_of(&two_to_200, 0), "1606938044258990275541962092341162602522202993782792835301376");
        assert_eq!(decimal_of(&two_to_200, 60), "1.606938044258990275541962092341162602522202993782792835301376");
        two_to_200.insert(0, 0xff);
        two_to_200[1] = 0xff;
        assert_eq!(decimal_of(&two_to_200, 0), "-1606938044258990275541962092341162602522202993782792835301376");
        assert_eq!(decimal_of(&[0x7f; 33], 0), "a number of more than 256 bits");
    }

    #[test]
    fn times_and_instants_keep_every_part() {
        let written = |number, meaning| {
            let mut text = String::new();
            write_number(&mut text, number, meaning, true);
            text
        };
        let instant = |number, parts, utc| written(number, Meaning::Instant { parts, utc });
        assert_eq!(instant(1_795_210_200_000, 1_000, true), "2026-11-20T21:30:00Z");
        assert_eq!(instant(-1, 1_000_000, true), "1969-12-31T23:59:59.999999Z");
        assert_eq!(instant(1_795_210_200_000_000_001, 1_000_000_000, false), "2026-11-20T21:30:00.000000001");
        assert_eq!(instant(i64::MAX, 1_000, true), i64::MAX.to_string());
        assert_eq!(written(79_215_500, Meaning::Time(1_000)), "22:00:15.500");
        assert_eq!((written(-1, Meaning::Time(1_000)), written(86_400_000, Meaning::Time(1_000))), ("-1".into(), "86400000".into()));
        assert_eq!((written(20_777, Meaning::Date), written(-1, Meaning::Unsigned)), ("2026-11-20".into(), u64::MAX.to_string()));
    }
}
