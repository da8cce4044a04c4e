//! Compares contenders: first their answers, then their time, all in one process and taking turns.

use std::fmt::Write as _;

use crate::clock::cpu_ns;

/// What is timed: one pass over all inputs of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One call for all inputs, each in the contender's own prepared form; no trace.
    Batch,
    /// The same, writing every bit and slot of a full trace into memory that is kept and used again.
    BatchTraced,
    /// One call an input, prepared; no trace.
    Single,
    /// From the text of each input, one line of JSON, to its outcome; no trace.
    Json,
}

impl Mode {
    /// All modes, in the order of the table's columns.
    pub const ALL: [Self; 4] = [Self::Batch, Self::BatchTraced, Self::Single, Self::Json];

    const fn title(self) -> &'static str {
        match self {
            Self::Batch => "batch, trace off",
            Self::BatchTraced => "batch, full trace",
            Self::Single => "single call, trace off",
            Self::Json => "JSON text to outcome",
        }
    }

    const fn place(self) -> usize {
        self as usize
    }
}

/// Something that decides all inputs of a workload. What it prepares (compiling rules, converting inputs) it does before it gets here.
pub trait Contender {
    /// What stands in the table.
    fn name(&self) -> &'static str;

    /// Whether it can do this at all.
    fn supports(&self, mode: Mode) -> bool;

    /// Decides every input once and writes the outcomes, as the numbers of the workload's outcome enum, to `out`. Called only for modes it
    /// supports.
    fn run(&mut self, mode: Mode, out: &mut [u8]);
}

/// How long and how often is measured.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How often it is each contender's turn.
    pub turns: usize,
    /// How long a turn lasts at least, in nanoseconds of CPU time.
    pub turn_ns: u64,
}

/// Measures contenders and gives the table. The first contender is the one that others are compared with.
///
/// # Errors
/// If a contender gives another answer than the first; nothing is timed then.
pub fn compare(title: &str, inputs: usize, contenders: &mut [Box<dyn Contender + '_>], effort: Effort) -> Result<String, String> {
    answers_agree(title, inputs, contenders)?;
    let mut rows = vec![[None; Mode::ALL.len()]; contenders.len()];
    for mode in Mode::ALL {
        for (contender, time) in medians(mode, inputs, contenders, effort) {
            rows[contender][mode.place()] = Some(time);
        }
    }
    Ok(table(title, inputs, contenders, &rows))
}

/// Compares every answer of every contender and mode with those of the first contender's batch.
fn answers_agree(title: &str, inputs: usize, contenders: &mut [Box<dyn Contender + '_>]) -> Result<(), String> {
    let mut expected = vec![u8::MAX; inputs];
    contenders[0].run(Mode::Batch, &mut expected);
    for contender in contenders {
        for mode in Mode::ALL.into_iter().filter(|mode| contender.supports(*mode)).collect::<Vec<_>>() {
            let mut answers = vec![u8::MAX; inputs];
            contender.run(mode, &mut answers);
            if let Some(place) = (0..inputs).find(|place| answers[*place] != expected[*place]) {
                let (name, mode) = (contender.name(), mode.title());
                return Err(format!("{title}: {name}, {mode}: input {place} gives {} instead of {}", answers[place], expected[place]));
            }
        }
    }
    Ok(())
}

/// The median time of each contender that supports the mode, in nanoseconds of CPU time for one input.
fn medians(mode: Mode, inputs: usize, contenders: &mut [Box<dyn Contender + '_>], effort: Effort) -> Vec<(usize, f64)> {
    let able: Vec<usize> = (0..contenders.len()).filter(|place| contenders[*place].supports(mode)).collect();
    let mut out = vec![0; inputs];
    let passes: Vec<u64> = able.iter().map(|place| passes_for(mode, &mut *contenders[*place], &mut out, effort.turn_ns)).collect();
    let mut times = vec![Vec::new(); able.len()];
    for _ in 0..effort.turns {
        for (turn, place) in able.iter().enumerate() {
            let ns = timed(mode, &mut *contenders[*place], &mut out, passes[turn]);
            times[turn].push(ns as f64 / (passes[turn] * inputs as u64) as f64);
        }
    }
    able.into_iter().zip(times.into_iter().map(median)).collect()
}

/// Warms a contender up, and finds how many passes fill a turn.
fn passes_for(mode: Mode, contender: &mut dyn Contender, out: &mut [u8], turn_ns: u64) -> u64 {
    let mut passes = 1;
    loop {
        let ns = timed(mode, contender, out, passes);
        if ns >= turn_ns / 2 {
            return (passes * turn_ns / ns.max(1)).max(1);
        }
        passes *= 2;
    }
}

/// The CPU time of some passes. One pass more before the clock starts brings the contender's data back into the caches.
fn timed(mode: Mode, contender: &mut dyn Contender, out: &mut [u8], passes: u64) -> u64 {
    contender.run(mode, std::hint::black_box(&mut *out));
    let start = cpu_ns();
    for _ in 0..passes {
        contender.run(mode, std::hint::black_box(&mut *out));
    }
    cpu_ns() - start
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn table(title: &str, inputs: usize, contenders: &[Box<dyn Contender + '_>], rows: &[[Option<f64>; 4]]) -> String {
    let mut out = format!("## {title}\n\nNanoseconds for one of {inputs} inputs, and the ratio to {}.\n\n|", contenders[0].name());
    for mode in Mode::ALL {
        let _ = write!(out, " | {} | x", mode.title());
    }
    let _ = writeln!(out, " |\n|---{}|", "|--:|--:".repeat(Mode::ALL.len()));
    for (contender, times) in contenders.iter().zip(rows) {
        let _ = write!(out, "| {}", contender.name());
        for (time, first) in times.iter().zip(&rows[0]) {
            out.push_str(&cells(*time, *first));
        }
        out.push_str(" |\n");
    }
    out
}

fn cells(time: Option<f64>, first: Option<f64>) -> String {
    match (time, first) {
        (Some(time), Some(first)) => format!(" | {time:.1} | {:.2}", time / first),
        _ => " | - | -".to_owned(),
    }
}
