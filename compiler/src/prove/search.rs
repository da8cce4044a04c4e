//! Finds an input that does what is claimed, and makes it as simple as it can be.
//!
//! Wishes (formulas) steer an input that begins as simple as its types allow; whether it does what is claimed, a test says, which runs
//! the interpreter. Everything is counted in steps and begins from fixed seeds: the same program always gives the same input.

use axtrace_runtime::calendar;
use axtrace_runtime::meta::{DecisionId, ProgramMeta};
use axtrace_runtime::types::{Kind, Scalar, Type};
use axtrace_runtime::value::Value;

use super::defaults::{Defaults, simplest};
use super::logic::{FormulaId, Logic};
use super::meter::Meter;
use super::model::{Meaning, Model, Subject};
use super::random::Random;
use super::scene::{Path, Scene};
use super::sets::IntSet;
use super::steer::{Steering, read};
use super::terms::Term;
use crate::function::Function;
use crate::graph::{Graph, LoopId, NodeId};
use crate::interpret::{Fault, Run};

/// How often a search begins anew.
const ROUNDS: u32 = 24;
/// How many changes one round makes.
const CHANGES: u32 = 32;
/// How many inputs simplifying tries.
const SIMPLER: u32 = 1_500;
/// The most parts of an input that are changed at random or made simpler.
const MOST_LEAVES: usize = 400;

/// The most letters of a text that is made simpler letter by letter.
const MOST_LETTERS: usize = 24;

/// The steps that reading a node as formulas is counted as.
const READING: u64 = 64;

/// What an input is claimed to do; it is asked of an input by running it.
pub type Claim<'c> = dyn FnMut(&[Value]) -> bool + 'c;

/// What a node of the decision should be for the input that is looked for. It guides; it binds nobody.
#[derive(Debug, Clone, Copy)]
pub enum Hint {
    /// A condition should be true, or false.
    Condition(NodeId, bool),
    /// A number should lie between two others, both included.
    Number(NodeId, i128, i128),
    /// A text should have as many characters as lie between two numbers, both included.
    Length(NodeId, i128, i128),
    /// A list that is gone through should have so many elements, and a condition be true of each of them.
    Elements(LoopId, i128, Option<NodeId>),
}

/// Looks for an input of a decision for which `goal` holds of what the interpreter says, and makes it simple. `None` if none was found in a
/// fixed number of steps, which proves nothing.
pub fn find_input(
    program: &ProgramMeta,
    graphs: &[Graph],
    decision: DecisionId,
    goal: &mut dyn FnMut(&Result<Run, Fault>) -> bool,
    hints: &[Hint],
    meter: &Meter,
) -> Option<Vec<Value>> {
    let graph = graphs.get(decision.index())?;
    if !meter.take(READING * graph.nodes.len() as u64) {
        return None;
    }
    let mut model = Model::read(graph, &program.types);
    let mut wishes: Vec<FormulaId> = graph.always.iter().map(|always| model.condition(*always)).collect();
    wishes.extend(model.elements_keep());
    wishes.extend(hints.iter().filter_map(|hint| wish(&mut model, *hint)));
    let mut test = |input: &[Value]| goal(&meter.decide(program, graphs, decision, input));
    let found = search(program, graphs, &model, meter, &wishes, ROUNDS, &mut test)?;
    Some(simplify(program, graphs, &model, meter, found, &mut test))
}

fn wish(model: &mut Model<'_>, hint: Hint) -> Option<FormulaId> {
    match hint {
        Hint::Condition(node, true) => Some(model.condition(node)),
        Hint::Condition(node, false) => {
            let formula = model.condition(node);
            Some(model.logic.not(formula))
        }
        Hint::Number(node, lo, hi) => {
            let Some(Meaning::Value(class)) = model.meanings.get(node.index()).copied() else { return None };
            let variable = model.variable(Subject::Number(class), &IntSet::all());
            Some(model.logic.atom(variable, IntSet::between(lo, hi)))
        }
        Hint::Length(node, lo, hi) => {
            let Some(Meaning::Value(text)) = model.meanings.get(node.index()).copied() else { return None };
            let span = model.classes.get(text).span;
            let length = model.class(Term::Call(Function::LengthOf, vec![text]), Type::integer(0, hi), span);
            let variable = model.variable(Subject::Number(length), &IntSet::between(0, hi));
            Some(model.logic.atom(variable, IntSet::between(lo, hi)))
        }
        Hint::Elements(of, count, condition) => Some(elements(model, of, count, condition)),
    }
}

fn elements(model: &mut Model<'_>, of: LoopId, count: i128, condition: Option<NodeId>) -> FormulaId {
    let condition = condition.map_or(Logic::TRUE, |condition| model.condition(condition));
    let opposite = model.logic.not(condition);
    let exception = model.exists(of, opposite);
    let list = model.value(model.graph.loop_of(of).list);
    let (length, bounds) = model.length(list);
    let as_many = length.map_or(Logic::TRUE, |length| {
        let variable = model.variable(Subject::Number(length), &bounds);
        model.logic.atom(variable, IntSet::point(count))
    });
    let all = model.logic.not(exception);
    model.both(all, as_many)
}

/// Looks for an input that passes a test, led by formulas that should hold on it.
pub fn search(
    program: &ProgramMeta,
    graphs: &[Graph],
    model: &Model<'_>,
    meter: &Meter,
    wishes: &[FormulaId],
    rounds: u32,
    test: &mut Claim<'_>,
) -> Option<Vec<Value>> {
    let defaults = || Defaults { types: &program.types, zone: program.zones.first(), seeds: meter.seeds() };
    let start: Option<Vec<Value>> = model.graph.meta.params.iter().map(|param| defaults().of(&param.ty)).collect();
    search_from(start?, program, graphs, model, meter, wishes, rounds, test)
}

/// As [`search`], from a given input.
#[expect(clippy::too_many_arguments, reason = "those of a search, and where it begins")]
pub fn search_from(
    start: Vec<Value>,
    program: &ProgramMeta,
    graphs: &[Graph],
    model: &Model<'_>,
    meter: &Meter,
    wishes: &[FormulaId],
    rounds: u32,
    test: &mut Claim<'_>,
) -> Option<Vec<Value>> {
    let defaults = || Defaults { types: &program.types, zone: program.zones.first(), seeds: meter.seeds() };
    let mut random = Random::new(1);
    let mut scene = Scene { program, graphs, model, meter, input: Vec::new(), elements: Vec::new() };
    for round in 0..rounds {
        scene.input.clone_from(&start);
        let mut steering = Steering { scene: &mut scene, defaults: defaults(), random: &mut random, simple: round == 0 };
        if attempt(&mut steering, wishes, round, test) {
            return Some(scene.input);
        }
    }
    None
}

/// One round: changes the input until all wishes hold, and goes on where the test fails.
fn attempt(steering: &mut Steering<'_, '_>, wishes: &[FormulaId], round: u32, test: &mut Claim<'_>) -> bool {
    for _ in 0..CHANGES {
        let open: Vec<FormulaId> = wishes.iter().copied().filter(|wish| steering.scene.holds(*wish) == Some(false)).collect();
        let unknown = wishes.iter().copied().find(|wish| *wish != Logic::TRUE && steering.scene.holds(*wish).is_none());
        let Some(first) = open.first() else {
            if test(&steering.scene.input) {
                return true;
            }
            if let Some(unknown) = unknown {
                steering.make(unknown, true);
            }
            shake(steering);
            continue;
        };
        let next = if round == 0 { *first } else { open[steering.random.below(open.len())] };
        if !steering.make(next, true) && round > 0 {
            shake(steering);
        }
    }
    false
}

fn shake(steering: &mut Steering<'_, '_>) {
    let leaves = leaves(steering.scene.model, &steering.scene.input);
    steering.shake(&leaves);
}

/// The paths of all parts of an input that are no records; lists before their elements.
fn leaves(model: &Model<'_>, input: &[Value]) -> Vec<Path> {
    let mut paths = Vec::new();
    let mut open: Vec<(Path, Type)> =
        model.graph.meta.params.iter().enumerate().map(|(place, param)| (vec![place as u32], param.ty.clone())).rev().collect();
    while let Some((path, ty)) = open.pop()
        && paths.len() < MOST_LEAVES
    {
        let value = read(input, &path);
        let parts = parts(model, &ty, value.as_ref());
        let inner = |(place, ty): (usize, Type)| (path.iter().copied().chain([place as u32]).collect::<Path>(), ty);
        open.extend(parts.into_iter().enumerate().map(inner).rev());
        if ty.is_optional() || !matches!(ty, Type::Record(_)) {
            paths.push(path);
        }
    }
    paths
}

/// The types of the parts of a value.
fn parts(model: &Model<'_>, ty: &Type, value: Option<&Value>) -> Vec<Type> {
    match (ty.required(), value) {
        (Type::Record(id), Some(Value::Record(_))) => model.types.record(*id).fields.iter().map(|field| field.ty.clone()).collect(),
        (Type::List { element, .. }, Some(Value::List(elements))) => vec![(**element).clone(); elements.len().min(32)],
        _ => Vec::new(),
    }
}

/// Makes an input simpler, part by part, as long as it passes the test.
pub fn simplify(
    program: &ProgramMeta,
    graphs: &[Graph],
    model: &Model<'_>,
    meter: &Meter,
    input: Vec<Value>,
    test: &mut Claim<'_>,
) -> Vec<Value> {
    let defaults = || Defaults { types: &program.types, zone: program.zones.first(), seeds: meter.seeds() };
    let mut random = Random::new(2);
    let mut scene = Scene { program, graphs, model, meter, input, elements: Vec::new() };
    let mut left = SIMPLER;
    for _ in 0..3 {
        let before = scene.input.clone();
        for path in leaves(model, &before) {
            let mut steering = Steering { scene: &mut scene, defaults: defaults(), random: &mut random, simple: true };
            while simplify_part(&mut steering, &path, &mut left, test) {}
        }
        if scene.input == before {
            break;
        }
    }
    scene.input
}

/// Makes a part simpler by one step; false if it cannot be.
fn simplify_part(steering: &mut Steering<'_, '_>, path: &[u32], left: &mut u32, test: &mut Claim<'_>) -> bool {
    let (Some(ty), Some(now)) = (steering.type_at(path), read(&steering.scene.input, path)) else { return false };
    for simpler in simpler(&steering.defaults, &ty, &now) {
        if simpler == now || *left == 0 {
            return false;
        }
        *left -= 1;
        let before = steering.scene.input.clone();
        if steering.write(path, simpler) && test(&steering.scene.input) {
            return true;
        }
        steering.scene.input = before;
    }
    false
}

/// Simpler values than a given one, the simplest first; the value itself ends them.
fn simpler(defaults: &Defaults<'_>, ty: &Type, now: &Value) -> Vec<Value> {
    let mut values: Vec<Value> = defaults.of(ty).into_iter().collect();
    if ty.is_optional() && *now != Value::Missing {
        values.extend(defaults.given(ty));
    }
    match (ty.required(), now) {
        (Type::Scalar(scalar), now) => {
            if let Some(number) = now.number() {
                values.extend(rounder(*scalar, number, defaults).into_iter().map(|number| defaults.number(*scalar, number)));
            }
        }
        (Type::Enum(_), Value::Enum(place)) => values.extend((0..*place).map(Value::Enum)),
        (Type::Set(_), Value::Set(bits)) => {
            values.extend((0..64).filter(|bit| bits >> bit & 1 == 1).map(|bit| Value::Set(bits & !(1 << bit))))
        }
        (Type::Text { .. }, Value::Text(text)) => values.extend(simpler_texts(text).map(|text| Value::Text(text.into()))),
        (Type::List { min, .. }, Value::List(elements)) => values.extend(shorter(elements, *min as usize)),
        _ => {}
    }
    let end = values.iter().position(|value| value == now).unwrap_or(values.len());
    values.truncate(end);
    values
}

/// A text with one letter less, then with one that is the first of its kind; of a long one the half.
fn simpler_texts(text: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = text.chars().collect();
    let long = letters.len() > MOST_LETTERS;
    let half = long.then(|| letters[..letters.len() / 2].iter().collect());
    let letters = if long { Vec::new() } else { letters };
    let mut texts: Vec<String> = Vec::with_capacity(2 * letters.len());
    for gone in 0..letters.len() {
        texts.push(letters.iter().enumerate().filter(|(place, _)| *place != gone).map(|(_, letter)| *letter).collect());
    }
    for (place, letter) in letters.iter().enumerate() {
        let first = match letter {
            'B'..='Z' => 'A',
            'b'..='z' => 'a',
            '1'..='9' => '0',
            _ => continue,
        };
        texts.push(letters.iter().enumerate().map(|(at, letter)| if at == place { first } else { *letter }).collect());
    }
    half.into_iter().chain(texts)
}

/// A list without one of its elements.
fn shorter(elements: &[Value], min: usize) -> Vec<Value> {
    if elements.len() <= min {
        return Vec::new();
    }
    let without = |gone: usize| elements.iter().enumerate().filter(move |(place, _)| *place != gone).map(|(_, value)| value.clone());
    (0..elements.len().min(32)).map(|gone| Value::List(without(gone).collect())).collect()
}

/// Rounder numbers near a number, the roundest first, inside of the bounds.
fn rounder(scalar: Scalar, number: i128, defaults: &Defaults<'_>) -> Vec<i128> {
    let mut numbers = match scalar.kind.plain() {
        Kind::Number { .. } => steps_around(number, (1..=18).rev().filter_map(|digits| 10i128.checked_pow(digits))),
        Kind::Duration | Kind::DurationIn(_) => steps_around(number, [86_400, 36_000, 3_600, 900, 60].into_iter()),
        Kind::Time => steps_around(number, [3_600, 900, 60].into_iter()),
        Kind::Days => steps_around(number, [100, 10, 7].into_iter()),
        Kind::Period => steps_around(number, [1200, 120, 12].into_iter()),
        Kind::Weekday => Vec::new(),
        Kind::Date => round_dates(number),
        Kind::Datetime | Kind::DatetimeIn(_) => round_instants(number, defaults),
    };
    let distance = |number: i128| number.abs_diff(simplest(scalar));
    let own = distance(number);
    numbers.retain(|near| (scalar.lo..=scalar.hi).contains(near) && (*near != number));
    numbers
        .retain(|near| matches!(scalar.kind.plain(), Kind::Date | Kind::Datetime | Kind::Time) || distance(*near) <= own.saturating_mul(2));
    let end = roundness(&numbers, scalar, number);
    numbers.truncate(end);
    numbers
}

/// How many of the rounder numbers are simpler than the number itself: those with a greater step, or with fewer digits.
fn roundness(numbers: &[i128], scalar: Scalar, number: i128) -> usize {
    let steps: &[i128] = match scalar.kind.plain() {
        Kind::Duration => &[86_400, 36_000, 3_600, 900, 60],
        Kind::Time => &[3_600, 900, 60],
        Kind::Period => &[1200, 120, 12],
        Kind::Number { .. } => return numbers.iter().take_while(|near| digits(**near) < digits(number)).count(),
        _ => return numbers.len(),
    };
    let own = steps.iter().position(|step| number % step == 0).unwrap_or(steps.len());
    let simpler = |near: &&i128| steps.iter().position(|step| **near % step == 0).is_some_and(|step| step < own);
    numbers.iter().take_while(simpler).count()
}

/// How many digits a number has before its closing zeros.
fn digits(number: i128) -> u32 {
    let mut rest = number.unsigned_abs();
    while rest != 0 && rest.is_multiple_of(10) {
        rest /= 10;
    }
    rest.checked_ilog10().map_or(0, |digits| digits + 1)
}

fn steps_around(number: i128, steps: impl Iterator<Item = i128>) -> Vec<i128> {
    steps.flat_map(|step| [number.div_euclid(step) * step, (number.div_euclid(step) + 1).saturating_mul(step)]).collect()
}

/// The first of the year and of the month before and after a date.
fn round_dates(number: i128) -> Vec<i128> {
    let Ok(date) = i32::try_from(number) else { return Vec::new() };
    let civil = calendar::civil_from_days(date);
    if (civil.month, civil.day) == (1, 1) {
        return Vec::new();
    }
    let first = |year: i32, month: u8| calendar::days_from_civil(year, month, 1).map(i128::from);
    let years = [first(civil.year, 1), first(civil.year + 1, 1)];
    let next = calendar::add_months(date, 1).map(calendar::civil_from_days);
    let months = [first(civil.year, civil.month), next.and_then(|next| first(next.year, next.month))];
    let months = if civil.day == 1 { [None, None] } else { months };
    years.into_iter().chain(months).flatten().collect()
}

/// Round local times of the day of an instant, and the same time on the simplest day.
fn round_instants(number: i128, defaults: &Defaults<'_>) -> Vec<i128> {
    let offset = i64::try_from(number).ok().and_then(|instant| defaults.zone.map(|zone| zone.offset_at(instant))).unwrap_or(0);
    let local = number + i128::from(offset);
    let time = local.rem_euclid(86_400);
    let steps: Vec<i128> = [86_400, 3_600, 900, 60].into_iter().take_while(|step| local % step != 0).collect();
    let rounded = steps_around(local, steps.into_iter()).into_iter().map(|local| local - i128::from(offset));
    let day = super::defaults::ROUND_DATE * 86_400;
    [day + time - i128::from(offset)].into_iter().chain(rounded).collect()
}
