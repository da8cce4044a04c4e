//! Roundings, comparisons, sums and powers against Python's fractions (`oracle/arithmetic.py` writes the rows).

use std::cmp::Ordering;

use axtrace_runtime::helpers::{Round, common_multiple, compare_quotients, divide};
use axtrace_runtime::power::power;

const ROWS: &str = include_str!("oracle/arithmetic.csv");

/// The numbers of every row of a kind. There must be as many as the script promises.
fn rows(kind: &str, least: usize) -> Vec<Vec<Option<i128>>> {
    let numbers = |row: &str| row.split(',').skip(1).map(|cell| cell.parse().ok()).collect();
    let rows: Vec<Vec<_>> = ROWS.lines().filter(|row| row.split(',').next() == Some(kind)).map(numbers).collect();
    assert!(rows.len() >= least, "only {} rows of {kind}", rows.len());
    rows
}

fn whole(row: &[Option<i128>]) -> Vec<i128> {
    row.iter().map(|cell| cell.expect("the rows hold whole numbers")).collect()
}

const MODES: [Round; 6] = [Round::HalfAwayFromZero, Round::HalfEven, Round::Up, Round::Down, Round::Floor, Round::Ceiling];

#[test]
fn roundings_are_those_of_the_oracle() {
    for row in rows("round", 800) {
        let row = whole(&row);
        let scaled = row[0] * 10i128.pow(row[2] as u32);
        assert_eq!(MODES.map(|mode| divide(scaled, row[1], mode)).as_slice(), &row[3..], "{row:?}");
    }
    for row in rows("step", 300) {
        let row = whole(&row);
        assert_eq!(MODES.map(|mode| divide(row[0], row[1], mode) * row[1]).as_slice(), &row[2..], "{row:?}");
    }
}

#[test]
fn comparisons_are_those_of_the_oracle() {
    for row in rows("compare", 350) {
        let row = whole(&row);
        let expected = [Ordering::Less, Ordering::Equal, Ordering::Greater][(row[4] + 1) as usize];
        assert_eq!(compare_quotients((row[0], row[1]), (row[2], row[3])), expected, "{row:?}");
    }
}

#[test]
fn common_denominators_are_those_of_the_oracle() {
    for row in rows("sum", 200) {
        let row = whole(&row);
        assert_eq!(common_multiple(row[1], row[3]), row[5], "{row:?}");
    }
}

#[test]
fn powers_are_those_of_the_oracle() {
    for row in rows("power", 300) {
        let (cells, expected) = (whole(&row[..4]), row[4]);
        assert_eq!(power(cells[0], cells[1], cells[2], cells[3] as u32), expected, "{row:?}");
    }
}
