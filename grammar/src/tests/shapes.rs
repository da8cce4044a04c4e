//! What is read: how operators bind, where names may stand, what belongs to what.

use crate::ast::{BinaryOp, DecisionBody, DecisionItem, Expr, ExprKind, Item, Literal};

use super::{read, shown};

/// An expression with all its brackets.
fn bracketed(expr: &Expr) -> String {
    let all = |exprs: &[Expr], word: &str| exprs.iter().map(bracketed).collect::<Vec<_>>().join(word);
    match &expr.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Literal(Literal::Number(number)) => number.digits.to_string(),
        ExprKind::Literal(Literal::Quantity(parts)) => {
            parts.iter().map(|part| format!("{}{}", part.number.digits, part.unit.text())).collect::<Vec<_>>().join("+")
        }
        ExprKind::Field { base, field } => format!("{}.{}", bracketed(base), field.text),
        ExprKind::Negate(inner) => format!("(-{})", bracketed(inner)),
        ExprKind::Not(inner) => format!("(not {})", bracketed(inner)),
        ExprKind::Binary { op, left, right } => format!("({} {} {})", bracketed(left), op.node.text(), bracketed(right)),
        ExprKind::Compare { op, left, right } => format!("({} {} {})", bracketed(left), op.node.text(), bracketed(right)),
        ExprKind::And(exprs) => format!("({})", all(exprs, " and ")),
        ExprKind::Or(exprs) => format!("({})", all(exprs, " or ")),
        ExprKind::OrElse(exprs) => format!("({})", all(exprs, " or else ")),
        ExprKind::In { value, domain, negated, .. } => {
            format!("({}{} in {})", bracketed(value), if *negated { " not" } else { "" }, bracketed(domain))
        }
        ExprKind::Range(range) => {
            let end = |bound: &Option<crate::ast::Bound>| bound.as_ref().map_or(String::new(), |bound| bracketed(&bound.value));
            format!("[{}..{}]", end(&range.low), end(&range.high))
        }
        ExprKind::Set(exprs) => format!("{{{}}}", all(exprs, ", ")),
        ExprKind::IsGiven { value, negated, .. } => format!("({} is {})", bracketed(value), if *negated { "missing" } else { "given" }),
        ExprKind::Call { function, args } => {
            format!("{}({})", function.text, args.iter().map(|arg| bracketed(&arg.value)).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Comprehension(it) => format!("{}<{}>", it.function.text, it.binders.len()),
        other => format!("{other:?}").chars().take_while(|sign| sign.is_alphanumeric()).collect(),
    }
}

fn value(expression: &str) -> Expr {
    let text = format!("module m\ndefine f = {expression}\n");
    let (file, findings) = read(&text);
    assert!(findings.is_empty(), "{expression}: {:?}", shown(&text));
    match &file.items[..] {
        [Item::Define(define)] => match &define.body {
            crate::ast::DefineBody::Expr(expr) => expr.clone(),
            crate::ast::DefineBody::Block { gives, .. } => gives.clone(),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn operators_bind_as_the_language_says() {
    let cases = [
        ("a or b and not c = d + e * f", "(a or (b and (not (c = (d + (e * f))))))"),
        ("a - b - c * d / e mod f", "((a - b) - (((c * d) / e) mod f))"),
        ("-a or else b", "(-(a or else b))"),
        ("a or else -1 + 2", "((a or else (-1)) + 2)"),
        ("- - a.b.c", "(-(-a.b.c))"),
        ("a or b or else c", "(a or (b or else c))"),
        ("not not a is given and b is missing", "((not (not (a is given))) and (b is missing))"),
        ("x in 1 + 1..n - 1", "(x in [(1 + 1)..(n - 1)])"),
        ("x in 5<..10", "(x in [5..10])"),
        ("x not in {a, b} and y", "((x not in {a, b}) and y)"),
        ("a has all b plus c", "(a has all (b plus c))"),
        ("a has b minus c", "(a has (b minus c))"),
        ("(a + b) * c", "((a + b) * c)"),
        ("a starts with b or c ends with d", "((a starts with b) or (c ends with d))"),
        ("f(a, b) + g()", "(f(a, b) + g())"),
        ("1 h 30 min + 15 min", "(1h+30min + 15min)"),
        ("1.20 EUR/kg * 3 kg", "(120EUR/kg * 3kg)"),
        ("6 EUR / kg", "(6EUR / kg)"),
        ("owner + version + first + from + id", "((((owner + version) + first) + from) + id)"),
        ("count(x in xs)", "count<1>"),
        ("count(x in xs, y in x.ys where y)", "count<2>"),
        ("f(x in xs)", "f((x in xs))"),
    ];
    for (written, expected) in cases {
        assert_eq!(bracketed(&value(written)), expected, "{written}");
    }
}

#[test]
fn spans_lie_in_the_space_of_all_files_and_hold_no_blanks() {
    let text = "module m\ndefine f = (a  + b ) // end\n  * c\n";
    let (file, _) = read(text);
    let base = file.span.start as usize;
    let Item::Define(define) = &file.items[0] else { panic!() };
    let crate::ast::DefineBody::Expr(Expr { kind: ExprKind::Binary { op, left, .. }, span }) = &define.body else { panic!() };
    assert_eq!(op.node, BinaryOp::Multiply);
    assert_eq!(&text[span.start as usize - base..span.end as usize - base], "(a  + b ) // end\n  * c");
    assert_eq!(&text[left.span.start as usize - base..left.span.end as usize - base], "(a  + b )");
    assert_eq!(file.comments.len(), 1);
}

#[test]
fn a_unit_stands_on_the_line_of_its_number() {
    let text =
        "module m\nrecord R {\n  a : integer\n  kg : integer kg\n  b : integer in 0..5\n  up : text\n}\nparam x : integer = 3\nunit kg\n";
    let (file, findings) = read(text);
    assert!(findings.is_empty(), "{:?}", shown(text));
    let Item::Record(record) = &file.items[0] else { panic!() };
    let names: Vec<_> = record.fields.iter().map(|field| field.name.text.as_str()).collect();
    assert_eq!(names, ["a", "kg", "b", "up"]);
}

#[test]
fn names_are_compared_in_one_form_and_backticks_make_no_other() {
    let (file, findings) =
        read("module m\nparam `e\u{301}` : integer = 3\nparam `hours this week` : integer = 4\nparam `when` : integer = 5\n");
    assert!(findings.is_empty());
    let names: Vec<_> = file.items.iter().filter_map(|item| item.name().map(|name| name.text.clone())).collect();
    assert_eq!(names, ["é", "hours this week", "when"]);
}

#[test]
fn documentation_belongs_to_what_follows_or_stands_before_it_on_its_line() {
    let text = "/// The file.\nmodule m\n/// A record.\n/// In two lines.\nrecord R {\n  a : text, /// of a\n  /// of b\n  b : text\n}\n";
    let (file, _) = read(text);
    let Item::Record(record) = &file.items[0] else { panic!() };
    let lines = |docs: &crate::ast::Docs| docs.lines.iter().map(|line| line.node.clone()).collect::<Vec<_>>();
    assert_eq!(lines(&file.docs), ["The file."]);
    assert_eq!(lines(&record.docs), ["A record.", "In two lines."]);
    assert_eq!((lines(&record.fields[0].docs), lines(&record.fields[1].docs)), (vec!["of a".to_owned()], vec!["of b".to_owned()]));
}

#[test]
fn clause_words_may_be_names_and_lets_belong_to_their_rule() {
    let text = "module m\ndecision d(rule: integer, group: integer) gives integer {\n  let let = rule + group\n  rule rule when rule > group then if rule = 1 then table else let\n  let table = 3\n  rule b let x = 1 when x = rule let y = x then y\n  group group { rule c then 3 }\n}\n";
    let (file, findings) = read(text);
    assert!(findings.is_empty(), "{:?}", shown(text));
    let Item::Decision(decision) = &file.items[0] else { panic!() };
    let DecisionBody::Block(items) = &decision.body else { panic!() };
    assert_eq!(items.len(), 5);
    let DecisionItem::Rule(rule) = &items[3] else { panic!("{:?}", items[3]) };
    assert_eq!((rule.lets_before.len(), rule.lets_after.len()), (1, 1));
}
