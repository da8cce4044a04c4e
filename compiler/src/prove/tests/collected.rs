//! What rules that can apply together come to: a decision may give exactly that, and nothing less.

use super::program;

const GIVEN: &str = "module m
enum Kind { car, van, bus }
record Line { qty: integer in 0..100, weight: integer in 0..9 }
unit kg
";

fn gives(policy: &str, lo: i128, hi: i128, rules: &str) -> Result<(), String> {
    let given = "a: integer in 0..100, b: integer in 0..100, z, w: boolean, kind: Kind, note: text with up to 9 characters, \
                 optional: integer in 0..9?, lines: list of Line with 2..5 items";
    let text = format!("{GIVEN}decision d({given}) gives integer in {lo}..{hi} hit {policy} {{\n{rules}\n}}\n");
    program(&text).map(|_| ())
}

/// The bounds are those that the rules can come to: they fit, and no narrower ones do.
fn come_to(lo: i128, hi: i128, policy: &str, rules: &str) {
    assert_eq!(gives(policy, lo, hi, rules), Ok(()), "{rules}");
    for (lo, hi) in [(lo + 1, hi), (lo, hi - 1)] {
        if lo <= hi {
            let found = gives(policy, lo, hi, rules).expect_err(rules);
            assert!(found.contains("E0402") && found.contains("that can apply together"), "{found}");
            assert!(found.contains("as in"), "nothing shows it:\n{found}");
        }
    }
}

fn sum(lo: i128, hi: i128, rules: &str) {
    come_to(lo, hi, "collect sum", rules);
}

#[test]
fn rules_for_different_values_do_not_add_up() {
    sum(0, 7, "rule low when a < 18 then 5\nrule high when a >= 18 and a < 60 then 7\nrule both when z and a > 70 then 3");
    sum(4, 9, "rule a when kind = car then 4\nrule b when kind in {van, bus} then 9");
    sum(0, 9, "rule a when kind = car then 4\nrule b when kind = bus then 9");
    sum(3, 4, "rule a when z then 4\nrule b when not z then 3\nrule never when a > 200 then 90");
    sum(-6, 9, "rule a when z then 4\nrule b when not z then -6\nrule c when a > 3 and z then 5");
    sum(4, 7, "rule a when optional is given then 4\nrule b when optional is missing then 7");
    sum(0, 5, "rule a when note = \"x\" then 4\nrule b when note = \"y\" then 5");
    sum(3, 8, "rule a when a < b then 4\nrule b when a > b then 8\nrule c when a = b then 3");
    sum(4, 8, "rule a when a + b < 30 then 4\nrule b when a + b >= 30 then 8");
}

#[test]
fn what_always_comes_about_is_there() {
    sum(5, 17, "rule low when a < 18 then 5\nrule high when a >= 18 then 7\nrule more when z then 10");
    sum(1, 2, "rule always then 1\nrule sometimes when z then 1");
    sum(-7, -5, "rule low when a < 18 then -5\nrule high when a >= 18 then -7");
    come_to(1, 2, "collect count", "rule low when a < 18 then 5\nrule high when a >= 18 then 7\nrule more when z and a > 60 then 10");
    sum(3, 8, "rule low when a < 18 then 3\nrule high when a >= 18 then 8\nrule middle when a in 10..20 then 0");
}

#[test]
fn what_is_overridden_does_not_count() {
    sum(0, 9, "rule a when z then 9 overrides b\nrule b when a > 3 then 6");
    sum(0, 10, "rule a when z then 1 overrides b\nrule b when a > 3 then 9 overrides c\nrule c when b > 3 then 2\nrule e when w then 1");
    sum(
        2,
        8,
        "rule low when a < 18 then 5\nrule high when a >= 18 then 7\nrule more when z then 2 overrides low, high\nrule e when not z then 1",
    );
    sum(0, 9, "group x overrides y { rule a when z then 9 }\ngroup y { rule b when a > 3 then 2\nrule c when b > 3 then 3 }");
}

#[test]
fn groups_exclude_what_their_conditions_exclude() {
    let groups = "group x when a < 50 { rule a when z then 4\nrule b when w then 2 }\ngroup y when a >= 50 { rule c when z then 5\nrule e when w then 3 }";
    sum(0, 8, groups);
}

#[test]
fn the_engine_excludes_what_no_single_value_does() {
    sum(0, 8, "rule a when a + b > 150 then 4\nrule b when a < 40 and b < 40 then 8");
    sum(0, 8, "rule a when a > 10 or z then 4\nrule b when a < 5 and not z then 8");
}

#[test]
fn instances_for_one_element_exclude_each_other() {
    sum(6, 35, "rule few for each line in lines when line.qty < 10 then 3\nrule many for each line in lines when line.qty >= 10 then 7");
    sum(0, 50, "rule few for each line in lines when line.qty < 10 then 3\nrule heavy for each line in lines when line.weight > 3 then 7");
    sum(6, 35, "rule few for each line in lines when z then 3\nrule many for each line in lines when not z then 7");
    sum(6, 15, "rule few for each line in lines then 3");
    sum(
        0,
        24,
        "rule few for each line in lines when line.qty < 10 then 3 overrides one\nrule many for each line in lines when line.qty > 90 then 1\nrule one when a > 3 then 19",
    );
}

#[test]
fn values_of_inputs_are_added_where_they_can_be() {
    sum(0, 100, "rule a when a > 50 then a\nrule b when a <= 50 then a");
    sum(1, 149, "rule a when a > 50 then 49\nrule b when b > 0 then b\nrule c when a <= 50 and b = 0 then 100");
}

#[test]
fn rows_of_large_tables_count_where_they_apply_together() {
    let rows: String = (0..100).map(|n| format!("| {n} | - || {} |\n", n % 7)).collect();
    sum(0, 6, &format!("table\n| a | z || gives |\n|---|---||---|\n{rows}"));
    let steps: String = (0..80).map(|n| format!("| >= {n} | {} || 2 |\n", if n % 2 == 0 { "true" } else { "false" })).collect();
    sum(0, 80, &format!("table\n| a | z || gives |\n|---|---||---|\n{steps}"));
    come_to(0, 41, "collect count", &format!("table\n| a | z || gives |\n|---|---||---|\n{steps}rule more when w then 5"));
}
