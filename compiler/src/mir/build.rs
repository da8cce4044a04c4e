//! Appends instructions to a function under construction; equal constants of a function are one value.

use std::collections::HashMap;

use axtrace_runtime::meta::{DecisionId, SiteId};

use super::{Base, Base::At};
use super::{Binary, Block, BlockData, End, Function, Inst, Keep, Order, Placed, Storage, Target, Value, Width};

/// A function under construction.
#[derive(Debug)]
pub struct Builder {
    pub(super) function: Function,
    current: Block,
    site: Option<SiteId>,
    /// Constants stand in the first block, which is before every other.
    constants: HashMap<(i128, Width), Value>,
    truths: HashMap<Value, bool>,
    comparisons: HashMap<Value, (Order, Value, Value)>,
    supports: HashMap<Value, u64>,
    numbers: HashMap<Value, i128>,
}

impl Builder {
    /// An empty function with its first block.
    #[must_use]
    pub fn new(decision: DecisionId, name: String) -> Self {
        let function =
            Function { decision, name, blocks: vec![BlockData::default()], values: Vec::new(), stack: Vec::new(), callees: Vec::new() };
        // The first block holds constants alone, so that they can be added to it at any time.
        let mut builder = Self {
            function,
            current: Block(0),
            site: None,
            constants: HashMap::new(),
            truths: HashMap::new(),
            comparisons: HashMap::new(),
            supports: HashMap::new(),
            numbers: HashMap::new(),
        };
        builder.current = builder.block();
        builder
    }

    /// The finished function.
    #[must_use]
    pub fn finish(mut self) -> Function {
        self.end(End::Done);
        self.function.blocks[0].end = Some(End::Jump(Target { block: Block(1), arguments: Vec::new() }));
        self.function
    }

    /// How many values there are: a measure of size.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.function.values.len()
    }

    /// What follows is done for a site.
    pub const fn at(&mut self, site: Option<SiteId>) -> Option<SiteId> {
        std::mem::replace(&mut self.site, site)
    }

    /// A new block, still empty.
    pub fn block(&mut self) -> Block {
        self.function.blocks.push(BlockData::default());
        Block(self.function.blocks.len() as u32 - 1)
    }

    /// What follows stands in a block.
    pub const fn switch_to(&mut self, block: Block) {
        self.current = block;
    }

    /// The block that what follows stands in.
    #[must_use]
    pub const fn current(&self) -> Block {
        self.current
    }

    /// Adds a parameter to a block.
    pub fn param(&mut self, block: Block, width: Width) -> Value {
        let value = self.value(width);
        self.function.blocks[block.0 as usize].params.push(value);
        value
    }

    /// Ends the current block.
    pub fn end(&mut self, end: End) {
        self.function.blocks[self.current.0 as usize].end = Some(end);
    }

    /// Ends the current block with a jump.
    pub fn jump(&mut self, block: Block, arguments: Vec<Value>) {
        self.end(End::Jump(Target { block, arguments }));
    }

    /// Ends the current block with a branch to blocks without parameters.
    pub fn branch(&mut self, condition: Value, then: Block, otherwise: Block, recording: bool) {
        let target = |block| Target { block, arguments: Vec::new() };
        self.end(End::Branch { condition, then: target(then), otherwise: target(otherwise), recording });
    }

    /// Appends arguments to all jumps to a block that pass only `count`.
    pub fn extend_jumps(&mut self, block: Block, count: usize, more: &[Value]) {
        for data in &mut self.function.blocks {
            if let Some(End::Jump(target)) = &mut data.end
                && target.block == block
                && target.arguments.len() == count
            {
                target.arguments.extend_from_slice(more);
            }
        }
    }

    /// Takes bytes of the stack and gives their address.
    pub fn stack(&mut self, bytes: u32) -> Value {
        self.function.stack.push(bytes);
        self.make(Inst::StackAddress(self.function.stack.len() as u32 - 1), Width::Word)
    }

    /// Notes that a decision is called.
    pub fn calls(&mut self, decision: DecisionId) {
        if !self.function.callees.contains(&decision) {
            self.function.callees.push(decision);
        }
    }

    /// The width of a value.
    #[must_use]
    pub fn width(&self, value: Value) -> Width {
        self.function.width(value)
    }

    /// Appends an instruction that makes a value.
    pub fn make(&mut self, inst: Inst, width: Width) -> Value {
        let result = self.value(width);
        self.append(inst, Some(result));
        result
    }

    /// Appends an instruction that makes none.
    pub fn perform(&mut self, inst: Inst) {
        self.append(inst, None);
    }

    fn append(&mut self, inst: Inst, result: Option<Value>) {
        let placed = Placed { inst, result, site: self.site };
        self.function.blocks[self.current.0 as usize].insts.push(placed);
    }

    pub(super) fn value(&mut self, width: Width) -> Value {
        self.function.values.push(width);
        Value(self.function.values.len() as u32 - 1)
    }

    /// A number.
    pub fn constant(&mut self, number: i128, width: Width) -> Value {
        if let Some(value) = self.constants.get(&(number, width)) {
            return *value;
        }
        let value = self.value(width);
        let placed = Placed { inst: Inst::Constant(number), result: Some(value), site: None };
        self.function.blocks[0].insts.push(placed);
        self.constants.insert((number, width), value);
        self.numbers.insert(value, number);
        if width == Width::Flag {
            self.truths.insert(value, number != 0);
        }
        value
    }

    /// A word.
    pub fn word(&mut self, number: i64) -> Value {
        self.constant(i128::from(number), Width::Word)
    }

    /// A flag.
    pub fn flag(&mut self, truth: bool) -> Value {
        self.constant(i128::from(truth), Width::Flag)
    }

    /// The number of a value that is a constant.
    #[must_use]
    pub fn number(&self, value: Value) -> Option<i128> {
        self.numbers.get(&value).copied()
    }

    /// The truth of a flag that is known.
    #[must_use]
    pub fn known(&self, flag: Value) -> Option<bool> {
        self.truths.get(&flag).copied()
    }

    /// Notes which bits of a word can be set.
    pub fn supports(&mut self, word: Value, bits: u64) {
        self.supports.insert(word, bits);
    }

    /// Which bits of a word can be set, as far as is known.
    #[must_use]
    pub fn support(&self, word: Value) -> u64 {
        self.supports.get(&word).copied().unwrap_or(u64::MAX)
    }

    /// An operation on two values of one width.
    pub fn binary(&mut self, op: Binary, left: Value, right: Value) -> Value {
        self.make(Inst::Binary(op, left, right), self.width(left))
    }

    /// A comparison.
    pub fn compare(&mut self, order: Order, left: Value, right: Value) -> Value {
        let flag = self.make(Inst::Compare(order, left, right), Width::Flag);
        self.comparisons.insert(flag, (order, left, right));
        flag
    }

    /// Whether both flags are 1.
    pub fn and(&mut self, left: Value, right: Value) -> Value {
        match (self.known(left), self.known(right)) {
            (Some(true), _) | (_, Some(false)) => right,
            (_, Some(true)) | (Some(false), _) => left,
            _ if left == right => left,
            _ => self.binary(Binary::And, left, right),
        }
    }

    /// Whether one of the flags is 1.
    pub fn or(&mut self, left: Value, right: Value) -> Value {
        match (self.known(left), self.known(right)) {
            (Some(false), _) | (_, Some(true)) => right,
            (_, Some(false)) | (Some(true), _) => left,
            _ if left == right => left,
            _ => self.binary(Binary::Or, left, right),
        }
    }

    /// The other flag.
    pub fn not(&mut self, flag: Value) -> Value {
        if let Some(known) = self.known(flag) {
            return self.flag(!known);
        }
        if let Some((order, left, right)) = self.comparisons.get(&flag).copied() {
            return self.compare(order.opposite(), left, right);
        }
        let one = self.flag(true);
        self.binary(Binary::Xor, flag, one)
    }

    /// One of two values of one width.
    pub fn select(&mut self, flag: Value, then: Value, otherwise: Value) -> Value {
        match self.known(flag) {
            _ if then == otherwise => then,
            Some(true) => then,
            Some(false) => otherwise,
            None => self.make(Inst::Select(flag, then, otherwise), self.width(then)),
        }
    }

    /// A value in a width; the number is known to fit.
    pub fn fit(&mut self, value: Value, width: Width) -> Value {
        match (self.width(value), width) {
            (from, to) if from == to => value,
            (Width::Wide, Width::Flag) => {
                let word = self.make(Inst::Reduce(value), Width::Word);
                self.make(Inst::Reduce(word), Width::Flag)
            }
            (from, to) if from < to => self.make(Inst::Extend(value), to),
            (_, to) => self.make(Inst::Reduce(value), to),
        }
    }

    /// Reads memory that does not change.
    pub fn load(&mut self, base: Base, offset: u32, storage: Storage, width: Width) -> Value {
        self.make(Inst::Load(base, offset, storage), width)
    }

    /// Writes memory.
    pub fn store(&mut self, base: Base, offset: u32, storage: Storage, value: Value, keep: Keep) {
        self.perform(Inst::Store(base, offset, storage, value, keep));
    }

    /// An address some bytes further.
    pub fn offset(&mut self, base: Value, bytes: u32) -> Base {
        if bytes == 0 {
            return At(base);
        }
        let bytes = self.word(i64::from(bytes));
        At(self.binary(Binary::Add, base, bytes))
    }
}
