//! Inputs of `run` and `explain`: a file or standard input, as JSON, NDJSON, CSV or Parquet, with the options that say how to read it.
#![expect(clippy::disallowed_methods, reason = "the command line opens the files that it is told to read")]

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use axtrace::Decision;
use axtrace::runtime::read::csv::{About, Columns, Dialect, Header, Row, Rows, Split};
use axtrace::runtime::read::{InputErrors, RowPlace, Wrong};
use axtrace::runtime::trace::Passed;
use indicatif::ProgressBar;

use super::Stop;
use super::settings::InputSettings;
use crate::parquet;
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
    /// A row for each input, in columns with types
    Parquet,
}

/// How an input file is read.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct HowToRead {
    /// How the input is written; without it, its ending says so: .json, .ndjson, .jsonl, .csv, .parquet
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
    /// CSV and Parquet: a file with the name of each column on a line, `-` for one that is not read; a CSV input then has no row of names
    #[arg(long, value_name = "FILE")]
    columns: Option<PathBuf>,
    /// CSV: skip so many lines at the beginning
    #[arg(long, value_name = "N")]
    skip: Option<u64>,
    /// CSV and Parquet: columns that are passed through into `carry` of each decision, divided by commas
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
    bytes: Opened,
    /// How many bytes there are, if that is known.
    pub size: Option<u64>,
    format: Option<Format>,
}

enum Opened {
    Stream,
    File(File),
}

/// Opens an input; `-` is standard input.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> Result<Input, Stop> {
    if path == Path::new("-") {
        return Ok(Input { bytes: Opened::Stream, size: None, format: None });
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
        Some("parquet") => Some(Format::Parquet),
        _ => None,
    };
    Ok(Input { bytes: Opened::File(file), size: about.is_file().then_some(about.len()), format })
}

type Bytes = BufReader<Box<dyn Read + Send>>;

/// The inputs of a file, one by one.
pub enum Inputs {
    /// JSON or NDJSON.
    Json(Records<Bytes>),
    /// CSV or Parquet.
    Rows(Box<Table>),
}

/// The inputs of a file. `id` is the column that names each of them.
///
/// # Errors
/// When an option does not go with the format, names no column, or something cannot be read.
pub fn inputs(input: Input, how: &HowToRead, id: Option<&str>, bar: &ProgressBar) -> Result<Inputs, Stop> {
    let format = how.format.or(input.format);
    how.goes_with(format, id)?;
    if format == Some(Format::Parquet) {
        return Ok(Inputs::Rows(Box::new(Table::of_parquet(input, how, id, bar)?)));
    }
    let bytes: Box<dyn Read + Send> = match input.bytes {
        Opened::Stream => Box::new(io::stdin()),
        Opened::File(file) if bar.is_hidden() => Box::new(file),
        Opened::File(file) => Box::new(bar.wrap_read(file)),
    };
    let bytes = BufReader::with_capacity(BUFFER, bytes);
    let form = match format {
        Some(Format::Csv) => return Ok(Inputs::Rows(Box::new(Table::of_csv(bytes, how, id)?))),
        Some(Format::Json) => Some(Form::Document),
        Some(Format::Ndjson) => Some(Form::Lines),
        Some(Format::Parquet) | None => None,
    };
    Ok(Inputs::Json(Records::new(bytes, form)))
}

/// What a problem reading an input is called.
pub fn unreadable(error: io::Error) -> Stop {
    Stop::usage(format!("cannot read the input: {error}"))
}

/// What a problem reading a Parquet file is called.
fn unreadable_parquet(error: parquet::Unreadable) -> Stop {
    Stop::usage(format!("cannot read the input: {error}"))
}

impl HowToRead {
    /// With what `axtrace.toml` says where no option does. The ending of the input comes before it; what is for CSV alone counts for CSV, and
    /// what is passed through for Parquet too.
    pub fn settled(&self, settings: InputSettings, input: &Input) -> Self {
        let format = self.format.or(input.format).or(settings.format);
        let carry = || if self.carry.is_empty() { settings.carry.clone().unwrap_or_default() } else { self.carry.clone() };
        match format {
            Some(Format::Csv) => {}
            Some(Format::Parquet) => return Self { format, carry: carry(), usual_id: settings.id, ..self.clone() },
            _ => return Self { format, ..self.clone() },
        }
        Self {
            format,
            delimiter: self.delimiter.or(settings.delimiter),
            no_quotes: self.no_quotes || !self.quotes && settings.quotes == Some(false),
            quotes: self.quotes,
            columns: self.columns.clone().or(settings.columns),
            skip: self.skip.or(settings.skip),
            carry: carry(),
            usual_id: settings.id,
        }
    }

    /// The column that names each input, as `axtrace.toml` says it.
    pub fn usual_id(&self) -> Option<&str> {
        self.usual_id.as_deref()
    }

    /// Checks that every option means something for a format.
    fn goes_with(&self, format: Option<Format>, id: Option<&str>) -> Result<(), Stop> {
        let for_text = [
            ("--delimiter", self.delimiter.is_some()),
            ("--no-quotes", self.no_quotes),
            ("--quotes", self.quotes),
            ("--skip", self.skip.is_some_and(|lines| lines > 0)),
        ];
        let for_rows = [("--columns", self.columns.is_some()), ("--carry", !self.carry.is_empty()), ("--id", id.is_some())];
        let given = |options: &[(&'static str, bool)]| options.iter().find(|(_, given)| *given).map(|(name, _)| *name);
        match format {
            Some(Format::Csv) => Ok(()),
            Some(Format::Parquet) => given(&for_text).map_or(Ok(()), |option| {
                let help = "a Parquet file says itself where its columns and rows are".to_owned();
                Err(Stop::Usage { message: format!("`{option}` is for CSV, and the input is read as Parquet"), help: Some(help) })
            }),
            _ => {
                let csv = given(&for_text).map(|option| (option, "CSV"));
                let Some((option, formats)) = csv.or(given(&for_rows).map(|option| (option, "CSV and Parquet"))) else { return Ok(()) };
                let help = "if the input is CSV, say so with `--format csv`".to_owned();
                Err(Stop::Usage { message: format!("`{option}` is for {formats}, and the input is read as JSON"), help: Some(help) })
            }
        }
    }
}

/// One row of a table, or why it is none.
#[derive(Debug)]
pub enum Piece {
    /// Its cells.
    Row(Row),
    /// Where it stands, and what is wrong.
    Refused(RowPlace, Wrong),
}

impl Default for Piece {
    fn default() -> Self {
        Self::Row(Row::default())
    }
}

impl Piece {
    /// The bytes that it holds.
    pub fn size(&self) -> usize {
        match self {
            Self::Row(row) => row.size() + 64,
            Self::Refused(..) => 64,
        }
    }

    /// Where it stands.
    pub fn place(&self) -> RowPlace {
        match self {
            Self::Row(row) => row.place(),
            Self::Refused(place, _) => *place,
        }
    }
}

/// The columns of a table that are passed through.
#[derive(Debug, Clone, Default)]
pub struct Through {
    /// The column that names each input.
    id: Option<usize>,
    /// The column that usually does, which is no field either where another one does.
    usual_id: Option<usize>,
    /// The columns that are carried, with their names.
    carry: Vec<(usize, String)>,
}

impl Through {
    /// What of a row is passed through.
    pub fn of(&self, piece: &Piece) -> Passed {
        let Piece::Row(row) = piece else { return Passed::default() };
        let carry = self.carry.iter().map(|(place, name)| (name.clone(), text(row, *place))).collect();
        Passed { id: self.id.map(|id| text(row, id)).filter(|id| !id.is_empty()), carry }
    }

    fn places(&self) -> Vec<usize> {
        self.id.iter().chain(&self.usual_id).chain(self.carry.iter().map(|(place, _)| place)).copied().collect()
    }
}

/// The rows of a file under the names of its columns.
pub struct Table {
    rows: Source,
    header: Header,
    through: Through,
    bar: ProgressBar,
}

enum Source {
    Csv(Box<Rows<Bytes>>),
    /// A Parquet file that is not read yet.
    Parquet(Box<parquet::Table>),
    Taken(Box<parquet::Taken>),
    /// There is nothing more to read.
    Done,
}

impl Table {
    fn of_csv(bytes: Bytes, how: &HowToRead, id: Option<&str>) -> Result<Self, Stop> {
        let delimiter = how.delimiter.unwrap_or(b',');
        let mut rows = Rows::new(bytes, Dialect { delimiter, quotes: !how.no_quotes });
        rows.skip_lines(how.skip.unwrap_or(0)).map_err(unreadable)?;
        let header = match &how.columns {
            Some(path) => Header { names: names_in(path)?, row: None, about: About::Text { delimiter } },
            None => names_of(&mut rows, delimiter)?,
        };
        Self::new(Source::Csv(Box::new(rows)), header, how, id, ProgressBar::hidden())
    }

    fn of_parquet(input: Input, how: &HowToRead, id: Option<&str>, bar: &ProgressBar) -> Result<Self, Stop> {
        let (Opened::File(file), Some(_)) = (input.bytes, input.size) else {
            return Err(Stop::usage("Parquet is read from a file, and not from a stream: what is in it is said at its end"));
        };
        let table = parquet::Table::open(file).map_err(unreadable_parquet)?;
        let mut header = table.header();
        if let Some(path) = &how.columns {
            let names = names_in(path)?;
            if names.len() != header.names.len() {
                let (has, columns) = (names.len(), header.names.len());
                return Err(Stop::usage(format!("`{}` has {has} names, and the input {columns} columns", path.display())));
            }
            header.names = names;
        }
        bar.set_length(table.rows());
        Self::new(Source::Parquet(Box::new(table)), header, how, id, bar.clone())
    }

    fn new(rows: Source, header: Header, how: &HowToRead, id: Option<&str>, bar: ProgressBar) -> Result<Self, Stop> {
        let place = |name: &str| header.place(name).ok_or_else(|| no_column(name, &header));
        let usual_id = how.usual_id.as_deref().and_then(|name| header.place(name));
        let mut through = Through { id: id.map(place).transpose()?.or(usual_id), usual_id, carry: Vec::new() };
        for name in &how.carry {
            let place = place(name)?;
            if through.carry.iter().all(|(known, _)| *known != place) {
                through.carry.push((place, name.clone()));
            }
        }
        through.places().into_iter().try_for_each(|place| passes(&header, place))?;
        Ok(Self { rows, header, through, bar })
    }

    /// The columns that are passed through.
    pub fn through(&self) -> Through {
        self.through.clone()
    }

    /// The columns as a decision reads them; then there are rows.
    ///
    /// # Errors
    /// When they are not those of its inputs, or cannot be read.
    pub fn columns<'d>(&mut self, decision: &'d Decision) -> Result<Result<Columns<'d>, InputErrors>, Stop> {
        let passed = self.through.places();
        let columns = match decision.columns(self.header.clone(), &passed) {
            Ok(columns) => columns,
            Err(errors) => return Ok(Err(errors)),
        };
        self.rows = match std::mem::replace(&mut self.rows, Source::Done) {
            Source::Parquet(table) => {
                let wanted = (0..self.header.names.len()).map(|place| columns.reads(place) || passed.contains(&place)).collect();
                Source::Taken(Box::new(table.read(wanted).map_err(unreadable)?))
            }
            rows => rows,
        };
        Ok(Ok(columns))
    }

    /// Takes the next row, over one that is no longer needed; `false` at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_row(&mut self, piece: &mut Piece) -> Result<bool, Stop> {
        match &mut self.rows {
            Source::Csv(rows) => rows.next_row().map_err(unreadable).map(|split| {
                let Some(split) = split else { return false };
                match (split, piece) {
                    (Split::Row(row), Piece::Row(kept)) => std::mem::swap(row, kept),
                    (Split::Row(row), piece) => *piece = Piece::Row(std::mem::take(row)),
                    (Split::TooLarge { bytes, at }, piece) => *piece = Piece::Refused(at, Wrong::TooLarge { bytes }),
                    (Split::Unclosed { at }, piece) => *piece = Piece::Refused(at, Wrong::UnclosedQuote),
                }
                true
            }),
            Source::Taken(rows) => {
                self.bar.inc(1);
                rows.next(piece).map_err(unreadable_parquet)
            }
            Source::Parquet(_) | Source::Done => Ok(false),
        }
    }
}

/// Checks that the values of a column have a text.
fn passes(header: &Header, place: usize) -> Result<(), Stop> {
    use axtrace::runtime::read::csv::ColumnType;
    let About::Types(types) = &header.about else { return Ok(()) };
    let name = header.names.get(place).and_then(Option::as_deref).unwrap_or_default();
    match types.get(place) {
        Some(ColumnType::Other { what, instead }) => {
            let message = format!("the column `{name}` cannot be passed through: it holds {what}, which is not read");
            Err(Stop::Usage { message, help: Some(instead.clone()) })
        }
        Some(ColumnType::Float("FLOAT16")) => {
            Err(Stop::usage(format!("the column `{name}` cannot be passed through: it holds FLOAT16, which is not read")))
        }
        _ => Ok(()),
    }
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
fn names_in(path: &Path) -> Result<Vec<Option<String>>, Stop> {
    let unreadable = |error: io::Error| Stop::usage(format!("cannot read `{}`: {error}", path.display()));
    let mut text = String::new();
    File::open(path).map_err(unreadable)?.take(MAX_NAMES).read_to_string(&mut text).map_err(unreadable)?;
    let name = |line: &str| Some(line.trim()).filter(|name| *name != "-").map(str::to_owned);
    Ok(text.trim_start_matches('\u{feff}').trim_end().lines().map(name).collect())
}

fn no_column(name: &str, header: &Header) -> Stop {
    let known: Vec<&str> = header.names.iter().flatten().map(String::as_str).collect();
    let near = axtrace::compiler::suggest::nearest(name, known.iter().copied());
    let list = known.iter().take(20).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let help = near.map_or_else(|| format!("the columns are {list}"), |near| format!("did you mean `{near}`?"));
    Stop::Usage { message: format!("the input has no column `{name}`"), help: Some(help) }
}
