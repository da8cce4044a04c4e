//! Rows that are suggested for tables that leave cases open: once they are added, no case is open, whatever the table holds.

use axtrace::compiler::fill::{Place, Suggestion};
use axtrace::compiler::missing_rows;
use axtrace::source::{Findings, Sources};

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

const HEAD: &str = "module random
owner \"Tests\"
unit kg
enum Colour { red, green, blue, `odd one` }
record Item {
  colour : Colour
  count  : integer in -5..40
  stage  : integer in 1..9?
  weight : decimal(2) kg in 0 kg .. 100 kg
  price  : money EUR in 0.00 EUR .. 500.00 EUR
  share  : percent in 0 % .. 100 %
  day    : date in 2026-01-01 .. 2026-12-31
  at     : time
  notice : duration in 0 h .. 400 h
  week   : weekday
  marks  : set of Colour
  code   : text with up to 3 characters
  note   : text?
  fast   : boolean
  tint   : Colour?
}
";

const COLUMNS: [&str; 15] =
    ["colour", "count", "stage", "weight", "price", "share", "day", "at", "notice", "week", "marks", "code", "note", "fast", "tint"];

/// A value of a column, as rules write it, and its place among all of them.
fn value(random: &mut Random, column: &str) -> (usize, String) {
    let at = random.below(1_000);
    let named = |names: &[&str]| (at % names.len(), names[at % names.len()].to_owned());
    match column {
        "colour" | "tint" => named(&["red", "green", "blue", "`odd one`"]),
        "count" => (at % 46, (at as i32 % 46 - 5).to_string()),
        "stage" => (at % 9, (1 + at % 9).to_string()),
        "weight" => (at, format!("{}.{} kg", at / 10, at % 10)),
        "price" => (at, format!("{}.{:02} EUR", at / 2, at % 2 * 50)),
        "share" => (at % 101, format!("{} %", at % 101)),
        "day" => (at % 336, format!("2026-{:02}-{:02}", 1 + at % 336 / 28, 1 + at % 28)),
        "at" => (at, format!("{:02}:{:02}", at / 60, at % 60)),
        "notice" => (at % 400, format!("{} h", at % 400)),
        "week" => named(&["monday", "wednesday", "sunday"]),
        "marks" => named(&["{}", "{red}", "{red, blue}"]),
        "code" | "note" => named(&["\"\"", "\"a\"", "\"ab\"", "\"b\"", "\"z,z\"", "\"é\""]),
        _ => named(&["true", "false"]),
    }
}

fn cell(random: &mut Random, column: &str, likely: usize) -> String {
    if random.below(10) < likely {
        return "-".to_owned();
    }
    let optional = matches!(column, "stage" | "tint" | "note");
    if optional && random.below(4) == 0 {
        return random.one(&["missing", "given"]).to_owned();
    }
    let ordered = !matches!(column, "colour" | "tint" | "marks" | "fast");
    let part = |random: &mut Random| match random.below(if ordered { 4 } else { 1 }) {
        0 => value(random, column).1,
        1 => format!("{} {}", random.one(&["<", "<=", ">", ">=", "!="]), value(random, column).1),
        _ => {
            let (one, other) = (value(random, column), value(random, column));
            let (low, high) = if one.0 <= other.0 { (one.1, other.1) } else { (other.1, one.1) };
            format!("{low}{}{high}", random.one(&[" .. ", " ..<", "<.. "]))
        }
    };
    let mut parts = vec![part(random)];
    if random.below(3) == 0 {
        parts.push(part(random));
    }
    format!("{}{}", if random.below(4) == 0 { "not " } else { "" }, parts.join(", "))
}

fn sources(rules: &str, data: Option<&str>) -> Sources {
    let mut sources = Sources::new();
    sources.add("random.ax", rules).expect("a file");
    if let Some(data) = data {
        sources.add_data("rows.csv", data.as_bytes().to_vec());
    }
    sources
}

/// The errors in rules, with their codes.
fn errors(rules: &str, data: Option<&str>) -> Vec<(String, String)> {
    let mut findings = Findings::new();
    let _ = axtrace::compiler::compile(sources(rules, data), &mut findings);
    findings.sorted().iter().filter(|it| it.is_error()).map(|it| (it.code(), it.diagnostic.to_string())).collect()
}

/// A text with the lines of a suggestion, `?` filled in.
fn added(text: &str, it: &Suggestion, outcome: &str) -> String {
    let new: Vec<String> = it.text.lines().map(|line| filled(line, outcome)).collect();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    match it.place {
        Place::Behind(line) => drop(lines.splice(line..line, new)),
        Place::Instead(from, to) => drop(lines.splice(from - 1..to, new)),
    }
    lines.join("\n") + "\n"
}

fn filled(line: &str, outcome: &str) -> String {
    line.replace("| ? ", &format!("| {outcome} ")).replace(";?", &format!(";{outcome}")).replace(";?", &format!(";{outcome}"))
}

fn is_gap((code, message): &(String, String)) -> bool {
    code == "E0501" || code == "E0504" && message.contains("no rule decides")
}

/// Adds what is suggested until nothing is, and gives how many rows that were; none if the table has other errors or leaves nothing open.
fn closed(mut rules: String, mut data: Option<String>) -> usize {
    let mut rows = 0;
    for _ in 0..40 {
        let before = errors(&rules, data.as_deref());
        if !before.iter().any(is_gap) || before.iter().any(|it| it.0.as_str() < "E0500") {
            return rows;
        }
        let suggested = missing_rows(sources(&rules, data.as_deref())).unwrap_or_else(|| panic!("{rules}\n{before:?}"));
        let [it] = suggested.as_slice() else { panic!("{rules}\n{suggested:?}") };
        let more = it.remarks.iter().any(|remark| remark.starts_with("more rows"));
        assert!(!it.text.is_empty(), "{rules}\n{data:?}\n{it:?}");
        match &mut data {
            Some(data) => *data = added(data, it, "1"),
            None => rules = added(&rules, it, "1"),
        }
        rows += it.rows + it.columns;
        let after = errors(&rules, data.as_deref());
        assert!(more || !after.iter().any(is_gap), "{rules}\n{data:?}\n{it:?}\n{after:?}");
        let new: Vec<_> = after.iter().filter(|it| !is_gap(it) && !before.iter().any(|known| known.0 == it.0)).collect();
        assert!(new.is_empty(), "{rules}\n{data:?}\n{it:?}\n{new:?}");
    }
    rows
}

#[test]
fn added_rows_close_every_gap() {
    let (mut tables, mut rows) = (0, 0);
    for round in 0..72 {
        let random = &mut Random(round * 6_151 + 3);
        let columns: Vec<&str> = (0..1 + random.below(3)).map(|_| random.one(&COLUMNS)).collect();
        let columns: Vec<&str> =
            columns.iter().enumerate().filter(|(at, name)| !columns[..*at].contains(name)).map(|(_, it)| *it).collect();
        let headers: Vec<String> = columns.iter().map(|column| format!("item.{column}")).collect();
        let (policy, large) = (random.one(&["hit first", "", "hit unique"]), round % 8 == 0);
        let mut text =
            format!("{HEAD}decision d(item: Item) gives integer {policy} {{\n  table\n    | id | {} || gives |\n", headers.join(" | "));
        for row in 0..if large { 70 } else { 1 + random.below(6) } {
            let cells: Vec<String> = columns.iter().map(|column| cell(random, column, 2)).collect();
            text += &format!("    | r{row} | {} || 1 |\n", cells.join(" | "));
        }
        let found = closed(text + "}\n", None);
        tables += usize::from(found > 0);
        rows += found;
    }
    assert!(tables > 30 && rows > 100, "{tables} tables, {rows} rows");
}

#[test]
fn cross_tables_get_rows_and_columns() {
    let mut tables = 0;
    for round in 0..20 {
        let random = &mut Random(round * 7_919 + 5);
        let (down, across) = (random.one(&COLUMNS), random.one(&COLUMNS));
        let conditions: Vec<String> = (0..1 + random.below(3)).map(|_| cell(random, across, 0)).collect();
        let mut text = format!("{HEAD}decision d(item: Item) gives integer hit first {{\n  table item.{down} by item.{across}\n");
        text += &format!("    |      | {} |\n    |------|{}\n", conditions.join(" | "), "---|".repeat(conditions.len()));
        for _ in 0..1 + random.below(4) {
            text += &format!("    | {} |{}\n", cell(random, down, 0), " 1 |".repeat(conditions.len()));
        }
        tables += usize::from(closed(text + "}\n", None) > 0);
    }
    assert!(tables > 10, "{tables} tables");
}

#[test]
fn rows_of_files_are_written_as_the_file_is() {
    let mut tables = 0;
    for round in 0..30 {
        let random = &mut Random(round * 104_729 + 7);
        let columns = ["colour", "count", "stage", "weight", "price", "day", "code", "note", "tint"];
        let columns: Vec<&str> = columns.into_iter().filter(|_| random.below(3) == 0).collect();
        let plain = random.below(2) == 0;
        let ends = |column: &str| matches!(column, "count" | "weight" | "price" | "day");
        let (mut titles, mut mapped) = (vec!["other".to_owned()], Vec::new());
        for column in &columns {
            if ends(column) {
                titles.extend([format!("{column} from"), format!("{column} to")]);
                mapped.push(format!("\"{column} from\"..\"{column} to\" is item.{column}"));
            } else {
                titles.push((*column).to_owned());
                mapped.push(format!("\"{column}\" is item.{column}"));
            }
        }
        titles.push("rate".to_owned());
        let quote = |cell: String| if plain { cell } else { format!("\"{cell}\"") };
        let mut data = titles.join(";") + "\n";
        for row in 0..if round % 6 == 0 { 70 } else { 1 + random.below(5) } {
            let mut cells = vec![quote(format!("x{row}"))];
            for column in &columns {
                let bare = |(at, cell): (usize, String)| {
                    let cell = cell.trim_matches('"').replace(" EUR", "").replace(" kg", "");
                    if at % 5 == 0 || cell.is_empty() { "-".to_owned() } else { cell }
                };
                let (one, other) = (value(random, column), value(random, column));
                if ends(column) {
                    let (low, high) = if one.0 <= other.0 { (one, other) } else { (other, one) };
                    cells.extend([quote(bare(low)), quote(bare(high))]);
                } else {
                    cells.push(quote(bare(one)));
                }
            }
            cells.push(quote("1".to_owned()));
            data += &(cells.join(";") + "\n");
        }
        let rules = format!(
            "{HEAD}decision d(item: Item) gives integer hit first {{\n  table from \"rows.csv\" {{ {}, \"rate\" gives }}\n}}\n",
            mapped.join(", ")
        );
        tables += usize::from(closed(rules, Some(data)) > 0);
    }
    assert!(tables > 20, "{tables} tables");
}

/// What is suggested for rules, with the file and place before it.
fn suggested(rules: &str, data: Option<&str>) -> String {
    let all = missing_rows(sources(rules, data)).expect("rules that can be read");
    let place = |it: &Suggestion| match it.place {
        Place::Behind(line) => format!("{} behind {line}", it.file),
        Place::Instead(from, to) => format!("{} instead of {from} to {to}", it.file),
    };
    all.iter().map(|it| format!("{}\n{}\n{}\n", place(it), it.text, it.remarks.join("\n"))).collect()
}

#[test]
fn rows_stand_under_their_headers() {
    let rules = r#"module premium
owner "Pricing"
enum Class  { compact, estate, van }
enum Region { north, south, east, west }
record Vehicle { class : Class }
record Driver  { age : integer in 18..110, region : Region }
role underwriter "Underwriter"

decision premium(vehicle: Vehicle, driver: Driver) gives money EUR or referral hit first {
  table
    | id | vehicle.class | driver.age | driver.region || gives                | because        |
    |----|---------------|------------|---------------||----------------------|----------------|
    | P1 | compact       | 18..24     | -             || 410.00 EUR           | "young driver" |
    | P2 | not compact   | 18..24     | -             || 560.00 EUR           |                |
    | P3 | van           | >= 80      | -             || refer to underwriter |                |
    | P4 | -             | 25..<80    | north, south  || 300.00 EUR           |                |
    | P5 | -             | 30..<80    | -             || 270.00 EUR           |                |
}
"#;
    let expected = "random.ax behind 17
    |    | not van       | >= 80      | -             || ?                    |                |
    |    | -             | 25..29     | east, west    || ?                    |                |

";
    assert_eq!(suggested(rules, None), expected);
}

#[test]
fn a_cross_table_gets_its_columns_and_rows() {
    let rules = "module rostering
enum Kind { added, moved, shortened, cancelled }
decision surcharge(notice: duration in 0 h .. 1_000 h, kind: Kind) gives money EUR {
  table notice by kind
    |                | added, moved | shortened |
    |----------------|--------------|-----------|
    | >= 240 h       | 0.00 EUR     | 0.00 EUR  |
    | 48 h .. <240 h | 8.00 EUR     | 25.00 EUR |
    | < 24 h         | 12.00 EUR    | 60.00 EUR |
}
";
    let expected = "random.ax instead of 5 to 9
    |                | added, moved | shortened | cancelled |
    |----------------|--------------|-----------|-----------|
    | >= 240 h       | 0.00 EUR     | 0.00 EUR  | ?         |
    | 48 h .. <240 h | 8.00 EUR     | 25.00 EUR | ?         |
    | < 24 h         | 12.00 EUR    | 60.00 EUR | ?         |
    | 24 h .. <48 h  | ?            | ?         | ?         |

";
    assert_eq!(suggested(rules, None), expected);
}

#[test]
fn rows_of_a_file_have_its_columns() {
    let rules = |policy: &str| {
        format!(
            "module tariff
enum Origin {{ eu, us, cn }}
decision duty(code: text, origin: Origin, weight: decimal(1) in 0 .. 100, worth: money EUR in 0.00 EUR .. 900.00 EUR) gives percent {policy} {{
  table from \"rows.csv\" {{ \"no\" id, \"hs\" is code, \"origin\" is origin, \"from\"..\"to\" is weight, \"worth\" is worth, \"rate\" gives }}
}}
"
        )
    };
    let data = "no;hs;origin;from;to;worth;rate;note\nA;0101;-;0;10;-;0.04;\"a; b\"\nB;0102;-;-;-;>= 100;0.05;\nC;-;eu;-;-;-;0.12;\n";
    let first = suggested(&rules("hit first"), Some(data));
    assert_eq!(first, "rows.csv behind 4\n;-;not eu;-;-;-;?;\n\n");
    let any = suggested(&rules(""), Some(data));
    let remark = "no cells say some of what is missing, such as any text that the table does not name: write `otherwise …` for it";
    assert_eq!(any, format!("rows.csv behind 4\n;0101;not eu;10.1;-;-;?;\n;0102;not eu;-;-;< 100.00;?;\n{remark}\n"));
}

#[test]
fn what_rules_and_relations_decide_is_left_out() {
    let rules = "module shifts
record Span { from : integer in 0..9, to : integer in 0..9, always from <= to because \"in order\" }
decision d(span: Span, late: boolean) gives integer hit first {
  rule all_late when late and span.from > 6 then 1
  table
    | span.from | span.to | late  || gives |
    |-----------|---------|-------||-------|
    | <= 6      | >= 4    | -     || 2     |
    | > 6       | > 6     | false || 2     |
}
";
    let expected = "random.ax behind 9
    | -         | <= 3    | -     || ?     |
rules that stand beside the table may decide some of this
";
    assert_eq!(suggested(rules, None), expected);
}
