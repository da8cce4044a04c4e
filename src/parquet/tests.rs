//! Tests of reading Parquet files: what cells they give, however they were written, and that no broken file does harm.
#![expect(clippy::disallowed_methods, reason = "files are written to be read")]

use std::fs::File;
use std::path::PathBuf;

use axtrace::runtime::read::csv::ColumnType;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterVersion};

use super::{Table, Unreadable};
use crate::commands::input::Piece;

#[path = "../../tests/parquet/writer.rs"]
mod writer;
use writer::{Leaf, Values, all, file, lists, some, text};

/// A file that is gone when it is no longer needed.
struct Written(PathBuf);

impl Written {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("axtrace_{name}_{}.parquet", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }

    fn open(&self) -> Result<Table, Unreadable> {
        Table::open(File::open(&self.0).unwrap())
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The rows of a file: cells with `|` between them, `~` for nothing.
fn rows(written: &Written) -> Result<Vec<String>, Unreadable> {
    let table = written.open()?;
    let wanted = table.columns.iter().map(|column| column.holds == ColumnType::Exact || column.holds == ColumnType::LocalTime).collect();
    let mut taken = table.read(wanted)?;
    let (mut all, mut piece) = (Vec::new(), Piece::default());
    while taken.next(&mut piece)? {
        all.push(match &piece {
            Piece::Row(row) => {
                let cell = |place| if row.is_null(place) { "~".into() } else { String::from_utf8_lossy(row.cell(place)).into_owned() };
                (0..row.cells()).map(cell).collect::<Vec<_>>().join("|")
            }
            Piece::Refused(place, wrong) => format!("{place}: {wrong}"),
        });
    }
    Ok(all)
}

fn read(name: &str, bytes: &[u8]) -> Vec<String> {
    rows(&Written::new(name, bytes)).unwrap_or_else(|error| panic!("{error}"))
}

fn names(bytes: &[u8]) -> Vec<String> {
    let table = Written::new("names", bytes).open().unwrap_or_else(|error| panic!("{error}"));
    table.header().names.into_iter().flatten().collect()
}

fn properties() -> WriterProperties {
    WriterProperties::builder().build()
}

fn decimal(numbers: &[i128], width: usize) -> Values {
    Values::Fixed(numbers.iter().map(|number| number.to_be_bytes()[16 - width..].to_vec()).collect())
}

#[test]
fn each_type_has_its_text() {
    let schema = "message m {
        required boolean flag; required int32 small (INTEGER(8, true)); required int32 unsigned (INTEGER(32, false));
        required int64 large; required int64 wide (INTEGER(64, false)); required int32 cents (DECIMAL(9, 2));
        required int64 euros (DECIMAL(18, 4)); required fixed_len_byte_array(12) many (DECIMAL(28, 6));
        required binary some (DECIMAL(20, 1));
        required int32 born (DATE); required int32 opens (TIME(MILLIS, true)); required int64 at (TIMESTAMP(MICROS, true));
        required int64 local (TIMESTAMP(MILLIS, false)); required binary name (STRING); required binary raw;
        required fixed_len_byte_array(16) id (UUID); required int64 old (TIMESTAMP_MILLIS);
    }";
    let leaves = [
        all(Values::Boolean(vec![true, false])),
        all(Values::Int32(vec![-128, 127])),
        all(Values::Int32(vec![-1, 0])),
        all(Values::Int64(vec![i64::MIN, 7])),
        all(Values::Int64(vec![-1, 0])),
        all(Values::Int32(vec![1250, -5])),
        all(Values::Int64(vec![1, -123_456_789])),
        all(decimal(&[-1, 12_345_678_901_234_567_890], 12)),
        all(Values::Bytes(vec![vec![0xff], vec![0x7f, 0xff]])),
        all(Values::Int32(vec![-1, 20_777])),
        all(Values::Int32(vec![0, 79_215_500])),
        all(Values::Int64(vec![-1, 1_795_210_200_000_000])),
        all(Values::Int64(vec![0, 1_795_210_200_000])),
        all(text(&["", "Zoë | \"x\""])),
        all(text(&["a", "b"])),
        all(Values::Fixed(vec![vec![0xab; 16], (0..16).collect()])),
        all(Values::Int64(vec![0, 1])),
    ];
    assert_eq!(
        read("types", &file(schema, properties(), &[&leaves])),
        [
            "true|-128|4294967295|-9223372036854775808|18446744073709551615|12.50|0.0001|-0.000001|-0.1|1969-12-31|00:00:00\
             |1969-12-31T23:59:59.999999Z|1970-01-01T00:00:00||a|abababab-abab-abab-abab-abababababab|1970-01-01T00:00:00Z",
            "false|127|0|7|0|-0.05|-12345.6789|12345678901234.567890|3276.7|2026-11-20|22:00:15.500\
             |2026-11-20T21:30:00Z|2026-11-20T21:30:00|Zoë | \"x\"|b|00010203-0405-0607-0809-0a0b0c0d0e0f|1970-01-01T00:00:00.001Z",
        ]
    );
}

/// A file with groups, lists, lists of groups and lists of lists, some of each of them not there.
fn nested(properties: WriterProperties) -> Vec<u8> {
    let schema = "message m {
        optional group worker { required binary name (STRING); optional group seat { optional binary town (STRING); } }
        optional group skills (LIST) { repeated group list { optional binary element (STRING); } }
        required group shifts (LIST) { repeated group list { required group element {
            required int32 hours; optional group tags (LIST) { repeated group list { required binary element (STRING); } } } } }
        repeated int32 old;
    }";
    let rows: &[Leaf] = &[
        some(text(&["Ana", "Ben"]), &[1, 1, 0]),
        some(text(&["Bonn"]), &[3, 1, 0]),
        lists(text(&["cashier", "fork\"lift"]), &[3, 2, 3, 1, 0], &[0, 1, 1, 0, 0]),
        lists(Values::Int32(vec![8, 4, 6]), &[1, 1, 0, 1], &[0, 1, 0, 0]),
        lists(text(&["a", "b", "c"]), &[3, 3, 1, 0, 3], &[0, 2, 1, 0, 0]),
        lists(Values::Int32(vec![1, 2, 3]), &[1, 1, 0, 1], &[0, 1, 0, 0]),
    ];
    file(schema, properties, &[rows, rows])
}

#[test]
fn groups_have_columns_and_lists_are_json() {
    let bytes = nested(properties());
    assert_eq!(names(&bytes), ["worker.name", "worker.seat.town", "skills", "shifts", "old"]);
    let expected = [
        r#"Ana|Bonn|["cashier",null,"fork\"lift"]|[{"hours":8,"tags":["a","b"]},{"hours":4,"tags":null}]|[1,2]"#,
        r#"Ben|~|[]|[]|[]"#,
        r#"~|~|~|[{"hours":6,"tags":["c"]}]|[3]"#,
    ];
    assert_eq!(read("nested", &bytes), [expected, expected].concat());
}

#[test]
fn lists_of_older_writers_are_read() {
    let schema = "message m {
        optional group a (LIST) { repeated int32 array; }
        optional group b (LIST) { repeated group array { required int32 x; } }
        optional group c (LIST) { repeated group c_tuple { required int32 x; optional int32 y; } }
    }";
    let leaves = [
        lists(Values::Int32(vec![1, 2]), &[2, 2, 0], &[0, 1, 0]),
        lists(Values::Int32(vec![3]), &[2, 1], &[0, 0]),
        lists(Values::Int32(vec![4]), &[0, 2], &[0, 0]),
        lists(Values::Int32(vec![]), &[0, 2], &[0, 0]),
    ];
    let rows = read("older", &file(schema, properties(), &[&leaves]));
    assert_eq!(rows, [r#"[1,2]|[{"x":3}]|~"#, r#"~|[]|[{"x":4,"y":null}]"#]);
}

#[test]
fn what_is_not_read_says_what_to_write() {
    let schema = "message m {
        required double d; required float f; required int96 old; required fixed_len_byte_array(12) i (INTERVAL);
        required int64 local (TIMESTAMP(NANOS, false));
        optional group m (MAP) { repeated group key_value { required int32 key; optional int32 value; } }
        optional group l (LIST) { repeated group list { optional double element; } }
    }";
    let leaves = [
        all(Values::Double(vec![0.1])),
        all(Values::Float(vec![0.1])),
        all(Values::Int96(vec![1])),
        all(Values::Fixed(vec![vec![0; 12]])),
        all(Values::Int64(vec![1])),
        lists(Values::Int32(vec![1]), &[2], &[0]),
        lists(Values::Int32(vec![1]), &[3], &[0]),
        lists(Values::Double(vec![0.5]), &[3], &[0]),
    ];
    let written = Written::new("unread", &file(schema, properties(), &[&leaves]));
    let table = written.open().unwrap();
    let said = |column: &super::Column| match &column.holds {
        ColumnType::Exact => "exact".to_owned(),
        ColumnType::Float(what) => format!("float {what}"),
        ColumnType::LocalTime => "local".to_owned(),
        ColumnType::Other { what, instead } => format!("{what}: {instead}"),
    };
    assert_eq!(
        table.columns.iter().map(said).collect::<Vec<_>>(),
        [
            "float DOUBLE",
            "float FLOAT",
            "INT96 timestamps: write TIMESTAMP, in UTC",
            "intervals of months, days and milliseconds: write text such as `6 months` or `PT1H30M`",
            "local",
            "maps: write a list of records with the key and the value as fields",
            "float DOUBLE",
        ]
    );
    // Nothing but what is wanted is read.
    assert_eq!(rows(&written).unwrap(), ["~|~|~|~|1970-01-01T00:00:00.000000001|~|~"]);
}

/// Every way to write a page that the library has.
fn ways() -> Vec<(String, WriterProperties)> {
    let packed = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::ZSTD(Default::default()),
        Compression::LZ4_RAW,
    ];
    let mut ways = Vec::new();
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        for compression in packed {
            for dictionary in [false, true] {
                let properties = WriterProperties::builder().set_writer_version(version).set_compression(compression);
                let properties = properties.set_dictionary_enabled(dictionary).set_data_page_row_count_limit(2).set_write_batch_size(1);
                ways.push((format!("{version:?} {compression:?} {dictionary}"), properties.build()));
            }
        }
    }
    ways
}

#[test]
fn every_way_to_write_is_read() {
    let plain = read("plain", &nested(properties()));
    for (name, properties) in ways() {
        assert_eq!(read("ways", &nested(properties)), plain, "{name}");
    }
    let schema = "message m { required binary name (STRING); required int64 number; required boolean flag; }";
    for (place, encoding) in [Encoding::DELTA_BYTE_ARRAY, Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::PLAIN].into_iter().enumerate() {
        let properties = WriterProperties::builder().set_writer_version(WriterVersion::PARQUET_2_0).set_dictionary_enabled(false);
        let properties = properties.set_column_encoding("name".into(), encoding).set_data_page_row_count_limit(300).build();
        let texts: Vec<String> = (0..2000).map(|n| format!("order {}", n / 7)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let numbers = (0..2000).map(|n| n * n - 5).collect();
        let leaves = [all(text(&texts)), all(Values::Int64(numbers)), all(Values::Boolean((0..2000).map(|n| n % 3 == 0).collect()))];
        let found = read(&format!("delta{place}"), &file(schema, properties, &[&leaves]));
        assert_eq!(found.len(), 2000);
        assert!(found.iter().enumerate().all(|(n, row)| *row == format!("order {}|{}|{}", n / 7, (n * n) as i64 - 5, n % 3 == 0)));
    }
}

#[test]
fn what_is_no_file_or_cut_off_says_so() {
    let said = |bytes: &[u8]| match rows(&Written::new("cut", bytes)) {
        Ok(rows) => panic!("{rows:?}"),
        Err(error) => error.to_string(),
    };
    let bytes = nested(properties());
    assert_eq!(said(b""), "it is no Parquet file: it does not end in `PAR1`");
    assert_eq!(said(b"{\"a\": 1}\n{\"a\": 2}\n"), "it is no Parquet file: it does not end in `PAR1`");
    assert_eq!(said(&bytes[..bytes.len() - 1]), "it is no Parquet file: it does not end in `PAR1`");
    assert_eq!(said(&bytes[bytes.len() - 100..]), "the file is damaged: its description is longer than the file");
    let mut encrypted = bytes.clone();
    let end = encrypted.len();
    encrypted[end - 1] = b'E';
    assert_eq!(said(&encrypted), "the file is encrypted");
    // Without what stands before it the description speaks of what is not there.
    let footer = u32::from_le_bytes(bytes[end - 8..end - 4].try_into().unwrap()) as usize;
    let alone = [b"PAR1", &bytes[end - 8 - footer..]].concat();
    assert!(said(&alone).starts_with("the file is damaged: "), "{}", said(&alone));
}

#[test]
fn no_broken_byte_does_harm() {
    let mut files: Vec<Vec<u8>> = ways().into_iter().step_by(5).map(|(_, properties)| nested(properties)).collect();
    let delta = WriterProperties::builder().set_writer_version(WriterVersion::PARQUET_2_0).set_dictionary_enabled(false);
    files.push(nested(delta.set_encoding(Encoding::DELTA_BYTE_ARRAY).build_for_texts()));
    let (mut sound, mut broken) = (0, 0);
    for (number, bytes) in files.iter().enumerate() {
        // Every byte in turn, changed to something that depends on its place.
        for place in (number % 7..bytes.len()).step_by(7) {
            let mut changed = bytes.clone();
            changed[place] = [0x00, 0xff, 0x7f, 0x80, changed[place] ^ 1, changed[place].wrapping_add(1)][place / 7 % 6];
            match rows(&Written::new("broken", &changed)) {
                Ok(rows) => {
                    sound += 1;
                    assert!(rows.len() <= 1 << 16, "{} rows with byte {place} of file {number} changed", rows.len());
                }
                Err(_) => broken += 1,
            }
        }
    }
    assert!(sound > 100 && broken > 100, "{sound} sound, {broken} broken");
}

/// Settings that go with all leaves of the nested file.
trait ForTexts {
    fn build_for_texts(self) -> WriterProperties;
}

impl ForTexts for parquet::file::properties::WriterPropertiesBuilder {
    fn build_for_texts(self) -> WriterProperties {
        let numbers = ["shifts.list.element.hours", "old"].map(|path| path.split('.').map(str::to_owned).collect::<Vec<_>>());
        numbers
            .into_iter()
            .fold(self, |properties, path| properties.set_column_encoding(path.into(), Encoding::DELTA_BINARY_PACKED))
            .build()
    }
}

#[test]
fn a_row_that_is_too_large_is_refused_in_its_place() {
    let schema = "message m { required binary a (STRING); repeated binary b (STRING); }";
    let large = "x".repeat(40 << 20);
    let leaves = [all(text(&["first", &large, "last"])), lists(text(&["b", &large, &large, "d"]), &[1, 1, 1, 1], &[0, 0, 1, 0])];
    let found = read("large", &file(schema, properties(), &[&leaves]));
    assert_eq!((found.len(), found[0].as_str(), found[2].as_str()), (3, "first|[\"b\"]", "last|[\"d\"]"));
    assert!(found[1].starts_with("row 2: the input has ") && found[1].ends_with(" bytes; an input has at most 64 MiB"), "{}", found[1]);
}
