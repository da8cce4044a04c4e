//! The rules that decided, with their reasons.

use crate::meta::{Operand, Policy, RuleId, RuleMeta, RuleState, SiteId, SiteKind, TextPiece};
use crate::table::Row;
use crate::text;
use crate::types::Type;
use crate::value::Value;

use super::decode::{DecodeError, Decoder, states};
use super::scope::{Scope, with_places};
use super::{Binding, By};

/// The rules of called decisions that are named as deciding, at most.
const MOST_DECIDERS: usize = 100_000;
/// Decisions that are one expression within each other, at most, whose rules are named.
const MOST_LEVELS: usize = 64;

/// What is done for each instance that applied, given the elements it is for.
type EachInstance<'f, 'a> = dyn FnMut(&Scope<'a>, &[Binding]) -> Result<(), DecodeError> + 'f;

impl<'a> Decoder<'a> {
    /// The rules that decided, in source order, and of `for each` rules the elements that they decided for. Of a decision that is one
    /// expression: those of the decisions that it calls.
    pub(super) fn by(&self, scope: &mut Scope<'a>) -> Result<Vec<By>, DecodeError> {
        if scope.meta.rules.is_empty() {
            let mut all = Vec::new();
            self.made_of(scope, &mut all, 0)?;
            return Ok(all);
        }
        self.own(scope)
    }

    /// The rules of the decisions that an expression calls.
    fn made_of(&self, scope: &Scope<'a>, all: &mut Vec<By>, level: usize) -> Result<(), DecodeError> {
        for site in scope.meta.parts() {
            if all.len() >= MOST_DECIDERS || level >= MOST_LEVELS || scope.bits(site)? == 0 {
                continue;
            }
            let Some(mut callee) = self.callee(scope, &scope.meta.sites[site.index()])? else { continue };
            if callee.meta.rules.is_empty() {
                self.made_of(&callee, all, level + 1)?;
            } else {
                let name = callee.meta.qualified_name();
                all.extend(self.own(&mut callee)?.into_iter().map(|by| By { decision: Some(name.clone()), ..by }));
            }
        }
        Ok(())
    }

    fn own(&self, scope: &mut Scope<'a>) -> Result<Vec<By>, DecodeError> {
        let states = states(scope)?;
        let mut all = Vec::new();
        for (place, _) in states.iter().enumerate().filter(|(_, state)| **state == RuleState::Decided) {
            let id = RuleId(place as u32);
            match scope.meta.rules[place].instance {
                None => all.push(self.one(scope, id, Vec::new())?),
                Some(instance) => self.instances(scope, id, instance, &mut all)?,
            }
        }
        Ok(all)
    }

    fn instances(&self, scope: &mut Scope<'a>, id: RuleId, instance: SiteId, all: &mut Vec<By>) -> Result<(), DecodeError> {
        let loops = loops_around(scope, instance)?;
        let strongest = self.strongest(scope, id)?;
        self.instances_in(scope, instance, &loops, &mut Vec::new(), &mut |scope, around| {
            if self.rank(scope, id)? == strongest {
                all.push(self.one(scope, id, around.to_vec())?);
            }
            Ok(())
        })
    }

    /// Does something for each instance of a rule that applied.
    pub(super) fn each_instance(
        &self,
        scope: &mut Scope<'a>,
        instance: SiteId,
        each: &mut dyn FnMut(&Self, &Scope<'a>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let loops = loops_around(scope, instance)?;
        self.instances_in(scope, instance, &loops, &mut Vec::new(), &mut |scope, _| each(self, scope))
    }

    /// Does something for each instance that applied, within loops, outermost first.
    fn instances_in(
        &self,
        scope: &mut Scope<'a>,
        instance: SiteId,
        loops: &[SiteId],
        around: &mut Vec<Binding>,
        each: &mut EachInstance<'_, 'a>,
    ) -> Result<(), DecodeError> {
        let Some((of, inner)) = loops.split_first() else {
            return if applied(RuleState::of(scope.bits(instance)?)) { each(scope, around) } else { Ok(()) };
        };
        let Some(visits) = self.visits(scope, *of)? else { return Ok(()) };
        for index in 0..visits.frames.count {
            scope.enter(&visits, index);
            around.push(Binding { name: visits.binder.to_owned(), index, pointer: visits.pointer(index), ends: visits.ends(index) });
            let done = self.instances_in(scope, instance, inner, around, each);
            around.pop();
            scope.leave(&visits);
            done?;
        }
        Ok(())
    }

    /// Under `priority`, of a `for each` rule that decides: the rank of the strongest of its instances. Those of the others are outranked.
    pub(super) fn strongest(&self, scope: &mut Scope<'a>, id: RuleId) -> Result<Option<usize>, DecodeError> {
        let Some(instance) = scope.meta.rules[id.index()].instance.filter(|_| scope.meta.policy == Some(Policy::Priority)) else {
            return Ok(None);
        };
        let loops = loops_around(scope, instance)?;
        let mut strongest: Option<usize> = None;
        self.instances_in(scope, instance, &loops, &mut Vec::new(), &mut |scope, _| {
            strongest = strongest.into_iter().chain(self.rank(scope, id)?).min();
            Ok(())
        })?;
        Ok(strongest)
    }

    /// Under `priority`: the rank of what a rule gives, or the current instance of it; none of a referral, all of which have one.
    pub(super) fn rank(&self, scope: &Scope<'a>, id: RuleId) -> Result<Option<usize>, DecodeError> {
        if scope.meta.policy != Some(Policy::Priority) || scope.meta.rules[id.index()].refers {
            return Ok(None);
        }
        let value = self.bound(scope, &scope.meta.rules[id.index()].outcome)?.value;
        Ok(scope.meta.rank(0, value.as_ref()))
    }

    fn one(&self, scope: &Scope<'a>, id: RuleId, each: Vec<Binding>) -> Result<By, DecodeError> {
        let rule = &scope.meta.rules[id.index()];
        let row = self.row_of(scope, rule)?;
        let (name, span) = row.map_or((rule.name.as_str(), rule.span), |(_, row)| (&row.name, row.head));
        let located = self.program.sources.locate(span);
        let because = match row.and_then(|(_, row)| row.because.as_ref()) {
            Some(text) => Some(text.to_string()),
            None => rule.because.as_ref().map(|pieces| self.because(scope, pieces)).transpose()?,
        };
        Ok(By {
            id,
            row: row.map(|(place, _)| place),
            decision: None,
            rule: name.to_owned(),
            owner: rule.owner.clone(),
            span,
            file: located.map(|(file, _)| file.name().to_owned()).unwrap_or_default(),
            line: located.map_or(1, |(_, position)| position.line),
            column: located.map_or(1, |(_, position)| position.column),
            because,
            cites: row.map_or_else(|| rule.cites.clone(), |(_, row)| row.cites.to_vec()),
            each: if row.is_some() { Vec::new() } else { each },
            gives: self.gives(scope, &rule.outcome)?,
        })
    }

    /// The row that a rule, or the current instance of one, stands for.
    pub(super) fn row_of(&self, scope: &Scope<'a>, rule: &RuleMeta) -> Result<Option<(u32, &'a Row)>, DecodeError> {
        let Some(rows) = &rule.rows else { return Ok(None) };
        let place = self.bound(scope, &rows.row)?.value.as_ref().and_then(Value::number).ok_or(DecodeError::NotRecorded)?;
        let table = self.program.tables.get(rows.table as usize).ok_or(DecodeError::NotRecorded)?;
        let found = usize::try_from(place).ok().and_then(|place| table.rows.get(place)).ok_or(DecodeError::NotRecorded)?;
        Ok(Some((place as u32, found)))
    }

    /// What one rule gives, where the outcome is made of several.
    fn gives(&self, scope: &Scope<'a>, outcome: &Operand) -> Result<Option<(Value, Type)>, DecodeError> {
        if !scope.meta.policy.is_some_and(Policy::collects) {
            return Ok(None);
        }
        let value = self.bound(scope, outcome)?.value.ok_or(DecodeError::NotRecorded)?;
        let ty = match (&scope.meta.gives, scope.meta.policy) {
            (Type::List { element, .. }, Some(Policy::Collect)) => element,
            (_, Some(Policy::CollectCount)) => &outcome.ty,
            (gives, Some(Policy::CollectMin | Policy::CollectMax)) => gives.required(),
            (gives, _) => gives,
        };
        let value = with_places(value, &outcome.ty, ty).ok_or(DecodeError::NotRecorded)?;
        Ok(Some((value, ty.clone())))
    }

    fn because(&self, scope: &Scope<'a>, pieces: &[TextPiece]) -> Result<String, DecodeError> {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                TextPiece::Literal(letters) => out.push_str(letters),
                TextPiece::Value(operand) => {
                    let value = self.bound(scope, operand)?.value.ok_or(DecodeError::NotRecorded)?;
                    text::write_value(&mut out, &value, &operand.ty, self.program);
                }
            }
        }
        Ok(out)
    }
}

/// The loops whose elements a site is recorded for, outermost first.
fn loops_around(scope: &Scope<'_>, inner: SiteId) -> Result<Vec<SiteId>, DecodeError> {
    let sites = &scope.meta.sites;
    let mut loops = Vec::new();
    let mut within = sites.get(inner.index()).ok_or(DecodeError::NotRecorded)?.frame;
    while within.0 != 0 && loops.len() < sites.len() {
        let is_loop = |kind: &SiteKind| matches!(kind, SiteKind::Loop { frame, .. } if *frame == within);
        let place = sites.iter().position(|site| is_loop(&site.kind)).ok_or(DecodeError::NotRecorded)?;
        loops.push(SiteId(place as u32));
        within = sites[place].frame;
    }
    loops.reverse();
    Ok(loops)
}

pub(super) const fn applied(state: RuleState) -> bool {
    matches!(state, RuleState::Applied | RuleState::Decided)
}
