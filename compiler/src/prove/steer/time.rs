//! Ways back through functions of dates, times and instants.

use axtrace_runtime::calendar::{self, Local, MAX_DATE, MIN_DATE, Weekday};

use super::Steering;
use crate::function::Function;
use crate::prove::defaults::ROUND_DATE;
use crate::prove::terms::{ClassId, Term};

impl Steering<'_, '_> {
    /// Makes the value of a built-in function a number, if there is a way back.
    pub(super) fn call(&mut self, function: Function, operands: &[ClassId], number: i128, depth: u32) -> bool {
        match (function, operands) {
            (Function::YearsBetween, &[from, to]) => match number.checked_mul(12) {
                Some(months) => self.span(from, to, months, |from, to| calendar::years_between(from, to).into(), number, depth),
                None => false,
            },
            (Function::MonthsBetween, &[from, to]) => {
                self.span(from, to, number, |from, to| calendar::months_between(from, to).into(), number, depth)
            }
            (Function::YearOf, &[date]) => self.year(date, number, depth),
            (Function::MonthOf, &[date]) => self.month(date, number, depth),
            (Function::DayOf, &[date]) => self.day(date, number, depth),
            (Function::WeekdayOf, &[date]) => self.weekday(date, number, depth),
            (Function::AddMonths, &[date, months]) => self.moved(date, months, number, depth),
            (Function::DateOf, &[instant, zone]) => self.local(instant, zone, Some(number), None, depth),
            (Function::TimeOf, &[instant, zone]) => self.local(instant, zone, None, Some(number), depth),
            (Function::DatetimeAt, &[date, time, zone]) => self.shown(date, time, zone, number, depth),
            (Function::LengthOf, &[text]) => self.length(text, number, depth),
            _ => false,
        }
    }

    fn date_now(&mut self, class: ClassId) -> Option<i32> {
        self.scene.number(class).and_then(|number| i32::try_from(number).ok())
    }

    /// Makes a class the first of some dates that lies within its bounds and does what is wished.
    fn first_date(&mut self, class: ClassId, dates: impl IntoIterator<Item = Option<i32>>, does: impl Fn(i32) -> bool, depth: u32) -> bool {
        let bounds = self.scene.model.classes.get(class).ty.scalar();
        let inside = |date: &i32| bounds.is_none_or(|it| (it.lo..=it.hi).contains(&i128::from(*date)) || it.lo > it.hi);
        dates.into_iter().flatten().filter(|date| inside(date) && does(*date)).any(|date| self.number(class, date.into(), depth))
    }

    /// The ends of what a date can be.
    fn ends(&self, class: ClassId) -> [Option<i32>; 2] {
        let bounds = self.scene.model.classes.get(class).ty.scalar();
        let end = |days: i128| i32::try_from(days).ok();
        [bounds.and_then(|it| end(it.lo)), bounds.and_then(|it| end(it.hi))]
    }

    /// Reaches a count of months or years through the earlier date, else through the later.
    fn span(&mut self, from: ClassId, to: ClassId, months: i128, count: impl Fn(i32, i32) -> i128, number: i128, depth: u32) -> bool {
        let Ok(months) = i64::try_from(months) else { return false };
        let (from_date, to_date) = (self.date_now(from), self.date_now(to));
        let later = !self.simple && self.random.below(3) == 0;
        for through_later in [later, !later] {
            let done = match (through_later, from_date, to_date) {
                (false, _, Some(to_date)) => {
                    let born = near(months.checked_neg().and_then(|back| calendar::add_months(to_date, back)));
                    self.first_date(from, born, |born| count(born, to_date) == number, depth)
                }
                (true, Some(from_date), _) => {
                    let counted = near(calendar::add_months(from_date, months));
                    self.first_date(to, counted, |counted| count(from_date, counted) == number, depth)
                }
                _ => false,
            };
            if done {
                return true;
            }
        }
        false
    }

    fn year(&mut self, date: ClassId, year: i128, depth: u32) -> bool {
        let (Some(now), Ok(year)) = (self.date_now(date), i32::try_from(year)) else { return false };
        let civil = calendar::civil_from_days(now);
        let same_day = calendar::days_from_civil(year, civil.month, civil.day.min(28));
        let dates = [same_day, calendar::days_from_civil(year, 1, 1), calendar::days_from_civil(year, 12, 31)];
        let ends = self.ends(date);
        self.first_date(date, dates.into_iter().chain(ends), |date| calendar::civil_from_days(date).year == year, depth)
    }

    /// Reaches a month in the year before or after, or, to keep the day of the month and of the week, in another year.
    fn month(&mut self, date: ClassId, month: i128, depth: u32) -> bool {
        let (Some(now), Ok(month)) = (self.date_now(date), u8::try_from(month)) else { return false };
        let civil = calendar::civil_from_days(now);
        let near = [0, 1, -1].into_iter().flat_map(|more| {
            let year = civil.year + more;
            let last = calendar::days_in_month(year, month);
            [civil.day.min(last), 1, last].map(|day| calendar::days_from_civil(year, month, day))
        });
        let ends = self.ends(date);
        let does = |date: i32| calendar::civil_from_days(date).month == month;
        self.keeping(date, in_years(civil.year, month, civil.day), calendar::weekday_of(now), depth)
            || self.first_date(date, near.chain(ends), does, depth)
    }

    /// Reaches a day in a month nearby, or, to keep the month and the day of the week, in another year.
    fn day(&mut self, date: ClassId, day: i128, depth: u32) -> bool {
        let (Some(now), Ok(day)) = (self.date_now(date), u8::try_from(day)) else { return false };
        let civil = calendar::civil_from_days(now);
        let first = now - i32::from(civil.day) + 1;
        let months = [0, 1, -1, 2, -2, 3, -3].into_iter().map(|more| calendar::add_months(first, more));
        let near = months.map(|first| first.and_then(|first| first.checked_add(i32::from(day) - 1)));
        let does = |date: i32| calendar::civil_from_days(date).day == day;
        self.keeping(date, in_years(civil.year, civil.month, day), calendar::weekday_of(now), depth)
            || self.first_date(date, near.chain(in_years(civil.year, civil.month, day)), does, depth)
    }

    /// Reaches a day of the week nearby, or, to keep day and month, in another year.
    fn weekday(&mut self, date: ClassId, day: i128, depth: u32) -> bool {
        let Some(wished) = usize::try_from(day).ok().and_then(|day| Weekday::ALL.get(day).copied()) else { return false };
        let Some(now) = self.date_now(date) else { return false };
        let civil = calendar::civil_from_days(now);
        let monday = now - calendar::weekday_of(now) as i32;
        let near = [0, 7, -7].into_iter().map(|more| Some(monday + more + wished as i32));
        self.keeping(date, in_years(civil.year, civil.month, civil.day), wished, depth)
            || self.first_date(date, near, |date| calendar::weekday_of(date) == wished, depth)
    }

    /// Half of the time that nothing simple is asked for: the first of some dates that has a day of the week.
    fn keeping(&mut self, date: ClassId, dates: impl Iterator<Item = Option<i32>>, day: Weekday, depth: u32) -> bool {
        let asked = !self.simple && self.random.below(2) == 0;
        asked && self.first_date(date, dates, |date| calendar::weekday_of(date) == day, depth)
    }

    /// Reaches a date that lies some months later through the date before, else through the months; one beyond the calendar through both.
    fn moved(&mut self, date: ClassId, months: ClassId, number: i128, depth: u32) -> bool {
        let wished = i32::try_from(number).ok().filter(|wished| (MIN_DATE..=MAX_DATE).contains(wished));
        let Some(wished) = wished else { return self.beyond(date, months, number > 0, depth) };
        let (Some(date_now), Some(months_now)) = (self.date_now(date), self.scene.number(months)) else { return false };
        let back = i64::try_from(months_now).ok().and_then(i64::checked_neg).and_then(|back| calendar::add_months(wished, back));
        let reaches =
            |date: i32, months: i128| i64::try_from(months).ok().and_then(|months| calendar::add_months(date, months)) == Some(wished);
        if self.first_date(date, near(back), |date| reaches(date, months_now), depth) {
            return true;
        }
        let span = i128::from(calendar::months_between(date_now, wished));
        [span, span + 1, span - 1].into_iter().filter(|months| reaches(date_now, *months)).any(|span| self.number(months, span, depth))
    }

    /// The last date that can be, and the most months; or the first and the least.
    fn beyond(&mut self, date: ClassId, months: ClassId, later: bool, depth: u32) -> bool {
        let extreme = |steering: &Self, class: ClassId| {
            let bounds = steering.scene.model.classes.get(class).ty.scalar();
            bounds.map(|it| if later { it.hi } else { it.lo })
        };
        let wishes = [(date, extreme(self, date)), (months, extreme(self, months))];
        wishes.into_iter().filter(|(class, wish)| wish.is_some_and(|wish| self.number(*class, wish, depth))).count() > 0
    }

    /// Moves an instant to a local date or time, leaving the other as it is.
    fn local(&mut self, instant: ClassId, zone: ClassId, date: Option<i128>, time: Option<i128>, depth: u32) -> bool {
        let Some(now) = self.scene.number(instant).and_then(|now| i64::try_from(now).ok()) else { return false };
        let Some(zone) = self.scene.zone(zone) else { return false };
        let date = date.unwrap_or_else(|| calendar::date_of(now, zone).into());
        let time = time.unwrap_or_else(|| calendar::time_of(now, zone).into());
        let (Ok(date), Ok(time)) = (i32::try_from(date), i32::try_from(time)) else { return false };
        let wished = match zone.instants_of(date, time) {
            Local::Once(instant) | Local::Twice { earlier: instant, .. } => instant,
            Local::Skipped { jump } => jump,
        };
        self.number(instant, wished.into(), depth)
    }

    /// Makes date and time those that clocks in a zone show at an instant.
    fn shown(&mut self, date: ClassId, time: ClassId, zone: ClassId, instant: i128, depth: u32) -> bool {
        let Some(zone) = self.scene.zone(zone) else { return false };
        let Ok(instant) = i64::try_from(instant) else { return false };
        let (wished_date, wished_time) = (i128::from(calendar::date_of(instant, zone)), i128::from(calendar::time_of(instant, zone)));
        // Each is tried, whatever became of the other.
        let there = |steering: &mut Self, class: ClassId, wished: i128| {
            steering.scene.number(class) == Some(wished) || steering.number(class, wished, depth)
        };
        let (date, time) = (there(self, date, wished_date), there(self, time, wished_time));
        date && time
    }

    /// The parts that a date is made of by `date_from`.
    fn made_of(&self, class: ClassId) -> Option<[ClassId; 3]> {
        match &self.scene.model.classes.get(class).term {
            Term::Call(Function::DateFrom, parts) => parts.as_slice().try_into().ok(),
            _ => None,
        }
    }

    pub(super) fn is_date_from(&self, class: ClassId) -> bool {
        self.made_of(class).is_some()
    }

    /// Makes the parts that a date is made of those of a date.
    pub(super) fn parts_of_date(&mut self, class: ClassId, date: i128, depth: u32) -> bool {
        let (Some([year, month, day]), Ok(date)) = (self.made_of(class), i32::try_from(date)) else { return false };
        let civil = calendar::civil_from_days(date);
        let wishes = [(year, i128::from(civil.year)), (month, civil.month.into()), (day, civil.day.into())];
        let mut open =
            |(class, wished): &(ClassId, i128)| self.scene.number(*class) != Some(*wished) && !self.number(*class, *wished, depth);
        wishes.iter().filter(|wish| open(wish)).count() == 0
    }

    /// Makes the parts that a date is made of those of some date, or of none: 30 February, or a month beyond the year.
    pub(super) fn some_date(&mut self, class: ClassId, there: bool, depth: u32) -> bool {
        let Some([_, month, day]) = self.made_of(class) else { return false };
        if there {
            let date = self.random.between(ROUND_DATE, ROUND_DATE + 27);
            return self.parts_of_date(class, if self.simple { ROUND_DATE } else { date }, depth);
        }
        let february = self.number(month, 2, depth);
        let last = self.number(day, 30, depth) || self.number(day, 31, depth);
        february && last || self.number(month, 13, depth) || self.number(day, 32, depth)
    }
}

/// A day and month in a year and those around it, the nearest first; none where there is no such day. In 28 years the days of the week come round.
fn in_years(year: i32, month: u8, day: u8) -> impl Iterator<Item = Option<i32>> {
    (0..=28).flat_map(|far| [far, -far]).map(move |far| calendar::days_from_civil(year + far, month, day))
}

/// A date and those around it, where the lengths of months matter.
fn near(date: Option<i32>) -> impl Iterator<Item = Option<i32>> {
    [0, 1, -1, 2, -2, 3, -3].into_iter().map(move |more| date.and_then(|date| date.checked_add(more)))
}
