//! How often an address asks, without knowing the address.

use std::time::Duration;

use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use kernel::{CallerAddress, Failure, Timestamp};
use sha2::Sha256;

/// Seconds of a window.
const WINDOW: i64 = 3600;

/// Bytes of the hash that are kept: enough that two addresses never meet, and less than all.
const BYTES: usize = 16;

/// The secret of the rate keys. It is no part of the database: without it, trying every address against a key tells nothing.
#[derive(Clone)]
pub struct RateSalt(Hmac<Sha256>);

impl RateSalt {
    /// A salt of these bytes (32 random ones are right).
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        // HMAC accepts every key length, so this cannot fail.
        #[allow(clippy::expect_used)]
        Self(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }
}

/// An address in one hour, as a keyed hash of both: the next hour's key of the same address is another, and nobody can tell that they belong together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RateKey(String);

impl RateKey {
    /// The key of an address at this time.
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

    /// How long the window of this time still lasts.
    #[must_use]
    pub fn window_left(now: Timestamp) -> Duration {
        Duration::from_secs((WINDOW - now.as_second().rem_euclid(WINDOW)).unsigned_abs())
    }
}

/// Counts requests by key.
#[async_trait]
pub trait RateKeys: Send + Sync {
    /// Counts one more of this key and answers how many there are, this one included; a row that is past its time counts as none. Two at once are two.
    ///
    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] when it cannot be counted; the request is then not admitted.
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
