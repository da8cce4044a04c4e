//! One line of source as it is shown: tabs, wide and invisible characters measured, a long line cut around what matters.

use std::fmt::Write;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// A tab reaches to the next column that is a multiple of this.
const TAB: usize = 4;
/// Bytes of a line looked at on either side of what is shown. Lines may have millions of bytes; terminals have hundreds of columns.
const REACH: usize = 4096;

/// Joins two pictures into one.
const JOINER: char = '\u{200d}';

/// What is shown for one character of the source.
#[derive(Debug, Clone)]
struct Cell {
    byte: usize,
    column: usize,
    text: String,
}

/// A line, or the stretch of it that is shown.
#[derive(Debug, Clone)]
pub struct Line {
    cells: Vec<Cell>,
    width: usize,
    end_byte: usize,
    first_column: usize,
    cut_left: bool,
    cut_right: bool,
}

/// How many columns a text takes, control characters and line breaks aside.
#[must_use]
pub fn width_of(text: &str) -> usize {
    let mut before = None;
    text.chars().map(|c| width_after(before.replace(c), c)).sum()
}

/// How many columns a character adds after the one before it. Pictures that are joined, or that have a tone, are drawn as one (Unicode Standard
/// Annex 11, and Technical Standard 51 on emoji sequences).
fn width_after(before: Option<char>, c: char) -> usize {
    let joined =
        before == Some(JOINER) || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c) && before.is_some_and(|before| before.width() == Some(2));
    match c.width().unwrap_or(0) {
        2 if joined => 0,
        width => width,
    }
}

impl Line {
    /// The whole of a line, or of a very long one the stretch around `focus`.
    #[must_use]
    pub fn new(text: &str, focus: usize) -> Self {
        let start = floor_boundary(text, focus.saturating_sub(REACH));
        let end = floor_boundary(text, focus.saturating_add(REACH).min(text.len()));
        let (mut cells, mut column): (Vec<Cell>, usize) = (Vec::new(), 0);
        let mut before = None;
        for (index, c) in text[start..end].char_indices() {
            let shown = show(c, column);
            let is_itself = shown.chars().eq([c]);
            let wide = if is_itself { width_after(before, c) } else { width_of(&shown) };
            before = Some(c);
            match cells.last_mut() {
                Some(last) if wide == 0 => last.text.push_str(&shown),
                _ => cells.push(Cell { byte: start + index, column, text: shown }),
            }
            column += wide;
        }
        Self { cells, width: column, end_byte: end, first_column: 0, cut_left: start > 0, cut_right: end < text.len() }
    }

    /// How many columns the line takes, with the marks where it is cut.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width + usize::from(self.cut_left) + usize::from(self.cut_right)
    }

    /// The columns that a stretch of bytes of the source line takes, at least one; where it lies outside of what is shown, the nearest end.
    #[must_use]
    pub fn columns(&self, bytes: Range<usize>) -> Range<usize> {
        let start = self.column_at(bytes.start);
        let end = if bytes.end > bytes.start { self.column_at(bytes.end) } else { start };
        start..end.max(start + 1)
    }

    /// Whether a byte of the source line is shown.
    #[must_use]
    pub fn shows(&self, byte: usize) -> bool {
        let first = self.cells.first().map_or(0, |cell| cell.byte);
        let after = byte >= first || !self.cut_left;
        after && (byte < self.end_byte || !self.cut_right)
    }

    fn column_at(&self, byte: usize) -> usize {
        let index = self.cells.partition_point(|cell| cell.byte < byte);
        let column = self.cells.get(index).map_or(self.first_column + self.width, |cell| cell.column);
        column - self.first_column + usize::from(self.cut_left)
    }

    /// The line cut to `room` columns such that `keep` (columns of this line) is seen, with `want` further columns to its right if possible.
    #[must_use]
    pub fn cut(self, room: usize, keep: Range<usize>, want: usize) -> Self {
        if self.width() <= room || room < 4 {
            return self;
        }
        let inner = room - 2;
        let shift = usize::from(self.cut_left);
        let start = keep.start.saturating_sub(shift);
        let end = keep.end.saturating_sub(shift).min(start + inner);
        let wished = (end + want.min(inner / 2)).min(self.width).max(end);
        // What stands before says more than what follows, so a third of the room at least goes to the left.
        let first = if wished <= inner { 0 } else { start.min((wished - inner).max(start.saturating_sub(inner / 3))) };
        self.window(first, inner)
    }

    fn window(mut self, first: usize, inner: usize) -> Self {
        let (base, before) = (self.first_column, self.cells.len());
        let limit = base + first + inner;
        let last_end = base + self.width;
        let end_of = |cells: &[Cell], index: usize| cells.get(index + 1).map_or(last_end, |next| next.column);
        let keep: Vec<bool> = (0..before).map(|i| self.cells[i].column >= base + first && end_of(&self.cells, i) <= limit).collect();
        let (from, to) = (keep.iter().position(|k| *k).unwrap_or(0), keep.iter().rposition(|k| *k).map_or(0, |last| last + 1));
        let (start_column, stop_column) = (self.cells[from].column, self.cells.get(to).map_or(last_end, |cell| cell.column));
        self.end_byte = self.cells.get(to).map_or(self.end_byte, |cell| cell.byte);
        self.cut_left |= from > 0;
        self.cut_right |= to < before;
        self.cells = self.cells.drain(from..to).collect();
        self.first_column = start_column;
        self.width = stop_column - start_column;
        self
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let left = if self.cut_left { "…" } else { "" };
        let right = if self.cut_right { "…" } else { "" };
        f.write_str(left)?;
        let text: String = self.cells.iter().map(|cell| cell.text.as_str()).collect();
        f.write_str(if self.cut_right { &text } else { text.trim_end() })?;
        f.write_str(right)
    }
}

/// What is seen of a character: nothing that would move the cursor or turn the direction of the text reaches the terminal.
fn show(c: char, column: usize) -> String {
    match c {
        '\t' => " ".repeat(TAB - column % TAB),
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => escaped(c),
        c if c.is_control() => escaped(c),
        c => c.to_string(),
    }
}

fn escaped(c: char) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write!(text, "<{:04X}>", u32::from(c));
    text
}

/// A text in which nothing moves the cursor, for messages that quote source or input. Line breaks stay.
#[must_use]
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { "\n".to_owned() } else { show(c, 0) }).collect()
}

/// The text broken into lines of at most `room` columns at spaces; line breaks of its own stay, words longer than a line are cut.
#[must_use]
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    harmless(text).split('\n').flat_map(|line| wrap_line(line, room.max(8))).collect()
}

fn wrap_line(line: &str, room: usize) -> Vec<String> {
    if width_of(line) <= room {
        return vec![line.to_owned()];
    }
    let (mut lines, mut current): (Vec<String>, String) = (Vec::new(), String::new());
    for word in line.split_inclusive(' ').flat_map(|word| pieces(word, room)) {
        if width_of(&current) + width_of(word.trim_end()) > room && !current.trim().is_empty() {
            lines.push(std::mem::take(&mut current).trim_end().to_owned());
        }
        current.push_str(&word);
    }
    lines.push(current.trim_end().to_owned());
    lines
}

fn pieces(word: &str, room: usize) -> Vec<String> {
    let (mut pieces, mut current, mut wide, mut before) = (Vec::new(), String::new(), 0, None);
    for c in word.chars() {
        let add = width_after(before.replace(c), c);
        if wide + add > room && c != ' ' {
            pieces.push(std::mem::take(&mut current));
            wide = 0;
        }
        current.push(c);
        wide += add;
    }
    pieces.push(current);
    pieces
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_pictures_take_the_columns_of_one() {
        let family = "👩\u{200d}👩\u{200d}👧 x";
        assert_eq!(width_of(family), 4);
        let line = Line::new(family, 0);
        assert_eq!((line.to_string().as_str(), line.columns(family.len() - 1..family.len())), (family, 3..4));
        assert_eq!(width_of("👍🏽"), 2);
        assert_eq!(wrap("👩\u{200d}👩\u{200d}👧👍🏽👍🏽👍🏽👍🏽", 8).len(), 2);
    }

    #[test]
    fn columns_count_what_a_terminal_shows() {
        let line = Line::new("\tä中x", 0);
        assert_eq!(line.to_string(), "    ä中x");
        assert_eq!((line.columns(1..3), line.columns(3..6), line.columns(6..7)), (4..5, 5..7, 7..8));
        assert_eq!(line.columns(7..7), 8..9);
    }

    #[test]
    fn nothing_hidden_reaches_the_terminal() {
        assert_eq!(Line::new("a\u{202e}b\u{1b}[0m", 0).to_string(), "a<202E>b<001B>[0m");
    }

    #[test]
    fn a_long_line_is_cut_around_what_matters() {
        let text = format!("{}needle{}", "x ".repeat(5000), " y".repeat(5000));
        let at = 10_000;
        let line = Line::new(&text, at);
        let keep = line.columns(at..at + 6);
        let line = line.cut(40, keep, 10);
        let shown = line.to_string();
        assert_eq!(width_of(&shown), 40);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        let columns = line.columns(at..at + 6);
        let under: String = shown.chars().skip(columns.start).take(columns.len()).collect();
        assert_eq!(under, "needle");
    }

    #[test]
    fn long_text_is_broken_at_spaces() {
        assert_eq!(wrap("one two three\nfour", 8), ["one two", "three", "four"]);
        assert_eq!(wrap("0123456789abc", 8), ["01234567", "89abc"]);
    }
}
