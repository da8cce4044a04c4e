//! Pictures of findings: every one is read, as its author would.

use axtrace_source::{Finding, Sources, Span};
use miette::{LabeledSpan, MietteDiagnostic, Severity};

use super::*;

const CAR: &str = "module fleet.rules\n\nrecord Car { paint : Colour, seats : integer in 1..9 }\ndecision d(car: Car) gives boolean {\n  rule large when car.seat > 4 then true\n}\n";

fn sources(files: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(*path, *text).unwrap();
    }
    sources
}

/// The span of the first occurrence of `text` in all files.
fn span(sources: &Sources, text: &str) -> Span {
    let found = sources.files().iter().find_map(|file| file.text().find(text).map(|at| file.base() + at as u32)).unwrap();
    Span::new(found, found + text.trim_end().len() as u32)
}

fn label(sources: &Sources, text: &str, says: &str, primary: bool) -> LabeledSpan {
    let span = span(sources, text);
    let says = (!says.is_empty()).then(|| says.to_owned());
    if primary { LabeledSpan::new_primary_with_span(says, span) } else { LabeledSpan::new_with_span(says, span) }
}

fn draw(sources: &Sources, finding: Finding, width: usize) -> String {
    Report { sources, style: Style::plain(width), path: "fleet" }.one(&finding, 1)
}

fn unknown_field(sources: &Sources) -> MietteDiagnostic {
    let labels = [label(sources, "seat ", "not a field of `Car`", true), label(sources, "Car ", "`Car` is declared here", false)];
    MietteDiagnostic::new("`car` has no field `seat`").with_code("E0204").with_help("did you mean `seats`?").with_labels(labels)
}

#[test]
fn a_slip_is_shown_under_its_word() {
    let sources = sources(&[("fleet/rules.ax", CAR)]);
    insta::assert_snapshot!(draw(&sources, Finding::new(unknown_field(&sources)), 80));
}

#[test]
fn a_conflict_shows_its_input_and_how_to_see_it() {
    let a = "decision a {\n  rule minor_at_night\n    when age < 18\n    then reject\n}\n";
    let b = "  rule planner_is_sure\n    then planner.value\n";
    let sources = sources(&[("a.ax", a), ("b.ax", b)]);
    let labels = [
        label(&sources, "rule minor_at_night", "", false),
        label(&sources, "reject", "says reject", false),
        label(&sources, "rule planner_is_sure", "", false),
        label(&sources, "planner.value", "says approve", false),
    ];
    let diagnostic =
        MietteDiagnostic::new("two rules decide differently, and neither overrides the other").with_code("E0502").with_labels(labels);
    let finding = Finding::new(diagnostic.with_help("say which wins: `overrides planning` on `group limits`"))
        .note("when", "the worker is under 18, the shift begins at night, and the planner is at least 90 % sure of approve")
        .note("as in", "worker  ana with { born: 2009-05-01 }\nplanner { value: approve }")
        .witness("a", "{}");
    insta::assert_snapshot!(draw(&sources, finding, 80));
}

#[test]
fn warnings_are_named_so_and_all_are_counted() {
    let sources = sources(&[("a.ax", "rule x\n")]);
    let warning = MietteDiagnostic::new("`x` never matters")
        .with_code("E0510")
        .with_severity(Severity::Warning)
        .and_label(label(&sources, "x", "", true));
    let findings = [
        Finding::new(warning),
        Finding::new(MietteDiagnostic::new("no").with_code("E0001")),
        Finding::new(MietteDiagnostic::new("no").with_code("E0001")),
    ];
    let report = Report { sources: &sources, style: Style::plain(80), path: "a.ax" };
    insta::assert_snapshot!(report.all(&findings, 2));
    assert_eq!(ordinals(&findings), [1, 1, 2]);
}

#[test]
fn wide_characters_and_tabs_are_measured() {
    let sources = sources(&[("a.ax", "\t`重さ` > ä\u{308} and wrong\n")]);
    let labels = [label(&sources, "wrong", "not here", true), label(&sources, "`重さ`", "a weight", false)];
    let diagnostic = MietteDiagnostic::new("no").with_code("E0001").with_labels(labels);
    insta::assert_snapshot!(draw(&sources, Finding::new(diagnostic), 80));
}

#[test]
fn long_lines_are_cut_around_the_label() {
    let line = format!("  rule x when {}wrong > 4{} and also then", "alpha = 1 and ".repeat(20), " and beta = 2".repeat(20));
    let sources = sources(&[("a.ax", &line)]);
    let labels = [
        label(&sources, "wrong", "no name of this decision, of its module, or of any that it uses", true),
        label(&sources, "also", "far away", false),
    ];
    let diagnostic = MietteDiagnostic::new("`wrong` is not declared").with_code("E0201").with_labels(labels);
    let drawn: Vec<String> = [60, 80, 140].iter().map(|width| draw(&sources, Finding::new(diagnostic.clone()), *width)).collect();
    for (text, width) in drawn.iter().zip([60, 80, 140]) {
        assert!(text.lines().all(|line| width_of(line) <= width), "{text}");
    }
    insta::assert_snapshot!(drawn.join("\n"));
}

#[test]
fn colour_only_adds() {
    let sources = sources(&[("fleet/rules.ax", CAR)]);
    let report = Report { sources: &sources, style: Style { colour: true, width: 80 }, path: "fleet" };
    let coloured = report.one(&Finding::new(unknown_field(&sources)), 1);
    assert!(coloured.contains('\u{1b}'));
    let plain = console::strip_ansi_codes(&coloured).into_owned();
    assert_eq!(plain, draw(&sources, Finding::new(unknown_field(&sources)), 80));
}

#[test]
fn a_label_at_the_very_end_or_over_lines_is_shown() {
    let sources = sources(&[("a.ax", "module a\nrule x\n  when y\n")]);
    let end = sources.files()[0].span().end;
    let labels = [
        LabeledSpan::new_primary_with_span(Some("ends here".to_owned()), Span::new(end, end)),
        LabeledSpan::new_with_span(Some("begins here".to_owned()), span(&sources, "rule x\n  when y")),
    ];
    let diagnostic = MietteDiagnostic::new("no `}`").with_code("E0011").with_labels(labels);
    insta::assert_snapshot!(draw(&sources, Finding::new(diagnostic), 80));
}

#[test]
fn the_json_form_is_stable() {
    let sources = sources(&[("fleet/rules.ax", CAR)]);
    let finding = Finding::new(unknown_field(&sources)).note("when", "x").witness("fleet.rules.d", "{\"car\": {}}");
    insta::assert_snapshot!(crate::findings_json::line(&finding, &sources));
}
