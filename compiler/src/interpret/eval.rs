//! Walks the nodes of a graph, in the order of the source, and records what becomes of them.

use std::collections::HashMap;
use std::sync::Arc;

use axtrace_runtime::layout::Space;
use axtrace_runtime::memory::{MemoryError, write_value};
use axtrace_runtime::meta::{DecisionId, DecisionMeta, ProgramMeta, RelationOwner, RuleState, SiteId, SlotId};
use axtrace_runtime::trace::Level;
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use super::record::{Place, Recorder};
use super::{Fault, FaultKind, Observation, Options, OutcomeValue, Recording, RuleOutcome, Run, stack, values};
use crate::graph::{Body, Graph, LocalId, LoopId, Node, NodeId, NodeKind};

/// The state of an interpretation: limits, and the recording so far.
pub(super) struct Machine<'p> {
    pub(super) program: &'p ProgramMeta,
    graphs: &'p [Graph],
    pub(super) options: Options,
    steps: u64,
    level: u32,
    /// What each decision that was reached is obliged to.
    obligations: HashMap<DecisionId, Arc<[Due<'p>]>>,
    /// The places of the relations of each owner, once somebody asked.
    relations: Option<Arc<Owners>>,
    pub(super) recorder: Recorder<'p>,
}

/// The places of relations in the program, by what they relate.
pub(super) type Owners = HashMap<RelationOwner, Vec<usize>>;

/// The node at which something is asked, the node it is asked of, and the type that its value must fit.
type Due<'p> = (NodeId, NodeId, &'p Type);

/// One decision being evaluated on one input.
pub(super) struct Activation<'p> {
    pub(super) graph: &'p Graph,
    input: &'p [Value],
    /// Where the current frame of each frame id lies.
    pub(super) frames: Vec<Place>,
    /// The current element of each loop, and its place, from 1.
    elements: Vec<Option<(Value, u32)>>,
    /// The memory of each `fold`.
    memories: Vec<Option<Value>>,
    locals: Vec<Option<Value>>,
    /// Ordered by node.
    obligations: Arc<[Due<'p>]>,
    /// The conditions of groups that were evaluated.
    pub(super) groups: Vec<Option<bool>>,
}

/// What the rules of a decision, or its expression, gave.
pub(super) struct Decided {
    pub(super) states: Vec<RuleState>,
    pub(super) outcomes: Vec<RuleOutcome>,
    pub(super) outcome: Option<OutcomeValue>,
}

/// Whether the rules of the decision that was asked for must decide; those of called decisions always must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    Outcome,
    Nothing,
}

impl<'p> Machine<'p> {
    /// Counts steps that are no evaluations of nodes.
    pub(super) const fn count(&mut self, steps: u64) {
        self.steps = self.steps.saturating_add(steps);
    }

    /// How many steps were taken.
    pub(super) const fn steps(&self) -> u64 {
        self.steps
    }

    pub(super) fn new(program: &'p ProgramMeta, graphs: &'p [Graph], options: Options) -> Self {
        let recorder = Recorder::new(options.level != Level::None, options.bytes, &program.types);
        Self { program, graphs, options, steps: 0, level: 0, obligations: HashMap::new(), relations: None, recorder }
    }

    /// The places of all relations, by what they relate.
    pub(super) fn relations(&mut self) -> Arc<Owners> {
        if let Some(known) = &self.relations {
            return Arc::clone(known);
        }
        let mut owners = Owners::new();
        for (place, relation) in self.program.relations.iter().enumerate() {
            owners.entry(relation.owner).or_default().push(place);
        }
        self.count(self.program.relations.len() as u64);
        Arc::clone(self.relations.insert(Arc::new(owners)))
    }

    pub(super) fn decide(&mut self, decision: DecisionId, input: &[Value]) -> Result<Run, Fault> {
        let decided = self.top(decision, input, Demand::Outcome)?;
        let outcome = decided.outcome.ok_or(Fault { decision, node: None, kind: FaultKind::NoRule })?;
        let row = self.outcome_row(decision, &outcome)?;
        let (frame, scratch) = (std::mem::take(&mut self.recorder.top), std::mem::take(&mut self.recorder.scratch));
        let recording = Recording { outcome: row, frame, scratch };
        Ok(Run { outcome, states: decided.states, recording })
    }

    pub(super) fn observe(mut self, decision: DecisionId, input: &[Value]) -> Result<Observation, Fault> {
        let decided = self.top(decision, input, Demand::Nothing)?;
        let row = match decided.outcomes.first() {
            Some(first) => self.outcome_row(decision, &first.outcome)?,
            None => vec![0; self.graph(decision)?.meta.outcome.size as usize],
        };
        let recording = Recording { outcome: row, frame: self.recorder.top, scratch: self.recorder.scratch };
        Ok(Observation { states: decided.states, outcomes: decided.outcomes, recording })
    }

    fn top(&mut self, decision: DecisionId, input: &[Value], demand: Demand) -> Result<Decided, Fault> {
        let graph = self.graph(decision)?;
        if self.recorder.on {
            self.recorder.top = vec![0; graph.meta.frames.first().map_or(0, |frame| frame.layout.size as usize)];
        }
        self.activate(graph, input, Place::Top, demand)
    }

    pub(super) fn graph(&self, decision: DecisionId) -> Result<&'p Graph, Fault> {
        let missing = Fault { decision, node: None, kind: FaultKind::Malformed("a decision of the program") };
        self.graphs.get(decision.index()).ok_or(missing)
    }

    /// Evaluates a decision on an input that is checked against its parameters first.
    fn activate(&mut self, graph: &'p Graph, input: &[Value], frame: Place, demand: Demand) -> Result<Decided, Fault> {
        self.count((graph.locals.len() + graph.rules().len()) as u64);
        self.check_input(graph, input)?;
        self.check_relations(graph, input)?;
        let mut act = Activation::new(graph, input, frame, self.obligations(graph));
        match &graph.body {
            Body::Expression(node) => self.expression(&mut act, *node),
            Body::Rules(rules) => self.rules(&mut act, rules, demand),
        }
    }

    pub(super) fn obligations(&mut self, graph: &'p Graph) -> Arc<[Due<'p>]> {
        let due = self.obligations.entry(graph.id).or_insert_with(|| {
            self.steps = self.steps.saturating_add(graph.obligations.len() as u64);
            // What is evaluated is asked where it is; a place that a define is called with, where the call is.
            let asked = |one: &crate::graph::Obligation| one.call.filter(|_| is_place(graph, one.node)).unwrap_or(one.node);
            let mut due: Vec<Due<'p>> = graph.obligations.iter().map(|one| (asked(one), one.node, &one.ty)).collect();
            due.sort_by_key(|(asked, ..)| *asked);
            due.into()
        });
        Arc::clone(due)
    }

    fn check_input(&self, graph: &Graph, input: &[Value]) -> Result<(), Fault> {
        let fault = |kind| Fault { decision: graph.id, node: None, kind };
        if input.len() != graph.meta.params.len() {
            return Err(fault(FaultKind::Malformed("one value for each parameter")));
        }
        let outside = input.iter().zip(&graph.meta.params).find(|(value, param)| !values::conforms(value, &param.ty, &self.program.types));
        outside.map_or(Ok(()), |(value, _)| Err(fault(FaultKind::OutOfBounds { value: value.clone() })))
    }

    fn expression(&mut self, act: &mut Activation<'_>, node: NodeId) -> Result<Decided, Fault> {
        let value = self.eval(act, node)?;
        self.check_bounds(act, node, &value, &act.graph.meta.gives)?;
        let outcome = OutcomeValue { tag: 0, value: Some(value), within: None };
        Ok(Decided { states: Vec::new(), outcomes: Vec::new(), outcome: Some(outcome) })
    }

    /// The value of a node, recorded.
    pub(super) fn eval(&mut self, act: &mut Activation<'_>, id: NodeId) -> Result<Value, Fault> {
        self.steps += 1;
        if self.steps > self.options.steps || self.level >= stack::MAX_LEVELS {
            return Err(act.fault(id, FaultKind::TooLong));
        }
        self.level += 1;
        let value = stack::at_level(self.level, || self.eval_here(act, id));
        self.level -= 1;
        value.unwrap_or_else(|| Err(act.fault(id, FaultKind::TooLong)))
    }

    fn eval_here(&mut self, act: &mut Activation<'_>, id: NodeId) -> Result<Value, Fault> {
        let node = act.graph.node(id);
        if matches!(node.kind, NodeKind::Define(_)) {
            self.check_arguments(act, id)?;
        }
        let value = self.value_of(act, id, node)?;
        if self.options.node_bounds {
            self.check_bounds(act, id, &value, &node.ty)?;
        }
        self.check_obligations(act, id, &value)?;
        self.check_promises(act, id, node, &value)?;
        self.record(act, id, node.site, node.slot, &value)?;
        Ok(value)
    }

    /// Whether a value fits the declared types that it goes into.
    fn check_obligations(&self, act: &Activation<'_>, id: NodeId, value: &Value) -> Result<(), Fault> {
        let first = act.obligations.partition_point(|(asked, ..)| *asked < id);
        let mut due = act.obligations[first..].iter().take_while(|(asked, ..)| *asked == id).filter(|(_, node, _)| *node == id);
        due.try_for_each(|(_, _, ty)| self.check_bounds(act, id, value, ty))
    }

    /// Whether the places that a define is called with fit its declared arguments. Reading them leaves nothing in the recording.
    fn check_arguments(&mut self, act: &mut Activation<'_>, id: NodeId) -> Result<(), Fault> {
        let due = Arc::clone(&act.obligations);
        let first = due.partition_point(|(asked, ..)| *asked < id);
        for (_, node, ty) in due[first..].iter().take_while(|(asked, ..)| *asked == id).filter(|(_, node, _)| *node != id) {
            let value = self.eval(act, *node)?;
            self.check_bounds(act, *node, &value, ty)?;
        }
        Ok(())
    }

    /// Dispatches to what needs more than the values of operands; everything else is an operation.
    fn value_of(&mut self, act: &mut Activation<'_>, id: NodeId, node: &Node) -> Result<Value, Fault> {
        match &node.kind {
            NodeKind::Constant(value) => Ok(value.clone()),
            NodeKind::Input(place) => act.input.get(*place as usize).cloned().ok_or_else(|| act.malformed(id, "a parameter")),
            NodeKind::Element(of) | NodeKind::Place(of) => {
                let current = act.elements[of.index()].as_ref().ok_or_else(|| act.malformed(id, "an element inside of its loop"))?;
                Ok(if matches!(node.kind, NodeKind::Place(_)) { Value::Scalar(current.1.into()) } else { current.0.clone() })
            }
            NodeKind::Memory(of) => act.memory(*of).ok_or_else(|| act.malformed(id, "a memory inside of its fold")),
            NodeKind::Local(local) => self.local(act, *local),
            NodeKind::And(parts) => self.until(act, parts, false),
            NodeKind::Or(parts) => self.until(act, parts, true),
            NodeKind::If { condition, then, otherwise } => {
                let branch = if self.boolean(act, *condition)? { then } else { otherwise };
                self.eval(act, *branch)
            }
            NodeKind::OrElse(first, second) => match self.eval(act, *first)? {
                Value::Missing => self.eval(act, *second),
                value => Ok(value),
            },
            NodeKind::Quantify(quantifier, id_of_loop) => self.quantify(act, id, *quantifier, *id_of_loop),
            NodeKind::Decide { decision, arguments, activation } => self.call(act, id, *decision, arguments, *activation),
            kind => self.operation(act, id, kind),
        }
    }

    /// The values of operands, from left to right.
    pub(super) fn eval_all(&mut self, act: &mut Activation<'_>, ids: &[NodeId]) -> Result<Vec<Value>, Fault> {
        ids.iter().map(|id| self.eval(act, *id)).collect()
    }

    pub(super) fn boolean(&mut self, act: &mut Activation<'_>, id: NodeId) -> Result<bool, Fault> {
        match self.eval(act, id)? {
            Value::Boolean(value) => Ok(value),
            _ => Err(act.malformed(id, "a boolean")),
        }
    }

    /// Evaluates conditions up to the first that is `stop`.
    fn until(&mut self, act: &mut Activation<'_>, parts: &[NodeId], stop: bool) -> Result<Value, Fault> {
        for part in parts {
            if self.boolean(act, *part)? == stop {
                return Ok(Value::Boolean(stop));
            }
        }
        Ok(Value::Boolean(!stop))
    }

    fn local(&mut self, act: &mut Activation<'_>, id: LocalId) -> Result<Value, Fault> {
        if let Some(value) = &act.locals[id.index()] {
            return Ok(value.clone());
        }
        let local = act.graph.local(id);
        let value = self.eval(act, local.value)?;
        self.record(act, local.value, local.site, local.slot, &value)?;
        act.locals[id.index()] = Some(value.clone());
        Ok(value)
    }

    /// Sets the bits of a site and stores the value in a slot.
    fn record(&mut self, act: &Activation<'_>, id: NodeId, site: Option<SiteId>, slot: Option<SlotId>, value: &Value) -> Result<(), Fault> {
        if let Some(site) = site {
            self.set_bits(act, site, if *value == Value::Boolean(true) { 2 } else { 1 });
        }
        slot.map_or(Ok(()), |slot| {
            let stored = self.recorder.set_slot(&act.graph.meta, &act.frames, slot, value);
            stored.map_err(|error| act.unstored(id, error, value))
        })
    }

    pub(super) fn set_bits(&mut self, act: &Activation<'_>, site: SiteId, bits: u8) {
        self.recorder.set_bits(&act.graph.meta, &act.frames, site, bits);
    }

    /// A decision called on arguments: its outcome, or missing when it refers.
    fn call(
        &mut self,
        act: &mut Activation<'_>,
        id: NodeId,
        decision: DecisionId,
        arguments: &[NodeId],
        activation: SlotId,
    ) -> Result<Value, Fault> {
        let input = self.eval_all(act, arguments)?;
        let callee = self.graph(decision)?;
        let layout = callee.meta.frames.first().map(|frame| &frame.layout);
        let start = layout.map_or(Ok(0), |layout| self.recorder.reserve(layout, 1)).map_err(|_| act.fault(id, FaultKind::TooLong))?;
        let decided = self.activate(callee, &input, Place::Scratch(start), Demand::Outcome)?;
        let stored = self.recorder.set_handle(&act.graph.meta, &act.frames, activation, start, 1);
        stored.map_err(|_| act.malformed(id, "a slot for the called decision"))?;
        let outcome = decided.outcome.ok_or_else(|| act.fault(id, FaultKind::NoRule))?;
        Ok(outcome.value.filter(|_| outcome.tag == 0).unwrap_or(Value::Missing))
    }

    /// Whether a value lies inside of the type that it goes into.
    pub(super) fn check_bounds(&self, act: &Activation<'_>, id: NodeId, value: &Value, ty: &Type) -> Result<(), Fault> {
        if values::conforms(value, ty, &self.program.types) {
            return Ok(());
        }
        Err(act.fault(id, FaultKind::OutOfBounds { value: value.clone() }))
    }

    /// The outcome row as native code writes it: tag, value, and how long a referral may take.
    fn outcome_row(&mut self, decision: DecisionId, outcome: &OutcomeValue) -> Result<Vec<u8>, Fault> {
        let meta = &self.graph(decision)?.meta;
        let mut row = vec![0; meta.outcome.size as usize];
        self.write_outcome(meta, outcome, &mut row).map_err(|_| {
            let kind = FaultKind::Malformed("an outcome row of tag, value and time");
            Fault { decision, node: None, kind }
        })?;
        Ok(row)
    }

    fn write_outcome(&mut self, meta: &DecisionMeta, outcome: &OutcomeValue, row: &mut [u8]) -> Result<(), MemoryError> {
        let [(tag, _), (at, shape), (within, _)] = meta.outcome.members.as_slice() else { return Err(MemoryError::Mismatch) };
        row.get_mut(*tag as usize..)
            .and_then(|cell| cell.first_chunk_mut())
            .map(|cell| *cell = outcome.tag.to_le_bytes())
            .ok_or(MemoryError::OutOfBounds)?;
        if let Some(seconds) = outcome.within {
            let seconds = i64::try_from(seconds).map_err(|_| MemoryError::Mismatch)?;
            row.get_mut(*within as usize..)
                .and_then(|cell| cell.first_chunk_mut())
                .map(|cell| *cell = seconds.to_le_bytes())
                .ok_or(MemoryError::OutOfBounds)?;
        }
        let Some(value) = &outcome.value else { return Ok(()) };
        let cell = row.get_mut(*at as usize..).ok_or(MemoryError::OutOfBounds)?;
        write_value(value, &meta.gives, shape, cell, &mut self.recorder.scratch, Space::Scratch, &self.program.types)
    }
}

impl<'p> Activation<'p> {
    pub(super) fn new(graph: &'p Graph, input: &'p [Value], frame: Place, obligations: Arc<[Due<'p>]>) -> Self {
        Self {
            graph,
            input,
            frames: vec![frame; graph.meta.frames.len()],
            elements: vec![None; graph.loops.len()],
            memories: vec![None; graph.loops.len()],
            locals: vec![None; graph.locals.len()],
            obligations,
            groups: vec![None; graph.groups.len()],
        }
    }

    /// The current element of a loop.
    pub(super) fn element(&self, id: LoopId) -> Value {
        self.elements[id.index()].as_ref().map_or(Value::Missing, |(element, _)| element.clone())
    }

    pub(super) fn memory(&self, id: LoopId) -> Option<Value> {
        self.memories[id.index()].clone()
    }

    pub(super) fn set_memory(&mut self, id: LoopId, value: Value) {
        self.memories[id.index()] = Some(value);
    }

    /// Goes on to the next element of a loop: its frame, its value and place, and no local inside of it evaluated.
    pub(super) fn enter(&mut self, id: LoopId, element: Value, place: u32, frame: Place) {
        if let Some(place) = self.frames.get_mut(self.graph.loop_of(id).frame.index()) {
            *place = frame;
        }
        self.elements[id.index()] = Some((element, place));
        for (value, local) in self.locals.iter_mut().zip(&self.graph.locals) {
            if local.inside == Some(id) {
                *value = None;
            }
        }
    }

    pub(super) fn fault(&self, node: NodeId, kind: FaultKind) -> Fault {
        Fault { decision: self.graph.id, node: Some(node), kind }
    }

    pub(super) fn malformed(&self, node: NodeId, expected: &'static str) -> Fault {
        self.fault(node, FaultKind::Malformed(expected))
    }

    /// The fault of a value that does not fit the place it is recorded in.
    fn unstored(&self, node: NodeId, error: MemoryError, value: &Value) -> Fault {
        self.fault(
            node,
            match error {
                MemoryError::TooLarge => FaultKind::TooLong,
                MemoryError::Mismatch => FaultKind::OutOfBounds { value: value.clone() },
                MemoryError::OutOfBounds | MemoryError::NoSuchValue => FaultKind::Malformed("a slot of the frame"),
            },
        )
    }
}

/// Whether a node reads a part of an input or of an element, or is a constant.
fn is_place(graph: &Graph, node: NodeId) -> bool {
    match &graph.node(node).kind {
        NodeKind::Input(_) | NodeKind::Element(_) | NodeKind::Constant(_) => true,
        NodeKind::Field(inner, _) | NodeKind::Unwrap(inner) => is_place(graph, *inner),
        _ => false,
    }
}
