//! Keys as the cells that let them through.

use axtrace_runtime::meta::ProgramMeta;
use axtrace_runtime::table::{Column, complement, joined};
use axtrace_runtime::text::format_literal;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;

/// The most values of one cell.
const MOST_PIECES: usize = 64;
/// So many days of a week stand by name; more as a range.
const FEW_DAYS: usize = 2;

/// How the cells of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As in a rule file: `18..24, >= 80`.
    Words,
    /// A number alone, a range or a comparison, without its unit.
    Plain,
    /// The text itself.
    Text,
    /// Two cells with the ends of a range; whether they stand without their unit.
    Ends(bool),
}

/// A column whose cells are written.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    /// The program, for the names of values.
    pub program: &'a ProgramMeta,
    /// The column.
    pub column: &'a Column,
    /// The keys of values that are there.
    pub domain: (i64, i64),
    /// The key of what is missing, if that can be.
    pub missing: Option<i64>,
    /// How.
    pub form: Form,
}

/// The cells of one row in one column: one, or two with the ends of a range.
pub type Cells = Vec<String>;

impl Writer<'_> {
    /// Cells that together let just these keys through, each for a row of its own, and whether they let all of them through; `None` if no cells
    /// let any of them through.
    pub fn cells(&self, side: &[(i64, i64)]) -> Option<(Vec<Cells>, bool)> {
        let with_missing = self.missing.is_some_and(|key| side.iter().any(|(low, high)| (*low..=*high).contains(&key)));
        let there = axtrace_runtime::table::both(side, &[self.domain]);
        match self.form {
            Form::Words => self.in_words(&there, with_missing).map(|cell| (vec![vec![cell]], true)),
            Form::Plain => self.one_by_one(&there, with_missing, |(low, high)| Some(vec![self.range(low, high, true)])),
            Form::Text => self.one_by_one(&one_text_each(&there), with_missing, |keys| Some(vec![self.text_itself(keys)?])),
            Form::Ends(plain) => self.ends(&there, with_missing, plain).map(|cells| (cells, true)),
        }
    }

    /// The cells that let anything through.
    pub fn any(&self) -> Cells {
        vec!["-".to_owned(); if matches!(self.form, Form::Ends(_)) { 2 } else { 1 }]
    }

    fn is_whole(&self, there: &[(i64, i64)]) -> bool {
        there == [self.domain]
    }

    /// All in one cell.
    fn in_words(&self, there: &[(i64, i64)], with_missing: bool) -> Option<String> {
        let optional = self.missing.is_some();
        match (there, with_missing) {
            ([], _) => return Some("missing".to_owned()),
            (_, true) if self.is_whole(there) => return Some("-".to_owned()),
            (_, false) if self.is_whole(there) => return Some(if optional { "given" } else { "-" }.to_owned()),
            _ => {}
        }
        let lets = self.pieces(there);
        let leaves = self.pieces(&complement(there, self.domain));
        // `not …` on what may be missing means that it is given.
        let negated = !with_missing && leaves.len() < lets.len();
        let mut pieces = if negated { leaves } else { lets };
        if with_missing {
            pieces.push("missing".to_owned());
        }
        (pieces.len() <= MOST_PIECES).then(|| format!("{}{}", if negated { "not " } else { "" }, pieces.join(", ")))
    }

    /// A cell for each piece that can be said, and one for what is missing; whether all can be said.
    fn one_by_one(
        &self,
        there: &[(i64, i64)],
        with_missing: bool,
        cell: impl Fn((i64, i64)) -> Option<Cells>,
    ) -> Option<(Vec<Cells>, bool)> {
        if joined(there.to_vec()) == [self.domain] && with_missing == self.missing.is_some() {
            return Some((vec![self.any()], true));
        }
        let mut cells: Vec<Cells> = there.iter().filter_map(|keys| cell(*keys)).collect();
        let all = cells.len() == there.len();
        if with_missing {
            cells.push(vec![String::new()]);
        }
        (!cells.is_empty() && cells.len() <= MOST_PIECES).then_some((cells, all))
    }

    /// A text that stands for itself in a file.
    fn text_itself(&self, (low, high): (i64, i64)) -> Option<String> {
        let text = self.column.texts.get(usize::try_from(low).ok()? / 2).filter(|_| low == high && low % 2 == 1)?;
        (**text != *"-" && text.trim() == &**text && (!text.is_empty() || self.missing.is_none())).then(|| text.to_string())
    }

    /// The ends of closed ranges, of which `-` leaves one open.
    fn ends(&self, there: &[(i64, i64)], with_missing: bool, plain: bool) -> Option<Vec<Cells>> {
        if self.is_whole(there) && with_missing == self.missing.is_some() {
            return Some(vec![self.any()]);
        }
        let whole = self.is_whole(there);
        let end = |key: i64, open: bool| if open { "-".to_owned() } else { self.number(key, plain) };
        let row = |(low, high): &(i64, i64)| vec![end(*low, *low == self.domain.0 && !whole), end(*high, *high == self.domain.1)];
        let mut cells: Vec<Cells> = there.iter().map(row).collect();
        if with_missing {
            cells.push(vec![String::new(), String::new()]);
        }
        (cells.len() <= MOST_PIECES).then_some(cells)
    }

    /// What is listed in a cell.
    fn pieces(&self, there: &[(i64, i64)]) -> Vec<String> {
        let keys = || there.iter().flat_map(|(low, high)| *low..=*high).take(MOST_PIECES + 1);
        let named = |value: fn(i64) -> Value| keys().map(|key| self.literal(&value(key))).collect();
        match self.column.ty.required() {
            Type::Boolean => named(|key| Value::Boolean(key != 0)),
            Type::Enum(_) => named(|key| Value::Enum(key as u16)),
            Type::Set(_) => named(|key| Value::Set(key as u64)),
            Type::Text { .. } => there.iter().map(|(low, high)| self.texts(*low, *high)).collect(),
            Type::Scalar(Scalar { kind: Kind::Weekday, .. }) => there.iter().flat_map(|(low, high)| self.days(*low, *high)).collect(),
            _ => there.iter().map(|(low, high)| self.range(*low, *high, false)).collect(),
        }
    }

    fn literal(&self, value: &Value) -> String {
        format_literal(value, self.column.ty.required(), self.program)
    }

    fn kind(&self) -> Kind {
        self.column.ty.scalar().map_or(Kind::INTEGER, |scalar| scalar.kind)
    }

    /// A number, with its unit or without.
    fn number(&self, key: i64, plain: bool) -> String {
        let kind = self.kind();
        let value = match kind {
            Kind::Datetime | Kind::DatetimeIn(_) => Value::Datetime { instant: key, offset: 0 },
            _ => Value::Scalar(key.into()),
        };
        match kind {
            Kind::Number { scale, .. } if plain => {
                let mut text = String::new();
                axtrace_runtime::text::write_number(&mut text, key.into(), Kind::Number { scale, unit: Unit::One });
                text
            }
            Kind::Days | Kind::Period if plain => key.to_string(),
            _ => self.literal(&value),
        }
    }

    /// Numbers from one to another, both included. Of `>= 5.01` and `> 5.00` the one with the rounder number is written; `closed` leaves no
    /// choice.
    fn range(&self, low: i64, high: i64, closed: bool) -> String {
        let number = |key: i64| self.number(key, closed);
        if low == high {
            return number(low);
        }
        let rounder = |beyond: i64, end: i64| !self.is_counted() && self.roundness(beyond) > self.roundness(end);
        let above = low.checked_sub(1).filter(|beyond| low > self.domain.0 && rounder(*beyond, low));
        let below = high.checked_add(1).filter(|beyond| high < self.domain.1 && rounder(*beyond, high));
        match (low == self.domain.0, high == self.domain.1) {
            (_, true) => above.map_or_else(|| format!(">= {}", number(low)), |beyond| format!("> {}", number(beyond))),
            (true, false) => below.map_or_else(|| format!("<= {}", number(high)), |beyond| format!("< {}", number(beyond))),
            (false, false) if closed => format!("{}..{}", number(low), number(high)),
            (false, false) => {
                let (from, sign) = above.map_or((low, ""), |beyond| (beyond, "<"));
                let (to, before) = below.map_or((high, ""), |beyond| (beyond, "<"));
                let blank = if number(from).contains(' ') { " " } else { "" };
                format!("{}{blank}{sign}..{blank}{before}{}", number(from), number(to))
            }
        }
    }

    /// Whether values are counted one by one, so that both ends of a range belong to it.
    fn is_counted(&self) -> bool {
        match self.kind() {
            Kind::Number { scale, .. } => scale == 0,
            Kind::Days | Kind::Period | Kind::Date | Kind::Weekday => true,
            Kind::Duration | Kind::DurationIn(_) | Kind::Time | Kind::Datetime | Kind::DatetimeIn(_) => false,
        }
    }

    /// How many zeros a number ends with, in the base that its kind is written in.
    fn roundness(&self, key: i64) -> u32 {
        let steps: &[i64] = match self.kind() {
            Kind::Number { .. } => &[10; 18],
            _ => &[10, 6, 10, 6, 24],
        };
        let mut left = key;
        let round = |step: &&i64| {
            let ends = left != 0 && left % **step == 0;
            left /= **step;
            ends
        };
        if key == 0 { u32::MAX } else { steps.iter().take_while(round).count() as u32 }
    }

    fn days(&self, low: i64, high: i64) -> Vec<String> {
        let day = |key: i64| self.number(key, false);
        if (high - low) < FEW_DAYS as i64 { (low..=high).map(day).collect() } else { vec![format!("{}..{}", day(low), day(high))] }
    }

    /// Texts from one key to another: an odd one is a text, an even one whatever lies before the next.
    fn texts(&self, low: i64, high: i64) -> String {
        let text = |place: i64| {
            let text = usize::try_from(place).ok().and_then(|place| self.column.texts.get(place)).cloned();
            self.literal(&Value::Text(text.unwrap_or_else(|| "".into())))
        };
        let from = (low > self.domain.0).then(|| if low % 2 == 1 { (text(low / 2), true) } else { (text(low / 2 - 1), false) });
        let to = (high < self.domain.1).then(|| (text(high / 2), high % 2 == 1));
        match (from, to) {
            (Some((only, _)), Some(_)) if low == high && low % 2 == 1 => only,
            (None, Some((to, inside))) => format!("{} {to}", if inside { "<=" } else { "<" }),
            (Some((from, inside)), None) => format!("{} {from}", if inside { ">=" } else { ">" }),
            (from, to) => {
                let ((from, inside), (to, ends)) = (from.unwrap_or_default(), to.unwrap_or_default());
                format!("{from}{}..{}{to}", if inside { "" } else { "<" }, if ends { "" } else { "<" })
            }
        }
    }
}

/// Intervals of texts, each text that is named by itself.
fn one_text_each(there: &[(i64, i64)]) -> Vec<(i64, i64)> {
    if there.len() == 1 && there[0].1 - there[0].0 > 2 * MOST_PIECES as i64 {
        return there.to_vec();
    }
    there.iter().flat_map(|(low, high)| (*low..=*high).map(|key| (key, key))).take(4 * MOST_PIECES).collect()
}

/// Rows of sets of keys, joined where they differ in one column only.
pub fn merged(boxes: Vec<Vec<(i64, i64)>>) -> Vec<Vec<Vec<(i64, i64)>>> {
    let mut rows: Vec<Vec<Vec<(i64, i64)>>> = boxes.into_iter().map(|sides| sides.into_iter().map(|side| vec![side]).collect()).collect();
    let mut at = 0;
    while at < rows.len() {
        let differ = |one: &[Vec<(i64, i64)>], other: &[Vec<(i64, i64)>]| {
            let mut apart = (0..one.len()).filter(|column| one[*column] != other[*column]);
            let first = apart.next()?;
            apart.next().is_none().then_some(first)
        };
        let found = (at + 1..rows.len()).find_map(|other| Some((other, differ(&rows[at], &rows[other])?)));
        match found {
            Some((other, column)) => {
                let more = rows.remove(other);
                let both = [rows[at][column].as_slice(), &more[column]].concat();
                rows[at][column] = joined(both);
                at = 0;
            }
            None => at += 1,
        }
    }
    rows.sort();
    rows
}
