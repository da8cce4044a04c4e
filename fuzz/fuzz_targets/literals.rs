//! Any bytes are a literal or are refused; what a literal is written as reads back as the same value.
#![no_main]

use axtrace_runtime::literal::{
    duration_of, format_date, format_decimal, format_duration, format_period, format_time, parse_date, parse_datetime, parse_decimal,
    parse_duration, parse_money, parse_percent, parse_period, parse_quantity, parse_time,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    drop((parse_percent(text), parse_money(text), parse_quantity(text), parse_datetime(text)));
    if let Ok(date) = parse_date(text) {
        assert_eq!(parse_date(format_date(date)).ok(), Some(date));
    }
    if let Ok(time) = parse_time(text) {
        assert_eq!(parse_time(format_time(time)).ok(), Some(time));
    }
    if let Ok(seconds) = parse_duration(text) {
        assert_eq!(parse_duration(format_duration(seconds)).ok(), Some(seconds));
    }
    if let Ok(months) = parse_period(text) {
        assert_eq!(parse_period(format_period(months)).ok(), Some(months));
    }
    if let Ok(hours) = parse_decimal(text) {
        drop(duration_of(hours, 3_600, text));
    }
    if let Some(number) = parse_decimal(text).ok().and_then(|decimal| decimal.at_scale(6).ok()) {
        let again = parse_decimal(format_decimal(number, 6)).ok().and_then(|decimal| decimal.at_scale(6).ok());
        assert_eq!(again, Some(number));
    }
});
