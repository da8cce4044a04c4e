//! Decision tables: their headers, and a rule for each row.
//!
//! A header is evaluated once, before the first row, and each cell is a condition on its value. A cross table is read as a table of two
//! headers, with a row for each of its inner cells.

mod beyond;
mod cells;
mod file;
mod file_cells;
mod in_cell;
mod outcomes;
mod sheet;

use std::collections::HashMap;
use std::rc::Rc;

use axtrace_grammar::ast::{self, CellKind, ColumnRole, TableKind};
use axtrace_runtime::types::Type;
use axtrace_source::Span;

pub(crate) use file::titles_among;
pub(crate) use file_cells::is_plain;
pub(crate) use sheet::{Sheet, SheetCell};

use super::decision::{Names, Standing, cites};
use super::scope::place;
use super::{Checker, TypeFinding};
use crate::hir::{Cell, Column, Expr, ExprKind, Let, Outcome, Piece, Row, Rule, Table};
use crate::resolve::NameFinding;

/// A header: what is written, and the column that it became, or nothing if it was wrong.
struct Header<'a> {
    written: &'a ast::Expr,
    span: Span,
    column: Option<usize>,
}

/// A row, whatever the form of its table.
struct Line<'a> {
    name: String,
    /// Where the row's name is written, if it has one of its own.
    named: Option<Span>,
    /// One condition for each header.
    conditions: Vec<&'a ast::Cell>,
    gives: Option<&'a ast::Cell>,
    /// The header of what the row gives, where one column does.
    header: Option<Span>,
    /// Cells of fields of the outcome, each with the name of its field.
    fields: Vec<(&'a ast::Name, &'a ast::Cell)>,
    because: Option<&'a ast::Expr>,
    cites: &'a [ast::Cite],
    span: Span,
}

impl<'a> Checker<'a, '_> {
    /// The rows of a table as rules.
    pub(super) fn table(&mut self, at: &Standing<'a, '_>, table: &'a ast::Table, names: &mut Names, rules: &mut Vec<Option<Rule>>) {
        let (written, lines) = match &table.kind {
            TableKind::Rows { columns, rows } => {
                let Some(roles) = self.roles_of(columns, table) else { return names.lose_table() };
                let lines =
                    rows.iter().enumerate().map(|(place, row)| line(&roles, columns, row, table, &row_name(at.number, place))).collect();
                let header = |(place, _): &(usize, &'a ColumnRole)| columns[*place].span;
                (roles.iter().filter_map(|role| Some((condition(role.1)?, header(role)))).collect(), lines)
            }
            TableKind::Cross { row, column, columns, rows } => {
                (vec![(row, row.span), (column, column.span)], cross_lines(at.number, columns, rows, table))
            }
            TableKind::Csv { file, columns } => return self.table_from_file(at, table, (file, columns), names, rules),
            TableKind::CrossCsv { row, column, file } => return self.cross_from_file(at, table, (row, column, file), names, rules),
        };
        let place = names.tables.len();
        let headers = self.headers(written, table.head_span, names);
        if lines.is_empty() {
            self.report(TypeFinding::Table { problem: "a table without rows decides nothing".into(), at: table.head_span, help: None });
            return names.lose_table();
        }
        for line in lines {
            self.register(&line, rules.len(), names);
            let rule = self.row(at, place, &headers, &line, names);
            rules.push(rule);
        }
    }

    /// The columns by their roles, if they can be those of a decision table.
    fn roles_of(&mut self, columns: &'a [ast::Column], table: &ast::Table) -> Option<Vec<(usize, &'a ColumnRole)>> {
        let sound = self.roles_make_a_table(columns.iter().map(|column| (&column.role, column.span)), table.head_span);
        sound.then(|| columns.iter().map(|column| &column.role).enumerate().collect())
    }

    /// Whether columns are those of a decision table; what is wrong with them is reported.
    fn roles_make_a_table<'c>(&mut self, columns: impl Iterator<Item = (&'c ColumnRole, Span)>, table: Span) -> bool {
        let mut seen: HashMap<String, Span> = HashMap::new();
        let mut sound = true;
        for (role, at) in columns {
            let key = match role {
                ColumnRole::Id => "id".to_owned(),
                ColumnRole::Gives => "gives".into(),
                ColumnRole::GivesField(name) => format!("gives.{}", name.text),
                ColumnRole::Because => "because".into(),
                ColumnRole::Cites => "cites".into(),
                ColumnRole::By => {
                    let help = Some("`by` says in a table of tests which rules decide; name rows by a first column `id`".into());
                    self.report(TypeFinding::Table { problem: "a decision table has no column `by`".into(), at, help });
                    sound = false;
                    continue;
                }
                ColumnRole::Condition(_) => continue,
                ColumnRole::Broken => {
                    sound = false;
                    continue;
                }
            };
            if let Some(first) = seen.insert(key.clone(), at) {
                self.report_name(NameFinding::Twice { name: key, at, first });
                sound = false;
            }
        }
        if sound && !seen.keys().any(|key| key.starts_with("gives")) {
            let problem = "this table gives nothing".into();
            let help = Some("add a column `gives` behind `||`, or one `gives.field` for each field of the result".into());
            self.report(TypeFinding::Table { problem, at: table, help });
            sound = false;
        }
        sound
    }

    fn headers(&mut self, written: Vec<(&'a ast::Expr, Span)>, head: Span, names: &mut Names) -> Vec<Header<'a>> {
        let mut columns = Vec::with_capacity(written.len());
        let mut headers = Vec::with_capacity(written.len());
        for (written, span) in written {
            let value = self.expr(written, None);
            let column = (!value.is_error()).then(|| {
                columns.push(self.column(value, span));
                columns.len() - 1
            });
            headers.push(Header { written, span, column });
        }
        let place = Type::integer(0, i128::from(u32::MAX));
        let (row, found) = (self.scope.variable("row", place.clone(), head), self.scope.variable("found", place, head));
        names.tables.push(Table { columns, span: head, row, found, lookup: None });
        headers
    }

    /// A column on a value, which is evaluated once if it is more than a place.
    fn column(&mut self, value: Expr, span: Span) -> Column {
        if place(&value).is_some() && !matches!(value.kind, ExprKind::If(_)) {
            return Column { value, computed: None, span };
        }
        let name = self.text(span);
        let var = self.scope.variable(&name, value.ty.clone(), span);
        let stand_in = Expr { kind: ExprKind::Variable(var), ty: value.ty.clone(), span };
        Column { value: stand_in, computed: Some(Let { var, value, ty: None }), span }
    }

    fn register(&mut self, line: &Line<'a>, place: usize, names: &mut Names) {
        if let Some(at) = line.named {
            self.unique_name(&ast::Name { text: line.name.clone(), span: at }, names);
        }
        names.rules.entry(line.name.clone()).or_insert((place, line.named.unwrap_or(line.span)));
    }

    fn row(&mut self, at: &Standing<'a, '_>, table: usize, headers: &[Header<'a>], line: &Line<'a>, names: &mut Names) -> Option<Rule> {
        self.scope.rule = Some(line.name.clone());
        let mut cells = Vec::with_capacity(headers.len());
        let (mut given, mut sound) = (Vec::new(), true);
        for (header, cell) in headers.iter().zip(&line.conditions) {
            let Some(place) = header.column else {
                sound = false;
                continue;
            };
            match &cell.kind {
                CellKind::Any => {}
                CellKind::Tests { not, tests } => {
                    let value = names.tables[table].columns[place].value.clone();
                    let test = self.in_cell(header.span, |this| this.cell(value, header, *not, tests, cell.span));
                    sound &= !test.is_error();
                    given.extend(self.scope.given_if(&test));
                    cells.push(Cell { column: place, test: Rc::new(test), span: cell.span });
                }
                _ => sound = false,
            }
        }
        let (outcome, because) = self.knowing(given, |this| (this.row_outcome(at, line), this.because(line.because)));
        self.scope.rule = None;
        let said = Said {
            name: line.name.clone(),
            cells,
            outcome: outcome?,
            because: because?,
            cites: cites(line.cites),
            head: line.named.unwrap_or(line.span),
            span: line.span,
        };
        sound.then(|| said.rule(at.group, table))
    }
}

/// What a row says, whatever the form of its table.
struct Said {
    name: String,
    cells: Vec<Cell>,
    outcome: Outcome,
    because: Option<Vec<Piece>>,
    cites: Vec<(String, Option<String>)>,
    /// Where its name is written, or the whole row.
    head: Span,
    span: Span,
}

impl Said {
    /// The row as a rule of a table.
    fn rule(self, group: Option<usize>, table: usize) -> Rule {
        Rule {
            name: self.name,
            otherwise: false,
            group,
            each: Vec::new(),
            before: Vec::new(),
            row: Some(Row { table, cells: self.cells }),
            rows: None,
            knows: Vec::new(),
            when: None,
            after: Vec::new(),
            outcome: self.outcome,
            because: self.because,
            cites: self.cites,
            owner: None,
            shadow: false,
            overrides: Vec::new(),
            head: self.head,
            span: self.span,
        }
    }
}

fn condition(role: &ColumnRole) -> Option<&ast::Expr> {
    match role {
        ColumnRole::Condition(written) => Some(written),
        _ => None,
    }
}

/// What a row is called that has no `id`: by its number, and that of its table in the decision if it is not the first.
fn row_name(table: usize, place: usize) -> String {
    match table {
        0 => format!("row {}", place + 1),
        _ => format!("table {} row {}", table + 1, place + 1),
    }
}

fn line<'a>(roles: &[(usize, &'a ColumnRole)], columns: &[ast::Column], row: &'a ast::Row, table: &'a ast::Table, name: &str) -> Line<'a> {
    let mut line = Line {
        name: name.to_owned(),
        named: None,
        conditions: Vec::with_capacity(roles.len()),
        gives: None,
        header: None,
        fields: Vec::new(),
        because: table.because.as_ref(),
        cites: &table.cites,
        span: row.span,
    };
    for ((place, role), cell) in roles.iter().zip(&row.cells) {
        match (role, &cell.kind) {
            (ColumnRole::Condition(_), _) => line.conditions.push(cell),
            (ColumnRole::Gives, _) => (line.gives, line.header) = (Some(cell), columns.get(*place).map(|column| column.span)),
            (ColumnRole::GivesField(name), _) => line.fields.push((name, cell)),
            (ColumnRole::Id, CellKind::Id(id)) => (line.name, line.named) = (id.clone(), Some(cell.span)),
            (ColumnRole::Because, CellKind::Because(text)) => line.because = Some(text),
            (ColumnRole::Cites, CellKind::Cites(cites)) => line.cites = cites,
            _ => {}
        }
    }
    line
}

/// A row for each inner cell of a cross table.
fn cross_lines<'a>(number: usize, columns: &'a [ast::Cell], rows: &'a [ast::CrossRow], table: &'a ast::Table) -> Vec<Line<'a>> {
    let mut lines = Vec::with_capacity(columns.len() * rows.len());
    for (down, row) in rows.iter().enumerate() {
        for (across, (column, cell)) in columns.iter().zip(&row.cells).enumerate() {
            let name = match number {
                0 => format!("{}/{}", down + 1, across + 1),
                _ => format!("table {} {}/{}", number + 1, down + 1, across + 1),
            };
            lines.push(Line {
                name,
                named: None,
                conditions: vec![&row.condition, column],
                gives: Some(cell),
                header: None,
                fields: Vec::new(),
                because: table.because.as_ref(),
                cites: &table.cites,
                span: cell.span,
            });
        }
    }
    lines
}
