//! A program as the compiler knows it.

use std::collections::HashSet;

use axtrace_runtime::meta::ProgramMeta;

use crate::graph::Graph;
use crate::hir::Test;

/// A program that was checked: what the runtime will know of it, its decision graphs, and its tests.
#[derive(Debug, Clone)]
pub struct Program {
    /// Types, decisions, roles, zones, sources; `decisions` are those of the graphs.
    pub meta: ProgramMeta,
    /// By [`DecisionId`](axtrace_runtime::meta::DecisionId).
    pub graphs: Vec<Graph>,
    /// The tests that authors wrote, in source order.
    pub tests: Vec<Test>,
    /// The files that tables were read from: the name in the rules, how many rows, and what separates their cells.
    pub read_files: Vec<(String, usize, &'static str)>,
    /// The names of parameters of modules, without those of the modules.
    pub params: HashSet<String>,
}
