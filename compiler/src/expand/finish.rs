//! Lays out rows and frames, once the bounds of every value are known.

use std::collections::HashMap;

use axtrace_runtime::layout::{Shape, Struct};
use axtrace_runtime::meta::{Operand, OperandSource, Piece, SiteKind, SlotId, Tag, TextPiece};
use axtrace_runtime::types::{Type, Types};

use crate::graph::{Graph, NodeKind};

/// Gives slots, operands and the values in texts the types of the values they hold, and lays out inputs, outcomes and frames.
pub fn finish(graph: &mut Graph, templates: &mut [Vec<Piece>], types: &Types) {
    for node in &graph.nodes {
        if let NodeKind::Text { template, values } = &node.kind {
            let pieces = templates.get_mut(*template as usize).into_iter().flatten();
            let holes = pieces.filter_map(|piece| if let Piece::Value(ty) = piece { Some(ty) } else { None });
            holes.zip(values).for_each(|(ty, value)| *ty = graph.node(*value).ty.clone());
        }
    }
    let slots = slot_types(graph);
    for (slot, ty) in &slots {
        graph.meta.frames[slot.frame.index()].slots[slot.index as usize] = ty.clone();
    }
    for site in &mut graph.meta.sites {
        site.operands.iter_mut().chain(&mut site.value).for_each(|operand| retype(operand, &slots, types));
        if let SiteKind::Loop { list, neighbours, .. } = &mut site.kind {
            retype(list, &slots, types);
            neighbours.iter_mut().for_each(|of| retype(&mut of.1, &slots, types));
        }
    }
    for rule in &mut graph.meta.rules {
        retype(&mut rule.outcome, &slots, types);
        if let Some(rows) = &mut rule.rows {
            retype(&mut rows.row, &slots, types);
        }
        for piece in rule.because.iter_mut().flatten() {
            if let TextPiece::Value(operand) = piece {
                retype(operand, &slots, types);
            }
        }
    }
    for frame in &mut graph.meta.frames {
        frame.lay_out(types);
    }
    let meta = &mut graph.meta;
    meta.input = Struct::of(meta.params.iter().map(|param| Shape::of(&param.ty, types)).collect());
    let has_within = meta.tags.iter().any(|tag| matches!(tag, Tag::Referred { within: true, .. }));
    let nothing = Shape::Record(Struct { members: Vec::new(), size: 0, align: 1 });
    let within = if has_within { Shape::Int { bytes: 8, signed: true } } else { nothing };
    let tag = Shape::Int { bytes: 2, signed: false };
    meta.outcome = Struct::of(vec![tag, Shape::of(&meta.gives, types), within]);
}

fn slot_types(graph: &Graph) -> HashMap<SlotId, Type> {
    let nodes = graph.nodes.iter().filter_map(|node| Some((node.slot?, node.ty.clone())));
    let locals = graph.locals.iter().filter_map(|local| Some((local.slot?, graph.node(local.value).ty.clone())));
    nodes.chain(locals).collect()
}

fn retype(operand: &mut Operand, slots: &HashMap<SlotId, Type>, types: &Types) {
    match &operand.source {
        OperandSource::Slot(slot) => {
            if let Some(ty) = slots.get(slot) {
                operand.ty = ty.clone();
            }
        }
        OperandSource::Part(slot, fields) => {
            if let Some(ty) = slots.get(slot) {
                operand.ty = part(ty, fields, types);
            }
        }
        _ => {}
    }
}

/// The type of a field of a field of a type.
fn part(ty: &Type, fields: &[u32], types: &Types) -> Type {
    fields.iter().fold(ty.clone(), |ty, field| match ty.required() {
        Type::Record(id) => types.record(*id).fields[*field as usize].ty.clone(),
        other => other.clone(),
    })
}
