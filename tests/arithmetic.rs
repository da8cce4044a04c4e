//! Roundings as rules write them, of numbers, quotients, amounts and durations, to places and to steps, against Python's fractions (`runtime/tests/oracle/arithmetic.py`).

use axtrace::{Decision, Level, Rules, source::Sources};

const ROWS: &str = include_str!("../runtime/tests/oracle/arithmetic.csv");

/// In the order of the oracle's columns.
const MODES: [&str; 6] = ["round", "round_half_even", "round_up", "round_down", "floor", "ceiling"];

const RANGE: &str = "-9_000_000_000_000_000";

fn rows(kind: &str, least: usize) -> Vec<Vec<i128>> {
    let rows = ROWS.lines().filter(|row| row.split(',').next() == Some(kind));
    let rows: Vec<Vec<i128>> = rows.map(|row| row.split(',').skip(1).map(|cell| cell.parse().expect("a whole number")).collect()).collect();
    assert!(rows.len() >= least, "only {} rows of {kind}", rows.len());
    rows
}

/// A decision for each mode: `template` with the function in the place of `~`.
fn rules(head: &str, template: &str) -> Rules {
    let decision = |mode: &str| format!("decision by_{mode}{head} = {}\n", template.replace('~', mode));
    let mut sources = Sources::new();
    sources.add("m.ax", format!("module m\n{}", MODES.map(decision).concat())).expect("small");
    axtrace::compile(sources).expect("the rules are right")
}

fn decisions(rules: &Rules) -> Vec<Decision> {
    MODES.iter().map(|mode| rules.decision(&format!("m.by_{mode}")).expect("declared")).collect()
}

/// The number of an outcome, without its point.
fn outcome(decision: &Decision, input: &str) -> i128 {
    let json = decision.decide(input.as_bytes(), Level::None).expect("the input is right");
    // As it is written: a number of JSON would lose the zeros at its end.
    let value = json.split("\"value\":").nth(1).and_then(|rest| rest.split(['}', ',']).next()).unwrap_or(&json);
    value.replace(['.', '"'], "").parse().unwrap_or_else(|_| panic!("{json}"))
}

fn hold(rules: &Rules, cases: &[(String, Vec<i128>)]) {
    assert!(cases.len() > 60);
    for (place, decision) in decisions(rules).iter().enumerate() {
        for (input, expected) in cases {
            assert_eq!(outcome(decision, input), expected[place], "{} of {input}", MODES[place]);
        }
    }
}

/// A number with so many places.
fn decimal(number: i128, places: u32) -> String {
    let power = 10i128.pow(places);
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}.{:0width$}", number.abs() / power, number.abs() % power, width = places as usize)
}

#[test]
fn quotients_are_rounded_to_places() {
    let head = format!(
        "(a: integer in {RANGE}..9_000_000_000_000_000, b: integer in 1..9_000_000_000_000_000) gives decimal(2) in {RANGE}..9_000_000_000_000_000"
    );
    let rules = rules(&head, "~(a / b, 2)");
    let cases = rows("decide", 300).into_iter().map(|row| (format!("{{\"a\":{},\"b\":{}}}", row[0], row[1]), row[2..].to_vec()));
    hold(&rules, &cases.collect::<Vec<_>>());
}

#[test]
fn numbers_are_rounded_to_places() {
    let rules =
        rules("(a: decimal(4) in -600_000_000_000..600_000_000_000) gives decimal(2) in -600_000_000_000..600_000_000_000", "~(a, 2)");
    let cases = rows("decide", 300).into_iter().filter(|row| row[1] == 10_000);
    hold(&rules, &cases.map(|row| (format!("{{\"a\":{}}}", decimal(row[0], 4)), row[2..].to_vec())).collect::<Vec<_>>());
}

#[test]
fn amounts_are_rounded_to_places_and_as_quotients() {
    for template in ["~(a, 2)", "~(a / 1, 2)", "~(a * 3 / 3, 2)"] {
        let rules = rules(
            "(a: money EUR(4) in -600_000_000_000 EUR..600_000_000_000 EUR) gives money EUR in -600_000_000_000 EUR..600_000_000_000 EUR",
            template,
        );
        let cases = rows("decide", 300).into_iter().filter(|row| row[1] == 10_000);
        hold(&rules, &cases.map(|row| (format!("{{\"a\":{}}}", decimal(row[0], 4)), row[2..].to_vec())).collect::<Vec<_>>());
    }
}

/// The nearest multiples in each mode, by the definitions, of the differences to the multiples below and above.
fn multiples(value: i128, step: i128) -> Vec<i128> {
    let below = value.div_euclid(step) * step;
    let (above, rest) = (if below == value { below } else { below + step }, value - below);
    let (away, towards) = if value < 0 { (below, above) } else { (above, below) };
    let nearest = |half: i128| match (2 * rest).cmp(&step) {
        std::cmp::Ordering::Less => below,
        std::cmp::Ordering::Greater => above,
        std::cmp::Ordering::Equal => half,
    };
    let even = if (below / step) % 2 == 0 { below } else { above };
    vec![nearest(away), nearest(even), away, towards, below, above]
}

#[test]
fn steps_are_those_of_the_oracle() {
    for row in rows("step", 300) {
        assert_eq!(multiples(row[0], row[1]), row[2..], "{row:?}");
    }
}

#[test]
fn amounts_and_durations_are_rounded_to_steps() {
    let numbers: Vec<i128> = (-40..40).chain([-1_234_567, 99_998, 1_000_003]).collect();
    let money =
        rules("(a: money CHF in -90_000.00 CHF..90_000.00 CHF) gives money CHF in -90_000.00 CHF..90_000.00 CHF", "~(a, to 0.05 CHF)");
    let cases = numbers.iter().map(|a| (format!("{{\"a\":{}}}", decimal(*a, 2)), multiples(*a, 5)));
    hold(&money, &cases.collect::<Vec<_>>());
    let quotient = rules(
        "(a: money CHF in -90_000.00 CHF..90_000.00 CHF) gives money CHF in -90_000.00 CHF..90_000.00 CHF",
        "~(a * 7 / 7, to 0.05 CHF)",
    );
    let cases = numbers.iter().map(|a| (format!("{{\"a\":{}}}", decimal(*a, 2)), multiples(*a, 5)));
    hold(&quotient, &cases.collect::<Vec<_>>());
    for template in ["~(a, to 1 min) / 1 s", "~(a * 3 / 3, to 1 min) / 1 s"] {
        let time = rules("(a: duration in -1_000 h..1_000 h) gives integer in -4_000_000..4_000_000", &format!("round({template}, 0)"));
        let cases = (-130..130).map(|a| (format!("{{\"a\":\"{}PT{}S\"}}", if a < 0 { "-" } else { "" }, i128::abs(a)), multiples(a, 60)));
        hold(&time, &cases.collect::<Vec<_>>());
    }
    let parts = rules("(a: duration in -1_000 h..1_000 h) gives integer in -4_000_000..4_000_000", "round(~(a / 8, 0) / 1 s, 0)");
    let eighths = (-130..130i128).map(|a| {
        let expected = multiples(a, 8).into_iter().map(|multiple| multiple / 8).collect();
        (format!("{{\"a\":\"{}PT{}S\"}}", if a < 0 { "-" } else { "" }, a.abs()), expected)
    });
    hold(&parts, &eighths.collect::<Vec<_>>());
}
