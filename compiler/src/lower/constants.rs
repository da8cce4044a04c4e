//! The constants of a program: texts and lists of its source, laid out once each.

use std::collections::HashMap;

use axtrace_runtime::equality::Plan;
use axtrace_runtime::layout::{Handle, Shape, Space};
use axtrace_runtime::memory::{MemoryError, write_value};
use axtrace_runtime::types::{Type, Types};
use axtrace_runtime::value::Value;

/// Constants under construction.
#[derive(Debug)]
pub struct Constants {
    bytes: Vec<u8>,
    known: HashMap<(Value, Type), Handle>,
    listed: Vec<Type>,
}

impl Constants {
    /// Constants that begin with bytes that others point into already.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, known: HashMap::new(), listed: Vec::new() }
    }

    /// The bytes, and the types that lists are built of.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, Vec<Type>) {
        (self.bytes, self.listed)
    }

    /// The place of a type that helpers are told by it.
    pub fn listed(&mut self, ty: &Type) -> u64 {
        let known = self.listed.iter().position(|other| other == ty);
        known.unwrap_or_else(|| {
            self.listed.push(ty.clone());
            self.listed.len() - 1
        }) as u64
    }

    /// The handle of a text or a list.
    ///
    /// # Errors
    /// When the constants of the program take more than a handle can reach.
    pub fn handle(&mut self, value: &Value, ty: &Type, types: &Types) -> Result<Handle, MemoryError> {
        let key = (value.clone(), ty.clone());
        if let Some(handle) = self.known.get(&key) {
            return Ok(*handle);
        }
        let mut at = [0; 8];
        write_value(value, ty, &Shape::of(ty, types), &mut at, &mut self.bytes, Space::Constants, types)?;
        let handle = Handle(u64::from_le_bytes(at));
        self.known.insert(key, handle);
        Ok(handle)
    }

    /// The offset of a table of words.
    ///
    /// # Errors
    /// When the constants of the program take more than an instruction can reach.
    pub fn table(&mut self, words: &[u64]) -> Result<u32, MemoryError> {
        let offset = i32::try_from(self.bytes.len()).map_err(|_| MemoryError::TooLarge)?;
        self.bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        Ok(offset.unsigned_abs())
    }
}

/// How lists are compared, each way once.
#[derive(Debug, Default)]
pub struct Plans {
    places: HashMap<Plan, usize>,
    all: Vec<Plan>,
}

impl Plans {
    /// The place of a plan.
    pub fn place(&mut self, plan: Plan) -> usize {
        *self.places.entry(plan.clone()).or_insert_with(|| {
            self.all.push(plan);
            self.all.len() - 1
        })
    }

    /// The plans by their places.
    #[must_use]
    pub fn finish(self) -> Vec<Plan> {
        self.all
    }
}
