//! The edits of the mortgage register: the regulator's records come out as expected, every edit is a rule that applies in some test and does not in
//! another, and the example's README shows what the program prints.
#![expect(clippy::disallowed_methods, reason = "the files of the example are read as they are in the repository")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use axtrace::runtime::trace::{TraceKind, TraceNode};
use axtrace::source::Sources;
use axtrace::{Level, Rules};
use serde_json::Value;

/// Edits that no rule stands for, as the README says: they need a table, more than one record, or a reading that nobody agreed on.
const LEFT_OUT: &[&str] = &[
    "S301", "S302", "S303", "S304", "S305", "S306", "S307", "V608-1", "V608-2", "V625-2", "V646-1", "V692-1", "V718", "V720-1", "V720-2",
    "V720-3", "V720-4", "V721-1", "V721-2", "Q600", "Q603", "Q634", "Q635", "Q636", "Q637", "Q638", "Q639", "Q640", "Q646", "Q647",
];
/// Rules of the quality review that are no edits.
const OWN: &[&str] = &["unusual_number", "otherwise"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hmda")
}

fn text(file: &str) -> String {
    let path = folder().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut sources = Sources::new();
    for part in ["", "cases/"] {
        let mut files: Vec<_> = std::fs::read_dir(folder().join(part)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for path in files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "ax")) {
            let name = format!("hmda/{part}{}", path.file_name().unwrap().to_string_lossy());
            sources.add(name, std::fs::read_to_string(path).unwrap()).unwrap();
        }
    }
    axtrace::compile(sources).unwrap()
});

/// What the program prints in the folder of the repository.
fn axtrace(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_axtrace"));
    let command = command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("COLUMNS").env("NO_COLOR", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Each line of JSON, with its id and the edits in it.
fn edits(lines: &str) -> Vec<(String, Vec<String>)> {
    let of = |line: &str| {
        let decided: Value = serde_json::from_str(line).unwrap();
        let edits = decided["outcome"]["value"].as_array().unwrap_or_else(|| panic!("{line}")).iter();
        let edits = edits.map(|it| it["edit"].as_str().unwrap().to_owned()).collect();
        (decided["id"].as_str().unwrap_or_default().to_owned(), edits)
    };
    lines.lines().map(of).collect()
}

const FILED: &str = "examples/hmda/data/bank1_clean_100_rows_2024.txt";

#[test]
fn a_clean_file_fails_no_edit() {
    let columns = "examples/hmda/data/loan_columns.txt";
    let loans =
        edits(&axtrace(&["run", "examples/hmda", "--decision", "loan_edits", "--input", FILED, "--skip", "1", "--columns", columns]));
    assert_eq!(loans.len(), 100);
    assert!(loans.iter().all(|(_, edits)| edits.is_empty()), "{loans:?}");

    let columns = "examples/hmda/data/sheet_columns.txt";
    let mut command = Command::new(env!("CARGO_BIN_EXE_axtrace"));
    command.args(["run", "examples/hmda", "--decision", "sheet_edits", "--input", "-", "--columns", columns]);
    let mut child = command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let filed = text("data/bank1_clean_100_rows_2024.txt");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), filed.lines().next().unwrap().as_bytes()).unwrap();
    let sheet = edits(&String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap());
    assert_eq!(sheet, [(String::new(), Vec::new())]);
}

#[test]
fn the_examples_fail_what_they_should() {
    let decided: BTreeMap<String, Vec<String>> =
        edits(&axtrace(&["run", "examples/hmda", "--decision", "loan_edits", "--input", "examples/hmda/data/lar_examples.psv"]))
            .into_iter()
            .collect();
    let expected = text("data/lar_examples_expected.csv");
    let expected: Vec<Vec<&str>> = expected.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(decided.len(), expected.len());
    for line in &expected {
        let [id, _, must_fail] = line[..] else { panic!("{line:?}") };
        assert!(decided[id].iter().any(|edit| edit == must_fail), "{id}: {:?}", decided[id]);
    }
}

/// What became of rules in the tests, by decision and name: whether one applied, whether one did not.
fn seen_in_tests() -> BTreeMap<(String, String), (bool, bool)> {
    let mut seen = BTreeMap::new();
    for test in &RULES.program().tests {
        let decision = &RULES.meta().decisions[test.decision.index()].qualified_name();
        let trace = RULES.decision(decision).unwrap().trace_values(&test.given, Level::Full).unwrap();
        note(decision, &trace.tree, &mut seen);
    }
    seen
}

fn note(decision: &str, nodes: &[TraceNode], seen: &mut BTreeMap<(String, String), (bool, bool)>) {
    for node in nodes {
        if let TraceKind::Rule { name, .. } = &node.kind {
            let (applied, not) = seen.entry((decision.to_owned(), name.clone())).or_default();
            *applied |= node.status.applied();
            *not |= !node.status.applied();
        }
        note(decision, &node.children, seen);
        if let Some(branch) = &node.called {
            note(&branch.decision, &branch.tree, seen);
        }
    }
}

#[test]
fn every_rule_applies_in_a_test_and_does_not_in_another() {
    let seen = seen_in_tests();
    let rules =
        RULES.meta().decisions.iter().flat_map(|decision| decision.rules.iter().map(|rule| (decision.qualified_name(), &rule.name)));
    let lacking: Vec<_> = rules.filter(|(decision, rule)| seen.get(&(decision.clone(), (*rule).clone())) != Some(&(true, true))).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
    assert!(RULES.warnings().is_empty());
}

#[test]
fn every_edit_is_one_rule_that_cites_it() {
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in RULES.meta().decisions.iter().flat_map(|decision| &decision.rules).filter(|rule| !OWN.contains(&rule.name.as_str())) {
        *named.entry(&rule.name).or_default() += 1;
        let cited = format!("CFPB, HMDA edits 2024, {}", rule.name);
        assert_eq!(rule.cites.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), [cited], "{}", rule.name);
        assert!(rule.because.is_some(), "{}", rule.name);
    }
    let list = text("data/official_edits_2024.psv");
    let official: BTreeSet<&str> = list.lines().skip(1).filter_map(|line| line.split('|').next()).collect();
    let left_out: BTreeSet<&str> = LEFT_OUT.iter().copied().collect();
    assert_eq!(left_out.difference(&official).count(), 0);
    let expected: BTreeSet<&str> = official.difference(&left_out).copied().collect();
    assert_eq!(named.keys().copied().collect::<BTreeSet<_>>(), expected);
    // The identifier and the first column are asked of a sheet and of a loan.
    let twice: Vec<_> = named.iter().filter(|(_, count)| **count > 1).map(|(name, _)| *name).collect();
    assert_eq!(twice, ["S300", "V600"]);
    assert!(named.len() >= 200);
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = text("README.md");
    let input = "examples/hmda/data/lar_examples.psv";
    let drawing = axtrace(&["explain", "examples/hmda", "--decision", "loan_edits", "--input", input, "--id", "v622_2-0"]);
    assert!(readme.contains(drawing.trim_end()), "examples/hmda/README.md does not show\n{drawing}");
    let outcomes = axtrace(&["run", "examples/hmda", "--decision", "loan_edits", "--input", input, "--trace", "none"]);
    assert!(readme.contains(outcomes.trim_end()), "examples/hmda/README.md does not show\n{outcomes}");
}
