//! Text as it is read on after a slip: what was certainly meant stands in place of what was written.
//!
//! A slip is told once, where it is. What stands around it is then read as if it had been written right, so that it hides no other error and
//! nothing is said that only follows from it. Places are always those of the file as it is written.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

/// What is read in place of a stretch of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mend {
    /// Where the stretch begins in the file.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What is read instead.
    pub instead: Cow<'static, str>,
}

impl Mend {
    pub fn new(start: u32, end: u32, instead: impl Into<Cow<'static, str>>) -> Self {
        Self { start, end, instead: instead.into() }
    }

    /// Whether both concern the same characters.
    pub fn touches(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end || self.start == other.start
    }
}

/// The most stretches of a file that are read mended: who has more slips has another trouble.
const MOST: usize = 1_000;

/// The mended texts of one file, which stay where they are while something is read from them.
#[derive(Default)]
pub(crate) struct Texts {
    /// Made when the first text is kept: few files have slips.
    slots: OnceCell<Box<[OnceCell<String>]>>,
    used: Cell<usize>,
}

impl Texts {
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether no more texts are kept.
    pub fn is_full(&self) -> bool {
        self.used.get() >= MOST
    }

    /// Keeps a text; `None` if there are too many already.
    pub fn keep(&self, text: String) -> Option<&str> {
        let slots = self.slots.get_or_init(|| (0..MOST).map(|_| OnceCell::new()).collect());
        let slot = slots.get(self.used.get())?;
        self.used.set(self.used.get() + 1);
        Some(slot.get_or_init(|| text))
    }
}

/// A stretch of the file with its mends made, which are in order and touch nothing twice.
pub(crate) fn mended(text: &str, start: u32, end: u32, mends: &[Mend]) -> String {
    let (mut mended, mut at) = (String::with_capacity((end - start) as usize + 16), start);
    for mend in mends {
        mended.push_str(&text[at as usize..mend.start as usize]);
        mended.push_str(&mend.instead);
        at = mend.end;
    }
    mended.push_str(&text[at as usize..end as usize]);
    mended
}

/// Where a place of a mended text lies in the file: what stands instead of a stretch begins and ends with it. `ends` says that the place is
/// an end, which lies behind what ends there.
pub(crate) fn place_in_file(start: u32, mends: &[Mend], at: u32, ends: bool) -> u32 {
    // The same place in both texts, which advances from mend to mend.
    let (mut read, mut written) = (0, start);
    for mend in mends {
        let begins = read + (mend.start - written);
        if at < begins || at == begins && ends {
            break;
        }
        let behind = begins + mend.instead.len() as u32;
        if at < behind || at == behind && ends {
            return if at == begins { mend.start } else { mend.end };
        }
        (read, written) = (behind, mend.end);
    }
    written + (at - read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_to_the_file() {
        let text = "xx si a && b yy";
        let mends = [Mend::new(3, 5, "when"), Mend::new(8, 10, "and")];
        let read = mended(text, 3, 12, &mends);
        assert_eq!(read, "when a and b");
        let place = |at, ends| place_in_file(3, &mends, at, ends);
        assert_eq!((place(0, false), place(4, true)), (3, 5));
        assert_eq!((place(5, false), place(6, true)), (6, 7));
        assert_eq!((place(7, false), place(10, true)), (8, 10));
        assert_eq!((place(11, false), place(12, true)), (11, 12));
        assert_eq!(place(2, false), 5);
    }
}
