//! What the prover tells the author.

use axtrace_source::Span;
use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

/// A finding of the prover. Gaps, conflicts and rules that apply together always carry an input that was run and did it.
#[derive(Debug, Error, Diagnostic)]
pub enum ProofFinding {
    /// For some input no rule decides.
    #[error("no rule decides {when}")]
    #[diagnostic(code(E0501))]
    Gap {
        /// In which cases, in words.
        when: String,
        /// The condition beside the gap, or the decision's head.
        #[label(primary, "{says}")]
        at: Span,
        /// What that has to do with it.
        says: String,
        /// The condition on the other side.
        #[label(collection)]
        others: Vec<LabeledSpan>,
        /// What to write.
        #[help]
        help: String,
    },
    /// For some input two rules decide differently.
    #[error("{what}")]
    #[diagnostic(code(E0502))]
    Conflict {
        /// Which rules decide differently.
        what: String,
        /// The outcome of the first.
        #[label(primary, "{says}")]
        at: Span,
        /// What it says for the input shown.
        says: String,
        /// The names of both, and the outcome of the second.
        #[label(collection)]
        others: Vec<LabeledSpan>,
        /// What to write.
        #[help]
        help: String,
    },
    /// For some input two rules of a `unique` decision apply.
    #[error("{what}, and only one may under `hit unique`")]
    #[diagnostic(code(E0503))]
    Together {
        /// Which rules apply together.
        what: String,
        /// The name of the first.
        #[label(primary, "applies")]
        at: Span,
        /// The name of the second.
        #[label(collection)]
        others: Vec<LabeledSpan>,
        /// What to write.
        #[help]
        help: String,
    },
    /// Neither a proof nor an input that shows the contrary was found.
    #[error("it cannot be excluded that {what}")]
    #[diagnostic(code(E0504))]
    Undecided {
        /// What could happen.
        what: String,
        /// Where: the outcome of the first rule, or the decision's head.
        #[label(primary, "{says}")]
        at: Span,
        /// What that has to do with it.
        says: String,
        /// The second rule, and the terms in the way.
        #[label(collection)]
        others: Vec<LabeledSpan>,
        /// What to write.
        #[help]
        help: String,
    },
}

/// A label.
pub fn label(span: Span, text: impl Into<String>) -> LabeledSpan {
    LabeledSpan::new_with_span(Some(text.into()), span)
}
