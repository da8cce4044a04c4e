//! Writes a register of as many loans as it is told, the same every time: the hundred clean records over and over, and of each second one a
//! few fields as another record has them: `cargo run --release --example generate_register -- 100000 register.psv`.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "this is a program for the command line: it reads and writes files and says so"
)]

use std::io::{BufWriter, Error, Write};
use std::path::Path;

/// Where the sequence of numbers begins.
const SEED: u64 = 2024;

fn main() -> std::io::Result<()> {
    let usage = || Error::other("say how many loans, and into which file: `generate_register -- 100000 register.psv`");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [count, file] = &arguments[..] else { return Err(usage()) };
    let count: u64 = count.parse().map_err(|_| usage())?;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hmda/data");
    let columns = std::fs::read_to_string(data.join("loan_columns.txt"))?;
    let filed = std::fs::read_to_string(data.join("bank1_clean_100_rows_2024.txt"))?;
    let clean: Vec<Vec<&str>> = filed.lines().skip(1).map(|line| line.split('|').collect()).collect();
    let mut out = BufWriter::new(std::fs::File::create(file)?);
    writeln!(out, "case_id|{}", columns.lines().collect::<Vec<_>>().join("|"))?;
    let mut numbers = Numbers(SEED);
    for loan in 0..count {
        writeln!(out, "{loan}|{}", varied(&clean, loan, &mut numbers).join("|"))?;
    }
    out.flush()?;
    println!("{count} loans in {file}");
    Ok(())
}

/// A clean record; of each second one up to four fields are those of other records.
fn varied<'a>(clean: &[Vec<&'a str>], loan: u64, numbers: &mut Numbers) -> Vec<&'a str> {
    let mut record = clean[(loan % clean.len() as u64) as usize].clone();
    if loan % 2 == 1 {
        for _ in 0..=numbers.below(4) {
            let (other, field) = (numbers.below(clean.len()), numbers.below(record.len()));
            record[field] = clean[other][field];
        }
    }
    record
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
