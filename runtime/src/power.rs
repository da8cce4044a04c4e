//! Powers of quotients, exact until they are rounded once.
//!
//! Numerator and denominator are raised as whole numbers of any length, so the only limit is how long they may become.

use num_bigint::BigUint;

/// The most bits that a numerator or denominator may have once it is raised.
pub const MOST_BITS: u64 = 1 << 17;

/// `(num / den)^exponent` to `places` digits after the point, halves away from zero. Anything to the power of 0 is 1.
///
/// `None` where the denominator is not positive, where 0 has a negative exponent, where the result leaves 128 bits, or a numerator or denominator [`MOST_BITS`].
#[must_use]
pub fn power(num: i128, den: i128, exponent: i128, places: u32) -> Option<i128> {
    if den <= 0 || (num == 0 && exponent < 0) {
        return None;
    }
    let times = exponent.unsigned_abs();
    let (num, den, negative) = lowest(num, den.unsigned_abs(), times);
    let (top, bottom) = if exponent < 0 { (den, num) } else { (num, den) };
    if bits(top, times)?.max(bits(bottom, times)?) > MOST_BITS {
        return None;
    }
    let times = if top <= 1 && bottom <= 1 { u32::from(times > 0) } else { u32::try_from(times).ok()? };
    let (top, bottom) = (BigUint::from(top).pow(times), BigUint::from(bottom).pow(times));
    let size = rounded(top * BigUint::from(10u32).pow(places.min(38)), &bottom)?;
    let number = i128::try_from(size).ok()?;
    Some(if negative { -number } else { number })
}

/// The size of a quotient in lowest terms, and whether its power is negative.
fn lowest(num: i128, den: u128, times: u128) -> (u128, u128, bool) {
    let (mut divisor, mut rest) = (den, num.unsigned_abs());
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    (num.unsigned_abs() / divisor, den / divisor, num < 0 && times % 2 == 1)
}

/// At most how many bits a number has that is raised; `None` beyond all numbers.
///
/// A number up to `2^b` to the power of `times` is at most `2^(b * times)`.
#[must_use]
pub fn bits(number: u128, times: u128) -> Option<u64> {
    let each = u128::from(128 - number.saturating_sub(1).leading_zeros());
    u64::try_from(each.checked_mul(times)?).ok()
}

/// A quotient as a whole number, halves up.
fn rounded(top: BigUint, bottom: &BigUint) -> Option<u128> {
    let whole = &top / bottom;
    let rest = top - &whole * bottom;
    let up = u32::from(rest * 2u32 >= *bottom);
    u128::try_from(whole + up).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_rounded_once() {
        assert_eq!(power(1, 3, 2, 4), Some(1_111));
        assert_eq!(power(-1, 2, 3, 2), Some(-13));
        assert_eq!(power(1, 2, 3, 2), Some(13));
        assert_eq!(power(2, 3, -2, 2), Some(225));
        assert_eq!(power(0, 7, 0, 2), Some(100));
        assert_eq!(power(0, 7, 5, 2), Some(0));
        // A loan over thirty years at 3.5 %: (1 + 0.035 / 12)^360
        assert_eq!(power(24_070, 24_000, 360, 6), Some(2_853_287));
    }

    #[test]
    fn what_has_no_place_is_nothing() {
        assert_eq!(power(0, 1, -1, 0), None);
        assert_eq!(power(10, 1, 39, 0), None);
        assert_eq!(power(1, 0, 1, 0), None);
        assert_eq!(power(i128::MIN, 1, 1, 0), None);
        assert_eq!(power(10, 3, i128::MAX, 0), None);
        assert_eq!(power(7, 5, i128::from(u32::MAX), 0), None);
    }

    #[test]
    fn one_stays_one_however_often() {
        assert_eq!(power(5, 5, i128::MAX, 3), Some(1_000));
        assert_eq!(power(-5, 5, i128::MAX, 0), Some(-1));
        assert_eq!(power(-1, 1, i128::MIN, 0), Some(1));
        assert_eq!(power(0, 1, i128::MAX, 0), Some(0));
    }
}
