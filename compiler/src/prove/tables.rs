//! Proofs about tables that are looked up.
//!
//! Rows of such a table are boxes of keys, and what is true of them as a whole (gaps, conflicts, rows that never decide) is computed
//! exactly, with the headers taken as independent. A suspicion is then asked as any other: the box becomes conditions on the headers, the prover
//! says whether an input can lie in it, and one that is shown has been run. A box that no input can have is closed, and the table asked again.

use axtrace_runtime::meta::{Policy, ProgramMeta};
use axtrace_runtime::table::{Boxes, Cell, Column, Row, Table, both};
use axtrace_runtime::types::{Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings, Span};

use super::finding::{ProofFinding, label};
use super::logic::FormulaId;
use super::meter::Meter;
use super::model::Model;
use super::question::{Answer, Inquiry};
use super::words::Words;
use super::{ROUNDS, RUNS, STEPS, must_be_complete, obstacles, possible_gap, reason, with_input};
use crate::expand::finish;
use crate::function::Function;
use crate::graph::{Body, Comparison, Graph, Node, NodeId, NodeKind};
use crate::interpret::FaultKind;
use crate::table::{Coverage, conflicts, gap, hidden};

/// How many boxes of one table are asked about.
const MOST_BOXES: usize = 16;
/// How many findings of one kind a table gets.
const MOST_FINDINGS: usize = 24;
/// How many rows are compared with a rule that stands beside their table.
const MOST_BESIDE: usize = 2_000;
/// How many intervals of texts or sets a condition is made of.
const MOST_PARTS: usize = 64;

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

/// What is asked about.
struct Asker<'a> {
    program: &'a ProgramMeta,
    graphs: &'a [Graph],
    graph: &'a Graph,
    meter: &'a Meter,
}

/// Whether rows of the decision are looked up.
pub fn has_tables(graph: &Graph) -> bool {
    graph.meta.rules.iter().any(|rule| rule.rows.is_some())
}

/// Proves what tables that are looked up have to do with the decision, or says why not.
pub fn check(program: &ProgramMeta, graphs: &[Graph], graph: &Graph, meter: &Meter, findings: &mut Findings) {
    let asker = Asker { program, graphs, graph, meter };
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
        asker.several(&lookups, findings);
    }
}

impl<'a> Asker<'a> {
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
        let mut inquiry = Inquiry { program, graphs, decision, model, steps: STEPS, rounds: ROUNDS, runs: RUNS, meter };
        let always = graph.always.iter().map(|node| inquiry.model.condition(*node)).collect();
        work(&mut inquiry, always)
    }

    // Gaps

    /// Whether some row or rule decides every input, as far as that is proved. Where some must and none does, that is told.
    fn complete(&self, lookups: &[Lookup<'_>], findings: &mut Findings) -> bool {
        let needed = must_be_complete(&self.graph.meta) && !self.graph.meta.rules.iter().any(|rule| rule.otherwise);
        let otherwise = self.graph.meta.rules.iter().any(|rule| rule.otherwise);
        if !needed && !otherwise {
            return false;
        }
        // One table that covers everything is enough.
        let mut problem = None;
        for lookup in lookups {
            match self.gap(lookup, needed) {
                Ok(()) => return true,
                Err(finding) => problem = problem.or(finding),
            }
        }
        if needed {
            problem.into_iter().for_each(|finding| findings.push(finding));
        }
        false
    }

    /// Nothing where a table leaves no gap beside the rules.
    fn gap(&self, lookup: &Lookup<'_>, told: bool) -> Result<(), Option<Finding>> {
        if let Some(when) = lookup.when {
            self.outside(lookup, when, told)?;
        }
        let mut boxes = lookup.boxes.clone();
        let prefer = vec![0; boxes.columns().len()];
        for _ in 0..MOST_BOXES {
            let found = match gap(&boxes, &prefer, crate::table::STEPS) {
                Coverage::Complete(_) => return Ok(()),
                Coverage::Unknown => return Err(told.then(|| self.too_many(lookup, "no row decides for some input"))),
                Coverage::Gap(gap) => gap,
            };
            let mut graph = self.graph.clone();
            let around: Vec<Vec<(i64, i64)>> = found.around.iter().map(|side| vec![*side]).collect();
            let conditions = self.conditions(&mut graph, lookup, &around);
            match self.open(&graph, conditions, told) {
                Ok(()) => {
                    let cells: Vec<Cell<'_>> = around.iter().map(|side| Cell::In(side)).collect();
                    boxes.push(&cells);
                }
                Err(finding) => return Err(finding),
            }
        }
        Err(told.then(|| self.too_many(lookup, "no row decides for some input")))
    }

    /// Whether the rules decide wherever the group of a table does not hold.
    fn outside(&self, lookup: &Lookup<'_>, when: NodeId, told: bool) -> Result<(), Option<Finding>> {
        let mut graph = self.graph.clone();
        let not = push(&mut graph, NodeKind::Not(when), Type::Boolean, lookup.span);
        self.open(&graph, vec![not], told)
    }

    /// Nothing where no input that satisfies conditions is left to no rule; a finding otherwise, if it is wanted.
    fn open(&self, graph: &Graph, conditions: Vec<NodeId>, told: bool) -> Result<(), Option<Finding>> {
        self.ask(graph, |inquiry, mut wishes| {
            wishes.extend(conditions.iter().map(|node| inquiry.model.condition(*node)));
            for (rule, meta) in graph.rules().iter().zip(&graph.meta.rules) {
                if !meta.otherwise && !meta.shadow && meta.rows.is_none() {
                    let condition = inquiry.model.rule_condition(rule);
                    wishes.push(inquiry.model.logic.not(condition));
                }
            }
            if !told {
                return if inquiry.is_impossible(&wishes) { Ok(()) } else { Err(None) };
            }
            let (program, graphs, decision, meter) = (self.program, self.graphs, self.graph.id, self.meter);
            let mut nobody_decides = |input: &[Value]| {
                let fault = meter.decide(program, graphs, decision, input).err();
                fault.is_some_and(|fault| fault.kind == FaultKind::NoRule && fault.decision == decision)
            };
            match inquiry.can_happen(&wishes, &mut nobody_decides) {
                Answer::Never => Ok(()),
                Answer::Shown(input, region) => Err(Some(super::gap(inquiry, &input, &region))),
                Answer::Unknown(region) => Err(Some(possible_gap(inquiry, region.as_ref()))),
            }
        })
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

    // Conflicts

    /// Pairs of rows that apply together and must not.
    fn conflicts(&self, lookup: &Lookup<'_>, policy: Policy, findings: &mut Findings) {
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
            let mut conditions = self.conditions(&mut graph, lookup, &common);
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
    fn beside(&self, lookup: &Lookup<'_>, policy: Policy, findings: &mut Findings) {
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
            asked.push(self.conditions(&mut graph, lookup, &cells));
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
    fn several(&self, lookups: &[Lookup<'_>], findings: &mut Findings) {
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

    /// Under `priority`: rows that give what has no rank.
    fn ranks(&self, lookup: &Lookup<'_>, policy: Policy, findings: &mut Findings) {
        if policy != Policy::Priority {
            return;
        }
        for (place, row) in lookup.table.rows.iter().enumerate() {
            let rule = &self.graph.meta.rules[row.rule.index()];
            let tag = self.graph.rules()[row.rule.index()].outcome.tag;
            let value = lookup.table.gives.last().map(|gives| &gives.values[place]);
            if self.graph.meta.rank(tag, value.filter(|_| !rule.refers)).is_none() {
                let what = if rule.refers { "a referral".to_owned() } else { "this".to_owned() };
                let says = "has no rank".to_owned();
                findings.push(Finding::new(ProofFinding::NoRank { rule: row.name.to_string(), what, at: row.span, says }));
                return;
            }
        }
    }

    /// Rows that never decide, because earlier ones apply wherever they would.
    fn hidden(&self, lookup: &Lookup<'_>, findings: &mut Findings) {
        let found = hidden(&lookup.boxes, crate::table::STEPS);
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

    // Conditions

    /// Conditions that say that the headers of a table lie in intervals of keys. What no condition can say is left out.
    fn conditions(&self, graph: &mut Graph, lookup: &Lookup<'_>, sides: &[Vec<(i64, i64)>]) -> Vec<NodeId> {
        let mut conditions = Vec::new();
        for (place, (side, header)) in sides.iter().zip(&lookup.headers).enumerate() {
            let domain = lookup.boxes.columns()[place];
            if side.as_slice() != [(domain.low, domain.high)] {
                conditions.extend(self.condition(graph, &lookup.table.columns[place], *header, side));
            }
        }
        conditions
    }

    fn condition(&self, graph: &mut Graph, column: &Column, header: NodeId, side: &[(i64, i64)]) -> Option<NodeId> {
        let (ty, span) = (graph.node(header).ty.clone(), graph.node(header).span);
        let missing = column.missing(&self.program.types)?;
        let optional = ty.is_optional();
        let with_missing = optional && side.iter().any(|(low, high)| (*low..=*high).contains(&missing));
        let there: Vec<(i64, i64)> = side
            .iter()
            .map(|(low, high)| if optional { ((*low).max(missing + 1), *high) } else { (*low, *high) })
            .filter(|(low, high)| low <= high)
            .collect();
        let value = if optional { push(graph, NodeKind::Unwrap(header), ty.required().clone(), span) } else { header };
        let inside = self.inside(graph, column, value, &there)?;
        if !optional {
            return Some(inside);
        }
        let given = push(graph, NodeKind::IsGiven(header), Type::Boolean, span);
        let both = push(graph, NodeKind::And(vec![given, inside]), Type::Boolean, span);
        if !with_missing {
            return Some(both);
        }
        let not = push(graph, NodeKind::Not(given), Type::Boolean, span);
        Some(push(graph, NodeKind::Or(vec![not, both]), Type::Boolean, span))
    }

    /// That a value that is there lies in intervals.
    fn inside(&self, graph: &mut Graph, column: &Column, value: NodeId, side: &[(i64, i64)]) -> Option<NodeId> {
        let (ty, span) = (graph.node(value).ty.clone(), graph.node(value).span);
        let boolean = |graph: &mut Graph, kind| push(graph, kind, Type::Boolean, span);
        match &ty {
            Type::Scalar(scalar) => {
                let parts: Vec<NodeId> = side
                    .iter()
                    .map(|(low, high)| {
                        let mut end = |key: i64| {
                            let number =
                                if scalar.is_datetime() { Value::Datetime { instant: key, offset: 0 } } else { Value::Scalar(key.into()) };
                            let ty = Type::Scalar(Scalar { lo: key.into(), hi: key.into(), ..*scalar });
                            push(graph, NodeKind::Constant(number), ty, span)
                        };
                        let (low, high) = (end(*low), end(*high));
                        boolean(graph, NodeKind::InRange { value, low: Some((low, true)), high: Some((high, true)) })
                    })
                    .collect();
                Some(either(graph, parts, span))
            }
            Type::Text { .. } => {
                let parts: Option<Vec<NodeId>> = side.iter().map(|side| text_inside(graph, column, value, *side)).collect();
                Some(either(graph, parts?, span))
            }
            Type::Boolean => {
                let truths =
                    [false, true].into_iter().filter(|truth| side.iter().any(|(low, high)| (*low..=*high).contains(&i64::from(*truth))));
                Some(match truths.collect::<Vec<_>>().as_slice() {
                    [true] => value,
                    [false] => boolean(graph, NodeKind::Not(value)),
                    truths => boolean(graph, NodeKind::Constant(Value::Boolean(!truths.is_empty()))),
                })
            }
            Type::Enum(_) | Type::Set(_) => {
                let keys: Vec<i64> = side.iter().flat_map(|(low, high)| (*low..=*high).take(MOST_PARTS + 1)).take(MOST_PARTS + 1).collect();
                if keys.len() > MOST_PARTS {
                    return None;
                }
                let constant = |key: i64| if matches!(ty, Type::Set(_)) { Value::Set(key as u64) } else { Value::Enum(key as u16) };
                let names = keys.into_iter().map(|key| push(graph, NodeKind::Constant(constant(key)), ty.clone(), span)).collect();
                Some(boolean(graph, NodeKind::OneOf(value, names)))
            }
            _ => None,
        }
    }
}

/// A row, or a rule by its place.
#[derive(Clone, Copy)]
enum Side<'r> {
    Row(&'r Row),
    Rule(usize),
}

/// That a text lies between two of those that a column compares it with.
fn text_inside(graph: &mut Graph, column: &Column, value: NodeId, (low, high): (i64, i64)) -> Option<NodeId> {
    let span = graph.node(value).span;
    let constant = |graph: &mut Graph, place: i64| {
        let text = column.texts.get(usize::try_from(place).ok()?)?.clone();
        let ty = Type::Text { max: text.chars().count() as u32 };
        Some(push(graph, NodeKind::Constant(Value::Text(text)), ty, span))
    };
    if low == high && low % 2 == 1 {
        let text = constant(graph, low / 2)?;
        return Some(push(graph, NodeKind::Compare(Comparison::Equal, value, text), Type::Boolean, span));
    }
    // An even key lies before the text at its half, and behind the one before that.
    let mut parts = Vec::new();
    if low > 0 {
        let (text, comparison) = if low % 2 == 1 { (low / 2, Comparison::GreaterOrEqual) } else { (low / 2 - 1, Comparison::Greater) };
        let text = constant(graph, text)?;
        parts.push(push(graph, NodeKind::Compare(comparison, value, text), Type::Boolean, span));
    }
    if high < 2 * column.texts.len() as i64 {
        let comparison = if high % 2 == 1 { Comparison::LessOrEqual } else { Comparison::Less };
        let text = constant(graph, high / 2)?;
        parts.push(push(graph, NodeKind::Compare(comparison, value, text), Type::Boolean, span));
    }
    Some(match parts.as_slice() {
        [] => push(graph, NodeKind::Constant(Value::Boolean(true)), Type::Boolean, span),
        [only] => *only,
        _ => push(graph, NodeKind::And(parts), Type::Boolean, span),
    })
}

fn either(graph: &mut Graph, parts: Vec<NodeId>, span: Span) -> NodeId {
    match parts.as_slice() {
        [] => push(graph, NodeKind::Constant(Value::Boolean(false)), Type::Boolean, span),
        [only] => *only,
        _ => push(graph, NodeKind::Or(parts), Type::Boolean, span),
    }
}

/// A node that nothing evaluates.
fn push(graph: &mut Graph, kind: NodeKind, ty: Type, span: Span) -> NodeId {
    graph.nodes.push(Node { kind, ty, span, site: None, slot: None });
    NodeId(graph.nodes.len() as u32 - 1)
}
