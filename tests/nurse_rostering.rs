//! Nurse rostering: the organisers' roster costs what their validator says, rosters of all sizes what a second reading of the constraints says,
//! each finding leads to its nurse and day, and the example's README shows what the program prints.
#![expect(clippy::disallowed_methods, reason = "the files of the example are read as they are in the repository")]

#[path = "../examples/nurse-rostering/rosters.rs"]
mod rosters;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use axtrace::runtime::trace::{TraceKind, TraceNode};
use axtrace::{Level, Rules};
use serde_json::Value;

const EXAMPLE: &str = "examples/nurse-rostering";
const ROSTER: &str = "examples/nurse-rostering/data/n005w4/roster.json";

/// The columns of `expected.csv`, with the field of the outcome that each is.
const COLUMNS: [(&str, &str); 12] = [
    ("H2_min_coverage", "min_coverage"),
    ("H4_required_skill", "required_skill"),
    ("H3_illegal_succession", "illegal_succession"),
    ("H1_single_assignment", "single_assignment"),
    ("S6_total_assignments_cost", "total_assignments"),
    ("S2_consecutive_cost", "consecutive"),
    ("S3_days_off_cost", "non_working_days"),
    ("S4_preferences_cost", "preferences"),
    ("S7_working_weekends_cost", "working_weekends"),
    ("S5_complete_weekend_cost", "complete_weekends"),
    ("S1_optimal_coverage_cost", "optimal_coverage"),
    ("total_cost", "total"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE)
}

fn text(file: &str) -> String {
    let path = folder().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

static RULES: LazyLock<Rules> = LazyLock::new(|| axtrace::compile_path(folder()).unwrap());

fn decided(decision: &str, input: &str, level: Level) -> Value {
    let line = RULES.decision(decision).unwrap().decide(input.as_bytes(), level);
    serde_json::from_str(&line.unwrap_or_else(|error| panic!("{error:?}"))).unwrap()
}

/// What the program prints in the folder of the repository.
fn axtrace(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_axtrace"));
    let command = command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("COLUMNS").env("NO_COLOR", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_organisers_roster_costs_what_their_validator_says() {
    let line = RULES.decision("roster_cost").unwrap().decide(text("data/n005w4/roster.json").as_bytes(), Level::None).unwrap();
    let places: Vec<_> = COLUMNS.iter().map(|(_, field)| line.find(&format!("\"{field}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{line}");
    let cost: Value = serde_json::from_str(&line).unwrap();
    let cost = cost["outcome"]["value"].as_object().unwrap();
    assert_eq!(cost.len(), COLUMNS.len());
    let table = text("data/n005w4/expected.csv");
    let [head, row] = table.lines().collect::<Vec<_>>()[..] else { panic!("{table}") };
    let expected: BTreeMap<&str, &str> = head.split(',').zip(row.split(',')).collect();
    for (column, field) in COLUMNS {
        assert_eq!(cost[field].to_string(), expected[column], "{field}");
    }
    let validator = text("data/n005w4/validator.txt");
    let said: Vec<&str> = validator.lines().filter_map(|line| line.split_once(": ")).map(|(_, figure)| figure).collect();
    let figures: Vec<String> = COLUMNS.iter().map(|(_, field)| cost[*field].to_string()).collect();
    assert_eq!(said, figures);
}

#[test]
fn rosters_of_all_sizes_cost_what_the_oracle_says() {
    let expected = text("expected.ndjson");
    let sizes = rosters::sizes();
    assert_eq!(expected.lines().count(), sizes.len());
    for (size, expected) in sizes.into_iter().zip(expected.lines()) {
        let cost = decided("roster_cost", &rosters::roster(size).input().to_string(), Level::None);
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(cost["outcome"]["value"], expected, "{} nurses, {} weeks, seed {}", size.nurses, size.weeks, size.seed);
    }
}

#[test]
fn the_figures_are_the_sums_of_the_findings_and_each_leads_to_its_nurse_and_day() {
    for size in rosters::sizes().into_iter().filter(|size| size.nurses < 40) {
        let input = rosters::roster(size).input();
        let record = decided("roster_cost", &input.to_string(), Level::Record);
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for by in record["by"].as_array().unwrap() {
            let found = &by["gives"];
            *sums.entry(found["constraint"].as_str().unwrap()).or_default() += found["amount"].as_i64().unwrap();
            assert!(by["line"].as_u64().unwrap() > 1 && !by["because"].as_str().unwrap().is_empty(), "{by}");
            leads_to_its_nurse_and_day(by, &input);
        }
        let cost = record["outcome"]["value"].as_object().unwrap();
        let sum = |names: &[(&str, &str)]| names.iter().map(|(_, field)| sums.get(field).copied().unwrap_or(0)).sum::<i64>();
        for (place, (_, field)) in COLUMNS.iter().enumerate().take(11) {
            assert_eq!(cost[*field].as_i64().unwrap(), sum(&COLUMNS[place..=place]), "{field}, seed {}", size.seed);
        }
        assert_eq!(cost["total"].as_i64().unwrap(), sum(&COLUMNS[4..11]), "seed {}", size.seed);
    }
}

#[test]
fn an_assignment_names_the_line_it_was_written_on() {
    let size = rosters::sizes()[7];
    let roster = rosters::roster(size);
    let (files, input) = (roster.files(), roster.input());
    let mut seen = 0;
    for nurse in input["roster"]["nurses"].as_array().unwrap() {
        for assignment in nurse["days"].as_array().unwrap().iter().flat_map(|day| day["assignments"].as_array().unwrap()) {
            let (file, line) = assignment["at"].as_str().unwrap().split_once(':').unwrap();
            let (_, text) = files.iter().find(|(name, _)| name == file).unwrap();
            let words: Vec<&str> = text.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap().split(' ').collect();
            assert_eq!(
                [words[0], words[2], words[3]],
                [&nurse["name"], &assignment["shift"], &assignment["skill"]].map(|it| it.as_str().unwrap())
            );
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

/// What a finding names must be what its pointers lead to.
fn leads_to_its_nurse_and_day(by: &Value, input: &Value) {
    let (found, places) = (&by["gives"], by["for"].as_object().unwrap());
    let at = |pointer: &Value| input.pointer(pointer.as_str().unwrap()).unwrap_or_else(|| panic!("{by}"));
    if let Some(nurse) = places.get("nurse") {
        assert_eq!(at(nurse)["name"], found["nurse"], "{by}");
    } else {
        assert!(found.get("nurse").is_none_or(Value::is_null), "{by}");
    }
    // A series is the days from the first to the last; of a weekend one of the two is named.
    let days: Vec<&Value> = match places.iter().find(|(name, _)| ["day", "on", "series", "weekend"].contains(&name.as_str())) {
        Some((_, Value::Array(ends))) => ends.iter().map(at).collect(),
        Some((_, day)) => vec![at(day)],
        None => return,
    };
    assert!(days.iter().any(|day| (&day["week"], &day["day"]) == (&found["week"], &found["day"])), "{by}");
}

#[test]
fn the_full_trace_of_a_large_roster_shows_every_rule_at_work() {
    let Some(largest) = rosters::sizes().pop() else { panic!("there are sizes") };
    let input = rosters::roster(largest).input().to_string();
    let trace = decided("roster_cost", &input, Level::Full);
    let mut rules = Vec::new();
    rules_of(&trace["tree"], &mut rules);
    assert_eq!(rules.len(), 19);
    for rule in rules.into_iter().filter(|rule| rule["status"] == "decided") {
        assert!(shows_an_instance(rule), "{}", rule["name"]);
    }
}

fn rules_of<'a>(node: &'a Value, found: &mut Vec<&'a Value>) {
    match node {
        Value::Array(nodes) => nodes.iter().for_each(|node| rules_of(node, found)),
        Value::Object(node_of) if node_of.get("kind").is_some_and(|kind| kind == "rule") => found.push(node),
        Value::Object(node) => ["children", "called", "tree"].iter().filter_map(|key| node.get(*key)).for_each(|it| rules_of(it, found)),
        _ => {}
    }
}

fn shows_an_instance(node: &Value) -> bool {
    let inner = |key: &str| node[key].as_array().is_some_and(|nodes| nodes.iter().any(shows_an_instance));
    node["kind"] == "instance" && node["status"] == "decided"
        || inner("children")
        || node["elements"]["shown"].as_array().is_some_and(|shown| shown.iter().any(shows_an_instance))
}

#[test]
fn every_rule_applies_in_a_test_and_does_not_in_another() {
    let mut seen: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for test in &RULES.program().tests {
        let decision = &RULES.meta().decisions[test.decision.index()].qualified_name();
        let trace = RULES.decision(decision).unwrap().trace_values(&test.given, Level::Full).unwrap();
        note(&trace.tree, &mut seen);
    }
    for rule in RULES.meta().decisions.iter().flat_map(|decision| &decision.rules) {
        assert_eq!(seen.get(&rule.name), Some(&(true, true)), "{}", rule.name);
        assert!(rule.because.is_some() && rule.cites.len() == 1, "{}", rule.name);
    }
    assert!(RULES.warnings().is_empty());
}

fn note(nodes: &[TraceNode], seen: &mut BTreeMap<String, (bool, bool)>) {
    for node in nodes {
        if let TraceKind::Rule { name, .. } = &node.kind {
            let (applied, not) = seen.entry(name.clone()).or_default();
            *applied |= node.status.applied();
            *not |= !node.status.applied();
        }
        note(&node.children, seen);
    }
}

#[test]
fn the_tests_of_the_rules_pass() {
    axtrace(&["test", EXAMPLE]);
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = text("README.md");
    let outcome = axtrace(&["run", EXAMPLE, "--decision", "roster_cost", "--input", ROSTER, "--trace", "none"]);
    assert!(readme.contains(outcome.trim_end()), "examples/nurse-rostering/README.md does not show\n{outcome}");
    let drawing = axtrace(&["explain", EXAMPLE, "--decision", "roster_cost", "--input", ROSTER]);
    let blocks: Vec<&str> = readme.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let drawn: Vec<&&str> = blocks.iter().filter(|block| block.contains('│') || block.contains("DECIDED")).collect();
    assert!(drawn.len() >= 3);
    for block in drawn {
        assert!(drawing.contains(block.trim_end()), "not what is drawn:\n{block}\nbut\n{drawing}");
    }
}
