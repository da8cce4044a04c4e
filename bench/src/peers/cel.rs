//! cel: the Common Expression Language, one expression for each workload. It has no sum, so the host gives it one.

use std::sync::Arc;

use cel::{Context, Env, Program, Value};

use super::Engine;

/// A program with its inputs.
pub struct Cel<'a> {
    env: Arc<Env>,
    program: Program,
    inputs: Vec<Context<'static, 'static>>,
    json: &'a [String],
    /// The name of the variable that holds the input.
    variable: &'static str,
}

impl<'a> Cel<'a> {
    /// Compiles an expression and reads its inputs, each an object with one member, the variable.
    ///
    /// # Errors
    /// When the expression or an input cannot be read.
    pub fn new(expression: &str, variable: &'static str, json: &'a [String]) -> Result<Self, String> {
        let env = Arc::new(Env::stdlib());
        let program = env.compile(expression).map_err(|error| error.to_string())?;
        let inputs: Option<Vec<_>> = json.iter().map(|line| context(&env, variable, line)).collect();
        Ok(Self { inputs: inputs.ok_or("an input cannot be read")?, env, program, json, variable })
    }

    fn outcome(&self, context: &Context<'_, '_>) -> Option<u8> {
        match self.program.execute(context) {
            Ok(Value::Int(outcome)) => u8::try_from(outcome).ok(),
            _ => None,
        }
    }
}

fn context(env: &Arc<Env>, variable: &'static str, line: &str) -> Option<Context<'static, 'static>> {
    let mut document: serde_json::Value = serde_json::from_str(line).ok()?;
    let mut context = Context::with_env(Arc::clone(env));
    context.add_function("sum", |numbers: Arc<Vec<Value>>| -> i64 { numbers.iter().map(whole).sum() }).ok()?;
    context.add_variable_from_value(variable, value(document.get_mut(variable)?.take()));
    Some(context)
}

fn whole(value: &Value) -> i64 {
    if let Value::Int(number) = value { *number } else { 0 }
}

/// JSON as values: whole numbers as `int`, as literals of the language are.
fn value(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(truth),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Value::String(Arc::new(text)),
        serde_json::Value::Array(items) => Value::List(Arc::new(items.into_iter().map(value).collect())),
        serde_json::Value::Object(members) => {
            let members: std::collections::HashMap<String, Value> = members.into_iter().map(|(name, json)| (name, value(json))).collect();
            Value::Map(members.into())
        }
    }
}

impl Engine for Cel<'_> {
    const NAME: &'static str = "cel";

    fn decide(&mut self, place: usize) -> Option<u8> {
        self.outcome(&self.inputs[place])
    }

    fn decide_json(&mut self, place: usize) -> Option<u8> {
        self.outcome(&context(&self.env, self.variable, &self.json[place])?)
    }
}
