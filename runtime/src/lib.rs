//! Values, input reading, running native code and traces of AxTrace decisions.
//!
//! The runtime knows neither the grammar nor the compiler: what it needs of a program is in [`meta::ProgramMeta`].

/// Currencies (placeholder until `currency.rs` is there).
pub mod currency {
    /// A currency by its ISO 4217 code.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct Currency([u8; 3]);
}
pub mod calendar;
pub mod layout;
pub mod meta;
pub mod types;
pub mod value;
