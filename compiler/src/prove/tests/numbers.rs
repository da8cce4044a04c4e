//! What is proved of numbers by the operations they come from.

use super::told_of_file;

const ITEMS: &str = "module items
record Item { price : integer in 0..100, qty : integer in 0..20 }
";

/// Parameters and `gives`, rules, and how what is told of them begins; nothing where all is proved.
const CASES: &[(&str, &str, &str)] = &[
    ("d: date", "a when month_of(d) = 12; b when month_of(d) < 6", ""),
    ("d: date", "a when month_of(d) = 12; b when month_of(d) > 6", "E0503"),
    ("d: date", "a when month_of(d) <= 6; b when month_of(d) > 6; c when month_of(d) > 12", ""),
    ("d: date", "a when day_of(d) > 15; b when day_of(d) in 1..15", ""),
    ("d: date", "a when weekday_of(d) in {saturday, sunday}; b when weekday_of(d) = monday", ""),
    // A date and its parts.
    ("d: date", "a when d < 2026-04-01 and d >= 2026-01-01 and month_of(d) > 3; b when d > 2000-01-01", ""),
    ("d: date", "a when d < 2026-04-01 and d >= 2026-01-01 and month_of(d) > 2; b when d > 2000-01-01", "E0503"),
    // Products, and what they come from.
    ("x, y: integer in 0..10", "a when x * y > 50; b when x < 6", ""),
    ("x, y: integer in 0..10", "a when x * y > 50; b when x < 7", "E0503"),
    ("x, y: integer in 0..10", "a when x * y + x > 55; b when x < 6", ""),
    ("x, y: integer in 0..10", "a when x * y > 100; b when x >= 0", ""),
    ("x, y: integer in 1..10", "a when x mod y > 7; b when y < 9", ""),
    // Dates that both vary.
    ("one, other: date", "a when years_between(one, other) < 18; b when one < 1990-01-01 and other > 2020-01-01", ""),
    ("one, other: date", "a when years_between(one, other) < 18; b when years_between(one, other) >= 18", ""),
    ("one, other: date", "a when other - one < 30 days; b when one < 1990-01-01 and other > 2020-01-01", ""),
    // Rounded.
    ("x: integer in 0..1000", "a when round(x * 0.19, 0) > 19; b when x < 100", ""),
    ("x, y: integer in 1..1000", "a when floor(x / y) > 10; b when x < 10", ""),
    // Lists.
    ("i: list of Item", "a when sum(k.price for k in i) > 100; b when sum(k.price for k in i) in 10..20", ""),
    ("i: list of Item", "a when sum(k.price for k in i) > 100; b when count(i) < 2", ""),
    ("i: list of Item", "a when sum(k.price for k in i) > 100; b when count(i) < 3", "E0503"),
    ("i: list of Item", "a when sum(k.price * k.qty for k in i) > 4000; b when count(i) <= 2", ""),
    ("i: list of Item", "a when count(k in i where k.qty > 3) > 2; b when count(i) < 3", ""),
    ("i: list of Item with 1..9 items", "a when max(k.price for k in i) > 5; b when max(k.price for k in i) <= 5", ""),
    ("i: list of Item with 1..9 items", "a when max(k.price for k in i) > 5; b when max(k.qty for k in i) <= 5", "E0503"),
    ("i: list of Item with 1..9 items", "a when average(k.price for k in i) > 5; b when average(k.price for k in i) < 3.5", ""),
    ("i: list of Item with 1..9 items", "a when average(k.price for k in i) > 5; b when average(k.price for k in i) >= 5", "E0503"),
    ("i: list of Item with 1..9 items", "a when average(k.price for k in i) > 5; b when average(k.price for k in i) = 5.25", "E0503"),
];

#[test]
fn numbers_are_known_by_what_they_come_from() {
    for (head, rules, expected) in CASES {
        let rules: String = rules.split(';').map(|rule| format!("rule {} then true\n", rule.trim())).collect();
        let text = format!("{ITEMS}decision d({head}) gives boolean hit unique {{\n{rules}otherwise false\n}}\n");
        let told = told_of_file(&text).split("E0506").next().unwrap_or_default().to_owned();
        let as_expected = if expected.is_empty() { told.is_empty() } else { told.starts_with(expected) };
        assert!(as_expected, "{rules}\n{head}\nis told:\n{told}");
    }
}

#[test]
fn numbers_that_are_parted_leave_no_gap() {
    for (head, value) in [
        ("d: date", "month_of(d)"),
        ("x, y: integer in 0..10", "x * y"),
        ("one, other: date", "years_between(one, other)"),
        ("i: list of Item with 1..9 items", "average(k.price for k in i)"),
        ("i: list of Item with 1..9 items", "min(k.price for k in i)"),
        ("i: list of Item", "fold(n : integer in 0..99 = 0, k in i: if k.qty > 3 then 0 else min(n + 1, 99))"),
    ] {
        let text = format!(
            "{ITEMS}decision d({head}) gives boolean {{\nrule a when {value} > 5 then true\nrule b when {value} <= 5 then false\n}}\n"
        );
        assert_eq!(told_of_file(&text), "", "{value}");
    }
}
