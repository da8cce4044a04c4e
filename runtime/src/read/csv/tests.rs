//! Tests of CSV: what columns mean, what cells hold, every problem with its place, and that values come back as they were written.

use std::fmt::Write;

use proptest::prelude::*;

use super::{Columns, Dialect, Header, Row, Rows, Split};
use crate::currency::Currency;
use crate::memory::Batch;
use crate::meta::{DecisionId, ProgramMeta};
use crate::read::fixture::{field, program, record, skills};
use crate::read::generated::{Choices, case};
use crate::read::{InputErrors, Reader};
use crate::text::{format_literal, write_json};
use crate::types::{EnumId, FieldType, Kind, RecordId, Scalar, Type, Types, Unit};
use crate::value::Value;

fn optional(ty: Type) -> Type {
    Type::Optional(Box::new(ty))
}

fn list(element: Type) -> Type {
    Type::List { element: Box::new(element), min: 0, max: 3 }
}

fn money() -> Type {
    Type::Scalar(Scalar::between(Kind::Number { scale: 2, unit: Unit::Money(Currency::EUR) }, 0, 10_000))
}

/// A worker with an optional place, and a share.
fn workers() -> ProgramMeta {
    let percent = Type::Scalar(Scalar::between(Kind::Number { scale: 4, unit: Unit::Percent }, 0, 10_000));
    let place =
        record("Place", vec![field("town", Type::Text { max: 10 }), field("since", optional(Type::Scalar(Scalar::of(Kind::Date))))], false);
    let worker = record(
        "Worker",
        vec![
            field("name", Type::Text { max: 5 }),
            field("skills", Type::Set(EnumId(0))),
            field("booked", Type::Scalar(Scalar::between(Kind::Duration, 0, 168 * 3600))),
            field("seat", optional(Type::Record(RecordId(0)))),
            field("nights", optional(list(Type::integer(0, 9)))),
            field("shifts", optional(list(Type::Record(RecordId(0))))),
        ],
        false,
    );
    let params = vec![field("worker", Type::Record(RecordId(1))), field("share", percent), field("pay", optional(money()))];
    program(params, vec![skills()], vec![place, worker])
}

fn reader(program: &ProgramMeta) -> Reader {
    Reader::new(program, DecisionId(0))
}

fn rows(text: &str) -> Rows<&[u8]> {
    Rows::new(text.as_bytes(), Dialect::default())
}

fn header(rows: &mut Rows<&[u8]>) -> Header {
    match rows.next_row() {
        Ok(Some(Split::Row(row))) => Header::of_row(row, b','),
        other => panic!("{other:?} is no row of names"),
    }
}

fn header_of(text: &str) -> Header {
    header(&mut rows(text))
}

fn shown(errors: &InputErrors) -> String {
    let line = |problem: &crate::read::Problem| {
        let cell = problem.cell.as_ref().map(|cell| cell.to_string()).unwrap_or_default();
        format!("{} {problem} [{cell}]", problem.code())
    };
    errors.problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What a file says: its problem with the columns, or for each row the values or the problems.
fn read(program: &ProgramMeta, text: &str) -> Vec<String> {
    let reader = reader(program);
    let mut rows = rows(text);
    let columns = match reader.columns(header(&mut rows), &[]) {
        Ok(columns) => columns,
        Err(errors) => return vec![shown(&errors)],
    };
    let mut all = Vec::new();
    while let Some(split) = rows.next_row().expect("a text can be read") {
        let Split::Row(row) = split else { panic!("{split:?}") };
        all.push(read_row(program, &columns, row));
    }
    all
}

fn read_row(program: &ProgramMeta, columns: &Columns, row: &Row) -> String {
    let mut batch = Batch::new();
    match columns.read(row, &mut batch) {
        Ok(()) => {
            let values = batch.values(0, &program.decisions[0], program).expect("what was read can be read back");
            let params = program.decisions[0].params.iter();
            params.zip(&values).map(|(param, value)| format_literal(value, &param.ty, program)).collect::<Vec<_>>().join("; ")
        }
        Err(errors) => {
            assert_eq!(batch, Batch::new(), "a row with problems leaves no trace");
            shown(&errors)
        }
    }
}

#[test]
fn columns_are_named_like_fields() {
    let text = "worker.name,worker.skills,booked,pay,share,seat.town,seat.since,worker.nights\n\
                Ana,\"[\"\"cashier\"\",\"\"forklift\"\"]\",1 h 30 min,12.50 EUR,97 %,Bonn,2026-11-20,\"[1,2]\"\n\
                ,[], PT1H30M ,,0.97,,,\n\
                \"a,b\",[],0 s,12.5,1e-1,,2026-11-20,\n";
    assert_eq!(
        read(&workers(), text),
        [
            "{ name: \"Ana\", skills: {forklift, cashier}, booked: 1 h 30 min, seat: { town: \"Bonn\", since: 2026-11-20 }, \
             nights: [1, 2], shifts: missing }; 97 %; 12.50 EUR",
            "{ name: \"\", skills: {}, booked: 1 h 30 min, seat: missing, nights: missing, shifts: missing }; 97 %; missing",
            "{ name: \"a,b\", skills: {}, booked: 0 min, seat: { town: \"\", since: 2026-11-20 }, nights: missing, shifts: missing }; \
             10 %; 12.50 EUR",
        ]
    );
}

#[test]
fn every_problem_of_a_row_has_its_column_line_and_pointer() {
    let text = "name,skills,worker.booked,pay,share,seat.town,seat.since\n\n\
                Anabel,cashier,171 h,12.50 USD,,x,soon\n\
                Ana,\"[\"\"cashir\"\",1]\",,1,2,,\n\
                Ana,[]\n";
    assert_eq!(
        read(&workers(), text),
        [
            "E0717 /worker/name: the text has 6 characters, and at most 5 are allowed [line 3 of the input, column `name`]\n\
             E0709 /worker/skills: `cashier` is no JSON array: write names of `Skill` such as `[\"forklift\"]` [line 3 of the input, column `skills`]\n\
             E0710 /worker/booked: 171 h is more than 168 h [line 3 of the input, column `worker.booked`]\n\
             E0711 /worker/seat/since: `soon` is no date: write year, month and day, such as `2026-11-20` [line 3 of the input, column `seat.since`]\n\
             E0706 /share: the cell is blank, and `share` must not be missing [line 3 of the input, column `share`]\n\
             E0713 /pay: an amount in USD where one in EUR is needed [line 3 of the input, column `pay`]",
            "E0715 /worker/skills/0: `cashir` is no name of `Skill`: did you mean `cashier`? [line 4 of the input, column `skills`]\n\
             E0709 /worker/skills/1: a number where a name of `Skill` is needed [line 4 of the input, column `skills`]\n\
             E0706 /worker/booked: the cell is blank, and `booked` must not be missing [line 4 of the input, column `worker.booked`]\n\
             E0710 /share: 200 % is more than 100 % [line 4 of the input, column `share`]",
            "E0723 the row has 2 cells, and the file 7 columns [line 5 of the input]",
        ]
    );
}

#[test]
fn every_problem_of_the_columns_is_found_at_once() {
    assert_eq!(
        read(&workers(), "name,worker.name,skils,worker,shifts,seat.since\n"),
        ["E0721 the column `worker.name` gives what column 1 gives already [line 1 of the input, column `worker.name`]\n\
          E0720 the column `skils` names no field of an input of `d`: did you mean `skills`? [line 1 of the input, column `skils`]\n\
          E0724 the column `worker` is a record: its fields have a column each, such as `worker.name` [line 1 of the input, column `worker`]\n\
          E0722 /worker/skills: there is no column `worker.skills` [line 1 of the input]\n\
          E0722 /worker/booked: there is no column `worker.booked` [line 1 of the input]\n\
          E0722 /worker/seat/town: there is no column `worker.seat.town` [line 1 of the input]\n\
          E0724 /worker/shifts: `worker.shifts` is a list of records, which CSV does not hold: give such inputs as JSON [line 1 of the input, column `shifts`]\n\
          E0722 /share: there is no column `share` [line 1 of the input]"]
    );
    let lists = program(vec![field("all", list(Type::Record(RecordId(0))))], vec![], vec![record("R", vec![], false)]);
    let found = read(&lists, "x\n");
    assert!(
        found[0]
            .ends_with("E0724 /all: `all` is a list of records, which CSV does not hold: give such inputs as JSON [line 1 of the input]")
    );
}

#[test]
fn another_delimiter_that_fits_is_named() {
    let program = workers();
    let other = read(&program, "name;booked;share\nAna;1 h;1\n");
    assert_eq!(
        other,
        [
            "E0726 the names of the columns are not divided by `,`, and would be by `;`: read the file with `--delimiter ';'` [line 1 of the input]"
        ]
    );
    assert!(read(&program, "\"name\"\t\"booked\"\n")[0].contains("--delimiter '\\t'"));
    assert!(read(&program, "who;what\n")[0].starts_with("E0720 the column `who;what` names no field"));
}

#[test]
fn columns_that_are_passed_through_or_lie_under_an_open_record_need_no_field() {
    let open = record("Open", vec![field("a", Type::integer(0, 9))], true);
    let program = program(vec![field("x", Type::Record(RecordId(0))), field("y", Type::Boolean)], vec![], vec![open]);
    assert_eq!(read(&program, "x.a,x.b,c,y\n1,,,true\n"), ["{ a: 1 }; true"]);
    assert!(read(&program, "x.a,y\n1,TRUE\n")[0].starts_with("E0711 /y: `TRUE` is neither `true` nor `false`"));
    let program = workers();
    let reader = reader(&program);
    let mut rows = rows("name,order,skills,booked,share\n");
    let header = header(&mut rows);
    assert_eq!(header.place("order"), Some(1));
    assert!(reader.columns(header.clone(), &[1]).is_ok_and(|columns| columns.are_of(&reader)));
    assert!(reader.columns(header, &[0]).is_err());
    let header =
        Header { names: ["n", "name", "n", "", "skills", "booked", "share"].map(|name| Some(name.to_owned())).to_vec(), ..header_of("x") };
    let errors = reader.columns(header, &[0]).expect_err("two columns are wrong");
    assert_eq!(
        shown(&errors),
        "E0721 the column `n` gives what column 1 gives already [line 1 of the input, column `n`]\n\
         E0720 column 4 has no name [line 1 of the input, column ``]"
    );
}

#[test]
fn texts_are_taken_as_they_are_if_they_are_utf8() {
    let program = program(vec![field("x", Type::Text { max: 9 }), field("y", optional(Type::Text { max: 9 }))], vec![], vec![]);
    let reader = reader(&program);
    let mut rows = Rows::new(&b"x,y\n \xe4,b\n a ,\n"[..], Dialect::default());
    let Ok(Some(Split::Row(row))) = rows.next_row() else { panic!("the names are a row") };
    let columns = reader.columns(Header::of_row(row, b','), &[]).expect("the columns are there");
    let mut next = || match rows.next_row() {
        Ok(Some(Split::Row(row))) => read_row(&program, &columns, row),
        other => panic!("{other:?}"),
    };
    assert_eq!(next(), "E0702 /x: this is not UTF-8: byte 1, counted from 0, begins no character [line 2 of the input, column `x`]");
    assert_eq!(next(), "\" a \"; missing");
}

/// Whether CSV holds values of a type.
fn fits(ty: &Type, inside_of_list: bool, types: &Types) -> bool {
    match ty {
        Type::Record(id) => !inside_of_list && types.record(*id).fields.iter().all(|field| fits(&field.ty, false, types)),
        Type::List { element, .. } => fits(element, true, types),
        Type::Optional(inner) => fits(inner, inside_of_list, types),
        _ => true,
    }
}

/// The columns of a value: name and cell.
fn cells(name: &str, value: &Value, ty: &Type, program: &ProgramMeta, out: &mut Vec<(String, String)>) {
    match (ty.required(), value) {
        (Type::Record(id), value) => {
            for (place, FieldType { name: field, ty, .. }) in program.types.record(*id).fields.iter().enumerate() {
                let value = if let Value::Record(values) = value { &values[place] } else { &Value::Missing };
                cells(&format!("{name}.{field}"), value, ty, program, out);
            }
        }
        (_, Value::Missing) => out.push((name.to_owned(), String::new())),
        (ty, value) => {
            let mut json = String::new();
            write_json(&mut json, value, ty, program);
            out.push((name.to_owned(), if json.starts_with('"') { serde_json::from_str(&json).expect("a string") } else { json }));
        }
    }
}

/// What a value comes back as: CSV cannot tell an optional value that is there, and blank, from a missing one.
fn read_back(value: &Value, ty: &Type, program: &ProgramMeta) -> Value {
    let mut found = Vec::new();
    cells("", value, ty, program, &mut found);
    if ty.is_optional() && found.iter().all(|(_, cell)| cell.is_empty()) {
        return Value::Missing;
    }
    match (ty.required(), value) {
        (Type::Record(id), Value::Record(values)) => {
            let fields = &program.types.record(*id).fields;
            values.iter().zip(fields).map(|(value, field)| read_back(value, &field.ty, program)).collect()
        }
        _ => value.clone(),
    }
}

/// Writes a row, each cell in quotes.
fn write_row<'c>(out: &mut String, cells: impl Iterator<Item = &'c String>) {
    for (place, cell) in cells.enumerate() {
        let _ = write!(out, "{}\"{}\"", if place > 0 { "," } else { "" }, cell.replace('"', "\"\""));
    }
    out.push('\n');
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_come_back_as_they_were_written(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (program, values, _) = case(&mut Choices(bytes.iter()));
        let params = &program.decisions[0].params;
        if params.iter().all(|param| fits(&param.ty, false, &program.types)) {
            let mut columns = Vec::new();
            params.iter().zip(&values).for_each(|(param, value)| cells(&param.name, value, &param.ty, &program, &mut columns));
            let mut text = String::new();
            write_row(&mut text, columns.iter().map(|(name, _)| name));
            write_row(&mut text, columns.iter().map(|(_, cell)| cell));
            if columns.is_empty() {
                return Ok(());
            }
            let reader = reader(&program);
            let mut rows = rows(&text);
            let bound = reader.columns(header(&mut rows), &[]);
            let bound = bound.map_err(|errors| TestCaseError::fail(format!("{text}\n{}", shown(&errors))))?;
            let Ok(Some(Split::Row(row))) = rows.next_row() else { panic!("{text}") };
            let mut batch = Batch::new();
            prop_assert_eq!(bound.read(row, &mut batch), Ok(()), "{}", text);
            let expected: Vec<_> = params.iter().zip(&values).map(|(param, value)| read_back(value, &param.ty, &program)).collect();
            prop_assert_eq!(batch.values(0, &program.decisions[0], &program), Ok(expected), "{}", text);
        }
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..200), names in prop::bool::ANY) {
        let program = workers();
        let reader = reader(&program);
        let head: &[u8] = if names { b"name,skills,booked,share,nights\n" } else { b"" };
        let text: Vec<u8> = head.iter().copied().chain(bytes.iter().map(|byte| b",\"\n[]1 :\xff{a-"[usize::from(*byte) % 12])).collect();
        let mut rows = Rows::new(&text[..], Dialect::default());
        let Ok(Some(Split::Row(row))) = rows.next_row() else { return Ok(()) };
        let Ok(columns) = reader.columns(Header::of_row(row, b','), &[]) else { return Ok(()) };
        let mut batch = Batch::new();
        while let Ok(Some(split)) = rows.next_row() {
            let Split::Row(row) = split else { continue };
            let count = batch.count;
            let read = columns.read(row, &mut batch);
            prop_assert_eq!(batch.count, count + usize::from(read.is_ok()));
            prop_assert!(read.err().is_none_or(|errors| !errors.problems.is_empty()));
        }
    }
}
