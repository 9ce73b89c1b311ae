//! How long to wait before a write is tried again.

use std::time::Duration;

use kernel::Randomness;

/// Maximum tries when another write is in the way: a wallet under a hundred concurrent generations settles well within them.
pub const TRIES: u32 = 10;

/// The bound of the first wait; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(30);
const LONGEST: Duration = Duration::from_millis(800);

/// The wait after try `tried`, counted from 0, with full jitter: anything from nothing to the bound, so that those who met once do not meet again.
pub(crate) fn wait(randomness: &dyn Randomness, tried: u32) -> Duration {
    let bound = FIRST.saturating_mul(1 << tried.min(10)).min(LONGEST);
    let most = u32::try_from(bound.as_micros()).unwrap_or(u32::MAX - 1);
    Duration::from_micros(u64::from(randomness.below(most + 1)))
}

#[cfg(test)]
mod tests {
    use kernel::SeededRandomness;

    use super::*;

    #[test]
    fn waits_are_spread_from_nothing_to_a_bound_that_doubles_and_ends() {
        let randomness = SeededRandomness::new(1);
        let longest = |tried| (0..2_000).map(|_| wait(&randomness, tried)).max().unwrap();
        let shortest = |tried| (0..2_000).map(|_| wait(&randomness, tried)).min().unwrap();
        for (tried, bound) in [(0, 30), (1, 60), (4, 480), (5, 800), (9, 800)] {
            let bound = Duration::from_millis(bound);
            assert!(longest(tried) <= bound && longest(tried) > bound * 9 / 10, "{tried}");
            assert!(shortest(tried) < bound / 10, "{tried}");
        }
    }
}
