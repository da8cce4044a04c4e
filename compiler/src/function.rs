//! Built-in functions of the values of their operands, all of which are evaluated, from left to right.
//!
//! What a function means is said here once. Each has its types in `types`, its bounds in `ranges`, and two implementations of its own: in `interpret`, and
//! in `lower` or as a helper of the runtime.

/// A built-in function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// `years_between(date, date)`: whole years from the first to the second.
    YearsBetween,
    /// `date_of(datetime, zone)`: the calendar date of an instant in a zone.
    DateOf,
    /// `time_of(datetime, zone)`: the time of day of an instant in a zone.
    TimeOf,
}
