//! Any text is read by the grammar, and what is wrong with it is told.
#![no_main]

use axtrace_source::{Findings, Sources};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    if sources.add("fuzz.ax", text).is_ok() {
        let mut findings = Findings::new();
        for file in sources.files() {
            drop(axtrace_grammar::parse(file, &mut findings));
        }
        findings.sorted().iter().for_each(|finding| drop(finding.diagnostic.to_string()));
    }
});
