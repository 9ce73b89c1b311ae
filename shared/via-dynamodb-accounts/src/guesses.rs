//! Codes as they are entered: counted, read and used up, whoever they let in.

use accounts::{CodeHash, CodeSlot, Found, Guess, Guesses, code_refused};
use async_trait::async_trait;
use dynamo::{Attributes, Batch, Database, Part, Read, Transaction, number, text};
use kernel::{Failure, Timestamp, limits};

use crate::keys;
use crate::limits::{count, count_network, count_networks};
use crate::sign_ins::known;

pub struct DynamoGuesses {
    database: Database,
    fleeting: String,
    accounts: Option<String>,
}

impl DynamoGuesses {
    /// For codes alone, whatever account their address has.
    #[must_use]
    pub fn new(database: Database, fleeting: String) -> Self {
        Self { database, fleeting, accounts: None }
    }

    /// Finds the account of an address with its code, by one call.
    #[must_use]
    pub fn with_accounts(self, accounts: String) -> Self {
        Self { accounts: Some(accounts), ..self }
    }

    /// Counts a guess from the networks alone.
    fn of_networks<T>(&self, guess: &Guess) -> Vec<Part<T>> {
        count_networks(&self.fleeting, limits::GUESSES_PER_HOUR_FROM_A_LINE, &guess.networks.each, guess.at)
    }
}

#[async_trait]
impl Guesses for DynamoGuesses {
    async fn attempt(&self, guess: &Guess) -> Result<bool, Failure> {
        let Guess { slot, networks, at } = guess;
        let (at, table) = (*at, &*self.fleeting);
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
            .parts(self.of_networks(guess));
        if counted.write(&self.database, true).await? {
            return Ok(true);
        }
        Transaction::default().parts(self.of_networks(guess)).write(&self.database, false).await
    }

    async fn find(&self, slot: &CodeSlot, now: Timestamp) -> Result<Found, Failure> {
        let (code, email) = (keys::code(slot), keys::email(&slot.key));
        let Some(accounts) = &self.accounts else {
            let row = self.database.get(&self.fleeting, &code).await?;
            return Ok(Found { code: read(row.as_ref(), now)?, account: None });
        };
        let rows = self.database.read(Batch::default().of(&self.fleeting, &code).of(accounts, &email)).await?;
        Ok(Found { code: read(rows.get(&code), now)?, account: rows.get(&email).map(known).transpose()? })
    }
}

/// The code in its row, while it is good.
fn read(row: Option<&Attributes>, now: Timestamp) -> Result<Option<CodeHash>, Failure> {
    let row = row.filter(|row| row.is_alive(now));
    row.map(|row| row.required_text("code_hash").map(|hash| CodeHash::stored(hash.to_owned()))).transpose()
}

/// The part of a sign-in that uses up its code, and no newer one.
pub fn use_up<T>(fleeting: &str, slot: &CodeSlot, code: &CodeHash) -> Part<T> {
    let used = keys::code(slot).delete(fleeting).only_if("code_hash = :hash").value(":hash", text(code.as_str()));
    used.or(|_| Err(code_refused()))
}
