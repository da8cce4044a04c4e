//! From sources to a checked program.

use std::sync::Arc;

use axtrace_grammar::{MAX_TOKENS, ast};
use axtrace_runtime::calendar::zone::database_version;
use axtrace_runtime::meta::{Found, ProgramMeta};
use axtrace_runtime::table::{Index, NoKeys, Table};
use axtrace_runtime::{pattern, text_functions};
use axtrace_source::{Finding, Findings, Sources, Span};
use miette::Diagnostic;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::bulk::read_bulk;
use crate::expand::{expand, finish};
use crate::function::Function;
use crate::graph::NodeKind;
use crate::lookups::{FEW, lookups};
use crate::program::Program;
use crate::prove::{Meter, prove};
use crate::ranges::{ranges, with_witness};
use crate::relations::check_constants;
use crate::resolve::resolve;
use crate::steps::steps;
use crate::types::{Cells, check};
use crate::{fill, graph::Graph, hir};

/// The version of the language that this compiler knows.
pub const LANGUAGE: &str = "1";

/// The stack of the thread that compiles: passes go as deep as expressions nest and defines call each other, both of which are bounded.
const STACK: usize = 1 << 29;

/// What happens to sources on their way to a program, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pass {
    /// Text to syntax trees.
    Parse,
    /// Names to declarations.
    Resolve,
    /// Types of all expressions.
    Types,
    /// Decision graphs.
    Expand,
    /// Bounds of all values, and the number of steps.
    Ranges,
    /// Layouts, tests from files, constants, and inputs that show what the ranges found.
    Finish,
    /// Proofs.
    Prove,
}

impl Pass {
    /// All passes, in order.
    pub const ALL: [Self; 7] = [Self::Parse, Self::Resolve, Self::Types, Self::Expand, Self::Ranges, Self::Finish, Self::Prove];
}

/// Is told of each pass that is done.
pub type Watch<'w> = dyn FnMut(Pass) + Send + 'w;

/// What can be wrong with a program before anything of it is understood.
#[derive(Debug, Error, Diagnostic)]
enum ProgramFinding {
    /// More than [`MAX_TOKENS`].
    #[error("with `{path}` the program has more than {MAX_TOKENS} words, numbers and signs")]
    #[diagnostic(code(E0001), help("build what decides something else as a program of its own, and read tables of values as inputs"))]
    TooLarge {
        /// The file with which it is too large.
        path: String,
    },
    /// Numbers beyond 64 bits.
    #[error("a column of a large table has numbers beyond 64 bits")]
    #[diagnostic(code(E0347), help("declare a range that is enough for them"))]
    NoKeys {
        /// The header.
        #[label(primary, "may be any number")]
        at: Span,
    },
}

/// Checks the sources and gives the program, if nothing in them is an error. All findings go to `findings`.
///
/// # Panics
/// When the system can start no thread, or when a pass does: that is a bug.
#[must_use]
pub fn compile(sources: Sources, findings: &mut Findings) -> Option<Program> {
    compile_watched(sources, findings, &mut |_| ())
}

/// As [`compile`], and says which passes are done, for whoever wants to know how long each takes.
///
/// # Panics
/// As [`compile`].
#[must_use]
pub fn compile_watched(sources: Sources, findings: &mut Findings, watch: &mut Watch<'_>) -> Option<Program> {
    on_a_deep_stack(|| checked(sources, findings, watch))
}

/// The program as far as it can be read and typed, with nothing proved of it: to show what an input does in rules that [`compile`] refuses,
/// never to decide with.
///
/// # Panics
/// As [`compile`].
#[must_use]
pub fn unproved(sources: Sources) -> Option<Program> {
    on_a_deep_stack(|| read(sources, &mut Findings::new(), &mut |_| ()))
}

/// The rows that tables are missing, of rules in which nothing is wrong but that no proof closes them: those whose decisions must decide every
/// input. `None` where the rules cannot be read that far.
///
/// # Panics
/// As [`compile`].
#[must_use]
pub fn missing_rows(sources: Sources) -> Option<Vec<fill::Suggestion>> {
    on_a_deep_stack(|| {
        let mut tables = Vec::new();
        let mut see = |typed: &hir::Program, files: &[ast::File], sources: &Sources| tables = fill::written(typed, files, sources);
        let program = read_seen(sources, &mut Findings::new(), &mut |_| (), &mut see);
        Some(fill::suggestions(&program?, &tables))
    })
}

fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(program)) => program,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => panic!("no thread to compile on: {error}"),
        }
    })
}

fn checked(sources: Sources, findings: &mut Findings, watch: &mut Watch<'_>) -> Option<Program> {
    let Some(program) = read(sources, findings, watch) else {
        // Rules that nothing is wrong with would be taken for rules without decisions.
        assert!(findings.has_errors(), "rules were refused, and nothing was found wrong with them");
        return None;
    };
    prove(&program, findings);
    say_once(findings);
    watch(Pass::Prove);
    if findings.has_errors() {
        return None;
    }
    Some(program)
}

/// A comparison that its declared range decides is told where it is; that its condition never matters, or its rule never applies, only
/// follows.
fn say_once(findings: &mut Findings) {
    let labels = |finding: &Finding| -> Vec<(usize, usize)> {
        let labels = finding.diagnostic.labels().into_iter().flatten();
        labels.map(|label| (label.offset(), label.offset() + label.len())).collect()
    };
    let mut told: Vec<(usize, usize)> =
        findings.iter().filter(|it| matches!(it.code().as_str(), "E0327" | "E0349")).filter_map(|it| labels(it).first().copied()).collect();
    if told.is_empty() {
        return;
    }
    // By where they begin, each with the furthest end up to there.
    told.sort_unstable();
    told.iter_mut().fold(0, |furthest, (_, to)| {
        *to = furthest.max(*to);
        *to
    });
    let follows = |(start, end): &(usize, usize)| {
        let before = told.partition_point(|(from, _)| from < end);
        before > 0 && *start < told[before - 1].1
    };
    findings.retain(|it| !matches!(it.code().as_str(), "E0507" | "E0508" | "E0509" | "E0510") || !labels(it).iter().any(follows));
}

/// Everything but the proofs.
pub(crate) fn read(sources: Sources, findings: &mut Findings, watch: &mut Watch<'_>) -> Option<Program> {
    read_seen(sources, findings, watch, &mut |_, _, _| ())
}

/// Is shown the typed program as its author wrote it, with the trees that it was made of.
type See<'s> = dyn FnMut(&hir::Program, &[ast::File], &Sources) + 's;

/// Everything but the proofs.
fn read_seen(mut sources: Sources, findings: &mut Findings, watch: &mut Watch<'_>, see: &mut See<'_>) -> Option<Program> {
    let files = parsed(&sources, findings)?;
    watch(Pass::Parse);
    let places: Vec<usize> = sources.rules().map(|(place, _)| place).collect();
    for (place, file) in places.into_iter().zip(&files) {
        if let Some(module) = &file.module {
            sources.set_name(place, module.text().replace('.', "/") + ".ax");
        }
    }
    let resolved = resolve(&files, findings);
    watch(Pass::Resolve);
    let cells = Cells::default();
    let mut typed = check(&sources, &resolved, &cells, findings)?;
    watch(Pass::Types);
    see(&typed, &files, &sources);
    let version = files.iter().find_map(|file| file.version.as_ref().map(|version| version.node.clone()));
    drop(files);
    let (tables, places) = lookups(&mut typed, &sources, FEW);
    let (mut graphs, templates) = expand(&typed, findings);
    // From here on the graphs are all that is known of the rules.
    (typed.defines, typed.decisions) = Default::default();
    watch(Pass::Expand);
    if findings.has_errors() {
        return None;
    }
    let suspects = ranges(&mut graphs, &templates, &typed.types, &typed.zones, &sources);
    steps(&graphs, findings);
    watch(Pass::Ranges);
    let (constants, bulk) = (std::mem::take(&mut typed.constants), std::mem::take(&mut typed.bulk));
    let tests = std::mem::take(&mut typed.tests);
    let mut program = assemble(typed, graphs, templates, sources, version);
    program.tests = tests_of(tests, &places);
    index_tables(&mut program, tables, findings);
    read_bulk(&mut program, &bulk, findings);
    check_constants(&program, &constants, findings);
    if suspects.is_empty() {
        watch(Pass::Finish);
        return Some(program);
    }
    let meter = Meter::of_program(&program.meta, &program.graphs);
    for suspect in suspects {
        if let Some(finding) = meter.share(|meter| with_witness(suspect, &program, meter)) {
            findings.push(finding);
        }
    }
    watch(Pass::Finish);
    Some(program)
}

/// The trees of all files, if they are not too many to be held in memory.
fn parsed(sources: &Sources, findings: &mut Findings) -> Option<Vec<ast::File>> {
    let mut files: Vec<ast::File> = Vec::with_capacity(sources.files().len());
    let mut tokens = 0;
    for (_, file) in sources.rules() {
        let parsed = axtrace_grammar::parse(file, findings);
        tokens += parsed.tokens;
        if tokens > MAX_TOKENS {
            findings.report(ProgramFinding::TooLarge { path: file.path().to_owned() });
            return None;
        }
        files.push(parsed);
    }
    Some(files)
}

fn assemble(
    typed: hir::Program,
    mut graphs: Vec<Graph>,
    mut templates: Vec<Vec<axtrace_runtime::meta::Piece>>,
    sources: Sources,
    version: Option<String>,
) -> Program {
    for graph in &mut graphs {
        finish(graph, &mut templates, &typed.types);
    }
    let digest = digest(&sources, &typed);
    let meta = ProgramMeta {
        types: typed.types,
        decisions: graphs.iter().map(|graph| graph.meta.clone()).collect(),
        relations: typed.relations,
        roles: typed.roles,
        zones: typed.zones,
        constants: Vec::new(),
        templates,
        listed: Vec::new(),
        patterns: typed.patterns,
        plans: Vec::new(),
        tables: Vec::new(),
        sources,
        digest,
        version,
    };
    let params = typed.params.iter().map(|(name, ..)| name.rsplit('.').next().unwrap_or(name).to_owned()).collect();
    Program { meta, graphs, tests: Vec::new(), read_files: typed.read_files, params }
}

/// Tests with the rules they name where those have gone.
fn tests_of(mut tests: Vec<hir::Test>, places: &[Vec<Found>]) -> Vec<hir::Test> {
    for test in &mut tests {
        let places = &places[test.decision.index()];
        for rule in test.by.iter_mut().flatten() {
            *rule = places.get(rule.0.index()).copied().unwrap_or(*rule);
        }
    }
    tests
}

/// Gives tables that are looked up the bounds of their headers, and their indexes.
fn index_tables(program: &mut Program, mut tables: Vec<Table>, findings: &mut Findings) {
    for graph in &program.graphs {
        for node in &graph.nodes {
            let NodeKind::Call(Function::Row | Function::Rows, operands) = &node.kind else { continue };
            let Some(NodeKind::Constant(number)) = operands.first().map(|first| &graph.node(*first).kind) else { continue };
            let table = number.number().and_then(|number| tables.get_mut(usize::try_from(number).ok()?));
            let Some(table) = table else { continue };
            for (column, header) in table.columns.iter_mut().zip(&operands[1..]) {
                column.ty = graph.node(*header).ty.clone();
            }
            match table.boxes(&program.meta.types) {
                Ok(boxes) => table.index = Some(Arc::new(Index::build(&boxes, table.mode))),
                Err(NoKeys { column }) => {
                    let at = graph.node(operands[1 + column]).span;
                    findings.report(ProgramFinding::NoKeys { at });
                }
            }
        }
    }
    program.meta.tables = tables;
}

/// The digest of everything a decision depends on: language, zone rules, Unicode and patterns, sources by path, parameters.
fn digest(sources: &Sources, typed: &hir::Program) -> String {
    let mut hash = Sha256::new();
    let mut part = |name: &str, bytes: &[u8]| {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part("language", LANGUAGE.as_bytes());
    part("zones", database_version().as_bytes());
    let (major, minor, update) = text_functions::VERSION;
    part("unicode", format!("{major}.{minor}.{update}").as_bytes());
    part("patterns", pattern::VERSION.as_bytes());
    // Tests in files of their own decide nothing.
    let mut files: Vec<_> = sources.rules().map(|(_, file)| file).collect();
    files.extend(typed.deciding.iter().map(|place| &sources.files()[*place]));
    files.sort_by_key(|file| file.name());
    for file in files {
        part(file.name(), file.text().as_bytes());
    }
    for (name, _, value) in &typed.params {
        part(name, format!("{value:?}").as_bytes());
    }
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
