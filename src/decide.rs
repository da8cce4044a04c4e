//! Deciding: JSON in, outcomes and traces out, one at a time or in batches that reuse their memory.

use std::fmt;
use std::sync::Arc;

use axtrace_runtime::code::RunError;
use axtrace_runtime::memory::{Batch, Memory, MemoryError};
use axtrace_runtime::meta::{DecisionId, DecisionMeta, ProgramMeta, RuleId, RuleState};
use axtrace_runtime::read::csv::{Columns, Header, Row};
use axtrace_runtime::read::{CellPlace, InputErrors, Reader};
use axtrace_runtime::recording::Recorder;
use axtrace_runtime::trace::{DecodeError, Level, Lines, OutcomeTrace, Passed, Trace, View, decode};
use axtrace_runtime::value::Value;
use miette::Diagnostic;

use crate::Rules;

/// Inputs of a batch, at most.
const MOST_INPUTS: usize = 4096;
/// Bytes of the texts and lists of a batch after which it is decided.
const ENOUGH_BYTES: usize = 8 << 20;

/// One decision of compiled rules. It keeps the rules alive, so it can be stored beside them and sent to other threads; a clone is cheap.
///
/// ```
/// use axtrace::Level;
///
/// let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4")?;
/// let large = rules.decision("large")?;
/// assert_eq!(large.meta().params[0].name, "seats");
/// assert_eq!(large.decide(br#"{"seats": 5}"#, Level::None)?, r#"{"outcome":{"kind":"decided","value":true}}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Decision {
    rules: Rules,
    id: DecisionId,
    reader: Arc<Reader>,
    lines: Arc<Lines>,
}

/// Why there is no outcome. Each has a stable [code](Self::code); what is wrong with an input is data as well.
///
/// ```
/// use axtrace::{DecideError, Level};
///
/// let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4")?;
/// match rules.decision("large")?.decide(br#"{"seats": 10, "colour": "red"}"#, Level::None) {
///     Err(DecideError::Input(errors)) => {
///         let problems: Vec<_> = errors.problems.iter().map(|one| (one.code(), one.at.as_str())).collect();
///         assert_eq!(problems, [("E0710".into(), "/seats"), ("E0708".into(), "/colour")]);
///         assert_eq!(rules.place(errors.problems[0].declared).unwrap().column, 29);
///     }
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum DecideError {
    /// The input cannot be read: all its problems.
    #[error(transparent)]
    Input(#[from] InputErrors),
    /// The code could not be run.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Run(#[from] RunError),
    /// What was recorded cannot be read back. This is a bug in AxTrace.
    #[error("{0}; this is a bug in AxTrace")]
    #[diagnostic(code(E0758))]
    Recording(#[from] DecodeError),
    /// The values are not of the types of the parameters.
    #[error("the values are no input of the decision: {0}")]
    #[diagnostic(code(E0757))]
    Values(#[from] MemoryError),
}

impl DecideError {
    /// The stable code, such as `E0710`; of an input that cannot be read the code of its first problem.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Input(errors) => errors.problems.first().map(axtrace_runtime::read::Problem::code).unwrap_or_default(),
            other => Diagnostic::code(other).map(|code| code.to_string()).unwrap_or_default(),
        }
    }

    pub(crate) fn unreadable(error: MemoryError) -> Self {
        Self::Recording(DecodeError::Memory(error))
    }
}

impl Decision {
    pub(crate) fn new(rules: &Rules, id: DecisionId) -> Self {
        let (reader, lines) = (Reader::new(rules.meta(), id), Lines::new(rules.meta(), id));
        Self { rules: rules.clone(), id, reader: Arc::new(reader), lines: Arc::new(lines) }
    }

    /// The rules that it is one of.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Which decision of the program it is.
    #[must_use]
    pub const fn id(&self) -> DecisionId {
        self.id
    }

    /// Its parameters, rules and sites.
    #[must_use]
    pub fn meta(&self) -> &DecisionMeta {
        &self.rules.meta().decisions[self.id.index()]
    }

    /// The JSON Schema of its inputs, as one JSON object without line breaks.
    ///
    /// ```
    /// let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4")?;
    /// assert!(rules.decision("large")?.input_schema().contains(r#""required":["seats"]"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn input_schema(&self) -> String {
        axtrace_runtime::schema::input_schema(self.rules.meta(), self.id)
    }

    pub(crate) fn program(&self) -> &ProgramMeta {
        self.rules.meta()
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Checks what always holds of the input that was put into a batch last.
    #[inline]
    pub(crate) fn admit(&self, batch: &mut Batch) -> Result<(), InputErrors> {
        self.rules.executable().admit(self.id, batch)
    }

    /// Decides all of a batch of one row.
    #[inline]
    pub(crate) fn run(&self, batch: &Batch, recorder: &mut Recorder) -> Result<(), RunError> {
        self.rules.executable().decide_batch(self.id, batch, recorder).map(|_| ())
    }

    /// What was decided about a batch of one row.
    #[inline]
    pub(crate) fn decided<'a>(&'a self, batch: &'a Batch, recorder: &'a Recorder) -> Decided<'a> {
        Decided { program: self.rules.meta(), lines: &self.lines, id: self.id, batch, row: 0, recorder, at: 0 }
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
        self.admit(&mut batch)?;
        self.run(&batch, &mut recorder)?;
        then(&self.decided(&batch, &recorder))
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
        self.admit(&mut batch)?;
        self.run(&batch, &mut recorder)?;
        self.decided(&batch, &recorder).trace()
    }

    /// Starts deciding many inputs.
    #[must_use]
    pub fn session(&self, level: Level) -> Session {
        Session { decision: self.clone(), batch: Batch::new(), inputs: Vec::new(), recorder: Recorder::new(level) }
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision").field("name", &self.meta().qualified_name()).finish_non_exhaustive()
    }
}

/// Many inputs, decided batch by batch: [`push`](Self::push) until it [`is_full`](Self::is_full), then [`answer`](Self::answer).
///
/// ```
/// use axtrace::{DecideError, Level};
///
/// let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4")?;
/// let mut session = rules.decision("large")?.session(Level::None);
/// for line in [r#"{"seats": 2}"#, r#"{"seats": 12}"#] {
///     session.push(line.as_bytes());
/// }
/// let mut lines = Vec::new();
/// session.answer(|answer| {
///     lines.push(match answer {
///         Ok(decided) => decided.json()?,
///         Err(errors) => errors.to_string(),
///     });
///     Ok::<(), DecideError>(())
/// })?;
/// assert_eq!(lines, [r#"{"outcome":{"kind":"decided","value":false}}"#, "/seats: 12 is more than 9"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Session {
    decision: Decision,
    batch: Batch,
    /// Each input in order: a row of the batch, or why it is none.
    inputs: Vec<Option<InputErrors>>,
    recorder: Recorder,
}

impl Session {
    /// Takes one input, an object keyed by parameter name.
    pub fn push(&mut self, json: &[u8]) {
        let read = self.decision.reader.read(json, &mut self.batch).and_then(|()| self.admit());
        self.inputs.push(read.err());
    }

    /// Takes one input that `push` puts into the batch, or says why it cannot.
    #[inline]
    pub(crate) fn take(&mut self, push: impl FnOnce(&mut Batch) -> Result<(), InputErrors>) {
        self.inputs.push(push(&mut self.batch).err());
    }

    /// Takes one row of CSV.
    ///
    /// # Panics
    /// When the columns are those of another decision.
    pub fn push_row(&mut self, columns: &Columns, row: &Row) {
        assert!(columns.are_of(&self.decision.reader), "the columns are those of another decision");
        let at = |mut errors: InputErrors| {
            let cell = Some(CellPlace { row: Some(row.place()), column: None });
            errors.problems.iter_mut().for_each(|problem| problem.cell = cell.clone());
            errors
        };
        let read = columns.read(row, &mut self.batch).and_then(|()| self.admit().map_err(at));
        self.inputs.push(read.err());
    }

    /// Checks what always holds of the input that was read last.
    fn admit(&mut self) -> Result<(), InputErrors> {
        self.decision.admit(&mut self.batch)
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
    pub fn answer<E: From<RunError>>(&mut self, each: impl FnMut(Result<Decided<'_>, &InputErrors>) -> Result<(), E>) -> Result<(), E> {
        self.answer_with(E::from, each)
    }

    /// As [`Self::answer`], with what becomes of an error of running.
    #[inline]
    pub(crate) fn answer_with<E>(
        &mut self,
        failed: impl Fn(RunError) -> E,
        mut each: impl FnMut(Result<Decided<'_>, &InputErrors>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (id, rules) = (self.decision.id, &self.decision.rules);
        let (mut row, mut first) = (0, 0);
        for input in &self.inputs {
            if let Some(errors) = input {
                each(Err(errors))?;
                continue;
            }
            if row >= first + self.recorder.count() || row == 0 {
                first = row;
                let rows = row..self.batch.count();
                rules.executable().decide_rows(id, &self.batch, rows, &mut self.recorder).map_err(&failed)?;
            }
            each(Ok(Decided {
                program: rules.meta(),
                lines: &self.decision.lines,
                id,
                batch: &self.batch,
                row,
                recorder: &self.recorder,
                at: row - first,
            }))?;
            row += 1;
        }
        self.batch.clear();
        self.inputs.clear();
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("decision", &self.decision).field("inputs", &self.inputs.len()).finish_non_exhaustive()
    }
}

/// One decided input.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    program: &'a ProgramMeta,
    lines: &'a Lines,
    id: DecisionId,
    batch: &'a Batch,
    row: usize,
    recorder: &'a Recorder,
    at: usize,
}

impl Decided<'_> {
    pub(crate) fn meta(&self) -> &DecisionMeta {
        &self.program.decisions[self.id.index()]
    }

    pub(crate) fn outcome_row(&self) -> &[u8] {
        self.recorder.outcome(self.at)
    }

    pub(crate) fn memory(&self) -> Memory<'_> {
        Memory { input: self.batch.arena(), constants: &self.program.constants, scratch: self.recorder.scratch() }
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
        Ok(decode(self.program, self.id, &self.view(), level)?)
    }

    /// What running code left of the input.
    fn view(&self) -> View<'_> {
        let (row, arena) = (self.batch.row(self.row), self.batch.arena());
        let (outcome, frame, scratch) = (self.recorder.outcome(self.at), self.recorder.frame(self.at), self.recorder.scratch());
        View { row, arena, outcome, frame, scratch }
    }

    /// The line of JSON that says what was decided, as far as the recording goes, without a line break.
    ///
    /// # Errors
    /// When the recording cannot be read back, which is a bug in AxTrace.
    pub fn json(&self) -> Result<String, DecideError> {
        let mut line = String::new();
        self.write_json(&mut line, Passed::default(), self.level())?;
        Ok(line)
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

    /// Appends the line of JSON as far as a level and the recording go, with what the caller gave along with the input.
    ///
    /// # Errors
    /// When the recording cannot be read back, which is a bug in AxTrace.
    pub fn write_json(&self, out: &mut String, passed: Passed, level: Level) -> Result<(), DecideError> {
        let level = level.min(self.level());
        let start = out.len();
        if self.lines.write(out, self.program, &self.view(), &passed, level)? {
            debug_assert_eq!(Ok(&out[start..]), self.json_with(passed, level).as_deref().map_err(|_| ()), "a line is what its trace says");
            return Ok(());
        }
        out.push_str(&self.json_with(passed, level)?);
        Ok(())
    }

    /// The line of JSON with the outcome alone, whatever was recorded.
    ///
    /// # Errors
    /// When the outcome cannot be read back, which is a bug in AxTrace.
    pub fn outcome_json(&self) -> Result<String, DecideError> {
        let mut line = String::new();
        self.write_json(&mut line, Passed::default(), Level::None)?;
        Ok(line)
    }
}
