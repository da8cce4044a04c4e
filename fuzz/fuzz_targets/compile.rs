//! Any text is a program or has findings. Texts are kept short, so that one that takes long is a finding of the fuzzer.
//!
//! Behind the first control character U+001C stands a table in CSV, behind the second a file of tests in JSON: `t.csv` and `c.json`.
#![no_main]

use axtrace_source::{Findings, Sources};
use libfuzzer_sys::fuzz_target;

/// The longest text that is compiled, in bytes.
const LONGEST: usize = 8 * 1024;

fuzz_target!(|text: &str| {
    if text.len() > LONGEST {
        return;
    }
    let mut parts = text.splitn(3, '\u{1c}');
    let mut sources = Sources::new();
    if sources.add("fuzz.ax", parts.next().unwrap_or_default()).is_err() {
        return;
    }
    for (name, data) in ["t.csv", "c.json"].into_iter().zip(parts) {
        sources.add_data(name, data.as_bytes().to_vec());
    }
    let mut findings = Findings::new();
    let program = axtrace_compiler::compile(sources, &mut findings);
    assert!(program.is_some() || findings.has_errors(), "neither a program nor an error");
});
