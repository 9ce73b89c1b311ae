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

/// The decision on a picture, in the order of severity: of two decisions the later one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Decision {
    Allowed,
    /// A person must look at the picture: it goes to quarantine and is not drawn.
    Referred,
    /// The picture goes to quarantine and is never drawn.
    Blocked,
}

impl Decision {
    /// The name in storage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub decision: Decision,
    /// A score of 0.0 to 1.0 per category that a screener knows, the highest where several do.
    pub scores: BTreeMap<String, f64>,
    /// The names of the screeners that scored, such as `openai`, joined by `+`.
    pub screener: String,
}

/// The input of a screener: a picture, upright and without metadata, and the words that came with it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub png: &'a [u8],
    pub width: u32,
    pub height: u32,
    /// Words that become part of a drawing or its prompt, such as those of a speech bubble.
    pub words: Option<&'a str>,
}

/// Scores candidates. The policy decides by the scores, not the screener.
#[async_trait]
pub trait Screener: Send + Sync {
    /// The name in the configuration and in the moderation record.
    fn name(&self) -> &'static str;

    /// The categories it scores in every picture, as the policy's thresholds name them; categories scored in words alone are not among them. An
    /// answer that lacks one of them is no judgement, and the generation waits.
    fn sees(&self) -> &'static [&'static str];

    /// Scores one candidate: 0.0 to 1.0 per category, for picture and words the higher of both.
    ///
    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] without a judgement: the generation then waits and never passes (AN-70).
    async fn score(&self, candidate: Candidate<'_>) -> Result<BTreeMap<String, f64>, Failure>;
}
