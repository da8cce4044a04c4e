//! What indexes of many rows take, counted.

use super::super::super::samples::{self, Sample};
use super::{Index, Mode, Work, boxes};

/// The median and the greatest work of an answer.
fn work(index: &Index, sample: &Sample) -> (u64, u64) {
    let mut found = Vec::new();
    let points = samples::points(sample, 2_001, 9);
    let mut totals: Vec<u64> = points.iter().map(|point| one(index, point, &mut found)).collect();
    totals.sort_unstable();
    (totals[1_000], totals[2_000])
}

fn one(index: &Index, point: &[i64], found: &mut Vec<u32>) -> u64 {
    let mut work = Work::default();
    match index.mode() {
        Mode::First => drop(index.first_counting(point, &mut work)),
        Mode::All => index.all_counting(point, found, &mut work),
    }
    work.total()
}

#[test]
fn five_hundred_times_the_rows_take_at_most_three_times_the_work() {
    let median = |rows, mode| {
        let sample = samples::tariff(rows, 1);
        let index = Index::build(&boxes(&sample), mode);
        let (median, most) = work(&index, &sample);
        let report = index.report();
        assert!(most <= report.most && median <= report.expected, "{rows} rows, {mode:?}: {median}, {most}, {report:?}");
        assert!(report.bytes_per_row() <= 100, "{rows} rows, {mode:?}: {report:?}");
        median
    };
    for mode in [Mode::First, Mode::All] {
        let [few, many] = [200, 100_000].map(|rows| median(rows, mode));
        assert!(many <= 3 * few, "{mode:?}: {many} for 100,000 rows, {few} for 200");
    }
}

#[test]
fn tables_that_no_cut_divides_take_at_most_two_hundred_bytes_a_row() {
    for (name, make) in [("cross", samples::cross as fn(usize, u64) -> Sample), ("wide", samples::wide)] {
        let sample = make(100_000, 1);
        let index = Index::build(&boxes(&sample), Mode::First);
        let report = index.report();
        assert!(report.bytes_per_row() <= 200, "{name}: {report:?}");
        assert!(report.copies <= 200_000 && report.most < 100_100, "{name}: {report:?}");
        let (median, most) = work(&index, &sample);
        assert!(median <= 1_000 && most <= report.most, "{name}: {median}, {most}, {report:?}");
    }
}

#[test]
fn the_same_rows_give_the_same_words() {
    let sample = samples::tariff(3_000, 4);
    let [one, other] = [0; 2].map(|_| Index::build(&boxes(&sample), Mode::First));
    let sum = one.words().iter().fold(0_u64, |sum, word| sum.rotate_left(5) ^ word);
    assert!(one == other);
    // Changes only when what is built or how it is written changes: then the version in `layout` may have to.
    assert_eq!((one.words().len(), sum), (15_100, 16_395_585_271_524_306_454));
}

#[test]
fn a_row_that_asks_for_thousands_of_keys_is_found() {
    let odd: Vec<(i64, i64)> = (0..40_000).map(|key| (2 * key + 1, 2 * key + 1)).collect();
    let mut rows: Vec<Vec<samples::Keys>> = (0..70).map(|row| vec![Some(vec![(1_000 * row, 1_000 * row)]), None]).collect();
    rows.push(vec![Some(odd.clone()), Some(vec![(0, 4)])]);
    rows.push(vec![Some(odd), None]);
    let sample = Sample { columns: vec![(0, 1 << 40), (0, 9)], rows };
    super::agrees(&sample, 300);
}

#[test]
fn more_columns_than_bits_are_asked() {
    let columns: Vec<(i64, i64)> = (0..80).map(|column| (0, if column % 3 == 0 { 1 } else { 1 << column.min(40) })).collect();
    let mut random = samples::Random::new(3);
    let mut row = || -> Vec<samples::Keys> {
        columns.iter().map(|(low, high)| random.chance(8).then(|| vec![(*low, random.between(*low, *high))])).collect()
    };
    let rows = (0..300).map(|_| row()).collect();
    super::agrees(&Sample { columns, rows }, 300);
}
