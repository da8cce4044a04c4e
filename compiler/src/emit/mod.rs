//! Turns code into machine code, for whatever a Cranelift module makes of it: memory of this process, or an object file.
//!
//! Of each decision and level there is an entry point, which goes through the rows of a batch with the body inside of its loop, and, where
//! other decisions call it, a function of its own for one row. What a level does not store is not emitted, nor what only served it. Code
//! refers to nothing outside of itself but its context.

mod function;
mod instruction;

use std::collections::{BTreeSet, HashMap};

use axtrace_runtime::meta::{DecisionId, ProgramMeta};
use axtrace_runtime::recording::Stored;
use axtrace_runtime::trace::Level;
use cranelift_codegen::ir::{AbiParam, Signature, types};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CodegenError, Context};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{FuncId, Linkage, Module, ModuleError};

use crate::mir;

pub use function::{InputAccess, InputRow};

/// Why there is no code. Each of these is a mistake of the compiler's or a limit of the machine's, never one of the author's.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// Cranelift knows no such machine, or refuses a setting.
    #[error("no native code can be made for this machine: {0}")]
    Machine(String),
    /// Cranelift could not make code of a function.
    #[error("no native code could be made of a decision: {0}")]
    Function(#[from] Box<ModuleError>),
    /// The constants take more than a handle can reach.
    #[error(transparent)]
    Constants(#[from] axtrace_runtime::memory::MemoryError),
}

impl From<ModuleError> for EmitError {
    fn from(error: ModuleError) -> Self {
        Self::Function(Box::new(error))
    }
}

impl From<CodegenError> for EmitError {
    fn from(error: CodegenError) -> Self {
        Self::Machine(error.to_string())
    }
}

/// The entry points of each decision, by level.
pub type Entries = Vec<[Option<FuncId>; 3]>;

/// The machine that this process runs on, with optimisation and the verifier on.
///
/// # Errors
/// When Cranelift knows no such machine.
pub fn host() -> Result<OwnedTargetIsa, EmitError> {
    let mut flags = settings::builder();
    let wanted = [
        ("opt_level", "speed"),
        ("enable_verifier", "true"),
        ("is_pic", "false"),
        ("use_colocated_libcalls", "false"),
        ("unwind_info", "false"),
    ];
    for (name, value) in wanted {
        flags.set(name, value).map_err(|error| EmitError::Machine(error.to_string()))?;
    }
    let builder = cranelift_native::builder().map_err(|error| EmitError::Machine(error.to_owned()))?;
    Ok(builder.finish(settings::Flags::new(flags))?)
}

/// Emits all decisions at the given levels. The module still has to be finished.
///
/// # Errors
/// When Cranelift cannot make code of a function.
pub fn emit<M: Module>(module: &mut M, code: &mir::Module, meta: &ProgramMeta, levels: &[Level]) -> Result<Entries, EmitError> {
    let mut pass = Emit::new(module, code, meta, levels)?;
    let mut entries = vec![[None; 3]; code.functions.len()];
    for (function, entry) in code.functions.iter().zip(&mut entries) {
        // What says whether a relation holds is never recorded.
        let relation = function.decision.index() >= meta.declared().len();
        for level in levels.iter().filter(|level| !relation || **level == Level::None) {
            entry[*level as usize] = Some(pass.entry(function, *level)?);
        }
    }
    Ok(entries)
}

/// The machine instructions of a decision's entry point at a level, for people who want to see what their rules become.
///
/// # Errors
/// When Cranelift cannot make code of a function.
pub fn assembly<M: Module>(
    module: &mut M,
    code: &mir::Module,
    meta: &ProgramMeta,
    decision: DecisionId,
    level: Level,
) -> Result<String, EmitError> {
    let mut pass = Emit::new(module, code, meta, &[level])?;
    pass.listing = Some(String::new());
    if let Some(function) = code.functions.get(decision.index()) {
        pass.entry(function, level)?;
    }
    Ok(pass.listing.unwrap_or_default())
}

/// The level that a called decision is recorded at: that of its caller if the caller has a slot for it, else not at all.
fn callee_level(stored: &Stored, activation: axtrace_runtime::meta::SlotId) -> Level {
    if stored.slot(activation) { stored.level() } else { Level::None }
}

/// What is called at which level, directly or not.
fn inner_functions(code: &mir::Module, meta: &ProgramMeta, levels: &[Level]) -> BTreeSet<(DecisionId, Level)> {
    let mut found = BTreeSet::new();
    let mut work: Vec<(DecisionId, Level)> =
        code.functions.iter().flat_map(|function| levels.iter().map(|level| (function.decision, *level))).collect();
    while let Some((decision, level)) = work.pop() {
        let stored = Stored::of(&meta.decisions[decision.index()], level);
        for placed in code.functions[decision.index()].blocks.iter().flat_map(|block| &block.insts) {
            if let mir::Inst::Decide { decision, activation, .. } = &placed.inst {
                let callee = (*decision, callee_level(&stored, *activation));
                if found.insert(callee) {
                    work.push(callee);
                }
            }
        }
    }
    found
}

struct Emit<'a, M: Module> {
    module: &'a mut M,
    code: &'a mir::Module,
    meta: &'a ProgramMeta,
    inner: HashMap<(DecisionId, Level), FuncId>,
    context: Context,
    builders: FunctionBuilderContext,
    /// The instructions of what was defined last, if somebody wants to see them.
    listing: Option<String>,
}

impl<'a, M: Module> Emit<'a, M> {
    /// With all functions that others call defined.
    fn new(module: &'a mut M, code: &'a mir::Module, meta: &'a ProgramMeta, levels: &[Level]) -> Result<Self, EmitError> {
        let (context, builders) = (Context::new(), FunctionBuilderContext::new());
        let mut pass = Self { module, code, meta, inner: HashMap::new(), context, builders, listing: None };
        for (decision, level) in inner_functions(code, meta, levels) {
            pass.declare_inner(decision, level)?;
        }
        pass.define_inner()?;
        Ok(pass)
    }

    fn signature(&self, params: usize) -> Signature {
        let mut signature = self.module.make_signature();
        signature.params = vec![AbiParam::new(types::I64); params];
        signature.returns = vec![AbiParam::new(types::I64)];
        signature
    }

    fn declare_inner(&mut self, decision: DecisionId, level: Level) -> Result<(), EmitError> {
        let name = format!("{}@{level}", self.code.functions[decision.index()].name);
        let id = self.module.declare_function(&name, Linkage::Local, &self.signature(4))?;
        self.inner.insert((decision, level), id);
        Ok(())
    }

    fn define_inner(&mut self) -> Result<(), EmitError> {
        let mut all: Vec<_> = self.inner.iter().map(|(key, id)| (*key, *id)).collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        for ((decision, level), id) in all {
            self.context.func.signature = self.signature(4);
            let function = &self.code.functions[decision.index()];
            self.body(function, level, function::Kind::Inner);
            self.define(id)?;
        }
        Ok(())
    }

    fn entry(&mut self, function: &mir::Function, level: Level) -> Result<FuncId, EmitError> {
        let name = format!("{}#{level}", function.name);
        let signature = self.signature(5);
        let id = self.module.declare_function(&name, Linkage::Export, &signature)?;
        self.context.func.signature = signature;
        self.body(function, level, function::Kind::Entry);
        self.define(id)?;
        Ok(id)
    }

    fn define(&mut self, id: FuncId) -> Result<(), EmitError> {
        self.context.set_disasm(self.listing.is_some());
        let done = self.module.define_function(id, &mut self.context);
        if let (Some(listing), Some(compiled)) = (&mut self.listing, self.context.compiled_code()) {
            *listing = compiled.vcode.clone().unwrap_or_default();
        }
        self.module.clear_context(&mut self.context);
        Ok(done?)
    }
}
