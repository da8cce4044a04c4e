//! The tariff of the examples: it is what its generator writes, and every item has the rate that a plain scan of the rows finds.
#![expect(clippy::disallowed_methods, reason = "the example is files")]

#[path = "../examples/tariff/tariff.rs"]
mod tariff;

use std::path::{Path, PathBuf};
use std::process::Command;

use axtrace::Level;
use axtrace::runtime::trace::OutcomeTrace;
use axtrace::runtime::value::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tariff")
}

fn file(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn the_files_are_those_of_the_generator() {
    let rows = tariff::rows();
    assert!(rows.len() >= 20_000);
    assert!(file("tariff.csv") == tariff::sheet(&rows), "run `cargo run --example generate_tariff`");
    let items: String = tariff::items(&rows).iter().map(|item| item.line() + "\n").collect();
    assert!(file("items.ndjson") == items, "run `cargo run --example generate_tariff`");
}

#[test]
fn every_item_has_the_rate_of_the_first_row_that_applies() {
    let rows = tariff::rows();
    let rules = axtrace::compile_path(folder()).expect("the tariff compiles");
    assert!(rules.warnings().is_empty());
    let decision = rules.decision("rate").expect("the decision is there");
    for item in tariff::items(&rows) {
        let line = item.line();
        let trace = decision.trace(line.as_bytes(), Level::Record).expect("an item is decided");
        let found = item.look_up(&rows);
        let name = found.map_or_else(|| "otherwise".to_owned(), |row| format!("T{:05}", row.number));
        assert_eq!(trace.by[0].rule, name, "{line}");
        match (&trace.outcome, found.and_then(|row| row.rate)) {
            (OutcomeTrace::Decided { value, .. }, Some(rate)) => assert_eq!(*value, Value::Scalar(i128::from(rate)), "{line}"),
            (OutcomeTrace::Referred { to, .. }, None) => assert_eq!(to, "desk", "{line}"),
            (outcome, rate) => panic!("{line}: {outcome:?} for {rate:?}"),
        }
    }
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let axtrace = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_axtrace"));
        let output = command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("COLUMNS").output();
        let output = output.expect("the program runs");
        (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let readme = file("README.md");
    let (checked, _) = axtrace(&["check", "examples/tariff"]);
    assert!(readme.contains(checked.trim_end()), "the README does not show\n{checked}");
    let of = ["--decision", "rate", "--input", "examples/tariff/items.ndjson", "--summary", "--explain", "20"];
    let (_, shown) = axtrace(&[&["run", "examples/tariff"], &of[..]].concat());
    let (summary, drawing) = shown.split_once("\n\n").expect("a summary and a drawing");
    // The first line tells how long it took.
    let (_, counts) = summary.split_once('\n').expect("a line for each outcome");
    assert!(readme.contains(counts), "the README does not show\n{counts}");
    assert!(readme.contains(drawing.trim_end()), "the README does not show\n{drawing}");
    let of = ["--decision", "rate", "--input", "examples/tariff/items.ndjson", "--number", "20"];
    let (asked, _) = axtrace(&[&["explain", "examples/tariff"], &of[..], &["--rule", "T13517"]].concat());
    let row = asked.split_once("        examples/tariff/tariff.csv\n").map(|(_, rows)| rows.lines().take(2).collect::<Vec<_>>().join("\n"));
    assert!(row.is_some_and(|row| readme.contains(&row)), "the README does not show\n{asked}");
    let (all, _) = axtrace(&[&["explain", "examples/tariff"], &of[..], &["--all"]].concat());
    let marked = |mark: &str| all.lines().filter(|line| line.starts_with(mark) && line.contains("│ T")).count();
    assert_eq!((marked("○"), marked("●"), marked("·")), (13_517, 1, 6_921), "every row is drawn");
    let (_, unknown) = axtrace(&[&["explain", "examples/tariff"], &of[..], &["--rule", "T1351"]].concat());
    assert!(unknown.contains("there is no rule or row `T1351`"), "{unknown}");
}
