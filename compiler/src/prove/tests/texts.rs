//! What is proved of texts, and of values of many parts.

use axtrace_runtime::value::Value;

use super::{decision, findings_of, program, told, told_of};
use crate::interpret::{FaultKind, Options, decide};
use crate::prove::random::Random;

/// Parameters and `gives`, rules, and how what is told of them begins; nothing where all is proved.
const CASES: &[(&str, &str, &str)] = &[
    // Texts are ordered by code point; what starts with a text stands together.
    (
        "t: text) gives Verdict hit unique",
        "rule x when t < \"m\" then yes\nrule y when t >= \"m\" and not (t starts with \"no\") then no\nrule z when t starts with \"no\" then no",
        "",
    ),
    ("t: text) gives Verdict", "rule x when t < \"m\" then yes\nrule y when t > \"m\" then no", "E0501 no rule decides when `t` is \"m\""),
    (
        "t: text) gives Verdict",
        "rule x when t starts with \"a\" then yes\nrule y when t in \"ab\"..\"b\" then no\nrule z when t < \"a\" or t > \"b\" then no",
        "E0502",
    ),
    (
        "t: text) gives Verdict",
        "rule x when t in \"a\"..<\"c\" then yes\nrule y when not (t starts with \"a\") and not (t starts with \"b\") then no",
        "",
    ),
    // A constant is what it is for each function.
    (
        "t: text) gives Verdict hit unique",
        "rule x when t = \"ab\" then yes\nrule y when t ends with \"c\" then no\nrule z when t != \"ab\" and not (t ends with \"c\") then no",
        "",
    ),
    ("t: text) gives Verdict hit unique", "rule x when t = \"\" then yes\nrule y when length_of(t) > 0 then no", ""),
    ("t: text) gives Verdict", "rule x when t matches \"[0-9]{4}\" then yes\nrule y when length_of(t) < 9 then no\notherwise no", "E0502"),
    (
        "t: text) gives Verdict",
        "rule x when to_date(t, \"DD.MM.YYYY\") is given then yes\nrule y when t < \"1\" then no\notherwise no",
        "E0502",
    ),
    (
        "t: text) gives Verdict hit unique",
        "rule x when t starts with \"abc\" then yes\nrule y when length_of(t) < 3 then no\notherwise no",
        "",
    ),
    (
        "t: text) gives Verdict hit unique",
        "rule x when t in \"abc\"..\"abx\" then yes\nrule y when length_of(t) < 2 then no\notherwise no",
        "",
    ),
    ("t: text) gives Verdict", "rule x when t = t then yes\nrule y when t != t or not (t contains \"\") then no", ""),
    // Lists of known elements.
    (
        "a: list of integer in 0..9 with 0..3 items) gives Verdict hit unique",
        "rule x when a = [] then yes\nrule y when count(a) > 0 then no",
        "",
    ),
    (
        "a: list of integer in 0..9 with 0..3 items, b: list of decimal(2) in 0.00 .. 9.00 with 0..3 items) gives Verdict",
        "rule x when a = [1] then yes\nrule y when b = [1.00] then no\notherwise no",
        "E0502",
    ),
    ("a: datetime, b: datetime) gives Verdict", "rule x when [2026-01-01T00:00+00:00] = [2026-01-01T01:00+01:00] then yes", ""),
    (
        "a: integer in 0..9, b: integer in 5..300) gives Verdict hit unique",
        "rule x when [a * 2, 1] = [b, 1] then yes\nrule y when a * 2 != b then no",
        "",
    ),
    // The bounds of one side are not those of the other.
    (
        "a: integer in 0..9, b: integer in 5..300) gives Verdict",
        "rule x when [max(a, 4)] = [max(b, 6)] then yes\nrule y when max(b, 6) > 9 then no",
        "E0501",
    ),
];

#[test]
fn each_case_of_texts_is_proved_or_shown() {
    let mut wrong = String::new();
    for (head, rules, expected) in CASES {
        let told = told_of(head, rules);
        if (expected.is_empty() && !told.is_empty()) || !told.starts_with(expected) {
            wrong += &format!("{head}\n{rules}\nexpected {expected:?}, told\n{told}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const PARTS: [&str; 7] = ["", "a", "ab", "b", "abc", "B", "é"];

/// Pseudo-random text: a condition on the texts `t` and `u`.
fn condition(random: &mut Random, depth: u32) -> String {
    let text = ["t", "t", "u", "lower(t)", "trim(u)"][random.below(5)];
    let part = PARTS[random.below(PARTS.len())];
    match random.below(if depth == 0 { 7 } else { 10 }) {
        0 | 1 => format!("{text} {} \"{part}\"", ["<", "<=", ">", ">=", "=", "!="][random.below(6)]),
        2 => format!("{text} starts with \"{part}\""),
        3 => format!("{text} {} \"{part}\"", ["ends with", "contains"][random.below(2)]),
        4 => format!("length_of({text}) {} {}", ["<", ">=", "="][random.below(3)], random.below(4)),
        5 => format!("{text} {} {}", ["=", "!=", "<", ">="][random.below(4)], ["t", "u"][random.below(2)]),
        6 => format!("{text} {}in \"a\"..{}\"b\"", ["", "not "][random.below(2)], ["", "<"][random.below(2)]),
        7 => format!("({} and {})", condition(random, depth - 1), condition(random, depth - 1)),
        8 => format!("({} or {})", condition(random, depth - 1), condition(random, depth - 1)),
        _ => format!("not ({})", condition(random, depth - 1)),
    }
}

#[test]
fn nothing_is_proved_of_texts_that_some_text_contradicts() {
    let letters = ["", "a", "ab", "abc", "abca", "aa", "b", "ba", "B", "é", "éa", "c", " a", "\u{1}", "A", "aé", "zzz", "a\u{10ffff}"];
    let text = |letters: &str| Value::Text(letters.into());
    let inputs: Vec<_> = letters.iter().flat_map(|t| letters.iter().map(move |u| vec![text(t), text(u)])).collect();
    let (mut random, mut programs, mut proved, mut shown, mut wrong) = (Random::new(11), 0, 0, 0, Vec::new());
    for _ in 0..250 {
        let head = "t: text with up to 6 characters, u: text) gives integer";
        let mut rules = String::new();
        for place in 0..2 + random.below(3) {
            let condition = if random.below(3) == 0 { format!("not ({})", condition(&mut random, 1)) } else { condition(&mut random, 1) };
            rules += &format!("rule r{place} when {condition} then {place}\n");
        }
        let source = decision(&format!("{head} hit {}", ["any", "unique", "first"][random.below(3)]), &rules);
        let Ok(program) = program(&source) else { continue };
        programs += 1;
        let run = |input: &Vec<Value>| decide(&program.meta, &program.graphs, program.graphs[0].id, input, Options::default()).err();
        let faults: Vec<FaultKind> = inputs.iter().filter_map(run).map(|fault| fault.kind).collect();
        let gap = faults.contains(&FaultKind::NoRule);
        let conflict = faults.iter().any(|fault| matches!(fault, FaultKind::Conflict { .. }));
        let findings = findings_of(&program);
        let has = |code: &str| findings.iter().any(|finding| finding.code() == code);
        proved += u32::from(findings.is_empty());
        shown += u32::from(!has("E0504"));
        let missed = gap && !has("E0501") && !has("E0504") || conflict && !has("E0502") && !has("E0503") && !has("E0504");
        if missed {
            wrong.push(format!("{source}\ngap {gap}, conflict {conflict}, told\n{}", told(&findings)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(programs >= 200 && proved >= 3, "{proved} of {programs} are proved");
    assert!(shown * 5 >= programs * 4, "only {shown} of {programs} are decided");
}
