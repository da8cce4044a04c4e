//! Decisions built by hand.
