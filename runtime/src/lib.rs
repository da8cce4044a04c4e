//! Values, input reading, running native code and traces of AxTrace decisions.
//!
//! The runtime knows neither the grammar nor the compiler: what it needs of a program is in [`meta::ProgramMeta`].

pub mod abi;
pub mod calendar;
pub mod code;
pub mod currency;
pub mod equality;
pub mod helpers;
pub mod layout;
pub mod literal;
pub mod memory;
pub mod meta;
pub mod pattern;
pub mod power;
pub mod read;
pub mod recording;
mod relations;
pub mod schema;
pub mod table;
pub mod text;
pub mod text_functions;
pub mod trace;
pub mod typed;
pub mod types;
pub mod unit;
pub mod value;
