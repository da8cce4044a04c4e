//! Source lines with what became of them: a value under each thing that has one, a mark on each condition and rule.

use std::collections::BTreeMap;
use std::ops::Range;

use axtrace_runtime::trace::{Shown, Status};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::{SourceFile, Sources, Span};

use super::canvas::Rows;
use super::findings::local;
use super::line::{Line, harmless, width_of};
use super::style::{Role, Style};

/// The widest a value is shown under its source.
const WIDEST_VALUE: usize = 44;
/// The column that words about a rule begin at, if the line and the terminal leave room.
const STATUS_COLUMN: usize = 64;

/// Something under a line: a value at its place, and perhaps a mark between it and the next operand.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    bytes: Range<usize>,
    text: String,
    mark: Option<(&'static str, Role)>,
    /// Where the next operand of the same condition begins, on the same line.
    before: Option<usize>,
}

#[derive(Debug, Clone, Default)]
struct Entry {
    mark: Option<(&'static str, Role)>,
    words: Option<(String, Role)>,
    items: Vec<Item>,
}

/// Lines being filled in, in the order of the source.
#[derive(Debug)]
pub struct Sheet<'a> {
    sources: &'a Sources,
    style: Style,
    gutter: usize,
    lines: BTreeMap<(u32, usize), Entry>,
}

impl<'a> Sheet<'a> {
    /// An empty sheet.
    #[must_use]
    pub fn new(sources: &'a Sources, style: Style) -> Self {
        let longest = sources.files().iter().map(SourceFile::line_count).max().unwrap_or(0);
        Self { sources, style, gutter: (longest.to_string().len() + 2).max(4), lines: BTreeMap::new() }
    }

    /// Columns left of the source text.
    #[must_use]
    pub fn margin(&self) -> usize {
        self.gutter + 3
    }

    fn entry(&mut self, span: Span) -> Option<(&mut Entry, Range<usize>)> {
        let (file, place) = self.sources.locate(span)?;
        let bytes = local(span, file.line_start(place.line), file.line(place.line));
        Some((self.lines.entry((file.base(), place.line)).or_default(), bytes))
    }

    /// Shows the line that a span begins on.
    pub fn show(&mut self, span: Span) {
        let _ = self.entry(span);
    }

    /// Marks the line of a rule, with words at its end.
    pub fn rule(&mut self, span: Span, status: &Status, words: String) {
        let (mark, role) = rule_mark(status);
        if let Some((entry, _)) = self.entry(span) {
            entry.mark = Some((mark, role));
            entry.words = Some((words, role));
        }
    }

    /// Puts a text under a place of the source.
    pub fn text(&mut self, span: Span, text: &str, mark: Option<(&'static str, Role)>) {
        self.item(span, text, mark, None);
    }

    fn item(&mut self, span: Span, text: &str, mark: Option<(&'static str, Role)>, before: Option<Span>) {
        let same_line = before.and_then(|next| self.place_on_line(span, next));
        let Some((entry, bytes)) = self.entry(span) else { return };
        let item = Item { bytes, text: shortened(text), mark, before: same_line };
        if !entry.items.contains(&item) {
            entry.items.push(item);
        }
    }

    fn place_on_line(&self, span: Span, next: Span) -> Option<usize> {
        let ((file, place), (other, there)) = (self.sources.locate(span)?, self.sources.locate(next)?);
        (file.base() == other.base() && place.line == there.line).then(|| (next.start - file.line_start(place.line)) as usize)
    }

    /// The values of operands, without those that stand in the source as they are.
    pub fn operands(&mut self, operands: &[Shown]) {
        for shown in self.worth_showing(operands) {
            self.item(shown.span, &text_of(shown), None, None);
        }
    }

    /// A condition: the values of its operands, and a mark between the first and the second.
    pub fn condition(&mut self, span: Span, status: &Status, operands: &[Shown]) {
        let mark = condition_mark(status);
        let shown = self.worth_showing(operands);
        let shown: Vec<_> = shown.into_iter().filter(|shown| shown.ty != Type::Boolean).collect();
        self.show(span);
        let Some((first, rest)) = shown.split_first() else { return self.item(span, "", mark, None) };
        self.item(first.span, &text_of(first), mark, rest.first().map(|next| next.span));
        for shown in rest {
            self.item(shown.span, &text_of(shown), None, None);
        }
    }

    fn worth_showing<'s>(&self, operands: &'s [Shown]) -> Vec<&'s Shown> {
        operands.iter().filter(|shown| self.says_more(shown)).collect()
    }

    /// Whether the value says more than its source: literals say themselves, lists and records are too long to stand under a name.
    #[must_use]
    pub fn says_more(&self, shown: &Shown) -> bool {
        let source = self.sources.text(shown.span).trim();
        let literal = source.starts_with(|c: char| c.is_ascii_digit() || c == '"' || c == '{' || c == '[');
        let negative = source.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let last_name = source.rsplit('.').next().unwrap_or(source);
        !literal && !negative && last_name != shown.text && !matches!(shown.ty.required(), Type::List { .. } | Type::Record(_))
    }

    /// The lines as text; `file` is the file that the reader knows to be in, and is told when another follows.
    #[must_use]
    pub fn draw(self, file: &mut u32) -> Vec<String> {
        let mut drawn = Vec::new();
        for ((base, number), entry) in &self.lines {
            let Some(source) = self.sources.file_at(*base) else { continue };
            if base != file {
                *file = *base;
                drawn.push(self.style.paint(&format!("{}{}", " ".repeat(self.gutter + 1), harmless(source.path())), Role::Faint));
            }
            drawn.extend(self.line(source, *number, entry));
        }
        drawn
    }

    fn line(&self, file: &SourceFile, number: usize, entry: &Entry) -> Vec<String> {
        let room = self.style.width.saturating_sub(self.margin()).max(16);
        let text = file.line(number);
        let focus = entry.items.iter().map(|item| item.bytes.start).min().unwrap_or(0);
        let line = Line::new(text, focus);
        let keep = entry.items.iter().map(|item| line.columns(item.bytes.clone())).reduce(|a, b| a.start.min(b.start)..a.end.max(b.end));
        let line = line.cut(room, keep.unwrap_or(0..1), 0);
        let (mark, role) = entry.mark.unwrap_or((" ", Role::Plain));
        let number = format!("{number:>width$} │", width = self.gutter - 1);
        let mut head = format!("{}{} {line}", self.style.paint(mark, role), self.style.paint(&number, Role::Faint));
        if let Some((words, role)) = &entry.words {
            head += &self.words_at_end(&line, words, *role, room);
        }
        let blank = self.style.paint(&format!("{:>width$} │", "", width = self.gutter), Role::Faint);
        let rows = under(&line, &entry.items, room).draw(self.style);
        std::iter::once(head.trim_end().to_owned()).chain(rows.into_iter().map(|row| format!("{blank} {row}"))).collect()
    }

    fn words_at_end(&self, line: &Line, words: &str, role: Role, room: usize) -> String {
        let (taken, wide) = (width_of(&line.to_string()), width_of(words));
        let wished = STATUS_COLUMN.min(room.saturating_sub(wide));
        let column = wished.max(taken + 2);
        if column + wide <= room {
            return " ".repeat(column - taken) + &self.style.paint(words, role);
        }
        let indent = self.margin() + room.saturating_sub(wide).min(8);
        format!("\n{}{}", " ".repeat(indent), self.style.paint(words, role))
    }
}

fn under(line: &Line, items: &[Item], room: usize) -> Rows {
    let mut rows = Rows::new();
    let mut items: Vec<&Item> = items.iter().collect();
    items.sort_by_key(|item| item.bytes.start);
    for item in items {
        let mut column = line.columns(item.bytes.clone()).start;
        let wide = width_of(&item.text);
        let mut parts = vec![(item.text.clone(), Role::Second)];
        if let Some((mark, role)) = item.mark {
            let after = if wide == 0 { column } else { column + wide + 1 };
            let before = item.before.filter(|_| wide > 0).map_or(0, |byte| line.columns(byte..byte).start.saturating_sub(2));
            parts.push((" ".repeat(after.max(before) - column - wide), Role::Plain));
            parts.push((mark.to_owned(), role));
        }
        let total: usize = parts.iter().map(|(text, _)| width_of(text)).sum();
        column = column.min(room.saturating_sub(total));
        rows.place(column, parts);
    }
    rows
}

/// The value as it is shown: text in quotes, so that an empty one is seen.
fn text_of(shown: &Shown) -> String {
    let is_text = matches!(shown.ty.required(), Type::Text { .. }) && shown.value != Value::Missing;
    if is_text { format!("\"{}\"", shown.text) } else { shown.text.clone() }
}

fn shortened(text: &str) -> String {
    let text = harmless(&text.replace('\n', " "));
    if width_of(&text) <= WIDEST_VALUE {
        return text;
    }
    let mut short = String::new();
    for c in text.chars() {
        if width_of(&short) + 2 > WIDEST_VALUE {
            break;
        }
        short.push(c);
    }
    short + "…"
}

/// The mark of a rule: decided, applied without deciding, did not apply, not reached.
#[must_use]
pub fn rule_mark(status: &Status) -> (&'static str, Role) {
    match status {
        Status::Decided => ("●", Role::Good),
        Status::Overridden { .. } | Status::Outranked | Status::Applied => ("◐", Role::Unsure),
        Status::DidNotApply => ("○", Role::Faint),
        _ => ("·", Role::Faint),
    }
}

/// The mark of a condition: true, false, not evaluated.
#[must_use]
pub fn condition_mark(status: &Status) -> Option<(&'static str, Role)> {
    match status {
        Status::True => Some(("✓", Role::Good)),
        Status::False => Some(("✗", Role::Bad)),
        Status::NotEvaluated | Status::NotReached => Some(("·", Role::Faint)),
        _ => None,
    }
}
