//! Tables of tests: each row is a test, whose inputs stand under the parameters and fields that they are.
//!
//! A row is read as if its values were written after `given`: fields of one record as a record, or, beside a column for the whole, as `with`.

use std::collections::HashMap;

use axtrace_grammar::ast::{self, CellKind, CellTest, ColumnRole, ExprKind, FieldValue, TableKind};
use axtrace_runtime::types::Type;
use axtrace_source::Span;

use super::{Checker, Signature, TypeFinding};
use crate::hir;
use crate::resolve::NameFinding;
use crate::suggest::did_you_mean;

/// What a column of a table of tests holds.
enum Column<'a> {
    /// The names of the rows.
    Id,
    /// A parameter, or a part of one: the names from the parameter on.
    Given(Vec<&'a ast::Name>),
    Outcome,
    By,
}

/// What a row gives to a parameter or to a field, and to its parts.
#[derive(Default)]
struct Part<'a> {
    whole: Option<&'a ast::Expr>,
    parts: Vec<(&'a ast::Name, Part<'a>)>,
}

impl<'a> Checker<'a, '_> {
    /// A test for each row of a table.
    pub(super) fn table_of_tests(
        &mut self,
        item: &'a ast::Test,
        table: &'a ast::Table,
        decisions: &[Option<hir::Decision>],
    ) -> Vec<hir::Test> {
        let Some(id) = self.tested(item) else { return Vec::new() };
        let Some(signature) = self.signatures[id.index()].clone() else { return Vec::new() };
        let TableKind::Rows { columns, rows } = &table.kind else {
            let help = Some("write its rows here, or the tests in a JSON file: `test DECISION from \"cases.json\"`".to_owned());
            self.test_table("a table of tests has a header and rows of its own".to_owned(), table.head_span, help);
            return Vec::new();
        };
        let Some(roles) = self.test_columns(columns, table, &signature) else { return Vec::new() };
        if rows.is_empty() {
            self.test_table("a table without rows tests nothing".to_owned(), table.head_span, None);
        }
        let title = item.title.as_ref().map_or(&item.decision.text, |title| &title.node);
        let mut tests = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let (decision, number) = (decisions[id.index()].as_ref(), place + 1);
            let read = RowOf { item, row, columns, roles: &roles, signature: &signature };
            tests.extend(self.row_of_tests(&read, decision).map(|(name, test)| {
                let name = name.unwrap_or_else(|| format!("row {number}"));
                hir::Test { title: format!("{title}, {name}"), decision: id, ..test }
            }));
        }
        tests
    }

    /// What the columns hold, if they can be those of tests.
    fn test_columns(&mut self, columns: &'a [ast::Column], table: &ast::Table, signature: &Signature) -> Option<Vec<Column<'a>>> {
        let (mut roles, mut sound) = (Vec::with_capacity(columns.len()), true);
        let mut seen: HashMap<String, Span> = HashMap::new();
        for column in columns {
            let (role, key) = match &column.role {
                ColumnRole::Id => (Column::Id, "id".to_owned()),
                ColumnRole::Gives => (Column::Outcome, "outcome".to_owned()),
                ColumnRole::By => (Column::By, "by".to_owned()),
                ColumnRole::Condition(written) => match self.test_header(written, signature) {
                    Some(path) => {
                        let key = path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
                        (Column::Given(path), key)
                    }
                    None => {
                        sound = false;
                        continue;
                    }
                },
                ColumnRole::GivesField(_) | ColumnRole::Because | ColumnRole::Cites => {
                    let help = Some("behind `||` stand `outcome`, and `by` for the rules that decide".to_owned());
                    self.test_table(format!("a test has no `{}`", self.text(column.span)), column.span, help);
                    sound = false;
                    continue;
                }
                ColumnRole::Broken => {
                    sound = false;
                    continue;
                }
            };
            if let Some(first) = seen.insert(key.clone(), column.span) {
                self.report_name(NameFinding::Twice { name: key, at: column.span, first });
                sound = false;
            }
            roles.push(role);
        }
        if sound && !seen.contains_key("outcome") {
            let help = Some("add a column `outcome` behind `||`".to_owned());
            self.test_table("these tests expect nothing".to_owned(), table.head_span, help);
            sound = false;
        }
        sound.then_some(roles)
    }

    /// The names of a header: a parameter, and fields of it.
    fn test_header(&mut self, written: &'a ast::Expr, signature: &Signature) -> Option<Vec<&'a ast::Name>> {
        let Some(path) = path_of(written) else {
            let help = Some("write a parameter of the decision, or a field of one: `worker.age`".to_owned());
            self.test_table("a test gives values to parameters, not to expressions".to_owned(), written.span, help);
            return None;
        };
        let (first, fields) = path.split_first()?;
        let Some(param) = signature.params.iter().find(|param| param.name == first.text) else {
            let suggestion = did_you_mean(&first.text, signature.params.iter().map(|param| param.name.as_str()));
            self.report_name(NameFinding::UnknownDeclared { what: "parameter", name: first.text.clone(), at: first.span, suggestion });
            return None;
        };
        let mut ty = param.ty.clone();
        for field in fields {
            let Type::Record(id) = ty.required() else {
                let what = self.words(&ty);
                self.test_table(format!("{what} has no field `{}`", field.text), field.span, None);
                return None;
            };
            let id = *id;
            let known = self.types.record(id).fields.iter().find(|known| known.name == field.text).map(|known| known.ty.clone());
            let Some(known) = known else {
                self.unknown_field(id, field);
                return None;
            };
            ty = known;
        }
        Some(path)
    }

    /// The test of a row, with its name if it has one.
    fn row_of_tests(&mut self, of: &RowOf<'a, '_>, decision: Option<&hir::Decision>) -> Option<(Option<String>, hir::Test)> {
        let (mut given, mut name, mut outcome, mut by, mut sound) = (Part::default(), None, None, &[][..], true);
        for ((role, cell), column) in of.roles.iter().zip(&of.row.cells).zip(of.columns) {
            match (role, &cell.kind) {
                (Column::Given(_), CellKind::Any) | (_, CellKind::Blank) => {}
                (Column::Given(path), CellKind::Tests { not, tests }) => match self.given_value(*not, tests, cell.span, column.span) {
                    Some(value) => given.set(path, value),
                    None => sound = false,
                },
                (Column::Id, CellKind::Id(id)) => name = Some(id.clone()),
                (Column::Outcome, CellKind::Outcome(written)) => outcome = Some((written, cell.span)),
                (Column::By, CellKind::By(names)) => by = names,
                (Column::Outcome, CellKind::Open) => {
                    self.test_table("this row does not say yet what it expects".to_owned(), cell.span, None);
                    return None;
                }
                _ => sound = false,
            }
        }
        let Some((outcome, expect_span)) = outcome else {
            if sound {
                self.test_table("this row expects nothing".to_owned(), of.row.span, Some("write the outcome".to_owned()));
            }
            return None;
        };
        if !sound {
            return None;
        }
        let given: Vec<(ast::Name, &'a ast::Expr)> =
            given.parts.into_iter().filter_map(|(name, part)| Some((name.clone(), self.expr_of(part, of.row.span)?))).collect();
        let given = self.given(&of.item.decision.text, of.row.span, &given, of.signature);
        let (expect, by) = (self.expected(outcome, of.signature), self.expected_rules(by, decision));
        let (given, expect, by) = (given?, expect?, by?);
        let test = hir::Test {
            title: String::new(),
            decision: axtrace_runtime::meta::DecisionId(0),
            given,
            expect,
            by,
            span: of.row.span,
            expect_span,
        };
        Some((name, test))
    }

    /// The one value that a cell gives.
    fn given_value(&mut self, not: Option<Span>, tests: &'a [CellTest], at: Span, header: Span) -> Option<&'a ast::Expr> {
        match (not, tests) {
            (None, [CellTest::Value(value)]) => Some(value),
            (None, [CellTest::Missing(span)]) => {
                let missing = ast::Expr { kind: ExprKind::Literal(ast::Literal::Missing), span: *span };
                Some(self.kept(missing))
            }
            _ => {
                let help =
                    Some("write the value of this row, `missing` where there is none, or `-` where the test does not say".to_owned());
                self.in_cell(header, |this| this.test_table("a test is given one value".to_owned(), at, help));
                None
            }
        }
    }

    /// What a row gives to a part, as one expression; `None` if it says nothing of it.
    fn expr_of(&mut self, part: Part<'a>, row: Span) -> Option<&'a ast::Expr> {
        let mut fields = Vec::new();
        for (name, part) in part.parts {
            if let Some(value) = self.expr_of(part, row) {
                fields.push(FieldValue { name: name.clone(), value: value.clone() });
            }
        }
        let span = fields.first().map_or(row, |field| field.value.span);
        let kind = match part.whole {
            whole if fields.is_empty() => return whole,
            Some(whole) => ExprKind::With { base: Box::new(whole.clone()), fields },
            None => ExprKind::Record(fields),
        };
        Some(self.kept(ast::Expr { kind, span }))
    }

    /// Keeps an expression as long as the trees that were parsed.
    fn kept(&self, expr: ast::Expr) -> &'a ast::Expr {
        self.cells.of_tests.alloc(expr)
    }

    fn test_table(&mut self, problem: String, at: Span, help: Option<String>) {
        self.report(TypeFinding::TestTable { problem, at, help });
    }
}

/// A row, and what it is read by.
struct RowOf<'a, 'r> {
    item: &'a ast::Test,
    row: &'a ast::Row,
    columns: &'a [ast::Column],
    roles: &'r [Column<'a>],
    signature: &'r Signature,
}

impl<'a> Part<'a> {
    fn set(&mut self, path: &[&'a ast::Name], value: &'a ast::Expr) {
        let Some((first, rest)) = path.split_first() else {
            self.whole = Some(value);
            return;
        };
        let place = self.parts.iter().position(|(name, _)| name.text == first.text).unwrap_or_else(|| {
            self.parts.push((first, Part::default()));
            self.parts.len() - 1
        });
        self.parts[place].1.set(rest, value);
    }
}

/// The names of a path such as `worker.contract.kind`.
fn path_of(written: &ast::Expr) -> Option<Vec<&ast::Name>> {
    match &written.kind {
        ExprKind::Name(name) => Some(vec![name]),
        ExprKind::Field { base, field } => {
            let mut path = path_of(base)?;
            path.push(field);
            Some(path)
        }
        _ => None,
    }
}
