//! Points and boxes to show to people.

use axtrace_runtime::table::Boxes;

use super::cut::Part;

/// Columns with fewer keys than this hold names or small numbers, of which none is rounder than another.
const NAMES: u64 = 64;

/// The plainest point of a part: in each column the preferred key, or else the roundest, the one next to it among equals.
pub fn point(part: &Part, boxes: &Boxes, prefer: &[i64]) -> Vec<i64> {
    let columns = part.iter().zip(boxes.columns()).enumerate();
    columns.map(|(column, (keys, domain))| key(*keys, domain.span() < NAMES, prefer.get(column).copied())).collect()
}

fn key((low, high): (i64, i64), is_name: bool, prefer: Option<i64>) -> i64 {
    let near = prefer.unwrap_or(0).clamp(low, high);
    if prefer == Some(near) || is_name {
        return near;
    }
    let mut unit: i128 = 1_000_000_000_000_000_000;
    while unit > 1 {
        let [below, above] = [i128::from(near).div_euclid(unit) * unit, -(-i128::from(near)).div_euclid(unit) * unit];
        let inside = |key: &i128| i128::from(low) <= *key && *key <= i128::from(high);
        let nearest = [below, above].into_iter().filter(inside).min_by_key(|key| (key - i128::from(near)).abs());
        if let Some(key) = nearest.and_then(|key| i64::try_from(key).ok()) {
            return key;
        }
        unit /= 10;
    }
    near
}

/// Grows a part that no row touches until no column can be widened: first columns that can be freed altogether, then as far as the rows next
/// to it. `others` are further boxes to keep apart from.
pub fn grow(boxes: &Boxes, others: &[Part], mut part: Part) -> Part {
    for whole_only in [true, false] {
        for column in 0..part.len() {
            let limits = widest(boxes, others, &part, column);
            let domain = boxes.columns()[column];
            if !whole_only || limits == (domain.low, domain.high) {
                part[column] = limits;
            }
        }
    }
    part
}

/// How far one column of a part can be widened.
fn widest(boxes: &Boxes, others: &[Part], part: &Part, column: usize) -> (i64, i64) {
    let domain = boxes.columns()[column];
    let (mut low, mut high) = (domain.low, domain.high);
    let (from, to) = part[column];
    let mut keep_apart = |interval: (i64, i64)| {
        // Neither overflows: such an interval ends below a key of the part, or begins above one.
        if interval.1 < from {
            low = low.max(interval.1 + 1);
        }
        if interval.0 > to {
            high = high.min(interval.0 - 1);
        }
    };
    let touches = |cell: &[(i64, i64)], (low, high): (i64, i64)| {
        let place = cell.partition_point(|interval| interval.1 < low);
        cell.get(place).is_some_and(|interval| interval.0 <= high)
    };
    for row in 0..boxes.rows() {
        if (0..part.len()).all(|other| other == column || touches(boxes.cell(row, other), part[other])) {
            boxes.cell(row, column).iter().for_each(|interval| keep_apart(*interval));
        }
    }
    for box_ in others {
        if (0..part.len()).all(|other| other == column || touches(&box_[other..=other], part[other])) {
            keep_apart(box_[column]);
        }
    }
    (low, high)
}
