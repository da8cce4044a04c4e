//! Finds what a complete decision does not need.

use axtrace_source::{Findings, Span};

use super::finding::ProofFinding;
use super::question::Inquiry;
use super::{Conditions, Finding};
use crate::prove::logic::FormulaId;

/// Tells the author of an `otherwise` that can never decide.
pub fn check_otherwise(inquiry: &mut Inquiry<'_>, conditions: &Conditions, at: Span, findings: &mut Findings) {
    let mut wishes: Vec<FormulaId> = conditions.always.clone();
    for rule in &conditions.rules {
        wishes.push(inquiry.model.logic.not(*rule));
    }
    if inquiry.is_impossible(&wishes) {
        let decision = inquiry.model.graph.meta.name.clone();
        findings.push(Finding::new(ProofFinding::IdleOtherwise { decision, at }));
    }
}
