//! The challenge that tells people from programs (AN-37).

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use kernel::{Failure, Reason, SecretHash};
use sha2::{Digest, Sha256};

/// The most characters of an answer.
const CHARS: usize = 2_048;

/// What a browser answers to a challenge: a secret that is good once, for a few minutes. It is sent to whoever posed the challenge and stored nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct ChallengeAnswer(String);

impl ChallengeAnswer {
    /// For who posed the challenge alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What says that the answer was used: its SHA-256.
    #[must_use]
    pub fn proof(&self) -> SecretHash {
        SecretHash::new(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl FromStr for ChallengeAnswer {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let fits = (1..=CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Failure::invalid(Reason::FieldInvalid, "turnstile_token must be 1 to 2,048 printable characters."))
        }
    }
}

impl fmt::Debug for ChallengeAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChallengeAnswer(…)")
    }
}

#[async_trait]
pub trait Challenge: Send + Sync {
    /// Asks whoever posed the challenge whether this answers it. What is not a clear yes is a no (fail closed). The same answer may be asked about again.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::ChallengeRefused`] where it does not, and [`Failure::Busy`] where nobody says so now.
    async fn verify(&self, answer: &ChallengeAnswer) -> Result<(), Failure>;
}

/// Of a deployment that poses none: nobody meets it.
pub struct NoChallenge;

#[async_trait]
impl Challenge for NoChallenge {
    async fn verify(&self, _answer: &ChallengeAnswer) -> Result<(), Failure> {
        Err(Failure::denied(Reason::ChallengeRefused, "There are no trials here. Please sign in."))
    }
}

/// One answer for all that did not meet the challenge.
#[must_use]
pub fn challenge_refused() -> Failure {
    Failure::denied(Reason::ChallengeRefused, "The challenge was not met, or its answer was used before. Please try it again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_37_an_answer_is_short_and_shown_by_nothing() {
        let answer: ChallengeAnswer = "0.secret_of-a.browser".parse().unwrap();
        assert_eq!(format!("{answer:?}"), "ChallengeAnswer(…)");
        assert!(answer.proof() != "0.other".parse::<ChallengeAnswer>().unwrap().proof());
        assert!("x".repeat(2_048).parse::<ChallengeAnswer>().is_ok());
        for text in ["", " ", "a b", "a\n", "é", "\u{0}", &"x".repeat(2_049), &"日".repeat(1_000)] {
            assert!(
                matches!(text.parse::<ChallengeAnswer>(), Err(Failure::Invalid(problem)) if !problem.detail.contains('日')),
                "{text:?}"
            );
        }
    }
}
