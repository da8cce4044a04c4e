//! Measures AxTrace beside hand-written Rust and its peers: `cargo run --release [--features peers] [-- TURNS [MILLISECONDS]]`; and the
//! program from file to file: `cargo run --release -- stream PROGRAM [MEGABYTES [TURNS]]`.

#![allow(clippy::disallowed_macros, reason = "this is a command line, which prints")]

mod axtrace;
mod clock;
mod decimal;
mod harness;
#[cfg(feature = "peers")]
mod peers;
mod random;
#[cfg(feature = "peers")]
mod roto;
mod stream;
mod structs;
#[cfg(test)]
mod tests;
mod w1;
mod w3;

use std::process::ExitCode;

use harness::{Contender, Effort, compare};

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), String> {
    if std::env::args().nth(1).as_deref() == Some("stream") {
        println!("{}", stream::measure(std::env::args().skip(2))?);
        return Ok(());
    }
    let effort = effort()?;
    println!("Median CPU time of {} turns of at least {} ms each.\n", effort.turns, effort.turn_ns / 1_000_000);
    println!("{}", shift_approval(effort)?);
    println!("{}", order_discount(effort)?);
    println!("{}", filling(effort)?);
    Ok(())
}

fn effort() -> Result<Effort, String> {
    let mut numbers = Vec::new();
    for word in std::env::args().skip(1) {
        numbers.push(word.parse::<u64>().map_err(|_| format!("`{word}` is no number; write `TURNS [MILLISECONDS]`"))?);
    }
    let turns = numbers.first().map_or(9, |turns| (*turns).max(1) as usize);
    Ok(Effort { turns, turn_ns: numbers.get(1).map_or(50, |ms| *ms) * 1_000_000 })
}

fn shift_approval(effort: Effort) -> Result<String, String> {
    let inputs = w1::generate(1);
    let rules = axtrace::rules("rules/w1.ax", include_str!("../rules/w1.ax"))?;
    let mut contenders: Vec<Box<dyn Contender + '_>> = vec![Box::new(w1::hand::Hand::new(&inputs))];
    contenders.push(Box::new(axtrace::AxTrace::new(&rules, "approval", &inputs.json)?));
    contenders.push(Box::new(structs::Structs::<structs::Approval, structs::Verdict>::new(&rules, "approval", &inputs.rows)?));
    #[cfg(feature = "peers")]
    {
        use peers::{add, cedar::Cedar, cel::Cel, datalogic::Datalogic, rego::Regorus, zen::Zen};
        contenders.push(Box::new(roto::ShiftApproval::new(&inputs)?));
        add(&mut contenders, Datalogic::new(include_str!("../rules/w1.jsonlogic.json"), &inputs.json));
        add(&mut contenders, Cel::new(include_str!("../rules/w1.cel"), "request", &inputs.json));
        add(&mut contenders, Regorus::new(include_str!("../rules/w1.rego"), "data.w1.verdict", &inputs.json));
        add(&mut contenders, Zen::shift_approval(&inputs.json));
        let hundredths = inputs.rows.iter().map(w1::to_hundredths).collect();
        add(&mut contenders, Cedar::new(include_str!("../rules/w1.cedar"), hundredths));
    }
    compare("W1 shift approval: eight ordered rules over a flat record", w1::INPUTS, &mut contenders, effort)
}

fn order_discount(effort: Effort) -> Result<String, String> {
    let inputs = w3::generate(3);
    #[cfg(feature = "peers")]
    let cents: Vec<String> = inputs.rows.iter().map(w3::to_cents).collect();
    let rules = axtrace::rules("rules/w3.ax", include_str!("../rules/w3.ax"))?;
    let mut contenders: Vec<Box<dyn Contender + '_>> = vec![Box::new(w3::hand::Hand::new(&inputs))];
    contenders.push(Box::new(axtrace::AxTrace::new(&rules, "discount", &inputs.json)?));
    contenders.push(Box::new(structs::Structs::<structs::Sale, structs::Discount>::new(&rules, "discount", &inputs.rows)?));
    #[cfg(feature = "peers")]
    {
        use peers::{add, cel::Cel, datalogic::Datalogic, rego::Regorus, zen::Zen};
        contenders.push(Box::new(roto::OrderDiscount::new(&inputs)?));
        add(&mut contenders, Datalogic::new(include_str!("../rules/w3.jsonlogic.json"), &cents));
        add(&mut contenders, Cel::new(include_str!("../rules/w3.cel"), "order", &cents));
        add(&mut contenders, Regorus::new(include_str!("../rules/w3.rego"), "data.w3.discount", &cents));
        add(&mut contenders, Zen::order_discount(&inputs.json));
    }
    compare("W3 order discount: a sum, a `some` and tiers over 50 lines", w3::INPUTS, &mut contenders, effort)
}

/// From structs to rows, nothing decided.
fn filling(effort: Effort) -> Result<String, String> {
    let (requests, orders) = (w1::generate(1), w3::generate(3));
    let rules = axtrace::rules("rules/w1.ax", include_str!("../rules/w1.ax"))?;
    let mut contenders: Vec<Box<dyn Contender>> = vec![Box::new(structs::Filled::approvals(&requests.rows))];
    contenders.push(Box::new(structs::Derived::<structs::Approval>::new(&rules, "approval", &requests.rows, 22)?));
    let first = compare("W1, rows filled from structs", w1::INPUTS, &mut contenders, effort)?;
    let rules = axtrace::rules("rules/w3.ax", include_str!("../rules/w3.ax"))?;
    let mut contenders: Vec<Box<dyn Contender>> = vec![Box::new(structs::Filled::sales(&orders.rows))];
    contenders.push(Box::new(structs::Derived::<structs::Sale>::new(&rules, "discount", &orders.rows, 5)?));
    let second = compare("W3, rows filled from structs", w3::INPUTS, &mut contenders, effort)?;
    Ok(format!("{first}\n{second}"))
}
