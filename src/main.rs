//! The program `axtrace`: reads its arguments, runs one command, and ends with a status that says how it went.
//!
//! 0: all well. 1: findings, a failed test, a bad record. 2: usage, input or output. 3: a bug in AxTrace.

mod commands;
mod pages;
mod parquet;
mod records;
mod render;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(apologise));
    let command = commands::Cli::parse();
    match std::panic::catch_unwind(|| command.run()) {
        Ok(status) => ExitCode::from(status),
        Err(_) => ExitCode::from(commands::BUG),
    }
}

/// What is said when something happens that the authors of AxTrace took to be impossible.
fn apologise(panic: &std::panic::PanicHookInfo<'_>) {
    if std::thread::current().name() == Some(parquet::THREAD) {
        // A broken file, which is reported as one.
        return;
    }
    let what = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    let text = format!(
        "this is a bug in AxTrace {version}, not in your rules: {what}{place}\nplease report it with the rules and the command that show it"
    );
    // Where standard error is closed nobody is left to be told.
    let _ = writeln!(std::io::stderr(), "{text}");
}
