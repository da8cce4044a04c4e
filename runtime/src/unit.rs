//! Declared units and their quotients, as part of the kind of a number.

use std::fmt;

use crate::currency::Currency;

/// A declared unit: its name, short enough to be copied with every type that has it, and which declaration it is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitName {
    letters: [u8; Self::LONGEST],
    length: u8,
    declared: u16,
}

impl UnitName {
    /// The most bytes of a name.
    pub const LONGEST: usize = 24;

    /// The unit of a name. Units of one name are different units if `declared` differs. `None` for a name that is too long.
    #[must_use]
    pub fn new(name: &str, declared: u16) -> Option<Self> {
        let mut letters = [0; Self::LONGEST];
        letters.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        Some(Self { letters, length: name.len() as u8, declared })
    }

    /// The name, without backticks.
    #[must_use]
    pub fn name(&self) -> &str {
        // The bytes are those of a text that `new` was given.
        std::str::from_utf8(&self.letters[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl fmt::Debug for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for UnitName {
    /// As it is written in rules: in backticks where it is no plain name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        if crate::text::is_plain_unit(name) { f.write_str(name) } else { write!(f, "`{name}`") }
    }
}

/// What a quotient of units is so much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Upper {
    /// `EUR/kg`.
    Money(Currency),
    /// `km/h`.
    Declared(UnitName),
}

/// What a quotient of units is for each of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lower {
    /// A declared unit.
    Declared(UnitName),
    /// An hour of a duration.
    Hour,
    /// A minute of a duration.
    Minute,
    /// A second of a duration.
    Second,
    /// A calendar day.
    Day,
    /// A calendar month of a period.
    Month,
    /// A year of a period.
    Year,
}

impl Lower {
    /// The seconds of a duration that it stands for, or the days, or the months of a period; 1 of a declared unit.
    #[must_use]
    pub const fn size(self) -> i128 {
        match self {
            Self::Hour => 3600,
            Self::Minute => 60,
            Self::Year => 12,
            Self::Declared(_) | Self::Second | Self::Day | Self::Month => 1,
        }
    }
}

impl fmt::Display for Upper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(currency) => f.write_str(currency.code()),
            Self::Declared(unit) => unit.fmt(f),
        }
    }
}

impl fmt::Display for Lower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declared(unit) => unit.fmt(f),
            Self::Hour => f.write_str("h"),
            Self::Minute => f.write_str("min"),
            Self::Second => f.write_str("s"),
            Self::Day => f.write_str("day"),
            Self::Month => f.write_str("month"),
            Self::Year => f.write_str("year"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_its_name_and_its_declaration() {
        let kg = |declared| UnitName::new("kg", declared).expect("short");
        assert_eq!(kg(0), kg(0));
        assert_ne!(kg(0), kg(1));
        assert_eq!(kg(0).to_string(), "kg");
        assert_eq!(UnitName::new("pièce", 0).expect("short").to_string(), "pièce");
        assert_eq!(UnitName::new("square metre", 0).expect("short").to_string(), "`square metre`");
        assert_eq!(UnitName::new("items", 0).expect("short").to_string(), "`items`");
        assert_eq!(UnitName::new(&"m".repeat(24), 0).expect("short").name().len(), 24);
        assert_eq!(UnitName::new(&"m".repeat(25), 0), None);
    }
}
