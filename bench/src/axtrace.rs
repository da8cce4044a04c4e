//! AxTrace: the rule files of `rules/`, compiled when the contender is made.

use ::axtrace::runtime::code::Decider;
use ::axtrace::runtime::memory::Batch;
use ::axtrace::runtime::meta::DecisionId;
use ::axtrace::runtime::read::Reader;
use ::axtrace::runtime::recording::Recorder;
use ::axtrace::source::Sources;
use ::axtrace::{Level, Rules};

use crate::harness::{Contender, Mode};

/// Compiles one rule file.
///
/// # Errors
/// When a finding is an error.
pub fn rules(path: &str, text: &str) -> Result<Rules, String> {
    let mut sources = Sources::new();
    sources.add(path, text).map_err(|error| error.to_string())?;
    axtrace::compile(sources).map_err(|rejected| rejected.to_string())
}

/// A decision of compiled rules, with its inputs read into rows.
pub struct AxTrace<'a> {
    rules: &'a Rules,
    decision: DecisionId,
    json: &'a [String],
    batch: Batch,
    single: Decider<'a>,
    off: Recorder,
    full: Recorder,
    reader: Reader,
    one: Batch,
    /// Where the outcome's value stands in its row.
    value: usize,
}

impl<'a> AxTrace<'a> {
    /// Reads the inputs of a decision.
    ///
    /// # Errors
    /// When the decision or an input is not what the other takes it for.
    pub fn new(rules: &'a Rules, decision: &str, json: &'a [String]) -> Result<Self, String> {
        let decision = rules.decision(decision).map_err(|error| error.to_string())?.id();
        let reader = Reader::new(rules.meta(), decision);
        let mut batch = Batch::default();
        for line in json {
            reader.read(line.as_bytes(), &mut batch).map_err(|error| format!("{error:?}"))?;
        }
        let single = rules.executable().decider(decision, Level::None).map_err(|error| error.to_string())?;
        let (off, full) = (Recorder::new(Level::None), Recorder::new(Level::Full));
        let value = rules.meta().decisions[decision.index()].outcome.members[1].0 as usize;
        Ok(Self { rules, decision, json, batch, single, off, full, reader, one: Batch::default(), value })
    }

    fn batch(&mut self, level: Level, out: &mut [u8]) {
        let recorder = if level == Level::None { &mut self.off } else { &mut self.full };
        let done = self.rules.executable().decide_batch(self.decision, &self.batch, recorder);
        assert_eq!(done.ok(), Some(out.len()), "every input is decided in one go");
        match recorder.outcome(0).len() {
            4 => gather::<4>(recorder.outcomes(), self.value, out),
            stride => out.iter_mut().enumerate().for_each(|(place, answer)| *answer = recorder.outcomes()[place * stride + self.value]),
        }
    }
}

/// The places of the outcomes' names, as the benchmark compares them.
fn gather<const STRIDE: usize>(outcomes: &[u8], value: usize, out: &mut [u8]) {
    let (rows, _) = outcomes.as_chunks::<STRIDE>();
    for (answer, row) in out.iter_mut().zip(rows) {
        *answer = row[value % STRIDE];
    }
}

impl Contender for AxTrace<'_> {
    fn name(&self) -> &'static str {
        "AxTrace"
    }

    fn supports(&self, _mode: Mode) -> bool {
        true
    }

    fn run(&mut self, mode: Mode, out: &mut [u8]) {
        match mode {
            Mode::Batch => self.batch(Level::None, out),
            Mode::BatchTraced => self.batch(Level::Full, out),
            Mode::Single => {
                for (index, answer) in out.iter_mut().enumerate() {
                    *answer = self.single.decide(&self.batch, index).map_or(u8::MAX, |row| row[self.value]);
                }
            }
            Mode::Json => {
                for (line, answer) in self.json.iter().zip(out) {
                    self.one.clear();
                    let read = self.reader.read(line.as_bytes(), &mut self.one).is_ok();
                    let decided = if read { self.single.decide(&self.one, 0).ok() } else { None };
                    *answer = decided.map_or(u8::MAX, |row| row[self.value]);
                }
            }
        }
    }
}
