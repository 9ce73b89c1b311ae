//! What something costs its owner, and how that is settled.

use kernel::{GenerationId, Timestamp};

use crate::Entry;

/// What something costs its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// So many credits of the wallet.
    Credits(u32),
    /// One of a free quota.
    Quota(Quota),
    /// The one that a trial has for nothing.
    Trial,
    Nothing,
}

/// How many are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Within one hour, by the clock.
    pub per_hour: u32,
}

/// What is written when something that has a charge begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reservation {
    /// Credits are held.
    Hold(Entry),
    /// One more is counted, unless the quota is used up. It stays counted however the work ends, so that failing on purpose gains nothing.
    Count(Quota),
    /// The trial's one is used up, however the work ends.
    Trial,
    Nothing,
}

impl Charge {
    /// The credits it takes.
    #[must_use]
    pub fn credits(self) -> u32 {
        match self {
            Self::Credits(credits) => credits,
            Self::Quota(_) | Self::Trial | Self::Nothing => 0,
        }
    }

    /// The work begins.
    #[must_use]
    pub fn reserve(self, generation: GenerationId, at: Timestamp) -> Reservation {
        match self {
            Self::Credits(credits) => Reservation::Hold(Entry::hold(generation, credits, at)),
            Self::Quota(quota) => Reservation::Count(quota),
            Self::Trial => Reservation::Trial,
            Self::Nothing => Reservation::Nothing,
        }
    }

    /// The work is delivered: the movement of the wallet that spends what was held, if anything was.
    #[must_use]
    pub fn capture(self, generation: GenerationId, at: Timestamp) -> Option<Entry> {
        self.held(|credits| Entry::capture(generation, credits, at))
    }

    /// The work ended without a delivery: the movement that gives back what was held, if anything was.
    #[must_use]
    pub fn release(self, generation: GenerationId, at: Timestamp) -> Option<Entry> {
        self.held(|credits| Entry::release(generation, credits, at))
    }

    /// The work is ended early, when `owed` of its `parts` equal parts had cost something already: those are spent and the rest is given back.
    #[must_use]
    pub fn settle(self, generation: GenerationId, owed: u8, parts: u8, at: Timestamp) -> Vec<Entry> {
        let Self::Credits(credits) = self else { return Vec::new() };
        let spent = credits.saturating_mul(u32::from(owed.min(parts))) / u32::from(parts.max(1));
        let capture = (spent > 0).then(|| Entry::capture(generation, spent, at));
        let release = (spent < credits || spent == 0).then(|| Entry::release(generation, credits - spent, at));
        capture.into_iter().chain(release).collect()
    }

    fn held(self, movement: impl Fn(u32) -> Entry) -> Option<Entry> {
        match self {
            Self::Credits(credits) => Some(movement(credits)),
            Self::Quota(_) | Self::Trial | Self::Nothing => None,
        }
    }
}

/// How a deployment charges for what costs credits elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tariff {
    /// The credits themselves.
    Credits,
    /// A free quota, whatever one costs.
    Quota(Quota),
    /// One for each trial.
    Trial,
    Free,
}

impl Tariff {
    /// The charge for something with a price of `credits`.
    #[must_use]
    pub fn charge(self, credits: u32) -> Charge {
        match self {
            Self::Credits => Charge::Credits(credits),
            Self::Quota(quota) => Charge::Quota(quota),
            Self::Trial => Charge::Trial,
            Self::Free => Charge::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{FixedClock, SeededRandomness};
    use proptest::prelude::*;

    use super::*;
    use crate::Balance;

    fn id() -> (GenerationId, Timestamp) {
        (GenerationId::new(&FixedClock::at(Timestamp::UNIX_EPOCH), &SeededRandomness::new(1)), Timestamp::UNIX_EPOCH)
    }

    proptest! {
        /// Whatever is charged, either end leaves nothing held, and only a delivery costs something.
        #[test]
        fn each_end_settles_what_the_beginning_reserved(price in 0_u32..1_000, per_hour in 1_u32..50, tariff in 0_usize..4, delivered: bool) {
            let (id, at) = id();
            let tariff = [Tariff::Credits, Tariff::Quota(Quota { per_hour }), Tariff::Trial, Tariff::Free][tariff];
            let charge = tariff.charge(price);
            let start = Balance::default().after(&[Entry::starter_grant(1_000, at)]).unwrap();
            let reserved = match charge.reserve(id, at) {
                Reservation::Hold(hold) => start.after(&[hold]).unwrap(),
                Reservation::Count(quota) => { prop_assert_eq!(quota, Quota { per_hour }); start }
                Reservation::Trial => { prop_assert_eq!(tariff, Tariff::Trial); start }
                Reservation::Nothing => start,
            };
            let end = if delivered { charge.capture(id, at) } else { charge.release(id, at) };
            let settled = reserved.after(end.as_slice()).unwrap();
            let spent = if delivered && tariff == Tariff::Credits { price } else { 0 };
            prop_assert_eq!(settled, Balance { available: 1_000 - i64::from(spent), held: 0, running: 0 });
        }

        /// Whatever part of it is owed when it ends early, that part is spent, the rest is there again, and nothing runs.
        #[test]
        fn an_early_end_spends_what_is_owed_and_gives_back_the_rest(each in 0_u32..100, parts in 1_u8..=8, owed in 0_u8..=8, tariff in 0_usize..4) {
            let (id, at) = id();
            let owed = owed.min(parts);
            let tariff = [Tariff::Credits, Tariff::Quota(Quota { per_hour: 1 }), Tariff::Trial, Tariff::Free][tariff];
            let charge = tariff.charge(each * u32::from(parts));
            let start = Balance::default().after(&[Entry::starter_grant(1_000, at)]).unwrap();
            let hold = match charge.reserve(id, at) {
                Reservation::Hold(hold) => Some(hold),
                Reservation::Count(_) | Reservation::Trial | Reservation::Nothing => None,
            };
            let end = charge.settle(id, owed, parts, at);
            let settled = start.after(hold.as_slice()).unwrap().after(&end).unwrap();
            let spent = if tariff == Tariff::Credits { each * u32::from(owed) } else { 0 };
            prop_assert_eq!(settled, Balance { available: 1_000 - i64::from(spent), held: 0, running: 0 });
        }
    }
}
