//! Threads that take orders from a queue, decide each, and keep a line of JSON that says why: `cargo run --example worker`.
//!
//! It is how a service embeds rules, without the service around it: rules are compiled once and checked against the types of the program;
//! each thread has a `Caller` with memory of its own; and when the rules change, the next order is decided by the new ones, without a pause.
//! Where the old rules and the new ones disagree about the types, the old ones stay.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;

use axtrace::values::{Decimal, ValueError};
use axtrace::{DecideError, Enum, Input, Level, Outcome, TypedDecision};

/// An order, as the program has it.
#[derive(Debug, Clone, Input)]
pub struct Order {
    number: String,
    country: Country,
    lines: Vec<Line>,
    #[axtrace(unit = "EUR")]
    paid: Decimal<2>,
}

/// One line of it.
#[derive(Debug, Clone, Input)]
pub struct Line {
    article: String,
    pieces: u16,
    #[axtrace(unit = "EUR")]
    price: Decimal<2>,
}

/// Where it goes.
#[derive(Debug, Clone, Copy, Enum)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Country {
    At,
    Ch,
    De,
    Fr,
}

/// What the rules say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Verdict {
    Ship,
    Hold,
}

/// The parameters of the decision.
#[derive(Debug, Input)]
pub struct Question<'a> {
    order: &'a Order,
}

/// The decision, bound to these types.
pub type Shipping = TypedDecision<Question<'static>, Outcome<Verdict>>;

/// The rules in force, which all threads share and anybody may replace.
#[derive(Debug)]
pub struct Desk(RwLock<Arc<Shipping>>);

impl Desk {
    /// A desk with rules.
    pub fn new(text: &str) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self(RwLock::new(Arc::new(load(text)?))))
    }

    /// Changes to other rules, if they compile and fit.
    pub fn change(&self, text: &str) -> Result<(), Box<dyn std::error::Error>> {
        let shipping = Arc::new(load(text)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = shipping;
        Ok(())
    }

    fn in_force(&self) -> Arc<Shipping> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn load(text: &str) -> Result<Shipping, Box<dyn std::error::Error>> {
    let rules = axtrace::compile_text(text)?;
    Ok(rules.decision("shipping")?.typed::<Question<'_>, Outcome<Verdict>>()?)
}

/// What one thread did: how often each outcome came about, and a line for each order.
#[derive(Debug, Default)]
pub struct Done {
    /// How often, by what was decided.
    pub counts: BTreeMap<String, usize>,
    /// What was decided and why, as JSON, by the order's number.
    pub log: Vec<(String, String)>,
}

/// Decides orders until there are no more.
pub fn work(desk: &Desk, orders: &Mutex<Receiver<Order>>) -> Result<Done, DecideError> {
    let mut shipping = desk.in_force();
    let mut caller = shipping.caller(Level::Record);
    let mut done = Done::default();
    loop {
        let next = orders.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(order) = next else { return Ok(done) };
        let now = desk.in_force();
        if !Arc::ptr_eq(&now, &shipping) {
            caller = now.caller(Level::Record);
            shipping = now;
        }
        let (outcome, line) = match caller.decide(&Question { order: &order }) {
            Ok(Outcome::Decided(verdict)) => (format!("{verdict:?}").to_lowercase(), caller.json()?),
            Ok(Outcome::Referred(referral)) => (format!("asked: {}", referral.title), caller.json()?),
            // An order that is none of the declared ones is said to be so, in its place; all others go on.
            Err(DecideError::Input(errors)) => ("refused".to_owned(), errors.to_string()),
            Err(error) => return Err(error),
        };
        *done.counts.entry(outcome).or_default() += 1;
        done.log.push((order.number, line));
    }
}

/// Puts orders into the queue of a few threads, and changes the rules once half of them are there.
pub fn run(rules: &str, changed: &str, threads: usize, orders: &[Order]) -> Result<Done, Box<dyn std::error::Error>> {
    let desk = Desk::new(rules)?;
    let (queue, waiting) = sync_channel(64);
    let waiting = Mutex::new(waiting);
    let all = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(&desk, &waiting))).collect();
        for (place, order) in orders.iter().enumerate() {
            if place == orders.len() / 2 {
                desk.change(changed)?;
            }
            queue.send(order.clone())?;
        }
        drop(queue);
        let mut all = Done::default();
        for worker in workers {
            let done = worker.join().map_err(|_| "a thread panicked")??;
            done.counts.into_iter().for_each(|(outcome, count)| *all.counts.entry(outcome).or_default() += count);
            all.log.extend(done.log);
        }
        Ok::<_, Box<dyn std::error::Error>>(all)
    })?;
    Ok(all)
}

/// Some orders: small and large, paid and not, and one with more pieces than the rules allow.
pub fn orders(count: u16) -> Result<Vec<Order>, ValueError> {
    let order = |number: u16| {
        let price = Decimal::from_units(99 + i64::from(number % 40) * 100);
        let line = Line { article: "desk lamp".to_owned(), pieces: 1 + number % 200, price };
        let total = price.units() * i64::from(line.pieces) * 2;
        let paid = Decimal::from_units(if number.is_multiple_of(7) { total / 2 } else { total });
        let country = [Country::De, Country::At, Country::Ch, Country::Fr][usize::from(number % 4)];
        let mut order = Order { number: format!("A-{number}"), country, lines: vec![line.clone(), line], paid };
        if number == 13 {
            order.lines[0].pieces = 1_001;
        }
        Ok(order)
    };
    (0..count).map(order).collect()
}

/// The report of a run.
pub fn report(done: &Done) -> String {
    let mut out = String::new();
    for (outcome, count) in &done.counts {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{count:>5}  {outcome}");
    }
    out
}

#[allow(dead_code, reason = "the test that runs the example includes it as a module")]
#[allow(clippy::disallowed_macros, reason = "an example prints")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rules = include_str!("shop/shipping.ax");
    let changed = rules.replace("= 5_000.00 EUR", "= 8_000.00 EUR");
    let done = run(rules, &changed, 4, &orders(1000)?)?;
    print!("{}", report(&done));
    if let Some((_, line)) = done.log.iter().find(|(number, _)| number == "A-14") {
        println!("\n{line}");
    }
    Ok(())
}
