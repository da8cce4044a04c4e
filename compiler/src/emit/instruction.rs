//! One instruction.

use axtrace_runtime::abi::{CONTEXT_CONSTANTS, CONTEXT_HELPERS, CONTEXT_SCRATCH, CONTEXT_SCRATCH_CAP, CONTEXT_SCRATCH_LEN};
use axtrace_runtime::helpers::Helper;
use axtrace_runtime::layout::Handle;
use axtrace_runtime::meta::{DecisionId, SlotId};
use axtrace_runtime::trace::Level;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, AbiParam, InstBuilder, MemFlagsData, SourceLoc, StackSlotData, StackSlotKind, types};
use cranelift_frontend::FunctionBuilder;

use super::function::{Body, InputAccess, changing, unchanging};
use crate::mir::{Base, Binary, Inst, Order, Placed, SiteBits, Storage, Value, Width, is_stored};

/// Reads memory, extending to the type.
pub fn load(b: &mut FunctionBuilder<'_>, flags: MemFlagsData, base: ir::Value, offset: u32, storage: Storage, ty: ir::Type) -> ir::Value {
    let at = offset as i32;
    let narrow = match storage.bytes {
        1 => types::I8,
        2 => types::I16,
        4 => types::I32,
        16 => return wide_load(b, flags, base, at),
        _ => types::I64,
    };
    // Not the loads that extend: only plain ones are moved to where they are needed.
    let value = b.ins().load(narrow, flags, base, at);
    match storage.signed {
        _ if narrow == ty => value,
        true => b.ins().sextend(ty, value),
        false => b.ins().uextend(ty, value),
    }
}

fn wide_load(b: &mut FunctionBuilder<'_>, flags: MemFlagsData, base: ir::Value, at: i32) -> ir::Value {
    let (low, high) = (b.ins().load(types::I64, flags, base, at), b.ins().load(types::I64, flags, base, at + 8));
    b.ins().iconcat(low, high)
}

impl Body<'_, '_> {
    pub fn ty(&self, value: Value) -> ir::Type {
        match self.function.width(value) {
            Width::Flag => types::I8,
            Width::Word => types::I64,
            Width::Wide => types::I128,
        }
    }

    /// A value that was emitted before. What is used is live, so it was.
    pub fn value(&mut self, value: Value) -> ir::Value {
        match self.values[value.0 as usize] {
            Some(emitted) => emitted,
            None => self.constant(0, self.ty(value)),
        }
    }

    fn constant(&mut self, number: i128, ty: ir::Type) -> ir::Value {
        if ty == types::I128 {
            let low = self.b.ins().iconst(types::I64, number as i64);
            let high = self.b.ins().iconst(types::I64, (number >> 64) as i64);
            return self.b.ins().iconcat(low, high);
        }
        self.b.ins().iconst(ty, number as i64)
    }

    pub fn instruction(&mut self, placed: &Placed) {
        let needed = match &placed.inst {
            Inst::Store(.., keep) => is_stored(*keep, self.meta, &self.stored),
            inst => inst.has_effect() || placed.result.is_some_and(|result| self.live.value(result)),
        };
        if !needed {
            return;
        }
        if let Some(site) = placed.site {
            self.b.set_srcloc(SourceLoc::new(site.0));
        }
        let ty = placed.result.map_or(types::I64, |result| self.ty(result));
        let result = self.emit(&placed.inst, ty);
        if let (Some(value), Some(result)) = (placed.result, result) {
            self.values[value.0 as usize] = Some(result);
        }
    }

    fn emit(&mut self, inst: &Inst, ty: ir::Type) -> Option<ir::Value> {
        Some(match inst {
            Inst::Constant(number) => self.constant(*number, ty),
            Inst::Binary(op, left, right) => self.binary(*op, *left, *right),
            Inst::Compare(order, left, right) => self.compare(*order, *left, *right),
            Inst::Select(flag, then, otherwise) => self.select(*flag, *then, *otherwise),
            Inst::Extend(value) => self.extend(*value, ty),
            Inst::Reduce(value) => self.reduce(*value, ty),
            Inst::Mask(flag) => self.mask(*flag),
            Inst::Bits(sites) => self.bits(sites),
            Inst::Either(recorded, other) => self.value(if self.stored.level() == Level::None { *other } else { *recorded }),
            Inst::Lowest(word) => self.lowest(*word),
            Inst::Table(offset, index) => self.table(*offset, *index),
            Inst::Load(base, offset, storage) => self.load(*base, *offset, *storage, ty, unchanging()),
            Inst::LoadWritten(base, offset, storage) => self.load(*base, *offset, *storage, ty, changing()),
            Inst::Store(base, offset, storage, value, _) => return self.store(*base, *offset, *storage, *value),
            Inst::Address(handle) => self.address(*handle),
            Inst::ScratchAddress(offset) => self.scratch_address(*offset),
            Inst::Reserve { count, size } => self.reserve(*count, *size),
            Inst::StackAddress(place) => {
                let slot = self.stack[*place as usize];
                self.b.ins().stack_addr(types::I64, slot, 0)
            }
            Inst::Call { helper, arguments } => self.call(*helper, arguments, ty),
            Inst::Decide { decision, row, outcome, activation, frame } => {
                return self.decide(*decision, [*row, *outcome, *frame], *activation);
            }
        })
    }

    fn binary(&mut self, op: Binary, left: Value, right: Value) -> ir::Value {
        let (left, right) = (self.value(left), self.value(right));
        let ins = self.b.ins();
        match op {
            Binary::Add => ins.iadd(left, right),
            Binary::Subtract => ins.isub(left, right),
            Binary::Multiply => ins.imul(left, right),
            Binary::Divide => ins.sdiv(left, right),
            Binary::Remainder => ins.srem(left, right),
            Binary::And => ins.band(left, right),
            Binary::Or => ins.bor(left, right),
            Binary::Xor => ins.bxor(left, right),
            Binary::ShiftLeft => ins.ishl(left, right),
            Binary::ShiftRight => ins.sshr(left, right),
            Binary::Max => ins.smax(left, right),
        }
    }

    fn compare(&mut self, order: Order, left: Value, right: Value) -> ir::Value {
        let order = match order {
            Order::Equal => IntCC::Equal,
            Order::NotEqual => IntCC::NotEqual,
            Order::Less => IntCC::SignedLessThan,
            Order::LessOrEqual => IntCC::SignedLessThanOrEqual,
            Order::Greater => IntCC::SignedGreaterThan,
            Order::GreaterOrEqual => IntCC::SignedGreaterThanOrEqual,
        };
        let (left, right) = (self.value(left), self.value(right));
        self.b.ins().icmp(order, left, right)
    }

    fn select(&mut self, flag: Value, then: Value, otherwise: Value) -> ir::Value {
        let (flag, then, otherwise) = (self.value(flag), self.value(then), self.value(otherwise));
        if self.b.func.dfg.value_type(then) == types::I128 {
            return self.select_halves(flag, then, otherwise);
        }
        self.b.ins().select(flag, then, otherwise)
    }

    /// Chooses the halves of a number of 128 bits. A choice of the whole by a comparison becomes a minimum or maximum, which Cranelift does not
    /// make code of in this width.
    fn select_halves(&mut self, flag: ir::Value, then: ir::Value, otherwise: ir::Value) -> ir::Value {
        let (then_low, then_high) = self.b.ins().isplit(then);
        let (low, high) = self.b.ins().isplit(otherwise);
        let low = self.b.ins().select(flag, then_low, low);
        let high = self.b.ins().select(flag, then_high, high);
        self.b.ins().iconcat(low, high)
    }

    fn extend(&mut self, value: Value, ty: ir::Type) -> ir::Value {
        let flag = self.function.width(value) == Width::Flag;
        let value = self.value(value);
        if flag { self.b.ins().uextend(ty, value) } else { self.b.ins().sextend(ty, value) }
    }

    fn reduce(&mut self, value: Value, ty: ir::Type) -> ir::Value {
        let value = self.value(value);
        let reduced = self.b.ins().ireduce(ty, value);
        if ty == types::I8 { self.b.ins().band_imm_u(reduced, 1) } else { reduced }
    }

    fn mask(&mut self, flag: Value) -> ir::Value {
        let flag = self.value(flag);
        self.b.ins().bmask(types::I64, flag)
    }

    /// Sums what the sites add; those that are always there are one number.
    fn bits(&mut self, sites: &[SiteBits]) -> ir::Value {
        let (mut fixed, mut sum) = (0u64, None);
        for bits in sites {
            if !bits.read && !self.stored.site(bits.site) {
                continue;
            }
            let shift = self.meta.sites[bits.site.index()].place % 32 * 2;
            let base = bits.open.map(|open| self.times(open, bits.base));
            let more = bits.flag.map(|flag| self.times(flag, bits.factor));
            if base.is_none() {
                fixed |= u64::from(bits.base) << shift;
            }
            let Some(digit) = self.sum(base, more) else { continue };
            let moved = self.b.ins().ishl_imm_u(digit, i64::from(shift));
            sum = self.sum(sum, Some(moved));
        }
        match sum {
            Some(sum) if fixed == 0 => sum,
            sum => {
                let number = self.b.ins().iconst(types::I64, fixed as i64);
                sum.map_or(number, |sum| self.b.ins().iadd(sum, number))
            }
        }
    }

    /// A flag as a word, times a small number.
    fn times(&mut self, flag: Value, factor: u8) -> ir::Value {
        let flag = self.value(flag);
        let flag = self.b.ins().uextend(types::I64, flag);
        match factor {
            1 => flag,
            2 => self.b.ins().ishl_imm_u(flag, 1),
            factor => self.b.ins().imul_imm_u(flag, u64::from(factor) as i64),
        }
    }

    fn sum(&mut self, left: Option<ir::Value>, right: Option<ir::Value>) -> Option<ir::Value> {
        match (left, right) {
            (Some(left), Some(right)) => Some(self.b.ins().iadd(left, right)),
            (left, right) => left.or(right),
        }
    }

    fn lowest(&mut self, word: Value) -> ir::Value {
        let word = self.value(word);
        self.b.ins().ctz(word)
    }

    /// A word of a table among the constants.
    fn table(&mut self, offset: u32, index: Value) -> ir::Value {
        let index = self.value(index);
        let table = self.b.ins().load(types::I64, unchanging(), self.context, CONTEXT_CONSTANTS);
        let distance = self.b.ins().ishl_imm_u(index, 3);
        let place = self.b.ins().iadd(table, distance);
        self.b.ins().load(types::I64, unchanging(), place, offset as i32)
    }

    fn base(&mut self, base: Base) -> ir::Value {
        match base {
            Base::Input => self.input.0,
            Base::Outcome => self.outcome,
            Base::Frame => self.frame,
            Base::At(address) => self.value(address),
        }
    }

    fn load(&mut self, base: Base, offset: u32, storage: Storage, ty: ir::Type, flags: MemFlagsData) -> ir::Value {
        if base == Base::Input {
            return self.input.load(&mut self.b, offset, storage, ty);
        }
        let base = self.base(base);
        load(&mut self.b, flags, base, offset, storage, ty)
    }

    fn store(&mut self, base: Base, offset: u32, storage: Storage, value: Value) -> Option<ir::Value> {
        let (base, value, at) = (self.base(base), self.value(value), offset as i32);
        let wide = self.b.func.dfg.value_type(value);
        let ins = self.b.ins();
        match (storage.bytes, wide) {
            (1, types::I64) => ins.istore8(changing(), value, base, at),
            (2, _) => ins.istore16(changing(), value, base, at),
            (4, _) => ins.istore32(changing(), value, base, at),
            (16, _) => return self.store_wide(base, at, value),
            _ => ins.store(changing(), value, base, at),
        };
        None
    }

    fn store_wide(&mut self, base: ir::Value, at: i32, value: ir::Value) -> Option<ir::Value> {
        let (low, high) = self.b.ins().isplit(value);
        self.b.ins().store(changing(), low, base, at);
        self.b.ins().store(changing(), high, base, at + 8);
        None
    }

    /// The base of the handle's space, from the first members of the context, plus its offset.
    fn address(&mut self, handle: Value) -> ir::Value {
        let handle = self.value(handle);
        let space = self.b.ins().ushr_imm_u(handle, i64::from(Handle::SPACE_SHIFT));
        let place = self.b.ins().ishl_imm_u(space, 3);
        let place = self.b.ins().iadd(self.context, place);
        let base = self.b.ins().load(types::I64, unchanging(), place, 0);
        let offset = self.b.ins().ushr_imm_u(handle, i64::from(Handle::LENGTH_BITS));
        let offset = self.b.ins().band_imm_u(offset, 0xffff_ffff);
        self.b.ins().iadd(base, offset)
    }

    fn scratch_address(&mut self, offset: Value) -> ir::Value {
        let offset = self.value(offset);
        let base = self.b.ins().load(types::I64, unchanging(), self.context, CONTEXT_SCRATCH);
        self.b.ins().iadd(base, offset)
    }

    /// Takes bytes of scratch, or gives the row up.
    fn reserve(&mut self, count: Value, size: u32) -> ir::Value {
        let count = self.value(count);
        let bytes = self.b.ins().imul_imm_s(count, i64::from(size));
        let begin = self.b.ins().load(types::I64, changing(), self.context, CONTEXT_SCRATCH_LEN);
        let cap = self.b.ins().load(types::I64, unchanging(), self.context, CONTEXT_SCRATCH_CAP);
        let end = self.b.ins().iadd(begin, bytes);
        let fits = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, end, cap);
        self.go_on_if(fits);
        self.b.ins().store(changing(), end, self.context, CONTEXT_SCRATCH_LEN);
        begin
    }

    fn go_on_if(&mut self, flag: ir::Value) {
        let next = self.b.create_block();
        self.b.ins().brif(flag, next, &[], self.cut, &[]);
        self.b.switch_to_block(next);
    }

    /// Calls a helper of the table. A wide result comes back through the stack.
    fn call(&mut self, helper: Helper, arguments: &[Value], ty: ir::Type) -> ir::Value {
        let mut passed = vec![self.context];
        for argument in arguments {
            let value = self.value(*argument);
            if self.function.width(*argument) == Width::Wide {
                let (low, high) = self.b.ins().isplit(value);
                passed.extend([low, high]);
            } else {
                passed.push(value);
            }
        }
        let out = (ty == types::I128).then(|| self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 16, 3)));
        if let Some(slot) = out {
            let address = self.b.ins().stack_addr(types::I64, slot, 0);
            passed.push(address);
        }
        let result = self.call_table(helper, &passed);
        if let Some(slot) = out {
            let (low, high) =
                (self.b.ins().stack_load(types::I64, types::I64, slot, 0), self.b.ins().stack_load(types::I64, types::I64, slot, 8));
            return self.b.ins().iconcat(low, high);
        }
        if helper.builds() {
            let built = self.b.ins().icmp_imm_s(IntCC::NotEqual, result, -1);
            self.go_on_if(built);
        }
        result
    }

    fn call_table(&mut self, helper: Helper, passed: &[ir::Value]) -> ir::Value {
        let mut signature = ir::Signature::new(self.b.func.signature.call_conv);
        signature.params = vec![AbiParam::new(types::I64); passed.len()];
        signature.returns = vec![AbiParam::new(types::I64)];
        let signature = self.b.import_signature(signature);
        let table = self.b.ins().load(types::I64, unchanging(), self.context, CONTEXT_HELPERS);
        let function = self.b.ins().load(types::I64, unchanging(), table, 8 * helper as i32);
        let call = self.b.ins().call_indirect(signature, function, passed);
        self.b.inst_results(call)[0]
    }

    fn decide(&mut self, decision: DecisionId, [row, outcome, frame]: [Value; 3], activation: SlotId) -> Option<ir::Value> {
        let level = super::callee_level(&self.stored, activation);
        let callee = *self.callees.get(&(decision, level))?;
        let (row, outcome) = (self.value(row), self.value(outcome));
        // Without a slot for it there is no frame, and the callee records nothing.
        let frame = if self.stored.slot(activation) { self.value(frame) } else { outcome };
        let call = self.b.ins().call(callee, &[self.context, row, outcome, frame]);
        let status = self.b.inst_results(call)[0];
        self.go_on_if(status);
        None
    }
}
