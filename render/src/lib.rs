//! Draws findings and traces on their source: as text for terminals of any width, with or without colour, and as a page for a browser.
//!
//! Nothing here reads files, the terminal or the environment: whoever draws says how wide and whether in colour ([`style::Style`]).

pub mod canvas;
pub mod findings;
pub mod findings_json;
pub mod line;
pub mod page;
pub mod picture;
pub mod sheet;
pub mod style;
pub mod trace;
pub mod under;
