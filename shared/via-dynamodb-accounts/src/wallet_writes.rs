//! A movement of credits as parts of a transaction: the balance and the entries.

use dynamo::{Attributes, Item, Part, Read, number};
use kernel::{Owner, limits};
use policy::Class;
use wallet::{Entry, Movement};

use crate::keys;

/// The parts of a movement: first the balance, which refuses to go below zero and to let more than [`limits::GENERATIONS_AT_ONCE`] begin, then the
/// entries, which refuse to be written twice.
pub fn move_credits<T>(accounts: &str, owner: Owner, entries: &[Entry]) -> Vec<Part<T>> {
    if entries.is_empty() {
        return Vec::new();
    }
    let written = |entry: &Entry| entry_item(owner, entry).put_new(accounts).or_broken("a ledger entry that is there already");
    std::iter::once(change_balance(accounts, owner, Movement::of(entries))).chain(entries.iter().map(written)).collect()
}

pub fn entry_item(owner: Owner, entry: &Entry) -> Item {
    Item::new(Class::LedgerEntry.id(), keys::ledger(owner, entry))
        .text("kind", entry.kind().name())
        .text("cause", entry.cause().to_string())
        .number("available_delta", entry.available_delta())
        .number("held_delta", entry.held_delta())
        .text("at", entry.at().to_string())
}

/// What is available may be too little for what a customer asks, and as much may run as is allowed; what is held was put there for this very movement.
fn change_balance<T>(accounts: &str, owner: Owner, movement: Movement) -> Part<T> {
    let Movement { available, held, running } = movement;
    let moved = keys::wallet(owner)
        .update(accounts, "ADD available :available, held :held, running :running")
        .value(":available", number(available))
        .value(":held", number(held))
        .value(":running", number(running))
        .value(":available_needed", number((-available).max(0)))
        .value(":held_needed", number((-held).max(0)));
    if running <= 0 {
        return moved
            .only_if("available >= :available_needed AND held >= :held_needed")
            .or_broken("a wallet that does not hold what is to be moved");
    }
    moved
        .only_if("available >= :available_needed AND held >= :held_needed AND (attribute_not_exists(running) OR running < :most)")
        .value(":most", number(limits::GENERATIONS_AT_ONCE))
        .showing()
        .or(|wallet| Err(if is_full(wallet.as_ref()) { wallet::too_many_at_once() } else { wallet::too_short() }))
}

fn is_full(wallet: Option<&Attributes>) -> bool {
    wallet.and_then(|wallet| wallet.maybe_number::<i64>("running")).is_some_and(|running| running >= i64::from(limits::GENERATIONS_AT_ONCE))
}
