//! One line of the ledger.

use std::fmt;

use kernel::{GenerationId, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
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
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starter => f.write_str("starter"),
            Self::Generation(id) => id.fmt(f),
        }
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

    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
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
            Kind::Grant | Kind::Release => credits,
            Kind::Hold => -credits,
            Kind::Capture => 0,
        }
    }

    #[must_use]
    pub fn held_delta(&self) -> i64 {
        let credits = i64::from(self.credits);
        match self.kind {
            Kind::Grant => 0,
            Kind::Hold => credits,
            Kind::Capture | Kind::Release => -credits,
        }
    }
}
