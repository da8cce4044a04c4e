//! What a recording holds at each level, and the memory that running code writes it to.
//!
//! [`Stored`] is the one answer to "is this written at that level?": emission asks it for native code, the interpreter for its own
//! recordings, and the decoder for what it may read.

use crate::meta::{DecisionMeta, FrameId, Operand, OperandSource, SiteId, SiteKind, SlotId, TextPiece};
use crate::trace::Level;

/// Which sites and slots of a decision are written at a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    level: Level,
    sites: Vec<bool>,
    slots: Vec<Vec<bool>>,
}

impl Stored {
    /// What is written at a level.
    ///
    /// At [`Level::Record`] these are the states of rules and of their instances, what the operands of `because` and of outcomes refer to,
    /// and the handles on the way to all of these; of a decision that is one expression the same of the decisions that it calls.
    #[must_use]
    pub fn of(meta: &DecisionMeta, level: Level) -> Self {
        let full = level == Level::Full;
        let slots = meta.frames.iter().map(|frame| vec![full; frame.slots.len()]).collect();
        let mut stored = Self { level, sites: vec![full; meta.sites.len()], slots };
        if level == Level::Record {
            stored.add_rules(meta);
            stored.add_parts(meta);
        }
        stored
    }

    /// The level.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Whether the bits of a site are written.
    #[must_use]
    pub fn site(&self, site: SiteId) -> bool {
        self.sites.get(site.index()).copied().unwrap_or(false)
    }

    /// Whether a slot is written.
    #[must_use]
    pub fn slot(&self, slot: SlotId) -> bool {
        self.slots.get(slot.frame.index()).and_then(|slots| slots.get(slot.index as usize)).copied().unwrap_or(false)
    }

    fn add_rules(&mut self, meta: &DecisionMeta) {
        for rule in &meta.rules {
            self.add_site(meta, rule.site);
            if let Some(instance) = rule.instance {
                self.add_site(meta, instance);
                self.add_list(meta, meta.sites[instance.index()].frame);
            }
            self.add_operand(meta, &rule.outcome);
            if let Some(rows) = &rule.rows {
                self.add_operand(meta, &rows.row);
            }
            for piece in rule.because.iter().flatten() {
                if let TextPiece::Value(operand) = piece {
                    self.add_operand(meta, operand);
                }
            }
        }
    }

    fn add_parts(&mut self, meta: &DecisionMeta) {
        for id in meta.parts() {
            let site = &meta.sites[id.index()];
            if let SiteKind::Decision { activation, .. } = site.kind {
                self.add_site(meta, id);
                self.add_slot(meta, activation);
                site.operands.iter().for_each(|operand| self.add_operand(meta, operand));
            }
        }
    }

    fn add_operand(&mut self, meta: &DecisionMeta, operand: &Operand) {
        match &operand.source {
            OperandSource::Constant(_) | OperandSource::Input(_) => {}
            OperandSource::Slot(slot) | OperandSource::Part(slot, _) => self.add_slot(meta, *slot),
            OperandSource::Bits(site) => self.add_site(meta, *site),
            OperandSource::Element(site, _) => {
                if let SiteKind::Loop { frame, .. } = meta.sites[site.index()].kind {
                    self.add_frame(meta, frame);
                    self.add_list(meta, frame);
                }
            }
        }
    }

    fn add_site(&mut self, meta: &DecisionMeta, site: SiteId) {
        self.sites[site.index()] = true;
        self.add_frame(meta, meta.sites[site.index()].frame);
    }

    fn add_slot(&mut self, meta: &DecisionMeta, slot: SlotId) {
        self.slots[slot.frame.index()][slot.index as usize] = true;
        self.add_frame(meta, slot.frame);
    }

    /// The handles that lead to a frame.
    fn add_frame(&mut self, meta: &DecisionMeta, frame: FrameId) {
        let visits = meta.sites.iter().find_map(|site| match site.kind {
            SiteKind::Loop { frame: inner, visits, .. } if inner == frame => Some(visits),
            _ => None,
        });
        if let Some(visits) = visits
            && !self.slot(visits)
        {
            self.add_slot(meta, visits);
        }
    }

    /// The list whose elements a frame belongs to, and the lists around it.
    fn add_list(&mut self, meta: &DecisionMeta, frame: FrameId) {
        let found = meta.sites.iter().find_map(|site| match &site.kind {
            SiteKind::Loop { frame: inner, list, neighbours, .. } if *inner == frame => Some((site.frame, list, neighbours)),
            _ => None,
        });
        if let Some((outer, list, neighbours)) = found {
            self.add_operand(meta, list);
            neighbours.iter().for_each(|of| self.add_operand(meta, &of.1));
            if outer != frame {
                self.add_list(meta, outer);
            }
        }
    }
}

/// What running code writes: for each row an outcome and frame 0, and for all rows together one arena. It is reused from batch to batch
/// without asking for memory again.
#[derive(Debug, Clone)]
pub struct Recorder {
    pub(crate) level: Level,
    pub(crate) outcomes: Vec<u8>,
    pub(crate) outcome_size: usize,
    pub(crate) frames: Vec<u8>,
    pub(crate) frame_size: usize,
    /// All of it may be written; what has been written ends at `used`.
    pub(crate) scratch: Vec<u8>,
    pub(crate) used: usize,
    pub(crate) cap: usize,
    pub(crate) count: usize,
    pub(crate) cut: bool,
}

/// The arena of a recorder grows up to this many bytes unless a recorder is told otherwise.
pub const DEFAULT_CAP: usize = 1 << 28;
/// The arena of a recorder never grows beyond what a handle can reach.
pub const MAX_CAP: usize = (1 << 32) - 64;
const FIRST_SCRATCH: usize = 1 << 12;

impl Recorder {
    /// A recorder whose arena grows up to [`DEFAULT_CAP`].
    #[must_use]
    pub fn new(level: Level) -> Self {
        Self::with_cap(level, DEFAULT_CAP)
    }

    /// A recorder whose arena grows up to `cap` bytes, at most [`MAX_CAP`].
    #[must_use]
    pub fn with_cap(level: Level, cap: usize) -> Self {
        let cap = cap.min(MAX_CAP);
        let (outcomes, frames, scratch) = (Vec::new(), Vec::new(), Vec::new());
        Self { level, outcomes, outcome_size: 0, frames, frame_size: 0, scratch, used: 0, cap, count: 0, cut: false }
    }

    /// How much is recorded.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// How many rows were decided since the recorder was cleared.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Whether the recording did not fit: then there is one row, and nothing of it but its outcome.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// The outcome row of a decided row; empty beyond the last.
    #[must_use]
    pub fn outcome(&self, row: usize) -> &[u8] {
        piece(&self.outcomes, self.outcome_size, row, self.count)
    }

    /// The outcome rows of all decided rows, one after the other.
    #[must_use]
    pub fn outcomes(&self) -> &[u8] {
        &self.outcomes[..self.count.saturating_mul(self.outcome_size).min(self.outcomes.len())]
    }

    /// Frame 0 of a decided row; empty beyond the last, and at [`Level::None`].
    #[must_use]
    pub fn frame(&self, row: usize) -> &[u8] {
        if self.cut || self.level == Level::None { &[] } else { piece(&self.frames, self.frame_size, row, self.count) }
    }

    /// The bytes that handles of [`Space::Scratch`](crate::layout::Space::Scratch) point into.
    #[must_use]
    pub fn scratch(&self) -> &[u8] {
        &self.scratch[..self.used.min(self.scratch.len())]
    }

    /// Forgets what was recorded and makes room for `rows` rows.
    pub(crate) fn prepare(&mut self, meta: &DecisionMeta, rows: usize) {
        (self.used, self.count, self.cut) = (0, 0, false);
        self.outcome_size = meta.outcome.size as usize;
        self.frame_size = frame_size(meta);
        let framed = if self.level == Level::None { 0 } else { rows };
        enlarge(&mut self.outcomes, rows.saturating_mul(self.outcome_size));
        enlarge(&mut self.frames, framed.saturating_mul(self.frame_size));
    }

    /// Doubles the arena. False if it has reached its cap.
    pub(crate) fn grow(&mut self) -> bool {
        let more = (self.scratch.len() * 2).max(FIRST_SCRATCH).min(self.cap);
        let grows = more > self.scratch.len();
        enlarge(&mut self.scratch, more);
        grows
    }
}

/// The distance between the frames 0 of neighbouring rows, in bytes.
#[must_use]
pub fn frame_size(meta: &DecisionMeta) -> usize {
    meta.frames.first().map_or(0, |frame| frame.layout.size as usize)
}

fn enlarge(bytes: &mut Vec<u8>, size: usize) {
    if bytes.len() < size {
        bytes.resize(size, 0);
    }
}

fn piece(all: &[u8], size: usize, row: usize, count: usize) -> &[u8] {
    if row < count { all.get(row * size..(row + 1) * size).unwrap_or(&[]) } else { &[] }
}
