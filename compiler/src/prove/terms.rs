//! What a decision computes, as terms that are each kept once: nodes that compute the same have the same class.
//!
//! Spans, sites and names are gone, locals stand for their definitions, sums and differences are linear forms, and the element of a loop
//! is known by how deep its loop is nested.

use std::collections::HashMap;
use std::sync::Arc;

use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::logic::FormulaId;
use crate::function::Function;
use crate::graph::{NodeId, Quantifier, Rounding};

/// A class of nodes that compute the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

impl ClassId {
    /// The id as a place in its table.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The most parts a linear form has; a longer sum is a value like any other.
const MOST_PARTS: usize = 12;

/// A sum of multiples of classes, ascending by class, and a constant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Linear {
    /// Each class with its factor, which is not 0.
    pub parts: Vec<(ClassId, i128)>,
    /// What is added.
    pub constant: i128,
}

impl Linear {
    /// A constant.
    pub fn constant(constant: i128) -> Self {
        Self { parts: Vec::new(), constant }
    }

    /// A class itself.
    pub fn of(class: ClassId) -> Self {
        Self { parts: vec![(class, 1)], constant: 0 }
    }

    /// This and `factor` times the other; `None` when a number or the sum becomes too large.
    pub fn plus(&self, other: &Self, factor: i128) -> Option<Self> {
        let mut parts = self.parts.clone();
        for &(class, times) in &other.parts {
            let times = times.checked_mul(factor)?;
            match parts.binary_search_by_key(&class, |part| part.0) {
                Ok(place) => parts[place].1 = parts[place].1.checked_add(times)?,
                Err(place) => parts.insert(place, (class, times)),
            }
        }
        parts.retain(|part| part.1 != 0);
        let constant = self.constant.checked_add(other.constant.checked_mul(factor)?)?;
        (parts.len() <= MOST_PARTS).then_some(Self { parts, constant })
    }

    /// A multiple; `None` when a number becomes too large.
    pub fn times(&self, factor: i128) -> Option<Self> {
        Self::default().plus(self, factor)
    }

    /// The product, if one of the two is a constant.
    pub fn product(&self, other: &Self) -> Option<Self> {
        match (self.parts.is_empty(), other.parts.is_empty()) {
            (_, true) => self.times(other.constant),
            (true, _) => other.times(self.constant),
            _ => None,
        }
    }
}

/// An operation on classes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// A literal, or a parameter of the module; the number alone of what is ordered.
    Constant(Value),
    /// A parameter of the decision.
    Input(u32),
    /// The element of the loop of this depth (the outermost has 0) over this list.
    Element(u32, ClassId),
    /// A field of a record.
    Field(ClassId, u32),
    /// The value of an optional that is there.
    Unwrap(ClassId),
    /// A value, as an optional.
    Wrap(ClassId),
    /// A condition, as a value.
    Truth(FormulaId),
    /// The one whose condition is true; exactly one is.
    Choice(Vec<(FormulaId, ClassId)>),
    /// A choice of too many.
    Branch(FormulaId, ClassId, ClassId),
    /// A sum of multiples; neither a constant nor one class alone.
    Linear(Linear),
    /// A sum (`true`) or difference that is too long for a linear form.
    Sum(bool, ClassId, ClassId),
    /// A product of two values that are not constant.
    Multiply(ClassId, ClassId),
    /// A remainder.
    Modulo(ClassId, ClassId),
    /// A ratio: dividend, divisor, and the powers of ten for them.
    Ratio(ClassId, ClassId, u32, u32),
    /// A rounded scalar (`true`) or ratio, and how many places go or stay.
    Round(bool, ClassId, Rounding, u32),
    /// The names of either set.
    Union(ClassId, ClassId),
    /// The names of the first set that the second has not.
    Difference(ClassId, ClassId),
    /// A record of its fields.
    Record(Vec<ClassId>),
    /// A set of names.
    Set(Vec<ClassId>),
    /// A list.
    List(Vec<ClassId>),
    /// The number of elements of a list.
    Length(ClassId),
    /// Whether an element of a list satisfies a condition.
    Exists(ClassId, FormulaId),
    /// How many elements of a list satisfy a condition.
    Count(ClassId, FormulaId),
    /// The sum of values over the elements of a list that satisfy a condition.
    Total(ClassId, FormulaId, ClassId),
    /// The place, from 1, of the element of the loop of this depth over this list.
    Place(u32, ClassId),
    /// The memory of the `fold` of this depth over this list.
    Memory(u32, ClassId),
    /// Another value that comes from going through a list: which elements count, what is made of each, and the memory before the first.
    Gone(Quantifier, ClassId, FormulaId, Option<ClassId>, Option<ClassId>),
    /// Where a ratio lies among the multiples of `10^-n`: twice the number of the one it is, or of the last one below it and 1 more.
    Position(ClassId, u32),
    /// The outcome of another decision.
    Decide(u32, Vec<ClassId>),
    /// A built-in function.
    Call(Function, Vec<ClassId>),
    /// A text built by a template.
    Text(u32, Vec<ClassId>),
    /// A comparison of two values that is not looked into: whether they are the same.
    Same(ClassId, ClassId),
    /// An order of two values that is not looked into: whether the first comes before the second.
    Before(ClassId, ClassId),
    /// A condition nested too deep to be looked into.
    Deep(FormulaId),
    /// A node nobody looks into.
    Opaque(NodeId),
}

/// A class: its term, and what is known of its values.
#[derive(Debug, Clone)]
pub struct Class {
    /// What it computes.
    pub term: Term,
    /// The type of the first node of it.
    pub ty: Type,
    /// Where that is written.
    pub span: Span,
    /// The loops whose elements it depends on, one bit for each depth; loops deeper than 63 have the last.
    pub loops: u64,
}

/// All classes of one decision.
#[derive(Debug, Default)]
pub struct Classes {
    all: Vec<Class>,
    places: HashMap<Arc<Term>, ClassId>,
}

impl Classes {
    /// The class of a term; `class` is made of it if it is new.
    pub fn intern(&mut self, class: Class) -> ClassId {
        if let Some(known) = self.places.get(&class.term) {
            return *known;
        }
        let id = ClassId(self.all.len() as u32);
        self.places.insert(Arc::new(class.term.clone()), id);
        self.all.push(class);
        id
    }

    /// The class of a term, if there is one.
    pub fn find(&self, term: &Term) -> Option<ClassId> {
        self.places.get(term).copied()
    }

    /// A class.
    pub fn get(&self, id: ClassId) -> &Class {
        &self.all[id.index()]
    }

    /// Says where a class is written, if nothing has yet.
    pub fn place(&mut self, id: ClassId, span: Span) {
        let known = &mut self.all[id.index()].span;
        if known.is_empty() {
            *known = span;
        }
    }

    /// A class as a linear form.
    pub fn linear(&self, id: ClassId) -> Linear {
        match &self.get(id).term {
            Term::Linear(linear) => linear.clone(),
            Term::Constant(value) => value.number().map_or_else(|| Linear::of(id), Linear::constant),
            _ => Linear::of(id),
        }
    }
}

impl Term {
    /// The classes it is made of; of a quantifier the list and the body.
    pub fn operands(&self) -> Vec<ClassId> {
        match self {
            Self::Constant(_) | Self::Input(_) | Self::Truth(_) | Self::Deep(_) | Self::Opaque(_) => Vec::new(),
            Self::Element(_, of) | Self::Place(_, of) | Self::Memory(_, of) | Self::Position(of, _) => vec![*of],
            Self::Field(of, _) | Self::Unwrap(of) | Self::Wrap(of) | Self::Round(_, of, ..) | Self::Length(of) => vec![*of],
            Self::Gone(_, list, _, body, start) => std::iter::once(*list).chain(*body).chain(*start).collect(),
            Self::Exists(list, _) | Self::Count(list, _) => vec![*list],
            Self::Choice(cases) => cases.iter().map(|case| case.1).collect(),
            Self::Linear(linear) => linear.parts.iter().map(|part| part.0).collect(),
            Self::Branch(_, left, right) | Self::Sum(_, left, right) | Self::Total(left, _, right) => vec![*left, *right],
            Self::Multiply(left, right) | Self::Modulo(left, right) | Self::Ratio(left, right, ..) => vec![*left, *right],
            Self::Union(left, right) | Self::Difference(left, right) | Self::Same(left, right) => vec![*left, *right],
            Self::Before(left, right) => vec![*left, *right],
            Self::Call(_, parts)
            | Self::Record(parts)
            | Self::Set(parts)
            | Self::List(parts)
            | Self::Decide(_, parts)
            | Self::Text(_, parts) => parts.clone(),
        }
    }

    /// The conditions it is made of.
    pub fn conditions(&self) -> Vec<FormulaId> {
        match self {
            Self::Truth(formula) | Self::Deep(formula) | Self::Branch(formula, ..) => vec![*formula],
            Self::Exists(_, formula) | Self::Count(_, formula) | Self::Total(_, formula, _) => vec![*formula],
            Self::Gone(_, _, filter, ..) => vec![*filter],
            Self::Choice(cases) => cases.iter().map(|case| case.0).collect(),
            _ => Vec::new(),
        }
    }
}
