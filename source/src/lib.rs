//! Files, spans, lines and findings: what every part of AxTrace may know.
//!
//! All files of one program share one space of byte offsets, so that a [`Span`] alone says which file it lies in. [`Sources`] owns the
//! texts and turns a span back into a file, a line and a column. A [`Finding`] is one thing to tell the author.

mod finding;
mod sources;
mod span;

pub use finding::{Finding, Findings, MOST_FINDINGS, Note};
pub use sources::{MAX_FILE_BYTES, Position, SourceFile, Sources, SourcesError};
pub use span::{Span, Spanned};
