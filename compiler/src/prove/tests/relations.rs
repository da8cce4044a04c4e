//! What is proved of lists whose elements keep what always holds.

use super::told_of_file;

const SPANS: &str = "module spans
record Span { low, high : integer in 0..100\n always low <= high }
record Free { low, high : integer in 0..100 }
record Group { spans : list of Span with 0..4 items, name : text }
record Pair { one, two : Span }
type Gap = Span?
record Team { spans : list of Span with 0..4 items, most : integer in 0..100
 always every s in spans satisfies s.high <= most }
record Never { a : integer in 0..10
 always a > 20 }
role boss \"Boss\"
define made(a: integer in 0..100) : Span = { low: a, high: 50 }
decision pick(n: integer in 0..100) gives Span = { low: min(n, 50), high: max(n, 50) }
decision free(n: integer in 0..100) gives Free = { low: n, high: 50 }
decision maybe(n: integer in 0..100) gives Span or referral {
 rule a when n > 5 then { low: 0, high: n }
 rule b when n <= 5 then refer to boss
}
decision never(n: Never) gives Never = n
";

/// Parameters and `gives`, rules, and how what is told of them begins; nothing where all is proved.
const CASES: &[(&str, &str, &str)] = &[
    ("s: list of Span) gives boolean", "rule x when every a in s satisfies a.low <= a.high then true", ""),
    ("s: list of Span) gives boolean", "rule x when not (some a in s satisfies a.low > a.high) then true", ""),
    ("s: list of Span) gives boolean", "rule x when count(a in s where a.low > a.high) = 0 then true", ""),
    ("s: list of Free) gives boolean", "rule x when every a in s satisfies a.low <= a.high then true", "E0501"),
    ("s: list of Span) gives boolean", "rule x when every a in s satisfies a.low < a.high then true", "E0501"),
    ("s: list of Span) gives boolean", "rule x when some a in s satisfies a.low <= a.high then true", "E0501"),
    ("s: list of Span with 1..9 items) gives boolean", "rule x when some a in s satisfies a.low <= a.high then true", ""),
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
    // What other decisions decide, and what is found in lists.
    ("n: integer in 0..100) gives boolean", "rule x when pick(n).low <= pick(n).high then true", ""),
    ("n: integer in 0..100) gives boolean", "let s = pick(n)\nrule x when s.low <= s.high then true", ""),
    ("n: integer in 0..100) gives boolean", "rule x when pick(n).low < pick(n).high then true", "E0501"),
    ("n: integer in 0..100) gives boolean", "rule x when free(n).low <= free(n).high then true", "E0501"),
    ("n: integer in 0..100) gives boolean", "let s = maybe(n)\nrule x when s is missing or s.low <= s.high then true", ""),
    ("n: integer in 0..100) gives boolean", "let s = maybe(n)\nrule x when s is given and s.low <= s.high then true", "E0501"),
    ("s: list of Span with 1..4 items) gives boolean", "rule x when first(s).low <= first(s).high then true", ""),
    ("s: list of Span with 1..4 items) gives boolean", "rule x when first(s).low < first(s).high then true", "E0501"),
    ("s: list of Span) gives boolean", "let f = first(a in s where a.low > 3)\nrule x when f is missing or f.low <= f.high then true", ""),
    ("s: list of Span) gives boolean", "let f = item(s, 2)\nrule x when f is given and f.low <= f.high then true", "E0501"),
    ("s: list of Span) gives boolean", "rule x when every a in s satisfies pick(a.low).low <= pick(a.low).high then true", ""),
    // Of a record that there is none of nothing follows for inputs without it, and nothing from what is built only here and there.
    ("n: Never?) gives boolean", "rule x when n is given and never(n).a > 20 then true", "E0501"),
    ("a: integer in 0..100) gives boolean", "rule x when a <= 50 and made(a).low <= made(a).high then true", "E0501"),
    // Relations that go through lists.
    ("t: Team) gives boolean", "rule x when every s in t.spans satisfies s.high <= t.most then true", ""),
    ("t: Team) gives boolean", "rule x when every s in t.spans satisfies s.high < t.most then true", "E0501"),
    ("t: Team?) gives boolean", "rule x when t is given and (every s in t.spans satisfies s.high <= t.most) then true", "E0501"),
    ("t: Team) gives boolean", "rule x when count(s in t.spans where s.high > t.most) = 0 then true", ""),
    (
        "t: Team) gives boolean hit unique",
        "rule x when t.most < 50 and (some s in t.spans satisfies s.high > 80) then true\nrule y when t.most >= 0 then false",
        "",
    ),
    (
        "t: Team) gives boolean hit unique",
        "rule x when t.most < 90 and (some s in t.spans satisfies s.high > 80) then true\nrule y when t.most >= 0 then false",
        "E0503",
    ),
    // Elements of lists that go up to a number.
    ("n: integer in 0..9) gives boolean", "rule x when every k in 1..n satisfies k <= n and k >= 1 then true", ""),
    ("n: integer in 0..9) gives boolean", "rule x when every k in 1..n satisfies k < n then true", "E0501"),
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
