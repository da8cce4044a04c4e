//! Decisions from source text, proved.

use axtrace_source::{Finding, Findings, Sources};

use super::prove;
use crate::Program;
use crate::compile;

/// A rule file that compiles, as a program.
fn program(text: &str) -> Program {
    let mut sources = Sources::new();
    sources.add("case.ax", text).unwrap();
    let mut findings = Findings::new();
    let program = compile(sources, &mut findings);
    let told: Vec<String> = findings.sorted().iter().map(|finding| format!("{} {}", finding.code(), finding.diagnostic)).collect();
    program.unwrap_or_else(|| panic!("{told:#?}"))
}

/// What the prover finds in a rule file.
fn proved(text: &str) -> Vec<Finding> {
    let mut findings = Findings::new();
    prove(&program(text), &mut findings);
    findings.sorted()
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
    assert_eq!(told(&proved(&SCHEDULING.replace("OVERRIDES", "overrides planning"))), "");
}

#[test]
fn the_story_conflicts_when_nothing_overrides() {
    let told = told(&proved(&SCHEDULING.replace("OVERRIDES", "")));
    println!("{told}");
    assert!(told.starts_with("E0502 two rules decide differently, and neither overrides the other"));
}
