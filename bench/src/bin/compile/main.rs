//! Measures from text to running native code: `cargo run --release --bin compile [-- TURNS [RULES …]]`.
//!
//! `--print RULES` prints the rules instead.

#![allow(clippy::disallowed_macros, reason = "this is a command line, which prints")]

#[path = "../../random.rs"]
mod random;
mod rulebook;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use axtrace::Level;
use axtrace::compiler::{Pass, compile_watched, native};
use axtrace::source::{Findings, Sources};

/// As many rules as are asked for, unless somebody says otherwise.
const SIZES: [usize; 3] = [1_000, 3_000, 10_000];
/// The seed of all rule books.
const SEED: u64 = 11;

fn main() -> ExitCode {
    match measure(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn measure(words: Vec<String>) -> Result<(), String> {
    let number = |word: &String| word.parse::<usize>().map_err(|_| format!("`{word}` is no number; write `TURNS [RULES …]`"));
    if let [flag, rules] = words.as_slice()
        && flag == "--print"
    {
        print!("{}", rulebook::rule_book(number(rules)?, SEED));
        return Ok(());
    }
    let numbers = words.iter().map(number).collect::<Result<Vec<_>, _>>()?;
    let (turns, sizes) = numbers.split_first().map_or((5, [].as_slice()), |(turns, sizes)| (*turns, sizes));
    let sizes = if sizes.is_empty() { &SIZES } else { sizes };
    let passes = Pass::ALL.map(|pass| format!("{pass:?}").to_lowercase()).join(" | ");
    println!("Milliseconds, median of {turns} turns: CPU time of each pass, and of all; then time on the wall.\n");
    println!("| rules | decisions | KiB | levels | {passes} | lower | emit | CPU | a rule | wall |");
    println!("|{}", "--:|".repeat(Pass::ALL.len() + 9));
    for rules in sizes {
        let text = rulebook::rule_book(*rules, SEED);
        for (name, levels) in [("all", native::LEVELS.as_slice()), ("none, record", &[Level::Record])] {
            let mut times = (0..turns.max(1)).map(|_| turn(&text, levels)).collect::<Result<Vec<_>, _>>()?;
            times.sort_by_key(Times::total);
            println!("{}", times[times.len() / 2].row(*rules, &text, name));
        }
    }
    Ok(())
}

/// What one turn took, in nanoseconds.
struct Times {
    /// CPU time of each pass, lowering and emission last.
    passes: Vec<u64>,
    wall: Duration,
    decisions: usize,
}

impl Times {
    fn total(&self) -> u64 {
        self.passes.iter().sum()
    }

    fn row(&self, rules: usize, text: &str, levels: &str) -> String {
        let ms = |ns: u64| format!("{:.1}", ns as f64 / 1e6);
        let passes = self.passes.iter().map(|ns| ms(*ns)).collect::<Vec<_>>().join(" | ");
        let (decisions, size, wall) = (self.decisions, text.len() / 1024, ms(self.wall.as_nanos() as u64));
        let a_rule = self.total() as f64 / 1e3 / rules as f64;
        format!("| {rules} | {decisions} | {size} | {levels} | {passes} | {} | {a_rule:.0} µs | {wall} |", ms(self.total()))
    }
}

/// Compiles a text to native code that decides at some levels.
fn turn(text: &str, levels: &[Level]) -> Result<Times, String> {
    let begun = Instant::now();
    let mut before = cpu_ns();
    let mut passes = Vec::new();
    let mut lap = || {
        let now = cpu_ns();
        passes.push(now - std::mem::replace(&mut before, now));
    };
    let mut sources = Sources::new();
    sources.add("rule_book.ax", text).map_err(|error| error.to_string())?;
    let mut findings = Findings::new();
    let program = compile_watched(sources, &mut findings, &mut |_| lap());
    let findings = findings.sorted();
    if let Some(finding) = findings.iter().find(|finding| finding.is_error()) {
        return Err(format!("{} {} of {}: {:?}", finding.code(), finding.diagnostic, findings.len(), finding.notes));
    }
    let program = program.ok_or("the rules do not compile, and nothing is said of why")?;
    let code = native::lowered(&program).map_err(|error| error.to_string())?;
    lap();
    let executable = native::finish(&program, code, levels).map_err(|error| error.to_string())?;
    lap();
    let wall = begun.elapsed();
    Ok(Times { passes, wall, decisions: executable.meta().decisions.len() })
}

/// The CPU time that this process, with all its threads, has used so far.
fn cpu_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is valid for writing one `timespec`, and the clock exists on every Linux and macOS.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
