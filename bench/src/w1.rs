//! Workload 1, "shift approval": eight ordered rules over a flat record. `rules/w1.ax` says what is decided.

pub mod hand;

use std::fmt::Write as _;

use serde::Deserialize;

use crate::random::Random;

/// How many inputs are decided.
pub const INPUTS: usize = 10_000;

/// What is decided. Each rule has an outcome of its own, so equal outcomes mean equal rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Verdict {
    /// No rule objects.
    Approve,
    /// Of `missing_skill`.
    Unskilled,
    /// Of `minor_at_night`.
    TooYoung,
    /// Of `too_many_hours`.
    TooLong,
    /// Of `too_little_rest`.
    TooTired,
    /// Of `trainee_alone`.
    Unattended,
    /// Of `dear_overtime`.
    TooDear,
    /// Of `newcomer`.
    TooNew,
    /// Of `planner_is_unsure`.
    Review,
}

/// How much somebody has learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Grade {
    Trainee,
    Regular,
    Senior,
    Lead,
}

/// Where the shift is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Site {
    Depot,
    Harbour,
    Airport,
    Store,
}

/// What somebody can do. The value is the bit in a [`Skills`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Skill {
    Forklift,
    Cashier,
    FirstAid,
    NightLead,
    ColdStore,
    Hazmat,
}

const SKILLS: [(Skill, &str); 6] = [
    (Skill::Forklift, "forklift"),
    (Skill::Cashier, "cashier"),
    (Skill::FirstAid, "first_aid"),
    (Skill::NightLead, "night_lead"),
    (Skill::ColdStore, "cold_store"),
    (Skill::Hazmat, "hazmat"),
];
const GRADES: [(Grade, &str); 4] =
    [(Grade::Trainee, "trainee"), (Grade::Regular, "regular"), (Grade::Senior, "senior"), (Grade::Lead, "lead")];
const SITES: [(Site, &str); 4] = [(Site::Depot, "depot"), (Site::Harbour, "harbour"), (Site::Airport, "airport"), (Site::Store, "store")];

/// A set of skills, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skills(pub u8);

impl Skills {
    /// Whether all of `other` are in this set.
    #[inline]
    pub const fn has_all(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Whether one skill is in this set.
    #[inline]
    pub const fn has(self, skill: Skill) -> bool {
        self.0 & (1 << skill as u8) != 0
    }

    /// Adds a skill; false if it was there.
    pub const fn insert(&mut self, skill: Skill) -> bool {
        let new = !self.has(skill);
        self.0 |= 1 << skill as u8;
        new
    }
}

/// One input. Amounts are whole numbers of their last digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What the worker has learned.
    pub grade: Grade,
    /// Where the shift is.
    pub site: Site,
    /// What the worker can do.
    pub skills: Skills,
    /// What the shift asks for.
    pub needs: Skills,
    /// The worker's age in years, 14 to 80.
    pub age: u8,
    /// Whether the shift is at night.
    pub night: bool,
    /// Months since the worker joined, 0 to 600.
    pub tenure: u16,
    /// Hours already rostered this week, in hundredths, 0.00 to 100.00.
    #[serde(deserialize_with = "crate::decimal::hundredths")]
    pub booked: u16,
    /// Hours of the shift, in hundredths, 0.25 to 16.00.
    #[serde(deserialize_with = "crate::decimal::hundredths")]
    pub hours: u16,
    /// Hours since the last shift, in hundredths, 0.00 to 500.00.
    #[serde(deserialize_with = "crate::decimal::hundredths")]
    pub rest: u16,
    /// What an hour costs, in cents, 0.00 to 200.00 EUR.
    #[serde(deserialize_with = "crate::decimal::hundredths")]
    pub rate: u16,
    /// How sure the planner is, in hundredths of a percent, 0.00 to 100.00 %.
    #[serde(deserialize_with = "crate::decimal::ten_thousandths")]
    pub confidence: u16,
}

/// The inputs, in both forms.
pub struct Inputs {
    /// As hand-written code keeps them.
    pub rows: Vec<Request>,
    /// As lines of JSON, keyed by the decision's parameter.
    pub json: Vec<String>,
}

/// Makes the inputs of a seed: no two are the same, about 2 % lie exactly on a limit of hours.
pub fn generate(seed: u64) -> Inputs {
    let mut random = Random::new(seed);
    let rows: Vec<_> = (0..INPUTS).map(|_| request(&mut random)).collect();
    let json = rows.iter().map(to_json).collect();
    Inputs { rows, json }
}

fn request(random: &mut Random) -> Request {
    let needs = some_skills(random, 20);
    let mut skills = Skills(some_skills(random, 40).0 | needs.0);
    if random.chance(15) {
        skills = some_skills(random, 60);
    }
    let hours = random.between(8, 48) as u16 * 25 + if random.chance(20) { random.between(1, 24) as u16 } else { 0 };
    Request {
        grade: random.pick(&[Grade::Trainee, Grade::Regular, Grade::Regular, Grade::Regular, Grade::Senior, Grade::Lead]),
        site: random.pick(&SITES).0,
        skills,
        needs,
        age: if random.chance(6) { random.between(15, 17) } else { random.between(18, 67) } as u8,
        night: random.chance(25),
        tenure: if random.chance(10) { random.between(0, 3) } else { random.between(4, 300) } as u16,
        booked: booked(random, hours),
        hours,
        rest: if random.chance(8) { random.between(600, 1100) } else { random.between(1100, 9600) } as u16,
        rate: random.between(1400, 5200) as u16,
        confidence: if random.chance(15) { random.between(4000, 8000) } else { random.between(8000, 10_000) } as u16,
    }
}

fn some_skills(random: &mut Random, percent: u32) -> Skills {
    let mut skills = Skills::default();
    for (skill, _) in SKILLS {
        if random.chance(percent) {
            skills.insert(skill);
        }
    }
    skills
}

fn booked(random: &mut Random, hours: u16) -> u16 {
    match random.between(1, 100) {
        1 => 4000 - hours,
        2 => 4800 - hours,
        3..=40 => random.between(0, 160) as u16 * 25,
        _ => random.between(0, 4200) as u16,
    }
}

fn to_json(row: &Request) -> String {
    let mut out = String::new();
    let _ = write!(out, r#"{{"request":{{"grade":"{}","site":"{}""#, name(&GRADES, row.grade), name(&SITES, row.site));
    let _ = write!(out, r#","skills":[{}],"needs":[{}]"#, skill_names(row.skills), skill_names(row.needs));
    let _ = write!(out, r#","age":{},"night":{},"tenure":{}"#, row.age, row.night, row.tenure);
    for (field, value) in [("booked", row.booked), ("hours", row.hours), ("rest", row.rest), ("rate", row.rate)] {
        let _ = write!(out, r#","{field}":{}.{:02}"#, value / 100, value % 100);
    }
    let _ = write!(out, r#","confidence":{}.{:04}}}}}"#, row.confidence / 10_000, row.confidence % 10_000);
    out
}

/// One input as JSON with amounts in whole hundredths, without the decision's parameter around it.
#[cfg(feature = "peers")]
pub fn to_hundredths(row: &Request) -> String {
    let mut out = String::new();
    let _ = write!(out, r#"{{"grade":"{}","site":"{}""#, name(&GRADES, row.grade), name(&SITES, row.site));
    let _ = write!(out, r#","skills":[{}],"needs":[{}]"#, skill_names(row.skills), skill_names(row.needs));
    let _ = write!(out, r#","age":{},"night":{},"tenure":{}"#, row.age, row.night, row.tenure);
    let _ = write!(out, r#","booked":{},"hours":{},"rest":{}"#, row.booked, row.hours, row.rest);
    let _ = write!(out, r#","rate":{},"confidence":{}}}"#, row.rate, row.confidence);
    out
}

fn name<T: PartialEq>(names: &[(T, &'static str)], value: T) -> &'static str {
    names.iter().find(|(known, _)| *known == value).map_or("", |(_, name)| name)
}

fn skill_names(skills: Skills) -> String {
    let names: Vec<String> = SKILLS.iter().filter(|(skill, _)| skills.has(*skill)).map(|(_, name)| format!("\"{name}\"")).collect();
    names.join(",")
}
