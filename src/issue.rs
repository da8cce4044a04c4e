//! Findings as plain data, for programs that show or store them.

use axtrace_source::{Finding, Sources, Span};

use crate::Place;

/// A finding about rules as plain data: what the program `axtrace` draws, without the drawing.
///
/// ```
/// let rejected = axtrace::compile_text("module desk  decision size(seats: integer in 1..9) gives boolean { rule large when seats > 4 then true }").unwrap_err();
/// let issue = &rejected.issues()[0];
/// assert_eq!(issue.code, "E0501");
/// assert_eq!(issue.message, "no rule decides when `seats` is at most 4");
/// assert_eq!(issue.labels.len(), 1);
/// // An input that was run and shows it.
/// assert_eq!(issue.witness.as_deref(), Some(r#"{"seats":1}"#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The stable code, such as `E0204`; `axtrace explain E0204` shows its page.
    pub code: String,
    /// Whether the rules are refused because of it; otherwise it is a warning.
    pub is_error: bool,
    /// What is wrong.
    pub message: String,
    /// The place that matters most.
    pub at: Option<Place>,
    /// All places that matter, with what there is to say of each.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
    /// What else there is to say: a word such as `when` or `as in`, and a text.
    pub notes: Vec<(String, String)>,
    /// An input, as JSON, that was run and did what the finding says.
    pub witness: Option<String>,
    /// The decision that the witness is an input of.
    pub decision: Option<String>,
}

/// A place that matters to an [`Issue`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where it is.
    pub at: Place,
    /// What there is to say of it.
    pub text: String,
}

impl Issue {
    /// A finding about these sources as plain data.
    #[must_use]
    pub fn of(finding: &Finding, sources: &Sources) -> Self {
        let place = |offset: usize| u32::try_from(offset).ok().and_then(|offset| Place::of(Span::new(offset, offset), sources));
        let labels = finding.diagnostic.labels().into_iter().flatten().filter_map(|label| {
            let text = label.label().unwrap_or_default().to_owned();
            place(label.offset()).map(|at| Label { at, text })
        });
        Self {
            code: finding.code(),
            is_error: finding.is_error(),
            message: finding.diagnostic.to_string(),
            at: finding.offset().and_then(place),
            labels: labels.collect(),
            help: finding.diagnostic.help().map(|help| help.to_string()),
            notes: finding.notes.iter().map(|note| (note.word.to_owned(), note.text.clone())).collect(),
            witness: finding.witness.clone(),
            decision: finding.decision.clone(),
        }
    }
}
