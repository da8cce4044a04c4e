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

/// Whether the word, with `rest` behind it, begins a clause or a `let`, which no parentheses hold.
pub(crate) fn begins_clause(word: &str, rest: &str) -> bool {
    let next = rest.trim_start_matches([' ', '\t']);
    match word {
        "when" | "otherwise" => true,
        "because" => next.starts_with('"'),
        "let" => next.starts_with(begins_name) && next.trim_start_matches(continues_name).trim_start().starts_with(['=', ':']),
        _ => false,
    }
}

/// Whether the word begins a part of a decision that nothing outside of one begins with.
pub(crate) fn is_part(word: &str) -> bool {
    matches!(word, "rule" | "shadow" | "group" | "table" | "otherwise")
}

/// Whether a line begins with two hyphens and a blank or a letter, as comments of other languages do.
pub(crate) fn is_dashed_comment(rest: &str) -> bool {
    rest.strip_prefix("--").is_some_and(|behind| behind.starts_with([' ', '\t', '-']) || behind.starts_with(begins_name))
}

/// How many characters of a text in other quotes are looked at.
const LONGEST_QUOTED: usize = 1_000;

/// Where the quote that closes a text stands on its line, and how long it is. `rest` is what follows the opening one.
pub(crate) fn closing_quote(open: char, rest: &str) -> Option<(usize, usize)> {
    let partners: &[char] = match open {
        '“' | '”' | '„' | '‟' | '«' | '»' | '＂' => &['“', '”', '„', '‟', '«', '»', '＂'],
        '\'' | '‘' | '’' | '‚' | '‛' | '‹' | '›' | '´' => &['\'', '‘', '’', '‚', '‛', '‹', '›', '´'],
        _ => return None,
    };
    // A straight quote between them belongs to another text.
    let mut inside = rest.char_indices().take(LONGEST_QUOTED).take_while(|(_, sign)| !matches!(sign, '\n' | '"'));
    let (at, sign) = inside.find(|(at, sign)| {
        let joined = matches!(sign, '\'' | '’') && rest[at + sign.len_utf8()..].starts_with(continues_name);
        partners.contains(sign) && !joined
    })?;
    Some((at, sign.len_utf8()))
}

/// The sign of ASCII that a full-width one stands for.
pub(crate) fn full_width(sign: char) -> Option<u8> {
    let plain = u32::from(sign).checked_sub(0xfee0)?;
    let plain = u8::try_from(plain).ok()?;
    matches!(sign, '！'..='～').then_some(plain).filter(u8::is_ascii_punctuation)
}

/// Whether a character marks the entries of a list.
pub(crate) fn is_bullet(sign: char) -> bool {
    matches!(sign, '•' | '‣' | '◦' | '▪' | '●' | '■' | '–' | '—' | '\u{f0b7}' | '✓' | '☐' | '➢')
}

/// What is read in place of a character that means nothing, where that is certain.
pub(crate) fn meant_by(sign: char) -> Option<&'static str> {
    Some(match sign {
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => "",
        _ if is_bidi(sign) => return None,
        _ if sign.is_whitespace() => " ",
        '−' | '‑' | '‐' => "-",
        '×' | '·' | '⋅' | '∗' => "*",
        '÷' | '∕' => "/",
        '≥' | '⩾' => ">=",
        '≤' | '⩽' => "<=",
        '≠' => "!=",
        '…' => "..",
        '∧' => " and ",
        '∨' => " or ",
        '¬' => " not ",
        '∈' => " in ",
        _ => return None,
    })
}

/// A number, date or time.
pub(crate) struct Number {
    /// Its length in bytes.
    pub len: usize,
    /// What is wrong with its digits.
    pub problem: Option<SyntaxError>,
    /// How it was meant, where that is certain.
    pub instead: Option<String>,
}

/// The length of a number, date or time, what is wrong with its digits, and what is meant by them.
pub(crate) fn number(rest: &str, offset: u32) -> Number {
    let whole = run(rest, 0, |byte| byte.is_ascii_digit() || byte == b'_');
    if joined(rest, whole, b'-') {
        let (len, problem) = date(rest, offset);
        let instead = dated(rest[..len].split('-'));
        return Number { len, problem, instead };
    }
    if whole <= 2 && joined(rest, whole, b':') {
        let (len, problem) = time(rest, offset);
        return Number { len, problem, instead: None };
    }
    if let Some(number) = date_with_points(rest, offset).or_else(|| unusual(rest, whole, offset)) {
        return number;
    }
    let end = if joined(rest, whole, b'.') { run(rest, whole + 1, |byte| byte.is_ascii_digit() || byte == b'_') } else { whole };
    let text = &rest[..end];
    let zero = whole > 1 && rest.starts_with('0');
    let instead = zero.then(|| without_zeros(text));
    Number { len: end, problem: zero.then(|| leading_zero(text, offset)), instead }
}

/// The date of a year, a month and a day, each with too few digits perhaps.
fn dated<'t>(parts: impl Iterator<Item = &'t str>) -> Option<String> {
    let parts: Vec<&str> = parts.collect();
    let digits = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    match parts[..] {
        [year, month, day] if digits && year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            Some(format!("{year}-{month:0>2}-{day:0>2}"))
        }
        _ => None,
    }
}

/// `20.11.2026` and `2026.11.20`.
fn date_with_points(rest: &str, offset: u32) -> Option<Number> {
    // Nothing longer is a date.
    let len = rest.bytes().take(12).take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let text = rest[..len].trim_end_matches('.');
    let parts: Vec<&str> = text.split('.').collect();
    let instead = dated(parts.iter().copied()).or_else(|| dated(parts.iter().rev().copied()))?;
    let at = Span::new(offset, offset + text.len() as u32);
    let problem = SyntaxError::DateShape { text: text.to_owned(), instead: instead.clone(), at };
    Some(Number { len: text.len(), problem: Some(problem), instead: Some(instead) })
}

/// `1e3`, `.5`, `5.` and `8h30`, of which `whole` digits have been seen.
fn unusual(rest: &str, whole: usize, offset: u32) -> Option<Number> {
    let bytes = rest.as_bytes();
    let place = |len: usize| (rest[..len].to_owned(), Span::new(offset, offset + len as u32));
    let number = |len: usize, instead: String, why: &'static str| {
        let (text, at) = place(len);
        let problem = SyntaxError::NoNumber { text, instead: instead.clone(), why, at };
        Some(Number { len, problem: Some(problem), instead: Some(instead) })
    };
    if whole == 0 {
        let len = run(rest, 1, |byte| byte.is_ascii_digit());
        return number(len, format!("0{}", &rest[..len]), "a digit stands before the point");
    }
    let lone_point =
        bytes.get(whole) == Some(&b'.') && bytes.get(whole + 1).is_none_or(|next| matches!(next, b' ' | b'\n' | b'\r' | b',' | b')'));
    if lone_point {
        return number(whole + 1, rest[..whole].to_owned(), "nothing stands behind its point");
    }
    let hours = bytes.get(whole) == Some(&b'h') && whole <= 3;
    let minutes = if hours { run(rest, whole + 1, |byte| byte.is_ascii_digit()) } else { 0 };
    if hours && minutes == whole + 3 && !rest[minutes..].starts_with(continues_name) {
        let (text, at) = place(minutes);
        let instead = format!("{} h {} min", &rest[..whole], rest[whole + 1..minutes].trim_start_matches('0'));
        let instead = instead.replace(" h  min", " h");
        let help = format!("write `{instead}`, or `{:0>2}:{}` for a time of day", &rest[..whole], &rest[whole + 1..minutes]);
        return Some(Number { len: minutes, problem: Some(SyntaxError::TimeShape { text, at, help: Some(help) }), instead: Some(instead) });
    }
    let mantissa = if joined(rest, whole, b'.') { run(rest, whole + 1, |byte| byte.is_ascii_digit()) } else { whole };
    let exponent = matches!(bytes.get(mantissa), Some(b'e' | b'E'));
    let end = if exponent { run(rest, mantissa + 1, |byte| byte.is_ascii_digit()) } else { 0 };
    if end > mantissa + 1 && !rest[end..].starts_with(continues_name) {
        let power: usize = rest[mantissa + 1..end].parse().ok().filter(|power| *power <= 18)?;
        let (digits, places) = rest[..mantissa].split_once('.').unwrap_or((&rest[..mantissa], ""));
        let moved: String = places.chars().chain(std::iter::repeat('0')).take(power).collect();
        let left: String = places.chars().skip(power).collect();
        let instead = format!("{digits}{moved}{}{left}", if left.is_empty() { "" } else { "." });
        return number(end, instead, "a number is written out");
    }
    None
}

fn leading_zero(text: &str, offset: u32) -> SyntaxError {
    SyntaxError::LeadingZero { text: text.to_owned(), instead: without_zeros(text), at: Span::new(offset, offset + text.len() as u32) }
}

fn without_zeros(text: &str) -> String {
    let cut = text.trim_start_matches(['0', '_']);
    if cut.is_empty() || cut.starts_with('.') { format!("0{cut}") } else { cut.to_owned() }
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
        [year, month] if year.len() == 4 && month.len() <= 2 => Some(format!("a date has a day: `{year}-{month:0>2}-01`")),
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

/// Operators of other languages: what is found, what is said, what to write, and what is read instead if that is certain.
const OPERATORS: [(&str, &str, &str, Option<&str>); 16] = [
    ("===", "compares nothing", "for \"equal\" write `=`", Some("=")),
    ("!==", "compares nothing", "for \"not equal\" write `!=`", Some("!=")),
    ("==", "compares nothing", "for \"equal\" write `=`", Some("=")),
    ("=>", "compares nothing", "for \"at least\" write `>=`", Some(">=")),
    ("=<", "compares nothing", "for \"at most\" write `<=`", Some("<=")),
    ("<>", "compares nothing", "for \"not equal\" write `!=`", Some("!=")),
    ("=!", "compares nothing", "for \"not equal\" write `!=`", Some("!=")),
    ("&&", "joins nothing", "write `and`", Some(" and ")),
    ("||", "joins nothing", "write `or`", Some(" or ")),
    ("??", "means nothing here", "write `or else`", Some(" or else ")),
    ("**", "means nothing here", "write `power(x, n, places)`", None),
    ("->", "means nothing here", "delete it, or write the word that is meant", None),
    ("...", "is no range", "write `..`", Some("..")),
    (":=", "gives no name to anything", "write `=`", Some("=")),
    ("+=", "means nothing here", "values never change; write `let` with a new name", None),
    ("-=", "means nothing here", "values never change; write `let` with a new name", None),
];

/// What is longer than one character and means something.
const LONG: [&str; 8] = ["<..<", "<..", "..<", "..", "<=", ">=", "!=", "||"];

/// What stands before a sign.
#[derive(Clone, Copy)]
pub(crate) struct Behind<'a> {
    /// Whether it stands in the row of a table, where `||` divides.
    pub row: bool,
    /// Whether it stands in parentheses or square brackets.
    pub bracket: bool,
    /// The last word or sign.
    pub word: &'a str,
}

/// A sign of one or more characters.
pub(crate) struct Sign {
    /// Its length in bytes.
    pub len: usize,
    /// What is wrong with it.
    pub problem: Option<SyntaxError>,
    /// How it was meant, where that is certain.
    pub instead: Option<&'static str>,
}

/// The length of an operator, what is wrong with it, and what is meant by it.
pub(crate) fn punct(rest: &str, behind: Behind, offset: u32) -> Sign {
    let wrong = OPERATORS.iter().find(|(found, ..)| rest.starts_with(found) && !(behind.row && *found == "||"));
    if let Some((found, problem, instead, meant)) = wrong {
        let at = Span::new(offset, offset + found.len() as u32);
        let (instead, meant) = if *found == "->" { arrow(behind.word, instead) } else { (*instead, *meant) };
        return Sign { len: found.len(), problem: Some(SyntaxError::Operator { found, problem, at, instead }), instead: meant };
    }
    if let Some(long) = LONG.iter().find(|long| rest.starts_with(*long)) {
        return Sign { len: long.len(), problem: None, instead: None };
    }
    let at = Span::new(offset, offset + 1);
    let first = rest.chars().next().unwrap_or(' ');
    if "=<>+-*/,:.?|%".contains(first) {
        return Sign { len: 1, problem: None, instead: None };
    }
    let (help, instead) = match first {
        ';' if behind.bracket => (Some("write `,`: a comma separates arguments"), Some(",")),
        ';' => (None, Some(" ")),
        '!' => (None, Some(" not ")),
        '&' if behind.word.ends_with('"') => (Some("values stand in the text itself, in braces: `\"so many: {count}\"`"), None),
        '&' => (None, Some(" and ")),
        '\'' if rest[1..].starts_with("s ") => (Some("a field is read with a point: `worker.born`"), None),
        _ => (None, None),
    };
    let problem = match help {
        Some(help) => SyntaxError::Strange { name: format!("`{first}`"), at, help: Some(help.to_owned()) },
        None => strange(first, at),
    };
    Sign { len: 1, problem: Some(problem), instead }
}

/// What is meant by `->` behind a word.
fn arrow(behind: &str, otherwise: &'static str) -> (&'static str, Option<&'static str>) {
    match behind {
        ")" => ("write `gives`", Some(" gives ")),
        _ if behind.starts_with(begins_name) && !crate::split::is_reserved(behind) => {
            ("for a field write `.`, for an outcome `then`", None)
        }
        _ => (otherwise, None),
    }
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

/// What to write for a sign that is as wide as two letters.
fn ascii_instead(plain: u8) -> &'static str {
    match plain {
        b'(' => "write a plain `(`",
        b')' => "write a plain `)`",
        b',' => "write a plain `,`",
        b':' => "write a plain `:`",
        b'=' => "write a plain `=`",
        b'<' => "write a plain `<`",
        b'>' => "write a plain `>`",
        b'{' => "write a plain `{`",
        b'}' => "write a plain `}`",
        b'"' => "a text stands in straight double quotes: `\"`",
        _ => "write the same sign of half the width",
    }
}

fn instead_of(sign: char) -> Option<&'static str> {
    Some(match sign {
        '“' | '”' | '„' | '‟' | '«' | '»' | '＂' | '\'' => "a text stands in straight double quotes: `\"`",
        '‘' | '’' | '‚' | '‹' | '›' | '´' => "a text stands in straight double quotes `\"`, an unusual name in backticks",
        '–' | '—' => "write `..` for a range, a plain `-` to subtract",
        '−' | '‑' | '‐' => "write a plain `-`",
        '×' | '·' | '⋅' | '∗' => "write `*`",
        '÷' | '∕' => "write `/`",
        '≥' | '⩾' => "write `>=`",
        '≤' | '⩽' => "write `<=`",
        '≠' => "write `!=`",
        '…' => "write `..`",
        '€' => "write the currency's code: `12.50 EUR`",
        '$' | '£' => "write the currency's code behind the amount, such as `12.50 USD`",
        '•' | '‣' | '◦' | '▪' | '●' | '■' | '\u{f0b7}' | '✓' | '☐' | '➢' => "delete it: rules need no marks",
        '！'..='～' => return full_width(sign).map(ascii_instead),
        '、' => "write `,`",
        '。' => "write `.`",
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
