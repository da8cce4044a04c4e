//! The rules of the grammar as an author reads them: in EBNF, keywords as quoted words, without what is only about blanks and how words end.

use std::collections::{BTreeMap, BTreeSet};

use pest_meta::{
    ast::{Expr, Rule as MetaRule},
    parser,
};

/// How wide a line of the page may be.
const WIDTH: usize = 110;

/// Rules that have another name on the page, where the name without `only_` or `t_` is that of another, or says little.
const RENAMED: [(&str, &str); 15] = [
    ("only_unit", "unit_declaration"),
    ("only_param", "module_param"),
    ("only_decision", "short_decision"),
    ("only_test", "single_test"),
    ("only_test_head", "test_head"),
    ("only_group", "group_head"),
    ("only_table", "table_head"),
    ("only_change", "change_head"),
    ("only_workflow", "workflow_head"),
    ("only_may", "may_depend"),
    ("only_tests", "condition_cell"),
    ("only_cites", "cites_cell"),
    ("only_names", "names_cell"),
    ("rule_decl", "rule"),
    ("type_kind", "type_without_range"),
];

/// A part of a production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ebnf {
    /// Nothing that is written.
    Nothing,
    /// What stands there as it is.
    Word(String),
    /// Another production.
    Name(String),
    Seq(Vec<Ebnf>),
    Choice(Vec<Ebnf>),
    /// Once or not at all.
    Optional(Box<Ebnf>),
    /// Any number of times.
    Repeated(Box<Ebnf>),
}

/// All productions, by their names on the page.
pub(super) struct Productions {
    by_name: BTreeMap<String, Ebnf>,
    /// The rules of the grammar that are not built, and the parts of others, with the names of the page.
    unbuilt: BTreeSet<String>,
}

impl Productions {
    /// Reads a grammar. Rules that are one word or one other rule are written where they are used.
    pub(super) fn read(grammar: &str, unseen: &[&str], in_words: &[&str], unbuilt: &BTreeSet<String>) -> Self {
        let mut rules: BTreeMap<String, Ebnf> = BTreeMap::new();
        for rule in meta_rules(grammar) {
            let replaced = rules.insert(rule.name.clone(), simplified(&rule.expr));
            assert!(replaced.is_none(), "`{}` is a rule twice", rule.name);
        }
        let aliases = aliases(&rules, in_words, unseen);
        let kept = rules.iter().filter(|(name, _)| !aliases.contains_key(*name) && !unseen.contains(&name.as_str()));
        let mut by_name = BTreeMap::new();
        for (name, body) in kept.filter(|(name, _)| !in_words.contains(&name.as_str())) {
            let replaced = by_name.insert(shown(name), body.with(&aliases));
            assert!(replaced.is_none(), "two rules are called `{}` on the page", shown(name));
        }
        Self { unbuilt: shown_unbuilt(&rules, &aliases, unbuilt), by_name }
    }

    pub(super) fn written(&self) -> impl Iterator<Item = (&str, &Ebnf)> {
        self.by_name.iter().map(|(name, body)| (name.as_str(), body))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Ebnf> {
        self.by_name.get(name)
    }

    /// Some productions, aligned.
    pub(super) fn block(&self, names: &[String]) -> String {
        let marked = |name: &String| if self.unbuilt.contains(name) { format!("{name}†") } else { name.clone() };
        let known: Vec<_> = names.iter().filter_map(|name| Some((marked(name), name, self.get(name)?))).collect();
        let width = known.iter().map(|(shown, ..)| shown.chars().count()).max().unwrap_or(0);
        known.iter().map(|(shown, name, body)| self.production(shown, name, body, width)).collect()
    }

    fn production(&self, shown: &str, name: &str, body: &Ebnf, width: usize) -> String {
        let write = |part: &Ebnf, inside| self.write(name, part, inside);
        let (pieces, joint) = match body {
            Ebnf::Choice(parts) => (parts.iter().map(|part| write(part, false)).collect(), "| "),
            Ebnf::Seq(parts) => (parts.iter().map(|part| write(part, true)).collect(), ""),
            other => (vec![write(other, false)], ""),
        };
        let indent = width + 3;
        let mut lines = vec![String::new()];
        for (place, piece) in pieces.iter().enumerate() {
            let joined = if place == 0 { piece.clone() } else { format!("{joint}{piece}") };
            let line = lines.last_mut().expect("a line");
            if !line.is_empty() && indent + line.chars().count() + 1 + joined.chars().count() > WIDTH {
                lines.push(joined);
            } else {
                let blank = if line.is_empty() { "" } else { " " };
                *line = format!("{line}{blank}{joined}");
            }
        }
        let blanks = " ".repeat(if joint.is_empty() { indent } else { indent - 2 });
        let pad = " ".repeat(width - shown.chars().count());
        // The bar of a choice stands below the `=`.
        format!("{shown}{pad} = {}\n", lines.join(&format!("\n{blanks}")))
    }

    /// A part of a production; inside of others a choice has brackets. What stands in a production that is not built has no marks.
    fn write(&self, of: &str, part: &Ebnf, inside: bool) -> String {
        let mark = |shown: &str| {
            let unbuilt = self.unbuilt.contains(shown) || self.unbuilt.contains(&format!("{of}/{shown}"));
            if unbuilt && !self.unbuilt.contains(of) { "†" } else { "" }
        };
        match part {
            Ebnf::Nothing => String::new(),
            Ebnf::Word(_) | Ebnf::Name(_) => format!("{part}{}", mark(&part.to_string())),
            Ebnf::Seq(parts) => parts.iter().map(|part| self.write(of, part, true)).collect::<Vec<_>>().join(" "),
            Ebnf::Choice(parts) => {
                let choice = parts.iter().map(|part| self.write(of, part, false)).collect::<Vec<_>>().join(" | ");
                if inside { format!("( {choice} )") } else { choice }
            }
            Ebnf::Optional(part) => format!("[ {} ]", self.write(of, part, false)),
            Ebnf::Repeated(part) => format!("{{ {} }}", self.write(of, part, false)),
        }
    }
}

impl std::fmt::Display for Ebnf {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Word(word) if word.contains('"') => write!(f, "'{word}'"),
            Self::Word(word) => write!(f, "\"{word}\""),
            Self::Name(name) => f.write_str(name),
            other => write!(f, "{other:?}"),
        }
    }
}

impl Ebnf {
    /// The productions that it names.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Nothing | Self::Word(_) => Vec::new(),
            Self::Name(name) => vec![name.clone()],
            Self::Seq(parts) | Self::Choice(parts) => parts.iter().flat_map(Self::names).collect(),
            Self::Optional(part) | Self::Repeated(part) => part.names(),
        }
    }

    /// The same with other rules written where they are used, and the names of the page.
    fn with(&self, aliases: &BTreeMap<String, Ebnf>) -> Self {
        match self {
            Self::Name(name) => aliases.get(name).cloned().unwrap_or_else(|| Self::Name(shown(name))),
            Self::Seq(parts) => Self::Seq(parts.iter().map(|part| part.with(aliases)).collect()),
            Self::Choice(parts) => Self::Choice(parts.iter().map(|part| part.with(aliases)).collect()),
            Self::Optional(part) => Self::Optional(Box::new(part.with(aliases))),
            Self::Repeated(part) => Self::Repeated(Box::new(part.with(aliases))),
            Self::Nothing | Self::Word(_) => self.clone(),
        }
    }
}

/// The rules of a grammar as pest reads them.
pub(super) fn meta_rules(grammar: &str) -> Vec<MetaRule> {
    let pairs = parser::parse(parser::Rule::grammar_rules, grammar).expect("the grammar can be read");
    parser::consume_rules(pairs).expect("the grammar has no errors")
}

/// The name on the page.
fn shown(rule: &str) -> String {
    if let Some((_, shown)) = RENAMED.iter().find(|(renamed, _)| *renamed == rule) {
        return (*shown).to_owned();
    }
    let bare = rule.strip_prefix("only_").unwrap_or(rule);
    bare.strip_prefix("t_").map_or_else(|| bare.to_owned(), |kind| format!("{kind}_type"))
}

/// What is not built, with the names of the page: productions, and parts of others. A word stands for itself where the rule is named, and what
/// begins with something that is not built, or stands only in it, is not built either.
fn shown_unbuilt(rules: &BTreeMap<String, Ebnf>, aliases: &BTreeMap<String, Ebnf>, unbuilt: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = unbuilt.clone();
    loop {
        let begins = |body: &Ebnf| matches!(body, Ebnf::Seq(parts) if matches!(&parts[0], Ebnf::Name(first) if all.contains(first)));
        let holders =
            |name: &String| rules.iter().filter(|(_, body)| body.names().contains(name)).map(|(holder, _)| holder).collect::<Vec<_>>();
        let inside =
            |name: &String| !holders(name).is_empty() && holders(name).iter().all(|holder| all.contains(*holder) || *holder == name);
        let follows = |(name, body): &(&String, &Ebnf)| !all.contains(*name) && (begins(body) || inside(name));
        let more: Vec<_> = rules.iter().filter(follows).map(|(name, _)| name.clone()).collect();
        if more.is_empty() {
            break;
        }
        all.extend(more);
    }
    let mut shown_all = BTreeSet::new();
    for (name, body) in rules {
        let parts = body.names().into_iter().filter(|part| all.contains(part) || all.contains(&format!("{name}/{part}")));
        shown_all.extend(parts.filter_map(|part| match aliases.get(&part) {
            Some(word @ Ebnf::Word(_)) => Some(format!("{}/{word}", shown(name))),
            Some(_) => None,
            None => Some(format!("{}/{}", shown(name), shown(&part))),
        }));
    }
    shown_all.extend(all.iter().filter(|name| rules.contains_key(*name) && !aliases.contains_key(*name)).map(|name| shown(name)));
    shown_all
}

/// What stands for rules that are one word, or read alone what another rule says, and for those that nobody sees.
fn aliases(rules: &BTreeMap<String, Ebnf>, in_words: &[&str], unseen: &[&str]) -> BTreeMap<String, Ebnf> {
    let mut aliases = BTreeMap::new();
    for (name, body) in rules.iter().filter(|(name, _)| !in_words.contains(&name.as_str())) {
        match body {
            Ebnf::Word(_) => drop(aliases.insert(name.clone(), body.clone())),
            Ebnf::Name(other) if name.starts_with("only_") => drop(aliases.insert(name.clone(), Ebnf::Name(shown(other)))),
            Ebnf::Name(other) if name.starts_with("has_") => drop(aliases.insert(name.clone(), rules[other].clone())),
            _ => {}
        }
    }
    for name in unseen {
        // A silent rule is a choice of others, which stand where it does.
        if let Some(body @ Ebnf::Choice(_)) = rules.get(*name).filter(|_| *name == "numeric") {
            aliases.insert((*name).to_owned(), body.clone());
        }
    }
    aliases
}

/// A rule without looks ahead, blanks, and the beginning and end of what is read alone.
fn simplified(expr: &Expr) -> Ebnf {
    match expr {
        Expr::Str(word) => Ebnf::Word(word.clone()),
        Expr::Ident(name) if matches!(name.as_str(), "SOI" | "EOI" | "blank") => Ebnf::Nothing,
        Expr::Ident(name) => Ebnf::Name(name.clone()),
        Expr::Seq(left, right) => sequence(simplified(left), simplified(right)),
        Expr::Choice(left, right) => choice(simplified(left), simplified(right)),
        Expr::Opt(part) => optional(simplified(part)),
        Expr::Rep(part) => repeated(simplified(part)),
        Expr::RepOnce(part) => sequence(simplified(part), repeated(simplified(part))),
        Expr::RepExact(part, _) => simplified(part),
        Expr::PosPred(_) | Expr::NegPred(_) => Ebnf::Nothing,
        other => panic!("the page does not know how to write {other:?}"),
    }
}

fn sequence(left: Ebnf, right: Ebnf) -> Ebnf {
    let parts = |part| match part {
        Ebnf::Seq(parts) => parts,
        Ebnf::Nothing => Vec::new(),
        other => vec![other],
    };
    let mut all = parts(left);
    all.extend(parts(right));
    if all.len() == 1 {
        all.remove(0)
    } else if all.is_empty() {
        Ebnf::Nothing
    } else {
        Ebnf::Seq(all)
    }
}

fn choice(left: Ebnf, right: Ebnf) -> Ebnf {
    let parts = |part| match part {
        Ebnf::Choice(parts) => parts,
        other => vec![other],
    };
    let mut all = parts(left);
    all.extend(parts(right));
    all.dedup();
    Ebnf::Choice(all)
}

fn optional(part: Ebnf) -> Ebnf {
    if part == Ebnf::Nothing { part } else { Ebnf::Optional(Box::new(part)) }
}

fn repeated(part: Ebnf) -> Ebnf {
    if part == Ebnf::Nothing { part } else { Ebnf::Repeated(Box::new(part)) }
}
