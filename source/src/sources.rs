//! The source files of a program, and where an offset lies in them.

use crate::Span;

/// The largest source file, in bytes; a larger one is refused before it is parsed.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

/// The largest sum of all files of a program, in bytes: offsets are 32 bits.
const MAX_TOTAL_BYTES: usize = u32::MAX as usize - 1024;

/// Why a file cannot join the sources.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum SourcesError {
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("`{path}` has {bytes} bytes; a source file has at most 16 MiB")]
    #[diagnostic(code(E0001), help("split the file into modules, or move large tables into CSV files"))]
    FileTooLarge {
        /// The file's path.
        path: String,
        /// Its size.
        bytes: usize,
    },
    /// The file is not UTF-8.
    #[error("`{path}` is not UTF-8 text: byte {offset}, on line {line}, begins no character")]
    #[diagnostic(code(E0002), help("save the file as UTF-8 in the editor that wrote it"))]
    NotUtf8 {
        /// The file's path.
        path: String,
        /// The first byte that is not text, counted from 0.
        offset: usize,
        /// The line it is on, from 1.
        line: usize,
    },
    /// All files together are too large for 32-bit offsets.
    #[error("the program has more than 4 GiB of source text")]
    #[diagnostic(code(E0003), help("build the modules in parts"))]
    ProgramTooLarge,
}

/// One source file.
#[derive(Debug, Clone)]
pub struct SourceFile {
    path: String,
    name: Option<String>,
    text: String,
    base: u32,
    line_starts: Vec<u32>,
    is_data: bool,
}

/// A place in a file, for people: lines and columns count from 1, columns in Unicode scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in Unicode scalars.
    pub column: usize,
}

impl SourceFile {
    /// The path, with `/`, as the caller named it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name that everybody knows the file by, wherever it lies: the path that follows its module, `scheduling/assignment.ax`. The path
    /// where it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.path)
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds data that rules name, such as tests, and no rules.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.is_data
    }

    /// The path of a file that this one names, relative to its own place; `.` and `..` are taken out. `None` if the name is none that means
    /// the same everywhere: empty, absolute, with a backslash, or with a character that nobody sees.
    #[must_use]
    pub fn beside(&self, named: &str) -> Option<String> {
        if named.is_empty() || named.starts_with('/') || named.contains(|letter: char| letter == '\\' || letter.is_control()) {
            return None;
        }
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let root = if self.path.starts_with('/') { "/" } else { "" };
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        for part in named.split('/').filter(|part| !matches!(*part, "" | ".")) {
            if part != ".." || parts.last().is_none_or(|last| *last == "..") {
                parts.push(part);
            } else {
                parts.pop();
            }
        }
        Some(format!("{root}{}", parts.join("/")))
    }

    /// The offset of the file's first byte in the space of all sources.
    #[must_use]
    pub fn base(&self) -> u32 {
        self.base
    }

    /// The span of the whole file.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.base, self.base + self.text.len() as u32)
    }

    /// How many lines the file has; an empty file has one.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The text of a line (from 1) without its line break; empty beyond the file.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        let Some(start) = line.checked_sub(1).and_then(|index| self.line_starts.get(index)) else { return "" };
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| *next as usize);
        self.text[*start as usize..end].trim_end_matches(['\n', '\r'])
    }

    /// The global offset at which a line (from 1) begins; beyond the file its end.
    #[must_use]
    pub fn line_start(&self, line: usize) -> u32 {
        let start = line.checked_sub(1).and_then(|index| self.line_starts.get(index));
        start.map_or(self.span().end, |start| self.base + start)
    }

    /// Where a global offset lies; offsets outside the file are taken to its nearest end.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let mut local = (offset.saturating_sub(self.base) as usize).min(self.text.len());
        while !self.text.is_char_boundary(local) {
            local -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start as usize <= local);
        let start = self.line_starts[line - 1] as usize;
        Position { line, column: self.text[start..local].chars().count() + 1 }
    }
}

/// All source files of a program.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    /// Files of data that cannot be read, by path, each with the reason.
    unread: Vec<(String, String)>,
}

impl Sources {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and returns its place in [`files`](Self::files).
    ///
    /// # Errors
    /// When the file, or all files together, are too large.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> Result<usize, SourcesError> {
        let (path, text) = (path.into(), text.into());
        if text.len() > MAX_FILE_BYTES {
            return Err(SourcesError::FileTooLarge { path, bytes: text.len() });
        }
        let base = self.files.last().map_or(0, |file| file.span().end + 1);
        if base as usize + text.len() > MAX_TOTAL_BYTES {
            return Err(SourcesError::ProgramTooLarge);
        }
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(index, _)| index as u32 + 1);
        let line_starts = std::iter::once(0).chain(breaks).collect();
        self.files.push(SourceFile { path, name: None, text, base, line_starts, is_data: false });
        Ok(self.files.len() - 1)
    }

    /// Names a file by what it declares. See [`SourceFile::name`].
    pub fn set_name(&mut self, file: usize, name: impl Into<String>) {
        if let Some(file) = self.files.get_mut(file) {
            file.name = Some(name.into());
        }
    }

    /// Adds a file from its bytes.
    ///
    /// # Errors
    /// When the bytes are not UTF-8, or the file, or all files together, are too large.
    pub fn add_bytes(&mut self, path: impl Into<String>, bytes: Vec<u8>) -> Result<usize, SourcesError> {
        let path = path.into();
        if bytes.len() > MAX_FILE_BYTES {
            return Err(SourcesError::FileTooLarge { path, bytes: bytes.len() });
        }
        match String::from_utf8(bytes) {
            Ok(text) => self.add(path, text),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let line = error.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1;
                Err(SourcesError::NotUtf8 { path, offset, line })
            }
        }
    }

    /// Adds a file of data that rules name, from its bytes. One that cannot be added is kept in mind with the reason, which belongs to where
    /// the rules name it.
    pub fn add_data(&mut self, path: impl Into<String>, bytes: Vec<u8>) {
        let path = path.into();
        match self.add_bytes(path.clone(), bytes) {
            Ok(place) => self.files[place].is_data = true,
            Err(error) => self.refuse_data(path, error.to_string()),
        }
    }

    /// Keeps in mind why a file of data that rules name cannot be read.
    pub fn refuse_data(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.unread.push((path.into(), reason.into()));
    }

    /// A file of data by its path, with its place among the files; or why it cannot be read, where that is known.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn data(&self, path: &str) -> Result<usize, Option<&str>> {
        let found = self.files.iter().position(|file| file.is_data && file.path == path);
        found.ok_or_else(|| self.unread.iter().find(|(unread, _)| unread == path).map(|(_, reason)| reason.as_str()))
    }

    /// The files of rules, in the order they were added, each with its place among all.
    pub fn rules(&self) -> impl Iterator<Item = (usize, &SourceFile)> {
        self.files.iter().enumerate().filter(|(_, file)| !file.is_data)
    }

    /// All files, in the order they were added.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The file that an offset lies in.
    #[must_use]
    pub fn file_at(&self, offset: u32) -> Option<&SourceFile> {
        let index = self.files.partition_point(|file| file.base <= offset);
        self.files.get(index.checked_sub(1)?)
    }

    /// The text of a span; empty when it lies in no file.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        let Some(file) = self.file_at(span.start) else { return "" };
        let (start, end) = ((span.start - file.base) as usize, span.end.saturating_sub(file.base) as usize);
        file.text.get(start..end.min(file.text.len())).unwrap_or("")
    }

    /// The file and position where a span begins.
    #[must_use]
    pub fn locate(&self, span: Span) -> Option<(&SourceFile, Position)> {
        let file = self.file_at(span.start)?;
        Some((file, file.position(span.start)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_back_to_files_lines_and_columns() {
        let mut sources = Sources::new();
        sources.add("a.ax", "module a\nöwner").unwrap();
        sources.add("b.ax", "").unwrap();
        sources.add("c.ax", "x\r\ny\n").unwrap();
        let (file, position) = sources.locate(Span::new(11, 12)).unwrap();
        assert_eq!((file.path(), position), ("a.ax", Position { line: 2, column: 2 }));
        let c = &sources.files()[2];
        assert_eq!((c.line(1), c.line(2), c.line(3), c.line(4)), ("x", "y", "", ""));
        assert_eq!(c.position(c.base() + 3), Position { line: 2, column: 1 });
        assert_eq!(sources.text(c.span()), "x\r\ny\n");
    }

    #[test]
    fn a_file_is_found_from_the_one_that_names_it() {
        let mut sources = Sources::new();
        sources.add("rules/shop/price.ax", "").unwrap();
        sources.add("/price.ax", "").unwrap();
        let beside = |named: &str| sources.files()[0].beside(named);
        assert_eq!(beside("cases.json").as_deref(), Some("rules/shop/cases.json"));
        assert_eq!(beside("./../x//cases.json").as_deref(), Some("rules/x/cases.json"));
        assert_eq!(beside("../../../cases.json").as_deref(), Some("../cases.json"));
        assert_eq!(sources.files()[1].beside("cases.json").as_deref(), Some("/cases.json"));
        assert_eq!([beside(""), beside("/cases.json"), beside("a\\b"), beside("a\0")], [None, None, None, None]);
    }

    #[test]
    fn data_is_no_rules_and_says_why_it_cannot_be_read() {
        let mut sources = Sources::new();
        sources.add_data("a.json", b"[]".to_vec());
        sources.add_data("b.json", b"\xff".to_vec());
        sources.add("a.ax", "").unwrap();
        assert_eq!(sources.rules().map(|(place, file)| (place, file.path())).collect::<Vec<_>>(), [(1, "a.ax")]);
        assert_eq!((sources.data("a.json"), sources.data("a.ax"), sources.data("c.json")), (Ok(0), Err(None), Err(None)));
        assert!(sources.data("b.json").is_err_and(|reason| reason.is_some_and(|reason| reason.contains("not UTF-8"))));
    }

    #[test]
    fn bytes_that_are_not_text_are_located() {
        let error = Sources::new().add_bytes("a.ax", b"module a\n\xff".to_vec()).unwrap_err();
        assert!(matches!(error, SourcesError::NotUtf8 { offset: 9, line: 2, .. }));
    }
}
