//! The primary keys. What is an account's is in the account's partition, and what is not names none.

use dynamo::Key;
use insights::shard_of;
use jiff::civil::Date;
use kernel::{AccountId, DeviceId, FeedbackId};
use via_dynamodb_accounts::keys::of_owner;

/// What this browser did on this day.
#[must_use]
pub fn device_day(day: Date, device: DeviceId) -> Key {
    Key::new(partition(day, shard_of(device)), device.to_string())
}

/// One of the partitions of a day.
pub(crate) fn partition(day: Date, shard: u8) -> String {
    format!("DAY#{day}#{shard:x}")
}

/// That this browser is the account's.
pub(crate) fn link(account: AccountId, device: DeviceId) -> Key {
    Key::new(of_owner(account.into()), format!("{DEVICE}{device}"))
}

pub(crate) const DEVICE: &str = "DEV#";

/// A message, in the partition of its author where that is known.
pub(crate) fn feedback(account: Option<AccountId>, id: FeedbackId) -> Key {
    match account {
        Some(account) => Key::new(of_owner(account.into()), format!("FEEDBACK#{id}")),
        None => Key::new(format!("FEEDBACK#{id}"), "MESSAGE"),
    }
}

/// The numbers of a day, beside those of its month.
pub(crate) fn counts(day: Date) -> Key {
    Key::new(month(day), format!("DAY#{day}"))
}

pub(crate) fn month(day: Date) -> String {
    format!("COUNTS#{:04}-{:02}", day.year(), day.month())
}
