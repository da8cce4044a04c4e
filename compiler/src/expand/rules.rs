//! Groups, rules and their outcomes.

use axtrace_runtime::meta::{Operand, OperandSource, Policy, RuleId, RuleMeta, SiteId, SiteKind, Tag, TextPiece};
use axtrace_runtime::types::{DEFAULT_DURATION, Kind, Scalar, Type};
use axtrace_runtime::value::Value;

use super::Expander;
use crate::graph::{Body, Group, Known, LoopId, NodeId, Outcome, Rule};
use crate::hir;

impl Expander<'_> {
    pub(super) fn rules(&mut self, decision: &hir::Decision, rules: &[hir::Rule]) {
        for group in &decision.groups {
            self.graph.groups.push(Group { name: group.name.clone(), when: None, span: group.span });
        }
        let mut expanded = Vec::with_capacity(rules.len());
        let mut group_sites: Vec<Option<SiteId>> = vec![None; decision.groups.len()];
        let mut table_sites: Vec<Option<SiteId>> = vec![None; decision.tables.len()];
        for (place, rule) in rules.iter().enumerate() {
            if self.too_large {
                break;
            }
            self.parent = rule.group.and_then(|group| self.group_site(decision, group, &mut group_sites));
            let headers = rule.row.as_ref().and_then(|row| self.headers(decision, row.table, RuleId(place as u32), &mut table_sites));
            if let Some(table) = rule.rows {
                self.find_rows(decision, table, RuleId(place as u32), &mut table_sites);
            }
            let table = rule.row.as_ref().map(|row| row.table).or(rule.rows);
            self.parent = table.map_or(self.parent, |table| table_sites[table]);
            let rule = self.rule(decision, rules, place, rule, headers);
            expanded.push(rule);
        }
        self.parent = None;
        self.graph.body = Body::Rules(expanded);
    }

    /// The site of a group's condition, made before its first rule.
    fn group_site(&mut self, decision: &hir::Decision, group: usize, sites: &mut [Option<SiteId>]) -> Option<SiteId> {
        let when = decision.groups[group].when.as_ref()?;
        if sites[group].is_none() {
            self.parent = None;
            let site = self.site(SiteKind::Group, when.span);
            let node = self.expr(when, Some(site));
            self.graph.groups[group].when = Some(node);
            sites[group] = Some(site);
        }
        sites[group]
    }

    fn rule(&mut self, decision: &hir::Decision, rules: &[hir::Rule], place: usize, rule: &hir::Rule, headers: Option<NodeId>) -> Rule {
        let id = RuleId(place as u32);
        let site = self.site(SiteKind::Rule(id), rule.head);
        let mut each = Vec::with_capacity(rule.each.len());
        let (parts, instance) = self.under(site, |this| this.instances(decision, (id, headers), rule, &mut each));
        self.graph.meta.rules.push(RuleMeta {
            name: rule.name.clone(),
            otherwise: rule.otherwise,
            group: rule.group.map(|group| decision.groups[group].name.clone()),
            group_span: rule.group.map(|group| decision.groups[group].span),
            span: rule.head,
            whole: rule.span,
            site,
            instance,
            because: parts.pieces,
            cites: rule.cites.clone(),
            owner: rule.owner.clone(),
            refers: matches!(rule.outcome, hir::Outcome::Refer { .. }),
            shadow: rule.shadow,
            overrides: reachable(rules, place).into_iter().map(|place| RuleId(place as u32)).collect(),
            outcome: parts.shown,
            rows: rule.rows.and_then(|table| self.rows(decision, table, &each)),
            outcome_span: parts.outcome.span,
        });
        Rule { id, group: rule.group, each, when: parts.when, knows: parts.knows, outcome: parts.outcome, because: parts.because }
    }

    /// The parts of a rule within the loops of its binders that are not open yet.
    fn instances(
        &mut self,
        decision: &hir::Decision,
        (id, headers): (RuleId, Option<NodeId>),
        rule: &hir::Rule,
        open: &mut Vec<LoopId>,
    ) -> (Parts, Option<SiteId>) {
        let Some(binder) = rule.each.get(open.len()) else {
            if open.is_empty() {
                return (self.rule_parts(decision, id, rule, headers), None);
            }
            let instance = self.site(SiteKind::Instance(id), rule.head);
            return (self.under(instance, |this| this.rule_parts(decision, id, rule, headers)), Some(instance));
        };
        let (of, _) = self.open_loop(binder, binder.list.span);
        open.push(of);
        let outer = self.enter(of);
        let done = self.instances(decision, (id, headers), rule, open);
        self.leave(outer);
        done
    }

    fn rule_parts(&mut self, decision: &hir::Decision, id: RuleId, rule: &hir::Rule, headers: Option<NodeId>) -> Parts {
        self.known = Known::Group(id);
        self.lets(&rule.before);
        let when = match &rule.row {
            Some(row) => self.cells(row, headers, rule.span),
            None => rule.when.as_ref().map(|when| self.expr(when, None)),
        };
        let knows = rule.knows.iter().map(|known| self.quiet(known, None)).collect();
        self.known = Known::Rule(id);
        self.lets(&rule.after);
        let (outcome, shown) = self.outcome(decision, &rule.outcome);
        let (pieces, because) = self.because(rule.because.as_deref());
        self.known = Known::Always;
        Parts { when, knows, outcome, shown, pieces, because }
    }

    fn outcome(&mut self, decision: &hir::Decision, outcome: &hir::Outcome) -> (Outcome, Operand) {
        match outcome {
            hir::Outcome::Value(value) => {
                let node = self.outcome_value(decision, value);
                let shown = self.operand(node);
                (Outcome { tag: 0, value: Some(node), within: None, span: value.span }, shown)
            }
            hir::Outcome::Refer { role, within, proposing, span } => {
                let within_node = within.as_ref().map(|within| self.within(within));
                let value = proposing.as_ref().map(|value| self.outcome_value(decision, value));
                let tag = self.tag(Tag::Referred { role: *role, within: within.is_some(), proposing: value.is_some() });
                let shown = match value {
                    Some(node) => self.operand(node),
                    None => Operand { span: *span, ty: Type::Boolean, source: OperandSource::Constant(Value::Missing) },
                };
                (Outcome { tag, value, within: within_node, span: *span }, shown)
            }
        }
    }

    fn outcome_value(&mut self, decision: &hir::Decision, value: &hir::Expr) -> NodeId {
        let node = if value.constant().is_some() {
            self.expr(value, None)
        } else {
            let site = self.site(SiteKind::Outcome, value.span);
            let node = self.expr(value, Some(site));
            self.set_value(site, node);
            node
        };
        if !matches!(decision.policy, Some(Policy::CollectSum | Policy::CollectCount)) {
            self.oblige(node, &decision.gives.0, "the outcome", decision.gives.1);
        }
        node
    }

    /// How long a referral may take: a duration from 0 on.
    fn within(&mut self, within: &hir::Expr) -> NodeId {
        let node = self.expr(within, None);
        let ty = Type::Scalar(Scalar::between(Kind::Duration, 0, DEFAULT_DURATION));
        self.oblige(node, &ty, "`within`", within.span);
        node
    }

    fn tag(&mut self, tag: Tag) -> u16 {
        let tags = &mut self.graph.meta.tags;
        let place = tags.iter().position(|other| *other == tag).unwrap_or_else(|| {
            tags.push(tag);
            tags.len() - 1
        });
        place as u16
    }

    /// The pieces of `because`, and the nodes that must be evaluated for them.
    fn because(&mut self, pieces: Option<&[hir::Piece]>) -> (Option<Vec<TextPiece>>, Vec<NodeId>) {
        let mut needed = Vec::new();
        let Some(pieces) = pieces else { return (None, needed) };
        let mut shown = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match piece {
                hir::Piece::Literal(text) => shown.push(TextPiece::Literal(text.clone())),
                hir::Piece::Value(value) => {
                    let node = self.expr(value, None);
                    let operand = self.operand(node);
                    let found = matches!(operand.source, OperandSource::Constant(_) | OperandSource::Input(_) | OperandSource::Element(..));
                    if !found {
                        needed.push(node);
                    }
                    shown.push(TextPiece::Value(operand));
                }
            }
        }
        (Some(shown), needed)
    }
}

/// What a rule consists of, once expanded.
struct Parts {
    when: Option<NodeId>,
    knows: Vec<NodeId>,
    outcome: Outcome,
    shown: Operand,
    pieces: Option<Vec<TextPiece>>,
    because: Vec<NodeId>,
}

/// The rules that a rule overrides, directly or through others.
fn reachable(rules: &[hir::Rule], from: usize) -> Vec<usize> {
    if rules[from].overrides.is_empty() {
        return Vec::new();
    }
    let mut seen = vec![false; rules.len()];
    let mut open = rules[from].overrides.clone();
    while let Some(place) = open.pop() {
        if !std::mem::replace(&mut seen[place], true) {
            open.extend(&rules[place].overrides);
        }
    }
    (0..rules.len()).filter(|place| seen[*place]).collect()
}
