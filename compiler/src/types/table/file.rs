//! Tables from CSV files: which column is what, and a rule for each row.

use axtrace_grammar::SyntaxError;
use axtrace_grammar::ast::{self, ColumnRole, CsvColumn};
use axtrace_runtime::types::Kind;
use axtrace_source::{Span, Spanned};

use super::file_cells::{Known, Says};
use super::outcomes::FieldCell;
use super::{Header, Said, Sheet, SheetCell, row_name};
use crate::hir::{Cell, Outcome, Piece, Rule};
use crate::suggest::did_you_mean;
use crate::types::decision::{Names, Standing, cites};
use crate::types::policy::{outcome_type, policy_of};
use crate::types::scope::Place;
use crate::types::{Checker, TypeFinding};

/// A column of the file, or two that are a range, and what they are.
struct Mapped<'a> {
    column: &'a CsvColumn,
    first: usize,
    last: Option<usize>,
    /// The header, of conditions.
    header: Option<usize>,
}

/// The most rows, or inner cells of cross tables, that the files of a program may have: each takes some kilobytes while it is checked.
const MOST_ROWS: usize = 400_000;

impl<'a> Checker<'a, '_> {
    /// `table from "tariff.csv" { … }`: a rule for each row of the file.
    pub(super) fn table_from_file(
        &mut self,
        at: &Standing<'a, '_>,
        table: &'a ast::Table,
        (file, columns): (&'a Spanned<String>, &'a [CsvColumn]),
        names: &mut Names,
        rules: &mut Vec<Option<Rule>>,
    ) {
        let Some(sheet) = self.sheet(file, |row| titles_among(columns, row)) else { return names.lose_table() };
        let Some((first, rows)) = sheet.rows.split_first().filter(|(_, rows)| !rows.is_empty()) else {
            self.unread_sheet(file, "it has no rows behind its titles".into());
            return names.lose_table();
        };
        if self.too_many_rows(file, rows.len()) {
            return names.lose_table();
        }
        let Some(mut mapped) = self.mapped(columns, first, file, table) else { return names.lose_table() };
        let place = names.tables.len();
        let written = columns.iter().filter_map(|column| match &column.role {
            ColumnRole::Condition(written) => Some((written, column.span)),
            _ => None,
        });
        let headers = self.headers(written.collect(), table.head_span, names);
        let mut next = 0..;
        for mapped in mapped.iter_mut().filter(|mapped| matches!(mapped.column.role, ColumnRole::Condition(_))) {
            mapped.header = next.next();
        }
        self.read_files.push((file.node.clone(), rows.len(), sheet.separator()));
        let mut known: Vec<Known<'_>> = mapped.iter().map(|_| Known::default()).collect();
        let titles = Span::new(first[0].span.start, first[first.len() - 1].span.end);
        for (number, row) in rows.iter().enumerate() {
            if row.len() != first.len() {
                self.wrong_length(row, first.len(), titles);
                rules.push(None);
                continue;
            }
            let line = FileRow {
                table: place,
                headers: &headers,
                mapped: &mapped,
                cells: row,
                written: table,
                default: row_name(at.number, number),
            };
            let rule = self.file_row(at, &line, &mut known, names, rules.len());
            rules.push(rule);
        }
    }

    /// `table ROW by COLUMN from "rates.csv"`: a rule for each inner cell.
    pub(super) fn cross_from_file(
        &mut self,
        at: &Standing<'a, '_>,
        table: &'a ast::Table,
        (row, column, file): (&'a ast::Expr, &'a ast::Expr, &'a Spanned<String>),
        names: &mut Names,
        rules: &mut Vec<Option<Rule>>,
    ) {
        let Some(sheet) = self.sheet(file, <[_]>::len) else { return names.lose_table() };
        let Some((first, rows)) = sheet.rows.split_first().filter(|(first, rows)| first.len() > 1 && !rows.is_empty()) else {
            self.unread_sheet(file, "a cross table has conditions in its first row and in its first column".into());
            return names.lose_table();
        };
        if self.too_many_rows(file, rows.len().saturating_mul(first.len() - 1)) {
            return names.lose_table();
        }
        let place = names.tables.len();
        let headers = self.headers(vec![(row, row.span), (column, column.span)], table.head_span, names);
        self.read_files.push((file.node.clone(), rows.len(), sheet.separator()));
        let mut known = (Known::default(), Known::default());
        let across: Vec<Says> =
            first[1..].iter().map(|cell| self.condition_cell(&headers[1], place, cell, None, &mut known.0, names)).collect();
        let titles = Span::new(first[0].span.start, first[first.len() - 1].span.end);
        let prefix = if at.number == 0 { String::new() } else { format!("table {} ", at.number + 1) };
        for (down, row) in rows.iter().enumerate() {
            if row.len() != first.len() {
                self.wrong_length(row, first.len(), titles);
                names.lose_table();
                continue;
            }
            let condition = self.condition_cell(&headers[0], place, &row[0], None, &mut known.1, names);
            for (number, (across, cell)) in across.iter().zip(&row[1..]).enumerate() {
                let name = format!("{prefix}{}/{}", down + 1, number + 1);
                names.rules.entry(name.clone()).or_insert((rules.len(), cell.span));
                let conditions = [(0, &condition, row[0].span), (1, across, first[number + 1].span)];
                rules.push(self.crossed(at, table, place, (name, conditions), cell, &mut known.1));
            }
        }
    }

    /// An inner cell of a cross table as a rule.
    fn crossed(
        &mut self,
        at: &Standing<'a, '_>,
        table: &'a ast::Table,
        place: usize,
        (name, conditions): (String, [(usize, &Says, Span); 2]),
        cell: &SheetCell<'_>,
        known: &mut Known<'a>,
    ) -> Option<Rule> {
        let mut cells = Vec::with_capacity(conditions.len());
        for (column, says, span) in conditions {
            match says {
                Says::Anything => {}
                Says::Test(test) => cells.push(Cell { column, test: test.clone(), span }),
                Says::Wrong => return None,
            }
        }
        let given = cells.iter().flat_map(|cell| self.scope.given_if(&cell.test)).collect::<Vec<_>>();
        self.scope.rule = Some(name.clone());
        let (outcome, because) =
            self.knowing(given.clone(), |this| (this.outcome_cell(at, cell, (&name, &given), known), this.because(table.because.as_ref())));
        self.scope.rule = None;
        let (outcome, because, cites) = (outcome?, because?, cites(&table.cites));
        Some(Said { name, cells, outcome, because, cites, head: cell.span, span: cell.span }.rule(at.group, place))
    }

    /// The file that a table names, taken apart.
    fn sheet(&mut self, file: &Spanned<String>, sense: impl Fn(&[SheetCell<'a>]) -> usize) -> Option<Sheet<'a>> {
        let Some(path) = self.sources.file_at(file.span.start).and_then(|naming| naming.beside(&file.node)) else {
            self.unread_sheet(file, "a file is named by its path from the file that names it, with `/` between folders".into());
            return None;
        };
        let place = match self.sources.data(&path) {
            Ok(place) => place,
            Err(reason) => {
                let reason = reason.map_or_else(|| format!("there is no file `{path}`"), str::to_owned);
                self.unread_sheet(file, reason);
                return None;
            }
        };
        self.deciding.insert(place);
        match Sheet::read(&self.sources.files()[place], sense) {
            Ok(sheet) => Some(sheet),
            Err(at) => {
                self.report(TypeFinding::SheetQuote { at });
                None
            }
        }
    }

    /// Whether there are more rows than a program may have, each a rule; reported once.
    fn too_many_rows(&mut self, file: &Spanned<String>, rows: usize) -> bool {
        let before = self.rows_from_files;
        self.rows_from_files = before.saturating_add(rows);
        if before <= MOST_ROWS && self.rows_from_files > MOST_ROWS {
            let found = crate::ranges::show(Kind::INTEGER, rows as i128);
            self.unread_sheet(file, format!("it makes {found} rules, and all files of a program may make 400,000"));
        }
        self.rows_from_files > MOST_ROWS
    }

    fn unread_sheet(&mut self, file: &Spanned<String>, reason: String) {
        self.report(TypeFinding::UnreadSheet { name: file.node.clone(), reason, at: file.span });
    }

    fn wrong_length(&mut self, row: &[SheetCell<'_>], wanted: usize, header: Span) {
        let last = row[row.len() - 1].span;
        let at = row.get(wanted).map_or(last, |first| first.span.to(last));
        self.findings.report(SyntaxError::row_length(row.len(), wanted, at, header));
    }

    /// The columns that are named, where they stand in the file.
    fn mapped(
        &mut self,
        columns: &'a [CsvColumn],
        titles: &[SheetCell<'_>],
        file: &Spanned<String>,
        table: &ast::Table,
    ) -> Option<Vec<Mapped<'a>>> {
        let mut sound = true;
        let mut find = |this: &mut Self, title: &Spanned<String>| {
            let found: Vec<usize> = (0..titles.len()).filter(|place| titles[*place].text == title.node.as_str()).collect();
            match found.as_slice() {
                [only] => *only,
                [first, second, ..] => {
                    let (name, at) = (title.node.clone(), title.span);
                    this.report(TypeFinding::ColumnTwice { name, at, first: titles[*first].span, second: titles[*second].span });
                    sound = false;
                    *first
                }
                [] => {
                    let suggestion = did_you_mean(&title.node, titles.iter().map(|title| title.text.as_ref()));
                    let (name, file, at) = (title.node.clone(), file.node.clone(), title.span);
                    let header = titles[0].span.to(titles[titles.len() - 1].span);
                    this.report(TypeFinding::NoColumn { name, file, at, header, suggestion });
                    sound = false;
                    0
                }
            }
        };
        let mut mapped = Vec::with_capacity(columns.len());
        for column in columns {
            let (first, last) = (find(self, &column.title), column.to.as_ref().map(|to| find(self, to)));
            mapped.push(Mapped { column, first, last, header: None });
        }
        sound &= self.roles_make_a_table(columns.iter().map(|column| (&column.role, column.span)), table.head_span);
        sound.then_some(mapped)
    }

    fn file_row(
        &mut self,
        at: &Standing<'a, '_>,
        row: &FileRow<'a, '_>,
        known: &mut [Known<'a>],
        names: &mut Names,
        place: usize,
    ) -> Option<Rule> {
        let whole = row.cells[0].span.to(row.cells[row.cells.len() - 1].span);
        let (mut name, mut head) = (row.default.clone(), row.cells[0].span);
        if let Some(cell) = row.said_as(|role| matches!(role, ColumnRole::Id)) {
            (name, head) = (cell.text.to_string(), cell.span);
            self.unique_name(&ast::Name { text: name.clone(), span: head }, names);
        }
        names.rules.entry(name.clone()).or_insert((place, head));
        let cells = self.file_conditions(row, known, names);
        let given = cells.iter().flatten().flat_map(|cell| self.scope.given_if(&cell.test)).collect::<Vec<_>>();
        self.scope.rule = Some(name.clone());
        let (outcome, because) =
            self.knowing(given.clone(), |this| (this.file_outcome(at, row, (&name, &given), known), this.file_because(row)));
        self.scope.rule = None;
        let cites = match row.said_as(|role| matches!(role, ColumnRole::Cites)) {
            Some(cell) => vec![(cell.text.to_string(), None)],
            None => cites(&row.written.cites),
        };
        Some(Said { name, cells: cells?, outcome: outcome?, because: because?, cites, head, span: whole }.rule(at.group, row.table))
    }

    /// The conditions of a row; `None` if one of them is wrong.
    fn file_conditions(&mut self, row: &FileRow<'a, '_>, known: &mut [Known<'a>], names: &Names) -> Option<Vec<Cell>> {
        let (mut cells, mut sound) = (Vec::with_capacity(row.headers.len()), true);
        for (mapped, known) in row.mapped.iter().zip(known) {
            let Some((column, header)) = mapped.header.and_then(|header| Some((header, row.headers.get(header)?))) else { continue };
            let (cell, to) = (&row.cells[mapped.first], mapped.last.map(|last| &row.cells[last]));
            let span = to.map_or(cell.span, |to| if to.span.start > cell.span.start { cell.span.to(to.span) } else { cell.span });
            match self.condition_cell(header, row.table, cell, to, known, names) {
                Says::Anything => {}
                Says::Test(test) => cells.push(Cell { column, test, span }),
                Says::Wrong => sound = false,
            }
        }
        sound.then_some(cells)
    }

    /// What a row gives; of a row it is known what it is called, and what is given.
    fn file_outcome(
        &mut self,
        at: &Standing<'a, '_>,
        row: &FileRow<'a, '_>,
        of: (&str, &[Place]),
        known: &mut [Known<'a>],
    ) -> Option<Outcome> {
        let has_fields = row.mapped.iter().any(|mapped| matches!(mapped.column.role, ColumnRole::GivesField(_)));
        let mut fields = Vec::new();
        for (number, mapped) in row.mapped.iter().enumerate() {
            let cell = &row.cells[mapped.first];
            match &mapped.column.role {
                ColumnRole::Gives if cell.text.is_empty() && has_fields => {}
                ColumnRole::Gives => return self.outcome_cell(at, cell, of, &mut known[number]),
                ColumnRole::GivesField(name) => fields.push((number, (name, cell.span))),
                _ => {}
            }
        }
        let (columns, named): (Vec<usize>, Vec<_>) = fields.into_iter().unzip();
        let ty = outcome_type(policy_of(at.item), at.gives);
        let span = row.cells[0].span.to(row.cells[row.cells.len() - 1].span);
        self.record_of(at, &named, span, ty.as_ref(), |this, number, field| {
            let cell = &row.cells[row.mapped[columns[number]].first];
            if cell.text.is_empty() && field.ty.is_optional() {
                return FieldCell::Blank;
            }
            this.field_cell(cell, field, of, &mut known[columns[number]])
        })
    }

    #[expect(clippy::option_option, reason = "whether there is a text and whether it is sound are two questions")]
    fn file_because(&mut self, row: &FileRow<'a, '_>) -> Option<Option<Vec<Piece>>> {
        match row.said_as(|role| matches!(role, ColumnRole::Because)) {
            Some(cell) => Some(Some(vec![Piece::Literal(cell.text.to_string())])),
            None => self.because(row.written.because.as_ref()),
        }
    }
}

/// A row of a file.
struct FileRow<'a, 'r> {
    table: usize,
    headers: &'r [Header<'a>],
    mapped: &'r [Mapped<'a>],
    cells: &'r [SheetCell<'r>],
    written: &'a ast::Table,
    /// What it is called if the file does not name it.
    default: String,
}

impl<'r> FileRow<'_, 'r> {
    /// The cell of a role, if something stands in it.
    fn said_as(&self, is: impl Fn(&ColumnRole) -> bool) -> Option<&'r SheetCell<'r>> {
        let mapped = self.mapped.iter().rev().find(|mapped| is(&mapped.column.role) && !self.cells[mapped.first].text.is_empty());
        mapped.map(|mapped| &self.cells[mapped.first])
    }
}

/// How many of the titles that are named stand in a row.
pub fn titles_among(columns: &[CsvColumn], row: &[SheetCell<'_>]) -> usize {
    let named = columns.iter().flat_map(|column| std::iter::once(&column.title).chain(&column.to));
    named.filter(|title| row.iter().any(|cell| cell.text == title.node.as_str())).count()
}
