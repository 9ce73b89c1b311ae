//! One line of the ledger.

use std::fmt;
use std::str::FromStr;

use kernel::{GenerationId, OrderId, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Kind {
    /// New credits become available.
    Grant,
    /// Available credits are set aside for a generation.
    Hold,
    /// Held credits are spent: the generation was delivered, or cancelled when drawings of it had cost something.
    Capture,
    /// Held credits become available again: what they were held for was not made.
    Release,
    /// Bought credits are taken back: their price is given back. It alone may take more than there is.
    ClawBack,
    /// Credits that were taken back are there again: their price was not given back after all.
    Reinstate,
}

impl Kind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// With the kind it is the entry's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The credits every account starts with, once.
    Starter,
    Generation(GenerationId),
    /// A generation that goes on after somebody decided that its photo was blocked wrongly. It was held for and released before.
    Reopened(GenerationId),
    Purchase(OrderId),
    /// A change of how many credits of a purchase are taken back: the first, the second and so on.
    Refund {
        order: OrderId,
        nth: u32,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starter => f.write_str("starter"),
            Self::Generation(id) => id.fmt(f),
            Self::Reopened(id) => write!(f, "{REOPENED}{id}"),
            Self::Purchase(order) => order.fmt(f),
            Self::Refund { order, nth } => write!(f, "{order}.{nth}"),
        }
    }
}

const REOPENED: &str = "reopened-";

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the cause of a ledger entry")]
pub struct NotACause;

impl FromStr for Cause {
    type Err = NotACause;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, NotACause> {
        if text == "starter" {
            return Ok(Self::Starter);
        }
        if let Some(id) = text.strip_prefix(REOPENED) {
            return id.parse().map(Self::Reopened).map_err(|_| NotACause);
        }
        if let Some((order, nth)) = text.split_once('.') {
            let (order, nth) = (order.parse().map_err(|_| NotACause)?, nth.parse().map_err(|_| NotACause)?);
            return Ok(Self::Refund { order, nth });
        }
        text.parse().map(Self::Generation).or_else(|_| text.parse().map(Self::Purchase)).map_err(|_| NotACause)
    }
}

/// A movement of credits. Its constructors give it the deltas of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    kind: Kind,
    cause: Cause,
    credits: u32,
    at: Timestamp,
}

impl Entry {
    #[must_use]
    pub fn starter_grant(credits: u32, at: Timestamp) -> Self {
        Self { kind: Kind::Grant, cause: Cause::Starter, credits, at }
    }

    #[must_use]
    pub fn hold(generation: GenerationId, credits: u32, at: Timestamp) -> Self {
        Self { kind: Kind::Hold, cause: Cause::Generation(generation), credits, at }
    }

    /// Spends the credits held for a generation.
    #[must_use]
    pub fn capture(generation: GenerationId, credits: u32, at: Timestamp) -> Self {
        Self { kind: Kind::Capture, cause: Cause::Generation(generation), credits, at }
    }

    /// Returns the credits held for a generation.
    #[must_use]
    pub fn release(generation: GenerationId, credits: u32, at: Timestamp) -> Self {
        Self { kind: Kind::Release, cause: Cause::Generation(generation), credits, at }
    }

    /// Makes up for credits that a generation needs which goes on: they were given back when it was blocked, and are spent.
    #[must_use]
    pub fn make_up(generation: GenerationId, credits: u32, at: Timestamp) -> Self {
        Self { kind: Kind::Grant, cause: Cause::Reopened(generation), credits, at }
    }

    /// The same movement of a generation that was reopened: with a key of its own, as the first was held for and released.
    #[must_use]
    pub fn reopened(self) -> Self {
        match self.cause {
            Cause::Generation(id) => Self { cause: Cause::Reopened(id), ..self },
            _ => self,
        }
    }

    /// The credits of a paid order, once.
    #[must_use]
    pub fn purchase(order: OrderId, credits: u32, at: Timestamp) -> Self {
        Self { kind: Kind::Grant, cause: Cause::Purchase(order), credits, at }
    }

    /// Takes back credits of an order, for the nth time that this changes.
    #[must_use]
    pub fn claw_back(order: OrderId, nth: u32, credits: u32, at: Timestamp) -> Self {
        Self { kind: Kind::ClawBack, cause: Cause::Refund { order, nth }, credits, at }
    }

    /// Gives back credits of an order that were taken back, for the nth time that this changes.
    #[must_use]
    pub fn reinstate(order: OrderId, nth: u32, credits: u32, at: Timestamp) -> Self {
        Self { kind: Kind::Reinstate, cause: Cause::Refund { order, nth }, credits, at }
    }

    /// An entry as it was written.
    #[must_use]
    pub fn stored(kind: Kind, cause: Cause, credits: u32, at: Timestamp) -> Self {
        Self { kind, cause, credits, at }
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    #[must_use]
    pub fn credits(&self) -> u32 {
        self.credits
    }

    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// `kind#cause`: unique within a wallet.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}#{}", self.kind.name(), self.cause)
    }

    #[must_use]
    pub fn available_delta(&self) -> i64 {
        let credits = i64::from(self.credits);
        match self.kind {
            Kind::Grant | Kind::Release | Kind::Reinstate => credits,
            Kind::Hold | Kind::ClawBack => -credits,
            Kind::Capture => 0,
        }
    }

    #[must_use]
    pub fn held_delta(&self) -> i64 {
        let credits = i64::from(self.credits);
        match self.kind {
            Kind::Grant | Kind::ClawBack | Kind::Reinstate => 0,
            Kind::Hold => credits,
            Kind::Capture | Kind::Release => -credits,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{SeededRandomness, SystemClock};

    use super::*;

    #[test]
    fn a_cause_is_read_as_it_was_written() {
        let (clock, randomness) = (SystemClock::default(), SeededRandomness::new(1));
        let (generation, order) = (GenerationId::new(&clock, &randomness), OrderId::new(&clock, &randomness));
        for cause in [
            Cause::Starter,
            Cause::Generation(generation),
            Cause::Reopened(generation),
            Cause::Purchase(order),
            Cause::Refund { order, nth: 12 },
        ] {
            assert_eq!(cause.to_string().parse(), Ok(cause));
        }
        for wrong in
            ["", "starters", "ord_", &format!("{order}."), &format!("{order}.-1"), &format!("{generation}.1"), &format!("{order}#1")]
        {
            assert_eq!(wrong.parse::<Cause>(), Err(NotACause), "{wrong}");
        }
    }

    #[test]
    fn each_movement_of_a_purchase_has_a_key_of_its_own() {
        let (order, at) = (OrderId::new(&SystemClock::default(), &SeededRandomness::new(1)), Timestamp::UNIX_EPOCH);
        let keys =
            [Entry::purchase(order, 9, at), Entry::claw_back(order, 1, 9, at), Entry::reinstate(order, 2, 9, at)].map(|entry| entry.key());
        assert_eq!(keys, [format!("grant#{order}"), format!("claw-back#{order}.1"), format!("reinstate#{order}.2")]);
    }
}
