//! What stands in the words of an index.
//!
//! Four words of head ([`FORMAT`]; columns and rows; what is asked for; the link to the root), two for each column (its smallest and its
//! greatest key), then the nodes, each before those below it. A node begins with a word whose lowest byte is its kind:
//!
//! | kind | words |
//! |---|---|
//! | [`CUT`] | kind, whether wild (bit 8), column (from bit 32); the smallest key on the right; left; right; wild, if any |
//! | [`DIRECT`] | kind, whether wild, column; the smallest key; how many keys; wild, if any; a link for each key |
//! | [`LEAF`] | kind, rows (8 bits, at most 64), fields, words a row, words of lists (16 bits each); fields, row numbers; rows; lists |
//! | [`SCAN`] | kind, words a row (24 bits), fields (from bit 32); rows; words of lists; fields, row numbers; blocks; lists |
//!
//! A *link* is the smallest row below a node (high half) and the node's place (low half). A *field* is a column that rows of a node are
//! asked about, and the form of the tests: see [`Form`]. Fields and row numbers stand two in a word. A leaf has the tests of each row
//! side by side; a scan has, for each 64 rows, those of one field after the other. A list is intervals of two words.

use super::super::Domain;
use super::Mode;

/// What the first word of an index is. Its last byte is the version of this page.
pub const FORMAT: u64 = u64::from_le_bytes(*b"\x01AxTable");
/// Words before those of the columns.
pub const HEAD: usize = 4;

pub const CUT: u8 = 1;
pub const DIRECT: u8 = 2;
pub const LEAF: u8 = 3;
pub const SCAN: u8 = 4;

/// The most wild children on the way to a node: how much a walk has to keep in mind.
pub const PENDING: usize = 32;
/// The rows in a block of a scan.
pub const BLOCK: usize = 64;
/// The bits of a narrow test's sum that say that a key is not below the interval (low half), and not above it (high half).
pub const GUARD: u64 = 0x8000_0000_8000_0000;

/// Where a node is, and the smallest row below it. Links compare by that row first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link(pub u64);

impl Link {
    /// No node: its row comes behind all others, so it is never followed.
    pub const NONE: Self = Self(u64::MAX);

    pub const fn new(row: u32, at: u32) -> Self {
        Self((row as u64) << 32 | at as u64)
    }

    pub const fn row(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub const fn at(self) -> usize {
        self.0 as u32 as usize
    }
}

/// How a test of one row and column is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// An interval of a column with fewer than 2^31 keys, counted from its smallest: see [`narrow`].
    Narrow,
    /// A set of keys of a column with at most 64, as bits.
    Bits,
    /// An interval of two words.
    Wide,
    /// Several intervals: how many (high half), and where in the node's lists they begin (low half).
    List,
}

impl Form {
    /// The form that intervals of a column have.
    pub const fn of(domain: Domain) -> Self {
        match domain.span() {
            0..64 => Self::Bits,
            64..0x8000_0000 => Self::Narrow,
            _ => Self::Wide,
        }
    }

    /// How many words a test takes.
    pub const fn words(self) -> usize {
        match self {
            Self::Wide => 2,
            _ => 1,
        }
    }
}

/// A column that the rows of a node are asked about, and how their tests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub form: Form,
    pub column: usize,
}

impl Field {
    pub const fn pack(self) -> u32 {
        (self.column as u32) << 2 | self.form as u32
    }

    pub const fn unpack(packed: u32) -> Self {
        let form = match packed & 3 {
            0 => Form::Narrow,
            1 => Form::Bits,
            2 => Form::Wide,
            _ => Form::List,
        };
        Self { form, column: (packed >> 2) as usize }
    }
}

/// The test of an interval of a narrow column, counted from the column's smallest key. Adding [`narrow_key`] sets both bits of [`GUARD`]
/// when the key lies in the interval; neither half carries into the other, since both numbers are below 2^31.
pub const fn narrow(low: u64, high: u64) -> u64 {
    ((high + 0x8000_0000) << 32) | (0x8000_0000 - low)
}

/// What is added to a narrow test: the key, less the key shifted into the high half.
pub const fn narrow_key(offset: u64) -> u64 {
    offset.wrapping_sub(offset << 32)
}

/// A number in a half of a word.
#[inline]
pub fn half(words: &[u64], from: usize, place: usize) -> u32 {
    let word = words[from + place / 2];
    (if place.is_multiple_of(2) { word } else { word >> 32 }) as u32
}

/// The head of an index.
#[derive(Clone, Copy)]
pub struct Head<'a>(pub &'a [u64]);

impl Head<'_> {
    pub fn columns(self) -> usize {
        self.0[1] as u32 as usize
    }

    pub fn rows(self) -> usize {
        (self.0[1] >> 32) as usize
    }

    pub fn mode(self) -> Mode {
        if self.0[2] == 0 { Mode::First } else { Mode::All }
    }

    #[inline]
    pub fn root(self) -> Link {
        Link(self.0[3])
    }

    /// The smallest key of a column.
    #[inline]
    pub fn low(self, column: usize) -> i64 {
        self.0[HEAD + 2 * column].cast_signed()
    }

    pub fn domain(self, column: usize) -> Domain {
        Domain { low: self.low(column), high: self.0[HEAD + 2 * column + 1].cast_signed() }
    }
}

/// The head of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    pub rows: usize,
    pub fields: usize,
    /// Words of tests a row.
    pub stride: usize,
    /// Words of lists behind the rows.
    pub lists: usize,
}

impl Leaf {
    pub const fn pack(self) -> u64 {
        LEAF as u64 | (self.rows as u64) << 8 | (self.fields as u64) << 16 | (self.stride as u64) << 32 | (self.lists as u64) << 48
    }

    pub const fn unpack(word: u64) -> Self {
        Self {
            rows: (word >> 8) as u8 as usize,
            fields: (word >> 16) as u16 as usize,
            stride: (word >> 32) as u16 as usize,
            lists: (word >> 48) as usize,
        }
    }

    /// Where the row numbers, the tests and the lists begin, and where the node ends, from the node's place.
    #[inline]
    pub const fn places(self, at: usize) -> [usize; 4] {
        let numbers = at + 1 + self.fields.div_ceil(2);
        let tests = numbers + self.rows.div_ceil(2);
        let lists = tests + self.rows * self.stride;
        [numbers, tests, lists, lists + self.lists]
    }
}

/// The head of a scan, and where its parts begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scan {
    pub rows: usize,
    pub fields: usize,
    /// Words of tests a row.
    pub stride: usize,
    pub at_fields: usize,
    pub numbers: usize,
    pub tests: usize,
    pub lists: usize,
    pub end: usize,
}

impl Scan {
    /// Words of lists behind the blocks.
    pub const fn lists_words(&self) -> usize {
        self.end - self.lists
    }

    pub fn read(words: &[u64], at: usize) -> Self {
        let [fields, stride] = [words[at] >> 32, words[at] << 32 >> 40].map(|number| number as usize);
        let [rows, lists_words] = [words[at + 1], words[at + 2]].map(|number| number as usize);
        let at_fields = at + 3;
        let numbers = at_fields + fields.div_ceil(2);
        let tests = numbers + rows.div_ceil(2);
        let lists = tests + rows * stride;
        Self { rows, fields, stride, at_fields, numbers, tests, lists, end: lists + lists_words }
    }

    /// The first words of a scan, as [`Scan::read`] reads them.
    pub const fn head(fields: usize, stride: usize, rows: usize, lists: usize) -> [u64; 3] {
        [SCAN as u64 | (stride as u64) << 8 | (fields as u64) << 32, rows as u64, lists as u64]
    }
}
