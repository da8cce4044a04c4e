//! Types of values, with the ranges that are part of them.
//!
//! Every ordered value that is not text is one whole number: an amount in the last digit of its scale, seconds, days since 1970. A
//! [`Scalar`] says what the number counts and between which bounds it lies; both ends of a bound are included.

use std::fmt;

use axtrace_source::Span;

use crate::currency::Currency;
use crate::unit::{Lower, UnitName, Upper};

/// An enum of [`Types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumId(pub u32);

/// A record of [`Types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub u32);

/// What a number without a dimension of time counts, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A plain number.
    One,
    /// A number written as a percentage: `60 %` is 0.6. Its scale counts digits of the number, two more than of the percentage.
    Percent,
    /// An amount of money.
    Money(Currency),
    /// A quantity in a declared unit.
    Declared(UnitName),
    /// So much for each of something: `EUR/kg`, `km/h`.
    Per(Upper, Lower),
}

impl fmt::Display for Unit {
    /// What is written behind the number, without the blank between them; nothing for a plain number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One => Ok(()),
            Self::Percent => f.write_str("%"),
            Self::Money(currency) => f.write_str(currency.code()),
            Self::Declared(unit) => unit.fmt(f),
            Self::Per(upper, lower) => write!(f, "{upper}/{lower}"),
        }
    }
}

/// What the whole number of a [`Scalar`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Units of the last of `scale` digits after the point.
    Number {
        /// Digits after the point, at most 18 when declared, at most 38 in between.
        scale: u32,
        /// What it is a number of.
        unit: Unit,
    },
    /// Seconds.
    Duration,
    /// [`Duration`](Self::Duration), of which an input may also give a plain number in this unit.
    DurationIn(TimeUnit),
    /// Calendar days, as a distance.
    Days,
    /// Calendar months, as a distance.
    Period,
    /// Days since 1970-01-01.
    Date,
    /// Days of the week since Monday, 0 to 6.
    Weekday,
    /// Seconds since midnight, 0 to 86,399.
    Time,
    /// Seconds since 1970-01-01T00:00Z. The value also carries an offset, which order and equality ignore.
    Datetime,
    /// [`Datetime`](Self::Datetime), of which an input may also give what clocks show in the program's zone of this place, without an offset.
    DatetimeIn(u16),
}

/// The unit that a plain number is read in as a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// One second.
    Seconds,
    /// 60 seconds.
    Minutes,
    /// 3,600 seconds.
    Hours,
    /// 24 hours.
    Days,
    /// Seven days of 24 hours.
    Weeks,
}

impl TimeUnit {
    /// All units, from short to long.
    pub const ALL: [Self; 5] = [Self::Seconds, Self::Minutes, Self::Hours, Self::Days, Self::Weeks];

    /// The name as the language writes it, such as `hours`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
        }
    }

    /// How many seconds it has.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 3_600,
            Self::Days => 86_400,
            Self::Weeks => 604_800,
        }
    }
}

/// An ordered type: what its whole number counts, and its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scalar {
    /// What the number counts.
    pub kind: Kind,
    /// The least value.
    pub lo: i128,
    /// The greatest value.
    pub hi: i128,
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// A number, a duration, a date, a time or an instant.
    Scalar(Scalar),
    /// An exact quotient, never stored in a field or an outcome. Its value is `num / den` in whole units of `kind` (whole numbers, whole
    /// units of a currency, seconds); `den` is positive.
    Ratio {
        /// What it is a quotient of; the scale in it means nothing.
        kind: Kind,
        /// The bounds of the numerator.
        num: (i128, i128),
        /// The bounds of the denominator, the lower at least 1.
        den: (i128, i128),
    },
    /// Text of at most `max` Unicode scalars.
    Text {
        /// The greatest length.
        max: u32,
    },
    /// One of the names of an enum, by its place.
    Enum(EnumId),
    /// A set of names of an enum, one bit each.
    Set(EnumId),
    /// A record; a value has its fields in declared order.
    Record(RecordId),
    /// An ordered list.
    List {
        /// The type of each element.
        element: Box<Type>,
        /// The least number of elements.
        min: u32,
        /// The greatest number of elements.
        max: u32,
    },
    /// A value of the inner type, which is not optional itself, or missing.
    Optional(Box<Type>),
    /// A time zone, by its place in the program's zones.
    Zone,
}

/// The bound that numbers have unless a range says otherwise: below 10^15 units of the last digit.
pub const DEFAULT_NUMBER: i128 = 999_999_999_999_999;
/// The greatest duration unless a range says otherwise: 1,000,000 h, in seconds.
pub const DEFAULT_DURATION: i128 = 1_000_000 * 3600;
/// The greatest distance in days unless a range says otherwise.
pub const DEFAULT_DAYS: i128 = 1_000_000;
/// The greatest distance in months unless a range says otherwise.
pub const DEFAULT_PERIOD: i128 = 12_000;
/// The greatest length of a text unless its type says otherwise.
pub const DEFAULT_TEXT: u32 = 10_000;
/// The greatest length of a list unless its type says otherwise.
pub const DEFAULT_LIST: u32 = 10_000;
/// 1600-01-01 in days since 1970-01-01.
pub const FIRST_DATE: i128 = -135_140;
/// 2999-12-31 in days since 1970-01-01.
pub const LAST_DATE: i128 = 376_199;
/// 1600-01-01T00:00:00Z in seconds since 1970.
pub const FIRST_INSTANT: i128 = FIRST_DATE * 86_400;
/// 2999-12-31T23:59:59Z in seconds since 1970.
pub const LAST_INSTANT: i128 = LAST_DATE * 86_400 + 86_399;
/// The dates that arithmetic may reach: the years -9999 to 9999, in days since 1970-01-01.
pub const DATE_LIMITS: (i128, i128) = (-4_371_587, 2_932_896);
/// The most values an enum may have if sets of it are used: a set is one machine word.
pub const MAX_SET: usize = 64;

impl Kind {
    /// The bounds of the kind unless a range says otherwise.
    #[must_use]
    pub fn default_bounds(self) -> (i128, i128) {
        match self {
            Self::Number { .. } => (-DEFAULT_NUMBER, DEFAULT_NUMBER),
            Self::Duration | Self::DurationIn(_) => (-DEFAULT_DURATION, DEFAULT_DURATION),
            Self::Days => (-DEFAULT_DAYS, DEFAULT_DAYS),
            Self::Period => (-DEFAULT_PERIOD, DEFAULT_PERIOD),
            Self::Date => (FIRST_DATE, LAST_DATE),
            Self::Weekday => (0, 6),
            Self::Time => (0, 86_399),
            Self::Datetime | Self::DatetimeIn(_) => (FIRST_INSTANT, LAST_INSTANT),
        }
    }

    /// The kind without what it says of how an input may be written: what is computed with.
    #[must_use]
    pub const fn plain(self) -> Self {
        match self {
            Self::DurationIn(_) => Self::Duration,
            Self::DatetimeIn(_) => Self::Datetime,
            other => other,
        }
    }

    /// Whether values can be added, negated and taken in parts: numbers and distances, but no points of time.
    #[must_use]
    pub const fn is_measure(self) -> bool {
        matches!(self, Self::Number { .. } | Self::Duration | Self::DurationIn(_) | Self::Days | Self::Period)
    }

    /// A plain whole number.
    pub const INTEGER: Self = Self::Number { scale: 0, unit: Unit::One };

    /// Digits after the point; 0 for everything that is no number.
    #[must_use]
    pub fn scale(self) -> u32 {
        match self {
            Self::Number { scale, .. } => scale,
            _ => 0,
        }
    }
}

impl Scalar {
    /// A kind with its default bounds.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        let (lo, hi) = kind.default_bounds();
        Self { kind, lo, hi }
    }

    /// A kind between two bounds.
    #[must_use]
    pub const fn between(kind: Kind, lo: i128, hi: i128) -> Self {
        Self { kind, lo, hi }
    }

    /// Whether values are instants, which carry an offset.
    #[must_use]
    pub const fn is_datetime(&self) -> bool {
        matches!(self.kind, Kind::Datetime | Kind::DatetimeIn(_))
    }
}

impl Type {
    /// A plain whole number between two bounds.
    #[must_use]
    pub const fn integer(lo: i128, hi: i128) -> Self {
        Self::Scalar(Scalar::between(Kind::INTEGER, lo, hi))
    }

    /// The type with the [plain](Kind::plain) kind in it: what is computed with.
    #[must_use]
    pub fn plain(self) -> Self {
        match self {
            Self::Scalar(scalar) => Self::Scalar(Scalar { kind: scalar.kind.plain(), ..scalar }),
            Self::Optional(inner) => Self::Optional(Box::new(inner.plain())),
            Self::List { element, min, max } => Self::List { element: Box::new(element.plain()), min, max },
            other => other,
        }
    }

    /// The type without `?`.
    #[must_use]
    pub fn required(&self) -> &Self {
        match self {
            Self::Optional(inner) => inner,
            other => other,
        }
    }

    /// The record that a value is, or has in it as an element or where it is given.
    #[must_use]
    pub fn record_within(&self) -> Option<RecordId> {
        match self {
            Self::Record(id) => Some(*id),
            Self::Optional(inner) | Self::List { element: inner, .. } => inner.record_within(),
            _ => None,
        }
    }

    /// Whether values may be missing.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        matches!(self, Self::Optional(_))
    }

    /// The scalar, if the type is one.
    #[must_use]
    pub const fn scalar(&self) -> Option<Scalar> {
        match self {
            Self::Scalar(scalar) => Some(*scalar),
            _ => None,
        }
    }
}

/// An enum as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// The names of its values, in declared order.
    pub values: Vec<String>,
    /// Where its name is declared.
    pub span: Span,
}

/// A field of a record, or a parameter of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldType {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where it is declared: name, type and range.
    pub span: Span,
}

/// A record as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordType {
    /// Its name.
    pub name: String,
    /// Its fields, in declared order.
    pub fields: Vec<FieldType>,
    /// Whether unknown keys of an input are ignored.
    pub open: bool,
    /// Where its name is declared.
    pub span: Span,
}

/// The enums and records of a program. Records do not contain themselves, not even through lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Types {
    /// By [`EnumId`].
    pub enums: Vec<EnumType>,
    /// By [`RecordId`].
    pub records: Vec<RecordType>,
}

impl Types {
    /// The enum of an id of this table.
    #[must_use]
    pub fn enum_type(&self, id: EnumId) -> &EnumType {
        &self.enums[id.0 as usize]
    }

    /// The record of an id of this table.
    #[must_use]
    pub fn record(&self, id: RecordId) -> &RecordType {
        &self.records[id.0 as usize]
    }
}
