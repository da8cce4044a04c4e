//! Decision tables: the values of the headers, and a condition for each cell.

use axtrace_runtime::meta::{Operand, OperandSource, RowsMeta, RuleId, SiteId, SiteKind};
use axtrace_runtime::types::Type;
use axtrace_source::Span;

use super::{Bound, Expander};
use crate::function::Function;
use crate::graph::{Known, Local, LocalId, LoopId, NodeId, NodeKind};
use crate::hir;

impl Expander<'_> {
    /// At the first row of a table: its site, and a node that evaluates its headers.
    pub(super) fn headers(
        &mut self,
        decision: &hir::Decision,
        table: usize,
        first: RuleId,
        sites: &mut [Option<SiteId>],
    ) -> Option<NodeId> {
        if sites[table].is_some() {
            return None;
        }
        let table_of = &decision.tables[table];
        let site = self.site(SiteKind::Table(table as u32), table_of.span);
        sites[table] = Some(site);
        self.known = Known::Group(first);
        let values = self.under(site, |this| {
            let value = |column: &hir::Column| {
                this.lets(column.computed.as_slice());
                this.quiet(&column.value, None)
            };
            table_of.columns.iter().map(value).collect::<Vec<_>>()
        });
        self.known = Known::Always;
        self.set_arguments(site, &values);
        let node = self.node(NodeKind::Call(Function::Headers, values), Type::Boolean, table_of.span);
        self.graph.nodes[node.index()].site = Some(site);
        Some(node)
    }

    /// At the first rule of a table that is looked up: its site, and what is found.
    pub(super) fn find_rows(&mut self, decision: &hir::Decision, table: usize, first: RuleId, sites: &mut [Option<SiteId>]) {
        let table_of = &decision.tables[table];
        let (Some((_, call)), None) = (&table_of.lookup, sites[table]) else { return };
        let site = self.site(SiteKind::Table(table as u32), table_of.span);
        sites[table] = Some(site);
        self.known = Known::Group(first);
        let node = self.under(site, |this| {
            table_of.columns.iter().for_each(|column| this.lets(column.computed.as_slice()));
            this.quiet(call, None)
        });
        let ty = self.graph.node(node).ty.clone();
        let slot = self.slot(self.frame, ty, false);
        let (span, known, inside) = (table_of.span, self.known, self.inside);
        let local = Local { name: "found".into(), value: node, is_let: false, site: Some(site), slot: Some(slot), inside, known, span };
        self.graph.locals.push(local);
        self.bound[table_of.found.0 as usize] = Some(Bound::Local(LocalId(self.graph.locals.len() as u32 - 1)));
        self.known = Known::Always;
        let headers: Vec<NodeId> = match &self.graph.node(node).kind {
            NodeKind::Call(_, operands) => operands.iter().skip(1).take(table_of.columns.len()).copied().collect(),
            _ => Vec::new(),
        };
        self.set_arguments(site, &headers);
    }

    /// Which row of a table that is looked up a rule stands for.
    pub(super) fn rows(&self, decision: &hir::Decision, table: usize, each: &[LoopId]) -> Option<RowsMeta> {
        let table = &decision.tables[table];
        let found = match self.bound[table.found.0 as usize] {
            Some(Bound::Local(local)) => self.graph.local(local),
            _ => return None,
        };
        let source = match each.first() {
            Some(of) => OperandSource::Element(self.graph.loop_of(*of).site, Vec::new()),
            None => OperandSource::Slot(found.slot?),
        };
        let ty = match self.graph.node(found.value).ty.required() {
            Type::List { element, .. } => (**element).clone(),
            _ => self.graph.node(found.value).ty.clone(),
        };
        Some(RowsMeta { table: table.lookup.as_ref()?.0, row: Operand { span: table.span, ty, source } })
    }

    /// The condition of a row: that of each of its cells, from left to right.
    pub(super) fn cells(&mut self, row: &hir::Row, headers: Option<NodeId>, span: Span) -> Option<NodeId> {
        let mut all: Vec<NodeId> = headers.into_iter().collect();
        all.extend(row.cells.iter().map(|cell| self.cell(cell)));
        match all.as_slice() {
            [] => None,
            [only] => Some(*only),
            _ => Some(self.node(NodeKind::And(all), Type::Boolean, span)),
        }
    }

    /// A cell has one site, whatever its condition consists of. What stands in its header is shown there.
    fn cell(&mut self, cell: &hir::Cell) -> NodeId {
        let site = self.site(SiteKind::Condition, cell.span);
        let node = self.under(site, |this| this.quiet(&cell.test, Some(site)));
        let inside = |span: Span| cell.span.start <= span.start && span.end <= cell.span.end;
        self.graph.meta.sites[site.index()].operands.retain(|operand| inside(operand.span));
        if self.graph.node(node).site == Some(site) {
            return node;
        }
        let around = self.node(NodeKind::Define(node), Type::Boolean, cell.span);
        self.graph.nodes[around.index()].site = Some(site);
        around
    }
}
