//! What a date must be for a condition on what is computed from it: functions that only ever rise, or fall, with one operand.
//!
//! `year_of(d) >= 2026` is `d >= 2026-01-01`, and `d + 6 months <= 2026-08-31` is `d <= 2026-02-28`: such a comparison asks something of the date
//! itself, so that it can be held against others that do. Where two operands vary there is no such way, and the value is a variable of its own.

use axtrace_runtime::calendar::{self, MAX_DATE, MIN_DATE};
use axtrace_runtime::types::DATE_LIMITS;
use axtrace_runtime::value::Value;

use super::model::Model;
use super::sets::IntSet;
use super::terms::{ClassId, Term};
use crate::function::Function;

/// More months than lie between any two dates.
const MOST_MONTHS: i128 = 300_000;

/// A function of one number that never falls as the number rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rising {
    /// The year of a date.
    Year,
    /// The date so many months after a date.
    After(i64),
    /// The date after a number of months, counted from a date.
    Months(i32),
    /// Whole years from a date.
    YearsSince(i32),
    /// Whole months from a date.
    MonthsSince(i32),
    /// Whole years to a date, negated: the later one begins, the fewer they are.
    YearsUntil(i32),
    /// Whole months to a date, negated.
    MonthsUntil(i32),
}

impl Model<'_> {
    /// The class that a class is computed from by a function that rises with it, or falls.
    pub(super) fn computed_from(&self, class: ClassId) -> Option<(ClassId, Rising)> {
        let Term::Call(function, operands) = &self.classes.get(class).term else { return None };
        let number = |class: ClassId| match &self.classes.get(class).term {
            Term::Constant(Value::Scalar(number)) => i32::try_from(*number).ok(),
            _ => None,
        };
        match (*function, operands.as_slice()) {
            (Function::YearOf, &[date]) => Some((date, Rising::Year)),
            (Function::AddMonths, &[date, months]) => match (number(date), number(months)) {
                (None, Some(months)) => Some((date, Rising::After(months.into()))),
                (Some(date), None) => Some((months, Rising::Months(date))),
                _ => None,
            },
            (Function::YearsBetween, &[from, to]) => match (number(from), number(to)) {
                (Some(from), None) => Some((to, Rising::YearsSince(from))),
                (None, Some(to)) => Some((from, Rising::YearsUntil(to))),
                _ => None,
            },
            (Function::MonthsBetween, &[from, to]) => match (number(from), number(to)) {
                (Some(from), None) => Some((to, Rising::MonthsSince(from))),
                (None, Some(to)) => Some((from, Rising::MonthsUntil(to))),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Rising {
    /// The numbers whose value is in a set.
    pub fn back(self, set: &IntSet) -> IntSet {
        let negated = matches!(self, Self::YearsUntil(_) | Self::MonthsUntil(_));
        let turned = |&(lo, hi): &(i128, i128)| if negated { (opposite(hi), opposite(lo)) } else { (lo, hi) };
        let parts = set.intervals().iter().map(turned).map(|(lo, hi)| self.between(lo, hi));
        parts.fold(IntSet::empty(), |all, part| all.union(&part))
    }

    /// The numbers whose value lies between two, both included. Numbers beyond the domain are none that ever come.
    fn between(self, lo: i128, hi: i128) -> IntSet {
        let from = if lo == i128::MIN { Some(i128::MIN) } else { self.first(lo) };
        let beyond = if hi == i128::MAX { None } else { self.first(hi + 1) };
        match (from, beyond) {
            (None, _) | (_, Some(i128::MIN)) => IntSet::empty(),
            (Some(from), None) => IntSet::between(from, i128::MAX),
            (Some(from), Some(beyond)) => IntSet::between(from, beyond - 1),
        }
    }

    /// The first number whose value is at least `least`: without end where all are, `None` where none is.
    fn first(self, least: i128) -> Option<i128> {
        let (mut lo, mut hi) = match self {
            Self::Months(_) => (-MOST_MONTHS, MOST_MONTHS),
            _ => DATE_LIMITS,
        };
        if self.value(lo) >= least {
            return Some(i128::MIN);
        }
        if self.value(hi) < least {
            return None;
        }
        // The value at `lo` is too small, that at `hi` is not.
        while hi - lo > 1 {
            let middle = lo + (hi - lo) / 2;
            if self.value(middle) >= least {
                hi = middle;
            } else {
                lo = middle;
            }
        }
        Some(hi)
    }

    /// The value of a number of the domain. What lies beyond the calendar is as far away as can be.
    fn value(self, number: i128) -> i128 {
        let date = number.clamp(DATE_LIMITS.0, DATE_LIMITS.1) as i32;
        let moved = |date: i32, months: i64| {
            let end = if months < 0 { i128::MIN } else { i128::MAX };
            calendar::add_months(date, months).map_or(end, i128::from)
        };
        match self {
            Self::Year => calendar::civil_from_days(date).year.into(),
            Self::After(months) => moved(date, months),
            Self::Months(from) => moved(from.clamp(MIN_DATE, MAX_DATE), number.clamp(-MOST_MONTHS, MOST_MONTHS) as i64),
            Self::YearsSince(from) => calendar::years_between(from, date).into(),
            Self::MonthsSince(from) => calendar::months_between(from, date).into(),
            Self::YearsUntil(to) => -i128::from(calendar::years_between(date, to)),
            Self::MonthsUntil(to) => -i128::from(calendar::months_between(date, to)),
        }
    }
}

/// The opposite of a number; of one without end the other.
fn opposite(number: i128) -> i128 {
    number.checked_neg().map_or(i128::MAX, |opposite| if number == i128::MAX { i128::MIN } else { opposite })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u8, day: u8) -> i32 {
        calendar::days_from_civil(year, month, day).expect("the test names a date")
    }

    /// What a set leads back to holds exactly the numbers whose value is in it.
    #[test]
    fn ways_back_are_exact() {
        let leap = day(2024, 2, 29);
        let dates: [Rising; 8] = [
            Rising::Year,
            Rising::After(1),
            Rising::After(-13),
            Rising::YearsSince(leap),
            Rising::MonthsSince(leap),
            Rising::YearsUntil(leap),
            Rising::MonthsUntil(day(2026, 1, 31)),
            Rising::MonthsSince(day(2025, 8, 31)),
        ];
        let range: Vec<i128> = (day(2023, 12, 1)..day(2026, 4, 2)).map(i128::from).collect();
        for rising in dates {
            check(rising, &range);
        }
        check(Rising::Months(day(2026, 1, 31)), &(-30..30).collect::<Vec<_>>());
    }

    fn check(rising: Rising, numbers: &[i128]) {
        let negated = matches!(rising, Rising::YearsUntil(_) | Rising::MonthsUntil(_));
        let value = |number: i128| if negated { -rising.value(number) } else { rising.value(number) };
        let values: Vec<i128> = numbers.iter().step_by(37).map(|number| value(*number)).collect();
        for from in &values {
            for to in [from - 1, *from, from + 1, from + 40] {
                for (lo, hi) in [(*from, to), (i128::MIN, to), (*from, i128::MAX)] {
                    let set = IntSet::between(lo, hi);
                    let back = rising.back(&set);
                    let wrong = numbers.iter().find(|number| back.contains(**number) != set.contains(value(**number)));
                    assert_eq!(wrong, None, "{rising:?} {lo} {hi}");
                }
            }
        }
        assert!(rising.back(&IntSet::all()).is_all() && rising.back(&IntSet::empty()).is_empty());
    }
}
