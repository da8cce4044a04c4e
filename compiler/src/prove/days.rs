//! Days that no calendar has: what a box says of a date and of its month, day and weekday, taken together.
//!
//! The box engine takes each of them for a value of its own. The days that a date can be are gone through one by one where they are not too many; otherwise
//! those of a leap year, since a month and a day that no leap year has together no year has.

use std::collections::BTreeMap;

use axtrace_runtime::calendar;
use axtrace_runtime::types::DATE_LIMITS;

use super::cover::Region;
use super::model::{Model, Subject};
use super::sets::IntSet;
use super::terms::{ClassId, Term};
use crate::function::Function;

/// The most days that are gone through: some more than it takes until each day of a year has been on each day of the week.
const MOST_DAYS: i128 = 20_000;

/// What a box says of one date, by place in the box.
#[derive(Default)]
struct Said {
    date: Option<usize>,
    parts: Vec<(Function, usize)>,
}

/// A part of a box in which a date has a month, a day or a weekday that it cannot have; `None` if none was found.
pub fn refute(model: &Model<'_>, region: &Region) -> Option<Region> {
    let mut dates: BTreeMap<ClassId, Said> = BTreeMap::new();
    for (place, (variable, _)) in region.iter().enumerate() {
        let Subject::Number(class) = model.subjects[variable.index()] else { continue };
        if !model.is_whole(*variable) {
            continue;
        }
        match &model.classes.get(class).term {
            Term::Call(function @ (Function::MonthOf | Function::DayOf | Function::WeekdayOf), operands) => {
                if let [date] = operands.as_slice() {
                    dates.entry(*date).or_default().parts.push((*function, place));
                }
            }
            _ => dates.entry(class).or_default().date = Some(place),
        }
    }
    let said = dates.into_iter().filter(|(_, said)| said.parts.len() + usize::from(said.date.is_some()) > 1 && !said.parts.is_empty());
    said.map(|(date, said)| fewest(model, region, date, said)).find_map(|core| core)
}

/// As few parts as leave no day, if all of them leave none.
fn fewest(model: &Model<'_>, region: &Region, date: ClassId, mut said: Said) -> Option<Region> {
    if !is_empty(model, region, date, &said) {
        return None;
    }
    let mut place = 0;
    while place < said.parts.len() {
        let gone = said.parts.remove(place);
        if !is_empty(model, region, date, &said) {
            said.parts.insert(place, gone);
            place += 1;
        }
    }
    let of_date = said.date.take();
    if !is_empty(model, region, date, &said) {
        said.date = of_date;
    }
    let parts = said.date.into_iter().chain(said.parts.iter().map(|part| part.1));
    Some(parts.map(|place| region[place].clone()).collect())
}

/// Whether no day is as it is said to be.
fn is_empty(model: &Model<'_>, region: &Region, date: ClassId, said: &Said) -> bool {
    let set = |place: usize| region[place].1.intersection(&model.domains[region[place].0.index()]);
    let (lo, hi) = model.range_of(date).unwrap_or(DATE_LIMITS);
    let days = IntSet::between(lo.max(DATE_LIMITS.0), hi.min(DATE_LIMITS.1));
    let days = said.date.map_or(days.clone(), |place| set(place).intersection(&days));
    let parts: Vec<(Function, IntSet)> = said.parts.iter().map(|(function, place)| (*function, set(*place))).collect();
    let fits = |day: i128, week: bool| {
        let Ok(day) = i32::try_from(day) else { return true };
        let civil = calendar::civil_from_days(day);
        parts.iter().all(|(function, set)| match function {
            Function::MonthOf => set.contains(civil.month.into()),
            Function::DayOf => set.contains(civil.day.into()),
            _ => !week || set.contains(calendar::weekday_of(day) as i128),
        })
    };
    let count = days.intervals().iter().map(|(lo, hi)| hi - lo + 1).sum::<i128>();
    match count <= MOST_DAYS {
        true => !days.intervals().iter().any(|(lo, hi)| (*lo..=*hi).any(|day| fits(day, true))),
        false => !leap_year().any(|day| fits(day, false)),
    }
}

/// The days of a leap year.
fn leap_year() -> impl Iterator<Item = i128> {
    let first = calendar::days_from_civil(2024, 1, 1).map_or(0, i128::from);
    first..first + 366
}
