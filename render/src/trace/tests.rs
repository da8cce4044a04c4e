//! Pictures of decisions, drawn from traces that are put together by hand.

use axtrace_runtime::meta::RuleId;
use axtrace_runtime::trace::{Binding, By, Element, Elements, InputValue, Shown, Status};
use axtrace_source::Span;

use super::super::line::width_of;
use super::*;

const RULES: &str = "module scheduling.assignment
decision assignment(worker: Worker, shift: Shift) gives Verdict {
  let age   = years_between(worker.born, date_of(shift.start, zone))
  group limits overrides planning {
    rule minor_at_night
      when age < 18 and is_night(shift)
      then reject
    rule missing_skill
      when not (worker.skills has all shift.needs)
      then reject
    rule too_many_hours
      when total > weekly_limit
      then reject
    rule too_little_rest
      when false then reject
  }
  rule planner_is_sure
    when planner.confidence >= 90 %
    then planner.value
}
define is_night(shift: Shift) : boolean =
  time_of(shift.start, zone) >= 22:00
";

struct Story {
    sources: Sources,
}

impl Story {
    fn new() -> Self {
        let mut sources = Sources::new();
        sources.add("scheduling/assignment.ax", RULES).unwrap();
        Self { sources }
    }

    /// The first occurrence of `text` after `after`.
    fn span(&self, after: &str, text: &str) -> Span {
        let from = RULES.find(after).unwrap();
        let start = (from + RULES[from..].find(text).unwrap()) as u32;
        Span::new(start, start + text.len() as u32)
    }

    fn shown(&self, after: &str, text: &str, value: &str) -> Shown {
        let ty = Type::integer(0, 99);
        Shown { span: self.span(after, text), ty, value: Value::Scalar(0), text: value.to_owned(), at: None }
    }

    fn node(&self, kind: TraceKind, after: &str, text: &str, status: Status) -> TraceNode {
        let span = self.span(after, text);
        TraceNode { kind, span, status, value: None, operands: Vec::new(), children: Vec::new(), elements: None, called: None }
    }

    fn condition(&self, after: &str, text: &str, status: Status, operands: Vec<Shown>) -> TraceNode {
        TraceNode { operands, ..self.node(TraceKind::Condition, after, text, status) }
    }

    fn rule(&self, name: &str, status: Status, children: Vec<TraceNode>) -> TraceNode {
        let words = format!("rule {name}");
        let whole = self.span(&words, &words);
        let kind = TraceKind::Rule {
            id: RuleId(0),
            name: name.to_owned(),
            group: None,
            group_span: None,
            shadow: false,
            refers: false,
            whole,
            outcome: self.span(&words, "then"),
        };
        TraceNode { children, ..self.node(kind, &words, &words, status) }
    }

    fn tree(&self) -> Vec<TraceNode> {
        let age = TraceNode {
            value: Some(self.shown("let age", "age", "17")),
            operands: vec![self.shown("let age", "worker.born", "2009-05-01"), self.shown("let age", "date_of", "2026-11-20")],
            ..self.node(TraceKind::Let("age".to_owned()), "let age", "age", Status::Evaluated)
        };
        let inside =
            self.condition("time_of", "time_of(shift.start, zone) >= 22:00", Status::True, vec![self.shown("time_of", "time_of", "22:30")]);
        let night = TraceNode {
            children: vec![inside],
            ..self.node(TraceKind::Define("is_night".to_owned()), "18 and", "is_night(shift)", Status::True)
        };
        let young = self.condition(
            "rule minor",
            "age < 18",
            Status::True,
            vec![self.shown("when age", "age", "17"), self.shown("when age", "18", "18")],
        );
        let skills = vec![self.shown("rule missing", "worker.skills", "{cashier}"), self.shown("rule missing", "shift.needs", "{cashier}")];
        let inner = self.condition("rule missing", "worker.skills has all shift.needs", Status::True, skills);
        let lacks = TraceNode {
            children: vec![inner],
            ..self.condition("rule missing", "not (worker.skills has all shift.needs)", Status::False, vec![])
        };
        let hours = vec![self.shown("rule too_many", "total", "16 h"), self.shown("rule too_many", "weekly_limit", "48 h")];
        let sure = vec![self.shown("rule planner", "planner.confidence", "97 %"), self.shown("rule planner", "90 %", "90 %")];
        let outcome = TraceNode {
            value: Some(self.shown("rule planner", "planner.value", "approve")),
            ..self.node(TraceKind::Outcome, "rule planner", "planner.value", Status::Evaluated)
        };
        vec![
            age,
            self.rule(
                "minor_at_night",
                Status::Decided,
                vec![young, night, self.node(TraceKind::Outcome, "then reject", "reject", Status::Evaluated)],
            ),
            self.rule("missing_skill", Status::DidNotApply, vec![lacks]),
            self.rule(
                "too_many_hours",
                Status::DidNotApply,
                vec![self.condition("rule too_many", "total > weekly_limit", Status::False, hours)],
            ),
            self.rule("too_little_rest", Status::DidNotApply, vec![]),
            self.rule(
                "planner_is_sure",
                Status::Overridden { by: vec!["minor_at_night".to_owned()] },
                vec![self.condition("rule planner", "planner.confidence >= 90 %", Status::True, sure), outcome],
            ),
        ]
    }

    fn by(&self) -> By {
        By {
            row: None,
            id: RuleId(0),
            decision: None,
            rule: "minor_at_night".to_owned(),
            owner: None,
            span: self.span("rule minor", "rule minor_at_night"),
            file: "scheduling/assignment.ax".to_owned(),
            line: 5,
            column: 5,
            because: Some("Nobody under 18 works nights.".to_owned()),
            cites: vec![("Directive 94/33/EC, art. 9".to_owned(), None)],
            each: Vec::new(),
            gives: None,
        }
    }

    fn trace(&self) -> Trace {
        Trace {
            id: None,
            carry: Vec::new(),
            decision: "scheduling.assignment.assignment".to_owned(),
            digest: format!("sha256:3f9ac2e1{}", "0".repeat(56)),
            version: None,
            outcome: OutcomeTrace::Decided { value: Value::Enum(1), ty: Type::Enum(axtrace_runtime::types::EnumId(0)) },
            by: vec![self.by()],
            accountable: Some("Workforce Operations".to_owned()),
            input: vec![InputValue { name: "n".to_owned(), value: Value::Scalar(1), ty: Type::integer(0, 9) }],
            tree: self.tree(),
        }
    }

    fn draw(&self, trace: &Trace, width: usize, all: bool) -> String {
        let format = |value: &Value, _: &Type| match value {
            Value::Scalar(number) => format!("{number} s"),
            _ => "reject".to_owned(),
        };
        Drawing {
            sources: &self.sources,
            style: Style::plain(width),
            detail: if all { Detail::All } else { Detail::Brief },
            format: &format,
            about: &[],
            also: &[],
        }
        .whole(trace)
    }
}

#[test]
fn a_decision_is_drawn_on_its_source() {
    let story = Story::new();
    insta::assert_snapshot!(story.draw(&story.trace(), 100, false));
}

#[test]
fn all_of_it_is_drawn_when_asked_for_in_any_width() {
    let story = Story::new();
    let narrow = story.draw(&story.trace(), 60, true);
    assert!(narrow.lines().all(|line| width_of(line) <= 60), "{narrow}");
    insta::assert_snapshot!(narrow);
}

#[test]
fn elements_of_a_list_are_told_apart() {
    let story = Story::new();
    let mut trace = story.trace();
    let condition = |index: u32| {
        let status = if index == 5 { Status::True } else { Status::False };
        story.condition("rule too_many", "total > weekly_limit", status, vec![story.shown("rule too_many", "total", &format!("{index} h"))])
    };
    let element = |index| Element { index, pointer: Some(format!("/shifts/{index}")), ends: None, children: vec![condition(index)] };
    let elements = Elements { visited: 40, shown: (0..8).map(element).collect(), left_out: 32 };
    let mut list = story.node(TraceKind::Loop { binder: "shift".to_owned() }, "rule too_many", "total", Status::True);
    list.elements = Some(elements);
    trace.tree = vec![story.rule("too_many_hours", Status::Decided, vec![list])];
    trace.outcome = OutcomeTrace::Referred {
        to: "shift_manager".to_owned(),
        title: "Shift manager".to_owned(),
        within: Some(4),
        proposing: None,
        escalates: Vec::new(),
    };
    trace.by[0].each = vec![Binding { name: "shift".to_owned(), index: 5, pointer: None, ends: None }];
    insta::assert_snapshot!(story.draw(&trace, 100, false));
}
