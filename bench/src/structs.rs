//! AxTrace with structs: values of Rust types into rows, and outcomes as Rust enums, by the derives of the library.
//!
//! [`Derived`] and [`Filled`] do nothing but fill the rows of a batch, the one by the derives, the other as code would that was written for
//! exactly this layout; a test holds their rows to be the same. What the rows are then decided as is [`Structs`].

use ::axtrace::runtime::memory::Batch;
use ::axtrace::values::{Decimal, Percent, Set};
use ::axtrace::{Caller, DecideError, Enum, Input, Level, TypedSession};

use crate::harness::{Contender, Mode};
use crate::{w1, w3};

/// Workload 1's input as a program that uses AxTrace would have it.
#[derive(Debug, Clone, Input)]
pub struct Request {
    grade: Grade,
    site: Site,
    skills: Set<Skill>,
    needs: Set<Skill>,
    age: u8,
    night: bool,
    tenure: u16,
    booked: Decimal<2>,
    hours: Decimal<2>,
    rest: Decimal<2>,
    #[axtrace(unit = "EUR")]
    rate: Decimal<2>,
    confidence: Percent,
}

/// The parameters of workload 1.
#[derive(Debug, Clone, Input)]
pub struct Approval {
    request: Request,
}

/// Workload 3's line.
#[derive(Debug, Clone, Input)]
pub struct Line {
    qty: u16,
    #[axtrace(unit = "EUR")]
    price: Decimal<2>,
    kind: Kind,
}

/// Workload 3's input.
#[derive(Debug, Clone, Input)]
pub struct Order {
    lines: Vec<Line>,
}

/// The parameters of workload 3.
#[derive(Debug, Clone, Input)]
pub struct Sale {
    order: Order,
}

macro_rules! names {
    ($($name:ident { $($value:ident),* })*) => {$(
        #[doc = "An enum of the rules, by the same names."]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
        #[allow(missing_docs, reason = "the names say it")]
        pub enum $name { $($value),* }
    )*};
}

names! {
    Grade { Trainee, Regular, Senior, Lead }
    Site { Depot, Harbour, Airport, Store }
    Skill { Forklift, Cashier, FirstAid, NightLead, ColdStore, Hazmat }
    Kind { Goods, Service, Voucher }
    Verdict { Approve, Unskilled, TooYoung, TooLong, TooTired, Unattended, TooDear, TooNew, Review }
    Discount { None, Bronze, Silver, Gold, Platinum, ByHand }
}

fn at<E: Enum>(place: u8) -> E {
    E::at(usize::from(place)).unwrap_or_else(|| panic!("the workload's enums have the same names"))
}

fn skills(skills: w1::Skills) -> Set<Skill> {
    (0..6).filter(|bit| skills.0 >> bit & 1 == 1).map(at).collect()
}

impl From<&w1::Request> for Approval {
    fn from(row: &w1::Request) -> Self {
        let hundredths = |units: u16| Decimal::from_units(units.into());
        Self {
            request: Request {
                grade: at(row.grade as u8),
                site: at(row.site as u8),
                skills: skills(row.skills),
                needs: skills(row.needs),
                age: row.age,
                night: row.night,
                tenure: row.tenure,
                booked: hundredths(row.booked),
                hours: hundredths(row.hours),
                rest: hundredths(row.rest),
                rate: hundredths(row.rate),
                confidence: Percent::from_units(row.confidence.into()),
            },
        }
    }
}

impl From<&w3::Order> for Sale {
    fn from(row: &w3::Order) -> Self {
        let line = |line: &w3::Line| Line { qty: line.qty, price: Decimal::from_units(line.price.into()), kind: at(line.kind as u8) };
        Self { order: Order { lines: row.lines.iter().map(line).collect() } }
    }
}

/// From structs to enums: in batches through a session, one by one through a caller.
pub struct Structs<I, A> {
    caller: Caller<I, A>,
    session: TypedSession<I, A>,
    traced: TypedSession<I, A>,
    rows: Vec<I>,
}

impl<I: Input<Form = I>, A: ::axtrace::Output + Enum> Structs<I, A> {
    /// Binds the types to a decision.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn new<'r, R: 'r>(rules: &::axtrace::Rules, decision: &str, rows: &'r [R]) -> Result<Self, String>
    where
        I: From<&'r R>,
    {
        let decision = rules.decision(decision).map_err(|error| error.to_string())?;
        let typed = decision.typed::<I, A>().map_err(|mismatch| mismatch.to_string())?;
        let (session, traced) = (typed.session(Level::None), typed.session(Level::Full));
        Ok(Self { caller: typed.caller(Level::None), session, traced, rows: rows.iter().map(I::from).collect() })
    }
}

impl<I: Input<Form = I>, A: ::axtrace::Output + Enum> Contender for Structs<I, A> {
    fn name(&self) -> &'static str {
        "AxTrace, from structs to enums"
    }

    fn supports(&self, mode: Mode) -> bool {
        mode != Mode::Json
    }

    fn run(&mut self, mode: Mode, out: &mut [u8]) {
        if mode == Mode::Single {
            for (row, answer) in self.rows.iter().zip(out) {
                *answer = self.caller.decide(row).map_or(u8::MAX, |outcome| outcome.place() as u8);
            }
            return;
        }
        let session = if mode == Mode::Batch { &mut self.session } else { &mut self.traced };
        let mut answers = out.iter_mut();
        for (place, row) in self.rows.iter().enumerate() {
            session.push(row);
            if session.is_full() || place + 1 == self.rows.len() {
                let done = session.answer(|answer| {
                    if let (Some(out), Ok(decided)) = (answers.next(), answer) {
                        *out = decided.outcome()?.place() as u8;
                    }
                    Ok::<(), DecideError>(())
                });
                assert!(done.is_ok(), "every input is decided");
            }
        }
    }
}

/// Rows filled by the derives: what a session does with an input before it is decided.
pub struct Derived<I> {
    binding: ::axtrace::runtime::typed::Binding,
    rows: Vec<I>,
    batch: Batch,
    /// The byte of a row that is compared.
    byte: usize,
}

impl<I: Input> Derived<I> {
    /// Binds the type to a decision.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn new<'r, R: 'r>(rules: &::axtrace::Rules, decision: &str, rows: &'r [R], byte: usize) -> Result<Self, String>
    where
        I: From<&'r R>,
    {
        let id = rules.decision(decision).map_err(|error| error.to_string())?.id();
        let meta = &rules.meta().decisions[id.index()];
        let binding =
            ::axtrace::runtime::typed::bind_input(rules.meta(), meta, &I::meant()).map_err(|differences| format!("{differences:?}"))?;
        Ok(Self { binding, rows: rows.iter().map(I::from).collect(), batch: Batch::new(), byte })
    }
}

impl<I: Input> Contender for Derived<I> {
    fn name(&self) -> &'static str {
        "rows filled by the derives"
    }

    fn supports(&self, mode: Mode) -> bool {
        mode == Mode::Batch
    }

    fn run(&mut self, _: Mode, out: &mut [u8]) {
        self.batch.clear();
        for row in &self.rows {
            let written = self.binding.write(&mut self.batch, |place| row.write(place));
            assert!(written.is_ok(), "every input is one of the decision");
        }
        let stride = self.batch.rows().len() / self.rows.len().max(1);
        out.iter_mut().zip(self.batch.rows().chunks_exact(stride.max(1))).for_each(|(answer, row)| *answer = row[self.byte]);
    }
}

impl<I> Derived<I> {
    /// What was filled.
    #[cfg(test)]
    pub fn filled(&self) -> (&[u8], &[u8]) {
        (self.batch.rows(), self.batch.arena())
    }
}

/// Rows filled by code that knows where each value lies, and checks the same ranges.
pub struct Filled<I> {
    inputs: Vec<I>,
    rows: Vec<u8>,
    arena: Vec<u8>,
    fill: fn(&I, &mut Vec<u8>, &mut Vec<u8>) -> Option<()>,
    stride: usize,
    byte: usize,
}

impl Filled<Approval> {
    /// Workload 1.
    pub fn approvals(rows: &[w1::Request]) -> Self {
        let inputs = rows.iter().map(Approval::from).collect();
        Self { inputs, rows: Vec::new(), arena: Vec::new(), fill: fill_request, stride: 40, byte: 22 }
    }
}

impl Filled<Sale> {
    /// Workload 3.
    pub fn sales(rows: &[w3::Order]) -> Self {
        let inputs = rows.iter().map(Sale::from).collect();
        Self { inputs, rows: Vec::new(), arena: Vec::new(), fill: fill_order, stride: 8, byte: 5 }
    }
}

impl<I> Filled<I> {
    /// What was filled.
    #[cfg(test)]
    pub fn filled(&self) -> (&[u8], &[u8]) {
        (&self.rows, &self.arena)
    }
}

impl<I> Contender for Filled<I> {
    fn name(&self) -> &'static str {
        "rows filled by hand"
    }

    fn supports(&self, mode: Mode) -> bool {
        mode == Mode::Batch
    }

    fn run(&mut self, _: Mode, out: &mut [u8]) {
        self.rows.clear();
        self.arena.clear();
        for input in &self.inputs {
            assert!((self.fill)(input, &mut self.rows, &mut self.arena).is_some(), "every input is one of the decision");
        }
        out.iter_mut().zip(self.rows.chunks_exact(self.stride)).for_each(|(answer, row)| *answer = row[self.byte]);
    }
}

fn within(units: i64, lo: i64, hi: i64) -> Option<i64> {
    (units >= lo && units <= hi).then_some(units)
}

fn fill_request(input: &Approval, rows: &mut Vec<u8>, _: &mut Vec<u8>) -> Option<()> {
    let request = &input.request;
    let mut row = [0; 40];
    row[0..8].copy_from_slice(&request.skills.bits().to_le_bytes());
    row[8..16].copy_from_slice(&request.needs.bits().to_le_bytes());
    row[16..18].copy_from_slice(&(request.grade.place() as u16).to_le_bytes());
    row[18..20].copy_from_slice(&(request.site.place() as u16).to_le_bytes());
    row[20..22].copy_from_slice(&(within(request.tenure.into(), 0, 600)? as u16).to_le_bytes());
    row[22..24].copy_from_slice(&(within(request.booked.units(), 0, 100_00)? as u16).to_le_bytes());
    row[24..26].copy_from_slice(&(within(request.hours.units(), 25, 16_00)? as u16).to_le_bytes());
    row[26..28].copy_from_slice(&(within(request.rest.units(), 0, 500_00)? as u16).to_le_bytes());
    row[28..30].copy_from_slice(&(within(request.rate.units(), 0, 200_00)? as u16).to_le_bytes());
    row[30..32].copy_from_slice(&(within(request.confidence.units(), 0, 100_00)? as u16).to_le_bytes());
    row[32] = within(request.age.into(), 14, 80)? as u8;
    row[33] = u8::from(request.night);
    rows.extend_from_slice(&row);
    Some(())
}

fn fill_order(input: &Sale, rows: &mut Vec<u8>, arena: &mut Vec<u8>) -> Option<()> {
    let lines = &input.order.lines;
    let (offset, length) = (arena.len() as u64, within(lines.len() as i64, 1, 50)? as u64);
    for line in lines {
        let mut element = [0; 8];
        element[0..4].copy_from_slice(&(within(line.price.units(), 0, 10_000_00)? as u32).to_le_bytes());
        element[4..6].copy_from_slice(&(within(line.qty.into(), 1, 1_000)? as u16).to_le_bytes());
        element[6..8].copy_from_slice(&(line.kind.place() as u16).to_le_bytes());
        arena.extend_from_slice(&element);
    }
    rows.extend_from_slice(&(offset << 30 | length).to_le_bytes());
    Some(())
}
