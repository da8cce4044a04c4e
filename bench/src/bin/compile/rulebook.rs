//! A seeded rule book: departments of five decisions and a hundred rules, one for each hit policy that rules mostly have.
//!
//! Each department has enums, records, parameters and defines of its own. A rule has two to four conditions over enums, sets, decimals,
//! amounts, percentages, dates, durations, optionals and sometimes a list, many of them with lets and defines in between. The same seed gives
//! the same text on every machine. The text compiles without a finding.

use std::fmt::Write as _;

use crate::random::Random;

/// The rules of one decision; an `otherwise` counts as one.
const RULES: usize = 20;
/// The decisions of one department.
const DECISIONS: usize = 5;

const KINDS: [&str; 6] = ["regular", "seasonal", "trainee", "contractor", "senior", "lead"];
const SITES: [&str; 5] = ["depot", "harbour", "airport", "store", "office"];
const SKILLS: [&str; 6] = ["forklift", "cashier", "first_aid", "night_lead", "cold_store", "hazmat"];

/// The text of a rule book with as many rules, rounded up to whole departments.
pub fn rule_book(rules: usize, seed: u64) -> String {
    let mut book = Book { text: String::from(HEAD), random: Random::new(seed) };
    for number in 0..rules.div_ceil(RULES * DECISIONS) {
        book.department(number);
    }
    book.text
}

const HEAD: &str = "/// What the departments decide, one after the other.
module rule_book
owner \"Operations\"

enum Verdict { approve, reject }
role clerk \"Clerk\"
role supervisor \"Supervisor\" escalates to clerk after 24 h

param zone : timezone = \"Europe/Berlin\"
";

struct Book {
    text: String,
    random: Random,
}

impl Book {
    fn line(&mut self, text: impl AsRef<str>) {
        self.text += text.as_ref();
        self.text.push('\n');
    }

    fn department(&mut self, d: usize) {
        let (limit, late) = (self.random.between(30, 60), self.random.between(18, 22));
        let (kinds, sites, skills) = (KINDS.join(", "), SITES.join("\n  "), SKILLS.join(", "));
        let _ = write!(
            self.text,
            "
// Department {d}

enum Kind{d}  {{ {kinds} }}
enum Site{d} {{
  {sites}
}}
enum Skill{d} {{ {skills} }}

record Item{d} {{
  qty   : integer in 1..1_000
  price : money EUR in 0.00 EUR .. 10_000.00 EUR   /// of one
}}

record Case{d} {{
  kind    : Kind{d}
  site    : Site{d}
  skills  : set of Skill{d}
  needs   : set of Skill{d}
  name    : text with up to 80 characters
  born    : date in 1920-01-01 .. 2020-12-31
  joined  : date?                                   /// the first day, if there was one
  begin   : datetime
  length  : duration in 15 min .. 16 h
  booked  : decimal(2) in 0.00..168.00              /// hours already booked
  hours   : decimal(2) in 0.25..16.00
  score   : integer in 0..1_000
  rate    : percent in 0 % .. 100 %
  amount  : money EUR in 0.00 EUR .. 100_000.00 EUR
  urgent  : boolean
  items   : list of Item{d} with 0..20 items
}}

param limit_{d} : decimal(2) in 20.00..80.00 = {limit}.00
param dear_{d}  : money EUR in 0.00 EUR .. 1_000.00 EUR = {limit}0.00 EUR

define is_late_{d}(c: Case{d}) : boolean =
  time_of(c.begin, zone) >= {late}:00 or time_of(c.begin, zone) < 05:00

define age_{d}(c: Case{d}) : integer = years_between(c.born, date_of(c.begin, zone))

define share_{d}(c: Case{d}) : money EUR {{
  let share = c.amount * c.rate
  gives round(share, 2)
}}
"
        );
        self.eligible(d);
        self.approval(d);
        self.tariff(d);
        self.triage(d);
        self.fees(d);
    }

    /// Ordered rules.
    fn eligible(&mut self, d: usize) {
        self.head(d, "eligible", "Verdict or referral hit first");
        for rule in 1..RULES {
            let outcome =
                self.random.pick(&["reject", "approve", "reject", "refer to clerk within 4 h", "refer to supervisor proposing approve"]);
            self.rule(d, &format!("e{rule}"), &[], outcome);
        }
        self.line("  otherwise approve\n}");
    }

    /// Limits that override what is routine.
    fn approval(&mut self, d: usize) {
        self.head(d, "approval", "Verdict or referral");
        self.line("  group limits overrides routine {");
        for rule in 1..=RULES / 2 {
            self.rule(d, &format!("limit_{rule}"), &[], "reject");
        }
        self.line("  }\n  group routine {");
        let bands = RULES / 2 - 1;
        for rule in 0..bands {
            let outcome = self.random.pick(&["approve", "refer to clerk within 8 h", "approve"]);
            self.rule(d, &format!("band_{rule}"), &[band(rule, bands, "c.score", 1_001)], outcome);
        }
        self.line("  }\n  otherwise refer to supervisor\n}");
    }

    /// Bands that no two cases share.
    fn tariff(&mut self, d: usize) {
        self.head(d, "tariff", "money EUR in 0.00 EUR .. 1_000.00 EUR hit unique");
        let bands = RULES - 1;
        for rule in 0..bands {
            let price = format!("{}.{:02} EUR", self.random.between(1, 900), self.random.between(0, 99));
            let kind = KINDS[rule % KINDS.len()];
            self.rule(d, &format!("t{rule}"), &[format!("c.kind = {kind}"), band(rule / 6, bands / 6 + 1, "c.hours", 16)], &price);
        }
        self.line("  otherwise 12.50 EUR\n}");
    }

    /// The strongest outcome counts.
    fn triage(&mut self, d: usize) {
        self.head(d, "triage", "Verdict or referral hit priority (reject, refer, approve)");
        for rule in 1..RULES {
            let outcome = self.random.pick(&["reject", "approve", "refer to clerk within 4 h"]);
            self.rule(d, &format!("p{rule}"), &[], outcome);
        }
        self.line("  rule standard then approve\n}");
    }

    /// Amounts that add up.
    fn fees(&mut self, d: usize) {
        self.head(d, "fees", "money EUR hit collect sum");
        for rule in 1..RULES {
            let outcome = match self.random.between(0, 3) {
                0 => "share".to_owned(),
                1 => format!("round(c.hours * {}.50 EUR, 2)", self.random.between(1, 20)),
                _ => format!("{}.{:02} EUR", self.random.between(1, 90), self.random.between(0, 99)),
            };
            self.rule(d, &format!("f{rule}"), &[], &outcome);
        }
        self.line(format!("  rule base then tariff_{d}(c)\n}}"));
    }

    fn head(&mut self, d: usize, name: &str, gives: &str) {
        let _ = write!(
            self.text,
            "
decision {name}_{d}(c: Case{d}) gives {gives} {{
  let age   = age_{d}(c)
  let total = c.booked + c.hours
  let share = share_{d}(c)
"
        );
    }

    fn rule(&mut self, d: usize, name: &str, own: &[String], outcome: &str) {
        let mut conditions = own.to_vec();
        let wanted = self.random.between(2, 4) as usize;
        while conditions.len() < wanted.max(own.len() + 1) {
            let condition = self.condition(d);
            if !conditions.contains(&condition) {
                conditions.push(condition);
            }
        }
        let (kind, percent) = (self.random.pick(&KINDS), self.random.between(1, 99));
        let reason = self.random.pick(&[
            "{c.name} has {total} hours.",
            "{age} years old, {share} at stake.",
            "Not for this site.",
            "{c.score} points.",
        ]);
        let conditions = conditions.join("\n     and ");
        self.line(format!("\n  rule {name}\n    when {conditions}\n    then {outcome}\n    because \"{reason}\""));
        if self.random.chance(30) {
            self.line(format!("    cites \"Handbook of {kind}s, section {percent}\""));
        }
    }

    fn condition(&mut self, d: usize) -> String {
        let order = self.random.pick(&["<", "<=", ">", ">="]);
        let (one, two) = (self.random.pick(&KINDS), self.random.pick(&SITES));
        let skill = self.random.pick(&SKILLS);
        let number = self.random.between(1, 99);
        match self.random.between(0, 17) {
            0 => format!("c.kind = {one}"),
            1 => format!("c.site in {{{two}, {}}}", self.random.pick(&["depot", "office"]))
                .replace(&format!("{{{two}, {two}}}"), &format!("{{{two}}}")),
            2 => format!("c.site != {two}"),
            3 => format!("c.skills has {skill}"),
            4 => "not (c.skills has all c.needs)".to_owned(),
            5 => format!("age {order} {}", 10 + number / 2),
            6 => format!("total {order} limit_{d}"),
            7 => format!("c.score {order} {number}5"),
            8 => format!("c.amount {order} {number}0.00 EUR"),
            9 => format!("share {order} dear_{d}"),
            10 => format!("c.rate {order} {number}.5 %"),
            11 => format!("c.born {order} {}-0{}-15", 1925 + number / 2, self.random.between(1, 9)),
            12 => format!("c.joined is given and c.joined {order} 20{:02}-03-01", self.random.between(10, 24)),
            13 => format!("c.length {order} {} h", self.random.between(1, 14)),
            14 => format!("is_late_{d}(c)"),
            15 => self.random.pick(&["c.urgent", "not c.urgent"]).to_owned(),
            16 => format!("(c.urgent or c.booked {order} {number}.75)"),
            _ if number < 20 => format!("(some item in c.items satisfies item.qty > {number}0)"),
            _ => format!("c.hours * {number}.25 EUR {order} dear_{d}"),
        }
    }
}

/// One of several bands of a number from 0 to below `end`.
fn band(place: usize, of: usize, number: &str, end: usize) -> String {
    let at = |place: usize| place * end / of;
    format!("{number} in {}..<{}", at(place), at(place + 1))
}
