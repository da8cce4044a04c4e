//! Built-in functions of the values of their operands, all of which are evaluated, from left to right.
//!
//! What a function means is said here once. Each has its types in `types`, its bounds in `ranges`, and two implementations of its own: in `interpret`, and
//! in `lower` or as a helper of the runtime.

/// A built-in function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// `years_between(date, date)`: whole years from the first to the second.
    YearsBetween,
    /// `months_between(date, date)`: whole months from the first to the second.
    MonthsBetween,
    /// `year_of(date)`
    YearOf,
    /// `month_of(date)`: 1 to 12.
    MonthOf,
    /// `day_of(date)`: the day of the month, 1 to 31.
    DayOf,
    /// `weekday_of(date)`
    WeekdayOf,
    /// `date + period`: the date so many months later. A day that its month does not have becomes the last of it.
    AddMonths,
    /// `date_from(year, month, day)`: optional, missing where there is no such day in the years -9999 to 9999.
    DateFrom,
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
    /// `datetime_at(date, time, zone)`: the instant at which clocks in a zone show a date and time, with the offset there. Of two it is the
    /// earlier; where there is none, the time is moved forward by what clocks skip.
    DatetimeAt,
    /// `a..b` as a list: the whole numbers from the first to the second, both included; none if the first is greater.
    Numbers,
    /// `item(list, n)`: the element at a place, from 1; missing if there is none. Elements that may be missing stay what they are.
    Item,
    /// `distinct(list)`: the elements without those that equal an earlier one, part by part.
    Distinct,
    /// `pairs(list)`: neighbours, as records of the earlier and the later.
    Pairs,
    /// The elements of the lists of a list, one list after the other.
    Flatten,
    /// `whole starts with part`
    StartsWith,
    /// `whole ends with part`
    EndsWith,
    /// `whole contains part`
    Contains,
    /// `whole matches "pattern"`: a text and the place of a constant pattern among those of the program.
    Matches,
    /// `length_of(text)`: how many characters it has.
    LengthOf,
    /// `lower(text)`: in small letters.
    Lower,
    /// `upper(text)`: in capitals.
    Upper,
    /// `trim(text)`: without the white space at its ends.
    Trim,
    /// `characters(text)`: a list of texts of one character each.
    Characters,
    /// `to_decimal(text, places)`, of which `to_integer(text)` is the one with 0 places: the number that a text writes, or missing. The places are a constant.
    ToDecimal,
    /// `to_date(text, "YYYYMMDD")`: the date that a text writes in a constant format, or missing.
    ToDate,
    /// The values of the headers of a table, which are evaluated in order before its first row. It is true.
    Headers,
    /// The place, from 0, of the first row of a table that applies; missing if none does. The first operand is the place of the table among those of
    /// the program, a constant; the others are the values of its columns.
    Row,
    /// The places of all rows of a table that apply, in order. Operands as of [`Function::Row`].
    Rows,
    /// What a row of a table gives: the table, the column of what it gives, both constants, and the place of the row.
    Cell,
}

impl Function {
    /// Whether it is a condition, whose operands a trace shows.
    #[must_use]
    pub const fn is_condition(self) -> bool {
        matches!(self, Self::StartsWith | Self::EndsWith | Self::Contains | Self::Matches)
    }
}
