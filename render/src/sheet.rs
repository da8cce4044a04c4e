//! Source lines with what became of them: a value under each thing that has one, a mark on each condition and rule.

use std::collections::BTreeMap;
use std::ops::Range;

use axtrace_runtime::trace::{Shown, Status};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::{SourceFile, Sources, Span};

use super::findings::local;
use super::line::{Line, harmless, width_of};
use super::picture::Row;
use super::style::Role;
use super::under::{Element, Item, windows};

/// The column that words about a rule begin at, if the line and the terminal leave room.
const STATUS_COLUMN: usize = 64;
/// Of an outcome that takes several lines, how many are shown.
const SHOWN_LINES: usize = 6;

/// What is shown with one line of the source.
#[derive(Debug, Clone, Default)]
struct Entry {
    mark: Option<(&'static str, Role)>,
    words: Option<(String, Role)>,
    items: Vec<Item>,
    elements: Vec<Element>,
}

/// Lines being filled in, in the order of the source.
#[derive(Debug)]
pub struct Sheet<'a> {
    sources: &'a Sources,
    /// The columns that a row may take.
    width: usize,
    /// Whether lines and values are shown whole.
    whole: bool,
    gutter: usize,
    lines: BTreeMap<(u32, usize), Entry>,
}

/// Rows of a sheet: the name of a file, or a line with what stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drawn {
    /// The file that the next lines are of.
    File(Row),
    /// A line, and the rows under it.
    Line(Vec<Row>),
}

impl<'a> Sheet<'a> {
    /// An empty sheet.
    #[must_use]
    pub fn new(sources: &'a Sources, width: usize, whole: bool) -> Self {
        Self { sources, width, whole, gutter: gutter(sources), lines: BTreeMap::new() }
    }

    /// Whether nothing is on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
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

    /// Shows the lines that a span lies on; of many the first.
    pub fn show_all(&mut self, span: Span) {
        let Some((file, place)) = self.sources.locate(span) else { return };
        let last = file.position(span.end).line.min(place.line + SHOWN_LINES - 1);
        for line in place.line..=last {
            self.lines.entry((file.base(), line)).or_default();
        }
    }

    /// Marks the line of a rule, with words at its end.
    pub fn rule(&mut self, span: Span, status: &Status, words: String) {
        let (mark, role) = rule_mark(status);
        if let Some((entry, _)) = self.entry(span) {
            entry.mark = Some((mark, role));
            entry.words = Some((words, role));
        }
    }

    /// Puts a value under a place of the source.
    pub fn text(&mut self, span: Span, text: &str, mark: Option<(&'static str, Role)>) {
        self.item(span, text, mark, None);
    }

    fn item(&mut self, span: Span, text: &str, mark: Option<(&'static str, Role)>, before: Option<Span>) {
        let before = before.and_then(|next| self.place_on_line(span, next));
        let Some((file, place)) = self.sources.locate(span) else { return };
        let line = file.line(place.line);
        let Some((entry, bytes)) = self.entry(span) else { return };
        let text = harmless(&text.replace('\n', " "));
        Item { bytes, text, mark, before }.add_to(&mut entry.items, line);
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
        let short = |shown: &&Shown| !matches!(shown.ty.required(), Type::List { .. } | Type::Record(_));
        operands.iter().filter(|shown| self.says_more(shown)).filter(short).collect()
    }

    /// Whether a value says more than its source: literals say themselves.
    #[must_use]
    pub fn says_more(&self, shown: &Shown) -> bool {
        let source = self.sources.text(shown.span).trim();
        let literal = source.starts_with(|c: char| c.is_ascii_digit() || c == '"' || c == '{' || c == '[');
        let plain_text = source.starts_with('"') && !source.contains('{');
        let built = matches!(shown.ty.required(), Type::Text { .. } | Type::Record(_)) && !plain_text;
        let negative = source.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let last_name = source.rsplit('.').next().unwrap_or(source);
        (!literal || built) && !negative && last_name != shown.text && source != shown.text
    }

    /// Takes what is on another sheet, all on one line, as rows of one element of a list under that line. False, and nothing is taken, if it is
    /// on no line or on several.
    pub fn take_element(&mut self, label: &str, other: Self) -> bool {
        let mut lines = other.lines.into_iter();
        let (Some((key, entry)), None) = (lines.next(), lines.next()) else { return false };
        let element = Element { label: label.to_owned(), items: entry.items };
        let elements = &mut self.lines.entry(key).or_default().elements;
        if !elements.contains(&element) {
            elements.push(element);
        }
        true
    }

    /// Writes words about the elements that stand under a line.
    pub fn note_elements(&mut self, line: (u32, usize), words: String) {
        let (elements, note) = (&mut self.lines.entry(line).or_default().elements, Element { label: words, items: Vec::new() });
        if elements.last() != Some(&note) {
            elements.push(note);
        }
    }

    /// Whether rows about elements of a list stand on it.
    #[must_use]
    pub fn has_elements(&self) -> bool {
        self.lines.values().any(|entry| !entry.elements.is_empty())
    }

    /// The line that all is on, if it is on one.
    #[must_use]
    pub fn only_line(&self) -> Option<(u32, usize)> {
        let mut lines = self.lines.keys();
        lines.next().copied().filter(|_| lines.next().is_none())
    }

    /// The lines; `file` is the file that the reader knows to be in, and is told when another follows.
    #[must_use]
    pub fn draw(self, file: &mut u32) -> Vec<Drawn> {
        let mut drawn = Vec::new();
        for ((base, number), entry) in &self.lines {
            let Some(source) = self.sources.file_at(*base) else { continue };
            if base != file {
                *file = *base;
                let name = format!("{}{}", " ".repeat(self.gutter + 1), harmless(source.path()));
                drawn.push(Drawn::File(Row::of(name, Role::Faint)));
            }
            drawn.push(Drawn::Line(self.line(source, *number, entry)));
        }
        drawn
    }

    fn line(&self, file: &SourceFile, number: usize, entry: &Entry) -> Vec<Row> {
        let room = self.width.saturating_sub(self.gutter + 3).max(16);
        let mut rows = Vec::new();
        for (place, window) in windows(file.line(number), &entry.items, &entry.elements, room, self.whole).into_iter().enumerate() {
            let first = place == 0;
            let (mark, role) = entry.mark.filter(|_| first).unwrap_or((" ", Role::Plain));
            let number = if first { number.to_string() } else { String::new() };
            let mut head = Row::of(mark, role);
            head.push(format!("{number:>width$} │", width = self.gutter - 1), Role::Faint);
            head.push(format!(" {}", window.line), Role::Plain);
            let mut words = entry.words.as_ref().filter(|_| first);
            if let Some((text, role)) = words
                && let Some(column) = words_column(&window.line, text, room)
            {
                head.pad(self.gutter + 3 + column, 2);
                head.push(text.as_str(), *role);
                words = None;
            }
            rows.push(head.trimmed());
            if let Some((text, role)) = words {
                let mut below = Row::default();
                below.pad(room.saturating_sub(width_of(text)), 0);
                below.push(text.as_str(), *role);
                rows.push(self.under(below));
            }
            rows.extend(window.under.into_iter().map(|row| self.under(row)));
        }
        rows
    }

    fn under(&self, row: Row) -> Row {
        let mut line = Row::of(format!("{:>width$} │", "", width = self.gutter), Role::Faint);
        line.push(" ", Role::Plain);
        line.append(row);
        line.trimmed()
    }
}

/// The column behind the line that words about it begin at, if they have room.
fn words_column(line: &Line, words: &str, room: usize) -> Option<usize> {
    let (taken, wide) = (width_of(&line.to_string()), width_of(words));
    let column = STATUS_COLUMN.min(room.saturating_sub(wide)).max(taken + 2);
    (column + wide <= room).then_some(column)
}

/// The columns before the ruler.
#[must_use]
pub fn gutter(sources: &Sources) -> usize {
    let longest = sources.files().iter().map(SourceFile::line_count).max().unwrap_or(0);
    (longest.to_string().len() + 2).max(4)
}

/// The value as it is shown: text in quotes, so that an empty one is seen.
#[must_use]
pub fn text_of(shown: &Shown) -> String {
    let is_text = matches!(shown.ty.required(), Type::Text { .. }) && shown.value != Value::Missing;
    if is_text { format!("\"{}\"", shown.text) } else { shown.text.clone() }
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
