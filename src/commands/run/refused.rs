//! The line that answers an input which cannot be read.

use axtrace::runtime::read::{InputErrors, Problem, RowPlace};
use axtrace::runtime::trace::Passed;
use axtrace::source::{Sources, Span};
use serde::Serialize;

#[derive(Serialize)]
struct ErrorLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    error: ErrorBody<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_object")]
    carry: Vec<(String, String)>,
}

fn as_object<S: serde::Serializer>(members: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(members.iter().map(|(name, text)| (name, text)))
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    #[serde(flatten)]
    first: ProblemBody<'a>,
    /// The other problems of the same input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more: Vec<ProblemBody<'a>>,
}

#[derive(Serialize)]
struct ProblemBody<'a> {
    code: String,
    at: &'a str,
    /// Where in a file of rows: on which line of CSV, in which row of Parquet, in which column.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'a str>,
    message: String,
    /// Where the rules declare what the input does not keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<Declared<'a>>,
}

#[derive(Serialize)]
struct Declared<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

/// Writes the first problem of an input, and the `more` there are.
pub fn write(out: &mut String, errors: &InputErrors, passed: Passed, sources: &Sources) {
    let mut bodies = errors.problems.iter().map(|problem| problem_body(problem, sources));
    let Some(first) = bodies.next() else { return out.push_str("{\"error\":{}}") };
    let line = ErrorLine { id: passed.id, error: ErrorBody { first, more: bodies.collect() }, carry: passed.carry };
    // The members are texts and numbers, which always have a JSON form.
    out.push_str(&serde_json::to_string(&line).unwrap_or_default());
}

fn problem_body<'a>(problem: &'a Problem, sources: &'a Sources) -> ProblemBody<'a> {
    let row = problem.cell.as_ref().and_then(|cell| cell.row);
    let declared = |span: Span| sources.locate(span).map(|(file, at)| Declared { file: file.name(), line: at.line, column: at.column });
    ProblemBody {
        code: problem.code(),
        at: &problem.at,
        line: if let Some(RowPlace::Line(line)) = row { Some(line) } else { None },
        row: if let Some(RowPlace::Row(row)) = row { Some(row) } else { None },
        column: problem.cell.as_ref().and_then(|cell| cell.column.as_deref()),
        message: problem.wrong.to_string(),
        declared: declared(problem.declared),
    }
}
