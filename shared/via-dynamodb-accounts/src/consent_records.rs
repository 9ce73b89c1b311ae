//! Changes of choices on record: a row each, which is written once.

use accounts::{ConsentRecord, Made};
use dynamo::{Item, Part};
use kernel::{AccountId, Failure};
use policy::Class;
use std::time::Duration;

use crate::keys;
use crate::wallet_writes::instant;

/// Writes a change down. Two at the same instant cannot be told apart: the second comes again.
pub fn record<T>(accounts: &str, account: AccountId, record: &ConsentRecord) -> Part<T> {
    let ConsentRecord { of, before, after, made: Made { at, by, notice } } = record;
    Item::new(Class::ConsentRecord.id(), keys::consent_record(account, *of, *at))
        .text("purpose", of.name())
        .text("basis", of.basis().id())
        .text("before", before.name())
        .text("after", after.name())
        .text("method", by.name())
        .text("notice", notice)
        .text("changed_at", instant(*at))
        .put_new(accounts)
        .or(|_| Err(Failure::unavailable(Duration::from_secs(1))))
}
