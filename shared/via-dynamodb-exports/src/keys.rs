//! The primary keys of exports.

use dynamo::Key;
use kernel::{AccountId, ExportId};
use via_dynamodb_accounts::keys::of_owner;
pub(crate) use via_dynamodb_accounts::keys::{idempotency, owner_of};

pub(crate) const EXPORTS: &str = "EXP#";

/// The partition of an account's exports.
pub(crate) fn partition(account: AccountId) -> String {
    of_owner(account.into())
}

pub(crate) fn export(account: AccountId, export: ExportId) -> Key {
    Key::new(partition(account), format!("{EXPORTS}{export}"))
}

/// Behind its export, in the order of the volumes: there are fewer than 65,536.
pub(crate) fn volume(account: AccountId, export: ExportId, number: u16) -> Key {
    Key::new(partition(account), format!("{EXPORTS}{export}#{number:05}"))
}
