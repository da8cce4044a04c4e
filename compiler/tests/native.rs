//! Native code, held against the interpreter: the same outcome and the same trace at every level, for real sources and many inputs.

use std::collections::BTreeMap;

use axtrace_compiler::interpret::{self, Options};
use axtrace_compiler::{Program, compile, native};
use axtrace_runtime::code::Executable;
use axtrace_runtime::memory::Batch;
use axtrace_runtime::meta::DecisionId;
use axtrace_runtime::recording::Recorder;
use axtrace_runtime::trace::{Level, Trace, View, decode};
use axtrace_runtime::types::{Kind, Type};
use axtrace_runtime::value::Value;
use axtrace_source::{Findings, Sources};

/// Numbers without a pattern, the same in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// A number of a range, often near its ends or near zero.
    fn number(&mut self, lo: i128, hi: i128) -> i128 {
        let near = i128::from(self.below(4));
        let any = lo + (i128::from(self.next()) % (hi - lo + 1));
        match self.below(6) {
            0 => (lo + near).min(hi),
            1 => (hi - near).max(lo),
            2 => near.clamp(lo, hi),
            3 => (lo + i128::from(self.below(60))).min(hi),
            _ => any,
        }
    }
}

fn value(random: &mut Random, ty: &Type, program: &Program) -> Value {
    let types = &program.meta.types;
    match ty {
        Type::Boolean => Value::Boolean(random.below(2) == 1),
        Type::Scalar(scalar) if scalar.kind == Kind::Datetime => {
            Value::Datetime { instant: random.number(scalar.lo, scalar.hi) as i64, offset: random.below(5) as i32 * 1800 - 3600 }
        }
        Type::Scalar(scalar) => Value::Scalar(random.number(scalar.lo, scalar.hi)),
        Type::Ratio { .. } => Value::Ratio { num: 1, den: 1 },
        Type::Text { max } => Value::Text("abc"[..(*max as usize).min(random.below(4) as usize)].into()),
        Type::Enum(id) => Value::Enum(random.below(types.enum_type(*id).values.len() as u64) as u16),
        Type::Set(id) => Value::Set(random.next() & ((1 << types.enum_type(*id).values.len()) - 1)),
        Type::Record(id) => {
            types.record(*id).fields.iter().map(|field| value(random, &field.ty, program)).collect::<Vec<_>>().pipe_record()
        }
        Type::List { element, min, max } => {
            let most = u64::from(*max).min(u64::from(*min) + 13);
            let length = u64::from(*min) + random.below(most - u64::from(*min) + 1);
            Value::List((0..length).map(|_| value(random, element, program)).collect())
        }
        Type::Optional(_) if random.below(3) == 0 => Value::Missing,
        Type::Optional(inner) => value(random, inner, program),
        Type::Zone => Value::Zone(0),
    }
}

trait PipeRecord {
    fn pipe_record(self) -> Value;
}

impl PipeRecord for Vec<Value> {
    fn pipe_record(self) -> Value {
        Value::Record(self.into())
    }
}

fn program(source: &str) -> Program {
    let mut sources = Sources::new();
    sources.add("case.ax", source).expect("a small source");
    let mut findings = Findings::default();
    let program = compile(sources, &mut findings);
    program.unwrap_or_else(|| panic!("{findings:?}"))
}

fn traced(executable: &Executable, decision: DecisionId, batch: &Batch, index: usize, recorder: &Recorder, level: Level) -> Trace {
    let view = View {
        row: batch.row(index),
        arena: batch.arena(),
        outcome: recorder.outcome(index),
        frame: recorder.frame(index),
        scratch: recorder.scratch(),
    };
    decode(executable.meta(), decision, &view, level).unwrap_or_else(|error| panic!("row {index} at {level}: {error}"))
}

/// Decides many inputs of every decision, by the interpreter and by native code at every level, and compares all that can be read from both.
fn agree(source: &str, inputs: usize) {
    let program = program(source);
    let executable = native::jit(&program).expect("code for this machine");
    for index in 0..program.graphs.len() {
        let decision = DecisionId(index as u32);
        let meta = &program.meta.decisions[index];
        let (mut random, mut batch, mut runs) = (Random(88_172_645_463_325_252), Batch::new(), Vec::new());
        while runs.len() < inputs {
            let values: Vec<Value> = meta.params.iter().map(|param| value(&mut random, &param.ty, &program)).collect();
            let run = interpret::decide(&program.meta, &program.graphs, decision, &values, Options::at(Level::Full));
            let run = run.unwrap_or_else(|fault| panic!("{}: {values:?}: {fault:?}", meta.name));
            batch.push_values(meta, &program.meta.types, &values).expect("values of the types");
            runs.push((values, run));
        }
        for level in native::LEVELS {
            compare(&program, &executable, decision, &batch, &runs, level);
        }
    }
}

fn compare(
    program: &Program,
    executable: &Executable,
    decision: DecisionId,
    batch: &Batch,
    runs: &[(Vec<Value>, interpret::Run)],
    level: Level,
) {
    let mut recorder = Recorder::new(level);
    let done = executable.decide_batch(decision, batch, &mut recorder).expect("rows of the decision");
    assert_eq!(done, runs.len());
    for (index, (values, run)) in runs.iter().enumerate() {
        let native = traced(executable, decision, batch, index, &recorder, level);
        let recording = &run.recording;
        let view = View {
            row: batch.row(index),
            arena: batch.arena(),
            outcome: &recording.outcome,
            frame: &recording.frame,
            scratch: &recording.scratch,
        };
        let interpreted = decode(&program.meta, decision, &view, level).expect("a recording");
        let name = &program.meta.decisions[decision.index()].name;
        assert_eq!(native, interpreted, "{name} at {level}, input {index}: {values:?}");
    }
    let mut decider = executable.decider(decision, level).expect("code");
    for index in 0..runs.len() {
        let outcome = decider.decide(batch, index).expect("a decision").to_vec();
        assert_eq!(outcome.len(), recorder.outcome(index).len());
        let single = traced_single(executable, decision, batch, index, decider.recorder(), level);
        assert_eq!(single, traced(executable, decision, batch, index, &recorder, level));
    }
}

fn traced_single(executable: &Executable, decision: DecisionId, batch: &Batch, index: usize, recorder: &Recorder, level: Level) -> Trace {
    let view = View {
        row: batch.row(index),
        arena: batch.arena(),
        outcome: recorder.outcome(0),
        frame: recorder.frame(0),
        scratch: recorder.scratch(),
    };
    decode(executable.meta(), decision, &view, level).expect("a recording")
}

#[test]
fn ordered_rules_over_a_flat_record() {
    agree(include_str!("../../bench/rules/w1.ax"), 2_000);
}

#[test]
fn a_sum_a_search_and_tiers() {
    agree(include_str!("../../bench/rules/w3.ax"), 2_000);
}

#[test]
fn an_object_file_has_the_same_functions() {
    let program = program(include_str!("../../bench/rules/w1.ax"));
    let bytes = native::object(&program, &native::LEVELS).expect("an object file");
    let found: BTreeMap<&str, bool> = ["w1.approval#none", "w1.approval#record", "w1.approval#full"]
        .into_iter()
        .map(|name| (name, contains(&bytes, name.as_bytes())))
        .collect();
    assert!(found.values().all(|there| *there), "{found:?}");
}

fn contains(bytes: &[u8], name: &[u8]) -> bool {
    bytes.windows(name.len()).any(|window| window == name)
}

/// Loops of every kind over a list that is long enough for them to be unrolled.
const LOOPS: &str = r#"module loops
enum Kind { goods, service, voucher }
record Line { qty : integer in 0..9, price : money EUR in 0.00 EUR .. 99.99 EUR, kind : Kind, until : date? }

decision found(lines: list of Line with 0..40 items, n: integer in 0..9) gives integer in 0..40 hit first {
  rule one when some l in lines satisfies l.qty = n and l.kind = goods then 1 because "One is {n}."
  rule all when every l in lines satisfies l.qty <= n then 2
  rule dated when every l in lines satisfies l.until is missing or l.kind != voucher then 3
  otherwise count(l in lines where l.qty > n or l.kind = voucher)
}
decision total(lines: list of Line with 0..40 items) gives money EUR = sum(l.qty * l.price for l in lines where l.kind != voucher)
decision place(lines: list of Line with 0..40 items, n: integer in 0..9) gives integer? = position(l in lines where l.qty = n)
decision least(lines: list of Line with 0..40 items) gives money EUR? = min(l.price for l in lines where l.kind = service)
decision those(lines: list of Line with 0..40 items) gives list of integer = list(l.qty for l at k in lines where k > 2 and l.kind = goods)
decision latest(lines: list of Line with 0..40 items) gives integer in 0..9 = last(l in lines where l.kind = goods).qty or else 0
decision memory(lines: list of Line with 0..40 items) gives integer in 0..1_000 =
  fold(all : integer in 0..1_000 = 0, l in lines: if l.kind = voucher then 0 else min(all + l.qty, 1_000))
decision each(lines: list of Line with 0..40 items) gives integer hit collect {
  rule many for each l in lines when l.qty > 5 then l.qty because "{l.qty} of them."
}
decision first_of(lines: list of Line with 0..40 items) gives integer in 0..9 hit first {
  rule many for each l in lines when l.qty > 5 then l.qty because "{l.qty} of them."
  otherwise 0
}
decision nested(lines: list of Line with 0..12 items) gives integer in 0..200 =
  count(l in lines where (some m in lines satisfies m.qty > l.qty and m.kind = l.kind))
"#;

#[test]
fn loops_over_long_lists() {
    agree(LOOPS, 600);
}

#[test]
fn short_bodies_are_repeated() {
    let program = program(include_str!("../../bench/rules/w3.ax"));
    let code = native::lowered(&program).expect("code");
    // Of each loop a body that goes through what is left, and four that are taken in one turn.
    let text = code.functions[0].to_string();
    let products = text.lines().filter(|line| line.contains("Multiply") && line.contains("word")).count();
    assert!(products >= 5, "{text}");
}

/// Everything a hit policy, a loop, an optional and a call can do, in few lines each.
const MANY: &str = r#"module many
enum Colour { red, green, blue }
record Line { qty : integer in 0..1_000, price : decimal(2) in 0.00..10_000.00, colour : Colour, note : text with up to 10 characters }
record Order { lines : list of Line with 0..8 items, limit : integer in 0..100?, wanted : set of Colour, due : date, made : datetime }
param zone : timezone = "Europe/Berlin"
role clerk "Clerk"

define cost(l: Line) : decimal(2) = l.qty * l.price

decision worth(order: Order) gives decimal(2) = sum(cost(l) for l in order.lines where l.colour in {red, blue} and l.qty > 2)

decision fee(order: Order) gives integer hit collect sum {
  rule base when true then 1
  rule dear when count(l in order.lines where l.price > 100.00) > 2 then 10
    because "{count(l in order.lines where l.price > 100.00)} dear lines."
  rule each_line for each l in order.lines when l.qty > 500 then l.qty because "Many: {l.qty} of {l.note}."
}

decision path(order: Order) gives Colour or referral hit first {
  let total = worth(order)
  rule none when order.limit is missing then refer to clerk within 4 h because "No limit."
  rule old when years_between(order.due, date_of(order.made, zone)) > 400 then red because "Due {order.due}."
  rule dear when order.limit is given and total > order.limit * 100.00 then blue because "It comes to {total}."
  rule odd when some l in order.lines satisfies l.note = "a" or l.note = "ab" then green because "Odd."
  otherwise red
}
"#;

#[test]
fn policies_loops_optionals_and_calls() {
    agree(MANY, 1_000);
}

/// Native code divides by what is above 0 as declared; rows that nobody checked never get there.
#[test]
fn rows_of_other_inputs_and_values_out_of_range_are_refused() {
    let text = "module m\ndecision share(a: integer in 1..9) gives integer in 0..90 = round_down(90 / a, 0)\n\
                decision half(a: integer in 0..9) gives integer in 0..4 = round_down(a / 2, 0)\n";
    let mut sources = Sources::new();
    sources.add("m.ax", text).expect("small");
    let program = compile(sources, &mut Findings::new()).expect("the rules are sound");
    let executable = native::jit(&program).expect("code");
    let meta = executable.meta().clone();
    let mut batch = Batch::new();
    let pushed = batch.push_values(&meta.decisions[0], &meta.types, &[Value::Scalar(0)]);
    assert!(pushed.is_err() && batch.count() == 0);
    batch.push_values(&meta.decisions[1], &meta.types, &[Value::Scalar(0)]).expect("0 is an input of the other");
    let mut recorder = Recorder::new(Level::None);
    assert!(executable.decide_batch(DecisionId(0), &batch, &mut recorder).is_err());
    assert_eq!(executable.decide_batch(DecisionId(1), &batch, &mut recorder).ok(), Some(1));
    assert!(executable.decider(DecisionId(0), Level::None).expect("code").decide(&batch, 0).is_err());
    batch.push_values(&meta.decisions[0], &meta.types, &[Value::Scalar(1)]).expect("1 is an input");
    assert!(executable.decide_batch(DecisionId(1), &batch, &mut recorder).is_err(), "rows of two kinds");
}
