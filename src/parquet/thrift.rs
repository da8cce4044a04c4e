//! The compact protocol of Thrift, in which Parquet describes itself: looked over before anything believes it.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>. What a list or a text claims to hold must be there,
//! so that nobody makes room for what is not.

/// How deep structures may be nested.
const MAX_DEPTH: u32 = 32;

/// The type of a field or element: those that are told apart here.
pub const STOP: u8 = 0;
/// A boolean field that is true.
pub const TRUE: u8 = 1;
/// A boolean field that is false.
pub const FALSE: u8 = 2;
const BYTE: u8 = 3;
const INT16: u8 = 4;
/// A whole number of 32 bits.
pub const INT32: u8 = 5;
const INT64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
/// A list.
pub const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
/// A structure.
pub const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// Why bytes cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// They end too early; with more of them they may be sound.
    Short,
    /// They mean nothing.
    Odd,
}

/// A field of a structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its number.
    pub id: i16,
    /// Its type.
    pub kind: u8,
}

/// A place in bytes that are read.
#[derive(Debug, Clone)]
pub struct Thrift<'a> {
    bytes: &'a [u8],
    /// How many bytes were read.
    pub at: usize,
}

impl<'a> Thrift<'a> {
    /// At the beginning of bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn byte(&mut self) -> Result<u8, Broken> {
        let byte = self.bytes.get(self.at).copied().ok_or(Broken::Short)?;
        self.at += 1;
        Ok(byte)
    }

    fn pass(&mut self, count: u64) -> Result<(), Broken> {
        let left = (self.bytes.len() - self.at) as u64;
        if count > left {
            return Err(Broken::Short);
        }
        self.at += count as usize;
        Ok(())
    }

    /// A number of 7 bits in each byte, the lowest first.
    pub fn varint(&mut self) -> Result<u64, Broken> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Broken::Odd)
    }

    /// A number with a sign.
    pub fn number(&mut self) -> Result<i64, Broken> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// The next field of a structure behind the one with the number `last`; none at its end.
    pub fn field(&mut self, last: &mut i16) -> Result<Option<Field>, Broken> {
        let head = self.byte()?;
        let kind = head & 0x0f;
        if kind == STOP {
            return Ok(None);
        }
        let id = match head >> 4 {
            0 => i16::try_from(self.number()?).map_err(|_| Broken::Odd)?,
            step => last.checked_add(i16::from(step)).ok_or(Broken::Odd)?,
        };
        *last = id;
        Ok(Some(Field { id, kind }))
    }

    /// The type of a list's elements and their number, each of which takes a byte at least.
    pub fn list(&mut self) -> Result<(u8, usize), Broken> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        self.there(count)?;
        Ok((head & 0x0f, count as usize))
    }

    fn there(&self, count: u64) -> Result<(), Broken> {
        if count > (self.bytes.len() - self.at) as u64 { Err(Broken::Short) } else { Ok(()) }
    }

    /// Passes over the value of a field.
    pub fn skip(&mut self, kind: u8) -> Result<(), Broken> {
        self.skip_within(kind, false, 0)
    }

    fn skip_within(&mut self, kind: u8, element: bool, depth: u32) -> Result<(), Broken> {
        if depth > MAX_DEPTH {
            return Err(Broken::Odd);
        }
        match kind {
            // The type of a field says which it is; an element of a list is a byte.
            TRUE | FALSE => self.pass(u64::from(element)),
            BYTE => self.pass(1),
            INT16 | INT32 | INT64 => self.varint().map(drop),
            DOUBLE => self.pass(8),
            UUID => self.pass(16),
            BINARY => {
                let length = self.varint()?;
                self.pass(length)
            }
            LIST | SET => {
                let (kind, count) = self.list()?;
                (0..count).try_for_each(|_| self.skip_within(kind, true, depth + 1))
            }
            MAP => self.skip_map(depth),
            STRUCT => {
                let mut last = 0;
                while let Some(field) = self.field(&mut last)? {
                    self.skip_within(field.kind, false, depth + 1)?;
                }
                Ok(())
            }
            _ => Err(Broken::Odd),
        }
    }

    fn skip_map(&mut self, depth: u32) -> Result<(), Broken> {
        let count = self.varint()?;
        if count == 0 {
            return Ok(());
        }
        self.there(count)?;
        let kinds = self.byte()?;
        (0..count).try_for_each(|_| {
            self.skip_within(kinds >> 4, true, depth + 1)?;
            self.skip_within(kinds & 0x0f, true, depth + 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_list_claims_must_be_there() {
        // Field 1, a list of 2^28 numbers, of which there are two.
        let bytes = [0x19, 0xf5, 0x80, 0x80, 0x80, 0x80, 0x01, 2, 4];
        let mut thrift = Thrift::new(&bytes);
        let field = thrift.field(&mut 0);
        assert_eq!(field, Ok(Some(Field { id: 1, kind: LIST })));
        assert_eq!(thrift.skip(LIST), Err(Broken::Short));
        let mut text = Thrift::new(&[0x05, b'a', b'b']);
        assert_eq!(text.skip(BINARY), Err(Broken::Short));
    }

    #[test]
    fn numbers_have_a_sign_and_an_end() {
        let read = |bytes: &[u8]| Thrift::new(bytes).number();
        assert_eq!((read(&[1]), read(&[0xac, 0x02]), read(&[0x80])), (Ok(-1), Ok(150), Err(Broken::Short)));
        assert_eq!(read(&[0xff; 11]), Err(Broken::Odd));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), Ok(i64::MIN));
    }

    #[test]
    fn nothing_is_nested_without_end() {
        let bytes = vec![0x1c; 10_000];
        assert_eq!(Thrift::new(&bytes).skip(STRUCT), Err(Broken::Odd));
    }
}
