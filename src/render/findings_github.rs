//! Findings as workflow commands of GitHub Actions: each becomes an annotation at its line.

use axtrace::source::{Finding, Sources};

use axtrace_render::findings::marks;

/// The finding as one command, without a line break.
#[must_use]
pub fn command(finding: &Finding, sources: &Sources) -> String {
    let diagnostic = finding.diagnostic.as_ref();
    let marks = marks(diagnostic);
    let primary = marks.iter().find(|mark| mark.primary).or(marks.first());
    let mut message = diagnostic.to_string();
    message.extend(primary.and_then(|mark| mark.text.as_ref()).map(|text| format!("\n{text}")));
    message.extend(finding.notes.iter().filter(|note| note.word != "try").map(|note| format!("\n{}: {}", note.word, note.text)));
    message.extend(diagnostic.help().map(|help| format!("\nhelp: {help}")));
    let level = if finding.is_error() { "error" } else { "warning" };
    let place = primary.and_then(|mark| Some((mark, sources.locate(mark.span)?)));
    let mut properties = Vec::new();
    if let Some((mark, (file, start))) = place {
        let end = file.position(mark.span.end.max(mark.span.start + 1) - 1);
        properties.push(format!("file={}", property(file.path())));
        properties.push(format!("line={},endLine={}", start.line, end.line));
        // Columns count only on one line.
        if start.line == end.line {
            properties.push(format!("col={},endColumn={}", start.column, end.column.max(start.column)));
        }
    }
    properties.push(format!("title={}", property(&finding.code())));
    format!("::{level} {}::{}", properties.join(","), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
