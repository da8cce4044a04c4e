//! Finds what each name of a module declares.
//!
//! On arrival there are syntax trees. On leaving, every declared name of every module has a [`Symbol`], duplicates are reported, and what the
//! grammar knows but the compiler cannot yet carry further is reported once for each item. What names mean inside of expressions is left to
//! the type checker, which knows the scopes.

mod findings;

use std::collections::HashMap;

use axtrace_grammar::ast;
use axtrace_runtime::currency::Currency;
use axtrace_runtime::meta::{DecisionId, RoleId};
use axtrace_runtime::types::{EnumId, RecordId};
use axtrace_source::{Findings, Span};

pub use findings::NameFinding;

use crate::hir::DefineId;
use crate::suggest::{did_you_mean, worth_it};

/// What a name of a module stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// An enum.
    Enum(EnumId),
    /// A record.
    Record(RecordId),
    /// A named type, by its place in [`Resolved::aliases`].
    Alias(usize),
    /// A parameter of the module, by its place in [`Resolved::params`].
    Param(usize),
    /// A role.
    Role(RoleId),
    /// A define.
    Define(DefineId),
    /// A decision.
    Decision(DecisionId),
    /// A sample, by its place in [`Resolved::samples`].
    Sample(usize),
    /// A unit, by its place in [`Resolved::units`].
    Unit(usize),
    /// Something that was reported: its uses are not.
    Broken,
}

impl Symbol {
    /// What it is, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Enum(_) => "an enum",
            Self::Record(_) => "a record",
            Self::Alias(_) => "a type",
            Self::Param(_) => "a parameter of the module",
            Self::Role(_) => "a role",
            Self::Define(_) => "a define",
            Self::Decision(_) => "a decision",
            Self::Sample(_) => "a sample",
            Self::Unit(_) => "a unit",
            Self::Broken => "broken",
        }
    }
}

/// A declared thing and the module it is declared in.
#[derive(Debug)]
pub struct Declared<'a, T> {
    /// As it is written.
    pub item: &'a T,
    /// Place in [`Resolved::modules`].
    pub module: usize,
}

/// A module.
#[derive(Debug)]
pub struct Module<'a> {
    /// Its path; empty if it has none.
    pub name: String,
    /// Its file.
    pub file: &'a ast::File,
    /// What its names stand for, and where they are declared.
    pub names: HashMap<&'a str, (Symbol, Span)>,
}

/// All modules and what they declare.
#[derive(Debug, Default)]
pub struct Resolved<'a> {
    /// The modules, one for each file.
    pub modules: Vec<Module<'a>>,
    /// By [`EnumId`].
    pub enums: Vec<Declared<'a, ast::Enum>>,
    /// By [`RecordId`].
    pub records: Vec<Declared<'a, ast::Record>>,
    /// Named types.
    pub aliases: Vec<Declared<'a, ast::TypeAlias>>,
    /// Parameters of modules.
    pub params: Vec<Declared<'a, ast::Param>>,
    /// By [`RoleId`].
    pub roles: Vec<Declared<'a, ast::Role>>,
    /// By [`DefineId`].
    pub defines: Vec<Declared<'a, ast::Define>>,
    /// By [`DecisionId`].
    pub decisions: Vec<Declared<'a, ast::Decision>>,
    /// Samples.
    pub samples: Vec<Declared<'a, ast::Sample>>,
    /// Units.
    pub units: Vec<Declared<'a, ast::Unit>>,
    /// Relations between parameters of modules.
    pub always: Vec<Declared<'a, ast::Always>>,
    /// Tests.
    pub tests: Vec<Declared<'a, ast::Test>>,
}

/// Finds what each name of each file declares.
#[must_use]
pub fn resolve<'a>(files: &'a [ast::File], findings: &mut Findings) -> Resolved<'a> {
    let mut resolved = Resolved::default();
    let mut places = Places::new();
    for file in files {
        let module = resolved.modules.len();
        let name = file.module.as_ref().map(ast::Path::text).unwrap_or_default();
        if !name.is_empty() {
            let first = *places.entry(name.clone()).or_insert(module);
            refuse_second_module(resolved.modules.get(first), file, &name, findings);
        }
        resolved.modules.push(Module { name, file, names: HashMap::new() });
        report_unbuilt_heads(file, findings);
        for item in &file.items {
            declare(&mut resolved, module, item, findings);
        }
    }
    let imports = (0..files.len()).map(|module| imports(&resolved, &places, module, findings)).collect::<Vec<_>>();
    refuse_circles(&resolved, &places, findings);
    for (module, imports) in imports.into_iter().enumerate() {
        for (name, symbol) in imports {
            name_it(&mut resolved.modules[module], name, symbol, findings);
        }
    }
    resolved
}

/// The place of the first module of each name.
type Places = HashMap<String, usize>;

/// Two files that say they are the same module.
fn refuse_second_module(first: Option<&Module<'_>>, file: &ast::File, name: &str, findings: &mut Findings) {
    if let (Some(first), Some(path)) = (first.and_then(|module| module.file.module.as_ref()), &file.module) {
        findings.report(NameFinding::Twice { name: name.into(), at: path.span, first: first.span });
    }
}

/// A module on the way from one to those that it uses.
struct Visit {
    module: usize,
    /// The modules it uses that were not followed yet, and where it says so.
    open: Vec<(usize, Span)>,
    /// The use that led to it.
    at: Span,
}

/// How far a module is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Followed {
    NotYet,
    /// It has this place on the way.
    OnTheWay(usize),
    /// It leads to no circle that is not known.
    Done,
}

/// Modules that use each other in a circle, as the path of its `use`s. Of the circles that come back to one module the first is told.
fn refuse_circles(resolved: &Resolved<'_>, places: &Places, findings: &mut Findings) {
    let uses = |module: usize| {
        let used = resolved.modules[module].file.uses.iter();
        used.filter_map(|used| Some((*places.get(&used.module.text())?, used.module.span))).collect::<Vec<_>>()
    };
    let mut followed = vec![Followed::NotYet; resolved.modules.len()];
    let mut told = vec![false; resolved.modules.len()];
    for start in 0..resolved.modules.len() {
        if followed[start] == Followed::Done {
            continue;
        }
        let mut way = vec![Visit { module: start, open: uses(start), at: Span::default() }];
        followed[start] = Followed::OnTheWay(0);
        while let Some(last) = way.last_mut() {
            let Some((next, at)) = last.open.pop() else {
                followed[last.module] = Followed::Done;
                way.pop();
                continue;
            };
            match followed[next] {
                Followed::NotYet => {
                    followed[next] = Followed::OnTheWay(way.len());
                    way.push(Visit { module: next, open: uses(next), at });
                }
                Followed::OnTheWay(first) if !std::mem::replace(&mut told[next], true) => {
                    let path = way[first + 1..].iter().map(|visit| visit.at).collect();
                    findings.report(NameFinding::Cycle { name: resolved.modules[next].name.clone(), at, path });
                }
                Followed::OnTheWay(_) | Followed::Done => {}
            }
        }
    }
}

/// What a module takes from others: each name with what it stands for there. Only what a module declares itself can be taken from it.
fn imports<'a>(resolved: &Resolved<'a>, places: &Places, module: usize, findings: &mut Findings) -> Vec<(&'a ast::Name, Symbol)> {
    let mut taken = Vec::new();
    for used in &resolved.modules[module].file.uses {
        let path = used.module.text();
        let from = places.get(&path).copied();
        if from.is_none() {
            let known = resolved.modules.iter().map(|other| other.name.as_str());
            let near = worth_it(findings.len(), resolved.modules.len()).then(|| did_you_mean(&path, known)).flatten();
            let suggestion = near.or_else(|| Some(format!("it would stand in a file `{}.ax`", path.replace('.', "/"))));
            findings.report(NameFinding::UnknownDeclared { what: "module", name: path, at: used.module.span, suggestion });
        }
        let symbol = |name: &ast::Name, findings: &mut Findings| match from {
            Some(from) => imported(resolved, from, name, findings),
            None => Symbol::Broken,
        };
        taken.extend(used.names.iter().map(|name| (name, symbol(name, findings))));
    }
    taken
}

fn imported(resolved: &Resolved<'_>, from: usize, name: &ast::Name, findings: &mut Findings) -> Symbol {
    if let Some((symbol, _)) = resolved.lookup(from, &name.text) {
        return symbol;
    }
    let near = worth_it(findings.len(), resolved.modules[from].names.len());
    let suggestion = near.then(|| did_you_mean(&name.text, resolved.names(from, |_| true))).flatten();
    findings.report(NameFinding::NotInModule {
        module: resolved.modules[from].name.clone(),
        name: name.text.clone(),
        at: name.span,
        declared: resolved.modules[from].file.module.as_ref().map_or(name.span, |path| path.span),
        suggestion,
    });
    Symbol::Broken
}

fn report_unbuilt_heads(file: &ast::File, findings: &mut Findings) {
    if let Some(variant) = &file.variant {
        not_yet("variant", variant.span, findings);
    }
}

/// Reports something that the grammar knows and the compiler does not.
pub(crate) fn not_yet(what: impl Into<String>, at: Span, findings: &mut Findings) {
    findings.report(NameFinding::NotYet { what: what.into(), at });
}

fn push<'a, T>(table: &mut Vec<Declared<'a, T>>, item: &'a T, module: usize) -> usize {
    table.push(Declared { item, module });
    table.len() - 1
}

fn declare<'a>(resolved: &mut Resolved<'a>, module: usize, item: &'a ast::Item, findings: &mut Findings) {
    let symbol = match item {
        ast::Item::Enum(it) => Symbol::Enum(EnumId(push(&mut resolved.enums, it, module) as u32)),
        ast::Item::Record(it) => Symbol::Record(RecordId(push(&mut resolved.records, it, module) as u32)),
        ast::Item::Type(it) => Symbol::Alias(push(&mut resolved.aliases, it, module)),
        ast::Item::Param(it) => Symbol::Param(push(&mut resolved.params, it, module)),
        ast::Item::Role(it) => Symbol::Role(RoleId(push(&mut resolved.roles, it, module) as u32)),
        ast::Item::Define(it) => Symbol::Define(DefineId(push(&mut resolved.defines, it, module) as u32)),
        ast::Item::Decision(it) => Symbol::Decision(DecisionId(push(&mut resolved.decisions, it.as_ref(), module) as u32)),
        ast::Item::Sample(it) => Symbol::Sample(push(&mut resolved.samples, it, module)),
        ast::Item::Unit(it) => Symbol::Unit(push(&mut resolved.units, it, module)),
        ast::Item::Always(it) => {
            resolved.always.push(Declared { item: it, module });
            return;
        }
        ast::Item::Test(it) => {
            resolved.tests.push(Declared { item: it.as_ref(), module });
            return;
        }
        ast::Item::Broken(_) => Symbol::Broken,
        other => {
            not_yet(unbuilt(other), other.span(), findings);
            Symbol::Broken
        }
    };
    if let Some(name) = item.name() {
        name_it(&mut resolved.modules[module], name, symbol, findings);
    }
}

fn unbuilt(item: &ast::Item) -> &'static str {
    match item {
        ast::Item::Measure(_) => "measure",
        ast::Item::Prove(_) => "prove",
        ast::Item::Change(_) => "change",
        ast::Item::Workflow(_) => "workflow",
        _ => "this",
    }
}

fn name_it<'a>(module: &mut Module<'a>, name: &'a ast::Name, symbol: Symbol, findings: &mut Findings) {
    if name.text.is_empty() {
        return;
    }
    if let Some(what) = reserved(&name.text, symbol) {
        findings.report(NameFinding::Reserved { name: name.text.clone(), what, at: name.span });
    }
    if let Some((_, first)) = module.names.get(name.text.as_str()) {
        findings.report(NameFinding::Twice { name: name.text.clone(), at: name.span, first: *first });
        return;
    }
    module.names.insert(&name.text, (symbol, name.span));
}

fn reserved(name: &str, symbol: Symbol) -> Option<&'static str> {
    let unit = matches!(symbol, Symbol::Unit(_));
    let callable = matches!(symbol, Symbol::Define(_) | Symbol::Decision(_));
    match name {
        "outcome" => Some("the outcome of a decision in proofs"),
        "this_rule" => Some("the name of the rule it stands in"),
        "h" | "min" | "s" | "day" | "days" | "week" | "weeks" | "month" | "months" | "year" | "years" if unit => Some("a unit of time"),
        _ if unit && Currency::parse(name).is_some() => Some("a currency of ISO 4217"),
        _ if callable && BUILT_IN.contains(&name) => Some("a built-in function"),
        _ => None,
    }
}

/// The built-in functions, whose names no define or decision may have.
pub const BUILT_IN: &[&str] = &[
    "abs",
    "average",
    "ceiling",
    "characters",
    "count",
    "date_from",
    "date_of",
    "datetime_at",
    "day_of",
    "days_between",
    "distinct",
    "first",
    "floor",
    "fold",
    "groups",
    "item",
    "last",
    "length_of",
    "list",
    "lower",
    "max",
    "min",
    "month_of",
    "months_between",
    "pairs",
    "position",
    "power",
    "round",
    "round_down",
    "round_half_even",
    "round_up",
    "runs",
    "sort",
    "sum",
    "time_of",
    "to_date",
    "to_decimal",
    "to_integer",
    "trim",
    "upper",
    "weekday_of",
    "year_of",
    "years_between",
];

impl Resolved<'_> {
    /// What a name of a module stands for.
    #[must_use]
    pub fn lookup(&self, module: usize, name: &str) -> Option<(Symbol, Span)> {
        self.modules[module].names.get(name).copied()
    }

    /// The names of a module that stand for something of a kind, sorted.
    #[must_use]
    pub fn names(&self, module: usize, keep: impl Fn(Symbol) -> bool) -> Vec<&str> {
        let all = self.modules[module].names.iter();
        let mut names: Vec<_> = all.filter(|(_, (symbol, _))| keep(*symbol)).map(|(name, _)| *name).collect();
        names.sort_unstable();
        names
    }
}
