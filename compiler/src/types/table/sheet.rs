//! A CSV file as rows of cells that know where they stand.
//!
//! Cells may stand in quotes, in which a quote is doubled, as RFC 4180 has it; blanks around a cell without quotes do not count. A byte order mark
//! is skipped, and so are rows in which nothing stands.

use std::borrow::Cow;

use axtrace_source::{SourceFile, Span};

/// A cell of a file.
#[derive(Debug, Clone)]
pub struct SheetCell<'s> {
    /// What it holds, without its quotes.
    pub text: Cow<'s, str>,
    /// Where it is written, with its quotes.
    pub span: Span,
}

/// A file taken apart.
#[derive(Debug)]
pub struct Sheet<'s> {
    /// Its rows, the first with the titles.
    pub rows: Vec<Vec<SheetCell<'s>>>,
    /// What stands between two cells.
    pub separator: u8,
}

/// What may stand between two cells.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

impl<'s> Sheet<'s> {
    /// The rows of a file. The separator is that of `,`, `;` and a tab of which the first row makes the most sense, as `sense` counts; of equals the
    /// first. A first line `sep=;`, which some spreadsheets write, says which it is.
    ///
    /// # Errors
    /// Where a quote is never closed.
    pub fn read(file: &'s SourceFile, sense: impl Fn(&[SheetCell<'s>]) -> usize) -> Result<Self, Span> {
        let whole = file.text();
        let mut start = if whole.starts_with('\u{feff}') { 3 } else { 0 };
        let line = whole[start..].lines().next().unwrap_or_default();
        let said = match line.strip_prefix("sep=").map(str::as_bytes) {
            Some([separator]) if SEPARATORS.contains(separator) => Some(*separator),
            _ => None,
        };
        if said.is_some() {
            start += line.len();
        }
        let separator = match said {
            Some(separator) => separator,
            None => {
                let makes = |separator: u8| {
                    Splitter { text: whole, base: file.base(), at: start, separator }.next_row().map_or(0, |row| sense(&row))
                };
                let mut best = (makes(SEPARATORS[0]), SEPARATORS[0]);
                for separator in &SEPARATORS[1..] {
                    let made = makes(*separator);
                    if made > best.0 {
                        best = (made, *separator);
                    }
                }
                best.1
            }
        };
        let mut splitter = Splitter { text: whole, base: file.base(), at: start, separator };
        let mut rows = Vec::new();
        while splitter.at < whole.len() {
            let row = splitter.next_row()?;
            if row.iter().any(|cell| !cell.text.is_empty()) {
                rows.push(row);
            }
        }
        Ok(Self { rows, separator })
    }

    /// The separator in words.
    pub fn separator(&self) -> &'static str {
        match self.separator {
            b';' => "semicolons",
            b'\t' => "tabs",
            _ => "commas",
        }
    }
}

struct Splitter<'s> {
    text: &'s str,
    base: u32,
    at: usize,
    separator: u8,
}

impl<'s> Splitter<'s> {
    fn next_row(&mut self) -> Result<Vec<SheetCell<'s>>, Span> {
        let mut row = Vec::new();
        loop {
            row.push(self.cell()?);
            match self.byte() {
                Some(byte) if byte == self.separator => self.at += 1,
                Some(b'\r') if self.text.as_bytes().get(self.at + 1) == Some(&b'\n') => {
                    self.at += 2;
                    return Ok(row);
                }
                Some(_) => {
                    self.at += 1;
                    return Ok(row);
                }
                None => return Ok(row),
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start as u32, self.base + end as u32)
    }

    /// Whether a cell ends at a byte.
    fn ends(&self, byte: u8) -> bool {
        byte == self.separator || byte == b'\n' || byte == b'\r'
    }

    fn cell(&mut self) -> Result<SheetCell<'s>, Span> {
        while self.byte().is_some_and(|byte| byte == b' ' || byte == b'\t' && self.separator != b'\t') {
            self.at += 1;
        }
        if self.byte() == Some(b'"') {
            return self.quoted();
        }
        let start = self.at;
        while self.byte().is_some_and(|byte| !self.ends(byte)) {
            self.at += 1;
        }
        let text = self.text[start..self.at].trim_end();
        Ok(SheetCell { text: Cow::Borrowed(text), span: self.span(start, start + text.len()) })
    }

    fn quoted(&mut self) -> Result<SheetCell<'s>, Span> {
        let start = self.at;
        self.at += 1;
        let mut text = Cow::Borrowed("");
        loop {
            let from = self.at;
            let Some(length) = self.text[from..].find('"') else { return Err(self.span(start, start + 1)) };
            let piece = &self.text[from..from + length];
            match &mut text {
                Cow::Borrowed("") => text = Cow::Borrowed(piece),
                text => text.to_mut().push_str(piece),
            }
            self.at = from + length + 1;
            if self.byte() != Some(b'"') {
                break;
            }
            text.to_mut().push('"');
            self.at += 1;
        }
        let end = self.at;
        // What stands between the quote and the separator belongs to the cell, as programs that read such files have it.
        let from = self.at;
        while self.byte().is_some_and(|byte| !self.ends(byte)) {
            self.at += 1;
        }
        let rest = self.text[from..self.at].trim_end();
        if !rest.is_empty() {
            text.to_mut().push_str(rest);
        }
        Ok(SheetCell { text, span: self.span(start, end + rest.len()) })
    }
}

#[cfg(test)]
mod tests {
    use axtrace_source::Sources;

    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        let mut sources = Sources::new();
        sources.add("a.csv", text).expect("a file");
        let sheet = Sheet::read(&sources.files()[0], <[_]>::len).expect("a sheet");
        sheet.rows.iter().map(|row| row.iter().map(|cell| format!("{}={}", cell.text, sources.text(cell.span))).collect()).collect()
    }

    #[test]
    fn cells_know_where_they_stand() {
        let found = cells("\u{feff}a, b ,\"c, \"\"d\"\"\"\r\n\r\n1,,\"2\nor 3\"");
        assert_eq!(found, [vec!["a=a", "b=b", "c, \"d\"=\"c, \"\"d\"\"\""], vec!["1=1", "=", "2\nor 3=\"2\nor 3\""]]);
    }

    #[test]
    fn semicolons_and_tabs_are_seen() {
        assert_eq!(cells("a;b\n1,5;2\n"), [vec!["a=a", "b=b"], vec!["1,5=1,5", "2=2"]]);
        assert_eq!(cells("a\tb\n 1 \t2"), [vec!["a=a", "b=b"], vec!["1=1", "2=2"]]);
        assert_eq!(cells("sep=;\na;b,c\n;;\n"), [vec!["a=a", "b,c=b,c"]]);
    }

    #[test]
    fn an_open_quote_is_shown() {
        let mut sources = Sources::new();
        sources.add("a.csv", "a,b\n1,\"2\n").expect("a file");
        assert_eq!(Sheet::read(&sources.files()[0], <[_]>::len).unwrap_err(), Span::new(6, 7));
    }
}
