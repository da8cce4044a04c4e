//! Dates, spans and zones against what Python's standard library says of them (`oracle/calendar.py` writes the rows).

use std::collections::BTreeMap;

use axtrace_runtime::{
    calendar::{Local, Zone, add_months, date_of, instant_at, months_between, time_of, weekday_of, years_between},
    helpers::{DatePart, date_of_parts, part_of_date},
    literal::{Datetime, format_date, format_datetime, parse_date, parse_datetime},
};

const ROWS: &str = include_str!("oracle/calendar.csv");

/// The cells of every row of a kind, without the kind. There must be as many as the script promises.
fn rows(kind: &str, least: usize) -> Vec<Vec<&'static str>> {
    let rows: Vec<_> = ROWS.lines().map(|row| row.split(',').collect::<Vec<_>>()).filter(|cells| cells[0] == kind).collect();
    assert!(rows.len() >= least, "only {} rows of {kind}", rows.len());
    rows.into_iter().map(|mut cells| cells.split_off(1)).collect()
}

fn day(text: &str) -> i32 {
    parse_date(text).expect("the rows hold dates")
}

fn number(text: &str) -> i64 {
    text.parse().expect("the rows hold whole numbers")
}

/// The zones that the rows name, each made once.
#[derive(Default)]
struct Zones(BTreeMap<&'static str, Zone>);

impl Zones {
    fn named(&mut self, name: &'static str) -> &Zone {
        self.0.entry(name).or_insert_with(|| Zone::named(name).expect("the rows name zones of the database"))
    }
}

#[test]
fn dates_and_weekdays_are_those_of_the_oracle() {
    for row in rows("date", 300) {
        let days = day(row[1]);
        assert_eq!(i64::from(days), number(row[0]), "{row:?}");
        assert_eq!(format_date(days), row[1]);
        assert_eq!(weekday_of(days).name(), row[2], "{row:?}");
        let parts: Vec<i64> = row[1].split('-').map(number).collect();
        let found = [DatePart::Year, DatePart::Month, DatePart::Day].map(|part| part_of_date(days, part));
        assert_eq!(found.as_slice(), parts, "{row:?}");
        assert_eq!(date_of_parts(parts[0], parts[1], parts[2]), Some(days), "{row:?}");
    }
}

#[test]
fn spans_are_those_of_the_oracle() {
    for row in rows("span", 1_500) {
        let (from, to) = (day(row[0]), day(row[1]));
        assert_eq!(years_between(from, to), number(row[2]), "{row:?}");
        assert_eq!(months_between(from, to), number(row[3]), "{row:?}");
    }
}

#[test]
fn zones_show_what_the_oracle_shows() {
    let mut zones = Zones::default();
    for row in rows("zone", 1_000) {
        let (zone, instant) = (zones.named(row[0]), number(row[1]));
        assert_eq!(date_of(instant, zone), day(row[2]), "{row:?}");
        assert_eq!(i64::from(time_of(instant, zone)), number(row[3]), "{row:?}");
        assert_eq!(i64::from(zone.offset_at(instant)), number(row[4]), "{row:?}");
        let datetime = Datetime { instant, offset: zone.offset_at(instant) };
        assert_eq!(format_datetime(datetime), row[5]);
        assert_eq!(parse_datetime(row[5]), Ok(datetime));
    }
}

#[test]
fn local_times_mean_what_the_oracle_finds() {
    let mut zones = Zones::default();
    for row in rows("local", 1_400) {
        let instants: Vec<i64> = row[4].split_whitespace().map(number).collect();
        let found = zones.named(row[0]).instants_of(day(row[1]), number(row[2]) as i32);
        match (row[3], found) {
            ("once", Local::Once(instant)) => assert_eq!(instants, [instant], "{row:?}"),
            ("twice", Local::Twice { earlier, later }) => assert_eq!(instants, [earlier, later], "{row:?}"),
            ("skipped", Local::Skipped { .. }) => {}
            _ => panic!("{row:?} is {found:?}"),
        }
    }
}

#[test]
fn local_times_mean_the_instant_of_the_oracle() {
    let mut zones = Zones::default();
    for row in rows("at", 2_000) {
        let zone = zones.named(row[0]);
        let instant = instant_at(day(row[1]), number(row[2]) as i32, zone);
        assert_eq!(instant, number(row[3]), "{row:?}");
        assert_eq!(i64::from(zone.offset_at(instant)), number(row[4]), "{row:?}");
    }
}

#[test]
fn periods_are_added_as_by_the_oracle() {
    for row in rows("months", 600) {
        assert_eq!(add_months(day(row[0]), number(row[1])), Some(day(row[2])), "{row:?}");
    }
}

#[test]
fn dates_are_made_where_the_oracle_makes_them() {
    for row in rows("made", 400) {
        let made = date_of_parts(number(row[0]), number(row[1]), number(row[2]));
        assert_eq!(made, (!row[3].is_empty()).then(|| day(row[3])), "{row:?}");
    }
}
