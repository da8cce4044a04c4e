//! Interpreter and native code, held against each other on generated programs with generated inputs.
//!
//! `AXTRACE_PROGRAMS` says how many programs must have been compiled and compared (1,000 when it is not set), `AXTRACE_SEED` where the
//! numbers come from; `AXTRACE_PROGRAM` prints one program of a seed and what the compiler says of it. A program that fails is made small and printed with its input and both answers.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the cases are files, the seed is a setting, and a failure is shown"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

mod agree;
mod decision;
mod expression;
mod generator;
mod lists;
mod number;
mod program;
mod quotient;
mod random;
mod shrink;
mod sums;
mod text;
mod time;
mod tree;
mod value;

use agree::{Failure, Verdict};
use random::Random;
use tree::Node;

/// The inputs of each decision of a program.
const INPUTS: usize = 20;
/// How many different failures are shrunk and shown.
const SHOWN: usize = 6;

/// What each run must have compiled at least one program with.
const CONSTRUCTS: &[&str] = &[
    "enum",
    "an enum of many values",
    "record",
    "a nested record",
    "an optional field",
    "unit",
    "param",
    "let",
    "a let of a quotient",
    "a let in a rule",
    "a define called",
    "a define with lets",
    "a decision called",
    "a decision called that may refer",
    "a call for each element",
    "a decision of one expression",
    "gives after lets",
    "hit first",
    "hit any",
    "hit unique",
    "hit collect",
    "hit collect sum",
    "hit collect count",
    "hit collect min",
    "hit collect max",
    "hit priority",
    "shadow rule",
    "always in a record",
    "always in a decision",
    "a relation with values in its reason",
    "what elements keep",
    "a relation through a list",
    "what a record keeps that comes from elsewhere",
    "a complete division",
    "rule",
    "otherwise",
    "group",
    "a group with a condition",
    "overrides",
    "for each",
    "refer to",
    "within",
    "proposing",
    "because",
    "cites",
    "this_rule",
    "interpolation",
    "if",
    "an optional if",
    "missing",
    "is given",
    "is given and",
    "is missing or",
    "or else",
    "and",
    "or",
    "not",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "= of enums and sets",
    "= of texts",
    "text in {…}",
    "order of texts",
    "texts in a range",
    "starts with",
    "ends with",
    "contains",
    "matches",
    "length_of",
    "lower",
    "upper",
    "trim",
    "characters",
    "to_integer",
    "to_decimal",
    "to_date",
    "= of records",
    "= of lists",
    "in {…} of records and lists",
    "in a list",
    "in {…}",
    "in a range",
    "in a set",
    "has",
    "has all",
    "has any",
    "plus",
    "minus",
    "a set of values",
    "a qualified enum value",
    "a record made",
    "with",
    "a list made",
    "some",
    "every",
    "a list in a list's condition",
    "sum",
    "sum where",
    "sum of a list",
    "list of bodies",
    "list where",
    "several binders",
    "sort",
    "sort by text",
    "distinct",
    "pairs",
    "runs",
    "groups",
    "plus of lists",
    "numbers as a list",
    "min of a list",
    "max of a list",
    "average",
    "first",
    "last",
    "position",
    "item",
    "found is given",
    "a list known to be filled",
    "min and max of texts in a list",
    "fold",
    "a fold that starts anew",
    "a fold that keeps its range",
    "a fold of several binders",
    "for each of several",
    "the place of an element",
    "count",
    "count where",
    "+",
    "-",
    "*",
    "/",
    "mod",
    "unary -",
    "a product of 128 bits",
    "narrowed by a condition",
    "quotients compared",
    "abs",
    "min",
    "max",
    "a quotient rounded",
    "a quotient negated",
    "a quotient with a name",
    "quotients added",
    "quotients subtracted",
    "a quotient times a number",
    "a quotient divided by a number",
    "a quotient divided by a quotient",
    "abs of a quotient",
    "an if of quotients",
    "min and max of quotients",
    "a quotient in a range",
    "a quotient in {…}",
    "quotients compared in 256 bits",
    "a quotient rounded to a step",
    "a number rounded to a step",
    "power",
    "a price times a quantity",
    "a quotient of units",
    "a duration times a price by the hour",
    "a power below 0",
    "round",
    "round_half_even",
    "round_up",
    "round_down",
    "floor",
    "ceiling",
    "years_between",
    "months_between",
    "days_between",
    "date_of",
    "time_of",
    "weekday_of",
    "year_of",
    "month_of",
    "day_of",
    "a part of an instant",
    "date_from",
    "a date that may be missing",
    "whether there is a date",
    "datetime_at",
    "date + period",
    "a period times a number",
    "a type of period",
    "a type of weekday",
    "a set of weekdays",
    "has a weekday",
    "duration read as",
    "datetime in zone",
    "a duration times a number",
    "the time between two points",
    "date + days",
    "datetime + duration",
];

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What a run has found so far.
#[derive(Default)]
struct Statistics {
    compiled: u64,
    decided: u64,
    refused: u64,
    /// How often each code refused one, and the first of those programs.
    codes: BTreeMap<String, (u64, u64)>,
    constructs: BTreeMap<&'static str, u64>,
    failures: BTreeMap<String, (u64, u64)>,
    slowest: (Duration, u64),
}

/// All sources of rules under a folder.
fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "ax") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            found.push((path, text));
        }
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A verdict, panics included.
fn verdict(node: &Node, seed: u64, inputs: usize) -> Verdict {
    let source = node.text();
    catch_unwind(AssertUnwindSafe(|| agree::check(&source, seed, inputs))).unwrap_or_else(|_| {
        let text = PANIC.with(RefCell::take);
        let place = text.lines().next().unwrap_or("").to_string();
        Verdict::Failed(Failure { kind: format!("panic {place}"), text })
    })
}

fn written(seed: u64, index: u64) -> Node {
    program::program(Random::new(seed, index))
}

impl Statistics {
    fn note(&mut self, index: u64, node: &Node, verdict: Verdict, took: Duration) {
        if took > self.slowest.0 {
            self.slowest = (took, index);
        }
        match verdict {
            Verdict::Refused(errors) => {
                self.refused += 1;
                for (code, _) in errors {
                    let entry = self.codes.entry(code).or_insert((0, index));
                    *entry = (entry.0 + 1, entry.1.min(index));
                }
            }
            Verdict::Agreed(inputs) => {
                self.compiled += 1;
                self.decided += inputs as u64;
                let mut marks = Vec::new();
                node.constructs(&mut marks);
                marks.sort_unstable();
                marks.dedup();
                marks.into_iter().for_each(|mark| *self.constructs.entry(mark).or_default() += 1);
            }
            Verdict::Failed(failure) => {
                let entry = self.failures.entry(failure.kind).or_insert((0, index));
                *entry = (entry.0 + 1, entry.1.min(index));
            }
        }
    }

    fn print(&self) {
        println!("{} programs compiled, {} decisions compared, {} programs refused", self.compiled, self.decided, self.refused);
        println!("refused by {:?}", self.codes);
        println!("constructs {:?}", self.constructs);
        println!("slowest {:?}", self.slowest);
        println!("failures {:?}", self.failures);
    }
}

fn run(seed: u64, programs: u64) -> Statistics {
    let (next, statistics) = (AtomicU64::new(0), Mutex::new(Statistics::default()));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let enough = |it: &Statistics| it.compiled >= programs || index > 40 * programs;
            if statistics.lock().is_ok_and(|it| enough(&it)) {
                return;
            }
            let start = Instant::now();
            let node = written(seed, index);
            let verdict = verdict(&node, seed, INPUTS);
            if let Ok(mut statistics) = statistics.lock() {
                statistics.note(index, &node, verdict, start.elapsed());
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            // Programs nest deeper than the stack of a thread is made for, where nothing is optimised.
            let _ = std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work);
        }
    });
    statistics.into_inner().unwrap_or_default()
}

fn show(seed: u64, kind: &str, index: u64) {
    let node = written(seed, index);
    let fails = |node: &Node| match verdict(node, seed, INPUTS) {
        Verdict::Failed(failure) => Some(failure),
        _ => None,
    };
    let first = fails(&node).unwrap_or(Failure { kind: kind.into(), text: "does not fail again".into() });
    let (node, failure) = shrink::shrink(node, first, fails);
    println!("\n--- program {index} of seed {seed}: {}\n{}\n{}", failure.kind, node.text(), failure.text);
}

fn print(seed: u64, index: u64) {
    let node = written(seed, index);
    println!("{}", node.text());
    match verdict(&node, seed, INPUTS) {
        Verdict::Refused(errors) => errors.iter().for_each(|(code, error)| println!("{code} {error}")),
        Verdict::Agreed(inputs) => println!("{inputs} inputs decided alike"),
        Verdict::Failed(failure) => println!("{}\n{}", failure.kind, failure.text),
    }
}

#[test]
fn interpreter_and_native_code_agree_on_generated_programs() {
    let (seed, programs) = (setting("AXTRACE_SEED", 2_026), setting("AXTRACE_PROGRAMS", 2_000));
    println!("AXTRACE_SEED={seed} AXTRACE_PROGRAMS={programs}");
    if let Ok(Ok(index)) = std::env::var("AXTRACE_PROGRAM").map(|text| text.parse()) {
        return print(seed, index);
    }
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PANIC.with(|text| *text.borrow_mut() = format!("{place}\n{info}"));
    }));
    let statistics = run(seed, programs);
    statistics.print();
    for (kind, (_, index)) in statistics.failures.iter().take(SHOWN) {
        show(seed, kind, *index);
    }
    let _ = std::panic::take_hook();
    let without: Vec<_> = CONSTRUCTS.iter().filter(|construct| !statistics.constructs.contains_key(*construct)).collect();
    assert!(statistics.failures.is_empty(), "{} kinds of failures, each shown above; AXTRACE_SEED={seed}", statistics.failures.len());
    assert!(statistics.compiled >= programs, "only {} of {programs} programs compiled; AXTRACE_SEED={seed}", statistics.compiled);
    assert!(programs < 2_000 || without.is_empty(), "no program that compiled has {without:?}; AXTRACE_SEED={seed}");
}

#[test]
fn interpreter_and_native_code_agree_on_every_case() {
    let (mut found, mut agreed) = (Vec::new(), 0);
    for folder in ["tests/cases", "examples", "bench/rules"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    for (path, source) in found {
        match agree::check(&source, 1, 100) {
            Verdict::Agreed(_) => agreed += 1,
            // Most cases are about what is refused; a module that uses others does not stand alone.
            Verdict::Refused(errors) => assert!(!path.components().any(|it| it.as_os_str() == "agree"), "{path:?}: {errors:?}"),
            Verdict::Failed(failure) => panic!("{path:?}: {}\n{}", failure.kind, failure.text),
        }
    }
    assert!(agreed > 10, "only {agreed} cases compile");
}
