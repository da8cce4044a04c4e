//! The grammar's rules in the author's words: what could have stood where reading stopped.

use crate::grammar::Rule;

pub(super) fn wants_operand(positives: &[Rule]) -> bool {
    positives.iter().any(|rule| is_operand(*rule))
}

fn is_operand(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::expr
            | Rule::logic
            | Rule::negation
            | Rule::comparison
            | Rule::operand
            | Rule::arith
            | Rule::unary
            | Rule::postfix
            | Rule::primary
    )
}

/// What was missing, in words, without what would only have gone on.
pub(super) fn expected(positives: &[Rule]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in positives.iter().filter(|rule| !continues(**rule)).filter_map(|rule| in_words(*rule)) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    let closes = words.iter().any(|word| matches!(word.as_str(), "`)`" | "`]`" | "`}`"));
    if closes && positives.contains(&Rule::comma) {
        words.push("`,`".to_owned());
    }
    let ends = positives.contains(&Rule::EOI);
    if words.is_empty() && !ends {
        words.extend(positives.iter().filter_map(|rule| needed(*rule)));
    }
    if ends || words.len() > 4 { Vec::new() } else { words }
}

/// Whether a rule only continues what is complete without it.
fn continues(rule: Rule) -> bool {
    use Rule as R;
    let operator = matches!(
        rule,
        R::logic_op | R::arith_op | R::compare_tail | R::compare_op | R::in_op | R::is_op | R::range_op | R::field_access | R::with_part
    );
    let part =
        matches!(rule, R::arguments | R::for_part | R::where_part | R::by_part | R::step_part | R::optional | R::unit | R::clock_unit);
    let clause =
        matches!(rule, R::rule_clause | R::because_clause | R::cites_clause | R::when_clause | R::overrides_clause | R::hit | R::as_of);
    let word = matches!(
        rule,
        R::kw_or | R::kw_in | R::kw_with | R::kw_at | R::kw_read | R::kw_trusted | R::kw_escalates | R::kw_shadow | R::kw_not
    );
    operator || part || clause || word || matches!(rule, R::comma | R::EOI | R::or_referral | R::within | R::proposing | R::url | R::places)
}

fn in_words(rule: Rule) -> Option<String> {
    use Rule as R;
    let words = match rule {
        _ if is_operand(rule) => "a value",
        R::outcome => "an outcome",
        R::type_expr | R::type_kind | R::inner_type => "a type",
        R::type_range => "a range",
        R::name | R::path | R::param | R::field | R::record_part | R::name_list | R::rule_head => "a name",
        R::given_value => "a parameter's name with `=` and its value",
        R::binders | R::binder => "an element such as `x in items`",
        R::text | R::plain_text | R::pattern | R::cite => "a text in double quotes",
        R::date => "a date such as `2026-03-01`",
        R::digits => "a whole number",
        R::equals => "`=`",
        R::colon | R::type_mark => "`:`",
        R::open_brace | R::test_body => "`{`",
        R::close_brace => "`}`",
        R::open_paren | R::params => "`(`",
        R::close_paren => "`)`",
        R::open_square => "`[`",
        R::close_square => "`]`",
        R::policy => "a hit policy (`any`, `unique`, `first`, `priority (…)`, `collect`)",
        R::let_part => "`let`",
        R::measure_entry | R::measure_kind => "`by hand`, `when referred` or `hourly cost`",
        R::record_value => "`{`",
        R::claim => "a claim",
        R::cell_test | R::cell_tests => "a value, a range or a comparison",
        _ => return keyword(rule),
    };
    Some(words.to_owned())
}

/// What a rule that usually only continues something reads, where nothing else was possible.
fn needed(rule: Rule) -> Option<String> {
    match rule {
        Rule::places => Some("`(`, the number of decimal places and `)`".to_owned()),
        Rule::unit => Some("a currency such as `EUR`".to_owned()),
        _ => keyword(rule),
    }
}

/// The keyword that a rule reads.
fn keyword(rule: Rule) -> Option<String> {
    format!("{rule:?}").strip_prefix("kw_").map(|word| format!("`{word}`"))
}
