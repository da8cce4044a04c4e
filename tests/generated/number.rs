//! Numbers, amounts, durations, days, dates and times, with the bounds that they can have.

use axtrace_runtime::types::{Kind, Scalar, Type, Unit};

use super::generator::{Generator, Scope, constant, decimal, dimension, euro, kg, price};
use super::tree::Node;

/// Beyond this no value is made, so that sums, other scales and comparisons stay within 128 bits.
pub const MOST: i128 = 1_000_000_000_000_000_000_000_000_000_000;
pub const ROUNDINGS: [&str; 6] = ["round", "round_half_even", "round_up", "round_down", "floor", "ceiling"];

/// The scalar type of a value that has one.
pub fn scalar_of(node: &Node) -> Scalar {
    match node.ty() {
        Type::Scalar(scalar) => scalar,
        _ => Scalar::between(Kind::INTEGER, 0, 0),
    }
}

pub fn ten(power: u32) -> i128 {
    10i128.checked_pow(power).unwrap_or(i128::MAX)
}

/// The bounds around some numbers, if none is missing or too great.
pub fn around(kind: Kind, numbers: &[Option<i128>]) -> Option<Scalar> {
    let all: Option<Vec<i128>> = numbers.iter().copied().collect();
    let all = all?;
    let (lo, hi) = (*all.iter().min()?, *all.iter().max()?);
    (lo >= -MOST && hi <= MOST).then_some(Scalar::between(kind, lo, hi))
}

/// Bounds with more places.
fn rescaled(scalar: Scalar, scale: u32) -> Option<Scalar> {
    let Kind::Number { scale: has, unit } = scalar.kind else { return Some(scalar) };
    let power = ten(scale.checked_sub(has)?);
    around(Kind::Number { scale, unit }, &[scalar.lo.checked_mul(power), scalar.hi.checked_mul(power)])
}

/// Two scalars with the same number of places.
pub fn aligned(a: Scalar, b: Scalar) -> Option<(Scalar, Scalar)> {
    let scale = a.kind.scale().max(b.kind.scale());
    Some((rescaled(a, scale)?, rescaled(b, scale)?))
}

impl Generator {
    /// A value that fits a scalar type.
    pub fn scalar(&mut self, scope: &Scope, want: Scalar, depth: usize) -> Node {
        let node = self.quantity(scope, want.kind, depth);
        self.fit(node, want)
    }

    /// A value of what a kind measures, with any places and bounds.
    pub fn quantity(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Node {
        if depth == 0 || self.random.chance(20) {
            return self.leaf(scope, kind);
        }
        let made = match self.random.below(12) {
            0 => self.choice(scope, kind, depth),
            1 => self.or_else(scope, kind, depth),
            2 => self.called(scope, |ty| matches!(ty, Type::Scalar(scalar) if dimension(scalar.kind) == dimension(kind)), depth),
            3 => self.rounded_quotient(scope, kind, depth),
            4 if scope.loops < 2 => {
                if self.random.chance(50) {
                    self.sum(scope, kind, depth)
                } else {
                    self.found(scope, kind, depth)
                }
            }
            5 => self.extreme(scope, kind, depth),
            6 if self.random.chance(50) => self.read_text(scope, kind, depth),
            _ => self.operation(scope, kind, depth),
        };
        made.unwrap_or_else(|| self.leaf(scope, kind))
    }

    /// A place or a literal.
    fn leaf(&mut self, scope: &Scope, kind: Kind) -> Node {
        let same = |ty: &Type| matches!(ty, Type::Scalar(scalar) if dimension(scalar.kind) == dimension(kind));
        if self.random.chance(75)
            && let Some(place) = self.place(scope, same)
        {
            return Node::value(place.ty, place.text, Vec::new());
        }
        let kind = match kind {
            Kind::Number { unit: Unit::One | Unit::Percent, .. } if self.random.chance(12) => {
                Kind::Number { scale: 2 + self.random.below(3) as u32, unit: Unit::Percent }
            }
            Kind::Number { unit, .. } if dimension(kind) != Kind::INTEGER => Kind::Number { scale: self.random.below(3) as u32, unit },
            Kind::Number { .. } => decimal([0, 0, 0, 1, 2, 2, 3, 6][self.random.below(8)]),
            other => other,
        };
        self.scalar_literal(Scalar::of(kind))
    }

    /// The value brought into the bounds and places of a type.
    pub fn fit(&mut self, node: Node, want: Scalar) -> Node {
        let node = self.with_places(node, want.kind);
        let has = scalar_of(&node);
        let inside = rescaled(has, want.kind.scale()).filter(|has| has.lo >= want.lo && has.hi <= want.hi);
        if inside.is_some() {
            return node;
        }
        let modulus = want.hi.checked_sub(want.lo).and_then(|span| span.checked_add(1)).filter(|span| *span < ten(17));
        let measured = want.kind.is_measure();
        match modulus {
            Some(modulus) if measured && self.random.chance(70) => {
                let (modulus, low) = (constant(want.kind, modulus), constant(want.kind, want.lo));
                Node::value(Type::Scalar(want), "(~ mod ~ + ~)", vec![node, modulus, low]).mark("mod")
            }
            _ if node.children.is_empty() && node.template.starts_with(char::is_alphabetic) && self.random.chance(80) => {
                let (low, high) = (constant(want.kind, want.lo), constant(want.kind, want.hi));
                let other = self.scalar_literal(want);
                let parts = vec![node.clone(), low, high, node, other];
                Node::value(Type::Scalar(want), "(if ~ in ~ .. ~ then ~ else ~)", parts).mark("narrowed by a condition")
            }
            _ => self.scalar_literal(want),
        }
    }

    /// The value rounded to the places of a kind, if it has more.
    pub fn with_places(&mut self, node: Node, kind: Kind) -> Node {
        let (has, wants) = (scalar_of(&node), kind.scale());
        let Some(drop) = has.kind.scale().checked_sub(wants).filter(|drop| *drop > 0) else { return node };
        let (power, unit) = (
            ten(drop),
            match has.kind {
                Kind::Number { unit, .. } if unit != Unit::Percent => unit,
                _ => Unit::One,
            },
        );
        let ty = Scalar::between(Kind::Number { scale: wants, unit }, has.lo.div_euclid(power), has.hi.div_euclid(power) + 1);
        let function = *self.random.pick(&ROUNDINGS);
        let short = wants == 0 && matches!(function, "floor" | "ceiling");
        let template = if short { format!("{function}(~)") } else { format!("{function}(~, {wants})") };
        Node::value(Type::Scalar(ty), template, vec![node]).mark(function)
    }

    fn choice(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let (condition, inner) = self.condition_that_gives(scope, depth - 1);
        let (a, b) = (self.quantity(&inner, kind, depth - 1), self.quantity(scope, kind, depth - 1));
        let (x, y) = aligned(scalar_of(&a), scalar_of(&b))?;
        let ty = around(x.kind, &[Some(x.lo), Some(x.hi), Some(y.lo), Some(y.hi)])?;
        Some(Node::value(Type::Scalar(ty), "(if ~ then ~ else ~)", vec![condition, a, b]).mark("if"))
    }

    /// The lesser or greater of two values, or one without its sign.
    fn extreme(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let a = self.quantity(scope, kind, depth - 1);
        let measured = kind.is_measure();
        if measured && self.random.chance(30) {
            let it = scalar_of(&a);
            let most = it.lo.checked_abs()?.max(it.hi.checked_abs()?);
            return Some(Node::value(Type::Scalar(Scalar::between(it.kind, 0, most)), "abs(~)", vec![a]).mark("abs"));
        }
        let b = self.quantity(scope, kind, depth - 1);
        let (x, y) = aligned(scalar_of(&a), scalar_of(&b))?;
        let ty = around(x.kind, &[Some(x.lo), Some(x.hi), Some(y.lo), Some(y.hi)])?;
        let function = if self.random.chance(50) { "min" } else { "max" };
        Some(Node::value(Type::Scalar(ty), format!("{function}(~, ~)"), vec![a, b]).mark(function))
    }

    fn or_else(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let same =
            |ty: &Type| matches!(ty, Type::Optional(inner) if matches!(**inner, Type::Scalar(it) if dimension(it.kind) == dimension(kind)));
        let called = if self.random.chance(30) { self.called(scope, same, depth) } else { None };
        let first = match called {
            Some(node) => node,
            None => self.place(scope, same).map(|place| Node::value(place.ty, place.text, Vec::new()))?,
        };
        let Type::Scalar(inner) = *first.ty().required() else { return None };
        let second = self.quantity(scope, kind, depth - 1);
        let second = self.with_places(second, inner.kind);
        let other = rescaled(scalar_of(&second), inner.kind.scale())?;
        let ty = around(inner.kind, &[Some(inner.lo), Some(inner.hi), Some(other.lo), Some(other.hi)])?;
        Some(Node::value(Type::Scalar(ty), "(~ or else ~)", vec![first, second]).mark("or else"))
    }

    fn operation(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        match kind.plain() {
            Kind::Number { .. } => self.arithmetic(scope, kind, depth),
            kind => self.time(scope, kind, depth),
        }
    }

    fn arithmetic(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let plain = dimension(kind) == Kind::INTEGER;
        match self.random.below(11) {
            0..=3 => self.sum_or_difference(scope, kind, depth),
            4 if dimension(kind) == euro(0) => {
                self.product(scope, price(2), kg(1), depth).map(|node| node.mark("a price times a quantity"))
            }
            4 | 5 => self.product(scope, kind, Kind::INTEGER, depth),
            6 => self.remainder(scope, kind, depth),
            7 => self.negated(scope, kind, depth),
            8 if plain => self.count(scope, depth),
            9 if plain && self.random.chance(40) => self.power(scope, depth),
            9 | 10 if plain => self.count_of_time(scope, depth),
            _ => {
                let node = self.quantity(scope, kind, depth - 1);
                let places = self.random.below(3) as u32;
                Some(self.with_places(node, decimal(places)))
            }
        }
    }

    pub fn sum_or_difference(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let (a, b) = (self.quantity(scope, kind, depth - 1), self.quantity(scope, kind, depth - 1));
        let (x, y) = aligned(scalar_of(&a), scalar_of(&b))?;
        if self.random.chance(50) {
            let ty = around(x.kind, &[x.lo.checked_add(y.lo), x.hi.checked_add(y.hi)])?;
            return Some(Node::value(Type::Scalar(ty), "(~ + ~)", vec![a, b]).mark("+"));
        }
        let ty = around(x.kind, &[x.lo.checked_sub(y.hi), x.hi.checked_sub(y.lo)])?;
        Some(Node::value(Type::Scalar(ty), "(~ - ~)", vec![a, b]).mark("-"))
    }

    fn product(&mut self, scope: &Scope, kind: Kind, by: Kind, depth: usize) -> Option<Node> {
        let (a, b) = (self.quantity(scope, kind, depth - 1), self.quantity(scope, by, depth - 1));
        let (x, y) = (scalar_of(&a), scalar_of(&b));
        let scale = x.kind.scale() + y.kind.scale();
        let of = match (x.kind, y.kind) {
            (Kind::Number { unit: Unit::Per(..), .. }, Kind::Number { unit: Unit::Declared(_), .. }) => euro(scale),
            (Kind::Number { unit, .. }, _) if dimension(x.kind) != Kind::INTEGER => Kind::Number { scale, unit },
            (Kind::Number { .. }, _) => decimal(scale),
            (other, Kind::Number { scale: 0, .. }) => other,
            _ => return None,
        };
        let corners = [x.lo.checked_mul(y.lo), x.lo.checked_mul(y.hi), x.hi.checked_mul(y.lo), x.hi.checked_mul(y.hi)];
        let ty = around(of, &corners).filter(|_| scale <= 24)?;
        let wide = ty.lo < i128::from(i64::MIN) || ty.hi > i128::from(i64::MAX);
        let node = Node::value(Type::Scalar(ty), "(~ * ~)", vec![a, b]).mark("*");
        Some(if wide { node.mark("a product of 128 bits") } else { node })
    }

    pub fn remainder(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let (a, b) = (self.quantity(scope, kind, depth - 1), self.divisor(scope, kind, depth - 1)?);
        let (_, y) = aligned(scalar_of(&a), scalar_of(&b))?;
        let ty = around(y.kind, &[Some(y.lo.min(0)), Some(y.hi.max(0))])?;
        Some(Node::value(Type::Scalar(ty), "(~ mod ~)", vec![a, b]).mark("mod"))
    }

    pub fn negated(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let a = self.quantity(scope, kind, depth - 1);
        let x = scalar_of(&a);
        let ty = around(x.kind, &[x.lo.checked_neg(), x.hi.checked_neg()])?;
        Some(Node::value(Type::Scalar(ty), "(-(~))", vec![a]).mark("unary -"))
    }

    // Quotients

    /// A value that is never 0.
    pub fn divisor(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let never = |ty: &Type| matches!(ty, Type::Scalar(it) if dimension(it.kind) == dimension(kind) && (it.lo > 0 || it.hi < 0));
        if self.random.chance(50)
            && let Some(place) = self.place(scope, never)
        {
            return Some(Node::value(place.ty, place.text, Vec::new()));
        }
        if depth > 0 && self.random.chance(40) {
            let node = self.quantity(scope, kind, depth - 1);
            let kind = scalar_of(&node).kind;
            return Some(self.fit(node, Scalar::between(kind, 1, 9)));
        }
        let kind = if let Kind::Number { unit, .. } = kind {
            Kind::Number { scale: if unit == Unit::Percent { 2 } else { self.random.below(3) as u32 }, unit }
        } else {
            kind
        };
        let number = self.random.between(1, 60);
        Some(constant(kind, if self.random.chance(15) { -number } else { number }))
    }

    // Lists

    fn sum(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        if !kind.is_measure() {
            return None;
        }
        let whole = |ty: &Type| matches!(ty, Type::List { element, .. } if matches!(**element, Type::Scalar(it) if dimension(it.kind) == dimension(kind)));
        if self.random.chance(30)
            && let Some(list) = self.list(scope, whole, depth)
            && let Type::List { element, max, .. } = list.ty()
            && let Type::Scalar(of) = *element
        {
            let ty = times(of, max)?;
            return Some(Node::value(Type::Scalar(ty), "sum(~)", vec![list]).mark("sum of a list"));
        }
        let list = self.list(scope, |_| true, depth)?;
        let Type::List { element, max, .. } = list.ty() else { return None };
        let (binder, mut inner) = self.element(scope, &element);
        let filter = self.random.chance(60).then(|| {
            let (condition, known) = self.condition_that_gives(&inner, depth - 1);
            inner = known;
            condition
        });
        let body = self.quantity(&inner, kind, depth - 1);
        let ty = times(scalar_of(&body), max)?;
        Some(match filter {
            Some(filter) => {
                let parts = vec![body, list, filter];
                Node::value(Type::Scalar(ty), format!("sum(~ for {binder} in ~ where ~)"), parts).mark("sum where")
            }
            None => Node::value(Type::Scalar(ty), format!("sum(~ for {binder} in ~)"), vec![body, list]).mark("sum"),
        })
    }

    fn count(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let list = self.list(scope, |_| true, depth)?;
        let Type::List { element, max, .. } = list.ty() else { return None };
        let ty = Type::Scalar(Scalar::between(Kind::INTEGER, 0, i128::from(max)));
        if scope.loops >= 2 || self.random.chance(40) {
            return Some(Node::value(ty, "count(~)", vec![list]).mark("count"));
        }
        let (binder, inner) = self.element(scope, &element);
        let filter = self.condition(&inner, depth - 1);
        Some(Node::value(ty, format!("count({binder} in ~ where ~)"), vec![list, filter]).mark("count where"))
    }
}

fn times(of: Scalar, count: u32) -> Option<Scalar> {
    let count = i128::from(count);
    around(of.kind, &[of.lo.checked_mul(count), of.hi.checked_mul(count), Some(0)])
}
