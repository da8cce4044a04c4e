//! Findings for machines: one JSON object on a line for each finding.
//!
//! The format is stable: members are added, never renamed or given another meaning. Lines and columns count from 1, columns in Unicode
//! scalars; the end is the place after the last character.
//! ```json
//! {"axtrace":1,"code":"E0204","severity":"error","message":"`car` has no field `seat`",
//!  "labels":[{"file":"fleet/rules.ax","line":5,"column":23,"endLine":5,"endColumn":27,"primary":true,"text":"not a field of `Car`"}],
//!  "help":"did you mean `seats`?","notes":[{"word":"when","text":"…"}],"witness":{"decision":"m.d","input":{}}}
//! ```
//! `help` and `witness` are there when the finding has them. A witness is the input that was run and did what the finding says.

use axtrace_source::{Finding, Sources};
use serde::Serialize;
use serde_json::value::RawValue;

use super::findings::{Mark, marks};

#[derive(Serialize)]
struct Line<'a> {
    axtrace: u32,
    code: String,
    severity: &'static str,
    message: String,
    labels: Vec<Label<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    notes: Vec<Note<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Witness<'a>>,
}

#[derive(Serialize)]
struct Note<'a> {
    word: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Witness<'a> {
    decision: Option<&'a str>,
    input: Box<RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Label<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    primary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// The finding as one line of JSON, without a line break.
#[must_use]
pub fn line(finding: &Finding, sources: &Sources) -> String {
    let diagnostic = finding.diagnostic.as_ref();
    let line = Line {
        axtrace: 1,
        code: finding.code(),
        severity: if finding.is_error() { "error" } else { "warning" },
        message: diagnostic.to_string(),
        labels: marks(diagnostic).into_iter().filter_map(|mark| label(mark, sources)).collect(),
        help: diagnostic.help().map(|help| help.to_string()),
        notes: finding.notes.iter().map(|note| Note { word: note.word, text: &note.text }).collect(),
        witness: finding.witness.as_deref().and_then(|input| witness(input, finding.decision.as_deref())),
    };
    // The members are texts and numbers, which always have a JSON form.
    serde_json::to_string(&line).unwrap_or_default()
}

fn witness<'a>(input: &str, decision: Option<&'a str>) -> Option<Witness<'a>> {
    let input = RawValue::from_string(input.replace('\n', " ")).ok()?;
    Some(Witness { decision, input })
}

fn label(mark: Mark, sources: &Sources) -> Option<Label<'_>> {
    let (file, start) = sources.locate(mark.span)?;
    let end = file.position(mark.span.end);
    let (line, column) = (start.line, start.column);
    Some(Label { file: file.path(), line, column, end_line: end.line, end_column: end.column, primary: mark.primary, text: mark.text })
}
