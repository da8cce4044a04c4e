//! Tests that authors write.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axtrace_grammar::ast;
use axtrace_runtime::meta::{DecisionId, Found, RuleId};
use axtrace_runtime::types::{Kind, Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::{Findings, Span, Spanned};

use super::{Caller, Checker, Signature, TypeFinding};
use crate::hir::{self, Body, Expected};
use crate::resolve::{NameFinding, Symbol};
use crate::suggest::did_you_mean;

/// Hashes of what tests are given, to the last part: a file may hold many tests that differ there alone. Tests may share one long sample,
/// whose parts are hashed once: they are known by where they lie.
#[derive(Default)]
struct Hashes(HashMap<*const Value, u64>);

impl Hashes {
    fn of(&mut self, values: &[Value]) -> u64 {
        let mut state = DefaultHasher::new();
        values.len().hash(&mut state);
        for value in values {
            match value {
                Value::Record(parts) | Value::List(parts) => {
                    let place = Arc::as_ptr(parts).cast::<Value>();
                    let known = self.0.get(&place).copied();
                    let hash = known.unwrap_or_else(|| self.of(parts));
                    self.0.insert(place, hash);
                    hash.hash(&mut state);
                }
                _ => value.hash(&mut state),
            }
        }
        state.finish()
    }
}

/// What a test gives to a decision, with its hash.
#[derive(PartialEq, Eq)]
struct Given<'a>(u64, DecisionId, &'a [Value]);

impl Hash for Given<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0, self.1).hash(state);
    }
}

impl<'a> Checker<'a, '_> {
    /// All tests that are sound, in source order.
    pub(super) fn tests(&mut self, decisions: &[Option<hir::Decision>]) -> (Vec<hir::Test>, Vec<hir::Bulk>) {
        let (mut tests, mut bulk, mut named) = (Vec::new(), Vec::new(), HashMap::new());
        for declared in &self.resolved.tests {
            self.within(declared.module, Caller::Nobody, |this| {
                this.samples_known = true;
                match &declared.item.body {
                    ast::TestBody::File(file) => bulk.extend(this.file_of_tests(declared.item, file, &mut named)),
                    ast::TestBody::Table(table) => tests.extend(this.table_of_tests(declared.item, table, decisions)),
                    ast::TestBody::Case { given, expect } => tests.extend(this.test(declared.item, (given, expect), decisions)),
                }
            });
        }
        refuse_contradictions(&tests, 0, self.findings);
        (tests, bulk)
    }

    /// The file of data that holds tests. Each is named once: `named` says where.
    fn file_of_tests(&mut self, item: &ast::Test, file: &Spanned<String>, named: &mut HashMap<usize, Span>) -> Option<hir::Bulk> {
        let decision = self.tested(item)?;
        let (at, name) = (file.span, file.node.clone());
        let unread = |reason: String, first| TypeFinding::UnreadTests { name, reason, at, first };
        let Some(path) = self.sources.file_at(at.start).and_then(|naming| naming.beside(&file.node)) else {
            let reason = "a file is named by its path from the file that names it, with `/` between folders";
            self.report(unread(reason.to_owned(), None));
            return None;
        };
        let place = match self.sources.data(&path) {
            Ok(place) => place,
            Err(reason) => {
                self.report(unread(reason.map_or_else(|| format!("there is no file `{path}`"), str::to_owned), None));
                return None;
            }
        };
        if let Some(first) = named.insert(place, at) {
            named.insert(place, first);
            self.report(unread("it is named before, and a file of tests is read once".to_owned(), Some(first)));
            return None;
        }
        Some(hir::Bulk { decision, file: place, span: at })
    }

    /// The decision that tests are of.
    pub(super) fn tested(&mut self, item: &ast::Test) -> Option<DecisionId> {
        match self.resolved.lookup(self.module, &item.decision.text) {
            Some((Symbol::Decision(id), _)) => Some(id),
            Some((Symbol::Broken, _)) => None,
            _ => {
                let known = self.resolved.names(self.module, |it| matches!(it, Symbol::Decision(_)));
                let suggestion = self.suggested().then(|| did_you_mean(&item.decision.text, known)).flatten();
                let (name, at) = (item.decision.text.clone(), item.decision.span);
                self.report_name(NameFinding::UnknownDeclared { what: "decision", name, at, suggestion });
                None
            }
        }
    }

    fn test(
        &mut self,
        item: &'a ast::Test,
        (given, expect): (&'a [(ast::Name, ast::Expr)], &'a ast::Expectation),
        decisions: &[Option<hir::Decision>],
    ) -> Option<hir::Test> {
        let id = self.tested(item)?;
        let signature = self.signatures[id.index()].clone()?;
        let title = item.title.as_ref();
        let given: Vec<(ast::Name, &'a ast::Expr)> = given.iter().map(|(name, value)| (name.clone(), value)).collect();
        let given = self.given(&item.decision.text, title.map_or(item.span, |title| title.span), &given, &signature);
        let expected = self.expected(&expect.outcome, &signature);
        let by = self.expected_rules(&expect.by, decisions[id.index()].as_ref());
        Some(hir::Test {
            title: title.map(|title| title.node.clone()).unwrap_or_default(),
            decision: id,
            given: given?,
            expect: expected?,
            by: by?,
            span: title.map_or(item.span, |title| title.span),
            expect_span: expect.span,
        })
    }

    /// The inputs of a test of a decision, which stands at a place.
    pub(super) fn given(
        &mut self,
        decision: &str,
        at: Span,
        given: &[(ast::Name, &'a ast::Expr)],
        signature: &Signature,
    ) -> Option<Vec<Value>> {
        let mut values: Vec<Option<Value>> = vec![None; signature.params.len()];
        let mut whole = true;
        for (index, (name, value)) in given.iter().enumerate() {
            let Some(place) = signature.params.iter().position(|param| param.name == name.text) else {
                let suggestion = did_you_mean(&name.text, signature.params.iter().map(|param| param.name.as_str()));
                self.report_name(NameFinding::UnknownDeclared { what: "parameter", name: name.text.clone(), at: name.span, suggestion });
                whole = false;
                continue;
            };
            if let Some((first, _)) = given[..index].iter().find(|(first, _)| first.text == name.text) {
                self.report(TypeFinding::FieldTwice { field: name.text.clone(), at: name.span, first: first.span });
                whole = false;
                continue;
            }
            let param = &signature.params[place];
            values[place] = self.constant_within(value, &param.ty, "what a test is given", Some(param.span));
            whole &= values[place].is_some();
        }
        let named = |place: usize| given.iter().any(|(name, _)| name.text == signature.params[place].name);
        for (place, param) in signature.params.iter().enumerate() {
            if named(place) {
                continue;
            }
            if param.ty.is_optional() {
                values[place] = Some(Value::Missing);
                continue;
            }
            let record = decision.to_owned();
            self.report(TypeFinding::FieldNotSet { record, field: param.name.clone(), at, declared: param.span });
            whole = false;
        }
        whole.then(|| values.into_iter().collect()).flatten()
    }

    /// The outcome that a test expects.
    pub(super) fn expected(&mut self, outcome: &'a ast::Outcome, signature: &Signature) -> Option<Expected> {
        match outcome {
            ast::Outcome::Value(value) => {
                let value = self.constant_within(value, &signature.gives, "what a test expects", None)?;
                Some(Expected::Value(value))
            }
            ast::Outcome::Refer(referral) => {
                let duration = Type::Scalar(Scalar::of(Kind::Duration));
                let role = self.role(&referral.role)?;
                let within = match &referral.within {
                    Some(within) => Some(self.constant(within, &duration, "what a test expects")?.number()?),
                    None => None,
                };
                let proposing = match &referral.proposing {
                    Some(value) => Some(self.constant(value, &signature.gives, "what a test expects")?),
                    None => None,
                };
                Some(Expected::Referral { role, within, proposing })
            }
        }
    }

    /// The rules after `by`, as places; the outer `None` if one of them is unknown.
    #[expect(clippy::option_option, reason = "whether rules are named and whether they are known are two questions")]
    pub(super) fn expected_rules(&mut self, by: &[ast::Name], decision: Option<&hir::Decision>) -> Option<Option<Vec<Found>>> {
        if by.is_empty() {
            return Some(None);
        }
        let Body::Rules(rules) = &decision?.body else { return Some(Some(Vec::new())) };
        let mut places = Vec::new();
        for name in by {
            match rules.iter().position(|rule| rule.name == name.text) {
                Some(place) => places.push((RuleId(place as u32), None)),
                None => {
                    let near = crate::suggest::worth_it(self.findings.len(), rules.len());
                    let suggestion = near.then(|| did_you_mean(&name.text, rules.iter().map(|rule| rule.name.as_str()))).flatten();
                    self.report_name(NameFinding::UnknownDeclared { what: "rule", name: name.text.clone(), at: name.span, suggestion });
                }
            }
        }
        places.sort_unstable();
        (places.len() == by.len()).then_some(Some(places))
    }
}

/// Two tests of the same input cannot expect two outcomes; those before place `from` are known to agree with each other.
pub fn refuse_contradictions(tests: &[hir::Test], from: usize, findings: &mut Findings) {
    let (mut hashes, mut seen) = (Hashes::default(), HashMap::<Given, &hir::Test>::new());
    for (place, test) in tests.iter().enumerate() {
        let given = Given(hashes.of(&test.given), test.decision, &test.given);
        let first = *seen.entry(given).or_insert(test);
        let by = test.by.is_none() || first.by.is_none() || test.by == first.by;
        if place >= from && !(by && may_be_same(&first.expect, &test.expect)) {
            findings.report(TypeFinding::ContradictingTests { at: test.expect_span, first: first.expect_span });
        }
    }
}

/// Whether one outcome can be both that are expected: what a referral does not mention may be anything.
fn may_be_same(a: &Expected, b: &Expected) -> bool {
    fn open<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
        a.is_none() || b.is_none() || a == b
    }
    match (a, b) {
        (Expected::Value(a), Expected::Value(b)) => a == b,
        (Expected::Referral { role: a, within: b, proposing: c }, Expected::Referral { role: x, within: y, proposing: z }) => {
            a == x && open(b, y) && open(c, z)
        }
        _ => false,
    }
}
