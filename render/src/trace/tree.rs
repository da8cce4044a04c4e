//! The lines of a decision's rules, with what happened inside of calls and lists behind the lines that they stand on, moved to the right.

use std::collections::HashSet;

use axtrace_runtime::trace::{Branch, Status, TraceKind, TraceNode};
use axtrace_runtime::types::Type;
use axtrace_source::Span;

use super::super::line::harmless;
use super::super::picture::{Block, INDENT, Row};
use super::super::sheet::{Drawn, gutter, text_of};
use super::super::style::Role;
use super::super::under::shortened;
use super::elements::{Chosen, applied, title_of};
use super::lines::{Inside, Lines, split};
use super::{Detail, Drawing, rules_in_place};
use crate::findings::counted;

/// Of rules that did not apply, how many are shown unless all are.
const SHOWN_RULES: usize = 2;
/// So many levels are moved to the right, if the page stays wide enough.
const MOST_LEVELS: usize = 8;
/// A page is never made narrower than this by what stands inside.
const NARROWEST: usize = 48;
/// Calls inside of calls are drawn so deep unless everything is.
const SHOWN_DEPTH: usize = 4;
/// So many calls are remembered, to say of the next that looks the same that it does.
const REMEMBERED: usize = 64;

/// A drawing being put together.
pub(super) struct Page<'a> {
    drawing: Drawing<'a>,
    width: usize,
    depth: usize,
    gutter: usize,
    groups: HashSet<u32>,
    seen: Vec<Seen<'a>>,
    /// Whether nothing was decided, so that no rule is said to decide.
    pub(super) undecided: bool,
}

/// What was drawn of a call.
#[derive(PartialEq)]
enum Seen<'a> {
    Define(Vec<&'a TraceNode>),
    Decision(&'a Branch),
}

impl<'a> Page<'a> {
    pub(super) fn new(drawing: Drawing<'a>) -> Self {
        let (width, gutter) = (drawing.style.width, gutter(drawing.sources));
        Self { drawing, width, depth: 0, gutter, groups: HashSet::new(), seen: Vec::new(), undecided: false }
    }

    /// The top of a tree: what mattered, the rest counted. Where a list is given, rules that did not apply have no part in it.
    pub(super) fn top(&mut self, tree: &'a [TraceNode], lists: bool, file: &mut u32) -> Vec<Block> {
        let nodes = rules_in_place(tree);
        if !nodes.iter().any(|node| matches!(node.kind, TraceKind::Rule { .. })) {
            return self.expression(&nodes, file);
        }
        let (shut_out, rows) = (shut_out(&nodes), rows_of_tables(&nodes));
        let close =
            nodes.iter().copied().filter(|node| did_not_apply(node) && !shut_out.contains(&node.span) && !rows.contains(&node.span));
        let close = if lists { HashSet::new() } else { self.telling(close.collect(), &nodes) };
        let (mut blocks, mut rest) = (Vec::new(), Rest::default());
        for node in nodes {
            if let TraceKind::Table { left_out, not_reached, .. } = &node.kind {
                rest.rows[0] += *left_out as usize;
                rest.rows[1] += *not_reached as usize;
            }
            let asked = matches!(&node.kind, TraceKind::Rule { name, .. } if self.drawing.also.contains(name));
            let shown = asked || (!is_quiet(node) || close.contains(&node.span)) && !says_nothing(node, &close, lists);
            match (self.drawing.detail, &node.kind) {
                (Detail::All, _) => blocks.extend(self.one(node, file)),
                (Detail::Folded, TraceKind::Rule { .. }) => blocks.extend(self.folded_rule(node, shown, file)),
                (Detail::Folded, _) if !is_quiet(node) => blocks.extend(self.one(node, file)),
                (Detail::Brief, _) if shown => blocks.extend(self.one(node, file)),
                (Detail::Brief, TraceKind::Rule { .. }) => rest.add(node, rows.contains(&node.span)),
                _ => {}
            }
        }
        let none = blocks.is_empty();
        blocks.extend(rest.blocks(if none { "" } else { "more " }));
        blocks
    }

    /// Of rules that did not apply those that are shown: first such as would give something that no rule that applied gives, since they tell why
    /// the outcome is no other one.
    fn telling(&self, close: Vec<&TraceNode>, all: &[&TraceNode]) -> HashSet<Span> {
        // A line that says that one is left out is no shorter than the rule.
        let most = if close.len() == SHOWN_RULES + 1 { close.len() } else { SHOWN_RULES };
        let mut given: HashSet<&str> = all.iter().filter(|node| node.status.applied()).filter_map(|node| self.outcome_of(node)).collect();
        let (new, known): (Vec<&TraceNode>, Vec<&TraceNode>) =
            close.into_iter().partition(|node| self.outcome_of(node).is_some_and(|outcome| given.insert(outcome)));
        new.into_iter().chain(known).take(most).map(|node| node.span).collect()
    }

    /// The outcome of a rule, as it is written.
    fn outcome_of(&self, node: &TraceNode) -> Option<&'a str> {
        match node.kind {
            TraceKind::Rule { outcome, .. } => Some(self.drawing.sources.text(outcome)),
            _ => None,
        }
    }

    /// A decision that is one expression.
    fn expression(&mut self, nodes: &[&'a TraceNode], file: &mut u32) -> Vec<Block> {
        let mut lines = self.lines();
        let shown = |node: &&&TraceNode| self.drawing.detail != Detail::Brief || !is_quiet(node);
        nodes.iter().filter(shown).for_each(|node| lines.node(node));
        self.blocks(lines, file)
    }

    /// Nodes one after the other, all of them.
    pub(super) fn nodes(&mut self, nodes: impl IntoIterator<Item = &'a TraceNode>, file: &mut u32) -> Vec<Block> {
        nodes.into_iter().flat_map(|node| self.one(node, file)).collect()
    }

    /// What belongs to rules, without the rules themselves.
    pub(super) fn conditions(&mut self, rules: impl IntoIterator<Item = &'a TraceNode>, file: &mut u32) -> Vec<Block> {
        let mut lines = self.lines();
        for rule in rules {
            let TraceKind::Rule { outcome, .. } = rule.kind else { continue };
            lines = lines.of_rule(Some(outcome));
            lines.children(rule);
        }
        self.blocks(lines, file)
    }

    fn lines(&self) -> Lines<'a> {
        Lines::new(self.drawing, self.width, self.undecided)
    }

    fn one(&mut self, node: &'a TraceNode, file: &mut u32) -> Vec<Block> {
        let mut lines = self.lines();
        if let Some(group) = self.new_group(node) {
            lines.group(group);
        }
        lines.node(node);
        self.blocks(lines, file)
    }

    /// The group that a rule is the first drawn of.
    fn new_group(&mut self, node: &TraceNode) -> Option<Span> {
        group_of(node).filter(|group| self.groups.insert(group.start))
    }

    /// A rule whose parts can be folded away.
    fn folded_rule(&mut self, node: &'a TraceNode, open: bool, file: &mut u32) -> Vec<Block> {
        let mut blocks = Vec::new();
        if let Some(group) = self.new_group(node) {
            let mut lines = self.lines();
            lines.group(group);
            blocks = self.blocks(lines, file);
        }
        let mut lines = self.lines();
        lines.node(node);
        let mut drawn = lines.sheet.draw(file).into_iter().peekable();
        if let Some(Drawn::File(row)) = drawn.next_if(|drawn| matches!(drawn, Drawn::File(_))) {
            blocks.push(Block::Row(row));
        }
        let Some(Drawn::Line(title)) = drawn.next() else { return blocks };
        let mut inner: Vec<Block> = drawn.flat_map(rows_of).map(Block::Row).collect();
        inner.extend(lines.inside.into_iter().flat_map(|inside| self.inside(inside, *file)).collect::<Vec<_>>());
        if inner.is_empty() {
            blocks.extend(title.into_iter().map(Block::Row));
        } else {
            blocks.push(Block::Fold { title, open, inside: false, blocks: inner });
        }
        blocks
    }

    fn blocks(&mut self, lines: Lines<'a>, file: &mut u32) -> Vec<Block> {
        let mut blocks: Vec<Block> = lines.sheet.draw(file).into_iter().flat_map(rows_of).map(Block::Row).collect();
        for inside in lines.inside {
            blocks.extend(self.inside(inside, *file));
        }
        blocks
    }

    fn inside(&mut self, inside: Inside<'a>, file: u32) -> Vec<Block> {
        match inside {
            Inside::Define(node) => self.define(node, file).into_iter().collect(),
            Inside::Decision(node, branch) => vec![self.branch(node, branch, file)],
            Inside::List(binder, chosen, outcome) => self.elements(binder, &chosen, outcome, file),
        }
    }

    fn title(&self, text: &str) -> Row {
        Row::of(format!("{}↳ {}", " ".repeat(self.gutter + 1), harmless(text)), Role::Faint)
    }

    /// A part that stands inside of the lines before it.
    fn fold(&mut self, title: &str, open: bool, work: impl FnOnce(&mut Self) -> Vec<Block>) -> Block {
        let title = vec![self.title(title)];
        let (depth, width) = (self.depth, self.width);
        let moves = depth < MOST_LEVELS && width >= NARROWEST + INDENT;
        self.depth += 1;
        self.width -= if moves { INDENT } else { 0 };
        let blocks = if open || self.drawing.detail == Detail::Folded { work(self) } else { Vec::new() };
        (self.depth, self.width) = (depth, width);
        Block::Fold { title, open, inside: moves, blocks }
    }

    fn is_deep(&self) -> bool {
        self.drawing.detail == Detail::Brief && self.depth >= SHOWN_DEPTH
    }

    /// The lines of a called define, unless they have nothing to show.
    fn define(&mut self, node: &'a TraceNode, mut file: u32) -> Option<Block> {
        let (_, inside) = split(node);
        let mut lines = self.lines();
        inside.iter().for_each(|child| lines.node(child));
        if lines.sheet.is_empty() {
            return None;
        }
        let title = format!("{} is {}", self.call(node), value_of(node));
        if self.was_seen(Seen::Define(inside.clone())) {
            return Some(Block::Row(self.title(&format!("{title}, as above"))));
        }
        if self.is_deep() {
            return Some(Block::Row(self.title(&format!("{title} (--all)"))));
        }
        Some(self.fold(&title, true, |page| {
            let mut lines = page.lines();
            inside.iter().for_each(|child| lines.node(child));
            page.blocks(lines, &mut file)
        }))
    }

    fn branch(&mut self, node: &'a TraceNode, branch: &'a Branch, mut file: u32) -> Block {
        let mut by: Vec<&str> = branch.by.iter().map(|by| by.rule.as_str()).collect();
        by.dedup();
        let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
        let refers = rules_in_place(&branch.tree)
            .iter()
            .any(|node| node.status == Status::Decided && matches!(node.kind, TraceKind::Rule { refers: true, .. }));
        let does = if refers { format!("refers to a person{by}, so it is missing here") } else { format!("gives {}{by}", value_of(node)) };
        let title = format!("{} {does}", self.call(node));
        let lists = node.value.as_ref().is_some_and(|shown| matches!(shown.ty, Type::List { .. }));
        let rules = rules_in_place(&branch.tree).into_iter().filter(|node| matches!(node.kind, TraceKind::Rule { .. })).count();
        let nothing = lists && branch.by.is_empty() && rules > 0;
        if nothing && self.drawing.detail == Detail::Brief {
            return Block::Row(self.title(&format!("{title}, {} did not apply (--all)", counted(rules, "rule"))));
        }
        if self.was_seen(Seen::Decision(branch)) {
            return Block::Row(self.title(&format!("{title}, as above")));
        }
        if self.is_deep() {
            return Block::Row(self.title(&format!("{title} (--all)")));
        }
        let open = !nothing || self.drawing.detail == Detail::All;
        self.fold(&title, open, |page| page.top(&branch.tree, lists, &mut file))
    }

    fn was_seen(&mut self, call: Seen<'a>) -> bool {
        let seen = self.seen.contains(&call);
        if !seen && self.seen.len() < REMEMBERED {
            self.seen.push(call);
        }
        seen
    }

    /// A call as it is written, on one line.
    fn call(&self, node: &TraceNode) -> String {
        let text = self.drawing.sources.text(node.span).split_whitespace().collect::<Vec<_>>().join(" ");
        shortened(&text, 60)
    }

    fn elements(&mut self, binder: &str, chosen: &Chosen<'a>, outcome: Option<Span>, file: u32) -> Vec<Block> {
        let mut blocks = Vec::new();
        for (place, element) in chosen.shown.iter().enumerate() {
            blocks.extend(chosen.before(place).map(|words| Block::Row(self.faint(&words))));
            let open = self.drawing.detail != Detail::Folded || applied(element);
            blocks.push(self.fold(&title_of(binder, element), open, |page| {
                let mut lines = page.lines().of_rule(outcome);
                element.children.iter().for_each(|node| lines.node(node));
                page.blocks(lines, &mut file.clone())
            }));
        }
        blocks.extend(chosen.rest().map(|words| Block::Row(self.faint(&words))));
        blocks
    }

    fn faint(&self, words: &str) -> Row {
        Row::of(format!("{}{words}", " ".repeat(self.gutter + 1)), Role::Faint)
    }
}

fn value_of(node: &TraceNode) -> String {
    node.value.as_ref().map_or_else(|| node.status.words(), |shown| shortened(&text_of(shown), 60))
}

fn rows_of(drawn: Drawn) -> Vec<Row> {
    match drawn {
        Drawn::File(row) => vec![row],
        Drawn::Line(rows) => rows,
    }
}

/// Rules and rows of tables that are counted, by what became of them.
#[derive(Default)]
struct Rest {
    rows: [usize; 2],
    rules: [usize; 2],
}

impl Rest {
    fn add(&mut self, rule: &TraceNode, is_row: bool) {
        let counts = if is_row { &mut self.rows } else { &mut self.rules };
        counts[usize::from(rule.status != Status::DidNotApply)] += 1;
    }

    fn blocks(&self, more: &'static str) -> impl Iterator<Item = Block> + use<> {
        let counts = [(self.rows, "row"), (self.rules, "rule")];
        counts
            .into_iter()
            .flat_map(|([not_applied, not_reached], word)| {
                let were = if not_reached == 1 { "was not reached" } else { "were not reached" };
                [(not_applied, word, "did not apply"), (not_reached, word, were)]
            })
            .filter(|(count, ..)| *count > 0)
            .map(move |(count, word, words)| {
                Block::Row(Row::of(format!("  … {} {words} (--all)", counted(count, &format!("{more}{word}"))), Role::Faint))
            })
    }
}

/// The group that the first rule in something is in.
fn group_of(node: &TraceNode) -> Option<Span> {
    match node.kind {
        TraceKind::Rule { group_span, .. } => group_span,
        TraceKind::Group | TraceKind::Table { .. } => node.children.iter().find_map(group_of),
        _ => None,
    }
}

/// The rules in something, those in tables too.
fn rules_within(node: &TraceNode) -> impl Iterator<Item = Span> {
    rules_in_place(std::slice::from_ref(node)).into_iter().filter(|node| matches!(node.kind, TraceKind::Rule { .. })).map(|rule| rule.span)
}

/// The rules of groups whose condition is false: their own conditions were not asked.
fn shut_out(nodes: &[&TraceNode]) -> HashSet<Span> {
    nodes
        .iter()
        .filter(|node| node.kind == TraceKind::Group && node.status == Status::False)
        .flat_map(|group| rules_within(group))
        .collect()
}

fn rows_of_tables(nodes: &[&TraceNode]) -> HashSet<Span> {
    nodes.iter().filter(|node| matches!(node.kind, TraceKind::Table { .. })).flat_map(|table| rules_within(table)).collect()
}

fn did_not_apply(node: &TraceNode) -> bool {
    matches!(node.kind, TraceKind::Rule { .. }) && node.status == Status::DidNotApply
}

/// Whether it is a group of which no rule is shown, and which did not keep its rules from applying either. Where a list is given, rules that
/// did not apply have no part in it, whatever kept them from it.
fn says_nothing(node: &TraceNode, close: &HashSet<Span>, lists: bool) -> bool {
    let rules = || rules_in_place(std::slice::from_ref(node)).into_iter().filter(|node| matches!(node.kind, TraceKind::Rule { .. }));
    node.kind == TraceKind::Group
        && (lists || node.status != Status::False)
        && !rules().any(|rule| rule.status.applied() || close.contains(&rule.span))
}

/// Whether a reader asks for it only who asks for all: rules that did not apply, lets that nobody used.
fn is_quiet(node: &TraceNode) -> bool {
    match node.kind {
        TraceKind::Rule { .. } => !node.status.applied(),
        _ => node.status == Status::NotEvaluated,
    }
}
