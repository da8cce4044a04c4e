//! The names that are known inside of a define or a decision, and what is known of them.

use std::collections::{HashMap, HashSet};

use axtrace_grammar::ast;
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use crate::hir::{Expr, ExprKind, Let, Many, Unary, Var, VarId};

/// A variable, or a field of one, or a field of that: what `is given` can be known of.
pub(super) type Place = (VarId, Vec<u32>);

/// A let whose type is not known before its first use.
pub(super) struct Pending<'a> {
    /// As it is written.
    pub item: &'a ast::Let,
    /// How far it is.
    pub state: PendingState,
    /// How many levels of names were there where it stands.
    pub level: usize,
    /// How many facts were known where it stands.
    pub given: usize,
    /// The block that collects it.
    pub block: usize,
}

/// How far a let is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PendingState {
    /// Not looked at.
    Waiting,
    /// Being looked at: a use is a circle.
    Busy,
    /// Known.
    Done(VarId),
    /// Wrong, and reported.
    Failed,
}

/// What a name stands for.
#[derive(Clone, Copy)]
pub(super) enum Binding {
    /// A variable.
    Var(VarId),
    /// A let, by its place in [`Scope::pending`].
    Let(usize),
}

/// The scope of a define or a decision.
#[derive(Default)]
pub(super) struct Scope<'a> {
    /// All variables.
    pub vars: Vec<Var>,
    /// Names, innermost last.
    pub names: Vec<HashMap<String, Binding>>,
    /// Lets.
    pub pending: Vec<Pending<'a>>,
    /// Lets that are known, by the block that collects them.
    pub blocks: Vec<Vec<Let>>,
    /// What is known to be given here.
    pub given: Vec<Place>,
    /// What a boolean let says when it is true, and when it is false.
    pub facts: HashMap<VarId, (Vec<Place>, Vec<Place>)>,
    /// Variables whose types have declared bounds: parameters, arguments, the elements of declared lists.
    pub declared: HashSet<VarId>,
    /// How many steps a decision says that it may take, and where.
    pub steps: Option<(u64, Span)>,
    /// The name of the rule that is checked.
    pub rule: Option<String>,
}

impl Scope<'_> {
    /// A new variable under a name of the innermost level.
    pub fn declare(&mut self, name: &str, ty: Type, span: Span) -> VarId {
        let var = self.variable(name, ty, span);
        if let Some(level) = self.names.last_mut() {
            level.insert(name.to_string(), Binding::Var(var));
        }
        var
    }

    /// A new variable whose type is declared.
    pub fn declare_input(&mut self, name: &str, ty: Type, span: Span) -> VarId {
        let var = self.declare(name, ty, span);
        self.declared.insert(var);
        var
    }

    /// A new variable without a name that could be used.
    pub fn variable(&mut self, name: &str, ty: Type, span: Span) -> VarId {
        self.vars.push(Var { name: name.to_string(), ty, span });
        VarId(self.vars.len() as u32 - 1)
    }

    /// What a name stands for, the innermost first.
    pub fn lookup(&self, name: &str) -> Option<Binding> {
        self.names.iter().rev().find_map(|level| level.get(name)).copied()
    }

    /// Whether a place is known to be given.
    pub fn is_given(&self, place: &Place) -> bool {
        self.given.contains(place)
    }

    /// All names that could be meant here.
    pub fn all_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.names.iter().flat_map(|level| level.keys().cloned()).collect();
        names.sort_unstable();
        names
    }

    /// What is given wherever `condition` is true.
    pub fn given_if(&self, condition: &Expr) -> Vec<Place> {
        match &condition.kind {
            ExprKind::Unary(Unary::IsGiven, value) => place(value).into_iter().collect(),
            ExprKind::Unary(Unary::Not, inner) => self.given_unless(inner),
            ExprKind::Many(Many::And, parts) => parts.iter().flat_map(|part| self.given_if(part)).collect(),
            ExprKind::Variable(var) => self.facts.get(var).map(|facts| facts.0.clone()).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// What is given wherever `condition` is false.
    pub fn given_unless(&self, condition: &Expr) -> Vec<Place> {
        match &condition.kind {
            ExprKind::Unary(Unary::Not, inner) => self.given_if(inner),
            ExprKind::Many(Many::Or, parts) => parts.iter().flat_map(|part| self.given_unless(part)).collect(),
            ExprKind::Variable(var) => self.facts.get(var).map(|facts| facts.1.clone()).unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

/// Whether the bounds in the type of an expression are declared ones; those of what is computed mean nothing yet.
pub(super) fn is_declared(expr: &Expr, scope: &Scope<'_>) -> bool {
    match &expr.kind {
        ExprKind::Variable(var) => scope.declared.contains(var),
        ExprKind::Field(..) => true,
        ExprKind::Unary(Unary::Unwrap | Unary::Wrap, inner) => is_declared(inner, scope),
        _ => false,
    }
}

/// The place that an expression reads, if it reads one.
pub(super) fn place(expr: &Expr) -> Option<Place> {
    match &expr.kind {
        ExprKind::Variable(var) => Some((*var, Vec::new())),
        ExprKind::Field(base, field) => {
            let (var, mut fields) = place(base)?;
            fields.push(*field);
            Some((var, fields))
        }
        ExprKind::Unary(Unary::Unwrap | Unary::Wrap, inner) => place(inner),
        ExprKind::If(parts) => place_in_optional(parts),
        _ => None,
    }
}

/// The place of a field of a record that may be missing, which is read as `if record is given then record.field else missing`.
fn place_in_optional(parts: &[Expr; 3]) -> Option<Place> {
    let [condition, read, otherwise] = parts;
    let (ExprKind::Unary(Unary::IsGiven, record), ExprKind::Constant(Value::Missing)) = (&condition.kind, &otherwise.kind) else {
        return None;
    };
    let ((var, fields), (outer, above)) = (place(read)?, place(record)?);
    (var == outer && fields.starts_with(&above)).then_some((var, fields))
}
