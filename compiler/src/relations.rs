//! Constants keep what always holds: parameters of modules, samples, what tests are given, and what is written in rules.

use axtrace_runtime::meta::RelationOwner;
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::{Findings, Span};
use miette::Diagnostic;
use thiserror::Error;

use crate::graph::NodeKind;
use crate::interpret::{Broken, Options, broken_relation, decide};
use crate::program::Program;

/// A constant that does not keep a relation.
#[derive(Debug, Error, Diagnostic)]
#[error("`{condition}` does not hold here{}", because.as_ref().map(|because| format!(": {because}")).unwrap_or_default())]
#[diagnostic(code(E0441), help("change one of the values, or what must always hold"))]
struct NotKept {
    condition: String,
    because: Option<String>,
    #[label(primary, "does not keep it")]
    at: Span,
    #[label("must always hold")]
    declared: Span,
}

/// Checks all constants of a program; what does not keep a relation goes to `findings`.
pub fn check_constants(program: &Program, constants: &[(Type, Value, Span)], findings: &mut Findings) {
    if program.meta.relations.is_empty() {
        return;
    }
    check_modules(program, findings);
    for (ty, value, at) in constants {
        check(program, value, ty, *at, findings);
    }
    for test in &program.tests {
        let meta = &program.meta.decisions[test.decision.index()];
        let mut whole = true;
        for (value, param) in test.given.iter().zip(&meta.params) {
            whole &= check(program, value, &param.ty, test.span, findings);
        }
        for (place, _) in program.meta.relations_of(RelationOwner::Decision(test.decision)) {
            if let Some(broken) = ask(program, place, &test.given).filter(|_| whole) {
                report(program, broken, test.span, findings);
            }
        }
    }
    for node in program.graphs.iter().flat_map(|graph| &graph.nodes) {
        if let NodeKind::Constant(value) = &node.kind {
            check(program, value, &node.ty, node.span, findings);
        }
    }
}

/// The parameters of modules are constants: their relations either hold or do not.
fn check_modules(program: &Program, findings: &mut Findings) {
    for (place, relation) in program.meta.relations_of(RelationOwner::Module) {
        if let Some(broken) = ask(program, place, &[]) {
            report(program, broken, relation.span, findings);
        }
    }
}

/// A relation, if it is broken by these values.
fn ask(program: &Program, place: usize, values: &[Value]) -> Option<Broken> {
    let relation = &program.meta.relations[place];
    let run = decide(&program.meta, &program.graphs, relation.decision, values, Options::default()).ok()?;
    let because = relation.verdict(run.outcome.value)?.err()?;
    Some(Broken { relation: place, because })
}

/// Whether a value keeps all relations.
fn check(program: &Program, value: &Value, ty: &Type, at: Span, findings: &mut Findings) -> bool {
    if !matches!(value, Value::Record(_) | Value::List(_)) {
        return true;
    }
    match broken_relation(&program.meta, &program.graphs, value, ty, Options::default()) {
        Ok(Some(broken)) => {
            report(program, broken, at, findings);
            false
        }
        _ => true,
    }
}

fn report(program: &Program, broken: Broken, at: Span, findings: &mut Findings) {
    let relation = &program.meta.relations[broken.relation];
    let (condition, because, declared) = (relation.condition.clone(), broken.because, relation.span);
    findings.report(NotKept { condition, because, at, declared });
}
