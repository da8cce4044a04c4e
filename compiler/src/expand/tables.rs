//! Decision tables: the values of the headers, and a condition for each cell.

use axtrace_runtime::meta::{RuleId, SiteId, SiteKind};
use axtrace_runtime::types::Type;
use axtrace_source::Span;

use super::Expander;
use crate::function::Function;
use crate::graph::{Known, NodeId, NodeKind};
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
