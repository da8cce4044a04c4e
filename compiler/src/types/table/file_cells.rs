//! Cells of a file: those of a table in a rule file, each read by what its column is.
//!
//! A file may have very many rows, of which many hold the same: what a cell says is worked out once for each text in a column.

use std::collections::HashMap;
use std::rc::Rc;

use axtrace_grammar::ast::{self, CellKind};
use axtrace_grammar::{parse_condition, parse_outcome};
use axtrace_runtime::literal::{parse_date, parse_decimal};
use axtrace_runtime::types::{FieldType, Kind, Type, Unit};
use axtrace_runtime::value::Value;
use axtrace_source::{Findings, Span, Spanned};

use super::cells::Presence;
use super::outcomes::FieldCell;
use super::{Header, SheetCell};
use crate::graph::Comparison;
use crate::hir::{Expr, ExprKind, Outcome};
use crate::types::decision::{Names, Standing};
use crate::types::expr::{text_constant, unwrap, widened};
use crate::types::literal::scalar;
use crate::types::operators::rescale_to;
use crate::types::policy::{outcome_type, policy_of};
use crate::types::scope::Place;
use crate::types::{Checker, TypeFinding};

/// The most places of a number that is read without the grammar, as many as a declared type has.
const MOST_PLACES: u32 = 18;
/// What stands where an outcome is still to be written.
const OPEN: &str = "?";

/// What a cell of conditions says.
#[derive(Clone)]
pub(super) enum Says {
    Anything,
    Test(Rc<Expr>),
    Wrong,
}

/// What has been worked out of the texts of a column.
#[derive(Default)]
pub(super) struct Known<'a> {
    conditions: HashMap<(String, Option<String>), Says>,
    /// What the grammar makes of outcomes.
    read: HashMap<String, Option<&'a CellKind>>,
    /// Outcomes that hold of every row.
    outcomes: HashMap<String, Option<Outcome>>,
    fields: HashMap<String, Option<Expr>>,
    /// Those that use what is given: by what that is.
    computed: HashMap<String, Vec<ByGiven<Outcome>>>,
    computed_fields: HashMap<String, Vec<ByGiven<Expr>>>,
}

/// What a text means where these places are given; nothing if it is wrong there.
type ByGiven<T> = (Vec<Place>, Option<T>);

impl<'a> Checker<'a, '_> {
    pub(super) fn condition_cell(
        &mut self,
        header: &Header<'a>,
        table: usize,
        cell: &SheetCell<'_>,
        to: Option<&SheetCell<'_>>,
        known: &mut Known<'a>,
        names: &Names,
    ) -> Says {
        let Some(column) = header.column else { return Says::Wrong };
        let key = (cell.text.to_string(), to.map(|to| to.text.to_string()));
        if let Some(says) = known.conditions.get(&key) {
            return says.clone();
        }
        let value = &names.tables[table].columns[column].value;
        let says = self.in_cell(header.span, |this| match to {
            Some(to) => this.range_cell(header, value, cell, to),
            None => this.single_cell(header, value, cell),
        });
        known.conditions.insert(key, says.clone());
        says
    }

    fn single_cell(&mut self, header: &Header<'a>, value: &Expr, cell: &SheetCell<'_>) -> Says {
        let (text, span) = (cell.text.as_ref(), cell.span);
        if text == "-" {
            return Says::Anything;
        }
        let is_text = matches!(value.ty.required(), Type::Text { .. });
        if text.is_empty() && value.ty.is_optional() {
            return says(self.presence(value, Vec::new(), Presence { missing: true, ..Presence::default() }, span));
        }
        if text.is_empty() && !is_text {
            let problem = format!("an empty cell tests nothing, and `{}` is always there", self.text(header.written.span));
            self.report(TypeFinding::Table { problem, at: span, help: Some("write `-` for any value".into()) });
            return Says::Wrong;
        }
        if self.has_decimal_comma(value, cell, header.span) {
            return Says::Wrong;
        }
        let inner = if value.ty.is_optional() { unwrap(value.clone()) } else { value.clone() };
        if is_text {
            let written = text_constant(text, span);
            self.beyond(&inner, header, Comparison::Equal, (&written, None), span);
            let test = self.against_header(Comparison::Equal, inner, written, header, span);
            return says(self.presence(value, vec![test], Presence::default(), span));
        }
        if let Some(test) = self.plain_cell(&inner, header, text, span) {
            return says(self.presence(value, vec![test], Presence::default(), span));
        }
        match self.in_words(cell, parse_condition, header.span) {
            Some(CellKind::Any) => Says::Anything,
            Some(CellKind::Tests { not, tests }) => says(self.cell(value.clone(), header, *not, tests, span)),
            _ => Says::Wrong,
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
    fn plain_cell(&mut self, value: &Expr, header: &Header<'a>, text: &str, span: Span) -> Option<Expr> {
        let kind = value.ty.scalar()?.kind;
        if let Some((low, high)) = text.split_once("..") {
            let (low, high) = (plain(low.trim(), kind, span)?, plain(high.trim(), kind, span)?);
            self.ends_beyond(value, header, (Some(&low), Some(&high)));
            return Some(self.in_closed_range(value, Some(low), Some(high), span));
        }
        let compare = |sign: &str, comparison| Some((text.strip_prefix(sign)?.trim_start(), comparison));
        let (rest, comparison) = compare(">=", Comparison::GreaterOrEqual)
            .or_else(|| compare("<=", Comparison::LessOrEqual))
            .or_else(|| compare(">", Comparison::Greater))
            .or_else(|| compare("<", Comparison::Less))
            .unwrap_or((text, Comparison::Equal));
        let number = plain(rest, kind, span)?;
        self.beyond(value, header, comparison, (&number, None), span);
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
    fn range_cell(&mut self, header: &Header<'a>, value: &Expr, from: &SheetCell<'_>, to: &SheetCell<'_>) -> Says {
        let span = if to.span.start > from.span.start { from.span.to(to.span) } else { from.span };
        let blank = |cell: &SheetCell<'_>| cell.text.is_empty();
        if blank(from) && blank(to) && value.ty.is_optional() {
            return says(self.presence(value, Vec::new(), Presence { missing: true, ..Presence::default() }, span));
        }
        let inner = if value.ty.is_optional() { unwrap(value.clone()) } else { value.clone() };
        let (Ok(low), Ok(high)) = (self.range_end(header, &inner, from), self.range_end(header, &inner, to)) else { return Says::Wrong };
        if low.is_none() && high.is_none() {
            return Says::Anything;
        }
        self.ends_beyond(&inner, header, (low.as_ref(), high.as_ref()));
        let test = self.in_closed_range(&inner, low, high, span);
        says(self.presence(value, vec![test], Presence::default(), span))
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
        let end = self.typed_as(written, &widened(&value.ty), None);
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
        read.map(|kind| &*self.cells.of_files.alloc(kind))
    }

    /// What a row gives of which it is known what it is called and what is given there.
    pub(super) fn outcome_cell(
        &mut self,
        at: &Standing<'a, '_>,
        cell: &SheetCell<'_>,
        (row, given): (&str, &[Place]),
        known: &mut Known<'a>,
    ) -> Option<Outcome> {
        if is_open(cell) {
            self.open_outcome(row.to_owned(), at.item, cell.span);
            return None;
        }
        if let Some(outcome) = known.outcomes.get(cell.text.as_ref()) {
            return outcome.clone();
        }
        let ty = outcome_type(policy_of(at.item), at.gives);
        let refers = cell.text.split_whitespace().next() == Some("refer");
        if let Some(value) = ty.as_ref().filter(|_| !refers).and_then(|ty| self.plain_value(cell, ty)) {
            let outcome = Some(Outcome::Value(value));
            known.outcomes.insert(cell.text.to_string(), outcome.clone());
            return outcome;
        }
        let computed = known.computed.get(cell.text.as_ref()).into_iter().flatten();
        if let Some((_, outcome)) = computed.into_iter().find(|(of, _)| of == given) {
            return outcome.clone();
        }
        let outcome = match self.outcome_in_words(cell, at.item.gives.span, known) {
            Some(CellKind::Outcome(outcome)) => self.outcome(at.item, outcome, ty.as_ref()),
            _ => None,
        };
        if !names_its_row(cell) {
            known.computed.entry(cell.text.to_string()).or_default().push((given.to_vec(), outcome.clone()));
        }
        outcome
    }

    /// What the grammar makes of an outcome, told once of each text.
    fn outcome_in_words(&mut self, cell: &SheetCell<'_>, header: Span, known: &mut Known<'a>) -> Option<&'a CellKind> {
        if let Some(read) = known.read.get(cell.text.as_ref()) {
            return *read;
        }
        let read = self.in_words(cell, parse_outcome, header);
        known.read.insert(cell.text.to_string(), read);
        read
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

    /// What a cell says of a field.
    pub(super) fn field_cell(
        &mut self,
        cell: &SheetCell<'_>,
        field: &FieldType,
        (row, given): (&str, &[Place]),
        known: &mut Known<'a>,
    ) -> FieldCell {
        let said = |value: Option<Expr>| value.map_or(FieldCell::Wrong, FieldCell::Value);
        if is_open(cell) {
            self.open_field(row.to_owned(), cell.span);
            return FieldCell::Wrong;
        }
        if let Some(value) = known.fields.get(cell.text.as_ref()) {
            return said(value.clone());
        }
        if let Some(value) = self.plain_value(cell, &field.ty) {
            known.fields.insert(cell.text.to_string(), Some(value.clone()));
            return FieldCell::Value(value);
        }
        let computed = known.computed_fields.get(cell.text.as_ref()).into_iter().flatten();
        if let Some((_, value)) = computed.into_iter().find(|(of, _)| of == given) {
            return said(value.clone());
        }
        let value = match self.outcome_in_words(cell, field.span, known) {
            Some(CellKind::Outcome(outcome)) => match self.field_of(outcome, field) {
                FieldCell::Value(value) => Some(value),
                FieldCell::Blank | FieldCell::Wrong => None,
            },
            _ => None,
        };
        if !names_its_row(cell) {
            known.computed_fields.entry(cell.text.to_string()).or_default().push((given.to_vec(), value.clone()));
        }
        said(value)
    }
}

/// Whether a cell says that its outcome is still to be written; in quotes it is a text.
fn is_open(cell: &SheetCell<'_>) -> bool {
    cell.text == OPEN && cell.span.end - cell.span.start == OPEN.len() as u32
}

/// Whether what a cell says is another thing in each row.
fn names_its_row(cell: &SheetCell<'_>) -> bool {
    cell.text.contains("this_rule")
}

fn says(test: Expr) -> Says {
    if test.is_error() { Says::Wrong } else { Says::Test(Rc::new(test)) }
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
            Some(scalar(Kind::Number { scale, unit }, number.at_scale(scale).ok()?, span))
        }
        Kind::Days | Kind::Period if digits.len() < 10 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(scalar(kind, text.parse().ok()?, span))
        }
        Kind::Date if text.len() == 10 => Some(scalar(Kind::Date, parse_date(text).ok()?.into(), span)),
        _ => None,
    }
}

/// Whether a cell of a column of such numbers is one that takes its unit from the column, a range of two, or one behind a comparison.
pub fn is_plain(text: &str, kind: Kind) -> bool {
    if matches!(kind, Kind::Number { unit: Unit::One, .. }) {
        return false;
    }
    let alone = |text: &str| !text.is_empty() && plain(text.trim(), kind, Span::default()).is_some();
    match text.split_once("..") {
        Some((low, high)) => alone(low) && alone(high),
        None => alone(text.trim_start_matches(['<', '>', '='])),
    }
}
