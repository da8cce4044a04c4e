//! What stands under one line of source, and the line cut into stretches that fit the page when it is too long.

use std::ops::Range;

use super::canvas::Rows;
use super::line::{Line, width_of};
use super::picture::Row;
use super::style::Role;

/// The widest a value is shown under its source, unless all of it is asked for.
const WIDEST_VALUE: usize = 44;
/// The narrowest column that a long value is broken into.
const NARROWEST_VALUE: usize = 24;
/// Lines of more bytes are always cut around what matters.
const LONG_LINE: usize = 2000;
/// A long line is cut into so many stretches at most.
const MOST_STRETCHES: usize = 40;

/// Something under a line: a value at its place, and perhaps a mark between it and the next operand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The bytes of the line that it is about.
    pub bytes: Range<usize>,
    /// The value; empty if there is only a mark.
    pub text: String,
    /// What became of it.
    pub mark: Option<(&'static str, Role)>,
    /// Where the next operand of the same condition begins, on the same line.
    pub before: Option<usize>,
}

/// What stands under a line about one element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Which element it is; without items, words about several.
    pub label: String,
    /// What is shown of it.
    pub items: Vec<Item>,
}

/// A stretch of a line, and the rows under it.
#[derive(Debug)]
pub struct Window {
    /// The stretch.
    pub line: Line,
    /// The rows.
    pub under: Vec<Row>,
}

impl Item {
    /// Adds it to others on a line. A value that stands there already is not said twice: only the mark is kept.
    pub fn add_to(self, items: &mut Vec<Self>, line: &str) {
        match items.iter_mut().find(|other| other.says_the_same(&self, line)) {
            Some(other) if other.mark.is_none() => (other.mark, other.before) = (self.mark, self.before),
            Some(_) => {}
            None => items.push(self),
        }
    }

    fn says_the_same(&self, other: &Self, line: &str) -> bool {
        let (first, last) = (self.bytes.start.min(other.bytes.start), self.bytes.start.max(other.bytes.start));
        let between = line.get(first..last).unwrap_or("x");
        let together = self.mark.is_none() || other.mark.is_none() || self.mark == other.mark;
        self.text == other.text && together && between.chars().all(|c| c == '(' || c == ' ')
    }
}

/// The line with what stands under it, in as few stretches as show all of that. `whole` asks for the whole line and for whole values.
#[must_use]
pub fn windows(text: &str, items: &[Item], elements: &[Element], room: usize, whole: bool) -> Vec<Window> {
    let line = Line::new(text, 0);
    if line.width() <= room {
        let under = rows(&line, items, elements, room, whole);
        return vec![Window { line, under }];
    }
    let lines = if whole && text.len() <= LONG_LINE { all_stretches(text, room) } else { needed_stretches(text, items, elements, room) };
    lines.into_iter().map(|line| window(line, items, elements, room, whole)).collect()
}

fn all_stretches(text: &str, room: usize) -> Vec<Line> {
    let line = Line::new(text, 0);
    let inner = room.saturating_sub(2).max(8);
    (0..line.width()).step_by(inner).map(|start| line.clone().cut(room, start..start + inner, 0)).collect()
}

/// Stretches around what is shown, the first with the beginning of the line if there is room for both.
fn needed_stretches(text: &str, items: &[Item], elements: &[Element], room: usize) -> Vec<Line> {
    let mut starts: Vec<usize> =
        items.iter().chain(elements.iter().flat_map(|element| &element.items)).map(|item| item.bytes.start).collect();
    starts.sort_unstable();
    starts.dedup();
    let Some(first) = starts.first().copied() else { return vec![Line::new(text, 0).cut(room, 0..1, 0)] };
    let whole = Line::new(text, first);
    let inner = room.saturating_sub(2);
    let mut open: Vec<usize> = starts;
    let mut lines = Vec::new();
    while let Some(first) = open.first().copied() {
        let line = if whole.shows(first) { whole.clone() } else { Line::new(text, first) };
        let column = line.columns(first..first).start;
        // What stands before says more than what follows.
        let from = if column + NARROWEST_VALUE <= inner { 0 } else { column.saturating_sub(inner / 4) };
        let cut = line.cut(room, from..from + inner, 0);
        let before = open.len();
        open.retain(|start| *start != first && !(cut.shows(*start) && *start > first));
        lines.push(cut);
        if open.len() == before || lines.len() >= MOST_STRETCHES {
            break;
        }
    }
    lines
}

fn window(line: Line, items: &[Item], elements: &[Element], room: usize, whole: bool) -> Window {
    let here = |items: &[Item]| items.iter().filter(|item| line.shows(item.bytes.start)).cloned().collect::<Vec<_>>();
    let own = here(items);
    let of_element = |element: &Element| Element { label: element.label.clone(), items: here(&element.items) };
    let elements: Vec<Element> = elements
        .iter()
        .map(|element| (element, of_element(element)))
        .filter(|(all, here)| all.items.is_empty() || !here.items.is_empty())
        .map(|(_, here)| here)
        .collect();
    let under = rows(&line, &own, &elements, room, whole);
    Window { line, under }
}

fn rows(line: &Line, items: &[Item], elements: &[Element], room: usize, whole: bool) -> Vec<Row> {
    let mut rows = placed(line, items, room, whole).rows();
    let labels = elements.iter().filter(|element| !element.items.is_empty()).map(|element| width_of(&element.label)).max().unwrap_or(0);
    let first = elements.iter().flat_map(|element| &element.items).map(|item| line.columns(item.bytes.clone()).start).min().unwrap_or(0);
    let before = labels + 2 <= first;
    let drawn: Vec<(&Element, Vec<Row>)> =
        elements.iter().map(|element| (element, placed(line, &element.items, room, whole).rows())).collect();
    let behind = drawn.iter().filter_map(|(_, rows)| rows.first()).map(Row::width).max().unwrap_or(0) + 3;
    for (element, own) in drawn {
        let label = Row::of(element.label.as_str(), Role::Faint);
        let mut own = own.into_iter();
        let Some(mut first) = own.next() else {
            rows.push(label);
            continue;
        };
        if before {
            let mut labelled = label;
            let row = first.without(labelled.width());
            labelled.append(row);
            rows.push(labelled);
        } else if behind + label.width() <= room {
            first.pad(behind, 3);
            first.append(label);
            rows.push(first);
        } else {
            rows.push(label);
            rows.push(first);
        }
        rows.extend(own);
    }
    rows
}

fn placed(line: &Line, items: &[Item], room: usize, whole: bool) -> Rows {
    let mut rows = Rows::new();
    let mut items: Vec<&Item> = items.iter().collect();
    items.sort_by_key(|item| item.bytes.start);
    for item in items {
        let column = line.columns(item.bytes.clone()).start;
        let mut texts = broken(&item.text, room, column, whole).into_iter();
        let text = texts.next().unwrap_or_default();
        let wide = width_of(&text);
        let mut parts = vec![(text, Role::Second)];
        if let Some((mark, role)) = item.mark {
            let after = if wide == 0 { column } else { column + wide + 1 };
            let shown = item.before.filter(|byte| wide > 0 && line.shows(*byte));
            let before = shown.map_or(0, |byte| line.columns(byte..byte).start.saturating_sub(2));
            parts.push((" ".repeat(after.max(before).saturating_sub(column + wide)), Role::Plain));
            parts.push((mark.to_owned(), role));
        }
        let total: usize = parts.iter().map(|(text, _)| width_of(text)).sum();
        let column = column.min(room.saturating_sub(total));
        let mut row = rows.place_from(0, column, parts);
        for text in texts {
            row = rows.place_from(row + 1, column.min(room.saturating_sub(width_of(&text))), vec![(text, Role::Second)]);
        }
    }
    rows
}

/// A value in the lines that it is shown in: cut, or whole and broken where the page ends.
fn broken(text: &str, room: usize, column: usize, whole: bool) -> Vec<String> {
    let wide = width_of(text);
    if wide <= WIDEST_VALUE.min(room) || (whole && column + wide + 2 <= room) {
        return vec![text.to_owned()];
    }
    if !whole {
        return vec![shortened(text, WIDEST_VALUE.min(room))];
    }
    super::line::wrap(text, room.saturating_sub(column + 2).max(NARROWEST_VALUE).min(room.saturating_sub(2)))
}

/// The beginning of a text that fits into a width, with a mark where it is cut.
#[must_use]
pub fn shortened(text: &str, widest: usize) -> String {
    if width_of(text) <= widest {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut wide = 0;
    for c in text.chars() {
        let mut letters = [0; 4];
        wide += width_of(c.encode_utf8(&mut letters));
        if wide + 1 > widest {
            break;
        }
        short.push(c);
    }
    short + "…"
}
