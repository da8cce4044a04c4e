//! Constants keep what always holds: parameters of modules, samples, what tests are given, and what is written in rules.

use axtrace_runtime::meta::RelationOwner;
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::{Findings, Span};
use miette::Diagnostic;
use thiserror::Error;

use crate::graph::NodeKind;
use crate::interpret::{Broken, Fault, FaultKind, Keeping};
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

/// The steps that checking all constants of a program may take.
const MOST_STEPS: u64 = 5_000_000;

/// Constants that take too long to check.
#[derive(Debug, Error, Diagnostic)]
#[error("it takes more than 5,000,000 steps to check what always holds of the constants of the program")]
#[diagnostic(code(E0432), help("make the lists in them shorter, or relate what can be told of one element after the other"))]
struct TooLong {
    #[label(primary, "not checked, nor what comes after it")]
    at: Span,
}

/// Checks all constants of a program; what does not keep a relation goes to `findings`.
pub fn check_constants(program: &Program, constants: &[(Type, Value, Span)], findings: &mut Findings) {
    if program.meta.relations.is_empty() {
        return;
    }
    let mut check = Check { program, keeping: Keeping::new(&program.meta, &program.graphs, MOST_STEPS), findings };
    if let Err(at) = check.all(constants) {
        check.findings.report(TooLong { at });
    }
}

/// Constants that are checked one after the other.
struct Check<'p, 'f> {
    program: &'p Program,
    keeping: Keeping<'p>,
    findings: &'f mut Findings,
}

impl Check<'_, '_> {
    /// Checks all of them; fails with the place of the first for which no steps are left.
    fn all(&mut self, constants: &[(Type, Value, Span)]) -> Result<(), Span> {
        let program = self.program;
        self.related(RelationOwner::Module, &[], None)?;
        for (ty, value, at) in constants {
            self.value(value, ty, *at)?;
        }
        for test in &program.tests {
            let mut whole = true;
            for (value, param) in test.given.iter().zip(&program.meta.decisions[test.decision.index()].params) {
                whole &= self.value(value, &param.ty, test.span)?;
            }
            if whole {
                self.related(RelationOwner::Decision(test.decision), &test.given, Some(test.span))?;
            }
        }
        for node in program.graphs.iter().flat_map(|graph| &graph.nodes) {
            if let NodeKind::Constant(value) = &node.kind {
                self.value(value, &node.ty, node.span)?;
            }
        }
        Ok(())
    }

    /// Tells which relations of an owner values do not keep, at a place or, without one, where the relation is declared.
    fn related(&mut self, owner: RelationOwner, values: &[Value], at: Option<Span>) -> Result<(), Span> {
        let broken = self.keeping.broken(owner, values);
        let first = self.program.meta.relations.first().map(|relation| relation.span);
        for broken in done(broken, at.or(first).unwrap_or_default())?.unwrap_or_default() {
            let at = at.unwrap_or(self.program.meta.relations[broken.relation].span);
            self.report(broken, at);
        }
        Ok(())
    }

    /// Whether a value keeps all relations.
    fn value(&mut self, value: &Value, ty: &Type, at: Span) -> Result<bool, Span> {
        if !matches!(value, Value::Record(_) | Value::List(_)) {
            return Ok(true);
        }
        match done(self.keeping.broken_in(value, ty), at)?.flatten() {
            Some(broken) => {
                self.report(broken, at);
                Ok(false)
            }
            None => Ok(true),
        }
    }

    fn report(&mut self, broken: Broken, at: Span) {
        let relation = &self.program.meta.relations[broken.relation];
        let (condition, because, declared) = (relation.condition.clone(), broken.because, relation.span);
        self.findings.report(NotKept { condition, because, at, declared });
    }
}

/// What was found, or nothing where a relation cannot be evaluated, which is told elsewhere; fails when no steps are left.
fn done<T>(found: Result<T, Fault>, at: Span) -> Result<Option<T>, Span> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.kind == FaultKind::TooLong => Err(at),
        Err(_) => Ok(None),
    }
}
