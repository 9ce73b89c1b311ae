//! The offline screener: it knows no content, only limits, and says so.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::Failure;

use crate::{Candidate, Decision, Screener, Verdict};

/// The shortest side that a face can be drawn from, in pixels.
const SHORTEST_SIDE: u32 = 64;

/// The longest side as a multiple of the shortest: beyond it the square crop would show a stripe.
const LONGEST_RATIO: u32 = 4;

/// Judges by size and shape alone. It does not look at what the picture shows, so production refuses it unless the configuration names it
/// (`SCREENER=limits`).
#[derive(Debug, Clone, Copy, Default)]
pub struct LimitsOnly;

impl LimitsOnly {
    /// The name the configuration and the moderation record know it by.
    pub const NAME: &'static str = "limits";
}

#[async_trait]
impl Screener for LimitsOnly {
    async fn screen(&self, candidate: Candidate<'_>) -> Result<Verdict, Failure> {
        let shortest = candidate.width.min(candidate.height);
        let longest = candidate.width.max(candidate.height);
        let too_small = shortest < SHORTEST_SIDE;
        let too_long = longest > shortest.saturating_mul(LONGEST_RATIO);
        let score = |hit: bool| if hit { 1.0 } else { 0.0 };
        let scores = BTreeMap::from([("limits/too-small".into(), score(too_small)), ("limits/too-long".into(), score(too_long))]);
        let decision = if too_small || too_long { Decision::Blocked } else { Decision::Allowed };
        Ok(Verdict { decision, scores, screener: Self::NAME })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn decide(width: u32, height: u32) -> Decision {
        LimitsOnly.screen(Candidate { png: &[], width, height }).await.map(|v| v.decision).unwrap_or(Decision::Blocked)
    }

    #[tokio::test]
    async fn only_size_and_shape_decide() {
        assert_eq!(decide(64, 64).await, Decision::Allowed);
        assert_eq!(decide(960, 1200).await, Decision::Allowed);
        assert_eq!(decide(64, 256).await, Decision::Allowed);
        assert_eq!(decide(63, 64).await, Decision::Blocked);
        assert_eq!(decide(64, 257).await, Decision::Blocked);
    }
}
