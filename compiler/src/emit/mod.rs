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
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{AbiParam, ExtFuncData, ExternalName, FuncRef, Signature, UserExternalName, types};
use cranelift_codegen::isa::{OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CodegenError, Context};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{FuncId, Linkage, Module, ModuleDeclarations, ModuleError, ModuleReloc};

use crate::{mir, threads};
use function::Kind;

pub use function::{InputAccess, InputRow};

/// The stack of a thread that makes machine code.
const STACK: usize = 8 << 20;

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

/// The machine that this process runs on, with optimisation on, and in builds for testing the verifier.
///
/// # Errors
/// When Cranelift knows no such machine.
pub fn host() -> Result<OwnedTargetIsa, EmitError> {
    let mut flags = settings::builder();
    let wanted = [
        ("opt_level", "speed"),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
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

/// Emits all decisions at the given levels. The module still has to be finished. Functions become machine code on as many threads as the
/// machine runs at once; they are defined in one order, so the same code gives the same bytes.
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
            entry[*level as usize] = Some(pass.declare_entry(function, *level)?);
        }
    }
    pass.define()?;
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
    let Some(function) = code.functions.get(decision.index()) else { return Ok(String::new()) };
    let id = pass.declare_entry(function, level)?;
    let shared = pass.shared();
    let mut work = Work::new(&shared);
    work.context.set_disasm(true);
    work.compile(&Job { id, decision, level, kind: Kind::Entry })?;
    Ok(work.context.compiled_code().and_then(|compiled| compiled.vcode.clone()).unwrap_or_default())
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

/// A function that becomes machine code.
struct Job {
    id: FuncId,
    decision: DecisionId,
    level: Level,
    kind: Kind,
}

/// Everything that is declared, and what is to be defined.
struct Emit<'a, M: Module> {
    module: &'a mut M,
    code: &'a mir::Module,
    meta: &'a ProgramMeta,
    inner: HashMap<(DecisionId, Level), FuncId>,
    jobs: Vec<Job>,
}

impl<'a, M: Module> Emit<'a, M> {
    /// With all functions that others call declared.
    fn new(module: &'a mut M, code: &'a mir::Module, meta: &'a ProgramMeta, levels: &[Level]) -> Result<Self, EmitError> {
        let mut pass = Self { module, code, meta, inner: HashMap::new(), jobs: Vec::new() };
        for (decision, level) in inner_functions(code, meta, levels) {
            let name = format!("{}@{level}", code.functions[decision.index()].name);
            let id = pass.module.declare_function(&name, Linkage::Local, &signature(pass.module, Kind::Inner))?;
            pass.inner.insert((decision, level), id);
            pass.jobs.push(Job { id, decision, level, kind: Kind::Inner });
        }
        Ok(pass)
    }

    fn shared(&self) -> Shared<'_> {
        let (isa, declarations) = (self.module.isa(), self.module.declarations());
        let (entry, one) = (signature(self.module, Kind::Entry), signature(self.module, Kind::Inner));
        Shared { isa, declarations, code: self.code, meta: self.meta, inner: &self.inner, entry, one }
    }

    fn declare_entry(&mut self, function: &mir::Function, level: Level) -> Result<FuncId, EmitError> {
        let name = format!("{}#{level}", function.name);
        let id = self.module.declare_function(&name, Linkage::Export, &signature(self.module, Kind::Entry))?;
        self.jobs.push(Job { id, decision: function.decision, level, kind: Kind::Entry });
        Ok(id)
    }

    fn define(self) -> Result<(), EmitError> {
        let shared = self.shared();
        let made = threads::all(&self.jobs, STACK, || Work::new(&shared), |work, job| work.compile(job));
        for (job, made) in self.jobs.iter().zip(made) {
            let made = made?;
            self.module.define_function_bytes(job.id, made.alignment, &made.bytes, &made.relocations)?;
        }
        Ok(())
    }
}

/// The signatures of [`Kind`]s.
fn signature<M: Module>(module: &M, kind: Kind) -> Signature {
    let params = if kind == Kind::Entry { 5 } else { 4 };
    let mut signature = module.make_signature();
    signature.params = vec![AbiParam::new(types::I64); params];
    signature.returns = vec![AbiParam::new(types::I64)];
    signature
}

/// The machine code of a function.
struct Made {
    bytes: Vec<u8>,
    alignment: u64,
    relocations: Vec<ModuleReloc>,
}

/// What all threads see while they make machine code.
struct Shared<'a> {
    isa: &'a dyn TargetIsa,
    declarations: &'a ModuleDeclarations,
    code: &'a mir::Module,
    meta: &'a ProgramMeta,
    inner: &'a HashMap<(DecisionId, Level), FuncId>,
    entry: Signature,
    one: Signature,
}

/// What one thread makes machine code with.
struct Work<'a> {
    shared: &'a Shared<'a>,
    context: Context,
    builders: FunctionBuilderContext,
}

impl<'a> Work<'a> {
    fn new(shared: &'a Shared<'a>) -> Self {
        Self { shared, context: Context::new(), builders: FunctionBuilderContext::new() }
    }

    /// Compiles a function; the context keeps it until the next one.
    fn compile(&mut self, job: &Job) -> Result<Made, EmitError> {
        self.context.clear();
        let signature = if job.kind == Kind::Entry { &self.shared.entry } else { &self.shared.one };
        self.context.func.signature = signature.clone();
        self.body(&self.shared.code.functions[job.decision.index()], job.level, job.kind);
        let compiled = self.context.compile(self.shared.isa, &mut ControlPlane::default());
        let compiled = compiled.map_err(|error| ModuleError::Compilation(error.inner))?;
        let (bytes, alignment) = (compiled.code_buffer().to_vec(), u64::from(compiled.buffer.alignment));
        let found = compiled.buffer.relocs().to_vec();
        let relocations = found.iter().map(|found| ModuleReloc::from_mach_reloc(found, &self.context.func, job.id)).collect();
        Ok(Made { bytes, alignment, relocations })
    }

    /// A declared function, for the one that is built to call.
    fn callee(&mut self, id: FuncId) -> FuncRef {
        let declared = self.shared.declarations.get_function_decl(id);
        let signature = self.context.func.import_signature(declared.signature.clone());
        let name = self.context.func.declare_imported_user_function(UserExternalName { namespace: 0, index: id.as_u32() });
        let (name, colocated) = (ExternalName::user(name), declared.linkage.is_final());
        self.context.func.import_function(ExtFuncData { name, signature, colocated, patchable: false })
    }
}
