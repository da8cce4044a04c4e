//! Every record that is made, and the arguments of every decision that is called, keep what is said to hold always.

use axtrace_runtime::meta::RelationOwner;
use axtrace_source::{Finding, Findings};

use super::finding::{ProofFinding, label};
use super::logic::FormulaId;
use super::question::{Answer, Inquiry};
use super::words::Words;
use super::{Conditions, obstacles, reason, with_input};
use crate::graph::Promise;
use crate::interpret::FaultKind;

/// The most conditions on the way to something that is built which a proof relies on, those nearest to it.
const MOST_CONDITIONS: usize = 2_000;

/// Looks for inputs for which something that is built does not keep a relation.
pub fn check(inquiry: &mut Inquiry<'_>, conditions: &Conditions, findings: &mut Findings) {
    let graph = inquiry.model.graph;
    for promise in &graph.promises {
        let Some(path) = promise.path else { continue };
        let mut wishes: Vec<FormulaId> = conditions.always.clone();
        for (condition, truth) in graph.ways.backwards(path).take(MOST_CONDITIONS) {
            let formula = inquiry.model.condition(condition);
            wishes.push(if truth { formula } else { inquiry.model.logic.not(formula) });
        }
        wishes[conditions.always.len()..].reverse();
        inquiry.steps = inquiry.steps.saturating_sub(wishes.len() as u64);
        if let Some(condition) = promise.condition {
            let formula = inquiry.model.condition(condition);
            wishes.push(inquiry.model.logic.not(formula));
        }
        let (program, graphs, decision, meter) = (inquiry.program, inquiry.graphs, inquiry.decision, inquiry.meter);
        let (node, relation) = (promise.node, promise.relation);
        let mut broken = |input: &[axtrace_runtime::value::Value]| {
            let fault = meter.decide(program, graphs, decision, input).err();
            let called = |id| program.relations[relation].owner == RelationOwner::Decision(id);
            fault.is_some_and(|fault| {
                matches!(fault.kind, FaultKind::Relation { relation: broken, .. } if broken == relation)
                    && (fault.decision == decision && fault.node == Some(node) || fault.node.is_none() && called(fault.decision))
            })
        };
        match inquiry.can_happen(&wishes, &mut broken) {
            Answer::Never => {}
            Answer::Shown(input, _) => {
                let words = Words { program, model: &inquiry.model };
                let because = match meter.decide(program, graphs, decision, &input).err().map(|fault| fault.kind) {
                    Some(FaultKind::Relation { because, .. }) => because,
                    _ => None,
                };
                findings.push(with_input(Finding::new(finding(inquiry, promise, because)), &words, &input));
            }
            Answer::Unknown(region) => {
                let relation = &program.relations[promise.relation];
                let mut others = obstacles(inquiry, region.as_ref());
                others.push(label(relation.span, "must always hold"));
                let finding = Finding::new(ProofFinding::Undecided {
                    what: format!("`{}` is false of what is built here", relation.condition),
                    at: graph.node(promise.node).span,
                    says: "may break it".to_owned(),
                    others,
                    help: "say before, with a condition or an `if`, that it holds".to_owned(),
                });
                findings.push(reason(finding, inquiry, region.as_ref()));
                if inquiry.steps == 0 {
                    return;
                }
            }
        }
    }
}

fn finding(inquiry: &Inquiry<'_>, promise: &Promise, because: Option<String>) -> ProofFinding {
    let relation = &inquiry.program.relations[promise.relation];
    ProofFinding::Broken {
        condition: relation.condition.clone(),
        at: inquiry.model.graph.node(promise.node).span,
        declared: relation.span,
        help: because.map_or_else(String::new, |because| format!("{because} ")) + "Say before, with a condition or an `if`, that it holds",
    }
}
