//! What authors who come from elsewhere may have meant: functions, types and units of spreadsheets and other languages, values in quotes.

use axtrace_runtime::types::{Kind, Scalar, Type, Unit};
use axtrace_runtime::value::Value;

use super::Checker;
use crate::hir::Expr;

/// What to write for a function that other languages have.
pub(super) fn function(name: &str, argument: Option<&str>) -> Option<String> {
    let of = argument.unwrap_or("x");
    Some(match name.to_lowercase().as_str() {
        "and" => "conditions are joined by a word between them: `a and b`".into(),
        "or" => "conditions are joined by a word between them: `a or b`".into(),
        "if" | "iif" | "wenn" | "si" => "write `if condition then a else b`".into(),
        "today" | "now" | "heute" | "getdate" | "current_date" | "sysdate" => {
            "a decision knows no clock: take the date as a parameter, such as `today: date`".into()
        }
        "date" | "time" | "datetime" | "duration" | "date_and_time" | "days" | "period" => {
            match argument.and_then(|text| text.strip_prefix('"')?.strip_suffix('"')) {
                Some(text) => format!("it is written as it is: `{}`", literal(text).unwrap_or_else(|| text.to_owned())),
                None => {
                    "dates, times and durations are written as they are: `2026-11-20`, `09:30`, `48 h`; of numbers `date_from(y, m, d)`"
                        .into()
                }
            }
        }
        "datedif" | "datediff" | "yearfrac" | "date_diff" => {
            "write `years_between(a, b)`, `months_between(a, b)` or `days_between(a, b)`".into()
        }
        "dateadd" | "edate" | "adddays" => "write `date + 7 days` or `date + 6 months`".into(),
        "year" | "jahr" => format!("write `year_of({of})`"),
        "month" | "monat" => format!("write `month_of({of})`"),
        "day" | "tag" => format!("write `day_of({of})`"),
        "weekday" => format!("write `weekday_of({of})`"),
        "len" | "length" | "strlen" | "char_length" | "size" => format!("of a text write `length_of({of})`, of a list `count({of})`"),
        "concat" | "concatenate" | "textjoin" => "texts are put together in quotes: `\"{a} {b}\"`".into(),
        "isblank" | "isnull" | "isempty" | "is_null" | "isna" => format!("write `{of} is missing`"),
        "coalesce" | "ifnull" | "nvl" | "iferror" | "isnull2" => "write `x or else 0`".into(),
        "vlookup" | "xlookup" | "lookup" | "sverweis" | "index" | "match" | "choose" | "switch" => {
            "write a decision with a `table`, and call it".into()
        }
        "sumif" | "sumifs" | "summewenn" => "write `sum(i.price for i in items where …)`".into(),
        "countif" | "countifs" => "write `count(i in items where …)`".into(),
        "averageif" | "avg" | "mean" => "write `average(i.price for i in items)`".into(),
        "ceil" | "roundup" => "write `ceiling(x)`, or `round_up(x, 2)`".into(),
        "rounddown" | "trunc" | "int" => "write `floor(x)`, or `round_down(x, 2)`".into(),
        "ucase" | "toupper" | "uppercase" => format!("write `upper({of})`"),
        "lcase" | "tolower" | "lowercase" => format!("write `lower({of})`"),
        "pow" | "sqrt" => "write `power(x, n, places)`".into(),
        "substring" | "left" | "right" | "mid" | "substr" => {
            "ask for `starts with`, `ends with` or `matches`; `characters(text)` is a list".into()
        }
        "contains" | "includes" | "in" => "write `a contains b` of a text, `a has b` of a set, `b in a` of a list".into(),
        "any" | "exists" => "write `some x in items satisfies …`".into(),
        "all" | "forall" => "write `every x in items satisfies …`".into(),
        "filter" | "map" => "write `list(i.price for i in items where …)`".into(),
        _ => return None,
    })
}

/// What to write for a type that other languages have.
pub(super) fn type_name(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "string" | "str" | "char" | "varchar" | "nvarchar" => "write `text`, or `text with up to 40 characters`",
        "int" | "long" | "short" | "bigint" | "uint" => "write `integer`, with its range: `integer in 0..120`",
        "bool" | "bit" | "yesno" => "write `boolean`",
        "number" | "float" | "double" | "real" | "numeric" | "zahl" | "nombre" => {
            "write `integer in 0..120`, or `decimal(2)` with its places: numbers are exact"
        }
        "currency" | "amount" | "price" | "euro" => "write `money EUR`",
        "percentage" => "write `percent`",
        "timestamp" | "date_time" | "instant" => "write `datetime`",
        "datum" => "write `date`",
        "timespan" | "interval" | "hours" | "minutes" => "write `duration`",
        "array" | "sequence" | "vector" => "write `list of` and the type of its elements",
        "object" | "struct" | "dict" | "map" => "declare a `record` with its fields, and write its name",
        "any" | "var" | "auto" => "every value has a type: write it",
        _ => return None,
    })
}

/// What to write for a unit in full or in other words.
pub(super) fn unit(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "hour" | "hours" | "hr" | "hrs" | "std" | "stunden" | "stunde" | "heures" => "hours are `h`: `48 h`",
        "minute" | "minutes" | "mins" | "minuten" => "minutes are `min`: `15 min`",
        "second" | "seconds" | "sec" | "secs" | "sekunden" => "seconds are `s`: `45 s`",
        "d" | "tage" | "tag" | "jours" => "days are `days`: `7 days`",
        "monate" | "monat" | "mois" => "months are `months`: `6 months`",
        "yr" | "yrs" | "jahre" | "jahr" | "ans" => "years are `years`: `18 years`",
        "euro" | "euros" => "write the currency's code: `EUR`",
        "dollar" | "dollars" => "write the currency's code, such as `USD`",
        "pound" | "pounds" => "write the currency's code: `GBP`",
        "percent" | "pct" | "prozent" => "write `%`: `12.5 %`",
        "k" | "tsd" | "thousand" => "write the number out: `12_000`",
        "m" | "mio" | "million" | "millions" => "write the number out: `1_000_000`",
        _ => return None,
    })
}

/// A value of time as it is written here, from the ISO form.
fn literal(text: &str) -> Option<String> {
    let rest = text.strip_prefix("PT")?;
    let mut parts = Vec::new();
    let mut digits = String::new();
    for sign in rest.chars() {
        match sign {
            '0'..='9' | '.' => digits.push(sign),
            'H' => parts.push(format!("{} h", std::mem::take(&mut digits))),
            'M' => parts.push(format!("{} min", std::mem::take(&mut digits))),
            'S' => parts.push(format!("{} s", std::mem::take(&mut digits))),
            _ => return None,
        }
    }
    (digits.is_empty() && !parts.is_empty()).then(|| parts.join(" "))
}

impl Checker<'_, '_> {
    /// What may have been meant by a name that nothing declares, by what is expected where it stands.
    pub(super) fn meant_name(&self, name: &str, expected: Option<&Type>) -> Option<String> {
        let lower = name.to_lowercase();
        if matches!(lower.as_str(), "true" | "false") {
            return Some(format!("write `{lower}`"));
        }
        if name == "outcome" {
            return Some("a test expects the outcome itself: `expect approve`; only a `prove` speaks of `outcome`".into());
        }
        if let Some(Type::Scalar(Scalar { kind: Kind::Weekday, .. })) = expected.map(Type::required) {
            let days = axtrace_runtime::calendar::Weekday::ALL.iter().map(|day| day.name());
            let day = days.into_iter().find(|day| lower.len() >= 2 && day.starts_with(&lower));
            return day.map(|day| format!("did you mean `{day}`?"));
        }
        if let Some(Type::Text { .. }) = expected.map(Type::required) {
            return Some(format!("a text stands in double quotes: `\"{name}\"`"));
        }
        self.field_of_something(name)
    }

    /// A field of something in scope: `booked` for `worker.booked`.
    fn field_of_something(&self, name: &str) -> Option<String> {
        let has = |of: &crate::hir::Var| match of.ty {
            Type::Record(id) => self.types.record(id).fields.iter().any(|field| field.name == name),
            _ => false,
        };
        let mut owners = self.scope.vars.iter().filter(|var| !var.name.is_empty() && has(var));
        let first = owners.next()?;
        Some(format!("`{}` has a field of this name: `{}.{name}`", first.name, first.name))
    }

    /// A variable of a record's type: `worker` for `Worker`.
    pub(super) fn of_type(&self, name: &str) -> Option<String> {
        let is = |var: &&crate::hir::Var| matches!(var.ty, Type::Record(id) if self.types.record(id).name == name);
        self.scope.vars.iter().find(is).map(|var| format!("did you mean `{}`?", var.name))
    }

    /// What to write where a value does not have the type that is expected.
    pub(super) fn meant_value(&self, expr: &Expr, ty: &Type) -> Option<String> {
        let written = self.text(expr.span);
        if let (Some(Value::Text(text)), Type::Scalar(scalar)) = (expr.constant(), ty.required()) {
            return unquoted(text, scalar.kind);
        }
        match (&expr.ty, ty.required()) {
            (_, Type::Scalar(Scalar { kind: Kind::Date, .. })) => slashed_date(&written),
            (
                Type::Scalar(Scalar { kind: Kind::Number { unit: Unit::Money(from), .. }, .. }),
                Type::Scalar(Scalar { kind: Kind::Number { unit: Unit::Money(to), .. }, .. }),
            ) if from != to => {
                Some(format!("no rate of exchange is known here: write an amount in {}, or multiply by a rate that you declare", to.code()))
            }
            (Type::Text { .. }, Type::Boolean) if expr.constant().is_some() => {
                let plain = written.trim_matches('"').to_lowercase();
                matches!(plain.as_str(), "true" | "false").then(|| format!("write `{plain}` without quotes"))
            }
            (_, Type::Boolean) => self.meant_condition(expr, &written),
            (_, Type::Text { .. }) if matches!(expr.ty, Type::Scalar(_) | Type::Enum(_)) => {
                Some(format!("a value is written into a text by braces: `\"{{{written}}}\"`"))
            }
            _ => None,
        }
    }

    /// A value where a condition is expected: `age = 16 or 17`, or a comparison left out.
    fn meant_condition(&self, expr: &Expr, written: &str) -> Option<String> {
        if let Some((left, right)) = &self.compared_before {
            return Some(match expr.ty {
                Type::Set(_) => format!("`or` joins whole conditions: write `{left} = {right} or {left} = {written}`"),
                _ => format!("`or` joins whole conditions: write `{left} in {{{right}, {written}}}`"),
            });
        }
        match &expr.ty {
            Type::Scalar(scalar) => {
                let zero = crate::ranges::show(scalar.kind, 0);
                let example = if scalar.kind.is_measure() { format!("`{written} > {zero}`") } else { format!("`{written} = …`") };
                expr.constant().is_none().then(|| format!("a condition compares, such as {example}"))
            }
            Type::Text { .. } | Type::Enum(_) => Some(format!("a condition compares, such as `{written} = …`")),
            Type::Set(_) => Some(format!("a condition asks for something: `{written} has …`")),
            _ => None,
        }
    }
}

/// A value in quotes that is written without them.
fn unquoted(text: &str, kind: Kind) -> Option<String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b' ')) && !text.is_empty();
    let example = match kind.plain() {
        Kind::Date if digits => return Some(format!("a date is written without quotes: `{text}`")),
        Kind::Time if digits => return Some(format!("a time of day is written without quotes: `{text}`")),
        Kind::Date => "a date is written without quotes: `2026-11-20`",
        Kind::Time => "a time of day is written without quotes: `09:30`",
        Kind::Datetime => "an instant is written without quotes: `2026-11-20T22:30+01:00`",
        Kind::Duration => "a duration is written without quotes: `48 h`, `1 h 30 min`",
        Kind::Days => "days are written without quotes: `7 days`",
        Kind::Period => "a period is written without quotes: `6 months`",
        Kind::Number { .. } if digits => return Some(format!("a number is written without quotes: `{text}`")),
        Kind::Number { .. } => "a number is written without quotes",
        _ => return None,
    };
    Some(example.into())
}

/// `11/20/2026`, which reads like a quotient.
pub(super) fn slashed_date(written: &str) -> Option<String> {
    let parts: Vec<&str> = written.split('/').collect();
    let [a, b, c] = parts[..] else { return None };
    let number = |text: &str| text.parse::<u32>().ok();
    let (x, y, z) = (number(a)?, number(b)?, number(c)?);
    let date = match (x, y, z) {
        (1000..=9999, 1..=12, 1..=31) => Some(format!("{x}-{y:02}-{z:02}")),
        (1..=12, 13..=31, 1000..=9999) => Some(format!("{z}-{x:02}-{y:02}")),
        (13..=31, 1..=12, 1000..=9999) => Some(format!("{z}-{y:02}-{x:02}")),
        (1..=12, 1..=12, 1000..=9999) => {
            return Some(format!("a date is written as year, month and day: `{z}-{x:02}-{y:02}` or `{z}-{y:02}-{x:02}`"));
        }
        _ => None,
    };
    date.map(|date| format!("a date is written as year, month and day: `{date}`"))
}
