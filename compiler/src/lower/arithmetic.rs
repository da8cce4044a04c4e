//! Sums, products, quotients and roundings of whole numbers, in words where their bounds allow and in wide numbers else.

use axtrace_runtime::helpers::{Helper, Round};
use axtrace_runtime::types::Type;

use super::operand::{Operand, width_of};
use super::pattern::Pattern;
use super::{Evaluated, Lower};
use crate::graph::{NodeId, NodeKind, Rounding};
use crate::mir::{Binary, Inst, Order, Value, Width};

impl<'g> Lower<'g, '_> {
    /// A node of [`NodeKind::Negate`] to [`NodeKind::Round`].
    pub fn arithmetic(&mut self, id: NodeId) -> Evaluated<'g> {
        let ty = self.ty(id);
        match &self.node(id).kind {
            NodeKind::Negate(value) => self.negate(*value, ty),
            NodeKind::Add(left, right) => self.sum(Binary::Add, *left, *right, ty),
            NodeKind::Subtract(left, right) => self.sum(Binary::Subtract, *left, *right, ty),
            NodeKind::Multiply(left, right) => self.sum(Binary::Multiply, *left, *right, ty),
            NodeKind::Modulo(left, right) => self.modulo(*left, *right, ty),
            NodeKind::Divide { left, right, scale_left, scale_right } => self.divide((*left, *scale_left), (*right, *scale_right), ty),
            NodeKind::Rescale(value, by) => self.rescale(*value, *by, ty),
            NodeKind::Round { value, rounding, places } => self.round(*value, *rounding, *places, ty),
            _ => Evaluated { operand: Operand::Leaves(self.zeros(ty)), pattern: Pattern::default() },
        }
    }

    fn negate(&mut self, value: NodeId, ty: &Type) -> Evaluated<'g> {
        let done = self.evaluate(value);
        let mut values = self.leaves(&done.operand);
        let width = self.widths(ty).first().copied().unwrap_or(Width::Word);
        if let Some(first) = values.first_mut() {
            let wide = self.b.width(*first).max(width);
            let (zero, number) = (self.b.constant(0, wide), self.b.fit(*first, wide));
            *first = self.b.binary(Binary::Subtract, zero, number);
        }
        let values = self.fit_leaves(&values, ty);
        Evaluated { operand: Operand::Leaves(values), pattern: done.pattern }
    }

    /// An operation in the widest of the widths of operands and result. A datetime keeps its offset.
    fn sum(&mut self, op: Binary, left: NodeId, right: NodeId, ty: &Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let done = self.evaluate(left);
        pattern.add(done.pattern);
        let left = self.leaves(&done.operand);
        let right = self.single(right, &mut pattern);
        let Some(first) = left.first().copied() else { return Evaluated::one(right, pattern) };
        let mut values = vec![self.operate(op, first, right, self.widths(ty)[0])];
        if matches!(ty.scalar(), Some(scalar) if scalar.is_datetime()) {
            values.extend(left.get(1));
        }
        Evaluated { operand: Operand::Leaves(values), pattern }
    }

    /// An operation in the widest of three widths, its result in the last of them.
    pub fn operate(&mut self, op: Binary, left: Value, right: Value, width: Width) -> Value {
        let wide = self.b.width(left).max(self.b.width(right)).max(width);
        let (left, right) = (self.b.fit(left, wide), self.b.fit(right, wide));
        let result = self.b.binary(op, left, right);
        self.b.fit(result, width)
    }

    fn modulo(&mut self, left: NodeId, right: NodeId, ty: &Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let (left, right) = (self.single(left, &mut pattern), self.single(right, &mut pattern));
        let width = self.b.width(left).max(self.b.width(right));
        let (left, right) = (self.b.fit(left, width), self.b.fit(right, width));
        let rest = if width == Width::Wide {
            self.b.make(Inst::Call { helper: Helper::Modulo, arguments: vec![left, right] }, Width::Wide)
        } else {
            self.word_modulo(left, right)
        };
        let value = self.b.fit(rest, self.widths(ty)[0]);
        Evaluated::one(value, pattern)
    }

    fn word_modulo(&mut self, left: Value, right: Value) -> Value {
        let (zero, one, two) = (self.b.word(0), self.b.word(1), self.b.word(2));
        // Every remainder by 1 and -1 is 0, and nobody uses that by 0; the machine would stop at 0, and for one dividend at -1.
        let next = self.b.binary(Binary::Add, right, one);
        let (low, high) = (self.b.compare(Order::GreaterOrEqual, next, zero), self.b.compare(Order::Less, next, two));
        let odd = self.b.and(low, high);
        let divisor = self.b.select(odd, one, right);
        let rest = self.b.binary(Binary::Remainder, left, divisor);
        let signs = self.b.binary(Binary::Xor, rest, divisor);
        let differ = self.b.compare(Order::Less, signs, zero);
        let there = self.b.compare(Order::NotEqual, rest, zero);
        let differ = self.b.and(differ, there);
        let moved = self.b.binary(Binary::Add, rest, divisor);
        self.b.select(differ, moved, rest)
    }

    fn divide(&mut self, left: (NodeId, u32), right: (NodeId, u32), ty: &Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let Type::Ratio { num, den, .. } = ty else { return Evaluated::one(self.b.word(0), pattern) };
        let (num, den) = (width_of(num.0, num.1), width_of(den.0, den.1));
        let top = self.single(left.0, &mut pattern);
        let bottom = self.single(right.0, &mut pattern);
        let (top, bottom) = (self.scaled(top, left.1, num), self.scaled(bottom, right.1, den));
        let (top, bottom) = self.with_positive_divisor(top, bottom);
        Evaluated { operand: Operand::Leaves(vec![top, bottom]), pattern }
    }

    /// A number times a power of ten, in a width that holds it.
    pub fn scaled(&mut self, value: Value, power: u32, width: Width) -> Value {
        if power == 0 {
            return self.b.fit(value, width);
        }
        let wide = self.b.width(value).max(width);
        let factor = self.b.constant(ten_to(power), wide);
        self.operate(Binary::Multiply, value, factor, width)
    }

    fn rescale(&mut self, value: NodeId, by: u32, ty: &Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let value = self.single(value, &mut pattern);
        let value = self.scaled(value, by, self.widths(ty)[0]);
        Evaluated::one(value, pattern)
    }

    /// Whether a rounding needs no wide numbers.
    pub fn rounds_in_words(&self, value: NodeId, places: u32) -> bool {
        match self.ty(value) {
            Type::Ratio { num, den, .. } => {
                let factor = ten_to(places);
                let bounds = (num.0.checked_mul(factor), num.1.checked_mul(factor));
                matches!(bounds, (Some(lo), Some(hi)) if width_of(lo, hi) == Width::Word) && width_of(den.0, den.1) == Width::Word
            }
            Type::Scalar(scalar) => width_of(scalar.lo, scalar.hi) == Width::Word && places <= 18,
            _ => false,
        }
    }

    fn round(&mut self, value: NodeId, rounding: Rounding, places: u32, ty: &Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let done = self.evaluate(value);
        pattern.add(done.pattern);
        let values = self.leaves(&done.operand);
        let width = if self.rounds_in_words(value, places) { Width::Word } else { Width::Wide };
        let (top, bottom) = match (self.ty(value), values.as_slice()) {
            (Type::Ratio { .. }, [num, den]) => (self.scaled(*num, places, width), self.b.fit(*den, width)),
            (_, [number, ..]) => (self.b.fit(*number, width), self.b.constant(ten_to(places), width)),
            _ => (self.b.constant(0, width), self.b.constant(1, width)),
        };
        let result = if width == Width::Word { self.round_words(top, bottom, rounding) } else { self.round_wide(top, bottom, rounding) };
        let value = self.b.fit(result, self.widths(ty)[0]);
        Evaluated::one(value, pattern)
    }

    fn round_wide(&mut self, top: Value, bottom: Value, rounding: Rounding) -> Value {
        let number = match rounding {
            Rounding::HalfAwayFromZero => Round::HalfAwayFromZero,
            Rounding::HalfEven => Round::HalfEven,
            Rounding::Up => Round::Up,
            Rounding::Down => Round::Down,
            Rounding::Floor => Round::Floor,
            Rounding::Ceiling => Round::Ceiling,
        };
        let number = self.b.word(number as i64);
        self.b.make(Inst::Call { helper: Helper::Divide, arguments: vec![top, bottom, number] }, Width::Wide)
    }

    /// A quotient by a positive divisor, rounded.
    fn round_words(&mut self, top: Value, bottom: Value, rounding: Rounding) -> Value {
        let one = self.b.word(1);
        // Where the divisor is not positive nobody uses the quotient, but the machine would stop.
        let bottom = self.b.binary(Binary::Max, bottom, one);
        let quotient = self.b.binary(Binary::Divide, top, bottom);
        let product = self.b.binary(Binary::Multiply, quotient, bottom);
        let rest = self.b.binary(Binary::Subtract, top, product);
        match self.goes_away(top, bottom, quotient, rest, rounding) {
            None => quotient,
            Some(away) => {
                let sign = self.sign(top);
                let zero = self.b.word(0);
                let step = self.b.select(away, sign, zero);
                self.b.binary(Binary::Add, quotient, step)
            }
        }
    }

    /// -1 for a negative number, else 1.
    fn sign(&mut self, number: Value) -> Value {
        let (bits, one) = (self.b.word(63), self.b.word(1));
        let sign = self.b.binary(Binary::ShiftRight, number, bits);
        self.b.binary(Binary::Or, sign, one)
    }

    /// Whether a quotient goes one away from zero; never for `round_down`.
    fn goes_away(&mut self, top: Value, bottom: Value, quotient: Value, rest: Value, rounding: Rounding) -> Option<Value> {
        let zero = self.b.word(0);
        Some(match rounding {
            Rounding::Down => return None,
            Rounding::Up => self.b.compare(Order::NotEqual, rest, zero),
            Rounding::Floor => self.b.compare(Order::Less, rest, zero),
            Rounding::Ceiling => self.b.compare(Order::Greater, rest, zero),
            Rounding::HalfAwayFromZero => {
                let (rest, other) = self.rest_and_complement(top, bottom, rest);
                self.b.compare(Order::GreaterOrEqual, rest, other)
            }
            Rounding::HalfEven => {
                let (rest, other) = self.rest_and_complement(top, bottom, rest);
                let beyond = self.b.compare(Order::Greater, rest, other);
                let half = self.b.compare(Order::Equal, rest, other);
                let odd = self.b.make(Inst::Reduce(quotient), Width::Flag);
                let half = self.b.and(half, odd);
                self.b.or(beyond, half)
            }
        })
    }

    /// The size of the rest, and what is missing from it to the divisor.
    fn rest_and_complement(&mut self, top: Value, bottom: Value, rest: Value) -> (Value, Value) {
        let sign = self.sign(top);
        let rest = self.b.binary(Binary::Multiply, rest, sign);
        (rest, self.b.binary(Binary::Subtract, bottom, rest))
    }
}

/// A power of ten; none above 10^38 is asked for.
pub fn ten_to(power: u32) -> i128 {
    10i128.checked_pow(power).unwrap_or(i128::MAX)
}
