//! The rule files of a command: those it was given, and those in the folders it was given.
#![expect(clippy::disallowed_methods, reason = "the command line reads the files that everything else is given as text")]

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use axtrace::grammar::ast::Path as Names;
use axtrace::source::{Finding, Findings, MAX_FILE_BYTES, SourceFile, Sources, SourcesError};

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

/// Why no project could be read.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// A path cannot be read.
    #[error("cannot read `{path}`: {error}")]
    Unreadable {
        /// The path, as it was typed.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// No rule file was found.
    #[error("there is no rule file in {}", list(.0))]
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
        if kind.is_dir() && depth < DEEPEST && !entry.file_name().to_string_lossy().starts_with('.') {
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
    /// them. Those that are not there are the compiler's to report.
    fn add_used(&mut self) -> Result<(), ProjectError> {
        let mut place = 0;
        while let Some(file) = self.sources.files().get(place) {
            place += 1;
            let Some((root, used)) = used_modules(file) else { continue };
            for module in used {
                let path = module.iter().fold(root.clone(), |path, name| path.join(name)).with_extension(ENDING);
                let name = path.to_string_lossy().replace('\\', "/");
                let known = self.sources.files().iter().any(|file| file.path() == name);
                if !known && path.is_file() {
                    self.add(&path)?;
                }
            }
        }
        Ok(())
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

/// The folder that the module of a file is named from, and the paths of the modules it uses. `None` if it uses none, or if its own path does not
/// follow its module.
fn used_modules(file: &SourceFile) -> Option<(PathBuf, Vec<Vec<String>>)> {
    let uses = file.text().lines().any(|line| line.trim_start().starts_with("use"));
    if !uses {
        return None;
    }
    // What is wrong with the file is reported when it is compiled.
    let tree = axtrace::grammar::parse(file, &mut Findings::new());
    let mut root = Path::new(file.path()).with_extension("");
    for name in tree.module?.names.iter().rev() {
        if root.file_name()?.to_str()? != name.text {
            return None;
        }
        root.pop();
    }
    let names = |path: &Names| path.names.iter().map(|name| name.text.clone()).collect();
    Some((root, tree.uses.iter().map(|used| names(&used.module)).collect()))
}

/// The bytes of a file, or its size when that is too large to be read.
fn bytes_of(path: &Path) -> std::io::Result<Result<Vec<u8>, usize>> {
    let mut file = File::open(path)?;
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if size > MAX_FILE_BYTES {
        return Ok(Err(size));
    }
    let mut bytes = Vec::with_capacity(size);
    // What is no plain file may have more bytes than it says.
    file.by_ref().take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Ok(bytes))
}
