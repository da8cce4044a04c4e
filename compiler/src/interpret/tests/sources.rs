//! Rule files, compiled, interpreted and traced.

use axtrace_runtime::memory::Batch;
use axtrace_runtime::meta::{DecisionId, ProgramMeta};
use axtrace_runtime::read::Reader;
use axtrace_runtime::recording::Recorder;
use axtrace_runtime::trace::{Level, Trace, TraceNode, View, decode};
use axtrace_source::{Findings, Sources};

use super::super::{Options, decide};
use super::recordings::{holds, shaken};
use crate::compile::compile;
use crate::native;
use crate::program::Program;

const SCHEDULING: &str = r#"module scheduling.assignment
owner "Workforce Operations"

enum Skill   { forklift, cashier, first_aid, night_lead }
enum Verdict { approve, reject }

record Worker {
  name     : text
  born     : date
  skills   : set of Skill
  booked   : duration in 0 h .. 168 h
  last_end : datetime?
}

record Shift {
  start  : datetime
  length : duration in 15 min .. 16 h
  needs  : set of Skill
}

record Advice { value : Verdict, confidence : percent in 0 % .. 100 % }

param weekly_limit : duration in 20 h .. 60 h = 48 h
param daily_rest   : duration in 8 h .. 24 h  = 11 h
param zone         : timezone = "Europe/Berlin"

role shift_manager "Shift manager"

define is_night(shift: Shift) : boolean =
  time_of(shift.start, zone) >= 22:00 or time_of(shift.start, zone) < 05:00

decision assignment(worker: Worker, shift: Shift, planner: Advice)
  gives Verdict or referral
{
  let age   = years_between(worker.born, date_of(shift.start, zone))
  let total = worker.booked + shift.length

  group limits overrides planning {
    rule minor_at_night
      when age < 18 and is_night(shift)
      then reject
      because "Nobody under 18 works nights."
      cites "Directive 94/33/EC, art. 9"

    rule missing_skill
      when not (worker.skills has all shift.needs)
      then reject
      because "{worker.name} lacks {shift.needs minus worker.skills}."

    rule too_many_hours
      when total > weekly_limit
      then reject
      because "{total} this week; the limit is {weekly_limit}."

    rule too_little_rest
      when worker.last_end is given
       and shift.start - worker.last_end < daily_rest
      then reject
      because "Only {shift.start - worker.last_end} since the last shift."
  }

  group planning {
    rule planner_is_sure
      when planner.confidence >= 90 %
      then planner.value

    rule planner_is_unsure
      when planner.confidence < 90 %
      then refer to shift_manager within 4 h proposing planner.value
      because "The planner is only {planner.confidence} sure."
  }
}
"#;

const ORDERS: &str = r#"module orders

enum Kind { food, book, toy }
record Line { kind : Kind, qty : integer in 1..100, price : money EUR in 0.00 EUR .. 1000.00 EUR }

define heavy(line: Line) : boolean = line.qty > 20

decision rebate(total: decimal(2) in 0..10000) gives integer in 0..20 hit first {
  rule big when total > 100 then 10 because "{total} is big."
  rule small then 0
}

decision total(lines: list of Line with 0..50 items)
  gives money EUR in -1.00 EUR .. 6000000.00 EUR
  = sum(line.qty * line.price for line in lines where line.kind != toy)

decision warnings(lines: list of Line with 0..50 items, limit: integer in 0..1000) gives text hit collect {
  let discount = rebate(limit)
  rule many for each line in lines
    when heavy(line) and discount < 5
    then "{line.qty} of {line.kind}"
    because "{line.qty} is more than 20."
  rule any_toy when some line in lines satisfies line.kind = toy then "toys" because "There is a toy."
}
"#;

fn program(source: &str) -> Program {
    let mut sources = Sources::new();
    sources.add("case.ax", source).expect("a small file");
    let mut findings = Findings::new();
    let program = compile(sources, &mut findings);
    let all: Vec<String> = findings.sorted().iter().map(|finding| format!("{} {}", finding.code(), finding.diagnostic)).collect();
    program.unwrap_or_else(|| panic!("{all:#?}"))
}

fn named(program: &ProgramMeta, name: &str) -> DecisionId {
    let place = program.decisions.iter().position(|decision| decision.name == name).expect("a decision of the file");
    DecisionId(place as u32)
}

/// Reads, decides and decodes one input; every node must lie inside the bounds that the range pass found.
fn trace(program: &Program, name: &str, json: &str) -> Trace {
    let decision = named(&program.meta, name);
    let mut batch = Batch::new();
    Reader::new(&program.meta, decision).read(json.as_bytes(), &mut batch).expect("an input of the decision");
    let values = batch.values(0, &program.meta.decisions[decision.index()], &program.meta).expect("a row");
    let options = Options { node_bounds: true, ..Options::at(Level::Full) };
    let run = decide(&program.meta, &program.graphs, decision, &values, options).expect("a program that compiles decides");
    let view = run.recording.view(&batch);
    let trace = decode(&program.meta, decision, &view, Level::Full).expect("a recording");
    holds(&trace, &program.meta);
    assert!(shaken(&program.meta, decision, &view, 300) > 0);
    for level in native::LEVELS {
        let interpreted = decode(&program.meta, decision, &view, level).expect("a recording");
        assert_eq!(natively(program, decision, &batch, level), interpreted, "{name} at {level}");
    }
    trace
}

/// The trace of native code.
fn natively(program: &Program, decision: DecisionId, batch: &Batch, level: Level) -> Trace {
    let executable = native::jit_at(program, &[level]).expect("code for this machine");
    let mut recorder = Recorder::new(level);
    executable.decide_batch(decision, batch, &mut recorder).expect("a decision");
    let (outcome, frame, scratch) = (recorder.outcome(0), recorder.frame(0), recorder.scratch());
    let view = View { row: batch.row(0), arena: batch.arena(), outcome, frame, scratch };
    decode(executable.meta(), decision, &view, level).expect("a recording")
}

/// Each node as its source text, status and values, indented.
fn draw(program: &ProgramMeta, nodes: &[TraceNode], depth: usize, out: &mut String) {
    for node in nodes {
        let values: Vec<&str> = node.operands.iter().chain(&node.value).map(|shown| shown.text.as_str()).collect();
        let text = program.sources.text(node.span).split_whitespace().collect::<Vec<_>>().join(" ");
        out.push_str(&format!("{:depth$}{text}: {} [{}]\n", "", node.status.words(), values.join(", ")));
        draw(program, &node.children, depth + 2, out);
        for element in node.elements.iter().flat_map(|elements| &elements.shown) {
            out.push_str(&format!("{:depth$}  #{}\n", "", element.index));
            draw(program, &element.children, depth + 4, out);
        }
        if let Some(branch) = &node.called {
            draw(program, &branch.tree, depth + 4, out);
        }
    }
}

fn drawn(program: &Program, trace: &Trace) -> String {
    let mut out = String::new();
    draw(&program.meta, &trace.tree, 0, &mut out);
    out
}

const ANA: &str = r#"{"worker":{"name":"Ana","born":"2009-05-01","skills":["cashier"],"booked":"PT10H","last_end":null},
    "shift":{"start":"2026-11-20T22:30+01:00","length":"6 h","needs":["cashier"]},"planner":{"value":"approve","confidence":0.97}}"#;

#[test]
fn a_17_year_old_is_kept_off_nights() {
    let program = program(SCHEDULING);
    let trace = trace(&program, "assignment", ANA);
    assert_eq!(trace.outcome_json(&program.meta), r#"{"kind":"decided","value":"reject"}"#);
    assert_eq!(trace.by.len(), 1);
    assert_eq!(trace.by[0].rule, "minor_at_night");
    assert_eq!(trace.by[0].cites, [("Directive 94/33/EC, art. 9".to_owned(), None)]);
    assert_eq!(trace.accountable.as_deref(), Some("Workforce Operations"));
    let expected = r#"age: evaluated [17]
total: evaluated [16 h]
rule minor_at_night: decided []
  age < 18: true [17, 18]
  is_night(shift): true []
    time_of(shift.start, zone) >= 22:00: true [22:30, 22:00]
    time_of(shift.start, zone) < 05:00: not evaluated []
rule missing_skill: did not apply []
  not (worker.skills has all shift.needs): false []
    (worker.skills has all shift.needs): true [{cashier}, {cashier}]
rule too_many_hours: did not apply []
  total > weekly_limit: false [16 h, 48 h]
rule too_little_rest: did not apply []
  worker.last_end is given: false [missing]
  shift.start - worker.last_end < daily_rest: not evaluated []
rule planner_is_sure: applied, overridden by minor_at_night []
  planner.confidence >= 90 %: true [97 %, 90 %]
  planner.value: evaluated [approve]
rule planner_is_unsure: did not apply []
  planner.confidence < 90 %: false [97 %, 90 %]
  planner.value: not evaluated []
"#;
    assert_eq!(drawn(&program, &trace), expected);
}

#[test]
fn an_unsure_planner_is_referred() {
    let program = program(SCHEDULING);
    let json = ANA.replace("2009", "1989").replace("0.97", "0.895").replace("null", r#""2026-11-20T09:00Z""#);
    let trace = trace(&program, "assignment", &json);
    let outcome = r#"{"kind":"referred","to":"shift_manager","within":"PT4H","proposing":"approve"}"#;
    assert_eq!(trace.outcome_json(&program.meta), outcome);
    assert_eq!(trace.by[0].because.as_deref(), Some("The planner is only 89.5 % sure."));
}

#[test]
fn instances_calls_and_lists_are_drawn() {
    let program = program(ORDERS);
    let json = r#"{"lines":[{"kind":"food","qty":30,"price":1.50},{"kind":"toy","qty":2,"price":"9.99"},
        {"kind":"book","qty":50,"price":2}],"limit":7}"#;
    let trace = trace(&program, "warnings", json);
    assert_eq!(trace.outcome_json(&program.meta), r#"{"kind":"decided","value":["30 of food","50 of book","toys"]}"#);
    let last = r#"{"rule":"many","file":"orders.ax","line":19,"column":3,"because":"50 is more than 20.","for":{"line":"/lines/2"},"gives":"50 of book"}"#;
    assert!(trace.to_json(&program.meta, Level::Record).contains(last));
    let expected = r#"discount: evaluated [0]
  rebate(limit): evaluated [7, 0]
      rule big: did not apply []
        total > 100: false [7.00, 100.00]
      rule small: decided []
rule many: decided []
  lines: evaluated []
    #0
      rule many: decided []
        heavy(line): true []
          line.qty > 20: true [30, 20]
        discount < 5: true [0, 5]
        "{line.qty} of {line.kind}": evaluated [30 of food]
    #1
      rule many: did not apply []
        heavy(line): false []
          line.qty > 20: false [2, 20]
        discount < 5: not evaluated []
        "{line.qty} of {line.kind}": not evaluated []
    #2
      rule many: decided []
        heavy(line): true []
          line.qty > 20: true [50, 20]
        discount < 5: true [0, 5]
        "{line.qty} of {line.kind}": evaluated [50 of book]
rule any_toy: decided []
  some line in lines satisfies line.kind = toy: true []
    #0
      line.kind = toy: false [food, toy]
    #1
      line.kind = toy: true [toy, toy]
"#;
    assert_eq!(drawn(&program, &trace), expected);
}

#[test]
fn a_total_is_exact() {
    let program = program(ORDERS);
    let json =
        r#"{"lines":[{"kind":"food","qty":30,"price":1.50},{"kind":"toy","qty":2,"price":"9.99"},{"kind":"book","qty":50,"price":2}]}"#;
    let trace = trace(&program, "total", json);
    assert_eq!(trace.outcome_json(&program.meta), r#"{"kind":"decided","value":145.00}"#);
    let expected = r#"sum(line.qty * line.price for line in lines where line.kind != toy): evaluated [145.00 EUR]
  #0
    line.kind != toy: true [food, toy]
    line.qty * line.price: evaluated [45.00 EUR]
  #1
    line.kind != toy: false [toy, toy]
    line.qty * line.price: not evaluated []
  #2
    line.kind != toy: true [book, toy]
    line.qty * line.price: evaluated [100.00 EUR]
"#;
    assert_eq!(drawn(&program, &trace), expected);
}

const DEPOTS: &str = r#"module depots
owner "Depots"

enum Size { small, large }
record Box { size : Size, weight : decimal(1) in 0.0..50.0 }
record Van { boxes : list of Box with 0..20 items, limit : decimal(2) in 1.00..900.00, driver_age : integer in 18..90? }

define share(part: decimal(2), whole: decimal(2) in 1.00..900.00) : percent = round(part / whole, 4)

decision load(vans: list of Van with 0..5 items, low: integer in 0..10, high: integer in 0..10)
  gives integer in 0..1000 hit collect sum
{
  let spread = high - low

  group wide when spread > 2 {
    rule full for each van in vans
      when share(sum(box.weight for box in van.boxes where box.size = large), van.limit) > 50 %
        or (every box in van.boxes satisfies box.weight > 49.0) and (van.driver_age or else 18) in 18..20
      then count(box in van.boxes where box.size = large)
      because "{van.limit} is half full."
    rule base when low in 1..3 or high = 10 then spread
  }
}
"#;

#[test]
fn loops_in_loops_and_groups_are_drawn() {
    let program = program(DEPOTS);
    let json = r#"{"vans":[{"boxes":[{"size":"large","weight":3.5},{"size":"small","weight":1}],"limit":5,"driver_age":30},
        {"boxes":[],"limit":10}, {"boxes":[{"size":"small","weight":2}],"limit":10,"driver_age":20}],"low":1,"high":9}"#;
    let found = trace(&program, "load", json);
    assert_eq!(found.outcome_json(&program.meta), r#"{"kind":"decided","value":9}"#);
    let expected = r#"spread: evaluated [8]
spread > 2: true [8, 2]
  rule full: decided []
    vans: evaluated []
      #0
        rule full: decided []
          share(sum(box.weight for box in van.boxes where box.size = large), van.limit) > 50 %: true [70 %, 50 %]
            share(sum(box.weight for box in van.boxes where box.size = large), van.limit): evaluated [5.00, 70 %]
              sum(box.weight for box in van.boxes where box.size = large): evaluated [3.50]
                sum(box.weight for box in van.boxes where box.size = large): evaluated [3.5]
                  #0
                    box.size = large: true [large, large]
                    box.weight: evaluated [3.5]
                  #1
                    box.size = large: false [small, large]
                    box.weight: not evaluated []
          (every box in van.boxes satisfies box.weight > 49.0): not evaluated []
          (van.driver_age or else 18) in 18..20: not evaluated []
          count(box in van.boxes where box.size = large): evaluated [1]
            count(box in van.boxes where box.size = large): evaluated [1]
              #0
                box.size = large: true [large, large]
              #1
                box.size = large: false [small, large]
      #1
        rule full: decided []
          share(sum(box.weight for box in van.boxes where box.size = large), van.limit) > 50 %: false [0 %, 50 %]
            share(sum(box.weight for box in van.boxes where box.size = large), van.limit): evaluated [10.00, 0 %]
              sum(box.weight for box in van.boxes where box.size = large): evaluated [0.00]
                sum(box.weight for box in van.boxes where box.size = large): evaluated [0.0]
          (every box in van.boxes satisfies box.weight > 49.0): true []
          (van.driver_age or else 18) in 18..20: true [18, 18, 20]
          count(box in van.boxes where box.size = large): evaluated [0]
            count(box in van.boxes where box.size = large): evaluated [0]
      #2
        rule full: did not apply []
          share(sum(box.weight for box in van.boxes where box.size = large), van.limit) > 50 %: false [0 %, 50 %]
            share(sum(box.weight for box in van.boxes where box.size = large), van.limit): evaluated [10.00, 0 %]
              sum(box.weight for box in van.boxes where box.size = large): evaluated [0.00]
                sum(box.weight for box in van.boxes where box.size = large): evaluated [0.0]
                  #0
                    box.size = large: false [small, large]
                    box.weight: not evaluated []
          (every box in van.boxes satisfies box.weight > 49.0): false []
            #0
              box.weight > 49.0: false [2.0, 49.0]
          (van.driver_age or else 18) in 18..20: not evaluated []
          count(box in van.boxes where box.size = large): not evaluated []
            count(box in van.boxes where box.size = large): not evaluated []
  rule base: decided []
    low in 1..3: true [1, 1, 3]
    high = 10: not evaluated []
    spread: evaluated [8]
"#;
    assert_eq!(drawn(&program, &found), expected);
}

#[test]
fn a_group_that_does_not_hold_asks_nothing() {
    let program = program(DEPOTS);
    let found = trace(&program, "load", r#"{"vans":[{"boxes":[],"limit":10}],"low":8,"high":9}"#);
    assert_eq!(found.outcome_json(&program.meta), r#"{"kind":"decided","value":0}"#);
    let expected = r#"spread: evaluated [1]
spread > 2: false [1, 2]
  rule full: did not apply []
    vans: not evaluated []
  rule base: did not apply []
    low in 1..3: not evaluated []
    high = 10: not evaluated []
    spread: not evaluated []
"#;
    assert_eq!(drawn(&program, &found), expected);
}
