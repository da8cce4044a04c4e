//! Conditions on dates, weekdays, periods and instants, proved or shown with an input.

use super::told_of;

/// Each case: the head, the rules, and how what is told begins; nothing when all is proved.
const CASES: &[(&str, &str, &str)] = &[
    ("w: weekday) gives Verdict", "rule x when w in monday..friday then yes\nrule y when w in {saturday, sunday} then no", ""),
    (
        "w: weekday) gives Verdict",
        "rule x when w in monday..friday then yes\nrule y when w = saturday then no",
        "E0501 no rule decides when `w` is sunday",
    ),
    ("w: weekday in monday..friday) gives Verdict", "rule x when w < friday then yes\nrule y when w = friday then no", ""),
    (
        "d: date) gives Verdict",
        "rule x when weekday_of(d) in monday..friday then yes\nrule y when weekday_of(d) = sunday then no",
        "E0501 no rule decides when `weekday_of(d)` is saturday",
    ),
    ("d: date) gives Verdict", "rule x when weekday_of(d) in monday..friday then yes\nrule y when weekday_of(d) > friday then no", ""),
    (
        "at: datetime) gives Verdict",
        "rule x when weekday_of(at, zone) != monday then yes",
        "E0501 no rule decides when `weekday_of(at, zone)` is monday",
    ),
    // Sets of weekdays are sets like any other.
    ("s: set of weekday, w: weekday) gives Verdict", "rule x when s has w then yes\nrule y when w not in s then no", ""),
    ("s: set of weekday) gives Verdict", "rule x when s has sunday then yes\nrule y when s has any {monday, tuesday} then yes", "E0501"),
    ("s: set of weekday, d: date) gives Verdict", "rule x when s has weekday_of(d) then yes", "E0501"),
    ("s: set of weekday, d: date) gives Verdict", "rule x when not (s has weekday_of(d)) or s = {} then yes", "E0501"),
    ("w: weekday) gives Verdict", "rule x when {saturday, sunday} has w then yes\nrule y when w <= friday then no", ""),
    ("w: weekday, s: set of weekday) gives Verdict", "rule x when s minus {w} = s then yes\nrule y when s has w then no", ""),
    // The parts of one date.
    (
        "d: date in 2020-01-01 .. 2029-12-31) gives Verdict",
        "rule x when year_of(d) < 2025 then yes\nrule y when year_of(d) in 2025..2029 then no",
        "",
    ),
    ("d: date) gives Verdict", "rule x when month_of(d) <= 6 then yes\nrule y when month_of(d) in 7..12 then no", ""),
    ("d: date in 2026-02-01 .. 2026-02-28) gives Verdict", "rule x when day_of(d) < 28 then yes\nrule y when day_of(d) = 28 then no", ""),
    ("d: date) gives Verdict", "rule x when day_of(d) != 31 then yes", "E0501 no rule decides when `day_of(d)` is 31"),
    (
        "d: date) gives Verdict",
        "rule x when weekday_of(d) != friday then yes\nrule y when day_of(d) != 13 then yes",
        "E0501 no rule decides when `weekday_of(d)` is friday and `day_of(d)` is 13",
    ),
    (
        "d: date in 2000-01-01 .. 2100-12-31) gives Verdict",
        "rule x when weekday_of(d) != wednesday then yes\nrule y when month_of(d) != 2 then yes\nrule z when day_of(d) < 29 then yes",
        "E0501",
    ),
    // Spans.
    ("a: date, b: date) gives Verdict", "rule x when days_between(a, b) < 0 then no\nrule y when b >= a then yes", ""),
    (
        "a: date, b: date) gives Verdict",
        "rule x when months_between(a, b) < 7 then no\nrule y when months_between(a, b) > 7 then yes",
        "E0501",
    ),
    (
        "born: date in 1950-01-01 .. 2020-12-31) gives Verdict",
        "rule x when months_between(born, 2026-02-28) != 300 then yes",
        "E0501 no rule decides when `born` is 2001-01-29 to 2001-02-28",
    ),
    (
        "d: date in 2000-01-01 .. 2100-12-31, p: period in 0 months .. 10 years) gives Verdict",
        "rule x when d + p != 2024-02-29 then yes",
        "E0501 no rule decides when `d + p` is 2024-02-29",
    ),
    (
        "d: date in 2000-01-01 .. 2100-12-31) gives Verdict",
        "rule x when d - 18 years < 1990-01-01 then yes\nrule y when d - 18 years > 1990-01-01 then no",
        "E0501 no rule decides when `d` is 2008-01-01",
    ),
    ("p: period in 0 months .. 10 years) gives Verdict", "rule x when p * 2 < 3 years then yes\nrule y when p >= 18 months then no", ""),
    // What is computed from one date asks something of the date itself.
    ("d: date) gives Verdict", "rule x when year_of(d) < 2026 then yes\nrule y when d >= 2026-01-01 then no", ""),
    ("d: date) gives Verdict", "rule x when year_of(d) in 2025..2026 then yes\nrule y when d >= 2026-12-31 then no\notherwise no", "E0502"),
    (
        "d: date in 2000-01-01 .. 2100-12-31) gives Verdict",
        "rule x when d + 6 months <= 2026-08-31 then yes\nrule y when d > 2026-02-28 then no",
        "",
    ),
    ("born: date) gives Verdict", "rule x when years_between(born, 2026-02-28) >= 18 then yes\nrule y when born >= 2008-02-29 then no", ""),
    ("on: date) gives Verdict", "rule x when years_between(2008-02-29, on) >= 18 then yes\nrule y when on < 2026-03-01 then no", ""),
    ("on: date) gives Verdict", "rule x when months_between(2026-01-31, on) >= 1 then yes\nrule y when on <= 2026-02-28 then no", ""),
    (
        "p: period in 0 months .. 10 years) gives Verdict",
        "rule x when 2026-01-31 + p <= 2026-02-28 then yes\nrule y when p > 1 month then no",
        "",
    ),
    // The month, the day and the weekday of one date.
    ("d: date) gives Verdict", "rule x when month_of(d) = 2 and day_of(d) = 30 then yes\nrule y then no", ""),
    (
        "d: date) gives Verdict",
        "rule x when month_of(d) in {4, 6, 9, 11} and day_of(d) > 30 then yes\nrule y when day_of(d) < 32 then no",
        "",
    ),
    (
        "d: date) gives Verdict",
        "rule x when month_of(d) = 2 and day_of(d) = 29 then yes\nrule y when d < 3000-01-01 then no",
        "E0502 `x` and `y` decide differently",
    ),
    (
        "d: date) gives Verdict",
        "rule x when year_of(d) = 2026 and month_of(d) in {1, 12} then yes\nrule y when d in 2026-02-01..2026-11-30 then no\nrule z when year_of(d) != 2026 then no",
        "",
    ),
    (
        "d: date) gives Verdict",
        "rule x when year_of(d) = 2026 and month_of(d) = 5 and day_of(d) = 2 and weekday_of(d) = sunday then yes\nrule y then no",
        "",
    ),
    (
        "d: date) gives Verdict",
        "rule x when year_of(d) = 2026 and month_of(d) = 5 and day_of(d) = 3 and weekday_of(d) = sunday then yes\nrule y then no",
        "E0502",
    ),
    // Made dates and instants.
    (
        "y: integer in 1..9999, m: integer in 1..12, d: integer in 1..31) gives Verdict",
        "rule x when date_from(y, m, d) is given then yes",
        "E0501 no rule decides when `date_from(y, m, d)` is missing",
    ),
    (
        "y: integer in 1..9999, m: integer in 1..12, d: integer in 1..31) gives Verdict",
        "rule x when date_from(y, m, d) is missing then yes\nrule y when (date_from(y, m, d) or else 2000-01-01) != 2024-02-29 then yes",
        "E0501",
    ),
    (
        "d: date in 2000-01-01 .. 2100-12-31, t: time) gives Verdict",
        "rule x when datetime_at(d, t, zone) < 2026-10-25T03:00+02:00 then yes\nrule y when datetime_at(d, t, zone) > 2026-10-25T03:00+01:00 then no",
        "E0501",
    ),
    // The declared reading says nothing of the value.
    (
        "a: datetime in zone zone, b: datetime, c: duration read as hours) gives Verdict",
        "rule x when a < b then yes\nrule y when a >= b and c < 8 h then no\nrule z when b - a <= 0 h and c >= 480 min then no",
        "",
    ),
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
