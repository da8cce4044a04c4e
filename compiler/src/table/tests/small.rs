//! Small tables, every point of which can be tried.

use axtrace_runtime::table::{Boxes, Domain};

use super::super::{Coverage, Gap, Near, conflicts, covered, gap, gap_of_disjoint, hidden, meet, missing, repeats, shared};
use super::samples::{self, Random, Sample};
use super::{boxes, push};

const STEPS: u64 = 1_000_000;

/// The columns of the small tables.
const COLUMNS: &[&[(i64, i64)]] =
    &[&[(0, 9)], &[(0, 3), (-2, 2)], &[(0, 1), (0, 5), (10, 13)], &[(0, 2), (0, 1), (0, 3), (0, 2)], &[(0, 1), (1, 0)], &[(5, 5), (0, 7)]];

/// Tables of every kind of cell, with their points.
fn each(rounds: u64, mut check: impl FnMut(&Boxes, &[Vec<i64>], &mut Random)) {
    for (number, columns) in COLUMNS.iter().enumerate() {
        let points = all_points(columns);
        for seed in 0..rounds {
            let mut random = Random::new(seed * 31 + number as u64);
            let rows = random.between(0, 14) as usize;
            check(&boxes(&samples::mixed(rows, columns, seed)), &points, &mut random);
        }
    }
}

fn all_points(columns: &[(i64, i64)]) -> Vec<Vec<i64>> {
    columns.iter().fold(vec![Vec::new()], |points, (low, high)| {
        points.iter().flat_map(|point| (*low..=*high).map(|key| [point.as_slice(), &[key]].concat())).collect()
    })
}

fn is_in(part: &[(i64, i64)], point: &[i64]) -> bool {
    part.iter().zip(point).all(|((low, high), key)| low <= key && key <= high)
}

fn check_gap(table: &Boxes, points: &[Vec<i64>], prefer: &[i64], found: &Gap) {
    let open: Vec<&Vec<i64>> = points.iter().filter(|point| table.first(point).is_none()).collect();
    assert!(is_in(&found.around, &found.point) && open.contains(&&found.point), "{found:?} is no gap");
    let in_box = points.iter().filter(|point| is_in(&found.around, point));
    assert!(in_box.clone().all(|point| table.first(point).is_none()), "{found:?} reaches into a row");
    if open.iter().any(|point| *point == prefer) {
        assert_eq!(found.point, prefer, "what is preferred is a gap");
    }
    for (column, domain) in table.columns().iter().enumerate() {
        for wider in [(found.around[column].0 - 1, found.around[column].1), (found.around[column].0, found.around[column].1 + 1)] {
            let mut around = found.around.clone();
            around[column] = wider;
            let inside = domain.contains(wider.0) && domain.contains(wider.1);
            assert!(
                !inside || points.iter().any(|point| is_in(&around, point) && table.first(point).is_some()),
                "{found:?} could be wider"
            );
        }
    }
}

#[test]
fn gaps_are_found_and_shown_as_wide_as_they_are() {
    let (mut complete, mut open) = (0, 0);
    each(300, |table, points, random| {
        let prefer = points.get(random.between(0, points.len().max(1) as i64 - 1) as usize).cloned().unwrap_or_default();
        let is_complete = points.iter().all(|point| table.first(point).is_some());
        match gap(table, &prefer, STEPS) {
            Coverage::Complete(by) => {
                assert!(is_complete, "a gap is missed");
                assert!(points.iter().all(|point| by.iter().any(|row| table.contains(*row as usize, point))), "{by:?} do not cover all");
                complete += 1;
            }
            Coverage::Gap(found) => {
                assert!(!is_complete, "there is no gap");
                check_gap(table, points, &prefer, &found);
                open += 1;
            }
            Coverage::Unknown => panic!("some tables take too many steps"),
        }
    });
    assert!(complete > 200 && open > 200, "{complete} complete, {open} not");
}

/// The rows of a table that meet none before them.
fn apart(table: &Boxes) -> Boxes {
    let mut kept = Boxes::new(table.columns().to_vec());
    for row in 0..table.rows() {
        if (0..kept.rows()).all(|other| !meet(&kept, other, table, row)) {
            let cells: Vec<samples::Keys> = (0..table.columns().len()).map(|column| Some(table.cell(row, column).to_vec())).collect();
            push(&mut kept, &cells);
        }
    }
    kept
}

#[test]
fn rows_that_exclude_each_other_are_counted() {
    each(300, |table, points, _| {
        let table = apart(table);
        assert!(conflicts(&table, &[], &[], 9, STEPS).is_free(), "rows that exclude each other conflict");
        let is_complete = points.iter().all(|point| table.first(point).is_some());
        match gap_of_disjoint(&table, &[], STEPS) {
            Coverage::Complete(_) => assert!(is_complete, "a gap is missed"),
            Coverage::Gap(found) => check_gap(&table, points, &[], &found),
            Coverage::Unknown => panic!("some tables take too many steps"),
        }
    });
}

#[test]
fn what_is_missing_is_neither_more_nor_less() {
    each(150, |table, points, _| {
        let found = missing(table, 1_000, STEPS);
        assert!(!found.more && !found.unknown);
        for point in points {
            let times = found.boxes.iter().filter(|part| is_in(part, point)).count();
            assert_eq!(times, usize::from(table.first(point).is_none()), "{point:?} in {:?}", found.boxes);
        }
        if found.boxes.len() > 1 {
            let fewer = missing(table, 1, STEPS);
            assert!(fewer.more && fewer.boxes.len() == 1, "{fewer:?}");
        }
    });
}

#[test]
fn conflicts_are_the_pairs_that_share_a_point() {
    each(300, |table, points, random| {
        let class: Vec<u32> = (0..table.rows()).map(|_| random.between(0, 3) as u32).collect();
        let expected: Vec<(u32, u32)> = (0..table.rows() as u32)
            .flat_map(|one| (one + 1..table.rows() as u32).map(move |other| (one, other)))
            .filter(|(one, other)| class[*one as usize] != class[*other as usize])
            .filter(|(one, other)| points.iter().any(|point| [*one, *other].iter().all(|row| table.contains(*row as usize, point))))
            .collect();
        let found = conflicts(table, &class, &[], 1_000, STEPS);
        assert_eq!((&found.pairs, found.more, found.unknown), (&expected, false, false));
        let limited = conflicts(table, &class, &[], 2, STEPS);
        assert!(limited.more == (expected.len() > 2) && limited.pairs.len() == expected.len().min(2));
        assert!(limited.pairs.iter().all(|pair| expected.contains(pair)));
        let side: Vec<u32> = (0..table.rows() as u32).map(|row| u32::from(row >= table.rows() as u32 / 2)).collect();
        let across = conflicts(table, &class, &side, 1_000, STEPS);
        let expected: Vec<_> = expected.into_iter().filter(|(one, other)| side[*one as usize] != side[*other as usize]).collect();
        assert_eq!((&across.pairs, across.more, across.unknown), (&expected, false, false));
    });
}

#[test]
fn conflicts_of_many_rows_are_found_once_each() {
    for (rows, columns) in [(300, [(0, 60), (0, 1), (0, 200)]), (200, [(i64::MIN, i64::MAX), (0, 9), (0, 1)])] {
        let table = boxes(&samples::mixed(rows, &columns, 8));
        let pairs = (0..rows).flat_map(|one| (one + 1..rows).map(move |other| (one, other)));
        let expected: Vec<(u32, u32)> =
            pairs.filter(|(one, other)| meet(&table, *one, &table, *other)).map(|(one, other)| (one as u32, other as u32)).collect();
        let found = conflicts(&table, &[], &[], 1_000_000, 100 * STEPS);
        assert_eq!((found.pairs.len(), found.unknown), (expected.len(), false));
        assert_eq!(found.pairs, expected);
    }
}

#[test]
fn hidden_rows_come_first_nowhere_and_no_row_that_hides_them_can_be_spared() {
    let mut several = 0;
    each(300, |table, points, _| {
        let found = hidden(table, STEPS);
        assert_eq!(found.unknown, [0; 0]);
        let expected: Vec<u32> =
            (0..table.rows() as u32).filter(|row| !points.iter().any(|point| table.first(point) == Some(*row as usize))).collect();
        assert_eq!(found.rows.iter().map(|row| row.row).collect::<Vec<_>>(), expected);
        for one in &found.rows {
            let own: Vec<&Vec<i64>> = points.iter().filter(|point| table.contains(one.row as usize, point)).collect();
            let cover = |rows: &[u32]| own.iter().all(|point| rows.iter().any(|row| table.contains(*row as usize, point)));
            assert!(one.by.iter().all(|row| *row < one.row) && cover(&one.by) && one.smallest, "{one:?}");
            for spared in &one.by {
                let fewer: Vec<u32> = one.by.iter().copied().filter(|row| row != spared).collect();
                assert!(!cover(&fewer), "{one:?} does not need row {spared}");
            }
            several += usize::from(one.by.len() > 1);
        }
        for (row, first) in repeats(table) {
            assert!((0..table.columns().len()).all(|column| table.cell(row as usize, column) == table.cell(first as usize, column)));
        }
    });
    assert!(several > 50, "{several} rows are hidden by several");
}

#[test]
fn rows_beside_a_table_are_asked_about() {
    each(200, |table, points, random| {
        let columns: Vec<(i64, i64)> = table.columns().iter().map(|domain| (domain.low, domain.high)).collect();
        let beside = boxes(&samples::mixed(3, &columns, random.bits()));
        let (near, all) = (Near::new(table), (0..table.rows() as u32).collect::<Vec<_>>());
        for row in 0..beside.rows() {
            let own: Vec<&Vec<i64>> = points.iter().filter(|point| beside.contains(row, point)).collect();
            let touching: Vec<u32> =
                all.iter().copied().filter(|one| own.iter().any(|point| table.contains(*one as usize, point))).collect();
            assert_eq!(near.rows(&beside, row), touching);
            let is_covered = own.iter().all(|point| table.first(point).is_some());
            match covered(table, &all, &beside, row, &[], STEPS) {
                Coverage::Complete(by) => {
                    assert!(is_covered && by.iter().all(|one| touching.contains(one)), "{by:?}");
                    assert!(own.iter().all(|point| by.iter().any(|one| table.contains(*one as usize, point))), "{by:?} do not cover it");
                }
                Coverage::Gap(found) => assert!(beside.contains(row, &found.point) && table.first(&found.point).is_none(), "{found:?}"),
                Coverage::Unknown => panic!("some rows take too many steps"),
            }
        }
    });
}

#[test]
fn all_keys_there_are_can_be_asked_for() {
    let whole = (i64::MIN, i64::MAX);
    let halves = |columns: usize| {
        let rows = (0..1_usize << columns).map(|row| {
            let half = |column: usize| if row >> column & 1 == 0 { (i64::MIN, -1) } else { (0, i64::MAX) };
            (0..columns).map(|column| Some(vec![half(column)])).collect()
        });
        Sample { columns: vec![whole; columns], rows: rows.collect() }
    };
    // Two columns have 2^128 points, which only large numbers count.
    for columns in [1, 2, 6] {
        let mut sample = halves(columns);
        let table = boxes(&sample);
        assert!(conflicts(&table, &[], &[], 1, STEPS).is_free());
        assert!(matches!(gap_of_disjoint(&table, &[], STEPS), Coverage::Complete(_)));
        assert!(matches!(gap(&table, &[], STEPS), Coverage::Complete(_)));
        assert_eq!(missing(&table, 9, STEPS).boxes, Vec::<Vec<(i64, i64)>>::new());
        let place = sample.rows.len() - 1;
        sample.rows[place][0] = Some(vec![(0, i64::MAX - 1)]);
        let table = boxes(&sample);
        for found in [gap_of_disjoint(&table, &[], STEPS), gap(&table, &[], STEPS)] {
            let Coverage::Gap(found) = found else { panic!("{found:?}") };
            assert!(found.point[0] == i64::MAX && table.first(&found.point).is_none());
        }
        assert_eq!(missing(&table, 9, STEPS).boxes.len(), 1);
    }
}

#[test]
fn gaps_are_shown_by_plain_points() {
    let table = |rows: Vec<Vec<samples::Keys>>| boxes(&Sample { columns: vec![(0, 999_999), (-50_000, 50_000)], rows });
    let point = |table: &Boxes, prefer: &[i64]| match gap(table, prefer, STEPS) {
        Coverage::Gap(found) => (found.point, found.around),
        other => panic!("{other:?}"),
    };
    let one = table(vec![vec![Some(vec![(0, 12_344), (678_901, 999_999)]), None]]);
    assert_eq!(point(&one, &[]), (vec![100_000, 0], vec![(12_345, 678_900), (-50_000, 50_000)]));
    assert_eq!(point(&one, &[0, 7]), (vec![100_000, 7], vec![(12_345, 678_900), (-50_000, 50_000)]));
    assert_eq!(point(&one, &[20_001, 7]).0, [20_001, 7]);
    assert_eq!(point(&one, &[900_000, 7]).0, [600_000, 7]);
    let other = table(vec![vec![None, Some(vec![(-50_000, -4_997), (-4_995, 50_000)])]]);
    assert_eq!(point(&other, &[5, 5]), (vec![5, -4_996], vec![(0, 999_999), (-4_996, -4_996)]));
}

#[test]
fn too_few_steps_are_said() {
    let table = boxes(&samples::overlapping(400, 1));
    assert_eq!(gap(&table, &[], 3), Coverage::Unknown);
    assert!(conflicts(&table, &[], &[], 9, 3).unknown && missing(&table, 9, 3).unknown);
    // Twice half of everything, and then all: only proving shows that the last row is hidden.
    let halves = Sample { columns: vec![(0, 9)], rows: vec![vec![Some(vec![(0, 4)])], vec![Some(vec![(5, 9)])], vec![None]] };
    assert_eq!(hidden(&boxes(&halves), 9).unknown, [2]);
    let none = Boxes::new(vec![Domain { low: 0, high: 9 }]);
    assert!(matches!(gap(&none, &[3], STEPS), Coverage::Gap(found) if found.point == [3] && found.around == [(0, 9)]));
}

#[test]
fn cells_share_their_least_common_key() {
    assert_eq!(shared(&[(0, 5)], &[(5, 9)]), Some(5));
    assert_eq!(shared(&[(0, 4)], &[(5, 9)]), None);
    assert_eq!(shared(&[(0, 1), (4, 5), (9, 9)], &[(2, 3), (6, 20)]), Some(9));
    assert_eq!(shared(&[], &[(0, 9)]), None);
}
