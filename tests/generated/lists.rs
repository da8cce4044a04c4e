//! Lists made of others, and what is found in them.

use axtrace_runtime::types::{FieldType, Kind, RecordId, RecordType, Scalar, Type, Unit};
use axtrace_source::Span;

use super::generator::{Generator, Scope, constant, dimension};
use super::number::{around, scalar_of, ten};
use super::tree::Node;

/// A type that may be missing can only be an element of a list by its name.
pub const NAMED: &str = "type MaybeCount = integer in 0..9?\ntype MaybeText = text with up to 8 characters?\n";

/// The types of these names.
pub fn named() -> [Type; 2] {
    [Type::Optional(Box::new(Type::integer(0, 9))), Type::Optional(Box::new(Type::Text { max: 8 }))]
}

fn list_of(element: Type, min: u32, max: u32) -> Type {
    Type::List { element: Box::new(element), min, max }
}

fn parts(ty: &Type) -> (Type, u32, u32) {
    match ty {
        Type::List { element, min, max } => ((**element).clone(), *min, *max),
        other => (other.clone(), 0, 0),
    }
}

impl Generator {
    /// A list made of another.
    pub fn made_list(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        if self.random.chance(12) {
            return self.numbers(scope);
        }
        let list = self.list(scope, |_| true, depth - 1)?;
        let (element, min, max) = parts(&list.ty());
        if max > 60 {
            return None;
        }
        let (binder, inner) = self.element(scope, &element);
        match self.random.below(9) {
            0 => self.sorted(list, &binder, &inner, depth),
            1 => Some(Node::value(list_of(element, min.min(1), max), "distinct(~)", vec![list]).mark("distinct")),
            2 => {
                let id = self.synthetic("pair", vec![("before", element.clone()), ("after", element)]);
                Some(
                    Node::value(list_of(Type::Record(id), min.saturating_sub(1), max.saturating_sub(1)), "pairs(~)", vec![list])
                        .mark("pairs"),
                )
            }
            3 => {
                let condition = self.condition(&inner, depth - 1);
                let run = list_of(element, 1, max);
                let text = format!("runs({binder} in ~ where ~)");
                Some(Node::value(list_of(run, 0, max.div_ceil(2)), text, vec![list, condition]).mark("runs"))
            }
            4 => self.grouped_list(list, &binder, &inner, depth),
            5 => {
                let other = self.list(scope, |ty| parts(ty).0 == element, 0)?;
                let (_, least, most) = parts(&other.ty());
                Some(Node::value(list_of(element, min + least, max + most), "(~ plus ~)", vec![list, other]).mark("plus of lists"))
            }
            6 => {
                let (second, deeper) = self.nested_list(&inner)?;
                let (of, _, most) = parts(&second.ty());
                let (other, innermost) = self.element(&deeper, &of);
                let ty = self.typed_by_itself();
                let body = self.value(&innermost, &ty, 1);
                let text = format!("list(~ for {binder} in ~, {other} in ~)");
                (max * most <= 60).then(|| {
                    Node::value(list_of(ty, 0, max * most), text, vec![body, list, second]).mark("several binders").mark("list of bodies")
                })
            }
            _ => {
                let ty = self.typed_by_itself();
                let (condition, known) = self.condition_that_gives(&inner, depth - 1);
                let body = self.value(&known, &ty, depth - 1);
                let text = format!("list(~ for {binder} in ~ where ~)");
                Some(Node::value(list_of(ty, 0, max), text, vec![body, list, condition]).mark("list where").mark("list of bodies"))
            }
        }
    }

    /// A list inside of an element, or another.
    fn nested_list(&mut self, scope: &Scope) -> Option<(Node, Scope)> {
        let list = self.list(scope, |ty| parts(ty).2 <= 8, 0)?;
        Some((list, scope.clone()))
    }

    fn numbers(&mut self, scope: &Scope) -> Option<Node> {
        let small = |ty: &Type| matches!(ty, Type::Scalar(it) if it.kind == Kind::INTEGER && it.lo > -100 && it.hi < 100);
        let end = match self.place(scope, small) {
            Some(place) => Node::value(place.ty, place.text, Vec::new()),
            None => constant(Kind::INTEGER, i128::from(self.random.below(9) as u32)),
        };
        let hi = scalar_of(&end).hi;
        let from = hi - i128::from(self.random.below(8) as u32);
        let text = *self.random.pick(&["~ .. ~", "~ ..< ~", "~ <.. ~"]);
        let lo = scalar_of(&end).lo;
        let (first, most) = (from.min(lo), u32::try_from(hi - from + 1).unwrap_or(0));
        let ty = list_of(Type::integer(first, hi.max(first)), 0, most);
        Some(Node::value(ty, format!("({text})"), vec![constant(Kind::INTEGER, from), end]).mark("numbers as a list"))
    }

    fn sorted(&mut self, list: Node, binder: &str, inner: &Scope, depth: usize) -> Option<Node> {
        let ty = list.ty();
        let ordered = |ty: &Type| matches!(ty, Type::Enum(_) | Type::Boolean | Type::Scalar(_)) || matches!(ty, Type::Text { .. });
        let texts = self.place(inner, |ty| matches!(ty, Type::Text { .. })).filter(|_| self.random.chance(30));
        let key = match texts.or_else(|| self.place(inner, ordered)).filter(|_| self.random.chance(70)) {
            Some(place) => Node::value(place.ty, place.text, Vec::new()),
            None => {
                let kind = *self.random.pick(&[Kind::INTEGER, Kind::Duration, Kind::Date, Kind::Datetime]);
                self.quantity(inner, kind, depth - 1)
            }
        };
        let text = matches!(key.ty(), Type::Text { .. });
        let node = Node::value(ty, format!("sort({binder} in ~ by ~)"), vec![list, key]).mark("sort");
        Some(if text { node.mark("sort by text") } else { node })
    }

    fn grouped_list(&mut self, list: Node, binder: &str, inner: &Scope, depth: usize) -> Option<Node> {
        let (element, min, max) = parts(&list.ty());
        let simple = |ty: &Type| !matches!(ty, Type::List { .. });
        let key = match self.place(inner, simple).filter(|_| self.random.chance(70)) {
            Some(place) => Node::value(place.ty, place.text, Vec::new()),
            None => self.quantity(inner, Kind::INTEGER, depth - 1),
        };
        let items = list_of(element, 1, max);
        let id = self.synthetic("group", vec![("key", key.ty()), ("items", items)]);
        Some(Node::value(list_of(Type::Record(id), min.min(1), max), format!("groups({binder} in ~ by ~)"), vec![list, key]).mark("groups"))
    }

    /// A record that only functions give: it has no name that could be written.
    fn synthetic(&mut self, name: &str, fields: Vec<(&str, Type)>) -> RecordId {
        let fields = fields.into_iter().map(|(name, ty)| FieldType { name: name.into(), ty, span: Span::default() }).collect();
        self.meta.types.records.push(RecordType { name: format!("a {name}"), fields, open: false, span: Span::default() });
        RecordId(self.meta.types.records.len() as u32 - 1)
    }

    /// A quantity that is found in a list.
    pub fn found(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        match self.random.below(7) {
            0 | 1 => self.extreme_of(scope, kind, depth),
            2 | 5 => self.element_found(scope, kind, depth),
            3 if kind == Kind::INTEGER => self.position(scope, depth),
            4 if kind == Kind::INTEGER => self.average(scope, depth),
            _ => self.fold(scope, kind, depth),
        }
    }

    fn extreme_of(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let (word, mark) = *self.random.pick(&[("min", "min of a list"), ("max", "max of a list")]);
        let list = self.list(scope, |_| true, depth)?;
        let (element, min, _) = parts(&list.ty());
        let (binder, inner) = self.element(scope, &element);
        if min > 0 && self.random.chance(50) {
            let body = self.quantity(&inner, kind, depth - 1);
            let ty = body.ty();
            return Some(Node::value(ty, format!("{word}(~ for {binder} in ~)"), vec![body, list]).mark(mark));
        }
        let (condition, known) = self.condition_that_gives(&inner, depth - 1);
        let body = self.quantity(&known, kind, depth - 1);
        let ty = scalar_of(&body);
        let other = self.scalar_literal(ty);
        let text = format!("({word}(~ for {binder} in ~ where ~) or else ~)");
        Some(Node::value(Type::Scalar(ty), text, vec![body, list, condition, other]).mark(mark))
    }

    fn element_found(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let measured = |ty: &Type| matches!(&parts(ty).0, Type::Scalar(it) if dimension(it.kind) == dimension(kind));
        let list = self.list(scope, measured, depth)?;
        let (element, ..) = parts(&list.ty());
        let Type::Scalar(of) = element else { return None };
        let other = self.scalar_literal(of);
        if self.random.chance(35) {
            let place = self.quantity(scope, Kind::INTEGER, depth - 1);
            if scalar_of(&place).kind != Kind::INTEGER {
                return None;
            }
            return Some(Node::value(Type::Scalar(of), "(item(~, ~) or else ~)", vec![list, place, other]).mark("item"));
        }
        let word = *self.random.pick(&["first", "last"]);
        let (binder, inner) = self.element(scope, &element);
        let condition = self.condition(&inner, depth - 1);
        let text = format!("({word}({binder} in ~ where ~) or else ~)");
        Some(Node::value(Type::Scalar(of), text, vec![list, condition, other]).mark(word))
    }

    fn position(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let list = self.list(scope, |_| true, depth)?;
        let (element, _, max) = parts(&list.ty());
        let (binder, inner) = self.element(scope, &element);
        let condition = self.condition(&inner, depth - 1);
        let text = format!("(position({binder} in ~ where ~) or else 0)");
        Some(Node::value(Type::integer(0, max.into()), text, vec![list, condition]).mark("position"))
    }

    fn average(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let list = self.list(scope, |ty| parts(ty).1 > 0, depth)?;
        let (element, ..) = parts(&list.ty());
        let (binder, inner) = self.element(scope, &element);
        let body = self.quantity(&inner, Kind::INTEGER, depth - 1);
        let of = scalar_of(&body);
        let kind = Kind::Number { scale: 2, unit: Unit::One };
        let power = ten(of.kind.scale());
        let scaled = |end: i128| end.checked_mul(100).map(|end| end.div_euclid(power));
        let ty = around(kind, &[scaled(of.lo).map(|lo| lo - 1), scaled(of.hi).map(|hi| hi + 1)])?;
        (of.hi < ten(14) && of.lo > -ten(14))
            .then(|| Node::value(Type::Scalar(ty), format!("round(average(~ for {binder} in ~), 2)"), vec![body, list]).mark("average"))
    }

    fn fold(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        if !kind.is_measure() {
            return None;
        }
        let list = self.list(scope, |_| true, depth)?;
        let (element, _, max) = parts(&list.ty());
        let (binder, mut inner) = self.element(scope, &element);
        let memory = self.name("memory");
        let plain = Scalar::of(kind).kind;
        if self.random.chance(40) {
            let of = Scalar::between(plain, -50, 300);
            let known = self.meta.types.clone();
            inner.declare(&memory, &Type::Scalar(of), &known);
            let (start, step) = (self.scalar_literal(of), self.scalar(&inner, of, depth - 1));
            let declared = super::generator::written(&Type::Scalar(of), &known);
            let text = format!("fold({memory} : {declared} = ~, {binder} in ~: ~)");
            return Some(Node::value(Type::Scalar(of), text, vec![start, list, step]).mark("a fold that keeps its range"));
        }
        let start = constant(plain, i128::from(self.random.below(5) as u32));
        let change = self.quantity(&inner, kind, depth - 1);
        let of = scalar_of(&change);
        if of.kind != plain || max > 100 {
            return None;
        }
        let (low, high) = (of.lo.min(0).checked_mul(max.into()), of.hi.max(0).checked_mul(max.into()));
        let ty = around(plain, &[low, high.and_then(|high| high.checked_add(4))])?;
        if self.random.chance(50) {
            let condition = self.condition(&inner, depth - 1);
            let text = format!("fold({memory} = ~, {binder} in ~: if ~ then ~ else {memory} + ~)");
            let parts = vec![start.clone(), list, condition, start, change];
            return Some(Node::value(Type::Scalar(ty), text, parts).mark("a fold that starts anew"));
        }
        if let Some((second, deeper)) = self.nested_list(&inner).filter(|_| self.random.chance(40)) {
            let (of_second, _, most) = parts(&second.ty());
            let (other, _) = self.element(&deeper, &of_second);
            let ty = around(plain, &[ty.lo.checked_mul(most.into()), ty.hi.max(4).checked_mul(i128::from(most) + 1)])?;
            let text = format!("fold({memory} = ~, {binder} in ~, {other} in ~: {memory} + ~)");
            return Some(Node::value(Type::Scalar(ty), text, vec![start, list, second, change]).mark("a fold of several binders"));
        }
        let text = format!("fold({memory} = ~, {binder} in ~: {memory} + ~)");
        Some(Node::value(Type::Scalar(ty), text, vec![start, list, change]).mark("fold"))
    }

    /// A condition that says that a list has an element, and uses the first or last.
    fn filled(&mut self, scope: &Scope) -> Option<Node> {
        if self.random.chance(20) {
            let list = self.list(scope, |ty| matches!(parts(ty).0, Type::Text { .. }), 1)?;
            let word = *self.random.pick(&["min", "max"]);
            let (one, other) = (self.literal(&Type::Text { max: 3 }), self.literal(&Type::Text { max: 3 }));
            let text = format!("(({word}(~) or else ~) < ~)");
            return Some(Node::value(Type::Boolean, text, vec![list, one, other]).mark("min and max of texts in a list"));
        }
        let place = self.place(scope, |ty| matches!(&parts(ty).0, Type::Scalar(_)) && matches!(ty, Type::List { .. }))?;
        let (element, ..) = parts(&place.ty);
        let Type::Scalar(of) = element else { return None };
        let list = || Node::value(place.ty.clone(), place.text.clone(), Vec::new());
        let word = *self.random.pick(&["first", "last", "min", "max"]);
        let test =
            *self.random.pick(&["count(~) > 0 and", "count(~) >= 2 and", "1 <= count(~) and", "count(~) = 0 or", "not (count(~) != 0) or"]);
        let other = self.scalar_literal(of);
        let text = format!("({test} {word}(~) <= ~)");
        Some(Node::value(Type::Boolean, text, vec![list(), list(), other]).mark("a list known to be filled"))
    }

    /// A condition on what is found in a list.
    pub fn list_condition(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        if self.random.chance(25) {
            return self.filled(scope);
        }
        let list = self.list(scope, |_| true, depth)?;
        let (element, ..) = parts(&list.ty());
        if matches!(element, Type::Scalar(_) | Type::Enum(_) | Type::Boolean) && self.random.chance(50) {
            let value = self.value(scope, &element, depth - 1);
            let not = if self.random.chance(30) { "not " } else { "" };
            return Some(Node::value(Type::Boolean, format!("(~ {not}in ~)"), vec![value, list]).mark("in a list"));
        }
        let (binder, inner) = self.element(scope, &element);
        if let Some((second, deeper)) = self.nested_list(&inner).filter(|_| self.random.chance(40)) {
            let (of, ..) = parts(&second.ty());
            let (other, innermost) = self.element(&deeper, &of);
            let body = self.condition(&innermost, depth - 1);
            let word = *self.random.pick(&["some", "every"]);
            let text = format!("({word} {binder} in ~, {other} in ~ satisfies ~)");
            return Some(Node::value(Type::Boolean, text, vec![list, second, body]).mark("several binders"));
        }
        let word = *self.random.pick(&["first", "last", "position"]);
        let condition = self.condition(&inner, depth - 1);
        Some(Node::value(Type::Boolean, format!("({word}({binder} in ~ where ~) is given)"), vec![list, condition]).mark("found is given"))
    }

    /// A type whose values say of which it is, wherever they stand.
    fn typed_by_itself(&mut self) -> Type {
        match self.simple_type() {
            Type::Record(_) => Type::Scalar(self.scalar_type()),
            ty => ty,
        }
    }

    /// A list of a type, made of another that is not longer.
    pub fn list_fitting(&mut self, scope: &Scope, element: &Type, (min, max): (u32, u32), depth: usize) -> Option<Node> {
        let list = self.list(scope, |ty| parts(ty).1 >= min && parts(ty).2 <= max, depth - 1)?;
        let (of, ..) = parts(&list.ty());
        let (binder, inner) = self.element(scope, &of);
        // What stands around such a list seldom says what its records and lists are.
        let body = match element.required() {
            Type::Record(_) | Type::List { .. } if self.random.chance(80) => {
                let place = self.place(&inner, |ty| ty == element)?;
                super::expression::read(&place.ty, place.text)
            }
            _ => self.value(&inner, element, depth - 1),
        };
        let ty = list_of(element.clone(), min, max);
        Some(Node::value(ty, format!("list(~ for {binder} in ~)"), vec![body, list]).mark("list of bodies"))
    }
}
