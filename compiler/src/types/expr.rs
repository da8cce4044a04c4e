//! Expressions: names, fields, conditions, braces, texts.

use std::collections::HashMap;

use axtrace_grammar::ast;
use axtrace_runtime::types::{DEFAULT_TEXT, EnumId, FieldType, Kind, RecordId, RecordType, Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::coerce::{many, wrap};
use super::scope::place;
use super::words::same_shape;
use super::{Checker, TypeFinding};
use crate::hir::{Binary, Expr, ExprKind, Many, Piece, Unary};
use crate::resolve::{NameFinding, Symbol};
use crate::suggest::{did_you_mean, worth_it};

/// How many fields may be left out where records are built, in the whole program.
const MOST_FILLED: usize = 1_000_000;
/// The most fields of a record that are looked at one by one for a name.
const FEW_FIELDS: usize = 32;

impl<'a> Checker<'a, '_> {
    /// The typed expression. `expected` helps where the expression alone does not say its type; it is not enforced here.
    pub(super) fn expr(&mut self, expr: &'a ast::Expr, expected: Option<&Type>) -> Expr {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Literal(literal) => self.literal(literal, expected, span),
            ast::ExprKind::Text(parts) => self.text_value(parts, expected, span),
            ast::ExprKind::Name(name) => self.name(name, expected),
            ast::ExprKind::Field { base, field } => self.field(base, field, span),
            ast::ExprKind::With { base, fields } => self.with(base, fields, span),
            ast::ExprKind::Record(fields) => self.record(fields, expected, span),
            ast::ExprKind::Set(items) => self.set(items, expected, span),
            ast::ExprKind::EmptyBraces => self.empty_braces(expected, span),
            ast::ExprKind::List(items) => self.list(items, expected, span),
            ast::ExprKind::Range(range) => self.numbers(range, span),
            ast::ExprKind::Call { function, args } => self.call(function, args, expected, span),
            ast::ExprKind::Comprehension(it) => self.comprehension(it, expected, span),
            ast::ExprKind::Fold(it) => self.fold(it, span),
            ast::ExprKind::Quantified(it) => self.quantified(it, span),
            ast::ExprKind::If { branches, otherwise } => self.if_else(branches, otherwise, expected, span),
            ast::ExprKind::Negate(inner) => self.negate(inner, expected, span),
            ast::ExprKind::Not(inner) => {
                let inner = self.condition(inner);
                unary(Unary::Not, inner, Type::Boolean, span)
            }
            ast::ExprKind::Binary { op, left, right } => self.binary(*op, left, right, expected, span),
            ast::ExprKind::And(parts) => self.all(Many::And, parts, span),
            ast::ExprKind::Or(parts) => self.all(Many::Or, parts, span),
            ast::ExprKind::OrElse(parts) => self.or_else(parts, expected, span),
            ast::ExprKind::Compare { op, left, right } => self.compare(*op, left, right, span),
            ast::ExprKind::In { value, domain, negated, .. } => self.is_in(value, domain, *negated, span),
            ast::ExprKind::IsGiven { value, negated, .. } => self.is_given(value, *negated, span),
            ast::ExprKind::IsReferral(_) => self.unbuilt_expr("is referral", span),
            ast::ExprKind::Matches { value, pattern, .. } => self.matches(value, pattern, span),
            ast::ExprKind::Error => Expr::error(span),
        }
    }

    pub(super) fn unbuilt_expr(&mut self, what: impl Into<String>, span: Span) -> Expr {
        self.not_yet(what, span);
        Expr::error(span)
    }

    /// An expression that must be a condition.
    pub(super) fn condition(&mut self, expr: &'a ast::Expr) -> Expr {
        self.typed_as(expr, &Type::Boolean, None)
    }

    // Fields

    fn field(&mut self, base: &'a ast::Expr, field: &ast::Name, span: Span) -> Expr {
        if let Some(value) = self.qualified_value(base, field, span) {
            return value;
        }
        let base = self.expr(base, None);
        if base.is_error() || field.text.is_empty() {
            return Expr::error(span);
        }
        match base.ty.clone() {
            Type::Record(id) => self.record_field(base, id, field, span),
            Type::Optional(inner) => match *inner {
                // A field of an optional field is found once, however many fields further it goes: each step reads what is before it twice.
                Type::Record(id) if links(&base) >= MOST_LINKS => {
                    self.bound_anew("record", base, |checker, base| checker.optional_field(base, id, field, span))
                }
                Type::Record(id) if matches!(base.kind, ExprKind::If(_) | ExprKind::Bind { .. }) => {
                    self.bound_once("record", base, |checker, base| checker.optional_field(base, id, field, span))
                }
                Type::Record(id) => self.optional_field(base, id, field, span),
                _ => self.no_fields(&base, field),
            },
            _ => self.no_fields(&base, field),
        }
    }

    /// `Verdict.reject`, `weekday.monday`.
    fn qualified_value(&mut self, base: &ast::Expr, field: &ast::Name, span: Span) -> Option<Expr> {
        let ast::ExprKind::Name(name) = &base.kind else { return None };
        if self.scope.lookup(&name.text).is_some() {
            return None;
        }
        let declared = self.resolved.lookup(self.module, &name.text);
        if declared.is_none() && name.text == "weekday" {
            return Some(self.qualified_weekday(field, span));
        }
        let Some((Symbol::Enum(id), _)) = declared else { return None };
        Some(match self.enum_value(&Type::Enum(id), &field.text) {
            Some((id, place)) => enum_constant(id, place, span),
            None => self.unknown_value(id, field),
        })
    }

    fn record_field(&mut self, base: Expr, id: RecordId, field: &ast::Name, span: Span) -> Expr {
        let place = self.field_place(id, &field.text);
        let record = self.types.record(id);
        match place {
            Some(place) if self.broken_fields.contains(&record.fields[place].span) => Expr::error(span),
            Some(place) => {
                let ty = record.fields[place].ty.clone();
                self.read(Expr { kind: ExprKind::Field(Box::new(base), place as u32), ty, span })
            }
            None => {
                self.unknown_field(id, field);
                Expr::error(span)
            }
        }
    }

    /// Says that a record has no such field.
    pub(super) fn unknown_field(&mut self, id: RecordId, field: &ast::Name) {
        let record = self.types.record(id);
        let near = worth_it(self.findings.len(), record.fields.len());
        let suggestion = near.then(|| did_you_mean(&field.text, record.fields.iter().map(|it| it.name.as_str()))).flatten();
        let (record, declared) = (record.name.clone(), record.span);
        self.report_name(NameFinding::UnknownField { record, field: field.text.clone(), at: field.span, declared, suggestion });
    }

    /// The place of a field; many are looked for in records with many.
    fn field_place(&mut self, id: RecordId, name: &str) -> Option<usize> {
        let fields = &self.types.record(id).fields;
        if fields.len() <= FEW_FIELDS {
            return fields.iter().position(|field| field.name == name);
        }
        let places = || fields.iter().enumerate().map(|(place, field)| (field.name.clone(), place)).collect();
        self.field_places.entry(id).or_insert_with(places).get(name).copied()
    }

    /// A field of an optional record is optional.
    fn optional_field(&mut self, base: Expr, id: RecordId, field: &ast::Name, span: Span) -> Expr {
        let read = self.record_field(unwrap(base.clone()), id, field, span);
        if read.is_error() {
            return read;
        }
        let read = if read.ty.is_optional() { read } else { wrap(read) };
        let ty = read.ty.clone();
        let given = unary(Unary::IsGiven, base, Type::Boolean, span);
        let missing = Expr { kind: ExprKind::Constant(Value::Missing), ty: ty.clone(), span };
        self.read(Expr { kind: ExprKind::If(Box::new([given, read, missing])), ty, span })
    }

    fn no_fields(&mut self, base: &Expr, field: &ast::Name) -> Expr {
        let found = self.words(&base.ty);
        let help = Some(format!("only records have fields; `{}` cannot be read here", field.text));
        self.report(TypeFinding::Mismatch { expected: "a record".into(), found, at: base.span, declared: None, help });
        Expr::error(base.span)
    }

    // Conditions

    fn all(&mut self, op: Many, parts: &'a [ast::Expr], span: Span) -> Expr {
        let known = self.scope.given.len();
        let mut checked = Vec::with_capacity(parts.len());
        for (place, part) in parts.iter().enumerate() {
            match (op, place) {
                (Many::Or, 1..) => self.compared_before = self.equality(&parts[place - 1]),
                // The first part may itself be one that stands behind `or`.
                (_, 0) => {}
                _ => self.compared_before = None,
            }
            let part = self.condition(part);
            self.compared_before = None;
            let given = if op == Many::And { self.scope.given_if(&part) } else { self.scope.given_unless(&part) };
            self.scope.given.extend(given);
            checked.push(part);
        }
        self.scope.given.truncate(known);
        many(op, checked, Type::Boolean, span)
    }

    /// What a part of a condition says is equal, as it is written.
    fn equality(&self, part: &ast::Expr) -> Option<(String, String)> {
        let ast::ExprKind::Compare { op, left, right } = &part.kind else { return None };
        let written = (self.text(left.span), self.text(right.span));
        (op.node == ast::CompareOp::Equal).then_some(written)
    }

    /// Runs `work` where these places are known to be given.
    pub(super) fn knowing<T>(&mut self, given: Vec<super::scope::Place>, work: impl FnOnce(&mut Self) -> T) -> T {
        let known = self.scope.given.len();
        self.scope.given.extend(given);
        let result = work(self);
        self.scope.given.truncate(known);
        result
    }

    fn if_else(&mut self, branches: &'a [ast::IfBranch], otherwise: &'a ast::Expr, expected: Option<&Type>, span: Span) -> Expr {
        let Some((first, rest)) = branches.split_first() else { return self.expr(otherwise, expected) };
        let condition = self.condition(&first.condition);
        let (given, missing) = (self.scope.given_if(&condition), self.scope.given_unless(&condition));
        let then = self.knowing(given, |this| this.expr(&first.then, expected));
        let hint = expected.cloned().or_else(|| (!then.is_error()).then(|| then.ty.clone()));
        let otherwise = self.knowing(missing, |this| this.if_else(rest, otherwise, hint.as_ref(), span));
        if condition.is_error() {
            return Expr::error(span);
        }
        let Some((then, otherwise)) = self.join(then, otherwise) else { return Expr::error(span) };
        let ty = then.ty.clone();
        Expr { kind: ExprKind::If(Box::new([condition, then, otherwise])), ty, span }
    }

    /// Two values that must have one type: the one with fewer places gets more, the one that is never missing becomes optional.
    pub(super) fn join(&mut self, left: Expr, right: Expr) -> Option<(Expr, Expr)> {
        if left.is_error() || right.is_error() {
            return None;
        }
        if same_shape(&left.ty, &right.ty) {
            return Some((left, right));
        }
        let ty = match (&left.ty, &right.ty) {
            (Type::Scalar(a), Type::Scalar(b)) if a.kind.scale() < b.kind.scale() => right.ty.clone(),
            (Type::Scalar(_), Type::Ratio { .. }) => right.ty.clone(),
            (Type::Optional(_), _) | (Type::Scalar(_), Type::Scalar(_)) => left.ty.clone(),
            (_, Type::Optional(_)) => right.ty.clone(),
            _ => left.ty.clone(),
        };
        let ty = widened(&ty);
        let (left, right) = (self.fit(left, &ty, None), self.fit(right, &ty, None));
        (!left.is_error() && !right.is_error()).then_some((left, right))
    }

    fn or_else(&mut self, parts: &'a [ast::Expr], expected: Option<&Type>, span: Span) -> Expr {
        let mut parts = parts.iter();
        let Some(first) = parts.next() else { return Expr::error(span) };
        let hint = expected.map(|ty| Type::Optional(Box::new(ty.required().clone())));
        let mut result = self.expr(first, hint.as_ref());
        for part in parts {
            result = self.or_else_one(result, part, span);
        }
        result
    }

    fn or_else_one(&mut self, first: Expr, second: &'a ast::Expr, span: Span) -> Expr {
        if first.is_error() {
            return first;
        }
        let Type::Optional(inner) = first.ty.clone() else {
            let what = self.text(first.span);
            self.report(TypeFinding::NeverMissing { what, at: first.span });
            return first;
        };
        let second = self.expr(second, Some(&inner));
        let ty = if second.ty.is_optional() { Type::Optional(inner) } else { *inner };
        let second = self.fit(second, &widened(&ty), None);
        if second.is_error() {
            return second;
        }
        match (first.constant(), second.constant()) {
            (Some(Value::Missing), Some(_)) => second,
            (Some(_), Some(_)) => Expr { ty, ..first },
            _ => Expr { kind: ExprKind::Binary(Binary::OrElse, Box::new(first), Box::new(second)), ty, span },
        }
    }

    fn is_given(&mut self, value: &'a ast::Expr, negated: bool, span: Span) -> Expr {
        let value = self.expr(value, None);
        if value.is_error() {
            return value;
        }
        let value = match value.kind {
            ExprKind::Unary(Unary::Unwrap, inner) => *inner,
            kind => Expr { kind, ..value },
        };
        if !value.ty.is_optional() {
            let what = self.text(value.span);
            self.report(TypeFinding::NeverMissing { what, at: value.span });
            return Expr { kind: ExprKind::Constant(Value::Boolean(!negated)), ty: Type::Boolean, span };
        }
        let given = unary(Unary::IsGiven, value, Type::Boolean, span);
        if negated { unary(Unary::Not, given, Type::Boolean, span) } else { given }
    }

    // Braces and brackets

    fn record(&mut self, fields: &'a [ast::FieldValue], expected: Option<&Type>, span: Span) -> Expr {
        let Some(Type::Record(id)) = expected.map(Type::required) else {
            let help = Some("a record is written where its type is known: in a field, a result or a `sample`".into());
            self.report(TypeFinding::Unclear { at: span, help });
            return Expr::error(span);
        };
        self.known_record(*id, fields, span)
    }

    fn known_record(&mut self, id: RecordId, fields: &'a [ast::FieldValue], span: Span) -> Expr {
        if !self.fills(id, fields.len(), span) {
            return Expr::error(span);
        }
        let record = self.types.record(id).clone();
        let Some(values) = self.field_values(&record, fields) else { return Expr::error(span) };
        let values = self.with_missing(values, &record.fields, &record.name, span);
        many(Many::Record, values, Type::Record(id), span)
    }

    /// `ana with { booked: 40 h }`: the fields that are written, and the others of the record before.
    fn with(&mut self, base: &'a ast::Expr, fields: &'a [ast::FieldValue], span: Span) -> Expr {
        let base = self.expr(base, None);
        let Type::Record(id) = base.ty else {
            if !base.is_error() {
                let (found, at) = (self.words(&base.ty), base.span);
                self.report(TypeFinding::Mismatch { expected: "a record".into(), found, at, declared: None, help: None });
            }
            return Expr::error(span);
        };
        if !self.fills(id, fields.len(), span) {
            return Expr::error(span);
        }
        let record = self.types.record(id).clone();
        let Some(values) = self.field_values(&record, fields) else { return Expr::error(span) };
        self.bound_once("record", base, |_, base| {
            let mut whole = Vec::with_capacity(record.fields.len());
            for (place, (value, field)) in values.into_iter().zip(&record.fields).enumerate() {
                whole.push(match value {
                    Some((value, _)) => value,
                    None => kept_field(&base, place, field),
                });
            }
            many(Many::Record, whole, Type::Record(id), span)
        })
    }

    /// Whether there is room for the fields of a record that its author did not name.
    fn fills(&mut self, record: RecordId, named: usize, at: Span) -> bool {
        let before = self.filled;
        self.filled = before.saturating_add(self.types.record(record).fields.len().saturating_sub(named));
        if before <= MOST_FILLED && self.filled > MOST_FILLED {
            self.report(TypeFinding::TooLarge { limit: "the records that a program builds leave at most 1,000,000 fields out", at });
        }
        self.filled <= MOST_FILLED
    }

    /// The value that is written for each field, with where its name is; `None` if a name was wrong.
    fn field_values(&mut self, record: &RecordType, fields: &'a [ast::FieldValue]) -> Option<Vec<Option<(Expr, Span)>>> {
        let mut values: Vec<Option<(Expr, Span)>> = vec![None; record.fields.len()];
        let places: HashMap<&str, usize> = record.fields.iter().enumerate().map(|(place, field)| (field.name.as_str(), place)).collect();
        let mut whole = true;
        for field in fields {
            let Some(place) = places.get(field.name.text.as_str()).copied() else {
                let near = worth_it(self.findings.len(), record.fields.len());
                let near = near.then(|| did_you_mean(&field.name.text, record.fields.iter().map(|it| it.name.as_str())));
                let suggestion = near.flatten();
                let (name, declared) = (record.name.clone(), record.span);
                let at = field.name.span;
                self.report_name(NameFinding::UnknownField { record: name, field: field.name.text.clone(), at, declared, suggestion });
                whole = false;
                continue;
            };
            if let Some((_, first)) = &values[place] {
                let first = *first;
                self.report(TypeFinding::FieldTwice { field: field.name.text.clone(), at: field.name.span, first });
                whole = false;
                continue;
            }
            values[place] = Some((self.field_value(&field.value, &record.fields[place]), field.name.span));
        }
        whole.then_some(values)
    }

    fn field_value(&mut self, value: &'a ast::Expr, declared: &FieldType) -> Expr {
        if self.broken_fields.contains(&declared.span) {
            return Expr::error(value.span);
        }
        self.typed_as(value, &declared.ty, Some(declared.span))
    }

    /// What `body` makes of a value that it may use more than once.
    pub(super) fn bound_once(&mut self, name: &str, value: Expr, body: impl FnOnce(&mut Self, Expr) -> Expr) -> Expr {
        if value.is_error() || value.constant().is_some() || place(&value).is_some() {
            return body(self, value);
        }
        self.bound_anew(name, value, body)
    }

    /// A value that has a name of its own in what is made of it.
    fn bound_anew(&mut self, name: &str, value: Expr, body: impl FnOnce(&mut Self, Expr) -> Expr) -> Expr {
        let var = self.scope.variable(name, value.ty.clone(), value.span);
        let stand_in = Expr { kind: ExprKind::Variable(var), ty: value.ty.clone(), span: value.span };
        let body = body(self, stand_in);
        if body.is_error() {
            return body;
        }
        let (ty, span) = (body.ty.clone(), body.span);
        Expr { kind: ExprKind::Bind { var, value: Box::new(value), body: Box::new(body) }, ty, span }
    }

    /// Fields that were left out: missing if they may be, reported otherwise.
    pub(super) fn with_missing(&mut self, values: Vec<Option<(Expr, Span)>>, fields: &[FieldType], record: &str, span: Span) -> Vec<Expr> {
        let complete = |(value, field): (Option<(Expr, Span)>, &FieldType)| match value {
            Some((value, _)) => value,
            None if field.ty.is_optional() => Expr { kind: ExprKind::Constant(Value::Missing), ty: field.ty.clone(), span },
            None => {
                self.report(TypeFinding::FieldNotSet { record: record.into(), field: field.name.clone(), at: span, declared: field.span });
                Expr::error(span)
            }
        };
        values.into_iter().zip(fields).map(complete).collect()
    }

    fn set(&mut self, items: &'a [ast::Expr], expected: Option<&Type>, span: Span) -> Expr {
        let hint = match expected.map(Type::required) {
            Some(Type::Set(id)) => Some(*id),
            _ => None,
        };
        let element = hint.map(|id| self.member_type(id));
        let items: Vec<_> = items.iter().map(|item| self.expr(item, element.as_ref())).collect();
        let mut member = |item: &Expr| match item.ty {
            Type::Enum(id) => Some(id),
            Type::Scalar(Scalar { kind: Kind::Weekday, .. }) => Some(self.weekday_set()),
            _ => None,
        };
        let id = hint.or_else(|| items.iter().find_map(&mut member));
        let Some(id) = id else {
            if !items.iter().any(Expr::is_error) {
                let help = Some("a set has values of an `enum`; a list stands in brackets `[…]`".into());
                self.report(TypeFinding::Unclear { at: span, help });
            }
            return Expr::error(span);
        };
        let member = self.member_type(id);
        let items = items.into_iter().map(|item| self.fit(item, &member, None)).collect();
        many(Many::Set, items, Type::Set(id), span)
    }

    fn empty_braces(&mut self, expected: Option<&Type>, span: Span) -> Expr {
        match expected.map(Type::required) {
            Some(Type::Set(id)) => many(Many::Set, Vec::new(), Type::Set(*id), span),
            Some(Type::Record(id)) => self.known_record(*id, &[], span),
            _ => {
                self.report(TypeFinding::Unclear { at: span, help: Some("`{}` is an empty set or a record without fields".into()) });
                Expr::error(span)
            }
        }
    }

    fn list(&mut self, items: &'a [ast::Expr], expected: Option<&Type>, span: Span) -> Expr {
        let mut element = match expected.map(Type::required) {
            Some(Type::List { element, .. }) => Some((**element).clone()),
            _ => None,
        };
        let mut checked = Vec::with_capacity(items.len());
        for item in items {
            let item = self.expr(item, element.as_ref());
            if element.is_none() && !item.is_error() {
                element = Some(widened(&item.ty));
            }
            checked.push(item);
        }
        let Some(element) = element else {
            if items.is_empty() {
                self.report(TypeFinding::Unclear { at: span, help: Some("an empty list is written where its type is known".into()) });
            }
            return Expr::error(span);
        };
        if let (Type::Ratio { .. }, Some(first)) = (element.required(), checked.iter().find(|item| !item.is_error())) {
            return self.refuse_quotient("put into a list", first);
        }
        // One item that may be missing makes a list of what may be.
        let element = if checked.iter().any(|item| item.ty.is_optional()) { super::lists::optional(element) } else { element };
        let checked: Vec<_> = checked.into_iter().map(|item| self.fit(item, &element, None)).collect();
        let count = checked.len() as u32;
        many(Many::List, checked, Type::List { element: Box::new(element), min: count, max: count }, span)
    }

    // Texts

    fn text_value(&mut self, parts: &'a [ast::TextPart], expected: Option<&Type>, span: Span) -> Expr {
        let pieces = self.pieces(parts);
        let Some(pieces) = pieces else { return Expr::error(span) };
        let literal = |piece: &Piece| match piece {
            Piece::Literal(text) => Some(text.clone()),
            Piece::Value(_) => None,
        };
        let whole: Option<String> = pieces.iter().map(literal).collect();
        match (whole, expected.map(Type::required)) {
            (Some(text), Some(Type::Zone)) => self.zone(&text, span),
            (Some(text), _) => text_constant(&text, span),
            (None, _) => Expr { kind: ExprKind::Text(pieces), ty: Type::Text { max: DEFAULT_TEXT }, span },
        }
    }

    /// The pieces of a text; `None` if one of them was reported.
    pub(super) fn pieces(&mut self, parts: &'a [ast::TextPart]) -> Option<Vec<Piece>> {
        let mut whole = true;
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                ast::TextPart::Literal(text) => pieces.push(Piece::Literal(text.clone())),
                ast::TextPart::Expr(expr, _) => {
                    let value = self.expr(expr, None);
                    let value = self.interpolated(value);
                    whole &= !value.is_error();
                    pieces.push(Piece::Value(value));
                }
            }
        }
        whole.then_some(pieces)
    }

    fn interpolated(&mut self, value: Expr) -> Expr {
        match value.ty {
            Type::Optional(_) => {
                self.may_be_missing(&value);
                Expr::error(value.span)
            }
            Type::Ratio { .. } => self.refuse_quotient("written into a text", &value),
            _ => value,
        }
    }
}

/// A field that `with` leaves as it is.
fn kept_field(base: &Expr, place: usize, field: &FieldType) -> Expr {
    let kind = match base.constant() {
        Some(Value::Record(values)) => ExprKind::Constant(values[place].clone()),
        _ => ExprKind::Field(Box::new(base.clone()), place as u32),
    };
    Expr { kind, ty: field.ty.clone(), span: base.span }
}

/// An operation on one operand; an error if that is one.
pub(super) fn unary(op: Unary, operand: Expr, ty: Type, span: Span) -> Expr {
    if operand.is_error() {
        return Expr::error(span);
    }
    Expr { kind: ExprKind::Unary(op, Box::new(operand)), ty, span }
}

/// The value of an optional that is known to be there.
pub(super) fn unwrap(expr: Expr) -> Expr {
    let (ty, span) = (expr.ty.required().clone(), expr.span);
    unary(Unary::Unwrap, expr, ty, span)
}

pub(super) fn enum_constant(id: EnumId, place: u16, span: Span) -> Expr {
    Expr { kind: ExprKind::Constant(Value::Enum(place)), ty: Type::Enum(id), span }
}

/// A literal text.
pub(super) fn text_constant(text: &str, span: Span) -> Expr {
    let max = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    Expr { kind: ExprKind::Constant(Value::Text(text.into())), ty: Type::Text { max }, span }
}

/// The type with the bounds of its kind: a hint made of one literal does not bind the next.
pub(super) fn widened(ty: &Type) -> Type {
    match ty {
        Type::Scalar(scalar) => Type::Scalar(Scalar { lo: i128::MIN, hi: i128::MAX, ..*scalar }),
        Type::Optional(inner) => Type::Optional(Box::new(widened(inner))),
        Type::List { element, .. } => Type::List { element: Box::new(widened(element)), min: 0, max: super::lists::MOST_ELEMENTS },
        other => other.clone(),
    }
}

/// So many optional fields in a row are written out, so that `is given` is known of them; a longer chain has a name for what is before.
const MOST_LINKS: u32 = 6;

/// How many fields of optional records were read one of the other.
fn links(chain: &Expr) -> u32 {
    let (mut links, mut at) = (0, chain);
    while let ExprKind::If(parts) = &at.kind
        && let ExprKind::Unary(Unary::IsGiven, base) = &parts[0].kind
    {
        links += 1;
        at = base;
    }
    links
}
