//! The balance that the entries add up to.

use crate::{Entry, Kind};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    pub available: u32,
    /// Credits set aside for running generations.
    pub held: u32,
    /// The generations they are set aside for.
    pub running: u32,
}

/// What entries that are written together change of the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    pub available: i64,
    pub held: i64,
    /// A hold begins a generation. What ends it is one movement, of one entry or of two.
    pub running: i64,
}

impl Movement {
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let ends = entries.iter().any(|entry| matches!(entry.kind(), Kind::Capture | Kind::Release));
        let begins = entries.iter().any(|entry| entry.kind() == Kind::Hold);
        Self {
            available: entries.iter().map(Entry::available_delta).sum(),
            held: entries.iter().map(Entry::held_delta).sum(),
            running: i64::from(begins) - i64::from(ends),
        }
    }
}

/// The movement takes more credits than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more credits than the wallet has")]
pub struct Overdrawn;

impl Balance {
    /// The balance after `entries`, which are written together.
    ///
    /// # Errors
    /// [`Overdrawn`] when any part would go below zero.
    pub fn after(self, entries: &[Entry]) -> Result<Self, Overdrawn> {
        let moved = |part: u32, delta: i64| u32::try_from(i64::from(part) + delta).map_err(|_| Overdrawn);
        let Movement { available, held, running } = Movement::of(entries);
        Ok(Self { available: moved(self.available, available)?, held: moved(self.held, held)?, running: moved(self.running, running)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Charge;
    use kernel::{GenerationId, SeededRandomness, SystemClock, Timestamp};
    use proptest::prelude::*;
    use std::collections::{BTreeSet, HashMap};

    /// A wallet as the store keeps it: a movement is written with its balance, once per key, or not at all.
    #[derive(Default)]
    struct Book {
        entries: Vec<Entry>,
        keys: BTreeSet<String>,
        balance: Balance,
    }

    impl Book {
        fn write(&mut self, entries: &[Entry]) -> bool {
            let Ok(balance) = self.balance.after(entries) else { return false };
            if entries.iter().any(|entry| self.keys.contains(&entry.key())) {
                return false;
            }
            self.keys.extend(entries.iter().map(Entry::key));
            self.balance = balance;
            self.entries.extend(entries);
            true
        }
    }

    proptest! {
        /// Any mix of generations, captures and releases, each possibly repeated, keeps the books.
        #[test]
        fn sum_of_entries_is_the_balance(starter in 0u32..20, steps in prop::collection::vec((0usize..6, 0u8..4, 1u8..9), 0..60)) {
            let randomness = SeededRandomness::new(3);
            let generations: Vec<GenerationId> = (0..6).map(|_| GenerationId::new(&SystemClock::default(), &randomness)).collect();
            let mut held = HashMap::new();
            let at = Timestamp::UNIX_EPOCH;
            let mut book = Book::default();
            book.write(&[Entry::starter_grant(starter, at)]);
            for (index, step, parts) in steps {
                let id = generations[index];
                let charge = |parts: u8| Charge::Credits(u32::from(parts) * 3);
                if step == 0 {
                    if book.write(&[Entry::hold(id, charge(parts).credits(), at)]) { held.insert(id, parts); }
                } else if let Some(of) = held.remove(&id) {
                    // A generation ends once: the state machine removes it from the running ones in the same transaction.
                    let end = match step {
                        1 => Vec::from_iter(charge(of).capture(id, at)),
                        2 => Vec::from_iter(charge(of).release(id, at)),
                        _ => charge(of).settle(id, parts.min(of) - 1, of, at),
                    };
                    prop_assert!(book.write(&end));
                    prop_assert!(!book.write(&end), "twice is once");
                }
                let available: i64 = book.entries.iter().map(Entry::available_delta).sum();
                let sum_held: i64 = book.entries.iter().map(Entry::held_delta).sum();
                prop_assert_eq!(available, i64::from(book.balance.available));
                prop_assert_eq!(sum_held, i64::from(book.balance.held));
                prop_assert_eq!(sum_held, held.values().map(|parts| i64::from(*parts) * 3).sum::<i64>());
                prop_assert_eq!(book.balance.running as usize, held.len());
            }
        }
    }

    #[test]
    fn a_wallet_never_goes_below_zero() {
        let generation = GenerationId::new(&SystemClock::default(), &SeededRandomness::new(1));
        let balance = Balance { available: 2, held: 0, running: 0 };
        assert_eq!(balance.after(&[Entry::hold(generation, 3, Timestamp::UNIX_EPOCH)]), Err(Overdrawn));
        assert_eq!(balance.after(&[Entry::hold(generation, 2, Timestamp::UNIX_EPOCH)]), Ok(Balance { available: 0, held: 2, running: 1 }));
    }
}
