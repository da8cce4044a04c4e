//! Prints what a decision becomes: `cargo run --release --example assembly -- FILE DECISION LEVEL`, with the level `none`, `record` or `full`.

#![allow(clippy::disallowed_macros, reason = "this is a command line, which prints")]

use std::process::ExitCode;

use axtrace::Level;
use axtrace::compiler::{compile, native};
use axtrace::runtime::meta::DecisionId;
use axtrace::source::{Findings, Sources};

fn main() -> ExitCode {
    match assembly() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn assembly() -> Result<String, String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, decision, level] = words.as_slice() else { return Err("write `FILE DECISION LEVEL`".to_owned()) };
    let levels = [Level::None, Level::Record, Level::Full];
    let level = levels.into_iter().find(|known| known.to_string() == *level).ok_or("the levels are `none`, `record` and `full`")?;
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let mut sources = Sources::new();
    sources.add(file, &text).map_err(|error| error.to_string())?;
    let program = compile(sources, &mut Findings::default()).ok_or("the rules do not compile; `axtrace check` says why")?;
    let place = program.meta.decisions.iter().position(|meta| meta.name == *decision).ok_or("there is no such decision")?;
    native::assembly(&program, DecisionId(place as u32), level).map_err(|error| error.to_string())
}
