//! What ties a code to the browser that asked for it.

use std::fmt;
use std::str::FromStr;

use kernel::Randomness;

/// Bytes of chance in a nonce.
const BYTES: usize = 16;

/// A secret of one browser for the time of a sign-in: 32 hex digits in a cookie. The database has its keyed hash alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Nonce(String);

#[derive(Debug, thiserror::Error)]
#[error("not a nonce")]
pub struct NotANonce;

impl Nonce {
    #[must_use]
    pub fn new(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0; BYTES];
        randomness.fill(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// In hex, for its cookie and its hash alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Nonce {
    type Err = NotANonce;

    fn from_str(text: &str) -> Result<Self, NotANonce> {
        let is_one = text.len() == 2 * BYTES && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_one { Ok(Self(text.to_owned())) } else { Err(NotANonce) }
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(…)")
    }
}

#[cfg(test)]
mod tests {
    use kernel::SeededRandomness;

    use super::*;

    #[test]
    fn a_nonce_is_what_was_made_and_nothing_else() {
        let randomness = SeededRandomness::new(1);
        let (one, other) = (Nonce::new(&randomness), Nonce::new(&randomness));
        assert!(one != other && one.as_str().parse::<Nonce>().is_ok_and(|read| read == one));
        let upper = one.as_str().to_uppercase();
        for text in ["", "0", &"0".repeat(31), &"0".repeat(33), &"g".repeat(32), &"é".repeat(16), &format!("{upper}A"), &"F".repeat(32)] {
            assert!(text.parse::<Nonce>().is_err(), "{text}");
        }
        assert_eq!(format!("{one:?}"), "Nonce(…)");
    }
}
