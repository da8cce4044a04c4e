//! regorus: Rego, compiled to the instructions of its virtual machine, which is its faster way of running.

use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine as Rego, Rc, Value};

use super::Engine;

/// A program with its inputs.
pub struct Regorus<'a> {
    machine: RegoVM,
    inputs: Vec<Value>,
    json: &'a [String],
}

impl<'a> Regorus<'a> {
    /// Compiles a policy with one entry point and reads its inputs.
    ///
    /// # Errors
    /// When the policy or an input cannot be read.
    pub fn new(policy: &str, entry: &str, json: &'a [String]) -> Result<Self, String> {
        let mut engine = Rego::new();
        engine.add_policy("rules.rego".to_owned(), policy.to_owned()).map_err(|error| error.to_string())?;
        let compiled = engine.compile_with_entrypoint(&Rc::from(entry)).map_err(|error| error.to_string())?;
        let program: Arc<_> = Compiler::compile_from_policy(&compiled, &[entry]).map_err(|error| error.to_string())?;
        let mut machine = RegoVM::new_with_policy(compiled);
        machine.load_program(program);
        machine.set_data(Value::new_object()).map_err(|error| error.to_string())?;
        let inputs = json.iter().map(|line| Value::from_json_str(line).map_err(|error| error.to_string())).collect::<Result<_, String>>();
        Ok(Self { machine, inputs: inputs?, json })
    }

    fn outcome(&mut self, input: Value) -> Option<u8> {
        self.machine.set_input(input);
        u8::try_from(self.machine.execute().ok()?.as_i64().ok()?).ok()
    }
}

impl Engine for Regorus<'_> {
    const NAME: &'static str = "regorus";

    fn decide(&mut self, place: usize) -> Option<u8> {
        self.outcome(self.inputs[place].clone())
    }

    fn decide_json(&mut self, place: usize) -> Option<u8> {
        let input = Value::from_json_str(&self.json[place]).ok()?;
        self.outcome(input)
    }
}
