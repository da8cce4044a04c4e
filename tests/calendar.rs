//! Dates, spans, periods and local times as rules compute and read them, against Python's standard library (`runtime/tests/oracle/calendar.py`).

use std::collections::BTreeSet;
use std::fmt::Write;

use axtrace::runtime::literal::{format_time, parse_datetime};
use axtrace::{Decision, Level, Rules, source::Sources};

const ROWS: &str = include_str!("../runtime/tests/oracle/calendar.csv");

/// The cells of every row of a kind, without the kind. There must be as many as the script promises.
fn rows(kind: &str, least: usize) -> Vec<Vec<&'static str>> {
    let rows: Vec<_> = ROWS.lines().map(|row| row.split(',').collect::<Vec<_>>()).filter(|cells| cells[0] == kind).collect();
    assert!(rows.len() >= least, "only {} rows of {kind}", rows.len());
    rows.into_iter().map(|mut cells| cells.split_off(1)).collect()
}

fn rules(text: &str) -> Rules {
    let mut sources = Sources::new();
    sources.add("m.ax", format!("module m\n{text}")).expect("small");
    axtrace::compile(sources).expect("the rules are right")
}

/// The value of an outcome that is a text or has one form in JSON.
fn outcome(decision: &Decision, input: &str) -> String {
    value_of(&decision.decide(input.as_bytes(), Level::None).expect("the input is right"))
}

fn value_of(json: &str) -> String {
    let value = json.split("\"value\":").nth(1).and_then(|rest| rest.split('}').next()).unwrap_or(json);
    value.trim_matches('"').to_owned()
}

fn number(text: &str) -> i64 {
    text.parse().expect("the rows hold whole numbers")
}

fn clock(second: &str) -> String {
    format_time(number(second) as i32)
}

/// A decision for each zone that the rows name, which has the zone in the place of each `~`.
fn for_zones(rows: &[Vec<&str>], template: &str) -> Rules {
    let zones: BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
    let mut text = String::new();
    for zone in zones {
        writeln!(text, "decision `{zone}`{}", template.replace('~', zone)).expect("a text takes all");
    }
    rules(&text)
}

#[test]
fn parts_of_dates_are_those_of_the_oracle() {
    let rules =
        rules("decision parts(d: date in 0001-01-01..9999-12-31) gives text = \"{year_of(d)}-{month_of(d)}-{day_of(d)} {weekday_of(d)}\"");
    let parts = rules.decision("m.parts").expect("declared");
    for row in rows("date", 300) {
        let cells: Vec<i64> = row[1].split('-').map(number).collect();
        let expected = format!("{}-{}-{} {}", cells[0], cells[1], cells[2], row[2]);
        assert_eq!(outcome(&parts, &format!("{{\"d\":\"{}\"}}", row[1])), expected);
    }
}

#[test]
fn spans_are_those_of_the_oracle() {
    let rules = rules(
        "decision span(a, b: date in 1000-01-01..9999-12-31) gives text =\n\
         \"{years_between(a, b)} {months_between(a, b)} {years_between(a, b) > months_between(a, b) / 12} {days_between(a, b)} {b - a}\"",
    );
    let span = rules.decision("m.span").expect("declared");
    for row in rows("span", 1_500) {
        let found = outcome(&span, &format!("{{\"a\":\"{}\",\"b\":\"{}\"}}", row[0], row[1]));
        let cells: Vec<&str> = found.split(' ').collect();
        assert_eq!(cells[..3], [row[2], row[3], "false"], "{row:?}");
        assert_eq!(cells[3], cells[4], "{row:?}");
    }
}

#[test]
fn periods_are_added_and_taken_away_as_by_the_oracle() {
    let rules = rules(
        "decision later(d: date, p: period) gives date in 0001-01-01..9999-12-31 = d + p\n\
         decision earlier(d: date, p: period) gives date in 0001-01-01..9999-12-31 = d - p\n",
    );
    let (later, earlier) = (rules.decision("m.later").expect("declared"), rules.decision("m.earlier").expect("declared"));
    for row in rows("months", 600) {
        let input = |sign: i64| format!("{{\"d\":\"{}\",\"p\":\"{} months\"}}", row[0], sign * number(row[1]));
        assert_eq!(outcome(&later, &input(1)), row[2], "{row:?}");
        assert_eq!(outcome(&earlier, &input(-1)), row[2], "{row:?}");
    }
}

#[test]
fn dates_are_made_where_the_oracle_makes_them() {
    let rules = rules("decision made(y: integer in 1..9999, m, d: integer) gives date in 0001-01-01..9999-12-31? = date_from(y, m, d)");
    let made = rules.decision("m.made").expect("declared");
    for row in rows("made", 400) {
        let found = outcome(&made, &format!("{{\"y\":{},\"m\":{},\"d\":{}}}", row[0], row[1], row[2]));
        assert_eq!(found, if row[3].is_empty() { "null" } else { row[3] }, "{row:?}");
    }
}

#[test]
fn local_times_mean_the_instant_of_the_oracle() {
    let rows = rows("at", 2_000);
    let rules = for_zones(&rows, "(d: date in 1800-01-01..2100-12-31, t: time) gives datetime = datetime_at(d, t, \"~\")");
    for row in rows {
        let decision = rules.decision(&format!("m.{}", row[0])).expect("declared");
        let found = outcome(&decision, &format!("{{\"d\":\"{}\",\"t\":\"{}\"}}", row[1], clock(row[2])));
        let found = parse_datetime(&found).expect("an instant");
        assert_eq!((found.instant, i64::from(found.offset)), (number(row[3]), number(row[4])), "{row:?}");
    }
}

#[test]
fn instants_have_the_date_time_and_weekday_of_the_oracle() {
    let rows = rows("zone", 1_000);
    let rules = for_zones(
        &rows,
        "(x: datetime) gives text = \"{date_of(x, \"~\")} {time_of(x, \"~\")} {weekday_of(x, \"~\") = weekday_of(date_of(x, \"~\"))}\"",
    );
    for row in rows {
        let decision = rules.decision(&format!("m.{}", row[0])).expect("declared");
        let found = outcome(&decision, &format!("{{\"x\":\"{}\"}}", row[5]));
        assert_eq!(found, format!("{} {} true", row[2], clock(row[3])), "{row:?}");
    }
}

#[test]
fn inputs_without_an_offset_are_read_as_the_oracle_finds_them() {
    let rows = rows("local", 1_400);
    let rules = for_zones(&rows, "(x: datetime in zone \"~\") gives datetime = x");
    for row in rows {
        let decision = rules.decision(&format!("m.{}", row[0])).expect("declared");
        let read = decision.decide(format!("{{\"x\":\"{}T{}\"}}", row[1], clock(row[2])).as_bytes(), Level::None);
        match (row[3], read) {
            ("skipped", read) => assert!(read.is_err_and(|problems| problems.to_string().contains("never comes in")), "{row:?}"),
            (_, read) => {
                let value = value_of(&read.expect("the input is right"));
                let earliest = row[4].split_whitespace().next().map(number);
                assert_eq!(parse_datetime(&value).ok().map(|found| found.instant), earliest, "{row:?}");
            }
        }
    }
}
