//! `always`: what relates the fields of a record, the parameters of a decision, or those of a module.

use axtrace_grammar::ast;
use axtrace_runtime::meta::{DecisionId, RelationMeta, RelationOwner};
use axtrace_runtime::types::{FieldType, RecordId, Type};
use axtrace_source::Span;

use super::{Caller, Checker, TypeFinding};
use crate::hir::{self, Body, Piece};

/// Where a relation stands.
struct Place<'n> {
    owner: RelationOwner,
    /// The name of the owner, for messages.
    name: &'n str,
    module: usize,
}

impl<'a> Checker<'a, '_> {
    /// All relations, each with the decision that says whether it holds. Their ids begin behind those of the declared decisions.
    pub(super) fn relations(&mut self) -> (Vec<RelationMeta>, Vec<hir::Decision>) {
        let mut found = (Vec::new(), Vec::new());
        for (place, declared) in self.resolved.records.iter().enumerate() {
            let owner = RelationOwner::Record(RecordId(place as u32));
            let fields = self.types.records[place].fields.clone();
            let at = Place { owner, name: &declared.item.name.text, module: declared.module };
            if fields.iter().any(|field| self.broken_fields.contains(&field.span)) {
                continue;
            }
            declared.item.always.iter().for_each(|always| self.relation(&at, &fields, always, &mut found));
        }
        for (place, declared) in self.resolved.decisions.iter().enumerate() {
            let Some(params) = self.signatures[place].as_ref().map(|signature| signature.params.clone()) else { continue };
            let ast::DecisionBody::Block(items) = &declared.item.body else { continue };
            let owner = RelationOwner::Decision(DecisionId(place as u32));
            let at = Place { owner, name: &declared.item.name.text, module: declared.module };
            for item in items {
                if let ast::DecisionItem::Always(always) = item {
                    self.relation(&at, &params, always, &mut found);
                }
            }
        }
        for declared in &self.resolved.always {
            let at = Place { owner: RelationOwner::Module, name: "always", module: declared.module };
            self.relation(&at, &[], declared.item, &mut found);
        }
        found
    }

    fn relation(
        &mut self,
        at: &Place<'_>,
        params: &[FieldType],
        always: &'a ast::Always,
        found: &mut (Vec<RelationMeta>, Vec<hir::Decision>),
    ) {
        let (parts, scope) = self.within(at.module, Caller::Nobody, |this| {
            for field in params {
                this.scope.declare_input(&field.name, field.ty.clone(), field.span);
            }
            let condition = this.condition(&always.condition);
            let because = this.reason(always.because.as_ref());
            (!condition.is_error()).then_some((condition, because))
        });
        let Some((condition, because)) = parts else { return };
        let decision = DecisionId((self.resolved.decisions.len() + found.0.len()) as u32);
        let text = self.sources.text(always.condition.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let name = format!("{} always {}", at.name, found.0.len() + 1);
        found.0.push(RelationMeta { owner: at.owner, decision, span: always.span, condition: text, because });
        found.1.push(hir::Decision {
            tables: Vec::new(),
            id: decision,
            name,
            module: self.resolved.modules[at.module].name.clone(),
            owner: None,
            span: always.span,
            params: params.to_vec(),
            gives: (Type::Boolean, always.condition.span),
            policy: None,
            ranks: Vec::new(),
            steps: None,
            lets: Vec::new(),
            groups: Vec::new(),
            body: Body::Expression(condition),
            vars: scope.vars,
        });
    }

    /// Why a relation holds: letters alone, since it is said of inputs that do not keep it.
    fn reason(&mut self, because: Option<&'a ast::Expr>) -> Option<String> {
        let at: Span = because?.span;
        let pieces = self.because(because)??;
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(letters) => text.push_str(&letters),
                Piece::Value(value) => match value.constant() {
                    Some(axtrace_runtime::value::Value::Text(letters)) => text.push_str(letters),
                    _ => {
                        self.report(TypeFinding::NotConstant { what: "the reason of a relation".into(), at });
                        return None;
                    }
                },
            }
        }
        Some(text)
    }
}
