//! Lists gone through, element by element.

use std::borrow::Cow;

use axtrace_runtime::layout::Shape;
use axtrace_runtime::types::Type;

use super::operand::Operand;
use super::pattern::{Pattern, WordId};
use super::{Current, Evaluated, Lower};
use crate::graph::{LocalId, Loop, LoopId, NodeId, NodeKind, Quantifier};
use crate::mir::{Base, Binary, Block, Counted, End, Inst, Order, Target, Value, Width};

/// Loops over lists that may have so many elements are unrolled.
const LONG: u32 = 8;

/// What the body of a loop leaves for one element.
pub struct Step {
    /// The values carried to the next element.
    pub carried: Vec<Value>,
    /// What sites are set to, those of the element's frame and those outside.
    pub pattern: Pattern,
    /// Whether the loop ends with this element, and what is carried out of it then.
    pub stop: Option<(Value, Vec<Value>)>,
}

/// The list of a loop.
pub struct Listed<'g> {
    pub handle: Value,
    /// How its elements lie.
    pub shape: Cow<'g, Shape>,
    /// What the sites that its evaluation passed are set to.
    pub pattern: Pattern,
}

/// A loop under construction.
struct Walk {
    /// From where it is entered.
    enter: Block,
    /// The first block that is made for its body.
    body: Block,
    begin: Value,
    end: Value,
    length: Value,
    stride: u32,
    /// Scratch offset of the element frames.
    frames: Value,
    frame_size: u32,
    head: Block,
    /// The address of the element; of its frame; its place.
    element: Value,
    frame: Value,
    place: Value,
    carried: Vec<Value>,
    exit: Block,
}

impl<'g> Lower<'g, '_> {
    pub fn quantify(&mut self, quantifier: Quantifier, of: LoopId, ty: &'g Type) -> Evaluated<'g> {
        let around = self.graph.loop_of(of);
        let width = self.widths(ty).first().copied().unwrap_or(Width::Word);
        let start = match quantifier {
            Quantifier::Some => self.b.flag(false),
            Quantifier::Every => self.b.flag(true),
            Quantifier::Count | Quantifier::Sum => self.b.constant(0, width),
            _ => return self.listing(quantifier, of, ty),
        };
        let roots: Vec<NodeId> = around.filter.iter().chain(&around.body).copied().collect();
        let (values, pattern) = self.walk(of, &roots, vec![start], |this, carried| match quantifier {
            Quantifier::Some | Quantifier::Every => this.quantified(around, quantifier == Quantifier::Some),
            Quantifier::Count => this.counted(around, carried[0]),
            _ => this.added(around, carried[0]),
        });
        Evaluated::one(values[0], pattern)
    }

    /// Goes on while the body is not what decides.
    fn quantified(&mut self, around: &Loop, some: bool) -> Step {
        let mut pattern = Pattern::default();
        let value = self.flag_or(around.body, !some, &mut pattern);
        let stop = if some { value } else { self.b.not(value) };
        let (found, not_yet) = (self.b.flag(some), self.b.flag(!some));
        Step { carried: vec![not_yet], pattern, stop: Some((stop, vec![found])) }
    }

    /// The value of a condition; what it is taken for if there is none.
    pub fn flag_or(&mut self, condition: Option<NodeId>, absent: bool, pattern: &mut Pattern) -> Value {
        match condition {
            Some(node) => self.single(node, pattern),
            None => self.b.flag(absent),
        }
    }

    pub fn filter(&mut self, around: &Loop, pattern: &mut Pattern) -> Value {
        self.flag_or(around.filter, true, pattern)
    }

    fn counted(&mut self, around: &Loop, count: Value) -> Step {
        let mut pattern = Pattern::default();
        let counts = self.filter(around, &mut pattern);
        let one = self.b.fit(counts, self.b.width(count));
        Step { carried: vec![self.b.binary(Binary::Add, count, one)], pattern, stop: None }
    }

    fn added(&mut self, around: &Loop, sum: Value) -> Step {
        let mut pattern = Pattern::default();
        let counts = self.filter(around, &mut pattern);
        let Some(body) = around.body else { return Step { carried: vec![sum], pattern, stop: None } };
        let values = self.only_if(body, counts, self.ty(body), &mut pattern);
        let width = self.b.width(sum);
        let (value, zero) = (self.b.fit(values[0], width), self.b.constant(0, width));
        let value = self.b.select(counts, value, zero);
        Step { carried: vec![self.b.binary(Binary::Add, sum, value)], pattern, stop: None }
    }

    /// Goes through a list. `roots` are the nodes that the body evaluates. Gives what is carried out, and what sites outside are set to.
    pub fn walk(
        &mut self,
        of: LoopId,
        roots: &[NodeId],
        start: Vec<Value>,
        body: impl FnOnce(&mut Self, &[Value]) -> Step,
    ) -> (Vec<Value>, Pattern) {
        let listed = self.listed(of);
        self.walk_over(of, listed, roots, start, body)
    }

    /// The list of a loop, evaluated.
    pub fn listed(&mut self, of: LoopId) -> Listed<'g> {
        let list = self.graph.loop_of(of).list;
        let done = self.evaluate(list);
        let shape = self.element_shape(list, &done.operand);
        let handle = self.leaf(&done.operand);
        Listed { handle, shape, pattern: done.pattern }
    }

    /// Goes through a list that has been evaluated.
    pub fn walk_over(
        &mut self,
        of: LoopId,
        listed: Listed<'g>,
        roots: &[NodeId],
        start: Vec<Value>,
        body: impl FnOnce(&mut Self, &[Value]) -> Step,
    ) -> (Vec<Value>, Pattern) {
        let Listed { handle, shape, mut pattern } = listed;
        self.prepare(of, roots);
        let walk = self.begin(of, handle, shape.stride(), &start);
        let outer = (self.state.clone(), self.conditional, self.inside);
        let frame = self.graph.loop_of(of).frame;
        self.conditional = 0;
        self.inside = Some(of);
        self.frames.insert(frame, Base::At(walk.frame));
        let element = Operand::Place(Base::At(walk.element), 0, shape);
        self.elements.insert(of, Current { element, address: walk.element, place: walk.place });
        let mut step = body(self, &walk.carried);
        let own = step.pattern.take(frame);
        self.store_bits(frame, own);
        self.frames.remove(&frame);
        self.elements.remove(&of);
        (self.state, self.conditional, self.inside) = outer;
        let (values, words) = self.advance(of, walk, &start, step);
        pattern.add(words);
        (values, pattern)
    }

    fn element_shape(&self, list: NodeId, operand: &Operand<'g>) -> Cow<'g, Shape> {
        match (operand, self.ty(list)) {
            (Operand::Place(_, _, Cow::Borrowed(Shape::List(element))), _) => Cow::Borrowed(&**element),
            (Operand::Place(_, _, Cow::Owned(Shape::List(element))), _) => Cow::Owned((**element).clone()),
            (_, Type::List { element, .. }) => Cow::Owned(self.element_of(element)),
            _ => Cow::Owned(Shape::Boolean),
        }
    }

    fn begin(&mut self, of: LoopId, handle: Value, stride: u32, start: &[Value]) -> Walk {
        let around = self.graph.loop_of(of);
        let frame_size = self.graph.meta.frames[around.frame.index()].layout.size;
        let length = self.length_of(handle);
        let begin = self.b.make(Inst::Address(handle), Width::Word);
        let frames = self.b.make(Inst::Reserve { count: length, size: frame_size }, Width::Word);
        let first = self.b.make(Inst::ScratchAddress(frames), Width::Word);
        let (enter, skip, head, exit) = (self.b.block(), self.b.block(), self.b.block(), self.b.block());
        let zero = self.b.word(0);
        let empty = self.b.compare(Order::Equal, length, zero);
        self.b.branch(empty, skip, enter, false);
        let (element, frame, place) = (self.b.param(head, Width::Word), self.b.param(head, Width::Word), self.b.param(head, Width::Word));
        let carried: Vec<Value> = start.iter().map(|value| self.b.param(head, self.b.width(*value))).collect();
        self.b.switch_to(enter);
        let stride_in_bytes = self.b.word(i64::from(stride));
        let bytes = self.b.binary(Binary::Multiply, length, stride_in_bytes);
        let end = self.b.binary(Binary::Add, begin, bytes);
        self.b.jump(head, [&[begin, first, zero], start].concat());
        self.b.switch_to(skip);
        self.b.jump(exit, [start, &[zero]].concat());
        self.b.switch_to(head);
        let body = Block(exit.0 + 1);
        Walk { enter, body, begin, end, length, stride, frames, frame_size, head, element, frame, place, carried, exit }
    }

    /// Goes on to the next element or out of the loop.
    fn advance(&mut self, of: LoopId, walk: Walk, start: &[Value], step: Step) -> (Vec<Value>, Pattern) {
        let words = step.pattern.finish(&mut self.b);
        let ids: Vec<WordId> = words.iter().map(|(id, _)| *id).collect();
        let before: Vec<Value> = ids.iter().map(|_| self.b.param(walk.head, Width::Word)).collect();
        let united: Vec<Value> = words.iter().zip(&before).map(|((_, word), before)| self.b.binary(Binary::Or, *word, *before)).collect();
        let next = [self.further(walk.element, walk.stride), self.further(walk.frame, walk.frame_size), self.further(walk.place, 1)];
        let out = |carried: &[Value]| [carried, &[next[2]], &united].concat();
        let results: Vec<Value> = out(&step.carried).iter().map(|value| self.b.param(walk.exit, self.b.width(*value))).collect();
        if let Some((stop, carried)) = &step.stop {
            self.leave_if(*stop, walk.exit, out(carried));
        }
        let (again, latch) = ([&next[..], &step.carried, &united].concat(), self.b.current());
        self.go_on(&walk, again, out(&step.carried));
        self.patch_entries(&walk, start, ids.len());
        if self.may_be_long(of) {
            let Walk { enter, head, body, begin, length, stride, .. } = walk;
            self.b.unroll(&Counted { enter, head, body, latch, begin, length, stride });
        }
        self.b.switch_to(walk.exit);
        let (carried, rest) = results.split_at(start.len());
        for (result, (_, word)) in rest[1..].iter().zip(&words) {
            self.b.supports(*result, self.b.support(*word));
        }
        let visited = self.scratch_handle(walk.frames, rest[0]);
        self.store_slot(self.graph.loop_of(of).visits, &Operand::Leaves(vec![visited]));
        (carried.to_vec(), Pattern::words(ids.into_iter().zip(rest[1..].iter().copied()).collect()))
    }

    /// Whether a list may have so many elements that its loop is worth being longer.
    fn may_be_long(&self, of: LoopId) -> bool {
        matches!(self.ty(self.graph.loop_of(of).list), Type::List { max, .. } if *max >= LONG)
    }

    fn further(&mut self, from: Value, by: u32) -> Value {
        let by = self.b.word(i64::from(by));
        self.b.binary(Binary::Add, from, by)
    }

    /// Goes on with the next element if there is one, else to the exit.
    fn go_on(&mut self, walk: &Walk, again: Vec<Value>, out: Vec<Value>) {
        let condition = self.b.compare(Order::NotEqual, again[0], walk.end);
        let (then, otherwise) = (Target { block: walk.head, arguments: again }, Target { block: walk.exit, arguments: out });
        self.b.end(End::Branch { condition, then, otherwise, recording: false });
    }

    fn leave_if(&mut self, flag: Value, exit: Block, out: Vec<Value>) {
        let (go, stay) = (self.b.block(), self.b.block());
        self.b.branch(flag, go, stay, false);
        self.b.switch_to(go);
        self.b.jump(exit, out);
        self.b.switch_to(stay);
    }

    /// Passes zeros for the words that were found to be carried only when the body was done.
    fn patch_entries(&mut self, walk: &Walk, start: &[Value], words: usize) {
        let zeros = vec![self.b.word(0); words];
        self.b.extend_jumps(walk.head, 3 + start.len(), &zeros);
        self.b.extend_jumps(walk.exit, start.len() + 1, &zeros);
    }

    /// Evaluates what the body of a loop uses from outside of it, so that it need not be carried.
    fn prepare(&mut self, of: LoopId, roots: &[NodeId]) {
        let mut found = Vec::new();
        let mut seen = Vec::new();
        for root in roots {
            self.collect(*root, of, &mut seen, &mut found);
        }
        for local in found {
            self.conditional += 1;
            self.use_local(local);
            self.conditional -= 1;
        }
    }

    fn collect(&self, node: NodeId, of: LoopId, seen: &mut Vec<LocalId>, found: &mut Vec<LocalId>) {
        match &self.node(node).kind {
            NodeKind::Local(local) if !seen.contains(local) => {
                seen.push(*local);
                if self.stands_inside(self.graph.local(*local).inside, of) {
                    self.collect(self.graph.local(*local).value, of, seen, found);
                } else {
                    found.push(*local);
                }
            }
            NodeKind::Quantify(_, inner) => {
                let inner = self.graph.loop_of(*inner);
                for node in [Some(inner.list), inner.start, inner.filter, inner.body].into_iter().flatten() {
                    self.collect(node, of, seen, found);
                }
            }
            kind => kind.operands().into_iter().for_each(|operand| self.collect(operand, of, seen, found)),
        }
    }

    fn stands_inside(&self, inner: Option<LoopId>, outer: LoopId) -> bool {
        std::iter::successors(inner, |of| self.graph.loop_of(*of).outer).any(|of| of == outer)
    }
}
