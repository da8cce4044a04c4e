//! Findings drawn for the author: code and headline, the lines that matter with what is wrong under them, and what to write instead.

use std::ops::Range;

use axtrace_source::{Finding, SourceFile, Sources, Span};
use miette::{Diagnostic, LabeledSpan, Severity};

use super::canvas::Rows;
use super::line::{Line, harmless, width_of, wrap};
use super::style::{Role, Style};

/// A stretch of source with what is said about it.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Where.
    pub span: Span,
    /// What is said; nothing for lines that are only shown.
    pub text: Option<String>,
    /// Whether it is what the finding is about.
    pub primary: bool,
}

/// What to draw findings with.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The files that labels lie in.
    pub sources: &'a Sources,
    /// The look.
    pub style: Style,
    /// The path to name in commands that one can run, as the user typed it; empty to name no commands.
    pub path: &'a str,
}

/// How many findings are errors and how many are warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
}

impl Tally {
    /// Counts findings.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let errors = findings.iter().filter(|finding| finding.is_error()).count();
        Self { errors, warnings: findings.len() - errors }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.errors, self.warnings) {
            (errors, 0) => f.write_str(&counted(errors, "error")),
            (0, warnings) => f.write_str(&counted(warnings, "warning")),
            (errors, warnings) => write!(f, "{}, {}", counted(errors, "error"), counted(warnings, "warning")),
        }
    }
}

/// `1 error`, `2 errors`, `12,000 errors`.
#[must_use]
pub fn counted(count: usize, word: &str) -> String {
    format!("{} {word}{}", grouped(count as u64), if count == 1 { "" } else { "s" })
}

/// A count with commas between thousands.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let head = digits.len() % 3;
    let mut text = digits[..head].to_owned();
    for (index, digit) in digits[head..].chars().enumerate() {
        if index % 3 == 0 && !text.is_empty() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Which finding of its code each one is, from 1, in the order given: the `1` of `E0502.1`.
#[must_use]
pub fn ordinals(findings: &[Finding]) -> Vec<usize> {
    let mut seen = std::collections::HashMap::new();
    let count = |finding: &Finding| *seen.entry(finding.code()).and_modify(|n| *n += 1).or_insert(1usize);
    findings.iter().map(count).collect()
}

/// The labels of a diagnostic and of those related to it.
#[must_use]
pub fn marks(diagnostic: &dyn Diagnostic) -> Vec<Mark> {
    let mut marks: Vec<Mark> = diagnostic.labels().into_iter().flatten().map(|label| mark_of(&label)).collect();
    for related in diagnostic.related().into_iter().flatten() {
        marks.extend(related.labels().into_iter().flatten().map(|label| Mark { primary: false, ..mark_of(&label) }));
    }
    if let [only] = &mut marks[..] {
        only.primary = true;
    }
    marks
}

fn mark_of(label: &LabeledSpan) -> Mark {
    let start = u32::try_from(label.offset()).unwrap_or(u32::MAX);
    let end = u32::try_from(label.offset().saturating_add(label.len())).unwrap_or(u32::MAX);
    let text = label.label().filter(|text| !text.is_empty()).map(harmless);
    Mark { span: Span::new(start, end), text, primary: label.primary() }
}

impl Report<'_> {
    /// The first `limit` findings, how many more there are, and the count of all.
    #[must_use]
    pub fn all(&self, findings: &[Finding], limit: usize) -> String {
        let numbers = ordinals(findings);
        let shown = findings.iter().zip(numbers).take(limit.max(1));
        let mut text: String = shown.map(|(finding, number)| self.one(finding, number) + "\n").collect();
        let hidden = findings.len().saturating_sub(limit.max(1));
        if hidden > 0 {
            text += &format!("… {} not shown (--limit {})\n", counted(hidden, "more finding"), findings.len());
        }
        let tally = Tally::of(findings);
        let role = if tally.errors > 0 { Role::Bad } else { Role::Unsure };
        text + &self.style.paint(&tally.to_string(), role) + "\n"
    }

    /// One finding; `number` says which of its code it is.
    #[must_use]
    pub fn one(&self, finding: &Finding, number: usize) -> String {
        let diagnostic = finding.diagnostic.as_ref();
        let mut lines = self.headline(finding);
        let source = self.labels(&marks(diagnostic));
        if !source.is_empty() {
            lines.push(String::new());
            lines.extend(source);
        }
        let notes = self.notes(finding, number);
        if notes.len() > 2 {
            lines.push(String::new());
        }
        lines.extend(self.margin(&notes));
        lines.join("\n") + "\n"
    }

    fn headline(&self, finding: &Finding) -> Vec<String> {
        let severity = finding.diagnostic.severity().unwrap_or(Severity::Error);
        let (word, role) = match severity {
            Severity::Error => ("", Role::Bad),
            Severity::Warning => ("warning: ", Role::Unsure),
            Severity::Advice => ("advice: ", Role::Second),
        };
        let code = finding.code();
        let indent = if code.is_empty() { 0 } else { width_of(&code) + 2 };
        let message = wrap(&format!("{word}{}", finding.diagnostic), self.style.width - indent);
        let painted = message.iter().map(|line| self.style.paint(line, Role::Headline));
        let margin =
            |index| if index == 0 { self.style.paint(&code, role) + &" ".repeat(indent - width_of(&code)) } else { " ".repeat(indent) };
        painted.enumerate().map(|(index, line)| margin(index) + &line).collect()
    }

    /// The notes as they are written, help among them, and the command that shows the witness.
    fn notes(&self, finding: &Finding, number: usize) -> Vec<(String, String)> {
        let (last, first): (Vec<_>, Vec<_>) = finding.notes.iter().partition(|note| note.word == "try");
        let mut notes: Vec<_> = first.iter().map(|note| (note.word.to_owned(), note.text.clone())).collect();
        notes.extend(finding.diagnostic.help().map(|help| ("help".to_owned(), help.to_string())));
        notes.extend(last.iter().map(|note| (note.word.to_owned(), note.text.clone())));
        if finding.witness.is_some() && last.is_empty() && !self.path.is_empty() {
            notes.push(("try".to_owned(), format!("axtrace explain {} --finding {}.{number}", self.path, finding.code())));
        }
        notes
    }

    /// Words in the margin with their texts beside them.
    #[must_use]
    pub fn margin(&self, notes: &[(String, String)]) -> Vec<String> {
        let word = notes.iter().map(|(word, _)| width_of(word)).max().unwrap_or(0);
        let room = self.style.width.saturating_sub(word + 4);
        let mut lines = Vec::new();
        for (name, text) in notes {
            // A command is copied, so it stays on one line.
            let texts = if name == "try" { vec![harmless(text)] } else { wrap(text, room) };
            for (index, line) in texts.iter().enumerate() {
                let shown = if index == 0 { name.as_str() } else { "" };
                let padding = " ".repeat(word - width_of(shown));
                lines.push(format!("  {}{padding}  {line}", self.style.paint(shown, Role::Second)).trim_end().to_owned());
            }
        }
        lines
    }

    /// The lines that labels lie on, file by file, the file of the primary label first.
    #[must_use]
    pub fn labels(&self, marks: &[Mark]) -> Vec<String> {
        let mut files: Vec<(&SourceFile, Vec<&Mark>)> = Vec::new();
        let main_first = marks.iter().filter(|mark| mark.primary).chain(marks.iter().filter(|mark| !mark.primary));
        for mark in main_first {
            let Some(file) = self.sources.file_at(mark.span.start) else { continue };
            match files.iter_mut().find(|(known, _)| known.base() == file.base()) {
                Some((_, of_file)) => of_file.push(mark),
                None => files.push((file, vec![mark])),
            }
        }
        files.iter().flat_map(|(file, marks)| self.file(file, marks)).collect()
    }

    fn file(&self, file: &SourceFile, marks: &[&Mark]) -> Vec<String> {
        let Some(main) = marks.first() else { return Vec::new() };
        let place = file.position(main.span.start);
        let mut lines: Vec<(usize, Vec<&Mark>)> = Vec::new();
        for mark in marks {
            let line = file.position(mark.span.start).line;
            match lines.iter_mut().find(|(known, _)| *known == line) {
                Some((_, of_line)) => of_line.push(mark),
                None => lines.push((line, vec![mark])),
            }
        }
        lines.sort_by_key(|(line, _)| *line);
        let gutter = Gutter::for_line(lines.last().map_or(0, |(line, _)| *line));
        let head = format!("{}{}:{}:{}", " ".repeat(gutter.0 + 1), harmless(file.path()), place.line, place.column);
        let body = lines.iter().flat_map(|(line, marks)| self.line(file, *line, marks, gutter));
        std::iter::once(self.style.paint(&head, Role::Faint)).chain(body).collect()
    }

    fn line(&self, file: &SourceFile, number: usize, marks: &[&Mark], gutter: Gutter) -> Vec<String> {
        let text = file.line(number);
        let start_of_line = file.line_start(number);
        let mut left: Vec<(Range<usize>, &Mark)> = marks.iter().map(|mark| (local(mark.span, start_of_line, text), *mark)).collect();
        left.sort_by_key(|(range, _)| (range.start, range.end));
        let mut drawn = Vec::new();
        while !left.is_empty() {
            let line = self.excerpt(text, &left, gutter);
            let (here, later): (Vec<_>, Vec<_>) = left.iter().cloned().partition(|(range, _)| line.shows(range.start.min(text.len())));
            // The excerpt was cut around the first of them; should it still not show it, it is drawn at the excerpt's end.
            let (here, later) = if here.is_empty() { (left.clone(), Vec::new()) } else { (here, later) };
            drawn.push(gutter.numbered(number, &line.to_string(), self.style));
            drawn.extend(self.under(file, &line, &here, gutter));
            left = later;
        }
        drawn
    }

    /// The line, cut around its first label and as many more as fit.
    fn excerpt(&self, text: &str, marks: &[(Range<usize>, &Mark)], gutter: Gutter) -> Line {
        let room = self.room(gutter);
        let Some((first, mark)) = marks.iter().find(|(_, mark)| mark.primary).or(marks.first()) else { return Line::new(text, 0) };
        let line = Line::new(text, first.start);
        let mut keep = line.columns(first.clone());
        for (range, _) in marks.iter().filter(|(range, _)| line.shows(range.start)) {
            let columns = line.columns(range.clone());
            let both = keep.start.min(columns.start)..keep.end.max(columns.end);
            if both.len() + 2 <= room {
                keep = both;
            }
        }
        let want = mark.text.as_deref().map_or(0, |text| width_of(text) + 1);
        line.cut(room, keep, want)
    }

    fn room(&self, gutter: Gutter) -> usize {
        self.style.width.saturating_sub(gutter.0 + 3).max(16)
    }

    /// The rows under a line: each label's stretch underlined, with its text beside it or, for want of room, below.
    fn under(&self, file: &SourceFile, line: &Line, marks: &[(Range<usize>, &Mark)], gutter: Gutter) -> Vec<String> {
        let room = self.room(gutter);
        let mut rows = Rows::new();
        // From right to left, so that a text never stands between a line and the underline of a later label.
        for (range, mark) in marks.iter().rev() {
            let Some(text) = self.text_of(file, mark) else { continue };
            let mut columns = line.columns(range.clone());
            columns.end = columns.end.min(room);
            columns.start = columns.start.min(columns.end.saturating_sub(1));
            let role = if mark.primary { Role::Bad } else { Role::Second };
            let ruler = ("─".repeat(columns.len()), role);
            if columns.end + 1 + width_of(&text) <= room {
                rows.place(columns.start, vec![ruler, (" ".to_owned(), Role::Plain), (text, role)]);
                continue;
            }
            let row = rows.place_from(0, columns.start, vec![ruler]);
            let start = columns.start.min(room - width_of(&text).min(room * 2 / 3));
            for (index, part) in wrap(&text, room - start).into_iter().enumerate() {
                rows.place_from(row + 1 + index, start, vec![(part, role)]);
            }
        }
        rows.draw(self.style).into_iter().map(|row| gutter.blank(&row, self.style)).collect()
    }

    /// The text of a label; a primary label without one is still underlined, and one over several lines says how far it goes.
    fn text_of(&self, file: &SourceFile, mark: &Mark) -> Option<String> {
        let text = mark.text.clone().or_else(|| mark.primary.then(String::new))?;
        let last = file.position(mark.span.end.max(mark.span.start + 1) - 1).line;
        if last > file.position(mark.span.start).line {
            Some(format!("{text} (to line {last})").trim_start().to_owned())
        } else {
            Some(text)
        }
    }
}

/// The width of the column of line numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gutter(pub usize);

impl Gutter {
    /// The gutter for line numbers up to `line`.
    #[must_use]
    pub fn for_line(line: usize) -> Self {
        Self(line.to_string().len().max(4))
    }

    /// A line of source with its number.
    #[must_use]
    pub fn numbered(self, number: usize, text: &str, style: Style) -> String {
        let head = style.paint(&format!("{number:>width$} │", width = self.0), Role::Faint);
        format!("{head} {text}").trim_end().to_owned()
    }

    /// A row under a line of source.
    #[must_use]
    pub fn blank(self, text: &str, style: Style) -> String {
        let head = style.paint(&format!("{:>width$} │", "", width = self.0), Role::Faint);
        format!("{head} {text}").trim_end().to_owned()
    }
}

/// The bytes of a line that a span takes.
#[must_use]
pub fn local(span: Span, start_of_line: u32, text: &str) -> Range<usize> {
    let start = (span.start.saturating_sub(start_of_line) as usize).min(text.len());
    let end = (span.end.saturating_sub(start_of_line) as usize).min(text.len());
    start..end.max(start)
}

#[cfg(test)]
#[path = "findings_tests.rs"]
mod tests;
