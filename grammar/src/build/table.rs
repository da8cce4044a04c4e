//! Decision tables: rows are cut at their bars, and each cell is read by what its column is.

use axtrace_source::Span;

use super::{Builder, Pair, expr::compare_sign, find};
use crate::{
    ast::{Cell, CellKind, CellTest, Cite, Column, ColumnRole, CrossRow, CsvColumn, Expr, ExprKind, RangeExpr, Row, Table, TableKind},
    errors::SyntaxError,
    grammar::Rule,
    scan::{Kind, Token},
    split::Stretch,
};

/// The cells of one line, as stretches of tokens; an empty cell is an empty stretch.
struct Line {
    cells: Vec<Stretch>,
    /// The number of the cell that begins behind `||`.
    divider: Option<usize>,
    span: Span,
}

/// What stands between `table` and the first row.
struct Head<'a> {
    pair: Option<Pair<'a>>,
    because: Option<Expr>,
    cites: Vec<Cite>,
}

impl<'a> Builder<'a, '_> {
    /// A table in any of its forms; `None`, reported, if its head or header cannot be read.
    pub(super) fn table(&mut self, stretch: &Stretch) -> Option<Table> {
        let (span, docs) = (self.stretch_span(stretch), self.docs_before(self.tokens.bounds(stretch).0));
        let is_bar =
            |index: &usize| matches!(self.tokens.word(*index), "|" | "||") && self.tokens.get(*index).is_some_and(|token| token.first);
        let first_row = stretch.clone().find(is_bar).unwrap_or(stretch.end);
        let head_stretch = stretch.start..first_row;
        let head_span = self.stretch_span(&head_stretch);
        let head = self.read(Rule::only_table, &head_stretch, |it, pair| {
            let (because, cites) = (it.because_in(&pair), it.all_cites(&pair));
            Head { pair: Some(pair), because, cites }
        })?;
        let kind = self.table_kind(&head, first_row..stretch.end, head_span)?;
        Some(Table { kind, because: head.because, cites: head.cites, docs, head_span, span })
    }

    fn table_kind(&mut self, head: &Head<'a>, rows: Stretch, head_span: Span) -> Option<TableKind> {
        let pair = head.pair.as_ref()?;
        let exprs: Vec<_> = pair.clone().into_inner().filter(|inner| inner.as_rule() == Rule::expr).collect();
        let file = |it: &Self, pair: &Pair<'a>| {
            find(pair, Rule::table_file).and_then(|file| find(&file, Rule::plain_text)).map(|text| it.plain_text(&text))
        };
        if let Some(csv) = find(pair, Rule::table_from) {
            return Some(TableKind::Csv { file: file(self, &csv)?, columns: self.csv_columns(csv) });
        }
        if let [row, column] = &exprs[..] {
            let (row, column) = (self.expr(row.clone()), self.expr(column.clone()));
            return match file(self, pair) {
                Some(file) => Some(TableKind::CrossCsv { row, column, file }),
                None => self.cross(row, column, rows, head_span),
            };
        }
        self.rows(rows, head_span)
    }

    fn csv_columns(&mut self, pair: Pair<'a>) -> Vec<CsvColumn> {
        pair.into_inner().filter(|inner| inner.as_rule() == Rule::csv_column).filter_map(|column| self.csv_column(&column)).collect()
    }

    fn csv_column(&mut self, pair: &Pair<'a>) -> Option<CsvColumn> {
        let title = self.plain_text(&find(pair, Rule::plain_text)?);
        let to = find(pair, Rule::csv_to).and_then(|to| find(&to, Rule::plain_text)).map(|text| self.plain_text(&text));
        let word = pair
            .clone()
            .into_inner()
            .map(|inner| inner.as_rule())
            .find(|rule| matches!(rule, Rule::kw_is | Rule::kw_gives | Rule::kw_because | Rule::kw_cites | Rule::kw_id));
        let role = match (word?, find(pair, Rule::name)) {
            (Rule::kw_is, _) => ColumnRole::Condition(self.expr_in(pair)),
            (Rule::kw_gives, Some(name)) => ColumnRole::GivesField(self.name(&name)),
            (Rule::kw_gives, None) => ColumnRole::Gives,
            (Rule::kw_because, _) => ColumnRole::Because,
            (Rule::kw_cites, _) => ColumnRole::Cites,
            _ => ColumnRole::Id,
        };
        Some(CsvColumn { title, to, role, span: self.span(pair) })
    }

    /// The lines of a table, without those of hyphens under the header.
    fn lines(&mut self, rows: Stretch) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut start = rows.start;
        for index in rows.start + 1..=rows.end {
            if index == rows.end || self.tokens.get(index).is_some_and(|token| token.first) {
                lines.extend(self.line(start..index));
                start = index;
            }
        }
        lines
    }

    fn line(&mut self, stretch: Stretch) -> Option<Line> {
        let span = self.stretch_span(&stretch);
        let is_bar = |index: usize| matches!(self.tokens.word(index), "|" | "||");
        if stretch.is_empty()
            || stretch.clone().all(|index| is_bar(index) || self.is_rule_mark(index)) && stretch.len() > 1 && self.is_ruled(&stretch)
        {
            return None;
        }
        if !is_bar(stretch.start) || !is_bar(stretch.end - 1) || stretch.len() < 2 {
            let problem = "a row of a table begins and ends with `|`".to_owned();
            let (start, end) = self.tokens.bounds(&stretch);
            let tabs = self.tokens.text[start as usize..end as usize].contains('\t');
            let help = tabs.then_some("cells stand between bars, not tabs: `| >= 90 % | north || 12.50 EUR |`");
            self.report(SyntaxError::Table { problem, at: span, label: "no whole row", help });
            return None;
        }
        let depth = self.tokens.get(stretch.start).map_or(0, |token| token.depth);
        let (mut cells, mut divider, mut from) = (Vec::new(), None, stretch.start + 1);
        for index in stretch.start + 1..stretch.end {
            if is_bar(index) && self.tokens.get(index).is_some_and(|token| token.depth == depth) {
                cells.push(from..index);
                from = index + 1;
                divider = divider.or((self.tokens.word(index) == "||" && from < stretch.end).then_some(cells.len()));
            }
        }
        Some(Line { cells, divider, span })
    }

    fn is_rule_mark(&self, index: usize) -> bool {
        self.tokens.word(index).bytes().all(|byte| matches!(byte, b'-' | b':'))
    }

    /// Whether every cell of a line holds at least two hyphens.
    fn is_ruled(&self, stretch: &Stretch) -> bool {
        let span = self.tokens.bounds(stretch);
        let text = &self.tokens.text[span.0 as usize..span.1 as usize];
        text.split('|')
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .all(|cell| cell.len() > 1 && cell.bytes().all(|byte| matches!(byte, b'-' | b':' | b' ')))
    }

    fn rows(&mut self, rows: Stretch, head_span: Span) -> Option<TableKind> {
        let told = self.findings.len();
        let mut lines = self.lines(rows).into_iter();
        let Some(header) = lines.next() else {
            let problem = "a table has a header: `| condition | … || gives |`".to_owned();
            self.report(SyntaxError::Table { problem, at: head_span, label: "no row follows", help: None });
            return None;
        };
        if header.cells.iter().any(|cell| self.is_test(cell)) {
            let problem = "this table begins without its header".to_owned();
            let help = Some("the first row says what each column holds: `| worker.age | … || gives |`");
            self.report(SyntaxError::Table { problem, at: header.span, label: "a row of tests already", help });
            return None;
        }
        let divider = header.divider.unwrap_or(header.cells.len());
        let columns: Vec<_> = header.cells.iter().enumerate().map(|(place, cell)| self.column(cell, place, divider)).collect();
        if header.divider.is_none() {
            let problem = "this table does not say where its outcomes begin".to_owned();
            let help = Some("write `||` before the first outcome column");
            self.report(SyntaxError::Table { problem, at: header.span, label: "no `||` in the header", help });
            return None;
        }
        let rows: Vec<_> = lines.filter_map(|line| self.row(line, &columns, header.span)).collect();
        // That no row is left only follows from what was reported of them.
        let unread = rows.is_empty() && self.findings.len() > told;
        (!unread).then_some(TableKind::Rows { columns, rows })
    }

    /// Whether a cell compares or names a number, as no header does.
    fn is_test(&self, cell: &Stretch) -> bool {
        let compares = matches!(self.tokens.word(cell.start), "<" | "<=" | ">" | ">=" | "=" | "!=");
        !cell.is_empty() && (compares || self.tokens.get(cell.start).is_some_and(|token| token.kind == Kind::Number))
    }

    /// A column from its header cell. Plain words mean what they say only on their side of `||`.
    fn column(&mut self, cell: &Stretch, place: usize, divider: usize) -> Column {
        let span = self.cell_span(cell);
        let outcome = place >= divider;
        let one = cell.len() == 1;
        let role = match self.tokens.word(cell.start) {
            _ if cell.is_empty() => self.bad_header(span),
            "id" if one && place == 0 && !outcome => ColumnRole::Id,
            "gives" | "outcome" if one && outcome => ColumnRole::Gives,
            "because" if one && outcome => ColumnRole::Because,
            "cites" if one && outcome => ColumnRole::Cites,
            "by" if one && outcome => ColumnRole::By,
            "gives" if outcome && cell.len() == 3 && self.tokens.word(cell.start + 1) == "." => {
                self.name_of_token(cell.start + 2).map_or(ColumnRole::Broken, ColumnRole::GivesField)
            }
            _ if outcome => self.bad_header(span),
            _ => self.read(Rule::only_header, cell, |it, pair| it.expr_in(&pair)).map_or(ColumnRole::Broken, ColumnRole::Condition),
        };
        Column { role, span }
    }

    fn bad_header(&mut self, at: Span) -> ColumnRole {
        let problem = "this column does not say what it holds".to_owned();
        let help = Some("before `||` stands a value to test, behind it `gives`, `gives.field`, `because` or `cites`");
        self.report(SyntaxError::Table { problem, at, label: "no header", help });
        ColumnRole::Broken
    }

    fn row(&mut self, line: Line, columns: &[Column], header: Span) -> Option<Row> {
        self.has_length(&line, columns.len(), header).then(|| {
            let cells = line.cells.iter().zip(columns).map(|(cell, column)| self.cell(cell, &column.role)).collect();
            Row { cells, span: line.span }
        })
    }

    fn has_length(&mut self, line: &Line, wanted: usize, header: Span) -> bool {
        let found = line.cells.len();
        if found == wanted {
            return true;
        }
        // The bar that ends the row, or the cells that no header stands over.
        let end = Span::new(line.span.end - 1, line.span.end);
        let at = line.cells.get(wanted).map_or(end, |first| self.cell_span(first).to(end));
        self.report(SyntaxError::row_length(found, wanted, at, header));
        false
    }

    fn cell(&mut self, cell: &Stretch, role: &ColumnRole) -> Cell {
        let span = self.cell_span(cell);
        let kind = match role {
            ColumnRole::Broken => Some(CellKind::Broken),
            ColumnRole::Id if !cell.is_empty() => Some(CellKind::Id(self.cell_text(cell))),
            ColumnRole::Condition(_) if cell.is_empty() => self.blank_condition(span),
            _ if cell.is_empty() => Some(CellKind::Blank),
            ColumnRole::Condition(_) => self.tests(cell),
            ColumnRole::Gives | ColumnRole::GivesField(_) => self.outcome_cell(cell),
            ColumnRole::Because => self
                .read(Rule::only_text, cell, |it, pair| find(&pair, Rule::text).map(|text| CellKind::Because(it.text_expr(text))))
                .flatten(),
            ColumnRole::Cites => self.read(Rule::only_cites, cell, |it, pair| CellKind::Cites(it.cites(pair))),
            ColumnRole::By | ColumnRole::Id => self.read(Rule::only_names, cell, |it, pair| CellKind::By(it.names(pair))),
        };
        Cell { kind: kind.unwrap_or(CellKind::Broken), span }
    }

    fn blank_condition(&mut self, at: Span) -> Option<CellKind> {
        let problem = "an empty cell tests nothing".to_owned();
        self.report(SyntaxError::Table {
            problem,
            at,
            label: "empty",
            help: Some("write `-` for any value, `missing` where none is given"),
        });
        None
    }

    /// The cell's tokens; an empty cell is the place between its bars.
    fn cell_span(&self, cell: &Stretch) -> Span {
        if cell.is_empty() {
            self.token_span(cell.start.saturating_sub(1)).to(self.token_span(cell.start))
        } else {
            self.stretch_span(cell)
        }
    }

    fn cell_text(&self, cell: &Stretch) -> String {
        let (start, end) = self.tokens.bounds(cell);
        self.tokens.text[start as usize..end as usize].trim_matches('`').to_owned()
    }

    /// A cell with an outcome.
    pub(crate) fn outcome_cell(&mut self, cell: &Stretch) -> Option<CellKind> {
        if cell.len() == 1 && self.tokens.word(cell.start) == "?" {
            return Some(CellKind::Open);
        }
        self.read(Rule::only_outcome, cell, |it, pair| CellKind::Outcome(it.outcome_in(&pair)))
    }

    /// A cell with conditions.
    pub(crate) fn condition_cell(&mut self, cell: &Stretch) -> Option<CellKind> {
        self.tests(cell)
    }

    fn tests(&mut self, cell: &Stretch) -> Option<CellKind> {
        let dash = |token: &Token| token.kind == Kind::Punct && token.end == token.start + 1;
        if cell.len() == 1 && self.tokens.word(cell.start) == "-" && self.tokens.get(cell.start).is_some_and(dash) {
            return Some(CellKind::Any);
        }
        self.read(Rule::only_tests, cell, |it, pair| {
            let negated = find(&pair, Rule::cell_not);
            let not = negated.as_ref().and_then(|negated| find(negated, Rule::kw_not)).map(|not| it.span(&not));
            let tests = find(negated.as_ref().unwrap_or(&pair), Rule::cell_tests);
            let tests = tests.into_iter().flat_map(Pair::into_inner).filter(|test| test.as_rule() == Rule::cell_test);
            CellKind::Tests { not, tests: tests.filter_map(|test| it.test_in_cell(test)).collect() }
        })
    }

    fn test_in_cell(&mut self, pair: Pair<'a>) -> Option<CellTest> {
        let inner = pair.into_inner().next()?;
        let span = self.span(&inner);
        Some(match inner.as_rule() {
            Rule::kw_missing => CellTest::Missing(span),
            Rule::kw_given => CellTest::Given(span),
            Rule::cell_compare => {
                let sign: String = inner.as_str().chars().take_while(|sign| "!<>=".contains(*sign)).collect();
                let at = Span::new(span.start, span.start + sign.len() as u32);
                let operand = find(&inner, Rule::operand)?;
                CellTest::Compare(axtrace_source::Spanned::new(compare_sign(&sign), at), self.operand(operand))
            }
            _ => value_or_range(self.operand(inner)),
        })
    }

    fn cross(&mut self, row: Expr, column: Expr, rows: Stretch, head_span: Span) -> Option<TableKind> {
        let mut lines = self.lines(rows).into_iter();
        let Some(header) = lines.next().filter(|header| header.cells.len() > 1) else {
            let problem = "the first row of a cross table holds the conditions on its columns".to_owned();
            self.report(SyntaxError::Table { problem, at: head_span, label: "no row with conditions follows", help: None });
            return None;
        };
        let condition = ColumnRole::Condition(column.clone());
        let columns = header.cells[1..].iter().map(|cell| self.cell(cell, &condition)).collect();
        let rows = lines.filter_map(|line| self.cross_row(line, &row, header.cells.len(), header.span)).collect();
        Some(TableKind::Cross { row, column, columns, rows })
    }

    fn cross_row(&mut self, line: Line, row: &Expr, wanted: usize, header: Span) -> Option<CrossRow> {
        if !self.has_length(&line, wanted, header) {
            return None;
        }
        let (first, rest) = line.cells.split_first()?;
        let condition = self.cell(first, &ColumnRole::Condition(row.clone()));
        Some(CrossRow { condition, cells: rest.iter().map(|cell| self.cell(cell, &ColumnRole::Gives)).collect(), span: line.span })
    }
}

fn value_or_range(value: Expr) -> CellTest {
    match value.kind {
        ExprKind::Range(range) => CellTest::Range(RangeExpr { span: value.span, ..*range }),
        _ => CellTest::Value(value),
    }
}
