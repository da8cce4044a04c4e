//! What is found in lists, and what is made of them: extremes, averages, elements, lists, folds.

use axtrace_runtime::helpers::Helper;
use axtrace_runtime::layout::Shape;
use axtrace_runtime::types::Type;

use super::loops::Step;
use super::operand::Operand;
use super::pattern::Pattern;
use super::{Evaluated, Lower};
use crate::graph::{Loop, LoopId, NodeId, Quantifier};
use crate::mir::{Base, Binary, Inst, Keep, Order, Storage, Value, Width};

/// A handle in memory.
const WORD: Storage = super::operand::WORD;

impl<'g> Lower<'g, '_> {
    /// All quantifiers but `some`, `every`, `count` and `sum`.
    pub fn listing(&mut self, quantifier: Quantifier, of: LoopId, ty: &'g Type) -> Evaluated<'g> {
        match quantifier {
            Quantifier::Min => self.extreme(of, ty, Order::Less),
            Quantifier::Max => self.extreme(of, ty, Order::Greater),
            Quantifier::Average => self.average(of, ty),
            Quantifier::First | Quantifier::Last => self.found(of, ty, quantifier == Quantifier::First),
            Quantifier::Position => self.position(of, ty),
            Quantifier::List => self.list_of(of, ty),
            Quantifier::Sort => self.sorted(of, ty),
            Quantifier::Runs => self.runs(of),
            Quantifier::Groups => self.groups(of, ty),
            _ => self.fold(of, ty),
        }
    }

    fn roots(&self, of: LoopId) -> Vec<NodeId> {
        let around = self.graph.loop_of(of);
        around.filter.iter().chain(&around.body).copied().collect()
    }

    /// Whether an element counts, and the leaves of its body, in the widths of a type that may be missing.
    fn counted_body(&mut self, around: &Loop, pattern: &mut Pattern) -> (Value, Vec<Value>) {
        let counts = self.filter(around, pattern);
        let Some(body) = around.body else { return (counts, Vec::new()) };
        let values = self.only_if(body, counts, self.ty(body), pattern);
        if !self.ty(body).is_optional() {
            return (counts, values);
        }
        let there = self.b.and(counts, values[0]);
        (there, values[1..].to_vec())
    }

    /// The least or greatest body: whether there is one, and its leaves.
    fn extreme(&mut self, of: LoopId, ty: &'g Type, order: Order) -> Evaluated<'g> {
        let around = self.graph.loop_of(of);
        let start = self.zeros(ty);
        let inner = ty.required();
        let (values, pattern) = self.walk(of, &self.roots(of), start, |this, carried| {
            let mut pattern = Pattern::default();
            let (counts, body) = this.counted_body(around, &mut pattern);
            let body = this.fit_leaves(&body, inner);
            // The first leaf has the order; a datetime's second is its offset.
            let better = match body.first() {
                Some(first) if matches!(inner, Type::Text { .. }) => {
                    let call = Inst::Call { helper: Helper::TextOrder, arguments: vec![*first, carried[1]] };
                    let (sign, zero) = (this.b.make(call, Width::Word), this.b.word(0));
                    this.b.compare(order, sign, zero)
                }
                Some(first) => this.b.compare(order, *first, carried[1]),
                None => this.b.flag(false),
            };
            let first = this.b.not(carried[0]);
            let better = this.b.or(first, better);
            let taken = this.b.and(counts, better);
            let mut next = vec![this.b.or(carried[0], counts)];
            for (old, new) in carried[1..].iter().zip(&body) {
                next.push(this.b.select(taken, *new, *old));
            }
            Step { carried: next, pattern, stop: None }
        });
        Evaluated { operand: Operand::Leaves(values), pattern }
    }

    /// The sum over the number, scaled to whole units; missing where there is none.
    fn average(&mut self, of: LoopId, ty: &'g Type) -> Evaluated<'g> {
        let around = self.graph.loop_of(of);
        let widths = self.widths(ty);
        let scale = around.body.and_then(|body| self.ty(body).scalar()).map_or(0, |scalar| scalar.kind.scale());
        let start = vec![self.b.constant(0, widths[1]), self.b.constant(0, widths[2])];
        let (values, pattern) = self.walk(of, &self.roots(of), start, |this, carried| {
            let mut pattern = Pattern::default();
            let (counts, body) = this.counted_body(around, &mut pattern);
            let sum_width = this.b.width(carried[0]);
            let (body, zero) = (this.b.fit(body[0], sum_width), this.b.constant(0, sum_width));
            let body = this.b.select(counts, body, zero);
            let one = this.b.fit(counts, this.b.width(carried[1]));
            let next = vec![this.b.binary(Binary::Add, carried[0], body), this.b.binary(Binary::Add, carried[1], one)];
            Step { carried: next, pattern, stop: None }
        });
        let zero = self.b.constant(0, widths[2]);
        let there = self.b.compare(Order::NotEqual, values[1], zero);
        let power = self.b.constant(10i128.pow(scale), widths[2]);
        let den = self.b.binary(Binary::Multiply, values[1], power);
        Evaluated { operand: Operand::Leaves(vec![there, values[0], den]), pattern }
    }

    /// The first or last element that counts.
    fn found(&mut self, of: LoopId, ty: &'g Type, first: bool) -> Evaluated<'g> {
        let around = self.graph.loop_of(of);
        let listed = self.listed(of);
        let shape = listed.shape.clone();
        let start = vec![self.b.word(0)];
        let (values, mut pattern) = self.walk_over(of, listed, &self.roots(of), start, |this, carried| {
            let mut pattern = Pattern::default();
            let counts = this.filter(around, &mut pattern);
            let address = this.elements.get(&of).map_or(carried[0], |current| current.address);
            let next = this.b.select(counts, address, carried[0]);
            let stop = first.then(|| (counts, vec![address]));
            Step { carried: vec![if first { carried[0] } else { next }], pattern, stop }
        });
        let zero = self.b.word(0);
        let there = self.b.compare(Order::NotEqual, values[0], zero);
        let (values, found) = self.element_if(there, values[0], &shape, ty);
        pattern.add(found);
        Evaluated { operand: Operand::Leaves(values), pattern }
    }

    /// The leaves of an element at an address as an optional; missing unless it is there.
    fn element_if(&mut self, there: Value, address: Value, shape: &Shape, ty: &Type) -> (Vec<Value>, Pattern) {
        let optional = matches!(shape, Shape::Optional { .. });
        self.diamond(
            there,
            false,
            |this| {
                let parts = super::operand::leaves(shape);
                let mut values: Vec<Value> = parts
                    .into_iter()
                    .map(|(offset, storage, width)| this.b.make(Inst::LoadWritten(Base::At(address), offset, storage), width))
                    .collect();
                if !optional {
                    values.insert(0, this.b.flag(true));
                }
                (this.fit_leaves(&values, ty), Pattern::default())
            },
            |this| (this.zeros(ty), Pattern::default()),
        )
    }

    /// `item(list, n)`.
    pub fn item(&mut self, operands: &[NodeId], ty: &'g Type) -> Evaluated<'g> {
        let [list, place] = operands else { return Evaluated { operand: Operand::Leaves(self.zeros(ty)), pattern: Pattern::default() } };
        let mut pattern = Pattern::default();
        let handle = self.single(*list, &mut pattern);
        let place = self.single(*place, &mut pattern);
        let shape = match self.ty(*list) {
            Type::List { element, .. } => self.element_of(element),
            _ => Shape::Boolean,
        };
        let length = self.length_of(handle);
        let width = self.b.width(place);
        let (one, most) = (self.b.constant(1, width), self.b.fit(length, width));
        let low = self.b.compare(Order::GreaterOrEqual, place, one);
        let high = self.b.compare(Order::LessOrEqual, place, most);
        let there = self.b.and(low, high);
        let (values, found) = self.diamond(
            there,
            false,
            |this| {
                let begin = this.b.make(Inst::Address(handle), Width::Word);
                let before = this.b.binary(Binary::Subtract, place, one);
                let before = this.b.fit(before, Width::Word);
                let stride = this.b.word(i64::from(shape.stride()));
                let bytes = this.b.binary(Binary::Multiply, before, stride);
                let address = this.b.binary(Binary::Add, begin, bytes);
                let always = this.b.flag(true);
                this.element_if(always, address, &shape, ty)
            },
            |this| (this.zeros(ty), Pattern::default()),
        );
        pattern.add(found);
        Evaluated { operand: Operand::Leaves(values), pattern }
    }

    /// The place of the first element that counts.
    fn position(&mut self, of: LoopId, ty: &'g Type) -> Evaluated<'g> {
        let around = self.graph.loop_of(of);
        let start = self.zeros(ty);
        let (values, pattern) = self.walk(of, &self.roots(of), start, |this, carried| {
            let mut pattern = Pattern::default();
            let counts = this.filter(around, &mut pattern);
            let (zero, one, yes) = (this.b.word(0), this.b.word(1), this.b.flag(true));
            let place = this.elements.get(&of).map_or(zero, |current| current.place);
            let place = this.b.binary(Binary::Add, place, one);
            Step { carried: carried.to_vec(), pattern, stop: Some((counts, vec![yes, place])) }
        });
        Evaluated { operand: Operand::Leaves(values), pattern }
    }

    /// Room for as many elements as a list has, and its beginning: offset and address.
    fn room(&mut self, count: Value, stride: u32) -> (Value, Value) {
        let offset = self.b.make(Inst::Reserve { count, size: stride }, Width::Word);
        (offset, self.b.make(Inst::ScratchAddress(offset), Width::Word))
    }

    fn list_of(&mut self, of: LoopId, ty: &'g Type) -> Evaluated<'g> {
        let around = self.graph.loop_of(of);
        let Type::List { element, .. } = ty else { return Evaluated::one(self.b.word(0), Pattern::default()) };
        let shape = self.element_of(element);
        let listed = self.listed(of);
        let length = self.length_of(listed.handle);
        let (offset, address) = self.room(length, shape.stride());
        let start = vec![address, self.b.word(0)];
        let (values, pattern) = self.walk_over(of, listed, &self.roots(of), start, |this, carried| {
            let mut pattern = Pattern::default();
            let counts = this.filter(around, &mut pattern);
            let values = match around.body {
                Some(body) => this.only_if(body, counts, this.ty(body), &mut pattern),
                None => Vec::new(),
            };
            this.store_leaves(Base::At(carried[0]), 0, &shape, &values, Keep::Always);
            let next = this.step_if(counts, carried[0], shape.stride());
            let count = this.step_if(counts, carried[1], 1);
            Step { carried: vec![next, count], pattern, stop: None }
        });
        Evaluated::one(self.scratch_handle(offset, values[1]), pattern)
    }

    /// The bodies of all elements, one behind the other; the list, and the address of the bodies.
    fn keys(&mut self, of: LoopId, shape: &Shape) -> (Value, Value, Pattern) {
        let around = self.graph.loop_of(of);
        let listed = self.listed(of);
        let handle = listed.handle;
        let length = self.length_of(handle);
        let (_, address) = self.room(length, shape.stride());
        let (_, pattern) = self.walk_over(of, listed, &self.roots(of), vec![address], |this, carried| {
            let mut pattern = Pattern::default();
            if let Some(body) = around.body {
                let values = this.fitted(body, &mut pattern);
                this.store_leaves(Base::At(carried[0]), 0, shape, &values, Keep::Always);
            }
            let always = this.b.flag(true);
            let next = this.step_if(always, carried[0], shape.stride());
            Step { carried: vec![next], pattern, stop: None }
        });
        (handle, address, pattern)
    }

    fn sorted(&mut self, of: LoopId, ty: &'g Type) -> Evaluated<'g> {
        let text = self.graph.loop_of(of).body.is_some_and(|body| matches!(self.ty(body), Type::Text { .. }));
        // A datetime is ordered by its instant, its first leaf.
        let shape = if text { Shape::Text } else { Shape::Int { bytes: 16, signed: true } };
        let (handle, keys, pattern) = self.keys(of, &shape);
        let (stride, kind) = (self.element_stride(ty), self.b.word(i64::from(text)));
        let call = Inst::Call { helper: Helper::Sort, arguments: vec![handle, stride, keys, kind] };
        Evaluated::one(self.b.make(call, Width::Word), pattern)
    }

    fn groups(&mut self, of: LoopId, ty: &'g Type) -> Evaluated<'g> {
        let place = self.element_place(ty);
        let key = match ty {
            Type::List { element, .. } => match &**element {
                Type::Record(id) => self.meta.types.record(*id).fields.first().map(|field| self.element_of(&field.ty)),
                _ => None,
            },
            _ => None,
        };
        let (handle, keys, pattern) = self.keys(of, &key.unwrap_or(Shape::Boolean));
        let call = Inst::Call { helper: Helper::Groups, arguments: vec![handle, keys, place] };
        Evaluated::one(self.b.make(call, Width::Word), pattern)
    }

    /// Each run is a part of the list itself: a handle that begins further on.
    fn runs(&mut self, of: LoopId) -> Evaluated<'g> {
        let around = self.graph.loop_of(of);
        let listed = self.listed(of);
        let (handle, stride) = (listed.handle, listed.shape.stride());
        let (length, one) = (self.length_of(handle), self.b.word(1));
        // One more than there are elements: what is written where no run is open lies behind the last.
        let most = self.b.binary(Binary::Add, length, one);
        let (offset, begin) = self.room(most, WORD.bytes.into());
        let base = self.b.binary(Binary::Subtract, handle, length);
        let start = vec![self.b.word(0), self.b.word(0)];
        let (values, pattern) = self.walk_over(of, listed, &self.roots(of), start, |this, carried| {
            let (runs, run) = (carried[0], carried[1]);
            let mut pattern = Pattern::default();
            let counts = this.filter(around, &mut pattern);
            let (zero, one, eight) = (this.b.word(0), this.b.word(1), this.b.word(8));
            let open = this.b.compare(Order::NotEqual, run, zero);
            let place = this.elements.get(&of).map_or(zero, |current| current.place);
            let (stride, shift) = (this.b.word(i64::from(stride)), this.b.word(i64::from(axtrace_runtime::layout::Handle::LENGTH_BITS)));
            let further = this.b.binary(Binary::Multiply, place, stride);
            let further = this.b.binary(Binary::ShiftLeft, further, shift);
            let fresh = this.b.binary(Binary::Add, base, further);
            let before = this.b.select(open, run, fresh);
            let longer = this.b.binary(Binary::Add, before, one);
            let next = this.b.select(counts, longer, zero);
            let closed = this.b.not(open);
            let begins = this.b.and(counts, closed);
            let runs_now = this.step_if(begins, runs, 1);
            // An open run is written again at its place.
            let continues = this.b.and(counts, open);
            let back = this.b.fit(continues, Width::Word);
            let at = this.b.binary(Binary::Subtract, runs, back);
            let at = this.b.binary(Binary::Multiply, at, eight);
            let at = this.b.binary(Binary::Add, begin, at);
            this.b.store(Base::At(at), 0, WORD, next, Keep::Always);
            Step { carried: vec![runs_now, next], pattern, stop: None }
        });
        Evaluated::one(self.scratch_handle(offset, values[0]), pattern)
    }

    fn fold(&mut self, of: LoopId, ty: &'g Type) -> Evaluated<'g> {
        let around = self.graph.loop_of(of);
        let mut listed = self.listed(of);
        let start = match around.start {
            Some(start) => {
                let done = self.evaluate(start);
                listed.pattern.add(done.pattern);
                let values = self.leaves(&done.operand);
                self.fit_leaves(&values, ty)
            }
            None => self.zeros(ty),
        };
        let (values, pattern) = self.walk_over(of, listed, &self.roots(of), start, |this, carried| {
            let mut pattern = Pattern::default();
            let outer = this.memories.insert(of, carried.to_vec());
            let next = match around.body {
                Some(body) => this.fitted(body, &mut pattern),
                None => carried.to_vec(),
            };
            match outer {
                Some(outer) => this.memories.insert(of, outer),
                None => this.memories.remove(&of),
            };
            let next = this.fit_leaves(&next, ty);
            Step { carried: next, pattern, stop: None }
        });
        Evaluated { operand: Operand::Leaves(values), pattern }
    }

    /// The distance between the elements of a list.
    pub fn element_stride(&mut self, ty: &Type) -> Value {
        let stride = match ty {
            Type::List { element, .. } => self.element_of(element).stride(),
            _ => 1,
        };
        self.b.word(i64::from(stride))
    }

    /// The type of the elements of a list, by the place that helpers know it by.
    pub fn element_place(&mut self, ty: &Type) -> Value {
        let place = match ty {
            Type::List { element, .. } => self.constants.listed(element),
            other => self.constants.listed(other),
        };
        self.b.word(place as i64)
    }
}
