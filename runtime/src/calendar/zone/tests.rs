//! Zones against jiff over the whole database, and the hand-made rules that no database has.

use jiff::{Timestamp, civil, tz::AmbiguousOffset};

use super::*;
use crate::calendar::days_from_civil;

/// The last second of 9998, near the end of what jiff knows.
const JIFF_END: i64 = 253_370_764_799;

fn berlin() -> Zone {
    Zone::named("Europe/Berlin").expect("the database has Berlin")
}

fn reference(name: &str) -> TimeZone {
    TimeZone::get(name).expect("jiff has every name of its database")
}

/// Different but repeatable numbers (xorshift).
fn numbers(mut seed: u64) -> impl FnMut(i64) -> i64 {
    move |bound| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % bound.unsigned_abs()).cast_signed()
    }
}

fn assert_same(zone: &Zone, known: &TimeZone, instant: i64) {
    let stamp = Timestamp::from_second(instant).expect("the test stays in jiff's range");
    assert_eq!(zone.offset_at(instant), known.to_offset(stamp).seconds(), "{} at {instant}", zone.name());
}

#[test]
fn every_zone_is_what_jiff_makes_of_it() {
    let mut number = numbers(0x5eed);
    for name in names() {
        let zone = Zone::named(name).expect("every listed name has a zone");
        let known = reference(name);
        for change in known.following(Timestamp::MIN).take_while(|change| change.timestamp().as_second() < 18_000_000_000) {
            let at = change.timestamp().as_second();
            [at - 1, at, at + 1].into_iter().for_each(|instant| assert_same(&zone, &known, instant));
        }
        for _ in 0..200 {
            assert_same(&zone, &known, number(2 * JIFF_END) - JIFF_END);
            assert_same(&zone, &known, number(8_000_000_000) - 4_000_000_000);
        }
    }
}

#[test]
fn changes_thousands_of_years_away_come_at_the_same_second() {
    for name in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Nuuk", "Asia/Kathmandu"] {
        let (zone, known) = (Zone::named(name).expect("a known name"), reference(name));
        for year in [2390, 2399, 2400, 2437, 2438, 2439, 2440, 2499, 2838, 2999, 5000, 9990] {
            let start = civil::date(year, 1, 1).to_zoned(TimeZone::UTC).expect("in range").timestamp();
            for change in known.following(start).take(4) {
                let at = change.timestamp().as_second();
                [at - 1, at].into_iter().for_each(|instant| assert_same(&zone, &known, instant));
            }
        }
    }
}

#[test]
fn local_times_are_what_jiff_makes_of_them() {
    let mut number = numbers(0xca1);
    for name in ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Monrovia", "Europe/Dublin"] {
        let (zone, known) = (Zone::named(name).expect("a known name"), reference(name));
        let changes: Vec<i64> = known.following(Timestamp::MIN).take(400).map(|change| change.timestamp().as_second()).collect();
        for at in changes {
            for _ in 0..20 {
                assert_local(&zone, &known, at + number(260_000) - 130_000);
            }
        }
        for _ in 0..500 {
            assert_local(&zone, &known, number(2 * JIFF_END) - JIFF_END);
        }
    }
}

/// Compares both readings of the local time that UTC shows at `shown`.
fn assert_local(zone: &Zone, known: &TimeZone, shown: i64) {
    let stamp = Timestamp::from_second(shown).expect("in jiff's range");
    let ambiguous = known.to_ambiguous_zoned(TimeZone::UTC.to_datetime(stamp));
    let (date, second) = (shown.div_euclid(SECONDS_PER_DAY) as i32, shown.rem_euclid(SECONDS_PER_DAY) as i32);
    let expected = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => Local::Once(shown - i64::from(offset.seconds())),
        AmbiguousOffset::Fold { before, after } => {
            Local::Twice { earlier: shown - i64::from(before.seconds()), later: shown - i64::from(after.seconds()) }
        }
        AmbiguousOffset::Gap { before, .. } => {
            let within = Timestamp::from_second(shown - i64::from(before.seconds())).expect("in range");
            let after_jump = within.as_second() + 1;
            let later = Timestamp::from_second(after_jump).expect("in range");
            let jump = known.preceding(later).next().expect("a gap has a change").timestamp().as_second();
            Local::Skipped { jump }
        }
    };
    assert_eq!(zone.instants_of(date, second), expected, "{} shows {shown}", zone.name());
}

#[test]
fn berlin_sets_its_clocks_on_the_last_sundays() {
    let zone = berlin();
    let autumn = days_from_civil(2026, 10, 25).expect("a date");
    let spring = days_from_civil(2026, 3, 29).expect("a date");
    assert_eq!(zone.instants_of(autumn, 2 * 3600 + 1800), Local::Twice { earlier: 1_792_888_200, later: 1_792_891_800 });
    assert_eq!(zone.instants_of(spring, 2 * 3600 + 1800), Local::Skipped { jump: 1_774_746_000 });
    assert_eq!((date_of(1_774_746_000, &zone), time_of(1_774_746_000, &zone)), (spring, 3 * 3600));
    assert_eq!((date_of(1_774_745_999, &zone), time_of(1_774_745_999, &zone)), (spring, 2 * 3600 - 1));
}

#[test]
fn any_instant_has_a_date_and_a_time() {
    for zone in [berlin(), Zone::named("UTC").expect("UTC"), Zone::named("America/New_York").expect("New York")] {
        for instant in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
            zone.offset_at(instant);
            assert!((MIN_DATE..=MAX_DATE).contains(&date_of(instant, &zone)));
            assert!((0..86_400).contains(&time_of(instant, &zone)));
        }
        for (date, second) in [(i32::MIN, i32::MIN), (i32::MAX, i32::MAX), (MIN_DATE, 0), (MAX_DATE, 86_399)] {
            zone.instants_of(date, second);
        }
    }
}

#[test]
fn rules_are_small_and_read_back_as_the_same_zone() {
    let zone = berlin();
    assert_eq!(zone.rules().yearly, "CET-1CEST,M3.5.0,M10.5.0/3");
    assert!(zone.rules().changes.len() < 100, "{}", zone.rules().changes.len());
    let text = serde_json::to_string(zone.rules()).expect("plain data");
    let read = Zone::from_rules(serde_json::from_str(&text).expect("the same data")).expect("the same rules");
    assert_eq!(read, zone);
    assert_eq!(read.offsets, zone.offsets);
    assert_eq!(read.starts, zone.starts);
}

#[test]
fn data_that_is_no_zone_is_refused() {
    let rules = |changes: Vec<(i64, i32)>, yearly: &str| ZoneRules {
        name: "Test/Zone".to_owned(),
        database: "none".to_owned(),
        first_offset: 0,
        changes,
        yearly: yearly.to_owned(),
    };
    let error = |rules| Zone::from_rules(rules).expect_err("no rules").to_string();
    assert_eq!(error(rules(vec![(5, 0), (5, 1)], "")), "the changes of zone `Test/Zone` are not in the order of time");
    assert_eq!(error(rules(vec![(i64::MAX, 0)], "")), "the changes of zone `Test/Zone` are not in the order of time");
    assert_eq!(error(rules(vec![(5, i32::MIN)], "")), "an offset of zone `Test/Zone` is larger than a day");
    assert_eq!(error(rules(vec![], "nonsense,x")), "the yearly rule of zone `Test/Zone` cannot be read");
    assert_eq!(error(rules(vec![], &"A".repeat(1000))), "the yearly rule of zone `Test/Zone` cannot be read");
    assert_eq!(error(rules((0..10_001).map(|at| (at, 0)).collect(), "")), "zone `Test/Zone` lists more than 10000 changes");
    assert!(Zone::from_rules(rules(vec![(-377_000_000_000, 5)], "CET-1CEST,M3.5.0,M10.5.0/3")).is_ok());
}

#[test]
fn names_are_exact_and_near_ones_are_offered() {
    assert!(Zone::named("europe/berlin").is_none());
    assert!(Zone::named("").is_none());
    assert_eq!(suggestions("europe/berlin", 1), ["Europe/Berlin"]);
    assert_eq!(suggestions("Europe/Berlni", 1), ["Europe/Berlin"]);
    assert_eq!(suggestions("Berlin", 1), ["Europe/Berlin"]);
    assert_eq!(suggestions("America/New York", 1), ["America/New_York"]);
    assert_eq!(suggestions("Mars/Olympus Mons Observatory", 3), Vec::<&str>::new());
    assert_eq!(suggestions(&"x".repeat(1_000_000), 3), Vec::<&str>::new());
    assert!(database_version().starts_with("20"));
}
