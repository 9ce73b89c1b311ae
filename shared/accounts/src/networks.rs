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

/// The networks of a caller, the narrowest first.
#[derive(Debug, Clone, Default)]
pub struct Networks(Vec<(Reach, NetworkKey)>);

impl Networks {
    /// # Errors
    /// Those of [`Salts::of_day`].
    pub async fn of(
        address: CallerAddress,
        pepper: &Pepper,
        salts: &dyn Salts,
        randomness: &dyn Randomness,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let salt = salts.of_day(Salt::new(randomness), now).await?;
        Ok(Self::salted(address, pepper, &salt))
    }

    fn salted(address: CallerAddress, pepper: &Pepper, salt: &Salt) -> Self {
        Self(address.networks().into_iter().map(|(reach, bytes)| (reach, pepper.network_key(salt, &bytes, ""))).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &(Reach, NetworkKey)> {
        self.0.iter()
    }
}

/// The networks of somebody who asks for, or enters, a code of an address.
#[derive(Debug, Clone)]
pub struct CallerNetworks {
    pub each: Networks,
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
        let widest = address.networks().pop().map(|(_, bytes)| bytes).unwrap_or_default();
        let block_and_address = pepper.network_key(&salt, &widest, key.as_str());
        Ok(Self { each: Networks::salted(address, pepper, &salt), block_and_address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has one answer for a type that cannot be written as JSON, and two for one that can: then this file does not compile.
    trait Unwritable<A> {
        const SAID: &'static str = "cannot be written";
    }
    impl<T> Unwritable<()> for T {}
    impl<T: serde::Serialize> Unwritable<u8> for T {}

    #[test]
    fn an_10_a_network_and_its_salt_cannot_be_written_out() {
        let said = [<NetworkKey as Unwritable<_>>::SAID, <Networks as Unwritable<_>>::SAID, <CallerNetworks as Unwritable<_>>::SAID];
        assert_eq!(said, ["cannot be written"; 3]);
        assert_eq!(<Salt as Unwritable<_>>::SAID, <CallerAddress as Unwritable<_>>::SAID);
    }
}
