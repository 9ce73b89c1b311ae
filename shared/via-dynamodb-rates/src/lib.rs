//! Counters of the profile that keeps nothing else: one row per address and hour, under a keyed hash of both.

use async_trait::async_trait;
use dynamo::{Answer, Database, Key, Read, number, text};
use kernel::{Failure, Timestamp};
use policy::Class;
use studio::{RateKey, RateKeys};

/// Counters in the table `RateKeys`.
pub struct DynamoRateKeys {
    database: Database,
    table: String,
}

/// How a row is met.
#[derive(Clone, Copy)]
enum Row {
    /// It lives, or is not there: one more.
    Alive,
    /// It is past its time, and TTL has not come by: it begins anew.
    Expired,
}

impl DynamoRateKeys {
    /// Counters in the table named `table`.
    #[must_use]
    pub fn new(database: Database, table: String) -> Self {
        Self { database, table }
    }

    /// The count after it, or `None` when the row is not as `row` says. The row keeps the end that its first request gave it.
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
        // A rival began it anew between the two.
        self.add(key, now, Row::Alive).await?.ok_or_else(|| Failure::broken("a rate key is neither alive nor expired"))
    }
}
