//! Parquet: the rows of a file as cells, which are read as those of CSV are.
//!
//! Every value becomes the one text it has, so that the readers of cells say what they think of it. The library that decodes pages gives up
//! on some broken files with a panic: it works on a thread of its own, where that ends the file, and not the program.

mod footer;
mod leaf;
mod levels;
mod page;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod text;
mod thrift;

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use axtrace::runtime::read::csv::{About, Header};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;

use crate::commands::input::Piece;
use leaf::Leaf;
use rows::Rows;
use schema::Column;

/// The name of the threads on which the library works: their panics are those of a broken file.
pub const THREAD: &str = "parquet";

/// Rows that are handed over at once, and their bytes.
const ROWS: usize = 512;
const BYTES: usize = 1 << 20;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It could not be read at all.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("it is no Parquet file: it does not end in `PAR1`")]
    NoParquet,
    /// What it holds is not what it says.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// It uses what is not read.
    #[error("{0}")]
    NotRead(String),
}

impl Unreadable {
    fn damaged(what: &str) -> Self {
        Self::Damaged(what.to_owned())
    }
}

impl From<ParquetError> for Unreadable {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::NYI(what) => Self::NotRead(what),
            ParquetError::General(what) | ParquetError::EOF(what) => Self::Damaged(what),
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// What the library says when it gives up.
fn given_up() -> Unreadable {
    Unreadable::damaged("what it holds contradicts itself")
}

/// A file, and what is in it.
pub struct Table {
    file: File,
    length: u64,
    about: ParquetMetaData,
    columns: Vec<Column>,
    leaves: Vec<Leaf>,
}

impl Table {
    /// Reads what a file says of itself.
    ///
    /// # Errors
    /// When it is no Parquet file, or damaged.
    pub fn open(file: File) -> Result<Self, Unreadable> {
        let open = move || {
            let mut file = file;
            let (about, length) = footer::read(&mut file)?;
            let schema = about.file_metadata().schema_descr();
            let (columns, meanings) = schema::columns(schema);
            let leaves = meanings.into_iter().zip(schema.columns()).map(|(meaning, leaf)| Leaf::new(meaning, leaf.clone())).collect();
            Ok(Self { file, length, about, columns, leaves })
        };
        let thread = std::thread::Builder::new().name(THREAD.to_owned()).spawn(open)?;
        thread.join().unwrap_or_else(|_| Err(given_up()))
    }

    /// The names of its columns, and what they hold.
    #[must_use]
    pub fn header(&self) -> Header {
        let names = self.columns.iter().map(|column| Some(column.name.clone())).collect();
        let types = self.columns.iter().map(|column| column.holds.clone()).collect();
        Header { names, row: None, about: About::Types(types) }
    }

    /// How many rows it says it has.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.about.row_groups().iter().fold(0, |sum: u64, group| sum.saturating_add(u64::try_from(group.num_rows()).unwrap_or(0)))
    }

    /// Begins to read the columns that are wanted.
    ///
    /// # Errors
    /// When there is no thread to read it on.
    pub fn read(self, wanted: Vec<bool>) -> io::Result<Taken> {
        let Self { file, length, about, columns, leaves } = self;
        let (sender, receiver) = sync_channel(2);
        let work = move || hand_over(Rows::new(file, length, about, columns, leaves, wanted), &sender);
        std::thread::Builder::new().name(THREAD.to_owned()).spawn(work)?;
        Ok(Taken { receiver, rows: Vec::new().into_iter() })
    }
}

/// Rows, or why there are no more.
type Handed = Result<Vec<Piece>, Unreadable>;

/// Takes all rows, and hands them over until there are none, or nobody takes them.
fn hand_over(mut rows: Rows, sender: &SyncSender<Handed>) {
    loop {
        let mut pieces = Vec::with_capacity(ROWS);
        // What a panic leaves behind is looked at no more.
        let taken = catch_unwind(AssertUnwindSafe(|| take(&mut rows, &mut pieces)));
        let more = match taken {
            Ok(Ok(more)) => Ok(more),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(given_up()),
        };
        let last = !matches!(more, Ok(true));
        let gone = !pieces.is_empty() && sender.send(Ok(pieces)).is_err();
        if let Err(error) = more {
            // If nobody takes it, nobody needs to know.
            let _ = sender.send(Err(error));
        }
        if gone || last {
            return;
        }
    }
}

/// Takes some rows; `false` when there are no more.
fn take(rows: &mut Rows, pieces: &mut Vec<Piece>) -> Result<bool, ParquetError> {
    let mut bytes = 0;
    while pieces.len() < ROWS && bytes < BYTES {
        let mut piece = Piece::default();
        if !rows.next(&mut piece)? {
            return Ok(false);
        }
        bytes += piece.size();
        pieces.push(piece);
    }
    Ok(true)
}

/// Rows as they are read.
pub struct Taken {
    receiver: Receiver<Handed>,
    rows: std::vec::IntoIter<Piece>,
}

impl Taken {
    /// The next row; `false` at the end.
    ///
    /// # Errors
    /// When the file cannot be read to its end.
    pub fn next(&mut self, piece: &mut Piece) -> Result<bool, Unreadable> {
        loop {
            if let Some(row) = self.rows.next() {
                *piece = row;
                return Ok(true);
            }
            match self.receiver.recv() {
                Ok(rows) => self.rows = rows?.into_iter(),
                Err(_) => return Ok(false),
            }
        }
    }
}
