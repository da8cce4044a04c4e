//! What became of every site, as a tree.

use crate::meta::{DecisionId, DecisionMeta, Operand, Policy, RuleId, RuleMeta, RuleState, SiteId, SiteKind, SiteMeta, SlotId};
use crate::table::Row;
use crate::types::Type;
use axtrace_source::Span;

use super::by::applied;
use super::decode::{DecodeError, Decoder, overriders, states};
use super::scope::{Bound, Scope, Visits, with_places};
use super::{Branch, Element, Elements, SHOWN_ENDS, Status, TraceKind, TraceNode};

/// How many nodes of a share an element is shown for at least.
const NODES_OF_ELEMENT: usize = 12;

/// The depth from which on what belongs to a node stands beside it, so that every JSON reader can read the tree.
const MOST_LEVELS: usize = 20;

/// Where one is in the tree of a decision.
struct Walk {
    /// The sites that belong to each, in source order.
    children: Vec<Vec<SiteId>>,
    states: Vec<RuleState>,
    /// Under `priority`: the rank of the strongest instance of each `for each` rule that decides.
    strongest: Vec<Option<usize>>,
    level: usize,
}

impl<'a> Decoder<'a> {
    /// The sites of a decision that belong to no other, with what belongs to them.
    pub(super) fn tree(&mut self, scope: &mut Scope<'a>) -> Result<Vec<TraceNode>, DecodeError> {
        self.tree_at(scope, 0)
    }

    fn tree_at(&mut self, scope: &mut Scope<'a>, level: usize) -> Result<Vec<TraceNode>, DecodeError> {
        let states = states(scope)?;
        let mut strongest = vec![None; states.len()];
        for (place, strongest) in strongest.iter_mut().enumerate().filter(|(place, _)| states[*place] == RuleState::Decided) {
            *strongest = self.strongest(scope, RuleId(place as u32))?;
        }
        let mut walk = Walk { children: children(scope.meta), states, strongest, level };
        let mut roots = walk.children.pop().unwrap_or_default();
        if !scope.meta.rules.is_empty() {
            // What else belongs to nothing are the relations between the parameters, which no run evaluates.
            let kept = |kind: &SiteKind| matches!(kind, SiteKind::Group | SiteKind::Table(_) | SiteKind::Rule(_) | SiteKind::Let(_));
            roots.retain(|site| kept(&scope.meta.sites[site.index()].kind));
        }
        let mut nodes = Vec::new();
        self.fill(scope, &mut walk, &roots, &mut nodes)?;
        Ok(nodes)
    }

    /// Appends the nodes of sites. Beyond the greatest depth whole subtrees follow each other in source order.
    fn fill(&mut self, scope: &mut Scope<'a>, walk: &mut Walk, sites: &[SiteId], out: &mut Vec<TraceNode>) -> Result<(), DecodeError> {
        if walk.level >= MOST_LEVELS {
            return self.flat(scope, walk, sites, out);
        }
        walk.level += 1;
        for (place, site) in sites.iter().enumerate() {
            let rest = self.take_share(sites.len() - place);
            self.fill_one(scope, walk, *site, out)?;
            self.budget += rest;
        }
        walk.level -= 1;
        Ok(())
    }

    /// Leaves one of several that are still to be shown its share of the budget; gives what is kept for the others.
    fn take_share(&mut self, several: usize) -> usize {
        let rest = if self.shares { self.budget - self.budget / several.max(1) } else { 0 };
        self.budget -= rest;
        rest
    }

    fn fill_one(&mut self, scope: &mut Scope<'a>, walk: &mut Walk, site: SiteId, out: &mut Vec<TraceNode>) -> Result<(), DecodeError> {
        if let SiteKind::Rule(id) = scope.meta.sites[site.index()].kind
            && scope.meta.rules[id.index()].rows.is_some()
        {
            return self.rows(scope, walk, id, out);
        }
        let mut node = self.node(scope, walk, site)?;
        let (inner, own) = divide(scope.meta, site, &walk.children[site.index()]);
        self.fill(scope, walk, &own, &mut node.children)?;
        self.count_rows(scope, &own, &mut node);
        if node.status != Status::NotEvaluated {
            node.elements = self.elements(scope, walk, site, &inner)?;
            node.called = self.called(scope, walk, &scope.meta.sites[site.index()])?;
        }
        out.push(node);
        Ok(())
    }

    /// The rows of a table that applied, of those that a rule stands for. All their cells are true.
    fn rows(&mut self, scope: &mut Scope<'a>, walk: &Walk, id: RuleId, out: &mut Vec<TraceNode>) -> Result<(), DecodeError> {
        let rule = &scope.meta.rules[id.index()];
        let own = rule_status(scope.meta, walk, id, walk.states[id.index()]);
        if !own.applied() {
            return Ok(());
        }
        let mut applied_rows = Vec::new();
        match rule.instance {
            None => applied_rows.extend(self.row_of(scope, rule)?.map(|(_, row)| (row, own))),
            Some(instance) => self.each_instance(scope, instance, &mut |this, scope| {
                let outranked = walk.states[id.index()] == RuleState::Decided && this.rank(scope, id)? != walk.strongest[id.index()];
                let status = if outranked { Status::Outranked } else { own.clone() };
                applied_rows.extend(this.row_of(scope, rule)?.map(|(_, row)| (row, status)));
                Ok(())
            })?,
        }
        for (row, status) in applied_rows {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            let mut node = bare(row_kind(id, rule, row), row.head, status);
            let cells = row.cells.iter().filter(|cell| **cell != row.span);
            node.children.extend(cells.map(|cell| bare(TraceKind::Condition, *cell, Status::True)));
            out.push(node);
        }
        Ok(())
    }

    /// Puts the rows of a table in their order, and says how many are left out.
    fn count_rows(&self, scope: &Scope<'a>, own: &[SiteId], node: &mut TraceNode) {
        if !matches!(node.kind, TraceKind::Table { .. }) {
            return;
        }
        let rows = own.iter().find_map(|site| match scope.meta.sites[site.index()].kind {
            SiteKind::Rule(id) => scope.meta.rules[id.index()].rows.as_ref(),
            _ => None,
        });
        let place = rows.map(|rows| rows.table);
        if let Some(table) = place.and_then(|place| self.program.tables.get(place as usize)) {
            node.children.sort_by_key(|child| child.span.start);
            let shown = node.children.iter().filter(|child| matches!(child.kind, TraceKind::Rule { .. })).count();
            let rest = table.rows.len().saturating_sub(shown) as u32;
            let first = scope.meta.policy == Some(Policy::First);
            let decided = node.children.iter().find(|child| matches!(child.kind, TraceKind::Rule { .. })).filter(|_| first);
            let before = decided.and_then(|row| table.rows.iter().position(|other| other.head == row.span));
            let left_out = if node.status == Status::NotEvaluated { 0 } else { before.map_or(rest, |before| (before as u32).min(rest)) };
            node.kind = TraceKind::Table { left_out, not_reached: rest - left_out, table: place };
        }
    }

    fn flat(&mut self, scope: &Scope<'a>, walk: &Walk, sites: &[SiteId], out: &mut Vec<TraceNode>) -> Result<(), DecodeError> {
        let mut open: Vec<SiteId> = sites.iter().rev().copied().collect();
        while let Some(site) = open.pop() {
            out.push(self.node(scope, walk, site)?);
            let (_, own) = divide(scope.meta, site, &walk.children[site.index()]);
            open.extend(own.iter().rev());
        }
        Ok(())
    }

    /// A site without what belongs to it.
    fn node(&mut self, scope: &Scope<'a>, walk: &Walk, id: SiteId) -> Result<TraceNode, DecodeError> {
        self.budget = self.budget.saturating_sub(1);
        let site = &scope.meta.sites[id.index()];
        let status = self.status(scope, walk, id, site)?;
        let evaluated = !matches!(status, Status::NotEvaluated | Status::NotReached);
        let mut node = TraceNode {
            kind: self.kind(scope.meta, &site.kind),
            span: site.span,
            status,
            value: None,
            operands: Vec::new(),
            children: Vec::new(),
            elements: None,
            called: None,
        };
        if evaluated {
            node.value = site.value.as_ref().map(|value| self.shown(scope, value)).transpose()?.flatten();
            for operand in &site.operands {
                node.operands.extend(self.shown(scope, operand)?);
            }
        }
        Ok(node)
    }

    fn kind(&self, meta: &DecisionMeta, kind: &SiteKind) -> TraceKind {
        match kind {
            SiteKind::Group => TraceKind::Group,
            SiteKind::Table(_) => TraceKind::Table { left_out: 0, not_reached: 0, table: None },
            SiteKind::Rule(id) => {
                let rule = &meta.rules[id.index()];
                TraceKind::Rule {
                    id: *id,
                    name: rule.name.clone(),
                    group: rule.group.clone(),
                    group_span: rule.group_span,
                    shadow: rule.shadow,
                    refers: rule.refers,
                    whole: rule.whole,
                    outcome: rule.outcome_span,
                }
            }
            SiteKind::Instance(id) => TraceKind::Instance { id: *id, name: meta.rules[id.index()].name.clone() },
            SiteKind::Condition => TraceKind::Condition,
            SiteKind::Let(name) => TraceKind::Let(name.clone()),
            SiteKind::Argument(name) => TraceKind::Argument(name.clone()),
            SiteKind::Define(name) => TraceKind::Define(name.clone()),
            SiteKind::Decision { decision, .. } => TraceKind::Decision { id: *decision, name: self.name(*decision) },
            SiteKind::Loop { binder, .. } => TraceKind::Loop { binder: binder.clone() },
            SiteKind::Body => TraceKind::Body,
            SiteKind::Outcome => TraceKind::Outcome,
        }
    }

    fn name(&self, decision: DecisionId) -> String {
        self.program.decisions.get(decision.index()).map(DecisionMeta::qualified_name).unwrap_or_default()
    }

    fn status(&self, scope: &Scope<'a>, walk: &Walk, id: SiteId, site: &SiteMeta) -> Result<Status, DecodeError> {
        let bits = scope.bits(id)?;
        Ok(match &site.kind {
            SiteKind::Rule(rule) => rule_status(scope.meta, walk, *rule, RuleState::of(bits)),
            SiteKind::Instance(rule) if applied(RuleState::of(bits)) => {
                let outranked = walk.states[rule.index()] == RuleState::Decided && self.rank(scope, *rule)? != walk.strongest[rule.index()];
                let own = rule_status(scope.meta, walk, *rule, walk.states[rule.index()]);
                if outranked { Status::Outranked } else { own }
            }
            SiteKind::Instance(rule) => rule_status(scope.meta, walk, *rule, RuleState::of(bits)),
            _ if bits == 0 => Status::NotEvaluated,
            _ if !tells_truth(scope.meta, walk, id, site) => Status::Evaluated,
            _ if bits == 1 => Status::False,
            _ => Status::True,
        })
    }

    /// The elements of a list that was gone through, with the sites within them.
    fn elements(
        &mut self,
        scope: &mut Scope<'a>,
        walk: &mut Walk,
        site: SiteId,
        inner: &[SiteId],
    ) -> Result<Option<Elements>, DecodeError> {
        let Some(visits) = self.visits(scope, site)? else { return Ok(None) };
        let visited = visits.frames.count;
        let mut elements = Elements { visited, shown: Vec::new(), left_out: 0 };
        if inner.is_empty() {
            elements.left_out = visited;
            return Ok(Some(elements));
        }
        let chosen = self.chosen(scope, walk, &visits, inner)?;
        for (place, index) in chosen.iter().enumerate() {
            if self.budget == 0 {
                break;
            }
            let rest = self.take_share(chosen.len() - place);
            scope.enter(&visits, *index);
            elements.shown.push(self.one_element(scope, walk, &visits, *index, inner)?);
            scope.leave(&visits);
            self.budget += rest;
        }
        elements.left_out = visited - elements.shown.len() as u32;
        Ok(Some(elements))
    }

    /// The elements of a list that are shown: those that count, and those at its ends. Where each part has a share of the budget, no more than
    /// have enough of it, and first of all those that count.
    fn chosen(&mut self, scope: &mut Scope<'a>, walk: &Walk, visits: &Visits<'a>, inner: &[SiteId]) -> Result<Vec<u32>, DecodeError> {
        let visited = visits.frames.count;
        let most = if self.shares { self.budget.div_ceil(NODES_OF_ELEMENT) } else { self.budget };
        let (mut chosen, mut counting) = (Vec::new(), 0);
        for index in self.candidates(visited) {
            if counting >= most {
                break;
            }
            scope.enter(visits, index);
            let counts = self.counts(scope, walk, visits.site, inner)?;
            scope.leave(visits);
            counting += usize::from(counts);
            if counts || at_an_end(index, visited, self.ends) {
                chosen.push((index, counts));
            }
        }
        let mut others = most - counting.min(most);
        chosen.retain(|(_, counts)| *counts || others.checked_sub(1).map(|fewer| others = fewer).is_some());
        Ok(chosen.into_iter().map(|(index, _)| index).collect())
    }

    /// Whether the current element applied, or counted where not all elements do.
    fn counts(&mut self, scope: &mut Scope<'a>, walk: &Walk, of: SiteId, inner: &[SiteId]) -> Result<bool, DecodeError> {
        // The element that decided a `some` or an `every` is the last one visited, which is shown anyway.
        let total = scope.meta.sites[of.index()].value.is_some();
        let filtered = inner.iter().any(|site| scope.meta.sites[site.index()].kind == SiteKind::Condition);
        let sums = inner.iter().any(|site| scope.meta.sites[site.index()].kind == SiteKind::Body);
        for site in inner {
            let bits = scope.bits(*site)?;
            let counts = match &scope.meta.sites[site.index()].kind {
                SiteKind::Instance(_) => applied(RuleState::of(bits)),
                SiteKind::Body => total && filtered && bits != 0,
                SiteKind::Condition => total && !sums && bits == 2,
                SiteKind::Loop { .. } => bits != 0 && self.some_instance_applied(scope, walk, *site)?,
                _ => false,
            };
            if counts {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a rule applied to an element of a list within the current element.
    fn some_instance_applied(&mut self, scope: &mut Scope<'a>, walk: &Walk, of: SiteId) -> Result<bool, DecodeError> {
        let Some(visits) = self.visits(scope, of)?.filter(|_| goes_through_instances(scope.meta, walk, of)) else { return Ok(false) };
        let (inner, _) = divide(scope.meta, of, &walk.children[of.index()]);
        for index in self.candidates(visits.frames.count) {
            scope.enter(&visits, index);
            let counts = self.counts(scope, walk, of, &inner);
            scope.leave(&visits);
            if counts? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The elements of a list that may be shown: all of them, or its ends when too many were looked at already.
    fn candidates(&mut self, visited: u32) -> impl Iterator<Item = u32> + use<> {
        let (head, tail) = match self.visits.checked_sub(visited as usize) {
            Some(left) => {
                self.visits = left;
                (visited, visited)
            }
            None => (visited.min(SHOWN_ENDS), visited.saturating_sub(SHOWN_ENDS).max(SHOWN_ENDS)),
        };
        (0..head).chain(tail..visited)
    }

    fn one_element(
        &mut self,
        scope: &mut Scope<'a>,
        walk: &mut Walk,
        visits: &Visits<'a>,
        index: u32,
        inner: &[SiteId],
    ) -> Result<Element, DecodeError> {
        let mut element = visits.shown(index);
        self.fill(scope, walk, inner, &mut element.children)?;
        Ok(element)
    }

    /// What a called decision did.
    fn called(&mut self, scope: &Scope<'a>, walk: &Walk, site: &SiteMeta) -> Result<Option<Box<Branch>>, DecodeError> {
        let Some(mut callee) = self.callee(scope, site)? else { return Ok(None) };
        let by = self.by(&mut callee)?;
        let tree = if walk.level < MOST_LEVELS { self.tree_at(&mut callee, walk.level + 1)? } else { Vec::new() };
        Ok(Some(Box::new(Branch { decision: callee.meta.qualified_name(), by, tree })))
    }

    /// A decision as it was called. Its inputs are the operands of the call, if they are one for each parameter.
    pub(super) fn callee(&self, scope: &Scope<'a>, site: &SiteMeta) -> Result<Option<Scope<'a>>, DecodeError> {
        let SiteKind::Decision { decision, activation } = &site.kind else { return Ok(None) };
        let meta = self.program.decisions.get(decision.index()).ok_or(DecodeError::NoSuchDecision)?;
        let inputs = if site.operands.len() == meta.params.len() {
            site.operands
                .iter()
                .zip(&meta.params)
                .map(|(operand, param)| self.argument(scope, operand, &param.ty))
                .collect::<Result<_, _>>()?
        } else {
            vec![Bound::default(); meta.params.len()]
        };
        Scope::new(meta, inputs, self.activation(scope, *activation, meta)?).map(Some)
    }

    /// An argument of a call, which is shown with the places it is written with.
    fn argument(&self, scope: &Scope<'a>, operand: &Operand, ty: &Type) -> Result<Bound, DecodeError> {
        let bound = self.bound(scope, operand)?;
        Ok(Bound { value: bound.value.and_then(|value| with_places(value, &operand.ty, ty)), ..bound })
    }

    fn activation(&self, scope: &Scope<'a>, slot: SlotId, meta: &DecisionMeta) -> Result<&'a [u8], DecodeError> {
        let size = meta.frames.first().map_or(0, |frame| frame.layout.size);
        Ok(self.frames(scope, slot, size)?.get(0))
    }
}

/// The sites that belong to each site, and behind them those that belong to none. A site of an element that names no owner belongs to the
/// loop.
fn children(meta: &DecisionMeta) -> Vec<Vec<SiteId>> {
    let roots = meta.sites.len();
    let mut children = vec![Vec::new(); roots + 1];
    for (place, site) in meta.sites.iter().enumerate() {
        let owner = site.parent.map(SiteId::index).filter(|parent| *parent < place).or_else(|| loop_of(meta, site));
        children[owner.unwrap_or(roots)].push(SiteId(place as u32));
    }
    children
}

fn loop_of(meta: &DecisionMeta, site: &SiteMeta) -> Option<usize> {
    let around = |other: &SiteMeta| matches!(other.kind, SiteKind::Loop { frame, .. } if frame == site.frame);
    if site.frame.0 == 0 { None } else { meta.sites.iter().position(around) }
}

/// Of the sites that belong to one: those that are recorded for each element of its list, and the others.
fn divide(meta: &DecisionMeta, of: SiteId, all: &[SiteId]) -> (Vec<SiteId>, Vec<SiteId>) {
    match &meta.sites[of.index()].kind {
        SiteKind::Loop { frame, .. } => all.iter().partition(|site| meta.sites[site.index()].frame == *frame),
        _ => (Vec::new(), all.to_vec()),
    }
}

fn rule_status(meta: &DecisionMeta, walk: &Walk, rule: RuleId, state: RuleState) -> Status {
    match state {
        RuleState::NotReached => Status::NotReached,
        RuleState::DidNotApply => Status::DidNotApply,
        RuleState::Applied => match overriders(meta, &walk.states, rule) {
            by if by.is_empty() && meta.rules[rule.index()].shadow => Status::Applied,
            by if by.is_empty() && meta.policy == Some(Policy::Priority) => Status::Outranked,
            by => Status::Overridden { by },
        },
        RuleState::Decided => Status::Decided,
    }
}

/// Whether the bits of an evaluated site tell a boolean.
fn tells_truth(meta: &DecisionMeta, walk: &Walk, id: SiteId, site: &SiteMeta) -> bool {
    match &site.kind {
        SiteKind::Condition | SiteKind::Group => true,
        SiteKind::Table(_) => false,
        // A `for each` has no value; `some` and `every` are booleans.
        SiteKind::Loop { .. } => site.value.is_none() && !goes_through_instances(meta, walk, id),
        SiteKind::Outcome => site.value.is_none() && *meta.gives.required() == Type::Boolean,
        _ => site.value.is_none(),
    }
}

/// Whether a list is one of those of a `for each` rule.
fn goes_through_instances(meta: &DecisionMeta, walk: &Walk, list: SiteId) -> bool {
    walk.children[list.index()].iter().any(|site| match meta.sites[site.index()].kind {
        SiteKind::Instance(_) => true,
        SiteKind::Loop { .. } => *site > list && goes_through_instances(meta, walk, *site),
        _ => false,
    })
}

/// A node with nothing in it.
/// A row of a table that is looked up.
pub(super) fn row_kind(id: RuleId, rule: &RuleMeta, row: &Row) -> TraceKind {
    TraceKind::Rule {
        id,
        name: row.name.to_string(),
        group: rule.group.clone(),
        group_span: rule.group_span,
        shadow: false,
        refers: rule.refers,
        whole: row.span,
        outcome: row.span,
    }
}

pub(super) const fn bare(kind: TraceKind, span: Span, status: Status) -> TraceNode {
    TraceNode { kind, span, status, value: None, operands: Vec::new(), children: Vec::new(), elements: None, called: None }
}

const fn at_an_end(index: u32, visited: u32, ends: u32) -> bool {
    index < ends || visited - index <= ends
}
