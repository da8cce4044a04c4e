//! Slips of authors who come from spreadsheets, databases, word processors and other languages: each `.ax` file under `cases/slips` is a whole
//! file of several declarations with one slip in it, and the report stands beside it.
//!
//! A slip is one finding, and hides none: what is wrong in a decision behind it is told as well.
#![expect(clippy::disallowed_methods, reason = "the slips are files")]

use std::path::{Path, PathBuf};
use std::process::Command;

use axtrace::source::{Finding, Findings, Sources};

/// Slips that are several, or are told from both sides.
const TOLD_MORE_THAN_ONCE: &[(&str, usize)] = &[
    // Each sign is one.
    ("full_width_signs", 3),
    ("two_slips_in_one_rule", 3),
    // Each keyword is one.
    ("french_keywords", 2),
    ("german_keywords", 2),
    ("keywords_in_capitals", 2),
    ("spanish_keywords", 2),
    // Each `$` is one.
    ("a_placeholder_of_other_languages", 2),
    // Both places have to be changed.
    ("a_field_named_with_a_hyphen", 2),
    ("types_of_other_languages", 2),
    // That the field is not known, and why.
    ("a_ligature_from_a_pdf", 2),
];

/// A decision with a slip of its own, to stand behind another.
const BEHIND: &str = "\ndecision behind(n: integer in 0..9) gives boolean = n > threshold_of_nothing\n";

fn slips() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/slips")
}

#[test]
fn every_slip_is_told_as_it_was_read_and_found_right() {
    insta::glob!("cases/slips", "*.ax", |path| {
        let name = path.file_name().expect("a slip has a name").to_string_lossy().into_owned();
        let mut command = Command::new(env!("CARGO_BIN_EXE_axtrace"));
        let command = command.args(["check", &name]).current_dir(slips()).env("COLUMNS", "100").env("NO_COLOR", "1");
        let output = command.output().expect("the program runs");
        let report = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(slips());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.remove_snapshot_suffix();
        settings.bind(|| insta::assert_snapshot!(name.trim_end_matches(".ax").to_owned(), report));
    });
}

#[test]
fn a_slip_is_one_finding_and_hides_none() {
    let mut wrong = Vec::new();
    for (name, text) in files() {
        let found = codes(&name, &text);
        let wanted = TOLD_MORE_THAN_ONCE.iter().find(|(known, _)| *known == name).map_or(1, |(_, count)| *count);
        if found.len() != wanted {
            wrong.push(format!("{name} is told {} times: {found:?}", found.len()));
        }
        let behind = codes(&name, &(text.clone() + BEHIND));
        if behind.iter().filter(|code| *code == "E0202").count() != 1 + found.iter().filter(|code| *code == "E0202").count() {
            wrong.push(format!("{name} hides what is behind it: {behind:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The slips by name, in order.
fn files() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(slips()).expect("the slips lie in a folder");
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "ax"))
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a slip can be read"))
        })
        .collect();
    files.sort();
    files
}

fn codes(name: &str, text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    sources.add(format!("{name}.ax"), text).expect("a slip is a file");
    let mut findings = Findings::new();
    drop(axtrace::compiler::compile(sources, &mut findings));
    // What the compiler does not carry further yet is no slip.
    findings.sorted().iter().map(Finding::code).filter(|code| code != "E0901").collect()
}
