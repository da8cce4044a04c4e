//! Functions that native code calls: calendar, texts, and arithmetic too long to write out.
//!
//! Each exists once. The `extern "C"` functions only unpack their arguments; what they do is an ordinary function, here or in the module of its
//! subject, that the interpreter calls as well. None of them can panic on anything that code could pass.

mod lists;
mod tables;
mod texts;

use std::cmp::Ordering;
use std::ptr;

use crate::abi::Context;
use crate::calendar;
use crate::layout::{Handle, Shape, Space, Struct};
use crate::memory::{Memory, read_members};
use crate::meta::{Piece, ProgramMeta};
use crate::power;
use crate::text;
use crate::types::Type;
use crate::value::Value;

/// A place in the table of [`Helpers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Helper {
    /// `(context, from, to) -> years`
    YearsBetween,
    /// `(context, instant, zone) -> date`
    DateOf,
    /// `(context, instant, zone) -> seconds since midnight`
    TimeOf,
    /// `(context, handle, handle) -> 0 or 1`
    TextEqual,
    /// `(context, template, address of the values) -> handle`, or [`NO_ROOM`]
    BuildText,
    /// `(context, num low, num high, den low, den high, rounding, address of the result) -> 0`; the rounding as in [`Round`].
    Divide,
    /// `(context, low, high, divisor low, divisor high, address of the result) -> 0`
    Modulo,
    /// `(context, from, to, bytes) -> 0`: copies between ranges that do not overlap.
    Copy,
    /// `(context, num low, num high, den low, den high, num low, num high, den low, den high) -> -1, 0 or 1`
    CompareQuotients,
    /// `(context, low, high, low, high, address of the result) -> 0`
    CommonMultiple,
    /// `(context, num low, num high, den low, den high, exponent low, exponent high, places, address of the result) -> 0`
    Power,
    /// `(context, from, to) -> months`
    MonthsBetween,
    /// `(context, date, part) -> number`; the part as in [`DatePart`].
    PartOf,
    /// `(context, date, months) -> date`
    AddMonths,
    /// `(context, year, month, day) -> date`, or [`NO_DATE`]
    DateFrom,
    /// `(context, date, seconds since midnight, zone) -> instant`
    InstantAt,
    /// `(context, instant, zone) -> seconds`
    OffsetAt,
    /// `(context, from, to) -> handle`, or [`NO_ROOM`]: the whole numbers from one to another.
    Numbers,
    /// `(context, list, stride of its elements, address of the keys, kind of key) -> handle`, or [`NO_ROOM`]: the elements in the order of their
    /// keys. The kinds: 0, numbers of 16 bytes; 1, handles of texts.
    Sort,
    /// `(context, list, type of its elements) -> handle`, or [`NO_ROOM`]: without those that equal an earlier one.
    Distinct,
    /// `(context, list, type of the records) -> handle`, or [`NO_ROOM`]: neighbours, as records of two.
    Pairs,
    /// `(context, list of lists, stride of the elements) -> handle`, or [`NO_ROOM`]: one list after the other.
    Flatten,
    /// `(context, list, address of the keys, type of the records) -> handle`, or [`NO_ROOM`]: records of a key and its elements. The keys lie as
    /// the elements of a list do.
    Groups,
    /// `(context, handle, handle) -> -1, 0 or 1`: how two texts are ordered by code point
    TextOrder,
    /// `(context, handle, handle) -> 0 or 1`: whether the first text starts with the second
    StartsWith,
    /// `(context, handle, handle) -> 0 or 1`
    EndsWith,
    /// `(context, handle, handle) -> 0 or 1`
    Contains,
    /// `(context, handle, pattern) -> 0 or 1`: whether the whole text matches a pattern of the program
    Matches,
    /// `(context, handle) -> characters`
    LengthOf,
    /// `(context, handle) -> handle`, or [`NO_ROOM`]
    Lower,
    /// `(context, handle) -> handle`, or [`NO_ROOM`]
    Upper,
    /// `(context, handle) -> handle`: of the same letters
    Trim,
    /// `(context, handle) -> handle` of a list of texts of one character each, or [`NO_ROOM`]
    Characters,
    /// `(context, handle, places) -> number`, or [`NOTHING`]
    ToDecimal,
    /// `(context, handle, handle of the format) -> date`, or [`NOTHING`]
    ToDate,
    /// `(context, handle, handle, plan) -> 0 or 1`: whether two lists are equal, by a plan of the program
    ListsEqual,
    /// `(context, table, address of the keys) -> row`, from 0, or -1: the first row of a table that applies
    TableRow,
    /// `(context, table, address of the keys) -> handle` of a list of rows, or [`NO_ROOM`]: all rows of a table that apply
    TableRows,
    /// `(context, handle, table, column) -> key`: where a text lies among those that a column of a table compares it with
    TextRank,
}

/// What [`Helper::DateFrom`] returns where there is no such day.
pub const NO_DATE: i64 = i64::MIN;

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatePart {
    /// The year, -9999 to 9999.
    Year,
    /// The month, 1 to 12.
    Month,
    /// The day of the month, 1 to 31.
    Day,
    /// The day of the week from Monday, 0 to 6.
    Weekday,
}

impl Helper {
    /// Whether it builds something in scratch, and may say [`NO_ROOM`].
    #[must_use]
    pub const fn builds(self) -> bool {
        matches!(
            self,
            Self::TableRows | Self::BuildText | Self::Numbers | Self::Sort | Self::Distinct | Self::Pairs | Self::Flatten | Self::Groups
        ) || matches!(self, Self::Lower | Self::Upper | Self::Characters)
    }
}

/// What a helper returns that reads a value where none is written; no value has this number.
pub const NOTHING: i64 = i64::MIN;

/// What a helper returns that found too little scratch; no handle has these bits.
pub const NO_ROOM: u64 = u64::MAX;

/// How [`divide`] chooses between the neighbours of a quotient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Round {
    /// To the nearest, halves away from zero.
    HalfAwayFromZero,
    /// To the nearest, halves to the even neighbour.
    HalfEven,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    /// To the lower.
    Floor,
    /// To the higher.
    Ceiling,
}

/// The helpers, each at 8 times the number of its [`Helper`].
#[repr(C)]
#[derive(Debug)]
pub struct Helpers {
    years_between: extern "C" fn(*const Context, i64, i64) -> i64,
    date_of: unsafe extern "C" fn(*const Context, i64, u64) -> i64,
    time_of: unsafe extern "C" fn(*const Context, i64, u64) -> i64,
    text_equal: unsafe extern "C" fn(*const Context, u64, u64) -> u64,
    build_text: unsafe extern "C" fn(*mut Context, u64, *const u8) -> u64,
    divide: unsafe extern "C" fn(*const Context, u64, u64, u64, u64, u64, *mut [u64; 2]) -> u64,
    modulo: unsafe extern "C" fn(*const Context, u64, u64, u64, u64, *mut [u64; 2]) -> u64,
    copy: unsafe extern "C" fn(*const Context, *const u8, *mut u8, u64) -> u64,
    compare_quotients: extern "C" fn(*const Context, u64, u64, u64, u64, u64, u64, u64, u64) -> i64,
    common_multiple: unsafe extern "C" fn(*const Context, u64, u64, u64, u64, *mut [u64; 2]) -> u64,
    power: unsafe extern "C" fn(*const Context, u64, u64, u64, u64, u64, u64, u64, *mut [u64; 2]) -> u64,
    months_between: extern "C" fn(*const Context, i64, i64) -> i64,
    part_of: extern "C" fn(*const Context, i64, u64) -> i64,
    add_months: extern "C" fn(*const Context, i64, i64) -> i64,
    date_from: extern "C" fn(*const Context, i64, i64, i64) -> i64,
    instant_at: unsafe extern "C" fn(*const Context, i64, i64, u64) -> i64,
    offset_at: unsafe extern "C" fn(*const Context, i64, u64) -> i64,
    numbers: unsafe extern "C" fn(*mut Context, i64, i64) -> u64,
    sort: unsafe extern "C" fn(*mut Context, u64, u64, *const u8, u64) -> u64,
    distinct: unsafe extern "C" fn(*mut Context, u64, u64) -> u64,
    pairs: unsafe extern "C" fn(*mut Context, u64, u64) -> u64,
    flatten: unsafe extern "C" fn(*mut Context, u64, u64) -> u64,
    groups: unsafe extern "C" fn(*mut Context, u64, *const u8, u64) -> u64,
    text_order: unsafe extern "C" fn(*const Context, u64, u64) -> i64,
    starts_with: unsafe extern "C" fn(*const Context, u64, u64) -> u64,
    ends_with: unsafe extern "C" fn(*const Context, u64, u64) -> u64,
    contains: unsafe extern "C" fn(*const Context, u64, u64) -> u64,
    matches: unsafe extern "C" fn(*const Context, u64, u64) -> u64,
    length_of: unsafe extern "C" fn(*const Context, u64) -> u64,
    lower: unsafe extern "C" fn(*mut Context, u64) -> u64,
    upper: unsafe extern "C" fn(*mut Context, u64) -> u64,
    trim: unsafe extern "C" fn(*const Context, u64) -> u64,
    characters: unsafe extern "C" fn(*mut Context, u64) -> u64,
    to_decimal: unsafe extern "C" fn(*const Context, u64, u64) -> i64,
    to_date: unsafe extern "C" fn(*const Context, u64, u64) -> i64,
    lists_equal: unsafe extern "C" fn(*const Context, u64, u64, u64) -> u64,
    table_row: unsafe extern "C" fn(*const Context, u64, *const i64) -> i64,
    table_rows: unsafe extern "C" fn(*mut Context, u64, *const i64) -> u64,
    text_rank: unsafe extern "C" fn(*const Context, u64, u64, u64) -> i64,
}

/// The one table.
pub static HELPERS: Helpers = Helpers {
    years_between,
    date_of,
    time_of,
    text_equal,
    build_text,
    divide: divide_128,
    modulo: modulo_128,
    copy,
    compare_quotients: compare_quotients_128,
    common_multiple: common_multiple_128,
    power: power_128,
    months_between,
    part_of,
    add_months,
    date_from,
    instant_at,
    offset_at,
    numbers: lists::numbers,
    sort: lists::sort,
    distinct: lists::distinct,
    pairs: lists::pairs,
    flatten: lists::flatten,
    groups: lists::groups,
    text_order: texts::text_order,
    starts_with: texts::starts_with,
    ends_with: texts::ends_with,
    contains: texts::contains,
    matches: texts::matches,
    length_of: texts::length_of,
    lower: texts::lower,
    upper: texts::upper,
    trim: texts::trim,
    characters: texts::characters,
    to_decimal: texts::to_decimal,
    to_date: texts::to_date,
    lists_equal: texts::lists_equal,
    table_row: tables::table_row,
    table_rows: tables::table_rows,
    text_rank: tables::text_rank,
};

/// The quotient of two whole numbers, rounded; 0 by a divisor of 0, which code only asks for where the answer is not used.
#[must_use]
pub const fn divide(num: i128, den: i128, round: Round) -> i128 {
    if den == 0 {
        return 0;
    }
    let (quotient, rest) = (num.wrapping_div(den), num.wrapping_rem(den));
    let sign = if (num < 0) == (den < 0) { 1 } else { -1 };
    if rest == 0 {
        return quotient;
    }
    let (rest, den) = (rest.unsigned_abs(), den.unsigned_abs());
    let (beyond_half, half) = (rest > den - rest, rest == den - rest);
    let away = match round {
        Round::HalfAwayFromZero => beyond_half || half,
        Round::HalfEven => beyond_half || (half && quotient % 2 != 0),
        Round::Up => true,
        Round::Down => false,
        Round::Floor => sign < 0,
        Round::Ceiling => sign > 0,
    };
    if away { quotient.wrapping_add(sign) } else { quotient }
}

/// The remainder with the sign of the divisor; 0 by a divisor of 0.
#[must_use]
pub const fn modulo(left: i128, right: i128) -> i128 {
    if right == 0 {
        return 0;
    }
    let rest = left.wrapping_rem(right);
    if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest }
}

/// The order of two quotients with positive denominators, exactly: the products need up to 254 bits.
#[must_use]
pub fn compare_quotients(left: (i128, i128), right: (i128, i128)) -> Ordering {
    let (first, second) = (left.0.signum(), right.0.signum());
    if first != second {
        return first.cmp(&second);
    }
    let crosswise = product(left.0.unsigned_abs(), right.1.unsigned_abs()).cmp(&product(right.0.unsigned_abs(), left.1.unsigned_abs()));
    if first < 0 { crosswise.reverse() } else { crosswise }
}

/// The high and the low 128 bits of a product, put together from the products of its halves.
const fn product(a: u128, b: u128) -> (u128, u128) {
    const HALF: u128 = u64::MAX as u128;
    let (high, low) = ((a >> 64) * (b >> 64), (a & HALF) * (b & HALF));
    let (one, other) = ((a >> 64) * (b & HALF), (a & HALF) * (b >> 64));
    let middle = (low >> 64) + (one & HALF) + (other & HALF);
    (high + (one >> 64) + (other >> 64) + (middle >> 64), (middle << 64) | (low & HALF))
}

/// The least common multiple of two positive numbers; anything where one is not positive, or there is none in 128 bits.
#[must_use]
pub fn common_multiple(left: i128, right: i128) -> i128 {
    let (mut divisor, mut rest) = (left.unsigned_abs(), right.unsigned_abs());
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    left.unsigned_abs().checked_div(divisor).map_or(0, |times| times.wrapping_mul(right.unsigned_abs()) as i128)
}

impl Round {
    /// By the number that code passes; `Down` for a number that no rounding has.
    const fn of(number: u64) -> Self {
        match number {
            0 => Self::HalfAwayFromZero,
            1 => Self::HalfEven,
            2 => Self::Up,
            4 => Self::Floor,
            5 => Self::Ceiling,
            _ => Self::Down,
        }
    }
}

/// The text of a template with values in the places of its values.
#[must_use]
pub fn fill_template(pieces: &[Piece], values: &[Value], program: &ProgramMeta) -> String {
    let mut filled = String::new();
    let mut values = values.iter();
    for piece in pieces {
        match piece {
            Piece::Literal(letters) => filled.push_str(letters),
            Piece::Value(ty) => {
                if let Some(value) = values.next() {
                    text::write_value(&mut filled, value, ty, program);
                }
            }
        }
    }
    filled
}

/// How the values of a template lie when code passes them.
#[must_use]
pub fn template_layout(pieces: &[Piece], types: &crate::types::Types) -> Struct {
    Struct::of(value_types(pieces).map(|ty| Shape::of(ty, types)).collect())
}

fn value_types(pieces: &[Piece]) -> impl Iterator<Item = &Type> {
    pieces.iter().filter_map(|piece| match piece {
        Piece::Value(ty) => Some(ty),
        Piece::Literal(_) => None,
    })
}

const fn wide(low: u64, high: u64) -> i128 {
    ((high as i128) << 64) | low as i128
}

const fn halves(number: i128) -> [u64; 2] {
    [number as u64, (number >> 64) as u64]
}

/// A date that code passes; beyond what a date can be only where the answer is not used.
fn date(days: i64) -> i32 {
    days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

extern "C" fn years_between(_: *const Context, from: i64, to: i64) -> i64 {
    calendar::years_between(date(from), date(to))
}

extern "C" fn months_between(_: *const Context, from: i64, to: i64) -> i64 {
    calendar::months_between(date(from), date(to))
}

/// A part of a date, as a number.
#[must_use]
pub fn part_of_date(date: i32, part: DatePart) -> i64 {
    let civil = calendar::civil_from_days(date);
    match part {
        DatePart::Year => civil.year.into(),
        DatePart::Month => civil.month.into(),
        DatePart::Day => civil.day.into(),
        DatePart::Weekday => calendar::weekday_of(date) as i64,
    }
}

/// The date of a year, a month and a day, if there is such a day in the years -9999 to 9999.
#[must_use]
pub fn date_of_parts(year: i64, month: i64, day: i64) -> Option<i32> {
    calendar::days_from_civil(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?)
}

extern "C" fn part_of(_: *const Context, days: i64, part: u64) -> i64 {
    let part = match part {
        0 => DatePart::Year,
        1 => DatePart::Month,
        2 => DatePart::Day,
        _ => DatePart::Weekday,
    };
    part_of_date(date(days), part)
}

extern "C" fn add_months(_: *const Context, days: i64, months: i64) -> i64 {
    // There is such a date wherever the answer is used.
    calendar::add_months(date(days), months).unwrap_or(0).into()
}

extern "C" fn date_from(_: *const Context, year: i64, month: i64, day: i64) -> i64 {
    date_of_parts(year, month, day).map_or(NO_DATE, i64::from)
}

unsafe extern "C" fn instant_at(context: *const Context, days: i64, second: i64, zone: u64) -> i64 {
    // SAFETY: code passes on the context it was entered with, whose program is a valid reference for the whole call.
    let program = unsafe { &*(*context).program };
    let second = second.clamp(0, calendar::SECONDS_PER_DAY) as i32;
    program.zones.get(zone as usize).map_or(0, |zone| calendar::instant_at(date(days), second, zone))
}

unsafe extern "C" fn offset_at(context: *const Context, instant: i64, zone: u64) -> i64 {
    // SAFETY: code passes on the context it was entered with, whose program is a valid reference for the whole call.
    let program = unsafe { &*(*context).program };
    program.zones.get(zone as usize).map_or(0, |zone| i64::from(zone.offset_at(instant)))
}

unsafe extern "C" fn date_of(context: *const Context, instant: i64, zone: u64) -> i64 {
    // SAFETY: code passes on the context it was entered with, whose program is a valid reference for the whole call.
    let program = unsafe { &*(*context).program };
    program.zones.get(zone as usize).map_or(0, |zone| i64::from(calendar::date_of(instant, zone)))
}

unsafe extern "C" fn time_of(context: *const Context, instant: i64, zone: u64) -> i64 {
    // SAFETY: code passes on the context it was entered with, whose program is a valid reference for the whole call.
    let program = unsafe { &*(*context).program };
    program.zones.get(zone as usize).map_or(0, |zone| i64::from(calendar::time_of(instant, zone)))
}

/// The bytes that the handle of a text points at.
///
/// # Safety
/// The context must be one that code was entered with, and the handle one of its input, its constants or its scratch.
unsafe fn text_bytes<'a>(context: *const Context, handle: u64) -> &'a [u8] {
    let handle = Handle(handle);
    // SAFETY: the context is valid by contract.
    let context = unsafe { &*context };
    let base = match handle.space() {
        Some(Space::Input) => context.input,
        Some(Space::Constants) => context.constants,
        Some(Space::Scratch) => context.scratch.cast_const(),
        None => return &[],
    };
    // SAFETY: a handle of the context's spaces lies within them by contract, and an empty one begins at a base that is never null.
    unsafe { std::slice::from_raw_parts(base.add(handle.offset() as usize), handle.length() as usize) }
}

unsafe extern "C" fn text_equal(context: *const Context, left: u64, right: u64) -> u64 {
    // SAFETY: code passes on its context, and handles of its spaces.
    let (left, right) = unsafe { (text_bytes(context, left), text_bytes(context, right)) };
    u64::from(left == right)
}

unsafe extern "C" fn build_text(context: *mut Context, template: u64, values: *const u8) -> u64 {
    // SAFETY: code passes on the context it was entered with, whose program is a valid reference for the whole call.
    let program = unsafe { &*(*context).program };
    let Some(pieces) = program.templates.get(template as usize) else { return Handle::default().0 };
    let layout = template_layout(pieces, &program.types);
    // SAFETY: code passes values that lie as `template_layout` says.
    let bytes = unsafe { std::slice::from_raw_parts(values, layout.size as usize) };
    // SAFETY: as above.
    let memory = unsafe { memory(context) };
    let values = read_members(value_types(pieces), &layout, bytes, &memory, &program.types).unwrap_or_default();
    let filled = fill_template(pieces, &values, program);
    // SAFETY: the views into the spaces have ended, and the context is the one code was entered with.
    unsafe { append(context, filled.as_bytes()) }
}

/// All spaces of a context.
///
/// # Safety
/// The context must be one that code was entered with.
unsafe fn memory<'a>(context: *const Context) -> Memory<'a> {
    // SAFETY: the context is valid by contract.
    let context = unsafe { &*context };
    // SAFETY: the lengths are those the context was made with.
    unsafe {
        Memory {
            input: std::slice::from_raw_parts(context.input, context.input_len as usize),
            constants: std::slice::from_raw_parts(context.constants, (*context.program).constants.len()),
            scratch: std::slice::from_raw_parts(context.scratch, context.scratch_len as usize),
        }
    }
}

/// Appends bytes to scratch.
///
/// # Safety
/// The context must be one that code was entered with, and nothing may borrow its scratch.
unsafe fn append(context: *mut Context, bytes: &[u8]) -> u64 {
    // SAFETY: the context is valid by contract.
    let context = unsafe { &mut *context };
    let end = context.scratch_len + bytes.len() as u64;
    if end > context.scratch_cap || bytes.len() >= 1 << Handle::LENGTH_BITS {
        return NO_ROOM;
    }
    let handle = Handle::new(Space::Scratch, context.scratch_len as u32, bytes.len() as u32);
    // SAFETY: scratch has `scratch_cap` bytes, and the text ends before.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), context.scratch.add(context.scratch_len as usize), bytes.len()) };
    context.scratch_len = end;
    handle.0
}

unsafe extern "C" fn divide_128(_: *const Context, n0: u64, n1: u64, d0: u64, d1: u64, round: u64, result: *mut [u64; 2]) -> u64 {
    let quotient = divide(wide(n0, n1), wide(d0, d1), Round::of(round));
    // SAFETY: code passes the address of 16 bytes of its own stack, aligned to 8.
    unsafe { *result = halves(quotient) };
    0
}

unsafe extern "C" fn modulo_128(_: *const Context, l0: u64, l1: u64, r0: u64, r1: u64, result: *mut [u64; 2]) -> u64 {
    // SAFETY: code passes the address of 16 bytes of its own stack, aligned to 8.
    unsafe { *result = halves(modulo(wide(l0, l1), wide(r0, r1))) };
    0
}

extern "C" fn compare_quotients_128(_: *const Context, a0: u64, a1: u64, b0: u64, b1: u64, c0: u64, c1: u64, d0: u64, d1: u64) -> i64 {
    compare_quotients((wide(a0, a1), wide(b0, b1)), (wide(c0, c1), wide(d0, d1))) as i64
}

unsafe extern "C" fn common_multiple_128(_: *const Context, l0: u64, l1: u64, r0: u64, r1: u64, result: *mut [u64; 2]) -> u64 {
    // SAFETY: code passes the address of 16 bytes of its own stack, aligned to 8.
    unsafe { *result = halves(common_multiple(wide(l0, l1), wide(r0, r1))) };
    0
}

unsafe extern "C" fn power_128(
    _: *const Context,
    n0: u64,
    n1: u64,
    d0: u64,
    d1: u64,
    e0: u64,
    e1: u64,
    places: u64,
    result: *mut [u64; 2],
) -> u64 {
    // Code only asks for what the ranges allow; there is no power where it does not use the answer.
    let power = power::power(wide(n0, n1), wide(d0, d1), wide(e0, e1), u32::try_from(places).unwrap_or(0)).unwrap_or(0);
    // SAFETY: code passes the address of 16 bytes of its own stack, aligned to 8.
    unsafe { *result = halves(power) };
    0
}

unsafe extern "C" fn copy(_: *const Context, from: *const u8, to: *mut u8, bytes: u64) -> u64 {
    // SAFETY: code passes two stretches of scratch that it has reserved one after the other.
    unsafe { ptr::copy_nonoverlapping(from, to, bytes as usize) };
    0
}
