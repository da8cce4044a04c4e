//! What can be wrong with names.

use axtrace_source::Span;
use miette::Diagnostic;
use thiserror::Error;

/// What can be wrong with names.
#[derive(Debug, Error, Diagnostic)]
#[allow(missing_docs, reason = "the message above each variant says what its fields are")]
pub enum NameFinding {
    #[error("`{name}` is declared twice")]
    #[diagnostic(code(E0201), help("give one of the two another name"))]
    Twice {
        name: String,
        #[label(primary, "declared again here")]
        at: Span,
        #[label("first declared here")]
        first: Span,
    },
    #[error("nothing here is called `{name}`")]
    #[diagnostic(code(E0202))]
    Unknown {
        name: String,
        #[label(primary, "not a parameter, `let`, field or value that is known here")]
        at: Span,
        #[help]
        suggestion: Option<String>,
    },
    #[error("there is no type `{name}`")]
    #[diagnostic(code(E0203))]
    UnknownType {
        name: String,
        #[label(primary, "neither a built-in type nor a declared `enum`, `record` or `type`")]
        at: Span,
        #[help]
        suggestion: Option<String>,
    },
    #[error("`{record}` has no field `{field}`")]
    #[diagnostic(code(E0204))]
    UnknownField {
        record: String,
        field: String,
        #[label(primary, "not a field of `{record}`")]
        at: Span,
        #[label("`{record}` is declared here")]
        declared: Span,
        #[help]
        suggestion: Option<String>,
    },
    #[error("`{enumeration}` has no value `{value}`")]
    #[diagnostic(code(E0205))]
    UnknownValue {
        enumeration: String,
        value: String,
        #[label(primary, "not a value of `{enumeration}`")]
        at: Span,
        #[label("`{enumeration}` is declared here")]
        declared: Span,
        #[help]
        suggestion: Option<String>,
    },
    #[error("there is no {what} `{name}` here")]
    #[diagnostic(code(E0206))]
    UnknownDeclared {
        what: &'static str,
        name: String,
        #[label(primary, "no {what} of this name")]
        at: Span,
        #[help]
        suggestion: Option<String>,
    },
    #[error("`{name}` depends on itself")]
    #[diagnostic(code(E0207), help("nothing may depend on itself: break the circle at one of these places"))]
    Cycle {
        name: String,
        #[label(primary, "`{name}` is needed to know `{name}`")]
        at: Span,
        #[label(collection, "by way of this")]
        path: Vec<Span>,
    },
    #[error("`{name}` could be the {kind} of this name or the value of `{enumeration}`")]
    #[diagnostic(code(E0208), help("write `{enumeration}.{name}` for the value, or rename the {kind}"))]
    Ambiguous {
        name: String,
        kind: &'static str,
        enumeration: String,
        #[label(primary, "two meanings")]
        at: Span,
    },
    #[error("`{name}` is {what}, not a value")]
    #[diagnostic(code(E0209))]
    NotAValue {
        name: String,
        what: &'static str,
        #[label(primary, "a value is expected here")]
        at: Span,
        #[help]
        suggestion: Option<String>,
    },
    #[error("there is no function `{name}`")]
    #[diagnostic(code(E0210))]
    UnknownFunction {
        name: String,
        #[label(primary, "neither built in nor a `define` or `decision`")]
        at: Span,
        #[help]
        suggestion: Option<String>,
    },
    #[error("`{name}` cannot be declared: it is {what}")]
    #[diagnostic(code(E0211), help("choose another name"))]
    Reserved {
        name: String,
        what: &'static str,
        #[label(primary, "belongs to the language")]
        at: Span,
    },
    #[error("module `{module}` declares no `{name}`")]
    #[diagnostic(code(E0212))]
    NotInModule {
        module: String,
        name: String,
        #[label(primary, "not declared in `{module}`")]
        at: Span,
        #[label("the module")]
        declared: Span,
        #[help]
        suggestion: Option<String>,
    },
    #[error("`{what}` cannot be compiled yet")]
    #[diagnostic(
        code(E0901),
        help("the language has it and the grammar knows it; this version of the compiler does not carry it further: leave it out for now")
    )]
    NotYet {
        what: String,
        #[label(primary, "known, and not yet built")]
        at: Span,
    },
}
