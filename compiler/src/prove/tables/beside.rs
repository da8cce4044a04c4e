//! Rows that apply together with rules that stand beside their table.
//!
//! What a rule needs of each header makes a box of it; the rows that have a point in common with that box are asked of the prover, in order.

use axtrace_runtime::meta::Policy;
use axtrace_runtime::table::{Boxes, Cell};
use axtrace_source::Findings;

use super::pairs::Side;
use super::{Asker, Lookup, MOST_FINDINGS};
use crate::graph::NodeId;
use crate::prove::logic::{Formula, VarId};
use crate::prove::model::{Meaning, Model, Subject};
use crate::prove::necessary;
use crate::prove::question::Inquiry;
use crate::prove::sets::IntSet;
use crate::prove::terms::Term;
use crate::table::meet;

/// How many rows are compared with a rule that stands beside their table, of those that have a point in common with what it needs.
const MOST_BESIDE: usize = 2_000;
/// For how many of them an input is looked for.
const MOST_SUSPECTS: usize = 64;

impl<'a> Asker<'a> {
    /// Rows that apply together with rules that stand beside their table.
    pub(super) fn beside(&self, lookup: &Lookup<'a>, policy: Policy, findings: &mut Findings) {
        for (place, meta) in self.graph.meta.rules.iter().enumerate() {
            let settled = lookup.rules.iter().any(|row| self.overrides(place, *row) || self.overrides(*row, place));
            if meta.otherwise || meta.shadow || meta.rows.is_some() || settled || findings.len() > MOST_FINDINGS {
                continue;
            }
            let needed = self.needed(lookup, place);
            let touches = |row: &usize| needed.as_ref().is_none_or(|needed| meet(&lookup.boxes, *row, needed, 0));
            let rows: Vec<usize> =
                (0..lookup.table.rows.len()).filter(touches).filter(|row| self.differ(lookup, *row, place, policy)).collect();
            self.beside_rows(lookup, place, &rows, policy, findings);
        }
    }

    /// Whether a row and a rule may decide differently where both apply, in which case the policy does not choose.
    fn differ(&self, lookup: &Lookup<'a>, row: usize, place: usize, policy: Policy) -> bool {
        let rule = &self.graph.rules()[place].outcome;
        let of_row = &self.graph.rules()[lookup.table.rows[row].rule.index()].outcome;
        match policy {
            Policy::Unique => true,
            Policy::Priority => rule.tag != 0 && of_row.tag != 0,
            _ => {
                let constant = |value: Option<NodeId>| self.constant_of(lookup, row, value?);
                let text = |span| self.program.sources.text(span);
                let (one, other) = (constant(rule.value), constant(of_row.value));
                let same = if rule.tag == 0 && of_row.tag == 0 && one.is_some() { one == other } else { false };
                let alike = text(rule.span) == text(of_row.span) && !text(rule.span).contains("this_rule");
                !(same || alike && one.is_none() && other.is_none())
            }
        }
    }

    fn beside_rows(&self, lookup: &Lookup<'a>, place: usize, rows: &[usize], policy: Policy, findings: &mut Findings) {
        let mut graph = self.graph.clone();
        let asked: Vec<Vec<NodeId>> =
            rows.iter().take(MOST_BESIDE).map(|row| lookup.conditions(&mut graph, &self.program.types, &lookup.sides(*row))).collect();
        let suspects: Vec<usize> = self.ask(&graph, |inquiry, always| {
            let rule = inquiry.model.rule_condition(&graph.rules()[place]);
            let may = |conditions: &Vec<NodeId>, inquiry: &mut Inquiry<'_>| {
                let mut wishes = always.clone();
                wishes.push(rule);
                wishes.extend(conditions.iter().chain(&lookup.when).map(|node| inquiry.model.condition(*node)));
                inquiry.steps = inquiry.steps.max(1_000);
                !inquiry.is_impossible(&wishes)
            };
            (0..asked.len()).filter(|row| may(&asked[*row], inquiry)).collect()
        });
        for (number, suspect) in suspects.into_iter().enumerate() {
            let mut graph = self.graph.clone();
            let row = rows[suspect];
            let mut conditions = lookup.conditions(&mut graph, &self.program.types, &lookup.sides(row));
            conditions.extend(lookup.when);
            let rule = &graph.rules()[place];
            // What a `for each` rule asks is asked of elements.
            conditions.extend(rule.when.filter(|_| rule.each.is_empty()));
            conditions.extend(rule.group.and_then(|group| graph.groups[group].when));
            let sides = [Side::Row(&lookup.table.rows[row]), Side::Rule(place)];
            if number >= MOST_SUSPECTS || !self.may_go_on() {
                let why = "more rows may apply together with it than a proof may look at";
                return findings.push(self.undecided(sides, policy, Vec::new()).note("why", why));
            }
            if self.together(&graph, conditions, sides, policy, findings) {
                return;
            }
        }
        if let Some(row) = rows.get(MOST_BESIDE) {
            let sides = [Side::Row(&lookup.table.rows[*row]), Side::Rule(place)];
            let left = rows.len() - MOST_BESIDE;
            let why = format!("more rows may apply together with it than a proof may look at: this one, and {} more", left - 1);
            findings.push(self.undecided(sides, policy, Vec::new()).note("why", why));
        }
    }

    /// What a rule needs of the headers of a table, as the one row of a table; `None` if nothing is known of it.
    fn needed(&self, lookup: &Lookup<'a>, place: usize) -> Option<Boxes> {
        let mut model = Model::read(self.graph, &self.program.types);
        let rule = model.rule_condition(&self.graph.rules()[place]);
        let needs = necessary(&model, rule);
        let mut boxes = Boxes::new(lookup.boxes.columns().to_vec());
        let columns = lookup.boxes.columns().len();
        let sides: Vec<Option<Vec<(i64, i64)>>> = (0..columns).map(|column| self.side_of(&model, &needs, lookup, column)).collect();
        let cells: Vec<Cell<'_>> = sides.iter().map(|side| side.as_ref().map_or(Cell::Any, |side| Cell::In(side))).collect();
        boxes.push(&cells);
        Some(boxes)
    }

    /// The keys of a header that a rule leaves possible; `None` for all.
    fn side_of(&self, model: &Model<'_>, needs: &[(VarId, IntSet)], lookup: &Lookup<'a>, column: usize) -> Option<Vec<(i64, i64)>> {
        let header = *lookup.headers.get(column)?;
        let of = &lookup.table.columns[column];
        let class = match model.meanings.get(header.index())? {
            Meaning::Value(class) => *class,
            Meaning::Condition(formula) => {
                // A header that is a condition: its keys are 0 and 1.
                let Formula::Atom(variable, truth) = model.logic.formula(*formula) else { return None };
                let needed = &needs.iter().find(|(of, _)| of == variable)?.1;
                let (can, cannot) = (needed.intersection(truth), needed.intersection(&truth.complement()));
                let keys = [(0, cannot.is_empty()), (1, can.is_empty())];
                return Some(keys.into_iter().filter(|(_, never)| !never).map(|(key, _)| (key, key)).collect());
            }
        };
        let optional = of.ty.is_optional();
        let inner = if optional { model.classes.find(&Term::Unwrap(class)) } else { Some(class) };
        let (mut given, mut there) = (None, None);
        for (variable, set) in needs {
            match model.subjects[variable.index()] {
                Subject::Given(it) if it == class => given = Some(set),
                Subject::Number(it) | Subject::Name(it) if Some(it) == inner => there = Some(keys_of(set)),
                Subject::Text(it) if Some(it) == inner => there = Some(ranks_of(model, of, set)),
                _ => {}
            }
        }
        let domain = lookup.boxes.columns()[column];
        if !optional {
            return there;
        }
        let missing = of.missing(&self.program.types)?;
        let may = |truth: i128| given.is_none_or(|set| set.contains(truth));
        let mut side: Vec<(i64, i64)> = if may(0) { vec![(missing, missing)] } else { Vec::new() };
        if may(1) {
            side.extend(
                there.unwrap_or_else(|| vec![(missing + 1, domain.high)]).into_iter().map(|(low, high)| (low.max(missing + 1), high)),
            );
        }
        side.retain(|(low, high)| low <= high);
        Some(side)
    }
}

fn keys_of(set: &IntSet) -> Vec<(i64, i64)> {
    let key = |number: i128| i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX });
    set.intervals().iter().map(|(low, high)| (key(*low), key(*high))).collect()
}

/// Numbers of texts among the constants of the decision as ranks among those of a column: perhaps some more.
fn ranks_of(model: &Model<'_>, column: &axtrace_runtime::table::Column, set: &IntSet) -> Vec<(i64, i64)> {
    let last = 2 * model.texts.len() as i128;
    let text = |number: i128| model.texts.get(usize::try_from(number).ok()?);
    let ranks = |(low, high): &(i128, i128)| {
        // An even number lies before the text at its half, and behind the one before that.
        let from = if *low <= 0 { 0 } else { text(if low % 2 == 1 { low / 2 } else { low / 2 - 1 }).map_or(0, |text| column.rank(text)) };
        let to = if *high >= last { None } else { text(high / 2).map(|text| column.rank(text)) };
        (from, to.unwrap_or(2 * column.texts.len() as i64))
    };
    set.intervals().iter().map(ranks).collect()
}
