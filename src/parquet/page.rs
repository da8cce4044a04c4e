//! The pages of a column, unpacked within bounds.
//!
//! The library decodes what is in a page, and believes what is said about it. So headers are read and pages are unpacked here, where a page
//! that claims or becomes too much is refused before anything makes room for it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, Type};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::ColumnDescPtr;

use super::levels::{self, Lengths};
use super::thrift::{Broken, FALSE, INT32, STRUCT, TRUE, Thrift};

/// What the pages of a row group that are held at a time may have together, in bytes.
const MAX_HELD: usize = 1 << 30;

/// The most values of a page.
const MAX_VALUES: usize = 1 << 24;

/// The bytes of a file that are first looked at for a header, and the most.
const HEADER: usize = 1 << 12;
const MAX_HEADER: usize = 1 << 24;

/// What the pages of a row group take, of which those of rows that were read are given back.
#[derive(Debug, Default)]
pub struct Held {
    bytes: AtomicUsize,
    /// How often rows were read.
    turn: AtomicUsize,
}

impl Held {
    /// The rows read until now are no longer needed.
    pub fn next_rows(&self) {
        self.turn.fetch_add(1, Ordering::Relaxed);
    }
}

/// The pages of one column of a row group.
pub struct Pages {
    file: Arc<File>,
    /// Where the next page begins, and how many bytes are left.
    at: u64,
    left: u64,
    compression: Compression,
    descr: ColumnDescPtr,
    held: Arc<Held>,
    /// The turn in which the last page was read, what was read in it, and the size of the last page.
    turn: usize,
    read: usize,
    last: usize,
    /// How many levels the row has that the last page ended in.
    row: u64,
}

/// What stands before a page.
#[derive(Debug, Default)]
struct Header {
    kind: i64,
    unpacked: usize,
    packed: usize,
    /// What is said of a page of its kind, by number.
    about: [i64; 8],
    /// Whether the values of a page of the second version are packed.
    is_packed: bool,
}

/// The sorts of pages.
const DATA: i64 = 0;
const DICTIONARY: i64 = 2;
const DATA_V2: i64 = 3;

fn damaged(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

impl Pages {
    /// The pages that the description of a column speaks of.
    pub fn new(file: Arc<File>, length: u64, chunk: &ColumnChunkMetaData, held: Arc<Held>) -> Result<Self> {
        if chunk.file_path().is_some() {
            return Err(damaged("a column lies in another file"));
        }
        let begin =
            chunk.dictionary_page_offset().filter(|at| *at > 0).map_or(chunk.data_page_offset(), |at| at.min(chunk.data_page_offset()));
        let range = u64::try_from(begin).ok().zip(u64::try_from(chunk.compressed_size()).ok());
        let Some((at, left)) = range.filter(|(at, left)| at.checked_add(*left).is_some_and(|end| end <= length)) else {
            return Err(damaged("a column lies beyond the end of the file"));
        };
        let descr = chunk.column_descr_ptr();
        Ok(Self { file, at, left, compression: chunk.compression(), descr, held, turn: 0, read: 0, last: 0, row: 0 })
    }

    fn bytes(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.at))?;
        file.take(count as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads a header; goes on behind it.
    fn header(&mut self) -> Result<Header> {
        let mut size = HEADER;
        loop {
            let bytes = self.bytes(size.min(usize::try_from(self.left).unwrap_or(usize::MAX)))?;
            let mut thrift = Thrift::new(&bytes);
            match Header::read(&mut thrift) {
                Ok(header) => {
                    self.at += thrift.at as u64;
                    self.left -= thrift.at as u64;
                    return Ok(header);
                }
                Err(Broken::Short) if bytes.len() == size && size < MAX_HEADER => size *= 4,
                Err(_) => return Err(damaged("the header of a page cannot be read")),
            }
        }
    }

    /// Counts what a page takes.
    fn hold(&mut self, bytes: usize, for_long: bool) -> Result<()> {
        let turn = self.held.turn.load(Ordering::Relaxed);
        if turn != self.turn {
            self.turn = turn;
            let given_back = self.read - self.last;
            self.held.bytes.fetch_sub(given_back, Ordering::Relaxed);
            self.read = self.last;
        }
        if !for_long {
            self.read += bytes;
            self.last = bytes;
        }
        let before = self.held.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > MAX_HELD {
            return Err(damaged("the pages that are needed at a time have more than 1 GiB: write smaller pages"));
        }
        Ok(())
    }

    fn page(&mut self) -> Result<Option<Page>> {
        let header = self.header()?;
        if header.packed as u64 > self.left {
            return Err(damaged("a page is longer than its column"));
        }
        let known = matches!(header.kind, DATA | DICTIONARY | DATA_V2);
        let packed = if known { self.bytes(header.packed)? } else { Vec::new() };
        self.at += header.packed as u64;
        self.left -= header.packed as u64;
        if !known {
            return Ok(None);
        }
        if packed.len() != header.packed {
            return Err(damaged("the file ends within a page"));
        }
        self.hold(header.room()?, header.kind == DICTIONARY)?;
        let page = match header.kind {
            DICTIONARY => self.dictionary(&header, &packed),
            DATA => self.data(&header, &packed),
            _ => self.data_v2(&header, packed),
        }?;
        self.check(&page)?;
        Ok(Some(page))
    }

    fn dictionary(&self, header: &Header, packed: &[u8]) -> Result<Page> {
        let buf = self.unpack(packed, header.unpacked)?;
        let num_values = header.count(1)?;
        // A boolean takes a bit, and every other value a byte at least.
        if num_values as usize > buf.len().saturating_mul(8) {
            return Err(damaged("a dictionary claims more values than it has"));
        }
        Ok(Page::DictionaryPage { buf, num_values, encoding: encoding(header.about[2])?, is_sorted: false })
    }

    fn data(&self, header: &Header, packed: &[u8]) -> Result<Page> {
        Ok(Page::DataPage {
            buf: self.unpack(packed, header.unpacked)?,
            num_values: header.count(1)?,
            encoding: encoding(header.about[2])?,
            def_level_encoding: level_encoding(header.about[3], self.descr.max_def_level())?,
            rep_level_encoding: level_encoding(header.about[4], self.descr.max_rep_level())?,
            statistics: None,
        })
    }

    /// The levels of a page of the second version are not packed.
    fn data_v2(&self, header: &Header, packed: Vec<u8>) -> Result<Page> {
        let (def_levels_byte_len, rep_levels_byte_len) = (header.count(5)?, header.count(6)?);
        let levels = def_levels_byte_len as usize + rep_levels_byte_len as usize;
        if levels > packed.len() || levels > header.unpacked {
            return Err(damaged("the levels of a page are longer than the page"));
        }
        let buf = if header.is_packed && self.compression != Compression::UNCOMPRESSED {
            let values = if header.unpacked == levels { Bytes::new() } else { self.unpack(&packed[levels..], header.unpacked - levels)? };
            Bytes::from([&packed[..levels], &values].concat())
        } else {
            Bytes::from(packed)
        };
        Ok(Page::DataPageV2 {
            buf,
            num_values: header.count(1)?,
            encoding: encoding(header.about[4])?,
            num_nulls: header.count(2)?,
            num_rows: header.count(3)?,
            def_levels_byte_len,
            rep_levels_byte_len,
            is_compressed: false,
            statistics: None,
        })
    }

    fn unpack(&self, packed: &[u8], size: usize) -> Result<Bytes> {
        let unpacked = match self.compression {
            _ if size == 0 => Vec::new(),
            Compression::UNCOMPRESSED => packed.to_vec(),
            Compression::SNAPPY => {
                if snap::raw::decompress_len(packed)? != size {
                    return Err(damaged("a page unpacks to another size than it says"));
                }
                snap::raw::Decoder::new().decompress_vec(packed)?
            }
            Compression::GZIP(_) => {
                let mut unpacked = Vec::new();
                flate2::read::MultiGzDecoder::new(packed).take(size as u64 + 1).read_to_end(&mut unpacked)?;
                unpacked
            }
            Compression::ZSTD(_) => zstd::bulk::decompress(packed, size)?,
            Compression::LZ4_RAW => lz4_flex::block::decompress(packed, size).map_err(|error| ParquetError::External(Box::new(error)))?,
            other => return Err(ParquetError::NYI(format!("pages packed with {other:?} are not read"))),
        };
        if unpacked.len() != size {
            return Err(damaged("a page unpacks to another size than it says"));
        }
        Ok(Bytes::from(unpacked))
    }

    /// Checks what the library would believe: how much there is in lists, and how long texts are.
    fn check(&mut self, page: &Page) -> Result<()> {
        let (buf, values) = (page.buffer(), page.num_values() as usize);
        if values > MAX_VALUES {
            return Err(damaged("a page has more than 16,777,216 values: write smaller pages"));
        }
        let parts = match page {
            Page::DictionaryPage { .. } => return Ok(()),
            Page::DataPage { .. } => levels::parts_of_first(buf, self.descr.max_rep_level() > 0, self.descr.max_def_level() > 0),
            Page::DataPageV2 { rep_levels_byte_len, def_levels_byte_len, .. } => {
                let (rep, def) = (*rep_levels_byte_len as usize, *def_levels_byte_len as usize);
                buf.get(..rep).zip(buf.get(rep + def..)).map(|(rep, values)| levels::Parts { rep, values })
            }
        };
        let Some(parts) = parts else { return Err(damaged("the levels of a page are longer than the page")) };
        if self.descr.max_rep_level() > 0 {
            levels::check_rows(parts.rep, self.descr.max_rep_level(), values, &mut self.row)
                .ok_or_else(|| damaged("a row has more than 4,194,304 elements, or its levels are broken"))?;
        }
        let lengths = match (page.encoding(), self.descr.physical_type()) {
            (Encoding::DELTA_BYTE_ARRAY, _) => Lengths::Twice,
            (Encoding::DELTA_LENGTH_BYTE_ARRAY, _) => Lengths::Once,
            (Encoding::DELTA_BINARY_PACKED, _) => Lengths::None,
            (Encoding::PLAIN | Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY | Encoding::BYTE_STREAM_SPLIT, _) => return Ok(()),
            (Encoding::RLE, Type::BOOLEAN) => return Ok(()),
            (other, _) => return Err(ParquetError::NYI(format!("values in the encoding {other} are not read"))),
        };
        let bytes = levels::check_deltas(parts.values, values, lengths).ok_or_else(|| damaged("the values of a page do not fit it"))?;
        if lengths == Lengths::Twice && bytes > MAX_HELD as u64 {
            return Err(damaged("the texts of a page have more than 1 GiB: write smaller pages"));
        }
        Ok(())
    }
}

fn encoding(number: i64) -> Result<Encoding> {
    Ok(match number {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        3 => Encoding::RLE,
        5 => Encoding::DELTA_BINARY_PACKED,
        6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        7 => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        other => return Err(ParquetError::NYI(format!("values in the encoding {other} are not read"))),
    })
}

fn level_encoding(number: i64, max: i16) -> Result<Encoding> {
    match number {
        3 => Ok(Encoding::RLE),
        _ if max == 0 => Ok(Encoding::RLE),
        other => Err(ParquetError::NYI(format!("levels in the encoding {other} are not read"))),
    }
}

impl Header {
    fn read(thrift: &mut Thrift) -> std::result::Result<Self, Broken> {
        let mut header = Self { is_packed: true, ..Self::default() };
        let mut last = 0;
        while let Some(field) = thrift.field(&mut last)? {
            let size = |number: i64| usize::try_from(number).map_err(|_| Broken::Odd);
            match (field.id, field.kind) {
                (1, INT32) => header.kind = thrift.number()?,
                (2, INT32) => header.unpacked = size(thrift.number()?)?,
                (3, INT32) => header.packed = size(thrift.number()?)?,
                (5 | 7 | 8, STRUCT) => header.about(thrift)?,
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Ok(header)
    }

    fn about(&mut self, thrift: &mut Thrift) -> std::result::Result<(), Broken> {
        let mut last = 0;
        while let Some(field) = thrift.field(&mut last)? {
            match (field.id, field.kind) {
                (id @ 1..=7, INT32) => self.about[id as usize] = thrift.number()?,
                (7, kind @ (TRUE | FALSE)) => self.is_packed = kind == TRUE,
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Ok(())
    }

    /// A number that counts something.
    fn count(&self, place: usize) -> Result<u32> {
        u32::try_from(self.about[place]).map_err(|_| damaged("a page counts below zero"))
    }

    /// The room that the page takes; a dictionary's values are all taken apart.
    fn room(&self) -> Result<usize> {
        let size = self.packed.max(self.unpacked);
        let values = if self.kind == DICTIONARY { self.count(1)? as usize } else { 0 };
        let room = size.saturating_add(values.saturating_mul(size_of::<Bytes>()));
        if room > MAX_HELD { Err(damaged("a page has more than 1 GiB")) } else { Ok(room) }
    }
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        while self.left > 0 {
            if let Some(page) = self.page()? {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Err(ParquetError::NYI("rows are read, not skipped".to_owned()))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        Err(ParquetError::NYI("rows are read, not skipped".to_owned()))
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        Ok(self.left == 0)
    }
}
