//! The currencies of ISO 4217, each with the digits of its minor unit.
//!
//! The table is List One of the standard's maintenance agency, SIX
//! (<https://www.six-group.com/en/products-services/financial-information/data-standards.html>), as of 2026-02-01. All 178 codes and their minor units
//! were compared with the list that is made from it (<https://github.com/datasets/currency-codes>, `data/codes-all.csv` of that day, without what has a
//! date of withdrawal). The lev (`BGN`) and the Antillean guilder (`ANG`) are withdrawn, the Caribbean guilder (`XCG`) and the Arab
//! accounting dinar (`XAD`) are there. Withdrawn codes are no currencies of the language.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// What the table says of codes that ISO 4217 gives no minor unit, such as `XAU`, gold.
const NONE: u8 = u8::MAX;

/// A currency of ISO 4217. Ordered by code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

/// A text that is no code of ISO 4217.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{code}` is no currency of ISO 4217")]
pub struct UnknownCurrency {
    /// What was written, at most its first 8 characters.
    pub code: String,
}

impl Currency {
    /// The euro.
    pub const EUR: Self = Self::listed(*b"EUR");

    /// The currency of a code in capital letters, such as `EUR`; `None` when ISO 4217 has none.
    #[inline]
    pub fn parse(code: &str) -> Option<Self> {
        let code: [u8; 3] = code.as_bytes().try_into().ok()?;
        let place = TABLE.binary_search_by_key(&code, |row| row.0).ok()?;
        u8::try_from(place).ok().map(Self)
    }

    /// The three letters, such as `EUR`.
    #[inline]
    pub fn code(self) -> &'static str {
        // The rows are ASCII; the test of the table says so.
        std::str::from_utf8(&TABLE[usize::from(self.0)].0).unwrap_or_default()
    }

    /// The digits after the point of an amount in the currency: 2 for `EUR`, 0 for `JPY`. `None` for the few codes without a minor unit,
    /// such as gold, whose amounts need their places written (`money XAU(4)`).
    #[inline]
    pub fn minor_units(self) -> Option<u32> {
        let digits = TABLE[usize::from(self.0)].1;
        (digits != NONE).then_some(u32::from(digits))
    }

    /// All currencies, ordered by code.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.len() as u8).map(Self)
    }

    /// The currency of a code that the table has; anything else stops the compiler.
    const fn listed(code: [u8; 3]) -> Self {
        let mut place = 0;
        while !(TABLE[place].0[0] == code[0] && TABLE[place].0[1] == code[1] && TABLE[place].0[2] == code[2]) {
            place += 1;
        }
        Self(place as u8)
    }
}

impl std::str::FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        Self::parse(code).ok_or_else(|| UnknownCurrency { code: code.chars().take(8).collect() })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(CodeVisitor)
    }
}

/// Reads a code from any form of string.
struct CodeVisitor;

impl de::Visitor<'_> for CodeVisitor {
    type Value = Currency;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the code of a currency, such as `EUR`")
    }

    fn visit_str<E: de::Error>(self, code: &str) -> Result<Currency, E> {
        code.parse().map_err(E::custom)
    }
}

/// Each code with the digits of its minor unit, ordered by code.
const TABLE: &[([u8; 3], u8)] = &[
    (*b"AED", 2),
    (*b"AFN", 2),
    (*b"ALL", 2),
    (*b"AMD", 2),
    (*b"AOA", 2),
    (*b"ARS", 2),
    (*b"AUD", 2),
    (*b"AWG", 2),
    (*b"AZN", 2),
    (*b"BAM", 2),
    (*b"BBD", 2),
    (*b"BDT", 2),
    (*b"BHD", 3),
    (*b"BIF", 0),
    (*b"BMD", 2),
    (*b"BND", 2),
    (*b"BOB", 2),
    (*b"BOV", 2),
    (*b"BRL", 2),
    (*b"BSD", 2),
    (*b"BTN", 2),
    (*b"BWP", 2),
    (*b"BYN", 2),
    (*b"BZD", 2),
    (*b"CAD", 2),
    (*b"CDF", 2),
    (*b"CHE", 2),
    (*b"CHF", 2),
    (*b"CHW", 2),
    (*b"CLF", 4),
    (*b"CLP", 0),
    (*b"CNY", 2),
    (*b"COP", 2),
    (*b"COU", 2),
    (*b"CRC", 2),
    (*b"CUP", 2),
    (*b"CVE", 2),
    (*b"CZK", 2),
    (*b"DJF", 0),
    (*b"DKK", 2),
    (*b"DOP", 2),
    (*b"DZD", 2),
    (*b"EGP", 2),
    (*b"ERN", 2),
    (*b"ETB", 2),
    (*b"EUR", 2),
    (*b"FJD", 2),
    (*b"FKP", 2),
    (*b"GBP", 2),
    (*b"GEL", 2),
    (*b"GHS", 2),
    (*b"GIP", 2),
    (*b"GMD", 2),
    (*b"GNF", 0),
    (*b"GTQ", 2),
    (*b"GYD", 2),
    (*b"HKD", 2),
    (*b"HNL", 2),
    (*b"HTG", 2),
    (*b"HUF", 2),
    (*b"IDR", 2),
    (*b"ILS", 2),
    (*b"INR", 2),
    (*b"IQD", 3),
    (*b"IRR", 2),
    (*b"ISK", 0),
    (*b"JMD", 2),
    (*b"JOD", 3),
    (*b"JPY", 0),
    (*b"KES", 2),
    (*b"KGS", 2),
    (*b"KHR", 2),
    (*b"KMF", 0),
    (*b"KPW", 2),
    (*b"KRW", 0),
    (*b"KWD", 3),
    (*b"KYD", 2),
    (*b"KZT", 2),
    (*b"LAK", 2),
    (*b"LBP", 2),
    (*b"LKR", 2),
    (*b"LRD", 2),
    (*b"LSL", 2),
    (*b"LYD", 3),
    (*b"MAD", 2),
    (*b"MDL", 2),
    (*b"MGA", 2),
    (*b"MKD", 2),
    (*b"MMK", 2),
    (*b"MNT", 2),
    (*b"MOP", 2),
    (*b"MRU", 2),
    (*b"MUR", 2),
    (*b"MVR", 2),
    (*b"MWK", 2),
    (*b"MXN", 2),
    (*b"MXV", 2),
    (*b"MYR", 2),
    (*b"MZN", 2),
    (*b"NAD", 2),
    (*b"NGN", 2),
    (*b"NIO", 2),
    (*b"NOK", 2),
    (*b"NPR", 2),
    (*b"NZD", 2),
    (*b"OMR", 3),
    (*b"PAB", 2),
    (*b"PEN", 2),
    (*b"PGK", 2),
    (*b"PHP", 2),
    (*b"PKR", 2),
    (*b"PLN", 2),
    (*b"PYG", 0),
    (*b"QAR", 2),
    (*b"RON", 2),
    (*b"RSD", 2),
    (*b"RUB", 2),
    (*b"RWF", 0),
    (*b"SAR", 2),
    (*b"SBD", 2),
    (*b"SCR", 2),
    (*b"SDG", 2),
    (*b"SEK", 2),
    (*b"SGD", 2),
    (*b"SHP", 2),
    (*b"SLE", 2),
    (*b"SOS", 2),
    (*b"SRD", 2),
    (*b"SSP", 2),
    (*b"STN", 2),
    (*b"SVC", 2),
    (*b"SYP", 2),
    (*b"SZL", 2),
    (*b"THB", 2),
    (*b"TJS", 2),
    (*b"TMT", 2),
    (*b"TND", 3),
    (*b"TOP", 2),
    (*b"TRY", 2),
    (*b"TTD", 2),
    (*b"TWD", 2),
    (*b"TZS", 2),
    (*b"UAH", 2),
    (*b"UGX", 0),
    (*b"USD", 2),
    (*b"USN", 2),
    (*b"UYI", 0),
    (*b"UYU", 2),
    (*b"UYW", 4),
    (*b"UZS", 2),
    (*b"VED", 2),
    (*b"VES", 2),
    (*b"VND", 0),
    (*b"VUV", 0),
    (*b"WST", 2),
    (*b"XAD", 2),
    (*b"XAF", 0),
    (*b"XAG", NONE),
    (*b"XAU", NONE),
    (*b"XBA", NONE),
    (*b"XBB", NONE),
    (*b"XBC", NONE),
    (*b"XBD", NONE),
    (*b"XCD", 2),
    (*b"XCG", 2),
    (*b"XDR", NONE),
    (*b"XOF", 0),
    (*b"XPD", NONE),
    (*b"XPF", 0),
    (*b"XPT", NONE),
    (*b"XSU", NONE),
    (*b"XTS", NONE),
    (*b"XUA", NONE),
    (*b"XXX", NONE),
    (*b"YER", 2),
    (*b"ZAR", 2),
    (*b"ZMW", 2),
    (*b"ZWG", 2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ordered_and_every_code_reads_back() {
        assert!(TABLE.is_sorted_by(|left, right| left.0 < right.0));
        assert!(TABLE.len() < 256);
        for currency in Currency::all() {
            assert!(currency.code().len() == 3 && currency.code().bytes().all(|letter| letter.is_ascii_uppercase()));
            assert_eq!(Currency::parse(currency.code()), Some(currency));
            assert!(currency.minor_units().is_none_or(|digits| digits <= 4));
        }
    }

    #[test]
    fn minor_units_are_those_of_the_standard() {
        let digits = |code| Currency::parse(code).and_then(Currency::minor_units);
        assert_eq!(Currency::EUR.code(), "EUR");
        for (code, expected) in [("EUR", 2), ("CHF", 2), ("USD", 2), ("JPY", 0), ("ISK", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("XCG", 2)]
        {
            assert_eq!(digits(code), Some(expected), "{code}");
        }
        assert_eq!(digits("XAU"), None);
    }

    #[test]
    fn what_is_no_code_is_no_currency() {
        for code in ["", "eur", "EU", "EURO", "€", "DEM", "BGN", "A\0B"] {
            assert_eq!(Currency::parse(code), None, "{code}");
        }
        assert_eq!("DEM".parse::<Currency>().expect_err("gone").to_string(), "`DEM` is no currency of ISO 4217");
        assert_eq!("é".repeat(10_000).parse::<Currency>().expect_err("none").code.chars().count(), 8);
    }

    #[test]
    fn a_currency_is_written_as_its_code() {
        assert_eq!(serde_json::to_string(&Currency::EUR).expect("plain data"), "\"EUR\"");
        assert_eq!(serde_json::from_str::<Currency>("\"EUR\"").expect("a code"), Currency::EUR);
        assert!(serde_json::from_str::<Currency>("\"eur\"").is_err());
        assert!(serde_json::from_str::<Currency>("7").is_err());
    }
}
