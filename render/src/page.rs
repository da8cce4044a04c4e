//! A picture as a page for a browser: one file that needs no other, light or dark as the reader likes it, and readable in print.

use super::picture::{Block, INDENT, Row};
use super::style::Role;

/// The columns that a page is laid out for.
pub const WIDTH: usize = 110;

/// Colours add and never carry: every mark and every word is there without them.
const STYLE: &str = "
:root { color-scheme: light dark; }
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 74rem; background: Canvas; color: CanvasText; }
main { overflow-x: auto; padding-left: 1.5em; font: 0.9rem/1.45 ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.row { white-space: pre; min-height: 1.45em; }
summary { list-style: none; cursor: pointer; position: relative; }
summary::-webkit-details-marker { display: none; }
summary::before { content: '▸'; position: absolute; left: -1.2em; }
details[open] > summary::before { content: '▾'; }
summary:focus-visible { outline: 2px solid; }
.in { margin-left: INDENTch; }
.head { font-weight: bold; }
.good { color: light-dark(#0a6b2d, #6fd08c); }
.bad { color: light-dark(#b00020, #ff8a8a); font-weight: bold; }
.unsure { color: light-dark(#8a5a00, #f0c060); font-weight: bold; }
.value { color: light-dark(#00557f, #7cc7f2); }
.faint { color: light-dark(#5c5c5c, #a0a0a0); }
footer { margin-top: 2rem; padding-left: 1.35rem; font: 0.85rem/1.5 system-ui, sans-serif; }
@media print {
  body { margin: 0; max-width: none; }
  main { overflow: visible; font-size: 7.5pt; }
  .row { white-space: pre-wrap; break-inside: avoid; }
  summary::before { content: ''; }
  details::details-content { content-visibility: visible; display: block; }
}
";

/// What the marks mean, for whoever sees them for the first time.
const LEGEND: &str = "Each line is a line of the rules, with its number. Under it stands what its parts were. \
    Rules: ● decided, ◐ applied and did not decide, ○ did not apply, · not reached. \
    Conditions: ✓ true, ✗ false, · not asked, since what stands before it was enough. \
    ▸ opens what happened inside.";

/// The page, ending with a line break.
#[must_use]
pub fn page(title: &str, blocks: &[Block]) -> String {
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    out += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";
    out += &format!("<title>{}</title>\n", escaped(title));
    out += &format!("<style>{}</style>\n", STYLE.replace("INDENT", &INDENT.to_string()));
    out += "</head>\n<body>\n<main>\n";
    write(&mut out, blocks);
    out += &format!("</main>\n<footer>{LEGEND}</footer>\n</body>\n</html>\n");
    out
}

fn write(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Row(row) => *out += &line(row),
            Block::Fold { title, open, inside, blocks } => {
                *out += if *open { "<details open>" } else { "<details>" };
                *out += "<summary>";
                title.iter().for_each(|row| *out += &line(row));
                *out += if *inside { "</summary>\n<div class=\"in\">\n" } else { "</summary>\n<div>\n" };
                write(out, blocks);
                *out += "</div></details>\n";
            }
        }
    }
}

fn line(row: &Row) -> String {
    let pieces: String = row.pieces().iter().map(|(text, role)| piece(text, *role)).collect();
    format!("<div class=\"row\">{pieces}</div>\n")
}

fn piece(text: &str, role: Role) -> String {
    let class = match role {
        Role::Plain => return escaped(text),
        Role::Headline => "head",
        Role::Bad => "bad",
        Role::Unsure => "unsure",
        Role::Good => "good",
        Role::Second => "value",
        Role::Faint => "faint",
    };
    format!("<span class=\"{class}\">{}</span>", escaped(text))
}

/// Text in which nothing is read as markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_drawn_is_read_as_markup() {
        let row = Row::of("<script>alert(\"1\" & '2')</script>", Role::Second);
        let fold = Block::Fold { title: vec![row.clone()], open: false, inside: true, blocks: vec![Block::Row(row)] };
        let text = page("</title><b>", &[fold]);
        assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
        assert_eq!(text.matches("&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;").count(), 2);
    }

    #[test]
    fn a_page_asks_for_nothing_from_elsewhere() {
        let text = page("t", &[Block::Row(Row::of("x", Role::Plain))]);
        assert!(!["http", "src=", "href", "url(", "@import"].iter().any(|from| text.replace("http-equiv", "").contains(from)), "{text}");
    }

    #[test]
    fn what_is_folded_away_is_there() {
        let inner = Block::Row(Row::of("inside", Role::Second));
        let shut = Block::Fold { title: vec![Row::of("shut", Role::Plain)], open: false, inside: false, blocks: vec![inner.clone()] };
        let open = Block::Fold { title: vec![Row::of("open", Role::Plain)], open: true, inside: true, blocks: vec![inner] };
        let text = page("t", &[shut, open]);
        assert_eq!(
            (text.matches("<details>").count(), text.matches("<details open>").count(), text.matches(">inside<").count()),
            (1, 1, 2)
        );
    }
}
