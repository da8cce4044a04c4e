//! Cells of outcomes: what a row gives.

use axtrace_grammar::ast::{self, CellKind};
use axtrace_runtime::types::{FieldType, Type};
use axtrace_source::Span;

use super::Line;
use crate::hir::{Expr, Many, Outcome};
use crate::types::coerce::many;
use crate::types::decision::Standing;
use crate::types::policy::{outcome_type, policy_of};
use crate::types::{Checker, TypeFinding};

impl<'a> Checker<'a, '_> {
    pub(super) fn row_outcome(&mut self, at: &Standing<'a, '_>, line: &Line<'a>) -> Option<Outcome> {
        let ty = outcome_type(policy_of(at.item), at.gives);
        let written = line.gives.and_then(|cell| match &cell.kind {
            CellKind::Outcome(outcome) => Some(Ok(outcome)),
            CellKind::Open => {
                self.open_outcome(line.name.clone(), at.item, cell.span);
                Some(Err(()))
            }
            CellKind::Broken => Some(Err(())),
            _ => None,
        });
        match (written, line.fields.as_slice()) {
            (Some(Err(())), _) => None,
            (Some(Ok(outcome)), fields) => {
                let check = |this: &mut Self| this.outcome(at.item, outcome, ty.as_ref());
                let outcome = if let Some(header) = line.header { self.in_cell(header, check) } else { check(self) };
                let beside = fields.iter().find(|(_, cell)| matches!(cell.kind, CellKind::Outcome(_)));
                if let Some((name, cell)) = beside {
                    let problem = format!("this row gives a whole outcome, and `gives.{}` besides", name.text);
                    let help = Some("leave one of the two empty".into());
                    self.report(TypeFinding::Table { problem, at: cell.span, help });
                    return None;
                }
                outcome
            }
            (None, []) => {
                let problem = "this row gives nothing".into();
                self.report(TypeFinding::Table { problem, at: line.gives.map_or(line.span, |cell| cell.span), help: None });
                None
            }
            (None, fields) => self.record_of_cells(at, fields, line, ty.as_ref()),
        }
    }

    /// Says that `?` is no outcome.
    pub(super) fn open_outcome(&mut self, row: String, item: &ast::Decision, at: Span) {
        let instead = if item.may_refer.is_some() { "a value, or `refer to …`" } else { "a value" };
        self.report(TypeFinding::OpenOutcome { row, instead, at });
    }

    /// A record with a column for each field.
    fn record_of_cells(
        &mut self,
        at: &Standing<'a, '_>,
        cells: &[(&'a ast::Name, &'a ast::Cell)],
        line: &Line<'a>,
        ty: Option<&Type>,
    ) -> Option<Outcome> {
        let named: Vec<(&ast::Name, Span)> = cells.iter().map(|(name, cell)| (*name, cell.span)).collect();
        let mut open = false;
        self.record_of(at, &named, line.span, ty, |this, place, field| match &cells[place].1.kind {
            CellKind::Outcome(outcome) => this.in_cell(cells[place].0.span, |this| this.field_of(outcome, field)),
            CellKind::Blank => FieldCell::Blank,
            CellKind::Open => {
                // One finding says of the whole row that it is open.
                if !std::mem::replace(&mut open, true) {
                    this.open_field(line.name.clone(), cells[place].1.span);
                }
                FieldCell::Wrong
            }
            _ => FieldCell::Wrong,
        })
    }

    /// What an outcome says of a field.
    pub(super) fn field_of(&mut self, outcome: &'a ast::Outcome, field: &FieldType) -> FieldCell {
        match outcome {
            ast::Outcome::Value(value) => match self.typed_as(value, &field.ty, Some(field.span)) {
                value if value.is_error() => FieldCell::Wrong,
                value => FieldCell::Value(value),
            },
            ast::Outcome::Refer(referral) => {
                let help = Some("a column `gives` before those of the fields holds referrals".into());
                self.report(TypeFinding::Table { problem: "a field holds a value, no referral".into(), at: referral.span, help });
                FieldCell::Wrong
            }
        }
    }

    /// Says that `?` is no value of a field.
    pub(super) fn open_field(&mut self, row: String, at: Span) {
        self.report(TypeFinding::OpenOutcome { row, instead: "a value", at });
    }

    /// A record of which each cell says a field: `named` has their columns and where they are written, `each` what they hold.
    pub(super) fn record_of(
        &mut self,
        at: &Standing<'a, '_>,
        named: &[(&ast::Name, Span)],
        span: Span,
        ty: Option<&Type>,
        mut each: impl FnMut(&mut Self, usize, &FieldType) -> FieldCell,
    ) -> Option<Outcome> {
        let Some(Type::Record(id)) = ty.map(Type::required) else {
            let (name, gives) = (named.first()?.0, self.words(at.gives));
            let problem = format!("`gives.{}` is a field, and the decision gives {gives}", name.text);
            self.report(TypeFinding::Table { problem, at: name.span, help: Some("make one column `gives`".into()) });
            return None;
        };
        let (id, record) = (*id, self.types.record(*id).clone());
        let mut values = vec![None; record.fields.len()];
        let mut sound = true;
        for (number, (name, cell)) in named.iter().enumerate() {
            let Some(place) = record.fields.iter().position(|field| field.name == name.text) else {
                self.unknown_field(id, name);
                return None;
            };
            match each(self, number, &record.fields[place]) {
                FieldCell::Value(value) => values[place] = Some((value, *cell)),
                FieldCell::Blank => {}
                FieldCell::Wrong => sound = false,
            }
        }
        if !sound {
            return None;
        }
        let values = self.with_missing(values, &record.fields, &record.name, span);
        let value = many(Many::Record, values, Type::Record(id), span);
        let value = match ty {
            Some(ty) => self.fit(value, ty, Some(at.item.gives.span)),
            None => value,
        };
        (!value.is_error()).then_some(Outcome::Value(value))
    }
}

/// What a cell says of a field of the outcome.
pub(super) enum FieldCell {
    Value(Expr),
    /// Nothing: the field is missing, if it may be.
    Blank,
    /// Something wrong, which has been reported.
    Wrong,
}
