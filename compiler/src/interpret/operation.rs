//! Operations that need no more than the values of their operands.

use std::sync::Arc;

use axtrace_runtime::calendar;
use axtrace_runtime::meta::Piece;
use axtrace_runtime::text;
use axtrace_runtime::types::{DATE_LIMITS, Kind, Type};
use axtrace_runtime::value::Value;

use super::eval::{Activation, Machine};
use super::{Fault, FaultKind, number, values};
use crate::graph::{Comparison, NodeId, NodeKind, Rounding};
use crate::ranges::LONGEST_TEXT;

/// Seconds of a day.
const DAY: i128 = calendar::SECONDS_PER_DAY as i128;

/// A bound of an `InRange`: its node, and whether the bound itself is inside.
type Bound = Option<(NodeId, bool)>;

type Outcome = Result<Value, Fault>;

/// How many bytes of a text are written in the time of a step.
const LETTERS: u64 = 16;

impl Machine<'_> {
    pub(super) fn operation(&mut self, act: &mut Activation<'_>, id: NodeId, kind: &NodeKind) -> Outcome {
        match kind {
            NodeKind::Field(record, place) => self.field(act, *record, *place),
            NodeKind::Not(value) => self.boolean(act, *value).map(|value| Value::Boolean(!value)),
            NodeKind::IsGiven(value) => self.eval(act, *value).map(|value| Value::Boolean(value != Value::Missing)),
            NodeKind::Unwrap(value) => self.unwrap(act, id, *value),
            NodeKind::Wrap(value) | NodeKind::Define(value) => self.eval(act, *value),
            NodeKind::Negate(value) => self.negate(act, id, *value),
            NodeKind::Add(left, right) => self.sum(act, id, *left, *right, i128::checked_add),
            NodeKind::Subtract(left, right) => self.sum(act, id, *left, *right, i128::checked_sub),
            NodeKind::Multiply(left, right) => self.multiply(act, id, *left, *right),
            NodeKind::Modulo(left, right) => self.modulo(act, id, *left, *right),
            NodeKind::Divide { left, right, scale_left, scale_right } => self.divide(act, id, (*left, *scale_left), (*right, *scale_right)),
            NodeKind::Rescale(value, by) => self.rescale(act, id, *value, *by),
            NodeKind::Round { value, rounding, places } => self.round(act, id, *value, *rounding, *places),
            NodeKind::Compare(comparison, left, right) => self.compare(act, id, *comparison, *left, *right),
            NodeKind::InRange { value, low, high } => self.in_range(act, id, *value, *low, *high),
            NodeKind::OneOf(value, others) => self.one_of(act, *value, others),
            NodeKind::MakeSet(names) => self.make_set(act, names),
            NodeKind::MakeRecord(fields) => self.make_record(act, id, fields),
            NodeKind::MakeList(elements) => Ok(Value::List(self.eval_all(act, elements)?.into())),
            NodeKind::Length(list) => self.length(act, *list),
            NodeKind::Call(function, operands) => self.function(act, id, *function, operands),
            NodeKind::Text { template, values } => self.text(act, id, *template, values),
            kind => self.set_operation(act, id, kind),
        }
    }

    fn set_operation(&mut self, act: &mut Activation<'_>, id: NodeId, kind: &NodeKind) -> Outcome {
        match kind {
            NodeKind::Has(set, name) => self.has(act, *set, *name),
            NodeKind::HasAll(set, names) => self.sets(act, *set, *names, |set, names| Value::Boolean(names & !set == 0)),
            NodeKind::HasAny(set, names) => self.sets(act, *set, *names, |set, names| Value::Boolean(names & set != 0)),
            NodeKind::Union(set, more) => self.sets(act, *set, *more, |set, more| Value::Set(set | more)),
            NodeKind::Difference(set, less) => self.sets(act, *set, *less, |set, less| Value::Set(set & !less)),
            _ => Err(act.malformed(id, "an operation")),
        }
    }

    fn field(&mut self, act: &mut Activation<'_>, record: NodeId, place: u32) -> Outcome {
        match self.eval(act, record)? {
            // A field of an optional record is optional.
            Value::Missing => Ok(Value::Missing),
            Value::Record(fields) => fields.get(place as usize).cloned().ok_or_else(|| act.malformed(record, "a record with the field")),
            _ => Err(act.malformed(record, "a record")),
        }
    }

    fn unwrap(&mut self, act: &mut Activation<'_>, id: NodeId, value: NodeId) -> Outcome {
        match self.eval(act, value)? {
            Value::Missing => Err(act.fault(id, FaultKind::Missing)),
            value => Ok(value),
        }
    }

    fn negate(&mut self, act: &mut Activation<'_>, id: NodeId, value: NodeId) -> Outcome {
        let negated = match self.eval(act, value)? {
            Value::Scalar(number) => number.checked_neg().map(Value::Scalar),
            Value::Ratio { num, den } => num.checked_neg().map(|num| Value::Ratio { num, den }),
            _ => return Err(act.malformed(value, "a number")),
        };
        negated.ok_or_else(|| act.fault(id, FaultKind::Overflow))
    }

    /// A sum or a difference. Of a datetime and a duration it keeps the offset.
    fn sum(&mut self, act: &mut Activation<'_>, id: NodeId, left: NodeId, right: NodeId, add: fn(i128, i128) -> Option<i128>) -> Outcome {
        let kind = act.graph.node(id).ty.required().scalar().map(|scalar| scalar.kind.plain());
        let (first, second) = (self.eval(act, left)?, self.eval(act, right)?);
        let (Some(a), Some(b)) = (first.number(), second.number()) else { return Err(act.malformed(id, "two numbers")) };
        let overflow = || act.fault(id, FaultKind::Overflow);
        let total = add(a, b).filter(|total| in_calendar(*total, kind)).ok_or_else(overflow)?;
        match (first, kind) {
            (Value::Datetime { offset, .. }, Some(Kind::Datetime)) => {
                Ok(Value::Datetime { instant: i64::try_from(total).map_err(|_| overflow())?, offset })
            }
            _ => Ok(Value::Scalar(total)),
        }
    }

    fn multiply(&mut self, act: &mut Activation<'_>, id: NodeId, left: NodeId, right: NodeId) -> Outcome {
        let (left, right) = (self.number(act, left)?, self.number(act, right)?);
        left.checked_mul(right).map(Value::Scalar).ok_or_else(|| act.fault(id, FaultKind::Overflow))
    }

    fn modulo(&mut self, act: &mut Activation<'_>, id: NodeId, left: NodeId, right: NodeId) -> Outcome {
        let (left, right) = (self.number(act, left)?, self.number(act, right)?);
        if right == 0 {
            return Err(act.fault(id, FaultKind::DivisionByZero));
        }
        Ok(Value::Scalar(number::modulo(left, right)))
    }

    fn divide(&mut self, act: &mut Activation<'_>, id: NodeId, left: (NodeId, u32), right: (NodeId, u32)) -> Outcome {
        let (num, den) = (self.number(act, left.0)?, self.number(act, right.0)?);
        if den == 0 {
            return Err(act.fault(id, FaultKind::DivisionByZero));
        }
        let scaled = number::scale_up(num, left.1).zip(number::scale_up(den, right.1));
        let ratio = scaled.and_then(|(num, den)| number::quotient(num, den));
        ratio.map(|(num, den)| Value::Ratio { num, den }).ok_or_else(|| act.fault(id, FaultKind::Overflow))
    }

    fn rescale(&mut self, act: &mut Activation<'_>, id: NodeId, value: NodeId, by: u32) -> Outcome {
        let value = self.number(act, value)?;
        number::scale_up(value, by).map(Value::Scalar).ok_or_else(|| act.fault(id, FaultKind::Overflow))
    }

    fn round(&mut self, act: &mut Activation<'_>, id: NodeId, value: NodeId, rounding: Rounding, places: u32) -> Outcome {
        let quotient = match self.eval(act, value)? {
            Value::Scalar(number) => 10i128.checked_pow(places).map(|den| (number, den)),
            Value::Ratio { num, den } => number::scale_up(num, places).map(|num| (num, den)),
            _ => return Err(act.malformed(value, "a number")),
        };
        let (num, den) = quotient.ok_or_else(|| act.fault(id, FaultKind::Overflow))?;
        Ok(Value::Scalar(number::round(num, den, rounding)))
    }

    fn compare(&mut self, act: &mut Activation<'_>, id: NodeId, comparison: Comparison, left: NodeId, right: NodeId) -> Outcome {
        let (first, second) = (self.eval(act, left)?, self.eval(act, right)?);
        self.holds(act, id, comparison, (&first, left), (&second, right)).map(Value::Boolean)
    }

    fn holds(
        &self,
        act: &Activation<'_>,
        id: NodeId,
        comparison: Comparison,
        left: (&Value, NodeId),
        right: (&Value, NodeId),
    ) -> Result<bool, Fault> {
        let typed = |(value, node)| (value, &act.graph.node(node).ty);
        values::compare(comparison, typed(left), typed(right)).ok_or_else(|| act.malformed(id, "two values that can be compared"))
    }

    fn in_range(&mut self, act: &mut Activation<'_>, id: NodeId, value: NodeId, low: Bound, high: Bound) -> Outcome {
        let middle = self.eval(act, value)?;
        let above = self.beyond(act, id, (&middle, value), low, Comparison::Greater, Comparison::GreaterOrEqual)?;
        let below = self.beyond(act, id, (&middle, value), high, Comparison::Less, Comparison::LessOrEqual)?;
        Ok(Value::Boolean(above && below))
    }

    /// Whether a value is on the inner side of a bound; true if there is none.
    fn beyond(
        &mut self,
        act: &mut Activation<'_>,
        id: NodeId,
        value: (&Value, NodeId),
        bound: Bound,
        open: Comparison,
        closed: Comparison,
    ) -> Result<bool, Fault> {
        let Some((node, inside)) = bound else { return Ok(true) };
        let limit = self.eval(act, node)?;
        self.holds(act, id, if inside { closed } else { open }, value, (&limit, node))
    }

    fn one_of(&mut self, act: &mut Activation<'_>, value: NodeId, others: &[NodeId]) -> Outcome {
        let value = self.eval(act, value)?;
        let others = self.eval_all(act, others)?;
        Ok(Value::Boolean(others.iter().any(|other| values::equal(&value, other))))
    }

    fn has(&mut self, act: &mut Activation<'_>, set: NodeId, name: NodeId) -> Outcome {
        let (set, name) = (self.set(act, set)?, self.name(act, name)?);
        Ok(Value::Boolean(set & name != 0))
    }

    fn sets(&mut self, act: &mut Activation<'_>, left: NodeId, right: NodeId, join: fn(u64, u64) -> Value) -> Outcome {
        let (left, right) = (self.set(act, left)?, self.set(act, right)?);
        Ok(join(left, right))
    }

    fn set(&mut self, act: &mut Activation<'_>, id: NodeId) -> Result<u64, Fault> {
        match self.eval(act, id)? {
            Value::Set(bits) => Ok(bits),
            _ => Err(act.malformed(id, "a set")),
        }
    }

    /// The bit of a name of an enum.
    fn name(&mut self, act: &mut Activation<'_>, id: NodeId) -> Result<u64, Fault> {
        match self.eval(act, id)? {
            Value::Enum(place) if place < 64 => Ok(1 << place),
            // A day of the week.
            Value::Scalar(place @ 0..64) => Ok(1 << place),
            _ => Err(act.malformed(id, "a name that sets can have")),
        }
    }

    fn make_set(&mut self, act: &mut Activation<'_>, names: &[NodeId]) -> Outcome {
        let mut bits = 0;
        for name in names {
            bits |= self.name(act, *name)?;
        }
        Ok(Value::Set(bits))
    }

    /// A record, each of whose values must lie inside the type of its field.
    fn make_record(&mut self, act: &mut Activation<'_>, id: NodeId, fields: &[NodeId]) -> Outcome {
        let made = self.eval_all(act, fields)?;
        let Type::Record(record) = act.graph.node(id).ty else { return Err(act.malformed(id, "the type of a record")) };
        let declared = &self.program.types.record(record).fields;
        if declared.len() != made.len() {
            return Err(act.malformed(id, "one value for each field"));
        }
        for ((node, value), field) in fields.iter().zip(&made).zip(declared) {
            self.check_bounds(act, *node, value, &field.ty)?;
        }
        Ok(Value::Record(made.into()))
    }

    fn length(&mut self, act: &mut Activation<'_>, list: NodeId) -> Outcome {
        match self.eval(act, list)? {
            Value::List(elements) => Ok(Value::Scalar(elements.len() as i128)),
            _ => Err(act.malformed(list, "a list")),
        }
    }

    fn text(&mut self, act: &mut Activation<'_>, id: NodeId, template: u32, operands: &[NodeId]) -> Outcome {
        let pieces = self.program.templates.get(template as usize).ok_or_else(|| act.malformed(id, "a template of the program"))?;
        let values = self.eval_all(act, operands)?;
        let mut next = values.iter();
        let mut out = String::new();
        for piece in pieces {
            if out.len() > self.options.bytes {
                return Err(act.fault(id, FaultKind::TooLong));
            }
            match piece {
                Piece::Literal(letters) => out.push_str(letters),
                Piece::Value(ty) => {
                    let value = next.next().ok_or_else(|| act.malformed(id, "a value for each gap of the template"))?;
                    text::write_value(&mut out, value, ty, self.program);
                }
            }
        }
        self.count(out.len() as u64 / LETTERS);
        if out.len() > LONGEST_TEXT as usize && out.chars().count() > LONGEST_TEXT as usize {
            return Err(act.fault(id, FaultKind::Overflow));
        }
        Ok(Value::Text(Arc::from(out)))
    }
}

/// Whether a number is a date or an instant of the years -9999 to 9999, if it is one at all.
fn in_calendar(number: i128, kind: Option<Kind>) -> bool {
    match kind {
        Some(Kind::Date) => (DATE_LIMITS.0..=DATE_LIMITS.1).contains(&number),
        Some(Kind::Datetime) => (DATE_LIMITS.0 * DAY..(DATE_LIMITS.1 + 1) * DAY).contains(&number),
        _ => true,
    }
}
