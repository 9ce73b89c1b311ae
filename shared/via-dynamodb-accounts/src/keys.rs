//! The primary keys of accounts, and what else is found by an account.

use accounts::EmailKey;
use dynamo::Key;
use kernel::{AccountId, SessionId};
use wallet::Entry;

#[must_use]
pub fn profile(account: AccountId) -> Key {
    Key::new(of_account(account), "PROFILE")
}

#[must_use]
pub fn wallet(account: AccountId) -> Key {
    Key::new(of_account(account), "WALLET")
}

#[must_use]
pub fn ledger(account: AccountId, entry: &Entry) -> Key {
    Key::new(of_account(account), format!("LEDGER#{}", entry.key()))
}

#[must_use]
pub fn email(key: &EmailKey) -> Key {
    Key::new(format!("EMAIL#{}", key.as_str()), "ACCOUNT")
}

#[must_use]
pub fn code(key: &EmailKey) -> Key {
    Key::new(format!("CODE#{}", key.as_str()), "CODE")
}

#[must_use]
pub fn session(session: SessionId) -> Key {
    Key::new(format!("SES#{session}"), "SESSION")
}

#[must_use]
pub fn idempotency(account: AccountId, key_hash: &str) -> Key {
    Key::new(format!("IDEM#{account}#{key_hash}"), "RESPONSE")
}

/// The partition of everything of an account.
#[must_use]
pub fn of_account(account: AccountId) -> String {
    format!("ACC#{account}")
}
