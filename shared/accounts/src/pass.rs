//! The secrets that open a trial: in a cookie of the browser that began it, and in a link that was mailed (AN-73).

use std::fmt;
use std::str::FromStr;

use kernel::{Failure, Randomness, Reason, SecretHash};
use sha2::{Digest, Sha256};

/// Bytes of chance in a pass.
const BYTES: usize = 32;

/// 256 random bits: 64 hex digits. What is stored is a hash of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Pass(String);

#[derive(Debug, thiserror::Error)]
#[error("not a pass")]
pub struct NotAPass;

impl Pass {
    #[must_use]
    pub fn new(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0; BYTES];
        randomness.fill(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// In hex, for its cookie or its link alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::new(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl FromStr for Pass {
    type Err = NotAPass;

    fn from_str(text: &str) -> Result<Self, NotAPass> {
        let is_one = text.len() == 2 * BYTES && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_one { Ok(Self(text.to_owned())) } else { Err(NotAPass) }
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pass(…)")
    }
}

/// One answer for a trial that is over, was never there, or is another browser's, so that nobody learns which.
#[must_use]
pub fn no_pass() -> Failure {
    Failure::denied(Reason::SignedOut, "This browser has no trial of this name, or it is over. Begin a new one.")
}

/// What a trial may do once was done.
#[must_use]
pub fn trial_used(what: &'static str) -> Failure {
    Failure::conflict(Reason::TrialUsed, format!("A trial has one {what}. Sign in for more."))
}

#[cfg(test)]
mod tests {
    use kernel::SeededRandomness;

    use super::*;

    #[test]
    fn an_73_a_pass_is_256_random_bits_and_its_hash_says_nothing_of_it() {
        let randomness = SeededRandomness::new(1);
        let (one, other) = (Pass::new(&randomness), Pass::new(&randomness));
        assert!(one != other && one.hash() != other.hash() && one.as_str().len() * 4 == 256);
        assert!(one.as_str().parse::<Pass>().is_ok_and(|read| read == one && read.hash() == one.hash()));
        assert!(!one.hash().to_string().contains(&one.as_str()[..8]) && format!("{one:?}") == "Pass(…)");
        for text in ["", "0", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64), &"é".repeat(32), &"F".repeat(64)] {
            assert!(text.parse::<Pass>().is_err(), "{text}");
        }
    }
}
