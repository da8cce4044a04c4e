//! Exact arithmetic on ranges. `None` where an end would leave 128 bits.

use crate::graph::Rounding;

/// The ends of a range, both included.
pub(crate) type Range = (i128, i128);

pub(crate) fn hull(a: Range, b: Range) -> Range {
    (a.0.min(b.0), a.1.max(b.1))
}

pub(crate) fn add(a: Range, b: Range) -> Option<Range> {
    Some((a.0.checked_add(b.0)?, a.1.checked_add(b.1)?))
}

pub(crate) fn subtract(a: Range, b: Range) -> Option<Range> {
    Some((a.0.checked_sub(b.1)?, a.1.checked_sub(b.0)?))
}

pub(crate) fn negate(a: Range) -> Option<Range> {
    Some((a.1.checked_neg()?, a.0.checked_neg()?))
}

pub(crate) fn multiply(a: Range, b: Range) -> Option<Range> {
    let corners = [a.0.checked_mul(b.0)?, a.0.checked_mul(b.1)?, a.1.checked_mul(b.0)?, a.1.checked_mul(b.1)?];
    Some((*corners.iter().min()?, *corners.iter().max()?))
}

pub(crate) fn scale(a: Range, by: u32) -> Option<Range> {
    let power = 10i128.checked_pow(by)?;
    multiply(a, (power, power))
}

/// The remainder with the sign of the divisor, which is not 0.
pub(crate) fn modulo(a: Range, b: Range) -> Range {
    let fits = a.0 >= 0 && b.0 > a.1;
    match b {
        _ if fits => a,
        (lo, hi) if lo > 0 => (0, hi - 1),
        (lo, hi) if hi < 0 => (lo.saturating_add(1), 0),
        (lo, hi) => (lo.saturating_add(1).min(0), (hi - 1).max(0)),
    }
}

/// The quotients of a numerator and a positive denominator, rounded: the ends are the rounded ends, since rounding keeps order.
pub(crate) fn quotient(num: Range, den: Range, rounding: Rounding) -> Range {
    let lo = rounded(num.0, if num.0 < 0 { den.0 } else { den.1 }, rounding);
    let hi = rounded(num.1, if num.1 < 0 { den.1 } else { den.0 }, rounding);
    (lo, hi)
}

fn rounded(num: i128, den: i128, rounding: Rounding) -> i128 {
    let (floor, rest) = (num.div_euclid(den), num.rem_euclid(den));
    let above = floor + i128::from(rest != 0);
    let half = rest.cmp(&(den - rest));
    match rounding {
        Rounding::Floor => floor,
        Rounding::Ceiling => above,
        Rounding::Down => {
            if num < 0 {
                above
            } else {
                floor
            }
        }
        Rounding::Up => {
            if num < 0 {
                floor
            } else {
                above
            }
        }
        Rounding::HalfAwayFromZero if half.is_eq() => {
            if num < 0 {
                floor
            } else {
                above
            }
        }
        Rounding::HalfEven if half.is_eq() => floor + floor.rem_euclid(2),
        Rounding::HalfAwayFromZero | Rounding::HalfEven => {
            if half.is_gt() {
                above
            } else {
                floor
            }
        }
    }
}

/// Numerator and denominator of a quotient of two ranges, with the sign in the numerator. The divisor is not 0.
pub(crate) fn ratio(left: Range, right: Range) -> Option<(Range, Range)> {
    if right.0 > 0 {
        return Some((left, right));
    }
    let turned = negate(left)?;
    if right.1 < 0 {
        return Some((turned, negate(right)?));
    }
    let largest = right.1.max(right.0.checked_neg()?);
    Some((hull(left, turned), (1, largest)))
}

/// Numerator and denominator of the sum of two quotients over their least common denominator, which is that of both if it is one value.
pub(crate) fn add_ratios(a: (Range, Range), b: (Range, Range), one_denominator: bool) -> Option<(Range, Range)> {
    if one_denominator {
        return Some((add(a.0, b.0)?, hull(a.1, b.1)));
    }
    let (times_a, times_b, den) = common(a.1, b.1)?;
    Some((add(multiply(a.0, times_a)?, multiply(b.0, times_b)?)?, den))
}

/// The bounds of the powers of quotients, rounded to places. `None` where one would leave 128 bits.
///
/// For numbers above 0 a power rises or falls with its base, and with its exponent, throughout: its extremes are at the corners.
pub(crate) fn power(num: Range, den: Range, exponents: Range, places: u32, not_zero: bool) -> Option<Range> {
    let mut found: Option<Range> = None;
    let mut add = |range: Range| found = Some(found.map_or(range, |known| hull(known, range)));
    let corners = |least: (i128, i128), most: (i128, i128)| {
        let mut range: Option<Range> = None;
        for (num, den) in [least, most] {
            for exponent in [exponents.0, exponents.1] {
                let number = axtrace_runtime::power::power(num, den, exponent, places)?;
                range = Some(range.map_or((number, number), |known| hull(known, (number, number))));
            }
        }
        range
    };
    if num.1 > 0 {
        let least = if num.0 > 0 { (num.0, den.1) } else { (1, den.1) };
        add(corners(least, (num.1, den.0))?);
    }
    if num.0 < 0 {
        let least = if num.1 < 0 { (num.1.checked_neg()?, den.1) } else { (1, den.1) };
        let (lo, hi) = corners(least, (num.0.checked_neg()?, den.0))?;
        match (exponents.0 == exponents.1, exponents.0 % 2 == 0) {
            (true, true) => add((lo, hi)),
            (true, false) => add((-hi, -lo)),
            _ => add((-hi, hi)),
        }
    }
    if num.0 <= 0 && num.1 >= 0 && !not_zero {
        if exponents.1 > 0 {
            add((0, 0));
        }
        if exponents.0 <= 0 && exponents.1 >= 0 {
            let one = 10i128.checked_pow(places)?;
            add((one, one));
        }
    }
    found.or(Some((0, 0)))
}

/// What two denominators are taken times, and the least common multiple that they then are.
fn common(a: Range, b: Range) -> Option<(Range, Range, Range)> {
    let fixed = |range: Range| range.0 == range.1;
    match (fixed(a), fixed(b)) {
        (true, true) => {
            let common = a.0.checked_mul(b.0 / divisor(a.0, b.0))?;
            let once = |number: i128| (number, number);
            Some((once(common / a.0), once(common / b.0), once(common)))
        }
        (true, _) if a.0 == 1 => Some((b, (1, 1), b)),
        (_, true) if b.0 == 1 => Some(((1, 1), a, a)),
        _ => Some(((1, b.1), (1, a.1), (a.0.max(b.0), a.1.checked_mul(b.1)?))),
    }
}

/// The greatest common divisor of two positive numbers.
fn divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// The sum of `count` values of a range, some of which may be left out.
pub(crate) fn repeated(each: Range, (least, most): Range, skips: bool) -> Option<Range> {
    let least = if skips { 0 } else { least };
    let lo = if each.0 < 0 { each.0.checked_mul(most)? } else { each.0.checked_mul(least)? };
    let hi = if each.1 > 0 { each.1.checked_mul(most)? } else { each.1.checked_mul(least)? };
    Some((lo, hi))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUNDINGS: [Rounding; 6] =
        [Rounding::Floor, Rounding::Ceiling, Rounding::Down, Rounding::Up, Rounding::HalfAwayFromZero, Rounding::HalfEven];

    #[test]
    fn halves_go_where_the_mode_says() {
        let all = |num, den| ROUNDINGS.map(|rounding| rounded(num, den, rounding));
        assert_eq!(all(5, 2), [2, 3, 2, 3, 3, 2]);
        assert_eq!(all(-5, 2), [-3, -2, -2, -3, -3, -2]);
        assert_eq!(all(-7, 4), [-2, -1, -1, -2, -2, -2]);
        assert_eq!(all(6, 2), [3; 6]);
    }

    /// Every operation holds what can come out, and no end is out of reach, over small ranges.
    #[test]
    fn ranges_hold_what_can_come_out() {
        let ends = -4..=4i128;
        let ranges: Vec<Range> = ends.clone().flat_map(|lo| (lo..=4).map(move |hi| (lo, hi))).collect();
        for a in &ranges {
            for b in &ranges {
                check(*a, *b);
            }
        }
    }

    fn check(a: Range, b: Range) {
        let inside = |range: Range, value: i128| assert!((range.0..=range.1).contains(&value), "{value} outside of {range:?}: {a:?} {b:?}");
        for x in a.0..=a.1 {
            for y in b.0..=b.1 {
                inside(add(a, b).unwrap(), x + y);
                inside(subtract(a, b).unwrap(), x - y);
                inside(multiply(a, b).unwrap(), x * y);
                if a.0 > 0 && b.0 > 0 {
                    add_fractions(a, b, (x, y), inside);
                }
                if y != 0 {
                    let floored = x - y * (x.div_euclid(y) - i128::from(y < 0 && x.rem_euclid(y) != 0));
                    inside(modulo(a, b), floored);
                    let (num, den) = ratio(a, b).unwrap();
                    inside(num, if y < 0 { -x } else { x });
                    inside(den, y.abs());
                    if b.0 > 0 {
                        for rounding in ROUNDINGS {
                            inside(quotient(a, b, rounding), rounded(x, y, rounding));
                        }
                    }
                }
            }
        }
    }

    /// Sums of ratios whose denominators lie in `a` and `b`, and whose numerators in `b` and `a`.
    fn add_fractions(a: Range, b: Range, (x, y): (i128, i128), inside: impl Fn(Range, i128)) {
        let (num, den) = add_ratios((b, a), (a, b), false).unwrap();
        let common = x * y / divisor(x, y);
        inside(den, common);
        for (p, q) in [(b.0, a.0), (b.0, a.1), (b.1, a.0), (b.1, a.1)] {
            inside(num, p * (common / x) + q * (common / y));
        }
    }

    /// Powers of all quotients of small ranges lie in their bounds, which are reached where the sign of the base is known.
    #[test]
    fn powers_lie_in_their_bounds() {
        let ranges = |lo: i128, hi: i128| (lo..=hi).flat_map(move |a| (a..=hi).map(move |b| (a, b)));
        for num in ranges(-3, 3) {
            for den in ranges(1, 3) {
                for exponents in ranges(-2, 2) {
                    check_powers(num, den, exponents);
                }
            }
        }
    }

    fn check_powers(num: Range, den: Range, exponents: Range) {
        let zero = num.0 <= 0 && num.1 >= 0;
        let bounds = power(num, den, exponents, 3, zero && exponents.0 < 0).unwrap();
        let mut found: Option<Range> = None;
        for x in num.0..=num.1 {
            for y in den.0..=den.1 {
                for exponent in exponents.0..=exponents.1 {
                    let Some(number) = axtrace_runtime::power::power(x, y, exponent, 3) else { continue };
                    let counts = x != 0 || exponents.0 >= 0;
                    assert!(!counts || (bounds.0..=bounds.1).contains(&number), "({x}/{y})^{exponent}: {number} outside of {bounds:?}");
                    found = Some(found.map_or((number, number), |known| hull(known, (number, number))));
                }
            }
        }
        if num.0 > 0 {
            assert_eq!(found, Some(bounds), "{num:?} / {den:?} to {exponents:?}");
        }
    }
}
