//! Primary keys, in one place.

use kernel::{AccountId, GenerationId, SessionId, UploadId};

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    pub fn profile(account: AccountId) -> Self {
        Self::new(of_account(account), "PROFILE")
    }

    pub fn wallet(account: AccountId) -> Self {
        Self::new(of_account(account), "WALLET")
    }

    pub fn ledger(account: AccountId, entry: &str) -> Self {
        Self::new(of_account(account), format!("LEDGER#{entry}"))
    }

    pub fn email(email_key: &str) -> Self {
        Self::new(format!("EMAIL#{email_key}"), "ACCOUNT")
    }

    pub fn code(email_key: &str) -> Self {
        Self::new(format!("CODE#{email_key}"), "CODE")
    }

    pub fn session(session: SessionId) -> Self {
        Self::new(format!("SES#{session}"), "SESSION")
    }

    /// A counter of `what` for `whom` in the hour that begins at `window` (epoch seconds).
    pub fn counter(what: &str, whom: &str, window: i64) -> Self {
        Self::new(format!("LIMIT#{what}#{whom}#{window}"), "COUNT")
    }

    /// The counter of an address in one window, which the key is a hash of.
    pub fn rate(rate_key: &str) -> Self {
        Self::new(format!("RATE#{rate_key}"), "COUNT")
    }

    pub fn idempotency(account: AccountId, key_hash: &str) -> Self {
        Self::new(format!("IDEM#{account}#{key_hash}"), "RESPONSE")
    }

    pub fn upload(account: AccountId, upload: UploadId) -> Self {
        Self::new(of_account(account), format!("UPL#{upload}"))
    }

    pub fn generation(account: AccountId, id: GenerationId) -> Self {
        Self::new(of_account(account), format!("{GENERATIONS}{id}"))
    }

    pub fn delivered(account: AccountId, id: GenerationId) -> Self {
        Self::new(of_account(account), format!("DEL#{id}"))
    }

    pub fn attempts(account: AccountId, id: GenerationId, index: u8) -> Self {
        Self::new(of_account(account), format!("ATT#{id}#{index}"))
    }

    pub fn circuit(artist: &str) -> Self {
        Self::new(format!("CIRCUIT#{artist}"), "STATE")
    }

    pub fn moderation(id: GenerationId) -> Self {
        Self::new(format!("GEN#{id}"), "SCREENING")
    }

    pub fn quarantine(id: GenerationId) -> Self {
        Self::new(format!("GEN#{id}"), "QUARANTINE")
    }
}

/// The partition of everything of an account.
pub fn of_account(account: AccountId) -> String {
    format!("ACC#{account}")
}

/// What the sort keys of generations begin with.
pub const GENERATIONS: &str = "GEN#";
