//! Types, parameters, samples and defines as they are declared.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use axtrace_grammar::ast;
use axtrace_runtime::calendar::Weekday;
use axtrace_runtime::types::{
    DEFAULT_LIST, DEFAULT_TEXT, EnumId, EnumType, FieldType, Kind, MAX_SET, RecordType, Scalar, TimeUnit, Type, Unit,
};
use axtrace_runtime::value::Value;
use axtrace_source::Span;

use super::lists::MOST_ELEMENTS;
use super::{Caller, Checker, Lazy, TypeFinding};
use crate::hir::{self, DefineId};
use crate::resolve::{NameFinding, Symbol};
use crate::suggest::did_you_mean;

/// How many fields a record may have, with those of the records in it; and how many parts a constant.
const MAX_PARTS: usize = 200_000;

/// How many values an enum may have: the place of each is 16 bits.
const MAX_NAMES: usize = 1 << 16;

impl<'a> Checker<'a, '_> {
    /// Enums and records first by name, then the fields of records: they may name each other in any order.
    pub(super) fn declare_types(&mut self) {
        self.declare_units();
        for declared in &self.resolved.enums {
            self.declare_enum(declared.item);
        }
        let empty =
            |item: &ast::Record| RecordType { name: item.name.text.clone(), fields: Vec::new(), open: item.open, span: item.name.span };
        self.types.records = self.resolved.records.iter().map(|declared| empty(declared.item)).collect();
        for (place, declared) in self.resolved.records.iter().enumerate() {
            let fields = self.within(declared.module, Caller::Nobody, |this| this.record_fields(declared.item)).0;
            self.types.records[place].fields = fields;
        }
        self.refuse_endless_records();
        self.refuse_large_records();
    }

    fn declare_enum(&mut self, item: &'a ast::Enum) {
        let id = EnumId(self.types.enums.len() as u32);
        let mut values: Vec<String> = Vec::new();
        let mut known: HashMap<&str, Span> = HashMap::new();
        for value in &item.values {
            match known.entry(&value.name.text) {
                Entry::Occupied(first) => {
                    let first = *first.get();
                    self.report_name(NameFinding::Twice { name: value.name.text.clone(), at: value.name.span, first });
                }
                Entry::Vacant(place) => {
                    place.insert(value.name.span);
                    self.enum_values.entry(&value.name.text).or_default().insert(id, values.len() as u16);
                    self.values += 1;
                    values.push(value.name.text.clone());
                }
            }
        }
        if values.len() > MAX_NAMES {
            self.report(TypeFinding::TooLarge { limit: "an enum has at most 65,536 values", at: item.name.span });
        }
        self.types.enums.push(EnumType { name: item.name.text.clone(), values, span: item.name.span });
    }

    fn record_fields(&mut self, item: &'a ast::Record) -> Vec<FieldType> {
        let mut fields: Vec<FieldType> = Vec::new();
        let mut known: HashMap<&str, Span> = HashMap::new();
        for field in &item.fields {
            for word in [field.personal, field.protected].into_iter().flatten() {
                let word_text = self.text(word);
                self.not_yet(word_text, word);
            }
            if let Some(first) = known.get(field.name.text.as_str()).copied() {
                self.report_name(NameFinding::Twice { name: field.name.text.clone(), at: field.name.span, first });
                continue;
            }
            let ty = self.type_of(&field.ty).unwrap_or_else(|| {
                self.broken_fields.insert(field.span);
                Type::Boolean
            });
            known.insert(&field.name.text, field.span);
            fields.push(FieldType { name: field.name.text.clone(), ty, span: field.span });
        }
        fields
    }

    /// A record that contains itself has no end.
    fn refuse_endless_records(&mut self) {
        let mut states = vec![0u8; self.types.records.len()];
        for place in 0..self.types.records.len() {
            self.visit_record(place, &mut states, &mut Vec::new());
        }
    }

    /// `way` has each record around with its field that leads on.
    fn visit_record(&mut self, place: usize, states: &mut [u8], way: &mut Vec<(usize, Span)>) {
        if states[place] != 0 {
            return;
        }
        states[place] = 1;
        for field in self.types.records[place].fields.clone() {
            let Some(inner) = field.ty.record_within() else { continue };
            if states[inner.0 as usize] == 1 {
                let name = self.types.record(inner).name.clone();
                let around = way.iter().skip_while(|(record, _)| *record != inner.0 as usize);
                let path = around.map(|(_, span)| *span).collect();
                self.report_name(NameFinding::Cycle { name, at: field.span, path });
                // The field is cut off, so that later passes see a finite type.
                let cut = self.types.records[place].fields.iter_mut().find(|other| other.span == field.span);
                if let Some(cut) = cut {
                    cut.ty = Type::Boolean;
                }
            } else {
                way.push((place, field.span));
                self.visit_record(inner.0 as usize, states, way);
                way.pop();
            }
        }
        states[place] = 2;
    }

    /// A record is laid out with all that it holds, which doubles where each record holds the one before twice.
    fn refuse_large_records(&mut self) {
        let mut weights = vec![None; self.types.records.len()];
        for place in 0..weights.len() {
            self.weigh_record(place, &mut weights);
        }
    }

    fn weigh_record(&mut self, place: usize, weights: &mut [Option<usize>]) -> usize {
        if let Some(known) = weights[place] {
            return known;
        }
        let mut weight = 1usize;
        for field in 0..self.types.records[place].fields.len() {
            let inner = self.types.records[place].fields[field].ty.record_within();
            weight = weight.saturating_add(inner.map_or(1, |inner| self.weigh_record(inner.0 as usize, weights)));
        }
        if weight > MAX_PARTS {
            let at = self.types.records[place].span;
            self.report(TypeFinding::TooLarge { limit: "a record has at most 200,000 fields, with those of the records in it", at });
            // The record is emptied, so that those around it are not reported for it.
            self.types.records[place].fields.clear();
            weight = 1;
        }
        weights[place] = Some(weight);
        weight
    }

    /// Parameters, samples and defines, each looked at once; and what callers must know of decisions.
    pub(super) fn declare_values(&mut self) {
        for place in 0..self.resolved.aliases.len() {
            self.alias(place, self.resolved.aliases[place].item.name.span);
        }
        for place in 0..self.resolved.params.len() {
            self.param(place, self.resolved.params[place].item.name.span);
        }
        for place in 0..self.resolved.decisions.len() {
            self.signature(place);
        }
        for place in 0..self.resolved.defines.len() {
            self.define(DefineId(place as u32), self.resolved.defines[place].item.name.span);
        }
        for place in 0..self.resolved.samples.len() {
            self.sample(place, self.resolved.samples[place].item.name.span);
        }
        self.declare_roles();
    }

    /// The type that is written; `None` if that was reported.
    pub(super) fn type_of(&mut self, written: &'a ast::TypeExpr) -> Option<Type> {
        let base = self.base_type(written)?;
        let ranged = match &written.range {
            Some(range) => self.ranged(base, range)?,
            None => base,
        };
        match (written.optional, ranged) {
            (Some(_), Type::Optional(inner)) => Some(Type::Optional(inner)),
            (Some(_), ty) => Some(Type::Optional(Box::new(ty))),
            (None, ty) => Some(ty),
        }
    }

    fn base_type(&mut self, written: &'a ast::TypeExpr) -> Option<Type> {
        let scalar = |kind| Some(Type::Scalar(Scalar::of(kind)));
        match &written.kind {
            ast::TypeKind::Named(path) => self.named_type(path),
            ast::TypeKind::Boolean => Some(Type::Boolean),
            ast::TypeKind::Integer { unit: None } => scalar(Kind::INTEGER),
            ast::TypeKind::Decimal { places, unit: None } => scalar(Kind::Number { scale: u32::from(places.node), unit: Unit::One }),
            ast::TypeKind::Integer { unit: Some(unit) } => self.quantity_type(unit, 0),
            ast::TypeKind::Decimal { unit: Some(unit), places } => self.quantity_type(unit, u32::from(places.node)),
            ast::TypeKind::Percent { places } => {
                let digits = places.as_ref().map_or(2, |places| u32::from(places.node));
                scalar(Kind::Number { scale: digits + 2, unit: Unit::Percent })
            }
            ast::TypeKind::Money { unit, places } => self.money_type(unit, places.as_ref().map(|places| u32::from(places.node))),
            ast::TypeKind::Text { up_to } => {
                let max = up_to.as_ref().map_or(u64::from(DEFAULT_TEXT), |limit| limit.node);
                Some(Type::Text { max: u32::try_from(max.min(100_000_000)).unwrap_or(u32::MAX) })
            }
            ast::TypeKind::Date => scalar(Kind::Date),
            ast::TypeKind::Time => scalar(Kind::Time),
            ast::TypeKind::Datetime { zone: None } => scalar(Kind::Datetime),
            ast::TypeKind::Datetime { zone: Some(zone) } => self.datetime_in(zone),
            ast::TypeKind::Duration { read_as: None } => scalar(Kind::Duration),
            ast::TypeKind::Duration { read_as: Some(unit) } => self.duration_in(unit),
            ast::TypeKind::Days => scalar(Kind::Days),
            ast::TypeKind::Period => scalar(Kind::Period),
            ast::TypeKind::Weekday => scalar(Kind::Weekday),
            ast::TypeKind::Timezone => Some(Type::Zone),
            ast::TypeKind::Set(of) => self.set_type(of),
            ast::TypeKind::List { of, count } => self.list_type(of, count.as_deref()),
            ast::TypeKind::Advice { .. } => self.unbuilt("advice", written.span),
            ast::TypeKind::Error => None,
        }
    }

    fn unbuilt(&mut self, what: impl Into<String>, at: Span) -> Option<Type> {
        self.not_yet(what, at);
        None
    }

    fn named_type(&mut self, path: &'a ast::Path) -> Option<Type> {
        let text = path.text();
        match self.type_symbol(path) {
            Some((Symbol::Enum(id), _)) => Some(Type::Enum(id)),
            Some((Symbol::Record(id), _)) => Some(Type::Record(id)),
            Some((Symbol::Alias(place), _)) => self.alias(place, path.span),
            Some((Symbol::Broken, _)) => None,
            _ => {
                let declared = self.resolved.names(self.module, |it| matches!(it, Symbol::Enum(_) | Symbol::Record(_) | Symbol::Alias(_)));
                let built_in = [
                    "boolean", "integer", "decimal", "percent", "money", "text", "date", "time", "datetime", "duration", "days", "period",
                    "weekday",
                ];
                let near = || self.suggested().then(|| did_you_mean(&text, declared.into_iter().chain(built_in))).flatten();
                let suggestion = super::advice::type_name(&text).map(String::from).or_else(near);
                self.report_name(NameFinding::UnknownType { name: text, at: path.span, suggestion });
                None
            }
        }
    }

    /// What the name of a type stands for: `Worker`, or `scheduling.Worker` of another module.
    fn type_symbol(&self, path: &ast::Path) -> Option<(Symbol, Span)> {
        let (last, before) = path.names.split_last()?;
        if before.is_empty() {
            return self.resolved.lookup(self.module, &last.text);
        }
        let module = before.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let module = self.resolved.modules.iter().position(|other| other.name == module)?;
        self.resolved.lookup(module, &last.text)
    }

    fn alias(&mut self, place: usize, at: Span) -> Option<Type> {
        let declared = &self.resolved.aliases[place];
        match &self.aliases[place] {
            Lazy::Done(ty) => return ty.clone(),
            Lazy::Busy => {
                let path = self.circle(&declared.item.name.text);
                self.report_name(NameFinding::Cycle { name: declared.item.name.text.clone(), at, path });
                return None;
            }
            Lazy::Waiting => {}
        }
        self.aliases[place] = Lazy::Busy;
        let name = &declared.item.name.text;
        let ty = self.deeper(name, at, |this| this.within(declared.module, Caller::Nobody, |this| this.type_of(&declared.item.ty)).0);
        self.aliases[place] = Lazy::Done(ty.clone());
        ty
    }

    fn set_type(&mut self, of: &'a ast::TypeExpr) -> Option<Type> {
        match self.type_of(of)? {
            Type::Enum(id) => self.set_of(id, of.span),
            Type::Scalar(scalar) if scalar == Scalar::of(Kind::Weekday) => Some(Type::Set(self.weekday_set())),
            other => {
                let found = self.words(&other);
                let help = Some(match other.scalar() {
                    Some(scalar) if scalar.kind == Kind::Weekday => "a set of weekdays has any of the seven; leave the range out".into(),
                    _ => "a set has values of an `enum`, or is a `set of weekday`; for others use `list of`".into(),
                });
                self.report(TypeFinding::Mismatch { expected: "an enum".into(), found, at: of.span, declared: None, help });
                None
            }
        }
    }

    /// The set of days of the week, whose names are those of an enum that nobody declares.
    pub(super) fn weekday_set(&mut self) -> EnumId {
        if let Some(id) = self.weekdays {
            return id;
        }
        let id = EnumId(self.types.enums.len() as u32);
        let values = Weekday::ALL.iter().map(|day| day.name().to_string()).collect();
        self.types.enums.push(EnumType { name: "weekday".into(), values, span: Span::default() });
        self.weekdays = Some(id);
        id
    }

    /// What a set of an enum has members of.
    pub(super) fn member_type(&self, id: EnumId) -> Type {
        if self.weekdays == Some(id) { Type::Scalar(Scalar::of(Kind::Weekday)) } else { Type::Enum(id) }
    }

    /// `datetime in zone "Europe/Berlin"`.
    fn datetime_in(&mut self, zone: &'a ast::Expr) -> Option<Type> {
        match self.constant(zone, &Type::Zone, "the zone of a `datetime`")? {
            Value::Zone(place) => Some(Type::Scalar(Scalar::of(Kind::DatetimeIn(place)))),
            _ => None,
        }
    }

    /// `duration read as hours`.
    fn duration_in(&mut self, unit: &ast::Name) -> Option<Type> {
        let known = TimeUnit::ALL.into_iter().find(|known| known.name() == unit.text);
        if known.is_none() {
            self.report(TypeFinding::ReadAs { unit: unit.text.clone(), at: unit.span });
        }
        known.map(|unit| Type::Scalar(Scalar::of(Kind::DurationIn(unit))))
    }

    fn set_of(&mut self, id: EnumId, at: Span) -> Option<Type> {
        let it = self.types.enum_type(id);
        let (name, count) = (it.name.clone(), it.values.len());
        if count > MAX_SET {
            self.report(TypeFinding::SetTooLarge { name, count, at });
            return None;
        }
        Some(Type::Set(id))
    }

    fn list_type(&mut self, of: &'a ast::TypeExpr, count: Option<&'a ast::RangeExpr>) -> Option<Type> {
        let element = self.type_of(of)?;
        let integer = Type::integer(0, i128::from(u32::MAX >> 2));
        let (min, max) = match count {
            Some(range) => self.bounds(&integer, range, (0, i128::from(DEFAULT_LIST)))?,
            None => (0, i128::from(DEFAULT_LIST)),
        };
        let at = count.map_or(of.span, |count| count.span);
        match (u32::try_from(min), u32::try_from(max)) {
            (Ok(min), Ok(max)) if max <= MOST_ELEMENTS => Some(Type::List { element: Box::new(element), min, max }),
            _ => {
                self.report(TypeFinding::TooLarge { limit: "a list has between 0 and 536,870,912 items", at });
                None
            }
        }
    }

    fn ranged(&mut self, base: Type, range: &'a ast::RangeExpr) -> Option<Type> {
        match base {
            Type::Scalar(scalar) => {
                let (lo, hi) = self.bounds(&base, range, (scalar.lo, scalar.hi))?;
                Some(Type::Scalar(Scalar { kind: scalar.kind, lo, hi }))
            }
            other => {
                let found = self.words(&other);
                let expected = "a type with an order".to_string();
                self.report(TypeFinding::Mismatch { expected, found, at: range.span, declared: None, help: None });
                None
            }
        }
    }

    /// The ends of a range of constants, both included.
    fn bounds(&mut self, ty: &Type, range: &'a ast::RangeExpr, default: (i128, i128)) -> Option<(i128, i128)> {
        let mut end = |bound: &'a Option<ast::Bound>, default: i128, step: i128| match bound {
            Some(bound) => {
                let wide = widest(ty);
                let value = self.constant(&bound.value, &wide, "the end of a range")?;
                let number = value.number()?;
                Some(if bound.open { number.checked_add(step)? } else { number })
            }
            None => Some(default),
        };
        let (low, high) = (end(&range.low, default.0, 1), end(&range.high, default.1, -1));
        let (low, high) = (low?, high?);
        // A range may say more than the default does: `integer in 0..10_000_000_000_000_000`.
        if low > high {
            let text = |bound: &Option<ast::Bound>| bound.as_ref().map(|bound| self.text(bound.value.span)).unwrap_or_default();
            let kind = ty.scalar().map(|scalar| scalar.kind);
            self.range_reversed(kind, (text(&range.low), low), (text(&range.high), high), range.span);
            return None;
        }
        if low < i128::from(i64::MIN) || high > i128::from(i64::MAX) {
            self.report(TypeFinding::TooLarge { limit: "a declared range stays within 64 bits, about 9.2 times 10^18", at: range.span });
            return None;
        }
        Some((low, high))
    }

    /// The value of an expression that is known when the rules are built.
    pub(super) fn constant(&mut self, expr: &'a ast::Expr, ty: &Type, what: &str) -> Option<Value> {
        let checked = self.typed_as(expr, ty, None);
        if checked.is_error() {
            return None;
        }
        let value = checked.constant().cloned();
        if value.is_none() {
            self.report(TypeFinding::NotConstant { what: what.into(), at: expr.span });
        }
        value
    }

    /// The value of a constant that must lie within the bounds of its type.
    pub(super) fn constant_within(&mut self, expr: &'a ast::Expr, ty: &Type, what: &str, declared: Option<Span>) -> Option<Value> {
        let value = self.constant(expr, ty, what)?;
        self.value_fits(&value, ty, expr.span, declared).then_some(value)
    }

    /// The type and value of a parameter of the module.
    pub(super) fn param(&mut self, place: usize, at: Span) -> Option<(Type, Value)> {
        let declared = &self.resolved.params[place];
        match &self.params[place] {
            Lazy::Done(done) => return done.clone(),
            Lazy::Busy => {
                let path = self.circle(&declared.item.name.text);
                self.report_name(NameFinding::Cycle { name: declared.item.name.text.clone(), at, path });
                return None;
            }
            Lazy::Waiting => {}
        }
        self.params[place] = Lazy::Busy;
        let name = &declared.item.name.text;
        let done = self.deeper(name, at, |this| this.within(declared.module, Caller::Nobody, |this| this.param_value(declared.item)).0);
        self.params[place] = Lazy::Done(done.clone());
        done
    }

    fn param_value(&mut self, item: &'a ast::Param) -> Option<(Type, Value)> {
        let ty = self.type_of(item.ty.as_ref()?)?;
        let ast::ParamValue::Fixed(value) = &item.value else {
            self.not_yet("param with dates", item.span);
            return None;
        };
        let declared = item.ty.as_ref().map(|ty| ty.span);
        let value = self.constant_within(value, &ty, "the value of a parameter", declared)?;
        self.not_too_large(&value, item.name.span)?;
        Some((ty, value))
    }

    /// Refuses a constant that is made of others, each of which holds the one before twice.
    fn not_too_large(&mut self, value: &Value, at: Span) -> Option<()> {
        if has_parts(value, &mut MAX_PARTS.clone()) {
            return Some(());
        }
        self.report(TypeFinding::TooLarge { limit: "a constant has at most 200,000 parts", at });
        None
    }

    /// The type and value of a sample.
    pub(super) fn sample(&mut self, place: usize, at: Span) -> Option<(Type, Value)> {
        let declared = &self.resolved.samples[place];
        match &self.samples[place] {
            Lazy::Done(done) => return done.clone(),
            Lazy::Busy => {
                let path = self.circle(&declared.item.name.text);
                self.report_name(NameFinding::Cycle { name: declared.item.name.text.clone(), at, path });
                return None;
            }
            Lazy::Waiting => {}
        }
        self.samples[place] = Lazy::Busy;
        let value = |this: &mut Self| {
            this.samples_known = true;
            let ty = this.type_of(&declared.item.ty)?;
            let value = this.constant_within(&declared.item.value, &ty, "a sample", Some(declared.item.ty.span))?;
            this.not_too_large(&value, declared.item.name.span)?;
            Some((ty, value))
        };
        let done = self.deeper(&declared.item.name.text, at, |this| this.within(declared.module, Caller::Nobody, value).0);
        self.samples[place] = Lazy::Done(done.clone());
        done
    }

    /// The define of an id, checked when it is first needed; `None` if it is broken.
    pub(super) fn define(&mut self, id: DefineId, at: Span) -> Option<Rc<hir::Define>> {
        let place = id.0 as usize;
        let declared = &self.resolved.defines[place];
        match &self.defines[place] {
            Lazy::Done(done) => return done.clone(),
            Lazy::Busy => {
                let path = self.circle(&declared.item.name.text);
                self.report_name(NameFinding::Cycle { name: declared.item.name.text.clone(), at, path });
                return None;
            }
            Lazy::Waiting => {}
        }
        self.defines[place] = Lazy::Busy;
        let whole = self.deeper(&declared.item.name.text, at, |this| {
            let (parts, scope) = this.within(declared.module, Caller::Define(id), |this| this.define_parts(declared.item));
            parts.zip(Some(scope))
        });
        let define = |((args, ty, body), scope): (_, super::scope::Scope<'a>)| hir::Define {
            name: declared.item.name.text.clone(),
            args,
            ty,
            lets: scope.blocks.into_iter().flatten().collect(),
            body,
            vars: scope.vars,
            span: declared.item.name.span,
        };
        let done = whole.map(|parts| Rc::new(define(parts)));
        self.defines[place] = Lazy::Done(done.clone());
        done
    }

    #[expect(clippy::type_complexity, reason = "the three parts are taken apart at once by the only caller")]
    fn define_parts(&mut self, item: &'a ast::Define) -> Option<(Vec<(hir::VarId, FieldType)>, Option<(Type, Span)>, hir::Expr)> {
        let fields = self.arguments(item.args.as_deref().unwrap_or(&[]))?;
        let declare = |this: &mut Self, field: FieldType| (this.scope.declare_input(&field.name, field.ty.clone(), field.span), field);
        let args = fields.into_iter().map(|field| declare(self, field)).collect();
        let ty = match &item.ty {
            Some(written) => Some((self.type_of(written)?, written.span)),
            None => None,
        };
        let body = match &item.body {
            ast::DefineBody::Expr(body) => body,
            ast::DefineBody::Block { lets, gives } => {
                self.open_lets(lets, 0);
                self.close_lets(0);
                gives
            }
        };
        let body = match &ty {
            Some((ty, declared)) => self.typed_as(body, ty, Some(*declared)),
            None => self.expr(body, None),
        };
        (!body.is_error()).then_some((args, ty, body))
    }

    /// The declared arguments of a define or a decision.
    pub(super) fn arguments(&mut self, written: &'a [ast::Argument]) -> Option<Vec<FieldType>> {
        let mut fields: Vec<FieldType> = Vec::new();
        let mut whole = true;
        for argument in written {
            if let Some(first) = fields.iter().find(|field| field.name == argument.name.text) {
                let first = first.span;
                self.report_name(NameFinding::Twice { name: argument.name.text.clone(), at: argument.name.span, first });
                whole = false;
            }
            match self.type_of(&argument.ty) {
                Some(ty) => fields.push(FieldType { name: argument.name.text.clone(), ty, span: argument.span }),
                None => whole = false,
            }
        }
        whole.then_some(fields)
    }
}

/// The type with bounds that exclude nothing: the ends of a range may lie outside of the default.
fn widest(ty: &Type) -> Type {
    match ty {
        Type::Scalar(scalar) => Type::Scalar(Scalar { kind: scalar.kind, lo: i128::MIN, hi: i128::MAX }),
        other => other.clone(),
    }
}

/// Whether a value has at most so many parts; they are taken off.
fn has_parts(value: &Value, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    match value {
        Value::Record(parts) | Value::List(parts) => parts.iter().all(|part| has_parts(part, left)),
        _ => true,
    }
}
