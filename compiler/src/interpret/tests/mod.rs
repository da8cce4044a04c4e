//! Decisions built by hand, interpreted, and their recordings decoded.

mod build;
mod operations;
mod policies;
mod recordings;
mod sources;
