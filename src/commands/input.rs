//! Inputs of `run` and `explain`: a file or standard input, as JSON, NDJSON or CSV, with the options that say how to read it.
#![expect(clippy::disallowed_methods, reason = "the command line opens the files that it is told to read")]

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use axtrace::Decision;
use axtrace::runtime::read::csv::{Columns, Dialect, Header, Row, Rows, Split};
use axtrace::runtime::read::{InputErrors, Wrong};
use axtrace::runtime::trace::Passed;
use indicatif::ProgressBar;

use super::Stop;
use super::settings::InputSettings;
use crate::records::{Form, Records};

/// Bytes read at once.
const BUFFER: usize = 1 << 18;

/// The largest file of names of columns, in bytes.
const MAX_NAMES: u64 = 16 << 20;

/// How inputs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One object, or an array of objects
    Json,
    /// An object on each line
    Ndjson,
    /// A row of cells for each input, under a row of names
    Csv,
}

/// How an input file is read.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct HowToRead {
    /// How the input is written; without it, its ending says so: .json, .ndjson, .jsonl, .csv
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// CSV: the character between two cells, `\t` for a tab [default: ,]
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// CSV: take a quote for a character as any other
    #[arg(long, overrides_with = "quotes")]
    no_quotes: bool,
    /// CSV: quotes enclose cells, whatever `axtrace.toml` says
    #[arg(long, overrides_with = "no_quotes")]
    quotes: bool,
    /// CSV: a file with the name of each column on a line, `-` for one that is not read; the input itself has no row of names
    #[arg(long, value_name = "FILE")]
    columns: Option<PathBuf>,
    /// CSV: skip so many lines at the beginning
    #[arg(long, value_name = "N")]
    skip: Option<u64>,
    /// CSV: columns that are passed through into `carry` of each decision, divided by commas
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    carry: Vec<String>,
    /// The column that names each input, if the input has it.
    #[arg(skip)]
    usual_id: Option<String>,
}

/// The character between two cells.
///
/// # Errors
/// When it is no character, or none that divides.
pub fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "\\t" | "tab" => Ok(b'\t'),
        "\"" | "\n" | "\r" => Err("quotes and line breaks do not divide cells".to_owned()),
        _ => match text.as_bytes() {
            [byte] if byte.is_ascii() => Ok(*byte),
            _ => Err("write one ASCII character, such as `;`, or `\\t` for a tab".to_owned()),
        },
    }
}

/// An input and what is known of it.
pub struct Input {
    bytes: Box<dyn Read>,
    /// How many bytes there are, if that is known.
    pub size: Option<u64>,
    format: Option<Format>,
}

/// Opens an input; `-` is standard input.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> Result<Input, Stop> {
    if path == Path::new("-") {
        return Ok(Input { bytes: Box::new(io::stdin()), size: None, format: None });
    }
    let unreadable = |error: io::Error| Stop::usage(format!("cannot read `{}`: {error}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if about.is_dir() {
        return Err(Stop::usage(format!("`{}` is a folder; `--input` takes a file of inputs", path.display())));
    }
    let format = match path.extension().and_then(|ending| ending.to_str()) {
        Some("ndjson" | "jsonl") => Some(Format::Ndjson),
        Some("json") => Some(Format::Json),
        Some("csv" | "tsv") => Some(Format::Csv),
        _ => None,
    };
    Ok(Input { bytes: Box::new(file), size: about.is_file().then_some(about.len()), format })
}

type Bytes = BufReader<Box<dyn Read>>;

/// The inputs of a file, one by one.
pub enum Inputs {
    /// JSON or NDJSON.
    Json(Records<Bytes>),
    /// CSV.
    Csv(Box<Table>),
}

/// The inputs of a file. `id` is the column that names each of them.
///
/// # Errors
/// When an option does not go with the format, names no column, or something cannot be read.
pub fn inputs(input: Input, how: &HowToRead, id: Option<&str>, bar: &ProgressBar) -> Result<Inputs, Stop> {
    let format = how.format.or(input.format);
    let bytes: Box<dyn Read> = if bar.is_hidden() { input.bytes } else { Box::new(bar.wrap_read(input.bytes)) };
    let bytes = BufReader::with_capacity(BUFFER, bytes);
    let form = match format {
        Some(Format::Csv) => return Ok(Inputs::Csv(Box::new(Table::new(bytes, how, id)?))),
        Some(Format::Json) => Some(Form::Document),
        Some(Format::Ndjson) => Some(Form::Lines),
        None => None,
    };
    match how.for_csv_alone(id) {
        Some(option) => {
            let help = "if the input is CSV, say so with `--format csv`".to_owned();
            Err(Stop::Usage { message: format!("`{option}` is for CSV, and the input is read as JSON"), help: Some(help) })
        }
        None => Ok(Inputs::Json(Records::new(bytes, form))),
    }
}

/// What a problem reading an input is called.
pub fn unreadable(error: io::Error) -> Stop {
    Stop::usage(format!("cannot read the input: {error}"))
}

impl HowToRead {
    /// With what `axtrace.toml` says where no option does. The ending of the input comes before it; what is for CSV alone counts for CSV.
    pub fn settled(&self, settings: InputSettings, input: &Input) -> Self {
        let format = self.format.or(input.format).or(settings.format);
        if format != Some(Format::Csv) {
            return Self { format, ..self.clone() };
        }
        Self {
            format,
            delimiter: self.delimiter.or(settings.delimiter),
            no_quotes: self.no_quotes || !self.quotes && settings.quotes == Some(false),
            quotes: self.quotes,
            columns: self.columns.clone().or(settings.columns),
            skip: self.skip.or(settings.skip),
            carry: if self.carry.is_empty() { settings.carry.unwrap_or_default() } else { self.carry.clone() },
            usual_id: settings.id,
        }
    }

    /// The column that names each input, as `axtrace.toml` says it.
    pub fn usual_id(&self) -> Option<&str> {
        self.usual_id.as_deref()
    }

    /// An option that means nothing but for CSV.
    fn for_csv_alone(&self, id: Option<&str>) -> Option<&'static str> {
        let options = [
            ("--delimiter", self.delimiter.is_some()),
            ("--no-quotes", self.no_quotes),
            ("--quotes", self.quotes),
            ("--columns", self.columns.is_some()),
            ("--skip", self.skip.is_some_and(|lines| lines > 0)),
            ("--carry", !self.carry.is_empty()),
            ("--id", id.is_some()),
        ];
        options.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

/// The rows of a CSV file under the names of its columns.
pub struct Table {
    rows: Rows<Bytes>,
    header: Header,
    /// The column that names each input.
    id: Option<usize>,
    /// The column that usually does, which is no field either where another one does.
    usual_id: Option<usize>,
    /// The columns that are passed through.
    carry: Vec<usize>,
}

impl Table {
    fn new(bytes: Bytes, how: &HowToRead, id: Option<&str>) -> Result<Self, Stop> {
        let delimiter = how.delimiter.unwrap_or(b',');
        let mut rows = Rows::new(bytes, Dialect { delimiter, quotes: !how.no_quotes });
        rows.skip_lines(how.skip.unwrap_or(0)).map_err(unreadable)?;
        let header = match &how.columns {
            Some(path) => names_in(path, delimiter)?,
            None => names_of(&mut rows, delimiter)?,
        };
        let place = |name: &str| header.place(name).ok_or_else(|| no_column(name, &header));
        let usual_id = how.usual_id.as_deref().and_then(|name| header.place(name));
        let id = id.map(place).transpose()?.or(usual_id);
        let mut carry = Vec::new();
        for name in &how.carry {
            let place = place(name)?;
            if !carry.contains(&place) {
                carry.push(place);
            }
        }
        Ok(Self { rows, header, id, usual_id, carry })
    }

    /// The columns as a decision reads them.
    ///
    /// # Errors
    /// When they are not those of its inputs.
    pub fn columns<'d>(&self, decision: &'d Decision) -> Result<Columns<'d>, InputErrors> {
        let passed: Vec<usize> = self.id.iter().chain(&self.usual_id).chain(&self.carry).copied().collect();
        decision.columns(self.header.clone(), &passed)
    }

    /// The next row, with what is passed through.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_row(&mut self) -> Result<Option<(Split<'_>, Passed)>, Stop> {
        let Some(split) = self.rows.next_row().map_err(unreadable)? else { return Ok(None) };
        let passed = match split {
            Split::Row(row) => {
                Passed { id: self.id.map(|id| text(row, id)).filter(|id| !id.is_empty()), carry: carried(&self.header, &self.carry, row) }
            }
            Split::TooLarge { .. } | Split::Unclosed { .. } => Passed::default(),
        };
        Ok(Some((split, passed)))
    }
}

fn carried(header: &Header, carry: &[usize], row: &Row) -> Vec<(String, String)> {
    let name = |place: usize| header.names.get(place).cloned().flatten().unwrap_or_default();
    carry.iter().map(|place| (name(*place), text(row, *place))).collect()
}

fn text(row: &Row, place: usize) -> String {
    String::from_utf8_lossy(row.cell(place)).into_owned()
}

/// The names in the first row of a file.
fn names_of(rows: &mut Rows<Bytes>, delimiter: u8) -> Result<Header, Stop> {
    match rows.next_row().map_err(unreadable)? {
        Some(Split::Row(row)) => Ok(Header::of_row(row, delimiter)),
        Some(Split::TooLarge { bytes, .. }) => Err(Stop::usage(format!("the names of the columns: {}", Wrong::TooLarge { bytes }))),
        Some(Split::Unclosed { .. }) => Err(Stop::usage(format!("the names of the columns: {}", Wrong::UnclosedQuote))),
        None => {
            let help = "the first row has the names of the columns; give them with `--columns FILE` if the input has none";
            Err(Stop::Usage { message: "the input is empty".to_owned(), help: Some(help.to_owned()) })
        }
    }
}

/// The names in a file of their own, each on a line.
fn names_in(path: &Path, delimiter: u8) -> Result<Header, Stop> {
    let unreadable = |error: io::Error| Stop::usage(format!("cannot read `{}`: {error}", path.display()));
    let mut text = String::new();
    File::open(path).map_err(unreadable)?.take(MAX_NAMES).read_to_string(&mut text).map_err(unreadable)?;
    let name = |line: &str| Some(line.trim()).filter(|name| *name != "-").map(str::to_owned);
    let names = text.trim_start_matches('\u{feff}').trim_end().lines().map(name).collect();
    Ok(Header { names, line: None, delimiter })
}

fn no_column(name: &str, header: &Header) -> Stop {
    let known: Vec<&str> = header.names.iter().flatten().map(String::as_str).collect();
    let near = axtrace::compiler::suggest::nearest(name, known.iter().copied());
    let list = known.iter().take(20).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let help = near.map_or_else(|| format!("the columns are {list}"), |near| format!("did you mean `{near}`?"));
    Stop::Usage { message: format!("the input has no column `{name}`"), help: Some(help) }
}
