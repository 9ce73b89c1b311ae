//! What a restored backup must not undo, kept once more in the table Rights until no backup is older than it (docs/decisions/restoring.md).

use accounts::EmailKey;
use dynamo::{Attributes, EXPIRY, Item, Key, TTL, Write, number, shard_of, text};
use kernel::Timestamp;
use policy::Class;

use crate::keys;

/// That news of an address went to another: its row is not to come back.
pub const MOVED: &str = "moved";

/// Keeps these attributes of a row of an account; those that are kept already stay.
#[must_use]
pub fn keep(rights: &str, row: &Key, attributes: &[(String, String)], at: Timestamp) -> Write {
    let (key, ends) = (keys::kept(row), Class::PROTECTION.expires_at(at).as_second());
    let set: String = (0..attributes.len()).map(|place| format!(", #n{place} = :v{place}")).collect();
    let written = key
        .update(rights, &format!("SET #class = :class, expiry_shard = :shard, expires_at = :ends, #ttl = :ends{set}"))
        .name("#class", "class")
        .name("#ttl", TTL)
        .value(":class", text(Class::Protection.id()))
        .value(":shard", text(shard_of(Class::Protection.id(), &key)))
        .value(":ends", number(ends));
    attributes.iter().enumerate().fold(written, |written, (place, (name, value))| {
        written.name(&format!("#n{place}"), name).value(&format!(":v{place}"), text(value))
    })
}

/// Keeps what was chosen of news to an address, as it is now.
#[must_use]
pub fn keep_marketing(rights: &str, address: &EmailKey, row: &Attributes, at: Timestamp) -> Write {
    let kept = row.iter().filter(|(name, _)| !["pk", "sk", "class"].contains(&name.as_str()));
    let strings = kept.filter_map(|(name, value)| value.as_s().ok().map(|value| (name, value)));
    strings.fold(of_address(address, at), |item, (name, value)| item.text(name, value)).put(rights)
}

/// Keeps that what was chosen of news to an address belongs to another address now.
#[must_use]
pub fn keep_moved(rights: &str, address: &EmailKey, at: Timestamp) -> Write {
    of_address(address, at).text(MOVED, "yes").put(rights)
}

fn of_address(address: &EmailKey, at: Timestamp) -> Item {
    let ends = Class::PROTECTION_OF_ADDRESS.expires_at(at);
    Item::new(Class::ProtectionOfAddress.id(), keys::kept(&keys::marketing(address))).due(EXPIRY, ends).seconds(TTL, ends)
}
