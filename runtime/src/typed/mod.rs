//! Values of a program around AxTrace, straight into rows and out of outcomes, without JSON in between.
//!
//! A Rust type says what it means as a [`Meant`]. Binding compares that with what a decision declares, once, and gives either a [`Binding`]
//! or every [`Difference`]. A binding is a list of places in the order in which the Rust type visits them. Whoever writes
//! goes through a [`Row`], whoever reads through [`Cells`], one value after the other; each takes the next place and
//! refuses a value that does not belong there. So no row can be made that native code does not expect, whoever implements the visit.

mod bind;
mod cells;
mod differ;
mod row;

use crate::currency::Currency;
use crate::memory::InputMark;

pub use bind::{bind_input, bind_outcome};
pub use cells::{Answered, Cells};
pub use differ::{Difference, Differs, Place};
pub use row::{Refused, Row};

/// What a Rust type means to the rules.
#[derive(Debug, Clone)]
pub enum Meant {
    /// `bool`.
    Boolean,
    /// A whole number.
    Integer {
        /// The name of the Rust type.
        rust: &'static str,
        /// The least number that it holds.
        lo: i128,
        /// The greatest number that it holds.
        hi: i128,
    },
    /// A number with so many digits after the point.
    Decimal {
        /// The digits.
        places: u32,
    },
    /// A percentage with so many digits after the point.
    Percent {
        /// The digits of the percentage.
        places: u32,
    },
    /// An amount that carries its currency.
    Money {
        /// Digits after the point.
        places: u32,
    },
    /// Text, or the name of a time zone.
    Text,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// An instant with its offset.
    Datetime,
    /// Seconds.
    Duration,
    /// Calendar days.
    Days,
    /// Calendar months.
    Period,
    /// A day of the week.
    Weekday,
    /// One of some names.
    Enum {
        /// The name of the Rust type.
        rust: &'static str,
        /// The names, by the place that a value has.
        names: &'static [&'static str],
    },
    /// Some of some names.
    Set {
        /// The name of the Rust type.
        rust: &'static str,
        /// The names, by the bit that a value has.
        names: &'static [&'static str],
    },
    /// Fields, in the order in which they are visited.
    Record {
        /// The name of the Rust type.
        rust: &'static str,
        /// The fields.
        fields: Vec<Field>,
    },
    /// Elements of one type.
    List(fn() -> Meant),
    /// What may be missing.
    Optional(fn() -> Meant),
}

/// A field of a [`Meant::Record`].
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name in the rules.
    pub name: &'static str,
    /// The unit of its numbers that Rust code states: `EUR`, `kg`, `EUR/kg`.
    pub unit: Option<&'static str>,
    /// Its type. It is asked only where the rules have a field of that name, so Rust types may contain themselves.
    pub meant: fn() -> Meant,
}

/// Where the values of a Rust type lie in the rows of a decision.
#[derive(Debug, Clone)]
pub struct Binding {
    ops: Vec<Op>,
    /// Of each enum and set: the other side's place, by one's own.
    places: Vec<u16>,
    /// Bounds that 64 bits do not hold.
    wide: Vec<(i128, i128)>,
    /// The names of the program's zones.
    zones: Vec<Box<str>>,
    /// The bytes of a row.
    row: usize,
    mark: InputMark,
}

/// Where the next value lies, and what it may be. Places count from where the row, or the element of a list, begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Boolean {
        at: u32,
    },
    /// A whole number of 1, 2, 4 or 8 bytes.
    Number {
        at: u32,
        width: u8,
        signed: bool,
        /// Of an amount that carries its currency.
        currency: Option<Currency>,
        lo: i64,
        hi: i64,
    },
    /// A whole number whose bounds are at a place of `wide`.
    Wide {
        at: u32,
        width: u8,
        bounds: u32,
    },
    Datetime {
        at: u32,
        lo: i64,
        hi: i64,
    },
    Text {
        at: u32,
        max: u32,
    },
    /// `count` places from `first` on.
    Name {
        at: u32,
        first: u32,
        count: u32,
    },
    /// As a name; `same` where every bit keeps its place.
    Set {
        at: u32,
        first: u32,
        count: u32,
        same: bool,
    },
    Zone {
        at: u32,
    },
    /// The next `inner` places are those of an element.
    List {
        at: u32,
        inner: u32,
        stride: u32,
        align: u8,
        min: u32,
        max: u32,
    },
    /// The next `inner` places count only where the value is there.
    Optional {
        at: u32,
        inner: u32,
    },
    /// The next place may be missing, and Rust code always gives it.
    Given {
        at: u32,
    },
}
