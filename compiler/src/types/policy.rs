//! Hit policies: what each asks of the type that a decision gives, and of its outcomes.

use std::collections::HashMap;

use axtrace_grammar::ast;
use axtrace_runtime::meta::{Policy, Rank};
use axtrace_runtime::types::{DEFAULT_LIST, Kind, Scalar, Type, Unit};
use axtrace_source::{Sources, Span};

use super::{Checker, TypeFinding, words};
use crate::resolve::NameFinding;
use crate::suggest::{did_you_mean, worth_it};

impl Checker<'_, '_> {
    /// Whether the policy goes with what the decision gives; what has a rank under `priority`, the strongest first.
    pub(super) fn check_policy(&mut self, item: &ast::Decision, gives: &Type) -> Vec<Rank> {
        let Some(policy) = &item.policy else { return Vec::new() };
        let collects = policy_of(item).collects();
        if let (true, Some(at)) = (collects, item.may_refer) {
            let help = Some("let a second decision refer, or choose another hit policy".into());
            self.report(TypeFinding::Policy { what: "`or referral`".into(), policy: policy_name(&policy.node), at, help });
        }
        if let Some(help) = wanted(policy_of(item), gives) {
            let what = format!("`{}`", words::source(gives, &self.types));
            let help = Some(help.to_owned());
            self.report(TypeFinding::Policy { what, policy: policy_name(&policy.node), at: item.gives.span, help });
            return Vec::new();
        }
        match &policy.node {
            ast::HitPolicy::Priority(ranks) => self.ranks(item, ranks, gives),
            _ => Vec::new(),
        }
    }

    fn ranks(&mut self, item: &ast::Decision, written: &[ast::PriorityRank], gives: &Type) -> Vec<Rank> {
        let (mut ranks, mut known): (Vec<Rank>, HashMap<Rank, Span>) = (Vec::new(), HashMap::new());
        for one in written {
            let (rank, name, at) = match one {
                ast::PriorityRank::Refer(span) => (self.rank_of_referrals(item, *span), "refer".to_owned(), *span),
                ast::PriorityRank::Boolean(value) => {
                    (self.rank_of_boolean(value.node, gives, value.span), value.node.to_string(), value.span)
                }
                ast::PriorityRank::Value(of, name) => (self.rank_of_name(of.as_ref(), name, gives), name.text.clone(), name.span),
            };
            let Some(rank) = rank else { continue };
            match known.get(&rank).copied() {
                Some(first) => self.report(TypeFinding::FieldTwice { field: name, at, first }),
                None => {
                    known.insert(rank, at);
                    ranks.push(rank);
                }
            }
        }
        ranks
    }

    fn rank_of_referrals(&mut self, item: &ast::Decision, at: Span) -> Option<Rank> {
        if item.may_refer.is_none() {
            let gives = self.text(item.gives.span);
            let (decision, declared) = (item.name.text.clone(), item.gives.span);
            self.report(TypeFinding::MayNotRefer { decision, gives, at, declared });
            return None;
        }
        Some(Rank::Refer)
    }

    fn rank_of_boolean(&mut self, truth: bool, gives: &Type, at: Span) -> Option<Rank> {
        if *gives == Type::Boolean {
            return Some(Rank::Value(u16::from(truth)));
        }
        let (expected, found) = (self.words(gives), "a boolean".to_owned());
        self.report(TypeFinding::Mismatch { expected, found, at, declared: None, help: None });
        None
    }

    fn rank_of_name(&mut self, of: Option<&ast::Name>, name: &ast::Name, gives: &Type) -> Option<Rank> {
        let Type::Enum(id) = gives else {
            let help = Some("`true` and `false` have a rank, and `refer`".into());
            let found = format!("`{}`", name.text);
            self.report(TypeFinding::Mismatch { expected: "`true` or `false`".into(), found, at: name.span, declared: None, help });
            return None;
        };
        let (declared, span) = (&self.types.enum_type(*id).name, self.types.enum_type(*id).span);
        if let Some(of) = of.filter(|of| of.text != *declared) {
            let suggestion = Some(format!("the decision gives `{declared}`"));
            self.report_name(NameFinding::UnknownDeclared { what: "enum", name: of.text.clone(), at: of.span, suggestion });
            return None;
        }
        let place = self.enum_value(gives, &name.text).map(|(_, place)| place);
        if place.is_none() {
            let values = &self.types.enum_type(*id).values;
            let near = worth_it(self.findings.len(), values.len());
            let suggestion = near.then(|| did_you_mean(&name.text, values.iter().map(String::as_str))).flatten();
            let (enumeration, value) = (declared.clone(), name.text.clone());
            self.report_name(NameFinding::UnknownValue { enumeration, value, at: name.span, declared: span, suggestion });
        }
        place.map(Rank::Value)
    }
}

/// What a policy needs of the type that a decision gives, if this is not it.
fn wanted(policy: Policy, gives: &Type) -> Option<&'static str> {
    match (policy, gives) {
        (Policy::Priority, Type::Enum(_) | Type::Boolean) => None,
        (Policy::Priority, _) => Some("`priority` ranks the values of an enum, or `true` and `false`: give one of these"),
        (Policy::CollectSum, Type::Scalar(scalar)) if is_summable(scalar.kind) => None,
        (Policy::CollectSum, _) => Some("what is summed is a number, an amount of money, a duration, `days` or a `period`"),
        (Policy::CollectCount, Type::Scalar(Scalar { kind: Kind::Number { scale: 0, unit: Unit::One }, .. })) => None,
        (Policy::CollectCount, _) => Some("outcomes are counted in whole numbers: `gives integer`"),
        (Policy::CollectMin | Policy::CollectMax, gives) if matches!(gives.required(), Type::Scalar(_)) => None,
        (Policy::CollectMin | Policy::CollectMax, _) => {
            Some("the least and the greatest are sought among numbers, amounts, dates and times")
        }
        _ => None,
    }
}

const fn is_summable(kind: Kind) -> bool {
    !matches!(kind, Kind::Date | Kind::Time | Kind::Datetime | Kind::Weekday)
}

/// The type that the outcomes of rules have; none where any will do.
pub(super) fn outcome_type(policy: Policy, gives: &Type) -> Option<Type> {
    match policy {
        Policy::CollectCount => None,
        Policy::CollectMin | Policy::CollectMax => Some(gives.required().clone()),
        _ => Some(gives.clone()),
    }
}

/// The hit policy: `any` where none is written.
pub(super) fn policy_of(item: &ast::Decision) -> Policy {
    match item.policy.as_ref().map(|policy| &policy.node) {
        None | Some(ast::HitPolicy::Any) => Policy::Any,
        Some(ast::HitPolicy::Unique) => Policy::Unique,
        Some(ast::HitPolicy::First) => Policy::First,
        Some(ast::HitPolicy::Priority(_)) => Policy::Priority,
        Some(ast::HitPolicy::Collect) => Policy::Collect,
        Some(ast::HitPolicy::CollectSum) => Policy::CollectSum,
        Some(ast::HitPolicy::CollectCount) => Policy::CollectCount,
        Some(ast::HitPolicy::CollectMin) => Policy::CollectMin,
        Some(ast::HitPolicy::CollectMax) => Policy::CollectMax,
    }
}

pub(super) fn policy_name(policy: &ast::HitPolicy) -> &'static str {
    match policy {
        ast::HitPolicy::Any => "any",
        ast::HitPolicy::Unique => "unique",
        ast::HitPolicy::First => "first",
        ast::HitPolicy::Priority(_) => "priority",
        ast::HitPolicy::Collect => "collect",
        ast::HitPolicy::CollectSum => "collect sum",
        ast::HitPolicy::CollectCount => "collect count",
        ast::HitPolicy::CollectMin => "collect min",
        ast::HitPolicy::CollectMax => "collect max",
    }
}

/// The most outcomes that a collecting decision can have.
pub(super) fn most_outcomes(item: &ast::Decision, sources: &Sources) -> u32 {
    let ast::DecisionBody::Block(items) = &item.body else { return 0 };
    let most = |rule: &ast::Rule| match (rule.shadow, rule.for_each.is_empty()) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => DEFAULT_LIST,
    };
    let of = |part: &ast::DecisionItem| match part {
        ast::DecisionItem::Rule(rule) => most(rule),
        ast::DecisionItem::Table(table) => most_rows(table, sources),
        ast::DecisionItem::Group(group) => {
            let inner = group.items.iter().map(|it| match it {
                ast::GroupItem::Rule(rule) => most(rule),
                ast::GroupItem::Table(table) => most_rows(table, sources),
                ast::GroupItem::Broken(_) => 0,
            });
            inner.fold(0, u32::saturating_add)
        }
        _ => 0,
    };
    items.iter().map(of).fold(0, u32::saturating_add).min(1 << 29)
}

/// The most rows that a table can have. A file has no more than lines, and a cross table no more than cells.
fn most_rows(table: &ast::Table, sources: &Sources) -> u32 {
    let rows = match &table.kind {
        ast::TableKind::Rows { rows, .. } => rows.len(),
        ast::TableKind::Cross { columns, rows, .. } => columns.len().saturating_mul(rows.len()),
        ast::TableKind::Csv { file, .. } | ast::TableKind::CrossCsv { file, .. } => {
            let path = sources.file_at(file.span.start).and_then(|naming| naming.beside(&file.node));
            let place = path.and_then(|path| sources.data(&path).ok());
            let data = place.map(|place| &sources.files()[place]);
            let separators = |text: &str| text.bytes().filter(|byte| matches!(byte, b',' | b';' | b'\t' | b'\n')).count() + 1;
            match &table.kind {
                ast::TableKind::CrossCsv { .. } => data.map_or(0, |file| separators(file.text())),
                _ => data.map_or(0, axtrace_source::SourceFile::line_count),
            }
        }
    };
    u32::try_from(rows).unwrap_or(u32::MAX)
}
