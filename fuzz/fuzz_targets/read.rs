//! Any bytes are an input of a decision or have problems.
#![no_main]

use std::sync::LazyLock;

use axtrace_compiler::Program;
use axtrace_runtime::memory::Batch;
use axtrace_runtime::meta::DecisionId;
use axtrace_runtime::read::Reader;
use axtrace_source::{Findings, Sources};
use libfuzzer_sys::fuzz_target;

static PROGRAM: LazyLock<Program> = LazyLock::new(|| {
    let mut sources = Sources::new();
    sources.add("schemas.ax", include_str!("../schemas.ax")).expect("the schemas are small");
    axtrace_compiler::compile(sources, &mut Findings::new()).expect("the schemas compile")
});

fuzz_target!(|json: &[u8]| {
    for place in 0..PROGRAM.meta.decisions.len() {
        let reader = Reader::new(&PROGRAM.meta, DecisionId(place as u32));
        let mut batch = Batch::new();
        if let Err(errors) = reader.read(json, &mut batch) {
            drop(format!("{errors:?}"));
        }
    }
});
