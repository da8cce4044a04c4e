//! Files that want to exhaust the reader: deep, long, broken in ten thousand places.

use std::time::{Duration, Instant};

use super::read;

/// Reads a text and gives the codes of what is found, each once.
fn codes(text: &str) -> Vec<String> {
    let started = Instant::now();
    let (file, findings) = read(text);
    drop(file);
    let limit = Duration::from_secs(120);
    assert!(started.elapsed() < limit, "{:?} for {} bytes", started.elapsed(), text.len());
    let mut codes: Vec<String> = findings.iter().map(axtrace_source::Finding::code).collect();
    codes.sort();
    codes.dedup();
    codes
}

fn defined(expression: &str) -> String {
    format!("module m\ndefine f(x: integer) = {expression}\n")
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    defined(&format!("{}{inner}{}", open.repeat(depth), close.repeat(depth)))
}

#[test]
fn brackets_nest_up_to_the_limit_and_no_deeper() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{a: ", "}"), ("f(", ")"), ("count(x in ", ")"), ("1 + 2 * -(", ")")] {
        assert_eq!(codes(&nested(open, "1", close, 120)), Vec::<String>::new(), "{open}");
        assert_eq!(codes(&nested(open, "1", close, 140)), ["E0007"], "{open}");
        assert_eq!(codes(&nested(open, "1", close, 20_000)), ["E0007"], "{open}");
    }
    assert_eq!(codes(&nested("\"{", "1", "}\"", 140)), ["E0007"]);
}

#[test]
fn nesting_without_brackets_is_bounded_too() {
    for (open, close) in [("not ", ""), ("- ", ""), ("if if ", ""), ("not some x in xs satisfies ", ""), ("if a then ", " else b")] {
        let found = codes(&nested(open, "x", close, 20_000));
        assert!(!found.is_empty() && found.len() < 3, "{open}: {found:?}");
    }
    assert_eq!(codes(&nested("not ", "x", "", 100)), Vec::<String>::new());
    assert_eq!(codes(&nested("if a then ", "x", " else b", 100)), Vec::<String>::new());
}

#[test]
fn a_long_run_of_one_sign_is_told() {
    for sign in ["(", "[", "{", ")", "}", "\"", "`", "-", "not ", "if ", "a.", "|", "<", "/*", "rule ", "\"{", "1-"] {
        let text = defined(&sign.repeat(100_000 / sign.len()));
        let found = codes(&text);
        assert!(!found.is_empty(), "{sign}");
    }
}

#[test]
fn long_chains_of_logic_are_one_node() {
    for word in ["and", "or"] {
        let text = defined(&vec!["x > 1"; 20_000].join(&format!(" {word} ")));
        assert_eq!(codes(&text), Vec::<String>::new());
    }
    assert_eq!(codes(&defined(&vec!["x"; 10_000].join(" or else "))), Vec::<String>::new());
    let branches = "if x > 1 then 2 else ".repeat(5_000);
    assert_eq!(codes(&defined(&format!("{branches}3"))), Vec::<String>::new());
}

#[test]
fn long_chains_of_arithmetic_and_fields_are_refused_above_the_limit() {
    for sign in [" + ", " * ", " minus "] {
        assert_eq!(codes(&defined(&vec!["x"; 500].join(sign))), Vec::<String>::new());
        assert_eq!(codes(&defined(&vec!["x"; 20_000].join(sign))), ["E0007"]);
    }
    assert_eq!(codes(&defined(&vec!["x"; 20_000].join("."))), ["E0007"]);
    assert_eq!(codes(&defined(&format!("x{}", " with { a: 1 }".repeat(10_000)))), ["E0007"]);
}

#[test]
fn ten_thousand_errors_are_ten_thousand_findings() {
    let rules: String = (0..10_000).map(|n| format!("  rule r{n} when a > then 1\n")).collect();
    let text = format!("module m\ndecision d(a: integer) gives integer {{\n{rules}}}\n");
    let found = read(&text).1;
    assert_eq!(found.len(), 10_000);
    assert_eq!(found[9_999].diagnostic.to_string(), "a value is expected behind `>`");
    let items: String = (0..10_000).map(|n| format!("param p{n} : integer 5\n")).collect();
    assert_eq!(read(&format!("module m\n{items}")).1.len(), 10_000);
}

#[test]
fn nested_calls_take_no_exponential_time() {
    for body in ["sum(", "count(x in xs where ", "max(to ", "fold(a : integer = 0, x in xs: ", "x has all (", "{a, "] {
        let close = if body.starts_with('{') { "}" } else { ")" };
        codes(&nested(body, "1", close, 100));
        codes(&nested(body, "1 +", close, 100));
    }
}

#[test]
fn the_largest_file_is_read() {
    let rule = "  rule r when a > 3 and a.b has all {c, d} then 12.50 EUR because \"x {a} y\"\n";
    let rules = rule.repeat(128 * 1024 / rule.len());
    let text = format!("module m\ndecision d(a: integer) gives integer {{\n{rules}}}\n");
    assert_eq!(codes(&text), Vec::<String>::new());
    let comments = "// a comment\n".repeat(axtrace_source::MAX_FILE_BYTES / 13 - 10);
    let (file, findings) = read(&format!("module m\n{comments}"));
    assert_eq!((file.comments.len(), findings.len()), (axtrace_source::MAX_FILE_BYTES / 13 - 10, 0));
}

#[test]
fn any_prefix_of_a_file_is_read_without_panic() {
    let text = include_str!("snippets.ax");
    for end in (0..text.len()).step_by(23).filter(|end| text.is_char_boundary(*end)) {
        codes(&text[..end]);
    }
    for at in (0..text.len()).step_by(37).filter(|at| text.is_char_boundary(*at)) {
        codes(&format!("{}}}\"{{((\u{202e}é“{}", &text[..at], &text[at..]));
    }
}
