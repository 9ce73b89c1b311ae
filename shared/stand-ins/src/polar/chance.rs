//! Chance that repeats: the same seed gives the same ids and the same accidents.

use kernel::{Randomness, SeededRandomness};
use uuid::Builder;

#[derive(Debug)]
pub(super) struct Chance(SeededRandomness);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(SeededRandomness::new(seed))
    }

    /// Below `bound`; 0 below 0.
    pub(super) fn below(&self, bound: u32) -> u32 {
        self.0.below(bound.max(1))
    }

    /// Whether something happens that does in so many cases of a hundred.
    pub(super) fn happens(&self, percent: u8) -> bool {
        self.below(100) < u32::from(percent)
    }

    pub(super) fn uuid(&self) -> String {
        let mut random = [0; 16];
        self.0.fill(&mut random);
        Builder::from_random_bytes(random).into_uuid().hyphenated().to_string()
    }

    /// So many small letters.
    pub(super) fn text(&self, length: usize) -> String {
        (0..length).filter_map(|_| char::from_digit(self.below(26) + 10, 36)).collect()
    }
}
