//! Rosters of all sizes from a seed, so that they are the same on every machine: as the competition's text files, and as the input that
//! `convert` makes of them.
//!
//! Most break something: series that are too long or too short, days with several assignments, skills that a nurse lacks, shift types that
//! may not follow each other, also across the first day of the roster and the last.

use std::fmt::Write;

use serde_json::{Value, json};

/// How large a roster is, and how often it breaks what no roster may break.
#[derive(Clone, Copy)]
pub struct Size {
    pub seed: u64,
    pub nurses: usize,
    pub weeks: usize,
    /// Of 100 assignments.
    pub broken: usize,
}

/// The rosters that the tests decide: small ones of every length, and some of the largest kind of instance.
pub fn sizes() -> Vec<Size> {
    let mut numbers = Numbers(0x5eed_0f5a_1f75);
    let small = (0..56).map(|place| {
        let broken = [0, 0, 5, 40][place % 4];
        Size { seed: 1 + place as u64, nurses: 1 + numbers.below(14), weeks: 1 + place / 4 % 8, broken }
    });
    let large = [(30, 4, 0), (60, 8, 10), (120, 4, 2), (120, 8, 0), (120, 8, 2), (120, 8, 60)];
    let large = large.into_iter().zip(100..).map(|((nurses, weeks, broken), seed)| Size { seed, nurses, weeks, broken });
    small.chain(large).collect()
}

const DAYS: [(&str, &str); 7] = [
    ("Mon", "monday"),
    ("Tue", "tuesday"),
    ("Wed", "wednesday"),
    ("Thu", "thursday"),
    ("Fri", "friday"),
    ("Sat", "saturday"),
    ("Sun", "sunday"),
];
const SHIFTS: [&str; 4] = ["Early", "Day", "Late", "Night"];
const SKILLS: [&str; 4] = ["HeadNurse", "Nurse", "Caretaker", "Trainee"];
const CONTRACTS: [&str; 4] = ["FullTime", "PartTime", "HalfTime", "20Percent"];

type Limits = (usize, usize);

struct Contract {
    assignments: Limits,
    worked: Limits,
    off: Limits,
    weekends: usize,
    complete: bool,
}

struct Nurse {
    name: String,
    contract: usize,
    skills: Vec<usize>,
    assignments: usize,
    weekends: usize,
    last_shift: Option<usize>,
    in_shift: usize,
    worked: usize,
    off: usize,
}

/// A day of a week at which nurses are needed in a shift type and a skill.
struct Need {
    shift: usize,
    skill: usize,
    /// Minimum and optimum of each day.
    numbers: [Limits; 7],
}

struct Request {
    nurse: usize,
    shift: Option<usize>,
    day: usize,
}

struct Assignment {
    nurse: usize,
    day: usize,
    shift: usize,
    skill: usize,
}

struct Week {
    needs: Vec<Need>,
    requests: Vec<Request>,
    assignments: Vec<Assignment>,
}

/// An instance of the competition with a roster.
pub struct Roster {
    name: String,
    /// How many of the skills there are.
    skills: usize,
    shifts: Vec<Limits>,
    /// Of each shift type those that may not follow it.
    forbidden: Vec<Vec<usize>>,
    contracts: Vec<Contract>,
    nurses: Vec<Nurse>,
    weeks: Vec<Week>,
}

/// A roster of a size, always the same.
pub fn roster(size: Size) -> Roster {
    let mut numbers = Numbers(size.seed);
    let (shifts, skills) = (1 + numbers.below(4), 1 + numbers.below(4));
    let (shifts, skills) = if size.nurses > 20 { (4, 4) } else { (shifts, skills) };
    let limits = |numbers: &mut Numbers, least: usize, more: usize| {
        let least = numbers.below(least + 1);
        (least, least + numbers.below(more + 1))
    };
    let contract = |numbers: &mut Numbers| Contract {
        assignments: limits(numbers, 3 * size.weeks, 4 * size.weeks),
        worked: limits(numbers, 4, 3),
        off: limits(numbers, 3, 3),
        weekends: numbers.below(size.weeks + 1),
        complete: numbers.below(3) > 0,
    };
    let nurse = |place: usize, numbers: &mut Numbers| {
        let mut has: Vec<_> = (0..skills).filter(|_| numbers.below(2) == 0).collect();
        if has.is_empty() {
            has.push(numbers.below(skills));
        }
        let last_shift = (numbers.below(3) > 0).then(|| numbers.below(shifts));
        let in_shift = if last_shift.is_some() { 1 + numbers.below(7) } else { 0 };
        Nurse {
            name: format!("N{place}"),
            contract: numbers.below(CONTRACTS.len()),
            skills: has,
            assignments: numbers.below(8),
            weekends: numbers.below(3),
            last_shift,
            in_shift,
            worked: if last_shift.is_some() { in_shift + numbers.below(4) } else { 0 },
            // Nothing is known of the days before where all of them are 0.
            off: if last_shift.is_none() { numbers.below(7) } else { 0 },
        }
    };
    let mut roster = Roster {
        name: format!("n{:03}w{}", size.nurses, size.weeks),
        skills,
        shifts: (0..shifts).map(|_| limits(&mut numbers, 3, 3)).collect(),
        forbidden: (0..shifts).map(|_| (0..shifts).filter(|_| numbers.below(4) == 0).collect()).collect(),
        contracts: CONTRACTS.iter().map(|_| contract(&mut numbers)).collect(),
        nurses: (0..size.nurses).map(|place| nurse(place, &mut numbers)).collect(),
        weeks: Vec::new(),
    };
    let mut today: Vec<Option<usize>> = roster.nurses.iter().map(|nurse| nurse.last_shift).collect();
    roster.weeks = (0..size.weeks).map(|_| roster.week(size, &mut today, &mut numbers)).collect();
    roster
}

impl Roster {
    /// A week of which each nurse mostly goes on with what was `today`.
    fn week(&self, size: Size, today: &mut [Option<usize>], numbers: &mut Numbers) -> Week {
        let (shifts, nurses) = (self.shifts.len(), self.nurses.len());
        let most = 1 + nurses / (2 * shifts);
        let mut needs: Vec<_> = (0..shifts * self.skills)
            .map(|place| Need {
                shift: place / self.skills,
                skill: place % self.skills,
                numbers: [(); 7].map(|()| {
                    let minimum = numbers.below(most + 1);
                    (minimum, minimum + numbers.below(3))
                }),
            })
            .collect();
        if numbers.below(5) == 0 {
            needs.pop();
        }
        let requests = (0..nurses)
            .map(|_| Request {
                nurse: numbers.below(nurses),
                shift: (numbers.below(2) > 0).then(|| numbers.below(shifts)),
                day: numbers.below(7),
            })
            .collect();
        let mut assignments = Vec::new();
        for (nurse, today) in today.iter_mut().enumerate() {
            for day in 0..7 {
                if numbers.below(3) == 0 {
                    *today = (numbers.below(5) > 1).then(|| numbers.below(shifts));
                }
                let own = &self.nurses[nurse].skills;
                if let Some(shift) = *today {
                    let skill = if numbers.below(100) < size.broken { numbers.below(self.skills) } else { own[numbers.below(own.len())] };
                    assignments.push(Assignment { nurse, day, shift, skill });
                }
                while numbers.below(200) < size.broken {
                    assignments.push(Assignment { nurse, day, shift: numbers.below(shifts), skill: numbers.below(self.skills) });
                }
            }
        }
        Week { needs, requests, assignments }
    }

    /// The competition's text files, by their names, in the order in which `convert` takes them; the solutions come last.
    pub fn files(&self) -> Vec<(String, String)> {
        let mut files = vec![(format!("Sc-{}.txt", self.name), self.scenario()), (format!("H0-{}-0.txt", self.name), self.history())];
        files.extend(self.weeks.iter().enumerate().map(|(place, week)| (format!("WD-{}-{place}.txt", self.name), self.week_data(week))));
        files.extend(self.weeks.iter().enumerate().map(|(place, week)| (format!("sol-week{place}.txt"), self.solution(place, week))));
        files
    }

    fn scenario(&self) -> String {
        let mut text = format!("SCENARIO = {}\n\nWEEKS = {}\n\nSKILLS = {}\n", self.name, self.weeks.len(), self.skills);
        SKILLS[..self.skills].iter().for_each(|skill| line(&mut text, format_args!("{skill}")));
        line(&mut text, format_args!("\nSHIFT_TYPES = {}", self.shifts.len()));
        for ((least, most), name) in self.shifts.iter().zip(SHIFTS) {
            line(&mut text, format_args!("{name} ({least},{most})"));
        }
        line(&mut text, format_args!("\nFORBIDDEN_SHIFT_TYPES_SUCCESSIONS"));
        for (next, name) in self.forbidden.iter().zip(SHIFTS) {
            let names: String = next.iter().map(|shift| format!(" {}", SHIFTS[*shift])).collect();
            line(&mut text, format_args!("{name} {}{names}", next.len()));
        }
        line(&mut text, format_args!("\nCONTRACTS = {}", self.contracts.len()));
        for (contract, name) in self.contracts.iter().zip(CONTRACTS) {
            let Contract { assignments, worked, off, weekends, complete } = contract;
            let pair = |(least, most): &Limits| format!("({least},{most})");
            line(&mut text, format_args!("{name} {} {} {} {weekends} {}", pair(assignments), pair(worked), pair(off), u8::from(*complete)));
        }
        line(&mut text, format_args!("\nNURSES = {}", self.nurses.len()));
        for nurse in &self.nurses {
            let skills: String = nurse.skills.iter().map(|skill| format!(" {}", SKILLS[*skill])).collect();
            line(&mut text, format_args!("{} {} {}{skills}", nurse.name, CONTRACTS[nurse.contract], nurse.skills.len()));
        }
        text
    }

    fn history(&self) -> String {
        let mut text = format!("HISTORY\n0 {}\n\nNURSE_HISTORY\n", self.name);
        for nurse in &self.nurses {
            let Nurse { name, assignments, weekends, in_shift, worked, off, .. } = nurse;
            let last = nurse.last_shift.map_or("None", |shift| SHIFTS[shift]);
            line(&mut text, format_args!("{name} {assignments} {weekends} {last} {in_shift} {worked} {off}"));
        }
        text
    }

    fn week_data(&self, week: &Week) -> String {
        let mut text = format!("WEEK_DATA\n{}\n\nREQUIREMENTS\n", self.name);
        for need in &week.needs {
            let numbers: String = need.numbers.iter().map(|(minimum, optimum)| format!(" ({minimum},{optimum})")).collect();
            line(&mut text, format_args!("{} {}{numbers}", SHIFTS[need.shift], SKILLS[need.skill]));
        }
        line(&mut text, format_args!("\nSHIFT_OFF_REQUESTS = {}", week.requests.len()));
        for Request { nurse, shift, day } in &week.requests {
            let shift = shift.map_or("Any", |shift| SHIFTS[shift]);
            line(&mut text, format_args!("{} {shift} {}", self.nurses[*nurse].name, DAYS[*day].0));
        }
        text
    }

    fn solution(&self, place: usize, week: &Week) -> String {
        let mut text = format!("SOLUTION\n{place} {}\n\nASSIGNMENTS = {}\n", self.name, week.assignments.len());
        for Assignment { nurse, day, shift, skill } in &week.assignments {
            line(&mut text, format_args!("{} {} {} {}", self.nurses[*nurse].name, DAYS[*day].0, SHIFTS[*shift], SKILLS[*skill]));
        }
        text
    }

    /// What `convert` makes of the files.
    pub fn input(&self) -> Value {
        let limits = |(least, most): &Limits| json!({ "least": least, "most": most });
        let shift_types = self.shifts.iter().zip(SHIFTS).map(|(days, name)| json!({ "name": name, "days_in_row": limits(days) }));
        let forbidden = self.forbidden.iter().zip(SHIFTS);
        let forbidden = forbidden.flat_map(|(next, shift)| next.iter().map(move |next| json!({ "shift": shift, "next": SHIFTS[*next] })));
        let days = self.weeks.iter().enumerate().flat_map(|(week, data)| (0..7).map(move |day| day_of(week, data, day)));
        let nurses = self.nurses.iter().enumerate().map(|(place, nurse)| {
            let Contract { assignments, worked, off, weekends, complete } = &self.contracts[nurse.contract];
            json!({
                "name": nurse.name,
                "contract": {
                    "name": CONTRACTS[nurse.contract],
                    "assignments": limits(assignments),
                    "days_worked_in_row": limits(worked),
                    "days_off_in_row": limits(off),
                    "most_weekends": weekends,
                    "complete_weekends": complete,
                },
                "skills": nurse.skills.iter().map(|skill| SKILLS[*skill]).collect::<Vec<_>>(),
                "history": {
                    "assignments": nurse.assignments,
                    "weekends": nurse.weekends,
                    "last_shift": nurse.last_shift.map(|shift| SHIFTS[shift]),
                    "days_of_last_shift": nurse.in_shift,
                    "days_worked": nurse.worked,
                    "days_off": nurse.off,
                },
                "days": self.weeks.iter().enumerate().flat_map(|(week, data)| (0..7).map(move |day| nurse_day(week, data, place, day)))
                    .collect::<Vec<_>>(),
            })
        });
        json!({ "roster": {
            "scenario": self.name,
            "shift_types": shift_types.collect::<Vec<_>>(),
            "forbidden": forbidden.collect::<Vec<_>>(),
            "days": days.collect::<Vec<_>>(),
            "nurses": nurses.collect::<Vec<_>>(),
        } })
    }
}

fn day_of(week: usize, data: &Week, day: usize) -> Value {
    let needs = data.needs.iter().map(|need| {
        let (minimum, optimum) = need.numbers[day];
        json!({ "shift": SHIFTS[need.shift], "skill": SKILLS[need.skill], "minimum": minimum, "optimum": optimum })
    });
    json!({ "number": 7 * week + day + 1, "week": week + 1, "day": DAYS[day].1, "needs": needs.collect::<Vec<_>>() })
}

fn nurse_day(week: usize, data: &Week, nurse: usize, day: usize) -> Value {
    let mut off: Vec<&str> = Vec::new();
    for request in data.requests.iter().filter(|request| (request.nurse, request.day) == (nurse, day)) {
        let shift = request.shift.map_or("Any", |shift| SHIFTS[shift]);
        if !off.contains(&shift) {
            off.push(shift);
        }
    }
    // Assignments begin in the fifth line.
    let lines = data.assignments.iter().zip(5..).filter(|(it, _)| (it.nurse, it.day) == (nurse, day));
    let assignments =
        lines.map(|(it, line)| json!({ "shift": SHIFTS[it.shift], "skill": SKILLS[it.skill], "at": format!("sol-week{week}.txt:{line}") }));
    json!({
        "number": 7 * week + day + 1,
        "week": week + 1,
        "day": DAYS[day].1,
        "assignments": assignments.collect::<Vec<_>>(),
        "asks_off": off,
    })
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{arguments}");
}

/// A sequence of numbers, the SplitMix64 of Steele, Lea and Flood.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}
