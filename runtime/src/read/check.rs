//! The second pass, only for inputs that the fast pass refused: every problem, in declared order.
//!
//! It goes over the text first, so that everything after can rely on it being JSON, and then over the declared fields, each from the
//! place where its value begins.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use axtrace_source::Span;

use super::fast::characters;
use super::near::nearest;
use super::plan::{Object, Plan};
use super::problem::{InputErrors, MAX_PROBLEMS, Problem, Wrong};
use super::scalar::{self, Refused};
use super::scan::{Cursor, Syntax};
use crate::literal::Excerpt;
use crate::types::{EnumId, FieldType, RecordId, Scalar, Type, Types};

/// What the second pass knows of a decision.
pub(super) struct Declared {
    pub(super) decision: String,
    pub(super) span: Span,
    pub(super) params: Vec<FieldType>,
    pub(super) types: Types,
    pub(super) zones: Vec<String>,
}

/// The keys of an object with what is known about them.
struct Owner<'d> {
    fields: &'d [FieldType],
    /// What a key names: a field, a parameter.
    what: &'static str,
    name: &'d str,
    plan: &'d Object,
    span: Span,
}

/// The keys of one object.
struct Members<'j> {
    /// The declared ones that are there or must be, by the place of their field: the offset of the first value, and how often it is there.
    known: BTreeMap<u32, (usize, usize)>,
    /// The others, in the order of the input.
    unknown: Vec<Cow<'j, str>>,
}

/// Finds all problems of an input; none if it has none.
pub(super) fn problems<'d>(declared: &'d Declared, plan: &'d Plan, json: &[u8]) -> InputErrors {
    let found = InputErrors { problems: Vec::new(), cut: false };
    let mut check = Check { declared, plan, json, path: String::new(), found, suggestions: MAX_SUGGESTIONS };
    if let Some(wrong) = unreadable(json) {
        check.report(wrong, declared.span);
    } else {
        let mut cursor = Cursor::new(json);
        cursor.skip_space();
        let owner = Owner { fields: &declared.params, what: "parameter", name: &declared.decision, plan: &plan.root, span: declared.span };
        check.object(cursor.at, &owner, "an object with the parameters", declared.span);
    }
    check.found
}

/// Finds all problems of one value, a JSON text of its own, at a pointer; none if it has none.
pub(super) fn problems_of_value<'d>(
    declared: &'d Declared,
    plan: &'d Plan,
    json: &[u8],
    ty: &'d Type,
    span: Span,
    pointer: &str,
) -> InputErrors {
    let found = InputErrors { problems: Vec::new(), cut: false };
    let mut check = Check { declared, plan, json, path: pointer.to_owned(), found, suggestions: MAX_SUGGESTIONS };
    match unreadable(json) {
        Some(wrong) => check.report(wrong, span),
        None => check.value(0, ty, span),
    }
    check.found
}

/// What is wrong with the text as JSON.
fn unreadable(json: &[u8]) -> Option<Wrong> {
    unreadable_at(json).map(|(_, wrong)| wrong)
}

/// What is wrong with the text as JSON, and the offset it was found at.
pub(super) fn unreadable_at(json: &[u8]) -> Option<(usize, Wrong)> {
    if let Err(error) = std::str::from_utf8(json) {
        return Some((error.valid_up_to(), Wrong::NotUtf8 { offset: error.valid_up_to() }));
    }
    let mut cursor = Cursor::new(json);
    cursor.skip_space();
    let syntax = cursor.skip_value().and_then(|()| cursor.finish()).err()?;
    let before = &json[..cursor.at.min(json.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = characters(&before[line_start..]) + 1;
    let wrong = match syntax {
        Syntax::Depth => Wrong::TooDeep { line, column },
        other => Wrong::NotJson { line, column, what: other.to_string() },
    };
    Some((before.len(), wrong))
}

struct Check<'d, 'j> {
    declared: &'d Declared,
    plan: &'d Plan,
    json: &'j [u8],
    /// The JSON pointer of the value that is looked at.
    path: String,
    found: InputErrors,
    /// For how many more names a near miss is sought.
    suggestions: usize,
}

/// For so many names of one input a near miss is sought: comparing names takes long, and who misspells more has other troubles.
const MAX_SUGGESTIONS: usize = 50;

impl<'d, 'j> Check<'d, 'j> {
    fn report(&mut self, wrong: Wrong, declared: Span) {
        if self.found.problems.len() < MAX_PROBLEMS {
            self.found.problems.push(Problem { at: self.path.clone(), declared, wrong, cell: None });
        } else {
            self.found.cut = true;
        }
    }

    fn nearest<'k>(&mut self, written: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
        self.suggestions = self.suggestions.checked_sub(1)?;
        nearest(written, known)
    }

    /// Does something with a further part at the end of the path.
    fn under(&mut self, part: &str, then: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push('/');
        for letter in part.chars() {
            match letter {
                '~' => self.path.push_str("~0"),
                '/' => self.path.push_str("~1"),
                letter => self.path.push(letter),
            }
        }
        then(self);
        self.path.truncate(length);
    }

    /// Checks the value at an offset. The text is known to be JSON, so what the cursor refuses has been reported before.
    fn value(&mut self, at: usize, ty: &'d Type, span: Span) {
        let cursor = Cursor::at(self.json, at);
        let needs = |expected: &str| Wrong::OtherType { found: scalar::found(&cursor), expected: expected.to_owned() };
        match (ty, cursor.peek()) {
            (Type::Optional(_), b'n') => {}
            (Type::Optional(inner), _) => self.value(at, inner, span),
            (Type::Boolean, b't' | b'f') => {}
            (Type::Boolean, _) => self.report(needs("`true` or `false`"), span),
            (Type::Scalar(scalar), _) => self.scalar(cursor, scalar, span),
            (Type::Text { max }, b'"') => self.text(cursor, *max, span),
            (Type::Text { .. }, _) => self.report(needs("text"), span),
            (Type::Enum(id), b'"') => self.name(cursor, *id, span).map_or((), drop),
            (Type::Enum(id), _) => self.report(needs(&format!("a name of `{}`", self.declared.types.enum_type(*id).name)), span),
            (Type::Set(id), b'[') => self.set(at, *id, span),
            (Type::Set(id), _) => self.report(needs(&format!("an array of names of `{}`", self.declared.types.enum_type(*id).name)), span),
            (Type::Record(id), _) => self.record(at, *id, span),
            (Type::List { element, min, max }, b'[') => self.list(at, element, (*min, *max), span),
            (Type::List { .. }, _) => self.report(needs("an array"), span),
            (Type::Zone, b'"') => self.zone(cursor, span),
            (Type::Zone, _) => self.report(needs("the name of a time zone"), span),
            (Type::Ratio { .. }, _) => self.report(needs("a quotient, which no input has,"), span),
        }
    }

    fn scalar(&mut self, mut cursor: Cursor, scalar: &Scalar, span: Span) {
        let read = if scalar.is_datetime() {
            scalar::read_datetime(&mut cursor, scalar, &self.plan.rules).map(drop)
        } else {
            scalar::read(&mut cursor, scalar).map(drop)
        };
        if let Err(Refused::Wrong(wrong)) = read {
            self.report(*wrong, span);
        }
    }

    /// The meaning of the string at the cursor.
    fn string(&mut self, cursor: &mut Cursor<'j>, span: Span) -> Option<Cow<'j, str>> {
        match scalar::meaning(cursor.string().ok()?) {
            Ok(Cow::Borrowed(bytes)) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Ok(Cow::Owned(bytes)) => String::from_utf8(bytes).ok().map(Cow::Owned),
            Err(wrong) => {
                self.report(wrong, span);
                None
            }
        }
    }

    fn text(&mut self, mut cursor: Cursor<'j>, max: u32, span: Span) {
        let Some(text) = self.string(&mut cursor, span) else { return };
        let length = text.chars().count();
        if length > max as usize {
            self.report(Wrong::LongText { length, max }, span);
        }
    }

    fn name(&mut self, mut cursor: Cursor<'j>, id: EnumId, span: Span) -> Option<usize> {
        let name = self.string(&mut cursor, span)?;
        let place = self.plan.enums[id.0 as usize].place(name.as_bytes());
        if place.is_none() {
            let declared = self.declared.types.enum_type(id);
            let suggestion = self.nearest(&name, declared.values.iter().map(String::as_str));
            self.report(Wrong::UnknownName { name: Excerpt::of(&*name), what: format!("name of `{}`", declared.name), suggestion }, span);
        }
        place.map(|place| place as usize)
    }

    fn zone(&mut self, mut cursor: Cursor<'j>, span: Span) {
        let Some(name) = self.string(&mut cursor, span) else { return };
        if self.plan.zones.place(name.as_bytes()).is_none() {
            let suggestion = self.nearest(&name, self.declared.zones.iter().map(String::as_str));
            self.report(Wrong::UnknownName { name: Excerpt::of(&*name), what: "time zone of these rules".to_owned(), suggestion }, span);
        }
    }

    fn set(&mut self, at: usize, id: EnumId, span: Span) {
        let mut seen = 0_u64;
        self.elements(at, |check, at| {
            let cursor = Cursor::at(check.json, at);
            if cursor.peek() != b'"' {
                let expected = format!("a name of `{}`", check.declared.types.enum_type(id).name);
                return check.report(Wrong::OtherType { found: scalar::found(&cursor), expected }, span);
            }
            let Some(place) = check.name(cursor, id, span) else { return };
            let bit = 1_u64.checked_shl(place as u32).unwrap_or(0);
            if seen & bit != 0 || bit == 0 {
                let name = check.declared.types.enum_type(id).values[place].clone();
                check.report(Wrong::RepeatedMember { name }, span);
            }
            seen |= bit;
        });
    }

    fn list(&mut self, at: usize, element: &'d Type, (min, max): (u32, u32), span: Span) {
        let before = self.found.problems.len();
        let length = self.elements(at, |check, at| match (element, check.json.get(at)) {
            (Type::Optional(_), Some(b'n')) => {}
            (_, Some(b'n')) => check.report(Wrong::MissingElement, span),
            _ => check.value(at, element, span),
        });
        let wrong = match length {
            length if length > max as usize => Wrong::LongList { length, max },
            length if length < min as usize => Wrong::ShortList { length, min },
            _ => return,
        };
        // The list comes before its elements.
        let last = self.found.problems.len();
        self.report(wrong, span);
        if self.found.problems.len() > last {
            self.found.problems[before..].rotate_right(1);
        }
    }

    /// Does something at the offset of each element of an array, with its pointer; answers with their number.
    fn elements(&mut self, at: usize, mut each: impl FnMut(&mut Self, usize)) -> usize {
        let mut cursor = Cursor::at(self.json, at);
        let mut count = 0;
        let mut part = String::new();
        let mut closed = cursor.open(b'[', b']');
        while closed == Ok(false) && !self.found.cut {
            part.clear();
            let _ = write!(part, "{count}");
            self.under(&part, |check| each(check, cursor.at));
            count += 1;
            closed = cursor.skip_value().and_then(|()| cursor.closes(b']'));
        }
        count
    }

    fn record(&mut self, at: usize, id: RecordId, span: Span) {
        let record = self.declared.types.record(id);
        let plan = &self.plan.records[id.0 as usize];
        let owner = Owner { fields: &record.fields, what: "field", name: &record.name, plan, span: record.span };
        self.object(at, &owner, "an object with the fields", span);
    }

    fn object(&mut self, at: usize, owner: &Owner<'d>, expected: &str, span: Span) {
        let cursor = Cursor::at(self.json, at);
        if cursor.peek() != b'{' {
            let expected = format!("{expected} of `{}`", owner.name);
            return self.report(Wrong::OtherType { found: scalar::found(&cursor), expected }, span);
        }
        let members = self.members(cursor, owner, span);
        for (place, (at, count)) in members.known {
            let Some(field) = owner.fields.get(place as usize).filter(|_| !self.found.cut) else { return };
            self.under(&field.name, |check| check.field(field, at, count));
        }
        if !owner.plan.open {
            self.unknown_keys(&members.unknown, owner);
        }
    }

    fn members(&mut self, mut cursor: Cursor<'j>, owner: &Owner<'d>, span: Span) -> Members<'j> {
        let mut members = Members { known: BTreeMap::new(), unknown: Vec::new() };
        let mut closed = cursor.open(b'{', b'}');
        while closed == Ok(false) && !self.found.cut {
            let mut key = Cursor::at(self.json, cursor.at);
            closed = cursor.any_key().and_then(|_| {
                let key = self.string(&mut key, span);
                match key.as_ref().map(|key| owner.plan.names.place(key.as_bytes())) {
                    Some(Some(place)) => members.known.entry(place).or_insert((cursor.at, 0)).1 += 1,
                    // One more than can be reported shows that there are more.
                    Some(None) if members.unknown.len() <= MAX_PROBLEMS => members.unknown.extend(key),
                    Some(None) | None => {}
                }
                cursor.skip_value()?;
                cursor.closes(b'}')
            });
        }
        for place in owner.plan.required_places() {
            members.known.entry(place).or_insert((0, 0));
        }
        members
    }

    /// Checks a field that is there `count` times, first at an offset; or not at all.
    fn field(&mut self, field: &'d FieldType, at: usize, count: usize) {
        let null = self.json.get(at) == Some(&b'n');
        if count == 0 || count == 1 && null && !field.ty.is_optional() {
            return self.report(Wrong::Missing { name: field.name.clone() }, field.span);
        }
        if count > 1 {
            self.report(Wrong::Repeated { key: Excerpt::of(&field.name) }, field.span);
        }
        self.value(at, &field.ty, field.span);
    }

    fn unknown_keys(&mut self, unknown: &[Cow<'j, str>], owner: &Owner<'d>) {
        for key in unknown {
            let suggestion = self.nearest(key, owner.fields.iter().map(|field| field.name.as_str()));
            let wrong = Wrong::UnknownKey { key: Excerpt::of(&**key), what: owner.what, owner: owner.name.to_owned(), suggestion };
            // A pointer is there to find the place; a key of a megabyte is found without.
            let part: String = key.chars().take(200).collect();
            self.under(&part, |check| check.report(wrong, owner.span));
        }
    }
}
