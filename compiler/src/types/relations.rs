//! `always`: what relates the fields of a record, the parameters of a decision, or those of a module.

use axtrace_grammar::ast;
use axtrace_runtime::meta::{DecisionId, RelationMeta, RelationOwner};
use axtrace_runtime::types::{FieldType, RecordId, Type};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::{Caller, Checker, TypeFinding};
use crate::hir::{self, Body, Expr, ExprKind, Piece, Unary};
use crate::ranges::LONGEST_TEXT;

/// Relations are checked one by one, each of all fields that it could relate: so many fields, of all relations together.
const MOST_RELATED: usize = 500_000;

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
        if !self.relations_fit() {
            return found;
        }
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

    /// Whether there are not too many relations of too many fields; reports the one with which there are.
    fn relations_fit(&mut self) -> bool {
        let of_records = self.resolved.records.iter().zip(&self.types.records);
        let in_records =
            of_records.flat_map(|(declared, record)| declared.item.always.iter().map(|always| (always.span, record.fields.len())));
        let in_decisions = self.resolved.decisions.iter().flat_map(|declared| {
            let items = if let ast::DecisionBody::Block(items) = &declared.item.body { &items[..] } else { &[] };
            let always = |item: &ast::DecisionItem| if let ast::DecisionItem::Always(always) = item { Some(always.span) } else { None };
            items.iter().filter_map(always).map(|span| (span, declared.item.params.len()))
        });
        let mut spans = in_records.chain(in_decisions);
        let mut related = 0;
        let beyond = spans.find(|(_, fields)| {
            related += fields;
            related > MOST_RELATED
        });
        let Some((at, _)) = beyond else { return true };
        self.report(TypeFinding::TooLarge {
            limit: "relations have at most 500,000 fields together, each all of its record or decision",
            at,
        });
        false
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
            // It is said where the condition is false, and may rely on that.
            let known = this.scope.given_unless(&condition);
            let because = this.knowing(known, |this| this.because(always.because.as_ref())).flatten();
            (!condition.is_error()).then_some((condition, because))
        });
        let Some((condition, pieces)) = parts else { return };
        let because = pieces.as_deref().and_then(letters);
        let at_condition = always.condition.span;
        let (body, gives) = match pieces.filter(|_| because.is_none()) {
            Some(pieces) => reason(condition, pieces, always.because.as_ref().map_or(at_condition, |because| because.span)),
            None => (condition, Type::Boolean),
        };
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
            gives: (gives, at_condition),
            policy: None,
            ranks: Vec::new(),
            steps: None,
            lets: Vec::new(),
            groups: Vec::new(),
            body: Body::Expression(body),
            vars: scope.vars,
        });
    }
}

/// A reason without values in it.
fn letters(pieces: &[Piece]) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(letters) => text.push_str(letters),
            Piece::Value(value) => match value.constant() {
                Some(Value::Text(letters)) => text.push_str(letters),
                _ => return None,
            },
        }
    }
    Some(text)
}

/// What says why a condition should hold, with its values, where it does not; missing where it does.
fn reason(condition: Expr, pieces: Vec<Piece>, span: Span) -> (Expr, Type) {
    let text = Type::Text { max: LONGEST_TEXT };
    let ty = Type::Optional(Box::new(text.clone()));
    let text = Expr { kind: ExprKind::Text(pieces), ty: text, span };
    let holds = Expr { kind: ExprKind::Constant(Value::Missing), ty: ty.clone(), span };
    let fails = Expr { kind: ExprKind::Unary(Unary::Wrap, Box::new(text)), ty: ty.clone(), span };
    (Expr { kind: ExprKind::If(Box::new([condition, holds, fails])), ty: ty.clone(), span }, ty)
}
