//! The end of a file, which says what is in it: looked over, then read by the library.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::Unreadable;
use super::thrift::{Broken, INT32, LIST, STRUCT, Thrift};

/// The largest description of a file that is read, in bytes; the library makes of each of them up to a hundred.
const MAX_FOOTER: u64 = 32 << 20;

/// How deep groups may be nested in each other.
const MAX_DEPTH: usize = 64;

/// Reads what a file says of itself, and how long it is.
pub fn read(file: &mut File) -> Result<(ParquetMetaData, u64), Unreadable> {
    let length = file.seek(SeekFrom::End(0))?;
    if length < 12 {
        return Err(Unreadable::NoParquet);
    }
    let mut tail = [0; 8];
    file.seek(SeekFrom::Start(length - 8))?;
    file.read_exact(&mut tail)?;
    let [a, b, c, d, magic @ ..] = tail;
    match &magic {
        b"PAR1" => {}
        b"PARE" => return Err(Unreadable::NotRead("the file is encrypted".to_owned())),
        _ => return Err(Unreadable::NoParquet),
    }
    let size = u64::from(u32::from_le_bytes([a, b, c, d]));
    if size > length - 12 {
        return Err(Unreadable::damaged("its description is longer than the file"));
    }
    if size > MAX_FOOTER {
        return Err(Unreadable::NotRead("the description of the file has more than 32 MiB".to_owned()));
    }
    let mut footer = vec![0; size as usize];
    file.seek(SeekFrom::Start(length - 8 - size))?;
    file.read_exact(&mut footer)?;
    look_over(&footer).map_err(|_| Unreadable::damaged("its description cannot be read"))?;
    Ok((ParquetMetaDataReader::decode_metadata(&footer)?, length))
}

/// Looks over a description: every length must fit, and the groups of the schema be as many as they say.
fn look_over(footer: &[u8]) -> Result<(), Broken> {
    let mut thrift = Thrift::new(footer);
    let mut last = 0;
    while let Some(field) = thrift.field(&mut last)? {
        match (field.id, field.kind) {
            (2, LIST) => schema(&mut thrift)?,
            (_, kind) => thrift.skip(kind)?,
        }
    }
    Ok(())
}

/// The elements of the schema: the groups, each before what is in it, with the number of its fields.
fn schema(thrift: &mut Thrift) -> Result<(), Broken> {
    let (kind, count) = thrift.list()?;
    if kind != STRUCT {
        return Err(Broken::Odd);
    }
    // How many fields each of the open groups still waits for.
    let mut open: Vec<usize> = Vec::new();
    for place in 0..count {
        while open.last() == Some(&0) {
            open.pop();
        }
        match open.last_mut() {
            Some(left) => *left -= 1,
            None if place > 0 => return Err(Broken::Odd),
            None => {}
        }
        let children = children(thrift)?;
        if children > count - place - 1 || open.len() >= MAX_DEPTH {
            return Err(Broken::Odd);
        }
        if children > 0 || place == 0 {
            open.push(children);
        }
    }
    if open.iter().any(|left| *left > 0) { Err(Broken::Odd) } else { Ok(()) }
}

/// How many fields an element of the schema has.
fn children(thrift: &mut Thrift) -> Result<usize, Broken> {
    let (mut last, mut children) = (0, 0);
    while let Some(field) = thrift.field(&mut last)? {
        match (field.id, field.kind) {
            (5, INT32) => children = usize::try_from(thrift.number()?).map_err(|_| Broken::Odd)?,
            (_, kind) => thrift.skip(kind)?,
        }
    }
    Ok(children)
}
