//! What holds for the repository as a whole: which crate may know which, a page and a case for each finding, links that lead somewhere, nothing of
//! anybody's machine.
#![expect(clippy::disallowed_methods, reason = "the files of the repository are read as they are")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of the repository, without those that are built and those of version control.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder of the repository").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() && name != "target" && name != ".git" {
            files(&path, found);
        } else if path.is_file() && name != ".git" {
            found.push(path);
        }
    }
}

fn all_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(root(), &mut found);
    found
}

/// The crates of the workspace that a crate may be built from.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("render", &["source", "runtime"]),
    ("derive", &[]),
    ("grammar", &["source"]),
    ("runtime", &["source"]),
    ("compiler", &["source", "grammar", "runtime"]),
];
/// Crates that the runtime never sees.
const NOT_IN_RUNTIME: &[&str] = &["cranelift", "pest"];

/// The runtime writes names that the grammar reads again, and knows nothing of the grammar.
#[test]
fn runtime_and_grammar_reserve_the_same_words() {
    let words = |words: &[&'static str]| words.iter().copied().collect::<BTreeSet<&str>>();
    assert_eq!(words(&axtrace_runtime::text::RESERVED), words(&axtrace_grammar::RESERVED));
}

#[test]
fn crates_know_only_what_is_below_them() {
    for (name, may_know) in MAY_KNOW {
        let manifest = read(&root().join(name).join("Cargo.toml"));
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or("").split("\n[").next().unwrap_or("");
        for line in dependencies.lines() {
            let Some(known) = line.strip_prefix("axtrace-") else {
                let heavy = *name == "runtime" && NOT_IN_RUNTIME.iter().any(|heavy| line.starts_with(heavy));
                assert!(!heavy, "the runtime is built from `{line}`");
                continue;
            };
            let known = known.split(['.', ' ', '=']).next().unwrap_or(known);
            assert!(may_know.contains(&known), "`{name}` is built from `{known}`");
        }
    }
}

/// The codes that findings in the code have.
fn codes_in_code() -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    for path in all_files().iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs")) {
        let text = read(path);
        for (at, _) in text.match_indices("code(E") {
            let code = &text[at + 5..(at + 10).min(text.len())];
            if code[1..].bytes().all(|byte| byte.is_ascii_digit()) {
                codes.insert(code.to_owned(), path.strip_prefix(root()).expect("a file of the repository").display().to_string());
            }
        }
    }
    codes
}

fn pages() -> BTreeSet<String> {
    let folder = std::fs::read_dir(root().join("docs/findings")).expect("the pages of the findings");
    let names = folder.map(|entry| entry.expect("an entry").path());
    names
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .filter(|name| name.starts_with('E') && name.len() == 5)
        .collect()
}

#[test]
fn every_finding_has_a_page_and_every_page_a_finding() {
    let (codes, pages) = (codes_in_code(), pages());
    let without: Vec<_> = codes.iter().filter(|(code, _)| !pages.contains(*code)).collect();
    assert!(without.is_empty(), "findings without a page in docs/findings: {without:?}");
    let unused: Vec<_> = pages.iter().filter(|page| !codes.contains_key(*page)).collect();
    assert!(unused.is_empty(), "pages of findings that are nowhere in the code: {unused:?}");
}

/// Findings that only something enormous has: more than 4 GiB of rules or of inputs, defines that unfold to millions of nodes, tables whose rows
/// overlap in millions of ways. What makes them is tested where it is written.
const TOO_LARGE_FOR_A_CASE: &[&str] = &["E0003", "E0430", "E0511", "E0705"];

#[test]
fn every_finding_has_a_case() {
    let mut reports = String::new();
    for path in all_files().iter().filter(|path| path.starts_with(root().join("tests"))) {
        let report =
            path.extension().is_some_and(|ending| ending == "snap") || path.ends_with("program.rs") || path.ends_with("parquet/main.rs");
        reports += &if report { read(path) } else { String::new() };
    }
    let without: Vec<_> = pages().into_iter().filter(|code| !reports.contains(code.as_str())).collect();
    assert_eq!(without, TOO_LARGE_FOR_A_CASE, "findings that no report in tests/cases shows");
}

#[test]
fn the_program_holds_every_page() {
    let path = root().join("src/pages.rs");
    let text = read(&path);
    let (head, rest) = text.split_once("const PAGES: &[(&str, &str)] = &[").expect("the list of pages");
    let (_, tail) = rest.split_once("];").expect("the end of the list");
    let entry = |code: &String| format!("\n    (\"{code}\", include_str!(\"../docs/findings/{code}.md\")),");
    let entries: String = pages().iter().map(entry).collect();
    let end = if entries.is_empty() { "" } else { "\n" };
    let wanted = format!("{head}const PAGES: &[(&str, &str)] = &[{entries}{end}];{tail}");
    if std::env::var("AXTRACE_WRITE_PAGES").is_ok() {
        std::fs::write(&path, &wanted).expect("the list can be written");
    }
    assert!(text == wanted, "src/pages.rs does not list the pages: run `AXTRACE_WRITE_PAGES=1 cargo test --test tidy`, then again without");
}

#[test]
fn nothing_names_a_place_on_somebodys_machine() {
    // Put together here, so that this file does not hold them.
    let places = ["work", "tmp", "home"].map(|name| format!("/{name}/"));
    for path in all_files() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for place in &places {
            assert!(!text.contains(place.as_str()), "{} names a path below `{place}`", path.display());
        }
    }
}

/// The places in a page that links can lead to: its headings in small letters, without signs, joined by hyphens.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut in_code = false;
    let headings = page.lines().filter(|line| {
        in_code ^= line.starts_with("```");
        line.starts_with('#') && !in_code
    });
    let anchor = |heading: &str| {
        let bare = heading.trim_start_matches('#').trim().to_lowercase();
        bare.chars()
            .filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'))
            .map(|sign| if sign == ' ' { '-' } else { sign })
            .collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    let mut lost = Vec::new();
    for path in all_files().iter().filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        let page = read(path);
        let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://") && !target.contains(' ')) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let to = if file.is_empty() { path.clone() } else { path.with_file_name("").join(file) };
            let found = to.exists() && (anchor.is_empty() || anchors(&read(&to)).contains(anchor));
            if !found {
                lost.push(format!("{}: {target}", path.strip_prefix(root()).expect("a file of the repository").display()));
            }
        }
    }
    assert!(lost.is_empty(), "links that lead nowhere:\n{}", lost.join("\n"));
}

#[test]
fn every_file_of_code_begins_with_its_one_idea() {
    for path in all_files().iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs")) {
        assert!(read(path).starts_with("//! "), "{} does not say what it is", path.display());
    }
}
