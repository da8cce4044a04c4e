//! Large tables within steps that grow hardly faster than their rows.

use super::super::{Coverage, conflicts, gap, gap_of_disjoint, hidden, missing};
use super::boxes;
use super::samples::{self, Sample};

/// Rows of the tables here, and the steps that questions about them may take: less than the default allows a tariff of 100,000.
const ROWS: usize = 20_000;
const STEPS: u64 = 150 * ROWS as u64;

#[test]
fn rows_that_exclude_each_other_are_proved_to_and_to_leave_no_gap() {
    let mut sample = samples::partition(ROWS, 3);
    let table = boxes(&sample);
    assert!(conflicts(&table, &[], &[], 9, STEPS).is_free());
    assert!(matches!(gap_of_disjoint(&table, &[], STEPS), Coverage::Complete(_)));
    assert!(matches!(gap(&table, &[], STEPS), Coverage::Complete(_)));
    let gone = sample.rows.remove(ROWS / 3);
    let table = boxes(&sample);
    for found in [gap_of_disjoint(&table, &[], STEPS), gap(&table, &[], STEPS)] {
        let Coverage::Gap(found) = found else { panic!("{found:?}") };
        let row = super::boxes(&Sample { columns: sample.columns.clone(), rows: vec![gone.clone()] });
        assert!(row.contains(0, &found.point), "{found:?} is not in {gone:?}");
    }
    let found = missing(&table, 9, 2 * STEPS);
    assert!(!found.unknown && !found.more, "{found:?}");
    assert_eq!(found.boxes.len(), 1);
}

#[test]
fn a_tariff_is_asked_for_rows_that_never_come_first() {
    let sample = samples::tariff(ROWS, 3);
    let table = boxes(&sample);
    let found = hidden(&table, 4 * STEPS);
    assert_eq!(found.unknown, [0; 0]);
    assert!(found.rows.iter().all(|row| row.smallest), "{:?}", found.rows);
    assert!(matches!(gap(&table, &[], STEPS), Coverage::Complete(by) if by == [ROWS as u32 - 1]));
}
