//! Which rules of the grammar are used by rule files: the rules, the rules directly inside of each, and the signs written in it.
//!
//! An entry is the name of a rule, or `rule/part` with a rule or a sign that stands directly in it.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use axtrace_source::{Findings, Sources};
use pest::iterators::{Pair, Pairs};
use pest_meta::ast::{Expr, Rule as MetaRule, RuleType};

use super::ebnf::meta_rules;
use crate::{grammar::Rule, parse};

thread_local! {
    /// What the builder reads on this thread, while a test looks.
    static SEEN: RefCell<Option<BTreeSet<String>>> = const { RefCell::new(None) };
}

/// Told by the builder what it read.
pub(crate) fn note(pairs: &Pairs<Rule>) {
    SEEN.with_borrow_mut(|seen| {
        if let Some(seen) = seen {
            pairs.clone().for_each(|pair| note_pair(&pair, seen));
        }
    });
}

fn note_pair(pair: &Pair<Rule>, seen: &mut BTreeSet<String>) {
    let rule = format!("{:?}", pair.as_rule());
    let (mut from, text) = (pair.as_span().start(), pair.as_span().get_input());
    let mut own = String::new();
    for inner in pair.clone().into_inner() {
        seen.insert(format!("{rule}/{:?}", inner.as_rule()));
        own += &format!("{} ", &text[from..inner.as_span().start()]);
        from = inner.as_span().end();
        note_pair(&inner, seen);
    }
    own += &text[from..pair.as_span().end()];
    seen.extend(own.split_whitespace().map(|sign| format!("{rule}/\"{sign}\"")));
    seen.insert(rule);
}

/// What rule files use.
pub(super) fn used_by<'a>(files: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    SEEN.set(Some(BTreeSet::new()));
    for text in files {
        let mut sources = Sources::new();
        let file = sources.add("a.ax", text.to_owned()).expect("a source");
        let _ = parse(&sources.files()[file], &mut Findings::new());
    }
    SEEN.take().unwrap_or_default()
}

/// All that can be used.
pub(super) fn uses(grammar: &str, unseen: &[&str]) -> BTreeSet<String> {
    let rules: BTreeMap<_, _> = meta_rules(grammar).into_iter().map(|rule| (rule.name.clone(), rule)).collect();
    let mut uses = BTreeSet::new();
    for rule in rules.values().filter(|rule| !unseen.contains(&rule.name.as_str())) {
        uses.insert(rule.name.clone());
        let mut parts = BTreeSet::new();
        collect(&rule.expr, &rules, &mut parts);
        let whole = rule.ty == RuleType::Atomic;
        uses.extend(parts.into_iter().filter(|_| !whole).map(|part| format!("{}/{part}", rule.name)));
    }
    uses
}

fn collect(expr: &Expr, rules: &BTreeMap<String, MetaRule>, parts: &mut BTreeSet<String>) {
    match expr {
        // Quotation marks stand at both ends of a text, whatever is in it.
        Expr::Str(sign) if sign == "\"" => {}
        Expr::Str(sign) => drop(parts.insert(format!("\"{sign}\""))),
        Expr::Ident(name) => match rules.get(name) {
            Some(rule) if rule.ty == RuleType::Silent && name != "blank" => collect(&rule.expr, rules, parts),
            Some(rule) if rule.ty != RuleType::Silent => drop(parts.insert(name.clone())),
            _ => {}
        },
        Expr::Seq(left, right) | Expr::Choice(left, right) => {
            collect(left, rules, parts);
            collect(right, rules, parts);
        }
        Expr::Opt(part) | Expr::Rep(part) | Expr::RepOnce(part) | Expr::RepExact(part, _) => collect(part, rules, parts),
        _ => {}
    }
}
