//! Codes as they are entered: counted, read and used up, whoever they let in.

use accounts::{CodeHash, CodeSlot, Guess, Guesses, code_refused};
use async_trait::async_trait;
use dynamo::{Attributes, Database, Part, Read, Transaction, number, text};
use kernel::{Failure, Timestamp, limits};

use crate::keys;
use crate::limits::{count, count_network, count_networks};

pub struct DynamoGuesses {
    database: Database,
    fleeting: String,
}

impl DynamoGuesses {
    #[must_use]
    pub fn new(database: Database, fleeting: String) -> Self {
        Self { database, fleeting }
    }
}

#[async_trait]
impl Guesses for DynamoGuesses {
    async fn attempt(&self, guess: &Guess) -> Result<bool, Failure> {
        attempt(&self.database, &self.fleeting, guess).await
    }

    async fn code(&self, slot: &CodeSlot, now: Timestamp) -> Result<Option<CodeHash>, Failure> {
        read(self.database.get(&self.fleeting, &keys::code(slot)).await?.as_ref(), now)
    }
}

pub(crate) async fn attempt(database: &Database, table: &str, guess: &Guess) -> Result<bool, Failure> {
    let Guess { slot, networks, at } = guess;
    let at = *at;
    let of_networks = || count_networks(table, limits::GUESSES_PER_HOUR_FROM_A_LINE, &networks.each, at);
    let tried = keys::code(slot)
        .update(table, "ADD attempts :one")
        .only_if("attempts < :most AND expires_at > :now")
        .value(":one", number(1))
        .value(":most", number(limits::CODE_ATTEMPTS))
        .value(":now", number(at.as_second()));
    let counted = Transaction::default()
        .part(tried.or(|_| Ok(false)))
        .part(count_network(table, limits::GUESSES_PER_DAY_FROM_A_BLOCK, &networks.block_and_address, at))
        .part(count(table, limits::GUESSES_PER_DAY, slot.key.as_str(), at))
        .parts(of_networks());
    if counted.write(database, true).await? {
        return Ok(true);
    }
    Transaction::default().parts(of_networks()).write(database, false).await
}

/// The code in its row, while it is good.
pub(crate) fn read(row: Option<&Attributes>, now: Timestamp) -> Result<Option<CodeHash>, Failure> {
    let row = row.filter(|row| row.is_alive(now));
    row.map(|row| row.required_text("code_hash").map(|hash| CodeHash::stored(hash.to_owned()))).transpose()
}

/// The part of a sign-in that uses up its code, and no newer one.
pub fn use_up<T>(fleeting: &str, slot: &CodeSlot, code: &CodeHash) -> Part<T> {
    let used = keys::code(slot).delete(fleeting).only_if("code_hash = :hash").value(":hash", text(code.as_str()));
    used.or(|_| Err(code_refused()))
}
