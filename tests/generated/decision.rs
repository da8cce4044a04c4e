//! Decisions under every hit policy, made so that most of them decide every input: rules that agree, that override each other or that
//! divide the values of something among them.

use axtrace_runtime::types::{EnumId, FieldType, Kind, Scalar, Type};
use axtrace_source::Span;

use super::generator::{Function, Generator, Scope, constant, euro, kg, quoted, wage, written};
use super::tree::{Node, Shape};

/// What a decision is made like.
#[derive(Clone, Copy, PartialEq)]
enum Plan {
    Expression,
    First,
    Agreeing,
    Overriding,
    Divided,
    Unique,
    Collect,
    CollectSum,
    CollectCount,
    CollectMin,
    CollectMax,
    Priority,
}

const PLANS: [Plan; 17] = [
    Plan::Expression,
    Plan::First,
    Plan::First,
    Plan::First,
    Plan::Agreeing,
    Plan::Overriding,
    Plan::Overriding,
    Plan::Divided,
    Plan::Unique,
    Plan::Collect,
    Plan::Collect,
    Plan::CollectSum,
    Plan::CollectCount,
    Plan::CollectMin,
    Plan::CollectMax,
    Plan::Priority,
    Plan::Priority,
];

/// What the rules of one decision share.
struct Frame {
    plan: Plan,
    gives: Type,
    refers: bool,
    scope: Scope,
    /// The outcome of all rules that must agree.
    agreed: Option<Node>,
}

impl Generator {
    pub fn decision(&mut self) -> Node {
        let (params, written_params, mut scope) = self.parameters(3, true);
        let name = self.name("decision");
        let plan = *self.random.pick(&PLANS);
        let gives = self.outcome_type(plan);
        let refers = !matches!(plan, Plan::Expression) && !plan.collects() && self.random.chance(30);
        let (policy, mark) = policy(plan);
        let policy = if plan == Plan::Priority { self.priority(&gives, refers) } else { policy.to_owned() };
        let head =
            format!("decision {name}(~) gives {}{}{policy}", written(&gives, &self.meta.types), if refers { " or referral" } else { "" });
        let node = if plan == Plan::Expression && self.random.chance(60) {
            let value = self.value(&scope, &gives, 4);
            Node::item(format!("{head} = ~\n"), vec![written_params, value])
        } else {
            let always = self.always(&scope);
            let related = always.is_some();
            let lets: Vec<Node> = (0..self.random.below(4)).map(|_| self.let_in(&mut scope, 3)).collect();
            let body = if plan == Plan::Expression {
                let value = self.value(&scope, &gives, 4);
                Node::item("  gives ~\n", vec![value]).mark("gives after lets")
            } else {
                self.body(Frame { plan, gives: gives.clone(), refers, scope, agreed: None })
            };
            let lets = Node::all(always.into_iter().chain(lets).collect());
            let node = Node::item(format!("{head} {{\n~~}}\n"), vec![written_params, lets, body]);
            if related { node.mark("always in a decision") } else { node }
        };
        self.known_as(name, params, gives, plan, refers);
        node.mark(mark)
    }

    fn known_as(&mut self, name: String, params: Vec<Type>, gives: Type, plan: Plan, refers: bool) {
        let gives = match gives {
            element if plan == Plan::Collect => Type::List { element: Box::new(element), min: 0, max: 60 },
            gives if refers && !gives.is_optional() => Type::Optional(Box::new(gives)),
            gives => gives,
        };
        let mark = if refers { "a decision called that may refer" } else { "a decision called" };
        self.functions.push(Function { name, params, gives, mark });
    }

    fn outcome_type(&mut self, plan: Plan) -> Type {
        if plan == Plan::CollectSum {
            let kind = *self.random.pick(&[Kind::INTEGER, euro(2), Kind::Duration, kg(1), wage(2)]);
            return Type::Scalar(Scalar::between(kind, -1_000_000_000, 1_000_000_000));
        }
        match plan {
            Plan::CollectCount => return Type::integer(0, 1_000),
            Plan::CollectMin | Plan::CollectMax => {
                let ty = Type::Scalar(self.scalar_type());
                return if self.random.chance(50) { Type::Optional(Box::new(ty)) } else { ty };
            }
            Plan::Priority if self.random.chance(20) => return Type::Boolean,
            // The days of the week are no enum, though a set of them is as one of an enum.
            Plan::Priority => {
                let enums = self.meta.types.enums.iter().filter(|one| one.name != "weekday").count();
                return Type::Enum(EnumId(self.random.below(enums) as u32));
            }
            _ => {}
        }
        match self.random.below(12) {
            0 if plan != Plan::Collect => self.list_type(),
            1 if plan != Plan::Collect => Type::Optional(Box::new(self.simple_type())),
            2 | 3 => Type::Text { max: 10_000 },
            _ => self.simple_type(),
        }
    }

    /// What sometimes always holds of the parameters.
    fn always(&mut self, scope: &Scope) -> Option<Node> {
        let field = |place: &super::generator::Place| FieldType { name: place.text.clone(), ty: place.ty.clone(), span: Span::default() };
        let named: Vec<FieldType> = scope.places.iter().filter(|place| !place.text.contains('.')).map(field).collect();
        let of_records = self.related.len();
        let always = self.relation(&named);
        self.related.truncate(of_records);
        always
    }

    /// `hit priority (…)`, of all values or of some.
    fn priority(&mut self, gives: &Type, refers: bool) -> String {
        let mut ranks: Vec<String> = match gives {
            Type::Enum(id) => self.meta.types.enum_type(*id).values.iter().map(|value| quoted(value)).collect(),
            _ => vec!["true".to_owned(), "false".to_owned()],
        };
        if refers {
            ranks.push("refer".to_owned());
        }
        for place in (1..ranks.len()).rev() {
            ranks.swap(place, self.random.below(place + 1));
        }
        if ranks.len() > 1 && self.random.chance(10) {
            ranks.pop();
        }
        format!(" hit priority ({})", ranks.join(", "))
    }

    /// A `let`, whose name is then in scope.
    pub fn let_in(&mut self, scope: &mut Scope, depth: usize) -> Node {
        let name = self.name("l");
        let types = self.meta.types.clone();
        let (ty, text, value) = match self.random.below(12) {
            0 | 1 => (Type::Boolean, String::new(), self.condition(scope, depth)),
            2 | 3 => {
                let kind = *self.random.pick(&[Kind::INTEGER, euro(2), Kind::Duration, kg(1), wage(2)]);
                let value = self.quotient(scope, kind, depth).unwrap_or_else(|| self.quantity(scope, kind, depth));
                (value.ty(), String::new(), value)
            }
            4 => {
                let ty = Type::Optional(Box::new(self.simple_type()));
                (ty.clone(), format!(" : {}", written(&ty, &types)), self.value(scope, &ty, depth))
            }
            5 | 6 => {
                let ty = if self.random.chance(30) { self.list_type() } else { self.simple_type() };
                (ty.clone(), format!(" : {}", written(&ty, &types)), self.value(scope, &ty, depth))
            }
            _ => {
                let kind = self.scalar_type().kind;
                let value = self.quantity(scope, kind, depth);
                (value.ty(), String::new(), value)
            }
        };
        scope.declare(&name, &ty, &types);
        let node = Node::item(format!("  let {name}{text} = ~\n"), vec![value]).mark("let");
        if matches!(ty, Type::Ratio { .. }) { node.mark("a let of a quotient") } else { node }
    }

    fn body(&mut self, mut frame: Frame) -> Node {
        let mut parts = Vec::new();
        match frame.plan {
            Plan::Divided | Plan::Unique => parts.push(self.divided(&mut frame)),
            Plan::Overriding => parts.push(self.overriding(&mut frame)),
            Plan::Agreeing => {
                frame.agreed = Some(self.outcome(&frame, &frame.scope.clone(), 0));
                parts.push(self.rules(&frame, 3));
            }
            _ => parts.push(self.rules(&frame, 4)),
        }
        let needs = !matches!(frame.plan, Plan::Collect | Plan::CollectSum | Plan::CollectCount | Plan::Divided);
        let needs = needs && !(frame.gives.is_optional() && frame.plan.collects() && self.random.chance(60));
        if needs {
            let outcome = if let Some(outcome) = frame.agreed.clone() { outcome } else { self.outcome(&frame, &frame.scope.clone(), 2) };
            let because = self.because(&frame.scope.clone());
            parts.push(Node::item("  otherwise ~~\n", vec![outcome, because]).mark("otherwise"));
        }
        Node::all(parts)
    }

    /// Rules, some of them in a group.
    fn rules(&mut self, frame: &Frame, most: usize) -> Node {
        let mut parts = Vec::new();
        for _ in 0..1 + self.random.below(most) {
            if self.random.chance(20) {
                parts.push(self.group(frame, 2, "").1);
            } else {
                parts.push(self.rule(frame, &frame.scope.clone(), "").1);
            }
        }
        Node::all(parts)
    }

    fn group(&mut self, frame: &Frame, most: usize, overrides: &str) -> (String, Node) {
        let name = self.name("group");
        let (when, inner) = if self.random.chance(50) {
            let (when, inner) = self.condition_that_gives(&frame.scope.clone(), 2);
            (Node::item(" when ~", vec![when]).mark("a group with a condition"), inner)
        } else {
            (Node::part("", Vec::new()), frame.scope.clone())
        };
        let rules = (0..1 + self.random.below(most)).map(|_| self.rule(frame, &inner, "").1).collect();
        let parts = vec![when, Node::part(overrides, Vec::new()), Node::all(rules)];
        (name.clone(), Node::item(format!("  group {name}~~ {{\n~  }}\n"), parts).mark("group"))
    }

    fn rule(&mut self, frame: &Frame, scope: &Scope, overrides: &str) -> (String, Node) {
        let (name, mut scope) = (self.name("rule"), scope.clone());
        scope.in_rule = true;
        let each = if self.random.chance(30) { self.for_each(&mut scope) } else { None };
        let each = each.unwrap_or_else(|| Node::part("", Vec::new()));
        let before: Vec<Node> =
            (0..usize::from(self.random.chance(20))).map(|_| self.let_in(&mut scope, 2).mark("a let in a rule")).collect();
        let (when, mut inner) = self.condition_that_gives(&scope, 3);
        let when = Node::item("    when ~\n", vec![when]);
        let agreed = frame.agreed.is_some();
        let after: Vec<Node> =
            (0..usize::from(self.random.chance(15))).map(|_| self.let_in(&mut inner, 2).mark("a let in a rule")).collect();
        let outcome = match (&frame.agreed, agreed) {
            (Some(outcome), true) => outcome.clone(),
            _ => self.outcome(frame, &inner, 3),
        };
        let because = self.because(&inner);
        let cites = if self.random.chance(15) {
            Node::item("    cites \"Act 1\", \"Act 2\" <https://a.b/c>\n", Vec::new()).mark("cites")
        } else {
            Node::part("", Vec::new())
        };
        let shadow = self.random.chance(10);
        let word = if shadow { "shadow " } else { "" };
        let parts = vec![each, Node::all(before), when, Node::all(after), outcome, because, cites, Node::part(overrides, Vec::new())];
        let node = Node::item(format!("  {word}rule {name}~\n~~~    then ~\n~~~"), parts).mark("rule");
        (name.clone(), if shadow { node.mark("shadow rule") } else { node })
    }

    fn for_each(&mut self, scope: &mut Scope) -> Option<Node> {
        let list = self.list(scope, |_| true, 1)?;
        let Type::List { element, .. } = list.ty() else { return None };
        let (binder, inner) = self.element(scope, &element);
        *scope = inner;
        if self.random.chance(35)
            && let Some(second) = self.list(scope, |ty| matches!(ty, Type::List { max, .. } if *max <= 8), 0)
            && let Type::List { element, .. } = second.ty()
        {
            let (other, inner) = self.element(scope, &element);
            *scope = inner;
            let text = format!(" for each {binder} in ~, {other} in ~");
            return Some(Node::part(text, vec![list, second]).mark("for each").mark("for each of several"));
        }
        let placed = binder.contains(" at ");
        let node = Node::part(format!(" for each {binder} in ~"), vec![list]).mark("for each");
        Some(if placed { node.mark("the place of an element") } else { node })
    }

    fn because(&mut self, scope: &Scope) -> Node {
        if self.random.chance(40) {
            return Node::part("", Vec::new());
        }
        let mut scope = scope.clone();
        scope.loops = scope.loops.max(1);
        let text = self.interpolated(&scope, 2);
        let text = Node { shape: Shape::Part, ..text };
        Node::item("    because ~\n", vec![text]).mark("because")
    }

    /// An outcome; without depth one that depends on nothing.
    fn outcome(&mut self, frame: &Frame, scope: &Scope, depth: usize) -> Node {
        let ty = match (&frame.gives, frame.plan) {
            (Type::Scalar(scalar), Plan::CollectSum) => Type::Scalar(Scalar::between(scalar.kind, -1_000, 1_000)),
            (_, Plan::CollectCount) => Type::Scalar(self.scalar_type()),
            (ty, Plan::CollectMin | Plan::CollectMax) => ty.required().clone(),
            (ty, _) => ty.clone(),
        };
        if frame.refers && self.random.chance(40) {
            return self.referral(&ty, scope, depth);
        }
        if depth == 0 { self.literal(ty_or_inner(&ty)) } else { self.value(scope, &ty, depth) }
    }

    fn referral(&mut self, ty: &Type, scope: &Scope, depth: usize) -> Node {
        let role = self.roles[0].clone();
        let within = if self.random.chance(50) {
            let time = Scalar::between(Kind::Duration, 0, 360_000);
            let time = if depth == 0 { self.scalar_literal(time) } else { self.scalar(scope, time, 1) };
            Node::item(" within ~", vec![time]).mark("within")
        } else {
            Node::part("", Vec::new())
        };
        let proposing = if self.random.chance(50) {
            let value = if depth == 0 { self.literal(ty_or_inner(ty)) } else { self.value(scope, ty, depth - 1) };
            Node::item(" proposing ~", vec![value]).mark("proposing")
        } else {
            Node::part("", Vec::new())
        };
        Node::part(format!("refer to {role}~~"), vec![within, proposing]).mark("refer to")
    }

    /// Rules and groups that each override the next.
    fn overriding(&mut self, frame: &mut Frame) -> Node {
        let count = 2 + self.random.below(3);
        let (mut parts, mut below) = (Vec::new(), String::new());
        for _ in 0..count {
            let outcome = self.outcome(frame, &frame.scope.clone(), 0);
            let alike = self.random.chance(60);
            frame.agreed = Some(outcome);
            let overrides = if below.is_empty() { String::new() } else { format!(" overrides {below}\n") };
            let (name, node) = if alike && self.random.chance(50) {
                self.group(frame, 2, &overrides)
            } else {
                self.rule(frame, &frame.scope.clone(), &overrides)
            };
            parts.insert(0, if below.is_empty() { node } else { node.mark("overrides") });
            below = name;
        }
        if self.random.chance(30) {
            parts.reverse();
        }
        frame.agreed = None;
        Node::all(parts)
    }

    /// Rules that divide the values of an enum, a boolean or a number among them.
    fn divided(&mut self, frame: &mut Frame) -> Node {
        let number = |ty: &Type| matches!(ty, Type::Scalar(it) if it.hi - it.lo > 10);
        let scope = frame.scope.clone();
        let place = self.place(&scope, |ty| matches!(ty, Type::Enum(_)) || *ty == Type::Boolean || number(ty));
        let Some(place) = place else {
            frame.plan = Plan::First;
            return Node::part("", Vec::new());
        };
        let conditions: Vec<String> = match &place.ty {
            Type::Enum(id) => {
                self.meta.types.enum_type(*id).values.iter().map(|value| format!("{} = {}", place.text, quoted(value))).collect()
            }
            Type::Scalar(scalar) => self.cuts(&place.text, *scalar),
            _ => vec![place.text.clone(), format!("not {}", place.text)],
        };
        let all = conditions.into_iter().map(|condition| self.part_of(frame, &condition)).collect();
        let node = Node::all(all);
        if frame.plan == Plan::Divided { node.mark("a complete division") } else { node }
    }

    fn cuts(&mut self, text: &str, scalar: Scalar) -> Vec<String> {
        let mut cuts = [self.scalar_literal(scalar), self.scalar_literal(scalar)];
        cuts.sort_by_key(|cut| super::number::scalar_of(cut).lo);
        let (low, high) = (cuts[0].text(), cuts[1].text());
        if low == high {
            let only = constant(scalar.kind, super::number::scalar_of(&cuts[0]).lo).text();
            return vec![format!("{text} < {only}"), format!("{text} >= {only}")];
        }
        vec![format!("{text} < {low}"), format!("{text} in {low} ..< {high}"), format!("{text} >= {high}")]
    }

    fn part_of(&mut self, frame: &Frame, condition: &str) -> Node {
        let (name, mut scope) = (self.name("rule"), frame.scope.clone());
        scope.in_rule = true;
        let mut when = Node::value(Type::Boolean, condition, Vec::new());
        if frame.plan == Plan::Unique && self.random.chance(40) {
            let more = self.condition(&scope, 2);
            when = Node::value(Type::Boolean, "(~ and ~)", vec![when, more]);
        }
        let outcome = self.outcome(frame, &scope, 3);
        let because = self.because(&scope);
        Node::item(format!("  rule {name}\n    when ~\n    then ~\n~"), vec![when, outcome, because]).mark("rule")
    }
}

impl Plan {
    /// Whether all outcomes count.
    fn collects(self) -> bool {
        matches!(self, Self::Collect | Self::CollectSum | Self::CollectCount | Self::CollectMin | Self::CollectMax)
    }
}

fn ty_or_inner(ty: &Type) -> &Type {
    ty.required()
}

fn policy(plan: Plan) -> (&'static str, &'static str) {
    match plan {
        Plan::Expression => ("", "a decision of one expression"),
        Plan::First => (" hit first", "hit first"),
        Plan::Agreeing | Plan::Divided => ("", "hit any"),
        Plan::Overriding => (" hit any", "hit any"),
        Plan::Unique => (" hit unique", "hit unique"),
        Plan::Collect => (" hit collect", "hit collect"),
        Plan::CollectSum => (" hit collect sum", "hit collect sum"),
        Plan::CollectCount => (" hit collect count", "hit collect count"),
        Plan::CollectMin => (" hit collect min", "hit collect min"),
        Plan::CollectMax => (" hit collect max", "hit collect max"),
        Plan::Priority => ("", "hit priority"),
    }
}
