//! A movement of credits as parts of a transaction: the balance and the entries.

use dynamo::{Attributes, Item, Part, Read, number};
use kernel::{Failure, Owner, Timestamp, limits};
use policy::Class;
use wallet::{Entry, Movement};

use crate::keys;

/// The parts of a movement: first the balance, which refuses to hold what is not available and to let more than [`limits::GENERATIONS_AT_ONCE`] begin,
/// then the entries, which refuse to be written twice.
pub fn move_credits<T>(accounts: &str, owner: Owner, entries: &[Entry]) -> Vec<Part<T>> {
    if entries.is_empty() {
        return Vec::new();
    }
    std::iter::once(change_balance(accounts, owner, Movement::of(entries))).chain(written(accounts, owner, entries)).collect()
}

/// The same for credits that are bought or taken back, which no generation holds: where the wallet has fewer than `needed` available, if that matters, or
/// is gone, `refused` is given the row.
pub fn trade_credits<T>(
    accounts: &str,
    owner: Owner,
    entries: &[Entry],
    needed: Option<u32>,
    refused: impl FnOnce(Option<Attributes>) -> Result<T, Failure> + Send + 'static,
) -> Vec<Part<T>> {
    if entries.is_empty() {
        return Vec::new();
    }
    let moved =
        keys::wallet(owner).update(accounts, "ADD available :available").value(":available", number(Movement::of(entries).available));
    let moved = match needed {
        Some(needed) => moved.only_if("available >= :needed").value(":needed", number(needed)),
        None => moved.only_if("attribute_exists(pk)"),
    };
    std::iter::once(moved.showing().or(refused)).chain(written(accounts, owner, entries)).collect()
}

fn written<T>(accounts: &str, owner: Owner, entries: &[Entry]) -> impl Iterator<Item = Part<T>> {
    entries.iter().map(move |entry| entry_item(owner, entry).put_new(accounts).or_broken("a ledger entry that is there already"))
}

pub fn entry_item(owner: Owner, entry: &Entry) -> Item {
    Item::new(Class::LedgerEntry.id(), keys::ledger(owner, entry))
        .text("kind", entry.kind().name())
        .text("cause", entry.cause().to_string())
        .number("available_delta", entry.available_delta())
        .number("held_delta", entry.held_delta())
        .text("at", instant(entry.at()))
}

/// An instant whose text sorts as it does.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// What is available may be too little for what a customer asks, and as much may run as is allowed; what is held was put there for this very movement.
fn change_balance<T>(accounts: &str, owner: Owner, movement: Movement) -> Part<T> {
    let Movement { available, held, running, needed } = movement;
    let moved = keys::wallet(owner)
        .update(accounts, "ADD available :available, held :held, running :running")
        .value(":available", number(available))
        .value(":held", number(held))
        .value(":running", number(running))
        .value(":held_needed", number((-held).max(0)));
    let Some(needed) = needed else {
        return moved.only_if("held >= :held_needed").or_broken("a wallet that does not hold what is to be moved");
    };
    moved
        .only_if("available >= :needed AND held >= :held_needed AND (attribute_not_exists(running) OR running < :most)")
        .value(":needed", number(needed))
        .value(":most", number(limits::GENERATIONS_AT_ONCE))
        .showing()
        .or(|wallet| Err(if is_full(wallet.as_ref()) { wallet::too_many_at_once() } else { wallet::too_short() }))
}

fn is_full(wallet: Option<&Attributes>) -> bool {
    wallet.and_then(|wallet| wallet.maybe_number::<i64>("running")).is_some_and(|running| running >= i64::from(limits::GENERATIONS_AT_ONCE))
}
