//! What the outcomes of `collect sum` and `collect count` come to, given which rules can apply together.
//!
//! On arrival the range pass found that the sum of all rules, or their number, does not fit what the decision gives. Rules exclude each other by
//! what they need of one value, by `overrides`, and where the engine proves that two do not apply together; `together` gives the greatest sum that is
//! left. At least one of several rules counts where they cover all cases. The rows of a table that is looked up count one by one.

use std::collections::{BTreeSet, HashMap};

use axtrace_runtime::types::Scalar;
use axtrace_runtime::value::Value;

use super::candidates::Needs;
use super::logic::{FormulaId, VarId};
use super::meter::Meter;
use super::model::Model;
use super::question::Inquiry;
use super::search::Hint;
use super::sets::IntSet;
use super::terms::ClassId;
use super::together::{Part, Sum, greatest};
use super::{Conditions, ROUNDS, RUNS, STEPS, conditions, necessary};
use crate::function::Function;
use crate::graph::{Graph, LoopId, NodeId, NodeKind, Rule};
use crate::program::Program;
use crate::ranges::intervals::{self, Range};

/// The steps that looking for the greatest sum of one decision may take, and as many again for the least.
const CUTTING: u64 = 2_000_000;
/// How often two rules are shown to exclude each other by the engine before the sum is left as it is.
const MOST_EXCLUDED: usize = 60;
/// How many pairs of rules the engine is asked about.
const MOST_ASKED: usize = 2_000;
/// The most rules among which the fewest that cover all cases are looked for.
const MOST_COVERING: usize = 64;
/// The boxes of one question that are set aside because sums cannot lie in them.
const MOST_REFUTED: u32 = 24;
/// The most rules whose conditions lead the search for an input.
const MOST_SHOWN: usize = 40;

/// The most elements that an input of a finding has for it.
const MOST_ELEMENTS: i128 = 100;

/// What the outcomes of a decision are added up to.
#[derive(Debug, Clone)]
pub struct Collected {
    /// What the decision gives.
    pub declared: Scalar,
    /// Whether outcomes are counted.
    pub counts: bool,
    /// What each rule adds that an input reaches, in order.
    pub outcomes: Vec<OutcomePart>,
}

/// What one rule adds.
#[derive(Debug, Clone)]
pub struct OutcomePart {
    /// The rule, by place in the graph's.
    pub rule: usize,
    /// One outcome.
    pub each: Range,
    /// How many instances there are.
    pub count: Range,
    /// Whether a condition or another rule may keep an outcome from counting.
    pub skips: bool,
}

/// What the outcomes can come to, and what would bring an input to it.
#[derive(Debug)]
pub struct Total {
    /// From the least to the greatest.
    pub range: Range,
    /// The rules that come to what does not fit, by place in the graph's.
    pub worst: Vec<usize>,
    /// What holds where they do.
    pub hints: Vec<Hint>,
}

/// What the outcomes of the rules of a decision can come to together. `None` beyond 128 bits.
pub fn total(program: &Program, graph: &Graph, collected: &Collected, meter: &Meter) -> Option<Total> {
    let model = Model::read(graph, &program.meta.types);
    let mut inquiry = Inquiry {
        program: &program.meta,
        graphs: &program.graphs,
        decision: graph.id,
        model,
        steps: STEPS,
        rounds: ROUNDS,
        runs: RUNS,
        meter,
    };
    let conditions = conditions(&mut inquiry);
    let rules: Vec<FormulaId> = graph.rules().iter().map(|rule| inquiry.model.rule_condition(rule)).collect();
    let mut parts = Parts::of(program, &mut inquiry, &rules, collected)?;
    let (lowest, highest) = (parts.most(&mut inquiry, &conditions, &rules, false)?, parts.most(&mut inquiry, &conditions, &rules, true)?);
    let (least_covered, most_covered) = (parts.covered(&mut inquiry, &conditions, false)?, parts.covered(&mut inquiry, &conditions, true)?);
    let least = parts.always.0.checked_sub(lowest.total)?.checked_add(least_covered.total)?;
    let most = parts.always.1.checked_add(highest.total)?.checked_sub(most_covered.total)?;
    let up = most > collected.declared.hi;
    let sum = if up { highest } else { lowest };
    let covered = if up { most_covered } else { least_covered };
    let mut worst: Vec<usize> = sum.parts.iter().map(|part| parts.pieces[*part].rule).chain(covered.parts).collect();
    worst.sort_unstable();
    worst.dedup();
    let hints = parts.hints(graph, &worst, up);
    Some(Total { range: (least, most), worst, hints })
}

/// One outcome, or one row of a table that is looked up.
struct Piece {
    /// The rule, by place in the graph's.
    rule: usize,
    each: Range,
    needs: Needs,
    family: Option<usize>,
    of_element: Needs,
}

/// What puts pieces into one group.
#[derive(PartialEq, Eq, Hash)]
enum Shared {
    Need(VarId),
    Rule(usize),
    Family(usize),
}

struct Parts<'c> {
    collected: &'c Collected,
    /// What always counts.
    always: Range,
    pieces: Vec<Piece>,
    /// By family: the most elements.
    times: Vec<i128>,
    /// By family: the fewest.
    least_times: Vec<i128>,
    /// For each rule, by place, those that override it.
    overriders: Vec<Vec<usize>>,
    /// The variables that are taken; those behind them stand for what excludes rules without being one.
    variables: u32,
    /// Pairs that the engine was asked about.
    asked: BTreeSet<(usize, usize)>,
}

impl<'c> Parts<'c> {
    fn of(program: &Program, inquiry: &mut Inquiry<'_>, rules: &[FormulaId], collected: &'c Collected) -> Option<Self> {
        let graph = inquiry.model.graph;
        let mut parts = Self {
            collected,
            always: (0, 0),
            pieces: Vec::new(),
            times: Vec::new(),
            least_times: Vec::new(),
            overriders: super::pairs::overriders(graph),
            variables: 0,
            asked: BTreeSet::new(),
        };
        let mut families: HashMap<Vec<ClassId>, usize> = HashMap::new();
        let mut needs_of_rules: Vec<(Needs, Needs)> = Vec::new();
        for one in &collected.outcomes {
            let rule = &graph.rules()[one.rule];
            let of_element = rule.when.map_or_else(Vec::new, |when| necessary(&inquiry.model, inquiry.model.condition(when)));
            needs_of_rules
                .push((in_domains(&inquiry.model, necessary(&inquiry.model, rules[one.rule])), in_domains(&inquiry.model, of_element)));
        }
        parts.variables = inquiry.model.subjects.len() as u32;
        let mut columns: HashMap<u32, u32> = HashMap::new();
        for (one, (needs, of_element)) in collected.outcomes.iter().zip(needs_of_rules) {
            let rule = &graph.rules()[one.rule];
            let never = |needs: &Needs| needs.iter().any(|(_, set)| set.is_empty());
            if never(&needs) || (!rule.each.is_empty() && never(&of_element)) {
                continue;
            }
            if let Some(rows) = rule.each.first().and_then(|each| rows_of(program, graph, rule, *each, one)) {
                let first = *columns.entry(rows.table).or_insert(parts.variables);
                parts.variables = parts.variables.max(first + rows.columns);
                parts.pieces.extend(rows.pieces.into_iter().map(|(each, cells)| {
                    let cells = cells.into_iter().map(|(column, set)| (VarId(first + column), set));
                    Piece {
                        rule: one.rule,
                        each,
                        needs: needs.iter().cloned().chain(cells).collect(),
                        family: None,
                        of_element: Vec::new(),
                    }
                }));
                continue;
            }
            if !one.skips && one.count.0 > 0 {
                parts.always = intervals::add(parts.always, intervals::repeated(one.each, one.count, false)?)?;
                continue;
            }
            let family = (!rule.each.is_empty()).then(|| {
                let lists = rule.each.iter().map(|each| inquiry.model.value(graph.loop_of(*each).list)).collect();
                let next = families.len();
                *families.entry(lists).or_insert(next)
            });
            if let Some(family) = family {
                parts.times.resize(parts.times.len().max(family + 1), 0);
                parts.times[family] = parts.times[family].max(one.count.1);
                parts.least_times.resize(parts.times.len(), one.count.0);
                parts.least_times[family] = parts.least_times[family].min(one.count.0);
            }
            parts.pieces.push(Piece { rule: one.rule, each: one.each, needs, family, of_element });
        }
        parts.exclude_overridden();
        Some(parts)
    }

    /// What a rule overrides does not count where the rule applies.
    fn exclude_overridden(&mut self) {
        let mut by: HashMap<usize, VarId> = HashMap::new();
        for overrider in self.overriders.iter().flatten() {
            let next = VarId(self.variables);
            if *by.entry(*overrider).or_insert(next) == next {
                self.variables += 1;
            }
        }
        for piece in &mut self.pieces {
            let own = by.get(&piece.rule).map(|variable| (*variable, IntSet::point(1)));
            let others = self.overriders[piece.rule].iter().filter_map(|other| by.get(other)).map(|variable| (*variable, IntSet::point(0)));
            piece.needs.extend(own.into_iter().chain(others));
            piece.needs.sort_unstable_by_key(|need| need.0);
        }
    }

    /// The greatest sum of what can count together of what is above 0 (`up`), or below 0, with its sign turned.
    fn most(&mut self, inquiry: &mut Inquiry<'_>, conditions: &Conditions, rules: &[FormulaId], up: bool) -> Option<Sum> {
        let mut steps = CUTTING;
        for _ in 0..MOST_EXCLUDED {
            let sum = self.cut(up, &mut steps)?;
            let fits = match up {
                true => self.always.1.checked_add(sum.total)? <= self.collected.declared.hi,
                false => self.always.0.checked_sub(sum.total)? >= self.collected.declared.lo,
            };
            if fits || steps < CUTTING / 2 || !self.exclude_a_pair(inquiry, conditions, rules, &sum) {
                return Some(sum);
            }
        }
        self.cut(up, &mut steps)
    }

    fn cut(&self, up: bool, steps: &mut u64) -> Option<Sum> {
        let part = |piece: &Piece| {
            let adds = if up { piece.each.1.max(0) } else { piece.each.0.min(0).checked_neg()? };
            Some(Part { adds, needs: piece.needs.clone(), family: piece.family, of_element: piece.of_element.clone() })
        };
        let parts = self.pieces.iter().map(part).collect::<Option<Vec<Part>>>()?;
        greatest(&parts, &self.times, steps)
    }

    /// Whether the engine shows that two of the rules that come to a sum do not apply together.
    fn exclude_a_pair(&mut self, inquiry: &mut Inquiry<'_>, conditions: &Conditions, rules: &[FormulaId], sum: &Sum) -> bool {
        let mut together: Vec<usize> = sum.parts.iter().map(|part| self.pieces[*part].rule).collect();
        together.sort_unstable();
        together.dedup();
        for (place, first) in together.iter().enumerate() {
            for second in &together[place + 1..] {
                if self.asked.len() >= MOST_ASKED || inquiry.steps == 0 {
                    return false;
                }
                if !self.asked.insert((*first, *second)) {
                    continue;
                }
                let wishes = [conditions.always.as_slice(), &[rules[*first], rules[*second]]].concat();
                if inquiry.cannot_happen(&wishes, MOST_REFUTED) {
                    let variable = VarId(self.variables);
                    self.variables += 1;
                    for piece in &mut self.pieces {
                        if let Some(side) = [*first, *second].iter().position(|rule| *rule == piece.rule) {
                            piece.needs.push((variable, IntSet::point(side as i128)));
                        }
                    }
                    return true;
                }
            }
        }
        false
    }

    /// What at least counts, since some of the rules always apply: of rules that share what they need, and of which none adds less than 0 (or, if `down`,
    /// more than 0), the least that one of those adds which cover all cases; and those rules.
    fn covered(&self, inquiry: &mut Inquiry<'_>, conditions: &Conditions, down: bool) -> Option<Sum> {
        let mut all = Sum::default();
        for group in self.groups() {
            let mut least: HashMap<usize, i128> = HashMap::new();
            for piece in &group {
                let each = self.pieces[*piece].each;
                let own = if down { each.1.checked_neg()? } else { each.0 };
                least.entry(self.pieces[*piece].rule).and_modify(|known| *known = own.min(*known)).or_insert(own);
            }
            if least.len() > MOST_COVERING || least.values().any(|own| *own < 0) {
                continue;
            }
            let of_rules = self.least_covering(inquiry, &conditions.always, &least, |_, rule| conditions.rules[rule]);
            let of_elements = match self.family_of(&group) {
                Some(family) => {
                    let (each, rule) = self.least_covering(inquiry, &conditions.always, &least, instance_condition);
                    (each.checked_mul(self.least_times[family])?, rule)
                }
                None => (0, None),
            };
            let (adds, rule) = of_rules.max(of_elements);
            all.total = all.total.checked_add(adds)?;
            all.parts.extend(rule);
        }
        Some(all)
    }

    /// The family that all pieces of a group are of, if nothing overrides one of them: an overridden rule has no instances.
    fn family_of(&self, group: &[usize]) -> Option<usize> {
        let family = self.pieces[*group.first()?].family?;
        let own = |piece: &Piece| piece.family == Some(family) && self.overriders[piece.rule].is_empty();
        group.iter().all(|piece| own(&self.pieces[*piece])).then_some(family)
    }

    /// The least that one of those rules adds which cover all cases, and which; 0 if they do not. `least`: what each adds at least.
    fn least_covering(
        &self,
        inquiry: &mut Inquiry<'_>,
        always: &[FormulaId],
        least: &HashMap<usize, i128>,
        condition: impl Fn(&mut Model<'_>, usize) -> FormulaId,
    ) -> (i128, Option<usize>) {
        // A rule that is overridden leaves the outcome to those that override it.
        let with = |rule: usize| {
            let either = self.overriders[rule].iter().chain([&rule]);
            either.map(|rule| least.get(rule).copied().unwrap_or(0)).min().unwrap_or(0)
        };
        let mut covering: Vec<(i128, usize)> = least.keys().map(|rule| (with(*rule), *rule)).collect();
        covering.sort_unstable();
        let mut covers = |rules: &[(i128, usize)]| {
            let mut wishes = always.to_vec();
            for (_, rule) in rules {
                let applies = condition(&mut inquiry.model, *rule);
                wishes.push(inquiry.model.logic.not(applies));
            }
            inquiry.cannot_happen(&wishes, MOST_REFUTED)
        };
        if !covers(&covering) {
            return (0, None);
        }
        let mut needed = covering.as_slice();
        while needed.len() > 1 && covers(&needed[1..]) {
            needed = &needed[1..];
        }
        needed.first().map_or((0, None), |(adds, rule)| (*adds, Some(*rule)))
    }

    /// The pieces, in groups that share nothing that they need.
    fn groups(&self) -> Vec<Vec<usize>> {
        let mut group_of: HashMap<Shared, usize> = HashMap::new();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (place, piece) in self.pieces.iter().enumerate() {
            let needs = piece.needs.iter().map(|need| Shared::Need(need.0));
            let keys: Vec<_> = needs.chain([Shared::Rule(piece.rule)]).chain(piece.family.map(Shared::Family)).collect();
            let mut touched: Vec<usize> = keys.iter().filter_map(|key| group_of.get(key).copied()).collect();
            touched.sort_unstable();
            touched.dedup();
            let into = touched.first().copied().unwrap_or_else(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            for other in touched.iter().skip(1) {
                let moved = std::mem::take(&mut groups[*other]);
                groups[into].extend(moved);
                group_of.values_mut().filter(|group| **group == *other).for_each(|group| *group = into);
            }
            groups[into].push(place);
            keys.into_iter().for_each(|key| _ = group_of.insert(key, into));
        }
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// What brings an input to the rules that come to a sum.
    fn hints(&self, graph: &Graph, rules: &[usize], up: bool) -> Vec<Hint> {
        let always = self.collected.outcomes.iter().filter(|part| !part.skips && part.count.0 < part.count.1).map(|part| part.rule);
        let shown = rules.iter().copied().chain(always.filter(|rule| !rules.contains(rule)));
        shown.take(MOST_SHOWN).flat_map(|rule| self.hints_of(graph, rule, up)).collect()
    }

    fn hints_of(&self, graph: &Graph, place: usize, up: bool) -> Vec<Hint> {
        let rule = &graph.rules()[place];
        let group = rule.group.and_then(|group| graph.groups[group].when);
        let mut hints: Vec<Hint> = group.map(|when| Hint::Condition(when, true)).into_iter().collect();
        let Some(part) = self.collected.outcomes.iter().find(|part| part.rule == place) else { return hints };
        let number = if up { part.each.1 } else { part.each.0 };
        match rule.each.as_slice() {
            [] => {
                hints.extend(rule.when.map(|when| Hint::Condition(when, true)));
                hints.extend(rule.outcome.value.filter(|_| !self.collected.counts).map(|value| Hint::Number(value, number, number)));
            }
            [of] if graph.meta.rules[rule.id.index()].rows.is_none() => {
                let count = if (number > 0) == up { part.count.1 } else { part.count.0 };
                hints.push(Hint::Elements(*of, count.min(MOST_ELEMENTS.max(part.count.0)), rule.when));
            }
            _ => {}
        }
        hints
    }
}

/// When an instance of a rule applies.
fn instance_condition(model: &mut Model<'_>, rule: usize) -> FormulaId {
    let rule = &model.graph.rules()[rule];
    let group = rule.group.and_then(|group| model.graph.groups[group].when);
    let parts: Vec<FormulaId> = group.into_iter().chain(rule.when).map(|part| model.condition(part)).collect();
    model.logic.and(parts)
}

/// Needs as far as variables can have the values at all.
fn in_domains(model: &Model<'_>, needs: Needs) -> Needs {
    needs.into_iter().map(|(variable, set)| (variable, set.intersection(&model.domains[variable.index()]))).collect()
}

/// The rows of a table that is looked up.
struct Rows {
    table: u32,
    columns: u32,
    /// What each row adds, and its cells.
    pieces: Vec<(Range, Vec<(u32, IntSet)>)>,
}

/// The rows that a rule stands for, if it does.
fn rows_of(program: &Program, graph: &Graph, rule: &Rule, each: LoopId, one: &OutcomePart) -> Option<Rows> {
    let NodeKind::Call(Function::Rows, operands) = &graph.node(plain(graph, graph.loop_of(each).list)).kind else { return None };
    let NodeKind::Constant(number) = &graph.node(*operands.first()?).kind else { return None };
    let number = number.number()?;
    let table = program.meta.tables.get(usize::try_from(number).ok()?)?;
    let boxes = table.boxes(&program.meta.types).ok()?;
    // Where outcomes are counted each adds 1, whatever it is.
    let outcome = rule.outcome.value.filter(|_| one.each != (1, 1)).map(|value| &graph.node(plain(graph, value)).kind);
    let values = match outcome {
        Some(NodeKind::Call(Function::Cell, operands)) => match &graph.node(*operands.get(1)?).kind {
            NodeKind::Constant(column) => table.gives.get(usize::try_from(column.number()?).ok()?),
            _ => None,
        },
        _ => None,
    };
    let adds = |row: usize| values.and_then(|gives| gives.values.get(row)).and_then(Value::number).map_or(one.each, |own| (own, own));
    let own = (0..boxes.rows()).filter(|row| table.rows.get(*row).is_none_or(|it| it.rule == rule.id));
    let cells = |row: usize| {
        let set = |column: usize| {
            let intervals = boxes.cell(row, column).iter().map(|(lo, hi)| IntSet::between((*lo).into(), (*hi).into()));
            IntSet::any_of(&intervals.collect::<Vec<_>>())
        };
        let asked = (0..boxes.columns().len()).filter(|column| !boxes.is_any(row, *column));
        asked.map(|column| (column as u32, set(column))).collect::<Vec<_>>()
    };
    let pieces = own.filter(|row| !boxes.is_empty(*row)).map(|row| (adds(row), cells(row))).collect();
    Some(Rows { table: u32::try_from(number).ok()?, columns: boxes.columns().len() as u32, pieces })
}

/// What a local or an expanded define stands for.
fn plain(graph: &Graph, mut node: NodeId) -> NodeId {
    loop {
        node = match graph.node(node).kind {
            NodeKind::Local(local) => graph.local(local).value,
            NodeKind::Define(inner) => inner,
            _ => return node,
        }
    }
}
