//! Writes `shifts.ndjson` anew, the same every time: `cargo run --example generate_shifts`.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "this is a program for the command line: it writes a file and says so"
)]

mod shifts;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scheduling/shifts.ndjson");
    std::fs::write(&path, shifts::requests())?;
    println!("{} requests in {}", shifts::COUNT, path.display());
    Ok(())
}
