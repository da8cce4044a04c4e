//! Proofs about tables that are looked up.
//!
//! Rows of such a table are boxes of keys, and what is true of them as a whole (gaps, conflicts, rows that never decide) is computed
//! exactly, with the headers taken as independent. A suspicion is then asked as any other: the box becomes conditions on the headers, the prover
//! says whether an input can lie in it, and one that is shown has been run. A box that no input can have is closed, and the table asked again.

mod beside;
mod conditions;
mod gaps;
mod pairs;

use std::cell::Cell;

use axtrace_runtime::meta::{Policy, ProgramMeta};
use axtrace_runtime::table::{Boxes, Row, Table};
use axtrace_runtime::types::{Type, Types};
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings, Span};

use super::finding::{ProofFinding, label};
use super::logic::FormulaId;
use super::meter::Meter;
use super::model::Model;
use super::question::Inquiry;
use super::{ROUNDS, RUNS, STEPS};
use crate::function::Function;
use crate::graph::{Graph, NodeId, NodeKind};
use crate::table::hidden;
use conditions::conditions;

pub use conditions::Header;
pub use gaps::is_closed;

/// The steps that all questions about the tables of one decision may take.
const ALL_STEPS: u64 = 4 * STEPS;
/// The steps that any question may take.
const FEWEST_STEPS: u64 = 1_000;
/// The steps that a question takes at least, and of how many nodes reading takes a step.
const ASKING: u64 = 100;
const NODES_A_STEP: u64 = 4;
/// The steps that it may take to say which rows of a table never decide, which is no more than a warning. A tariff of 100,000 rows takes a few
/// million.
const HIDDEN_STEPS: u64 = crate::table::STEPS / 4;
/// How many boxes of one table are asked about.
const MOST_BOXES: usize = 16;
/// How many findings of one kind a table gets.
const MOST_FINDINGS: usize = 24;

/// A table of a decision.
struct Lookup<'a> {
    table: &'a Table,
    boxes: Boxes,
    headers: Vec<NodeId>,
    /// The rules that stand for its rows, by place.
    rules: Vec<usize>,
    /// The condition of its group.
    when: Option<NodeId>,
    span: Span,
}

impl Lookup<'_> {
    /// The keys that a row lets through, column by column.
    fn sides(&self, row: usize) -> Vec<Vec<(i64, i64)>> {
        (0..self.boxes.columns().len()).map(|column| self.boxes.cell(row, column).to_vec()).collect()
    }

    /// Conditions that say that the headers lie in intervals of keys.
    fn conditions(&self, graph: &mut Graph, types: &Types, sides: &[Vec<(i64, i64)>]) -> Vec<NodeId> {
        let header = |(place, node): (usize, &NodeId)| Header {
            node: *node,
            column: &self.table.columns[place],
            domain: self.boxes.columns()[place],
        };
        let headers: Vec<Header<'_>> = self.headers.iter().enumerate().map(header).collect();
        conditions(graph, types, &headers, sides)
    }
}

/// What is asked about.
struct Asker<'a> {
    program: &'a ProgramMeta,
    graphs: &'a [Graph],
    graph: &'a Graph,
    meter: &'a Meter,
    /// The steps that are left for all questions about its tables.
    steps: Cell<u64>,
}

/// Whether rows of the decision are looked up.
pub fn has_tables(graph: &Graph) -> bool {
    graph.meta.rules.iter().any(|rule| rule.rows.is_some())
}

/// Proves what tables that are looked up have to do with the decision, or says why not.
pub fn check(program: &ProgramMeta, graphs: &[Graph], graph: &Graph, meter: &Meter, findings: &mut Findings) {
    let asker = Asker::new(program, graphs, graph, meter);
    let lookups = asker.lookups();
    if asker.complete(&lookups, findings)
        && let Some(otherwise) = graph.meta.rules.iter().find(|rule| rule.otherwise)
    {
        findings.push(Finding::new(ProofFinding::IdleOtherwise { decision: graph.meta.name.clone(), at: otherwise.span }));
    }
    let policy = graph.meta.policy.unwrap_or(Policy::Any);
    for lookup in &lookups {
        match policy {
            Policy::First => asker.hidden(lookup, findings),
            Policy::Any | Policy::Unique | Policy::Priority => {
                asker.ranks(lookup, policy, findings);
                asker.conflicts(lookup, policy, findings);
                asker.beside(lookup, policy, findings);
            }
            _ => {}
        }
    }
    if lookups.len() > 1 && matches!(policy, Policy::Any | Policy::Unique | Policy::Priority) {
        asker.several(&lookups, policy, findings);
    }
}

impl<'a> Asker<'a> {
    const fn new(program: &'a ProgramMeta, graphs: &'a [Graph], graph: &'a Graph, meter: &'a Meter) -> Self {
        Self { program, graphs, graph, meter, steps: Cell::new(ALL_STEPS) }
    }

    /// Whether another question may be asked.
    fn may_go_on(&self) -> bool {
        self.steps.get() > 0
    }

    fn lookups(&self) -> Vec<Lookup<'a>> {
        let mut found: Vec<(u32, Lookup<'a>)> = Vec::new();
        for (place, rule) in self.graph.meta.rules.iter().enumerate() {
            let Some(number) = rule.rows.as_ref().map(|rows| rows.table) else { continue };
            if let Some((_, known)) = found.iter_mut().find(|(other, _)| *other == number) {
                known.rules.push(place);
                continue;
            }
            let Some(table) = self.program.tables.get(number as usize) else { continue };
            let Ok(boxes) = table.boxes(&self.program.types) else { continue };
            let group = self.graph.rules().get(place).and_then(|rule| rule.group);
            let when = group.and_then(|group| self.graph.groups.get(group)?.when);
            let lookup = Lookup { table, boxes, headers: self.headers(number), rules: vec![place], when, span: rule.span };
            found.push((number, lookup));
        }
        found.into_iter().map(|(_, lookup)| lookup).collect()
    }

    fn headers(&self, number: u32) -> Vec<NodeId> {
        let calls = self.graph.nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Call(Function::Row | Function::Rows, operands) => Some(operands),
            _ => None,
        });
        let of_table = |operands: &&Vec<NodeId>| match operands.first().map(|first| &self.graph.node(*first).kind) {
            Some(NodeKind::Constant(Value::Scalar(place))) => *place == i128::from(number),
            _ => false,
        };
        calls.into_iter().find(of_table).map(|operands| operands[1..].to_vec()).unwrap_or_default()
    }

    /// Asks a question: what is known, all of `nodes`, and what `more` says.
    fn ask<T>(&self, graph: &Graph, work: impl FnOnce(&mut Inquiry<'_>, Vec<FormulaId>) -> T) -> T {
        let model = Model::read(graph, &self.program.types);
        let (program, graphs, decision, meter) = (self.program, self.graphs, self.graph.id, self.meter);
        let steps = self.steps.get().clamp(FEWEST_STEPS, STEPS);
        let mut inquiry = Inquiry { program, graphs, decision, model, steps, rounds: ROUNDS, runs: RUNS, meter };
        let always = graph.always.iter().map(|node| inquiry.model.condition(*node)).collect();
        let result = work(&mut inquiry, always);
        let spent = steps.saturating_sub(inquiry.steps).max(ASKING + graph.nodes.len() as u64 / NODES_A_STEP);
        self.steps.set(self.steps.get().saturating_sub(spent));
        result
    }

    fn too_many(&self, lookup: &Lookup<'_>, what: &str) -> Finding {
        let finding = Finding::new(ProofFinding::Undecided {
            what: what.to_owned(),
            at: lookup.span,
            says: "more cases than a proof may look at".to_owned(),
            others: Vec::new(),
            help: "add `otherwise …`, or divide the table".to_owned(),
        });
        finding.note("why", "the cells of this table overlap in too many ways")
    }

    /// Under `priority`: rows that give what has no rank, or may.
    fn ranks(&self, lookup: &Lookup<'_>, policy: Policy, findings: &mut Findings) {
        if policy != Policy::Priority {
            return;
        }
        for (place, row) in lookup.table.rows.iter().enumerate() {
            let (rule, outcome) = (&self.graph.meta.rules[row.rule.index()], &self.graph.rules()[row.rule.index()].outcome);
            let value = outcome.value.filter(|_| !rule.refers).and_then(|value| self.constant_of(lookup, place, value));
            let has_rank = |value: Option<&Value>| self.graph.meta.rank(outcome.tag, value).is_some();
            // What is computed may be any value there is.
            let sound = if rule.refers || value.is_some() {
                has_rank(value.as_ref())
            } else {
                self.all_outcomes().iter().all(|value| has_rank(Some(value)))
            };
            if !sound {
                let what = if rule.refers { "a referral".to_owned() } else { "this".to_owned() };
                let says = "has no rank".to_owned();
                findings.push(Finding::new(ProofFinding::NoRank { rule: row.name.to_string(), what, at: row.span, says }));
                return;
            }
        }
    }

    /// All values that an outcome with ranks can have.
    fn all_outcomes(&self) -> Vec<Value> {
        match self.graph.meta.gives.required() {
            Type::Enum(id) => (0..self.program.types.enum_type(*id).values.len()).map(|place| Value::Enum(place as u16)).collect(),
            _ => vec![Value::Boolean(false), Value::Boolean(true)],
        }
    }

    /// Rows that never decide, because earlier ones apply wherever they would.
    fn hidden(&self, lookup: &Lookup<'_>, findings: &mut Findings) {
        let found = hidden(&lookup.boxes, HIDDEN_STEPS);
        if let Some(first) = found.unknown.first() {
            let rows = match found.unknown.len() {
                1 => format!("`{}`", lookup.table.rows[*first as usize].name),
                count => format!("{count} rows"),
            };
            let (at, says) = (lookup.table.rows[*first as usize].span, "too many earlier rows overlap it in too many ways");
            findings.push(Finding::new(ProofFinding::UnknownRows { rows, at, says }));
        }
        for it in found.rows.into_iter().take(MOST_FINDINGS) {
            let row = &lookup.table.rows[it.row as usize];
            let by: Vec<&Row> = it.by.iter().map(|row| &lookup.table.rows[*row as usize]).collect();
            let names = by.iter().take(3).map(|row| format!("`{}`", row.name)).collect::<Vec<_>>();
            let more = by.len().saturating_sub(names.len());
            let says = match (names.as_slice(), more) {
                ([], _) => "a cell of it lets nothing through".to_owned(),
                ([only], 0) => format!("{only} applies wherever it would"),
                (names, 0) => format!("{} apply wherever it would", names.join(", ")),
                (names, more) => format!("{} and {more} more apply wherever it would", names.join(", ")),
            };
            let others = by.iter().take(3).map(|row| label(row.span, "comes first")).collect();
            findings.push(Finding::new(ProofFinding::HiddenRow { row: row.name.to_string(), at: row.span, says, others }));
        }
    }
}
