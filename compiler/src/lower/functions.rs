//! Built-in functions: each is a helper of the runtime, or a few instructions.

use axtrace_runtime::helpers::Helper;
use axtrace_runtime::types::Type;

use super::pattern::Pattern;
use super::{Evaluated, Lower};
use crate::function::Function;
use crate::graph::NodeId;
use crate::mir::{Inst, Value, Width};

impl<'g> Lower<'g, '_> {
    /// What a function gives for the values of its operands.
    pub fn call(&mut self, function: Function, operands: &[NodeId], ty: &Type) -> Evaluated<'g> {
        match function {
            Function::YearsBetween => self.helper(Helper::YearsBetween, operands),
            Function::DateOf => self.helper(Helper::DateOf, operands),
            Function::TimeOf => self.helper(Helper::TimeOf, operands),
            Function::AddRatios | Function::SubtractRatios | Function::MultiplyRatios | Function::DivideRatios => {
                self.quotients(function, operands, ty)
            }
            Function::Power => self.power(operands, ty),
        }
    }

    /// A helper that takes the only leaf of each operand and gives one word.
    fn helper(&mut self, helper: Helper, operands: &[NodeId]) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let arguments: Vec<Value> = operands.iter().map(|operand| self.single(*operand, &mut pattern)).collect();
        Evaluated::one(self.b.make(Inst::Call { helper, arguments }, Width::Word), pattern)
    }
}
