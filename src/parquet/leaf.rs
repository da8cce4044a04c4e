//! The values and levels of one leaf of the schema, a few rows at a time.

use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescPtr;

use super::page::Pages;
use super::schema::Meaning;

/// One leaf: what of it was read last, and where in that we are.
pub struct Leaf {
    /// What its values mean.
    pub meaning: Meaning,
    descr: ColumnDescPtr,
    reader: Option<ColumnReader>,
    defs: Vec<i16>,
    reps: Vec<i16>,
    values: Values,
    /// How many levels were read, and how many of them and of the values were taken.
    levels: usize,
    level: usize,
    value: usize,
}

#[derive(Default)]
enum Values {
    Boolean(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
    #[default]
    None,
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Boolean(values) => values.len(),
            Self::Int32(values) => values.len(),
            Self::Int64(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::Bytes(values) => values.len(),
            Self::Fixed(values) => values.len(),
            Self::None => 0,
        }
    }
}

/// What a file that contradicts itself is told.
pub fn torn() -> ParquetError {
    ParquetError::General("the columns do not have the same rows".to_owned())
}

impl Leaf {
    /// A leaf of which nothing was read.
    pub fn new(meaning: Meaning, descr: ColumnDescPtr) -> Self {
        let (defs, reps) = (Vec::new(), Vec::new());
        Self { meaning, descr, reader: None, defs, reps, values: Values::None, levels: 0, level: 0, value: 0 }
    }

    /// Goes on with the pages of another row group.
    pub fn open(&mut self, pages: Pages) {
        let reader = get_column_reader(self.descr.clone(), Box::new(pages));
        self.values = match &reader {
            ColumnReader::BoolColumnReader(_) => Values::Boolean(Vec::new()),
            ColumnReader::Int32ColumnReader(_) => Values::Int32(Vec::new()),
            ColumnReader::Int64ColumnReader(_) => Values::Int64(Vec::new()),
            ColumnReader::Int96ColumnReader(_) => Values::None,
            ColumnReader::FloatColumnReader(_) => Values::Float(Vec::new()),
            ColumnReader::DoubleColumnReader(_) => Values::Double(Vec::new()),
            ColumnReader::ByteArrayColumnReader(_) => Values::Bytes(Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(_) => Values::Fixed(Vec::new()),
        };
        self.reader = Some(reader);
    }

    /// Whether it is in a list.
    pub fn is_repeated(&self) -> bool {
        self.descr.max_rep_level() > 0
    }

    /// Reads so many further rows, and forgets those before.
    pub fn read(&mut self, rows: usize) -> Result<()> {
        self.defs.clear();
        self.reps.clear();
        (self.levels, self.level, self.value) = (0, 0, 0);
        let Some(reader) = &mut self.reader else { return Ok(()) };
        let (defs, reps) = (Some(&mut self.defs), Some(&mut self.reps));
        macro_rules! read {
            ($reader:ident, $values:ident) => {{
                $values.clear();
                $reader.read_records(rows, defs, reps, $values)?
            }};
        }
        let (read, values, levels) = match (reader, &mut self.values) {
            (ColumnReader::BoolColumnReader(reader), Values::Boolean(values)) => read!(reader, values),
            (ColumnReader::Int32ColumnReader(reader), Values::Int32(values)) => read!(reader, values),
            (ColumnReader::Int64ColumnReader(reader), Values::Int64(values)) => read!(reader, values),
            (ColumnReader::FloatColumnReader(reader), Values::Float(values)) => read!(reader, values),
            (ColumnReader::DoubleColumnReader(reader), Values::Double(values)) => read!(reader, values),
            (ColumnReader::ByteArrayColumnReader(reader), Values::Bytes(values)) => read!(reader, values),
            (ColumnReader::FixedLenByteArrayColumnReader(reader), Values::Fixed(values)) => read!(reader, values),
            _ => return Err(torn()),
        };
        let (def, rep) = (self.descr.max_def_level(), self.descr.max_rep_level());
        let known =
            |levels_of: &[i16], max: i16| max == 0 || levels_of.len() == levels && levels_of.iter().all(|level| (0..=max).contains(level));
        let there = if def == 0 { levels } else { self.defs.iter().filter(|level| **level == def).count() };
        let sound = read == rows && known(&self.defs, def) && known(&self.reps, rep) && there == values && values == self.values.len();
        self.levels = levels;
        if sound { Ok(()) } else { Err(torn()) }
    }

    /// Takes a level: the place of its value, if that is there.
    pub fn step(&mut self) -> Result<Option<usize>> {
        let there = self.peek()? == self.descr.max_def_level();
        self.level += 1;
        let value = there.then_some(self.value);
        self.value += usize::from(there);
        Ok(value)
    }

    /// How much of the way to the next value is there.
    pub fn peek(&self) -> Result<i16> {
        if self.level >= self.levels {
            return Err(torn());
        }
        Ok(if self.descr.max_def_level() == 0 { 0 } else { self.defs.get(self.level).copied().ok_or_else(torn)? })
    }

    /// Which list the next level goes on with: 0 when there is none.
    pub fn again(&self) -> i16 {
        self.reps.get(self.level).copied().unwrap_or(0)
    }

    /// Whether all that was read was taken.
    pub fn is_done(&self) -> bool {
        self.level >= self.levels
    }

    /// The bytes of a value, if values are bytes.
    pub fn bytes(&self, place: usize) -> Option<&[u8]> {
        match &self.values {
            Values::Bytes(values) => values.get(place).map(AsRef::as_ref),
            Values::Fixed(values) => values.get(place).map(AsRef::as_ref),
            _ => None,
        }
    }

    /// A value, if values are binary floating-point numbers.
    pub fn float(&self, place: usize) -> Option<String> {
        match &self.values {
            Values::Float(values) => values.get(place).map(f32::to_string),
            Values::Double(values) => values.get(place).map(f64::to_string),
            _ => None,
        }
    }

    /// A value as a whole number: of a boolean 0 or 1.
    pub fn number(&self, place: usize) -> i64 {
        match &self.values {
            Values::Boolean(values) => values.get(place).map_or(0, |value| i64::from(*value)),
            Values::Int32(values) => values.get(place).map_or(0, |value| i64::from(*value)),
            Values::Int64(values) => values.get(place).copied().unwrap_or(0),
            _ => 0,
        }
    }

    /// Whether whole numbers have 64 bits.
    pub fn is_wide(&self) -> bool {
        matches!(self.values, Values::Int64(_))
    }
}
