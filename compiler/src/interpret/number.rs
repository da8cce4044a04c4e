//! Exact arithmetic on whole numbers of 128 bits, and comparison of quotients in 256.

use std::cmp::Ordering;

use crate::graph::Rounding;

/// `value * 10^by`; `None` where it leaves 128 bits.
pub(super) fn scale_up(value: i128, by: u32) -> Option<i128> {
    if value == 0 { Some(0) } else { value.checked_mul(10i128.checked_pow(by)?) }
}

/// The quotient with the sign in the numerator; the divisor must not be 0. `None` where a part leaves 128 bits.
pub(super) fn quotient(num: i128, den: i128) -> Option<(i128, i128)> {
    if den < 0 { Some((num.checked_neg()?, den.checked_neg()?)) } else { Some((num, den)) }
}

/// The remainder with the sign of the divisor, which must not be 0.
pub(super) fn modulo(left: i128, right: i128) -> i128 {
    // `i128::MIN mod -1` is 0, though the division that leads to it has no place in 128 bits.
    let remainder = left.wrapping_rem(right);
    if remainder != 0 && (remainder < 0) != (right < 0) { remainder + right } else { remainder }
}

/// `num / den`, with a positive `den`, as a whole number.
pub(super) fn round(num: i128, den: i128, rounding: Rounding) -> i128 {
    let (whole, rest) = (num / den, num % den);
    let away = if rest < 0 { -1 } else { 1 };
    let left = rest.abs();
    // `2 * left` might not fit, but `den - left` does.
    let half = left.cmp(&(den - left));
    let outwards = match rounding {
        Rounding::HalfAwayFromZero => half != Ordering::Less,
        Rounding::HalfEven => half == Ordering::Greater || half == Ordering::Equal && whole % 2 != 0,
        Rounding::Up => true,
        Rounding::Down => false,
        Rounding::Floor => rest < 0,
        Rounding::Ceiling => rest > 0,
    };
    if rest != 0 && outwards { whole + away } else { whole }
}

/// The sum of two quotients with positive denominators over their least common denominator. `None` where a part leaves 128 bits.
pub(super) fn sum_of_quotients(left: (i128, i128), right: (i128, i128)) -> Option<(i128, i128)> {
    let (mut common, mut rest) = (left.1, right.1);
    while rest != 0 {
        (common, rest) = (rest, common % rest);
    }
    let (times_left, times_right) = (right.1.checked_div(common)?, left.1.checked_div(common)?);
    let num = left.0.checked_mul(times_left)?.checked_add(right.0.checked_mul(times_right)?)?;
    Some((num, left.1.checked_mul(times_left)?))
}

/// The order of two quotients with positive denominators.
pub(super) fn compare_quotients(left: (i128, i128), right: (i128, i128)) -> Ordering {
    let sides = (product(left.0, right.1), product(right.0, left.1));
    match (left.0.signum(), right.0.signum()) {
        (l, r) if l != r => l.cmp(&r),
        (-1, _) => sides.1.cmp(&sides.0),
        _ => sides.0.cmp(&sides.1),
    }
}

/// The magnitude of a product: its high and its low 128 bits.
fn product(left: i128, right: i128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a, b) = (left.unsigned_abs(), right.unsigned_abs());
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let low = a0 * b0;
    let middle = a1 * b0 + (low >> 64);
    let (cross, carried) = middle.overflowing_add(a0 * b1);
    let high = a1 * b1 + (cross >> 64) + (u128::from(carried) << 64);
    (high, (cross << 64) | (low & LOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remainder_has_the_sign_of_the_divisor() {
        let cases = [(7, 3, 1), (-7, 3, 2), (7, -3, -2), (-7, -3, -1), (6, 3, 0), (-6, 3, 0), (i128::MIN, -1, 0)];
        for (left, right, expected) in cases {
            assert_eq!(modulo(left, right), expected, "{left} mod {right}");
        }
    }

    #[test]
    fn every_rounding_chooses_its_neighbour() {
        use Rounding::{Ceiling, Down, Floor, HalfAwayFromZero, HalfEven, Up};
        let row = |num| [HalfAwayFromZero, HalfEven, Up, Down, Floor, Ceiling].map(|rounding| round(num, 10, rounding));
        assert_eq!(row(25), [3, 2, 3, 2, 2, 3]);
        assert_eq!(row(35), [4, 4, 4, 3, 3, 4]);
        assert_eq!(row(24), [2, 2, 3, 2, 2, 3]);
        assert_eq!(row(-25), [-3, -2, -3, -2, -3, -2]);
        assert_eq!(row(-26), [-3, -3, -3, -2, -3, -2]);
        assert_eq!(row(-1), [0, 0, -1, 0, -1, 0]);
        assert_eq!(row(20), [2; 6]);
        assert_eq!(round(i128::MAX, i128::MAX, Up), 1);
        assert_eq!(round(i128::MIN, 1, HalfAwayFromZero), i128::MIN);
        assert_eq!(round(i128::MAX - 1, i128::MAX, HalfEven), 1);
    }

    #[test]
    fn quotients_compare_beyond_128_bits() {
        let big = i128::MAX;
        assert_eq!(compare_quotients((big, big - 1), (big - 1, big - 2)), Ordering::Less);
        assert_eq!(compare_quotients((-big, big - 1), (1 - big, big - 2)), Ordering::Greater);
        assert_eq!(compare_quotients((big, big), (1, 1)), Ordering::Equal);
        assert_eq!(compare_quotients((i128::MIN, 1), (big, 1)), Ordering::Less);
        assert_eq!(compare_quotients((i128::MIN, 2), (i128::MIN / 2, 1)), Ordering::Equal);
        assert_eq!(compare_quotients((0, 5), (0, 7)), Ordering::Equal);
        assert_eq!(compare_quotients((0, 5), (-1, 7)), Ordering::Greater);
    }

    #[test]
    fn quotients_are_added_over_their_least_common_denominator() {
        assert_eq!(sum_of_quotients((1, 6), (1, 4)), Some((5, 12)));
        assert_eq!(sum_of_quotients((-1, 6), (1, 6)), Some((0, 6)));
        assert_eq!(sum_of_quotients((1, 1), (-7, 3)), Some((-4, 3)));
        assert_eq!(sum_of_quotients((i128::MAX, 1), (1, 1)), None);
    }

    #[test]
    fn products_are_those_of_long_multiplication() {
        assert_eq!(product(i128::MIN, i128::MIN), (1 << 126, 0));
        assert_eq!(product(-3, 5), (0, 15));
        assert_eq!(product(i128::MAX, i128::MAX), ((1 << 126) - 1, 1));
        let factor = (1i128 << 100) + 12_345;
        // (2^100 + 12345)^2 = 2^200 + 24690 * 2^100 + 12345^2
        assert_eq!(product(factor, factor), (1 << 72, (24_690 << 100) + 12_345 * 12_345));
    }

    /// The rows that the runtime's own arithmetic is held against.
    fn rows(kind: &str) -> impl Iterator<Item = Vec<i128>> {
        const ROWS: &str = include_str!("../../../runtime/tests/oracle/arithmetic.csv");
        let rows = ROWS.lines().filter(move |row| row.split(',').next() == Some(kind));
        rows.map(|row| row.split(',').skip(1).map(|cell| cell.parse().unwrap()).collect())
    }

    #[test]
    fn arithmetic_is_that_of_the_oracle() {
        use Rounding::{Ceiling, Down, Floor, HalfAwayFromZero, HalfEven, Up};
        for row in rows("round") {
            let scaled = scale_up(row[0], row[2] as u32).unwrap();
            assert_eq!([HalfAwayFromZero, HalfEven, Up, Down, Floor, Ceiling].map(|mode| round(scaled, row[1], mode)), row[3..], "{row:?}");
        }
        for row in rows("compare") {
            assert_eq!(compare_quotients((row[0], row[1]), (row[2], row[3])) as i128, row[4], "{row:?}");
        }
        for row in rows("sum") {
            assert_eq!(sum_of_quotients((row[0], row[1]), (row[2], row[3])), Some((row[4], row[5])), "{row:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_nothing() {
        assert_eq!(scale_up(17, 2), Some(1_700));
        assert_eq!(scale_up(0, 99), Some(0));
        assert_eq!(scale_up(2, 38), None);
        assert_eq!(quotient(i128::MIN, -1), None);
        assert_eq!(quotient(3, -6), Some((-3, 6)));
    }
}
