//! The examples are what their READMEs say: inputs are decided as another implementation decides them, and what is shown is what is printed.
#![expect(clippy::disallowed_methods, reason = "the files of the example are read as they are in the repository")]

#[path = "../examples/scheduling/shifts.rs"]
mod shifts;

use std::path::Path;

use axtrace::source::Sources;
use axtrace::{DecideError, Level, Rules};
use serde_json::{Value, json};

fn example(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scheduling").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rules() -> Rules {
    let mut sources = Sources::new();
    sources.add("assignment.ax", example("assignment.ax")).unwrap();
    axtrace::compile(sources).unwrap()
}

#[test]
fn the_requests_are_what_the_generator_makes() {
    assert!(example("shifts.ndjson") == shifts::requests(), "run `cargo run --example generate_shifts`");
}

#[test]
fn every_request_is_decided_as_the_oracle_decides_it() {
    let rules = rules();
    assert!(rules.warnings().is_empty());
    let assignment = rules.decision("assignment").unwrap();
    let (requests, expected) = (example("shifts.ndjson"), example("expected.ndjson"));
    assert_eq!(requests.lines().count(), expected.lines().count());
    for (line, (request, expected)) in requests.lines().zip(expected.lines()).enumerate() {
        let decided: Value = serde_json::from_str(&assignment.decide(request.as_bytes(), Level::Record).unwrap()).unwrap();
        let by: Vec<_> = decided["by"].as_array().unwrap().iter().map(|rule| rule["rule"].clone()).collect();
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(json!({"outcome": decided["outcome"], "by": by}), expected, "line {} of shifts.ndjson", line + 1);
    }
}

#[test]
fn bad_requests_are_refused_for_all_that_is_wrong_with_them() {
    let rules = rules();
    let assignment = rules.decision("assignment").unwrap();
    let codes = |line: &str| match assignment.decide(line.as_bytes(), Level::None) {
        Ok(_) => String::new(),
        Err(DecideError::Input(errors)) => errors.problems.iter().map(|problem| problem.code() + " ").collect(),
        Err(error) => panic!("{error}"),
    };
    let found: Vec<_> = example("bad.ndjson").lines().map(codes).collect();
    let expected = [
        "",
        "E0701 ",
        "E0717 ",
        "E0706 ",
        "E0707 ",
        "E0706 E0708 ",
        "E0709 ",
        "E0710 ",
        "E0711 ",
        "E0712 ",
        "E0715 ",
        "E0716 ",
        "E0719 ",
        "E0711 E0711 E0710 E0715 ",
        "",
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let inputs = "examples/scheduling/shifts.ndjson";
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_axtrace"));
    command.args([
        "run",
        "examples/scheduling/assignment.ax",
        "--decision",
        "assignment",
        "--input",
        inputs,
        "--summary",
        "--explain",
        "301",
    ]);
    let printed = command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("COLUMNS").output().unwrap();
    assert!(printed.status.success());
    let shown = String::from_utf8(printed.stderr).unwrap();
    let (summary, drawing) = shown.split_once("\n\n").unwrap();
    // The first line tells how long it took.
    let (_, counts) = summary.split_once('\n').unwrap();
    let front = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    assert!(front.contains(counts), "README.md does not show\n{counts}");
    assert!(example("README.md").contains(drawing.trim_end()), "examples/scheduling/README.md does not show\n{drawing}");
}

#[test]
fn the_readme_shows_what_is_found_without_overrides() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("without_overrides");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("assignment.ax"), example("assignment.ax").replace(" overrides planning", "")).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_axtrace"));
    let printed = command.args(["check", "assignment.ax"]).current_dir(&folder).env_remove("COLUMNS").output().unwrap();
    assert_eq!(printed.status.code(), Some(1));
    let shown = String::from_utf8(printed.stdout).unwrap();
    assert!(example("README.md").contains(shown.trim_end()), "examples/scheduling/README.md does not show\n{shown}");
}

/// An example whose inputs are decided by a second implementation.
struct Story {
    folder: &'static str,
    decision: &'static str,
    inputs: &'static str,
    /// The record that the README draws.
    drawn: &'static str,
}

const STORIES: [Story; 3] = [
    Story { folder: "loan", decision: "application", inputs: "applications.ndjson", drawn: "77" },
    Story { folder: "leave", decision: "leave", inputs: "people.ndjson", drawn: "238" },
    Story { folder: "insurance", decision: "offer", inputs: "requests.ndjson", drawn: "14" },
];

impl Story {
    fn file(&self, name: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(self.folder).join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn axtrace(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_axtrace"));
        command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("COLUMNS");
        command.output().unwrap()
    }

    fn path(&self) -> String {
        format!("examples/{}", self.folder)
    }
}

#[test]
fn the_stories_are_decided_as_their_oracles_decide_them() {
    for story in STORIES {
        let rules = axtrace::compile_path(Path::new(env!("CARGO_MANIFEST_DIR")).join(story.path())).unwrap();
        assert_eq!(rules.issues(), []);
        let decision = rules.decision(story.decision).unwrap();
        let (inputs, expected) = (story.file(story.inputs), story.file("expected.ndjson"));
        assert_eq!(inputs.lines().count(), expected.lines().count());
        for (line, (input, expected)) in inputs.lines().zip(expected.lines()).enumerate() {
            let decided: Value = serde_json::from_str(&decision.decide(input.as_bytes(), Level::Record).unwrap()).unwrap();
            let by: Vec<_> = decided["by"].as_array().unwrap().iter().map(|rule| rule["rule"].clone()).collect();
            let expected: Value = serde_json::from_str(expected).unwrap();
            assert_eq!(json!({"outcome": decided["outcome"], "by": by}), expected, "line {} of {}", line + 1, story.inputs);
        }
    }
}

#[test]
fn the_tests_of_the_stories_pass() {
    for story in STORIES {
        let printed = story.axtrace(&["test", &story.path()]);
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stdout));
    }
}

#[test]
fn the_readmes_of_the_stories_show_what_the_program_prints() {
    for story in STORIES {
        let inputs = format!("{}/{}", story.path(), story.inputs);
        let arguments = ["run", &story.path(), "--decision", story.decision, "--input", &inputs, "--summary", "--explain", story.drawn];
        let shown = String::from_utf8(story.axtrace(&arguments).stderr).unwrap();
        let (summary, drawing) = shown.split_once("\n\n").unwrap();
        // The first line tells how long it took.
        let (_, counts) = summary.split_once('\n').unwrap();
        let readme = story.file("README.md");
        assert!(readme.contains(counts), "the README of {} does not show\n{counts}", story.folder);
        assert!(readme.contains(drawing.trim_end()), "the README of {} does not show\n{drawing}", story.folder);
    }
}

#[test]
fn the_readme_of_the_loan_shows_what_is_found_without_priority() {
    let [loan, ..] = STORIES;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("without_priority");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["application.ax", "pricing.ax", "budget.ax", "cases.json"] {
        let text = loan.file(name).replace(" hit priority (decline, refer, approve)", "");
        std::fs::write(folder.join(name), text).unwrap();
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_axtrace"));
    let printed = command.args(["check", "."]).current_dir(&folder).env_remove("COLUMNS").output().unwrap();
    let shown = String::from_utf8(printed.stdout).unwrap();
    assert!(shown.ends_with("\n3 errors\n"), "{shown}");
    let first = shown.split("\n\nE0502").next().unwrap_or_default().trim_end();
    assert!(loan.file("README.md").contains(first), "examples/loan/README.md does not show\n{first}");
}
