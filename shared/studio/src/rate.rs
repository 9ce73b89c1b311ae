//! Rate limiting by address, without storing the address.

use std::time::Duration;

use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use kernel::{CallerAddress, Failure, Timestamp};
use sha2::Sha256;

/// Seconds of a window.
const WINDOW: i64 = 3600;

/// Stored bytes of the hash: enough to avoid collisions.
const BYTES: usize = 16;

/// The secret of the rate keys. It is not part of the database: without it, no address can be tried against a key.
#[derive(Clone)]
pub struct RateSalt(Hmac<Sha256>);

impl RateSalt {
    /// 32 random bytes are right.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        // HMAC accepts every key length, so this cannot fail.
        #[allow(clippy::expect_used)]
        Self(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }
}

/// An address in one hour, as a keyed hash of both: the next hour's key of the same address differs, and the two cannot be linked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RateKey(String);

impl RateKey {
    #[must_use]
    pub fn of(salt: &RateSalt, address: CallerAddress, now: Timestamp) -> Self {
        let mut mac = salt.0.clone();
        mac.update(b"rate-key");
        mac.update(&now.as_second().div_euclid(WINDOW).to_be_bytes());
        mac.update(&address.to_be_hashed());
        Self(hex::encode(&mac.finalize().into_bytes()[..BYTES]))
    }

    /// 32 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The rest of the window at this time.
    #[must_use]
    pub fn window_left(now: Timestamp) -> Duration {
        Duration::from_secs((WINDOW - now.as_second().rem_euclid(WINDOW)).unsigned_abs())
    }
}

#[async_trait]
pub trait RateKeys: Send + Sync {
    /// Counts one request of this key and returns the count, this one included; an expired row counts as none. Two concurrent requests count as two.
    ///
    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] when counting fails; the request is then not admitted.
    async fn count(&self, key: &RateKey, now: Timestamp) -> Result<u32, Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_11_a_key_says_neither_the_address_nor_that_it_asked_before() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let key = |secret: &[u8], address: &str, now: &str| RateKey::of(&RateSalt::new(secret), CallerAddress::read(address), at(now));
        let first = key(b"salt", "203.0.113.7", "2026-11-26T10:00:00Z");
        assert_eq!(first, key(b"salt", "203.0.113.7", "2026-11-26T10:59:59Z"));
        for other in [
            key(b"salt", "203.0.113.7", "2026-11-26T11:00:00Z"),
            key(b"salt", "203.0.113.7", "2026-11-27T10:00:00Z"),
            key(b"salt", "203.0.113.8", "2026-11-26T10:00:00Z"),
            key(b"pepper", "203.0.113.7", "2026-11-26T10:00:00Z"),
        ] {
            assert_ne!(first, other);
        }
        assert_eq!(first.as_str().len(), 32);
        assert_eq!(RateKey::window_left(at("2026-11-26T10:59:30Z")), Duration::from_secs(30));
    }
}
