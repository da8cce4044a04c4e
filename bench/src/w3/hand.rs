//! Workload 3 in hand-written Rust: alone, in batches, with the bits of a full trace, and from JSON.

use std::hint::black_box;

use serde::Deserialize;
use serde::de::Error as _;

use super::{BULK, Discount, Inputs, Kind, LINES, Line, Order, TIERS};
use crate::harness::{Contender, Mode};

/// The total of the lines that are no vouchers, in cents. Vouchers add 0: a select, where a filter would be a branch that nobody can predict.
#[inline]
pub fn total(lines: &[Line]) -> u64 {
    lines.iter().map(|line| if line.kind == Kind::Voucher { 0 } else { u64::from(line.qty) * u64::from(line.price) }).sum()
}

/// Whether a line is for a person to look at. All lines are looked at, as that needs no branches and most orders have no such line.
#[inline]
fn has_bulk(lines: &[Line]) -> bool {
    lines.iter().fold(false, |found, line| found | (line.qty > BULK))
}

#[inline]
fn tier(total: u64) -> Discount {
    match total {
        total if total >= TIERS[3] => Discount::Platinum,
        total if total >= TIERS[2] => Discount::Gold,
        total if total >= TIERS[1] => Discount::Silver,
        total if total >= TIERS[0] => Discount::Bronze,
        _ => Discount::None,
    }
}

/// Decides one order.
#[inline]
pub fn decide(order: &Order) -> Discount {
    if has_bulk(&order.lines) { Discount::ByHand } else { tier(total(&order.lines)) }
}

/// Decides many orders. `out` has room for all of them.
pub fn decide_batch(rows: &[Order], out: &mut [u8]) {
    for (row, out) in rows.iter().zip(out) {
        *out = decide(row) as u8;
    }
}

/// What a full trace keeps of one decision, but for its elements.
///
/// Sites, from the lowest bits, two each: rule `bulk`, its `some`; rule `top`, the let `total`, its `sum`, 1 condition; rules `high`,
/// `middle` and `low`, 1 condition each; `otherwise`. Bits of a rule: 0 not reached, 1 did not apply, 3 decided. Of a condition and of
/// `some`: 0 not evaluated, 1 false, 2 true. Of let and `sum`: 0 not evaluated, 1 evaluated. A value whose site was not evaluated means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct Record {
    /// The bits of 13 sites.
    pub sites: u32,
    /// The total in cents.
    pub total: u64,
    /// Where the elements that `some` visited stand: offset times 2^32 plus their number. One byte each: the bits of its condition.
    pub some: u64,
    /// Where the elements that `sum` visited stand, likewise. Eight bytes each: a byte with the bits of the `where` and of the product, then,
    /// after three unused bytes, the product in cents, which means nothing where it was not evaluated.
    pub sum: u64,
}

/// The bits that stand between the loops of a record, by outcome.
const SITES: [u32; 6] = sites_by_discount();

const fn sites_by_discount() -> [u32; 6] {
    let not_bulk = 1 | 1 << 2;
    let summed = not_bulk | 1 << 6 | 1 << 8;
    let platinum = summed | 3 << 4 | 2 << 10;
    let not_platinum = summed | 1 << 4 | 1 << 10;
    let gold = not_platinum | 3 << 12 | 2 << 14;
    let not_gold = not_platinum | 1 << 12 | 1 << 14;
    let silver = not_gold | 3 << 16 | 2 << 18;
    let not_silver = not_gold | 1 << 16 | 1 << 18;
    let bronze = not_silver | 3 << 20 | 2 << 22;
    let none = not_silver | 1 << 20 | 1 << 22 | 3 << 24;
    [none, bronze, silver, gold, platinum, 3 | 2 << 2]
}

/// A growing store of visited elements.
#[derive(Default)]
pub struct Arena {
    bytes: Vec<u8>,
    used: usize,
}

impl Arena {
    /// Forgets what was recorded and keeps the memory.
    pub fn clear(&mut self) {
        self.used = 0;
    }

    /// What a handle of [`Record`] stands for, for elements of `size` bytes.
    #[cfg(test)]
    pub fn segment(&self, handle: u64, size: usize) -> &[u8] {
        let start = (handle >> 32) as usize;
        &self.bytes[start..start + (handle & 0xFFFF_FFFF) as usize * size]
    }

    /// Room for `count` elements of `size` bytes each, aligned to 8 bytes, and its handle.
    #[inline]
    fn append(&mut self, count: usize, size: usize) -> (u64, &mut [u8]) {
        let start = self.used;
        let end = start + count * size;
        if end > self.bytes.len() {
            self.grow(end);
        }
        self.used = end.next_multiple_of(8);
        ((start as u64) << 32 | count as u64, &mut self.bytes[start..end])
    }

    #[cold]
    fn grow(&mut self, end: usize) {
        self.bytes.resize((end * 2).max(1 << 16), 0);
    }
}

/// Decides one order and records how.
#[inline]
pub fn decide_traced(order: &Order, arena: &mut Arena) -> (Discount, Record) {
    let lines = &order.lines;
    if has_bulk(lines) {
        let deciding = lines.iter().position(|line| line.qty > BULK).unwrap_or(lines.len());
        let (some, bits) = arena.append(deciding + 1, 1);
        bits.fill(1);
        bits[deciding] = 2;
        return (Discount::ByHand, Record { sites: SITES[Discount::ByHand as usize], some, ..Record::default() });
    }
    let (some, bits) = arena.append(lines.len(), 1);
    bits.fill(1);
    let (total, sum) = total_traced(lines, arena);
    let discount = tier(total);
    (discount, Record { sites: SITES[discount as usize], total, some, sum })
}

#[inline]
fn total_traced(lines: &[Line], arena: &mut Arena) -> (u64, u64) {
    let (handle, elements) = arena.append(lines.len(), 8);
    let mut total = 0;
    for (line, element) in lines.iter().zip(elements.chunks_exact_mut(8)) {
        let counts = line.kind != Kind::Voucher;
        let product = u64::from(line.qty) * u64::from(line.price);
        let bits = if counts { 2 | 1 << 2 } else { 1 };
        total += if counts { product } else { 0 };
        element.copy_from_slice(&(product << 32 | bits).to_le_bytes());
    }
    (total, handle)
}

/// Decides many orders and records how. `out` and `records` have room for all of them.
pub fn decide_batch_traced(rows: &[Order], out: &mut [u8], records: &mut [Record], arena: &mut Arena) {
    arena.clear();
    for ((row, out), record) in rows.iter().zip(out).zip(records) {
        let (discount, how) = decide_traced(row, arena);
        *out = discount as u8;
        *record = how;
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    order: Order,
}

/// Reads the text of one input.
///
/// # Errors
/// If the text is no such input.
pub fn read(text: &str) -> Result<Order, serde_json::Error> {
    let Document { order } = serde_json::from_str(text)?;
    let in_range = |line: &Line| (1..=1_000).contains(&line.qty) & (line.price <= 10_000_00);
    if (1..=LINES).contains(&order.lines.len()) && order.lines.iter().all(in_range) {
        Ok(order)
    } else {
        Err(serde_json::Error::custom("a value is out of range"))
    }
}

/// Decides from the text of one input.
///
/// # Errors
/// If the text is no such input.
pub fn decide_json(text: &str) -> Result<Discount, serde_json::Error> {
    Ok(decide(&read(text)?))
}

/// Hand-written Rust as a contender.
pub struct Hand<'a> {
    inputs: &'a Inputs,
    records: Vec<Record>,
    arena: Arena,
}

impl<'a> Hand<'a> {
    /// A contender for these inputs.
    pub fn new(inputs: &'a Inputs) -> Self {
        Self { inputs, records: vec![Record::default(); inputs.rows.len()], arena: Arena::default() }
    }
}

impl Contender for Hand<'_> {
    fn name(&self) -> &'static str {
        "Rust (hand)"
    }

    fn supports(&self, _: Mode) -> bool {
        true
    }

    fn run(&mut self, mode: Mode, out: &mut [u8]) {
        match mode {
            Mode::Batch => decide_batch(&self.inputs.rows, out),
            Mode::BatchTraced => decide_batch_traced(&self.inputs.rows, out, black_box(&mut self.records), black_box(&mut self.arena)),
            Mode::Single => self.single(out),
            Mode::Json => self.json(out),
        }
    }
}

impl Hand<'_> {
    fn single(&self, out: &mut [u8]) {
        // The compiler must not see which function is called, or it would inline it and turn single calls into a batch.
        let decide: fn(&Order) -> Discount = black_box(decide);
        for (row, out) in self.inputs.rows.iter().zip(out) {
            *out = decide(row) as u8;
        }
    }

    fn json(&self, out: &mut [u8]) {
        for (line, out) in self.inputs.json.iter().zip(out) {
            *out = decide_json(line).map_or(u8::MAX, |discount| discount as u8);
        }
    }
}
