//! Types as they are written.

use axtrace_source::{Span, Spanned};

use super::{Expr, Name, Path};

/// A type with its range and its `?`.
#[derive(Debug, Clone)]
pub struct TypeExpr {
    /// Which type.
    pub kind: TypeKind,
    /// The range after `in`.
    pub range: Option<RangeExpr>,
    /// The `?`, which belongs to the whole type; never on what `set of`, `list of` or `advice of` hold.
    pub optional: Option<Span>,
    /// From the first word to the `?`.
    pub span: Span,
}

/// Which type is written.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// A declared type, `Worker` or `scheduling.Worker`. Weekdays' names are values; `weekday` is [`TypeKind::Weekday`].
    Named(Path),
    /// `boolean`.
    Boolean,
    /// `integer`, `integer kg`.
    Integer {
        /// The unit after it.
        unit: Option<UnitExpr>,
    },
    /// `decimal(2)`, `decimal(2) kg`.
    Decimal {
        /// The digits after the point, 0 to 18 (more are reported here).
        places: Spanned<u8>,
        /// The unit after it.
        unit: Option<UnitExpr>,
    },
    /// `percent`, `percent(4)`.
    Percent {
        /// The digits of the percentage, 0 to 16; 2 when left out.
        places: Option<Spanned<u8>>,
    },
    /// `money EUR`, `money EUR(4)`, `money EUR/kg`.
    Money {
        /// The currency, and the unit it is for; not yet looked up.
        unit: UnitExpr,
        /// The digits after the point, 0 to 18; the currency's own when left out.
        places: Option<Spanned<u8>>,
    },
    /// `text`, `text with up to 40 characters`.
    Text {
        /// The most characters; 10,000 when left out.
        up_to: Option<Spanned<u64>>,
    },
    /// `date`.
    Date,
    /// `time`.
    Time,
    /// `datetime`, `datetime in zone "Europe/Berlin"`.
    Datetime {
        /// The zone for local times: a text, or the name of a parameter.
        zone: Option<Box<Expr>>,
    },
    /// `duration`, `duration read as hours`.
    Duration {
        /// The unit of plain numbers.
        read_as: Option<Name>,
    },
    /// `days`.
    Days,
    /// `period`.
    Period,
    /// `weekday`.
    Weekday,
    /// `timezone`.
    Timezone,
    /// `set of Skill`.
    Set(Box<TypeExpr>),
    /// `list of Shift`, `list of Shift with 1..7 items`.
    List {
        /// The type of its items.
        of: Box<TypeExpr>,
        /// How many there may be; up to 10,000 when left out.
        count: Option<Box<RangeExpr>>,
    },
    /// `advice of Verdict trusted from 80 %`.
    Advice {
        /// What is proposed.
        of: Box<TypeExpr>,
        /// The confidence from which it may decide.
        trusted: Option<Box<Expr>>,
    },
    /// What could not be read; reported.
    Error,
}

/// A range: `0..120`, `25..<80`, `5<..10`, `>= 0`.
#[derive(Debug, Clone)]
pub struct RangeExpr {
    /// The lower end.
    pub low: Option<Bound>,
    /// The upper end. At least one end is there.
    pub high: Option<Bound>,
    /// The whole range.
    pub span: Span,
}

/// One end of a range.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The value at the end.
    pub value: Expr,
    /// Whether the value itself lies outside.
    pub open: bool,
}

/// A unit as it is written: `h`, `kg`, `EUR`, `EUR/kg`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnitExpr {
    /// The unit, or the upper part of a quotient; built in, a currency or declared: not yet told apart.
    pub name: UnitName,
    /// The lower part of a quotient.
    pub per: Option<UnitName>,
    /// The whole unit.
    pub span: Span,
}

impl UnitExpr {
    /// The unit as it is written, without blanks.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.per {
            Some(per) => format!("{}/{}", self.name.text, per.text),
            None => self.name.text.clone(),
        }
    }
}

/// One unit's name.
pub type UnitName = Name;
