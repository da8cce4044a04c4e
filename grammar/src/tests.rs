//! What the grammar reads, and what it says about what it cannot read.

use axtrace_source::{Finding, Findings, Sources};

use crate::{ast, parse};

mod hostile;
pub(crate) mod page;
mod shapes;
mod words;

fn read(text: &str) -> (ast::File, Vec<Finding>) {
    let mut sources = Sources::new();
    sources.add("first.ax", "module first").unwrap();
    sources.add("dir/b.ax", text).unwrap();
    let mut findings = Findings::new();
    let file = parse(&sources.files()[1], &mut findings);
    (file, findings.sorted())
}

fn shown(text: &str) -> Vec<String> {
    let (_, findings) = read(text);
    let base = "module first".len() + 1;
    let place = |finding: &Finding| {
        let offset = finding.offset().unwrap() - base;
        text[..offset].matches('\n').count() + 1
    };
    findings.iter().map(|finding| format!("{}:{} {}", place(finding), finding.code(), finding.diagnostic)).collect()
}

#[test]
fn the_whole_file_of_the_contract_is_read() {
    let (_, findings) = read(include_str!("tests/whole.ax"));
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn every_construct_is_read() {
    let text = include_str!("tests/snippets.ax");
    assert_eq!(shown(text), Vec::<String>::new());
}
