//! A tariff that looks like one: rows by commodity code, origin, weight and day, made from a seed; items to look up; and a plain scan of the rows.

use std::fmt::Write;

/// How many commodity codes there are.
const CODES: u32 = 1_700;
/// How many items are written.
pub const ITEMS: usize = 500;

const ORIGINS: [&str; 12] = ["eu", "uk", "ch", "no", "tr", "us", "ca", "mx", "cn", "jp", "kr", "other"];

/// Numbers that only look random, the same everywhere.
pub struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as u32) % most
    }
}

/// One row. Weights in grams, days since the beginning of 2025, rates in hundredths of a percent; `None` of a rate refers to the desk.
pub struct Row {
    pub number: usize,
    code: u32,
    /// The places of the origins that it is for; none for all.
    origins: Vec<usize>,
    proof: Option<bool>,
    weight: (u32, Option<u32>),
    days: (u32, u32),
    pub rate: Option<u32>,
    note: &'static str,
}

/// Something to look up.
pub struct Item {
    code: u32,
    origin: usize,
    proof: bool,
    weight: u32,
    day: u32,
}

/// The days of the years 2025 to 2027.
const DAYS: u32 = 365 * 3;
/// The first day of 2026.
const NEW_YEAR: u32 = 365;

/// A commodity code of eight digits.
fn code(place: u32) -> String {
    // Chapters 01 to 97, then headings and subheadings.
    format!("{:02}{:02}{:02}{:02}", 1 + place % 97, 1 + place / 97 % 20, 10 * (1 + place % 9), place % 7 * 10)
}

/// A day as it is written.
fn day(days: u32) -> String {
    const MONTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (year, mut rest) = (2025 + days / 365, days % 365);
    let mut month = 0;
    while rest >= MONTHS[month] {
        rest -= MONTHS[month];
        month += 1;
    }
    format!("{year}-{:02}-{:02}", month + 1, rest + 1)
}

fn kilograms(grams: u32) -> String {
    format!("{}.{:03}", grams / 1000, grams % 1000)
}

/// The rows, in order: for each code first what is special, then what is general.
pub fn rows() -> Vec<Row> {
    let random = &mut Random::new(2026);
    let mut rows = Vec::new();
    for place in 0..CODES {
        let light = 1_000 * (1 + random.below(40));
        let heavy = light + 1_000 * (1 + random.below(400));
        let base = 25 * random.below(60);
        let mut push = |origins: Vec<usize>, proof, weight, days, rate, note| {
            rows.push(Row { number: rows.len() + 1, code: place, origins, proof, weight, days, rate, note });
        };
        let whole = (0, DAYS - 1);
        if random.below(40) == 0 {
            push(vec![5 + random.below(3) as usize], None, (0, None), whole, None, "may need a licence");
        }
        push(vec![0], None, (0, None), whole, Some(0), "single market");
        push(vec![1, 2, 3, 4], Some(true), (0, None), whole, Some(0), "free with proof of origin");
        push(vec![6, 9], Some(true), (0, None), (NEW_YEAR - random.below(200), DAYS - 1), Some(base / 3), "agreement");
        push(vec![8], None, (heavy, None), (NEW_YEAR + random.below(100), NEW_YEAR + 300), Some(base + 2_500), "safeguard");
        for (days, more) in [((0, NEW_YEAR - 1), 0), ((NEW_YEAR, DAYS - 1), 25 * random.below(3))] {
            push(vec![5, 8], None, (0, Some(light - 1)), days, Some(base + more + 50), "small parcels");
            push(Vec::new(), None, (0, Some(light - 1)), days, Some(base + more), "");
            push(Vec::new(), None, (light, Some(heavy - 1)), days, Some((base + more) * 9 / 10), "");
            push(Vec::new(), None, (heavy, None), days, Some((base + more) * 3 / 4), "bulk");
        }
    }
    rows
}

/// The rows as the spreadsheet that the rules read.
pub fn sheet(rows: &[Row]) -> String {
    let mut sheet = "no;code;origin;proof;from kg;to kg;first day;last day;rate;note\n".to_owned();
    for row in rows {
        let origins: Vec<&str> = row.origins.iter().map(|place| ORIGINS[*place]).collect();
        let origins = if origins.is_empty() { "-".to_owned() } else { origins.join(", ") };
        let proof = row.proof.map_or("-", |proof| if proof { "true" } else { "false" });
        let to = row.weight.1.map_or_else(|| "-".to_owned(), kilograms);
        let rate = row.rate.map_or_else(|| "refer to desk".to_owned(), |rate| format!("{}.{:02} %", rate / 100, rate % 100));
        let (from, days) = (kilograms(row.weight.0), (day(row.days.0), day(row.days.1)));
        let _ = writeln!(
            sheet,
            "T{:05};{};{origins};{proof};{from};{to};{};{};{rate};{}",
            row.number,
            code(row.code),
            days.0,
            days.1,
            row.note
        );
    }
    sheet
}

/// Items on and beside the limits of rows, and some of no code.
pub fn items(rows: &[Row]) -> Vec<Item> {
    let random = &mut Random::new(7);
    let item = |_| {
        let row = &rows[random.below(rows.len() as u32) as usize];
        let near = |random: &mut Random, value: u32, most: u32| (value + random.below(3)).saturating_sub(1).min(most);
        let weight = if random.below(2) == 0 { row.weight.0 } else { row.weight.1.unwrap_or(1_000 * random.below(20_000)) };
        let day = if random.below(2) == 0 { row.days.0 } else { row.days.1 };
        Item {
            code: if random.below(50) == 0 { 9_999 } else { row.code },
            origin: random.below(12) as usize,
            proof: random.below(2) == 0,
            weight: near(random, weight, 25_000_000),
            day: near(random, day, DAYS - 1),
        }
    };
    (0..ITEMS).map(item).collect()
}

impl Item {
    /// The item as a line of input.
    pub fn line(&self) -> String {
        let code = if self.code == 9_999 { "99999999".to_owned() } else { code(self.code) };
        format!(
            r#"{{"item":{{"code":"{code}","origin":"{}","proof":{},"weight":{},"declared":"{}"}}}}"#,
            ORIGINS[self.origin],
            self.proof,
            kilograms(self.weight),
            day(self.day)
        )
    }

    /// The first row that applies, by asking one after the other.
    pub fn look_up<'r>(&self, rows: &'r [Row]) -> Option<&'r Row> {
        rows.iter().find(|row| {
            code(row.code) == code(self.code)
                && self.code != 9_999
                && (row.origins.is_empty() || row.origins.contains(&self.origin))
                && row.proof.is_none_or(|proof| proof == self.proof)
                && self.weight >= row.weight.0
                && row.weight.1.is_none_or(|most| self.weight <= most)
                && (row.days.0..=row.days.1).contains(&self.day)
        })
    }
}
