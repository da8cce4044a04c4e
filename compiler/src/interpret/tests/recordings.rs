//! Recordings, decoded and written as JSON.

use axtrace_runtime::memory::Batch;
use axtrace_runtime::meta::{DecisionId, FrameId, Operand, OperandSource, Policy, ProgramMeta, RuleId, SiteKind, TextPiece};
use axtrace_runtime::trace::{DecodeError, Level, SCHEMA, Status, Trace, TraceKind, View, decode};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::super::{FaultKind, Options, Recording, decide};
use super::build::{Build, integer, number};
use crate::graph::{Body, Graph, NodeKind, Quantifier};

fn numbers(of: &[i128]) -> Value {
    Value::List(of.iter().copied().map(Value::Scalar).collect())
}

fn list() -> Type {
    Type::List { element: Box::new(integer()), min: 0, max: 1_000 }
}

/// What a run left, with the rows of its input.
struct Recorded {
    program: ProgramMeta,
    batch: Batch,
    recording: Recording,
}

impl Recorded {
    fn of((program, graphs): (ProgramMeta, Vec<Graph>), input: &[Value]) -> Self {
        let run = decide(&program, &graphs, DecisionId(0), input, Options::at(Level::Full)).expect("the rules decide");
        let mut batch = Batch::new();
        batch.push_values(&program.decisions[0], &program.types, input).expect("an input of the decision");
        Self { program, batch, recording: run.recording }
    }

    fn view(&self) -> View<'_> {
        let Recording { outcome, frame, scratch } = &self.recording;
        View { row: self.batch.row(0), arena: self.batch.arena(), outcome, frame, scratch }
    }

    fn decode(&self, level: Level) -> Result<Trace, DecodeError> {
        decode(&self.program, DecisionId(0), &self.view(), level)
    }
}

/// `rule a when p > 10 then 1`, overridden by `rule b when p > 20 then 2 because "over {p}"`.
fn overriding() -> Build {
    let mut build = Build::new(vec![integer()], integer(), Some(Policy::Any));
    for (name, limit, value) in [("a", 10, 1), ("b", 20, 2)] {
        let input = build.input(0);
        let when = build.above(input, limit);
        let value = build.constant(value);
        let rule = build.rule(name, Some(when), value);
        let parent = build.graph.meta.rules[rule.index()].site;
        let condition = build.site(SiteKind::Condition, FrameId(0), Some(parent));
        let operand = build.in_slot(input, FrameId(0));
        build.at_site(when, condition, vec![operand]);
    }
    let input = build.input(0);
    let operand = build.in_slot(input, FrameId(0));
    build.graph.meta.rules[1].because = Some(vec![TextPiece::Literal("over ".to_owned()), TextPiece::Value(operand)]);
    build.graph.meta.rules[1].overrides = vec![RuleId(0)];
    build.graph.meta.rules[1].cites = vec![("Act 1".to_owned(), None), ("Act 2".to_owned(), Some("https://a.b".to_owned()))];
    build.rules()[1].because = vec![input];
    build
}

#[test]
fn rules_conditions_and_reasons_are_read_back() {
    let recorded = Recorded::of(overriding().finish(), &[number(25)]);
    let trace = recorded.decode(Level::Full).expect("a recording");
    assert_eq!(trace.tree[0].status, Status::Overridden { by: vec!["b".to_owned()] });
    assert_eq!(trace.tree[0].children[0].status, Status::True);
    assert_eq!(trace.tree[0].children[0].operands[0].text, "25");
    assert_eq!(trace.tree[1].status, Status::Decided);
    assert_eq!((trace.by[0].rule.as_str(), trace.by[0].line, trace.by[0].column), ("b", 3, 3));
    assert_eq!(trace.by[0].because.as_deref(), Some("over 25"));
    let record = recorded.decode(Level::Record).expect("a recording");
    assert_eq!((&record.by, record.tree.len()), (&trace.by, 0));
}

#[test]
fn the_json_is_that_of_the_schema() {
    let recorded = Recorded::of(overriding().finish(), &[number(25)]);
    let trace = recorded.decode(Level::Full).expect("a recording");
    let digest = format!("sha256:{}", "0".repeat(64));
    let expected = format!(
        "{{\"axtrace\":1,\"decision\":\"m.d\",\"rules\":{{\"digest\":\"{digest}\"}},\"outcome\":{{\"kind\":\"decided\",\"value\":2}},\
         \"by\":[{{\"rule\":\"b\",\"file\":\"m.ax\",\"line\":3,\"column\":3,\"because\":\"over 25\",\"cites\":[\"Act 1\",\"Act 2\"],\
         \"links\":[null,\"https://a.b\"]}}],\"accountable\":\"Payroll\",\"advice\":[],\"input\":{{\"p0\":25}}}}"
    );
    assert_eq!(trace.to_json(&recorded.program, Level::Record), expected);
    assert_eq!(trace.to_json(&recorded.program, Level::None), "{\"outcome\":{\"kind\":\"decided\",\"value\":2}}");
    holds(&trace, &recorded.program);
}

/// Every level of a trace is what the published schema says.
pub(super) fn holds(trace: &Trace, program: &ProgramMeta) {
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    for level in [Level::None, Level::Record, Level::Full] {
        let json = trace.to_json(program, level);
        assert!(!json.contains('\n'));
        let value = serde_json::from_str(&json).expect("the trace is JSON");
        if let Err(error) = validator.validate(&value) {
            panic!("{error} at {}: {json}", error.instance_path());
        }
    }
    assert!(!validator.is_valid(&serde_json::json!({ "axtrace": 1 })));
}

/// `some i in p satisfies i > 10`, or another quantifier over the elements above 10.
fn quantified(quantifier: Quantifier) -> Build {
    let boolean = matches!(quantifier, Quantifier::Some | Quantifier::Every);
    let mut build = Build::new(vec![list()], if boolean { Type::Boolean } else { integer() }, None);
    let items = build.input(0);
    let of = build.each(items, None, OperandSource::Input(vec![0]));
    let (frame, site) = (build.graph.loop_of(of).frame, build.graph.loop_of(of).site);
    let element = build.int(NodeKind::Element(of));
    let above = build.above(element, 10);
    let condition = build.site(SiteKind::Condition, frame, Some(site));
    let operand = build.in_slot(element, frame);
    build.at_site(above, condition, vec![operand]);
    let gives = if boolean { Type::Boolean } else { integer() };
    let node = build.node(NodeKind::Quantify(quantifier, of), gives);
    build.graph.nodes[node.index()].site = Some(site);
    if boolean {
        build.graph.loops[0].body = Some(above);
    } else {
        build.graph.loops[0].filter = Some(above);
        let operand = build.in_slot(node, FrameId(0));
        build.graph.meta.sites[site.index()].value = Some(operand);
    }
    build.graph.body = Body::Expression(node);
    build
}

#[test]
fn some_and_every_stop_at_the_deciding_element() {
    let visited = |quantifier, items: &[i128]| {
        let recorded = Recorded::of(quantified(quantifier).finish(), &[numbers(items)]);
        let trace = recorded.decode(Level::Full).expect("a recording");
        holds(&trace, &recorded.program);
        let elements = trace.tree[0].elements.clone().expect("a list");
        (trace.tree[0].status.clone(), elements.visited)
    };
    assert_eq!(visited(Quantifier::Some, &[1, 20, 3]), (Status::True, 2));
    assert_eq!(visited(Quantifier::Some, &[1, 2, 3]), (Status::False, 3));
    assert_eq!(visited(Quantifier::Every, &[20, 2, 30]), (Status::False, 2));
    assert_eq!(visited(Quantifier::Every, &[]), (Status::True, 0));
}

#[test]
fn of_a_long_list_the_ends_and_what_counted_are_shown() {
    let items: Vec<i128> = (0..100).map(|place| if place == 50 { 11 } else { 0 }).collect();
    let recorded = Recorded::of(quantified(Quantifier::Count).finish(), &[numbers(&items)]);
    let trace = recorded.decode(Level::Full).expect("a recording");
    holds(&trace, &recorded.program);
    let elements = trace.tree[0].elements.as_ref().expect("a list");
    let shown: Vec<u32> = elements.shown.iter().map(|element| element.index).collect();
    assert_eq!(shown, [0, 1, 2, 3, 4, 5, 6, 7, 50, 92, 93, 94, 95, 96, 97, 98, 99]);
    assert_eq!((elements.visited, elements.left_out), (100, 83));
    assert_eq!(elements.shown[8].pointer.as_deref(), Some("/p0/50"));
    assert_eq!(elements.shown[8].children[0].operands[0].text, "11");
    assert_eq!(trace.tree[0].value.as_ref().map(|shown| shown.text.as_str()), Some("1"));
}

/// `rule a for each i in p when i > 10 then i because "{i}"`, collected.
fn for_each() -> Build {
    let mut build = Build::new(vec![list()], list(), Some(Policy::Collect));
    let items = build.input(0);
    let placeholder = build.constant(0);
    let rule = build.rule("a", None, placeholder);
    let site = build.graph.meta.rules[0].site;
    let of = build.each(items, Some(site), OperandSource::Input(vec![0]));
    let (frame, loop_site) = (build.graph.loop_of(of).frame, build.graph.loop_of(of).site);
    let instance = build.site(SiteKind::Instance(rule), frame, Some(loop_site));
    let element = build.int(NodeKind::Element(of));
    let when = build.above(element, 10);
    let condition = build.site(SiteKind::Condition, frame, Some(instance));
    build.at_site(when, condition, vec![]);
    let value = build.int(NodeKind::Element(of));
    let outcome = build.in_slot(value, frame);
    let meta = &mut build.graph.meta.rules[0];
    meta.instance = Some(instance);
    meta.because = Some(vec![TextPiece::Value(outcome.clone())]);
    meta.outcome = outcome;
    let rule = &mut build.rules()[0];
    (rule.each, rule.when, rule.outcome.value) = (vec![of], Some(when), Some(value));
    build
}

#[test]
fn each_instance_of_a_rule_has_its_own_reason() {
    let recorded = Recorded::of(for_each().finish(), &[numbers(&[5, 20, 7, 30])]);
    let trace = recorded.decode(Level::Full).expect("a recording");
    holds(&trace, &recorded.program);
    let by: Vec<_> = trace.by.iter().map(|by| (by.because.as_deref(), by.each.first().and_then(|each| each.pointer.as_deref()))).collect();
    assert_eq!(by, [(Some("20"), Some("/p0/1")), (Some("30"), Some("/p0/3"))]);
    assert_eq!(trace.outcome_json(&recorded.program), "{\"kind\":\"decided\",\"value\":[20,30]}");
    assert!(trace.to_json(&recorded.program, Level::Record).contains("\"for\":{\"i\":\"/p0/3\"},\"gives\":30"));
    let elements = trace.tree[0].children[0].elements.as_ref().expect("a list");
    let states: Vec<_> = elements.shown.iter().map(|element| element.children[0].status.clone()).collect();
    assert_eq!(states, [Status::DidNotApply, Status::Decided, Status::DidNotApply, Status::Decided]);
    assert!(matches!(trace.tree[0].children[0].kind, TraceKind::Loop { .. }));
}

#[test]
fn no_bytes_bring_the_decoder_down() {
    let recorded = Recorded::of(for_each().finish(), &[numbers(&[5, 20, 7, 30])]);
    assert!(shaken(&recorded.program, DecisionId(0), &recorded.view(), 5_000) > 0);
}

/// Decodes recordings that are cut or have a bit flipped, and gives how many could be read nevertheless.
pub(super) fn shaken(program: &ProgramMeta, decision: DecisionId, view: &View<'_>, times: usize) -> usize {
    let mut seed = 1u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    let mut read = 0;
    for _ in 0..times {
        let mut parts = [view.row, view.arena, view.outcome, view.frame, view.scratch].map(<[u8]>::to_vec);
        let part = &mut parts[random(5)];
        match random(3) {
            0 => part.truncate(random(part.len())),
            _ if part.is_empty() => {}
            _ => {
                let at = random(part.len());
                part[at] ^= 1 << random(8);
            }
        }
        let [row, arena, outcome, frame, scratch] = &parts;
        if let Ok(trace) = decode(program, decision, &View { row, arena, outcome, frame, scratch }, Level::Full) {
            read += usize::from(!trace.to_json(program, Level::Full).is_empty());
        }
    }
    read
}

/// Decision 0 calls decision 1, `overriding`, on its own input.
fn calling() -> (ProgramMeta, Vec<Graph>) {
    let mut build = Build::new(vec![integer()], integer(), None);
    let input = build.input(0);
    let activation = build.slot(FrameId(0), Type::Boolean, true);
    let node = build.int(NodeKind::Decide { decision: DecisionId(1), arguments: vec![input], activation });
    let site = build.site(SiteKind::Decision { decision: DecisionId(1), activation }, FrameId(0), None);
    let argument = Operand { span: Span::new(9, 10), ty: integer(), source: OperandSource::Input(vec![0]) };
    build.at_site(node, site, vec![argument]);
    let value = build.in_slot(node, FrameId(0));
    build.graph.meta.sites[site.index()].value = Some(value);
    build.graph.body = Body::Expression(node);
    let (mut program, mut graphs) = build.finish();
    let (callee, mut more) = overriding().finish();
    more[0].id = DecisionId(1);
    program.decisions.extend(callee.decisions);
    graphs.append(&mut more);
    (program, graphs)
}

#[test]
fn a_called_decision_is_a_branch_of_the_caller() {
    let recorded = Recorded::of(calling(), &[number(25)]);
    let trace = recorded.decode(Level::Full).expect("a recording");
    holds(&trace, &recorded.program);
    assert_eq!(trace.tree[0].value.as_ref().map(|shown| shown.text.as_str()), Some("2"));
    let branch = trace.tree[0].called.as_ref().expect("a call");
    assert_eq!((branch.decision.as_str(), branch.by[0].because.as_deref()), ("m.d", Some("over 25")));
    assert_eq!(branch.tree[0].status, Status::Overridden { by: vec!["b".to_owned()] });
}

#[test]
fn a_rule_of_a_called_decision_faults_there() {
    let (program, graphs) = calling();
    let fault = decide(&program, &graphs, DecisionId(0), &[number(5)], Options::default()).expect_err("no rule applies");
    assert_eq!((fault.decision, fault.kind), (DecisionId(1), FaultKind::NoRule));
}

/// `sum(l + l for i in p where true)` with a local `l = i + 1` of the element, whose site is recorded for each.
#[test]
fn a_local_of_an_element_is_evaluated_once_for_each() {
    let mut build = Build::new(vec![list()], integer(), None);
    let items = build.input(0);
    let of = build.each(items, None, OperandSource::Input(vec![0]));
    let (frame, site) = (build.graph.loop_of(of).frame, build.graph.loop_of(of).site);
    let (element, one) = (build.int(NodeKind::Element(of)), build.constant(1));
    let definition = build.int(NodeKind::Add(element, one));
    let local = build.local(definition, Some(of));
    let let_site = build.site(SiteKind::Let("l".to_owned()), frame, Some(site));
    build.graph.locals[local.index()].site = Some(let_site);
    let slot = build.slot(frame, integer(), false);
    build.graph.locals[local.index()].slot = Some(slot);
    build.graph.meta.sites[let_site.index()].value =
        Some(Operand { span: Span::new(0, 1), ty: integer(), source: OperandSource::Slot(slot) });
    let (first, second) = (build.int(NodeKind::Local(local)), build.int(NodeKind::Local(local)));
    let body = build.int(NodeKind::Add(first, second));
    let node = build.int(NodeKind::Quantify(Quantifier::Sum, of));
    build.graph.nodes[node.index()].site = Some(site);
    build.graph.loops[0].body = Some(body);
    build.graph.body = Body::Expression(node);
    let recorded = Recorded::of(build.finish(), &[numbers(&[5, 6])]);
    let trace = recorded.decode(Level::Full).expect("a recording");
    assert_eq!(trace.outcome_json(&recorded.program), "{\"kind\":\"decided\",\"value\":26}");
    let elements = trace.tree[0].elements.as_ref().expect("a list");
    let values: Vec<_> = elements.shown.iter().map(|element| element.children[0].value.as_ref().map(|shown| shown.text.clone())).collect();
    assert_eq!(values, [Some("6".to_owned()), Some("7".to_owned())]);
}
