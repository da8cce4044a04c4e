//! Goes through lists, element by element, each in a frame of its own.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use super::eval::{Activation, Machine};
use super::record::Place;
use super::{Fault, FaultKind, values};
use crate::graph::{LoopId, NodeId, Quantifier};

impl Machine<'_> {
    /// Visits the elements of a loop until `visit` says to stop, and records how many there were. `visit` is given the element's place, from 0.
    pub(super) fn each<'a>(
        &mut self,
        act: &mut Activation<'a>,
        id: LoopId,
        visit: impl FnMut(&mut Self, &mut Activation<'a>, u32) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        let list = self.eval(act, act.graph.loop_of(id).list)?;
        self.each_of(act, id, list, visit)
    }

    /// The same of a list that has been evaluated.
    fn each_of<'a>(
        &mut self,
        act: &mut Activation<'a>,
        id: LoopId,
        list: Value,
        mut visit: impl FnMut(&mut Self, &mut Activation<'a>, u32) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        let here = act.graph.loop_of(id);
        let Value::List(elements) = list else { return Err(act.malformed(here.list, "a list")) };
        let graph = act.graph;
        let frame = graph.meta.frames.get(here.frame.index()).ok_or_else(|| act.malformed(here.list, "a frame for each element"))?;
        let start = self.recorder.reserve(&frame.layout, elements.len()).map_err(|_| act.fault(here.list, FaultKind::TooLong))?;
        let mut visited = 0;
        for element in elements.iter() {
            act.enter(id, element.clone(), visited as u32 + 1, Place::Scratch(start + visited * frame.layout.size as usize));
            visited += 1;
            if visit(self, act, visited as u32 - 1)? {
                break;
            }
        }
        let stored = self.recorder.set_handle(&graph.meta, &act.frames, here.visits, start, visited);
        stored.map_err(|_| act.malformed(here.list, "a slot for the elements visited"))
    }

    pub(super) fn quantify(&mut self, act: &mut Activation<'_>, id: NodeId, quantifier: Quantifier, of: LoopId) -> Result<Value, Fault> {
        match quantifier {
            Quantifier::Some => self.search(act, id, of, true),
            Quantifier::Every => self.search(act, id, of, false),
            Quantifier::Count | Quantifier::Sum => self.total(act, id, of),
            Quantifier::Min => self.extreme(act, id, of, Ordering::Less),
            Quantifier::Max => self.extreme(act, id, of, Ordering::Greater),
            Quantifier::Average => self.average(act, id, of),
            Quantifier::First | Quantifier::Last | Quantifier::Position => self.find(act, quantifier, of),
            Quantifier::List => Ok(Value::List(self.bodies(act, id, of)?.into_iter().map(|(_, body)| body).collect())),
            Quantifier::Sort => self.sorted(act, id, of),
            Quantifier::Runs => self.runs(act, of),
            Quantifier::Groups => self.groups(act, id, of),
            Quantifier::Fold => self.fold(act, id, of),
        }
    }

    /// Looks for the first element whose body is `wanted`; the answer is `wanted` if there is one, else its opposite.
    fn search(&mut self, act: &mut Activation<'_>, id: NodeId, of: LoopId, wanted: bool) -> Result<Value, Fault> {
        let body = self.body(act, id, of)?;
        let mut found = false;
        self.each(act, of, |machine, act, _| {
            found = machine.boolean(act, body)? == wanted;
            Ok(found)
        })?;
        Ok(Value::Boolean(found == wanted))
    }

    fn body(&self, act: &Activation<'_>, id: NodeId, of: LoopId) -> Result<NodeId, Fault> {
        act.graph.loop_of(of).body.ok_or_else(|| act.malformed(id, "a body"))
    }

    /// Whether the current element satisfies `where`.
    fn counts(&mut self, act: &mut Activation<'_>, of: LoopId) -> Result<bool, Fault> {
        act.graph.loop_of(of).filter.map_or(Ok(true), |filter| self.boolean(act, filter))
    }

    /// Adds up what the elements that count give: their bodies, or 1 each.
    fn total(&mut self, act: &mut Activation<'_>, id: NodeId, of: LoopId) -> Result<Value, Fault> {
        let here = act.graph.loop_of(of);
        let mut total = 0i128;
        self.each(act, of, |machine, act, _| {
            if machine.counts(act, of)? {
                let one = here.body.map_or(Ok(1), |body| machine.number(act, body))?;
                total = total.checked_add(one).ok_or_else(|| act.fault(id, FaultKind::Overflow))?;
            }
            Ok(false)
        })?;
        Ok(Value::Scalar(total))
    }

    /// The bodies of the elements that count, with the elements.
    fn bodies(&mut self, act: &mut Activation<'_>, id: NodeId, of: LoopId) -> Result<Vec<(Value, Value)>, Fault> {
        let body = self.body(act, id, of)?;
        let mut bodies = Vec::new();
        self.each(act, of, |machine, act, _| {
            if machine.counts(act, of)? {
                let value = machine.eval(act, body)?;
                bodies.push((act.element(of), value));
            }
            Ok(false)
        })?;
        Ok(bodies)
    }

    /// The first of the bodies that are there which no other exceeds in a direction.
    fn extreme(&mut self, act: &mut Activation<'_>, id: NodeId, of: LoopId, direction: Ordering) -> Result<Value, Fault> {
        let body = self.body(act, id, of)?;
        let ty = &act.graph.node(body).ty;
        let mut best = Value::Missing;
        for (_, value) in self.bodies(act, id, of)? {
            if value == Value::Missing {
                continue;
            }
            let better = best == Value::Missing || values::order((&value, ty), (&best, ty)) == Some(direction);
            if better {
                best = value;
            }
        }
        Ok(best)
    }

    fn average(&mut self, act: &mut Activation<'_>, id: NodeId, of: LoopId) -> Result<Value, Fault> {
        let body = self.body(act, id, of)?;
        let scale = act.graph.node(body).ty.scalar().map_or(0, |scalar| scalar.kind.scale());
        let (mut sum, mut count) = (0i128, 0i128);
        let overflow = |act: &Activation<'_>| act.fault(id, FaultKind::Overflow);
        for (_, value) in self.bodies(act, id, of)? {
            let number = value.number().ok_or_else(|| act.malformed(id, "a number"))?;
            sum = sum.checked_add(number).ok_or_else(|| overflow(act))?;
            count += 1;
        }
        if count == 0 {
            return Ok(Value::Missing);
        }
        let den = super::number::scale_up(count, scale).ok_or_else(|| overflow(act))?;
        Ok(Value::Ratio { num: sum, den })
    }

    /// The first or last element that counts, or the place of the first.
    fn find(&mut self, act: &mut Activation<'_>, quantifier: Quantifier, of: LoopId) -> Result<Value, Fault> {
        let mut found = Value::Missing;
        self.each(act, of, |machine, act, index| {
            if !machine.counts(act, of)? {
                return Ok(false);
            }
            found = if quantifier == Quantifier::Position { Value::Scalar(i128::from(index) + 1) } else { act.element(of) };
            Ok(quantifier != Quantifier::Last)
        })?;
        Ok(found)
    }

    fn sorted(&mut self, act: &mut Activation<'_>, id: NodeId, of: LoopId) -> Result<Value, Fault> {
        let body = self.body(act, id, of)?;
        let ty = &act.graph.node(body).ty;
        let mut all = self.bodies(act, id, of)?;
        self.count(all.len() as u64 * u64::from(all.len().max(1).ilog2() + 1));
        all.sort_by(|(_, left), (_, right)| key_order((left, ty), (right, ty)));
        Ok(Value::List(all.into_iter().map(|(element, _)| element).collect()))
    }

    fn runs(&mut self, act: &mut Activation<'_>, of: LoopId) -> Result<Value, Fault> {
        let mut runs: Vec<Vec<Value>> = Vec::new();
        let mut open = false;
        self.each(act, of, |machine, act, _| {
            let counts = machine.counts(act, of)?;
            match runs.last_mut().filter(|_| open) {
                Some(run) if counts => run.push(act.element(of)),
                _ if counts => runs.push(vec![act.element(of)]),
                _ => {}
            }
            open = counts;
            Ok(false)
        })?;
        Ok(Value::List(runs.into_iter().map(|run| Value::List(run.into())).collect()))
    }

    fn groups(&mut self, act: &mut Activation<'_>, id: NodeId, of: LoopId) -> Result<Value, Fault> {
        let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
        let mut places: HashMap<Value, usize> = HashMap::new();
        for (element, key) in self.bodies(act, id, of)? {
            let place = *places.entry(values::canonical(&key)).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, items)) => items.push(element),
                None => groups.push((key, vec![element])),
            }
        }
        let record = |(key, items): (Value, Vec<Value>)| Value::Record(Arc::from([key, Value::List(items.into())]));
        Ok(Value::List(groups.into_iter().map(record).collect()))
    }

    fn fold(&mut self, act: &mut Activation<'_>, id: NodeId, of: LoopId) -> Result<Value, Fault> {
        let body = self.body(act, id, of)?;
        let start = act.graph.loop_of(of).start.ok_or_else(|| act.malformed(id, "a memory"))?;
        // As in the loop itself: the list first.
        let list = self.eval(act, act.graph.loop_of(of).list)?;
        let start = self.eval(act, start)?;
        act.set_memory(of, start);
        self.each_of(act, of, list, |machine, act, _| {
            let next = machine.eval(act, body)?;
            act.set_memory(of, next);
            Ok(false)
        })?;
        act.memory(of).ok_or_else(|| act.malformed(id, "a memory"))
    }

    /// The whole number of a scalar that is no datetime.
    pub(super) fn number(&mut self, act: &mut Activation<'_>, id: NodeId) -> Result<i128, Fault> {
        match self.eval(act, id)? {
            Value::Scalar(number) => Ok(number),
            _ => Err(act.malformed(id, "a number")),
        }
    }
}

/// The order of the keys of a sort: names of an enum in declared order, `false` before `true`.
fn key_order(left: (&Value, &Type), right: (&Value, &Type)) -> Ordering {
    match (left.0, right.0) {
        (Value::Boolean(one), Value::Boolean(other)) => one.cmp(other),
        (Value::Enum(one), Value::Enum(other)) => one.cmp(other),
        _ => values::order(left, right).unwrap_or(Ordering::Equal),
    }
}
