//! datalogic-rs: JSONLogic, compiled once and evaluated in an arena, with a trace mode.

use datalogic_rs::{Engine as JsonLogic, Logic, ParsedData, bumpalo::Bump};

use super::Engine;

/// A rule with its inputs.
pub struct Datalogic<'a> {
    engine: JsonLogic,
    rule: Logic,
    arena: Bump,
    inputs: Vec<ParsedData>,
    json: &'a [String],
}

impl<'a> Datalogic<'a> {
    /// Compiles a rule and reads its inputs.
    ///
    /// # Errors
    /// When the rule or an input cannot be read.
    pub fn new(rule: &str, json: &'a [String]) -> Result<Self, String> {
        let engine = JsonLogic::new();
        let rule = engine.compile(rule).map_err(|error| error.to_string())?;
        let inputs: Result<_, _> = json.iter().map(|line| ParsedData::from_json(line)).collect();
        Ok(Self { engine, rule, arena: Bump::new(), inputs: inputs.map_err(|error| error.to_string())?, json })
    }
}

impl Engine for Datalogic<'_> {
    const NAME: &'static str = "datalogic-rs";
    const TRACES: bool = true;

    fn decide(&mut self, place: usize) -> Option<u8> {
        self.arena.reset();
        let outcome = self.engine.evaluate(&self.rule, &self.inputs[place], &self.arena).ok()?;
        u8::try_from(outcome.as_i64()?).ok()
    }

    fn decide_traced(&mut self, place: usize) -> Option<u8> {
        self.arena.reset();
        let run = self.engine.trace().eval_borrowed(&self.rule, &self.inputs[place], &self.arena);
        std::hint::black_box(&run.steps);
        u8::try_from(run.result.ok()?.as_i64()?).ok()
    }

    fn decide_json(&mut self, place: usize) -> Option<u8> {
        self.arena.reset();
        let outcome = self.engine.evaluate(&self.rule, self.json[place].as_str(), &self.arena).ok()?;
        u8::try_from(outcome.as_i64()?).ok()
    }
}
