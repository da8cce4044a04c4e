//! Work that is done on several threads, with results in the order of the work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

/// The most threads: beyond it, the work takes more memory and hardly less time.
const MOST: usize = 16;

/// The results of all jobs, in their order, from threads with so many bytes of stack. Each of them prepares once and takes one job after the
/// other; where the system gives no more threads, those that there are do all of it.
pub fn all<J: Sync, W, R: Send>(jobs: &[J], stack: usize, prepare: impl Fn() -> W + Sync, work: impl Fn(&mut W, &J) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take = || {
        let (mut prepared, mut done) = (prepare(), Vec::new());
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(place) else { return done };
            done.push((place, work(&mut prepared, job)));
        }
    };
    let others = thread::available_parallelism().map_or(1, usize::from).min(jobs.len()).clamp(1, MOST) - 1;
    let mut done = thread::scope(|scope| {
        let start = |_| thread::Builder::new().stack_size(stack).spawn_scoped(scope, take).ok();
        let others: Vec<ScopedJoinHandle<'_, _>> = (0..others).map_while(start).collect();
        let mut done = take();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_in_the_order_of_the_jobs() {
        let jobs: Vec<u64> = (0..1_000).collect();
        assert_eq!(super::all(&jobs, 1 << 20, || 0, |_, job| job * 2), jobs.iter().map(|job| job * 2).collect::<Vec<_>>());
        assert!(super::all(&[], 1 << 20, || (), |(), job: &u64| *job).is_empty());
    }
}
