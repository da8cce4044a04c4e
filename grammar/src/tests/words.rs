//! What is said about slips: one finding for each, at its line, with what to write instead.

use super::{read, shown};

fn in_decision(rules: &str) -> Vec<String> {
    shown(&format!("module m\ndecision d(a: integer) gives integer {{\n{rules}\n}}\n"))
}

fn helps(text: &str) -> Vec<String> {
    read(text).1.iter().filter_map(|finding| finding.diagnostic.help().map(|help| help.to_string())).collect()
}

#[test]
fn a_broken_rule_hides_no_error_in_the_next() {
    let rules = "  rule a when x => 4 then 1
  rule b when x == 4 then 2
  rule c when x > 3 && y then 3
  rule d when x > 3 thn 4
  rule e when x > then 5
  rule f when x > 3
  rule g x > 3 then 7
  rule h then 8
  rule i
    wenn x > 3
    then 9
  ruel j when x > 3 then 10
  rule when x > 3 then 11
  when x > 3 then 12
  rule k when 3 < x < 5 then 13
  rule l when x > 3 then refer boss";
    let expected = [
        "3:E0013 `=>` compares nothing",
        "4:E0013 `==` compares nothing",
        "5:E0013 `&&` joins nothing",
        "6:E0017 `thn` cannot stand here",
        "7:E0016 a value is expected behind `>`",
        "8:E0018 rule `f` has no `then`",
        "9:E0017 `x` cannot stand here",
        "12:E0022 `wenn` begins no clause",
        "14:E0022 `ruel` begins no part of a decision",
        "15:E0016 a name is expected behind `rule`",
        "17:E0023 comparisons cannot be chained",
        "18:E0016 `to` is expected behind `refer`",
    ];
    assert_eq!(in_decision(rules), expected);
}

#[test]
fn a_module_stands_first() {
    assert_eq!(shown("// a comment\nmodule m\nowner \"A\""), Vec::<String>::new());
    let late = "enum Colour { red }\nmodule paint.colours";
    assert_eq!(shown(late), ["1:E0031 a file begins with `module` and its name"]);
    assert_eq!(helps(late), ["write `module paint.colours` on its first line"]);
    assert_eq!(shown("what is this\nmodule m").len(), 1);
}

#[test]
fn clauses_stand_once_and_in_order() {
    let rules = "  rule a when x when y then 1 then 2 because \"b\" because \"c\"
  rule b then 1 when x
  rule c when x for each y in ys then 1
  rule d then 1 from 2026-01-01 from 2027-01-01
  otherwise refer to boss within 1 h within 2 h";
    let expected = [
        "3:E0019 `when` stands twice in this rule",
        "3:E0019 `then` stands twice in this rule",
        "3:E0019 `because` stands twice in this rule",
        "4:E0020 `when` stands too late",
        "5:E0020 `for each` stands too late",
        "6:E0019 `from` stands twice in this rule",
        "7:E0019 `within` stands twice in this referral",
    ];
    assert_eq!(in_decision(rules), expected);
}

#[test]
fn literals_that_cannot_be_are_told_once() {
    let cases = [
        ("18-24", "E0009 `18-24` is no date"),
        ("2026-3-1", "E0009 `2026-3-1` is no date"),
        ("2026-02-30", "E0010 `2026-02-30` does not exist"),
        ("2026-13-01", "E0010 `2026-13-01` does not exist"),
        ("1900-02-29", "E0010 `1900-02-29` does not exist"),
        ("25:00", "E0010 `25:00` does not exist"),
        ("9:30", "E0009 `9:30` is no time of day"),
        ("2026-01-01T10:00:00.5Z", "E0009 `2026-01-01T10:00:00.5Z` is no date"),
        ("2026-01-01T10:00+19:00", "E0010 `+19:00` does not exist"),
        ("007", "E0008 `007` begins with a zero"),
        ("00.5", "E0008 `00.5` begins with a zero"),
        ("12,50 EUR", "E0024 `12,50` is no number"),
        ("1 min 30 h", "E0028 the parts of a duration are `h`, `min`, `s`, each once and in this order"),
        ("\"a\\qb\"", "E0012 `\\q` means nothing in a text"),
        ("\"a}b\"", "E0012 a single `}` stands in a text"),
        ("\"abc", "E0004 a text does not end on its line"),
        ("123456789012345678901234567890123456789", "E0011 `123456789012345678901234567890123456789` has too many digits"),
    ];
    for (literal, expected) in cases {
        assert_eq!(shown(&format!("module m\ndefine f = {literal}\ndefine g = 3\n")), [format!("2:{expected}")], "{literal}");
    }
    assert_eq!(helps("module m\ndefine f = 2026-3-1"), ["write `2026-03-01`"]);
    assert_eq!(helps("module m\ndefine f = 18-24"), ["write `18..24` for a range, `18 - 24` to subtract"]);
}

#[test]
fn strange_characters_are_named() {
    let cases = [
        ("“x", "E0006 `“` means nothing here"),
        ("3\u{a0}+ 4", "E0006 a non-breaking space means nothing here"),
        ("3 ≥ 4", "E0006 `≥` means nothing here"),
        ("3;", "E0006 `;` means nothing here"),
        ("\u{202e}3", "E0005 an invisible character (U+202E) changes the direction of the text that is shown"),
        ("3 // \u{2066}", "E0005 an invisible character (U+2066) changes the direction of the text that is shown"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(&format!("module m\ndefine f = {text}\n")), [format!("2:{expected}")], "{text}");
    }
    assert_eq!(shown("module m\ndefine f = \"“\u{202e}\u{a0}\"\n"), Vec::<String>::new());
}

#[test]
fn names_that_look_alike_are_told() {
    let warned = |text: &str| shown(text).into_iter().filter(|line| line.contains("E0220")).collect::<Vec<_>>();
    // Two letters of the second are Cyrillic.
    let text = "module m\nparam pay : integer = 3\ndefine twice = р\u{430}y * 2\n";
    assert_eq!(warned(text), ["3:E0220 `р\u{430}y` looks like `pay`, and is another name"]);
    // The word of the language stands behind the name that looks like it.
    assert_eq!(
        warned("module m\ndefine \u{456}f = 3\ndefine g = if true then 1 else 2\n"),
        ["2:E0220 `\u{456}f` looks like `if`, and is another name"]
    );
    assert_eq!(warned("module m\ndefine `net pay` = 3\ndefine `net\u{a0}pay` = 3\n").len(), 1);
    // One name in two forms, names of ASCII, and letters that only a text holds.
    assert_eq!(warned("module m\ndefine größe = 3\ndefine g = gro\u{308}ße\n"), Vec::<String>::new());
    assert_eq!(warned("module m\ndefine modern = 3\ndefine modem = 3\ndefine l1 = 3\ndefine ll = 3\n"), Vec::<String>::new());
    assert_eq!(warned("module m\ndefine pay = \"р\u{430}y\" // р\u{430}y\n"), Vec::<String>::new());
    assert_eq!(warned("module m\ndefine größe = 3\ndefine straße = größe\n"), Vec::<String>::new());
}

#[test]
fn brackets_without_a_partner_are_told_where_they_open() {
    let text = "module m\nenum A { a, b\nenum B { c }\ndecision d(a: integer) gives integer {\n  rule x when (a > 3 then 4\n  rule y when a < 3) then 4\ndefine k = 3\n";
    let expected =
        ["2:E0014 `{` is never closed", "4:E0014 `{` is never closed", "5:E0014 `(` is never closed", "6:E0015 `)` closes nothing"];
    assert_eq!(shown(text), expected);
    assert_eq!(read(text).0.items.len(), 4);
}

#[test]
fn declarations_are_read_each_by_itself() {
    let text = "module m\nrule x when a > 3 then 4\ndecison d(a: integer) gives integer { rule x then 4 }\nparam x : = 3\nrecord R { a : integer b : text }\nrole in\nlet y = 3\ndefine ok = 4\n";
    let expected = [
        "2:E0021 `rule` stands outside of a decision",
        "3:E0022 `decison` begins no declaration",
        "4:E0016 a type is expected behind `:`",
        "5:E0033 a comma or a line break is missing between `integer` and `b`",
        "6:E0025 `in` is a word of the language and cannot be a name by itself",
        "7:E0021 `let` stands outside of a decision",
    ];
    assert_eq!(shown(text), expected);
}

#[test]
fn a_file_has_one_module() {
    assert_eq!(shown("define a = 3\n"), ["1:E0031 a file begins with `module` and its name"]);
    assert_eq!(helps("define a = 3\n"), ["write `module dir.b` on its first line"]);
    assert_eq!(shown(""), ["1:E0031 a file begins with `module` and its name"]);
    assert_eq!(shown("module a\nmodule b\n"), ["2:E0019 `module` stands twice in this file"]);
}
