//! The attempts at drawings: one row a drawing.

use async_trait::async_trait;
use dynamo::{Answer, Attributes, Database, EXPIRY, Item, Read, TTL, Transaction, Write, number, text};
use kernel::{Failure, Timestamp};
use policy::Class;
use studio::{Attempts, Claimed, Cost, History, State, Written};
use via_dynamodb_accounts::spend;

use crate::keys;

pub struct DynamoAttempts {
    database: Database,
    studio: String,
    fleeting: String,
}

impl DynamoAttempts {
    #[must_use]
    pub fn new(database: Database, studio: String, fleeting: String) -> Self {
        Self { database, studio, fleeting }
    }
}

#[async_trait]
impl Attempts for DynamoAttempts {
    async fn open(&self, history: &History, Cost { expected, per_day, at }: Cost) -> Result<Claimed, Failure> {
        let asked = history.clone();
        let is_drawn = keys::generation(history.owner, history.generation)
            .check(&self.studio)
            .only_if("#state = :drawing")
            .name("#state", "state")
            .value(":drawing", text(State::Drawing.name()));
        let claim = put(history, &self.studio)?.or(move |row| match row {
            Some(row) => Ok(Claimed::Found(read(&asked, &row)?)),
            // It was removed at its end.
            None => Err(Failure::unavailable(std::time::Duration::from_secs(1))),
        });
        let spent = (expected > 0).then(|| spend(&self.fleeting, "vendors", expected, per_day, at));
        let is_drawn = is_drawn.or(|_| Ok(Claimed::Over));
        Transaction::default().part(is_drawn).part(claim).parts(spent).write(&self.database, Claimed::Mine).await
    }

    async fn close(&self, history: &History) -> Result<Written, Failure> {
        Ok(match self.database.write(put(history, &self.studio)?).await? {
            Answer::Written(_) => Written::Stored,
            Answer::Refused(_) => Written::Overtaken,
        })
    }
}

/// The put of a history over the version before it.
pub(crate) fn put(history: &History, studio: &str) -> Result<Write, Failure> {
    let attempts = serde_json::to_string(&history.attempts).map_err(Failure::broken)?;
    let item = Item::new(Class::Attempt.id(), keys::attempts(history.owner, history.generation, history.index))
        .number("version", history.version)
        .text("attempts", attempts)
        .due(EXPIRY, history.expires_at)
        .seconds(TTL, history.expires_at);
    Ok(match history.version {
        0 | 1 => item.put_new(studio),
        version => item.put(studio).only_if("version = :before").value(":before", number(version - 1)).showing(),
    })
}

/// The check that a history is as it was read.
pub(crate) fn is_unchanged(history: &History, studio: &str) -> Write {
    let check = keys::attempts(history.owner, history.generation, history.index).check(studio);
    match history.version {
        0 => check.only_if("attribute_not_exists(pk)"),
        version => check.only_if("version = :version").value(":version", number(version)),
    }
}

pub(crate) fn read(asked: &History, row: &Attributes) -> Result<History, Failure> {
    Ok(History {
        version: row.required_number("version")?,
        attempts: serde_json::from_str(row.required_text("attempts")?).map_err(Failure::broken)?,
        expires_at: Timestamp::from_second(row.required_number("expires_at")?).map_err(Failure::broken)?,
        ..asked.clone()
    })
}
