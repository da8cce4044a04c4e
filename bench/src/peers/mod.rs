//! Other rule engines, each used as its documentation shows: rules compiled once, inputs made before the clock starts.
//!
//! None of them decides batches, so a batch is a loop of calls. Those without exact decimals compute with `f64`, which gives the right
//! answers in workload 1; in workload 3 they would give wrong ones at the limits of the tiers, so they get amounts in whole cents there, as
//! careful users would give them.

pub mod cedar;
pub mod cel;
pub mod datalogic;
pub mod rego;
pub mod zen;

use crate::harness::{Contender, Mode};

/// One engine with the rules and the inputs of one workload.
pub trait Engine {
    /// What the engine is called.
    const NAME: &'static str;
    /// Whether it can record how it decides.
    const TRACES: bool = false;

    /// Decides the input at a place.
    fn decide(&mut self, place: usize) -> Option<u8>;

    /// Decides the input at a place and records how.
    fn decide_traced(&mut self, _place: usize) -> Option<u8> {
        None
    }

    /// Decides the text at a place.
    fn decide_json(&mut self, place: usize) -> Option<u8>;
}

/// An engine as a contender.
pub struct Peer<E>(pub E);

impl<E: Engine> Contender for Peer<E> {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn supports(&self, mode: Mode) -> bool {
        mode != Mode::BatchTraced || E::TRACES
    }

    fn is_peer(&self) -> bool {
        true
    }

    fn run(&mut self, mode: Mode, out: &mut [u8]) {
        for (place, answer) in out.iter_mut().enumerate() {
            let decided = match mode {
                Mode::Batch | Mode::Single => self.0.decide(place),
                Mode::BatchTraced => self.0.decide_traced(place),
                Mode::Json => self.0.decide_json(place),
            };
            *answer = decided.unwrap_or(u8::MAX);
        }
    }
}

/// Adds an engine; of one that cannot be made, says why on standard error.
#[allow(clippy::disallowed_macros, reason = "this is a command line, which prints")]
pub fn add<'c, E: Engine + 'c>(contenders: &mut Vec<Box<dyn Contender + 'c>>, engine: Result<E, String>) {
    match engine {
        Ok(engine) => contenders.push(Box::new(Peer(engine))),
        Err(error) => eprintln!("{} is left out: {error}", E::NAME),
    }
}

/// The place of a name among the outcomes of a workload.
fn place_of(names: &[&str], name: &str) -> Option<u8> {
    names.iter().position(|known| *known == name).map(|place| place as u8)
}

/// The outcomes of workload 1, by place.
const VERDICTS: [&str; 9] = ["approve", "unskilled", "too_young", "too_long", "too_tired", "unattended", "too_dear", "too_new", "review"];

/// The outcomes of workload 3, by place.
const DISCOUNTS: [&str; 6] = ["none", "bronze", "silver", "gold", "platinum", "by_hand"];
