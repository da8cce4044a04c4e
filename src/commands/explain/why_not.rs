//! Why a decision did not give another outcome: the rules that stand in its way, those that would give it, and the smallest changes of the
//! input that lead to it, each of them tried.

use axtrace::compiler::interpret::{Fault, Options, OutcomeValue, Recording, RuleOutcome, decide, observe};
use axtrace::runtime::memory::Batch;
use axtrace::runtime::meta::{DecisionMeta, OperandSource, Policy, ProgramMeta, RuleId, RuleMeta, RuleState, Tag};
use axtrace::runtime::text::{format_json, format_value};
use axtrace::runtime::trace::{Level, OutcomeTrace, decode};
use axtrace::runtime::types::Type;
use axtrace::runtime::value::Value;

use super::super::Stop;
use super::Explained;
use super::search::{Found, Search};
use axtrace_render::line::{harmless, width_of, wrap};
use axtrace_render::picture::{Block, Row};
use axtrace_render::style::Role;
use axtrace_render::trace::{Detail, Drawing};

/// Of rules that are drawn, how many of each sort.
const SHOWN_RULES: usize = 4;

/// An outcome that is asked for.
pub(super) enum Wanted {
    /// A referral, to this role if one is named.
    Referral(Option<u32>),
    /// A value, as it is written.
    Value(String),
}

impl Wanted {
    /// Reads an outcome as the rules write it.
    ///
    /// # Errors
    /// When the decision gives no such outcome.
    fn of(text: &str, program: &ProgramMeta, decision: &DecisionMeta) -> Result<Self, Stop> {
        let text = text.trim();
        let role = text.strip_prefix("refer to ").map_or(text, str::trim);
        let place = program.roles.iter().position(|known| known.name == role || known.title == role);
        if matches!(text, "refer" | "referral" | "referred") {
            return Ok(Self::Referral(None));
        }
        if let Some(place) = place.filter(|_| decision.tags.len() > 1) {
            return Ok(Self::Referral(Some(place as u32)));
        }
        match element_of(decision).required() {
            Type::Enum(id) => {
                let names = &program.types.enum_type(*id).values;
                let name = text.rsplit('.').next().unwrap_or(text);
                let known = names.iter().find(|known| known.eq_ignore_ascii_case(name));
                known.map(|name| Self::Value(name.clone())).ok_or_else(|| no_outcome(text, names, decision))
            }
            Type::Boolean if !matches!(text, "true" | "false") => Err(no_outcome(text, &["true".to_owned(), "false".to_owned()], decision)),
            _ => Ok(Self::Value(text.to_owned())),
        }
    }

    /// Whether an outcome is the one; of a list whether it is in it.
    pub(super) fn is_met(&self, outcome: &OutcomeValue, program: &ProgramMeta, decision: &DecisionMeta) -> bool {
        match (self, decision.tags.get(usize::from(outcome.tag)), &outcome.value) {
            (Self::Referral(wanted), Some(Tag::Referred { role, .. }), _) => wanted.is_none_or(|wanted| wanted == role.0),
            (Self::Value(text), Some(Tag::Decided), Some(value)) => is_written(value, &decision.gives, text, program),
            _ => false,
        }
    }

    /// Whether a value is the one that is asked for.
    pub(super) fn is_value(&self, value: &Value, ty: &Type, program: &ProgramMeta) -> bool {
        matches!(self, Self::Value(text) if is_written(value, ty, text, program))
    }

    fn is_met_by(&self, outcome: &OutcomeTrace, program: &ProgramMeta) -> bool {
        match (self, outcome) {
            (Self::Referral(wanted), OutcomeTrace::Referred { to, .. }) => {
                wanted.is_none_or(|wanted| program.roles.get(wanted as usize).is_some_and(|role| role.name == *to))
            }
            (Self::Value(text), OutcomeTrace::Decided { value, ty }) => is_written(value, ty, text, program),
            _ => false,
        }
    }

    /// Whether a rule gives it, as far as that can be told from the rule.
    fn may_be_given(&self, rule: &RuleMeta, program: &ProgramMeta) -> Option<bool> {
        match (self, rule.refers, &rule.outcome.source) {
            (Self::Referral(_), refers, _) => Some(refers),
            (Self::Value(_), true, _) => Some(false),
            (Self::Value(text), false, OperandSource::Constant(value)) => Some(is_written(value, &rule.outcome.ty, text, program)),
            _ => None,
        }
    }

    fn words(&self, program: &ProgramMeta) -> String {
        match self {
            Self::Referral(None) => "referred".to_owned(),
            Self::Referral(Some(role)) => {
                program.roles.get(*role as usize).map_or_else(String::new, |role| format!("referred to {}", role.name))
            }
            Self::Value(text) => text.clone(),
        }
    }
}

/// The type of one outcome: of `collect` that of an element.
fn element_of(decision: &DecisionMeta) -> &Type {
    match (&decision.gives, decision.policy) {
        (Type::List { element, .. }, Some(Policy::Collect)) => element,
        (gives, _) => gives,
    }
}

/// Whether a value, or an element of it, is written like that.
fn is_written(value: &Value, ty: &Type, text: &str, program: &ProgramMeta) -> bool {
    let same = |value: &Value, ty: &Type| format_value(value, ty, program) == text || format_json(value, ty, program) == text;
    match (value, ty.required()) {
        (Value::List(values), Type::List { element, .. }) => same(value, ty) || values.iter().any(|value| same(value, element)),
        _ => same(value, ty),
    }
}

fn no_outcome(text: &str, names: &[String], decision: &DecisionMeta) -> Stop {
    let near = axtrace::compiler::suggest::nearest(text, names.iter().map(String::as_str));
    let list = names.iter().take(20).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let refers = if decision.tags.len() > 1 { ", or it refers: `refer`" } else { "" };
    let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    Stop::Usage { message: format!("`{}` never gives `{text}`", decision.name), help: Some(format!("{near}it gives {list}{refers}")) }
}

/// The answer as a picture.
pub(super) fn blocks(explained: &Explained, drawing: &Drawing, outcome: &str) -> Result<Vec<Block>, Stop> {
    let (program, id) = (explained.rules.program(), explained.id);
    let decision = &program.meta.decisions[id.index()];
    let wanted = Wanted::of(outcome, &program.meta, decision)?;
    let words = wanted.words(&program.meta);
    if wanted.is_met_by(&explained.trace.outcome, &program.meta) {
        let mut blocks =
            vec![Block::Row(Row::of(format!("It is {}, so nothing stands in the way:", shouted(&words)), Role::Plain)), empty()];
        blocks.extend(drawing.picture(&explained.trace));
        return Ok(blocks);
    }
    let values: Vec<Value> = explained.trace.input.iter().map(|input| input.value.clone()).collect();
    let seen = Seen::of(explained, decision, &values)
        .map_err(|fault| Stop::Bug(format!("the interpreter cannot evaluate the rules: {:?}", fault.kind)))?;
    let answer = Answer { explained, drawing, decision, wanted: &wanted, words, seen: &seen };
    let mut blocks = answer.in_the_way();
    let (rules, possible) = answer.would_give(&values)?;
    blocks.extend(rules);
    if possible {
        blocks.extend(answer.changes(&values));
    }
    Ok(blocks)
}

/// What became of all rules, those too that were not reached.
struct Seen {
    states: Vec<RuleState>,
    outcomes: Vec<RuleOutcome>,
    recording: Recording,
}

impl Seen {
    fn of(explained: &Explained, decision: &DecisionMeta, values: &[Value]) -> Result<Self, Fault> {
        let (program, options) = (explained.rules.program(), Options::at(Level::Full));
        if decision.policy.is_none_or(Policy::collects) {
            // Every rule that applies decides.
            let run = decide(&program.meta, &program.graphs, explained.id, values, options)?;
            return Ok(Self { states: run.states, outcomes: Vec::new(), recording: run.recording });
        }
        let seen = observe(&program.meta, &program.graphs, explained.id, values, options)?;
        Ok(Self { states: seen.states, outcomes: seen.outcomes, recording: seen.recording })
    }
}

struct Answer<'a> {
    explained: &'a Explained<'a>,
    drawing: &'a Drawing<'a>,
    decision: &'a DecisionMeta,
    wanted: &'a Wanted,
    words: String,
    seen: &'a Seen,
}

impl Answer<'_> {
    fn program(&self) -> &ProgramMeta {
        self.explained.rules.meta()
    }

    fn collects(&self) -> bool {
        self.decision.policy.is_some_and(Policy::collects)
    }

    /// What was decided instead, by which rules.
    fn in_the_way(&self) -> Vec<Block> {
        if self.collects() {
            let instead = self.drawing.outcome(&self.explained.trace.outcome);
            let instead = wrap(&instead, self.drawing.style.width.saturating_sub(2)).into_iter().take(SHOWN_RULES);
            let mut blocks = vec![Block::Row(Row::of(format!("Not {}. What was collected:", harmless(&self.words)), Role::Headline))];
            blocks.extend(instead.map(|line| plain(&format!("  {line}"))));
            return blocks;
        }
        let trace = &self.explained.trace;
        let instead = self.drawing.outcome(&trace.outcome);
        let mut rules: Vec<&str> = Vec::new();
        let mut blocks = Vec::new();
        for by in trace.by.iter().take(SHOWN_RULES) {
            if rules.contains(&by.rule.as_str()) {
                continue;
            }
            rules.push(&by.rule);
            let mut row = Row::of(format!("  {}", by.rule), Role::Headline);
            row.push("   ", Role::Plain);
            row.push(format!("{}:{}", harmless(&by.file), by.line), Role::Faint);
            blocks.push(Block::Row(row));
            let because = by.because.iter().flat_map(|text| wrap(text, self.drawing.style.width.saturating_sub(4)));
            blocks.extend(because.map(|line| Block::Row(Row::of(format!("  {line}"), Role::Plain))));
        }
        let mut first = Row::of(format!("Not {}", shouted(&self.words)), Role::Headline);
        let instead = harmless(&instead.replace('\n', " "));
        let by = if rules.is_empty() { "." } else { ", because of" };
        first.push(format!(" but {}{by}", axtrace_render::under::shortened(&instead, 60)), Role::Plain);
        blocks.insert(0, Block::Row(first));
        blocks
    }

    /// The rules that give the outcome or may, with what keeps each of them from it; and whether there are any.
    fn would_give(&self, values: &[Value]) -> Result<(Vec<Block>, bool), Stop> {
        let (mut beaten, mut failed, mut surely) = (Vec::new(), Vec::new(), true);
        let mut otherwise = None;
        let mut rows = None;
        for (place, rule) in self.decision.rules.iter().enumerate() {
            let id = RuleId(place as u32);
            if rule.rows.is_some() && !self.applied(id) {
                rows = Some(rule);
                continue;
            }
            // Of what is collected, a rule that applied to some elements may give it for others.
            let applied = self.applied(id) && !self.collects();
            let gives = if applied { Some(self.gave(id)) } else { self.wanted.may_be_given(rule, self.program()) };
            match (gives, applied) {
                (Some(false), _) => {}
                (_, true) => beaten.push((id, rule)),
                (_, false) if rule.otherwise => otherwise = Some(rule),
                (gives, false) => {
                    surely &= gives.is_some();
                    failed.push(rule.name.as_str());
                }
            }
        }
        let mut blocks = Vec::new();
        if !beaten.is_empty() {
            blocks.extend([empty(), plain("These apply and give it, and do not decide:")]);
            blocks.extend(beaten.iter().map(|(id, rule)| self.named(rule, &self.why_beaten(*id))));
        }
        if !failed.is_empty() {
            let (these, do_not) = if failed.len() == 1 { ("This rule", "does not apply") } else { ("These rules", "do not apply") };
            let would = if surely { "would give it" } else { "could give it" };
            let and = if self.collects() { String::new() } else { format!(", and {do_not}") };
            blocks.extend([empty(), plain(&format!("{these} {would}{and}:"))]);
            blocks.extend(self.conditions(&failed, values)?);
        }
        if let Some(rule) = rows {
            let at = self.program().sources.locate(rule.span).map(|(file, at)| format!(" at {}:{}", harmless(file.name()), at.line));
            blocks.extend([empty(), plain(&format!("Rows of the table{} that did not apply could give it.", at.unwrap_or_default()))]);
        }
        if let Some(rule) = otherwise {
            let would = if self.wanted.may_be_given(rule, self.program()).is_some() { "gives" } else { "could give" };
            blocks.extend([empty(), self.named(rule, &format!("{would} it, where no rule applies"))]);
        }
        let possible = !blocks.is_empty() || self.decision.rules.is_empty();
        if !possible {
            blocks.extend([empty(), plain(&format!("No rule gives {}, whatever the input.", self.words))]);
        }
        Ok((blocks, possible))
    }

    /// A rule with what there is to say about it.
    fn named(&self, rule: &RuleMeta, words: &str) -> Block {
        let mut row = Row::of(format!("  {}", rule.name), Role::Headline);
        row.push(format!("   {words}"), Role::Plain);
        if let Some((file, at)) = self.program().sources.locate(rule.span) {
            row.push(format!("   {}:{}", harmless(file.name()), at.line), Role::Faint);
        }
        Block::Row(row)
    }

    fn applied(&self, id: RuleId) -> bool {
        matches!(self.seen.states.get(id.index()), Some(RuleState::Applied | RuleState::Decided))
    }

    /// Whether a rule that applied gave it.
    fn gave(&self, id: RuleId) -> bool {
        let gives = |outcome: &OutcomeValue| {
            let value = outcome.value.as_ref();
            match (self.wanted, self.decision.tags.get(usize::from(outcome.tag))) {
                (Wanted::Value(text), Some(Tag::Decided)) => {
                    let ty = &self.decision.rules[id.index()].outcome.ty;
                    value.is_some_and(|value| {
                        is_written(value, element_of(self.decision), text, self.program()) || is_written(value, ty, text, self.program())
                    })
                }
                _ => self.wanted.is_met(outcome, self.program(), self.decision),
            }
        };
        self.seen.outcomes.iter().any(|outcome| outcome.rule == id && gives(&outcome.outcome))
    }

    /// Why a rule that applies and gives it does not decide.
    fn why_beaten(&self, id: RuleId) -> String {
        let rule = &self.decision.rules[id.index()];
        let applied = |place: &usize| self.applied(RuleId(*place as u32));
        let over: Vec<&str> = (0..self.decision.rules.len())
            .filter(applied)
            .map(|place| &self.decision.rules[place])
            .filter(|other| other.overrides.contains(&id))
            .map(|other| other.name.as_str())
            .collect();
        let deciding = || self.explained.trace.by.first().map_or("another rule", |by| by.rule.as_str());
        match (rule.shadow, over.is_empty(), self.decision.policy) {
            (true, ..) => "a shadow, which never decides".to_owned(),
            (false, false, _) => format!("overridden by {}", over.join(", ")),
            (false, true, Some(Policy::First)) => format!("stands after {}, and the first that applies decides", deciding()),
            (false, true, Some(Policy::Priority)) => format!("outranked by {}", deciding()),
            _ => "does not decide alone".to_owned(),
        }
    }

    /// The lines of rules with the conditions that failed.
    fn conditions(&self, names: &[&str], values: &[Value]) -> Result<Vec<Block>, Stop> {
        let program = self.program();
        let (mut batch, recording) = (Batch::new(), &self.seen.recording);
        batch.push_values(self.decision, &program.types, values).map_err(|error| Stop::Bug(error.to_string()))?;
        let view = recording.view(&batch);
        let trace = decode(program, self.explained.id, &view, Level::Full).map_err(|error| Stop::Bug(error.to_string()))?;
        let shown = if self.drawing.detail == Detail::Brief { &names[..names.len().min(SHOWN_RULES)] } else { names };
        let mut blocks = self.drawing.named_rules(&trace.tree, shown, u32::MAX);
        if shown.len() < names.len() {
            blocks.push(Block::Row(Row::of(format!("  … {} more (--all)", names.len() - shown.len()), Role::Faint)));
        }
        Ok(blocks)
    }

    /// The smallest changes of the input that give it.
    fn changes(&self, values: &[Value]) -> Vec<Block> {
        let program = self.explained.rules.program();
        let mut search = Search::new(program, self.explained.id, self.wanted);
        let found = search.smallest(values);
        let mut blocks = vec![empty()];
        if found.is_empty() {
            let words = format!("No change of one value or two was found that gives {}, of {} tried.", self.words, search.tried());
            blocks.push(plain(&words));
            return blocks;
        }
        let two = found.iter().all(|found| found.changes.len() > 1);
        let which = if two { "No change of one value does it; these of two" } else { "The smallest changes that" };
        blocks.push(plain(&format!("{which} give {}, each tried:", self.words)));
        let names =
            found.iter().flat_map(|found| &found.changes).map(|change| width_of(&change.name)).max().unwrap_or(0) + if two { 8 } else { 4 };
        for found in &found {
            blocks.extend(self.change(found, names));
        }
        blocks.push(plain("What is true of a person or a thing is no advice to change it."));
        blocks
    }

    fn change(&self, found: &Found, names: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        for (place, change) in found.changes.iter().enumerate() {
            let mut row = Row::of(if place == 0 { "  " } else { "  and " }, Role::Faint);
            row.push(harmless(&change.name), Role::Plain);
            row.pad(names, 2);
            let (from, to) = (harmless(&change.from.replace('\n', " ")), harmless(&change.to.replace('\n', " ")));
            let cut = |text: &str| {
                if self.drawing.detail == Detail::Brief { axtrace_render::under::shortened(text, 40) } else { text.to_owned() }
            };
            row.push(format!("{} → ", cut(&from)), Role::Faint);
            row.push(cut(&to), Role::Second);
            blocks.push(Block::Row(row));
        }
        blocks
    }
}

/// Names in capitals; a value stays as it is.
fn shouted(words: &str) -> String {
    let is_name = words.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ' ') && !words.contains(|c: char| c.is_ascii_digit());
    if is_name { words.to_uppercase() } else { harmless(words) }
}

fn plain(text: &str) -> Block {
    Block::Row(Row::of(text, Role::Plain))
}

fn empty() -> Block {
    Block::Row(Row::default())
}
