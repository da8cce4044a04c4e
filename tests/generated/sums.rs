//! Sums of rules that exclude each other: what the compiler says that they come to at least and at most is what the decision declares, and
//! no outcome lies outside of it, in the interpreter and in native code.

use super::agree::{self, Verdict};
use super::random::Random;
use super::setting;

/// How many programs are made.
const PROGRAMS: u64 = 60;
/// The inputs of each.
const INPUTS: usize = 40;
/// Beyond every sum.
const FAR: i64 = 100_000;

fn condition(random: &mut Random, element: bool) -> String {
    let number = |random: &mut Random| {
        let (low, high) = (random.below(12), random.below(12));
        let name = *random.pick(if element { &["line.qty", "line.weight", "a"] } else { &["a", "b", "a + b", "a - b"] });
        match random.below(5) {
            0 => format!("{name} < {low}"),
            1 => format!("{name} >= {low}"),
            2 => format!("{name} in {}..{}", low.min(high), low.max(high)),
            3 => format!("not ({name} in {}..{})", low.min(high), low.max(high)),
            _ => format!("{name} = {low}"),
        }
    };
    let one = |random: &mut Random| match random.below(7) {
        0 => (*random.pick(&["z", "not z"])).to_owned(),
        1 => (*random.pick(&["kind = car", "kind in {van, bus}", "kind != bus"])).to_owned(),
        2 => (*random.pick(&["may is given", "may is missing", "may is given and may > 3"])).to_owned(),
        3 => (*random.pick(&["note = \"x\"", "note starts with \"y\"", "note != \"x\""])).to_owned(),
        _ => number(random),
    };
    let parts: Vec<String> = (0..1 + random.below(2)).map(|_| one(random)).collect();
    let word = *random.pick(&[" and ", " and ", " or "]);
    parts.iter().map(|part| format!("({part})")).collect::<Vec<_>>().join(word)
}

fn outcome(random: &mut Random, element: bool) -> String {
    match random.below(6) {
        0 if element => "line.qty".to_owned(),
        0 | 1 => (*random.pick(&["a", "b - 5", "a + b", "-a"])).to_owned(),
        _ => (random.below(15) as i64 - 4).to_string(),
    }
}

fn rule(random: &mut Random, place: usize, count: usize) -> String {
    let each = random.below(4) == 0;
    let when = if random.below(9) == 0 { String::new() } else { format!(" when {}", condition(random, each)) };
    let overrides = if place + 1 < count && random.below(4) == 0 {
        format!(" overrides r{}", place + 1 + random.below(count - place - 1))
    } else {
        String::new()
    };
    let shadow = if random.below(12) == 0 { "shadow " } else { "" };
    let binder = if each { " for each line in lines" } else { "" };
    format!("{shadow}rule r{place}{binder}{when} then {}{overrides}\n", outcome(random, each))
}

/// A table that is looked up.
fn rows(random: &mut Random) -> String {
    let row = |random: &mut Random| {
        let (low, high) = (random.below(12), random.below(12));
        let number = if random.below(2) == 0 { format!("{low}") } else { format!("{}..{}", low.min(high), low.max(high)) };
        format!("| {number} | {} || {} |\n", random.pick(&["-", "true", "false"]), random.below(9))
    };
    let rows: String = (0..70).map(|_| row(random)).collect();
    format!("table\n| a | z || gives |\n|---|---||---|\n{rows}")
}

fn rules(random: &mut Random) -> String {
    let count = 2 + random.below(6);
    let mut written: Vec<String> = (0..count).map(|place| rule(random, place, count)).collect();
    if random.below(3) == 0 {
        written[0] = format!("group g when {} {{\n{}}}\n", condition(random, false), written[0]);
    }
    if random.below(6) == 0 {
        written.push(rows(random));
    }
    written.concat()
}

fn program(policy: &str, rules: &str, lo: i64, hi: i64) -> String {
    let given = "a, b: integer in 0..10, z: boolean, kind: Kind, may: integer in 0..9?, note: text with up to 3 characters, \
                 lines: list of Line with 0..3 items";
    let types = "enum Kind { car, van, bus }\nrecord Line { qty, weight: integer in 0..10 }\n";
    format!("module case\n{types}decision d({given}) gives integer in {lo}..{hi} hit collect {policy} {{\n{rules}}}\n")
}

/// What a decision can come to, from what is said of one that declares only `declared`.
fn said(source: &str) -> i64 {
    let Verdict::Refused(errors) = agree::check(source, 1, 1) else { panic!("it fits:\n{source}") };
    let number = |text: &str| text.split_once(" can be ")?.1.split_once(',')?.0.parse().ok();
    let of_sum = errors.iter().find(|(code, text)| code == "E0402" && text.contains("that can apply together"));
    of_sum.and_then(|(_, text)| number(text)).unwrap_or_else(|| panic!("{errors:?}\n{source}"))
}

#[test]
fn sums_of_rules_lie_in_what_they_are_said_to_come_to() {
    let seed = setting("AXTRACE_SEED", 2_026);
    for place in 0..PROGRAMS {
        let random = &mut Random::new(seed ^ 0x5a5a, place);
        let (policy, rules) = (*random.pick(&["sum", "sum", "count"]), rules(random));
        let (most, least) = (said(&program(policy, &rules, -FAR, -FAR)), said(&program(policy, &rules, FAR, FAR)));
        let source = program(policy, &rules, least, most);
        match agree::check(&source, seed ^ place, INPUTS) {
            Verdict::Agreed(inputs) => assert!(inputs > 0, "nothing was decided:\n{source}"),
            Verdict::Refused(errors) => panic!("{least} to {most} does not fit: {errors:?}\n{source}"),
            Verdict::Failed(failure) => panic!("{}\n{}\n{source}", failure.kind, failure.text),
        }
    }
}
