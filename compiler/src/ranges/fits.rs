//! What must fit a declared type, and what is said where it does not.

use axtrace_runtime::types::{Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::RangeFinding;
use super::intervals;
use super::show::{bounds, show};
use super::walk::Walk;
use crate::graph::{NodeId, NodeKind};
use crate::prove::Hint;
use crate::types::long;

/// The longest text that an input of a finding has.
const SHOWN: u32 = 200;

impl Walk<'_> {
    pub(super) fn fields_fit(&mut self, kind: &NodeKind, declared: &Type) {
        let (NodeKind::MakeRecord(fields), Type::Record(id)) = (kind, declared) else { return };
        for (node, field) in fields.iter().zip(self.types.record(*id).fields.clone()) {
            self.fits(*node, &field.ty, &format!("`{}`", field.name), field.span);
        }
    }

    /// The type of a constant; reported if parts of it do not fit the declared one. Long ones are looked at once.
    pub(super) fn constant(&mut self, node: NodeId, value: &Value, declared: &Type) -> Type {
        let known = long(value).map(|place| (place, declared.clone()));
        if let Some((ty, _)) = known.as_ref().and_then(|known| self.constants.get(known)) {
            return ty.clone();
        }
        let before = self.suspects.len();
        self.constant_fits(node, value, declared);
        let ty = constant(value, declared);
        if let Some(known) = known.filter(|_| self.suspects.len() == before) {
            self.constants.insert(known, (ty.clone(), value.clone()));
        }
        ty
    }

    /// The fields of a record that is written as a constant must fit, as those of any other.
    pub(super) fn constant_fits(&mut self, node: NodeId, value: &Value, declared: &Type) {
        match (value, declared.required()) {
            (Value::Record(values), Type::Record(id)) => {
                for (value, field) in values.iter().zip(self.types.record(*id).fields.clone()) {
                    if let Some((value, found, range)) = misfit(&constant(value, &field.ty), &field.ty) {
                        let at = self.graph.node(node).span;
                        self.does_not_fit(node, &format!("`{}`", field.name), value, &found, &range, at, field.span);
                    }
                    self.constant_fits(node, value, &field.ty);
                }
            }
            (Value::List(values), Type::List { element, .. }) => {
                let element = stored(element);
                for value in values.iter() {
                    if let Some((value, found, range)) = misfit(&constant(value, &element), &element) {
                        let at = self.graph.node(node).span;
                        self.does_not_fit(node, "an item of the list", value, &found, &range, at, at);
                    }
                    self.constant_fits(node, value, &element);
                }
            }
            _ => {}
        }
    }

    pub(super) fn check_obligations(&mut self) {
        for it in self.graph.obligations.clone() {
            self.fits(it.node, &it.ty, &it.what, it.declared);
        }
    }

    pub(super) fn fits(&mut self, node: NodeId, declared: &Type, what: &str, declared_at: Span) {
        let ty = self.ty(node);
        if self.broken[node.index()] || self.unreached[node.index()] {
            return;
        }
        if let Some((value, found, range)) = misfit(&ty, declared) {
            let at = self.graph.node(node).span;
            self.does_not_fit(node, what, value, &found, &range, at, declared_at);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is one part of the sentence")]
    pub(super) fn does_not_fit(
        &mut self,
        node: NodeId,
        what: &str,
        value: String,
        found: &Type,
        declared: &Type,
        at: Span,
        declared_at: Span,
    ) {
        let hints = beyond(node, found, declared);
        let (found, range) = (bounds(found), bounds(declared));
        let range = range.strip_prefix("from ").map(String::from).unwrap_or(range);
        let what = what.to_string();
        self.suspect(node, RangeFinding::DoesNotFit { what, value, range, at, found, declared: declared_at }, hints);
    }

    pub(super) fn overflow(&mut self, node: NodeId, left: NodeId, right: NodeId) {
        let first = !self.broken[node.index()];
        self.broken[node.index()] = true;
        if first {
            let at = self.graph.node(node).span;
            let (left_at, right_at) = (self.graph.node(left).span, self.graph.node(right).span);
            let largest = |side: NodeId| self.ty(side).scalar().map(|scalar| Hint::Number(side, scalar.hi, scalar.hi));
            let hints = [largest(left), largest(right)].into_iter().flatten().collect();
            let room = self.room(node).unwrap_or_else(|| "declare narrower ranges for what it is made of: `… in 0..1_000`".into());
            let (left, right) = (bounds(&self.ty(left)), bounds(&self.ty(right)));
            self.suspect(node, RangeFinding::Overflow { text: self.text_of(at), left, right, room, at, left_at, right_at }, hints);
        }
    }

    /// What would fit, where an operation leaves 128 bits.
    fn room(&self, node: NodeId) -> Option<String> {
        let most = |node: NodeId| self.range(node).0.unsigned_abs().max(self.range(node).1.unsigned_abs());
        let limit = i128::MAX.unsigned_abs();
        let beside = |one: NodeId, other: NodeId| {
            let digits = limit.checked_div(most(other))?.checked_ilog10()?.checked_sub(self.ty(one).scalar()?.kind.scale())?;
            (most(one) > 1 && digits > 0).then(|| format!("`{}` up to 10^{digits}", self.text_of(self.graph.node(one).span)))
        };
        match self.graph.node(node).kind {
            NodeKind::Multiply(left, right) => {
                let fitting: Vec<_> = [beside(left, right), beside(right, left)].into_iter().flatten().collect();
                let places = self.graph.node(node).ty.scalar().map_or(0, |scalar| scalar.kind.scale());
                if fitting.is_empty() && places > 9 {
                    return Some(format!(
                        "the product has {places} places: round one of the two before, to those that matter, or declare narrower ranges"
                    ));
                }
                (!fitting.is_empty())
                    .then(|| format!("declare a narrower range: with the other as it is there is room for {}", fitting.join(", or ")))
            }
            NodeKind::Add(left, right) | NodeKind::Subtract(left, right) => {
                let scale = self.ty(left).scalar()?.kind.scale().max(self.ty(right).scalar()?.kind.scale());
                let digits = (limit / 2).checked_ilog10()?.checked_sub(scale)?;
                Some(format!("declare narrower ranges: there is room for both up to 10^{digits}"))
            }
            NodeKind::Rescale(inner, by) => {
                let digits = (limit / 10u128.checked_pow(by)?).checked_ilog10()?.checked_sub(self.ty(inner).scalar()?.kind.scale())?;
                Some(format!(
                    "with {by} more places, to stand beside the other, there is room for numbers up to 10^{digits}: declare a narrower range, or round the other before"
                ))
            }
            _ => None,
        }
    }

    pub(super) fn text_of(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Where the field or parameter that a node reads is declared.
    pub(super) fn declared(&self, node: NodeId) -> Option<Span> {
        match &self.graph.node(node).kind {
            NodeKind::Input(param) => Some(self.graph.meta.params[*param as usize].span),
            NodeKind::Field(base, field) => match self.ty(*base) {
                Type::Record(id) => Some(self.types.record(id).fields[*field as usize].span),
                _ => None,
            },
            NodeKind::Unwrap(inner) | NodeKind::Rescale(inner, _) => self.declared(*inner),
            NodeKind::Local(local) => Some(self.graph.local(*local).span),
            _ => None,
        }
    }
}

pub(super) fn constant(value: &Value, declared: &Type) -> Type {
    match (value, declared) {
        (Value::Missing, _) => declared.clone(),
        (value, Type::Optional(inner)) => Type::Optional(Box::new(constant(value, inner))),
        (value, Type::Scalar(scalar)) => {
            let number = value.number().unwrap_or(0);
            Type::Scalar(Scalar { kind: scalar.kind, lo: number, hi: number })
        }
        (Value::Text(text), _) => Type::Text { max: text.chars().count() as u32 },
        (Value::List(items), Type::List { element, .. }) => {
            let count = items.len() as u32;
            let element = element_of(element, items.iter().map(|item| constant(item, element)));
            Type::List { element: Box::new(element), min: count, max: count }
        }
        _ => declared.clone(),
    }
}

/// The type that holds the values of both.
pub(super) fn union(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (Type::Scalar(x), Type::Scalar(y)) => Type::Scalar(Scalar { kind: x.kind, lo: x.lo.min(y.lo), hi: x.hi.max(y.hi) }),
        (Type::Ratio { kind, num, den }, Type::Ratio { num: n, den: d, .. }) => {
            Type::Ratio { kind: *kind, num: intervals::hull(*num, *n), den: intervals::hull(*den, *d) }
        }
        (Type::Text { max: x }, Type::Text { max: y }) => Type::Text { max: *x.max(y) },
        (Type::List { element: x, min: a, max: b }, Type::List { element: y, min: c, max: d }) => {
            Type::List { element: Box::new(union(x, y)), min: *a.min(c), max: *b.max(d) }
        }
        (Type::Optional(x), y) | (y, Type::Optional(x)) => Type::Optional(Box::new(union(x, y.required()))),
        _ => a.clone(),
    }
}

/// What a list can hold: numbers of 64 bits, as every declared type has them.
pub(super) fn stored(element: &Type) -> Type {
    match element {
        Type::Scalar(it) => Type::Scalar(Scalar { kind: it.kind, lo: it.lo.max(i64::MIN.into()), hi: it.hi.min(i64::MAX.into()) }),
        Type::Optional(inner) => Type::Optional(Box::new(stored(inner))),
        Type::List { element, min, max } => Type::List { element: Box::new(stored(element)), min: *min, max: *max },
        other => other.clone(),
    }
}

/// The type of the items of a list: what is declared, or what they are where nothing is.
pub(super) fn element_of(declared: &Type, items: impl Iterator<Item = Type>) -> Type {
    let bound = stored(declared);
    if bound == *declared && !matches!(declared, Type::List { max, .. } if i128::from(*max) >= super::lists::MOST_ELEMENTS) {
        return bound;
    }
    items.reduce(|a, b| union(&a, &b)).map_or(bound, |found| stored(&found))
}

/// The first value of a type that lies outside of another, the type it is of, and the one it should be of.
pub(super) fn misfit(ty: &Type, declared: &Type) -> Option<(String, Type, Type)> {
    match (ty, declared) {
        (Type::Scalar(a), Type::Scalar(b)) if a.lo < b.lo || a.hi > b.hi => {
            let value = show(a.kind, if a.hi > b.hi { a.hi } else { a.lo });
            Some((value, ty.clone(), declared.clone()))
        }
        (Type::Text { max: a }, Type::Text { max: b }) if a > b => Some((format!("{a} characters long"), ty.clone(), declared.clone())),
        (Type::List { element: x, min: a, max: b }, Type::List { element: y, min: c, max: d }) => {
            if a < c || b > d {
                let count = if b > d { b } else { a };
                return Some((format!("a list of {count} items"), ty.clone(), declared.clone()));
            }
            misfit(x, y)
        }
        (Type::Optional(a), Type::Optional(b)) => misfit(a, b),
        (a, Type::Optional(b)) => misfit(a, b),
        _ => None,
    }
}

/// The numbers that lie outside of a declared range.
pub(super) fn beyond(node: NodeId, found: &Type, declared: &Type) -> Vec<Hint> {
    match (found.required(), declared.required()) {
        (Type::Scalar(found), Type::Scalar(declared)) if found.hi > declared.hi => vec![Hint::Number(node, declared.hi + 1, found.hi)],
        (Type::Scalar(found), Type::Scalar(declared)) if found.lo < declared.lo => vec![Hint::Number(node, found.lo, declared.lo - 1)],
        (Type::Text { max: found }, Type::Text { max: declared }) if found > declared && *declared <= SHOWN => {
            vec![Hint::Length(node, i128::from(*declared) + 1, i128::from(*found))]
        }
        _ => Vec::new(),
    }
}
