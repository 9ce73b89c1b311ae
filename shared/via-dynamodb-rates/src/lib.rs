//! Rate counters of the profile `ephemeral`: one row per address and hour, under a keyed hash of both.

use async_trait::async_trait;
use dynamo::{Answer, Database, Key, Read, number, text};
use kernel::{Failure, Timestamp};
use policy::Class;
use studio::{RateKey, RateKeys};

pub struct DynamoRateKeys {
    database: Database,
    table: String,
}

/// The expected state of a row.
#[derive(Clone, Copy)]
enum Row {
    /// Absent, or not expired: the count goes up.
    Alive,
    /// Expired but not yet deleted by TTL: the count begins anew.
    Expired,
}

impl DynamoRateKeys {
    #[must_use]
    pub fn new(database: Database, table: String) -> Self {
        Self { database, table }
    }

    /// The new count, or `None` when the row is not in the expected state. The row keeps the expiry of its first request.
    async fn add(&self, key: &RateKey, now: Timestamp, row: Row) -> Result<Option<u32>, Failure> {
        let expires_at = Class::RATE_KEY.expires_at(now);
        let (update, condition) = match row {
            Row::Alive => (
                "SET #class = :class, expires_at = if_not_exists(expires_at, :expires) ADD #count :one",
                "attribute_not_exists(pk) OR expires_at > :now",
            ),
            Row::Expired => ("SET #class = :class, expires_at = :expires, #count = :one", "expires_at <= :now"),
        };
        let counted = Key::new(format!("RATE#{}", key.as_str()), "COUNT")
            .update(&self.table, update)
            .only_if(condition)
            .name("#class", "class")
            .name("#count", "count")
            .value(":class", text(Class::RateKey.id()))
            .value(":expires", number(expires_at.as_second()))
            .value(":now", number(now.as_second()))
            .value(":one", number(1));
        match self.database.write(counted).await? {
            Answer::Written(row) => row.required_number("count").map(Some),
            Answer::Refused(_) => Ok(None),
        }
    }
}

#[async_trait]
impl RateKeys for DynamoRateKeys {
    async fn count(&self, key: &RateKey, now: Timestamp) -> Result<u32, Failure> {
        if let Some(count) = self.add(key, now, Row::Alive).await? {
            return Ok(count);
        }
        if let Some(count) = self.add(key, now, Row::Expired).await? {
            return Ok(count);
        }
        // A concurrent request began it anew.
        self.add(key, now, Row::Alive).await?.ok_or_else(|| Failure::broken("a rate key is neither alive nor expired"))
    }
}
