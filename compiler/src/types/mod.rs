//! Gives every expression its type.
//!
//! On arrival names are declared ([`Resolved`]). On leaving there is a [`hir::Program`]: every expression has a type with an exact scale, every
//! conversion is written out, an optional is read only where it is known to be there. What is wrong is reported once, where it is, and
//! becomes an error expression; nothing is reported that only follows. Ranges are left to the [range pass](crate::ranges).

mod advice;
mod calls;
mod coerce;
mod decision;
mod declare;
mod expr;
mod findings;
mod lists;
mod literal;
mod loops;
mod names;
mod never;
mod numbers;
mod operands;
mod operators;
mod outcome;
mod policy;
mod quotients;
mod relations;
mod roles;
mod scope;
mod table;
mod test_tables;
mod tests;
mod text;
mod time;
mod units;
pub mod words;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use axtrace_runtime::calendar::Zone;
use axtrace_runtime::meta::{DecisionId, RelationMeta, RoleMeta};
use axtrace_runtime::types::{EnumId, FieldType, RecordId, Type, Types};
use axtrace_runtime::value::Value;
use axtrace_source::{Findings, Sources, Span};

pub(crate) use coerce::long;
pub use findings::TypeFinding;
pub(crate) use table::{Sheet, SheetCell, is_plain, titles_among};
pub use tests::refuse_contradictions;

use crate::hir::{self, DefineId};
use crate::resolve::{NameFinding, Resolved};
use scope::Scope;
use text::Patterns;

/// How many declarations may each need the next to be understood, if they stand in the wrong order.
const MAX_CHAIN: u32 = 500;

/// How far something is that is looked at when it is first needed.
enum Lazy<T> {
    Waiting,
    Busy,
    Done(Option<T>),
}

/// What callers of a decision need to know.
#[derive(Clone)]
struct Signature {
    params: Vec<FieldType>,
    /// What it gives as a whole: under `collect` the list.
    gives: Type,
    may_refer: bool,
    span: Span,
}

struct Checker<'a, 'f> {
    sources: &'a Sources,
    resolved: &'a Resolved<'a>,
    findings: &'f mut Findings,
    types: Types,
    aliases: Vec<Lazy<Type>>,
    params: Vec<Lazy<(Type, Value)>>,
    samples: Vec<Lazy<(Type, Value)>>,
    defines: Vec<Lazy<Rc<hir::Define>>>,
    signatures: Vec<Option<Rc<Signature>>>,
    zones: Vec<Zone>,
    patterns: Patterns,
    /// The values of all enums by name, with their places.
    enum_values: HashMap<&'a str, HashMap<EnumId, u16>>,
    /// How many values all enums have together.
    values: usize,
    /// The places of the fields of records with many, as far as somebody asked.
    field_places: HashMap<RecordId, HashMap<String, usize>>,
    /// The enum of the days of the week, once there is a set of them.
    weekdays: Option<EnumId>,
    /// The fields whose type is broken, and reported: where they are declared.
    broken_fields: HashSet<Span>,
    /// The module whose names are in scope.
    module: usize,
    scope: Scope<'a>,
    /// Whether samples may be named: in samples and tests.
    samples_known: bool,
    /// Long constants that are known to fit types, by where they lie; they are kept, so that nothing else comes to lie there.
    fitting: HashMap<(usize, Type), Value>,
    /// How many fields of records have been written out that the source does not name.
    filled: usize,
    /// How many declarations are being looked at, each for the one before.
    depth: u32,
    /// What is being looked at, each with the use that asked for it.
    chain: Vec<(String, Span)>,
    /// Who calls which decision, and where.
    calls: Vec<(Caller, DecisionId, Span)>,
    /// Who calls which define, and where.
    define_uses: Vec<(Caller, DefineId, Span)>,
    caller: Caller,
    /// What `or` has compared before what is looked at, as it is written: `age` and `16` of `age = 16 or 17`.
    compared_before: Option<(String, String)>,
    /// By [`RoleId`](axtrace_runtime::meta::RoleId), once they are declared.
    roles: Vec<RoleMeta>,
    /// Trees that are made here.
    cells: &'a Cells,
    /// The files of data that decide, by their places among the sources.
    deciding: BTreeSet<usize>,
    /// The files that tables were read from: name, rows, and what separates their cells.
    read_files: Vec<(String, usize, &'static str)>,
    /// How many rules the rows of files are.
    rows_from_files: usize,
}

/// Holds trees that are made here as long as those of rule files are held.
#[derive(Default)]
pub struct Cells {
    /// What cells of files say.
    of_files: typed_arena::Arena<axtrace_grammar::ast::CellKind>,
    /// What rows of tests give.
    of_tests: typed_arena::Arena<axtrace_grammar::ast::Expr>,
}

/// What contains a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Caller {
    Nobody,
    Define(DefineId),
    Decision(DecisionId),
}

/// Gives every expression of the program its type. `None` if something was wrong that leaves no program to look at further.
#[must_use]
pub fn check<'a>(sources: &'a Sources, resolved: &'a Resolved<'a>, cells: &'a Cells, findings: &mut Findings) -> Option<hir::Program> {
    let mut checker = Checker {
        sources,
        resolved,
        findings,
        types: Types::default(),
        aliases: waiting(resolved.aliases.len()),
        params: waiting(resolved.params.len()),
        samples: waiting(resolved.samples.len()),
        defines: waiting(resolved.defines.len()),
        signatures: vec![None; resolved.decisions.len()],
        zones: Vec::new(),
        patterns: Patterns::default(),
        enum_values: HashMap::new(),
        values: 0,
        field_places: HashMap::new(),
        weekdays: None,
        broken_fields: HashSet::new(),
        module: 0,
        scope: Scope::default(),
        samples_known: false,
        fitting: HashMap::new(),
        filled: 0,
        depth: 0,
        chain: Vec::new(),
        calls: Vec::new(),
        define_uses: Vec::new(),
        caller: Caller::Nobody,
        compared_before: None,
        roles: Vec::new(),
        cells,
        deciding: BTreeSet::new(),
        read_files: Vec::new(),
        rows_from_files: 0,
    };
    checker.declare_types();
    checker.declare_values();
    let decisions = checker.decisions();
    checker.find_decision_cycles();
    let relations = checker.relations();
    let tests = checker.tests(&decisions);
    checker.finish(decisions, relations, tests)
}

fn waiting<T>(count: usize) -> Vec<Lazy<T>> {
    (0..count).map(|_| Lazy::Waiting).collect()
}

impl<'a> Checker<'a, '_> {
    fn finish(
        self,
        decisions: Vec<Option<hir::Decision>>,
        (relations, checks): (Vec<RelationMeta>, Vec<hir::Decision>),
        (tests, bulk): (Vec<hir::Test>, Vec<hir::Bulk>),
    ) -> Option<hir::Program> {
        if self.findings.has_errors() {
            return None;
        }
        let done = |lazy: Lazy<Rc<hir::Define>>| match lazy {
            Lazy::Done(define) => define.map(Rc::unwrap_or_clone),
            _ => None,
        };
        let param = |(place, lazy): (usize, Lazy<(Type, Value)>)| {
            let declared = &self.resolved.params[place];
            let name = format!("{}.{}", self.resolved.modules[declared.module].name, declared.item.name.text);
            match lazy {
                Lazy::Done(Some((ty, value))) => Some((name, ty, value)),
                _ => None,
            }
        };
        let named = |lazy: &Lazy<(Type, Value)>, span: Span| match lazy {
            Lazy::Done(Some((ty, value))) => Some((ty.clone(), value.clone(), span)),
            _ => None,
        };
        let params = self.params.iter().zip(&self.resolved.params).filter_map(|(lazy, it)| named(lazy, it.item.name.span));
        let samples = self.samples.iter().zip(&self.resolved.samples).filter_map(|(lazy, it)| named(lazy, it.item.name.span));
        let constants = params.chain(samples).collect();
        Some(hir::Program {
            roles: self.roles,
            deciding: self.deciding.into_iter().collect(),
            read_files: self.read_files,
            params: self.params.into_iter().enumerate().filter_map(param).collect(),
            defines: self.defines.into_iter().map(done).collect::<Option<_>>()?,
            decisions: decisions.into_iter().chain(checks.into_iter().map(Some)).collect::<Option<_>>()?,
            relations,
            constants,
            types: self.types,
            zones: self.zones,
            patterns: self.patterns.finish(),
            tests,
            bulk,
        })
    }

    fn report(&mut self, finding: TypeFinding) {
        self.findings.report(finding);
    }

    fn report_name(&mut self, finding: NameFinding) {
        self.findings.report(finding);
    }

    /// Looks at a declaration that another one needs; `None`, reported, where that goes on for too long.
    fn deeper<T>(&mut self, name: &str, at: Span, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_CHAIN {
            self.report(TypeFinding::TooDeep { name: name.into(), at });
            return None;
        }
        self.depth += 1;
        self.chain.push((name.to_owned(), at));
        let result = work(self);
        self.chain.pop();
        self.depth -= 1;
        result
    }

    /// The uses by way of which something that is being looked at needs itself, from the first on; without the last.
    fn circle(&self, name: &str) -> Vec<Span> {
        let begin = self.chain.iter().rposition(|(other, _)| other == name).map_or(self.chain.len(), |place| place + 1);
        self.chain[begin..].iter().map(|(_, at)| *at).collect()
    }

    fn not_yet(&mut self, what: impl Into<String>, at: Span) {
        crate::resolve::not_yet(what, at, self.findings);
    }

    fn text(&self, span: Span) -> String {
        let words: Vec<_> = self.sources.text(span).split_whitespace().collect();
        let text = words.join(" ");
        if text.chars().count() > 60 { format!("{}…", text.chars().take(59).collect::<String>()) } else { text }
    }

    fn words(&self, ty: &Type) -> String {
        words::words(ty, &self.types)
    }

    /// Runs `work` in a fresh scope of a module.
    fn within<T>(&mut self, module: usize, caller: Caller, work: impl FnOnce(&mut Self) -> T) -> (T, Scope<'a>) {
        let fresh = Scope { names: vec![Default::default()], blocks: vec![Vec::new()], ..Scope::default() };
        let scope = std::mem::replace(&mut self.scope, fresh);
        let (outer_module, outer_caller) = (std::mem::replace(&mut self.module, module), std::mem::replace(&mut self.caller, caller));
        let samples_known = std::mem::replace(&mut self.samples_known, false);
        let result = work(self);
        self.samples_known = samples_known;
        (self.module, self.caller) = (outer_module, outer_caller);
        (result, std::mem::replace(&mut self.scope, scope))
    }
}
