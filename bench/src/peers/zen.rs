//! zen-engine: decision graphs in JSON with expressions and decision tables, exact decimals, and a trace mode.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use zen_engine::model::DecisionContent;
use zen_engine::{Decision, DecisionEngine, EvaluationOptions, Variable};

use super::{DISCOUNTS, Engine, VERDICTS, place_of};

/// A graph with its inputs.
pub struct Zen<'a> {
    decision: Decision,
    /// What the outcome's name is in the result.
    names: &'static [&'static str],
    inputs: Vec<Variable>,
    json: &'a [String],
}

impl<'a> Zen<'a> {
    /// Workload 1.
    ///
    /// # Errors
    /// When the graph or an input cannot be read.
    pub fn shift_approval(json: &'a [String]) -> Result<Self, String> {
        Self::new(include_str!("../../rules/w1.jdm.json"), &VERDICTS, json)
    }

    /// Workload 3.
    ///
    /// # Errors
    /// When the graph or an input cannot be read.
    pub fn order_discount(json: &'a [String]) -> Result<Self, String> {
        Self::new(include_str!("../../rules/w3.jdm.json"), &DISCOUNTS, json)
    }

    fn new(graph: &str, names: &'static [&'static str], json: &'a [String]) -> Result<Self, String> {
        let content: DecisionContent = serde_json::from_str(graph).map_err(|error| error.to_string())?;
        let mut decision = DecisionEngine::default().create_decision(Arc::new(content)).map_err(|error| format!("{error:?}"))?;
        decision.compile();
        let inputs: Result<_, _> = json.iter().map(|line| serde_json::from_str(line)).collect();
        Ok(Self { decision, names, inputs: inputs.map_err(|error: serde_json::Error| error.to_string())?, json })
    }

    fn evaluate(&self, input: Variable, trace: bool) -> Option<u8> {
        let options = EvaluationOptions { trace, max_depth: 5 };
        let response = now(self.decision.evaluate_with_opts(input, options)).ok()?;
        let outcome = response.result.dot("outcome")?;
        std::hint::black_box(&response.trace);
        place_of(self.names, outcome.as_str()?)
    }
}

/// The result of what is asynchronous by its type alone: nothing here waits.
fn now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}

impl Engine for Zen<'_> {
    const NAME: &'static str = "zen-engine";
    const TRACES: bool = true;

    fn decide(&mut self, place: usize) -> Option<u8> {
        self.evaluate(self.inputs[place].clone(), false)
    }

    fn decide_traced(&mut self, place: usize) -> Option<u8> {
        self.evaluate(self.inputs[place].clone(), true)
    }

    fn decide_json(&mut self, place: usize) -> Option<u8> {
        self.evaluate(serde_json::from_str(&self.json[place]).ok()?, false)
    }
}
