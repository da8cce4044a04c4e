//! Expressions of every type, conditions first.

use axtrace_runtime::types::{EnumId, FieldType, Kind, Scalar, Type};

use super::generator::{Generator, Scope, dimension, euro, kg, price, quoted, wage};
use super::number::{aligned, scalar_of};
use super::tree::Node;

/// What can be compared by order.
fn kinds() -> [Kind; 15] {
    let numbers = [Kind::INTEGER, Kind::INTEGER, Kind::INTEGER, euro(2), Kind::Duration, Kind::Days, kg(1), price(2), wage(2)];
    let times = [Kind::Date, Kind::Date, Kind::Time, Kind::Datetime, Kind::Period, Kind::Weekday];
    std::array::from_fn(|place| if place < numbers.len() { numbers[place] } else { times[place - numbers.len()] })
}

pub fn read(ty: &Type, text: String) -> Node {
    Node::value(ty.clone(), text, Vec::new())
}

impl Generator {
    /// A value of a type, where that type is expected.
    pub fn value(&mut self, scope: &Scope, ty: &Type, depth: usize) -> Node {
        match ty {
            Type::Scalar(scalar) => self.scalar(scope, *scalar, depth),
            Type::Boolean => self.condition(scope, depth),
            Type::Optional(inner) => self.optional(scope, inner, depth),
            other => self.other(scope, other, depth),
        }
    }

    fn other(&mut self, scope: &Scope, ty: &Type, depth: usize) -> Node {
        if self.random.chance(35)
            && let Some(place) = self.place(scope, |it| fits(it, ty))
        {
            return read(&place.ty, place.text);
        }
        if depth > 0 && self.random.chance(15) {
            let (condition, inner) = self.condition_that_gives(scope, depth - 1);
            let parts = vec![condition, self.value(&inner, ty, depth - 1), self.value(scope, ty, depth - 1)];
            return Node::value(ty.clone(), "(if ~ then ~ else ~)", parts).mark("if");
        }
        if depth > 0 && self.random.chance(20) {
            let given = |it: &Type| matches!(it, Type::Optional(inner) if fits(inner, ty));
            if let Some(place) = self.place(scope, given) {
                let parts = vec![read(&place.ty, place.text), self.value(scope, ty, depth - 1)];
                return Node::value(ty.clone(), "(~ or else ~)", parts).mark("or else");
            }
        }
        if let Some(node) = if self.random.chance(15) { self.called(scope, |it| fits(it, ty), depth) } else { None } {
            return node;
        }
        match ty {
            Type::Text { max } => self.text(scope, *max, depth),
            Type::Set(id) if depth > 0 => self.set(scope, *id, depth),
            Type::Record(id) if depth > 0 => self.record(scope, id.0 as usize, depth),
            Type::List { element, min, max } if depth > 0 => {
                let made =
                    if scope.loops < 2 && self.random.chance(40) { self.list_fitting(scope, element, (*min, *max), depth) } else { None };
                made.unwrap_or_else(|| self.list_literal(scope, element, (*min, *max), depth))
            }
            Type::Enum(id) if self.random.chance(20) => self.qualified(*id),
            other => self.literal(other),
        }
    }

    fn qualified(&mut self, id: EnumId) -> Node {
        let it = self.meta.types.enum_type(id).clone();
        let value = self.random.pick(&it.values).clone();
        read(&Type::Enum(id), format!("{}.{}", it.name, quoted(&value))).mark("a qualified enum value")
    }

    fn optional(&mut self, scope: &Scope, inner: &Type, depth: usize) -> Node {
        let ty = Type::Optional(Box::new(inner.clone()));
        if let Some(date) = self.optional_date(scope, inner, depth) {
            return date;
        }
        match self.random.below(6) {
            0 => Node::value(ty, "missing", Vec::new()).mark("missing"),
            1 | 2 => match self.place(scope, |it| *it == ty) {
                Some(place) => read(&ty, place.text),
                None => self.value(scope, inner, depth),
            },
            3 if depth > 0 => {
                let (condition, known) = self.condition_that_gives(scope, depth - 1);
                let then = self.value(&known, inner, depth - 1);
                Node::value(ty.clone(), "(if ~ then ~ else ~)", vec![condition, then, Node::value(ty, "missing", Vec::new())])
                    .mark("an optional if")
            }
            _ => self.value(scope, inner, depth),
        }
    }

    // Conditions

    /// A condition, and the scope where it is true.
    pub fn condition_that_gives(&mut self, scope: &Scope, depth: usize) -> (Node, Scope) {
        let place = if self.random.chance(35) { self.place(scope, Type::is_optional) } else { None };
        let Some(place) = place.filter(|place| scope.places.iter().any(|it| it.text == place.text)) else {
            return (self.condition(scope, depth), scope.clone());
        };
        let inner = scope.given(&place.text, &self.meta.types);
        let given = Node::value(Type::Boolean, format!("{} is given", place.text), Vec::new()).mark("is given");
        if self.random.chance(40) {
            return (given, inner);
        }
        let rest = self.condition(&inner, depth);
        (Node::value(Type::Boolean, "(~ and ~)", vec![given, rest]).mark("is given and"), inner)
    }

    pub fn condition(&mut self, scope: &Scope, depth: usize) -> Node {
        if self.random.chance(6) {
            return self.text_asked(scope, depth.min(2));
        }
        let made = match self.random.below(if depth == 0 { 7 } else { 20 }) {
            0..=2 => self.comparison(scope, depth.min(1)),
            3 => self.place(scope, |ty| *ty == Type::Boolean).map(|place| read(&place.ty, place.text)),
            4 => self.text_condition(scope),
            5 => self.set_condition(scope, depth),
            6 => self.in_range(scope, depth.min(1)),
            7..=9 => self.comparison(scope, depth),
            10 => self.in_range(scope, depth),
            11 => self.one_of(scope, depth),
            12 => Some(self.several(scope, "and", depth)),
            13 => Some(self.several(scope, "or", depth)),
            14 => Some(self.given_or(scope, depth)),
            15 => Some(Node::value(Type::Boolean, "not ~", vec![self.grouped(scope, depth)]).mark("not")),
            16 if scope.loops < 2 => {
                if self.random.chance(50) {
                    self.quantified(scope, depth)
                } else {
                    self.list_condition(scope, depth)
                }
            }
            17 if self.random.chance(30) => Some(self.date_exists(scope, depth)),
            17 => self.called(scope, |ty| *ty == Type::Boolean, depth),
            18 => self.quotients(scope, depth),
            _ => {
                let parts = vec![self.condition(scope, depth - 1), self.condition(scope, depth - 1), self.condition(scope, depth - 1)];
                Some(Node::value(Type::Boolean, "(if ~ then ~ else ~)", parts).mark("if"))
            }
        };
        made.unwrap_or_else(|| self.simple(scope))
    }

    /// A condition that can always be made.
    fn simple(&mut self, scope: &Scope) -> Node {
        if self.random.chance(10) {
            return self.literal(&Type::Boolean);
        }
        self.comparison(scope, 0).unwrap_or_else(|| self.literal(&Type::Boolean))
    }

    fn grouped(&mut self, scope: &Scope, depth: usize) -> Node {
        let inner = self.condition(scope, depth - 1);
        Node::value(Type::Boolean, "(~)", vec![inner])
    }

    fn several(&mut self, scope: &Scope, word: &'static str, depth: usize) -> Node {
        let count = 2 + self.random.below(2);
        let parts: Vec<Node> = (0..count).map(|_| self.condition(scope, depth - 1)).collect();
        let template = vec!["~"; count].join(&format!(" {word} "));
        Node::value(Type::Boolean, format!("({template})"), parts).mark(word)
    }

    fn given_or(&mut self, scope: &Scope, depth: usize) -> Node {
        let Some(place) = self.place(scope, Type::is_optional).filter(|place| scope.places.iter().any(|it| it.text == place.text)) else {
            return self.condition(scope, depth - 1);
        };
        let inner = scope.given(&place.text, &self.meta.types);
        let rest = self.condition(&inner, depth - 1);
        let template = format!("({} is missing or ~)", place.text);
        Node::value(Type::Boolean, template, vec![rest]).mark("is missing or")
    }

    fn comparison(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        if self.random.chance(20) {
            return self.equality(scope, depth);
        }
        let kind = *self.random.pick(&kinds());
        let (a, b) = (self.quantity(scope, kind, depth), self.quantity(scope, kind, depth.saturating_sub(1)));
        let operator = *self.random.pick(&["=", "!=", "<", "<=", ">", ">="]);
        (steps(&a, &b) < 12).then(|| Node::value(Type::Boolean, format!("(~ {operator} ~)"), vec![a, b]).mark(operator))
    }

    /// A comparison of enums, sets, booleans, records, lists.
    fn equality(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        if self.random.chance(35)
            && let Some(node) = self.parts_compared(scope, depth)
        {
            return Some(node);
        }
        let place = self.place(scope, |ty| matches!(ty, Type::Enum(_) | Type::Set(_) | Type::Boolean))?;
        let other = self.value(scope, &place.ty, depth.saturating_sub(1));
        let operator = *self.random.pick(&["=", "!="]);
        Some(Node::value(Type::Boolean, format!("(~ {operator} ~)"), vec![read(&place.ty, place.text), other]).mark("= of enums and sets"))
    }

    fn text_condition(&mut self, scope: &Scope) -> Option<Node> {
        let place = self.place(scope, |ty| matches!(ty, Type::Text { .. }))?;
        if self.random.chance(60) {
            return Some(self.text_asked(scope, 1));
        }
        let base = read(&place.ty, place.text);
        let short = Type::Text { max: 3 };
        if self.random.chance(50) {
            let items = Node::listed((0..3).map(|_| self.literal(&short)).collect());
            return Some(Node::value(Type::Boolean, "(~ in {~})", vec![base, items]).mark("text in {…}"));
        }
        let other = self.value(scope, &short, 1);
        let operator = *self.random.pick(&["=", "!="]);
        Some(Node::value(Type::Boolean, format!("(~ {operator} ~)"), vec![base, other]).mark("= of texts"))
    }

    fn set_condition(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let place = self.place(scope, |ty| matches!(ty, Type::Set(_)))?;
        let Type::Set(id) = place.ty else { return None };
        let whole = if depth > 0 && self.random.chance(40) { self.set(scope, id, depth) } else { read(&place.ty, place.text) };
        let (operator, wants) = *self.random.pick(&[("has", false), ("has all", true), ("has any", true), ("in", false)]);
        let part = if wants { self.value(scope, &Type::Set(id), depth.min(1)) } else { self.member(scope, id, depth.min(1)) };
        Some(match operator {
            "has" if self.is_weekday(id) => Node::value(Type::Boolean, "(~ has ~)", vec![whole, part]).mark("has a weekday"),
            "in" => Node::value(Type::Boolean, "(~ in ~)", vec![part, whole]).mark("in a set"),
            _ => Node::value(Type::Boolean, format!("(~ {operator} ~)"), vec![whole, part]).mark(operator),
        })
    }

    fn in_range(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let kind = *self.random.pick(&kinds());
        let value = self.quantity(scope, kind, depth);
        let (mut low, mut high) = (self.quantity(scope, kind, 0), self.quantity(scope, kind, 0));
        if aligned(scalar_of(&low), scalar_of(&high)).is_some_and(|(low, high)| low.lo > high.hi) {
            std::mem::swap(&mut low, &mut high);
        }
        let operator = *self.random.pick(&["..", "..", "<..", "..<"]);
        let not = if self.random.chance(20) { "not " } else { "" };
        let close = steps(&value, &low).max(steps(&value, &high)) < 12;
        close.then(|| Node::value(Type::Boolean, format!("(~ {not}in ~ {operator} ~)"), vec![value, low, high]).mark("in a range"))
    }

    fn one_of(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let enumeration = self.place(scope, |ty| matches!(ty, Type::Enum(_))).filter(|_| self.random.chance(50));
        let (value, items) = match enumeration {
            Some(place) => {
                let items = (0..2).map(|_| self.literal(&place.ty)).collect();
                (read(&place.ty, place.text), items)
            }
            None => {
                let kind = *self.random.pick(&kinds());
                let value = self.quantity(scope, kind, depth - 1);
                let widest = Scalar::of(scalar_of(&value).kind);
                let items: Vec<Node> = (0..3).map(|_| self.scalar_literal(widest)).collect();
                (value, items)
            }
        };
        Some(Node::value(Type::Boolean, "(~ in {~})", vec![value, Node::listed(items)]).mark("in {…}"))
    }

    fn quantified(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let list = self.list(scope, |_| true, depth)?;
        let Type::List { element, .. } = list.ty() else { return None };
        if let Some((low, high)) = self.kept_by(&element)
            && self.random.chance(80)
        {
            let name = self.name("it");
            let number = |it: &FieldType| it.name == low && it.ty.scalar().is_some_and(|scalar| scalar.kind == Kind::INTEGER);
            let numbers = matches!(*element, Type::Record(id) if self.meta.types.record(id).fields.iter().any(number));
            let condition = if numbers { format!("{name}.{high} - {name}.{low} >= 0") } else { format!("{name}.{high} >= {name}.{low}") };
            let text = format!("(every {name} in ~ satisfies {condition})");
            return Some(Node::value(Type::Boolean, text, vec![list]).mark("what elements keep"));
        }
        let (binder, inner) = self.element(scope, &element);
        let body = self.condition(&inner, depth - 1);
        let word = *self.random.pick(&["some", "every"]);
        let node = Node::value(Type::Boolean, format!("({word} {binder} in ~ satisfies ~)"), vec![list, body]).mark(word);
        Some(if scope.loops > 0 { node.mark("a list in a list's condition") } else { node })
    }

    /// Two fields of a record of which the first is at most the second.
    fn kept_by(&self, element: &Type) -> Option<(String, String)> {
        let related = self.related.iter().find(|related| *element == Type::Record(related.0))?;
        Some((related.1.clone(), related.2.clone()))
    }

    // Lists, sets, records, texts

    /// A list that can be gone through.
    pub fn list(&mut self, scope: &Scope, fits: impl Fn(&Type) -> bool, depth: usize) -> Option<Node> {
        let fits: &dyn Fn(&Type) -> bool = &fits;
        let list = |ty: &Type| matches!(ty, Type::List { max, .. } if scope.loops == 0 || *max < 20) && fits(ty);
        if self.random.chance(20)
            && let Some(node) = self.called(scope, list, depth.min(1))
        {
            return Some(node);
        }
        if self.random.chance(10)
            && let Some(node) = self.characters(scope).filter(|node| list(&node.ty()))
        {
            return Some(node);
        }
        if depth > 0
            && scope.loops < 2
            && self.random.chance(30)
            && let Some(node) = self.made_list(scope, depth)
            && list(&node.ty())
        {
            return Some(node);
        }
        self.place(scope, list).map(|place| read(&place.ty, place.text))
    }

    /// A new name for the elements of a list, and the scope inside.
    pub fn element(&mut self, scope: &Scope, ty: &Type) -> (String, Scope) {
        let (name, mut inner) = (self.name("it"), scope.clone());
        inner.declare(&name, ty, &self.meta.types);
        inner.loops += 1;
        if self.random.chance(20) {
            let place = self.name("n");
            inner.declare(&place, &Type::integer(1, 10_000), &self.meta.types);
            return (format!("{name} at {place}"), inner);
        }
        (name, inner)
    }

    fn set(&mut self, scope: &Scope, id: EnumId, depth: usize) -> Node {
        let ty = Type::Set(id);
        match self.random.below(5) {
            0 | 1 => {
                let word = *self.random.pick(&["plus", "minus"]);
                let parts = vec![self.value(scope, &ty, depth - 1), self.value(scope, &ty, depth - 1)];
                Node::value(ty, format!("(~ {word} ~)"), parts).mark(word)
            }
            2 => {
                let items = (0..2).map(|_| self.member(scope, id, depth - 1)).collect();
                Node::value(ty, "{~}", vec![Node::listed(items)]).mark("a set of values")
            }
            _ => self.literal(&ty),
        }
    }

    fn record(&mut self, scope: &Scope, place: usize, depth: usize) -> Node {
        let id = axtrace_runtime::types::RecordId(place as u32);
        let fields = self.meta.types.record(id).fields.clone();
        if self.random.chance(30)
            && let Some(base) = self.place(scope, |ty| *ty == Type::Record(id))
        {
            let mut field = self.random.pick(&fields).clone();
            let kept = self.kept_by(&base.ty);
            let related = |name: &str| kept.as_ref().is_some_and(|(low, high)| name == low || name == high);
            if related(&field.name)
                && !self.random.chance(15)
                && let Some(other) = fields.iter().find(|field| !related(&field.name))
            {
                field = other.clone();
            }
            let value = self.value(scope, &field.ty, depth - 1);
            let parts = vec![read(&base.ty, base.text), value];
            return Node::value(Type::Record(id), format!("(~ with {{ {}: ~ }})", field.name), parts).mark("with");
        }
        let kept = if self.random.chance(90) { self.kept_values(id) } else { None };
        let written = fields.iter().filter_map(|field| {
            let left_out = field.ty.is_optional() && self.random.chance(30);
            let kept = kept.iter().flatten().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
            let value = |this: &mut Self| kept.unwrap_or_else(|| this.value(scope, &field.ty, depth - 1));
            (!left_out).then(|| Node::part(format!("{}: ~", field.name), vec![value(self)]))
        });
        let written: Vec<Node> = written.collect();
        Node::value(Type::Record(id), "{ ~ }", vec![Node::listed(written)]).mark("a record made")
    }

    /// Two numbers for the fields that are related, in order.
    fn kept_values(&mut self, id: axtrace_runtime::types::RecordId) -> Option<[(String, Node); 2]> {
        let (low, high) = self.kept_by(&Type::Record(id))?;
        let fields = &self.meta.types.record(id).fields;
        let ty = |name: &str| fields.iter().find(|field| field.name == name).and_then(|field| field.ty.scalar());
        let (of_low, of_high) = (ty(&low)?, ty(&high)?);
        let scalar = |of: Scalar, lo: i128, hi: i128| (lo <= hi).then(|| Scalar::between(of.kind, lo, hi));
        let least = self.scalar_literal(scalar(of_low, of_low.lo, of_low.hi.min(of_high.hi))?);
        let greatest = self.scalar_literal(scalar(of_high, of_high.lo.max(scalar_of(&least).hi), of_high.hi)?);
        Some([(low, least), (high, greatest)])
    }

    fn list_literal(&mut self, scope: &Scope, element: &Type, (min, max): (u32, u32), depth: usize) -> Node {
        let count = min as usize + self.random.below((max - min).min(3) as usize + 1);
        let items = (0..count).map(|_| self.value(scope, element, depth - 1)).collect();
        let ty = Type::List { element: Box::new(element.clone()), min, max };
        Node::value(ty, "[~]", vec![Node::listed(items)]).mark("a list made")
    }

    fn text(&mut self, scope: &Scope, max: u32, depth: usize) -> Node {
        if scope.in_rule && max >= 12 && self.random.chance(10) {
            return read(&Type::Text { max: 12 }, "this_rule".into()).mark("this_rule");
        }
        if self.random.chance(25) {
            let text = self.some_text(scope, depth);
            if matches!(text.ty(), Type::Text { max: longest } if longest <= max) {
                return text;
            }
        }
        if max < 200 || depth == 0 || self.random.chance(30) {
            return self.literal(&Type::Text { max: max.min(8) });
        }
        self.interpolated(scope, depth).mark("interpolation")
    }

    /// A text with values in it.
    pub fn interpolated(&mut self, scope: &Scope, depth: usize) -> Node {
        let count = self.random.below(4);
        let parts: Vec<Node> = (0..count).map(|_| self.shown(scope, depth.min(1))).collect();
        let words = ["is ", "and {{", " of é", "\\n", ""];
        let template: String = parts.iter().map(|_| format!("{}{{~}}", self.random.pick(&words))).collect();
        Node::value(Type::Text { max: 200 }, format!("\"{template}.\""), parts)
    }

    fn shown(&mut self, scope: &Scope, depth: usize) -> Node {
        let short = |ty: &Type| match ty {
            Type::Text { max } => *max <= 40,
            Type::Boolean | Type::Enum(_) | Type::Set(_) | Type::Scalar(_) => true,
            _ => false,
        };
        if self.random.chance(60)
            && let Some(place) = self.place(scope, short)
        {
            return read(&place.ty, place.text);
        }
        let kind = *self.random.pick(&kinds());
        let node = self.quantity(scope, kind, depth);
        self.fit(node, Scalar::of(kind))
    }

    // Calls

    /// A call of something whose value satisfies a condition.
    pub fn called(&mut self, scope: &Scope, fits: impl Fn(&Type) -> bool, depth: usize) -> Option<Node> {
        let fitting: Vec<_> = self.functions.iter().filter(|it| fits(&it.gives)).cloned().collect();
        if fitting.is_empty() || depth == 0 || scope.loops > 1 {
            return None;
        }
        let function = self.random.pick(&fitting).clone();
        let args: Vec<Node> = function.params.iter().map(|ty| self.value(scope, ty, depth - 1)).collect();
        let node = Node::value(function.gives, format!("{}(~)", function.name), vec![Node::listed(args)]).mark(function.mark);
        Some(if scope.loops > 0 { node.mark("a call for each element") } else { node })
    }
}

/// Whether a value of one type goes where the other is expected, without a look at what it is.
fn fits(has: &Type, wants: &Type) -> bool {
    match (has, wants) {
        (Type::Text { max: has }, Type::Text { max: wants }) => has <= wants,
        (has, wants) => has == wants,
    }
}

/// By how many places two values differ, which a comparison has to bridge.
fn steps(a: &Node, b: &Node) -> u32 {
    let scale = |node: &Node| node.ty().scalar().map_or(0, |it| it.kind.scale());
    let same = a.ty().scalar().zip(b.ty().scalar()).is_none_or(|(a, b)| dimension(a.kind) == dimension(b.kind));
    if same { scale(a).abs_diff(scale(b)) } else { 99 }
}
