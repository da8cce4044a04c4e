//! Names and lets: what a name stands for where it is used.

use axtrace_grammar::ast;
use axtrace_runtime::calendar::Weekday;
use axtrace_runtime::types::{EnumId, Kind, Scalar, Type};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::Checker;
use super::expr::{enum_constant, text_constant, unwrap};
use super::scope::{Binding, Pending, PendingState, place};
use crate::hir::{Expr, ExprKind, Let, VarId};
use crate::resolve::{NameFinding, Symbol};
use crate::suggest::{did_you_mean, worth_it};

impl<'a> Checker<'a, '_> {
    pub(super) fn name(&mut self, name: &ast::Name, expected: Option<&Type>) -> Expr {
        if name.text.is_empty() {
            return Expr::error(name.span);
        }
        let value = expected.and_then(|ty| self.enum_value(ty.required(), &name.text));
        if let Some(day) = expected.and_then(|ty| weekday(ty.required(), &name.text)) {
            return self.expected_weekday(day, name);
        }
        match (self.scope.lookup(&name.text), value) {
            (Some(_), Some((id, _))) => self.ambiguous(name, "variable", id),
            (Some(binding), None) => self.bound(binding, name),
            (None, value) => self.declared_name(name, expected, value),
        }
    }

    /// A day of the week where one is expected; nothing else in scope may have its name.
    fn expected_weekday(&mut self, day: Weekday, name: &ast::Name) -> Expr {
        let declared = self.resolved.lookup(self.module, &name.text).map(|(symbol, _)| symbol);
        let kind = match (self.scope.lookup(&name.text), declared) {
            (Some(_), _) => "variable",
            (None, Some(Symbol::Param(_) | Symbol::Sample(_))) => "parameter",
            _ => return weekday_constant(day, name.span),
        };
        self.report_name(NameFinding::Ambiguous { name: name.text.clone(), kind, enumeration: "weekday".into(), at: name.span });
        Expr::error(name.span)
    }

    /// `weekday.monday`.
    pub(super) fn qualified_weekday(&mut self, name: &ast::Name, span: Span) -> Expr {
        if let Some(day) = Weekday::named(name.text.as_bytes()) {
            return weekday_constant(day, span);
        }
        let suggestion = did_you_mean(&name.text, Weekday::ALL.iter().map(|day| day.name()));
        self.report_name(NameFinding::Unknown { name: name.text.clone(), at: name.span, suggestion });
        Expr::error(span)
    }

    pub(super) fn ambiguous(&mut self, name: &ast::Name, kind: &'static str, id: EnumId) -> Expr {
        let enumeration = self.types.enum_type(id).name.clone();
        self.report_name(NameFinding::Ambiguous { name: name.text.clone(), kind, enumeration, at: name.span });
        Expr::error(name.span)
    }

    pub(super) fn enum_value(&self, ty: &Type, name: &str) -> Option<(EnumId, u16)> {
        let id = match ty {
            Type::Enum(id) => *id,
            _ => return None,
        };
        let place = self.enum_values.get(name)?.get(&id)?;
        Some((id, *place))
    }

    pub(super) fn bound(&mut self, binding: Binding, name: &ast::Name) -> Expr {
        let var = match binding {
            Binding::Var(var) => Some(var),
            Binding::Let(index) => self.pending_let(index, name.span),
            Binding::Broken(_) => None,
        };
        match var {
            Some(var) => self.read(Expr { kind: ExprKind::Variable(var), ty: self.scope.vars[var.0 as usize].ty.clone(), span: name.span }),
            None => Expr::error(name.span),
        }
    }

    /// A place as it is read: unwrapped where it is known to be given.
    pub(super) fn read(&self, expr: Expr) -> Expr {
        let given = matches!(expr.ty, Type::Optional(_)) && place(&expr).is_some_and(|place| self.scope.is_given(&place));
        if given { unwrap(expr) } else { expr }
    }

    pub(super) fn declared_name(&mut self, name: &ast::Name, expected: Option<&Type>, value: Option<(EnumId, u16)>) -> Expr {
        let symbol = self.resolved.lookup(self.module, &name.text).map(|(symbol, _)| symbol);
        let is_value = matches!(symbol, Some(Symbol::Param(_) | Symbol::Sample(_)));
        match (symbol, value) {
            (Some(_), Some((id, _))) if is_value => self.ambiguous(name, "parameter", id),
            (_, Some((id, place))) => enum_constant(id, place, name.span),
            (Some(symbol), None) => self.symbol_value(symbol, name),
            (None, None) => self.free_name(name, expected),
        }
    }

    pub(super) fn symbol_value(&mut self, symbol: Symbol, name: &ast::Name) -> Expr {
        let constant = |done: Option<(Type, Value)>| match done {
            Some((ty, value)) => Expr { kind: ExprKind::Constant(value), ty, span: name.span },
            None => Expr::error(name.span),
        };
        match symbol {
            Symbol::Param(place) => constant(self.param(place, name.span)),
            Symbol::Sample(place) if self.samples_known => constant(self.sample(place, name.span)),
            Symbol::Sample(_) => self.not_a_value(name, "a sample, which only tests and other samples know", None),
            Symbol::Define(id) if self.resolved.defines[id.0 as usize].item.args.is_none() => self.call_define(id, &[], name.span),
            Symbol::Define(_) | Symbol::Decision(_) => {
                self.not_a_value(name, "called with arguments", Some(format!("write `{}(…)`", name.text)))
            }
            Symbol::Broken => Expr::error(name.span),
            other => {
                let suggestion = self.of_type(&name.text);
                self.not_a_value(name, other.words(), suggestion)
            }
        }
    }

    pub(super) fn not_a_value(&mut self, name: &ast::Name, what: &'static str, suggestion: Option<String>) -> Expr {
        self.report_name(NameFinding::NotAValue { name: name.text.clone(), what, at: name.span, suggestion });
        Expr::error(name.span)
    }

    /// A name that nothing declares: the value of the only enum that has it, `this_rule`, or unknown.
    pub(super) fn free_name(&mut self, name: &ast::Name, expected: Option<&Type>) -> Expr {
        if let (true, Some(rule)) = (name.text == "this_rule", &self.scope.rule) {
            return text_constant(rule, name.span);
        }
        if let Some(Type::Enum(id)) = expected.map(Type::required) {
            return self.unknown_value(*id, name);
        }
        if let Some((id, place)) = self.enum_values.get(name.text.as_str()).filter(|of| of.len() == 1).and_then(|of| of.iter().next()) {
            return enum_constant(*id, *place, name.span);
        }
        if let Some(day) = Weekday::named(name.text.as_bytes()) {
            return weekday_constant(day, name.span);
        }
        let near = self.suggested().then(|| self.near_value(&name.text)).flatten();
        let meant = foreign(&name.text).map(String::from).or_else(|| self.meant_name(&name.text, expected));
        let suggestion = meant.or(near);
        self.report_name(NameFinding::Unknown { name: name.text.clone(), at: name.span, suggestion });
        Expr::error(name.span)
    }

    /// Whether a name that nothing declares is still compared with all that are known.
    pub(super) fn suggested(&self) -> bool {
        let names = self.resolved.modules[self.module].names.len() + self.scope.pending.len() + self.scope.vars.len();
        worth_it(self.findings.len(), names + self.values)
    }

    fn near_value(&self, name: &str) -> Option<String> {
        let known = self.scope.all_names();
        let declared = self.resolved.names(self.module, |symbol| matches!(symbol, Symbol::Param(_) | Symbol::Define(_)));
        let values = self.types.enums.iter().flat_map(|it| it.values.iter().map(String::as_str));
        let days = Weekday::ALL.iter().map(|day| day.name());
        did_you_mean(name, known.iter().map(String::as_str).chain(declared).chain(values).chain(days))
    }

    pub(super) fn unknown_value(&mut self, id: EnumId, name: &ast::Name) -> Expr {
        let it = self.types.enum_type(id);
        let near = self.suggested().then(|| {
            let mut known = self.scope.all_names();
            known.extend(self.resolved.names(self.module, |symbol| matches!(symbol, Symbol::Param(_))).into_iter().map(String::from));
            did_you_mean(&name.text, it.values.iter().chain(&known).map(String::as_str))
        });
        let near = near.flatten();
        let all = || format!("its values are {}", it.values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", "));
        let suggestion = near.or_else(|| (it.values.len() <= 8).then(all));
        let (enumeration, declared) = (it.name.clone(), it.span);
        self.report_name(NameFinding::UnknownValue { enumeration, value: name.text.clone(), at: name.span, declared, suggestion });
        Expr::error(name.span)
    }

    // Lets

    /// Opens the lets of a block: they may name each other in any order.
    pub(super) fn open_lets(&mut self, lets: &'a [ast::Let], block: usize) {
        for item in lets {
            let text = &item.name.text;
            if let Some(first) = self.scope.names.last().and_then(|level| level.get(text)).copied() {
                let first = self.scope.declared_at(first);
                self.report_name(NameFinding::Twice { name: text.clone(), at: item.name.span, first });
                continue;
            }
            let (level, given) = (self.scope.names.len(), self.scope.given.len());
            let index = self.scope.pending.len();
            self.scope.pending.push(Pending { item, state: PendingState::Waiting, level, given, block });
            if let Some(names) = self.scope.names.last_mut() {
                names.insert(text.clone(), Binding::Let(index));
            }
        }
    }

    /// Looks at every let opened since there were `from` of them, used or not.
    pub(super) fn close_lets(&mut self, from: usize) {
        for index in from..self.scope.pending.len() {
            if self.scope.pending[index].state == PendingState::Waiting {
                let at = self.scope.pending[index].item.name.span;
                self.pending_let(index, at);
            }
        }
    }

    pub(super) fn pending_let(&mut self, index: usize, at: Span) -> Option<VarId> {
        let item = self.scope.pending[index].item;
        match self.scope.pending[index].state {
            PendingState::Done(var) => return Some(var),
            PendingState::Failed => return None,
            PendingState::Busy => {
                let path = self.circle(&item.name.text);
                self.report_name(NameFinding::Cycle { name: item.name.text.clone(), at, path });
                return None;
            }
            PendingState::Waiting => {}
        }
        self.scope.pending[index].state = PendingState::Busy;
        let (level, known) = (self.scope.pending[index].level, self.scope.pending[index].given);
        let inner_names = self.scope.names.split_off(level.min(self.scope.names.len()));
        let inner_given = self.scope.given.split_off(known.min(self.scope.given.len()));
        let done = self.deeper(&item.name.text, at, |this| this.let_value(item));
        self.scope.names.extend(inner_names);
        self.scope.given.extend(inner_given);
        let var = done.map(|(value, ty)| self.define_let(index, item, value, ty));
        self.scope.pending[index].state = var.map_or(PendingState::Failed, PendingState::Done);
        var
    }

    pub(super) fn let_value(&mut self, item: &'a ast::Let) -> Option<(Expr, Option<(Type, Span)>)> {
        let ty = match &item.ty {
            Some(written) => Some((self.type_of(written)?, written.span)),
            None => None,
        };
        let value = match &ty {
            Some((ty, declared)) => self.typed_as(&item.value, ty, Some(*declared)),
            None => self.expr(&item.value, None),
        };
        (!value.is_error()).then_some((value, ty))
    }

    pub(super) fn define_let(&mut self, index: usize, item: &ast::Let, value: Expr, ty: Option<(Type, Span)>) -> VarId {
        let of = ty.as_ref().map_or_else(|| value.ty.clone(), |(ty, _)| ty.clone());
        let var = self.scope.variable(&item.name.text, of, item.name.span);
        if matches!(value.ty, Type::Boolean) {
            let mut facts = (self.scope.given_if(&value), self.scope.given_unless(&value));
            for places in [&mut facts.0, &mut facts.1] {
                places.sort_unstable();
                places.dedup();
            }
            self.scope.facts.insert(var, facts);
        }
        let block = self.scope.pending[index].block;
        self.scope.blocks[block].push(Let { var, value, ty });
        var
    }
}

/// The day of a name, where a day of the week is expected.
fn weekday(ty: &Type, name: &str) -> Option<Weekday> {
    let expected = matches!(ty, Type::Scalar(Scalar { kind: Kind::Weekday, .. }));
    if expected { Weekday::named(name.as_bytes()) } else { None }
}

fn weekday_constant(day: Weekday, span: Span) -> Expr {
    super::literal::scalar(Kind::Weekday, day as i128, span)
}

/// What to write for a word that other languages have.
fn foreign(word: &str) -> Option<&'static str> {
    match word.to_lowercase().as_str() {
        "null" | "nil" | "none" | "undefined" | "nothing" => Some("an optional value is tested with `is missing` and `is given`"),
        "today" | "now" | "sysdate" | "current_date" => Some("a decision knows no clock: take the date as a parameter, `on: date`"),
        "yes" | "ja" | "oui" => Some("a condition is `true` or `false`"),
        _ => None,
    }
}
