//! A movement of credits as two parts of a transaction: the balance and the entry.

use aws_sdk_dynamodb::types::Update;
use dynamo::{Item, Key, Transaction, number};
use kernel::{AccountId, Failure};
use policy::Class;
use wallet::Entry;

/// Adds the movement to `transaction`: first the balance, which refuses to go below zero, then the entry, which refuses to be written twice.
pub fn move_credits(transaction: Transaction, accounts: &str, account: AccountId, entry: &Entry) -> Result<Transaction, Failure> {
    Ok(transaction.update(change_balance(accounts, account, entry)?).put(entry_item(account, entry).put_new(accounts)?))
}

/// The ledger's line.
pub fn entry_item(account: AccountId, entry: &Entry) -> Item {
    Item::new(Class::LedgerEntry, Key::ledger(account, &entry.key()))
        .text("kind", entry.kind().name())
        .text("cause", entry.cause().to_string())
        .number("available_delta", entry.available_delta())
        .number("held_delta", entry.held_delta())
        .text("at", entry.at().to_string())
}

fn change_balance(accounts: &str, account: AccountId, entry: &Entry) -> Result<Update, Failure> {
    let (available, held) = (entry.available_delta(), entry.held_delta());
    Update::builder()
        .table_name(accounts)
        .set_key(Some(Key::wallet(account).attributes()))
        .update_expression("ADD available :available, held :held")
        .condition_expression("available >= :available_needed AND held >= :held_needed")
        .expression_attribute_values(":available", number(available))
        .expression_attribute_values(":held", number(held))
        .expression_attribute_values(":available_needed", number((-available).max(0)))
        .expression_attribute_values(":held_needed", number((-held).max(0)))
        .build()
        .map_err(Failure::broken)
}
