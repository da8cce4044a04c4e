//! The constants that the rules compare with: of a decision, of the decisions that it asks, and of the rows of the tables that they look up.

use std::collections::BTreeSet;

use axtrace::compiler::Program;
use axtrace::compiler::graph::{Graph, NodeKind};
use axtrace::runtime::meta::DecisionId;
use axtrace::runtime::table::{Table, Test};
use axtrace::runtime::types::Type;
use axtrace::runtime::value::Value;

/// Constants of decisions.
const OF_RULES: usize = 400;
/// Constants of each table. Of a large one those of rows that give what is looked for come first.
const OF_A_TABLE: usize = 400;

/// The constants, each once, with their types. `wanted` says of what a row gives whether it is looked for.
pub(super) fn constants(program: &Program, id: DecisionId, wanted: impl Fn(&Value, &Type) -> bool) -> Vec<(Value, Type)> {
    let mut known = Known(Vec::new());
    let asked = asked(program, id);
    for graph in asked.iter().filter_map(|id| program.graphs.get(id.index())) {
        known.of_graph(graph);
    }
    let rules = asked.iter().flat_map(|id| &program.meta.decisions[id.index()].rules);
    let tables: BTreeSet<u32> = rules.filter_map(|rule| Some(rule.rows.as_ref()?.table)).collect();
    for table in tables.iter().filter_map(|table| program.meta.tables.get(*table as usize)) {
        known.of_table(table, &wanted);
    }
    known.0
}

/// A decision, and those that it asks, directly or not; the nearest first.
fn asked(program: &Program, id: DecisionId) -> Vec<DecisionId> {
    let (mut found, mut next) = (vec![id], 0);
    while let Some(graph) = found.get(next).and_then(|id| program.graphs.get(id.index())) {
        for node in &graph.nodes {
            if let NodeKind::Decide { decision, .. } = node.kind
                && !found.contains(&decision)
            {
                found.push(decision);
            }
        }
        next += 1;
    }
    found
}

struct Known(Vec<(Value, Type)>);

impl Known {
    fn add(&mut self, value: &Value, ty: &Type, most: usize) {
        if self.0.len() < most && !self.0.iter().any(|(known, of)| known == value && of == ty) {
            self.0.push((value.clone(), ty.clone()));
        }
    }

    fn of_graph(&mut self, graph: &Graph) {
        for node in &graph.nodes {
            if let NodeKind::Constant(value) = &node.kind {
                self.add(value, &node.ty, OF_RULES);
            }
        }
    }

    fn of_table(&mut self, table: &Table, wanted: impl Fn(&Value, &Type) -> bool) {
        let most = self.0.len() + OF_A_TABLE;
        let gives = |row: usize| table.gives.iter().any(|gives| gives.values.get(row).is_some_and(|value| wanted(value, &gives.ty)));
        let (first, rest): (Vec<usize>, Vec<usize>) = (0..table.rows.len()).partition(|row| gives(*row));
        for row in first.into_iter().chain(rest) {
            if self.0.len() >= most {
                break;
            }
            for (place, column) in table.columns.iter().enumerate() {
                table.test(row, place).into_iter().for_each(|test| self.of_test(test, &column.ty, most));
            }
        }
    }

    fn of_test(&mut self, test: &Test, ty: &Type, most: usize) {
        match test {
            Test::Boolean(_) | Test::Given => {}
            Test::Not(test) => self.of_test(test, ty, most),
            Test::All(tests) | Test::Any(tests) => tests.iter().for_each(|test| self.of_test(test, ty, most)),
            Test::OneOf { values, more } => values.iter().for_each(|value| self.add(&with_fewer_places(value, *more), ty, most)),
            Test::Between { low, high, more } => {
                low.iter().chain(high).for_each(|(value, _)| self.add(&with_fewer_places(value, *more), ty, most));
            }
        }
    }
}

/// A number without some of its last places; its neighbours are tried too.
fn with_fewer_places(value: &Value, places: u32) -> Value {
    match value {
        Value::Scalar(number) if places > 0 => Value::Scalar(number / 10i128.checked_pow(places).unwrap_or(1)),
        other => other.clone(),
    }
}
