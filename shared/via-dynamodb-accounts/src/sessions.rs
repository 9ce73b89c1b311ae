//! Sessions: a row per sign-in, which every private request asks for in the call it makes anyway.

use accounts::{Caller, Sessions};
use async_trait::async_trait;
use dynamo::{Attributes, Database, Part, Read, number, text};
use kernel::{Failure, Timestamp};

use crate::keys;

/// Sessions in the table `Fleeting`.
pub struct DynamoSessions {
    database: Database,
    fleeting: String,
}

impl DynamoSessions {
    /// Sessions in the table named `fleeting`.
    #[must_use]
    pub fn new(database: Database, fleeting: String) -> Self {
        Self { database, fleeting }
    }
}

#[async_trait]
impl Sessions for DynamoSessions {
    async fn close(&self, caller: &Caller) -> Result<(), Failure> {
        self.database.write(keys::session(caller.session).delete(&self.fleeting)).await.map(drop)
    }
}

/// The part of a transaction that asks for the session, and says that it is closed.
pub fn check<T>(fleeting: &str, caller: &Caller, now: Timestamp) -> Part<T> {
    keys::session(caller.session)
        .check(fleeting)
        .only_if("account_id = :account AND expires_at > :now")
        .value(":account", text(caller.account.to_string()))
        .value(":now", number(now.as_second()))
        .or(|_| Err(Failure::signed_out()))
}

/// The same for a session row that was read.
pub fn verify(row: Option<&Attributes>, caller: &Caller, now: Timestamp) -> Result<(), Failure> {
    let alive = row.is_some_and(|row| row.is_alive(now) && row.maybe_text("account_id") == Some(&caller.account.to_string()));
    if alive { Ok(()) } else { Err(Failure::signed_out()) }
}
