//! Decision tables: their headers, and a rule for each row.
//!
//! A header is evaluated once, before the first row, and each cell is a condition on its value. A cross table is read as a table of two
//! headers, with a row for each of its inner cells.

use std::collections::HashMap;
use std::rc::Rc;

use axtrace_grammar::ast::{self, CellKind, CellTest, ColumnRole, TableKind};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::coerce::many;
use super::decision::{Names, Standing, cites};
use super::expr::{unary, unwrap, widened};
use super::policy::{outcome_type, policy_of};
use super::scope::place;
use super::words::{dimension, same_shape};
use super::{Checker, TypeFinding};
use crate::graph::Comparison;
use crate::hir::{Cell, Column, Expr, ExprKind, Let, Many, Outcome, Row, Rule, Table, Unary};
use crate::resolve::NameFinding;

/// What a cell says besides what its tests do.
#[derive(Clone, Copy, Default)]
pub(super) struct Presence {
    /// The word `not` before the list.
    pub not: bool,
    /// The word `given`.
    pub given: bool,
    /// The word `missing`.
    pub missing: bool,
}

/// A header: what is written, and the column that it became, or nothing if it was wrong.
pub(super) struct Header<'a> {
    pub written: &'a ast::Expr,
    pub span: Span,
    pub column: Option<usize>,
}

/// A row, whatever the form of its table.
struct Line<'a> {
    name: String,
    /// Where the row's name is written, if it has one of its own.
    named: Option<Span>,
    /// One condition for each header.
    conditions: Vec<&'a ast::Cell>,
    gives: Option<&'a ast::Cell>,
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
                let lines = rows.iter().enumerate().map(|(place, row)| line(&roles, row, table, &row_name(at.number, place))).collect();
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
    pub(super) fn roles_make_a_table<'c>(&mut self, columns: impl Iterator<Item = (&'c ColumnRole, Span)>, table: Span) -> bool {
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

    pub(super) fn headers(&mut self, written: Vec<(&'a ast::Expr, Span)>, head: Span, names: &mut Names) -> Vec<Header<'a>> {
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
                    let test = self.cell(value, header, *not, tests, cell.span);
                    sound &= !test.is_error();
                    given.extend(self.scope.given_if(&test));
                    cells.push(Cell { column: place, test: Rc::new(test), span: cell.span });
                }
                _ => sound = false,
            }
        }
        let (outcome, because) = self.knowing(given, |this| (this.row_outcome(at, line), this.because(line.because)));
        self.scope.rule = None;
        let (outcome, because) = (outcome?, because?);
        sound.then(|| Rule {
            name: line.name.clone(),
            otherwise: false,
            group: at.group,
            each: Vec::new(),
            before: Vec::new(),
            row: Some(Row { table, cells }),
            rows: None,
            when: None,
            after: Vec::new(),
            outcome,
            because,
            cites: cites(line.cites),
            owner: None,
            shadow: false,
            overrides: Vec::new(),
            head: line.named.unwrap_or(line.span),
            span: line.span,
        })
    }

    // Cells

    /// A cell as a condition on its column's value.
    pub(super) fn cell(&mut self, value: Expr, header: &Header<'a>, not: Option<Span>, tests: &'a [CellTest], span: Span) -> Expr {
        let optional = value.ty.is_optional();
        let stated = |test: &CellTest| match test {
            CellTest::Given(at) | CellTest::Missing(at) => Some(*at),
            _ => None,
        };
        if let (false, Some(at)) = (optional, tests.iter().find_map(stated)) {
            let what = self.text(header.span);
            self.report(TypeFinding::NeverMissing { what, at });
        }
        let inner = if optional { unwrap(value.clone()) } else { value.clone() };
        let mut parts = Vec::with_capacity(tests.len());
        for test in tests {
            match test {
                CellTest::Given(_) | CellTest::Missing(_) => {}
                _ => parts.push(self.cell_test(inner.clone(), header, test)),
            }
        }
        let says = |wanted: fn(&CellTest) -> bool| tests.iter().any(wanted);
        let (given, missing) = (says(|test| matches!(test, CellTest::Given(_))), says(|test| matches!(test, CellTest::Missing(_))));
        self.presence(&value, parts, Presence { not: not.is_some(), given, missing }, span)
    }

    /// What a cell lets through, from what its tests do of a value that is there.
    pub(super) fn presence(&mut self, value: &Expr, parts: Vec<Expr>, says: Presence, span: Span) -> Expr {
        let Presence { not, given, missing } = says;
        let is_given = || unary(Unary::IsGiven, value.clone(), Type::Boolean, span);
        let is_missing = || unary(Unary::Not, is_given(), Type::Boolean, span);
        let any = |parts: Vec<Expr>| joined(Many::Or, parts, span);
        let constant = |truth| Expr { kind: ExprKind::Constant(Value::Boolean(truth)), ty: Type::Boolean, span };
        match (not, value.ty.is_optional()) {
            (not, false) if given || parts.is_empty() => constant(given != not),
            (false, false) => any(parts),
            (true, false) => unary(Unary::Not, any(parts), Type::Boolean, span),
            (false, true) => {
                let mut ways = Vec::new();
                if missing {
                    ways.push(is_missing());
                }
                if given {
                    ways.push(is_given());
                }
                if !parts.is_empty() {
                    ways.push(joined(Many::And, vec![is_given(), any(parts)], span));
                }
                any(ways)
            }
            // `not …` on what may be missing means that it is given, whatever the list says.
            (true, true) if given => {
                let problem = "`not given` lets nothing through: `not …` means a value is given".into();
                self.report(TypeFinding::Table { problem, at: span, help: Some("write `missing`".into()) });
                Expr::error(span)
            }
            (true, true) if parts.is_empty() => is_given(),
            (true, true) => joined(Many::And, vec![is_given(), unary(Unary::Not, any(parts), Type::Boolean, span)], span),
        }
    }

    fn cell_test(&mut self, value: Expr, header: &Header<'a>, test: &'a CellTest) -> Expr {
        match test {
            CellTest::Range(range) => self.in_range(value, range, range.span),
            CellTest::Compare(op, written) => {
                let right = self.expr(written, Some(&widened(&value.ty)));
                if right.is_error() || self.refuse_missing([&right, &right]) {
                    return Expr::error(written.span);
                }
                let comparison = match op.node {
                    ast::CompareOp::NotEqual => Comparison::NotEqual,
                    ast::CompareOp::Less => Comparison::Less,
                    ast::CompareOp::LessOrEqual => Comparison::LessOrEqual,
                    ast::CompareOp::Greater => Comparison::Greater,
                    ast::CompareOp::GreaterOrEqual => Comparison::GreaterOrEqual,
                    _ => Comparison::Equal,
                };
                let span = op.span.to(written.span);
                self.against_header(comparison, value, right, header, span)
            }
            CellTest::Value(written) => self.equals(value, header, written),
            CellTest::Given(span) | CellTest::Missing(span) => Expr::error(*span),
        }
    }

    /// `compact`, `410.00 EUR`, and, where the column is no set or list itself, `{a, b}` or the name of a list.
    fn equals(&mut self, value: Expr, header: &Header<'a>, written: &'a ast::Expr) -> Expr {
        let collection = matches!(value.ty, Type::Set(_) | Type::List { .. });
        if let (ast::ExprKind::Set(items), false) = (&written.kind, collection) {
            return self.one_of(value, items, written.span);
        }
        let right = self.expr(written, Some(&widened(&value.ty)));
        if right.is_error() || self.refuse_missing([&right, &right]) {
            return Expr::error(written.span);
        }
        if !collection && matches!(right.ty, Type::Set(_) | Type::List { .. }) {
            return self.value_in(value, right, written.span);
        }
        self.against_header(Comparison::Equal, value, right, header, written.span)
    }

    pub(super) fn against_header(&mut self, comparison: Comparison, value: Expr, right: Expr, header: &Header<'a>, span: Span) -> Expr {
        if !goes_with(&value.ty, &right.ty) {
            let (wants, found) = (self.words(&value.ty), self.words(&right.ty));
            let (what, at, header) = (self.text(header.written.span), right.span, header.span);
            let help = self.mismatch_help(&right, &value.ty).or_else(|| self.needs_unit(&right, &value.ty));
            self.report(TypeFinding::Cell { what, wants, found, at, header, help });
            return Expr::error(span);
        }
        let sign = match comparison {
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        };
        self.comparison(comparison, axtrace_source::Spanned::new(sign, span), value, right, span)
    }

    // Outcomes

    fn row_outcome(&mut self, at: &Standing<'a, '_>, line: &Line<'a>) -> Option<Outcome> {
        let ty = outcome_type(policy_of(at.item), at.gives);
        let written = line.gives.and_then(|cell| match &cell.kind {
            CellKind::Outcome(outcome) => Some(Ok(outcome)),
            CellKind::Broken => Some(Err(())),
            _ => None,
        });
        match (written, line.fields.as_slice()) {
            (Some(Err(())), _) => None,
            (Some(Ok(outcome)), fields) => {
                let outcome = self.outcome(at.item, outcome, ty.as_ref());
                let beside = fields.iter().find(|(_, cell)| matches!(cell.kind, CellKind::Outcome(_)));
                if let Some((name, cell)) = beside {
                    let problem = format!("this row gives a whole outcome, and `gives.{}` besides", name.text);
                    let help = Some("leave one of the two empty".into());
                    self.report(TypeFinding::Table { problem, at: cell.span, help });
                    return None;
                }
                outcome
            }
            (None, []) => {
                let problem = "this row gives nothing".into();
                self.report(TypeFinding::Table { problem, at: line.gives.map_or(line.span, |cell| cell.span), help: None });
                None
            }
            (None, fields) => self.record_of_cells(at, fields, line.span, ty.as_ref()),
        }
    }

    /// A record with a column for each field.
    fn record_of_cells(
        &mut self,
        at: &Standing<'a, '_>,
        cells: &[(&'a ast::Name, &'a ast::Cell)],
        span: Span,
        ty: Option<&Type>,
    ) -> Option<Outcome> {
        let Some(Type::Record(id)) = ty.map(Type::required) else {
            let (first, found) = (cells[0].0, self.words(at.gives));
            let problem = format!("`gives.{}` is a field, and the decision gives {found}", first.text);
            self.report(TypeFinding::Table { problem, at: first.span, help: Some("write one column `gives`".into()) });
            return None;
        };
        let (id, record) = (*id, self.types.record(*id).clone());
        let mut values = vec![None; record.fields.len()];
        let mut sound = true;
        for (name, cell) in cells {
            let Some(place) = record.fields.iter().position(|field| field.name == name.text) else {
                self.unknown_field(id, name);
                return None;
            };
            let field = &record.fields[place];
            match &cell.kind {
                CellKind::Outcome(ast::Outcome::Value(value)) => {
                    let value = self.typed_as(value, &field.ty, Some(field.span));
                    sound &= !value.is_error();
                    values[place] = Some((value, cell.span));
                }
                CellKind::Outcome(ast::Outcome::Refer(referral)) => {
                    let help = Some("a column `gives` before those of the fields holds referrals".into());
                    self.report(TypeFinding::Table { problem: "a field holds a value, no referral".into(), at: referral.span, help });
                    sound = false;
                }
                CellKind::Blank => {}
                _ => sound = false,
            }
        }
        if !sound {
            return None;
        }
        let values = self.with_missing(values, &record.fields, &record.name, span);
        let value = many(Many::Record, values, Type::Record(id), span);
        let value = match ty {
            Some(ty) => self.fit(value, ty, Some(at.item.gives.span)),
            None => value,
        };
        (!value.is_error()).then_some(Outcome::Value(value))
    }
}

/// Whether a value of the second type can stand in a column of the first.
fn goes_with(column: &Type, cell: &Type) -> bool {
    let number = |ty: &Type| match ty {
        Type::Scalar(scalar) => Some(dimension(scalar.kind)),
        Type::Ratio { kind, .. } => Some(dimension(*kind)),
        _ => None,
    };
    match (number(column), number(cell)) {
        (Some(column), Some(cell)) => column == cell,
        _ => {
            matches!((column, cell), (Type::Text { .. }, Type::Text { .. }) | (Type::List { .. }, Type::List { .. }))
                || same_shape(column, cell)
        }
    }
}

/// `and` or `or` of one condition or more.
fn joined(op: Many, mut parts: Vec<Expr>, span: Span) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(op, parts, Type::Boolean, span),
    }
}

fn condition(role: &ColumnRole) -> Option<&ast::Expr> {
    match role {
        ColumnRole::Condition(written) => Some(written),
        _ => None,
    }
}

/// What a row is called that has no `id`: by its number, and that of its table in the decision if it is not the first.
pub(super) fn row_name(table: usize, place: usize) -> String {
    match table {
        0 => format!("row {}", place + 1),
        _ => format!("table {} row {}", table + 1, place + 1),
    }
}

fn line<'a>(roles: &[(usize, &'a ColumnRole)], row: &'a ast::Row, table: &'a ast::Table, name: &str) -> Line<'a> {
    let mut line = Line {
        name: name.to_owned(),
        named: None,
        conditions: Vec::with_capacity(roles.len()),
        gives: None,
        fields: Vec::new(),
        because: table.because.as_ref(),
        cites: &table.cites,
        span: row.span,
    };
    for ((_, role), cell) in roles.iter().zip(&row.cells) {
        match (role, &cell.kind) {
            (ColumnRole::Condition(_), _) => line.conditions.push(cell),
            (ColumnRole::Gives, _) => line.gives = Some(cell),
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
                fields: Vec::new(),
                because: table.because.as_ref(),
                cites: &table.cites,
                span: cell.span,
            });
        }
    }
    lines
}
