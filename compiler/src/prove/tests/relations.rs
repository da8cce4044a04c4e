//! What is proved of lists whose elements keep what always holds.

use super::told_of_file;

const SPANS: &str = "module spans
record Span { low, high : integer in 0..100\n always low <= high }
record Free { low, high : integer in 0..100 }
record Group { spans : list of Span with 0..4 items, name : text }
record Pair { one, two : Span }
type Gap = Span?
";

/// Parameters and `gives`, rules, and how what is told of them begins; nothing where all is proved.
const CASES: &[(&str, &str, &str)] = &[
    ("s: list of Span) gives boolean", "rule x when every a in s satisfies a.low <= a.high then true", ""),
    ("s: list of Span) gives boolean", "rule x when not (some a in s satisfies a.low > a.high) then true", ""),
    ("s: list of Span) gives boolean", "rule x when count(a in s where a.low > a.high) = 0 then true", ""),
    ("s: list of Free) gives boolean", "rule x when every a in s satisfies a.low <= a.high then true", "E0501"),
    ("s: list of Span) gives boolean", "rule x when every a in s satisfies a.low < a.high then true", "E0501"),
    ("s: list of Span) gives boolean", "rule x when some a in s satisfies a.low <= a.high then true", "E0501"),
    ("s: list of Span with 1..9 items) gives boolean", "rule x when some a in s satisfies a.low <= a.high then true", "E050"),
    // Sums are reconciled with what is known.
    (
        "s: list of Span) gives boolean hit unique",
        "rule x when some a in s satisfies a.low > 60 and a.high < 40 then true\nrule y when count(s) >= 0 then false",
        "",
    ),
    (
        "s: list of Free) gives boolean hit unique",
        "rule x when some a in s satisfies a.low > 60 and a.high < 40 then true\nrule y when count(s) >= 0 then false",
        "E0503",
    ),
    (
        "s: list of Span) gives boolean hit unique",
        "rule x when some a in s satisfies a.low > 60 and a.high < 70 then true\nrule y when count(s) >= 0 then false",
        "E0503",
    ),
    (
        "s: list of Span) gives boolean hit unique",
        "rule x for each a in s when a.high - a.low < 0 then true\nrule y when count(s) >= 0 then false",
        "",
    ),
    // Two conditions on one element and what is known of it.
    (
        "s: list of Span) gives boolean hit unique",
        "rule x when some a in s satisfies a.low > 50 then true\nrule y when every a in s satisfies a.high <= 50 then false\notherwise true",
        "",
    ),
    (
        "s: list of Free) gives boolean hit unique",
        "rule x when some a in s satisfies a.low > 50 then true\nrule y when every a in s satisfies a.high <= 50 then false\notherwise true",
        "E0503",
    ),
    // Lists of lists, records in records, and what may be missing.
    ("s: list of Group) gives boolean", "rule x when every g in s, a in g.spans satisfies a.low <= a.high then true", ""),
    (
        "s: list of Group) gives boolean hit unique",
        "rule x when some g in s, a in g.spans satisfies a.low > 60 and a.high < 40 then true\nrule y when count(s) >= 0 then false",
        "",
    ),
    (
        "s: list of Pair) gives boolean",
        "rule x when every a in s satisfies a.one.low <= a.one.high and a.two.low <= a.two.high then true",
        "",
    ),
    ("s: list of Pair) gives boolean", "rule x when every a in s satisfies a.one.low <= a.two.high then true", "E0501"),
    ("s: list of Gap) gives boolean", "rule x when every a in s satisfies a is missing or a.low <= a.high then true", ""),
    ("s: list of Gap) gives boolean", "rule x when every a in s satisfies a is given and a.low <= a.high then true", "E0501"),
    ("s: list of Span) gives boolean", "rule x when every a in pairs(s) satisfies a.before.low <= a.before.high then true", ""),
    ("s: list of Span) gives boolean", "rule x when every a in pairs(s) satisfies a.before.low <= a.after.high then true", "E0504"),
];

#[test]
fn elements_of_lists_keep_what_always_holds() {
    for (head, rules, expected) in CASES {
        let text = format!("{SPANS}decision d({head} {{\n{rules}\n}}\n");
        let told = told_of_file(&text);
        let as_expected = if expected.is_empty() { told.is_empty() } else { told.starts_with(expected) };
        assert!(as_expected, "{rules}\n{head}\nis told:\n{told}");
    }
}
