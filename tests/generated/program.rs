//! A whole program: enums, records, parameters, defines and decisions.

use axtrace_runtime::types::{EnumId, EnumType, FieldType, Kind, RecordId, RecordType, Scalar, TimeUnit, Type, Unit};
use axtrace_source::Span;

use super::generator::{Function, Generator, Scope, ZONES, decimal, euro, kg, price, wage, written};
use super::number::scalar_of;
use super::random::Random;
use super::tree::Node;

const VALUES: [&str; 12] = ["red", "green", "blue", "small", "large", "north", "south", "gold", "iron", "fresh", "late", "`very odd`"];

/// One program.
pub fn program(random: Random) -> Node {
    let mut generator = Generator::new(random);
    let mut parts = vec![Node::part("module case\n", Vec::new())];
    if generator.random.chance(50) {
        parts.push(Node::item("owner \"The office\"\n", Vec::new()));
    }
    parts.push(Node::item(super::lists::NAMED, Vec::new()));
    parts.push(Node::item("unit kg\n", Vec::new()).mark("unit"));
    parts.extend(generator.enums());
    generator.weekdays();
    parts.extend(generator.records());
    parts.extend(generator.params());
    parts.extend(generator.roles());
    for _ in 0..generator.random.below(3) {
        parts.push(generator.define());
    }
    for _ in 0..1 + generator.random.below(3) {
        parts.push(generator.decision());
        if generator.random.chance(20) {
            parts.push(generator.define());
        }
    }
    if generator.random.chance(6) {
        parts.push(generator.corner());
    }
    Node::all(parts)
}

impl Generator {
    /// A decision of what chance alone seldom makes.
    fn corner(&mut self) -> Node {
        let (record, list, name) = (self.name("Kept"), self.name("Team"), self.name("corner"));
        let (most, least) = (20 + self.random.below(200), self.random.below(10));
        let span = format!(
            "record {record} {{\n  low, high : integer in 0..{most}\n  always low <= high because \"{{low}} above {{high}}\"\n}}\n"
        );
        match self.random.below(5) {
            0 => Node::item(
                format!(
                    "{span}decision {name}(items: list of {record} with 0..6 items, n: integer in 0..9) gives boolean hit first {{\n  \
                     rule all when count(items) > n and (every it in items satisfies it.high - it.low >= 0) then true\n  otherwise n > {least}\n}}\n"
                ),
                Vec::new(),
            )
            .mark("what elements keep"),
            1 => {
                let operator = *self.random.pick(&["=", "<", ">="]);
                let side = |a: &str, c: &str| format!("({a} * 987_654_321_987_654_321_987 / ({c} * 1_000_000_007))");
                let (left, right) = (side("a", "c"), side("b", "d"));
                let params = "a, b: integer in -1_000_000_000_000..1_000_000_000_000, c, d: integer in 1..9_000_000_000";
                let params = params.replace("a, b: ", "a: integer in -9..9_000_000_000, b: ").replace("c, d: ", "c: integer in 1..7, d: ");
                Node::item(format!("decision {name}({params}) gives boolean = {left} {operator} {right}\n"), Vec::new())
                    .mark("quotients compared in 256 bits")
            }
            2 => {
                let word = *self.random.pick(&["min", "max"]);
                let params = "names: list of text with up to 3 characters with 0..5 items, other: text with up to 3 characters";
                Node::item(format!("decision {name}({params}) gives boolean = ({word}(names) or else \"m\") < other\n"), Vec::new())
                    .mark("min and max of texts in a list")
            }
            3 => Node::item(
                format!(
                    "{span}record {list} {{\n  spans : list of {record} with 0..2 items\n  most : integer in 0..{most}\n  \
                     always every it in spans satisfies it.high <= most\n}}\n\
                     decision {name}(team: {list}, n: integer in 0..{most}) gives integer hit first {{\n  \
                     rule low when team.most < n and (some it in team.spans satisfies it.low > {least}) then 1\n  \
                     rule all when every it in team.spans satisfies it.high <= team.most then count(team.spans)\n}}\n"
                ),
                Vec::new(),
            )
            .mark("a relation through a list"),
            _ => Node::item(
                format!(
                    "{span}decision {name}_made(n: integer in 0..{most}) gives {record} = {{ low: min(n, {least}), high: max(n, {least}) }}\n\
                     decision {name}(n: integer in 0..{most}, items: list of {record} with 1..3 items) gives integer in 0..{} hit first {{\n  \
                     let made = {name}_made(n)\n  let one = first(items)\n  \
                     rule far when made.high - made.low > 5 then made.high - made.low\n  otherwise one.high - one.low\n}}\n",
                    2 * most
                ),
                Vec::new(),
            )
            .mark("what a record keeps that comes from elsewhere"),
        }
    }

    fn enums(&mut self) -> Vec<Node> {
        let mut values = VALUES.iter().map(|value| (*value).to_string()).collect::<Vec<_>>();
        let count = 1 + self.random.below(2);
        (0..count)
            .map(|place| {
                let wide = self.random.chance(7);
                let more = if wide { (0..42 + self.random.below(18)).map(|it| format!("v{place}_{it}")).collect() } else { Vec::new() };
                let least = 2 + self.random.below(4);
                let mut names: Vec<String> = values.split_off(values.len() - least);
                names.extend(more);
                let name = self.name("Enum");
                let text = format!("enum {name} {{ {} }}\n", names.join(", "));
                let names = names.into_iter().map(|it| it.trim_matches('`').to_string()).collect();
                self.meta.types.enums.push(EnumType { name, values: names, span: Span::default() });
                Node::item(text, Vec::new()).mark(if wide { "an enum of many values" } else { "enum" })
            })
            .collect()
    }

    fn records(&mut self) -> Vec<Node> {
        (0..1 + self.random.below(2))
            .map(|_| {
                let name = self.name("Record");
                let count = 1 + self.random.below(5);
                let mut fields: Vec<FieldType> = (0..count).map(|_| self.field()).collect();
                let always = if self.random.chance(25) { Some(self.two_in_order(&mut fields)) } else { self.relation(&fields) };
                let parts = fields.iter().map(|field| {
                    let node = Node::item(format!("  {} : {}\n", field.name, written(&field.ty, &self.meta.types)), Vec::new());
                    self.mark_of_time(node, &field.ty)
                });
                let related = always.is_some();
                let parts = parts.chain(always).collect();
                let node = Node::item(format!("record {name} {{\n~}}\n"), vec![Node::all(parts)]).mark("record");
                let node = if related { node.mark("always in a record") } else { node };
                let nested = fields.iter().any(|field| matches!(field.ty.required(), Type::Record(_)));
                let optional = fields.iter().any(|field| field.ty.is_optional());
                self.meta.types.records.push(RecordType { name, fields, open: false, span: Span::default() });
                let node = if nested { node.mark("a nested record") } else { node };
                if optional { node.mark("an optional field") } else { node }
            })
            .collect()
    }

    /// Two more numbers, of which the first is always at most the second.
    fn two_in_order(&mut self, fields: &mut Vec<FieldType>) -> Node {
        let (low, high) = (self.name("f"), self.name("f"));
        let ty = Type::integer(0, 20 + self.random.below(1_000) as i128);
        let id = RecordId(self.meta.types.records.len() as u32);
        fields.extend([&low, &high].map(|name| FieldType { name: name.clone(), ty: ty.clone(), span: Span::default() }));
        self.related.push((id, low.clone(), high.clone()));
        if self.random.chance(50) {
            return Node::item(format!("  always {low} <= {high}\n"), Vec::new());
        }
        let because = format!("\"{{{low} - {high}}} above {{{high}}}\"");
        Node::item(format!("  always {low} <= {high} because {because}\n"), Vec::new()).mark("a relation with values in its reason")
    }

    /// What sometimes always holds of two numbers, or of one.
    pub fn relation(&mut self, fields: &[FieldType]) -> Option<Node> {
        let scalar = |field: &&FieldType| matches!(field.ty, Type::Scalar(it) if it.hi - it.lo > 3 && !it.is_datetime());
        let scalars: Vec<FieldType> = fields.iter().filter(scalar).cloned().collect();
        if scalars.is_empty() || !self.random.chance(15) {
            return None;
        }
        let one = self.random.pick(&scalars).clone();
        let other =
            scalars.iter().find(|other| other.name != one.name && other.ty.scalar().map(|it| it.kind) == one.ty.scalar().map(|it| it.kind));
        let text = match other {
            Some(other) => {
                let id = RecordId(self.meta.types.records.len() as u32);
                self.related.push((id, one.name.clone(), other.name.clone()));
                format!("{} <= {}", one.name, other.name)
            }
            None => format!("{} != {}", one.name, self.scalar_literal(one.ty.scalar()?).text()),
        };
        let valued = self.random.chance(50);
        let because = match self.random.below(4) {
            0 => String::new(),
            _ if valued => format!(" because \"{{{}}} is not as it must be.\"", one.name),
            _ => " because \"So it is.\"".to_owned(),
        };
        let node = Node::item(format!("  always {text}{because}\n"), Vec::new());
        Some(if because.contains('{') { node.mark("a relation with values in its reason") } else { node })
    }

    fn field(&mut self) -> FieldType {
        let ty = match self.random.below(20) {
            0 | 1 => self.list_type(),
            _ => self.simple_type(),
        };
        let ty = if self.random.chance(22) { Type::Optional(Box::new(ty)) } else { ty };
        FieldType { name: self.name("f"), ty, span: Span::default() }
    }

    pub fn list_type(&mut self) -> Type {
        let element = match self.random.below(12) {
            0 => self.random.pick(&super::lists::named()).clone(),
            1 => {
                let (inner, max) = (self.simple_type(), 1 + self.random.below(3) as u32);
                Type::List { element: Box::new(inner), min: 0, max }
            }
            2..=5 if !self.related.is_empty() => Type::Record(self.random.pick(&self.related).0),
            _ => self.simple_type(),
        };
        let (min, max) = *self.random.pick(&[(0, 5), (0, 8), (1, 4), (2, 3), (0, 1), (0, 60), (3, 3)]);
        Type::List { element: Box::new(element), min, max }
    }

    /// A type that is neither a list nor optional.
    pub fn simple_type(&mut self) -> Type {
        let types = &self.meta.types;
        let (enums, records) = (types.enums.len(), types.records.iter().filter(|record| !record.name.contains(' ')).count());
        match self.random.below(16) {
            0 => Type::Boolean,
            1 => Type::Enum(EnumId(self.random.below(enums) as u32)),
            2 => Type::Set(EnumId(self.random.below(enums) as u32)),
            3 => Type::Text { max: *self.random.pick(&[10_000, 40, 8, 1]) },
            4 | 5 if records > 0 => Type::Record(RecordId(self.random.below(records) as u32)),
            _ => Type::Scalar(self.scalar_type()),
        }
    }

    /// A scalar type with one of many ranges.
    pub fn scalar_type(&mut self) -> Scalar {
        let kind = match self.random.below(17) {
            0..=4 => Kind::INTEGER,
            5 => decimal(1 + self.random.below(4) as u32),
            6 => [euro(2), euro(2), kg(2), kg(0), price(2), wage(2)][self.random.below(6)],
            7 => Kind::Number { scale: 2 + self.random.below(4) as u32, unit: Unit::Percent },
            8 => Kind::Duration,
            9 => Kind::Days,
            10 => Kind::Date,
            11 => Kind::Time,
            12 => Kind::Datetime,
            13 => Kind::Period,
            14 => Kind::Weekday,
            15 if self.random.chance(50) => Kind::DurationIn(*self.random.pick(&TimeUnit::ALL)),
            15 => Kind::DatetimeIn(self.random.below(ZONES.len()) as u16),
            _ => decimal(*self.random.pick(&[2, 6, 9])),
        };
        let Kind::Number { .. } = kind else { return self.narrowed(Scalar::of(kind)) };
        let ranges: [(i128, i128); 14] = [
            (0, 1),
            (0, 100),
            (-128, 127),
            (0, 255),
            (-1, 256),
            (1, 65_535),
            (-40_000, 40_000),
            (0, 4_294_967_295),
            (-2_147_483_648, 2_147_483_647),
            (1, 12),
            (0, 1_000_000_000_000),
            (i64::MIN as i128, i64::MAX as i128),
            (-7, -2),
            kind.default_bounds(),
        ];
        let (lo, hi) = *self.random.pick(&ranges);
        Scalar::between(kind, lo, hi)
    }

    fn narrowed(&mut self, scalar: Scalar) -> Scalar {
        let (lo, hi) = match scalar.kind.plain() {
            Kind::Duration => *self.random.pick(&[(0, 86_400), (-3_600, 3_600), (900, 604_800), (scalar.lo, scalar.hi)]),
            Kind::Days => *self.random.pick(&[(0, 31), (-10, 400), (scalar.lo, scalar.hi)]),
            Kind::Date => *self.random.pick(&[(10_957, 21_914), (scalar.lo, scalar.hi)]),
            Kind::Time => *self.random.pick(&[(21_600, 64_800), (scalar.lo, scalar.hi)]),
            Kind::Datetime => *self.random.pick(&[(1_500_000_000, 2_000_000_000), (scalar.lo, scalar.hi)]),
            Kind::Period => *self.random.pick(&[(0, 60), (-3, 300), (scalar.lo, scalar.hi)]),
            Kind::Weekday => *self.random.pick(&[(0, 4), (5, 6), (scalar.lo, scalar.hi)]),
            _ => (scalar.lo, scalar.hi),
        };
        Scalar::between(scalar.kind, lo, hi)
    }

    fn params(&mut self) -> Vec<Node> {
        let zone = self.name("zone");
        let name = *self.random.pick(&ZONES);
        let mut parts = vec![Node::item(format!("param {zone} : timezone = \"{name}\"\n"), Vec::new()).mark("param")];
        self.zones = vec![zone, format!("\"{}\"", self.random.pick(&ZONES))];
        for _ in 0..self.random.below(4) {
            let name = self.name("p");
            let ty = self.simple_type();
            let value = self.literal(&ty);
            let text = format!("param {name} : {} = ~\n", written(&ty, &self.meta.types));
            // A parameter is known by its value, not by its range.
            let known = if let (Type::Scalar(_), Type::Scalar(_)) = (&ty, value.ty()) { Type::Scalar(scalar_of(&value)) } else { ty };
            parts.push(Node::item(text, vec![value]).mark("param"));
            let types = self.meta.types.clone();
            self.module.declare(&name, &known, &types);
        }
        parts
    }

    fn roles(&mut self) -> Vec<Node> {
        self.roles = vec![self.name("role")];
        vec![Node::item(format!("role {} \"The chief\"\n", self.roles[0]), Vec::new())]
    }

    /// Parameters of something, as text and as a scope.
    pub fn parameters(&mut self, most: usize, lists: bool) -> (Vec<Type>, Node, Scope) {
        let (mut types, mut parts, mut scope) = (Vec::new(), Vec::new(), Scope::default());
        let known = self.meta.types.clone();
        for _ in 0..1 + self.random.below(most) {
            let ty = if lists && self.random.chance(30) { self.list_type() } else { self.simple_type() };
            let ty = if self.random.chance(15) { Type::Optional(Box::new(ty)) } else { ty };
            let name = self.name("x");
            scope.declare(&name, &ty, &known);
            parts.push(Node::part(format!("{name}: {}", written(&ty, &known)), Vec::new()));
            types.push(ty);
        }
        (types, Node::listed(parts), scope)
    }

    fn define(&mut self) -> Node {
        let (types, params, mut scope) = self.parameters(2, true);
        let name = self.name("define");
        let gives = self.simple_type();
        let mut lets = Vec::new();
        let block = self.random.chance(30);
        if block {
            lets.push(self.let_in(&mut scope, 2));
        }
        let body = self.value(&scope, &gives, 3);
        // What does not say its type by itself needs it written.
        let written_type = !matches!(gives, Type::Scalar(_) | Type::Boolean) || self.random.chance(70);
        let actual = if written_type { gives } else { body.ty() };
        let mark = if written_type { format!(" : {}", written(&actual, &self.meta.types)) } else { String::new() };
        self.functions.push(Function { name: name.clone(), params: types, gives: actual, mark: "a define called" });
        if block {
            let parts = vec![params, Node::all(lets), body];
            return Node::item(format!("define {name}(~){mark} {{ ~gives ~ }}\n"), parts).mark("a define with lets");
        }
        Node::item(format!("define {name}(~){mark} = ~\n"), vec![params, body])
    }
}
