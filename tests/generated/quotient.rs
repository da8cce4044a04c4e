//! Exact quotients: made, calculated with, compared and rounded.
//!
//! The type of a quotient that is written here bounds the sizes of its numerator and denominator from above; it may be less than that.

use axtrace_runtime::types::{Kind, Scalar, Type, Unit};

use super::generator::{Generator, Scope, dimension, euro, kg, price, wage};
use super::number::{MOST, ROUNDINGS, around, scalar_of, ten};
use super::tree::Node;

/// Beyond this no numerator or denominator is made.
const WIDEST: i128 = 10_000_000_000_000_000_000_000_000_000_000_000_000;

/// The greatest sizes of the numerator and denominator of a value.
fn sizes(node: &Node) -> Option<(i128, i128)> {
    match node.ty() {
        Type::Ratio { num, den, .. } => Some((num.1, den.1)),
        Type::Scalar(it) => Some((it.lo.checked_abs()?.max(it.hi.checked_abs()?), ten(it.kind.scale()))),
        _ => None,
    }
}

fn quotient_of(kind: Kind, num: Option<i128>, den: Option<i128>) -> Option<Type> {
    let (num, den) = (num.filter(|it| *it < WIDEST)?, den.filter(|it| *it < WIDEST)?);
    Some(Type::Ratio { kind: dimension(kind), num: (-num, num), den: (1, den) })
}

impl Generator {
    /// A quotient that measures what `kind` does.
    pub fn quotient(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let same = |ty: &Type| matches!(ty, Type::Ratio { kind: it, .. } if dimension(*it) == dimension(kind));
        if self.random.chance(30)
            && let Some(place) = self.place(scope, same)
        {
            return Some(Node::value(place.ty, place.text, Vec::new()).mark("a quotient with a name"));
        }
        if depth == 0 || self.random.chance(40) {
            return self.division(scope, kind, depth);
        }
        match self.random.below(8) {
            0 | 1 => self.quotients_added(scope, kind, depth),
            2 => self.quotient_scaled(scope, kind, depth),
            3 => self.quotient_divided(scope, kind, depth),
            4 => self.quotient_negated(scope, kind, depth),
            5 => self.lesser_quotient(scope, kind, depth),
            6 => {
                let (condition, inner) = self.condition_that_gives(scope, depth - 1);
                let (a, b) = (self.quotient(&inner, kind, depth - 1)?, self.part(scope, kind, depth)?);
                let ty = self.either(kind, &a, &b)?;
                Some(Node::value(ty, "(if ~ then ~ else ~)", vec![condition, a, b]).mark("an if of quotients"))
            }
            _ => self.division(scope, kind, depth),
        }
    }

    fn division(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let of = dimension(kind);
        let (above, below) = match of {
            Kind::INTEGER => *self.random.pick(&[
                (Kind::INTEGER, Kind::INTEGER),
                (Kind::INTEGER, Kind::INTEGER),
                (euro(2), euro(2)),
                (Kind::Duration, Kind::Duration),
                (Kind::Days, Kind::Days),
                (Kind::Period, Kind::Period),
                (kg(1), kg(1)),
                (price(2), price(2)),
            ]),
            _ if self.random.chance(50) => (of, Kind::INTEGER),
            _ if of == euro(0) => return self.time_times_wage(scope, depth),
            _ if of == kg(0) => (euro(2), price(2)),
            _ if of == price(0) => (euro(2), kg(1)),
            _ if of == wage(0) => (euro(2), Kind::Duration),
            Kind::Duration => (euro(2), wage(2)),
            other => (other, Kind::INTEGER),
        };
        // An hour has 3600 seconds.
        let factor = if of == wage(0) || (of == Kind::Duration && above == euro(2)) { 3600 } else { 1 };
        let (a, b) = (self.quantity(scope, above, depth.saturating_sub(1)), self.divisor(scope, below, depth.saturating_sub(1))?);
        let (x, y) = (sizes(&a)?, sizes(&b)?);
        let ty = quotient_of(kind, x.0.checked_mul(y.1)?.checked_mul(factor), y.0.checked_mul(x.1)).filter(|_| x.0 < MOST)?;
        let node = Node::value(ty, "(~ / ~)", vec![a, b]).mark("/");
        Some(if above == below || below == Kind::INTEGER { node } else { node.mark("a quotient of units") })
    }

    /// Money for time: a quotient, since an hour has 3600 seconds.
    fn time_times_wage(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let a = self.quantity(scope, Kind::Duration, depth.saturating_sub(1));
        let b = self.quantity(scope, wage(2), depth.saturating_sub(1));
        let (x, y) = (sizes(&a)?, sizes(&b)?);
        let ty = quotient_of(euro(0), x.0.checked_mul(y.0), y.1.checked_mul(3600)).filter(|_| x.0 < MOST && y.0 < MOST)?;
        let parts = if self.random.chance(50) { vec![a, b] } else { vec![b, a] };
        Some(Node::value(ty, "(~ * ~)", parts).mark("a duration times a price by the hour"))
    }

    /// A quotient, or a number that stands beside one.
    fn part(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        if self.random.chance(60) { self.quotient(scope, kind, depth - 1) } else { Some(self.quantity(scope, kind, depth.min(2) - 1)) }
    }

    /// Two values of which at least one is a quotient, in any order.
    fn pair(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<(Node, Node)> {
        let (a, b) = (self.quotient(scope, kind, depth - 1)?, self.part(scope, kind, depth)?);
        Some(if self.random.chance(50) { (a, b) } else { (b, a) })
    }

    fn quotients_added(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let (a, b) = self.pair(scope, kind, depth)?;
        let (x, y) = (sizes(&a)?, sizes(&b)?);
        let num = x.0.checked_mul(y.1)?.checked_add(y.0.checked_mul(x.1)?);
        let ty = quotient_of(kind, num, x.1.checked_mul(y.1))?;
        let operator = *self.random.pick(&["+", "-"]);
        let mark = if operator == "+" { "quotients added" } else { "quotients subtracted" };
        Some(Node::value(ty, format!("(~ {operator} ~)"), vec![a, b]).mark(mark))
    }

    fn quotient_scaled(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let (a, b) = (self.quotient(scope, kind, depth - 1)?, self.part(scope, Kind::INTEGER, depth)?);
        let (x, y) = (sizes(&a)?, sizes(&b)?);
        let ty = quotient_of(kind, x.0.checked_mul(y.0), x.1.checked_mul(y.1))?;
        let parts = if self.random.chance(50) { vec![a, b] } else { vec![b, a] };
        Some(Node::value(ty, "(~ * ~)", parts).mark("a quotient times a number"))
    }

    /// A quotient by a number that is not 0, or by another quotient that cannot be.
    fn quotient_divided(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let a = self.quotient(scope, kind, depth - 1)?;
        let x = sizes(&a)?;
        if self.random.chance(50) {
            let b = self.divisor(scope, Kind::INTEGER, depth - 1)?;
            let y = sizes(&b)?;
            let ty = quotient_of(kind, x.0.checked_mul(y.1), x.1.checked_mul(y.0))?;
            return Some(Node::value(ty, "(~ / ~)", vec![a, b]).mark("a quotient divided by a number"));
        }
        let b = self.quotient(scope, Kind::INTEGER, depth - 1)?;
        let y = sizes(&b)?;
        let ty = quotient_of(kind, x.0.checked_mul(y.1), x.1.checked_mul(y.0.checked_add(y.1)?))?;
        Some(Node::value(ty, "(~ / (abs(~) + 1))", vec![a, b]).mark("a quotient divided by a quotient").mark("abs of a quotient"))
    }

    fn quotient_negated(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let a = self.quotient(scope, kind, depth - 1)?;
        Some(Node::value(a.ty(), "(-(~))", vec![a]).mark("a quotient negated"))
    }

    fn lesser_quotient(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let (a, b) = self.pair(scope, kind, depth)?;
        let ty = self.either(kind, &a, &b)?;
        let function = *self.random.pick(&["min", "max"]);
        Some(Node::value(ty, format!("{function}(~, ~)"), vec![a, b]).mark("min and max of quotients"))
    }

    fn either(&self, kind: Kind, a: &Node, b: &Node) -> Option<Type> {
        let (x, y) = (sizes(a)?, sizes(b)?);
        quotient_of(kind, Some(x.0.max(y.0)), Some(x.1.max(y.1)))
    }

    /// A quotient rounded to places, or to a step.
    pub fn rounded_quotient(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        if !kind.is_measure() {
            return None;
        }
        let function = *self.random.pick(&ROUNDINGS);
        if self.random.chance(30) {
            return self.rounded_to_step(scope, kind, depth, function);
        }
        let quotient = self.quotient(scope, kind, depth)?;
        let (size, _) = sizes(&quotient)?;
        let places = if matches!(kind, Kind::Number { .. }) { self.random.below(4) as u32 } else { 0 };
        let kind = if let Kind::Number { unit, .. } = dimension(kind) { Kind::Number { scale: places, unit } } else { kind };
        let size = size.checked_mul(ten(places))?;
        let ty = around(kind, &[Some(-size), Some(size)])?;
        Some(Node::value(Type::Scalar(ty), format!("{function}(~, {places})"), vec![quotient]).mark("a quotient rounded").mark(function))
    }

    /// A power with a small exponent; below 0 only of what is not 0.
    pub fn power(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let below = self.random.chance(30);
        let base = if below { self.divisor(scope, Kind::INTEGER, depth - 1)? } else { self.part(scope, Kind::INTEGER, depth)? };
        let most = i128::from(self.random.below(4) as u32);
        let exponent = self.scalar(scope, Scalar::between(Kind::INTEGER, if below { -most } else { 0 }, most), depth - 1);
        let (num, den) = sizes(&base)?;
        let places = self.random.below(4) as u32;
        let size = num.max(den).checked_pow(most as u32)?.checked_mul(ten(places))?.checked_add(1)?;
        let ty = around(Kind::Number { scale: places, unit: Unit::One }, &[Some(-size), Some(size)])?;
        let node = Node::value(Type::Scalar(ty), format!("power(~, ~, {places})"), vec![base, exponent]).mark("power");
        Some(if below { node.mark("a power below 0") } else { node })
    }

    fn rounded_to_step(&mut self, scope: &Scope, kind: Kind, depth: usize, function: &'static str) -> Option<Node> {
        let value = self.part(scope, kind, depth.max(1))?;
        let number = i128::from([1, 5, 15, 25, 7][self.random.below(5)]);
        let step = match dimension(kind) {
            Kind::Number { unit, .. } => Kind::Number { scale: self.random.below(3) as u32, unit },
            other => other,
        };
        let (most, _) = sizes(&value)?;
        // A multiple of the step beyond the value, in the step's places.
        let size = most.checked_mul(ten(step.scale()))?.checked_add(number)?;
        let ty = around(step, &[Some(-size), Some(size)])?;
        let mark = if matches!(value.ty(), Type::Ratio { .. }) { "a quotient rounded to a step" } else { "a number rounded to a step" };
        let step = super::generator::constant(step, number);
        Some(Node::value(Type::Scalar(ty), format!("{function}(~, to ~)"), vec![value, step]).mark(mark).mark(function))
    }

    /// A condition on quotients.
    pub fn quotients(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let kind = *self.random.pick(&[Kind::INTEGER, euro(2), Kind::Duration, kg(1), price(2), wage(2)]);
        let a = self.quotient(scope, kind, depth)?;
        match self.random.below(6) {
            0 => {
                let (low, high) = (self.quantity(scope, kind, 0), self.quantity(scope, kind, 0));
                let ordered = super::number::aligned(scalar_of(&low), scalar_of(&high)).is_some_and(|(low, high)| low.lo <= high.hi);
                let parts = if ordered { vec![a, low, high] } else { vec![a, high, low] };
                Some(Node::value(Type::Boolean, "(~ in ~ ..< ~)", parts).mark("a quotient in a range"))
            }
            1 => {
                let items = vec![self.quantity(scope, kind, 0), self.quotient(scope, kind, depth - 1)?];
                Some(Node::value(Type::Boolean, "(~ in {~})", vec![a, Node::listed(items)]).mark("a quotient in {…}"))
            }
            2 => {
                // Products of the parts of these need more than 128 bits.
                const LARGE: i128 = 987_654_321_987_654_321_987;
                let b = self.quotient(scope, kind, depth - 1)?;
                let (x, y) = (sizes(&a)?, sizes(&b)?);
                quotient_of(kind, x.0.max(y.0).checked_mul(LARGE), x.1.max(y.1).checked_mul(1_000_000_007))?;
                let operator = *self.random.pick(&["=", "<", ">="]);
                let side = format!("(~ * {LARGE} / 1_000_000_007)");
                let node = Node::value(Type::Boolean, format!("({side} {operator} {side})"), vec![a, b]);
                Some(node.mark("quotients compared in 256 bits"))
            }
            _ => {
                let b = if self.random.chance(50) { self.quotient(scope, kind, depth - 1)? } else { self.quantity(scope, kind, 0) };
                let operator = *self.random.pick(&["=", "<", "<=", ">", ">=", "!="]);
                let parts = if self.random.chance(50) { vec![a, b] } else { vec![b, a] };
                Some(Node::value(Type::Boolean, format!("(~ {operator} ~)"), parts).mark("quotients compared"))
            }
        }
    }
}
