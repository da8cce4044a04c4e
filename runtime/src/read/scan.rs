//! JSON as bytes: white space, strings, numbers, and values that are passed over.

use crate::literal::Excerpt;

/// The deepest nesting of objects and arrays that is read.
pub(super) const MAX_DEPTH: u32 = 128;

/// Why bytes are no JSON; the cursor stands where it was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Syntax {
    #[error("the text ends too early")]
    End,
    #[error("{expected} is expected here, not `{found}`")]
    Unexpected { expected: &'static str, found: Excerpt },
    #[error("control characters in a string must be escaped, such as `\\n`")]
    Control,
    #[error(
        "there is no such escape: JSON has `\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t` and `\\u` with four hexadecimal digits"
    )]
    Escape,
    #[error("nested deeper than 128")]
    Depth,
}

/// A string between its quotes, as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw<'j> {
    pub(super) bytes: &'j [u8],
    /// Whether a backslash is in it; every escape is well formed.
    pub(super) escaped: bool,
}

/// A place in a JSON text.
pub(super) struct Cursor<'j> {
    pub(super) bytes: &'j [u8],
    pub(super) at: usize,
    /// How many objects and arrays are open.
    depth: u32,
    /// Whether a string had a byte beyond ASCII, so that the text has to be checked as UTF-8. Outside of strings no such byte is accepted.
    pub(super) beyond_ascii: bool,
}

/// Each byte is 1.
const ONES: u64 = u64::MAX / 255;
/// The highest bit of each byte.
const HIGHS: u64 = ONES << 7;

impl<'j> Cursor<'j> {
    pub(super) fn new(bytes: &'j [u8]) -> Self {
        Self::at(bytes, 0)
    }

    pub(super) fn at(bytes: &'j [u8], at: usize) -> Self {
        Self { bytes, at, depth: 0, beyond_ascii: false }
    }

    /// The next byte; 0, which begins nothing in JSON, at the end.
    #[inline(always)]
    pub(super) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline(always)]
    pub(super) fn skip_space(&mut self) {
        // In compact JSON there is none.
        if self.peek() <= b' ' {
            self.skip_some_space();
        }
    }

    fn skip_some_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    #[inline(always)]
    pub(super) fn take(&mut self, byte: u8, expected: &'static str) -> Result<(), Syntax> {
        if self.peek() != byte {
            return Err(self.unexpected(expected));
        }
        self.at += 1;
        Ok(())
    }

    /// Takes the brace or bracket that opens something; answers whether it closes at once.
    #[inline(always)]
    pub(super) fn open(&mut self, open: u8, close: u8) -> Result<bool, Syntax> {
        if self.peek() != open {
            return Err(self.unexpected("a value"));
        }
        if self.depth == MAX_DEPTH {
            return Err(Syntax::Depth);
        }
        self.at += 1;
        self.depth += 1;
        self.skip_space();
        let closes = self.peek() == close;
        if closes {
            self.at += 1;
            self.depth -= 1;
        }
        Ok(closes)
    }

    /// Takes what follows a member or element; answers whether that is the end.
    #[inline(always)]
    pub(super) fn closes(&mut self, close: u8) -> Result<bool, Syntax> {
        self.skip_space();
        let byte = self.peek();
        if byte == b',' {
            self.at += 1;
            self.skip_space();
            return Ok(false);
        }
        if byte != close {
            return Err(self.unexpected(if close == b'}' { "`,` or `}`" } else { "`,` or `]`" }));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(true)
    }

    #[cold]
    #[inline(never)]
    pub(super) fn unexpected(&self, expected: &'static str) -> Syntax {
        // One character is shown, and none has more than four bytes.
        let here = self.bytes.get(self.at..).unwrap_or_default();
        let here = &here[..here.len().min(4)];
        let first = here.utf8_chunks().next().map(|chunk| chunk.valid().chars().next());
        match first {
            None => Syntax::End,
            Some(Some(letter)) => Syntax::Unexpected { expected, found: Excerpt::of(letter.encode_utf8(&mut [0; 4]).as_bytes()) },
            Some(None) => Syntax::Unexpected { expected, found: Excerpt::of(&here[..1]) },
        }
    }

    /// Takes a string with its quotes.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Raw<'j>, Syntax> {
        self.take(b'"', "a string")?;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.skip_plain();
            match self.peek() {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.skip_escape()?;
                }
                _ if self.at >= self.bytes.len() => return Err(Syntax::End),
                byte if byte < b' ' => return Err(Syntax::Control),
                byte => {
                    self.beyond_ascii |= byte >= 0x80;
                    self.at += 1;
                }
            }
        }
        let bytes = &self.bytes[start..self.at];
        self.at += 1;
        Ok(Raw { bytes, escaped })
    }

    /// Goes over bytes of a string, eight at a time, up to a word with a quote, a backslash, or a control character in it, and to the
    /// first such byte of it.
    #[inline(always)]
    fn skip_plain(&mut self) {
        while let Some(chunk) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
            let word = u64::from_le_bytes(*chunk);
            let ends = ends_in(word);
            self.beyond_ascii |= word & HIGHS != 0;
            if ends != 0 {
                self.at += (ends.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += 8;
        }
    }

    #[cold]
    fn skip_escape(&mut self) -> Result<(), Syntax> {
        let rest = &self.bytes[self.at + 1..];
        let length = match rest.first() {
            None => return Err(Syntax::End),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') if rest.get(1..5).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) => 6,
            Some(_) => return Err(Syntax::Escape),
        };
        self.at += length;
        Ok(())
    }

    /// Takes a number, as it is written.
    pub(super) fn number(&mut self) -> Result<&'j [u8], Syntax> {
        let start = self.at;
        self.at += usize::from(self.peek() == b'-');
        let whole = self.at;
        self.digits()?;
        if self.bytes[whole] == b'0' && self.at > whole + 1 {
            self.at = whole + 1;
            return Err(self.unexpected("a number without leading zeros"));
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), b'+' | b'-'));
            self.digits()?;
        }
        Ok(&self.bytes[start..self.at])
    }

    fn digits(&mut self) -> Result<(), Syntax> {
        if !self.peek().is_ascii_digit() {
            return Err(self.unexpected("a digit"));
        }
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    /// A number of at most 18 digits without an exponent and with at most `scale` places, in units of the last of them. The cursor stays
    /// where it is when there is anything else.
    #[inline(always)]
    pub(super) fn quick_number(&mut self, scale: usize) -> Option<i64> {
        let rest = self.bytes.get(self.at..)?;
        let negative = usize::from(rest.first() == Some(&b'-'));
        let (mut value, point) = quick_digits(rest, negative, 0);
        let (mut places, mut end) = (0, point);
        if rest.get(point) == Some(&b'.') {
            (value, end) = quick_digits(rest, point + 1, value);
            places = end - point - 1;
            if places == 0 {
                return None;
            }
        }
        let whole = point - negative;
        let led_by_zero = whole > 1 && rest[negative] == b'0';
        let exponent = matches!(rest.get(end), Some(b'e' | b'E'));
        if whole == 0 || led_by_zero || exponent || places > scale || whole + scale > 18 {
            return None;
        }
        self.at += end;
        let value = (value * POWERS[scale - places]).cast_signed();
        Some(if negative == 1 { -value } else { value })
    }

    /// Takes a word such as `true`.
    #[inline]
    pub(super) fn word(&mut self, word: &'static str) -> Result<(), Syntax> {
        if !self.bytes[self.at.min(self.bytes.len())..].starts_with(word.as_bytes()) {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes over a value, whatever it is.
    pub(super) fn skip_value(&mut self) -> Result<(), Syntax> {
        match self.peek() {
            b'{' => self.skip_object(),
            b'[' => self.skip_array(),
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.number().map(drop),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn skip_object(&mut self) -> Result<(), Syntax> {
        let mut closed = self.open(b'{', b'}')?;
        while !closed {
            self.any_key()?;
            self.skip_value()?;
            closed = self.closes(b'}')?;
        }
        Ok(())
    }

    fn skip_array(&mut self) -> Result<(), Syntax> {
        let mut closed = self.open(b'[', b']')?;
        while !closed {
            self.skip_value()?;
            closed = self.closes(b']')?;
        }
        Ok(())
    }

    /// Takes a key with its colon and the space after it.
    pub(super) fn any_key(&mut self) -> Result<Raw<'j>, Syntax> {
        let key = self.string()?;
        self.skip_space();
        self.take(b':', "`:`")?;
        self.skip_space();
        Ok(key)
    }

    /// Takes the space at the end of the text.
    pub(super) fn finish(&mut self) -> Result<(), Syntax> {
        self.skip_space();
        if self.at < self.bytes.len() { Err(self.unexpected("the end of the input")) } else { Ok(()) }
    }
}

/// Powers of ten up to the 18th.
const POWERS: [u64; 19] = {
    let mut powers = [1; 19];
    let mut place = 1;
    while place < 19 {
        powers[place] = powers[place - 1] * 10;
        place += 1;
    }
    powers
};

/// Goes on with a number; what is beyond 18 digits is nonsense, and left to the caller to see.
#[inline(always)]
fn quick_digits(bytes: &[u8], mut at: usize, mut value: u64) -> (u64, usize) {
    while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (value, at)
}

/// The highest bit of the first byte of the word that is a quote, a backslash or a control character; later bytes may be marked wrongly.
#[inline(always)]
fn ends_in(word: u64) -> u64 {
    let zero_in = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = zero_in(word ^ (ONES * b'"' as u64));
    let backslash = zero_in(word ^ (ONES * b'\\' as u64));
    let control = word.wrapping_sub(ONES * b' ' as u64) & !word;
    (quote | backslash | control) & HIGHS
}

/// Half of a surrogate pair without its other half stands in a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LoneSurrogate;

impl Raw<'_> {
    /// Appends what the string means.
    pub(super) fn unescape(self, out: &mut Vec<u8>) -> Result<(), LoneSurrogate> {
        let mut rest = self.bytes;
        while let Some(place) = rest.iter().position(|byte| *byte == b'\\') {
            out.extend_from_slice(&rest[..place]);
            rest = unescape_one(&rest[place + 1..], out)?;
        }
        out.extend_from_slice(rest);
        Ok(())
    }
}

/// Appends what an escape, without its backslash, means; answers with the rest.
fn unescape_one<'t>(escape: &'t [u8], out: &mut Vec<u8>) -> Result<&'t [u8], LoneSurrogate> {
    let Some((letter, rest)) = escape.split_first() else { return Ok(escape) };
    let plain = match letter {
        b'u' => return unescape_unicode(rest, out),
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => *other,
    };
    out.push(plain);
    Ok(rest)
}

fn unescape_unicode<'t>(digits: &'t [u8], out: &mut Vec<u8>) -> Result<&'t [u8], LoneSurrogate> {
    let first = hexadecimal(digits);
    let rest = &digits[4.min(digits.len())..];
    let second = rest.strip_prefix(b"\\u").map(hexadecimal).filter(|unit| (0xdc00..0xe000).contains(unit));
    let (scalar, rest) = match (first, second) {
        (0xd800..0xdc00, Some(second)) => (0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), &rest[6.min(rest.len())..]),
        _ => (first, rest),
    };
    let letter = char::from_u32(scalar).ok_or(LoneSurrogate)?;
    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(rest)
}

fn hexadecimal(digits: &[u8]) -> u32 {
    digits.iter().take(4).fold(0, |sum, digit| sum * 16 + char::from(*digit).to_digit(16).unwrap_or(0))
}
