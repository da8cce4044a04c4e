//! The names that are known inside of a define or a decision, and what is known of them.

use std::collections::{HashMap, HashSet};

use axtrace_grammar::ast;
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use crate::graph::{Comparison, Quantifier};
use crate::hir::{Binary, Expr, ExprKind, Let, Many, Unary, Var, VarId};

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
    /// A declaration that could not be read; reported.
    Broken(Span),
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

    /// Where what a binding stands for is declared.
    pub fn declared_at(&self, binding: Binding) -> Span {
        match binding {
            Binding::Var(var) => self.vars[var.0 as usize].span,
            Binding::Let(index) => self.pending[index].item.name.span,
            Binding::Broken(span) => span,
        }
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

    /// Whether a list is known to have an element.
    pub fn is_filled(&self, list: &Expr) -> bool {
        matches!(list.ty, Type::List { min: 1.., .. }) || place(list).is_some_and(|place| self.is_given(&filled(place)))
    }

    /// What is given wherever `condition` is true.
    pub fn given_if(&self, condition: &Expr) -> Vec<Place> {
        self.given(condition, true)
    }

    /// What is given wherever `condition` is false.
    pub fn given_unless(&self, condition: &Expr) -> Vec<Place> {
        self.given(condition, false)
    }

    fn given(&self, condition: &Expr, truth: bool) -> Vec<Place> {
        match (&condition.kind, truth) {
            (ExprKind::Unary(Unary::IsGiven, value), true) => place(value).into_iter().collect(),
            (ExprKind::Unary(Unary::Not, inner), _) => self.given(inner, !truth),
            (ExprKind::Many(Many::And, parts), true) | (ExprKind::Many(Many::Or, parts), false) => {
                parts.iter().flat_map(|part| self.given(part, truth)).collect()
            }
            (ExprKind::Variable(var), _) => {
                let facts = self.facts.get(var).map(|facts| if truth { &facts.0 } else { &facts.1 });
                facts.cloned().unwrap_or_default()
            }
            (ExprKind::Binary(Binary::Compare(comparison), left, right), _) => {
                counted(*comparison, left, right, truth).into_iter().collect()
            }
            (ExprKind::Quantify(it), _) if (it.quantifier == Quantifier::Some) == truth => {
                let decides = matches!(it.quantifier, Quantifier::Some | Quantifier::Every);
                place(&it.binder.list).filter(|_| decides).map(filled).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What stands for a list that has an element: no field has this place.
fn filled((var, mut fields): Place) -> Place {
    fields.push(u32::MAX);
    (var, fields)
}

/// The list that a comparison of its length with a constant says to have an element.
fn counted(comparison: Comparison, left: &Expr, right: &Expr, truth: bool) -> Option<Place> {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let (list, number, comparison) = match (&left.kind, &right.kind) {
        (ExprKind::Unary(Unary::Length, list), ExprKind::Constant(number)) => (list, number, comparison),
        (ExprKind::Constant(number), ExprKind::Unary(Unary::Length, list)) => (list, number, comparison.turned()),
        _ => return None,
    };
    let number = number.number()?;
    let least = match if truth { comparison } else { comparison.opposite() } {
        Greater => number >= 0,
        GreaterOrEqual | Equal => number >= 1,
        NotEqual => number == 0,
        Less | LessOrEqual => false,
    };
    least.then(|| place(list)).flatten().map(filled)
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
