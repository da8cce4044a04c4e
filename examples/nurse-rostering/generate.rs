//! Writes the rosters that the tests decide as the competition's text files, a folder each, the same every time:
//! `cargo run --example generate_rosters -- rosters`. Each folder's `files` names them in the order in which `convert` and `oracle.py` take
//! them, and its `input.json` is what `convert` must print.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "this is a program for the command line: it writes files and says so"
)]

mod rosters;

use std::io::Error;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args().nth(1) else { return Err(Error::other("say into which folder: `generate_rosters -- rosters`")) };
    let sizes = rosters::sizes();
    for (place, size) in sizes.iter().enumerate() {
        let folder = Path::new(&folder).join(format!("{place:02}"));
        std::fs::create_dir_all(&folder)?;
        let roster = rosters::roster(*size);
        let files = roster.files();
        for (name, text) in &files {
            std::fs::write(folder.join(name), text)?;
        }
        let mut names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        names.insert(2 + size.weeks, "--");
        std::fs::write(folder.join("files"), names.join(" ") + "\n")?;
        std::fs::write(folder.join("input.json"), roster.input().to_string() + "\n")?;
    }
    println!("{} rosters in {folder}", sizes.len());
    Ok(())
}
