//! Native code and how it is entered, whether it was made in this process or came from an artifact.
//!
//! [`Executable`] is a program that can decide: batch by batch into a [`Recorder`], or row by row through a [`Decider`], which has everything
//! prepared and does little more than call. Both are pure: code reads the batch and the program and writes what it is given to write.

use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::abi::{Context, Entry};
use crate::helpers::HELPERS;
use crate::memory::{Batch, InputMark, Memory, read_value};
use crate::meta::{DecisionId, ProgramMeta};
use crate::read::InputErrors;
use crate::recording::Recorder;
use crate::relations::{self, Relations};
use crate::trace::Level;
use crate::value::Value;

/// Entry points, and what keeps them callable.
pub struct Code {
    entries: Vec<[Option<Entry>; 3]>,
    _keeper: Box<dyn Any + Send + Sync>,
}

/// A compiled program with its code.
#[derive(Debug)]
pub struct Executable {
    meta: Arc<ProgramMeta>,
    code: Code,
    pub(crate) relations: Relations,
    /// By [`DecisionId`]: what rows of it are marked with.
    marks: Vec<InputMark>,
}

/// Why code could not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum RunError {
    /// There is no code for the decision at that level.
    #[error("there is no code for this decision at this level of recording")]
    #[diagnostic(code(E0755))]
    NoCode,
    /// The rows are not rows of the decision.
    #[error("the rows are not inputs of this decision, or were not checked for what always holds of them")]
    #[diagnostic(code(E0757))]
    NotItsRows,
    /// One input alone takes more scratch than a recorder may have, even without a recording.
    #[error("deciding takes more memory than it may")]
    #[diagnostic(code(E0756))]
    OutOfScratch,
}

impl Code {
    /// Code of a program: the entry points of each decision at [`Level::None`], [`Level::Record`] and [`Level::Full`].
    ///
    /// # Safety
    /// Each entry point must be code that was emitted for the decision at its place, of the program that the code is used with; it must stay
    /// callable until the keeper is dropped.
    #[must_use]
    pub unsafe fn new(entries: Vec<[Option<Entry>; 3]>, keeper: Box<dyn Any + Send + Sync>) -> Self {
        Self { entries, _keeper: keeper }
    }

    /// The entry point of a decision at a level, if it was emitted.
    #[must_use]
    pub fn entry(&self, decision: DecisionId, level: Level) -> Option<Entry> {
        self.entries.get(decision.index())?[level as usize]
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").field("decisions", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Executable {
    /// A program with its code.
    ///
    /// # Safety
    /// The code must have been emitted for this program.
    #[must_use]
    pub unsafe fn new(meta: Arc<ProgramMeta>, code: Code) -> Self {
        let relations = Relations::of(&meta);
        let marks = meta.decisions.iter().map(|decision| InputMark::of(decision, &meta.types)).collect();
        Self { meta, code, relations, marks }
    }

    /// The program. Its constants are those that recordings of this code point into.
    #[must_use]
    pub const fn meta(&self) -> &Arc<ProgramMeta> {
        &self.meta
    }

    /// Decides all rows of a batch, at the recorder's level, and gives how many: see [`Self::decide_rows`].
    ///
    /// # Errors
    /// As [`Self::decide_rows`].
    pub fn decide_batch(&self, decision: DecisionId, batch: &Batch, recorder: &mut Recorder) -> Result<usize, RunError> {
        self.decide_rows(decision, batch, 0..batch.count, recorder)
    }

    /// Decides rows of a batch, at the recorder's level. The recorder then holds them from the first; what it held before is forgotten.
    ///
    /// Gives the number of rows decided: at least one unless there are none, and fewer than asked for when the recorder's arena is full.
    /// Then the caller takes what is recorded and goes on behind it. When the recording of one row alone does not fit, that row
    /// is decided without one, and [`Recorder::is_cut`] says so.
    ///
    /// # Errors
    /// When there is no code for the decision at the level, when the batch does not have such rows, or when one row cannot be decided in the
    /// recorder's arena even without a recording.
    pub fn decide_rows(&self, decision: DecisionId, batch: &Batch, rows: Range<usize>, recorder: &mut Recorder) -> Result<usize, RunError> {
        let entry = self.code.entry(decision, recorder.level).ok_or(RunError::NoCode)?;
        let (stride, count) = (self.check_rows(decision, batch, &rows)?, rows.len());
        recorder.prepare(&self.meta.decisions[decision.index()], count);
        while recorder.count < count {
            let from = (rows.start + recorder.count) * stride;
            self.enter(entry, batch, from, count - recorder.count, recorder);
            if recorder.count < count && !recorder.grow() {
                break;
            }
        }
        if recorder.count == 0 && count > 0 {
            self.decide_unrecorded(decision, batch, rows.start * stride, recorder)?;
        }
        Ok(recorder.count)
    }

    /// Checks what always holds of the last row of a batch, and of the records in it. Rows of a decision that something holds of are decided
    /// only after this was asked of each of them, in turn.
    ///
    /// # Errors
    /// When something does not hold: all of it. The row is then taken off the batch again.
    pub fn admit(&self, decision: DecisionId, batch: &mut Batch) -> Result<(), InputErrors> {
        if !self.relations.concern(decision) {
            return Ok(());
        }
        let Some(last) = batch.count.checked_sub(1).filter(|last| batch.admitted == *last && batch.mark == Some(self.mark(decision)))
        else {
            return Ok(());
        };
        let problems = relations::problems(self, decision, batch, last);
        if problems.is_empty() {
            batch.admitted = batch.count;
            return Ok(());
        }
        batch.rows.truncate(last * self.stride(decision));
        batch.count = last;
        Err(InputErrors { problems, cut: false })
    }

    /// What the decision of a relation gives for a row of its own, with the arena that the row's handles point into; `None` when there is no
    /// memory to tell.
    pub(crate) fn ask_relation(&self, relation: DecisionId, row: &[u8], arena: &[u8], recorder: &mut Recorder) -> Option<Value> {
        let entry = self.code.entry(relation, Level::None)?;
        let meta = &self.meta.decisions[relation.index()];
        if row.len() < meta.input.size as usize {
            return None;
        }
        recorder.prepare(meta, 1);
        loop {
            self.enter_rows(entry, arena, row, 1, recorder);
            if recorder.count == 1 {
                let (at, shape) = meta.outcome.members.get(1)?;
                let memory = Memory { input: arena, constants: &self.meta.constants, scratch: recorder.scratch() };
                return read_value(&meta.gives, shape, recorder.outcome(0).get(*at as usize..)?, &memory, &self.meta.types).ok();
            }
            if !recorder.grow() {
                return None;
            }
        }
    }

    /// Prepares for deciding rows of batches one at a time.
    ///
    /// # Errors
    /// When there is no code for the decision at the level.
    pub fn decider(&self, decision: DecisionId, level: Level) -> Result<Decider<'_>, RunError> {
        let entry = self.code.entry(decision, level).ok_or(RunError::NoCode)?;
        let mut recorder = Recorder::new(level);
        recorder.prepare(&self.meta.decisions[decision.index()], 1);
        let stride = self.stride(decision);
        let context = self.context(&[], &mut recorder);
        let related = self.relations.concern(decision);
        Ok(Decider { executable: self, decision, entry, stride, mark: self.mark(decision), related, context, recorder })
    }

    fn mark(&self, decision: DecisionId) -> InputMark {
        self.marks[decision.index()]
    }

    fn stride(&self, decision: DecisionId) -> usize {
        self.meta.decisions[decision.index()].input.size.max(1) as usize
    }

    fn check_rows(&self, decision: DecisionId, batch: &Batch, rows: &Range<usize>) -> Result<usize, RunError> {
        let stride = self.stride(decision);
        let there = rows.end <= batch.count && batch.count.checked_mul(stride).is_some_and(|bytes| bytes <= batch.rows.len());
        let its = rows.is_empty() || batch.mark == Some(self.mark(decision));
        let admitted = rows.end <= batch.admitted || !self.relations.concern(decision);
        if there && its && admitted { Ok(stride) } else { Err(RunError::NotItsRows) }
    }

    fn decide_unrecorded(&self, decision: DecisionId, batch: &Batch, from: usize, recorder: &mut Recorder) -> Result<(), RunError> {
        let entry = self.code.entry(decision, Level::None).ok_or(RunError::OutOfScratch)?;
        recorder.used = 0;
        self.enter(entry, batch, from, 1, recorder);
        recorder.cut = true;
        if recorder.count == 1 { Ok(()) } else { Err(RunError::OutOfScratch) }
    }

    /// Enters code for `count` rows that begin at the byte `from`, behind what is recorded already.
    fn enter(&self, entry: Entry, batch: &Batch, from: usize, count: usize, recorder: &mut Recorder) {
        self.enter_rows(entry, &batch.arena, &batch.rows[from..], count, recorder);
    }

    /// Enters code for `count` rows, whose handles point into an arena.
    fn enter_rows(&self, entry: Entry, arena: &[u8], rows: &[u8], count: usize, recorder: &mut Recorder) {
        let mut context = self.context(arena, recorder);
        let rows = rows.as_ptr();
        let outcomes = recorder.outcomes[recorder.count * recorder.outcome_size..].as_mut_ptr();
        let frames = recorder.frames.as_mut_ptr().wrapping_add(recorder.count * recorder.frame_size);
        // SAFETY: the entry was emitted for this decision; there are `count` rows of it, and the recorder room for as many
        // outcomes, and, unless it records nothing, frames; the context's bases and sizes are those of live buffers that nothing else uses.
        let done = unsafe { entry(&raw mut context, rows, count as u64, outcomes, frames) };
        recorder.count += done as usize;
        recorder.used = context.scratch_len as usize;
    }

    fn context(&self, arena: &[u8], recorder: &mut Recorder) -> Context {
        Context {
            input: arena.as_ptr(),
            constants: self.meta.constants.as_ptr(),
            scratch: recorder.scratch.as_mut_ptr(),
            scratch_len: recorder.used as u64,
            scratch_cap: recorder.scratch.len() as u64,
            helpers: &raw const HELPERS,
            program: Arc::as_ptr(&self.meta),
            input_len: arena.len() as u64,
        }
    }
}

/// Decides rows one at a time, each over what the one before left.
#[derive(Debug)]
pub struct Decider<'a> {
    executable: &'a Executable,
    decision: DecisionId,
    entry: Entry,
    stride: usize,
    mark: InputMark,
    /// Whether rows must be admitted first.
    related: bool,
    context: Context,
    recorder: Recorder,
}

impl Decider<'_> {
    /// Decides one row of a batch and gives its outcome row. The recording is in [`Self::recorder`].
    ///
    /// # Errors
    /// When the batch has no such row of this decision, or deciding it takes more scratch than a recorder may have.
    #[inline]
    pub fn decide(&mut self, batch: &Batch, index: usize) -> Result<&[u8], RunError> {
        let start = index.wrapping_mul(self.stride);
        let refused = self.related && index >= batch.admitted;
        if refused || index >= batch.count || batch.mark != Some(self.mark) || start.saturating_add(self.stride) > batch.rows.len() {
            return Err(RunError::NotItsRows);
        }
        self.context.input = batch.arena.as_ptr();
        self.context.input_len = batch.arena.len() as u64;
        self.context.scratch_len = 0;
        let (row, outcome, frame) = (&raw const batch.rows[start], self.recorder.outcomes.as_mut_ptr(), self.recorder.frames.as_mut_ptr());
        // SAFETY: the entry was emitted for this decision; the batch has the row; the recorder was prepared for one row, and its buffers,
        // which the context points at, are its own and have not moved since.
        let done = unsafe { (self.entry)(&raw mut self.context, row, 1, outcome, frame) };
        if done == 1 {
            self.recorder.used = self.context.scratch_len as usize;
            self.recorder.count = 1;
            self.recorder.cut = false;
            return Ok(&self.recorder.outcomes[..self.recorder.outcome_size]);
        }
        self.decide_slowly(batch, index)
    }

    /// What the last row left.
    #[must_use]
    pub const fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Decides a row that needs more scratch than there is.
    #[cold]
    fn decide_slowly(&mut self, batch: &Batch, index: usize) -> Result<&[u8], RunError> {
        let done = self.executable.decide_rows(self.decision, batch, index..index + 1, &mut self.recorder);
        self.context = self.executable.context(&[], &mut self.recorder);
        done?;
        Ok(self.recorder.outcome(0))
    }
}
