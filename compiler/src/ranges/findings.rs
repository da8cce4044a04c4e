//! What could go wrong when a decision runs, and is therefore refused.

use axtrace_source::Span;
use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

/// What could go wrong when a decision runs.
#[derive(Debug, Error, Diagnostic)]
#[allow(missing_docs, reason = "the message above each variant says what its fields are")]
pub enum RangeFinding {
    #[error("`{text}` can leave 128 bits")]
    #[diagnostic(code(E0401), help("{room}"))]
    Overflow {
        text: String,
        left: String,
        right: String,
        room: String,
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
    #[error("{what} can be {value}, outside of {range}")]
    #[diagnostic(
        code(E0402),
        help("declare the range wider, or say with `overrides` or in their conditions which of the rules do not count together")
    )]
    DoNotFitTogether {
        what: String,
        value: String,
        range: String,
        #[label(primary, "{found}")]
        at: Span,
        found: String,
        #[label(collection)]
        rules: Vec<LabeledSpan>,
    },
    #[error("`{text}` has no room: a part of the quotient can leave 128 bits")]
    #[diagnostic(
        code(E0403),
        help(
            "round one of the two before, to the places that matter: `round(…, 6)`; or declare narrower ranges for what is divided ({sizes})"
        )
    )]
    Quotients {
        text: String,
        sizes: String,
        #[label(primary, "a numerator or denominator beyond 1.7 times 10^38")]
        at: Span,
    },
    #[error("`{text}` needs too many digits on the way")]
    #[diagnostic(code(E0404), help("declare `{exponent}` up to {fits} at most, or round `{base}` before, to the places that matter"))]
    Power {
        text: String,
        base: String,
        exponent: String,
        digits: u32,
        times: u128,
        fits: u64,
        #[label(primary, "more than 131,072 bits, some 39,000 digits")]
        at: Span,
        #[label("a quotient of numbers of up to {digits} digits")]
        base_at: Span,
        #[label("up to {times} times itself")]
        exponent_at: Span,
    },
    #[error("this text can be longer than 1,000,000 characters")]
    #[diagnostic(code(E0450), help("declare what stands in it as shorter: `text with up to 200 characters`, `list of … with 0..50 items`"))]
    TextTooLong {
        #[label(primary, "longer than a text may be")]
        at: Span,
    },
    #[error("`{divisor}` can be 0 here")]
    #[diagnostic(code(E0410), help("{help}"))]
    DivisionByZero {
        divisor: String,
        help: String,
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
    #[error("nothing bounds `{memory}`, the memory of this `fold`")]
    #[diagnostic(
        code(E0443),
        help(
            "declare its range, `fold({memory} : … in … = …, …)`, and keep each step inside of it: `min(…, …)` holds a number below another"
        )
    )]
    Memory {
        memory: String,
        #[label(primary, "each step may change it by more than can be seen here")]
        at: Span,
    },
    #[error("`{text}` can be a list of {count} numbers")]
    #[diagnostic(code(E0444), help("a range that is written out has at most 1,000,000 numbers: declare narrower ranges for its ends"))]
    Numbers {
        text: String,
        count: i128,
        #[label(primary, "from {low} to {high}")]
        at: Span,
        low: i128,
        high: i128,
    },
}
