//! Names, types, ranges, proofs and code generation of AxTrace; and the reference interpreter.

pub mod graph;
pub mod hir;
pub mod interpret;
pub mod ranges;
pub mod resolve;
mod suggest;
pub mod types;
