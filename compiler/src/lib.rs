//! Names, types, ranges, proofs and code generation of AxTrace; and the reference interpreter.

pub mod graph;
pub mod interpret;
