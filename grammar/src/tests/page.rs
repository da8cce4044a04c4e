//! Holds the page of the grammar against the grammar: its productions are written by it, each is reachable and in one place, and each that is
//! built is used by an example of the reference or a case.
//!
//! The page is written by hand but for its blocks of `ebnf`: each holds the productions whose names begin its lines, in that order, as the
//! grammar has them. `AXTRACE_WRITE_PAGES=1 cargo test -p axtrace-grammar` writes them anew; a new production is put into a block by a line
//! with its name and `=`.
#![expect(clippy::disallowed_methods, reason = "the pages of the repository are read and written as they are")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use ebnf::{Ebnf, Productions};
use pest_meta::ast::{Expr, Rule as MetaRule};

use crate::split::RESERVED;

mod ebnf;
pub(crate) mod used;

/// What the grammar does not say because the builder joins it: what a file, a decision and a table are made of.
const JOINED: &str = r#"
file              = { (only_module | only_variant) ~ (only_owner | only_version | only_use | declaration)* }
declaration       = {
    only_unit | only_enum | only_record | only_type | only_param | only_role | only_define | decision | only_sample | test | only_always
  | only_measure | only_prove | change | workflow
}
decision          = { only_decision | only_head ~ "{" ~ decision_part* ~ "}" }
decision_part     = {
    only_let | only_rule | group | table | only_otherwise | only_always | only_may | only_gives | only_steps
}
group             = { only_group ~ "{" ~ (only_rule | table)* ~ "}" }
table             = { only_table ~ table_row* }
table_row         = { "|" ~ cell? ~ ("|" ~ cell?)* ~ ("||" ~ cell? ~ ("|" ~ cell?)*)? ~ "|" }
cell              = { "-" | "?" | only_header | only_tests | only_outcome | "gives" ~ ("." ~ name)? | only_text | only_cites | only_names }
test              = { only_test | only_test_head ~ "{" ~ table ~ "}" }
change            = { only_change ~ "{" ~ (only_rule | only_replace | only_without)* ~ "}" }
workflow          = { only_workflow ~ "{" ~ anything ~ "}" }
anything          = { ANY* }
"#;

/// What an author does not see: blanks, and what the grammar says of words by what they must not be.
const UNSEEN: [&str; 7] = ["WHITESPACE", "COMMENT", "blank", "unfinished", "reserved", "never_unit", "numeric"];

/// What the page says in words.
const IN_WORDS: [&str; 12] =
    ["anything", "name", "unit_name", "digits", "number", "date", "time", "datetime", "text_run", "plain_text", "pattern", "url"];

/// What the compiler refuses with E0901, with all that only stands in it. `rule/part` is a part of a rule that is built.
const NOT_BUILT: &str = "
decisions:  as_of from_clause until_clause kw_until only_may kw_may kw_depend kw_on is_op/kw_referral
records:    field_mark kw_personal kw_protected
parameters: param_value/kw_from param_value/date param_value/comma dated_value
advice:     t_advice kw_advice kw_trusted
proofs:     only_prove kw_prove claim_if claim_always claim claim_decided claim_ignores kw_decided kw_outcome kw_ignores
measures:   only_measure kw_measure measure_entry measure_kind kw_hand kw_referred kw_hourly kw_cost
variants:   only_variant kw_variant only_change kw_change only_replace kw_replace only_without kw_without in_group before_rule kw_before after_rule
workflows:  only_workflow kw_workflow
";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The productions as the page writes them.
fn productions() -> Productions {
    let grammar = include_str!("../axtrace.pest");
    Productions::read(&format!("{grammar}\n{JOINED}"), &UNSEEN, &IN_WORDS, &unbuilt())
}

/// The entries of [`NOT_BUILT`].
fn unbuilt() -> BTreeSet<String> {
    NOT_BUILT.split_whitespace().filter(|word| !word.ends_with(':')).map(String::from).collect()
}

/// A line of the page, or a block of productions.
enum Part {
    Line(String),
    Block(Vec<String>),
}

/// The parts of the page; a block is the names of its productions.
fn parts(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        parts.push(Part::Line(line.to_owned()));
        if line == "```ebnf" {
            let block = lines.by_ref().take_while(|line| *line != "```");
            let names = block.filter_map(|line| {
                let (name, _) = line.split_once('=').filter(|_| !line.starts_with(' '))?;
                Some(name.trim().trim_end_matches('†').to_owned())
            });
            parts.push(Part::Block(names.collect()));
            parts.push(Part::Line("```".to_owned()));
        }
    }
    parts
}

fn page_path() -> PathBuf {
    root().join("docs/language/grammar.md")
}

#[test]
fn the_page_holds_the_productions() {
    let (page, productions) = (read(&page_path()), productions());
    let mut wanted = String::new();
    for part in parts(&page) {
        match part {
            Part::Line(line) => wanted += &format!("{line}\n"),
            Part::Block(names) => wanted += &productions.block(&names),
        }
    }
    if std::env::var("AXTRACE_WRITE_PAGES").is_ok() {
        fs::write(page_path(), &wanted).expect("the page can be written");
    }
    let stale = page.lines().zip(wanted.lines()).find(|(is, wanted)| is != wanted);
    assert!(
        page == wanted,
        "docs/language/grammar.md is stale: run `AXTRACE_WRITE_PAGES=1 cargo test -p axtrace-grammar page`, then again without\n{stale:?}"
    );
}

#[test]
fn every_production_stands_in_one_place() {
    let (page, productions) = (read(&page_path()), productions());
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for part in parts(&page) {
        if let Part::Block(names) = part {
            names.into_iter().for_each(|name| *times.entry(name).or_default() += 1);
        }
    }
    for (name, _) in productions.written() {
        let times = times.remove(name).unwrap_or_default();
        assert_eq!(times, 1, "`{name}` stands {times} times in the blocks of docs/language/grammar.md: write `{name} =` into one of them");
    }
    assert!(times.is_empty(), "docs/language/grammar.md has productions that the grammar has not: {times:?}");
    for name in IN_WORDS {
        assert!(page.contains(&format!("\n| `{name}` |")), "docs/language/grammar.md does not say in words what `{name}` is");
    }
}

#[test]
fn every_production_is_reached_from_the_file() {
    let productions = productions();
    let mut reached = BTreeSet::new();
    let mut open = vec!["file".to_owned()];
    while let Some(name) = open.pop() {
        if reached.insert(name.clone()) {
            open.extend(productions.get(&name).into_iter().flat_map(Ebnf::names));
        }
    }
    let lost: Vec<_> = productions.written().map(|(name, _)| name).filter(|name| !reached.contains(*name)).collect();
    assert!(lost.is_empty(), "nothing leads to these productions: {lost:?}");
    let lost: Vec<_> = IN_WORDS.iter().filter(|name| !reached.contains(**name)).collect();
    assert!(lost.is_empty(), "nothing leads to what is said in words: {lost:?}");
}

/// The rule files that the reference shows and that are cases, without those that have errors.
fn corpus() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("docs/language"), root().join("tests/cases")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("an entry").path();
            let place = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            match path.extension().and_then(|ending| ending.to_str()) {
                None if path.is_dir() && !path.ends_with("errors") => folders.push(path),
                Some("ax") => found.push((place, read(&path))),
                Some("md") => found.extend(blocks(&read(&path)).into_iter().map(|block| (place.clone(), block))),
                _ => {}
            }
        }
    }
    found
}

/// The examples of a page that compile.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        if info.split(' ').next() == Some("axtrace") && !info.contains(" error") {
            blocks.push(block.join("\n"));
        }
    }
    blocks
}

#[test]
fn what_is_built_is_used_by_an_example_or_a_case() {
    let used = used::used_by(corpus().iter().map(|(_, text)| text.as_str()));
    let wanted = used::uses(include_str!("../axtrace.pest"), &UNSEEN);
    let unbuilt = unbuilt();
    let unknown: Vec<_> = unbuilt.difference(&wanted).collect();
    assert!(unknown.is_empty(), "NOT_BUILT names what the grammar has not: {unknown:#?}");
    let stale: Vec<_> = unbuilt.intersection(&used).collect();
    assert!(stale.is_empty(), "used by examples or cases, so no more to be named in NOT_BUILT, which marks the page: {stale:#?}");
    let unused = without_what_follows(wanted.difference(&used).cloned().collect());
    let unused: Vec<_> = unused.difference(&unbuilt).collect();
    assert!(unused.is_empty(), "used by no example of docs/language and no case of tests/cases: {unused:#?}");
}

/// A rule that is not used stands for its parts, and for where it is a part.
fn without_what_follows(unused: BTreeSet<String>) -> BTreeSet<String> {
    let follows = |entry: &&String| entry.split_once('/').is_some_and(|(rule, part)| unused.contains(rule) || unused.contains(part));
    unused.iter().filter(|entry| !follows(entry)).cloned().collect()
}

#[test]
fn the_grammar_is_used_whole_by_the_snippets() {
    let used = used::used_by([include_str!("whole.ax"), include_str!("snippets.ax"), include_str!("variant.ax")]);
    let wanted = used::uses(include_str!("../axtrace.pest"), &UNSEEN);
    let unused = without_what_follows(wanted.difference(&used).cloned().collect());
    assert!(unused.is_empty(), "used by none of the files beside these tests: {unused:#?}");
}

/// The words that a section of the page of words lists, up to the first line of prose.
fn listed(page: &str, section: &str) -> BTreeSet<String> {
    let (_, rest) = page.split_once(&format!("\n## {section}\n")).unwrap_or_else(|| panic!("docs/language/words.md has no `{section}`"));
    let lines = rest.trim_start().lines().take_while(|line| line.starts_with('`'));
    lines.flat_map(|line| line.split(' ').map(|word| word.trim_matches('`').to_owned())).collect()
}

/// The words that stand in a rule of the grammar.
fn words_of(rule: &MetaRule) -> BTreeSet<String> {
    let words = rule.expr.iter_top_down().filter_map(|part| match part {
        Expr::Str(word) if word.bytes().all(|byte| byte.is_ascii_lowercase()) => Some(word),
        _ => None,
    });
    words.collect()
}

#[test]
fn the_page_of_words_lists_every_word() {
    let page = read(&root().join("docs/language/words.md"));
    let rules = ebnf::meta_rules(include_str!("../axtrace.pest"));
    let words = |name: &str| rules.iter().filter(|rule| rule.name == name).flat_map(words_of).collect::<BTreeSet<_>>();
    let (reserved, never_unit) = (words("reserved"), words("never_unit"));
    assert_eq!(reserved, RESERVED.iter().map(|word| (*word).to_owned()).collect(), "the grammar and `split` reserve different words");
    assert_eq!(listed(&page, "Reserved words"), reserved);
    assert_eq!(listed(&page, "Clause words"), never_unit);
    let of_language = rules.iter().filter(|rule| rule.name.starts_with("kw_") || rule.name.starts_with("t_")).flat_map(words_of);
    let others: BTreeSet<_> = of_language.filter(|word| !reserved.contains(word) && !never_unit.contains(word)).collect();
    assert_eq!(listed(&page, "Words with a place"), others);
}
