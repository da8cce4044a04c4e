//! Answers against trying every point of small tables, and the steps of large ones.

#[path = "../../../../runtime/src/table/samples.rs"]
#[expect(dead_code, reason = "only some of its tables are of use here")]
mod samples;
mod size;
mod small;

use axtrace_runtime::table::{Boxes, Cell, Domain};
use samples::Sample;

fn boxes(sample: &Sample) -> Boxes {
    let mut boxes = Boxes::new(sample.columns.iter().map(|(low, high)| Domain { low: *low, high: *high }).collect());
    for row in &sample.rows {
        push(&mut boxes, row);
    }
    boxes
}

fn push(boxes: &mut Boxes, row: &[samples::Keys]) {
    let cells: Vec<Cell> = row.iter().map(|keys| keys.as_ref().map_or(Cell::Any, |keys| Cell::In(keys))).collect();
    boxes.push(&cells);
}
