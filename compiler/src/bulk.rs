//! Tests in bulk: JSON files of inputs and expected outcomes, read by the reader that reads inputs.

use std::fmt;

use axtrace_runtime::layout::{Shape, Struct};
use axtrace_runtime::literal::Excerpt;
use axtrace_runtime::memory::Batch;
use axtrace_runtime::meta::{DecisionMeta, Found, RoleId, Tag};
use axtrace_runtime::read::outline::{self, Member, Place};
use axtrace_runtime::read::{Problem, Reader, Wrong};
use axtrace_runtime::types::{FieldType, Kind, Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::{Findings, SourceFile, Span};
use miette::{Diagnostic, LabeledSpan};

use crate::hir::{Bulk, Expected, Test};
use crate::program::Program;
use crate::resolve::NameFinding;
use crate::suggest::{did_you_mean, worth_it};
use crate::types::refuse_contradictions;

/// The keys of a test.
const TEST: [&str; 4] = ["name", "given", "expect", "by"];
/// The keys of an outcome object.
const OUTCOME: [&str; 5] = ["kind", "value", "to", "within", "proposing"];
/// The letters of an unknown key that a pointer has: enough to find it.
const LONGEST_KEY: usize = 200;
/// How many bytes are gone through to find the places of problems; those of problems beyond are shown where the value begins.
const MOST_SOUGHT: usize = 1 << 26;

/// What is wrong with a value in a file of tests.
#[derive(Debug)]
struct Unfit {
    /// The JSON pointer to it from the list of tests.
    pointer: String,
    wrong: Wrong,
    at: Span,
    /// What else there is to see, and what it is.
    declared: (Span, &'static str),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() { write!(f, "{}", self.wrong) } else { write!(f, "{}: {}", self.pointer, self.wrong) }
    }
}

impl std::error::Error for Unfit {}

impl Diagnostic for Unfit {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.wrong.code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let at = LabeledSpan::new_primary_with_span(Some("this does not fit".to_owned()), self.at);
        let declared = LabeledSpan::new_with_span(Some(self.declared.1.to_owned()), self.declared.0);
        Some(Box::new([at, declared].into_iter()))
    }
}

/// Reads the tests of files and adds them to those that stand in the rules. What is wrong with them goes to `findings`.
pub fn read_bulk(program: &mut Program, bulk: &[Bulk], findings: &mut Findings) {
    let (before, mut tests) = (program.tests.len(), Vec::new());
    for file in bulk {
        if let Some(source) = program.meta.sources.files().get(file.file) {
            tests.extend(File::new(program, *file, source, findings).tests());
        }
    }
    if !tests.is_empty() {
        program.tests.extend(tests);
        refuse_contradictions(&program.tests, before, findings);
    }
}

/// Something that is read alone, as if it were the one parameter of a decision.
struct Alone {
    meta: DecisionMeta,
    reader: Reader,
}

impl Alone {
    fn new(program: &Program, decision: &DecisionMeta, name: &str, ty: &Type) -> Self {
        let params = vec![FieldType { name: name.to_owned(), ty: ty.clone(), span: decision.span }];
        let input = Struct::of(vec![Shape::of(ty, &program.meta.types)]);
        let meta = DecisionMeta { params, input, ..decision.clone() };
        Self { reader: Reader::of(&program.meta, &meta), meta }
    }

    fn name(&self) -> &str {
        self.meta.params.first().map_or("", |param| param.name.as_str())
    }
}

/// A file of tests that is read.
struct File<'p, 'f> {
    program: &'p Program,
    bulk: Bulk,
    decision: &'p DecisionMeta,
    source: &'p SourceFile,
    json: &'p [u8],
    findings: &'f mut Findings,
    given: Reader,
    /// What is decided, as the value of `expect`, of `value` and of `proposing`.
    outcomes: [Alone; 3],
    within: Alone,
    batch: Batch,
    /// The bytes that may still be gone through to find places.
    sought: usize,
}

impl<'p, 'f> File<'p, 'f> {
    fn new(program: &'p Program, bulk: Bulk, source: &'p SourceFile, findings: &'f mut Findings) -> Self {
        let decision = &program.meta.decisions[bulk.decision.index()];
        let alone = |name: &str, ty: &Type| Alone::new(program, decision, name, ty);
        Self {
            program,
            bulk,
            decision,
            source,
            json: source.text().as_bytes(),
            findings,
            given: Reader::new(&program.meta, bulk.decision),
            outcomes: ["expect", "value", "proposing"].map(|name| alone(name, &decision.gives)),
            within: alone("within", &Type::Scalar(Scalar::of(Kind::Duration))),
            batch: Batch::new(),
            sought: MOST_SOUGHT,
        }
    }

    fn tests(mut self) -> Vec<Test> {
        let all = match outline::whole(self.json) {
            Ok(all) => all,
            Err(error) => {
                let (at, wrong) = *error;
                self.unfit(String::new(), wrong, &(at..at + 1));
                return Vec::new();
            }
        };
        let Some(places) = outline::elements(self.json, &all) else {
            self.other_type(String::new(), "a list of tests", &all);
            return Vec::new();
        };
        places.iter().enumerate().filter_map(|(place, at)| self.test(place, at)).collect()
    }

    fn test(&mut self, place: usize, at: &Place) -> Option<Test> {
        let pointer = format!("/{place}");
        let Some(members) = outline::members(self.json, at) else {
            self.other_type(pointer, "an object with `given` and `expect`", at);
            return None;
        };
        let known = self.keys(&pointer, &members, TEST.as_slice(), "test");
        let of = |key: &str| member(&members, key).map(|member| member.value.clone());
        let title = match of("name") {
            Some(name) => self.words(&format!("{pointer}/name"), &name),
            None => Some(format!("case {}", place + 1)),
        };
        let given = self.given(&format!("{pointer}/given"), of("given"), at);
        let expect = self.expected(&pointer, of("expect"), at);
        let by = match of("by") {
            Some(by) => self.rules(&format!("{pointer}/by"), &by).map(Some),
            None => Some(None),
        };
        let expect_at = of("expect").unwrap_or_else(|| at.clone());
        let test = Test {
            title: title?,
            decision: self.bulk.decision,
            given: given?,
            expect: expect?,
            by: by?,
            span: self.span(&of("name").unwrap_or_else(|| at.clone())),
            expect_span: self.span(&expect_at),
        };
        known.then_some(test)
    }

    /// Whether all keys of an object are known, and are there once.
    fn keys(&mut self, pointer: &str, members: &[Member], known: &[&'static str], owner: &'static str) -> bool {
        let mut seen = vec![false; known.len()];
        let mut well = true;
        for member in members {
            let wrong = match known.iter().position(|key| *key == member.key) {
                Some(place) if !std::mem::replace(&mut seen[place], true) => continue,
                Some(_) => Wrong::Repeated { key: Excerpt::of(&member.key) },
                None => {
                    let near = worth_it(self.findings.len(), known.len());
                    let suggestion = near.then(|| crate::suggest::nearest(&member.key, known.iter().copied())).flatten();
                    Wrong::UnknownKey { key: Excerpt::of(&member.key), what: "key", owner: owner.to_owned(), suggestion }
                }
            };
            well = false;
            let key: String = member.key.chars().take(LONGEST_KEY).collect();
            let key = key.replace('~', "~0").replace('/', "~1");
            self.unfit(format!("{pointer}/{key}"), wrong, &member.key_at);
        }
        well
    }

    /// The inputs; without any those of `{}`, whose problems are those of the test as a whole.
    fn given(&mut self, pointer: &str, given: Option<Place>, test: &Place) -> Option<Vec<Value>> {
        let json = given.clone().map_or(&b"{}"[..], |given| &self.json[given]);
        self.batch.clear();
        match self.given.read(json, &mut self.batch) {
            Ok(()) => self.batch.values(0, self.decision, &self.program.meta).ok(),
            Err(errors) => {
                for problem in errors.problems {
                    let at = given.as_ref().map_or_else(|| test.clone(), |given| self.place_of(&problem, given));
                    self.unfit_of(format!("{pointer}{}", problem.at), problem, &at);
                }
                None
            }
        }
    }

    fn expected(&mut self, pointer: &str, expect: Option<Place>, test: &Place) -> Option<Expected> {
        let members = expect.as_ref().and_then(|at| outline::members(self.json, at)).unwrap_or_default();
        // Every object with a `kind` is an outcome as a trace has it, so that nobody needs to know the types to tell.
        let (Some(kind), Some(at)) = (member(&members, "kind"), &expect) else {
            return self.value(0, pointer, expect, test).map(Expected::Value);
        };
        let pointer = format!("{pointer}/expect");
        let kind_at = kind.value.clone();
        let kind = self.words(&format!("{pointer}/kind"), &kind_at)?;
        let keys = match kind.as_str() {
            "decided" => &OUTCOME[..2],
            "referred" => &[OUTCOME[0], OUTCOME[2], OUTCOME[3], OUTCOME[4]][..],
            _ => {
                let what = "kind of outcome: write `decided` or `referred`".to_owned();
                let wrong = Wrong::UnknownName { name: Excerpt::of(&kind), what, suggestion: None };
                self.unfit(format!("{pointer}/kind"), wrong, &kind_at);
                return None;
            }
        };
        let known = self.keys(&pointer, &members, keys, "expect");
        let of = |key: &str| member(&members, key).map(|member| member.value.clone());
        let expected = if kind == "decided" {
            self.value(1, &pointer, of("value"), at).map(Expected::Value)
        } else {
            self.referral(&pointer, [of("to"), of("within"), of("proposing")], at)
        };
        expected.filter(|_| known)
    }

    fn referral(&mut self, pointer: &str, [to, within, proposing]: [Option<Place>; 3], at: &Place) -> Option<Expected> {
        let role = match to {
            Some(to) => self.role(&format!("{pointer}/to"), &to),
            None => {
                self.unfit(format!("{pointer}/to"), Wrong::Missing { name: "to".to_owned() }, at);
                None
            }
        };
        let within = match within {
            Some(within) => self.duration(pointer, &within).map(Some),
            None => Some(None),
        };
        let proposing = match proposing {
            Some(proposing) => self.value(2, pointer, Some(proposing), at).map(Some),
            None => Some(None),
        };
        Some(Expected::Referral { role: role?, within: within?, proposing: proposing? })
    }

    /// The role of a name: one that the decision refers to, or else any.
    fn role(&mut self, pointer: &str, at: &Place) -> Option<RoleId> {
        let name = self.words(pointer, at)?;
        let roles = &self.program.meta.roles;
        let referred = self.decision.tags.iter().filter_map(|tag| if let Tag::Referred { role, .. } = tag { Some(*role) } else { None });
        let all = (0..).map(RoleId).take(roles.len());
        let found = referred.chain(all).find(|role| roles[role.index()].name == name);
        if found.is_none() {
            self.unknown("role", name, at, roles.iter().map(|role| role.name.as_str()));
        }
        found
    }

    fn duration(&mut self, pointer: &str, at: &Place) -> Option<i128> {
        let (value, problems) = alone(&self.within, &self.program.meta, &mut self.batch, Some(&self.json[at.clone()]));
        self.report_all(pointer, problems, "/within", at);
        value?.number()
    }

    /// One of the [`outcomes`](Self::outcomes); one that is not there is missing in `owner`.
    fn value(&mut self, which: usize, pointer: &str, at: Option<Place>, owner: &Place) -> Option<Value> {
        let read = &self.outcomes[which];
        let prefix = format!("/{}", read.name());
        if at.is_none() && which == 0 {
            // Whoever expects nothing to be given says so with `null`.
            let wrong = Wrong::Missing { name: read.name().to_owned() };
            self.unfit(format!("{pointer}{prefix}"), wrong, owner);
            return None;
        }
        let (value, problems) = alone(read, &self.program.meta, &mut self.batch, at.clone().map(|at| &self.json[at]));
        self.report_all(pointer, problems, &prefix, &at.unwrap_or_else(|| owner.clone()));
        value
    }

    fn report_all(&mut self, pointer: &str, problems: Vec<Problem>, prefix: &str, at: &Place) {
        for mut problem in problems {
            let whole = format!("{pointer}{}", problem.at);
            problem.at = problem.at.strip_prefix(prefix).unwrap_or("").to_owned();
            let at = self.place_of(&problem, at);
            self.unfit_of(whole, problem, &at);
        }
    }

    /// The rules that decide, by place.
    fn rules(&mut self, pointer: &str, at: &Place) -> Option<Vec<Found>> {
        let Some(names) = outline::elements(self.json, at) else {
            self.other_type(pointer.to_owned(), "a list of rules", at);
            return None;
        };
        let (meta, decision) = (&self.program.meta, self.bulk.decision);
        let mut places: Vec<Found> = Vec::new();
        for (index, at) in names.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            let Some(name) = self.words(&pointer, at) else { continue };
            match meta.rule_names(decision).find(|(known, _)| *known == name) {
                Some((_, found)) if !places.contains(&found) => places.push(found),
                Some(_) => self.unfit(pointer, Wrong::Repeated { key: Excerpt::of(&name) }, at),
                None => {
                    let known: Vec<&str> = meta.rule_names(decision).map(|(known, _)| known).collect();
                    self.unknown("rule", name, at, known.into_iter());
                }
            }
        }
        places.sort_unstable();
        (places.len() == names.len()).then_some(places)
    }

    fn unknown<'n>(&mut self, what: &'static str, name: String, at: &Place, known: impl Iterator<Item = &'n str> + Clone) {
        let near = worth_it(self.findings.len(), known.clone().count());
        let suggestion = near.then(|| did_you_mean(&name, known)).flatten();
        let (name, at) = (Excerpt::of(&name).to_string(), self.span(at));
        self.findings.report(NameFinding::UnknownDeclared { what, name, at, suggestion });
    }

    /// A text; `None`, reported, if it is none.
    fn words(&mut self, pointer: &str, at: &Place) -> Option<String> {
        match outline::text(self.json, at) {
            Ok(text) => Some(text),
            Err(wrong) => {
                self.unfit(pointer.to_owned(), wrong, at);
                None
            }
        }
    }

    /// Where the problem of a value that stands at a place lies in it.
    fn place_of(&mut self, problem: &Problem, at: &Place) -> Place {
        let Some(left) = self.sought.checked_sub(at.len()) else { return at.clone() };
        self.sought = left;
        let to_key = matches!(problem.wrong, Wrong::UnknownKey { .. } | Wrong::Repeated { .. });
        outline::follow(self.json, at, &problem.at, to_key)
    }

    fn other_type(&mut self, pointer: String, expected: &str, at: &Place) {
        let wrong = Wrong::OtherType { found: outline::found(self.json, at), expected: expected.to_owned() };
        self.unfit(pointer, wrong, at);
    }

    fn unfit(&mut self, pointer: String, wrong: Wrong, at: &Place) {
        let (at, declared) = (self.span(at), (self.bulk.span, "the file is named here"));
        self.findings.report(Unfit { pointer, wrong, at, declared });
    }

    fn unfit_of(&mut self, pointer: String, problem: Problem, at: &Place) {
        let (at, declared) = (self.span(at), (problem.declared, "declared here"));
        self.findings.report(Unfit { pointer, wrong: problem.wrong, at, declared });
    }

    /// The span of a place; of what has several lines its first byte.
    fn span(&self, at: &Place) -> Span {
        let end = if self.json.get(at.clone()).is_some_and(|bytes| bytes.contains(&b'\n')) { at.start + 1 } else { at.end };
        let offset = |place: usize| self.source.base() + place.min(self.json.len()) as u32;
        Span::new(offset(at.start), offset(end))
    }
}

fn member<'m>(members: &'m [Member], key: &str) -> Option<&'m Member> {
    members.iter().find(|member| member.key == key)
}

/// Reads something alone, with its problems; their pointers begin with its name.
fn alone(
    read: &Alone,
    program: &axtrace_runtime::meta::ProgramMeta,
    batch: &mut Batch,
    json: Option<&[u8]>,
) -> (Option<Value>, Vec<Problem>) {
    let mut input = Vec::from(b"{");
    if let Some(json) = json {
        input.extend_from_slice(format!("\"{}\":", read.name()).as_bytes());
        input.extend_from_slice(json);
    }
    input.push(b'}');
    batch.clear();
    match read.reader.read(&input, batch) {
        Ok(()) => (batch.values(0, &read.meta, program).ok().and_then(|values| values.into_iter().next()), Vec::new()),
        Err(errors) => (None, errors.problems),
    }
}
