//! Conversions from and to the dates, times and spans of jiff (feature `jiff`).

use super::{Date, Datetime, Duration, Time, ValueError};

impl From<jiff::civil::Date> for Date {
    fn from(date: jiff::civil::Date) -> Self {
        // jiff has the years -9999 to 9999, and no day that does not exist.
        let (year, month, day) = (i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs());
        Self::new(year, month, day).unwrap_or(Self::from_days(0))
    }
}

impl TryFrom<Date> for jiff::civil::Date {
    type Error = ValueError;

    fn try_from(date: Date) -> Result<Self, ValueError> {
        let year = i16::try_from(date.year()).map_err(|_| ValueError::TooLarge)?;
        Self::new(year, date.month().cast_signed(), date.day().cast_signed()).map_err(|_| ValueError::TooLarge)
    }
}

impl TryFrom<jiff::civil::Time> for Time {
    type Error = ValueError;

    /// A time of whole seconds.
    fn try_from(time: jiff::civil::Time) -> Result<Self, ValueError> {
        if time.subsec_nanosecond() != 0 {
            return Err(ValueError::Places { places: 0 });
        }
        let parts = (time.hour().unsigned_abs(), time.minute().unsigned_abs(), time.second().unsigned_abs());
        Self::new(parts.0, parts.1, parts.2).ok_or(ValueError::TooLarge)
    }
}

impl From<Time> for jiff::civil::Time {
    fn from(time: Time) -> Self {
        Self::constant(time.hour().cast_signed(), time.minute().cast_signed(), time.second().cast_signed(), 0)
    }
}

impl TryFrom<&jiff::Zoned> for Datetime {
    type Error = ValueError;

    /// An instant of whole seconds, with the offset of its zone then.
    fn try_from(zoned: &jiff::Zoned) -> Result<Self, ValueError> {
        if zoned.timestamp().subsec_nanosecond() != 0 {
            return Err(ValueError::Places { places: 0 });
        }
        Self::new(zoned.timestamp().as_second(), zoned.offset().seconds()).ok_or(ValueError::TooLarge)
    }
}

impl TryFrom<Datetime> for jiff::Timestamp {
    type Error = ValueError;

    fn try_from(datetime: Datetime) -> Result<Self, ValueError> {
        Self::from_second(datetime.instant()).map_err(|_| ValueError::TooLarge)
    }
}

impl TryFrom<jiff::SignedDuration> for Duration {
    type Error = ValueError;

    /// A duration of whole seconds.
    fn try_from(duration: jiff::SignedDuration) -> Result<Self, ValueError> {
        if duration.subsec_nanos() != 0 {
            return Err(ValueError::Places { places: 0 });
        }
        Ok(Self::from_seconds(duration.as_secs()))
    }
}

impl From<Duration> for jiff::SignedDuration {
    fn from(duration: Duration) -> Self {
        Self::from_secs(duration.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_jiff_has_comes_and_goes() {
        let date = jiff::civil::date(2028, 2, 29);
        assert_eq!(jiff::civil::Date::try_from(Date::from(date)), Ok(date));
        let time = jiff::civil::time(22, 30, 5, 0);
        assert_eq!(Time::try_from(time).map(jiff::civil::Time::from), Ok(time));
        assert_eq!(Time::try_from(jiff::civil::time(0, 0, 0, 1)), Err(ValueError::Places { places: 0 }));
        let span = jiff::SignedDuration::from_secs(-90);
        assert_eq!(Duration::try_from(span).map(jiff::SignedDuration::from), Ok(span));
        let zoned = date.at(1, 0, 0, 0).to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(2))).unwrap();
        let instant = Datetime::try_from(&zoned).unwrap();
        assert_eq!((instant.to_string().as_str(), jiff::Timestamp::try_from(instant)), ("2028-02-29T01:00+02:00", Ok(zoned.timestamp())));
    }
}
