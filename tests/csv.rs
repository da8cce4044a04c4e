//! CSV as the program's users give it: with every option, from files and streams, right and wrong.
#![expect(clippy::disallowed_methods, reason = "the files of these tests are made and read here")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const RULES: &str = "module fares

enum Verdict { accept, decline }
record Case { score: integer in 0..1_000, note: text? }

decision verdict(case: Case) gives Verdict {
  rule low when case.score < 600 then decline because \"Only {case.score}.\"
  rule high when case.score >= 600 then accept
}
";

/// A folder of its own for a test, with rules in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("csv_{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let folder = Self(folder);
        folder.write("fares.ax", RULES);
        folder
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    fn run(&self, command: &str, arguments: &[&str], input: &[u8]) -> Output {
        let mut axtrace = Command::new(env!("CARGO_BIN_EXE_axtrace"));
        axtrace.args([&[command, "fares.ax", "--decision", "verdict", "--input"], arguments].concat()).current_dir(&self.0);
        let axtrace = axtrace.env("COLUMNS", "100").env("NO_COLOR", "1");
        let mut child = axtrace.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A program that stops early reads no further.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_file_is_read_by_its_ending_and_a_stream_by_its_format() {
    let folder = Folder::new("forms");
    let text = "\u{feff}score,note\r\n599,\"a, \"\"b\"\"\nc\"\r\n600,\r\n1001,x\r\n";
    folder.write("all.csv", text);
    for run in
        [folder.run("run", &["all.csv", "--summary"], b""), folder.run("run", &["-", "--format", "csv", "--summary"], text.as_bytes())]
    {
        let (text, summary) = (out(&run), err(&run));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), run.status.code()), (3, Some(1)), "{text}{summary}");
        assert!(lines[0].contains("\"input\":{\"case\":{\"score\":599,\"note\":\"a, \\\"b\\\"\\nc\"}}"), "{text}");
        assert!(lines[1].contains("\"input\":{\"case\":{\"score\":600,\"note\":null}}"), "{text}");
        let error =
            "{\"error\":{\"code\":\"E0710\",\"at\":\"/case/score\",\"line\":5,\"column\":\"score\",\"message\":\"1001 is more than 1000\"";
        assert!(lines[2].starts_with(error), "{text}");
        assert!(summary.contains("first: line 5, /case/score: 1001 is more than 1000 (fares.ax:4)"), "{summary}");
    }
}

#[test]
fn files_are_read_as_they_come() {
    let folder = Folder::new("options");
    folder.write("names.txt", "\u{feff}order\n-\nscore\nregion\nnote\n");
    folder.write("cases.txt", "made by a till\nold|names|of|the|columns\n17|x|599|north|\"quoted\n|x|600|south|\n18|x|many|west|\n");
    let options =
        ["--format", "csv", "--delimiter", "|", "--no-quotes", "--skip", "2", "--columns", "names.txt", "--carry", "region,order"];
    let run = folder.run("run", &[&["cases.txt", "--id", "order"], &options[..]].concat(), b"");
    let text = out(&run);
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{text}{}", err(&run));
    assert_eq!((lines[0]["id"].as_str(), lines[0]["input"]["case"]["note"].as_str()), (Some("17"), Some("\"quoted")));
    assert_eq!((lines[1]["id"].as_str(), lines[1]["carry"]["region"].as_str()), (None, Some("south")));
    assert_eq!((lines[2]["id"].as_str(), lines[2]["error"]["code"].as_str()), (Some("18"), Some("E0711")));
    assert_eq!(lines[2]["carry"], serde_json::json!({ "region": "west", "order": "18" }));
    let none = out(&folder.run("run", &[&["cases.txt", "--trace", "none", "--id", "order"], &options[..]].concat(), b""));
    let first =
        "{\"id\":\"17\",\"outcome\":{\"kind\":\"decided\",\"value\":\"decline\"},\"carry\":{\"region\":\"north\",\"order\":\"17\"}}\n";
    assert!(none.starts_with(first), "{none}");
}

#[test]
fn one_row_is_explained_by_its_number_or_its_id() {
    let folder = Folder::new("explain");
    folder.write("all.csv", "order,score\nA,599\nB,600\nC,none\n");
    let by_number = folder.run("explain", &["all.csv", "--carry", "order", "--number", "2"], b"");
    assert!(out(&by_number).starts_with("ACCEPT") && by_number.status.success(), "{}{}", out(&by_number), err(&by_number));
    let by_id = folder.run("explain", &["all.csv", "--id", "order=A"], b"");
    assert!(out(&by_id).starts_with("DECLINE"), "{}{}", out(&by_id), err(&by_id));
    let bad = folder.run("explain", &["all.csv", "--id", "order=C"], b"");
    assert!(out(&bad).contains("`none` is no number") && out(&bad).contains("line 4 of the input, column `score`"), "{}", out(&bad));
    assert_eq!(bad.status.code(), Some(1));
    let none = folder.run("explain", &["all.csv", "--id", "order=D"], b"");
    assert_eq!(none.status.code(), Some(2));
    assert!(err(&none).contains("`all.csv` has no record whose `order` is `D`"), "{}", err(&none));
    let drawn = folder.run("run", &["all.csv", "--id", "order", "--explain", "1"], b"");
    assert!(err(&drawn).contains("DECLINE"), "{}", err(&drawn));
}

#[test]
fn wrong_options_end_with_2_and_wrong_columns_with_1() {
    let folder = Folder::new("wrong");
    folder.write("all.csv", "order,score\nA,599\n");
    folder.write("one.json", "{\"case\":{\"score\":1}}");
    let says = |arguments: &[&str], status: i32, words: &str| {
        let run = folder.run("run", arguments, b"");
        assert_eq!((run.status.code(), out(&run).as_str()), (Some(status), ""), "{arguments:?}: {}", err(&run));
        assert!(err(&run).contains(words), "{arguments:?}: {}", err(&run));
    };
    says(&["all.csv"], 1, "the column `order` names no field of an input of `verdict`");
    says(&["all.csv", "--id", "ordr"], 2, "did you mean `order`?");
    says(&["all.csv", "--carry", "order,region"], 2, "the input has no column `region`");
    says(&["all.csv", "--delimiter", ";;"], 2, "write one ASCII character");
    says(&["all.csv", "--delimiter", "\""], 2, "quotes and line breaks do not divide cells");
    says(&["all.csv", "--columns", "nowhere.txt"], 2, "cannot read `nowhere.txt`");
    says(&["all.csv", "--skip", "9"], 2, "the input is empty");
    says(&["one.json", "--skip", "1"], 2, "`--skip` is for CSV, and the input is read as JSON");
}

#[test]
fn many_rows_come_out_in_order_and_a_row_that_is_too_large_in_its_place() {
    let folder = Folder::new("many");
    let mut text = "score,note,n\n".to_owned();
    (0..10_000).for_each(|n| text += &format!("{},,{n}\n", if n % 7 == 0 { 700 } else { 2000 }));
    text += &format!("1,{},10000\n2,\"never closed,10001\n", "x".repeat(64 * 1024 * 1024));
    folder.write("many.csv", text);
    let run = folder.run("run", &["many.csv", "--trace", "none", "--id", "n"], b"");
    let text = out(&run);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 10_002);
    let in_order = |(n, line): (usize, &&str)| line.starts_with(&format!("{{\"id\":\"{n}\"")) && line.contains("accept") == (n % 7 == 0);
    assert!(lines.iter().enumerate().take(10_000).all(in_order));
    assert!(lines[10_000].contains("E0703") && lines[10_001].contains("E0725"), "{}\n{}", lines[10_000], lines[10_001]);
}

#[test]
fn a_file_beside_the_rules_says_how_inputs_are_written() {
    let folder = Folder::new("settings");
    let settings =
        "# Comments are fine.\n[input]\nformat = \"csv\"\ndelimiter = \"|\"\nquotes = false\nid = \"number\"\ncarry = [\"region\"]\n";
    folder.write("axtrace.toml", settings);
    folder.write("cases.psv", "number|region|score|note\n7|north|599|\"a\"\n8|south|600|\n");
    let run = folder.run("run", &["cases.psv"], b"");
    let text = out(&run);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), run.status.code()), (2, Some(0)), "{text}{}", err(&run));
    assert!(lines[0].contains("\"id\":\"7\"") && lines[0].contains("\"carry\":{\"region\":\"north\"}"), "{text}");
    assert!(lines[0].contains("\"note\":\"\\\"a\\\"\""), "{text}");

    // An option comes before it, and so does the ending of the input.
    folder.write("other.csv", "region|score|note\nwest|1|\"a|b\"\n");
    let text = out(&folder.run("run", &["other.csv", "--quotes", "--carry", "region"], b""));
    assert!(text.contains("\"note\":\"a|b\"") && !text.contains("\"id\""), "{text}");
    let text = out(&folder.run("run", &["cases.psv", "--id", "region"], b""));
    assert!(text.contains("\"id\":\"south\""), "{text}");
    let text = out(&folder.run("run", &["cases.json", "--trace", "none"], b""));
    assert_eq!(text, "");
    folder.write("cases.json", "{\"case\": {\"score\": 1}}");
    let text = out(&folder.run("run", &["cases.json", "--trace", "none"], b""));
    assert_eq!(text, "{\"outcome\":{\"kind\":\"decided\",\"value\":\"decline\"}}\n");

    // `explain` reads the same, and an `id` needs no column.
    let text = out(&folder.run("explain", &["cases.psv", "--id", "8"], b""));
    assert!(text.starts_with("ACCEPT"), "{text}");
    let text = err(&folder.run("explain", &["cases.psv", "--id", "9"], b""));
    assert!(text.contains("`cases.psv` has no record of the id `9`"), "{text}");
}

#[test]
fn names_of_columns_are_found_from_the_settings() {
    let folder = Folder::new("settings_names");
    std::fs::create_dir_all(folder.0.join("names")).unwrap();
    folder.write("names/columns.txt", "score\nnote\n");
    folder.write("axtrace.toml", "[input]\nformat = \"csv\"\nskip = 1\ncolumns = \"names/columns.txt\"\n");
    let text = out(&folder.run("run", &["-"], b"made by hand\n599,a\n600,b\n"));
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains("\"note\":\"b\""), "{text}");
    let text = out(&folder.run("run", &["-", "--skip", "2"], b"made by hand\n599,a\n600,b\n"));
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn settings_that_mean_nothing_end_with_2_and_say_the_line() {
    let folder = Folder::new("settings_wrong");
    folder.write("cases.csv", "score,note\n599,a\n");
    for (settings, said) in [
        ("[input]\ndelimeter = \"|\"\n", "line 2: unknown field `delimeter`"),
        ("[inputs]\n", "line 1: unknown field `inputs`"),
        ("[input]\nquotes = \"no\"\n", "line 2: invalid type"),
        ("[input]\nformat = \"xls\"\n", "line 2: unknown variant `xls`"),
        ("[input]\n\ndelimiter = \"||\"\n", "line 3: write one ASCII character"),
        ("[input\n", "line 1: "),
    ] {
        folder.write("axtrace.toml", settings);
        let run = folder.run("run", &["cases.csv"], b"");
        let text = err(&run);
        assert_eq!(run.status.code(), Some(2), "{settings}{text}");
        assert!(text.contains("axtrace.toml`, ") && text.contains(said), "{settings}{text}");
    }
    folder.write("axtrace.toml", "# Nothing is said.\n");
    assert_eq!(folder.run("run", &["cases.csv"], b"").status.code(), Some(0));
}
