//! The balance that the entries add up to.

use crate::Entry;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    pub available: u32,
    /// Credits set aside for running generations.
    pub held: u32,
}

/// The movement takes more credits than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more credits than the wallet has")]
pub struct Overdrawn;

impl Balance {
    /// The balance after `entry`.
    ///
    /// # Errors
    /// [`Overdrawn`] when either part would go below zero.
    pub fn after(self, entry: &Entry) -> Result<Self, Overdrawn> {
        let moved = |part: u32, delta: i64| u32::try_from(i64::from(part) + delta).map_err(|_| Overdrawn);
        Ok(Self { available: moved(self.available, entry.available_delta())?, held: moved(self.held, entry.held_delta())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        fn write(&mut self, entry: Entry) -> bool {
            let Ok(balance) = self.balance.after(&entry) else { return false };
            if !self.keys.insert(entry.key()) {
                return false;
            }
            self.balance = balance;
            self.entries.push(entry);
            true
        }
    }

    proptest! {
        /// Any mix of generations, captures and releases, each possibly repeated, keeps the books.
        #[test]
        fn sum_of_entries_is_the_balance(starter in 0u32..20, steps in prop::collection::vec((0usize..6, 0u8..3, 1u32..9), 0..60)) {
            let randomness = SeededRandomness::new(3);
            let generations: Vec<GenerationId> = (0..6).map(|_| GenerationId::new(&SystemClock::default(), &randomness)).collect();
            let mut held = HashMap::new();
            let mut book = Book::default();
            book.write(Entry::starter_grant(starter, Timestamp::UNIX_EPOCH));
            for (index, step, credits) in steps {
                let id = generations[index];
                match step {
                    0 => if book.write(Entry::hold(id, credits, Timestamp::UNIX_EPOCH)) { held.insert(id, credits); },
                    // A generation ends once: the state machine removes it from the running ones in the same transaction.
                    1 => if let Some(credits) = held.remove(&id) { prop_assert!(book.write(Entry::capture(id, credits, Timestamp::UNIX_EPOCH))); },
                    _ => if let Some(credits) = held.remove(&id) { prop_assert!(book.write(Entry::release(id, credits, Timestamp::UNIX_EPOCH))); },
                }
                let available: i64 = book.entries.iter().map(Entry::available_delta).sum();
                let sum_held: i64 = book.entries.iter().map(Entry::held_delta).sum();
                prop_assert_eq!(available, i64::from(book.balance.available));
                prop_assert_eq!(sum_held, i64::from(book.balance.held));
                prop_assert_eq!(sum_held, held.values().map(|c| i64::from(*c)).sum::<i64>());
            }
        }
    }

    #[test]
    fn a_wallet_never_goes_below_zero() {
        let generation = GenerationId::new(&SystemClock::default(), &SeededRandomness::new(1));
        let balance = Balance { available: 2, held: 0 };
        assert_eq!(balance.after(&Entry::hold(generation, 3, Timestamp::UNIX_EPOCH)), Err(Overdrawn));
        assert_eq!(balance.after(&Entry::hold(generation, 2, Timestamp::UNIX_EPOCH)), Ok(Balance { available: 0, held: 2 }));
    }
}
