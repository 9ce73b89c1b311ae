//! Sign-in codes: one row per address and browser.

use accounts::{Codes, IssuedCode};
use async_trait::async_trait;
use dynamo::{Database, EXPIRY, Item, Transaction};
use kernel::{Failure, Window, limits};
use policy::Class;

use crate::budgets::spend;
use crate::keys;
use crate::limits::{count_in, count_network, count_networks};

pub struct DynamoCodes {
    database: Database,
    fleeting: String,
}

impl DynamoCodes {
    #[must_use]
    pub fn new(database: Database, fleeting: String) -> Self {
        Self { database, fleeting }
    }
}

#[async_trait]
impl Codes for DynamoCodes {
    async fn issue(&self, code: &IssuedCode) -> Result<(), Failure> {
        let IssuedCode { slot, hash, networks, mails_per_day, at, expires_at } = code;
        let (table, address, at) = (&*self.fleeting, slot.key.as_str(), *at);
        let row = Item::new(Class::SignInCode.id(), keys::code(slot))
            .text("code_hash", hash.as_str())
            .number("attempts", 0)
            .due(EXPIRY, *expires_at);
        // Days come before hours, so that who waits is told how long.
        let from_a_block = |window, most| count_network(table, window, "codes", &networks.block_and_address, most, at);
        Transaction::default()
            .part(from_a_block(Window::Day, limits::CODES_PER_DAY_FROM_A_BLOCK))
            .part(count_in(table, Window::Day, "codes", address, limits::CODES_PER_DAY, at))
            .part(from_a_block(Window::Hour, limits::CODES_PER_HOUR_FROM_A_BLOCK))
            .part(count_in(table, Window::Hour, "codes", address, limits::CODES_PER_HOUR, at))
            .parts(count_networks(table, Window::Hour, "codes", networks, limits::CODES_PER_HOUR_FROM_A_LINE, at))
            .part(spend(table, "mails", 1, *mails_per_day, at))
            .part(row.put(table).or_broken("a code over an older one"))
            .write(&self.database, ())
            .await
    }
}
