//! Decisions from source text, proved.

mod collected;

mod never;

mod numbers;

mod relations;

mod time;

mod texts;

use axtrace_runtime::meta::Policy;
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings, Sources};

use super::meter::Meter;
use super::model::Model;
use super::question::Inquiry;
use super::random::Random;
use super::{ROUNDS, RUNS, STEPS, conditions, findings_of_gaps, pairs, prove};
use crate::Program;
use crate::compile::read;
use crate::interpret::{FaultKind, Options, decide};

/// A rule file as a program that is not proved; what is wrong with it otherwise.
fn program(text: &str) -> Result<Program, String> {
    let mut sources = Sources::new();
    sources.add("case.ax", text).map_err(|error| error.to_string())?;
    let mut findings = Findings::new();
    match read(sources, &mut findings, &mut |_| ()) {
        Some(program) if !findings.has_errors() => Ok(program),
        _ => Err(format!("does not compile: {}", told(&findings.sorted()))),
    }
}

/// What the prover finds in a program.
fn findings_of(program: &Program) -> Vec<Finding> {
    let mut findings = Findings::new();
    prove(program, &mut findings);
    findings.sorted()
}

/// What the prover finds in a rule file, but for what never matters.
fn told_of_file(text: &str) -> String {
    let matters = |finding: &Finding| !["E0507", "E0508", "E0509"].contains(&finding.code().as_str());
    let found = |program: Program| findings_of(&program).into_iter().filter(matters).collect::<Vec<_>>();
    program(text).map_or_else(|wrong| wrong, |program| told(&found(program)))
}

/// A finding in one text: code, message, labels, notes, help.
fn told(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        out += &format!("{} {}\n", finding.code(), finding.diagnostic);
        for label in finding.diagnostic.labels().into_iter().flatten() {
            out += &format!("  at {}: {}\n", label.offset(), label.label().unwrap_or_default());
        }
        for note in &finding.notes {
            out += &format!("  {}: {}\n", note.word, note.text.replace('\n', "\n    "));
        }
        out += &format!("  help: {}\n", finding.diagnostic.help().map(|help| help.to_string()).unwrap_or_default());
    }
    out
}

const SCHEDULING: &str = r#"module scheduling.assignment
owner "Workforce Operations"

enum Skill   { forklift, cashier, first_aid, night_lead }
enum Verdict { approve, reject }

record Worker {
  name          : text
  born          : date
  skills        : set of Skill
  booked        : duration in 0 h .. 168 h
  last_end      : datetime?
}

record Shift {
  start  : datetime
  length : duration in 15 min .. 16 h
  needs  : set of Skill
}

record Advice { value : Verdict, confidence : percent in 0 % .. 100 %, model : text }

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

  group limits OVERRIDES {
    rule minor_at_night
      when age < 18 and is_night(shift)
      then reject
      because "Nobody under 18 works nights."

    rule missing_skill
      when not (worker.skills has all shift.needs)
      then reject
      because "{worker.name} lacks {shift.needs minus worker.skills}."

    rule too_many_hours
      when total > weekly_limit
      then reject

    rule too_little_rest
      when worker.last_end is given
       and shift.start - worker.last_end < daily_rest
      then reject
  }

  group planning {
    rule planner_is_sure
      when planner.confidence >= 90 %
      then planner.value

    rule planner_is_unsure
      when planner.confidence < 90 %
      then refer to shift_manager within 4 h proposing planner.value
  }
}
"#;

#[test]
fn the_story_is_proved_when_limits_override_planning() {
    assert_eq!(told_of_file(&SCHEDULING.replace("OVERRIDES", "overrides planning")), "");
}

#[test]
fn the_story_conflicts_when_nothing_overrides() {
    let told = told_of_file(&SCHEDULING.replace("OVERRIDES", ""));
    let expected = "E0502 `minor_at_night` and `planner_is_sure` decide differently, and neither overrides the other";
    assert!(told.starts_with(expected), "{told}");
    assert!(told.contains("says reject") && told.contains("says approve"), "{told}");
    assert!(told.contains("help: say which wins: `overrides planning` on `group limits`, or `hit first`"), "{told}");
}

/// A decision over a few inputs, with these rules.
fn decision(head: &str, rules: &str) -> String {
    let types = "module m\nenum Colour { red, green, blue }\nenum Verdict { yes, no }\nrecord Item { price : integer in 0..100, colour : Colour }\n\
                 role boss \"Boss\"\nparam zone : timezone = \"Europe/Berlin\"\n";
    format!("{types}decision d({head} {{\n{rules}\n}}\n")
}

fn told_of(head: &str, rules: &str) -> String {
    told_of_file(&decision(head, rules))
}

#[test]
fn a_gap_at_a_bound_names_the_number_and_both_conditions() {
    let told =
        told_of("score: integer in 0..1000) gives Verdict", "rule low when score < 600 then no\nrule high when score > 600 then yes");
    assert!(told.starts_with("E0501 no rule decides when `score` is 600\n"), "{told}");
    assert!(told.contains(": up to 599\n") && told.contains(": from 601\n"), "{told}");
    assert!(told.contains("as in: score 600\n") && told.contains("one of the two means `<=` or `>=`"), "{told}");
}

/// Each case: the head, the rules, and how what is told begins; nothing when all is proved.
const CASES: &[(&str, &str, &str)] = &[
    ("a: boolean, b: boolean) gives Verdict", "rule x when a and b then yes\nrule y when not a then no\nrule z when not b then no", ""),
    (
        "a: boolean, b: boolean) gives Verdict",
        "rule x when a and b then yes\nrule y when not a then no",
        "E0501 no rule decides when `a` is true and `b` is false",
    ),
    ("c: Colour) gives Verdict", "rule x when c = red then yes\nrule y when c in {green, blue} then no", ""),
    ("c: Colour) gives Verdict", "rule x when c = red then yes\nrule y when c = blue then no", "E0501 no rule decides when `c` is `green`"),
    ("c: Colour?) gives Verdict", "rule x when c is given and c = red then yes\nrule y when c is missing or c != red then no", ""),
    ("c: Colour?) gives Verdict", "rule x when c is given then yes", "E0501 no rule decides when `c` is missing"),
    ("t: text) gives Verdict", "rule x when t = \"a\" then yes\nrule y when t != \"a\" then no", ""),
    (
        "t: text) gives Verdict",
        "rule x when t = \"a\" then yes\nrule y when t = \"\" then no",
        "E0501 no rule decides when `t` is not \"\" or \"a\"",
    ),
    ("s: set of Colour) gives Verdict", "rule x when s has red then yes\nrule y when not (s has red) then no", ""),
    ("s: set of Colour) gives Verdict", "rule x when s has red then yes\nrule y when s has green then yes", "E0501"),
    ("s: set of Colour, n: set of Colour) gives Verdict", "rule x when s has all n then yes\nrule y when not (s has all n) then no", ""),
    ("d: date) gives Verdict", "rule x when d < 2026-03-01 then yes\nrule y when d >= 2026-03-01 then no", ""),
    (
        "d: date) gives Verdict",
        "rule x when d < 2026-03-01 then yes\nrule y when d > 2026-03-01 then no",
        "E0501 no rule decides when `d` is 2026-03-01",
    ),
    ("a: integer, b: integer) gives Verdict", "rule x when a < b then yes\nrule y when b < a then no\nrule z when a = b then no", ""),
    ("a: integer, b: integer) gives Verdict", "rule x when a < b then yes\nrule y when b < a then no", "E0501"),
    (
        "a: integer, b: integer, c: integer) gives Verdict",
        "rule x when a < b and b < c then yes\nrule y when c < a then no\notherwise no",
        "",
    ),
    ("a: integer in 0..10, b: integer in 0..10) gives Verdict", "rule x when a + b > 20 then yes\nrule y when a <= 10 then no", ""),
    (
        "n: integer in 0..100) gives Verdict hit unique",
        "rule x when n <= 50 then yes\nrule y when n >= 50 then no",
        "E0503 `x` and `y` can apply together",
    ),
    ("n: integer in 0..100) gives Verdict hit unique", "rule x when n <= 50 then yes\nrule y when n > 50 then no", ""),
    ("n: integer in 0..100) gives Verdict", "rule x when n <= 50 then yes\nrule y when n >= 50 then yes", ""),
    ("n: integer in 0..100) gives Verdict", "rule x when n <= 50 then yes\nrule y when n >= 50 then no", "E0502"),
    ("n: integer in 0..100) gives Verdict", "rule x when n <= 50 then yes overrides y\nrule y when n >= 50 then no", ""),
    ("n: integer in 0..100) gives Verdict hit first", "rule x when n <= 50 then yes\nrule y when n >= 50 then no", ""),
    ("n: integer in 0..100, c: Verdict) gives Verdict", "rule x when n <= 50 then c\nrule y when n >= 50 then no", "E0502"),
    (
        "n: integer in 0..100, c: Verdict) gives Verdict",
        "rule x when n <= 50 then if c = no then no else no\nrule y when n >= 50 then no",
        "",
    ),
    ("n: integer in 0..100) gives Verdict or referral", "rule x when n <= 50 then refer to boss\nrule y when n >= 50 then no", "E0502"),
    (
        "born: date, on: date) gives Verdict",
        "rule x when years_between(born, on) < 18 then no\nrule y when years_between(born, on) >= 19 then yes",
        "E0501 no rule decides when `years_between(born, on)` is 18",
    ),
    (
        "at: datetime) gives Verdict",
        "rule x when time_of(at, zone) < 05:00 then no\nrule y when time_of(at, zone) >= 06:00 then yes",
        "E0501",
    ),
    (
        "items: list of Item with 0..5 items) gives Verdict",
        "rule x when some i in items satisfies i.price > 50 then no\nrule y when every i in items satisfies i.price <= 50 then yes",
        "",
    ),
    (
        "items: list of Item with 0..5 items) gives Verdict",
        "rule x when some i in items satisfies i.price > 50 then no\nrule y when every i in items satisfies i.price < 50 then yes",
        "E0501",
    ),
    (
        "items: list of Item with 0..5 items) gives Verdict",
        "rule x when sum(i.price for i in items) > 300 then no\nrule y when sum(i.price for i in items) < 300 then yes",
        "E0501",
    ),
    (
        "items: list of Item with 0..5 items) gives Verdict",
        "rule x when count(i in items where i.colour = red) > 2 then no\nrule y when count(i in items where i.colour = red) < 2 then yes",
        "E0501",
    ),
    (
        "items: list of Item with 0..5 items) gives integer",
        "rule x for each i in items when i.price > 5 then i.price\notherwise 0",
        "E0502",
    ),
    ("items: list of Item with 0..5 items) gives Verdict", "rule x for each i in items when i.price > 5 then no\notherwise yes", ""),
    ("a: integer in 0..100, b: integer in 1..100) gives Verdict", "rule x when a / b > 2 then no\nrule y when a / b < 2 then yes", "E0501"),
    (
        "a: integer in 0..100, b: integer in 0..100) gives Verdict",
        "rule x when a * b > 200 then no\nrule y when a * b < 200 then yes",
        "E0501",
    ),
    (
        "items: list of Item with 0..5 items) gives Verdict",
        "rule x when every i in items satisfies i.price <= 50 then yes\nrule y when some i in items satisfies i.price > 60 then no\notherwise no",
        "",
    ),
    (
        "items: list of Item with 0..5 items) gives Verdict",
        "rule x when count(items) = 0 then yes\nrule y when some i in items satisfies i.colour = red then no\notherwise no",
        "",
    ),
    (
        "a: integer in 0..100, b: integer in 0..100) gives Verdict\n",
        "let most = if a > b then a else b\nrule x when most > 50 then yes\nrule y when a <= 50 and b <= 50 then no",
        "",
    ),
    (
        "a: integer in 0..100?) gives Verdict\n",
        "let least = a or else 7\nrule x when least > 50 then yes\nrule y when least <= 50 then no",
        "",
    ),
    (
        "a: integer in 0..100?) gives Verdict\n",
        "let least = a or else 7\nrule x when least > 7 then yes\nrule y when least < 7 then no",
        "E0501",
    ),
    ("a: decimal(2) in 0.00 .. 10.00) gives Verdict\n", "rule x when a * 3 > 10 then yes\nrule y when a * 3 < 10 then no", ""),
    (
        "p: percent in 0 % .. 100 %, m: money EUR in 0.00 EUR .. 100.00 EUR) gives Verdict\n",
        "rule x when m * p > 10.00 EUR then yes\nrule y when m * p < 10.00 EUR then no",
        "E0501",
    ),
    // Elements of two lists are not taken for each other, though their loops are of one depth.
    (
        "items: list of Item with 0..5 items, others: list of integer in 0..300 with 0..5 items) gives Verdict",
        "rule x when every i in items satisfies i.price <= 50 then yes\nrule y when (some i in items satisfies i.price > 50) and (some o in others satisfies o > 200) then no",
        "E0501",
    ),
    // The same whole number at two scales is two numbers.
    (
        "a: decimal(2) in 0.00 .. 10.00, b: integer in 1..100) gives Verdict",
        "rule w when a = 0.05 then no\nrule x when a != 0.05 and b / 2 > 5 then no\nrule y when a != 0.05 and b / 2 <= 5 then yes",
        "",
    ),
    ("a: integer in 1..100, b: integer in 1..100) gives Verdict", "rule x when b / a > 5 then no\nrule y when b <= 5 * a then yes", ""),
    (
        "a: integer in 1..100, b: integer in 1..100) gives Verdict",
        "rule x when b / (0 - a) < -5 then no\nrule y when b <= 5 * a then yes",
        "",
    ),
    (
        "a: text, b: text) gives Verdict",
        "rule x when a = b then no\nrule y when a = \"x\" and b = \"y\" then yes\nrule z when a != b then yes",
        "",
    ),
    (
        "items: list of Item with 0..5 items) gives Verdict",
        "rule x when some i in items satisfies i.price > 50 then no\nrule y when every i in items satisfies i.price < 50 then yes",
        "E0501 no rule decides when `some i in items satisfies i.price > 50` is false and `every i in items satisfies i.price < 50` is false",
    ),
    // What one outcome can be does not bound the other.
    ("a: integer in 0..10, b: integer in 0..10) gives integer", "rule x then 5\nrule y when a > 2 then a * b", "E0502"),
    ("a: integer in 0..10?, b: integer in 0..10) gives integer?", "rule x then 5\nrule y when b > 2 then b * b", "E0502"),
];

#[test]
fn each_case_is_proved_or_shown() {
    let mut wrong = String::new();
    for (head, rules, expected) in CASES {
        let told = told_of(head, rules);
        if (expected.is_empty() && !told.is_empty()) || !told.starts_with(expected) {
            wrong += &format!("{head}\n{rules}\nexpected {expected:?}, told\n{told}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Pseudo-random text: an expression over `a`, `b` (0..4), `c` (a colour), `f` (boolean), `o` (0..2, optional), `s` (a set).
fn condition(random: &mut Random, depth: u32) -> String {
    let number = |random: &mut Random| ["a", "b", "a + b", "a - b", "2 * a", "n"][random.below(6)].to_owned();
    let comparison = |random: &mut Random| ["<", "<=", ">", ">=", "=", "!="][random.below(6)];
    match random.below(if depth == 0 { 7 } else { 10 }) {
        0 | 1 => format!("{} {} {}", number(random), comparison(random), random.below(6)),
        2 => format!("{} {} {}", number(random), comparison(random), number(random)),
        3 => format!("c {} {}", ["=", "!="][random.below(2)], ["red", "green", "blue"][random.below(3)]),
        4 => ["f", "not f", "s has red", "a in 1..3", "c in {red, blue}"][random.below(5)].to_owned(),
        5 => format!("(o is given and o {} {})", comparison(random), random.below(3)),
        6 => format!("(o or else 1) {} b", comparison(random)),
        7 => format!("({} and {})", condition(random, depth - 1), condition(random, depth - 1)),
        8 => format!("({} or {})", condition(random, depth - 1), condition(random, depth - 1)),
        _ => format!("not ({})", condition(random, depth - 1)),
    }
}

fn random_decision(random: &mut Random) -> String {
    let head = "a: integer in 0..4, b: integer in 0..4, c: Colour, f: boolean, o: integer in 0..2?, s: set of Colour) gives integer";
    let policy = ["", " hit unique", " hit first"][random.below(3)];
    let mut rules = "let n = if f then a else b\n".to_owned();
    let count = 2 + random.below(4);
    for place in 0..count {
        let outcome = ["1", "2", "a", "if f then 1 else 2"][random.below(4)];
        let condition = if random.below(3) == 0 && place > 0 { format!("not ({})", condition(random, 1)) } else { condition(random, 2) };
        rules += &format!("rule r{place} when {condition} then {outcome}");
        let overrides = policy.is_empty() && place + 1 < count && random.below(2) == 0;
        rules += &if overrides { format!(" overrides r{}\n", place + 1) } else { "\n".to_owned() };
    }
    decision(&format!("{head}{policy}"), &rules)
}

/// All inputs of a random decision that its conditions can tell apart.
fn all_inputs() -> Vec<Vec<Value>> {
    let mut inputs = Vec::new();
    for number in 0..5 * 5 * 3 * 2 * 4 * 2 {
        let mut rest = number;
        let mut digit = |base: i128| {
            let digit = rest % base;
            rest /= base;
            digit
        };
        let (a, b, c, f, o, s) = (digit(5), digit(5), digit(3), digit(2), digit(4), digit(2));
        let optional = if o == 3 { Value::Missing } else { Value::Scalar(o) };
        let values = [Value::Scalar(a), Value::Scalar(b), Value::Enum(c as u16), Value::Boolean(f == 1), optional, Value::Set(s as u64)];
        inputs.push(values.to_vec());
    }
    inputs
}

#[test]
fn random_decisions_are_proved_exactly_when_every_input_decides() {
    let (mut random, inputs) = (Random::new(7), all_inputs());
    let (mut programs, mut open, mut wrong) = (0, 0, Vec::new());
    for _ in 0..120 {
        let text = random_decision(&mut random);
        let Ok(program) = program(&text) else { continue };
        programs += 1;
        let decision = program.graphs[0].id;
        let faults = inputs.iter().filter_map(|input| decide(&program.meta, &program.graphs, decision, input, Options::default()).err());
        let faults: Vec<FaultKind> = faults.map(|fault| fault.kind).collect();
        let gap = faults.contains(&FaultKind::NoRule);
        let conflict = faults.iter().any(|fault| matches!(fault, FaultKind::Conflict { .. }));
        let findings = findings_of(&program);
        let has = |code: &str| findings.iter().any(|finding| finding.code() == code);
        open += u32::from(has("E0504"));
        let gaps_agree = has("E0501") == gap || has("E0504");
        let conflicts_agree = (has("E0502") || has("E0503")) == conflict || has("E0504");
        // What is not proved must be told, whatever is said of it.
        let silent = findings.is_empty() && (gap || conflict);
        if !gaps_agree || !conflicts_agree || silent {
            wrong.push(format!("{text}\ngap {gap}, conflict {conflict}, told\n{}", told(&findings)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(programs >= 100, "only {programs} compile");
    assert!(open * 20 <= programs, "{open} of {programs} are left open");
}

/// Two hundred rules over ten numbers that part all cases between them.
fn partition(rules: u32) -> String {
    let head: Vec<String> = (0..10).map(|place| format!("x{place}: integer in 0..1000")).collect();
    let mut text = String::new();
    for place in 0..rules {
        let (low, high) = (place * 1000 / rules, (place + 1) * 1000 / rules);
        let upper = if place + 1 == rules { "x0 <= 1000".to_owned() } else { format!("x0 < {high}") };
        let other = 1 + place % 9;
        text += &format!("rule a{place} when x0 >= {low} and {upper} and x{other} < 500 then yes\n");
        text += &format!("rule b{place} when x0 >= {low} and {upper} and x{other} >= 500 then no\n");
    }
    decision(&format!("{}) gives Verdict", head.join(", ")), &text)
}

#[test]
fn two_hundred_rules_are_proved_in_few_steps() {
    let program = program(&partition(100)).unwrap();
    let model = Model::read(&program.graphs[0], &program.meta.types);
    let (graphs, decision) = (&program.graphs, program.graphs[0].id);
    let meter = Meter::of_program(&program.meta, &program.graphs);
    let mut inquiry = Inquiry { program: &program.meta, graphs, decision, model, steps: STEPS, rounds: ROUNDS, runs: RUNS, meter: &meter };
    let (conditions, mut findings) = (conditions(&mut inquiry), Findings::new());
    findings_of_gaps(&mut inquiry, &conditions, &mut findings);
    pairs::check(&mut inquiry, &conditions, Policy::Any, &mut findings);
    assert_eq!(told(&findings.sorted()), "");
    assert!(STEPS - inquiry.steps < 100_000, "{} steps", STEPS - inquiry.steps);
}
