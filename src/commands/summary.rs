//! What a run decided, in a few lines: by outcome, by rule, referred, bad input.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use axtrace::Decided;
use axtrace::runtime::meta::{DecisionId, DecisionMeta, Found, ProgramMeta, RuleId, RuleState};
use axtrace::runtime::read::{InputErrors, RowPlace};
use axtrace::runtime::text::format_value;
use axtrace::runtime::trace::OutcomeTrace;
use axtrace::runtime::types::{Kind, Scalar, Type};
use axtrace::runtime::value::Value;
use axtrace::source::Sources;

use super::Stop;
use axtrace_render::findings::grouped;
use axtrace_render::line::{harmless, width_of, wrap};
use axtrace_render::style::{Role, Style};

/// Rules named on the line of an outcome, at most.
const NAMED_RULES: usize = 5;

/// Counts of a run.
pub struct Summary<'a> {
    program: &'a ProgramMeta,
    decision: &'a DecisionMeta,
    started: Instant,
    decided: BTreeMap<String, Count>,
    referred: BTreeMap<String, u64>,
    referred_by: Count,
    all: u64,
    bad: u64,
    /// The number of the first input that could not be read, and what is said of it.
    first_bad: Option<(u64, String)>,
}

#[derive(Default)]
struct Count {
    all: u64,
    /// By rule, and where it stands for rows of a table that is looked up, by row.
    by: HashMap<Found, u64>,
}

impl Count {
    fn add(&mut self, deciding: &[Found]) {
        self.all += 1;
        for rule in deciding {
            *self.by.entry(*rule).or_default() += 1;
        }
    }

    fn and(&mut self, other: Self) {
        self.all += other.all;
        other.by.into_iter().for_each(|(rule, more)| *self.by.entry(rule).or_default() += more);
    }
}

impl<'a> Summary<'a> {
    /// Nothing counted, the time running.
    pub fn new(program: &'a ProgramMeta, decision: &'a DecisionMeta) -> Self {
        let (decided, referred, referred_by) = (BTreeMap::new(), BTreeMap::new(), Count::default());
        Self { program, decision, started: Instant::now(), decided, referred, referred_by, all: 0, bad: 0, first_bad: None }
    }

    /// What two counted of the same run.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        other.decided.into_iter().for_each(|(name, count)| self.decided.entry(name).or_default().and(count));
        other.referred.into_iter().for_each(|(to, count)| *self.referred.entry(to).or_default() += count);
        self.referred_by.and(other.referred_by);
        self.all += other.all;
        self.bad += other.bad;
        self.first_bad = self.first_bad.into_iter().chain(other.first_bad).min();
        self
    }

    /// How many inputs could not be read.
    pub fn bad(&self) -> u64 {
        self.bad
    }

    /// Counts a decided input.
    pub fn count(&mut self, decided: &Decided) -> Result<(), Stop> {
        let rules = (0..self.decision.rules.len() as u32).map(RuleId);
        let rules: Vec<RuleId> = rules.filter(|rule| decided.rule_state(*rule) == Some(RuleState::Decided)).collect();
        let deciding: Vec<Found> = if rules.iter().any(|rule| self.decision.rules[rule.index()].rows.is_some()) {
            // Which rows they were is in the recording.
            let mut by: Vec<Found> = decided.trace()?.by.iter().map(|by| (by.id, by.row)).collect();
            by.dedup();
            by
        } else {
            rules.into_iter().map(|rule| (rule, None)).collect()
        };
        self.all += 1;
        match decided.outcome()? {
            OutcomeTrace::Decided { value, ty } => self.decided.entry(self.row(&value, &ty)).or_default().add(&deciding),
            OutcomeTrace::Referred { to, within, .. } => {
                let within = within.map(|seconds| format!(" within {}", self.duration(seconds))).unwrap_or_default();
                *self.referred.entry(format!("{to}{within}")).or_default() += 1;
                self.referred_by.add(&deciding);
            }
        }
        Ok(())
    }

    /// The line that an outcome is counted on: each name of an enum has one, amounts and records share theirs.
    fn row(&self, value: &Value, ty: &Type) -> String {
        match ty.required() {
            Type::Enum(_) | Type::Boolean => format_value(value, ty, self.program),
            _ => "decided".to_owned(),
        }
    }

    fn duration(&self, seconds: i128) -> String {
        format_value(&Value::Scalar(seconds), &Type::Scalar(Scalar::of(Kind::Duration)), self.program)
    }

    /// Counts an input that could not be read.
    pub fn count_bad(&mut self, errors: &InputErrors, number: u64, place: RowPlace, sources: &Sources) {
        self.all += 1;
        self.bad += 1;
        if self.first_bad.as_ref().is_some_and(|(first, _)| *first < number) {
            return;
        }
        let Some(problem) = errors.problems.first() else { return };
        let declared = sources.locate(problem.declared).map(|(file, at)| format!(" ({}:{})", file.path(), at.line));
        let text = format!("first: {} {}, {problem}{}", place.word(), grouped(place.number()), declared.unwrap_or_default());
        self.first_bad = Some((number, text));
    }

    /// The summary, a line for each outcome.
    pub fn draw(&self, name: &str, style: Style) -> String {
        let mut rows: Vec<(&str, u64, String, Role)> = Vec::new();
        let mut decided: Vec<_> = self.decided.iter().collect();
        decided.sort_by_key(|(name, count)| (std::cmp::Reverse(count.all), name.as_str()));
        rows.extend(decided.into_iter().map(|(name, count)| (name.as_str(), count.all, self.rules(count), Role::Plain)));
        if self.referred_by.all > 0 {
            let to: Vec<_> = self.referred.iter().map(|(to, count)| format!("{} {}", role_of(to), count_within(to, *count))).collect();
            rows.push(("referred", self.referred_by.all, to.join(" · "), Role::Unsure));
        }
        if let Some((_, first)) = &self.first_bad {
            rows.push(("bad input", self.bad, first.clone(), Role::Bad));
        }
        let names = rows.iter().map(|(name, ..)| width_of(name)).max().unwrap_or(0).max(9);
        let numbers = rows.iter().map(|(_, count, ..)| grouped(*count).len()).max().unwrap_or(0);
        let mut text = self.first_line(name);
        for (name, count, about, role) in rows {
            let padding = " ".repeat(names - width_of(name));
            let head = format!("  {}{padding}  {:>numbers$}  {:>6} %   ", style.paint(name, role), grouped(count), self.share(count));
            let indent = names + numbers + 17;
            let about = wrap(&about, style.width.saturating_sub(indent).max(24)).join(&format!("\n{}", " ".repeat(indent)));
            text += &format!("{}\n", format!("{head}{about}").trim_end());
        }
        text
    }

    /// What was decided, how many, how fast.
    fn first_line(&self, name: &str) -> String {
        let time = self.started.elapsed();
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
        let rate = self.all.saturating_mul(1_000_000) / micros;
        let seconds = time.as_secs();
        format!("decided {}  {}  {}  {}:{:02}\n", harmless(name), grouped(self.all), per_second(rate), seconds / 60, seconds % 60)
    }

    /// A count in percent of all, with one digit after the point.
    fn share(&self, count: u64) -> String {
        let all = u128::from(self.all.max(1));
        let permille = (u128::from(count) * 1000 + all / 2) / all;
        format!("{}.{}", permille / 10, permille % 10)
    }

    fn rules(&self, count: &Count) -> String {
        let mut by: Vec<_> = count.by.iter().collect();
        by.sort_by_key(|(rule, count)| (std::cmp::Reverse(**count), **rule));
        let own = self.decision.qualified_name();
        let id = self.program.decisions.iter().position(|decision| decision.qualified_name() == own);
        let name = |rule: &Found| id.map_or("", |id| self.program.rule_name(DecisionId(id as u32), *rule));
        let mut parts: Vec<_> = by.iter().take(NAMED_RULES).map(|(rule, count)| format!("{} {}", name(rule), grouped(**count))).collect();
        if by.len() > NAMED_RULES {
            let what = if by[NAMED_RULES..].iter().all(|(rule, _)| rule.1.is_some()) { "rows" } else { "rules" };
            parts.push(format!("{} more {what}", grouped((by.len() - NAMED_RULES) as u64)));
        }
        parts.join(" · ")
    }
}

/// `2.1 M/s`, `430 k/s`, `12 /s`.
fn per_second(rate: u64) -> String {
    match rate {
        0..10_000 => format!("{rate} /s"),
        10_000..1_000_000 => format!("{} k/s", rate / 1000),
        _ => format!("{}.{} M/s", rate / 1_000_000, rate / 100_000 % 10),
    }
}

fn role_of(to: &str) -> &str {
    to.split(" within ").next().unwrap_or(to)
}

fn count_within(to: &str, count: u64) -> String {
    let within = to.find(" within ").map_or("", |at| &to[at..]);
    format!("{}{within}", grouped(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_short() {
        assert_eq!([12, 430_999, 2_150_000].map(per_second), ["12 /s", "430 k/s", "2.1 M/s"]);
    }

    #[test]
    fn referrals_name_role_count_and_time() {
        let to = "shift_manager within 4 h";
        assert_eq!(format!("{} {}", role_of(to), count_within(to, 98_781)), "shift_manager 98,781 within 4 h");
    }
}
