//! Locals, calls and loops.

use std::ops::Range;

use axtrace_runtime::meta::{DecisionId, Neighbours, Operand, OperandSource, SiteId, SiteKind};
use axtrace_runtime::types::{FieldType, Type};
use axtrace_source::Span;

use super::expr::is_place;
use super::sites::NOWHERE;
use super::{Bound, Expander, MAX_CALLS};
use crate::function::Function;
use crate::graph::{Known, Local, LocalId, Loop, LoopId, NodeId, NodeKind, Quantifier};
use crate::hir::{self, DefineId, Expr, ExprKind, Let, VarId};

impl Expander<'_> {
    pub(super) fn lets(&mut self, lets: &[Let]) {
        for it in lets {
            let local = self.local_of(it);
            self.bound[it.var.0 as usize] = Some(Bound::Local(local));
        }
    }

    fn local_of(&mut self, it: &Let) -> LocalId {
        let var = self.variables()[it.var.0 as usize].clone();
        let local = self.local(SiteKind::Let(var.name.clone()), &var.name, &it.value, var.span);
        if let Some((ty, declared)) = &it.ty {
            let value = self.graph.local(local).value;
            self.oblige(value, ty, format!("`{}`", var.name), *declared);
        }
        local
    }

    fn local(&mut self, kind: SiteKind, name: &str, value: &Expr, span: Span) -> LocalId {
        let is_let = matches!(kind, SiteKind::Let(_));
        if self.relation.is_some() {
            return self.unrecorded_local(name, value, span);
        }
        let site = self.site(kind, if is_let { span } else { value.span });
        let node = self.under(site, |this| this.expr(value, None));
        let ty = self.graph.node(node).ty.clone();
        let slot = (ty != Type::Boolean).then(|| self.slot(self.frame, ty, false));
        let local = Local { name: name.into(), value: node, is_let, site: Some(site), slot, inside: self.inside, known: self.known, span };
        self.graph.locals.push(local);
        let id = LocalId(self.graph.locals.len() as u32 - 1);
        if let Some(slot) = slot {
            let (span, ty) = (span, self.graph.node(node).ty.clone());
            let source = axtrace_runtime::meta::OperandSource::Slot(slot);
            self.graph.meta.sites[site.index()].value = Some(axtrace_runtime::meta::Operand { span, ty, source });
        }
        id
    }

    /// A local of a relation, which no run evaluates.
    fn unrecorded_local(&mut self, name: &str, value: &Expr, span: Span) -> LocalId {
        let node = self.expr(value, None);
        let (inside, known) = (self.inside, self.known);
        self.graph.locals.push(Local { name: name.into(), value: node, is_let: false, site: None, slot: None, inside, known, span });
        LocalId(self.graph.locals.len() as u32 - 1)
    }

    /// The variables of whatever is expanded.
    pub(super) fn variables(&self) -> &[crate::hir::Var] {
        match (self.expanding.last(), self.relation) {
            (Some(define), _) => &self.program.defines[define.0 as usize].vars,
            (None, Some(relation)) => &self.program.decisions[relation.index()].vars,
            (None, None) => &self.program.decisions[self.graph.id.index()].vars,
        }
    }

    /// The body of a define, for these arguments.
    pub(super) fn call_define(&mut self, id: DefineId, args: &[Expr], expr: &Expr) -> NodeId {
        let define = &self.program.defines[id.0 as usize];
        self.too_large |= self.expanding.len() >= MAX_CALLS;
        let site = self.relation.is_none().then(|| self.site(SiteKind::Define(define.name.clone()), expr.span));
        let parent = self.parent;
        self.parent = site.or(parent);
        let body = self.around_call(expr, |this| {
            let first = this.graph.obligations.len();
            let bound = this.arguments(&define.name, &define.args, args, define.vars.len(), site);
            let obligations = first..this.graph.obligations.len();
            let outer = std::mem::replace(&mut this.bound, bound);
            this.expanding.push(id);
            this.lets(&define.lets);
            let body = this.expr(&define.body, None);
            this.expanding.pop();
            this.bound = outer;
            if let Some((ty, declared)) = &define.ty {
                this.oblige(body, ty, format!("what `{}` gives", define.name), *declared);
            }
            (body, obligations)
        });
        self.parent = parent;
        self.graph.nodes[body.index()].site = site;
        if let Some(site) = site {
            self.set_value(site, body);
        }
        body
    }

    /// A node around the body that `work` makes. The locals that it makes may rely on what is known at the node, and the obligations it names are
    /// those of arguments.
    fn around_call(&mut self, expr: &Expr, work: impl FnOnce(&mut Self) -> (NodeId, Range<usize>)) -> NodeId {
        let first_local = self.graph.locals.len();
        let outer_known = std::mem::replace(&mut self.known, Known::Call(NodeId(u32::MAX)));
        let (body, obligations) = work(self);
        self.known = outer_known;
        let ty = self.graph.node(body).ty.clone();
        let node = self.node(NodeKind::Define(body), ty, expr.span);
        for local in &mut self.graph.locals[first_local..] {
            if local.known == Known::Call(NodeId(u32::MAX)) {
                local.known = Known::Call(node);
            }
        }
        for obligation in &mut self.graph.obligations[obligations] {
            obligation.call.get_or_insert(node);
        }
        node
    }

    /// A value with what is computed from it; a place or constant is copied where it is used.
    pub(super) fn bind(&mut self, var: VarId, value: &Expr, body: &Expr, expr: &Expr) -> NodeId {
        if is_place(value) || matches!(value.kind, ExprKind::Constant(_)) {
            let node = self.place_node(value);
            self.bound[var.0 as usize] = Some(Bound::Copy(node));
            return self.expr(body, None);
        }
        self.around_call(expr, |this| {
            let name = this.variables()[var.0 as usize].name.clone();
            // The value was written by the author, whatever stands around it.
            let quiet = std::mem::replace(&mut this.quiet, this.relation.is_some());
            let local = this.local(SiteKind::Argument(name.clone()), &name, value, value.span);
            this.quiet = quiet;
            this.bound[var.0 as usize] = Some(Bound::Local(local));
            (this.expr(body, None), 0..0)
        })
    }

    fn arguments(
        &mut self,
        function: &str,
        fields: &[(VarId, FieldType)],
        args: &[Expr],
        vars: usize,
        site: Option<SiteId>,
    ) -> Vec<Option<Bound>> {
        let (mut bound, mut nodes) = (vec![None; vars], Vec::new());
        for ((var, field), arg) in fields.iter().zip(args) {
            let (node, binding) = self.argument(field, arg);
            self.oblige(node, &field.ty, format!("`{}` of `{function}`", field.name), field.span);
            bound[var.0 as usize] = Some(binding);
            nodes.push(node);
        }
        if let Some(site) = site {
            self.set_given(site, &nodes);
        }
        bound
    }

    /// A place or constant is copied where it is used; anything else is evaluated once.
    fn argument(&mut self, field: &FieldType, arg: &Expr) -> (NodeId, Bound) {
        if is_place(arg) || matches!(arg.kind, ExprKind::Constant(_)) {
            let node = self.place_node(arg);
            return (node, Bound::Copy(node));
        }
        let local = self.local(SiteKind::Argument(field.name.clone()), &field.name, arg, field.span);
        (self.graph.local(local).value, Bound::Local(local))
    }

    /// The nodes of a place or constant, without a site.
    fn place_node(&mut self, expr: &Expr) -> NodeId {
        let kind = match &expr.kind {
            ExprKind::Variable(var) => return self.variable(*var, expr.span),
            ExprKind::Field(base, field) => NodeKind::Field(self.place_node(base), *field),
            ExprKind::Unary(crate::hir::Unary::Unwrap, inner) => NodeKind::Unwrap(self.place_node(inner)),
            ExprKind::Constant(value) => NodeKind::Constant(value.clone()),
            _ => return self.expr(expr, None),
        };
        self.node(kind, expr.ty.clone(), expr.span)
    }

    /// A call of another decision, whose trace is a branch of this one's.
    pub(super) fn call_decision(&mut self, decision: DecisionId, args: &[Expr], expr: &Expr) -> NodeId {
        let activation = self.slot(self.frame, Type::Boolean, true);
        let site = self.site(SiteKind::Decision { decision, activation }, expr.span);
        let callee = &self.program.decisions[decision.index()];
        let arguments = self.under(site, |this| {
            let one = |(arg, field): (&Expr, &FieldType)| {
                let node = this.expr(arg, None);
                this.oblige(node, &field.ty, format!("`{}` of `{}`", field.name, callee.name), field.span);
                node
            };
            args.iter().zip(&callee.params).map(one).collect::<Vec<_>>()
        });
        self.set_arguments(site, &arguments);
        let promised = arguments.clone();
        let node = self.node(NodeKind::Decide { decision, arguments, activation }, expr.ty.clone(), expr.span);
        self.graph.nodes[node.index()].site = Some(site).filter(|site| *site != NOWHERE);
        self.set_value(site, node);
        self.promise_arguments(node, decision, &promised);
        self.keeps(node);
        node
    }

    pub(super) fn quantify(&mut self, it: &hir::Quantify, expr: &Expr) -> NodeId {
        let (id, site) = self.open_loop(&it.binder, expr.span);
        if let Some(memory) = &it.memory {
            let start = self.under(site, |this| this.expr(&memory.start, None));
            let opened = &mut self.graph.loops[id.index()];
            (opened.start, opened.memory) = (Some(start), memory.declared.clone());
            self.bound[memory.var.0 as usize] = Some(Bound::Memory(id));
        }
        let outer = self.enter(id);
        let filter = it.filter.as_ref().map(|filter| self.expr(filter, None));
        let shown = it.quantifier.shows_bodies();
        let shown = shown && self.relation.is_none();
        let body = it.body.as_ref().map(|body| if shown { self.shown_body(body) } else { self.expr(body, None) });
        self.leave(outer);
        let opened = &mut self.graph.loops[id.index()];
        (opened.filter, opened.body) = (filter, body);
        let node = self.node(NodeKind::Quantify(it.quantifier, id), expr.ty.clone(), expr.span);
        self.graph.nodes[node.index()].site = Some(site).filter(|site| *site != NOWHERE);
        self.set_value(site, node);
        self.keeps(node);
        node
    }

    /// A body whose value is recorded for each element.
    fn shown_body(&mut self, body: &Expr) -> NodeId {
        let site = self.site(SiteKind::Body, body.span);
        let node = self.expr(body, Some(site));
        let node = if self.graph.node(node).site == Some(site) {
            node
        } else {
            let ty = body.ty.clone();
            let around = self.node(NodeKind::Define(node), ty, body.span);
            self.graph.nodes[around.index()].site = Some(site);
            around
        };
        self.set_value(site, node);
        node
    }

    /// A loop over a list, with its site and element frame. The list is evaluated outside of it.
    pub(super) fn open_loop(&mut self, binder: &hir::Binder, span: Span) -> (LoopId, SiteId) {
        let list = &binder.list;
        let visits = self.slot(self.frame, Type::Boolean, true);
        let frame = self.new_frame();
        let name = self.variables()[binder.element.0 as usize].name.clone();
        let placeholder = axtrace_runtime::meta::Operand {
            span: list.span,
            ty: list.ty.clone(),
            source: axtrace_runtime::meta::OperandSource::Input(Vec::new()),
        };
        let kind = SiteKind::Loop { frame, visits, list: Box::new(placeholder), neighbours: None, binder: name.clone() };
        let site = self.site(kind, span);
        let node = self.under(site, |this| if is_place(list) { this.place_node(list) } else { this.expr(list, None) });
        if self.relation.is_none() {
            let (shown, of) = (self.operand(node), self.neighbours(node));
            if let SiteKind::Loop { list, neighbours, .. } = &mut self.graph.meta.sites[site.index()].kind {
                **list = shown;
                *neighbours = of.map(Box::new);
            }
        }
        let (outer, known) = (self.inside, Vec::new());
        let it = Loop { binder: name, list: node, known, filter: None, body: None, start: None, memory: None, site, frame, visits, outer };
        self.graph.loops.push(it);
        let id = LoopId(self.graph.loops.len() as u32 - 1);
        self.assume_of_element(id);
        self.bound[binder.element.0 as usize] = Some(Bound::Element(id));
        if let Some(place) = binder.place {
            self.bound[place.0 as usize] = Some(Bound::Place(id));
        }
        (id, site)
    }

    /// Whose neighbours the elements of a list are, if that is a part of the input.
    fn neighbours(&self, list: NodeId) -> Option<(Neighbours, Operand)> {
        let (how, of) = match &self.graph.node(list).kind {
            NodeKind::Quantify(Quantifier::Runs, id) => (Neighbours::Runs, self.graph.loop_of(*id).list),
            NodeKind::Call(Function::Pairs, operands) => (Neighbours::Pairs, *operands.first()?),
            _ => return None,
        };
        let at = self.graph.node(of);
        let source = self.place(of, Vec::new()).filter(|place| matches!(place, OperandSource::Input(_) | OperandSource::Element(..)))?;
        Some((how, Operand { span: at.span, ty: at.ty.clone(), source }))
    }

    /// Steps into a loop; gives what [`leave`](Self::leave) takes back.
    pub(super) fn enter(&mut self, id: LoopId) -> Outer {
        let it = self.graph.loop_of(id);
        let (frame, site) = (it.frame, it.site);
        Outer {
            frame: std::mem::replace(&mut self.frame, frame),
            parent: self.parent.replace(site),
            inside: self.inside.replace(id),
            known: std::mem::replace(&mut self.known, Known::Element(id)),
        }
    }

    pub(super) fn leave(&mut self, outer: Outer) {
        self.frame = outer.frame;
        self.parent = outer.parent;
        self.inside = outer.inside;
        self.known = outer.known;
    }
}

/// Where the expansion stood before it entered a loop.
pub(super) struct Outer {
    frame: axtrace_runtime::meta::FrameId,
    parent: Option<SiteId>,
    inside: Option<LoopId>,
    known: Known,
}
