//! Finds the values of operands: in inputs, in elements of lists, and in the frames that are current.

use crate::layout::Shape;
use crate::memory::{MemoryError, read_value};
use crate::meta::{DecisionMeta, FrameId, Neighbours, Operand, OperandSource, SiteId, SiteKind, SlotId};
use crate::text;
use crate::types::{Type, Types};
use crate::value::Value;

use super::decode::{DecodeError, Decoder, Frames, pointer};
use super::{Element, Shown};

/// A part of the input that has more parts is not written again wherever it is an operand: its place in the input stands for it.
const MOST_PARTS: usize = 256;

/// The longest list in which runs are looked for.
const MOST_SEARCHED: usize = 10_000;

/// A value that may be known, and where it is in the input, if it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Bound {
    pub(super) value: Option<Value>,
    pub(super) pointer: Option<String>,
}

/// One decision, and which of its frames are current.
pub(super) struct Scope<'a> {
    pub(super) meta: &'a DecisionMeta,
    inputs: Vec<Bound>,
    frames: Vec<Option<&'a [u8]>>,
    /// The current elements of the loops around, innermost last.
    elements: Vec<(SiteId, Bound)>,
}

/// A loop site's list and the frames of the elements visited.
pub(super) struct Visits<'a> {
    pub(super) site: SiteId,
    pub(super) frame: FrameId,
    pub(super) binder: &'a str,
    list: Bound,
    /// Of a list of neighbours: the list they are in, and where each begins.
    neighbours: Option<(String, Vec<u32>)>,
    pub(super) frames: Frames<'a>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(meta: &'a DecisionMeta, inputs: Vec<Bound>, frame: &'a [u8]) -> Result<Self, DecodeError> {
        let needed = meta.frames.first().map_or(0, |frame| frame.layout.size as usize);
        if frame.len() < needed {
            return Err(MemoryError::OutOfBounds.into());
        }
        let mut frames = vec![None; meta.frames.len()];
        if let Some(first) = frames.first_mut() {
            *first = Some(frame);
        }
        Ok(Self { meta, inputs, frames, elements: Vec::new() })
    }

    fn frame(&self, id: FrameId) -> Result<&'a [u8], DecodeError> {
        self.frames.get(id.index()).copied().flatten().ok_or(DecodeError::NotRecorded)
    }

    /// The two bits of a site.
    pub(super) fn bits(&self, site: SiteId) -> Result<u8, DecodeError> {
        let site = self.meta.sites.get(site.index()).ok_or(DecodeError::NotRecorded)?;
        let byte = self.frame(site.frame)?.get(site.place as usize / 4).ok_or(MemoryError::OutOfBounds)?;
        Ok(byte >> (site.place % 4 * 2) & 3)
    }

    /// The bytes that begin with a slot, its shape and its type.
    pub(super) fn slot(&self, slot: SlotId) -> Result<(&'a [u8], &'a Shape, &'a Type), DecodeError> {
        let bytes = self.frame(slot.frame)?;
        let frame = &self.meta.frames[slot.frame.index()];
        let member = frame.layout.members.get(slot.index as usize).zip(frame.slots.get(slot.index as usize));
        let ((offset, shape), ty) = member.ok_or(DecodeError::NotRecorded)?;
        Ok((bytes.get(*offset as usize..).ok_or(MemoryError::OutOfBounds)?, shape, ty))
    }

    /// Makes an element current.
    pub(super) fn enter(&mut self, visits: &Visits<'a>, index: u32) {
        if let Some(frame) = self.frames.get_mut(visits.frame.index()) {
            *frame = Some(visits.frames.get(index));
        }
        self.elements.push((visits.site, visits.element(index)));
    }

    /// Leaves the element that was made current last.
    pub(super) fn leave(&mut self, visits: &Visits<'a>) {
        self.elements.pop();
        if let Some(frame) = self.frames.get_mut(visits.frame.index()) {
            *frame = None;
        }
    }
}

impl Visits<'_> {
    fn element(&self, index: u32) -> Bound {
        let value = match &self.list.value {
            Some(Value::List(elements)) => elements.get(index as usize).cloned(),
            _ => None,
        };
        Bound { value, pointer: self.pointer(index) }
    }

    /// Where an element is in the input.
    pub(super) fn pointer(&self, index: u32) -> Option<String> {
        self.list.pointer.as_ref().map(|list| format!("{list}/{index}"))
    }

    /// Where the first and the last are in the input of the neighbours that are an element.
    pub(super) fn ends(&self, index: u32) -> Option<(String, String)> {
        let (list, starts) = self.neighbours.as_ref()?;
        let first = starts.get(index as usize)?;
        let length = match &self.list.value {
            Some(Value::List(elements)) => match elements.get(index as usize)? {
                Value::List(run) => run.len() as u32,
                _ => 2,
            },
            _ => return None,
        };
        Some((format!("{list}/{first}"), format!("{list}/{}", first + length.saturating_sub(1))))
    }

    pub(super) fn shown(&self, index: u32) -> Element {
        Element { index, pointer: self.pointer(index), ends: self.ends(index), children: Vec::new() }
    }
}

impl<'a> Decoder<'a> {
    /// An operand's value, and where it is in the input.
    pub(super) fn bound(&self, scope: &Scope<'a>, operand: &Operand) -> Result<Bound, DecodeError> {
        match &operand.source {
            OperandSource::Constant(value) => Ok(Bound { value: Some(value.clone()), pointer: None }),
            OperandSource::Input(path) => Ok(self.input(scope, path)),
            OperandSource::Element(site, path) => Ok(self.element(scope, *site, path)),
            OperandSource::Slot(slot) => self.recorded(scope, *slot, &[]),
            OperandSource::Part(slot, path) => self.recorded(scope, *slot, path),
            OperandSource::Bits(site) => Ok(Bound { value: truth(scope.bits(*site)?), pointer: None }),
        }
    }

    fn input(&self, scope: &Scope<'a>, path: &[u32]) -> Bound {
        let Some((param, fields)) = path.split_first() else { return Bound::default() };
        let declared = scope.meta.params.get(*param as usize).zip(scope.inputs.get(*param as usize));
        declared.map_or_else(Bound::default, |(param, bound)| part(bound, &param.ty, fields, &self.program.types))
    }

    fn element(&self, scope: &Scope<'a>, site: SiteId, path: &[u32]) -> Bound {
        let current = scope.elements.iter().rev().find(|(of, _)| *of == site);
        let list = scope.meta.sites.get(site.index()).map(|site| &site.kind);
        let (Some((_, bound)), Some(SiteKind::Loop { list, .. })) = (current, list) else { return Bound::default() };
        match list.ty.required() {
            Type::List { element, .. } => part(bound, element, path, &self.program.types),
            _ => Bound::default(),
        }
    }

    fn recorded(&self, scope: &Scope<'a>, slot: SlotId, path: &[u32]) -> Result<Bound, DecodeError> {
        let (bytes, shape, ty) = scope.slot(slot)?;
        let value = match ty {
            Type::List { .. } => self.list(ty, shape, bytes)?,
            _ => read_value(ty, shape, bytes, &self.memory, &self.program.types)?,
        };
        Ok(part(&Bound { value: Some(value), pointer: None }, ty, path, &self.program.types))
    }

    /// A recorded list, which is read once however often it is asked for.
    fn list(&self, ty: &Type, shape: &Shape, bytes: &[u8]) -> Result<Value, DecodeError> {
        let Some(handle) = bytes.first_chunk().map(|handle| u64::from_le_bytes(*handle)) else {
            return Err(MemoryError::OutOfBounds.into());
        };
        let key = (handle, std::ptr::from_ref(ty) as usize);
        if let Some(known) = self.lists.borrow().get(&key) {
            return Ok(known.clone());
        }
        let value = read_value(ty, shape, bytes, &self.memory, &self.program.types)?;
        self.lists.borrow_mut().insert(key, value.clone());
        Ok(value)
    }

    /// An operand with its value, where it is written; none when its value is not known.
    pub(super) fn shown(&self, scope: &Scope<'a>, operand: &Operand) -> Result<Option<Shown>, DecodeError> {
        let bound = self.bound(scope, operand)?;
        Ok(bound.value.map(|value| {
            let at = bound.pointer.filter(|_| has_more_parts(&value, &mut { MOST_PARTS }));
            let text = at.clone().unwrap_or_else(|| text::format_value(&value, &operand.ty, self.program));
            Shown { span: operand.span, ty: operand.ty.clone(), value, text, at }
        }))
    }

    /// The elements that a loop site visited; the site must have been evaluated.
    pub(super) fn visits(&self, scope: &Scope<'a>, site: SiteId) -> Result<Option<Visits<'a>>, DecodeError> {
        let meta = scope.meta.sites.get(site.index()).ok_or(DecodeError::NotRecorded)?;
        let SiteKind::Loop { frame, visits, list, neighbours, binder } = &meta.kind else { return Ok(None) };
        let layout = &scope.meta.frames.get(frame.index()).ok_or(DecodeError::NotRecorded)?.layout;
        let frames = self.frames(scope, *visits, layout.size)?;
        let list = self.bound(scope, list)?;
        let neighbours = match neighbours.as_deref() {
            Some((how, of)) => starts(*how, &list, self.bound(scope, of)?),
            None => None,
        };
        Ok(Some(Visits { site, frame: *frame, binder, list, neighbours, frames }))
    }
}

/// Where the elements of `list` begin in the list whose neighbours they are, with the pointer to that. `None` if that is no part of the input,
/// or there is more than one way to find the runs in it.
fn starts(how: Neighbours, list: &Bound, of: Bound) -> Option<(String, Vec<u32>)> {
    let (Some(Value::List(elements)), Some(Value::List(all)), Some(pointer)) = (&list.value, &of.value, of.pointer) else { return None };
    let starts = match how {
        Neighbours::Pairs => (0..elements.len() as u32).collect(),
        Neighbours::Runs => starts_of_runs(elements, all)?,
    };
    Some((pointer, starts))
}

/// Where runs begin in a list. They stand there in order, and between two of them at least one element; if they can be put further to the
/// front or to the back, it is not known where they were.
fn starts_of_runs(runs: &[Value], all: &[Value]) -> Option<Vec<u32>> {
    let runs: Option<Vec<&[Value]>> = runs.iter().map(|run| if let Value::List(run) = run { Some(&**run) } else { None }).collect();
    let runs = runs.filter(|_| all.len() <= MOST_SEARCHED)?;
    let (mut front, mut from) = (Vec::new(), 0);
    for run in &runs {
        let rest = all.get(from..)?;
        let at = from + rest.windows(run.len().max(1)).position(|part| part == *run)?;
        front.push(at as u32);
        from = at + run.len() + 1;
    }
    let mut end = all.len();
    for (run, front) in runs.iter().zip(&front).rev() {
        let at = all.get(..end)?.windows(run.len().max(1)).rposition(|part| part == *run)?;
        if at as u32 != *front {
            return None;
        }
        end = at.saturating_sub(1);
    }
    Some(front)
}

/// Whether a value is made of more parts than are left.
fn has_more_parts(value: &Value, left: &mut usize) -> bool {
    let parts = match value {
        Value::List(parts) | Value::Record(parts) => parts,
        _ => return left.checked_sub(1).map(|fewer| *left = fewer).is_none(),
    };
    parts.iter().any(|part| has_more_parts(part, left))
}

/// A part of a value: fields of fields. A missing record on the way makes it missing. Only the part itself is copied: the whole may be as
/// large as the input.
fn part(whole: &Bound, ty: &Type, path: &[u32], types: &Types) -> Bound {
    let mut value = whole.value.as_ref();
    let mut at = whole.pointer.clone();
    let mut ty = ty;
    for place in path {
        let place = *place as usize;
        let Type::Record(id) = ty.required() else { return Bound::default() };
        let Some(field) = types.record(*id).fields.get(place) else { return Bound::default() };
        value = match value {
            Some(Value::Record(fields)) => fields.get(place),
            Some(Value::Missing) => Some(&Value::Missing),
            _ => None,
        };
        at = at.map(|parent| pointer(&parent, &field.name));
        ty = &field.ty;
    }
    Bound { value: value.cloned(), pointer: at }
}

/// A value as one of another type that differs in places only: more places write the same number with further zeros.
pub(super) fn with_places(value: Value, from: &Type, to: &Type) -> Option<Value> {
    let (Some(from), Some(to)) = (from.required().scalar(), to.required().scalar()) else { return Some(value) };
    match value {
        Value::Scalar(number) => {
            let more = to.kind.scale().checked_sub(from.kind.scale())?;
            number.checked_mul(10i128.checked_pow(more)?).map(Value::Scalar)
        }
        other => Some(other),
    }
}

/// The boolean that the bits of a site tell, if it was evaluated.
fn truth(bits: u8) -> Option<Value> {
    match bits {
        1 => Some(Value::Boolean(false)),
        2 => Some(Value::Boolean(true)),
        _ => None,
    }
}
