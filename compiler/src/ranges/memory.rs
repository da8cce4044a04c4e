//! What the memory of a `fold` can be.
//!
//! A step that only adds to its memory, or starts it anew, changes it by a bounded amount; the memory lies between its start and as many of the
//! largest changes as there are steps. Where that cannot be seen, or leaves the declared range, the declared range must be kept by every step.

use axtrace_runtime::types::{Scalar, Type};

use super::RangeFinding;
use super::fits::stored;
use super::intervals::{self, Range, hull};
use super::walk::Walk;
use crate::graph::{LoopId, NodeId, NodeKind, Quantifier};

/// What a step makes of a memory.
#[derive(Debug, Clone, Copy)]
struct Change {
    /// What is added to it, where it is kept.
    grows: Option<Range>,
    /// What it is where it is started anew.
    resets: Option<Range>,
}

impl Walk<'_> {
    pub(super) fn fold(&mut self, node: NodeId, inside: LoopId) -> Type {
        let it = self.graph.loop_of(inside).clone();
        let (Some(start), Some(body)) = (it.start, it.body) else { return self.ty(node) };
        self.visit(start);
        self.broken[node.index()] |= self.broken[start.index()];
        let declared = it.memory.as_ref().map(|(ty, _)| ty.clone());
        let start_ty = self.ty(start);
        let Type::Scalar(scalar) = start_ty else {
            let kept = declared.unwrap_or_else(|| stored(&start_ty));
            return self.kept(node, inside, kept);
        };
        let widest = Type::Scalar(Scalar { kind: scalar.kind, lo: i128::MIN, hi: i128::MAX });
        if self.trying {
            // How the outer memory changes does not depend on what this one can be.
            self.memories.insert(inside, widest.clone());
            self.inside(node, inside);
            self.memories.remove(&inside);
            return widest;
        }
        let count = self.count_of(it.list).1;
        let bound = self.tried(node, inside, &widest, body).and_then(|change| reached((scalar.lo, scalar.hi), change, count));
        let bound = bound.map(|(lo, hi)| Type::Scalar(Scalar { kind: scalar.kind, lo, hi }));
        match (bound, declared) {
            (Some(bound), None) => self.known_memory(node, inside, bound),
            (Some(bound), Some(declared)) if super::fits::misfit(&bound, &declared).is_none() => self.known_memory(node, inside, bound),
            (_, Some(declared)) => self.kept(node, inside, declared),
            (None, None) => {
                let (at, memory) = (self.graph.node(node).span, self.memory_name(node));
                if !self.broken[node.index()] {
                    self.broken[node.index()] = true;
                    self.suspect(node, RangeFinding::Memory { memory, at }, Vec::new());
                }
                widest
            }
        }
    }

    /// The name of the memory, as it is written: `fold(name …`.
    fn memory_name(&self, node: NodeId) -> String {
        let text = self.text_of(self.graph.node(node).span);
        let name = text.split_once('(').map_or("", |(_, rest)| rest).trim_start();
        name.chars().take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '`')).collect::<String>().replace('`', "")
    }

    /// Visits the body with a memory whose bounds are known.
    fn known_memory(&mut self, node: NodeId, inside: LoopId, bound: Type) -> Type {
        self.memories.insert(inside, bound.clone());
        self.inside(node, inside);
        self.memories.remove(&inside);
        bound
    }

    /// Visits the body with a memory of a declared type, which start and step must fit.
    fn kept(&mut self, node: NodeId, inside: LoopId, declared: Type) -> Type {
        let it = self.graph.loop_of(inside).clone();
        let done = self.known_memory(node, inside, declared.clone());
        let name = self.memory_name(node);
        let at = it.memory.as_ref().map(|(_, at)| *at);
        for part in [it.start, it.body].into_iter().flatten() {
            let here = self.graph.node(part).span;
            self.fits(part, &declared, &format!("the memory `{name}`"), at.unwrap_or(here));
        }
        done
    }

    /// What a step does to the memory, seen without knowing what the memory can be.
    fn tried(&mut self, node: NodeId, inside: LoopId, widest: &Type, body: NodeId) -> Option<Change> {
        let (suspects, broken) = (self.suspects.len(), self.broken.clone());
        self.memories.insert(inside, widest.clone());
        self.trying = true;
        self.inside(node, inside);
        self.trying = false;
        self.memories.remove(&inside);
        let mut steps = MOST_STEPS;
        let change = self.change(body, inside, &mut steps);
        self.suspects.truncate(suspects);
        self.broken = broken;
        change
    }

    fn change(&self, node: NodeId, inside: LoopId, steps: &mut u32) -> Option<Change> {
        *steps = steps.checked_sub(1)?;
        if !self.needs(node, inside, steps)? {
            let Type::Scalar(scalar) = self.ty(node) else { return None };
            return Some(Change { grows: None, resets: Some((scalar.lo, scalar.hi)) });
        }
        match &self.graph.node(node).kind {
            NodeKind::Memory(of) if *of == inside => Some(Change { grows: Some((0, 0)), resets: None }),
            NodeKind::Local(local) => self.change(self.graph.local(*local).value, inside, steps),
            NodeKind::Define(inner) => self.change(*inner, inside, steps),
            NodeKind::If { then, otherwise, .. } => {
                let (one, other) = (self.change(*then, inside, steps)?, self.change(*otherwise, inside, steps)?);
                Some(Change { grows: either(one.grows, other.grows), resets: either(one.resets, other.resets) })
            }
            NodeKind::Add(left, right) => {
                let (memory, more) = if self.needs(*left, inside, steps)? { (*left, *right) } else { (*right, *left) };
                self.changed_by(memory, more, inside, steps, intervals::add)
            }
            NodeKind::Subtract(left, right) => self.changed_by(*left, *right, inside, steps, intervals::subtract),
            NodeKind::Quantify(Quantifier::Fold, inner) => {
                let it = self.graph.loop_of(*inner);
                let (start, body, count) = (self.change(it.start?, inside, steps)?, it.body?, self.count_of(it.list).1);
                if self.needs(body, inside, steps)? {
                    return None;
                }
                let step = self.change(body, *inner, steps)?;
                let grown = |from: Range| reached(from, Change { resets: None, ..step }, count);
                let anew = match step.resets {
                    Some(resets) => Some(reached(resets, Change { resets: None, ..step }, count)?),
                    None => None,
                };
                let grows = start.grows.map_or(Some(None), |grows| grown(grows).map(Some))?;
                let resets = start.resets.map_or(Some(None), |resets| grown(resets).map(Some))?;
                Some(Change { grows, resets: either(resets, anew) })
            }
            _ => None,
        }
    }

    fn changed_by(
        &self,
        memory: NodeId,
        more: NodeId,
        inside: LoopId,
        steps: &mut u32,
        with: fn(Range, Range) -> Option<Range>,
    ) -> Option<Change> {
        if self.needs(more, inside, steps)? {
            return None;
        }
        let change = self.change(memory, inside, steps)?;
        let more = self.range(more);
        let moved = |range: Option<Range>| range.map_or(Some(None), |range| with(range, more).map(Some));
        Some(Change { grows: moved(change.grows)?, resets: moved(change.resets)? })
    }

    /// Whether a node depends on the memory of a loop. `None` when that takes too long to say.
    fn needs(&self, node: NodeId, inside: LoopId, steps: &mut u32) -> Option<bool> {
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            *steps = steps.checked_sub(1)?;
            match &self.graph.node(node).kind {
                NodeKind::Memory(of) if *of == inside => return Some(true),
                NodeKind::Local(local) => open.push(self.graph.local(*local).value),
                NodeKind::Quantify(_, of) => {
                    let it = self.graph.loop_of(*of);
                    open.extend([Some(it.list), it.start, it.filter, it.body].into_iter().flatten());
                }
                other => open.extend(other.operands()),
            }
        }
        Some(false)
    }
}

/// How many nodes are looked at to see what a step does to a memory.
const MOST_STEPS: u32 = 100_000;

fn either(one: Option<Range>, other: Option<Range>) -> Option<Range> {
    match (one, other) {
        (Some(one), Some(other)) => Some(hull(one, other)),
        (one, other) => one.or(other),
    }
}

/// What a memory can be after up to `count` steps.
fn reached(start: Range, change: Change, count: i128) -> Option<Range> {
    let from = change.resets.map_or(start, |resets| hull(start, resets));
    let (down, up) = change.grows.unwrap_or((0, 0));
    let lo = from.0.checked_add(down.min(0).checked_mul(count)?)?;
    let hi = from.1.checked_add(up.max(0).checked_mul(count)?)?;
    Some((lo, hi))
}
