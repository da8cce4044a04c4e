//! A decision from its record: what was recorded is compared with what the rules give, and what was not is computed again.

use std::path::Path;

use axtrace::runtime::trace::{Level, Passed};
use axtrace::{Rules, Trace};
use indicatif::ProgressBar;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::super::input::{self, HowToRead, Inputs};
use super::super::{Ended, FOUND, Look, Stop, WELL};
use super::{Args, Explained, no_such_record, recompute, show_problems};
use crate::records::{Record, Records};
use axtrace_render::trace::short_digest;

/// A line that `axtrace run` wrote. Its parts are kept as they are written, since numbers in them are exact.
#[derive(Deserialize)]
struct Recorded<'a> {
    id: Option<String>,
    decision: Option<String>,
    rules: Option<RuleSet>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(skip)]
    said: Said<'a>,
    error: Option<Problem>,
    #[serde(default)]
    carry: Map<String, Value>,
}

/// The parts of a record that must be what the rules give.
#[derive(Default, Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    outcome: Option<&'a RawValue>,
    #[serde(borrow)]
    by: Option<&'a RawValue>,
    #[serde(borrow)]
    accountable: Option<&'a RawValue>,
    #[serde(borrow)]
    advice: Option<&'a RawValue>,
    #[serde(borrow)]
    tree: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RuleSet {
    digest: String,
}

#[derive(Deserialize)]
struct Problem {
    at: String,
    message: String,
}

/// How a record is to the rules.
struct Comparison {
    /// Whether the record was made with the same rules.
    same_rules: bool,
    /// What of it is not what the rules give.
    differs: Vec<&'static str>,
    /// Whether the conditions and values were recorded too.
    with_tree: bool,
}

/// Shows one record of a file.
pub(super) fn explain_record(args: &Args, path: &Path, look: Look) -> Ended {
    let (number, bytes) = find(args, path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| no_record(path, number, "it is no text in UTF-8"))?;
    let recorded = read(text).map_err(|error| no_record(path, number, &error.to_string()))?;
    if let Some(Problem { at, message }) = &recorded.error {
        let place = if at.is_empty() { String::new() } else { format!("{at}: ") };
        return Err(no_record(path, number, &format!("its input could not be read, so that nothing was decided: {place}{message}")));
    }
    let (Some(name), Some(input), Some(made_with)) = (&recorded.decision, recorded.input, &recorded.rules) else {
        if recorded.said.outcome.is_none() {
            return Err(no_record(path, number, "it is no record that `axtrace run` wrote"));
        }
        let help = "`axtrace run --trace record`, or `full`, writes records with their inputs".to_owned();
        let message = format!("record {number} of `{}` has no input: it says no more than the outcome", path.display());
        return Err(Stop::Usage { message, help: Some(help) });
    };
    let rules = super::super::compile(std::slice::from_ref(&args.subject), &[Level::Full], look.err)?;
    let decision = rules.decision(args.decision.as_deref().unwrap_or(name))?;
    let trace = match recompute(&rules, decision.id(), input.get().as_bytes(), passed(&recorded))? {
        Ok(trace) => trace,
        Err(error) => return show_problems(error, &rules, look),
    };
    let comparison = compare(&recorded, made_with, &trace, &rules)?;
    let about = about(path, number, &recorded, made_with, &comparison);
    let status = if comparison.differs.is_empty() && comparison.same_rules { WELL } else { FOUND };
    let recomputed = (!comparison.with_tree).then_some("tree");
    Explained { args, rules: &rules, id: decision.id(), trace, about, recomputed }.show(look, status)
}

fn read(text: &str) -> serde_json::Result<Recorded<'_>> {
    let mut recorded: Recorded = serde_json::from_str(text)?;
    recorded.said = serde_json::from_str(text)?;
    Ok(recorded)
}

fn passed(recorded: &Recorded) -> Passed {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let carry = recorded.carry.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    Passed { id: recorded.id.clone(), carry }
}

/// The record that is asked for, and which of the file it is.
fn find(args: &Args, path: &Path) -> Result<(u64, Vec<u8>), Stop> {
    let mut records = match input::open(path).and_then(|file| input::inputs(file, &HowToRead::default(), None, &ProgressBar::hidden())) {
        Ok(Inputs::Json(records)) => records,
        Ok(_) => return Err(Stop::usage(format!("`{}` holds no records: they are lines of JSON", path.display()))),
        Err(Stop::Usage { message, .. }) if is_number(path) => {
            let help = format!("`--record` takes a file of records; the record of a number is `--number {}`", path.display());
            return Err(Stop::Usage { message, help: Some(help) });
        }
        Err(stop) => return Err(stop),
    };
    let found = match &args.id {
        Some(id) => with_id(&mut records, id)?,
        None => with_number(&mut records, args.number)?,
    };
    let seen = records.place().number;
    found.ok_or_else(|| match &args.id {
        Some(id) => Stop::usage(format!("`{}` has no record of the id `{id}`", path.display())),
        None => no_such_record(path, seen, args.number),
    })
}

fn is_number(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
}

type Found = Option<(u64, Vec<u8>)>;

fn with_number(records: &mut Records<impl std::io::BufRead>, number: u64) -> Result<Found, Stop> {
    let mut bytes = Vec::new();
    while let Some(record) = records.next_record(&mut bytes).map_err(input::unreadable)? {
        if records.place().number == number {
            return if record == Record::Bytes { Ok(Some((number, bytes))) } else { Err(Stop::usage("the record is larger than 64 MiB")) };
        }
        bytes.clear();
    }
    Ok(None)
}

fn with_id(records: &mut Records<impl std::io::BufRead>, id: &str) -> Result<Found, Stop> {
    #[derive(Deserialize)]
    struct Named {
        id: Option<String>,
    }
    let mut bytes = Vec::new();
    while records.next_record(&mut bytes).map_err(input::unreadable)?.is_some() {
        let named = serde_json::from_slice::<Named>(&bytes).ok().and_then(|named| named.id);
        if named.as_deref() == Some(id) {
            return Ok(Some((records.place().number, bytes)));
        }
        bytes.clear();
    }
    Ok(None)
}

fn no_record(path: &Path, number: u64, why: &str) -> Stop {
    Stop::usage(format!("record {number} of `{}` cannot be explained: {why}", path.display()))
}

/// Holds a record against what the rules give for its input.
fn compare(recorded: &Recorded, made_with: &RuleSet, trace: &Trace, rules: &Rules) -> Result<Comparison, Stop> {
    let line = trace.to_json(rules.meta(), Level::Full);
    let computed: Said = serde_json::from_str(&line).map_err(|error| Stop::Bug(format!("a trace is no JSON: {error}")))?;
    let same_rules = made_with.digest == trace.digest;
    let (said, tree) = (&recorded.said, recorded.said.tree.filter(|_| same_rules));
    let pairs = [
        ("outcome", said.outcome, computed.outcome),
        ("by", said.by, computed.by),
        ("accountable", said.accountable, computed.accountable),
        ("advice", said.advice, computed.advice),
        ("tree", tree, computed.tree),
    ];
    let differs = |(_, recorded, computed): &(_, Option<&RawValue>, Option<&RawValue>)| {
        recorded.is_some() && recorded.map(plain) != computed.map(plain)
    };
    let differs = pairs.into_iter().filter(differs).map(|(name, ..)| name).collect();
    Ok(Comparison { same_rules, differs, with_tree: tree.is_some() })
}

/// JSON without the white space between its parts.
fn plain(json: &RawValue) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |c: &char| {
        let kept = quoted || !c.is_ascii_whitespace();
        quoted ^= *c == '"' && !escaped;
        escaped = quoted && *c == '\\' && !escaped;
        kept
    };
    json.get().chars().filter(keep).collect()
}

/// What the head of the drawing says about the record.
fn about(path: &Path, number: u64, recorded: &Recorded, made_with: &RuleSet, found: &Comparison) -> Vec<(&'static str, String)> {
    let id = recorded.id.as_ref().map(|id| format!(", id {id}")).unwrap_or_default();
    let mut about = vec![("record", format!("{}, number {number}{id}", path.display()))];
    let outcome = if found.differs.is_empty() { "the same" } else { "something else" };
    match (found.same_rules, found.differs.is_empty()) {
        (true, true) => {}
        (true, false) => about
            .push(("differs", format!("{} of the record, though the rules are the same: {}", found.differs.join(" and "), said(recorded)))),
        (false, _) => {
            let rules = short_digest(&made_with.digest);
            about.push((
                "differs",
                format!("these are not the rules of the record, which are {rules}; it says {outcome}: {}", said(recorded)),
            ));
        }
    }
    let recomputed = match (found.same_rules, found.with_tree) {
        (true, true) => return about,
        (true, false) => "the lines below, from the input of the record; it holds no conditions and values",
        (false, _) => "all of this, from the input of the record, by these rules",
    };
    about.push(("recomputed", recomputed.to_owned()));
    about
}

/// What a record says was decided, and by which rules.
fn said(recorded: &Recorded) -> String {
    let read = |part: Option<&RawValue>| part.and_then(|part| serde_json::from_str::<Value>(part.get()).ok());
    let outcome = read(recorded.said.outcome).map_or_else(String::new, |outcome| match outcome.get("value") {
        Some(Value::String(value)) => value.clone(),
        Some(value) => value.to_string(),
        None => format!("refer to {}", outcome.get("to").and_then(Value::as_str).unwrap_or("nobody")),
    });
    let by = read(recorded.said.by);
    let by = by.as_ref().and_then(Value::as_array).into_iter().flatten();
    let mut by: Vec<&str> = by.filter_map(|by| by.get("rule").and_then(Value::as_str)).collect();
    by.dedup();
    if by.is_empty() { outcome } else { format!("{outcome} by {}", by.join(", ")) }
}
