//! Findings in each format: for people in any width, with colour and without, and for machines.
#![expect(clippy::disallowed_methods, reason = "the files of these tests are made and read here")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Rules with an error, a warning, and characters of all widths.
const WIDE: &str = "module wide

// 重さ is a weight; the next line begins with a tab.
record 荷物 {
\t`重さ (kg)` : integer in 0..900 // \u{1f4e6} e\u{301}
}

decision 重い(荷: 荷物, naïve: boolean) gives boolean {
\trule 重すぎる when 荷.`重さ (kg)` > 1_000 and \tnaïve and 荷.`重さ (lb)` > 5 then true
  rule \u{65}\u{301}t\u{65}\u{301} when \"\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{1f1eb}\u{1f1f7} 中\" = \"x\" and summer then false
  otherwise false
}
";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("formats").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn check(&self, arguments: &[&str], environment: &[(&str, &str)]) -> (String, i32) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_axtrace"));
        command.arg("check").args(arguments).current_dir(&self.0);
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "COLUMNS", "TERM"] {
            command.env_remove(name);
        }
        let output = command.envs(environment.iter().copied()).output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    }
}

/// As wide as a terminal shows it.
fn columns(line: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(line)
}

#[test]
fn labels_stand_under_their_characters_in_every_width() {
    let folder = Folder::new("wide", &[("wide.ax", WIDE)]);
    for width in ["60", "80", "140"] {
        let (report, status) = folder.check(&["wide.ax"], &[("COLUMNS", width)]);
        assert_eq!(status, 1);
        let most: usize = width.parse().unwrap();
        for line in report.lines() {
            assert!(columns(line) <= most, "{width}: {line}");
        }
        insta::assert_snapshot!(format!("wide_in_{width}"), report);
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let folder = Folder::new("colour", &[("wide.ax", WIDE)]);
    let width = ("COLUMNS", "80");
    let (plain, _) = folder.check(&["wide.ax"], &[width]);
    assert!(!plain.contains('\u{1b}'), "a pipe gets no colour");
    let (forced, _) = folder.check(&["wide.ax"], &[width, ("CLICOLOR_FORCE", "1")]);
    assert!(forced.contains('\u{1b}'));
    assert_eq!(console::strip_ansi_codes(&forced), plain);
    insta::assert_snapshot!("wide_in_colour", forced.replace('\u{1b}', "␛"));
    assert_eq!(folder.check(&["wide.ax", "--color", "always"], &[width]).0, forced);
    assert_eq!(folder.check(&["wide.ax", "--color", "always"], &[width, ("NO_COLOR", "1")]).0, forced, "what is typed wins");
    assert_eq!(folder.check(&["wide.ax"], &[width, ("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).0, plain);
    assert_eq!(folder.check(&["wide.ax"], &[width, ("CLICOLOR_FORCE", "0")]).0, plain);
    assert_eq!(folder.check(&["wide.ax", "--color", "never"], &[width, ("CLICOLOR_FORCE", "1")]).0, plain);
}

/// Four files with several hundred findings.
fn many() -> Vec<(String, String)> {
    let file = |name: usize| {
        let rules: String = (0..120).map(|n| format!("  rule r{n} when a = {n} and missing_{name}_{n} then {n}\n")).collect();
        (format!("m{name}.ax"), format!("module m{name}\n\ndecision d{name}(a: integer in 0..999) gives integer {{\n{rules}}}\n"))
    };
    (0..4).map(file).collect()
}

#[test]
fn hundreds_of_findings_are_sorted_and_counted() {
    let files = many();
    let named: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = Folder::new("many", &named);
    let first = folder.check(&[".", "--limit", "3"], &[("COLUMNS", "80")]);
    insta::assert_snapshot!("the_first_three_of_hundreds", first.0);
    // Whatever the order in which files are named, and every time.
    let turned = ["m3.ax", "m1.ax", "m2.ax", "m0.ax"];
    for _ in 0..3 {
        assert_eq!(folder.check(&[".", "--limit", "3"], &[("COLUMNS", "80")]), first);
        assert_eq!(folder.check(&[&turned[..], &["--limit", "3"]].concat(), &[("COLUMNS", "80")]), first);
    }
    let (all, _) = folder.check(&[".", "--limit", "10000"], &[]);
    assert_eq!(all.lines().filter(|line| line.starts_with("E0202")).count(), 480);
    assert!(all.ends_with("480 errors\n"));
    let (default, _) = folder.check(&["."], &[]);
    assert_eq!(default.lines().filter(|line| line.starts_with("E0202")).count(), 50);
    assert!(default.contains("… 430 more findings not shown (--limit 480)\n480 errors\n"));
    let places: Vec<(String, u64)> = folder.check(&[".", "--format", "json"], &[]).0.lines().map(place).collect();
    assert_eq!(places.len(), 480);
    assert!(places.is_sorted(), "by file and line");
}

fn place(line: &str) -> (String, u64) {
    let line: Value = serde_json::from_str(line).unwrap();
    (line["labels"][0]["file"].as_str().unwrap().to_owned(), line["labels"][0]["line"].as_u64().unwrap())
}

/// What GitHub's code scanning asks of a log.
const NEEDED_BY_GITHUB: &str = include_str!("sarif-for-github.schema.json");

#[test]
fn a_sarif_log_is_what_code_scanning_needs() {
    let folder = Folder::new(
        "sarif",
        &[("wide.ax", WIDE), ("with blank/überall.ax", "module `with blank`.überall\n\nparam x : integer = y\nparam x : integer = 3\n")],
    );
    let (log, status) = folder.check(&[".", "--format", "sarif"], &[]);
    assert_eq!(status, 1);
    let log: Value = serde_json::from_str(&log).unwrap();
    let needed = jsonschema::validator_for(&serde_json::from_str(NEEDED_BY_GITHUB).unwrap()).unwrap();
    let wrong: Vec<String> = needed.iter_errors(&log).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let rule = &log["runs"][0]["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    insta::assert_json_snapshot!("sarif_results", log["runs"][0]["results"]);
    // The same line further down is the same finding.
    let moved = Folder::new("sarif", &[("wide.ax", &WIDE.replace("module wide\n", "module wide\n\n\n"))]);
    let prints =
        |log: &Value| log["runs"][0]["results"].as_array().unwrap().iter().map(|it| it["partialFingerprints"].clone()).collect::<Vec<_>>();
    let again: Value = serde_json::from_str(&moved.check(&["wide.ax", "--format", "sarif"], &[]).0).unwrap();
    assert!(prints(&again).iter().all(|print| prints(&log).contains(print)));
    let none = Folder::new("sarif_none", &[("well.ax", "module well\n\nparam x : integer = 3\n")]);
    let (log, status) = none.check(&[".", "--format", "sarif"], &[]);
    assert!(needed.is_valid(&serde_json::from_str(&log).unwrap()) && status == 0, "{log}");
}

#[test]
fn annotations_of_github_stand_on_one_line_each() {
    let folder =
        Folder::new("github", &[("wide.ax", WIDE), ("a,b:c.ax", "module wrong\n\nparam x : integer = 100 %\nparam x : integer = y\n")]);
    let (commands, status) = folder.check(&[".", "--format", "github"], &[]);
    assert_eq!(status, 1);
    assert!(commands.lines().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")), "{commands}");
    insta::assert_snapshot!("annotations", commands);
}

#[test]
fn warnings_are_refused_where_that_is_asked_for() {
    let warned = "module warned\n\ndecision d(a: integer in 0..9) gives boolean = a < 20\n";
    let folder = Folder::new("deny", &[("warned.ax", warned), ("well.ax", "module well\n\nparam x : integer = 3\n")]);
    assert_eq!(folder.check(&["warned.ax"], &[]).1, 0);
    let (report, status) = folder.check(&["warned.ax", "--deny", "warnings"], &[]);
    assert_eq!(status, 1);
    assert!(report.ends_with("1 warning\nrefused because of warnings (--deny warnings)\n"), "{report}");
    for format in ["json", "sarif", "github"] {
        assert_eq!(folder.check(&["warned.ax", "--format", format], &[]).1, 0);
        assert_eq!(folder.check(&["warned.ax", "--format", format, "--deny", "warnings"], &[]).1, 1);
    }
    assert_eq!(folder.check(&["well.ax", "--deny", "warnings"], &[]).1, 0);
}
