//! Any text is a program or has findings. Texts are kept short, so that one that takes long is a finding of the fuzzer.
#![no_main]

use axtrace_source::{Findings, Sources};
use libfuzzer_sys::fuzz_target;

/// The longest text that is compiled, in bytes.
const LONGEST: usize = 8 * 1024;

fuzz_target!(|text: &str| {
    if text.len() > LONGEST {
        return;
    }
    let mut sources = Sources::new();
    if sources.add("fuzz.ax", text).is_err() {
        return;
    }
    let mut findings = Findings::new();
    let program = axtrace_compiler::compile(sources, &mut findings);
    assert!(program.is_some() || findings.has_errors(), "neither a program nor an error");
});
