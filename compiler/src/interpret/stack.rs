//! Goes on with a fresh stack where nesting has become deep, so that no graph overflows the stack of the caller.

use std::thread;

/// The nesting from which on the caller's stack is no longer used.
const OWN_LEVELS: u32 = 128;

/// How many levels a fresh stack holds.
const FRESH_LEVELS: u32 = 4096;

/// The bytes of a fresh stack. They are reserved, and taken from memory only as far as they are used.
const FRESH_BYTES: usize = 64 << 20;

/// The deepest nesting that is evaluated.
pub(super) const MAX_LEVELS: u32 = 100_000;

/// Runs `work` at a level of nesting, on a fresh stack if the level begins one. `None` when the system gives no stack.
pub(super) fn at_level<T: Send>(level: u32, work: impl FnOnce() -> T + Send) -> Option<T> {
    if level == OWN_LEVELS || level > OWN_LEVELS && level.is_multiple_of(FRESH_LEVELS) { on_fresh_stack(work) } else { Some(work()) }
}

fn on_fresh_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(FRESH_BYTES).spawn_scoped(scope, work).ok()?;
        match thread.join() {
            Ok(value) => Some(value),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
