//! The offline screener: it checks limits, not content, and says so.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::Failure;

use crate::{Candidate, Screener};

/// The shortest side a face can be drawn from, in pixels.
const SHORTEST_SIDE: u32 = 64;

/// The longest side as a multiple of the shortest: beyond it the square crop would show a stripe.
const LONGEST_RATIO: u32 = 4;

/// Judges by size and shape alone. It ignores the picture's content, so production refuses it unless the configuration names it
/// (`SCREENER=offline`).
#[derive(Debug, Clone, Copy, Default)]
pub struct LimitsOnly;

impl LimitsOnly {
    /// The name in the configuration and in the moderation record.
    pub const NAME: &'static str = "offline";
}

#[async_trait]
impl Screener for LimitsOnly {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn sees(&self) -> &'static [&'static str] {
        &["limits/too-small", "limits/too-long"]
    }

    async fn score(&self, candidate: Candidate<'_>) -> Result<BTreeMap<String, f64>, Failure> {
        let shortest = candidate.width.min(candidate.height);
        let longest = candidate.width.max(candidate.height);
        let score = |hit: bool| if hit { 1.0 } else { 0.0 };
        Ok(BTreeMap::from([
            ("limits/too-small".into(), score(shortest < SHORTEST_SIDE)),
            ("limits/too-long".into(), score(longest > shortest.saturating_mul(LONGEST_RATIO))),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decision, Moderation};

    async fn decide(width: u32, height: u32) -> Decision {
        let moderation = Moderation::of(vec![Box::new(LimitsOnly)]);
        moderation.judge(Candidate { png: &[], width, height, words: None }).await.unwrap().decision
    }

    #[test]
    fn it_sees_what_the_policy_says_it_sees() {
        let listed = policy::screening().screeners().iter().find(|screener| screener.name == LimitsOnly::NAME).unwrap();
        assert_eq!(LimitsOnly.sees(), listed.pictures);
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
