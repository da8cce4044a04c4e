//! zen-engine: a graph of one decision table, with exact decimals, used as its documentation shows.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use serde_json::{Map, Value, json};
use zen_engine::model::DecisionContent;
use zen_engine::{Decision, DecisionEngine, EvaluationOptions, Variable};

use super::Contender;
use super::samples::{Keys, Sample};

const COLUMNS: [&str; 6] = ["goods", "origin", "weight", "amount", "day", "express"];

/// A table compiled by zen-engine, and points as its inputs.
pub struct Zen {
    decision: Decision,
    inputs: Vec<Variable>,
}

impl Zen {
    /// Compiles a table.
    ///
    /// # Errors
    /// When the graph cannot be read.
    pub fn new(sample: &Sample, points: &[Vec<i64>]) -> Result<Self, String> {
        let content: DecisionContent = serde_json::from_value(graph(sample)).map_err(|error| error.to_string())?;
        let mut decision = DecisionEngine::default().create_decision(Arc::new(content)).map_err(|error| format!("{error:?}"))?;
        decision.compile();
        Ok(Self { decision, inputs: points.iter().map(|point| Variable::from(input(point))).collect() })
    }

    fn decide(&self, input: &Variable) -> i32 {
        let options = EvaluationOptions { trace: false, max_depth: 5 };
        let response = now(self.decision.evaluate_with_opts(input.clone(), options)).ok();
        let row = response.and_then(|response| response.result.dot("row")).and_then(|row| row.as_str().and_then(|row| row.parse().ok()));
        row.unwrap_or(-1)
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

/// An input, a table that takes the first row that applies, an output.
fn graph(sample: &Sample) -> Value {
    let inputs: Vec<Value> = COLUMNS.iter().map(|name| json!({ "id": name, "name": name, "field": name })).collect();
    let rules: Vec<Value> = sample.rows.iter().enumerate().map(|(number, row)| rule(number, row)).collect();
    let table =
        json!({ "hitPolicy": "first", "inputs": inputs, "outputs": [{ "id": "row", "name": "row", "field": "row" }], "rules": rules });
    json!({
        "nodes": [
            { "id": "request", "name": "request", "type": "inputNode", "content": {} },
            { "id": "table", "name": "table", "type": "decisionTableNode", "content": table },
            { "id": "answer", "name": "answer", "type": "outputNode", "content": {} },
        ],
        "edges": [
            { "id": "to table", "sourceId": "request", "targetId": "table", "type": "edge" },
            { "id": "to answer", "sourceId": "table", "targetId": "answer", "type": "edge" },
        ],
    })
}

fn rule(number: usize, row: &[Keys]) -> Value {
    let named = COLUMNS.iter().zip(row).enumerate();
    let mut cells: Map<String, Value> = named.map(|(column, (name, keys))| ((*name).to_owned(), cell(column, keys))).collect();
    cells.insert("_id".to_owned(), json!(format!("r{number}")));
    cells.insert("row".to_owned(), json!(format!("'{number}'")));
    Value::Object(cells)
}

/// What a cell of a column says; an empty one lets everything through.
fn cell(column: usize, keys: &Keys) -> Value {
    let Some((low, high)) = keys.as_ref().map(|keys| keys[0]) else { return json!("") };
    json!(match column {
        0 => format!("'g{low}'"),
        1 => format!("'o{low}'"),
        5 => (low == 1).to_string(),
        _ => format!("[{low}..{high}]"),
    })
}

/// Amounts in cents and days as numbers, which spares it decimals and dates.
fn input(point: &[i64]) -> Value {
    json!({
        "goods": format!("g{}", point[0]), "origin": format!("o{}", point[1]),
        "weight": point[2], "amount": point[3], "day": point[4], "express": point[5] == 1,
    })
}

impl Contender for Zen {
    fn name(&self) -> &'static str {
        "zen-engine"
    }

    fn find(&mut self, from: usize, found: &mut [i32]) {
        for (row, input) in found.iter_mut().zip(&self.inputs[from..]) {
            *row = self.decide(input);
        }
    }
}
