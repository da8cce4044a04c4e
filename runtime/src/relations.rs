//! What always holds of an input: every record in it is asked, those within first, and then the input itself.
//!
//! The rules themselves say whether a relation holds: each is compiled to code whose row is the record or the input. What a relation of an outer
//! record relies on is asked before, and where that fails the outer one is not asked.

use crate::code::Executable;
use crate::layout::{Handle, Shape, Space, Struct};
use crate::memory::Batch;
use crate::meta::{DecisionId, ProgramMeta, RelationOwner};
use crate::read::{MAX_PROBLEMS, Problem, Wrong};
use crate::recording::Recorder;
use crate::trace::Level;
use crate::types::{RecordId, Type};

/// Which decisions and records something holds of.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    /// By [`DecisionId`]: whether something holds of its inputs, or of a record in them.
    decisions: Vec<bool>,
    /// By [`RecordId`]: the same.
    records: Vec<bool>,
}

impl Relations {
    pub(crate) fn of(program: &ProgramMeta) -> Self {
        let mut found = Self { decisions: vec![false; program.decisions.len()], records: vec![false; program.types.records.len()] };
        if program.relations.is_empty() {
            return found;
        }
        let mut holders: Vec<Vec<usize>> = vec![Vec::new(); program.types.records.len()];
        for (place, record) in program.types.records.iter().enumerate() {
            record.fields.iter().filter_map(|field| field.ty.record_within()).for_each(|inner| holders[inner.0 as usize].push(place));
        }
        let mut open = Vec::new();
        let mut own = vec![false; program.decisions.len()];
        for relation in &program.relations {
            match relation.owner {
                RelationOwner::Record(id) => open.push(id.0 as usize),
                RelationOwner::Decision(id) => own[id.index()] = true,
                RelationOwner::Module => {}
            }
        }
        while let Some(place) = open.pop() {
            if !std::mem::replace(&mut found.records[place], true) {
                open.extend(&holders[place]);
            }
        }
        for (place, decision) in program.declared().iter().enumerate() {
            let inside = decision.params.iter().any(|param| found.concerns(&param.ty));
            found.decisions[place] = inside || own[place];
        }
        found
    }

    /// Whether something holds of the inputs of a decision.
    pub(crate) fn concern(&self, decision: DecisionId) -> bool {
        self.decisions.get(decision.index()).copied().unwrap_or(false)
    }

    /// Whether something holds of a record in a value of a type.
    fn concerns(&self, ty: &Type) -> bool {
        ty.record_within().is_some_and(|id| self.records[id.0 as usize])
    }
}

/// What does not hold of a row of a batch.
pub(crate) fn problems(executable: &Executable, decision: DecisionId, batch: &Batch, row: usize) -> Vec<Problem> {
    let program = executable.meta();
    let meta = &program.decisions[decision.index()];
    let mut walk = Walk {
        executable,
        relations: &executable.relations,
        arena: batch.arena(),
        recorder: Recorder::new(Level::None),
        path: String::new(),
        problems: Vec::new(),
    };
    let bytes = batch.row(row);
    let names = meta.params.iter().map(|param| (param.name.as_str(), &param.ty));
    if walk.members(names, &meta.input, bytes) {
        walk.ask(RelationOwner::Decision(decision), bytes);
    }
    walk.problems
}

struct Walk<'a> {
    executable: &'a Executable,
    relations: &'a Relations,
    arena: &'a [u8],
    recorder: Recorder,
    /// The JSON pointer of what is looked at.
    path: String,
    problems: Vec<Problem>,
}

impl<'a> Walk<'a> {
    /// Looks at the members of a record or a row. Whether everything holds of them.
    fn members<'t>(&mut self, members: impl Iterator<Item = (&'t str, &'t Type)>, layout: &Struct, bytes: &'a [u8]) -> bool {
        let mut all = true;
        for ((name, ty), (at, shape)) in members.zip(&layout.members) {
            if !self.relations.concerns(ty) {
                continue;
            }
            let length = self.path.len();
            self.path.push('/');
            self.path.push_str(&name.replace('~', "~0").replace('/', "~1"));
            all &= self.value(ty, shape, bytes.get(*at as usize..).unwrap_or_default());
            self.path.truncate(length);
        }
        all
    }

    fn value(&mut self, ty: &Type, shape: &Shape, bytes: &'a [u8]) -> bool {
        match (ty, shape) {
            (Type::Optional(inner), Shape::Optional { inner: shape, offset }) => {
                bytes.first() != Some(&1) || self.value(inner, shape, bytes.get(*offset as usize..).unwrap_or_default())
            }
            (Type::Record(id), Shape::Record(layout)) => self.record(*id, layout, bytes),
            (Type::List { element, .. }, Shape::List(shape)) => self.list(element, shape, bytes),
            _ => true,
        }
    }

    fn record(&mut self, id: RecordId, layout: &Struct, bytes: &'a [u8]) -> bool {
        let executable = self.executable;
        let record = executable.meta().types.record(id);
        let names = record.fields.iter().map(|field| (field.name.as_str(), &field.ty));
        self.members(names, layout, bytes) && self.ask(RelationOwner::Record(id), bytes)
    }

    fn list(&mut self, element: &Type, shape: &Shape, bytes: &'a [u8]) -> bool {
        let Some(handle) = bytes.first_chunk().map(|bytes| Handle(u64::from_le_bytes(*bytes))) else { return true };
        if handle.space() != Some(Space::Input) {
            return true;
        }
        let (mut all, stride) = (true, shape.stride() as usize);
        for place in 0..handle.length() as usize {
            if self.problems.len() >= MAX_PROBLEMS {
                break;
            }
            let length = self.path.len();
            self.path.push_str(&format!("/{place}"));
            let at = (handle.offset() as usize).saturating_add(place.saturating_mul(stride));
            all &= self.value(element, shape, self.arena.get(at..).unwrap_or_default());
            self.path.truncate(length);
        }
        all
    }

    /// Asks all relations of an owner of a row of it. Whether all hold.
    fn ask(&mut self, owner: RelationOwner, row: &[u8]) -> bool {
        let executable = self.executable;
        let mut all = true;
        for (_, relation) in executable.meta().relations_of(owner) {
            let gave = executable.ask_relation(relation.decision, row, self.arena, &mut self.recorder);
            let wrong = match relation.verdict(gave) {
                Some(Ok(())) => continue,
                Some(Err(because)) => Wrong::Relation { condition: relation.condition.clone(), because },
                None => Wrong::NoRoom,
            };
            self.problems.push(Problem { at: self.path.clone(), declared: relation.span, wrong, cell: None });
            all = false;
        }
        all
    }
}
