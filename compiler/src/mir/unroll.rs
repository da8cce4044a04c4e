//! Repeats short bodies of loops, so that several elements are gone through before the end is asked for.
//!
//! A loop stays as it was, and goes through what is left over. In front of it comes one whose body is four copies of its body, each with what the
//! copy before carries on; it goes up to the last element whose place is a multiple of four. Elements are visited in the same order, and the
//! same is done for each of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::build::Builder;
use super::{Base, Binary, Block, BlockData, End, Inst, Order, Placed, SiteBits, Target, Value};

/// How many elements one turn goes through: a power of two.
const TIMES: usize = 4;
/// A body of more instructions is not repeated: what is saved is a few of them for each element.
const MOST: usize = 24;

/// A loop over the elements of a list, of which there is at least one.
#[derive(Debug)]
pub struct Counted {
    /// Ends with the jump into the loop.
    pub enter: Block,
    /// Where an element begins; its first parameter is the element's address.
    pub head: Block,
    /// The first block that was made for the body, behind the head; all that were made since belong to it.
    pub body: Block,
    /// Ends with the branch to the next element or to the exit.
    pub latch: Block,
    /// Address of the first element.
    pub begin: Value,
    /// How many elements there are.
    pub length: Value,
    /// From one element to the next, in bytes.
    pub stride: u32,
}

/// What a copy of a body leaves: its last block, and where that would go on.
struct Copied {
    head: Block,
    latch: Block,
    again: Vec<Value>,
    out: Target,
}

impl Builder {
    /// Puts an unrolled loop in front of one, where its body is short and nothing but arithmetic, reading and storing.
    pub fn unroll(&mut self, around: &Counted) {
        let Some(region) = self.short_body(around) else { return };
        let Some(End::Jump(entry)) = self.function.blocks[around.enter.0 as usize].end.clone() else { return };
        let mut copies: Vec<Copied> = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let carried = copies.last().map(|before| before.again.clone());
            let Some(copy) = self.copy(around, &region, carried.as_deref()) else { return };
            copies.push(copy);
        }
        for pair in copies.windows(2) {
            self.switch_to(pair[0].latch);
            self.jump(pair[1].head, Vec::new());
        }
        self.close(around, &copies, entry);
    }

    /// The head and the other blocks of a body that is worth it.
    fn short_body(&self, around: &Counted) -> Option<BTreeSet<Block>> {
        let made = (around.body.0..self.function.blocks.len() as u32).map(Block);
        let region: BTreeSet<Block> = std::iter::once(around.head).chain(made).collect();
        let insts = || region.iter().flat_map(|block| &self.function.block(*block).insts);
        let short = insts().count() <= MOST && insts().all(|placed| is_plain(&placed.inst));
        // Only the latch leads back, and nothing but an exit leads out: so no loop lies within.
        let inside = |block: &Block| {
            let targets = ends(self.function.block(*block).end.as_ref());
            *block == around.latch || targets.iter().all(|target| target.block > *block || !region.contains(&target.block))
        };
        (short && region.iter().all(inside)).then_some(region)
    }

    /// Copies a body. Without `carried` its head has parameters of its own.
    fn copy(&mut self, around: &Counted, region: &BTreeSet<Block>, carried: Option<&[Value]>) -> Option<Copied> {
        let blocks: BTreeMap<Block, Block> = region.iter().map(|block| (*block, self.block())).collect();
        let mut values = HashMap::new();
        for (from, to) in &blocks {
            for (place, param) in self.function.block(*from).params.clone().into_iter().enumerate() {
                let new = match carried.filter(|_| *from == around.head) {
                    Some(carried) => *carried.get(place)?,
                    None => self.param(*to, self.width(param)),
                };
                values.insert(param, new);
            }
            let results: Vec<Value> = self.function.block(*from).insts.iter().filter_map(|placed| placed.result).collect();
            for result in results {
                let width = self.width(result);
                values.insert(result, self.value(width));
            }
        }
        let value = |value: Value| values.get(&value).copied().unwrap_or(value);
        let target = |target: &Target| Target {
            block: blocks.get(&target.block).copied().unwrap_or(target.block),
            arguments: target.arguments.iter().map(|argument| value(*argument)).collect(),
        };
        let mut latched = None;
        for (from, to) in &blocks {
            let BlockData { insts, end, .. } = self.function.block(*from).clone();
            let insts =
                insts.into_iter().map(|placed| Placed { inst: placed.inst.with(value), result: placed.result.map(value), ..placed });
            self.function.blocks[to.0 as usize].insts = insts.collect();
            if *from != around.latch {
                self.function.blocks[to.0 as usize].end = end.map(|end| end.with(value, target));
            } else if let Some(End::Branch { then, otherwise, .. }) = end {
                let again = then.arguments.iter().map(|argument| value(*argument)).collect();
                latched = Some((*to, again, target(&otherwise)));
            }
        }
        let (latch, again, out) = latched?;
        Some(Copied { head: *blocks.get(&around.head)?, latch, again, out })
    }

    /// Leads into the first copy and from the last one on.
    fn close(&mut self, around: &Counted, copies: &[Copied], entry: Target) {
        let (Some(first), Some(last)) = (copies.first(), copies.last()) else { return };
        self.switch_to(around.enter);
        let times = self.word(TIMES as i64);
        let whole = self.word(-(TIMES as i64));
        let whole = self.binary(Binary::And, around.length, whole);
        let stride = self.word(i64::from(around.stride));
        let bytes = self.binary(Binary::Multiply, whole, stride);
        let stop = self.binary(Binary::Add, around.begin, bytes);
        let many = self.compare(Order::GreaterOrEqual, around.length, times);
        let unrolled = |arguments: &[Value]| Target { block: first.head, arguments: arguments.to_vec() };
        self.end(End::Branch { condition: many, then: unrolled(&entry.arguments), otherwise: entry, recording: false });

        let rest = self.block();
        self.switch_to(last.latch);
        let more = self.compare(Order::NotEqual, last.again[0], stop);
        let otherwise = Target { block: rest, arguments: Vec::new() };
        self.end(End::Branch { condition: more, then: unrolled(&last.again), otherwise, recording: false });

        self.switch_to(rest);
        let left = self.compare(Order::NotEqual, whole, around.length);
        let then = Target { block: around.head, arguments: last.again.clone() };
        self.end(End::Branch { condition: left, then, otherwise: last.out.clone(), recording: false });
    }
}

fn ends(end: Option<&End>) -> Vec<&Target> {
    match end {
        Some(End::Jump(target)) => vec![target],
        Some(End::Branch { then, otherwise, .. }) => vec![then, otherwise],
        Some(End::Done) | None => Vec::new(),
    }
}

/// Whether an instruction takes no memory and calls nothing.
const fn is_plain(inst: &Inst) -> bool {
    !matches!(inst, Inst::Call { .. } | Inst::Decide { .. } | Inst::Reserve { .. } | Inst::StackAddress(_))
}

impl End {
    fn with(self, value: impl Fn(Value) -> Value, target: impl Fn(&Target) -> Target) -> Self {
        match self {
            Self::Jump(to) => Self::Jump(target(&to)),
            Self::Branch { condition, then, otherwise, recording } => {
                Self::Branch { condition: value(condition), then: target(&then), otherwise: target(&otherwise), recording }
            }
            Self::Done => Self::Done,
        }
    }
}

impl Inst {
    /// The same with other operands.
    fn with(self, value: impl Fn(Value) -> Value) -> Self {
        let base = |base: Base| if let Base::At(address) = base { Base::At(value(address)) } else { base };
        let site = |bits: SiteBits| SiteBits { open: bits.open.map(&value), flag: bits.flag.map(&value), ..bits };
        match self {
            Self::Constant(_) | Self::StackAddress(_) => self,
            Self::Binary(op, a, b) => Self::Binary(op, value(a), value(b)),
            Self::Compare(order, a, b) => Self::Compare(order, value(a), value(b)),
            Self::Select(a, b, c) => Self::Select(value(a), value(b), value(c)),
            Self::Extend(a) => Self::Extend(value(a)),
            Self::Reduce(a) => Self::Reduce(value(a)),
            Self::Mask(a) => Self::Mask(value(a)),
            Self::Bits(sites) => Self::Bits(sites.into_iter().map(site).collect()),
            Self::Lowest(a) => Self::Lowest(value(a)),
            Self::Either(a, b) => Self::Either(value(a), value(b)),
            Self::Table(offset, a) => Self::Table(offset, value(a)),
            Self::Load(from, offset, storage) => Self::Load(base(from), offset, storage),
            Self::LoadWritten(from, offset, storage) => Self::LoadWritten(base(from), offset, storage),
            Self::Store(to, offset, storage, stored, keep) => Self::Store(base(to), offset, storage, value(stored), keep),
            Self::Address(a) => Self::Address(value(a)),
            Self::ScratchAddress(a) => Self::ScratchAddress(value(a)),
            Self::Reserve { count, size } => Self::Reserve { count: value(count), size },
            Self::Call { helper, arguments } => Self::Call { helper, arguments: arguments.into_iter().map(value).collect() },
            Self::Decide { decision, row, outcome, activation, frame } => {
                Self::Decide { decision, row: value(row), outcome: value(outcome), activation, frame: value(frame) }
            }
        }
    }
}
