//! Keyed hashes of codes and addresses.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use kernel::{Email, EmailChangeId, Owner};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::mailbox::mailbox;
use crate::{CodeSlot, NetworkKey, Nonce, Salt};

/// The secret of the keyed hashes. It is not part of the database, so a copy of the database reveals neither codes nor addresses.
#[derive(Clone)]
pub struct Pepper(Hmac<Sha256>);

/// An address as a key: HMAC-SHA-256 in hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailKey(String);

/// The nonce of a browser as a key of an address: HMAC-SHA-256 in hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NonceKey(String);

/// A mailbox as a key, whichever of its addresses was given: HMAC-SHA-256 in hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MailboxKey(String);

/// A stored code: HMAC-SHA-256 over the address's key, the browser's and the code, in hex.
#[derive(Clone)]
pub struct CodeHash(String);

impl Pepper {
    /// HMAC accepts any length; 32 random bytes are right.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        // HMAC accepts every key length, so this cannot fail.
        #[allow(clippy::expect_used)]
        Self(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }

    #[must_use]
    pub fn email_key(&self, email: &Email) -> EmailKey {
        EmailKey(self.hash(&["email", email.as_str()]))
    }

    #[must_use]
    pub fn mailbox_key(&self, email: &Email) -> MailboxKey {
        MailboxKey(self.hash(&["mailbox", &mailbox(email)]))
    }

    /// Where the code of this browser for `email` is.
    #[must_use]
    pub fn code_slot(&self, email: &Email, nonce: &Nonce) -> CodeSlot {
        let key = self.email_key(email);
        let nonce = NonceKey(self.hash(&["nonce", &key.0, nonce.as_str()]));
        CodeSlot { key, nonce }
    }

    /// The stored form of a code.
    #[must_use]
    pub fn code_hash(&self, slot: &CodeSlot, code: &str) -> CodeHash {
        CodeHash(self.hash(&["code", &slot.key.0, &slot.nonce.0, code]))
    }

    /// The stored form of the code of a change, for one of its addresses.
    #[must_use]
    pub(crate) fn email_change_hash(&self, id: EmailChangeId, email: &Email, code: &str) -> CodeHash {
        CodeHash(self.hash(&["email-change", &id.to_string(), email.as_str(), code]))
    }

    /// The leading bytes of a network address, with something else that is counted beside it, for the day of `salt` (AN-09).
    pub(crate) fn network_key(&self, salt: &Salt, network: &[u8], beside: &str) -> NetworkKey {
        let mut hash = self.hash(&["network", salt.as_str(), &hex::encode(network), beside]);
        hash.truncate(32);
        NetworkKey(hash)
    }

    /// A pseudonym of an owner for an artist's vendor, 32 hex digits: the same each time, another for each artist, and nothing to anybody who has not
    /// the pepper (AN-31).
    #[must_use]
    pub fn pseudonym(&self, artist: &str, owner: Owner) -> String {
        let mut hash = self.hash(&["artist", artist, &owner.to_string()]);
        hash.truncate(32);
        hash
    }

    /// What proves that a mail to this address was ours: 32 hex digits.
    pub(crate) fn proof(&self, key: &EmailKey) -> String {
        let mut hash = self.hash(&["unsubscribe", &key.0]);
        hash.truncate(32);
        hash
    }

    fn hash(&self, parts: &[&str]) -> String {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        hex::encode(mac.finalize().into_bytes())
    }
}

impl EmailKey {
    /// For a key that was stored or sent along; `None` for text that is none.
    #[must_use]
    pub fn stored(hex: &str) -> Option<Self> {
        let is_one = hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Self(hex.to_owned()))
    }

    /// In hex.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NonceKey {
    /// In hex.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl MailboxKey {
    /// In hex.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CodeHash {
    /// For a hash that was stored.
    #[must_use]
    pub fn stored(hex: String) -> Self {
        Self(hex)
    }

    /// In hex.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares in constant time.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(…)")
    }
}

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use kernel::{AccountId, FixedClock, SeededRandomness, Timestamp};

    use super::*;

    #[test]
    fn an_52_without_the_salt_of_its_day_a_network_is_another() {
        let (pepper, randomness) = (Pepper::new(b"0123456789abcdef0123456789abcdef"), SeededRandomness::new(1));
        let (today, tomorrow) = (Salt::new(&randomness), Salt::new(&randomness));
        let key = pepper.network_key(&today, &[203, 0, 113, 7], "");
        assert_eq!((key.as_str().len(), &key), (32, &pepper.network_key(&today, &[203, 0, 113, 7], "")));
        for other in [
            pepper.network_key(&tomorrow, &[203, 0, 113, 7], ""),
            pepper.network_key(&today, &[203, 0, 113], ""),
            pepper.network_key(&today, &[203, 0, 113, 7], "beside"),
            Pepper::new(b"another").network_key(&today, &[203, 0, 113, 7], ""),
        ] {
            assert_ne!(key, other, "an_09");
        }
    }

    #[test]
    fn an_31_a_pseudonym_is_stable_differs_by_vendor_and_account_and_says_nothing() {
        let pepper = Pepper::new(b"0123456789abcdef0123456789abcdef");
        let (clock, randomness) = (FixedClock::at(Timestamp::UNIX_EPOCH), SeededRandomness::new(1));
        let (one, two) = (Owner::Account(AccountId::new(&clock, &randomness)), Owner::Account(AccountId::new(&clock, &randomness)));
        let name = pepper.pseudonym("openai", one);
        assert_eq!((name.len(), &name), (32, &pepper.pseudonym("openai", one)));
        assert!(name != pepper.pseudonym("gemini", one) && name != pepper.pseudonym("openai", two));
        assert!(name != Pepper::new(b"another").pseudonym("openai", one));
        assert!(!one.to_string().contains(&name));
    }
}
