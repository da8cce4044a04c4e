//! Records that keep what always holds of them: where the search for an input begins.
//!
//! One is looked for of each record that something holds of, those within before those around them, by the relations alone. Where one was found
//! it is known that there is such a record at all.

use std::sync::Arc;

use axtrace_runtime::meta::{ProgramMeta, RelationOwner};
use axtrace_runtime::types::{RecordId, Type};
use axtrace_runtime::value::Value;

use super::defaults::Defaults;
use super::logic::FormulaId;
use super::meter::{Meter, replay_options};
use super::model::Model;
use super::search::search_from;
use crate::graph::{Body, Graph, NodeId, NodeKind};
use crate::interpret::broken_relation;

/// The steps that looking for all records of a program may take.
const STEPS: u64 = 4_000_000;
/// The steps that reading a node as formulas is counted as.
const READING: u64 = 64;
/// How often the first relation that is broken is mended.
const TURNS: u32 = 8;
/// The rounds of a search.
const ROUNDS: u32 = 4;

/// By record: one that keeps all relations, its own and those of the records in it.
#[derive(Debug, Clone, Default)]
pub struct Seeds(Vec<Option<Value>>);

impl Seeds {
    /// The records of a program.
    pub fn of(program: &ProgramMeta, graphs: &[Graph]) -> Self {
        if !program.relations.iter().any(|relation| matches!(relation.owner, RelationOwner::Record(_))) {
            return Self::default();
        }
        let mut seeds = Self(vec![None; program.types.records.len()]);
        let mut left = STEPS;
        for id in inner_first(program) {
            let meter = Meter::new(left, Arc::new(seeds));
            let found = seed(program, graphs, id, &meter);
            (left, seeds) = meter.into_parts();
            if let Some(place) = seeds.0.get_mut(id.0 as usize) {
                *place = found;
            }
        }
        seeds
    }

    /// The one of a record.
    pub fn get(&self, id: RecordId) -> Option<&Value> {
        self.0.get(id.0 as usize)?.as_ref()
    }

    /// Whether there is known to be a value of a type that keeps all relations.
    pub fn there_is_one(&self, ty: &Type) -> bool {
        match ty {
            Type::Optional(_) => true,
            Type::Record(id) => self.get(*id).is_some(),
            _ => false,
        }
    }
}

/// All records, each after those that are in it.
fn inner_first(program: &ProgramMeta) -> Vec<RecordId> {
    let records = &program.types.records;
    let (mut order, mut seen) = (Vec::with_capacity(records.len()), vec![false; records.len()]);
    for first in 0..records.len() {
        // What is open, and which of its fields comes next.
        let mut open = if std::mem::replace(&mut seen[first], true) { Vec::new() } else { vec![(first, 0)] };
        while let Some((place, field)) = open.pop() {
            let Some(ty) = records[place].fields.get(field).map(|field| &field.ty) else {
                order.push(RecordId(place as u32));
                continue;
            };
            open.push((place, field + 1));
            if let Some(RecordId(inner)) = ty.record_within()
                && !std::mem::replace(&mut seen[inner as usize], true)
            {
                open.push((inner as usize, 0));
            }
        }
    }
    order
}

/// A record that keeps everything; `None` if none was found.
fn seed(program: &ProgramMeta, graphs: &[Graph], id: RecordId, meter: &Meter) -> Option<Value> {
    let ty = Type::Record(id);
    let mut value = Defaults { types: &program.types, zone: program.zones.first(), seeds: meter.seeds() }.of(&ty)?;
    let broken = |value: &Value| broken_relation(program, graphs, value, &ty, replay_options()).ok();
    let own: Vec<usize> = program.relations_of(RelationOwner::Record(id)).map(|(place, _)| place).collect();
    for _ in 0..TURNS {
        let Some(broken) = broken(&value)? else { return Some(value) };
        let relation = own.iter().find(|place| **place == broken.relation)?;
        value = mended(program, graphs, &own, *relation, &value, meter)?;
    }
    broken(&value)?.is_none().then_some(value)
}

/// The record with one relation kept, and, if that can be had, all of them.
fn mended(program: &ProgramMeta, graphs: &[Graph], own: &[usize], relation: usize, value: &Value, meter: &Meter) -> Option<Value> {
    let Value::Record(fields) = value else { return None };
    let graph = graphs.get(program.relations[relation].decision.index())?;
    if !meter.take(READING * graph.nodes.len() as u64) {
        return None;
    }
    let model = Model::read(graph, &program.types);
    let wishes: [FormulaId; 1] = [model.condition(condition(graph)?)];
    let keeps = |fields: &[Value], place: usize| {
        let relation = &program.relations[place];
        let run = meter.decide(program, graphs, relation.decision, fields).ok();
        run.and_then(|run| relation.verdict(run.outcome.value)).is_some_and(|verdict| verdict.is_ok())
    };
    let search = |test: &mut dyn FnMut(&[Value]) -> bool| {
        search_from(fields.to_vec(), program, graphs, &model, meter, &wishes, ROUNDS, test).map(|fields| Value::Record(fields.into()))
    };
    search(&mut |fields| own.iter().all(|place| keeps(fields, *place))).or_else(|| search(&mut |fields| keeps(fields, relation)))
}

/// The condition of a relation, whose decision may give the reason where it is false.
fn condition(graph: &Graph) -> Option<NodeId> {
    let Body::Expression(node) = graph.body else { return None };
    match graph.node(node).kind {
        NodeKind::If { condition, .. } if graph.meta.gives.is_optional() => Some(condition),
        _ => Some(node),
    }
}
