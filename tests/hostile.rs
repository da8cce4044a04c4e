//! Rules that want to break the compiler: mutated sources, and shapes that grow out of all proportion. Each is compiled or has findings.
//!
//! No test measures time. What takes too long is stopped by counts of steps inside of the compiler; a watchdog only turns a hang into a
//! failure.
#![expect(clippy::disallowed_methods, reason = "the sources that are mutated are files of the repository")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use axtrace::compiler::compile;
use axtrace::source::{Finding, Findings, Sources};

/// After this long without an answer a source counts as one that hangs.
const HANGS: Duration = Duration::from_secs(120);
/// How many mutated sources are compiled.
const MUTANTS: usize = 2_000;
const SEED: u64 = 0x5eed;

/// The codes of what is found in a source, each once; none if it compiles.
fn codes(source: &str) -> BTreeSet<String> {
    let mut sources = Sources::new();
    if let Err(finding) = sources.add("hostile.ax", source) {
        return BTreeSet::from([Finding::new(finding).code()]);
    }
    codes_of(sources, source)
}

/// The codes of what is found in several sources, of which a failure shows one.
fn codes_of(sources: Sources, source: &str) -> BTreeSet<String> {
    let mut findings = Findings::new();
    let program = compile(sources, &mut findings);
    assert!(program.is_some() || findings.has_errors(), "neither a program nor an error:\n{source}");
    findings.sorted().iter().filter(|finding| finding.is_error()).map(Finding::code).collect()
}

/// Compiles each source on a thread of its own; fails with the source at which one panics or hangs.
fn survive(sources: Vec<String>) -> Vec<BTreeSet<String>> {
    let (sender, answers) = channel();
    let all = sources.clone();
    std::thread::spawn(move || all.iter().try_for_each(|source| sender.send(codes(source))));
    let answer = |source: String| match answers.recv_timeout(HANGS) {
        Ok(codes) => codes,
        Err(RecvTimeoutError::Timeout) => panic!("hangs:\n{source}"),
        Err(RecvTimeoutError::Disconnected) => panic!("panics:\n{source}"),
    };
    sources.into_iter().map(answer).collect()
}

fn attack(source: String) -> Vec<String> {
    survive(vec![source]).remove(0).into_iter().collect()
}

// Mutations

/// The xorshift generator: the same mutants every time.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % count.max(1)
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        match path.extension().and_then(|ending| ending.to_str()) {
            _ if path.is_dir() => files(&path, found),
            Some("ax" | "md") => found.push(path),
            _ => {}
        }
    }
}

/// The rule files of the repository and the blocks of rules in its documentation.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    ["tests/cases", "examples", "docs"].iter().for_each(|folder| files(&root.join(folder), &mut paths));
    let mut sources = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        match path.extension().is_some_and(|ending| ending == "ax") {
            true => sources.push(text),
            false => sources.extend(text.split("```axtrace").skip(1).filter_map(block)),
        }
    }
    assert!(sources.len() > 50, "only {} sources to mutate", sources.len());
    sources
}

/// What stands between the line that opens a block and the line that ends it.
fn block(text: &str) -> Option<String> {
    let (_, body) = text.split_once('\n')?;
    let body = body.split("```").next()?;
    Some(if body.trim_start().starts_with("module") { body.to_owned() } else { format!("module m\n{body}") })
}

/// Words, numbers and runs of blanks are tokens, and so is every other character.
fn tokens(text: &str) -> Vec<&str> {
    let kind = |letter: char| match letter {
        letter if letter.is_alphanumeric() || letter == '_' => 1,
        letter if letter.is_whitespace() => 2,
        _ => 0,
    };
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut last = 0;
    for (place, letter) in text.char_indices() {
        if place > start && (kind(letter) == 0 || kind(letter) != last) {
            tokens.push(&text[start..place]);
            start = place;
        }
        last = kind(letter);
    }
    tokens.push(&text[start..]);
    tokens
}

const ODD: [&str; 24] = [
    "\u{202e}",
    "\0",
    "é",
    "\"",
    "{",
    "}",
    "(",
    ")",
    "`",
    "\\",
    "²",
    "//",
    "/*",
    "?",
    "..",
    "9223372036854775808",
    "0.000000000000000000001",
    "2026-02-30",
    "24:00",
    "\r",
    "-",
    "missing",
    "outcome",
    "170141183460469231731687303715884105728",
];
const NESTS: [(&str, &str); 8] = [
    ("(", ")"),
    ("not ", ""),
    ("- ", ""),
    ("[", "]"),
    ("{", "}"),
    ("if true then ", " else false"),
    ("\"{", "}\""),
    ("sum(", " for x in [1])"),
];

fn mutate<'a>(tokens: &mut Vec<&'a str>, other: &[&'a str], random: &mut Random) {
    let at = random.below(tokens.len());
    let end = (at + 1 + random.below(8)).min(tokens.len());
    match random.below(8) {
        0 => drop(tokens.drain(at..end)),
        1 => {
            let again = tokens[at..end].repeat(1 + random.below(3));
            tokens.splice(at..at, again);
        }
        2 => {
            let with = random.below(tokens.len());
            tokens.swap(at, with);
        }
        3 => tokens[at] = random.of(other),
        4 => {
            let from = random.below(other.len());
            let stretch = &other[from..(from + 1 + random.below(60)).min(other.len())];
            tokens.splice(at..end, stretch.iter().copied());
        }
        5 => {
            let (open, close) = NESTS[random.below(NESTS.len())];
            let depth = 1 + random.below(140);
            tokens.splice(end..end, std::iter::repeat_n(close, depth));
            tokens.splice(at..at, std::iter::repeat_n(open, depth));
        }
        6 => tokens.insert(at, random.of(&ODD)),
        _ => tokens.truncate(at),
    }
}

#[test]
fn mutated_sources_compile_or_have_findings() {
    let corpus = corpus();
    let all: Vec<Vec<&str>> = corpus.iter().map(|source| tokens(source)).collect();
    let mut random = Random(SEED);
    let mutant = |_| {
        let mut mutant = all[random.below(all.len())].clone();
        let other = &all[random.below(all.len())];
        for _ in 0..1 + random.below(4) {
            mutate(&mut mutant, other, &mut random);
            if mutant.is_empty() {
                break;
            }
        }
        mutant.concat()
    };
    let found = survive((0..MUTANTS).map(mutant).collect());
    let broken = found.iter().filter(|codes| !codes.is_empty()).count();
    assert!(broken > MUTANTS / 2, "only {broken} of {MUTANTS} mutants are broken: are they mutated at all?");
}

// Shapes that grow

fn each(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// A decision with a hit policy over `x`, `z` and what else is given, with these lines.
fn decision(params: &str, policy: &str, lines: &str) -> String {
    format!("module m\ndecision d(x: integer in 0..1000000, z: boolean{params}) gives integer hit {policy} {{\n{lines}}}\n")
}

#[test]
fn records_that_double_are_refused() {
    let records = each(60, |n| format!("record R{} {{ a, b: R{n} }}\n", n + 1));
    let source = format!("module m\nrecord R0 {{ a: integer }}\n{records}decision d(r: R60) gives integer = 1\n");
    assert!(attack(source).contains(&"E0319".to_owned()));
    let records = each(60, |n| format!("record R{} {{ a, b: list of R{n} with 2..9 items }}\n", n + 1));
    let source = format!("module m\nrecord R0 {{ a: integer }}\n{records}decision d(r: R60) gives integer = 1\n");
    assert!(attack(source).contains(&"E0319".to_owned()));
}

#[test]
fn constants_that_double_are_refused() {
    let records = each(60, |n| format!("record R{} {{ a: list of R{n} }}\n", n + 1));
    let samples = each(60, |n| format!("sample s{} : R{} = {{ a: [s{n}, s{n}] }}\n", n + 1, n + 1));
    let first = "record R0 { a: integer }\nsample s0 : R0 = { a: 1 }\n";
    assert!(attack(format!("module m\n{first}{records}{samples}decision d(x: integer) gives integer = x\n")).contains(&"E0319".to_owned()));
}

#[test]
fn texts_that_double_are_refused_without_being_built() {
    let lets = each(60, |n| format!("let t{} = \"{{t{n}}}{{t{n}}}\"\n", n + 1));
    let source = format!("module m\ndecision d(x: integer) gives text hit first {{\nlet t0 = \"aaaaaaaa\"\n{lets}otherwise t60\n}}\n");
    assert!(!attack(source).is_empty());
}

#[test]
fn thousands_of_rules_for_different_values_are_proved() {
    for policy in ["any", "unique"] {
        let rules = each(800, |n| format!("rule r{n} when x = {n} then {}\n", n % 5));
        let otherwise = if policy == "any" { "otherwise 1\n" } else { "rule rest when x >= 800 then 1\n" };
        assert_eq!(attack(decision("", policy, &(rules + otherwise))), Vec::<String>::new(), "{policy}");
    }
}

#[test]
fn thousands_of_conflicts_are_told() {
    let rules = each(600, |n| format!("rule r{n} when x > {n} then {n}\n"));
    assert_eq!(attack(decision("", "any", &format!("{rules}otherwise 1\n"))), ["E0502"]);
    let groups = each(600, |n| format!("group g{n} when x > {} {{ rule r{n} when x > 3 then 1 }}\n", n % 9));
    assert_eq!(attack(decision("", "any", &format!("{groups}otherwise 1\n"))), Vec::<String>::new());
}

#[test]
fn hundreds_of_divisions_by_zero_are_told() {
    let rules = each(300, |n| format!("rule r{n} when {n} / x > 0 then 1\n"));
    assert_eq!(attack(decision("", "first", &format!("{rules}otherwise 1\n"))), ["E0410"]);
}

#[test]
fn conditions_that_are_hard_to_refute_are_given_up() {
    let mut random = Random(SEED);
    let mut clause = || {
        let literal = |random: &mut Random| format!("{}b{}", random.of(&["", "not "]), random.below(80));
        format!("({} or {} or {})", literal(&mut random), literal(&mut random), literal(&mut random))
    };
    let mut clauses = || (0..340).map(|_| clause()).collect::<Vec<_>>().join(" and ");
    let params = each(80, |n| format!(", b{n}: boolean"));
    let lines = format!("rule one when {} then 1\nrule two when {} then 2\notherwise 3\n", clauses(), clauses());
    assert!(attack(decision(&params, "any", &lines)).iter().all(|code| code == "E0504" || code == "E0502"));
}

#[test]
fn lists_that_go_through_lists_are_not_gone_through_for_an_input() {
    let inner = "count(a in l where count(b in l where count(c in l where a > c) > 1) > 1) > 5";
    let lines = format!("rule one when {inner} then 1\nrule two when count(l) > 2000 then 2\n");
    assert!(!attack(decision(", l: list of integer with 1000..10000 items", "any", &lines)).is_empty());
}

#[test]
fn rules_that_override_each_other_in_a_long_chain_are_refused() {
    let chain = |count: usize| {
        let rules = each(count, |n| format!("rule r{n} overrides r{} when x > 3 then {}\n", n + 1, n % 5));
        decision("", "any", &format!("{rules}rule r{count} then 1\n"))
    };
    assert_eq!(attack(chain(300)), Vec::<String>::new());
    assert_eq!(attack(chain(4_000)), ["E0319"]);
}

#[test]
fn thousands_of_unknown_names_are_told() {
    let defines = each(3_000, |n| format!("define f{n}(a: integer) = a + unknown{n}\n"));
    assert_eq!(attack(format!("module m\n{defines}")), ["E0202"]);
}

#[test]
fn conditions_that_share_their_parts_take_no_exponential_time() {
    let params = each(40, |n| format!(", z{n}: boolean"));
    for step in ["b = z", "(b and not z) or (not b and z)"] {
        let line = |n: usize| format!("let b{} = {}\n", n + 1, step.replace('b', &format!("b{n}")).replace('z', &format!("z{n}")));
        let lines = format!("let b0 = x > 3\n{}rule one when b40 then 1\nrule two when not b40 then 2\n", each(40, line));
        attack(decision(&params, "any", &lines));
    }
}

#[test]
fn patterns_that_are_hard_to_read_or_to_match_take_no_time() {
    let slow = ["(a+)+b", "(a|a|aa)*c", "(.*)(.*)(.*)(.*)d", "(a?){60}a{60}e", "(\\\\w*a\\\\w{20})*f"];
    let slow = slow.map(|pattern| pattern.replace("\\\\", "\\"));
    let rules = each(slow.len(), |n| format!("  rule r{n} when t matches \"{}\" then {n}\n", slow[n]));
    attack(decision(", t: text", "any", &rules));
    let many = each(3_000, |n| format!("  rule r{n} when t matches \"[a-z]{{{n}}}x\\d+\" then {n}\n"));
    attack(decision(", t: text", "first", &many));
    let large = each(400, |n| format!("  rule r{n} when t matches \"\\w{{{}}}{{50}}\" then {n}\n", n + 50));
    assert_eq!(attack(decision(", t: text", "first", &large)), ["E0340"]);
    let nested = format!("  rule r when t matches \"{}a{}\" then 1", "(".repeat(3_000), ")".repeat(3_000));
    assert_eq!(attack(decision(", t: text", "first", &nested)), ["E0340"]);
    let nothing = "  rule r when t matches \"((((a{0}){999}){999}){999}){999}\" then 1\n  rule s when t contains \"q\" then 2";
    attack(decision(", t: text", "any", nothing));
}

#[test]
fn thousands_of_texts_are_ordered() {
    let rules = each(800, |n| format!("  rule r{n} when t in \"k{n:05}\"..<\"k{:05}\" then {n}\n", n + 1));
    let rest = "  rule low when t < \"k00000\" then 0\n  rule high when t >= \"k00800\" then 0";
    assert!(attack(decision(", t: text", "unique", &format!("{rules}{rest}\n"))).is_empty());
    let prefixes = each(1_000, |n| format!("  rule r{n} when t starts with \"{n:04}\" and length_of(t) > {n} then {n}\n"));
    attack(decision(", t: text", "unique", &prefixes));
}

#[test]
fn texts_that_grow_with_each_function_are_refused() {
    let grown = "upper(".repeat(40) + "t" + &")".repeat(40);
    assert_eq!(attack(decision(", t: text", "any", &format!("  rule r when {grown} contains \"x\" then 1\n  otherwise 2\n"))), ["E0450"]);
    let letters = "some a in characters(t), b in characters(t), c in characters(t) satisfies a = b and b = c";
    attack(decision(", t: text", "any", &format!("  rule r when {letters} then 1\n  otherwise 2\n")));
}

#[test]
fn thousands_of_names_that_look_alike_are_told() {
    let names = each(5_000, |n| format!("define p\u{430}y{n} = {n}\ndefine pay{n} = {n}\n"));
    attack(format!("module m\n{names}"));
}

#[test]
fn texts_of_ten_thousand_characters_are_decided_at_every_level() {
    let rules = "  rule backtracks when t matches \"(a+)+b\" then 1
  rule remembers when t matches \"(.*a.{200})\" then 2
  rule grows when length_of(upper(t)) > 29_999 then 3
  rule spaces when trim(t) = \"\" then 4
  rule letters when (some c in characters(t) satisfies c = \"q\") then 5
  rule parts when t contains \"aaab\" or lower(t) ends with \"é\" or to_integer(t) is given then 6
  otherwise 0
";
    let mut sources = Sources::new();
    sources.add("long.ax", decision(", t: text", "first", rules)).expect("a small file");
    let rules = axtrace::compile(sources).expect("rules that compile");
    let decision = rules.decision("m.d").expect("the decision is there");
    let cases = [("a", 2), ("ΐ", 3), ("\u{2003}", 4), ("cq", 5), ("caaab", 6), ("é", 6), ("0", 6), ("9", 0), ("日本", 0)];
    for (part, outcome) in cases {
        let text: String = part.chars().cycle().take(10_000).collect();
        for level in [axtrace::Level::None, axtrace::Level::Record, axtrace::Level::Full] {
            let input = format!("{{\"x\": 1, \"z\": true, \"t\": \"{text}\"}}");
            let line = decision.decide(input.as_bytes(), level).expect("a sound input");
            let expected = format!("\"outcome\":{{\"kind\":\"decided\",\"value\":{outcome}}}");
            assert!(line.contains(&expected), "{part} at {level}: {:.300}", line);
        }
    }
}

#[test]
fn chains_that_nest_in_later_passes_are_refused_when_long() {
    let lines = |chain: String| format!("module m\ndecision d(x: integer, y: integer?) gives integer = {chain}\n");
    let otherwise = |count: usize| lines(each(count, |n| format!("if x = {n} then 1 else ")) + "1");
    assert_eq!(attack(otherwise(2_000)), Vec::<String>::new());
    assert_eq!(attack(otherwise(12_000)), ["E0007"]);
    assert_eq!(attack(lines(format!("y{} or else 1", " or else y".repeat(12_000)))), ["E0007"]);
    let inside = "(".to_owned() + &each(6_000, |n| format!("if x = {n} then 1 else ")) + "1)";
    assert_eq!(
        attack(otherwise(0).replace("= 1\n", &format!("= {}{inside}\n", each(6_000, |n| format!("if x = {n} then 1 else "))))),
        ["E0007"]
    );
}

#[test]
fn what_is_too_long_to_be_read_at_once_is_refused() {
    let items = |count: usize| format!("module m\ndecision d(x: integer) gives boolean = x in [{}0]\n", "0,".repeat(count));
    assert_eq!(attack(items(20_000)), Vec::<String>::new());
    assert_eq!(attack(items(130_000)), ["E0007"]);
    assert_eq!(attack(format!("module m\n{}", "unit u\n".repeat(800_000))), ["E0001"]);
    for name in ["x".repeat(1_000_000), format!("`{}`", "x y ".repeat(300_000))] {
        assert_eq!(attack(format!("module m\ndecision d(z: integer) gives integer = {name}\n"))[0], "E0037");
    }
    for bracket in ["}", "{", "(", "\"a\n", "`\n", "%"] {
        assert!(attack(bracket.repeat(1_600_000)).contains(&"E0001".to_owned()), "{bracket}");
    }
}

#[test]
fn thousands_of_binders_in_each_other_are_refused() {
    let binders = |count: usize| (0..count).map(|n| format!("a{n} in l")).collect::<Vec<_>>().join(", ");
    for form in ["count(%) > 0", "(some % satisfies true)", "fold(t : integer = 0, %: t) > 0", "sum(1 for %) > 0"] {
        let source = |count| {
            format!("module m\ndecision d(l: list of integer with 0..1 items) gives boolean = {}\n", form.replace('%', &binders(count)))
        };
        assert_eq!(attack(source(100)), Vec::<String>::new(), "{form}");
        assert_eq!(attack(source(5_000)), ["E0007"], "{form}");
    }
}

#[test]
fn decisions_that_are_large_together_are_refused() {
    let double = each(14, |n| format!("define f{}(a: boolean) : boolean = f{n}(a) or f{n}(not a)\n", n + 1));
    let decisions = each(40, |n| format!("decision d{n}(x: boolean) gives boolean = f14(x)\n"));
    assert_eq!(attack(format!("module m\ndefine f0(a: boolean) : boolean = a\n{double}{decisions}")), ["E0430"]);
}

#[test]
fn operations_that_lie_deep_in_each_other_are_refused() {
    let more = "+1".repeat(250);
    let defines = each(400, |n| format!("define f{}(a: integer in 0..9) = f{n}(a){more}\n", n + 1));
    let decision = "decision d(x: integer in 0..9) gives boolean = f400(x) > 3\n";
    assert_eq!(attack(format!("module m\ndefine f0(a: integer in 0..9) = a\n{defines}{decision}")), ["E0430"]);
}

#[test]
fn a_field_of_an_optional_field_is_found_once_however_far_it_goes() {
    let records = each(60, |n| format!("record R{} {{ r: R{n}? }}\n", n + 1));
    let source = |far: usize| {
        let chain = ".r".repeat(far);
        format!(
            "module m\nrecord R0 {{ a: integer in 0..9 }}\n{records}decision d(x: R{far}?) gives integer in 0..9 = x{chain}.a or else 1\n"
        )
    };
    for far in [1, 2, 5, 30] {
        assert_eq!(attack(source(far)), Vec::<String>::new(), "{far} fields further");
    }
}

#[test]
fn records_that_leave_most_fields_out_are_refused_when_they_are_many() {
    let fields = each(20_000, |n| format!("f{n}: integer?,"));
    let record = format!("module m\nrecord R {{ {fields} }}\n");
    let with = each(200, |n| format!("let a{n} = r with {{ f{n}: 1 }}\n"));
    let whole = format!("{record}decision d(r: R) gives R {{\n{with}rule r then a199\n}}\n");
    assert_eq!(attack(whole), ["E0319"]);
    let empty = each(200, |n| format!("sample s{n} : R = {{}}\n"));
    assert_eq!(attack(format!("{record}{empty}decision d(r: R) gives R = r\n")), ["E0319"]);
}

#[test]
fn long_constants_cost_no_more_for_being_named_often() {
    let items: Vec<_> = (0..50_000).map(|n| n.to_string()).collect();
    let list = format!("list of integer with 0..100_000 items = [{}]\n", items.join(","));
    let rules = each(3_000, |n| format!("rule r{n} when x in big then {n}\n"));
    let named = decision("", "first", &(rules + "otherwise 1\n")) + "param big : " + &list;
    assert_eq!(attack(named), Vec::<String>::new());
    let tests = each(5_000, |n| format!("test \"t{n}\" for d {{ given l = big expect 50_000 }}\n"));
    let decision = "decision d(l: list of integer with 0..100_000 items) gives integer = count(l)\n";
    assert_eq!(attack(format!("module m\n{decision}sample big : {list}{tests}")), Vec::<String>::new());
}

#[test]
fn records_of_many_fields_are_compared_without_looking_into_them() {
    let fields = each(50_000, |n| format!("f{n}: integer,"));
    let rules = each(2_000, |n| format!("rule r{n} when a = b then {n}\n"));
    let source = decision(", a: R, b: R", "first", &(rules + "otherwise 1\n"));
    assert_eq!(attack(format!("{source}record R {{ {fields} }}\n")), Vec::<String>::new());
}

#[test]
fn defines_with_long_bodies_and_many_arguments_are_called_often() {
    let arguments: Vec<_> = (0..5_000).map(|n| format!("a{n}: integer")).collect();
    let define = format!("define f({}) : boolean = true\n", arguments.join(", "));
    let rules = each(5_000, |n| format!("rule r{n} when f(x) then {n}\n"));
    assert_eq!(attack(decision("", "first", &(rules + "otherwise 1\n")) + &define), ["E0305"]);
}

#[test]
fn thousands_of_names_have_their_ranks() {
    let names = each(4_000, |n| format!("v{n}, "));
    let rules = each(20, |n| format!("rule r{n} when x > {n} then v{n}\n"));
    let source = |ranked: &str| {
        format!(
            "module m\nenum V {{ {names} }}\ndecision d(x: integer, v: V) gives V hit priority ({ranked}) {{\n{rules}rule last then v\n}}\n"
        )
    };
    assert_eq!(attack(source(names.trim_end_matches(", "))), Vec::<String>::new());
    assert_eq!(attack(source(names.trim_end_matches(", v3999, "))), ["E0505"]);
}

#[test]
fn rules_that_one_rule_overrides_are_asked_for_quickly() {
    let rules = each(400, |n| format!("rule r{n} when x > {n} then {n}\n"));
    let all: Vec<_> = (0..400).map(|n| format!("r{n}")).collect();
    let top = format!("rule top when z then 7 overrides {}\notherwise 1\n", all.join(", "));
    assert_eq!(attack(decision("", "any", &(rules + &top))), ["E0502"]);
}

#[test]
fn thousands_of_outcomes_are_added_up() {
    let rules = each(3_000, |n| format!("rule r{n} when x > {n} then {}\n", n % 5));
    assert_eq!(attack(decision("", "collect sum", &rules)), Vec::<String>::new());
}

#[test]
fn many_relations_of_many_fields_are_refused() {
    let record = |many: usize| {
        let fields: String = (0..many).map(|i| format!("f{i} : integer in 0..9\n")).collect();
        let relations: String = (1..many).map(|i| format!("always f{} <= f{i}\n", i - 1)).collect();
        format!("module m\nrecord R {{\n{fields}{relations}}}\ndecision d(r: R) gives boolean = r.f0 > 3 and r.f{} < 2\n", many - 1)
    };
    assert_eq!(attack(record(800)), ["E0319"]);
    let params: Vec<String> = (0..800).map(|i| format!("p{i}: integer in 0..9")).collect();
    let relations: String = (1..800).map(|i| format!("always p{} <= p{i}\n", i - 1)).collect();
    let decision = format!("module m\ndecision d({}) gives boolean {{\n{relations}otherwise true\n}}\n", params.join(", "));
    assert_eq!(attack(decision), ["E0319"]);
}

#[test]
fn thousands_of_relations_are_asked_of_constants_and_inputs() {
    let related = |count: usize| each(count, |n| format!("always a < b + {n} because \"x\"\n"));
    let modules = each(1_000, |n| format!("always p < {} because \"x\"\n", n + 4));
    let decisions = "decision d(a, b: integer in 0..9) gives boolean {\n".to_owned() + &related(500) + "rule r then a > p\n}\n";
    let tests = each(300, |n| format!("test \"{n}\" for d {{ given a = {}, b = 9 expect {} }}\n", n % 9, n % 9 > 3));
    assert_eq!(attack(format!("module m\nparam p : integer = 3\n{modules}{decisions}{tests}")), Vec::<String>::new());
}

#[test]
fn records_that_are_built_far_along_are_proved() {
    let record = "record A { a, b: integer in 0..1_000_000\n always a <= b because \"x\" }\n";
    let rules = each(600, |n| format!("rule r{n} when x = {n} then {{ a: x, b: x + {n} }}\n"));
    let source =
        format!("module m\n{record}decision d(x: integer in 0..9_999) gives A hit first {{\n{rules}otherwise {{ a: 1, b: 2 }}\n}}\n");
    assert_eq!(attack(source), Vec::<String>::new());
}

#[test]
fn powers_without_end_are_refused() {
    let rules = each(150, |n| format!("rule r{n} when power(1.{n:05}, n, 2) > x then 1\n"));
    assert!(attack(decision(", n: integer in 0..1_000_000_000", "first", &(rules + "otherwise 1\n"))).contains(&"E0404".to_owned()));
}

#[test]
fn modules_that_all_use_each_other_are_told_once_each() {
    let count = 150;
    let mut sources = Sources::new();
    for module in 0..count {
        let uses = each(count, |other| if other == module { String::new() } else { format!("use m{other} (f{other})\n") });
        let text = format!("module m{module}\n{uses}define f{module}(a: boolean) : boolean = a\n");
        sources.add(format!("m{module}.ax"), &text).expect("a small file");
    }
    let mut findings = Findings::new();
    assert!(compile(sources, &mut findings).is_none());
    let circles = findings.sorted().iter().filter(|finding| finding.code() == "E0207").count();
    assert!(circles < count, "{circles} circles are told of {count} modules");
}

#[test]
fn thousands_of_shadows_are_no_conflicts() {
    let rules = each(3_000, |n| format!("shadow rule r{n} when x > {n} then {n}\n"));
    assert_eq!(attack(decision("", "any", &(rules + "otherwise 1\n"))), Vec::<String>::new());
}

#[test]
fn long_sets_and_chains_are_joined_at_once() {
    let items: Vec<_> = (0..20_000).map(|n| (2 * n).to_string()).collect();
    let set = format!("rule r when x in {{{}}} then 1\notherwise 2\n", items.join(", "));
    assert_eq!(attack(decision("", "first", &set)), Vec::<String>::new());
    let asked: Vec<_> = (0..5_000).map(|n| format!("x = {}", 2 * n)).collect();
    let chain = format!("rule r when {} then 1\notherwise 2\n", asked.join(" or "));
    assert_eq!(attack(decision("", "first", &chain)), Vec::<String>::new());
    let excluded: Vec<_> = (0..5_000).map(|n| format!("x != {}", 2 * n)).collect();
    let chain = format!("rule r when {} then 1\notherwise 2\n", excluded.join(" and "));
    assert_eq!(attack(decision("", "first", &chain)), Vec::<String>::new());
}

#[test]
fn sums_of_thousands_of_rules_that_exclude_each_other_are_bounded() {
    let sum = |rules: String| {
        let source = decision("", "collect sum", &rules);
        source.replacen("gives integer", "gives integer in 0..9", 1)
    };
    assert_eq!(attack(sum(each(3_000, |n| format!("rule r{n} when x = {n} then {}\n", n % 9)))), Vec::<String>::new());
    assert_eq!(attack(sum(each(3_000, |n| format!("rule r{n} when x > {n} then {}\n", n % 9)))), ["E0402"]);
    let mut random = Random(SEED);
    let mut clause = |n: usize| {
        let mut asked = || format!("{}b{}", random.of(&["", "not "]), random.below(60));
        format!("rule r{n} when {} and {} and {} then {}\n", asked(), asked(), asked(), n % 9)
    };
    let rules: String = (0..150).map(&mut clause).collect();
    let params = each(60, |n| format!(", b{n}: boolean"));
    let source = decision(&params, "collect sum", &rules).replacen("gives integer", "gives integer in 0..9", 1);
    assert_eq!(attack(source), ["E0402"]);
}

#[test]
fn files_of_more_rows_than_a_program_takes_are_refused() {
    let rules = "module m\ndecision d(x: integer in 0..9) gives integer hit first {\n\
                 table from \"t.csv\" { \"x\" is x, \"g\" gives }\notherwise 1\n}\n";
    let mut sources = Sources::new();
    sources.add("m.ax", rules).expect("a small file");
    sources.add_data("t.csv", ("x,g\n".to_owned() + &"1,2\n".repeat(400_001)).into_bytes());
    assert_eq!(codes_of(sources, rules).into_iter().collect::<Vec<_>>(), ["E0344"]);
}

#[test]
fn tables_of_thousands_of_rows_are_checked() {
    let table = |rows: String| format!("table\n | x | z || gives |\n |---|---||---|\n{rows}otherwise 1\n");
    let rows = |count: usize| each(count, |n| format!(" | {n} | - || {n} |\n"));
    for policy in ["first", "unique", "any"] {
        assert_eq!(attack(decision("", policy, &table(rows(600)))), Vec::<String>::new(), "{policy}");
    }
    let overlapping = each(300, |n| format!(" | >= {n} | - || {n} |\n"));
    assert_eq!(attack(decision("", "any", &table(overlapping))), ["E0502"]);
    let broken = each(500, |n| format!(" | {n}..{n} | => == || {n}\n"));
    assert!(!attack(decision("", "first", &table(broken))).is_empty());
}

#[test]
fn files_of_tests_that_want_to_break_the_reader_have_findings() {
    let rules = "module m\ndecision d(x: integer) gives integer = x\ntest d from \"c.json\"\n";
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let many = format!("[{}]", vec![r#"{"given": {"y": 1}}"#; 5_000].join(", "));
    let keys = format!("[{{\"given\": {{{}}}, \"expect\": 1}}]", (0..5_000).map(|n| format!("\"k{n}\": 1")).collect::<Vec<_>>().join(", "));
    let digits = format!(r#"[{{"given": {{"x": {}}}, "expect": 1}}]"#, "1".repeat(100_000));
    let (numbers, nulls) = (format!("[{}0]", "1,".repeat(100_000)), format!("[{}null]", "null,".repeat(100_000)));
    for cases in [deep, many, keys, digits, numbers, nulls, "\0".repeat(1_000), "[".repeat(1_000), "\"".to_owned()] {
        let mut sources = Sources::new();
        sources.add("m.ax", rules).expect("a small file");
        sources.add_data("c.json", cases.clone().into_bytes());
        assert!(!codes_of(sources, rules).is_empty(), "{:.60}", cases);
    }
}
