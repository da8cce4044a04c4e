//! One function: the loop over rows around a body, or the body alone for one row.

use std::collections::HashMap;

use axtrace_runtime::abi::CONTEXT_SCRATCH_LEN;
use axtrace_runtime::meta::{DecisionId, DecisionMeta};
use axtrace_runtime::recording::{Stored, frame_size};
use axtrace_runtime::trace::Level;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, BlockArg, FuncRef, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, types};
use cranelift_frontend::FunctionBuilder;
use cranelift_module::FuncId;

use super::Work;
use crate::mir::{self, End, Live, Storage, Target};

/// What kind of function a body becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `(context, rows, count, outcomes, frames) -> rows completed`
    Entry,
    /// `(context, row, outcome, frame) -> 1 if completed`
    Inner,
}

/// How the fields of an input are reached.
pub trait InputAccess {
    /// Reads `storage` at an offset of the current input, as a signed word, a flag (of one byte) or a wide number.
    fn load(&self, b: &mut FunctionBuilder<'_>, offset: u32, storage: Storage, ty: ir::Type) -> ir::Value;
}

/// An input that is a row in memory.
#[derive(Debug, Clone, Copy)]
pub struct InputRow(pub ir::Value);

impl InputAccess for InputRow {
    fn load(&self, b: &mut FunctionBuilder<'_>, offset: u32, storage: Storage, ty: ir::Type) -> ir::Value {
        super::instruction::load(b, unchanging(), self.0, offset, storage, ty)
    }
}

/// Memory that code only reads, and that is there before it is known whether it is needed.
pub fn unchanging() -> MemFlagsData {
    MemFlagsData::new().with_notrap().with_readonly().with_can_move()
}

/// Memory that code writes, too.
pub fn changing() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

/// A body being emitted.
pub struct Body<'a, 'f> {
    pub b: FunctionBuilder<'f>,
    pub function: &'a mir::Function,
    pub meta: &'a DecisionMeta,
    pub stored: Stored,
    pub live: Live,
    pub context: ir::Value,
    pub input: InputRow,
    pub outcome: ir::Value,
    pub frame: ir::Value,
    pub values: Vec<Option<ir::Value>>,
    pub blocks: Vec<ir::Block>,
    pub stack: Vec<ir::StackSlot>,
    pub callees: HashMap<(DecisionId, Level), FuncRef>,
    /// Where the row is given up.
    pub cut: ir::Block,
    done: ir::Block,
}

impl Work<'_> {
    pub(super) fn body(&mut self, function: &mir::Function, level: Level, kind: Kind) {
        let meta = &self.shared.meta.decisions[function.decision.index()];
        let stored = Stored::of(meta, level);
        let live = mir::live(function, meta, &stored);
        let callees = self.callees(function, &stored);
        let config = self.shared.isa.frontend_config();
        let mut b = FunctionBuilder::new(&mut self.context.func, &mut self.builders);
        let first = b.create_block();
        b.append_block_params_for_function_params(first);
        b.switch_to_block(first);
        let params = b.block_params(first).to_vec();
        let blocks = function.blocks.iter().map(|_| b.create_block()).collect();
        let stack = function
            .stack
            .iter()
            .map(|size| b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, *size, 3)))
            .collect();
        let (cut, done) = (b.create_block(), b.create_block());
        b.set_cold_block(cut);
        let zero = b.ins().iconst(types::I64, 0);
        let mut body = Body {
            b,
            function,
            meta,
            stored,
            live,
            context: params[0],
            input: InputRow(zero),
            outcome: zero,
            frame: zero,
            values: vec![None; function.values.len()],
            blocks,
            stack,
            callees,
            cut,
            done,
        };
        match kind {
            Kind::Entry => body.rows(&params),
            Kind::Inner => body.row(&params),
        }
        body.b.seal_all_blocks();
        body.b.finalize(config);
    }

    fn callees(&mut self, function: &mir::Function, stored: &Stored) -> HashMap<(DecisionId, Level), FuncRef> {
        let mut found = HashMap::new();
        for placed in function.blocks.iter().flat_map(|block| &block.insts) {
            if let mir::Inst::Decide { decision, activation, .. } = &placed.inst {
                let key = (*decision, super::callee_level(stored, *activation));
                let id: Option<FuncId> = self.shared.inner.get(&key).copied();
                if let Some(id) = id {
                    found.entry(key).or_insert_with(|| self.callee(id));
                }
            }
        }
        found
    }
}

impl Body<'_, '_> {
    /// One row; 1 if it was decided, 0 if it was given up.
    fn row(&mut self, params: &[ir::Value]) {
        (self.input, self.outcome, self.frame) = (InputRow(params[1]), params[2], params[3]);
        self.b.ins().jump(self.blocks[0], &[]);
        self.emit_blocks();
        for (block, status) in [(self.done, 1), (self.cut, 0)] {
            self.b.switch_to_block(block);
            let status = self.b.ins().iconst(types::I64, status);
            self.b.ins().return_(&[status]);
        }
    }

    /// All rows; how many were decided.
    fn rows(&mut self, params: &[ir::Value]) {
        let (rows, count, outcomes, frames) = (params[1], params[2], params[3], params[4]);
        let (head, exit) = (self.b.create_block(), self.b.create_block());
        let zero = self.b.ins().iconst(types::I64, 0);
        let [stride, ..] = self.strides();
        let stride = self.b.ins().iconst(types::I64, stride);
        let bytes = self.b.ins().imul(count, stride);
        let end = self.b.ins().iadd(rows, bytes);
        let counted = self.b.append_block_param(exit, types::I64);
        let [row, outcome, frame] = [(); 3].map(|()| self.b.append_block_param(head, types::I64));
        let start = [rows, outcomes, frames].map(BlockArg::Value);
        self.b.ins().brif(count, head, &start, exit, &[BlockArg::Value(zero)]);
        self.b.switch_to_block(head);
        (self.input, self.outcome, self.frame) = (InputRow(row), outcome, frame);
        let scratch = if self.may_be_cut() { self.b.ins().load(types::I64, changing(), self.context, CONTEXT_SCRATCH_LEN) } else { zero };
        self.b.ins().jump(self.blocks[0], &[]);
        self.emit_blocks();
        self.b.switch_to_block(self.done);
        let next = self.next_row([row, outcome, frame]);
        let more = self.b.ins().icmp(IntCC::NotEqual, next[0], end);
        let arguments = next.map(BlockArg::Value);
        self.b.ins().brif(more, head, &arguments, exit, &[BlockArg::Value(count)]);
        self.b.switch_to_block(self.cut);
        self.b.ins().store(changing(), scratch, self.context, CONTEXT_SCRATCH_LEN);
        let before = self.b.ins().isub(row, rows);
        let place = self.b.ins().udiv(before, stride);
        self.b.ins().jump(exit, &[BlockArg::Value(place)]);
        self.b.switch_to_block(exit);
        self.b.ins().return_(&[counted]);
    }

    /// Whether anything that is emitted takes scratch.
    fn may_be_cut(&self) -> bool {
        let takes = |placed: &mir::Placed| match &placed.inst {
            mir::Inst::Decide { .. } => true,
            mir::Inst::Reserve { .. } | mir::Inst::Call { .. } => placed.result.is_some_and(|result| self.live.value(result)),
            _ => false,
        };
        self.function.blocks.iter().flat_map(|block| &block.insts).any(takes)
    }

    /// The distances between neighbouring rows, outcomes and frames 0.
    fn strides(&self) -> [i64; 3] {
        let frame = if self.stored.level() == Level::None { 0 } else { frame_size(self.meta) };
        [i64::from(self.meta.input.size.max(1)), i64::from(self.meta.outcome.size), frame as i64]
    }

    fn next_row(&mut self, now: [ir::Value; 3]) -> [ir::Value; 3] {
        let mut next = now;
        for (value, stride) in next.iter_mut().zip(self.strides()) {
            *value = self.b.ins().iadd_imm_s(*value, stride);
        }
        next
    }

    fn emit_blocks(&mut self) {
        for index in 0..self.function.blocks.len() {
            let block = mir::Block(index as u32);
            if self.live.block(block) {
                self.add_params(block);
            }
        }
        for index in self.order() {
            let data = self.function.block(index);
            self.b.switch_to_block(self.blocks[index.0 as usize]);
            for placed in &data.insts {
                self.instruction(placed);
            }
            if let Some(end) = &data.end {
                self.end(end);
            }
        }
    }

    /// The blocks that are reached, each after those that dominate it.
    fn order(&self) -> Vec<mir::Block> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.function.blocks.len()];
        let mut work = vec![(mir::Block(0), false)];
        while let Some((block, left)) = work.pop() {
            if left {
                order.push(block);
            } else if !std::mem::replace(&mut seen[block.0 as usize], true) {
                work.push((block, true));
                let end = self.function.block(block).end.as_ref();
                work.extend(end.iter().flat_map(|end| mir::targets(end, self.stored.level())).map(|target| (target.block, false)));
            }
        }
        order.reverse();
        order
    }

    fn add_params(&mut self, block: mir::Block) {
        for param in &self.function.block(block).params {
            if self.live.value(*param) {
                let ty = self.ty(*param);
                self.values[param.0 as usize] = Some(self.b.append_block_param(self.blocks[block.0 as usize], ty));
            }
        }
    }

    fn end(&mut self, end: &End) {
        match end {
            End::Done => {
                self.b.ins().jump(self.done, &[]);
            }
            End::Jump(target) => self.jump(target),
            End::Branch { otherwise, recording: true, .. } if self.stored.level() == Level::None => self.jump(otherwise),
            End::Branch { condition, then, otherwise, .. } => {
                let condition = self.value(*condition);
                let (first, second) = (self.arguments(then), self.arguments(otherwise));
                let (then, otherwise) = (self.blocks[then.block.0 as usize], self.blocks[otherwise.block.0 as usize]);
                self.b.ins().brif(condition, then, &first, otherwise, &second);
            }
        }
    }

    fn jump(&mut self, target: &Target) {
        let arguments = self.arguments(target);
        self.b.ins().jump(self.blocks[target.block.0 as usize], &arguments);
    }

    fn arguments(&mut self, target: &Target) -> Vec<BlockArg> {
        let params = &self.function.block(target.block).params;
        let live: Vec<mir::Value> =
            params.iter().zip(&target.arguments).filter(|(param, _)| self.live.value(**param)).map(|(_, argument)| *argument).collect();
        live.into_iter().map(|argument| BlockArg::Value(self.value(argument))).collect()
    }
}
