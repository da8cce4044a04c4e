//! Input reading: JSON text to rows, exact, in one pass driven by the types.

#[cfg(test)]
pub(crate) mod fixture;
