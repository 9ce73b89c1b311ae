//! The attempts at drawings: one row a drawing.

use async_trait::async_trait;
use dynamo::{Answer, Attributes, Database, EXPIRY, Item, Read, Write, number};
use kernel::{Failure, Timestamp};
use policy::Class;
use studio::{Attempts, Claimed, History, Written};

use crate::keys;

pub struct DynamoAttempts {
    database: Database,
    studio: String,
}

impl DynamoAttempts {
    #[must_use]
    pub fn new(database: Database, studio: String) -> Self {
        Self { database, studio }
    }
}

#[async_trait]
impl Attempts for DynamoAttempts {
    async fn open(&self, history: &History) -> Result<Claimed, Failure> {
        match self.database.write(put(history, &self.studio)?).await? {
            Answer::Written(_) => Ok(Claimed::Mine),
            Answer::Refused(Some(row)) => Ok(Claimed::Found(read(history, &row)?)),
            // It was removed with its generation.
            Answer::Refused(None) => Err(Failure::unavailable(std::time::Duration::from_secs(1))),
        }
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
        .due(EXPIRY, history.expires_at);
    Ok(match history.version {
        0 | 1 => item.put_new(studio),
        version => item.put(studio).only_if("version = :before").value(":before", number(version - 1)).showing(),
    })
}

fn read(asked: &History, row: &Attributes) -> Result<History, Failure> {
    Ok(History {
        version: row.required_number("version")?,
        attempts: serde_json::from_str(row.required_text("attempts")?).map_err(Failure::broken)?,
        expires_at: Timestamp::from_second(row.required_number("expires_at")?).map_err(Failure::broken)?,
        ..asked.clone()
    })
}
