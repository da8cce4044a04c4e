//! Compiles a program to native code in this process, or to an object file.

use std::sync::Arc;

use axtrace_runtime::abi::Entry;
use axtrace_runtime::code::{Code, Executable};
use axtrace_runtime::meta::DecisionId;
use axtrace_runtime::trace::Level;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::default_libcall_names;
use cranelift_object::{ObjectBuilder, ObjectModule};

use crate::emit::{self, EmitError, Entries, emit, host};
use crate::lower::lower;
use crate::mir;
use crate::program::Program;

/// All levels, from the least to the most.
pub const LEVELS: [Level; 3] = [Level::None, Level::Record, Level::Full];
/// The stack that lowering may take: it goes as deep as expressions nest, which long chains of locals do.
const STACK: usize = 256 << 20;

/// Keeps the memory of the code until nothing can enter it any more.
struct Keeper(Option<JITModule>);

// SAFETY: after it is finished the module is not used but for freeing its memory, which needs exclusive access.
unsafe impl Sync for Keeper {}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Some(module) = self.0.take() {
            // SAFETY: the keeper is dropped with the code, and whoever runs the code borrows it.
            unsafe { module.free_memory() };
        }
    }
}

/// The code of a program before it is machine code.
///
/// # Errors
/// When the constants take more than a handle can reach.
pub fn lowered(program: &Program) -> Result<mir::Module, EmitError> {
    std::thread::scope(|scope| {
        let work = || lower(&program.meta, &program.graphs);
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| EmitError::Machine(error.to_string()))?;
        thread.join().map_or_else(|panic| std::panic::resume_unwind(panic), |done| Ok(done?))
    })
}

/// A program that decides in this process, at all levels.
///
/// # Errors
/// When Cranelift cannot make code for this machine.
pub fn jit(program: &Program) -> Result<Executable, EmitError> {
    jit_at(program, &LEVELS)
}

/// A program that decides in this process at some levels; [`Level::None`] is always among them.
///
/// # Errors
/// When Cranelift cannot make code for this machine.
pub fn jit_at(program: &Program, levels: &[Level]) -> Result<Executable, EmitError> {
    finish(program, lowered(program)?, levels)
}

/// The second half of [`jit_at`]: machine code of what was [`lowered`] from the program.
///
/// # Errors
/// When Cranelift cannot make code for this machine.
pub fn finish(program: &Program, code: mir::Module, levels: &[Level]) -> Result<Executable, EmitError> {
    let mut levels = [&[Level::None], levels].concat();
    levels.sort_unstable();
    levels.dedup();
    let mut module = JITModule::new(JITBuilder::with_isa(host()?, default_libcall_names()));
    let entries = emit(&mut module, &code, &program.meta, &levels)?;
    module.finalize_definitions()?;
    let mut meta = program.meta.clone();
    (meta.constants, meta.listed, meta.plans) = (code.constants, code.listed, code.plans);
    let entries = addresses(&module, entries);
    // SAFETY: the entries were emitted for the decisions of this program, and the keeper holds the memory they are in.
    let code = unsafe { Code::new(entries, Box::new(Keeper(Some(module)))) };
    // SAFETY: the code was emitted for this program.
    Ok(unsafe { Executable::new(Arc::new(meta), code) })
}

fn addresses(module: &JITModule, entries: Entries) -> Vec<[Option<Entry>; 3]> {
    let address = |id| {
        let address = module.get_finalized_function(id);
        // SAFETY: the function was emitted with the signature and calling convention of an entry point.
        unsafe { std::mem::transmute::<*const u8, Entry>(address) }
    };
    entries.into_iter().map(|levels| levels.map(|id| id.map(address))).collect()
}

/// The bytes of an object file with the code of a program at some levels.
///
/// # Errors
/// When Cranelift cannot make code for this machine.
pub fn object(program: &Program, levels: &[Level]) -> Result<Vec<u8>, EmitError> {
    let code = lowered(program)?;
    let builder = ObjectBuilder::new(host()?, "axtrace", default_libcall_names())?;
    let mut module = ObjectModule::new(builder);
    emit(&mut module, &code, &program.meta, levels)?;
    module.finish().emit().map_err(|error| EmitError::Machine(error.to_string()))
}

/// The machine instructions that decide a batch of a decision at a level, as text.
///
/// # Errors
/// When Cranelift cannot make code for this machine.
pub fn assembly(program: &Program, decision: DecisionId, level: Level) -> Result<String, EmitError> {
    let code = lowered(program)?;
    let mut module = ObjectModule::new(ObjectBuilder::new(host()?, "axtrace", default_libcall_names())?);
    emit::assembly(&mut module, &code, &program.meta, decision, level)
}
