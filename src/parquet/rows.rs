//! Rows: values and levels put together to cells, in memory that does not grow with the file.

use std::fs::File;
use std::sync::Arc;

use axtrace::runtime::read::csv::Row;
use axtrace::runtime::read::{MAX_INPUT_BYTES, RowPlace, Wrong};
use parquet::errors::Result;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::leaf::{Leaf, torn};
use super::page::{Held, Pages};
use super::schema::{Column, Node, What};
use super::text;
use crate::commands::input::Piece;

/// Rows of columns outside of lists are read so many at once, or as many as take about so many bytes.
const ROWS: usize = 1024;
const BYTES: i64 = 8 << 20;

/// Takes the rows of a file.
pub struct Rows {
    file: Arc<File>,
    length: u64,
    about: ParquetMetaData,
    columns: Vec<Column>,
    /// Of each column whether it is read.
    wanted: Vec<bool>,
    leaves: Vec<Leaf>,
    /// Of each leaf whether it is in a column that is read.
    open: Vec<bool>,
    held: Arc<Held>,
    /// The next row group.
    group: usize,
    /// How many rows of the current one are left, and how many of those were read at once.
    left: usize,
    ready: usize,
    at_once: usize,
    row: u64,
}

/// There is no value, or it was written.
type There = Result<bool>;

impl Rows {
    /// The rows of a file that was described, with the cells of the columns that are wanted.
    pub fn new(file: File, length: u64, about: ParquetMetaData, columns: Vec<Column>, leaves: Vec<Leaf>, wanted: Vec<bool>) -> Self {
        let mut open = vec![false; leaves.len()];
        for (column, wanted) in columns.iter().zip(&wanted) {
            column.node.each_leaf(&mut |leaf| open[leaf] |= *wanted);
        }
        let (held, file) = (Arc::default(), Arc::new(file));
        Self { file, length, about, columns, wanted, leaves, open, held, group: 0, left: 0, ready: 0, at_once: 1, row: 0 }
    }

    /// The next row; `false` at the end.
    pub fn next(&mut self, piece: &mut Piece) -> Result<bool> {
        while self.left == 0 {
            if self.group >= self.about.num_row_groups() {
                return Ok(false);
            }
            self.open_group()?;
        }
        if self.ready == 0 {
            self.ready = self.left.min(self.at_once);
            self.held.next_rows();
            self.read(self.ready, false)?;
        }
        self.read(1, true)?;
        self.ready -= 1;
        self.left -= 1;
        self.row += 1;
        self.put_together(piece)?;
        Ok(true)
    }

    /// Reads so many rows of the leaves that are in lists, or of those that are not.
    fn read(&mut self, rows: usize, repeated: bool) -> Result<()> {
        let leaves = self.leaves.iter_mut().zip(&self.open).filter(|(leaf, open)| **open && leaf.is_repeated() == repeated);
        leaves.into_iter().try_for_each(|(leaf, _)| leaf.read(rows))
    }

    fn open_group(&mut self) -> Result<()> {
        let group = self.about.row_group(self.group);
        self.group += 1;
        self.left = usize::try_from(group.num_rows()).map_err(|_| torn())?;
        self.at_once = at_once(group, &self.open);
        self.held = Arc::default();
        if group.num_columns() != self.leaves.len() {
            return Err(torn());
        }
        for (place, leaf) in self.leaves.iter_mut().enumerate().filter(|(place, _)| self.open[*place]) {
            leaf.open(Pages::new(self.file.clone(), self.length, group.column(place), self.held.clone())?);
        }
        Ok(())
    }

    fn put_together(&mut self, piece: &mut Piece) -> Result<()> {
        let mut row = match std::mem::take(piece) {
            Piece::Row(row) => row,
            Piece::Refused(..) => Row::default(),
        };
        row.begin(self.row);
        for (column, wanted) in self.columns.iter().zip(&self.wanted) {
            let leaves = &mut self.leaves;
            let mut result = Ok(false);
            let room = MAX_INPUT_BYTES.saturating_sub(row.size());
            row.take_cell(|out| {
                if *wanted {
                    let limit = out.len().saturating_add(room);
                    result = Writer { leaves, limit }.cell(&column.node, out);
                }
                matches!(result, Ok(true))
            });
            result?;
        }
        let bytes = row.size();
        *piece = if bytes > MAX_INPUT_BYTES { Piece::Refused(RowPlace::Row(self.row), Wrong::TooLarge { bytes }) } else { Piece::Row(row) };
        Ok(())
    }
}

/// How many rows are read at once, so that the pages they lie in are few.
fn at_once(group: &RowGroupMetaData, open: &[bool]) -> usize {
    let columns = group.columns().iter().zip(open).filter(|(_, open)| **open);
    let bytes = columns.fold(1_i64, |sum, (column, _)| sum.saturating_add(column.uncompressed_size().max(0)));
    let a_row = (bytes / group.num_rows().max(1)).max(1);
    usize::try_from(BYTES / a_row).unwrap_or(ROWS).clamp(1, ROWS)
}

/// Writes values of the current row.
struct Writer<'w> {
    leaves: &'w mut [Leaf],
    /// Beyond so many bytes nothing more is written: the row is refused.
    limit: usize,
}

impl Writer<'_> {
    /// The cell of a column; `false` when it holds nothing.
    fn cell(&mut self, node: &Node, out: &mut Vec<u8>) -> There {
        let What::Leaf(place) = node.what else {
            let there = self.json(node, out)?;
            let mut done = true;
            node.each_leaf(&mut |place| done &= self.leaves[place].is_done());
            return if done || out.len() > self.limit { Ok(there) } else { Err(torn()) };
        };
        let leaf = &mut self.leaves[place];
        let Some(value) = leaf.step()? else { return Ok(false) };
        if out.len() <= self.limit {
            text::write(out, leaf, value);
        }
        Ok(true)
    }

    /// A value as JSON; `false` when it is `null`.
    fn json(&mut self, node: &Node, out: &mut Vec<u8>) -> There {
        if out.len() > self.limit {
            return Ok(true);
        }
        let first = node.first_leaf().ok_or_else(torn)?;
        let there = self.leaves[first].peek()? >= node.there;
        if !there {
            self.pass(node)?;
            out.extend(b"null");
            return Ok(false);
        }
        match &node.what {
            What::Leaf(place) => {
                let leaf = &mut self.leaves[*place];
                let value = leaf.step()?.ok_or_else(torn)?;
                text::write_json(out, leaf, value);
            }
            What::Record(members) => self.record(members, out)?,
            What::List { filled, again, element } => self.list(node, (*filled, *again, first), element, out)?,
        }
        Ok(true)
    }

    fn record(&mut self, members: &[(String, Node)], out: &mut Vec<u8>) -> Result<()> {
        for (place, (name, node)) in members.iter().enumerate() {
            out.push(if place == 0 { b'{' } else { b',' });
            text::write_json_text(out, name.as_bytes());
            out.push(b':');
            self.json(node, out)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn list(&mut self, node: &Node, (filled, again, first): (i16, i16, usize), element: &Node, out: &mut Vec<u8>) -> Result<()> {
        out.push(b'[');
        if self.leaves[first].peek()? < filled {
            self.pass(node)?;
        } else {
            self.json(element, out)?;
            while self.leaves[first].again() == again && out.len() <= self.limit {
                out.push(b',');
                self.json(element, out)?;
            }
        }
        out.push(b']');
        Ok(())
    }

    /// Takes a level of each leaf of a value that is not there.
    fn pass(&mut self, node: &Node) -> Result<()> {
        let mut result = Ok(());
        let leaves = &mut self.leaves;
        node.each_leaf(&mut |place| {
            if result.is_ok() {
                result = leaves[place].step().map(drop);
            }
        });
        result
    }
}
