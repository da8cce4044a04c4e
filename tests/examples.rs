//! The example is what its README says: its inputs come from their generator.
#![expect(clippy::disallowed_methods, reason = "the files of the example are read as they are in the repository")]

#[path = "../examples/scheduling/shifts.rs"]
mod shifts;

use std::path::Path;

fn example(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scheduling").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_requests_are_what_the_generator_makes() {
    assert!(example("shifts.ndjson") == shifts::requests(), "run `cargo run --example generate_shifts`");
}
