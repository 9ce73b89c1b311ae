//! Whether a picture may be drawn from (AN-13, AN-26, AN-70): the verdict, the port that gives it, and the offline screener.

mod limits_only;

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::Failure;

pub use limits_only::LimitsOnly;

/// Allowed or blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The picture may be drawn from.
    Allowed,
    /// It may not, and goes to quarantine.
    Blocked,
}

impl Decision {
    /// The name in storage.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Blocked => "blocked",
        }
    }
}

/// What a screener found.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Allowed or blocked.
    pub decision: Decision,
    /// A score of 0.0 to 1.0 per category the screener knows.
    pub scores: BTreeMap<String, f64>,
    /// Which screener decided.
    pub screener: &'static str,
}

/// A picture as the screener sees it: upright, without metadata.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// An encoded PNG.
    pub png: &'a [u8],
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// Decides whether a picture may be drawn from.
#[async_trait]
pub trait Screener: Send + Sync {
    /// Judges one picture.
    ///
    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] when no judgement could be had: the picture then waits, it never passes (AN-70).
    async fn screen(&self, candidate: Candidate<'_>) -> Result<Verdict, Failure>;
}
