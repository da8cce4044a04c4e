//! Writes functions for people and for snapshots.

use std::fmt::{self, Display, Formatter};

use super::{Base, Block, End, Function, Inst, SiteBits, Target, Value, Width};

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl Display for Block {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "block{}", self.0)
    }
}

impl Display for Width {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "flag",
            Self::Word => "word",
            Self::Wide => "wide",
        })
    }
}

impl Display for Base {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input => f.write_str("input"),
            Self::Outcome => f.write_str("outcome"),
            Self::Frame => f.write_str("frame"),
            Self::At(value) => write!(f, "{value}"),
        }
    }
}

impl Display for SiteBits {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "site{}: {}", self.site.0, self.base)?;
        if let Some(open) = self.open {
            write!(f, " * {open}")?;
        }
        self.flag.map_or(Ok(()), |flag| write!(f, " + {} * {flag}", self.factor))
    }
}

fn list(values: &[impl Display]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.block, list(&self.arguments))
    }
}

impl Display for End {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jump(target) => write!(f, "jump {target}"),
            Self::Branch { condition, then, otherwise, recording } => {
                let word = if *recording { "record-if" } else { "if" };
                write!(f, "{word} {condition} then {then} else {otherwise}")
            }
            Self::Done => f.write_str("done"),
        }
    }
}

impl Display for Inst {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(number) => write!(f, "{number}"),
            Self::Binary(op, a, b) => write!(f, "{op:?} {a}, {b}"),
            Self::Compare(order, a, b) => write!(f, "{order:?} {a}, {b}"),
            Self::Bits(sites) => write!(f, "bits {}", list(sites)),
            Self::Either(..) => write!(f, "either {}", list(&self.operands())),
            Self::Lowest(_) => write!(f, "lowest {}", list(&self.operands())),
            Self::Table(offset, index) => write!(f, "table at {offset}, {index}"),
            Self::Load(base, offset, storage) | Self::LoadWritten(base, offset, storage) => {
                write!(f, "load {base} + {offset}, {} bytes", storage.bytes)
            }
            Self::Store(base, offset, storage, value, keep) => {
                write!(f, "store {value} to {base} + {offset}, {} bytes, {keep:?}", storage.bytes)
            }
            Self::Reserve { count, size } => write!(f, "reserve {count} * {size}"),
            Self::StackAddress(place) => write!(f, "stack {place}"),
            Self::Call { helper, arguments } => write!(f, "{helper:?}({})", list(arguments)),
            Self::Decide { decision, .. } => write!(f, "decide {} ({})", decision.0, list(&self.operands())),
            Self::Select(..) => write!(f, "select {}", list(&self.operands())),
            Self::Extend(_) => write!(f, "extend {}", list(&self.operands())),
            Self::Reduce(_) => write!(f, "reduce {}", list(&self.operands())),
            Self::Mask(_) => write!(f, "mask {}", list(&self.operands())),
            Self::Address(_) => write!(f, "address {}", list(&self.operands())),
            Self::ScratchAddress(_) => write!(f, "scratch {}", list(&self.operands())),
        }
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "decide {}", self.name)?;
        for (index, block) in self.blocks.iter().enumerate() {
            writeln!(f, "block{index}({}):", list(&block.params))?;
            for placed in &block.insts {
                match placed.result {
                    Some(result) => writeln!(f, "  {result}: {} = {}", self.width(result), placed.inst)?,
                    None => writeln!(f, "  {}", placed.inst)?,
                }
            }
            if let Some(end) = &block.end {
                writeln!(f, "  {end}")?;
            }
        }
        Ok(())
    }
}
