//! Measures decision tables: `cargo run --release --bin tables [-- ROWS…]`, or writes one as rules: `-- write KIND ROWS FOLDER`.
//!
//! Each kind of table, at each number of rows, is asked for the first row that applies to 200,000 distinct points: by decisions of AxTrace, by
//! the index alone that it builds, by hand-written Rust, and with the feature `peers` by zen-engine. Answers are compared first. Then
//! contenders take turns; the median of the turns counts.

#![allow(clippy::disallowed_macros, clippy::disallowed_methods, reason = "this is a command line, which prints and writes files")]

#[path = "../../clock.rs"]
mod clock;
mod decision;
mod grid;
mod index;
mod rules;
#[path = "../../../../runtime/src/table/samples.rs"]
#[expect(dead_code, reason = "only some of its tables are of use here")]
mod samples;
mod scan;
#[cfg(feature = "peers")]
mod zen;

use std::process::ExitCode;

use axtrace::Level;
use clock::cpu_ns;
use samples::Sample;

/// The points that each table is asked about.
const POINTS: usize = 200_000;
/// How often it is each contender's turn, and how long a turn lasts at least, in nanoseconds.
const TURNS: usize = 5;
const TURN_NS: u64 = 30_000_000;

/// A kind of table: its name, what it is, and what makes one of so many rows from a seed.
type Kind = (&'static str, &'static str, fn(usize, u64) -> Sample);

const KINDS: [Kind; 4] = [
    ("tariff", "mostly disjoint, exceptions first, defaults last", samples::tariff),
    ("overlapping", "narrow cells in all columns, independent of each other", samples::overlapping),
    ("cross", "narrow cells in two of three columns, nothing in the others", samples::cross),
    ("wide", "wide cells in all columns", samples::wide),
];

/// The outcome where no row applies.
const NONE: i32 = 1_000_000;

/// Something that finds the first row that applies to a point.
trait Contender {
    fn name(&self) -> &'static str;

    /// Finds rows for the points from one on, and writes their numbers, or -1.
    fn find(&mut self, from: usize, found: &mut [i32]);
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let result = if words.first().is_some_and(|word| word == "write") { write(&words[1..]) } else { measure(&words) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn measure(words: &[String]) -> Result<(), String> {
    let mut sizes = Vec::new();
    for word in words {
        sizes.push(rows(word)?);
    }
    if sizes.is_empty() {
        sizes = vec![10, 100, 1_000, 10_000, 100_000];
    }
    println!("Median CPU time of {TURNS} turns of at least {} ms each, in nanoseconds a decision.", TURN_NS / 1_000_000);
    for (name, what, make) in KINDS {
        println!("\n## {name}: {what}\n");
        for (place, size) in sizes.iter().enumerate() {
            one(&make(*size, 1), *size, place == 0)?;
        }
    }
    Ok(())
}

fn rows(word: &str) -> Result<usize, String> {
    word.parse().ok().filter(|rows| *rows >= 10).ok_or_else(|| format!("`{word}` is no number of rows, from 10 up"))
}

/// Measures one table, and prints its line.
fn one(sample: &Sample, size: usize, is_first: bool) -> Result<(), String> {
    let points = samples::points(sample, POINTS, 2);
    let ours = index::Ours::new(sample, &points);
    let summary = ours.summary();
    let rows = scan::rows(sample);
    let queries: Vec<scan::Query> = points.iter().map(|point| scan::Query::new(point)).collect();
    let compiled = decision::Compiled::new(sample, &points)?;
    let mut contenders: Vec<Box<dyn Contender + '_>> = vec![
        Box::new(scan::Linear::new(&rows, &queries)),
        Box::new(scan::Blocks::new(&rows, &queries)),
        Box::new(grid::Grid::new(&rows, &queries)),
        Box::new(ours),
        Box::new(decision::Decides::new(&compiled, "AxTrace", Level::None)),
        Box::new(decision::Decides::new(&compiled, "AxTrace, record", Level::Record)),
    ];
    #[cfg(feature = "peers")]
    contenders.push(Box::new(zen::Zen::new(sample, &points)?));
    agree(&mut contenders)?;
    if is_first {
        let names = contenders.iter().map(|one| one.name()).collect::<Vec<_>>().join(" | ");
        println!("| rows | {names} | scan : AxTrace | record : none | work, median and most | bytes a row | built in ms |");
        println!("|{}", "--:|".repeat(contenders.len() + 6));
    }
    let times = medians(&mut contenders);
    let ratios = format!("{:.2} | {:.2}", times[0] / times[4], times[5] / times[4]);
    let times: Vec<String> = times.iter().map(|time| format!("{time:.1}")).collect();
    println!("| {size} | {} | {ratios} | {summary} |", times.join(" | "));
    Ok(())
}

/// Holds every contender against the first: for all points where neither takes more than a second or so.
fn agree(contenders: &mut [Box<dyn Contender + '_>]) -> Result<(), String> {
    let mut expected = vec![-1; POINTS];
    let known = answers(&mut *contenders[0], &mut expected);
    for contender in &mut contenders[1..] {
        let mut found = vec![-1; known];
        let count = answers(&mut **contender, &mut found);
        if let Some(point) = (0..count).find(|point| found[*point] != expected[*point]) {
            return Err(format!("point {point}: {} gives {} instead of {}", contender.name(), found[point], expected[point]));
        }
    }
    Ok(())
}

/// Finds rows until all have been asked for or a second is over; gives how many were.
fn answers(contender: &mut dyn Contender, found: &mut [i32]) -> usize {
    let (start, mut from) = (cpu_ns(), 0);
    while from < found.len() && cpu_ns() - start < 1_000_000_000 {
        let to = (from + 16).min(found.len());
        contender.find(from, &mut found[from..to]);
        from = to;
    }
    from
}

/// The median time of each contender, in nanoseconds a point.
fn medians(contenders: &mut [Box<dyn Contender + '_>]) -> Vec<f64> {
    let mut times = vec![Vec::new(); contenders.len()];
    let mut places = vec![0; contenders.len()];
    let mut found = vec![-1; POINTS];
    for _ in 0..TURNS {
        for (number, contender) in contenders.iter_mut().enumerate() {
            times[number].push(turn(&mut **contender, &mut places[number], &mut found));
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect()
}

/// One turn: goes on through the points, from where the turn before ended, until the time is over.
fn turn(contender: &mut dyn Contender, place: &mut usize, found: &mut [i32]) -> f64 {
    let (start, mut count, mut step) = (cpu_ns(), 0, 1);
    loop {
        let to = (*place + step).min(POINTS);
        contender.find(*place, std::hint::black_box(&mut found[*place..to]));
        count += to - *place;
        *place = if to == POINTS { 0 } else { to };
        let time = cpu_ns() - start;
        if time >= TURN_NS {
            return time as f64 / count as f64;
        }
        // The clock is asked rarely enough not to count.
        step = if time < TURN_NS / 64 { step * 2 } else { step };
    }
}

fn write(words: &[String]) -> Result<(), String> {
    let [kind, size, folder] = words else { return Err("write what? `write KIND ROWS FOLDER`".to_owned()) };
    let make = KINDS.iter().find(|(name, ..)| name == kind).ok_or_else(|| format!("there is no kind `{kind}`"))?.2;
    let sample = make(rows(size)?, 1);
    let folder = std::path::Path::new(folder);
    let files = [
        ("table.ax", rules::rules("table.csv", &sample)),
        ("table.csv", rules::csv(&sample)),
        ("points.ndjson", rules::inputs(&samples::points(&sample, POINTS, 2))),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}
