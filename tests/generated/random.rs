//! Numbers without a pattern, the same for the same seed.

/// A source of numbers: SplitMix64.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// The numbers of one stream of a seed.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed ^ stream.wrapping_mul(0xd129_0d3b_9e37_79b9));
        random.next();
        random
    }

    /// Any 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of some.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A number of a range, both ends included.
    pub fn between(&mut self, lo: i128, hi: i128) -> i128 {
        let wide = (u128::from(self.next()) << 64 | u128::from(self.next())) >> 1;
        match hi.checked_sub(lo).and_then(|span| span.checked_add(1)) {
            Some(count) => lo + (wide as i128).rem_euclid(count.max(1)),
            None => wide as i128,
        }
    }
}
