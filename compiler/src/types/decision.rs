//! Decisions, groups and rules.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use axtrace_grammar::ast;
use axtrace_runtime::meta::{DecisionId, Policy};
use axtrace_runtime::types::{DEFAULT_NUMBER, Type};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::policy::{most_outcomes, outcome_type, policy_name, policy_of};
use super::{Caller, Checker, Signature, TypeFinding};
use crate::hir::{self, Body, Expr, Group, Let, Outcome, Rule, Table};
use crate::resolve::NameFinding;
use crate::suggest::{did_you_mean, worth_it};

/// The most pairs of rules of which one overrides the other, directly or through others.
const MOST_OVERRIDES: usize = 4_000_000;

/// Rules, groups and tables while a decision is checked.
#[derive(Default)]
pub(super) struct Names {
    /// By name, with their places.
    pub rules: HashMap<String, (usize, Span)>,
    groups: HashMap<String, (usize, Span)>,
    /// In source order.
    pub tables: Vec<Table>,
    /// Whether a table was wrong as a whole, and reported.
    lost: bool,
    /// What could not be read, and has been reported.
    broken: HashSet<String>,
}

impl Names {
    /// Says that the rows of a table are not among the rules.
    pub fn lose_table(&mut self) {
        self.lost = true;
    }
}

/// Where a table stands.
pub(super) struct Standing<'a, 'p> {
    /// Its decision.
    pub item: &'a ast::Decision,
    /// What that gives.
    pub gives: &'p Type,
    /// Its group.
    pub group: Option<usize>,
    /// The number of tables before it.
    pub number: usize,
}

/// A rule as it is written, with its group.
struct Written<'a> {
    rule: &'a ast::Rule,
    group: Option<usize>,
}

impl<'a> Checker<'a, '_> {
    /// What callers of a decision need to know.
    pub(super) fn signature(&mut self, place: usize) {
        let declared = &self.resolved.decisions[place];
        let item = declared.item;
        let parts = self.within(declared.module, Caller::Nobody, |this| {
            let params = this.arguments(&item.params)?;
            let gives = this.type_of(&item.gives)?;
            Some((params, gives))
        });
        let Some((params, gives)) = parts.0 else { return };
        let gives = match policy_of(item) {
            Policy::Collect => Type::List { element: Box::new(gives), min: 0, max: most_outcomes(item, self.sources) },
            _ => gives,
        };
        let may_refer = item.may_refer.is_some();
        self.signatures[place] = Some(Rc::new(Signature { params, gives, may_refer, span: item.head_span }));
    }

    /// All decisions, each with its rules.
    pub(super) fn decisions(&mut self) -> Vec<Option<hir::Decision>> {
        (0..self.resolved.decisions.len()).map(|place| self.decision(place)).collect()
    }

    fn decision(&mut self, place: usize) -> Option<hir::Decision> {
        let id = DecisionId(place as u32);
        let declared = &self.resolved.decisions[place];
        let item = declared.item;
        let params = self.signatures[place].as_ref()?.params.clone();
        let module = &self.resolved.modules[declared.module];
        let (name, owner) = (module.name.clone(), module.file.owner.as_ref().map(|owner| owner.node.clone()));
        let fields = params.clone();
        let (parts, scope) = self.within(declared.module, Caller::Decision(id), |this| {
            let gives = this.type_of(&item.gives)?;
            for field in &fields {
                this.scope.declare_input(&field.name, field.ty.clone(), field.span);
            }
            let ranks = this.check_policy(item, &gives);
            this.decision_parts(item, &gives).map(|(body, groups, tables)| (gives, ranks, body, groups, tables))
        });
        let (gives, ranks, body, groups, tables) = parts?;
        let policy = matches!(body, Body::Rules(_)).then(|| policy_of(item));
        Some(hir::Decision {
            id,
            name: item.name.text.clone(),
            module: name,
            owner,
            span: item.head_span,
            params,
            gives: (gives, item.gives.span),
            policy,
            ranks,
            steps: scope.steps,
            lets: scope.blocks.into_iter().next().unwrap_or_default(),
            groups,
            tables,
            body,
            vars: scope.vars,
        })
    }

    fn decision_parts(&mut self, item: &'a ast::Decision, gives: &Type) -> Option<(Body, Vec<Group>, Vec<Table>)> {
        if let Some(as_of) = &item.as_of {
            self.not_yet("as of", as_of.span);
        }
        match &item.body {
            ast::DecisionBody::Expr(expr) => self.one_value(item, expr, gives),
            ast::DecisionBody::Block(items) => {
                let value = items.iter().find_map(|part| if let ast::DecisionItem::Gives(it) = part { Some(it) } else { None });
                if let Some(value) = value { self.block_of_value(item, items, value, gives) } else { self.block(item, items, gives) }
            }
        }
    }

    /// A decision that is one expression. Hit policies are about rules.
    fn one_value(&mut self, item: &'a ast::Decision, value: &'a ast::Expr, gives: &Type) -> Option<(Body, Vec<Group>, Vec<Table>)> {
        if let Some(policy) = &item.policy {
            let help = Some("it says how rules that apply together decide: write rules, or take it out".into());
            self.report(TypeFinding::Policy { what: "one value".into(), policy: policy_name(&policy.node), at: policy.span, help });
        }
        let value = self.typed_as(value, gives, Some(item.gives.span));
        (!value.is_error() && item.policy.is_none()).then_some((Body::Expression(value), Vec::new(), Vec::new()))
    }

    /// `{ let … gives EXPRESSION }`: one expression, with what it needs before it.
    fn block_of_value(
        &mut self,
        item: &'a ast::Decision,
        items: &'a [ast::DecisionItem],
        value: &'a ast::Gives,
        gives: &Type,
    ) -> Option<(Body, Vec<Group>, Vec<Table>)> {
        let mut decides = None;
        for part in items {
            match part {
                ast::DecisionItem::Let(it) => self.open_lets(std::slice::from_ref(it), 0),
                ast::DecisionItem::Broken(it) => self.broken_part(it, &mut Names::default()),
                ast::DecisionItem::Steps(it) => self.steps(it),
                ast::DecisionItem::MayDepend(it) => self.not_yet("may depend on", it.span),
                _ => decides = decides.or_else(|| self.late(part)),
            }
        }
        let body = self.one_value(item, &value.value, gives);
        self.close_lets(0);
        if let Some((what, at)) = decides {
            self.report(TypeFinding::RulesAndValue { decision: item.name.text.clone(), what, at, gives: value.head_span });
            return None;
        }
        body
    }

    /// `steps up to n`: the greatest number of steps that the decision may take.
    fn steps(&mut self, written: &'a ast::Expr) {
        let most = Type::integer(1, DEFAULT_NUMBER);
        let count = self.constant_within(written, &most, "the number of steps", None);
        if let Some(count) = count.as_ref().and_then(Value::number).and_then(|count| u64::try_from(count).ok()) {
            self.scope.steps = Some((count, written.span));
        }
    }

    fn block(&mut self, item: &'a ast::Decision, items: &'a [ast::DecisionItem], gives: &Type) -> Option<(Body, Vec<Group>, Vec<Table>)> {
        let errors = self.findings.len();
        let mut names = Names::default();
        for part in items {
            match part {
                ast::DecisionItem::Let(it) => self.open_lets(std::slice::from_ref(it), 0),
                ast::DecisionItem::Broken(it) => self.broken_part(it, &mut names),
                ast::DecisionItem::Group(it) => {
                    let broken = it.items.iter().filter_map(|part| if let ast::GroupItem::Broken(it) = part { Some(it) } else { None });
                    broken.for_each(|it| self.broken_part(it, &mut names));
                }
                _ => {}
            }
        }
        let (mut rules, mut groups, mut overrides) = (Vec::new(), Vec::new(), Vec::new());
        let mut number = 0;
        let mut otherwise: Option<&ast::Otherwise> = None;
        for part in items {
            if let (Some(first), Some((what, at))) = (otherwise, self.late(part)) {
                self.report(TypeFinding::AfterOtherwise { what, at, otherwise: first.head_span });
            }
            match part {
                ast::DecisionItem::Let(_) | ast::DecisionItem::Always(_) | ast::DecisionItem::Gives(_) | ast::DecisionItem::Broken(_) => {}
                ast::DecisionItem::Table(it) => {
                    let at = Standing { item, gives, group: None, number };
                    self.table(&at, it, &mut names, &mut rules);
                    number += 1;
                }
                ast::DecisionItem::MayDepend(it) => self.not_yet("may depend on", it.span),
                ast::DecisionItem::Steps(it) => self.steps(it),
                ast::DecisionItem::Rule(it) => {
                    overrides.push((vec![rules.len()], it.overrides.as_slice()));
                    self.rule(item, &Written { rule: it, group: None }, gives, &mut names, &mut rules);
                }
                ast::DecisionItem::Group(it) => {
                    let first = rules.len();
                    let at = Standing { item, gives, group: Some(groups.len()), number };
                    overrides.extend(self.group(&at, it, &mut names, &mut rules, &mut groups));
                    overrides.push(((first..rules.len()).collect(), it.overrides.as_slice()));
                    number += it.items.iter().filter(|part| matches!(part, ast::GroupItem::Table(_))).count();
                }
                ast::DecisionItem::Otherwise(it) => {
                    otherwise.get_or_insert(it);
                }
            }
        }
        self.close_lets(0);
        for (members, targets) in overrides {
            self.overrides(item, &members, targets, &names, &mut rules);
        }
        self.refuse_override_circles(&mut rules);
        // A shadow changes nothing, not even for the rules that it would override.
        rules.iter_mut().flatten().filter(|rule| rule.shadow).for_each(|rule| rule.overrides.clear());
        if let Some(it) = otherwise {
            let rule = self.otherwise(item, it, gives);
            rules.extend(rule);
        }
        let broken = items.iter().any(|part| match part {
            ast::DecisionItem::Broken(_) => true,
            ast::DecisionItem::Group(group) => group.items.iter().any(|it| matches!(it, ast::GroupItem::Broken(_))),
            _ => false,
        });
        if rules.is_empty() && !broken && self.findings.len() == errors {
            self.report(TypeFinding::NoRules { decision: item.name.text.clone(), at: item.head_span });
        }
        if broken || names.lost || !names.broken.is_empty() {
            return None;
        }
        let rules: Option<Vec<Rule>> = rules.into_iter().collect();
        rules.map(|rules| (Body::Rules(rules), groups, names.tables))
    }

    /// Uses of what could not be read are not unknown names.
    fn broken_part(&mut self, part: &ast::Broken, names: &mut Names) {
        let Some(name) = &part.name else { return };
        names.broken.insert(name.text.clone());
        if let Some(level) = self.scope.names.last_mut() {
            level.entry(name.text.clone()).or_insert(super::scope::Binding::Broken(name.span));
        }
    }

    /// What may not stand after `otherwise`.
    fn late(&self, part: &ast::DecisionItem) -> Option<(String, Span)> {
        match part {
            ast::DecisionItem::Rule(it) => Some((format!("rule `{}`", it.name.text), it.head_span)),
            ast::DecisionItem::Group(it) => Some((format!("group `{}`", it.name.text), it.head_span)),
            ast::DecisionItem::Table(it) => Some(("a table".into(), it.span)),
            ast::DecisionItem::Otherwise(it) => Some(("`otherwise`".into(), it.head_span)),
            _ => None,
        }
    }

    /// The rules of a group; gives those that override others by themselves.
    fn group(
        &mut self,
        at: &Standing<'a, '_>,
        group: &'a ast::Group,
        names: &mut Names,
        rules: &mut Vec<Option<Rule>>,
        groups: &mut Vec<Group>,
    ) -> Vec<(Vec<usize>, &'a [ast::Name])> {
        let (place, mut number, mut overrides) = (groups.len(), at.number, Vec::new());
        self.unique_name(&group.name, names);
        names.groups.insert(group.name.text.clone(), (place, group.name.span));
        let when = group.when.as_ref().map(|when| self.condition(when));
        let given = when.as_ref().map(|when| self.scope.given_if(when)).unwrap_or_default();
        groups.push(Group { name: group.name.text.clone(), when: when.filter(|when| !when.is_error()), span: group.name.span });
        self.knowing(given, |this| {
            for part in &group.items {
                match part {
                    ast::GroupItem::Rule(it) => {
                        overrides.push((vec![rules.len()], it.overrides.as_slice()));
                        this.rule(at.item, &Written { rule: it, group: Some(place) }, at.gives, names, rules);
                    }
                    ast::GroupItem::Table(it) => {
                        let at = Standing { number, ..*at };
                        this.table(&at, it, names, rules);
                        number += 1;
                    }
                    ast::GroupItem::Broken(_) => {}
                }
            }
        });
        overrides
    }

    /// Says so where a rule or group has a name that another has.
    pub(super) fn unique_name(&mut self, name: &ast::Name, names: &Names) {
        if let Some((_, first)) = names.rules.get(&name.text).or_else(|| names.groups.get(&name.text)) {
            self.report_name(NameFinding::Twice { name: name.text.clone(), at: name.span, first: *first });
        }
    }

    fn rule(&mut self, item: &'a ast::Decision, written: &Written<'a>, gives: &Type, names: &mut Names, rules: &mut Vec<Option<Rule>>) {
        let rule = written.rule;
        self.unique_name(&rule.name, names);
        names.rules.entry(rule.name.text.clone()).or_insert((rules.len(), rule.name.span));
        for date in [&rule.from, &rule.until].into_iter().flatten() {
            self.not_yet("from and until", date.span);
        }
        self.scope.rule = Some(rule.name.text.clone());
        let levels = self.scope.names.len();
        let done = self.rule_parts(item, written, gives);
        self.scope.names.truncate(levels);
        self.scope.rule = None;
        rules.push(done);
    }

    fn rule_parts(&mut self, item: &'a ast::Decision, written: &Written<'a>, gives: &Type) -> Option<Rule> {
        let rule = written.rule;
        let each = self.bind_all(&rule.for_each)?;
        self.scope.names.push(HashMap::new());
        let lets = self.scope.pending.len();
        let before = self.open_block(&rule.lets_before);
        let when = rule.when.as_ref().map(|when| self.condition(when));
        let given = when.as_ref().map(|when| self.scope.given_if(when)).unwrap_or_default();
        let (outcome, because, after) = self.knowing(given, |this| {
            let after = this.open_block(&rule.lets_after);
            let outcome = this.outcome(item, &rule.outcome, outcome_type(policy_of(item), gives).as_ref());
            let because = this.because(rule.because.as_ref());
            this.close_lets(lets);
            (outcome, because, after)
        });
        if when.as_ref().is_some_and(Expr::is_error) {
            return None;
        }
        Some(Rule {
            name: rule.name.text.clone(),
            otherwise: false,
            group: written.group,
            each,
            before: self.take_block(before),
            row: None,
            rows: None,
            knows: Vec::new(),
            when,
            after: self.take_block(after),
            outcome: outcome?,
            because: because?,
            cites: cites(&rule.cites),
            owner: rule.owner.as_ref().map(|owner| owner.node.clone()),
            shadow: rule.shadow,
            overrides: Vec::new(),
            head: rule.head_span,
            span: rule.span,
        })
    }

    fn open_block(&mut self, lets: &'a [ast::Let]) -> usize {
        self.scope.blocks.push(Vec::new());
        let block = self.scope.blocks.len() - 1;
        self.open_lets(lets, block);
        block
    }

    fn take_block(&mut self, block: usize) -> Vec<Let> {
        std::mem::take(&mut self.scope.blocks[block])
    }

    fn otherwise(&mut self, item: &'a ast::Decision, it: &'a ast::Otherwise, gives: &Type) -> Option<Option<Rule>> {
        if matches!(policy_of(item), Policy::Collect | Policy::CollectSum | Policy::CollectCount) {
            let policy = item.policy.as_ref().map_or("any", |policy| policy_name(&policy.node));
            let help = Some("where no rule applies the list is empty, and the sum and the number are 0".into());
            self.report(TypeFinding::Policy { what: "`otherwise`".into(), policy, at: it.head_span, help });
            return None;
        }
        let outcome = self.outcome(item, &it.outcome, outcome_type(policy_of(item), gives).as_ref());
        let because = self.because(it.because.as_ref());
        let rule = |outcome: Outcome, because| Rule {
            name: "otherwise".into(),
            otherwise: true,
            group: None,
            each: Vec::new(),
            before: Vec::new(),
            row: None,
            rows: None,
            knows: Vec::new(),
            when: None,
            after: Vec::new(),
            outcome,
            because,
            cites: cites(&it.cites),
            owner: None,
            shadow: false,
            overrides: Vec::new(),
            head: it.head_span,
            span: it.span,
        };
        Some(outcome.zip(because).map(|(outcome, because)| rule(outcome, because)))
    }

    // Overrides

    fn overrides(&mut self, item: &ast::Decision, members: &[usize], targets: &[ast::Name], names: &Names, rules: &mut [Option<Rule>]) {
        if let (Some(first), Policy::First) = (targets.first(), policy_of(item)) {
            self.report(TypeFinding::OverridesUnderFirst { at: first.span });
            return;
        }
        for target in targets {
            let places: Vec<usize> = match (names.rules.get(&target.text), names.groups.get(&target.text)) {
                (Some((place, _)), _) => vec![*place],
                (None, Some((group, _))) => {
                    let inside = |rule: &Option<Rule>| rule.as_ref().is_some_and(|rule| rule.group == Some(*group));
                    (0..rules.len()).filter(|place| inside(&rules[*place])).collect()
                }
                (None, None) if names.broken.contains(&target.text) => continue,
                (None, None) => {
                    let near = worth_it(self.findings.len(), rules.len());
                    let suggestion = near.then(|| near_rule(&target.text, names)).flatten();
                    self.report_name(NameFinding::UnknownDeclared {
                        what: "rule or group",
                        name: target.text.clone(),
                        at: target.span,
                        suggestion,
                    });
                    continue;
                }
            };
            for member in members {
                if let Some(rule) = &mut rules[*member] {
                    rule.overrides.extend(&places);
                }
            }
        }
    }

    /// A rule that overrides itself, directly or through others, would decide nothing.
    fn refuse_override_circles(&mut self, rules: &mut [Option<Rule>]) {
        let mut pairs = 0;
        for place in 0..rules.len() {
            let reached = reachable(rules, place);
            pairs += reached.len();
            if pairs > MOST_OVERRIDES {
                return self.refuse_so_many_overrides(rules, place);
            }
            if reached.contains(&place)
                && let Some(rule) = &mut rules[place]
            {
                let (name, at) = (rule.name.clone(), rule.head);
                rule.overrides.clear();
                self.report(TypeFinding::OverridesItself { rule: name, at });
            }
        }
    }

    fn refuse_so_many_overrides(&mut self, rules: &mut [Option<Rule>], place: usize) {
        if let Some(rule) = &rules[place] {
            let at = rule.head;
            let limit = "the rules of a decision override each other in at most 4,000,000 pairs, directly or through others";
            self.report(TypeFinding::TooLarge { limit, at });
        }
        rules.iter_mut().flatten().for_each(|rule| rule.overrides.clear());
    }

    // Circles of decisions

    /// A decision that calls itself, directly or through defines and other decisions, might never end.
    pub(super) fn find_decision_cycles(&mut self) {
        let calls = std::mem::take(&mut self.calls);
        let defines = std::mem::take(&mut self.define_uses);
        let defines = defines.into_iter().map(|(caller, define, span)| (caller, Caller::Define(define), span));
        let mut edges: HashMap<Caller, Vec<(Caller, Span)>> = HashMap::new();
        let all = calls.iter().map(|(caller, callee, span)| (*caller, Caller::Decision(*callee), *span)).chain(defines);
        for (caller, callee, span) in all {
            edges.entry(caller).or_default().push((callee, span));
        }
        let mut states: HashMap<Caller, bool> = HashMap::new();
        for place in 0..self.resolved.decisions.len() {
            self.visit_calls(Caller::Decision(DecisionId(place as u32)), &edges, &mut states, &mut Vec::new());
        }
    }

    fn visit_calls(
        &mut self,
        node: Caller,
        edges: &HashMap<Caller, Vec<(Caller, Span)>>,
        states: &mut HashMap<Caller, bool>,
        path: &mut Vec<Span>,
    ) {
        if states.contains_key(&node) {
            return;
        }
        states.insert(node, false);
        for (callee, span) in edges.get(&node).into_iter().flatten() {
            path.push(*span);
            if states.get(callee) == Some(&false) {
                let name = self.caller_name(*callee);
                self.report_name(NameFinding::Cycle { name, at: *span, path: path[..path.len() - 1].to_vec() });
            } else {
                self.visit_calls(*callee, edges, states, path);
            }
            path.pop();
        }
        states.insert(node, true);
    }

    fn caller_name(&self, caller: Caller) -> String {
        match caller {
            Caller::Nobody => String::new(),
            Caller::Define(id) => self.resolved.defines[id.0 as usize].item.name.text.clone(),
            Caller::Decision(id) => self.resolved.decisions[id.index()].item.name.text.clone(),
        }
    }
}

fn near_rule(name: &str, names: &Names) -> Option<String> {
    let mut known: Vec<_> = names.rules.keys().chain(names.groups.keys()).map(String::as_str).collect();
    known.sort_unstable();
    did_you_mean(name, known)
}

pub(super) fn cites(written: &[ast::Cite]) -> Vec<(String, Option<String>)> {
    written.iter().map(|cite| (cite.text.node.clone(), cite.url.as_ref().map(|url| url.node.clone()))).collect()
}

/// The rules that a rule overrides, directly or through others.
pub(crate) fn reachable(rules: &[Option<Rule>], from: usize) -> Vec<usize> {
    if rules[from].as_ref().is_none_or(|rule| rule.overrides.is_empty()) {
        return Vec::new();
    }
    let mut seen = vec![false; rules.len()];
    let direct = |place: usize| rules[place].as_ref().map(|rule| rule.overrides.clone()).unwrap_or_default();
    let mut open = direct(from);
    while let Some(place) = open.pop() {
        if !std::mem::replace(&mut seen[place], true) {
            open.extend(direct(place));
        }
    }
    (0..rules.len()).filter(|place| seen[*place]).collect()
}
