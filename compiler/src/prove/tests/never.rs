//! What is told of what never matters, and what is not.

use super::{findings_of, program};

const TYPES: &str = "module m
enum Verdict { yes, no, maybe }
record Span { low, high : integer in 0..100
 always low <= high }
param limit : integer in 0..100 = 5
decision checked(s: Span) gives Verdict { always s.low > 3 rule all then yes }
";

/// Parameters, `gives` and policy; rules; the codes that are told, each with what its message begins with.
const CASES: &[(&str, &str, &[&str])] = &[
    ("x: integer in 0..9) gives Verdict", "rule a when x < 5 then yes\nrule b when x >= 5 then no", &[]),
    // Ranges, relations, other conditions of the rule.
    (
        "x: integer in 0..9) gives Verdict",
        "rule a when x >= 0 then yes\nrule b when x > 9 then no",
        &["E0509 `x >= 0` is always", "E0507 `b`"],
    ),
    (
        "s: Span) gives Verdict",
        "rule a when s.low > 60 and s.high < 50 then yes\nrule b when s.low <= s.high then no",
        &["E0507 `a`", "E0509 `s.low <= s.high`"],
    ),
    ("x: integer in 0..9) gives Verdict hit first", "rule a when x > 5 and x > 3 then yes\notherwise no", &["E0509 `x > 3`"]),
    ("x: integer in 0..9) gives Verdict hit first", "rule a when x > 3 and x > 5 then yes\notherwise no", &[]),
    ("x: integer in 0..9) gives Verdict hit first", "rule a when x > 5 or x > 7 then yes\notherwise no", &["E0509 `x > 7` is never"]),
    ("x: integer in 0..9) gives Verdict hit first", "group g when x > 5 { rule a when x > 3 then yes }\notherwise no", &["E0509 `x > 3`"]),
    // Rules before it say nothing of a condition, and everything of a rule.
    ("x: integer in 0..9) gives Verdict hit first", "rule a when x < 5 then yes\nrule b when x >= 5 then no", &[]),
    (
        "x: integer in 0..9) gives Verdict hit first",
        "rule a when x < 5 then yes\nrule b when x in 2..3 then no\nrule c then no",
        &["E0508 `b`"],
    ),
    (
        "x: integer in 0..9) gives Verdict hit first",
        "shadow rule a when x < 5 then yes\nrule b when x in 2..3 then no\nrule c then no",
        &[],
    ),
    (
        "x: integer in 0..9) gives Verdict",
        "rule a overrides b when x < 5 then yes\nrule b when x < 3 then no\nrule c when x >= 5 then no",
        &["E0508 `b`"],
    ),
    (
        "x: integer in 0..9) gives Verdict",
        "rule a overrides b when x < 5 then yes\nrule b when x < 7 then no\nrule c when x >= 7 then no",
        &[],
    ),
    (
        "x: integer in 0..9) gives Verdict hit priority (yes, no, maybe)",
        "rule a when x < 5 then no\nrule b when x < 3 then maybe\nrule c when x >= 5 then yes",
        &["E0508 `b`"],
    ),
    (
        "x: integer in 0..9) gives Verdict hit priority (yes, no, maybe)",
        "rule a when x < 5 then maybe\nrule b when x < 3 then no\nrule c when x >= 5 then yes",
        &[],
    ),
    ("x: integer in 0..9) gives Verdict hit collect", "rule a when x < 5 then no\nrule b when x < 3 then no", &[]),
    // What the proof does not look into may be anything.
    ("t: text) gives boolean hit first", "rule a when t matches \"a+\" and t != \"aa\" then true\notherwise false", &[]),
    ("x: integer in 0..9, y: integer in 0..9) gives boolean hit first", "rule a when x * x = 5 then true\notherwise false", &[]),
    // What turns on a parameter may be otherwise elsewhere.
    (
        "x: integer in 0..9) gives Verdict hit first",
        "rule a when limit > 2 and x > 5 then yes\nrule b when limit < 2 then no\notherwise no",
        &[],
    ),
    ("x: integer in 0..9) gives Verdict hit first", "rule a when x < limit then yes\nrule b when x < 3 then no\notherwise no", &[]),
    // What may be missing.
    ("x: integer in 0..9?) gives boolean hit first", "rule a when x is given and x >= 0 then true\notherwise false", &["E0509 `x >= 0`"]),
    ("x: integer in 0..9?) gives boolean hit first", "rule a when x is missing or x < 12 then true", &["E0509 `x is missing or x < 12`"]),
    // Elements, and what a relation of another decision's parameters says.
    (
        "s: list of Span) gives boolean hit first",
        "rule a for each a in s when a.low > 5 and a.high > 5 then true\notherwise false",
        &["E0509 `a.high > 5`"],
    ),
    (
        "s: list of Span with 1..3 items) gives boolean hit first",
        "rule a when some a in s satisfies a.high >= 0 then true",
        &["E0509 `some a in s"],
    ),
    (
        "s: list of Span with 0..3 items) gives boolean hit first",
        "rule a when some a in s satisfies a.high >= 0 then true\notherwise false",
        &[],
    ),
];

#[test]
fn what_never_matters_is_told_where_it_is_proved() {
    for (head, rules, expected) in CASES {
        let text = format!("{TYPES}decision d({head} {{\n{rules}\n}}\n");
        let program = program(&text).unwrap_or_else(|wrong| panic!("{text}{wrong}"));
        let told: Vec<String> = findings_of(&program).iter().map(|it| format!("{} {}", it.code(), it.diagnostic)).collect();
        let as_expected = told.len() == expected.len() && expected.iter().all(|start| told.iter().any(|it| it.starts_with(start)));
        assert!(as_expected, "{rules}\n{head}\nis told:\n{}", told.join("\n"));
    }
}
