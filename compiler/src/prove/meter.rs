//! What looking for inputs may cost, counted in steps of evaluation: the same program always stops at the same place.

use std::cell::Cell;
use std::sync::Arc;

use axtrace_runtime::meta::{DecisionId, ProgramMeta};
use axtrace_runtime::value::Value;

use super::seeds::Seeds;
use crate::graph::Graph;
use crate::interpret::{Fault, FaultKind, Options, Run, decide_counted};

/// The steps that are left, and the records that a search begins with.
#[derive(Debug)]
pub struct Meter {
    left: Cell<u64>,
    /// By how many steps fewer everything would have gone the same way so far.
    spare: Cell<u64>,
    seeds: Arc<Seeds>,
}

/// What a piece of work has used of the steps that it was given.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    given: u64,
    /// How many.
    pub steps: u64,
    spare: u64,
}

/// The limits of a run that tests an input.
pub fn replay_options() -> Options {
    Options { steps: 2_000_000, bytes: 1 << 24, ..Options::default() }
}

impl Meter {
    /// So many steps.
    pub const fn new(steps: u64, seeds: Arc<Seeds>) -> Self {
        Self { left: Cell::new(steps), spare: Cell::new(steps), seeds }
    }

    /// The search for the inputs of all findings of one program.
    pub fn of_program(program: &ProgramMeta, graphs: &[Graph]) -> Self {
        Self::new(40_000_000, Arc::new(Seeds::of(program, graphs)))
    }

    /// The records that a search begins with.
    pub const fn seeds(&self) -> &Arc<Seeds> {
        &self.seeds
    }

    /// The steps that are left, and the records.
    pub fn into_parts(self) -> (u64, Seeds) {
        (self.left.get(), Arc::unwrap_or_clone(self.seeds))
    }

    /// Takes steps; false when too few are left, and then none is left.
    pub fn take(&self, steps: u64) -> bool {
        self.needs(steps);
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Notes that with fewer steps left than these, things might have gone another way.
    fn needs(&self, steps: u64) {
        self.spare.set(self.spare.get().min(self.left.get().saturating_sub(steps)));
    }

    /// Does one piece of work with a quarter of what is left, so that no piece starves those after it.
    pub fn share<T>(&self, work: impl FnOnce(&Self) -> T) -> T {
        let (result, used) = Self::try_share(self.next_share(), &self.seeds, work);
        self.take(used.steps);
        result
    }

    /// What the next piece of work is given.
    pub const fn next_share(&self) -> u64 {
        self.left.get() / 4
    }

    /// Does a piece of work before it is known how much is left for it, with so many steps.
    pub fn try_share<T>(given: u64, seeds: &Arc<Seeds>, work: impl FnOnce(&Self) -> T) -> (T, Used) {
        let part = Self::new(given, Arc::clone(seeds));
        let result = work(&part);
        (result, Used { given, steps: given - part.left.get(), spare: part.spare.get() })
    }

    /// Takes what a piece of work used, if with its share of what is left it would have done the same.
    pub fn accepts(&self, used: Used) -> bool {
        let same = used.given.saturating_sub(self.next_share()) <= used.spare && self.next_share() <= used.given;
        same && self.take(used.steps)
    }

    /// Runs the interpreter on an input.
    pub fn decide(&self, program: &ProgramMeta, graphs: &[Graph], decision: DecisionId, input: &[Value]) -> Result<Run, Fault> {
        self.decide_within(program, graphs, decision, input, replay_options())
    }

    /// Runs the interpreter on an input, within limits.
    pub fn decide_within(
        &self,
        program: &ProgramMeta,
        graphs: &[Graph],
        decision: DecisionId,
        input: &[Value],
        options: Options,
    ) -> Result<Run, Fault> {
        if self.left.get() == 0 {
            return Err(Fault { decision, node: None, kind: FaultKind::TooLong });
        }
        self.needs(options.steps);
        let options = Options { steps: options.steps.min(self.left.get()), ..options };
        let (run, steps) = decide_counted(program, graphs, decision, input, options);
        self.take(steps);
        run
    }
}
