//! Randomness as a port: ids, codes and seeds come from here alone.

use std::sync::Mutex;

use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};

pub trait Randomness: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);

    /// Uniform below `bound`, without modulo bias.
    fn below(&self, bound: u32) -> u32 {
        // Values past the last whole multiple of `bound` would favour small results: draw again.
        let zone = u32::MAX - u32::MAX % bound;
        loop {
            let mut bytes = [0; 4];
            self.fill(&mut bytes);
            let drawn = u32::from_be_bytes(bytes);
            if drawn < zone {
                return drawn % bound;
            }
        }
    }
}

/// The operating system's cryptographic generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        // A host without entropy must not hand out guessable codes: stop rather than go on.
        #[allow(clippy::expect_used)]
        SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
    }
}

/// A repeatable generator for tests.
#[derive(Debug)]
pub struct SeededRandomness(Mutex<StdRng>);

impl SeededRandomness {
    /// The same `seed` gives the same bytes.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_below_their_bound_and_reach_every_value() {
        let randomness = SeededRandomness::new(7);
        let mut seen = [false; 10];
        for _ in 0..1_000 {
            seen[randomness.below(10) as usize] = true;
        }
        assert_eq!(seen, [true; 10]);
    }

    #[test]
    fn the_same_seed_repeats() {
        let (mut a, mut b) = ([0; 16], [0; 16]);
        SeededRandomness::new(1).fill(&mut a);
        SeededRandomness::new(1).fill(&mut b);
        assert_eq!(a, b);
    }
}
