//! The library as programs embed it: types against rules, values in and out, errors as data, several threads.

#[path = "../examples/embedding/worker.rs"]
mod worker;

use axtrace::runtime::code::RunError;
use axtrace::runtime::memory::{Batch, MemoryError};
use axtrace::runtime::read::Reader;
use axtrace::runtime::recording::Recorder;
use axtrace::runtime::trace::DecodeError;
use axtrace::values::{Date, Datetime, Days, Decimal, Duration, Money, Percent, Period, Set, Time, ValueError, Weekday};
use axtrace::{
    Caller, DecideError, Decision, Enum, Input, Level, LoadError, Mismatch, NoSuchDecision, Outcome, Output, Rejected, Rules, Session,
    Trace, TypedDecision, TypedSession,
};

const EVERYTHING: &str = include_str!("library/everything.ax");

fn everything() -> Decision {
    let rules = axtrace::compile_text(EVERYTHING).unwrap_or_else(|rejected| panic!("{rejected}"));
    rules.decision("echo").unwrap()
}

/// In another order than the rules have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum Skill {
    FirstAid,
    #[axtrace(name = "cold store")]
    ColdStore,
    Cashier,
    Forklift,
}

#[derive(Debug, Clone, PartialEq, Eq, Input, Output)]
struct Inner {
    tags: Vec<String>,
    name: String,
    score: Option<i8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Input, Output)]
struct All {
    yes: bool,
    small: u8,
    signed: i32,
    wide: i64,
    price: Decimal<2>,
    rate: Percent,
    fine: Percent<4>,
    money: Money,
    yen: Money<0>,
    #[axtrace(unit = "kg")]
    weight: Decimal<1>,
    #[axtrace(unit = "EUR/kg")]
    per: Decimal<2>,
    day: Date,
    at: Time,
    moment: Datetime,
    local: Datetime,
    span: Duration,
    hours: Duration,
    wait: Days,
    notice: Period,
    weekday: Weekday,
    skill: Skill,
    skills: Set<Skill>,
    worked: Set<Weekday>,
    inner: Inner,
    other: Option<Box<Inner>>,
    inners: Vec<Inner>,
    rows: Vec<Vec<u8>>,
    last: Option<Date>,
}

#[derive(Debug, Input)]
struct Question<'a> {
    note: Option<&'a str>,
    all: &'a All,
}

fn all() -> Result<All, ValueError> {
    let inner = Inner { tags: vec!["ä".into(), String::new()], name: "Zoë \"Z\"".into(), score: Some(-5) };
    Ok(All {
        yes: true,
        small: 80,
        signed: -40_000,
        wide: -9_000_000_000_000_000_000,
        price: "-12.50".parse()?,
        rate: "12.5 %".parse()?,
        fine: "0.123456".parse()?,
        money: "200 EUR".parse()?,
        yen: "1000000 JPY".parse()?,
        weight: "0.5".parse()?,
        per: Decimal::try_from(90)?,
        day: "2028-02-29".parse()?,
        at: "23:59:59".parse()?,
        moment: "2026-11-20T22:30-05:30".parse()?,
        local: "2026-07-01T08:00+02:00".parse()?,
        span: Duration::from_hours(-10)?,
        hours: "1 h 30 min".parse()?,
        wait: Days::new(90),
        notice: "P1Y6M".parse()?,
        weekday: Weekday::Sunday,
        skill: Skill::ColdStore,
        skills: Set::from([Skill::FirstAid, Skill::Forklift]),
        worked: Set::from([Weekday::Monday, Weekday::Sunday]),
        inner: inner.clone(),
        other: Some(Box::new(Inner { score: None, ..inner.clone() })),
        inners: vec![inner.clone(), inner],
        rows: vec![vec![], vec![1, 2, 9]],
        last: None,
    })
}

#[test]
fn every_type_goes_in_and_comes_out_as_it_is() {
    let all = all().unwrap();
    let echo = everything().typed::<Question<'_>, Outcome<All>>().unwrap_or_else(|mismatch| panic!("{mismatch}"));
    assert_eq!(echo.decide(&Question { note: None, all: &all }).unwrap(), Outcome::Decided(all.clone()));
    let referral = echo.decide(&Question { note: Some("ask"), all: &all }).unwrap().referred().unwrap();
    assert_eq!((&*referral.role, &*referral.title), ("clerk", "The clerk"));
    assert_eq!((referral.within, referral.proposing), (Some(Duration::from_minutes(90).unwrap()), Some(all.clone())));
    let silent = echo.decide(&Question { note: Some("silent"), all: &all }).unwrap().referred().unwrap();
    assert_eq!((silent.within, silent.proposing), (None, None));
}

/// What goes in without JSON is what goes in with it, to the last bit.
#[test]
fn rows_of_values_are_rows_of_their_json() {
    let (all, decision) = (all().unwrap(), everything());
    let question = Question { note: Some("n"), all: &all };
    let mut json = String::new();
    question.json(&mut json);
    let (text, typed) = (decision.trace(json.as_bytes(), Level::Full).unwrap(), decision.typed::<Question<'_>, Outcome<All>>().unwrap());
    assert_eq!(typed.trace(&question, Level::Full).unwrap().1, text);
    let mut session = typed.session(Level::Full);
    session.push(&question);
    let other = All { other: None, inners: vec![], ..all.clone() };
    session.push(&Question { note: None, all: &other });
    let mut seen = Vec::new();
    session
        .answer(|answer| {
            let decided = answer.map_err(|errors| DecideError::Input(errors.clone()))?;
            seen.push((decided.outcome()?, decided.trace()?));
            Ok::<(), DecideError>(())
        })
        .unwrap();
    assert_eq!(seen[0], (Outcome::Decided(all.clone()), text));
    assert_eq!(seen[1].0, Outcome::Decided(other));
}

#[test]
fn what_is_wrong_with_a_value_is_said_as_of_json() {
    let decision = everything();
    let echo = decision.typed::<Question<'_>, Outcome<All>>().unwrap();
    let wrong = All {
        small: 13,
        signed: 40_001,
        rate: Percent::from_units(10_001),
        money: "1.00 CHF".parse().unwrap(),
        day: Date::from_days(400_000),
        inner: Inner { tags: vec![String::new(); 5], name: "thirteen long".into(), score: Some(6) },
        rows: vec![vec![10], vec![]],
        ..all().unwrap()
    };
    let question = Question { note: None, all: &wrong };
    let Err(DecideError::Input(errors)) = echo.decide(&question) else { panic!("the input is wrong") };
    let mut json = String::new();
    question.json(&mut json);
    let mut batch = Batch::new();
    let as_json = Reader::new(decision.rules().meta(), decision.id()).read(json.as_bytes(), &mut batch).unwrap_err();
    assert_eq!(errors, as_json);
    let found: Vec<_> = errors.problems.iter().map(|problem| format!("{} {problem}", problem.code())).collect();
    insta::assert_snapshot!("what_is_wrong_with_a_value", found.join("\n"));
}

#[test]
fn what_always_holds_is_asked_of_values_too() {
    let echo = everything().typed::<Question<'_>, Outcome<All>>().unwrap();
    let wrong = All { small: 14, ..all().unwrap() };
    let error = echo.decide(&Question { note: None, all: &wrong }).unwrap_err();
    assert_eq!(
        (error.code().as_str(), error.to_string().as_str()),
        ("E0727", "/all: `small > 14 or not yes` does not hold: Whoever says yes is older than 14.")
    );
    assert!(echo.decide(&Question { note: None, all: &All { yes: false, ..wrong } }).is_ok());
}

#[derive(Debug, Clone, Copy, Enum)]
enum Skil {
    Forklift,
    Cashir,
}

#[derive(Debug, Output, Input)]
struct Wrong {
    yes: u8,
    small: i128,
    signed: Option<i32>,
    price: Decimal<3>,
    rate: Decimal<2>,
    money: Decimal<2>,
    #[axtrace(unit = "g")]
    weight: Decimal<1>,
    #[axtrace(unit = "EUR")]
    fine: Percent<4>,
    day: Datetime,
    span: Days,
    skill: Skil,
    skills: Vec<Skil>,
    inner: Vec<Inner>,
    other: Inner,
    inners: Vec<Narrow>,
    rows: Vec<Vec<Option<u8>>>,
    lst: Option<Date>,
    yen: Money,
    at: String,
    last: Date,
}

#[derive(Debug, Input, Output)]
struct Narrow {
    name: bool,
    score: Option<u8>,
    tags: Vec<String>,
}

#[derive(Debug, Input)]
struct WrongQuestion {
    all: Wrong,
    not: String,
}

#[test]
fn all_differences_are_found_at_once() {
    let mismatch = everything().typed::<WrongQuestion, Wrong>().unwrap_err();
    insta::assert_snapshot!("all_differences", mismatch.to_string());
    assert!(mismatch.differences.iter().all(|difference| !difference.code().is_empty() && difference.declared.is_some()));
}

#[test]
fn errors_are_data_with_codes() {
    let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4").unwrap();
    let large = rules.decision("large").unwrap();
    let mut reports = Vec::new();
    let mut report = |code: String, text: String| reports.push(format!("{code} {text}"));
    let error = rules.decision("larger").unwrap_err();
    report(error.code(), error.to_string());
    let error = axtrace::compile_path("no/such/folder").unwrap_err();
    assert!(matches!(&error, LoadError::Files(_)));
    report(error.code(), error.to_string().split(':').next().unwrap().to_owned());
    let error = large.trace_values(&[], Level::None).unwrap_err();
    report(error.code(), error.to_string());
    for error in [RunError::NoCode, RunError::OutOfScratch, RunError::NotItsRows] {
        let error = DecideError::from(error);
        report(error.code(), error.to_string());
    }
    let error = DecideError::from(DecodeError::Memory(MemoryError::OutOfBounds));
    report(error.code(), error.to_string());
    let caller = large.typed::<Table, bool>().unwrap().caller(Level::Record);
    assert_eq!(caller.trace().unwrap_err().code(), "E0757");
    insta::assert_snapshot!("errors", reports.join("\n"));
}

#[derive(Debug, Input)]
struct Table {
    seats: u64,
}

#[test]
fn a_refused_input_leaves_no_trace_of_the_one_before() {
    let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4").unwrap();
    let mut caller = rules.decision("large").unwrap().typed::<Table, bool>().unwrap().caller(Level::Record);
    assert!(caller.decide(&Table { seats: 5 }).unwrap());
    assert!(caller.trace().is_ok());
    for seats in [0, 10, u64::MAX] {
        assert_eq!(caller.decide(&Table { seats }).unwrap_err().code(), "E0710");
        assert_eq!(caller.trace().unwrap_err().code(), "E0757");
    }
    assert!(!caller.decide(&Table { seats: 1 }).unwrap());
}

/// A visit that is not the one that was bound can write nothing but inputs of the decision.
#[test]
fn a_visit_out_of_turn_is_read_as_json() {
    struct Odd(u8);

    impl Input for Odd {
        type Form = Self;

        fn meant() -> axtrace::typed::Meant {
            <Table as Input>::meant()
        }

        fn write(&self, row: &mut axtrace::typed::Row<'_>) -> Result<(), axtrace::typed::Refused> {
            match self.0 {
                0 => Ok(()),
                1 => row.text("five"),
                2 => row.number(5).and_then(|()| row.number(5)),
                _ => row.list(3, |_, row| row.number(5)),
            }
        }

        fn json(&self, out: &mut String) {
            out.push_str(r#"{"seats": 7}"#);
        }
    }

    let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4").unwrap();
    let large = rules.decision("large").unwrap().typed::<Odd, bool>().unwrap();
    for way in 0..4 {
        let (answer, trace) = large.trace(&Odd(way), Level::Record).unwrap();
        assert!(answer && trace.input[0].value.number() == Some(7));
    }
}

#[test]
fn what_is_shared_can_be_shared_and_what_is_moved_can_be_moved() {
    fn shared<T: Send + Sync + 'static>() {}
    fn moved<T: Send + 'static>() {}
    shared::<Rules>();
    shared::<Decision>();
    shared::<TypedDecision<Question<'static>, Outcome<All>>>();
    shared::<Trace>();
    shared::<(Rejected, LoadError, NoSuchDecision, Mismatch, DecideError, ValueError)>();
    moved::<Session>();
    moved::<Caller<Question<'static>, Outcome<All>>>();
    moved::<TypedSession<Question<'static>, Outcome<All>>>();
    moved::<(Batch, Recorder)>();
}

#[test]
fn the_worker_example_decides_every_order_once() {
    let rules = include_str!("../examples/embedding/shop/shipping.ax");
    let orders = worker::orders(400).unwrap();
    let done = worker::run(rules, rules, 3, &orders).unwrap();
    assert_eq!(done.log.len(), orders.len());
    let mut numbers: Vec<_> = done.log.iter().map(|(number, _)| number).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), orders.len());
    insta::assert_snapshot!("the_worker_example", worker::report(&done));
    // Rules that no longer fit the program's types are not changed to.
    let error = worker::run(rules, &rules.replace("enum Country { at,", "enum Country { it,"), 2, &orders).unwrap_err();
    assert!(error.to_string().contains("E0751 `order.country`: `Country` has a name `at`, which `Country` does not have"), "{error}");
}
