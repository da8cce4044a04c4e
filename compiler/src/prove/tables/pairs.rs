//! Rows that apply together, and rows that apply together with rules.

use axtrace_runtime::meta::Policy;
use axtrace_runtime::table::{Boxes, Cell, Row, both};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings, Span};

use super::conditions::push;
use super::{Asker, Lookup, MOST_FINDINGS};
use crate::expand::finish;
use crate::graph::{Body, Graph, NodeId, NodeKind};
use crate::prove::finding::{ProofFinding, label};
use crate::prove::question::{Answer, Inquiry};
use crate::prove::words::Words;
use crate::prove::{obstacles, reason, with_input};
use crate::table::conflicts;

/// How many rows are compared with a rule that stands beside their table.
const MOST_BESIDE: usize = 2_000;

impl Asker<'_> {
    /// Pairs of rows that apply together and must not.
    pub(super) fn conflicts(&self, lookup: &Lookup<'_>, policy: Policy, findings: &mut Findings) {
        let class: Vec<u32> = if policy == Policy::Unique { Vec::new() } else { lookup.table.rows.iter().map(|row| row.says).collect() };
        // Under `priority` values have ranks, and only referrals may differ.
        let referring = (policy == Policy::Priority).then(|| self.referring(lookup));
        let found = conflicts(referring.as_ref().unwrap_or(&lookup.boxes), &class, MOST_FINDINGS, crate::table::STEPS);
        if found.unknown {
            findings.push(self.too_many(lookup, "two rows decide differently"));
        }
        for (first, second) in found.pairs {
            let (first, second) = (first as usize, second as usize);
            let common: Vec<Vec<(i64, i64)>> = (0..lookup.boxes.columns().len())
                .map(|column| both(lookup.boxes.cell(first, column), lookup.boxes.cell(second, column)))
                .collect();
            let mut graph = self.graph.clone();
            let mut conditions = lookup.conditions(&mut graph, &self.program.types, &common);
            conditions.extend(lookup.when);
            let rows = [&lookup.table.rows[first], &lookup.table.rows[second]];
            self.together(&graph, conditions, lookup.rules.first().copied(), rows.map(Side::Row), policy, findings);
        }
    }

    /// The boxes, those of rows that give a value emptied.
    fn referring(&self, lookup: &Lookup<'_>) -> Boxes {
        let mut boxes = Boxes::new(lookup.boxes.columns().to_vec());
        let width = lookup.boxes.columns().len();
        for (place, row) in lookup.table.rows.iter().enumerate() {
            let refers = self.graph.meta.rules[row.rule.index()].refers;
            let cells: Vec<Cell<'_>> =
                (0..width).map(|column| Cell::In(if refers { lookup.boxes.cell(place, column) } else { &[] })).collect();
            boxes.push(&cells);
        }
        boxes
    }

    /// Rows that apply together with rules that stand beside their table.
    pub(super) fn beside(&self, lookup: &Lookup<'_>, policy: Policy, findings: &mut Findings) {
        let rules = &self.graph.meta.rules;
        let related = |one: usize, other: usize| rules[one].overrides.iter().any(|rule| rule.index() == other);
        for (place, (rule, meta)) in self.graph.rules().iter().zip(rules).enumerate() {
            let settled = lookup.rules.iter().any(|row| related(place, *row) || related(*row, place));
            if meta.otherwise || meta.shadow || meta.rows.is_some() || settled || findings.len() > MOST_FINDINGS {
                continue;
            }
            let says = rule.outcome.value.and_then(|value| match &self.graph.node(value).kind {
                NodeKind::Constant(value) if rule.outcome.tag == 0 => Some(value),
                _ => None,
            });
            let differs = |row: usize| {
                let it = &lookup.table.rows[row];
                let row_refers = rules[it.rule.index()].refers;
                match policy {
                    Policy::Unique => true,
                    Policy::Priority => row_refers && meta.refers,
                    // What is constant is the last of the columns that rows give, unless it is a record.
                    _ => row_refers || says.is_none() || lookup.table.gives.last().is_none_or(|gives| Some(&gives.values[row]) != says),
                }
            };
            let rows: Vec<usize> = (0..lookup.table.rows.len()).filter(|row| differs(*row)).collect();
            if rows.len() > MOST_BESIDE {
                let mut finding = self.too_many(lookup, &format!("`{}` and a row of the table decide differently", meta.name));
                finding = finding.note("try", "say which wins: put the table or the rule into a group and use `overrides`");
                findings.push(finding);
                continue;
            }
            self.beside_rows(lookup, place, &rows, policy, findings);
        }
    }

    fn beside_rows(&self, lookup: &Lookup<'_>, place: usize, rows: &[usize], policy: Policy, findings: &mut Findings) {
        let mut graph = self.graph.clone();
        let mut asked = Vec::with_capacity(rows.len());
        for row in rows {
            let cells: Vec<Vec<(i64, i64)>> =
                (0..lookup.boxes.columns().len()).map(|column| lookup.boxes.cell(*row, column).to_vec()).collect();
            asked.push(lookup.conditions(&mut graph, &self.program.types, &cells));
        }
        let suspects: Vec<usize> = self.ask(&graph, |inquiry, always| {
            let rule = inquiry.model.rule_condition(&graph.rules()[place]);
            let may = |conditions: &Vec<NodeId>, inquiry: &mut Inquiry<'_>| {
                let mut wishes = always.clone();
                wishes.push(rule);
                wishes.extend(conditions.iter().chain(&lookup.when).map(|node| inquiry.model.condition(*node)));
                inquiry.steps = inquiry.steps.max(1_000);
                !inquiry.is_impossible(&wishes)
            };
            (0..rows.len()).filter(|row| may(&asked[*row], inquiry)).collect()
        });
        for suspect in suspects.into_iter().take(4) {
            let mut conditions = asked[suspect].clone();
            conditions.extend(lookup.when);
            let rule = &graph.rules()[place];
            conditions.extend(rule.when);
            conditions.extend(rule.group.and_then(|group| graph.groups[group].when));
            let sides = [Side::Row(&lookup.table.rows[rows[suspect]]), Side::Rule(place)];
            if self.together(&graph, conditions, Some(place), sides, policy, findings) {
                return;
            }
        }
    }

    /// Whether rows of two tables apply together is not looked into.
    pub(super) fn several(&self, lookups: &[Lookup<'_>], findings: &mut Findings) {
        let rules = &self.graph.meta.rules;
        for (place, one) in lookups.iter().enumerate() {
            for other in &lookups[..place] {
                let (a, b) = (one.rules[0], other.rules[0]);
                let overrides = |one: usize, other: usize| rules[one].overrides.iter().any(|rule| rule.index() == other);
                if !overrides(a, b) && !overrides(b, a) {
                    findings.push(self.too_many(one, "rows of two tables decide differently"));
                }
            }
        }
    }

    /// Asks whether conditions hold together where nothing overrides; says so where they do, and whether something was said.
    fn together(
        &self,
        graph: &Graph,
        conditions: Vec<NodeId>,
        of: Option<usize>,
        sides: [Side<'_>; 2],
        policy: Policy,
        findings: &mut Findings,
    ) -> bool {
        let overriders: Vec<usize> = self
            .graph
            .meta
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| of.is_some_and(|of| rule.overrides.iter().any(|other| other.index() == of)) && rule.rows.is_none())
            .map(|(place, _)| place)
            .collect();
        let mut probe = graph.clone();
        let whole = match conditions.as_slice() {
            [] => push(&mut probe, NodeKind::Constant(Value::Boolean(true)), Type::Boolean, self.graph.meta.span),
            [only] => *only,
            _ => push(&mut probe, NodeKind::And(conditions.clone()), Type::Boolean, self.graph.meta.span),
        };
        let probes = self.probing(probe, whole);
        let (program, meter, decision) = (self.program, self.meter, self.graph.id);
        let mut holds = |input: &[Value]| {
            let sound = meter.decide(program, self.graphs, decision, input);
            let inside = !sound.is_err_and(|fault| fault.decision != decision);
            inside && meter.decide(program, &probes, decision, input).is_ok_and(|run| run.outcome.value == Some(Value::Boolean(true)))
        };
        self.ask(graph, |inquiry, mut wishes| {
            wishes.extend(conditions.iter().map(|node| inquiry.model.condition(*node)));
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
                    let [(one, at, _), (other, beside, _)] = sides.map(|side| self.side(side));
                    let verb = if policy == Policy::Unique { "apply together" } else { "decide differently" };
                    let mut others = obstacles(inquiry, region.as_ref());
                    others.push(label(beside, "and this another"));
                    let finding = Finding::new(ProofFinding::Undecided {
                        what: format!("`{one}` and `{other}` {verb}"),
                        at,
                        says: "may decide one thing".to_owned(),
                        others,
                        help: "change one of the two, or write `hit first`, under which the first row counts".to_owned(),
                    });
                    findings.push(reason(finding, inquiry, region.as_ref()));
                    true
                }
            }
        })
    }

    fn told(&self, sides: [Side<'_>; 2], policy: Policy) -> ProofFinding {
        let [(one, at, _), (other, beside, _)] = sides.map(|side| self.side(side));
        let help = "change one of the two, or write `hit first`, under which the first row counts".to_owned();
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

/// A row, or a rule by its place.
#[derive(Clone, Copy)]
enum Side<'r> {
    Row(&'r Row),
    Rule(usize),
}
