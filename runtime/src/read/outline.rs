//! The outline of a JSON text: where its parts stand, for findings that point into it.

use std::ops::Range;

use super::check::unreadable_at;
use super::problem::Wrong;
use super::scalar;
use super::scan::{Cursor, Raw};

/// A key of a pointer that is longer than this was cut where the pointer was made.
const CUT_KEY: usize = 200;

/// Where something stands in a text, in bytes.
pub type Place = Range<usize>;

/// A member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What the key means; one with half of a surrogate pair is as it is written.
    pub key: String,
    /// Where the key stands, with its quotes.
    pub key_at: Place,
    /// Where the value stands.
    pub value: Place,
}

/// Where the one value of a text stands.
///
/// # Errors
/// When the text is no JSON: where that shows, and what is wrong.
pub fn whole(json: &[u8]) -> Result<Place, Box<(usize, Wrong)>> {
    if let Some(wrong) = unreadable_at(json) {
        return Err(Box::new(wrong));
    }
    let mut cursor = Cursor::new(json);
    cursor.skip_space();
    Ok(cursor.at..json.trim_ascii_end().len())
}

/// What sort of value begins at a place, in words: `an object`.
#[must_use]
pub fn found(json: &[u8], at: &Place) -> &'static str {
    scalar::found(&Cursor::at(json, at.start))
}

/// The members of the object at a place of a text that is JSON; `None` if it is no object.
#[must_use]
pub fn members(json: &[u8], at: &Place) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    let mut cursor = Cursor::at(json, at.start);
    let mut closed = cursor.open(b'{', b'}').ok()?;
    while !closed {
        let (raw, key_at, value) = member(&mut cursor)?;
        members.push(Member { key: lossy(raw), key_at, value });
        closed = cursor.closes(b'}').ok()?;
    }
    Some(members)
}

/// The elements of the array at a place of a text that is JSON; `None` if it is no array.
#[must_use]
pub fn elements(json: &[u8], at: &Place) -> Option<Vec<Place>> {
    let mut elements = Vec::new();
    let mut cursor = Cursor::at(json, at.start);
    let mut closed = cursor.open(b'[', b']').ok()?;
    while !closed {
        elements.push(value(&mut cursor)?);
        closed = cursor.closes(b']').ok()?;
    }
    Some(elements)
}

/// The text at a place of a text that is JSON.
///
/// # Errors
/// When it is no text, or has half of a surrogate pair.
pub fn text(json: &[u8], at: &Place) -> Result<String, Wrong> {
    let mut cursor = Cursor::at(json, at.start);
    let other = || Wrong::OtherType { found: found(json, at), expected: "text".to_owned() };
    let raw = cursor.string().map_err(|_| other())?;
    let meaning = scalar::meaning(raw)?;
    Ok(String::from_utf8_lossy(&meaning).into_owned())
}

/// Where a pointer leads from a place of a text that is JSON: to the key of the member it ends with if `to_key`, of members with the same key
/// the last; else to the value. A pointer to what is not there leads as far as there is something.
#[must_use]
pub fn follow(json: &[u8], at: &Place, pointer: &str, to_key: bool) -> Place {
    let mut place = at.clone();
    let mut parts = pointer.split('/').skip(1).peekable();
    while let Some(part) = parts.next() {
        let to_key = to_key && parts.peek().is_none();
        let part = part.replace("~1", "/").replace("~0", "~");
        let Some(next) = step(json, &place, &part, to_key) else { break };
        place = next;
    }
    place
}

/// One part of a pointer.
fn step(json: &[u8], at: &Place, part: &str, to_key: bool) -> Option<Place> {
    let mut cursor = Cursor::at(json, at.start);
    if cursor.peek() == b'[' {
        let mut left: usize = part.parse().ok()?;
        let mut closed = cursor.open(b'[', b']').ok()?;
        while !closed {
            let place = value(&mut cursor)?;
            left = if left == 0 { return Some(place) } else { left - 1 };
            closed = cursor.closes(b']').ok()?;
        }
        return None;
    }
    let cut = part.chars().count() >= CUT_KEY;
    let mut last = None;
    let mut closed = cursor.open(b'{', b'}').ok()?;
    while !closed {
        let (raw, key_at, value) = member(&mut cursor)?;
        let key = lossy(raw);
        if key == part || cut && key.starts_with(part) {
            if !to_key {
                return Some(value);
            }
            last = Some(key_at);
        }
        closed = cursor.closes(b'}').ok()?;
    }
    last
}

fn member<'j>(cursor: &mut Cursor<'j>) -> Option<(Raw<'j>, Place, Place)> {
    let start = cursor.at;
    let raw = cursor.any_key().ok()?;
    // The key ends where its bytes do, and a quote.
    let key_at = start..start + raw.bytes.len() + 2;
    Some((raw, key_at, value(cursor)?))
}

fn value(cursor: &mut Cursor) -> Option<Place> {
    let start = cursor.at;
    cursor.skip_value().ok()?;
    Some(start..cursor.at)
}

fn lossy(raw: Raw) -> String {
    let meaning = scalar::meaning(raw);
    String::from_utf8_lossy(meaning.as_deref().unwrap_or(raw.bytes)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_where_they_are_written() {
        let json = br#" [ {"a" : [1, {"b/c": null}], "a": "x\u0041"} ] "#;
        let at = |place: Place| std::str::from_utf8(&json[place]).unwrap();
        let all = whole(json).unwrap();
        assert_eq!((all.start, all.end), (1, json.len() - 1));
        let first = elements(json, &all).unwrap()[0].clone();
        let members = members(json, &first).unwrap();
        assert_eq!((at(members[0].key_at.clone()), at(members[1].value.clone())), ("\"a\"", "\"x\\u0041\""));
        assert_eq!(text(json, &members[1].value), Ok("xA".to_owned()));
        assert_eq!(at(follow(json, &all, "/0/a/1/b~1c", false)), "null");
        assert_eq!(at(follow(json, &all, "/0/a/1/b~1c", true)), "\"b/c\"");
        assert_eq!(at(follow(json, &all, "/0/a/7", false)), "[1, {\"b/c\": null}]");
        assert_eq!(follow(json, &all, "/0/a", true), members[1].key_at);
    }

    #[test]
    fn what_is_no_json_is_found_where_it_ends_to_be() {
        assert_eq!(whole(b"[1,\n x]").unwrap_err().0, 5);
        assert!(matches!(whole("[".repeat(1000).as_bytes()).unwrap_err().1, Wrong::TooDeep { line: 1, column: 129 }));
        assert_eq!(whole(b"").unwrap_err().0, 0);
    }
}
