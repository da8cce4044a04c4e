//! How many points boxes have, exactly.

use num_bigint::BigUint;

use super::MOST_COLUMNS;
use super::cut::{Ref, Space};

/// A number of points. Ten columns of 64 bits have 2^640 of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    /// Of a space that has fewer than 2^127, so that nothing overflows.
    Small(u128),
    /// Of any other.
    Large(BigUint),
}

/// Whether rows that exclude each other cover all of a part: they do when they have as many points in it as it has.
pub fn is_full(space: &Space, refs: &[Ref]) -> bool {
    let whole = points(space.part.iter().map(|(low, high)| keys(*low, *high)));
    match whole {
        Count::Small(whole) => {
            // Rows exclude each other, so that all of them have no more points than the part.
            let sum = refs.iter().fold(0_u128, |sum, one| sum.saturating_add(small(space, *one)));
            sum == whole
        }
        Count::Large(whole) => refs.iter().map(|one| large(space, *one)).sum::<BigUint>() == whole,
    }
}

/// The number of keys from one to another.
const fn keys(low: i64, high: i64) -> u128 {
    if high < low { 0 } else { high.wrapping_sub(low).cast_unsigned() as u128 + 1 }
}

fn points(columns: impl Iterator<Item = u128> + Clone) -> Count {
    let small = columns.clone().try_fold(1_u128, |points, keys| points.checked_mul(keys).filter(|points| *points < 1 << 127));
    small.map_or_else(|| Count::Large(columns.fold(BigUint::from(1_u8), |points, keys| points * keys)), Count::Small)
}

/// The keys that a row has of a column within the part.
fn within(space: &Space, one: Ref, column: usize) -> u128 {
    let (low, high) = space.part[column];
    if column >= MOST_COLUMNS || one.open >> column & 1 == 0 {
        return keys(low, high);
    }
    space.cell(one.row, column).iter().map(|interval| keys(interval.0.max(low), interval.1.min(high))).sum()
}

/// The points of a row in a part of fewer than 2^127.
fn small(space: &Space, one: Ref) -> u128 {
    (0..space.part.len()).map(|column| within(space, one, column)).product()
}

fn large(space: &Space, one: Ref) -> BigUint {
    (0..space.part.len()).fold(BigUint::from(1_u8), |points, column| points * within(space, one, column))
}
