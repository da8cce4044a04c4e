//! The head of a drawing: what was decided, by which rules and why, and who answers for it.

use axtrace_runtime::trace::{By, OutcomeTrace, Trace};
use axtrace_runtime::types::{Kind, Scalar, Type};
use axtrace_runtime::value::Value;

use super::super::line::{harmless, width_of, wrap};
use super::super::picture::{Block, Row};
use super::super::style::Role;
use super::super::under::shortened;
use super::{Detail, Drawing};
use crate::findings::grouped;

/// The longest word that the margin of the head is widened for.
const WIDEST_WORD: usize = 24;
/// The widest a head is set.
const WIDEST_HEAD: usize = 100;
/// Of the rules and elements that decided, how many are named unless all are.
const NAMED: usize = 8;
/// Of a long outcome, how many lines are shown unless all are.
const OUTCOME_LINES: usize = 4;

/// The rows of a head: a margin of words, and texts beside it.
struct Head {
    margin: usize,
    rows: Vec<Row>,
}

impl Head {
    fn part(&mut self, name: &str, rows: impl IntoIterator<Item = Row>) {
        for (index, text) in rows.into_iter().enumerate() {
            let mut row = Row::of(if index == 0 { name } else { "" }, Role::Faint);
            row.pad(self.margin, 2);
            row.append(text);
            self.rows.push(row.trimmed());
        }
    }
}

impl Drawing<'_> {
    pub(super) fn head(&self, trace: &Trace) -> Vec<Row> {
        let (word, gives) = self.outcome_word(&trace.outcome);
        let mut head = Head { margin: self.margin(&word), rows: Vec::new() };
        head.rows.push(self.title(&word, head.margin, trace));
        head.part("gives", self.gives(gives, head.margin));
        head.part("then", self.escalation(&trace.outcome));
        head.part("by", self.deciders(&trace.by, head.margin));
        let how = if matches!(trace.outcome, OutcomeTrace::Decided { .. }) { "automatic" } else { "referred" };
        match &trace.accountable {
            Some(owner) => head.part("owner", [plain(format!("{} · {how}", harmless(owner)))]),
            None => head.part("how", [plain(how)]),
        }
        for (word, text) in self.about {
            let room = self.style.width.saturating_sub(head.margin);
            head.part(word, wrap(text, room).into_iter().map(plain));
        }
        if self.detail == Detail::All {
            head.part("input", self.inputs(trace, head.margin));
        }
        head.rows
    }

    fn margin(&self, word: &str) -> usize {
        let named = self.about.iter().map(|(word, _)| width_of(word)).max().unwrap_or(0);
        width_of(word).max(5).max(named) + 2
    }

    fn title(&self, word: &str, margin: usize, trace: &Trace) -> Row {
        let digest = format!("rules {}", short_digest(&trace.digest));
        let mut row = Row::of(word, Role::Headline);
        row.pad(margin, 2);
        row.push(trace.decision.as_str(), Role::Plain);
        row.pad(self.style.width.min(WIDEST_HEAD).saturating_sub(width_of(&digest)), 2);
        row.push(digest, Role::Faint);
        row
    }

    /// The input, to be unfolded.
    pub(super) fn input(&self, trace: &Trace) -> Block {
        let blocks = self.inputs(trace, 0).into_iter().map(Block::Row).collect();
        Block::Fold { title: vec![Row::of("input", Role::Faint)], open: false, inside: true, blocks }
    }

    fn inputs(&self, trace: &Trace, margin: usize) -> Vec<Row> {
        let names = trace.input.iter().map(|input| width_of(&input.name)).max().unwrap_or(0) + 2;
        let mut rows = Vec::new();
        for input in &trace.input {
            let text = (self.format)(&input.value, &input.ty);
            for (place, line) in wrap(&text, self.style.width.saturating_sub(margin + names)).into_iter().enumerate() {
                let mut row = Row::of(if place == 0 { input.name.as_str() } else { "" }, Role::Plain);
                row.pad(names, 2);
                row.push(line, Role::Second);
                rows.push(row);
            }
        }
        rows
    }

    fn gives(&self, gives: Option<String>, margin: usize) -> Vec<Row> {
        let lines = gives.map(|text| wrap(&text, self.style.width.saturating_sub(margin))).unwrap_or_default();
        let most = if self.detail == Detail::Brief && lines.len() > OUTCOME_LINES + 1 { OUTCOME_LINES } else { usize::MAX };
        let more = lines.len().saturating_sub(most);
        let mut rows: Vec<Row> = lines.into_iter().take(most).map(plain).collect();
        if more > 0 {
            rows.push(Row::of(format!("… {} more lines (--all)", grouped(more as u64)), Role::Faint));
        }
        rows
    }

    fn escalation(&self, outcome: &OutcomeTrace) -> Option<Row> {
        let OutcomeTrace::Referred { escalates, .. } = outcome else { return None };
        let hours = |seconds: i64| (self.format)(&Value::Scalar(seconds.into()), &Type::Scalar(Scalar::of(Kind::Duration)));
        let then = escalates.iter().map(|(title, seconds)| format!("{} after {}", harmless(title), hours(*seconds)));
        let then = then.collect::<Vec<_>>().join(", ");
        (!then.is_empty()).then(|| plain(then))
    }

    /// The first word, and what has no room in it.
    fn outcome_word(&self, outcome: &OutcomeTrace) -> (String, Option<String>) {
        match outcome {
            OutcomeTrace::Decided { value, ty } => {
                let text = harmless(&(self.format)(value, ty));
                let text = if matches!(ty.required(), Type::Enum(_)) { text.to_uppercase() } else { text };
                let is_name = !matches!(ty.required(), Type::List { .. } | Type::Record(_) | Type::Text { .. }) || *value == Value::Missing;
                let fits = is_name && width_of(&text) <= WIDEST_WORD && !text.contains('\n');
                if fits { (text, None) } else { ("DECIDED".to_owned(), Some(text)) }
            }
            OutcomeTrace::Referred { title, .. } => {
                let text = self.outcome(outcome);
                ("REFERRED".to_owned(), Some(format!("{} ({})", harmless(&text), harmless(title))))
            }
        }
    }

    /// The rules that decided; of many the first are named and the rest are counted.
    fn deciders(&self, all: &[By], margin: usize) -> Vec<Row> {
        let most = if self.detail == Detail::Brief && all.len() > NAMED + 1 { NAMED } else { all.len() };
        let before = |place: usize| place.checked_sub(1).and_then(|before| all.get(before));
        let mut rows: Vec<Row> = all.iter().take(most).enumerate().flat_map(|(place, by)| self.by(by, before(place), margin)).collect();
        if most < all.len() {
            let mut rules: Vec<&str> = all[most..].iter().map(|by| by.rule.as_str()).collect();
            let more = rules.len();
            rules.dedup();
            let of = if let [rule] = rules[..] { format!(" of {rule}") } else { String::new() };
            rows.push(Row::of(format!("… {} more{of} (--all)", grouped(more as u64)), Role::Faint));
        }
        rows
    }

    /// A rule that decided. What was said of the same rule and another element is not said again.
    fn by(&self, by: &By, before: Option<&By>, margin: usize) -> Vec<Row> {
        let room = self.style.width.saturating_sub(margin);
        let before = before.filter(|before| before.id == by.id);
        let mut first = Row::of(by.rule.as_str(), Role::Headline);
        let each = by.each.iter().map(|each| format!(" {} {}", each.name, each.index + 1)).collect::<Vec<_>>().join(",");
        if !each.is_empty() {
            first.push(format!(" for{each}"), Role::Plain);
        }
        if let Some((value, ty)) = &by.gives {
            let text = harmless(&(self.format)(value, ty).replace('\n', " "));
            let text = if self.detail == Detail::Brief { shortened(&text, 48) } else { text };
            first.push(format!("  {text}"), Role::Second);
        }
        if before.is_none() {
            first.push("   ", Role::Plain);
            first.push(format!("{}:{}", harmless(&by.file), by.line), Role::Faint);
        }
        let mut rows = vec![first];
        if before.is_some_and(|before| before.because == by.because && before.cites == by.cites) {
            return rows;
        }
        let cites: Vec<String> = by.cites.iter().map(|(text, link)| cited(text, link.as_deref())).collect();
        let mut because: Vec<String> = by.because.iter().flat_map(|text| wrap(text, room)).collect();
        if let ([only], [cite]) = (&mut because[..], &cites[..]) {
            let column = width_of(only).max(48) + 3;
            if column + width_of(cite) <= room {
                *only += &format!("{}{cite}", " ".repeat(column - width_of(only)));
                rows.push(plain(only.as_str()));
                return rows;
            }
        }
        rows.extend(because.into_iter().map(plain));
        rows.extend(cites.iter().flat_map(|cite| wrap(cite, room)).map(plain));
        rows
    }
}

fn plain(text: impl Into<String>) -> Row {
    Row::of(text, Role::Plain)
}

fn cited(text: &str, link: Option<&str>) -> String {
    match link {
        Some(link) => format!("{} <{}>", harmless(text), harmless(link)),
        None => harmless(text),
    }
}

/// The first eight digits of a digest in two groups: `3f9a c2e1`.
#[must_use]
pub fn short_digest(digest: &str) -> String {
    let hex: Vec<char> = digest.rsplit(':').next().unwrap_or(digest).chars().take(8).collect();
    hex.chunks(4).map(|chunk| chunk.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
