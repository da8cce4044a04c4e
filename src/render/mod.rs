//! Drawing for people and writing for machines: findings, traces, tests and runs.

pub mod canvas;
pub mod coverage;
pub mod findings;
pub mod findings_github;
pub mod findings_json;
pub mod findings_sarif;
pub mod line;
pub mod page;
pub mod picture;
pub mod sheet;
pub mod style;
pub mod trace;
pub mod under;
