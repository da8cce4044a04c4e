//! A report that has parts in parts: rows of text with roles, and parts that can be folded. One picture is written as lines for a terminal
//! or as a page for a browser.

use super::line::width_of;
use super::style::{Role, Style};

/// Columns that what stands inside of something is moved to the right by.
pub const INDENT: usize = 3;

/// A row of text, in pieces that each have a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row(Vec<(String, Role)>);

impl Row {
    /// A row of one piece.
    #[must_use]
    pub fn of(text: impl Into<String>, role: Role) -> Self {
        let mut row = Self::default();
        row.push(text, role);
        row
    }

    /// Adds a piece at the end.
    pub fn push(&mut self, text: impl Into<String>, role: Role) {
        let text = text.into();
        if !text.is_empty() {
            self.0.push((text, role));
        }
    }

    /// Adds spaces up to a column; at least `least` of them.
    pub fn pad(&mut self, column: usize, least: usize) {
        let spaces = column.saturating_sub(self.width()).max(least);
        self.push(" ".repeat(spaces), Role::Plain);
    }

    /// Adds the pieces of another row.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The row from a column on; what stands before it is spaces.
    #[must_use]
    pub fn without(mut self, columns: usize) -> Self {
        let mut left = columns;
        for (text, _) in &mut self.0 {
            let spaces = text.chars().take_while(|c| *c == ' ').count().min(left);
            text.replace_range(..spaces, "");
            left -= spaces;
            if left == 0 || !text.is_empty() {
                break;
            }
        }
        self
    }

    /// How many columns it takes.
    #[must_use]
    pub fn width(&self) -> usize {
        self.0.iter().map(|(text, _)| width_of(text)).sum()
    }

    /// The row without spaces at its end.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        while let Some((text, _)) = self.0.last_mut() {
            text.truncate(text.trim_end().len());
            if !text.is_empty() {
                break;
            }
            self.0.pop();
        }
        self
    }

    /// The pieces.
    #[must_use]
    pub fn pieces(&self) -> &[(String, Role)] {
        &self.0
    }

    /// The row as a line.
    #[must_use]
    pub fn line(&self, style: Style) -> String {
        self.0.iter().map(|(text, role)| style.paint(text, *role)).collect()
    }
}

/// A part of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A row.
    Row(Row),
    /// A part that can be folded away.
    Fold {
        /// What is seen of it in any case.
        title: Vec<Row>,
        /// Whether it is open before anybody touches it.
        open: bool,
        /// Whether it is inside of what stands before it, and moved to the right.
        inside: bool,
        /// What is in it.
        blocks: Vec<Block>,
    },
}

/// The lines of blocks, those of folded parts left out.
#[must_use]
pub fn lines(blocks: &[Block], style: Style) -> Vec<String> {
    let mut out = Vec::new();
    write(blocks, style, 0, &mut out);
    out
}

fn write(blocks: &[Block], style: Style, indent: usize, out: &mut Vec<String>) {
    let line = |row: &Row| format!("{}{}", " ".repeat(indent), row.line(style));
    for block in blocks {
        match block {
            Block::Row(row) => out.push(line(row)),
            Block::Fold { title, open, inside, blocks } => {
                out.extend(title.iter().map(line));
                if *open {
                    write(blocks, style, indent + if *inside { INDENT } else { 0 }, out);
                }
            }
        }
    }
}
