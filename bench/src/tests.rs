//! Holds the inputs to what they promise, and the hand-written traces, which are tuned, to plain code that follows the rule files.

use std::collections::HashSet;

use crate::w1::hand::{RULE_SITES, decide_traced};
use crate::w1::{self, Grade, Request, Site, Skill};
use crate::w3::{self, Discount, Kind, TIERS};

/// The conditions of each rule of workload 1, as written.
fn conditions(r: &Request) -> Vec<Vec<bool>> {
    let total = r.booked + r.hours;
    vec![
        vec![!r.skills.has_all(r.needs)],
        vec![r.age < 18, r.night],
        vec![total > 4800],
        vec![r.rest < 1100],
        vec![r.grade == Grade::Trainee, matches!(r.site, Site::Harbour | Site::Airport), !r.skills.has(Skill::FirstAid)],
        vec![total > 4000, u32::from(r.hours) * u32::from(r.rate) > 2_500_000],
        vec![r.tenure < 3, r.grade != Grade::Lead],
        vec![r.confidence < 8000],
    ]
}

/// The rule that decides workload 1, 8 for `otherwise`, and the bits of all sites.
fn followed(r: &Request) -> (usize, u64) {
    let mut sites = 0;
    for (rule, conditions) in conditions(r).into_iter().enumerate() {
        let mut site = RULE_SITES[rule] + 1;
        if rule == 2 {
            sites |= 1 << (2 * site);
            site += 1;
        }
        let mut applies = true;
        for value in conditions {
            sites |= if applies { 1 + u64::from(value) } else { 0 } << (2 * site);
            applies &= value;
            site += 1;
        }
        sites |= if applies { 3 } else { 1 } << (2 * RULE_SITES[rule]);
        if applies {
            return (rule, sites);
        }
    }
    (8, sites | 3 << (2 * RULE_SITES[8]))
}

#[test]
fn shift_traces_say_what_following_the_rules_says() {
    for row in w1::generate(7).rows {
        let (verdict, record) = decide_traced(&row);
        let (rule, sites) = followed(&row);
        assert_eq!((verdict as usize, record.sites), ((rule + 1) % 9, sites), "{row:?}");
        assert_eq!(verdict, w1::hand::decide(&row));
        assert_eq!((record.total, record.cost), (row.booked + row.hours, u32::from(row.hours) * u32::from(row.rate)));
    }
}

#[test]
fn shift_requests_are_distinct_realistic_and_read_back() {
    let inputs = w1::generate(1);
    assert_eq!(inputs.json.iter().collect::<HashSet<_>>().len(), w1::INPUTS);
    let mut by_verdict = [0; 9];
    for (row, line) in inputs.rows.iter().zip(&inputs.json) {
        assert_eq!(w1::hand::read(line).unwrap(), *row);
        by_verdict[w1::hand::decide(row) as usize] += 1;
    }
    assert!(by_verdict.into_iter().all(|count| count >= 50), "{by_verdict:?}");
    let limits = inputs.rows.iter().filter(|row| matches!(row.booked + row.hours, 4000 | 4800)).count();
    assert!((150..300).contains(&limits), "{limits}");
}

#[test]
fn orders_are_distinct_realistic_and_read_back() {
    let inputs = w3::generate(3);
    assert_eq!(inputs.json.iter().collect::<HashSet<_>>().len(), w3::INPUTS);
    let mut by_discount = [0; 6];
    for (row, line) in inputs.rows.iter().zip(&inputs.json) {
        assert_eq!(w3::hand::read(line).unwrap(), *row);
        by_discount[w3::hand::decide(row) as usize] += 1;
    }
    assert!(by_discount.into_iter().all(|count| count >= 500), "{by_discount:?}");
    let limits = inputs.rows.iter().filter(|row| TIERS.contains(&w3::hand::total(&row.lines))).count();
    assert!((800..1200).contains(&limits), "{limits}");
}

#[test]
fn order_traces_say_what_following_the_rules_says() {
    let inputs = w3::generate(7);
    let mut arena = w3::hand::Arena::default();
    for row in &inputs.rows {
        let (discount, record) = w3::hand::decide_traced(row, &mut arena);
        let some = arena.segment(record.some, 1);
        let bulk = row.lines.iter().position(|line| line.qty > 40);
        let visited = bulk.map_or(row.lines.len(), |place| place + 1);
        assert_eq!(some, row.lines[..visited].iter().map(|line| 1 + u8::from(line.qty > 40)).collect::<Vec<_>>());
        if bulk.is_some() {
            assert_eq!((discount, record.sites, record.sum), (Discount::ByHand, 0b10_11, 0));
            continue;
        }
        assert_eq!(record.total, sum_of(arena.segment(record.sum, 8), row));
        assert_eq!(tiers_of(record.total), (discount, record.sites));
    }
}

/// The sum that the recorded elements amount to, each of them compared with its line.
fn sum_of(elements: &[u8], row: &w3::Order) -> u64 {
    let mut sum = 0;
    assert_eq!(elements.len(), row.lines.len() * 8);
    for (element, line) in elements.chunks_exact(8).zip(&row.lines) {
        let counts = line.kind != Kind::Voucher;
        assert_eq!(element[0], if counts { 0b01_10 } else { 0b00_01 });
        let product = u32::from_le_bytes([element[4], element[5], element[6], element[7]]);
        if counts {
            assert_eq!(product, u32::from(line.qty) * line.price);
            sum += u64::from(product);
        }
    }
    sum
}

/// The outcome and the sites of a total, where no line is bulk.
fn tiers_of(total: u64) -> (Discount, u32) {
    let tiers = [(3, Discount::Platinum), (2, Discount::Gold), (1, Discount::Silver), (0, Discount::Bronze)];
    let rules = [4, 12, 16, 20];
    let conditions = [10, 14, 18, 22];
    let mut sites = 1 | 1 << 2 | 1 << 6 | 1 << 8;
    for (place, (tier, discount)) in tiers.into_iter().enumerate() {
        if total >= TIERS[tier] {
            return (discount, sites | 3 << rules[place] | 2 << conditions[place]);
        }
        sites |= 1 << rules[place] | 1 << conditions[place];
    }
    (Discount::None, sites | 3 << 24)
}

#[test]
fn rows_filled_by_the_derives_are_rows_filled_by_hand() {
    use crate::harness::{Contender, Mode};
    use crate::structs::{Approval, Derived, Filled, Sale};

    let (requests, orders) = (w1::generate(7), w3::generate(7));
    let rules = crate::axtrace::rules("rules/w1.ax", include_str!("../rules/w1.ax")).unwrap();
    let (mut by_hand, mut out) = (Filled::approvals(&requests.rows), vec![0; w1::INPUTS]);
    let mut derived = Derived::<Approval>::new(&rules, "approval", &requests.rows, 22).unwrap();
    by_hand.run(Mode::Batch, &mut out);
    derived.run(Mode::Batch, &mut out);
    assert!(by_hand.filled() == derived.filled());
    let rules = crate::axtrace::rules("rules/w3.ax", include_str!("../rules/w3.ax")).unwrap();
    let (mut by_hand, mut out) = (Filled::sales(&orders.rows), vec![0; w3::INPUTS]);
    let mut derived = Derived::<Sale>::new(&rules, "discount", &orders.rows, 5).unwrap();
    by_hand.run(Mode::Batch, &mut out);
    derived.run(Mode::Batch, &mut out);
    assert!(by_hand.filled() == derived.filled());
}
