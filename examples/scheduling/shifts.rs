//! Shift requests as a planning system would send them, from a seed, so that they are the same on every machine.
//!
//! The weeks lie around both changes of the clocks in Berlin and around Christmas. Some workers are minors, some turn 18 in one of the
//! weeks, and some requests lie exactly on a limit or just beyond it: of the week, of the rest, of the night, of the planner's confidence.

use std::fmt::Write;

/// How many requests there are.
pub const COUNT: usize = 2_000;

const SEED: u64 = 0x5EED_0F5A_1F75;
const WORKERS: usize = 180;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEKLY_LIMIT: i64 = 48 * HOUR;
const DAILY_REST: i64 = 11 * HOUR;

const SKILLS: [&str; 4] = ["forklift", "cashier", "first_aid", "night_lead"];
/// How many of a hundred workers have each skill.
const SKILLED: [u64; 4] = [35, 80, 40, 18];

/// The Mondays of the weeks, as year, month and day.
const WEEKS: [(i64, i64, i64); 8] =
    [(2026, 3, 16), (2026, 3, 23), (2026, 3, 30), (2026, 10, 12), (2026, 10, 19), (2026, 10, 26), (2026, 11, 16), (2026, 12, 21)];

/// When shifts begin, as minutes of the local day; some stand more often.
const STARTS: [i64; 23] =
    [150, 299, 300, 360, 360, 390, 420, 480, 480, 540, 600, 720, 780, 810, 840, 840, 960, 1_020, 1_080, 1_200, 1_319, 1_320, 1_350];
/// How long shifts are, in minutes; some stand more often.
const LENGTHS: [i64; 14] = [240, 240, 300, 360, 360, 450, 480, 480, 480, 480, 495, 540, 600, 720];

const FIRST: [&str; 40] = [
    "Ana",
    "Bilal",
    "Chloé",
    "Dmitri",
    "Elif",
    "Farid",
    "Greta",
    "Hüseyin",
    "Ines",
    "Jonas",
    "Katarzyna",
    "Lars",
    "Mehmet",
    "Nadia",
    "Ole",
    "Paula",
    "Quentin",
    "Rania",
    "Sven",
    "Thị Hoa",
    "Uwe",
    "Vera",
    "Wiebke",
    "Xenia",
    "Yusuf",
    "Zoë",
    "Anneliese",
    "Bogdan",
    "Carla",
    "Denise",
    "Emre",
    "Frauke",
    "Giorgos",
    "Heike",
    "Ivana",
    "Jürgen",
    "Kwame",
    "Łukasz",
    "Marta",
    "Niklas",
];
const LAST: [&str; 36] = [
    "Albrecht",
    "Yılmaz",
    "Nowak",
    "Groß",
    "Nguyễn",
    "Petrović",
    "Schmidt",
    "Öztürk",
    "Fischer",
    "Haddad",
    "Krüger",
    "Lehmann",
    "Mensah",
    "Okafor",
    "Papadopoulos",
    "Richter",
    "Santos",
    "Vogel",
    "Weiß",
    "Zieliński",
    "Bauer",
    "Çelik",
    "D'Angelo",
    "Engel",
    "Franke",
    "Günther",
    "Horvat",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lindner",
    "Müller-Brandt",
    "Neumann",
    "Peters",
    "Schäfer",
    "Wagner",
];

/// All requests, one on each line.
pub fn requests() -> String {
    let mut random = Random(SEED);
    let workers: Vec<_> = (0..WORKERS).map(|_| worker(&mut random)).collect();
    let mut lines = String::new();
    for _ in 0..COUNT {
        let worker = &workers[random.below(WORKERS as u64) as usize];
        lines.push_str(&request(worker, &mut random));
        lines.push('\n');
    }
    lines
}

struct Worker {
    name: String,
    born: String,
    skills: Vec<&'static str>,
}

fn worker(random: &mut Random) -> Worker {
    let name = format!("{} {}", random.one_of(&FIRST), random.one_of(&LAST));
    let (year, month) = match random.below(100) {
        0..8 => (2009 + random.between(0, 1), random.between(1, 12)),
        8..12 => (2008, *random.one_of(&[3, 4, 10, 11, 12])),
        _ => (random.between(1959, 2007), random.between(1, 12)),
    };
    let born = format!("{year:04}-{month:02}-{:02}", random.between(1, 28));
    let mut skills = Vec::new();
    for (skill, share) in SKILLS.into_iter().zip(SKILLED) {
        if random.chance(share) {
            skills.push(skill);
        }
    }
    Worker { name, born, skills }
}

fn request(worker: &Worker, random: &mut Random) -> String {
    let (year, month, day) = *random.one_of(&WEEKS);
    let weekday = random.between(0, 6);
    let midnight = (days_since_1970(year, month, day) + weekday) * DAY;
    let start = in_berlin(midnight + random.one_of(&STARTS) * MINUTE, random.chance(50));
    let length = length(random);
    let mut line = String::from("{\"worker\":{");
    let _ = write!(line, "\"name\":\"{}\",\"born\":\"{}\",\"skills\":{}", worker.name, worker.born, names(&worker.skills));
    let _ = write!(line, ",\"booked\":{}", duration(booked(weekday, length, random), random));
    line.push_str(&last_end(start, random));
    let needs = names(&needs(worker, random));
    let _ = write!(line, "}},\"shift\":{{\"start\":\"{}\",\"length\":{},\"needs\":{needs}}}", moment(start), duration(length, random));
    let _ = write!(line, ",\"planner\":{}}}", advice(random));
    line
}

fn length(random: &mut Random) -> i64 {
    match random.below(100) {
        0 => 15 * MINUTE,
        1 => 16 * HOUR,
        _ => random.one_of(&LENGTHS) * MINUTE,
    }
}

/// What is rostered already: the more, the later in the week; some exactly up to the limit, some a quarter of an hour above it.
fn booked(weekday: i64, length: i64, random: &mut Random) -> i64 {
    match random.below(100) {
        0..4 => WEEKLY_LIMIT - length,
        4..7 => WEEKLY_LIMIT - length + 15 * MINUTE,
        _ => (weekday * random.between(18, 32) + random.between(0, 24)) * 15 * MINUTE,
    }
}

/// When the shift before ended, if there was one; `null` and nothing at all mean the same.
fn last_end(start: i64, random: &mut Random) -> String {
    let rest = match random.below(100) {
        0..5 => return String::new(),
        5..9 => return ",\"last_end\":null".to_owned(),
        9..13 => DAILY_REST,
        13..16 => DAILY_REST - MINUTE,
        16..23 => random.between(28, 43) * 15 * MINUTE,
        _ => random.between(46, 240) * 15 * MINUTE,
    };
    format!(",\"last_end\":\"{}\"", moment(start - rest))
}

fn needs(worker: &Worker, random: &mut Random) -> Vec<&'static str> {
    let fits = random.chance(90);
    let share = random.between(20, 60) as u64;
    let wanted = |skill: &&str| random.chance(share) && (!fits || worker.skills.contains(skill));
    SKILLS.into_iter().filter(wanted).collect()
}

fn advice(random: &mut Random) -> String {
    let value = if random.chance(88) { "approve" } else { "reject" };
    let hundredths = match random.below(100) {
        0..4 => 9_000,
        4..6 => 8_999,
        6..18 => random.between(5_200, 8_950),
        _ => random.between(9_000, 9_990),
    };
    let model = if random.chance(85) { "planner-3" } else { "planner-2" };
    let confidence = if model == "planner-2" {
        format!("\"{}.{:02} %\"", hundredths / 100, hundredths % 100)
    } else {
        format!("0.{hundredths:04}").trim_end_matches('0').to_owned()
    };
    format!("{{\"value\":\"{value}\",\"confidence\":{confidence},\"model\":\"{model}\"}}")
}

fn names(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!("[{}]", quoted.join(","))
}

/// A duration as ISO 8601 has it, or as people write it.
fn duration(seconds: i64, random: &mut Random) -> String {
    let (hours, minutes) = (seconds / HOUR, seconds % HOUR / MINUTE);
    match (random.chance(80), hours, minutes) {
        (true, 0, _) => format!("\"PT{minutes}M\""),
        (true, _, 0) => format!("\"PT{hours}H\""),
        (true, ..) => format!("\"PT{hours}H{minutes}M\""),
        (false, 0, _) => format!("\"{minutes} min\""),
        (false, _, 0) => format!("\"{hours} h\""),
        (false, ..) => format!("\"{hours} h {minutes} min\""),
    }
}

// Berlin's clocks, as far as 2026 goes. What is tested here is that AxTrace knows them too, so they are not asked of its calendar.

/// Seconds that Berlin is ahead of UTC at an instant of 2026.
fn offset(instant: i64) -> i64 {
    let summer = days_since_1970(2026, 3, 29) * DAY + HOUR..days_since_1970(2026, 10, 25) * DAY + HOUR;
    if summer.contains(&instant) { 2 * HOUR } else { HOUR }
}

/// The instant of a local time, given as seconds; of one that occurs twice the earlier or the later, of one that is skipped the hour after.
fn in_berlin(local: i64, later: bool) -> i64 {
    let earlier = local - 2 * HOUR;
    if offset(earlier) == 2 * HOUR && !(later && offset(local - HOUR) == HOUR) { earlier } else { local - HOUR }
}

fn moment(instant: i64) -> String {
    let local = instant + offset(instant);
    let (year, month, day) = date_of(local.div_euclid(DAY));
    let minutes = local.rem_euclid(DAY) / MINUTE;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}+{:02}:00", minutes / 60, minutes % 60, offset(instant) / HOUR)
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let year = (1970..).find(|year| days < days_since_1970(year + 1, 1, 1)).unwrap_or(1970);
    let month = (1..12).find(|month| days < days_since_1970(year, month + 1, 1)).unwrap_or(12);
    (year, month, days - days_since_1970(year, month, 1) + 1)
}

/// Numbers from a seed (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of 0 to `end - 1`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of `low` to `high`.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// True `percent` times of a hundred.
    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}
