//! What always holds, written out where it is known or promised.

use std::collections::HashMap;

use axtrace_runtime::meta::{DecisionId, RelationOwner};
use axtrace_runtime::types::Type;

use super::{Bound, Expander, MAX_NODES};
use crate::graph::{Kept, Known, Local, LocalId, LoopId, NodeId, NodeKind, Promise};
use crate::hir::{self, Body};

/// How many relations of the records in an input, or in the element of a loop, are written out.
const MOST_KNOWN: usize = 1_000;
/// How many nodes a decision may have for relations of the elements of a further loop to be written out.
const MOST_BEFORE: usize = MAX_NODES / 4;

impl Expander<'_> {
    /// Takes the relations of the parameters, and of the records in them, to be known.
    pub(super) fn assume_relations(&mut self, decision: &hir::Decision) {
        if self.program.relations.is_empty() {
            return;
        }
        let mut known = Vec::new();
        for (place, param) in decision.params.iter().enumerate() {
            if !self.is_related(&param.ty) {
                continue;
            }
            let input = self.node(NodeKind::Input(place as u32), param.ty.clone(), param.span);
            self.assume_of(input, &param.ty, None, &mut known);
        }
        self.graph.always = known;
        for relation in self.relations_of(RelationOwner::Decision(decision.id)) {
            let bound = (0..decision.params.len()).map(|place| Some(Bound::Input(place as u32))).collect();
            if let Some(condition) = self.written_out(relation, bound) {
                self.graph.always.push(condition);
            }
        }
    }

    /// Takes the relations of the element of a loop, and of the records in it, to be known. Whatever made a list, its elements keep them: those
    /// of an input were checked, and records that are built are proved to.
    pub(super) fn assume_of_element(&mut self, id: LoopId) {
        let Type::List { element, .. } = self.graph.node(self.graph.loop_of(id).list).ty.clone() else { return };
        if self.relation.is_some() || !self.is_related(&element) || self.graph.nodes.len() > MOST_BEFORE {
            return;
        }
        let (inside, at) = (self.inside.replace(id), std::mem::replace(&mut self.known, Known::Element(id)));
        let span = self.graph.node(self.graph.loop_of(id).list).span;
        let node = self.node(NodeKind::Element(id), (*element).clone(), span);
        let mut known = Vec::new();
        self.assume_of(node, &element, None, &mut known);
        (self.inside, self.known) = (inside, at);
        self.graph.loops[id.index()].known = known;
    }

    /// Notes what a record keeps that comes from elsewhere: another decision decided it, or it was found in a list. Whoever built it proved that.
    pub(super) fn keeps(&mut self, node: NodeId) {
        let at = self.graph.node(node);
        let (ty, span) = (at.ty.clone(), at.span);
        if self.relation.is_some() || !self.is_related(&ty) || self.graph.nodes.len() > MOST_BEFORE {
            return;
        }
        let (inside, name) = (self.inside, String::new());
        let local = Local { name, value: node, is_let: false, site: None, slot: None, inside, known: Known::Evaluated, span };
        self.graph.locals.push(local);
        let local = LocalId(self.graph.locals.len() as u32 - 1);
        let value = self.node(NodeKind::Local(local), ty.clone(), span);
        let mut known = Vec::new();
        self.assume_of(value, &ty, None, &mut known);
        self.graph.kept.push(Kept { node, known, inside });
    }

    fn relations_of(&self, owner: RelationOwner) -> Vec<usize> {
        self.related.owners.get(&owner).cloned().unwrap_or_default()
    }

    fn is_related(&self, ty: &Type) -> bool {
        matches!(ty.required(), Type::Record(id) if self.related.records[id.0 as usize])
    }

    /// Takes the relations of the records in a value to be known, where `given` holds.
    fn assume_of(&mut self, value: NodeId, ty: &Type, given: Option<NodeId>, known: &mut Vec<NodeId>) {
        if known.len() >= MOST_KNOWN {
            return;
        }
        match ty {
            Type::Optional(inner) => {
                let span = self.graph.node(value).span;
                let there = self.node(NodeKind::IsGiven(value), Type::Boolean, span);
                let there = match given {
                    Some(given) => self.node(NodeKind::And(vec![given, there]), Type::Boolean, span),
                    None => there,
                };
                let inside = self.node(NodeKind::Unwrap(value), (**inner).clone(), span);
                self.assume_of(inside, inner, Some(there), known);
            }
            Type::Record(id) => {
                let fields = self.program.types.record(*id).fields.clone();
                let inside: Vec<usize> = (0..fields.len()).filter(|place| self.is_related(&fields[*place].ty)).collect();
                for place in inside {
                    let field = &fields[place];
                    let part = self.node(NodeKind::Field(value, place as u32), field.ty.clone(), field.span);
                    self.assume_of(part, &field.ty, given, known);
                }
                for relation in self.relations_of(RelationOwner::Record(*id)) {
                    known.extend(self.known_of_record(value, relation, given));
                }
            }
            _ => {}
        }
    }

    fn known_of_record(&mut self, record: NodeId, relation: usize, given: Option<NodeId>) -> Option<NodeId> {
        let Type::Record(id) = self.graph.node(record).ty else { return None };
        let fields = self.program.types.record(id).fields.clone();
        let field = |this: &mut Self, (place, field): (usize, &axtrace_runtime::types::FieldType)| {
            Some(Bound::Copy(this.node(NodeKind::Field(record, place as u32), field.ty.clone(), field.span)))
        };
        let bound = fields.iter().enumerate().map(|it| field(self, it)).collect();
        let condition = self.written_out(relation, bound)?;
        Some(match given {
            None => condition,
            Some(given) => {
                let span = self.graph.node(condition).span;
                let missing = self.node(NodeKind::Not(given), Type::Boolean, span);
                self.node(NodeKind::Or(vec![missing, condition]), Type::Boolean, span)
            }
        })
    }

    /// Notes what a record that is made must keep.
    pub(super) fn promise_record(&mut self, node: NodeId) {
        if self.program.relations.is_empty() || self.relation.is_some() {
            return;
        }
        let (NodeKind::MakeRecord(parts), Type::Record(id)) = (self.graph.node(node).kind.clone(), self.graph.node(node).ty.clone()) else {
            return;
        };
        self.promise(node, RelationOwner::Record(id), &parts);
    }

    /// Notes what the arguments of a decision must keep.
    pub(super) fn promise_arguments(&mut self, node: NodeId, decision: DecisionId, arguments: &[NodeId]) {
        if self.relation.is_none() {
            self.promise(node, RelationOwner::Decision(decision), arguments);
        }
    }

    fn promise(&mut self, node: NodeId, owner: RelationOwner, parts: &[NodeId]) {
        for relation in self.relations_of(owner) {
            let bound = parts.iter().map(|part| Some(Bound::Copy(*part))).collect();
            let condition = self.written_out(relation, bound);
            self.graph.promises.push(Promise { node, relation, condition, path: None });
        }
    }

    /// A relation over what its variables stand for; nothing of it is recorded. `None` of what is no relation.
    fn written_out(&mut self, relation: usize, mut bound: Vec<Option<Bound>>) -> Option<NodeId> {
        let decision = self.program.relations[relation].decision;
        let hir::Decision { body: Body::Expression(body), gives, vars, .. } = &self.program.decisions[decision.index()] else {
            return None;
        };
        let condition = match &body.kind {
            // Where it does not hold stands the reason.
            hir::ExprKind::If(parts) if gives.0 != Type::Boolean => &parts[0],
            _ => body,
        };
        bound.resize(vars.len(), None);
        let outer = std::mem::replace(&mut self.bound, bound);
        let (relation, quiet, parent) = (self.relation.replace(decision), std::mem::replace(&mut self.quiet, true), self.parent.take());
        let expanding = std::mem::take(&mut self.expanding);
        let node = self.expr(condition, None);
        (self.relation, self.quiet, self.parent, self.expanding) = (relation, quiet, parent, expanding);
        self.bound = outer;
        Some(node)
    }
}

/// The relations of a program, and what they concern.
pub(super) struct Related {
    /// By record: whether a relation holds of it, or of a record in it.
    records: Vec<bool>,
    /// The places of relations, by what they relate.
    owners: HashMap<RelationOwner, Vec<usize>>,
}

/// Finds which records have relations.
pub(super) fn related(program: &hir::Program) -> Related {
    let records = &program.types.records;
    let mut related = Related { records: vec![false; records.len()], owners: HashMap::new() };
    let mut open = Vec::new();
    for (place, relation) in program.relations.iter().enumerate() {
        related.owners.entry(relation.owner).or_default().push(place);
        if let RelationOwner::Record(id) = relation.owner {
            open.push(id.0 as usize);
        }
    }
    let mut holders: Vec<Vec<usize>> = vec![Vec::new(); records.len()];
    for (place, record) in records.iter().enumerate() {
        for field in &record.fields {
            if let Type::Record(inner) = field.ty.required() {
                holders[inner.0 as usize].push(place);
            }
        }
    }
    while let Some(place) = open.pop() {
        if !std::mem::replace(&mut related.records[place], true) {
            open.extend(&holders[place]);
        }
    }
    related
}
