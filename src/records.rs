//! A stream of JSON taken apart into records, one at a time, whatever the stream holds.
//!
//! An input file is one object, an array of objects, or an object on each line. Only where a record ends is decided here; whether it is
//! one is for the reader of inputs to say, so that each broken record is answered in its own place.

use std::io::{self, BufRead};

use axtrace::runtime::read::endless;

/// The largest record, in bytes.
pub const MAX_RECORD: usize = 64 * 1024 * 1024;

/// How records stand in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One on each line; empty lines are none.
    Lines,
    /// One object over as many lines as it likes, or an array of objects.
    Document,
}

/// Where a record stands, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which record it is, from 1.
    pub number: u64,
    /// The line that it begins on, from 1.
    pub line: u64,
}

/// One record of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// Its bytes were appended to those before.
    Bytes,
    /// It is larger than [`MAX_RECORD`]: its size. Nothing was appended.
    TooLarge(usize),
}

/// Takes a stream apart.
#[derive(Debug)]
pub struct Records<R> {
    input: R,
    form: Option<Form>,
    state: State,
    /// Where the record begins in the bytes it is appended to, and its size.
    start: usize,
    size: usize,
    place: Place,
    line: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Lines,
    Whole,
    /// Inside of an array, before an element.
    Element {
        first: bool,
    },
    /// Behind the end of an array.
    Rest,
    End,
}

impl<R: BufRead> Records<R> {
    /// The records of a stream; without a form it is taken to be lines if its first line ends a value.
    pub fn new(input: R, form: Option<Form>) -> Self {
        Self { input, form, state: State::Start, start: 0, size: 0, place: Place { number: 0, line: 1 }, line: 1 }
    }

    /// Where the record given last stands.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Appends the next record to bytes; none at the end.
    ///
    /// # Errors
    /// When the stream cannot be read, or a record goes on and on.
    pub fn next_record(&mut self, out: &mut Vec<u8>) -> io::Result<Option<Record>> {
        if self.state == State::Start {
            self.start()?;
        }
        let found = match self.state {
            State::Lines => self.line(out)?,
            State::Whole => self.whole(out)?,
            State::Element { first } => self.element(first, out)?,
            State::Rest => self.rest(out)?,
            State::Start | State::End => false,
        };
        if !found {
            return Ok(None);
        }
        self.place.number += 1;
        if self.size > MAX_RECORD {
            out.truncate(self.start);
            return Ok(Some(Record::TooLarge(self.size)));
        }
        Ok(Some(Record::Bytes))
    }

    /// Skips a byte order mark and what stands before the first value, and finds out what the stream is.
    fn start(&mut self) -> io::Result<()> {
        if self.input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            self.input.consume(3);
        }
        self.skip_space()?;
        let begin = self.input.fill_buf()?;
        let array = begin.first() == Some(&b'[');
        let form = self.form.unwrap_or_else(|| if ends_on_its_line(begin) && !array { Form::Lines } else { Form::Document });
        self.state = match (form, array) {
            (Form::Lines, _) => State::Lines,
            (Form::Document, false) => State::Whole,
            (Form::Document, true) => State::Element { first: true },
        };
        if matches!(self.state, State::Element { .. }) {
            self.input.consume(1);
        }
        Ok(())
    }

    /// A line that is not empty.
    fn line(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            self.begin(out);
            let end = self.take_until(out, |bytes| memchr::memchr(b'\n', bytes))?;
            if !self.is_blank(out) {
                return Ok(true);
            }
            out.truncate(self.start);
            if end.is_none() {
                self.state = State::End;
                return Ok(false);
            }
        }
    }

    /// All there is.
    fn whole(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        self.begin(out);
        self.take_until(out, |_| None)?;
        self.state = State::End;
        let blank = self.is_blank(out);
        out.truncate(if blank { self.start } else { out.len() });
        Ok(!blank)
    }

    /// What stands up to the next comma or the end of the array.
    fn element(&mut self, first: bool, out: &mut Vec<u8>) -> io::Result<bool> {
        self.skip_space()?;
        self.begin(out);
        let mut nesting = Nesting::default();
        let end = self.take_until(out, |bytes| bytes.iter().position(|byte| nesting.ends_element(*byte)))?;
        self.state = match end {
            Some(b',') => State::Element { first: false },
            Some(_) => State::Rest,
            None => State::End,
        };
        if end == Some(b']') && first && self.is_blank(out) {
            out.truncate(self.start);
            return self.rest(out);
        }
        Ok(true)
    }

    /// What stands behind an array, where nothing should.
    fn rest(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        self.skip_space()?;
        self.whole(out)
    }

    fn begin(&mut self, out: &[u8]) {
        self.start = out.len();
        self.size = 0;
        self.place.line = self.line;
    }

    fn is_blank(&self, out: &[u8]) -> bool {
        let bytes = out.get(self.start..).unwrap_or_default();
        self.size == bytes.len() && bytes.iter().all(u8::is_ascii_whitespace)
    }

    fn skip_space(&mut self) -> io::Result<()> {
        let mut size = 0;
        loop {
            let begin = self.input.fill_buf()?;
            let space = begin.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if space == 0 {
                return Ok(());
            }
            self.line += count_lines(&begin[..space]);
            self.input.consume(space);
            size += space;
            endless(size, self.line)?;
        }
    }

    /// Takes bytes up to the one that `find` finds, which is swallowed and given; `None` at the end of the stream.
    fn take_until(&mut self, out: &mut Vec<u8>, mut find: impl FnMut(&[u8]) -> Option<usize>) -> io::Result<Option<u8>> {
        loop {
            let begin = self.input.fill_buf()?;
            if begin.is_empty() {
                return Ok(None);
            }
            let end = find(begin);
            let taken = end.unwrap_or(begin.len());
            let room = (MAX_RECORD + 1).saturating_sub(out.len() - self.start).min(taken);
            out.extend_from_slice(&begin[..room]);
            self.size += taken;
            let last = end.map(|end| begin[end]);
            let swallowed = taken + usize::from(end.is_some());
            // A line holds no further ones.
            self.line += if self.state == State::Lines { u64::from(last.is_some()) } else { count_lines(&begin[..swallowed]) };
            self.input.consume(swallowed);
            if last.is_some() {
                return Ok(last);
            }
            endless(self.size, self.place.line)?;
        }
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// How deep in objects and arrays a byte stands, and whether in a text.
#[derive(Debug, Clone, Copy, Default)]
struct Nesting {
    depth: u32,
    text: bool,
    escaped: bool,
}

impl Nesting {
    /// Whether a byte ends an element of the array around it; if it does not, it is taken into account.
    fn ends_element(&mut self, byte: u8) -> bool {
        let ends = !self.text && self.depth == 0 && matches!(byte, b',' | b']');
        if !ends {
            self.step(byte);
        }
        ends
    }

    fn step(&mut self, byte: u8) {
        if self.text {
            self.text = byte != b'"' || self.escaped;
            self.escaped = byte == b'\\' && !self.escaped;
            return;
        }
        match byte {
            b'"' => self.text = true,
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// Whether the value that bytes begin with ends on its line, as far as can be seen.
fn ends_on_its_line(begin: &[u8]) -> bool {
    let line = begin.split(|byte| *byte == b'\n').next().unwrap_or(begin);
    let mut nesting = Nesting::default();
    line.iter().for_each(|byte| nesting.step(*byte));
    nesting.depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of a text, read in small pieces, each with its line.
    fn records(text: &str, form: Option<Form>) -> Vec<(String, u64)> {
        let mut records = Records::new(io::BufReader::with_capacity(3 + text.len() / 2, text.as_bytes()), form);
        let (mut all, mut bytes) = (Vec::new(), b"before".to_vec());
        loop {
            let start = bytes.len();
            let Some(record) = records.next_record(&mut bytes).unwrap() else { break };
            assert_eq!(record, Record::Bytes);
            let text = String::from_utf8_lossy(&bytes[start..]).trim().to_owned();
            all.push((text, records.place().line));
        }
        assert!(bytes.starts_with(b"before"));
        all
    }

    fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
        expected.iter().map(|(text, line)| ((*text).to_owned(), *line)).collect()
    }

    #[test]
    fn lines_are_records() {
        assert_eq!(
            records("{\"a\":1}\n\n{bad\r\n{\"b\":\"}\"}", Some(Form::Lines)),
            pairs(&[("{\"a\":1}", 1), ("{bad", 3), ("{\"b\":\"}\"}", 4)])
        );
        assert_eq!(records("\u{feff}{}\n{}\n", None), pairs(&[("{}", 1), ("{}", 2)]));
        assert_eq!(records("{\"a\":\"\n{}\n", Some(Form::Lines)), pairs(&[("{\"a\":\"", 1), ("{}", 2)]));
    }

    #[test]
    fn one_object_may_take_many_lines() {
        assert_eq!(records("{\n \"a\": [1,\n2]}\n", None), pairs(&[("{\n \"a\": [1,\n2]}", 1)]));
        assert_eq!(records("  \n", None), pairs(&[]));
    }

    #[test]
    fn elements_of_an_array_are_records() {
        assert_eq!(records("[\n{\"a\":\"],\\\"\"},\n {\"b\":[1,2]}]\n", None), pairs(&[("{\"a\":\"],\\\"\"}", 2), ("{\"b\":[1,2]}", 3)]));
        assert_eq!(records("[ ]", None), pairs(&[]));
    }

    #[test]
    fn what_is_broken_in_an_array_is_a_record_of_its_own() {
        assert_eq!(records("[{},,{}] x", None), pairs(&[("{}", 1), ("", 1), ("{}", 1), ("x", 1)]));
        assert_eq!(records("[{},", None), pairs(&[("{}", 1), ("", 1)]));
    }

    #[test]
    fn a_record_that_is_too_large_is_not_kept() {
        let text = format!("{}\n{{}}\n", "x".repeat(MAX_RECORD + 5));
        let mut records = Records::new(text.as_bytes(), Some(Form::Lines));
        let mut bytes = Vec::new();
        assert_eq!(records.next_record(&mut bytes).unwrap(), Some(Record::TooLarge(MAX_RECORD + 5)));
        assert_eq!(bytes, b"");
        assert_eq!(records.next_record(&mut bytes).unwrap(), Some(Record::Bytes));
        assert_eq!(bytes, b"{}");
        assert_eq!(records.next_record(&mut bytes).unwrap(), None);
    }

    #[test]
    fn a_record_that_never_ends_ends_reading() {
        for (byte, form) in [(0, None), (b'x', Some(Form::Lines)), (b' ', Some(Form::Document))] {
            let mut records = Records::new(io::BufReader::with_capacity(1 << 20, io::repeat(byte)), form);
            let error = records.next_record(&mut Vec::new()).expect_err("it never ends");
            assert_eq!(error.to_string(), "what begins on line 1 has not ended after 256 MiB; a record has at most 64 MiB");
        }
    }
}
