//! Any bytes that claim to be a recording are one or are refused.
#![no_main]

use std::sync::LazyLock;

use axtrace_compiler::Program;
use axtrace_runtime::meta::DecisionId;
use axtrace_runtime::trace::{Level, View, decode};
use axtrace_source::{Findings, Sources};
use libfuzzer_sys::fuzz_target;

static PROGRAM: LazyLock<Program> = LazyLock::new(|| {
    let mut sources = Sources::new();
    sources.add("schemas.ax", include_str!("../schemas.ax")).expect("the schemas are small");
    axtrace_compiler::compile(sources, &mut Findings::new()).expect("the schemas compile")
});

fuzz_target!(|parts: (u8, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>)| {
    let (which, row, arena, outcome, frame, scratch) = &parts;
    let decision = DecisionId(u32::from(*which) % PROGRAM.meta.decisions.len() as u32);
    let view = View { row, arena, outcome, frame, scratch };
    for level in [Level::None, Level::Record, Level::Full] {
        drop(decode(&PROGRAM.meta, decision, &view, level));
    }
});
