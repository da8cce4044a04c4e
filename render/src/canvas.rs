//! What stands under a line of source: pieces at columns, each on the first row that has room for it.

use super::line::width_of;
use super::picture::Row;
use super::style::{Role, Style};

/// Columns left free between two pieces on one row.
const GAP: usize = 1;

#[derive(Debug, Clone)]
struct Piece {
    column: usize,
    end: usize,
    parts: Vec<(String, Role)>,
}

/// The rows under one line.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    rows: Vec<Vec<Piece>>,
}

impl Rows {
    /// No rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a piece, written in parts, on the first row where it touches no other.
    pub fn place(&mut self, column: usize, parts: Vec<(String, Role)>) {
        self.place_from(0, column, parts);
    }

    /// Puts a piece on the first row from `row` where it touches no other, and says which.
    pub fn place_from(&mut self, row: usize, column: usize, parts: Vec<(String, Role)>) -> usize {
        let end = column + parts.iter().map(|(text, _)| width_of(text)).sum::<usize>();
        let piece = Piece { column, end, parts };
        let free = |row: &[Piece]| row.iter().all(|other| other.end + GAP <= piece.column || piece.end + GAP <= other.column);
        let found = (row..self.rows.len()).find(|index| free(&self.rows[*index])).unwrap_or(self.rows.len().max(row));
        if self.rows.len() <= found {
            self.rows.resize(found + 1, Vec::new());
        }
        self.rows[found].push(piece);
        found
    }

    /// The rows as text, without trailing spaces.
    #[must_use]
    pub fn draw(self, style: Style) -> Vec<String> {
        self.rows().iter().map(|row| row.line(style)).collect()
    }

    /// The rows, without trailing spaces.
    #[must_use]
    pub fn rows(mut self) -> Vec<Row> {
        self.rows.iter_mut().map(|row| put_together(row)).collect()
    }
}

fn put_together(pieces: &mut [Piece]) -> Row {
    pieces.sort_by_key(|piece| piece.column);
    let mut row = Row::default();
    for piece in pieces {
        row.pad(piece.column, 0);
        for (part, role) in &piece.parts {
            row.push(part.as_str(), *role);
        }
    }
    row.trimmed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_moves_to_a_further_row() {
        let mut rows = Rows::new();
        for (column, text) in [(2, "17"), (5, "✓"), (3, "2009-05-01"), (20, "x")] {
            rows.place(column, vec![(text.to_owned(), Role::Plain)]);
        }
        assert_eq!(rows.draw(Style::plain(80)), ["  17 ✓              x", "   2009-05-01"]);
    }
}
