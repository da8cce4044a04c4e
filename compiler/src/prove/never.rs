//! What can never matter: rules that no input makes apply, rules that apply and never decide, conditions that are always true, or never.
//!
//! Each is told only where it is proved; nothing is told of what turns on a parameter of a module, which may have another value elsewhere, and of
//! decisions in which something is wrong. Of many rules the first are looked at, until the steps are used up.

use std::collections::HashSet;

use axtrace_runtime::meta::{Policy, RuleId};
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings, Span};
use miette::LabeledSpan;

use super::finding::{ProofFinding, label};
use super::logic::{FormulaId, Logic};
use super::question::Inquiry;
use super::words::Words;
use super::{Conditions, necessary, pairs};
use crate::function::Function;
use crate::graph::{Graph, NodeId, NodeKind, Rule};

/// The steps that looking for each kind may take.
const STEPS: u64 = 200_000;
/// How many conditions that are asked of together take a step more.
const WISHES: u64 = 4;
/// The boxes of one question that are set aside because sums cannot lie in them.
const MOST_REFUTED: u32 = 24;
/// The most reasons among which the least that suffice are looked for.
const MOST_REASONS: usize = 24;
/// The most findings of one decision.
const MOST_FINDINGS: usize = 24;
/// The most rules that are held against each other.
const MOST_RULES: usize = 2_000;
/// The most nodes that are looked at for what a condition turns on.
const MOST_NODES: usize = 20_000;

/// Something that is known where a condition stands.
#[derive(Clone)]
struct Given {
    formula: FormulaId,
    span: Span,
    /// What to say of it.
    says: &'static str,
}

/// What is asked of one decision.
struct Asking<'q, 'a> {
    inquiry: &'q mut Inquiry<'a>,
    conditions: &'q Conditions,
    /// The names of parameters of modules.
    params: &'q HashSet<String>,
    found: Vec<Finding>,
}

/// Tells of what can never matter in a decision with nothing else wrong in it.
pub fn check(inquiry: &mut Inquiry<'_>, conditions: &Conditions, params: &HashSet<String>, findings: &mut Findings) {
    inquiry.steps = STEPS;
    let mut asking = Asking { inquiry, conditions, params, found: Vec::new() };
    // Where no input keeps the relations, nothing is special about any rule.
    if asking.cannot(&conditions.always.clone()) {
        return;
    }
    let idle = asking.rules_that_never_apply();
    asking.inquiry.steps = STEPS;
    asking.rules_that_never_decide(&idle);
    asking.inquiry.steps = STEPS;
    asking.conditions_that_never_matter(&idle);
    let found = asking.found.drain(..).take(MOST_FINDINGS).collect::<Vec<_>>();
    found.into_iter().for_each(|finding| findings.push(finding));
}

impl<'a> Asking<'_, 'a> {
    fn graph(&self) -> &'a Graph {
        self.inquiry.model.graph
    }

    /// Whether all wishes together are proved to be impossible.
    fn cannot(&mut self, wishes: &[FormulaId]) -> bool {
        // Putting a long question takes time, too.
        self.inquiry.steps = self.inquiry.steps.saturating_sub(wishes.len() as u64 / WISHES);
        self.inquiry.cannot_happen(wishes, MOST_REFUTED)
    }

    /// Whether it is time to stop.
    fn is_over(&self) -> bool {
        self.inquiry.steps == 0 || self.found.len() >= MOST_FINDINGS
    }

    /// By place: the rules of which it is known that they never apply.
    fn rules_that_never_apply(&mut self) -> Vec<bool> {
        let graph = self.graph();
        let mut idle = vec![false; graph.rules().len()];
        for (place, rule) in graph.rules().iter().enumerate() {
            if self.is_over() {
                break;
            }
            let condition = self.inquiry.model.rule_condition(rule);
            if graph.meta.rules[place].otherwise
                || graph.meta.rules[place].rows.is_some()
                || !self.cannot(&[self.conditions.always.clone(), vec![condition]].concat())
            {
                continue;
            }
            idle[place] = true;
            if !self.turns_on_params(rule) {
                let reasons = self.reasons(rule, condition);
                let (rule, at) = (graph.meta.rules[place].name.clone(), graph.meta.rules[place].span);
                self.found.push(Finding::new(ProofFinding::NeverApplies { rule, at, others: reasons }));
            }
        }
        idle
    }

    /// The fewest conditions of a rule that cannot be true together.
    fn reasons(&mut self, rule: &Rule, condition: FormulaId) -> Vec<LabeledSpan> {
        let graph = self.graph();
        let mut parts = self.relations();
        let group = rule.group.and_then(|group| graph.groups.get(group)?.when);
        let mut open: Vec<NodeId> = rule.when.into_iter().chain(group).collect();
        let mut operands = Vec::new();
        while let Some(node) = open.pop() {
            match &graph.node(node).kind {
                NodeKind::And(several) => open.extend(several.iter().copied()),
                _ => operands.push(node),
            }
        }
        operands.sort_unstable();
        if rule.each.is_empty() {
            let given = |node: NodeId| Given { formula: self.inquiry.model.condition(node), span: graph.node(node).span, says: "" };
            parts.extend(operands.into_iter().map(given));
        } else {
            let at = rule.when.map_or(graph.meta.rules[rule.id.index()].span, |when| graph.node(when).span);
            parts.push(Given { formula: condition, span: at, says: "" });
        }
        let parts = self.fewest(&[], parts);
        let several = parts.iter().filter(|part| part.says.is_empty()).count() > 1;
        let says = if several { "never true together" } else { "never true" };
        parts.into_iter().map(|part| label(part.span, if part.says.is_empty() { says } else { part.says })).collect()
    }

    /// What always holds of the parameters.
    fn relations(&self) -> Vec<Given> {
        let nodes = self.graph().always.iter().map(|node| self.graph().node(*node).span);
        let spans = nodes.map(Some).chain(std::iter::repeat(None));
        let given =
            |(formula, span): (&FormulaId, Option<Span>)| Given { formula: *formula, span: span.unwrap_or_default(), says: "always holds" };
        self.conditions.always.iter().zip(spans).map(given).collect()
    }

    /// Leaves out of `parts`, which are impossible together with `fixed`, what is not needed for that.
    fn fewest(&mut self, fixed: &[FormulaId], mut parts: Vec<Given>) -> Vec<Given> {
        if parts.len() > MOST_REASONS {
            return Vec::new();
        }
        let mut place = 0;
        while place < parts.len() {
            let mut fewer = parts.clone();
            fewer.remove(place);
            let wishes: Vec<FormulaId> = fixed.iter().copied().chain(fewer.iter().map(|part| part.formula)).collect();
            if self.cannot(&wishes) { parts = fewer } else { place += 1 }
        }
        parts.retain(|part| !part.span.is_empty());
        parts.dedup_by_key(|part| part.span);
        parts
    }

    /// Rules that apply and are always behind others.
    fn rules_that_never_decide(&mut self, idle: &[bool]) {
        let graph = self.graph();
        if graph.rules().len() > MOST_RULES {
            return;
        }
        let needs: Vec<_> = self.conditions.rules.iter().map(|rule| necessary(&self.inquiry.model, *rule)).collect();
        for (place, rule) in graph.rules().iter().enumerate() {
            let meta = &graph.meta.rules[place];
            if self.is_over() || meta.otherwise || meta.shadow || meta.rows.is_some() || idle[place] {
                continue;
            }
            let (mut winners, says, why) = self.winners(place, rule);
            winners.retain(|other| !idle[*other] && !pairs::exclude(&self.inquiry.model, &needs[place], &needs[*other]));
            self.inquiry.steps = self.inquiry.steps.saturating_sub(winners.len() as u64);
            let mut fixed = self.conditions.always.clone();
            fixed.push(self.conditions.rules[place]);
            let parts = |this: &mut Self| {
                let model = &mut this.inquiry.model;
                let given = |other: &usize| Given {
                    formula: model.logic.not(this.conditions.rules[*other]),
                    span: graph.meta.rules[*other].span,
                    says,
                };
                winners.iter().map(given).collect::<Vec<_>>()
            };
            let parts = parts(self);
            let wishes: Vec<FormulaId> = fixed.iter().copied().chain(parts.iter().map(|part| part.formula)).collect();
            if parts.is_empty() || !self.cannot(&wishes) {
                continue;
            }
            let parts = self.fewest(&fixed, parts);
            let wins = |other: &&usize| parts.is_empty() || parts.iter().any(|part| part.span == graph.meta.rules[**other].span);
            if winners.iter().filter(wins).chain([&place]).any(|rule| self.turns_on_params(&graph.rules()[*rule])) {
                continue;
            }
            let others = parts.into_iter().map(|part| label(part.span, part.says)).collect();
            let (rule, at) = (meta.name.clone(), meta.span);
            self.found.push(Finding::new(ProofFinding::NeverDecides { rule, why, at, others }));
        }
    }

    /// The rules that win over another wherever they apply, what to say of each, and of all.
    fn winners(&self, place: usize, rule: &Rule) -> (Vec<usize>, &'static str, &'static str) {
        let graph = self.graph();
        let overrides = |by: usize, other: RuleId| graph.meta.rules[by].overrides.contains(&other);
        let counts = |other: &usize| !graph.meta.rules[*other].shadow && !graph.meta.rules[*other].otherwise;
        if graph.meta.policy == Some(Policy::First) {
            return ((0..place).filter(counts).collect(), "decides before it", "what it applies to is decided by rules before it");
        }
        let all = 0..graph.rules().len();
        let overriding: Vec<usize> = all.clone().filter(counts).filter(|other| overrides(*other, rule.id)).collect();
        if graph.meta.policy != Some(Policy::Priority) || !overriding.is_empty() {
            return (overriding, "overrides it", "wherever it applies, it is overridden");
        }
        let rank = |rule: &Rule| match rule.outcome.value.map(|value| &graph.node(value).kind) {
            Some(NodeKind::Constant(value)) => graph.meta.rank(rule.outcome.tag, Some(value)),
            None => graph.meta.rank(rule.outcome.tag, None),
            _ => None,
        };
        let overridden = |other: RuleId| (0..graph.rules().len()).any(|by| overrides(by, other));
        let Some(own) = rank(rule) else { return (Vec::new(), "", "") };
        let stronger = |other: &usize| {
            let other = &graph.rules()[*other];
            rank(other).is_some_and(|rank| rank < own) && !overridden(other.id)
        };
        (all.filter(counts).filter(stronger).collect(), "has a stronger outcome", "wherever it applies, a stronger outcome wins")
    }

    fn conditions_that_never_matter(&mut self, idle: &[bool]) {
        let graph = self.graph();
        let relations = self.relations();
        for group in &graph.groups {
            if let Some(when) = group.when {
                self.operand(when, &mut relations.clone(), true);
            }
        }
        for (place, rule) in graph.rules().iter().enumerate() {
            let Some(when) = rule.when.filter(|_| !idle[place]) else { continue };
            if self.is_over() {
                break;
            }
            let mut given = relations.clone();
            if let Some(group) = rule.group.and_then(|group| graph.groups.get(group)?.when) {
                let formula = self.inquiry.model.condition(group);
                given.push(Given { formula, span: graph.node(group).span, says: "is true here" });
            }
            for each in &rule.each {
                let list = self.inquiry.model.value(graph.loop_of(*each).list);
                if let Some(formula) = self.inquiry.model.known.get(&list).copied() {
                    given.push(Given { formula, span: Span::default(), says: "" });
                }
            }
            self.operand(when, &mut given, true);
        }
    }

    /// Asks of a condition whether it is always true, or never, where `given` holds, and then of its parts. Of one that is never true nothing is said
    /// where the rule it belongs to would never apply.
    fn operand(&mut self, node: NodeId, given: &mut Vec<Given>, may_be_false: bool) {
        let graph = self.graph();
        if self.is_over() || matches!(graph.node(node).kind, NodeKind::Call(Function::Headers, _)) {
            return;
        }
        let formula = self.inquiry.model.condition(node);
        let opposite = self.inquiry.model.logic.not(formula);
        if self.impossible(given, opposite) {
            return self.tell(node, given, opposite, "is always true");
        }
        if !may_be_false && self.impossible(given, formula) {
            return self.tell(node, given, formula, "is never true");
        }
        let known = given.len();
        match &graph.node(node).kind {
            NodeKind::Not(inner) => self.operand(*inner, given, false),
            NodeKind::And(parts) => {
                for part in parts {
                    self.operand(*part, given, may_be_false);
                    let formula = self.inquiry.model.condition(*part);
                    given.push(Given { formula, span: graph.node(*part).span, says: "is true here" });
                }
            }
            NodeKind::Or(parts) => {
                for part in parts {
                    self.operand(*part, given, false);
                    let formula = self.inquiry.model.condition(*part);
                    let formula = self.inquiry.model.logic.not(formula);
                    given.push(Given { formula, span: graph.node(*part).span, says: "is false here" });
                }
            }
            _ => {}
        }
        given.truncate(known);
    }

    fn impossible(&mut self, given: &[Given], formula: FormulaId) -> bool {
        if formula == Logic::TRUE {
            return false;
        }
        let wishes: Vec<FormulaId> = given.iter().map(|given| given.formula).chain([formula]).collect();
        self.cannot(&wishes)
    }

    fn tell(&mut self, node: NodeId, given: &[Given], formula: FormulaId, is: &'static str) {
        let graph = self.graph();
        let turns = |node: NodeId| turns_on(graph, self.params, self.inquiry, node);
        // What the compiler wrote for itself is nobody's condition.
        let written = graph.node(node).site.is_some() || matches!(graph.node(node).kind, NodeKind::And(_) | NodeKind::Or(_));
        if !written || turns(node) {
            return;
        }
        let reasons = self.fewest(&[formula], given.to_vec());
        let words = Words { program: self.inquiry.program, model: &self.inquiry.model };
        let at = graph.node(node).span;
        let condition = words.short(at).map_or_else(|| "this condition".to_owned(), |text| format!("`{text}`"));
        let others = reasons.into_iter().map(|reason| label(reason.span, reason.says)).collect();
        self.found.push(Finding::new(ProofFinding::NeverMatters { condition, is, at, others }));
    }

    /// Whether the condition of a rule depends on a parameter of a module.
    fn turns_on_params(&self, rule: &Rule) -> bool {
        let graph = self.graph();
        let group = rule.group.and_then(|group| graph.groups.get(group)?.when);
        let lists = rule.each.iter().map(|each| graph.loop_of(*each).list);
        rule.when.into_iter().chain(group).chain(lists).any(|node| turns_on(graph, self.params, self.inquiry, node))
    }
}

/// Whether a condition depends on a parameter of a module, or may do so: it has many parts.
fn turns_on(graph: &Graph, params: &HashSet<String>, inquiry: &Inquiry<'_>, node: NodeId) -> bool {
    if params.is_empty() {
        return false;
    }
    let (mut open, mut seen) = (vec![node], HashSet::new());
    while let Some(node) = open.pop() {
        if !seen.insert(node) {
            continue;
        }
        if seen.len() > MOST_NODES {
            return true;
        }
        match &graph.node(node).kind {
            NodeKind::Constant(Value::Missing) => {}
            NodeKind::Constant(_) => {
                let text = inquiry.program.sources.text(graph.node(node).span);
                let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                if words.into_iter().any(|word| params.contains(word)) {
                    return true;
                }
            }
            NodeKind::Local(local) => open.push(graph.local(*local).value),
            NodeKind::Quantify(_, of) => {
                let it = graph.loop_of(*of);
                open.extend([Some(it.list), it.filter, it.body, it.start].into_iter().flatten());
            }
            kind => open.extend(kind.operands()),
        }
    }
    false
}
