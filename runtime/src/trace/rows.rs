//! Rows of tables that are looked up and did not apply. A recording names those that did; what the cells of any other were is told from the values
//! that the headers had.

use super::tree::{bare, row_kind};
use super::{Branch, Status, Trace, TraceKind, TraceNode};
use crate::meta::ProgramMeta;
use crate::table::Table;
use crate::value::Value;

impl Trace {
    /// Puts rows that did not apply, or were not reached, into the tables of the tree, with what their cells were for the values in the headers.
    /// `which` says which rows, by name; `program` is the one that the trace was decoded with. The tree must be one of
    /// [`Level::Full`](super::Level::Full).
    pub fn add_rows(&mut self, program: &ProgramMeta, which: &dyn Fn(&str) -> bool) {
        let Some(decision) = program.decisions.iter().find(|decision| decision.qualified_name() == self.decision) else { return };
        Rows { program, which }.of_decision(&decision.qualified_name(), &mut self.tree);
    }
}

struct Rows<'a> {
    program: &'a ProgramMeta,
    which: &'a dyn Fn(&str) -> bool,
}

impl Rows<'_> {
    fn of_decision(&self, decision: &str, nodes: &mut [TraceNode]) {
        for node in nodes {
            if let Some(branch) = &mut node.called {
                let Branch { decision, tree, .. } = branch.as_mut();
                self.of_decision(decision, tree);
            }
            if let Some(elements) = &mut node.elements {
                elements.shown.iter_mut().for_each(|element| self.of_decision(decision, &mut element.children));
            }
            self.of_decision(decision, &mut node.children);
            self.of_table(decision, node);
        }
    }

    fn of_table(&self, decision: &str, node: &mut TraceNode) {
        let TraceKind::Table { left_out, not_reached, table: Some(place) } = node.kind else { return };
        let meta = self.program.decisions.iter().find(|meta| meta.qualified_name() == decision);
        let (Some(meta), Some(table)) = (meta, self.program.tables.get(place as usize)) else { return };
        let values: Vec<&Value> = node.operands.iter().map(|operand| &operand.value).collect();
        // Those that applied are there already, in order.
        let there: Vec<_> = node.children.iter().filter(|child| matches!(child.kind, TraceKind::Rule { .. })).map(|row| row.span).collect();
        let first = there.first().and_then(|span| table.rows.iter().position(|row| row.head == *span)).unwrap_or(table.rows.len());
        let decides = not_reached > 0;
        let (mut left_out, mut not_reached) = (left_out, not_reached);
        for (index, row) in table.rows.iter().enumerate() {
            if there.binary_search_by_key(&row.head.start, |span| span.start).is_ok() || !(self.which)(&row.name) {
                continue;
            }
            let Some(rule) = meta.rules.get(row.rule.index()) else { continue };
            let reached = !decides || index < first && node.status != Status::NotEvaluated;
            let (status, count) = if reached { (Status::DidNotApply, &mut left_out) } else { (Status::NotReached, &mut not_reached) };
            *count = count.saturating_sub(1);
            let mut shown = bare(row_kind(row.rule, rule, row), row.head, status);
            shown.children = cells(table, index, &values);
            node.children.push(shown);
        }
        node.children.sort_by_key(|child| child.span.start);
        node.kind = TraceKind::Table { left_out, not_reached, table: Some(place) };
    }
}

/// What the cells of a row were, each by itself. Of a condition that is more than a comparison with constants that is not known.
fn cells(table: &Table, index: usize, values: &[&Value]) -> Vec<TraceNode> {
    let Some(row) = table.rows.get(index) else { return Vec::new() };
    let written = row.cells.iter().enumerate().filter(|(_, span)| **span != row.span);
    let status = |column: usize| match (table.test(index, column), values.get(column)) {
        (None, _) => Status::True,
        (Some(test), Some(value)) => {
            if test.holds(value) {
                Status::True
            } else {
                Status::False
            }
        }
        (Some(_), None) => Status::NotEvaluated,
    };
    written.map(|(column, span)| bare(TraceKind::Condition, *span, status(column))).collect()
}
