//! The names of columns, bound to the fields of a decision's parameters.

use std::collections::BTreeMap;

use axtrace_source::Span;

use super::split::{MAX_CELLS, Row};
use crate::literal::Excerpt;
use crate::read::near::nearest;
use crate::read::plan::{Node, Object};
use crate::read::{CellPlace, InputErrors, MAX_PROBLEMS, Problem, Reader, RowPlace, Wrong};
use crate::types::{FieldType, Kind, RecordId, Type};

/// For so many names a near miss is sought, among so many fields: comparing names takes long.
const MAX_SUGGESTIONS: usize = 50;
const MAX_KNOWN: usize = 2_000;

/// So many characters of a column's name are reported: it is there to find the column.
const MAX_NAME: usize = 200;

/// What may stand between cells, with its name on a command line.
const DELIMITERS: [(u8, &str); 4] = [(b',', ","), (b';', ";"), (b'\t', "\\t"), (b'|', "|")];

/// The names of the columns of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// The name of each column; none of a column that is not read.
    pub names: Vec<Option<String>>,
    /// Where in the file they stand; none if they stand elsewhere.
    pub row: Option<RowPlace>,
    /// What is known of the columns but their names.
    pub about: About,
}

/// What a file says about its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Nothing: they are text, divided by a character.
    Text {
        /// The character between two cells.
        delimiter: u8,
    },
    /// What each of them holds. Lists of records stand in cells as JSON.
    Types(Vec<ColumnType>),
}

impl Default for About {
    fn default() -> Self {
        Self::Text { delimiter: b',' }
    }
}

/// What a column of a file with types holds, as far as it matters to what may be read from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnType {
    /// Values that have one text.
    Exact,
    /// Binary floating-point numbers: what the file calls them.
    Float(&'static str),
    /// Dates with times of no zone.
    LocalTime,
    /// Something that is not read: what it is, and what to write instead.
    Other {
        /// What it is, in the plural: `INT96 timestamps`.
        what: String,
        /// What to write instead.
        instead: String,
    },
}

impl Header {
    /// The names that stand in a row of the file, without the spaces around them.
    #[must_use]
    pub fn of_row(row: &Row, delimiter: u8) -> Self {
        let name = |cell: &[u8]| Some(String::from_utf8_lossy(cell).trim().to_owned());
        let mut names: Vec<_> = row.iter().map(name).collect();
        names.resize(row.cells(), None);
        Self { names, row: Some(row.place()), about: About::Text { delimiter } }
    }

    /// The place of the column of a name, from 0.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known.as_deref() == Some(name))
    }
}

/// The columns of a file as a decision reads them.
pub struct Columns<'r> {
    pub(super) reader: &'r Reader,
    /// The beginning of the name of each column.
    pub(super) names: Vec<Option<String>>,
    /// The parameters.
    pub(super) branches: Vec<Branch<'r>>,
}

/// A parameter or field that columns are bound to.
pub(super) struct Branch<'r> {
    /// Its pointer in an input.
    pub(super) pointer: String,
    pub(super) name: &'r str,
    pub(super) span: Span,
    /// Its type and how values of it are read, without `?`.
    pub(super) ty: &'r Type,
    pub(super) node: &'r Node,
    /// Where its value lies in the row.
    pub(super) at: usize,
    /// Where the row says whether it is there, if it may be missing.
    pub(super) flag: Option<usize>,
    pub(super) holds: Holds<'r>,
}

/// Where a value comes from.
pub(super) enum Holds<'r> {
    /// The column of this place.
    Cell(usize),
    /// The columns of its fields.
    Fields(Vec<Branch<'r>>),
}

/// What a name of a column means.
enum Meaning {
    /// The field that is reached so: the place of a parameter, of a field of it, and so on.
    Field(Vec<usize>),
    /// A record, which has no cell of its own, and the name of a field of it.
    Record(String),
    /// Nothing, under an `open record`, where it is passed over.
    Ignored,
    Nothing,
}

impl std::fmt::Debug for Columns<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Columns").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Reader {
    /// Binds the columns of a file to the parameters of the decision. Columns are named like fields, `worker.booked`; if one parameter
    /// alone is a record, its name may be left out. `passed` are the places of columns that somebody else reads, which need not name a
    /// field.
    ///
    /// # Errors
    /// When a column names nothing, two give the same field, or a field that must be there has no column: all of it at once.
    pub fn columns(&self, header: Header, passed: &[usize]) -> Result<Columns<'_>, InputErrors> {
        let mut bind = Bind { reader: self, header: &header, columns: BTreeMap::new(), problems: Vec::new(), cut: false };
        if let Some(wrong) = bind.unreadable(passed) {
            return Err(InputErrors { problems: vec![bind.problem(String::new(), self.declared.span, None, wrong)], cut: false });
        }
        bind.names(passed);
        let branches = bind.object(&self.declared.params, &self.plan.root, &mut Way::default(), 0);
        if !bind.problems.is_empty() {
            return Err(InputErrors { problems: bind.problems, cut: bind.cut });
        }
        let names = header.names.iter().map(|name| name.as_deref().map(shortened)).collect();
        Ok(Columns { reader: self, names, branches })
    }
}

struct Bind<'r, 'h> {
    reader: &'r Reader,
    header: &'h Header,
    /// The column of each field that has one, by the way to the field.
    columns: BTreeMap<Vec<usize>, usize>,
    problems: Vec<Problem>,
    cut: bool,
}

/// The way to a field: places, and as a pointer and a name of a column.
#[derive(Default)]
struct Way {
    places: Vec<usize>,
    pointer: String,
    name: String,
}

impl Way {
    /// Does something a step further on.
    fn step<T>(&mut self, place: usize, name: &str, then: impl FnOnce(&mut Self) -> T) -> T {
        let (pointer, length) = (self.pointer.len(), self.name.len());
        self.places.push(place);
        self.pointer.push('/');
        self.pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        self.name.push_str(if length > 0 { "." } else { "" });
        self.name.push_str(name);
        let done = then(self);
        self.places.pop();
        self.pointer.truncate(pointer);
        self.name.truncate(length);
        done
    }
}

impl<'r> Bind<'r, '_> {
    fn problem(&self, at: String, declared: Span, column: Option<&str>, wrong: Wrong) -> Problem {
        Problem { at, declared, wrong, cell: Some(CellPlace { row: self.header.row, column: column.map(shortened) }) }
    }

    fn report(&mut self, at: String, declared: Span, column: Option<&str>, wrong: Wrong) {
        if self.problems.len() < MAX_PROBLEMS {
            let problem = self.problem(at, declared, column, wrong);
            self.problems.push(problem);
        } else {
            self.cut = true;
        }
    }

    /// What is wrong with the names as a whole.
    fn unreadable(&self, passed: &[usize]) -> Option<Wrong> {
        let names = &self.header.names;
        if names.len() > MAX_CELLS {
            return Some(Wrong::ManyColumns { columns: names.len() });
        }
        let ([Some(only)], About::Text { delimiter }) = (&names[..], &self.header.about) else { return None };
        if !passed.is_empty() || !matches!(self.meaning(only), Meaning::Nothing) {
            return None;
        }
        let used = DELIMITERS.iter().find(|(byte, _)| byte == delimiter).map_or("the delimiter", |(_, name)| name);
        let fits = |byte: u8| {
            let mut parts = only.split(char::from(byte)).map(|part| part.trim_matches(['"', ' ']));
            only.contains(char::from(byte)) && parts.any(|part| matches!(self.meaning(part), Meaning::Field(_)))
        };
        let (_, other) = DELIMITERS.iter().find(|(byte, _)| byte != delimiter && fits(*byte))?;
        Some(Wrong::OtherDelimiter { used, other })
    }

    /// Binds each name to its field.
    fn names(&mut self, passed: &[usize]) {
        let header = self.header;
        let mut suggestions = MAX_SUGGESTIONS;
        let declared = self.reader.declared.span;
        for (column, name) in header.names.iter().enumerate().filter_map(|(column, name)| Some((column, name.as_deref()?))) {
            match self.meaning(name) {
                Meaning::Field(places) => self.bind(places, column, name),
                _ if passed.contains(&column) => {}
                Meaning::Ignored => {}
                Meaning::Record(field) => {
                    let wrong = Wrong::RecordColumn { name: Excerpt::of(name), field };
                    self.report(String::new(), declared, Some(name), wrong);
                }
                Meaning::Nothing => {
                    let wrong = self.no_field(column, name, passed, &mut suggestions);
                    self.report(String::new(), declared, Some(name), wrong);
                }
            }
        }
    }

    /// What is wrong with a column that names no field.
    fn no_field(&self, column: usize, name: &str, passed: &[usize], suggestions: &mut usize) -> Wrong {
        if name.is_empty() {
            return Wrong::NamelessColumn { place: column + 1 };
        }
        let is_same = |place: &&usize| self.header.names.get(**place).is_some_and(|known| known.as_deref() == Some(name));
        if let Some(first) = passed.iter().find(is_same) {
            return Wrong::RepeatedColumn { name: Excerpt::of(name), first: first + 1 };
        }
        let near = *suggestions > 0 && !self.cut;
        *suggestions = suggestions.saturating_sub(1);
        let suggestion = if near { nearest(name, self.known().iter().map(String::as_str)) } else { None };
        Wrong::UnknownColumn { name: Excerpt::of(name), owner: self.reader.declared.decision.clone(), suggestion }
    }

    fn bind(&mut self, places: Vec<usize>, column: usize, name: &str) {
        match self.columns.get(&places) {
            None => drop(self.columns.insert(places, column)),
            Some(first) => {
                let wrong = Wrong::RepeatedColumn { name: Excerpt::of(name), first: first + 1 };
                self.report(String::new(), self.reader.declared.span, Some(name), wrong);
            }
        }
    }

    /// The parameter that is a record, if one alone is.
    fn one_record(&self) -> Option<(usize, RecordId)> {
        let params = self.reader.declared.params.iter().enumerate();
        let mut records = params.filter_map(|(place, param)| Some((place, record_of(&param.ty)?)));
        records.next().filter(|_| records.next().is_none())
    }

    fn meaning(&self, name: &str) -> Meaning {
        let found = self.find(&self.reader.declared.params, false, name);
        match (found, self.one_record()) {
            (Meaning::Nothing, Some((place, record))) => match self.find_in(record, name) {
                Meaning::Field(mut places) => {
                    places.insert(0, place);
                    Meaning::Field(places)
                }
                other => other,
            },
            (found, _) => found,
        }
    }

    fn find_in(&self, id: RecordId, name: &str) -> Meaning {
        let record = self.reader.declared.types.record(id);
        self.find(&record.fields, record.open, name)
    }

    fn find(&self, fields: &[FieldType], open: bool, name: &str) -> Meaning {
        for (place, field) in fields.iter().enumerate() {
            let Some(rest) = name.strip_prefix(field.name.as_str()) else { continue };
            match (record_of(&field.ty), rest.strip_prefix('.')) {
                (None, None) if rest.is_empty() => return Meaning::Field(vec![place]),
                (Some(id), None) if rest.is_empty() => return self.whole_record(id, name),
                (Some(id), Some(rest)) => match self.find_in(id, rest) {
                    Meaning::Nothing => {}
                    Meaning::Field(mut places) => {
                        places.insert(0, place);
                        return Meaning::Field(places);
                    }
                    other => return other,
                },
                _ => {}
            }
        }
        if open { Meaning::Ignored } else { Meaning::Nothing }
    }

    fn whole_record(&self, id: RecordId, name: &str) -> Meaning {
        let field = self.reader.declared.types.record(id).fields.first();
        Meaning::Record(field.map_or_else(|| name.to_owned(), |field| format!("{name}.{}", field.name)))
    }

    /// The names that columns may have.
    fn known(&self) -> Vec<String> {
        let mut known = Vec::new();
        self.known_under(&self.reader.declared.params, &mut Way::default(), &mut known);
        if let Some((_, id)) = self.one_record() {
            self.known_under(&self.reader.declared.types.record(id).fields, &mut Way::default(), &mut known);
        }
        known
    }

    fn known_under(&self, fields: &[FieldType], way: &mut Way, known: &mut Vec<String>) {
        for (place, field) in fields.iter().enumerate() {
            if known.len() >= MAX_KNOWN {
                return;
            }
            way.step(place, &field.name, |way| match record_of(&field.ty) {
                Some(id) => self.known_under(&self.reader.declared.types.record(id).fields, way, known),
                None => known.push(way.name.clone()),
            });
        }
    }

    /// The fields of an object, or the parameters, that columns are bound to. Every field that must be there needs some.
    fn object(&mut self, fields: &'r [FieldType], plan: &'r Object, way: &mut Way, base: usize) -> Vec<Branch<'r>> {
        let mut branches = Vec::new();
        for (place, (field, planned)) in fields.iter().zip(&plan.fields).enumerate() {
            if self.cut {
                break;
            }
            let at = base + planned.at;
            branches.extend(way.step(place, &field.name, |way| self.field(field, &planned.node, way, at)));
        }
        branches
    }

    fn field(&mut self, field: &'r FieldType, node: &'r Node, way: &mut Way, at: usize) -> Option<Branch<'r>> {
        let (node, at, flag) = match node {
            Node::Optional { inner, offset } => (&**inner, at + offset, Some(at)),
            node => (node, at, None),
        };
        let ty = field.ty.required();
        let holds = match ty {
            Type::Record(id) => Holds::Fields(self.record(*id, flag.is_some(), way, at)?),
            _ => Holds::Cell(self.cell(field, way)?),
        };
        Some(Branch { pointer: way.pointer.clone(), name: &field.name, span: field.span, ty, node, at, flag, holds })
    }

    /// The fields of a record; none of an optional one that no column belongs to.
    fn record(&mut self, id: RecordId, optional: bool, way: &mut Way, at: usize) -> Option<Vec<Branch<'r>>> {
        let first = self.columns.range(way.places.clone()..).next();
        let there = first.is_some_and(|(places, _)| places.starts_with(&way.places));
        let reader = self.reader;
        (there || !optional).then(|| {
            let plan = &reader.plan.records[id.0 as usize];
            self.object(&reader.declared.types.record(id).fields, plan, way, at)
        })
    }

    /// The column of a field that is no record.
    fn cell(&mut self, field: &'r FieldType, way: &Way) -> Option<usize> {
        let column = self.columns.get(&way.places).copied();
        let records = self.holds_records(field.ty.required()) && matches!(self.header.about, About::Text { .. });
        let wrong = match (records, column) {
            (true, Some(_)) => Wrong::ListOfRecords { name: way.name.clone() },
            (true, None) if !field.ty.is_optional() => Wrong::ListOfRecords { name: way.name.clone() },
            (false, None) if !field.ty.is_optional() => Wrong::NoColumn { name: way.name.clone() },
            (_, None) => return None,
            (false, Some(place)) => match self.misfit(place, field, way) {
                Some(wrong) => wrong,
                None => return column,
            },
        };
        let name = column.and_then(|column| self.header.names.get(column)?.as_deref());
        self.report(way.pointer.clone(), field.span, name, wrong);
        None
    }

    /// Why a field cannot be read from a column, whatever stands in its rows.
    fn misfit(&self, column: usize, field: &FieldType, way: &Way) -> Option<Wrong> {
        let About::Types(types) = &self.header.about else { return None };
        let name = || Excerpt::of(self.header.names.get(column).and_then(Option::as_deref).unwrap_or_default());
        let field_name = || way.name.clone();
        match types.get(column)? {
            ColumnType::Exact => None,
            ColumnType::Float(what) => Some(Wrong::FloatColumn { name: name(), what, field: field_name() }),
            ColumnType::LocalTime if holds_instants(field.ty.required()) => Some(Wrong::LocalColumn { name: name(), field: field_name() }),
            ColumnType::LocalTime => None,
            ColumnType::Other { what, instead } => Some(Wrong::UnreadColumn { name: name(), what: what.clone(), instead: instead.clone() }),
        }
    }

    /// Whether values of a type have records in them.
    fn holds_records(&self, ty: &Type) -> bool {
        match ty {
            Type::List { element, .. } => record_of(element).is_some() || self.holds_records(element.required()),
            _ => false,
        }
    }
}

/// Whether values of a type are instants that must be given with their offset.
fn holds_instants(ty: &Type) -> bool {
    match ty {
        Type::Scalar(scalar) => scalar.kind == Kind::Datetime,
        Type::List { element, .. } => holds_instants(element.required()),
        _ => false,
    }
}

fn shortened(name: &str) -> String {
    name.chars().take(MAX_NAME).collect()
}

/// The record that a value of the type is, if it is there.
fn record_of(ty: &Type) -> Option<RecordId> {
    match ty.required() {
        Type::Record(id) => Some(*id),
        _ => None,
    }
}
