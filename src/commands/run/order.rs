//! Workers that decide blocks, and write what they make of them in the order of the file.
//!
//! Whoever is free takes the next block. What is made of a block waits until it is its turn; when too much waits, so do the workers: memory
//! does not grow with the file.

use std::collections::BTreeMap;
use std::io::Write;
use std::panic::resume_unwind;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::block::Block;
use crate::commands::Stop;
use crate::commands::input::Inputs;

/// So much of a block is written as soon as it is its turn, though there is more.
const ENOUGH: usize = 4 << 20;

/// The blocks of a file, for whoever takes the next.
struct Source {
    inputs: Inputs,
    /// The place of the next block, and the number of inputs before it.
    next: u64,
    seen: u64,
    ended: bool,
}

/// What was made of blocks.
struct Output<'o> {
    to: Box<dyn Write + Send + 'o>,
    /// The block whose turn it is.
    turn: u64,
    /// What waits for its turn.
    waiting: BTreeMap<u64, Made>,
    /// What is written over by those who come next.
    spare: Vec<String>,
    /// Why nothing more is written.
    stopped: Option<Stop>,
    abandoned: bool,
}

/// What became of a block: its lines, and why there are no more.
struct Made {
    lines: String,
    stop: Option<Stop>,
}

struct Shared<'o> {
    source: Mutex<Source>,
    output: Mutex<Output<'o>>,
    turned: Condvar,
    /// How many blocks may wait.
    most: usize,
}

/// Where a worker puts the lines of a block.
pub struct Lines<'s, 'o> {
    shared: &'s Shared<'o>,
    place: u64,
    /// Lines that are not written yet.
    pub text: String,
}

/// Decides blocks.
pub trait Work {
    /// Decides a block and gives its lines.
    ///
    /// # Errors
    /// When nothing more is to be decided.
    fn block(&mut self, block: &Block, lines: &mut Lines) -> Result<(), Stop>;
}

/// Decides all inputs with these workers, each on a thread of its own, or the only one on this one. Gives how many inputs there were.
///
/// # Errors
/// The first in the order of the file that keeps a worker from going on; all before it is written.
pub fn all<W: Work + Send>(inputs: Inputs, to: Box<dyn Write + Send + '_>, workers: &mut [W]) -> Result<u64, Stop> {
    let output = Output { to, turn: 0, waiting: BTreeMap::new(), spare: Vec::new(), stopped: None, abandoned: false };
    let source = Source { inputs, next: 0, seen: 0, ended: false };
    let shared = Shared { source: Mutex::new(source), output: Mutex::new(output), turned: Condvar::new(), most: workers.len() * 2 };
    match workers {
        [one] => shared.decide(one),
        many => std::thread::scope(|scope| {
            let threads: Vec<_> = many.iter_mut().map(|worker| scope.spawn(|| shared.decide(worker))).collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }),
    }
    let mut output = shared.output.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(stop) = output.stopped {
        return Err(stop);
    }
    output.to.flush()?;
    Ok(shared.source.into_inner().unwrap_or_else(PoisonError::into_inner).seen)
}

/// Lets nobody wait for a worker that is gone.
struct Watch<'s, 'o>(&'s Shared<'o>);

impl Drop for Watch<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.output().abandoned = true;
            self.0.turned.notify_all();
        }
    }
}

impl<'o> Shared<'o> {
    fn output(&self) -> MutexGuard<'_, Output<'o>> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decide(&self, worker: &mut impl Work) {
        let _watch = Watch(self);
        let mut block = Block::default();
        while let Some((place, stop)) = self.take(&mut block) {
            let text = self.output().spare.pop().unwrap_or_default();
            let mut lines = Lines { shared: self, place, text };
            let stop = worker.block(&block, &mut lines).err().or(stop);
            if !self.put(place, Made { lines: lines.text, stop }) {
                return;
            }
        }
    }

    /// Takes the next block; none when there is none. With it comes why there is none after it.
    fn take(&self, block: &mut Block) -> Option<(u64, Option<Stop>)> {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        if source.ended {
            return None;
        }
        let first = source.seen + 1;
        let stop = block.fill(&mut source.inputs, first).err();
        source.ended = stop.is_some() || block.len() == 0;
        source.seen += block.len() as u64;
        let place = source.next;
        source.next += 1;
        (block.len() > 0 || stop.is_some()).then_some((place, stop))
    }

    /// Writes what was made of a block, or lets it wait for its turn; `false` when nothing more is written.
    fn put(&self, place: u64, made: Made) -> bool {
        let mut output = self.output();
        while output.turn != place && output.waiting.len() >= self.most && !output.is_over() {
            output = self.turned.wait(output).unwrap_or_else(PoisonError::into_inner);
        }
        output.waiting.insert(place, made);
        output.write_waiting();
        self.turned.notify_all();
        !output.is_over()
    }

    /// Waits for the turn of a block; `false` when nothing more is written.
    fn wait_for(&self, place: u64) -> Option<MutexGuard<'_, Output<'o>>> {
        let mut output = self.output();
        while output.turn != place && !output.is_over() {
            output = self.turned.wait(output).unwrap_or_else(PoisonError::into_inner);
        }
        (!output.is_over()).then_some(output)
    }
}

impl Output<'_> {
    fn is_over(&self) -> bool {
        self.abandoned || self.stopped.is_some()
    }

    /// Writes what waits, as far as it is its turn.
    fn write_waiting(&mut self) {
        while !self.is_over()
            && let Some(made) = self.waiting.remove(&self.turn)
        {
            let written = self.to.write_all(made.lines.as_bytes());
            self.stopped = written.err().map(Stop::Output).or(made.stop);
            self.turn += 1;
            let mut spare = made.lines;
            spare.clear();
            spare.shrink_to(ENOUGH);
            self.spare.push(spare);
        }
    }
}

impl Lines<'_, '_> {
    /// Writes what there is when it is much; waits for it to be its turn.
    ///
    /// # Errors
    /// When nothing more is written.
    pub fn relieve(&mut self) -> Result<(), Stop> {
        if self.text.len() < ENOUGH {
            return Ok(());
        }
        if let Some(mut output) = self.shared.wait_for(self.place) {
            output.to.write_all(self.text.as_bytes())?;
        }
        self.text.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufReader};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::commands::run::block::Given;
    use crate::records::{Form, Records};

    /// Counts the lines that are written.
    #[derive(Clone, Default)]
    struct Counted {
        text: Arc<Mutex<String>>,
        lines: Arc<AtomicU64>,
    }

    impl Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8_lossy(bytes);
            self.lines.fetch_add(text.matches('\n').count() as u64, Ordering::SeqCst);
            self.text.lock().unwrap().push_str(&text);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Gives each input back; some take longer than others. Stops at one that says so.
    struct Echo<'w> {
        written: &'w AtomicU64,
        furthest: &'w AtomicU64,
    }

    impl Work for Echo<'_> {
        fn block(&mut self, block: &Block, lines: &mut Lines) -> Result<(), Stop> {
            let ahead = block.first - 1 - self.written.load(Ordering::SeqCst).min(block.first - 1);
            self.furthest.fetch_max(ahead, Ordering::SeqCst);
            for given in block.inputs() {
                let Given::Json(_, bytes) = given else { continue };
                let text = String::from_utf8_lossy(bytes);
                match &*text {
                    "stop" => return Err(Stop::usage("stopped")),
                    "slow" => (0..500).for_each(|_| std::thread::yield_now()),
                    "panic" => panic!("a worker gives up"),
                    "much" => {
                        lines.text.push_str(&"m".repeat(ENOUGH));
                    }
                    _ => {}
                }
                lines.text.push_str(&text);
                lines.text.push('\n');
                lines.relieve()?;
            }
            Ok(())
        }
    }

    /// What workers write of a text, how far the furthest was ahead, and how it ended.
    fn run(text: String, workers: usize) -> (String, u64, Result<u64, Stop>) {
        let bytes: Box<dyn io::Read + Send> = Box::new(io::Cursor::new(text.into_bytes()));
        let inputs = Inputs::Json(Records::new(BufReader::new(bytes), Some(Form::Lines)));
        let (to, furthest) = (Counted::default(), AtomicU64::new(0));
        let written = to.lines.clone();
        let mut workers: Vec<_> = (0..workers).map(|_| Echo { written: &written, furthest: &furthest }).collect();
        let ended = all(inputs, Box::new(to.clone()), &mut workers);
        let text = to.text.lock().unwrap().clone();
        (text, furthest.load(Ordering::SeqCst), ended)
    }

    fn text(lines: u64, word: impl Fn(u64) -> Option<&'static str>) -> String {
        (0..lines).map(|n| word(n).map_or_else(|| format!("{n}\n"), |word| format!("{word}\n"))).collect()
    }

    #[test]
    fn lines_are_written_in_order_and_nobody_runs_far_ahead() {
        let given = text(100_000, |n| (n % 20_000 == 7).then_some("slow"));
        for workers in [1, 2, 5] {
            let (text, furthest, ended) = run(given.clone(), workers);
            assert!(text == given && ended.is_ok_and(|seen| seen == 100_000), "{workers} workers");
            let most = (workers as u64 * 3 + 1) * 1024;
            assert!(furthest <= most, "{furthest} inputs ahead with {workers} workers");
        }
    }

    #[test]
    fn what_stops_a_worker_stops_all_in_its_place() {
        let given = text(50_000, |n| (n == 30_000).then_some("stop"));
        for workers in [1, 3] {
            let (text, _, ended) = run(given.clone(), workers);
            assert_eq!((text.lines().count(), ended.is_err()), (30_000, true));
            assert!(given.starts_with(&text));
        }
    }

    #[test]
    fn much_is_written_before_its_block_ends() {
        let given = text(5_000, |n| (n % 1500 == 3).then_some("much"));
        let (text, ..) = run(given.clone(), 2);
        assert_eq!(text.replace("mmm", "").replace('m', "").lines().count(), given.lines().count());
        assert_eq!(text.len(), given.len() + 4 * ENOUGH);
    }

    #[test]
    fn nobody_waits_for_a_worker_that_is_gone() {
        let given = text(50_000, |n| (n == 2_000).then_some("panic"));
        let gone = std::panic::catch_unwind(|| run(given, 3));
        assert!(gone.is_err());
    }
}
