//! Declarations other than decisions.

use axtrace_source::Span;

use super::{Builder, Pair, error_at, find};
use crate::{
    ast::{
        Change, Claim, DatedValue, Define, DefineBody, Docs, Enum, EnumValue, Expectation, Expr, Field, Item, Measure, MeasureKind, Name,
        Param, ParamValue, Prove, Record, Role, Sample, Test, TestBody, TypeAlias, Unit, Workflow,
    },
    errors::SyntaxError,
    grammar::Rule,
    split::Stretch,
};

/// What every declaration has.
struct Common {
    name: Name,
    docs: Docs,
    span: Span,
}

impl<'a> Builder<'a, '_> {
    /// A declaration; `None`, reported, if it cannot be read.
    pub(super) fn item(&mut self, word: &str, stretch: &Stretch) -> Option<Item> {
        match word {
            "unit" => self.read(Rule::only_unit, stretch, |it, pair| it.unit_item(&pair)),
            "enum" => self.read(Rule::only_enum, stretch, |it, pair| it.enum_item(pair)),
            "record" | "open" => self.read(Rule::only_record, stretch, |it, pair| it.record_item(pair)),
            "type" => self.read(Rule::only_type, stretch, |it, pair| it.type_item(&pair)),
            "param" => self.read(Rule::only_param, stretch, |it, pair| it.param_item(&pair)),
            "role" => self.read(Rule::only_role, stretch, |it, pair| it.role_item(&pair)),
            "define" => self.read(Rule::only_define, stretch, |it, pair| it.define_item(&pair)),
            "sample" => self.read(Rule::only_sample, stretch, |it, pair| it.sample_item(&pair)),
            "measure" => self.read(Rule::only_measure, stretch, |it, pair| it.measure_item(pair)),
            "prove" => self.read(Rule::only_prove, stretch, |it, pair| it.prove_item(&pair)),
            "test" => self.test(stretch),
            "always" => self.read_always(stretch).map(Item::Always),
            "decision" => self.decision(stretch).map(|decision| Item::Decision(Box::new(decision))),
            "change" => self.change(stretch),
            _ => self.workflow(stretch),
        }
    }

    fn common(&self, pair: &Pair<'a>) -> Common {
        let span = self.span(pair);
        let name = find(pair, Rule::name).map_or_else(|| self.no_name(span), |name| self.name(&name));
        Common { name, docs: self.docs_before(span.start - self.base), span }
    }

    fn unit_item(&mut self, pair: &Pair<'a>) -> Item {
        let Common { name, docs, span } = self.common(pair);
        Item::Unit(Unit { name, docs, span })
    }

    fn enum_item(&mut self, pair: Pair<'a>) -> Item {
        let Common { name, docs, span } = self.common(&pair);
        let inner: Vec<_> = pair.into_inner().filter(|inner| matches!(inner.as_rule(), Rule::name | Rule::comma)).skip(1).collect();
        self.check_separators(&inner, Rule::name);
        let names = inner.iter().filter(|inner| inner.as_rule() == Rule::name);
        let values = names.map(|value| EnumValue { docs: self.docs_around(self.span(value)), name: self.name(value) }).collect();
        Item::Enum(Enum { name, values, docs, span })
    }

    /// Neighbours are separated by a comma or a line break.
    fn check_separators(&mut self, parts: &[Pair<'a>], rule: Rule) {
        for pair in parts.windows(2).filter(|pair| pair.iter().all(|part| part.as_rule() == rule)) {
            let (left, right) = (self.span(&pair[0]), self.span(&pair[1]));
            let between = &self.tokens.text[(left.end - self.base) as usize..(right.start - self.base) as usize];
            if !between.contains('\n') {
                let first_word = |text: &str| text.split_whitespace().next().unwrap_or("").to_owned();
                let last_word = pair[0].as_str().split_whitespace().last().unwrap_or("").to_owned();
                self.report(SyntaxError::NoSeparator { left: last_word, right: first_word(pair[1].as_str()), at: right });
            }
        }
    }

    fn record_item(&mut self, pair: Pair<'a>) -> Item {
        let Common { name, docs, span } = self.common(&pair);
        let open = find(&pair, Rule::kw_open).is_some();
        let parts: Vec<_> = pair.into_inner().filter(|inner| matches!(inner.as_rule(), Rule::record_part | Rule::comma)).collect();
        self.check_separators(&parts, Rule::record_part);
        let (mut fields, mut always) = (Vec::new(), Vec::new());
        for part in parts.into_iter().filter_map(|part| part.into_inner().next()) {
            match part.as_rule() {
                Rule::field => fields.extend(self.fields(&part)),
                Rule::always => always.push(self.always(part)),
                _ => {}
            }
        }
        Item::Record(Record { name, open, fields, always, docs, span })
    }

    /// The fields that are declared together.
    fn fields(&mut self, pair: &Pair<'a>) -> Vec<Field> {
        let span = self.span(pair);
        let ty = self.type_in(pair);
        let mark = |it: &Self, rule| {
            let marks = pair.clone().into_inner().filter(|inner| inner.as_rule() == Rule::field_mark);
            marks.filter_map(|mark| find(&mark, rule)).map(|word| it.span(&word)).next()
        };
        let (personal, protected) = (mark(self, Rule::kw_personal), mark(self, Rule::kw_protected));
        let docs = self.docs_around(span);
        let names = self.names(pair.clone());
        names.into_iter().map(|name| Field { name, ty: ty.clone(), personal, protected, docs: docs.clone(), span }).collect()
    }

    fn type_item(&mut self, pair: &Pair<'a>) -> Item {
        let Common { name, docs, span } = self.common(pair);
        Item::Type(TypeAlias { name, ty: self.type_in(pair), docs, span })
    }

    fn param_item(&mut self, pair: &Pair<'a>) -> Item {
        let Common { name, docs, span } = self.common(pair);
        let ty = find(pair, Rule::type_mark).and_then(|mark| self.type_mark(&mark));
        let value = match find(pair, Rule::param_value) {
            Some(value) => self.param_value(&value),
            None => ParamValue::Fixed(error_at(span)),
        };
        Item::Param(Param { name, ty, value, docs, span })
    }

    fn param_value(&mut self, pair: &Pair<'a>) -> ParamValue {
        let first = self.expr_in(pair);
        if find(pair, Rule::kw_from).is_none() {
            return ParamValue::Fixed(first);
        }
        let mut values = Vec::new();
        values.extend(self.date_in(pair).map(|from| DatedValue { value: first, from }));
        for inner in pair.clone().into_inner().filter(|inner| inner.as_rule() == Rule::dated_value) {
            let (value, from) = (self.expr_in(&inner), self.date_in(&inner));
            values.extend(from.map(|from| DatedValue { value, from }));
        }
        // A date that does not exist is reported; no value is left then, perhaps.
        if values.is_empty() { ParamValue::Fixed(error_at(self.span(pair))) } else { ParamValue::Dated(values) }
    }

    fn role_item(&mut self, pair: &Pair<'a>) -> Item {
        let Common { name, docs, span } = self.common(pair);
        let title = find(pair, Rule::plain_text).map(|text| self.plain_text(&text));
        let next = self.names(pair.clone()).into_iter().nth(1);
        let escalates = next.map(|next| (next, self.expr_in(pair)));
        Item::Role(Role { name, title, escalates, docs, span })
    }

    fn define_item(&mut self, pair: &Pair<'a>) -> Item {
        let Common { name, docs, span } = self.common(pair);
        let args = find(pair, Rule::params).map(|params| self.params(params));
        let ty = find(pair, Rule::type_mark).and_then(|mark| self.type_mark(&mark));
        let body = match find(pair, Rule::define_block) {
            Some(block) => self.define_block(block),
            None => DefineBody::Expr(self.expr_in(pair)),
        };
        Item::Define(Define { name, args, ty, body, docs, span })
    }

    fn define_block(&mut self, pair: Pair<'a>) -> DefineBody {
        let parts = pair.clone().into_inner().filter(|inner| inner.as_rule() == Rule::let_part);
        let lets = parts.map(|part| self.let_part(part)).collect();
        DefineBody::Block { lets, gives: self.expr_in(&pair) }
    }

    fn sample_item(&mut self, pair: &Pair<'a>) -> Item {
        let Common { name, docs, span } = self.common(pair);
        let ty = self.type_in(&find(pair, Rule::type_mark).unwrap_or_else(|| pair.clone()));
        Item::Sample(Sample { name, ty, value: self.expr_in(pair), docs, span })
    }

    fn measure_item(&mut self, pair: Pair<'a>) -> Item {
        let Common { name: decision, docs, span } = self.common(&pair);
        let entries = pair.into_inner().filter(|inner| inner.as_rule() == Rule::measure_entry);
        let entries = entries.filter_map(|entry| self.measure_entry(&entry)).collect();
        Item::Measure(Measure { decision, entries, docs, span })
    }

    fn measure_entry(&mut self, pair: &Pair<'a>) -> Option<(axtrace_source::Spanned<MeasureKind>, Expr)> {
        let kind = find(pair, Rule::measure_kind)?;
        let span = self.span(&kind);
        let measured = match kind.into_inner().next()?.as_rule() {
            Rule::kw_by => MeasureKind::ByHand,
            Rule::kw_when => MeasureKind::WhenReferred,
            _ => MeasureKind::HourlyCost,
        };
        Some((axtrace_source::Spanned::new(measured, span), self.expr_in(pair)))
    }

    fn prove_item(&mut self, pair: &Pair<'a>) -> Item {
        let Common { name, docs, span } = self.common(pair);
        let decision = self.names(pair.clone()).into_iter().nth(1).unwrap_or_else(|| self.no_name(span));
        let (condition, holder) = match find(pair, Rule::claim_if) {
            Some(claim) => (Some(self.expr_in(&claim)), Some(claim)),
            None => (None, find(pair, Rule::claim_always)),
        };
        let claim = holder.and_then(|holder| find(&holder, Rule::claim));
        let claim = claim.map_or_else(|| Claim::Condition(error_at(span)), |claim| self.claim(&claim));
        Item::Prove(Prove { name, decision, condition, claim, docs, span })
    }

    fn claim(&mut self, pair: &Pair<'a>) -> Claim {
        if let Some(name) = find(pair, Rule::claim_decided).and_then(|decided| find(&decided, Rule::name)) {
            return Claim::DecidedBy(self.name(&name));
        }
        match find(pair, Rule::claim_ignores) {
            Some(ignores) => Claim::Ignores(self.expr_in(&ignores)),
            None => Claim::Condition(self.expr_in(pair)),
        }
    }

    fn test(&mut self, stretch: &Stretch) -> Option<Item> {
        if let Some((open, close)) = self.tokens.body(stretch).filter(|(open, _)| self.tokens.word(open + 1) == "table") {
            return self.table_test(stretch, open, close);
        }
        self.read(Rule::only_test, stretch, |it, pair| it.test_item(&pair))
    }

    fn table_test(&mut self, stretch: &Stretch, open: usize, close: usize) -> Option<Item> {
        let (span, docs) = (self.stretch_span(stretch), self.docs_before(self.tokens.bounds(stretch).0));
        let table = self.table(&(open + 1..close));
        let head = self.read(Rule::only_test_head, &(stretch.start..open), |it, pair| {
            let title = find(&pair, Rule::plain_text).map(|text| it.plain_text(&text));
            (title, it.common(&pair).name)
        });
        let ((title, decision), table) = (head?, table?);
        Some(Item::Test(Box::new(Test { title, decision, body: TestBody::Table(Box::new(table)), docs, span })))
    }

    fn test_item(&mut self, pair: &Pair<'a>) -> Item {
        let Common { name: decision, docs, span } = self.common(pair);
        let text = find(pair, Rule::plain_text).map(|text| self.plain_text(&text));
        let (title, body) = match (find(pair, Rule::test_body), text) {
            (Some(body), title) => (title, self.test_case(body)),
            (None, Some(file)) => (None, TestBody::File(file)),
            (None, None) => (None, TestBody::Case { given: Vec::new(), expect: Box::new(self.nothing_expected(span)) }),
        };
        Item::Test(Box::new(Test { title, decision, body, docs, span }))
    }

    fn nothing_expected(&self, span: Span) -> Expectation {
        Expectation { outcome: crate::ast::Outcome::Value(error_at(span)), by: Vec::new(), span }
    }

    fn test_case(&mut self, pair: Pair<'a>) -> TestBody {
        let span = self.span(&pair);
        let (mut given, mut expect): (_, Option<Expectation>) = (Vec::new(), None);
        for inner in pair.into_inner() {
            let at = self.span(&inner);
            match (inner.as_rule(), &expect) {
                (Rule::given_clause, _) => given.extend(self.given(inner)),
                (Rule::expect_clause, None) => expect = Some(self.expectation(&inner)),
                (Rule::expect_clause, Some(first)) => {
                    let (word, place, first) = ("expect".to_owned(), "this test".to_owned(), first.span);
                    self.report(SyntaxError::Twice { word, place, at, first, help: Some("write a second test".to_owned()) });
                }
                _ => {}
            }
        }
        let expect = expect.unwrap_or_else(|| {
            let at = Span::new(span.start, span.start + 1);
            let help = Some("write `expect` and the outcome, and `by` with the rules if they matter".to_owned());
            self.report(SyntaxError::MissingClause { what: "this test".into(), word: "expect", at, label: "it expects nothing", help });
            self.nothing_expected(span)
        });
        TestBody::Case { given, expect: Box::new(expect) }
    }

    fn given(&mut self, pair: Pair<'a>) -> Vec<(Name, Expr)> {
        let values = pair.into_inner().filter(|inner| inner.as_rule() == Rule::given_value);
        values.filter_map(|value| Some((self.name(&find(&value, Rule::name)?), self.expr_in(&value)))).collect()
    }

    fn expectation(&mut self, pair: &Pair<'a>) -> Expectation {
        let by = find(pair, Rule::by_rules).map(|by| self.names(by)).unwrap_or_default();
        Expectation { outcome: self.outcome_in(pair), by, span: self.span(pair) }
    }

    fn change(&mut self, stretch: &Stretch) -> Option<Item> {
        let (span, docs) = (self.stretch_span(stretch), self.docs_before(self.tokens.bounds(stretch).0));
        let (open, close) = self.tokens.body(stretch).unwrap_or((stretch.end, stretch.end));
        let head = self.read(Rule::only_change, &(stretch.start..open), |it, pair| it.common(&pair).name);
        let items = self.parts(open + 1..close).into_iter().map(|part| self.change_item(&part)).collect();
        Some(Item::Change(Change { decision: head?, items, docs, span }))
    }

    /// A workflow is reserved: its body is not read.
    fn workflow(&mut self, stretch: &Stretch) -> Option<Item> {
        let span = self.stretch_span(stretch);
        let (open, _) = self.tokens.body(stretch).unwrap_or((stretch.end, stretch.end));
        self.read(Rule::only_workflow, &(stretch.start..open), |it, pair| Item::Workflow(Workflow { name: it.common(&pair).name, span }))
    }
}
