//! Inputs that neither a row nor a rule decides.

use axtrace_runtime::table::Cell;
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings};

use super::conditions::{Header, conditions, push};
use super::{Asker, Lookup, MOST_BOXES};
use crate::graph::{Graph, NodeId, NodeKind};
use crate::interpret::FaultKind;
use crate::program::Program;
use crate::prove::meter::Meter;
use crate::prove::question::Answer;
use crate::prove::{gap as gap_finding, must_be_complete, possible_gap};
use crate::table::{Coverage, gap};

impl Asker<'_> {
    /// Whether some row or rule decides every input, as far as that is proved. Where some must and none does, that is told.
    pub(super) fn complete(&self, lookups: &[Lookup<'_>], findings: &mut Findings) -> bool {
        let needed = must_be_complete(&self.graph.meta) && !self.graph.meta.rules.iter().any(|rule| rule.otherwise);
        let otherwise = self.graph.meta.rules.iter().any(|rule| rule.otherwise);
        if !needed && !otherwise {
            return false;
        }
        // Tables that decide wherever their groups hold; others may do so where those do not hold.
        let (mut outside, mut left) = (Vec::new(), Vec::new());
        for lookup in lookups {
            match (self.gap(lookup, &[], false), lookup.when) {
                (Ok(()), None) => return true,
                (Ok(()), Some(when)) => outside.push(when),
                (Err(_), _) => left.push(lookup),
            }
        }
        let mut problem = None;
        for lookup in left {
            match (self.gap(lookup, &outside, needed), lookup.when) {
                (Ok(()), None) => return true,
                (Ok(()), Some(when)) => outside.push(when),
                (Err(finding), _) => problem = problem.or(finding),
            }
        }
        if problem.is_none() && !outside.is_empty() {
            match self.outside(&outside, needed) {
                Ok(()) => return true,
                Err(finding) => problem = finding,
            }
        }
        if needed {
            problem.into_iter().for_each(|finding| findings.push(finding));
        }
        false
    }

    /// Nothing where a table leaves no gap beside the rules, where its group holds and none of `outside`.
    fn gap(&self, lookup: &Lookup<'_>, outside: &[NodeId], told: bool) -> Result<(), Option<Finding>> {
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
            let mut conditions = lookup.conditions(&mut graph, &self.program.types, &around);
            conditions.extend(lookup.when);
            conditions.extend(nowhere(&mut graph, outside));
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

    /// Whether the rules decide wherever none of some groups holds.
    fn outside(&self, groups: &[NodeId], told: bool) -> Result<(), Option<Finding>> {
        let mut graph = self.graph.clone();
        let conditions = nowhere(&mut graph, groups);
        self.open(&graph, conditions, told)
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
                Answer::Shown(input, region) => Err(Some(gap_finding(inquiry, &input, &region))),
                Answer::Unknown(region) => Err(Some(possible_gap(inquiry, region.as_ref()))),
            }
        })
    }
}

/// That none of some conditions holds.
fn nowhere(graph: &mut Graph, conditions: &[NodeId]) -> Vec<NodeId> {
    let not = |when: &NodeId| {
        let span = graph.node(*when).span;
        push(graph, NodeKind::Not(*when), Type::Boolean, span)
    };
    conditions.iter().map(not).collect()
}

/// Whether it is proved that no input has headers within a box, satisfies `when` and is left to no rule. Rows that are looked up are not asked.
pub fn is_closed(
    program: &Program,
    graph: &Graph,
    meter: &Meter,
    of: &[Header<'_>],
    when: Option<NodeId>,
    sides: &[Vec<(i64, i64)>],
) -> bool {
    let asker = Asker::new(&program.meta, &program.graphs, graph, meter);
    let mut graph = graph.clone();
    let mut known = conditions(&mut graph, &program.meta.types, of, sides);
    known.extend(when);
    asker.open(&graph, known, false).is_ok()
}
