//! One thing to tell the author, and the sink that passes put them into.

use miette::{Diagnostic, Severity};

/// A line under the labels of a finding: `when`, `as in`, `try`. Its help is the diagnostic's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The word in the margin.
    pub word: &'static str,
    /// The text; may have several lines.
    pub text: String,
}

/// One thing to tell the author: an error or a warning, with its labels in the offset space of the sources.
#[derive(Debug)]
pub struct Finding {
    /// Message, code, severity, labels and help.
    pub diagnostic: Box<dyn Diagnostic + Send + Sync>,
    /// What else there is to say, in order.
    pub notes: Vec<Note>,
    /// The input that was run and did what the finding says, as one JSON object keyed by parameter, for a decision named in `decision`.
    pub witness: Option<String>,
    /// The decision that the witness is an input of.
    pub decision: Option<String>,
}

impl Finding {
    /// A finding without notes or witness.
    pub fn new(diagnostic: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self { diagnostic: Box::new(diagnostic), notes: Vec::new(), witness: None, decision: None }
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, word: &'static str, text: impl Into<String>) -> Self {
        self.notes.push(Note { word, text: text.into() });
        self
    }

    /// Adds the input that was run and did what the finding says.
    #[must_use]
    pub fn witness(mut self, decision: impl Into<String>, json: impl Into<String>) -> Self {
        self.decision = Some(decision.into());
        self.witness = Some(json.into());
        self
    }

    /// Whether the program is refused because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        !matches!(self.diagnostic.severity(), Some(Severity::Warning | Severity::Advice))
    }

    /// The stable code, such as `E0204`.
    #[must_use]
    pub fn code(&self) -> String {
        self.diagnostic.code().map(|code| code.to_string()).unwrap_or_default()
    }

    /// The offset of the primary label, or of the earliest.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        let labels: Vec<_> = self.diagnostic.labels()?.collect();
        let primary = labels.iter().find(|label| label.primary());
        primary.or_else(|| labels.iter().min_by_key(|label| label.offset())).map(miette::LabeledSpan::offset)
    }
}

/// The most findings that are kept: a file of sixteen million wrong characters has no reader for more.
pub const MOST_FINDINGS: usize = 100_000;

/// The sink of findings: it counts all, and keeps the first `MOST_FINDINGS`.
#[derive(Debug, Default)]
pub struct Findings {
    all: Vec<Finding>,
    /// How many there are beyond [`MOST_FINDINGS`], and whether one of them is an error.
    beyond: usize,
    error_beyond: bool,
}

impl Findings {
    /// No findings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports a diagnostic without notes.
    pub fn report(&mut self, diagnostic: impl Diagnostic + Send + Sync + 'static) {
        self.push(Finding::new(diagnostic));
    }

    /// Reports a finding.
    pub fn push(&mut self, finding: Finding) {
        if self.all.len() < MOST_FINDINGS {
            self.all.push(finding);
        } else {
            self.error_beyond |= finding.is_error();
            self.beyond += 1;
        }
    }

    /// Takes over all findings of another sink.
    pub fn append(&mut self, mut other: Self) {
        other.all.drain(..).for_each(|finding| self.push(finding));
        self.beyond += other.beyond;
        self.error_beyond |= other.error_beyond;
    }

    /// All that are kept.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.all.iter()
    }

    /// How many are kept.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.all.len()
    }

    /// Changes those that were reported since there were so many.
    pub fn amend(&mut self, since: usize, change: impl FnMut(Finding) -> Finding) {
        if since < self.all.len() {
            let last = self.all.split_off(since);
            self.all.extend(last.into_iter().map(change));
        }
    }

    /// Forgets those that only say again what others say.
    pub fn retain(&mut self, keep: impl FnMut(&Finding) -> bool) {
        self.all.retain(keep);
    }

    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.error_beyond || self.all.iter().any(Finding::is_error)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len() + self.beyond
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All findings by place, then code, then message: the same every time. Exact repetitions are dropped.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Finding> {
        self.all.sort_by_cached_key(|finding| (finding.offset().unwrap_or(0), finding.code(), finding.diagnostic.to_string()));
        self.all.dedup_by(|a, b| a.offset() == b.offset() && a.code() == b.code() && a.diagnostic.to_string() == b.diagnostic.to_string());
        self.all
    }
}
