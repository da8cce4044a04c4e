//! Rule files on disk: those of given paths, and those in given folders.
#![expect(clippy::disallowed_methods, reason = "this reads the files that everything else is given as text")]

use std::io::Read;
use std::path::{Path, PathBuf};

use axtrace::grammar::ast::{Decision, DecisionBody, DecisionItem, File, GroupItem, Item, Path as Names, Table, TableKind, TestBody};
use axtrace::source::{Finding, Findings, MAX_FILE_BYTES, SourceFile, Sources, SourcesError, Span};

/// Folders inside of folders, at most.
const DEEPEST: usize = 64;
/// The ending of a rule file.
const ENDING: &str = "ax";

/// What was read: the sources, and the files that cannot be among them.
#[derive(Debug, Default)]
pub struct Project {
    /// The files that could be read.
    pub sources: Sources,
    /// Files that are too large or no text.
    pub findings: Vec<Finding>,
}

/// Why no rule files could be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ProjectError {
    /// A path cannot be read.
    #[error("cannot read `{path}`: {error}")]
    #[diagnostic(code(E0754))]
    Unreadable {
        /// The path, as it was typed.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// No rule file was found.
    #[error("there is no rule file in {}", list(.0))]
    #[diagnostic(code(E0754))]
    Empty(Vec<PathBuf>),
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}

/// Reads files, and the `.ax` files of folders and of the folders in them, in the order of their paths.
///
/// # Errors
/// When a path cannot be read, or there is no rule file at all.
pub fn read(paths: &[PathBuf]) -> Result<Project, ProjectError> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files, 0).map_err(|error| unreadable(path, error))?;
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    let mut project = Project::default();
    for file in &files {
        project.add(file)?;
    }
    project.add_used()?;
    project.check_paths(paths);
    if files.is_empty() { Err(ProjectError::Empty(paths.to_vec())) } else { Ok(project) }
}

fn unreadable(path: &Path, error: std::io::Error) -> ProjectError {
    ProjectError::Unreadable { path: path.display().to_string(), error }
}

/// A file itself, or the rule files of a folder, sorted. Hidden folders and links to folders are not entered.
fn collect(path: &Path, files: &mut Vec<PathBuf>, depth: usize) -> std::io::Result<()> {
    if !std::fs::metadata(path)?.is_dir() {
        files.push(without_dot(path));
        return Ok(());
    }
    let mut entries: Vec<_> = std::fs::read_dir(path)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (kind, path) = (entry.file_type()?, entry.path());
        if kind.is_dir() && !entry.file_name().to_string_lossy().starts_with('.') {
            if depth >= DEEPEST {
                return Err(std::io::Error::other(format!("folders lie more than {DEEPEST} deep in each other")));
            }
            collect(&path, files, depth + 1)?;
        } else if !kind.is_dir() && path.extension().is_some_and(|ending| ending == ENDING) {
            files.push(without_dot(&path));
        }
    }
    Ok(())
}

fn without_dot(path: &Path) -> PathBuf {
    path.strip_prefix(".").map_or_else(|_| path.to_owned(), Path::to_owned)
}

impl Project {
    /// Adds the files of modules that others use and that were not named: they lie where their names say, seen from the module that uses
    /// them. Also those of tests. Those that are not there are the compiler's to report.
    fn add_used(&mut self) -> Result<(), ProjectError> {
        let mut place = 0;
        while let Some(file) = self.sources.files().get(place) {
            place += 1;
            let Some(tree) = tree_of_naming(file) else { continue };
            let data: Vec<String> = named_data(&tree).filter_map(|named| file.beside(named)).collect();
            let (root, used) = used_modules(file, &tree).unwrap_or_default();
            data.into_iter().for_each(|path| self.add_data(path));
            for module in used {
                let path = place_of(&root, &module);
                let name = path.to_string_lossy().replace('\\', "/");
                let known = self.sources.rules().any(|(_, file)| file.path() == name);
                if !known && path.is_file() {
                    self.add(&path)?;
                }
            }
        }
        Ok(())
    }

    /// A module's file follows its path. Of a file that was given by itself that is said, of one in a folder it is wrong: those that use it
    /// look for it where its name says.
    fn check_paths(&mut self, given: &[PathBuf]) {
        for (_, file) in self.sources.rules() {
            let Some((module, at)) = module_of(file) else { continue };
            let path = Path::new(file.path()).with_extension("");
            let places: Vec<_> = path.components().filter_map(|part| part.as_os_str().to_str()).collect();
            let names: Vec<_> = module.split('.').map(str::trim).collect();
            let fits = places.iter().rev().zip(names.iter().rev()).all(|(place, name)| is_place_of(place, name));
            if fits {
                continue;
            }
            let (module, file_name) = (names.join("."), format!("{}.{ENDING}", names.join("/")));
            let stem = places.last().copied().unwrap_or_default().to_owned();
            let by_itself = given.iter().any(|path| without_dot(path).to_string_lossy().replace('\\', "/") == file.path());
            self.findings.push(if by_itself {
                Finding::new(PathFinding::Said { module, file_name, stem, at })
            } else {
                Finding::new(PathFinding::Wrong { module, file_name, stem, at })
            });
        }
    }

    /// Adds a file of data. What speaks against it is said where it is named.
    fn add_data(&mut self, path: String) {
        if self.sources.data(&path) != Err(None) {
            return;
        }
        let place = Path::new(&path);
        match std::fs::metadata(place) {
            // Opening what is no plain file may wait forever.
            Ok(it) if !it.is_file() => return self.sources.refuse_data(path, "it is no file"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            _ => {}
        }
        match bytes_of(place) {
            Ok(Ok(bytes)) => self.sources.add_data(path, bytes),
            Ok(Err(bytes)) => self.sources.refuse_data(path, format!("it has {bytes} bytes, and a file has at most 16 MiB")),
            Err(error) => self.sources.refuse_data(path, error.to_string()),
        }
    }

    fn add(&mut self, path: &Path) -> Result<(), ProjectError> {
        let name = path.to_string_lossy().replace('\\', "/");
        let added = match bytes_of(path).map_err(|error| unreadable(path, error))? {
            Ok(bytes) => self.sources.add_bytes(name, bytes).map(|_| ()),
            Err(bytes) => Err(SourcesError::FileTooLarge { path: name, bytes }),
        };
        if let Err(error) = added {
            self.findings.push(Finding::new(error));
        }
        Ok(())
    }
}

/// What can be wrong with where a module lies.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum PathFinding {
    /// A file of a folder.
    #[error("module `{module}` belongs in a file `{file_name}`")]
    #[diagnostic(code(E0213), help("write `module {stem}` or the path from the project's folder on, or move the file"))]
    Wrong {
        module: String,
        file_name: String,
        stem: String,
        #[label(primary, "the file's path is another")]
        at: Span,
    },
    /// A file that was given by itself.
    #[error("module `{module}` belongs in a file `{file_name}`")]
    #[diagnostic(code(E0213), severity(warning), help("write `module {stem}` or the path from the project's folder on, or move the file"))]
    Said {
        module: String,
        file_name: String,
        stem: String,
        #[label(primary, "the file's path is another")]
        at: Span,
    },
}

/// The module that a file says it is, as far as its first line that is no comment says it, and where.
fn module_of(file: &SourceFile) -> Option<(String, Span)> {
    let mut offset = 0;
    for line in file.text().split_inclusive('\n') {
        let text = line.trim_start_matches('\u{feff}').trim();
        if text.is_empty() || text.starts_with("//") {
            offset += line.len();
            continue;
        }
        let name = text.strip_prefix("module")?;
        let name = name.strip_prefix([' ', '\t'])?.split("//").next()?.trim();
        let start = file.base() + u32::try_from(offset + line.find(name)?).ok()?;
        let plain = |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        return name.split('.').all(plain).then(|| (name.to_owned(), Span::new(start, start + name.len() as u32)));
    }
    None
}

/// The tree of a file of rules that may name other files.
fn tree_of_naming(file: &SourceFile) -> Option<File> {
    let uses = file.text().lines().any(|line| line.trim_start().starts_with("use"));
    let data = ["test", "table"].iter().any(|word| file.text().contains(word)) && file.text().contains("from");
    // What is wrong with the file is reported when it is compiled.
    (!file.is_data() && (uses || data)).then(|| axtrace::grammar::parse(file, &mut Findings::new()))
}

/// The files of tests and tables, as they are named.
fn named_data(tree: &File) -> impl Iterator<Item = &str> {
    tree.items.iter().flat_map(|item| match item {
        Item::Test(test) => match &test.body {
            TestBody::File(file) => vec![file.node.as_str()],
            _ => Vec::new(),
        },
        Item::Decision(decision) => named_tables(decision),
        _ => Vec::new(),
    })
}

fn named_tables(decision: &Decision) -> Vec<&str> {
    let DecisionBody::Block(items) = &decision.body else { return Vec::new() };
    let mut tables = Vec::new();
    for item in items {
        match item {
            DecisionItem::Table(table) => tables.push(table),
            DecisionItem::Group(group) => {
                tables.extend(group.items.iter().filter_map(|item| if let GroupItem::Table(table) = item { Some(table) } else { None }));
            }
            _ => {}
        }
    }
    tables.iter().filter_map(|table| table_file(table)).collect()
}

fn table_file(table: &Table) -> Option<&str> {
    match &table.kind {
        TableKind::Csv { file, .. } | TableKind::CrossCsv { file, .. } => Some(&file.node),
        _ => None,
    }
}

/// The folder that the module of a file is named from, and the paths of the modules it uses. `None` if its own path does not follow its
/// module.
fn used_modules(file: &SourceFile, tree: &File) -> Option<(PathBuf, Vec<Vec<String>>)> {
    let mut root = Path::new(file.path()).with_extension("");
    for name in tree.module.as_ref()?.names.iter().rev() {
        if !is_place_of(root.file_name()?.to_str()?, &name.text) {
            return None;
        }
        root.pop();
    }
    let names = |path: &Names| path.names.iter().map(|name| name.text.clone()).collect();
    Some((root, tree.uses.iter().map(|used| names(&used.module)).collect()))
}

/// Whether a folder or a file of this name stands for a part of a module's name, in which `_` stands for a hyphen too.
fn is_place_of(place: &str, name: &str) -> bool {
    place == name || place.replace('-', "_") == name
}

/// Where a module lies, seen from a folder: each part of its name as it is, or with hyphens where there is no such folder or file.
fn place_of(root: &Path, module: &[String]) -> PathBuf {
    let mut path = root.to_owned();
    for (place, name) in module.iter().enumerate() {
        let ending = if place + 1 < module.len() { String::new() } else { format!(".{ENDING}") };
        let plain = path.join(format!("{name}{ending}"));
        let hyphens = path.join(format!("{}{ending}", name.replace('_', "-")));
        path = if !plain.exists() && hyphens.exists() { hyphens } else { plain };
    }
    path
}

/// The bytes of a file, or its size when that is too large to be read.
fn bytes_of(path: &Path) -> std::io::Result<Result<Vec<u8>, usize>> {
    let mut file = std::fs::File::open(path)?;
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if size > MAX_FILE_BYTES {
        return Ok(Err(size));
    }
    let mut bytes = Vec::with_capacity(size);
    // What is no plain file may have more bytes than it says.
    file.by_ref().take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Ok(bytes))
}
