//! Characters, digits and operators that a file cannot hold, and what to write instead.

use axtrace_source::Span;

use crate::errors::SyntaxError;

/// Whether a character changes the direction of what is shown.
pub(crate) fn is_bidi(sign: char) -> bool {
    matches!(sign, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a name may begin with it.
pub(crate) fn begins_name(sign: char) -> bool {
    pest::unicode::XID_START(sign)
}

/// Whether a name may go on with it.
pub(crate) fn continues_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_' || (!sign.is_ascii() && pest::unicode::XID_CONTINUE(sign))
}

/// Whether the word begins a declaration that no brackets hold.
pub(crate) fn declares(word: &str) -> bool {
    matches!(
        word,
        "module" | "enum" | "record" | "define" | "decision" | "sample" | "test" | "prove" | "measure" | "param" | "role" | "variant"
    ) || matches!(word, "use" | "unit" | "type" | "workflow")
}

/// Whether the word, with `rest` behind it, begins a declaration or a part of a decision: it is followed by a name or a text on its line.
pub(crate) fn begins_part(word: &str, rest: &str) -> bool {
    let known = declares(word) || matches!(word, "rule" | "shadow" | "group");
    let next = rest.trim_start_matches([' ', '\t']).chars().next();
    known && rest.starts_with([' ', '\t']) && next.is_some_and(|sign| begins_name(sign) || sign == '`' || sign == '"')
}

/// The length of a number, date or time, and what is wrong with its digits.
pub(crate) fn number(rest: &str, offset: u32) -> (usize, Option<SyntaxError>) {
    let whole = run(rest, 0, |byte| byte.is_ascii_digit() || byte == b'_');
    if joined(rest, whole, b'-') {
        return date(rest, offset);
    }
    if whole <= 2 && joined(rest, whole, b':') {
        return time(rest, offset);
    }
    let end = if joined(rest, whole, b'.') { run(rest, whole + 1, |byte| byte.is_ascii_digit() || byte == b'_') } else { whole };
    let text = &rest[..end];
    let problem = (whole > 1 && rest.starts_with('0')).then(|| leading_zero(text, offset));
    (end, problem)
}

fn leading_zero(text: &str, offset: u32) -> SyntaxError {
    let cut = text.trim_start_matches(['0', '_']);
    let instead = if cut.is_empty() || cut.starts_with('.') { format!("0{cut}") } else { cut.to_owned() };
    SyntaxError::LeadingZero { text: text.to_owned(), instead, at: Span::new(offset, offset + text.len() as u32) }
}

/// The end of the bytes from `start` on that belong.
fn run(rest: &str, start: usize, belongs: impl Fn(u8) -> bool) -> usize {
    start + rest.as_bytes()[start..].iter().take_while(|byte| belongs(**byte)).count()
}

/// Whether a sign and a digit stand at `at`.
fn joined(rest: &str, at: usize, sign: u8) -> bool {
    let bytes = rest.as_bytes();
    bytes.get(at) == Some(&sign) && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
}

fn date(rest: &str, offset: u32) -> (usize, Option<SyntaxError>) {
    let mut end = 0;
    while end == 0 || joined(rest, end, b'-') {
        end = run(rest, end + usize::from(end > 0), |byte| byte.is_ascii_digit() || byte == b'_');
    }
    let day = end;
    if joined(rest, end, b'T') {
        end = clock(rest, end + 1);
        end = match rest.as_bytes().get(end) {
            Some(b'Z') => end + 1,
            Some(sign @ (b'+' | b'-')) if joined(rest, end, *sign) => clock(rest, end + 1),
            _ => end,
        };
    }
    let text = &rest[..end];
    let good = is_shape(&text[..day], "0000-00-00") && (end == day || is_clock_and_offset(&text[day + 1..]));
    (end, (!good).then(|| joined_digits(text, &text[..day], offset)))
}

/// The end of digits and colons; a point, for fractions, counts as well so that they are told.
fn clock(rest: &str, start: usize) -> usize {
    let mut end = run(rest, start, |byte| byte.is_ascii_digit());
    while joined(rest, end, b':') || joined(rest, end, b'.') {
        end = run(rest, end + 1, |byte| byte.is_ascii_digit());
    }
    end
}

fn is_shape(text: &str, shape: &str) -> bool {
    let same = |(byte, wanted): (u8, u8)| if wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(same)
}

fn is_clock_and_offset(text: &str) -> bool {
    let cut = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, offset) = text.split_at(cut);
    let good = offset.is_empty() || offset == "Z" || is_shape(&offset[1..], "00:00");
    good && (is_shape(clock, "00:00") || is_shape(clock, "00:00:00"))
}

fn joined_digits(text: &str, day: &str, offset: u32) -> SyntaxError {
    let parts: Vec<&str> = day.split('-').collect();
    let help = match parts[..] {
        _ if text.len() > day.len() => Some("an instant is written like `2026-11-20T22:30+01:00`, in whole seconds".to_owned()),
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            Some(format!("write `{year}-{month:0>2}-{day:0>2}`"))
        }
        [low, high] => Some(format!("write `{low}..{high}` for a range, `{low} - {high}` to subtract")),
        _ => Some("write blanks around `-` to subtract".to_owned()),
    };
    SyntaxError::JoinedDigits { text: text.to_owned(), at: Span::new(offset, offset + text.len() as u32), help }
}

fn time(rest: &str, offset: u32) -> (usize, Option<SyntaxError>) {
    let end = clock(rest, 0);
    let text = &rest[..end];
    if is_shape(text, "00:00") || is_shape(text, "00:00:00") {
        return (end, None);
    }
    let short = is_shape(text, "0:00") || is_shape(text, "0:00:00");
    let help = short.then(|| format!("write `0{text}`"));
    (end, Some(SyntaxError::TimeShape { text: text.to_owned(), at: Span::new(offset, offset + end as u32), help }))
}

/// Operators of other languages: what is found, what is said, what to write.
const OPERATORS: [(&str, &str, &str); 13] = [
    ("===", "compares nothing", "for \"equal\" write `=`"),
    ("==", "compares nothing", "for \"equal\" write `=`"),
    ("=>", "compares nothing", "for \"at least\" write `>=`"),
    ("=<", "compares nothing", "for \"at most\" write `<=`"),
    ("<>", "compares nothing", "for \"not equal\" write `!=`"),
    ("=!", "compares nothing", "for \"not equal\" write `!=`"),
    ("&&", "joins nothing", "write `and`"),
    ("||", "joins nothing", "write `or`"),
    ("??", "means nothing here", "write `or else`"),
    ("**", "means nothing here", "write `power(x, n, places)`"),
    ("->", "means nothing here", "delete it, or write the word that is meant"),
    ("...", "is no range", "write `..`"),
    ("+=", "means nothing here", "values never change; write `let` with a new name"),
];

/// What is longer than one character and means something.
const LONG: [&str; 8] = ["<..<", "<..", "..<", "..", "<=", ">=", "!=", "||"];

/// The length of an operator, and what is wrong with it. In the row of a table `||` divides.
pub(crate) fn punct(rest: &str, row: bool, offset: u32) -> (usize, Option<SyntaxError>) {
    let wrong = OPERATORS.iter().find(|(found, ..)| rest.starts_with(found) && !(row && *found == "||"));
    if let Some((found, problem, instead)) = wrong {
        let at = Span::new(offset, offset + found.len() as u32);
        return (found.len(), Some(SyntaxError::Operator { found, problem, at, instead }));
    }
    if let Some(long) = LONG.iter().find(|long| rest.starts_with(*long)) {
        return (long.len(), None);
    }
    let at = Span::new(offset, offset + 1);
    let first = rest.chars().next().unwrap_or(' ');
    if "=<>+-*/,:.?|%".contains(first) { (1, None) } else { (1, Some(strange(first, at))) }
}

/// A character that means nothing, with what to write instead.
pub(crate) fn strange(sign: char, at: Span) -> SyntaxError {
    if is_bidi(sign) {
        return SyntaxError::bidi(sign, at);
    }
    let (name, help) = match sign {
        '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{2060}' => ("a non-breaking space".to_owned(), Some("write a plain blank")),
        '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' => {
            (format!("an invisible character (U+{:04X})", u32::from(sign)), Some("delete it"))
        }
        _ if sign.is_whitespace() || sign.is_control() => (format!("the character U+{:04X}", u32::from(sign)), Some("write a plain blank")),
        _ => (format!("`{sign}`"), instead_of(sign)),
    };
    SyntaxError::Strange { name, at, help: help.map(str::to_owned) }
}

fn instead_of(sign: char) -> Option<&'static str> {
    Some(match sign {
        '“' | '”' | '„' | '‟' | '«' | '»' | '＂' | '\'' => "a text stands in straight double quotes: `\"`",
        '‘' | '’' | '‚' | '‹' | '›' | '´' => "a text stands in straight double quotes `\"`, an unusual name in backticks",
        '–' | '—' | '−' | '‑' | '‐' => "write a plain `-`",
        '×' | '·' | '⋅' | '∗' => "write `*`",
        '÷' | '∕' => "write `/`",
        '≥' | '⩾' => "write `>=`",
        '≤' | '⩽' => "write `<=`",
        '≠' => "write `!=`",
        '…' => "write `..`",
        '€' => "write the currency's code: `12.50 EUR`",
        '$' | '£' => "write the currency's code behind the amount, such as `12.50 USD`",
        '!' => "write `not`",
        '&' => "write `and`",
        ';' => "delete it; lines need no end mark",
        '^' => "write `power(x, n, places)`",
        '#' => "a comment begins with `//`",
        '_' => "a name begins with a letter; any other stands in backticks",
        '→' | '⇒' => "write `then`",
        '∧' => "write `and`",
        '∨' => "write `or`",
        '¬' => "write `not`",
        '∈' => "write `in`",
        _ => return None,
    })
}
