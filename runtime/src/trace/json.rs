//! A trace as JSON: one line, the same bytes for the same trace, as the published schema says.

use axtrace_source::{Position, Span};

use crate::meta::ProgramMeta;
use crate::text::{write_json, write_json_text};
use crate::types::{Kind, Scalar, Type};
use crate::value::Value;

use super::{Branch, By, Elements, Level, OutcomeTrace, Shown, Status, Trace, TraceKind, TraceNode};

/// The JSON Schema of the lines that [`Trace::to_json`] writes at [`Level::Record`] and [`Level::Full`].
pub const SCHEMA: &str = include_str!("schema.json");

/// The version of the format, `axtrace` in the JSON.
pub(super) const FORMAT: &str = "1";

impl Trace {
    /// The trace as one line of JSON, without a line break: at [`Level::None`] the outcome alone, at [`Level::Record`] everything but the
    /// tree, at [`Level::Full`] everything. `program` is the one that the trace was decoded with.
    #[must_use]
    pub fn to_json(&self, program: &ProgramMeta, level: Level) -> String {
        let mut writer = Writer { out: String::new(), program };
        writer.object(|object| match level {
            Level::None => object.outcome_alone(self),
            Level::Record | Level::Full => object.trace(self, level),
        });
        writer.out
    }

    /// The tree alone, as one array: what became of every rule, condition and value, also of rules that decide nothing together.
    #[must_use]
    pub fn tree_json(&self, program: &ProgramMeta) -> String {
        let mut writer = Writer { out: String::new(), program };
        writer.array(&self.tree, Writer::node);
        writer.out
    }

    /// The outcome object alone: `{"kind":"decided","value":"reject"}`.
    #[must_use]
    pub fn outcome_json(&self, program: &ProgramMeta) -> String {
        let mut writer = Writer { out: String::new(), program };
        writer.outcome(&self.outcome);
        writer.out
    }
}

struct Writer<'p> {
    out: String,
    program: &'p ProgramMeta,
}

/// An object whose members are being written.
struct Object<'w, 'p> {
    writer: &'w mut Writer<'p>,
    first: bool,
}

impl<'p> Writer<'p> {
    fn object(&mut self, write: impl FnOnce(&mut Object<'_, 'p>)) {
        self.out.push('{');
        write(&mut Object { writer: self, first: true });
        self.out.push('}');
    }

    fn array<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.out.push('[');
        for (place, item) in items.into_iter().enumerate() {
            self.out.push_str(if place > 0 { "," } else { "" });
            write(self, item);
        }
        self.out.push(']');
    }

    fn text(&mut self, text: &str) {
        write_json_text(&mut self.out, text);
    }

    fn number(&mut self, number: usize) {
        self.out.push_str(&number.to_string());
    }

    fn value(&mut self, value: &Value, ty: &Type) {
        write_json(&mut self.out, value, ty, self.program);
    }

    fn outcome(&mut self, outcome: &OutcomeTrace) {
        self.object(|object| match outcome {
            OutcomeTrace::Decided { value, ty } => {
                object.text("kind", "decided");
                object.value("value", value, ty);
            }
            OutcomeTrace::Referred { to, within, proposing, .. } => {
                object.text("kind", "referred");
                object.text("to", to);
                if let Some(seconds) = within {
                    object.value("within", &Value::Scalar(*seconds), &Type::Scalar(Scalar::of(Kind::Duration)));
                }
                if let Some((value, ty)) = proposing {
                    object.value("proposing", value, ty);
                }
            }
        });
    }

    fn by(&mut self, by: &By) {
        self.object(|object| {
            if let Some(decision) = &by.decision {
                object.text("decision", decision);
            }
            object.text("rule", &by.rule);
            object.text("file", &by.file);
            object.number("line", by.line);
            object.number("column", by.column);
            if let Some(because) = &by.because {
                object.text("because", because);
            }
            object.cites(&by.cites);
            if !by.each.is_empty() {
                object.member("for", |writer| {
                    writer.object(|binders| {
                        for each in &by.each {
                            match (&each.pointer, &each.ends) {
                                (Some(pointer), _) => binders.text(&each.name, pointer),
                                (None, Some(ends)) => binders.member(&each.name, |writer| writer.ends(ends)),
                                (None, None) => binders.number(&each.name, each.index as usize),
                            }
                        }
                    });
                });
            }
            if let Some((value, ty)) = &by.gives {
                object.value("gives", value, ty);
            }
        });
    }

    fn node(&mut self, node: &TraceNode) {
        self.object(|object| {
            object.kind(&node.kind);
            object.status(&node.status);
            object.place(node.span);
            if let Some(value) = &node.value {
                object.shown(value);
            }
            object.list("operands", &node.operands, Self::operand);
            let shown: Vec<&TraceNode> = node.children.iter().filter(|child| is_written(node, child)).collect();
            object.list("children", &shown, |writer, child| writer.node(child));
            let looked_up =
                if let TraceKind::Table { left_out, not_reached, .. } = node.kind { (left_out + not_reached) as usize } else { 0 };
            let left_out = node.children.len() - shown.len() + looked_up;
            if left_out > 0 {
                object.number("left_out", left_out);
            }
            if let Some(elements) = &node.elements {
                object.member("elements", |writer| writer.elements(elements));
            }
            if let Some(branch) = &node.called {
                object.member("called", |writer| writer.branch(branch));
            }
        });
    }

    fn operand(&mut self, operand: &Shown) {
        self.object(|object| {
            object.place(operand.span);
            object.shown(operand);
        });
    }

    fn elements(&mut self, elements: &Elements) {
        self.object(|object| {
            object.number("visited", elements.visited as usize);
            object.number("left_out", elements.left_out as usize);
            object.member("shown", |writer| {
                writer.array(&elements.shown, |writer, element| {
                    writer.object(|object| {
                        object.number("index", element.index as usize);
                        if let Some(pointer) = &element.pointer {
                            object.text("at", pointer);
                        } else if let Some(ends) = &element.ends {
                            object.member("at", |writer| writer.ends(ends));
                        }
                        object.list("children", &element.children, Self::node);
                    });
                });
            });
        });
    }

    fn branch(&mut self, branch: &Branch) {
        self.object(|object| {
            object.text("decision", &branch.decision);
            object.member("by", |writer| writer.array(&branch.by, Self::by));
            object.member("tree", |writer| writer.array(&branch.tree, Self::node));
        });
    }

    fn ends(&mut self, (first, last): &(String, String)) {
        self.array([first, last], |writer, pointer| writer.text(pointer));
    }

    fn position(&mut self, position: Position) {
        self.array([position.line, position.column], Self::number);
    }
}

/// Of a table only the rows that applied are written; there may be very many.
fn is_written(node: &TraceNode, child: &TraceNode) -> bool {
    let is_row = matches!(node.kind, TraceKind::Table { .. }) && matches!(child.kind, TraceKind::Rule { .. });
    !is_row || child.status.applied()
}

impl<'p> Object<'_, 'p> {
    fn member(&mut self, name: &str, write: impl FnOnce(&mut Writer<'p>)) {
        if !self.first {
            self.writer.out.push(',');
        }
        self.first = false;
        self.writer.text(name);
        self.writer.out.push(':');
        write(self.writer);
    }

    fn text(&mut self, name: &str, text: &str) {
        self.member(name, |writer| writer.text(text));
    }

    fn number(&mut self, name: &str, number: usize) {
        self.member(name, |writer| writer.number(number));
    }

    fn value(&mut self, name: &str, value: &Value, ty: &Type) {
        self.member(name, |writer| writer.value(value, ty));
    }

    /// A value, or where it is in the input.
    fn shown(&mut self, shown: &Shown) {
        match &shown.at {
            Some(pointer) => self.text("at", pointer),
            None => self.value("value", &shown.value, &shown.ty),
        }
    }

    /// A list; nothing when it is empty.
    fn list<T>(&mut self, name: &str, items: &[T], write: impl FnMut(&mut Writer<'p>, &T)) {
        if !items.is_empty() {
            self.member(name, |writer| writer.array(items, write));
        }
    }

    fn outcome_alone(&mut self, trace: &Trace) {
        self.id(trace);
        self.member("outcome", |writer| writer.outcome(&trace.outcome));
        self.carry(trace);
    }

    fn id(&mut self, trace: &Trace) {
        if let Some(id) = &trace.id {
            self.text("id", id);
        }
    }

    fn carry(&mut self, trace: &Trace) {
        if !trace.carry.is_empty() {
            self.member("carry", |writer| {
                writer.object(|object| trace.carry.iter().for_each(|(name, text)| object.text(name, text)));
            });
        }
    }

    fn trace(&mut self, trace: &Trace, level: Level) {
        self.member("axtrace", |writer| writer.out.push_str(FORMAT));
        self.id(trace);
        self.text("decision", &trace.decision);
        self.member("rules", |writer| {
            writer.object(|rules| {
                rules.text("digest", &trace.digest);
                if let Some(version) = &trace.version {
                    rules.text("version", version);
                }
            });
        });
        self.member("outcome", |writer| writer.outcome(&trace.outcome));
        self.member("by", |writer| writer.array(&trace.by, Writer::by));
        if let Some(accountable) = &trace.accountable {
            self.text("accountable", accountable);
        }
        self.member("advice", |writer| writer.out.push_str("[]"));
        self.member("input", |writer| {
            writer.object(|object| trace.input.iter().for_each(|input| object.value(&input.name, &input.value, &input.ty)));
        });
        self.carry(trace);
        if level == Level::Full {
            self.member("tree", |writer| writer.array(&trace.tree, Writer::node));
        }
    }

    /// The texts of `cites`, and, if one has a link, all links beside them.
    fn cites(&mut self, cites: &[(String, Option<String>)]) {
        self.list("cites", cites, |writer, (text, _)| writer.text(text));
        if cites.iter().any(|(_, link)| link.is_some()) {
            self.list("links", cites, |writer, (_, link)| match link {
                Some(link) => writer.text(link),
                None => writer.out.push_str("null"),
            });
        }
    }

    fn kind(&mut self, kind: &TraceKind) {
        let (word, name) = match kind {
            TraceKind::Group => ("group", None),
            TraceKind::Table { .. } => ("table", None),
            TraceKind::Rule { name, .. } => ("rule", Some(name)),
            TraceKind::Instance { name, .. } => ("instance", Some(name)),
            TraceKind::Condition => ("condition", None),
            TraceKind::Let(name) => ("let", Some(name)),
            TraceKind::Argument(name) => ("argument", Some(name)),
            TraceKind::Define(name) => ("define", Some(name)),
            TraceKind::Decision { name, .. } => ("decision", Some(name)),
            TraceKind::Loop { binder } => ("list", Some(binder)),
            TraceKind::Body => ("body", None),
            TraceKind::Outcome => ("outcome", None),
        };
        self.text("kind", word);
        if let Some(name) = name {
            self.text("name", name);
        }
        if let TraceKind::Rule { group: Some(group), .. } = kind {
            self.text("group", group);
        }
        if let TraceKind::Rule { shadow: true, .. } = kind {
            self.member("shadow", |writer| writer.out.push_str("true"));
        }
    }

    fn status(&mut self, status: &Status) {
        let word = match status {
            Status::NotReached => "not reached",
            Status::DidNotApply => "did not apply",
            Status::Overridden { .. } => "overridden",
            Status::Outranked => "outranked",
            Status::Applied => "applied",
            Status::Decided => "decided",
            Status::True => "true",
            Status::False => "false",
            Status::NotEvaluated => "not evaluated",
            Status::Evaluated => "evaluated",
        };
        self.text("status", word);
        if let Status::Overridden { by } = status {
            self.list("overridden_by", by, |writer, rule| writer.text(rule));
        }
    }

    /// Where something is written, and what stands there.
    fn place(&mut self, span: Span) {
        let sources = &self.writer.program.sources;
        if let Some((file, start)) = sources.locate(span) {
            let (path, end) = (file.name().to_owned(), file.position(span.end));
            let text = sources.text(span).to_owned();
            self.text("file", &path);
            self.member("from", |writer| writer.position(start));
            self.member("to", |writer| writer.position(end));
            self.text("text", &text);
        }
    }
}
