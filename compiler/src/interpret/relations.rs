//! What always holds: checked of every input and of every record that is made, before anything relies on it.

use axtrace_runtime::meta::{ProgramMeta, RelationOwner};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use super::eval::{Activation, Machine};
use super::record::Place;
use super::{Fault, FaultKind, Options};
use crate::graph::{Body, Graph, Node, NodeId, NodeKind};

/// A relation that something does not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Place in the program's relations.
    pub relation: usize,
    /// Why it should hold, with the values that do not keep it.
    pub because: Option<String>,
}

impl From<Broken> for FaultKind {
    fn from(Broken { relation, because }: Broken) -> Self {
        Self::Relation { relation, because }
    }
}

/// Asks of one constant after the other what it does not keep, in a number of steps for all of them.
pub(crate) struct Keeping<'p>(Machine<'p>);

impl<'p> Keeping<'p> {
    /// With so many steps.
    pub fn new(program: &'p ProgramMeta, graphs: &'p [Graph], steps: u64) -> Self {
        Self(Machine::new(program, graphs, Options { steps, ..Options::default() }))
    }

    /// The first relation that a value of a type, or a record in it, does not keep.
    pub fn broken_in(&mut self, value: &Value, ty: &Type) -> Result<Option<Broken>, Fault> {
        self.0.broken_in(value, ty)
    }

    /// All relations of an owner that values do not keep.
    pub fn broken(&mut self, owner: RelationOwner, values: &[Value]) -> Result<Vec<Broken>, Fault> {
        let mut broken = Vec::new();
        for place in self.0.relations().get(&owner).into_iter().flatten() {
            broken.extend(self.0.broken_by(*place, values)?);
        }
        Ok(broken)
    }
}

impl<'p> Machine<'p> {
    /// Checks the relations of the records in an input, those within first, and then those of the decision.
    pub(super) fn check_relations(&mut self, graph: &'p Graph, input: &[Value]) -> Result<(), Fault> {
        let program = self.program;
        if program.relations.is_empty() {
            return Ok(());
        }
        let fault = |broken: Broken| Fault { decision: graph.id, node: None, kind: broken.into() };
        for (value, param) in input.iter().zip(&graph.meta.params) {
            if let Some(broken) = self.broken_in(value, &param.ty)? {
                return Err(fault(broken));
            }
        }
        match self.broken(RelationOwner::Decision(graph.id), input)? {
            Some(broken) => Err(fault(broken)),
            None => Ok(()),
        }
    }

    /// Checks the relations of a record that was made of its parts.
    pub(super) fn check_promises(&mut self, act: &Activation<'_>, id: NodeId, node: &Node, value: &Value) -> Result<(), Fault> {
        let (NodeKind::MakeRecord(_), Type::Record(record), Value::Record(parts)) = (&node.kind, &node.ty, value) else { return Ok(()) };
        if self.program.relations.is_empty() {
            return Ok(());
        }
        match self.broken(RelationOwner::Record(*record), parts)? {
            Some(broken) => Err(act.fault(id, broken.into())),
            None => Ok(()),
        }
    }

    /// The first relation that a value does not keep.
    pub(super) fn broken_in(&mut self, value: &Value, ty: &Type) -> Result<Option<Broken>, Fault> {
        let program = self.program;
        match (value, ty.required()) {
            (Value::Record(parts), Type::Record(id)) => {
                for (part, field) in parts.iter().zip(&program.types.record(*id).fields) {
                    if let Some(broken) = self.broken_in(part, &field.ty)? {
                        return Ok(Some(broken));
                    }
                }
                self.broken(RelationOwner::Record(*id), parts)
            }
            (Value::List(elements), Type::List { element, .. }) => {
                for value in elements.iter() {
                    if let Some(broken) = self.broken_in(value, element)? {
                        return Ok(Some(broken));
                    }
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn broken(&mut self, owner: RelationOwner, values: &[Value]) -> Result<Option<Broken>, Fault> {
        for place in self.relations().get(&owner).into_iter().flatten() {
            if let Some(broken) = self.broken_by(*place, values)? {
                return Ok(Some(broken));
            }
        }
        Ok(None)
    }

    /// The relation at a place, if values do not keep it.
    fn broken_by(&mut self, relation: usize, values: &[Value]) -> Result<Option<Broken>, Fault> {
        let asked = &self.program.relations[relation];
        let graph = self.graph(asked.decision)?;
        let gave = self.ask_relation(graph, values)?;
        match asked.verdict(Some(gave)) {
            Some(Ok(())) => Ok(None),
            Some(Err(because)) => Ok(Some(Broken { relation, because })),
            None => Err(Fault { decision: graph.id, node: None, kind: FaultKind::Malformed("a relation") }),
        }
    }

    /// What the decision of a relation gives. It leaves nothing in the recording.
    fn ask_relation(&mut self, graph: &'p Graph, values: &[Value]) -> Result<Value, Fault> {
        let Body::Expression(node) = graph.body else {
            return Err(Fault { decision: graph.id, node: None, kind: FaultKind::Malformed("a relation") });
        };
        let on = std::mem::replace(&mut self.recorder.on, false);
        let obligations = self.obligations(graph);
        let gave = self.eval(&mut Activation::new(graph, values, Place::Top, obligations), node);
        self.recorder.on = on;
        gave
    }
}
