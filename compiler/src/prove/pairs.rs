//! Looks for two rules that apply together and must not: under `any` where they decide differently, under `unique` at all.
//!
//! Rules of two groups that conflict are told once, by the first pair for which an input was found: one `overrides` settles them all.

use std::collections::{BTreeMap, BTreeSet};

use axtrace_runtime::meta::{Policy, Rank, RuleId, RuleState, SiteId, SiteKind};
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings};

use super::candidates::{Needs, pairs};
use super::compare::either_type;
use super::cover::Region;
use super::finding::{ProofFinding, label};
use super::logic::{FormulaId, Logic, VarId};
use super::meter::replay_options;
use super::model::Model;
use super::question::{Answer, Inquiry};
use super::scene::alike;
use super::sets::IntSet;
use super::words::Words;
use super::{Conditions, necessary, obstacles, reason, with_input};
use crate::graph::{Graph, NodeKind, Outcome, Rule};
use crate::interpret::{FaultKind, OutcomeValue, RuleOutcome, observe};

/// The most findings about pairs of one decision.
const MOST_FINDINGS: usize = 24;

/// The steps that it takes to ask of one pair.
const ASKING: u64 = 4;

/// How many conditions that are asked of together take a step more.
const WISHES: u64 = 16;

/// Two groups or rules between which one `overrides` would settle everything.
type Sides = (usize, usize);

/// Checks all pairs of rules, and each `for each` rule with itself.
pub fn check(inquiry: &mut Inquiry<'_>, conditions: &Conditions, policy: Policy, findings: &mut Findings) {
    let needs: Vec<Needs> = conditions.rules.iter().map(|rule| necessary(&inquiry.model, *rule)).collect();
    let (pairs, complete) = pairs(&needs);
    let overriders = overriders(inquiry.model.graph);
    let mut told: BTreeSet<Sides> = BTreeSet::new();
    let mut unknown: BTreeMap<Sides, Finding> = BTreeMap::new();
    for (first, second) in pairs.into_iter().map(|(first, second)| (first as usize, second as usize)) {
        let sides = sides(inquiry.model.graph.rules(), first, second);
        if told.len() + unknown.len() >= MOST_FINDINGS {
            break;
        }
        if told.contains(&sides)
            || told_apart(inquiry.model.graph, policy, first, second)
            || exclude(&inquiry.model, &needs[first], &needs[second])
        {
            continue;
        }
        let Some(wishes) = wishes(inquiry, conditions, &overriders, policy, first, second) else { continue };
        inquiry.steps = inquiry.steps.saturating_sub(ASKING + wishes.len() as u64 / WISHES);
        match ask(inquiry, &wishes, policy, first, second) {
            Answer::Never => {}
            Answer::Shown(input, region) => {
                told.insert(sides);
                findings.push(shown(inquiry, policy, (first, second), &input, &region));
            }
            Answer::Unknown(region) => {
                let finding = undecided(inquiry, policy, (first, second), region.as_ref());
                unknown.entry(sides).or_insert(finding);
            }
        }
    }
    if !complete && told.is_empty() && unknown.is_empty() {
        findings.push(too_many(inquiry, policy));
    }
    let certain = |sides: &Sides| told.contains(sides);
    unknown.into_iter().filter(|(sides, _)| !certain(sides)).take(MOST_FINDINGS).for_each(|(_, finding)| findings.push(finding));
}

/// Whether the policy itself chooses between two rules: under `priority` values of one rank are one value, and only referrals may differ.
fn told_apart(graph: &Graph, policy: Policy, first: usize, second: usize) -> bool {
    let refers = |place: usize| graph.rules().get(place).is_some_and(|rule| super::priority::refers(graph, rule));
    policy == Policy::Priority && !(refers(first) && refers(second))
}

/// For each rule, by place, those that override it.
pub(super) fn overriders(graph: &Graph) -> Vec<Vec<usize>> {
    let mut overriders = vec![Vec::new(); graph.rules().len()];
    for (place, rule) in graph.rules().iter().enumerate() {
        for other in &graph.meta.rules[rule.id.index()].overrides {
            overriders[other.index()].push(place);
        }
    }
    overriders
}

/// The finding about a decision with too many rules that one input could meet.
fn too_many(inquiry: &Inquiry<'_>, policy: Policy) -> Finding {
    let verb = if policy == Policy::Unique { "apply together" } else { "decide differently" };
    let finding = Finding::new(ProofFinding::Undecided {
        what: format!("two of its rules {verb}"),
        at: inquiry.model.graph.meta.span,
        says: "too many rules ask for the same values".to_owned(),
        others: Vec::new(),
        help: "say which rules win, with `hit first`, or make several decisions of it".to_owned(),
    });
    reason(finding, inquiry, None)
}

/// The group of each rule, or the rule itself.
fn sides(rules: &[Rule], first: usize, second: usize) -> Sides {
    let side = |place: usize| rules[place].group.filter(|_| rules[first].group != rules[second].group);
    let number = |place: usize| side(place).unwrap_or_else(|| usize::MAX - place);
    (number(first), number(second))
}

/// Whether what two rules need of some variable excludes each other.
pub fn exclude(model: &Model<'_>, left: &[(VarId, IntSet)], right: &[(VarId, IntSet)]) -> bool {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        match one.0.cmp(&other.0) {
            std::cmp::Ordering::Less => _ = left.next(),
            std::cmp::Ordering::Greater => _ = right.next(),
            std::cmp::Ordering::Equal => {
                let both = one.1.intersection(&other.1).intersection(&model.domains[one.0.index()]);
                if both.is_empty() {
                    return true;
                }
                left.next();
            }
        }
    }
    false
}

/// What has to be true for two rules to decide together; `None` if they never do.
fn wishes(
    inquiry: &mut Inquiry<'_>,
    conditions: &Conditions,
    overriders: &[Vec<usize>],
    policy: Policy,
    first: usize,
    second: usize,
) -> Option<Vec<FormulaId>> {
    if [first, second].iter().any(|rule| conditions.rules[*rule] == Logic::FALSE) {
        return None;
    }
    let graph = inquiry.model.graph;
    let (one, other) = (graph.rules().get(first)?, graph.rules().get(second)?);
    // Those that override a rule are there by place, ascending.
    let overridden = |by: usize, rule: usize| overriders[rule].binary_search(&by).is_ok();
    if overridden(first, second) || overridden(second, first) {
        return None;
    }
    let mut wishes = conditions.always.clone();
    wishes.extend([conditions.rules[first], conditions.rules[second]]);
    if first == second {
        // Of several loops any may have two elements.
        let (of, further) = one.each.split_first()?;
        let list = inquiry.model.value(graph.loop_of(*of).list);
        let two = if further.is_empty() { inquiry.model.two_elements(list) } else { Logic::TRUE };
        wishes.push(two);
    }
    for place in overriders[first].iter().chain(&overriders[second]) {
        wishes.push(inquiry.model.logic.not(conditions.rules[*place]));
    }
    if policy == Policy::Priority {
        let stronger = stronger(inquiry, conditions, overriders);
        wishes.extend(stronger);
    }
    if policy != Policy::Unique {
        let same = same_outcome(&mut inquiry.model, one, other);
        wishes.push(inquiry.model.logic.not(same));
    }
    wishes.contains(&Logic::FALSE).then_some(()).map_or(Some(wishes), |()| None)
}

/// That no rule applies whose outcome is a constant stronger than a referral and which nothing overrides.
fn stronger(inquiry: &mut Inquiry<'_>, conditions: &Conditions, overriders: &[Vec<usize>]) -> Vec<FormulaId> {
    let graph = inquiry.model.graph;
    let Some(own) = graph.meta.ranks.iter().position(|rank| *rank == Rank::Refer) else { return Vec::new() };
    let constant = |rule: &Rule| match &graph.node(rule.outcome.value?).kind {
        NodeKind::Constant(value) => graph.meta.rank(rule.outcome.tag, Some(value)),
        _ => None,
    };
    let wins = |place: usize, rule: &Rule| overriders[place].is_empty() && constant(rule).is_some_and(|rank| rank < own);
    let rules = graph.rules().iter().enumerate().filter(|(place, rule)| wins(*place, rule));
    rules.map(|(place, _)| inquiry.model.logic.not(conditions.rules[place])).collect()
}

/// That two rules decide the same. What depends on the element of a `for each` is another value for each rule.
fn same_outcome(model: &mut Model<'_>, one: &Rule, other: &Rule) -> FormulaId {
    if one.outcome.tag != other.outcome.tag {
        return Logic::FALSE;
    }
    let value = same_part(model, one, other, |outcome| outcome.value);
    let within = same_part(model, one, other, |outcome| outcome.within);
    model.both(value, within)
}

fn same_part(model: &mut Model<'_>, one: &Rule, other: &Rule, part: impl Fn(&Outcome) -> Option<crate::graph::NodeId>) -> FormulaId {
    let (Some(left), Some(right)) = (part(&one.outcome), part(&other.outcome)) else {
        return if part(&one.outcome).is_some() == part(&other.outcome).is_some() { Logic::TRUE } else { Logic::FALSE };
    };
    let ty = either_type(&model.graph.node(left).ty, &model.graph.node(right).ty);
    let (left_class, right_class) = (model.value(left), model.value(right));
    let varies = |model: &Model<'_>, class| model.classes.get(class).loops != 0;
    if varies(model, left_class) || varies(model, right_class) {
        return model.apart(left, right);
    }
    model.equal(left_class, right_class, &ty, 0)
}

/// Asks whether two rules decide together (and differently), by running inputs.
fn ask(inquiry: &mut Inquiry<'_>, wishes: &[FormulaId], policy: Policy, first: usize, second: usize) -> Answer {
    let (program, graphs, decision, meter) = (inquiry.program, inquiry.graphs, inquiry.decision, inquiry.meter);
    let rules = inquiry.model.graph.rules();
    let (one, other) = (rules[first].id, rules[second].id);
    let mut conflicts = |input: &[Value]| {
        let fault = meter.decide(program, graphs, decision, input).err();
        let conflict = fault.filter(|fault| fault.decision == decision).map(|fault| fault.kind);
        let Some(FaultKind::Conflict { .. }) = conflict else { return false };
        let Ok(seen) = observe(program, graphs, decision, input, replay_options()) else { return false };
        let decides = |rule: RuleId| seen.states.get(rule.index()) == Some(&RuleState::Decided);
        decides(one) && decides(other) && opposed(&seen.outcomes, one, other, policy).is_some()
    };
    inquiry.can_happen(wishes, &mut conflicts)
}

/// The outcomes of two rules that differ, or, under `unique`, any two of them.
fn opposed(outcomes: &[RuleOutcome], one: RuleId, other: RuleId, policy: Policy) -> Option<(&OutcomeValue, &OutcomeValue)> {
    let of = |rule: RuleId| outcomes.iter().enumerate().filter(move |(_, outcome)| outcome.rule == rule);
    let mut pairs = of(one).flat_map(|left| of(other).map(move |right| (left, right)));
    let found =
        pairs.find(|(left, right)| left.0 != right.0 && (policy == Policy::Unique || !same_outcomes(&left.1.outcome, &right.1.outcome)));
    found.map(|(left, right)| (&left.1.outcome, &right.1.outcome))
}

fn same_outcomes(left: &OutcomeValue, right: &OutcomeValue) -> bool {
    let values = match (&left.value, &right.value) {
        (Some(left), Some(right)) => alike(left, right),
        (left, right) => left.is_none() && right.is_none(),
    };
    left.tag == right.tag && left.within == right.within && values
}

/// A finding with an input that was run.
fn shown(inquiry: &Inquiry<'_>, policy: Policy, pair: (usize, usize), input: &[Value], region: &Region) -> Finding {
    let words = Words { program: inquiry.program, model: &inquiry.model };
    let diagnostic = if policy == Policy::Unique { together(inquiry, pair) } else { conflict(inquiry, &words, pair, input) };
    let finding = Finding::new(diagnostic);
    let finding = match words.region(region) {
        Some(when) => finding.note("when", when),
        None => finding,
    };
    with_input(finding, &words, input)
}

fn conflict(inquiry: &Inquiry<'_>, words: &Words<'_>, (first, second): (usize, usize), input: &[Value]) -> ProofFinding {
    let graph = inquiry.model.graph;
    let (one, other) = (&graph.rules()[first], &graph.rules()[second]);
    let seen = observe(inquiry.program, inquiry.graphs, inquiry.decision, input, replay_options()).ok();
    let opposed = seen.as_ref().and_then(|seen| opposed(&seen.outcomes, one.id, other.id, Policy::Any));
    let (says, contradicts) = opposed.map_or_else(
        || ("says one thing".to_owned(), "says another".to_owned()),
        |(left, right)| (words.outcome(left), words.outcome(right)),
    );
    let mut others = vec![label(graph.meta.rules[first].span, "")];
    if first != second {
        others.push(label(graph.meta.rules[second].span, ""));
        others.push(label(other.outcome.span, contradicts.clone()));
    }
    let (what, says) = if first == second {
        let what = format!("`{}` decides differently for two elements", graph.meta.rules[first].name);
        (what, format!("{says} for one element and {contradicts} for another"))
    } else {
        let rules = &graph.meta.rules;
        (format!("`{}` and `{}` decide differently, and neither overrides the other", rules[first].name, rules[second].name), says)
    };
    ProofFinding::Conflict { what, at: one.outcome.span, says, others, help: help(inquiry, first, second) }
}

fn together(inquiry: &Inquiry<'_>, (first, second): (usize, usize)) -> ProofFinding {
    let rules = &inquiry.model.graph.meta.rules;
    let (what, others) = if first == second {
        (format!("`{}` applies for two elements", rules[first].name), Vec::new())
    } else {
        let what = format!("`{}` and `{}` can apply together", rules[first].name, rules[second].name);
        (what, vec![label(rules[second].span, "applies too")])
    };
    ProofFinding::Together { what, at: rules[first].span, others, help: help(inquiry, first, second) }
}

fn undecided(inquiry: &Inquiry<'_>, policy: Policy, (first, second): (usize, usize), region: Option<&Region>) -> Finding {
    let graph = inquiry.model.graph;
    let rules = &graph.meta.rules;
    let verb = if policy == Policy::Unique { "apply together" } else { "decide differently" };
    let what = match first == second {
        true => format!("`{}` applies for two elements that {verb}", rules[first].name),
        false => format!("`{}` and `{}` {verb}", rules[first].name, rules[second].name),
    };
    let mut others = obstacles(inquiry, region);
    if first != second {
        others.push(label(graph.rules()[second].outcome.span, "and this another"));
    }
    let finding = Finding::new(ProofFinding::Undecided {
        what,
        at: graph.rules()[first].outcome.span,
        says: "may decide one thing".to_owned(),
        others,
        help: help(inquiry, first, second),
    });
    reason(finding, inquiry, region)
}

/// Whether a rule is a row of a table, which cannot say itself what it overrides.
fn is_row(graph: &Graph, place: usize) -> bool {
    let site = |site: SiteId| graph.meta.sites.get(site.index());
    let table = site(graph.meta.rules[place].site).and_then(|it| site(it.parent?));
    table.is_some_and(|table| matches!(table.kind, SiteKind::Table(_)))
}

/// What to write so that one of two rules wins.
fn help(inquiry: &Inquiry<'_>, first: usize, second: usize) -> String {
    let graph = inquiry.model.graph;
    if first == second {
        return "say which element counts, with `when` or `hit first`".to_owned();
    }
    let group = |place: usize| graph.rules()[place].group.and_then(|group| graph.groups.get(group));
    if is_row(graph, first) && is_row(graph, second) && group(first).is_none() {
        return "change one of the two rows, or write `hit first`, under which the first that applies counts".to_owned();
    }
    let apart = graph.rules()[first].group != graph.rules()[second].group;
    let side = |place: usize| group(place).filter(|_| apart);
    let (winner, word) = match side(first) {
        Some(group) => (&group.name, "group"),
        None => (&graph.meta.rules[first].name, "rule"),
    };
    let loser = side(second).map_or(&graph.meta.rules[second].name, |group| &group.name);
    format!("say which wins: `overrides {loser}` on `{word} {winner}`, or `hit first`")
}
