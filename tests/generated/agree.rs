//! One program, compiled and decided by interpreter and native code on many inputs: everything that both say must be the same.

use std::fmt::Write;

use axtrace_compiler::graph::NodeKind;
use axtrace_compiler::interpret::{self, Fault, FaultKind, Options, Run};
use axtrace_compiler::{Program, compile, native};
use axtrace_runtime::code::{Decider, Executable};
use axtrace_runtime::memory::Batch;
use axtrace_runtime::meta::{DecisionId, DecisionMeta, RelationOwner};
use axtrace_runtime::read::{Reader, Wrong};
use axtrace_runtime::recording::Recorder;
use axtrace_runtime::text::write_json;
use axtrace_runtime::trace::{Level, Lines, Passed, Trace, View, decode};
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Findings, Sources};

use super::random::Random;
use super::value::{Hints, value};

/// Why a program is wrong, or the compiler is.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What kind of thing went wrong: shrinking keeps it.
    pub kind: String,
    /// All there is to say: the input, both answers.
    pub text: String,
}

/// What became of a program.
pub enum Verdict {
    /// It does not compile; code, message and source of each error.
    Refused(Vec<(String, String)>),
    /// So many inputs were decided alike.
    Agreed(usize),
    Failed(Failure),
}

fn failure(kind: impl Into<String>, text: impl Into<String>) -> Failure {
    Failure { kind: kind.into(), text: text.into() }
}

/// Checks one source, with inputs made from a seed.
pub fn check(source: &str, seed: u64, inputs: usize) -> Verdict {
    let mut sources = Sources::new();
    if sources.add("case.ax", source).is_err() {
        return Verdict::Refused(vec![("source".into(), String::new())]);
    }
    let mut findings = Findings::new();
    let Some(program) = compile(sources, &mut findings) else {
        let findings = findings.sorted();
        let said = |it: &Finding| -> Option<(String, String)> {
            Some((it.code(), format!("{} before {:?}", it.diagnostic, source.get(it.offset()?..)?.lines().next()?)))
        };
        let errors: Vec<(String, String)> = findings.iter().filter(|it| it.is_error()).filter_map(said).collect();
        let explained = !errors.is_empty();
        return if explained { Verdict::Refused(errors) } else { Verdict::Failed(failure("refused without an error", "")) };
    };
    let executable = match native::jit(&program) {
        Ok(executable) => executable,
        Err(error) => return Verdict::Failed(failure("no native code", error.to_string())),
    };
    let mut decided = 0;
    for place in 0..program.meta.declared().len() {
        let case = Case { program: &program, executable: &executable, decision: DecisionId(place as u32) };
        match case.check(&mut Random::new(seed, place as u64), inputs) {
            Ok(count) => decided += count,
            Err(failure) => return Verdict::Failed(failure),
        }
    }
    Verdict::Agreed(decided)
}

struct Case<'a> {
    program: &'a Program,
    executable: &'a Executable,
    decision: DecisionId,
}

impl Case<'_> {
    fn meta(&self) -> &DecisionMeta {
        &self.program.meta.decisions[self.decision.index()]
    }

    fn check(&self, random: &mut Random, inputs: usize) -> Result<usize, Failure> {
        let (hints, types) = (self.hints(), &self.program.meta.types);
        let (mut batch, mut runs) = (Batch::new(), Vec::new());
        let reader = Reader::new(&self.program.meta, self.decision);
        for _ in 0..inputs {
            let values: Vec<Value> = self.meta().params.iter().map(|param| value(random, &param.ty, types, &hints)).collect();
            let json = self.json(&values);
            self.read(&reader, &values, &json, &mut batch)?;
            if self.admitted(&values, &json, &mut batch)? {
                runs.push((self.interpreted(&values, &json)?, json));
            }
        }
        for level in native::LEVELS {
            self.compare(&batch, &runs, level)?;
        }
        Ok(runs.len())
    }

    /// The constants that the decision turns on.
    fn hints(&self) -> Hints {
        let mut hints = Hints::default();
        for node in &self.program.graphs[self.decision.index()].nodes {
            match &node.kind {
                NodeKind::Constant(Value::Text(text)) => hints.texts.push(text.to_string()),
                NodeKind::Constant(value) => hints.numbers.extend(value.number()),
                _ => {}
            }
        }
        for relation in &self.program.meta.relations {
            let (RelationOwner::Record(id), Some((low, high))) = (relation.owner, relation.condition.split_once(" <= ")) else { continue };
            let fields = &self.program.meta.types.record(id).fields;
            let place = |name: &str| fields.iter().position(|field| field.name == name);
            hints.related.extend(place(low).zip(place(high)).map(|(low, high)| (id, low, high)));
        }
        hints
    }

    fn json(&self, values: &[Value]) -> String {
        let mut out = String::from("{");
        for (place, (param, value)) in self.meta().params.iter().zip(values).enumerate() {
            let _ = write!(out, "{}\"{}\":", if place == 0 { "" } else { "," }, param.name);
            write_json(&mut out, value, &param.ty, &self.program.meta);
        }
        out.push('}');
        out
    }

    /// The input written as JSON and read again is the input.
    fn read(&self, reader: &Reader, values: &[Value], json: &str, batch: &mut Batch) -> Result<(), Failure> {
        let place = batch.count();
        if let Err(errors) = reader.read(json.as_bytes(), batch) {
            return Err(failure("an input cannot be read", format!("{json}\n{errors}")));
        }
        let again = batch.values(place, self.meta(), &self.program.meta);
        if again.as_deref() != Ok(values) {
            return Err(failure("an input is read as another", format!("{json}\n{values:?}\n{again:?}")));
        }
        let mut direct = Batch::new();
        let same =
            direct.push_values(self.meta(), &self.program.meta.types, values).is_ok() && direct.row(0).len() == batch.row(place).len();
        if same { Ok(()) } else { Err(failure("a row has another length", json)) }
    }

    /// Whether the input keeps what always holds, as native code and the interpreter say alike.
    fn admitted(&self, values: &[Value], json: &str, batch: &mut Batch) -> Result<bool, Failure> {
        let native = self.executable.admit(self.decision, batch);
        let run = interpret::decide(&self.program.meta, &self.program.graphs, self.decision, values, Options::at(Level::None));
        let refused = match &run {
            Err(Fault { node: None, kind: FaultKind::Relation { relation, because }, .. }) => Some((*relation, because)),
            _ => None,
        };
        let first = native.as_ref().err().and_then(|errors| errors.problems.first());
        match (refused, first.map(|problem| (problem.declared, &problem.wrong))) {
            (None, None) => return Ok(true),
            (Some((relation, because)), Some((declared, Wrong::Relation { because: told, .. })))
                if self.program.meta.relations[relation].span == declared && because == told =>
            {
                return Ok(false);
            }
            _ => {}
        }
        Err(failure("relations differ", format!("{} on {json}\n{native:?}\n{run:?}", self.meta().name)))
    }

    fn interpreted(&self, values: &[Value], json: &str) -> Result<Run, Failure> {
        let options = Options { node_bounds: true, steps: 50_000_000, ..Options::at(Level::Full) };
        let run = interpret::decide(&self.program.meta, &self.program.graphs, self.decision, values, options);
        run.map_err(|fault| {
            let graph = &self.program.graphs[fault.decision.index()];
            let node = fault.node.map(|node| graph.node(node));
            let at = node.map(|node| format!("{} : {:?}", self.program.meta.sources.text(node.span), node.ty));
            let kind = format!("{:?}", fault.kind);
            let kind = kind.split([' ', '(']).next().unwrap_or("").to_string();
            failure(format!("fault {kind}"), format!("{} on {json}\n{fault:?}\nat {}", self.meta().name, at.unwrap_or_default()))
        })
    }

    fn compare(&self, batch: &Batch, runs: &[(Run, String)], level: Level) -> Result<(), Failure> {
        let mut recorder = Recorder::new(level);
        let done = self
            .executable
            .decide_batch(self.decision, batch, &mut recorder)
            .map_err(|error| failure("native error", error.to_string()))?;
        if done != runs.len() {
            return Err(failure("native error", format!("{done} of {} rows decided", runs.len())));
        }
        let mut decider = self.executable.decider(self.decision, level).map_err(|error| failure("native error", error.to_string()))?;
        let lines = Lines::new(self.executable.meta(), self.decision);
        for (index, (run, json)) in runs.iter().enumerate() {
            let differs = |what: &str, one: &str, other: &str| {
                let name = &self.meta().name;
                Err(failure(format!("{what} at {level}"), format!("{name} on {json}\n{one}\n{other}")))
            };
            let interpreted = self.expected(batch, index, run, level)?;
            let native = self.traced(batch, index, &recorder, index, level)?;
            let (one, other) = (interpreted.to_json(&self.program.meta, level), native.to_json(self.executable.meta(), level));
            if one != other || interpreted != native {
                return differs("interpreter and batch differ", &one, &other);
            }
            let line = self.line(&lines, batch, index, &recorder, level)?;
            if line.as_ref().is_some_and(|line| *line != other) {
                return differs("line and trace differ", &line.unwrap_or_default(), &other);
            }
            let single = self.single(&mut decider, batch, index, level)?.to_json(self.executable.meta(), level);
            if single != other {
                return differs("single and batch differ", &single, &other);
            }
        }
        Ok(())
    }

    fn single(&self, decider: &mut Decider<'_>, batch: &Batch, index: usize, level: Level) -> Result<Trace, Failure> {
        decider.decide(batch, index).map_err(|error| failure("native error", error.to_string()))?;
        self.traced(batch, index, decider.recorder(), 0, level)
    }

    fn expected(&self, batch: &Batch, index: usize, run: &Run, level: Level) -> Result<Trace, Failure> {
        let recording = &run.recording;
        let (outcome, frame, scratch) = (&recording.outcome[..], &recording.frame[..], &recording.scratch[..]);
        let view = View { row: batch.row(index), arena: batch.arena(), outcome, frame, scratch };
        decode(&self.program.meta, self.decision, &view, level).map_err(|error| failure("an interpreter's recording", error.to_string()))
    }

    /// The line of a recording as it is written straight from its bytes, if it can be.
    fn line(&self, lines: &Lines, batch: &Batch, index: usize, recorder: &Recorder, level: Level) -> Result<Option<String>, Failure> {
        let (outcome, frame, scratch) = (recorder.outcome(index), recorder.frame(index), recorder.scratch());
        let view = View { row: batch.row(index), arena: batch.arena(), outcome, frame, scratch };
        let mut line = String::new();
        let written = lines.write(&mut line, self.executable.meta(), &view, &Passed::default(), level);
        let written = written.map_err(|error| failure(format!("a line at {level}"), format!("row {index}: {error}")))?;
        Ok(written.then_some(line))
    }

    fn traced(&self, batch: &Batch, index: usize, recorder: &Recorder, row: usize, level: Level) -> Result<Trace, Failure> {
        let (outcome, frame, scratch) = (recorder.outcome(row), recorder.frame(row), recorder.scratch());
        let view = View { row: batch.row(index), arena: batch.arena(), outcome, frame, scratch };
        let trace = decode(self.executable.meta(), self.decision, &view, level);
        trace.map_err(|error| failure(format!("a native recording at {level}"), format!("row {index}: {error}")))
    }
}
