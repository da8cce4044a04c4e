//! Workload 1 in hand-written Rust: alone, in batches, with the bits of a full trace, and from JSON.

use std::fmt;
use std::hint::black_box;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use super::{Grade, Inputs, Request, Site, Skill, Skills, Verdict};
use crate::harness::{Contender, Mode};

const WEEKLY_LIMIT: u16 = 48_00;
const OVERTIME: u16 = 40_00;
const DAILY_REST: u16 = 11_00;
/// In ten-thousandths of a euro, as hours times rate have four places.
const DEAR: u32 = 250_0000;

/// Decides one request. The rules are pure and cheap, so the last is tried first and earlier ones replace its answer: selects, where a chain
/// of `else if` would be eight branches that nobody can predict.
#[inline]
pub fn decide(r: &Request) -> Verdict {
    let total = r.booked + r.hours;
    let mut verdict = Verdict::Approve;
    verdict = if r.confidence < 80_00 { Verdict::Review } else { verdict };
    verdict = if (r.tenure < 3) & (r.grade != Grade::Lead) { Verdict::TooNew } else { verdict };
    verdict = if (total > OVERTIME) & (u32::from(r.hours) * u32::from(r.rate) > DEAR) { Verdict::TooDear } else { verdict };
    verdict = if (r.grade == Grade::Trainee) & matches!(r.site, Site::Harbour | Site::Airport) & !r.skills.has(Skill::FirstAid) {
        Verdict::Unattended
    } else {
        verdict
    };
    verdict = if r.rest < DAILY_REST { Verdict::TooTired } else { verdict };
    verdict = if total > WEEKLY_LIMIT { Verdict::TooLong } else { verdict };
    verdict = if (r.age < 18) & r.night { Verdict::TooYoung } else { verdict };
    verdict = if !r.skills.has_all(r.needs) { Verdict::Unskilled } else { verdict };
    verdict
}

/// Decides many requests. `out` has room for all of them.
pub fn decide_batch(rows: &[Request], out: &mut [u8]) {
    for (row, out) in rows.iter().zip(out) {
        *out = decide(row) as u8;
    }
}

/// What a full trace keeps of one decision: two bits for each site in source order, then the values that are neither input nor constant.
///
/// Sites, from the lowest bits: rule `missing_skill`, its condition; rule `minor_at_night`, 2 conditions; rule `too_many_hours`, the let
/// `total`, 1 condition; rule `too_little_rest`, 1; rule `trainee_alone`, 3; rule `dear_overtime`, 2; rule `newcomer`, 2; rule
/// `planner_is_unsure`, 1; `otherwise`. Bits of a rule: 0 not reached, 1 did not apply, 3 decided. Of a condition: 0 not evaluated, 1
/// false, 2 true. Of a let: 0 not evaluated, 1 evaluated. A value whose site was not evaluated means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct Record {
    /// The bits of 23 sites.
    pub sites: u64,
    /// `hours * rate` in ten-thousandths of a euro.
    pub cost: u32,
    /// `booked + hours` in hundredths.
    pub total: u16,
}

/// The site of each rule, in source order, `otherwise` last.
pub const RULE_SITES: [u32; 9] = [0, 2, 5, 8, 10, 14, 17, 20, 22];

/// By verdict: the bits of the sites of the rules up to the one that decided.
const REACHED: [u64; 9] = by_verdict(&reached());
/// By verdict: the bits of the rules themselves.
const STATES: [u64; 9] = by_verdict(&states());

const fn reached() -> [u64; 9] {
    let mut masks = [(1 << 46) - 1; 9];
    let mut rule = 0;
    while rule < 8 {
        masks[rule] = (1 << (2 * RULE_SITES[rule + 1])) - 1;
        rule += 1;
    }
    masks
}

const fn states() -> [u64; 9] {
    let mut states = [0; 9];
    let mut before = 0;
    let mut rule = 0;
    while rule < 9 {
        states[rule] = before | (3 << (2 * RULE_SITES[rule]));
        before |= 1 << (2 * RULE_SITES[rule]);
        rule += 1;
    }
    states
}

/// Verdict 0 is that of the last rule, verdict `n` that of rule `n`.
const fn by_verdict(by_rule: &[u64; 9]) -> [u64; 9] {
    let [a, b, c, d, e, f, g, h, i] = *by_rule;
    [i, a, b, c, d, e, f, g, h]
}

/// Decides one request and records how. All conditions are evaluated, as that costs less than branches; what the rules' order and `and`
/// do not reach is masked away afterwards.
#[inline]
pub fn decide_traced(r: &Request) -> (Verdict, Record) {
    let total = r.booked + r.hours;
    let cost = u32::from(r.hours) * u32::from(r.rate);
    let verdict = decide(r);
    let trainee = r.grade == Grade::Trainee;
    let remote = matches!(r.site, Site::Harbour | Site::Airport);
    let conditions = condition(1, true, !r.skills.has_all(r.needs))
        | condition(3, true, r.age < 18)
        | condition(4, r.age < 18, r.night)
        | 1 << 12
        | condition(7, true, total > WEEKLY_LIMIT)
        | condition(9, true, r.rest < DAILY_REST)
        | condition(11, true, trainee)
        | condition(12, trainee, remote)
        | condition(13, trainee & remote, !r.skills.has(Skill::FirstAid))
        | condition(15, true, total > OVERTIME)
        | condition(16, total > OVERTIME, cost > DEAR)
        | condition(18, true, r.tenure < 3)
        | condition(19, r.tenure < 3, r.grade != Grade::Lead)
        | condition(21, true, r.confidence < 80_00);
    let sites = conditions & REACHED[verdict as usize] | STATES[verdict as usize];
    (verdict, Record { sites, cost, total })
}

#[inline]
fn condition(site: u32, evaluated: bool, value: bool) -> u64 {
    (u64::from(evaluated) + u64::from(evaluated & value)) << (2 * site)
}

/// Decides many requests and records how. `out` and `records` have room for all of them.
pub fn decide_batch_traced(rows: &[Request], out: &mut [u8], records: &mut [Record]) {
    for ((row, out), record) in rows.iter().zip(out).zip(records) {
        let (verdict, how) = decide_traced(row);
        *out = verdict as u8;
        *record = how;
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    request: Request,
}

/// Reads the text of one input.
///
/// # Errors
/// If the text is no such input.
pub fn read(text: &str) -> Result<Request, serde_json::Error> {
    let Document { request: r } = serde_json::from_str(text)?;
    let in_range = (14..=80).contains(&r.age)
        & (r.tenure <= 600)
        & (r.booked <= 100_00)
        & (25..=16_00).contains(&r.hours)
        & (r.rest <= 500_00)
        & (r.rate <= 200_00)
        & (r.confidence <= 100_00);
    if in_range { Ok(r) } else { Err(serde_json::Error::custom("a value is out of range")) }
}

/// Decides from the text of one input.
///
/// # Errors
/// If the text is no such input.
pub fn decide_json(text: &str) -> Result<Verdict, serde_json::Error> {
    Ok(decide(&read(text)?))
}

impl<'de> Deserialize<'de> for Skills {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(SkillNames)
    }
}

struct SkillNames;

impl<'de> Visitor<'de> for SkillNames {
    type Value = Skills;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of skills")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Skills, A::Error> {
        let mut skills = Skills::default();
        while let Some(skill) = names.next_element()? {
            if !skills.insert(skill) {
                return Err(A::Error::custom("a skill is repeated"));
            }
        }
        Ok(skills)
    }
}

/// Hand-written Rust as a contender.
pub struct Hand<'a> {
    inputs: &'a Inputs,
    records: Vec<Record>,
}

impl<'a> Hand<'a> {
    /// A contender for these inputs.
    pub fn new(inputs: &'a Inputs) -> Self {
        Self { inputs, records: vec![Record::default(); inputs.rows.len()] }
    }
}

impl Contender for Hand<'_> {
    fn name(&self) -> &'static str {
        "Rust (hand)"
    }

    fn supports(&self, _: Mode) -> bool {
        true
    }

    fn run(&mut self, mode: Mode, out: &mut [u8]) {
        match mode {
            Mode::Batch => decide_batch(&self.inputs.rows, out),
            Mode::BatchTraced => decide_batch_traced(&self.inputs.rows, out, black_box(&mut self.records)),
            Mode::Single => self.single(out),
            Mode::Json => self.json(out),
        }
    }
}

impl Hand<'_> {
    fn single(&self, out: &mut [u8]) {
        // The compiler must not see which function is called, or it would inline it and turn single calls into a batch.
        let decide: fn(&Request) -> Verdict = black_box(decide);
        for (row, out) in self.inputs.rows.iter().zip(out) {
            *out = decide(row) as u8;
        }
    }

    fn json(&self, out: &mut [u8]) {
        for (line, out) in self.inputs.json.iter().zip(out) {
            *out = decide_json(line).map_or(u8::MAX, |verdict| verdict as u8);
        }
    }
}
