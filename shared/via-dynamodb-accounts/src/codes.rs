//! Sign-in codes: one row per address, attempts counted by the same conditional write that reads the code.

use accounts::{CodeHash, Codes, EmailKey, IssuedCode};
use async_trait::async_trait;
use dynamo::{Answer, Database, EXPIRY, HourlyCounter, Item, Part, Read, Transaction, number};
use kernel::{Failure, Timestamp, limits};
use policy::Class;

use crate::keys;

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
        let row = Item::new(Class::SignInCode.id(), keys::code(&code.key))
            .text("code_hash", code.hash.as_str())
            .number("attempts", 0)
            .due(EXPIRY, code.expires_at);
        Transaction::default()
            .part(count_one(&self.fleeting, "codes", code.key.as_str(), limits::CODES_PER_HOUR, code.at))
            .part(row.put(&self.fleeting).or_broken("a code over an older one"))
            .write(&self.database, ())
            .await
    }

    async fn attempt(&self, key: &EmailKey, now: Timestamp) -> Result<Option<CodeHash>, Failure> {
        let counted = keys::code(key)
            .update(&self.fleeting, "ADD attempts :one")
            .only_if("attempts < :most AND expires_at > :now")
            .value(":one", number(1))
            .value(":most", number(limits::CODE_ATTEMPTS))
            .value(":now", number(now.as_second()));
        match self.database.write(counted).await? {
            Answer::Written(row) => Ok(Some(CodeHash::stored(row.required_text("code_hash")?.to_owned()))),
            Answer::Refused(_) => Ok(None),
        }
    }
}

/// Counts one of `what` for `whom` in the present hour; above `most` it says so.
pub fn count_one<T>(table: &str, what: &str, whom: &str, most: u32, now: Timestamp) -> Part<T> {
    let expires_at = Class::RATE_COUNTER.expires_at(now);
    HourlyCounter { table, class: Class::RateCounter.id(), what, whom, now, expires_at }.count(most)
}
