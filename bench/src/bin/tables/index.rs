//! The index that AxTrace builds, asked directly.

use std::time::Instant;

use axtrace_runtime::table::{Boxes, Cell, Domain, Index, Mode, Work};

use super::Contender;
use super::samples::Sample;

/// An index and what it is asked.
pub struct Ours {
    index: Index,
    columns: usize,
    keys: Vec<i64>,
    built_ms: f64,
}

impl Ours {
    /// Builds the index of first rows.
    pub fn new(sample: &Sample, points: &[Vec<i64>]) -> Self {
        let mut boxes = Boxes::new(sample.columns.iter().map(|(low, high)| Domain { low: *low, high: *high }).collect());
        for row in &sample.rows {
            let cells: Vec<Cell> = row.iter().map(|keys| keys.as_ref().map_or(Cell::Any, |keys| Cell::In(keys))).collect();
            boxes.push(&cells);
        }
        let start = Instant::now();
        let index = Index::build(&boxes, Mode::First);
        let built_ms = start.elapsed().as_secs_f64() * 1e3;
        Self { index, columns: sample.columns.len(), keys: points.concat(), built_ms }
    }

    /// Median and most of nodes and rows visited, bytes a row, and the time it took to build.
    pub fn summary(&self) -> String {
        let mut totals: Vec<u64> = self
            .keys
            .chunks_exact(self.columns)
            .map(|keys| {
                let mut work = Work::default();
                self.index.first_counting(keys, &mut work);
                work.total()
            })
            .collect();
        totals.sort_unstable();
        let report = self.index.report();
        let scan = if report.is_scan { " (scan)" } else { "" };
        let [median, most] = [totals.len() / 2, totals.len() - 1].map(|place| totals[place]);
        format!("{median}, {most}{scan} | {} | {:.1}", report.bytes_per_row(), self.built_ms)
    }
}

impl Contender for Ours {
    fn name(&self) -> &'static str {
        "AxTrace's index"
    }

    fn find(&mut self, from: usize, found: &mut [i32]) {
        let keys = self.keys[from * self.columns..].chunks_exact(self.columns);
        for (row, keys) in found.iter_mut().zip(keys) {
            *row = self.index.first(keys).map_or(-1, |row| row as i32);
        }
    }
}
