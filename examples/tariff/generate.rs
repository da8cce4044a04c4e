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
    let items = tariff::items(&rows);
    let lines: String = items.iter().map(|item| item.line() + "\n").collect();
    std::fs::write(folder.join("tariff.csv"), tariff::sheet(&rows))?;
    std::fs::write(folder.join("items.ndjson"), lines)?;
    let rated = items.iter().filter_map(|item| item.look_up(&rows)?.rate).count();
    let most = items.iter().filter_map(|item| item.look_up(&rows)).map(|row| row.number).max().unwrap_or(0);
    println!(
        "{} rows, and {} items of which {rated} have a rate, by rows up to T{most:05}, in {}",
        rows.len(),
        items.len(),
        folder.display()
    );
    Ok(())
}
