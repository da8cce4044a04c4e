//! What could go wrong when a decision runs, and is therefore refused.

use axtrace_source::Span;
use miette::Diagnostic;
use thiserror::Error;

/// What could go wrong when a decision runs.
#[derive(Debug, Error, Diagnostic)]
#[allow(missing_docs, reason = "the message above each variant says what its fields are")]
pub enum RangeFinding {
    #[error("`{text}` can leave 128 bits")]
    #[diagnostic(code(E0401), help("declare a narrower range for one of the two: `… in 0..1_000`"))]
    Overflow {
        text: String,
        left: String,
        right: String,
        #[label(primary, "beyond 1.7 times 10^38 of its last digit")]
        at: Span,
        #[label("{left}")]
        left_at: Span,
        #[label("{right}")]
        right_at: Span,
    },
    #[error("{what} can be {value}, outside of {range}")]
    #[diagnostic(
        code(E0402),
        help("declare the range wider, or a part of this narrower, or say with `if` or a condition what counts beyond it")
    )]
    DoesNotFit {
        what: String,
        value: String,
        range: String,
        #[label(primary, "{found}")]
        at: Span,
        found: String,
        #[label("{range}")]
        declared: Span,
    },
    #[error("these quotients are too large to compare exactly")]
    #[diagnostic(code(E0403), help("declare narrower ranges for what is divided, or round one of the two before"))]
    Quotients {
        #[label(primary, "the comparison needs more than 128 bits")]
        at: Span,
    },
    #[error("`{divisor}` can be 0 here")]
    #[diagnostic(code(E0410), help("add `{divisor} != 0 and …` to the condition, or declare a range without 0"))]
    DivisionByZero {
        divisor: String,
        #[label(primary, "divided by")]
        at: Span,
        #[label("{found}")]
        from: Span,
        found: String,
    },
    #[error("`{text}` can leave the years -9999 to 9999")]
    #[diagnostic(code(E0420), help("declare a narrower range for the date, or for what is added to it"))]
    Calendar {
        text: String,
        #[label(primary, "from {low} to {high}")]
        at: Span,
        low: String,
        high: String,
    },
}
