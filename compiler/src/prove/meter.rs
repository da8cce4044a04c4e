//! What looking for inputs may cost, counted in steps of evaluation: the same program always stops at the same place.

use std::cell::Cell;
use std::rc::Rc;

use axtrace_runtime::meta::{DecisionId, ProgramMeta};
use axtrace_runtime::value::Value;

use super::seeds::Seeds;
use crate::graph::Graph;
use crate::interpret::{Fault, FaultKind, Options, Run, decide_counted};

/// The steps that are left, and the records that a search begins with.
#[derive(Debug)]
pub struct Meter {
    left: Cell<u64>,
    seeds: Rc<Seeds>,
}

/// The limits of a run that tests an input.
pub fn replay_options() -> Options {
    Options { steps: 2_000_000, bytes: 1 << 24, ..Options::default() }
}

impl Meter {
    /// So many steps.
    pub const fn new(steps: u64, seeds: Rc<Seeds>) -> Self {
        Self { left: Cell::new(steps), seeds }
    }

    /// The search for the inputs of all findings of one program.
    pub fn of_program(program: &ProgramMeta, graphs: &[Graph]) -> Self {
        Self::new(40_000_000, Rc::new(Seeds::of(program, graphs)))
    }

    /// The records that a search begins with.
    pub fn seeds(&self) -> &Seeds {
        &self.seeds
    }

    /// The steps that are left, and the records.
    pub fn into_parts(self) -> (u64, Seeds) {
        (self.left.get(), Rc::unwrap_or_clone(self.seeds))
    }

    /// Takes steps; false when too few are left, and then none is left.
    pub fn take(&self, steps: u64) -> bool {
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Does one piece of work with a quarter of what is left, so that no piece starves those after it.
    pub fn share<T>(&self, work: impl FnOnce(&Self) -> T) -> T {
        let part = Self::new(self.left.get() / 4, Rc::clone(&self.seeds));
        let given = part.left.get();
        let result = work(&part);
        self.take(given - part.left.get());
        result
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
        let options = Options { steps: options.steps.min(self.left.get()), ..options };
        let (run, steps) = decide_counted(program, graphs, decision, input, options);
        self.take(steps);
        run
    }
}
