//! Findings as one SARIF 2.1.0 log, for code scanning and other tools that read it.
//!
//! What GitHub's code scanning needs is there: a rule with its page for each code, a level, a message, a location with lines and columns,
//! and a fingerprint that stays the same when lines move. Places are relative to where the program runs; columns count Unicode scalars.

use axtrace::source::{Finding, Sources, Span};
use serde_json::{Value, json};

use crate::pages;
use axtrace_render::findings::{Mark, marks};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// All findings as one log, with a line break at its end.
#[must_use]
pub fn log(findings: &[Finding], sources: &Sources) -> String {
    let mut codes: Vec<String> = findings.iter().map(Finding::code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code)).collect();
    let mut seen = std::collections::HashMap::new();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, sources, &codes, &mut seen)).collect();
    let driver = json!({
        "name": "AxTrace",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules,
    });
    let run = json!({ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results });
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    // The members are texts and numbers, which always have a JSON form.
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

/// A code with its page.
fn rule(code: &str) -> Value {
    let page = pages::page(code).unwrap_or_default();
    let title = page.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']);
    let title = title.strip_prefix(code).unwrap_or(title).trim();
    let about = page.split("\n\n").nth(1).unwrap_or(title).replace('\n', " ");
    json!({
        "id": code,
        "name": code,
        "shortDescription": { "text": title },
        "fullDescription": { "text": about },
        "help": { "text": page, "markdown": page },
    })
}

fn result(finding: &Finding, sources: &Sources, codes: &[String], seen: &mut std::collections::HashMap<u64, usize>) -> Value {
    let (diagnostic, code) = (finding.diagnostic.as_ref(), finding.code());
    let marks = marks(diagnostic);
    let primary = marks.iter().find(|mark| mark.primary).or(marks.first());
    let mut message = diagnostic.to_string();
    message.extend(primary.and_then(|mark| mark.text.as_ref()).map(|text| format!("\n{text}")));
    message.extend(finding.notes.iter().filter(|note| note.word != "try").map(|note| format!("\n{}: {}", note.word, note.text)));
    message.extend(diagnostic.help().map(|help| format!("\nhelp: {help}")));
    let others = marks.iter().filter(|mark| primary.is_none_or(|primary| !std::ptr::eq(*mark, primary)));
    let related: Vec<Value> = others.filter_map(|mark| location(mark, sources)).collect();
    // A finding about everything is shown at the first file.
    let place = primary.and_then(|mark| location(mark, sources)).or_else(|| start_of_first(sources));
    let print = fingerprint(&code, primary.map(|mark| mark.span), sources);
    let count = seen.entry(print).and_modify(|count| *count += 1).or_insert(1);
    json!({
        "ruleId": code,
        "ruleIndex": codes.iter().position(|known| *known == code),
        "level": if finding.is_error() { "error" } else { "warning" },
        "message": { "text": message },
        "locations": place.into_iter().collect::<Vec<_>>(),
        "relatedLocations": numbered(related),
        "partialFingerprints": { "primaryLocationLineHash": format!("{print:016x}:{count}") },
    })
}

fn numbered(mut locations: Vec<Value>) -> Vec<Value> {
    for (number, location) in locations.iter_mut().enumerate() {
        location["id"] = json!(number + 1);
    }
    locations
}

fn location(mark: &Mark, sources: &Sources) -> Option<Value> {
    let (file, start) = sources.locate(mark.span)?;
    let end = file.position(mark.span.end.max(mark.span.start));
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(file.path()) },
            "region": {
                "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column.max(start.column),
            },
        },
    });
    // What stands at the place is said in the message of the result, or, of further places, here.
    if let Some(text) = mark.text.as_ref().filter(|_| !mark.primary) {
        location["message"] = json!({ "text": text });
    } else if !mark.primary {
        location["message"] = json!({ "text": "see here" });
    }
    Some(location)
}

fn start_of_first(sources: &Sources) -> Option<Value> {
    let file = sources.files().first()?;
    Some(json!({ "physicalLocation": { "artifactLocation": { "uri": uri(file.path()) }, "region": { "startLine": 1 } } }))
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~');
    let uri: String = path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect();
    if uri.starts_with('/') { format!("file://{uri}") } else { uri }
}

/// The same for the same code on the same line of the same file, wherever that line has moved to (FNV-1a, 64 bits).
fn fingerprint(code: &str, at: Option<Span>, sources: &Sources) -> u64 {
    let place = at.and_then(|at| sources.locate(at));
    let (path, line) = place.map_or(("", ""), |(file, place)| (file.path(), file.line(place.line).trim()));
    let parts = [code, path, line].into_iter().flat_map(|part| part.bytes().chain([0]));
    parts.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
