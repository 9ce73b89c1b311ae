//! The primary keys of uploads, generations and the work on them.

use dynamo::Key;
use kernel::{AccountId, GenerationId, UploadId};
pub(crate) use via_dynamodb_accounts::keys::{idempotency, of_account, profile, session};

pub(crate) fn upload(account: AccountId, upload: UploadId) -> Key {
    Key::new(of_account(account), format!("UPL#{upload}"))
}

pub(crate) fn generation(account: AccountId, id: GenerationId) -> Key {
    Key::new(of_account(account), format!("{GENERATIONS}{id}"))
}

pub(crate) fn delivered(account: AccountId, id: GenerationId) -> Key {
    Key::new(of_account(account), format!("DEL#{id}"))
}

pub(crate) fn attempts(account: AccountId, id: GenerationId, index: u8) -> Key {
    Key::new(of_account(account), format!("ATT#{id}#{index}"))
}

pub(crate) fn circuit(artist: &str) -> Key {
    Key::new(format!("CIRCUIT#{artist}"), "STATE")
}

pub(crate) fn moderation(id: GenerationId) -> Key {
    Key::new(format!("GEN#{id}"), "SCREENING")
}

pub(crate) fn quarantine(id: GenerationId) -> Key {
    Key::new(format!("GEN#{id}"), "QUARANTINE")
}

/// What the sort keys of generations begin with.
pub(crate) const GENERATIONS: &str = "GEN#";
