//! Writes the rows that are not cut any further.

use super::super::Boxes;
use super::grow::{Ref, Region};
use super::layout::{BLOCK, Field, Form, Leaf, Link, Scan};

/// Writes a leaf or, for more rows, a scan, and gives the link to it.
pub fn write(words: &mut Vec<u64>, boxes: &Boxes, region: &Region, refs: &[Ref]) -> Link {
    let Some(first) = refs.first() else { return Link::NONE };
    let link = Link::new(first.row, words.len() as u32);
    let fields = fields(boxes, region, refs);
    let stride = fields.iter().map(|field| field.form.words()).sum();
    let mut lists = Vec::new();
    let mut tests = Vec::with_capacity(refs.len() * stride);
    let small = refs.len() <= BLOCK && stride <= usize::from(u16::MAX);
    if small {
        for row in refs {
            for field in &fields {
                let (test, second) = test(boxes, region, *row, *field, &mut lists);
                tests.push(test);
                tests.extend(second);
            }
        }
    }
    if let Ok(lists_words) = u16::try_from(lists.len())
        && small
    {
        words.push(Leaf { rows: refs.len(), fields: fields.len(), stride, lists: usize::from(lists_words) }.pack());
    } else {
        (tests, lists) = blocks(boxes, region, refs, &fields);
        words.extend(Scan::head(fields.len(), stride, refs.len(), lists.len()));
    }
    push_halves(words, fields.iter().map(|field| field.pack()));
    push_halves(words, refs.iter().map(|row| row.row));
    words.append(&mut tests);
    words.append(&mut lists);
    link
}

/// The tests of blocks of rows, field by field, and their lists.
fn blocks(boxes: &Boxes, region: &Region, refs: &[Ref], fields: &[Field]) -> (Vec<u64>, Vec<u64>) {
    let (mut tests, mut lists) = (Vec::new(), Vec::new());
    for block in refs.chunks(BLOCK) {
        for field in fields {
            let mut seconds = Vec::new();
            for row in block {
                let (test, second) = test(boxes, region, *row, *field, &mut lists);
                tests.push(test);
                seconds.extend(second);
            }
            tests.append(&mut seconds);
        }
    }
    (tests, lists)
}

fn push_halves(words: &mut Vec<u64>, halves: impl Iterator<Item = u32>) {
    let mut low = None;
    for number in halves {
        match low.take() {
            None => low = Some(number),
            Some(low) => words.push(u64::from(low) | u64::from(number) << 32),
        }
    }
    words.extend(low.map(u64::from));
}

/// The columns that the way to here has not settled for all rows, those that most rows ask about first; lists, which take longest, last.
fn fields(boxes: &Boxes, region: &Region, refs: &[Ref]) -> Vec<Field> {
    let mut fields = Vec::new();
    for column in 0..boxes.columns().len() {
        let form = Form::of(boxes.columns()[column]);
        let (mut asking, mut lists) = (0_usize, false);
        for row in refs.iter().filter(|row| row.asks(column)) {
            let cell = region.clip(boxes, row.row, column);
            asking += usize::from(!region.covers(cell, column));
            lists |= cell.len() > 1;
        }
        if asking > 0 {
            let form = if lists && form != Form::Bits { Form::List } else { form };
            fields.push((form == Form::List, usize::MAX - asking, Field { form, column }));
        }
    }
    fields.sort_by_key(|(list, others, field)| (*list, *others, field.column));
    fields.into_iter().map(|(_, _, field)| field).collect()
}

/// The words of a test.
fn test(boxes: &Boxes, region: &Region, row: Ref, field: Field, lists: &mut Vec<u64>) -> (u64, Option<u64>) {
    let domain = boxes.columns()[field.column];
    let whole = [(domain.low, domain.high)];
    let clipped = region.clip(boxes, row.row, field.column);
    let cell = if region.covers(clipped, field.column) { &whole } else { clipped };
    let offset = |key: i64| key.wrapping_sub(domain.low).cast_unsigned();
    match (field.form, cell) {
        (Form::Bits, _) => (cell.iter().fold(0, |bits, (low, high)| bits | run(offset(*low), offset(*high))), None),
        (Form::List, _) => {
            let start = lists.len() as u64;
            lists.extend(cell.iter().flat_map(|(low, high)| [low.cast_unsigned(), high.cast_unsigned()]));
            (start | (cell.len() as u64) << 32, None)
        }
        (Form::Narrow, [(low, high)]) => (super::layout::narrow(offset(*low), offset(*high)), None),
        (Form::Wide, [(low, high)]) => (low.cast_unsigned(), Some(high.cast_unsigned())),
        // A row that reaches a node has keys in its region, so each of its cells has an interval there; and only lists have more.
        (Form::Narrow, _) => (super::layout::narrow(1, 0), None),
        (Form::Wide, _) => (1, Some(0)),
    }
}

/// The bits from one place to another, both included.
const fn run(low: u64, high: u64) -> u64 {
    (u64::MAX >> (63 - (high - low))) << low
}

impl Region {
    /// The intervals of a cell that reach into the region, unclipped.
    pub fn clip<'a>(&self, boxes: &'a Boxes, row: u32, column: usize) -> &'a [(i64, i64)] {
        let cell = boxes.cell(row as usize, column);
        if cell.len() == 1 {
            return cell;
        }
        let (low, high) = self.0[column];
        let from = cell.partition_point(|interval| interval.1 < low);
        let to = cell.partition_point(|interval| interval.0 <= high);
        &cell[from..to.max(from)]
    }

    /// Whether what reaches into the region covers it.
    pub fn covers(&self, cell: &[(i64, i64)], column: usize) -> bool {
        let (low, high) = self.0[column];
        matches!(cell, [interval] if interval.0 <= low && high <= interval.1)
    }
}
