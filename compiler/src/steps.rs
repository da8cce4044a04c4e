//! How many steps a decision can take at most.
//!
//! A step is one operation of the [graph](crate::graph), as often as the loops around it go through elements. What is evaluated at most once in its
//! frame, a local, counts once there; a called decision counts with all its steps. Every loop goes through a list of bounded length, so that
//! every decision has such a number.

use axtrace_source::{Findings, Span};
use miette::Diagnostic;
use thiserror::Error;

use crate::function::Function;
use crate::graph::{Body, Graph, LoopId, NodeId, NodeKind, Quantifier};

use axtrace_runtime::power;
use axtrace_runtime::types::Type;

/// The most steps of a decision that says nothing else.
const MOST_STEPS: u64 = 1_000_000_000;

/// How many letters of a text are looked at in a step.
const LETTERS: u64 = 4;

/// What can be wrong with the number of steps.
#[derive(Debug, Error, Diagnostic)]
enum StepsFinding {
    /// Lists within lists.
    #[error("`{decision}` can take {steps} steps, more than {most}")]
    #[diagnostic(
        code(E0442),
        help(
            "declare shorter lists, `list of … with 0..100 items`, go through one list less, or write `steps up to {steps}` in the decision"
        )
    )]
    TooMany {
        decision: String,
        steps: String,
        most: String,
        #[label(primary, "takes too long on the longest input")]
        at: Span,
        #[label("{elements} elements at most")]
        longest: Option<Span>,
        elements: u64,
    },
}

/// Reports the decisions that can take too many steps.
pub fn steps(graphs: &[Graph], findings: &mut Findings) {
    let mut counts = Counts { graphs, known: vec![None; graphs.len()] };
    for (place, graph) in graphs.iter().enumerate() {
        let steps = counts.decision(place);
        let most = graph.steps.map_or(MOST_STEPS, |(most, _)| most);
        if steps > most {
            let longest = counts.longest(graph);
            findings.report(StepsFinding::TooMany {
                decision: graph.meta.name.clone(),
                steps: grouped(steps),
                most: grouped(most),
                at: graph.steps.map_or(graph.meta.span, |(_, at)| at),
                longest: longest.map(|(span, _)| span),
                elements: longest.map_or(0, |(_, elements)| elements),
            });
        }
    }
}

/// A number with its thousands set apart, as in a rule file.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

struct Counts<'a> {
    graphs: &'a [Graph],
    /// The steps of each decision; those that are being counted have none yet, and call themselves, which is refused elsewhere.
    known: Vec<Option<u64>>,
}

impl Counts<'_> {
    fn decision(&mut self, place: usize) -> u64 {
        if let Some(known) = self.known.get(place).copied().flatten() {
            return known;
        }
        let Some(graph) = self.graphs.get(place) else { return 0 };
        if let Some(known) = self.known.get_mut(place) {
            *known = Some(0);
        }
        let mut total = 0u64;
        // What has no site is written out for proofs alone.
        for local in graph.locals.iter().filter(|local| local.site.is_some()) {
            let times = times(graph, local.inside);
            total = total.saturating_add(self.node(graph, local.value).saturating_mul(times));
        }
        for when in graph.groups.iter().filter_map(|group| group.when) {
            total = total.saturating_add(self.node(graph, when));
        }
        total = total.saturating_add(match &graph.body {
            Body::Expression(node) => self.node(graph, *node),
            Body::Rules(rules) => rules.iter().map(|rule| self.rule(graph, rule)).fold(0, u64::saturating_add),
        });
        if let Some(known) = self.known.get_mut(place) {
            *known = Some(total);
        }
        total
    }

    fn rule(&mut self, graph: &Graph, rule: &crate::graph::Rule) -> u64 {
        let parts = [rule.when, rule.outcome.value, rule.outcome.within].into_iter().flatten().chain(rule.because.iter().copied());
        let inner = parts.map(|part| self.node(graph, part)).fold(1, u64::saturating_add);
        rule.each.iter().rev().fold(inner, |inner, of| {
            let list = graph.loop_of(*of).list;
            self.node(graph, list).saturating_add(elements(graph, list).saturating_mul(inner.saturating_add(1)))
        })
    }

    fn node(&mut self, graph: &Graph, node: NodeId) -> u64 {
        let kind = &graph.node(node).kind;
        let own = match kind {
            NodeKind::Quantify(quantifier, of) => return self.quantify(graph, *quantifier, *of),
            NodeKind::Decide { decision, .. } => self.decision(decision.index()),
            NodeKind::Call(Function::Numbers | Function::Distinct | Function::Pairs | Function::Flatten, _) => elements(graph, node),
            NodeKind::Call(Function::Power, operands) => power_steps(graph, operands),
            NodeKind::Call(Function::Characters, of) => of.iter().map(|of| letters(graph, *of)).sum(),
            NodeKind::Call(_, of) => of.iter().map(|of| letters(graph, *of)).sum::<u64>() / LETTERS,
            NodeKind::Text { .. } => letters(graph, node) / LETTERS,
            NodeKind::Compare(_, of, _) => parts(graph, *of),
            NodeKind::OneOf(of, others) => parts(graph, *of).saturating_mul(others.len() as u64),
            _ => 0,
        };
        let operands = kind.operands();
        operands.into_iter().map(|operand| self.node(graph, operand)).fold(own.saturating_add(1), u64::saturating_add)
    }

    fn quantify(&mut self, graph: &Graph, quantifier: Quantifier, of: LoopId) -> u64 {
        let it = graph.loop_of(of);
        let count = elements(graph, it.list);
        let outside = [Some(it.list), it.start].into_iter().flatten().map(|node| self.node(graph, node)).fold(1, u64::saturating_add);
        let inside = it.filter.iter().chain(&it.body).map(|node| self.node(graph, *node)).fold(1, u64::saturating_add);
        let after = match quantifier {
            Quantifier::Sort => count.saturating_mul(u64::from(count.max(1).ilog2()) + 1),
            Quantifier::Groups => count,
            _ => 0,
        };
        outside.saturating_add(count.saturating_mul(inside)).saturating_add(after)
    }

    /// The loop with the most elements, and how many those are.
    fn longest(&self, graph: &Graph) -> Option<(Span, u64)> {
        let evaluated = graph.loops.iter().filter(|it| it.site.index() < graph.meta.sites.len());
        let all = evaluated.map(|it| (graph.node(it.list).span, elements(graph, it.list)));
        all.max_by_key(|(_, elements)| *elements)
    }
}

/// The words of the longest numbers that a power is made of.
fn power_steps(graph: &Graph, operands: &[NodeId]) -> u64 {
    let types = |place: usize| operands.get(place).map(|node| &graph.node(*node).ty);
    let (Some(Type::Ratio { num, den, .. }), Some(Type::Scalar(exponent))) = (types(0), types(1)) else { return 0 };
    let times = exponent.lo.unsigned_abs().max(exponent.hi.unsigned_abs());
    let bits = |part: (i128, i128)| power::bits(part.0.unsigned_abs().max(part.1.unsigned_abs()), times).unwrap_or(power::MOST_BITS);
    bits(*num).saturating_add(bits(*den)) / 64
}

/// How many elements a list has at most.
fn elements(graph: &Graph, list: NodeId) -> u64 {
    match graph.node(list).ty.required() {
        Type::List { max, .. } => u64::from(*max),
        _ => 0,
    }
}

/// How many letters a text has at most.
fn letters(graph: &Graph, text: NodeId) -> u64 {
    match graph.node(text).ty.required() {
        Type::Text { max } => u64::from(*max),
        _ => 0,
    }
}

/// What comparing a text or a list takes.
fn parts(graph: &Graph, node: NodeId) -> u64 {
    elements(graph, node).saturating_add(letters(graph, node) / LETTERS)
}

/// How often something is evaluated that stands in a loop.
fn times(graph: &Graph, inside: Option<LoopId>) -> u64 {
    let loops = std::iter::successors(inside, |of| graph.loop_of(*of).outer);
    loops.map(|of| elements(graph, graph.loop_of(of).list)).fold(1, u64::saturating_mul)
}
