//! A table that is looked up: what its columns test, what its rows are and give, and how values become keys.
//!
//! What a row lets through is said twice, and both are compared in every test run: [`Test`]s say it of values, which is what a rule file means and what
//! the interpreter asks; [`Boxes`] of keys say it to the index that native code asks.

use std::sync::Arc;

use axtrace_source::Span;

use super::{Boxes, Cell, Domain, Index, Mode};
use crate::meta::RuleId;
use crate::types::{Scalar, Type, Types};
use crate::value::Value;

/// A table that is looked up.
#[derive(Debug, Clone)]
pub struct Table {
    /// The columns of conditions: those that are written, then one for each condition that is more than a comparison with constants.
    pub columns: Vec<Column>,
    /// Row by row one for each column: 0 lets anything through, any other is the place of a test, from 1.
    pub cells: Vec<u32>,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// What the rows give, column by column of values that are looked up.
    pub gives: Vec<Gives>,
    /// The index of the rows; built once the bounds of the headers are known.
    pub index: Option<Arc<Index>>,
    /// Whether only the first row that applies is asked for.
    pub mode: Mode,
}

/// A column of conditions.
#[derive(Debug, Clone)]
pub struct Column {
    /// The type of its header's value, with its bounds.
    pub ty: Type,
    /// What its cells say, each once.
    pub tests: Vec<Test>,
    /// Of a text: those that it is compared with, in order. Its key says where it lies among them.
    pub texts: Vec<Arc<str>>,
}

/// A column of values that rows give.
#[derive(Debug, Clone)]
pub struct Gives {
    /// The type of the values, with the bounds that they have.
    pub ty: Type,
    /// By row.
    pub values: Vec<Value>,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name.
    pub name: Arc<str>,
    /// The rule of the decision that it belongs to: rows that decide alike belong to one.
    pub rule: RuleId,
    /// Rows with equal numbers decide the same.
    pub says: u32,
    /// Where its name is written, or the whole row.
    pub head: Span,
    /// The whole row.
    pub span: Span,
    /// Where its cells are written, column by column; of those that let anything through none need be.
    pub cells: Arc<[Span]>,
    /// The text of `because`, where it has no values in it.
    pub because: Option<Arc<str>>,
    /// Each `cites` with its link.
    pub cites: Arc<[(String, Option<String>)]>,
}

/// What a cell lets through.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Anything, or nothing.
    Boolean(bool),
    /// What is not missing.
    Given,
    /// What is not let through.
    Not(Box<Test>),
    /// What all of them let through.
    All(Vec<Test>),
    /// What one of them lets through.
    Any(Vec<Test>),
    /// What equals one of these. Numbers have `more` places more than the header's.
    OneOf {
        /// The values.
        values: Vec<Value>,
        /// Places.
        more: u32,
    },
    /// What lies between two ends; `true` beside an end means that it is inside itself. Numbers have `more` places more than the header's.
    Between {
        /// The lower end.
        low: Option<(Value, bool)>,
        /// The upper end.
        high: Option<(Value, bool)>,
        /// Places.
        more: u32,
    },
}

/// Why a table cannot be looked up: a column has values that no key tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoKeys {
    /// The column.
    pub column: usize,
}

impl Test {
    /// Whether it lets a value through.
    #[must_use]
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Boolean(truth) => *truth,
            Self::Given => *value != Value::Missing,
            Self::Not(inner) => !inner.holds(value),
            Self::All(all) => all.iter().all(|test| test.holds(value)),
            Self::Any(any) => any.iter().any(|test| test.holds(value)),
            Self::OneOf { values, more } => values.iter().any(|other| order(value, other, *more) == Some(std::cmp::Ordering::Equal)),
            Self::Between { low, high, more } => {
                let above = low.as_ref().is_none_or(|(end, inside)| match order(value, end, *more) {
                    Some(order) => order.is_gt() || *inside && order.is_eq(),
                    None => false,
                });
                let below = high.as_ref().is_none_or(|(end, inside)| match order(value, end, *more) {
                    Some(order) => order.is_lt() || *inside && order.is_eq(),
                    None => false,
                });
                *value != Value::Missing && above && below
            }
        }
    }

    /// The texts that it compares with.
    fn texts(&self, out: &mut Vec<Arc<str>>) {
        let mut take = |value: &Value| {
            if let Value::Text(text) = value {
                out.push(text.clone());
            }
        };
        match self {
            Self::Boolean(_) | Self::Given => {}
            Self::Not(inner) => inner.texts(out),
            Self::All(all) | Self::Any(all) => all.iter().for_each(|test| test.texts(out)),
            Self::OneOf { values, .. } => values.iter().for_each(take),
            Self::Between { low, high, .. } => [low, high].into_iter().flatten().for_each(|(end, _)| take(end)),
        }
    }
}

/// How a value and a constant with `more` places more are ordered; `None` if they are not. Values without an order are equal or not.
fn order(value: &Value, constant: &Value, more: u32) -> Option<std::cmp::Ordering> {
    match (value, constant) {
        (Value::Missing, _) => None,
        (Value::Text(value), Value::Text(constant)) => Some(value.cmp(constant)),
        (value, constant) => match (value.number(), constant.number()) {
            (Some(value), Some(constant)) => {
                let power = 10i128.checked_pow(more).unwrap_or(i128::MAX);
                let whole = constant.div_euclid(power);
                Some(value.cmp(&whole).then(if constant.rem_euclid(power) == 0 {
                    std::cmp::Ordering::Equal
                } else {
                    std::cmp::Ordering::Less
                }))
            }
            _ => (value == constant).then_some(std::cmp::Ordering::Equal),
        },
    }
}

impl Column {
    /// A column of these tests.
    #[must_use]
    pub fn new(ty: Type, tests: Vec<Test>) -> Self {
        let mut texts = Vec::new();
        tests.iter().for_each(|test| test.texts(&mut texts));
        texts.sort_unstable();
        texts.dedup();
        Self { ty, tests, texts }
    }

    /// The keys of values that are there; `None` when 64 bits do not hold them.
    fn domain(&self, types: &Types) -> Option<(i64, i64)> {
        match self.ty.required() {
            Type::Boolean => Some((0, 1)),
            Type::Enum(id) => Some((0, types.enum_type(*id).values.len().max(1) as i64 - 1)),
            Type::Set(id) => {
                let names = types.enum_type(*id).values.len() as u32;
                if names < 63 { Some((0, (1 << names) - 1)) } else { None }
            }
            Type::Text { .. } => Some((0, 2 * self.texts.len() as i64)),
            Type::Scalar(Scalar { lo, hi, .. }) => match (i64::try_from(*lo), i64::try_from(*hi)) {
                // One key below is for what is missing.
                (Ok(lo), Ok(hi)) if lo > i64::MIN && lo <= hi => Some((lo, hi)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Where a text lies among those that it is compared with: an odd number is one of them.
    #[must_use]
    pub fn rank(&self, text: &str) -> i64 {
        match self.texts.binary_search_by(|other| other.as_ref().cmp(text)) {
            Ok(place) => 2 * place as i64 + 1,
            Err(place) => 2 * place as i64,
        }
    }

    /// The key of what is missing, one below those of what is there.
    /// `None` when 64 bits do not hold the keys of the column.
    #[must_use]
    pub fn missing(&self, types: &Types) -> Option<i64> {
        self.domain(types).map(|(low, _)| low - 1)
    }

    /// The key of a value; `None` for one that its type does not have.
    #[must_use]
    pub fn key(&self, value: &Value, types: &Types) -> Option<i64> {
        match value {
            Value::Missing => self.missing(types),
            Value::Boolean(truth) => Some(i64::from(*truth)),
            Value::Enum(place) => Some(i64::from(*place)),
            Value::Set(names) => i64::try_from(*names).ok(),
            Value::Text(text) => Some(self.rank(text)),
            value => i64::try_from(value.number()?).ok(),
        }
    }

    /// The keys that a test lets through, as disjoint intervals in order.
    fn keys(&self, test: &Test, (low, high): (i64, i64)) -> Vec<(i64, i64)> {
        let missing = self.ty.is_optional().then(|| low - 1);
        let whole = (missing.unwrap_or(low), high);
        match test {
            Test::Boolean(true) => vec![whole],
            Test::Boolean(false) => Vec::new(),
            Test::Given => vec![(low, high)],
            Test::Not(inner) => complement(&self.keys(inner, (low, high)), whole),
            Test::All(all) => {
                all.iter().map(|test| self.keys(test, (low, high))).reduce(|one, other| both(&one, &other)).unwrap_or_else(|| vec![whole])
            }
            Test::Any(any) => joined(any.iter().flat_map(|test| self.keys(test, (low, high))).collect()),
            Test::OneOf { values, more } => joined(
                values
                    .iter()
                    .filter_map(|value| self.point(value, *more))
                    .filter(|key| (low..=high).contains(key))
                    .map(|key| (key, key))
                    .collect(),
            ),
            Test::Between { low: from, high: to, more } => {
                let from = from.as_ref().map_or(i128::from(low), |(end, inside)| self.first_from(end, *inside, *more)).max(low.into());
                let to = to.as_ref().map_or(i128::from(high), |(end, inside)| self.last_to(end, *inside, *more)).min(high.into());
                match (i64::try_from(from), i64::try_from(to)) {
                    (Ok(from), Ok(to)) if from <= to => vec![(from, to)],
                    _ => Vec::new(),
                }
            }
        }
    }

    /// The key that equals a constant, if one does.
    fn point(&self, value: &Value, more: u32) -> Option<i64> {
        match value {
            Value::Boolean(truth) => Some(i64::from(*truth)),
            Value::Enum(place) => Some(i64::from(*place)),
            Value::Set(names) => i64::try_from(*names).ok(),
            Value::Text(text) => Some(self.rank(text)),
            value => {
                let (number, power) = (value.number()?, 10i128.checked_pow(more)?);
                if number.rem_euclid(power) == 0 { i64::try_from(number.div_euclid(power)).ok() } else { None }
            }
        }
    }

    fn first_from(&self, end: &Value, inside: bool, more: u32) -> i128 {
        match end {
            Value::Text(text) => i128::from(self.rank(text)) + i128::from(!inside),
            end => {
                let (number, power) = (end.number().unwrap_or(0), 10i128.checked_pow(more).unwrap_or(i128::MAX));
                let (whole, rest) = (number.div_euclid(power), number.rem_euclid(power));
                if rest != 0 || !inside { whole.saturating_add(1) } else { whole }
            }
        }
    }

    fn last_to(&self, end: &Value, inside: bool, more: u32) -> i128 {
        match end {
            Value::Text(text) => i128::from(self.rank(text)) - i128::from(!inside),
            end => {
                let (number, power) = (end.number().unwrap_or(0), 10i128.checked_pow(more).unwrap_or(i128::MAX));
                let (whole, rest) = (number.div_euclid(power), number.rem_euclid(power));
                if rest == 0 && !inside { whole.saturating_sub(1) } else { whole }
            }
        }
    }
}

impl Table {
    /// The cells of a row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[u32] {
        let width = self.columns.len();
        self.cells.get(row * width..(row + 1) * width).unwrap_or_default()
    }

    /// What a cell lets through; `None` for anything.
    #[must_use]
    pub fn test(&self, row: usize, column: usize) -> Option<&Test> {
        let place = self.row(row).get(column)?.checked_sub(1)?;
        self.columns.get(column)?.tests.get(place as usize)
    }

    /// Whether a row applies to the values of the headers.
    #[must_use]
    pub fn applies(&self, row: usize, values: &[Value]) -> bool {
        (0..self.columns.len()).zip(values).all(|(column, value)| self.test(row, column).is_none_or(|test| test.holds(value)))
    }

    /// The rows as boxes of keys.
    ///
    /// # Errors
    /// When a column has values that no key tells apart.
    pub fn boxes(&self, types: &Types) -> Result<Boxes, NoKeys> {
        boxes_of(&self.columns, &self.cells, self.rows.len(), types)
    }
}

/// Rows as boxes of keys: row by row `cells` has for each column 0, which lets anything through, or the place of a test, from 1.
///
/// # Errors
/// When a column has values that no key tells apart.
pub fn boxes_of(columns: &[Column], cells: &[u32], rows: usize, types: &Types) -> Result<Boxes, NoKeys> {
    let mut domains = Vec::with_capacity(columns.len());
    let mut keys = Vec::with_capacity(columns.len());
    for (place, column) in columns.iter().enumerate() {
        let domain = column.domain(types).ok_or(NoKeys { column: place })?;
        domains.push(Domain { low: if column.ty.is_optional() { domain.0 - 1 } else { domain.0 }, high: domain.1 });
        keys.push(column.tests.iter().map(|test| column.keys(test, domain)).collect::<Vec<_>>());
    }
    let mut boxes = Boxes::new(domains);
    let mut row_of = Vec::with_capacity(keys.len());
    for row in 0..rows {
        row_of.clear();
        let width = columns.len();
        let cells = cells.get(row * width..(row + 1) * width).unwrap_or_default();
        row_of.extend(cells.iter().zip(&keys).map(|(cell, keys)| match cell.checked_sub(1) {
            None => Cell::Any,
            Some(test) => keys.get(test as usize).map_or(Cell::Any, |keys| Cell::In(keys)),
        }));
        boxes.push(&row_of);
    }
    Ok(boxes)
}

/// Intervals in order, disjoint, none of them beside another.
#[must_use]
pub fn joined(mut all: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    all.sort_unstable();
    let mut out: Vec<(i64, i64)> = Vec::with_capacity(all.len());
    for (low, high) in all {
        match out.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            _ => out.push((low, high)),
        }
    }
    out
}

/// What lies between two ends and in none of some disjoint intervals in order.
#[must_use]
pub fn complement(all: &[(i64, i64)], (low, high): (i64, i64)) -> Vec<(i64, i64)> {
    let (mut out, mut next) = (Vec::with_capacity(all.len() + 1), i128::from(low));
    for (from, to) in all {
        if next < i128::from(*from) {
            out.push((next as i64, from - 1));
        }
        next = i128::from(*to) + 1;
    }
    if next <= i128::from(high) {
        out.push((next as i64, high));
    }
    out
}

/// What two lists of disjoint intervals in order share.
#[must_use]
pub fn both(one: &[(i64, i64)], other: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let (mut out, mut a, mut b) = (Vec::new(), 0, 0);
    while let (Some(left), Some(right)) = (one.get(a), other.get(b)) {
        let (low, high) = (left.0.max(right.0), left.1.min(right.1));
        if low <= high {
            out.push((low, high));
        }
        if left.1 < right.1 { a += 1 } else { b += 1 }
    }
    out
}

/// Whether values of a type have keys.
#[must_use]
pub fn has_keys(ty: &Type, types: &Types) -> bool {
    match ty.required() {
        Type::Boolean | Type::Enum(_) | Type::Text { .. } => true,
        Type::Set(id) => types.enum_type(*id).values.len() < 63,
        Type::Scalar(_) => true,
        _ => false,
    }
}
