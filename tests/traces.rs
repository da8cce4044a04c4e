//! Traces as people and programs read them: every construct as the schema has it, from inputs and from records, as text, JSON and a page.
#![expect(clippy::disallowed_methods, reason = "the program reads and writes files")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use axtrace::runtime::trace::SCHEMA;
use serde_json::Value;

/// A folder of its own below the build's, with nothing in it.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("traces").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/traces")
}

fn axtrace(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_axtrace"));
    command.args(arguments).current_dir(cases()).env("COLUMNS", "100").env("NO_COLOR", "1");
    command.output().expect("the program runs")
}

fn out(arguments: &[&str]) -> String {
    String::from_utf8(axtrace(arguments).stdout).expect("reports are UTF-8")
}

fn err(arguments: &[&str]) -> String {
    String::from_utf8(axtrace(arguments).stderr).expect("reports are UTF-8")
}

/// Rule file, decision and inputs of each case.
fn decided() -> Vec<[String; 3]> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(cases()).expect("the cases are there") {
        let path = entry.expect("the cases can be read").path();
        let inputs = path.with_extension("ndjson");
        if path.extension().is_some_and(|ending| ending == "ax") && inputs.exists() {
            let source = std::fs::read_to_string(&path).expect("a case can be read");
            let decision = source.split("\ndecision ").nth(1).and_then(|rest| rest.split('(').next()).expect("a case has a decision");
            let name = |path: &Path| path.file_name().expect("a case has a name").to_string_lossy().into_owned();
            found.push([name(&path), decision.to_owned(), name(&inputs)]);
        }
    }
    found.sort();
    found
}

fn traces(level: &str) -> Vec<Value> {
    let run = |[rules, decision, inputs]: &[String; 3]| out(&["run", rules, "--decision", decision, "--input", inputs, "--trace", level]);
    let lines: String = decided().iter().map(run).collect();
    lines.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// The words that stand behind a key anywhere in a value.
fn words(value: &Value, key: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if members.contains_key("status") {
                found.extend(members.get(key).and_then(Value::as_str).map(str::to_owned));
            }
            members.iter().filter(|(name, _)| *name != "input").for_each(|(_, value)| words(value, key, found));
        }
        Value::Array(values) => values.iter().for_each(|value| words(value, key, found)),
        _ => {}
    }
}

#[test]
fn every_construct_is_traced_as_the_schema_says() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let all = traces("full");
    for trace in &all {
        let errors: Vec<String> = validator.iter_errors(trace).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{trace}");
    }
    for key in ["kind", "status"] {
        let mut seen = BTreeSet::new();
        all.iter().for_each(|trace| words(trace, key, &mut seen));
        let named = schema["$defs"]["node"]["properties"][key]["enum"].as_array().expect("the words are listed");
        let named: BTreeSet<String> = named.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect();
        assert_eq!(seen, named, "the cases under tests/cases/traces must have every {key} of the schema");
    }
}

/// The words of a drawing, without what its head says about the record, and however its lines are broken.
fn without_record(drawing: &str) -> String {
    let about = |line: &&str| !line.starts_with("record ") && !line.starts_with("recomputed ");
    drawing.lines().filter(about).flat_map(str::split_whitespace).collect()
}

#[test]
fn a_record_is_explained_as_its_input_is() {
    let folder = folder("records");
    for [rules, decision, inputs] in decided() {
        for level in ["record", "full"] {
            let records = folder.join("records.ndjson").to_string_lossy().into_owned();
            axtrace(&["run", &rules, "--decision", &decision, "--input", &inputs, "--trace", level, "--output", &records]);
            let count = std::fs::read_to_string(&records).expect("the records were written").lines().count();
            for number in (1..=count).map(|number| number.to_string()) {
                let of_input = out(&["explain", &rules, "--decision", &decision, "--input", &inputs, "--number", &number, "--all"]);
                let asked = axtrace(&["explain", &rules, "--record", &records, "--number", &number, "--all"]);
                let of_record = String::from_utf8(asked.stdout).expect("a drawing is UTF-8");
                assert_eq!(asked.status.code(), Some(0), "{rules} {number}\n{of_record}{}", String::from_utf8_lossy(&asked.stderr));
                assert_eq!(of_record.contains("\nrecomputed  "), level == "record", "{of_record}");
                assert_eq!(without_record(&of_record), without_record(&of_input), "{rules} {number}");
            }
        }
    }
}

const RULES: &str = "several_rules_decide_alike.ax";

/// The first record of a case, changed.
fn changed(name: &str, level: &str, change: impl Fn(&str) -> String) -> String {
    let inputs = RULES.replace(".ax", ".ndjson");
    let records = out(&["run", RULES, "--decision", "check", "--input", &inputs, "--trace", level]);
    let path = folder(name).join("records.ndjson");
    std::fs::write(&path, change(&records)).expect("a file can be written");
    path.to_string_lossy().into_owned()
}

#[test]
fn a_record_that_the_rules_did_not_make_is_told_apart() {
    let forged = changed("forged", "full", |records| records.replacen("\"value\":\"no\"", "\"value\":\"ok\"", 1));
    let shown = axtrace(&["explain", RULES, "--record", &forged]);
    let text = String::from_utf8_lossy(&shown.stdout);
    assert!(
        text.starts_with("NO ") && text.contains("differs  outcome of the record, though the rules are the same: ok by a_high"),
        "{text}"
    );
    assert_eq!(shown.status.code(), Some(1));

    let tree = changed("tree", "full", |records| records.replacen("\"status\":\"true\"", "\"status\":\"false\"", 1));
    assert!(out(&["explain", RULES, "--record", &tree]).contains("differs  tree of the record"), "a changed tree is found");

    let others = changed("others", "record", |records| {
        records.replace("sha256:", "sha256:0123").replace("0123", "01230123").replace("sha256:01230123", "sha256:0123")
    });
    let shown = axtrace(&["explain", RULES, "--record", &others]);
    let text = String::from_utf8_lossy(&shown.stdout);
    assert!(text.contains("these are not the rules of the record, which are 0123") && text.contains("it says the same"), "{text}");
    assert!(text.contains("recomputed  all of this"), "{text}");
    assert_eq!(shown.status.code(), Some(1));

    let spaced = changed("spaced", "full", |records| records.replacen("\"by\":[", "\"by\" : [\t", 1));
    assert_eq!(axtrace(&["explain", RULES, "--record", &spaced]).status.code(), Some(0), "white space is no difference");
}

#[test]
fn what_is_no_record_is_said_to_be_none() {
    let none = changed("none", "none", str::to_owned);
    assert!(err(&["explain", RULES, "--record", &none]).contains("has no input: it says no more than the outcome"));
    let bad = changed("bad", "none", |_| "{\"error\":{\"code\":\"E0716\",\"at\":\"/a\",\"message\":\"10 is more than 9\"}}\n".to_owned());
    assert!(err(&["explain", RULES, "--record", &bad]).contains("could not be read, so that nothing was decided: /a: 10 is more than 9"));
    let inputs = RULES.replace(".ax", ".ndjson");
    assert!(err(&["explain", RULES, "--record", &inputs]).contains("it is no record that `axtrace run` wrote"));
    assert!(err(&["explain", RULES, "--record", "7"]).contains("the record of a number is `--number 7`"));
    let record = changed("named", "record", |records| records.replacen("{\"axtrace\":1,", "{\"axtrace\":1,\"id\":\"A-7\",", 1));
    assert!(out(&["explain", RULES, "--record", &record, "--id", "A-7"]).contains("number 1, id A-7"));
    assert!(err(&["explain", RULES, "--record", &record, "--id", "A-8"]).contains("has no record of the id `A-8`"));
}

#[test]
fn json_says_what_was_computed_again() {
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    for (level, recomputed) in [("record", true), ("full", false)] {
        let record = changed("json", level, str::to_owned);
        let line: Value = serde_json::from_str(&out(&["explain", RULES, "--record", &record, "--format", "json"])).expect("it is JSON");
        assert!(validator.is_valid(&line), "{line}");
        assert_eq!(line.get("recomputed").is_some(), recomputed);
        assert_eq!(line["outcome"]["value"], "no");
    }
}

#[test]
fn a_page_holds_the_whole_drawing_and_nothing_from_elsewhere() {
    for [rules, decision, inputs] in decided() {
        let of = ["explain", &rules, "--decision", &decision, "--input", &inputs];
        let page = out(&[&of[..], &["--format", "html"]].concat());
        assert!(page.starts_with("<!DOCTYPE html>\n") && page.ends_with("</html>\n"), "{rules}");
        assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("<link"), "{rules}");
        for tag in ["div", "span", "details", "summary"] {
            let (opened, closed) = (page.matches(&format!("<{tag}")).count(), page.matches(&format!("</{tag}>")).count());
            assert_eq!(opened, closed, "{rules}: <{tag}>");
        }
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
        let drawn = words(&out(&[&of[..], &["--all"]].concat()).replace(['…', '<', '>', '"', '\'', '&'], " "));
        let unmarked = page.replace("&lt;", " ").replace("&gt;", " ").replace("&quot;", " ").replace("&#39;", " ").replace("&amp;", " ");
        let text: String = unmarked.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect::<Vec<_>>().join("");
        let shown = words(&text.replace('…', " "));
        let marks: Vec<&String> = drawn.difference(&shown).filter(|word| ["●", "◐", "○", "✓", "✗"].contains(&word.as_str())).collect();
        assert!(marks.is_empty(), "{rules}: {marks:?}");
    }
}

#[test]
fn what_stands_in_the_way_of_an_outcome_is_said_and_each_change_was_tried() {
    let of = ["explain", "rules_win_over_rules.ax", "--decision", "entry", "--input", "rules_win_over_rules.ndjson"];
    insta::assert_snapshot!("overridden", out(&[&of[..], &["--why-not", "approve"]].concat()));
    insta::assert_snapshot!("a_referral", out(&[&of[..], &["--number", "3", "--why-not", "refer to manager"]].concat()));
    insta::assert_snapshot!("never_given", out(&[&of[..], &["--number", "3", "--why-not", "wait"]].concat()));
    assert!(out(&[&of[..], &["--why-not", "reject"]].concat()).starts_with("It is REJECT, so nothing stands in the way:"));
    assert!(err(&[&of[..], &["--why-not", "aprove"]].concat()).contains("did you mean `approve`?"));
    assert!(err(&[&of[..], &["--why-not", "approve", "--format", "json"]].concat()).contains("`--format text` or `html`"));

    let of = ["explain", "a_table_is_drawn_by_its_rows.ax", "--decision", "premium", "--input", "a_table_is_drawn_by_its_rows.ndjson"];
    insta::assert_snapshot!("two_changes", out(&[&of[..], &["--why-not", "410.00 EUR"]].concat()));
    let of = ["explain", "elements_that_decided_are_told_apart.ax", "--decision", "notes"];
    let of = [&of[..], &["--input", "elements_that_decided_are_told_apart.ndjson", "--number", "2"]].concat();
    insta::assert_snapshot!("collected", out(&[&of[..], &["--why-not", "W1 works 8 hours"]].concat()));

    // What only a decision that is asked compares with, and what only rows of a table do that is looked up.
    let asks = folder("asked").join("asked.ax");
    let rules = "module asked\n\
        decision tier(code: text with up to 8 characters) gives integer in 0..9 {\n  rule high when code = \"XYZ\" then 5\n  otherwise 1\n}\n\
        decision entry(code: text with up to 8 characters) gives boolean {\n  rule high when tier(code) > 3 then false\n  otherwise true\n}\n";
    let input = asks.with_extension("json");
    std::fs::write(&asks, rules).and_then(|()| std::fs::write(&input, "{\"code\":\"A\"}")).expect("files can be written");
    let of = |path: &Path| path.display().to_string();
    let said = out(&["explain", &of(&asks), "--decision", "entry", "--input", &of(&input), "--why-not", "false"]);
    assert!(said.contains("code  \"A\" → \"XYZ\""), "{said}");
    let of = ["explain", "../tables/a_rate_of_eighty_rows.ax", "--decision", "duty", "--input", "../tables/a_rate_of_eighty_rows.ndjson"];
    let said = out(&[&of[..], &["--why-not", "12.5 %"]].concat());
    assert!(said.contains("item.n  75 → 240"), "{said}");
}

/// The blocks of a page in order: the word behind the fence, the text, and where that begins.
fn blocks(page: &str) -> Vec<(&str, &str, usize)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, behind)) = rest.split_once("\n```") {
        let (word, behind) = behind.split_once('\n').expect("a fence ends its line");
        let at = page.len() - behind.len();
        let length = if behind.starts_with("```") { 0 } else { behind.find("\n```").expect("a block is closed") + 1 };
        found.push((word, &behind[..length], at));
        rest = &behind[length.saturating_sub(1)..];
        rest = rest.split_once("```").map_or("", |(_, rest)| rest);
    }
    found
}

/// What the program prints for a command of the guide, run where the rules and inputs of the guide lie.
fn printed(command: &str, folder: &Path) -> String {
    let own = |word: &str| if folder.join(word).exists() { folder.join(word).to_string_lossy().into_owned() } else { word.to_owned() };
    let words: Vec<String> = command.split_whitespace().skip(1).map(own).collect();
    let mut program = Command::new(env!("CARGO_BIN_EXE_axtrace"));
    program.args(words).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("COLUMNS").env("NO_COLOR", "1");
    let output = program.output().expect("the program runs");
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a drawing is UTF-8")
}

/// `AXTRACE_WRITE_PAGES=1` writes the drawings anew.
#[test]
fn the_guide_for_auditors_shows_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/auditor.md");
    let page = std::fs::read_to_string(&path).expect("the guide is there");
    let folder = folder("guide");
    let blocks = blocks(&page);
    for (word, name) in [("axtrace", "expenses.ax"), ("json", "report.json")] {
        let (_, text, _) = blocks.iter().find(|block| block.0 == word).expect("the guide has rules and an input");
        std::fs::write(folder.join(name), text).expect("a file can be written");
    }
    let mut wanted = page.clone();
    let mut drawings = 0;
    for pair in blocks.windows(2).rev() {
        if let [("console", command, _), ("text", drawing, at)] = pair {
            let shown = printed(command, &folder);
            wanted.replace_range(*at..at + drawing.len(), &format!("{}\n", shown.trim_end()));
            drawings += 1;
        }
    }
    assert_eq!(drawings, 4, "the guide has its drawings");
    if std::env::var_os("AXTRACE_WRITE_PAGES").is_some() {
        std::fs::write(&path, &wanted).expect("the guide can be written");
        return;
    }
    assert!(page == wanted, "docs/auditor.md does not show what the program prints: write it anew with AXTRACE_WRITE_PAGES=1\n{wanted}");
}
