//! Nodes that are neither arithmetic nor loops: what is read, chosen, put together, called.

use std::borrow::Cow;

use axtrace_runtime::helpers::{Helper, template_layout};
use axtrace_runtime::layout::Struct;
use axtrace_runtime::meta::{DecisionId, SlotId};
use axtrace_runtime::types::{RecordId, Type};
use axtrace_runtime::value::Value as Constant;

use super::operand::{Operand, PLACE, inner, leaves, member};
use super::pattern::Pattern;
use super::{Evaluated, Lower};
use crate::graph::{LoopId, NodeId, NodeKind};
use crate::mir::{Base, Binary, Inst, Keep, Order, Value, Width};

impl<'g> Lower<'g, '_> {
    /// A node's value. Stores its slot, and gives what its sites are set to.
    pub fn evaluate(&mut self, id: NodeId) -> Evaluated<'g> {
        let node = self.node(id);
        let outer = node.site.map(|site| self.b.at(Some(site)));
        let mut done = self.operation(id);
        if let Some(slot) = node.slot {
            self.store_slot(slot, &done.operand);
        }
        if let Some(site) = node.site {
            done.operand = self.unless_place(&node.ty, done.operand);
            done.pattern.add(self.site_pattern(site, &node.ty, &done.operand));
        }
        if let Some(outer) = outer {
            self.b.at(outer);
        }
        done
    }

    /// A boolean as a leaf; everything else as it is.
    pub fn unless_place(&mut self, ty: &Type, operand: Operand<'g>) -> Operand<'g> {
        if *ty == Type::Boolean { Operand::Leaves(vec![self.leaf(&operand)]) } else { operand }
    }

    fn operation(&mut self, id: NodeId) -> Evaluated<'g> {
        use NodeKind as K;
        let node = self.node(id);
        match &node.kind {
            K::Constant(value) => self.constant(value, &node.ty),
            K::Input(index) => self.input(*index as usize),
            K::Element(of) => self.element(*of),
            K::Place(of) => self.place(*of),
            K::Memory(of) => {
                Evaluated { operand: Operand::Leaves(self.memories.get(of).cloned().unwrap_or_default()), pattern: Pattern::default() }
            }
            K::Local(local) => self.use_local(*local),
            K::Field(record, index) => self.field(*record, *index as usize),
            K::Define(body) => self.evaluate(*body),
            K::Not(value) => self.not(*value),
            K::And(all) => self.connect(all, true),
            K::Or(all) => self.connect(all, false),
            K::If { condition, then, otherwise } => self.choose(*condition, *then, *otherwise, &node.ty),
            K::IsGiven(value) => self.is_given(*value),
            K::Unwrap(value) => self.unwrap(*value),
            K::Wrap(value) => self.wrap(*value, &node.ty),
            K::OrElse(value, other) => self.or_else(*value, *other, &node.ty),
            K::MakeRecord(fields) => self.record(fields, &node.ty),
            K::MakeSet(names) => self.set(names),
            K::MakeList(elements) => self.list(elements, &node.ty),
            K::Length(list) => self.length(*list),
            K::Quantify(quantifier, of) => self.quantify(*quantifier, *of, &node.ty),
            K::Decide { decision, arguments, activation } => self.decide(*decision, arguments, *activation, &node.ty),
            K::Call(function, operands) => self.call(*function, operands, &node.ty),
            K::Text { template, values } => self.text(*template, values),
            K::Has(set, name) => self.has(*set, *name),
            K::HasAll(set, names) => self.has_all(*set, *names),
            K::HasAny(set, names) => self.has_any(*set, *names),
            K::Union(left, right) => self.sets(Binary::Or, *left, *right),
            K::Difference(left, right) => self.difference(*left, *right),
            K::Compare(comparison, left, right) => self.comparison(*comparison, *left, *right),
            K::InRange { value, low, high } => self.in_range(*value, *low, *high),
            K::OneOf(value, all) => self.one_of(*value, all),
            _ => self.arithmetic(id),
        }
    }

    fn constant(&mut self, value: &Constant, ty: &Type) -> Evaluated<'g> {
        let values = self.constant_leaves(value, ty);
        Evaluated { operand: Operand::Leaves(values), pattern: Pattern::default() }
    }

    fn constant_leaves(&mut self, value: &Constant, ty: &Type) -> Vec<Value> {
        let widths = self.widths(ty);
        let width = widths.first().copied().unwrap_or(Width::Word);
        match (value, ty) {
            (Constant::Missing, _) => self.zeros(ty),
            (value, Type::Optional(inner)) => {
                let there = self.b.flag(true);
                [vec![there], self.constant_leaves(value, inner)].concat()
            }
            (Constant::Boolean(truth), _) => vec![self.b.flag(*truth)],
            (Constant::Scalar(number), _) => vec![self.b.constant(*number, width)],
            (Constant::Datetime { instant, offset }, _) => vec![self.b.word(*instant), self.b.word(i64::from(*offset))],
            (Constant::Ratio { num, den }, _) => {
                let second = widths.get(1).copied().unwrap_or(Width::Word);
                vec![self.b.constant(*num, width), self.b.constant(*den, second)]
            }
            (Constant::Enum(place) | Constant::Zone(place), _) => vec![self.b.word(i64::from(*place))],
            (Constant::Set(bits), _) => vec![self.b.word(*bits as i64)],
            (Constant::Record(values), Type::Record(id)) => self.constant_record(values, *id),
            (Constant::Text(_) | Constant::List(_) | Constant::Record(_), _) => vec![self.constant_handle(value, ty)],
        }
    }

    fn constant_record(&mut self, values: &[Constant], id: RecordId) -> Vec<Value> {
        let fields = &self.meta.types.record(id).fields;
        values.iter().zip(fields).flat_map(|(value, field)| self.constant_leaves(value, &field.ty)).collect()
    }

    /// The handle of a constant text or list.
    pub fn constant_handle(&mut self, value: &Constant, ty: &Type) -> Value {
        match self.constants.handle(value, ty, &self.meta.types) {
            Ok(handle) => self.b.word(handle.0 as i64),
            Err(error) => {
                self.failed = Some(error);
                self.b.word(0)
            }
        }
    }

    fn input(&mut self, index: usize) -> Evaluated<'g> {
        let (offset, shape) = &self.graph.meta.input.members[index];
        Evaluated { operand: Operand::Place(Base::Input, *offset, Cow::Borrowed(shape)), pattern: Pattern::default() }
    }

    fn element(&mut self, of: LoopId) -> Evaluated<'g> {
        let operand = self.elements.get(&of).map_or(Operand::Leaves(Vec::new()), |current| current.element.clone());
        Evaluated { operand, pattern: Pattern::default() }
    }

    fn place(&mut self, of: LoopId) -> Evaluated<'g> {
        let (zero, one) = (self.b.word(0), self.b.word(1));
        let place = self.elements.get(&of).map_or(zero, |current| current.place);
        Evaluated::one(self.b.binary(Binary::Add, place, one), Pattern::default())
    }

    fn field(&mut self, record: NodeId, index: usize) -> Evaluated<'g> {
        let done = self.evaluate(record);
        let operand = match (self.ty(record), &done.operand) {
            (Type::Optional(ty), operand) => self.field_of_optional(ty, operand, index),
            (ty, operand) => self.field_of(ty, operand, index),
        };
        Evaluated { operand, pattern: done.pattern }
    }

    fn field_of(&mut self, ty: &Type, operand: &Operand<'g>, index: usize) -> Operand<'g> {
        match operand {
            Operand::Place(base, at, shape) => match member(shape, index) {
                Some((offset, shape)) => Operand::Place(*base, at + offset, shape),
                None => Operand::Leaves(Vec::new()),
            },
            Operand::Leaves(values) => Operand::Leaves(self.field_leaves(ty, values, index)),
        }
    }

    fn field_leaves(&self, ty: &Type, values: &[Value], index: usize) -> Vec<Value> {
        let Type::Record(id) = ty else { return Vec::new() };
        let fields = &self.meta.types.record(*id).fields;
        let count = |field: usize| fields.get(field).map_or(0, |field| self.widths(&field.ty).len());
        let from: usize = (0..index).map(count).sum();
        values.iter().skip(from).take(count(index)).copied().collect()
    }

    /// A field of a record that may be missing: missing with it.
    fn field_of_optional(&mut self, ty: &Type, operand: &Operand<'g>, index: usize) -> Operand<'g> {
        let (there, value) = self.open(operand);
        let field = self.field_of(ty, &value, index);
        let optional = matches!(ty, Type::Record(id) if self.meta.types.record(*id).fields[index].ty.is_optional());
        let mut values = self.leaves(&field);
        if optional && let Some(first) = values.first_mut() {
            *first = self.b.and(there, *first);
        } else {
            values.insert(0, there);
        }
        Operand::Leaves(values)
    }

    /// Whether an optional is there, and its value.
    fn open(&mut self, operand: &Operand<'g>) -> (Value, Operand<'g>) {
        if let Operand::Place(base, at, shape) = operand
            && let Some((offset, shape)) = inner(shape)
        {
            let there = self.b.load(*base, *at, super::operand::BYTE, Width::Flag);
            return (there, Operand::Place(*base, at + offset, shape));
        }
        let values = self.leaves(operand);
        let there = values.first().copied().unwrap_or_else(|| self.b.flag(false));
        (there, Operand::Leaves(values.into_iter().skip(1).collect()))
    }

    fn not(&mut self, value: NodeId) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let value = self.single(value, &mut pattern);
        Evaluated::one(self.b.not(value), pattern)
    }

    /// `and` (where `all` must hold) or `or`: each operand only counts while the ones before leave it open.
    fn connect(&mut self, operands: &[NodeId], all: bool) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let Some((first, rest)) = operands.split_first() else { return Evaluated::one(self.b.flag(all), pattern) };
        let mut value = self.single(*first, &mut pattern);
        for operand in rest {
            value = self.connect_next(value, *operand, all, &mut pattern);
        }
        Evaluated::one(value, pattern)
    }

    /// `and` of what holds already and a node.
    pub fn and_then(&mut self, holds: Value, node: NodeId, pattern: &mut Pattern) -> Value {
        match self.b.known(holds) {
            Some(true) => self.single(node, pattern),
            _ => self.connect_next(holds, node, true, pattern),
        }
    }

    fn connect_next(&mut self, before: Value, operand: NodeId, all: bool, pattern: &mut Pattern) -> Value {
        let open = if all { before } else { self.b.not(before) };
        if self.is_cheap(operand) {
            let next = self.masked(operand, open, pattern);
            return if all { self.b.and(before, next) } else { self.b.or(before, next) };
        }
        let decided = self.b.flag(!all);
        let (values, found) = self.diamond(
            open,
            false,
            |this| {
                let mut pattern = Pattern::default();
                let value = this.single(operand, &mut pattern);
                (vec![value], pattern)
            },
            |_| (vec![decided], Pattern::default()),
        );
        pattern.add(found);
        values[0]
    }

    /// The only leaf of a node that counts only if the flag is 1.
    pub fn masked(&mut self, node: NodeId, flag: Value, pattern: &mut Pattern) -> Value {
        let mut found = Pattern::default();
        self.conditional += 1;
        let value = self.single(node, &mut found);
        self.conditional -= 1;
        pattern.add(found.mask(flag, &mut self.b));
        value
    }

    /// The leaves of a node that counts only if the flag is 1, in the widths of a type; anything otherwise.
    pub fn only_if(&mut self, node: NodeId, flag: Value, ty: &Type, pattern: &mut Pattern) -> Vec<Value> {
        let evaluate = |this: &mut Self| {
            let done = this.evaluate(node);
            let values = this.leaves(&done.operand);
            (this.fit_leaves(&values, ty), done.pattern)
        };
        if self.is_cheap(node) {
            self.conditional += 1;
            let (values, found) = evaluate(self);
            self.conditional -= 1;
            pattern.add(found.mask(flag, &mut self.b));
            return values;
        }
        let (values, found) = self.diamond(flag, false, evaluate, |this| (this.zeros(ty), Pattern::default()));
        pattern.add(found);
        values
    }

    fn choose(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId, ty: &'g Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let flag = self.single(condition, &mut pattern);
        let values = self.choose_leaves(
            flag,
            ty,
            &mut pattern,
            (then, |this: &mut Self| this.required_leaves(then, ty)),
            (otherwise, |this: &mut Self| this.required_leaves(otherwise, ty)),
        );
        Evaluated { operand: Operand::Leaves(values), pattern }
    }

    /// Leaves of a node in the widths of a type.
    fn required_leaves(&mut self, node: NodeId, ty: &Type) -> (Vec<Value>, Pattern) {
        let done = self.evaluate(node);
        let values = self.leaves(&done.operand);
        (self.fit_leaves(&values, ty), done.pattern)
    }

    /// One of two nodes' leaves, by selects if both are cheap.
    fn choose_leaves(
        &mut self,
        flag: Value,
        ty: &Type,
        pattern: &mut Pattern,
        (then, first): (NodeId, impl FnOnce(&mut Self) -> (Vec<Value>, Pattern)),
        (otherwise, second): (NodeId, impl FnOnce(&mut Self) -> (Vec<Value>, Pattern)),
    ) -> Vec<Value> {
        if !self.is_cheap(then) || !self.is_cheap(otherwise) || self.widths(ty).len() > 8 {
            let (values, found) = self.diamond(flag, false, first, second);
            pattern.add(found);
            return values;
        }
        self.conditional += 1;
        let (one, other) = (first(self), second(self));
        self.conditional -= 1;
        pattern.add(one.1.mask(flag, &mut self.b));
        let not = self.b.not(flag);
        pattern.add(other.1.mask(not, &mut self.b));
        one.0.into_iter().zip(other.0).map(|(a, b)| self.b.select(flag, a, b)).collect()
    }

    fn is_given(&mut self, value: NodeId) -> Evaluated<'g> {
        let done = self.evaluate(value);
        let (there, _) = self.open(&done.operand);
        Evaluated::one(there, done.pattern)
    }

    fn unwrap(&mut self, value: NodeId) -> Evaluated<'g> {
        let done = self.evaluate(value);
        let (_, operand) = self.open(&done.operand);
        Evaluated { operand, pattern: done.pattern }
    }

    fn wrap(&mut self, value: NodeId, ty: &Type) -> Evaluated<'g> {
        let done = self.evaluate(value);
        let there = self.b.flag(true);
        let values = self.leaves(&done.operand);
        let values = self.fit_leaves(&[vec![there], values].concat(), ty);
        Evaluated { operand: Operand::Leaves(values), pattern: done.pattern }
    }

    fn or_else(&mut self, value: NodeId, other: NodeId, ty: &'g Type) -> Evaluated<'g> {
        let done = self.evaluate(value);
        let mut pattern = done.pattern;
        let (there, operand) = self.open(&done.operand);
        let mut values = self.leaves(&operand);
        if ty.is_optional() {
            values.insert(0, there);
        }
        let values = self.fit_leaves(&values, ty);
        let values = self.choose_leaves(
            there,
            ty,
            &mut pattern,
            (value, |_: &mut Self| (values, Pattern::default())),
            (other, |this: &mut Self| this.required_leaves(other, ty)),
        );
        Evaluated { operand: Operand::Leaves(values), pattern }
    }

    fn record(&mut self, fields: &[NodeId], ty: &Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let mut values = Vec::new();
        for field in fields {
            let done = self.evaluate(*field);
            pattern.add(done.pattern);
            values.extend(self.leaves(&done.operand));
        }
        let values = self.fit_leaves(&values, ty);
        Evaluated { operand: Operand::Leaves(values), pattern }
    }

    fn set(&mut self, names: &[NodeId]) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let one = self.b.word(1);
        let mut bits = self.b.word(0);
        for name in names {
            let name = self.single(*name, &mut pattern);
            let bit = self.b.binary(Binary::ShiftLeft, one, name);
            bits = self.b.binary(Binary::Or, bits, bit);
        }
        Evaluated::one(bits, pattern)
    }

    fn has(&mut self, set: NodeId, name: NodeId) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let (set, name) = (self.single(set, &mut pattern), self.single(name, &mut pattern));
        let one = self.b.word(1);
        let bit = self.b.binary(Binary::ShiftLeft, one, name);
        let common = self.b.binary(Binary::And, set, bit);
        let zero = self.b.word(0);
        Evaluated::one(self.b.compare(Order::NotEqual, common, zero), pattern)
    }

    fn has_all(&mut self, set: NodeId, names: NodeId) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let (set, names) = (self.single(set, &mut pattern), self.single(names, &mut pattern));
        let common = self.b.binary(Binary::And, set, names);
        Evaluated::one(self.b.compare(Order::Equal, common, names), pattern)
    }

    fn has_any(&mut self, set: NodeId, names: NodeId) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let (set, names) = (self.single(set, &mut pattern), self.single(names, &mut pattern));
        let common = self.b.binary(Binary::And, set, names);
        let zero = self.b.word(0);
        Evaluated::one(self.b.compare(Order::NotEqual, common, zero), pattern)
    }

    fn sets(&mut self, op: Binary, left: NodeId, right: NodeId) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let (left, right) = (self.single(left, &mut pattern), self.single(right, &mut pattern));
        Evaluated::one(self.b.binary(op, left, right), pattern)
    }

    fn difference(&mut self, left: NodeId, right: NodeId) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let (left, right) = (self.single(left, &mut pattern), self.single(right, &mut pattern));
        let ones = self.b.word(-1);
        let others = self.b.binary(Binary::Xor, right, ones);
        Evaluated::one(self.b.binary(Binary::And, left, others), pattern)
    }

    /// A list of its elements, in scratch.
    fn list(&mut self, elements: &[NodeId], ty: &Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let Type::List { element, .. } = ty else { return Evaluated::one(self.b.word(0), pattern) };
        let shape = self.element_of(element);
        let values: Vec<Vec<Value>> = elements.iter().map(|element| self.fitted(*element, &mut pattern)).collect();
        let (one, count) = (self.b.word(1), self.b.word(elements.len() as i64));
        let offset = self.b.make(Inst::Reserve { count: one, size: elements.len() as u32 * shape.stride() }, Width::Word);
        let address = self.b.make(Inst::ScratchAddress(offset), Width::Word);
        for (index, values) in values.iter().enumerate() {
            self.store_leaves(Base::At(address), index as u32 * shape.stride(), &shape, values, Keep::Always);
        }
        Evaluated::one(self.scratch_handle(offset, count), pattern)
    }

    fn length(&mut self, list: NodeId) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let handle = self.single(list, &mut pattern);
        Evaluated::one(self.length_of(handle), pattern)
    }

    /// The length in a handle.
    pub fn length_of(&mut self, handle: Value) -> Value {
        let mask = self.b.word((1 << 30) - 1);
        self.b.binary(Binary::And, handle, mask)
    }

    fn text(&mut self, template: u32, values: &[NodeId]) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let pieces = self.meta.templates.get(template as usize).map_or(&[][..], Vec::as_slice);
        let layout = template_layout(pieces, &self.meta.types);
        let row = self.spill(values, &layout, &mut pattern);
        let template = self.b.word(i64::from(template));
        let handle = self.b.make(Inst::Call { helper: Helper::BuildText, arguments: vec![template, row] }, Width::Word);
        Evaluated::one(handle, pattern)
    }

    /// Values on the stack, and where.
    fn spill(&mut self, values: &[NodeId], layout: &Struct, pattern: &mut Pattern) -> Value {
        let row = self.b.stack(layout.size.max(1));
        for (value, (offset, shape)) in values.iter().zip(&layout.members) {
            let done = self.evaluate(*value);
            pattern.add(done.pattern);
            let values = self.leaves(&done.operand);
            self.store_leaves(Base::At(row), *offset, shape, &values, Keep::Always);
        }
        row
    }

    fn decide(&mut self, decision: DecisionId, arguments: &[NodeId], activation: SlotId, ty: &Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let graphs = self.graphs;
        let callee = &graphs[decision.index()].meta;
        let row = self.spill(arguments, &callee.input, &mut pattern);
        let outcome = self.b.stack(callee.outcome.size.max(1));
        let one = self.b.word(1);
        let size = callee.frames.first().map_or(0, |frame| frame.layout.size);
        let offset = self.b.make(Inst::Reserve { count: one, size }, Width::Word);
        let frame = self.b.make(Inst::ScratchAddress(offset), Width::Word);
        let handle = self.scratch_handle(offset, one);
        self.store_slot(activation, &Operand::Leaves(vec![handle]));
        self.b.calls(decision);
        self.b.perform(Inst::Decide { decision, row, outcome, activation, frame });
        Evaluated { operand: self.outcome_of(callee, outcome, ty), pattern }
    }

    /// The outcome of a called decision; missing when it refers.
    fn outcome_of(&mut self, callee: &axtrace_runtime::meta::DecisionMeta, outcome: Value, ty: &Type) -> Operand<'g> {
        let mut values = Vec::new();
        let decided = (callee.tags.len() > 1).then(|| {
            let (zero, tag) = (self.b.word(0), Inst::LoadWritten(Base::At(outcome), callee.outcome.members[0].0, PLACE));
            let tag = self.b.make(tag, Width::Word);
            self.b.compare(Order::Equal, tag, zero)
        });
        if ty.is_optional() && !callee.gives.is_optional() {
            values.push(decided.unwrap_or_else(|| self.b.flag(true)));
        }
        let (at, shape) = &callee.outcome.members[1];
        for (offset, storage, width) in leaves(shape) {
            values.push(self.b.make(Inst::LoadWritten(Base::At(outcome), at + offset, storage), width));
        }
        // What a referral leaves in the place of an optional value is none.
        if let (true, Some(decided), Some(there)) = (callee.gives.is_optional(), decided, values.first_mut()) {
            *there = self.b.and(decided, *there);
        }
        Operand::Leaves(self.fit_leaves(&values, ty))
    }
}
