//! Numbers that look random and are the same in every run: nothing a prover finds may depend on chance.

/// A generator with a fixed beginning (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator that begins at `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    /// A number between two others, both included.
    pub fn between(&mut self, lo: i128, hi: i128) -> i128 {
        let width = (hi as u128).wrapping_sub(lo as u128);
        let drawn = (u128::from(self.next()) << 64) | u128::from(self.next());
        let offset = if width == u128::MAX { drawn } else { drawn % (width + 1) };
        (lo as u128).wrapping_add(offset) as i128
    }
}
