//! One row: cells to the bytes of a row of values, or every problem of the row.

use axtrace_source::Span;

use super::columns::{Branch, Columns, Holds};
use super::split::Row;
use crate::layout::Handle;
use crate::literal::Excerpt;
use crate::memory::Batch;
use crate::read::fast::{self, Pass, Stop, characters};
use crate::read::near::nearest;
use crate::read::plan::{Node, Plan};
use crate::read::scalar::{self, Refused};
use crate::read::scan::Cursor;
use crate::read::{CellPlace, InputErrors, MAX_PROBLEMS, Problem, Reader, RowPlace, Wrong, check};
use crate::types::{EnumId, Scalar, Type};

impl Columns<'_> {
    /// Reads one row and appends it to the batch.
    ///
    /// # Errors
    /// When the row is no input of the decision: all its problems, in declared order. Then nothing is appended.
    pub fn read(&self, row: &Row, batch: &mut Batch) -> Result<(), InputErrors> {
        if row.cells() != self.names.len() {
            return Err(self.refuse(row.place(), Wrong::Ragged { cells: row.cells(), columns: self.names.len() }));
        }
        let arena = batch.arena.len();
        batch.work.resize(self.reader.row, 0);
        let pass = Pass { plan: &self.reader.plan, cursor: Cursor::new(&[]), work: &mut batch.work, arena: &mut batch.arena };
        let mut fill = Fill { columns: self, row, pass, problems: Vec::new(), cut: false };
        self.branches.iter().for_each(|branch| fill.branch(branch));
        let (problems, cut) = (fill.problems, fill.cut);
        self.reader.close(batch, arena, problems.is_empty());
        if problems.is_empty() { Ok(()) } else { Err(InputErrors { problems, cut }) }
    }

    /// The one problem of a row that cannot even be looked at.
    #[must_use]
    pub fn refuse(&self, row: RowPlace, wrong: Wrong) -> InputErrors {
        let cell = Some(CellPlace { row: Some(row), column: None });
        InputErrors { problems: vec![Problem { at: String::new(), declared: self.reader.declared.span, wrong, cell }], cut: false }
    }

    /// Whether a value is read from the column of a place.
    #[must_use]
    pub fn reads(&self, column: usize) -> bool {
        fn reads(branch: &Branch, column: usize) -> bool {
            match &branch.holds {
                Holds::Cell(place) => *place == column,
                Holds::Fields(branches) => branches.iter().any(|branch| reads(branch, column)),
            }
        }
        self.branches.iter().any(|branch| reads(branch, column))
    }

    /// Whether these are columns of the inputs that the reader reads.
    #[must_use]
    pub fn are_of(&self, reader: &Reader) -> bool {
        std::ptr::eq(self.reader, reader)
    }
}

struct Fill<'c, 'b> {
    columns: &'c Columns<'c>,
    row: &'c Row,
    pass: Pass<'b, 'c>,
    problems: Vec<Problem>,
    cut: bool,
}

/// The cell of a value: spaces around it mean nothing, but in a text.
fn cell<'c>(row: &'c Row, branch: &Branch, column: usize) -> &'c [u8] {
    let cell = row.cell(column);
    if matches!(branch.ty, Type::Text { .. }) { cell } else { cell.trim_ascii() }
}

impl<'c> Fill<'c, '_> {
    fn branch(&mut self, branch: &'c Branch<'c>) {
        let blank = branch.flag.is_some() && self.is_blank(branch);
        if blank {
            // The bytes of a missing value are 0, as they are already.
            return;
        }
        if let Some(flag) = branch.flag {
            self.pass.put(flag, [1]);
        }
        match &branch.holds {
            Holds::Fields(branches) => branches.iter().for_each(|branch| self.branch(branch)),
            Holds::Cell(column) => self.cell(branch, *column),
        }
    }

    fn is_blank(&self, branch: &Branch) -> bool {
        match &branch.holds {
            Holds::Fields(branches) => branches.iter().all(|branch| self.is_blank(branch)),
            Holds::Cell(column) => {
                // Where a file tells a text without letters from none, so do we.
                let told = self.row.tells_nulls() && matches!(branch.ty, Type::Text { .. });
                self.row.is_null(*column) || !told && cell(self.row, branch, *column).is_empty()
            }
        }
    }

    fn cell(&mut self, branch: &'c Branch<'c>, column: usize) {
        let text = cell(self.row, branch, column);
        let read = if self.row.is_null(column) {
            Err(Wrong::Missing { name: branch.name.to_owned() }.into())
        } else if text.is_empty() && !matches!(branch.ty, Type::Text { .. }) {
            Err(Wrong::Blank { name: branch.name.to_owned() }.into())
        } else {
            self.value(branch, text)
        };
        match read {
            Ok(()) => {}
            Err(Refused::Wrong(wrong)) => self.report(branch.pointer.clone(), branch.span, column, *wrong),
            Err(Refused::Syntax) => self.json_problems(branch, column, text),
        }
    }

    fn report(&mut self, at: String, declared: Span, column: usize, wrong: Wrong) {
        if self.problems.len() >= MAX_PROBLEMS {
            self.cut = true;
            return;
        }
        let column = self.columns.names.get(column).cloned().flatten();
        self.problems.push(Problem { at, declared, wrong, cell: Some(CellPlace { row: Some(self.row.place()), column }) });
    }

    fn value(&mut self, branch: &'c Branch<'c>, text: &'c [u8]) -> Result<(), Refused> {
        let at = branch.at;
        match branch.node {
            Node::Boolean => self.boolean(text, at),
            Node::Number { scale, lo, hi, width, scalar } => self.number(text, (*scale, *lo, *hi), scalar, *width, at),
            Node::Scalar { scalar, width } => {
                let number = scalar::of_text(text, scalar)?;
                self.pass.put_wide(number, *width, at);
                Ok(())
            }
            Node::Datetime(scalar) => self.datetime(text, scalar, at),
            Node::Text { max } => self.text(text, *max, at),
            Node::Enum(id) => self.enum_name(text, *id, at),
            Node::Zone => self.zone(text, at),
            Node::Set(_) | Node::List(_) => self.array(branch, text),
            // Records have columns of their own, what is optional was taken apart, and no input has values of other types.
            Node::Record(_) | Node::Optional { .. } | Node::Never => Ok(()),
        }
    }

    fn boolean(&mut self, text: &[u8], at: usize) -> Result<(), Refused> {
        let value = match text {
            b"true" => 1,
            b"false" => 0,
            _ => return Err(Wrong::NotBoolean { text: Excerpt::of(text) }.into()),
        };
        self.pass.put(at, [value]);
        Ok(())
    }

    fn number(&mut self, text: &[u8], (scale, lo, hi): (usize, i64, i64), scalar: &Scalar, width: u8, at: usize) -> Result<(), Refused> {
        let mut cursor = Cursor::new(text);
        let quick = cursor.quick_number(scale).filter(|number| cursor.at == text.len() && (lo..=hi).contains(number));
        let number = quick.map_or_else(|| scalar::of_text(text, scalar), |number| Ok(i128::from(number)))?;
        self.pass.put_wide(number, width, at);
        Ok(())
    }

    fn datetime(&mut self, text: &[u8], scalar: &Scalar, at: usize) -> Result<(), Refused> {
        let read = scalar::datetime_of(text, scalar, &self.plan().rules)?;
        self.pass.put(at, read.instant.to_le_bytes());
        self.pass.put(at + 8, read.offset.to_le_bytes());
        Ok(())
    }

    fn text(&mut self, text: &[u8], max: usize, at: usize) -> Result<(), Refused> {
        if let Err(error) = std::str::from_utf8(text) {
            return Err(Wrong::NotUtf8 { offset: error.valid_up_to() }.into());
        }
        if text.len() > max && characters(text) > max {
            return Err(Wrong::LongText { length: characters(text), max: max as u32 }.into());
        }
        let start = self.pass.arena.len();
        let handle: Handle = fast::handle(start, text.len(), text.len()).map_err(|_| Wrong::NoRoom)?;
        self.pass.arena.extend_from_slice(text);
        self.pass.put(at, handle.0.to_le_bytes());
        Ok(())
    }

    fn enum_name(&mut self, text: &[u8], id: usize, at: usize) -> Result<(), Refused> {
        let Some(place) = self.plan().enums[id].place(text) else {
            let declared = self.columns.reader.declared.types.enum_type(EnumId(id as u32));
            return Err(unknown(text, format!("name of `{}`", declared.name), &declared.values).into());
        };
        self.pass.put(at, (place as u16).to_le_bytes());
        Ok(())
    }

    fn zone(&mut self, text: &[u8], at: usize) -> Result<(), Refused> {
        let Some(place) = self.plan().zones.place(text) else {
            return Err(unknown(text, "time zone of these rules".to_owned(), &self.columns.reader.declared.zones).into());
        };
        self.pass.put(at, (place as u16).to_le_bytes());
        Ok(())
    }

    fn plan(&self) -> &'c Plan {
        &self.columns.reader.plan
    }

    /// A set or a list, which stands in its cell as JSON.
    fn array(&mut self, branch: &Branch, text: &'c [u8]) -> Result<(), Refused> {
        if text.first() != Some(&b'[') {
            return Err(self.no_array(branch.ty, text).into());
        }
        let (arena, work) = (self.pass.arena.len(), self.pass.work.len());
        self.pass.cursor = Cursor::new(text);
        let read = self.pass.node(branch.node, branch.at).and_then(|()| Ok(self.pass.cursor.finish()?));
        match read {
            Ok(()) if !self.pass.cursor.beyond_ascii || std::str::from_utf8(text).is_ok() => Ok(()),
            Err(Stop::NoRoom) => Err(Wrong::NoRoom.into()),
            Ok(()) | Err(Stop::Wrong) => {
                self.pass.arena.truncate(arena);
                self.pass.work.truncate(work);
                Err(Refused::Syntax)
            }
        }
    }

    fn no_array(&self, ty: &Type, text: &[u8]) -> Wrong {
        let (expected, example) = match ty {
            Type::Set(id) => {
                let declared = self.columns.reader.declared.types.enum_type(*id);
                let first = declared.values.first().map(String::as_str).unwrap_or_default();
                (format!("names of `{}`", declared.name), format!("[\"{first}\"]"))
            }
            _ => ("the elements".to_owned(), "[…, …]".to_owned()),
        };
        Wrong::NotArray { text: Excerpt::of(text), expected, example }
    }

    /// What is wrong in a cell that holds JSON.
    fn json_problems(&mut self, branch: &Branch, column: usize, text: &[u8]) {
        let reader = self.columns.reader;
        let found = check::problems_of_value(&reader.declared, &reader.plan, text, branch.ty, branch.span, &branch.pointer);
        debug_assert!(!found.problems.is_empty(), "the fast pass refused what the second finds no fault with");
        self.cut |= found.cut;
        found.problems.into_iter().for_each(|problem| self.report(problem.at, problem.declared, column, problem.wrong));
    }
}

fn unknown(text: &[u8], what: String, known: &[String]) -> Wrong {
    let name = String::from_utf8_lossy(text);
    Wrong::UnknownName { name: Excerpt::of(text), what, suggestion: nearest(&name, known.iter().map(String::as_str)) }
}
