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

    /// Whether it is another rule engine.
    fn is_peer(&self) -> bool {
        false
    }

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

/// Measures contenders and gives the table. The first contender is the one that others are compared with. A peer that gives another answer is left
/// out, and is told of below the table.
///
/// # Errors
/// If a contender of this workspace gives another answer than the first; nothing is timed then.
pub fn compare(title: &str, inputs: usize, contenders: &mut Vec<Box<dyn Contender + '_>>, effort: Effort) -> Result<String, String> {
    let left_out = answers_agree(title, inputs, contenders)?;
    let mut rows = vec![[None; Mode::ALL.len()]; contenders.len()];
    for mode in Mode::ALL {
        for (contender, time) in medians(mode, inputs, contenders, effort) {
            rows[contender][mode.place()] = Some(time);
        }
    }
    Ok(table(title, inputs, contenders, &rows) + left_out.as_str())
}

/// Compares every answer of every contender and mode with those of the first contender's batch, and takes peers away that differ: says which.
fn answers_agree(title: &str, inputs: usize, contenders: &mut Vec<Box<dyn Contender + '_>>) -> Result<String, String> {
    let mut expected = vec![u8::MAX; inputs];
    contenders[0].run(Mode::Batch, &mut expected);
    let (mut left_out, mut place) = (String::new(), 0);
    while place < contenders.len() {
        match difference(&mut *contenders[place], &expected) {
            Some(says) if contenders[place].is_peer() => {
                let _ = writeln!(left_out, "\nLeft out: {says}.");
                contenders.remove(place);
            }
            Some(says) => return Err(format!("{title}: {says}")),
            None => place += 1,
        }
    }
    Ok(left_out)
}

/// The first answer of a contender that is another than expected.
fn difference(contender: &mut dyn Contender, expected: &[u8]) -> Option<String> {
    for mode in Mode::ALL.into_iter().filter(|mode| contender.supports(*mode)).collect::<Vec<_>>() {
        let mut answers = vec![u8::MAX; in_time(mode, contender, expected.len())];
        contender.run(mode, &mut answers);
        if let Some(place) = (0..answers.len()).find(|place| answers[*place] != expected[*place]) {
            let (name, mode) = (contender.name(), mode.title());
            return Some(format!("{name}, {mode}: input {place} gives {} instead of {}", answers[place], expected[place]));
        }
    }
    None
}

/// How many of the inputs, from the first on, a contender decides in a second or so; those that are no peers decide all.
fn in_time(mode: Mode, contender: &mut dyn Contender, inputs: usize) -> usize {
    const FEW: usize = 16;
    const MOST_NS: u64 = 1_000_000_000;
    if !contender.is_peer() || inputs <= FEW {
        return inputs;
    }
    let start = cpu_ns();
    contender.run(mode, std::hint::black_box(&mut [0; FEW]));
    let one = ((cpu_ns() - start) / FEW as u64).max(1);
    inputs.min((MOST_NS / one) as usize).max(FEW)
}

/// The median time of each contender that supports the mode, in nanoseconds of CPU time for one input.
fn medians(mode: Mode, inputs: usize, contenders: &mut [Box<dyn Contender + '_>], effort: Effort) -> Vec<(usize, f64)> {
    let able: Vec<usize> = (0..contenders.len()).filter(|place| contenders[*place].supports(mode)).collect();
    let mut out = vec![0; inputs];
    let counts: Vec<usize> = able.iter().map(|place| in_time(mode, &mut *contenders[*place], inputs)).collect();
    let passes: Vec<Passes> = able
        .iter()
        .zip(&counts)
        .map(|(place, count)| passes_for(mode, &mut *contenders[*place], &mut out[..*count], effort.turn_ns))
        .collect();
    let mut times = vec![Vec::new(); able.len()];
    for _ in 0..effort.turns {
        for (turn, place) in able.iter().enumerate() {
            let ns = timed(mode, &mut *contenders[*place], &mut out[..counts[turn]], passes[turn]);
            times[turn].push(ns as f64 / (passes[turn].count * counts[turn] as u64) as f64);
        }
    }
    able.into_iter().zip(times.into_iter().map(median)).collect()
}

/// What a turn is made of.
#[derive(Clone, Copy)]
struct Passes {
    count: u64,
    /// Whether one pass goes before the clock starts, which brings the contender's data back into the caches. Not where a pass takes a turn.
    warm: bool,
}

/// Warms a contender up, and finds how many passes fill a turn.
fn passes_for(mode: Mode, contender: &mut dyn Contender, out: &mut [u8], turn_ns: u64) -> Passes {
    let mut passes = Passes { count: 1, warm: false };
    loop {
        let ns = timed(mode, contender, out, passes);
        if ns >= turn_ns / 2 {
            return Passes { count: (passes.count * turn_ns / ns.max(1)).max(1), ..passes };
        }
        passes = Passes { count: passes.count * 2, warm: true };
    }
}

/// The CPU time of some passes.
fn timed(mode: Mode, contender: &mut dyn Contender, out: &mut [u8], passes: Passes) -> u64 {
    if passes.warm {
        contender.run(mode, std::hint::black_box(&mut *out));
    }
    let start = cpu_ns();
    for _ in 0..passes.count {
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
