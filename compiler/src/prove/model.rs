//! Reads a decision graph as formulas over variables.
//!
//! On leaving, every node has a meaning: a condition is a formula, any other value a class. A variable is what an atom speaks of: a number
//! (a linear form without a constant), the name an enum has, a text, whether an optional is there, whether a set has a name, or a
//! condition that is not looked into. The domain of a number is what the types allow wherever it is compared; a value that
//! no comparison sees has no part in a decision, so that is sound even for types that hold only under conditions.

mod lists;

use std::collections::HashMap;

use axtrace_runtime::types::{Type, Types};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::logic::{DEEPEST, FormulaId, Logic, VarId};
use super::sets::IntSet;
use super::terms::{Class, ClassId, Classes, Linear, Term};
use crate::function::Function;
use crate::graph::{Graph, Loop, LoopId, NodeId, NodeKind, Quantifier};

/// So many conditions are joined one by one, so that each step may find opposites.
const FEW: usize = 64;
/// The most cases of a choice that are looked at one by one.
const MOST_CASES: usize = 8;

/// What a variable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A condition that is not looked into, or a boolean: 0 or 1.
    Truth(ClassId),
    /// A number.
    Number(ClassId),
    /// The place of a name in its enum.
    Name(ClassId),
    /// The number of a text among the constants.
    Text(ClassId),
    /// Whether an optional is there: 0 or 1.
    Given(ClassId),
    /// Whether a set has the name of this place: 0 or 1.
    Member(ClassId, u16),
}

impl Subject {
    /// The class it speaks of.
    pub const fn class(self) -> ClassId {
        match self {
            Self::Truth(class) | Self::Number(class) | Self::Name(class) | Self::Text(class) | Self::Given(class) => class,
            Self::Member(class, _) => class,
        }
    }
}

/// What a node means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It is a condition.
    Condition(FormulaId),
    /// It is another value.
    Value(ClassId),
}

/// A condition of the source that asks something of one variable.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Of which.
    pub variable: VarId,
    /// What it allows it to be.
    pub set: IntSet,
    /// Where it is written.
    pub span: Span,
}

/// A decision as formulas.
#[derive(Debug)]
pub struct Model<'a> {
    /// What it was read from.
    pub graph: &'a Graph,
    /// The types of the program.
    pub types: &'a Types,
    /// The formulas.
    pub logic: Logic,
    /// The classes.
    pub classes: Classes,
    /// By [`VarId`].
    pub subjects: Vec<Subject>,
    /// By [`VarId`]: the values it can have.
    pub domains: Vec<IntSet>,
    /// Constant texts, in their order: see [`texts`](super::texts).
    pub texts: Vec<std::sync::Arc<str>>,
    /// Conditions of the source that ask something of one variable.
    pub asked: Vec<Asked>,
    /// Where a condition that is not looked into is written, and whether it says that the variable is 1, or that it is 0.
    pub spoken: HashMap<VarId, (Span, bool)>,
    /// By node.
    pub meanings: Vec<Meaning>,
    /// By list: what each of its elements keeps, whatever the depth of the loop that goes through it.
    pub known: HashMap<ClassId, FormulaId>,
    /// By list and depth of a loop through it: what its elements keep, and the opposite.
    pub keeping: HashMap<(ClassId, u32), (FormulaId, FormulaId)>,
    /// By what is found in a list: that there is such an element.
    pub(super) found: HashMap<ClassId, FormulaId>,
    variables: HashMap<Subject, VarId>,
    pub(super) members: HashMap<(ClassId, u16), FormulaId>,
    pub(super) comparisons: u32,
    depths: Vec<u32>,
    /// By node: the loops around it that its value depends on.
    free: Vec<u64>,
}

impl<'a> Model<'a> {
    /// Reads a graph.
    pub fn read(graph: &'a Graph, types: &'a Types) -> Self {
        let mut model = Self {
            graph,
            types,
            logic: Logic::new(),
            classes: Classes::default(),
            subjects: Vec::new(),
            domains: Vec::new(),
            texts: super::texts::collect(graph),
            asked: Vec::new(),
            spoken: HashMap::new(),
            meanings: Vec::with_capacity(graph.nodes.len()),
            known: HashMap::new(),
            keeping: HashMap::new(),
            found: HashMap::new(),
            variables: HashMap::new(),
            members: HashMap::new(),
            comparisons: 0,
            depths: loop_depths(&graph.loops),
            free: Vec::new(),
        };
        model.free = free_loops(graph, &model.depths);
        for place in 0..graph.nodes.len() {
            let meaning = model.meaning_of_node(NodeId(place as u32));
            model.meanings.push(meaning);
        }
        (0..graph.loops.len()).for_each(|place| model.element_known(LoopId(place as u32)));
        model
    }

    /// The formula of a node; of one that is no condition, always.
    pub fn condition(&self, node: NodeId) -> FormulaId {
        match self.meanings.get(node.index()) {
            Some(Meaning::Condition(formula)) => *formula,
            _ => Logic::TRUE,
        }
    }

    /// The class of a node.
    pub fn value(&mut self, node: NodeId) -> ClassId {
        let (span, ty) = (self.graph.node(node).span, &self.graph.node(node).ty);
        match self.meanings.get(node.index()) {
            Some(Meaning::Value(class)) => *class,
            Some(Meaning::Condition(formula)) => self.truth_value(*formula),
            None => self.class(Term::Opaque(node), ty.clone(), span),
        }
    }

    /// The condition of a rule, its group's included; of a `for each` rule, that there is an instance.
    pub fn rule_condition(&mut self, rule: &crate::graph::Rule) -> FormulaId {
        let group = rule.group.and_then(|group| self.graph.groups.get(group)?.when);
        let group = group.map_or(Logic::TRUE, |when| self.condition(when));
        let when = rule.when.map_or(Logic::TRUE, |when| self.condition(when));
        let own = rule.each.iter().rev().fold(when, |inner, each| self.exists(*each, inner));
        self.both(group, own)
    }

    /// The variable of a subject, which can have the values of `domain` as well as those known so far.
    pub fn variable(&mut self, subject: Subject, domain: &IntSet) -> VarId {
        let next = VarId(self.subjects.len() as u32);
        let id = *self.variables.entry(subject).or_insert(next);
        if id == next {
            self.subjects.push(subject);
            self.domains.push(IntSet::empty());
        }
        let known = &mut self.domains[id.index()];
        let least = known.least().into_iter().chain(domain.least()).min();
        let greatest = known.greatest().into_iter().chain(domain.greatest()).max();
        *known = IntSet::between(least.unwrap_or(0), greatest.unwrap_or(-1));
        id
    }

    /// That a subject with the values 0 and 1 has 1.
    pub fn flag(&mut self, subject: Subject) -> FormulaId {
        let variable = self.variable(subject, &IntSet::between(0, 1));
        self.logic.atom(variable, IntSet::point(1))
    }

    /// Both of two conditions.
    pub fn both(&mut self, left: FormulaId, right: FormulaId) -> FormulaId {
        let joined = self.logic.and([left, right]);
        self.shallow(joined)
    }

    /// One of two conditions.
    pub fn either(&mut self, left: FormulaId, right: FormulaId) -> FormulaId {
        let joined = self.logic.or([left, right]);
        self.shallow(joined)
    }

    /// All of several conditions.
    pub fn all_of(&mut self, parts: Vec<FormulaId>) -> FormulaId {
        if parts.len() <= FEW {
            return parts.into_iter().fold(Logic::TRUE, |all, part| self.both(all, part));
        }
        // One by one each step would write out all that came before it.
        let joined = self.logic.and(parts);
        self.shallow(joined)
    }

    /// One of several conditions.
    pub fn any_of(&mut self, parts: Vec<FormulaId>) -> FormulaId {
        if parts.len() <= FEW {
            return parts.into_iter().fold(Logic::FALSE, |any, part| self.either(any, part));
        }
        let joined = self.logic.or(parts);
        self.shallow(joined)
    }

    /// A formula, unless it is nested too deep: then a variable of its own.
    pub fn shallow(&mut self, formula: FormulaId) -> FormulaId {
        if self.logic.depth(formula) <= DEEPEST {
            return formula;
        }
        let class = self.class(Term::Deep(formula), Type::Boolean, Span::default());
        self.flag(Subject::Truth(class))
    }

    /// The class of a term.
    pub fn class(&mut self, term: Term, ty: Type, span: Span) -> ClassId {
        let loops = self.loops_of_term(&term);
        self.classes.intern(Class { term, ty, span, loops })
    }

    /// The class of a constant.
    pub fn constant(&mut self, value: Value, ty: Type, span: Span) -> ClassId {
        let value = value.number().map_or(value, Value::Scalar);
        self.class(Term::Constant(value), ty, span)
    }

    /// The class of a condition.
    pub fn truth_value(&mut self, formula: FormulaId) -> ClassId {
        match formula {
            Logic::FALSE => self.constant(Value::Boolean(false), Type::Boolean, Span::default()),
            Logic::TRUE => self.constant(Value::Boolean(true), Type::Boolean, Span::default()),
            _ => self.class(Term::Truth(formula), Type::Boolean, Span::default()),
        }
    }

    /// The cases of a class: a choice's, or itself.
    pub fn cases(&self, class: ClassId) -> Vec<(FormulaId, ClassId)> {
        match &self.classes.get(class).term {
            Term::Choice(cases) => cases.clone(),
            _ => vec![(Logic::TRUE, class)],
        }
    }

    /// The choice between cases of which exactly one is true; `None` if there are too many.
    pub fn choice(&mut self, cases: Vec<(FormulaId, ClassId)>) -> Option<ClassId> {
        let mut flat: Vec<(FormulaId, ClassId)> = Vec::new();
        for (guard, class) in cases {
            for (inner, class) in self.cases(class) {
                let guard = self.both(guard, inner);
                match flat.iter_mut().find(|case| case.1 == class) {
                    _ if guard == Logic::FALSE => {}
                    Some(case) => case.0 = self.logic.or([case.0, guard]),
                    None => flat.push((guard, class)),
                }
            }
        }
        match flat.as_slice() {
            [] => None,
            [(_, only)] => Some(*only),
            [(_, first), ..] if flat.len() <= MOST_CASES => {
                let (ty, span) = (self.classes.get(*first).ty.clone(), self.classes.get(*first).span);
                Some(self.class(Term::Choice(flat), ty, span))
            }
            _ => None,
        }
    }

    /// The loops whose elements a formula depends on.
    pub fn loops_of(&self, formula: FormulaId) -> u64 {
        let loops = |variable: &VarId| self.classes.get(self.subjects[variable.index()].class()).loops;
        self.logic.variables(formula).iter().map(loops).fold(0, |all, loops| all | loops)
    }

    /// Whether a class is a part of the input (or of an element of a list), so that its type is the declared one.
    pub fn is_part(&self, class: ClassId) -> bool {
        let mut class = class;
        loop {
            class = match self.classes.get(class).term {
                Term::Input(_) => return true,
                Term::Element(_, of) | Term::Field(of, _) | Term::Unwrap(of) | Term::Wrap(of) => of,
                _ => return false,
            };
        }
    }

    /// What a sum of parts of the input can be, whatever is known where it is compared; `None` if it has other parts.
    pub fn declared(&self, form: &Linear) -> Option<IntSet> {
        let (mut lo, mut hi) = (form.constant, form.constant);
        for &(class, factor) in &form.parts {
            let scalar = self.classes.get(class).ty.required().scalar().filter(|_| self.is_part(class))?;
            let ends = [scalar.lo.checked_mul(factor)?, scalar.hi.checked_mul(factor)?];
            lo = lo.checked_add(ends[0].min(ends[1]))?;
            hi = hi.checked_add(ends[0].max(ends[1]))?;
        }
        Some(IntSet::between(lo, hi))
    }

    fn loops_of_term(&self, term: &Term) -> u64 {
        let operands = term.operands().into_iter().map(|class| self.classes.get(class).loops);
        let conditions = term.conditions().into_iter().map(|formula| self.loops_of(formula));
        let own = match term {
            Term::Element(depth, _) | Term::Place(depth, _) | Term::Memory(depth, _) => loop_bit(*depth),
            Term::Opaque(node) => self.free.get(node.index()).copied().unwrap_or(u64::MAX),
            _ => 0,
        };
        operands.chain(conditions).fold(own, |all, loops| all | loops)
    }

    fn meaning_of_node(&mut self, id: NodeId) -> Meaning {
        let graph = self.graph;
        let node = graph.node(id);
        match &node.kind {
            NodeKind::Local(local) => self.meaning(graph.local(*local).value),
            NodeKind::Define(body) => self.meaning(*body),
            kind if node.ty == Type::Boolean => {
                let formula = self.condition_of(id, kind);
                self.place_class(formula, node.span);
                Meaning::Condition(formula)
            }
            kind => Meaning::Value(self.value_of(id, kind)),
        }
    }

    fn meaning(&mut self, node: NodeId) -> Meaning {
        match self.meanings.get(node.index()) {
            Some(meaning) => *meaning,
            None => Meaning::Value(self.value(node)),
        }
    }

    /// Says where a condition that is not looked into is written.
    fn place_class(&mut self, formula: FormulaId, span: Span) {
        if let super::logic::Formula::Atom(variable, set) = self.logic.formula(formula)
            && let Subject::Truth(class) = self.subjects[variable.index()]
        {
            self.spoken.entry(*variable).or_insert((span, set.contains(1)));
            self.classes.place(class, span);
        }
    }

    fn condition_of(&mut self, id: NodeId, kind: &NodeKind) -> FormulaId {
        match kind {
            NodeKind::Constant(Value::Boolean(value)) => {
                if *value {
                    Logic::TRUE
                } else {
                    Logic::FALSE
                }
            }
            NodeKind::Not(part) => {
                let part = self.condition(*part);
                self.logic.not(part)
            }
            NodeKind::And(parts) => {
                let parts = parts.iter().map(|part| self.condition(*part)).collect();
                self.all_of(parts)
            }
            NodeKind::Or(parts) => {
                let parts = parts.iter().map(|part| self.condition(*part)).collect();
                self.any_of(parts)
            }
            NodeKind::If { condition, then, otherwise } => self.if_condition(*condition, *then, *otherwise),
            NodeKind::IsGiven(of) => {
                let of = self.value(*of);
                self.given(of)
            }
            NodeKind::OrElse(first, second) => self.or_else_condition(*first, *second),
            NodeKind::Compare(comparison, left, right) => self.compare_nodes(id, *comparison, *left, *right),
            NodeKind::InRange { value, low, high } => self.in_range(id, *value, *low, *high),
            NodeKind::OneOf(value, several) => self.one_of(id, *value, several),
            NodeKind::Has(set, name) => self.has(*set, *name),
            NodeKind::HasAll(set, names) => self.has_names(*set, *names, true),
            NodeKind::HasAny(set, names) => self.has_names(*set, *names, false),
            NodeKind::Quantify(quantifier, id) => self.quantified(*quantifier, *id),
            NodeKind::Call(Function::Headers, _) => Logic::TRUE,
            NodeKind::Call(function, operands) => match self.text_condition(*function, operands) {
                Some(formula) => {
                    self.ask(formula, self.graph.node(id).span);
                    formula
                }
                None => {
                    let class = self.value_of(id, kind);
                    self.truth(class)
                }
            },
            other => {
                let class = self.value_of(id, other);
                self.truth(class)
            }
        }
    }

    fn if_condition(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId) -> FormulaId {
        let (condition, then, otherwise) = (self.condition(condition), self.condition(then), self.condition(otherwise));
        let opposite = self.logic.not(condition);
        let (then, otherwise) = (self.both(condition, then), self.both(opposite, otherwise));
        self.either(then, otherwise)
    }

    fn or_else_condition(&mut self, first: NodeId, second: NodeId) -> FormulaId {
        let (first, second) = (self.value(first), self.condition(second));
        let given = self.given(first);
        let value = self.unwrap(first);
        let value = self.truth(value);
        let missing = self.logic.not(given);
        let (here, there) = (self.both(given, value), self.both(missing, second));
        self.either(here, there)
    }

    fn value_of(&mut self, id: NodeId, kind: &NodeKind) -> ClassId {
        let graph = self.graph;
        let (ty, span) = (graph.node(id).ty.clone(), graph.node(id).span);
        let term = match kind {
            NodeKind::Constant(value) => return self.constant(value.clone(), ty, span),
            NodeKind::Input(place) => {
                let ty = graph.meta.params.get(*place as usize).map_or(ty, |param| param.ty.clone());
                return self.class(Term::Input(*place), ty, span);
            }
            NodeKind::Element(of) => {
                let list = self.value(graph.loop_of(*of).list);
                let element = match &self.classes.get(list).ty {
                    Type::List { element, .. } => (**element).clone(),
                    _ => ty,
                };
                return self.class(Term::Element(self.depths[of.index()], list), element, span);
            }
            NodeKind::Place(of) => Term::Place(self.depths[of.index()], self.value(graph.loop_of(*of).list)),
            NodeKind::Memory(of) => Term::Memory(self.depths[of.index()], self.value(graph.loop_of(*of).list)),
            NodeKind::Field(of, place) => {
                let of = self.value(*of);
                return self.field(of, *place, span);
            }
            NodeKind::If { condition, then, otherwise } => return self.if_value(*condition, *then, *otherwise, ty, span),
            NodeKind::Unwrap(of) => {
                let of = self.value(*of);
                return self.unwrap(of);
            }
            NodeKind::Wrap(of) => {
                let of = self.value(*of);
                return self.wrap(of);
            }
            NodeKind::OrElse(first, second) => return self.or_else(*first, *second, ty, span),
            NodeKind::Negate(of) => return self.negate(*of, ty, span),
            NodeKind::Add(left, right) => return self.add(*left, *right, 1, ty, span),
            NodeKind::Subtract(left, right) => return self.add(*left, *right, -1, ty, span),
            NodeKind::Multiply(left, right) => return self.multiply(*left, *right, ty, span),
            NodeKind::Rescale(of, by) => return self.rescale(*of, *by, ty, span),
            NodeKind::Quantify(quantifier @ (Quantifier::Sum | Quantifier::Count), of) => return self.quantity(*quantifier, *of, ty, span),
            NodeKind::Quantify(quantifier, of) => return self.gone(*quantifier, *of, ty, span),
            NodeKind::Length(of) => {
                let of = self.value(*of);
                return match self.length(of) {
                    (Some(class), _) => class,
                    (None, known) => self.constant(Value::Scalar(known.least().unwrap_or(0)), ty, span),
                };
            }
            other => self.plain_term(id, other),
        };
        let class = self.class(term, ty.clone(), span);
        // What can only be one number is a constant.
        match self.range_of(class).filter(|(lo, hi)| lo == hi && ty.scalar().is_some()) {
            Some((only, _)) => self.constant(Value::Scalar(only), ty, span),
            None => class,
        }
    }

    /// The term of an operation that is nothing but its operands.
    fn plain_term(&mut self, id: NodeId, kind: &NodeKind) -> Term {
        match kind {
            NodeKind::Modulo(left, right) => Term::Modulo(self.value(*left), self.value(*right)),
            NodeKind::Divide { left, right, scale_left, scale_right } => {
                Term::Ratio(self.value(*left), self.value(*right), *scale_left, *scale_right)
            }
            NodeKind::Round { value, rounding, places } => {
                let scalar = self.graph.node(*value).ty.scalar().is_some();
                Term::Round(scalar, self.value(*value), *rounding, *places)
            }
            NodeKind::Union(left, right) => Term::Union(self.value(*left), self.value(*right)),
            NodeKind::Difference(left, right) => Term::Difference(self.value(*left), self.value(*right)),
            NodeKind::MakeRecord(parts) => Term::Record(self.values(parts)),
            NodeKind::MakeSet(parts) => Term::Set(self.values(parts)),
            NodeKind::MakeList(parts) => Term::List(self.values(parts)),
            NodeKind::Decide { decision, arguments, .. } => Term::Decide(decision.0, self.values(arguments)),
            NodeKind::Call(function, operands) => Term::Call(*function, self.values(operands)),
            NodeKind::Text { template, values } => Term::Text(*template, self.values(values)),
            _ => Term::Opaque(id),
        }
    }

    fn values(&mut self, nodes: &[NodeId]) -> Vec<ClassId> {
        nodes.iter().map(|node| self.value(*node)).collect()
    }
}

/// The bit of a loop of a depth.
fn loop_bit(depth: u32) -> u64 {
    1 << depth.min(63)
}

/// The loops whose elements, places and memories each node depends on, one bit for each depth.
fn free_loops(graph: &Graph, depths: &[u32]) -> Vec<u64> {
    let mut free: Vec<u64> = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        let of = |id: &NodeId| free.get(id.index()).copied().unwrap_or(u64::MAX);
        let all = |ids: &[NodeId]| ids.iter().map(of).fold(0, |all, one| all | one);
        free.push(match &node.kind {
            NodeKind::Element(id) | NodeKind::Place(id) | NodeKind::Memory(id) => {
                loop_bit(depths[id.index()]) | of(&graph.loop_of(*id).list)
            }
            NodeKind::Local(local) => of(&graph.local(*local).value),
            NodeKind::Quantify(_, id) => {
                let it = graph.loop_of(*id);
                let inside = it.filter.iter().chain(&it.body).map(of).fold(0, |all, one| all | one);
                let own = loop_bit(depths[id.index()]);
                let outside = [Some(it.list), it.start].into_iter().flatten().map(|id| of(&id)).fold(0, |all, one| all | one);
                outside | (inside & !own)
            }
            other => all(&other.operands()),
        });
    }
    free
}

/// How deep each loop is nested.
fn loop_depths(loops: &[Loop]) -> Vec<u32> {
    let mut depths = Vec::with_capacity(loops.len());
    for one in loops {
        let (mut depth, mut outer) = (0, one.outer);
        while let Some(id) = outer
            && depth < loops.len() as u32
        {
            depth += 1;
            outer = loops[id.index()].outer;
        }
        depths.push(depth);
    }
    depths
}
