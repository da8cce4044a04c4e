//! Hand-written scans of all rows: one after the other, and in blocks of columns.

use super::Contender;
use super::samples::{Keys, Sample};

/// A cell that asks nothing.
pub const ANY: u8 = u8::MAX;

/// A row as an application would write it.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub goods: u8,
    pub origin: u8,
    pub express: u8,
    pub weight: (u32, u32),
    pub amount: (u32, u32),
    pub day: (u32, u32),
}

/// What a row is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    pub goods: u8,
    pub origin: u8,
    pub express: u8,
    pub weight: u32,
    pub amount: u32,
    pub day: u32,
}

impl Query {
    /// A point in the narrowest numbers.
    pub fn new(point: &[i64]) -> Self {
        Self {
            goods: point[0] as u8,
            origin: point[1] as u8,
            express: point[5] as u8,
            weight: point[2] as u32,
            amount: point[3] as u32,
            day: point[4] as u32,
        }
    }
}

impl Row {
    /// Whether the row applies.
    #[inline]
    pub const fn applies(&self, query: &Query) -> bool {
        (self.goods == ANY || self.goods == query.goods)
            && (self.origin == ANY || self.origin == query.origin)
            && (self.express == ANY || self.express == query.express)
            && self.weight.0 <= query.weight
            && query.weight <= self.weight.1
            && self.amount.0 <= query.amount
            && query.amount <= self.amount.1
            && self.day.0 <= query.day
            && query.day <= self.day.1
    }
}

/// The rows of a table. Enums have a value or none, ranges one interval.
pub fn rows(sample: &Sample) -> Vec<Row> {
    let value = |keys: &Keys| keys.as_ref().map_or(ANY, |keys| keys[0].0 as u8);
    let range = |row: &[Keys], column: usize| {
        let (low, high) = row[column].as_ref().map_or(sample.columns[column], |keys| keys[0]);
        (low as u32, high as u32)
    };
    let row = |row: &Vec<Keys>| Row {
        goods: value(&row[0]),
        origin: value(&row[1]),
        express: value(&row[5]),
        weight: range(row, 2),
        amount: range(row, 3),
        day: range(row, 4),
    };
    sample.rows.iter().map(row).collect()
}

/// Asks one row after the other.
pub struct Linear<'a> {
    rows: &'a [Row],
    queries: &'a [Query],
}

impl<'a> Linear<'a> {
    pub const fn new(rows: &'a [Row], queries: &'a [Query]) -> Self {
        Self { rows, queries }
    }
}

impl Contender for Linear<'_> {
    fn name(&self) -> &'static str {
        "scan of rows"
    }

    fn find(&mut self, from: usize, found: &mut [i32]) {
        for (place, query) in found.iter_mut().zip(&self.queries[from..]) {
            *place = self.rows.iter().position(|row| row.applies(query)).map_or(-1, |row| row as i32);
        }
    }
}

/// How many rows are asked at once.
const BLOCK: usize = 64;

/// The cells of 64 rows, column by column.
struct Block {
    goods: [u8; BLOCK],
    origin: [u8; BLOCK],
    express: [u8; BLOCK],
    weight: [[u32; BLOCK]; 2],
    amount: [[u32; BLOCK]; 2],
    day: [[u32; BLOCK]; 2],
}

/// Asks blocks of rows, in loops without branches that compile to vectors.
pub struct Blocks<'a> {
    blocks: Vec<Block>,
    queries: &'a [Query],
}

impl<'a> Blocks<'a> {
    pub fn new(rows: &[Row], queries: &'a [Query]) -> Self {
        Self { blocks: rows.chunks(BLOCK).map(block).collect(), queries }
    }

    fn row(&self, query: &Query) -> i32 {
        for (number, block) in self.blocks.iter().enumerate() {
            let mut hits = [0xFF; BLOCK];
            keep(&mut hits, &block.goods, query.goods);
            keep(&mut hits, &block.origin, query.origin);
            keep(&mut hits, &block.express, query.express);
            if hits == [0; BLOCK] {
                continue;
            }
            within(&mut hits, &block.weight, query.weight);
            within(&mut hits, &block.amount, query.amount);
            within(&mut hits, &block.day, query.day);
            if let Some(place) = hits.iter().position(|hit| *hit != 0) {
                return (number * BLOCK + place) as i32;
            }
        }
        -1
    }
}

fn keep(hits: &mut [u8; BLOCK], cells: &[u8; BLOCK], value: u8) {
    for (hit, cell) in hits.iter_mut().zip(cells) {
        *hit &= if *cell == ANY || *cell == value { 0xFF } else { 0 };
    }
}

fn within(hits: &mut [u8; BLOCK], [low, high]: &[[u32; BLOCK]; 2], value: u32) {
    for (hit, (low, high)) in hits.iter_mut().zip(low.iter().zip(high)) {
        *hit &= if *low <= value && value <= *high { 0xFF } else { 0 };
    }
}

/// A block of up to 64 rows. What is not filled holds for no value.
fn block(rows: &[Row]) -> Block {
    let never = [[1; BLOCK], [0; BLOCK]];
    let mut block = Block { goods: [0; BLOCK], origin: [0; BLOCK], express: [0; BLOCK], weight: never, amount: never, day: never };
    for (place, row) in rows.iter().enumerate() {
        (block.goods[place], block.origin[place], block.express[place]) = (row.goods, row.origin, row.express);
        for (column, (low, high)) in [(&mut block.weight, row.weight), (&mut block.amount, row.amount), (&mut block.day, row.day)] {
            (column[0][place], column[1][place]) = (low, high);
        }
    }
    block
}

impl Contender for Blocks<'_> {
    fn name(&self) -> &'static str {
        "scan of blocks"
    }

    fn find(&mut self, from: usize, found: &mut [i32]) {
        for (row, query) in found.iter_mut().zip(&self.queries[from..]) {
            *row = self.row(query);
        }
    }
}
