//! The line of JSON of a decided input, written straight from its bytes.
//!
//! What a [`Trace`](super::Trace) says in JSON without its tree is the same for every input but for a few values. What stays is put together
//! once; values are written from where they lie. What cannot be written so is left to [`decode`](super::decode()): rules that decide for each of
//! some elements, outcomes that are made of several, and decisions that are made of others.

use crate::layout::{Shape, Struct};
use crate::memory::{Memory, MemoryError, read_value};
use crate::meta::{DecisionId, DecisionMeta, Operand, OperandSource, Policy, ProgramMeta, RuleMeta, RuleState, Tag, TextPiece};
use crate::text::{self, write_json_text};
use crate::types::{FieldType, Kind, Scalar, Type};
use crate::value::Value;

use super::decode::{DecodeError, View};
use super::json::FORMAT;
use super::put::{Member, Put, members, object, quoted};
use super::{Level, Passed};

/// What the lines of a decision have in common.
#[derive(Debug)]
pub struct Lines {
    decision: DecisionId,
    /// From the name of the decision to the outcome.
    head: String,
    /// Of each tag what a referral begins with; nothing of a value that was decided.
    tags: Vec<String>,
    rules: Vec<RuleLine>,
    /// Whether the rules of other decisions are named as deciding.
    made_of_others: bool,
    /// Who answers for what no rule with an owner of its own decided.
    owner: Option<String>,
    /// How the value of an outcome is written, and the input.
    gives: Option<Put>,
    params: Vec<Member>,
}

/// What the lines have in common that a rule decides.
#[derive(Debug)]
struct RuleLine {
    /// Where its bits stand in frame 0: the byte, and how far they are shifted.
    byte: usize,
    shift: u32,
    /// Its name and place.
    head: String,
    /// The pieces of `because`; none if it has no reason.
    because: Option<Vec<Piece>>,
    /// What it cites, and the end.
    tail: String,
    owner: Option<String>,
    /// Whether all of it can be written from frame 0.
    plain: bool,
}

#[derive(Debug)]
enum Piece {
    /// Letters as JSON has them.
    Letters(String),
    Value(Operand),
}

impl Lines {
    /// What the lines of a decision have in common.
    #[must_use]
    pub fn new(program: &ProgramMeta, decision: DecisionId) -> Self {
        let meta = &program.decisions[decision.index()];
        let mut head = String::from("\"decision\":");
        write_json_text(&mut head, &meta.qualified_name());
        head.push_str(",\"rules\":{\"digest\":");
        write_json_text(&mut head, &program.digest);
        if let Some(version) = &program.version {
            head.push_str(",\"version\":");
            write_json_text(&mut head, version);
        }
        head.push_str("},\"outcome\":");
        Self {
            decision,
            head,
            tags: meta.tags.iter().map(|tag| tag_line(program, tag)).collect(),
            rules: meta.rules.iter().map(|rule| RuleLine::new(program, meta, rule)).collect(),
            made_of_others: meta.rules.is_empty() && meta.parts().next().is_some(),
            owner: meta.owner.as_deref().map(quoted),
            gives: meta.outcome.members.get(1).map(|(_, shape)| Put::new(&meta.gives, shape, program)),
            params: members(&meta.params, &meta.input, program),
        }
    }

    /// Appends the line of a recording that was made at `level` or at a higher one, without a line break: at [`Level::None`] the outcome
    /// alone, at [`Level::Record`] everything but the tree. `false`, and nothing appended, if it cannot be written so.
    ///
    /// # Errors
    /// When the bytes are not a recording of the decision.
    pub fn write(&self, out: &mut String, program: &ProgramMeta, view: &View, passed: &Passed, level: Level) -> Result<bool, DecodeError> {
        let start = out.len();
        let memory = Memory { input: view.arena, constants: &program.constants, scratch: view.scratch };
        let meta = program.decisions.get(self.decision.index()).ok_or(DecodeError::NoSuchDecision)?;
        let mut line = Line { lines: self, program, meta, view, memory, out };
        let written = match level {
            Level::None => line.outcome_alone(passed).map(|()| true),
            Level::Record if self.made_of_others => Ok(false),
            Level::Record => line.record(passed),
            Level::Full => Ok(false),
        };
        if !matches!(written, Ok(true)) {
            out.truncate(start);
        }
        written
    }
}

impl RuleLine {
    fn new(program: &ProgramMeta, meta: &DecisionMeta, rule: &RuleMeta) -> Self {
        let place = meta.sites.get(rule.site.index()).map_or(0, |site| site.place as usize);
        let located = program.sources.locate(rule.span);
        let mut head = format!("{{\"rule\":{},\"file\":", quoted(&rule.name));
        write_json_text(&mut head, located.map_or("", |(file, _)| file.name()));
        let (line, column) = located.map_or((1, 1), |(_, at)| (at.line, at.column));
        head += &format!(",\"line\":{line},\"column\":{column}");
        let because = rule.because.as_ref().map(|pieces| pieces.iter().map(|piece| Piece::new(program, piece)).collect::<Vec<_>>());
        let values = because.iter().flatten().filter_map(|piece| if let Piece::Value(operand) = piece { Some(operand) } else { None });
        let plain = rule.instance.is_none()
            && rule.rows.is_none()
            && !meta.policy.is_some_and(Policy::collects)
            && values.into_iter().all(|value| is_plain(meta, value));
        let (byte, shift) = (place / 4, (place % 4 * 2) as u32);
        Self { byte, shift, head, tail: cites(&rule.cites), owner: rule.owner.as_deref().map(quoted), plain, because }
    }
}

impl Piece {
    fn new(program: &ProgramMeta, piece: &TextPiece) -> Self {
        let mut letters = String::new();
        match piece {
            TextPiece::Literal(text) => letters.push_str(text),
            TextPiece::Value(Operand { source: OperandSource::Constant(value), ty, .. }) => {
                text::write_value(&mut letters, value, ty, program);
            }
            TextPiece::Value(operand) => return Self::Value(operand.clone()),
        }
        Self::Letters(inside(&letters))
    }
}

/// Whether the value of an operand lies in the row or in frame 0.
fn is_plain(meta: &DecisionMeta, operand: &Operand) -> bool {
    match &operand.source {
        OperandSource::Constant(_) | OperandSource::Input(_) => true,
        OperandSource::Slot(slot) | OperandSource::Part(slot, _) => slot.frame.0 == 0,
        OperandSource::Bits(site) => meta.sites.get(site.index()).is_some_and(|site| site.frame.0 == 0),
        OperandSource::Element(..) => false,
    }
}

/// A text as JSON has it between its quotes.
fn inside(text: &str) -> String {
    let quoted = quoted(text);
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

fn cites(cites: &[(String, Option<String>)]) -> String {
    let mut out = String::new();
    if !cites.is_empty() {
        let texts: Vec<String> = cites.iter().map(|(text, _)| quoted(text)).collect();
        out += &format!(",\"cites\":[{}]", texts.join(","));
    }
    if cites.iter().any(|(_, link)| link.is_some()) {
        let links: Vec<String> = cites.iter().map(|(_, link)| link.as_deref().map_or_else(|| "null".to_owned(), quoted)).collect();
        out += &format!(",\"links\":[{}]", links.join(","));
    }
    out + "}"
}

fn tag_line(program: &ProgramMeta, tag: &Tag) -> String {
    match tag {
        Tag::Decided => String::new(),
        Tag::Referred { role, .. } => {
            let name = program.roles.get(role.index()).map_or("", |role| role.name.as_str());
            format!("{{\"kind\":\"referred\",\"to\":{}", quoted(name))
        }
    }
}

/// A line that is being written.
struct Line<'l, 'v> {
    lines: &'l Lines,
    program: &'l ProgramMeta,
    meta: &'l DecisionMeta,
    view: &'l View<'v>,
    memory: Memory<'l>,
    out: &'l mut String,
}

impl<'l> Line<'l, '_> {
    fn outcome_alone(&mut self, passed: &Passed) -> Result<(), DecodeError> {
        self.out.push('{');
        self.id(passed);
        self.out.push_str("\"outcome\":");
        self.outcome()?;
        self.carry(passed);
        self.out.push('}');
        Ok(())
    }

    fn record(&mut self, passed: &Passed) -> Result<bool, DecodeError> {
        self.out.push_str("{\"axtrace\":");
        self.out.push_str(FORMAT);
        self.out.push(',');
        self.id(passed);
        self.out.push_str(&self.lines.head);
        self.outcome()?;
        self.out.push_str(",\"by\":[");
        let Some(owner) = self.by()? else { return Ok(false) };
        self.out.push(']');
        if let Some(owner) = owner {
            self.out.push_str(",\"accountable\":");
            self.out.push_str(owner);
        }
        self.out.push_str(",\"advice\":[],\"input\":");
        object(self.out, &self.lines.params, self.view.row, &self.memory, self.program)?;
        self.carry(passed);
        self.out.push('}');
        Ok(true)
    }

    fn id(&mut self, passed: &Passed) {
        if let Some(id) = &passed.id {
            self.out.push_str("\"id\":");
            write_json_text(self.out, id);
            self.out.push(',');
        }
    }

    fn carry(&mut self, passed: &Passed) {
        for (place, (name, text)) in passed.carry.iter().enumerate() {
            self.out.push_str(if place == 0 { ",\"carry\":{" } else { "," });
            write_json_text(self.out, name);
            self.out.push(':');
            write_json_text(self.out, text);
        }
        if !passed.carry.is_empty() {
            self.out.push('}');
        }
    }

    fn outcome(&mut self) -> Result<(), DecodeError> {
        let [(tag, _), (at, _), (within_at, _)] = self.meta.outcome.members.as_slice() else { return Err(DecodeError::NoSuchOutcome) };
        let row = self.view.outcome;
        let tag = usize::from(u16::from_le_bytes(fixed(row, *tag)?));
        let known = self.meta.tags.get(tag).zip(self.lines.tags.get(tag)).ok_or(DecodeError::NoSuchOutcome)?;
        let value = row.get(*at as usize..).unwrap_or_default();
        match known {
            (Tag::Decided, _) => {
                self.out.push_str("{\"kind\":\"decided\",\"value\":");
                self.given(value)?;
            }
            (Tag::Referred { within, proposing, .. }, head) => {
                self.out.push_str(head);
                if *within {
                    self.out.push_str(",\"within\":");
                    let seconds = Value::Scalar(i64::from_le_bytes(fixed(row, *within_at)?).into());
                    text::write_json(self.out, &seconds, &Type::Scalar(Scalar::of(Kind::Duration)), self.program);
                }
                if *proposing {
                    self.out.push_str(",\"proposing\":");
                    self.given(value)?;
                }
            }
        }
        self.out.push('}');
        Ok(())
    }

    fn given(&mut self, value: &[u8]) -> Result<(), DecodeError> {
        let put = self.lines.gives.as_ref().ok_or(DecodeError::NoSuchOutcome)?;
        Ok(put.write(self.out, value, &self.memory, self.program)?)
    }

    /// The rules that decided, and who answers for them; nothing if one of them is not plain.
    fn by(&mut self) -> Result<Option<Option<&'l str>>, DecodeError> {
        let frame = self.view.frame;
        let lines = self.lines;
        let mut first = None;
        for rule in &lines.rules {
            let byte = frame.get(rule.byte).ok_or(MemoryError::OutOfBounds)?;
            if RuleState::of(byte >> rule.shift) != RuleState::Decided {
                continue;
            }
            if !rule.plain {
                return Ok(None);
            }
            self.out.push_str(if first.is_some() { "," } else { "" });
            first = first.or(Some(rule));
            self.rule(rule)?;
        }
        Ok(Some(first.and_then(|rule| rule.owner.as_deref()).or(lines.owner.as_deref())))
    }

    fn rule(&mut self, rule: &'l RuleLine) -> Result<(), DecodeError> {
        self.out.push_str(&rule.head);
        if let Some(because) = &rule.because {
            self.out.push_str(",\"because\":\"");
            for piece in because {
                match piece {
                    Piece::Letters(letters) => self.out.push_str(letters),
                    Piece::Value(operand) => self.interpolated(operand)?,
                }
            }
            self.out.push('"');
        }
        self.out.push_str(&rule.tail);
        Ok(())
    }

    /// The text of a value in a text.
    fn interpolated(&mut self, operand: &'l Operand) -> Result<(), DecodeError> {
        let value = self.operand(operand)?;
        let start = self.out.len();
        text::write_value(self.out, &value, &operand.ty, self.program);
        let written = self.out.get(start..).unwrap_or_default();
        if written.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
            let escaped = inside(written);
            self.out.truncate(start);
            self.out.push_str(&escaped);
        }
        Ok(())
    }

    fn operand(&self, operand: &'l Operand) -> Result<Value, DecodeError> {
        match &operand.source {
            OperandSource::Constant(value) => Ok(value.clone()),
            OperandSource::Input(path) => self.part(&self.meta.params, &self.meta.input, self.view.row, path),
            OperandSource::Slot(slot) => self.slot(slot.index, &[]),
            OperandSource::Part(slot, path) => self.slot(slot.index, path),
            OperandSource::Bits(site) => {
                let site = self.meta.sites.get(site.index()).ok_or(DecodeError::NotRecorded)?;
                let byte = self.view.frame.get(site.place as usize / 4).ok_or(MemoryError::OutOfBounds)?;
                match byte >> (site.place % 4 * 2) & 3 {
                    1 => Ok(Value::Boolean(false)),
                    2 => Ok(Value::Boolean(true)),
                    _ => Err(DecodeError::NotRecorded),
                }
            }
            OperandSource::Element(..) => Err(DecodeError::NotRecorded),
        }
    }

    fn slot(&self, index: u32, path: &[u32]) -> Result<Value, DecodeError> {
        let frame = self.meta.frames.first().ok_or(DecodeError::NotRecorded)?;
        let member = frame.layout.members.get(index as usize).zip(frame.slots.get(index as usize));
        let ((offset, shape), ty) = member.ok_or(DecodeError::NotRecorded)?;
        let bytes = self.view.frame.get(*offset as usize..).ok_or(MemoryError::OutOfBounds)?;
        self.within(ty, shape, bytes, path)
    }

    /// A part of a record, or of a row.
    fn part(&self, fields: &[FieldType], layout: &Struct, bytes: &[u8], path: &[u32]) -> Result<Value, DecodeError> {
        let (place, path) = path.split_first().ok_or(DecodeError::NotRecorded)?;
        let place = *place as usize;
        let (field, (offset, shape)) = fields.get(place).zip(layout.members.get(place)).ok_or(DecodeError::NotRecorded)?;
        self.within(&field.ty, shape, bytes.get(*offset as usize..).ok_or(MemoryError::OutOfBounds)?, path)
    }

    /// A part of a value; a record on the way that is missing makes it missing.
    fn within(&self, ty: &Type, shape: &Shape, bytes: &[u8], path: &[u32]) -> Result<Value, DecodeError> {
        match (ty, shape) {
            _ if path.is_empty() => Ok(read_value(ty, shape, bytes, &self.memory, &self.program.types)?),
            (Type::Optional(inner), Shape::Optional { inner: shape, offset }) => match fixed(bytes, 0)? {
                [0] => Ok(Value::Missing),
                _ => self.within(inner, shape, bytes.get(*offset as usize..).ok_or(MemoryError::OutOfBounds)?, path),
            },
            (Type::Record(id), Shape::Record(layout)) => self.part(&self.program.types.record(*id).fields, layout, bytes, path),
            _ => Err(DecodeError::NotRecorded),
        }
    }
}

/// Bytes of a known number at an offset.
fn fixed<const N: usize>(bytes: &[u8], offset: u32) -> Result<[u8; N], MemoryError> {
    bytes.get(offset as usize..).and_then(|rest| rest.first_chunk()).copied().ok_or(MemoryError::OutOfBounds)
}
