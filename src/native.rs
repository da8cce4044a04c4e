//! Native code of a program.

use axtrace_compiler::Program;
use axtrace_runtime::code::Executable;

/// There is no native code.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("native code cannot be made yet")]
#[diagnostic(code(E0990))]
pub struct NoCode;

/// Makes native code.
pub fn jit(_program: &Program) -> Result<Executable, NoCode> {
    Err(NoCode)
}
