//! Tables as they are written: what each says to the analysis, and where and how a row more would stand.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use axtrace_grammar::ast::{self, ColumnRole, CsvColumn, DecisionItem, GroupItem, TableKind};
use axtrace_runtime::meta::DecisionId;
use axtrace_runtime::table::{Column, Test};
use axtrace_runtime::types::{Type, Types};
use axtrace_source::{SourceFile, Sources, Span};

use super::cells::Form;
use crate::hir::{self, Body, Rule};
use crate::lookups::test_of;
use crate::types::{Sheet, SheetCell, is_plain, titles_among};

/// A table of a decision.
#[derive(Debug, Clone)]
pub struct Written {
    /// The decision.
    pub decision: DecisionId,
    /// The table, by its place in the decision.
    pub table: usize,
    /// Its columns of conditions.
    pub columns: Vec<Column>,
    /// Row by row one for each column: 0 lets anything through, any other is the place of a test, from 1.
    pub cells: Vec<u32>,
    /// How many rows compare with constants alone.
    pub rows: usize,
    /// The names of the others.
    pub others: Vec<String>,
    /// How a row is written.
    pub layout: Layout,
}

/// How the rows of a table are written, and where more of them belong.
#[derive(Debug, Clone)]
pub struct Layout {
    /// What stands in the columns of a row, from left to right; of a cross table in its first two.
    pub slots: Vec<Slot>,
    /// How cells become a line.
    pub ink: Ink,
    /// The last row.
    pub after: Span,
    /// Of a cross table: its lines, from that with the conditions on columns.
    pub cross: Option<Cross>,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A condition: the column, which of its cells, and how these are written.
    Condition(usize, usize, Form),
    /// What the row gives.
    Outcome,
    /// Nothing that a row needs to have.
    Blank,
}

/// How cells become a line.
#[derive(Debug, Clone)]
pub enum Ink {
    /// Between bars.
    Bars {
        /// What stands before the first.
        indent: String,
        /// How wide the columns are.
        widths: Vec<usize>,
        /// How many columns stand before `||`; all in a cross table.
        before: usize,
    },
    /// Between the separators of a file.
    File {
        /// What stands between two cells.
        separator: char,
        /// Whether all cells stand in quotes.
        quoted: bool,
    },
}

/// The lines of a cross table.
#[derive(Debug, Clone)]
pub struct Cross {
    /// How many columns of outcomes it has.
    pub columns: usize,
    /// Its lines as they are written, and whether a condition, an outcome, or the rule under the header stands at the end of each.
    pub lines: Vec<(String, Last)>,
    /// From the first of them to the last.
    pub span: Span,
}

/// What a line of a cross table ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// A condition on the column.
    Condition,
    /// Hyphens.
    Rule,
    /// An outcome.
    Outcome,
    /// No part of the table.
    Nothing,
}

/// All tables of a program.
pub fn written(typed: &hir::Program, files: &[ast::File], sources: &Sources) -> Vec<Written> {
    let tables: HashMap<Span, &ast::Table> = files.iter().flat_map(|file| &file.items).flat_map(tables_of).collect();
    let mut all = Vec::new();
    for decision in &typed.decisions {
        let Body::Rules(rules) = &decision.body else { continue };
        for (place, table) in decision.tables.iter().enumerate() {
            let rows: Vec<&Rule> = rules.iter().filter(|rule| rule.row.as_ref().is_some_and(|row| row.table == place)).collect();
            let layout = tables.get(&table.span).and_then(|written| layout(written, table, sources));
            let Some(layout) = layout else { continue };
            let (columns, cells, others) = said(table, &rows, &typed.types);
            let rows = rows.len() - others.len();
            all.push(Written { decision: decision.id, table: place, columns, cells, rows, others, layout });
        }
    }
    all
}

fn tables_of(item: &ast::Item) -> Vec<(Span, &ast::Table)> {
    let ast::Item::Decision(decision) = item else { return Vec::new() };
    let ast::DecisionBody::Block(items) = &decision.body else { return Vec::new() };
    items.iter().flat_map(tables_in).collect()
}

fn tables_in(item: &DecisionItem) -> Vec<(Span, &ast::Table)> {
    match item {
        DecisionItem::Table(table) => vec![(table.head_span, &**table)],
        DecisionItem::Group(group) => {
            let mut tables = Vec::new();
            for item in &group.items {
                if let GroupItem::Table(table) = item {
                    tables.push((table.head_span, &**table));
                }
            }
            tables
        }
        _ => Vec::new(),
    }
}

/// What rows say of columns, and which of them compare with more than constants.
fn said(table: &hir::Table, rows: &[&Rule], types: &Types) -> (Vec<Column>, Vec<u32>, Vec<String>) {
    let width = table.columns.len();
    let mut tests: Vec<Vec<Test>> = vec![Vec::new(); width];
    let mut known: HashMap<*const hir::Expr, Option<u32>> = HashMap::new();
    let (mut cells, mut others) = (Vec::with_capacity(width * rows.len()), Vec::new());
    for rule in rows {
        let mut line = vec![0; width];
        let mut sound = true;
        for cell in rule.row.iter().flat_map(|row| &row.cells) {
            let place = *known.entry(Rc::as_ptr(&cell.test)).or_insert_with(|| {
                let test = test_of(&cell.test, &table.columns[cell.column].value, types)?;
                tests[cell.column].push(test);
                Some(tests[cell.column].len() as u32)
            });
            match place {
                Some(place) => line[cell.column] = place,
                None => sound = false,
            }
        }
        if sound { cells.extend(line) } else { others.push(rule.name.clone()) }
    }
    let column = |(column, tests): (&hir::Column, Vec<Test>)| {
        // A value without keys has no cells but those that are more than comparisons with constants.
        let ty = if axtrace_runtime::table::has_keys(&column.value.ty, types) { column.value.ty.clone() } else { Type::Boolean };
        Column::new(ty, tests)
    };
    (table.columns.iter().zip(tests).map(column).collect(), cells, others)
}

fn layout(written: &ast::Table, table: &hir::Table, sources: &Sources) -> Option<Layout> {
    let file = sources.file_at(written.head_span.start)?;
    match &written.kind {
        TableKind::Rows { columns, rows } => {
            let spans: Vec<Span> = columns.iter().map(|column| column.span).collect();
            let roles: Vec<&ColumnRole> = columns.iter().map(|column| &column.role).collect();
            let (indent, widths) = widths(file, &spans, false)?;
            let before = roles.iter().take_while(|role| matches!(role, ColumnRole::Condition(_) | ColumnRole::Id)).count();
            let slots = slots(&roles, |_| Form::Words);
            Some(Layout { slots, ink: Ink::Bars { indent, widths, before }, after: rows.last()?.span, cross: None })
        }
        TableKind::Cross { columns, rows, .. } => {
            let spans: Vec<Span> = columns.iter().map(|column| column.span).collect();
            let (indent, widths) = widths(file, &spans, true)?;
            let last = rows.last()?.span;
            let (from, to) = (file.position(spans.first()?.start).line, file.position(last.start).line);
            let lines = (from..=to).map(|line| (file.line(line).trim_end().to_owned(), last_of(file.line(line), line == from))).collect();
            let span = Span::new(file.line_start(from), last.end);
            let cross = Some(Cross { columns: columns.len(), lines, span });
            let ink = Ink::Bars { indent, before: widths.len(), widths };
            Some(Layout { slots: crossing(Form::Words, Form::Words), ink, after: last, cross })
        }
        TableKind::Csv { file: named, columns } => {
            let sheet = Sheet::read(data(sources, file, &named.node)?, |row| titles_among(columns, row)).ok()?;
            of_file(&sheet, columns, table)
        }
        TableKind::CrossCsv { file: named, .. } => {
            let sheet = Sheet::read(data(sources, file, &named.node)?, <[_]>::len).ok()?;
            of_crossed_file(&sheet, table, sources)
        }
    }
}

fn data<'s>(sources: &'s Sources, naming: &SourceFile, name: &str) -> Option<&'s SourceFile> {
    sources.files().get(sources.data(&naming.beside(name)?).ok()?)
}

/// What stands in the columns of these roles.
fn slots(roles: &[&ColumnRole], form: impl Fn(usize) -> Form) -> Vec<Slot> {
    let fields = roles.iter().any(|role| matches!(role, ColumnRole::GivesField(_)));
    let mut conditions = 0..;
    let slot = |role: &&ColumnRole| match role {
        ColumnRole::Condition(_) => conditions.next().map_or(Slot::Blank, |column| Slot::Condition(column, 0, form(column))),
        ColumnRole::GivesField(_) => Slot::Outcome,
        ColumnRole::Gives if !fields => Slot::Outcome,
        _ => Slot::Blank,
    };
    roles.iter().map(slot).collect()
}

fn crossing(rows: Form, columns: Form) -> Vec<Slot> {
    vec![Slot::Condition(0, 0, rows), Slot::Condition(1, 0, columns)]
}

/// What stands before the first bar of a header, and how wide its cells are. That of a cross table begins with a cell that is empty.
fn widths(file: &SourceFile, cells: &[Span], crossed: bool) -> Option<(String, Vec<usize>)> {
    let number = file.position(cells.first()?.start).line;
    let (line, start) = (file.line(number), file.line_start(number));
    let local = |span: &Span| Some(span.start.checked_sub(start)? as usize..span.end.checked_sub(start)? as usize);
    let first = line.find('|')?;
    let mut places: Vec<Range<usize>> = Vec::with_capacity(cells.len() + 1);
    if crossed {
        places.push(first + 1..first + 1);
    }
    for cell in cells {
        places.push(local(cell)?);
    }
    let mut widths = Vec::with_capacity(places.len());
    for (place, cell) in places.iter().enumerate() {
        let before = if place == 0 { 0 } else { places[place - 1].end };
        let from = before + line.get(before..cell.start)?.rfind('|')? + 1;
        let to = cell.end + line.get(cell.end..)?.find('|')?;
        widths.push(line.get(from..to)?.chars().count().saturating_sub(2));
    }
    Some((line[..first].to_owned(), widths))
}

fn last_of(line: &str, first: bool) -> Last {
    let text = line.trim();
    match text {
        _ if !text.starts_with('|') => Last::Nothing,
        _ if first => Last::Condition,
        _ if text.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ')) => Last::Rule,
        _ => Last::Outcome,
    }
}

// Files

fn of_file(sheet: &Sheet<'_>, columns: &[CsvColumn], table: &hir::Table) -> Option<Layout> {
    let (titles, rows) = sheet.rows.split_first()?;
    let roles: Vec<&ColumnRole> = columns.iter().map(|column| &column.role).collect();
    let place = |title: &str| titles.iter().position(|cell| cell.text == title);
    let mut slots_of = vec![Slot::Blank; titles.len()];
    let mut taken = vec![false; titles.len()];
    let mut conditions = 0..;
    for (slot, column) in slots(&roles, |_| Form::Words).into_iter().zip(columns) {
        let (first, last) = (place(&column.title.node)?, column.to.as_ref().map(|to| place(&to.node)));
        let ends: Vec<usize> = std::iter::once(Some(first)).chain(last).collect::<Option<_>>()?;
        // Of a column that says two things no cell answers both.
        if ends.iter().any(|end| std::mem::replace(&mut taken[*end], true)) {
            return None;
        }
        let is_condition = matches!(column.role, ColumnRole::Condition(_));
        let number = if is_condition { conditions.next()? } else { 0 };
        for (which, end) in ends.iter().enumerate() {
            slots_of[*end] = match slot {
                Slot::Condition(..) => Slot::Condition(number, which, form(table.columns.get(number)?, rows, &ends)),
                other => other,
            };
        }
    }
    let last = rows.last()?;
    let after = last[0].span.to(last[last.len() - 1].span);
    Some(Layout { slots: slots_of, ink: ink_of(sheet, last), after, cross: None })
}

fn of_crossed_file(sheet: &Sheet<'_>, table: &hir::Table, sources: &Sources) -> Option<Layout> {
    let (first, rows) = sheet.rows.split_first()?;
    let last = rows.last()?;
    let line = |row: &[SheetCell<'_>]| Some(row.first()?.span.to(row.last()?.span));
    let mut lines = Vec::with_capacity(sheet.rows.len());
    for (place, row) in sheet.rows.iter().enumerate() {
        lines.push((sources.text(line(row)?).to_owned(), if place == 0 { Last::Condition } else { Last::Outcome }));
    }
    let rows_form = form(table.columns.first()?, rows, &[0]);
    let across: Vec<Vec<SheetCell<'_>>> = first[1..].iter().map(|cell| vec![cell.clone()]).collect();
    let columns_form = form(table.columns.get(1)?, &across, &[0]);
    let span = line(first)?.to(line(last)?);
    let cross = Some(Cross { columns: first.len() - 1, lines, span });
    Some(Layout { slots: crossing(rows_form, columns_form), ink: ink_of(sheet, last), after: line(last)?, cross })
}

/// How the conditions of a column of a file are written, which begins at the first of `ends`.
fn form(column: &hir::Column, rows: &[Vec<SheetCell<'_>>], ends: &[usize]) -> Form {
    let ty = column.value.ty.required();
    let kind = ty.scalar().map(|scalar| scalar.kind);
    let is_plain = |cell: &SheetCell<'_>| kind.is_some_and(|kind| is_plain(&cell.text, kind));
    let plain = rows.iter().any(|row| ends.iter().any(|end| row.get(*end).is_some_and(is_plain)));
    match ends.len() {
        1 if matches!(ty, Type::Text { .. }) => Form::Text,
        1 if plain => Form::Plain,
        1 => Form::Words,
        _ => Form::Ends(plain),
    }
}

fn ink_of(sheet: &Sheet<'_>, last: &[SheetCell<'_>]) -> Ink {
    // The span of a cell in quotes is two longer than its text.
    let quoted = last.iter().all(|cell| cell.span.end - cell.span.start >= cell.text.len() as u32 + 2);
    Ink::File { separator: char::from(sheet.separator), quoted }
}
