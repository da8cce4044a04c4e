//! From file to file: `axtrace run` beside serde_json, which reads the same file into typed structs and writes nothing.
//!
//! `cargo run --release -- stream ../target/release/axtrace [MEGABYTES [TURNS]]`. The file has the inputs of workload 1, one on each line,
//! again and again. Every turn measures all contenders, one after the other; what is printed is the median, in time that passed and in CPU
//! time, and how fast each is beside serde_json in the time that passed.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::w1;

const RULES: &str = "rules/w1.ax";

/// What one run took, in seconds: time that passed, and CPU time of all threads.
#[derive(Clone, Copy)]
struct Took {
    passed: f64,
    cpu: f64,
}

/// Measures and gives the table.
///
/// # Errors
/// When the program cannot be run, or does not decide all lines.
pub fn measure(mut arguments: impl Iterator<Item = String>) -> Result<String, String> {
    let program = arguments.next().ok_or("name the program: `-- stream ../target/release/axtrace [MEGABYTES [TURNS]]`")?;
    let number = |word: Option<String>, otherwise: usize| {
        word.map_or(Ok(otherwise), |word| word.parse().map_err(|_| format!("`{word}` is no number")))
    };
    let (megabytes, turns) = (number(arguments.next(), 200)?, number(arguments.next(), 7)?.max(1));
    let folder = std::env::temp_dir().join("axtrace_stream");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let input = folder.join("inputs.ndjson");
    let lines = write_inputs(&input, megabytes << 20).map_err(|error| error.to_string())?;
    let size = std::fs::metadata(&input).map_err(|error| error.to_string())?.len();
    let ways = [("none", 1), ("none", 2), ("record", 1), ("record", 2)];
    let mut times: Vec<Vec<Took>> = vec![Vec::new(); ways.len() + 1];
    for _ in 0..turns {
        times[0].push(parse(&input, lines)?);
        for (place, (trace, jobs)) in ways.iter().enumerate() {
            times[place + 1].push(run(&program, &input, &folder.join("lines.ndjson"), trace, *jobs)?);
        }
    }
    let mut out = format!("{lines} lines, {} MB; median of {turns} turns.\n\n", size / 1_000_000);
    out += "| | ns a line | MB/s | CPU ns a line | speed beside serde_json |\n|---|--:|--:|--:|--:|\n";
    let first = median(&times[0], |took| took.passed);
    let names = ways.iter().map(|(trace, jobs)| format!("`axtrace run --trace {trace} --jobs {jobs}`"));
    for (name, times) in std::iter::once("serde_json into structs, one thread".to_owned()).chain(names).zip(&times) {
        let (passed, cpu) = (median(times, |took| took.passed), median(times, |took| took.cpu));
        let a_line = |seconds: f64| seconds * 1e9 / lines as f64;
        let speed = size as f64 / 1e6 / passed;
        let _ = writeln!(out, "| {name} | {:.0} | {speed:.0} | {:.0} | {:.2} |", a_line(passed), a_line(cpu), first / passed);
    }
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    Ok(out)
}

/// Writes inputs, one on each line, until there are so many bytes; gives how many.
fn write_inputs(path: &Path, bytes: usize) -> std::io::Result<usize> {
    let inputs = w1::generate(1);
    let mut out = BufWriter::new(File::create(path)?);
    let (mut written, mut lines) = (0, 0);
    for line in inputs.json.iter().cycle() {
        writeln!(out, "{line}")?;
        written += line.len() + 1;
        lines += 1;
        if written >= bytes {
            break;
        }
    }
    out.flush()?;
    Ok(lines)
}

/// Reads all lines into structs, as an application would that keeps its buffer.
fn parse(path: &Path, lines: usize) -> Result<Took, String> {
    let (start, cpu) = (Instant::now(), cpu_seconds(libc::RUSAGE_SELF));
    let mut input = BufReader::with_capacity(1 << 18, File::open(path).map_err(|error| error.to_string())?);
    let (mut line, mut seen) = (String::new(), 0);
    while input.read_line(&mut line).map_err(|error| error.to_string())? > 0 {
        std::hint::black_box(w1::hand::read(&line).map_err(|error| error.to_string())?);
        seen += 1;
        line.clear();
    }
    if seen != lines {
        return Err(format!("{seen} of {lines} lines were read"));
    }
    Ok(Took { passed: start.elapsed().as_secs_f64(), cpu: cpu_seconds(libc::RUSAGE_SELF) - cpu })
}

/// Decides all lines.
fn run(program: &str, input: &Path, output: &Path, trace: &str, jobs: usize) -> Result<Took, String> {
    let (start, cpu) = (Instant::now(), cpu_seconds(libc::RUSAGE_CHILDREN));
    let mut command = Command::new(program);
    command.args(["run", RULES, "--decision", "approval", "--trace", trace, "--jobs", &jobs.to_string(), "--input"]).arg(input);
    let status = command.arg("--output").arg(output).status().map_err(|error| format!("{program}: {error}"))?;
    if !status.success() {
        return Err(format!("{program} ended with {status}"));
    }
    Ok(Took { passed: start.elapsed().as_secs_f64(), cpu: cpu_seconds(libc::RUSAGE_CHILDREN) - cpu })
}

/// The CPU time of this process, or of those it started and waited for, in seconds.
fn cpu_seconds(whose: i32) -> f64 {
    // SAFETY: all bytes of a `rusage` are numbers, for which 0 is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is valid for writing one `rusage`.
    unsafe { libc::getrusage(whose, &raw mut usage) };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn median(times: &[Took], of: impl Fn(&Took) -> f64) -> f64 {
    let mut times: Vec<f64> = times.iter().map(of).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
