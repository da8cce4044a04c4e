//! Rust types as inputs and outcomes: what the derives implement, and what binding says when a type does not fit.
//!
//! Most programs need of this only [`Input`](trait@crate::Input), [`Output`](trait@crate::Output) and [`Enum`](trait@crate::Enum) with
//! their
//! derives, and [`TypedDecision`]. A type of one's own that is one of the language's simple values can implement
//! the traits by hand:
//!
//! ```
//! use axtrace::typed::{Meant, Refused, Row};
//!
//! /// A weight in grams, `integer g` in the rules.
//! struct Grams(u32);
//!
//! impl axtrace::Input for Grams {
//!     type Form = Self;
//!
//!     fn meant() -> Meant {
//!         <u32 as axtrace::Input>::meant()
//!     }
//!
//!     fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
//!         row.number(self.0.into())
//!     }
//!
//!     fn json(&self, out: &mut String) {
//!         out.push_str(&self.0.to_string());
//!     }
//! }
//!
//! #[derive(axtrace::Input)]
//! struct Parcel {
//!     #[axtrace(unit = "g")]
//!     weight: Grams,
//! }
//!
//! let rules = axtrace::compile_text(
//!     "module desk
//!      unit g
//!      decision heavy(weight: integer g in 0 g .. 40_000 g) gives boolean = weight > 2_000 g",
//! )?;
//! let heavy = rules.decision("heavy")?.typed::<Parcel, bool>()?;
//! assert!(heavy.decide(&Parcel { weight: Grams(2_001) })?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod decision;
mod leaves;

pub use answer::{Answer, Outcome, Referral};
pub use axtrace_runtime::memory::MemoryError as Unreadable;
pub use axtrace_runtime::typed::{Cells, Difference, Differs, Field, Meant, Place, Refused, Row};
pub use decision::{Caller, Mismatch, TypedDecided, TypedDecision, TypedSession};

/// A Rust type whose values are inputs of decisions, or parts of them.
///
/// `#[derive(Input)]` implements it for a struct with named fields. It stands for the parameters of a decision or for a record: the name
/// of each field is that
/// of a parameter or a field of the rules, unless `#[axtrace(name = "…")]` says another; numbers with a unit say which, with
/// `#[axtrace(unit = "kg")]`. The order of the fields does not matter, and optional ones may be left out. [`values`](crate::values) says
/// which
/// Rust types are which of the language. Structs may borrow: `&str`, slices, and other inputs.
///
/// ```
/// use axtrace::values::{Date, Decimal};
/// use axtrace::{Enum, Input};
///
/// #[derive(Input)]
/// struct Booking<'a> {
///     guest: &'a Guest,
///     #[axtrace(unit = "EUR")]
///     price: Decimal<2>,
///     nights: u8,
/// }
///
/// #[derive(Input)]
/// struct Guest {
///     name: String,
///     born: Option<Date>,
///     status: Status,
/// }
///
/// #[derive(Clone, Copy, Enum)]
/// enum Status {
///     New,
///     LongStanding,
/// }
///
/// let rules = axtrace::compile_text(
///     r#"
///     module desk
///     enum Status { new, long_standing }
///     record Guest { name : text with up to 80 characters, born : date?, status : Status }
///     decision deposit(guest: Guest, nights: integer in 1..30, price: money EUR in 0.00 EUR .. 900.00 EUR) gives boolean hit first {
///       rule known when guest.status = long_standing then false
///       otherwise nights * price > 500.00 EUR
///     }"#,
/// )?;
/// let deposit = rules.decision("deposit")?.typed::<Booking, bool>()?;
/// let guest = Guest { name: "Ana".into(), born: None, status: Status::New };
/// let price = "120.00".parse()?;
/// assert!(deposit.decide(&Booking { guest: &guest, price, nights: 5 })?);
/// // What is out of range is said as it is of JSON.
/// let error = deposit.decide(&Booking { guest: &guest, price, nights: 31 }).unwrap_err();
/// assert_eq!(error.to_string(), "/nights: 31 is more than 30");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Input {
    /// The type with every lifetime `'static`, which [`TypedDecision`] is named by.
    type Form: 'static;

    /// What the type means to the rules.
    fn meant() -> Meant;

    /// Writes a value into the next place of a row, or a record into the next places, field by field.
    ///
    /// # Errors
    /// When it does not belong there. What is wrong is found by reading [`Self::json`].
    fn write(&self, row: &mut Row<'_>) -> Result<(), Refused>;

    /// Writes the value as the JSON that the same input would have.
    fn json(&self, out: &mut String);
}

/// A Rust type whose values outcomes are read as, or parts of them.
///
/// `#[derive(Output)]` implements it for a struct with named fields, one for each field of a record of the rules, as
/// [`Input`](trait@crate::Input) does. A type may derive both.
///
/// ```
/// use axtrace::Output;
/// use axtrace::values::Money;
///
/// #[derive(Debug, PartialEq, Output)]
/// struct Offer {
///     price: Money,
///     #[axtrace(name = "remark")]
///     note: Option<String>,
/// }
///
/// let rules = axtrace::compile_text(
///     r#"
///     module desk
///     record Offer { price : money EUR, remark : text? }
///     decision offer(seats: integer in 1..9) gives Offer = {
///       price: seats * 2.50 EUR, remark: if seats > 4 then "a large one" else missing
///     }"#,
/// )?;
/// #[derive(axtrace::Input)]
/// struct Wish {
///     seats: u8,
/// }
/// let offer = rules.decision("offer")?.typed::<Wish, Offer>()?;
/// assert_eq!(offer.decide(&Wish { seats: 5 })?, Offer { price: "12.50 EUR".parse()?, note: Some("a large one".into()) });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Output: Sized {
    /// What the type means to the rules.
    fn meant() -> Meant;

    /// Reads a value from the next place of an outcome, or a record from the next places, field by field.
    ///
    /// # Errors
    /// When the next place is none of such a value.
    fn read(cells: &mut Cells<'_>) -> Result<Self, Unreadable>;
}

/// An enum of Rust that is an enum of the rules.
///
/// `#[derive(Enum)]` implements it, with [`Input`](trait@crate::Input) and [`Output`](trait@crate::Output), for an enum whose variants
/// have no fields. `FirstAid` is `first_aid` in the rules, unless `#[axtrace(name = "…")]` says another; the order does not matter.
///
/// ```
/// use axtrace::Enum;
///
/// #[derive(Debug, Clone, Copy, PartialEq, Enum)]
/// enum Skill {
///     FirstAid,
///     #[axtrace(name = "fork lift")]
///     Forklift,
/// }
///
/// assert_eq!(Skill::NAMES, ["first_aid", "fork lift"]);
/// assert_eq!(Skill::at(Skill::Forklift.place()), Some(Skill::Forklift));
/// ```
pub trait Enum: Sized + 'static {
    /// The name of the Rust type.
    const RUST: &'static str;
    /// The names in the rules, by place.
    const NAMES: &'static [&'static str];

    /// The place of a value among the names.
    fn place(&self) -> usize;

    /// The value at a place; `None` beyond the last.
    fn at(place: usize) -> Option<Self>;
}

/// What an enum means. For the code of `#[derive(Enum)]`.
#[doc(hidden)]
#[must_use]
pub fn meant_of_names<E: Enum>() -> Meant {
    Meant::Enum { rust: E::RUST, names: E::NAMES }
}

/// Writes a name as JSON. For the code of `#[derive(Enum)]`.
#[doc(hidden)]
pub fn json_of_name<E: Enum>(value: &E, out: &mut String) {
    axtrace_runtime::text::write_json_text(out, E::NAMES.get(value.place()).copied().unwrap_or_default());
}
