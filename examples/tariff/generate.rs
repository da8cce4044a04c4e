//! Writes `tariff.csv` and `items.ndjson` anew, the same every time: `cargo run --example generate_tariff`.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "this is a program for the command line: it writes files and says so"
)]

mod tariff;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tariff");
    let rows = tariff::rows();
    let items: String = tariff::items(&rows).iter().map(|item| item.line() + "\n").collect();
    std::fs::write(folder.join("tariff.csv"), tariff::sheet(&rows))?;
    std::fs::write(folder.join("items.ndjson"), items)?;
    println!("{} rows and {} items in {}", rows.len(), tariff::ITEMS, folder.display());
    Ok(())
}
