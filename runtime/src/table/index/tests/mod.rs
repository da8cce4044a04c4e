//! Indexes against asking every row.

mod damage;
mod size;

use super::super::samples::{self, Sample};
use super::super::{Boxes, Cell, Domain};
use super::{Index, Mode, Work};

pub fn boxes(sample: &Sample) -> Boxes {
    let mut boxes = Boxes::new(sample.columns.iter().map(|(low, high)| Domain { low: *low, high: *high }).collect());
    for row in &sample.rows {
        let cells: Vec<Cell> = row.iter().map(|keys| keys.as_ref().map_or(Cell::Any, |keys| Cell::In(keys))).collect();
        boxes.push(&cells);
    }
    boxes
}

/// Holds both indexes of a table against asking every row, and what they were written as against themselves.
fn agrees(sample: &Sample, points: usize) {
    let boxes = boxes(sample);
    let [first, all] = [Mode::First, Mode::All].map(|mode| Index::build(&boxes, mode));
    for index in [&first, &all] {
        assert_eq!(Index::from_words(index.words()).as_ref(), Ok(index));
    }
    let mut found = Vec::new();
    for point in samples::points(sample, points, 5) {
        let expected: Vec<u32> = boxes.all(&point).into_iter().map(|row| row as u32).collect();
        assert_eq!(first.first(&point), expected.first().copied(), "the first row at {point:?}");
        assert_eq!(all.first(&point), expected.first().copied(), "the first row at {point:?}, of an index of all");
        all.all(&point, &mut found);
        assert_eq!(found, expected, "all rows at {point:?}");
    }
}

#[test]
fn tables_of_every_kind_agree_with_asking_every_row() {
    for rows in [0, 1, 2, 7, 8, 9, 30, 200, 1500] {
        for make in [samples::partition, samples::overlapping, samples::cross, samples::wide] {
            agrees(&make(rows, rows as u64), 200);
        }
    }
    for rows in [9, 50, 200, 1500] {
        agrees(&samples::tariff(rows, rows as u64), 200);
    }
}

#[test]
fn cells_of_every_kind_agree_with_asking_every_row() {
    let whole = (i64::MIN, i64::MAX);
    let columns: &[&[(i64, i64)]] = &[
        &[],
        &[(3, 3)],
        &[(0, 1), (0, 1)],
        &[(-5, 5), (0, 63), (0, 64)],
        &[whole],
        &[whole, (i64::MIN, i64::MIN + 70), (i64::MAX - 3, i64::MAX), (0, 1)],
        &[(-40, 40), whole, (0, (1 << 31) - 2), (0, (1 << 31) - 1), (0, 1 << 31)],
        &[(0, 9), (1, 0), (0, 9)],
    ];
    for (seed, columns) in columns.iter().enumerate() {
        for rows in [1, 5, 9, 40, 300] {
            agrees(&samples::mixed(rows, columns, seed as u64), 150);
        }
    }
}
