//! The ledger as its owner reads it.

use std::sync::Arc;

use async_trait::async_trait;
use dynamo::{Attributes, Database, Query, Read, text};
use kernel::{AccountSession, Clock, Failure};
use wallet::{Entry, Kind, Place, Statement, Statements};

use crate::{keys, sessions, wallet_writes};

/// The index of the ledger by time: the rows of an account that have an `at`.
const BY_TIME: &str = "time";

pub struct DynamoStatements {
    database: Database,
    fleeting: String,
    accounts: String,
    clock: Arc<dyn Clock>,
}

impl DynamoStatements {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, accounts, clock }
    }
}

#[async_trait]
impl Statements for DynamoStatements {
    async fn page(&self, caller: &AccountSession, after: Option<Place>, limit: u16) -> Result<Statement, Failure> {
        let session = self.database.get(&self.fleeting, &keys::session(caller)).await?;
        sessions::verify(session.as_ref(), self.clock.now())?;
        let range = Query::of(&self.accounts, "pk = :pk")
            .by(BY_TIME)
            .value(":pk", text(keys::of_owner(caller.owner())))
            .backwards()
            .after(after.map(|place| start(caller, &place)))
            // One to see whether there is more.
            .limit(usize::from(limit) + 1);
        let mut entries = self.database.query(range).await?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let more = entries.len() > usize::from(limit);
        entries.truncate(usize::from(limit));
        let next = entries.last().filter(|_| more).map(Place::of);
        Ok(Statement { entries, next })
    }
}

/// The keys of the entry that the page before ended with.
fn start(caller: &AccountSession, place: &Place) -> Attributes {
    let mut start = keys::movement(caller.owner(), &place.key()).attributes();
    start.insert("at".to_owned(), text(wallet_writes::instant(place.at)));
    start
}

fn read(row: &Attributes) -> Result<Entry, Failure> {
    let kind: Kind = row.parsed("kind")?;
    let (available, held): (i64, i64) = (row.required_number("available_delta")?, row.required_number("held_delta")?);
    // Every kind moves all its credits in one of the two, or in both.
    let credits = u32::try_from(available.unsigned_abs().max(held.unsigned_abs())).map_err(Failure::broken)?;
    Ok(Entry::stored(kind, row.parsed("cause")?, credits, row.parsed("at")?))
}
