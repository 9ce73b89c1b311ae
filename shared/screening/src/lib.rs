//! Whether a picture, and the words that go with it, may be drawn from (AN-13, AN-26, AN-70): the port that scores, and the moderation that decides.

mod coverage;
mod limits_only;
mod moderation;

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::Failure;

pub use coverage::Coverage;
pub use limits_only::LimitsOnly;
pub use moderation::Moderation;

/// What shall become of a picture, in the order of severity: of two decisions the later one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// It may be drawn from.
    Allowed,
    /// A person must look at it: it is not drawn from, and goes to quarantine to be looked at.
    Referred,
    /// It may not be drawn from, and goes to quarantine.
    Blocked,
}

impl Decision {
    /// The name in storage.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Referred => "referred",
            Self::Blocked => "blocked",
        }
    }
}

/// What a moderation decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What shall become of it.
    pub decision: Decision,
    /// A score of 0.0 to 1.0 per category that a screener knows, the highest where several do.
    pub scores: BTreeMap<String, f64>,
    /// The names of the screeners that scored, such as `openai`, joined by `+`.
    pub screener: String,
}

/// What is judged: a picture, upright and without metadata, and what a person wrote for it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// An encoded PNG.
    pub png: &'a [u8],
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Words that will be drawn or drawn by, such as those of a speech bubble.
    pub words: Option<&'a str>,
}

/// Scores candidates. What a score means is policy, and not the screener's.
#[async_trait]
pub trait Screener: Send + Sync {
    /// The name that the configuration and the moderation record know it by.
    fn name(&self) -> &'static str;

    /// The categories it scores in every picture, as the policy's thresholds name them. What it scores in words alone is not among them. An answer without
    /// one of them is no judgement: the picture waits.
    fn sees(&self) -> &'static [&'static str];

    /// Scores one candidate: 0.0 to 1.0 per category, for picture and words the higher of both.
    ///
    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] when no judgement could be had: the picture then waits, it never passes (AN-70).
    async fn score(&self, candidate: Candidate<'_>) -> Result<BTreeMap<String, f64>, Failure>;
}
