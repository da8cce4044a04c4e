//! Input reading: JSON text to rows, exact, with every problem of an input found.
//!
//! A [`Reader`] is made once for a decision. Its fast pass is driven by the types: it writes values straight into the row and the arena of a
//! [`Batch`], and knows only that something is wrong. What is wrong is found by a second pass, which inputs without problems never see.
//! Keys under an `open record` that are no fields of it must be JSON, and are not looked at further.

mod check;
pub mod csv;
mod fast;
mod near;
pub mod outline;
mod plan;
mod problem;
mod scalar;
mod scan;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod tests;

use crate::memory::{Batch, InputMark};
use crate::meta::{DecisionId, DecisionMeta, ProgramMeta};
use check::Declared;
use fast::Stop;
pub(crate) use near::nearest;
use plan::Plan;
pub use problem::{CellPlace, InputErrors, MAX_PROBLEMS, Problem, RowPlace, Wrong};

/// The largest input, in bytes.
pub const MAX_INPUT_BYTES: usize = 64 * 1024 * 1024;

/// The work space that is kept for the next input, in bytes.
const KEPT_WORK: usize = 1 << 20;

/// Reads the inputs of one decision.
pub struct Reader {
    plan: Plan,
    /// The bytes of a row.
    row: usize,
    declared: Declared,
    mark: InputMark,
}

impl Reader {
    /// A reader of the inputs of a decision of the program.
    #[must_use]
    pub fn new(program: &ProgramMeta, decision: DecisionId) -> Self {
        Self::of(program, &program.decisions[decision.index()])
    }

    /// A reader of the parameters of something that is laid out like a decision of the program.
    #[must_use]
    pub fn of(program: &ProgramMeta, decision: &DecisionMeta) -> Self {
        let declared = Declared {
            decision: decision.name.clone(),
            span: decision.span,
            params: decision.params.clone(),
            types: program.types.clone(),
            zones: program.zones.iter().map(|zone| zone.name().to_owned()).collect(),
        };
        let mark = InputMark::of(decision, &program.types);
        Self { plan: Plan::new(program, decision), row: decision.input.size.max(1) as usize, declared, mark }
    }

    /// Reads one input, an object keyed by parameter, and appends it to the batch.
    ///
    /// # Errors
    /// When the input is no input of the decision: all its problems. Then nothing is appended.
    pub fn read(&self, json: &[u8], batch: &mut Batch) -> Result<(), InputErrors> {
        let arena = batch.arena.len();
        let read = if json.len() > MAX_INPUT_BYTES { Err(Stop::Wrong) } else { fast::read(&self.plan, self.row, json, batch) };
        self.close(batch, arena, read.is_ok());
        read.map_err(|stop| self.problems(json, stop))
    }

    /// Appends the row in the work space of a batch, or forgets it and what it put into the arena.
    #[inline(always)]
    fn close(&self, batch: &mut Batch, arena: usize, well: bool) {
        if well {
            batch.rows.extend_from_slice(&batch.work);
            batch.appended(self.mark);
        } else {
            batch.arena.truncate(arena);
        }
        batch.work.clear();
        batch.work.shrink_to(KEPT_WORK);
    }

    #[cold]
    fn problems(&self, json: &[u8], stop: Stop) -> InputErrors {
        let whole = |wrong| InputErrors {
            problems: vec![Problem { at: String::new(), declared: self.declared.span, wrong, cell: None }],
            cut: false,
        };
        if json.len() > MAX_INPUT_BYTES {
            return whole(Wrong::TooLarge { bytes: json.len() });
        }
        if stop == Stop::NoRoom {
            return whole(Wrong::NoRoom);
        }
        let found = check::problems(&self.declared, &self.plan, json);
        debug_assert!(!found.problems.is_empty(), "the fast pass refused what the second finds no fault with");
        found
    }
}

/// So many bytes after which a record that has not ended is taken for one that never does.
pub const MAX_UNENDED: usize = 1 << 28;

/// Ends reading a record that goes on and on; `size` is how much of it was read, `line` where it begins.
///
/// # Errors
/// When it has more than [`MAX_UNENDED`] bytes.
pub fn endless(size: usize, line: u64) -> std::io::Result<()> {
    if size <= MAX_UNENDED {
        return Ok(());
    }
    let message = format!("what begins on line {line} has not ended after 256 MiB; a record has at most 64 MiB");
    Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message))
}

/// The lines of NDJSON that are not blank, each with its number from 1, without its line break.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let numbered = bytes.split(|byte| *byte == b'\n').enumerate();
    numbered.map(|(place, line)| (place + 1, line.trim_ascii_end())).filter(|(_, line)| !line.is_empty())
}
