//! Goes through lists, element by element, each in a frame of its own.

use axtrace_runtime::value::Value;

use super::eval::{Activation, Machine};
use super::record::Place;
use super::{Fault, FaultKind};
use crate::graph::{LoopId, NodeId, Quantifier};

impl Machine<'_> {
    /// Visits the elements of a loop until `visit` says to stop, and records how many there were. `visit` is given the element's place, from 0.
    pub(super) fn each<'a>(
        &mut self,
        act: &mut Activation<'a>,
        id: LoopId,
        mut visit: impl FnMut(&mut Self, &mut Activation<'a>, u32) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        let here = act.graph.loop_of(id);
        let elements = match self.eval(act, here.list)? {
            Value::List(elements) => elements,
            _ => return Err(act.malformed(here.list, "a list")),
        };
        let graph = act.graph;
        let frame = graph.meta.frames.get(here.frame.index()).ok_or_else(|| act.malformed(here.list, "a frame for each element"))?;
        let start = self.recorder.reserve(&frame.layout, elements.len()).map_err(|_| act.fault(here.list, FaultKind::TooLong))?;
        let mut visited = 0;
        for element in elements.iter() {
            act.enter(id, element.clone(), Place::Scratch(start + visited * frame.layout.size as usize));
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
        }
    }

    /// Looks for the first element whose body is `wanted`; the answer is `wanted` if there is one, else its opposite.
    fn search(&mut self, act: &mut Activation<'_>, id: NodeId, of: LoopId, wanted: bool) -> Result<Value, Fault> {
        let body = act.graph.loop_of(of).body.ok_or_else(|| act.malformed(id, "a body"))?;
        let mut found = false;
        self.each(act, of, |machine, act, _| {
            found = machine.boolean(act, body)? == wanted;
            Ok(found)
        })?;
        Ok(Value::Boolean(found == wanted))
    }

    /// Adds up what the elements that count give: their bodies, or 1 each.
    fn total(&mut self, act: &mut Activation<'_>, id: NodeId, of: LoopId) -> Result<Value, Fault> {
        let here = act.graph.loop_of(of);
        let mut total = 0i128;
        self.each(act, of, |machine, act, _| {
            let counts = here.filter.map_or(Ok(true), |filter| machine.boolean(act, filter))?;
            if counts {
                let one = here.body.map_or(Ok(1), |body| machine.number(act, body))?;
                total = total.checked_add(one).ok_or_else(|| act.fault(id, FaultKind::Overflow))?;
            }
            Ok(false)
        })?;
        Ok(Value::Scalar(total))
    }

    /// The whole number of a scalar that is no datetime.
    pub(super) fn number(&mut self, act: &mut Activation<'_>, id: NodeId) -> Result<i128, Fault> {
        match self.eval(act, id)? {
            Value::Scalar(number) => Ok(number),
            _ => Err(act.malformed(id, "a number")),
        }
    }
}
