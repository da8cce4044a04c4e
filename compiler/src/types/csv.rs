//! Tables from CSV files: the cells are those of a table in a rule file, each read by what its column is.
//!
//! A file may have very many rows, of which many hold the same: what a cell says is worked out once for each text in a column.

use std::collections::HashMap;
use std::rc::Rc;

use axtrace_grammar::ast::{self, CellKind, ColumnRole, CsvColumn};
use axtrace_grammar::{SyntaxError, parse_condition, parse_outcome};
use axtrace_runtime::literal::{parse_date, parse_decimal};
use axtrace_runtime::types::{Kind, Type, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::{Findings, Span, Spanned};

use super::decision::{Names, Standing, cites};
use super::expr::{text_constant, unwrap};
use super::operators::rescale_to;
use super::policy::{outcome_type, policy_of};
use super::sheet::{Sheet, SheetCell};
use super::table::{Header, Presence, row_name};
use super::{Checker, TypeFinding};
use crate::graph::Comparison;
use crate::hir::{Cell, Expr, ExprKind, Outcome, Piece, Row, Rule};
use crate::suggest::did_you_mean;

/// The most places of a number that is read without the grammar, as many as a declared type has.
const MOST_PLACES: u32 = 18;

/// A column of the file, or two that are a range, and what they are.
struct Mapped<'a> {
    column: &'a CsvColumn,
    first: usize,
    last: Option<usize>,
    /// The header, of conditions.
    header: Option<usize>,
}

/// What a cell of conditions says.
#[derive(Clone)]
enum Said {
    Anything,
    Test(Rc<Expr>),
    Wrong,
}

/// What has been worked out of the texts of a column.
#[derive(Default)]
struct Known {
    conditions: HashMap<(String, Option<String>), Said>,
    outcomes: HashMap<String, Option<Outcome>>,
    fields: HashMap<String, Option<Expr>>,
}

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
        let mut known: Vec<Known> = mapped.iter().map(|_| Known::default()).collect();
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
        let place = names.tables.len();
        let headers = self.headers(vec![(row, row.span), (column, column.span)], table.head_span, names);
        self.read_files.push((file.node.clone(), rows.len(), sheet.separator()));
        let mut known = (Known::default(), Known::default());
        let across: Vec<Said> =
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
            for (number, (said, cell)) in across.iter().zip(&row[1..]).enumerate() {
                let conditions = [(0, condition.clone(), row[0].span), (1, said.clone(), first[number + 1].span)];
                let outcome = self.outcome_cell(at, cell, &mut known.1);
                let name = format!("{prefix}{}/{}", down + 1, number + 1);
                names.rules.entry(name.clone()).or_insert((rules.len(), cell.span));
                let because = self.because(table.because.as_ref());
                let parts = Parts { name, because, cites: cites(&table.cites), head: cell.span, span: cell.span };
                rules.push(finished(at, place, conditions, outcome, parts));
            }
        }
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

    fn unread_sheet(&mut self, file: &Spanned<String>, reason: String) {
        self.report(TypeFinding::UnreadSheet { name: file.node.clone(), reason, at: file.span });
    }

    fn wrong_length(&mut self, row: &[SheetCell<'_>], wanted: usize, header: Span) {
        let counted = |count: usize| if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") };
        let at = row[0].span.to(row[row.len() - 1].span);
        self.findings.report(SyntaxError::RowLength { found: counted(row.len()), wanted: counted(wanted), at, header });
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
        known: &mut [Known],
        names: &mut Names,
        place: usize,
    ) -> Option<Rule> {
        let mut conditions = Vec::with_capacity(row.headers.len());
        let mut parts = Parts {
            name: row.default.clone(),
            because: Some(None),
            cites: cites(&row.written.cites),
            head: row.cells[0].span,
            span: row.cells[0].span.to(row.cells[row.cells.len() - 1].span),
        };
        let (mut outcome, mut fields, mut because) = (None, Vec::new(), None);
        for (mapped, known) in row.mapped.iter().zip(known.iter_mut()) {
            let cell = &row.cells[mapped.first];
            match &mapped.column.role {
                ColumnRole::Condition(_) => {
                    let Some(header) = mapped.header.and_then(|header| Some((header, row.headers.get(header)?))) else { continue };
                    let to = mapped.last.map(|last| &row.cells[last]);
                    let span = to.map_or(cell.span, |to| if to.span.start > cell.span.start { cell.span.to(to.span) } else { cell.span });
                    let said = self.condition_cell(header.1, row.table, cell, to, known, names);
                    conditions.push((header.0, said, span));
                }
                ColumnRole::Gives if cell.text.is_empty() && row.has_fields() => {}
                ColumnRole::Gives => outcome = Some(self.outcome_cell(at, cell, known)),
                ColumnRole::GivesField(name) => fields.push((name, cell, known)),
                ColumnRole::Because if !cell.text.is_empty() => because = Some(cell.text.to_string()),
                ColumnRole::Cites if !cell.text.is_empty() => parts.cites = vec![(cell.text.to_string(), None)],
                ColumnRole::Id if !cell.text.is_empty() => {
                    parts.name = cell.text.to_string();
                    parts.head = cell.span;
                    self.unique_name(&ast::Name { text: parts.name.clone(), span: cell.span }, names);
                }
                _ => {}
            }
        }
        names.rules.entry(parts.name.clone()).or_insert((place, parts.head));
        let outcome = match outcome {
            Some(outcome) => outcome,
            None => self.record_of_file(at, fields, parts.span),
        };
        parts.because = match because {
            Some(text) => Some(Some(vec![Piece::Literal(text)])),
            None => self.because(row.written.because.as_ref()),
        };
        finished(at, row.table, conditions, outcome, parts)
    }

    // Conditions

    fn condition_cell(
        &mut self,
        header: &Header<'a>,
        table: usize,
        cell: &SheetCell<'_>,
        to: Option<&SheetCell<'_>>,
        known: &mut Known,
        names: &Names,
    ) -> Said {
        let Some(column) = header.column else { return Said::Wrong };
        let key = (cell.text.to_string(), to.map(|to| to.text.to_string()));
        if let Some(said) = known.conditions.get(&key) {
            return said.clone();
        }
        let value = &names.tables[table].columns[column].value;
        let said = match to {
            Some(to) => self.range_cell(header, value, cell, to),
            None => self.single_cell(header, value, cell),
        };
        known.conditions.insert(key, said.clone());
        said
    }

    fn single_cell(&mut self, header: &Header<'a>, value: &Expr, cell: &SheetCell<'_>) -> Said {
        let (text, span) = (cell.text.as_ref(), cell.span);
        if text == "-" {
            return Said::Anything;
        }
        let is_text = matches!(value.ty.required(), Type::Text { .. });
        if text.is_empty() && value.ty.is_optional() {
            return said(self.presence(value, Vec::new(), Presence { missing: true, ..Presence::default() }, span));
        }
        if text.is_empty() && !is_text {
            let problem = format!("an empty cell tests nothing, and `{}` is always there", self.text(header.written.span));
            self.report(TypeFinding::Table { problem, at: span, help: Some("write `-` for any value".into()) });
            return Said::Wrong;
        }
        if self.has_decimal_comma(value, cell, header.span) {
            return Said::Wrong;
        }
        let inner = if value.ty.is_optional() { unwrap(value.clone()) } else { value.clone() };
        if is_text {
            let test = self.against_header(Comparison::Equal, inner, text_constant(text, span), header, span);
            return said(self.presence(value, vec![test], Presence::default(), span));
        }
        if let Some(test) = self.plain_cell(&inner, text, span) {
            return said(self.presence(value, vec![test], Presence::default(), span));
        }
        match self.in_words(cell, parse_condition, header.span) {
            Some(CellKind::Any) => Said::Anything,
            Some(CellKind::Tests { not, tests }) => said(self.cell(value.clone(), header, *not, tests, span)),
            _ => Said::Wrong,
        }
    }

    /// Whether a number has a comma where a point belongs, as spreadsheets of many countries write it. It would be read as two numbers.
    fn has_decimal_comma(&mut self, value: &Expr, cell: &SheetCell<'_>, header: Span) -> bool {
        let digits = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
        let bytes = cell.text.as_bytes();
        let comma =
            (1..bytes.len()).find(|at| bytes[*at] == b',' && digits(bytes.get(at - 1).copied()) && digits(bytes.get(at + 1).copied()));
        let (Some(comma), Some(_)) = (comma, value.ty.required().scalar()) else { return false };
        let (before, after) = (&cell.text[..comma], &cell.text[comma + 1..]);
        let help = Some(format!("write `{before}.{after}` for one number, or `{before}, {after}` for either of two"));
        let problem = "a comma stands where a point belongs".into();
        self.report(TypeFinding::SheetCell { problem, at: cell.span, header, help });
        true
    }

    /// A cell with a number or a date alone, a range of two, or one behind a comparison.
    fn plain_cell(&mut self, value: &Expr, text: &str, span: Span) -> Option<Expr> {
        let kind = value.ty.scalar()?.kind;
        if let Some((low, high)) = text.split_once("..") {
            let (low, high) = (plain(low.trim(), kind, span)?, plain(high.trim(), kind, span)?);
            return Some(self.in_closed_range(value, Some(low), Some(high), span));
        }
        let compare = |sign: &str, comparison| Some((text.strip_prefix(sign)?.trim_start(), comparison));
        let (rest, comparison) = compare(">=", Comparison::GreaterOrEqual)
            .or_else(|| compare("<=", Comparison::LessOrEqual))
            .or_else(|| compare(">", Comparison::Greater))
            .or_else(|| compare("<", Comparison::Less))
            .unwrap_or((text, Comparison::Equal));
        let number = plain(rest, kind, span)?;
        Some(self.comparison(comparison, Spanned::new("=", span), value.clone(), number, span))
    }

    fn in_closed_range(&mut self, value: &Expr, low: Option<Expr>, high: Option<Expr>, span: Span) -> Expr {
        if let (Some(low), Some(high)) = (&low, &high)
            && let (Some(from), Some(to)) = (low.constant().and_then(Value::number), high.constant().and_then(Value::number))
            && from > to
        {
            let (low, high) = (self.text(low.span), self.text(high.span));
            self.range_reversed(value.ty.scalar().map(|scalar| scalar.kind), (low, from), (high, to), span);
        }
        let places = |expr: &Expr| expr.ty.scalar().map_or(0, |scalar| scalar.kind.scale());
        let most = [Some(value), low.as_ref(), high.as_ref()].into_iter().flatten().map(places).max().unwrap_or(0);
        let end = |end: Option<Expr>| end.map(|end| (Box::new(rescale_to(end, most)), true));
        let value = Box::new(rescale_to(value.clone(), most));
        Expr { kind: ExprKind::InRange { value, low: end(low), high: end(high) }, ty: Type::Boolean, span }
    }

    /// Two cells as a closed range; `-` leaves an end open.
    fn range_cell(&mut self, header: &Header<'a>, value: &Expr, from: &SheetCell<'_>, to: &SheetCell<'_>) -> Said {
        let span = if to.span.start > from.span.start { from.span.to(to.span) } else { from.span };
        let blank = |cell: &SheetCell<'_>| cell.text.is_empty();
        if blank(from) && blank(to) && value.ty.is_optional() {
            return said(self.presence(value, Vec::new(), Presence { missing: true, ..Presence::default() }, span));
        }
        let inner = if value.ty.is_optional() { unwrap(value.clone()) } else { value.clone() };
        let (Ok(low), Ok(high)) = (self.range_end(header, &inner, from), self.range_end(header, &inner, to)) else { return Said::Wrong };
        if low.is_none() && high.is_none() {
            return Said::Anything;
        }
        let test = self.in_closed_range(&inner, low, high, span);
        said(self.presence(value, vec![test], Presence::default(), span))
    }

    fn range_end(&mut self, header: &Header<'a>, value: &Expr, cell: &SheetCell<'_>) -> Result<Option<Expr>, ()> {
        if cell.text == "-" {
            return Ok(None);
        }
        let Some(kind) = value.ty.scalar().map(|scalar| scalar.kind) else {
            let (wants, at) = (self.words(&value.ty), header.span);
            let problem = format!("two columns are a range, and {wants} has none between two columns");
            self.report(TypeFinding::Table { problem, at, help: None });
            return Err(());
        };
        if let Some(number) = plain(&cell.text, kind, cell.span) {
            return Ok(Some(number));
        }
        if self.has_decimal_comma(value, cell, header.span) {
            return Err(());
        }
        let written = match self.in_words(cell, parse_condition, header.span) {
            Some(CellKind::Tests { not: None, tests }) => match tests.as_slice() {
                [ast::CellTest::Value(written)] => Some(written),
                _ => None,
            },
            Some(_) => None,
            None => return Err(()),
        };
        let Some(written) = written else {
            let help = Some("write `-` where the range is open".into());
            self.report(TypeFinding::Table { problem: "an end of a range is one value".into(), at: cell.span, help });
            return Err(());
        };
        let end = self.typed_as(written, &super::expr::widened(&value.ty), None);
        if end.is_error() { Err(()) } else { Ok(Some(end)) }
    }

    /// What the grammar makes of a cell. What it cannot read is shown at the cell.
    fn in_words(
        &mut self,
        cell: &SheetCell<'_>,
        parse: impl Fn(&str, u32, &mut Findings) -> Option<CellKind>,
        header: Span,
    ) -> Option<&'a CellKind> {
        let quoted = self.sources.text(cell.span).starts_with('"');
        let mut problems = Findings::new();
        let read = parse(&cell.text, cell.span.start + u32::from(quoted), &mut problems);
        let first = problems.sorted().into_iter().find(axtrace_source::Finding::is_error);
        if let Some(first) = first {
            let help = first.diagnostic.help().map(|help| help.to_string());
            self.report(TypeFinding::SheetCell { problem: first.diagnostic.to_string(), at: cell.span, header, help });
            return None;
        }
        read.map(|kind| &*self.cells.alloc(kind))
    }

    // Outcomes

    fn outcome_cell(&mut self, at: &Standing<'a, '_>, cell: &SheetCell<'_>, known: &mut Known) -> Option<Outcome> {
        if let Some(outcome) = known.outcomes.get(cell.text.as_ref()) {
            return outcome.clone();
        }
        let ty = outcome_type(policy_of(at.item), at.gives);
        let refers = cell.text.split_whitespace().next() == Some("refer");
        let plain = ty.as_ref().filter(|_| !refers).and_then(|ty| self.plain_value(cell, ty));
        let outcome = match plain {
            Some(value) => Some(Outcome::Value(value)),
            None => match self.in_words(cell, parse_outcome, at.item.gives.span) {
                Some(CellKind::Outcome(outcome)) => self.outcome(at.item, outcome, ty.as_ref()),
                _ => None,
            },
        };
        known.outcomes.insert(cell.text.to_string(), outcome.clone());
        outcome
    }

    /// The value of a cell that is a text, a number or a date, or empty.
    fn plain_value(&mut self, cell: &SheetCell<'_>, ty: &Type) -> Option<Expr> {
        let (text, span) = (cell.text.as_ref(), cell.span);
        let value = match ty.required() {
            Type::Text { .. } if !text.is_empty() || !ty.is_optional() => text_constant(text, span),
            _ if text.is_empty() && ty.is_optional() => Expr { kind: ExprKind::Constant(Value::Missing), ty: ty.clone(), span },
            Type::Scalar(scalar) => plain(text, scalar.kind, span)?,
            _ => return None,
        };
        Some(self.fit(value, ty, None)).filter(|value| !value.is_error())
    }

    /// A record from the columns of its fields.
    fn record_of_file(
        &mut self,
        at: &Standing<'a, '_>,
        cells: Vec<(&'a ast::Name, &SheetCell<'_>, &mut Known)>,
        span: Span,
    ) -> Option<Outcome> {
        let ty = outcome_type(policy_of(at.item), at.gives);
        let Some(Type::Record(id)) = ty.as_ref().map(Type::required) else {
            let (name, gives) = (cells.first()?.0, self.words(at.gives));
            let problem = format!("`gives.{}` is a field, and the decision gives {gives}", name.text);
            self.report(TypeFinding::Table { problem, at: name.span, help: Some("map one column to `gives`".into()) });
            return None;
        };
        let (id, record) = (*id, self.types.record(*id).clone());
        let mut values = vec![None; record.fields.len()];
        for (name, cell, known) in cells {
            let Some(place) = record.fields.iter().position(|field| field.name == name.text) else {
                self.unknown_field(id, name);
                return None;
            };
            if cell.text.is_empty() && record.fields[place].ty.is_optional() {
                continue;
            }
            values[place] = Some((self.field_cell(cell, &record.fields[place], known)?, cell.span));
        }
        let values = self.with_missing(values, &record.fields, &record.name, span);
        let value = super::coerce::many(crate::hir::Many::Record, values, Type::Record(id), span);
        let value = match &ty {
            Some(ty) => self.fit(value, ty, Some(at.item.gives.span)),
            None => value,
        };
        (!value.is_error()).then_some(Outcome::Value(value))
    }

    fn field_cell(&mut self, cell: &SheetCell<'_>, field: &axtrace_runtime::types::FieldType, known: &mut Known) -> Option<Expr> {
        if let Some(value) = known.fields.get(cell.text.as_ref()) {
            return value.clone();
        }
        let value = match self.plain_value(cell, &field.ty) {
            Some(value) => Some(value),
            None => match self.in_words(cell, parse_outcome, field.span) {
                Some(CellKind::Outcome(ast::Outcome::Value(written))) => {
                    Some(self.typed_as(written, &field.ty, Some(field.span))).filter(|value| !value.is_error())
                }
                Some(_) => {
                    self.report(TypeFinding::Table { problem: "a field holds a value, no referral".into(), at: cell.span, help: None });
                    None
                }
                None => None,
            },
        };
        known.fields.insert(cell.text.to_string(), value.clone());
        value
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

impl FileRow<'_, '_> {
    fn has_fields(&self) -> bool {
        self.mapped.iter().any(|mapped| matches!(mapped.column.role, ColumnRole::GivesField(_)))
    }
}

/// What a rule has besides its conditions and its outcome.
struct Parts {
    name: String,
    because: Option<Option<Vec<Piece>>>,
    cites: Vec<(String, Option<String>)>,
    head: Span,
    span: Span,
}

fn finished(
    at: &Standing<'_, '_>,
    table: usize,
    conditions: impl IntoIterator<Item = (usize, Said, Span)>,
    outcome: Option<Outcome>,
    parts: Parts,
) -> Option<Rule> {
    let mut cells = Vec::new();
    for (column, said, span) in conditions {
        match said {
            Said::Anything => {}
            Said::Test(test) => cells.push(Cell { column, test, span }),
            Said::Wrong => return None,
        }
    }
    Some(Rule {
        name: parts.name,
        otherwise: false,
        group: at.group,
        each: Vec::new(),
        before: Vec::new(),
        row: Some(Row { table, cells }),
        rows: None,
        when: None,
        after: Vec::new(),
        outcome: outcome?,
        because: parts.because?,
        cites: parts.cites,
        owner: None,
        shadow: false,
        overrides: Vec::new(),
        head: parts.head,
        span: parts.span,
    })
}

fn said(test: Expr) -> Said {
    if test.is_error() { Said::Wrong } else { Said::Test(Rc::new(test)) }
}

/// A number, which takes the unit of its column if it has none of its own, or a date.
fn plain(text: &str, kind: Kind, span: Span) -> Option<Expr> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    match kind {
        Kind::Number { scale, unit } => {
            if !digits.starts_with(|c: char| c.is_ascii_digit()) || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
                return None;
            }
            let number = parse_decimal(text).ok()?;
            let places = u32::try_from(number.scale).unwrap_or(0);
            if places > MOST_PLACES {
                return None;
            }
            let scale = scale.max(places);
            // A percentage is a number like any other.
            let unit = if unit == Unit::Percent { Unit::One } else { unit };
            Some(super::literal::scalar(Kind::Number { scale, unit }, number.at_scale(scale).ok()?, span))
        }
        Kind::Days | Kind::Period if digits.len() < 10 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(super::literal::scalar(kind, text.parse().ok()?, span))
        }
        Kind::Date if text.len() == 10 => Some(super::literal::scalar(Kind::Date, parse_date(text).ok()?.into(), span)),
        _ => None,
    }
}

/// How many of the titles that are named stand in a row.
fn titles_among(columns: &[CsvColumn], row: &[SheetCell<'_>]) -> usize {
    let named = columns.iter().flat_map(|column| std::iter::once(&column.title).chain(&column.to));
    named.filter(|title| row.iter().any(|cell| cell.text == title.node.as_str())).count()
}
