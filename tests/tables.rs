//! Tables that are looked up against the same rules written out, and native code against the interpreter, on random tables and inputs.

use std::fmt::Write;

use axtrace::compiler::interpret::{Options, decide};
use axtrace::runtime::memory::Batch;
use axtrace::runtime::trace::{SCHEMA, decode};
use axtrace::source::Sources;
use axtrace::{Decision, Level, Rules};

/// Numbers that only look random, the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most
    }

    fn one<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// What the rules of a program decide, and by which policy.
struct Style {
    gives: &'static str,
    policy: &'static str,
    outcomes: &'static [&'static str],
    otherwise: Option<&'static str>,
}

const STYLES: [Style; 8] = [
    Style {
        gives: "money EUR or referral",
        policy: "hit first",
        outcomes: &[
            "1.50 EUR",
            "2 EUR",
            "0.00 EUR",
            "refer to desk",
            "refer to boss within 2 h",
            "item.count * 0.25 EUR",
            "7 EUR",
            "8 EUR",
        ],
        otherwise: Some("99 EUR"),
    },
    Style {
        gives: "text",
        policy: "hit first",
        outcomes: &["\"a\"", "\"bcd\"", "\"\"", "this_rule", "\"in {this_rule}\""],
        otherwise: Some("\"none\""),
    },
    Style {
        gives: "Fee or referral",
        policy: "hit first",
        outcomes: &[
            "{ rate: 2 %, tags: {red} }",
            "{ rate: 12.5 %, tags: {}, note: 3 }",
            "refer to desk proposing { rate: 1 %, tags: {red, blue} }",
        ],
        otherwise: Some("refer to boss"),
    },
    Style { gives: "integer in 0..99", policy: "hit collect", outcomes: &["1", "2", "98"], otherwise: None },
    Style { gives: "integer", policy: "hit collect sum", outcomes: &["1", "2", "98", "item.count"], otherwise: None },
    Style { gives: "integer in 0..99?", policy: "hit collect min", outcomes: &["1", "2", "98"], otherwise: None },
    Style { gives: "integer", policy: "hit collect count", outcomes: &["true"], otherwise: None },
    Style {
        gives: "Colour or referral",
        policy: "hit priority (blue, refer, green, red)",
        outcomes: &["red", "blue", "green", "refer to desk"],
        otherwise: Some("red"),
    },
];

const HEAD: &str = "
owner \"Tests\"
enum Colour { red, green, blue, white }
role desk \"Desk\"
role boss \"Boss\"
record Fee { rate : percent, tags : set of Colour, note : integer in 0..9? }
record Item {
  colour : Colour
  count  : integer in 0..40
  stage  : integer in 1..9?
  weight : decimal(2) in 0 .. 100
  day    : date in 2026-01-01 .. 2026-12-31
  code   : text with up to 3 characters
  fast   : boolean
  tint   : Colour?
}
";

const COLUMNS: [&str; 8] = ["colour", "count", "stage", "weight", "day", "code", "fast", "tint"];

/// A cell, and the same as a condition of a rule; none where it lets anything through.
fn cell(random: &mut Random, column: &str) -> (String, Option<String>) {
    let name = format!("item.{column}");
    if random.below(5) < 2 {
        return ("-".into(), None);
    }
    let optional = matches!(column, "stage" | "tint");
    if optional && random.below(4) == 0 {
        let (cell, condition) = if random.below(2) == 0 { ("missing", "is missing") } else { ("given", "is given") };
        return (cell.into(), Some(format!("{name} {condition}")));
    }
    let value = |random: &mut Random| match column {
        "colour" | "tint" => random.one(&["red", "green", "blue", "white"]).to_owned(),
        "count" => random.below(41).to_string(),
        "stage" => (1 + random.below(9)).to_string(),
        "weight" => format!("{}.{}", random.below(100), random.one(&["0", "5", "25", "125", "999"])),
        "day" => format!("2026-{:02}-{:02}", 1 + random.below(12), 1 + random.below(28)),
        "code" => format!("\"{}\"", random.one(&["", "a", "b", "ab", "é", "zz"])),
        _ => random.one(&["true", "false"]).to_owned(),
    };
    let ordered = matches!(column, "count" | "stage" | "weight" | "day" | "code");
    let part = |random: &mut Random| {
        let one = value(random);
        match random.below(if ordered { 4 } else { 1 }) {
            0 => (one.clone(), format!("{name} = {one}")),
            1 => {
                let sign = random.one(&["<", "<=", ">", ">=", "!="]);
                (format!("{sign} {one}"), format!("{name} {sign} {one}"))
            }
            _ => {
                let mut ends = [one, value(random)];
                let number = |text: &String| text.parse::<f64>().ok();
                if number(&ends[0]) > number(&ends[1]) || number(&ends[0]).is_none() && ends[0] > ends[1] {
                    ends.swap(0, 1);
                }
                let dots = random.one(&["..", "..<", "<..", "<..<"]);
                let range = format!("{}{dots}{}", ends[0], ends[1]);
                (range.clone(), format!("{name} in {range}"))
            }
        }
    };
    let mut parts = vec![part(random)];
    if random.below(3) == 0 {
        parts.push(part(random));
    }
    let cells: Vec<&str> = parts.iter().map(|part| part.0.as_str()).collect();
    let either = parts.iter().map(|part| part.1.as_str()).collect::<Vec<_>>().join(" or ");
    let not = random.below(4) == 0;
    let inner = if not { format!("not ({either})") } else { format!("({either})") };
    let condition = if optional { format!("({name} is given and {inner})") } else { inner };
    let missing = optional && !not && random.below(4) == 0;
    let condition = if missing { format!("({name} is missing or {condition})") } else { condition };
    let cell = cells.join(", ") + if missing { ", missing" } else { "" };
    (if not { format!("not {cell}") } else { cell }, Some(condition))
}

/// A program of two decisions: one with a table, and one with its rows as rules.
fn program(random: &mut Random, style: &Style) -> String {
    let rows = 65 + random.below(60);
    let columns: Vec<&str> = COLUMNS.iter().copied().filter(|_| random.below(3) > 0).collect();
    let columns = if columns.is_empty() { vec!["count"] } else { columns };
    let headers: Vec<String> = columns.iter().map(|column| format!("item.{column}")).collect();
    let mut table = format!("  table\n    | id | {} || gives | because |\n", headers.join(" | "));
    let mut rules = String::new();
    let asks_inputs = random.below(rows);
    for row in 0..rows {
        let mut cells = Vec::new();
        let mut conditions = Vec::new();
        for column in &columns {
            let (cell, condition) = cell(random, column);
            // Some cells ask more than constants say.
            if *column == "count" && row == asks_inputs {
                cells.push(">= length_of(item.code) + 1".to_owned());
                conditions.push("item.count >= length_of(item.code) + 1".to_owned());
                continue;
            }
            cells.push(cell);
            conditions.extend(condition);
        }
        let outcome = random.one(style.outcomes);
        let because = match random.below(3) {
            0 => format!("\"row {row}\""),
            1 if row % 16 == 0 && style.policy != "hit collect" => format!("\"{row} of {{item.count}}\""),
            _ => String::new(),
        };
        let _ = writeln!(table, "    | r{row} | {} || {outcome} | {because} |", cells.join(" | "));
        let when = if conditions.is_empty() { String::new() } else { format!(" when {}", conditions.join(" and ")) };
        let why = if because.is_empty() { String::new() } else { format!(" because {because}") };
        let _ = writeln!(rules, "  rule r{row}{when} then {outcome}{why}");
    }
    let otherwise = style.otherwise.map(|outcome| format!("  otherwise {outcome}\n")).unwrap_or_default();
    let first =
        if style.policy == "hit first" && random.below(2) == 0 { "  rule zero when item.fast and item.count < 3 then OUT\n" } else { "" };
    let first = first.replace("OUT", style.outcomes[0]);
    let head = |name: &str| format!("decision {name}(item: Item) gives {} {} {{\n{first}", style.gives, style.policy);
    format!("module random{HEAD}{}{table}{otherwise}}}\n{}{rules}{otherwise}}}\n", head("looked_up"), head("written_out"))
}

fn input(random: &mut Random) -> String {
    let colour = |random: &mut Random| format!("\"{}\"", random.one(&["red", "green", "blue", "white"]));
    let stage = if random.below(3) == 0 { "null".to_owned() } else { (1 + random.below(9)).to_string() };
    let tint = if random.below(3) == 0 { "null".to_owned() } else { colour(random) };
    format!(
        r#"{{"item":{{"colour":{},"count":{},"stage":{stage},"weight":"{}.{}","day":"2026-{:02}-{:02}","code":"{}","fast":{},"tint":{tint}}}}}"#,
        colour(random),
        random.below(41),
        random.below(100),
        random.one(&["0", "25", "5", "12", "13", "99"]),
        1 + random.below(12),
        1 + random.below(28),
        random.one(&["", "a", "b", "ab", "é", "zz", "x"]),
        random.below(2) == 0,
    )
}

/// Native code at all levels and the interpreter say the same of an input.
fn agree(rules: &Rules, decision: &Decision, line: &str) {
    let native = decision.trace(line.as_bytes(), Level::Full).unwrap_or_else(|error| panic!("{line}: {error:?}"));
    let values: Vec<_> = native.input.iter().map(|input| input.value.clone()).collect();
    let program = rules.program();
    for level in [Level::None, Level::Record, Level::Full] {
        let run = decide(&program.meta, &program.graphs, decision.id(), &values, Options::at(level));
        let recording = run.unwrap_or_else(|fault| panic!("{line}: {fault:?}")).recording;
        let mut batch = Batch::new();
        batch.push_values(decision.meta(), &program.meta.types, &values).expect("the values are those of an input");
        let view = recording.view(&batch);
        let interpreted = decode(&program.meta, decision.id(), &view, level).expect("a recording");
        let native = decision.trace(line.as_bytes(), level).expect("it was decided before");
        assert_eq!(interpreted, native, "{line} at {level}");
    }
}

#[test]
fn a_table_decides_as_its_rows_would_as_rules() {
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is one");
    let mut applied = 0;
    for round in 0..24 {
        let random = &mut Random(round * 7919 + 1);
        let style = &STYLES[round as usize % STYLES.len()];
        let source = program(random, style);
        let mut sources = Sources::new();
        sources.add("random.ax", source.clone()).expect("a file");
        let rules = axtrace::compile(sources).unwrap_or_else(|rejected| panic!("{source}\n{rejected:#?}"));
        assert_eq!(rules.meta().tables.len(), 1, "the table is looked up: {source}");
        let (table, written) = (rules.decision("looked_up").expect("there"), rules.decision("written_out").expect("there"));
        for _ in 0..40 {
            let line = input(random);
            agree(&rules, &table, &line);
            let (one, other) = (table.trace(line.as_bytes(), Level::Full), written.trace(line.as_bytes(), Level::Full));
            let (one, other) = (one.expect("decided"), other.expect("decided"));
            assert_eq!(one.outcome, other.outcome, "{line}\n{source}");
            let by = |trace: &axtrace::runtime::trace::Trace| {
                let mut by: Vec<_> = trace.by.iter().map(|by| (by.rule.clone(), by.because.clone(), by.gives.clone())).collect();
                by.sort_by(|one, other| one.0.cmp(&other.0));
                by
            };
            assert_eq!(by(&one), by(&other), "{line}\n{source}");
            applied += one.by.len();
            let json = table.decide(line.as_bytes(), Level::Full).expect("decided");
            let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
            assert!(schema.is_valid(&json), "{json}");
        }
    }
    assert!(applied > 500, "{applied} rows applied");
}

// Tables beside tables and rules

/// What is wrong with rules: the code and the message of each error.
fn errors(rules: &str) -> Vec<(String, String)> {
    let mut sources = Sources::new();
    sources.add("random.ax", rules).expect("a file");
    let mut findings = axtrace::source::Findings::new();
    let _ = axtrace::compiler::compile(sources, &mut findings);
    findings.sorted().iter().filter(|it| it.is_error()).map(|it| (it.code(), it.diagnostic.to_string())).collect()
}

/// A table of rows that follow each other without gaps: row `n` lets `from + n * width` and the next ones through.
fn steps(indent: &str, prefix: &str, rows: usize, from: usize, width: usize, outcome: impl Fn(usize) -> String) -> String {
    let mut text = format!("{indent}table\n{indent}  | id | n || gives |\n");
    for row in 0..rows {
        let low = from + row * width;
        let _ = writeln!(text, "{indent}  | {prefix}{row} | {low}..{} || {} |", low + width - 1, outcome(row));
    }
    text
}

fn head(policy: &str) -> String {
    format!(
        "module random\nowner \"Tests\"\nenum Way {{ up, down }}\ndecision d(n: integer in 0..99_999, m: integer in 0..9, way: Way, code: text) gives integer {policy} {{\n"
    )
}

#[test]
fn rows_of_two_tables_are_held_against_each_other() {
    let value = |row: usize| (row % 7).to_string();
    let two =
        |policy: &str, second: String| format!("{}{}{second}  otherwise 99\n}}\n", head(policy), steps("  ", "a", 300, 0, 100, value));
    // Side by side.
    assert_eq!(errors(&two("", steps("  ", "b", 300, 30_000, 50, |_| "9".to_owned()))), []);
    assert_eq!(errors(&two("hit unique", steps("  ", "b", 300, 30_000, 50, |_| "9".to_owned()))), []);
    // The last row of the first and the first of the second share a number.
    let touching = || steps("  ", "b", 300, 29_999, 50, |row| if row == 0 { value(299) } else { "9".to_owned() });
    assert_eq!(errors(&two("", touching())), []);
    let told = errors(&two("hit unique", touching()));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0 == "E0503" && told[0].1.contains("`a299` and `b0`"), "{told:?}");
    let told = errors(&two("", steps("  ", "b", 300, 29_999, 50, |_| "9".to_owned())));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0 == "E0502" && told[0].1.contains("`a299` and `b0`"), "{told:?}");
}

#[test]
fn tables_in_groups_that_exclude_each_other_may_share_numbers() {
    let group = |name: &str, when: &str, outcome: &str| {
        format!("  group {name} when {when} {{\n{}  }}\n", steps("    ", name, 1_000, 0, 100, |_| outcome.to_owned()))
    };
    let both = |second: &str| format!("{}{}{}}}\n", head(""), group("up_rows", "way = up", "1"), group("down_rows", second, "2"));
    assert_eq!(errors(&both("way = down")), []);
    let told = errors(&both("m > 3"));
    assert!(told.iter().any(|it| it.0 == "E0502" && it.1.contains("`up_rows0` and `down_rows0`")), "{told:?}");
    assert!(told.iter().any(|it| it.0 == "E0501" && it.1.contains("`way` is `down`")), "{told:?}");
}

#[test]
fn a_rule_beside_thousands_of_rows_is_held_against_those_it_touches() {
    let beside = |rule: &str| format!("{}  {rule}\n{}}}\n", head(""), steps("  ", "a", 5_000, 0, 20, |row| (row % 7).to_string()));
    // Nothing in common with any row that decides otherwise.
    assert_eq!(errors(&beside("rule same when n in 40..59 then 2")), []);
    assert_eq!(errors(&beside("rule nothing when n < 5 and n + m > 60 and code = \"X\" then 9")), []);
    let told = errors(&beside("rule other when n in 99_975..99_985 and code = \"X\" then 9"));
    assert!(told.iter().any(|it| it.0 == "E0502" && it.1.contains("`a4998` and `other`")), "{told:?}");
    // A rule that touches all of them conflicts with the first that decides otherwise.
    let told = errors(&beside("rule all when code = \"X\" then 0"));
    assert!(told.iter().any(|it| it.0 == "E0502" && it.1.contains("`a1` and `all`")), "{told:?}");
}

#[test]
fn rows_of_files_know_what_their_cells_say() {
    let rules = "module random
owner \"Tests\"
decision share(total: integer in 0..1_000, people: integer in 0..50, bonus: integer in 1..9?) gives integer hit first {
  table from \"rows.csv\" { \"no\" id, \"total\" is total, \"people\" is people, \"bonus\" is bonus, \"gives\" gives }
    because \"by {this_rule}\"
}
";
    // With few rows, which are rules, and with many, which are looked up.
    for filler in [0, 90] {
        let mut data = "no;total;people;bonus;gives\n".to_owned();
        data += "few;-;1..3;-;round_down(total / people, 0)\nmore;> 500;4..50;given;round_down(total / people, 0) + bonus\n";
        for row in 0..filler {
            let _ = writeln!(data, "f{row};{row};4..50;-;{}", row % 5);
        }
        data += "each;<= 500;4..50;missing;round_down(total / people, 0)\nbonus;<= 500;4..50;given;bonus\nlow;-;0;-;total\nrest;-;-;-;7\n";
        let mut sources = Sources::new();
        sources.add("random.ax", rules).expect("a file");
        sources.add_data("rows.csv", data.clone().into_bytes());
        let rules = axtrace::compile(sources).unwrap_or_else(|rejected| panic!("{data}\n{rejected:#?}"));
        assert_eq!(rules.meta().tables.len(), usize::from(filler > 0));
        let decision = rules.decision("share").expect("there");
        for (input, value, by) in [
            (r#"{"total":700,"people":3,"bonus":null}"#, "233", "few"),
            (r#"{"total":700,"people":7,"bonus":5}"#, "105", "more"),
            (r#"{"total":400,"people":7,"bonus":null}"#, "57", "each"),
            (r#"{"total":400,"people":7,"bonus":5}"#, "5", "bonus"),
            (r#"{"total":400,"people":0,"bonus":5}"#, "400", "low"),
            (r#"{"total":700,"people":7,"bonus":null}"#, "7", "rest"),
        ] {
            agree(&rules, &decision, input);
            let json = decision.decide(input.as_bytes(), Level::Record).expect("decided");
            let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
            assert_eq!(json["outcome"]["value"].to_string(), value, "{input}");
            assert_eq!((json["by"][0]["rule"].as_str(), json["by"][0]["because"].as_str()), (Some(by), Some(&*format!("by {by}"))));
        }
    }
}

#[test]
fn what_a_header_computes_may_be_more_than_the_cells_say() {
    // The first row divides by the header less 8.
    for (cell, refused) in [("> 3", true), ("4..7", false), ("> 8", false)] {
        let mut text =
            head("hit first") + &format!("  table\n    | n | m * 12 || gives |\n    | - | {cell} || round_down(10 / (m * 12 - 8), 0) |\n");
        for row in 0..90 {
            let _ = writeln!(text, "    | {row} | < 0 || {row} |");
        }
        text += "    | - | - || 1 |\n}\n";
        let told = errors(&text);
        assert_eq!(told.iter().any(|it| it.0 == "E0410"), refused, "{cell}: {told:?}");
    }
}

#[test]
fn what_rows_do_not_exclude_is_refused_whatever_the_size() {
    for filler in [0, 90] {
        let mut text = format!("{}  table\n    | n | m || gives |\n    | - | 0..3 || round_down(10 / m, 0) |\n", head("hit first"));
        for row in 0..filler {
            let _ = writeln!(text, "    | {row} | 4..9 || {row} |");
        }
        text += "    | - | - || 1 |\n}\n";
        let told = errors(&text);
        assert!(told.len() == 1 && told[0].0 == "E0410", "{filler}: {told:?}");
    }
}
