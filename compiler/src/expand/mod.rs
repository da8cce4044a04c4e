//! Turns the typed program into decision graphs.
//!
//! On arrival every expression has a type and an exact scale. On leaving, each decision is a [`Graph`]: calls of defines are expanded, and
//! whatever a trace may speak of owns a [`SiteId`], the only link from running code back to the source. The bounds in the types of nodes
//! are still those of declarations; the [range pass](crate::ranges) narrows them, and [`finish`] lays out rows and frames after that.

mod calls;
mod expr;
mod finish;
mod relations;
mod rules;
mod sites;
mod tables;

use axtrace_runtime::meta::{DecisionMeta, FrameId, FrameMeta, Piece, SiteId, Tag};
use axtrace_runtime::types::Type;
use axtrace_source::{Findings, Span};
use miette::Diagnostic;
use thiserror::Error;

pub use finish::finish;

use crate::graph::{Body, Graph, Known, LocalId, LoopId, Node, NodeId, NodeKind};
use crate::hir;

/// How deep defines may call defines.
const MAX_CALLS: usize = 500;
/// How many nodes a decision may have once its defines are expanded.
const MAX_NODES: usize = 400_000;
/// How many nodes all decisions may have together.
const MAX_PROGRAM: usize = 1_000_000;
/// How deep the nodes of a decision may lie in each other: passes that follow them recurse.
const MAX_HEIGHT: usize = 40_000;

/// What can be wrong with an expansion.
#[derive(Debug, Error, Diagnostic)]
pub enum ExpandFinding {
    /// Defines that call defines that call defines.
    #[error(
        "`{decision}` is too large: its defines, written out at each call, come to more than 400,000 operations, 40,000 operations in each other, or 500 calls in each other"
    )]
    #[diagnostic(code(E0430), help("name what is computed twice with `let`, or make a decision of a define that is called often"))]
    TooLarge {
        /// The decision.
        decision: String,
        /// Where its head is written.
        #[label(primary, "too large once its defines are written out")]
        at: Span,
    },
    /// An `always` that calls a decision.
    #[error("a relation calls a decision")]
    #[diagnostic(code(E0431), help("relations are checked before anything is decided: write the condition out, or use a `define`"))]
    RelationAsks {
        /// The relation.
        #[label(primary, "decides something")]
        at: Span,
    },
    /// Many large decisions.
    #[error("up to `{decision}` the decisions come to more than 1,000,000 operations, defines written out at each call")]
    #[diagnostic(code(E0430), help("make a decision of a define that is called often, or build some decisions as a program of their own"))]
    TooMuch {
        /// The decision with which it is too much.
        decision: String,
        /// Where its head is written.
        #[label(primary, "with this one they are too large")]
        at: Span,
    },
}

/// What a variable of a define or decision stands for.
#[derive(Clone, Copy)]
enum Bound {
    Input(u32),
    Element(LoopId),
    /// The place of the element.
    Place(LoopId),
    /// The memory of a `fold`.
    Memory(LoopId),
    Local(LocalId),
    /// An argument that is a place or a constant: its nodes are copied at each use.
    Copy(NodeId),
}

struct Expander<'a> {
    program: &'a hir::Program,
    related: &'a relations::Related,
    /// The relation that is written out, if one is: the variables are its own.
    relation: Option<axtrace_runtime::meta::DecisionId>,
    templates: &'a mut Vec<Vec<Piece>>,
    graph: Graph,
    /// What the variables of the define or decision that is expanded stand for.
    bound: Vec<Option<Bound>>,
    frame: FrameId,
    parent: Option<SiteId>,
    inside: Option<LoopId>,
    known: Known,
    /// The defines that are being expanded, innermost last.
    expanding: Vec<hir::DefineId>,
    /// Whether conditions are expanded that no author wrote.
    quiet: bool,
    too_large: bool,
    /// How many nodes it may have.
    most: usize,
    /// How many nodes the one lies in that is expanded.
    height: usize,
}

/// The graphs of all decisions, and the templates of the texts they build.
#[must_use]
pub fn expand(program: &hir::Program, findings: &mut Findings) -> (Vec<Graph>, Vec<Vec<Piece>>) {
    let mut templates = Vec::new();
    let related = relations::related(program);
    let mut graphs = Vec::with_capacity(program.decisions.len());
    let mut room = MAX_PROGRAM;
    for decision in &program.decisions {
        let graph = expand_decision(program, decision, &related, &mut templates, room, findings);
        room = room.saturating_sub(graph.nodes.len());
        graphs.push(graph);
        if room == 0 {
            break;
        }
    }
    (graphs, templates)
}

fn expand_decision(
    program: &hir::Program,
    decision: &hir::Decision,
    related: &relations::Related,
    templates: &mut Vec<Vec<Piece>>,
    room: usize,
    findings: &mut Findings,
) -> Graph {
    let mut expander = Expander {
        program,
        related,
        relation: None,
        templates,
        graph: empty(decision),
        bound: vec![None; decision.vars.len()],
        frame: FrameId(0),
        parent: None,
        inside: None,
        known: Known::Always,
        expanding: Vec::new(),
        quiet: false,
        too_large: false,
        most: MAX_NODES.min(room),
        height: 0,
    };
    expander.decision(decision);
    if expander.too_large {
        let (name, at) = (decision.name.clone(), decision.span);
        let nodes = expander.graph.nodes.len();
        if nodes >= room && nodes < MAX_NODES {
            findings.report(ExpandFinding::TooMuch { decision: name, at });
        } else {
            findings.report(ExpandFinding::TooLarge { decision: name, at });
        }
    }
    let asks = expander.graph.nodes.iter().any(|node| matches!(node.kind, NodeKind::Decide { .. }));
    if asks && program.relations.iter().any(|relation| relation.decision == decision.id) {
        findings.report(ExpandFinding::RelationAsks { at: decision.span });
    }
    expander.graph
}

fn empty(decision: &hir::Decision) -> Graph {
    Graph {
        id: decision.id,
        meta: DecisionMeta {
            name: decision.name.clone(),
            module: decision.module.clone(),
            owner: decision.owner.clone(),
            span: decision.span,
            params: decision.params.clone(),
            input: Default::default(),
            gives: gives(decision),
            tags: vec![Tag::Decided],
            outcome: Default::default(),
            policy: decision.policy,
            ranks: decision.ranks.clone(),
            rules: Vec::new(),
            sites: Vec::new(),
            frames: vec![FrameMeta::default()],
        },
        nodes: Vec::new(),
        locals: Vec::new(),
        loops: Vec::new(),
        always: Vec::new(),
        promises: Vec::new(),
        kept: Vec::new(),
        ways: Default::default(),
        obligations: Vec::new(),
        groups: Vec::new(),
        steps: decision.steps,
        body: Body::Rules(Vec::new()),
    }
}

/// What a decision gives as a whole: under `collect` a list with one element for each rule or instance.
fn gives(decision: &hir::Decision) -> Type {
    let one = decision.gives.0.clone();
    if decision.policy != Some(axtrace_runtime::meta::Policy::Collect) {
        return one;
    }
    let hir::Body::Rules(rules) = &decision.body else { return one };
    let elements = |binder: &hir::Binder| match binder.list.ty {
        Type::List { max, .. } => max,
        _ => 1,
    };
    let most = |rule: &hir::Rule| rule.each.iter().map(elements).fold(1, u32::saturating_mul);
    let max = rules.iter().filter(|rule| !rule.shadow).map(most).fold(0, u32::saturating_add).min(1 << 29);
    Type::List { element: Box::new(one), min: 0, max }
}

impl Expander<'_> {
    fn decision(&mut self, decision: &hir::Decision) {
        for (place, bound) in self.bound.iter_mut().take(decision.params.len()).enumerate() {
            *bound = Some(Bound::Input(place as u32));
        }
        self.assume_relations(decision);
        self.lets(&decision.lets);
        match &decision.body {
            hir::Body::Expression(value) => self.whole(value, decision),
            hir::Body::Rules(rules) => self.rules(decision, rules),
        }
    }

    /// A decision that is one expression.
    fn whole(&mut self, value: &hir::Expr, decision: &hir::Decision) {
        let node = self.expr(value, None);
        self.oblige(node, &decision.gives.0, "the outcome", decision.gives.1);
        self.graph.body = Body::Expression(node);
    }

    fn node(&mut self, kind: NodeKind, ty: Type, span: Span) -> NodeId {
        self.too_large |= self.graph.nodes.len() >= self.most;
        self.graph.nodes.push(Node { kind, ty: ty.plain(), span, site: None, slot: None });
        NodeId(self.graph.nodes.len() as u32 - 1)
    }

    fn oblige(&mut self, node: NodeId, ty: &Type, what: impl Into<String>, declared: Span) {
        self.graph.obligations.push(crate::graph::Obligation { node, ty: ty.clone(), what: what.into(), declared, call: None });
    }
}
