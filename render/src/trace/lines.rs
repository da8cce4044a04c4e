//! The lines that nodes of a trace stand on, with their values; what happened inside of calls and lists is set aside, to follow them.

use axtrace_runtime::trace::{Branch, Shown, Status, TraceKind, TraceNode};
use axtrace_runtime::types::Type;
use axtrace_source::Span;

use super::super::sheet::{Sheet, condition_mark, text_of};
use super::Drawing;
use super::elements::{Chosen, label_of};

/// Lines being filled in.
pub(super) struct Lines<'a> {
    drawing: Drawing<'a>,
    width: usize,
    pub(super) sheet: Sheet<'a>,
    /// What happened inside of calls and lists on these lines.
    pub(super) inside: Vec<Inside<'a>>,
    /// Whether nothing was decided, so that no rule is said to decide.
    pub(super) undecided: bool,
    /// The outcome of the rule that the lines are of.
    outcome: Option<Span>,
}

/// Something that is drawn behind the lines it belongs to.
pub(super) enum Inside<'a> {
    /// A call of a define.
    Define(&'a TraceNode),
    /// A call of a decision.
    Decision(&'a TraceNode, &'a Branch),
    /// Elements of a list, the rule's outcome with them, if they are instances of a rule.
    List(&'a str, Chosen<'a>, Option<Span>),
}

impl<'a> Lines<'a> {
    pub(super) fn new(drawing: Drawing<'a>, width: usize, undecided: bool) -> Self {
        let whole = drawing.whole_lines();
        Self { drawing, width, sheet: Sheet::new(drawing.sources, width, whole), inside: Vec::new(), undecided, outcome: None }
    }

    /// The same for the lines of an instance of a rule.
    pub(super) fn of_rule(mut self, outcome: Option<Span>) -> Self {
        self.outcome = outcome;
        self
    }

    pub(super) fn node(&mut self, node: &'a TraceNode) {
        match &node.kind {
            TraceKind::Rule { .. } => self.rule(node),
            TraceKind::Group | TraceKind::Condition => self.condition(node),
            TraceKind::Table { .. } => self.table(node),
            TraceKind::Instance { .. } => self.instance(node),
            TraceKind::Let(name) => self.named(node, name),
            TraceKind::Argument(_) | TraceKind::Body => self.valued(node),
            TraceKind::Outcome => self.outcome(node),
            TraceKind::Define(_) | TraceKind::Decision { .. } => {
                if !(node.called.is_some() && has_parts(node)) {
                    self.value(node.span, node);
                }
                self.call(node);
            }
            TraceKind::Loop { binder } => {
                self.value_of_list(node);
                self.list(node, binder);
            }
        }
    }

    pub(super) fn children(&mut self, node: &'a TraceNode) {
        for child in node.children.iter().filter(|child| !matches!(child.kind, TraceKind::Rule { .. } | TraceKind::Table { .. })) {
            if !self.is_because(child) {
                self.node(child);
            }
        }
    }

    /// What stands behind the outcome is read for `because`, whose text the head has.
    fn is_because(&self, node: &TraceNode) -> bool {
        let behind = self.outcome.is_some_and(|outcome| node.span.start >= outcome.end);
        behind && !(self.drawing.whole_lines() && was_evaluated(node))
    }

    pub(super) fn group(&mut self, group: Span) {
        self.sheet.show(group);
    }

    fn rule(&mut self, node: &'a TraceNode) {
        let TraceKind::Rule { shadow, outcome, .. } = &node.kind else { return };
        let words = if self.undecided && node.status == Status::Decided { "applies".to_owned() } else { node.status.words() };
        let words = match of_elements(node) {
            Some((some, all)) => format!("{words} for {some} of {all}"),
            None => words,
        };
        let words = if *shadow { format!("{words}, a shadow") } else { words };
        self.sheet.rule(node.span, &node.status, words);
        self.outcome = Some(*outcome);
        if node.status != Status::NotReached {
            self.children(node);
        }
        let shows_outcome = node.status.applied() || self.drawing.whole_lines();
        if shows_outcome && !has_instances(node) {
            self.sheet.show_all(*outcome);
        }
    }

    fn instance(&mut self, node: &'a TraceNode) {
        self.children(node);
        if let Some(outcome) = self.outcome.filter(|_| node.status.applied()) {
            self.sheet.show_all(outcome);
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
            // The value of the list or call is that of the let, and is not said twice.
            [only] if same_value(node, only) => match &only.kind {
                TraceKind::Loop { binder } => self.list(only, binder),
                TraceKind::Define(_) | TraceKind::Decision { .. } => self.call(only),
                _ => self.node(only),
            },
            _ => self.children(node),
        }
    }

    fn valued(&mut self, node: &'a TraceNode) {
        self.value(node.span, node);
        self.sheet.operands(&node.operands);
        self.children(node);
    }

    fn value(&mut self, at: Span, node: &TraceNode) {
        let mark = condition_mark(&node.status);
        let shown = node.value.as_ref().map(|shown| Shown { span: at, ..shown.clone() });
        let shown = shown.filter(|shown| self.sheet.says_more(shown));
        if shown.is_some() || mark.is_some() {
            self.sheet.text(at, &shown.as_ref().map(text_of).unwrap_or_default(), mark);
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
            self.sheet.text(shown.span, &text_of(shown), None);
        }
    }

    /// A call: its arguments where they stand; what happened inside follows the lines.
    fn call(&mut self, node: &'a TraceNode) {
        self.sheet.operands(&node.operands);
        match (&node.kind, &node.called) {
            (TraceKind::Decision { .. }, Some(branch)) => {
                self.children(node);
                self.inside.push(Inside::Decision(node, branch));
            }
            (TraceKind::Define(_), _) => {
                let (here, _) = split(node);
                here.into_iter().for_each(|child| self.node(child));
                if was_evaluated(node) {
                    self.inside.push(Inside::Define(node));
                }
            }
            _ => self.children(node),
        }
    }

    fn value_of_list(&mut self, node: &TraceNode) {
        if node.value.is_some() || matches!(node.status, Status::True | Status::False | Status::NotEvaluated) {
            self.value(node.span, node);
        }
    }

    /// The elements of a list: rows under their line if they have only one, else behind the lines.
    fn list(&mut self, node: &'a TraceNode, binder: &'a str) {
        self.children(node);
        let Some(elements) = &node.elements else { return };
        let chosen = Chosen::of(node, elements, self.drawing.detail);
        let outcome = self.outcome.filter(|_| elements.shown.iter().any(|element| element.children.iter().any(is_of_instance)));
        let mut lines: Vec<Self> = Vec::with_capacity(chosen.shown.len());
        for element in &chosen.shown {
            let mut own = Lines::new(self.drawing, self.width, self.undecided).of_rule(outcome);
            element.children.iter().for_each(|child| own.node(child));
            lines.push(own);
        }
        let place = lines.first().and_then(|first| first.sheet.only_line());
        let alone = |lines: &Self| lines.inside.is_empty() && !lines.sheet.has_elements() && lines.sheet.only_line() == place;
        let Some(place) = place.filter(|_| lines.iter().all(alone)) else {
            if !chosen.is_empty() {
                self.inside.push(Inside::List(binder, chosen, outcome));
            }
            return;
        };
        for (index, (element, lines)) in chosen.shown.iter().zip(lines).enumerate() {
            if let Some(words) = chosen.before(index) {
                self.sheet.note_elements(place, words);
            }
            self.sheet.take_element(&label_of(binder, element), lines.sheet);
        }
        if let Some(words) = chosen.rest() {
            self.sheet.note_elements(place, words);
        }
    }
}

impl Drawing<'_> {
    /// Whether lines and values are drawn whole.
    pub(super) fn whole_lines(&self) -> bool {
        self.detail != super::Detail::Brief
    }
}

/// The children of a call that stand in the call itself, such as its arguments, and those that stand in what is called.
pub(super) fn split(node: &TraceNode) -> (Vec<&TraceNode>, Vec<&TraceNode>) {
    let within = |child: &&TraceNode| child.span.start >= node.span.start && child.span.end <= node.span.end;
    node.children.iter().partition(within)
}

fn was_evaluated(node: &TraceNode) -> bool {
    !matches!(node.status, Status::NotEvaluated | Status::NotReached)
}

/// Whether the value is a list or a record, which the title of what happened inside says as well.
fn has_parts(node: &TraceNode) -> bool {
    node.value.as_ref().is_some_and(|shown| matches!(shown.ty.required(), Type::List { .. } | Type::Record(_)))
}

fn same_value(a: &TraceNode, b: &TraceNode) -> bool {
    let text = |node: &TraceNode| node.value.as_ref().map(|shown| shown.text.clone());
    let boolean = |node: &TraceNode| matches!(node.status, Status::True | Status::False);
    text(a) == text(b) && a.status == b.status && (a.value.is_some() || boolean(a))
}

/// Whether a node is an instance of a rule, or holds some in further lists.
pub(super) fn is_of_instance(node: &TraceNode) -> bool {
    match node.kind {
        TraceKind::Instance { .. } => true,
        TraceKind::Loop { .. } => {
            node.elements.iter().flat_map(|elements| &elements.shown).any(|element| element.children.iter().any(is_of_instance))
        }
        _ => false,
    }
}

fn has_instances(rule: &TraceNode) -> bool {
    rule.children.iter().any(is_of_instance)
}

/// Of a `for each` rule that decided or applied: for how many elements of its first list, and how many there are.
fn of_elements(rule: &TraceNode) -> Option<(usize, u32)> {
    let elements = rule.children.iter().find(|child| is_of_instance(child)).and_then(|list| list.elements.as_ref())?;
    let counted: fn(&Status) -> bool = if rule.status == Status::Decided { |status| *status == Status::Decided } else { Status::applied };
    let some = elements.shown.iter().filter(|element| super::elements::some_instance(element, counted)).count();
    (rule.status.applied() && some > 0).then_some((some, elements.visited))
}
