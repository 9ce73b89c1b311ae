//! A copy of everything of an account, and how far it is.

use kernel::message::Content;
use kernel::{AccountId, ExportId, Failure, Owner, Timestamp};
use policy::{Class, inventory};
use serde::{Deserialize, Serialize};

/// What tells the worker what is next: the plan, or one volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportDue {
    pub owner_id: Owner,
    pub export_id: ExportId,
    /// Which volume, counted from 1; 0 for the plan.
    pub volume: u16,
}

impl Content for ExportDue {
    const VERSION: u8 = 1;

    fn id(&self) -> String {
        format!("{}#{}", self.export_id, self.volume)
    }

    fn owner(&self) -> Option<Owner> {
        Some(self.owner_id)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody knows yet how many volumes it has.
    Queued,
    /// Its volumes are known, and written one by one.
    Writing,
    /// Every volume is there.
    Ready,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub id: ExportId,
    pub account: AccountId,
    pub state: State,
    pub asked_at: Timestamp,
    /// When the last volume was there.
    pub ready_at: Option<Timestamp>,
    /// In their order; none while it is queued.
    pub volumes: Vec<Volume>,
}

/// A volume of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// Counted from 1.
    pub number: u16,
    /// As planned: what is gone by the time it is written is noted in its manifest.
    pub files: u32,
    /// The size of the zip, once it is there.
    pub bytes: Option<u64>,
}

impl Export {
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner::Account(self.account)
    }

    /// Until when its volumes can be fetched: from then on the lifecycle of the store may take them.
    #[must_use]
    pub fn available_until(&self) -> Timestamp {
        available_until(self.asked_at)
    }

    /// When nothing is left of it.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        Class::EXPORT_REQUEST.expires_at(self.asked_at)
    }

    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.state != State::Queued && self.volumes.iter().all(|volume| volume.bytes.is_some())
    }

    #[must_use]
    pub fn due(&self, volume: u16) -> ExportDue {
        ExportDue { owner_id: self.owner(), export_id: self.id, volume }
    }

    /// The volumes that are there.
    #[must_use]
    pub fn finished(&self) -> usize {
        self.volumes.iter().filter(|volume| volume.bytes.is_some()).count()
    }
}

fn available_until(asked_at: Timestamp) -> Timestamp {
    let days = inventory().lifecycle_days(Class::ExportObject.entry()).unwrap_or_default();
    asked_at.checked_add(kernel::SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX)
}

/// The account of a message.
pub(crate) fn account_of(owner: Owner) -> Result<AccountId, Failure> {
    match owner {
        Owner::Account(account) => Ok(account),
        Owner::Install(_) | Owner::Trial(_) => Err(Failure::broken("an export of no account")),
    }
}

/// The folder of the plan (0), or of a volume.
#[must_use]
pub fn folder(account: AccountId, export: ExportId, volume: u16) -> String {
    let prefix = Class::ExportObject.entry().prefix().unwrap_or_default();
    format!("{prefix}{account}/{export}-{volume}/")
}

/// The key of a volume.
#[must_use]
pub fn volume_key(account: AccountId, export: ExportId, volume: u16) -> String {
    folder(account, export, volume) + "volume.zip"
}

/// The key of the plan.
#[must_use]
pub fn plan_key(account: AccountId, export: ExportId) -> String {
    folder(account, export, 0) + "plan.txt"
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_those_of_the_inventory() {
        let names: Vec<_> = Class::ExportObject.entry().object_names().collect();
        let (account, export): (AccountId, ExportId) =
            ("acc_01900000000070008000000000000000".parse().unwrap(), "exp_01900000000070008000000000000001".parse().unwrap());
        for key in [plan_key(account, export), volume_key(account, export, 3)] {
            assert!(names.contains(&key.rsplit('/').next().unwrap()), "{key}");
            assert_eq!(key.split('/').count(), 4, "the deletion knows folders of an owner's things: {key}");
        }
        assert!(available_until(Timestamp::UNIX_EPOCH) < Class::EXPORT_REQUEST.expires_at(Timestamp::UNIX_EPOCH));
    }
}
