//! Finds what a function needs at a level: what is stored there or decides, and everything that goes into it.
//!
//! Cranelift drops unused pure instructions by itself, but not the parameters of blocks, which would keep the bits of a recording
//! alive where nobody stores them.

use axtrace_runtime::meta::DecisionMeta;
use axtrace_runtime::recording::Stored;
use axtrace_runtime::trace::Level;

use super::{Block, End, Function, Inst, Keep, Target, Value};

/// What is needed of a function.
#[derive(Debug)]
pub struct Live {
    values: Vec<bool>,
    reached: Vec<bool>,
}

impl Live {
    /// Whether a value is used.
    #[must_use]
    pub fn value(&self, value: Value) -> bool {
        self.values[value.0 as usize]
    }

    /// Whether a block can be reached.
    #[must_use]
    pub fn block(&self, block: Block) -> bool {
        self.reached[block.0 as usize]
    }
}

/// Whether something is stored at a level.
#[must_use]
pub fn is_stored(keep: Keep, meta: &DecisionMeta, stored: &Stored) -> bool {
    match keep {
        Keep::Always => true,
        Keep::Slot(slot) => stored.slot(slot),
        Keep::Bits(frame, byte) => {
            let sites = &meta.frames[frame.index()].sites;
            let from = byte as usize * 4;
            sites.iter().skip(from).take(32).any(|site| stored.site(*site))
        }
    }
}

/// Where a block can lead at a level.
#[must_use]
pub fn targets(end: &End, level: Level) -> Vec<&Target> {
    match end {
        End::Jump(target) => vec![target],
        End::Branch { otherwise, recording: true, .. } if level == Level::None => vec![otherwise],
        End::Branch { then, otherwise, .. } => vec![then, otherwise],
        End::Done => Vec::new(),
    }
}

/// What is needed of a function at a level.
#[must_use]
pub fn live(function: &Function, meta: &DecisionMeta, stored: &Stored) -> Live {
    let mut pass = Pass {
        function,
        makers: makers(function),
        incoming: vec![Vec::new(); function.values.len()],
        level: stored.level(),
        live: Live { values: vec![false; function.values.len()], reached: vec![false; function.blocks.len()] },
        work: Vec::new(),
    };
    pass.reach(Block(0), stored.level());
    pass.find_roots(meta, stored);
    pass.spread();
    pass.live
}

struct Pass<'a> {
    function: &'a Function,
    makers: Vec<Option<&'a Inst>>,
    /// For each parameter of a block, what is passed for it.
    incoming: Vec<Vec<Value>>,
    level: Level,
    live: Live,
    work: Vec<Value>,
}

fn makers(function: &Function) -> Vec<Option<&Inst>> {
    let mut makers = vec![None; function.values.len()];
    for placed in function.blocks.iter().flat_map(|block| &block.insts) {
        if let Some(result) = placed.result {
            makers[result.0 as usize] = Some(&placed.inst);
        }
    }
    makers
}

impl Pass<'_> {
    fn reach(&mut self, start: Block, level: Level) {
        let mut work = vec![start];
        while let Some(block) = work.pop() {
            if std::mem::replace(&mut self.live.reached[block.0 as usize], true) {
                continue;
            }
            let Some(end) = &self.function.block(block).end else { continue };
            for target in targets(end, level) {
                work.push(target.block);
                for (param, argument) in self.function.block(target.block).params.iter().zip(&target.arguments) {
                    self.incoming[param.0 as usize].push(*argument);
                }
            }
        }
    }

    fn find_roots(&mut self, meta: &DecisionMeta, stored: &Stored) {
        for (index, block) in self.function.blocks.iter().enumerate() {
            if !self.live.reached[index] {
                continue;
            }
            for placed in &block.insts {
                let needed = match &placed.inst {
                    Inst::Store(.., keep) => is_stored(*keep, meta, stored),
                    inst => inst.has_effect(),
                };
                if needed {
                    self.work.extend(placed.inst.operands());
                    self.work.extend(placed.result);
                }
            }
            let recording = |recording: bool| recording && stored.level() == Level::None;
            if let Some(End::Branch { condition, recording: only, .. }) = &block.end
                && !recording(*only)
            {
                self.work.push(*condition);
            }
        }
    }

    fn spread(&mut self) {
        while let Some(value) = self.work.pop() {
            if std::mem::replace(&mut self.live.values[value.0 as usize], true) {
                continue;
            }
            match self.makers[value.0 as usize] {
                Some(inst) => self.work.extend(inst.operands_at(self.level)),
                None => self.work.extend(&self.incoming[value.0 as usize]),
            }
        }
    }
}
