//! Boxes of keys as conditions of a decision graph.

use axtrace_runtime::table::{Column, Domain};
use axtrace_runtime::types::{Scalar, Type, Types};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use crate::graph::{Comparison, Graph, Node, NodeId, NodeKind};

/// How many intervals of texts or sets a condition is made of.
const MOST_PARTS: usize = 64;

/// A header, and what its values are as keys.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// Its value.
    pub node: NodeId,
    /// Its column.
    pub column: &'a Column,
    /// The keys that it can have.
    pub domain: Domain,
}

/// Conditions that say that the headers of a table lie in intervals of keys. What no condition can say is left out.
pub fn conditions(graph: &mut Graph, types: &Types, of: &[Header<'_>], sides: &[Vec<(i64, i64)>]) -> Vec<NodeId> {
    let mut conditions = Vec::new();
    for (side, header) in sides.iter().zip(of) {
        if side.as_slice() != [(header.domain.low, header.domain.high)] {
            conditions.extend(condition(graph, types, header, side));
        }
    }
    conditions
}

fn condition(graph: &mut Graph, types: &Types, of: &Header<'_>, side: &[(i64, i64)]) -> Option<NodeId> {
    let (column, header) = (of.column, of.node);
    let (ty, span) = (graph.node(header).ty.clone(), graph.node(header).span);
    let missing = column.missing(types)?;
    let optional = ty.is_optional();
    let with_missing = optional && side.iter().any(|(low, high)| (*low..=*high).contains(&missing));
    let there: Vec<(i64, i64)> = side
        .iter()
        .map(|(low, high)| if optional { ((*low).max(missing + 1), *high) } else { (*low, *high) })
        .filter(|(low, high)| low <= high)
        .collect();
    let value = if optional { push(graph, NodeKind::Unwrap(header), ty.required().clone(), span) } else { header };
    let inside = inside(graph, column, value, &there)?;
    if !optional {
        return Some(inside);
    }
    let given = push(graph, NodeKind::IsGiven(header), Type::Boolean, span);
    let both = push(graph, NodeKind::And(vec![given, inside]), Type::Boolean, span);
    if !with_missing {
        return Some(both);
    }
    let not = push(graph, NodeKind::Not(given), Type::Boolean, span);
    Some(push(graph, NodeKind::Or(vec![not, both]), Type::Boolean, span))
}

/// That a value that is there lies in intervals.
fn inside(graph: &mut Graph, column: &Column, value: NodeId, side: &[(i64, i64)]) -> Option<NodeId> {
    let (ty, span) = (graph.node(value).ty.clone(), graph.node(value).span);
    let boolean = |graph: &mut Graph, kind| push(graph, kind, Type::Boolean, span);
    match &ty {
        Type::Scalar(scalar) => {
            let parts: Vec<NodeId> = side
                .iter()
                .map(|(low, high)| {
                    let mut end = |key: i64| {
                        let number =
                            if scalar.is_datetime() { Value::Datetime { instant: key, offset: 0 } } else { Value::Scalar(key.into()) };
                        let ty = Type::Scalar(Scalar { lo: key.into(), hi: key.into(), ..*scalar });
                        push(graph, NodeKind::Constant(number), ty, span)
                    };
                    let (low, high) = (end(*low), end(*high));
                    boolean(graph, NodeKind::InRange { value, low: Some((low, true)), high: Some((high, true)) })
                })
                .collect();
            Some(either(graph, parts, span))
        }
        Type::Text { .. } => {
            let parts: Option<Vec<NodeId>> = side.iter().map(|side| text_inside(graph, column, value, *side)).collect();
            Some(either(graph, parts?, span))
        }
        Type::Boolean => {
            let truths =
                [false, true].into_iter().filter(|truth| side.iter().any(|(low, high)| (*low..=*high).contains(&i64::from(*truth))));
            Some(match truths.collect::<Vec<_>>().as_slice() {
                [true] => value,
                [false] => boolean(graph, NodeKind::Not(value)),
                truths => boolean(graph, NodeKind::Constant(Value::Boolean(!truths.is_empty()))),
            })
        }
        Type::Enum(_) | Type::Set(_) => {
            let keys: Vec<i64> = side.iter().flat_map(|(low, high)| (*low..=*high).take(MOST_PARTS + 1)).take(MOST_PARTS + 1).collect();
            if keys.len() > MOST_PARTS {
                return None;
            }
            let constant = |key: i64| if matches!(ty, Type::Set(_)) { Value::Set(key as u64) } else { Value::Enum(key as u16) };
            let names = keys.into_iter().map(|key| push(graph, NodeKind::Constant(constant(key)), ty.clone(), span)).collect();
            Some(boolean(graph, NodeKind::OneOf(value, names)))
        }
        _ => None,
    }
}

/// That a text lies between two of those that a column compares it with.
fn text_inside(graph: &mut Graph, column: &Column, value: NodeId, (low, high): (i64, i64)) -> Option<NodeId> {
    let span = graph.node(value).span;
    let constant = |graph: &mut Graph, place: i64| {
        let text = column.texts.get(usize::try_from(place).ok()?)?.clone();
        let ty = Type::Text { max: text.chars().count() as u32 };
        Some(push(graph, NodeKind::Constant(Value::Text(text)), ty, span))
    };
    if low == high && low % 2 == 1 {
        let text = constant(graph, low / 2)?;
        return Some(push(graph, NodeKind::Compare(Comparison::Equal, value, text), Type::Boolean, span));
    }
    // An even key lies before the text at its half, and behind the one before that.
    let mut parts = Vec::new();
    if low > 0 {
        let (text, comparison) = if low % 2 == 1 { (low / 2, Comparison::GreaterOrEqual) } else { (low / 2 - 1, Comparison::Greater) };
        let text = constant(graph, text)?;
        parts.push(push(graph, NodeKind::Compare(comparison, value, text), Type::Boolean, span));
    }
    if high < 2 * column.texts.len() as i64 {
        let comparison = if high % 2 == 1 { Comparison::LessOrEqual } else { Comparison::Less };
        let text = constant(graph, high / 2)?;
        parts.push(push(graph, NodeKind::Compare(comparison, value, text), Type::Boolean, span));
    }
    Some(match parts.as_slice() {
        [] => push(graph, NodeKind::Constant(Value::Boolean(true)), Type::Boolean, span),
        [only] => *only,
        _ => push(graph, NodeKind::And(parts), Type::Boolean, span),
    })
}

fn either(graph: &mut Graph, parts: Vec<NodeId>, span: Span) -> NodeId {
    match parts.as_slice() {
        [] => push(graph, NodeKind::Constant(Value::Boolean(false)), Type::Boolean, span),
        [only] => *only,
        _ => push(graph, NodeKind::Or(parts), Type::Boolean, span),
    }
}

/// A node that nothing evaluates.
pub fn push(graph: &mut Graph, kind: NodeKind, ty: Type, span: Span) -> NodeId {
    graph.nodes.push(Node { kind, ty, span, site: None, slot: None });
    NodeId(graph.nodes.len() as u32 - 1)
}
