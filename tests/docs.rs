//! What the documentation shows is run: rule files compile or have the findings they say, their tests pass, inputs are read or refused.
//!
//! A block of code says after its three backticks what it is:
//!
//! - `axtrace`: rules without findings; their tests pass. A block that does not begin with `module` gets a module before it.
//! - `axtrace error E0302`: rules with exactly these findings. `axtrace warning E0320`: with exactly these, and they compile.
//! - `axtrace bare …`: the same, and no module is put before it.
//! - `axtrace beside shop/money.ax`: a file that the next block of rules is compiled with.
//! - `json beside cases.json`: a file of tests that the next block of rules names.
//! - `json`: an input of the last decision of the block of rules before it. `json error E0710`: an input with exactly these problems.
//! - `csv`: inputs of that decision, with the names of the columns. `csv error E0720`: inputs with exactly these problems.
//!
//! Other blocks are not looked at.
#![expect(clippy::disallowed_methods, reason = "the documentation is read as it is in the repository")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use axtrace_compiler::hir::{Expected, Test};
use axtrace_compiler::interpret::{Fault, FaultKind, Options, Run, decide};
use axtrace_compiler::resolve::BUILT_IN;
use axtrace_compiler::{Program, compile};
use axtrace_runtime::memory::Batch;
use axtrace_runtime::meta::{DecisionId, RuleId, RuleState, Tag};
use axtrace_runtime::read::csv::{Dialect, Header, Rows, Split};
use axtrace_runtime::read::{Problem, Reader, Wrong};
use axtrace_source::{Findings, Sources};

/// Findings that no page can show, each with what it would take.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("E0001", "a file of more than 16 MiB"),
    ("E0002", "bytes that are no text"),
    ("E0003", "4 GiB of sources"),
    ("E0005", "a character that nobody sees"),
    ("E0007", "129 brackets"),
    ("E0317", "an enum of 65 names"),
    ("E0212", "two files"),
    ("E0213", "where a file lies"),
    ("E0325", "500 declarations"),
    ("E0344", "a file of data"),
    ("E0345", "a file of data"),
    ("E0346", "a file of data"),
    ("E0347", "65 rows"),
    ("E0430", "400,000 operations"),
    ("E0510", "65 rows"),
    ("E0511", "thousands of rows that overlap"),
    ("E0432", "5,000,000 steps"),
    ("E0702", "bytes that are no text"),
    ("E0703", "an input of more than 64 MiB"),
    ("E0704", "129 brackets"),
    ("E0705", "gigabytes of inputs"),
    ("E0728", "a Parquet file"),
    ("E0729", "a Parquet file"),
    ("E0730", "a Parquet file"),
    ("E0750", "a program around the rules"),
    ("E0751", "a program around the rules"),
    ("E0752", "a program around the rules"),
    ("E0753", "a program around the rules"),
    ("E0754", "a program around the rules"),
    ("E0755", "a program around the rules"),
    ("E0756", "a program around the rules"),
    ("E0757", "a program around the rules"),
    ("E0758", "a program around the rules"),
];

/// One block of code of a page.
struct Block {
    /// Where it begins: file and line.
    place: String,
    info: Vec<String>,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    markdown_in(&root().join("docs"), &mut pages);
    markdown_in(&root().join("examples"), &mut pages);
    pages
}

fn markdown_in(folder: &Path, pages: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            markdown_in(&path, pages);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            pages.push(path);
        }
    }
}

fn blocks(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).unwrap();
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else { continue };
        let body: Vec<_> = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
        let place = format!("{}:{}", page.strip_prefix(root()).unwrap().display(), number + 1);
        blocks.push(Block { place, info: info.split_whitespace().map(String::from).collect(), text: body.join("\n") + "\n" });
    }
    blocks
}

impl Block {
    fn is(&self, language: &str) -> bool {
        self.info.first().is_some_and(|first| first == language)
    }

    /// The codes that it announces.
    fn codes(&self) -> BTreeSet<String> {
        self.info.iter().filter(|word| word.starts_with('E')).cloned().collect()
    }

    fn says(&self, word: &str) -> bool {
        self.info.iter().any(|said| said == word)
    }

    fn source(&self) -> String {
        let begins = self.text.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"));
        let whole = self.says("bare") || begins.is_some_and(|line| line.starts_with("module "));
        if whole { self.text.clone() } else { format!("module example\n{}", self.text) }
    }

    /// Compiles the rules, compares the findings with those announced, and runs the tests.
    fn check_rules(&self, beside: &[Self], wrong: &mut Vec<String>) -> Option<Program> {
        let mut sources = Sources::new();
        for file in beside {
            let name = file.info.get(2).map_or("beside.ax", String::as_str);
            if file.is("json") {
                sources.add_data(name, file.text.clone().into_bytes());
            } else {
                sources.add(name, file.text.clone()).unwrap();
            }
        }
        sources.add("example.ax", self.source()).unwrap();
        let mut findings = Findings::new();
        let program = compile(sources, &mut findings);
        let findings = findings.sorted();
        let found: BTreeSet<_> = findings.iter().map(axtrace_source::Finding::code).collect();
        if found != self.codes() {
            let messages: Vec<_> = findings.iter().map(|finding| format!("  {} {}", finding.code(), finding.diagnostic)).collect();
            wrong.push(format!("{}: expected {:?}, found\n{}", self.place, self.codes(), messages.join("\n")));
            return None;
        }
        if program.is_none() != self.says("error") {
            wrong.push(format!("{}: `error` stands here, and the rules compile, or the other way round", self.place));
        }
        let program = program?;
        program.tests.iter().for_each(|test| self.check_test(&program, test, wrong));
        Some(program)
    }

    fn check_test(&self, program: &Program, test: &Test, wrong: &mut Vec<String>) {
        match decide(&program.meta, &program.graphs, test.decision, &test.given, Options::default()) {
            Ok(run) if passes(program, test, &run) => {}
            other => wrong.push(format!("{}: the test \"{}\" fails: {other:?}", self.place, test.title)),
        }
    }

    /// Reads the input and compares its problems with those announced.
    fn check_input(&self, program: &Program, wrong: &mut Vec<String>) {
        let Some(last) = program.meta.declared().len().checked_sub(1) else { return };
        let reader = Reader::new(&program.meta, DecisionId(last as u32));
        let problems = if self.is("csv") {
            self.csv_problems(&reader)
        } else {
            reader.read(self.text.as_bytes(), &mut Batch::new()).err().map(|errors| errors.problems).unwrap_or_default()
        };
        let mut found: BTreeSet<_> = problems.iter().map(Problem::code).collect();
        if found.is_empty() && self.is("json") && self.breaks_a_relation(program, &reader, last) {
            found.insert("E0727".to_owned());
        }
        if found != self.codes() {
            let messages: Vec<_> = problems.iter().map(|problem| format!("  {} {problem}", problem.code())).collect();
            wrong.push(format!("{}: expected {:?}, found\n{}", self.place, self.codes(), messages.join("\n")));
        }
    }
}

impl Block {
    /// Whether an input that can be read does not keep what always holds.
    fn breaks_a_relation(&self, program: &Program, reader: &Reader, decision: usize) -> bool {
        let mut batch = Batch::new();
        let read = reader.read(self.text.as_bytes(), &mut batch);
        assert!(read.is_ok(), "{}: it was read before", self.place);
        let values = batch.values(0, &program.meta.decisions[decision], &program.meta).expect("what was read are values");
        let run = decide(&program.meta, &program.graphs, DecisionId(decision as u32), &values, Options::default());
        matches!(run, Err(Fault { kind: FaultKind::Relation { .. }, node: None, .. }))
    }

    /// The problems of the columns, or those of the rows.
    fn csv_problems(&self, reader: &Reader) -> Vec<Problem> {
        let mut rows = Rows::new(self.text.as_bytes(), Dialect::default());
        let Ok(Some(Split::Row(names))) = rows.next_row() else { panic!("{}: no names of columns", self.place) };
        let columns = match reader.columns(Header::of_row(names, b','), &[]) {
            Ok(columns) => columns,
            Err(errors) => return errors.problems,
        };
        let mut problems = Vec::new();
        while let Some(split) = rows.next_row().unwrap() {
            let refused = match split {
                Split::Row(row) => columns.read(row, &mut Batch::new()).err(),
                Split::Unclosed { at } => Some(columns.refuse(at, Wrong::UnclosedQuote)),
                Split::TooLarge { bytes, at } => Some(columns.refuse(at, Wrong::TooLarge { bytes })),
            };
            problems.extend(refused.into_iter().flat_map(|errors| errors.problems));
        }
        problems
    }
}

fn passes(program: &Program, test: &Test, run: &Run) -> bool {
    let decision = &program.meta.decisions[test.decision.index()];
    let outcome = match (&test.expect, decision.tags[usize::from(run.outcome.tag)]) {
        (Expected::Value(value), Tag::Decided) => run.outcome.value.as_ref() == Some(value),
        (Expected::Referral { role, within, proposing }, Tag::Referred { role: to, .. }) => {
            *role == to
                && within.is_none_or(|within| run.outcome.within == Some(within))
                && proposing.as_ref().is_none_or(|value| run.outcome.value.as_ref() == Some(value))
        }
        _ => false,
    };
    let deciding = || {
        (0..)
            .map(RuleId)
            .zip(&run.states)
            .filter(|(_, state)| **state == RuleState::Decided)
            .map(|(rule, _)| (rule, None))
            .collect::<Vec<_>>()
    };
    outcome && test.by.as_ref().is_none_or(|by| *by == deciding())
}

/// Checks the blocks of a page.
fn check_page(page: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut rules, mut beside) = (None, Vec::new());
    for block in blocks(page) {
        if block.says("beside") {
            beside.push(block);
        } else if block.is("axtrace") {
            rules = block.check_rules(&std::mem::take(&mut beside), &mut wrong);
        } else if block.is("json") || block.is("csv") {
            match &rules {
                Some(program) => block.check_input(program, &mut wrong),
                None => wrong.push(format!("{}: no rules stand before this input", block.place)),
            }
        }
    }
    wrong
}

#[test]
fn what_the_pages_show_is_so() {
    let wrong: Vec<_> = pages().iter().flat_map(|page| check_page(page)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_of_a_finding_shows_it() {
    let mut wrong = Vec::new();
    let mut pages = Vec::new();
    markdown_in(&root().join("docs/findings"), &mut pages);
    for page in pages {
        let code = page.file_stem().unwrap().to_string_lossy().into_owned();
        if !code.starts_with('E') {
            continue;
        }
        let begins = fs::read_to_string(&page).unwrap().starts_with(&format!("# {code} "));
        let shown = blocks(&page).iter().any(|block| block.codes().contains(&code));
        let excused = NOT_SHOWN.iter().any(|(excused, _)| *excused == code);
        if !begins || shown == excused {
            wrong.push(format!("{}: begins `# {code} …`: {begins}; shows it: {shown}; cannot show it: {excused}", page.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Names that are called in code, such as `min` in `min(a, b)`.
fn called(code: &str) -> BTreeSet<String> {
    let of_name = |sign: &char| sign.is_alphanumeric() || *sign == '_';
    let names = code.match_indices('(').map(|(at, _)| code[..at].chars().rev().take_while(of_name).collect::<Vec<_>>());
    names.map(|name| name.into_iter().rev().collect()).collect()
}

#[test]
fn every_built_in_function_has_an_entry_and_an_example_that_is_run() {
    let page = root().join("docs/language/functions.md");
    let text = fs::read_to_string(&page).unwrap();
    let known: BTreeSet<_> = BUILT_IN.iter().map(|name| (*name).to_string()).collect();
    let cells = text.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let entries: BTreeSet<_> = cells.flat_map(called).filter(|name| !name.is_empty()).collect();
    assert_eq!(entries, known, "the tables of docs/language/functions.md have other functions than the language");
    let mut used = BTreeSet::new();
    for block in blocks(&page).iter().filter(|block| block.is("axtrace")) {
        let program = block.check_rules(&[], &mut Vec::new()).unwrap_or_else(|| panic!("{}: does not compile", block.place));
        for (place, decision) in program.meta.decisions.iter().enumerate() {
            let tested = program.tests.iter().any(|test| test.decision.index() == place);
            assert!(tested, "{}: no test is for `{}`", block.place, decision.name);
        }
        used.extend(called(&block.text));
    }
    let without: Vec<_> = known.difference(&used).collect();
    assert!(without.is_empty(), "docs/language/functions.md has no example of {without:?}");
}
