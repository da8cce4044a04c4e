//! `axtrace.toml`, beside rules: how their inputs are written, unless a command says otherwise.
#![expect(clippy::disallowed_methods, reason = "the command line reads the file that stands beside the rules it is told to read")]

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Stop;
use super::input::{self, Format};

/// The name of the file.
const NAME: &str = "axtrace.toml";
/// The largest file, in bytes.
const LARGEST: u64 = 1 << 20;

/// What the file says.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    input: InputSettings,
}

/// How inputs are written. What is not said is as if there were no file.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InputSettings {
    /// Of an input whose name does not tell.
    pub format: Option<Format>,
    /// CSV: the character between two cells.
    #[serde(deserialize_with = "one_character")]
    pub delimiter: Option<u8>,
    /// CSV: whether quotes enclose cells.
    pub quotes: Option<bool>,
    /// CSV: lines before the names.
    pub skip: Option<u64>,
    /// CSV: the file with the names of the columns; from the folder of the settings on.
    pub columns: Option<PathBuf>,
    /// CSV: the column that becomes the `id` of each decision, of inputs that have it.
    pub id: Option<String>,
    /// CSV: columns that are passed through.
    pub carry: Option<Vec<String>>,
}

fn one_character<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
    let text: String = serde::Deserialize::deserialize(from)?;
    input::delimiter(&text).map(Some).map_err(serde::de::Error::custom)
}

/// The settings beside rules: in a folder of them, or in the folder of a file.
///
/// # Errors
/// When there is a file of settings that cannot be read, or that says something unknown.
pub fn beside(rules: &Path) -> Result<InputSettings, Stop> {
    let folder = if rules.is_dir() { rules } else { rules.parent().unwrap_or(rules) };
    let path = folder.join(NAME);
    let text = match text_of(&path) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(InputSettings::default()),
        Err(error) => return Err(Stop::usage(format!("cannot read `{}`: {error}", path.display()))),
    };
    let mut input = toml::from_str::<Settings>(&text).map_err(|error| misunderstood(&path, &text, &error))?.input;
    input.columns = input.columns.map(|columns| folder.join(columns));
    Ok(input)
}

/// The text of a file, if there is one.
fn text_of(path: &Path) -> io::Result<Option<String>> {
    let about = match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        about => about?,
    };
    // Opening what is no plain file may wait forever.
    if !about.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if about.len() > LARGEST {
        return Err(io::Error::other(format!("it is larger than {} KiB", LARGEST >> 10)));
    }
    let mut text = String::new();
    std::fs::File::open(path)?.take(LARGEST).read_to_string(&mut text)?;
    Ok(Some(text))
}

fn misunderstood(path: &Path, text: &str, error: &toml::de::Error) -> Stop {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let help = "an `[input]` section may say `format`, `delimiter`, `quotes`, `skip`, `columns`, `id` and `carry`".to_owned();
    Stop::Usage { message: format!("`{}`, line {line}: {}", path.display(), error.message().replace('\n', ", ")), help: Some(help) }
}
