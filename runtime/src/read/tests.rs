//! Tests of input reading: every form a value may have, and every problem with its pointer and words.

use super::fixture::{field, program, record, skills};
use super::{InputErrors, MAX_INPUT_BYTES, Reader, lines};
use crate::calendar::Zone;
use crate::currency::Currency;
use crate::memory::Batch;
use crate::meta::{DecisionId, ProgramMeta};
use crate::text::format_literal;
use crate::types::{EnumId, Kind, RecordId, Scalar, TimeUnit, Type, Unit};

fn number(scale: u32, unit: Unit, lo: i128, hi: i128) -> Type {
    Type::Scalar(Scalar::between(Kind::Number { scale, unit }, lo, hi))
}

fn scalar(kind: Kind) -> Type {
    Type::Scalar(Scalar::of(kind))
}

fn list(element: Type, min: u32, max: u32) -> Type {
    Type::List { element: Box::new(element), min, max }
}

fn optional(ty: Type) -> Type {
    Type::Optional(Box::new(ty))
}

/// A decision with one parameter `x`.
fn one(ty: Type) -> ProgramMeta {
    let inner = record("Inner", vec![field("a", Type::integer(0, 9)), field("b", optional(Type::integer(0, 9)))], false);
    let open = record("Open", vec![field("a", Type::integer(0, 9))], true);
    let mut program = program(vec![field("x", ty)], vec![skills()], vec![inner, open]);
    program.zones = vec![Zone::named("Europe/Berlin").expect("a zone of the database")];
    program
}

fn read(program: &ProgramMeta, json: &[u8]) -> Result<Batch, InputErrors> {
    let mut batch = Batch::new();
    let before = batch.clone();
    let read = Reader::new(program, DecisionId(0)).read(json, &mut batch);
    if read.is_err() {
        assert_eq!(batch, before, "an input with problems leaves no trace");
    }
    read.map(|()| batch)
}

/// The value of the parameter `x`, as source text; or all problems, a line each.
fn x(ty: &Type, json: &str) -> String {
    let program = one(ty.clone());
    match read(&program, format!("{{\"x\":{json}}}").as_bytes()) {
        Ok(batch) => {
            let values = batch.values(0, &program.decisions[0], &program).expect("what was read can be read back");
            format_literal(&values[0], ty, &program)
        }
        Err(errors) => shown(&errors),
    }
}

fn shown(errors: &InputErrors) -> String {
    let lines: Vec<_> = errors.problems.iter().map(|problem| format!("{} {problem}", problem.code())).collect();
    lines.join("\n")
}

fn holds(ty: &Type, cases: &[(&str, &str)]) {
    for (json, expected) in cases {
        assert_eq!(x(ty, json), *expected, "{json}");
    }
}

#[test]
fn numbers_are_read_by_value() {
    let whole = Type::integer(-5000, 5000);
    holds(
        &whole,
        &[
            ("42", "42"),
            ("1e3", "1000"),
            ("10.0", "10"),
            ("-0", "0"),
            ("0.0e5", "0"),
            ("\"42\"", "42"),
            ("\"4\\u0032\"", "42"),
            ("50000e-1", "5000"),
            ("12.5", "E0712 /x: `12.5` is no whole number"),
            ("5001", "E0710 /x: 5001 is more than 5000"),
            ("-5001", "E0710 /x: -5001 is less than -5000"),
            ("1e41", "E0711 /x: `1e41` has an exponent beyond 40"),
            ("1e40", "E0710 /x: 1e40 is more than 5000"),
            ("123456789012345678901234567890", "E0710 /x: 123456789012345678901234567890 is more than 5000"),
            ("\"\"", "E0711 /x: `` is no number: write it such as `12.50`"),
            ("\" 1\"", "E0711 /x: ` 1` is no number: write it such as `12.50`"),
            ("true", "E0709 /x: a boolean where a whole number is needed"),
            ("null", "E0706 /x: `x` is missing"),
        ],
    );
    let wide = Type::integer(i128::from(i64::MIN), i128::from(u64::MAX));
    holds(&wide, &[("18446744073709551615", "18446744073709551615"), ("-9223372036854775808", "-9223372036854775808")]);
    holds(&Type::integer(0, 255), &[("255", "255"), ("256", "E0710 /x: 256 is more than 255")]);
    let price = number(2, Unit::One, -999_999, 999_999);
    holds(
        &price,
        &[
            ("12.50", "12.50"),
            ("12.5", "12.50"),
            ("12.500", "12.50"),
            ("\"12.50\"", "12.50"),
            ("-0.05", "-0.05"),
            ("0.005e1", "0.05"),
            ("12.505", "E0712 /x: `12.505` has more than 2 digits after the point"),
            ("\"1.005\"", "E0712 /x: `1.005` has more than 2 digits after the point"),
            ("10000", "E0710 /x: 10000.00 is more than 9999.99"),
        ],
    );
}

#[test]
fn percentages_and_money_have_their_own_forms() {
    let percent = number(4, Unit::Percent, 0, 10_000);
    holds(
        &percent,
        &[
            ("0.6", "60 %"),
            ("\"60 %\"", "60 %"),
            ("\"0.6\"", "60 %"),
            ("\"12.5%\"", "12.5 %"),
            ("1.2", "E0710 /x: 120 % is more than 100 %"),
            ("\"12.345 %\"", "E0712 /x: `12.345 %` has more than 2 digits after the point"),
            ("0.12345", "E0712 /x: `0.12345` has more than 4 digits after the point"),
            ("\"much\"", "E0711 /x: `much` is no percentage: write it such as `12.5 %`"),
        ],
    );
    let money = number(2, Unit::Money(Currency::EUR), 0, 100_000);
    let not_money =
        "E0714 /x: this object is no amount of money: write `\"12.50 EUR\"`, or an object with `amount` and `currency`, each once";
    holds(
        &money,
        &[
            ("12.50", "12.50 EUR"),
            ("12", "12.00 EUR"),
            ("\"12.50\"", "12.50 EUR"),
            ("\"12.50 EUR\"", "12.50 EUR"),
            ("{\"amount\":\"12.50\",\"currency\":\"EUR\"}", "12.50 EUR"),
            ("{ \"currency\" : \"EUR\" , \"amount\" : 12.5 }", "12.50 EUR"),
            ("\"12.50 USD\"", "E0713 /x: an amount in USD where one in EUR is needed"),
            ("{\"amount\":\"12.50\",\"currency\":\"USD\"}", "E0713 /x: an amount in USD where one in EUR is needed"),
            ("{\"amount\":\"12.50\"}", not_money),
            ("{\"amount\":1,\"amount\":1,\"currency\":\"EUR\"}", not_money),
            ("{\"amount\":1,\"currency\":\"EUR\",\"x\":1}", not_money),
            ("{\"amount\":[],\"currency\":\"EUR\"}", not_money),
            ("{\"amount\":1,\"currency\":5}", not_money),
            (
                "{\"amount\":1.005,\"currency\":\"EUR\"}",
                "E0712 /x: `{\"amount\":1.005,\"currency\":\"EUR\"}` has more than 2 digits after the point",
            ),
            ("1000.01", "E0710 /x: 1000.01 EUR is more than 1000.00 EUR"),
        ],
    );
}

#[test]
fn times_are_read_as_iso_or_as_they_are_written() {
    let week = Type::Scalar(Scalar::between(Kind::Duration, 0, 168 * 3600));
    holds(
        &week,
        &[
            ("\"PT1H30M\"", "1 h 30 min"),
            ("\"1 h 30 min\"", "1 h 30 min"),
            ("\"PT171H\"", "E0710 /x: 171 h is more than 168 h"),
            ("\"-1 h\"", "E0710 /x: -1 h is less than 0 min"),
            ("90", "E0709 /x: a number where a duration such as `\"PT1H30M\"` or `\"1 h 30 min\"` is needed"),
        ],
    );
    holds(
        &scalar(Kind::Date),
        &[
            ("\"2026-11-20\"", "2026-11-20"),
            ("\"1599-12-31\"", "E0710 /x: 1599-12-31 is earlier than 1600-01-01"),
            ("\"3000-01-01\"", "E0710 /x: 3000-01-01 is later than 2999-12-31"),
            ("\"2026-02-30\"", "E0711 /x: `2026-02-30` is no date: February 2026 has 28 days"),
        ],
    );
    holds(&scalar(Kind::Time), &[("\"22:00\"", "22:00"), ("\"23:59:59\"", "23:59:59")]);
    holds(&scalar(Kind::Days), &[("7", "7 days"), ("\"7\"", "7 days"), ("7.5", "E0712 /x: `7.5` is no whole number")]);
    holds(
        &scalar(Kind::Datetime),
        &[
            ("\"2026-11-20T22:30+01:00\"", "2026-11-20T22:30+01:00"),
            ("\"2026-11-20T21:30:00Z\"", "2026-11-20T21:30+00:00"),
            ("\"1599-12-31T23:30-00:00\"", "E0710 /x: 1599-12-31T23:30+00:00 is earlier than 1600-01-01T00:00+00:00"),
            ("\"2026-11-20T22:30\"", "E0711 /x: `2026-11-20T22:30` has no offset from UTC: add it, such as `+01:00`, or `Z` for UTC"),
        ],
    );
}

#[test]
fn periods_and_weekdays_have_their_forms() {
    holds(
        &scalar(Kind::Period),
        &[
            ("\"P18Y\"", "18 years"),
            ("\"P1Y6M\"", "18 months"),
            ("\"1 year 6 months\"", "18 months"),
            ("\"-1 month\"", "-1 month"),
            ("\"12001 months\"", "E0710 /x: 12001 months is more than 1000 years"),
            ("\"P3D\"", "E0711 /x: `P3D` counts days or hours: a period counts years and months, a `duration` hours, `days` days"),
            ("6", "E0709 /x: a number where a period such as `\"P18Y\"` or `\"6 months\"` is needed"),
        ],
    );
    holds(
        &Type::Scalar(Scalar::between(Kind::Weekday, 0, 4)),
        &[
            ("\"monday\"", "monday"),
            ("\"fr\\u0069day\"", "friday"),
            ("\"sunday\"", "E0710 /x: sunday is later than friday"),
            ("\"Monday\"", "E0711 /x: `Monday` is no day of the week: write one of `monday` to `sunday`"),
            ("0", "E0709 /x: a number where a day of the week such as `\"monday\"` is needed"),
        ],
    );
}

#[test]
fn durations_are_read_as_numbers_of_their_unit() {
    let hours = Type::Scalar(Scalar::between(Kind::DurationIn(TimeUnit::Hours), 0, 168 * 3600));
    holds(
        &hours,
        &[
            ("7.75", "7 h 45 min"),
            ("1e2", "100 h"),
            ("-0", "0 min"),
            ("\"11.5\"", "11 h 30 min"),
            ("\"PT1H30M\"", "1 h 30 min"),
            ("\"1 h 30 min\"", "1 h 30 min"),
            ("168.001", "E0711 /x: `168.001` is no whole number of seconds"),
            ("169", "E0710 /x: 169 h is more than 168 h"),
            ("1e40", "E0711 /x: `1e40` is too long a duration"),
            ("\"7.75 hours\"", "E0711 /x: `hours` in `7.75 hours` is no unit of a duration: write `h`, `min` or `s`"),
            ("true", "E0709 /x: a boolean where a number of hours or a duration such as `\"PT1H30M\"` or `\"1 h 30 min\"` is needed"),
        ],
    );
    let weeks = Type::Scalar(Scalar::of(Kind::DurationIn(TimeUnit::Weeks)));
    holds(&weeks, &[("0.5", "84 h"), ("1", "168 h")]);
}

#[test]
fn local_times_are_read_in_their_zone() {
    holds(
        &scalar(Kind::DatetimeIn(0)),
        &[
            ("\"2026-11-20T22:30\"", "2026-11-20T22:30+01:00"),
            ("\"2026-11-20T22:30:15.000\"", "2026-11-20T22:30:15+01:00"),
            ("\"2026-11-20T22:30-05:00\"", "2026-11-20T22:30-05:00"),
            ("\"2026-10-25T02:30\"", "2026-10-25T02:30+02:00"),
            ("\"2026-03-29T02:30\"", "E0711 /x: `2026-03-29T02:30` never comes in Europe/Berlin: clocks are set forward over it"),
            ("\"1600-01-01T00:30\"", "E0710 /x: 1600-01-01T00:30+00:53:28 is earlier than 1600-01-01T00:00+00:00"),
            ("\"2026-11-20\"", "E0711 /x: `2026-11-20` is no date with time: write it such as `2026-11-20T22:30+01:00`"),
            ("5", "E0709 /x: a number where a date with time such as `\"2026-11-20T22:30\"` or `\"2026-11-20T22:30+01:00\"` is needed"),
        ],
    );
}

#[test]
fn texts_count_characters_and_have_whole_ones() {
    holds(
        &Type::Text { max: 5 },
        &[
            ("\"Ana\"", "\"Ana\""),
            ("\"äöüßé\"", "\"äöüßé\""),
            ("\"äöüßéè\"", "E0717 /x: the text has 6 characters, and at most 5 are allowed"),
            ("\"\\u00e4\\n\\\"\\\\\\/\"", "\"ä\\n\\\"\\\\/\""),
            ("\"\\ud83d\\ude00\"", "\"😀\""),
            ("\"\\ud83d\"", "E0719 /x: the text has half of a surrogate pair, such as `\\ud800`, which is no character"),
            ("\"\\ude00\\ud83d\"", "E0719 /x: the text has half of a surrogate pair, such as `\\ud800`, which is no character"),
            ("5", "E0709 /x: a number where text is needed"),
        ],
    );
}

#[test]
fn names_and_sets_are_checked_and_near_misses_named() {
    holds(
        &Type::Enum(EnumId(0)),
        &[
            ("\"cashier\"", "cashier"),
            ("\"first\\u0020aid\"", "`first aid`"),
            ("\"casheir\"", "E0715 /x: `casheir` is no name of `Skill`: did you mean `cashier`?"),
            ("\"\"", "E0715 /x: `` is no name of `Skill`"),
            ("1", "E0709 /x: a number where a name of `Skill` is needed"),
        ],
    );
    holds(
        &Type::Set(EnumId(0)),
        &[
            ("[]", "{}"),
            ("[\"cashier\",\"forklift\"]", "{forklift, cashier}"),
            (
                "[\"cashier\",\"x\",\"cashier\"]",
                "E0715 /x/1: `x` is no name of `Skill`\nE0716 /x/2: `cashier` is in the set more than once",
            ),
            ("\"cashier\"", "E0709 /x: text where an array of names of `Skill` is needed"),
            ("[null]", "E0709 /x/0: `null` where a name of `Skill` is needed"),
        ],
    );
    holds(&Type::Boolean, &[("true", "true"), ("false", "false"), ("\"true\"", "E0709 /x: text where `true` or `false` is needed")]);
}

#[test]
fn objects_and_lists_are_checked_all_the_way() {
    let inner = Type::Record(RecordId(0));
    holds(
        &inner,
        &[
            ("{\"a\":1,\"b\":2}", "{ a: 1, b: 2 }"),
            ("{ \"b\" : null ,\n\"\\u0061\" : 1 }", "{ a: 1, b: missing }"),
            ("{\"b\":2}", "E0706 /x/a: `a` is missing"),
            ("{\"a\":1,\"a\":2}", "E0707 /x/a: `a` is given more than once"),
            (
                "{\"b\":50,\"a\":40,\"c/d\":1,\"~\":2}",
                concat!(
                    "E0710 /x/a: 40 is more than 9\nE0710 /x/b: 50 is more than 9\n",
                    "E0708 /x/c~1d: `c/d` is no field of `Inner`\nE0708 /x/~0: `~` is no field of `Inner`"
                ),
            ),
            ("{\"a\":1,\"\\ud800\":1}", "E0719 /x: the text has half of a surrogate pair, such as `\\ud800`, which is no character"),
            ("[]", "E0709 /x: an array where an object with the fields of `Inner` is needed"),
        ],
    );
    holds(&Type::Record(RecordId(1)), &[("{\"z\":[{\"y\":null}],\"a\":1,\"z\":2}", "{ a: 1 }")]);
    holds(
        &list(inner.clone(), 1, 2),
        &[
            ("[{\"a\":1},{\"a\":2}]", "[{ a: 1, b: missing }, { a: 2, b: missing }]"),
            ("[]", "E0718 /x: the list has 0 items, and at least 1 are needed"),
            (
                "[{\"a\":1},{\"a\":10},{}]",
                concat!(
                    "E0718 /x: the list has 3 items, and at most 2 are allowed\n",
                    "E0710 /x/1/a: 10 is more than 9\nE0706 /x/2/a: `a` is missing"
                ),
            ),
            ("[null]", "E0706 /x/0: an element of the list is `null`, and none may be missing"),
        ],
    );
    let nested = list(list(optional(Type::Text { max: 3 }), 0, 9), 0, 9);
    holds(&nested, &[("[[\"a\",null],[],[\"b\",\"c\"]]", "[[\"a\", missing], [], [\"b\", \"c\"]]")]);
    holds(&optional(inner), &[("null", "missing"), ("{\"a\":0}", "{ a: 0, b: missing }")]);
}

#[test]
fn the_input_as_a_whole_is_an_object_of_the_parameters() {
    let program = one(optional(Type::Boolean));
    let cases = [
        ("", "E0701 this is no JSON: line 1, column 1: the text ends too early"),
        ("{}", ""),
        (" { \"x\" : true } \n", ""),
        ("{\"x\":true", "E0701 this is no JSON: line 1, column 10: the text ends too early"),
        ("{\"x\":true}}", "E0701 this is no JSON: line 1, column 11: the end of the input is expected here, not `}`"),
        ("{\"x\":\n tru}", "E0701 this is no JSON: line 2, column 2: a value is expected here, not `t`"),
        ("{\"x\":01}", "E0701 this is no JSON: line 1, column 7: a number without leading zeros is expected here, not `1`"),
        ("{\"x\":.5}", "E0701 this is no JSON: line 1, column 6: a value is expected here, not `.`"),
        ("{\"x\":1.}", "E0701 this is no JSON: line 1, column 8: a digit is expected here, not `}`"),
        ("{\"x\":true,}", "E0701 this is no JSON: line 1, column 11: a string is expected here, not `}`"),
        ("{x:true}", "E0701 this is no JSON: line 1, column 2: a string is expected here, not `x`"),
        ("{\"ä\": \"\t\"}", "E0701 this is no JSON: line 1, column 8: control characters in a string must be escaped, such as `\\n`"),
        ("[]", "E0709 an array where an object with the parameters of `d` is needed"),
        ("{\"y\":1}", "E0708 /y: `y` is no parameter of `d`"),
    ];
    for (json, expected) in cases {
        assert_eq!(read(&program, json.as_bytes()).map_or_else(|errors| shown(&errors), |_| String::new()), expected, "{json}");
    }
    let escape = read(&program, b"{\"x\":\"\\x\"}").expect_err("no escape");
    assert!(shown(&escape).starts_with("E0701 this is no JSON: line 1, column 7: there is no such escape"));
    let bytes = read(&program, b"{\"x\":\"\xff\"}").expect_err("no UTF-8");
    assert_eq!(shown(&bytes), "E0702 this is not UTF-8: byte 6, counted from 0, begins no character");
}

#[test]
fn size_and_depth_have_limits() {
    let program = one(Type::Record(RecordId(1)));
    let nested = |depth: usize| format!("{{\"x\":{{\"a\":1,\"z\":{}{}}}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&program, nested(126).as_bytes()).is_ok());
    let errors = read(&program, nested(127).as_bytes()).expect_err("too deep");
    assert_eq!(shown(&errors), "E0704 line 1, column 143: the input is nested deeper than 128");
    assert!(read(&program, nested(1_000_000).as_bytes()).is_err());
    let errors = read(&program, &vec![b' '; MAX_INPUT_BYTES + 1]).expect_err("too large");
    assert_eq!(shown(&errors), "E0703 the input has 67108865 bytes; an input has at most 64 MiB");
}

#[test]
fn objects_of_many_fields_are_read_in_any_order() {
    let fields: Vec<_> = (0..200).map(|n| field(&format!("f{n}"), Type::integer(0, 999))).collect();
    let program = program(vec![field("x", Type::Record(RecordId(0)))], vec![], vec![record("Many", fields, false)]);
    let json = |places: &mut dyn Iterator<Item = usize>| {
        let members: Vec<_> = places.map(|n| format!("\"f{n}\":{n}")).collect();
        format!("{{\"x\":{{{}}}}}", members.join(","))
    };
    let ordered = read(&program, json(&mut (0..200)).as_bytes()).expect("an input");
    let reversed = read(&program, json(&mut (0..200).rev()).as_bytes()).expect("an input");
    assert_eq!(ordered, reversed);
    let missing = read(&program, json(&mut (0..200).filter(|n| *n != 150)).as_bytes()).expect_err("a field is missing");
    assert_eq!(shown(&missing), "E0706 /x/f150: `f150` is missing");
}

#[test]
fn problems_end_where_nobody_reads_on() {
    let program = one(list(Type::integer(0, 1), 0, 100_000));
    let many = format!("{{\"x\":[{}2]}}", "2,".repeat(20_000));
    let errors = read(&program, many.as_bytes()).expect_err("twos");
    assert_eq!((errors.problems.len(), errors.cut), (super::MAX_PROBLEMS, true));
    let keys: Vec<_> = (0..super::MAX_PROBLEMS + 1).map(|n| format!("\"y{n}\":0")).collect();
    let errors = read(&program, format!("{{{}}}", keys.join(",")).as_bytes()).expect_err("unknown keys");
    assert_eq!((errors.problems.len(), errors.cut), (super::MAX_PROBLEMS, true));
}

#[test]
fn problems_name_the_line_that_declares() {
    let program = one(Type::integer(0, 9));
    let errors = read(&program, b"{\"x\":10,\"y\":1}").expect_err("two problems");
    let spans: Vec<_> = errors.problems.iter().map(|problem| problem.declared).collect();
    assert_eq!(spans, [program.decisions[0].params[0].span, program.decisions[0].span]);
}

#[test]
fn lines_are_numbered_and_blank_ones_left_out() {
    let found: Vec<_> = lines(b"{}\r\n\n  \n{ }\n").collect();
    assert_eq!(found, [(1, &b"{}"[..]), (4, &b"{ }"[..])]);
}
