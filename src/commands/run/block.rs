//! Inputs of a file, some at a time, in memory that does not grow with the file.

use axtrace::runtime::read::{RowPlace, Wrong};

use crate::commands::Stop;
use crate::commands::input::{self, Inputs, Piece};
use crate::records::Record;

/// The most inputs of a block, and the bytes after which it is full.
const INPUTS: usize = 1024;
const BYTES: usize = 1 << 19;

/// A row of more bytes is not kept for its memory.
const KEPT: usize = 1 << 16;

/// Some inputs that stand one after the other.
#[derive(Debug, Default)]
pub struct Block {
    /// The number of the first of them, from 1.
    pub first: u64,
    bytes: Vec<u8>,
    /// Where each record of JSON stands, or why there is none.
    records: Vec<(RowPlace, Result<usize, Wrong>)>,
    rows: Vec<Piece>,
    /// How many rows there are.
    used: usize,
}

/// One input.
#[derive(Debug, Clone, Copy)]
pub enum Given<'b> {
    /// JSON.
    Json(RowPlace, &'b [u8]),
    /// A row of cells.
    Piece(&'b Piece),
    /// What could not even be taken.
    Refused(RowPlace, &'b Wrong),
}

impl Block {
    /// How many inputs it has.
    pub fn len(&self) -> usize {
        self.records.len() + self.used
    }

    /// The inputs in order.
    pub fn inputs(&self) -> impl Iterator<Item = Given<'_>> {
        let mut start = 0;
        let records = self.records.iter().map(move |(place, record)| match record {
            Ok(end) => {
                let bytes = self.bytes.get(start..*end).unwrap_or_default();
                start = *end;
                Given::Json(*place, bytes)
            }
            Err(wrong) => Given::Refused(*place, wrong),
        });
        records.chain(self.rows.iter().take(self.used).map(|piece| match piece {
            Piece::Row(_) => Given::Piece(piece),
            Piece::Refused(place, wrong) => Given::Refused(*place, wrong),
        }))
    }

    /// The input of a place, from 0.
    pub fn input(&self, place: usize) -> Option<Given<'_>> {
        self.inputs().nth(place)
    }

    /// Forgets its inputs and takes the next ones, whose first has this number. There are none at the end of the file.
    ///
    /// # Errors
    /// When the file cannot be read further; what it took until then is there.
    pub fn fill(&mut self, inputs: &mut Inputs, first: u64) -> Result<(), Stop> {
        self.first = first;
        self.bytes.clear();
        self.bytes.shrink_to(2 * BYTES);
        self.records.clear();
        self.used = 0;
        self.rows.iter_mut().filter(|row| row.size() > KEPT).for_each(|row| *row = Piece::default());
        match inputs {
            Inputs::Json(records) => {
                while self.len() < INPUTS && self.bytes.len() < BYTES {
                    let Some(record) = records.next_record(&mut self.bytes).map_err(input::unreadable)? else { break };
                    let place = RowPlace::Line(records.place().line);
                    self.records.push(match record {
                        Record::Bytes => (place, Ok(self.bytes.len())),
                        Record::TooLarge(bytes) => (place, Err(Wrong::TooLarge { bytes })),
                    });
                }
            }
            Inputs::Rows(table) => {
                let mut size = 0;
                while self.used < INPUTS && size < BYTES {
                    if self.used == self.rows.len() {
                        self.rows.push(Piece::default());
                    }
                    let Some(row) = self.rows.get_mut(self.used) else { break };
                    if !table.next_row(row)? {
                        break;
                    }
                    size += row.size();
                    self.used += 1;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufReader, Read};

    use super::*;
    use crate::records::{Form, Records};

    /// Lines without end, each of so many bytes.
    struct Endless {
        line: usize,
        at: usize,
    }

    impl Read for Endless {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            for byte in out.iter_mut() {
                *byte = if self.at % self.line == self.line - 1 { b'\n' } else { b'x' };
                self.at += 1;
            }
            Ok(out.len())
        }
    }

    fn inputs(line: usize) -> Inputs {
        let bytes: Box<dyn Read + Send> = Box::new(Endless { line, at: 0 });
        Inputs::Json(Records::new(BufReader::with_capacity(1 << 16, bytes), Some(Form::Lines)))
    }

    #[test]
    fn a_block_holds_so_much_and_no_more() {
        for line in [2, 60, 5_000, 3 << 20] {
            let (mut inputs, mut block, mut seen) = (inputs(line), Block::default(), 0);
            for _ in 0..20 {
                block.fill(&mut inputs, seen + 1).unwrap_or_else(|stop| panic!("{stop}"));
                let found: Vec<usize> =
                    block.inputs().map(|given| if let Given::Json(_, bytes) = given { bytes.len() } else { 0 }).collect();
                assert!(!found.is_empty() && found.len() <= INPUTS && found.iter().all(|length| *length == line - 1));
                assert!(block.bytes.capacity() <= 2 * (BYTES + line), "{} bytes for lines of {line}", block.bytes.capacity());
                assert!(
                    matches!(block.input(found.len() - 1), Some(Given::Json(RowPlace::Line(at), _)) if at == seen + found.len() as u64)
                );
                seen += found.len() as u64;
            }
        }
    }
}
