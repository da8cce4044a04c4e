//! The bounds of functions of dates, times and instants.

use axtrace_runtime::calendar::{self, Civil, SECONDS_PER_DAY};
use axtrace_runtime::types::DATE_LIMITS;
use axtrace_runtime::value::Value;

use super::intervals::Range;
use super::walk::Walk;
use crate::graph::{NodeId, NodeKind};

const DAY: i128 = SECONDS_PER_DAY as i128;
/// No zone was ever as much as a day away from Greenwich.
pub(crate) const ANY_OFFSET: Range = (-DAY + 1, DAY - 1);
/// No month is longer.
const LONGEST_MONTH: i128 = 31;

impl Walk<'_> {
    /// The offsets that the zone of a node ever has, in seconds.
    pub(super) fn offsets(&self, zone: NodeId) -> Range {
        let place = match &self.graph.node(zone).kind {
            NodeKind::Constant(Value::Zone(place)) => *place,
            NodeKind::Local(local) => return self.offsets(self.graph.local(*local).value),
            _ => return ANY_OFFSET,
        };
        let offsets = self.zones.get(usize::from(place)).map(calendar::Zone::offsets);
        offsets.map_or(ANY_OFFSET, |(lo, hi)| (lo.into(), hi.into()))
    }
}

fn day(days: i128) -> i32 {
    days.clamp(DATE_LIMITS.0, DATE_LIMITS.1) as i32
}

fn civil(days: i128) -> Civil {
    calendar::civil_from_days(day(days))
}

pub(crate) fn years(from: Range, to: Range) -> Range {
    let between = |from: i128, to: i128| i128::from(calendar::years_between(day(from), day(to)));
    (between(from.1, to.0), between(from.0, to.1))
}

pub(crate) fn months(from: Range, to: Range) -> Range {
    let between = |from: i128, to: i128| i128::from(calendar::months_between(day(from), day(to)));
    (between(from.1, to.0), between(from.0, to.1))
}

pub(crate) fn years_of(dates: Range) -> Range {
    (civil(dates.0).year.into(), civil(dates.1).year.into())
}

/// The dates of some years; those of years beyond the calendar are not bounded.
pub(crate) fn dates_in_years((from, to): Range) -> Range {
    let date = |year: i128, month: u8, day: u8| calendar::days_from_civil(i32::try_from(year).ok()?, month, day).map(i128::from);
    (date(from, 1, 1).unwrap_or(i128::MIN), date(to, 12, 31).unwrap_or(i128::MAX))
}

/// The instants that are on some dates anywhere.
pub(crate) fn instants_on((from, to): Range) -> Range {
    let end = |date: i128, seconds: i128| date.checked_mul(DAY).and_then(|instant| instant.checked_add(seconds));
    let lo = end(from, -ANY_OFFSET.1).unwrap_or(i128::MIN);
    (lo, end(to, DAY - 1 - ANY_OFFSET.0).unwrap_or(i128::MAX))
}

/// Within one year the months go up; from one to the next it may be any.
pub(crate) fn months_of(dates: Range) -> Range {
    let (from, to) = (civil(dates.0), civil(dates.1));
    if from.year == to.year { (from.month.into(), to.month.into()) } else { (1, 12) }
}

/// Within one month the days go up; otherwise each month that is begun has a first, and the last of all that are ended is the greatest.
pub(crate) fn days_of(dates: Range) -> Range {
    let (from, to) = (civil(dates.0), civil(dates.1));
    if (from.year, from.month) == (to.year, to.month) {
        return (from.day.into(), to.day.into());
    }
    let months = (i64::from(to.year) - i64::from(from.year)) * 12 + i64::from(to.month) - i64::from(from.month);
    // Of two months in a row one has 31 days, but for the two that February is among.
    let last = if months > 2 { 31 } else { (0..months).map(|later| last_of(from, later)).max().unwrap_or(31).max(to.day) };
    (1, last.into())
}

/// The last day of the month so many months later.
fn last_of(from: Civil, later: i64) -> u8 {
    let month = i64::from(from.month) - 1 + later;
    let year = from.year + (month / 12) as i32;
    calendar::days_in_month(year, (month % 12 + 1) as u8)
}

/// Within one week, Monday to Sunday, the days go up.
pub(crate) fn weekdays_of(dates: Range) -> Range {
    let (from, to) = (calendar::weekday_of(day(dates.0)) as i128, calendar::weekday_of(day(dates.1)) as i128);
    if dates.1 - dates.0 < 7 && from <= to { (from, to) } else { (0, 6) }
}

/// The dates some months later. An end that lies outside of the calendar is one that no date is, as far out as months can be long.
pub(crate) fn moved(dates: Range, months: Range) -> Range {
    let end = |date: i128, months: i128| {
        let exact = i64::try_from(months).ok().and_then(|months| calendar::add_months(day(date), months));
        exact.map_or_else(|| date.saturating_add(months.saturating_mul(LONGEST_MONTH)), i128::from)
    };
    (end(dates.0, months.0), end(dates.1, months.1))
}

/// The dates that parts can make; where they make none, any bounds will do.
pub(crate) fn dates_of(years: Range, months: Range, days: Range) -> Range {
    let limit = |(lo, hi): Range, (least, greatest): Range| (lo.clamp(least, greatest), hi.clamp(least, greatest));
    let (years, months, days) = (limit(years, (-9999, 9999)), limit(months, (1, 12)), limit(days, (1, 31)));
    let date = |year: i128, month: i128, day: i128| {
        let (year, month) = (year as i32, month as u8);
        calendar::days_from_civil(year, month, (day as u8).min(calendar::days_in_month(year, month))).map_or(0, i128::from)
    };
    (date(years.0, months.0, days.0), date(years.1, months.1, days.1))
}

/// The dates of instants in a zone with these offsets.
pub(crate) fn dates(instants: Range, offsets: Range) -> Range {
    let date = |shown: i128| shown.div_euclid(DAY);
    (date(instants.0.saturating_add(offsets.0)), date(instants.1.saturating_add(offsets.1)))
}

/// The times of day of instants in a zone with these offsets: within one day they go up where the offset does not change.
pub(crate) fn times(instants: Range, offsets: Range) -> Range {
    let (from, to) = (instants.0.saturating_add(offsets.0), instants.1.saturating_add(offsets.1));
    if from.div_euclid(DAY) == to.div_euclid(DAY) { (from.rem_euclid(DAY), to.rem_euclid(DAY)) } else { (0, DAY - 1) }
}

/// The instants of dates and times in a zone with these offsets. Where clocks skip a time, the offset before the change counts.
pub(crate) fn instants(dates: Range, times: Range, offsets: Range) -> Range {
    let shown = |date: i128, time: i128| date.saturating_mul(DAY).saturating_add(time);
    (shown(dates.0, times.0).saturating_sub(offsets.1), shown(dates.1, times.1).saturating_sub(offsets.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds of a part, and the part.
    type Part = (fn(Range) -> Range, fn(i128) -> i128);

    fn date(year: i32, month: u8, day: u8) -> i128 {
        calendar::days_from_civil(year, month, day).expect("the test names a date").into()
    }

    /// Over some months, every range holds what can come out and no more.
    #[test]
    fn parts_of_dates_have_the_bounds_they_can_have() {
        let first = date(2027, 11, 20);
        let parts: [Part; 4] = [
            (years_of, |date| civil(date).year.into()),
            (months_of, |date| civil(date).month.into()),
            (days_of, |date| civil(date).day.into()),
            (weekdays_of, |date| calendar::weekday_of(day(date)) as i128),
        ];
        for from in (first..first + 150).step_by(3) {
            for to in from..from + 100 {
                for (bounds, part) in parts {
                    let values: Vec<i128> = (from..=to).map(part).collect();
                    let (lo, hi) = bounds((from, to));
                    assert!(values.iter().all(|value| (lo..=hi).contains(value)), "{from} {to}");
                }
                let days: Vec<i128> = (from..=to).map(|date| civil(date).day.into()).collect();
                assert_eq!(days_of((from, to)), (*days.iter().min().unwrap(), *days.iter().max().unwrap()), "{from} {to}");
            }
        }
    }

    #[test]
    fn moved_dates_and_made_dates_are_tight() {
        let range = (date(2026, 1, 31), date(2026, 3, 31));
        assert_eq!(moved(range, (1, 1)), (date(2026, 2, 28), date(2026, 4, 30)));
        assert_eq!(moved(range, (-1, 12)), (date(2025, 12, 31), date(2027, 3, 31)));
        let out = moved((DATE_LIMITS.0, DATE_LIMITS.1), (-1, 1));
        assert!(out.0 < DATE_LIMITS.0 && out.1 > DATE_LIMITS.1);
        assert_eq!(dates_of((2024, 2025), (2, 2), (29, 31)), (date(2024, 2, 29), date(2025, 2, 28)));
        assert_eq!(dates_of((2026, 2026), (-3, 99), (0, 40)), (date(2026, 1, 1), date(2026, 12, 31)));
    }

    #[test]
    fn instants_and_dates_turn_into_each_other() {
        let summer = (date(2026, 7, 1), date(2026, 7, 1));
        assert_eq!(instants(summer, (0, DAY - 1), (3600, 7200)), (summer.0 * DAY - 7200, summer.0 * DAY + DAY - 1 - 3600));
        assert_eq!(dates((summer.0 * DAY - 7200, summer.0 * DAY - 7200), (3600, 7200)), (summer.0 - 1, summer.0));
        assert_eq!(times((summer.0 * DAY, summer.0 * DAY + 10), (3600, 3600)), (3600, 3610));
    }
}
