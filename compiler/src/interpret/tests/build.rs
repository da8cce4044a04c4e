//! Puts small graphs together.

use axtrace_runtime::layout::{Shape, Struct};
use axtrace_runtime::meta::{
    DecisionId, DecisionMeta, FrameId, FrameMeta, Operand, OperandSource, Policy, ProgramMeta, RoleId, RoleMeta, RuleId, RuleMeta, SiteId,
    SiteKind, SiteMeta, SlotId, Tag,
};
use axtrace_runtime::types::{FieldType, Type, Types};
use axtrace_runtime::value::Value;
use axtrace_source::{Sources, Span};

use super::super::{Fault, FaultKind, Observation, Options, Run, decide, observe};
use crate::graph::{Body, Comparison, Graph, Known, Local, LocalId, Loop, LoopId, Node, NodeId, NodeKind, Outcome, Rule};

/// The source that all spans of the tests lie in.
pub(super) const SOURCE: &str = "decision d\n  rule a\n  rule b\n  rule c\n";

/// A decision that is being put together.
pub(super) struct Build {
    pub graph: Graph,
    pub types: Types,
}

/// A whole number of any size that the tests use.
pub(super) fn integer() -> Type {
    Type::integer(i128::MIN / 2, i128::MAX / 2)
}

pub(super) fn number(value: i128) -> Value {
    Value::Scalar(value)
}

impl Build {
    pub fn new(params: Vec<Type>, gives: Type, policy: Option<Policy>) -> Self {
        let field = |(place, ty)| FieldType { name: format!("p{place}"), ty, span: Span::default() };
        let meta = DecisionMeta {
            name: "d".to_owned(),
            module: "m".to_owned(),
            owner: Some("Payroll".to_owned()),
            span: Span::new(0, 10),
            params: params.into_iter().enumerate().map(field).collect(),
            input: Struct::default(),
            gives,
            tags: vec![Tag::Decided, Tag::Referred { role: RoleId(0), within: true, proposing: true }],
            outcome: Struct::default(),
            policy,
            ranks: Vec::new(),
            rules: Vec::new(),
            sites: Vec::new(),
            frames: vec![FrameMeta::default()],
        };
        let body = if policy.is_some() { Body::Rules(Vec::new()) } else { Body::Expression(NodeId(0)) };
        let (nodes, locals, loops) = (Vec::new(), Vec::new(), Vec::new());
        let graph = Graph {
            id: DecisionId(0),
            meta,
            nodes,
            locals,
            loops,
            always: Vec::new(),
            promises: Vec::new(),
            ways: Default::default(),
            kept: Vec::new(),
            obligations: Vec::new(),
            groups: Vec::new(),
            steps: None,
            body,
        };
        Self { graph, types: Types::default() }
    }

    pub fn node(&mut self, kind: NodeKind, ty: Type) -> NodeId {
        self.graph.nodes.push(Node { kind, ty, span: Span::default(), site: None, slot: None });
        NodeId(self.graph.nodes.len() as u32 - 1)
    }

    pub fn int(&mut self, kind: NodeKind) -> NodeId {
        self.node(kind, integer())
    }

    pub fn constant(&mut self, value: i128) -> NodeId {
        self.int(NodeKind::Constant(Value::Scalar(value)))
    }

    pub fn input(&mut self, place: u32) -> NodeId {
        let ty = self.graph.meta.params[place as usize].ty.clone();
        self.node(NodeKind::Input(place), ty)
    }

    pub fn compare(&mut self, comparison: Comparison, left: NodeId, right: NodeId) -> NodeId {
        self.node(NodeKind::Compare(comparison, left, right), Type::Boolean)
    }

    /// `left > right`, for a number that is written.
    pub fn above(&mut self, left: NodeId, right: i128) -> NodeId {
        let right = self.constant(right);
        self.compare(Comparison::Greater, left, right)
    }

    pub fn frame(&mut self) -> FrameId {
        self.graph.meta.frames.push(FrameMeta::default());
        FrameId(self.graph.meta.frames.len() as u32 - 1)
    }

    pub fn slot(&mut self, frame: FrameId, ty: Type, handle: bool) -> SlotId {
        let frame_meta = &mut self.graph.meta.frames[frame.index()];
        frame_meta.slots.push(ty);
        frame_meta.handles.push(handle);
        SlotId { frame, index: frame_meta.slots.len() as u32 - 1 }
    }

    pub fn site(&mut self, kind: SiteKind, frame: FrameId, parent: Option<SiteId>) -> SiteId {
        let id = SiteId(self.graph.meta.sites.len() as u32);
        let frame_meta = &mut self.graph.meta.frames[frame.index()];
        frame_meta.sites.push(id);
        let place = frame_meta.sites.len() as u32 - 1;
        let (operands, value) = (Vec::new(), None);
        self.graph.meta.sites.push(SiteMeta { kind, frame, place, parent, span: Span::new(0, 8), operands, value });
        id
    }

    /// Gives a node a site, with operands.
    pub fn at_site(&mut self, node: NodeId, site: SiteId, operands: Vec<Operand>) {
        self.graph.nodes[node.index()].site = Some(site);
        self.graph.meta.sites[site.index()].operands = operands;
    }

    /// Gives a node a slot, and the operand that shows it.
    pub fn in_slot(&mut self, node: NodeId, frame: FrameId) -> Operand {
        let ty = self.graph.node(node).ty.clone();
        let slot = self.slot(frame, ty.clone(), false);
        self.graph.nodes[node.index()].slot = Some(slot);
        Operand { span: Span::new(9, 10), ty, source: OperandSource::Slot(slot) }
    }

    /// A loop without filter or body, with its site and frame.
    pub fn each(&mut self, list: NodeId, parent: Option<SiteId>, list_operand: OperandSource) -> LoopId {
        let frame = self.frame();
        let visits = self.slot(FrameId(0), Type::Boolean, true);
        let ty = self.graph.node(list).ty.clone();
        let list_operand = Operand { span: Span::new(9, 10), ty, source: list_operand };
        let kind = SiteKind::Loop { frame, visits, list: Box::new(list_operand), neighbours: None, binder: "i".to_owned() };
        let site = self.site(kind, FrameId(0), parent);
        self.graph.loops.push(Loop {
            binder: "i".to_owned(),
            list,
            known: Vec::new(),
            filter: None,
            body: None,
            start: None,
            memory: None,
            site,
            frame,
            visits,
            outer: None,
        });
        LoopId(self.graph.loops.len() as u32 - 1)
    }

    pub fn local(&mut self, value: NodeId, inside: Option<LoopId>) -> LocalId {
        let span = Span::default();
        self.graph.locals.push(Local {
            name: "l".to_owned(),
            value,
            is_let: true,
            site: None,
            slot: None,
            inside,
            known: Known::Always,
            span,
        });
        LocalId(self.graph.locals.len() as u32 - 1)
    }

    /// A rule that gives a value.
    pub fn rule(&mut self, name: &str, when: Option<NodeId>, value: NodeId) -> RuleId {
        let id = RuleId(self.graph.meta.rules.len() as u32);
        let site = self.site(SiteKind::Rule(id), FrameId(0), None);
        let operand = self.in_slot(value, FrameId(0));
        let start = SOURCE.find(&format!("rule {name}")).unwrap_or(0) as u32;
        let span = Span::new(start, start + 6);
        self.graph.meta.rules.push(RuleMeta {
            rows: None,
            name: name.to_owned(),
            otherwise: name == "otherwise",
            group: None,
            group_span: None,
            span,
            whole: span,
            site,
            instance: None,
            because: None,
            cites: Vec::new(),
            owner: None,
            refers: false,
            shadow: false,
            overrides: Vec::new(),
            outcome: operand,
            outcome_span: span,
        });
        let outcome = Outcome { tag: 0, value: Some(value), within: None, span };
        self.rules().push(Rule { id, group: None, each: Vec::new(), when, knows: Vec::new(), outcome, because: Vec::new() });
        id
    }

    pub fn rules(&mut self) -> &mut Vec<Rule> {
        match &mut self.graph.body {
            Body::Rules(rules) => rules,
            Body::Expression(_) => panic!("the test built an expression"),
        }
    }

    /// Lays out rows and frames, once all parts are there.
    pub fn finish(mut self) -> (ProgramMeta, Vec<Graph>) {
        let meta = &mut self.graph.meta;
        let types = &self.types;
        meta.input = Struct::of(meta.params.iter().map(|param| Shape::of(&param.ty, types)).collect());
        let (tag, within) = (Shape::Int { bytes: 2, signed: false }, Shape::Int { bytes: 8, signed: true });
        meta.outcome = Struct::of(vec![tag, Shape::of(&meta.gives, types), within]);
        meta.frames.iter_mut().for_each(|frame| frame.lay_out(types));
        let mut sources = Sources::new();
        sources.add("m.ax", SOURCE).expect("a small file");
        let program = ProgramMeta {
            types: self.types,
            decisions: vec![self.graph.meta.clone()],
            roles: vec![RoleMeta { name: "clerk".to_owned(), title: "Clerk".to_owned(), escalates: None }],
            zones: Vec::new(),
            relations: Vec::new(),
            constants: Vec::new(),
            templates: Vec::new(),
            listed: Vec::new(),
            patterns: Vec::new(),
            plans: Vec::new(),
            tables: Vec::new(),
            sources,
            digest: format!("sha256:{}", "0".repeat(64)),
            version: None,
        };
        (program, vec![self.graph])
    }

    pub fn decide(self, input: &[Value], options: Options) -> Result<Run, Fault> {
        let (program, graphs) = self.finish();
        decide(&program, &graphs, DecisionId(0), input, options)
    }

    pub fn observe(self, input: &[Value]) -> Result<Observation, Fault> {
        let (program, graphs) = self.finish();
        observe(&program, &graphs, DecisionId(0), input, Options::default())
    }
}

/// A decision that is one expression of whole numbers, and what it gives.
pub(super) fn expression(params: &[i128], gives: Type, make: impl FnOnce(&mut Build) -> NodeId) -> Result<Value, FaultKind> {
    let mut build = Build::new(vec![integer(); params.len()], gives, None);
    let node = make(&mut build);
    build.graph.body = Body::Expression(node);
    let input: Vec<Value> = params.iter().copied().map(Value::Scalar).collect();
    let run = build.decide(&input, Options::default()).map_err(|fault| fault.kind)?;
    Ok(run.outcome.value.expect("an expression gives a value"))
}
