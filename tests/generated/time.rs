//! Durations, days, periods, dates, weekdays, times and instants.

use axtrace_runtime::calendar::Weekday;
use axtrace_runtime::types::{EnumId, EnumType, Kind, Scalar, Type};
use axtrace_source::Span;

use super::generator::{Generator, Scope};
use super::number::{around, scalar_of};
use super::tree::Node;

fn shifted(scalar: Scalar, kind: Kind, lo: i128, hi: i128) -> Option<Scalar> {
    around(kind, &[scalar.lo.checked_add(lo), scalar.hi.checked_add(hi)])
}

/// The name of the enum that stands for days of the week where there are sets of them.
const WEEKDAY: &str = "weekday";

impl Generator {
    /// Days of the week as an enum that no program declares: it is written, and has literals and sets, as one.
    pub fn weekdays(&mut self) {
        let values = Weekday::ALL.iter().map(|day| day.name().to_string()).collect();
        self.meta.types.enums.push(EnumType { name: WEEKDAY.into(), values, span: Span::default() });
    }

    pub fn is_weekday(&self, id: EnumId) -> bool {
        self.meta.types.enum_type(id).name == WEEKDAY
    }

    /// What may be a member of a set.
    pub fn member(&mut self, scope: &Scope, id: EnumId, depth: usize) -> Node {
        if self.is_weekday(id) && self.random.chance(70) {
            return self.quantity(scope, Kind::Weekday, depth);
        }
        self.value(scope, &Type::Enum(id), depth)
    }

    /// A field with the constructs that its type is made of.
    pub fn mark_of_time(&self, node: Node, ty: &Type) -> Node {
        match ty {
            Type::Optional(inner) => self.mark_of_time(node, inner),
            Type::List { element, .. } => self.mark_of_time(node, element),
            Type::Set(id) if self.is_weekday(*id) => node.mark("a set of weekdays"),
            Type::Scalar(scalar) => match scalar.kind {
                Kind::Period => node.mark("a type of period"),
                Kind::Weekday => node.mark("a type of weekday"),
                Kind::DurationIn(_) => node.mark("duration read as"),
                Kind::DatetimeIn(_) => node.mark("datetime in zone"),
                _ => node,
            },
            _ => node,
        }
    }

    /// An operation that gives a kind of time.
    pub fn time(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        match kind {
            Kind::Date => self.date(scope, depth),
            Kind::Weekday => self.weekday(scope, depth),
            Kind::Time => self.in_zone(scope, "time_of", Kind::Time, depth),
            Kind::Datetime => self.datetime(scope, depth),
            measured => self.span_of_time(scope, measured, depth),
        }
    }

    /// A number that a date or two give.
    pub fn count_of_time(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let parts = [("year_of", -9999, 9999), ("month_of", 1, 12), ("day_of", 1, 31)];
        if self.random.chance(50) {
            let (function, lo, hi) = *self.random.pick(&parts);
            return self.date_part(scope, function, Scalar::between(Kind::INTEGER, lo, hi), depth);
        }
        let (a, b) = (self.quantity(scope, Kind::Date, depth - 1), self.quantity(scope, Kind::Date, depth - 1));
        let (function, most) = *self.random.pick(&[("years_between", 20_000), ("months_between", 240_000), ("days_between", 8_000_000)]);
        let ty = Scalar::between(Kind::INTEGER, -most, most);
        Some(Node::value(Type::Scalar(ty), format!("{function}(~, ~)"), vec![a, b]).mark(function))
    }

    fn span_of_time(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Node> {
        let point = if kind == Kind::Days { Kind::Date } else { Kind::Datetime };
        match self.random.below(if kind == Kind::Period { 5 } else { 7 }) {
            0 | 1 => self.sum_or_difference(scope, kind, depth),
            2 => {
                let node = self.quantity(scope, Kind::INTEGER, depth - 1);
                let by = self.with_places(node, Kind::INTEGER);
                let a = self.quantity(scope, kind, depth - 1);
                let (x, y) = (scalar_of(&a), scalar_of(&by));
                let corners = [x.lo.checked_mul(y.lo), x.lo.checked_mul(y.hi), x.hi.checked_mul(y.lo), x.hi.checked_mul(y.hi)];
                let ty = around(kind, &corners)?;
                Some(Node::value(Type::Scalar(ty), "(~ * ~)", vec![a, by]).mark(if kind == Kind::Period {
                    "a period times a number"
                } else {
                    "a duration times a number"
                }))
            }
            3 => self.remainder(scope, kind, depth),
            4 => self.negated(scope, kind, depth),
            _ => {
                let (a, b) = (self.quantity(scope, point, depth - 1), self.quantity(scope, point, depth - 1));
                let (x, y) = (scalar_of(&a), scalar_of(&b));
                let ty = around(kind, &[x.lo.checked_sub(y.hi), x.hi.checked_sub(y.lo)])?;
                Some(Node::value(Type::Scalar(ty), "(~ - ~)", vec![a, b]).mark("the time between two points"))
            }
        }
    }

    fn date(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        match self.random.below(7) {
            0 | 1 => self.in_zone(scope, "date_of", Kind::Date, depth),
            2 | 3 => self.moved(scope, Kind::Date, Kind::Days, depth),
            4 => self.date_from(scope, depth),
            _ => self.moved_by_months(scope, depth),
        }
    }

    fn datetime(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        if self.random.chance(60) {
            return self.moved(scope, Kind::Datetime, Kind::Duration, depth);
        }
        let (date, time) = (self.quantity(scope, Kind::Date, depth - 1), self.quantity(scope, Kind::Time, depth - 1));
        let zone = self.random.pick(&self.zones.clone()).clone();
        let x = scalar_of(&date);
        let ty = Scalar::between(Kind::Datetime, (x.lo - 1) * 86_400, (x.hi + 2) * 86_400);
        let inside = x.lo > -4_000_000 && x.hi < 2_900_000;
        inside.then(|| Node::value(Type::Scalar(ty), format!("datetime_at(~, ~, {zone})"), vec![date, time]).mark("datetime_at"))
    }

    /// A date some months later or earlier.
    fn moved_by_months(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let (a, b) = (self.quantity(scope, Kind::Date, depth - 1), self.quantity(scope, Kind::Period, depth - 1));
        let (x, y) = (scalar_of(&a), scalar_of(&b));
        let most = y.lo.checked_abs()?.max(y.hi.checked_abs()?).checked_mul(31)?;
        let ty = shifted(x, Kind::Date, -most, most).filter(|ty| ty.lo > -4_000_000 && ty.hi < 2_900_000)?;
        let sign = if self.random.chance(50) { "+" } else { "-" };
        Some(Node::value(Type::Scalar(ty), format!("(~ {sign} ~)"), vec![a, b]).mark("date + period"))
    }

    /// A date from its parts, or another where there is none.
    fn date_from(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        let made = self.made_date(scope, depth);
        let other = self.quantity(scope, Kind::Date, depth - 1);
        let (it, of) = (scalar_of(&other), made.ty().required().scalar()?);
        let ty = around(Kind::Date, &[Some(it.lo), Some(it.hi), Some(of.lo), Some(of.hi)])?;
        Some(Node::value(Type::Scalar(ty), "(~ or else ~)", vec![made, other]))
    }

    /// A date from its parts, missing where there is none.
    fn made_date(&mut self, scope: &Scope, depth: usize) -> Node {
        let part = |this: &mut Self, lo: i128, hi: i128| {
            let any = this.random.chance(20);
            let node = this.quantity(scope, Kind::INTEGER, depth - 1);
            if any { this.with_places(node, Kind::INTEGER) } else { this.fit(node, Scalar::between(Kind::INTEGER, lo, hi)) }
        };
        let parts = vec![part(self, 1990, 2040), part(self, 0, 13), part(self, 0, 32)];
        let years = scalar_of(&parts[0]);
        let (lo, hi) = if years.lo >= 1990 && years.hi <= 2040 { (7_000, 26_000) } else { (-4_371_587, 2_932_896) };
        let ty = Type::Optional(Box::new(Type::Scalar(Scalar::between(Kind::Date, lo, hi))));
        Node::value(ty, "date_from(~, ~, ~)", parts).mark("date_from")
    }

    /// A date that may be missing, where one is expected that holds it.
    pub fn optional_date(&mut self, scope: &Scope, inner: &Type, depth: usize) -> Option<Node> {
        let wanted = inner.scalar().filter(|it| it.kind == Kind::Date && depth > 0)?;
        let made = self.random.chance(40).then(|| self.made_date(scope, depth))?;
        let of = made.ty().required().scalar()?;
        (of.lo >= wanted.lo && of.hi <= wanted.hi).then(|| made.mark("a date that may be missing"))
    }

    pub fn date_exists(&mut self, scope: &Scope, depth: usize) -> Node {
        let made = self.made_date(scope, depth);
        let test = if self.random.chance(50) { "is given" } else { "is missing" };
        Node::value(Type::Boolean, format!("(~ {test})"), vec![made]).mark("whether there is a date")
    }

    fn weekday(&mut self, scope: &Scope, depth: usize) -> Option<Node> {
        self.date_part(scope, "weekday_of", Scalar::of(Kind::Weekday), depth)
    }

    /// A part of a date, or of the date of an instant.
    fn date_part(&mut self, scope: &Scope, function: &'static str, ty: Scalar, depth: usize) -> Option<Node> {
        if self.random.chance(25) {
            let instant = self.quantity(scope, Kind::Datetime, depth - 1);
            let zone = self.random.pick(&self.zones.clone()).clone();
            return Some(Node::value(Type::Scalar(ty), format!("{function}(~, {zone})"), vec![instant]).mark("a part of an instant"));
        }
        let date = self.quantity(scope, Kind::Date, depth - 1);
        Some(Node::value(Type::Scalar(ty), format!("{function}(~)"), vec![date]).mark(function))
    }

    fn in_zone(&mut self, scope: &Scope, function: &'static str, kind: Kind, depth: usize) -> Option<Node> {
        let instant = self.quantity(scope, Kind::Datetime, depth - 1);
        let zone = self.random.pick(&self.zones.clone()).clone();
        let x = scalar_of(&instant);
        let ty = match kind {
            Kind::Time => Scalar::of(Kind::Time),
            _ => Scalar::between(kind, x.lo.div_euclid(86_400) - 1, x.hi.div_euclid(86_400) + 1),
        };
        Some(Node::value(Type::Scalar(ty), format!("{function}(~, {zone})"), vec![instant]).mark(function))
    }

    /// A date moved by days, or an instant moved by a duration.
    fn moved(&mut self, scope: &Scope, kind: Kind, by: Kind, depth: usize) -> Option<Node> {
        let (a, b) = (self.quantity(scope, kind, depth - 1), self.quantity(scope, by, depth - 1));
        let (x, y) = (scalar_of(&a), scalar_of(&b));
        let day = if kind == Kind::Date { 1 } else { 86_400 };
        let (sign, ty) = match self.random.chance(50) {
            true => ("+", shifted(x, kind, y.lo, y.hi)),
            false => ("-", shifted(x, kind, -y.hi, -y.lo)),
        };
        let ty = ty.filter(|ty| ty.lo > -4_000_000 * day && ty.hi < 2_900_000 * day)?;
        Some(Node::value(Type::Scalar(ty), format!("(~ {sign} ~)"), vec![a, b]).mark(if day == 1 {
            "date + days"
        } else {
            "datetime + duration"
        }))
    }
}
