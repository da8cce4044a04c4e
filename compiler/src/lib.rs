//! Names, types, ranges, proofs and code generation of AxTrace; and the reference interpreter.

mod bulk;
mod compile;
pub mod emit;
pub mod expand;
pub mod fill;
pub mod function;
pub mod graph;
pub mod hir;
pub mod interpret;
pub mod lookups;
pub mod lower;
pub mod mir;
pub mod native;
mod program;
pub mod prove;
pub mod ranges;
mod relations;
pub mod resolve;
mod steps;
pub mod suggest;
pub mod table;
mod threads;
pub mod types;

pub use compile::{LANGUAGE, Pass, Watch, compile, compile_watched, missing_rows, unproved};
pub use program::Program;
