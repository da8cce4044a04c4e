//! The code of a decision before it is machine code: blocks with parameters, and values of three widths.
//!
//! One [`Function`] decides one row. It has an order of evaluation, no types of the language, and no addresses of its own: the row of the input,
//! the row of the outcome and frame 0 are [`Base`]s, whose emission decides how they are reached. All that is recorded is in it, marked with the site or
//! slot that it is for ([`Keep`], [`Inst::Bits`]): emission at a level leaves out what is not stored there, and then whatever only served
//! that. Pure instructions are total whatever their operands, so that they may be evaluated before it is known that they are needed.

mod build;
mod live;
mod print;
mod unroll;

use axtrace_runtime::equality::Plan;
use axtrace_runtime::helpers::Helper;
use axtrace_runtime::meta::{DecisionId, FrameId, SiteId, SlotId};
use axtrace_runtime::trace::Level;

pub use build::Builder;
pub use live::{Live, is_stored, live, targets};
pub use unroll::Counted;

/// The code of a program, one function a decision.
#[derive(Debug, Clone, Default)]
pub struct Module {
    /// By [`DecisionId`].
    pub functions: Vec<Function>,
    /// The constants that handles of the functions point into.
    pub constants: Vec<u8>,
    /// Types of what code builds lists of, by the place that it calls them by.
    pub listed: Vec<axtrace_runtime::types::Type>,
    /// How lists are compared, by the place that functions call them by.
    pub plans: Vec<Plan>,
}

/// The code that decides one row.
#[derive(Debug, Clone)]
pub struct Function {
    /// Which decision.
    pub decision: DecisionId,
    /// The name of the decision, with its module.
    pub name: String,
    /// By [`Block`]; the first is where it begins.
    pub blocks: Vec<BlockData>,
    /// The width of each value.
    pub values: Vec<Width>,
    /// Bytes of the stack, by the number in [`Inst::StackAddress`].
    pub stack: Vec<u32>,
    /// Decisions it calls.
    pub callees: Vec<DecisionId>,
}

/// A block of a function, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block(pub u32);

/// A value of a function, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(pub u32);

/// The width of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Width {
    /// A boolean, 0 or 1.
    Flag,
    /// A signed word of 64 bits.
    Word,
    /// A signed number of 128 bits.
    Wide,
}

/// A straight stretch of code.
#[derive(Debug, Clone, Default)]
pub struct BlockData {
    /// What the jumps to it pass.
    pub params: Vec<Value>,
    /// In order.
    pub insts: Vec<Placed>,
    /// How it ends; absent only while it is built.
    pub end: Option<End>,
}

/// An instruction in its place.
#[derive(Debug, Clone)]
pub struct Placed {
    /// What it does.
    pub inst: Inst,
    /// The value it makes.
    pub result: Option<Value>,
    /// The site it works for, for debuggers.
    pub site: Option<SiteId>,
}

/// How a block ends.
#[derive(Debug, Clone)]
pub enum End {
    /// Goes on elsewhere.
    Jump(Target),
    /// Goes on at the first if the flag is 1, else at the second.
    Branch {
        /// The flag.
        condition: Value,
        /// Where it is 1.
        then: Target,
        /// Where it is 0.
        otherwise: Target,
        /// Whether the first serves only the recording: where nothing is recorded, the second is taken always.
        recording: bool,
    },
    /// The row is decided.
    Done,
}

/// A block and the values of its parameters.
#[derive(Debug, Clone)]
pub struct Target {
    /// The block.
    pub block: Block,
    /// One for each of its parameters.
    pub arguments: Vec<Value>,
}

/// An operation on two values of one width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    /// Towards zero. The divisor is not 0, nor -1.
    Divide,
    /// With the sign of the dividend. The divisor is not 0, nor -1.
    Remainder,
    And,
    Or,
    Xor,
    /// By as many bits as the second says, modulo the width.
    ShiftLeft,
    /// By as many bits as the second says, modulo the width.
    ShiftRight,
    Max,
}

/// An order between two values of one width, with sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Order {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How a value lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Storage {
    /// 1, 2, 4, 8 or 16.
    pub bytes: u8,
    /// Whether a shorter one is extended by its sign.
    pub signed: bool,
}

/// Where memory begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// The row of the input.
    Input,
    /// The row of the outcome.
    Outcome,
    /// Frame 0.
    Frame,
    /// An address.
    At(Value),
}

/// Why something is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keep {
    /// It is needed for deciding.
    Always,
    /// It is the value of a slot.
    Slot(SlotId),
    /// It is the word of a frame's bits that begins at this byte.
    Bits(FrameId, u32),
}

/// What a site is set to: `base` times `open`, plus `factor` times `flag`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteBits {
    /// Whose.
    pub site: SiteId,
    /// What they are at least.
    pub base: u8,
    /// Whether that counts; without one it does.
    pub open: Option<Value>,
    /// What is added if the next is 1.
    pub factor: u8,
    /// A flag that is 0 wherever `open` is.
    pub flag: Option<Value>,
    /// Whether code reads the bits, so that they are there even where they are not stored.
    pub read: bool,
}

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inst {
    /// A number.
    Constant(i128),
    /// An operation.
    Binary(Binary, Value, Value),
    /// A comparison; a flag.
    Compare(Order, Value, Value),
    /// The second where the flag is 1, else the third.
    Select(Value, Value, Value),
    /// A word or flag as a wider value: a flag as 0 or 1, a word with its sign.
    Extend(Value),
    /// A wide value as a word, or a word as a flag by its lowest bit.
    Reduce(Value),
    /// A flag as a word of all ones or all zeros.
    Mask(Value),
    /// The bits of sites of one word, each at its place, without those that are neither stored nor read.
    Bits(Vec<SiteBits>),
    /// The place of the lowest bit that is 1; 64 if there is none.
    Lowest(Value),
    /// The first at levels that record anything, the second at the level that does not. Both are equal.
    Either(Value, Value),
    /// A word of a table: the offset of the table among the constants, and which word.
    Table(u32, Value),
    /// Reads memory that does not change while the code runs.
    Load(Base, u32, Storage),
    /// Reads memory that the code has written.
    LoadWritten(Base, u32, Storage),
    /// Writes memory.
    Store(Base, u32, Storage, Value, Keep),
    /// The address that a handle points at.
    Address(Value),
    /// The address at an offset of scratch.
    ScratchAddress(Value),
    /// Takes as many times `size` bytes of scratch; the offset at which they begin. Where there are too few, the row is given up.
    Reserve {
        /// How many times.
        count: Value,
        /// How many bytes.
        size: u32,
    },
    /// The address of bytes of the stack.
    StackAddress(u32),
    /// Calls a helper. Wide arguments are passed as their halves.
    Call {
        /// Which.
        helper: Helper,
        /// Without the context.
        arguments: Vec<Value>,
    },
    /// Calls a decision. Where it gives up, so does the row.
    Decide {
        /// Which.
        decision: DecisionId,
        /// Address of the input row.
        row: Value,
        /// Address of the outcome row.
        outcome: Value,
        /// The slot that will hold the handle of its frame.
        activation: SlotId,
        /// Address of its frame, if that slot is stored.
        frame: Value,
    },
}

impl Order {
    /// What holds where it does not.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }
}

impl Function {
    /// A block.
    #[must_use]
    pub fn block(&self, block: Block) -> &BlockData {
        &self.blocks[block.0 as usize]
    }

    /// The width of a value.
    #[must_use]
    pub fn width(&self, value: Value) -> Width {
        self.values[value.0 as usize]
    }
}

impl Inst {
    /// The values it uses.
    #[must_use]
    pub fn operands(&self) -> Vec<Value> {
        let base = |base: &Base| if let Base::At(value) = base { vec![*value] } else { Vec::new() };
        match self {
            Self::Constant(_) | Self::StackAddress(_) => Vec::new(),
            Self::Binary(_, a, b) | Self::Compare(_, a, b) | Self::Either(a, b) => vec![*a, *b],
            Self::Select(a, b, c) => vec![*a, *b, *c],
            Self::Extend(a) | Self::Reduce(a) | Self::Mask(a) | Self::Address(a) | Self::ScratchAddress(a) => vec![*a],
            Self::Bits(sites) => sites.iter().flat_map(|bits| [bits.open, bits.flag]).flatten().collect(),
            Self::Lowest(a) | Self::Table(_, a) => vec![*a],
            Self::Load(from, ..) | Self::LoadWritten(from, ..) => base(from),
            Self::Store(to, _, _, value, _) => [base(to), vec![*value]].concat(),
            Self::Reserve { count, .. } => vec![*count],
            Self::Call { arguments, .. } => arguments.clone(),
            Self::Decide { row, outcome, frame, .. } => vec![*row, *outcome, *frame],
        }
    }

    /// The values it uses at a level.
    #[must_use]
    pub fn operands_at(&self, level: Level) -> Vec<Value> {
        match self {
            Self::Either(recorded, other) => vec![if level == Level::None { *other } else { *recorded }],
            inst => inst.operands(),
        }
    }

    /// Whether it does more than make a value.
    #[must_use]
    pub const fn has_effect(&self) -> bool {
        matches!(self, Self::Store(..) | Self::Decide { .. } | Self::Call { helper: Helper::Copy, .. })
    }
}
