//! Decision tables: columns, rows and cells.

use axtrace_source::{Span, Spanned};

use super::{Cite, CompareOp, Docs, Expr, Name, Outcome, RangeExpr};

/// `table …`, in one of its forms.
#[derive(Debug, Clone)]
pub struct Table {
    /// Which form, and what it holds.
    pub kind: TableKind,
    /// Why, for every row that says nothing itself; a [`ExprKind::Text`](super::ExprKind::Text).
    pub because: Option<Expr>,
    /// The sources that every row goes back to.
    pub cites: Vec<Cite>,
    /// Its documentation.
    pub docs: Docs,
    /// The line of the word `table`.
    pub head_span: Span,
    /// The whole table.
    pub span: Span,
}

/// The forms of a table.
#[derive(Debug, Clone)]
pub enum TableKind {
    /// One rule a row.
    Rows {
        /// The header, in order.
        columns: Vec<Column>,
        /// The rows, in order. Each has as many cells as there are columns; a row that had not is reported and left out.
        rows: Vec<Row>,
    },
    /// `table from "tariff.csv" { … }`.
    Csv {
        /// The file.
        file: Spanned<String>,
        /// What each of its columns is.
        columns: Vec<CsvColumn>,
    },
    /// `table ROW by COLUMN`.
    Cross {
        /// What the first column's conditions are on.
        row: Expr,
        /// What the first row's conditions are on.
        column: Expr,
        /// The conditions on the column, in order.
        columns: Vec<Cell>,
        /// The rows, each with one inner cell a column.
        rows: Vec<CrossRow>,
    },
    /// `table ROW by COLUMN from "rates.csv"`.
    CrossCsv {
        /// What the first column's conditions are on.
        row: Expr,
        /// What the first row's conditions are on.
        column: Expr,
        /// The file.
        file: Spanned<String>,
    },
}

/// One column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// What its cells are.
    pub role: ColumnRole,
    /// The header cell without the blanks around it.
    pub span: Span,
}

/// What the cells of a column are.
#[derive(Debug, Clone)]
pub enum ColumnRole {
    /// `id`: the rows' names.
    Id,
    /// Conditions on a value.
    Condition(Expr),
    /// `gives`: the outcome. In a table of tests `outcome`.
    Gives,
    /// `gives.rate`: one field of the outcome.
    GivesField(Name),
    /// `because`.
    Because,
    /// `cites`.
    Cites,
    /// `by`, in a table of tests.
    By,
    /// A header that could not be read; reported.
    Broken,
}

/// One row, which is a rule.
#[derive(Debug, Clone)]
pub struct Row {
    /// One cell a column.
    pub cells: Vec<Cell>,
    /// From its first bar to its last.
    pub span: Span,
}

/// One row of a cross table.
#[derive(Debug, Clone)]
pub struct CrossRow {
    /// The condition on the row's value.
    pub condition: Cell,
    /// One outcome a column.
    pub cells: Vec<Cell>,
    /// From its first bar to its last.
    pub span: Span,
}

/// One cell.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What it holds.
    pub kind: CellKind,
    /// Its text without the blanks around it; for an empty cell, the blanks.
    pub span: Span,
}

/// What a cell holds, by its column's role.
#[derive(Debug, Clone)]
pub enum CellKind {
    /// `-` in a condition column: anything.
    Any,
    /// Nothing.
    Blank,
    /// `18..24, >= 80`, or `not 18..24, missing`.
    Tests {
        /// The word `not` before the whole list.
        not: Option<Span>,
        /// At least one; any of them may hold.
        tests: Vec<CellTest>,
    },
    /// An outcome.
    Outcome(Outcome),
    /// `?`: an outcome that is still to be written.
    Open,
    /// The row's name, as written; hyphens are allowed.
    Id(String),
    /// The text of a `because`; a [`ExprKind::Text`](super::ExprKind::Text).
    Because(Expr),
    /// The sources of the row.
    Cites(Vec<Cite>),
    /// The rules expected to decide.
    By(Vec<Name>),
    /// A cell that could not be read; reported.
    Broken,
}

/// One condition of a cell on its column's value.
#[derive(Debug, Clone)]
pub enum CellTest {
    /// It equals the value (or, for a list or set value, is in it).
    Value(Expr),
    /// It lies in the range.
    Range(RangeExpr),
    /// `>= 80`.
    Compare(Spanned<CompareOp>, Expr),
    /// `given`.
    Given(Span),
    /// `missing`.
    Missing(Span),
}

/// `"hs" is item.code`, `"from kg".."to kg" is item.weight`, `"rate" gives`.
#[derive(Debug, Clone)]
pub struct CsvColumn {
    /// The column's title in the file.
    pub title: Spanned<String>,
    /// The column of the range's upper end.
    pub to: Option<Spanned<String>>,
    /// What its cells are.
    pub role: ColumnRole,
    /// The whole entry.
    pub span: Span,
}
