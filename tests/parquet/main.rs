//! Parquet as the program's users give it: with every option, right and wrong.
#![expect(clippy::disallowed_methods, reason = "the files of these tests are made and read here")]

mod writer;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use parquet::file::properties::WriterProperties;
use serde_json::Value;
use writer::{Leaf, Values, all, file, lists, some, text};

const RULES: &str = "module staff

enum Skill { forklift, cashier }
record Seat { town: text, since: date? }
record Shift { from: time, hours: decimal(2) in 0.00 .. 24.00 }
record Worker {
  name     : text with up to 10 characters
  skills   : set of Skill
  rate     : money EUR in 0.00 EUR .. 100.00 EUR
  last_end : datetime?
  woken    : datetime in zone \"Europe/Berlin\"?
  seat     : Seat?
  shifts   : list of Shift
  note     : text?
}

decision full_time(worker: Worker, share: percent in 0 % .. 100 %) gives boolean {
  rule full when sum(s.hours for s in worker.shifts) >= 35 and share > 80 % then true because \"{worker.name} works {share}.\"
  otherwise false
}
";

const SCHEMA: &str = "message workers {
  required binary name (STRING);
  required group skills (LIST) { repeated group list { required binary element (STRING); } }
  required int32 rate (DECIMAL(9, 2));
  optional int64 last_end (TIMESTAMP(MILLIS, true));
  optional int64 woken (TIMESTAMP(MICROS, false));
  optional group seat { required binary town (STRING); optional int32 since (DATE); }
  required group shifts (LIST) { repeated group list { required group element {
    required int32 from (TIME(MILLIS, false)); required int64 hours (DECIMAL(10, 1)); } } }
  optional binary note (STRING);
  required fixed_len_byte_array(4) share (DECIMAL(9, 4));
  required int64 staff_number;
}";

/// A folder of its own for a test, with rules in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("parquet_{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let folder = Self(folder);
        folder.write("staff.ax", RULES);
        folder
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Output {
        let mut axtrace = Command::new(env!("CARGO_BIN_EXE_axtrace"));
        axtrace.args([&[command, "staff.ax", "--decision", "full_time", "--input"], arguments].concat()).current_dir(&self.0);
        axtrace.env("COLUMNS", "100").env("NO_COLOR", "1").stdin(Stdio::null()).output().unwrap()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lines(output: &Output) -> Vec<Value> {
    out(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Two workers that are well, and one with five problems.
fn workers() -> Vec<u8> {
    let share = |parts: i32| parts.to_be_bytes().to_vec();
    let leaves: &[Leaf] = &[
        all(text(&["Ana", "Ben", "Charlotte the Great"])),
        lists(text(&["cashier", "forklift", "cashir"]), &[1, 1, 0, 1], &[0, 1, 0, 0]),
        all(Values::Int32(vec![1250, 0, 10_001])),
        some(Values::Int64(vec![1_795_210_200_000, 1_795_210_200_500]), &[1, 0, 1]),
        some(Values::Int64(vec![1_795_210_200_000_000]), &[0, 1, 0]),
        some(text(&["Bonn", ""]), &[1, 0, 1]),
        some(Values::Int32(vec![20_777]), &[2, 0, 1]),
        lists(Values::Int32(vec![28_800_000, 0, 0]), &[1, 1, 0, 1], &[0, 1, 0, 0]),
        lists(Values::Int64(vec![200, 155, 241]), &[1, 1, 0, 1], &[0, 1, 0, 0]),
        some(text(&[""]), &[1, 0, 0]),
        all(Values::Fixed(vec![share(9300), share(10_000), share(-1)])),
        all(Values::Int64(vec![17, 18, 19])),
    ];
    file(SCHEMA, WriterProperties::builder().build(), &[leaves])
}

#[test]
fn a_file_is_read_by_its_ending_or_its_format() {
    let folder = Folder::new("reads");
    folder.write("workers.parquet", workers());
    folder.write("workers", workers());
    let options = ["--id", "staff_number", "--carry", "rate,staff_number,note", "--summary"];
    for run in [
        folder.run("run", &[&["workers.parquet"], &options[..]].concat()),
        folder.run("run", &[&["workers", "--format", "parquet"], &options[..]].concat()),
    ] {
        let found = lines(&run);
        assert_eq!((found.len(), run.status.code()), (3, Some(1)), "{}{}", out(&run), err(&run));
        assert!(out(&run).contains("\"rate\":12.50,"), "{}", out(&run));
        assert_eq!((found[0]["id"].as_str(), found[0]["outcome"]["value"].as_bool()), (Some("17"), Some(true)));
        assert_eq!(found[0]["by"][0]["because"], "Ana works 93 %.");
        assert_eq!(found[0]["carry"], serde_json::json!({ "rate": "12.50", "staff_number": "17", "note": "" }));
        let worker = &found[0]["input"]["worker"];
        assert_eq!((&worker["skills"], worker["rate"].as_f64()), (&serde_json::json!(["forklift", "cashier"]), Some(12.5)));
        assert_eq!((worker["last_end"].as_str(), &worker["woken"]), (Some("2026-11-20T21:30+00:00"), &Value::Null));
        assert_eq!(worker["seat"], serde_json::json!({ "town": "Bonn", "since": "2026-11-20" }));
        assert_eq!(worker["shifts"][0]["from"], "08:00");
        // A text without letters is a text; where nothing stands it is missing.
        assert_eq!((worker["note"].as_str(), &found[1]["input"]["worker"]["note"]), (Some(""), &Value::Null));
        let second = &found[1]["input"]["worker"];
        assert_eq!(
            (second["woken"].as_str(), &second["seat"], &second["skills"]),
            (Some("2026-11-20T21:30+01:00"), &Value::Null, &serde_json::json!([]))
        );
        let error = &found[2]["error"];
        assert_eq!((found[2]["id"].as_str(), error["row"].as_u64(), error["column"].as_str()), (Some("19"), Some(3), Some("name")));
        let problems = [error].into_iter().chain(error["more"].as_array().unwrap());
        let problems: Vec<String> =
            problems.map(|problem| format!("{} {}", problem["code"].as_str().unwrap(), problem["at"].as_str().unwrap())).collect();
        assert_eq!(
            problems,
            [
                "E0717 /worker/name",
                "E0715 /worker/skills/0",
                "E0710 /worker/rate",
                "E0711 /worker/last_end",
                "E0710 /worker/shifts/0/hours",
                "E0710 /share",
            ]
        );
        assert!(err(&run).contains("first: row 3, /worker/name: the text has 19 characters, and at most 10"), "{}", err(&run));
    }
}

#[test]
fn columns_may_have_other_names_and_some_are_not_read() {
    let folder = Folder::new("columns");
    folder.write("workers.parquet", workers());
    folder.write("names.txt", "worker.name\nskills\n-\nlast_end\n-\n-\n-\nshifts\nseat.town\nshare\nrate\n");
    let run = folder.run("run", &["workers.parquet", "--columns", "names.txt", "--trace", "record"]);
    let found = lines(&run);
    assert_eq!(found.len(), 3, "{}", err(&run));
    // The staff number is taken for the rate, and the note for the town.
    assert_eq!((found[0]["input"]["worker"]["rate"].as_f64(), &found[0]["input"]["worker"]["note"]), (Some(17.0), &Value::Null));
    folder.write("few.txt", "worker.name\n");
    let few = folder.run("run", &["workers.parquet", "--columns", "few.txt"]);
    assert_eq!(few.status.code(), Some(2));
    assert!(err(&few).contains("`few.txt` has 1 names, and the input 11 columns"), "{}", err(&few));
}

#[test]
fn what_makes_no_sense_says_so() {
    let folder = Folder::new("usage");
    folder.write("workers.parquet", workers());
    folder.write("cases.parquet", "name,share\nAna,1\n");
    let says = |arguments: &[&str], status: i32, words: &str| {
        let run = folder.run("run", arguments);
        assert_eq!((run.status.code(), out(&run).as_str()), (Some(status), ""), "{arguments:?}: {}", err(&run));
        assert!(err(&run).contains(words), "{arguments:?}: {}", err(&run));
    };
    for option in [&["--skip", "1"][..], &["--delimiter", ";"], &["--no-quotes"]] {
        let words = format!("`{}` is for CSV, and the input is read as Parquet", option[0]);
        says(&[&["workers.parquet"], option].concat(), 2, &words);
    }
    says(&["-", "--format", "parquet"], 2, "Parquet is read from a file, and not from a stream");
    says(&["cases.parquet"], 2, "cannot read the input: it is no Parquet file");
    says(&["workers.parquet", "--id", "staff_numbr"], 2, "did you mean `staff_number`?");
    says(&["workers.parquet"], 1, "the column `staff_number` names no field of an input of `full_time`");
}

#[test]
fn columns_that_cannot_be_read_are_found_at_once() {
    let folder = Folder::new("types");
    let schema = "message workers {
      required binary name (STRING); required group skills (LIST) { repeated group list { required float element; } } required double rate;
      optional int64 last_end (TIMESTAMP(MILLIS, false)); required int96 woken;
      required group shifts (LIST) { repeated group list { required group element { required binary from (STRING); required double hours; } } }
      required double share; required double weight;
    }";
    let leaves: &[Leaf] = &[
        all(text(&["Ana"])),
        lists(Values::Float(vec![]), &[0], &[0]),
        all(Values::Double(vec![12.5])),
        some(Values::Int64(vec![]), &[0]),
        all(Values::Int96(vec![1])),
        lists(text(&[]), &[0], &[0]),
        lists(Values::Double(vec![]), &[0], &[0]),
        all(Values::Double(vec![0.93])),
        all(Values::Double(vec![70.25])),
    ];
    folder.write("workers.parquet", file(schema, WriterProperties::builder().build(), &[leaves]));
    let run = folder.run("run", &["workers.parquet", "--carry", "weight"]);
    assert_eq!((run.status.code(), out(&run).as_str()), (Some(1), ""));
    let said = err(&run);
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "E0728 /worker/skills: the column `skills` holds binary floating-point numbers (FLOAT), and `worker.skills` is exact",
        "E0728 /worker/rate: the column `rate` holds binary floating-point numbers (DOUBLE), and `worker.rate` is exact",
        "E0730 /worker/last_end: the column `last_end` holds local times, and `worker.last_end` is an instant",
        "E0729 /worker/woken: the column `woken` holds INT96 timestamps, which AxTrace does not read: write TIMESTAMP, in UTC",
        "E0728 /worker/shifts: the column `shifts` holds binary floating-point numbers (DOUBLE), and `worker.shifts` is exact",
        "E0728 /share: the column `share` holds binary floating-point numbers (DOUBLE), and `share` is exact",
    ] {
        assert!(flat.contains(words), "{words}\n{said}");
    }
    assert!(!said.contains("`weight`"), "{said}");
    let passed = folder.run("run", &["workers.parquet", "--carry", "woken"]);
    assert!(err(&passed).contains("the column `woken` cannot be passed through: it holds INT96 timestamps"), "{}", err(&passed));
}

#[test]
fn one_row_is_explained_by_its_number_or_its_id() {
    let folder = Folder::new("explain");
    folder.write("workers.parquet", workers());
    let by_number = folder.run("explain", &["workers.parquet", "--carry", "staff_number", "--number", "1"]);
    assert!(out(&by_number).starts_with("true") && by_number.status.success(), "{}{}", out(&by_number), err(&by_number));
    let by_id = folder.run("explain", &["workers.parquet", "--id", "staff_number=18"]);
    assert!(out(&by_id).starts_with("false"), "{}{}", out(&by_id), err(&by_id));
    let bad = folder.run("explain", &["workers.parquet", "--id", "staff_number=19"]);
    assert!(out(&bad).contains("this is row 3 of the input, column `name`"), "{}", out(&bad));
    assert_eq!(bad.status.code(), Some(1));
}

#[test]
fn a_file_that_is_damaged_behind_good_rows_ends_with_2() {
    let folder = Folder::new("damaged");
    let schema = "message m { required int64 number; required boolean new; required binary name (STRING); }";
    let properties = || WriterProperties::builder().set_dictionary_enabled(false).set_max_row_group_row_count(Some(1000)).build();
    let leaves = || {
        let names: Vec<String> = (0..1000).map(|n| format!("name {n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        [all(Values::Int64((0..1000).collect())), all(Values::Boolean(vec![true; 1000])), all(text(&names))]
    };
    let groups = [leaves(), leaves(), leaves()];
    let mut bytes = file(schema, properties(), &[&groups[0], &groups[1], &groups[2]]);
    folder.write(
        "staff.ax",
        "module staff\n\ndecision full_time(number: integer, new: boolean, name: text) gives boolean = new and number > 5",
    );
    folder.write("good.parquet", &bytes);
    let good = folder.run("run", &["good.parquet", "--trace", "none"]);
    assert_eq!((out(&good).lines().count(), good.status.code()), (3000, Some(0)), "{}", err(&good));
    // The lengths of texts in the last row group are broken: the number of those that precede it stays as it was.
    let needle = b"\x08\0\0\0name 999";
    let last = bytes.windows(needle.len()).rposition(|window| window == needle).unwrap();
    bytes[last..last + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    folder.write("bad.parquet", &bytes);
    let bad = folder.run("run", &["bad.parquet", "--trace", "none"]);
    assert_eq!(bad.status.code(), Some(2), "{}", err(&bad));
    assert!(err(&bad).contains("cannot read the input: the file is damaged") && !err(&bad).contains("bug in AxTrace"), "{}", err(&bad));
    assert_eq!((out(&bad).lines().count(), out(&good).starts_with(&out(&bad))), (2000, true));
}
