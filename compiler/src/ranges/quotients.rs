//! What the bounds of exact quotients are, and of numbers that are rounded.

use axtrace_runtime::power;
use axtrace_runtime::types::{Kind, Scalar, Type, Unit};

use super::RangeFinding;
use super::intervals::{self, Range};
use super::show::{bounds, show};
use super::walk::Walk;
use crate::function::Function;
use crate::graph::{NodeId, NodeKind, Quantifier, Rounding};
use crate::prove::Hint;

/// The bounds of a numerator and of its denominator.
type Parts = (Range, Range);

impl Walk<'_> {
    pub(super) fn negate(&mut self, node: NodeId, inner: NodeId) -> Type {
        match self.ty(inner) {
            Type::Scalar(scalar) => {
                let range = intervals::negate((scalar.lo, scalar.hi)).unwrap_or_else(|| {
                    self.overflow(node, inner, inner);
                    (i128::MIN, i128::MAX)
                });
                Type::Scalar(Scalar { kind: scalar.kind, lo: range.0, hi: range.1 })
            }
            Type::Ratio { kind, num, den } => {
                let parts = intervals::negate(num).map(|num| (num, den));
                self.ratio(node, kind, &[inner], parts)
            }
            other => other,
        }
    }

    pub(super) fn divisor(&mut self, node: NodeId, right: NodeId) -> bool {
        let (lo, hi) = match self.ty(right) {
            Type::Ratio { num, .. } => num,
            _ => self.range(right),
        };
        let fine = lo > 0 || hi < 0 || self.is_not_zero(right);
        if !fine && !self.broken[node.index()] {
            let at = self.graph.node(right).span;
            let from = self.declared(right).unwrap_or(at);
            let found = if self.ty(right).scalar().is_some() { bounds(&self.ty(right)) } else { "0 is one of its values".into() };
            self.suspect(
                node,
                RangeFinding::DivisionByZero { divisor: self.text_of(at), help: self.without_zero(right, (lo, hi)), at, from, found },
                vec![Hint::Number(right, 0, 0)],
            );
        }
        fine
    }

    pub(super) fn divide(&mut self, node: NodeId, (left, right): (NodeId, NodeId), (scale_left, scale_right): (u32, u32)) -> Type {
        let Type::Ratio { kind, .. } = self.ty(node) else { return self.ty(node) };
        if !self.divisor(node, right) || self.broken[node.index()] {
            self.broken[node.index()] = true;
            return wide(kind);
        }
        let (dividend, divisor) = (intervals::scale(self.range(left), scale_left), intervals::scale(self.range(right), scale_right));
        match dividend.zip(divisor).and_then(|(dividend, divisor)| intervals::ratio(dividend, divisor)) {
            Some((num, den)) => Type::Ratio { kind, num, den: (den.0.max(1), den.1) },
            None => {
                self.overflow(node, left, right);
                wide(kind)
            }
        }
    }

    pub(super) fn round(&mut self, node: NodeId, value: NodeId, rounding: Rounding, places: u32) -> Type {
        let Some(scalar) = self.graph.node(node).ty.scalar() else { return self.ty(node) };
        let range = match self.ty(value) {
            Type::Scalar(from) => 10i128.checked_pow(places).map(|power| intervals::quotient((from.lo, from.hi), (power, power), rounding)),
            Type::Ratio { num, den, .. } => rounded_ratio(num, den, rounding, places),
            _ => None,
        };
        let range = range.unwrap_or_else(|| {
            self.overflow(node, value, value);
            (i128::MIN, i128::MAX)
        });
        let (lo, hi) = match self.rounded_average(value, rounding, places) {
            Some((least, greatest)) => (range.0.max(least), range.1.min(greatest)),
            None => range,
        };
        Type::Scalar(Scalar { kind: scalar.kind, lo, hi })
    }

    /// An average lies between the least and the greatest that it is the average of, and rounding keeps order.
    fn rounded_average(&self, value: NodeId, rounding: Rounding, places: u32) -> Option<Range> {
        match &self.graph.node(value).kind {
            NodeKind::Unwrap(inner) | NodeKind::Wrap(inner) | NodeKind::Define(inner) => self.rounded_average(*inner, rounding, places),
            NodeKind::Local(local) => self.rounded_average(self.graph.local(*local).value, rounding, places),
            NodeKind::OrElse(first, second) => {
                let Type::Ratio { num, den, .. } = self.ty(*second) else { return None };
                let second = rounded_ratio(num, den, rounding, places)?;
                Some(intervals::hull(self.rounded_average(*first, rounding, places)?, second))
            }
            NodeKind::Quantify(Quantifier::Average, of) => {
                let body = self.graph.loop_of(*of).body?;
                let scalar = self.graph.node(body).ty.scalar().filter(|_| !self.broken[body.index()])?;
                let power = 10i128.checked_pow(scalar.kind.scale())?;
                rounded_ratio((scalar.lo, scalar.hi), (power, power), rounding, places)
            }
            _ => None,
        }
    }

    /// Whether a value is known not to be 0, though 0 may lie between its bounds.
    fn is_not_zero(&mut self, node: NodeId) -> bool {
        if self.facts.of(self.graph, node).not_zero {
            return true;
        }
        match self.graph.node(node).kind {
            NodeKind::Divide { left: inner, .. } | NodeKind::Rescale(inner, _) | NodeKind::Negate(inner) | NodeKind::Define(inner) => {
                self.is_not_zero(inner)
            }
            NodeKind::Local(local) => self.is_not_zero(self.graph.local(local).value),
            _ => self.graph.node(node).ty.scalar().is_some_and(|scalar| scalar.lo > 0 || scalar.hi < 0),
        }
    }

    /// Nothing of what a value measures, as an author writes it.
    /// What to write so that a divisor is never 0.
    fn without_zero(&self, node: NodeId, (lo, hi): (i128, i128)) -> String {
        let (text, zero) = (self.text_of(self.graph.node(node).span), self.zero(node));
        let sign = if lo == 0 { ">" } else { "!=" };
        let range = match self.ty(node) {
            Type::Scalar(scalar) if lo == 0 && hi > 0 && self.declared(node).is_some() => {
                format!("its range as `in {}..{}`", show(scalar.kind, 1), show(scalar.kind, hi))
            }
            _ => "a range without 0".into(),
        };
        format!("add `{text} {sign} {zero} and …` to the condition, or declare {range}")
    }

    fn zero(&self, node: NodeId) -> String {
        let (Type::Scalar(Scalar { kind, .. }) | Type::Ratio { kind, .. }) = self.ty(node) else { return "0".into() };
        match kind {
            Kind::Number { unit: Unit::Percent, .. } => "0".into(),
            Kind::Number { unit, .. } => show(Kind::Number { scale: 0, unit }, 0),
            other => show(other, 0),
        }
    }

    /// A function of quotients that gives a quotient.
    pub(super) fn quotients(&mut self, node: NodeId, function: Function, operands: &[NodeId], kind: Kind) -> Type {
        let &[left, right] = operands else { return wide(kind) };
        if function == Function::DivideRatios && !self.divisor(node, right) {
            self.broken[node.index()] = true;
        }
        let (Some(a), Some(b)) = (self.parts(left), self.parts(right)) else { return wide(kind) };
        if self.broken[node.index()] {
            return wide(kind);
        }
        let parts = match function {
            Function::AddRatios => intervals::add_ratios(a, b, self.one_divisor(left, right)),
            Function::SubtractRatios => {
                let turned = intervals::negate(b.0);
                turned.and_then(|num| intervals::add_ratios(a, (num, b.1), self.one_divisor(left, right)))
            }
            Function::MultiplyRatios => intervals::multiply(a.0, b.0).zip(intervals::multiply(a.1, b.1)),
            _ => {
                let (num, den) = (intervals::multiply(a.0, b.1), intervals::multiply(a.1, b.0));
                num.zip(den).and_then(|(num, den)| intervals::ratio(num, den))
            }
        };
        self.ratio(node, kind, operands, parts)
    }

    /// A quotient of these parts; reported if there is none.
    fn ratio(&mut self, node: NodeId, kind: Kind, operands: &[NodeId], parts: Option<Parts>) -> Type {
        match parts {
            Some((num, den)) => Type::Ratio { kind, num, den: (den.0.max(1), den.1) },
            None => {
                self.beyond_all(node, operands);
                wide(kind)
            }
        }
    }

    /// The bounds of a power; reported if it has none, or takes too long.
    pub(super) fn power(&mut self, node: NodeId, (base, exponent, places): (NodeId, NodeId, NodeId)) -> Range {
        const WIDE: Range = (i128::MIN, i128::MAX);
        let Some((num, den)) = self.parts(base) else { return WIDE };
        let (exponents, places) = (self.range(exponent), u32::try_from(self.range(places).0).unwrap_or(0));
        if exponents.0 < 0 && !self.divisor(node, base) {
            self.broken[node.index()] = true;
            return WIDE;
        }
        let times = exponents.0.unsigned_abs().max(exponents.1.unsigned_abs());
        let longest = num.0.unsigned_abs().max(num.1.unsigned_abs()).max(den.1.unsigned_abs());
        let bits = power::bits(longest, times).unwrap_or(u64::MAX);
        if bits > power::MOST_BITS {
            self.power_too_long(node, (base, longest), (exponent, times));
            return WIDE;
        }
        let not_zero = self.is_not_zero(base);
        intervals::power(num, den, exponents, places, not_zero).unwrap_or_else(|| {
            self.overflow(node, base, exponent);
            WIDE
        })
    }

    fn power_too_long(&mut self, node: NodeId, (base, longest): (NodeId, u128), (exponent, times): (NodeId, u128)) {
        if std::mem::replace(&mut self.broken[node.index()], true) {
            return;
        }
        let (base, exponent) = (self.graph.node(base).span, self.graph.node(exponent).span);
        let each = power::bits(longest, 1).unwrap_or(128).max(1);
        let fits = power::MOST_BITS / each;
        let (text, at) = (self.text_of(self.graph.node(node).span), self.graph.node(node).span);
        let (base_text, exponent_text) = (self.text_of(base), self.text_of(exponent));
        let digits = longest.checked_ilog10().unwrap_or(0) + 1;
        let finding = RangeFinding::Power {
            text,
            base: base_text,
            exponent: exponent_text,
            digits,
            times,
            fits,
            at,
            base_at: base,
            exponent_at: exponent,
        };
        self.suspect(node, finding, Vec::new());
    }

    fn beyond_all(&mut self, node: NodeId, operands: &[NodeId]) {
        if !std::mem::replace(&mut self.broken[node.index()], true) {
            let (at, text) = (self.graph.node(node).span, self.text_of(self.graph.node(node).span));
            let sizes = operands.iter().map(|operand| {
                let operand = self.graph.node(*operand);
                format!("`{}` is {}", self.text_of(operand.span), bounds(&operand.ty))
            });
            let sizes = sizes.collect::<Vec<_>>().join(", ");
            self.suspect(node, RangeFinding::Quotients { text, sizes, at }, Vec::new());
        }
    }

    fn parts(&self, node: NodeId) -> Option<Parts> {
        match self.ty(node) {
            Type::Ratio { num, den, .. } => Some((num, den)),
            _ => None,
        }
    }

    /// Whether two quotients have the same divisor, whatever it is: `a / n + b / n`.
    fn one_divisor(&mut self, left: NodeId, right: NodeId) -> bool {
        let divisors = self.divisor_of(left).zip(self.divisor_of(right));
        divisors.is_some_and(|((a, scale_a), (b, scale_b))| {
            scale_a == scale_b && self.facts.class(self.graph, a) == self.facts.class(self.graph, b)
        })
    }

    /// The divisor of a quotient that is written as one, and the power of ten it is taken times.
    fn divisor_of(&self, node: NodeId) -> Option<(NodeId, u32)> {
        match self.graph.node(node).kind {
            NodeKind::Divide { right, scale_right, .. } => Some((right, scale_right)),
            NodeKind::Local(local) => self.divisor_of(self.graph.local(local).value),
            NodeKind::Define(inner) | NodeKind::Negate(inner) => self.divisor_of(inner),
            _ => None,
        }
    }
}

/// A quotient of which nothing is known.
fn wide(kind: Kind) -> Type {
    Type::Ratio { kind, num: (i128::MIN, i128::MAX), den: (1, i128::MAX) }
}

/// A ratio times a power of ten, rounded.
fn rounded_ratio(num: Range, den: Range, rounding: Rounding, places: u32) -> Option<Range> {
    Some(intervals::quotient(intervals::scale(num, places)?, den, rounding))
}
