//! Expressions as nodes.

use axtrace_runtime::meta::{Piece, SiteId, SiteKind};
use axtrace_runtime::types::Type;
use axtrace_source::Span;

use super::{Bound, Expander, MAX_HEIGHT};
use crate::function::Function;
use crate::graph::{NodeId, NodeKind};
use crate::hir::{self, Binary, Expr, ExprKind, Many, Unary, VarId};

impl Expander<'_> {
    /// The node of an expression. Its site is `own`, if given; otherwise a condition gets one of its own.
    pub(super) fn expr(&mut self, expr: &Expr, own: Option<SiteId>) -> NodeId {
        if self.too_large {
            return self.node(NodeKind::Constant(axtrace_runtime::value::Value::Missing), expr.ty.clone(), expr.span);
        }
        self.height += 1;
        self.too_large |= self.height > MAX_HEIGHT;
        let node = self.expanded(expr, own);
        self.height -= 1;
        node
    }

    fn expanded(&mut self, expr: &Expr, own: Option<SiteId>) -> NodeId {
        match &expr.kind {
            ExprKind::Quantify(_) | ExprKind::Define(..) | ExprKind::Decide(..) | ExprKind::Bind { .. } => self.with_own_site(expr, own),
            ExprKind::Quiet(inner) => self.quiet(inner, own),
            ExprKind::Constant(_) | ExprKind::Error => self.bare(expr).0,
            ExprKind::Many(Many::And | Many::Or, _) if own.is_none() => self.bare(expr).0,
            _ if (expr.ty == Type::Boolean && !self.quiet) || own.is_some() => {
                let site = own.unwrap_or_else(|| self.site(SiteKind::Condition, expr.span));
                let (node, shown) = self.under(site, |this| this.bare(expr));
                self.graph.nodes[node.index()].site = Some(site);
                self.set_operands(site, &shown);
                node
            }
            _ => self.bare(expr).0,
        }
    }

    /// A node whose conditions no author asked.
    pub(super) fn quiet(&mut self, inner: &Expr, own: Option<SiteId>) -> NodeId {
        let outer = std::mem::replace(&mut self.quiet, true);
        let node = self.expr(inner, own);
        self.quiet = outer;
        node
    }

    /// Loops and calls bring a site; if another is wanted, it stands on a node around theirs.
    fn with_own_site(&mut self, expr: &Expr, own: Option<SiteId>) -> NodeId {
        let Some(site) = own else { return self.visit(expr) };
        let inner = self.under(site, |this| this.visit(expr));
        let node = self.node(NodeKind::Define(inner), expr.ty.clone(), expr.span);
        self.graph.nodes[node.index()].site = Some(site);
        node
    }

    fn visit(&mut self, expr: &Expr) -> NodeId {
        match &expr.kind {
            ExprKind::Quantify(it) => self.quantify(it, expr),
            ExprKind::Define(define, args) => self.call_define(*define, args, expr),
            ExprKind::Decide(decision, args) => self.call_decision(*decision, args, expr),
            ExprKind::Bind { var, value, body } => self.bind(*var, value, body, expr),
            _ => self.bare(expr).0,
        }
    }

    /// The node without a site, and the operands worth showing beside it.
    fn bare(&mut self, expr: &Expr) -> (NodeId, Vec<NodeId>) {
        let (ty, span) = (expr.ty.clone(), expr.span);
        let (kind, shown) = match &expr.kind {
            ExprKind::Constant(value) => (NodeKind::Constant(value.clone()), Vec::new()),
            ExprKind::Variable(var) => return (self.variable(*var, span), Vec::new()),
            ExprKind::Field(base, field) => (NodeKind::Field(self.expr(base, None), *field), Vec::new()),
            ExprKind::Unary(Unary::Not, operand) if operand.span == span => self.negated(operand),
            ExprKind::Unary(op, operand) => self.unary(*op, operand),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right),
            ExprKind::Many(op, operands) => self.many(*op, operands),
            ExprKind::Call(function, operands) => {
                let operands: Vec<NodeId> = operands.iter().map(|operand| self.expr(operand, None)).collect();
                let shown = match function {
                    // A pattern is read where it is written.
                    Function::Matches => operands[..1].to_vec(),
                    function if function.is_condition() => operands.clone(),
                    _ => Vec::new(),
                };
                (NodeKind::Call(*function, operands), shown)
            }
            ExprKind::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                let (condition, then, otherwise) = (self.expr(condition, None), self.expr(then, None), self.expr(otherwise, None));
                (NodeKind::If { condition, then, otherwise }, Vec::new())
            }
            ExprKind::InRange { value, low, high } => self.in_range(value, low.as_ref(), high.as_ref()),
            ExprKind::Text(pieces) => (self.text(pieces), Vec::new()),
            ExprKind::Quantify(_) | ExprKind::Define(..) | ExprKind::Decide(..) | ExprKind::Bind { .. } => {
                return (self.visit(expr), Vec::new());
            }
            ExprKind::Quiet(inner) => return (self.quiet(inner, None), Vec::new()),
            ExprKind::Error => (NodeKind::Constant(axtrace_runtime::value::Value::Missing), Vec::new()),
        };
        let node = self.node(kind, ty, span);
        self.promise_record(node);
        let is_found = |kind: &NodeKind| matches!(kind, NodeKind::Call(Function::Item, _));
        match &self.graph.node(node).kind {
            kind if is_found(kind) => self.keeps(node),
            // Where it is known to be there, so is what it keeps.
            NodeKind::Unwrap(found) if is_found(&self.graph.node(*found).kind) => self.keeps(node),
            _ => {}
        }
        (node, shown)
    }

    fn unary(&mut self, op: Unary, operand: &Expr) -> (NodeKind, Vec<NodeId>) {
        // A place that is tested is no condition of its own.
        let operand = if op == Unary::IsGiven || op == Unary::Unwrap { self.place_or_expr(operand) } else { self.expr(operand, None) };
        let kind = match op {
            Unary::Not => NodeKind::Not(operand),
            Unary::IsGiven => return (NodeKind::IsGiven(operand), vec![operand]),
            Unary::Unwrap => NodeKind::Unwrap(operand),
            Unary::Wrap => NodeKind::Wrap(operand),
            Unary::Negate => NodeKind::Negate(operand),
            Unary::Rescale(by) => NodeKind::Rescale(operand, by),
            Unary::Round(rounding, places) => NodeKind::Round { value: operand, rounding, places },
            Unary::Length => NodeKind::Length(operand),
        };
        (kind, Vec::new())
    }

    /// A negation that is written as one condition with what it negates, such as `is missing` or `!=`.
    fn negated(&mut self, operand: &Expr) -> (NodeKind, Vec<NodeId>) {
        let (operand, shown) = self.bare(operand);
        (NodeKind::Not(operand), shown)
    }

    fn place_or_expr(&mut self, expr: &Expr) -> NodeId {
        if is_place(expr) { self.bare(expr).0 } else { self.expr(expr, None) }
    }

    fn binary(&mut self, op: Binary, left: &Expr, right: &Expr) -> (NodeKind, Vec<NodeId>) {
        let (left, right) = (self.expr(left, None), self.expr(right, None));
        let shown = vec![left, right];
        let kind = match op {
            Binary::Compare(comparison) => return (NodeKind::Compare(comparison, left, right), shown),
            Binary::Has => return (NodeKind::Has(left, right), shown),
            Binary::HasAll => return (NodeKind::HasAll(left, right), shown),
            Binary::HasAny => return (NodeKind::HasAny(left, right), shown),
            Binary::Add => NodeKind::Add(left, right),
            Binary::Subtract => NodeKind::Subtract(left, right),
            Binary::Multiply => NodeKind::Multiply(left, right),
            Binary::Modulo => NodeKind::Modulo(left, right),
            Binary::Divide(scale_left, scale_right) => NodeKind::Divide { left, right, scale_left, scale_right },
            Binary::OrElse => NodeKind::OrElse(left, right),
            Binary::Union => NodeKind::Union(left, right),
            Binary::Difference => NodeKind::Difference(left, right),
        };
        (kind, Vec::new())
    }

    fn many(&mut self, op: Many, operands: &[Expr]) -> (NodeKind, Vec<NodeId>) {
        let nodes: Vec<NodeId> = operands.iter().map(|operand| self.expr(operand, None)).collect();
        match op {
            Many::And => (NodeKind::And(nodes), Vec::new()),
            Many::Or => (NodeKind::Or(nodes), Vec::new()),
            Many::OneOf => {
                let choices = nodes[1..].to_vec();
                (NodeKind::OneOf(nodes[0], choices), nodes)
            }
            Many::Record => (NodeKind::MakeRecord(nodes), Vec::new()),
            Many::Set => (NodeKind::MakeSet(nodes), Vec::new()),
            Many::List => (NodeKind::MakeList(nodes), Vec::new()),
        }
    }

    fn in_range(&mut self, value: &Expr, low: Option<&(Box<Expr>, bool)>, high: Option<&(Box<Expr>, bool)>) -> (NodeKind, Vec<NodeId>) {
        let value = self.expr(value, None);
        let low = low.map(|(bound, closed)| (self.expr(bound, None), *closed));
        let high = high.map(|(bound, closed)| (self.expr(bound, None), *closed));
        let shown = [Some(value), low.map(|it| it.0), high.map(|it| it.0)].into_iter().flatten().collect();
        (NodeKind::InRange { value, low, high }, shown)
    }

    fn text(&mut self, pieces: &[hir::Piece]) -> NodeKind {
        let mut template = Vec::with_capacity(pieces.len());
        let mut values = Vec::new();
        for piece in pieces {
            match piece {
                hir::Piece::Literal(text) => template.push(Piece::Literal(text.clone())),
                hir::Piece::Value(value) => {
                    template.push(Piece::Value(value.ty.clone()));
                    values.push(self.expr(value, None));
                }
            }
        }
        self.templates.push(template);
        NodeKind::Text { template: self.templates.len() as u32 - 1, values }
    }

    pub(super) fn variable(&mut self, var: VarId, span: Span) -> NodeId {
        match self.bound[var.0 as usize] {
            Some(Bound::Input(param)) => {
                let ty = self.graph.meta.params[param as usize].ty.clone();
                self.node(NodeKind::Input(param), ty, span)
            }
            Some(Bound::Element(inside)) => {
                let ty = match &self.graph.node(self.graph.loop_of(inside).list).ty {
                    Type::List { element, .. } => (**element).clone(),
                    other => other.clone(),
                };
                self.node(NodeKind::Element(inside), ty, span)
            }
            Some(Bound::Place(inside)) => self.node(NodeKind::Place(inside), self.variables()[var.0 as usize].ty.clone(), span),
            Some(Bound::Memory(inside)) => self.node(NodeKind::Memory(inside), self.variables()[var.0 as usize].ty.clone(), span),
            Some(Bound::Local(local)) => {
                let ty = self.graph.node(self.graph.local(local).value).ty.clone();
                self.node(NodeKind::Local(local), ty, span)
            }
            Some(Bound::Copy(node)) => self.copy(node, span),
            // A let that is broken was reported, and its decision does not come this far.
            None => self.node(NodeKind::Constant(axtrace_runtime::value::Value::Missing), Type::Boolean, span),
        }
    }

    /// A copy of the nodes of a place or constant.
    fn copy(&mut self, node: NodeId, span: Span) -> NodeId {
        let at = self.graph.node(node).clone();
        let kind = match at.kind {
            NodeKind::Field(base, field) => NodeKind::Field(self.copy(base, span), field),
            NodeKind::Unwrap(inner) => NodeKind::Unwrap(self.copy(inner, span)),
            other => other,
        };
        self.node(kind, at.ty, span)
    }
}

/// Whether an expression is a variable or a field of one.
pub(super) fn is_place(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::Field(base, _) | ExprKind::Unary(Unary::Unwrap, base) => is_place(base),
        _ => false,
    }
}
