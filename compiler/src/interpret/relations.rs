//! What always holds: checked of every input and of every record that is made, before anything relies on it.

use axtrace_runtime::meta::RelationOwner;
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use super::eval::{Activation, Machine};
use super::record::Place;
use super::{Fault, FaultKind};
use crate::graph::{Body, Graph, Node, NodeId, NodeKind};

impl<'p> Machine<'p> {
    /// Checks the relations of the records in an input, those within first, and then those of the decision.
    pub(super) fn check_relations(&mut self, graph: &'p Graph, input: &[Value]) -> Result<(), Fault> {
        let program = self.program;
        if program.relations.is_empty() {
            return Ok(());
        }
        let fault = |relation| Fault { decision: graph.id, node: None, kind: FaultKind::Relation { relation } };
        for (value, param) in input.iter().zip(&graph.meta.params) {
            if let Some(relation) = self.broken_in(value, &param.ty)? {
                return Err(fault(relation));
            }
        }
        match self.broken(RelationOwner::Decision(graph.id), input)? {
            Some(relation) => Err(fault(relation)),
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
            Some(relation) => Err(act.fault(id, FaultKind::Relation { relation })),
            None => Ok(()),
        }
    }

    /// The first relation that a value does not keep.
    pub(super) fn broken_in(&mut self, value: &Value, ty: &Type) -> Result<Option<usize>, Fault> {
        let program = self.program;
        match (value, ty.required()) {
            (Value::Record(parts), Type::Record(id)) => {
                for (part, field) in parts.iter().zip(&program.types.record(*id).fields) {
                    if let Some(relation) = self.broken_in(part, &field.ty)? {
                        return Ok(Some(relation));
                    }
                }
                self.broken(RelationOwner::Record(*id), parts)
            }
            (Value::List(elements), Type::List { element, .. }) => {
                for value in elements.iter() {
                    if let Some(relation) = self.broken_in(value, element)? {
                        return Ok(Some(relation));
                    }
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn broken(&mut self, owner: RelationOwner, values: &[Value]) -> Result<Option<usize>, Fault> {
        let program = self.program;
        for (place, relation) in program.relations_of(owner) {
            let graph = self.graph(relation.decision)?;
            if !self.relation_holds(graph, values)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Whether a relation holds. It leaves nothing in the recording.
    fn relation_holds(&mut self, graph: &'p Graph, values: &[Value]) -> Result<bool, Fault> {
        let Body::Expression(node) = graph.body else {
            return Err(Fault { decision: graph.id, node: None, kind: FaultKind::Malformed("a relation") });
        };
        let on = std::mem::replace(&mut self.recorder.on, false);
        let obligations = self.obligations(graph);
        let holds = self.boolean(&mut Activation::new(graph, values, Place::Top, obligations), node);
        self.recorder.on = on;
        holds
    }
}
