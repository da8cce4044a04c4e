//! Rows that apply together, and must not: of one table, and of two.
//!
//! Boxes say which pairs of rows have a point in common, exactly if headers were independent. Each such pair is then asked of the prover, which
//! knows more of the headers, in the order of the rows; once some have been shown the others are left. Where more pairs have points in common than may be
//! asked about and none was shown, that is told.

use std::collections::{HashMap, HashSet};

use axtrace_runtime::meta::Policy;
use axtrace_runtime::table::{Boxes, Column, Row, boxes_of};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings, Span};

use super::conditions::push;
use super::{Asker, Lookup, MOST_FINDINGS};
use crate::expand::finish;
use crate::function::Function;
use crate::graph::{Body, Graph, NodeId, NodeKind};
use crate::interpret::FaultKind;
use crate::prove::finding::{ProofFinding, label};
use crate::prove::model::{Meaning, Model};
use crate::prove::question::Answer;
use crate::prove::words::Words;
use crate::prove::{obstacles, reason, with_input};
use crate::table::{STEPS, conflicts};
use crate::types::words::same_shape;

/// How many pairs of rows are looked for, the first time and each time that none of those found can happen.
const ROUNDS_OF_PAIRS: [usize; 2] = [MOST_FINDINGS, 16 * MOST_FINDINGS];

/// A row, or a rule by its place.
#[derive(Clone, Copy)]
pub(super) enum Side<'r> {
    Row(&'r Row),
    Rule(usize),
}

/// What a row decides: rows of one number decide the same.
#[derive(PartialEq, Eq, Hash)]
enum Says<'a> {
    Constant(Value),
    Written(&'a str),
    Itself(usize, usize),
}

/// Rows that are asked about together, of one table or of two.
struct Joined<'j, 'a> {
    /// All of them in one space.
    boxes: Boxes,
    /// The tables, and where the rows of each begin.
    tables: Vec<(&'j Lookup<'a>, usize)>,
    /// By row: what it decides; empty where no two rows may apply.
    class: Vec<u32>,
    /// By row: its table.
    side: Vec<u32>,
}

impl<'j, 'a> Joined<'j, 'a> {
    fn row(&self, row: u32) -> (&'j Lookup<'a>, usize) {
        let (lookup, start) = self.tables[self.side.get(row as usize).map_or(0, |side| *side as usize)];
        (lookup, row as usize - start)
    }
}

impl<'a> Asker<'a> {
    /// Pairs of rows of one table.
    pub(super) fn conflicts(&self, lookup: &Lookup<'a>, policy: Policy, findings: &mut Findings) {
        let class = if policy == Policy::Unique { Vec::new() } else { lookup.table.rows.iter().map(|row| row.says).collect() };
        let joined = Joined { boxes: lookup.boxes.clone(), tables: vec![(lookup, 0)], class, side: Vec::new() };
        self.ask_pairs(joined, policy, findings);
    }

    /// Pairs of a row of one table and a row of another, of which neither overrides the other.
    pub(super) fn several(&self, lookups: &[Lookup<'a>], policy: Policy, findings: &mut Findings) {
        for (place, other) in lookups.iter().enumerate() {
            for one in &lookups[..place] {
                let settled = self.overrides(one.rules[0], other.rules[0]) || self.overrides(other.rules[0], one.rules[0]);
                if findings.len() > MOST_FINDINGS || settled || self.exclude_each_other(one, other) {
                    continue;
                }
                match self.joined(one, other, policy) {
                    Some(joined) => self.ask_pairs(joined, policy, findings),
                    None => findings.push(self.too_many(other, "rows of two tables decide differently")),
                }
            }
        }
    }

    /// Whether it is proved that what the groups of two tables ask is never true of one input.
    fn exclude_each_other(&self, one: &Lookup<'a>, other: &Lookup<'a>) -> bool {
        let (Some(first), Some(second)) = (one.when, other.when) else { return false };
        self.ask(self.graph, |inquiry, mut wishes| {
            wishes.extend([first, second].map(|node| inquiry.model.condition(node)));
            inquiry.is_impossible(&wishes)
        })
    }

    /// Whether one rule overrides another.
    pub(super) fn overrides(&self, one: usize, other: usize) -> bool {
        self.graph.meta.rules[one].overrides.iter().any(|rule| rule.index() == other)
    }

    /// The rows of two tables in one space, in which headers with the same value are one column.
    fn joined<'j>(&self, one: &'j Lookup<'a>, other: &'j Lookup<'a>, policy: Policy) -> Option<Joined<'j, 'a>> {
        let model = Model::read(self.graph, &self.program.types);
        let meaning = |node: &NodeId| model.meanings.get(node.index()).copied();
        let mut columns: Vec<Column> = one.table.columns.clone();
        // Where each column of the other table has gone, and how many tests stood there before.
        let mut gone: Vec<(usize, u32)> = Vec::with_capacity(other.table.columns.len());
        for (column, header) in other.table.columns.iter().zip(&other.headers) {
            let same = |place: &usize| {
                let is = meaning(&one.headers[*place]).zip(meaning(header)).is_some_and(|(one, other): (Meaning, Meaning)| one == other);
                is && same_bounds(&one.table.columns[*place].ty, &column.ty)
            };
            match (0..one.headers.len()).find(same) {
                Some(place) => {
                    let before = columns[place].tests.len() as u32;
                    let tests = [columns[place].tests.as_slice(), &column.tests].concat();
                    columns[place] = Column::new(columns[place].ty.clone(), tests);
                    gone.push((place, before));
                }
                None => {
                    gone.push((columns.len(), 0));
                    columns.push(column.clone());
                }
            }
        }
        let (width, first, second) = (columns.len(), one.table.rows.len(), other.table.rows.len());
        let mut cells = vec![0; width.checked_mul(first.checked_add(second)?)?];
        for row in 0..first {
            cells[row * width..][..one.table.columns.len()].copy_from_slice(one.table.row(row));
        }
        for row in 0..second {
            for (cell, (place, before)) in other.table.row(row).iter().zip(&gone) {
                cells[(first + row) * width + place] = if *cell == 0 { 0 } else { cell + before };
            }
        }
        let boxes = boxes_of(&columns, &cells, first + second, &self.program.types).ok()?;
        let class = if policy == Policy::Unique { Vec::new() } else { self.says(&[one, other]) };
        let side = vec![0; first].into_iter().chain(vec![1; second]).collect();
        Some(Joined { boxes, tables: vec![(one, 0), (other, first)], class, side })
    }

    /// For each row of tables a number that those share that decide the same.
    fn says(&self, lookups: &[&Lookup<'a>]) -> Vec<u32> {
        let mut known: HashMap<Says<'_>, u32> = HashMap::new();
        let mut class = Vec::new();
        for (table, lookup) in lookups.iter().enumerate() {
            for row in 0..lookup.table.rows.len() {
                let outcome = &self.graph.rules()[lookup.table.rows[row].rule.index()].outcome;
                let written = self.program.sources.text(outcome.span);
                let constant = outcome.value.filter(|_| outcome.tag == 0).and_then(|value| self.constant_of(lookup, row, value));
                let says = match constant {
                    Some(value) => Says::Constant(value),
                    None if written.contains("this_rule") => Says::Itself(table, row),
                    None => Says::Written(written),
                };
                let next = known.len() as u32;
                class.push(*known.entry(says).or_insert(next));
            }
        }
        class
    }

    /// The constant that a row gives, if it gives one that is looked up.
    pub(super) fn constant_of(&self, lookup: &Lookup<'_>, row: usize, value: NodeId) -> Option<Value> {
        match &self.graph.node(value).kind {
            NodeKind::Constant(value) => Some(value.clone()),
            NodeKind::MakeRecord(parts) => {
                let parts: Option<Vec<Value>> = parts.iter().map(|part| self.constant_of(lookup, row, *part)).collect();
                Some(Value::Record(parts?.into()))
            }
            NodeKind::Call(Function::Cell, operands) => {
                let column = match &self.graph.node(*operands.get(1)?).kind {
                    NodeKind::Constant(column) => usize::try_from(column.number()?).ok()?,
                    _ => return None,
                };
                lookup.table.gives.get(column)?.values.get(row).cloned()
            }
            _ => None,
        }
    }

    /// Asks of pairs of rows that have a point in common, until some are shown or all are excluded.
    fn ask_pairs(&self, mut joined: Joined<'_, 'a>, policy: Policy, findings: &mut Findings) {
        if policy == Policy::Priority {
            // Values have ranks, and only referrals may differ.
            joined.boxes = self.only_referring(&joined);
        }
        let mut asked: HashSet<(u32, u32)> = HashSet::new();
        for limit in ROUNDS_OF_PAIRS {
            let found = conflicts(&joined.boxes, &joined.class, &joined.side, limit, STEPS);
            let mut told = 0;
            for pair in found.pairs.iter().filter(|pair| !asked.contains(*pair)) {
                if told < MOST_FINDINGS && (told > 0 || self.may_go_on()) {
                    told += usize::from(self.pair(&joined, *pair, policy, findings));
                } else if told == 0 {
                    return findings.push(self.not_asked(&joined, *pair, policy));
                }
            }
            if told > 0 {
                return;
            }
            let (one, _) = joined.tables[0];
            if found.unknown {
                return findings.push(self.too_many(one, "two rows decide differently"));
            }
            match found.pairs.last() {
                Some(_) if found.more => asked.extend(found.pairs),
                _ => return,
            }
        }
        if let Some(pair) = asked.iter().max() {
            findings.push(self.not_asked(&joined, *pair, policy));
        }
    }

    /// The boxes, those of rows that give a value emptied.
    fn only_referring(&self, joined: &Joined<'_, 'a>) -> Boxes {
        use axtrace_runtime::table::Cell;
        let mut boxes = Boxes::new(joined.boxes.columns().to_vec());
        for number in 0..joined.boxes.rows() {
            let (lookup, row) = joined.row(number as u32);
            let refers = self.graph.meta.rules[lookup.table.rows[row].rule.index()].refers;
            let cell = |column| Cell::In(if refers { joined.boxes.cell(number, column) } else { &[] });
            let cells: Vec<Cell<'_>> = (0..boxes.columns().len()).map(cell).collect();
            boxes.push(&cells);
        }
        boxes
    }

    /// Asks of two rows; whether something was said.
    fn pair(&self, joined: &Joined<'_, 'a>, (first, second): (u32, u32), policy: Policy, findings: &mut Findings) -> bool {
        let mut graph = self.graph.clone();
        let mut conditions = Vec::new();
        let rows = [joined.row(first), joined.row(second)];
        for (lookup, row) in rows {
            conditions.extend(lookup.conditions(&mut graph, &self.program.types, &lookup.sides(row)));
            conditions.extend(lookup.when);
        }
        let sides = rows.map(|(lookup, row)| Side::Row(&lookup.table.rows[row]));
        self.together(&graph, conditions, sides, policy, findings)
    }

    /// The finding about a pair that was not asked about any more.
    fn not_asked(&self, joined: &Joined<'_, 'a>, (first, second): (u32, u32), policy: Policy) -> Finding {
        let rows = [first, second].map(|row| {
            let (lookup, row) = joined.row(row);
            Side::Row(&lookup.table.rows[row])
        });
        self.undecided(rows, policy, Vec::new()).note("why", "more rows have cases in common than a proof may look at")
    }

    /// Asks whether conditions hold together where nothing overrides; says so where they do, and whether something was said.
    pub(super) fn together(
        &self,
        graph: &Graph,
        conditions: Vec<NodeId>,
        sides: [Side<'_>; 2],
        policy: Policy,
        findings: &mut Findings,
    ) -> bool {
        let own = sides.map(|side| self.rule_of(side));
        let overriders: Vec<usize> = (0..self.graph.rules().len())
            .filter(|rule| self.graph.meta.rules[*rule].rows.is_none() && own.iter().any(|own| self.overrides(*rule, *own)))
            .collect();
        let mut probe = graph.clone();
        let whole = match conditions.as_slice() {
            [] => push(&mut probe, NodeKind::Constant(Value::Boolean(true)), Type::Boolean, self.graph.meta.span),
            [only] => *only,
            _ => push(&mut probe, NodeKind::And(conditions.clone()), Type::Boolean, self.graph.meta.span),
        };
        let probes = self.probing(probe, whole);
        // Of rows of one table that no two of may apply, only the first is looked for, so that no fault tells of the second.
        let silent = policy == Policy::Unique && matches!(sides, [Side::Row(_), Side::Row(_)]);
        let (program, meter, decision) = (self.program, self.meter, self.graph.id);
        let mut holds = |input: &[Value]| {
            let fault = meter.decide(program, self.graphs, decision, input).err();
            let conflict = fault.as_ref().is_some_and(|it| it.decision == decision && matches!(it.kind, FaultKind::Conflict { .. }));
            let sound = fault.is_none_or(|fault| fault.decision == decision);
            let both = || meter.decide(program, &probes, decision, input).is_ok_and(|run| run.outcome.value == Some(Value::Boolean(true)));
            (conflict || silent && sound) && both()
        };
        self.ask(graph, |inquiry, mut wishes| {
            wishes.extend(conditions.iter().map(|node| inquiry.model.condition(*node)));
            for side in sides {
                if let Side::Rule(place) = side {
                    wishes.push(inquiry.model.rule_condition(&graph.rules()[place]));
                }
            }
            for place in &overriders {
                let condition = inquiry.model.rule_condition(&graph.rules()[*place]);
                wishes.push(inquiry.model.logic.not(condition));
            }
            match inquiry.can_happen(&wishes, &mut holds) {
                Answer::Never => false,
                Answer::Shown(input, region) => {
                    let words = Words { program: inquiry.program, model: &inquiry.model };
                    let finding = Finding::new(self.told(sides, policy));
                    let finding = match words.region(&region) {
                        Some(when) => finding.note("when", when),
                        None => finding,
                    };
                    findings.push(with_input(finding, &words, &input));
                    true
                }
                Answer::Unknown(region) => {
                    let finding = self.undecided(sides, policy, obstacles(inquiry, region.as_ref()));
                    findings.push(reason(finding, inquiry, region.as_ref()));
                    true
                }
            }
        })
    }

    /// The finding about two of which it is neither shown nor excluded that they must not apply together and do.
    pub(super) fn undecided(&self, sides: [Side<'_>; 2], policy: Policy, mut others: Vec<miette::LabeledSpan>) -> Finding {
        let [(one, at, _), (other, beside, _)] = sides.map(|side| self.side(side));
        let verb = if policy == Policy::Unique { "apply together" } else { "decide differently" };
        others.push(label(beside, "and this another"));
        Finding::new(ProofFinding::Undecided {
            what: format!("`{one}` and `{other}` {verb}"),
            at,
            says: "may decide one thing".to_owned(),
            others,
            help: advice(sides).to_owned(),
        })
    }

    fn told(&self, sides: [Side<'_>; 2], policy: Policy) -> ProofFinding {
        let [(one, at, _), (other, beside, _)] = sides.map(|side| self.side(side));
        let help = advice(sides).to_owned();
        match policy {
            Policy::Unique => ProofFinding::Together {
                what: format!("`{one}` and `{other}` can apply together"),
                at,
                others: vec![label(beside, "applies too")],
                help,
            },
            _ => ProofFinding::Conflict {
                what: format!("`{one}` and `{other}` decide differently, and neither overrides the other"),
                at,
                says: "decides one thing".to_owned(),
                others: vec![label(beside, "decides another")],
                help,
            },
        }
    }

    /// The rule that a row or rule is.
    fn rule_of(&self, side: Side<'_>) -> usize {
        match side {
            Side::Row(row) => row.rule.index(),
            Side::Rule(place) => place,
        }
    }

    /// The name of a row or rule, and where it stands.
    fn side(&self, side: Side<'_>) -> (String, Span, Span) {
        match side {
            Side::Row(row) => (row.name.to_string(), row.span, row.head),
            Side::Rule(place) => {
                let rule = &self.graph.meta.rules[place];
                (rule.name.clone(), rule.span, rule.span)
            }
        }
    }

    /// The graphs of the program, in which the decision is one condition.
    fn probing(&self, mut probe: Graph, whole: NodeId) -> Vec<Graph> {
        probe.body = Body::Expression(whole);
        (probe.meta.policy, probe.meta.gives) = (None, Type::Boolean);
        probe.meta.rules.clear();
        finish(&mut probe, &mut self.program.templates.clone(), &self.program.types);
        let mut graphs = self.graphs.to_vec();
        let place = graphs.iter().position(|graph| graph.id == probe.id);
        if let Some(place) = place {
            graphs[place] = probe;
        }
        graphs
    }
}

/// What to write where two must not apply together.
fn advice(sides: [Side<'_>; 2]) -> &'static str {
    match sides {
        [Side::Row(_), Side::Row(_)] => "change one of the two, or write `hit first`, under which the first row counts",
        _ => "change one of the two, or say which wins: put the table or the rule into a group and use `overrides`",
    }
}

/// Whether two types have the same keys for the same values.
fn same_bounds(one: &Type, other: &Type) -> bool {
    let bounds = |ty: &Type| ty.required().scalar().map(|scalar| (scalar.lo, scalar.hi, scalar.kind.scale()));
    same_shape(one, other) && one.is_optional() == other.is_optional() && bounds(one) == bounds(other)
}
