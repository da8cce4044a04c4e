//! Expressions: flat chains of the grammar become a tree in which every operator binds as tightly as it should.

use axtrace_source::{Span, Spanned};

use super::{Builder, Pair, error_at, find};
use crate::{
    ast::{
        BinaryOp, Binder, CallArg, CompareOp, Comprehension, Expr, ExprKind, FieldValue, Fold, IfBranch, Literal, Name, Quantified,
        Quantifier, TypeExpr,
    },
    errors::SyntaxError,
    grammar::Rule,
};

/// The functions whose binders stand without `for`.
const BINDING: [&str; 7] = ["count", "first", "last", "position", "sort", "runs", "groups"];
/// The functions whose binders stand behind a value and `for`.
const COLLECTING: [&str; 5] = ["sum", "min", "max", "average", "list"];

/// What stands between the parentheses of a call, up to a comma.
struct Argument {
    head: Head,
    each: Option<Vec<Binder>>,
    condition: Option<Expr>,
    by: Option<Expr>,
    step: Option<Expr>,
    span: Span,
}

/// What an argument begins with.
enum Head {
    Value(Expr),
    To(Span, Expr),
    Binder(Binder),
    Memory(Box<(Name, TypeExpr, Expr)>),
}

impl<'a> Builder<'a, '_> {
    /// The expression inside of a pair, or an error node if it holds none.
    pub(super) fn expr_in(&mut self, pair: &Pair<'a>) -> Expr {
        match find(pair, Rule::expr) {
            Some(expr) => self.expr(expr),
            None => error_at(self.span(pair)),
        }
    }

    pub(super) fn expr(&mut self, pair: Pair<'a>) -> Expr {
        let span = self.span(&pair);
        let Some(inner) = pair.into_inner().next() else { return error_at(span) };
        self.deeper(1, span, |it| match inner.as_rule() {
            Rule::if_expr => it.if_expr(inner, span),
            Rule::quantified => it.quantified(inner),
            _ => it.logic(inner),
        })
    }

    fn if_expr(&mut self, pair: Pair<'a>, span: Span) -> Expr {
        let parts = pair.clone().into_inner().count();
        self.chain(parts, span, |it| {
            let (mut branches, mut otherwise) = (Vec::new(), error_at(span));
            for inner in pair.into_inner() {
                match inner.as_rule() {
                    Rule::if_branch => branches.extend(it.if_branch(inner)),
                    _ => otherwise = it.expr(inner),
                }
            }
            Expr { kind: ExprKind::If { branches, otherwise: Box::new(otherwise) }, span }
        })
    }

    fn if_branch(&mut self, pair: Pair<'a>) -> Option<IfBranch> {
        let mut exprs = pair.into_inner().filter(|inner| inner.as_rule() == Rule::expr);
        let (condition, then) = (exprs.next()?, exprs.next()?);
        Some(IfBranch { condition: self.expr(condition), then: self.expr(then) })
    }

    fn quantified(&mut self, pair: Pair<'a>) -> Expr {
        let span = self.span(&pair);
        let word = pair.clone().into_inner().next();
        let some = word.as_ref().is_some_and(|word| word.as_rule() == Rule::kw_some);
        let at = word.map_or(span, |word| self.span(&word));
        let quantifier = Spanned::new(if some { Quantifier::Some } else { Quantifier::Every }, at);
        let binders = self.binders_in(&pair);
        let condition = self.expr_in(&pair);
        Expr { kind: ExprKind::Quantified(Box::new(Quantified { quantifier, binders, condition })), span }
    }

    pub(super) fn binders_in(&mut self, pair: &Pair<'a>) -> Vec<Binder> {
        let Some(binders) = find(pair, Rule::binders) else { return Vec::new() };
        let binders = binders.into_inner().filter(|inner| inner.as_rule() == Rule::binder).filter_map(|inner| self.binder(inner)).collect();
        self.bounded(binders)
    }

    /// A `binder`, or a `binder_at`.
    fn binder(&mut self, pair: Pair<'a>) -> Option<Binder> {
        let span = self.span(&pair);
        let items = self.operand(find(&pair, Rule::operand)?);
        let mut names = self.names(pair).into_iter();
        Some(Binder { name: names.next()?, at: names.next(), items, span })
    }

    /// `and` and `or`: chains of any length are one node.
    fn logic(&mut self, pair: Pair<'a>) -> Expr {
        let (mut any, mut all) = (Vec::new(), Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::negation => all.push(self.negation(inner)),
                _ if inner.as_str().starts_with("or") => any.extend(joined(std::mem::take(&mut all), ExprKind::And)),
                _ => {}
            }
        }
        any.extend(joined(all, ExprKind::And));
        joined(any, ExprKind::Or).unwrap_or(error_at(Span::default()))
    }

    fn negation(&mut self, pair: Pair<'a>) -> Expr {
        let span = self.span(&pair);
        let (mut nots, mut operand) = (Vec::new(), None);
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::kw_not {
                nots.push(self.span(&inner));
            } else {
                operand = Some(inner);
            }
        }
        let Some(operand) = operand else { return error_at(span) };
        self.deeper(nots.len(), span, |it| {
            let inner = match operand.as_rule() {
                Rule::comparison => it.comparison(operand),
                _ => it.quantified(operand),
            };
            prefixed(nots, inner, ExprKind::Not)
        })
    }

    fn comparison(&mut self, pair: Pair<'a>) -> Expr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let Some(left) = inner.next() else { return error_at(span) };
        let tails: Vec<_> = inner.collect();
        let [tail] = &tails[..] else {
            if let [first, second, ..] = &tails[..] {
                self.report(SyntaxError::Chained { at: self.span(second), first: self.span(first) });
                return error_at(span);
            }
            return self.operand(left);
        };
        self.deeper(1, span, |it| {
            let left = Box::new(it.operand(left));
            let kind = it.compare_tail(tail.clone(), left);
            Expr { kind, span }
        })
    }

    fn compare_tail(&mut self, pair: Pair<'a>, left: Box<Expr>) -> ExprKind {
        let mut inner = pair.into_inner();
        let Some(op) = inner.next() else { return ExprKind::Error };
        let (op_span, operand) = (self.span(&op), inner.next());
        match (op.as_rule(), operand) {
            (Rule::is_op, _) => is_kind(&op, left, op_span),
            (Rule::in_op, Some(domain)) => {
                let negated = op.as_str().starts_with("not");
                ExprKind::In { value: left, domain: Box::new(self.operand(domain)), negated, op_span }
            }
            (Rule::compare_op, Some(right)) => {
                ExprKind::Compare { op: Spanned::new(compare_op(&op), op_span), left, right: Box::new(self.operand(right)) }
            }
            (_, Some(pattern)) => ExprKind::Matches { value: left, pattern: self.pattern(&pattern), op_span },
            _ => ExprKind::Error,
        }
    }

    /// Arithmetic, or a range of two.
    pub(super) fn operand(&mut self, pair: Pair<'a>) -> Expr {
        let span = self.span(&pair);
        let parts: Vec<_> = pair.clone().into_inner().collect();
        match &parts[..] {
            [only] => self.arith(only.clone()),
            _ => self.deeper(1, span, |it| match it.range(pair) {
                Some(range) => Expr { kind: ExprKind::Range(Box::new(range)), span },
                None => error_at(span),
            }),
        }
    }

    /// Sums of products, from left to right.
    pub(super) fn arith(&mut self, pair: Pair<'a>) -> Expr {
        let span = self.span(&pair);
        let inner: Vec<_> = pair.into_inner().collect();
        self.deeper(inner.len() / 2, span, |it| {
            let (mut sum, mut product, mut op) = (None, None, None);
            for part in inner {
                if part.as_rule() == Rule::arith_op {
                    op = Some(Spanned::new(binary_op(part.as_str()), it.span(&part)));
                    continue;
                }
                let operand = it.unary(part);
                match op.take() {
                    None => product = Some(operand),
                    Some(op) if binds_tightly(op.node) => product = product.map(|left| binary(left, op, operand)),
                    Some(op) => {
                        sum = Some((add_up(sum, product.take()), op));
                        product = Some(operand);
                    }
                }
            }
            add_up(sum, product).unwrap_or(error_at(span))
        })
    }

    /// Minus signs before a chain of `or else`; behind `or else` they belong to the one operand.
    fn unary(&mut self, pair: Pair<'a>) -> Expr {
        let span = self.span(&pair);
        let (mut leading, mut minuses, mut operands) = (Vec::new(), Vec::new(), Vec::new());
        let inner: Vec<_> = pair.into_inner().collect();
        let signs = inner.iter().filter(|part| part.as_rule() == Rule::minus_sign).count();
        let parts = inner.iter().filter(|part| part.as_rule() == Rule::postfix).count();
        let or_else = |it: &mut Self| {
            for part in inner {
                match part.as_rule() {
                    Rule::minus_sign => minuses.push(it.span(&part)),
                    Rule::postfix if operands.is_empty() => {
                        leading = std::mem::take(&mut minuses);
                        operands.push(it.postfix(part));
                    }
                    Rule::postfix => {
                        let operand = it.postfix(part);
                        operands.push(prefixed(std::mem::take(&mut minuses), operand, ExprKind::Negate));
                    }
                    _ => {}
                }
            }
            prefixed(leading, joined(operands, ExprKind::OrElse).unwrap_or(error_at(span)), ExprKind::Negate)
        };
        self.deeper(signs, span, |it| it.chain(parts.saturating_sub(1), span, or_else))
    }

    fn postfix(&mut self, pair: Pair<'a>) -> Expr {
        let span = self.span(&pair);
        let mut inner: Vec<_> = pair.into_inner().collect();
        let tails = inner.split_off(inner.len().min(1));
        let Some(primary) = inner.pop() else { return error_at(span) };
        self.deeper(tails.len(), span, |it| {
            let mut base = it.primary(primary);
            for tail in tails {
                base = it.postfix_tail(base, tail);
            }
            base
        })
    }

    fn postfix_tail(&mut self, base: Expr, tail: Pair<'a>) -> Expr {
        let span = base.span.to(self.span(&tail));
        let kind = match tail.as_rule() {
            Rule::field_access => match find(&tail, Rule::name) {
                Some(name) => ExprKind::Field { base: Box::new(base), field: self.name(&name) },
                None => ExprKind::Error,
            },
            _ => {
                let fields = find(&tail, Rule::record_value).map(|value| self.field_values(value)).unwrap_or_default();
                ExprKind::With { base: Box::new(base), fields }
            }
        };
        Expr { kind, span }
    }

    fn primary(&mut self, pair: Pair<'a>) -> Expr {
        let span = self.span(&pair);
        let Some(inner) = pair.into_inner().next() else { return error_at(span) };
        let kind = match inner.as_rule() {
            Rule::datetime => self.datetime(&inner),
            Rule::date => self.date(&inner).map_or(ExprKind::Error, |date| ExprKind::Literal(Literal::Date(date.node))),
            Rule::time => self.time(&inner),
            Rule::percent => self.percent(inner),
            Rule::quantity => self.quantity(inner),
            Rule::number => self.number_literal(&inner),
            Rule::text => self.text(inner),
            Rule::boolean => ExprKind::Literal(Literal::Boolean(inner.as_str() == "true")),
            Rule::kw_missing => ExprKind::Literal(Literal::Missing),
            Rule::paren => self.expr_in(&inner).kind,
            Rule::record_value => self.record_value(inner),
            Rule::set_value => ExprKind::Set(self.exprs(inner)),
            Rule::list_value => ExprKind::List(self.exprs(inner)),
            _ => self.named(inner),
        };
        Expr { kind, span }
    }

    fn exprs(&mut self, pair: Pair<'a>) -> Vec<Expr> {
        pair.into_inner().filter(|inner| inner.as_rule() == Rule::expr).map(|inner| self.expr(inner)).collect()
    }

    fn record_value(&mut self, pair: Pair<'a>) -> ExprKind {
        let fields = self.field_values(pair);
        if fields.is_empty() { ExprKind::EmptyBraces } else { ExprKind::Record(fields) }
    }

    fn field_values(&mut self, pair: Pair<'a>) -> Vec<FieldValue> {
        pair.into_inner().filter(|inner| inner.as_rule() == Rule::field_value).filter_map(|inner| self.field_value(inner)).collect()
    }

    fn field_value(&mut self, pair: Pair<'a>) -> Option<FieldValue> {
        let name = self.name(&find(&pair, Rule::name)?);
        Some(FieldValue { name, value: self.expr_in(&pair) })
    }

    fn named(&mut self, pair: Pair<'a>) -> ExprKind {
        let Some(name) = find(&pair, Rule::name).map(|name| self.name(&name)) else { return ExprKind::Error };
        match find(&pair, Rule::arguments) {
            Some(arguments) => self.call(name, arguments),
            None => ExprKind::Name(name),
        }
    }

    fn call(&mut self, function: Name, pair: Pair<'a>) -> ExprKind {
        let args: Vec<_> = pair.into_inner().filter(|inner| inner.as_rule() == Rule::argument).map(|inner| self.argument(inner)).collect();
        let binding = BINDING.contains(&function.text.as_str());
        let binds = |arg: &Argument| match &arg.head {
            Head::Binder(_) => true,
            Head::Value(value) => binding && matches!(value.kind, ExprKind::In { .. }),
            _ => false,
        };
        let comprehends = args.iter().any(|arg| binds(arg) || arg.each.is_some() || arg.condition.is_some() || arg.by.is_some());
        if function.text == "fold" {
            self.fold(&function, args)
        } else if comprehends {
            self.comprehension(function, args)
        } else {
            self.plain_call(function, args)
        }
    }

    fn argument(&mut self, pair: Pair<'a>) -> Argument {
        let span = self.span(&pair);
        let mut argument = Argument { head: Head::Value(error_at(span)), each: None, condition: None, by: None, step: None, span };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => argument.head = Head::Value(self.expr(inner)),
                Rule::step_to => argument.head = self.step_to(&inner),
                Rule::binder_at => argument.head = self.binder(inner).map_or(Head::Value(error_at(span)), Head::Binder),
                Rule::memory => argument.head = self.memory(&inner),
                Rule::for_part => argument.each = Some(self.binders_in(&inner)),
                Rule::where_part => argument.condition = Some(self.expr_in(&inner)),
                Rule::by_part => argument.by = Some(self.expr_in(&inner)),
                Rule::step_part => argument.step = Some(self.expr_in(&inner)),
                _ => {}
            }
        }
        argument
    }

    fn step_to(&mut self, pair: &Pair<'a>) -> Head {
        let word = find(pair, Rule::kw_to).map_or(self.span(pair), |word| self.span(&word));
        Head::To(word, self.expr_in(pair))
    }

    fn memory(&mut self, pair: &Pair<'a>) -> Head {
        match find(pair, Rule::name).map(|name| self.name(&name)) {
            Some(name) => Head::Memory(Box::new((name, self.type_in(pair), self.expr_in(pair)))),
            None => Head::Value(error_at(self.span(pair))),
        }
    }

    fn plain_call(&mut self, function: Name, args: Vec<Argument>) -> ExprKind {
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            match (arg.head, arg.step) {
                (Head::Value(value), None) => values.push(CallArg { to: None, value }),
                (Head::To(to, value), None) => values.push(CallArg { to: Some(to), value }),
                _ => return self.no_argument(format!("`{}` has no named arguments", function.text), arg.span, "arguments stand in order"),
            }
        }
        ExprKind::Call { function, args: values }
    }

    fn no_argument(&mut self, problem: String, at: Span, label: &'static str) -> ExprKind {
        self.report(SyntaxError::Arguments { problem, at, label, help: None });
        ExprKind::Error
    }

    fn comprehension(&mut self, function: Name, mut args: Vec<Argument>) -> ExprKind {
        let Some(last) = args.pop() else { return ExprKind::Error };
        let misplaced = args.iter().find(|arg| arg.each.is_some() || arg.condition.is_some() || arg.by.is_some() || arg.step.is_some());
        if let Some(arg) = misplaced.or(last.step.as_ref().map(|_| &last)) {
            let problem = format!("`{}` runs over its elements once, in its last argument", function.text);
            return self.no_argument(problem, arg.span, "nothing follows this");
        }
        let Argument { head, each, condition, by, span, .. } = last;
        let (body, binders) = match (each, head) {
            (Some(binders), Head::Value(body)) if args.is_empty() => (Some(body), Some(binders)),
            (None, head) => (None, args.into_iter().map(|arg| arg.head).chain([head]).map(binder_of).collect::<Option<Vec<_>>>()),
            _ => (None, None),
        };
        let Some(binders) = binders else { return self.no_binders(&function, span) };
        let binders = self.bounded(binders);
        if body.is_none() && COLLECTING.contains(&function.text.as_str()) {
            return self.no_body(&function, span);
        }
        ExprKind::Comprehension(Box::new(Comprehension { function, body, binders, condition, by }))
    }

    fn no_binders(&mut self, function: &Name, at: Span) -> ExprKind {
        let label = "no element is named here";
        let help = if COLLECTING.contains(&function.text.as_str()) {
            "write `sum(x.amount for x in items where …)`"
        } else {
            "write `count(x in items where …)`"
        };
        let problem = format!("`{}` does not say what it runs over", function.text);
        self.report(SyntaxError::Arguments { problem, at, label, help: Some(help) });
        ExprKind::Error
    }

    fn no_body(&mut self, function: &Name, at: Span) -> ExprKind {
        let problem = format!("`{}` does not say which value of each element it takes", function.text);
        let help = Some("write the value and `for` before the element: `sum(x.amount for x in items)`");
        self.report(SyntaxError::Arguments { problem, at, label: "only the elements are named", help });
        ExprKind::Error
    }

    fn fold(&mut self, function: &Name, mut args: Vec<Argument>) -> ExprKind {
        let at = args.iter().map(|arg| arg.span).reduce(Span::to).unwrap_or(function.span);
        let built = args.pop().and_then(|last| self.fold_parts(function, args, last));
        if let Some(fold) = built {
            return ExprKind::Fold(Box::new(fold));
        }
        let help = Some("write `fold(total : integer = 0, x in items: total + x)`");
        let problem = "`fold` has a memory with its start, an element, and what the memory becomes".to_owned();
        self.report(SyntaxError::Arguments { problem, at, label: "not of this form", help });
        ExprKind::Error
    }

    fn fold_parts(&mut self, function: &Name, args: Vec<Argument>, last: Argument) -> Option<Fold> {
        let step = last.step.filter(|_| last.each.is_none() && last.condition.is_none() && last.by.is_none())?;
        let mut heads = args.into_iter().map(|arg| arg.head);
        let (memory, ty, start) = match heads.next()? {
            Head::Memory(memory) => (memory.0, Some(memory.1), memory.2),
            Head::Value(value) => assigned(value)?,
            _ => return None,
        };
        let binders = heads.chain([last.head]).map(binder_of).collect::<Option<Vec<_>>>()?;
        let binders = self.bounded(binders);
        Some(Fold { head_span: function.span, memory, ty, start, binders, step })
    }
}

/// `x in items` as a binder.
fn binder_of(head: Head) -> Option<Binder> {
    let value = match head {
        Head::Binder(binder) => return Some(binder),
        Head::Value(value) => value,
        _ => return None,
    };
    match value.kind {
        ExprKind::In { value: name, domain, negated: false, .. } => match name.kind {
            ExprKind::Name(name) => Some(Binder { name, at: None, items: *domain, span: value.span }),
            _ => None,
        },
        _ => None,
    }
}

/// `memory = start`, which reads like a comparison.
fn assigned(value: Expr) -> Option<(Name, Option<TypeExpr>, Expr)> {
    match value.kind {
        ExprKind::Compare { op, left, right } if op.node == CompareOp::Equal => match left.kind {
            ExprKind::Name(name) => Some((name, None, *right)),
            _ => None,
        },
        _ => None,
    }
}

/// One node for a chain; a single operand is itself.
fn joined(mut operands: Vec<Expr>, node: fn(Vec<Expr>) -> ExprKind) -> Option<Expr> {
    if operands.len() < 2 {
        return operands.pop();
    }
    let span = operands.first()?.span.to(operands.last()?.span);
    Some(Expr { kind: node(operands), span })
}

/// The operand behind prefixes, the innermost last.
fn prefixed(prefixes: Vec<Span>, operand: Expr, node: fn(Box<Expr>) -> ExprKind) -> Expr {
    prefixes.into_iter().rev().fold(operand, |inner, prefix| {
        let span = prefix.to(inner.span);
        Expr { kind: node(Box::new(inner)), span }
    })
}

fn binary(left: Expr, op: Spanned<BinaryOp>, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span }
}

fn add_up(sum: Option<(Option<Expr>, Spanned<BinaryOp>)>, product: Option<Expr>) -> Option<Expr> {
    match (sum, product) {
        (Some((Some(left), op)), Some(right)) => Some(binary(left, op, right)),
        (_, product) => product,
    }
}

fn binds_tightly(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo)
}

fn binary_op(text: &str) -> BinaryOp {
    match text.trim() {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Subtract,
        "*" => BinaryOp::Multiply,
        "/" => BinaryOp::Divide,
        "mod" => BinaryOp::Modulo,
        "plus" => BinaryOp::Plus,
        _ => BinaryOp::Minus,
    }
}

fn is_kind(op: &Pair, value: Box<Expr>, op_span: Span) -> ExprKind {
    match op.clone().into_inner().last().map(|word| word.as_rule()) {
        Some(Rule::kw_given) => ExprKind::IsGiven { value, negated: false, op_span },
        Some(Rule::kw_missing) => ExprKind::IsGiven { value, negated: true, op_span },
        _ => ExprKind::IsReferral(value),
    }
}

/// The operator of a comparison.
pub(super) fn compare_op(op: &Pair) -> CompareOp {
    let words: Vec<Rule> = op.clone().into_inner().map(|word| word.as_rule()).collect();
    match words[..] {
        [Rule::kw_has, Rule::has_all] => CompareOp::HasAll,
        [Rule::kw_has, Rule::has_any] => CompareOp::HasAny,
        [Rule::kw_has] => CompareOp::Has,
        [Rule::kw_starts, ..] => CompareOp::StartsWith,
        [Rule::kw_ends, ..] => CompareOp::EndsWith,
        [Rule::kw_contains] => CompareOp::Contains,
        _ => compare_sign(op.as_str().trim()),
    }
}

/// The operator that a sign stands for.
pub(super) fn compare_sign(sign: &str) -> CompareOp {
    match sign {
        "=" => CompareOp::Equal,
        "!=" => CompareOp::NotEqual,
        "<" => CompareOp::Less,
        "<=" => CompareOp::LessOrEqual,
        ">" => CompareOp::Greater,
        _ => CompareOp::GreaterOrEqual,
    }
}
