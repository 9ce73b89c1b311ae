//! The networks of a caller, as they are counted for a day.
//!
//! A network address is stored nowhere (AN-11). What is stored are counts under hashes, made with the pepper, which is not in the database, and with a
//! salt that is made anew each day and destroyed with it (AN-09, AN-52): then nobody can lead a count back to a network, not even with the pepper.

use async_trait::async_trait;
use kernel::{CallerAddress, Failure, Randomness, Reach, Timestamp};

use crate::{EmailKey, Pepper};

/// The salt of a day in UTC: 32 random bytes in hex.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt(String);

impl Salt {
    #[must_use]
    pub fn new(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0; 32];
        randomness.fill(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// For a salt that was stored.
    #[must_use]
    pub fn stored(hex: String) -> Self {
        Self(hex)
    }

    /// In hex.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(…)")
    }
}

#[async_trait]
pub trait Salts: Send + Sync {
    /// The salt of the day that `now` is in: `fresh`, unless there is one. Whoever asks first decides, also of several at once.
    async fn of_day(&self, fresh: Salt, now: Timestamp) -> Result<Salt, Failure>;
}

/// A network, or a network and an address of mail, for a day: 32 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NetworkKey(pub(crate) String);

impl NetworkKey {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The networks of somebody who asks for, or enters, a code of an address.
#[derive(Debug, Clone)]
pub struct CallerNetworks {
    /// The narrowest first.
    pub each: Vec<(Reach, NetworkKey)>,
    /// The widest of them together with the address.
    pub block_and_address: NetworkKey,
}

impl CallerNetworks {
    /// # Errors
    /// Those of [`Salts::of_day`].
    pub async fn of(
        address: CallerAddress,
        key: &EmailKey,
        pepper: &Pepper,
        salts: &dyn Salts,
        randomness: &dyn Randomness,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let salt = salts.of_day(Salt::new(randomness), now).await?;
        let networks = address.networks();
        let widest = networks.last().map(|(_, bytes)| bytes.as_slice()).unwrap_or_default();
        let block_and_address = pepper.network_key(&salt, widest, key.as_str());
        let each = networks.iter().map(|(reach, bytes)| (*reach, pepper.network_key(&salt, bytes, ""))).collect();
        Ok(Self { each, block_and_address })
    }
}
