//! Tables and points from a seeded generator, the same on every machine: for tests and measurements. It knows of nothing but keys, so that
//! other crates' tests and the benchmark can include this file as well.

/// Closed intervals of keys; none means any key.
pub type Keys = Option<Vec<(i64, i64)>>;

/// The columns of a table as their smallest and greatest keys, and its rows.
pub struct Sample {
    pub columns: Vec<(i64, i64)>,
    pub rows: Vec<Vec<Keys>>,
}

/// Six columns: two enums, a weight in grams, an amount in cents, a day, and a boolean.
pub const COLUMNS: [(i64, i64); 6] = [(0, 19), (0, 11), (0, 9_999_999), (0, 99_999_999), (10_000, 29_999), (0, 1)];
/// The columns that hold ranges.
const RANGES: [usize; 3] = [2, 3, 4];

/// A source of numbers (splitmix64).
pub struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number between two, both included.
    pub const fn between(&mut self, low: i64, high: i64) -> i64 {
        let keys = high.wrapping_sub(low).cast_unsigned() as u128 + 1;
        low.wrapping_add(((self.bits() as u128 * keys) >> 64) as i64)
    }

    /// True in `percent` of a hundred cases.
    pub const fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }
}

/// As tariffs are: rows that divide all there is among them, by enums and then by ranges; before them exceptions to 2 % of them, behind
/// them a default for each value of an enum, and one for everything.
pub fn tariff(rows: usize, seed: u64) -> Sample {
    let mut random = Random::new(seed);
    let (exceptions, defaults) = (rows / 50, (rows / 10).min(20));
    let mut parts = Vec::new();
    divide(&mut random, &COLUMNS, vec![None; COLUMNS.len()], rows - exceptions - defaults - 1, &mut parts);
    shuffle(&mut random, &mut parts);
    let mut table: Vec<Vec<Keys>> = (0..exceptions).map(|_| exception(&mut random, &parts)).collect();
    // A few parts are left to the defaults, one of each at least.
    let own: Vec<usize> =
        (0..defaults as i64).filter_map(|value| parts.iter().position(|part| part[0] == Some(vec![(value, value)]))).collect();
    for place in own.into_iter().chain(0..parts.len() / 100) {
        parts[place] = exception(&mut random, &parts);
    }
    table.append(&mut parts);
    for value in 0..defaults as i64 {
        let mut row = vec![None; COLUMNS.len()];
        row[0] = Some(vec![(value, value)]);
        table.push(row);
    }
    table.push(vec![None; COLUMNS.len()]);
    Sample { columns: COLUMNS.to_vec(), rows: table }
}

/// Rows that divide all there is: none overlap, and nothing is left.
pub fn partition(rows: usize, seed: u64) -> Sample {
    partition_of(&COLUMNS, rows, seed)
}

/// The same of other columns. Those of fewer than 64 keys are enums, those of two are booleans.
pub fn partition_of(columns: &[(i64, i64)], rows: usize, seed: u64) -> Sample {
    let mut random = Random::new(seed);
    let mut parts = Vec::new();
    divide(&mut random, columns, vec![None; columns.len()], rows, &mut parts);
    shuffle(&mut random, &mut parts);
    Sample { columns: columns.to_vec(), rows: parts }
}

/// Rows that each ask any of the columns for something narrow, independently of each other.
pub fn overlapping(rows: usize, seed: u64) -> Sample {
    let mut random = Random::new(seed);
    let row = |random: &mut Random| (0..COLUMNS.len()).map(|column| (!random.chance(10)).then(|| vec![range(random, column, 5)])).collect();
    Sample { columns: COLUMNS.to_vec(), rows: (0..rows).map(|_| row(&mut random)).collect() }
}

/// Rows that ask two of the ranges for something narrow, and nothing of the other columns: no cut divides them well.
pub fn cross(rows: usize, seed: u64) -> Sample {
    let mut random = Random::new(seed);
    let row = |random: &mut Random| {
        let spared = random.between(0, 2) as usize;
        let asks = |column| RANGES.iter().position(|range| *range == column).is_some_and(|place| place != spared);
        (0..COLUMNS.len()).map(|column| asks(column).then(|| vec![range(random, column, 1)])).collect()
    };
    Sample { columns: COLUMNS.to_vec(), rows: (0..rows).map(|_| row(&mut random)).collect() }
}

/// Rows that ask every column for something wide: all overlap all others in most columns.
pub fn wide(rows: usize, seed: u64) -> Sample {
    let mut random = Random::new(seed);
    let row = |random: &mut Random| (0..COLUMNS.len()).map(|column| Some(vec![range(random, column, 80)])).collect();
    Sample { columns: COLUMNS.to_vec(), rows: (0..rows).map(|_| row(&mut random)).collect() }
}

/// Something of everything over small columns: no key, points, ranges, lists, what is not in a list, anything.
pub fn mixed(rows: usize, columns: &[(i64, i64)], seed: u64) -> Sample {
    let mut random = Random::new(seed);
    let row = |random: &mut Random| columns.iter().map(|limits| any_cell(random, *limits)).collect();
    Sample { columns: columns.to_vec(), rows: (0..rows).map(|_| row(&mut random)).collect() }
}

fn any_cell(random: &mut Random, (low, high): (i64, i64)) -> Keys {
    let one = |random: &mut Random| {
        let [one, other] = [0; 2].map(|_| random.between(low, high));
        (one.min(other), one.max(other))
    };
    match random.between(0, 19) {
        0..7 => None,
        7..13 => Some(vec![one(random)]),
        13..16 => Some(vec![random.between(low, high)].into_iter().map(|key| (key, key)).collect()),
        16 => Some((0..random.between(1, 4)).map(|_| one(random)).collect()),
        17 | 18 => {
            let key = random.between(low, high);
            Some([(low, key.saturating_sub(1)), (key.saturating_add(1), high)].into_iter().filter(|(low, high)| low <= high).collect())
        }
        _ if random.chance(20) => Some(Vec::new()),
        _ => Some(vec![(low, random.between(low, high))]),
    }
}

/// Divides a part among so many rows: first by enums, if there are enough rows for their values, then by ranges and booleans in halves.
fn divide(random: &mut Random, columns: &[(i64, i64)], part: Vec<Keys>, rows: usize, parts: &mut Vec<Vec<Keys>>) {
    if rows <= 1 {
        parts.push(part);
        return;
    }
    let limits = |column: usize| part[column].as_ref().map_or(columns[column], |keys| keys[0]);
    let keys = |column: usize| (limits(column).1 - limits(column).0) as usize + 1;
    let enums = |column: &usize| (3..64).contains(&keys(*column)) && rows >= 3 * keys(*column);
    if let Some(column) = (0..columns.len()).find(enums) {
        let (values, low) = (keys(column), limits(column).0);
        for value in 0..values {
            let mut child = part.clone();
            child[column] = Some(vec![(low + value as i64, low + value as i64)]);
            divide(random, columns, child, rows / values + usize::from(value < rows % values), parts);
        }
        return;
    }
    let wide: Vec<usize> = (0..columns.len()).filter(|column| keys(*column) >= 64).collect();
    let boolean = (0..columns.len()).find(|column| keys(*column) == 2).filter(|_| random.chance(15));
    let Some(column) = boolean.or_else(|| wide.get(random.between(0, wide.len() as i64 - 1) as usize).copied()) else {
        // Nothing is left to divide.
        parts.push(part);
        return;
    };
    let (low, high) = limits(column);
    let third = (high - low) / 3;
    let cut = random.between(low + third, (high - third - 1).max(low + third));
    for (keys, rows) in [((low, cut), rows / 2), ((cut + 1, high), rows - rows / 2)] {
        let mut child = part.clone();
        child[column] = Some(vec![keys]);
        divide(random, columns, child, rows, parts);
    }
}

/// A row within another, narrower in one or two ranges.
fn exception(random: &mut Random, parts: &[Vec<Keys>]) -> Vec<Keys> {
    let mut row = parts[random.between(0, parts.len() as i64 - 1) as usize].clone();
    for _ in 0..2 {
        let column = RANGES[random.between(0, 2) as usize];
        let (low, high) = row[column].as_ref().map_or(COLUMNS[column], |keys| keys[0]);
        let [one, other] = [0; 2].map(|_| random.between(low, high));
        row[column] = Some(vec![(one.min(other), one.max(other))]);
    }
    row
}

/// A value of an enum, or a range that is at most so many hundredths of its column.
fn range(random: &mut Random, column: usize, percent: i64) -> (i64, i64) {
    let (low, high) = COLUMNS[column];
    if high - low < 64 {
        let value = random.between(low, high);
        return (value, value);
    }
    let width = random.between(0, (high - low) / 100 * percent);
    let start = random.between(low, high - width);
    (start, start + width)
}

fn shuffle<T>(random: &mut Random, items: &mut [T]) {
    for place in (1..items.len()).rev() {
        items.swap(place, random.between(0, place as i64) as usize);
    }
}

/// So many points, three of four somewhere in a row and the fourth anywhere.
pub fn points(sample: &Sample, count: usize, seed: u64) -> Vec<Vec<i64>> {
    let mut random = Random::new(seed);
    (0..count).map(|place| point(&mut random, sample, place % 4 != 3)).collect()
}

fn point(random: &mut Random, sample: &Sample, in_row: bool) -> Vec<i64> {
    let row = (in_row && !sample.rows.is_empty()).then(|| &sample.rows[random.between(0, sample.rows.len() as i64 - 1) as usize]);
    let mut key = |column: usize| {
        let keys = row.and_then(|row| row[column].as_ref()).filter(|keys| !keys.is_empty());
        let (low, high) = keys.map_or(sample.columns[column], |keys| keys[random.between(0, keys.len() as i64 - 1) as usize]);
        // The ends are where mistakes are.
        match random.between(0, 7) {
            0 => low,
            1 => high,
            _ => random.between(low, high),
        }
    };
    (0..sample.columns.len()).map(&mut key).collect()
}
