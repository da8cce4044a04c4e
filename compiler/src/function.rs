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
    /// The sum of two ratios, over the least common multiple of their denominators.
    AddRatios,
    /// The difference of two ratios, over the least common multiple of their denominators.
    SubtractRatios,
    /// The product of two ratios, numerator by numerator and denominator by denominator.
    MultiplyRatios,
    /// The quotient of two ratios, of which the second is not 0: the first times the second turned upside down, with the sign in the numerator.
    DivideRatios,
    /// `power(ratio, integer, places)`: the first to the power of the second, to so many places, halves away from zero. The first is not 0 where the
    /// second is negative.
    Power,
}
