//! A stream of CSV taken apart into rows of cells, one at a time, in memory that does not grow with the stream.

use std::io::{self, BufRead};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::read::{MAX_INPUT_BYTES, RowPlace, endless};

/// The most cells of a row that are kept, and so the most columns that a file has.
pub const MAX_CELLS: usize = 1 << 16;

/// The memory that is kept for the next row, in bytes.
const KEPT: usize = 1 << 16;

/// How a file writes its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The character between two cells: neither a quote nor a line break.
    pub delimiter: u8,
    /// Whether cells may stand in quotes; if not, a quote is a character as any other.
    pub quotes: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', quotes: true }
    }
}

/// One row: its cells as bytes, without their quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    cells: usize,
    place: RowPlace,
    /// Which cells hold nothing, where the file tells that from a text without letters; else empty.
    nulls: Vec<bool>,
}

impl Default for Row {
    fn default() -> Self {
        Self { bytes: Vec::new(), ends: Vec::new(), cells: 0, place: RowPlace::Line(0), nulls: Vec::new() }
    }
}

impl Row {
    /// Forgets the cells, to take those of another row, of a file that tells nothing from a text without letters.
    pub fn begin(&mut self, row: u64) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
        self.ends.clear();
        self.nulls.clear();
        self.cells = 0;
        self.place = RowPlace::Row(row);
    }

    /// Takes a further cell, whose bytes are appended; `false` makes it one that holds nothing.
    pub fn take_cell(&mut self, write: impl FnOnce(&mut Vec<u8>) -> bool) {
        let start = self.bytes.len();
        let there = write(&mut self.bytes);
        self.bytes.truncate(if there { self.bytes.len() } else { start });
        self.ends.push(self.bytes.len());
        self.nulls.push(!there);
        self.cells += 1;
    }

    /// The size of its cells together, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Whether the file tells a cell that holds nothing from one with a text without letters.
    #[must_use]
    pub fn tells_nulls(&self) -> bool {
        !self.nulls.is_empty()
    }

    /// Whether a cell, from 0, is known to hold nothing.
    #[must_use]
    pub fn is_null(&self, place: usize) -> bool {
        self.nulls.get(place).copied().unwrap_or(false)
    }

    /// How many cells it has. Those beyond [`MAX_CELLS`] are counted, and not kept.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> RowPlace {
        self.place
    }

    /// The bytes of a cell, from 0; none of a cell that is not there.
    #[must_use]
    pub fn cell(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        match (start, self.ends.get(place)) {
            (Some(start), Some(end)) => self.bytes.get(start..*end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The cells that were kept, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|place| self.cell(place))
    }
}

/// One row of a stream, or why it is none.
#[derive(Debug, PartialEq, Eq)]
pub enum Split<'a> {
    /// Its cells; who needs them for longer may exchange the row for another.
    Row(&'a mut Row),
    /// It is larger than [`MAX_INPUT_BYTES`].
    TooLarge {
        /// Its size without quotes and delimiters, in bytes.
        bytes: usize,
        /// Where it begins.
        at: RowPlace,
    },
    /// A quote opens in it that nothing closes, so that it goes on to the end of the stream.
    Unclosed {
        /// Where it begins.
        at: RowPlace,
    },
}

/// How a row ended.
enum End {
    Row,
    Unclosed,
    Stream,
}

/// Takes a stream apart.
pub struct Rows<R> {
    input: R,
    core: Reader,
    row: Row,
    /// How much of the row's memory is in use: bytes, and ends of cells.
    used: (usize, usize),
    /// The size of what is no longer kept.
    dropped: usize,
    line: u64,
    begun: bool,
    ended: bool,
}

impl<R: BufRead> Rows<R> {
    /// The rows of a stream. A byte order mark is skipped, and so are empty lines.
    pub fn new(input: R, dialect: Dialect) -> Self {
        let core = ReaderBuilder::new().delimiter(dialect.delimiter).quoting(dialect.quotes).build();
        Self { input, core, row: Row::default(), used: (0, 0), dropped: 0, line: 1, begun: false, ended: false }
    }

    /// Skips lines, whatever stands on them.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn skip_lines(&mut self, count: u64) -> io::Result<()> {
        self.begin()?;
        for _ in 0..count {
            if !self.skip_line()? {
                break;
            }
        }
        Ok(())
    }

    /// Skips a line; answers whether there was a line break at its end.
    fn skip_line(&mut self) -> io::Result<bool> {
        let mut size = 0;
        loop {
            let bytes = self.input.fill_buf()?;
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(bytes.len(), |end| end + 1);
            self.line += u64::from(end.is_some());
            self.input.consume(taken);
            if end.is_some() || taken == 0 {
                return Ok(end.is_some());
            }
            size += taken;
            endless(size, self.line)?;
        }
    }

    /// Skips a byte order mark.
    fn begin(&mut self) -> io::Result<()> {
        if !self.begun && self.input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            self.input.consume(3);
        }
        self.begun = true;
        Ok(())
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn next_row(&mut self) -> io::Result<Option<Split<'_>>> {
        if self.ended {
            return Ok(None);
        }
        self.begin()?;
        self.skip_line_breaks()?;
        self.used = (0, 0);
        self.dropped = 0;
        self.row.bytes.truncate(KEPT);
        self.row.bytes.shrink_to(KEPT);
        self.row.cells = 0;
        self.row.place = RowPlace::Line(self.line);
        self.row.nulls.clear();
        let end = self.row_end()?;
        let (bytes, at) = (self.dropped + self.used.0, self.row.place);
        self.row.ends.truncate(self.used.1);
        self.ended = !matches!(end, End::Row);
        Ok(match end {
            End::Stream => None,
            End::Unclosed => Some(Split::Unclosed { at }),
            End::Row if bytes > MAX_INPUT_BYTES => Some(Split::TooLarge { bytes, at }),
            End::Row => Some(Split::Row(&mut self.row)),
        })
    }

    fn skip_line_breaks(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.input.fill_buf()?;
            let count = bytes.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            if count == 0 {
                return Ok(());
            }
            self.line += line_breaks(&bytes[..count]);
            self.input.consume(count);
        }
    }

    fn row_end(&mut self) -> io::Result<End> {
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                return Ok(self.stream_end());
            }
            let (result, taken) = split(&mut self.core, bytes, &mut self.row, &mut self.used);
            self.line += line_breaks(&bytes[..taken]);
            self.input.consume(taken);
            match result {
                ReadRecordResult::Record => return Ok(End::Row),
                ReadRecordResult::End => return Ok(End::Stream),
                other => self.make_room(other),
            }
            endless(self.dropped, self.row.place.number())?;
        }
    }

    /// At the end of the stream a line break ends a row, unless it stands in quotes.
    fn stream_end(&mut self) -> End {
        let empty = self.used.0 + self.dropped == 0 && self.row.cells == 0;
        for last in [&b"\n"[..], b""] {
            loop {
                let (result, _) = split(&mut self.core, last, &mut self.row, &mut self.used);
                match result {
                    ReadRecordResult::Record if last.is_empty() => return End::Unclosed,
                    ReadRecordResult::Record => return End::Row,
                    ReadRecordResult::InputEmpty => break,
                    ReadRecordResult::End => return if empty { End::Stream } else { End::Unclosed },
                    other => self.make_room(other),
                }
            }
        }
        End::Stream
    }

    fn make_room(&mut self, full: ReadRecordResult) {
        let row = &mut self.row;
        match full {
            ReadRecordResult::OutputFull if row.bytes.len() > MAX_INPUT_BYTES => {
                self.dropped += self.used.0;
                self.used.0 = 0;
            }
            ReadRecordResult::OutputFull => row.bytes.resize((row.bytes.len() * 2).clamp(1 << 10, MAX_INPUT_BYTES + 1), 0),
            // The last end is written over: there are more cells than are kept.
            ReadRecordResult::OutputEndsFull if row.ends.len() >= MAX_CELLS => self.used.1 -= 1,
            ReadRecordResult::OutputEndsFull => row.ends.resize((row.ends.len() * 2).clamp(16, MAX_CELLS), 0),
            _ => {}
        }
    }
}

/// Splits as many bytes as there are or fit; answers with their number.
fn split(core: &mut Reader, bytes: &[u8], row: &mut Row, used: &mut (usize, usize)) -> (ReadRecordResult, usize) {
    let (result, taken, written, ended) = core.read_record(bytes, &mut row.bytes[used.0..], &mut row.ends[used.1..]);
    *used = (used.0 + written, used.1 + ended);
    row.cells += ended;
    (result, taken)
}

fn line_breaks(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a text, read in small pieces: line and cells, or the name of what is wrong.
    fn rows(text: &str, dialect: Dialect, skip: u64) -> Vec<String> {
        let mut rows = Rows::new(io::BufReader::with_capacity(4, text.as_bytes()), dialect);
        rows.skip_lines(skip).unwrap();
        let mut all = Vec::new();
        while let Some(split) = rows.next_row().unwrap() {
            all.push(match split {
                Split::Row(row) => {
                    let cells: Vec<_> = row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
                    assert_eq!(cells.len(), row.cells());
                    format!("{}: {}", row.place().number(), cells.join("|"))
                }
                other => format!("{other:?}"),
            });
        }
        all
    }

    fn plain(text: &str) -> Vec<String> {
        rows(text, Dialect::default(), 0)
    }

    #[test]
    fn cells_stand_between_commas_and_may_be_quoted() {
        assert_eq!(plain("a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n,\r\n"), ["1: a|b", "2: 1|x, \"y\"\nz", "5: |"]);
        assert_eq!(plain("\u{feff}a\n\n\nb"), ["1: a", "4: b"]);
        assert_eq!(plain(""), [""; 0]);
        assert_eq!(plain("\n\n"), [""; 0]);
        assert_eq!(plain("a,"), ["1: a|"]);
        assert_eq!(plain("\"\""), ["1: "]);
    }

    #[test]
    fn other_dialects_are_read_when_told() {
        assert_eq!(rows("a;\"b\nc|d", Dialect { delimiter: b';', quotes: false }, 0), ["1: a|\"b", "2: c|d"]);
        assert_eq!(rows("about\n\n\"x\na\tb", Dialect { delimiter: b'\t', quotes: true }, 3), ["4: a|b"]);
        assert_eq!(rows("one line", Dialect::default(), u64::MAX), [""; 0]);
    }

    #[test]
    fn a_quote_that_nothing_closes_is_seen() {
        assert_eq!(plain("a\n1,\"x\n2,y\n"), ["1: a", "Unclosed { at: Line(2) }"]);
        assert_eq!(plain("a\n\""), ["1: a", "Unclosed { at: Line(2) }"]);
        assert_eq!(plain("a\n1,\"x\""), ["1: a", "2: 1|x"]);
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let text = format!("{}\nb\n", "x".repeat(MAX_INPUT_BYTES + 5));
        let mut rows = Rows::new(text.as_bytes(), Dialect::default());
        assert_eq!(rows.next_row().unwrap(), Some(Split::TooLarge { bytes: MAX_INPUT_BYTES + 5, at: RowPlace::Line(1) }));
        let Some(Split::Row(row)) = rows.next_row().unwrap() else { panic!("the next row is read") };
        assert_eq!((row.cell(0), row.cell(1), row.place()), (&b"b"[..], &b""[..], RowPlace::Line(2)));
        let wide = ",".repeat(MAX_CELLS + 10) + "\nb,c";
        let mut rows = Rows::new(wide.as_bytes(), Dialect::default());
        let Some(Split::Row(row)) = rows.next_row().unwrap() else { panic!("many cells are a row") };
        assert_eq!((row.cells(), row.iter().count() <= MAX_CELLS), (MAX_CELLS + 11, true));
        assert!(matches!(rows.next_row(), Ok(Some(Split::Row(row))) if row.cells() == 2 && row.cell(1) == b"c"));
    }
}
