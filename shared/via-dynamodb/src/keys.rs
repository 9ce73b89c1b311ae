//! Primary keys, in one place.

use accounts::EmailKey;
use kernel::{AccountId, GenerationId, SessionId, UploadId};
use studio::RateKey;

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    pub(crate) fn profile(account: AccountId) -> Self {
        Self::new(of_account(account), "PROFILE")
    }

    pub(crate) fn wallet(account: AccountId) -> Self {
        Self::new(of_account(account), "WALLET")
    }

    pub(crate) fn ledger(account: AccountId, entry: &wallet::Entry) -> Self {
        Self::new(of_account(account), format!("LEDGER#{}", entry.key()))
    }

    pub(crate) fn email(key: &EmailKey) -> Self {
        Self::new(format!("EMAIL#{}", key.as_str()), "ACCOUNT")
    }

    pub(crate) fn code(key: &EmailKey) -> Self {
        Self::new(format!("CODE#{}", key.as_str()), "CODE")
    }

    pub(crate) fn session(session: SessionId) -> Self {
        Self::new(format!("SES#{session}"), "SESSION")
    }

    /// A counter of `what` for `whom` in the hour that begins at `window` (epoch seconds).
    pub(crate) fn counter(what: &str, whom: &str, window: i64) -> Self {
        Self::new(format!("LIMIT#{what}#{whom}#{window}"), "COUNT")
    }

    /// The counter of an address in one window, which the key is a hash of.
    pub(crate) fn rate(key: &RateKey) -> Self {
        Self::new(format!("RATE#{}", key.as_str()), "COUNT")
    }

    pub(crate) fn idempotency(account: AccountId, key_hash: &str) -> Self {
        Self::new(format!("IDEM#{account}#{key_hash}"), "RESPONSE")
    }

    pub(crate) fn upload(account: AccountId, upload: UploadId) -> Self {
        Self::new(of_account(account), format!("UPL#{upload}"))
    }

    pub(crate) fn generation(account: AccountId, id: GenerationId) -> Self {
        Self::new(of_account(account), format!("{GENERATIONS}{id}"))
    }

    pub(crate) fn delivered(account: AccountId, id: GenerationId) -> Self {
        Self::new(of_account(account), format!("DEL#{id}"))
    }

    pub(crate) fn attempts(account: AccountId, id: GenerationId, index: u8) -> Self {
        Self::new(of_account(account), format!("ATT#{id}#{index}"))
    }

    pub(crate) fn circuit(artist: &str) -> Self {
        Self::new(format!("CIRCUIT#{artist}"), "STATE")
    }

    pub(crate) fn moderation(id: GenerationId) -> Self {
        Self::new(format!("GEN#{id}"), "SCREENING")
    }

    pub(crate) fn quarantine(id: GenerationId) -> Self {
        Self::new(format!("GEN#{id}"), "QUARANTINE")
    }
}

/// The partition of everything of an account.
pub(crate) fn of_account(account: AccountId) -> String {
    format!("ACC#{account}")
}

/// What the sort keys of generations begin with.
pub(crate) const GENERATIONS: &str = "GEN#";
