//! Boxes of cases and inputs, in the author's words.

use axtrace_runtime::meta::{ProgramMeta, Tag};
use axtrace_runtime::text::{format_literal, write_json_object};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::cover::Region;
use super::logic::VarId;
use super::model::{Meaning, Model, Subject};
use super::sets::IntSet;
use super::terms::{ClassId, Term};
use crate::interpret::OutcomeValue;

/// The most conditions that a description has.
const MOST: usize = 6;

/// Writes about one decision.
pub struct Words<'a> {
    /// The program.
    pub program: &'a ProgramMeta,
    /// The decision as formulas.
    pub model: &'a Model<'a>,
}

impl Words<'_> {
    /// A box as conditions joined by `and`; `None` if a part of it has no short words.
    pub fn region(&self, region: &Region) -> Option<String> {
        let mut region: Vec<_> = region.clone();
        region.sort_by_key(|(variable, _)| *variable);
        let parts: Option<Vec<_>> = region.iter().map(|(variable, set)| self.part(*variable, set)).collect();
        parts.filter(|parts| !parts.is_empty() && parts.len() <= MOST).map(|parts| parts.join(" and "))
    }

    fn part(&self, variable: VarId, set: &IntSet) -> Option<String> {
        let model = self.model;
        let subject = model.subjects[variable.index()];
        if let Some((span, positive)) = model.spoken.get(&variable) {
            return Some(format!("`{}` is {}", self.short(*span)?, set.contains(1) == *positive));
        }
        let name = self.name(subject.class())?;
        match subject {
            Subject::Number(class) if matches!(model.classes.get(class).term, Term::Length(_)) && !name.starts_with("count(") => {
                let words = self.number(&name, &model.classes.get(class).ty, set, &model.domains[variable.index()])?;
                let (list, count) = words.split_once(" is ")?;
                Some(format!("{list} has {count} {}", if count == "1" || count.ends_with(" 1") { "item" } else { "items" }))
            }
            Subject::Number(class) => self.number(&name, &model.classes.get(class).ty, set, &model.domains[variable.index()]),
            Subject::Truth(_) => Some(format!("`{name}` is {}", set.contains(1))),
            Subject::Given(_) => Some(format!("`{name}` is {}", if set.contains(1) { "given" } else { "missing" })),
            Subject::Name(class) => self.names(&name, &model.classes.get(class).ty, set, &model.domains[variable.index()]),
            Subject::Text(_) => model.words_of_texts(set).map(|words| format!("`{name}` {words}")),
            Subject::Member(class, place) => {
                let Type::Set(id) = model.classes.get(class).ty else { return None };
                let member = model.types.enum_type(id).values.get(place as usize)?;
                Some(format!("`{name}` has {}`{member}`", if set.contains(1) { "" } else { "no " }))
            }
        }
    }

    fn number(&self, name: &str, ty: &Type, set: &IntSet, domain: &IntSet) -> Option<String> {
        let literal = |number: i128| self.number_literal(number, ty);
        let parts: Vec<String> = set
            .intervals()
            .iter()
            .map(|&(lo, hi)| match (domain.least() == Some(lo), domain.greatest() == Some(hi)) {
                _ if lo == hi => literal(lo),
                (true, true) => "anything".to_owned(),
                (true, false) => format!("at most {}", literal(hi)),
                (false, true) => format!("at least {}", literal(lo)),
                (false, false) => format!("{} to {}", literal(lo), literal(hi)),
            })
            .collect();
        (parts.len() <= 3).then(|| format!("`{name}` is {}", parts.join(" or ")))
    }

    /// A number as the language writes it.
    pub fn number_literal(&self, number: i128, ty: &Type) -> String {
        let value = match (ty.scalar().is_some_and(|scalar| scalar.is_datetime()), i64::try_from(number)) {
            (true, Ok(instant)) => Value::Datetime { instant, offset: 0 },
            _ => Value::Scalar(number),
        };
        format_literal(&value, ty, self.program)
    }

    fn names(&self, name: &str, ty: &Type, set: &IntSet, domain: &IntSet) -> Option<String> {
        let Type::Enum(id) = ty else { return None };
        let values = &self.model.types.enum_type(*id).values;
        let quoted = |set: &IntSet| {
            let chosen = values.iter().enumerate().filter(|(place, _)| set.contains(*place as i128));
            chosen.map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>()
        };
        let (inside, outside) = (quoted(set), quoted(&domain.intersection(&set.complement())));
        let positive = inside.len() <= outside.len().max(1);
        Some(if positive { format!("`{name}` is {}", inside.join(" or ")) } else { format!("`{name}` is not {}", outside.join(" or ")) })
    }

    /// What the author calls a class: the name of a `let`, or what is written where it stands.
    fn name(&self, class: ClassId) -> Option<String> {
        let model = self.model;
        let named = |local: &&crate::graph::Local| local.is_let && model.meanings.get(local.value.index()) == Some(&Meaning::Value(class));
        if let Some(local) = model.graph.locals.iter().find(named) {
            return Some(local.name.clone());
        }
        if let Some(name) = self.name_of_part(class) {
            return Some(name);
        }
        let class = model.classes.get(class);
        if matches!(class.term, Term::Linear(_) | Term::Position(..)) || class.loops != 0 {
            return None;
        }
        self.short(class.span)
    }

    /// The name of a part of the input: `worker.booked`.
    fn name_of_part(&self, class: ClassId) -> Option<String> {
        let model = self.model;
        match model.classes.get(class).term {
            Term::Input(place) => model.graph.meta.params.get(place as usize).map(|param| param.name.clone()),
            Term::Unwrap(of) | Term::Wrap(of) => self.name_of_part(of),
            Term::Field(of, place) => {
                let Type::Record(id) = model.classes.get(of).ty.required() else { return None };
                let field = model.types.record(*id).fields.get(place as usize)?;
                Some(format!("{}.{}", self.name_of_part(of)?, field.name))
            }
            _ => None,
        }
    }

    /// What is written at a place, if it is short.
    pub fn short(&self, span: Span) -> Option<String> {
        let text = self.program.sources.text(span);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!words.is_empty() && words.chars().count() <= 60).then_some(words)
    }

    /// Where the terms of a box are written that the proof does not look into.
    pub fn obstacles(&self, region: &Region) -> Vec<Span> {
        let classes = region.iter().map(|(variable, _)| self.model.subjects[variable.index()].class());
        let parts = classes.flat_map(|class| match &self.model.classes.get(class).term {
            Term::Linear(form) => form.parts.iter().map(|part| part.0).collect(),
            _ => vec![class],
        });
        let derived = parts.filter(|class| !self.model.is_part(*class));
        let mut spans: Vec<Span> = derived.map(|class| self.model.classes.get(class).span).filter(|span| !span.is_empty()).collect();
        spans.sort_unstable();
        spans.dedup();
        spans.truncate(4);
        spans
    }

    /// An input, a parameter a line, as the language writes it.
    pub fn input(&self, input: &[Value]) -> String {
        let params = &self.model.graph.meta.params;
        let width = params.iter().map(|param| param.name.chars().count()).max().unwrap_or(0);
        let line = |(param, value): (&axtrace_runtime::types::FieldType, &Value)| {
            format!("{:width$} {}", param.name, format_literal(value, &param.ty, self.program))
        };
        params.iter().zip(input).map(line).collect::<Vec<_>>().join("\n")
    }

    /// An input as JSON.
    pub fn json(&self, input: &[Value]) -> String {
        let mut out = String::new();
        let params = self.model.graph.meta.params.iter();
        write_json_object(&mut out, params.zip(input).map(|(param, value)| ((param.name.as_str(), &param.ty), value)), self.program);
        out
    }

    /// What a rule decides: `says reject`.
    pub fn outcome(&self, outcome: &OutcomeValue) -> String {
        let meta = &self.model.graph.meta;
        let ty = if matches!(meta.policy, Some(axtrace_runtime::meta::Policy::Collect | axtrace_runtime::meta::Policy::CollectSum)) {
            meta.gives.required()
        } else {
            &meta.gives
        };
        let value = outcome.value.as_ref().map(|value| format_literal(value, ty, self.program));
        match (meta.tags.get(outcome.tag as usize), value) {
            (Some(Tag::Referred { role, .. }), value) => {
                let role = self.program.roles.get(role.index()).map_or("a person", |role| role.name.as_str());
                let proposing = value.map(|value| format!(", proposing {value}")).unwrap_or_default();
                format!("refers to {role}{proposing}")
            }
            (_, Some(value)) => format!("says {value}"),
            (_, None) => "decides".to_owned(),
        }
    }
}
