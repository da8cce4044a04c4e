//! Under `priority` every outcome has its rank.

use axtrace_runtime::meta::{Rank, Tag};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings, Span};

use super::finding::ProofFinding;
use super::logic::{FormulaId, Logic};
use super::meter::replay_options;
use super::model::Model;
use super::question::{Answer, Inquiry};
use super::words::Words;
use super::{Conditions, obstacles, reason, with_input};
use crate::graph::{Graph, Rule};
use crate::interpret::{FaultKind, observe};

/// Looks for inputs for which a rule decides what has no rank.
pub fn check(inquiry: &mut Inquiry<'_>, conditions: &Conditions, findings: &mut Findings) {
    let graph = inquiry.model.graph;
    if is_complete(inquiry, graph) {
        return;
    }
    for (place, rule) in graph.rules().iter().enumerate() {
        let meta = &graph.meta.rules[rule.id.index()];
        if meta.otherwise || meta.shadow || always_ranked(graph, rule) {
            continue;
        }
        let wishes = wishes(inquiry, conditions, place, rule);
        let (program, graphs, decision, meter, id) = (inquiry.program, inquiry.graphs, inquiry.decision, inquiry.meter, rule.id);
        let mut no_rank = |input: &[Value]| {
            let fault = meter.decide(program, graphs, decision, input).err();
            fault.is_some_and(|fault| fault.decision == decision && fault.kind == FaultKind::NoRank { rule: id })
        };
        match inquiry.can_happen(&wishes, &mut no_rank) {
            Answer::Never => {}
            Answer::Shown(input, _) => findings.push(shown(inquiry, rule, &input)),
            Answer::Unknown(region) => {
                let finding = Finding::new(ProofFinding::Undecided {
                    what: format!("`{}` decides what has no rank", meta.name),
                    at: rule.outcome.span,
                    says: "may be something that `priority` does not name".to_owned(),
                    others: obstacles(inquiry, region.as_ref()),
                    help: "name every outcome after `priority`".to_owned(),
                });
                findings.push(reason(finding, inquiry, region.as_ref()));
            }
        }
    }
}

/// Whether everything that the decision could give has a rank.
fn is_complete(inquiry: &Inquiry<'_>, graph: &Graph) -> bool {
    let values = match graph.meta.gives.required() {
        Type::Enum(id) => inquiry.program.types.enum_type(*id).values.len(),
        _ => 2,
    };
    let ranked = graph.meta.ranks.iter().filter(|rank| matches!(rank, Rank::Value(_))).count();
    let refers = graph.rules().iter().zip(&graph.meta.rules).any(|(rule, meta)| refers(graph, rule) && !meta.otherwise && !meta.shadow);
    ranked == values && (!refers || graph.meta.ranks.contains(&Rank::Refer))
}

pub fn refers(graph: &Graph, rule: &Rule) -> bool {
    matches!(graph.meta.tags.get(usize::from(rule.outcome.tag)), Some(Tag::Referred { .. }))
}

fn always_ranked(graph: &Graph, rule: &Rule) -> bool {
    refers(graph, rule) && graph.meta.ranks.contains(&Rank::Refer)
}

/// That a rule decides, and that what it decides has no rank.
fn wishes(inquiry: &mut Inquiry<'_>, conditions: &Conditions, place: usize, rule: &Rule) -> Vec<FormulaId> {
    let graph = inquiry.model.graph;
    let mut wishes = conditions.always.clone();
    let overriders = graph.meta.rules.iter().enumerate().filter(|(_, other)| other.overrides.contains(&rule.id));
    wishes.extend(overriders.map(|(other, _)| inquiry.model.logic.not(conditions.rules[other])));
    wishes.push(conditions.rules[place]);
    if !refers(graph, rule) {
        wishes.push(unranked(&mut inquiry.model, rule));
    }
    wishes
}

/// That an outcome is none of those with a rank; of a `for each` rule, that an instance which applies has such an outcome.
fn unranked(model: &mut Model<'_>, rule: &Rule) -> FormulaId {
    let (Some(node), ty) = (rule.outcome.value, model.graph.meta.gives.clone()) else { return Logic::FALSE };
    let value = model.value(node);
    let mut others = Vec::new();
    for rank in &model.graph.meta.ranks {
        let Rank::Value(place) = rank else { continue };
        let constant = if ty == Type::Boolean { Value::Boolean(*place == 1) } else { Value::Enum(*place) };
        let constant = model.constant(constant, ty.clone(), Span::default());
        let equal = model.equal(value, constant, &ty, 0);
        others.push(model.logic.not(equal));
    }
    let all = model.logic.and(others);
    let all = model.shallow(all);
    if rule.each.is_empty() {
        return all;
    }
    let when = rule.when.map_or(Logic::TRUE, |when| model.condition(when));
    let body = model.both(when, all);
    rule.each.iter().rev().fold(body, |body, each| model.exists(*each, body))
}

fn shown(inquiry: &Inquiry<'_>, rule: &Rule, input: &[Value]) -> Finding {
    let graph = inquiry.model.graph;
    let words = Words { program: inquiry.program, model: &inquiry.model };
    let seen = observe(inquiry.program, inquiry.graphs, inquiry.decision, input, replay_options()).ok();
    let unranked = |outcome: &&crate::interpret::RuleOutcome| {
        outcome.rule == rule.id && graph.meta.rank(outcome.outcome.tag, outcome.outcome.value.as_ref()).is_none()
    };
    let outcome = seen.as_ref().and_then(|seen| seen.outcomes.iter().find(unranked));
    let says = outcome.map_or_else(|| "has no rank".to_owned(), |outcome| words.outcome(&outcome.outcome));
    let what = match says.strip_prefix("says ") {
        Some(value) => format!("`{value}`"),
        None => "a referral".to_owned(),
    };
    let finding =
        Finding::new(ProofFinding::NoRank { rule: graph.meta.rules[rule.id.index()].name.clone(), what, at: rule.outcome.span, says });
    with_input(finding, &words, input)
}
