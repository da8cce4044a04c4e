//! Exact quotients: arithmetic and comparison of numerators and denominators.

use axtrace_runtime::helpers::Helper;
use axtrace_runtime::types::Type;

use super::arithmetic::ten_to;
use super::operand::{Operand, width_of};
use super::pattern::Pattern;
use super::{Evaluated, Lower};
use crate::function::Function;
use crate::graph::{Comparison, NodeId};
use crate::mir::{Binary, Inst, Order, Value, Width};

/// Numerator and denominator.
type Parts = (Value, Value);

/// Bounds, both included.
type Range = (i128, i128);

impl<'g> Lower<'g, '_> {
    /// A sum, difference, product or quotient of two quotients.
    pub fn quotients(&mut self, function: Function, operands: &[NodeId], ty: &Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let (&[left, right], Type::Ratio { num, den, .. }) = (operands, ty) else { return Evaluated::one(self.b.word(0), pattern) };
        let widths = (width_of(num.0, num.1), width_of(den.0, den.1));
        let (a, b) = (self.parts(left, &mut pattern), self.parts(right, &mut pattern));
        let (num, den) = match function {
            Function::AddRatios => self.sum_of_quotients(Binary::Add, (left, a), (right, b), widths),
            Function::SubtractRatios => self.sum_of_quotients(Binary::Subtract, (left, a), (right, b), widths),
            Function::MultiplyRatios => {
                (self.operate(Binary::Multiply, a.0, b.0, widths.0), self.operate(Binary::Multiply, a.1, b.1, widths.1))
            }
            _ => {
                let top = self.operate(Binary::Multiply, a.0, b.1, widths.0);
                let bottom = self.operate(Binary::Multiply, a.1, b.0, widths.1);
                self.with_positive_divisor(top, bottom)
            }
        };
        Evaluated { operand: Operand::Leaves(vec![num, den]), pattern }
    }

    fn parts(&mut self, node: NodeId, pattern: &mut Pattern) -> Parts {
        let done = self.evaluate(node);
        pattern.add(done.pattern);
        match self.leaves(&done.operand).as_slice() {
            [num, den, ..] => (*num, *den),
            _ => (self.b.word(0), self.b.word(1)),
        }
    }

    /// A power of a quotient, by a helper.
    pub fn power(&mut self, operands: &[NodeId], ty: &Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let &[base, exponent, places] = operands else { return Evaluated::one(self.b.word(0), pattern) };
        let (num, den) = self.parts(base, &mut pattern);
        let (exponent, places) = (self.single(exponent, &mut pattern), self.single(places, &mut pattern));
        let mut arguments = [num, den, exponent].map(|value| self.b.fit(value, Width::Wide)).to_vec();
        arguments.push(self.b.fit(places, Width::Word));
        let power = self.b.make(Inst::Call { helper: Helper::Power, arguments }, Width::Wide);
        Evaluated::one(self.b.fit(power, self.widths(ty)[0]), pattern)
    }

    /// Over the least common denominator.
    fn sum_of_quotients(
        &mut self,
        op: Binary,
        (left, a): (NodeId, Parts),
        (right, b): (NodeId, Parts),
        (num, den): (Width, Width),
    ) -> Parts {
        let (common, times_a, times_b) = match (denominators(self.ty(left)), denominators(self.ty(right))) {
            (Some(x), Some(y)) if x.0 == x.1 && y.0 == y.1 => {
                // It fits wherever it is needed; where no input comes any number will do.
                let common = (x.0 / divisor(x.0, y.0)).wrapping_mul(y.0);
                (self.b.constant(common, den), self.b.constant(common / x.0, den), self.b.constant(common / y.0, den))
            }
            (Some((1, 1)), _) => (self.b.fit(b.1, den), b.1, self.b.word(1)),
            (_, Some((1, 1))) => (self.b.fit(a.1, den), self.b.word(1), a.1),
            _ => self.common_denominator(a.1, b.1, den),
        };
        let a = self.operate(Binary::Multiply, a.0, times_a, num);
        let b = self.operate(Binary::Multiply, b.0, times_b, num);
        (self.b.binary(op, a, b), common)
    }

    /// The least common multiple of two denominators, and how often each goes into it.
    fn common_denominator(&mut self, a: Value, b: Value, width: Width) -> (Value, Value, Value) {
        let wide = [a, b].map(|value| self.b.fit(value, Width::Wide));
        let common = self.b.make(Inst::Call { helper: Helper::CommonMultiple, arguments: wide.to_vec() }, Width::Wide);
        let down = self.b.word(axtrace_runtime::helpers::Round::Down as i64);
        let mut times = |part: Value| {
            let times = self.b.make(Inst::Call { helper: Helper::Divide, arguments: vec![common, part, down] }, Width::Wide);
            self.b.fit(times, width)
        };
        let (times_a, times_b) = (times(wide[0]), times(wide[1]));
        (self.b.fit(common, width), times_a, times_b)
    }

    /// A quotient with the sign in the numerator.
    pub fn with_positive_divisor(&mut self, top: Value, bottom: Value) -> Parts {
        let (num, den) = (self.b.width(top), self.b.width(bottom));
        let (zero_top, zero_bottom) = (self.b.constant(0, num), self.b.constant(0, den));
        let negative = self.b.compare(Order::Less, bottom, zero_bottom);
        let minus_top = self.b.binary(Binary::Subtract, zero_top, top);
        let minus_bottom = self.b.binary(Binary::Subtract, zero_bottom, bottom);
        (self.b.select(negative, minus_top, top), self.b.select(negative, minus_bottom, bottom))
    }

    /// Crosswise, in the width that the products need: words, wide numbers, or 256 bits in a helper.
    pub fn compare_ratios(&mut self, comparison: Comparison, left: (&Type, &[Value]), right: (&Type, &[Value])) -> Value {
        let order = super::compare::order(comparison);
        let width = products(left.0, right.0);
        let (a, b) = (self.as_ratio(left.0, left.1), self.as_ratio(right.0, right.1));
        let Some(width) = width else {
            let arguments = [a.0, a.1, b.0, b.1].map(|value| self.b.fit(value, Width::Wide)).to_vec();
            let found = self.b.make(Inst::Call { helper: Helper::CompareQuotients, arguments }, Width::Word);
            let zero = self.b.word(0);
            return self.b.compare(order, found, zero);
        };
        let first = self.operate(Binary::Multiply, a.0, b.1, width);
        let second = self.operate(Binary::Multiply, b.0, a.1, width);
        self.b.compare(order, first, second)
    }

    fn as_ratio(&mut self, ty: &Type, values: &[Value]) -> Parts {
        let (lo, hi) = denominators(ty).unwrap_or((1, 1));
        match (ty, values) {
            (Type::Ratio { .. }, [num, den, ..]) => (*num, *den),
            (_, [number, ..]) => (*number, self.b.constant(lo, width_of(lo, hi))),
            _ => (self.b.word(0), self.b.word(1)),
        }
    }

    /// Whether comparing these takes a helper.
    pub fn compares_far(&self, left: NodeId, right: NodeId) -> bool {
        let (left, right) = (self.ty(left), self.ty(right));
        let ratios = matches!(left, Type::Ratio { .. }) || matches!(right, Type::Ratio { .. });
        ratios && products(left, right).is_none()
    }
}

/// The width of both products of numerators and denominators, crosswise; none where they need more than 128 bits.
fn products(left: &Type, right: &Type) -> Option<Width> {
    let cross = |num: Range, den: Range| {
        let ends = (num.0.checked_mul(if num.0 < 0 { den.1 } else { den.0 })?, num.1.checked_mul(if num.1 < 0 { den.0 } else { den.1 })?);
        Some(width_of(ends.0, ends.1))
    };
    let first = cross(numerators(left)?, denominators(right)?)?;
    Some(first.max(cross(numerators(right)?, denominators(left)?)?))
}

fn numerators(ty: &Type) -> Option<Range> {
    match ty {
        Type::Ratio { num, .. } => Some(*num),
        _ => ty.scalar().map(|scalar| (scalar.lo, scalar.hi)),
    }
}

/// The denominators of a quotient; of a number the power of ten of its places.
fn denominators(ty: &Type) -> Option<Range> {
    match ty {
        Type::Ratio { den, .. } => Some(*den),
        _ => ty.scalar().map(|scalar| (ten_to(scalar.kind.scale()), ten_to(scalar.kind.scale()))),
    }
}

fn divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}
