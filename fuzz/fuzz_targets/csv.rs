//! Any bytes are rows of inputs of a decision or have problems. The first byte chooses the delimiter and whether quotes count.
#![no_main]

use std::sync::LazyLock;

use axtrace_compiler::Program;
use axtrace_runtime::memory::Batch;
use axtrace_runtime::meta::DecisionId;
use axtrace_runtime::read::Reader;
use axtrace_runtime::read::csv::{Dialect, Header, Rows, Split};
use axtrace_source::{Findings, Sources};
use libfuzzer_sys::fuzz_target;

static PROGRAM: LazyLock<Program> = LazyLock::new(|| {
    let mut sources = Sources::new();
    sources.add("schemas.ax", include_str!("../schemas.ax")).expect("the schemas are small");
    axtrace_compiler::compile(sources, &mut Findings::new()).expect("the schemas compile")
});

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, file)) = bytes.split_first() else { return };
    let delimiter = [b',', b';', b'\t', b'|'][usize::from(choice % 4)];
    let dialect = Dialect { delimiter, quotes: choice & 4 == 0 };
    for place in 0..PROGRAM.meta.decisions.len() {
        let reader = Reader::new(&PROGRAM.meta, DecisionId(place as u32));
        read(&reader, file, dialect);
    }
});

fn read(reader: &Reader, file: &[u8], dialect: Dialect) {
    let mut rows = Rows::new(file, dialect);
    let Ok(Some(Split::Row(first))) = rows.next_row() else { return };
    let header = Header::of_row(first, dialect.delimiter);
    let columns = match reader.columns(header, &[]) {
        Ok(columns) => columns,
        Err(errors) => return drop(format!("{errors:?}")),
    };
    let mut batch = Batch::new();
    while let Ok(Some(split)) = rows.next_row() {
        if let Split::Row(row) = split
            && let Err(errors) = columns.read(row, &mut batch)
        {
            drop(format!("{errors:?}"));
        }
    }
}
