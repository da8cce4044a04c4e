//! Cases as files: each `.ax` file under `cases` is checked, its tests are run, its inputs decided and explained, and the report stands beside it.
//!
//! A case with inputs has a file of the same name that ends in `.ndjson` or `.csv`, and decides them with its first decision. Every input
//! is also decided at all levels, and by the interpreter, and each line of JSON is held against the published schema.
#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use std::path::{Path, PathBuf};
use std::process::Command;

use axtrace::compiler::interpret::{Options, decide};
use axtrace::runtime::memory::Batch;
use axtrace::runtime::trace::{SCHEMA, decode};
use axtrace::source::Sources;
use axtrace::{Decision, Level, Rules};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// What the program prints, standard output first, and its status if that is not 0.
fn axtrace(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_axtrace"));
    let command = command.args(arguments).current_dir(cases()).env("COLUMNS", "100").env("NO_COLOR", "1");
    let output = command.output().expect("the program runs");
    let status = output
        .status
        .code()
        .map_or_else(|| "status none\n".to_owned(), |code| if code == 0 { String::new() } else { format!("status {code}\n") });
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr) + &status
}

/// The report without how long it took.
fn timeless(report: &str) -> String {
    let line =
        |line: &str| line.rsplit_once(" · ").filter(|(_, time)| time.ends_with(" ms")).map_or(line, |(head, _)| head).to_owned() + "\n";
    report.lines().map(line).collect()
}

#[test]
fn every_case_reports_what_was_read_and_found_right() {
    insta::glob!("cases", "**/*.ax", |path| {
        let name = path.strip_prefix(cases()).expect("a case lies among the cases").to_string_lossy().replace('\\', "/");
        // Slips have a test of their own.
        if name.starts_with("slips/") {
            return;
        }
        let source = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(path.parent().expect("a case lies in a folder"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.remove_snapshot_suffix();
        let stem = path.file_stem().expect("a case has a name").to_string_lossy().into_owned();
        let report = report(&name, &source, path);
        settings.bind(|| insta::assert_snapshot!(stem, report));
    });
}

fn report(name: &str, source: &str, path: &Path) -> String {
    let mut report = format!("{source}\n--- check\n{}", axtrace(&["check", name]));
    let Some(rules) = compiled(name, source) else { return report };
    if !rules.program().tests.is_empty() {
        report += &format!("--- test\n{}", timeless(&axtrace(&["test", name])));
    }
    let inputs = path.with_extension("ndjson");
    if let Ok(text) = std::fs::read_to_string(&inputs) {
        report += &decided(name, &rules, &text);
    }
    if let Ok(text) = std::fs::read_to_string(path.with_extension("csv")) {
        report += &table(name, &rules, &text);
    }
    report
}

/// What becomes of the rows of a CSV file.
fn table(name: &str, rules: &Rules, text: &str) -> String {
    let decision = rules.meta().decisions.first().expect("a case with inputs has a decision").qualified_name();
    let inputs = name.replace(".ax", ".csv");
    let of = ["--decision", &decision, "--input", &inputs];
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is one");
    let lines = axtrace(&[&["run", name, "--trace", "full"], &of[..]].concat());
    for line in lines.lines().filter(|line| line.starts_with('{')) {
        assert!(schema.is_valid(&serde_json::from_str(line).expect("a line is JSON")), "{line}");
    }
    format!(
        "--- csv\n{text}--- run\n{}--- explain\n{}",
        axtrace(&[&["run", name, "--trace", "none"], &of[..]].concat()),
        axtrace(&[&["explain", name], &of[..]].concat())
    )
}

fn compiled(name: &str, source: &str) -> Option<Rules> {
    let mut sources = Sources::new();
    sources.add(name, source).ok()?;
    // The program finds files of tests and tables by itself; here they lie beside the case.
    let names = |line: &&str| line.starts_with("test ") || line.trim_start().starts_with("table ");
    for named in source.lines().filter(names).filter_map(|line| line.split_once(" from \"")) {
        let path = sources.files()[0].beside(named.1.split('"').next().unwrap_or_default())?;
        sources.add_data(path.clone(), std::fs::read(cases().join(path)).ok()?);
    }
    // The program finds the files of used modules by itself; here they are what the folder of modules holds.
    if source.lines().any(|line| line.starts_with("use ")) {
        for used in ["modules/shop/money.ax", "modules/shop/stock.ax"] {
            sources.add(used, std::fs::read_to_string(cases().join(used)).ok()?).ok()?;
        }
    }
    axtrace::compile(sources).ok()
}

fn decided(name: &str, rules: &Rules, text: &str) -> String {
    let decision = rules.decision(&rules.meta().decisions.first().expect("a case with inputs has a decision").qualified_name());
    let decision = decision.expect("the first decision is there");
    let inputs = name.replace(".ax", ".ndjson");
    let of = ["--decision", &decision.meta().qualified_name(), "--input", &inputs].map(str::to_owned);
    let of: Vec<&str> = of.iter().map(String::as_str).collect();
    let mut report = format!("--- run\n{}", axtrace(&[&["run", name, "--trace", "none"], &of[..]].concat()));
    if name.starts_with("traces/") {
        report += &format!("--- explain --all\n{}", axtrace(&[&["explain", name, "--all"], &of[..]].concat()));
    }
    for (index, line) in text.lines().enumerate() {
        report += &format!("--- {line}\n{}", axtrace(&[&["explain", name, "--number", &(index + 1).to_string()], &of[..]].concat()));
        agree(rules, &decision, line);
    }
    report
}

/// Native code at all levels and the interpreter say the same, and say it as the schema has it.
fn agree(rules: &Rules, decision: &Decision, line: &str) {
    let Ok(native) = decision.trace(line.as_bytes(), Level::Full) else { return };
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is one");
    for level in [Level::None, Level::Record, Level::Full] {
        let json = decision.decide(line.as_bytes(), level).expect("it was decided before");
        let json: serde_json::Value = serde_json::from_str(&json).expect("a line is JSON");
        assert!(schema.is_valid(&json), "{line}\n{json}");
        assert_eq!(decision.trace(line.as_bytes(), level).expect("it was decided before").outcome, native.outcome, "{line} at {level}");
    }
    let values: Vec<_> = native.input.iter().map(|input| input.value.clone()).collect();
    let program = rules.program();
    let run = decide(&program.meta, &program.graphs, decision.id(), &values, Options::at(Level::Full));
    let recording = run.unwrap_or_else(|fault| panic!("{line}: {fault:?}")).recording;
    let mut batch = Batch::new();
    batch.push_values(decision.meta(), &program.meta.types, &values).expect("the values are those of an input");
    let view = recording.view(&batch);
    assert_eq!(decode(&program.meta, decision.id(), &view, Level::Full).expect("a recording"), native, "{line}");
}
