//! Cells as lines: between bars, under their header, or between the separators of a file.

use axtrace_source::Span;

use super::cells::Cells;
use super::forms::{Cross, Ink, Last, Slot};

/// What stands where an outcome belongs.
const OPEN: &str = "?";

impl Ink {
    /// Rows of conditions, by column, as lines.
    pub fn rows(&self, slots: &[Slot], rows: &[Vec<Cells>]) -> String {
        let cell = |row: &[Cells], slot: &Slot| match slot {
            Slot::Condition(column, which, _) => row.get(*column).and_then(|cells| cells.get(*which)).cloned().unwrap_or_default(),
            Slot::Outcome => OPEN.to_owned(),
            Slot::Blank => String::new(),
        };
        let lines: Vec<Vec<String>> = rows.iter().map(|row| slots.iter().map(|slot| cell(row, slot)).collect()).collect();
        self.lines(&lines)
    }

    /// What conditions on rows, and on columns, make of a cross table, and where it stands: rows alone stand behind the others; with columns
    /// more, every line is longer.
    pub fn crossed(&self, cross: &Cross, down: &[String], across: &[String]) -> (String, Span) {
        let row = |first: &String| std::iter::once(first.clone()).chain(vec![OPEN.to_owned(); cross.columns]).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = down.iter().map(row).collect();
        let rows = self.lines(&rows);
        if across.is_empty() {
            return (rows, cross.span);
        }
        let old = cross.lines.iter().map(|(line, last)| (line.clone(), *last));
        let new = rows.lines().map(|line| (line.to_owned(), Last::Outcome));
        let longer: Vec<String> = old.chain(new).map(|(line, last)| self.longer(&line, last, across)).collect();
        (longer.join("\n"), cross.span)
    }

    /// A line of a cross table with columns more.
    fn longer(&self, line: &str, last: Last, across: &[String]) -> String {
        let cells = across.iter().map(|condition| match (self, last) {
            (_, Last::Nothing) => String::new(),
            (Self::File { .. }, Last::Condition) => format!("{}{}", self.separator(), self.in_file(condition)),
            (Self::File { .. }, _) => format!("{}{OPEN}", self.separator()),
            (Self::Bars { .. }, Last::Condition) => format!(" {condition} |"),
            (Self::Bars { .. }, Last::Rule) => format!("{}|", "-".repeat(condition.chars().count() + 2)),
            (Self::Bars { .. }, _) => format!(" {} |", padded(OPEN, condition.chars().count())),
        });
        std::iter::once(line.to_owned()).chain(cells).collect()
    }

    fn separator(&self) -> char {
        match self {
            Self::File { separator, .. } => *separator,
            Self::Bars { .. } => '|',
        }
    }

    fn lines(&self, lines: &[Vec<String>]) -> String {
        let text = |line: &Vec<String>| match self {
            Self::Bars { indent, widths, before } => {
                let widest = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
                let cell = |(column, cell): (usize, &String)| {
                    let width = widths.get(column).copied().unwrap_or(0).max(widest(column));
                    let bar = if column + 1 == *before && *before < line.len() { "||" } else { "|" };
                    format!(" {} {bar}", padded(cell, width))
                };
                format!("{indent}|{}", line.iter().enumerate().map(cell).collect::<String>())
            }
            Self::File { separator, .. } => line.iter().map(|cell| self.in_file(cell)).collect::<Vec<_>>().join(&separator.to_string()),
        };
        lines.iter().map(text).collect::<Vec<_>>().join("\n")
    }

    /// A cell as a file holds it. What stands for an outcome has no quotes, in which it would be a text.
    fn in_file(&self, cell: &str) -> String {
        let Self::File { separator, quoted } = self else { return cell.to_owned() };
        let needs = cell.contains(*separator) || cell.contains(['"', '\n', '\r']);
        if needs || *quoted && cell != OPEN { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
    }
}

fn padded(cell: &str, width: usize) -> String {
    format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count())))
}
