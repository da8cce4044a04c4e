//! One question about a decision: can this happen? Answered by a proof that it cannot, by an input that was run and did it, or by neither.
//!
//! The box engine names a box of cases that no formula covers. If sums of inputs cannot lie in it, or no input in it is found, the box is
//! set aside and the engine asked again. Only where nothing was set aside for want of an input is the answer a proof.

use axtrace_runtime::meta::{DecisionId, ProgramMeta};
use axtrace_runtime::value::Value;

use super::bounds;
use super::cover::{Cover, Memo, Region, Verdict};
use super::days;
use super::lists;
use super::logic::{FormulaId, Logic};
use super::meter::Meter;
use super::model::Model;
use super::search::{Claim, search, simplify};
use super::theory::{contradicting_texts, refute};
use crate::graph::Graph;

/// How many boxes are looked into for an input.
const MOST_BOXES: u32 = 8;
/// How many boxes are set aside because sums cannot lie in them.
const MOST_REFUTED: u32 = 400;

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It cannot happen.
    Never,
    /// It happens for this input, and, as far as the engine sees, in all of this box.
    Shown(Vec<Value>, Region),
    /// Neither was found. The box, if there is one, is where it could happen.
    Unknown(Option<Region>),
}

/// What a question is asked of.
pub struct Inquiry<'a> {
    /// The program.
    pub program: &'a ProgramMeta,
    /// Its graphs.
    pub graphs: &'a [Graph],
    /// Which decision.
    pub decision: DecisionId,
    /// It as formulas.
    pub model: Model<'a>,
    /// Steps of the engine that are left.
    pub steps: u64,
    /// How many rounds a search for an input has; fewer when many searches have failed.
    pub rounds: u32,
    /// How many inputs may still be run.
    pub runs: u32,
    /// The steps of evaluation that are left.
    pub meter: &'a Meter,
}

impl Inquiry<'_> {
    /// Whether all `wishes` can be true together in an input that passes `test`.
    pub fn can_happen(&mut self, wishes: &[FormulaId], test: &mut Claim<'_>) -> Answer {
        let mut left = self.runs;
        let answer = self.answer(wishes, &mut |input: &[Value]| {
            left = left.saturating_sub(1);
            left > 0 && test(input)
        });
        self.runs = left;
        answer
    }

    fn answer(&mut self, wishes: &[FormulaId], test: &mut Claim<'_>) -> Answer {
        let rows: Vec<FormulaId> = wishes.iter().map(|wish| self.model.logic.not(*wish)).collect();
        let (mut set_aside, mut memo) = (Vec::new(), Memo::default());
        let (mut first_open, mut boxes, mut refuted) = (None, 0, 0);
        loop {
            let asked = rows.iter().chain(&set_aside).copied();
            let verdict = Cover::new(&mut self.model.logic, &self.model.domains, &mut memo, &mut self.steps).check(asked);
            let region = match verdict {
                Verdict::Covered if boxes == 0 => return Answer::Never,
                Verdict::Covered | Verdict::Exhausted => return self.last_try(wishes, first_open, test),
                Verdict::Open(region) => region,
            };
            let core = self.refuted(&region, &mut memo);
            if core.is_none() {
                if let Some(input) = self.try_box(&region, test) {
                    let region = self.widen(region, &rows, &mut memo);
                    return Answer::Shown(input, region);
                }
                first_open.get_or_insert_with(|| region.clone());
                boxes += 1;
            }
            refuted += u32::from(core.is_some());
            if boxes >= MOST_BOXES || refuted >= MOST_REFUTED {
                return self.last_try(wishes, first_open, test);
            }
            let aside = match core {
                Some(core) => core,
                None => self.widen(region, &rows, &mut memo),
            };
            set_aside.push(self.conjunction(&aside));
        }
    }

    /// Whether it is proved that `wishes` are never all true. No input is looked for.
    pub fn is_impossible(&mut self, wishes: &[FormulaId]) -> bool {
        self.cannot_happen(wishes, MOST_REFUTED)
    }

    /// As [`is_impossible`](Self::is_impossible), with at most so many boxes set aside.
    pub fn cannot_happen(&mut self, wishes: &[FormulaId], refuted: u32) -> bool {
        let rows: Vec<FormulaId> = wishes.iter().map(|wish| self.model.logic.not(*wish)).collect();
        let (mut set_aside, mut memo) = (Vec::new(), Memo::default());
        for _ in 0..refuted {
            let asked = rows.iter().chain(&set_aside).copied();
            let verdict = Cover::new(&mut self.model.logic, &self.model.domains, &mut memo, &mut self.steps).check(asked);
            let region = match verdict {
                Verdict::Covered => return true,
                Verdict::Exhausted => return false,
                Verdict::Open(region) => region,
            };
            match self.refuted(&region, &mut memo) {
                Some(core) => set_aside.push(self.conjunction(&core)),
                None => return false,
            }
        }
        false
    }

    /// A part of a box that no input can have.
    fn refuted(&mut self, region: &Region, memo: &mut Memo) -> Option<Region> {
        refute(&self.model, region)
            .or_else(|| bounds::refute(&self.model, region))
            .or_else(|| days::refute(&self.model, region))
            .or_else(|| contradicting_texts(&self.model, self.program, region))
            .or_else(|| lists::refute(&mut self.model, region, memo, &mut self.steps))
    }

    /// Looks for an input in a box.
    fn try_box(&mut self, region: &Region, test: &mut Claim<'_>) -> Option<Vec<Value>> {
        let mut wishes: Vec<FormulaId> = region.iter().map(|(variable, set)| self.model.logic.atom(*variable, set.clone())).collect();
        wishes.extend(self.model.elements_keep());
        let found = search(self.program, self.graphs, &self.model, self.meter, &wishes, self.rounds.div_ceil(4), test)?;
        Some(simplify(self.program, self.graphs, &self.model, self.meter, found, test))
    }

    /// Looks for an input outside of all boxes found, by what was asked itself.
    fn last_try(&mut self, wishes: &[FormulaId], open: Option<Region>, test: &mut Claim<'_>) -> Answer {
        let wishes = [wishes, &self.model.elements_keep()].concat();
        match search(self.program, self.graphs, &self.model, self.meter, &wishes, self.rounds, test) {
            Some(found) => {
                let found = simplify(self.program, self.graphs, &self.model, self.meter, found, test);
                Answer::Shown(found, Vec::new())
            }
            None => {
                self.rounds = (self.rounds / 2).max(2);
                Answer::Unknown(open)
            }
        }
    }

    fn conjunction(&mut self, region: &Region) -> FormulaId {
        let atoms: Vec<FormulaId> = region.iter().map(|(variable, set)| self.model.logic.atom(*variable, set.clone())).collect();
        self.model.logic.and(atoms)
    }

    /// Leaves out of a box what it does not depend on that no row holds in it.
    fn widen(&mut self, mut region: Region, rows: &[FormulaId], memo: &mut Memo) -> Region {
        let mut place = 0;
        while place < region.len() {
            let mut fewer = region.clone();
            fewer.remove(place);
            if self.is_open(&fewer, rows, memo) { region = fewer } else { place += 1 }
        }
        region
    }

    /// Whether no row holds anywhere in a box.
    fn is_open(&mut self, region: &Region, rows: &[FormulaId], memo: &mut Memo) -> bool {
        let inside = self.conjunction(region);
        let outside = self.model.logic.not(inside);
        rows.iter().filter(|row| **row != Logic::FALSE).all(|row| {
            let fails = self.model.logic.not(*row);
            let mut cover = Cover::new(&mut self.model.logic, &self.model.domains, memo, &mut self.steps);
            cover.check([outside, fails]) == Verdict::Covered
        })
    }
}
