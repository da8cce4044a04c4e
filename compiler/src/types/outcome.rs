//! Outcomes and the texts that explain them.

use axtrace_grammar::ast;
use axtrace_runtime::meta::RoleId;
use axtrace_runtime::types::{Kind, Scalar, Type};

use super::{Checker, TypeFinding};
use crate::hir::{Expr, Outcome, Piece};
use crate::resolve::{NameFinding, Symbol};
use crate::suggest::did_you_mean;

impl<'a> Checker<'a, '_> {
    /// An outcome of the type that is given; of any type if none is.
    pub(super) fn outcome(&mut self, item: &'a ast::Decision, outcome: &'a ast::Outcome, gives: Option<&Type>) -> Option<Outcome> {
        match outcome {
            ast::Outcome::Value(value) => {
                if let Some((name, written)) = self.assigned(value, gives) {
                    let suggestion = Some(format!("write the outcome alone: `{written}`"));
                    self.report_name(NameFinding::Unknown { name: name.text.clone(), at: name.span, suggestion });
                    return None;
                }
                let value = match gives {
                    Some(gives) => self.typed_as(value, gives, Some(item.gives.span)),
                    None => self.any_outcome(value),
                };
                (!value.is_error()).then_some(Outcome::Value(value))
            }
            ast::Outcome::Refer(referral) => {
                if item.may_refer.is_none() {
                    let gives = self.text(item.gives.span);
                    let (decision, declared) = (item.name.text.clone(), item.gives.span);
                    self.report(TypeFinding::MayNotRefer { decision, gives, at: referral.span, declared });
                }
                self.referral(referral, gives)
            }
        }
    }

    /// `verdict = approve`, where nothing is called `verdict`: the name, and what it is to be.
    fn assigned<'e>(&self, value: &'e ast::Expr, gives: Option<&Type>) -> Option<(&'e ast::Name, String)> {
        let ast::ExprKind::Compare { op, left, right } = &value.kind else { return None };
        let ast::ExprKind::Name(name) = &left.kind else { return None };
        let known = self.scope.lookup(&name.text).is_some() || self.resolved.lookup(self.module, &name.text).is_some();
        let assigns = op.node == ast::CompareOp::Equal && !known && gives.is_some_and(|gives| *gives.required() != Type::Boolean);
        assigns.then(|| (name, self.text(right.span)))
    }

    /// An outcome that is counted, whatever it is.
    fn any_outcome(&mut self, written: &'a ast::Expr) -> Expr {
        let value = self.expr(written, None);
        if let (false, Type::Ratio { .. }) = (value.is_error(), &value.ty) {
            self.report(TypeFinding::Quotient { what: "an outcome", text: self.text(written.span), at: written.span });
            return Expr::error(written.span);
        }
        value
    }

    fn referral(&mut self, referral: &'a ast::Referral, gives: Option<&Type>) -> Option<Outcome> {
        let role = self.role(&referral.role);
        let duration = Type::Scalar(Scalar::of(Kind::Duration));
        let within = referral.within.as_ref().map(|within| self.typed_as(within, &duration, None));
        let proposing = referral.proposing.as_ref().map(|value| match gives {
            Some(gives) => self.typed_as(value, gives, None),
            None => self.any_outcome(value),
        });
        let broken = |part: &Option<Expr>| part.as_ref().is_some_and(Expr::is_error);
        if broken(&within) || broken(&proposing) {
            return None;
        }
        Some(Outcome::Refer { role: role?, within: within.map(Box::new), proposing: proposing.map(Box::new), span: referral.span })
    }

    pub(super) fn role(&mut self, name: &ast::Name) -> Option<RoleId> {
        match self.resolved.lookup(self.module, &name.text) {
            Some((Symbol::Role(role), _)) => Some(role),
            Some((Symbol::Broken, _)) => None,
            _ => {
                let suggestion = self
                    .suggested()
                    .then(|| did_you_mean(&name.text, self.resolved.names(self.module, |it| matches!(it, Symbol::Role(_)))))
                    .flatten()
                    .or_else(|| self.known_roles(&name.text));
                self.report_name(NameFinding::UnknownDeclared { what: "role", name: name.text.clone(), at: name.span, suggestion });
                None
            }
        }
    }

    /// The roles that could be meant, or how one is declared.
    fn known_roles(&self, name: &str) -> Option<String> {
        let roles = self.resolved.names(self.module, |it| matches!(it, Symbol::Role(_)));
        let mut names: Vec<String> = roles.into_iter().map(|role| format!("`{role}`")).collect();
        names.sort_unstable();
        match names.len() {
            0 => Some(format!("declare it: `role {name} \"Title\"`")),
            1..=8 => Some(format!("the roles are {}", names.join(", "))),
            _ => None,
        }
    }

    /// The pieces of a `because`; the outer `None` if something in it was wrong.
    #[expect(clippy::option_option, reason = "whether there is a text and whether it is sound are two questions")]
    pub(super) fn because(&mut self, because: Option<&'a ast::Expr>) -> Option<Option<Vec<Piece>>> {
        let Some(expr) = because else { return Some(None) };
        match &expr.kind {
            ast::ExprKind::Text(parts) => self.pieces(parts).map(Some),
            ast::ExprKind::Error => None,
            _ => {
                let value = self.expr(expr, None);
                if !value.is_error() {
                    let found = self.words(&value.ty);
                    let at = expr.span;
                    self.report(TypeFinding::Mismatch { expected: "a text in quotes".into(), found, at, declared: None, help: None });
                }
                None
            }
        }
    }
}
