//! A decision drawn on its source: the outcome, who decided it and why, then the lines of the rules with the values they saw.

mod elements;
mod head;
mod lines;
mod tree;

use axtrace_runtime::trace::{OutcomeTrace, Trace, TraceKind, TraceNode};
use axtrace_runtime::types::{Kind, Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::Sources;

use super::picture::{self, Block, Row};
use super::style::Style;
pub use head::short_digest;
use tree::Page;

/// Writes values of a program as text; the runtime's canonical form.
pub type Format<'a> = &'a dyn Fn(&Value, &Type) -> String;

/// How much of a trace is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What decided, and what was close to it; the rest is counted.
    Brief,
    /// Every rule and element there is, long lines and values whole.
    All,
    /// Everything, with what a brief drawing leaves out folded away.
    Folded,
}

/// What to draw traces with.
#[derive(Clone, Copy)]
pub struct Drawing<'a> {
    /// The sources that the spans of the trace lie in.
    pub sources: &'a Sources,
    /// The look.
    pub style: Style,
    /// How much is drawn.
    pub detail: Detail,
    /// How values are written.
    pub format: Format<'a>,
    /// What else the head says: a word for the margin, and what it is about.
    pub about: &'a [(&'a str, String)],
    /// Rules and rows that are drawn in any case, by name.
    pub also: &'a [String],
}

impl<'a> Drawing<'a> {
    /// The whole drawing, ending with a line break.
    #[must_use]
    pub fn whole(&self, trace: &Trace) -> String {
        self.text(&self.picture(trace))
    }

    /// The whole drawing as a picture: the head, and the lines of the rules.
    #[must_use]
    pub fn picture(&self, trace: &Trace) -> Vec<Block> {
        let mut blocks: Vec<Block> = self.head(trace).into_iter().map(Block::Row).collect();
        if self.detail == Detail::Folded {
            blocks.push(self.input(trace));
        }
        if !trace.tree.is_empty() {
            blocks.push(Block::Row(Row::default()));
            let mut file = trace.by.first().and_then(|by| self.sources.file_at(by.span.start)).map_or(u32::MAX, |file| file.base());
            let lists = matches!(&trace.outcome, OutcomeTrace::Decided { ty: Type::List { .. }, .. });
            blocks.extend(Page::new(*self).top(&trace.tree, lists, &mut file));
        }
        blocks
    }

    fn text(&self, blocks: &[Block]) -> String {
        picture::lines(blocks, self.style).join("\n") + "\n"
    }

    /// The outcome in words: a value in its canonical form, a referral as it is written in rules.
    #[must_use]
    pub fn outcome(&self, outcome: &OutcomeTrace) -> String {
        match outcome {
            OutcomeTrace::Decided { value, ty } => (self.format)(value, ty),
            OutcomeTrace::Referred { to, within, proposing, .. } => {
                let within = within.map(|seconds| format!(" within {}", self.duration(seconds))).unwrap_or_default();
                let proposing =
                    proposing.as_ref().map(|(value, ty)| format!(" proposing {}", (self.format)(value, ty))).unwrap_or_default();
                format!("refer to {to}{within}{proposing}")
            }
        }
    }

    fn duration(&self, seconds: i128) -> String {
        (self.format)(&Value::Scalar(seconds), &Type::Scalar(Scalar::of(Kind::Duration)))
    }

    /// The rules of a decision that may not have decided: those that would decide are only said to apply.
    #[must_use]
    pub fn rules(&self, tree: &'a [TraceNode]) -> Vec<Block> {
        let mut page = Page::new(*self);
        page.undecided = true;
        let nodes = rules_in_place(tree).into_iter().filter(|node| node.status != axtrace_runtime::trace::Status::NotEvaluated);
        page.nodes(nodes, &mut u32::MAX.clone())
    }

    /// Some rules of a tree, by name, in whatever state they are. `file` is the base of the file that the reader knows to be in.
    #[must_use]
    pub fn named_rules(&self, tree: &'a [TraceNode], names: &[&str], mut file: u32) -> Vec<Block> {
        let found = rules_in_place(tree).into_iter().filter(|node| is_named(node, names));
        let mut page = Page::new(*self);
        page.undecided = true;
        page.nodes(found, &mut file)
    }

    /// The lines of some rules of a tree, by name, for reports that show no more: those on which their conditions stand. `file` is the base of
    /// the file that the reader knows to be in.
    #[must_use]
    pub fn conditions_of(&self, tree: &'a [TraceNode], names: &[&str], mut file: u32) -> Vec<String> {
        let found = rules_in_place(tree).into_iter().filter(|node| is_named(node, names));
        let blocks = Page::new(*self).conditions(found, &mut file);
        picture::lines(&blocks, self.style)
    }
}

fn is_named(node: &TraceNode, names: &[&str]) -> bool {
    matches!(&node.kind, TraceKind::Rule { name, .. } if names.contains(&name.as_str()))
}

/// The nodes of the top, with the rules of a group as if they stood beside it.
fn rules_in_place(tree: &[TraceNode]) -> Vec<&TraceNode> {
    let mut nodes = Vec::new();
    for node in tree {
        nodes.push(node);
        if matches!(node.kind, TraceKind::Group | TraceKind::Table { .. }) {
            let inner = node.children.iter().filter(|child| matches!(child.kind, TraceKind::Rule { .. } | TraceKind::Table { .. }));
            inner.for_each(|child| nodes.extend(rules_in_place(std::slice::from_ref(child))));
        }
    }
    nodes
}

#[cfg(test)]
mod tests;
