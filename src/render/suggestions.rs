//! Rows that decision tables are missing: as lines to copy, and as JSON.

use axtrace::compiler::fill::{Place, Suggestion};
use axtrace_render::findings::counted;
use axtrace_render::line::{harmless, wrap};
use axtrace_render::style::{Role, Style};
use serde::Serialize;

/// All suggestions, of rules that can be read. Their lines stand as they belong into the file, with nothing before them.
#[must_use]
pub fn drawn(all: Option<&[Suggestion]>, style: Style) -> String {
    let all = match all {
        None => return "rows are suggested once the errors above are mended\n".to_owned(),
        Some([]) => return "no rows to suggest: no table leaves a case open\n".to_owned(),
        Some(all) => all,
    };
    all.iter().map(|it| one(it, style)).collect::<Vec<_>>().join("\n")
}

fn one(it: &Suggestion, style: Style) -> String {
    let file = harmless(&it.file);
    let head = match it.place {
        _ if it.text.is_empty() => format!("{file}  the table of `{}` is missing what no row of it can say", it.decision),
        Place::Behind(line) => format!("{file}  `{}` is missing {}; behind line {line}:", it.decision, counted(it.rows, "row")),
        Place::Instead(from, to) => {
            let rows = if it.rows > 0 { format!(" and {}", counted(it.rows, "row")) } else { String::new() };
            format!("{file}  `{}` is missing {}{rows}; in place of lines {from} to {to}:", it.decision, counted(it.columns, "column"))
        }
    };
    let mut text = wrap(&head, style.width).iter().map(|line| style.paint(line, Role::Headline) + "\n").collect::<String>();
    if !it.text.is_empty() {
        text += "\n";
        text += &it.text.lines().map(|line| harmless(line) + "\n").collect::<String>();
        text += "\n";
    }
    let open = it.text.contains('?').then(|| "write what each row gives in place of `?`".to_owned());
    for (word, note) in open.map(|text| ("help", text)).into_iter().chain(it.remarks.iter().map(|text| ("note", text.clone()))) {
        for (number, line) in wrap(&note, style.width.saturating_sub(8)).iter().enumerate() {
            let word = if number == 0 { word } else { "" };
            text += &format!("  {}  {line}\n", style.paint(&format!("{word:4}"), Role::Second));
        }
    }
    text
}

#[derive(Serialize)]
struct Line<'a> {
    axtrace: u32,
    suggestion: Shown<'a>,
}

#[derive(Serialize)]
struct Shown<'a> {
    decision: &'a str,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<[usize; 2]>,
    lines: Vec<&'a str>,
    remarks: &'a [String],
}

/// The suggestion as one line of JSON, without a line break.
#[must_use]
pub fn line(it: &Suggestion) -> String {
    let (behind, instead) = match it.place {
        Place::Behind(line) => (Some(line), None),
        Place::Instead(from, to) => (None, Some([from, to])),
    };
    let (decision, file, lines, remarks) = (&it.decision, &it.file, it.text.lines().collect(), &it.remarks);
    let line = Line { axtrace: 1, suggestion: Shown { decision, file, behind, instead, lines, remarks } };
    // The members are texts and numbers, which always have a JSON form.
    serde_json::to_string(&line).unwrap_or_default()
}
