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
    /// For some input a rule decides what has no rank.
    #[error("`{rule}` can decide {what}, which has no rank")]
    #[diagnostic(code(E0505), help("name it after `priority`, where it belongs among the others"))]
    NoRank {
        /// The rule.
        rule: String,
        /// What it decides for the input shown.
        what: String,
        /// Its outcome.
        #[label(primary, "{says}")]
        at: Span,
        /// What that says.
        says: String,
    },
    /// For some input something is built that does not keep what always holds.
    #[error("`{condition}` can be false of what is built here")]
    #[diagnostic(code(E0440))]
    Broken {
        /// The relation.
        condition: String,
        /// The record, or the call.
        #[label(primary, "does not always keep it")]
        at: Span,
        /// Where the relation is declared.
        #[label("must always hold")]
        declared: Span,
        /// What to write.
        #[help]
        help: String,
    },
    /// The rules decide every input, so `otherwise` never does.
    #[error("the rules of `{decision}` decide every input: `otherwise` never does")]
    #[diagnostic(code(E0506), severity(warning), help("leave it out; if a rule changes and leaves a case open, a finding will say so"))]
    IdleOtherwise {
        /// The decision.
        decision: String,
        /// Where `otherwise` is written.
        #[label(primary, "never reached")]
        at: Span,
    },
    /// No input makes a rule apply.
    #[error("`{rule}` never applies")]
    #[diagnostic(code(E0507), severity(warning), help("mend its condition, or leave it out"))]
    NeverApplies {
        /// The rule.
        rule: String,
        /// Its name.
        #[label(primary, "no input makes it apply")]
        at: Span,
        /// What cannot be true together.
        #[label(collection)]
        others: Vec<LabeledSpan>,
    },
    /// Whatever a rule applies to, others win over it.
    #[error("`{rule}` never decides: {why}")]
    #[diagnostic(code(E0508), severity(warning), help("mend its condition or what wins over it, or leave it out"))]
    NeverDecides {
        /// The rule.
        rule: String,
        /// What becomes of it.
        why: &'static str,
        /// Its name.
        #[label(primary, "never decides")]
        at: Span,
        /// The rules that win.
        #[label(collection)]
        others: Vec<LabeledSpan>,
    },
    /// A condition is always true, or never, where it is asked.
    #[error("{condition} {is}")]
    #[diagnostic(code(E0509), severity(warning), help("leave it out, or ask what is meant"))]
    NeverMatters {
        /// The condition.
        condition: String,
        /// Which of both.
        is: &'static str,
        /// Where it is written.
        #[label(primary, "{is} here")]
        at: Span,
        /// What makes it so.
        #[label(collection)]
        others: Vec<LabeledSpan>,
    },
    /// A row that earlier rows leave nothing to decide.
    #[error("`{row}` can never decide: {says}")]
    #[diagnostic(code(E0510), severity(warning), help("leave it out, or put it before them"))]
    HiddenRow {
        /// The row.
        row: String,
        /// The whole row.
        #[label(primary, "never reached")]
        at: Span,
        /// Which rows come first.
        says: String,
        /// Some of them.
        #[label(collection)]
        others: Vec<LabeledSpan>,
    },
    /// Rows of which the steps did not suffice to say whether they ever decide.
    #[error("it is not known whether {rows} can ever decide")]
    #[diagnostic(
        code(E0511),
        severity(warning),
        help("nothing is wrong with what is decided; divide the table, or let fewer rows overlap, to know")
    )]
    UnknownRows {
        /// How many rows, or the name of the only one.
        rows: String,
        /// The first of them.
        #[label(primary, "{says}")]
        at: Span,
        /// How it overlaps.
        says: &'static str,
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
