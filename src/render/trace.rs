//! A decision drawn on its source: the outcome, who decided it and why, then the lines of the rules with the values they saw.

use axtrace_runtime::trace::{Branch, By, Element, Elements, OutcomeTrace, Shown, Status, Trace, TraceKind, TraceNode};
use axtrace_runtime::types::{Kind, Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::{Sources, Span};

use super::findings::counted;
use super::line::{harmless, width_of, wrap};
use super::sheet::{Sheet, condition_mark};
use super::style::{Role, Style};

/// Of rules that did not apply, how many are shown unless all are.
const SHOWN_RULES: usize = 2;
/// Of the elements of a list, how many are shown unless all are.
const SHOWN_ELEMENTS: usize = 3;
/// The longest word that the margin of the head is widened for.
const WIDEST_WORD: usize = 24;

/// Writes values of a program as text; the runtime's canonical form.
pub type Format<'a> = &'a dyn Fn(&axtrace_runtime::value::Value, &Type) -> String;

/// What to draw traces with.
#[derive(Clone, Copy)]
pub struct Drawing<'a> {
    /// The sources that the spans of the trace lie in.
    pub sources: &'a Sources,
    /// The look.
    pub style: Style,
    /// Whether to show every rule and element there is, and what happened inside of every call.
    pub all: bool,
    /// How values are written.
    pub format: Format<'a>,
}

/// Lines being put together: what is drawn, and what is still being filled in.
struct Page<'a> {
    drawing: Drawing<'a>,
    sheet: Sheet<'a>,
    file: u32,
    lines: Vec<String>,
    /// What happened inside of calls and lists on the lines of the sheet; drawn after them.
    inside: Vec<Inside<'a>>,
    /// Whether nothing was decided, so that no rule is said to decide.
    undecided: bool,
}

enum Inside<'a> {
    Define(&'a TraceNode),
    Decision(&'a TraceNode, &'a Branch),
    List(&'a str, &'a Elements),
}

impl<'a> Drawing<'a> {
    /// The whole drawing, ending with a line break.
    #[must_use]
    pub fn whole(&self, trace: &Trace) -> String {
        let mut lines = self.head(trace);
        if !trace.tree.is_empty() {
            lines.push(String::new());
            let file = trace.by.first().and_then(|by| self.sources.file_at(by.span.start)).map_or(u32::MAX, |file| file.base());
            let lists = matches!(&trace.outcome, OutcomeTrace::Decided { ty: Type::List { .. }, .. });
            lines.extend(self.tree(&trace.tree, file, lists));
        }
        lines.join("\n") + "\n"
    }

    /// The outcome in words: a name of an enum in capitals, anything else in its canonical form.
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
        let ty = Type::Scalar(axtrace_runtime::types::Scalar::of(Kind::Duration));
        (self.format)(&axtrace_runtime::value::Value::Scalar(seconds), &ty)
    }

    fn head(&self, trace: &Trace) -> Vec<String> {
        let (word, gives) = self.outcome_word(&trace.outcome);
        let margin = width_of(&word).max(5) + 2;
        let title = format!("{}{}{}", self.style.paint(&word, Role::Headline), " ".repeat(margin - width_of(&word)), trace.decision);
        let digest = format!("rules {}", short_digest(&trace.digest));
        let left = margin + width_of(&trace.decision);
        let gap = self.style.width.min(100).saturating_sub(left + width_of(&digest)).max(2);
        let mut lines = vec![format!("{title}{}{}", " ".repeat(gap), self.style.paint(&digest, Role::Faint))];
        let mut part = |name: &str, texts: Vec<String>| {
            for (index, text) in texts.into_iter().enumerate() {
                let shown = if index == 0 { name } else { "" };
                lines.push(format!("{}{}{text}", self.style.paint(shown, Role::Faint), " ".repeat(margin - width_of(shown))));
            }
        };
        part("gives", gives.map(|text| wrap(&text, self.style.width.saturating_sub(margin))).unwrap_or_default());
        if let OutcomeTrace::Referred { escalates, .. } = &trace.outcome
            && !escalates.is_empty()
        {
            let hours = |seconds: i64| (self.format)(&Value::Scalar(seconds.into()), &Type::Scalar(Scalar::of(Kind::Duration)));
            let then = escalates.iter().map(|(title, seconds)| format!("{} after {}", harmless(title), hours(*seconds)));
            part("then", vec![then.collect::<Vec<_>>().join(", ")]);
        }
        part("by", trace.by.iter().flat_map(|by| self.by(by, margin)).collect());
        let how = if matches!(trace.outcome, OutcomeTrace::Decided { .. }) { "automatic" } else { "referred" };
        match &trace.accountable {
            Some(owner) => part("owner", vec![format!("{} · {how}", harmless(owner))]),
            None => part("how", vec![how.to_owned()]),
        }
        lines
    }

    /// The first word, and what has no room in it.
    fn outcome_word(&self, outcome: &OutcomeTrace) -> (String, Option<String>) {
        match outcome {
            OutcomeTrace::Decided { value, ty } => {
                let text = harmless(&(self.format)(value, ty));
                let text = if matches!(ty.required(), Type::Enum(_)) { text.to_uppercase() } else { text };
                if width_of(&text) <= WIDEST_WORD && !text.contains('\n') { (text, None) } else { ("DECIDED".to_owned(), Some(text)) }
            }
            OutcomeTrace::Referred { title, .. } => {
                let text = self.outcome(outcome);
                ("REFERRED".to_owned(), Some(format!("{} ({})", harmless(&text), harmless(title))))
            }
        }
    }

    fn by(&self, by: &By, margin: usize) -> Vec<String> {
        let room = self.style.width.saturating_sub(margin);
        let each = by.each.iter().map(|each| format!(" {} {}", each.name, each.index + 1)).collect::<Vec<_>>().join(",");
        let each = if each.is_empty() { each } else { format!(" for{each}") };
        let gives = by.gives.as_ref().map(|(value, ty)| format!("  {}", (self.format)(value, ty))).unwrap_or_default();
        let place = self.style.paint(&format!("{}:{}", harmless(&by.file), by.line), Role::Faint);
        let mut lines = vec![format!("{}{each}{}   {place}", self.style.paint(&by.rule, Role::Headline), harmless(&gives))];
        let cites: Vec<String> = by.cites.iter().map(|(text, link)| cited(text, link.as_deref())).collect();
        let mut because: Vec<String> = by.because.iter().flat_map(|text| wrap(text, room)).collect();
        if let ([only], [cite]) = (&mut because[..], &cites[..]) {
            let column = width_of(only).max(48) + 3;
            if column + width_of(cite) <= room {
                *only += &format!("{}{cite}", " ".repeat(column - width_of(only)));
                lines.extend(because);
                return lines;
            }
        }
        lines.extend(because);
        lines.extend(cites.iter().flat_map(|cite| wrap(cite, room)));
        lines
    }

    /// The rules of a decision that may not have decided: those that would decide are only said to apply.
    #[must_use]
    pub fn rules(&self, tree: &'a [TraceNode]) -> String {
        let mut page = Page::new(*self, u32::MAX);
        page.undecided = true;
        for node in rules_in_place(tree).into_iter().filter(|node| node.status != Status::NotEvaluated) {
            page.node(node);
            page.flush_if_inside();
        }
        page.flush();
        page.lines.join("\n") + "\n"
    }

    /// The lines of the top of a tree. Where a list is given, rules that did not apply have no part in it.
    fn tree(&self, tree: &'a [TraceNode], file: u32, lists: bool) -> Vec<String> {
        let mut page = Page::new(*self, file);
        let shown_rules = if lists { 0 } else { SHOWN_RULES };
        let (mut quiet, mut not_applied, mut not_reached) = (0, 0, 0);
        for node in rules_in_place(tree) {
            if self.all || !is_quiet(node) {
                page.node(node);
            } else if node.status == Status::DidNotApply && quiet < shown_rules {
                quiet += 1;
                page.node(node);
            } else if node.status == Status::DidNotApply {
                not_applied += 1;
            } else if matches!(node.kind, TraceKind::Rule { .. }) {
                not_reached += 1;
            }
            if let (TraceKind::Table { left_out }, true) = (&node.kind, node.status != Status::NotEvaluated) {
                not_applied += *left_out as usize;
            }
            page.flush_if_inside();
        }
        page.flush();
        page.count(not_applied, "did not apply");
        page.count(not_reached, if not_reached == 1 { "was not reached" } else { "were not reached" });
        page.lines
    }

    /// The lines of one rule of a tree, for reports that show no more: those on which its conditions stand. `file` is the base of the file
    /// that the reader knows to be in.
    #[must_use]
    pub fn rule(&self, tree: &'a [TraceNode], name: &str, file: u32) -> Vec<String> {
        let mut page = Page::new(*self, file);
        let found =
            rules_in_place(tree).into_iter().find(|node| matches!(&node.kind, TraceKind::Rule { name: known, .. } if known == name));
        for child in found.into_iter().flat_map(|node| &node.children) {
            page.node(child);
        }
        page.flush();
        page.lines
    }
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

/// Whether a reader asks for it only who asks for all: rules that did not apply, lets that nobody used.
fn is_quiet(node: &TraceNode) -> bool {
    match node.kind {
        TraceKind::Rule { .. } => !node.status.applied(),
        _ => node.status == Status::NotEvaluated,
    }
}

impl<'a> Page<'a> {
    fn new(drawing: Drawing<'a>, file: u32) -> Self {
        Self { drawing, sheet: Sheet::new(drawing.sources, drawing.style), file, lines: Vec::new(), inside: Vec::new(), undecided: false }
    }

    fn flush_if_inside(&mut self) {
        if !self.inside.is_empty() {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let empty = Sheet::new(self.drawing.sources, self.drawing.style);
        let sheet = std::mem::replace(&mut self.sheet, empty);
        self.lines.extend(sheet.draw(&mut self.file));
        for inside in std::mem::take(&mut self.inside) {
            self.draw_inside(inside);
        }
    }

    fn count(&mut self, count: usize, words: &str) {
        if count > 0 {
            let more = if self.lines.is_empty() { "rule" } else { "more rule" };
            let text = format!("  … {} {words} (--all)", counted(count, more));
            self.lines.push(self.drawing.style.paint(&text, Role::Faint));
        }
    }

    fn node(&mut self, node: &'a TraceNode) {
        match &node.kind {
            TraceKind::Rule { .. } => self.rule(node),
            TraceKind::Group | TraceKind::Condition => self.condition(node),
            TraceKind::Table { .. } => self.table(node),
            TraceKind::Instance { .. } => self.children(node),
            TraceKind::Let(name) => self.named(node, name),
            TraceKind::Argument(_) | TraceKind::Body => self.valued(node),
            TraceKind::Outcome => self.outcome(node),
            TraceKind::Define(_) => self.define(node),
            TraceKind::Decision { .. } => self.decision(node),
            TraceKind::Loop { binder } => {
                self.value_of_list(node);
                self.list(node, binder);
            }
        }
    }

    fn children(&mut self, node: &'a TraceNode) {
        for child in node.children.iter().filter(|child| !matches!(child.kind, TraceKind::Rule { .. } | TraceKind::Table { .. })) {
            self.node(child);
        }
    }

    fn rule(&mut self, node: &'a TraceNode) {
        let words = if self.undecided && node.status == Status::Decided { "applies".to_owned() } else { node.status.words() };
        let shadow = matches!(node.kind, TraceKind::Rule { shadow: true, .. });
        let words = if shadow { format!("{words}, a shadow") } else { words };
        self.sheet.rule(node.span, &node.status, words);
        if node.status != Status::NotReached {
            self.children(node);
        }
    }

    /// The header of a table, with the values under it.
    fn table(&mut self, node: &'a TraceNode) {
        node.operands.iter().for_each(|shown| self.sheet.show(shown.span));
        self.sheet.operands(&node.operands);
        self.children(node);
    }

    fn condition(&mut self, node: &'a TraceNode) {
        self.sheet.condition(node.span, &node.status, &node.operands);
        if node.status != Status::NotEvaluated {
            self.children(node);
        }
    }

    /// A let: its value under its name.
    fn named(&mut self, node: &'a TraceNode, name: &str) {
        let text = self.drawing.sources.text(node.span);
        let start = node.span.start + text.find(name).unwrap_or(0) as u32;
        let at = Span::new(start, start + name.len() as u32);
        self.sheet.show(at);
        self.value(at, node);
        self.sheet.operands(&node.operands);
        match &node.children[..] {
            // The value of the list is that of the let, and is not said twice.
            [TraceNode { kind: TraceKind::Loop { binder }, .. }] if same_value(node, &node.children[0]) => {
                self.list(&node.children[0], binder)
            }
            _ => self.children(node),
        }
    }

    fn valued(&mut self, node: &'a TraceNode) {
        self.value(node.span, node);
        self.sheet.operands(&node.operands);
        self.children(node);
    }

    fn value(&mut self, at: Span, node: &TraceNode) {
        let text = node.value.as_ref().map_or("", |shown| shown.text.as_str());
        let mark = condition_mark(&node.status);
        let says_more = node.value.as_ref().is_some_and(|shown| self.sheet.says_more(&Shown { span: at, ..shown.clone() }));
        if says_more || mark.is_some() {
            self.sheet.text(at, if says_more { text } else { "" }, mark);
        }
    }

    fn outcome(&mut self, node: &'a TraceNode) {
        if node.status == Status::NotEvaluated {
            return;
        }
        self.sheet.show(node.span);
        let own = node.operands.is_empty() && node.children.is_empty();
        if own || node.operands.iter().all(|shown| !self.sheet.says_more(shown)) {
            self.plain_value(node);
        }
        self.sheet.operands(&node.operands);
        self.children(node);
    }

    /// The value of an outcome; a mark would read as if something were tested.
    fn plain_value(&mut self, node: &TraceNode) {
        if let Some(shown) = node.value.as_ref().filter(|shown| self.sheet.says_more(shown)) {
            self.sheet.text(shown.span, &shown.text, None);
        }
    }

    /// A call: its value under its name; what happened inside of the define is drawn after the lines around it.
    fn define(&mut self, node: &'a TraceNode) {
        self.value(node.span, node);
        self.sheet.operands(&node.operands);
        let (here, _) = split(node);
        for child in here {
            self.node(child);
        }
        let evaluated = !matches!(node.status, Status::NotEvaluated | Status::NotReached);
        if self.drawing.all && evaluated {
            self.inside.push(Inside::Define(node));
        }
    }

    fn decision(&mut self, node: &'a TraceNode) {
        self.valued(node);
        if let Some(branch) = &node.called {
            self.inside.push(Inside::Decision(node, branch));
        }
    }

    fn value_of_list(&mut self, node: &TraceNode) {
        if node.value.is_some() || matches!(node.status, Status::True | Status::False | Status::NotEvaluated) {
            self.value(node.span, node);
        }
    }

    fn list(&mut self, node: &'a TraceNode, binder: &'a str) {
        self.children(node);
        if let Some(elements) = &node.elements {
            self.inside.push(Inside::List(binder, elements));
        }
    }

    fn draw_inside(&mut self, inside: Inside<'a>) {
        match inside {
            Inside::Define(node) => self.draw_define(node),
            Inside::Decision(node, branch) => self.draw_branch(node, branch),
            Inside::List(binder, elements) => self.draw_elements(binder, elements),
        }
    }

    fn title(&mut self, text: &str) {
        let indent = " ".repeat(self.sheet.margin() - 2);
        self.lines.push(self.drawing.style.paint(&format!("{indent}↳ {}", harmless(text)), Role::Faint));
    }

    fn draw_define(&mut self, node: &'a TraceNode) {
        let (_, inside) = split(node);
        if inside.is_empty() {
            return;
        }
        let call = self.drawing.sources.text(node.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let value = node.value.as_ref().map_or_else(|| node.status.words(), |shown| shown.text.clone());
        self.title(&format!("{call} is {value}"));
        for child in inside {
            self.node(child);
        }
        self.flush();
    }

    fn draw_branch(&mut self, node: &TraceNode, branch: &'a Branch) {
        let by: Vec<&str> = branch.by.iter().map(|by| by.rule.as_str()).collect();
        let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
        let value = node.value.as_ref().map_or_else(|| node.status.words(), |shown| shown.text.clone());
        let lists = node.value.as_ref().is_some_and(|shown| matches!(shown.ty, Type::List { .. }));
        let rules = rules_in_place(&branch.tree).into_iter().filter(|node| matches!(node.kind, TraceKind::Rule { .. })).count();
        if lists && by.is_empty() && rules > 0 && !self.drawing.all {
            return self.title(&format!("{} gives {value}, {} did not apply (--all)", branch.decision, counted(rules, "rule")));
        }
        self.title(&format!("{} gives {value}{by}", branch.decision));
        let lines = self.drawing.tree(&branch.tree, self.file, lists);
        self.lines.extend(lines);
        self.file = u32::MAX;
    }

    fn draw_elements(&mut self, binder: &str, elements: &'a Elements) {
        let mut chosen: Vec<&Element> = elements.shown.iter().collect();
        if !self.drawing.all {
            // Those that counted come first, then the first of the others; shown in their order.
            chosen.sort_by_key(|element| (!counted_in(element), element.index));
            chosen.truncate(SHOWN_ELEMENTS);
            chosen.sort_by_key(|element| element.index);
        }
        let hidden = elements.visited as usize - chosen.len().min(elements.visited as usize);
        for element in chosen {
            let pointer = element.pointer.as_ref().map(|pointer| format!("  {pointer}")).unwrap_or_default();
            let status = element.children.iter().find(|node| matches!(node.kind, TraceKind::Instance { .. }));
            let words = status.map(|node| format!("  {}", node.status.words())).unwrap_or_default();
            self.title(&format!("{binder} {}{pointer}{words}", element.index + 1));
            element.children.iter().for_each(|node| self.node(node));
            self.flush();
        }
        if hidden > 0 {
            let all = if self.drawing.all { "" } else { " (--all)" };
            let indent = " ".repeat(self.sheet.margin() - 2);
            let text = format!("{indent}… {} of {}{all}", counted(hidden, "more element"), elements.visited);
            self.lines.push(self.drawing.style.paint(&text, Role::Faint));
        }
    }
}

/// The children of a call that stand in the call itself, such as its arguments, and those that stand in what is called.
fn split(node: &TraceNode) -> (Vec<&TraceNode>, Vec<&TraceNode>) {
    let within = |child: &&TraceNode| child.span.start >= node.span.start && child.span.end <= node.span.end;
    node.children.iter().partition(within)
}

fn same_value(a: &TraceNode, b: &TraceNode) -> bool {
    let text = |node: &TraceNode| node.value.as_ref().map(|shown| shown.text.clone());
    text(a) == text(b) && a.status == b.status
}

/// Whether something about an element was true, applied, or counted.
fn counted_in(element: &Element) -> bool {
    element.children.iter().any(|node| node.status.applied() || node.status == Status::True || node.kind == TraceKind::Body)
}

fn cited(text: &str, link: Option<&str>) -> String {
    match link {
        Some(link) => format!("{} <{}>", harmless(text), harmless(link)),
        None => harmless(text),
    }
}

/// The first eight digits of a digest in two groups: `3f9a c2e1`.
#[must_use]
pub fn short_digest(digest: &str) -> String {
    let hex: Vec<char> = digest.rsplit(':').next().unwrap_or(digest).chars().take(8).collect();
    hex.chunks(4).map(|chunk| chunk.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
