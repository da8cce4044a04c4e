//! The text forms of values: the one canonical form each is written in, and the readers of the forms input may use.
//!
//! Everything is exact: digits become whole numbers and never pass through binary floating point. Readers take any bytes, allocate only
//! for an error, and answer with a [`LiteralError`] that says which part is wrong. What a value must be beyond its form (the range of its
//! type, its places) is for the caller to check. Writers take numbers as rows hold them and write to any [`fmt::Write`](std::fmt::Write).

mod amount;
mod decimal;
mod duration;
mod error;
mod moment;
mod period;

pub use amount::{
    format_money, format_percent, format_quantity, parse_money, parse_percent, parse_quantity, write_money, write_percent, write_quantity,
};
pub use decimal::{Decimal, Misfit, format_decimal, parse_decimal, write_decimal};
pub use duration::{duration_of, format_duration, format_duration_iso, parse_duration, write_duration, write_duration_iso};
pub use error::{Excerpt, LiteralError};
pub use moment::{
    Datetime, Moment, format_date, format_datetime, format_time, parse_date, parse_datetime, parse_moment, parse_time, write_date,
    write_datetime, write_time,
};
pub use period::{format_period, parse_period, write_period, write_period_iso};

/// What a writer wrote, as a string of its own.
fn written(write: impl FnOnce(&mut String) -> std::fmt::Result) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text);
    text
}
