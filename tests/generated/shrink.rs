//! Makes a failing program small: parts are left out, and values replaced by what is inside of them or by literals, as long as the program
//! still compiles and still fails in the same way.

use std::time::{Duration, Instant};

use axtrace_runtime::types::{Kind, Scalar, Type};

use super::agree::Failure;
use super::generator::{constant, dimension};
use super::tree::{Node, Shape};

/// How long a program is made smaller.
const PATIENCE: Duration = Duration::from_secs(45);

/// The smallest program found that fails as the first did.
pub fn shrink(mut node: Node, mut failure: Failure, fails: impl Fn(&Node) -> Option<Failure>) -> (Node, Failure) {
    let end = Instant::now() + PATIENCE;
    loop {
        let before = node.text().len();
        let mut place = 1;
        while place < node.count() && Instant::now() < end {
            let smaller = candidates(&node, place).into_iter().find_map(|candidate| {
                let again = fails(&candidate).filter(|again| again.kind == failure.kind)?;
                Some((candidate, again))
            });
            match smaller {
                Some(found) => (node, failure) = found,
                None => place += 1,
            }
        }
        if node.text().len() >= before || Instant::now() >= end {
            return (node, failure);
        }
    }
}

/// Programs with something smaller at a place.
fn candidates(node: &Node, place: usize) -> Vec<Node> {
    let mut whole = node.clone();
    let Some(here) = whole.at(place) else { return Vec::new() };
    let here = here.clone();
    let length = here.text().len();
    let with = |new: Node| {
        let mut whole = node.clone();
        if let Some(at) = whole.at(place) {
            *at = new;
        }
        whole
    };
    let smaller = replacements(&here).into_iter().filter(|new| new.text().len() < length);
    smaller.map(with).collect()
}

fn replacements(here: &Node) -> Vec<Node> {
    match &here.shape {
        Shape::Item => vec![Node::part("", Vec::new())],
        Shape::Part => Vec::new(),
        Shape::Value(ty) => {
            let mut all = Vec::new();
            here.inside(&mut all);
            all.retain(|node| matches!(&node.shape, Shape::Value(other) if alike(other, ty)));
            all.sort_by_key(|node| node.text().len());
            all.truncate(12);
            let mut found = simple(ty);
            found.extend(all);
            found
        }
    }
}

fn simple(ty: &Type) -> Vec<Node> {
    let text = |text: &str| Node::value(ty.clone(), text, Vec::new());
    match ty {
        Type::Boolean => vec![text("true"), text("false")],
        Type::Text { .. } => vec![text("\"\"")],
        Type::Set(_) => vec![text("{}")],
        Type::Optional(_) => vec![text("missing")],
        Type::List { min: 0, .. } => vec![text("[]")],
        Type::Scalar(Scalar { kind: Kind::Date | Kind::Datetime | Kind::DatetimeIn(_) | Kind::Time, .. }) => Vec::new(),
        Type::Scalar(scalar) => [0, 1].into_iter().map(|number| constant(scalar.kind, number)).collect(),
        _ => Vec::new(),
    }
}

/// Whether a value may go where another stood: the compiler has the last word.
fn alike(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Scalar(a), Type::Scalar(b)) => dimension(a.kind) == dimension(b.kind),
        (Type::Text { .. }, Type::Text { .. }) | (Type::List { .. }, Type::List { .. }) | (Type::Ratio { .. }, Type::Ratio { .. }) => true,
        (a, Type::Optional(b)) => a == &**b,
        (a, b) => a == b,
    }
}
