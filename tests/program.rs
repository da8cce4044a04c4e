//! The program as its users run it: arguments, streams and the status it ends with.
#![expect(clippy::disallowed_methods, reason = "the files of these tests are made and read here")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const RULES: &str = "module fares

enum Verdict { accept, decline }

decision verdict(score: integer in 0..1_000) gives Verdict {
  rule low when score < 600 then decline because \"Only {score}.\"
  rule high when score >= 600 then accept
}

test \"600 is enough\" for verdict { given score = 600 expect accept by high }
";

/// A folder of its own for a test, with rules in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let folder = Self(folder);
        folder.write("fares.ax", RULES);
        folder
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_axtrace"));
        command.args(arguments).current_dir(&self.0).env("COLUMNS", "100").env_remove("NO_COLOR");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const RUN: [&str; 5] = ["run", ".", "--decision", "verdict", "--input"];

#[test]
fn rules_that_are_well_end_with_0_and_say_so() {
    let folder = Folder::new("well");
    let checked = folder.run(&["check"]);
    assert_eq!((out(&checked).as_str(), checked.status.code()), ("ok  1 file, 1 decision, 2 rules, 1 test\n", Some(0)));
    let tested = folder.run(&["test", "fares.ax"]);
    assert!(out(&tested).contains("1 passed") && tested.status.success(), "{}", out(&tested));
}

#[test]
fn findings_end_with_1_as_pictures_or_as_json() {
    let folder = Folder::new("findings");
    folder.write("fares.ax", RULES.replace("then decline", "then declin").replace("then accept", "then acept"));
    let shown = folder.run(&["check", "--limit", "1"]);
    assert_eq!(shown.status.code(), Some(1));
    assert!(out(&shown).contains("1 more finding not shown (--limit 2)") && out(&shown).ends_with("2 errors\n"), "{}", out(&shown));
    let json = folder.run(&["check", "--format", "json"]);
    let lines: Vec<serde_json::Value> = out(&json).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), lines[0]["severity"].as_str(), lines[0]["labels"][0]["line"].as_u64()), (2, Some("error"), Some(6)));
    let run = folder.run_with(&[&RUN[..], &["-"]].concat(), "{\"score\":1}");
    assert_eq!((out(&run).as_str(), run.status.code()), ("", Some(1)));
}

#[test]
fn inputs_are_piped_in_where_no_file_is_named() {
    let folder = Folder::new("piped");
    let run = folder.run_with(&["run", ".", "--decision", "verdict", "--trace", "none"], "{\"score\":1}");
    assert_eq!(out(&run), "{\"outcome\":{\"kind\":\"decided\",\"value\":\"decline\"}}\n");
}

#[test]
fn a_finding_is_explained_as_text_as_json_and_as_a_page() {
    let folder = Folder::new("explained");
    folder.write("fares.ax", "module fares\n\ndecision d(age: integer in 0..99) gives boolean {\n  rule young when age < 18 then false\n  rule old when age > 16 then true\n}\n");
    let asked = |format: &str| out(&folder.run(&["explain", "fares.ax", "--finding", "E0502.1", "--format", format]));
    let text = asked("text");
    assert!(
        text.starts_with("E0502  ") && text.contains("●  4 │   rule young when age < 18 then false") && text.contains("17 ✓"),
        "{text}"
    );
    let json: serde_json::Value = serde_json::from_str(&asked("json")).unwrap();
    assert_eq!((json["code"].as_str(), json["witness"]["input"]["age"].as_u64()), (Some("E0502"), Some(17)));
    let rule = &json["tree"][1];
    assert_eq!((rule["name"].as_str(), rule["status"].as_str()), (Some("old"), Some("applied")));
    assert_eq!(rule["children"][0]["operands"][0]["value"].as_u64(), Some(17));
    let page = asked("html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<span class=\"value\">17</span>"), "{page}");
}

#[test]
fn a_bad_record_is_answered_in_its_place() {
    let folder = Folder::new("records");
    let run = folder.run_with(
        &[&RUN[..], &["-", "--trace", "none", "--summary"]].concat(),
        "{\"score\":1}\n{\"score\":1001}\n{bad\n\n{\"score\":\"600\"}\n",
    );
    let text = out(&run);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], "{\"outcome\":{\"kind\":\"decided\",\"value\":\"decline\"}}");
    assert!(lines[1].starts_with("{\"error\":{\"code\":\"E0710\",\"at\":\"/score\""), "{text}");
    assert!(lines[2].starts_with("{\"error\":{\"code\":\"E0701\""), "{text}");
    assert_eq!(lines[3], "{\"outcome\":{\"kind\":\"decided\",\"value\":\"accept\"}}");
    let summary = err(&run);
    assert!(summary.contains("accept     1    25.0 %   high 1"), "{summary}");
    assert!(summary.contains("bad input  2    50.0 %   first: line 2, /score: 1001 is more than 1000 (fares.ax:5)"), "{summary}");
}

#[test]
fn records_that_are_no_text_or_too_large_are_answered_too() {
    let folder = Folder::new("enormous");
    let mut input = b"{\"score\":\xff}\n{\"score\":1,\"x\":\"".to_vec();
    input.resize(input.len() + 64 * 1024 * 1024, b'x');
    input.extend_from_slice(b"\"}\n{\"score\":1}\n");
    folder.write("large.ndjson", input);
    let run = folder.run(&[&RUN[..], &["large.ndjson", "--trace", "none"]].concat());
    let text = out(&run);
    let codes: Vec<Option<&str>> = text.lines().map(|line| ["E0702", "E0703"].into_iter().find(|code| line.contains(code))).collect();
    assert_eq!(codes, [Some("E0702"), Some("E0703"), None], "{text}");
}

#[test]
fn an_array_or_one_object_over_many_lines_is_read_too() {
    let folder = Folder::new("documents");
    folder.write("all.json", "[\n  {\"score\": 1},\n  {\"score\": 700}\n]\n");
    let run = folder.run(&[&RUN[..], &["all.json", "--trace", "none", "--output", "out.ndjson"]].concat());
    assert_eq!((run.status.code(), out(&run).as_str()), (Some(0), ""));
    let written = std::fs::read_to_string(folder.0.join("out.ndjson")).unwrap();
    assert_eq!(written.lines().count(), 2);
    let one = folder.run_with(&[&RUN[..], &["-", "--trace", "full"]].concat(), "{\n \"score\":\n 5 }");
    let line: serde_json::Value = serde_json::from_str(&out(&one)).unwrap();
    assert_eq!((line["by"][0]["rule"].as_str(), line["by"][0]["because"].as_str()), (Some("low"), Some("Only 5.")));
    assert!(line["tree"].is_array());
}

#[test]
fn many_batches_come_out_in_order() {
    let folder = Folder::new("batches");
    let input: String = (0..10_000).map(|n| format!("{{\"score\":{}}}\n", if n % 7 == 0 { 600 + n % 300 } else { 2000 })).collect();
    folder.write("many.ndjson", input);
    let run = folder.run(&[&RUN[..], &["many.ndjson", "--trace", "none"]].concat());
    let text = out(&run);
    assert_eq!(text.lines().count(), 10_000);
    assert!(text.lines().enumerate().all(|(n, line)| line.contains("accept") == (n % 7 == 0)));
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_to_write() {
    let folder = Folder::new("usage");
    let asked = |arguments: &[&str]| {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", err(&output));
        err(&output)
    };
    let near = asked(&["run", ".", "--decision", "verdic", "--input", "fares.ax"]);
    assert!(near.contains("there is no decision `verdic`") && near.contains("did you mean `verdict`?"), "{near}");
    assert!(asked(&[&RUN[..], &["none.json"]].concat()).contains("cannot read `none.json`"));
    assert!(asked(&[&RUN[..], &["."]].concat()).contains("`.` is a folder"));
    assert!(asked(&["check", "nowhere"]).contains("cannot read `nowhere`"));
    assert!(asked(&["explain", "E9999"]).contains("there is no finding `E9999`"));
    assert!(asked(&["explain", "fares.ax"]).contains("--decision NAME"));
    assert!(asked(&["explain", "fares.ax", "--finding", "E0502.1"]).contains("the rules have no finding `E0502`"));
    std::fs::remove_file(folder.0.join("fares.ax")).unwrap();
    assert!(asked(&["check"]).contains("there is no rule file in `.`"));
}

#[test]
fn one_decision_is_drawn_on_its_source() {
    let folder = Folder::new("explain");
    folder.write("in.ndjson", "{\"score\":1}\n{\"score\":999}\n");
    let of = ["explain", "fares.ax", "--decision", "fares.verdict", "--input", "in.ndjson"];
    let shown = folder.run(&[&of[..], &["--number", "2"]].concat());
    let text = out(&shown);
    assert!(text.starts_with("ACCEPT  fares.verdict") && text.contains("999 ✓"), "{text}");
    assert!(text.contains("○  6 │") && text.contains("●  7 │"), "{text}");
    let beyond = folder.run(&[&of[..], &["--number", "3"]].concat());
    assert!(err(&beyond).contains("`in.ndjson` has 2 records; there is no record 3"), "{}", err(&beyond));
}

#[test]
fn colour_is_for_terminals_or_whoever_asks_for_it() {
    let folder = Folder::new("colour");
    assert!(!out(&folder.run(&["check"])).contains('\u{1b}'));
    assert!(out(&folder.run(&["check", "--color", "always"])).contains('\u{1b}'));
}

#[test]
fn files_that_are_no_text_or_too_large_are_findings() {
    let folder = Folder::new("files");
    folder.write("bad.ax", b"module bad\n\xff");
    folder.write("large.ax", vec![b' '; 16 * 1024 * 1024 + 1]);
    let checked = folder.run(&["check"]);
    let text = out(&checked);
    assert!(text.contains("E0001  `large.ax` has 16777217 bytes") && text.contains("E0002  `bad.ax` is not UTF-8"), "{text}");
    assert_eq!(checked.status.code(), Some(1));
}

/// Rules whose tests stand in a file.
fn with_tests_in(folder: &str, json: impl AsRef<[u8]>) -> Folder {
    let folder = Folder::new(folder);
    folder.write("fares.ax", format!("{RULES}test verdict from \"cases.json\"\n"));
    folder.write("cases.json", json);
    folder
}

#[test]
fn tests_in_a_file_are_run_and_named_by_their_lines() {
    let json = "[\n  {\"name\": \"low\", \"given\": {\"score\": 5}, \"expect\": \"decline\", \"by\": [\"low\"]},\n  {\"given\": {\"score\": 601}, \"expect\": \"decline\"}\n]";
    let folder = with_tests_in("bulk", json);
    assert_eq!(out(&folder.run(&["check"])), "ok  1 file, 1 decision, 2 rules, 3 tests\n");
    let tested = folder.run(&["test", "fares.ax"]);
    let text = out(&tested);
    assert!(text.contains("cases.json:2\n") && text.contains("✗ case 2") && text.contains("cases.json:3\n"), "{text}");
    assert!(text.contains("2 passed, 1 failed") && tested.status.code() == Some(1), "{text}");
    assert!(text.contains("expected  decline") && text.contains("decided   accept"), "{text}");
    assert!(out(&folder.run(&["test", "--only", "low"])).contains("1 passed"));
    // From another folder the file is found beside the rules.
    let elsewhere = Command::new(env!("CARGO_BIN_EXE_axtrace")).args(["check"]).arg(&folder.0).output().unwrap();
    assert!(out(&elsewhere).ends_with("3 tests\n"), "{}", out(&elsewhere));
}

#[test]
fn tests_in_a_file_are_no_part_of_the_digest() {
    let folder = with_tests_in("bulk_digest", "[]");
    let digest = || {
        let line = out(&folder.run_with(&[&RUN[..], &["-"]].concat(), "{\"score\":5}"));
        line.split_once("sha256:").map(|(_, rest)| rest[..64].to_owned()).unwrap_or(line)
    };
    let before = digest();
    folder.write("cases.json", "[{\"given\": {\"score\": 5}, \"expect\": \"decline\"}]");
    assert_eq!((before.len(), &before), (64, &digest()));
}

#[test]
fn hostile_files_of_tests_are_findings() {
    let many = "{\"given\":{\"score\":-1,\"x\":[]},\"expect\":0},".repeat(50_000);
    let keys: String = (0..20_000).map(|n| format!("\"{n}~/\":1,")).collect();
    let cases: [(&str, Vec<u8>); 9] = [
        ("E0602", b"[\n\xff]".to_vec()),
        ("E0602", vec![b' '; 16 * 1024 * 1024 + 1]),
        ("E0701", Vec::new()),
        ("E0701", b"\xef\xbb\xbf[]".to_vec()),
        ("E0701", "[{\"a\":".repeat(60).into_bytes()),
        ("E0704", "[".repeat(1_000_000).into_bytes()),
        ("E0710", format!("[{}0]", many).into_bytes()),
        ("E0708", format!("[{{\"given\":{{{keys}\"score\":1}},\"expect\":\"accept\"}}]").into_bytes()),
        ("E0708", format!("[{{{keys}\"given\":{{\"score\":1}},\"expect\":{{\"kind\":\"decided\",\"value\":\"accept\"}}}}]").into_bytes()),
    ];
    for (place, (code, json)) in cases.into_iter().enumerate() {
        let folder = with_tests_in("bulk_hostile", json);
        let checked = folder.run(&["check", "--limit", "3"]);
        let text = out(&checked);
        assert!(text.contains(code) && checked.status.code() == Some(1), "{place}: {text}{}", err(&checked));
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_no_bug() {
    let folder = Folder::new("pipe");
    let input: String = (0..20_000).map(|n| format!("{{\"score\":{}}}\n", n % 1000)).collect();
    folder.write("many.ndjson", input);
    let mut child = folder.command(&[&RUN[..], &["many.ndjson"]].concat()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((err(&output).as_str(), output.status.code()), ("", Some(0)));
}

#[test]
fn modules_lie_where_their_names_say_and_use_each_other_in_no_circle() {
    let folder = Folder::new("circle");
    std::fs::create_dir_all(folder.0.join("a")).unwrap();
    folder.write("a/b.ax", "module a.b\nuse c (most)\nparam least : integer = 1\n");
    folder.write("c.ax", "module c\nuse a.b (least)\nparam most : integer = 3\n");
    folder.write("late.ax", "module other.name\nparam late : integer = 3\n");
    let done = folder.run(&["check"]);
    let said = err(&done) + &out(&done);
    assert_eq!(done.status.code(), Some(1), "{said}");
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("E0") || line.trim_start().ends_with("way of this")).collect();
    let way = "   2 │ use c (most)";
    assert_eq!(lines.iter().filter(|line| line.starts_with("E0")).count(), 2, "{said}");
    assert!(said.contains("E0207  `a.b` depends on itself") && said.contains(way), "{said}");
    assert!(said.contains("E0213  module `other.name` belongs in a file `other/name.ax`"), "{said}");
}

#[test]
fn a_folder_with_a_hyphen_holds_modules_with_an_underscore() {
    let folder = Folder::new("hyphen");
    std::fs::create_dir_all(folder.0.join("night-ward/house-rules")).unwrap();
    folder.write("night-ward/house-rules/of_rest.ax", "module night_ward.house_rules.of_rest\nparam least : integer = 11\n");
    let rules = "module night_ward.shift_plan\nuse night_ward.house_rules.of_rest (least)\n\
                 decision rested(hours: integer in 0..99) gives boolean = hours >= least\n";
    folder.write("night-ward/shift-plan.ax", rules);
    for path in ["night-ward", ".", "night-ward/shift-plan.ax"] {
        let done = folder.run(&["check", path]);
        assert_eq!((done.status.code(), out(&done).starts_with("ok  ")), (Some(0), true), "{path}: {}{}", err(&done), out(&done));
    }
}

#[test]
fn however_many_jobs_there_are_the_lines_are_the_same() {
    let folder = Folder::new("jobs");
    let line = |n: u32| match n % 1000 {
        999 => "{\"score\": 1001}\n".to_owned(),
        500 => "\n".to_owned(),
        n => format!("{{\"score\": {n}}}\n"),
    };
    folder.write("many.ndjson", (0..20_000).map(line).collect::<String>());
    let run = |jobs: &str, more: &[&str]| folder.run(&[&RUN[..], &["many.ndjson", "--jobs", jobs], more].concat());
    let one = run("1", &["--summary", "--explain", "19001"]);
    assert_eq!((out(&one).lines().count(), one.status.code()), (19_980, Some(1)));
    assert!(err(&one).contains("first: line 1,000, /score: 1001 is more than 1000"), "{}", err(&one));
    for jobs in ["2", "7"] {
        let many = run(jobs, &["--summary", "--explain", "19001"]);
        assert!(out(&many) == out(&one) && many.status == one.status, "{jobs} jobs write something else");
        let told = |output: &Output| err(output).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(told(&many), told(&one));
    }
    let none = run("0", &[]);
    assert_eq!(none.status.code(), Some(2));
    assert!(err(&none).contains("write a number from 1 to 256"), "{}", err(&none));
}

#[cfg(unix)]
#[test]
fn a_line_that_never_ends_ends_reading() {
    let folder = Folder::new("endless");
    for arguments in [&["/dev/zero"][..], &["/dev/zero", "--format", "csv", "--skip", "1"], &["/dev/zero", "--format", "csv"]] {
        let run = folder.run(&[&RUN[..], arguments].concat());
        assert_eq!((run.status.code(), out(&run).as_str()), (Some(2), ""));
        let words = "cannot read the input: what begins on line 1 has not ended after 256 MiB; a record has at most 64 MiB";
        assert!(err(&run).contains(words), "{}", err(&run));
    }
}
