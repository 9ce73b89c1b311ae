//! The balance that the entries add up to.

use crate::{Entry, Kind};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// Below zero when bought credits were taken back that had been used: then nothing begins until new ones came in.
    pub available: i64,
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
    /// The credits that must be available before: those that are held. A claw-back takes what is not there, too.
    pub needed: Option<i64>,
}

impl Movement {
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let ends = entries.iter().any(|entry| matches!(entry.kind(), Kind::Capture | Kind::Release));
        let granted: i64 = entries.iter().filter(|entry| entry.kind() == Kind::Grant).map(Entry::available_delta).sum();
        let holds = || entries.iter().filter(|entry| entry.kind() == Kind::Hold);
        let begins = holds().next().is_some();
        Self {
            available: entries.iter().map(Entry::available_delta).sum(),
            held: entries.iter().map(Entry::held_delta).sum(),
            running: i64::from(begins) - i64::from(ends),
            // What is granted with it need not be there before; where that is all of it, a wallet below zero is no matter.
            needed: begins.then(|| holds().map(Entry::held_delta).sum::<i64>() - granted).filter(|needed| granted == 0 || *needed > 0),
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
    /// [`Overdrawn`] when more would be held than is available, or more spent or released than is held.
    pub fn after(self, entries: &[Entry]) -> Result<Self, Overdrawn> {
        let moved = |part: u32, delta: i64| u32::try_from(i64::from(part) + delta).map_err(|_| Overdrawn);
        let Movement { available, held, running, needed } = Movement::of(entries);
        if needed.is_some_and(|needed| self.available < needed) {
            return Err(Overdrawn);
        }
        let available = self.available.checked_add(available).ok_or(Overdrawn)?;
        Ok(Self { available, held: moved(self.held, held)?, running: moved(self.running, running)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Charge;
    use kernel::{GenerationId, OrderId, SeededRandomness, SystemClock, Timestamp};
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
        /// Any mix of generations, captures, releases, purchases and what is taken back of them, each possibly repeated, keeps the books.
        #[test]
        fn sum_of_entries_is_the_balance(starter in 0u32..20, steps in prop::collection::vec((0usize..6, 0u8..7, 1u8..9), 0..60)) {
            let randomness = SeededRandomness::new(3);
            let generations: Vec<GenerationId> = (0..6).map(|_| GenerationId::new(&SystemClock::default(), &randomness)).collect();
            let orders: Vec<OrderId> = (0..6).map(|_| OrderId::new(&SystemClock::default(), &randomness)).collect();
            let (mut held, mut bought): (HashMap<_, u8>, HashMap<_, (u32, u32)>) = Default::default();
            let at = Timestamp::UNIX_EPOCH;
            let mut book = Book::default();
            book.write(&[Entry::starter_grant(starter, at)]);
            for (index, step, parts) in steps {
                let id = generations[index];
                let charge = |parts: u8| Charge::Credits(u32::from(parts) * 3);
                if step >= 4 {
                    let (order, credits, before) = (orders[index], u32::from(parts), book.balance.available);
                    // What is taken back and how often that changed, of each order.
                    let entry = match (step, bought.get(&index).copied()) {
                        (_, None) => Entry::purchase(order, 8, at),
                        (4, Some(_)) => { prop_assert!(!book.write(&[Entry::purchase(order, 8, at)]), "paid once"); continue }
                        (5, Some((taken, nth))) => Entry::claw_back(order, nth + 1, credits.min(8 - taken), at),
                        (_, Some((taken, nth))) => Entry::reinstate(order, nth + 1, credits.min(taken), at),
                    };
                    prop_assert!(book.write(&[entry]), "money moves whatever the balance is");
                    prop_assert!(!book.write(&[entry]), "twice is once");
                    let (taken, nth) = bought.get(&index).copied().map_or((0, 0), |(taken, nth)| (taken, nth + 1));
                    let delta = if entry.kind() == Kind::Grant { 0 } else { -entry.available_delta() };
                    bought.insert(index, (u32::try_from(i64::from(taken) + delta).unwrap(), nth));
                    prop_assert!(book.balance.available >= 0 || before < 0 || entry.kind() == Kind::ClawBack, "a claw-back alone goes below zero");
                } else if step == 0 {
                    let before = book.balance.available;
                    if book.write(&[Entry::hold(id, charge(parts).credits(), at)]) {
                        prop_assert!(book.balance.available >= 0, "nothing is held that is not there");
                        held.insert(id, parts);
                    } else {
                        prop_assert!(before < i64::from(charge(parts).credits()) || book.keys.contains(&Entry::hold(id, 0, at).key()));
                    }
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
                prop_assert_eq!(available, book.balance.available);
                prop_assert_eq!(sum_held, i64::from(book.balance.held));
                prop_assert_eq!(sum_held, held.values().map(|parts| i64::from(*parts) * 3).sum::<i64>());
                prop_assert_eq!(book.balance.running as usize, held.len());
            }
        }
    }

    #[test]
    fn an_74_a_claw_back_alone_goes_below_zero_and_then_nothing_begins() {
        let (clock, randomness, at) = (SystemClock::default(), SeededRandomness::new(1), Timestamp::UNIX_EPOCH);
        let (order, generation) = (OrderId::new(&clock, &randomness), GenerationId::new(&clock, &randomness));
        let balance = Balance { available: 2, held: 3, running: 1 };
        let taken = balance.after(&[Entry::claw_back(order, 1, 10, at)]).unwrap();
        assert_eq!(taken, Balance { available: -8, held: 3, running: 1 });
        for credits in [0, 1, 9] {
            assert_eq!(taken.after(&[Entry::hold(generation, credits, at)]), Err(Overdrawn));
        }
        // What runs ends as ever, and what comes in counts against what is missing.
        let ended = taken.after(&[Entry::release(generation, 3, at)]).unwrap();
        assert_eq!(ended, Balance { available: -5, held: 0, running: 0 });
        assert_eq!(ended.after(&[Entry::purchase(order, 10, at)]).unwrap().available, 5);
        assert_eq!(ended.after(&[Entry::reinstate(order, 2, 10, at)]).unwrap().available, 5);
    }

    #[test]
    fn what_is_granted_with_a_hold_need_not_be_there_before() {
        let (generation, at) = (GenerationId::new(&SystemClock::default(), &SeededRandomness::new(1)), Timestamp::UNIX_EPOCH);
        let hold = Entry::hold(generation, 3, at).reopened();
        let (poor, below) = (Balance { available: 1, held: 0, running: 0 }, Balance { available: -5, held: 0, running: 0 });
        assert_eq!(poor.after(&[Entry::make_up(generation, 2, at), hold]), Ok(Balance { available: 0, held: 3, running: 1 }));
        assert_eq!(poor.after(&[Entry::make_up(generation, 1, at), hold]), Err(Overdrawn));
        assert_eq!(below.after(&[Entry::make_up(generation, 3, at), hold]), Ok(Balance { available: -5, held: 3, running: 1 }));
    }

    #[test]
    fn nothing_is_held_that_is_not_there() {
        let generation = GenerationId::new(&SystemClock::default(), &SeededRandomness::new(1));
        let balance = Balance { available: 2, held: 0, running: 0 };
        assert_eq!(balance.after(&[Entry::hold(generation, 3, Timestamp::UNIX_EPOCH)]), Err(Overdrawn));
        assert_eq!(balance.after(&[Entry::hold(generation, 2, Timestamp::UNIX_EPOCH)]), Ok(Balance { available: 0, held: 2, running: 1 }));
    }
}
