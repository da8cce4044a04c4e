//! The same tables as rules: a decision, its rows in CSV, and inputs.

use std::fmt::Write as _;

use super::NONE;
use super::samples::{Keys, Sample};

/// A decision whose outcome is the number of the first row that applies.
pub fn rules(csv: &str, sample: &Sample) -> String {
    let is_complete = sample.rows.last().is_some_and(|row| row.iter().all(Option::is_none));
    let otherwise = if is_complete { String::new() } else { format!("  otherwise {NONE}\n") };
    let names = |letter: char, count: usize| (0..count).map(|name| format!("{letter}{name}")).collect::<Vec<_>>().join(", ");
    format!(
        "module table\n\nenum Goods {{ {} }}\nenum Origin {{ {} }}\n\n\
         decision row(goods: Goods, origin: Origin, weight: integer in 0..9_999_999, amount: money EUR in 0.00 EUR .. 999_999.99 EUR,\n  \
         day: date in {} .. {}, express: boolean) gives integer in 0..{NONE} hit first {{\n  \
         table from \"{csv}\" {{\n    \"goods\" is goods, \"origin\" is origin, \"from g\"..\"to g\" is weight, \"from EUR\"..\"to EUR\" is amount,\n    \
         \"from day\"..\"to day\" is day, \"express\" is express, \"row\" gives\n  }}\n{otherwise}}}\n",
        names('g', 20),
        names('o', 12),
        date(10_000),
        date(29_999),
    )
}

/// The rows, with what each column is.
pub fn csv(sample: &Sample) -> String {
    let mut out = "goods,origin,from g,to g,from EUR,to EUR,from day,to day,express,row\n".to_owned();
    for (number, row) in sample.rows.iter().enumerate() {
        let name = |column: usize, letter: char| one(&row[column], |key| format!("{letter}{key}"));
        let cells = [
            name(0, 'g'),
            name(1, 'o'),
            ends(&row[2], |key| key.to_string()),
            ends(&row[3], amount),
            ends(&row[4], date),
            one(&row[5], |key| (key == 1).to_string()),
        ];
        let _ = writeln!(out, "{},{number}", cells.join(","));
    }
    out
}

/// A cell of an enum or a boolean.
fn one(keys: &Keys, text: impl Fn(i64) -> String) -> String {
    keys.as_ref().map_or_else(|| "-".to_owned(), |keys| text(keys[0].0))
}

/// The two cells of a range.
fn ends(keys: &Keys, text: impl Fn(i64) -> String) -> String {
    keys.as_ref().map_or_else(|| "-,-".to_owned(), |keys| format!("{},{}", text(keys[0].0), text(keys[0].1)))
}

/// Inputs as JSON, one a line.
pub fn inputs(points: &[Vec<i64>]) -> String {
    let mut out = String::new();
    for point in points {
        let (amount, day) = (amount(point[3]), date(point[4]));
        let _ = writeln!(
            out,
            r#"{{"goods":"g{}","origin":"o{}","weight":{},"amount":"{amount} EUR","day":"{day}","express":{}}}"#,
            point[0],
            point[1],
            point[2],
            point[5] == 1
        );
    }
    out
}

fn amount(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The date so many days after 1970-01-01 (Hinnant: "chrono-compatible low-level date algorithms").
fn date(days: i64) -> String {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    format!("{:04}-{month:02}-{day:02}", year + 400 * era)
}
