//! The primary keys of uploads, generations and the work on them.

use dynamo::Key;
use kernel::{GenerationId, Owner, UploadId};
use sha2::{Digest, Sha256};
pub(crate) use via_dynamodb_accounts::keys::{idempotency, of_owner, owner_of};

#[must_use]
pub fn upload(owner: Owner, upload: UploadId) -> Key {
    Key::new(of_owner(owner), format!("UPL#{upload}"))
}

#[must_use]
pub fn generation(owner: Owner, id: GenerationId) -> Key {
    Key::new(of_owner(owner), format!("{GENERATIONS}{id}"))
}

pub(crate) fn delivered(owner: Owner, id: GenerationId) -> Key {
    Key::new(of_owner(owner), format!("DEL#{id}"))
}

pub(crate) fn attempts(owner: Owner, id: GenerationId, index: u8) -> Key {
    Key::new(of_owner(owner), format!("ATT#{id}#{index}"))
}

/// The number of rows that say whether generations are taken.
const ADMISSIONS: u8 = 16;

/// The row that an owner's generations ask.
pub(crate) fn admission(owner: Owner) -> Key {
    numbered_admission(Sha256::digest(owner.to_string())[0] % ADMISSIONS)
}

pub(crate) fn admissions() -> impl Iterator<Item = Key> {
    (0..ADMISSIONS).map(numbered_admission)
}

fn numbered_admission(number: u8) -> Key {
    Key::new(format!("ADMISSION#{number:02x}"), "STATE")
}

pub(crate) fn circuit(artist: &str) -> Key {
    Key::new(format!("CIRCUIT#{artist}"), "STATE")
}

pub(crate) fn moderation(owner: Owner, id: GenerationId) -> Key {
    Key::new(of_owner(owner), format!("SCR#{id}"))
}

#[must_use]
pub fn quarantine(owner: Owner, id: GenerationId) -> Key {
    Key::new(of_owner(owner), format!("QUA#{id}"))
}

/// The case of a generation, which has its id.
#[must_use]
pub fn case(id: GenerationId) -> Key {
    Key::new(of_case(id), "CASE")
}

/// What was said of its reasons at this time.
#[must_use]
pub fn statement(id: GenerationId, at: kernel::Timestamp) -> Key {
    Key::new(of_case(id), format!("STATEMENT#{}", at.as_second()))
}

/// The partition of everything of a case.
#[must_use]
pub fn of_case(id: GenerationId) -> String {
    format!("CASE#{id}")
}

/// The prefix of the sort keys of generations.
pub(crate) const GENERATIONS: &str = "GEN#";
