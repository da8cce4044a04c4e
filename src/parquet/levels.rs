//! What is looked over in a page before the library decodes it: how many elements a row has, and how many lengths of texts there are.
//!
//! Both may be written in a few bytes, however many there are, and the library makes room for all of them.
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/>

use super::thrift::Thrift;

/// The most elements that one row has in all lists of a column together.
const MAX_ELEMENTS: u64 = 1 << 22;

/// The largest block of differences that is read; writers use 128.
const MAX_BLOCK: u64 = 1 << 16;

/// The parts of a page that are looked over.
pub struct Parts<'p> {
    /// The levels that say where lists and rows begin.
    pub rep: &'p [u8],
    /// The values.
    pub values: &'p [u8],
}

/// The parts of a page of the first version, whose levels have their length before them.
pub fn parts_of_first(page: &[u8], has_rep: bool, has_def: bool) -> Option<Parts<'_>> {
    let (rep, rest) = if has_rep { levels(page)? } else { (&[][..], page) };
    let (_, values) = if has_def { levels(rest)? } else { (&[][..], rest) };
    Some(Parts { rep, values })
}

fn levels(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// Checks that no row has too many elements: a level of 0 begins a row. `row` is how many the last one has until now.
pub fn check_rows(levels: &[u8], max: i16, count: usize, row: &mut u64) -> Option<()> {
    let width = 16 - (max.unsigned_abs()).leading_zeros();
    let (mut thrift, mut left, mut ok) = (Thrift::new(levels), count as u64, true);
    let mut take = |level: u64, times: u64| {
        *row = if level == 0 { 1 } else { row.saturating_add(times) };
        ok &= *row <= MAX_ELEMENTS;
    };
    while left > 0 {
        let head = thrift.varint().ok()?;
        if head & 1 == 0 {
            let bytes = width.div_ceil(8) as usize;
            let times = (head >> 1).min(left);
            let level = levels.get(thrift.at..thrift.at + bytes)?;
            thrift.at += bytes;
            take(level.iter().rev().fold(0, |level, byte| level << 8 | u64::from(*byte)), times);
            // A run that is empty takes bytes, so that this ends.
            left -= times;
            continue;
        }
        let bytes = usize::try_from((head >> 1).checked_mul(u64::from(width))?).ok()?;
        let packed = levels.get(thrift.at..).map(|rest| &rest[..bytes.min(rest.len())])?;
        thrift.at += packed.len();
        let there = (packed.len() as u64 * 8 / u64::from(width)).min(left);
        (0..there).for_each(|place| take(bits(packed, place * u64::from(width), width), 1));
        if there == 0 {
            return None;
        }
        left -= there;
    }
    ok.then_some(())
}

/// So many bits from a place, the lowest first.
fn bits(bytes: &[u8], at: u64, width: u32) -> u64 {
    (0..u64::from(width)).fold(0, |number, bit| {
        let place = at + bit;
        let byte = bytes.get((place / 8) as usize).copied().unwrap_or(0);
        number | u64::from(byte >> (place % 8) & 1) << bit
    })
}

/// How often differences stand in the values of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lengths {
    /// They are the values.
    None,
    /// Once: the lengths of texts.
    Once,
    /// Twice: what texts have in common with those before them, and the lengths of what follows.
    Twice,
}

/// Checks that differences are at most as many as the values of the page. Of texts it gives the bytes that all of them have together.
pub fn check_deltas(values: &[u8], count: usize, lengths: Lengths) -> Option<u64> {
    let (end, first) = deltas(values, count as u64, !matches!(lengths, Lengths::None))?;
    match lengths {
        Lengths::None => Some(0),
        Lengths::Once => Some(first),
        Lengths::Twice => Some(first.saturating_add(deltas(values.get(end..)?, count as u64, true)?.1)),
    }
}

/// Goes over differences, at most so many: where they end, and the sum of the numbers that they stand for, if it is asked for.
fn deltas(bytes: &[u8], most: u64, summed: bool) -> Option<(usize, u64)> {
    let mut thrift = Thrift::new(bytes);
    let (block, parts, count) = (thrift.varint().ok()?, thrift.varint().ok()?, thrift.varint().ok()?);
    let mut number = thrift.number().ok()?;
    let sound = block <= MAX_BLOCK && parts > 0 && parts <= block && block % parts == 0 && block / parts % 32 == 0;
    if !sound || count > most {
        return None;
    }
    let (part, mut left, mut sum) = (block / parts, count.saturating_sub(1), positive(number));
    while left > 0 {
        let least = thrift.number().ok()?;
        let widths = bytes.get(thrift.at..)?.get(..parts as usize)?;
        thrift.at += widths.len();
        for width in widths.iter().map(|width| u64::from(*width)) {
            let there = part.min(left);
            // The parts behind the last value may be left out.
            if there == 0 || width > 64 {
                break;
            }
            for place in (0..there).filter(|_| summed) {
                let difference = bits(bytes, thrift.at as u64 * 8 + place * width, width as u32).cast_signed();
                number = number.wrapping_add(least).wrapping_add(difference);
                sum = sum.saturating_add(positive(number));
            }
            thrift.at = thrift.at.checked_add((width * part / 8) as usize)?;
            left -= there;
        }
        if left > 0 && thrift.at > bytes.len() {
            return None;
        }
    }
    Some((thrift.at.min(bytes.len()), sum))
}

fn positive(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_by_levels_of_0() {
        // Three levels in a run of 0, then 8 packed: 1 1 0 1 1 1 1 1.
        let levels = [3 << 1, 0, 1 << 1 | 1, 0b1111_1011];
        let mut row = 0;
        assert_eq!(check_rows(&levels, 1, 11, &mut row), Some(()));
        assert_eq!(row, 6);
        let many = [0xfe, 0xff, 0xff, 0xff, 0x0f, 1];
        assert_eq!(check_rows(&many, 1, 1 << 22, &mut 1), None);
        assert_eq!(check_rows(&many, 1, 1 << 20, &mut row), Some(()));
        assert_eq!(check_rows(&levels, 1, 12, &mut 0), None);
    }

    #[test]
    fn differences_are_as_many_as_values() {
        // 128 values a block, 4 parts, 3 values from 5 on: one block of widths 2, 0, 0, 0.
        let mut bytes = vec![0x80, 0x01, 4, 3, 10, 0, 2, 0, 0, 0];
        bytes.extend([0; 8]);
        assert_eq!(deltas(&bytes, 3, true), Some((18, 15)));
        assert_eq!(deltas(&bytes, 2, true), None);
        bytes[5..12].copy_from_slice(&[0, 2, 0, 0, 0, 0b0110, 0]);
        assert_eq!(check_deltas(&bytes, 3, Lengths::Once), Some(5 + 7 + 8));
        let endless = [0x80, 0x01, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 10];
        assert_eq!(deltas(&endless, 1 << 20, true), None);
    }
}
