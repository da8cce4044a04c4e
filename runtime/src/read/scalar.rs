//! One number, date, time or instant of an input: every form it may have, and what is wrong with it if it has none.
//!
//! Both passes read scalars here, so that they cannot disagree.

use std::borrow::Cow;

use super::problem::Wrong;
use super::scan::{Cursor, Raw, Syntax};
use crate::calendar::{Local, Weekday, Zone};
use crate::currency::Currency;
use crate::literal::{self, Datetime, Decimal, Excerpt, LiteralError, Misfit, Moment};
use crate::text;
use crate::types::{Kind, Scalar, TimeUnit, Unit};

/// Why there is no value.
pub(super) enum Refused {
    /// The text is no JSON, or something else than a number or string stands here; the caller knows what to say.
    Syntax,
    /// What is wrong.
    Wrong(Box<Wrong>),
}

impl From<Syntax> for Refused {
    fn from(_: Syntax) -> Self {
        Self::Syntax
    }
}

impl From<Wrong> for Refused {
    #[cold]
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(Box::new(wrong))
    }
}

impl From<LiteralError> for Refused {
    #[cold]
    fn from(problem: LiteralError) -> Self {
        Wrong::from(problem).into()
    }
}

/// The meaning of a string; borrowed unless it has escapes.
#[inline]
pub(super) fn meaning<'j>(raw: Raw<'j>) -> Result<Cow<'j, [u8]>, Wrong> {
    if !raw.escaped {
        return Ok(Cow::Borrowed(raw.bytes));
    }
    let mut out = Vec::with_capacity(raw.bytes.len());
    raw.unescape(&mut out).map_err(|_| Wrong::LoneSurrogate)?;
    Ok(Cow::Owned(out))
}

/// Reads a scalar that is no `datetime`, within its bounds.
pub(super) fn read(cursor: &mut Cursor, scalar: &Scalar) -> Result<i128, Refused> {
    let number = match scalar.kind {
        Kind::Number { scale, unit } => read_amount(cursor, scale, unit, scalar)?,
        Kind::Days => read_amount(cursor, 0, Unit::One, scalar)?,
        Kind::DurationIn(unit) if matches!(cursor.peek(), b'-' | b'0'..=b'9') => seconds(cursor.number()?, unit)?,
        kind => of_form(&text_here(cursor, scalar)?, kind)?,
    };
    within(number, scalar)?;
    Ok(number)
}

/// Reads a `datetime` within its bounds.
pub(super) fn read_datetime(cursor: &mut Cursor, scalar: &Scalar, zones: &[Zone]) -> Result<Datetime, Refused> {
    datetime_of(&text_here(cursor, scalar)?, scalar, zones)
}

/// Reads a text that is a scalar and no `datetime`, within its bounds.
pub(super) fn of_text(text: &[u8], scalar: &Scalar) -> Result<i128, Refused> {
    let number = match scalar.kind {
        Kind::Number { scale, unit } => amount_of(text, scale, unit, scalar)?,
        Kind::Days => amount_of(text, 0, Unit::One, scalar)?,
        kind => of_form(text, kind)?,
    };
    within(number, scalar)?;
    Ok(number)
}

/// Reads a text that is a scalar of a kind with a written form of its own.
fn of_form(text: &[u8], kind: Kind) -> Result<i128, LiteralError> {
    Ok(match kind {
        Kind::Duration => literal::parse_duration(text)?.into(),
        Kind::DurationIn(unit) => match literal::parse_decimal(text) {
            Err(LiteralError::NotNumber { .. }) => literal::parse_duration(text)?.into(),
            _ => seconds(text, unit)?,
        },
        Kind::Period => literal::parse_period(text)?.into(),
        Kind::Date => literal::parse_date(text)?.into(),
        Kind::Weekday => Weekday::named(text).ok_or_else(|| LiteralError::NotWeekday { text: Excerpt::of(text) })? as i128,
        Kind::Time => literal::parse_time(text)?.into(),
        Kind::Datetime | Kind::DatetimeIn(_) => literal::parse_datetime(text)?.instant.into(),
        Kind::Number { .. } | Kind::Days => return Err(LiteralError::NotNumber { text: Excerpt::of(text) }),
    })
}

/// A plain number of units, in seconds.
fn seconds(number: &[u8], unit: TimeUnit) -> Result<i128, LiteralError> {
    Ok(literal::duration_of(literal::parse_decimal(number)?, unit.seconds(), number)?.into())
}

fn amount_of(text: &[u8], scale: u32, unit: Unit, scalar: &Scalar) -> Result<i128, Refused> {
    let decimal = parse_text(text, unit)?;
    decimal.at_scale(scale).map_err(|misfit| misfits(misfit, decimal, text, scalar).into())
}

/// Reads a text that is a `datetime`, within its bounds.
pub(super) fn datetime_of(text: &[u8], scalar: &Scalar, zones: &[Zone]) -> Result<Datetime, Refused> {
    let zone = if let Kind::DatetimeIn(place) = scalar.kind { zones.get(usize::from(place)) } else { None };
    let datetime = match zone {
        Some(zone) => in_zone(text, zone)?,
        None => literal::parse_datetime(text)?,
    };
    let instant = i128::from(datetime.instant);
    if instant < scalar.lo || instant > scalar.hi {
        return Err(out_of_range(literal::format_datetime(datetime), instant > scalar.hi, scalar).into());
    }
    Ok(datetime)
}

/// Reads an instant, or what clocks in a zone show. Of a time that they show twice it is the earlier; one that they skip is none.
fn in_zone(text: &[u8], zone: &Zone) -> Result<Datetime, LiteralError> {
    let (date, second) = match literal::parse_moment(text)? {
        Moment::At(datetime) => return Ok(datetime),
        Moment::Shown { date, second } => (date, second),
    };
    match zone.instants_of(date, second) {
        Local::Once(instant) | Local::Twice { earlier: instant, .. } => Ok(Datetime { instant, offset: zone.offset_at(instant) }),
        Local::Skipped { .. } => Err(LiteralError::SkippedTime { text: Excerpt::of(text), zone: zone.name().to_owned() }),
    }
}

/// The words for a value of a scalar type, to say what is needed.
pub(super) fn expected(scalar: &Scalar) -> &'static str {
    match scalar.kind {
        Kind::Number { scale: 0, unit: Unit::One } => "a whole number",
        Kind::Number { unit: Unit::One, .. } => "a number",
        Kind::Number { unit: Unit::Percent, .. } => "a percentage such as `0.6` or `\"60 %\"`",
        Kind::Number { unit: Unit::Money(_), .. } => "an amount such as `12.50` or `\"12.50 EUR\"`",
        Kind::Number { unit: Unit::Declared(_) | Unit::Per(..), .. } => "a quantity, as its number",
        Kind::Duration => "a duration such as `\"PT1H30M\"` or `\"1 h 30 min\"`",
        Kind::DurationIn(TimeUnit::Seconds) => "a number of seconds or a duration such as `\"PT1H30M\"` or `\"1 h 30 min\"`",
        Kind::DurationIn(TimeUnit::Minutes) => "a number of minutes or a duration such as `\"PT1H30M\"` or `\"1 h 30 min\"`",
        Kind::DurationIn(TimeUnit::Hours) => "a number of hours or a duration such as `\"PT1H30M\"` or `\"1 h 30 min\"`",
        Kind::DurationIn(TimeUnit::Days) => "a number of days or a duration such as `\"PT36H\"` or `\"36 h\"`",
        Kind::DurationIn(TimeUnit::Weeks) => "a number of weeks or a duration such as `\"PT36H\"` or `\"36 h\"`",
        Kind::Days => "a whole number of days",
        Kind::Period => "a period such as `\"P18Y\"` or `\"6 months\"`",
        Kind::Weekday => "a day of the week such as `\"monday\"`",
        Kind::Date => "a date such as `\"2026-11-20\"`",
        Kind::Time => "a time such as `\"22:00\"`",
        Kind::Datetime => "a date with time such as `\"2026-11-20T22:30+01:00\"`",
        Kind::DatetimeIn(_) => "a date with time such as `\"2026-11-20T22:30\"` or `\"2026-11-20T22:30+01:00\"`",
    }
}

/// What stands at the cursor, to say what was found.
pub(super) fn found(cursor: &Cursor) -> &'static str {
    match cursor.peek() {
        b'{' => "an object",
        b'[' => "an array",
        b'"' => "text",
        b't' | b'f' => "a boolean",
        b'n' => "`null`",
        _ => "a number",
    }
}

fn other_type(cursor: &Cursor, scalar: &Scalar) -> Refused {
    Wrong::OtherType { found: found(cursor), expected: expected(scalar).to_owned() }.into()
}

fn text_here<'j>(cursor: &mut Cursor<'j>, scalar: &Scalar) -> Result<Cow<'j, [u8]>, Refused> {
    if cursor.peek() != b'"' {
        return Err(other_type(cursor, scalar));
    }
    Ok(meaning(cursor.string()?)?)
}

fn read_amount(cursor: &mut Cursor, scale: u32, unit: Unit, scalar: &Scalar) -> Result<i128, Refused> {
    let start = cursor.at;
    let decimal = match (cursor.peek(), unit) {
        (b'-' | b'0'..=b'9', _) => literal::parse_decimal(cursor.number()?)?,
        (b'"', _) => parse_text(&meaning(cursor.string()?)?, unit)?,
        (b'{', Unit::Money(currency)) => read_money_object(cursor, currency)?,
        _ => return Err(other_type(cursor, scalar)),
    };
    decimal.at_scale(scale).map_err(|misfit| misfits(misfit, decimal, &cursor.bytes[start..cursor.at], scalar).into())
}

/// Digits in a string, or what the unit's own literals look like.
fn parse_text(text: &[u8], unit: Unit) -> Result<Decimal, Wrong> {
    let plain = literal::parse_decimal(text);
    let looks_plain = !matches!(plain, Err(LiteralError::NotNumber { .. }));
    match unit {
        _ if looks_plain => Ok(plain?),
        Unit::One => Ok(plain?),
        Unit::Percent => Ok(literal::parse_percent(text)?),
        Unit::Money(currency) => {
            let (amount, found) = literal::parse_money(text)?;
            same_currency(found, currency)?;
            Ok(amount)
        }
        Unit::Declared(_) | Unit::Per(..) => {
            let (amount, found) = literal::parse_quantity(text)?;
            let expected = unit.to_string();
            // Whoever sends data need not know what takes backticks in rules.
            let bare = expected.replace('`', "");
            if found == expected.as_bytes() || found == bare.as_bytes() {
                Ok(amount)
            } else {
                Err(Wrong::OtherUnit { found: Excerpt::of(found), expected })
            }
        }
    }
}

fn same_currency(found: Currency, needed: Currency) -> Result<(), Wrong> {
    if found == needed { Ok(()) } else { Err(Wrong::OtherCurrency { found: found.code(), expected: needed.code() }) }
}

/// `{"amount": "12.50", "currency": "EUR"}`, in either order.
fn read_money_object(cursor: &mut Cursor, currency: Currency) -> Result<Decimal, Refused> {
    let (mut amount, mut found) = (None, None);
    let mut odd = false;
    let mut closed = cursor.open(b'{', b'}')?;
    while !closed {
        let key = meaning(cursor.any_key()?)?;
        let start = cursor.at;
        cursor.skip_value()?;
        let slot = match key.as_ref() {
            b"amount" => &mut amount,
            b"currency" => &mut found,
            _ => &mut None,
        };
        odd |= slot.replace(start).is_some() || !matches!(key.as_ref(), b"amount" | b"currency");
        closed = cursor.closes(b'}')?;
    }
    let not_money = || Refused::from(Wrong::NotMoneyObject { currency: currency.code() });
    let (Some(amount), Some(found), false) = (amount, found, odd) else { return Err(not_money()) };
    let (mut amount, mut found) = (Cursor::at(cursor.bytes, amount), Cursor::at(cursor.bytes, found));
    if found.peek() != b'"' {
        return Err(not_money());
    }
    let code = meaning(found.string()?)?;
    let code = std::str::from_utf8(&code).map_err(|_| not_money())?;
    same_currency(code.parse().map_err(LiteralError::from)?, currency)?;
    match amount.peek() {
        b'"' => Ok(literal::parse_decimal(meaning(amount.string()?)?)?),
        b'-' | b'0'..=b'9' => Ok(literal::parse_decimal(amount.number()?)?),
        _ => Err(not_money()),
    }
}

#[cold]
fn misfits(misfit: Misfit, decimal: Decimal, written: &[u8], scalar: &Scalar) -> Wrong {
    let value = Excerpt::of(written.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(written));
    match (misfit, scalar.kind) {
        (Misfit::Size, _) => out_of_range(value.to_string(), decimal.unscaled > 0, scalar),
        (Misfit::Places { .. }, Kind::Number { scale: 0, unit: Unit::One | Unit::Declared(_) } | Kind::Days) => Wrong::NotWhole { value },
        // The places of a percentage are declared as it is written; what is written as a plain number has two more.
        (Misfit::Places { places }, Kind::Number { unit: Unit::Percent, .. }) if value.to_string().ends_with('%') => {
            Wrong::Places { value, places: places.saturating_sub(2) }
        }
        (Misfit::Places { places }, _) => Wrong::Places { value, places },
    }
}

#[inline]
fn within(number: i128, scalar: &Scalar) -> Result<(), Refused> {
    if number >= scalar.lo && number <= scalar.hi {
        return Ok(());
    }
    Err(beyond(number, scalar).into())
}

#[cold]
fn beyond(number: i128, scalar: &Scalar) -> Wrong {
    let mut value = String::new();
    text::write_number(&mut value, number, scalar.kind);
    out_of_range(value, number > scalar.hi, scalar)
}

#[cold]
fn out_of_range(value: String, above: bool, scalar: &Scalar) -> Wrong {
    let relation = match (scalar.kind.plain(), above) {
        (Kind::Date | Kind::Weekday | Kind::Time | Kind::Datetime, true) => "later than",
        (Kind::Date | Kind::Weekday | Kind::Time | Kind::Datetime, false) => "earlier than",
        (_, true) => "more than",
        (_, false) => "less than",
    };
    let mut bound = String::new();
    text::write_number(&mut bound, if above { scalar.hi } else { scalar.lo }, scalar.kind);
    Wrong::OutOfRange { value, relation, bound }
}
