//! Rate limiting by network, without storing an address.

use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use kernel::{CallerAddress, Failure, Limit, Timestamp, Window, limits};
use sha2::Sha256;

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

/// A network in one hour, as a keyed hash of both: the next hour's key of the same network differs, and the two cannot be linked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RateKey(String);

impl RateKey {
    fn of(salt: &RateSalt, network: &[u8], now: Timestamp) -> Self {
        let mut mac = salt.0.clone();
        mac.update(b"rate-key");
        mac.update(&Window::Hour.start(now).to_be_bytes());
        mac.update(network);
        Self(hex::encode(&mac.finalize().into_bytes()[..BYTES]))
    }

    /// 32 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request to be counted in its hour.
#[derive(Debug, Clone)]
pub struct RatedRequest {
    pub at: Timestamp,
    /// The networks of its caller, the narrowest first, each with what it may ask for.
    pub networks: Vec<(RateKey, Limit)>,
    /// What all callers together may ask for.
    pub of_all: u32,
}

impl RatedRequest {
    #[must_use]
    pub fn new(salt: &RateSalt, address: CallerAddress, of_all: u32, at: Timestamp) -> Self {
        let networks = address.networks().into_iter();
        let networks = networks.map(|(reach, bytes)| (RateKey::of(salt, &bytes, at), limits::INSTANT_PER_HOUR.of(reach))).collect();
        Self { at, networks, of_all }
    }
}

#[async_trait]
pub trait RateKeys: Send + Sync {
    /// Counts a request by all of its networks and in the budget of the hour, or not at all. Of concurrent requests no more are counted than there may
    /// be.
    ///
    /// # Errors
    /// [`Failure::Busy`] with [`kernel::Reason::RateLimited`] where a network has asked for as much as it may, and with
    /// [`kernel::Reason::BudgetSpent`] where all together have; [`Failure::Busy`] or [`Failure::Broken`] when counting fails. The request is then not
    /// admitted.
    async fn count(&self, request: &RatedRequest) -> Result<(), Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_11_a_key_says_neither_the_address_nor_that_it_asked_before() {
        let keys = |secret: &[u8], address: &str, now: &str| {
            RatedRequest::new(&RateSalt::new(secret), CallerAddress::read(address), 100, now.parse().unwrap()).networks
        };
        let first = keys(b"salt", "203.0.113.7", "2026-11-26T10:00:00Z");
        assert_eq!(first, keys(b"salt", "203.0.113.7", "2026-11-26T10:59:59Z"));
        for other in [
            keys(b"salt", "203.0.113.7", "2026-11-26T11:00:00Z"),
            keys(b"salt", "203.0.113.7", "2026-11-27T10:00:00Z"),
            keys(b"pepper", "203.0.113.7", "2026-11-26T10:00:00Z"),
        ] {
            assert!(other.iter().all(|key| !first.contains(key)));
        }
        let neighbour = keys(b"salt", "203.0.113.8", "2026-11-26T10:00:00Z");
        assert!(first[0] != neighbour[0] && first[1] == neighbour[1]);
        assert!(first.iter().all(|(key, _)| key.as_str().len() == 32));
    }
}
