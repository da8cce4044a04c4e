//! Findings for other programs, what tests have tried, and how a stream of this process looks. What is drawn for people is drawn by
//! `axtrace-render`.

pub mod coverage;
pub mod findings_github;
pub mod findings_sarif;
pub mod suggestions;
pub mod terminal;
