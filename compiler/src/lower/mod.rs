//! Turns a decision graph into code, choosing an order of evaluation.
//!
//! On arrival every bound of a type is proved and every read of an optional is safe where the source evaluates it. On leaving, the function
//! decides one row and records everything; what a level does not store is left out by emission.
//!
//! Whatever is cheap and pure is evaluated at once, without branches, even if the source may not evaluate it: `and` and `or` are those of
//! flags, `if` and the choice of an outcome are selects, and the bits of what was not evaluated are masked out (`pattern`). That is harmless, since
//! pure instructions are total and slots of what was not evaluated mean nothing. Loops, calls and helpers stand behind branches, unless they are
//! needed anyway (`cost`). A local is evaluated where it is first needed; where that may or may not have happened, a flag says so (`state`).
//! What the body of a loop uses from outside of it is evaluated before it.

mod arithmetic;
mod compare;
mod constants;
mod cost;
mod expression;
mod first;
mod functions;
mod listed;
mod loops;
mod operand;
mod outcome;
mod pattern;
mod policy;
mod quotients;
mod rules;
mod state;
mod tables;

use std::collections::HashMap;

use axtrace_runtime::layout::Shape;
use axtrace_runtime::memory::MemoryError;
use axtrace_runtime::meta::{FrameId, ProgramMeta, SiteId, SlotId};
use axtrace_runtime::types::Type;

use crate::graph::{Body, Graph, LoopId, Node, NodeId};
use crate::mir::{Base, Builder, Function, Keep, Module, Storage, Value, Width};
use constants::{Constants, Plans};
use operand::{Operand, leaves, widths};
use pattern::Pattern;
use state::State;

/// Code for all decisions of a program.
///
/// # Errors
/// When the constants of the program take more than a handle can reach.
pub fn lower(meta: &ProgramMeta, graphs: &[Graph]) -> Result<Module, MemoryError> {
    let (mut constants, mut plans) = (Constants::new(meta.constants.clone()), Plans::default());
    let mut functions = Vec::with_capacity(graphs.len());
    for graph in graphs {
        functions.push(lower_graph(meta, graphs, graph, &mut constants, &mut plans)?);
    }
    let (constants, listed) = constants.finish();
    Ok(Module { functions, constants, listed, plans: plans.finish() })
}

fn lower_graph(
    meta: &ProgramMeta,
    graphs: &[Graph],
    graph: &Graph,
    constants: &mut Constants,
    plans: &mut Plans,
) -> Result<Function, MemoryError> {
    let mut pass = Lower {
        meta,
        graphs,
        graph,
        constants,
        plans,
        b: Builder::new(graph.id, graph.meta.qualified_name()),
        state: State::default(),
        frames: HashMap::from([(FrameId(0), Base::Frame)]),
        elements: HashMap::new(),
        memories: HashMap::new(),
        conditional: 0,
        inside: None,
        failed: None,
    };
    pass.body();
    match pass.failed {
        Some(error) => Err(error),
        None => Ok(pass.b.finish()),
    }
}

struct Lower<'g, 'c> {
    meta: &'g ProgramMeta,
    graphs: &'g [Graph],
    graph: &'g Graph,
    constants: &'c mut Constants,
    plans: &'c mut Plans,
    b: Builder,
    state: State<'g>,
    /// Where the frames of the loops around are.
    frames: HashMap<FrameId, Base>,
    /// The current elements of the loops around.
    elements: HashMap<LoopId, Current<'g>>,
    /// The memories of the folds around, before the current element.
    memories: HashMap<LoopId, Vec<Value>>,
    /// How many conditions stand between what is evaluated and the element (or row) it belongs to.
    conditional: u32,
    /// The innermost loop around.
    inside: Option<LoopId>,
    failed: Option<MemoryError>,
}

/// The current element of a loop.
struct Current<'g> {
    element: Operand<'g>,
    address: Value,
    /// From 0.
    place: Value,
}

/// A value, and what the sites that its evaluation passed are set to.
#[derive(Debug, Clone)]
struct Evaluated<'g> {
    operand: Operand<'g>,
    pattern: Pattern,
}

impl<'g> Evaluated<'g> {
    fn one(value: Value, pattern: Pattern) -> Self {
        Self { operand: Operand::Leaves(vec![value]), pattern }
    }
}

impl<'g> Lower<'g, '_> {
    fn body(&mut self) {
        let mut pattern = match &self.graph.body {
            Body::Expression(node) => self.whole_expression(*node),
            Body::Rules(rules) => self.rules(rules),
        };
        let words = pattern.take(FrameId(0));
        self.store_bits(FrameId(0), words);
    }

    fn node(&self, id: NodeId) -> &'g Node {
        self.graph.node(id)
    }

    fn ty(&self, id: NodeId) -> &'g Type {
        &self.graph.node(id).ty
    }

    fn widths(&self, ty: &Type) -> Vec<Width> {
        widths(ty, &self.meta.types)
    }

    /// The leaves of a value, read from memory if they are there.
    fn leaves(&mut self, operand: &Operand<'g>) -> Vec<Value> {
        match operand {
            Operand::Leaves(values) => values.clone(),
            Operand::Place(base, at, shape) => {
                leaves(shape).into_iter().map(|(offset, storage, width)| self.b.load(*base, at + offset, storage, width)).collect()
            }
        }
    }

    /// The only leaf of a value.
    fn leaf(&mut self, operand: &Operand<'g>) -> Value {
        let found = self.leaves(operand).first().copied();
        found.unwrap_or_else(|| self.b.word(0))
    }

    /// Leaves in the widths of a type.
    fn fit_leaves(&mut self, values: &[Value], ty: &Type) -> Vec<Value> {
        let widths = self.widths(ty);
        values.iter().zip(widths).map(|(value, width)| self.b.fit(*value, width)).collect()
    }

    /// Zeros for a type.
    fn zeros(&mut self, ty: &Type) -> Vec<Value> {
        self.widths(ty).into_iter().map(|width| self.b.constant(0, width)).collect()
    }

    /// The leaves of a node's value, in the widths of its type.
    fn fitted(&mut self, node: NodeId, pattern: &mut Pattern) -> Vec<Value> {
        let done = self.evaluate(node);
        pattern.add(done.pattern);
        let values = self.leaves(&done.operand);
        self.fit_leaves(&values, self.ty(node))
    }

    /// The only leaf of a node's value.
    fn single(&mut self, node: NodeId, pattern: &mut Pattern) -> Value {
        let done = self.evaluate(node);
        pattern.add(done.pattern);
        self.leaf(&done.operand)
    }

    /// Writes leaves as a shape says.
    fn store_leaves(&mut self, base: Base, at: u32, shape: &Shape, values: &[Value], keep: Keep) {
        for ((offset, storage, width), value) in leaves(shape).into_iter().zip(values) {
            let value = self.b.fit(*value, width);
            self.b.store(base, at + offset, storage, value, keep);
        }
    }

    fn frame_base(&self, frame: FrameId) -> Base {
        self.frames.get(&frame).copied().unwrap_or(Base::Frame)
    }

    fn store_slot(&mut self, slot: SlotId, operand: &Operand<'g>) {
        let (offset, shape) = &self.graph.meta.frames[slot.frame.index()].layout.members[slot.index as usize];
        let values = self.leaves(operand);
        self.store_leaves(self.frame_base(slot.frame), *offset, shape, &values, Keep::Slot(slot));
    }

    /// Stores the words of a frame. Those that nothing was united with are 0.
    fn store_bits(&mut self, frame: FrameId, pattern: Pattern) {
        let meta = &self.graph.meta.frames[frame.index()];
        let (bytes, base) = (meta.bit_bytes(), self.frame_base(frame));
        let words: HashMap<u32, Value> = pattern.finish(&mut self.b).into_iter().map(|((_, byte), value)| (byte, value)).collect();
        for byte in (0..bytes).step_by(8) {
            let word = words.get(&byte).copied();
            let word = word.unwrap_or_else(|| self.b.word(0));
            let storage = Storage { bytes: bytes.min(8) as u8, signed: false };
            self.b.store(base, byte, storage, word, Keep::Bits(frame, byte));
        }
    }

    /// What a site is set to that is evaluated: 1, plus the value of a boolean.
    fn site_pattern(&self, site: SiteId, ty: &Type, operand: &Operand<'g>) -> Pattern {
        let flag = match (ty, operand) {
            (Type::Boolean, Operand::Leaves(values)) => values.first().copied(),
            _ => None,
        };
        Pattern::site(&self.graph.meta, site, 1, 1, flag)
    }

    /// How an element of a list is stored.
    fn element_of(&self, ty: &Type) -> Shape {
        Shape::element(ty, &self.meta.types)
    }

    /// The handle of something in scratch, of its offset and length.
    fn scratch_handle(&mut self, offset: Value, length: Value) -> Value {
        use crate::mir::Binary::{Or, ShiftLeft};
        let (bits, space) = (self.b.word(30), self.b.word((2u64 << 62) as i64));
        let shifted = self.b.binary(ShiftLeft, offset, bits);
        let handle = self.b.binary(Or, shifted, space);
        self.b.binary(Or, handle, length)
    }
}
