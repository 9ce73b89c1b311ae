//! A movement of credits as two parts of a transaction: the balance and the entry.

use dynamo::{Item, Part, number};
use kernel::{Failure, Owner, Reason};
use policy::Class;
use wallet::Entry;

use crate::keys;

/// The parts of the movement: first the balance, which refuses to go below zero, then the entry, which refuses to be written twice.
pub fn move_credits<T>(accounts: &str, owner: Owner, entry: &Entry) -> [Part<T>; 2] {
    [change_balance(accounts, owner, entry), entry_item(owner, entry).put_new(accounts).or_broken("a ledger entry that is there already")]
}

pub fn entry_item(owner: Owner, entry: &Entry) -> Item {
    Item::new(Class::LedgerEntry.id(), keys::ledger(owner, entry))
        .text("kind", entry.kind().name())
        .text("cause", entry.cause().to_string())
        .number("available_delta", entry.available_delta())
        .number("held_delta", entry.held_delta())
        .text("at", entry.at().to_string())
}

/// What is available may be too little for what a customer asks; what is held was put there for this very movement.
fn change_balance<T>(accounts: &str, owner: Owner, entry: &Entry) -> Part<T> {
    let (available, held) = (entry.available_delta(), entry.held_delta());
    let moved = keys::wallet(owner)
        .update(accounts, "ADD available :available, held :held")
        .only_if("available >= :available_needed AND held >= :held_needed")
        .value(":available", number(available))
        .value(":held", number(held))
        .value(":available_needed", number((-available).max(0)))
        .value(":held_needed", number((-held).max(0)));
    if available < 0 {
        moved.or(|_| Err(Failure::denied(Reason::WalletShort, "The wallet holds fewer credits than this costs.")))
    } else {
        moved.or_broken("a wallet that does not hold what is to be moved")
    }
}
