//! Reads a recording back into a [`Trace`].
//!
//! On arrival there are the bytes that running code wrote and the metadata of its program. Nothing is evaluated here: what became of a site
//! is in its bits, a value is in a slot, an input or a constant. Bytes that no running code wrote give an error or some trace, never more
//! than bounded work.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::layout::{Handle, Space};
use crate::memory::{Memory, MemoryError, read_members, read_value};
use crate::meta::{DecisionId, DecisionMeta, ProgramMeta, RoleMeta, RuleId, RuleState, Tag};
use crate::value::Value;

use super::scope::{Bound, Scope};
use super::{InputValue, Level, OutcomeTrace, SHOWN_ENDS, Trace};

/// What running code left of one input.
#[derive(Debug, Clone, Copy, Default)]
pub struct View<'a> {
    /// The input row.
    pub row: &'a [u8],
    /// The arena that came with the input row.
    pub arena: &'a [u8],
    /// The outcome row.
    pub outcome: &'a [u8],
    /// Frame 0; not read at [`Level::None`].
    pub frame: &'a [u8],
    /// The scratch arena.
    pub scratch: &'a [u8],
}

/// Why bytes are no recording of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The program has no decision of that id.
    #[error("the program has no such decision")]
    NoSuchDecision,
    /// The tag of the outcome row means nothing.
    #[error("the outcome is none of the decision's")]
    NoSuchOutcome,
    /// Something that must have been evaluated was not.
    #[error("a value that the record needs was not recorded")]
    NotRecorded,
    /// Some bytes are missing, or are no value of their type.
    #[error("the recording cannot be read: {0}")]
    Memory(#[from] MemoryError),
}

/// The nodes that a tree may have before elements of lists are left out.
const MOST_NODES: usize = 50_000;

/// How many nodes an instance of a rule has at least, about: with more of them than fit it is not tried to show all.
const NODES_OF_INSTANCE: usize = 10;

/// The elements whose bits are looked at before only the ends of further lists are shown.
const MOST_VISITS: usize = 10_000_000;

/// What all parts of decoding share.
pub(super) struct Decoder<'a> {
    pub(super) program: &'a ProgramMeta,
    pub(super) memory: Memory<'a>,
    /// How many more nodes may be made.
    pub(super) budget: usize,
    /// How many more elements may be looked at.
    pub(super) visits: usize,
    /// Of the elements that neither applied nor counted, how many are shown at each end of a list.
    pub(super) ends: u32,
    /// Whether what follows may take what is left of the budget, or each part has a share of it, so that a late rule is shown like an early one.
    pub(super) shares: bool,
    /// The recorded lists that were read, by their handles and where their types lie.
    pub(super) lists: RefCell<HashMap<(u64, usize), Value>>,
}

/// Reads the recording of one input, made at `level` or at a higher one. At [`Level::None`] only the outcome is read, at [`Level::Record`]
/// everything but the tree.
///
/// # Errors
/// When the bytes are not a recording of that decision.
pub fn decode(program: &ProgramMeta, decision: DecisionId, view: &View<'_>, level: Level) -> Result<Trace, DecodeError> {
    let meta = program.decisions.get(decision.index()).ok_or(DecodeError::NoSuchDecision)?;
    let memory = Memory { input: view.arena, constants: &program.constants, scratch: view.scratch };
    let mut trace = empty(program, meta, outcome(program, meta, view.outcome, &memory)?);
    if level == Level::None {
        return Ok(trace);
    }
    trace.input = inputs(program, meta, view.row, &memory)?;
    let bound = |input: &InputValue| Bound { value: Some(input.value.clone()), pointer: Some(pointer("", &input.name)) };
    let (budget, lists) = (MOST_NODES, RefCell::default());
    let mut decoder = Decoder { program, memory, budget, visits: MOST_VISITS, ends: SHOWN_ENDS, shares: false, lists };
    let mut scope = Scope::new(meta, trace.input.iter().map(bound).collect(), view.frame)?;
    trace.by = decoder.by(&mut scope)?;
    if let Some(first) = trace.by.first() {
        trace.accountable = first.owner.clone().or(trace.accountable);
    }
    if level == Level::Full {
        let all = trace.by.len() < MOST_NODES / NODES_OF_INSTANCE;
        if all {
            trace.tree = decoder.tree(&mut scope)?;
        }
        if !all || decoder.budget == 0 {
            decoder = Decoder { budget: MOST_NODES, visits: MOST_VISITS, ends: 1, shares: true, ..decoder };
            trace.tree = decoder.tree(&mut scope)?;
        }
    }
    Ok(trace)
}

fn empty(program: &ProgramMeta, meta: &DecisionMeta, outcome: OutcomeTrace) -> Trace {
    Trace {
        id: None,
        carry: Vec::new(),
        decision: meta.qualified_name(),
        digest: program.digest.clone(),
        version: program.version.clone(),
        outcome,
        by: Vec::new(),
        accountable: meta.owner.clone(),
        input: Vec::new(),
        tree: Vec::new(),
    }
}

fn outcome(program: &ProgramMeta, meta: &DecisionMeta, row: &[u8], memory: &Memory<'_>) -> Result<OutcomeTrace, DecodeError> {
    let [(tag, _), (at, shape), (within_at, _)] = meta.outcome.members.as_slice() else { return Err(DecodeError::NoSuchOutcome) };
    let place = u16::from_le_bytes(fixed(row, *tag as usize)?);
    let value = || read_value(&meta.gives, shape, row.get(*at as usize..).unwrap_or_default(), memory, &program.types);
    match meta.tags.get(usize::from(place)).ok_or(DecodeError::NoSuchOutcome)? {
        Tag::Decided => Ok(OutcomeTrace::Decided { value: value()?, ty: meta.gives.clone() }),
        Tag::Referred { role, within, proposing } => {
            let role = program.roles.get(role.index()).ok_or(DecodeError::NoSuchOutcome)?;
            let seconds = || fixed(row, *within_at as usize).map(|bytes| i128::from(i64::from_le_bytes(bytes)));
            Ok(OutcomeTrace::Referred {
                to: role.name.clone(),
                title: role.title.clone(),
                within: if *within { Some(seconds()?) } else { None },
                proposing: if *proposing { Some((value()?, meta.gives.clone())) } else { None },
                escalates: escalations(program, role),
            })
        }
    }
}

/// Who takes over from a role, one after the other.
fn escalations(program: &ProgramMeta, role: &RoleMeta) -> Vec<(String, i64)> {
    let mut all = Vec::new();
    let mut next = role.escalates;
    while let Some((id, seconds)) = next
        && let Some(role) = program.roles.get(id.index())
        && all.len() < program.roles.len()
    {
        all.push((role.title.clone(), seconds));
        next = role.escalates;
    }
    all
}

fn inputs(program: &ProgramMeta, meta: &DecisionMeta, row: &[u8], memory: &Memory<'_>) -> Result<Vec<InputValue>, DecodeError> {
    let values = read_members(meta.params.iter().map(|param| &param.ty), &meta.input, row, memory, &program.types)?;
    let named = meta.params.iter().zip(values);
    Ok(named.map(|(param, value)| InputValue { name: param.name.clone(), value, ty: param.ty.clone() }).collect())
}

/// The states of a decision's rules.
pub(super) fn states(scope: &Scope<'_>) -> Result<Vec<RuleState>, DecodeError> {
    scope.meta.rules.iter().map(|rule| Ok(RuleState::of(scope.bits(rule.site)?))).collect()
}

/// The names of the rules that applied and override a rule, in source order.
pub(super) fn overriders(meta: &DecisionMeta, states: &[RuleState], id: RuleId) -> Vec<String> {
    let applied = |state: &RuleState| matches!(state, RuleState::Applied | RuleState::Decided);
    let rules = meta.rules.iter().zip(states);
    rules.filter(|(rule, state)| applied(state) && rule.overrides.contains(&id)).map(|(rule, _)| rule.name.clone()).collect()
}

/// Recorded frames of one layout, one behind the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frames<'a> {
    bytes: &'a [u8],
    size: usize,
    /// How many there are.
    pub(super) count: u32,
}

impl<'a> Frames<'a> {
    /// The bytes of one frame; empty beyond the last.
    pub(super) fn get(&self, index: u32) -> &'a [u8] {
        let start = self.size.saturating_mul(index as usize);
        self.bytes.get(start..start.saturating_add(self.size)).unwrap_or_default()
    }
}

impl<'a> Decoder<'a> {
    /// The frames of `size` bytes that a slot's handle leads to.
    pub(super) fn frames(&self, scope: &Scope<'a>, slot: crate::meta::SlotId, size: u32) -> Result<Frames<'a>, DecodeError> {
        let handle = Handle(u64::from_le_bytes(fixed(scope.slot(slot)?.0, 0)?));
        if handle.space() != Some(Space::Scratch) {
            return Err(MemoryError::NoSuchValue.into());
        }
        let bytes = (size as usize).checked_mul(handle.length() as usize).ok_or(MemoryError::OutOfBounds)?;
        let bytes = self.memory.bytes(handle.space(), handle.offset() as usize, bytes)?;
        Ok(Frames { bytes, size: size as usize, count: handle.length() })
    }
}

/// Bytes of a known number at an offset.
fn fixed<const N: usize>(bytes: &[u8], offset: usize) -> Result<[u8; N], MemoryError> {
    bytes.get(offset..).and_then(|rest| rest.first_chunk()).copied().ok_or(MemoryError::OutOfBounds)
}

/// The JSON pointer of a member of what another points to.
pub(super) fn pointer(parent: &str, member: &str) -> String {
    format!("{parent}/{}", member.replace('~', "~0").replace('/', "~1"))
}
