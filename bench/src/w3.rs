//! Workload 3, "order discount": a sum of products, a `some` and tiers over an order of 50 lines. `rules/w3.ax` says what is decided.

pub mod hand;

use std::fmt::Write as _;

use serde::Deserialize;

use crate::random::Random;

/// How many inputs are decided.
pub const INPUTS: usize = 10_000;
/// How many lines an order has.
pub const LINES: usize = 50;
/// The least totals of bronze, silver, gold and platinum, in cents.
pub const TIERS: [u64; 4] = [1_000_00, 2_500_00, 5_000_00, 10_000_00];
/// More of one thing than this is for a person to look at.
pub const BULK: u16 = 40;

/// What is decided. Each rule has an outcome of its own, so equal outcomes mean equal rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Discount {
    None,
    Bronze,
    Silver,
    Gold,
    Platinum,
    ByHand,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Kind {
    Goods,
    Service,
    Voucher,
}

const KINDS: [&str; 3] = ["goods", "service", "voucher"];

/// One line of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// How many, 1 to 1,000.
    pub qty: u16,
    /// What one costs, in cents, 0.00 to 10,000.00 EUR.
    #[serde(deserialize_with = "crate::decimal::hundredths")]
    pub price: u32,
    /// What it is.
    pub kind: Kind,
}

/// One input: an order of 1 to 50 lines.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Its lines.
    pub lines: Vec<Line>,
}

/// The inputs, in both forms.
pub struct Inputs {
    /// As hand-written code keeps them.
    pub rows: Vec<Order>,
    /// As lines of JSON, keyed by the decision's parameter.
    pub json: Vec<String>,
}

/// Makes the inputs of a seed: no two are the same, about 10 % of the totals lie exactly on a tier's limit.
pub fn generate(seed: u64) -> Inputs {
    let mut random = Random::new(seed);
    let rows: Vec<_> = (0..INPUTS).map(|_| order(&mut random)).collect();
    let json = rows.iter().map(to_json).collect();
    Inputs { rows, json }
}

fn order(random: &mut Random) -> Order {
    let dearest = random.pick(&[2_00, 5_00, 10_00, 20_00, 40_00]);
    let mut lines: Vec<Line> = (0..LINES).map(|_| line(random, dearest)).collect();
    let last = LINES - 1;
    if random.chance(15) {
        let place = random.between(0, last as u32 - 1) as usize;
        lines[place].qty = random.between(u32::from(BULK) + 1, 200) as u16;
    }
    if random.chance(12)
        && let Some(line) = up_to_a_limit(&lines[..last])
    {
        lines[last] = line;
    }
    Order { lines }
}

fn line(random: &mut Random, dearest: u32) -> Line {
    let kind = random.pick(&[Kind::Goods, Kind::Goods, Kind::Service, Kind::Voucher]);
    Line { qty: random.between(1, u32::from(BULK)) as u16, price: random.between(1, dearest), kind }
}

/// The line that brings a total exactly to the next tier, if there is one.
fn up_to_a_limit(lines: &[Line]) -> Option<Line> {
    let total = hand::total(lines);
    let limit = TIERS.into_iter().find(|limit| *limit > total)?;
    let price = u32::try_from(limit - total).ok().filter(|price| *price <= 10_000_00)?;
    Some(Line { qty: 1, price, kind: Kind::Goods })
}

fn to_json(row: &Order) -> String {
    let mut out = String::from(r#"{"order":{"lines":["#);
    for (place, line) in row.lines.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let (qty, price, kind) = (line.qty, line.price, KINDS[line.kind as usize]);
        let _ = write!(out, r#"{comma}{{"qty":{qty},"price":{}.{:02},"kind":"{kind}"}}"#, price / 100, price % 100);
    }
    out.push_str("]}}");
    out
}

/// One input as JSON with prices in whole cents.
#[cfg(feature = "peers")]
pub fn to_cents(row: &Order) -> String {
    let line = |line: &Line| format!(r#"{{"qty":{},"price":{},"kind":"{}"}}"#, line.qty, line.price, KINDS[line.kind as usize]);
    let lines: Vec<String> = row.lines.iter().map(line).collect();
    format!(r#"{{"order":{{"lines":[{}]}}}}"#, lines.join(","))
}
