//! Whole decisions of AxTrace: the table as rules, its rows from CSV, compiled; inputs read before the clock starts, decided in batches.

use axtrace::runtime::memory::Batch;
use axtrace::runtime::meta::DecisionId;
use axtrace::runtime::read::Reader;
use axtrace::runtime::recording::Recorder;
use axtrace::source::Sources;
use axtrace::{Level, Rules};

use super::samples::Sample;
use super::{Contender, NONE, rules};

/// A table compiled, and points as its inputs.
pub struct Compiled {
    rules: Rules,
    decision: DecisionId,
    batch: Batch,
}

impl Compiled {
    /// Compiles the rules of a table and reads points.
    ///
    /// # Errors
    /// When a finding is an error, or a point no input.
    pub fn new(sample: &Sample, points: &[Vec<i64>]) -> Result<Self, String> {
        let mut sources = Sources::new();
        sources.add("table.ax", rules::rules("table.csv", sample)).map_err(|error| error.to_string())?;
        sources.add_data("table.csv", rules::csv(sample).into_bytes());
        let rules = axtrace::compile(sources).map_err(|rejected| rejected.to_string())?;
        let decision = rules.decision("row").map_err(|error| error.to_string())?.id();
        let reader = Reader::new(rules.meta(), decision);
        let mut batch = Batch::default();
        for line in rules::inputs(points).lines() {
            reader.read(line.as_bytes(), &mut batch).map_err(|error| format!("{error:?}"))?;
        }
        Ok(Self { rules, decision, batch })
    }
}

/// A compiled table at a level of recording.
pub struct Decides<'a> {
    compiled: &'a Compiled,
    name: &'static str,
    recorder: Recorder,
    /// Where the outcome's value stands in its row.
    value: usize,
}

impl<'a> Decides<'a> {
    pub fn new(compiled: &'a Compiled, name: &'static str, level: Level) -> Self {
        let value = compiled.rules.meta().decisions[compiled.decision.index()].outcome.members[1].0 as usize;
        Self { compiled, name, recorder: Recorder::new(level), value }
    }
}

impl Contender for Decides<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn find(&mut self, from: usize, found: &mut [i32]) {
        let rows = from..from + found.len();
        let executable = self.compiled.rules.executable();
        let done = executable.decide_rows(self.compiled.decision, &self.compiled.batch, rows, &mut self.recorder);
        assert_eq!(done.ok(), Some(found.len()), "every point is decided in one go");
        let stride = self.recorder.outcome(0).len();
        for (row, outcome) in found.iter_mut().zip(self.recorder.outcomes().chunks_exact(stride)) {
            let number = outcome[self.value..].first_chunk().map_or(-1, |bytes| i32::from_le_bytes(*bytes));
            *row = if number == NONE { -1 } else { number };
        }
    }
}
