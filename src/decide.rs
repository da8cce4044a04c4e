//! Deciding: JSON in, outcomes and traces out, one at a time or in batches that reuse their memory.

use std::fmt;

use axtrace_runtime::code::RunError;
use axtrace_runtime::memory::{Batch, MemoryError};
use axtrace_runtime::meta::{DecisionId, DecisionMeta, ProgramMeta, RuleId, RuleState};
use axtrace_runtime::read::csv::{Columns, Header, Row};
use axtrace_runtime::read::{CellPlace, InputErrors, Reader};
use axtrace_runtime::recording::Recorder;
use axtrace_runtime::trace::{DecodeError, Level, OutcomeTrace, Passed, Trace, View, decode};
use axtrace_runtime::value::Value;

use crate::Rules;

/// Inputs of a batch, at most.
const MOST_INPUTS: usize = 4096;
/// Bytes of the texts and lists of a batch after which it is decided.
const ENOUGH_BYTES: usize = 8 << 20;

/// One decision of compiled rules.
pub struct Decision<'a> {
    rules: &'a Rules,
    id: DecisionId,
    reader: Reader,
}

/// Why there is no outcome.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The input cannot be read: all its problems.
    #[error(transparent)]
    Input(#[from] InputErrors),
    /// The code could not be run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// What was recorded cannot be read back. This is a bug in AxTrace.
    #[error("the recording cannot be read: {0}; this is a bug in AxTrace")]
    Recording(#[from] DecodeError),
    /// The values are not of the types of the parameters.
    #[error("the values are no input of the decision: {0}")]
    Values(#[from] MemoryError),
}

impl<'a> Decision<'a> {
    pub(crate) fn new(rules: &'a Rules, id: DecisionId) -> Self {
        Self { rules, id, reader: Reader::new(rules.meta(), id) }
    }

    /// Which decision of the program it is.
    #[must_use]
    pub fn id(&self) -> DecisionId {
        self.id
    }

    /// Its parameters, rules and sites.
    #[must_use]
    pub fn meta(&self) -> &'a DecisionMeta {
        &self.rules.meta().decisions[self.id.index()]
    }

    /// Decides one input, an object keyed by parameter name, and gives the line of JSON that says what was decided, as far as the level goes.
    ///
    /// # Errors
    /// When the input is no input of the decision.
    pub fn decide(&self, json: &[u8], level: Level) -> Result<String, DecideError> {
        self.with_one(json, level, |decided| decided.json())
    }

    /// Decides one input and gives what was recorded about it.
    ///
    /// # Errors
    /// When the input is no input of the decision.
    pub fn trace(&self, json: &[u8], level: Level) -> Result<Trace, DecideError> {
        self.with_one(json, level, |decided| decided.trace())
    }

    fn with_one<T>(&self, json: &[u8], level: Level, then: impl FnOnce(&Decided) -> Result<T, DecideError>) -> Result<T, DecideError> {
        let (mut batch, mut recorder) = (Batch::new(), Recorder::new(level));
        self.reader.read(json, &mut batch)?;
        self.rules.executable().admit(self.id, &mut batch)?;
        self.rules.executable().decide_batch(self.id, &batch, &mut recorder)?;
        then(&Decided { program: self.rules.meta(), id: self.id, batch: &batch, row: 0, recorder: &recorder, at: 0 })
    }

    /// Binds the columns of a CSV file to the parameters, to decide its rows. `passed` are the places of columns that need not name a
    /// field, since they are read by somebody else.
    ///
    /// # Errors
    /// When the columns are not those of inputs of the decision: all there is to say about it.
    pub fn columns(&self, header: Header, passed: &[usize]) -> Result<Columns<'_>, InputErrors> {
        self.reader.columns(header, passed)
    }

    /// Decides one row of CSV and gives what was recorded about it.
    ///
    /// # Errors
    /// When the row is no input of the decision.
    ///
    /// # Panics
    /// When the columns are those of another decision.
    pub fn trace_row(&self, columns: &Columns, row: &Row, level: Level) -> Result<Trace, DecideError> {
        let mut session = self.session(level);
        session.push_row(columns, row);
        let mut trace = None;
        session.answer(|answer| {
            trace = Some(answer.map_err(InputErrors::clone)?.trace()?);
            Ok::<(), DecideError>(())
        })?;
        trace.ok_or(DecideError::Run(RunError::NotItsRows))
    }

    /// Decides the values of the parameters, in declared order, with native code.
    ///
    /// # Errors
    /// When the values are not of the parameters' types.
    pub fn trace_values(&self, values: &[Value], level: Level) -> Result<Trace, DecideError> {
        let (mut batch, mut recorder) = (Batch::new(), Recorder::new(level));
        batch.push_values(self.meta(), &self.rules.meta().types, values)?;
        self.rules.executable().admit(self.id, &mut batch)?;
        self.rules.executable().decide_batch(self.id, &batch, &mut recorder)?;
        Decided { program: self.rules.meta(), id: self.id, batch: &batch, row: 0, recorder: &recorder, at: 0 }.trace()
    }

    /// Starts deciding many inputs.
    #[must_use]
    pub fn session(&self, level: Level) -> Session<'_> {
        Session { decision: self, batch: Batch::new(), inputs: Vec::new(), recorder: Recorder::new(level) }
    }
}

impl fmt::Debug for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision").field("name", &self.meta().qualified_name()).finish_non_exhaustive()
    }
}

/// Many inputs, decided batch by batch: [`push`](Self::push) until it [`is_full`](Self::is_full), then [`answer`](Self::answer).
pub struct Session<'a> {
    decision: &'a Decision<'a>,
    batch: Batch,
    /// Each input in order: a row of the batch, or why it is none.
    inputs: Vec<Option<InputErrors>>,
    recorder: Recorder,
}

impl Session<'_> {
    /// Takes one input, an object keyed by parameter name.
    pub fn push(&mut self, json: &[u8]) {
        let read = self.decision.reader.read(json, &mut self.batch).and_then(|()| self.admit());
        self.inputs.push(read.err());
    }

    /// Takes one row of CSV.
    ///
    /// # Panics
    /// When the columns are those of another decision.
    pub fn push_row(&mut self, columns: &Columns, row: &Row) {
        assert!(columns.are_of(&self.decision.reader), "the columns are those of another decision");
        let at = |mut errors: InputErrors| {
            let cell = Some(CellPlace { line: Some(row.line()), column: None });
            errors.problems.iter_mut().for_each(|problem| problem.cell = cell.clone());
            errors
        };
        let read = columns.read(row, &mut self.batch).and_then(|()| self.admit().map_err(at));
        self.inputs.push(read.err());
    }

    /// Checks what always holds of the input that was read last.
    fn admit(&mut self) -> Result<(), InputErrors> {
        self.decision.rules.executable().admit(self.decision.id, &mut self.batch)
    }

    /// Takes the place of an input that could not even be given, with the reason.
    pub fn refuse(&mut self, errors: InputErrors) {
        self.inputs.push(Some(errors));
    }

    /// Whether it is time to answer.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.inputs.len() >= MOST_INPUTS || self.batch.arena().len() + self.batch.rows().len() >= ENOUGH_BYTES
    }

    /// Decides what was taken and gives each answer in order, then forgets it all.
    ///
    /// # Errors
    /// What `each` gives, and when the code cannot be run.
    pub fn answer<E: From<RunError>>(&mut self, mut each: impl FnMut(Result<Decided<'_>, &InputErrors>) -> Result<(), E>) -> Result<(), E> {
        let (id, rules) = (self.decision.id, self.decision.rules);
        let (mut row, mut first) = (0, 0);
        for input in &self.inputs {
            if let Some(errors) = input {
                each(Err(errors))?;
                continue;
            }
            if row >= first + self.recorder.count() || row == 0 {
                first = row;
                rules.executable().decide_rows(id, &self.batch, row..self.batch.count(), &mut self.recorder)?;
            }
            each(Ok(Decided { program: rules.meta(), id, batch: &self.batch, row, recorder: &self.recorder, at: row - first }))?;
            row += 1;
        }
        self.batch.clear();
        self.inputs.clear();
        Ok(())
    }
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("decision", self.decision).field("inputs", &self.inputs.len()).finish_non_exhaustive()
    }
}

/// One decided input.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    program: &'a ProgramMeta,
    id: DecisionId,
    batch: &'a Batch,
    row: usize,
    recorder: &'a Recorder,
    at: usize,
}

impl Decided<'_> {
    fn meta(&self) -> &DecisionMeta {
        &self.program.decisions[self.id.index()]
    }

    /// What was decided.
    ///
    /// # Errors
    /// When the outcome cannot be read back, which is a bug in AxTrace.
    pub fn outcome(&self) -> Result<OutcomeTrace, DecideError> {
        Ok(self.decode(Level::None)?.outcome)
    }

    /// What became of a rule; nothing at [`Level::None`].
    #[must_use]
    pub fn rule_state(&self, rule: RuleId) -> Option<RuleState> {
        let site = &self.meta().sites[self.meta().rules[rule.index()].site.index()];
        let byte = self.recorder.frame(self.at).get(site.place as usize / 4)?;
        Some(RuleState::of(byte >> (2 * (site.place % 4))))
    }

    /// What was recorded, as a tree and a record.
    ///
    /// # Errors
    /// When the recording cannot be read back, which is a bug in AxTrace.
    pub fn trace(&self) -> Result<Trace, DecideError> {
        self.decode(self.level())
    }

    /// The level that can be read back: a recording that did not fit into its memory holds nothing but the outcome.
    fn level(&self) -> Level {
        if self.recorder.is_cut() { Level::None } else { self.recorder.level() }
    }

    fn decode(&self, level: Level) -> Result<Trace, DecideError> {
        let (row, arena) = (self.batch.row(self.row), self.batch.arena());
        let (outcome, frame, scratch) = (self.recorder.outcome(self.at), self.recorder.frame(self.at), self.recorder.scratch());
        Ok(decode(self.program, self.id, &View { row, arena, outcome, frame, scratch }, level)?)
    }

    /// The line of JSON that says what was decided, as far as the recording goes, without a line break.
    ///
    /// # Errors
    /// When the recording cannot be read back, which is a bug in AxTrace.
    pub fn json(&self) -> Result<String, DecideError> {
        Ok(self.decode(self.level())?.to_json(self.program, self.level()))
    }

    /// The line of JSON as far as a level and the recording go, with what the caller gave along with the input.
    ///
    /// # Errors
    /// When the recording cannot be read back, which is a bug in AxTrace.
    pub fn json_with(&self, passed: Passed, level: Level) -> Result<String, DecideError> {
        let level = level.min(self.level());
        let mut trace = self.decode(level)?;
        trace.pass(passed);
        Ok(trace.to_json(self.program, level))
    }

    /// The line of JSON with the outcome alone, whatever was recorded.
    ///
    /// # Errors
    /// When the outcome cannot be read back, which is a bug in AxTrace.
    pub fn outcome_json(&self) -> Result<String, DecideError> {
        Ok(self.decode(Level::None)?.to_json(self.program, Level::None))
    }
}
